//! What admission may change in what the input holds, and the mesh in what policies see: labels that pods get when they are made, and ports of connections
//! that a mesh carries in its own. Both put policies in doubt that look at such labels and ports.

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::language::{Kind, Resource};
use crate::model::{LabelSelector, Labels, Protocol, Selector, well_known};
use crate::policy::{
    Doubt, NamespaceMatch, PeerMatch, PeerTermKind, Policy, PolicyId, Rule, Ruleset, Subject, SubjectMatch, TrafficMatch, TrafficTerm,
    TrafficTermKind,
};
use crate::text::DocumentId;

// --- labels that pods get when they are made -------------------------------------------------------------------------------------------

/// Puts in doubt what policies do by labels that an object may give to pods. Pods as the cluster has them have them already.
pub(super) fn doubt_added_labels(resources: &[(DocumentId, &Resource)], ruleset: &mut Ruleset) {
    let is_manifest = |resource: &Resource| match &resource.kind {
        Kind::Workload(_) => true,
        Kind::Pod(pod) => pod.addresses.is_empty(),
        _ => false,
    };
    let adding = resources.iter().filter_map(|(document, resource)| match &resource.kind {
        Kind::Unread(unread) if !unread.adds_labels.is_empty() => Some((*document, *resource, &unread.adds_labels)),
        _ => None,
    });
    let adding: Vec<(DocumentId, &Resource, &Vec<Box<str>>)> = adding.collect();
    if adding.is_empty() || !resources.iter().any(|(_, resource)| is_manifest(resource)) {
        return;
    }
    for (document, resource, texts) in adding {
        let adds = |key: &str| texts.iter().any(|text| has_word(text, key));
        let text = format!("{} `{}` may give pods labels for which it asks, and is not evaluated", resource.kind_name, resource.meta.name);
        let doubt = Doubt { text, places: alloc::vec![resource.kind_span.within(document)] };
        for at in 0..ruleset.policies.len() {
            let Some(policy) = ruleset.policies.get_mut(at).filter(|policy| policy.doubt.is_none()) else { continue };
            doubt_peers(policy, &adds, &doubt);
            let Some(subject) = without_labels(&policy.subject, &adds) else { continue };
            let copy = Policy { subject, doubt: Some(Box::new(doubt.clone())), ..Policy::clone(policy) };
            add_beside(ruleset, PolicyId::at(at), copy);
        }
    }
}

/// Whether a label's name stands in a text, and not as part of a longer word.
fn has_word(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|start| start.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|end| end.chars().next());
        ![before, after].into_iter().flatten().any(is_part)
    })
}

/// Adds a policy at the place of another.
fn add_beside(ruleset: &mut Ruleset, other: PolicyId, policy: Policy) {
    let id = PolicyId::at(ruleset.policies.len());
    for group in ruleset.tiers.iter_mut().flat_map(|tier| &mut tier.groups).filter(|group| group.contains(&other)) {
        group.push(id);
    }
    ruleset.add(Policy { id, ..policy });
}

/// The same subject whatever its pods have of such labels; nothing if it does not ask for any.
fn without_labels(subject: &SubjectMatch, adds: &dyn Fn(&str) -> bool) -> Option<SubjectMatch> {
    match subject {
        SubjectMatch::Pods(subject) => {
            let pods = without(&subject.pods, adds)?;
            Some(SubjectMatch::Pods(Subject { namespaces: subject.namespaces.clone(), pods }))
        }
        SubjectMatch::Endpoints(selector) => asks(selector, adds).then_some(SubjectMatch::Endpoints(Selector::All)),
        SubjectMatch::Profiles(_) | SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => None,
    }
}

fn without(selector: &LabelSelector, adds: &dyn Fn(&str) -> bool) -> Option<LabelSelector> {
    let (asked, rest): (Vec<_>, Vec<_>) = selector.requirements.iter().cloned().partition(|requirement| adds(&requirement.key));
    (!asked.is_empty()).then_some(LabelSelector { span: selector.span, requirements: rest })
}

fn asks(selector: &Selector, adds: &dyn Fn(&str) -> bool) -> bool {
    match selector {
        Selector::All | Selector::Global => false,
        Selector::Has(key) | Selector::Compare(key, _) => adds(key),
        Selector::Not(inner) => asks(inner, adds),
        Selector::And(parts) | Selector::Or(parts) => parts.iter().any(|part| asks(part, adds)),
    }
}

/// Puts rules in doubt whose peers are told by such labels.
fn doubt_peers(policy: &mut Arc<Policy>, adds: &dyn Fn(&str) -> bool, doubt: &Doubt) {
    let widened = |rule: &Rule| {
        let mut found = false;
        let terms = rule.peers.terms().iter().cloned().map(|mut term| {
            match &mut term.kind {
                PeerTermKind::Pods(subject) => {
                    if let Some(pods) = without(&subject.pods, adds) {
                        (subject.pods, found) = (pods, true);
                    }
                }
                PeerTermKind::Entity(entity) if entity.selector.as_ref().is_some_and(|selector| asks(selector, adds)) => {
                    (entity.selector, found) = (Some(Selector::All), true);
                }
                _ => {}
            }
            term
        });
        let terms: Vec<_> = terms.collect();
        found.then_some(PeerMatch::Of(terms))
    };
    if !policy.egress.iter().chain(&policy.ingress).any(|rule| widened(rule).is_some()) {
        return;
    }
    let policy = Arc::make_mut(policy);
    for rule in policy.egress.iter_mut().chain(&mut policy.ingress) {
        if let Some(peers) = widened(rule) {
            (rule.peers, rule.doubt) = (peers, Some(Box::new(doubt.clone())));
        }
    }
}

