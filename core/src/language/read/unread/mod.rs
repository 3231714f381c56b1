//! Kinds that are not evaluated: which there are, and what an object of theirs might do to connections.
//!
//! Read without findings and as exactly as the input allows; what cannot be read is assumed to match as much as possible.

mod admission;
mod broken;
mod carriers;
mod cilium;
mod engines;
mod kinds;
pub(in crate::language) mod kustomize;
mod mesh;
mod ways;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub(in crate::language) use admission::added_labels;
pub(crate) use broken::{anything, broken, no_object};
pub(in crate::language) use broken::{made_elsewhere, rest_of_list};
pub(in crate::language) use carriers::anywhere as policies_within;
pub(in crate::language) use cilium::cilium_map;
pub(in crate::language) use kinds::{Class, Family, classify, unread_policies};
pub(in crate::language) use mesh::{istio_map, linkerd_default};
pub(in crate::language) use ways::{HOST, redirects};

/// What policies that are written within an object of an unknown kind may do, if there are any.
pub(in crate::language) fn carried(node: NodeRef<'_>) -> Option<Unread> {
    let effects = carriers::within(node);
    (!effects.is_empty()).then(|| Unread::new(Cause::Kind, effects))
}

/// The same of a mapping that is no object at all, wherever in it they are written.
pub(in crate::language) fn carried_anywhere(node: NodeRef<'_>) -> Option<Unread> {
    let effects = carriers::anywhere(node);
    (!effects.is_empty()).then(|| Unread::new(Cause::Kind, effects))
}

use crate::document::FILLER as SENTINEL;

use crate::document::{Entry, NodeRef, Value};
use crate::language::Meta;
use crate::language::unread::{Cause, Effect, Enforcer, Namespaces, Unread, Whom};
use crate::model::{LabelSelector, Operator, Protocol, Requirement};
use crate::text::Span;

/// What an object of a kind that is not evaluated might do.
pub(in crate::language) fn unread(node: NodeRef<'_>, family: Family, kind: &str, cause: Cause) -> Unread {
    let namespaced = node.get("metadata").and_then(|m| m.get("namespace")).and_then(NodeRef::as_str);
    let object = Object { node, kind, namespace: namespaced };
    let (enforcer, effects) = match family {
        Family::Cilium => (Enforcer::OtherPlugin, cilium::effects(&object)),
        Family::CiliumConfiguration => (Enforcer::OtherPlugin, cilium::configuration(&object)),
        Family::Antrea => (Enforcer::OtherPlugin, engines::antrea(&object)),
        Family::EgressFirewall => (Enforcer::OtherPlugin, engines::egress_firewall(&object)),
        Family::UserDefinedNetwork => (Enforcer::OtherPlugin, engines::user_defined_network(&object)),
        Family::KubeOvn => (Enforcer::OtherPlugin, engines::kube_ovn(&object)),
        Family::Nsx => (Enforcer::OtherPlugin, engines::nsx(&object)),
        Family::NamespacedPolicy => (Enforcer::OtherPlugin, engines::like_network_policy(&object, Namespaces::Own)),
        Family::ClusterPolicy => (Enforcer::OtherPlugin, engines::like_network_policy(&object, Namespaces::All)),
        Family::AnyClusterPolicy => (Enforcer::Any, engines::like_network_policy(&object, Namespaces::All)),
        Family::SecurityGroup => (Enforcer::Beside, engines::security_group(&object)),
        Family::Host => (Enforcer::Beside, engines::agent(&object)),
        Family::Istio => (Enforcer::Beside, mesh::istio(&object)),
        Family::Linkerd => (Enforcer::Beside, mesh::linkerd(&object)),
        Family::Intentions => (Enforcer::Beside, mesh::intentions(&object)),
        Family::Kuma => (Enforcer::Beside, mesh::kuma(&object)),
        Family::MeshWide => (Enforcer::Beside, mesh::mesh_wide(&object)),
        Family::Carrier => (Enforcer::Any, carriers::effects(&object)),
    };
    Unread { enforcer, ..Unread::new(cause, effects) }
}

/// Name and namespace, read without a word about what is wrong with them.
pub(in crate::language) fn meta(node: NodeRef<'_>) -> Meta {
    let metadata = node.get("metadata");
    let known = |text: &&str| !text.is_empty() && !is_placeholder(text);
    let text = |name: &str| metadata.and_then(|m| m.get(name)).and_then(NodeRef::as_str).filter(known);
    let name = metadata.and_then(|m| m.get("name"));
    Meta {
        name: text("name").or_else(|| text("generateName")).unwrap_or_default().into(),
        name_span: name.map_or(node.span(), NodeRef::span),
        generated: text("name").is_none(),
        namespace: text("namespace").map(Box::from),
        ..Meta::default()
    }
}

/// Whether a text is to be filled in: `${NAME}`, `{{ name }}`, `<name>`, of which in flow style only the beginning may be there.
fn is_placeholder(text: &str) -> bool {
    text.contains(SENTINEL) || text.contains(['$', '{', '}', '<', '>', '%'])
}

/// Widens effects on the namespace of an object that is not known to those on all namespaces.
pub(in crate::language) fn in_any_namespace(node: NodeRef<'_>, unread: &mut Unread) {
    let namespace = node.get("metadata").and_then(|m| m.get("namespace"));
    if namespace.is_some_and(|namespace| !namespace.is_null() && namespace.as_str().is_none_or(is_placeholder)) {
        for effect in unread.effects.iter_mut().filter(|effect| effect.subject.namespaces == Namespaces::Own) {
            effect.subject.namespaces = Namespaces::All;
        }
    }
}

