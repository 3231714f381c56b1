//! Lines that are meant to separate documents and do not: four dashes, a row of dashes, a dash of another alphabet.
//!
//! Upstream: YAML 1.2.2, 9.1.2 (document markers): three dashes at the start of a line. Such a line can be nothing else at the start of a line, so the
//! documents around it are read, and the line is an error.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::codes;
use crate::diagnostics::{Diagnostic, Severity};
use crate::text::Span;

/// Longer lines are none.
const LONGEST: usize = 90;

/// How much of a line is a mark that separates nothing.
fn mark(line: &str) -> Option<usize> {
    let bare = line.trim_end();
    let first = bare.chars().next()?;
    if !matches!(first, '-' | '=' | '_' | '*' | '+' | '—' | '–' | '−') || bare.len() > LONGEST {
        return None;
    }
    if let Some(rest) = bare.strip_prefix("---").filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic())) {
        // `---apiVersion: v1`: the line break is missing.
        return rest.contains(": ").then_some(3);
    }
    let same = bare.chars().all(|c| c == first || c == ' ');
    let count = bare.chars().filter(|c| *c == first).count();
    let blanks = bare.contains(' ');
    let good = match first {
        // Dashes with blanks between them underline the columns of a table, unless each stands alone.
        '-' => count >= 2 && (blanks && !bare.contains("--") || !blanks && count != 3),
        '—' | '–' | '−' => true,
        _ => count >= 3 && !blanks,
    };
    (same && good).then_some(bare.len())
}

/// Cuts a document at lines that are meant to separate. Each part but the first begins with such a line.
pub fn split_at_marks(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let document = text.get(range.clone()).unwrap_or_default();
    let mut parts = Vec::new();
    let (mut start, mut at) = (range.start, range.start);
    for line in document.split_inclusive('\n') {
        // A list at the start of a line may have items that are lists.
        if mark(line).is_some() && (!line.starts_with("- ") || !document.trim_start().starts_with("- ")) {
            if at > start && !text.get(start..at).unwrap_or_default().trim().is_empty() {
                parts.push(start..at);
            }
            start = at;
        }
        at += line.len();
    }
    parts.push(start..range.end);
    parts
}

/// The text without the mark that it begins with, and what is wrong with it.
pub fn without_mark(text: &str) -> (Cow<'_, str>, Option<Diagnostic>) {
    let line = text.split('\n').next().unwrap_or_default();
    let Some(length) = mark(line) else { return (Cow::Borrowed(text), None) };
    let rest = text.get(length..).unwrap_or_default();
    if line.starts_with("- ") && rest.trim().is_empty() {
        return (Cow::Borrowed(text), None);
    }
    let shown = line.get(..length).unwrap_or_default();
    let span = Span::new(0, length as u32);
    let error = if length == 3 && shown == "---" {
        Diagnostic::new(codes::SEPARATOR, Severity::Error, span, "`---` separates documents only on a line of its own")
            .fix("begin a new line", span, "---\n")
            .help("begin a new line after the three dashes")
    } else {
        let short: String = shown.chars().take(20).collect();
        let message = format!("`{short}` separates no documents: three dashes do");
        Diagnostic::new(codes::SEPARATOR, Severity::Error, span, message)
            .fix("write `---`", span, "---")
            .help("write `---` on a line of its own")
    };
    // What follows on the same line begins a line then.
    let glued = line.get(length..).is_some_and(|rest| !rest.trim().is_empty());
    let mut blank = if glued { "\n" } else { " " }.repeat(length);
    blank.push_str(rest);
    (Cow::Owned(blank), Some(error))
}
