//! From resources to the one policy language.

pub(in crate::language) mod unread;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::language::plugins::Plugins;
use crate::language::{
    ClusterAction, ClusterPeer, ClusterPeerKind, ClusterPolicy, ClusterPolicyKind, ClusterPort, ClusterPortKind, ClusterRule, ClusterTier,
    Kind, NetworkPolicy, PeerKind, Peers, Port, PortKind, Ports, Resource, Subject as ClusterSubject,
};
use crate::model::{AddressSet, LabelSelector};
use crate::policy::{
    Action, Direction, EntityMatch, HookMatch, IpBlock, NamespaceMatch, PeerMatch, PeerTerm, PeerTermKind, Policy, PolicyId, Rule, Ruleset,
    Subject, SubjectMatch, Tier, TierEnd, TrafficMatch, TrafficTerm, TrafficTermKind,
};
use crate::settings::{Assumed, Engine, IpBlockReach, OtherProtocols};
use crate::snapshot::cloud::Cloud;
use crate::text::{DocumentId, Span};

pub(crate) use crate::language::azure::lower::is_default as is_default_rule;
pub use crate::language::azure::lower::{KIND as KIND_OF_GROUPS, default_rules, ordered as ordered_rules};

/// Translates every policy. Those that an API server refuses, and what is not evaluated, become policies in doubt (see [`crate::policy::Doubt`]).
pub fn translate<'a>(resources: impl IntoIterator<Item = (DocumentId, &'a Resource)>, cloud: &Cloud, settings: &Assumed) -> Ruleset {
    let resources: Vec<(DocumentId, &Resource)> = resources.into_iter().collect();
    let mut ruleset = match settings.engine {
        Engine::Calico => crate::language::calico::lower::translate(&resources, settings),
        _ => kubernetes(&resources, settings),
    };
    if settings.engine == Engine::None {
        ruleset.idle_plugin = Plugins::seen(resources.iter().map(|(_, r)| *r)).why_idle();
        let reason = ruleset.idle_plugin.clone().unwrap_or_else(|| "no policy engine is installed".into());
        for policy in &mut ruleset.policies {
            policy.not_enforced = Some(reason.clone());
        }
        ruleset.tiers.clear();
        ruleset.no_engine = true;
    }
    unread::add(&resources, settings, &mut ruleset);
    ruleset.open = unread::open(&resources, settings);
    unread::doubt_services(&resources, settings, &mut ruleset);
    // The cloud's network filters whatever is installed in the cluster.
    crate::language::azure::lower::add(cloud, &mut ruleset);
    ruleset.tiers.retain(|tier| !tier.groups.is_empty());
    ruleset
}

