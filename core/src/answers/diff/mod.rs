//! **Which flows differ between two versions of an input?** Those that are added, removed and changed.
//!
//! Written on the answers for all pairs of both; nothing is evaluated here.

mod nodes;

pub use nodes::{MOST_NODE_PAIRS, TooManyNodePairs, compare_nodes};

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use crate::answers::ingress_flows;
use crate::compile::{ClassId, Endpoint, OutsideRange};
use crate::connections::ConnectionSet;
use crate::connectivity::{Connectivity, Grid};
use crate::endpoints::{FlowTable, Flows, FlowsId, INGRESS_CONTROLLER, Line, TitledLine, line_of, machines, networks, workloads};
use crate::load::ObjectEdit;
use crate::model::AddressSet;
use crate::policy::Direction;
use crate::snapshot::cloud::tags;
use crate::snapshot::{Snapshot, WorkloadId};

/// One of the two that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// What there is.
    pub snapshot: &'a Snapshot,
    /// Its answers.
    pub connectivity: &'a Connectivity,
}

/// What happened to a flow or an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Change {
    /// Certainly allowed connections on both sides or on neither, and yet not the same; or another text of the object.
    Changed,
    /// No certainly allowed connection before, or no such object.
    Added,
    /// No certainly allowed connection after, or no such object.
    Removed,
}

impl Change {
    /// `changed`, `added` or `removed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Change::Changed => "changed",
            Change::Added => "added",
            Change::Removed => "removed",
        }
    }
}

impl From<&ObjectEdit> for Change {
    /// What happened to an object.
    fn from(edit: &ObjectEdit) -> Self {
        match (edit.before, edit.after) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        }
    }
}

/// One end of a difference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub struct DifferenceEnd {
    /// Its title, as in every list of flows.
    pub title: String,
    /// For addresses outside, the first and the last of them.
    pub outside: Option<(IpAddr, IpAddr)>,
    /// For addresses outside, also where they are several ranges, one that stands for them.
    pub address: Option<IpAddr>,
    /// Whether it is a workload that only the old analysis has (`Removed`) or only the new one (`Added`).
    pub only: Option<Change>,
}

impl DifferenceEnd {
    fn range(range: OutsideRange) -> Self {
        let title = TitledLine::new(&Snapshot::default(), Line::Outside(range)).title;
        DifferenceEnd { title, outside: Some((range.first, range.last)), address: Some(range.first), only: None }
    }
}

/// A pair of ends whose flows differ.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Difference {
    /// What happened.
    pub change: Change,
    /// Where the connections start.
    pub from: Arc<DifferenceEnd>,
    /// Where they go.
    pub to: Arc<DifferenceEnd>,
    /// What flows in the old analysis.
    pub before: Arc<Flows>,
    /// What flows in the new analysis.
    pub after: Arc<Flows>,
}

/// How the flows of two versions relate as sets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Relation {
    /// They are the same.
    Equal,
    /// The new version allows all that the old one did, and more.
    Wider,
    /// The old version allowed all that the new one does, and more.
    Narrower,
    /// Each allows something that the other does not, and some flows are allowed in both.
    Overlapping,
    /// No flow is allowed in both.
    Disjoint,
    /// What is allowed for certain is the same, and what cannot be told is not.
    Unsure,
}

