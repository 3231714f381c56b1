//! Where endpoints are in the cloud's network. Upstream: docs/azure.md 2.5, 3.5.

use alloc::vec::Vec;
use core::cell::RefCell;
use core::net::IpAddr;

use hashbrown::{HashMap, HashSet};

use super::bindings::{NsgBindings, Plugins, names_platform};
use super::cloud::Topology;
use super::route::{self, Access, Cast, RouteBeyond, RouteEndpoint};
use super::{Checkpoint, PodSnat, keeps_source};
use crate::compile::{ClassId, Compiled, Endpoint};
use crate::model::AddressSet;
use crate::snapshot::cloud::{Cloud, InterfaceId, Location, NetworkId, SubnetId, tags};
use crate::snapshot::{NodeId, PodEndpoint, Snapshot};

/// A place where an endpoint may be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Candidate {
    /// Where in the cloud's network; nothing if outside it.
    pub(crate) location: Option<Location>,
    /// The network that it is in.
    pub(super) network: Option<NetworkId>,
    /// The node, for a pod or node.
    pub(crate) node: Option<NodeId>,
    /// What is met there.
    pub(crate) nsgs: NsgBindings,
    /// Where pods there may have their addresses.
    pub(super) plugins: Plugins,
    /// What decides about routes to it and from it.
    pub(super) access: Access,
    /// Where each route table leads packets to it, a number in [`Topology`].
    pub(super) hops: u32,
}

/// What traversals to and from an endpoint depend on: endpoints that are equal in this meet the same groups.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct NetworkLocation {
    pub(crate) candidates: Vec<Candidate>,
    /// Whether it is nothing but an address.
    pub(super) is_address: bool,
    /// What of a pod decides with which address it leaves its node.
    pub(super) snat: PodSnat,
    /// Whether packets to it keep their source as far as Calico's pools say.
    pub(super) kept: bool,
    /// Whether it is a pod with an address of its own.
    pub(crate) is_pod: bool,
    /// Whether the input says where it is; else the candidates stand for all nodes.
    pub(crate) placed: bool,
    /// Of an address outside, whether it is the platform's, and whether it is routed on the Internet.
    pub(super) outside: (bool, bool),
    /// Of an address, whether it is in a range of a cluster's pods, and whom packets to it are for.
    pub(super) address: (bool, Cast),
    /// Of an address outside, the networks from which there may be a route to it.
    pub(super) beyond: Vec<(NetworkId, RouteBeyond)>,
}

impl NetworkLocation {
    /// The same without saying which machine it is: endpoints that are equal in this meet the same groups on the traversal to any endpoint
    /// elsewhere. `node` is what a node's address comes to.
    pub(crate) fn kind<T>(&self, node: impl Fn(NodeId) -> T) -> NetworkLocationKind<T> {
        let candidate = |c: &Candidate| ((c.nsgs, c.plugins), (c.location.is_some(), c.network, c.access, c.hops), c.node.map(&node));
        NetworkLocationKind {
            candidates: self.candidates.iter().map(candidate).collect(),
            has_node: self.candidates.iter().any(|c| c.node.is_some()),
            of: (self.is_address, self.is_pod, self.snat, self.kept),
            placed: self.placed,
            outside: self.outside,
            address: self.address,
            beyond: self.beyond.clone(),
        }
    }

    /// One of its places, as far as routes depend on it.
    pub(super) fn seen(&self, place: &Candidate) -> RouteEndpoint<'_> {
        RouteEndpoint {
            is_address: self.is_address,
            network: place.network,
            subnet: place.location.map(|l| l.subnet),
            node: place.node,
            is_pod: self.is_pod,
            is_public: self.outside.1,
            is_platform: self.outside.0,
            is_of_pods: self.address.0,
            cast: self.address.1,
            is_guarded: place.nsgs.uses().next().is_some(),
            pod_range: place.plugins.apart(),
            access: place.access,
            beyond: &self.beyond,
        }
    }

    /// Whether it is an address that several networks have, so that it is not told which of them is meant.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.placed && self.candidates.len() > 1
    }

    /// Whether two endpoints are known to be on one machine, which their packets never leave.
    pub(crate) fn is_together_with(&self, other: &NetworkLocation) -> bool {
        match (self.candidates.as_slice(), other.candidates.as_slice()) {
            ([a], [b]) if self.placed && other.placed => together((self, a), (other, b)),
            _ => false,
        }
    }
}

