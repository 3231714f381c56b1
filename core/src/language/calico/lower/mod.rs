//! Calico's policies, and the place that it gives to Kubernetes's. Upstream: docs/semantics.md, Calico.

mod hosts;
mod release;
mod tunnels;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::language::calico::inventory::ALLOW_PROFILE;
use crate::language::calico::order::{KUBERNETES_ORDER, PolicyKey, TierKey};
use crate::language::calico::selector::rewrite::{self, PeerParts};
use crate::language::calico::{
    Calico, CalicoAction, CalicoPolicy, CalicoPolicyKind, CalicoRule, DefaultAction, Entity, Profile, StagedAction, WrittenSelector,
};
use crate::language::lower::{ANYTHING, Lowered, Lowering, Placed, PolicyEngine, Standing, Translator, unread};
use crate::language::{Kind, Resource};

use crate::model::{AddressSet, Cidr, Comparison, LabelSelector, Operator, Requirement, Selector};
use crate::policy::{
    Action, Doubt, EntityMatch, HookMatch, HttpFit, HttpTerm, NO_PROFILE, PacketMatch, PeerMatch, PeerTerm, PeerTermKind, Policy, PolicyId,
    PolicyRole, Rule, Ruleset, SubjectMatch, Tier, TierEnd, TrafficMatch, WrittenEntity, service_port,
};
use crate::settings::{Assumed, Http, Staged};
use crate::text::{DocumentId, Place, Span};

/// The tier of policies that name none, and of NetworkPolicies.
const DEFAULT_TIER: &str = "default";
/// Tiers that always are there, with their order and what their end does.
const BUILT_IN: [(&str, f64, TierEnd); 5] = [
    release::ADMIN,
    release::BASELINE_ADMIN,
    ("kube-admin", 1_000.0, TierEnd::Pass),
    (DEFAULT_TIER, 1_000_000.0, TierEnd::Deny),
    ("kube-baseline", 10_000_000.0, TierEnd::Pass),
];

use release::Enforced;

/// A policy on its way into its tier.
struct Sorted<'a> {
    tier: &'a str,
    order: Option<f64>,
    name: &'a str,
    namespace: &'a str,
    kind: &'static str,
    id: PolicyId,
}

impl Sorted<'_> {
    /// Whether only their names in full say which comes first.
    fn is_level_with(&self, other: &Self) -> bool {
        self.order == other.order && (self.kind, self.namespace) != (other.kind, other.namespace)
    }
}

/// One of Calico's policies, and a staged one of Kubernetes's.
pub(super) fn lower(object: &Translator<'_>) -> Option<Lowered> {
    let policy = object.calico(object.resource.kind.calico()?)?;
    Some(Lowered { policy: object.if_accepted(policy, ANYTHING), standing: Standing::OwnEngine })
}

/// Calico, which gives places in its tiers to all kinds of policy.
pub(super) struct CalicoEngine;

impl PolicyEngine for CalicoEngine {
    fn arrange(&self, lowering: &mut Lowering<'_>) {
        let placed = core::mem::take(&mut lowering.placed);
        let mut sorted: Vec<Sorted<'_>> = Vec::new();
        let refused_tiers = refused_tiers(&lowering.resources);
        let tiers = known_tiers(&lowering.resources);
        let installed = release::Installed::of(&lowering.resources);
        for placed in &placed {
            let name = &*placed.resource.meta.name;
            let namespace = placed.resource.meta.namespace.as_deref().unwrap_or(&lowering.settings.default_namespace);
            let of_kubernetes = |tier, order, namespace, kind| Sorted { tier, order: Some(order), name, namespace, kind, id: placed.id };
            match placed.standing {
                Standing::Pods => sorted.push(of_kubernetes(DEFAULT_TIER, KUBERNETES_ORDER, namespace, "KubernetesNetworkPolicy")),
                Standing::ClusterWide { kind, tier, priority } => {
                    match installed.enforces(kind) {
                        Enforced::Yes => {}
                        Enforced::No(why) => {
                            lowering.not_enforced(placed.id, why);
                            continue;
                        }
                        Enforced::Unclear(doubt) => release::doubt_policy(lowering, placed, doubt),
                    }
                    let (tier, kind) = release::tier_of(kind, tier);
                    let order = if tier == release::BASELINE_ADMIN.0 { KUBERNETES_ORDER } else { f64::from(priority) };
                    sorted.push(of_kubernetes(tier, order, "", kind));
                }
                Standing::OwnEngine => sorted.extend(own(lowering, placed, namespace, &refused_tiers)),
                Standing::OwnTier(_) => {}
            }
        }
        doubt_missing_tiers(&sorted, &tiers, &mut lowering.ruleset);
        add_tiers(sorted, &tiers, installed.has_old_names(), &mut lowering.ruleset);
        let accepted: Vec<(DocumentId, &Resource)> = lowering.resources.iter().copied().filter(|(_, r)| !r.refused).collect();
        add_profiles(&lowering.resources, lowering.settings, &mut lowering.ruleset);
        hosts::add_host_rules(&accepted, &mut lowering.ruleset);
        lowering.placed = placed;
    }
}

