//! What is set about traffic of hosts, beside policies.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::connections::ConnectionSet;
use crate::model::Protocol;
use crate::policy::Doubt;

/// What is set about traffic of hosts. Upstream: docs/semantics.md, Calico.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HostRules {
    /// `defaultEndpointToHostAction`.
    pub endpoint_to_host: EndpointToHost,
    /// The same, for nodes with a setting of their own, by name.
    pub endpoint_to_host_of: BTreeMap<String, EndpointToHost>,
    /// Why it is not known on some of them.
    pub endpoint_to_host_doubt: Option<Doubt>,
    /// Packets that are dropped where pods send them, whatever policies say.
    pub dropped: DroppedPackets,
    /// The same, for nodes with a setting of their own, by name.
    pub dropped_of: BTreeMap<String, DroppedPackets>,
}

/// Packets with packets inside, which pods may not send. Upstream: `felix/rules/endpoints.go`, `endpointIptablesChain`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct DroppedPackets {
    /// UDP to this port (VXLAN).
    pub vxlan: Option<u16>,
    /// Protocol 4 (IP in IP).
    pub ipip: bool,
}

impl DroppedPackets {
    /// Them.
    pub fn connections(self) -> ConnectionSet {
        let vxlan = self.vxlan.map_or(ConnectionSet::EMPTY, |port| ConnectionSet::ports(Protocol::UDP, port, port));
        if self.ipip { vxlan.union(&ConnectionSet::protocol(IPIP)) } else { vxlan }
    }
}

/// IP in IP.
pub(crate) const IPIP: Protocol = Protocol(4);

/// `defaultEndpointToHostAction`: what happens to packets from a pod to its own node that egress policy let through.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum EndpointToHost {
    /// Dropped.
    #[default]
    Drop,
    /// Accepted.
    Accept,
    /// Left to the node's own rules.
    Return,
    /// Not known, for the reason in [`HostRules::endpoint_to_host_doubt`].
    Unknown,
}

impl EndpointToHost {
    /// The word of the field.
    pub const fn as_str(self) -> &'static str {
        match self {
            EndpointToHost::Drop => "Drop",
            EndpointToHost::Accept => "Accept",
            EndpointToHost::Return => "Return",
            EndpointToHost::Unknown => "unknown",
        }
    }
}