// --- ports of connections that a mesh carries -------------------------------------------------------------------------------------------

/// The label by which pods of a namespace belong to Istio's ambient mesh.
const AMBIENT: (&str, &str) = ("istio.io/dataplane-mode", "ambient");
/// The port at which its nodes carry connections between pods. Upstream: Istio documentation, "Ambient and Kubernetes NetworkPolicy".
const CARRIED_AT: u16 = 15008;

/// Puts rules in doubt that tell TCP ports of connections within an ambient mesh: policies see the mesh's own port there.
pub(super) fn doubt_ports_in_mesh(resources: &[(DocumentId, &Resource)], ruleset: &mut Ruleset) {
    let is_ambient = |labels: &Labels| labels.get(AMBIENT.0) == Some(AMBIENT.1);
    let in_mesh = resources.iter().filter(|(_, r)| matches!(r.kind, Kind::Namespace) && is_ambient(&r.meta.labels));
    let namespaces: Vec<(DocumentId, &Resource)> = in_mesh.copied().collect();
    let Some((document, first)) = namespaces.first() else { return };
    let text = format!(
        "`{}` of Namespace `{}` lets the mesh carry connections between its pods at port {CARRIED_AT}, which is the port that policies see",
        AMBIENT.0, first.meta.name
    );
    let doubt = Doubt { text, places: alloc::vec![first.meta.labels_span.within(*document)] };
    let may_be = |namespace: &NamespaceMatch| match namespace {
        NamespaceMatch::Named(name) => namespaces.iter().any(|(_, r)| *r.meta.name == **name),
        NamespaceMatch::Selector(selector) => namespaces.iter().any(|(_, r)| {
            let mut labels = r.meta.labels.clone();
            labels.set(well_known::NAMESPACE_NAME, &r.meta.name);
            selector.judge(&labels, &r.flaws.labels).1
        }),
    };
    let may_be_peer = |rule: &Rule| match &rule.peers {
        PeerMatch::Any => true,
        PeerMatch::Of(terms) => terms.iter().any(|term| match &term.kind {
            PeerTermKind::Pods(subject) => may_be(&subject.namespaces),
            PeerTermKind::Addresses { inside_too, .. } => *inside_too,
            PeerTermKind::Entity(_) => true,
            _ => false,
        }),
    };
    for policy in &mut ruleset.policies {
        let concerns = match &policy.subject {
            SubjectMatch::Pods(subject) => may_be(&subject.namespaces),
            SubjectMatch::Endpoints(_) => policy.namespace.as_deref().is_none_or(|own| may_be(&NamespaceMatch::Named(own.into()))),
            SubjectMatch::Profiles(_) | SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => false,
        };
        let tells = |rule: &Rule| rule.doubt.is_none() && tells_ports(&rule.traffic) && may_be_peer(rule);
        if !concerns || policy.doubt.is_some() || !policy.egress.iter().chain(&policy.ingress).any(tells) {
            continue;
        }
        let policy = Arc::make_mut(policy);
        for rule in policy.egress.iter_mut().chain(&mut policy.ingress).filter(|rule| tells(rule)) {
            if rule.traffic.may_hold(Protocol::TCP, CARRIED_AT) {
                let tcp = TrafficTerm { place: rule.place, kind: TrafficTermKind::Protocol(Protocol::TCP) };
                rule.traffic = match core::mem::replace(&mut rule.traffic, TrafficMatch::Any) {
                    TrafficMatch::Of(mut terms) => {
                        terms.push(tcp);
                        TrafficMatch::Of(terms)
                    }
                    _ => TrafficMatch::Of(alloc::vec![tcp]),
                };
            }
            rule.doubt = Some(Box::new(doubt.clone()));
        }
    }
}

/// Whether a rule tells TCP connections apart by their ports.
fn tells_ports(traffic: &TrafficMatch) -> bool {
    match traffic {
        TrafficMatch::Any => false,
        TrafficMatch::Of(terms) => terms.iter().any(|term| match &term.kind {
            TrafficTermKind::Protocol(_) => false,
            TrafficTermKind::Ports(protocol, ..) => *protocol == Protocol::TCP,
            TrafficTermKind::Named(_, protocol) => protocol.is_none_or(|protocol| protocol == Protocol::TCP),
        }),
        TrafficMatch::Packet(packet) => traffic.names_ports() && packet.protocol.is_none_or(|protocol| protocol == Protocol::TCP),
    }
}
