//! LINT014: old and new kinds of cluster-wide policy together.

use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, policies};
use crate::diagnostics::{Code, Diagnostic, Severity};

const CODE: Code = Code("LINT014");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Note],
    title: "old and new kinds of cluster-wide policy together",
    advice: "how they act together is not specified",
    explanation: r#"ClusterNetworkPolicy replaces AdminNetworkPolicy and BaselineAdminNetworkPolicy. What a cluster with both does is not specified; here each is
evaluated in its own tier."#,
    bad: r#"apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: old}
spec: {priority: 10, subject: {namespaces: {}}, ingress: [{action: Allow, from: [{namespaces: {}}]}]}
---
apiVersion: policy.networking.k8s.io/v1alpha2 # here
kind: ClusterNetworkPolicy
metadata: {name: new}
spec: {tier: Admin, priority: 20, subject: {namespaces: {}}, ingress: [{action: Accept, from: [{namespaces: {}}]}]}
"#,
    good: r#"apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: new}
spec: {tier: Admin, priority: 20, subject: {namespaces: {}}, ingress: [{action: Accept, from: [{namespaces: {}}]}]}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let of = |kinds: &[&str]| policies(input).find(|p| kinds.contains(&&*p.kind));
    let (Some(old), Some(new)) = (of(&["AdminNetworkPolicy", "BaselineAdminNetworkPolicy"]), of(&["ClusterNetworkPolicy"])) else { return };
    found.push(
        Diagnostic::at(
            CODE,
            Severity::Note,
            Some(new.place),
            "ClusterNetworkPolicy replaces AdminNetworkPolicy, and how both act together is not specified",
        )
        .related_place(old.place, "a policy of the old kind")
        .help("here each is evaluated in its own tier; migrate the old ones before you rely on it"),
    );
}
