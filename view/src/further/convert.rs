//! The policies in another policy language, with what becomes of each, and the proof.

use netpolis_core::analysis::{Analysis, Conversion, Reading};
use netpolis_core::answers::convert::{PolicyConversion, Remark, Target};
use netpolis_core::answers::fix::unified;
use netpolis_core::text::count;

use super::FurtherQuestion;
use super::list::{ListChoice, ListGroup, ListOption, ListRow, ListView, OfferedText, Outlook};
use crate::differences::flows_in_words;
use crate::fixes::edit_views;
use crate::{FixView, SourceLocations};

/// What the converted policies are called as a file.
const FILE: &str = "converted.yaml";

/// What becomes of each policy: those that stay as they are first.
pub(super) fn list(analysis: &Analysis, to: &str) -> ListView {
    let named = Target::ALL.into_iter().find(|target| target.as_str() == to);
    let conversion = match named {
        Some(target) => analysis.convert(target),
        None => richest(analysis),
    };
    let locations = SourceLocations::new(analysis.sources());
    let row = |policy: &PolicyConversion| row(policy, &locations);
    let (done, kept): (Vec<_>, Vec<_>) = conversion.policies.iter().partition(|policy| policy.is_converted());
    let differences = conversion.proof.differences.iter().map(|difference| ListRow {
        outlook: Outlook::Bad,
        title: format!("`{}` → `{}`", difference.from.title, difference.to.title),
        lines: vec![format!("before: {}; afterwards: {}", flows_in_words(&difference.before), flows_in_words(&difference.after))],
        ..ListRow::default()
    });
    let groups = [
        ListGroup::new("Flows that differ", differences.collect()),
        ListGroup {
            about: "Nothing is approximated: what has no words there, or would change a flow, is left.".into(),
            ..ListGroup::new("Stay as they are", kept.iter().copied().map(row).collect())
        },
        ListGroup::new("Converted", done.iter().copied().map(row).collect()),
    ];
    ListView {
        summary: summary(&conversion, done.len()),
        good: done.len() as u32,
        bad: kept.len() as u32,
        choices: vec![choice(conversion.target)],
        offers: offer(analysis, &conversion, &locations).into_iter().collect(),
        groups: ListGroup::with_rows(groups),
    }
}

/// Into the language that most policies can be converted to; the first one where there are none.
fn richest(analysis: &Analysis) -> Conversion {
    let done = |conversion: &Conversion| conversion.policies.iter().filter(|policy| policy.is_converted()).count();
    let [first, rest @ ..] = Target::ALL;
    rest.into_iter().fold(analysis.convert(first), |best, target| {
        let other = analysis.convert(target);
        let rank = |conversion: &Conversion| (done(conversion), conversion.policies.len());
        if rank(&other) > rank(&best) { other } else { best }
    })
}

fn choice(chosen: Target) -> ListChoice {
    let option = |target: Target| ListOption {
        label: name(target).into(),
        on: target == chosen,
        asks: FurtherQuestion::Convert(target.as_str().into()),
    };
    ListChoice { title: "Convert to".into(), options: Target::ALL.into_iter().map(option).collect() }
}

const fn name(target: Target) -> &'static str {
    match target {
        Target::Calico => "Calico",
        Target::Kubernetes => "Kubernetes",
        Target::ClusterNetworkPolicy => "ClusterNetworkPolicy",
    }
}

fn summary(conversion: &Conversion, done: usize) -> String {
    if conversion.policies.is_empty() {
        return format!("Nothing to convert to {}: there is no {}", name(conversion.target), conversion.target.kinds());
    }
    let head = format!("{done} of {} converted", count(conversion.policies.len(), "policy"));
    match (done, conversion.proof.differences.len()) {
        (0, _) => head,
        (_, 0) => format!("{head}. The same flows: no difference"),
        (_, many) => format!("{head}. Flows differ for {}", count(many, "pair")),
    }
}

/// What was compared, in a sentence.
fn proof(conversion: &Conversion) -> String {
    let (workloads, stand_ins) = (count(conversion.proof.workloads, "workload"), count(conversion.proof.stand_ins, "pod"));
    let under = conversion.proof.reading.map(|reading: Reading| format!(" under `{}`", reading.as_str())).unwrap_or_default();
    let result = match conversion.proof.is_same() {
        true => "no difference",
        false => "they differ",
    };
    format!("Compared{under}: all flows between {workloads}, {stand_ins} that these files do not have, and every address outside: {result}")
}

fn offer(analysis: &Analysis, conversion: &Conversion, locations: &SourceLocations<'_>) -> Option<OfferedText> {
    let documents: Vec<&str> = conversion.policies.iter().flat_map(|policy| &policy.objects).map(|object| object.text.as_str()).collect();
    let title = format!("converted to {}", name(conversion.target));
    (!documents.is_empty()).then(|| OfferedText {
        title: "In the place of the policies".into(),
        about: proof(conversion),
        name: FILE.into(),
        text: documents.join("---\n"),
        diff: unified(analysis.sources(), &conversion.edits),
        fix: conversion.proof.is_same().then(|| FixView { title, edits: edit_views(&conversion.edits, locations) }),
    })
}

fn row(policy: &PolicyConversion, locations: &SourceLocations<'_>) -> ListRow {
    let namespace = policy.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let became = policy.objects.iter().map(|object| {
        let namespace = object.namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let version = object.text.lines().find_map(|line| line.strip_prefix("apiVersion: ")).unwrap_or_default();
        format!("becomes {} `{namespace}{}` of `{version}`", object.kind, object.name)
    });
    let remark = |remark: &Remark| match remark.field.as_str() {
        "" => remark.text.clone(),
        field => format!("`{field}`: {}", remark.text),
    };
    let remarked = policy.remarks.iter().find_map(|remark| locations.at(remark.place));
    let documents: Vec<&str> = policy.objects.iter().map(|object| object.text.as_str()).collect();
    ListRow {
        outlook: if policy.is_converted() { Outlook::Good } else { Outlook::Unsure },
        title: format!("{} `{namespace}{}`", policy.kind, policy.name),
        lines: became.chain(policy.remarks.iter().map(remark)).collect(),
        // What is in the way is looked for in the text; the policy itself where nothing is.
        spots: remarked.or_else(|| locations.at(policy.place)).into_iter().collect(),
        text: documents.join("---\n"),
        ..ListRow::default()
    }
}
