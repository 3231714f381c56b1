//! NetworkPolicies and cluster-wide policies in the one policy language, and the order that Kubernetes's own texts give policies.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::language::calico::lower::of_namespaces;
use crate::language::lower::{ANYTHING, Lowered, Lowering, PolicyEngine, Standing, Translator};
use crate::language::{
    ClusterAction, ClusterPeer, ClusterPeerKind, ClusterPolicy, ClusterPolicyKind, ClusterPort, ClusterPortKind, ClusterRule, ClusterTier,
    Kind, NetworkPolicy, PeerKind, Peers, Port, PortKind, Ports, Subject as ClusterSubject,
};
use crate::model::{AddressSet, LabelSelector};
use crate::policy::{
    Action, EntityMatch, IpBlock, NamespaceMatch, PeerMatch, PeerTerm, PeerTermKind, Policy, PolicyId, Rule, Subject, SubjectMatch, Tier,
    TierEnd, TrafficMatch, TrafficTerm, TrafficTermKind,
};
use crate::settings::{Engine, IpBlockReach, OtherProtocols};
use crate::text::Span;

/// One of Kubernetes's policies.
pub(super) fn lower(object: &Translator<'_>) -> Option<Lowered> {
    match &object.resource.kind {
        Kind::NetworkPolicy(policy) => {
            Some(Lowered { policy: object.if_accepted(object.network_policy(policy), &[Action::Allow]), standing: Standing::Pods })
        }
        Kind::ClusterPolicy(policy) => Some(Lowered {
            policy: object.if_accepted(object.cluster_policy(policy), ANYTHING),
            standing: Standing::ClusterWide { kind: policy.kind, tier: policy.tier, priority: policy.priority },
        }),
        _ => None,
    }
}

/// An engine that does as Kubernetes's own texts say. Policies of engines with languages of their own are there, and not enforced.
pub(super) struct KubernetesEngine;

impl PolicyEngine for KubernetesEngine {
    fn arrange(&self, lowering: &mut Lowering<'_>) {
        let mut admin: BTreeMap<u16, Vec<PolicyId>> = BTreeMap::new();
        let mut baseline: BTreeMap<u16, Vec<PolicyId>> = BTreeMap::new();
        let mut namespaced: Vec<PolicyId> = Vec::new();
        let is_azure = lowering.settings.engine == Engine::AzureNpm;
        let mut reasons = Vec::new();
        for placed in &lowering.placed {
            match placed.standing {
                Standing::Pods => namespaced.push(placed.id),
                Standing::ClusterWide { .. } if is_azure => {
                    reasons.push((placed.id, "Azure's network policy manager enforces NetworkPolicy only".into()));
                }
                Standing::ClusterWide { tier, priority, .. } => {
                    let tier = match tier {
                        ClusterTier::Admin => &mut admin,
                        ClusterTier::Baseline => &mut baseline,
                    };
                    tier.entry(priority).or_default().push(placed.id);
                }
                Standing::OwnEngine => {
                    let language = placed.language.name();
                    let engine =
                        if is_azure { "Azure's network policy manager".into() } else { format!("an engine that is not {language}") };
                    reasons.push((placed.id, format!("{engine} does not know {language}'s policies")));
                }
                Standing::OwnTier(_) => {}
            }
        }
        reasons.into_iter().for_each(|(id, reason)| lowering.not_enforced(id, reason));
        let cluster_tier = |name: &str, groups: BTreeMap<u16, Vec<PolicyId>>| Tier {
            name: name.into(),
            noun: "cluster-wide policies",
            groups: groups.into_values().collect(),
            end: TierEnd::Pass,
            ports_only: false,
            passes_all: false,
            ordered: true,
        };
        lowering.ruleset.tiers = alloc::vec![
            cluster_tier("Admin", admin),
            Tier {
                name: "NetworkPolicy".into(),
                noun: "NetworkPolicies",
                // Union of rules, no order: as every rule allows, any order gives the same answer.
                groups: namespaced.into_iter().map(|id| alloc::vec![id]).collect(),
                end: TierEnd::Deny,
                ports_only: lowering.settings.other_protocols == OtherProtocols::Undefined,
                passes_all: false,
                ordered: false,
            },
            cluster_tier("Baseline", baseline),
        ];
    }
}

impl Translator<'_> {
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
                let (selector, _) = of_namespaces(namespaces);
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
