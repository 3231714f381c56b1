//! LINT006: a rule that another one makes pointless.

use alloc::format;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::answers::lint::{Lint, LintInput, policies};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::LabelSelector;
use crate::policy::{Direction, NamespaceMatch, PeerMatch, PeerTermKind, Policy, Rule, Subject, TrafficMatch, TrafficTermKind};

const CODE: Code = Code("LINT006");
/// Policies for the same pods that are compared with each other, at most.
const MOST_COMPARED: usize = 64;

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "another rule makes this one pointless, or an earlier one keeps it from being reached",
    advice: "remove one, or put the narrower one first",
    explanation: r#"Rules of NetworkPolicies only add to each other, so a rule does nothing if another rule for the same pods covers its peers and ports. In a
cluster-wide policy the first rule that matches decides, so a rule that an earlier one covers is never reached. Only the rules are compared, not the pods
that happen to be in the input."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from: [{podSelector: {}}]
  - from: [{podSelector: {matchLabels: {app: web}}}] # here
    ports: [{port: 80}]
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from: [{podSelector: {}}]
    ports: [{port: 81}]
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 80}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let mut by_subject: HashMap<(&str, Vec<alloc::string::String>), Vec<&Policy>> = HashMap::new();
    for policy in policies(input) {
        // Rules of Calico's policies are compared by no one yet: what they say of both ends and of packets is more than this looks at.
        let Some(subject) = policy.subject.pods() else { continue };
        match &subject.namespaces {
            NamespaceMatch::Named(namespace) => {
                let mut requirements: Vec<_> = subject.pods.requirements.iter().map(|r| format!("{r}")).collect();
                requirements.sort_unstable();
                by_subject.entry((namespace, requirements)).or_default().push(policy);
            }
            NamespaceMatch::Selector(_) => ordered(policy, found),
        }
    }
    let mut groups: Vec<_> = by_subject.into_iter().collect();
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    for (_, group) in groups {
        for direction in Direction::BOTH {
            union(&group, direction, found);
        }
    }
}

/// NetworkPolicies for the same pods: any other rule counts, and of equal ones the later is pointless.
fn union(group: &[&Policy], direction: Direction, found: &mut Vec<Diagnostic>) {
    let acting = group.iter().filter(|p| p.acts_on(direction)).take(MOST_COMPARED);
    let rules: Vec<(&Policy, usize, &Rule)> = acting.flat_map(|p| p.rules(direction).iter().enumerate().map(|(i, r)| (*p, i, r))).collect();
    for (i, (policy, number, rule)) in rules.iter().enumerate() {
        let other = rules.iter().enumerate().find(|(j, (_, _, other))| *j != i && covers(other, rule) && (*j < i || !covers(rule, other)));
        let Some((_, (by, by_number, by_rule))) = other else { continue };
        let whose =
            if by.id == policy.id { format!("rule {}", by_number + 1) } else { format!("rule {} of `{}`", by_number + 1, by.title()) };
        let message = format!("{} rule {} adds nothing: {whose} allows all of it", direction.as_str(), number + 1);
        let problem =
            Diagnostic::at(CODE, Severity::Warning, Some(rule.place), message).related_place(by_rule.place, "this rule allows all of it");
        found.push(problem.help("remove one of the two, or check whether they were meant to differ"));
    }
}

/// Rules of one cluster-wide policy: only earlier ones count.
fn ordered(policy: &Policy, found: &mut Vec<Diagnostic>) {
    for direction in Direction::BOTH {
        let rules = policy.rules(direction);
        for (number, rule) in rules.iter().enumerate() {
            let Some((by, earlier)) = rules.iter().take(number).enumerate().find(|(_, earlier)| covers(earlier, rule)) else { continue };
            let message = format!("{} rule {} is never reached: rule {} decides all of it first", direction.as_str(), number + 1, by + 1);
            found.push(
                Diagnostic::at(CODE, Severity::Warning, Some(rule.place), message)
                    .related_place(earlier.place, "this rule comes first")
                    .help("rules are evaluated in order; put the narrower one first"),
            );
        }
    }
}

/// Whether everything that `inner` matches is matched by `outer`, by their texts alone.
fn covers(outer: &Rule, inner: &Rule) -> bool {
    peers_cover(&outer.peers, &inner.peers) && traffic_covers(&outer.traffic, &inner.traffic)
}

fn peers_cover(outer: &PeerMatch, inner: &PeerMatch) -> bool {
    match (outer, inner) {
        (PeerMatch::Any, _) => true,
        (_, PeerMatch::Any) => false,
        (PeerMatch::Of(outer), PeerMatch::Of(inner)) => inner.iter().all(|i| outer.iter().any(|o| term_covers(&o.kind, &i.kind))),
    }
}

pub(super) fn term_covers(outer: &PeerTermKind, inner: &PeerTermKind) -> bool {
    match (outer, inner) {
        (PeerTermKind::Pods(outer), PeerTermKind::Pods(inner)) => subject_covers(outer, inner),
        (PeerTermKind::Addresses { set: outer, inside_too: a, .. }, PeerTermKind::Addresses { set: inner, inside_too: b, .. }) => {
            a == b && outer.covers(inner)
        }
        (PeerTermKind::Nodes(outer), PeerTermKind::Nodes(inner)) => selector_covers(outer, inner),
        _ => false,
    }
}

fn subject_covers(outer: &Subject, inner: &Subject) -> bool {
    let namespaces = match (&outer.namespaces, &inner.namespaces) {
        (NamespaceMatch::Named(a), NamespaceMatch::Named(b)) => a == b,
        (NamespaceMatch::Selector(a), NamespaceMatch::Selector(b)) => selector_covers(a, b),
        (NamespaceMatch::Selector(a), NamespaceMatch::Named(_)) => a.is_everything(),
        (NamespaceMatch::Named(_), NamespaceMatch::Selector(_)) => false,
    };
    namespaces && selector_covers(&outer.pods, &inner.pods)
}

/// Fewer conditions select more.
fn selector_covers(outer: &LabelSelector, inner: &LabelSelector) -> bool {
    outer.requirements.iter().all(|o| inner.requirements.iter().any(|i| (&o.key, &o.operator) == (&i.key, &i.operator)))
}

fn traffic_covers(outer: &TrafficMatch, inner: &TrafficMatch) -> bool {
    match (outer, inner) {
        (TrafficMatch::Any, _) => true,
        (_, TrafficMatch::Any) => false,
        (TrafficMatch::Packet(_), _) | (_, TrafficMatch::Packet(_)) => false,
        (TrafficMatch::Of(outer), TrafficMatch::Of(inner)) => inner.iter().all(|i| outer.iter().any(|o| port_covers(&o.kind, &i.kind))),
    }
}

pub(super) fn port_covers(outer: &TrafficTermKind, inner: &TrafficTermKind) -> bool {
    match (outer, inner) {
        (
            TrafficTermKind::Protocol(a),
            TrafficTermKind::Protocol(b) | TrafficTermKind::Ports(b, ..) | TrafficTermKind::Named(_, Some(b)),
        ) => a == b,
        (TrafficTermKind::Ports(a, first, last), TrafficTermKind::Ports(b, from, to)) => a == b && first <= from && to <= last,
        (TrafficTermKind::Named(a, _), TrafficTermKind::Named(b, _)) => a == b && outer == inner,
        _ => false,
    }
}
