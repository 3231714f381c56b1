//! Converted objects as text, and the files with policies replaced by them. All other bytes stay as they are.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Draft;
use crate::answers::fix::TextEdit;
use crate::answers::fix::value::{Style, V, entry, map, text};
use crate::text::{SourceId, Sources};

/// How far dashes stand behind the key of their list.
const DASHES: usize = 2;

/// An object to be written.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(super) version: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
    pub(super) metadata: V,
    /// The fields of `spec` before its rules.
    pub(super) spec: Vec<(String, V)>,
    /// `ingress` and `egress`.
    pub(super) rules: Vec<(&'static str, Vec<RuleText>)>,
    /// Comments of the object that belong to no rule.
    pub(super) comments: Vec<String>,
}

/// A rule, with the comments of what it was made of.
#[derive(Clone, Debug)]
pub(super) struct RuleText {
    pub(super) comments: Vec<String>,
    pub(super) value: V,
}

impl Object {
    /// Whether the API server gives it its name.
    pub(crate) fn is_generated(&self) -> bool {
        matches!(&self.metadata, V::Map(entries) if entries.iter().any(|(key, _)| key == "generateName"))
    }

    /// As a document.
    pub(super) fn document(&self) -> String {
        format!("{}\n", self.block(""))
    }

    /// In blocks, its lines after the first indented by `pad`.
    fn block(&self, pad: &str) -> String {
        let inner = format!("{pad}  ");
        let mut lines: Vec<String> = self.comments.clone();
        lines.push(format!("apiVersion: {}", self.version));
        lines.push(format!("kind: {}", self.kind));
        lines.push(entry("metadata", &self.metadata, pad, DASHES));
        let fields: Vec<(String, V)> = self.spec.clone();
        let rules = self.rules.iter().filter(|(_, rules)| !rules.is_empty());
        let mut spec: Vec<String> = fields.iter().map(|(key, value)| entry(key, value, &inner, DASHES)).collect();
        for (key, rules) in rules {
            spec.push(format!("{key}:"));
            let dash = " ".repeat(DASHES);
            for rule in rules {
                spec.extend(rule.comments.iter().map(|comment| format!("{dash}{comment}")));
                let deeper = format!("{inner}{dash}  ");
                spec.push(format!("{dash}- {}", rule.value.block(&deeper, DASHES)));
            }
        }
        if spec.is_empty() {
            lines.push("spec: {}".to_string());
        } else {
            lines.push("spec:".to_string());
            lines.extend(spec.into_iter().map(|line| format!("  {line}")));
        }
        lines.join(&format!("\n{pad}"))
    }

    /// Without comments.
    fn value(&self) -> V {
        let rules = self.rules.iter().filter(|(_, rules)| !rules.is_empty());
        let rules = rules.map(|(key, rules)| (key.to_string(), V::List(rules.iter().map(|rule| rule.value.clone()).collect())));
        map([
            ("apiVersion", Some(text(self.version))),
            ("kind", Some(text(self.kind))),
            ("metadata", Some(self.metadata.clone())),
            ("spec", Some(V::Map(self.spec.iter().cloned().chain(rules).collect()))),
        ])
    }
}

/// The changes of the files that put converted objects in the place of their policies.
pub(crate) fn edits(sources: &Sources, drafts: &[Draft]) -> Vec<TextEdit> {
    let edit = |draft: &Draft| {
        let position = sources.position(draft.place())?;
        let file = sources.get(position.source)?;
        let new = written(&file.text, position.start as usize, position.end as usize, &draft.objects);
        Some(TextEdit::new(position.source, position.start, position.end, new))
    };
    let mut edits: Vec<TextEdit> = drafts.iter().filter(|draft| !draft.objects.is_empty()).filter_map(edit).collect();
    edits.sort();
    edits
}

/// The files in which policies are replaced, with their new text.
pub(crate) fn replaced(sources: &Sources, drafts: &[Draft]) -> BTreeMap<SourceId, String> {
    let mut files: BTreeMap<SourceId, String> = BTreeMap::new();
    for edit in edits(sources, drafts).iter().rev() {
        let Some(source) = sources.get(edit.source) else { continue };
        let text = files.entry(edit.source).or_insert_with(|| source.text.to_string());
        text.replace_range(edit.start as usize..edit.end as usize, &edit.text);
    }
    files
}

/// Objects as they stand in the place of another one.
fn written(file: &str, start: usize, end: usize, objects: &[Object]) -> String {
    let before = file.get(..start).unwrap_or_default();
    let old = file.get(start..end).unwrap_or_default();
    let lead = before.rsplit('\n').next().unwrap_or_default();
    let pad = " ".repeat(lead.len());
    let is_json = old.trim_start_matches(['{', ' ', '\n', '\r', '\t']).starts_with('"') && old.starts_with('{');
    let is_in_brackets = matches!(before.trim_end().chars().next_back(), Some('[' | ','));
    let style = if is_json { Style::Json } else { Style::Yaml };
    let parts: Vec<String> = objects
        .iter()
        .map(|object| match () {
            () if is_json => object.value().printed(style, indent_of(lead), "  "),
            () if is_in_brackets => object.value().flow(style),
            () => object.block(&pad),
        })
        .collect();
    let is_item = lead.trim_end().ends_with('-') && lead.trim_matches([' ', '-']).is_empty();
    let joint = match () {
        () if is_in_brackets => ", ".to_string(),
        () if is_item => format!("\n{lead}"),
        () => format!("\n---\n{pad}"),
    };
    let text = parts.join(&joint);
    if file.contains("\r\n") { text.replace('\n', "\r\n") } else { text }
}

/// The blanks with which a line begins.
fn indent_of(line: &str) -> &str {
    line.get(..line.len() - line.trim_start().len()).unwrap_or_default()
}
