//! LINT002: a peer selects no pod.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, acting_rules, has_unread_pods, peer_terms, typo};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::{LabelSelector, Operator, well_known};
use crate::policy::{NamespaceMatch, PeerTermKind};
use crate::snapshot::{PodEndpoint, Role};

const CODE: Code = Code("LINT002");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a peer selects no pod, or no namespace",
    advice: "for a namespace's name use `kubernetes.io/metadata.name`; for another namespace's pods add a `namespaceSelector`",
    explanation: r#"The rule allows nobody through this peer. Often a label of a namespace was meant to be its name, or pods of another namespace are selected without a
`namespaceSelector`: a `podSelector` alone means the policy's own namespace."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {name: shop}} # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    if snapshot.endpoints.is_empty() {
        return;
    }
    for (_, reference, rule) in acting_rules(input) {
        for (number, term) in peer_terms(rule) {
            let PeerTermKind::Pods(subject) = &term.kind else { continue };
            if input.compiled.term_matches_pods(reference, number) {
                continue;
            }
            let document = term.place.document;
            let is_meant = |own: &str| match &subject.namespaces {
                NamespaceMatch::Named(name) => name == own,
                NamespaceMatch::Selector(selector) => {
                    snapshot.namespaces.iter().find(|n| n.name == own).is_none_or(|n| selector.matches(&n.labels))
                }
            };
            if has_unread_pods(input, is_meant) {
                continue;
            }
            let selected = |name: usize| match &subject.namespaces {
                NamespaceMatch::Named(own) => snapshot.namespaces.get(name).is_some_and(|n| n.name == *own),
                NamespaceMatch::Selector(selector) => snapshot.namespaces.get(name).is_some_and(|n| selector.matches(&n.labels)),
            };
            let namespaces: Vec<usize> = (0..snapshot.namespaces.len()).filter(|n| selected(*n)).collect();
            let pods =
                snapshot.endpoints.iter().filter(|e| e.role == Role::Pod && namespaces.contains(&(e.namespace.index()))).map(|e| &e.labels);
            let problem = |message: &str| Diagnostic::at(CODE, Severity::Warning, Some(term.place), message);
            let on_host =
                |e: &&PodEndpoint| e.host_network && namespaces.contains(&(e.namespace.index())) && subject.pods.matches(&e.labels);
            if let Some(pod) = snapshot.endpoints.iter().find(on_host) {
                let help = format!(
                    "`{}` has such labels, but selectors do not match pods on the host network; an `ipBlock` with the node's address does",
                    pod.name
                );
                found.push(problem("this peer selects no pod").related_place(pod.place, "this pod has `hostNetwork: true`").help(help));
                continue;
            }
            found.push(match &subject.namespaces {
                NamespaceMatch::Selector(selector) if namespaces.is_empty() => {
                    let problem = problem("this peer selects no namespace");
                    match meant_by_name(input, selector) {
                        Some(name) => problem
                            .help(format!("to select namespace `{name}` by its name, write `{}: {name}`", well_known::NAMESPACE_NAME)),
                        None => typo::explain_namespaces(problem, input, document, selector),
                    }
                }
                NamespaceMatch::Named(own) => {
                    let elsewhere = snapshot.endpoints.iter().find(|e| e.role == Role::Pod && subject.pods.matches(&e.labels));
                    let problem = problem(&format!("this peer selects no pod of namespace `{own}`"));
                    match elsewhere {
                        Some(pod) => {
                            let there = snapshot.namespace_name(pod.namespace);
                            problem.help(format!(
                                "`{there}` has such pods; without a `namespaceSelector` a peer selects only the policy's own namespace"
                            ))
                        }
                        None => typo::explain(problem, input, document, &subject.pods, pods),
                    }
                }
                NamespaceMatch::Selector(_) => typo::explain(problem("this peer selects no pod"), input, document, &subject.pods, pods),
            });
        }
    }
}

/// A namespace whose name is the value of the label that the selector asks for.
fn meant_by_name<'a>(input: &'a LintInput<'_>, selector: &LabelSelector) -> Option<&'a str> {
    let [requirement] = selector.requirements.as_slice() else { return None };
    let Operator::In(values) = &requirement.operator else { return None };
    let named = |name: &str| values.iter().any(|v| **v == *name);
    input.snapshot.namespaces.iter().map(|n| n.name.as_str()).find(|name| named(name))
}
