//! LINT001: a policy selects no pod.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, has_unread_pods, policies, typo};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::{NamespaceMatch, SubjectMatch};
use crate::snapshot::{PodEndpoint, Role};

const CODE: Code = Code("LINT001");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a policy selects no pod",
    advice: "check the labels: those of the pods count, not those of the workload",
    explanation: r#"The API server stores such a policy, and it does nothing. Often a label is mistyped, or the labels of the workload were written where those of its
pods (`spec.template.metadata.labels`) are compared. Nothing is reported where the input has no pods."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: wep}} # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    if snapshot.endpoints.is_empty() {
        // Policies alone, without a cluster: nothing can be said about what they select.
        return;
    }
    for policy in policies(input).filter(|p| !input.compiled.selects_any(p.id)) {
        let Some(subject) = policy.subject.pods() else {
            if super::no_host_endpoint::is_for_hosts(input, policy) {
                // LINT202 says more about these.
                continue;
            }
            let message = format!("{} `{}` selects no endpoint", policy.kind, policy.title());
            let problem = Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message);
            let general = |problem: Diagnostic| problem.help("no pod or host endpoint has the labels that its selectors require");
            found.push(match &policy.subject {
                SubjectMatch::Endpoints(selector) => typo::explain_calico(problem, input, selector, general),
                _ => general(problem),
            });
            continue;
        };
        let namespace = match &subject.namespaces {
            NamespaceMatch::Named(name) => Some(name.as_str()),
            NamespaceMatch::Selector(_) => None,
        };
        if has_unread_pods(input, |own| namespace.is_none_or(|n| n == own)) {
            continue;
        }
        let in_scope = |e: &&PodEndpoint| e.role == Role::Pod && namespace.is_none_or(|n| snapshot.namespace_name(e.namespace) == n);
        let mut pods = snapshot.endpoints.iter().filter(in_scope).map(|e| &e.labels).peekable();
        let on_host = |e: &PodEndpoint| e.host_network && in_scope(&e) && subject.pods.matches(&e.labels);
        if snapshot.endpoints.iter().any(on_host) {
            // LINT008 says more about these.
            continue;
        }
        let problem = Diagnostic::at(
            CODE,
            Severity::Warning,
            Some(policy.subject_place),
            format!("{} `{}` selects no pod", policy.kind, policy.title()),
        );
        let problem = match namespace {
            Some(name) if pods.peek().is_none() => problem.help(format!("there is no pod in namespace `{name}`")),
            Some(_) => typo::explain(problem, input, policy.subject_place.document, &subject.pods, pods),
            None => problem.help("no pod in the namespaces that the subject selects has the labels that it requires"),
        };
        found.push(problem);
    }
}