impl Relation {
    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Relation::Equal => "equal",
            Relation::Wider => "wider",
            Relation::Narrower => "narrower",
            Relation::Overlapping => "overlapping",
            Relation::Disjoint => "disjoint",
            Relation::Unsure => "unsure",
        }
    }

    /// How two sets of flows relate that are each made of two parts, of which these are the relations.
    #[must_use]
    pub const fn joined(self, other: Relation) -> Relation {
        match (self, other) {
            (Relation::Equal, relation)
            | (relation, Relation::Equal)
            | (Relation::Unsure, relation)
            | (relation, Relation::Unsure)
            | (Relation::Wider, relation @ Relation::Wider)
            | (Relation::Narrower, relation @ Relation::Narrower)
            | (Relation::Disjoint, relation @ Relation::Disjoint) => relation,
            _ => Relation::Overlapping,
        }
    }

    fn of(differences: &[Difference], shares: bool) -> Self {
        let grows = |d: &Difference, from: fn(&Difference) -> &Flows, to: fn(&Difference) -> &Flows| {
            let (from, to) = (from(d), to(d));
            !to.sometimes.difference(&from.sometimes).is_empty() || !to.always.difference(&from.always).is_empty()
        };
        let opens = differences.iter().any(|d| grows(d, |d| &d.before, |d| &d.after));
        let closes = differences.iter().any(|d| grows(d, |d| &d.after, |d| &d.before));
        match (opens, closes) {
            (false, false) if differences.is_empty() => Relation::Equal,
            (false, false) => Relation::Unsure,
            (true, false) => Relation::Wider,
            (false, true) => Relation::Narrower,
            (true, true) if shares => Relation::Overlapping,
            (true, true) => Relation::Disjoint,
        }
    }
}

/// The differences of two versions, and how their flows relate. A version without any flow is contained in every other.
pub fn compare(old: Version<'_>, new: Version<'_>) -> (Vec<Difference>, Relation) {
    let mut comparison = Comparison::new(old, new);
    let differences = comparison.differences(old, new);
    let relation = Relation::of(&differences, comparison.shares);
    (differences, relation)
}

/// Compares two versions, by kind of change, source and destination. Workloads are the same if their namespace, name and kind are; outside
/// ranges are cut where either analysis cuts them, and neighbours that differ in the same way are joined again.
pub fn diff(old: Version<'_>, new: Version<'_>) -> Vec<Difference> {
    Comparison::new(old, new).differences(old, new)
}

impl<'a> Comparison<'a> {
    fn differences(&mut self, old: Version<'a>, new: Version<'a>) -> Vec<Difference> {
        let workloads = both_workloads(old, new);
        let sources = ranges(old, new, Direction::Ingress);
        let destinations = ranges(old, new, Direction::Egress);
        let has_cloud = [old, new].iter().any(|side| !side.snapshot.cloud.networks.is_empty());
        let (sources, destinations, from_groups, to_groups) = if has_cloud {
            (Vec::new(), Vec::new(), grouped(old, new, sources), grouped(old, new, destinations))
        } else {
            (sources, destinations, Vec::new(), Vec::new())
        };
        let mut found = Vec::new();
        let ends = |line: fn(&Both) -> &Option<TitledLine>| -> Vec<&[Endpoint]> {
            workloads.iter().map(|both| line(both).as_ref().map_or(&[][..], AsRef::as_ref)).collect()
        };
        let (olds, news) = (ends(|both| &both.old), ends(|both| &both.new));
        let mut before = Grid::new(old.connectivity, olds.iter().copied(), olds.iter().copied());
        let mut after = Grid::new(new.connectivity, news.iter().copied(), news.iter().copied());
        for (number, workload) in workloads.iter().enumerate() {
            let (mut olds, mut news): (Vec<FlowsId>, Vec<FlowsId>) = (Vec::new(), Vec::new());
            before.each_from(number, |_, passing| olds.push(self.old.of(passing)));
            after.each_from(number, |_, passing| news.push(self.new.of(passing)));
            for ((other, before), after) in workloads.iter().zip(olds).zip(news) {
                if Arc::ptr_eq(&other.shown, &workload.shown) {
                    continue;
                }
                let before = workload.old.as_ref().and(other.old.as_ref()).map(|_| before);
                let after = workload.new.as_ref().and(other.new.as_ref()).map(|_| after);
                found.extend(self.compare_flows(workload, other, before, after));
            }
            joined(&sources, &mut found, |range| self.compare(range, workload), |d| &mut d.from);
            joined(&destinations, &mut found, |range| self.compare(workload, range), |d| &mut d.to);
            found.extend(from_groups.iter().filter_map(|range| self.compare(range, workload)));
            found.extend(to_groups.iter().filter_map(|range| self.compare(workload, range)));
        }
        found.extend(ingress_differences(old, new, &workloads));
        found.sort_by(|a, b| (a.change, &a.from, &a.to).cmp(&(b.change, &b.from, &b.to)));
        found
    }
}

