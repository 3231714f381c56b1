//! How many of the connections each pod gets. Upstream: docs/path.md.
//!
//! A load balancer knows nodes, not pods: with `Local` a node's share is divided among its own pods, however many those are.

use alloc::string::ToString;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::super::answer::PodShare;
use super::super::placed::Placed;
use super::super::question::Dialled;
use super::super::tables::{Backend, Entry, Target};
use super::super::world::Paths;
use super::Share;
use crate::language::TrafficPolicy;
use crate::snapshot::{NodeId, ServiceId};

/// The shares of what stands behind a port of a Service. `homes` are the nodes of clients inside the cluster, with how many of the clients are on each;
/// none for clients outside. `picked` are the nodes that clients outside come by.
pub(in crate::path) fn of_service(
    paths: &Paths,
    (service, port): (ServiceId, usize),
    (entry, at): (Entry, Dialled),
    homes: &[(NodeId, u32)],
    picked: &[NodeId],
) -> Vec<PodShare> {
    let Some(found) = paths.snapshot.service(service) else { return Vec::new() };
    let backends = paths.tables.backends_of(service, port, paths.family(found, entry, at));
    let is_local = match (entry, homes.is_empty()) {
        (Entry::Cluster, _) => paths.internal_policy(found) == TrafficPolicy::Local,
        (_, true) => paths.external_policy(found) == TrafficPolicy::Local,
        (_, false) => false,
    };
    let weights: Vec<(NodeId, u32)> = match homes {
        [] => picked.iter().map(|node| (*node, 1)).collect(),
        homes => homes.to_vec(),
    };
    let total: u32 = backends.iter().map(|b| b.count).sum();
    if !is_local && !paths.prefers(backends) {
        return backends.iter().map(|backend| pod_share(paths, backend, Share::of(1, total))).collect();
    }
    let all: u32 = weights.iter().map(|(_, weight)| *weight).sum();
    let mut by_node: HashMap<NodeId, u32> = HashMap::new();
    weights.iter().for_each(|(node, weight)| *by_node.entry(*node).or_default() += *weight);
    if !is_local {
        return by_preference(paths, backends, &by_node, all);
    }
    let mut on_node: HashMap<NodeId, u32> = HashMap::new();
    backends.iter().for_each(|b| {
        if let Some(node) = b.node {
            *on_node.entry(node).or_default() += b.count;
        }
    });
    let each = |backend: &Backend| match backend.node {
        Some(node) => {
            let of_node = Share::of(by_node.get(&node).copied().unwrap_or(0), all);
            of_node.times(Share::of(1, on_node.get(&node).copied().unwrap_or(1)))
        }
        None => Share::NONE,
    };
    backends.iter().map(|backend| pod_share(paths, backend, each(backend))).collect()
}

/// The shares where nodes prefer some of what stands behind a Service.
fn by_preference(paths: &Paths, backends: &[Backend], by_node: &HashMap<NodeId, u32>, all: u32) -> Vec<PodShare> {
    let mut shares: HashMap<(Target, u16), Share> = HashMap::new();
    for (node, weight) in by_node {
        let among = paths.nearby(backends, *node);
        let of_all: u32 = among.iter().map(|b| b.count).sum();
        for backend in &among {
            let share = shares.entry((backend.target, backend.port)).or_insert(Share::NONE);
            *share = share.plus(Share::of(*weight, all).times(Share::of(1, of_all)));
        }
    }
    let share = |b: &Backend| shares.get(&(b.target, b.port)).copied().unwrap_or(Share::NONE);
    backends.iter().map(|backend| pod_share(paths, backend, share(backend))).collect()
}

/// The same share for each endpoint.
pub(in crate::path) fn even(paths: &Paths, backends: &[Backend], of: Share) -> Vec<PodShare> {
    let total: u32 = backends.iter().map(|b| b.count).sum();
    backends.iter().map(|backend| pod_share(paths, backend, Share::of(1, total).times(of))).collect()
}

fn pod_share(paths: &Paths, backend: &Backend, each: Share) -> PodShare {
    let title = match backend.target {
        Target::Pod(id) => paths.snapshot.pod_title(id),
        Target::Node(_, address) | Target::Address(address) => address.to_string(),
    };
    PodShare { target: Placed(backend.target), title, node: backend.node.map(Placed), count: backend.count, each }
}
