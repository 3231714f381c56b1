//! What passes to and from addresses outside: by a pod's own policies and by everything else that a packet meets on its way there.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::OutsideExposure;
use crate::compile::{Endpoint, OutsideRange};
use crate::connections::{ConnectionId, ConnectionTable};
use crate::connectivity::{Connectivity, PairIds};
use crate::endpoints::{inside, outside_ranges};
use crate::model::AddressSet;
use crate::policy::Direction;
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::tags;

/// The answers about the outside, once for all pods that have the same.
pub(super) struct Outside<'a> {
    connectivity: &'a Connectivity,
    sets: &'a ConnectionTable,
    /// By direction.
    ranges: [Vec<OutsideRange>; 2],
    internet: AddressSet,
    /// Numbers of all pairs, and what they are here.
    numbers: HashMap<ConnectionId, ConnectionId>,
    known: HashMap<(Direction, Vec<PairIds>), usize>,
    pub(super) lists: Vec<Vec<OutsideExposure>>,
}

impl<'a> Outside<'a> {
    pub(super) fn new(snapshot: &Snapshot, connectivity: &'a Connectivity, sets: &'a ConnectionTable) -> Self {
        Outside {
            connectivity,
            sets,
            // Rules for egress tell destinations apart, those for ingress sources.
            ranges: Direction::BOTH.map(|direction| outside_ranges(snapshot, connectivity, direction)),
            internet: tags::internet(&inside(snapshot)),
            numbers: HashMap::new(),
            known: HashMap::new(),
            lists: Vec::new(),
        }
    }

    /// The same without addresses of the cloud's networks, where machines are asked about: those are machines, or nobody's.
    pub(super) fn beyond_networks(mut self, snapshot: &Snapshot) -> Self {
        for ranges in &mut self.ranges {
            ranges.retain(|range| snapshot.cloud.networks_with(range.first).is_empty());
        }
        self
    }

    /// The place of the answers of a pod or machine in the lists.
    pub(super) fn of(&mut self, end: Endpoint, direction: Direction) -> usize {
        let ask = |range: &OutsideRange| {
            let other = Endpoint::Outside(range.first);
            match direction {
                Direction::Egress => self.connectivity.between_ids(end, other),
                Direction::Ingress => self.connectivity.between_ids(other, end),
            }
        };
        let answers: Vec<PairIds> = self.ranges(direction).iter().map(ask).collect();
        let key = (direction, answers);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let list = self.list(direction, &key.1);
        self.known.insert(key, self.lists.len());
        self.lists.push(list);
        self.lists.len() - 1
    }

    fn ranges(&self, direction: Direction) -> &[OutsideRange] {
        self.ranges.get(direction as usize).map_or(&[], Vec::as_slice)
    }

    /// Addresses with the same answer together.
    fn list(&mut self, direction: Direction, answers: &[PairIds]) -> Vec<OutsideExposure> {
        let mut found: Vec<(PairIds, AddressSet)> = Vec::new();
        for (range, answer) in self.ranges(direction).iter().zip(answers).filter(|(_, answer)| !answer.possible.is_none()) {
            let own = AddressSet::range(range.first, range.last);
            match found.iter_mut().find(|(known, _)| known == answer) {
                Some((_, addresses)) => *addresses = addresses.union(&own),
                None => found.push((*answer, own)),
            }
        }
        let exposure = |(PairIds { allowed, possible }, addresses): (PairIds, AddressSet)| OutsideExposure {
            is_public: addresses.overlaps(&self.internet),
            addresses,
            allowed: self.number(allowed),
            possible: self.number(possible),
        };
        found.into_iter().map(exposure).collect()
    }

    fn number(&mut self, id: ConnectionId) -> ConnectionId {
        *self.numbers.entry(id).or_insert_with(|| self.sets.intern(self.connectivity.set(id).clone()))
    }
}