/// The differences of flows that start or end at some lines, where it is known that no others differ: much cheaper where these are few.
/// `concerned` is asked about the lines of the old version (0) and of the new one (1).
pub(crate) fn diff_at(old: Version<'_>, new: Version<'_>, concerned: &dyn Fn(usize, Line) -> bool) -> Vec<Difference> {
    let mut comparison = Comparison::new(old, new);
    let workloads = both_workloads(old, new);
    let has_cloud = [old, new].iter().any(|side| !side.snapshot.cloud.networks.is_empty());
    let outside = |direction| {
        let ranges = ranges(old, new, direction);
        if has_cloud { grouped(old, new, ranges) } else { ranges.into_iter().map(|(_, both)| both).collect() }
    };
    let (sources, destinations) = (outside(Direction::Ingress), outside(Direction::Egress));
    let is_concerned = |both: &Both| {
        let asks = |version, line: &Option<TitledLine>| line.as_ref().is_some_and(|line| concerned(version, line.line));
        asks(0, &both.old) || asks(1, &both.new)
    };
    let marks: Vec<bool> = workloads.iter().map(is_concerned).collect();
    let mut found = Vec::new();
    for (workload, _) in workloads.iter().zip(&marks).filter(|(_, mark)| **mark) {
        for (other, mark) in workloads.iter().zip(&marks) {
            if Arc::ptr_eq(&other.shown, &workload.shown) {
                continue;
            }
            found.extend(comparison.compare(workload, other));
            // Of two that are concerned the other one is asked about this one too.
            if !mark {
                found.extend(comparison.compare(other, workload));
            }
        }
        found.extend(sources.iter().filter_map(|range| comparison.compare(range, workload)));
        found.extend(destinations.iter().filter_map(|range| comparison.compare(workload, range)));
    }
    found.extend(ingress_differences(old, new, &workloads));
    found
}

/// A line as far as either side has it.
struct Both {
    shown: Arc<DifferenceEnd>,
    old: Option<TitledLine>,
    new: Option<TitledLine>,
}

impl Both {
    /// Addresses outside, which both sides have.
    fn range(side: Version<'_>, range: OutsideRange) -> Self {
        let line = TitledLine::new(side.snapshot, Line::Outside(range));
        Both { shown: Arc::new(DifferenceEnd::range(range)), old: Some(line.clone()), new: Some(line) }
    }
}

/// All workloads of both sides, and machines of the cloud's network, by title.
fn both_workloads(old: Version<'_>, new: Version<'_>) -> Vec<Both> {
    both_lines(old, new, |snapshot| workloads(snapshot).map(Line::Workload).chain(machines(snapshot)).collect())
}

/// Some lines of both sides, by title.
fn both_lines(old: Version<'_>, new: Version<'_>, lines: impl Fn(&Snapshot) -> Vec<Line>) -> Vec<Both> {
    let mut both: BTreeMap<String, [Option<TitledLine>; 2]> = BTreeMap::new();
    for (side, slot) in [(old, 0), (new, 1)] {
        for line in lines(side.snapshot) {
            let line = TitledLine::new(side.snapshot, line);
            let slots = both.entry(line.title.clone()).or_default();
            if let Some(slot) = slots.get_mut(slot) {
                *slot = Some(line);
            }
        }
    }
    let one = |(title, [old, new]): (String, [Option<TitledLine>; 2])| {
        let only = match (&old, &new) {
            (Some(_), None) => Some(Change::Removed),
            (None, Some(_)) => Some(Change::Added),
            _ => None,
        };
        Both { shown: Arc::new(DifferenceEnd { title, outside: None, address: None, only }), old, new }
    };
    both.into_iter().map(one).collect()
}

