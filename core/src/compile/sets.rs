//! Sets of endpoints, by class.

use fixedbitset::FixedBitSet;

use super::classes::Classes;

/// Endpoints that match, for certain or possibly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndpointSet {
    /// Classes that match whatever the unknown facts are.
    pub(crate) certain: FixedBitSet,
    /// Classes that match under some reading of the unknown facts; nothing if the same as `certain`.
    pub(super) possible: Option<FixedBitSet>,
}

impl EndpointSet {
    pub(super) fn exactly(set: FixedBitSet) -> Self {
        EndpointSet { certain: set, possible: None }
    }

    pub(super) fn new(certain: FixedBitSet, possible: FixedBitSet) -> Self {
        let same = certain == possible;
        EndpointSet { certain, possible: (!same).then_some(possible) }
    }

    /// Classes that match for certain or possibly.
    pub(crate) fn possible(&self) -> &FixedBitSet {
        self.possible.as_ref().unwrap_or(&self.certain)
    }

    /// Takes a class out.
    pub(super) fn remove(&mut self, class: usize) {
        let mut possible = self.possible().clone();
        possible.remove(class);
        self.certain.remove(class);
        *self = EndpointSet::new(core::mem::take(&mut self.certain), possible);
    }

    /// Endpoints in both.
    pub(super) fn intersect_with(&mut self, other: &EndpointSet) {
        let mut possible = self.possible().clone();
        possible.intersect_with(other.possible());
        self.certain.intersect_with(&other.certain);
        *self = EndpointSet::new(core::mem::take(&mut self.certain), possible);
    }

    /// Endpoints not in it.
    pub(super) fn complement(&self, every: &FixedBitSet) -> EndpointSet {
        let without = |set: &FixedBitSet| {
            let mut rest = every.clone();
            rest.difference_with(set);
            rest
        };
        EndpointSet::new(without(self.possible()), without(&self.certain))
    }

    pub(super) fn union_with(&mut self, other: &EndpointSet) {
        if self.possible.is_some() || other.possible.is_some() {
            let mut possible = self.possible().clone();
            possible.union_with(other.possible());
            self.certain.union_with(&other.certain);
            *self = EndpointSet::new(core::mem::take(&mut self.certain), possible);
        } else {
            self.certain.union_with(&other.certain);
        }
    }
}

/// What the parts of a side of a Calico rule match; nothing for a part that is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntityParts {
    pub(crate) selector: Option<EndpointSet>,
    pub(crate) not_selector: Option<EndpointSet>,
    pub(crate) addresses: Option<EndpointSet>,
    pub(crate) service: Option<EndpointSet>,
}

impl EntityParts {
    /// Endpoints for which all of them hold.
    pub(super) fn whole(&self, classes: &Classes) -> EndpointSet {
        let mut parts = [&self.selector, &self.not_selector, &self.addresses, &self.service].into_iter().flatten();
        let Some(first) = parts.next() else { return EndpointSet::exactly(classes.every()) };
        parts.fold(first.clone(), |mut ends, part| {
            ends.intersect_with(part);
            ends
        })
    }
}
