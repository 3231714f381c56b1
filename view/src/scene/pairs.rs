//! What passes between all pairs of ends, as a table of few different sets.

use std::collections::{BTreeMap, HashMap};

use netpolis_core::compile::Endpoint;
use netpolis_core::connections::{ConnectionId, ConnectionSet};
use netpolis_core::connectivity::{Connectivity, Grid, PairIds, Passing};
use netpolis_core::snapshot::Snapshot;

use super::build::{BuiltEnd, node_of};
use super::cells::numbers_as_before;
use crate::{SceneView, SetView, Status, set_view};

#[derive(Default)]
pub(super) struct Table {
    pub(super) sets: Vec<SetView>,
    /// The numbers of sets that are certain, by what is allowed: nearly all cells have one, so they are not hashed.
    certain: Vec<Option<u16>>,
    /// Those of all others.
    uncertain: HashMap<PairIds, u16>,
    /// The same for what differs from pod to pod.
    known_mixed: HashMap<Vec<PairIds>, u16>,
    pub(super) count: u32,
    pub(super) cells: Vec<u16>,
}

impl Table {
    /// Rows and columns: pods of which no answer can differ share one. A pod's own node is special to it, so nodes tell pods apart.
    pub(super) fn classes(&mut self, ends: &[BuiltEnd], connectivity: &Connectivity, snapshot: &Snapshot) -> Vec<u32> {
        let mut known: HashMap<Vec<(u32, Option<u32>)>, u32> = HashMap::new();
        let mut classes = Vec::with_capacity(ends.len());
        for end in ends {
            let next = self.count;
            let class = if matches!(end.ends.first(), Some(Endpoint::Pod(_))) {
                let signature = end.ends.iter().map(|e| (connectivity.class_of(*e).0, node_of(snapshot, *e).map(|n| n.0))).collect();
                *known.entry(signature).or_insert(next)
            } else {
                next
            };
            self.count = self.count.max(class + 1);
            classes.push(class);
        }
        classes
    }

    pub(super) fn fill(&mut self, connectivity: &Connectivity, ends: &[BuiltEnd], classes: &[u32]) {
        // Two ends of each class, so that a class's pair with itself is not an end with itself.
        let mut samples: Vec<(Option<usize>, Option<usize>)> = vec![(None, None); self.count as usize];
        for (index, class) in classes.iter().enumerate() {
            if let Some(sample) = samples.get_mut(*class as usize) {
                match sample {
                    (None, _) => sample.0 = Some(index),
                    (Some(_), None) => sample.1 = Some(index),
                    _ => (),
                }
            }
        }
        let of = |index: Option<usize>| index.and_then(|i| ends.get(i)).map_or(&[][..], |e| e.ends.as_slice());
        let groups = || samples.iter().map(|sample| of(sample.0));
        let mut grid = Grid::new(connectivity, groups(), groups());
        let mut cells = Vec::with_capacity(samples.len() * samples.len());
        for (row, sample) in samples.iter().enumerate() {
            grid.each_from(row, |column, passing| {
                cells.push(match row == column {
                    true => self.pair(connectivity, of(sample.0), of(sample.1.or(sample.0))),
                    false => self.passing(connectivity, passing),
                });
            });
        }
        self.cells = cells;
    }

    fn passing(&mut self, connectivity: &Connectivity, passing: Passing<'_>) -> u16 {
        match passing {
            Passing::Same(ids) => self.set(connectivity, ids),
            Passing::Differs([]) => self.set(connectivity, PairIds { allowed: ConnectionId::NONE, possible: ConnectionId::NONE }),
            Passing::Differs(several) => self.mixed(connectivity, several),
        }
    }

    /// What passes from all of the one to all of the other.
    fn pair(&mut self, connectivity: &Connectivity, from: &[Endpoint], to: &[Endpoint]) -> u16 {
        let pairs = from.iter().flat_map(|a| to.iter().map(|b| connectivity.between_ids(*a, *b)));
        let mut pairs: Vec<PairIds> = pairs.collect();
        pairs.sort_unstable();
        pairs.dedup();
        match pairs.as_slice() {
            [only] => self.set(connectivity, *only),
            several => self.passing(connectivity, Passing::Differs(several)),
        }
    }

    fn set(&mut self, connectivity: &Connectivity, ids: PairIds) -> u16 {
        let number = (ids.allowed == ids.possible).then(|| ids.allowed.number());
        let known = match number {
            Some(number) => self.certain.get(number).copied().flatten(),
            None => self.uncertain.get(&ids).copied(),
        };
        known.unwrap_or_else(|| self.add(connectivity, ids, number))
    }

