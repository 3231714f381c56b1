//! LINT009: policies without a policy engine, or with one that does not enforce them.
//!
//! The API server stores them, and nothing enforces them or says so.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::answers::lint::all_policies;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::Policy;

const CODE: Code = Code("LINT009");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let mut by_reason: BTreeMap<&str, Vec<&Policy>> = BTreeMap::new();
    for policy in all_policies(analysis) {
        if let Some(reason) = &policy.not_enforced {
            by_reason.entry(reason).or_default().push(policy);
        }
    }
    for (reason, idle) in by_reason {
        let Some(first) = idle.iter().min_by_key(|p| p.place) else { continue };
        let message = match idle.len() {
            1 => format!("`{}` has no effect: {reason}", first.title()),
            many => format!("these {many} policies have no effect: {reason}"),
        };
        // A staged policy is meant to have none.
        let staged = idle.iter().all(|policy| policy.kind.starts_with("Staged"));
        let severity = if staged { Severity::Note } else { Severity::Warning };
        let help = match () {
            () if analysis.compiled().ruleset().no_engine => {
                "install a network plugin that enforces policy; API servers take policies without one and do not warn"
            }
            () if staged => "evaluate staged policies as if they were enforced to see what they would change",
            () => "choose the engine that your cluster has, or write the policy for that engine",
        };
        found.push(Diagnostic::at(CODE, severity, Some(first.place), message).help(help));
    }
}
