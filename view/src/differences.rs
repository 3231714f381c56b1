//! What changes between two versions of the files: the flows, the edits that cause them, and what decides before and after.

use netpolis_core::analysis::{Analysis, DifferenceExample, MOST_EXPLAINED};
use netpolis_core::answers::diff::{Change, Difference, MOST_NODE_PAIRS, Version, compare};
use netpolis_core::endpoints::Flows;
use netpolis_core::load::ObjectEdit;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{SourceLocation, SourceLocations};

/// How the flows of two versions of the files differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DiffView {
    /// How the flows relate as sets, those of nodes included: `equal`, `wider` (the newer version allows more, and all that the older one did),
    /// `narrower`, `overlapping`, `disjoint` or `unsure`.
    pub relation: String,
    /// What was edited, object by object, in the order of the newer text, then what is gone.
    pub edits: Vec<EditedObjectView>,
    /// Pairs of ends whose flows differ.
    pub differences: Vec<DifferenceView>,
    /// Pairs of ends of which one is a node, `node/name`, and whose connections differ, as far as both versions have the ends; nothing where there are more
    /// than 200,000 pairs, which are not compared.
    pub nodes: Option<Vec<DifferenceView>>,
}

/// An object that one version has otherwise than the other, or that only one has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EditedObjectView {
    /// Kind, namespace and name.
    pub object: String,
    /// `added`, `removed` or `changed`.
    pub change: String,
    /// The first line that differs, in the older version; nothing if the object is new.
    pub before: Option<SourceLocation>,
    /// The same in the newer version; nothing if the object is gone.
    pub after: Option<SourceLocation>,
}

/// Flows between two ends that differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceView {
    /// `added`, `removed` or `changed`.
    pub change: String,
    /// Where the flows start.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// What was allowed before.
    pub allowed_before: String,
    /// What is allowed now.
    pub allowed_now: String,
    /// Edits each of which makes some of the difference by itself, as indices into `edits`; nothing for differences after the first thousand, and where
    /// more than 200 objects were edited.
    pub alone: Option<Vec<usize>>,
    /// Edits that make the rest only together.
    pub together: Option<Vec<usize>>,
    /// What the older version answers to one of the flows that differ, in a sentence; told of the first thousand differences.
    pub why_before: Option<String>,
    /// What the newer version answers.
    pub why_now: Option<String>,
}

/// What a pair allows, with what cannot be told.
pub(crate) fn flows_in_words(flows: &Flows) -> String {
    let (allowed, unknown) = (flows.sometimes.to_string(), flows.unknown());
    if unknown.is_empty() { allowed } else { format!("{allowed}; cannot tell: {unknown}") }
}

/// What each side answers to the flow of an example, in a sentence.
pub(crate) fn sentences(example: Option<DifferenceExample>) -> [Option<String>; 2] {
    example.map_or([None, None], |example| [example.before, example.after].map(|answer| answer.map(|answer| answer.summary)))
}

/// What changes between an older version of the files and a newer one.
pub fn diff_view(older: &Analysis, newer: &Analysis) -> DiffView {
    let [old, new] = [older, newer].map(|analysis| Version { snapshot: analysis.snapshot(), connectivity: analysis.connectivity() });
    let (differences, relation) = compare(old, new);
    let nodes = older.node_differences(newer, MOST_NODE_PAIRS).ok();
    let relation = nodes.as_ref().map_or(relation, |(_, of_nodes)| relation.joined(*of_nodes));
    let explained = differences.get(..MOST_EXPLAINED).unwrap_or(&differences);
    let causes = older.causes(newer, explained);
    let view = |(number, difference): (usize, &Difference)| {
        let example = if number < MOST_EXPLAINED { older.example_of(newer, difference) } else { None };
        let [why_before, why_now] = sentences(example);
        let cause = causes.of.as_ref().and_then(|of| of.get(number)).cloned();
        let (alone, together) = cause.map(|cause| (cause.alone, cause.together)).unzip();
        DifferenceView {
            change: difference.change.as_str().into(),
            from: difference.from.title.clone(),
            to: difference.to.title.clone(),
            allowed_before: flows_in_words(&difference.before),
            allowed_now: flows_in_words(&difference.after),
            alone,
            together,
            why_before,
            why_now,
        }
    };
    let [older, newer] = [older, newer].map(|analysis| SourceLocations::new(analysis.sources()));
    let edit = |edit: &ObjectEdit| EditedObjectView {
        object: edit.object.clone(),
        change: Change::from(edit).as_str().into(),
        before: edit.before.and_then(|place| older.at(place)),
        after: edit.after.and_then(|place| newer.at(place)),
    };
    DiffView {
        relation: relation.as_str().into(),
        edits: causes.edits.iter().map(edit).collect(),
        differences: differences.iter().enumerate().map(view).collect(),
        // No edits are told of them.
        nodes: nodes.map(|(nodes, _)| nodes.iter().enumerate().map(|(i, d)| view((differences.len() + i, d))).collect()),
    }
}
