//! What passes between all pairs of ends, as a table of few different sets.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use netpolis_core::compile::Endpoint;
use netpolis_core::connections::{ConnectionId, ConnectionSet};
use netpolis_core::connectivity::{Connectivity, Grid, Groups, Mark, PairIds, Passing};
use netpolis_core::policy::Direction;
use netpolis_core::snapshot::Snapshot;

use super::build::{BuiltEnd, node_of};
use super::cells::numbers_as_before;
use crate::{SceneView, SetView, Status, set_view};

/// The table of a scene, kept for the one after an edit: of that only the cells are asked again that the edit may have changed.
#[derive(Debug, Default)]
pub struct SceneTable {
    pub(super) sets: Vec<SetView>,
    /// The numbers of sets that are certain, by what is allowed: nearly all cells have one, so they are not hashed.
    certain: Vec<Option<u16>>,
    /// Those of all others, and the one that was looked up last: neighbours are mostly the same.
    uncertain: HashMap<PairIds, u16>,
    last: Option<(PairIds, u16)>,
    /// The same for what differs from pod to pod.
    known_mixed: HashMap<Vec<PairIds>, u16>,
    /// By class.
    samples: Vec<Sample>,
    pub(super) cells: Rc<Vec<u16>>,
    /// Between the pods of an end, by class, where it was asked.
    within: Vec<Option<u16>>,
    /// The answers that these are.
    mark: Option<Mark>,
}

/// The endpoints of two ends of a class, so that a class's pair with itself is not an end with itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sample {
    first: Vec<Endpoint>,
    second: Option<Vec<Endpoint>>,
}

/// Classes of whose packets an edit may have changed what becomes of them: of those that they send, and of those that they receive.
struct Changed {
    rows: Vec<bool>,
    columns: Vec<bool>,
}

/// The class of each end: pods of which no answer can differ share one. A pod's own node is special to it, so nodes tell pods apart.
pub(super) fn classes(ends: &[BuiltEnd], connectivity: &Connectivity, snapshot: &Snapshot) -> Vec<u32> {
    let mut known: HashMap<Vec<(u32, Option<u32>)>, u32> = HashMap::new();
    let mut count = 0;
    let class = |end: &BuiltEnd| {
        let class = if matches!(end.ends.first(), Some(Endpoint::Pod(_))) {
            let signature = end.ends.iter().map(|e| (connectivity.class_of(*e).0, node_of(snapshot, *e).map(|n| n.0))).collect();
            *known.entry(signature).or_insert(count)
        } else {
            count
        };
        count = count.max(class + 1);
        class
    };
    ends.iter().map(class).collect()
}

/// Two ends of each class.
fn samples(ends: &[BuiltEnd], classes: &[u32]) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for (end, class) in ends.iter().zip(classes) {
        match samples.get_mut(*class as usize) {
            None => samples.push(Sample { first: end.ends.clone(), second: None }),
            Some(sample) if sample.second.is_none() => sample.second = Some(end.ends.clone()),
            Some(_) => (),
        }
    }
    samples
}

impl SceneTable {
    /// All pairs of these ends, and what passes within each. Sets that `before` has too keep their numbers as far as there are so many.
    pub(super) fn new(connectivity: &Connectivity, ends: &[BuiltEnd], classes: &[u32], mut before: SceneTable) -> (Self, Vec<Option<u16>>) {
        let samples = samples(ends, classes);
        let changed = before.changed(connectivity, &samples);
        let mut known = std::mem::take(&mut before.sets);
        let mut table = match &changed {
            Some(changed) => {
                before.sets = std::mem::take(&mut known);
                before.fill_again(connectivity, changed);
                before
            }
            None => SceneTable::filled(connectivity, samples),
        };
        let twins = ends.iter().zip(classes).filter(|(end, _)| end.twin);
        twins.for_each(|(end, class)| table.fill_within(connectivity, *class as usize, end));
        match &changed {
            Some(_) => table.drop_unused(),
            None => table.number_as(&known),
        }
        table.mark = connectivity.mark();
        let within = ends.iter().zip(classes).map(|(end, class)| table.within.get(*class as usize).copied().flatten().filter(|_| end.twin));
        let within = within.collect();
        (table, within)
    }

