//! The smallest change of text that would allow a denied flow.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Teller;
use crate::compile::End;
use crate::decide::{CheckpointTrace, Reason, Suggestion, Verdict};
use crate::model::Labels;
use crate::policy::{Direction, Policy, PolicyId};
use crate::snapshot::Role;
use crate::stages::Stage;
use crate::text::Span;

/// Labels that controllers set on pods: naming one in a policy would break with the next rollout.
const CONTROLLER_LABELS: [&str; 4] = ["pod-template-hash", "controller-revision-hash", "pod-template-generation", "controller-uid"];

/// A new NetworkPolicy for each checkpoint that denies by default.
///
/// Added as documents of their own at the end of the isolating policy's file: policies only ever add to what is allowed, so nothing else changes. A denial
/// by a rule of a cluster-wide policy is a decision that somebody wrote down; no change is suggested for it.
pub(super) fn allow(teller: &Teller<'_>, checkpoints: &[CheckpointTrace]) -> Option<Suggestion> {
    let mut edits = Vec::new();
    for checkpoint in checkpoints.iter().filter(|c| c.verdict == Verdict::Denied) {
        let (Reason::DefaultDeny(policies), Stage::Endpoint(_)) = (&checkpoint.reason, checkpoint.stage) else { return None };
        // A NetworkPolicy that allows more helps against NetworkPolicies; in Calico's tiers, order decides.
        if teller.compiled.polices_hosts() {
            return None;
        }
        let policy = nearest_policy(teller, checkpoint, policies)?;
        // At the end of the policy's file: the policy may stand in the middle of a `List`.
        let place = Span::new(u32::MAX, u32::MAX).within(policy.place.document);
        edits.push((place, document(teller, checkpoint, policy)?));
    }
    let directions: Vec<&str> = checkpoints.iter().filter(|c| c.verdict == Verdict::Denied).map(|c| c.direction.as_str()).collect();
    (!edits.is_empty()).then(|| Suggestion { title: format!("add a policy that allows this {}", directions.join(" and ")), edits })
}

fn nearest_policy<'a>(teller: &Teller<'a>, checkpoint: &CheckpointTrace, isolating: &[PolicyId]) -> Option<&'a Policy> {
    let nearest = checkpoint.nearest.as_ref().map(|n| n.rule.policy).filter(|p| isolating.contains(p));
    teller.compiled.policy(nearest.or_else(|| isolating.first().copied())?)
}

fn document(teller: &Teller<'_>, checkpoint: &CheckpointTrace, policy: &Policy) -> Option<String> {
    let End::Pod(subject) = checkpoint.subject else { return None };
    let subject = teller.snapshot.endpoint(subject)?;
    let (kind, field, list) = match checkpoint.direction {
        Direction::Ingress => ("Ingress", "from", "ingress"),
        Direction::Egress => ("Egress", "to", "egress"),
    };
    let mut peer = String::new();
    let peer_name = match checkpoint.peer {
        End::Pod(id) => {
            let end = teller.snapshot.endpoint(id)?;
            if end.role == Role::IngressController || end.host_network {
                return None;
            }
            if end.namespace != subject.namespace {
                let name = teller.snapshot.namespace_name(end.namespace);
                peer.push_str(&format!("        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: {name}\n          podSelector:\n"));
            } else {
                peer.push_str("        - podSelector:\n");
            }
            peer.push_str(&match_labels(&end.labels, 12));
            end.name.clone()
        }
        End::Node(id) => {
            let node = teller.snapshot.node(id)?;
            // An ipBlock is the only peer for a node, and of use only if the engine matches ends inside by address.
            if node.addresses.is_empty() || !teller.compiled.blocks_reach_inside() {
                return None;
            }
            // Which of its addresses a packet carries is not known.
            node.addresses.iter().for_each(|address| peer.push_str(&block(address)));
            node.name.clone()
        }
        End::Outside(address) => {
            peer.push_str(&block(&address));
            address.to_string().replace([':', '.'], "-")
        }
    };
    let traffic = teller.flow.traffic;
    // A rule can name these three protocols only.
    let ports = match traffic.destination {
        Some(port) if traffic.protocol.has_ports() => {
            format!("      ports:\n        - protocol: {}\n          port: {port}\n", traffic.protocol)
        }
        _ if traffic.protocol.has_ports() => format!("      ports:\n        - protocol: {}\n", traffic.protocol),
        _ => return None,
    };
    let name: String = format!("{}-allow-{field}-{peer_name}", subject.name).chars().take(200).collect();
    let namespace = policy.namespace.as_deref()?;
    Some(format!(
        "\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {name}\n  namespace: {namespace}\nspec:\n  podSelector:\n{}  policyTypes: [{kind}]\n  {list}:\n    - {field}:\n{peer}{ports}",
        match_labels(&subject.labels, 4),
    ))
}

fn block(address: &core::net::IpAddr) -> String {
    let length = if address.is_ipv4() { 32 } else { 128 };
    format!("        - ipBlock:\n            cidr: {address}/{length}\n")
}

fn match_labels(labels: &Labels, indent: usize) -> String {
    let stable: Vec<(&str, &str)> = labels.iter().filter(|(key, _)| !CONTROLLER_LABELS.contains(key)).collect();
    let pad = " ".repeat(indent);
    if stable.is_empty() {
        return format!("{pad}matchLabels: {{}}\n");
    }
    let lines: Vec<String> = stable.iter().map(|(key, value)| format!("{pad}  {key}: \"{value}\"\n")).collect();
    format!("{pad}matchLabels:\n{}", lines.concat())
}
