//! Policies of network plugins other than Cilium, and of what filters below them.

use alloc::vec::Vec;

use super::{Object, has_items, items, pods_and_namespaces, selector};
use crate::document::{NodeRef, Value};
use crate::language::unread::{Effect, Namespaces, PodsOf, Whom};
use crate::model::LabelSelector;

/// Upstream: antrea-io/antrea, docs/antrea-network-policy.md. Rules are asked before every NetworkPolicy, but for those of the tier `baseline`, and
/// do not isolate whom they are applied to.
pub(in crate::language) fn antrea(object: &Object<'_>) -> Vec<Effect> {
    let Some(spec) = object.node.get("spec") else { return Vec::new() };
    let default = if object.kind == "NetworkPolicy" { Namespaces::Own } else { Namespaces::All };
    let last = spec.get("tier").and_then(NodeRef::as_str).is_some_and(|tier| tier.eq_ignore_ascii_case("baseline"));
    let mut effects = Vec::new();
    for (ingress, field) in [(true, "ingress"), (false, "egress")] {
        for rule in items(spec.get(field)) {
            let action = rule.get("action").and_then(NodeRef::as_str);
            let (denies, allows) = match action {
                Some("Drop" | "Reject") => (true, false),
                Some("Allow") => (false, true),
                // Pass skips rules that are not known either.
                _ => (true, true),
            };
            let to = rule.get("appliedTo").filter(|node| has_items(Some(*node))).or_else(|| spec.get("appliedTo"));
            let mut subjects: Vec<(Whom, Option<LabelSelector>)> = items(to).map(|node| antrea_subject(node, &default)).collect();
            if subjects.is_empty() {
                subjects.push((Whom { namespaces: default.clone(), ..Whom::default() }, None));
            }
            for (subject, nodes) in subjects {
                // What comes to a node leaves a pod.
                let ingress = ingress != nodes.is_some();
                let effect = Effect { ingress, egress: !ingress, denies, allows, last, subject, nodes, ..object.effect(spec, field) };
                // Rules of one list that may do the same to the same pods are one.
                if !effects.contains(&effect) {
                    effects.push(effect);
                }
            }
        }
    }
    effects
}

/// The pods that a rule is applied to, or the nodes, if those are meant.
fn antrea_subject(node: NodeRef<'_>, default: &Namespaces) -> (Whom, Option<LabelSelector>) {
    if let Some(nodes) = node.get("nodeSelector") {
        return (Whom::default(), Some(selector(Some(nodes))));
    }
    if node.get("group").is_some() {
        // Whom it means is written elsewhere.
        return (Whom { namespaces: default.clone(), ..Whom::default() }, None);
    }
    let (account, service) = (node.get("serviceAccount"), node.get("service"));
    if let Some(reference) = account.or(service) {
        let text = |field: &str| reference.get(field).and_then(NodeRef::as_str);
        let namespaces =
            text("namespace").map_or_else(|| default.clone(), |name| Namespaces::named(alloc::vec![name.into()], reference.span()));
        let of = text("name")
            .map_or(PodsOf::Any, |name| if account.is_some() { PodsOf::Account(name.into()) } else { PodsOf::Service(name.into()) });
        return (Whom { namespaces, of, ..Whom::default() }, None);
    }
    (pods_and_namespaces(node, default.clone()), None)
}

/// OVN's EgressFirewall and OpenShift's EgressNetworkPolicy: what the pods of a namespace send out of the cluster. What they allow is still asked
/// about by NetworkPolicies. Upstream: ovn-kubernetes, docs/features/network-security-controls/egress-firewall.md.
pub(in crate::language) fn egress_firewall(object: &Object<'_>) -> Vec<Effect> {
    let Some(spec) = object.node.get("spec") else { return Vec::new() };
    let denies = |rule: NodeRef<'_>| rule.get("type").and_then(NodeRef::as_str) != Some("Allow");
    if spec.get("egress").and_then(NodeRef::as_sequence).is_some() && !items(spec.get("egress")).any(denies) {
        return Vec::new();
    }
    let subject = Whom { namespaces: Namespaces::Own, ..Whom::default() };
    alloc::vec![Effect { ingress: false, allows: false, outside_only: true, subject, ..object.effect(spec, "egress") }]
}

/// A primary network of a namespace of its own: other networks are not reached from it.
pub(in crate::language) fn user_defined_network(object: &Object<'_>) -> Vec<Effect> {
    let Some(spec) = object.node.get("spec") else { return Vec::new() };
    let network = spec.get("network").unwrap_or(spec);
    let role = ["layer2", "layer3", "localnet"].iter().find_map(|kind| network.get(kind)?.get("role")).and_then(NodeRef::as_str);
    if role != Some("Primary") {
        return Vec::new();
    }
    let namespaces = spec.get("namespaceSelector").map_or(Namespaces::Own, |node| Namespaces::Selected(selector(Some(node))));
    alloc::vec![Effect { allows: false, subject: Whom { namespaces, ..Whom::default() }, ..Effect::default() }]
}

