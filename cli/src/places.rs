//! Places of the text, as people and programs read them.

use netpolis_core::scene::Scene;
use netpolis_core::text::Place;
use serde_json::{Value, json};

/// How many characters of a line are shown.
const WIDEST: usize = 160;
/// How many characters are shown before what is meant, if the line is longer.
const BEFORE: usize = 60;

/// `file:line:column`, the line, and carets below the part that is meant.
pub fn excerpt(scene: &Scene, place: Place) -> String {
    let Some(position) = scene.sources().position(place) else { return String::new() };
    let line = scene.sources().get(position.source).and_then(|s| s.text.lines().nth(position.line as usize - 1)).unwrap_or_default();
    // Long lines (JSON of programs) are cut around what is meant.
    let column = position.column as usize - 1;
    let first = column.saturating_sub(BEFORE);
    let cut: String = line.chars().skip(first).take(WIDEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let width = if position.end_line == position.line {
        scene.sources().slice(place).chars().count()
    } else {
        line.chars().count().saturating_sub(column)
    };
    let width = width.clamp(1, WIDEST.saturating_sub(column - first).max(1));
    let margin = position.line.to_string();
    format!(
        "  {}\n  {margin} | {cut}\n  {} | {}{}\n",
        scene.sources().describe(place),
        " ".repeat(margin.len()),
        " ".repeat(column - first),
        "^".repeat(width)
    )
}

/// `{"file", "line", "column", "endLine", "start", "end"}`: lines and columns from 1, bytes of the file from 0.
pub fn json(scene: &Scene, place: Place) -> Value {
    let Some(position) = scene.sources().position(place) else { return Value::Null };
    let file = scene.sources().get(position.source).map_or("", |source| source.name.as_str());
    json!({
        "file": file,
        "line": position.line,
        "column": position.column,
        "endLine": position.end_line,
        "start": position.start,
        "end": position.end,
    })
}
