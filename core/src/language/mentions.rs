//! Which labels of pods the selectors of an object ask for.

use alloc::vec::Vec;

use super::calico::{Calico, CalicoRule};
use super::{ClusterPeerKind, Kind, NetworkPolicy, PeerKind, Peers, Rule, Subject};
use crate::model::{LabelSelector, Selector};

/// Whether a selector of an object asks for a label of pods for which `wanted` holds.
pub(crate) fn asks_for_label(kind: &Kind, wanted: &dyn Fn(&str) -> bool) -> bool {
    match kind {
        Kind::Service(service) => service.selector.iter().flat_map(|s| s.iter()).any(|(key, _)| wanted(key)),
        Kind::NetworkPolicy(policy) => network_policy(policy, wanted),
        Kind::ClusterPolicy(policy) => {
            let peers = policy.ingress.iter().chain(&policy.egress).flat_map(|rule| &rule.peers);
            let subjects = peers.filter_map(|peer| if let ClusterPeerKind::Pods(subject) = &peer.kind { Some(subject) } else { None });
            subjects.chain([&policy.subject]).any(|s| matches!(s, Subject::Pods { pods, .. } if selector(pods, wanted)))
        }
        Kind::Calico(calico) => match &**calico {
            Calico::Policy(policy) => {
                let rules = || policy.ingress.iter().chain(&policy.egress);
                let own = policy.selector.iter().map(|s| &s.selector);
                own.chain(rules().flat_map(sides)).any(|s| expression(s, wanted))
            }
            Calico::StagedKubernetes(staged) => network_policy(&staged.policy, wanted),
            Calico::Profile(profile) => profile.ingress.iter().chain(&profile.egress).flat_map(sides).any(|s| expression(s, wanted)),
            _ => false,
        },
        Kind::Other(object) => object.asks_for_label(wanted),
        _ => false,
    }
}

fn network_policy(policy: &NetworkPolicy, wanted: &dyn Fn(&str) -> bool) -> bool {
    let peer = |rule: &Rule| match &rule.peers {
        Peers::Any => false,
        Peers::Of(peers) => peers.iter().any(|p| matches!(&p.kind, PeerKind::Pods { pods: Some(pods), .. } if selector(pods, wanted))),
    };
    selector(&policy.pod_selector, wanted) || policy.ingress.iter().chain(&policy.egress).any(peer)
}

fn selector(selector: &LabelSelector, wanted: &dyn Fn(&str) -> bool) -> bool {
    selector.requirements.iter().any(|r| wanted(&r.key))
}

fn sides(rule: &CalicoRule) -> impl Iterator<Item = &Selector> {
    [&rule.source, &rule.destination].into_iter().flat_map(|side| side.selector.iter().chain(&side.not_selector)).map(|s| &s.selector)
}

fn expression(selector: &Selector, wanted: &dyn Fn(&str) -> bool) -> bool {
    let mut open: Vec<&Selector> = alloc::vec![selector];
    while let Some(selector) = open.pop() {
        match selector {
            Selector::All | Selector::Global => {}
            Selector::Has(key) | Selector::Compare(key, _) if wanted(key) => return true,
            Selector::Has(_) | Selector::Compare(..) => {}
            Selector::Not(inner) => open.push(inner),
            Selector::And(parts) | Selector::Or(parts) => open.extend(parts),
        }
    }
    false
}
