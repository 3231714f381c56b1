//! LINT004: a rule names a port that no pod has.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, acting_rules, traffic_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::Protocol;
use crate::policy::TrafficTermKind;

const CODE: Code = Code("LINT004");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a rule names a port that no pod it is about has",
    advice: "name the container port, or write its number; the protocol counts too",
    explanation: r#"A port name is looked up among the container ports of the destination. On a pod without a port of that name and protocol it matches nothing, and
nothing says so."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - ports:
    - port: htp # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - ports:
    - port: http
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for (_, reference, rule) in acting_rules(input) {
        for term in traffic_terms(rule) {
            let TrafficTermKind::Named(name, protocol) = &term.kind else { continue };
            let Some(has) = input.compiled.named_port_is_found(reference, name, *protocol) else { continue };
            if has {
                continue;
            }
            let message = match protocol {
                Some(protocol) => format!("no pod that this rule selects has a {protocol} container port named `{name}`"),
                None => format!("no pod that this rule selects has a container port named `{name}`"),
            };
            let problem = Diagnostic::at(CODE, Severity::Warning, Some(term.place), message);
            let others = [Protocol::TCP, Protocol::UDP, Protocol::SCTP].into_iter().filter(|p| Some(*p) != *protocol);
            let other = others.into_iter().find(|p| input.compiled.named_port_is_found(reference, name, Some(*p)) == Some(true));
            found.push(match other {
                Some(other) => problem.help(format!("`{name}` is a {other} port; write `protocol: {other}`")),
                None => problem.help("name the port in the pod's `containers[].ports`, or write its number here"),
            });
        }
    }
}
