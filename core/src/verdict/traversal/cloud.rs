//! The way through the cloud's network: which security groups a packet meets, and with which addresses. Upstream: docs/azure.md 2.3, 2.5, 3.5.
//!
//! ```text
//! [interface, outbound] → [subnet, outbound] → the network → [subnet, inbound] → [interface, inbound]
//! ```
//!
//! Where the text does not say on which node a pod runs, there are several ways; an answer is certain if all of them agree.

use alloc::vec::Vec;
use core::cell::RefCell;
use core::net::IpAddr;

use hashbrown::{HashMap, HashSet};

use super::route::{self, Access, Routing, Seen};
use super::{Checkpoint, Habit, keeps_source};
use crate::compile::{ClassId, Compiled, Endpoint};
use crate::language::azure::{AddressSku, NextHop, Plugin};
use crate::model::AddressSet;
use crate::policy::Direction;
use crate::snapshot::cloud::{Cloud, Group, Location, tags};
use crate::snapshot::{NodeId, PodEndpoint, Snapshot};

/// Where a security group is met.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GroupPlace {
    /// At a subnet, an index into [`Cloud::subnets`].
    Subnet(u32),
    /// At a network interface, an index into [`Cloud::interfaces`].
    Interface(u32),
}

/// What there is at a place that decides about packets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Gates {
    /// The use of the group at the interface.
    interface: Option<u32>,
    /// The use of the group at the subnet.
    subnet: Option<u32>,
    /// Whether one of these names a tag that rules need to stop traffic to the platform.
    names_platform: bool,
    /// The kind of the interface's public address, if no group guards it.
    unguarded: Option<AddressSku>,
}

impl Gates {
    /// The uses of groups that are met there.
    pub(crate) fn uses(self) -> impl Iterator<Item = u32> {
        [self.interface, self.subnet].into_iter().flatten()
    }

    /// `naming` says of each use of a group whether it names the platform.
    fn at(cloud: &Cloud, location: Option<Location>, naming: &[bool]) -> Self {
        let Some(location) = location else { return Gates::default() };
        let interface = location.interface.and_then(|i| cloud.interfaces.get(i as usize));
        let (of_interface, of_subnet) =
            (interface.and_then(|i| i.group), cloud.subnets.get(location.subnet as usize).and_then(|s| s.group));
        let names = |used: u32| naming.get(used as usize).copied().unwrap_or(false);
        Gates {
            interface: of_interface,
            subnet: of_subnet,
            names_platform: [of_interface, of_subnet].into_iter().flatten().any(names),
            unguarded: interface.filter(|_| of_interface.is_none() && of_subnet.is_none()).and_then(|i| i.public),
        }
    }
}

/// Where pods on a node may have their addresses: in one way, unless several clusters come into question.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Plugins(u8);

impl Plugins {
    pub(super) fn of(cloud: &Cloud, node: Option<NodeId>) -> Self {
        let clusters = cloud.clusters_of(node);
        Plugins(clusters.iter().map(|c| Plugins::bit(Some(c.plugin))).reduce(|a, b| a | b).unwrap_or(Plugins::bit(None)))
    }

    /// Nothing stands for no cluster at all.
    const fn bit(plugin: Option<Plugin>) -> u8 {
        match plugin {
            None => 1,
            Some(Plugin::Overlay) => 2,
            Some(Plugin::NodeSubnet) => 4,
            Some(Plugin::PodSubnet) => 8,
            Some(Plugin::Kubenet) => 16,
            Some(Plugin::None) => 32,
        }
    }

