//! The traversal of the cloud's network: which security groups a packet meets, and with which addresses. Upstream: docs/azure.md 2.3, 2.5, 3.5.
//!
//! ```text
//! [interface, outbound] → [subnet, outbound] → the network → [subnet, inbound] → [interface, inbound]
//! ```
//!
//! Where the input does not say on which node a pod runs, there are several traversals; an answer is certain if all of them agree.

use alloc::vec::Vec;
use core::cell::RefCell;
use core::net::IpAddr;

use super::Checkpoint;
use super::bindings::{GroupPlace, NsgBindings};
use super::locations::{Candidate, NetworkLocation, together};
use super::route::{self, Routing};
use crate::compile::Endpoint;
use crate::language::azure::Plugin;
use crate::policy::{Direction, GroupUseId};
use crate::snapshot::cloud::{Cloud, Location, Network, NetworkId, RouteTableId};

/// A traversal of the cloud's network: its checkpoints in order, of which there are never more than six: the network
/// itself, two groups on each side, and the route of the replies.
pub(crate) type CloudTraversal = [Option<Checkpoint>; 6];

/// The traversal of what never leaves its machine, or meets nothing.
const INSIDE: CloudTraversal = [None; 6];

/// What traversals depend on beside the places of their endpoints.
#[derive(Clone, Debug)]
pub(crate) struct Topology {
    /// By network, whether it is given with all that it is connected with.
    pub(super) given: Vec<bool>,
    /// The networks, with what they are peered with.
    pub(super) networks: Vec<Network>,
    /// By number, what the routes of each table do with packets to an address, if they do not lead straight there.
    pub(super) hops: RefCell<Vec<Vec<Option<Routing>>>>,
}

impl Topology {
    /// Visits the traversals from one endpoint to another. Some may be visited more than once.
    pub(crate) fn each_traversal(
        &self,
        from: (Endpoint, &NetworkLocation),
        to: (Endpoint, &NetworkLocation),
        mut visit: impl FnMut(CloudTraversal),
    ) {
        let ((from, source), (to, destination)) = (from, to);
        // Of addresses that several networks have, those are meant that a packet can come from, or go to.
        let in_question = source.is_ambiguous() || destination.is_ambiguous();
        let pairs = || source.candidates.iter().flat_map(|a| destination.candidates.iter().map(move |b| (a, b)));
        let narrowed = in_question && pairs().any(|(a, b)| self.are_connected(a, b));
        for a in &source.candidates {
            for b in destination.candidates.iter().filter(|b| !narrowed || self.are_connected(a, b)) {
                // What leaves a pod hangs on the cluster that its node belongs to; where that is not to be told, on each that may be.
                for plugin in a.plugins.iter() {
                    visit(self.traversal(plugin, (from, source, a), (to, destination, b)));
                }
            }
        }
        // Pods that may be on one node may never leave it.
        let has_node = |network_location: &NetworkLocation| network_location.candidates.iter().any(|c| c.node.is_some());
        if has_node(source) && has_node(destination) && !(source.placed && destination.placed) {
            visit(INSIDE);
        }
    }

    /// Whether the input gives a network, and with it the networks that it is peered with.
    fn is_given(&self, network: NetworkId) -> bool {
        self.given.get(network.index()).copied().unwrap_or(true)
    }

    /// Whether two places are in one network, or in two that are peered.
    fn are_connected(&self, a: &Candidate, b: &Candidate) -> bool {
        a.network.zip(b.network).is_some_and(|(one, other)| self.joined((one, a), (other, b)) != Some(false))
    }

    /// Whether two places are in one network, or joined by a peering; nothing if that is not known.
    fn joined(&self, (one, a): (NetworkId, &Candidate), (other, b): (NetworkId, &Candidate)) -> Option<bool> {
        match self.networks.get(one.index()) {
            _ if one == other => Some(true),
            Some(network) => network.joins(a.access.peered, other, b.access.peered),
            None => Some(false),
        }
    }