/// The place of one of Calico's own policies; nothing if it is not enforced, or of another engine's language.
fn own<'a>(
    lowering: &mut Lowering<'_>,
    placed: &Placed<'a>,
    namespace: &'a str,
    refused_tiers: &BTreeMap<&str, (DocumentId, &Resource)>,
) -> Option<Sorted<'a>> {
    let Some(calico) = placed.resource.kind.calico() else {
        lowering.not_enforced(placed.id, format!("Calico does not know {}'s policies", placed.language.name()));
        return None;
    };
    if let Calico::Policy(policy) = calico
        && let Some((of_tier, tier)) = refused_tiers.get(&*policy.tier)
        && let Some(translated) = lowering.ruleset.policies.get_mut(placed.id.index())
    {
        *translated = Arc::new(unread::in_doubt(Policy::clone(translated), tier, *of_tier, ANYTHING));
    }
    if is_staged(calico) && lowering.settings.staged == Staged::NotEnforced {
        lowering.not_enforced(placed.id, "it is staged: shown, but not enforced".into());
        return None;
    }
    let (tier, order, name, kind) = match calico {
        Calico::Policy(policy) => (&*policy.tier, policy.order.0, &*policy.true_name, kind_name(policy.kind)),
        _ => (DEFAULT_TIER, Some(KUBERNETES_ORDER), &*placed.resource.meta.name, "StagedKubernetesNetworkPolicy"),
    };
    let namespace = if calico.is_namespaced() { namespace } else { "" };
    Some(Sorted { tier, order, name, namespace, kind, id: placed.id })
}

/// A tier that the input does not hold may have any order. Its policies stand last, as upstream places those of a tier that there is not, and before all
/// others once more, in doubt: what is the same in both places is certain, and what is not cannot be told.
fn doubt_missing_tiers(sorted: &[Sorted<'_>], tiers: &BTreeMap<&str, (Option<f64>, TierEnd)>, ruleset: &mut Ruleset) {
    let mut groups = Vec::new();
    for missing in sorted.iter().filter(|s| !tiers.contains_key(s.tier)) {
        let Some(policy) = ruleset.policy(missing.id).filter(|policy| policy.doubt.is_none()) else { continue };
        let mut first = Policy { id: PolicyId::at(ruleset.policies.len()), ..policy.clone() };
        let place = first.place;
        for rules in [&mut first.egress, &mut first.ingress] {
            match rules.iter().position(decides_everything) {
                Some(last) => rules.truncate(last + 1),
                None => rules.push(unread::any(Action::Deny, place)),
            }
        }
        let text = format!("the Tier `{}` of {} `{}` is not in the input", missing.tier, first.kind, first.title());
        first.doubt = Some(Box::new(Doubt { text, places: alloc::vec![place] }));
        groups.push(alloc::vec![first.id]);
        ruleset.add(first);
    }
    let tier = Tier {
        name: unread::TIER.into(),
        noun: "policies of tiers that are not in the input",
        groups,
        end: TierEnd::Pass,
        ports_only: false,
        passes_all: false,
        ordered: true,
    };
    if !tier.groups.is_empty() {
        ruleset.tiers.insert(0, tier);
    }
}

/// Whether nothing comes to the rules behind it.
fn decides_everything(rule: &Rule) -> bool {
    rule.action != Action::Log
        && rule.peers == PeerMatch::Any
        && rule.traffic == TrafficMatch::Any
        && rule.http.is_none()
        && rule.own.is_none()
        && rule.doubt.is_none()
}

/// Tiers by name, with their order and what their end does.
fn known_tiers<'a>(resources: &[(DocumentId, &'a Resource)]) -> BTreeMap<&'a str, (Option<f64>, TierEnd)> {
    let mut tiers: BTreeMap<&str, (Option<f64>, TierEnd)> =
        BUILT_IN.iter().map(|(name, order, end)| (*name, (Some(*order), *end))).collect();
    for (_, resource) in resources {
        if let Some(Calico::Tier(tier)) = resource.kind.calico()
            && !BUILT_IN.iter().any(|(name, ..)| **name == *resource.meta.name)
        {
            let end = match tier.default_action {
                DefaultAction::Deny => TierEnd::Deny,
                DefaultAction::Pass => TierEnd::Pass,
            };
            // Where the policies of a refused tier would stand is not known: before all others they may do anything.
            let refused = (Some(f64::NEG_INFINITY), TierEnd::Pass);
            tiers.insert(&resource.meta.name, if resource.refused { refused } else { (tier.order.0, end) });
        }
    }
    tiers
}

