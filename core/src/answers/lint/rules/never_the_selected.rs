//! LINT201: a side of a rule of Calico's that is never what the policy selects.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, acting_rules};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::Direction;

const CODE: Code = Code("LINT201");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a side of a Calico rule is never what the policy selects",
    advice: "in an ingress rule the other end is the `source`, in an egress rule the `destination`",
    explanation: r#"In an ingress rule the `destination` is the endpoint that the policy selects. A rule that asks something else of it matches nothing."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  selector: app == 'db'
  ingress:
  - action: Allow
    destination: {selector: app == 'web'} # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  selector: app == 'db'
  ingress:
  - action: Allow
    source: {selector: app == 'web'}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    if input.snapshot.endpoints.is_empty() && input.snapshot.network_sets.is_empty() {
        // Policies alone: nothing can be said about what they select.
        return;
    }
    for (policy, reference, rule) in acting_rules(input) {
        let Some(term) = &rule.own else { continue };
        if !input.compiled.selects_any(policy.id) || input.compiled.is_meant_for_some(reference) {
            continue;
        }
        let (peer, own) = match reference.direction {
            Direction::Ingress => ("source", "destination"),
            Direction::Egress => ("destination", "source"),
        };
        let message = format!("this {own} never matches what the policy selects, so the rule matches nothing");
        let help = format!(
            "in an {} rule the {own} is the endpoint that the policy selects; the other end is the `{peer}`",
            reference.direction.as_str()
        );
        found.push(Diagnostic::at(CODE, Severity::Warning, Some(term.place), message).help(help));
    }
}
