//! Telling templates from manifests.

use super::codes;
use crate::diagnostics::{Diagnostic, Severity};
use crate::text::Span;

/// A syntax error is blamed on an action of a template so many lines before it.
const NEAR: usize = 3;

/// The action of a template (`{{ … }}`) which makes the text at `offset` a syntax error: one on its line, or a few lines before.
pub(super) fn action_near(text: &str, offset: u32) -> Option<Span> {
    let bytes = text.as_bytes();
    let offset = (offset as usize).min(bytes.len());
    let end = bytes.get(offset..)?.iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| offset + n);
    let mut breaks = bytes.get(..offset)?.iter().enumerate().rev().filter(|(_, b)| **b == b'\n');
    let start = breaks.nth(NEAR).map_or(0, |(i, _)| i + 1);
    text.get(start..end)?.find("{{").map(|at| action(text, start + at))
}

/// The action at the mapping `span` that stands where a key should, if it is one: `name: {{ .Values.name }}` is YAML, though nobody means
/// what it says.
pub(super) fn action_as_key(text: &str, span: Span) -> Option<Span> {
    let outer = (span.start as usize).checked_sub(1)?;
    text.get(outer..)?.starts_with("{{").then(|| action(text, outer))
}

/// The range of the action that begins at `start`, on its first line.
fn action(text: &str, start: usize) -> Span {
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let length = line.find("}}").map_or(line.len(), |end| end + 2);
    Span::new(start as u32, (start + length) as u32)
}

/// Whether a text value only makes sense before a chart is rendered: it names Helm's own objects or functions, which no other use of
/// `{{ }}` in Kubernetes objects (alert texts, workflows) has.
pub(super) fn is_chart_value(value: &str) -> bool {
    let Some((_, action)) = value.split_once("{{") else { return false };
    let action = action.trim_start_matches('-').trim_start();
    [".Values.", ".Release.", ".Chart.", ".Capabilities.", "$.Values.", "include \"", "template \""]
        .iter()
        .any(|object| action.starts_with(object))
}

/// The error about a template.
pub(super) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::new(codes::TEMPLATE, Severity::Error, span, "this is a template, not a manifest: it must be rendered first")
        .help("for a Helm chart, paste the output of `helm template CHART`")
}