/// An object of a kind that is not evaluated.
struct Object<'a> {
    node: NodeRef<'a>,
    kind: &'a str,
    namespace: Option<&'a str>,
}

impl<'a> Object<'a> {
    /// `spec`, and every item of `specs`.
    fn specs(&self) -> Vec<NodeRef<'a>> {
        let mut specs: Vec<NodeRef<'a>> = self.node.get("spec").into_iter().collect();
        specs.extend(self.node.get("specs").and_then(NodeRef::as_sequence).into_iter().flatten());
        specs
    }

    fn spec(&self, field: &str) -> Option<NodeRef<'a>> {
        self.node.get("spec").and_then(|spec| spec.get(field))
    }

    fn spec_text(&self, field: &str) -> Option<&'a str> {
        self.spec(field).and_then(NodeRef::as_str)
    }

    /// An effect of a field of `spec`.
    fn effect(&self, spec: NodeRef<'a>, field: &str) -> Effect {
        let span = spec.entry(field).map_or(Span::default(), |entry| entry.key_span);
        Effect { field: if span == Span::default() { Box::default() } else { field.into() }, span, ..Effect::default() }
    }
}

fn items<'a>(node: Option<NodeRef<'a>>) -> impl Iterator<Item = NodeRef<'a>> {
    node.and_then(NodeRef::as_sequence).into_iter().flatten()
}

/// Whether a list has items; what is there and no list counts, as nobody knows what it says.
fn has_items(node: Option<NodeRef<'_>>) -> bool {
    node.is_some_and(|node| !node.is_null() && node.as_sequence().is_none_or(|items| items.len() > 0))
}

/// A label selector, without what cannot be read of it, so that it selects more rather than less.
fn selector(node: Option<NodeRef<'_>>) -> LabelSelector {
    let Some(node) = node else { return LabelSelector::default() };
    let mut requirements = match_labels(node.get("matchLabels"));
    let values = |node: NodeRef<'_>| items(node.get("values")).map(|v| v.as_str().map(Box::from)).collect::<Option<Vec<Box<str>>>>();
    for expression in items(node.get("matchExpressions")) {
        let (Some(key), Some(operator)) = (expression.get("key").and_then(NodeRef::as_str), expression.get("operator")) else { continue };
        let operator = match (operator.as_str(), values(expression)) {
            (_, Some(values)) if values.iter().any(|v| v.contains(SENTINEL)) => continue,
            (Some("In"), Some(values)) if !values.is_empty() => Operator::In(values),
            (Some("NotIn"), Some(values)) if !values.is_empty() => Operator::NotIn(values),
            (Some("Exists"), _) => Operator::Exists,
            (Some("DoesNotExist"), _) => Operator::DoesNotExist,
            _ => continue,
        };
        requirements.push(Requirement { span: expression.span(), key: key.into(), operator });
    }
    LabelSelector { span: node.span(), requirements }
}

/// `matchLabels`, or a plain mapping of labels.
fn match_labels(node: Option<NodeRef<'_>>) -> Vec<Requirement> {
    let Some(node) = node else { return Vec::new() };
    let entries = node.as_mapping().unwrap_or_default().iter();
    let one = |entry: &Entry| {
        let value = node.value_of(entry).as_str().filter(|value| !value.contains(SENTINEL) && !entry.key.contains(SENTINEL))?;
        Some(Requirement { span: entry.key_span, key: entry.key.clone(), operator: Operator::In(alloc::vec![value.into()]) })
    };
    entries.filter_map(one).collect()
}

/// Pods by `podSelector` and `namespaceSelector`, as most kinds have them.
fn pods_and_namespaces(node: NodeRef<'_>, without: Namespaces) -> Whom {
    let namespaces = match node.get("namespaceSelector") {
        Some(node) => Namespaces::Selected(selector(Some(node))),
        None => without,
    };
    Whom { namespaces, pods: selector(node.get("podSelector")), ..Whom::default() }
}

/// Every TCP connection: all that proxies of meshes see.
fn tcp() -> Vec<(Protocol, u16, u16)> {
    alloc::vec![(Protocol::TCP, 0, u16::MAX)]
}

/// A port as a number, or in text.
fn port(node: NodeRef<'_>) -> Option<u16> {
    match node.value() {
        Value::Int(number) => u16::try_from(*number).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Groups whose objects are policies, most of them.
const POLICY_GROUPS: [&str; 6] =
    ["networking.k8s.io", "policy.networking.k8s.io", "projectcalico.org", "crd.projectcalico.org", "cilium.io", "crd.antrea.io"];

/// Whether an object of an unknown kind looks like a policy.
pub(in crate::language) fn is_like_policy(node: NodeRef<'_>, api_version: &str) -> bool {
    let spec = node.get("spec");
    let has = |field: &str| spec.is_some_and(|spec| spec.get(field).is_some());
    let telling = ["podSelector", "policyTypes", "endpointSelector", "appliedTo"].into_iter().any(has);
    telling
        || (has("selector") && has("types"))
        || (POLICY_GROUPS.contains(&super::kinds::group(api_version)) && (has("ingress") || has("egress")))
}
