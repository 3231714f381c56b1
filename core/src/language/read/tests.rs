//! Tables of texts with what is said about them: code, message, and the exact text underlined.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::{Read, read};
use crate::diagnostics::{Code, Severity};
use crate::document::{Entry, Limits, Node, NodeId, Tree, Value, parse};
use crate::language::*;
use crate::text::Span;

mod calico;
mod calico_configuration;
mod calico_objects;
mod calico_policies;
mod cluster_policy;
mod network_policy;
mod objects;
mod types;

/// The tree of one document.
fn tree(text: &str) -> Tree {
    let parsed = parse(text, &Limits::default());
    assert_eq!(parsed.diagnostics, [], "{text}");
    parsed.tree
}

fn read_text(text: &str) -> Read {
    read(&tree(text), text)
}

/// One finding, as a test states it.
#[derive(PartialEq, Eq, Debug)]
struct Finding {
    code: Code,
    underlined: String,
    message: String,
}

fn findings(text: &str, severity: Severity) -> Vec<Finding> {
    let found = read_text(text).diagnostics;
    found
        .into_iter()
        .filter(|d| d.severity == severity)
        .map(|d| {
            let span = d.place.unwrap().span;
            Finding { code: d.code, underlined: text[span.start as usize..span.end as usize].to_string(), message: d.message }
        })
        .collect()
}

/// Checks that exactly this error is reported, and that the object is refused for it.
#[track_caller]
fn refused(text: &str, code: Code, underlined: &str, message: &str) {
    let expected = Finding { code, underlined: underlined.into(), message: message.into() };
    assert_eq!(findings(text, Severity::Error), [expected], "{text}");
    assert!(read_text(text).resources.iter().all(|r| r.is_refused()), "{text}");
}

/// Checks that exactly this error is reported, and that the object is read all the same.
#[track_caller]
fn faulty(text: &str, code: Code, underlined: &str, message: &str) {
    let expected = Finding { code, underlined: underlined.into(), message: message.into() };
    assert_eq!(findings(text, Severity::Error), [expected], "{text}");
    assert!(read_text(text).resources.iter().all(|r| !r.is_refused()), "{text}");
}

/// Checks that exactly this is warned of, and that the object is not refused.
#[track_caller]
fn warned(text: &str, code: Code, underlined: &str, message: &str) {
    let expected = Finding { code, underlined: underlined.into(), message: message.into() };
    assert_eq!(findings(text, Severity::Warning), [expected], "{text}");
    accepted(text);
}

/// Checks that nothing is reported as an error.
#[track_caller]
fn accepted(text: &str) -> Read {
    assert_eq!(findings(text, Severity::Error), [], "{text}");
    let read = read_text(text);
    assert!(read.resources.iter().all(|r| !r.is_refused()), "{text}");
    read
}

/// Applies the fix of the first finding that has one.
fn fixed(text: &str) -> String {
    let found = read_text(text).diagnostics;
    let fix = found.into_iter().find_map(|d| d.fix).unwrap();
    let mut text = text.to_string();
    for (place, with) in fix.edits.iter().rev() {
        text.replace_range(place.span.start as usize..place.span.end as usize, with);
    }
    text
}