    /// One of them, if with all of them pods have addresses that the virtual network knows no way to.
    fn apart(self) -> Option<Plugin> {
        let all: Option<Vec<Plugin>> = self.iter().map(|plugin| plugin.filter(|p| !p.is_flat())).collect();
        all?.first().copied()
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Option<Plugin>> {
        let all = Plugin::ALL.into_iter().map(Some).chain([None]);
        all.filter(move |plugin| self.0 & Plugins::bit(*plugin) != 0)
    }
}

/// A place where an end may be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Candidate {
    /// Where in the cloud's network; nothing if outside it.
    pub(crate) location: Option<Location>,
    /// The network that it is in.
    network: Option<u32>,
    /// The node, for a pod or node.
    pub(crate) node: Option<NodeId>,
    /// What is met there.
    pub(crate) gates: Gates,
    /// Where pods there may have their addresses.
    plugins: Plugins,
    /// What decides about ways to it and from it.
    access: Access,
    /// Where each route table leads packets to it, a number in [`Roads`].
    hops: u32,
}

/// What the way to and from an end depends on: ends that are equal in this meet the same groups.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Seat {
    pub(crate) candidates: Vec<Candidate>,
    /// Whether it is nothing but an address.
    is_address: bool,
    /// What of a pod decides with which address it leaves its node.
    habit: Habit,
    /// Whether packets to it keep their source as far as Calico's pools say.
    kept: bool,
    /// Whether it is a pod with an address of its own.
    pub(crate) is_pod: bool,
    /// Whether the text says where it is; else the candidates stand for all nodes.
    pub(crate) placed: bool,
    /// Of an address outside, whether it is the platform's, and whether it is routed on the Internet.
    outside: (bool, bool),
    /// Of an address outside, the networks from which there may be a way to it through a gateway, each with whether that is certain.
    beyond: Vec<(u32, bool)>,
}

impl Seat {
    /// The same without saying which machine it is: ends that are equal in this meet the same groups on their way to any end elsewhere. `node` is what
    /// a node's address comes to.
    pub(crate) fn kind<T>(&self, node: impl Fn(NodeId) -> T) -> SeatKind<T> {
        let candidate = |c: &Candidate| ((c.gates, c.plugins), (c.location.is_some(), c.network, c.access, c.hops), c.node.map(&node));
        SeatKind {
            candidates: self.candidates.iter().map(candidate).collect(),
            has_node: self.candidates.iter().any(|c| c.node.is_some()),
            of: (self.is_address, self.is_pod, self.habit, self.kept),
            placed: self.placed,
            outside: self.outside,
            beyond: self.beyond.clone(),
        }
    }

    /// One of its places, as far as ways go.
    fn seen(&self, place: &Candidate) -> Seen<'_> {
        Seen {
            is_address: self.is_address,
            network: place.network,
            subnet: place.location.map(|l| l.subnet),
            node: place.node,
            is_pod: self.is_pod,
            is_public: self.outside.1,
            is_platform: self.outside.0,
            is_guarded: place.gates.uses().next().is_some(),
            pod_range: place.plugins.apart(),
            access: place.access,
            beyond: &self.beyond,
        }
    }

    /// Whether it is an address that several networks have, so that it is not told which of them is meant.
    fn is_ambiguous(&self) -> bool {
        self.placed && self.candidates.len() > 1
    }

    /// Whether two ends are known to be on one machine, which their packets never leave.
    pub(crate) fn is_together_with(&self, other: &Seat) -> bool {
        match (self.candidates.as_slice(), other.candidates.as_slice()) {
            ([a], [b]) if self.placed && other.placed => together((self, a), (other, b)),
            _ => false,
        }
    }
}

/// A [`Candidate`] without its machine: what is met there, whether it is in a subnet, in which network, and its node's address.
type CandidateKind<T> = ((Gates, Plugins), (bool, Option<u32>, Access, u32), Option<T>);

/// A [`Seat`] without its machine; see [`Seat::kind`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct SeatKind<T> {
    candidates: Vec<CandidateKind<T>>,
    has_node: bool,
    /// Whether it is an address, a pod, how that leaves its node, and whether packets to it keep their source.
    of: (bool, bool, Habit, bool),
    placed: bool,
    outside: (bool, bool),
    beyond: Vec<(u32, bool)>,
}

