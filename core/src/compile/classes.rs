//! Classes of endpoints that no rule can tell apart.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::addresses::{AddressIndex, AtomId, Coverage};
use super::class_set::ClassSet;
use super::selectors::{NodeMatches, Selectors};
use super::service_ports::ServicePorts;
use crate::language::ContainerPort;
use crate::model::{AddressSet, Cidr, Protocol};
use crate::policy::{DroppedPackets, GroupUseId, HookMatch, HostRules};
use crate::settings::{Assumed, Engine, HostNetwork, IpBlockReach};
use crate::snapshot::cloud::Cloud;
use crate::snapshot::{HostEndpoint, HostEndpointId, Node, NodeId, PodEndpoint, PodId, Role, Snapshot};

crate::model::ids! {
    /// A class of endpoints, by number.
    ClassId,
}

/// What kind of endpoints a class has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ClassKind {
    /// Pods that policies select.
    Pod,
    /// Nodes, and pods on the host network where these count as their node.
    Node,
    /// Calico host endpoints, as subjects of policy at one of the places where a packet meets them. No endpoint of a flow is of such a
    /// class: what runs on the host is the node.
    Host(Hook),
    /// Addresses outside the cluster.
    Outside,
    /// Network security groups, as subjects of their rules. No endpoint of a flow is of such a class.
    Group,
}

/// Where a packet meets the policies of a host endpoint. Upstream: docs/semantics.md, Calico.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Hook {
    /// Before connection tracking: policies with `doNotTrack`.
    Untracked,
    /// Before addresses are translated: policies with `preDNAT`.
    PreDnat,
    /// To and from processes of the host.
    Normal,
    /// Through the host: policies with `applyOnForward`.
    Forward,
    /// Before connection tracking, for replies: the same policies, with other failsafe ports.
    Reply,
    /// To and from processes of the host, for replies that count as connections of their own: without failsafe ports, as those are of the
    /// service's endpoint.
    ReplyNormal,
}

impl Hook {
    /// All, in the order in which a packet meets them.
    pub const ALL: [Hook; 6] = [Hook::Untracked, Hook::PreDnat, Hook::Normal, Hook::Forward, Hook::Reply, Hook::ReplyNormal];

    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Hook::Untracked | Hook::Reply => "untracked",
            Hook::PreDnat => "preDNAT",
            Hook::Normal | Hook::ReplyNormal => "normal",
            Hook::Forward => "forward",
        }
    }
}

impl ClassKind {
    /// Whether policies of a sort act on endpoints of this kind.
    pub(super) fn meets(self, policy: HookMatch) -> bool {
        match self {
            ClassKind::Host(Hook::Untracked) => matches!(policy, HookMatch::Untracked | HookMatch::FailsafeUntracked),
            ClassKind::Host(Hook::Reply) => matches!(policy, HookMatch::Untracked | HookMatch::FailsafeReply),
            ClassKind::Host(Hook::PreDnat) => matches!(policy, HookMatch::PreDnat | HookMatch::FailsafePreDnat),
            ClassKind::Host(Hook::Forward) => policy == HookMatch::ForwardToo,
            ClassKind::Host(Hook::Normal) => matches!(policy, HookMatch::Any | HookMatch::ForwardToo | HookMatch::Failsafe),
            ClassKind::Host(Hook::ReplyNormal) | ClassKind::Pod | ClassKind::Node | ClassKind::Outside | ClassKind::Group => {
                matches!(policy, HookMatch::Any | HookMatch::ForwardToo)
            }
        }
    }

    /// A number for class keys.
    fn number(self) -> u32 {
        match self {
            ClassKind::Pod => 0,
            ClassKind::Node => 1,
            ClassKind::Outside => 2,
            ClassKind::Host(hook) => 3 + hook as u32,
            ClassKind::Group => 3 + Hook::ALL.len() as u32,
        }
    }
}

/// A container port that some rule names, or (see [`crate::policy::service_port`]) a port behind a Service that some rule names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct NamedPort {
    pub(crate) name: Box<str>,
    pub(crate) protocol: Protocol,
    pub(crate) number: u16,
}

/// Address sets that an endpoint lies in: for certain, and at least possibly.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Membership {
    pub(super) certain: Vec<u32>,
    pub(super) possible: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Class {
    kind: ClassKind,
    named_ports: Vec<NamedPort>,
    /// Packets that its ends may not send.
    dropped: DroppedPackets,
    membership: Membership,
    /// An endpoint of this class, for looking up what all have in common.
    sample: Sample,
}

