//! What is expected of a scene, and whether it is so.

mod junit;
mod tap;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::checks::{CheckResult, Outcome, Witness, expected_problems};
use netpolis_core::connections::AskedTraffic;
use netpolis_core::diagnostics::Diagnostic;
use serde_json::{Value, json};

use crate::places::{self, printable};

/// A form of the results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckFormat {
    /// Lines for people.
    Text,
    /// XML as JUnit writes it.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// JSON.
    Json,
}

impl CheckFormat {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, CheckFormat)] =
        &[("text", CheckFormat::Text), ("junit", CheckFormat::Junit), ("tap", CheckFormat::Tap), ("json", CheckFormat::Json)];
}

/// The worst outcome; nothing if there is no check.
pub fn worst(results: &[CheckResult]) -> Option<Outcome> {
    results.iter().map(|result| result.outcome).max()
}

/// Errors of the input that no check expects.
pub fn unexpected_errors(analysis: &Analysis) -> Vec<Diagnostic> {
    let expected = expected_problems(analysis.loaded());
    analysis.errors().into_iter().filter(|error| !expected.contains(&error.code.0)).collect()
}

/// All results in a form.
pub fn render(analysis: &Analysis, results: &[CheckResult], format: CheckFormat, colour: bool) -> String {
    match format {
        CheckFormat::Text => text(analysis, results, colour),
        CheckFormat::Junit => junit::render(analysis, results),
        CheckFormat::Tap => tap::render(analysis, results),
        CheckFormat::Json => {
            let checks: Vec<String> = results.iter().map(|result| format!("\n  {}", object(analysis, result))).collect();
            format!("{{\"summary\": {}, \"checks\": [{}\n]}}\n", summary(results), checks.join(","))
        }
    }
}

/// How many checks came out so.
fn count(results: &[CheckResult], outcome: Outcome) -> usize {
    results.iter().filter(|result| result.outcome == outcome).count()
}

fn summary(results: &[CheckResult]) -> Value {
    json!({
        "checks": results.len(),
        "passed": count(results, Outcome::Passed),
        "failed": count(results, Outcome::Failed),
        "cannotTell": count(results, Outcome::CannotTell),
        "broken": count(results, Outcome::Broken),
    })
}

fn text(analysis: &Analysis, results: &[CheckResult], colour: bool) -> String {
    let mut text = String::new();
    for result in results {
        let (word, on) = match result.outcome {
            Outcome::Passed => ("ok  ", "\u{1b}[32m"),
            Outcome::Failed => ("FAIL", "\u{1b}[1;31m"),
            Outcome::CannotTell => ("?   ", "\u{1b}[1;33m"),
            Outcome::Broken => ("ERR ", "\u{1b}[1;31m"),
        };
        let (on, off) = if colour { (on, "\u{1b}[0m") } else { ("", "") };
        text.push_str(&format!("{on}{word}{off} {}: {}\n", printable(&result.suite), printable(&result.name)));
        if result.outcome != Outcome::Passed {
            details(analysis, result).iter().for_each(|line| text.push_str(&format!("     {line}\n")));
        }
    }
    let of = |outcome: Outcome, word: &str| Some(count(results, outcome)).filter(|n| *n > 0).map(|n| format!("{n} {word}"));
    let words =
        [(Outcome::Passed, "passed"), (Outcome::Failed, "failed"), (Outcome::CannotTell, "cannot be told"), (Outcome::Broken, "broken")];
    let counts: Vec<String> = words.into_iter().filter_map(|(outcome, word)| of(outcome, word)).collect();
    text.push_str(&format!("{}: {}\n", netpolis_core::text::count(results.len(), "check"), counts.join(", ")));
    text
}

/// What there is to say of a check that does not hold, line by line.
fn details(analysis: &Analysis, result: &CheckResult) -> Vec<String> {
    let mut lines = Vec::new();
    if !result.found.is_empty() {
        let expected = if result.expected.is_empty() { String::new() } else { format!("expected: {}; ", result.expected) };
        let shown = result.witness.as_ref().map_or_else(String::new, |witness| format!(": {}", words(witness)));
        lines.push(format!("{expected}found: {}{shown}", result.found));
    }
    if !result.reason.is_empty() {
        lines.push(result.reason.clone());
    }
    let place = |place| analysis.sources().describe(place);
    lines.extend(result.deciding.iter().map(|at| format!("decided at {}", place(*at))));
    lines.push(format!("checked at {}", place(result.place)));
    lines.extend(result.because.as_ref().map(|because| format!("because {because}")));
    lines.into_iter().map(|line| printable(&line).into_owned()).collect()
}

/// A connection in words.
fn words(witness: &Witness) -> String {
    format!("{} from `{}` to `{}`", witness.traffic, witness.from, witness.to)
}

fn object(analysis: &Analysis, result: &CheckResult) -> Value {
    json!({
        "suite": result.suite,
        "name": result.name,
        "outcome": outcome_word(result.outcome),
        "expected": result.expected,
        "found": result.found,
        "reason": result.reason,
        "because": result.because,
        "place": places::json(analysis, result.place),
        "deciding": result.deciding.iter().map(|place| places::json(analysis, *place)).collect::<Vec<_>>(),
        "witness": result.witness.as_ref().map(witness_json),
    })
}

/// The word of an outcome in JSON.
fn outcome_word(outcome: Outcome) -> &'static str {
    if outcome == Outcome::CannotTell { "cannotTell" } else { outcome.as_str() }
}

fn witness_json(witness: &Witness) -> Value {
    let Witness { from, to, traffic, path, .. } = witness;
    let asked = AskedTraffic::from(*traffic);
    json!({
        "from": from,
        "to": to,
        "protocol": traffic.protocol.word(),
        "port": asked.port,
        "sourcePort": asked.source_port,
        "icmpType": asked.icmp_type,
        "icmpCode": asked.icmp_code,
        "path": path,
    })
}
