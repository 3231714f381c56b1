//! Puts every pod on a node. Packets go to nodes, and how many pods each has decides what share of the packets a pod gets.
//!
//! A text rarely says where the pods of a template run. They are then spread evenly over the nodes, as the scheduler tends to, or as a person
//! says; answers that rest on it say so. Where no node is given either, two stand for any.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::model::{Cidr, Labels, UnknownLabels};
use crate::settings::Placement;
use crate::snapshot::{Node, NodeId, OwnerKind, PodEndpoint, PodId, Readiness, Role, Snapshot, WorkloadKind};

/// How many nodes stand for any, where no node is given.
const STAND_INS: usize = 2;
/// The label that the kubelet gives every node: its name, mostly.
const HOST_NAME: &str = "kubernetes.io/hostname";
/// The most nodes that stand for any, whatever is asked.
const MOST_STAND_INS: usize = 100;
/// The first address of a range that a machine can have: those before it are the network's. Upstream: docs/azure.md 1.
const FIRST_HOST: u128 = 4;

pub(super) fn place(placement: &Placement, snapshot: &mut Snapshot) {
    if snapshot.nodes.is_empty() {
        let count = if placement.per_node.is_empty() { STAND_INS } else { placement.per_node.len().min(MOST_STAND_INS) };
        let stand_in = |i: usize| Node {
            name: format!("node-{}", i + 1),
            labels: Labels::default(),
            unknown: UnknownLabels { keys: Vec::new(), others: true },
            addresses: Vec::new(),
            place: None,
            stand_in: true,
            leaving: false,
            taints: Vec::new(),
        };
        snapshot.nodes = (0..count).map(stand_in).collect();
    }
    if let Some(range) = placement.node_network {
        give_addresses(range, &mut snapshot.nodes);
    }
    let nodes = snapshot.nodes.len();
    let old = core::mem::take(&mut snapshot.endpoints);
    for (number, workload) in snapshot.workloads.iter_mut().enumerate() {
        let members = core::mem::take(&mut workload.endpoints);
        let (given, per_node) = (&snapshot.nodes, &placement.per_node);
        let wanted = members.first().and_then(|id| old.get(id.index()));
        let on_every = workload.kind == OwnerKind::Workload(WorkloadKind::DaemonSet);
        let chosen = on_every || per_node.is_empty();
        let fitting: Vec<usize> = (0..nodes)
            .filter(|n| !chosen || given.get(*n).zip(wanted).is_none_or(|(n, w)| may_have(n, &w.wanted) && n.takes(&w.tolerations)))
            .collect();
        // Where none fits, the one that does may be one that the input does not hold, and then they do not wait for one.
        let is_unplaced = fitting.is_empty();
        let on = if fitting.is_empty() { (0..nodes).collect() } else { fitting };
        let spread = Spread { nodes: on.len(), first: number % on.len().max(1), per_node, on_every };
        let is_one = members.len() == 1 && !on_every && on.len() > 1;
        let mut before = 0;
        for id in members {
            let Some(endpoint) = old.get(id.index()) else { continue };
            if endpoint.node.is_some() || endpoint.replicas == 0 || endpoint.role != Role::Pod {
                workload.endpoints.push(PodId::at(snapshot.endpoints.len()));
                snapshot.endpoints.push(endpoint.clone());
                continue;
            }
            let is_template = endpoint.name == workload.name && workload.kind != OwnerKind::Pod;
            let counts = if is_template { spread.template(endpoint.replicas) } else { spread.one(before) };
            before += 1;
            for (place, replicas) in counts {
                let Some(&node) = on.get(place) else { continue };
                workload.endpoints.push(PodId::at(snapshot.endpoints.len()));
                let node_assumed = is_one && endpoint.replicas == 1 && per_node.is_empty();
                let waits = is_unplaced && !endpoint.address_given && endpoint.readiness == Readiness::Ready;
                let readiness = if waits { Readiness::Unplaced } else { endpoint.readiness };
                snapshot.endpoints.push(PodEndpoint {
                    node: Some(NodeId::at(node)),
                    node_assumed,
                    readiness,
                    replicas,
                    ..endpoint.clone()
                });
            }
        }
        workload.replicas = workload.endpoints.iter().filter_map(|id| snapshot.endpoints.get(id.index())).map(|e| e.replicas).sum();
    }
}

