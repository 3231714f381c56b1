//! Cilium's policies. Upstream: docs.cilium.io, "Policy Language": a rule with a list for a direction closes its endpoints for all else in that
//! direction (unless `enableDefaultDeny` says otherwise), `…Deny` lists deny whatever others allow.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Object, has_items, selector};
use crate::document::{NodeRef, Value};
use crate::language::unread::{Effect, Namespaces, Whom};
use crate::model::{LabelSelector, Requirement, well_known};

/// The label by which Cilium knows an endpoint's namespace, and the prefix of labels of namespaces.
const NAMESPACE: &str = "io.kubernetes.pod.namespace";
const NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";
/// Labels that Cilium makes itself.
const OWN_LABELS: &str = "io.cilium.";

pub(in crate::language) fn effects(object: &Object<'_>) -> Vec<Effect> {
    let clusterwide = object.kind != "CiliumNetworkPolicy";
    let mut effects = Vec::new();
    for spec in object.specs() {
        // About nodes themselves, as long as it does not say that it is about pods. Upstream: "Host Policies".
        let nodes = spec.get("nodeSelector").filter(|_| spec.get("endpointSelector").is_none());
        let (subject, nodes) = match nodes {
            Some(node) => (Whom::default(), Some(subject(Some(node), false).pods)),
            None => (subject(spec.get("endpointSelector"), clusterwide), None),
        };
        let default_deny = |direction: &str| {
            let set = spec.get("enableDefaultDeny").and_then(|node| node.get(direction));
            !set.is_some_and(|node| matches!(node.value(), Value::Bool(false)))
        };
        for (ingress, allow, deny) in [(true, "ingress", "ingressDeny"), (false, "egress", "egressDeny")] {
            // What comes to a node leaves a pod.
            let (at_ingress, subject, nodes) = (ingress != nodes.is_some(), subject.clone(), nodes.clone());
            let act = |field: &str| Effect {
                ingress: at_ingress,
                egress: !at_ingress,
                subject: subject.clone(),
                nodes: nodes.clone(),
                ..object.effect(spec, field)
            };
            if has_items(spec.get(allow)) {
                effects.push(Effect { denies: default_deny(allow), ..act(allow) });
            }
            if has_items(spec.get(deny)) {
                effects.push(Effect { allows: false, ..act(deny) });
            }
        }
    }
    effects
}

/// What Cilium's ConfigMap sets for all policies. Upstream: docs.cilium.io, "Policy Enforcement Modes", and "CIDR-based" of "Layer 3 Policies".
pub(in crate::language) fn configuration(object: &Object<'_>) -> Vec<Effect> {
    let Some(data) = cilium_map(object.node) else { return Vec::new() };
    let text = |key: &str| data.get(key).and_then(NodeRef::as_str).unwrap_or_default();
    let mut effects = Vec::new();
    let act = |field: &str, denies: bool, allows: bool| Effect { denies, allows, ..object.effect(data, field) };
    match text("enable-policy") {
        "" | "default" => {}
        // Pods without a policy are closed, too.
        "always" => effects.push(act("enable-policy", true, false)),
        "never" => effects.push(act("enable-policy", false, true)),
        _ => effects.push(act("enable-policy", true, true)),
    }
    // Blocks of addresses are about nodes, too.
    if text("policy-cidr-match-mode").contains("nodes") {
        effects.push(Effect { nodes: Some(LabelSelector::default()), ..act("policy-cidr-match-mode", false, true) });
    }
    effects
}

/// The settings in Cilium's ConfigMap.
pub(in crate::language) fn cilium_map(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let name = node.get("metadata")?.get("name").and_then(NodeRef::as_str)?;
    node.get("data").filter(|_| name == "cilium-config")
}

/// The endpoints of a selector, which names labels with the source that they come from (`k8s:app`, `any:app`).
fn subject(node: Option<NodeRef<'_>>, clusterwide: bool) -> Whom {
    let written = selector(node);
    let mut pods = LabelSelector { span: written.span, requirements: Vec::new() };
    let mut namespaces = LabelSelector { span: written.span, requirements: Vec::new() };
    for Requirement { span, key, operator } in written.requirements {
        let key = match key.split_once(':') {
            None => &*key,
            Some(("k8s" | "any", key)) => key,
            // Labels of other sources are not known.
            Some(_) => continue,
        };
        if key == NAMESPACE {
            namespaces.requirements.push(Requirement { span, key: Box::from(well_known::NAMESPACE_NAME), operator });
        } else if let Some(key) = key.strip_prefix(NAMESPACE_LABELS) {
            namespaces.requirements.push(Requirement { span, key: key.into(), operator });
        } else if !key.starts_with(OWN_LABELS) {
            pods.requirements.push(Requirement { span, key: key.into(), operator });
        }
    }
    // A policy of a namespace selects in that one, whatever its selector says of namespaces.
    let namespaces = if clusterwide { Namespaces::Selected(namespaces) } else { Namespaces::Own };
    Whom { namespaces, pods, ..Whom::default() }
}
