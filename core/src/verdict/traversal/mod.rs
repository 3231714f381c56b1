//! The traversal of a packet: which checkpoints it meets, in order.
//!
//! Between pods it meets egress of the one and ingress of the other. Where Calico polices hosts, it also meets the host endpoints of the
//! nodes that it leaves, crosses and enters. Upstream: docs/semantics.md, Calico.

mod bindings;
mod cloud;
mod leaving;
mod locations;
mod overlay;
mod route;

pub use bindings::GroupPlace;
pub(crate) use bindings::{is_guarded, pod_range, polices_platform};
pub(crate) use cloud::{CloudTraversal, Topology, groups_between};
pub(crate) use leaving::{PodSnat, SnatEndpoint, keeps_source, leaves_as};
pub(crate) use locations::{NetworkLocation, NetworkLocationKind, NetworkLocations, is_flat};
pub(crate) use overlay::{NodeSubnet, Overlay, TunnelSources, Wire, encapsulating, tunnel_source, wire_between};
pub use route::Routing;
pub(crate) use route::{Access, Cast, RouteBeyond, RouteEndpoint, beyond, no_way_in, reach, user_routing};

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::compile::{Compiled, Endpoint, Hook, Whereabouts};
use crate::language::azure::AddressSku;
use crate::policy::{Direction, EndpointToHost, GroupUseId};
use crate::snapshot::cloud::{InterfaceId, NetworkId};
use crate::snapshot::{HostEndpointId, NodeHosts, NodeId, Snapshot};

/// One place that a packet passes and where something is decided.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Checkpoint {
    /// Policies of an endpoint: egress of the source, or ingress of the destination.
    Endpoint(Direction),
    /// Policies of a host endpoint.
    Host {
        /// Which.
        host: HostEndpointId,
        /// That whose policies before address translation are asked: another one, for all interfaces, if the first has none of these.
        pre_dnat: HostEndpointId,
        /// Into the host, or out of it. The other endpoint of the flow is the peer.
        direction: Direction,
        /// The hooks that the packet meets, in order; what one allows the later ones are not asked about.
        hooks: &'static [Hook],
        /// The node, or other end, whose address the packet has here in place of its pod's, where it has.
        masquerade: Option<Endpoint>,
    },
    /// The reply of a connection through a node whose host endpoint has policies before connection tracking: they are asked about replies
    /// too, and what they let in untracked has its reply asked about like a new connection.
    Reply {
        /// The node.
        node: NodeId,
        /// Its host endpoint.
        host: HostEndpointId,
        /// Where the connection's packets enter the node.
        enters: Side,
        /// Where they leave it.
        leaves: Side,
        /// The node, or other end, whose address the connection's packets have here in place of their pod's, where they have.
        masquerade: Option<Endpoint>,
    },
    /// What the node does with packets that a pod on it sends to it (`defaultEndpointToHostAction`).
    OwnHost(NodeId, EndpointToHost),
    /// A network security group of the cloud.
    Group {
        /// Its use, an index into [`crate::snapshot::cloud::Cloud::uses`].
        used: GroupUseId,
        /// Where it is met.
        place: GroupPlace,
        /// Out of that place, or into it.
        direction: Direction,
        /// Where the packet comes from, as seen there.
        from: Endpoint,
        /// Where it goes, as seen there.
        to: Endpoint,
        /// Whether the packet travels inside another one, which is all that is seen there (VXLAN, UDP 4789).
        encapsulated: bool,
    },
    /// From the Internet to the public address of an interface (an index into [`crate::snapshot::cloud::Cloud::interfaces`]) that no group
    /// guards.
    PublicAddress(InterfaceId, AddressSku),
    /// From one virtual network to another that it is not peered with.
    NotPeered(NetworkId, NetworkId),
    /// A route that does not lead on, or of which that is not known.
    Route(Routing),
    /// The virtual network itself, which does not carry every protocol.
    Carriage,
    /// A NAT gateway, which does not carry every protocol.
    Nat(Routing),
    /// The route of the replies, which does not lead back, or of which that is not known.
    ReplyRoute(Routing),
    /// To one of the addresses of Azure's platform, which no rule stops unless it names the platform.
    Platform(IpAddr),
}

