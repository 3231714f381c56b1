//! All pairs of groups of endpoints, a source at a time.
//!
//! Nothing here is done for every pair of endpoints. A row of policies gives most peers the same answer; only the groups with endpoints that
//! get another one are looked at, and only where endpoints of one group get different answers are they compared one by one.

use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::{Connectivity, EVERYTHING, PairIds, RowId};
use crate::compile::{ClassId, ClassKind, Endpoint};
use crate::connections::ConnectionId;
use crate::policy::{Direction, Matched};

/// What passes from the endpoints of one group to those of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passing<'a> {
    /// The same between all of them.
    Same(PairIds),
    /// One of these between any two of them; ascending. Empty if one of the groups is.
    Differs(&'a [PairIds]),
}

/// Groups of endpoints, and what passes between two of them.
#[derive(Debug)]
pub struct Groups<'a> {
    connectivity: &'a Connectivity,
    sources: Vec<Group>,
    destinations: Vec<Group>,
    /// For each row of a destination, a class that it is the row of.
    samples: Vec<ClassId>,
}

/// All pairs of groups of endpoints.
#[derive(Debug)]
pub struct Grid<'a> {
    groups: Groups<'a>,
    /// Destinations with endpoints of a class, by class.
    destinations_of: Vec<Vec<u32>>,
    /// What the rows of destinations answer most sources.
    usual: Vec<PairIds>,
    /// By source: rows of destinations that answer it otherwise.
    unusual: Vec<Vec<(u32, Of)>>,
    scratch: Scratch,
    /// Intersections of answers so far.
    both: HashMap<(PairIds, PairIds), PairIds>,
}

/// What a row answers the endpoints of a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Of {
    All(PairIds),
    /// They do not all get the same.
    Each,
}

/// The endpoints of one side, as far as policies go.
#[derive(Clone, Debug)]
struct Group {
    ends: Vec<Endpoint>,
    /// Each once.
    classes: Vec<ClassId>,
    /// Its row, where all have the same; counted from 0, those in which no policy applies included.
    row: Option<u32>,
    /// Whether nothing but policies decides about its packets as long as there is no cloud's network.
    is_plain: bool,
}

/// Rows of one direction, each with an endpoint that it is the row of.
#[derive(Default)]
struct Rows {
    numbers: HashMap<RowKey, u32>,
    samples: Vec<ClassId>,
}

/// A row, or what passes where no policy applies.
#[derive(PartialEq, Eq, Hash)]
enum RowKey {
    Row(u32),
    Open(ConnectionId),
}

/// What groups are answered by the row at hand.
#[derive(Clone, Debug, Default)]
struct Scratch {
    bits: Vec<u64>,
    /// By group, with the number of its classes that are answered so.
    found: Vec<Option<(Of, usize)>>,
    met: Vec<u32>,
}

impl<'a> Groups<'a> {
    /// These groups.
    pub fn new<'e>(
        connectivity: &'a Connectivity,
        sources: impl IntoIterator<Item = &'e [Endpoint]>,
        destinations: impl IntoIterator<Item = &'e [Endpoint]>,
    ) -> Self {
        let (mut egress, mut ingress) = (Rows::default(), Rows::default());
        let group = |rows: &mut Rows, ends: &[Endpoint], direction| Group::new(connectivity, rows, ends, direction);
        let sources: Vec<Group> = sources.into_iter().map(|ends| group(&mut egress, ends, Direction::Egress)).collect();
        let destinations = destinations.into_iter().map(|ends| group(&mut ingress, ends, Direction::Ingress)).collect();
        Groups { connectivity, sources, destinations, samples: ingress.samples }
    }

    /// What passes from one group to another, for the few pairs that somebody asks about; for all of them there is [`Grid`].
    pub fn between<T>(&self, source: usize, destination: usize, visit: impl FnOnce(Passing<'_>) -> T) -> T {
        let (from, to) = (self.sources.get(source), self.destinations.get(destination));
        let passing = from.zip(to).map_or_else(Vec::new, |(from, to)| self.connectivity.passing(from, to, None));
        match passing.as_slice() {
            [only] => visit(Passing::Same(*only)),
            several => visit(Passing::Differs(several)),
        }
    }
}

