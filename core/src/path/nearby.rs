//! Endpoints that serve a node's packets first: those on it, or in its zone. Upstream: `kubernetes/kubernetes`, `pkg/proxy/topology.go`.

use alloc::vec::Vec;

use super::tables::Backend;
use super::world::Paths;
use crate::snapshot::NodeId;

impl Paths {
    /// The endpoints among which a node picks, where any of them may be picked at all. Hints count only if every endpoint has one, and one is for this
    /// node or its zone.
    pub(super) fn nearby(&self, backends: &[Backend], node: NodeId) -> Vec<Backend> {
        let tables = &self.tables;
        let for_node = |b: &&Backend| tables.hint(b).is_some_and(|hint| hint.nodes.contains(&node));
        let zone = self.snapshot.node(node).and_then(|n| n.zone());
        let for_zone = |b: &&Backend| tables.hint(b).is_some_and(|hint| zone.is_some_and(|zone| hint.zones.iter().any(|z| z == zone)));
        if backends.iter().all(|b| tables.hint(b).is_some_and(|hint| !hint.nodes.is_empty())) {
            let chosen: Vec<Backend> = backends.iter().filter(for_node).copied().collect();
            if !chosen.is_empty() {
                return chosen;
            }
        }
        if backends.iter().all(|b| tables.hint(b).is_some_and(|hint| !hint.zones.is_empty())) {
            let chosen: Vec<Backend> = backends.iter().filter(for_zone).copied().collect();
            if !chosen.is_empty() {
                return chosen;
            }
        }
        backends.to_vec()
    }

    /// Whether nodes pick differently among these.
    pub(super) fn prefers(&self, backends: &[Backend]) -> bool {
        backends.iter().any(|b| b.hint.is_some())
    }
}