impl Checkpoint {
    /// The same for a packet between other endpoints; what travels inside another packet is seen as it is.
    pub(crate) fn with_ends(self, from: Endpoint, to: Endpoint) -> Checkpoint {
        match self {
            Checkpoint::Group { used, place, direction, encapsulated: false, .. } => {
                Checkpoint::Group { used, place, direction, from, to, encapsulated: false }
            }
            checkpoint => checkpoint,
        }
    }

    /// The same for a packet that comes with the address of a node, or another one, in place of its pod's.
    pub(crate) fn masqueraded(self, masquerade: Option<Endpoint>) -> Checkpoint {
        match self {
            Checkpoint::Host { host, pre_dnat, direction, hooks, .. } => Checkpoint::Host { host, pre_dnat, direction, hooks, masquerade },
            Checkpoint::Reply { node: at, host, enters, leaves, .. } => Checkpoint::Reply { node: at, host, enters, leaves, masquerade },
            checkpoint => checkpoint,
        }
    }

    /// Where the packet comes from, as seen there.
    pub(crate) fn source(self, from: Endpoint) -> Endpoint {
        match self {
            Checkpoint::Host { masquerade: Some(end), .. } | Checkpoint::Reply { masquerade: Some(end), .. } => end,
            _ => from,
        }
    }

    /// What of it comes before the packet's destination is translated; nothing if none of it does.
    pub(crate) fn before_translation(self) -> Option<Checkpoint> {
        match self {
            Checkpoint::Host { host, pre_dnat, direction: Direction::Ingress, hooks, masquerade } => {
                let hooks = if hooks.contains(&Hook::Untracked) { BEFORE_TRANSLATION } else { PRE_DNAT };
                Some(Checkpoint::Host { host, pre_dnat, direction: Direction::Ingress, hooks, masquerade })
            }
            _ => None,
        }
    }
}

/// Of what comes from the network, all that is asked before addresses are translated.
const BEFORE_TRANSLATION: &[Hook] = &[Hook::Untracked, Hook::PreDnat];
/// Into processes of the host.
const LOCAL_IN: &[Hook] = &[Hook::Untracked, Hook::PreDnat, Hook::Normal];
/// From processes of the host.
const LOCAL_OUT: &[Hook] = &[Hook::Untracked, Hook::Normal];
/// From the network, through the host.
const FORWARD_IN: &[Hook] = &[Hook::Untracked, Hook::PreDnat, Hook::Forward];
/// Through the host, where packets leave it.
const FORWARD: &[Hook] = &[Hook::Forward];
/// Before addresses are translated, and nothing after that.
const PRE_DNAT: &[Hook] = &[Hook::PreDnat];
/// Before connection tracking, and nothing after that.
pub(crate) const UNTRACKED: &[Hook] = &[Hook::Untracked];
/// The same for replies.
pub(crate) const UNTRACKED_REPLY: &[Hook] = &[Hook::Reply];
// An endpoint for all interfaces has no policies before connection tracking (upstream: `endpointManager.updateHostEndpoints` ignores them),
// and neither have the interfaces of pods (`StaticRawPreroutingChain` leaves out what comes from pods).
const LOCAL_IN_TRACKED: &[Hook] = &[Hook::PreDnat, Hook::Normal];
const LOCAL_OUT_TRACKED: &[Hook] = &[Hook::Normal];
const FORWARD_IN_TRACKED: &[Hook] = &[Hook::PreDnat, Hook::Forward];
/// Replies as connections of their own, into processes of the host and out of them.
const REPLY_IN: &[Hook] = &[Hook::PreDnat, Hook::ReplyNormal];
const REPLY_OUT: &[Hook] = &[Hook::ReplyNormal];

/// One endpoint, as far as traversals depend on it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct HostLocation {
    /// The node that it is on, if it is known to be on one.
    pub(crate) node: Option<NodeId>,
    /// Whether it is a process of the host, not a pod of its own.
    pub(crate) is_host: bool,
}

