//! Problems of the text, as a compiler would show them.

use std::fmt;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers;
use netpolis_core::diagnostics::{Diagnostic, Related, Severity};
use serde_json::{Value, json};

use crate::formats::TextOrJson;
use crate::places::{self, printable};

/// Whether there is an error or a warning.
pub fn has_findings(analysis: &Analysis) -> bool {
    analysis.problems().iter().any(|p| p.severity < Severity::Note)
}

/// All problems in a form; `colour` for a terminal.
pub fn render(analysis: &Analysis, format: TextOrJson, colour: bool) -> String {
    match format {
        TextOrJson::Text => analysis.problems().iter().map(|p| one(analysis, p, colour)).collect(),
        TextOrJson::Json => {
            let problems: Vec<String> = analysis.problems().iter().map(|p| format!("\n  {}", object(analysis, p))).collect();
            let end = if problems.is_empty() { "" } else { "\n" };
            format!("{{\"problems\": [{}{end}]}}\n", problems.join(","))
        }
    }
}

/// What a code means, as docs/lints.md has it.
///
/// # Errors
/// When there is no such code.
pub fn explanation(code: &str) -> Result<String, UnknownCode> {
    answers::lint::explanation(code).ok_or_else(|| UnknownCode(code.into()))
}

/// A code that nothing gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownCode(pub String);

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--explain `{}`: there is no such code; codes look like LINT001, and docs/lints.md lists all", self.0)
    }
}

impl std::error::Error for UnknownCode {}

/// Errors, in lines.
pub fn errors(analysis: &Analysis, errors: &[Diagnostic], colour: bool) -> String {
    errors.iter().map(|p| one(analysis, p, colour)).collect()
}

fn one(analysis: &Analysis, problem: &Diagnostic, colour: bool) -> String {
    let (on, off) = match (colour, problem.severity) {
        (false, _) => ("", ""),
        (true, Severity::Error) => ("\u{1b}[1;31m", "\u{1b}[0m"),
        (true, Severity::Warning) => ("\u{1b}[1;33m", "\u{1b}[0m"),
        (true, Severity::Note) => ("\u{1b}[1;34m", "\u{1b}[0m"),
    };
    let mut text = format!("{on}{}[{}]{off}: {}\n", problem.severity.as_str(), problem.code.0, printable(&problem.message));
    if let Some(place) = problem.place {
        text.push_str(&places::excerpt(analysis, place));
    }
    for related in &problem.related {
        text.push_str(&format!("  {}: {}\n", printable(&analysis.sources().describe(related.place)), printable(&related.message)));
    }
    if let Some(help) = &problem.help {
        text.push_str(&format!("  help: {}\n", printable(help)));
    }
    text.push('\n');
    text
}

fn object(analysis: &Analysis, problem: &Diagnostic) -> Value {
    let related = |r: &Related| json!({"message": r.message, "place": places::json(analysis, r.place)});
    json!({
        "code": problem.code.0,
        "severity": problem.severity.as_str(),
        "message": problem.message,
        "help": problem.help,
        "place": problem.place.map(|place| places::json(analysis, place)),
        "related": problem.related.iter().map(related).collect::<Vec<_>>(),
    })
}
