//! Problems of the text, as a compiler would show them.

use netpolis_core::diagnostics::{Diagnostic, Severity};
use netpolis_core::scene::Scene;
use netpolis_core::text::Place;

/// How much a problem must matter to be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Least {
    /// Errors only.
    Error,
    /// Everything.
    Note,
}

/// Problems in lines, and whether any of them is an error or a warning.
#[derive(Clone, Debug)]
pub struct Report {
    /// The lines.
    pub text: String,
    /// Whether there is an error or a warning.
    pub findings: bool,
}

/// Problems of a scene in lines, with the text they are about.
pub fn render(scene: &Scene, least: Least, colour: bool) -> Report {
    let shown = |p: &&Diagnostic| least == Least::Note || p.severity == Severity::Error;
    let problems: Vec<&Diagnostic> = scene.problems().iter().filter(shown).collect();
    let text = problems.iter().map(|p| one(scene, p, colour)).collect();
    Report { text, findings: problems.iter().any(|p| p.severity < Severity::Note) }
}

fn one(scene: &Scene, problem: &Diagnostic, colour: bool) -> String {
    let (on, off) = match (colour, problem.severity) {
        (false, _) => ("", ""),
        (true, Severity::Error) => ("\u{1b}[1;31m", "\u{1b}[0m"),
        (true, Severity::Warning) => ("\u{1b}[1;33m", "\u{1b}[0m"),
        (true, Severity::Note) => ("\u{1b}[1;34m", "\u{1b}[0m"),
    };
    let mut text = format!("{on}{}[{}]{off}: {}\n", problem.severity.as_str(), problem.code.0, problem.message);
    if let Some(place) = problem.place {
        text.push_str(&excerpt(scene, place));
    }
    for related in &problem.related {
        text.push_str(&format!("  {}: {}\n", scene.sources().describe(related.place), related.message));
    }
    if let Some(help) = &problem.help {
        text.push_str(&format!("  help: {help}\n"));
    }
    text.push('\n');
    text
}

/// `file:line:column`, the line, and carets below the part that is meant.
pub fn excerpt(scene: &Scene, place: Place) -> String {
    let Some(position) = scene.sources().position(place) else { return String::new() };
    let line = scene.sources().get(position.source).and_then(|s| s.text.lines().nth(position.line as usize - 1)).unwrap_or_default();
    // Long lines (JSON of programs) are cut around what is meant.
    let column = position.column as usize - 1;
    let first = column.saturating_sub(60);
    let cut: String = line.chars().skip(first).take(160).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let width = if position.end_line == position.line {
        scene.sources().slice(place).chars().count()
    } else {
        line.chars().count().saturating_sub(column)
    };
    let width = width.clamp(1, 160usize.saturating_sub(column - first).max(1));
    let margin = position.line.to_string();
    format!(
        "  {}\n  {margin} | {cut}\n  {} | {}{}\n",
        scene.sources().describe(place),
        " ".repeat(margin.len()),
        " ".repeat(column - first),
        "^".repeat(width)
    )
}