    /// What has to be asked again; nothing where it is cheaper to ask everything, or where these are not the same ends.
    fn changed(&self, connectivity: &Connectivity, samples: &[Sample]) -> Option<Changed> {
        let mark = self.mark.as_ref().filter(|mark| connectivity.follows(mark))?;
        let count = samples.len();
        if count != self.samples.len() {
            return None;
        }
        let changed = |direction| {
            let is_changed = |(now, before): (&Sample, &Sample)| {
                now != before || now.first.iter().any(|end| !connectivity.is_unchanged(mark, direction, *end))
            };
            samples.iter().zip(&self.samples).map(is_changed).collect::<Vec<bool>>()
        };
        let changed = Changed { rows: changed(Direction::Egress), columns: changed(Direction::Ingress) };
        let of = |list: &[bool]| list.iter().filter(|changed| **changed).count();
        // What is asked alone is dearer than what is asked with all others.
        const DEARER: usize = 4;
        ((of(&changed.rows) + of(&changed.columns)) * DEARER <= count && samples == self.samples).then_some(changed)
    }

    /// Asks everything.
    fn filled(connectivity: &Connectivity, samples: Vec<Sample>) -> Self {
        let mut table = SceneTable { within: vec![None; samples.len()], ..SceneTable::default() };
        let groups = || samples.iter().map(|sample| sample.first.as_slice());
        let mut grid = Grid::new(connectivity, groups(), groups());
        let mut cells = Vec::with_capacity(samples.len() * samples.len());
        for (row, sample) in samples.iter().enumerate() {
            grid.each_from(row, |column, passing| {
                cells.push(match row == column {
                    true => table.itself(connectivity, sample),
                    false => table.passing(connectivity, passing),
                });
            });
        }
        drop(grid);
        SceneTable { cells: Rc::new(cells), samples, ..table }
    }

    /// Asks again what an edit may have changed.
    fn fill_again(&mut self, connectivity: &Connectivity, changed: &Changed) {
        let samples = std::mem::take(&mut self.samples);
        let mut cells = std::mem::take(&mut self.cells);
        let groups = || samples.iter().map(|sample| sample.first.as_slice());
        let pairs = Groups::new(connectivity, groups(), groups());
        let numbers =
            |list: &[bool]| list.iter().enumerate().filter(|(_, changed)| **changed).map(|(number, _)| number).collect::<Vec<usize>>();
        let columns = numbers(&changed.columns);
        let own = Rc::make_mut(&mut cells);
        for (row, sample) in samples.iter().enumerate() {
            let all = changed.rows.get(row).is_some_and(|changed| *changed);
            let mut ask = |column: usize| {
                let cell = match row == column {
                    true => self.itself(connectivity, sample),
                    false => pairs.between(row, column, |passing| self.passing(connectivity, passing)),
                };
                if let Some(known) = own.get_mut(row * samples.len() + column).filter(|known| **known != cell) {
                    *known = cell;
                }
            };
            match all {
                true => (0..samples.len()).for_each(&mut ask),
                false => columns.iter().copied().for_each(&mut ask),
            }
        }
        for (within, (row, column)) in self.within.iter_mut().zip(changed.rows.iter().zip(&changed.columns)) {
            within.take_if(|_| *row || *column);
        }
        drop(pairs);
        (self.samples, self.cells) = (samples, cells);
    }

    /// What passes between ends of one class.
    fn itself(&mut self, connectivity: &Connectivity, sample: &Sample) -> u16 {
        self.pair(connectivity, &sample.first, sample.second.as_ref().unwrap_or(&sample.first))
    }

    /// What passes between the pods of an end, if its class was not asked yet. What a pod sends to itself is not among it.
    fn fill_within(&mut self, connectivity: &Connectivity, class: usize, end: &BuiltEnd) {
        if self.within.get(class).is_some_and(Option::is_some) {
            return;
        }
        let one_and_other = |(place, a): (usize, &Endpoint)| {
            let other = end.others.get(place).copied().flatten();
            let to = end.ends.iter().map(|b| if a == b { other.unwrap_or(*b) } else { *b });
            to.map(|b| (*a, b)).collect::<Vec<(Endpoint, Endpoint)>>()
        };
        let pairs = end.ends.iter().enumerate().flat_map(one_and_other);
        let pairs = pairs.filter(|(a, b)| a != b || !connectivity.is_single(*a));
        let within = self.of_pairs(connectivity, pairs.map(|(a, b)| connectivity.between_ids(a, b)).collect());
        if let Some(place) = self.within.get_mut(class) {
            *place = Some(within);
        }
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
        self.of_pairs(connectivity, from.iter().flat_map(|a| to.iter().map(|b| connectivity.between_ids(*a, *b))).collect())
    }