/// A [`Candidate`] without its machine: what is met there, whether it is in a subnet, in which network, and its node's address.
type CandidateKind<T> = ((NsgBindings, Plugins), (bool, Option<NetworkId>, Access, u32), Option<T>);

/// A [`NetworkLocation`] without its machine; see [`NetworkLocation::kind`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct NetworkLocationKind<T> {
    candidates: Vec<CandidateKind<T>>,
    has_node: bool,
    /// Whether it is an address, a pod, how that leaves its node, and whether packets to it keep their source.
    of: (bool, bool, PodSnat, bool),
    placed: bool,
    outside: (bool, bool),
    address: (bool, Cast),
    beyond: Vec<(NetworkId, RouteBeyond)>,
}

/// Whether packets between two places never leave a machine: those of pods on one node, and of a machine to itself.
pub(super) fn together((source, a): (&NetworkLocation, &Candidate), (destination, b): (&NetworkLocation, &Candidate)) -> bool {
    let one_node = a.node.is_some() && a.node == b.node;
    let one_machine = a.location.is_some_and(|l| l.interface.is_some()) && a.location == b.location;
    one_node || one_machine && !source.is_pod && !destination.is_pod
}

/// Where all endpoints are in the cloud's network.
#[derive(Clone, Debug)]
pub(crate) struct NetworkLocations<'a> {
    snapshot: &'a Snapshot,
    pub(crate) topology: Topology,
    /// Where each node is.
    at_nodes: Vec<Candidate>,
    /// Where the pods of each node are.
    pods_at: Vec<Candidate>,
    /// Of nodes that nothing tells apart two, as far as there are: those of pods of which the input does not say where they are.
    anywhere: Vec<Candidate>,
    /// The same for pods on the network of their nodes.
    any_node: Vec<Candidate>,
    /// What is routed on the Internet.
    public: AddressSet,
    /// By use of a group: whether it names one of the tags that rules need to stop traffic to the platform.
    naming: Vec<bool>,
}

/// Two places of each kind, as a pod on the one node is elsewhere than a pod on the other, and a packet meets groups between them.
fn two_of_each(compiled: &Compiled, places: &[Candidate]) -> Vec<Candidate> {
    let mut known: HashMap<(Option<SubnetId>, NsgBindings, Plugins, ClassId), u32> = HashMap::new();
    let mut found = Vec::new();
    for candidate in places {
        let Some(node) = candidate.node else { continue };
        let subnet = candidate.location.map(|l| l.subnet);
        let count = known.entry((subnet, candidate.nsgs, candidate.plugins, compiled.class_of(Endpoint::Node(node)))).or_default();
        *count += 1;
        if *count <= 2 {
            found.push(*candidate);
        }
    }
    found
}

