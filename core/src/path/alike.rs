//! Which nodes, and which ends behind a Service, nothing tells apart: ways between them are followed once.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::branches::Trip;
use super::tables::{Backend, Target};
use crate::compile::Endpoint;
use crate::snapshot::NodeId;

/// What stands behind a Service, alike ones together: one of them, and how many there are by node.
pub(super) struct Kind {
    pub(super) by_node: Vec<(Option<NodeId>, u32, Backend)>,
    pub(super) count: u32,
}

impl Trip<'_> {
    pub(super) fn backend_key(&self, backend: &Backend) -> (u32, u32, u16) {
        match backend.target {
            Target::Pod(id) => (
                self.paths.compiled.class_of(Endpoint::Pod(id)).0,
                backend.node.map_or(u32::MAX, |n| self.paths.tables_kind(n)),
                backend.port,
            ),
            Target::Address(address) => {
                let class = self.paths.compiled.class_of(Endpoint::Outside(address)).0;
                (class, if backend.count == 0 { u32::MAX } else { u32::MAX - 1 }, backend.port)
            }
        }
    }

    /// Backends by kind: those that policies and the network do not tell apart.
    pub(super) fn kinds(&self, backends: &[Backend]) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = Vec::new();
        let mut known: HashMap<(u32, u32, u16), usize> = HashMap::new();
        for backend in backends {
            let at = *known.entry(self.backend_key(backend)).or_insert(kinds.len());
            if at == kinds.len() {
                kinds.push(Kind { by_node: Vec::new(), count: 0 });
            }
            if let Some(kind) = kinds.get_mut(at) {
                kind.count += backend.count;
                kind.by_node.push((backend.node, backend.count, *backend));
            }
        }
        kinds
    }

    /// Nodes by kind: one of each, and how many there are. Some are told from all others.
    pub(super) fn node_kinds(&self, nodes: &[NodeId], apart: &[NodeId]) -> Vec<(NodeId, u32)> {
        let mut found: Vec<(NodeId, u32)> = Vec::new();
        let mut known: HashMap<u32, usize> = HashMap::new();
        for node in nodes {
            let at = match apart.contains(node) {
                true => found.len(),
                false => *known.entry(self.paths.tables_kind(*node)).or_insert(found.len()),
            };
            match found.get_mut(at) {
                Some((_, count)) => *count += 1,
                None => found.push((*node, 1)),
            }
        }
        found
    }
}

impl Kind {
    /// Those on a node, and those elsewhere: one of each with how many there are.
    pub(super) fn near_and_far(&self, home: NodeId) -> Vec<(Backend, u32, bool)> {
        let of = |here: bool| {
            let members = || self.by_node.iter().filter(move |(node, ..)| (*node == Some(home)) == here);
            let count: u32 = members().map(|(_, count, _)| *count).sum();
            members().next().map(|(_, _, backend)| (*backend, count, here))
        };
        [of(true), of(false)].into_iter().flatten().collect()
    }
}
