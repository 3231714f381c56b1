//! LINT200: a side of a rule of Calico's that matches no pod, host endpoint or network set.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, acting_rules, peer_terms, typo};
use crate::compile::expressions::NAMESPACE_LABEL;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::explain::entity::{NAME_LABEL, means_name, namespace_label, own_label, set_label};
use crate::model::Selector;
use crate::policy::{Direction, PeerTermKind, WrittenEntity};
use crate::snapshot::{Role, Snapshot};
use crate::text::Place;

const CODE: Code = Code("LINT200");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a side of a Calico rule matches no pod, host endpoint or network set",
    advice: "for a GlobalNetworkSet add `namespaceSelector: global()`; a namespace's name is the label `projectcalico.org/name`",
    explanation: r#"The rule matches nothing. Often a namespaced policy means a GlobalNetworkSet, which only `namespaceSelector: global()` reaches, or a namespace was
meant by its name with a label that it does not have."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: office, labels: {set: office}}, spec: {nets: [203.0.113.0/24]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  selector: app == 'web'
  ingress:
  - action: Allow
    source:
      selector: set == 'office' # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: office, labels: {set: office}}, spec: {nets: [203.0.113.0/24]}}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  selector: app == 'web'
  ingress:
  - action: Allow
    source:
      selector: set == 'office'
      namespaceSelector: global()
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    if snapshot.endpoints.is_empty() && snapshot.network_sets.is_empty() {
        // Policies alone: nothing can be said about what they select.
        return;
    }
    for (_, reference, rule) in acting_rules(input) {
        let peer = match reference.direction {
            Direction::Ingress => "source",
            Direction::Egress => "destination",
        };
        for (number, term) in peer_terms(rule) {
            let PeerTermKind::Entity(entity) = &term.kind else { continue };
            let Some(selector) = entity.selector.as_ref().filter(|_| !input.compiled.term_matches_anything(reference, number)) else {
                continue;
            };
            let place = entity.selector_place.unwrap_or(term.place);
            let others = entity.addresses.is_some() || entity.not_selector.is_some();
            found.push(nothing(input, peer, selector, &entity.written, others, place));
        }
    }
}

/// A side that matches nothing, with the cause where one can be told.
fn nothing(input: &LintInput<'_>, side: &str, selector: &Selector, written: &WrittenEntity, others: bool, place: Place) -> Diagnostic {
    let snapshot = input.snapshot;
    let problem = Diagnostic::at(
        CODE,
        Severity::Warning,
        Some(place),
        format!("this {side} matches no pod, host endpoint or network set, so the rule matches nothing"),
    );
    if let Some(namespaces) = written.namespaces.as_ref().filter(|s| **s != Selector::Global && !selects_namespace(snapshot, s)) {
        let meant = means_name(namespaces).filter(|name| snapshot.namespaces.iter().any(|n| n.name == *name));
        return problem.help(match meant {
            Some(name) => format!("no namespace matches `{namespaces}`; to mean `{name}` by its name, write `{NAME_LABEL} == '{name}'`"),
            None => format!("no namespace matches `{namespaces}`; the label with a namespace's name is `{NAME_LABEL}`"),
        });
    }
    match elsewhere(snapshot, written) {
        Some(help) => problem.help(help),
        None if others => problem.help("nothing that its selectors match is in its `nets`, or everything matches its `notSelector`"),
        None => typo::explain_calico(problem, input, selector, |problem| {
            problem.help(match unmet_key(selector, snapshot) {
                Some(key) => format!("nothing has a label `{key}`"),
                None => String::from("nothing has all the labels that its selectors require"),
            })
        }),
    }
}

fn selects_namespace(snapshot: &Snapshot, selector: &Selector) -> bool {
    snapshot.namespaces.iter().any(|n| selector.matches(&|key| namespace_label(key, &n.name, &n.labels)))
}

/// What has such labels in another place than the one that the side is confined to.
fn elsewhere(snapshot: &Snapshot, written: &WrittenEntity) -> Option<String> {
    let (own, selector) = (written.own_namespace.as_deref()?, written.selector.as_ref()?);
    if let Some(set) = snapshot.network_sets.iter().find(|set| selector.matches(&|key| set_label(key, snapshot, set))) {
        return Some(match set.namespace {
            None => format!(
                "GlobalNetworkSet `{}` has such labels, but a selector in a namespaced policy selects only its own namespace, \
                 here `{own}`: add \
                 `namespaceSelector: global()`",
                set.name
            ),
            Some(namespace) => {
                let there = snapshot.namespace_name(namespace);
                format!(
                    "NetworkSet `{}` of namespace `{there}` has such labels: add `namespaceSelector: {NAME_LABEL} == '{there}'`",
                    set.name
                )
            }
        });
    }
    if let Some(host) = snapshot.host_endpoints.iter().find(|host| selector.matches(&|key| host.labels.get(key))) {
        return Some(format!("HostEndpoint `{}` has such labels, and is in no namespace: add `namespaceSelector: global()`", host.name));
    }
    let pod = snapshot
        .endpoints
        .iter()
        .find(|e| e.role == Role::Pod && !e.host_network && selector.matches(&|key| own_label(key, snapshot, e)))?;
    let there = snapshot.namespace_name(pod.namespace);
    Some(format!(
        "pods of namespace `{there}` have such labels, but without a namespaceSelector this selects only `{own}`: add \
         `namespaceSelector: {NAME_LABEL} == '{there}'`"
    ))
}

/// A label that a selector needs and that nothing has.
fn unmet_key<'s>(selector: &'s Selector, snapshot: &Snapshot) -> Option<&'s str> {
    let has = |key: &str| {
        key == NAMESPACE_LABEL
            || snapshot.endpoints.iter().any(|e| own_label(key, snapshot, e).is_some())
            || snapshot.network_sets.iter().any(|s| set_label(key, snapshot, s).is_some())
            || snapshot.host_endpoints.iter().any(|h| h.labels.get(key).is_some())
    };
    match selector {
        Selector::Has(key) => Some(&**key).filter(|key| !key.starts_with("pcns.") && !key.starts_with("pcsa.") && !has(key)),
        Selector::Compare(key, comparison) if !comparison.matches(None) => {
            Some(&**key).filter(|key| !key.starts_with("pcns.") && !key.starts_with("pcsa.") && !has(key))
        }
        Selector::And(parts) => parts.iter().find_map(|part| unmet_key(part, snapshot)),
        _ => None,
    }
}
