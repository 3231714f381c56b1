//! Checks: pass and fail, each with the flow that shows it.

use netpolis_core::analysis::Analysis;
use netpolis_core::text::count;

use super::list::{ListGroup, ListRow, ListView, Outlook};
use crate::{CheckOutcome, CheckView, check_views};

/// All checks of the files, by their suites.
pub(super) fn list(analysis: &Analysis) -> ListView {
    let checks = check_views(analysis);
    if checks.is_empty() {
        return ListView {
            summary:
                "No checks in these files. A document of `kind: Check` says what you expect of a flow, and this list says whether it holds."
                    .into(),
            ..ListView::default()
        };
    }
    let of = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
    let counts = [
        (of(CheckOutcome::Failed), "failed"),
        (of(CheckOutcome::Broken), "cannot be made"),
        (of(CheckOutcome::CannotTell), "cannot be told"),
        (of(CheckOutcome::Passed), "passed"),
    ];
    let words: Vec<String> = counts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    let good = of(CheckOutcome::Passed);
    let mut groups: Vec<ListGroup> = Vec::new();
    for suite in suites(&checks) {
        groups.push(ListGroup::new(suite, checks.iter().filter(|check| check.suite == suite).map(row).collect()));
    }
    ListView {
        summary: format!("{}: {}", count(checks.len(), "check"), words.join(", ")),
        good: good as u32,
        bad: (checks.len() - good) as u32,
        groups,
        ..ListView::default()
    }
}

/// The names of all suites, each once.
fn suites(checks: &[CheckView]) -> Vec<&str> {
    let mut suites: Vec<&str> = Vec::new();
    for check in checks {
        if !suites.contains(&check.suite.as_str()) {
            suites.push(&check.suite);
        }
    }
    suites
}

fn row(check: &CheckView) -> ListRow {
    let (outlook, word) = match check.outcome {
        CheckOutcome::Passed => (Outlook::Good, "passed"),
        CheckOutcome::CannotTell => (Outlook::Unsure, "cannot tell"),
        CheckOutcome::Failed => (Outlook::Bad, "failed"),
        CheckOutcome::Broken => (Outlook::Bad, "cannot be made"),
    };
    let mut lines = Vec::new();
    if check.outcome != CheckOutcome::Passed {
        if !check.expected.is_empty() && !check.found.is_empty() {
            lines.push(format!("expected: {}; found: {}", check.expected, check.found));
        }
        lines.extend((!check.reason.is_empty()).then(|| check.reason.clone()));
    }
    lines.extend(check.because.as_ref().map(|because| format!("because {because}")));
    ListRow {
        outlook,
        word: word.into(),
        title: check.name.clone(),
        lines,
        spots: check.location.iter().cloned().collect(),
        link: check.link(),
        ..ListRow::default()
    }
}
