//! Checks with what came of them.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::checks::{self, CheckResult, Witness};
use netpolis_core::connections::{AskedTraffic, Traffic};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{Question, RowLink, SourceLocation, SourceLocations};

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum CheckOutcome {
    /// It holds.
    Passed,
    /// It cannot be told whether it holds.
    CannotTell,
    /// It does not hold.
    Failed,
    /// It cannot be made: it cannot be read, or means nothing in the files.
    Broken,
}

/// A check with what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct CheckView {
    /// The name of its document, or of the file that it stands in.
    pub suite: String,
    /// Its name; where it has none, what it says in words, with code in backticks.
    pub name: String,
    /// What came of it.
    pub outcome: CheckOutcome,
    /// What is expected, in a word or two.
    pub expected: String,
    /// What was found, in the same words.
    pub found: String,
    /// Why, in a sentence with code in backticks; empty for a check that holds.
    pub reason: String,
    /// Why the check is there, if it says so.
    pub because: Option<String>,
    /// Where it is written.
    pub location: Option<SourceLocation>,
    /// The lines that decide what was found.
    pub deciding: Vec<SourceLocation>,
    /// A connection that shows it, as a question that can be asked.
    pub question: Option<Question>,
    /// Whether that question is about the whole path.
    pub path: bool,
}

impl CheckView {
    /// Where the connection that shows it is looked at.
    pub fn link(&self) -> Option<RowLink> {
        self.question.clone().map(|question| if self.path { RowLink::Path(question) } else { RowLink::Flow(question) })
    }
}

/// All checks among the files, in the order of the text.
pub fn check_views(scene: &Analysis) -> Vec<CheckView> {
    let locations = SourceLocations::new(scene.sources());
    scene.checks().into_iter().map(|result| check_view(result, &locations)).collect()
}

pub(crate) fn check_view(result: CheckResult, locations: &SourceLocations<'_>) -> CheckView {
    CheckView {
        outcome: match result.outcome {
            checks::Outcome::Passed => CheckOutcome::Passed,
            checks::Outcome::CannotTell => CheckOutcome::CannotTell,
            checks::Outcome::Failed => CheckOutcome::Failed,
            checks::Outcome::Broken => CheckOutcome::Broken,
        },
        location: locations.at(result.place),
        deciding: result.deciding.iter().filter_map(|place| locations.at(*place)).collect(),
        path: result.witness.as_ref().is_some_and(|witness| witness.path),
        question: result.witness.as_ref().map(question),
        suite: result.suite,
        name: result.name,
        expected: result.expected,
        found: result.found,
        reason: result.reason,
        because: result.because,
    }
}

fn question(witness: &Witness) -> Question {
    flow_question(&witness.from, &witness.to, witness.traffic)
}

/// The question about one connection.
pub(super) fn flow_question(from: &str, to: &str, traffic: Traffic) -> Question {
    let AskedTraffic { port, source_port, icmp_type, icmp_code } = traffic.into();
    Question { from: from.to_owned(), to: to.to_owned(), protocol: traffic.protocol.word(), port, source_port, icmp_type, icmp_code }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer_to;

    const TEXT: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 5432}]}]}
---
apiVersion: netpolis.dev/v1
kind: Check
metadata: {name: shop}
spec:
  checks:
  - {from: web, to: db, port: 5432, expect: allowed}
  - {from: web, to: db, port: 80, expect: allowed, because: it is}
  - {from: web, to: db, protocol: ICMP, icmpType: 8, expect: denied}
  - {from: web, to: nothing, expect: denied}
";

    #[test]
    fn what_is_shown_can_be_asked() {
        let mut scene = Analysis::default();
        scene.set_files(&[("shop.yaml", TEXT)]);
        let checks = check_views(&scene);
        let outcomes: Vec<CheckOutcome> = checks.iter().map(|check| check.outcome).collect();
        assert_eq!(outcomes, [CheckOutcome::Passed, CheckOutcome::Failed, CheckOutcome::CannotTell, CheckOutcome::Broken]);
        assert_eq!(checks.iter().map(|check| check.location.as_ref().map(|l| l.line)).collect::<Vec<_>>(), [15, 16, 17, 18].map(Some));
        assert_eq!(checks[1].deciding.iter().map(|l| l.line).collect::<Vec<_>>(), [8]);
        assert_eq!(checks[1].because.as_deref(), Some("it is"));
        for check in checks.iter().filter(|check| check.question.is_some()) {
            let answer = answer_to(&scene, check.question.as_ref().unwrap()).unwrap();
            assert_eq!(answer.verdict.word().to_lowercase(), check.found, "{check:?}");
        }
        assert_eq!(checks[2].question.as_ref().and_then(|question| question.icmp_type), Some(8));
        assert!(checks[3].question.is_none());
    }
}
