//! The Test Anything Protocol, version 14: <https://testanything.org/tap-version-14-specification.html>.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::checks::{CheckResult, Outcome};
use serde_json::json;

use super::{outcome_word, witness_json};
use crate::places::{self, printable};

pub(super) fn render(analysis: &Analysis, results: &[CheckResult]) -> String {
    let mut text = format!("TAP version 14\n1..{}\n", results.len());
    for (number, result) in results.iter().enumerate() {
        let passed = result.outcome == Outcome::Passed;
        let title = format!("{}: {}", result.suite, result.name);
        // A number sign would begin a directive.
        let title = printable(&title).replace('\\', "\\\\").replace('#', "\\#");
        text.push_str(&format!("{} {} - {title}\n", if passed { "ok" } else { "not ok" }, number + 1));
        if passed {
            continue;
        }
        // What JSON writes on one line is YAML too.
        let fields = [
            ("outcome", json!(outcome_word(result.outcome))),
            ("message", json!(result.reason)),
            ("expected", json!(result.expected)),
            ("found", json!(result.found)),
            ("because", json!(result.because)),
            ("at", places::json(analysis, result.place)),
            ("decidedAt", json!(result.deciding.iter().map(|place| analysis.sources().describe(*place)).collect::<Vec<_>>())),
            ("witness", json!(result.witness.as_ref().map(witness_json))),
        ];
        text.push_str("  ---\n");
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            text.push_str(&format!("  {name}: {value}\n"));
        }
        text.push_str("  ...\n");
    }
    text
}
