//! Protocols, ports and HTTP requests of a rule.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::model::Protocol;
use crate::text::Place;

/// Protocols and ports of a rule.
#[derive(Clone, PartialEq, Debug)]
pub enum TrafficMatch {
    /// Everything.
    Any,
    /// Traffic that one of these terms matches.
    Of(Vec<TrafficTerm>),
    /// Traffic that fits all of this (Calico).
    Packet(Box<PacketMatch>),
}

impl TrafficMatch {
    /// Whether it may match packets to a port.
    pub(crate) fn may_hold(&self, protocol: Protocol, port: u16) -> bool {
        match self {
            TrafficMatch::Any => true,
            TrafficMatch::Of(terms) => terms.iter().any(|term| match &term.kind {
                TrafficTermKind::Protocol(own) => *own == protocol,
                TrafficTermKind::Ports(own, first, last) => *own == protocol && (*first..=*last).contains(&port),
                TrafficTermKind::Named(_, own) => own.is_none_or(|own| own == protocol),
            }),
            TrafficMatch::Packet(packet) => {
                let is_in = |p: &PortTerm| match p {
                    PortTerm::Range(first, last) => (*first..=*last).contains(&port),
                    PortTerm::Named(_) => true,
                };
                packet.protocol.is_none_or(|own| own == protocol)
                    && (packet.destination_ports.is_empty() || packet.destination_ports.iter().any(is_in))
            }
        }
    }

    /// Destination ports at which what it matches may begin to be otherwise.
    pub(crate) fn port_borders(&self) -> Vec<u16> {
        let around = |first: u16, last: u16| [first, last.saturating_add(1)];
        match self {
            TrafficMatch::Any => Vec::new(),
            TrafficMatch::Of(terms) => {
                let borders = |term: &TrafficTerm| match term.kind {
                    TrafficTermKind::Ports(_, first, last) => Some(around(first, last)),
                    TrafficTermKind::Protocol(_) | TrafficTermKind::Named(..) => None,
                };
                terms.iter().filter_map(borders).flatten().collect()
            }
            TrafficMatch::Packet(packet) => {
                let ports = packet.destination_ports.iter().chain(&packet.not_destination_ports);
                ports
                    .filter_map(|p| if let PortTerm::Range(first, last) = p { Some(around(*first, *last)) } else { None })
                    .flatten()
                    .collect()
            }
        }
    }
}

/// What a Calico rule says of packets. What is left out restricts nothing.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct PacketMatch {
    /// Where it is written.
    pub place: Option<Place>,
    /// `protocol`.
    pub protocol: Option<Protocol>,
    /// `notProtocol`.
    pub not_protocol: Option<Protocol>,
    /// `icmp`.
    pub icmp: Option<IcmpMatch>,
    /// `notICMP`.
    pub not_icmp: Option<IcmpMatch>,
    /// `source.ports`.
    pub source_ports: Vec<PortTerm>,
    /// `source.notPorts`.
    pub not_source_ports: Vec<PortTerm>,
    /// `destination.ports`.
    pub destination_ports: Vec<PortTerm>,
    /// `destination.notPorts`.
    pub not_destination_ports: Vec<PortTerm>,
    /// `destination.services`: the packet goes to an endpoint of this Service, `namespace/name`, on a port of the Service's endpoints.
    pub service: Option<Box<str>>,
}

impl TrafficMatch {
    /// Whether it is about ports, by number, by name or by a Service.
    pub(crate) fn names_ports(&self) -> bool {
        match self {
            TrafficMatch::Any => false,
            TrafficMatch::Of(terms) => terms.iter().any(|term| !matches!(term.kind, TrafficTermKind::Protocol(_))),
            TrafficMatch::Packet(packet) => {
                let lists = [&packet.source_ports, &packet.not_source_ports, &packet.destination_ports, &packet.not_destination_ports];
                packet.service.is_some() || lists.iter().any(|list| !list.is_empty())
            }
        }
    }
}

/// One term of a [`TrafficMatch`].
#[derive(Clone, PartialEq, Debug)]
pub struct TrafficTerm {
    /// Where it is written.
    pub place: Place,
    /// What it matches.
    pub kind: TrafficTermKind,
}

/// What a [`TrafficTerm`] matches.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TrafficTermKind {
    /// Every connection of a protocol.
    Protocol(Protocol),
    /// Destination ports of a protocol, first to last.
    Ports(Protocol, u16, u16),
    /// The container port of the destination pod that has this name (and this protocol, if one is given).
    Named(Box<str>, Option<Protocol>),
}

/// ICMP type, and code if the rule names one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct IcmpMatch {
    /// `type`; any where left out.
    pub kind: Option<u8>,
    /// `code`; any where left out.
    pub code: Option<u8>,
}

/// One entry of `ports` or `notPorts`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PortTerm {
    /// Numbers, first to last.
    Range(u16, u16),
    /// The port of an endpoint that has this name.
    Named(Box<str>),
}

/// What a rule says of HTTP requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HttpTerm {
    /// Where it is written.
    pub place: Place,
    /// What that means for the request, as far as there is something that looks into it (see [`crate::settings::Http`]).
    pub fits: HttpFit,
}

/// Whether an HTTP request is one that a rule is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HttpFit {
    /// Nothing looks into requests, so the rule is about all of them.
    NotAsked,
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The request is not known.
    Unknown,
}
