//! The way through the cloud's network: which security groups a packet meets, and with which addresses. Upstream: azure.md 2.3, 2.5, 3.5.
//!
//! ```text
//! [interface, outbound] → [subnet, outbound] → the network → [subnet, inbound] → [interface, inbound]
//! ```
//!
//! Where the text does not say on which node a pod runs, there are several ways; an answer is certain if all of them agree.

use alloc::vec::Vec;

use super::Stage;
use crate::compile::End;
use crate::model::AddressSet;
use crate::policy::Direction;
use crate::resources::azure::Plugin;
use crate::snapshot::cloud::{Cloud, Location, tags};
use crate::snapshot::{NodeId, Snapshot};

/// Where a security group is met.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GroupPlace {
    /// At a subnet, an index into [`Cloud::subnets`].
    Subnet(u32),
    /// At a network interface, an index into [`Cloud::interfaces`].
    Interface(u32),
}

/// A place where an end may be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Candidate {
    /// Where in the cloud's network; nothing if outside it.
    pub(crate) location: Option<Location>,
    /// The node, for a pod or node.
    pub(crate) node: Option<NodeId>,
}

/// What the way to and from an end depends on: ends that are equal in this meet the same groups.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Seat {
    pub(crate) candidates: Vec<Candidate>,
    /// Whether it is a pod with an address of its own.
    pub(crate) is_pod: bool,
    /// Whether the text says where it is; else the candidates stand for all nodes.
    placed: bool,
    /// The network whose space holds its address.
    network: Option<u32>,
    /// Of an address outside, whether it is the platform's, and whether it is routed on the Internet.
    outside: (bool, bool),
}

/// Where all ends are in the cloud's network.
#[derive(Clone, Debug)]
pub(crate) struct Seats<'a> {
    cloud: &'a Cloud,
    endpoints: Vec<Seat>,
    nodes: Vec<Seat>,
    /// What is routed on the Internet.
    public: AddressSet,
}

impl<'a> Seats<'a> {
    /// Nothing where the text says nothing of the cloud's network.
    pub(crate) fn new(snapshot: &'a Snapshot) -> Option<Self> {
        let cloud = &snapshot.cloud;
        if cloud.networks.is_empty() {
            return None;
        }
        let at_node = |node: NodeId| Candidate { location: cloud.locate_node(node), node: Some(node) };
        // Of nodes at which the same groups are met one is enough, as long as nothing is known to be on one of them.
        let mut anywhere: Vec<Candidate> = Vec::new();
        for (id, _) in snapshot.nodes() {
            let candidate = at_node(id);
            let met = |c: &Candidate| {
                let groups = c.location.map(|l| (l.subnet, l.interface.and_then(|i| cloud.interfaces.get(i as usize)?.group)));
                (groups, plugins(cloud, c.node))
            };
            if candidate.location.is_some() && !anywhere.iter().any(|known| met(known) == met(&candidate)) {
                anywhere.push(candidate);
            }
        }
        let network_of = |candidates: &[Candidate]| {
            let subnet = candidates.first()?.location?.subnet;
            Some(cloud.network_of(subnet)?.0)
        };
        let pod = |endpoint: &crate::snapshot::Endpoint| {
            let located = || endpoint.addresses.first().filter(|_| endpoint.address_given).and_then(|a| cloud.locate(*a));
            let candidates = match endpoint.node {
                Some(node) => alloc::vec![at_node(node)],
                None if anywhere.is_empty() => alloc::vec![Candidate { location: located(), node: None }],
                None => anywhere.clone(),
            };
            let placed = endpoint.node.is_some() || anywhere.is_empty();
            Seat { network: network_of(&candidates), candidates, is_pod: !endpoint.host_network, placed, outside: (false, false) }
        };
        let node = |id| {
            let candidates = alloc::vec![at_node(id)];
            Seat { network: network_of(&candidates), candidates, is_pod: false, placed: true, outside: (false, false) }
        };
        Some(Seats {
            endpoints: snapshot.endpoints().map(|(_, e)| pod(e)).collect(),
            nodes: snapshot.nodes().map(|(id, _)| node(id)).collect(),
            public: tags::internet(&AddressSet::default()),
            cloud,
        })
    }

