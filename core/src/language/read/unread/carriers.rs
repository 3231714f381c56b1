//! Objects that make other objects, or bring them along: what of policies may come of them.
//!
//! An object with a status is one of a cluster's, and what was made of it is in the cluster, too; so it is asked for no more than others.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::kinds::{Class, classify};
use super::{Object, SENTINEL, engines, has_items, items, selector};
use crate::document::{NodeRef, Value};
use crate::language::unread::{Effect, Namespaces, Whom};

/// What may come of an object that carries others. Upstream: kyverno/kyverno, api/kyverno/v1; openshift/api, template/v1;
/// open-cluster-management-io/api, work/v1; crossplane-contrib/provider-kubernetes; argoproj/argo-cd, fluxcd/flux2, kubernetes-sigs/cluster-api
/// ("ClusterResourceSet"), projectsveltos/addon-controller and others, whose sources are elsewhere.
pub(in crate::language) fn effects(object: &Object<'_>) -> Vec<Effect> {
    let is_of_cluster = object.node.get("status").and_then(NodeRef::as_mapping).is_some_and(|status| !status.is_empty());
    if is_of_cluster {
        return Vec::new();
    }
    match object.kind {
        "Template" => inside(items(object.node.get("objects")).collect()),
        "ManifestWork" => inside(items(object.spec("workload").and_then(|w| w.get("manifests"))).collect()),
        "Object" => inside(object.spec("forProvider").and_then(|p| p.get("manifest")).into_iter().collect()),
        "ClientIntents" => alloc::vec![intents(object)],
        // Upstream: `projectcapsule/capsule`, TenantSpec: policies for each namespace of the tenant.
        "Tenant" => {
            let policies = object.spec("networkPolicies");
            has_items(policies.and_then(|list| list.get("items")))
                .then(|| Effect {
                    field: "networkPolicies".into(),
                    span: policies.map_or(object.node.span(), NodeRef::span),
                    ..Effect::default()
                })
                .into_iter()
                .collect()
        }
        // Upstream: `kubernetes-sigs/hierarchical-namespaces`, user guide: what ancestors have may be handed on.
        "HierarchyConfiguration" => {
            let subject = Whom { namespaces: Namespaces::Own, ..Whom::default() };
            object
                .spec("parent")
                .map(|parent| Effect { field: "parent".into(), span: parent.span(), subject, ..Effect::default() })
                .into_iter()
                .collect()
        }
        "RepoSync" => alloc::vec![Effect { subject: Whom { namespaces: Namespaces::Own, ..Whom::default() }, ..Effect::default() }],
        // Upstream: Rancher documentation, "Project network isolation": policies for the namespaces of each project.
        "Cluster" => on(object, "enableNetworkPolicy", |value| matches!(value.value(), Value::Bool(true))),
        // Upstream: Antrea documentation, "Multi-cluster replication of Antrea ClusterNetworkPolicies".
        "ResourceExport" => on(object, "clusterNetworkPolicy", |policy| !policy.is_null()),
        // OpenShift SDN with a network for each project. Upstream: OpenShift documentation, "About the OpenShift SDN network plugin".
        "Network" => {
            let mode = |network: NodeRef<'_>| {
                network.get("openshiftSDNConfig").and_then(|sdn| sdn.get("mode")).and_then(NodeRef::as_str) == Some("Multitenant")
            };
            denying(on(object, "defaultNetwork", mode))
        }
        "ClusterNetwork" => {
            let plugin = object.node.get("pluginName").filter(|name| name.as_str().is_some_and(|name| name.ends_with("multitenant")));
            denying(plugin.map(|name| Effect { field: "pluginName".into(), span: name.span(), ..Effect::default() }).into_iter().collect())
        }
        // Tetragon ends a process that makes a connection, or has its call fail. Upstream: Tetragon documentation, "Enforcement".
        "TracingPolicy" | "TracingPolicyNamespaced" => {
            let ends = |word: &str| matches!(word, "Sigkill" | "Signal" | "Override");
            let connects = |word: &str| ["connect", "tcp_", "udp_", "sock", "inet_"].iter().any(|part| word.contains(part));
            let acts = mentions(object.node, &ends) && mentions(object.node, &connects);
            let namespaces = if object.namespace.is_some() { Namespaces::Own } else { Namespaces::All };
            let subject = Whom { namespaces, pods: selector(object.spec("podSelector")), ..Whom::default() };
            acts.then(|| Effect { allows: false, subject, ..Effect::default() }).into_iter().collect()
        }
        "ClusterPolicy" | "Policy" => items(object.spec("rules")).filter_map(|rule| kyverno(object, rule)).collect(),
        // What they bring along is not written here, and may be of any namespace.
        _ => alloc::vec![Effect::default()],
    }
}

/// An effect on everything, of a field of `spec` that says so.
fn on(object: &Object<'_>, field: &str, says: impl Fn(NodeRef<'_>) -> bool) -> Vec<Effect> {
    let found = object.spec(field).filter(|value| says(*value));
    found.map(|value| Effect { field: field.into(), span: value.span(), ..Effect::default() }).into_iter().collect()
}

/// Effects of what lets nothing pass that policies deny.
fn denying(effects: Vec<Effect>) -> Vec<Effect> {
    effects.into_iter().map(|effect| Effect { allows: false, ..effect }).collect()
}

/// What may come of policies that are written anywhere within an object of a kind that is not known, as an object or as text. Such an object is taken to
/// make them.
pub(in crate::language) fn within(node: NodeRef<'_>) -> Vec<Effect> {
    let is_of_cluster = node.get("status").and_then(NodeRef::as_mapping).is_some_and(|status| !status.is_empty());
    let parts = node.as_mapping().unwrap_or_default().iter().filter(|entry| !is_of_cluster && &*entry.key != "metadata");
    parts.flat_map(|entry| anywhere(node.value_of(entry))).collect()
}