    fn traversal(
        &self,
        plugin: Option<Plugin>,
        from: (Endpoint, &NetworkLocation, &Candidate),
        to: (Endpoint, &NetworkLocation, &Candidate),
    ) -> CloudTraversal {
        let ((from, source, a), (to, destination, b)) = (from, to);
        if together((source, a), (destination, b)) {
            return INSIDE;
        }
        let only = |checkpoint: Checkpoint| [Some(checkpoint), None, None, None, None, None];
        if let Some(interface) = a.access.open.or(b.access.open) {
            return only(Checkpoint::Route(Routing::UnknownInterface(interface)));
        }
        let seen = seen(plugin, (from, source, a), (to, destination, b));
        // Groups at which a packet leaves are asked before it is routed; those at which it would arrive see nothing of it, or nobody knows what.
        let stop = |routing: Routing| {
            let [interface, subnet, ..] = groups(a.location.map(|l| (l, a.nsgs)), None, seen);
            [interface, subnet, Some(Checkpoint::Route(routing)), None, None, None]
        };
        let reach = || route::reach(&source.seen(a), &destination.seen(b));
        // That a machine has no route to pods at all comes before the routes that it has.
        let unreachable = if source.is_address && destination.is_pod { reach() } else { None };
        if let Some(routing) = unreachable.filter(|r| matches!(r, Routing::PodRange(_) | Routing::PrivatePod)) {
            return stop(routing);
        }
        if let Some(routing) = self.user_route(a, b) {
            return stop(routing);
        }
        if let (Some(one), Some(other)) = (a.network, b.network)
            && let joined = self.joined((one, a), (other, b))
            && joined != Some(true)
        {
            return match joined.is_some() && self.is_given(one) && self.is_given(other) {
                true => only(Checkpoint::NotPeered(one, other)),
                false => stop(Routing::UnknownPeering(one, other)),
            };
        }
        if let Some(address) = to.address()
            && a.location.is_some()
            && destination.outside.0
            && !a.nsgs.names_platform
        {
            return only(Checkpoint::Platform(address));
        }
        if let Some(routing) = reach().or(b.access.front_end.or(a.access.front_end).map(Routing::FrontEnd)) {
            return stop(routing);
        }
        // With which address a pod leaves its node, the input does not say that gives no nodes.
        let is_lost = source.is_pod && !source.snat.is_flat && a.node.is_none() && a.location.is_none();
        if is_lost && !destination.is_pod && b.location.is_some() && b.nsgs.uses().next().is_some() {
            return stop(Routing::UnknownNode);
        }
        if let (true, None, Some(sku)) = (source.outside.1, a.network, b.nsgs.unguarded)
            && let Some(interface) = b.location.and_then(|l| l.interface)
        {
            return [
                Some(Checkpoint::PublicAddress(interface, sku)),
                self.back((source, a), b).map(Checkpoint::ReplyRoute),
                None,
                None,
                None,
                None,
            ];
        }
        // What travels inside other packets the network does not see.
        let is_seen = a.network.is_some() && b.network.is_some() && !seen.2;
        let [out, of_out, of_into, into] = groups(a.location.map(|l| (l, a.nsgs)), b.location.map(|l| (l, b.nsgs)), seen);
        let back = self.back((source, a), b);
        let no_way_in = b.location.and_then(|_| route::no_way_in(&source.seen(a), &destination.seen(b), back)).map(Checkpoint::Route);
        let leaves = b.network.is_none() && destination.outside.1;
        let nat = a.access.nat.filter(|_| leaves).map(Checkpoint::Nat);
        [is_seen.then_some(Checkpoint::Carriage), out, of_out, of_into, into, no_way_in.or(back.map(Checkpoint::ReplyRoute)).or(nat)]
    }

    /// Where a route that somebody wrote leads replies, other than straight back, or may lead them: security groups keep track of connections, routes
    /// do not.
    fn back(&self, (source, from): (&NetworkLocation, &Candidate), to: &Candidate) -> Option<Routing> {
        let unknown = || to.access.unknown_table.filter(|_| !source.outside.0).map(Routing::UnknownTable);
        self.user_route(to, from).or_else(unknown)
    }

