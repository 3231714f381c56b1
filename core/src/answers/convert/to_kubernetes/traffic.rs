//! Protocols and ports of a Calico rule as `ports` of a NetworkPolicy, and what one leaves of another.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::to_calico::joined;
use super::Cannot;
use super::inexpressible::Inexpressible;
use crate::answers::fix::value::{V, map, text};
use crate::language::calico::CalicoRule;
use crate::model::Protocol;
use crate::policy::{Direction, PortTerm};

/// Protocols that NetworkPolicy knows.
const PROTOCOLS: [Protocol; 3] = [Protocol::TCP, Protocol::UDP, Protocol::SCTP];

/// Ports of a protocol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum PortsOf {
    /// All.
    All,
    /// These numbers.
    Range(u16, u16),
    /// The container port with this name.
    Name(Box<str>),
}

/// Protocols and destination ports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Traffic {
    /// All there are.
    Any,
    /// These.
    Of(Vec<(Protocol, PortsOf)>),
}

impl Traffic {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Traffic::Of(terms) if terms.is_empty())
    }

    /// Whether it has no packet of a protocol (any, if nothing is given).
    pub(super) fn lacks(&self, protocol: Option<Protocol>) -> bool {
        match (self, protocol) {
            (Traffic::Of(terms), Some(protocol)) => terms.iter().all(|(own, _)| *own != protocol),
            (_, _) => self.is_empty(),
        }
    }

    /// Both.
    pub(super) fn and(&self, other: &Traffic) -> Traffic {
        match (self, other) {
            (Traffic::Of(own), Traffic::Of(others)) => {
                let mut terms = own.clone();
                terms.extend(others.iter().filter(|term| !own.contains(term)).cloned());
                Traffic::Of(tidy(terms))
            }
            _ => Traffic::Any,
        }
    }

    /// What of it is not in another.
    ///
    /// # Errors
    /// Why that cannot be said.
    pub(super) fn without(&self, other: &Traffic) -> Result<Traffic, Inexpressible> {
        match (self, other) {
            (_, Traffic::Any) => Ok(Traffic::Of(Vec::new())),
            (_, _) if other.is_empty() => Ok(self.clone()),
            (Traffic::Any, Traffic::Of(_)) => Err(Inexpressible::AllButPorts),
            (Traffic::Of(own), Traffic::Of(others)) => {
                let mut left = own.clone();
                for (protocol, ports) in others {
                    let mut next = Vec::new();
                    for (own, term) in left {
                        if own == *protocol {
                            next.extend(less(&term, ports)?.into_iter().map(|term| (own, term)));
                        } else {
                            next.push((own, term));
                        }
                    }
                    left = next;
                }
                Ok(Traffic::Of(tidy(left)))
            }
        }
    }

    /// As `ports`; nothing for all there is.
    pub(super) fn values(&self) -> Option<Vec<V>> {
        let Traffic::Of(terms) = self else { return None };
        let value = |(protocol, ports): &(Protocol, PortsOf)| {
            let (port, end) = match ports {
                PortsOf::All => (None, None),
                PortsOf::Range(first, last) => (Some(V::Number(u32::from(*first))), (first != last).then_some(V::Number(u32::from(*last)))),
                PortsOf::Name(name) => (Some(text(name)), None),
            };
            map([("protocol", Some(text(protocol.name().unwrap_or_default()))), ("port", port), ("endPort", end)])
        };
        Some(terms.iter().map(value).collect())
    }
}

/// Ports of a protocol without others of the same.
fn less(own: &PortsOf, other: &PortsOf) -> Result<Vec<PortsOf>, Inexpressible> {
    let range = |ports: &PortsOf| match ports {
        PortsOf::All => Some((1, u16::MAX)),
        PortsOf::Range(first, last) => Some((*first, *last)),
        PortsOf::Name(_) => None,
    };
    match (own, other, range(own), range(other)) {
        (_, PortsOf::All, ..) => Ok(Vec::new()),
        (PortsOf::Name(own), PortsOf::Name(other), ..) if own == other => Ok(Vec::new()),
        (_, _, Some((first, last)), Some((from, to))) => {
            if to < first || last < from {
                return Ok(vec![own.clone()]);
            }
            let before = (first < from).then(|| PortsOf::Range(first, from - 1));
            let after = (to < last).then(|| PortsOf::Range(to + 1, last));
            Ok(before.into_iter().chain(after).collect())
        }
        _ => Err(Inexpressible::NamedPort),
    }
}