/// Adds the tiers with their policies in order. Under old names, what comes first of several of one order is not evaluated.
fn add_tiers(mut sorted: Vec<Sorted<'_>>, tiers: &BTreeMap<&str, (Option<f64>, TierEnd)>, old_names: bool, ruleset: &mut Ruleset) {
    sorted.sort_by(|a, b| {
        let known = |tier: &str| tiers.get(tier).and_then(|t| t.0);
        let tier_a = TierKey { name: a.tier, order: known(a.tier), exists: tiers.contains_key(a.tier) };
        let tier_b = TierKey { name: b.tier, order: known(b.tier), exists: tiers.contains_key(b.tier) };
        let policy_a = PolicyKey { order: a.order, name: a.name, namespace: a.namespace, kind: a.kind };
        let policy_b = PolicyKey { order: b.order, name: b.name, namespace: b.namespace, kind: b.kind };
        tier_a.compare(&tier_b).then_with(|| policy_a.compare(&policy_b))
    });
    for group in sorted.chunk_by(|a, b| a.tier == b.tier) {
        let Some(first) = group.first() else { continue };
        let end = tiers.get(first.tier).map_or(TierEnd::Deny, |t| t.1);
        let ordered = group.iter().filter_map(|p| ruleset.policy(p.id)).any(|p| !allows_only(p));
        ruleset.tiers.push(Tier {
            name: first.tier.to_string(),
            noun: "policies of the tier",
            groups: group.chunk_by(|a, b| old_names && a.is_level_with(b)).map(|level| level.iter().map(|p| p.id).collect()).collect(),
            end,
            ports_only: false,
            passes_all: false,
            ordered,
        });
    }
}

/// The name of a kind.
fn kind_name(kind: CalicoPolicyKind) -> &'static str {
    match kind {
        CalicoPolicyKind::Network => "NetworkPolicy",
        CalicoPolicyKind::Global => "GlobalNetworkPolicy",
        CalicoPolicyKind::StagedNetwork => "StagedNetworkPolicy",
        CalicoPolicyKind::StagedGlobal => "StagedGlobalNetworkPolicy",
    }
}

/// Tiers that an API server refuses, by name.
fn refused_tiers<'a>(resources: &[(DocumentId, &'a Resource)]) -> BTreeMap<&'a str, (DocumentId, &'a Resource)> {
    let is_tier = |kind: &Kind| matches!(kind, Kind::Calico(calico) if matches!(**calico, Calico::Tier(_)));
    // Of several of one name the first counts.
    let refused = resources.iter().rev().filter(|(_, r)| r.refused && is_tier(&r.kind));
    refused.map(|(document, r)| (&*r.meta.name, (*document, *r))).collect()
}

