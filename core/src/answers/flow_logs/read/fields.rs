//! Fields of an entry, in the two ways in which programs write the same ones: `source_name` and `sourceName`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::connections::{AskedTraffic, Traffic};
use crate::document::{NodeRef, Value};
use crate::model::Protocol;

/// A field by either name; nothing where it is null.
pub(super) fn field<'a>(node: NodeRef<'a>, snake: &str, camel: &str) -> Option<NodeRef<'a>> {
    node.get(snake).or_else(|| node.get(camel)).filter(|found| !found.is_null())
}

/// Text that says something.
pub(super) fn text<'a>(node: NodeRef<'a>, snake: &str, camel: &str) -> Option<&'a str> {
    field(node, snake, camel)?.as_str().filter(|text| !text.is_empty() && *text != "-")
}

/// A whole number, also where it is written as text, as the JSON of Protocol Buffers writes large ones.
pub(super) fn number(node: NodeRef<'_>) -> Option<i64> {
    match node.value() {
        Value::Int(number) => Some(*number),
        Value::Float(number) => Some(*number as i64),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// An address.
pub(super) fn address(node: Option<NodeRef<'_>>) -> Option<IpAddr> {
    parsed(node?.as_str()?)
}

/// An address in text; one of IPv4 that is written as one of IPv6 is one of IPv4.
pub(super) fn parsed(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.trim().parse().ok()?;
    Some(address.to_canonical())
}

/// `key=value`; nothing for what is no label of Kubernetes's.
pub(super) fn label(text: &str) -> Option<(String, String)> {
    let (key, value) = text.trim().split_once('=')?;
    (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
}

/// All labels of a list of texts, sorted.
pub(super) fn labels<'a>(list: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
    let mut labels: Vec<(String, String)> = list.filter_map(label).collect();
    labels.sort();
    labels
}

/// The texts of a list.
pub(super) fn texts<'a>(node: Option<NodeRef<'a>>) -> impl Iterator<Item = &'a str> {
    node.and_then(NodeRef::as_sequence).into_iter().flatten().filter_map(NodeRef::as_str)
}

/// Traffic of a protocol to a port, from any source port. A port of a protocol that has none, and port 0, say nothing.
pub(super) fn traffic(protocol: Protocol, port: Option<i64>) -> Traffic {
    let port = port.and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0 && protocol.has_ports());
    Traffic { protocol, source: None, destination: port }
}

/// An ICMP message of a type and code.
pub(super) fn icmp(protocol: Protocol, kind: Option<i64>, code: Option<i64>) -> Traffic {
    let small = |number: Option<i64>| number.and_then(|number| u8::try_from(number).ok());
    let icmp_type = small(kind);
    let asked = AskedTraffic { icmp_type, icmp_code: small(code).filter(|_| icmp_type.is_some()), ..AskedTraffic::default() };
    asked.of(protocol).unwrap_or(Traffic { protocol, source: None, destination: None })
}

/// A protocol by its name or number.
pub(super) fn protocol(text: &str) -> Option<Protocol> {
    let name = if text.eq_ignore_ascii_case("icmpv4") { "icmp" } else { text };
    Protocol::from_name(name)
}
