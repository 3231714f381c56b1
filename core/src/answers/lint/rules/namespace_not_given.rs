//! LINT225: a selector of namespaces asks for a label of a Namespace that is not in the input.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashSet;

use crate::answers::lint::{Lint, LintInput, acting_rules, peer_terms, policies};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::explain::entity::NAME_LABEL;
use crate::model::{Known, LabelSelector, Selector, UnknownLabels};
use crate::policy::{NamespaceMatch, PeerTerm, PeerTermKind, Subject, SubjectMatch};
use crate::snapshot::{Namespace, NamespaceId, PodEndpoint, Role};
use crate::text::Place;

const CODE: Code = Code("LINT225");
/// So many namespaces are named.
const NAMED: usize = 3;

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a selector of namespaces asks for a label of a namespace whose Namespace is not in the input",
    advice: "paste the Namespaces (`kubectl get namespaces -o yaml`)",
    explanation: r#"Labels of namespaces are in Namespace objects. A namespace that pods are in, and of which the input has no Namespace, is taken to have no label but that
with its name, which the API server sets: verdicts that rest on another label are those of a namespace without it. Upstream: "Automatic labelling" of
"Namespaces" in the Kubernetes documentation."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: monitoring, labels: {app: agent}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: tools, labels: {team: ops}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: probe, namespace: tools, labels: {app: probe}}, spec: {containers: [{name: c}]}}
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
    - namespaceSelector: {matchLabels: {team: ops}} # here
"#,
    good: r#"{apiVersion: v1, kind: Namespace, metadata: {name: monitoring, labels: {team: ops}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: monitoring, labels: {app: agent}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
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
    - namespaceSelector: {matchLabels: {team: ops}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    let mut missing: BTreeMap<NamespaceId, Vec<&PodEndpoint>> = BTreeMap::new();
    for endpoint in snapshot.endpoints.iter().filter(|e| e.role == Role::Pod) {
        if snapshot.namespace(endpoint.namespace).is_some_and(|namespace| namespace.given.is_none()) {
            missing.entry(endpoint.namespace).or_default().push(endpoint);
        }
    }
    if missing.is_empty() {
        return;
    }
    let subjects = policies(input).filter_map(|policy| match &policy.subject {
        SubjectMatch::Pods(subject) => Some((Asks::of(subject)?, policy.subject_place)),
        _ => None,
    });
    let peers = acting_rules(input).flat_map(|(_, _, rule)| peer_terms(rule).filter_map(|(_, term)| asked_by(term)));
    let mut told: HashSet<Place> = HashSet::new();
    for (asks, place) in subjects.chain(peers) {
        let matters = |(id, pods): (&NamespaceId, &Vec<&PodEndpoint>)| {
            let namespace = snapshot.namespace(*id)?;
            (asks.rest_on_more(namespace) && asks.may_mean(pods)).then_some(namespace.name.as_str())
        };
        let names: Vec<&str> = missing.iter().filter_map(matters).collect();
        if names.is_empty() || !told.insert(place) {
            continue;
        }
        let message =
            format!("this asks for labels of namespaces, and of {} the input has no Namespace: it counts as without them", listed(&names));
        let problem = Diagnostic::at(CODE, Severity::Warning, Some(place), message);
        found.push(problem.help("paste the Namespaces too (`kubectl get namespaces -o yaml`), or select them by name"));
    }
}

/// What selects namespaces by their labels.
enum Asks<'a> {
    /// Such pods of such namespaces.
    Kubernetes(&'a LabelSelector, &'a LabelSelector),
    Calico(&'a Selector),
}

impl<'a> Asks<'a> {
    fn of(subject: &'a Subject) -> Option<Self> {
        match &subject.namespaces {
            NamespaceMatch::Selector(namespaces) => Some(Asks::Kubernetes(&subject.pods, namespaces)),
            NamespaceMatch::Named(_) => None,
        }
    }

    /// Whether it may be about some of these pods, were they in such a namespace.
    fn may_mean(&self, pods: &[&PodEndpoint]) -> bool {
        match self {
            Asks::Kubernetes(selector, _) => pods.iter().any(|pod| selector.judge(&pod.labels, &pod.unknown).1),
            Asks::Calico(_) => true,
        }
    }

    /// Whether it rests on labels that are not known of a namespace of which nothing but the name is.
    fn rest_on_more(&self, namespace: &Namespace) -> bool {
        let unknown = UnknownLabels { keys: Vec::new(), others: true };
        let (certain, possible) = match self {
            Asks::Kubernetes(_, selector) => selector.judge(&namespace.labels, &unknown),
            Asks::Calico(selector) => selector.judge(&|key| match key {
                NAME_LABEL => Known::Value(&namespace.name),
                key => unknown.look_up(&namespace.labels, key),
            }),
        };
        certain != possible
    }
}

fn asked_by(term: &PeerTerm) -> Option<(Asks<'_>, Place)> {
    match &term.kind {
        PeerTermKind::Pods(subject) => Some((Asks::of(subject)?, term.place)),
        PeerTermKind::Entity(entity) => {
            Some((Asks::Calico(entity.written.namespaces.as_ref()?), entity.selector_place.unwrap_or(term.place)))
        }
        _ => None,
    }
}

/// The first of some names, and how many more there are.
fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    match names.len() - shown.len() {
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
