//! What is not evaluated, as policies in doubt (see [`Doubt`]).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::model::{AddressSet, LabelSelector, Operator};
use crate::policy::{
    Action, Doubt, HookMatch, NamespaceMatch, PeerMatch, PeerTerm, PeerTermKind, Policy, PolicyId, Rule, Ruleset, Subject, SubjectMatch,
    Tier, TierEnd, TrafficMatch, TrafficTerm, TrafficTermKind,
};
use crate::resources::unread::{Cause, Effect, Enforcer, Namespaces, Unread};
use crate::resources::{Kind, Resource};
use crate::settings::{Engine, Settings};
use crate::text::{DocumentId, Place, Span};

/// The name of the tiers of policies that are not evaluated.
const TIER: &str = "not evaluated";

/// A policy of which it is not known whether it is in force: an API server refuses it, so the cluster has what it had before, if anything. It stands
/// where the valid one would stand, and may do whatever its kind can do to whom it selects.
pub(super) fn in_doubt(mut policy: Policy, resource: &Resource, document: DocumentId, actions: &[Action]) -> Policy {
    let within = |place: Place, flaw: &Span| place.document == document && place.span.start <= flaw.start && flaw.end <= place.span.end;
    let flaws = || resource.flaws.refusals.iter().chain(resource.flaws.unknown_fields.iter().map(|(span, _)| span));
    let flawed = |place: Place| flaws().any(|flaw| within(place, flaw));
    if policy.subject_place != policy.place && flawed(policy.subject_place) {
        policy.subject = widened(policy.subject);
    }
    let rule = |action: Action| Rule {
        place: policy.place,
        name: None,
        action,
        peers: PeerMatch::Any,
        traffic: TrafficMatch::Any,
        http: None,
        own: None,
        doubt: None,
    };
    let rules: Vec<Rule> = actions.iter().copied().map(rule).collect();
    policy.egress.clone_from(&rules);
    policy.ingress = rules;
    policy.kind = Cow::Owned(kind_of(resource).into());
    // A policy that acts in neither direction was meant for one that could not be read.
    if !policy.acts_on_egress && !policy.acts_on_ingress {
        (policy.acts_on_egress, policy.acts_on_ingress) = (true, true);
    }
    let because = match resource.flaws.unknown_fields.first() {
        Some((_, field)) if !resource.refused => format!("its kind has no field `{field}`"),
        _ => String::from("an API server refuses it"),
    };
    let text = format!("{} `{}` is not evaluated: {because}", policy.kind, policy.title());
    let flaw = flaws().next();
    let mut places = alloc::vec![resource.kind_span.within(document)];
    places.extend(flaw.map(|span| span.within(document)).filter(|place| *place != resource.kind_span.within(document)));
    policy.doubt = Some(Box::new(Doubt { text, places }));
    policy
}

/// Puts in doubt what fields leave open that its kind does not have: a rule that has one, or the policy if it stands elsewhere. Whoever writes the
/// object either refuses it or drops the field, and then it says more than was written.
pub(super) fn with_unknown_fields(mut policy: Policy, resource: &Resource, document: DocumentId, actions: &[Action]) -> Policy {
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
        SubjectMatch::Endpoints(_) => SubjectMatch::Endpoints(crate::selector::Selector::All),
        other => other,
    }
}

/// Adds what is not evaluated: before everything else, but for failsafe ports, or after it. It decides nothing for certain.
pub(super) fn add(resources: &[(DocumentId, &Resource)], settings: &Settings, ruleset: &mut Ruleset) {
    let mut tiers: BTreeMap<bool, Vec<Vec<PolicyId>>> = BTreeMap::new();
    let has_policies = !ruleset.policies.is_empty();
    let policies_in: BTreeSet<String> = ruleset.policies.iter().filter_map(|p| p.namespace.clone()).collect();
    for &(document, resource) in resources {
        let Kind::Unread(unread) = &resource.kind else { continue };
        if unread.cause == Cause::Kustomization && !has_policies {
            continue;
        }
        for effect in &unread.effects {
            let moved = (unread.cause == Cause::Kustomization).then(|| with_namespaces(effect, &policies_in));
            let effect = moved.as_ref().unwrap_or(effect);
            let id = PolicyId(ruleset.policies.len() as u32);
            let policy = policy(id, document, resource, unread, effect, settings);
            if policy.not_enforced.is_none() {
                tiers.entry(effect.last).or_default().push(alloc::vec![id]);
            }
            ruleset.policies.push(policy);
        }
    }
    for (last, groups) in tiers {
        let tier = Tier {
            name: TIER.into(),
            noun: "policies that are not evaluated",
            groups,
            end: TierEnd::Pass,
            ports_only: false,
            passes_all: false,
            ordered: true,
        };
        let is_failsafe = |tier: &Tier| {
            let first = tier.groups.first().and_then(|g| g.first()).and_then(|id| ruleset.policy(*id));
            first.is_some_and(|p| p.hook == HookMatch::Failsafe)
        };
        let after_isolation = |tier: &Tier| tier.isolates() && tier.name != "profiles";
        let at = if last {
            ruleset.tiers.iter().rposition(after_isolation).map_or(ruleset.tiers.len(), |at| at + 1)
        } else {
            ruleset.tiers.iter().position(|tier| !is_failsafe(tier)).unwrap_or(ruleset.tiers.len())
        };
        ruleset.tiers.insert(at, tier);
    }
}

