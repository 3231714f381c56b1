//! Packets for a Service that come to nodes from the network: which node picks which endpoint, and what it does with them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::super::equivalence::kinds::BackendKind;
use super::super::packet::PacketEndpoint;
use super::super::shares::Share;
use super::super::tables::{Backend, Entry, Target};
use super::super::world::Paths;
use super::course::Course;
use super::delivery::{Delivery, arrive, endpoint_of, hand_over};
use super::hop::{Choice, HopAction, Landing, StopReason, Unknown};
use super::stand_in::nowhere;
use crate::compile::Endpoint;
use crate::language::TrafficPolicy;
use crate::model::AddressSet;
use crate::settings::Dataplane;
use crate::snapshot::{IpFamily, NodeId, PodId, Service, ServiceId, ServiceType};
use crate::verdict::traversal::Side;

/// A port of a Service with what stands behind it.
#[derive(Clone, Copy)]
pub(in crate::path) struct ExposedPort<'a> {
    pub(super) number: ServiceId,
    pub(in crate::path) service: &'a Service,
    pub(super) port: usize,
    pub(in crate::path) backends: &'a [Backend],
    /// The family of the packets, where endpoints are told apart by it.
    pub(super) family: Option<IpFamily>,
}

impl<'a> ExposedPort<'a> {
    /// The port with this index of the Service with this number, for packets of a family.
    pub(in crate::path) fn of(paths: &'a Paths, number: ServiceId, port: usize, family: Option<IpFamily>) -> Option<Self> {
        let service = paths.snapshot.service(number)?;
        Some(ExposedPort { number, service, port, backends: paths.tables.backends_of(number, port, family), family })
    }
}

/// Packets that all come by one node: the node, what they are for, and how many of all connections they are.
pub(super) struct Landed {
    pub(super) node: NodeId,
    pub(super) backend: Backend,
    pub(super) share: Share,
    pub(super) alike: u32,
}

impl Landed {
    /// On a node that picks nothing.
    fn on_nothing(node: NodeId, share: Share, alike: u32) -> Self {
        let nobody = Backend { target: Target::Address(nowhere()), node: None, count: 0, port: 0, hint: None };
        Landed { node, backend: nobody, share, alike }
    }

    pub(super) fn is_here(&self) -> bool {
        self.backend.place() == Some(self.node)
    }
}

/// On each kind of node, where nothing stands behind the Service.
pub(super) fn on_nothing(paths: &Paths, nodes: &[NodeId]) -> Vec<Landed> {
    let landed = |(node, count): (NodeId, u32)| Landed::on_nothing(node, Share::of(count, nodes.len() as u32), count);
    paths.node_kinds(nodes, &[]).into_iter().map(landed).collect()
}

/// To which endpoint packets from `from` go that come to some of these nodes, from which node, with their shares. Equivalent ones are one.
pub(super) fn landings(paths: &Paths, nodes: &[NodeId], exposed: &ExposedPort<'_>, from: &PacketEndpoint) -> Vec<Landed> {
    let backends = exposed.backends;
    let local_only = is_local_only(paths, exposed.service, from);
    if local_only || paths.prefers(backends) {
        return by_node(paths, nodes, backends, local_only);
    }
    let total: u32 = backends.iter().map(|b| b.count).sum();
    if total == 0 {
        return on_nothing(paths, nodes);
    }
    let picked = Picked { nodes, known: nodes.iter().copied().collect(), pairs: nodes.len() as u64 * u64::from(total) };
    let node_kinds = paths.node_kinds(nodes, &[]);
    let mut found = Vec::new();
    for kind in paths.backend_kinds(backends) {
        for node_kind in &node_kinds {
            found.extend(of_kinds(paths, &picked, &kind, *node_kind));
        }
    }
    found
}

/// The nodes that packets come to.
struct Picked<'n> {
    nodes: &'n [NodeId],
    known: HashSet<NodeId>,
    /// How many pairs of one of them and an endpoint there are.
    pairs: u64,
}

