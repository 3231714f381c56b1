//! What a picture and its answers rest on: what the input holds and is not evaluated, so that everything that is shown can say so.

use std::collections::BTreeMap;

use netpolis_core::analysis::Analysis;
use netpolis_core::diagnostics::{Code, Diagnostic};
use netpolis_core::document::codes;
use netpolis_core::language::Resource;
use netpolis_core::language::unread::Cause;
use netpolis_core::policy::Policy;
use netpolis_core::text::{DocumentId, Place, count};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{SourceLocation, SourceLocations};

/// Most objects that are listed.
const MOST: usize = 100;

/// What is not evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct CoverageView {
    /// Objects and documents that are not evaluated, in text order.
    pub left_out: Vec<LeftOutView>,
    /// How many more there are.
    pub more: u32,
}

/// Something that is not evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct LeftOutView {
    /// What it is: `CiliumNetworkPolicy shop/db`, `pods.yaml document 3`.
    pub title: String,
    /// Why it is not evaluated, as it follows "which": `cannot be read: line 40`.
    pub why: String,
    /// What follows from it.
    pub effect: LeftOutEffect,
    /// Where it is written; the error, in a document that cannot be read.
    pub spot: Option<SourceLocation>,
}

/// What follows from something that is not evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum LeftOutEffect {
    /// Flows that it may concern are "cannot tell".
    Doubt,
    /// Its pods are not there.
    Pods,
    /// It is not there.
    Absent,
}

impl CoverageView {
    /// How many things are not evaluated.
    pub fn count(&self) -> usize {
        self.left_out.len() + self.more as usize
    }

    /// What the picture is without, in a sentence without its last stop; nothing where everything is evaluated.
    pub fn sentence(&self) -> Option<String> {
        match self.left_out.as_slice() {
            [] => None,
            [one] => Some(format!("Without {}, which {}", one.title, one.why)),
            _ => Some(format!("Without {} that {} not evaluated", count(self.count(), "object"), "are")),
        }
    }

    /// What follows from it, in a sentence.
    pub fn consequence(&self) -> &'static str {
        let (one, has) = (self.count() == 1, |effect| self.left_out.iter().any(|left| left.effect == effect));
        match (has(LeftOutEffect::Doubt), has(LeftOutEffect::Pods), one) {
            (true, true, _) => "Flows that they may affect are “cannot tell”; pods that they create are missing.",
            (true, false, true) => "Flows that it may affect are “cannot tell”.",
            (true, false, false) => "Flows that they may affect are “cannot tell”.",
            (false, true, true) => "Its pods are missing.",
            (false, true, false) => "Their pods are missing.",
            (false, false, true) => "The graph ignores it.",
            (false, false, false) => "The graph ignores them.",
        }
    }
}

