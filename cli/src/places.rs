//! Places of the text, as people and programs read them.

use netpolis_core::analysis::Analysis;
use netpolis_core::text::Place;
pub use netpolis_core::text::printable;
use serde_json::{Value, json};

/// How many characters of a line are shown.
const WIDEST: usize = 160;
/// How many of them stand before what is meant.
const BEFORE: usize = 60;

/// `file:line:column`, the line, and carets below the part that is meant. Long lines (JSON of programs) are cut around it.
pub fn excerpt(analysis: &Analysis, place: Place) -> String {
    let Some(position) = analysis.sources().position(place) else { return String::new() };
    let Some(source) = analysis.sources().get(position.source) else { return String::new() };
    let (start, end) = (position.start as usize, position.end as usize);
    let first = source.lines.start(position.line - 1) as usize;
    let last = if (position.line as usize) < source.lines.len() { source.lines.start(position.line) as usize } else { source.text.len() };
    let part = |from: usize, to: usize| source.text.get(from..to).unwrap_or_default();
    let mut head: Vec<char> = part(first, start).chars().rev().take(BEFORE).collect();
    head.reverse();
    let tail = part(start, last).trim_end_matches(['\r', '\n']).chars().take(WIDEST - head.len());
    let meant = part(start, end.min(last)).trim_end_matches(['\r', '\n']).chars().take(WIDEST - head.len()).count();
    let indent = head.len();
    let line: String = head.into_iter().chain(tail).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let margin = position.line.to_string();
    format!(
        "  {}\n  {margin} | {line}\n  {} | {}{}\n",
        printable(&analysis.sources().describe(place)),
        " ".repeat(margin.len()),
        " ".repeat(indent),
        "^".repeat(meant.max(1))
    )
}

/// `{"file", "line", "column", "endLine", "start", "end"}`: lines and columns from 1, bytes of the file from 0.
pub fn json(analysis: &Analysis, place: Place) -> Value {
    let Some(position) = analysis.sources().position(place) else { return Value::Null };
    let file = analysis.sources().get(position.source).map_or("", |source| source.name.as_str());
    json!({
        "file": file,
        "line": position.line,
        "column": position.column,
        "endLine": position.end_line,
        "start": position.start,
        "end": position.end,
    })
}
