//! What is not known of an endpoint, and how to get it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Explainer, end_name};
use crate::compile::Endpoint;
use crate::model::{Known, LabelSelector, Selector};
use crate::policy::{Doubt, NamespaceMatch, PeerTermKind, PolicyId, RuleRef, Subject, SubjectMatch};
use crate::snapshot::{HostEndpoint, PodEndpoint, Role, ServiceAccount, Snapshot};

impl Explainer<'_> {
    /// Why it is not known whether policies select an endpoint.
    pub(super) fn selected_fact(&self, policies: &[PolicyId], peer: Endpoint) -> String {
        let subject = if peer == self.flow.to { self.flow.from } else { self.flow.to };
        if let Some(doubt) = self.open_subject(policies, peer) {
            return doubt.text.clone();
        }
        let names: Vec<String> = policies.iter().map(|p| self.policy_name(*p)).collect();
        let name = end_name(subject, self.snapshot);
        let mut keys: Vec<&str> = Vec::new();
        for policy in policies.iter().filter_map(|id| self.compiled.policy(*id)) {
            let Endpoint::Pod(id) = subject else { continue };
            let Some(endpoint) = self.snapshot.pod(id) else { continue };
            match &policy.subject {
                SubjectMatch::Pods(subject) => keys.extend(open_keys(&subject.pods, endpoint)),
                SubjectMatch::Endpoints(selector) => keys.extend(mentioned(selector, endpoint)),
                SubjectMatch::Profiles(_) | SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => {}
            }
        }
        let verb = if names.len() == 1 { "selects" } else { "select" };
        let labels = self.missing_node_labels(subject).unwrap_or_else(|| labels_text(&keys));
        format!("whether {} {verb} `{name}` depends on {labels}", names.join(" and "))
    }

    /// What of the endpoint that policies may select cannot be read, if that is why it is not known whether they do.
    pub(super) fn open_subject(&self, policies: &[PolicyId], peer: Endpoint) -> Option<&Doubt> {
        let subject = if peer == self.flow.to { self.flow.from } else { self.flow.to };
        let mut subjects = policies.iter().filter_map(|id| self.compiled.policy(*id)).map(|policy| &policy.subject);
        let own = |subject_match: &SubjectMatch| match subject_match {
            SubjectMatch::Pods(selected) => self.open_pod(selected, subject),
            SubjectMatch::Endpoints(selector) => self.open_endpoint(selector, subject),
            SubjectMatch::Profiles(_) | SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => None,
        };
        subjects.find_map(own)
    }

    /// What of the other endpoint, or of a network set, cannot be read, if that is why it is not known whether a rule matches.
    pub(super) fn open_peer(&self, reference: RuleRef, peer: Endpoint) -> Option<&Doubt> {
        if self.compiled.rule_matches(reference, peer).0 {
            return None;
        }
        let of_term = |kind: &PeerTermKind| match kind {
            PeerTermKind::Pods(subject) => self.open_pod(subject, peer),
            PeerTermKind::Entity(entity) => {
                let mut selectors = entity.selector.iter().chain(&entity.not_selector);
                selectors.find_map(|selector| self.open_endpoint(selector, peer).or_else(|| self.open_set(selector)))
            }
            _ => None,
        };
        self.compiled.ruleset().rule(reference)?.peers.terms().iter().find_map(|term| of_term(&term.kind))
    }

    fn open_pod(&self, subject: &Subject, end: Endpoint) -> Option<&Doubt> {
        let Endpoint::Pod(id) = end else { return None };
        let endpoint = self.snapshot.pod(id)?;
        let ruleset = self.compiled.ruleset();
        let namespace = self.snapshot.namespace(endpoint.namespace)?;
        let of_namespace = match &subject.namespaces {
            NamespaceMatch::Selector(selector) if selector.requirements.iter().any(|r| namespace.unknown.concerns(&r.key)) => {
                namespace.given.and_then(|place| ruleset.open_at(place))
            }
            _ => None,
        };
        let own = open_keys(&subject.pods, endpoint).next().and_then(|_| ruleset.open_at(endpoint.place));
        of_namespace.or(own)
    }

    fn open_endpoint(&self, selector: &Selector, end: Endpoint) -> Option<&Doubt> {
        let ruleset = self.compiled.ruleset();
        let Endpoint::Pod(id) = end else {
            let mut hosts = self.open_hosts(end);
            return hosts.find_map(|host| ruleset.open_at(host.place).or_else(|| ruleset.open_at(self.snapshot.node(host.node)?.place?)));
        };
        let endpoint = self.snapshot.pod(id)?;
        let own = (!mentioned(selector, endpoint).is_empty()).then(|| ruleset.open_at(endpoint.place)).flatten();
        let of_namespace = || self.snapshot.namespace(endpoint.namespace).and_then(|n| ruleset.open_at(n.given?));
        let accounts = &self.snapshot.service_accounts;
        let is_its = |a: &&ServiceAccount| a.namespace == endpoint.namespace && *a.name == *endpoint.service_account;
        own.or_else(of_namespace).or_else(|| accounts.iter().find(is_its).and_then(|account| ruleset.open_at(account.place)))
    }

    /// Host endpoints of a node, or with an address, of which not all labels are known.
    fn open_hosts(&self, end: Endpoint) -> impl Iterator<Item = &HostEndpoint> {
        let is_there = move |host: &&HostEndpoint| match end {
            Endpoint::Node(id) => host.node == id,
            end => end.address().is_some_and(|address| host.addresses.contains(&address)),
        };
        self.snapshot.host_endpoints.iter().filter(|host| !host.unknown.is_empty()).filter(is_there)
    }

    /// The labels of a node, which its automatic host endpoint has too, where the input does not give them all.
    pub(super) fn missing_node_labels(&self, end: Endpoint) -> Option<String> {
        let host = self.open_hosts(end).find(|host| host.automatic)?;
        let node = self.snapshot.node(host.node)?;
        let how = match node.place {
            None => "which is not in the input; add it (`kubectl get nodes -o yaml`)",
            Some(_) => "not all of which are in the input; add the node itself (`kubectl get nodes -o yaml`)",
        };
        Some(format!("the labels of node `{}`, {how}", node.name))
    }

    /// A network set that a selector may select, and of which not all can be read.
    fn open_set(&self, selector: &Selector) -> Option<&Doubt> {
        let open = self.snapshot.network_sets.iter().filter(|set| set.unread || !set.unknown.is_empty());
        let mut selected = open.filter(|set| selector.judge(&|key: &str| set.unknown.look_up(&set.labels, key)).1);
        selected.find_map(|set| self.compiled.ruleset().open_at(set.place))
    }

    /// What would have to be known of a pod's labels to say whether a rule matches it; nothing if all of them are known.
    pub(super) fn missing_labels(&self, reference: RuleRef, peer: Endpoint) -> Option<String> {
        let Endpoint::Pod(id) = peer else { return None };
        let endpoint = self.snapshot.pod(id).filter(|e| !e.unknown.is_empty())?;
        if endpoint.role == Role::IngressController {
            let namespace = self.snapshot.namespace(endpoint.namespace).filter(|n| !n.is_unknown());
            return Some(match namespace {
                Some(namespace) => format!(
                    "the labels of the ingress controller in `{}`, whose pods are not in the input; add them (`kubectl get pods -n {0} -o yaml`)",
                    namespace.name
                ),
                None => String::from(
                    "the namespace and labels of the ingress controller, which is not in the input; add its pods and namespace \
                     (`kubectl get pods,namespaces -A -o yaml`)",
                ),
            });
        }
        let terms = self.compiled.ruleset().rule(reference)?.peers.terms();
        let mut keys: Vec<&str> = Vec::new();
        for term in terms {
            match &term.kind {
                PeerTermKind::Pods(subject) => keys.extend(open_keys(&subject.pods, endpoint)),
                PeerTermKind::Entity(entity) => {
                    entity.selector.iter().chain(&entity.not_selector).for_each(|s| keys.extend(mentioned(s, endpoint)));
                }
                _ => {}
            }
        }
        (!keys.is_empty()).then(|| labels_text(&keys))
    }
}

