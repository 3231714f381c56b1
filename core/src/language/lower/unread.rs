//! What is not evaluated, as policies in doubt (see [`Doubt`]).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::refused::{REFUSED, refused};
pub(in crate::language) use super::refused::{any, doubt_namespaces, in_doubt, rules_in_doubt, with_unknown_fields};
use crate::language::calico::Calico;
use crate::language::unread::{Cause, Effect, Enforcer, NamedPort, Namespaces, PodsOf, Unread, Whom};
use crate::language::{Kind, Resource, asks_for_label};
use crate::model::{AddressSet, LabelSelector, Labels, Operator, Requirement};
use crate::policy::{
    Action, Doubt, HookMatch, NamespaceMatch, PeerMatch, PeerTerm, PeerTermKind, Policy, PolicyId, PolicyRole, PortTerm, Rule, Ruleset,
    Subject, SubjectMatch, Tier, TierEnd, TrafficMatch, TrafficTerm, TrafficTermKind, service_of_port,
};
use crate::settings::{Assumed, Engine};
use crate::snapshot::ServiceType;
use crate::text::{DocumentId, Place, Span};

/// The name of the tiers of policies that are not evaluated.
pub(in crate::language) const TIER: &str = "not evaluated";

/// Adds what is not evaluated: before everything else, but for failsafe ports, or after it. It decides nothing for certain.
pub(in crate::language) fn add(resources: &[(DocumentId, &Resource)], settings: &Assumed, ruleset: &mut Ruleset) {
    let mut tiers: BTreeMap<bool, Vec<Vec<PolicyId>>> = BTreeMap::new();
    let has_policies = !ruleset.policies.is_empty();
    let policies_in: BTreeSet<String> = ruleset.policies.iter().filter_map(|p| p.namespace.clone()).collect();
    // Few texts have ports that cannot be read.
    let is_flawed = |(_, r): &&(DocumentId, &Resource)| !r.flaws.effects.is_empty();
    let named = resources.iter().find(is_flawed).map(|_| named_ports(ruleset)).unwrap_or_default();
    for &(document, resource) in resources {
        let of_flaws;
        let unread = match &resource.kind {
            Kind::Unread(unread) => &**unread,
            _ if !resource.flaws.effects.is_empty() => {
                of_flaws = of_refused(resource, &named);
                &of_flaws
            }
            _ => continue,
        };
        if unread.cause == Cause::Kustomization && !has_policies || is_made_of_a_policy(resource, resources, settings) {
            continue;
        }
        for effect in &unread.effects {
            let moved = (unread.cause == Cause::Kustomization).then(|| with_namespaces(effect, &policies_in));
            let effect = moved.as_ref().unwrap_or(effect);
            for subject in subjects(&effect.subject, resource, resources, settings) {
                let id = PolicyId::at(ruleset.policies.len());
                let effect = Effect { subject, ..effect.clone() };
                let policy = policy(id, document, resource, unread, &effect, settings);
                if policy.not_enforced.is_none() {
                    tiers.entry(effect.last).or_default().push(alloc::vec![id]);
                }
                ruleset.add(policy);
            }
        }
    }
    for (last, groups) in tiers {
        let tier = tier(groups);
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

/// Adds one effect before everything else, as `change` says it.
pub(super) fn add_first(
    effect: &Effect,
    (document, resource): (DocumentId, &Resource),
    settings: &Assumed,
    ruleset: &mut Ruleset,
    change: impl FnOnce(&mut Policy),
) {
    let id = PolicyId::at(ruleset.policies.len());
    let unread = Unread::new(Cause::Kind, Vec::new());
    let mut policy = policy(id, document, resource, &unread, effect, settings);
    change(&mut policy);
    ruleset.add(policy);
    ruleset.tiers.insert(0, tier(alloc::vec![alloc::vec![id]]));
}

fn tier(groups: Vec<Vec<PolicyId>>) -> Tier {
    Tier {
        name: TIER.into(),
        noun: "policies that are not evaluated",
        groups,
        end: TierEnd::Pass,
        ports_only: false,
        passes_all: false,
        ordered: true,
    }
}

/// Whether an object is what Amazon's controller makes of a NetworkPolicy that the input holds: a PolicyEndpoint, with the policy's name before a dash.
fn is_made_of_a_policy(resource: &Resource, resources: &[(DocumentId, &Resource)], settings: &Assumed) -> bool {
    let Some((policy, _)) = resource.meta.name.rsplit_once('-').filter(|_| *resource.kind_name == *"PolicyEndpoint") else { return false };
    let is_it = |r: &Resource| matches!(r.kind, Kind::NetworkPolicy(_)) && *r.meta.name == *policy;
    resources.iter().any(|(_, r)| is_it(r) && namespace_of(r, settings) == namespace_of(resource, settings))
}

/// Pods by labels, where they are meant by their service account or Service. Pods of other namespaces that are meant by name only may be too many, never
/// too few.
fn subjects(whom: &Whom, of: &Resource, resources: &[(DocumentId, &Resource)], settings: &Assumed) -> Vec<Whom> {
    let mut found: Vec<Whom> = Vec::new();
    let mut add = |resource: &Resource, labels: &Labels| {
        let namespace = namespace_of(resource, settings);
        let is_meant = match &whom.namespaces {
            Namespaces::All => true,
            Namespaces::Own => namespace == namespace_of(of, settings),
            // The name is all that is asked for.
            Namespaces::Selected(selector) => selector.requirements.iter().all(|r| r.operator.matches(Some(namespace))),
        };
        if !is_meant {
            return;
        }
        let requirement = |(key, value): (&str, &str)| Requirement {
            span: resource.span,
            key: key.into(),
            operator: Operator::In(alloc::vec![value.into()]),
        };
        let pods = LabelSelector { span: resource.span, requirements: labels.iter().map(requirement).collect() };
        let one = Whom { namespaces: Namespaces::named(alloc::vec![namespace.into()], resource.span), pods, of: PodsOf::Any };
        if !found.contains(&one) {
            found.push(one);
        }
    };
    match &whom.of {
        PodsOf::Any => return alloc::vec![whom.clone()],
        PodsOf::Account(account) => {
            for (_, resource) in resources {
                let template = match &resource.kind {
                    Kind::Pod(pod) => &pod.template,
                    Kind::Workload(workload) => &workload.template,
                    _ => continue,
                };
                if template.service_account == *account {
                    add(resource, &template.labels);
                }
            }
        }
        PodsOf::Service(name) => {
            for (_, resource) in resources.iter().filter(|(_, r)| r.meta.name == *name) {
                if let Kind::Service(service) = &resource.kind
                    && let Some(selector) = &service.selector
                {
                    add(resource, selector);
                }
            }
            if found.is_empty() {
                return alloc::vec![Whom { of: PodsOf::Any, ..whom.clone() }];
            }
        }
    }
    found
}

/// What may be in effect of an object that is no policy and that an API server refuses. A port that cannot be read matters where a rule names it, and
/// does there what the rule does.
fn of_refused(resource: &Resource, named: &[(Box<str>, Action)]) -> Unread {
    let effect = |effect: &Effect| {
        let Some(port) = &effect.named_port else { return Some(effect.clone()) };
        let is_meant = |name: &str| matches!(port, NamedPort::Any) || matches!(port, NamedPort::Name(own) if **own == *name);
        let does = |wanted: fn(Action) -> bool| named.iter().any(|(name, action)| is_meant(name) && wanted(*action));
        let (denies, allows) = (does(|action| action != Action::Allow), does(|action| action != Action::Deny));
        (denies || allows).then(|| Effect { denies, allows, ..effect.clone() })
    };
    // A configuration of Calico's, in its own objects or its programs' environment, or of a mesh on a namespace may be accepted, and not evaluated.
    let is_configuration = matches!(resource.kind.calico(), Some(Calico::Felix(_)))
        || matches!(resource.kind, Kind::Namespace | Kind::Pod(_) | Kind::Workload(_));
    let is_accepted = is_configuration && resource.flaws.refusals.is_empty();
    let cause = if is_accepted { Cause::Kind } else { Cause::Refused };
    Unread::new(cause, resource.flaws.effects.iter().filter_map(effect).collect())
}

/// The ports that rules name, each with what such rules do.
fn named_ports(ruleset: &Ruleset) -> Vec<(Box<str>, Action)> {
    let mut named: Vec<(Box<str>, Action)> = Vec::new();
    for rule in ruleset.policies.iter().flat_map(|policy| policy.egress.iter().chain(&policy.ingress)) {
        let mut note = |name: &str, action| {
            if !named.iter().any(|(known, does)| **known == *name && *does == action) {
                named.push((name.into(), action));
            }
        };
        match &rule.traffic {
            TrafficMatch::Any => {}
            TrafficMatch::Of(terms) => {
                for term in terms {
                    if let TrafficTermKind::Named(name, _) = &term.kind {
                        note(name, rule.action);
                    }
                }
            }
            TrafficMatch::Packet(packet) => {
                let lists = [&packet.source_ports, &packet.not_source_ports, &packet.destination_ports, &packet.not_destination_ports];
                for port in lists.into_iter().flatten() {
                    if let PortTerm::Named(name) = port {
                        note(name, rule.action);
                    }
                }
            }
        }
    }
    named
}

/// What of objects that are no policies cannot be read and selectors ask for.
pub(in crate::language) fn open(resources: &[(DocumentId, &Resource)], settings: &Assumed) -> Vec<Doubt> {
    let mut found = Vec::new();
    for &(document, resource) in resources {
        let labels = &resource.flaws.labels;
        let is_network_set = matches!(&resource.kind, Kind::Calico(calico) if matches!(&**calico, Calico::NetworkSet(set) if set.unread));
        let of_pods = matches!(resource.kind, Kind::Pod(_) | Kind::Workload(_));
        let asked = |key: &str| !of_pods || resources.iter().any(|(_, r)| asks_for_label(&r.kind, &|wanted| *wanted == *key));
        let keys: Vec<String> = labels.keys.iter().filter(|(key, _)| asked(key)).map(|(key, _)| format!("`{key}`")).collect();
        let unknown_field = resource.flaws.unknown_fields.first().filter(|_| resource.flaws.refusals.is_empty());
        let what = match (labels.others, keys.as_slice()) {
            (true, _) => "labels".to_string(),
            (false, []) if is_network_set => "`nets`".to_string(),
            (false, []) => continue,
            (false, [one]) => format!("label {one}"),
            (false, many) => format!("labels {}", many.join(" and ")),
        };
        let flaws = resource.flaws.refusals.iter().chain(unknown_field.filter(|_| is_network_set).map(|(span, _)| span));
        let places = core::iter::once(resource.kind_span).chain(flaws.copied()).map(|span| span.within(document)).collect();
        let (kind, name) = (kind_of(resource), resource.full_name(&settings.default_namespace));
        let text = match unknown_field.filter(|_| what == "`nets`") {
            Some((_, field)) => format!("`{field}` of {kind} `{name}` is not evaluated: its kind has no such field"),
            None => format!("{what} of {kind} `{name}` cannot be read: {REFUSED}"),
        };
        found.push(Doubt { text, places });
    }
    found
}

/// Puts in doubt what rules say of Services of which it is not plain where they lead.
pub(in crate::language) fn doubt_services(resources: &[(DocumentId, &Resource)], settings: &Assumed, ruleset: &mut Ruleset) {
    let mut unclear: Vec<(String, Doubt)> = Vec::new();
    for &(document, resource) in resources.iter().filter(|(_, r)| r.flaws.unclear) {
        let service = match &resource.kind {
            Kind::Service(_) | Kind::Endpoints(_) => Some(&*resource.meta.name),
            Kind::EndpointSlice(slice) => slice.service.as_deref(),
            _ => None,
        };
        let Some(service) = service else { continue };
        let mut doubt = refused(resource, document, &resource.full_name(&settings.default_namespace));
        if let Some(why) = resource.unread_field(&settings.default_namespace) {
            doubt.text = why.into();
        }
        unclear.push((format!("{}/{service}", namespace_of(resource, settings)), doubt));
    }
    doubt_missing_endpoints(resources, settings, ruleset);
    if unclear.is_empty() {
        return;
    }
    let doubt_about = |rule: &Rule| {
        let service = service_of(rule)?;
        unclear.iter().find(|(name, _)| *name == *service).map(|(_, doubt)| Box::new(doubt.clone()))
    };
    for policy in &mut ruleset.policies {
        if !policy.egress.iter().chain(&policy.ingress).any(|rule| doubt_about(rule).is_some()) {
            continue;
        }
        let policy = Arc::make_mut(policy);
        for rule in policy.egress.iter_mut().chain(&mut policy.ingress) {
            if let Some(doubt) = doubt_about(rule) {
                rule.peers = PeerMatch::Any;
                rule.traffic = TrafficMatch::Any;
                rule.doubt = Some(doubt);
            }
        }
    }
}

/// The Service that a rule names: one that packets come from, or go to.
fn service_of(rule: &Rule) -> Option<&str> {
    let of_peer = rule.peers.terms().iter().find_map(|term| match &term.kind {
        PeerTermKind::Entity(entity) => entity.service.as_deref(),
        _ => None,
    });
    let of_traffic = || match &rule.traffic {
        TrafficMatch::Packet(packet) => packet.service.as_deref(),
        _ => None,
    };
    of_peer.or_else(of_traffic).map(service_of_port)
}

/// The Service whose endpoints the API servers keep themselves.
const API_SERVER: &str = "default/kubernetes";

/// Puts in doubt what rules say of Services whose endpoints the input does not hold: it has neither the Service nor slices for it, or the Service has no
/// selector. What else a rule asks for stays.
fn doubt_missing_endpoints(resources: &[(DocumentId, &Resource)], settings: &Assumed, ruleset: &mut Ruleset) {
    let mut known: BTreeMap<String, Option<Doubt>> = BTreeMap::new();
    for policy in &mut ruleset.policies {
        if policy.egress.iter().chain(&policy.ingress).all(|rule| service_of(rule).is_none()) {
            continue;
        }
        let of_rule = |rule: &Rule, known: &mut BTreeMap<String, Option<Doubt>>| {
            let name = service_of(rule)?.to_string();
            let doubt = known.entry(name.clone()).or_insert_with(|| missing_endpoints(&name, resources, settings)).clone()?;
            let places = if doubt.places.is_empty() { alloc::vec![rule.place] } else { doubt.places };
            Some((name, Doubt { places, ..doubt }))
        };
        let policy = Arc::make_mut(policy);
        for rule in policy.egress.iter_mut().chain(&mut policy.ingress) {
            let Some((name, doubt)) = of_rule(rule, &mut known) else { continue };
            let place = rule.place;
            let term = |kind| PeerTerm { place, kind };
            // API servers have addresses of machines, never those of pods.
            let outside = PeerTermKind::Addresses { set: AddressSet::everything(), inside_too: false, block: None };
            let machines = || PeerMatch::Of(alloc::vec![term(outside), term(PeerTermKind::Nodes(LabelSelector::default()))]);
            rule.peers = if name == API_SERVER { machines() } else { PeerMatch::Any };
            if let TrafficMatch::Packet(packet) = &mut rule.traffic {
                packet.service = None;
            }
            rule.doubt = rule.doubt.take().or_else(|| Some(Box::new(doubt)));
        }
    }
}

/// Why it is not known where a Service leads; nothing if it is. Its endpoints are told by its selector, by slices and by Endpoints; a name for a host has
/// none.
fn missing_endpoints(name: &str, resources: &[(DocumentId, &Resource)], settings: &Assumed) -> Option<Doubt> {
    let is_it = |resource: &Resource, service: &str| {
        let (namespace, of) = name.split_once('/').unwrap_or_default();
        service == of && namespace_of(resource, settings) == namespace
    };
    let mut places = Vec::new();
    let mut has_endpoints = false;
    for &(document, resource) in resources {
        match &resource.kind {
            Kind::EndpointSlice(slice) if slice.service.as_deref().is_some_and(|service| is_it(resource, service)) => return None,
            // What is not mirrored says nothing.
            Kind::Endpoints(subsets) => {
                has_endpoints |= is_it(resource, &resource.meta.name) && subsets.iter().all(|subset| subset.service.is_some());
            }
            Kind::Service(service) if is_it(resource, &resource.meta.name) => {
                // What is unclear of it is said of the Service itself.
                if service.selector.is_some() || service.service_type == ServiceType::ExternalName || resource.flaws.unclear {
                    return None;
                }
                places.push(resource.kind_span.within(document));
            }
            _ => {}
        }
    }
    // Of Endpoints slices are made where there is a Service without selector.
    if has_endpoints && !places.is_empty() {
        return None;
    }
    let what = if places.is_empty() && name != API_SERVER { "Service" } else { "the EndpointSlices of Service" };
    let verb = if what == "Service" { "is" } else { "are" };
    Some(Doubt { text: format!("{what} `{name}` {verb} not in the input"), places })
}

fn namespace_of<'a>(resource: &'a Resource, settings: &'a Assumed) -> &'a str {
    resource.meta.namespace.as_deref().unwrap_or(&settings.default_namespace)
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

fn policy(id: PolicyId, document: DocumentId, resource: &Resource, unread: &Unread, effect: &Effect, settings: &Assumed) -> Policy {
    let own = resource.meta.namespace.as_deref().unwrap_or(&settings.default_namespace);
    let whole = resource.span.within(document);
    let place = if effect.span == Span::default() { resource.kind_span } else { effect.span }.within(document);
    let actions = [(effect.denies, Action::Deny), (effect.allows, Action::Allow)];
    let rules: Vec<Rule> = actions.into_iter().filter(|(does, _)| *does).map(|(_, action)| rule(action, effect, place, own)).collect();
    let subject = pods_of(&effect.subject, own);
    let rules_of = |acts: bool| if acts { rules.clone() } else { Vec::new() };
    let name = if resource.meta.name.is_empty() { String::from("without a name") } else { resource.meta.name.to_string() };
    let mut policy = Policy {
        id,
        kind: Cow::Owned(kind_of(resource).into()),
        role: if kind_of(resource).starts_with("Staged") { PolicyRole::Staged } else { PolicyRole::Written },
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

/// Pods of an object in a namespace.
fn pods_of(whom: &Whom, own: &str) -> Subject {
    let namespaces = match &whom.namespaces {
        Namespaces::All => NamespaceMatch::Selector(LabelSelector::default()),
        Namespaces::Own => NamespaceMatch::Named(own.to_string()),
        Namespaces::Selected(selector) => NamespaceMatch::Selector(selector.clone()),
    };
    Subject { namespaces, pods: whom.pods.clone() }
}

fn rule(action: Action, effect: &Effect, place: Place, own: &str) -> Rule {
    let term = |kind| PeerTerm { place, kind };
    let peers = if let Some(nodes) = &effect.nodes {
        PeerMatch::Of(alloc::vec![term(PeerTermKind::Nodes(nodes.clone()))])
    } else if let Some(with) = &effect.with {
        PeerMatch::Of(alloc::vec![term(PeerTermKind::Pods(pods_of(with, own)))])
    } else if effect.outside_only {
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
pub(super) fn kind_of(resource: &Resource) -> &str {
    if resource.kind_name.is_empty() { "an object" } else { &resource.kind_name }
}

/// "`ingressDeny` of CiliumNetworkPolicy `shop/db-closed` is not evaluated".
fn sentence(resource: &Resource, unread: &Unread, effect: &Effect, policy: &Policy) -> String {
    let kind = kind_of(resource);
    let object = if resource.meta.name.is_empty() { kind.to_string() } else { format!("{kind} `{}`", policy.title()) };
    let subject = if effect.field.is_empty() { object } else { format!("`{}` of {object}", effect.field) };
    let why = match unread.cause {
        Cause::Kind | Cause::MakesPods | Cause::Command => "",
        Cause::Deleted => ": it is not known whether a command deletes it",
        Cause::Refused => ": an API server refuses it",
        Cause::NoSuchKind => ": there is no such kind",
        Cause::Broken => ": its document cannot be read",
        Cause::RestOfList => ": only a part of it is in the input",
        Cause::Template => ": it is a template that must be rendered first",
        Cause::Kustomization | Cause::Elsewhere => ": its changes are unknown until it is built",
    };
    format!("{subject} is not evaluated{why}")
}

/// Why an engine does not put something into effect; nothing if it may.
fn not_enforced(enforcer: Enforcer, settings: &Assumed) -> Option<String> {
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