    /// Where an end is.
    pub(crate) fn seat(&self, end: End) -> Seat {
        let nowhere = || Seat {
            candidates: alloc::vec![Candidate { location: None, node: None }],
            is_pod: false,
            placed: true,
            network: None,
            outside: (false, false),
        };
        match end {
            End::Pod(id) => self.endpoints.get(id.0 as usize).cloned().unwrap_or_else(nowhere),
            End::Node(id) => self.nodes.get(id.0 as usize).cloned().unwrap_or_else(nowhere),
            End::Outside(address) => Seat {
                candidates: alloc::vec![Candidate { location: self.cloud.locate(address), node: None }],
                is_pod: false,
                placed: true,
                network: self.cloud.network_with(address),
                outside: (address == tags::PLATFORM || address == tags::METADATA, self.public.contains(address)),
            },
        }
    }

    /// The different ways from one end to another, each the stages on it.
    pub(crate) fn ways(&self, from: End, to: End) -> Vec<Vec<Stage>> {
        let (source, destination) = (self.seat(from), self.seat(to));
        if source.candidates.iter().chain(&destination.candidates).all(|c| c.location.is_none()) {
            return alloc::vec![Vec::new()];
        }
        let mut ways: Vec<Vec<Stage>> = Vec::new();
        for a in &source.candidates {
            for b in &destination.candidates {
                let together = a.node.is_some() && a.node == b.node && source.placed && destination.placed;
                // What leaves a pod hangs on the cluster that its node belongs to; where that is not to be told, on each that may be.
                for plugin in plugins(self.cloud, a.node) {
                    let way = if together { Vec::new() } else { self.way(plugin, (from, &source, a), (to, &destination, b)) };
                    if !ways.contains(&way) {
                        ways.push(way);
                    }
                }
            }
        }
        // Pods that may be on one node may never leave it.
        let may_be_together = source.candidates.iter().any(|a| a.node.is_some()) && destination.candidates.iter().any(|b| b.node.is_some());
        let could_share = !source.placed || !destination.placed;
        if may_be_together && could_share && !ways.contains(&Vec::new()) {
            ways.push(Vec::new());
        }
        ways
    }

    fn way(&self, plugin: Option<Plugin>, from: (End, &Seat, &Candidate), to: (End, &Seat, &Candidate)) -> Vec<Stage> {
        let (from, source, a) = from;
        let (to, destination, b) = to;
        if a.location.is_some()
            && a.location == b.location
            && a.location.is_some_and(|l| l.interface.is_some())
            && !source.is_pod
            && !destination.is_pod
        {
            // A machine and itself.
            return Vec::new();
        }
        if let (Some(one), Some(other)) = (source.network, destination.network)
            && one != other
            && self.cloud.networks.get(one as usize).is_none_or(|n| !n.peers.contains(&other))
        {
            return alloc::vec![Stage::NotPeered(one, other)];
        }
        if let End::Outside(address) = to
            && a.location.is_some()
            && destination.outside.0
            && !self.names_platform(a.location)
        {
            return alloc::vec![Stage::Platform(address)];
        }
        if let (true, None, Some(at)) = (source.outside.1, source.network, b.location)
            && let Some((number, interface)) = at.interface.and_then(|i| Some((i, self.cloud.interfaces.get(i as usize)?)))
            && let Some(sku) = interface.public
            && interface.group.is_none()
            && self.cloud.subnets.get(at.subnet as usize).is_some_and(|s| s.group.is_none())
        {
            return alloc::vec![Stage::PublicAddress(number, sku)];
        }
        let (seen_from, seen_to, encapsulated) = self.seen(plugin, (from, source, a), (to, destination, b));
        groups_between(self.cloud, a.location, b.location, (seen_from, seen_to, encapsulated))
    }

