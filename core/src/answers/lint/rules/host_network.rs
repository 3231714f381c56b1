//! LINT008: a policy names pods on the host network.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, policies};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::NamespaceMatch;
use crate::settings::HostNetwork;
use crate::snapshot::PodEndpoint;

const CODE: Code = Code("LINT008");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a policy names pods on the host network",
    advice: "it has no effect on them",
    explanation: r#"Pods with `hostNetwork: true` have their node's addresses, and engines do not apply pod policies to them."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: shop, labels: {app: agent}}, spec: {hostNetwork: true, containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: agent}} # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: shop, labels: {app: agent}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: agent}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    let on_host: Vec<_> = snapshot.endpoints.iter().filter(|e| e.host_network).collect();
    if on_host.is_empty() || input.settings.host_network == HostNetwork::AsPod {
        return;
    }
    for policy in policies(input) {
        let Some(subject) = policy.subject.pods() else { continue };
        let (NamespaceMatch::Named(namespace), false) = (&subject.namespaces, subject.pods.is_everything()) else { continue };
        let named = |e: &&&PodEndpoint| snapshot.namespace_name(e.namespace) == namespace && subject.pods.matches(&e.labels);
        let Some(pod) = on_host.iter().find(named) else { continue };
        let message = format!("`{namespace}/{}` uses the host network, so this policy has no effect on it", pod.name);
        found.push(
            Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message)
                .related_place(pod.place, "this pod has `hostNetwork: true`")
                .help("protect it with rules for nodes, or do not use the host network"),
        );
    }
}