/// Subnets that are private or have lists of rules, and security groups of pods.
pub(in crate::language) fn kube_ovn(object: &Object<'_>) -> Vec<Effect> {
    let Some(spec) = object.node.get("spec") else { return Vec::new() };
    if object.kind != "Subnet" {
        return alloc::vec![Effect::default()];
    }
    let namespaces: Option<Vec<_>> =
        has_items(spec.get("namespaces")).then(|| items(spec.get("namespaces")).map(|n| n.as_str().map(Into::into)).collect()).flatten();
    let named = |names| Namespaces::named(names, spec.span());
    let subject = Whom { namespaces: namespaces.map_or(Namespaces::All, named), ..Whom::default() };
    let mut effects = Vec::new();
    if spec.get("private").is_some_and(|node| matches!(node.value(), Value::Bool(true))) {
        effects.push(Effect { egress: false, allows: false, subject: subject.clone(), ..object.effect(spec, "private") });
    }
    if has_items(spec.get("acls")) {
        effects.push(Effect { subject, ..object.effect(spec, "acls") });
    }
    effects
}

/// NSX's SecurityPolicy: ordered rules that allow, drop or reject, before and after NetworkPolicies as its priority has it.
pub(in crate::language) fn nsx(object: &Object<'_>) -> Vec<Effect> {
    let Some(spec) = object.node.get("spec") else { return Vec::new() };
    let to: Vec<NodeRef<'_>> = items(spec.get("appliedTo")).collect();
    let mut subjects: Vec<Whom> = to.iter().map(|node| pods_and_namespaces(*node, Namespaces::Own)).collect();
    if subjects.is_empty() {
        subjects.push(Whom { namespaces: Namespaces::Own, ..Whom::default() });
    }
    subjects.into_iter().map(|subject| Effect { subject, ..object.effect(spec, "rules") }).collect()
}

/// A policy of the shape of NetworkPolicies, as far as it has one: whom it is for, and in which directions.
pub(in crate::language) fn like_network_policy(object: &Object<'_>, namespaces: Namespaces) -> Vec<Effect> {
    let Some(spec) = object.node.get("spec") else {
        return alloc::vec![Effect { subject: Whom { namespaces, ..Whom::default() }, ..Effect::default() }];
    };
    let subject = match spec.get("subject") {
        Some(subject) => {
            let pods = subject.get("pods");
            let of_pods = pods.map(|pods| pods_and_namespaces(pods, Namespaces::All));
            let of_namespaces = |node| Whom { namespaces: Namespaces::Selected(selector(Some(node))), ..Whom::default() };
            of_pods.or_else(|| subject.get("namespaces").map(of_namespaces)).unwrap_or_default()
        }
        None => Whom { namespaces, pods: selector(spec.get("podSelector").or_else(|| spec.get("endpointSelector"))), ..Whom::default() },
    };
    // `podIsolation` is that of Amazon's PolicyEndpoint.
    let types = items(spec.get("policyTypes")).chain(items(spec.get("podIsolation")));
    let types: Vec<&str> = types.filter_map(NodeRef::as_str).collect();
    let has = |field: &str, name: &str| has_items(spec.get(field)) || types.contains(&name);
    let (ingress, egress) = (has("ingress", "Ingress"), has("egress", "Egress"));
    // Without either, nobody knows; without types, rules for one direction may close the other too.
    let (ingress, egress) = if ingress || egress { (ingress || types.is_empty(), egress) } else { (true, true) };
    alloc::vec![Effect { ingress, egress, subject, ..Effect::default() }]
}

/// Security groups of a cloud for single pods: they come on top of what the cluster allows.
pub(in crate::language) fn security_group(object: &Object<'_>) -> Vec<Effect> {
    let pods = selector(object.spec("podSelector"));
    alloc::vec![Effect { allows: false, subject: Whom { namespaces: Namespaces::Own, pods, ..Whom::default() }, ..Effect::default() }]
}

/// Rules that an agent on the node enforces on processes and their connections.
pub(in crate::language) fn agent(object: &Object<'_>) -> Vec<Effect> {
    let Some(spec) = object.node.get("spec") else { return Vec::new() };
    let namespaces = if object.namespace.is_some() { Namespaces::Own } else { Namespaces::All };
    let network = ["network", "ingress", "egress"].into_iter().filter(|field| spec.get(field).is_some());
    let pods = selector(spec.get("selector"));
    let effect = |field: &str| Effect {
        egress: field != "ingress",
        ingress: field != "egress",
        allows: false,
        subject: Whom { namespaces: namespaces.clone(), pods: pods.clone(), ..Whom::default() },
        ..object.effect(spec, field)
    };
    network.map(effect).collect()
}
