//! AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1) as ClusterNetworkPolicy (v1alpha2), which replaces both.
//!
//! Upstream: `kubernetes-sigs/network-policy-api`, NPEP-285 (one kind with a tier, `Allow` becomes `Accept`), NPEP-187 (`ports` become `protocols`), and
//! `apis/v1alpha2/clusternetworkpolicy_types.go` (at most 25 rules, peers and protocols, where v1alpha1 takes 100).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::Outcome;
use super::labels::{conditions, mapping};
use super::names::Names;
use super::source::Source;
use super::text::{Object, RuleText};
use crate::answers::fix::value::{V, list, map, text};
use crate::language::{
    ClusterAction, ClusterPeer, ClusterPeerKind, ClusterPolicy, ClusterPolicyKind, ClusterPort, ClusterPortKind, ClusterRule, ClusterTier,
    Kind, Ports, Subject,
};
use crate::model::LabelSelector;
use crate::policy::Direction;

/// The most rules of a direction, and peers and protocols of a rule.
const MOST: usize = 25;
/// A baseline's place where it is the only one: after all that may be written later.
const LAST: u32 = 1000;

pub(super) fn convert(source: &Source<'_>, names: &mut Names, outcome: &mut Outcome) {
    let Kind::ClusterPolicy(policy) = &source.resource.kind else { return };
    let meta = &source.resource.meta;
    let spans: Vec<_> = policy.ingress.iter().chain(&policy.egress).map(|rule| rule.span).collect();
    let (of_rules, comments) = source.comments(&spans);
    let mut of_rules = of_rules.into_iter();
    let mut rules = Vec::new();
    for (direction, own) in [(Direction::Ingress, &policy.ingress), (Direction::Egress, &policy.egress)] {
        let comments: Vec<Vec<String>> = of_rules.by_ref().take(own.len()).collect();
        let mut written = Vec::new();
        for (number, (rule, comments)) in own.iter().zip(comments).enumerate() {
            written.extend(rule_texts(rule, direction, &format!("spec.{}[{number}]", direction.as_str()), comments, outcome));
        }
        if let (Some(first), true) = (own.first(), written.len() > MOST) {
            let text = format!(
                "these become {} rules, and ClusterNetworkPolicy takes {MOST}: split the policy, each part with a priority of its own",
                written.len()
            );
            outcome.obstacle(first.span, format!("spec.{}", direction.as_str()), text);
        }
        rules.push((direction.as_str(), written));
    }
    let name = names.give(None, &meta.name);
    if *name != *meta.name {
        outcome.note(meta.name_span, "metadata.name", format!("the name becomes `{name}`, as `{}` is taken", meta.name));
    }
    let priority = priority(policy, names, outcome);
    let tier = if policy.tier == ClusterTier::Admin { "Admin" } else { "Baseline" };
    outcome.objects.push(Object {
        version: "policy.networking.k8s.io/v1alpha2",
        kind: "ClusterNetworkPolicy",
        namespace: None,
        metadata: source.metadata(&name, None),
        name,
        spec: vec![
            ("tier".to_string(), text(tier)),
            ("priority".to_string(), V::Number(priority)),
            ("subject".to_string(), subject(&policy.subject)),
        ],
        rules,
        comments,
    });
}

/// Its priority. A baseline has none; where others of the new kind stand beside it, it is written as it is read, before all of them.
fn priority(policy: &ClusterPolicy, names: &Names, outcome: &mut Outcome) -> u32 {
    if policy.kind != ClusterPolicyKind::BaselineAdmin {
        return u32::from(policy.priority);
    }
    if names.has_baseline() {
        let text = "0 is written, as it is read here: upstream does not say how a BaselineAdminNetworkPolicy and ClusterNetworkPolicies of the \
                    Baseline tier stand to each other";
        outcome.note(policy.subject_span, "spec.priority", text);
        return 0;
    }
    let text = "1000 is written: a BaselineAdminNetworkPolicy has no priority, as there is only one; the last place leaves room before it";
    outcome.note(policy.subject_span, "spec.priority", text);
    LAST
}