    /// A set that was not met before, in words.
    fn add(&mut self, connectivity: &Connectivity, ids: PairIds, certain: Option<usize>) -> u16 {
        let pair = connectivity.sets(ids);
        let index = self.push(set_view(pair.allowed, pair.possible));
        match certain {
            Some(number) => {
                self.certain.resize(self.certain.len().max(number + 1), None);
                self.certain[number] = Some(index);
            }
            None => _ = self.uncertain.insert(ids, index),
        }
        index
    }

    /// Pods of one workload that differ: what every one may, and what some may.
    fn mixed(&mut self, connectivity: &Connectivity, several: &[PairIds]) -> u16 {
        if let Some(&known) = self.known_mixed.get(several) {
            return known;
        }
        let mut every = ConnectionSet::all();
        let mut some = ConnectionSet::EMPTY;
        for pair in several.iter().map(|ids| connectivity.sets(*ids)) {
            every = every.intersection(pair.allowed);
            some = some.union(pair.possible);
        }
        let view = set_view(&some, &some);
        let each = set_view(&every, &every);
        let index = self.push(SetView {
            status: if view.status == Status::Denied { Status::Denied } else { Status::Partly },
            short: "some pods".into(),
            long: format!("differs from pod to pod: some {}; every one {}", view.long, each.long),
            ports: view.ports,
        });
        self.known_mixed.insert(several.to_vec(), index);
        index
    }

    fn push(&mut self, view: SetView) -> u16 {
        let index = self.sets.iter().position(|s| *s == view).unwrap_or_else(|| {
            self.sets.push(view);
            self.sets.len() - 1
        });
        u16::try_from(index).unwrap_or(u16::MAX)
    }

    /// Gives sets that were in the scene before the numbers that they had there, also where those stand `within` ends.
    pub(super) fn number_as(&mut self, before: &[SetView], within: &mut [Option<u16>]) {
        let Some(numbers) = numbers_as_before(&self.sets, before) else { return };
        let mut placed: Vec<(u16, SetView)> = numbers.iter().copied().zip(std::mem::take(&mut self.sets)).collect();
        placed.sort_by_key(|(number, _)| *number);
        self.sets = placed.into_iter().map(|(_, set)| set).collect();
        for cell in self.cells.iter_mut().chain(within.iter_mut().flatten()) {
            if let Some(number) = numbers.get(usize::from(*cell)) {
                *cell = *number;
            }
        }
    }

    /// Between the pods of one end.
    pub(super) fn within(&mut self, connectivity: &Connectivity, end: &BuiltEnd) -> Option<u16> {
        end.twin.then(|| self.pair(connectivity, &end.ends, &end.ends))
    }
}

impl SceneView {
    /// How many ordered pairs of two namespaces have something that passes, or may; or, where denied flows are what is shown, something denied.
    pub(crate) fn count_namespace_flows(&self, denied: bool) -> u32 {
        let mut classes: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (namespace, end) in self.ends.iter().filter_map(|end| Some((end.namespace?, end))) {
            classes.entry(namespace).or_default().push(end.class);
        }
        classes.values_mut().for_each(|classes| {
            classes.sort_unstable();
            classes.dedup();
        });
        let is_flow = |set: &SetView| set.status != Status::LeftOut && (denied || set.status != Status::Denied);
        let flows: Vec<bool> = self.sets.iter().map(is_flow).collect();
        let cell =
            |row: u32, column: u32| self.cells.get((row * self.classes + column) as usize).and_then(|&set| flows.get(usize::from(set)));
        let has = |from: &[u32], to: &[u32]| from.iter().any(|&row| to.iter().any(|&column| cell(row, column) == Some(&true)));
        let pairs = classes.iter().flat_map(|(a, from)| classes.iter().filter(move |(b, _)| *b != a).map(move |(_, to)| (from, to)));
        pairs.filter(|(from, to)| has(from, to)).count() as u32
    }
}

#[cfg(test)]
mod tests {
    use netpolis_core::analysis::Analysis;

    use crate::scene_view;

    const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: a, labels: {app: x}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: y, namespace: a}}
---
{apiVersion: v1, kind: Pod, metadata: {name: z, namespace: b}}
";
    const CLOSED: &str = "
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: b}, spec: {podSelector: {}, policyTypes: [Ingress]}}
";

    fn flows(text: &str) -> u32 {
        let mut analysis = Analysis::default();
        analysis.set_files(&[("x.yaml", text)]);
        scene_view(&analysis).namespace_flows
    }

    #[test]
    fn pairs_of_namespaces_with_flows_are_counted() {
        assert_eq!(flows(PODS), 2, "both ways");
        assert_eq!(flows(&format!("{PODS}{CLOSED}")), 1, "nothing comes to b");
        assert_eq!(flows(""), 0);
    }
}