impl HostLocation {
    pub(crate) fn of(end: Endpoint, compiled: &Compiled, snapshot: &Snapshot) -> Self {
        let (whereabouts, is_host) = match compiled.node_network(end, snapshot) {
            Some(whereabouts) => (Some(whereabouts), true),
            None => (compiled.pod_network(end, snapshot), false),
        };
        let node = match whereabouts {
            Some(Whereabouts::On(node)) => Some(node),
            Some(Whereabouts::Somewhere) | None => None,
        };
        HostLocation { node, is_host }
    }
}

/// What polices a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NodeRules {
    /// Its host endpoints.
    pub(crate) hosts: NodeHosts,
    /// That of them which is asked before addresses are translated, for packets from the network.
    pre_dnat: Option<HostEndpointId>,
    /// Whether the one for the interface to the network has policies before connection tracking.
    untracked: bool,
    /// What becomes of packets from its own pods to itself.
    pub(crate) endpoint_to_host: EndpointToHost,
}

impl NodeRules {
    /// A node without host endpoints.
    pub(crate) const UNPOLICED: NodeRules = NodeRules {
        hosts: NodeHosts { named: None, all: None, tunnel: None },
        pre_dnat: None,
        untracked: false,
        endpoint_to_host: EndpointToHost::Accept,
    };

    pub(crate) fn of(node: NodeId, compiled: &Compiled, snapshot: &Snapshot) -> Self {
        let hosts = snapshot.host_endpoints_of(node);
        let has = |host: HostEndpointId, hook, direction| !compiled.applied(compiled.class_of_host(host, hook), direction).is_empty();
        // Upstream: only endpoints with policies of this kind have chains of this kind; all other interfaces get those of the one for all
        // (`endpointManager.updateHostEndpoints`, `newPreDNATIfaceNameToHostEpID`).
        let own = hosts.named.filter(|host| has(*host, Hook::PreDnat, Direction::Ingress));
        NodeRules {
            hosts,
            pre_dnat: own.or(hosts.all).or(hosts.named),
            untracked: hosts.named.is_some_and(|host| Direction::BOTH.into_iter().any(|direction| has(host, Hook::Untracked, direction))),
            endpoint_to_host: compiled.endpoint_to_host(node, snapshot),
        }
    }
}

/// The traversals from one endpoint to another, each with its checkpoints in the order in which a packet meets them. There are several
/// where the input does not say on which node a pod runs, and that matters.
pub fn traversals(compiled: &Compiled, snapshot: &Snapshot, from: Endpoint, to: Endpoint) -> Vec<Vec<Checkpoint>> {
    traversals_among(NetworkLocations::new(compiled, snapshot).as_ref(), compiled, snapshot, from, to)
}

/// The same, with the places of all endpoints in the cloud's network looked up once for many questions.
pub(crate) fn traversals_among(
    locations: Option<&NetworkLocations<'_>>,
    compiled: &Compiled,
    snapshot: &Snapshot,
    from: Endpoint,
    to: Endpoint,
) -> Vec<Vec<Checkpoint>> {
    // Pods that nothing tells apart are different pods still.
    let is_itself = from == to && !matches!(from, Endpoint::Pod(id) if snapshot.pod(id).is_some_and(|e| e.replicas > 1));
    let polices_hosts = compiled.polices_hosts() && !is_itself;
    // With which address a packet comes matters only where a host endpoint looks at it.
    let destination = SnatEndpoint::of(to, snapshot);
    let mut watched = snapshot.host_endpoints.iter().map(|host| host.node);
    let disguises = match polices_hosts && watched.any(|node| destination.is_on(node)) {
        true => {
            let nodes = snapshot.nodes().map(|(id, _)| id);
            SnatEndpoint::of(from, snapshot).disguises(&destination, nodes, |node| compiled.class_of(Endpoint::Node(node)))
        }
        false => alloc::vec![None],
    };
    let sides = if polices_hosts { wire_of(snapshot, from, to).sides() } else { Wire::Plain.sides() };
    let mut found = Vec::new();
    for (disguise, side) in disguises.into_iter().flat_map(|disguise| sides.iter().map(move |side| (disguise, *side))) {
        let mut checkpoints = alloc::vec![Checkpoint::Endpoint(Direction::Egress)];
        let mut wire = Some(1);
        if polices_hosts {
            let rules = |node| NodeRules::of(node, compiled, snapshot);
            let ends = (HostLocation::of(from, compiled, snapshot), HostLocation::of(to, compiled, snapshot));
            wire = host_checkpoints(ends.0, ends.1, (side, disguise), rules, &mut checkpoints);
        }
        checkpoints.push(Checkpoint::Endpoint(Direction::Ingress));
        let (Some(wire), Some(locations)) = (wire.filter(|_| !is_itself), locations) else {
            found.push(checkpoints);
            continue;
        };
        let whole = |traversal: Vec<Checkpoint>| -> Vec<Checkpoint> {
            let (before, after) = checkpoints.split_at(wire.min(checkpoints.len()));
            before.iter().copied().chain(traversal).chain(after.iter().copied()).collect()
        };
        found.extend(locations.traversals(compiled, from, to).into_iter().map(whole));
    }
    found
}