/// A rule; several in a row where it has more peers or ports than one may have, which decide the same.
fn rule_texts(rule: &ClusterRule, direction: Direction, field: &str, comments: Vec<String>, outcome: &mut Outcome) -> Vec<RuleText> {
    let key = direction.preposition();
    let peers: Vec<V> = (rule.peers.iter().enumerate())
        .filter_map(|(number, one)| {
            let value = peer(one);
            if value.is_none() {
                outcome.obstacle(one.span, format!("{field}.{key}[{number}]"), "a peer that is not known here: write it out yourself");
            }
            value
        })
        .collect();
    let mut ports: Vec<Option<Vec<V>>> = vec![None];
    if let Ports::Of(given) = &rule.ports {
        let mut values = Vec::new();
        for (number, one) in given.iter().enumerate() {
            match protocol(one) {
                Some(value) => values.push(value),
                None => {
                    let text = "the range ends before it starts, which v1alpha2 refuses: correct or delete it";
                    outcome.obstacle(one.span, format!("{field}.ports[{number}]"), text);
                }
            }
        }
        ports = values.chunks(MOST).map(|chunk| Some(chunk.to_vec())).collect();
    }
    let action = match rule.action {
        ClusterAction::Allow => "Accept",
        ClusterAction::Deny => "Deny",
        ClusterAction::Pass => "Pass",
    };
    let mut comments = comments;
    let mut found = Vec::new();
    for (peers, ports) in peers.chunks(MOST).flat_map(|peers| ports.iter().map(move |ports| (peers, ports))) {
        let value = map([
            ("name", rule.name.as_deref().map(text)),
            ("action", Some(text(action))),
            (key, Some(V::List(peers.to_vec()))),
            ("protocols", ports.clone().map(V::List)),
        ]);
        found.push(RuleText { comments: core::mem::take(&mut comments), value });
    }
    found
}

fn selector(selector: &LabelSelector) -> V {
    mapping(&conditions(selector))
}

fn subject(subject: &Subject) -> V {
    match subject {
        Subject::Namespaces(namespaces) => map([("namespaces", Some(selector(namespaces)))]),
        Subject::Pods { namespaces, pods } => {
            let both = map([("namespaceSelector", Some(selector(namespaces))), ("podSelector", Some(selector(pods)))]);
            map([("pods", Some(both))])
        }
    }
}

fn peer(peer: &ClusterPeer) -> Option<V> {
    Some(match &peer.kind {
        ClusterPeerKind::Pods(pods) => subject(pods),
        ClusterPeerKind::Networks(cidrs) => map([("networks", Some(list(cidrs.iter().map(text))))]),
        ClusterPeerKind::Nodes(nodes) => map([("nodes", Some(selector(nodes)))]),
        ClusterPeerKind::DomainNames(names) => map([("domainNames", Some(list(names.iter().map(text))))]),
        ClusterPeerKind::Unknown(_) => return None,
    })
}

/// A port; nothing for an empty range.
fn protocol(port: &ClusterPort) -> Option<V> {
    Some(match &port.kind {
        ClusterPortKind::Name(name) => map([("destinationNamedPort", Some(text(name)))]),
        ClusterPortKind::Range(_, first, last) if first > last => return None,
        ClusterPortKind::Range(protocol, first, last) => {
            let number = |number: u16| Some(V::Number(u32::from(number)));
            let port = if first == last {
                map([("number", number(*first))])
            } else {
                map([("range", Some(map([("start", number(*first)), ("end", number(*last))])))])
            };
            let key = match protocol.name() {
                Some("UDP") => "udp",
                Some("SCTP") => "sctp",
                _ => "tcp",
            };
            map([(key, Some(map([("destinationPort", Some(port))])))])
        }
    })
}
