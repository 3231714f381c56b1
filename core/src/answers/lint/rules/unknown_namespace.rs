//! LINT010: a policy in a namespace that is not there.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, policies};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::snapshot::NamespaceId;

const CODE: Code = Code("LINT010");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a policy's namespace is not in the input",
    advice: "check `metadata.namespace`",
    explanation: r#"Where the input has Namespace objects, a namespace that only a policy names is probably mistyped, or the policy was meant to be created elsewhere."#,
    bad: r#"{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1 # here
kind: NetworkPolicy
metadata: {name: p, namespace: shp}
spec: {podSelector: {}}
"#,
    good: r#"{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    if snapshot.namespaces.iter().all(|n| n.given.is_none()) {
        return;
    }
    for policy in policies(input) {
        let Some(namespace) = &policy.namespace else { continue };
        let known = NamespaceId::each(&snapshot.namespaces).find(|(_, n)| n.name == *namespace);
        let Some((number, _)) = known.filter(|(_, n)| n.given.is_none()) else { continue };
        if snapshot.endpoints.iter().any(|e| e.namespace == number) {
            continue;
        }
        let message = format!("namespace `{namespace}` is not in the input, and no pod is in it");
        found.push(
            Diagnostic::at(CODE, Severity::Warning, Some(policy.place), message)
                .help("check the policy's `metadata.namespace`: without one it goes to `default`"),
        );
    }
}