/// An endpoint that stands for its class.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sample {
    Pod(PodId),
    Node(NodeId),
    Atom,
    /// A host endpoint.
    Host(HostEndpointId),
    /// The use of a security group.
    Group(GroupUseId),
}

/// All classes, and which class each endpoint is of.
#[derive(Clone, Debug)]
pub(super) struct Classes {
    classes: Vec<Class>,
    endpoints: Vec<ClassId>,
    nodes: Vec<ClassId>,
    atoms: Vec<ClassId>,
    /// For each host endpoint, its class at each hook, in the order of [`Hook::ALL`].
    hosts: Vec<[ClassId; Hook::ALL.len()]>,
    /// The class of each use of a security group.
    groups: Vec<ClassId>,
    every: ClassSet,
    /// For each class, a number for its named ports: 0 if it has none.
    port_lists: Vec<u32>,
}

impl ClassId {
    /// The class of an endpoint that does not exist: one past all others, so it is in no set.
    pub(crate) const NOWHERE: ClassId = ClassId(u32::MAX);
}

/// Parts of a class key are separated by this; no number in them reaches it.
const END_OF_PART: u32 = u32::MAX;

impl Classes {
    pub(super) fn build<'a>(
        snapshot: &'a Snapshot,
        settings: &Assumed,
        hosts: Option<&HostRules>,
        selectors: &mut Selectors<'a>,
        addresses: &AddressIndex,
    ) -> Self {
        let namespace_classes = selectors.namespace_classes(snapshot);
        let node_matches = selectors.node_matches(snapshot);
        let inside = Inside {
            memberships: addresses.memberships(),
            addresses,
            matters: settings.ip_block == IpBlockReach::PodsToo || !snapshot.cloud.uses.is_empty(),
            sets: addresses.set_count(),
            families: [false, true]
                .into_iter()
                .filter(|v6| snapshot.pod_network.ranges().any(|(first, _)| first.is_ipv6() == *v6))
                .collect(),
            in_pod_network: OnceCell::new(),
            anywhere: OnceCell::new(),
            stand_ins: stand_ins(&snapshot.cloud, addresses),
        };
        let services = ServicePorts::new(snapshot, selectors);
        let mut builder = Builder {
            snapshot,
            settings,
            hosts,
            selectors,
            namespace_classes,
            node_matches,
            inside,
            services,
            classes: Vec::new(),
            numbers: HashMap::new(),
        };
        let endpoints = snapshot.pods().map(|(id, endpoint)| builder.pod(id, endpoint)).collect();
        let nodes = snapshot.nodes().map(|(id, node)| builder.node(id, node)).collect();
        let atoms = (0..addresses.len()).zip(addresses.starts()).map(|(atom, start)| builder.atom(atom, *start)).collect();
        let hosts = snapshot.host_endpoints().map(|(id, host)| Hook::ALL.map(|hook| builder.host(id, host, hook))).collect();
        let groups = snapshot.cloud.group_uses().map(|(id, _)| builder.group(id)).collect();
        let classes = builder.classes;
        let port_lists = port_lists(&classes);
        Classes { every: ClassSet::first(classes.len()), classes, endpoints, nodes, atoms, hosts, groups, port_lists }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.classes.len()
    }

    /// The set of all classes.
    pub(super) fn every(&self) -> &ClassSet {
        &self.every
    }

    /// The set of the classes for which something holds, given with an endpoint of each.
    pub(super) fn those(&self, holds: impl Fn(ClassId, Sample) -> bool) -> ClassSet {
        ClassSet::new(self.iter().filter(|(class, _, _, sample)| holds(*class, *sample)).map(|(class, ..)| class.0).collect())
    }

    pub(super) fn of_endpoint(&self, id: PodId) -> ClassId {
        self.endpoints.get(id.index()).copied().unwrap_or(ClassId::NOWHERE)
    }

    pub(super) fn of_node(&self, id: NodeId) -> ClassId {
        self.nodes.get(id.index()).copied().unwrap_or(ClassId::NOWHERE)
    }

    pub(super) fn of_atom(&self, id: AtomId) -> ClassId {
        self.atoms.get(id.index()).copied().unwrap_or(ClassId::NOWHERE)
    }

    /// The class of a host endpoint at a hook.
    pub(super) fn of_host(&self, id: HostEndpointId, hook: Hook) -> ClassId {
        self.hosts.get(id.index()).and_then(|hooks| hooks.get(hook as usize)).copied().unwrap_or(ClassId::NOWHERE)
    }

    /// The class of a use of a security group.
    pub(super) fn of_group(&self, id: GroupUseId) -> ClassId {
        self.groups.get(id.index()).copied().unwrap_or(ClassId::NOWHERE)
    }

    pub(super) fn kind(&self, id: ClassId) -> ClassKind {
        self.classes.get(id.index()).map_or(ClassKind::Outside, |c| c.kind)
    }

    /// The address sets that endpoints of a class are in for certain.
    pub(super) fn address_sets(&self, id: ClassId) -> &[u32] {
        self.classes.get(id.index()).map_or(&[], |c| &c.membership.certain)
    }

    pub(super) fn named_ports(&self, id: ClassId) -> &[NamedPort] {
        self.classes.get(id.index()).map_or(&[], |c| &c.named_ports)
    }

    /// A number for the named ports of a class, the same for the same ports; 0 if it has none.
    pub(super) fn port_list(&self, id: ClassId) -> u32 {
        self.port_lists.get(id.index()).copied().unwrap_or(0)
    }

    /// Packets that endpoints of a class may not send.
    pub(super) fn dropped(&self, id: ClassId) -> DroppedPackets {
        self.classes.get(id.index()).map_or_else(DroppedPackets::default, |c| c.dropped)
    }

    /// Classes with what is needed to index them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ClassId, ClassKind, &Membership, Sample)> {
        (0..).map(ClassId).zip(&self.classes).map(|(i, c)| (i, c.kind, &c.membership, c.sample))
    }
}