    fn of_pairs(&mut self, connectivity: &Connectivity, mut pairs: Vec<PairIds>) -> u16 {
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
            None => match self.last {
                Some((last, index)) if last == ids => return index,
                _ => self.uncertain.get(&ids).copied(),
            },
        };
        let index = known.unwrap_or_else(|| self.add(connectivity, ids, number));
        if number.is_none() {
            self.last = Some((ids, index));
        }
        index
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

    /// Gives sets that were in the scene before the numbers that they had there.
    fn number_as(&mut self, before: &[SetView]) {
        if let Some(numbers) = numbers_as_before(&self.sets, before) {
            self.renumber(&numbers.into_iter().map(Some).collect::<Vec<_>>());
        }
    }

    /// Drops sets that no cell has any more; the last ones take their numbers, so that there are no gaps.
    fn drop_unused(&mut self) {
        let mut used = vec![false; self.sets.len()];
        for cell in self.cells.iter().chain(self.within.iter().flatten()) {
            if let Some(used) = used.get_mut(usize::from(*cell)) {
                *used = true;
            }
        }
        let count = used.iter().filter(|used| **used).count();
        if count == used.len() {
            return;
        }
        let mut gaps = (0_u16..).zip(&used).take(count).filter(|(_, used)| !**used).map(|(number, _)| number);
        let number = |(old, used): (u16, &bool)| {
            if !used {
                None
            } else if usize::from(old) < count {
                Some(old)
            } else {
                gaps.next()
            }
        };
        let numbers: Vec<Option<u16>> = (0_u16..).zip(&used).map(number).collect();
        self.renumber(&numbers);
    }

    /// Gives every set another number, or drops it where it has none.
    fn renumber(&mut self, numbers: &[Option<u16>]) {
        let new = |old: u16| numbers.get(usize::from(old)).copied().flatten();
        let mut placed: Vec<(u16, SetView)> =
            std::mem::take(&mut self.sets).into_iter().zip(numbers).filter_map(|(set, number)| Some(((*number)?, set))).collect();
        placed.sort_by_key(|(number, _)| *number);
        self.sets = placed.into_iter().map(|(_, set)| set).collect();
        for known in &mut self.certain {
            *known = known.and_then(new);
        }
        self.last = None;
        self.uncertain.retain(|_, known| new(*known).map(|number| *known = number).is_some());
        self.known_mixed.retain(|_, known| new(*known).map(|number| *known = number).is_some());
        let moved = |(old, new): (u16, &Option<u16>)| new.is_some_and(|new| new != old);
        if !(0_u16..).zip(numbers).any(moved) {
            return;
        }
        for cell in Rc::make_mut(&mut self.cells).iter_mut().chain(self.within.iter_mut().flatten()) {
            if let Some(number) = new(*cell) {
                *cell = number;
            }
        }
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

    use crate::{Status, scene_view};

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

    /// Pods of one workload, written one by one, of which a policy lets none reach another.
    #[test]
    fn pods_of_a_workload_are_not_each_themselves() {
        let pod = |name: &str, node: &str| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: b, ownerReferences: [{{apiVersion: apps/v1, \
                 kind: ReplicaSet, name: w, uid: u, controller: true}}]}}, spec: {{{node}}}}}\n---\n"
            )
        };
        for node in ["", "nodeName: n"] {
            let mut analysis = Analysis::default();
            analysis.set_files(&[("x.yaml", &format!("{}{}{CLOSED}", pod("w-1", node), pod("w-2", node)))]);
            let scene = scene_view(&analysis);
            let end = scene.find("b/w[ReplicaSet]").unwrap();
            assert_eq!(scene.between(end, end).status, Status::Denied, "{node}");
        }
    }

    #[test]
    fn pairs_of_namespaces_with_flows_are_counted() {
        assert_eq!(flows(PODS), 2, "both ways");
        assert_eq!(flows(&format!("{PODS}{CLOSED}")), 1, "nothing comes to b");
        assert_eq!(flows(""), 0);
    }
}
