//! A packet at some point of its route: its endpoints with the addresses that it has there, the place, and what is done to it.

use core::net::{IpAddr, Ipv4Addr};

use super::placed::Placed;
use crate::compile::Endpoint;
use crate::snapshot::cloud::GatewayId;
use crate::snapshot::{NodeId, PodId};

/// Stands for an unknown address.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// One endpoint of a packet at some point of its route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PacketEndpoint {
    /// What policies are asked about; see [`Paths::endpoint`](super::Paths::endpoint).
    pub(super) end: Endpoint,
    /// The address that the packet has.
    pub address: Option<IpAddr>,
    /// Whether the input does not give it: it is shown, and no verdict depends on it.
    pub assumed: bool,
}

impl PacketEndpoint {
    /// An address that is given.
    pub(crate) fn at(address: IpAddr) -> Self {
        PacketEndpoint { end: Endpoint::Outside(address), address: Some(address), assumed: false }
    }

    /// An address that is not given.
    pub(crate) fn assumed_at(address: IpAddr) -> Self {
        PacketEndpoint { assumed: true, ..PacketEndpoint::at(address) }
    }

    /// Any address outside.
    pub(super) fn anywhere() -> Self {
        PacketEndpoint { end: Endpoint::Outside(UNKNOWN), address: None, assumed: true }
    }

    /// The address of something that has none.
    pub(super) fn nowhere() -> Self {
        PacketEndpoint { address: None, ..PacketEndpoint::at(UNKNOWN) }
    }

    /// Whether it may be any address outside.
    pub fn is_anywhere(&self) -> bool {
        self.assumed && self.address.is_none() && self.end == Endpoint::Outside(UNKNOWN)
    }
}

/// The addresses of a packet at some point of its route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packet {
    /// Where it comes from.
    pub from: PacketEndpoint,
    /// Where it goes.
    pub to: PacketEndpoint,
    /// Its destination port; nothing for protocols without ports.
    pub port: Option<u16>,
}

/// A destination port, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Port {
    /// This one.
    Is(u16),
    /// A node port that the API server picks, and the input does not give.
    SomeNodePort,
}

impl Port {
    /// Its number, if it is known.
    pub(super) fn number(self) -> Option<u16> {
        if let Port::Is(number) = self { Some(number) } else { None }
    }
}

/// A place on the route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// Where the connection starts.
    Client,
    /// A load balancer of the cloud.
    LoadBalancer,
    /// A node.
    Node(Placed<NodeId>),
    /// A pod: the one that the packet is for, or one that opens a new connection.
    Pod(Placed<PodId>),
    /// An application gateway; nothing where none is given.
    Gateway(Option<GatewayId>),
    /// The egress to the Internet.
    Egress,
    /// Some other address.
    Outside,
}

/// What is done to a packet at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Translation {
    /// It gets another destination.
    Destination,
    /// It gets another source.
    Source,
    /// It ends here, and what goes on is a connection of the place itself.
    NewConnection,
    /// It travels inside another packet from here, between these nodes.
    Tunnel(Placed<NodeId>, Placed<NodeId>),
}

/// Why a route ends before its target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// Nothing leads there.
    NoRoute,
    /// It is dropped silently.
    Dropped,
    /// It is rejected: the client gets an answer at once.
    Rejected,
}

/// What becomes of TLS on the route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tls {
    /// No proxy decrypts the connection: it reaches the pod as it is.
    Untouched,
    /// A proxy ends it and goes on in the clear.
    Ends,
    /// A proxy ends it and encrypts anew.
    Anew,
}