/// The ranges of both sides, cut at the borders of either.
fn ranges(old: Version<'_>, new: Version<'_>, direction: Direction) -> Vec<(OutsideRange, Both)> {
    let ranges = || old.connectivity.outside(direction).iter().chain(new.connectivity.outside(direction));
    let starts: BTreeSet<IpAddr> = ranges().map(|r| r.first).collect();
    let lasts: BTreeSet<IpAddr> = ranges().map(|r| r.last).collect();
    let cut = starts.into_iter().filter_map(|first| Some(OutsideRange { first, last: *lasts.range(first..).next()? }));
    cut.map(|range| (range, Both::range(old, range))).collect()
}

/// The same where there is a network of the cloud: its own addresses are machines, or such as rules tell from all machines there, and ranges with equal answers
/// on both sides come together.
fn grouped(old: Version<'_>, new: Version<'_>, ranges: Vec<(OutsideRange, Both)>) -> Vec<Both> {
    let all = old.snapshot.cloud.networks.iter().chain(&new.snapshot.cloud.networks);
    let inside = all.fold(AddressSet::default(), |set, n| set.union(&n.space));
    let mut groups: Vec<([ClassId; 2], Vec<OutsideRange>)> = Vec::new();
    for (range, _) in ranges.into_iter().filter(|(r, _)| !inside.contains(r.first)) {
        let key = [old, new].map(|side| side.connectivity.class_of(Endpoint::Outside(range.first)));
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, members)) => members.push(range),
            None => groups.push((key, alloc::vec![range])),
        }
    }
    let internet = tags::internet(&inside);
    let unlike = unlike_machines(old, new).into_iter().map(|range| Both::range(old, range));
    let both = |(_, members): ([ClassId; 2], Vec<OutsideRange>)| {
        let line = TitledLine::new(old.snapshot, line_of(&members, &internet));
        let outside = members.first().filter(|_| members.len() == 1).map(|r| (r.first, r.last));
        let end = DifferenceEnd { title: line.title.clone(), outside, address: members.first().map(|range| range.first), only: None };
        Both { shown: Arc::new(end), old: Some(line.clone()), new: Some(line) }
    };
    unlike.chain(groups.into_iter().map(both)).collect()
}

/// Addresses of the cloud's networks that either version tells from all that is in their subnet, in ranges that neither tells apart.
fn unlike_machines(old: Version<'_>, new: Version<'_>) -> Vec<OutsideRange> {
    let mut all = AddressSet::default();
    for side in [old, new] {
        let ranges = networks::ranges(side.snapshot, side.connectivity, networks::Unlike::All);
        all = ranges.into_iter().fold(all, |all, range| all.union(&AddressSet::range(range.first, range.last)));
    }
    // What one version has something at is an end of its own already.
    let mut parts = alloc::vec![[old, new].iter().fold(all, |all, side| all.difference(&networks::owned(side.snapshot)))];
    for compiled in [old, new].map(|side| side.connectivity.compiled()) {
        let stretches: Vec<AddressSet> = compiled.outside_atoms().map(|(start, _)| compiled.stretch_of(start)).collect();
        let cut = |part: AddressSet| {
            stretches.iter().map(|stretch| stretch.intersection(&part)).filter(|part| !part.is_empty()).collect::<Vec<_>>()
        };
        parts = parts.into_iter().flat_map(cut).collect();
    }
    let ranges = parts.iter().flat_map(AddressSet::ranges);
    ranges.map(|(first, last)| OutsideRange { first, last }).collect()
}

/// Both sides' answers, and which of them are the same.
struct Comparison<'a> {
    old: FlowTable<'a>,
    new: FlowTable<'a>,
    same: HashMap<(FlowsId, FlowsId), bool>,
    nothing: Arc<Flows>,
    /// Whether some flow is allowed on both sides.
    shares: bool,
}