fn allows_only(policy: &Policy) -> bool {
    policy.ingress.iter().chain(&policy.egress).all(|rule| rule.action == Action::Allow)
}

fn is_staged(calico: &Calico) -> bool {
    match calico {
        Calico::Policy(policy) => matches!(policy.kind, CalicoPolicyKind::StagedNetwork | CalicoPolicyKind::StagedGlobal),
        Calico::StagedKubernetes(_) => true,
        _ => false,
    }
}

/// Profiles come after all tiers: the first of an endpoint's profiles with a rule that matches decides, and what none decides is denied. Pods that
/// say nothing of profiles have those of their namespace and service account, which allow everything.
fn add_profiles(resources: &[(DocumentId, &Resource)], settings: &Assumed, ruleset: &mut Ruleset) {
    let mut given: BTreeMap<&str, (DocumentId, &Resource, &Profile)> = BTreeMap::new();
    let mut lists: BTreeMap<Vec<Box<str>>, Place> = BTreeMap::new();
    for &(document, resource) in resources {
        let Kind::Calico(calico) = &resource.kind else { continue };
        let place = resource.span.within(document);
        let list = match &**calico {
            Calico::Profile(profile) => {
                given.insert(&resource.meta.name, (document, resource, profile));
                continue;
            }
            Calico::HostEndpoint(host) => host.profiles.clone(),
            Calico::WorkloadEndpoint(endpoint) => match &endpoint.profiles {
                Some(profiles) => profiles.clone(),
                None => continue,
            },
            Calico::KubeControllers(configuration) if configuration.auto_host_endpoints => alloc::vec![ALLOW_PROFILE.into()],
            _ => continue,
        };
        lists.entry(list).or_insert(place);
    }
    for (list, place) in lists {
        let names: BTreeSet<&str> = list.iter().map(|name| &**name).collect();
        // An endpoint without any profile has one policy of this tier all the same: one without rules.
        let profiles: Vec<&str> = if names.is_empty() { alloc::vec![""] } else { list.iter().map(|name| &**name).collect() };
        let mut groups = Vec::new();
        for name in profiles {
            let id = PolicyId::at(ruleset.policies.len());
            // Calico itself makes the profiles of namespaces and service accounts, and keeps their rules as they are.
            let generated = name.starts_with("kns.") || name.starts_with("ksa.");
            let written = given.get(name).filter(|_| !generated).copied();
            let subject = SubjectMatch::Profiles(list.clone());
            ruleset.add(Policy { subject, ..profile_policy(id, name, written, place, settings) });
            groups.push(alloc::vec![id]);
        }
        ruleset.tiers.push(Tier {
            name: String::from("profiles"),
            noun: "profiles",
            groups,
            end: TierEnd::Deny,
            ports_only: false,
            passes_all: false,
            ordered: true,
        });
    }
}

/// A profile as a policy, of no endpoint yet. `place` stands for one that is not written.
fn profile_policy(
    id: PolicyId,
    name: &str,
    written: Option<(DocumentId, &Resource, &Profile)>,
    place: Place,
    settings: &Assumed,
) -> Policy {
    let (place, ingress, egress) = match written {
        Some((document, resource, _)) if resource.refused => {
            let rules = unread::rules_in_doubt(resource, document);
            (resource.span.within(document), rules.clone(), rules)
        }
        Some((document, resource, profile)) => {
            let translator = Translator { document, resource, settings, id };
            let rules = |rules: &[CalicoRule], direction| rules.iter().map(|r| translator.calico_rule(r, direction, None)).collect();
            let ingress = rules(&profile.ingress, crate::policy::Direction::Ingress);
            let egress = rules(&profile.egress, crate::policy::Direction::Egress);
            (resource.span.within(document), ingress, egress)
        }
        None if name == ALLOW_PROFILE || name.starts_with("kns.") => (place, alloc::vec![allow_all(place)], alloc::vec![allow_all(place)]),
        // The empty name is that of no profile, and those of service accounts have no rules.
        None if name.is_empty() || name.starts_with("ksa.") => (place, Vec::new(), Vec::new()),
        None => {
            let doubt = Doubt { text: format!("Profile `{name}` is not in the input"), places: alloc::vec![place] };
            let rule = |action| Rule { doubt: Some(Box::new(doubt.clone())), ..unread::any(action, place) };
            let rules: Vec<Rule> = [Action::Deny, Action::Allow].map(rule).into();
            (place, rules.clone(), rules)
        }
    };
    Policy {
        id,
        kind: "Profile".into(),
        role: PolicyRole::Profile,
        namespace: None,
        name: if name.is_empty() { String::from(NO_PROFILE) } else { name.to_string() },
        place,
        subject: SubjectMatch::Profiles(Vec::new()),
        subject_place: place,
        priority: None,
        acts_on_egress: true,
        acts_on_ingress: true,
        // Pass means nothing in a profile; upstream's checker denies.
        egress: egress.into_iter().map(without_pass).collect(),
        ingress: ingress.into_iter().map(without_pass).collect(),
        hook: HookMatch::Any,
        not_enforced: None,
        doubt: None,
    }
}

