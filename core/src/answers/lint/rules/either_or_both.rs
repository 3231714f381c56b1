//! LINT011: two peers that were probably meant to be one.

use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, acting_rules, peer_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::{NamespaceMatch, PeerTermKind};

const CODE: Code = Code("LINT011");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "two peers were probably meant to be one",
    advice: "take away the dash",
    explanation: r#"`- namespaceSelector: …` followed by `- podSelector: …` means either; both in one entry means both. Reported only where the second peer selects no pod
of the policy's own namespace, so that it cannot be meant as it stands."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ops, labels: {team: ops}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: scan, namespace: ops, labels: {app: scan}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {team: ops}}
    - podSelector: {matchLabels: {app: scan}} # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ops, labels: {team: ops}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: scan, namespace: ops, labels: {app: scan}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {team: ops}}
      podSelector: {matchLabels: {app: scan}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for (_, reference, rule) in acting_rules(input).filter(|(policy, ..)| policy.namespace.is_some()) {
        let terms: Vec<_> = peer_terms(rule).collect();
        for pair in terms.windows(2) {
            let [(_, first), (number, second)] = pair else { continue };
            let (PeerTermKind::Pods(namespaces), PeerTermKind::Pods(pods)) = (&first.kind, &second.kind) else { continue };
            let namespaces_only =
                matches!(&namespaces.namespaces, NamespaceMatch::Selector(s) if !s.is_everything()) && namespaces.pods.is_everything();
            let pods_only = matches!(&pods.namespaces, NamespaceMatch::Named(_)) && !pods.pods.is_everything();
            if !namespaces_only || !pods_only || input.compiled.term_matches_pods(reference, *number) {
                continue;
            }
            found.push(
                Diagnostic::at(
                    CODE,
                    Severity::Warning,
                    Some(second.place),
                    "this is a separate peer from the one before it: either may match",
                )
                .related_place(first.place, "the peer before it")
                .help("if both must match, remove the dash, so that the two selectors are in one entry"),
            );
        }
    }
}