/// An effect on one namespace as one on these too: objects that are moved into it are no longer where they were.
fn with_namespaces(effect: &Effect, others: &BTreeSet<String>) -> Effect {
    let mut effect = effect.clone();
    if let Namespaces::Selected(selector) = &mut effect.subject.namespaces {
        for requirement in &mut selector.requirements {
            if let Operator::In(names) = &mut requirement.operator {
                names.extend(others.iter().map(|name| Box::from(name.as_str())));
            }
        }
    }
    effect
}

fn policy(id: PolicyId, document: DocumentId, resource: &Resource, unread: &Unread, effect: &Effect, settings: &Settings) -> Policy {
    let own = resource.meta.namespace.as_deref().unwrap_or(&settings.default_namespace);
    let whole = resource.span.within(document);
    let place = if effect.span == Span::default() { resource.kind_span } else { effect.span }.within(document);
    let actions = [(effect.denies, Action::Deny), (effect.allows, Action::Allow)];
    let rules: Vec<Rule> = actions.into_iter().filter(|(does, _)| *does).map(|(_, action)| rule(action, effect, place)).collect();
    let namespaces = match &effect.subject.namespaces {
        Namespaces::All => NamespaceMatch::Selector(LabelSelector::default()),
        Namespaces::Own => NamespaceMatch::Named(own.to_string()),
        Namespaces::Selected(selector) => NamespaceMatch::Selector(selector.clone()),
    };
    let subject = Subject { namespaces, pods: effect.subject.pods.clone() };
    let rules_of = |acts: bool| if acts { rules.clone() } else { Vec::new() };
    let name = if resource.meta.name.is_empty() { String::from("without a name") } else { resource.meta.name.to_string() };
    let mut policy = Policy {
        id,
        kind: Cow::Owned(kind_of(resource).into()),
        namespace: resource.meta.namespace.as_deref().map(ToString::to_string),
        name,
        place: whole,
        subject: SubjectMatch::Pods(subject),
        subject_place: place,
        priority: None,
        acts_on_egress: effect.egress,
        acts_on_ingress: effect.ingress,
        egress: rules_of(effect.egress),
        ingress: rules_of(effect.ingress),
        hook: HookMatch::Any,
        not_enforced: not_enforced(unread.enforcer, settings),
        doubt: None,
    };
    let mut places = alloc::vec![resource.kind_span.within(document)];
    if place != resource.kind_span.within(document) {
        places.push(place);
    }
    policy.doubt = Some(Box::new(Doubt { text: sentence(resource, unread, effect, &policy), places }));
    policy
}

fn rule(action: Action, effect: &Effect, place: Place) -> Rule {
    let term = |kind| PeerTerm { place, kind };
    let peers = if effect.outside_only {
        let addresses = PeerTermKind::Addresses { set: AddressSet::everything(), inside_too: false, block: None };
        PeerMatch::Of(alloc::vec![term(addresses), term(PeerTermKind::Nodes(LabelSelector::default()))])
    } else {
        PeerMatch::Any
    };
    let port = |(protocol, first, last): &(_, u16, u16)| TrafficTerm {
        place,
        kind: match (*first, *last) {
            (0, u16::MAX) => TrafficTermKind::Protocol(*protocol),
            (first, last) => TrafficTermKind::Ports(*protocol, first, last),
        },
    };
    let traffic = if effect.ports.is_empty() { TrafficMatch::Any } else { TrafficMatch::Of(effect.ports.iter().map(port).collect()) };
    let name = (!effect.field.is_empty()).then(|| effect.field.to_string());
    Rule { place, name, action, peers, traffic, http: None, own: None, doubt: None }
}

/// The kind of an object as it is written.
fn kind_of(resource: &Resource) -> &str {
    if resource.kind_name.is_empty() { "an object" } else { &resource.kind_name }
}

/// "`ingressDeny` of CiliumNetworkPolicy `shop/db-closed` is not evaluated".
fn sentence(resource: &Resource, unread: &Unread, effect: &Effect, policy: &Policy) -> String {
    let kind = kind_of(resource);
    let object = if resource.meta.name.is_empty() { kind.to_string() } else { format!("{kind} `{}`", policy.title()) };
    let subject = if effect.field.is_empty() { object } else { format!("`{}` of {object}", effect.field) };
    let why = match unread.cause {
        Cause::Kind | Cause::MakesPods => "",
        Cause::NoSuchKind => ": there is no such kind",
        Cause::Broken => ": its document cannot be read",
        Cause::Template => ": it is a template, to be rendered first",
        Cause::Kustomization | Cause::Elsewhere => ": what it changes is known once it is built",
    };
    format!("{subject} is not evaluated{why}")
}

/// Why an engine does not put something into effect; nothing if it may.
fn not_enforced(enforcer: Enforcer, settings: &Settings) -> Option<String> {
    let engine = match (settings.engine, enforcer) {
        (_, Enforcer::Beside) => return None,
        (Engine::None, _) => "no policy engine is installed",
        (_, Enforcer::Any) => return None,
        (Engine::Calico, Enforcer::Calico) => return None,
        (Engine::Calico, Enforcer::OtherPlugin) if settings.engine_is_told => "Calico does not know policies of other engines",
        (Engine::AzureNpm, _) => "Azure's network policy manager enforces NetworkPolicy only",
        (Engine::Generic, Enforcer::Calico) if settings.engine_is_told => "an engine that is not Calico does not know Calico's policies",
        _ => return None,
    };
    Some(engine.into())
}