/// Whether packets between two places never leave a machine: those of pods on one node, and of a machine to itself.
fn together((source, a): (&Seat, &Candidate), (destination, b): (&Seat, &Candidate)) -> bool {
    let one_node = a.node.is_some() && a.node == b.node;
    let one_machine = a.location.is_some_and(|l| l.interface.is_some()) && a.location == b.location;
    one_node || one_machine && !source.is_pod && !destination.is_pod
}

/// A way through the cloud's network: its stages in order, of which there are never more than four.
pub(crate) type Way = [Option<Checkpoint>; 4];

/// The way of what never leaves its machine, or meets nothing.
const INSIDE: Way = [None; 4];

/// What ways depend on beside the places of their ends.
#[derive(Clone, Debug)]
pub(crate) struct Roads {
    /// By network, those that it is peered with.
    peers: Vec<Vec<u32>>,
    /// By route table, where each of its routes leads.
    tables: Vec<Vec<NextHop>>,
    /// By number, the route of each table that leads packets to an address, if one does.
    hops: RefCell<Vec<Vec<Option<u32>>>>,
}

impl Roads {
    /// Visits the ways from one end to another. Some may be visited more than once.
    pub(crate) fn each_way(&self, from: (Endpoint, &Seat), to: (Endpoint, &Seat), mut visit: impl FnMut(Way)) {
        let ((from, source), (to, destination)) = (from, to);
        // Of addresses that several networks have, those are meant that a packet can come from, or go to.
        let in_question = source.is_ambiguous() || destination.is_ambiguous();
        let pairs = || source.candidates.iter().flat_map(|a| destination.candidates.iter().map(move |b| (a, b)));
        let narrowed = in_question && pairs().any(|(a, b)| self.are_connected(a, b));
        for a in &source.candidates {
            for b in destination.candidates.iter().filter(|b| !narrowed || self.are_connected(a, b)) {
                // What leaves a pod hangs on the cluster that its node belongs to; where that is not to be told, on each that may be.
                for plugin in a.plugins.iter() {
                    visit(self.way(plugin, (from, source, a), (to, destination, b)));
                }
            }
        }
        // Pods that may be on one node may never leave it.
        let has_node = |seat: &Seat| seat.candidates.iter().any(|c| c.node.is_some());
        if has_node(source) && has_node(destination) && !(source.placed && destination.placed) {
            visit(INSIDE);
        }
    }

    /// Whether two places are in one network, or in two that are peered.
    fn are_connected(&self, a: &Candidate, b: &Candidate) -> bool {
        match (a.network, b.network) {
            (Some(one), Some(other)) => one == other || self.peers.get(one as usize).is_some_and(|peers| peers.contains(&other)),
            _ => false,
        }
    }

