//! Ports and protocols of checks.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::fields::Fields;
use crate::document::Value;
use crate::language::codes;
use crate::language::netpolis::{Connections, TrafficTerm};
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::model::{Protocol, names};

/// What ports may be.
const PORT_HELP: &str = "write a number, a range such as 8000-8100, the name of a port, 53/UDP, all, or a list of these";

impl<'a> Reader<'a> {
    /// The connections that `port`, `protocol` and the fields beside them mean.
    pub(super) fn traffic(&mut self, fields: &Fields<'a, '_>) -> Connections {
        let slot = fields.get("protocol");
        let any = slot.value().and_then(|node| node.as_str()) == Some("any");
        let protocol = if any || !slot.is_set() { None } else { self.check_protocol(slot) };
        let port = fields.get("port");
        let source = self.check_source(fields.get("sourcePort"), protocol);
        let numbers = ["icmpType", "icmpCode"].map(|name| {
            let slot = fields.get(name);
            let number = self.bounded(slot, codes::OUT_OF_RANGE, 0, 255)?;
            if !matches!(protocol, Some(Protocol::ICMP | Protocol::ICMPV6)) {
                self.refuse(
                    slot.at_key().error(codes::FORBIDDEN, format!("Forbidden: `{name}` goes with `protocol: ICMP` or `protocol: ICMPv6`")),
                );
            }
            u16::try_from(number).ok().map(|number| (number, number))
        });
        if numbers[1].is_some() && numbers[0].is_none() {
            self.refuse(fields.get("icmpCode").at_key().error(codes::FORBIDDEN, "Forbidden: an ICMP code goes with its `icmpType`"));
        }
        let whole = match (protocol, any) {
            (Some(protocol), _) if protocol.has_ports() => TrafficTerm::Of(protocol, source, None),
            (Some(protocol), _) => TrafficTerm::Of(protocol, numbers[0], numbers[1]),
            (None, true) => TrafficTerm::Any,
            (None, false) => TrafficTerm::WithPorts,
        };
        if !port.is_set() {
            let each = source.is_some() || numbers[0].is_some();
            return Connections { terms: alloc::vec![whole], each };
        }
        if let Some(protocol) = protocol.filter(|protocol| !protocol.has_ports()) {
            self.refuse(port.at_key().error(codes::FORBIDDEN, format!("Forbidden: {protocol} has no ports")));
        }
        let is_list = port.node.is_some_and(|node| node.as_sequence().is_some());
        let slots: Vec<Slot<'a, '_>> = if is_list { self.items(port).collect() } else { alloc::vec![*port] };
        let terms = slots.iter().filter_map(|slot| self.check_port(slot, protocol, source, &whole)).collect();
        Connections { terms, each: true }
    }

    fn check_protocol(&mut self, slot: &Slot<'a, '_>) -> Option<Protocol> {
        let text = match slot.value()?.value() {
            Value::Int(number) => number.to_string(),
            _ => String::from(self.text(slot)?),
        };
        let protocol = Protocol::from_name(&text);
        if protocol.is_none() {
            self.unsupported(slot, codes::INVALID_PROTOCOL, &text, &["TCP", "UDP", "SCTP", "ICMP", "ICMPv6", "any"]);
        }
        protocol
    }

    fn check_source(&mut self, slot: &Slot<'a, '_>, protocol: Option<Protocol>) -> Option<(u16, u16)> {
        let node = slot.value()?;
        let written = node.as_str().unwrap_or_else(|| self.slice(node.span()));
        if protocol.is_none_or(|protocol| !protocol.has_ports()) {
            self.refuse(slot.at_key().error(codes::FORBIDDEN, "Forbidden: a source port goes with `protocol`: TCP, UDP or SCTP"));
        }
        let range = port_range(written);
        if range.is_none() {
            self.refuse(slot.invalid(codes::OUT_OF_RANGE, quoted(written), "must be a port or a range of ports from 1 to 65535"));
        }
        range
    }

    /// One entry of `port`. TCP where no protocol is given.
    fn check_port(
        &mut self,
        slot: &Slot<'a, '_>,
        protocol: Option<Protocol>,
        source: Option<(u16, u16)>,
        whole: &TrafficTerm,
    ) -> Option<TrafficTerm> {
        let node = slot.value()?;
        let written = match node.value() {
            Value::String(_) | Value::Int(_) => node.as_str().unwrap_or_else(|| self.slice(node.span())),
            _ => {
                self.expected(slot, "a port");
                return None;
            }
        };
        let term = term_of(written, protocol, source, whole);
        if term.is_none() {
            let message = format!("Invalid value: {}: not a port", quoted(written));
            self.refuse(slot.error(codes::INVALID_PORT_NAME, message).help(PORT_HELP));
        }
        term
    }
}

/// What a text means as a port.
pub(super) fn term_of(written: &str, protocol: Option<Protocol>, source: Option<(u16, u16)>, whole: &TrafficTerm) -> Option<TrafficTerm> {
    let written = written.trim();
    if matches!(written, "all" | "any") {
        return Some(whole.clone());
    }
    // `53/UDP` as Kubernetes prints it, `UDP:53` as netassert writes it, `UDP 53` as people do.
    let (own, port) = match written.split_once(['/', ':', ' ']) {
        Some((first, second)) => match (Protocol::from_name(first), Protocol::from_name(second)) {
            (Some(protocol), _) if protocol.has_ports() && protocol.name().is_some_and(|n| n.eq_ignore_ascii_case(first)) => {
                (Some(protocol), second)
            }
            (_, Some(protocol)) if protocol.has_ports() && protocol.name().is_some_and(|n| n.eq_ignore_ascii_case(second)) => {
                (Some(protocol), first)
            }
            _ => return None,
        },
        None => (protocol, written),
    };
    if protocol.is_some() && own != protocol {
        return None;
    }
    let port = port.trim();
    if let Some(range) = port_range(port) {
        return Some(TrafficTerm::Of(own.unwrap_or(Protocol::TCP), source, Some(range)));
    }
    names::port_name(port).is_ok().then(|| TrafficTerm::Named(own, port.into()))
}

/// `80`, or `8000-8100`.
fn port_range(text: &str) -> Option<(u16, u16)> {
    let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
    match text.split_once('-') {
        Some((first, last)) => port(first).zip(port(last)).filter(|(first, last)| first <= last),
        None => port(text).map(|port| (port, port)),
    }
}
