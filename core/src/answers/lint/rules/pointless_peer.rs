//! LINT224: a peer or port of a rule that another one of the same rule makes pointless.

use alloc::format;
use alloc::vec::Vec;

use super::pointless_rule::{port_covers, term_covers};
use crate::answers::lint::{Lint, LintInput, acting_rules, traffic_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};

const CODE: Code = Code("LINT224");
/// Entries of one list that are compared with each other, at most.
const MOST_COMPARED: usize = 64;

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "an entry of `from`, `to` or `ports` is pointless beside a wider one of the same rule",
    advice: "entries are alternatives: leave the wider one away",
    explanation: r#"Peers of one rule are alternatives, and so are its ports: beside an entry that lets in everything, an entry that keeps something out does nothing.
Upstream: "Network Policies" of the Kubernetes documentation, "Behavior of `to` and `from` selectors"."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from:
    - podSelector: {matchLabels: {app: web}} # here
    - podSelector: {}
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from:
    - podSelector: {matchLabels: {app: web}}
    - podSelector: {matchLabels: {app: db}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for (_, reference, rule) in acting_rules(input) {
        let peers: Vec<_> = rule.peers.terms().iter().take(MOST_COMPARED).map(|t| (&t.kind, t.place)).collect();
        let word = reference.direction.preposition();
        for (pointless, by) in covered(&peers, term_covers) {
            let message = format!(
                "this entry of `{word}` changes nothing: another entry of the same rule matches everything \
             that it matches"
            );
            found.push(Diagnostic::at(CODE, Severity::Warning, Some(pointless), message).related_place(by, "this one").help(
                "entries of one list are alternatives: to exclude something, remove the wider entry, or put both \
                     conditions into one entry",
            ));
        }
        let ports: Vec<_> = traffic_terms(rule).iter().take(MOST_COMPARED).map(|t| (&t.kind, t.place)).collect();
        for (pointless, by) in covered(&ports, port_covers) {
            let message = "this entry of `ports` changes nothing: another entry of the same rule matches everything that it matches";
            let problem = Diagnostic::at(CODE, Severity::Warning, Some(pointless), message).related_place(by, "this one");
            found.push(problem.help("entries of one list are alternatives: remove one of the two"));
        }
    }
}

/// Entries that another one covers, with that one; of equal ones the later is pointless.
fn covered<'a, T, P: Copy>(entries: &'a [(&'a T, P)], covers: impl Fn(&T, &T) -> bool + 'a) -> impl Iterator<Item = (P, P)> + 'a {
    entries.iter().enumerate().filter_map(move |(i, (entry, place))| {
        let wider = |(j, (other, _)): &(usize, &(&T, P))| *j != i && covers(other, entry) && (*j < i || !covers(entry, other));
        entries.iter().enumerate().find(wider).map(|(_, (_, by))| (*place, *by))
    })
}