    fn way(&self, plugin: Option<Plugin>, from: (Endpoint, &Seat, &Candidate), to: (Endpoint, &Seat, &Candidate)) -> Way {
        let ((from, source, a), (to, destination, b)) = (from, to);
        if together((source, a), (destination, b)) {
            return INSIDE;
        }
        let only = |stage: Checkpoint| [Some(stage), None, None, None];
        let seen = seen(plugin, (from, source, a), (to, destination, b));
        // Groups at which a packet leaves are asked before it is routed; those at which it would arrive see nothing of it, or nobody knows what.
        let stop = |routing: Routing| {
            let [interface, subnet, ..] = groups(a.location.map(|l| (l, a.gates)), None, seen);
            [interface, subnet, Some(Checkpoint::Route(routing)), None]
        };
        let reach = || route::reach(&source.seen(a), &destination.seen(b));
        // That a machine knows no way to pods at all comes before the ways that it knows.
        let unreachable = if source.is_address && destination.is_pod { reach() } else { None };
        if let Some(routing) = unreachable.filter(|r| matches!(r, Routing::PodRange(_) | Routing::PrivatePod)) {
            return stop(routing);
        }
        if let Some(routing) = self.user_route(a, b) {
            return stop(routing);
        }
        if let (Some(one), Some(other)) = (a.network, b.network)
            && !self.are_connected(a, b)
        {
            return only(Checkpoint::NotPeered(one, other));
        }
        if let Some(address) = to.address()
            && a.location.is_some()
            && destination.outside.0
            && !a.gates.names_platform
        {
            return only(Checkpoint::Platform(address));
        }
        if let Some(routing) = reach() {
            return stop(routing);
        }
        // With which address a pod leaves its node, the text does not say that gives no nodes.
        let is_lost = source.is_pod && !source.habit.is_flat && a.node.is_none() && a.location.is_none();
        if is_lost && !destination.is_pod && b.location.is_some() && b.gates.uses().next().is_some() {
            return stop(Routing::UnknownNode);
        }
        if let (true, None, Some(sku)) = (source.outside.1, a.network, b.gates.unguarded)
            && let Some(interface) = b.location.and_then(|l| l.interface)
        {
            return only(Checkpoint::PublicAddress(interface, sku));
        }
        groups(a.location.map(|l| (l, a.gates)), b.location.map(|l| (l, b.gates)), seen)
    }

    /// Where a route that somebody wrote leads packets from one place to another, other than straight there.
    fn user_route(&self, a: &Candidate, b: &Candidate) -> Option<Routing> {
        let table = a.access.table?;
        let hops = self.hops.borrow();
        let route = (*hops.get(b.hops as usize)?.get(table as usize)?)?;
        let hop = self.tables.get(table as usize)?.get(route as usize)?;
        Some(route::of_route(*hop, table, route))
    }

    /// The number of the routes by which the tables of a network lead to an address.
    fn hops_to(&self, cloud: &Cloud, address: Option<IpAddr>, home: Option<u32>) -> u32 {
        let of = |table: u32| address.and_then(|address| route::user_route(cloud, table, address, home));
        let wanted: Vec<Option<u32>> = (0..cloud.tables.len() as u32).map(of).collect();
        let mut known = self.hops.borrow_mut();
        let at = known.iter().position(|hops| *hops == wanted).unwrap_or_else(|| {
            known.push(wanted);
            known.len() - 1
        });
        at as u32
    }
}

/// The ends of the packet as the cloud's network sees them: pods leave a cluster with the address of their node, unless their own addresses are
/// of the network; where the cluster brings its own network, packets between pods travel inside packets between nodes.
fn seen(plugin: Option<Plugin>, from: (Endpoint, &Seat, &Candidate), to: (Endpoint, &Seat, &Candidate)) -> (Endpoint, Endpoint, bool) {
    let (from, source, a) = from;
    let (to, destination, b) = to;
    // A pod on its node's network has its node's address.
    let at_node = |end: Endpoint, seat: &Seat, place: &Candidate| place.node.filter(|_| !seat.is_pod).map_or(end, Endpoint::Node);
    let (from, to) = (at_node(from, source, a), at_node(to, destination, b));
    // Nodes know the way to pods on others by the cluster's own network too.
    if let (Some(Plugin::None), true, Some(node), Some(other)) = (plugin, destination.is_pod, a.node, b.node) {
        return (Endpoint::Node(node), Endpoint::Node(other), true);
    }
    let Some(node) = a.node.filter(|_| source.is_pod && !destination.is_pod) else { return (from, to, false) };
    let leaving = source.habit.leaving(plugin, b.network.is_some() && b.network == a.network, destination.kept);
    (if leaving.as_node { Endpoint::Node(node) } else { from }, to, false)
}