/// Policies as Kubernetes's own texts define them; those of Calico are there, and not enforced.
fn kubernetes(resources: &[(DocumentId, &Resource)], settings: &Assumed) -> Ruleset {
    let mut ruleset = Ruleset::default();
    let mut admin: BTreeMap<u16, Vec<PolicyId>> = BTreeMap::new();
    let mut baseline: BTreeMap<u16, Vec<PolicyId>> = BTreeMap::new();
    let mut namespaced: Vec<PolicyId> = Vec::new();
    let is_azure = settings.engine == Engine::AzureNpm;
    for &(document, resource) in resources {
        let id = PolicyId(ruleset.policies.len() as u32);
        let translator = Translator { document, resource, settings, id };
        match &resource.kind {
            Kind::NetworkPolicy(policy) => {
                ruleset.policies.push(translator.if_accepted(translator.network_policy(policy), &[Action::Allow]));
                namespaced.push(id);
            }
            Kind::ClusterPolicy(policy) => {
                let mut translated = translator.if_accepted(translator.cluster_policy(policy), ANYTHING);
                if is_azure {
                    translated.not_enforced = Some("Azure's network policy manager enforces NetworkPolicy only".into());
                } else {
                    let tier = match policy.tier {
                        ClusterTier::Admin => &mut admin,
                        ClusterTier::Baseline => &mut baseline,
                    };
                    tier.entry(policy.priority).or_default().push(id);
                }
                ruleset.policies.push(translated);
            }
            Kind::Calico(calico) => {
                let engine = if is_azure { "Azure's network policy manager" } else { "an engine that is not Calico" };
                let reason = format!("{engine} does not know Calico's policies");
                let policy = translator.calico(calico).map(|policy| translator.if_accepted(policy, ANYTHING));
                ruleset.policies.extend(policy.map(|policy| Policy { not_enforced: Some(reason), ..policy }));
            }
            _ => {}
        }
    }
    let cluster_tier = |name: &str, groups: BTreeMap<u16, Vec<PolicyId>>| Tier {
        name: name.into(),
        noun: "cluster-wide policies",
        groups: groups.into_values().collect(),
        end: TierEnd::Pass,
        ports_only: false,
        passes_all: false,
        ordered: true,
    };
    ruleset.tiers = alloc::vec![
        cluster_tier("Admin", admin),
        Tier {
            name: "NetworkPolicy".into(),
            noun: "NetworkPolicies",
            // Union of rules, no order: as every rule allows, any order gives the same answer.
            groups: namespaced.into_iter().map(|id| alloc::vec![id]).collect(),
            end: TierEnd::Deny,
            ports_only: settings.other_protocols == OtherProtocols::Undefined,
            passes_all: false,
            ordered: false,
        },
        cluster_tier("Baseline", baseline),
    ];
    ruleset
}

/// All that a rule can do with a packet.
pub(in crate::language) const ANYTHING: &[Action] = &[Action::Deny, Action::Allow, Action::Pass];

pub(in crate::language) struct Translator<'a> {
    pub(in crate::language) document: DocumentId,
    pub(in crate::language) resource: &'a Resource,
    pub(in crate::language) settings: &'a Assumed,
    pub(in crate::language) id: PolicyId,
}

