//! The smallest change of text that would allow a denied flow.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Explainer;
use crate::compile::Endpoint;
use crate::explain::{CheckpointTrace, Suggestion};
use crate::language::kubernetes::inventory::lasting_labels;
use crate::model::Cidr;
use crate::policy::{Direction, Policy, PolicyId};
use crate::snapshot::{PodEndpoint, Role};
use crate::text::Span;
use crate::verdict::traversal::Checkpoint;
use crate::verdict::{Reason, Verdict};

/// A new NetworkPolicy for each checkpoint that denies by default.
///
/// Added as documents of their own at the end of the isolating policy's file: policies only ever add to what is allowed, so nothing else
/// changes. A denial by a rule of a cluster-wide policy is a decision that somebody wrote down; no change is suggested for it.
pub(super) fn allow(explainer: &Explainer<'_>, checkpoints: &[CheckpointTrace]) -> Option<Suggestion> {
    let mut edits = Vec::new();
    for checkpoint in checkpoints.iter().filter(|c| c.verdict == Verdict::Denied) {
        let (Reason::DefaultDeny(policies), Checkpoint::Endpoint(_)) = (&checkpoint.reason, checkpoint.checkpoint) else { return None };
        // A NetworkPolicy that allows more helps against NetworkPolicies; in Calico's tiers, order decides.
        if explainer.compiled.polices_hosts() {
            return None;
        }
        let policy = nearest_policy(explainer, checkpoint, policies)?;
        // At the end of the policy's file: the policy may stand in the middle of a `List`.
        let place = Span::END_OF_FILE.within(policy.place.document);
        edits.push((place, document(explainer, checkpoint, policy)?));
    }
    let directions: Vec<&str> = checkpoints.iter().filter(|c| c.verdict == Verdict::Denied).map(|c| c.direction.as_str()).collect();
    (!edits.is_empty()).then(|| Suggestion { title: format!("add a policy that allows this {}", directions.join(" and ")), edits })
}

fn nearest_policy<'a>(explainer: &Explainer<'a>, checkpoint: &CheckpointTrace, isolating: &[PolicyId]) -> Option<&'a Policy> {
    let nearest = explainer.nearest(&checkpoint.tiers).map(|(rule, _)| rule.policy).filter(|p| isolating.contains(p));
    explainer.compiled.policy(nearest.or_else(|| isolating.first().copied())?)
}

fn document(explainer: &Explainer<'_>, checkpoint: &CheckpointTrace, policy: &Policy) -> Option<String> {
    let Endpoint::Pod(subject) = checkpoint.subject else { return None };
    let subject = explainer.snapshot.pod(subject)?;
    let (kind, field, list) = match checkpoint.direction {
        Direction::Ingress => ("Ingress", "from", "ingress"),
        Direction::Egress => ("Egress", "to", "egress"),
    };
    let mut peer = String::new();
    let peer_name = match checkpoint.peer {
        Endpoint::Pod(id) => {
            let end = explainer.snapshot.pod(id)?;
            if end.role == Role::IngressController || end.host_network {
                return None;
            }
            if end.namespace != subject.namespace {
                let name = explainer.snapshot.namespace_name(end.namespace);
                peer.push_str(&format!("        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: {name}\n          podSelector:\n"));
            } else {
                peer.push_str("        - podSelector:\n");
            }
            peer.push_str(&match_labels(end, 12)?);
            end.name.clone()
        }
        Endpoint::Node(id) => {
            let node = explainer.snapshot.node(id)?;
            // An ipBlock is the only peer for a node, and of use only if the engine matches endpoints inside by address.
            if node.addresses.is_empty() || !explainer.compiled.blocks_reach_inside() {
                return None;
            }
            // Which of its addresses a packet carries is not known.
            node.addresses.iter().for_each(|address| peer.push_str(&block(&Cidr::of(*address))));
            node.name.clone()
        }
        end @ (Endpoint::Outside(_) | Endpoint::InNetwork(..)) => {
            let ranges = explainer.snapshot.cloud.ranges_of(end);
            ranges.iter().for_each(|range| peer.push_str(&block(range)));
            // A machine that may have any address no block names.
            ranges.first()?.plain().replace([':', '.', '/'], "-")
        }
    };
    let traffic = explainer.flow.traffic;
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
        match_labels(subject, 4)?,
    ))
}

fn block(range: &Cidr) -> String {
    format!("        - ipBlock:\n            cidr: {range}\n")
}

/// Labels that select the pods of an endpoint. Nothing where it has none that could stay: an empty selector would select every pod of the
/// namespace.
fn match_labels(end: &PodEndpoint, indent: usize) -> Option<String> {
    let labels = lasting_labels(&end.labels);
    if labels.is_empty() {
        return None;
    }
    let pad = " ".repeat(indent);
    let lines: Vec<String> = labels.iter().map(|(key, value)| format!("{pad}  {key}: \"{value}\"\n")).collect();
    Some(format!("{pad}matchLabels:\n{}", lines.concat()))
}