/// How packets between two endpoints travel from node to node.
pub(crate) fn wire_of(snapshot: &Snapshot, from: Endpoint, to: Endpoint) -> Wire {
    let home = |end: Endpoint| match end {
        Endpoint::Node(id) => Some(id),
        Endpoint::Pod(id) => snapshot.pod(id).and_then(|pod| pod.node),
        Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
    };
    match from {
        Endpoint::Outside(_) | Endpoint::InNetwork(..) => Wire::Plain,
        _ if home(from).is_some() && home(from) == home(to) => Wire::Plain,
        Endpoint::Pod(_) | Endpoint::Node(_) => wire_between(snapshot, Overlay::of(to, snapshot), home(from), home(to)),
    }
}

/// The checkpoints between those of the endpoints themselves. Returns how many of them come before the packet is on the network between
/// nodes; nothing if it never is. `wire` is the side by which it leaves the one node and enters the other, `masquerade` whose address it has once it is on the
/// network, in place of its pod's.
pub(crate) fn host_checkpoints(
    source: HostLocation,
    destination: HostLocation,
    (wire, masquerade): (Side, Option<Endpoint>),
    rules: impl Fn(NodeId) -> NodeRules,
    checkpoints: &mut Vec<Checkpoint>,
) -> Option<usize> {
    let side = |location: HostLocation| if location.is_host { Side::Host } else { Side::Pod };
    let cross = |node: Option<NodeId>, enters, leaves, masquerade, checkpoints: &mut Vec<Checkpoint>| {
        if let Some(node) = node {
            checkpoints
                .extend(crossing(node, rules(node), enters, leaves).into_iter().map(|checkpoint| checkpoint.masqueraded(masquerade)));
        }
    };
    if source.node.is_some() && source.node == destination.node {
        cross(source.node, side(source), side(destination), None, checkpoints);
        return None;
    }
    cross(source.node, side(source), wire, None, checkpoints);
    let before = checkpoints.len();
    cross(destination.node, wire, side(destination), masquerade, checkpoints);
    Some(before)
}

/// Where a packet enters a node, or leaves it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Side {
    /// The network between nodes.
    Network,
    /// A tunnel to another node, through which packets come inside others.
    Tunnel,
    /// A pod of the node.
    Pod,
    /// A process of the node.
    Host,
}

/// What a packet meets at the host endpoints of a node from one side of it to another. Upstream: docs/semantics.md, Calico.
pub(crate) fn crossing(node: NodeId, rules: NodeRules, enters: Side, leaves: Side) -> Vec<Checkpoint> {
    let mut checkpoints = hosts_crossed(node, rules, enters, leaves, false);
    let meets = untracked_direction(enters, leaves).or(untracked_direction(leaves, enters)).is_some();
    if let (Some(host), true) = (rules.hosts.named, rules.untracked && meets) {
        checkpoints.push(Checkpoint::Reply { node, host, enters, leaves, masquerade: None });
    }
    checkpoints
}

/// The policies before connection tracking that a packet meets at a node: those for what comes from the network, or for what the host
/// itself sends. Packets of pods meet none.
pub(crate) fn untracked_direction(enters: Side, leaves: Side) -> Option<Direction> {
    match (enters, leaves) {
        (Side::Network, _) => Some(Direction::Ingress),
        (Side::Host, Side::Network) => Some(Direction::Egress),
        _ => None,
    }
}

