//! LINT223: `source` and `destination` of a Calico rule are mixed up.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, acting_rules};
use crate::compile::Endpoint;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::{Action, Direction, PeerMatch, PeerTermKind};

const CODE: Code = Code("LINT223");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a Calico rule says of the selected endpoint what it is, and nothing of the other end",
    advice: "in an ingress rule the other end is the `source`, in an egress rule the `destination`",
    explanation: r#"In an ingress rule `source` is the other end and `destination` the selected endpoint itself; in an egress rule it is the other way round. A rule that
says of its own endpoint what was meant for the other is about everybody (or, see LINT201, about nobody)."#,
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
    destination: {selector: app == 'db'} # here
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
    let compiled = input.compiled;
    for (policy, reference, rule) in acting_rules(input) {
        let Some(own) = &rule.own else { continue };
        let PeerTermKind::Entity(entity) = &own.kind else { continue };
        if entity.selector.is_none() && entity.addresses.is_none() || !compiled.selects_any(policy.id) {
            continue;
        }
        let subjects = || input.snapshot.pods().filter(|(id, _)| compiled.selects(policy.id, *id));
        // Of host endpoints nothing is said here: what they forward has other ends.
        if subjects().next().is_none() {
            continue;
        }
        let meant = subjects().filter(|(id, _)| compiled.is_meant_for(reference, Endpoint::Pod(*id))).count();
        let names_peer = matches!(rule.peers, PeerMatch::Of(_));
        let (written, other) = match reference.direction {
            Direction::Ingress => ("destination", "source"),
            Direction::Egress => ("source", "destination"),
        };
        let direction = reference.direction.as_str();
        if names_peer || entity.selector.is_none() || rule.action != Action::Allow || meant != subjects().count() {
            continue;
        }
        let message = format!(
            "this {direction} rule does not restrict the other end: its `{written}` is the endpoint that `{}` selects",
            policy.title()
        );
        let place = entity.selector_place.or(entity.addresses_place).unwrap_or(own.place);
        let help = format!("in an {direction} rule the other end is the `{other}`");
        found.push(Diagnostic::at(CODE, Severity::Warning, Some(place), message).help(help));
    }
}