impl Translator<'_> {
    /// The policy if an API server takes it; else one in doubt, which may do any of `actions`. Of fields that its kind does not have, rules are in doubt.
    pub(in crate::language) fn if_accepted(&self, policy: Policy, actions: &[Action]) -> Policy {
        if self.resource.refused {
            unread::in_doubt(policy, self.resource, self.document, actions)
        } else {
            unread::with_unknown_fields(policy, self.resource, self.document, actions)
        }
    }

    fn is_calico(&self) -> bool {
        self.settings.engine == Engine::Calico
    }

    pub(in crate::language) fn policy(
        &self,
        kind: &'static str,
        namespace: Option<String>,
        subject: SubjectMatch,
        subject_span: Span,
    ) -> Policy {
        Policy {
            id: self.id,
            kind: kind.into(),
            namespace,
            name: self.resource.meta.name.to_string(),
            place: self.resource.span.within(self.document),
            subject,
            subject_place: if subject_span == Span::default() { self.resource.span } else { subject_span }.within(self.document),
            priority: None,
            acts_on_egress: true,
            acts_on_ingress: true,
            egress: Vec::new(),
            ingress: Vec::new(),
            hook: HookMatch::Any,
            not_enforced: None,
            doubt: None,
        }
    }

    pub(in crate::language) fn network_policy(&self, spec: &NetworkPolicy) -> Policy {
        let namespace = self.resource.meta.namespace.as_deref().unwrap_or(&self.settings.default_namespace).to_string();
        let subject = Subject { namespaces: NamespaceMatch::Named(namespace.clone()), pods: spec.pod_selector.clone() };
        let rules = |rules: &[crate::language::Rule]| {
            let one = |rule: &crate::language::Rule| Rule {
                place: rule.span.within(self.document),
                name: None,
                action: Action::Allow,
                peers: match &rule.peers {
                    Peers::Any => PeerMatch::Any,
                    Peers::Of(peers) => PeerMatch::Of(
                        peers
                            .iter()
                            .map(|p| PeerTerm { place: p.span.within(self.document), kind: self.peer(&p.kind, &namespace) })
                            .collect(),
                    ),
                },
                traffic: self.traffic(&rule.ports, |port: &Port| {
                    let kind = match &port.kind {
                        PortKind::All => TrafficTermKind::Protocol(port.protocol),
                        PortKind::Range(first, last) => TrafficTermKind::Ports(port.protocol, *first, *last),
                        PortKind::Name(name) => TrafficTermKind::Named(name.clone(), Some(port.protocol)),
                    };
                    (port.span, kind)
                }),
                http: None,
                own: None,
                doubt: None,
            };
            rules.iter().map(one).collect()
        };
        Policy {
            acts_on_egress: spec.types.egress,
            acts_on_ingress: spec.types.ingress,
            egress: rules(&spec.egress),
            ingress: rules(&spec.ingress),
            ..self.policy("NetworkPolicy", Some(namespace.clone()), SubjectMatch::Pods(subject), spec.pod_selector.span)
        }
    }

    fn peer(&self, peer: &PeerKind, own: &str) -> PeerTermKind {
        match peer {
            PeerKind::Pods { namespaces, pods } => PeerTermKind::Pods(Subject {
                namespaces: match namespaces {
                    Some(selector) => NamespaceMatch::Selector(selector.clone()),
                    None => NamespaceMatch::Named(own.to_string()),
                },
                pods: pods.clone().unwrap_or_default(),
            }),
            PeerKind::IpBlock { cidr, except } => PeerTermKind::Addresses {
                set: AddressSet::of_cidrs([cidr]).difference(&AddressSet::of_cidrs(except)),
                inside_too: self.settings.ip_block == IpBlockReach::PodsToo,
                block: Some(Box::new(IpBlock { cidr: *cidr, except: except.clone() })),
            },
        }
    }

    pub(in crate::language) fn cluster_policy(&self, spec: &ClusterPolicy) -> Policy {
        let kind = match spec.kind {
            ClusterPolicyKind::Admin => "AdminNetworkPolicy",
            ClusterPolicyKind::BaselineAdmin => "BaselineAdminNetworkPolicy",
            ClusterPolicyKind::Cluster => "ClusterNetworkPolicy",
        };
        let rules = |rules: &[ClusterRule]| -> Vec<Rule> {
            let one = |rule: &ClusterRule| Rule {
                place: rule.span.within(self.document),
                name: rule.name.as_deref().map(ToString::to_string),
                action: match rule.action {
                    ClusterAction::Allow => Action::Allow,
                    ClusterAction::Deny => Action::Deny,
                    ClusterAction::Pass => Action::Pass,
                },
                peers: PeerMatch::Of(rule.peers.iter().map(|peer| self.cluster_peer(peer)).collect()),
                traffic: self.traffic(&rule.ports, |port: &ClusterPort| {
                    let kind = match &port.kind {
                        ClusterPortKind::Range(protocol, first, last) => TrafficTermKind::Ports(*protocol, *first, *last),
                        ClusterPortKind::Name(name) => TrafficTermKind::Named(name.clone(), None),
                    };
                    (port.span, kind)
                }),
                http: None,
                own: None,
                doubt: None,
            };
            rules.iter().map(|rule| self.fail_closed(rule, one(rule))).collect()
        };
        Policy {
            priority: (spec.kind != ClusterPolicyKind::BaselineAdmin).then_some(spec.priority),
            egress: rules(&spec.egress),
            ingress: rules(&spec.ingress),
            ..self.policy(kind, None, SubjectMatch::Pods(cluster_subject(&spec.subject)), spec.subject_span)
        }
    }

    /// Upstream, on every peer type: an implementation that meets a peer it does not know must "fail closed": read a rule that accepts as
    /// matching no traffic, and one that denies or passes as a "Deny all" rule. It is the whole rule that is read so.
    fn fail_closed(&self, written: &ClusterRule, rule: Rule) -> Rule {
        let unknown = written.peers.iter().find_map(|peer| match &peer.kind {
            ClusterPeerKind::Unknown(field) => Some((peer.span.within(self.document), field.clone())),
            // Calico converts neither (upstream: docs/semantics.md, Calico).
            ClusterPeerKind::Nodes(_) if self.is_calico() => Some((peer.span.within(self.document), "nodes".into())),
            ClusterPeerKind::DomainNames(_) if self.is_calico() => Some((peer.span.within(self.document), "domainNames".into())),
            _ => None,
        });
        let Some((place, field)) = unknown else { return rule };
        let everything = rule.action != Action::Allow;
        let peers = PeerMatch::Of(alloc::vec![PeerTerm { place, kind: PeerTermKind::Unknown { field, everything } }]);
        if everything { Rule { action: Action::Deny, peers, traffic: TrafficMatch::Any, ..rule } } else { Rule { peers, ..rule } }
    }

    fn cluster_peer(&self, peer: &ClusterPeer) -> PeerTerm {
        let kind = match &peer.kind {
            // Calico reads these as a namespaceSelector without a test for pods, so they match network sets too (docs/semantics.md, Calico).
            ClusterPeerKind::Pods(ClusterSubject::Namespaces(namespaces)) if self.is_calico() => {
                let (selector, _) = crate::language::calico::lower::of_namespaces(namespaces);
                PeerTermKind::Entity(Box::new(EntityMatch { selector, ..EntityMatch::default() }))
            }
            ClusterPeerKind::Pods(subject) => PeerTermKind::Pods(cluster_subject(subject)),
            // Upstream: networks match by address, "pod IPs included" (network-policy-api, conformance of the egress CIDR rules).
            ClusterPeerKind::Networks(cidrs) => PeerTermKind::Addresses {
                set: AddressSet::of_cidrs(cidrs),
                inside_too: self.settings.ip_block == IpBlockReach::PodsToo,
                block: None,
            },
            ClusterPeerKind::Nodes(selector) => PeerTermKind::Nodes(selector.clone()),
            ClusterPeerKind::DomainNames(names) => PeerTermKind::DomainNames(names.clone()),
            ClusterPeerKind::Unknown(field) => PeerTermKind::Unknown { field: field.clone(), everything: false },
        };
        PeerTerm { place: peer.span.within(self.document), kind }
    }

    fn traffic<P>(&self, ports: &Ports<P>, term: impl Fn(&P) -> (Span, TrafficTermKind)) -> TrafficMatch {
        match ports {
            Ports::Any => TrafficMatch::Any,
            Ports::Of(ports) => TrafficMatch::Of(
                ports
                    .iter()
                    .map(|port| {
                        let (span, kind) = term(port);
                        TrafficTerm { place: span.within(self.document), kind }
                    })
                    .collect(),
            ),
        }
    }
}

