//! LINT007: cluster-wide policies of equal priority.
//!
//! Upstream leaves open which of them is looked at first. Where both match and disagree, the answer cannot be told.

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::TierEnd;

/// The code of this rule.
pub const CODE: Code = Code("LINT007");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let ruleset = analysis.compiled().ruleset();
    for group in ruleset.tiers.iter().filter(|t| t.end == TierEnd::Pass).flat_map(|t| &t.groups) {
        let policies: Vec<_> = group.iter().filter_map(|id| ruleset.policy(*id)).filter(|p| p.priority.is_some()).collect();
        let Some((first, others)) = policies.split_first() else { continue };
        for policy in others {
            let message = format!("`{}` has the same priority {} as `{}`", policy.name, policy.priority.unwrap_or_default(), first.name);
            found.push(
                Diagnostic::at(CODE, Severity::Warning, Some(policy.place), message)
                    .related_place(first.place, "this policy has the same priority")
                    .help("give each policy a priority of its own: which of the two comes first is not defined"),
            );
        }
    }
}
