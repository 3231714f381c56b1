//! Policies that an API server refuses, and those of which a part cannot be read, as policies in doubt (see [`Doubt`]).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::unread::kind_of;
use crate::language::calico::Calico;
use crate::language::lower::ANYTHING;
use crate::language::{Kind, Resource};
use crate::model::{LabelSelector, Selector};
use crate::policy::{Action, Doubt, NamespaceMatch, PeerMatch, Policy, Rule, Ruleset, Subject, SubjectMatch, TrafficMatch};
use crate::text::{DocumentId, Place, Span};

/// Why most of them are not in force for certain.
pub(super) const REFUSED: &str = "an API server refuses it";

/// A policy of which it is not known whether it is in force: an API server refuses it, so the cluster has what it had before, if anything. It stands
/// where the valid one would stand, and may do whatever its kind can do to whom it selects.
pub(in crate::language) fn in_doubt(mut policy: Policy, resource: &Resource, document: DocumentId, actions: &[Action]) -> Policy {
    let within = |place: Place, flaw: &Span| place.document == document && place.span.start <= flaw.start && flaw.end <= place.span.end;
    let flaws =
        || resource.flaws.refusals.iter().chain(&resource.flaws.hook).chain(resource.flaws.unknown_fields.iter().map(|(span, _)| span));
    let flawed = |place: Place| flaws().any(|flaw| within(place, flaw));
    if policy.subject_place != policy.place && flawed(policy.subject_place) {
        policy.subject = widened(policy.subject);
    }
    if resource.flaws.anybody {
        policy.subject = of_anybody(policy.subject);
    }
    let rules: Vec<Rule> = actions.iter().map(|action| any(*action, policy.place)).collect();
    policy.egress.clone_from(&rules);
    policy.ingress = rules;
    let is_tier = matches!(&resource.kind, Kind::Calico(calico) if matches!(&**calico, Calico::Tier(_)));
    if !is_tier {
        policy.kind = Cow::Owned(kind_of(resource).into());
    }
    // A policy that acts in neither direction was meant for one that could not be read.
    if resource.flaws.both_directions || !policy.acts_on_egress && !policy.acts_on_ingress {
        (policy.acts_on_egress, policy.acts_on_ingress) = (true, true);
    }
    let because = match resource.flaws.unknown_fields.first() {
        _ if resource.flaws.hook.is_some() => String::from("it is a hook, which is there for a while only"),
        _ if resource.flaws.in_doubt => String::from("it is not known whether the command that applies it runs"),
        Some((_, field)) if !resource.refused => format!("its kind has no field `{field}`"),
        _ if is_tier => format!("an API server refuses its Tier `{}`", resource.meta.name),
        _ => String::from(REFUSED),
    };
    let text = format!("{} `{}` is not evaluated: {because}", policy.kind, policy.title());
    let flaw = flaws().next();
    let mut places = alloc::vec![resource.kind_span.within(document)];
    places.extend(flaw.map(|span| span.within(document)).filter(|place| *place != resource.kind_span.within(document)));
    policy.doubt = Some(Box::new(Doubt { text, places }));
    policy
}

/// A rule about everything.
pub(in crate::language) fn any(action: Action, place: Place) -> Rule {
    Rule { place, name: None, action, peers: PeerMatch::Any, traffic: TrafficMatch::Any, http: None, own: None, doubt: None }
}

/// That an object is refused, by its name.
pub(super) fn refused(resource: &Resource, document: DocumentId, name: &str) -> Doubt {
    let text = format!("{} `{name}` is not evaluated: {REFUSED}", kind_of(resource));
    Doubt { text, places: alloc::vec![resource.kind_span.within(document)] }
}

/// Rules of a refused object of which nothing is known: they may allow everything, or deny it.
pub(in crate::language) fn rules_in_doubt(resource: &Resource, document: DocumentId) -> Vec<Rule> {
    let doubt = Box::new(refused(resource, document, &resource.meta.name));
    let rule = |action| Rule { doubt: Some(doubt.clone()), ..any(action, resource.span.within(document)) };
    [Action::Deny, Action::Allow].map(rule).into()
}

/// Puts in doubt what fields leave open that its kind does not have: a rule that has one, or the policy if it stands elsewhere. Whoever writes the
/// object either refuses it or drops the field, and then it says more than was written.
pub(in crate::language) fn with_unknown_fields(
    mut policy: Policy,
    resource: &Resource,
    document: DocumentId,
    actions: &[Action],
) -> Policy {
    let mut elsewhere = false;
    for (span, field) in &resource.flaws.unknown_fields {
        let title = policy.title();
        let kind = policy.kind.clone();
        let rules = policy.egress.iter_mut().chain(&mut policy.ingress);
        let mut own = rules.filter(|rule| rule.place.span.start <= span.start && span.end <= rule.place.span.end).peekable();
        elsewhere |= own.peek().is_none();
        for rule in own {
            let text = format!("`{field}` in a rule of {kind} `{title}` is not evaluated: its kind has no such field");
            rule.doubt = Some(Box::new(Doubt { text, places: alloc::vec![span.within(document)] }));
        }
    }
    if elsewhere { in_doubt(policy, resource, document, actions) } else { policy }
}

/// The same subject without the selector, of which not even the labels that it asks for are known.
fn widened(subject: SubjectMatch) -> SubjectMatch {
    match subject {
        SubjectMatch::Pods(subject) => SubjectMatch::Pods(Subject { pods: LabelSelector::default(), ..subject }),
        SubjectMatch::Endpoints(_) => SubjectMatch::Endpoints(Selector::All),
        other => other,
    }
}

/// The same subject in every namespace.
fn in_any_namespace(subject: SubjectMatch) -> SubjectMatch {
    match subject {
        SubjectMatch::Pods(subject) => {
            SubjectMatch::Pods(Subject { namespaces: NamespaceMatch::Selector(LabelSelector::default()), ..subject })
        }
        SubjectMatch::Endpoints(_) => SubjectMatch::Endpoints(Selector::All),
        other => other,
    }
}

/// Every subject of the kind: neither namespace nor selector are known.
fn of_anybody(subject: SubjectMatch) -> SubjectMatch {
    in_any_namespace(widened(subject))
}

/// Puts in doubt policies of which the namespace cannot be read: they may be in any. Where pods are in a namespace of the same odd name, as in a text
/// in which it is to be filled in everywhere, it is theirs.
pub(in crate::language) fn doubt_namespaces(resources: &[(DocumentId, &Resource)], ruleset: &mut Ruleset) {
    for &(document, resource) in resources {
        let Some(at) = resource.flaws.namespace else { continue };
        let same = |other: &Resource| other.meta.namespace.is_some() && other.meta.namespace == resource.meta.namespace;
        if resources.iter().any(|(_, other)| matches!(other.kind, Kind::Pod(_) | Kind::Workload(_)) && same(other)) {
            continue;
        }
        let place = resource.span.within(document);
        for policy in ruleset.policies.iter_mut().filter(|policy| policy.place == place && policy.namespace.is_some()) {
            let actions: &[Action] = if matches!(resource.kind, Kind::NetworkPolicy(_)) { &[Action::Allow] } else { ANYTHING };
            let mut doubted = in_doubt((**policy).clone(), resource, document, actions);
            doubted.subject = in_any_namespace(doubted.subject);
            let text = format!("{} `{}` is not evaluated: its namespace cannot be read", doubted.kind, resource.meta.name);
            doubted.doubt = Some(Box::new(Doubt { text, places: alloc::vec![at.within(document)] }));
            *policy = Arc::new(doubted);
        }
    }
}
