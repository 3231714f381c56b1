//! What each pod is to send and to receive: the wanted flows, seen from the pods that policies will hold.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::compile::Endpoint;
use crate::connections::ConnectionSet;
use crate::model::AddressSet;
use crate::policy::Direction;
use crate::snapshot::{NodeId, PodId};

/// What one pod is to exchange with others, in one direction.
#[derive(Clone, Default, Debug)]
pub(super) struct Row {
    /// With every other end.
    pub(super) any: ConnectionSet,
    pub(super) pods: BTreeMap<PodId, ConnectionSet>,
    pub(super) nodes: BTreeMap<NodeId, ConnectionSet>,
    /// Addresses outside; they may overlap.
    pub(super) addresses: Vec<(AddressSet, ConnectionSet)>,
}

impl Row {
    pub(super) fn add(&mut self, ends: &Ends, set: &ConnectionSet) {
        if ends.any {
            self.any = self.any.union(set);
            return;
        }
        for pod in &ends.pods {
            let slot = self.pods.entry(*pod).or_default();
            *slot = slot.union(set);
        }
        for node in &ends.nodes {
            let slot = self.nodes.entry(*node).or_default();
            *slot = slot.union(set);
        }
        self.add_addresses(&ends.addresses, set);
    }

    pub(super) fn add_addresses(&mut self, addresses: &AddressSet, set: &ConnectionSet) {
        if addresses.is_empty() || set.is_empty() {
            return;
        }
        match self.addresses.iter_mut().find(|(_, known)| known == set) {
            Some((known, _)) => *known = known.union(addresses),
            None => self.addresses.push((addresses.clone(), set.clone())),
        }
    }

    /// What is wanted with one end.
    pub(super) fn with(&self, end: Endpoint) -> ConnectionSet {
        let own = match end {
            Endpoint::Pod(id) => self.pods.get(&id).cloned().unwrap_or_default(),
            Endpoint::Node(id) => self.nodes.get(&id).cloned().unwrap_or_default(),
            Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => {
                let holding = self.addresses.iter().filter(|(addresses, _)| addresses.contains(address));
                holding.fold(ConnectionSet::EMPTY, |all, (_, set)| all.union(set))
            }
        };
        if self.any.is_empty() { own } else { own.union(&self.any) }
    }

    /// All that is wanted, with whomever.
    pub(super) fn everything(&self) -> ConnectionSet {
        let sets = self.pods.values().chain(self.nodes.values()).chain(self.addresses.iter().map(|(_, set)| set));
        sets.fold(self.any.clone(), |all, set| all.union(set))
    }
}

/// What the end of a wanted flow means.
#[derive(Clone, Default, Debug)]
pub(super) struct Ends {
    pub(super) pods: BTreeSet<PodId>,
    pub(super) nodes: BTreeSet<NodeId>,
    pub(super) addresses: AddressSet,
    /// Everybody: all pods and nodes, and all addresses.
    pub(super) any: bool,
}

/// The rows of all pods that policies are to hold. A pod without a row in a direction is not isolated in it.
#[derive(Clone, Default, Debug)]
pub(super) struct Needs {
    egress: BTreeMap<PodId, Row>,
    ingress: BTreeMap<PodId, Row>,
}

impl Needs {
    pub(super) fn rows(&self, direction: Direction) -> &BTreeMap<PodId, Row> {
        match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        }
    }

    pub(super) fn rows_mut(&mut self, direction: Direction) -> &mut BTreeMap<PodId, Row> {
        match direction {
            Direction::Egress => &mut self.egress,
            Direction::Ingress => &mut self.ingress,
        }
    }

    pub(super) fn row(&self, pod: PodId, direction: Direction) -> Option<&Row> {
        self.rows(direction).get(&pod)
    }

    /// Connections that are wanted between two ends; nothing if no policy is to hold either of them.
    pub(super) fn between(&self, from: Endpoint, to: Endpoint) -> Option<ConnectionSet> {
        let row = |end: Endpoint, direction| match end {
            Endpoint::Pod(id) => self.row(id, direction),
            _ => None,
        };
        // Where both are held, both rows say the same.
        let egress = row(from, Direction::Egress).map(|row| row.with(to));
        egress.or_else(|| row(to, Direction::Ingress).map(|row| row.with(from)))
    }

    /// The pods that are held in some direction.
    pub(super) fn held(&self) -> BTreeSet<PodId> {
        self.egress.keys().chain(self.ingress.keys()).copied().collect()
    }
}