/// Whether a node may have all labels that a pod asks for (upstream: "Assigning Pods to Nodes"). Those that its machine gives it need not be written.
fn may_have(node: &Node, wanted: &Labels) -> bool {
    wanted.iter().all(|(key, value)| match node.labels.get(key) {
        Some(own) => own == value,
        None if key == HOST_NAME => node.stand_in || node.name == value,
        None => node.place.is_none() || node.unknown.concerns(key) || is_of_machine(key),
    })
}

/// Whether the kubelet or the cloud gives nodes a label. Upstream: "Well-Known Labels, Annotations and Taints".
fn is_of_machine(key: &str) -> bool {
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    domain != "node-role.kubernetes.io" && ["kubernetes.io", "k8s.io", "kubernetes.azure.com"].iter().any(|end| domain.ends_with(end))
}

struct Spread<'a> {
    nodes: usize,
    /// The node that comes first: workloads of one pod shall not all be on the same.
    first: usize,
    per_node: &'a [u32],
    on_every: bool,
}

impl Spread<'_> {
    /// Nodes with the number of pods that each has of a template.
    fn template(&self, replicas: u32) -> Vec<(usize, u32)> {
        let counts = |node: usize| {
            if self.on_every {
                return 1;
            }
            if !self.per_node.is_empty() {
                return self.per_node.get(node).copied().unwrap_or(0);
            }
            let turn = (node + self.nodes - self.first) % self.nodes;
            replicas / self.nodes as u32 + u32::from((turn as u32) < replicas % self.nodes as u32)
        };
        (0..self.nodes).map(|node| (node, counts(node))).filter(|(_, count)| *count > 0).collect()
    }

    /// The node of a pod that comes after so many others of its workload.
    fn one(&self, before: usize) -> Vec<(usize, u32)> {
        alloc::vec![((self.first + before) % self.nodes.max(1), 1)]
    }
}

/// Gives nodes without an address the first free ones of a range.
fn give_addresses(range: Cidr, nodes: &mut [Node]) {
    let mut taken: BTreeSet<IpAddr> = nodes.iter().flat_map(|n| n.addresses.iter().copied()).collect();
    let mut offset = FIRST_HOST;
    for node in nodes.iter_mut().filter(|n| n.addresses.is_empty()) {
        while let Some(address) = nth(range, offset) {
            offset += 1;
            if taken.insert(address) {
                node.addresses.push(address);
                break;
            }
        }
    }
}

fn nth(range: Cidr, offset: u128) -> Option<IpAddr> {
    let address = match range.first() {
        IpAddr::V4(first) => IpAddr::V4(first.to_bits().checked_add(u32::try_from(offset).ok()?)?.into()),
        IpAddr::V6(first) => IpAddr::V6(first.to_bits().checked_add(offset)?.into()),
    };
    (address <= range.last()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(nodes: usize, first: usize, per_node: &[u32], on_every: bool, replicas: u32) -> Vec<(usize, u32)> {
        Spread { nodes, first, per_node, on_every }.template(replicas)
    }

    #[test]
    fn templates_are_spread_evenly_or_as_said() {
        assert_eq!(spread(3, 0, &[], false, 4), [(0, 2), (1, 1), (2, 1)]);
        assert_eq!(spread(3, 2, &[], false, 2), [(0, 1), (2, 1)]);
        assert_eq!(spread(2, 1, &[], false, 1), [(1, 1)]);
        assert_eq!(spread(2, 0, &[1, 9], false, 3), [(0, 1), (1, 9)]);
        assert_eq!(spread(3, 0, &[0, 2], false, 3), [(1, 2)]);
        assert_eq!(spread(3, 1, &[5], true, 1), [(0, 1), (1, 1), (2, 1)]);
    }

    #[test]
    fn nodes_get_the_first_free_addresses() {
        let node = |addresses: &[&str]| Node {
            name: "n".into(),
            labels: Labels::default(),
            unknown: UnknownLabels { keys: Vec::new(), others: true },
            addresses: addresses.iter().map(|a| a.parse().unwrap()).collect(),
            place: None,
            stand_in: true,
            leaving: false,
            taints: Vec::new(),
        };
        let mut nodes = [node(&["10.9.0.5"]), node(&[]), node(&[]), node(&[])];
        give_addresses(Cidr::parse("10.9.0.0/29").unwrap(), &mut nodes);
        let given: Vec<Vec<IpAddr>> = nodes.iter().map(|n| n.addresses.clone()).collect();
        let of = |a: &str| alloc::vec![a.parse::<IpAddr>().unwrap()];
        assert_eq!(given, [of("10.9.0.5"), of("10.9.0.4"), of("10.9.0.6"), of("10.9.0.7")]);
    }
}
