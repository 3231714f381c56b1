//! A policy with its text: what of it is carried over besides its meaning.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::answers::fix::value::{V, map, text};
use crate::document::{self, Limits, NodeRef};
use crate::language::Resource;
use crate::text::{Place, Sources, Span};

/// Written by tools about the object that it was, and untrue of what it becomes.
const OF_TOOLS: [&str; 2] = ["kubectl.kubernetes.io/last-applied-configuration", "projectcalico.org/metadata"];
/// Calico adds it when it stores a policy.
const TIER_LABEL: &str = "projectcalico.org/tier";

/// A policy of the input.
pub(super) struct Source<'a> {
    pub(super) resource: &'a Resource,
    /// Its whole text; spans of the resource count from the start of its document, so `base` is where the text begins there.
    text: &'a str,
    base: u32,
    labels: Vec<(String, String)>,
    annotations: Vec<(String, String)>,
    /// `generateName`, where it has no name.
    generate_name: Option<String>,
    /// Fields of `spec` as they are named.
    pub(super) spec_fields: Vec<String>,
}

impl<'a> Source<'a> {
    /// The text of an object.
    ///
    /// # Errors
    /// Why it cannot be replaced, in words.
    pub(super) fn at(sources: &'a Sources, place: Place, resource: &'a Resource) -> Result<Self, &'static str> {
        let slice = sources.slice(place);
        if slice.is_empty() {
            return Err("it has no text of its own: write it out as an object");
        }
        if slice.contains("{{") {
            return Err("it is written as a template: render it first");
        }
        if resource.kind_span == resource.span {
            return Err("its kind is that of the list in which it stands: write `kind` and `apiVersion` into it");
        }
        let padded = padded(sources, place, slice);
        let plain = document::json::plain(&padded);
        let parsed = document::parse(plain.as_ref().map_or(&padded, |json| &json.text), &Limits::default());
        let root = parsed.tree.root().ok_or("it repeats what stands elsewhere (an alias): write it out")?;
        let metadata = root.get("metadata");
        let pairs = |key: &str| -> Vec<(String, String)> {
            let entries = metadata.and_then(|m| m.get(key)).and_then(NodeRef::as_mapping).unwrap_or_default();
            let mapping = metadata.and_then(|m| m.get(key));
            let pair = |entry: &document::Entry| Some((entry.key.to_string(), mapping?.value_of(entry).as_str()?.to_owned()));
            let pairs = entries.iter().filter_map(pair);
            pairs.filter(|(key, _)| !OF_TOOLS.contains(&key.as_str()) && key != TIER_LABEL).collect()
        };
        let generate_name = metadata.and_then(|m| m.get("generateName")).and_then(NodeRef::as_str).map(ToOwned::to_owned);
        let spec = root.get("spec").and_then(NodeRef::as_mapping).unwrap_or_default();
        Ok(Source {
            resource,
            text: slice,
            base: place.span.start,
            labels: pairs("labels"),
            annotations: pairs("annotations"),
            generate_name: generate_name.filter(|_| resource.meta.generated),
            spec_fields: spec.iter().map(|entry| entry.key.to_string()).collect(),
        })
    }

    /// `metadata` under another name.
    pub(super) fn metadata(&self, name: &str, namespace: Option<&str>) -> V {
        let pairs = |pairs: &[(String, String)]| {
            let map = pairs.iter().map(|(key, value)| (key.clone(), text(value))).collect();
            (!pairs.is_empty()).then_some(V::Map(map))
        };
        map([
            ("name", self.generate_name.is_none().then(|| text(name))),
            ("generateName", self.generate_name.as_deref().map(text)),
            ("namespace", namespace.map(text)),
            ("labels", pairs(&self.labels)),
            ("annotations", pairs(&self.annotations)),
        ])
    }

    /// Comments that have a line of their own: those that stand in a rule or directly before it, by rule, and all others.
    pub(super) fn comments(&self, rules: &[Span]) -> (Vec<Vec<String>>, Vec<String>) {
        let mut lines: Vec<(u32, &str)> = Vec::new();
        let mut at = 0u32;
        for line in self.text.split_inclusive('\n') {
            lines.push((at, line));
            at += line.len() as u32;
        }
        let is_comment = |line: &str| line.trim_start().starts_with('#');
        let mut of_rules: Vec<Vec<String>> = rules.iter().map(|_| Vec::new()).collect();
        let mut others = Vec::new();
        let mut waiting: Vec<String> = Vec::new();
        for (start, line) in lines {
            let end = start + line.len() as u32;
            // A rule on the line, or around it.
            let rule =
                rules.iter().position(|rule| rule.start.saturating_sub(self.base) < end && start < rule.end.saturating_sub(self.base));
            if is_comment(line) {
                waiting.push(line.trim().to_owned());
                continue;
            }
            let place = rule.and_then(|rule| of_rules.get_mut(rule)).unwrap_or(&mut others);
            place.append(&mut waiting);
        }
        others.append(&mut waiting);
        (of_rules, others)
    }
}

/// The text of an object with the blanks that stand before it on its line.
fn padded(sources: &Sources, place: Place, slice: &str) -> String {
    let position = sources.position(place);
    let before = position.and_then(|p| sources.get(p.source)?.text.get(..p.start as usize)).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().len();
    alloc::format!("{}{slice}", " ".repeat(column))
}
