//! What changes between two scenes: flows added, removed and changed.
//!
//! Built on the answers of both; nothing is evaluated here.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::compile::OutsideRange;
use crate::connections::ConnectionSet;
use crate::connectivity::Connectivity;
use crate::ends::{INGRESS_CONTROLLER, Line, flows, title, workload_title, workloads};
use crate::ingress;
use crate::policy::Direction;
use crate::snapshot::{Snapshot, WorkloadId};

/// One side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What there is.
    pub snapshot: &'a Snapshot,
    /// Its answers.
    pub connectivity: &'a Connectivity,
}

/// What happened to a flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Change {
    /// Connections on both sides, and not the same.
    Changed,
    /// No connection before.
    Added,
    /// No connection after.
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

/// One end of a difference.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DifferenceEnd {
    /// Its title, as in every list of flows.
    pub title: String,
    /// Whether it is a workload that only the old scene has (`Removed`) or only the new one (`Added`).
    pub only: Option<Change>,
}

/// A pair of ends whose certainly allowed connections differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// What happened.
    pub change: Change,
    /// Where the connections start.
    pub from: DifferenceEnd,
    /// Where they go.
    pub to: DifferenceEnd,
    /// Allowed in the old scene.
    pub before: ConnectionSet,
    /// Allowed in the new scene.
    pub after: ConnectionSet,
}

/// Compares two scenes, by kind of change, source and destination. Workloads are the same if their namespace, name and kind are; outside
/// ranges are cut where either scene cuts them, and neighbours that differ in the same way are joined again.
pub fn diff(old: Side<'_>, new: Side<'_>) -> Vec<Difference> {
    let mut both: BTreeMap<String, Known> = BTreeMap::new();
    for id in workloads(old.snapshot) {
        both.entry(workload_title(old.snapshot, id)).or_default().old = Some(id);
    }
    for id in workloads(new.snapshot) {
        both.entry(workload_title(new.snapshot, id)).or_default().new = Some(id);
    }
    let sources = outside(old, new, Direction::Ingress);
    let destinations = outside(old, new, Direction::Egress);
    let mut found = Vec::new();
    for (name, known) in &both {
        let workload = End { title: name.clone(), known: *known };
        for (other, other_known) in &both {
            if name != other {
                let other = End { title: other.clone(), known: *other_known };
                found.extend(compare(old, new, &workload, &other));
            }
        }
        let from_outside = |range: OutsideRange| compare(old, new, &End::range(old, range), &workload);
        found.extend(joined(&sources, from_outside, |d| &mut d.from));
        let to_outside = |range: OutsideRange| compare(old, new, &workload, &End::range(old, range));
        found.extend(joined(&destinations, to_outside, |d| &mut d.to));
    }
    found.extend(ingress_differences(old, new, &both));
    found.sort_by(|a, b| (a.change, &a.from, &a.to).cmp(&(b.change, &b.from, &b.to)));
    found
}

/// Differences in what Ingresses open.
fn ingress_differences(old: Side<'_>, new: Side<'_>, both: &BTreeMap<String, Known>) -> Vec<Difference> {
    let opened = |side: Side<'_>| {
        let mut by_title: BTreeMap<String, ConnectionSet> = BTreeMap::new();
        for (id, set) in ingress::connections(side.snapshot, side.connectivity) {
            let Some(endpoint) = side.snapshot.endpoint(id) else { continue };
            let slot = by_title.entry(workload_title(side.snapshot, endpoint.workload)).or_default();
            *slot = slot.union(&set);
        }
        by_title
    };
    let (before, after) = (opened(old), opened(new));
    let titles: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let nothing = ConnectionSet::EMPTY;
    titles
        .into_iter()
        .filter_map(|title| {
            let to = End { title: title.clone(), known: both.get(title).copied().unwrap_or_default() };
            let (before, after) = (before.get(title).unwrap_or(&nothing), after.get(title).unwrap_or(&nothing));
            let from = DifferenceEnd { title: INGRESS_CONTROLLER.into(), only: None };
            difference(from, to.shown(), before.clone(), after.clone())
        })
        .collect()
}

