//! Traffic of rules as connection sets.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::classes::NamedPort;
use crate::connections::ConnectionSet;
use crate::model::Protocol;
use crate::policy::{Direction, IcmpMatch, PacketMatch, PortTerm, TrafficMatch, TrafficTermKind};

/// Traffic that a rule matches, by number in a [`TrafficPool`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct TrafficId(pub(super) u32);

impl TrafficId {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which endpoint of a connection a port belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Side {
    Source,
    Destination,
}

impl Side {
    /// That of the endpoint which policies of a direction select.
    pub(crate) const fn own(direction: Direction) -> Self {
        match direction {
            Direction::Egress => Side::Source,
            Direction::Ingress => Side::Destination,
        }
    }

    /// That of its peer.
    pub(crate) const fn peer(direction: Direction) -> Self {
        match direction {
            Direction::Egress => Side::Destination,
            Direction::Ingress => Side::Source,
        }
    }
}

/// Traffic of a rule: connections known at once, and ports that are looked up by name on one of the endpoints.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct CompiledTraffic {
    /// What is known at once.
    pub(crate) fixed: ConnectionSet,
    /// What must hold besides, each on its own.
    pub(crate) named: Vec<NamedPorts>,
}

/// Ports by number or name on one endpoint, or all but those.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct NamedPorts {
    pub(crate) side: Side,
    pub(crate) negated: bool,
    /// Those given by number.
    pub(crate) fixed: ConnectionSet,
    /// Names, each with the protocol that the port must have if that is said.
    pub(crate) names: Vec<(Box<str>, Option<Protocol>)>,
}

impl CompiledTraffic {
    /// Whether it depends on the ports of an endpoint.
    pub(crate) fn asks(&self, side: Side) -> bool {
        self.named.iter().any(|n| n.side == side)
    }

    /// The connections that it means between two endpoints with these named ports.
    pub(super) fn between(&self, source: &[NamedPort], destination: &[NamedPort]) -> ConnectionSet {
        self.named.iter().fold(self.fixed.clone(), |set, part| {
            let ports = match part.side {
                Side::Source => source,
                Side::Destination => destination,
            };
            let meant = part.on(ports);
            if part.negated { set.difference(&meant) } else { set.intersection(&meant) }
        })
    }
}

impl NamedPorts {
    fn on(&self, ports: &[NamedPort]) -> ConnectionSet {
        let mut set = self.fixed.clone();
        for (name, protocol) in &self.names {
            for port in ports.iter().filter(|p| p.name == *name && protocol.is_none_or(|wanted| wanted == p.protocol)) {
                let number = Some((port.number, port.number));
                let connections = match self.side {
                    Side::Source => ConnectionSet::of(port.protocol, number, None),
                    Side::Destination => ConnectionSet::of(port.protocol, None, number),
                };
                set = set.union(&connections);
            }
        }
        set
    }
}

/// All different traffics of a ruleset.
#[derive(Clone, Debug, Default)]
pub(super) struct TrafficPool {
    traffics: Vec<CompiledTraffic>,
    terms: HashMap<Vec<TrafficTermKind>, TrafficId>,
    packets: HashMap<PacketMatch, TrafficId>,
}

impl TrafficPool {
    pub(super) fn get(&self, id: TrafficId) -> Option<&CompiledTraffic> {
        self.traffics.get(id.index())
    }

    pub(super) fn add(&mut self, traffic: &TrafficMatch) -> TrafficId {
        let next = TrafficId(self.traffics.len() as u32);
        let id = match traffic {
            // An empty list cannot come from a rule that has terms, so it can stand for "everything" here.
            TrafficMatch::Any => *self.terms.entry(Vec::new()).or_insert(next),
            TrafficMatch::Of(terms) => {
                let mut key: Vec<_> = terms.iter().map(|t| t.kind.clone()).collect();
                key.sort_unstable();
                key.dedup();
                *self.terms.entry(key).or_insert(next)
            }
            TrafficMatch::Packet(packet) => *self.packets.entry(PacketMatch { place: None, ..(**packet).clone() }).or_insert(next),
        };
        if id == next {
            self.traffics.push(match traffic {
                TrafficMatch::Any => CompiledTraffic { fixed: ConnectionSet::all(), named: Vec::new() },
                TrafficMatch::Of(terms) => of_terms(terms.iter().map(|t| &t.kind)),
                TrafficMatch::Packet(packet) => of_packet(packet),
            });
        }
        id
    }
}