impl<'a> NetworkLocations<'a> {
    /// Nothing where the input says nothing of the cloud's network.
    pub(crate) fn new(compiled: &Compiled, snapshot: &'a Snapshot) -> Option<Self> {
        let cloud = &snapshot.cloud;
        if cloud.networks.is_empty() {
            return None;
        }
        let mut locations = NetworkLocations {
            snapshot,
            topology: Topology {
                given: cloud.networks.iter().map(|n| !n.may_be_connected()).collect(),
                networks: cloud.networks.clone(),
                // The first are of places to which no route leads away.
                hops: RefCell::new(alloc::vec![Vec::new()]),
            },
            at_nodes: Vec::new(),
            pods_at: Vec::new(),
            anywhere: Vec::new(),
            any_node: Vec::new(),
            public: tags::internet(&AddressSet::default()),
            naming: cloud.group_uses().map(|(used, _)| cloud.used(used).is_some_and(|(_, group)| names_platform(group))).collect(),
        };
        locations.at_nodes = snapshot
            .nodes()
            .map(|(id, node)| locations.routed(locations.at(cloud.locate_node(id), Some(id)), node.addresses.first().copied()))
            .collect();
        locations.pods_at = snapshot
            .nodes()
            .map(|(id, node)| locations.routed(locations.at(cloud.locate_pods(id), Some(id)), node.addresses.first().copied()))
            .collect();
        locations.anywhere = two_of_each(compiled, &locations.pods_at);
        locations.any_node = two_of_each(compiled, &locations.at_nodes);
        Some(locations)
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
            nsgs: NsgBindings::at(cloud, location, &self.naming),
            plugins: Plugins::of(cloud, node),
        }
    }

    /// A place with where routes lead packets that go there.
    fn routed(&self, candidate: Candidate, address: Option<IpAddr>) -> Candidate {
        let hops = self.topology.hops_to(&self.snapshot.cloud, address, candidate.network);
        Candidate { hops, ..candidate }
    }

    /// Where a pod on a node is.
    fn pod_at(&self, node: NodeId) -> Candidate {
        self.pods_at.get(node.index()).copied().unwrap_or_else(|| self.at(None, Some(node)))
    }

    /// A place of a pod, with where routes lead packets that go to its own address, if that is one of the network; else they go to its node's.
    fn routed_to(&self, endpoint: &PodEndpoint, candidate: Candidate) -> Candidate {
        let own = endpoint.addresses.first().filter(|_| is_flat(&self.snapshot.cloud, endpoint));
        own.map_or(candidate, |address| self.routed(candidate, Some(*address)))
    }

    fn at_node(&self, node: NodeId) -> Candidate {
        self.at_nodes.get(node.index()).copied().unwrap_or_else(|| self.at(None, Some(node)))
    }

    /// Where an endpoint is.
    pub(crate) fn of(&self, end: Endpoint) -> NetworkLocation {
        let snat = match end {
            Endpoint::Pod(id) => self.snapshot.pod(id).map_or(PodSnat::NONE, |pod| PodSnat::of(pod, self.snapshot)),
            _ => PodSnat::NONE,
        };
        let kept = keeps_source(self.snapshot, end);
        let inside = |candidates: Vec<Candidate>, is_pod, placed| NetworkLocation {
            candidates,
            is_address: false,
            snat,
            kept,
            is_pod,
            placed,
            outside: (false, false),
            address: (false, Cast::One),
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

    fn of_address(&self, candidates: Vec<Candidate>, address: IpAddr) -> NetworkLocation {
        let is_platform = tags::is_platform(address);
        let is_inside = candidates.iter().any(|c| c.network.is_some());
        let cloud = &self.snapshot.cloud;
        let beyond = if is_inside { Vec::new() } else { route::beyond(cloud, address) };
        let casts = || candidates.iter().map(|c| Cast::of(cloud, c.network, address));
        // An address of several networks is no broadcast address where it is that of a machine in one of them.
        let cast = casts().min().unwrap_or(Cast::One);
        NetworkLocation {
            candidates,
            is_address: true,
            snat: PodSnat::NONE,
            kept: keeps_source(self.snapshot, Endpoint::Outside(address)),
            is_pod: false,
            placed: true,
            outside: (is_platform, self.public.contains(address)),
            address: (cloud.is_of_pods(address), cast),
            beyond,
        }
    }

    fn in_network(&self, network: NetworkId, address: IpAddr) -> Candidate {
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

    /// The different traversals from one endpoint to another. Of those on which the same is asked of the same groups one is enough.
    pub(crate) fn traversals(&self, compiled: &Compiled, from: Endpoint, to: Endpoint) -> Vec<Vec<Checkpoint>> {
        let (source, destination) = (self.of(from), self.of(to));
        let mut traversals: Vec<Vec<Checkpoint>> = Vec::new();
        let mut known = HashSet::new();
        let asked = |checkpoint: Checkpoint| match checkpoint {
            Checkpoint::Group { used, direction, from, to, encapsulated, .. } => {
                (Some((used, direction, compiled.class_of(from), compiled.class_of(to), encapsulated)), None)
            }
            Checkpoint::PublicAddress(_, sku) => (None, Some(Checkpoint::PublicAddress(InterfaceId(0), sku))),
            other => (None, Some(other)),
        };
        self.topology.each_traversal((from, &source), (to, &destination), |traversal| {
            if known.insert(traversal.map(|checkpoint| checkpoint.map(asked))) {
                traversals.push(traversal.into_iter().flatten().collect());
            }
        });
        traversals
    }
}

/// Whether a pod's own address, as it is given, is one of a network.
pub(crate) fn is_flat(cloud: &Cloud, endpoint: &PodEndpoint) -> bool {
    endpoint.address_given && !endpoint.host_network && endpoint.addresses.first().is_some_and(|a| !cloud.networks_with(*a).is_empty())
}