/// For each class, a number for its named ports: 0 if it has none.
fn port_lists(classes: &[Class]) -> Vec<u32> {
    let mut numbers: HashMap<&[NamedPort], u32> = HashMap::new();
    numbers.insert(&[], 0);
    let mut number = |ports| {
        let next = numbers.len() as u32;
        *numbers.entry(ports).or_insert(next)
    };
    classes.iter().map(|class| number(&class.named_ports[..])).collect()
}

/// What pods on a node may not send.
fn dropped_on(hosts: Option<&HostRules>, node: Option<&Node>) -> DroppedPackets {
    let Some(hosts) = hosts else { return DroppedPackets::default() };
    let own = node.and_then(|n| hosts.dropped_of.get(n.name.as_str()));
    own.copied().unwrap_or(hosts.dropped)
}

/// Finds the class of each endpoint, and makes it if it is the first of its class.
struct Builder<'b, 'a> {
    snapshot: &'a Snapshot,
    settings: &'b Assumed,
    hosts: Option<&'b HostRules>,
    selectors: &'b mut Selectors<'a>,
    namespace_classes: Vec<u32>,
    node_matches: Vec<NodeMatches>,
    inside: Inside<'b>,
    services: ServicePorts,
    classes: Vec<Class>,
    numbers: HashMap<Vec<u32>, ClassId>,
}