fn cluster_subject(subject: &ClusterSubject) -> Subject {
    match subject {
        ClusterSubject::Namespaces(selector) => {
            Subject { namespaces: NamespaceMatch::Selector(selector.clone()), pods: LabelSelector::default() }
        }
        ClusterSubject::Pods { namespaces, pods } => {
            Subject { namespaces: NamespaceMatch::Selector(namespaces.clone()), pods: pods.clone() }
        }
    }
}

/// The addresses that rules of one direction write down, rule by rule; used for cutting the outside world.
///
/// Rules that do nothing because their policy does not act in their direction are counted too, so that a map of the outside does not
/// change its shape when `policyTypes` does.
pub(crate) fn address_terms(ruleset: &Ruleset, direction: Direction) -> impl Iterator<Item = &AddressSet> {
    ruleset.policies.iter().flat_map(move |p| p.rules(direction)).flat_map(|rule| {
        rule.peers.terms().iter().chain(&rule.own).flat_map(|term| match &term.kind {
            PeerTermKind::Addresses { set, .. } => alloc::vec![set],
            PeerTermKind::UnknownAddresses { certain, possible, .. } => alloc::vec![certain, possible],
            PeerTermKind::Entity(entity) => entity.addresses.iter().collect(),
            _ => Vec::new(),
        })
    })
}