    /// Where a route that somebody wrote leads packets from one place to another, other than straight there.
    fn user_route(&self, a: &Candidate, b: &Candidate) -> Option<Routing> {
        let table = a.access.table?;
        *self.hops.borrow().get(b.hops as usize)?.get(table.index())?
    }

    /// The number of the routes by which the tables of a network lead to an address.
    pub(super) fn hops_to(&self, cloud: &Cloud, address: Option<IpAddr>, home: Option<NetworkId>) -> u32 {
        let of = |table: RouteTableId| address.and_then(|address| route::user_routing(cloud, table, address, home));
        let wanted: Vec<Option<Routing>> = RouteTableId::each(&cloud.tables).map(|(table, _)| of(table)).collect();
        let mut known = self.hops.borrow_mut();
        let at = known.iter().position(|hops| *hops == wanted).unwrap_or_else(|| {
            known.push(wanted);
            known.len() - 1
        });
        at as u32
    }
}

/// The endpoints of the packet as the cloud's network sees them: pods leave a cluster with the address of their node, unless their own
/// addresses are of the network; where the cluster brings its own network, packets between pods travel inside packets between nodes.
fn seen(
    plugin: Option<Plugin>,
    from: (Endpoint, &NetworkLocation, &Candidate),
    to: (Endpoint, &NetworkLocation, &Candidate),
) -> (Endpoint, Endpoint, bool) {
    let (from, source, a) = from;
    let (to, destination, b) = to;
    // A pod on its node's network has its node's address.
    let at_node = |end: Endpoint, network_location: &NetworkLocation, place: &Candidate| {
        place.node.filter(|_| !network_location.is_pod).map_or(end, Endpoint::Node)
    };
    let (from, to) = (at_node(from, source, a), at_node(to, destination, b));
    // Nodes have routes to pods on others by the cluster's own network too.
    if let (Some(Plugin::None), true, Some(node), Some(other)) = (plugin, destination.is_pod, a.node, b.node) {
        return (Endpoint::Node(node), Endpoint::Node(other), true);
    }
    let Some(node) = a.node.filter(|_| source.is_pod && !destination.is_pod) else { return (from, to, false) };
    let leaving = source.snat.leaving(plugin, b.network.is_some() && b.network == a.network, destination.kept);
    (if leaving.as_node { Endpoint::Node(node) } else { from }, to, false)
}

/// The security groups that a packet meets between two places of the cloud's network, or one of them and the outside: out of the one, then
/// into the other. `seen` is what they see of it: its endpoints, and whether that is the packet around it.
pub(crate) fn groups_between(
    cloud: &Cloud,
    out: Option<Location>,
    into: Option<Location>,
    seen: (Endpoint, Endpoint, bool),
) -> Vec<Checkpoint> {
    let nsgs = |location: Option<Location>| location.map(|l| (l, NsgBindings::at(cloud, location, &[])));
    groups(nsgs(out), nsgs(into), seen).into_iter().flatten().collect()
}

fn groups(
    out: Option<(Location, NsgBindings)>,
    into: Option<(Location, NsgBindings)>,
    seen: (Endpoint, Endpoint, bool),
) -> [Option<Checkpoint>; 4] {
    let (from, to, encapsulated) = seen;
    let met = |used: Option<GroupUseId>, place: Option<GroupPlace>, direction| {
        used.zip(place).map(|(used, place)| Checkpoint::Group { used, place, direction, from, to, encapsulated })
    };
    let at_interface = |l: Location| l.interface.map(GroupPlace::Interface);
    let of = |place: Option<(Location, NsgBindings)>, direction| {
        place.map_or([None; 2], |(location, nsgs)| {
            [met(nsgs.interface, at_interface(location), direction), met(nsgs.subnet, Some(GroupPlace::Subnet(location.subnet)), direction)]
        })
    };
    let [interface_out, subnet_out] = of(out, Direction::Egress);
    let [interface_in, subnet_in] = of(into, Direction::Ingress);
    [interface_out, subnet_out, subnet_in, interface_in]
}