/// A line on both sides, as far as it is there.
#[derive(Clone, Copy, Default)]
struct Known {
    old: Option<WorkloadId>,
    new: Option<WorkloadId>,
    range: Option<OutsideRange>,
}

struct End {
    title: String,
    known: Known,
}

impl End {
    fn range(side: Side<'_>, range: OutsideRange) -> Self {
        End { title: title(side.snapshot, Line::Outside(range)), known: Known { range: Some(range), ..Known::default() } }
    }

    fn line(&self, workload: impl Fn(&Known) -> Option<WorkloadId>) -> Option<Line> {
        self.known.range.map(Line::Outside).or_else(|| workload(&self.known).map(Line::Workload))
    }

    fn shown(&self) -> DifferenceEnd {
        let only = match self.known {
            Known { range: Some(_), .. } | Known { old: Some(_), new: Some(_), .. } => None,
            Known { old: Some(_), .. } => Some(Change::Removed),
            Known { .. } => Some(Change::Added),
        };
        DifferenceEnd { title: self.title.clone(), only }
    }
}

fn compare(old: Side<'_>, new: Side<'_>, from: &End, to: &End) -> Option<Difference> {
    let allowed = |side: Side<'_>, workload: fn(&Known) -> Option<WorkloadId>| {
        let (Some(from), Some(to)) = (from.line(workload), to.line(workload)) else { return ConnectionSet::EMPTY };
        flows(side.snapshot, side.connectivity, from, to).sometimes
    };
    difference(from.shown(), to.shown(), allowed(old, |k| k.old), allowed(new, |k| k.new))
}

fn difference(from: DifferenceEnd, to: DifferenceEnd, before: ConnectionSet, after: ConnectionSet) -> Option<Difference> {
    let change = match (before.is_empty(), after.is_empty()) {
        _ if before == after => return None,
        (true, _) => Change::Added,
        (_, true) => Change::Removed,
        _ => Change::Changed,
    };
    Some(Difference { change, from, to, before, after })
}

/// The ranges of both scenes, cut at the borders of either.
fn outside(old: Side<'_>, new: Side<'_>, direction: Direction) -> Vec<OutsideRange> {
    let ranges = || old.connectivity.outside(direction).iter().chain(new.connectivity.outside(direction));
    let starts: BTreeSet<IpAddr> = ranges().map(|r| r.first).collect();
    let lasts: BTreeSet<IpAddr> = ranges().map(|r| r.last).collect();
    starts.into_iter().filter_map(|first| Some(OutsideRange { first, last: *lasts.range(first..).next()? })).collect()
}

/// Differences of neighbouring ranges, joined where they are the same.
fn joined(
    ranges: &[OutsideRange],
    compare: impl Fn(OutsideRange) -> Option<Difference>,
    end: impl Fn(&mut Difference) -> &mut DifferenceEnd,
) -> Vec<Difference> {
    let mut found: Vec<(OutsideRange, Difference)> = Vec::new();
    let mut adjacent = false;
    for range in ranges {
        let Some(mut difference) = compare(*range) else {
            adjacent = false;
            continue;
        };
        match found.last_mut() {
            Some((last, same))
                if adjacent
                    && last.first.is_ipv4() == range.first.is_ipv4()
                    && (&same.before, &same.after) == (&difference.before, &difference.after) =>
            {
                last.last = range.last;
                *end(same) = End::title_only(*last);
            }
            _ => {
                *end(&mut difference) = End::title_only(*range);
                found.push((*range, difference));
            }
        }
        adjacent = true;
    }
    found.into_iter().map(|(_, difference)| difference).collect()
}

impl End {
    fn title_only(range: OutsideRange) -> DifferenceEnd {
        DifferenceEnd { title: title(&Snapshot::default(), Line::Outside(range)), only: None }
    }
}