impl<'a> Comparison<'a> {
    fn new(old: Version<'a>, new: Version<'a>) -> Self {
        let (old, new) = (FlowTable::new(old.connectivity), FlowTable::new(new.connectivity));
        Comparison { old, new, same: HashMap::new(), nothing: Arc::new(Flows::NONE), shares: false }
    }

    fn compare(&mut self, from: &Both, to: &Both) -> Option<Difference> {
        let before = from.old.as_ref().zip(to.old.as_ref()).map(|(from, to)| self.old.between(from, to));
        let after = from.new.as_ref().zip(to.new.as_ref()).map(|(from, to)| self.new.between(from, to));
        self.compare_flows(from, to, before, after)
    }

    /// The same for flows that are known; nothing for a side that does not have both ends.
    fn compare_flows(&mut self, from: &Both, to: &Both, before: Option<FlowsId>, after: Option<FlowsId>) -> Option<Difference> {
        if let (Some(before), Some(after)) = (before, after) {
            let (old, new, shares) = (&self.old, &self.new, &mut self.shares);
            let same = self.same.entry((before, after)).or_insert_with(|| {
                let (before, after) = (old.get(before), new.get(after));
                *shares |= !before.sometimes.intersection(&after.sometimes).is_empty();
                before == after
            });
            if *same {
                return None;
            }
        }
        let before = before.map_or_else(|| self.nothing.clone(), |id| self.old.get(id));
        let after = after.map_or_else(|| self.nothing.clone(), |id| self.new.get(id));
        difference(from.shown.clone(), to.shown.clone(), before, after)
    }
}

fn difference(from: Arc<DifferenceEnd>, to: Arc<DifferenceEnd>, before: Arc<Flows>, after: Arc<Flows>) -> Option<Difference> {
    let change = match (before.sometimes.is_empty(), after.sometimes.is_empty()) {
        _ if before == after => return None,
        (true, false) => Change::Added,
        (false, true) => Change::Removed,
        _ => Change::Changed,
    };
    Some(Difference { change, from, to, before, after })
}

/// Differences of ranges in order, neighbours joined where they are the same.
fn joined(
    ranges: &[(OutsideRange, Both)],
    found: &mut Vec<Difference>,
    mut compare: impl FnMut(&Both) -> Option<Difference>,
    end: impl Fn(&mut Difference) -> &mut Arc<DifferenceEnd>,
) {
    // The difference found last, if its range ends right before the one that is looked at.
    let mut neighbour: Option<(OutsideRange, Difference)> = None;
    for (range, both) in ranges {
        let next = compare(both).map(|difference| (*range, difference));
        match (&mut neighbour, next) {
            (Some((grown, same)), Some((_, next)))
                if grown.first.is_ipv4() == range.first.is_ipv4() && (&same.before, &same.after) == (&next.before, &next.after) =>
            {
                grown.last = range.last;
                *end(same) = Arc::new(DifferenceEnd::range(*grown));
            }
            (last, next) => found.extend(core::mem::replace(last, next).map(|(_, difference)| difference)),
        }
    }
    found.extend(neighbour.map(|(_, difference)| difference));
}

/// Differences in what Ingresses open.
fn ingress_differences(old: Version<'_>, new: Version<'_>, workloads: &[Both]) -> Vec<Difference> {
    let opened = |side: Version<'_>| ingress_flows::by_workload(side.snapshot, side.connectivity);
    let (before, after) = (opened(old), opened(new));
    let from = Arc::new(DifferenceEnd { title: INGRESS_CONTROLLER.into(), outside: None, address: None, only: None });
    let flows = |side: &BTreeMap<WorkloadId, ConnectionSet>, line: &Option<TitledLine>| {
        let set = match line.as_ref().map(|l| l.line) {
            Some(Line::Workload(id)) => side.get(&id).cloned().unwrap_or_default(),
            _ => ConnectionSet::EMPTY,
        };
        Arc::new(Flows::certain(set))
    };
    let compare = |to: &Both| difference(from.clone(), to.shown.clone(), flows(&before, &to.old), flows(&after, &to.new));
    workloads.iter().filter_map(compare).collect()
}