/// From the nodes of one kind to the endpoints of one kind: to those on the same node, and to others.
fn of_kinds(
    paths: &Paths,
    picked: &Picked<'_>,
    kind: &BackendKind,
    (sample, of_kind): (NodeId, u32),
) -> impl Iterator<Item = Landed> + use<> {
    let share = |count: u64| Share::of_u64(count, picked.pairs);
    let is_alike = |node: NodeId| paths.tables.node_kind(node) == paths.tables.node_kind(sample);
    let is_kind = |node: NodeId| picked.known.contains(&node) && is_alike(node);
    let local: u32 = kind.by_node.iter().filter(|(node, ..)| node.is_some_and(is_kind)).map(|(_, count, _)| *count).sum();
    let near = match kind.by_node.iter().find(|(node, ..)| node.is_some_and(is_kind)) {
        Some((Some(node), _, backend)) => Some(Landed { node: *node, backend: *backend, share: share(u64::from(local)), alike: local }),
        _ => None,
    };
    let remote = u64::from(of_kind) * u64::from(kind.count) - u64::from(local);
    let of_nodes = || picked.nodes.iter().copied().filter(|n| is_alike(*n));
    let pair = kind.by_node.iter().find_map(|(node, _, backend)| Some((of_nodes().find(|n| Some(*n) != *node)?, *backend)));
    let far = pair.filter(|_| remote > 0).map(|(node, backend)| {
        let alike = remote.min(u64::from(u32::MAX)) as u32;
        Landed { node, backend, share: share(remote), alike }
    });
    [near, far].into_iter().flatten()
}

/// Where each node picks among its own pods, or those that are meant for it.
fn by_node(paths: &Paths, nodes: &[NodeId], backends: &[Backend], local_only: bool) -> Vec<Landed> {
    let all = nodes.len() as u32;
    let mut own: HashMap<NodeId, Vec<Backend>> = HashMap::new();
    backends.iter().filter_map(|b| Some((b.node?, b))).for_each(|(node, b)| own.entry(node).or_default().push(*b));
    let mut found = Vec::new();
    for node in nodes {
        let among = if local_only { own.get(node).cloned().unwrap_or_default() } else { paths.nearby(backends, *node) };
        let of_all: u32 = among.iter().map(|b| b.count).sum();
        let share = |count: u32| Share::of(1, all).times(Share::of(count, of_all));
        found.extend(among.iter().map(|b| Landed { node: *node, backend: *b, share: share(b.count), alike: 1 }));
        if of_all == 0 {
            found.push(Landed::on_nothing(*node, Share::of(1, all), 1));
        }
    }
    merged(paths, found)
}

/// Equivalent ones become one.
fn merged(paths: &Paths, landings: Vec<Landed>) -> Vec<Landed> {
    let mut found: Vec<Landed> = Vec::new();
    let mut known = HashMap::new();
    for landed in landings {
        let key = (paths.tables.node_kind(landed.node), landed.is_here(), paths.backend_key(&landed.backend));
        let at = *known.entry(key).or_insert(found.len());
        match found.get_mut(at) {
            Some(known) => {
                known.share = known.share.plus(landed.share);
                known.alike += 1;
            }
            None => found.push(landed),
        }
    }
    found
}

/// Whether a node that a packet comes to sends it to its own pods only. Upstream: traffic of the cluster itself always has `Cluster` semantics.
pub(in crate::path) fn is_local_only(paths: &Paths, service: &Service, from: &PacketEndpoint) -> bool {
    // A packet comes from a pod of the cluster by its address; for eBPF from one of its nodes too.
    let is_of_cluster = match from.end {
        Endpoint::Pod(_) => true,
        Endpoint::Node(_) => paths.dataplane.is_ebpf(),
        Endpoint::Outside(_) | Endpoint::InNetwork(..) => false,
    };
    paths.external_policy(service) == TrafficPolicy::Local && !is_of_cluster
}

/// Whether nodes drop a packet because of `loadBalancerSourceRanges`. Upstream: docs/path.md.
pub(super) fn is_outside_ranges(paths: &Paths, service: &Service, from: &PacketEndpoint) -> bool {
    let balancer = &service.routing.load_balancer;
    if !paths.checks_source_ranges(balancer) {
        return false;
    }
    let ranges = AddressSet::of_cidrs(&balancer.source_ranges);
    !from.assumed && from.address.is_some_and(|a| !ranges.contains(a))
}

/// Why it is not known whether a client from outside is let in: ranges that cannot be read, that the Service's type does not have, or that only a load
/// balancer may check. Upstream: `kubernetes/cloud-provider`, `service/helpers`, `GetLoadBalancerSourceRanges`; Kubernetes API, `ServiceSpec`.
fn doubtful_ranges(paths: &Paths, exposed: &ExposedPort<'_>, from: &PacketEndpoint, entry: Entry) -> Option<String> {
    let service = exposed.service;
    let balancer = &service.routing.load_balancer;
    let ranges = AddressSet::of_cidrs(balancer.source_ranges.iter().chain(&balancer.allowed_ranges));
    let is_named = !from.assumed && from.address.is_some_and(|address| ranges.contains(address));
    if is_named || paths.settings.routing.ignore_source_ranges || !matches!(from.end, Endpoint::Outside(_)) {
        return None;
    }
    let title = paths.service_title(service);
    // The group that AKS makes is asked by itself.
    let by_cloud = paths.knows_network();
    match entry {
        Entry::LoadBalancer if balancer.bad_range && !by_cloud => {
            Some(format!("the ranges of clients of Service `{title}` cannot all be read"))
        }
        Entry::LoadBalancer if !balancer.allowed_ranges.is_empty() && !by_cloud => Some(format!(
            "an annotation of Service `{title}` names the ranges of its clients, which nodes do not check, and what the load balancer does with others is not in the input"
        )),
        Entry::NodePort if service.service_type != ServiceType::LoadBalancer && !balancer.source_ranges.is_empty() => Some(format!(
            "Service `{title}` has `loadBalancerSourceRanges`, which an API server refuses with type `{}`",
            service.service_type
        )),
        _ => None,
    }
}