/// What the ingress controller is taken for.
pub(crate) fn controller_note(endpoint: &PodEndpoint, snapshot: &Snapshot) -> Option<String> {
    let namespace = snapshot.namespace(endpoint.namespace)?;
    if !endpoint.unknown.others && namespace.name.is_empty() {
        return Some(
            "The ingress controller's pods are not in the input: it is taken to have no labels, in a namespace without labels.".into(),
        );
    }
    if namespace.is_unknown() {
        return Some(
            "The ingress controller is not in the input: it may have any labels, in any namespace, and no policy of the input is taken to be about its own \
             traffic. Add its pods and namespace for a certain answer."
                .into(),
        );
    }
    Some(match endpoint.unknown.others {
        true => format!(
            "The ingress controller's pods are not in the input, only its Service in `{}`: they are taken to have the labels that it asks for, and may have others.",
            namespace.name
        ),
        false => format!("The ingress controller is `{}/{}`.", namespace.name, endpoint.name),
    })
}

/// Labels that a selector asks for and whose value is not known.
fn open_keys<'a>(selector: &'a LabelSelector, endpoint: &'a PodEndpoint) -> impl Iterator<Item = &'a str> {
    let open = |key: &str| matches!(endpoint.unknown.look_up(&endpoint.labels, key), Known::Present(_) | Known::Maybe);
    selector.requirements.iter().map(|r| &*r.key).filter(move |key| open(key))
}

/// The same for a selector of Calico's.
fn mentioned<'a>(selector: &'a Selector, endpoint: &PodEndpoint) -> Vec<&'a str> {
    let (mut open, mut keys) = (alloc::vec![selector], Vec::new());
    while let Some(selector) = open.pop() {
        match selector {
            Selector::All | Selector::Global => {}
            Selector::Has(key) | Selector::Compare(key, _) if endpoint.unknown.concerns(key) => keys.push(&**key),
            Selector::Has(_) | Selector::Compare(..) => {}
            Selector::Not(inner) => open.push(inner),
            Selector::And(parts) | Selector::Or(parts) => open.extend(parts),
        }
    }
    keys
}

fn labels_text(keys: &[&str]) -> String {
    let mut names: Vec<String> = Vec::new();
    for name in keys.iter().map(|key| format!("`{key}`")) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => String::from("labels that are not in the input"),
        [one] => {
            format!("the value of label {one}, which the controller sets: `kubectl get pods --show-labels` shows it, or paste the pods")
        }
        many => format!("the values of labels {}, which the controller sets: paste the pods", many.join(" and ")),
    }
}