/// Where all ends are in the cloud's network.
#[derive(Clone, Debug)]
pub(crate) struct Seats<'a> {
    snapshot: &'a Snapshot,
    pub(crate) roads: Roads,
    /// Where each node is.
    at_nodes: Vec<Candidate>,
    /// Where the pods of each node are.
    pods_at: Vec<Candidate>,
    /// Of nodes that nothing tells apart two, as far as there are: those of pods of which the text does not say where they are.
    anywhere: Vec<Candidate>,
    /// The same for pods on the network of their nodes.
    any_node: Vec<Candidate>,
    /// What is routed on the Internet.
    public: AddressSet,
    /// By use of a group: whether it names one of the tags that rules need to stop traffic to the platform.
    naming: Vec<bool>,
}

/// Whether a group names one of the tags that rules need to stop traffic to the platform.
fn names_platform(group: &Group) -> bool {
    let is_platform = |tag: &str| tag.len() > 13 && tag.get(..13).is_some_and(|t| t.eq_ignore_ascii_case("AzurePlatform"));
    group.rules.iter().any(|(rule, _)| rule.destination.tags.iter().any(|tag| is_platform(tag)))
}

/// Two places of each kind, as a pod on the one node is elsewhere than a pod on the other, and meets groups on its way there.
fn two_of_each(compiled: &Compiled, places: &[Candidate]) -> Vec<Candidate> {
    let mut known: HashMap<(u32, Gates, Plugins, ClassId), u32> = HashMap::new();
    let mut found = Vec::new();
    for candidate in places {
        let Some(node) = candidate.node else { continue };
        let subnet = candidate.location.map_or(u32::MAX, |l| l.subnet);
        let count = known.entry((subnet, candidate.gates, candidate.plugins, compiled.class_of(Endpoint::Node(node)))).or_default();
        *count += 1;
        if *count <= 2 {
            found.push(*candidate);
        }
    }
    found
}

impl<'a> Seats<'a> {
    /// Nothing where the text says nothing of the cloud's network.
    pub(crate) fn new(compiled: &Compiled, snapshot: &'a Snapshot) -> Option<Self> {
        let cloud = &snapshot.cloud;
        if cloud.networks.is_empty() {
            return None;
        }
        let mut seats = Seats {
            snapshot,
            roads: Roads {
                peers: cloud.networks.iter().map(|n| n.peers.clone()).collect(),
                tables: cloud.tables.iter().map(|t| t.routes.iter().map(|r| r.hop).collect()).collect(),
                // The first are of places to which no route leads away.
                hops: RefCell::new(alloc::vec![Vec::new()]),
            },
            at_nodes: Vec::new(),
            pods_at: Vec::new(),
            anywhere: Vec::new(),
            any_node: Vec::new(),
            public: tags::internet(&AddressSet::default()),
            naming: (0..cloud.uses.len() as u32).map(|used| cloud.used(used).is_some_and(|(_, group)| names_platform(group))).collect(),
        };
        seats.at_nodes = snapshot
            .nodes()
            .map(|(id, node)| seats.routed(seats.at(cloud.locate_node(id), Some(id)), node.addresses.first().copied()))
            .collect();
        seats.pods_at = snapshot
            .nodes()
            .map(|(id, node)| seats.routed(seats.at(cloud.locate_pods(id), Some(id)), node.addresses.first().copied()))
            .collect();
        seats.anywhere = two_of_each(compiled, &seats.pods_at);
        seats.any_node = two_of_each(compiled, &seats.at_nodes);
        Some(seats)
    }