fn of_terms<'a>(terms: impl Iterator<Item = &'a TrafficTermKind>) -> CompiledTraffic {
    let mut fixed = ConnectionSet::EMPTY;
    let mut names = Vec::new();
    for term in terms {
        match term {
            TrafficTermKind::Protocol(protocol) => fixed = fixed.union(&ConnectionSet::protocol(*protocol)),
            TrafficTermKind::Ports(protocol, first, last) => fixed = fixed.union(&ConnectionSet::ports(*protocol, *first, *last)),
            TrafficTermKind::Named(name, protocol) => names.push((name.clone(), *protocol)),
        }
    }
    if names.is_empty() {
        return CompiledTraffic { fixed, named: Vec::new() };
    }
    // Ports are always destination ports: of the peer for egress, of the subject for ingress.
    CompiledTraffic {
        fixed: ConnectionSet::all(),
        named: alloc::vec![NamedPorts { side: Side::Destination, negated: false, fixed, names }],
    }
}

/// Upstream: docs/semantics.md, Calico.
fn of_packet(packet: &PacketMatch) -> CompiledTraffic {
    let mut fixed = packet.protocol.map_or_else(ConnectionSet::all, ConnectionSet::protocol);
    if let Some(protocol) = packet.not_protocol {
        fixed = fixed.difference(&ConnectionSet::protocol(protocol));
    }
    // Types and codes are those of the protocol that the rule names; without one, of both.
    let icmp = |icmp: &IcmpMatch| {
        let both = [Protocol::ICMP, Protocol::ICMPV6].map(|protocol| {
            let exactly = |value: Option<u8>| value.map(|v| (u16::from(v), u16::from(v)));
            ConnectionSet::of(protocol, exactly(icmp.kind), exactly(icmp.code))
        });
        both[0].union(&both[1])
    };
    if let Some(wanted) = &packet.icmp {
        fixed = fixed.intersection(&icmp(wanted));
    }
    if let Some(excluded) = &packet.not_icmp {
        fixed = fixed.difference(&icmp(excluded));
    }
    let mut named = Vec::new();
    let lists = [
        (Side::Source, false, &packet.source_ports),
        (Side::Source, true, &packet.not_source_ports),
        (Side::Destination, false, &packet.destination_ports),
        (Side::Destination, true, &packet.not_destination_ports),
    ];
    for (side, negated, ports) in lists {
        if ports.is_empty() {
            continue;
        }
        let mut part = NamedPorts { side, negated, fixed: ConnectionSet::EMPTY, names: Vec::new() };
        for port in ports {
            match port {
                PortTerm::Range(first, last) => {
                    for protocol in [Protocol::TCP, Protocol::UDP, Protocol::SCTP] {
                        let range = Some((*first, *last));
                        let connections = match side {
                            Side::Source => ConnectionSet::of(protocol, range, None),
                            Side::Destination => ConnectionSet::of(protocol, None, range),
                        };
                        part.fixed = part.fixed.union(&connections);
                    }
                }
                PortTerm::Named(name) => part.names.push((name.clone(), packet.protocol)),
            }
        }
        if part.names.is_empty() {
            fixed = if negated { fixed.difference(&part.fixed) } else { fixed.intersection(&part.fixed) };
        } else {
            named.push(part);
        }
    }
    if let Some(service) = &packet.service {
        let names = alloc::vec![(service.clone(), None)];
        named.push(NamedPorts { side: Side::Destination, negated: false, fixed: ConnectionSet::EMPTY, names });
    }
    CompiledTraffic { fixed, named }
}
