//! LINT007: cluster-wide policies of equal priority.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::TierEnd;

/// The code of this rule.
pub const CODE: Code = Code("LINT007");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "cluster-wide policies have equal priority",
    advice: "which comes first is not defined: give each its own",
    explanation: r#"Upstream leaves open which of them is evaluated first. Where both match and disagree, the verdict is "cannot tell"."#,
    bad: r#"apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: a}
spec: {priority: 10, subject: {namespaces: {}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]}
---
apiVersion: policy.networking.k8s.io/v1alpha1 # here
kind: AdminNetworkPolicy
metadata: {name: b}
spec: {priority: 10, subject: {namespaces: {}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]}
"#,
    good: r#"apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: a}
spec: {priority: 10, subject: {namespaces: {}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: b}
spec: {priority: 20, subject: {namespaces: {}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let ruleset = input.compiled.ruleset();
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