impl<'a> Builder<'_, 'a> {
    fn pod(&mut self, id: PodId, endpoint: &'a PodEndpoint) -> ClassId {
        let mut key = Vec::with_capacity(16);
        let sample = Sample::Pod(id);
        if endpoint.host_network && self.settings.host_network == HostNetwork::AsNode {
            let membership = self.inside.of_node(&endpoint.addresses);
            key.push(ClassKind::Node.number());
            // A pod whose node is not said may be on any node.
            self.selectors.encode_node_matches(endpoint.node, &self.node_matches, &mut key);
            let mut ports = Vec::new();
            self.services.add_to_endpoint(self.snapshot, id, endpoint, &mut ports);
            return self.class(key, ClassKind::Node, ports, membership, sample);
        }
        key.push(ClassKind::Pod.number());
        key.push(self.namespace_classes.get(endpoint.namespace.index()).copied().unwrap_or(0));
        self.selectors.encode_labels(&endpoint.labels, &endpoint.unknown, &mut key);
        key.push(END_OF_PART);
        self.selectors.expressions.encode_endpoint(endpoint, self.snapshot, &mut key);
        let mut ports = named_ports(&endpoint.ports, self.selectors);
        if self.settings.engine == Engine::Calico {
            // Upstream: conversion.podToDefaultWorkloadEndpoint takes the ports of all init containers, whether they stay or not.
            ports.extend(named_ports(&endpoint.init_ports, self.selectors));
            ports.sort_unstable();
            ports.dedup();
        }
        self.services.add_to_endpoint(self.snapshot, id, endpoint, &mut ports);
        self.selectors.encode_profiles(endpoint.profiles.as_deref(), &mut key);
        let dropped = dropped_on(self.hosts, endpoint.node.and_then(|n| self.snapshot.node(n)));
        key.extend([u32::from(dropped.vxlan.unwrap_or(0)), u32::from(dropped.ipip)]);
        let membership = self.inside.of_pod(endpoint);
        let class = self.class(key, ClassKind::Pod, ports, membership, sample);
        if let Some(class) = self.classes.get_mut(class.index()) {
            class.dropped = dropped;
        }
        class
    }

    fn node(&mut self, id: NodeId, node: &Node) -> ClassId {
        let mut key = alloc::vec![ClassKind::Node.number()];
        self.selectors.encode_node_matches(Some(id), &self.node_matches, &mut key);
        // A host endpoint names ports of its node.
        let hosts = self.snapshot.host_endpoints.iter().filter(|h| h.node == id);
        let ports: Vec<ContainerPort> = hosts.flat_map(|h| h.ports.iter().cloned()).collect();
        let mut ports = named_ports(&ports, self.selectors);
        self.services.add_to_node(id, node, &mut ports);
        let membership = self.inside.of_node(&node.addresses);
        self.class(key, ClassKind::Node, ports, membership, Sample::Node(id))
    }

    /// An address outside the cluster: the first of a stretch that no rule tells apart, or the end of a machine that stands for any of its subnet.
    fn atom(&mut self, atom: usize, start: IpAddr) -> ClassId {
        let membership = match self.inside.stand_ins.get(&start) {
            Some(subnet) => self.inside.somewhere_in(|set| self.inside.addresses.share_in(set, subnet)),
            None => {
                let sets = self.inside.memberships.get(atom).cloned().unwrap_or_default();
                Membership { certain: sets.clone(), possible: sets }
            }
        };
        let ports = self.services.at_address(start);
        self.class(alloc::vec![ClassKind::Outside.number()], ClassKind::Outside, ports, membership, Sample::Atom)
    }

    fn host(&mut self, id: HostEndpointId, host: &'a HostEndpoint, hook: Hook) -> ClassId {
        let kind = ClassKind::Host(hook);
        let mut key = alloc::vec![kind.number()];
        self.selectors.expressions.encode_host_endpoint(host, self.snapshot, &mut key);
        self.selectors.encode_profiles(Some(&host.profiles), &mut key);
        // Settings may be those of one node; there are few host endpoints, so each node has classes of its own.
        key.push(host.node.0);
        let ports = named_ports(&host.ports, self.selectors);
        let addresses = self.snapshot.node(host.node).map_or(&[][..], |n| &n.addresses);
        let membership = self.inside.of_node(addresses);
        self.class(key, kind, ports, membership, Sample::Host(id))
    }

    fn group(&mut self, id: GroupUseId) -> ClassId {
        let key = alloc::vec![ClassKind::Group.number(), id.0];
        self.class(key, ClassKind::Group, Vec::new(), Membership::default(), Sample::Group(id))
    }

    fn class(
        &mut self,
        mut key: Vec<u32>,
        kind: ClassKind,
        named_ports: Vec<NamedPort>,
        membership: Membership,
        sample: Sample,
    ) -> ClassId {
        key.push(END_OF_PART);
        for port in &named_ports {
            key.extend(port.name.bytes().map(u32::from));
            key.extend([END_OF_PART, u32::from(port.protocol.0), u32::from(port.number)]);
        }
        key.push(END_OF_PART);
        key.extend(&membership.certain);
        key.push(END_OF_PART);
        key.extend(&membership.possible);
        let next = ClassId::at(self.classes.len());
        let id = *self.numbers.entry(key).or_insert(next);
        if id == next {
            self.classes.push(Class { kind, named_ports, dropped: DroppedPackets::default(), membership, sample });
        }
        id
    }
}