/// What of a scene is not evaluated.
pub(super) fn coverage_view(scene: &Analysis, spots: &SourceLocations<'_>) -> CoverageView {
    let mut found: BTreeMap<(u32, u32), LeftOutView> = BTreeMap::new();
    let documents = Documents::new(scene);
    for document in &scene.loaded().documents {
        let Some(error) = document.parsed.diagnostics.iter().find(|d| is_fatal(d)) else { continue };
        let objects: Vec<&Resource> = document.parsed.resources.iter().map(|r| &**r).filter(|r| cause(r).is_some()).collect();
        let place = error.place.map(|p| Place { document: document.id, ..p });
        let spot = place.and_then(|p| spots.at(p));
        let template = error.code == codes::TEMPLATE;
        let line = spot.as_ref().map_or_else(String::new, |s| format!(": line {}", s.line));
        let doubtful = |r: &&Resource| r.kind.unread().is_some_and(|unread| !unread.effects.is_empty());
        found.insert(
            (document.id.0, 0),
            LeftOutView {
                title: documents.title(scene, document.id),
                why: if template { format!("is a template that must be rendered first{line}") } else { format!("cannot be read{line}") },
                effect: match (objects.iter().any(doubtful), objects.is_empty()) {
                    (true, _) => LeftOutEffect::Doubt,
                    (false, false) => LeftOutEffect::Pods,
                    (false, true) => LeftOutEffect::Absent,
                },
                spot,
            },
        );
    }
    for (document, resource) in scene.loaded().resources() {
        let makes_pods = cause(resource) == Some(Cause::MakesPods);
        if (!makes_pods && !resource.refused) || found.contains_key(&(document.0, 0)) {
            continue;
        }
        let (why, effect) = if makes_pods {
            ("creates pods, but is not read", LeftOutEffect::Pods)
        } else {
            ("an API server refuses", LeftOutEffect::Absent)
        };
        let spot = spots.at(resource.flaws.refusals.first().unwrap_or(&resource.kind_span).within(document));
        found.insert((document.0, resource.span.start + 1), LeftOutView { title: title(resource), why: why.into(), effect, spot });
    }
    // Whatever puts an answer in doubt stands in the ruleset: policies, and single rules.
    for policy in scene.compiled().ruleset().policies.iter().filter(|p| p.not_enforced.is_none()) {
        let rules = policy.egress.iter().chain(&policy.ingress);
        let doubts = policy.doubt.iter().chain(rules.filter_map(|rule| rule.doubt.as_ref()));
        for doubt in doubts {
            let document = policy.place.document;
            if found.contains_key(&(document.0, 0)) {
                continue;
            }
            let why = match doubt.text.split_once(" is not evaluated: ") {
                Some((_, why)) => why,
                None if doubt.text.ends_with(" is not evaluated") => "is not evaluated",
                // Something that the input does not hold, which the answers name where it matters.
                None => continue,
            };
            let place = doubt.places.last().copied().unwrap_or(policy.place);
            let left_out = found.entry((document.0, policy.place.span.start + 1)).or_insert_with(|| LeftOutView {
                title: named(policy),
                why: as_clause(why, &policy.kind),
                effect: LeftOutEffect::Doubt,
                spot: spots.at(place),
            });
            left_out.effect = LeftOutEffect::Doubt;
        }
    }
    let more = found.len().saturating_sub(MOST) as u32;
    CoverageView { left_out: found.into_values().take(MOST).collect(), more }
}

/// A reason as it follows "which".
fn as_clause(why: &str, kind: &str) -> String {
    match why {
        "is not evaluated" => "is not evaluated".into(),
        "an API server refuses it" => "an API server refuses".into(),
        "there is no such kind" => format!("is not evaluated: there is no kind `{kind}`"),
        why => format!("is not evaluated: {why}"),
    }
}

fn cause(resource: &Resource) -> Option<Cause> {
    resource.kind.unread().map(|unread| unread.cause)
}

/// An error for which a document, or the rest of it, was left out.
fn is_fatal(diagnostic: &Diagnostic) -> bool {
    const LIMITS: [Code; 5] = [codes::ALIAS, codes::TOO_LARGE, codes::TOO_DEEP, codes::TOO_MANY_VALUES, codes::ALIAS_EXPANSION];
    codes::NOT_YAML.contains(&diagnostic.code) || LIMITS.contains(&diagnostic.code)
}

fn title(resource: &Resource) -> String {
    let kind = if resource.kind_name.is_empty() { "object" } else { &resource.kind_name };
    match (&resource.meta.namespace, resource.meta.name.is_empty()) {
        (_, true) => kind.to_owned(),
        (Some(namespace), false) => format!("{kind} {namespace}/{}", resource.meta.name),
        (None, false) => format!("{kind} {}", resource.meta.name),
    }
}

fn named(policy: &Policy) -> String {
    if policy.name == "without a name" { policy.kind.to_string() } else { format!("{} {}", policy.kind, policy.title()) }
}

/// The number of each document in its file.
struct Documents(BTreeMap<u32, (usize, usize)>);

impl Documents {
    fn new(scene: &Analysis) -> Self {
        let mut of_file: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for document in &scene.loaded().documents {
            let file = scene.sources().source_of(document.id).map_or(u32::MAX, |s| s.0);
            of_file.entry(file).or_default().push(document.id.0);
        }
        let numbered = |all: Vec<u32>| {
            let count = all.len();
            all.into_iter().enumerate().map(move |(index, id)| (id, (index + 1, count)))
        };
        Documents(of_file.into_values().flat_map(numbered).collect())
    }

    fn title(&self, scene: &Analysis, document: DocumentId) -> String {
        let file = scene.sources().source_of(document).and_then(|s| scene.sources().get(s)).map_or("", |s| s.name.as_str());
        match self.0.get(&document.0) {
            Some((number, count)) if *count > 1 => format!("{file} document {number}"),
            _ => file.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