    fn at(&self, location: Option<Location>, node: Option<NodeId>) -> Candidate {
        let cloud = &self.snapshot.cloud;
        let network = location.and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number);
        let access = Access::of(cloud, location, node);
        Candidate {
            location,
            network,
            access,
            hops: 0,
            node,
            gates: Gates::at(cloud, location, &self.naming),
            plugins: Plugins::of(cloud, node),
        }
    }

    /// A place with where routes lead packets that go there.
    fn routed(&self, candidate: Candidate, address: Option<IpAddr>) -> Candidate {
        let hops = self.roads.hops_to(&self.snapshot.cloud, address, candidate.network);
        Candidate { hops, ..candidate }
    }

    /// Where a pod on a node is.
    fn pod_at(&self, node: NodeId) -> Candidate {
        self.pods_at.get(node.0 as usize).copied().unwrap_or_else(|| self.at(None, Some(node)))
    }

    /// A place of a pod, with where routes lead packets that go to its own address, if that is one of the network; else they go to its node's.
    fn routed_to(&self, endpoint: &PodEndpoint, candidate: Candidate) -> Candidate {
        let own = endpoint.addresses.first().filter(|_| is_flat(&self.snapshot.cloud, endpoint));
        own.map_or(candidate, |address| self.routed(candidate, Some(*address)))
    }

    fn at_node(&self, node: NodeId) -> Candidate {
        self.at_nodes.get(node.0 as usize).copied().unwrap_or_else(|| self.at(None, Some(node)))
    }

    /// Where an end is.
    pub(crate) fn seat(&self, end: Endpoint) -> Seat {
        let habit = match end {
            Endpoint::Pod(id) => self.snapshot.pod(id).map_or(Habit::NONE, |pod| Habit::of(pod, self.snapshot)),
            _ => Habit::NONE,
        };
        let kept = keeps_source(self.snapshot, end);
        let inside = |candidates: Vec<Candidate>, is_pod, placed| Seat {
            candidates,
            is_address: false,
            habit,
            kept,
            is_pod,
            placed,
            outside: (false, false),
            beyond: Vec::new(),
        };
        match end {
            Endpoint::Pod(id) => match self.snapshot.pod(id) {
                Some(endpoint) => {
                    let is_pod = !endpoint.host_network;
                    match endpoint.node {
                        Some(node) => {
                            let at_node = if is_pod { self.pod_at(node) } else { self.at_node(node) };
                            inside(alloc::vec![self.routed_to(endpoint, at_node)], is_pod, true)
                        }
                        None if self.anywhere.is_empty() => {
                            // An address that no network has is of a range of the cluster's own, of which routes know nothing.
                            let address = endpoint.addresses.first().filter(|_| endpoint.address_given);
                            let address = address.filter(|a| !self.snapshot.cloud.networks_with(**a).is_empty());
                            inside(address.map_or_else(|| alloc::vec![self.at(None, None)], |a| self.readings(*a)), is_pod, true)
                        }
                        None if is_pod => inside(self.anywhere.iter().map(|c| self.routed_to(endpoint, *c)).collect(), true, false),
                        None => inside(self.any_node.clone(), false, false),
                    }
                }
                None => inside(alloc::vec![self.at(None, None)], false, true),
            },
            Endpoint::Node(id) => inside(alloc::vec![self.at_node(id)], false, true),
            Endpoint::InNetwork(network, address) => self.of_address(alloc::vec![self.in_network(network, address)], address),
            Endpoint::Outside(address) => self.of_address(self.readings(address), address),
        }
    }

    fn of_address(&self, candidates: Vec<Candidate>, address: IpAddr) -> Seat {
        let is_platform = address == tags::PLATFORM || address == tags::METADATA;
        let is_inside = candidates.iter().any(|c| c.network.is_some());
        let beyond = if is_inside { Vec::new() } else { route::beyond(&self.snapshot.cloud, address) };
        Seat {
            candidates,
            is_address: true,
            habit: Habit::NONE,
            kept: keeps_source(self.snapshot, Endpoint::Outside(address)),
            is_pod: false,
            placed: true,
            outside: (is_platform, self.public.contains(address)),
            beyond,
        }
    }

    fn in_network(&self, network: u32, address: IpAddr) -> Candidate {
        let candidate = self.at(self.snapshot.cloud.locate_in(network, address), None);
        self.routed(Candidate { network: Some(network), ..candidate }, Some(address))
    }

    /// What an address may be: one of each network that has it, else one outside.
    fn readings(&self, address: IpAddr) -> Vec<Candidate> {
        let networks = self.snapshot.cloud.networks_with(address);
        if networks.is_empty() {
            return alloc::vec![self.routed(self.at(None, None), Some(address))];
        }
        networks.into_iter().map(|network| self.in_network(network, address)).collect()
    }

    /// The different ways from one end to another, each the stages on it. Of ways on which the same is asked of the same groups one is enough.
    pub(crate) fn ways(&self, compiled: &Compiled, from: Endpoint, to: Endpoint) -> Vec<Vec<Checkpoint>> {
        let (source, destination) = (self.seat(from), self.seat(to));
        let mut ways: Vec<Vec<Checkpoint>> = Vec::new();
        let mut known = HashSet::new();
        let asked = |stage: Checkpoint| match stage {
            Checkpoint::Group { used, direction, from, to, encapsulated, .. } => {
                (Some((used, direction, compiled.class_of(from), compiled.class_of(to), encapsulated)), None)
            }
            Checkpoint::PublicAddress(_, sku) => (None, Some(Checkpoint::PublicAddress(0, sku))),
            other => (None, Some(other)),
        };
        self.roads.each_way((from, &source), (to, &destination), |way| {
            if known.insert(way.map(|stage| stage.map(asked))) {
                ways.push(way.into_iter().flatten().collect());
            }
        });
        ways
    }
}

