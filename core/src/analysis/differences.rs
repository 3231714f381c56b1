//! **Why does a flow differ between two versions?** One of the flows of a difference, as each version answers it, with the lines that decide and whether
//! the other version has the same.

use alloc::string::String;
use alloc::vec::Vec;

use super::Analysis;
use crate::answers::diff::{Difference, DifferenceEnd};
use crate::connections::Traffic;
use crate::endpoints::find;
use crate::language::Resource;
use crate::load::edits;
use crate::snapshot::Snapshot;
use crate::text::{DocumentId, Place, Span, printable};
use crate::verdict::{Flow, Verdict};

/// So many differences of a list are explained; nobody reads more.
pub const MOST_EXPLAINED: usize = 1_000;

/// One of the flows that differ.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct DifferenceExample {
    /// What it carries.
    pub traffic: Traffic,
    /// What the old version answers; nothing if it does not have both ends.
    pub before: Option<ExampleAnswer>,
    /// What the new version answers.
    pub after: Option<ExampleAnswer>,
}

/// An answer to the flow, and what decides.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ExampleAnswer {
    /// The verdict.
    pub verdict: Verdict,
    /// The answer in a sentence, with code in backticks.
    pub summary: String,
    /// The lines that decide, in this version's files.
    pub deciding: Vec<DecidingLine>,
}

/// A line that decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct DecidingLine {
    /// Where.
    pub place: Place,
    /// Whether the other version does not have the object in which it stands, or has it otherwise: then this is what was edited.
    pub edited: bool,
}

impl DecidingLine {
    /// `file:line:column`, and whether the line was edited, for one who reads. `analysis` is that of the version that decides.
    pub fn in_words(&self, analysis: &Analysis) -> String {
        let place = analysis.sources().describe(self.place);
        if self.edited { alloc::format!("{} (edited)", printable(&place)) } else { printable(&place).into_owned() }
    }
}

impl Analysis {
    /// One of the flows of a difference between this version and a newer one; nothing where its ends are no endpoints that can be asked about.
    pub fn example_of(&self, newer: &Analysis, difference: &Difference) -> Option<DifferenceExample> {
        let traffic = example_traffic(difference)?;
        let (before, after) = (self.example_answer(newer, difference, traffic), newer.example_answer(self, difference, traffic));
        (before.is_some() || after.is_some()).then_some(DifferenceExample { traffic, before, after })
    }

    fn example_answer(&self, other: &Analysis, difference: &Difference, traffic: Traffic) -> Option<ExampleAnswer> {
        let answer = self.decide(&example_flow(&self.snapshot, difference, traffic)?);
        let places = answer.deciding_places().into_iter();
        let deciding = places.map(|place| DecidingLine { place, edited: self.is_edited(place, other) }).collect();
        Some(ExampleAnswer { verdict: answer.verdict, summary: answer.summary, deciding })
    }

    /// Whether another version does not have the same object at a place.
    fn is_edited(&self, place: Place, other: &Analysis) -> bool {
        let holds = |span: Span| span.start <= place.span.start && place.span.end <= span.end;
        let mut own = self.loaded.resources().filter(|(document, resource)| *document == place.document && holds(resource.span));
        let is_there = |own: (DocumentId, &Resource)| {
            other.loaded.resources().any(|(document, resource)| edits::is_same(&self.loaded, own, &other.loaded, (document, resource)))
        };
        own.next().is_none_or(|(document, own)| !is_there((document, own)))
    }
}

/// A connection that differs: of what is always allowed before or after, else of what is sometimes.
fn example_traffic(difference: &Difference) -> Option<Traffic> {
    let (before, after) = (&difference.before, &difference.after);
    let sides = [(&before.always, &after.always), (&before.possible, &after.possible), (&before.sometimes, &after.sometimes)];
    sides.into_iter().map(|(a, b)| a.difference(b).union(&b.difference(a))).find_map(|set| set.example())
}

/// The flow between the ends of a difference.
fn example_flow(snapshot: &Snapshot, difference: &Difference, traffic: Traffic) -> Option<Flow> {
    let end = |end: &DifferenceEnd| {
        let name = end.address.map_or_else(|| end.title.clone(), |address| alloc::format!("{address}"));
        find(snapshot, &name).ok().map(|found| found.end)
    };
    Some(Flow { from: end(&difference.from)?, to: end(&difference.to)?, traffic })
}
