//! LINT010: a policy in a namespace that is not there.
//!
//! Where namespaces are given, one that only a policy mentions is probably mistyped, or the policy was meant to be created elsewhere.

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::answers::lint::policies;
use crate::diagnostics::{Code, Diagnostic, Severity};

const CODE: Code = Code("LINT010");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let snapshot = analysis.snapshot();
    if snapshot.namespaces.iter().all(|n| n.given.is_none()) {
        return;
    }
    for policy in policies(analysis) {
        let Some(namespace) = &policy.namespace else { continue };
        let known = (0..).zip(&snapshot.namespaces).find(|(_, n)| n.name == *namespace);
        let Some((number, _)) = known.filter(|(_, n)| n.given.is_none()) else { continue };
        if snapshot.endpoints.iter().any(|e| e.namespace.0 == number) {
            continue;
        }
        let message = format!("namespace `{namespace}` is not in the text, and no pod is in it");
        found.push(
            Diagnostic::at(CODE, Severity::Warning, Some(policy.place), message)
                .help("check the policy's `metadata.namespace`: without one it goes to `default`"),
        );
    }
}
