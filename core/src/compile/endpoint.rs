//! Endpoints of flows, and where they run.

use core::net::IpAddr;

use crate::policy::Matched;
use crate::snapshot::cloud::NetworkId;
use crate::snapshot::{NodeId, PodId};

/// One endpoint of a flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Endpoint {
    /// A pod (one replica of an endpoint).
    Pod(PodId),
    /// A node itself.
    Node(NodeId),
    /// An address outside the cluster.
    Outside(IpAddr),
    /// An address in one of the cloud's networks (an index into [`crate::snapshot::cloud::Cloud::networks`]): networks that are not
    /// connected may have the same addresses, and these are different endpoints.
    InNetwork(NetworkId, IpAddr),
}

impl Endpoint {
    /// The address of an endpoint that is nothing but an address.
    pub const fn address(self) -> Option<IpAddr> {
        match self {
            Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => Some(address),
            Endpoint::Pod(_) | Endpoint::Node(_) => None,
        }
    }
}

/// The node that an endpoint is on, as far as its own node matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Whereabouts {
    /// It is this node, or a pod on it.
    On(NodeId),
    /// It is on some node, and the input does not say on which.
    Somewhere,
}

impl Whereabouts {
    pub(super) fn of(node: Option<NodeId>) -> Self {
        node.map_or(Whereabouts::Somewhere, Whereabouts::On)
    }

    /// Whether two endpoints are on one node.
    pub(crate) fn together(self, other: Whereabouts) -> Matched {
        match (self, other) {
            (Whereabouts::On(a), Whereabouts::On(b)) if a == b => Matched::Yes,
            (Whereabouts::On(_), Whereabouts::On(_)) => Matched::No,
            _ => Matched::Possibly,
        }
    }
}