fn named_ports(ports: &[ContainerPort], selectors: &Selectors<'_>) -> Vec<NamedPort> {
    let mut ports: Vec<NamedPort> = ports
        .iter()
        .filter_map(|p| {
            Some(NamedPort { name: p.name.clone().filter(|n| selectors.names_port(n))?, protocol: p.protocol, number: p.number })
        })
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// Which address sets endpoints inside the cluster lie in.
struct Inside<'a> {
    memberships: Vec<Vec<u32>>,
    addresses: &'a AddressIndex,
    /// Whether any rule matches endpoints inside by address.
    matters: bool,
    sets: u32,
    /// Whether pods have addresses of IPv4 (`false`) and IPv6 (`true`).
    families: Vec<bool>,
    /// What holds for every endpoint of which only that is known: that it is somewhere in the pod network, or anywhere at all.
    in_pod_network: OnceCell<Membership>,
    anywhere: OnceCell<Membership>,
    /// The ends of machines that stand for any of their subnet, with the atoms of that.
    stand_ins: HashMap<IpAddr, Vec<(u32, u32)>>,
}

/// See [`Inside::stand_ins`]. Where two networks have the same address, the machines of both may be anywhere in either subnet. Machines of a network that is
/// assumed itself are where the tags of rules have them; see `language::azure::lower`.
fn stand_ins(cloud: &Cloud, addresses: &AddressIndex) -> HashMap<IpAddr, Vec<(u32, u32)>> {
    let mut found: HashMap<IpAddr, Vec<(u32, u32)>> = HashMap::new();
    for machine in &cloud.interfaces {
        let Some(ranges) = cloud.stands_for(machine).filter(|ranges| !ranges.is_empty()) else { continue };
        for address in &machine.addresses {
            let of_family: Vec<Cidr> = ranges.iter().filter(|range| range.is_ipv4() == address.is_ipv4()).copied().collect();
            found.entry(*address).or_default().extend(addresses.atoms_of(&AddressSet::of_cidrs(&of_family)));
        }
    }
    found
}

impl Inside<'_> {
    fn of_pod(&self, endpoint: &PodEndpoint) -> Membership {
        if !self.matters || self.sets == 0 {
            return Membership::default();
        }
        if endpoint.address_given {
            return self.of_addresses(&endpoint.addresses);
        }
        let is_listed = !endpoint.service_account.is_empty();
        if (endpoint.role == Role::IngressController && !is_listed) || endpoint.host_network {
            // It may be on the host network or elsewhere altogether.
            return self.anywhere();
        }
        self.in_pod_network.get_or_init(|| self.somewhere_in(|set| self.addresses.pod_network_in(set))).clone()
    }

    /// Any address of a range, given how much of it lies in a set.
    fn somewhere_in(&self, share_in: impl Fn(u32) -> Coverage) -> Membership {
        let mut membership = Membership::default();
        for set in 0..self.sets {
            match share_in(set) {
                Coverage::None => {}
                Coverage::Part => membership.possible.push(set),
                Coverage::Whole => {
                    membership.certain.push(set);
                    membership.possible.push(set);
                }
            }
        }
        membership
    }

    fn of_node(&self, addresses: &[IpAddr]) -> Membership {
        if !self.matters || self.sets == 0 {
            return Membership::default();
        }
        if addresses.is_empty() { self.anywhere() } else { self.of_addresses(addresses) }
    }

    fn anywhere(&self) -> Membership {
        self.anywhere.get_or_init(|| self.at_any_address()).clone()
    }

    /// Any address at all, of the families that pods have: only a set of all of them holds it for certain.
    fn at_any_address(&self) -> Membership {
        let atoms = || self.memberships.iter().zip(self.addresses.starts()).filter(|(_, start)| self.families.contains(&start.is_ipv6()));
        let certain = (0..self.sets).filter(|set| atoms().all(|(sets, _)| sets.contains(set))).collect();
        Membership { certain, possible: (0..self.sets).collect() }
    }

    /// An endpoint with several addresses (of two families, say) is in a set for certain only if all of them are: which one a packet carries
    /// is not known.
    fn of_addresses(&self, addresses: &[IpAddr]) -> Membership {
        let sets_of = |address: &IpAddr| self.memberships.get(self.addresses.atom(*address).index()).map_or(&[][..], Vec::as_slice);
        if let [address] = addresses {
            let sets = sets_of(address).to_vec();
            return Membership { certain: sets.clone(), possible: sets };
        }
        let mut certain: Option<BTreeSet<u32>> = None;
        let mut possible: BTreeSet<u32> = BTreeSet::new();
        for address in addresses {
            let sets = sets_of(address);
            possible.extend(sets);
            certain = Some(match certain {
                None => sets.iter().copied().collect(),
                Some(before) => sets.iter().copied().filter(|s| before.contains(s)).collect(),
            });
        }
        Membership { certain: certain.unwrap_or_default().into_iter().collect(), possible: possible.into_iter().collect() }
    }
}
