//! Equivalent clients, nodes and endpoints of a Service, which no policy, security group or address distinguishes: one of them stands for all.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::super::question::Client;
use super::super::tables::{Backend, Target};
use super::super::world::Paths;
use crate::compile::Endpoint;
use crate::snapshot::{NodeId, PodId};

/// Equivalent endpoints of a Service, by the node that they are on.
pub(in crate::path) struct BackendKind {
    /// For each node, how many there are, and one of them.
    pub(in crate::path) by_node: Vec<(Option<NodeId>, u32, Backend)>,
    pub(in crate::path) count: u32,
}

impl Paths {
    pub(in crate::path) fn backend_key(&self, backend: &Backend) -> (u32, u32, u16) {
        match backend.target {
            Target::Pod(id) => {
                (self.compiled.class_of(Endpoint::Pod(id)).0, backend.node.map_or(u32::MAX, |n| self.tables.node_kind(n)), backend.port)
            }
            Target::Node(id, _) => (self.compiled.class_of(Endpoint::Node(id)).0, self.tables.node_kind(id), backend.port),
            Target::Address(address) => {
                let class = self.compiled.class_of(Endpoint::Outside(address)).0;
                (class, if backend.count == 0 { u32::MAX } else { u32::MAX - 1 }, backend.port)
            }
        }
    }

    /// Backends by kind: those that policies and the network do not tell apart.
    pub(in crate::path) fn backend_kinds(&self, backends: &[Backend]) -> Vec<BackendKind> {
        let mut kinds: Vec<BackendKind> = Vec::new();
        let mut known: HashMap<(u32, u32, u16), usize> = HashMap::new();
        for backend in backends {
            let at = *known.entry(self.backend_key(backend)).or_insert(kinds.len());
            if at == kinds.len() {
                kinds.push(BackendKind { by_node: Vec::new(), count: 0 });
            }
            if let Some(kind) = kinds.get_mut(at) {
                kind.count += backend.count;
                kind.by_node.push((backend.place(), backend.count, *backend));
            }
        }
        kinds
    }

    /// Nodes by kind: one of each, and how many there are. Some are told from all others.
    pub(in crate::path) fn node_kinds(&self, nodes: &[NodeId], apart: &[NodeId]) -> Vec<(NodeId, u32)> {
        let mut found: Vec<(NodeId, u32)> = Vec::new();
        let mut known: HashMap<u32, usize> = HashMap::new();
        for node in nodes {
            let at = match apart.contains(node) {
                true => found.len(),
                false => *known.entry(self.tables.node_kind(*node)).or_insert(found.len()),
            };
            match found.get_mut(at) {
                Some((_, count)) => *count += 1,
                None => found.push((*node, 1)),
            }
        }
        found
    }
}

impl BackendKind {
    /// Those on a node, and those elsewhere: one of each with how many there are.
    pub(in crate::path) fn near_and_far(&self, home: NodeId) -> Vec<(Backend, u32, bool)> {
        let of = |here: bool| {
            let members = || self.by_node.iter().filter(move |(node, ..)| (*node == Some(home)) == here);
            let count: u32 = members().map(|(_, count, _)| *count).sum();
            members().next().map(|(_, _, backend)| (*backend, count, here))
        };
        [of(true), of(false)].into_iter().flatten().collect()
    }
}

/// Equivalent clients, each kind with its weight and number. The node of a client counts: a pod behind the Service may be on the same one.
pub(in crate::path) fn client_kinds(paths: &Paths, clients: &[(Client, u32)]) -> Vec<(Client, u32, u32)> {
    let mut kinds: Vec<(Client, u32, u32)> = Vec::new();
    for (client, weight) in clients {
        let alike = |known: &Client| match (known, client) {
            (Client::Pod(a), Client::Pod(b)) => {
                let node = |id: &PodId| paths.snapshot.pod(*id).and_then(|e| e.node);
                let class = |id: &PodId| paths.compiled.class_of(Endpoint::Pod(*id));
                node(a) == node(b) && class(a) == class(b)
            }
            (a, b) => a == b,
        };
        match kinds.iter_mut().find(|(known, ..)| alike(known)) {
            Some((_, total, number)) => (*total, *number) = (total.saturating_add(*weight), *number + 1),
            None => kinds.push((*client, *weight, 1)),
        }
    }
    kinds
}