/// Numbers of a protocol in order, neighbours as one; all else as it is.
fn tidy(terms: Vec<(Protocol, PortsOf)>) -> Vec<(Protocol, PortsOf)> {
    let mut protocols: Vec<Protocol> = Vec::new();
    for (protocol, _) in &terms {
        if !protocols.contains(protocol) {
            protocols.push(*protocol);
        }
    }
    let mut found = Vec::new();
    for protocol in protocols {
        let own = || terms.iter().filter(|(of, _)| *of == protocol).map(|(_, ports)| ports);
        if own().any(|ports| *ports == PortsOf::All) {
            found.push((protocol, PortsOf::All));
            continue;
        }
        let ranges = own().filter_map(|ports| if let PortsOf::Range(first, last) = ports { Some((*first, *last)) } else { None });
        found.extend(joined(ranges.collect()).into_iter().map(|(first, last)| (protocol, PortsOf::Range(first, last))));
        found.extend(own().filter(|ports| matches!(ports, PortsOf::Name(_))).map(|ports| (protocol, ports.clone())));
    }
    found
}

/// The protocols and destination ports of a rule. `field` names the rule.
///
/// # Errors
/// What cannot be said.
pub(super) fn of_rule(rule: &CalicoRule, field: &str) -> Result<Traffic, Cannot> {
    let cannot = |part: &str, text: &str| Cannot { span: rule.span, field: alloc::format!("{field}.{part}"), text: text.to_string() };
    if rule.not_protocol.is_some() {
        return Err(cannot("notProtocol", "NetworkPolicy lists protocols, and cannot leave one out"));
    }
    if rule.icmp.is_some() || rule.not_icmp.is_some() {
        return Err(cannot(if rule.icmp.is_some() { "icmp" } else { "notICMP" }, "NetworkPolicy does not know ICMP"));
    }
    let source = &rule.source;
    if !source.ports.is_empty() || !source.not_ports.is_empty() {
        let part = if source.ports.is_empty() { "source.notPorts" } else { "source.ports" };
        return Err(cannot(part, "NetworkPolicy knows destination ports only"));
    }
    let (ports, not_ports) = (&rule.destination.ports, &rule.destination.not_ports);
    let protocols: Vec<Protocol> = match rule.protocol {
        Some(protocol) if PROTOCOLS.contains(&protocol) => vec![protocol],
        Some(_) => return Err(cannot("protocol", "NetworkPolicy knows TCP, UDP and SCTP only")),
        None if ports.is_empty() && not_ports.is_empty() => return Ok(Traffic::Any),
        // A port by name is of the protocol that its container declares.
        None if not_ports.is_empty() => PROTOCOLS.to_vec(),
        None => return Err(cannot("destination.notPorts", "without a protocol: NetworkPolicy can only list ports, of TCP, UDP and SCTP")),
    };
    let term = |term: &PortTerm| match term {
        PortTerm::Range(first, last) => PortsOf::Range(*first, *last),
        PortTerm::Named(name) => PortsOf::Name(name.clone()),
    };
    let of = |terms: &[PortTerm]| {
        let terms = protocols.iter().flat_map(|protocol| terms.iter().map(|one| (*protocol, term(one))));
        Traffic::Of(tidy(terms.collect()))
    };
    let own = if ports.is_empty() { Traffic::Of(protocols.iter().map(|p| (*p, PortsOf::All)).collect()) } else { of(ports) };
    own.without(&of(not_ports)).map_err(|why| cannot("destination.notPorts", &why.to_string()))
}

/// What of the rule's own side (that of the policy's pods) restricts it, if something does.
pub(super) fn own_side(rule: &CalicoRule, direction: Direction) -> Option<&'static str> {
    let entity = match direction {
        Direction::Ingress => &rule.destination,
        Direction::Egress => &rule.source,
    };
    let accounts = entity.service_accounts.as_ref().is_some_and(|a| !a.names.is_empty() || a.selector.is_some());
    let fields = [
        (entity.selector.is_some(), "selector"),
        (entity.not_selector.is_some(), "notSelector"),
        (entity.namespace_selector.is_some(), "namespaceSelector"),
        (accounts, "serviceAccounts"),
        (entity.services.is_some(), "services"),
        (!entity.nets.is_empty(), "nets"),
        (!entity.not_nets.is_empty(), "notNets"),
    ];
    fields.into_iter().find(|(is_given, _)| *is_given).map(|(_, field)| field)
}