/// On a node that a packet comes to from the network, and on to what it is for. Returns the pod, if it is one.
pub(in crate::path) fn land(
    course: &mut Course<'_>,
    exposed: &ExposedPort<'_>,
    node: NodeId,
    backend: &Backend,
    entry: Entry,
) -> Option<(PodId, Option<NodeId>)> {
    let paths = course.paths;
    let ebpf = paths.dataplane.is_ebpf();
    let local = backend.place() == Some(node);
    let masquerade = !ebpf && paths.external_policy(exposed.service) == TrafficPolicy::Cluster;
    if backend.count == 0 {
        course.node(node, HopAction::Nothing);
        course.stop(nobody(exposed, (!exposed.backends.is_empty()).then_some(node)));
        return None;
    }
    course.node(
        node,
        HopAction::Lands(match (ebpf, local, masquerade) {
            (true, true, _) => Landing::EbpfLocal,
            (true, false, _) => Landing::EbpfRemote { direct_return: paths.dataplane == Dataplane::EbpfDsr },
            (false, _, false) => Landing::KeepsSource,
            (false, local, true) => Landing::Masquerades { local },
        }),
    );
    if let Some(why) = doubtful_ranges(paths, exposed, &course.packet.from, entry) {
        course.unknown(Unknown::Unread(why.into()));
        return None;
    }
    if entry == Entry::LoadBalancer && is_outside_ranges(paths, exposed.service, &course.packet.from) {
        course.stop(StopReason::OutsideRanges { inside: None });
        return None;
    }
    let to = endpoint_of(paths, backend);
    if let (true, false, Some(there)) = (ebpf, local, backend.place()) {
        course.enter_tunnel(node, there);
        course.cross_untranslated(node);
        course.travel(paths.snapshot.cloud.locate_node(there));
        course.leave_tunnel();
        course.node(there, HopAction::Decapsulates);
        course.dnat(to, Some(backend.port));
        if let Target::Node(node, _) = backend.target {
            course.cross(node, Side::Network, Side::Host);
        }
        let Target::Pod(pod) = backend.target else { return None };
        arrive(course, &Delivery::to(pod, backend.node, None));
        return Some((pod, backend.node));
    }
    course.dnat(to, Some(backend.port));
    let is_flat = paths.plugin(Some(node)).is_some_and(|p| p.is_flat());
    if !local && !masquerade && is_flat && matches!(backend.target, Target::Pod(_)) {
        course.stop(StopReason::NoIpForwarding);
        return None;
    }
    let source = masquerade.then(|| paths.node(node));
    hand_over(course, Some(node), Side::Network, backend, source)
}

/// Nothing stands behind the Service, or nothing on this node.
pub(super) fn nobody(exposed: &ExposedPort<'_>, on: Option<NodeId>) -> StopReason {
    on.map_or(StopReason::NoEndpoint(exposed.number, exposed.port), |node| StopReason::NoEndpointOn(exposed.number, node))
}

/// What tells a route by a node, to an endpoint, from others.
pub(super) fn choice_of(by: Option<NodeId>, backend: &Backend, is_here: bool, needed: bool) -> Vec<Choice> {
    let is_node = matches!(backend.target, Target::Node(..));
    let to = match (backend.place(), is_here) {
        (Some(node), _) if is_node => Some(Choice::ToNode(node)),
        (_, true) if by.is_some() => Some(Choice::ToOwnPod),
        (Some(node), true) => Some(Choice::ToSameNode(node)),
        (Some(node), false) => Some(Choice::ToPodOn(node)),
        (None, _) => match backend.target {
            Target::Address(address) if backend.count > 0 => Some(Choice::ToAddress(address)),
            _ => None,
        },
    };
    by.map(Choice::By).into_iter().chain(to.filter(|_| needed)).collect()
}