impl<'a> Grid<'a> {
    /// The pairs of these groups.
    pub fn new<'e>(
        connectivity: &'a Connectivity,
        sources: impl IntoIterator<Item = &'e [Endpoint]>,
        destinations: impl IntoIterator<Item = &'e [Endpoint]>,
    ) -> Self {
        Grid::of(Groups::new(connectivity, sources, destinations))
    }

    /// The pairs of groups.
    pub fn of(groups: Groups<'a>) -> Self {
        let Groups { connectivity, sources, destinations, samples } = &groups;
        let sources_of = by_class(connectivity, sources);
        let mut scratch = Scratch::default();
        let mut unusual: Vec<Vec<(u32, Of)>> = alloc::vec![Vec::new(); sources.len()];
        let usual = (0..).zip(samples).map(|(row, sample)| {
            let usual = scratch.fill(connectivity, Direction::Ingress, *sample, sources, &sources_of);
            for source in core::mem::take(&mut scratch.met) {
                if let Some((of, list)) = scratch.take(source).zip(unusual.get_mut(source as usize)) {
                    list.push((row, of));
                }
            }
            usual
        });
        let usual = usual.collect();
        let destinations_of = by_class(connectivity, destinations);
        Grid { destinations_of, groups, usual, unusual, scratch, both: HashMap::new() }
    }

    /// What passes from a source to every destination, in their order.
    pub fn each_from(&mut self, source: usize, mut visit: impl FnMut(usize, Passing<'_>)) {
        let Groups { connectivity, sources, destinations, .. } = &self.groups;
        let Some(from) = sources.get(source) else { return };
        let usual = from
            .row
            .and(from.classes.first())
            .map(|sample| self.scratch.fill(connectivity, Direction::Egress, *sample, destinations, &self.destinations_of));
        let mut into: Vec<Of> = self.usual.iter().map(|usual| Of::All(*usual)).collect();
        for (row, of) in self.unusual.get(source).into_iter().flatten() {
            if let Some(answer) = into.get_mut(*row as usize) {
                *answer = *of;
            }
        }
        let both = &mut self.both;
        let mut meet = |egress: Of, ingress: Of| match (egress, ingress) {
            (Of::All(egress), Of::All(ingress)) => {
                Some(*both.entry((egress, ingress)).or_insert_with(|| connectivity.both(egress, ingress)))
            }
            _ => None,
        };
        // What most destinations of a row get, so that nothing is to be looked up for each of them.
        let mostly: Vec<Option<PairIds>> = into.iter().map(|ingress| meet(Of::All(usual?), *ingress)).collect();
        let all_plain = from.is_plain && connectivity.cloud.is_none();
        for (number, to) in destinations.iter().enumerate() {
            let policies = match self.scratch.of(number) {
                None => to.row.and_then(|row| mostly.get(row as usize).copied().flatten()),
                Some(egress) => to.row.and_then(|row| into.get(row as usize)).and_then(|ingress| meet(egress, *ingress)),
            };
            match policies {
                Some(pair) if all_plain && to.is_plain => visit(number, Passing::Same(pair)),
                // What policies never let through, nothing else does; but those of an own node are not asked.
                Some(pair) if from.is_plain && pair.possible.is_none() => visit(number, Passing::Same(pair)),
                policies => match connectivity.passing(from, to, policies).as_slice() {
                    [only] => visit(number, Passing::Same(*only)),
                    several => visit(number, Passing::Differs(several)),
                },
            }
        }
        for destination in core::mem::take(&mut self.scratch.met) {
            self.scratch.take(destination);
        }
    }
}

impl Connectivity {
    /// What passes between endpoints of two groups, ascending; `policies` is what policies let through, where that is the same for all.
    fn passing(&self, from: &Group, to: &Group, policies: Option<PairIds>) -> Vec<PairIds> {
        let mut found: Vec<PairIds> = Vec::new();
        let mut add = |pair| {
            if !found.contains(&pair) {
                found.push(pair);
            }
        };
        let is_plain = from.is_plain && to.is_plain;
        let mut asked: HashSet<(ClassId, ClassId, Matched)> = HashSet::new();
        let pairs = from.ends.iter().flat_map(|a| to.ends.iter().map(move |b| (*a, *b)));
        // Among pods of one workload, what a pod sends to itself is not meant.
        let alone = from.ends.len() == 1 && to.ends.len() == 1;
        let pairs = pairs.filter(|(a, b)| alone || a != b || !self.is_single(*a));
        match (policies.filter(|_| is_plain), &self.cloud) {
            // Classes decide.
            (_, None) if is_plain => {
                let pairs = from.classes.iter().flat_map(|a| to.classes.iter().map(move |b| (*a, *b)));
                pairs.for_each(|(a, b)| add(self.between_classes(a, b)));
            }
            (Some(policies), Some(_)) => pairs.for_each(|(a, b)| add(self.both(policies, self.cloud_pass(a, b)))),
            // Classes, and which of them are on one node.
            (_, None) if self.hosts.is_none() && self.tunnels.is_none() => pairs.for_each(|(a, b)| {
                if a == b || asked.insert((self.class_of(a), self.class_of(b), self.is_own_node(a, b))) {
                    add(self.between_ids(a, b));
                }
            }),
            _ => pairs.for_each(|(a, b)| add(self.between_ids(a, b))),
        }
        found.sort_unstable();
        found
    }
}

