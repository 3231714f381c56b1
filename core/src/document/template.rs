//! Telling templates from manifests.

use alloc::string::String;

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

/// What is to be filled in and is a comment to YAML, so that a value is missing where it stands: a token (`namespace: #{NS}#`), and what ytt reads
/// (`namespace: #@ data.values.ns`, `#@ if …`). Upstream: documentation of ytt, "Comments as annotations"; of the task *Replace Tokens*.
pub fn in_comments(text: &str) -> Option<Diagnostic> {
    if !text.contains("#@") && !text.contains("#{") {
        return None;
    }
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        let mark = line.find("#@").or_else(|| line.find("#{"))?;
        let (head, rest) = (line.get(..mark)?.trim(), line.get(mark..)?.trim_end());
        let span = Span::new((start + mark) as u32, (start + mark + rest.len()) as u32);
        let is_value = head.ends_with(':') && !head.contains('#') || head == "-";
        let of_ytt = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
        if is_value && rest.starts_with("#{") && rest.contains('}') {
            let error = Diagnostic::new(
                codes::PLACEHOLDER,
                Severity::Error,
                span,
                alloc::format!("`{rest}` is a placeholder: to YAML it is a comment"),
            );
            return Some(error.help("write the value in its place, or run the tool that fills it in"));
        }
        let is_ytt = is_value && rest.starts_with("#@ ")
            || head.is_empty() && of_ytt(&["#@ load(", "#@ if ", "#@ if/end ", "#@ for ", "#@ def ", "#@overlay/", "#@data/values"]);
        is_ytt.then(|| {
            Diagnostic::new(codes::TEMPLATE, Severity::Error, span, "this is a template, not a manifest: it must be rendered first")
                .help("paste the output of `ytt -f FILE`")
        })
    })
}

/// What stands for the actions of a template in [`without_actions`].
pub const FILLER: &str = "ZqZq";

/// The text of a template without its actions, every other byte where it was: lines that are nothing but actions are blank, values that come from one
/// hold [`FILLER`].
pub fn without_actions(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let rest = cut(line, "");
        let blank = rest.trim().trim_start_matches('-').trim().is_empty();
        if rest.len() == line.len() {
            plain.push_str(line);
        } else if blank {
            let end = line.strip_suffix('\n').map_or(line.len(), str::len);
            plain.extend(core::iter::repeat_n(' ', end));
            plain.push_str(line.get(end..).unwrap_or_default());
        } else {
            plain.push_str(&cut(line, FILLER));
        }
    }
    plain
}

/// A line with every action filled up with `filler`, or left out if there is none.
fn cut(line: &str, filler: &str) -> String {
    let mut left = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, inner)) = rest.split_once("{{") {
        left.push_str(before);
        let (length, after) = match inner.split_once("}}") {
            Some((inner, after)) => (inner.len() + 4, after),
            None => (inner.trim_end_matches('\n').len() + 2, if inner.ends_with('\n') { "\n" } else { "" }),
        };
        if !filler.is_empty() {
            left.extend(filler.chars().cycle().take(length));
        }
        rest = after;
    }
    left.push_str(rest);
    left
}
