//! **Which edit caused a difference between two versions?** Nothing is inferred from the text: the older version is evaluated with each edit alone, and
//! where that does not make all of the difference, the newer one without each edit.

use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::Analysis;
use crate::answers::diff::{Difference, DifferenceEnd};
use crate::answers::ingress_flows;
use crate::compile::OutsideRange;
use crate::connections::ConnectionSet;
use crate::endpoints::{FlowTable, Flows, INGRESS_CONTROLLER, Line, TitledLine, machines, title, workload_title, workloads};
use crate::load::ObjectEdit;
use crate::load::edits::Edits;

/// So many edits are tried one by one: each is an evaluation of the whole input.
pub const MOST_TRIED: usize = 200;

/// What caused the differences between two versions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Causes {
    /// What was edited, object by object, in the order of the newer text, then what is gone.
    pub edits: Vec<ObjectEdit>,
    /// For each difference in question what caused it; nothing if there are more than [`MOST_TRIED`] edits.
    pub of: Option<Vec<Cause>>,
}

/// What caused one difference, as numbers of [`Causes::edits`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Cause {
    /// Edits each of which makes some of the difference by itself.
    pub alone: Vec<usize>,
    /// Edits that make the rest only together: without any of them it is not there. Nothing if there is no rest, or if of several edits any would do.
    pub together: Vec<usize>,
}

impl Analysis {
    /// What was edited between this version and a newer one; which edit caused what is not looked for.
    pub fn edited(&self, newer: &Analysis) -> Causes {
        let edits = Edits::new(&self.loaded, &newer.loaded, &self.settings.default_namespace);
        Causes { edits: edits.list().cloned().collect(), of: None }
    }

    /// Which edits caused each of some differences between this version and a newer one.
    pub fn causes(&self, newer: &Analysis, differences: &[Difference]) -> Causes {
        let edits = Edits::new(&self.loaded, &newer.loaded, &self.settings.default_namespace);
        let list: Vec<ObjectEdit> = edits.list().cloned().collect();
        let of = (list.len() <= MOST_TRIED).then(|| match list.len() {
            // Nothing else can be the cause.
            1 if self.settings == newer.settings => {
                differences.iter().map(|_| Cause { alone: alloc::vec![0], together: Vec::new() }).collect()
            }
            count => self.tried(&edits, count, differences),
        });
        Causes { edits: list, of }
    }

    fn tried(&self, edits: &Edits, count: usize, differences: &[Difference]) -> Vec<Cause> {
        let mut open: Vec<Open<'_>> = differences.iter().map(Open::new).collect();
        let mut trial = self.copy();
        for number in 0..count {
            trial.take(edits, |edit| edit == number);
            let flows = |open: &Open<'_>| !open.region.is_empty();
            trial.each(&mut open, flows, |open, flows| {
                let made = open.region.meeting(&Region::between(&open.difference.before, flows));
                if !made.is_empty() {
                    open.left = open.left.without(&made);
                    open.cause.alone.push(number);
                }
            });
        }
        if open.iter().any(|open| !open.left.is_empty()) {
            for number in 0..count {
                trial.take(edits, |edit| edit != number);
                let has_rest = |open: &Open<'_>| !open.left.is_empty();
                trial.each(&mut open, has_rest, |open, flows| {
                    if !open.left.meeting(&Region::between(&open.difference.after, flows)).is_empty() {
                        open.cause.together.push(number);
                    }
                });
            }
        }
        open.into_iter().map(|open| open.cause).collect()
    }

    /// Has the older version with some of the edits.
    fn take(&mut self, edits: &Edits, taken: impl Fn(usize) -> bool) {
        self.loaded = edits.with(taken);
        self.refresh(false);
    }

    /// Gives what flows between the ends of each of some differences.
    fn each<'d>(&self, all: &mut [Open<'d>], counts: impl Fn(&Open<'d>) -> bool, mut give: impl FnMut(&mut Open<'d>, &Flows)) {
        let connectivity = self.connectivity();
        let lines = || workloads(&self.snapshot).map(Line::Workload).chain(machines(&self.snapshot));
        let titled: HashMap<String, Line> = lines().map(|line| (title(&self.snapshot, line), line)).collect();
        let find = |end: &DifferenceEnd| -> Option<TitledLine> {
            let outside = end.address.map(|address| Line::Outside(OutsideRange { first: address, last: address }));
            Some(TitledLine::new(&self.snapshot, outside.or_else(|| titled.get(&end.title).copied())?))
        };
        let from_controller = |open: &Open<'_>| open.difference.from.title == INGRESS_CONTROLLER;
        let opened: HashMap<String, ConnectionSet> = if all.iter().any(from_controller) {
            let of = ingress_flows::by_workload(&self.snapshot, connectivity).into_iter();
            of.map(|(workload, set)| (workload_title(&self.snapshot, workload), set)).collect()
        } else {
            HashMap::new()
        };
        let mut table = FlowTable::new(connectivity);
        for open in all.iter_mut().filter(|open| counts(open)) {
            let difference = open.difference;
            if from_controller(open) {
                let set = opened.get(&difference.to.title).cloned().unwrap_or_default();
                give(open, &Flows::certain(set));
                continue;
            }
            match (find(&difference.from), find(&difference.to)) {
                (Some(from), Some(to)) => {
                    let id = table.between(&from, &to);
                    give(open, &table.get(id));
                }
                _ => give(open, &Flows::NONE),
            }
        }
    }
}

/// A difference whose cause is looked for.
struct Open<'a> {
    difference: &'a Difference,
    /// What differs.
    region: Region,
    /// What of it no edit makes alone.
    left: Region,
    cause: Cause,
}

impl<'a> Open<'a> {
    fn new(difference: &'a Difference) -> Self {
        let region = Region::between(&difference.before, &difference.after);
        Open { difference, left: region.clone(), region, cause: Cause::default() }
    }
}

/// Connections in which two answers for a pair differ: in what is always allowed, sometimes, and possibly.
#[derive(Clone)]
struct Region([ConnectionSet; 3]);

impl Region {
    fn between(a: &Flows, b: &Flows) -> Self {
        let unlike = |a: &ConnectionSet, b: &ConnectionSet| a.difference(b).union(&b.difference(a));
        Region([unlike(&a.always, &b.always), unlike(&a.sometimes, &b.sometimes), unlike(&a.possible, &b.possible)])
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(ConnectionSet::is_empty)
    }

    fn meeting(&self, other: &Region) -> Region {
        let [(a, x), (b, y), (c, z)] = self.pairs(other);
        Region([a.intersection(x), b.intersection(y), c.intersection(z)])
    }

    fn without(&self, other: &Region) -> Region {
        let [(a, x), (b, y), (c, z)] = self.pairs(other);
        Region([a.difference(x), b.difference(y), c.difference(z)])
    }

    fn pairs<'r>(&'r self, other: &'r Region) -> [(&'r ConnectionSet, &'r ConnectionSet); 3] {
        let (Region([a, b, c]), Region([x, y, z])) = (self, other);
        [(a, x), (b, y), (c, z)]
    }
}
