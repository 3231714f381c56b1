//! Kustomizations: what they make of the objects that they name is known once they are built.
//!
//! Upstream: kubernetes-sigs/kustomize, api/types/kustomization.go; `apiVersion` and `kind` may be missing there.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{has_items, items};
use crate::diagnostics::{Diagnostic, Severity};
use crate::document::NodeRef;
use crate::language::codes;
use crate::language::unread::{Cause, Effect, Namespaces, Unread, Whom};
use crate::model::{LabelSelector, Operator, Requirement, well_known};
use crate::text::Span;

/// The group of Kustomizations and Components.
pub(in crate::language) const GROUP: &str = "kustomize.config.k8s.io";

/// Fields that no other object has at its top.
const TELLING: &[&str] = &[
    "bases",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "generatorOptions",
    "helmCharts",
    "images",
    "namePrefix",
    "nameSuffix",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "resources",
    "secretGenerator",
];

/// Fields that may change what policies say, or whom they select.
const CHANGING: &[&str] = &[
    "commonLabels",
    "components",
    "configurations",
    "generators",
    "helmCharts",
    "labels",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "transformers",
    "vars",
];

/// Whether an object without `kind` is a Kustomization.
pub(in crate::language) fn is_nameless(node: NodeRef<'_>) -> bool {
    let entries = node.as_mapping().unwrap_or_default();
    let has = |key: &str| entries.iter().any(|entry| &*entry.key == key);
    !has("spec")
        && !has("$schema")
        && entries.iter().any(|e| TELLING.contains(&&*e.key) && node.value_of(e).as_str().is_none_or(|_| e.key.starts_with("name")))
}

pub(in crate::language) fn diagnostic(at: Span) -> Diagnostic {
    let message = "a Kustomization is not a manifest: the objects that it names are unknown until it is built";
    let help = "paste the output of `kubectl kustomize DIRECTORY` in place of it and its sources";
    Diagnostic::new(codes::KUSTOMIZATION, Severity::Warning, at, message).help(help)
}

/// What it might change.
pub(in crate::language) fn unread(node: NodeRef<'_>) -> Unread {
    let set = |field: &&&str| node.get(field).is_some_and(|value| !value.is_null());
    let changing = CHANGING.iter().find(set);
    let is_elsewhere = |name: &str| ![".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end)) || name.contains("://");
    let elsewhere = ["resources", "bases"]
        .iter()
        .find(|field| has_items(node.get(field)) && items(node.get(field)).any(|item| item.as_str().is_none_or(is_elsewhere)));
    let effect = |field: &str, namespaces| Effect {
        field: field.into(),
        span: node.entry(field).map_or(node.span(), |entry| entry.key_span),
        subject: Whom { namespaces, ..Whom::default() },
        ..Effect::default()
    };
    let mut effects: Vec<Effect> = changing.or(elsewhere).map(|field| effect(field, Namespaces::All)).into_iter().collect();
    if let (true, Some(name)) = (effects.is_empty(), node.get("namespace").and_then(NodeRef::as_str)) {
        let key = Box::from(well_known::NAMESPACE_NAME);
        let requirement = Requirement { span: node.span(), key, operator: Operator::In(alloc::vec![name.into()]) };
        let selector = LabelSelector { span: node.span(), requirements: alloc::vec![requirement] };
        effects.push(effect("namespace", Namespaces::Selected(selector)));
    }
    // What is brought in from elsewhere may hold policies; else there must be some to change.
    let cause = if elsewhere.is_some() { Cause::Elsewhere } else { Cause::Kustomization };
    Unread::new(cause, effects)
}
