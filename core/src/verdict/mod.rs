//! One flow: which checkpoints the packet meets, what each lets through, and why. Words come later, in [`crate::explain`].

mod check;
mod checkpoint;
mod decide;
mod doors;
pub mod evaluate;
mod reply;
mod trace;
pub mod traversal;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::compile::Endpoint;
use crate::connections::Traffic;
use crate::language::azure::AddressSku;
use crate::model::Protocol;
use crate::policy::{EndpointToHost, PolicyId, RuleRef};
use crate::snapshot::NodeId;
use crate::verdict::traversal::Routing;

pub(crate) use check::check;
pub(crate) use checkpoint::{
    CheckpointResult, Otherwise, SeenSource, VXLAN, by_protocol, is_loopback, is_own_node, is_single, own_node_connections,
    without_policies,
};
pub(crate) use decide::several_networks;
pub use decide::{CheckpointRecord, Decision, decide};
pub use doors::LeadsTo;
pub(crate) use doors::{Doors, leads_on};
pub(crate) use trace::{TierRecord, TraceRecorder};

/// One question: may this traffic go from here to there?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Flow {
    /// Where the connection starts.
    pub from: Endpoint,
    /// Where it goes.
    pub to: Endpoint,
    /// What it carries.
    pub traffic: Traffic,
}

/// Where a packet was sent before its destination was translated: to a node's port, a Service or a load balancer. Policies before that
/// translation (Calico's `preDNAT` and `doNotTrack`) see this.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Original {
    /// The address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

/// The answer in a word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// It passes every checkpoint.
    Allowed,
    /// Some checkpoint stops it.
    Denied,
    /// A fact is missing, or upstream leaves it to the engine.
    CannotTell,
}

impl Verdict {
    /// `allowed`, `denied` or `cannot tell`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Allowed => "allowed",
            Verdict::Denied => "denied",
            Verdict::CannotTell => "cannot tell",
        }
    }
}

/// Why a checkpoint says what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// The endpoint is outside the cluster: no policy applies to it.
    Outside,
    /// The endpoint is a node, or a pod on the host network, which policies do not select.
    Node,
    /// No policy engine is installed.
    NoEngine,
    /// A pod and itself: such traffic never leaves it.
    Loopback,
    /// A pod's own node may always reach it.
    OwnNode,
    /// No policy applies to the pod in this direction.
    NoPolicy,
    /// Policies apply, but none of them decided and none isolates.
    NothingDecided,
    /// This rule decided.
    Rule(RuleRef),
    /// These policies isolate the pod, and no rule of theirs allows it.
    DefaultDeny(Vec<PolicyId>),
    /// What the node does with packets of its own pods to itself.
    OwnHost(EndpointToHost),
    /// No group guards a public address: its kind decides.
    PublicAddress(AddressSku),
    /// The two virtual networks are not peered.
    NotPeered,
    /// No route leads on.
    Route(Routing),
    /// The virtual network does not carry such packets.
    NotCarried,
    /// The virtual network carries such packets.
    Carried,
    /// No route leads the replies back, or that is not known; where nothing waits for a reply, packets arrive all the same.
    ReplyRoute(Routing),
    /// Packets to the platform's own addresses are let through.
    Platform,
    /// Calico drops such packets where a pod sends them: VXLAN, or IP in IP.
    Dropped(Protocol),
    /// The connection is tracked, so its reply passes.
    Tracked,
    /// The connection is not tracked, and nothing lets its reply through.
    NoReply,
    /// It cannot be told, because of these facts.
    Unknown(Vec<UnknownFact>),
}

/// A fact that is missing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum UnknownFact {
    /// A rule may or may not match: the address, name or node of the peer is not known.
    Rule(RuleRef),
    /// Whether these policies select the pod: they ask for labels whose values are not known.
    Selected(Vec<PolicyId>),
    /// What the policies mean for a protocol without ports.
    Protocol,
    /// Whether the source is the pod's own node, which may always reach it: the input does not say where one of them runs.
    OwnNode,
    /// Policies of equal priority disagree, and either may be looked at first.
    EqualPriority(Vec<PolicyId>),
    /// The question leaves open a port, and the answer depends on it.
    Traffic,
    /// What the node's own packet filter does with packets that are left to it.
    HostInput,
    /// What the node does with packets of its own pods to itself.
    EndpointToHost,
    /// On which nodes the pods run.
    Placement,
    /// Whether a pod comes to another node with its own address or with its node's: the input does not say what its pool does.
    SourceAddress,
    /// Whether packets come from this node, if it is known, to a pod of another inside others, past host endpoints of interfaces to the network.
    Encapsulation,
    /// With which address packets of a node come to a pod through a tunnel.
    TunnelAddress,
    /// Of which of several networks with this address it is.
    Network(IpAddr),
    /// Where something is that the input does not hold: what is missing, and how to get it.
    Missing(Box<str>),
    /// What becomes of it on the route that it takes.
    Route(Routing),
    /// What becomes of its replies on the route that they take.
    ReplyRoute(Routing),
    /// The public address with which the packet comes here, or to which it goes.
    PublicAddress,
    /// The address that an instance of an application gateway has.
    GatewayAddress,
    /// The node port, which the API server picks.
    NodePort,
    /// What becomes of it: it is for a port of a node from which it goes on to pods.
    Translated {
        /// The node.
        node: NodeId,
        /// To whom the port leads.
        leads_to: LeadsTo,
    },
}
