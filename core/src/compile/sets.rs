//! Sets of endpoints, by class.

use super::class_set::{ClassSet, Pool};
use super::classes::Classes;

/// Endpoints that match, for certain or possibly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndpointSet {
    /// Classes that match whatever the unknown facts are.
    pub(crate) certain: ClassSet,
    /// Classes that match under some reading of the unknown facts; nothing if the same as `certain`.
    pub(crate) possible: Option<ClassSet>,
}

impl EndpointSet {
    pub(super) fn exactly(set: ClassSet) -> Self {
        EndpointSet { certain: set, possible: None }
    }

    pub(super) fn new(certain: ClassSet, possible: ClassSet) -> Self {
        let same = certain == possible;
        EndpointSet { certain, possible: (!same).then_some(possible) }
    }

    /// Classes that match for certain or possibly.
    pub(crate) fn possible(&self) -> &ClassSet {
        self.possible.as_ref().unwrap_or(&self.certain)
    }

    /// The same, where what is certain of it is only possible.
    pub(super) fn in_doubt(self) -> EndpointSet {
        EndpointSet::new(ClassSet::none(), self.possible.unwrap_or(self.certain))
    }

    /// The same, sharing what it holds with equal sets.
    pub(super) fn kept(self, pool: &mut Pool) -> EndpointSet {
        EndpointSet { certain: pool.keep(self.certain), possible: self.possible.map(|set| pool.keep(set)) }
    }

    /// The same operation on both of its sets and a set.
    pub(super) fn with(&self, other: &ClassSet, operation: impl Fn(&ClassSet, &ClassSet) -> ClassSet) -> EndpointSet {
        let certain = operation(&self.certain, other);
        match &self.possible {
            None => EndpointSet::exactly(certain),
            Some(possible) => EndpointSet::new(certain, operation(possible, other)),
        }
    }

    fn both(&self, other: &EndpointSet, operation: impl Fn(&ClassSet, &ClassSet) -> ClassSet) -> EndpointSet {
        let certain = operation(&self.certain, &other.certain);
        if self.possible.is_none() && other.possible.is_none() {
            return EndpointSet::exactly(certain);
        }
        EndpointSet::new(certain, operation(self.possible(), other.possible()))
    }

    /// Endpoints in both.
    pub(super) fn intersection(&self, other: &EndpointSet) -> EndpointSet {
        self.both(other, ClassSet::intersection)
    }

    /// Endpoints in either.
    pub(super) fn union(&self, other: &EndpointSet) -> EndpointSet {
        self.both(other, ClassSet::union)
    }

    /// Endpoints not in it.
    pub(super) fn complement(&self, every: &ClassSet) -> EndpointSet {
        EndpointSet::new(every.difference(self.possible()), every.difference(&self.certain))
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
        let Some(first) = parts.next() else { return EndpointSet::exactly(classes.every().clone()) };
        parts.fold(first.clone(), |ends, part| ends.intersection(part))
    }

    /// The same, sharing what they hold with equal sets.
    pub(super) fn kept(self, pool: &mut Pool) -> EntityParts {
        let mut keep = |part: Option<EndpointSet>| part.map(|set| set.kept(pool));
        EntityParts {
            selector: keep(self.selector),
            not_selector: keep(self.not_selector),
            addresses: keep(self.addresses),
            service: keep(self.service),
        }
    }
}