fn without_pass(rule: Rule) -> Rule {
    let action = if rule.action == Action::Pass { Action::Deny } else { rule.action };
    Rule { action, ..rule }
}

fn allow_all(place: Place) -> Rule {
    Rule { place, name: None, action: Action::Allow, peers: PeerMatch::Any, traffic: TrafficMatch::Any, http: None, own: None, doubt: None }
}

/// Namespaces by their labels, as a peer of a policy that has no namespace.
pub(in crate::language) fn of_namespaces(namespaces: &LabelSelector) -> (Option<Selector>, Option<Selector>) {
    let namespaces = of_label_selector(namespaces);
    rewrite::peer(&PeerParts { namespace_selector: Some(&namespaces), ..PeerParts::default() }, None)
}

/// A Kubernetes selector in Calico's language. Upstream: `conversion.k8sSelectorToCalico`.
fn of_label_selector(selector: &LabelSelector) -> Selector {
    let one = |requirement: &Requirement| {
        let key = requirement.key.clone();
        let set = |values: &[Box<str>]| {
            let mut values = values.to_vec();
            values.sort_unstable();
            values.dedup();
            values
        };
        match &requirement.operator {
            Operator::In(values) => Selector::Compare(key, Comparison::In(set(values))),
            Operator::NotIn(values) => Selector::Compare(key, Comparison::NotIn(set(values))),
            Operator::Exists => Selector::Has(key),
            Operator::DoesNotExist => Selector::Not(Box::new(Selector::Has(key))),
        }
    };
    let mut parts: Vec<Selector> = selector.requirements.iter().map(one).collect();
    match parts.len() {
        0 => Selector::All,
        1 => parts.swap_remove(0),
        _ => Selector::And(parts),
    }
}

fn inner(selector: &Option<WrittenSelector>) -> Option<&Selector> {
    selector.as_ref().map(|written| &written.selector)
}