impl Group {
    fn new(connectivity: &Connectivity, rows: &mut Rows, ends: &[Endpoint], direction: Direction) -> Self {
        let mut classes: Vec<ClassId> = Vec::new();
        for class in ends.iter().map(|end| connectivity.class_of(*end)) {
            if !classes.contains(&class) {
                classes.push(class);
            }
        }
        let number = |class: &ClassId| rows.number(connectivity, direction, *class);
        let mut numbers = classes.iter().map(number);
        let first = numbers.next();
        let row = first.filter(|row| numbers.all(|other| other == *row));
        // A node is special to what runs on it, and hosts may be policed.
        let on_node = classes.iter().any(|class| connectivity.compiled.class_kind(*class) == ClassKind::Node);
        let is_plain = match (direction, &connectivity.hosts) {
            (_, Some(hosts)) if hosts.has_rows() => false,
            (Direction::Ingress, None) => true,
            _ => !on_node,
        };
        Group { ends: ends.to_vec(), classes, row, is_plain }
    }
}

impl Rows {
    fn number(&mut self, connectivity: &Connectivity, direction: Direction, class: ClassId) -> u32 {
        let key = match connectivity.side(direction).of_class.get(class.index()) {
            Some(RowId::Row(row)) => RowKey::Row(*row),
            Some(RowId::Open(all)) => RowKey::Open(*all),
            None => RowKey::Open(EVERYTHING.allowed),
        };
        let next = self.samples.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.samples.push(class);
        }
        number
    }
}

impl Scratch {
    /// Asks the row of a class what it answers groups of peers; returns what it answers most. What it answers others is in `found`, and
    /// which these are in `met`.
    fn fill(
        &mut self,
        connectivity: &Connectivity,
        direction: Direction,
        sample: ClassId,
        groups: &[Group],
        groups_of: &[Vec<u32>],
    ) -> PairIds {
        self.found.resize(groups.len().max(self.found.len()), None);
        let (found, met) = (&mut self.found, &mut self.met);
        let row = match connectivity.row(direction, sample) {
            Ok(row) => row,
            Err(all) => return all,
        };
        row.each_exception(&connectivity.compiled, &connectivity.cache, &mut self.bits, |class, pair| {
            for &group in groups_of.get(class.index()).into_iter().flatten() {
                let Some(found) = found.get_mut(group as usize) else { continue };
                match found {
                    None => {
                        met.push(group);
                        *found = Some((Of::All(pair), 1));
                    }
                    Some((of, count)) => {
                        *count += 1;
                        if *of != Of::All(pair) {
                            *of = Of::Each;
                        }
                    }
                }
            }
        });
        // Where only some classes of a group are answered otherwise, the others are answered as most are.
        for group in met.iter() {
            let classes = groups.get(*group as usize).map_or(0, |group| group.classes.len());
            if let Some(Some((of, count))) = found.get_mut(*group as usize)
                && *count < classes
            {
                *of = Of::Each;
            }
        }
        row.usual(&connectivity.compiled, &connectivity.cache)
    }

    fn of(&self, group: usize) -> Option<Of> {
        self.found.get(group)?.map(|(of, _)| of)
    }

    fn take(&mut self, group: u32) -> Option<Of> {
        self.found.get_mut(group as usize)?.take().map(|(of, _)| of)
    }
}

/// The groups that have endpoints of a class, by class.
fn by_class(connectivity: &Connectivity, groups: &[Group]) -> Vec<Vec<u32>> {
    let mut result = alloc::vec![Vec::new(); connectivity.class_count()];
    for (number, group) in (0..).zip(groups) {
        for class in &group.classes {
            if let Some(list) = result.get_mut(class.index()) {
                list.push(number);
            }
        }
    }
    result
}