    /// The ends of the packet as the cloud's network sees them: pods leave a cluster with the address of their node, unless their own addresses are
    /// of the network; where the cluster brings its own network, packets between pods travel inside packets between nodes.
    fn seen(&self, plugin: Option<Plugin>, from: (End, &Seat, &Candidate), to: (End, &Seat, &Candidate)) -> (End, End, bool) {
        let (from, source, a) = from;
        let (to, destination, b) = to;
        let Some(node) = a.node.filter(|_| source.is_pod) else { return (from, to, false) };
        match plugin {
            Some(Plugin::None) if destination.is_pod => match b.node {
                Some(other) => (End::Node(node), End::Node(other), true),
                None => (from, to, false),
            },
            _ if destination.is_pod => (from, to, false),
            Some(Plugin::PodSubnet) | None => (from, to, false),
            Some(Plugin::NodeSubnet) if destination.network.is_some() && destination.network == source.network => (from, to, false),
            Some(Plugin::NodeSubnet | Plugin::Kubenet | Plugin::Overlay | Plugin::None) => (End::Node(node), to, false),
        }
    }

    /// Whether a group on the way out of a place names one of the tags that rules need to stop traffic to the platform.
    fn names_platform(&self, location: Option<Location>) -> bool {
        let Some(location) = location else { return false };
        let of_interface = location.interface.and_then(|i| self.cloud.interfaces.get(i as usize)?.group);
        let of_subnet = self.cloud.subnets.get(location.subnet as usize).and_then(|s| s.group);
        let groups = [of_interface, of_subnet].into_iter().flatten().filter_map(|used| self.cloud.used(used));
        let mut rules = groups.flat_map(|(_, group)| &group.rules);
        rules.any(|(rule, _)| {
            rule.destination.tags.iter().any(|tag| tag.len() > 13 && tag.get(..13).is_some_and(|t| t.eq_ignore_ascii_case("AzurePlatform")))
        })
    }
}

/// Where pods on a node may have their addresses: one plugin, unless several clusters come into question. Nothing where there is no cluster.
fn plugins(cloud: &Cloud, node: Option<NodeId>) -> Vec<Option<Plugin>> {
    let mut found: Vec<Option<Plugin>> = cloud.clusters_of(node).into_iter().map(|c| Some(c.plugin)).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() { alloc::vec![None] } else { found }
}

/// The security groups that a packet meets between two places of the cloud's network, or one of them and the outside: out of the one, then into the
/// other. `seen` is what they see of it: its ends, and whether that is the packet around it.
pub(crate) fn groups_between(cloud: &Cloud, out: Option<Location>, into: Option<Location>, seen: (End, End, bool)) -> Vec<Stage> {
    let (from, to, encapsulated) = seen;
    let mut stages = Vec::new();
    let mut meet = |used: Option<u32>, place, direction| {
        stages.extend(used.map(|used| Stage::Group { used, place, direction, from, to, encapsulated }));
    };
    let group_of = |interface: u32| cloud.interfaces.get(interface as usize).and_then(|i| i.group);
    let subnet_group = |subnet: u32| cloud.subnets.get(subnet as usize).and_then(|s| s.group);
    if let Some(at) = out {
        if let Some(interface) = at.interface {
            meet(group_of(interface), GroupPlace::Interface(interface), Direction::Egress);
        }
        meet(subnet_group(at.subnet), GroupPlace::Subnet(at.subnet), Direction::Egress);
    }
    if let Some(at) = into {
        meet(subnet_group(at.subnet), GroupPlace::Subnet(at.subnet), Direction::Ingress);
        if let Some(interface) = at.interface {
            meet(group_of(interface), GroupPlace::Interface(interface), Direction::Ingress);
        }
    }
    stages
}