/// For the reply to a connection through a node: what it meets as a new connection (beside the policies before connection tracking),
/// and what it meets even when these allowed it.
pub(crate) fn reply_checkpoints(node: NodeId, rules: NodeRules, enters: Side, leaves: Side) -> (Vec<Checkpoint>, Vec<Checkpoint>) {
    let mut fresh = Vec::new();
    if leaves == Side::Pod {
        fresh.push(Checkpoint::Endpoint(Direction::Egress));
    }
    fresh.extend(crossing_back(node, rules, enters, leaves));
    if enters == Side::Pod {
        fresh.push(Checkpoint::Endpoint(Direction::Ingress));
    }
    // What is allowed untracked skips the ingress of the host, not what comes after it (`StaticFilterForwardChains`).
    let after = match (leaves, enters) {
        (Side::Network, Side::Pod | Side::Network) => {
            fresh.iter().copied().filter(|s| !matches!(s, Checkpoint::Host { direction: Direction::Ingress, .. })).collect()
        }
        _ => Vec::new(),
    };
    (fresh, after)
}

/// What a reply meets there as a new connection, without the policies before connection tracking.
pub(crate) fn crossing_back(node: NodeId, rules: NodeRules, enters: Side, leaves: Side) -> Vec<Checkpoint> {
    hosts_crossed(node, rules, leaves, enters, true)
}

fn hosts_crossed(node: NodeId, rules: NodeRules, enters: Side, leaves: Side, reply: bool) -> Vec<Checkpoint> {
    let mut checkpoints = Vec::new();
    // The interface to the network has an endpoint of its own, or falls to the one for all interfaces, as those of pods do.
    let NodeHosts { named, all, .. } = rules.hosts;
    let (network, tunnel) = (rules.hosts.on_network(), rules.hosts.on_tunnel());
    let beyond = |side: Side| match side {
        Side::Network => network,
        Side::Tunnel => tunnel,
        Side::Pod | Side::Host => all,
    };
    let pick = |with: &'static [Hook], without| if named.is_some() && !reply { with } else { without };
    let (local_in, local_out) = if reply { (REPLY_IN, REPLY_OUT) } else { (LOCAL_IN_TRACKED, LOCAL_OUT_TRACKED) };
    let mut meet = |host: Option<HostEndpointId>, pre_dnat: Option<HostEndpointId>, direction, hooks| {
        checkpoints.extend(host.map(|host| Checkpoint::Host {
            host,
            pre_dnat: pre_dnat.unwrap_or(host),
            direction,
            hooks,
            masquerade: None,
        }));
    };
    match (enters, leaves) {
        // The host reaches its own pods and itself, whatever policies say.
        (Side::Host, Side::Pod | Side::Host) => {}
        (Side::Host, Side::Network) => meet(network, network, Direction::Egress, pick(LOCAL_OUT, local_out)),
        (Side::Network, Side::Host) => meet(network, rules.pre_dnat, Direction::Ingress, pick(LOCAL_IN, local_in)),
        // Policies before connection tracking are those of the interface to the network.
        (Side::Host, Side::Tunnel) => meet(tunnel, tunnel, Direction::Egress, local_out),
        (Side::Tunnel, Side::Host) => meet(tunnel, tunnel, Direction::Ingress, local_in),
        (Side::Pod, Side::Host) => {
            meet(all, all, Direction::Ingress, PRE_DNAT);
            checkpoints.push(Checkpoint::OwnHost(node, rules.endpoint_to_host));
        }
        (Side::Pod, to) => {
            meet(all, all, Direction::Ingress, FORWARD_IN_TRACKED);
            meet(beyond(to), None, Direction::Egress, FORWARD);
        }
        (Side::Network, to) => {
            meet(network, rules.pre_dnat, Direction::Ingress, pick(FORWARD_IN, FORWARD_IN_TRACKED));
            meet(beyond(to), None, Direction::Egress, FORWARD);
        }
        (Side::Tunnel, to) => {
            meet(tunnel, tunnel, Direction::Ingress, FORWARD_IN_TRACKED);
            meet(beyond(to), None, Direction::Egress, FORWARD);
        }
    }
    checkpoints
}