/// Whether a pod's own address, as it is given, is one of a network.
pub(crate) fn is_flat(cloud: &Cloud, endpoint: &PodEndpoint) -> bool {
    endpoint.address_given && !endpoint.host_network && endpoint.addresses.first().is_some_and(|a| !cloud.networks_with(*a).is_empty())
}

/// Whether a security group is met at a place.
pub(crate) fn is_guarded(cloud: &Cloud, location: Option<Location>) -> bool {
    Gates::at(cloud, location, &[]).uses().next().is_some()
}

/// Whether a security group at a place names one of the tags that rules need to stop traffic to the platform.
pub(crate) fn polices_platform(cloud: &Cloud, location: Option<Location>) -> bool {
    Gates::at(cloud, location, &[]).uses().any(|used| cloud.used(used).is_some_and(|(_, group)| names_platform(group)))
}

/// Where pods on a node have their addresses, if that is a range that the virtual network knows no way to.
pub(crate) fn pod_range(cloud: &Cloud, node: Option<NodeId>) -> Option<Plugin> {
    Plugins::of(cloud, node).apart()
}

/// The security groups that a packet meets between two places of the cloud's network, or one of them and the outside: out of the one, then into the
/// other. `seen` is what they see of it: its ends, and whether that is the packet around it.
pub(crate) fn groups_between(
    cloud: &Cloud,
    out: Option<Location>,
    into: Option<Location>,
    seen: (Endpoint, Endpoint, bool),
) -> Vec<Checkpoint> {
    let gates = |location: Option<Location>| location.map(|l| (l, Gates::at(cloud, location, &[])));
    groups(gates(out), gates(into), seen).into_iter().flatten().collect()
}

fn groups(out: Option<(Location, Gates)>, into: Option<(Location, Gates)>, seen: (Endpoint, Endpoint, bool)) -> Way {
    let (from, to, encapsulated) = seen;
    let met = |used: Option<u32>, place: Option<GroupPlace>, direction| {
        used.zip(place).map(|(used, place)| Checkpoint::Group { used, place, direction, from, to, encapsulated })
    };
    let at_interface = |l: Location| l.interface.map(GroupPlace::Interface);
    let of = |place: Option<(Location, Gates)>, direction| {
        place.map_or([None; 2], |(location, gates)| {
            [
                met(gates.interface, at_interface(location), direction),
                met(gates.subnet, Some(GroupPlace::Subnet(location.subnet)), direction),
            ]
        })
    };
    let [interface_out, subnet_out] = of(out, Direction::Egress);
    let [interface_in, subnet_in] = of(into, Direction::Ingress);
    [interface_out, subnet_out, subnet_in, interface_in]
}