/// The same of policies anywhere in a part of one.
pub(in crate::language) fn anywhere(node: NodeRef<'_>) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut left = alloc::vec![node];
    while let Some(node) = left.pop() {
        let text = |name: &str| node.get(name).and_then(NodeRef::as_str).unwrap_or_default();
        let (kind, version) = (text("kind"), text("apiVersion"));
        if !version.is_empty() && is_policy(kind, version) && (node.get("spec").is_some() || node.get("metadata").is_some()) {
            effects.push(of_policy(node, kind, node.get("metadata").and_then(|m| m.get("namespace"))));
            continue;
        }
        if node.as_str().is_some_and(is_manifest_of_policy) {
            effects.push(Effect::default());
        }
        left.extend(node.as_mapping().unwrap_or_default().iter().map(|entry| node.value_of(entry)));
        left.extend(items(Some(node)));
    }
    effects
}

/// Whether a text is the manifest of a policy, filled in or not.
fn is_manifest_of_policy(text: &str) -> bool {
    text.contains("apiVersion:")
        && text.lines().any(|line| line.trim_start().strip_prefix("kind:").is_some_and(|kind| kind.trim().ends_with("NetworkPolicy")))
}

/// What the policies among some objects may do.
fn inside(mut objects: Vec<NodeRef<'_>>) -> Vec<Effect> {
    let mut effects = Vec::new();
    while let Some(node) = objects.pop() {
        let text = |name: &str| node.get(name).and_then(NodeRef::as_str).unwrap_or_default();
        let (kind, version) = (text("kind"), text("apiVersion"));
        if kind.ends_with("List") {
            objects.extend(items(node.get("items")));
        } else if is_policy(kind, version) {
            effects.push(of_policy(node, kind, node.get("metadata").and_then(|m| m.get("namespace"))));
        }
    }
    effects
}

/// The policies that Otterize makes of what a client intends to call: they close who is called to all others, in its own namespace or the one that its
/// name says. Upstream: otterize/intents-operator, "Network policies".
fn intents(object: &Object<'_>) -> Effect {
    let mut names: Vec<Box<str>> = object.namespace.map(Into::into).into_iter().collect();
    let called = items(object.spec("targets")).filter_map(|target| target.get("kubernetes").or_else(|| target.get("service")));
    let old = items(object.spec("calls"));
    for server in called.chain(old) {
        let name = server.get("name").and_then(NodeRef::as_str).unwrap_or_default();
        match name.split_once('.') {
            _ if is_filled_in(name) => return Effect::default(),
            Some((_, namespace)) => names.push(namespace.into()),
            None => {}
        }
    }
    if object.namespace.is_none() {
        return Effect::default();
    }
    let subject = Whom { namespaces: Namespaces::named(names, object.node.span()), ..Whom::default() };
    Effect { subject, ..Effect::default() }
}

/// What a rule of Kyverno's may make of policies: it generates one, or changes one.
fn kyverno(object: &Object<'_>, rule: NodeRef<'_>) -> Option<Effect> {
    let generate = rule.get("generate");
    let text = |name: &str| generate.and_then(|g| g.get(name)).and_then(NodeRef::as_str).unwrap_or_default();
    let (kind, version) = (text("kind"), text("apiVersion"));
    if let Some((generate, data)) = generate.and_then(|g| Some((g, g.get("data")?)))
        && !kind.is_empty()
    {
        let written = (!is_template(data)).then_some(data);
        return is_policy(kind, version).then(|| match written {
            Some(data) => of_policy(data, kind, generate.get("namespace")),
            None => Effect::default(),
        });
    }
    // Copies, and changes of what is there: policies, if the rule names any.
    let acts = generate.is_some() || rule.get("mutate").is_some();
    (acts && mentions(rule, &|word| word.ends_with("NetworkPolicy"))).then(|| object.effect(rule, "mutate"))
}

fn is_policy(kind: &str, version: &str) -> bool {
    kind.ends_with("NetworkPolicy") || matches!(classify(kind, version), Class::Policy(..)) || kind == "Tier" || kind == "HostEndpoint"
}

/// What a policy may do, as far as its shape is that of a NetworkPolicy and nothing in it is to be filled in.
fn of_policy(node: NodeRef<'_>, kind: &str, namespace: Option<NodeRef<'_>>) -> Effect {
    if kind != "NetworkPolicy" || node.get("spec").is_some_and(is_template) {
        return Effect::default();
    }
    let name = namespace.and_then(NodeRef::as_str).filter(|name| !name.is_empty() && !is_filled_in(name));
    let namespaces = name.map_or(Namespaces::All, |name| Namespaces::named(alloc::vec![name.into()], node.span()));
    let policy = Object { node, kind, namespace: None };
    engines::like_network_policy(&policy, namespaces).into_iter().next().unwrap_or_default()
}

/// Whether a part of it is to be filled in.
fn is_template(node: NodeRef<'_>) -> bool {
    mentions(node, &is_filled_in)
}

fn is_filled_in(text: &str) -> bool {
    text.contains(SENTINEL) || text.contains("${") || text.contains("{{")
}

/// Whether a key or a text in it is of some kind.
fn mentions(node: NodeRef<'_>, is_it: &dyn Fn(&str) -> bool) -> bool {
    let mut left = alloc::vec![node];
    while let Some(node) = left.pop() {
        match node.value() {
            Value::String(text) if is_it(text) => return true,
            _ => {}
        }
        for entry in node.as_mapping().unwrap_or_default() {
            if is_it(&entry.key) {
                return true;
            }
            left.push(node.value_of(entry));
        }
        left.extend(items(Some(node)));
    }
    false
}