impl Translator<'_> {
    /// A policy of Calico's; nothing for its other resources, and for staged policies that delete others: Calico leaves out those alone
    /// (upstream: `stagednetworkpolicyprocessor.go`).
    pub(in crate::language) fn calico(&self, calico: &Calico) -> Option<Policy> {
        match calico {
            Calico::Policy(policy) => (policy.staged_action != StagedAction::Delete).then(|| self.calico_policy(policy)),
            Calico::StagedKubernetes(staged) => (staged.staged_action != StagedAction::Delete).then(|| Policy {
                kind: "StagedKubernetesNetworkPolicy".into(),
                role: PolicyRole::Staged,
                ..self.network_policy(&staged.policy)
            }),
            _ => None,
        }
    }

    fn calico_policy(&self, spec: &CalicoPolicy) -> Policy {
        let kind = kind_name(spec.kind);
        let namespaced = matches!(spec.kind, CalicoPolicyKind::Network | CalicoPolicyKind::StagedNetwork);
        let namespace = namespaced.then(|| self.resource.meta.namespace.as_deref().unwrap_or(&self.settings.default_namespace).to_string());
        let accounts = inner(&spec.service_account_selector);
        let subject = match &namespace {
            Some(namespace) => rewrite::namespaced_subject(namespace, inner(&spec.selector), accounts),
            None => rewrite::global_subject(inner(&spec.selector), inner(&spec.namespace_selector), accounts),
        };
        let written = [&spec.selector, &spec.namespace_selector, &spec.service_account_selector];
        let subject_span = written.into_iter().flatten().next().map_or(Span::default(), |w| w.span);
        let rules = |rules: &[CalicoRule], direction| rules.iter().map(|r| self.calico_rule(r, direction, namespace.as_deref())).collect();
        Policy {
            role: match spec.kind {
                CalicoPolicyKind::Network | CalicoPolicyKind::Global => PolicyRole::Written,
                CalicoPolicyKind::StagedNetwork | CalicoPolicyKind::StagedGlobal => PolicyRole::Staged,
            },
            name: spec.true_name.to_string(),
            acts_on_egress: spec.acts_on_egress,
            acts_on_ingress: spec.acts_on_ingress,
            egress: rules(&spec.egress, crate::policy::Direction::Egress),
            ingress: rules(&spec.ingress, crate::policy::Direction::Ingress),
            hook: match spec {
                CalicoPolicy { do_not_track: true, .. } => HookMatch::Untracked,
                CalicoPolicy { pre_dnat: true, .. } => HookMatch::PreDnat,
                CalicoPolicy { apply_on_forward: true, .. } => HookMatch::ForwardToo,
                _ => HookMatch::Any,
            },
            ..self.policy(kind, namespace.clone(), SubjectMatch::Endpoints(subject), subject_span)
        }
    }

    pub(in crate::language) fn calico_rule(&self, rule: &CalicoRule, direction: crate::policy::Direction, namespace: Option<&str>) -> Rule {
        use crate::policy::Direction;
        let families = families(rule);
        let (peer, own) = match direction {
            Direction::Ingress => (&rule.source, &rule.destination),
            Direction::Egress => (&rule.destination, &rule.source),
        };
        let service_name = |entity: &Entity| {
            let service = entity.services.as_ref()?;
            // The documented meaning of a Service without namespace in a namespaced policy (docs/semantics.md, Calico).
            let in_namespace = service.namespace.as_deref().or(namespace).unwrap_or_default();
            Some(service_port(in_namespace, &service.name))
        };
        let term = |entity: &Entity, families: Families, service: Option<Box<str>>| {
            let found = self.entity(entity, families, namespace, service)?;
            let span = if entity.span == Span::default() { rule.span } else { entity.span };
            Some(PeerTerm { place: span.within(self.document), kind: PeerTermKind::Entity(Box::new(found)) })
        };
        // Services say where a packet comes from (its address) or goes to (its address and port).
        let (from_service, to_service) = match direction {
            Direction::Ingress => (service_name(&rule.source), None),
            Direction::Egress => (None, service_name(&rule.destination)),
        };
        let packet = PacketMatch {
            place: Some(rule.span.within(self.document)),
            protocol: rule.protocol,
            not_protocol: rule.not_protocol,
            icmp: rule.icmp,
            not_icmp: rule.not_icmp,
            source_ports: rule.source.ports.clone(),
            not_source_ports: rule.source.not_ports.clone(),
            destination_ports: rule.destination.ports.clone(),
            not_destination_ports: rule.destination.not_ports.clone(),
            service: to_service,
        };
        let anything = PacketMatch { place: packet.place, ..PacketMatch::default() };
        Rule {
            place: rule.span.within(self.document),
            name: None,
            action: match rule.action {
                CalicoAction::Allow => Action::Allow,
                CalicoAction::Deny => Action::Deny,
                CalicoAction::Log => Action::Log,
                CalicoAction::Pass => Action::Pass,
            },
            peers: term(peer, Families::Only(&families), from_service).map_or(PeerMatch::Any, |term| PeerMatch::Of(alloc::vec![term])),
            traffic: if packet == anything { TrafficMatch::Any } else { TrafficMatch::Packet(Box::new(packet)) },
            http: rule.http.as_ref().map(|http| HttpTerm {
                place: http.span.within(self.document),
                fits: match &self.settings.http {
                    Http::Ignored => HttpFit::NotAsked,
                    Http::Unknown => HttpFit::Unknown,
                    Http::Request(method, path) if http.matches(method, path.as_deref()) => HttpFit::Yes,
                    Http::Request(..) => HttpFit::No,
                },
            }),
            // The peer's address says of which family a packet is; of the other the rule is not asked.
            own: term(own, Families::Given(&families), None),
            doubt: None,
        }
    }

    /// One side of a rule; nothing if it restricts nothing.
    fn entity(&self, entity: &Entity, families: Families<'_>, namespace: Option<&str>, service: Option<Box<str>>) -> Option<EntityMatch> {
        let accounts = entity.service_accounts.as_ref();
        let parts = PeerParts {
            selector: inner(&entity.selector),
            not_selector: inner(&entity.not_selector),
            namespace_selector: inner(&entity.namespace_selector),
            account_names: accounts.map_or(&[], |a| &a.names),
            account_selector: accounts.and_then(|a| inner(&a.selector)),
        };
        let (selector, not_selector) = match rewrite::peer(&parts, namespace) {
            // With both, one endpoint or set has to match the one and not the other (docs/semantics.md, Calico).
            (Some(positive), Some(negative)) => (Some(Selector::And(alloc::vec![positive, Selector::Not(Box::new(negative))])), None),
            other => other,
        };
        let everything = AddressSet::everything();
        let written = if entity.nets.is_empty() { everything.clone() } else { AddressSet::of_cidrs(&entity.nets) };
        let written = written.difference(&AddressSet::of_cidrs(&entity.not_nets));
        let addresses = match families {
            Families::Only(families) => written.intersection(families),
            Families::Given(families) => written.union(&everything.difference(families)),
        };
        let addresses = (addresses != everything).then_some(addresses);
        let written = [&entity.selector, &entity.not_selector, &entity.namespace_selector];
        let selector_span = written.into_iter().flatten().next().map(|w| w.span).or(accounts.map(|a| a.span));
        let selects = entity.selector.is_some() || entity.not_selector.is_some() || accounts.is_some();
        let written_parts = WrittenEntity {
            selector: parts.selector.cloned(),
            not_selector: parts.not_selector.cloned(),
            namespaces: parts.namespace_selector.cloned(),
            accounts: parts.account_names.to_vec(),
            account_selector: parts.account_selector.cloned(),
            own_namespace: namespace.filter(|_| selects && parts.namespace_selector.is_none()).map(Into::into),
            nets: entity.nets.clone(),
            not_nets: entity.not_nets.clone(),
        };
        let found = EntityMatch {
            selector,
            written: written_parts,
            not_selector,
            addresses,
            service,
            selector_place: selector_span.map(|span| span.within(self.document)),
            addresses_place: (!entity.nets.is_empty()).then(|| entity.nets_span.within(self.document)),
        };
        let restricts = found.selector.is_some() || found.not_selector.is_some() || found.addresses.is_some() || found.service.is_some();
        restricts.then_some(found)
    }
}

/// The families that a rule can match, on one side of it.
#[derive(Clone, Copy)]
enum Families<'a> {
    /// Only addresses of these count.
    Only(&'a AddressSet),
    /// The packet is of these.
    Given(&'a AddressSet),
}

/// The addresses of the families that a rule can match: those of its `ipVersion`, and only those of which every list of networks has some.
/// Upstream: docs/semantics.md, Calico.
fn families(rule: &CalicoRule) -> AddressSet {
    let lists = [&rule.source.nets, &rule.source.not_nets, &rule.destination.nets, &rule.destination.not_nets];
    let everything = AddressSet::everything();
    let v4 = everything.v4_only();
    let can = |is_v4: bool| {
        rule.ip_version.is_none_or(|version| (version == 4) == is_v4)
            && lists.iter().all(|list| list.is_empty() || list.iter().any(|cidr: &Cidr| cidr.is_ipv4() == is_v4))
    };
    match (can(true), can(false)) {
        (true, true) => everything,
        (true, false) => v4,
        (false, true) => everything.difference(&v4),
        (false, false) => AddressSet::default(),
    }
}
