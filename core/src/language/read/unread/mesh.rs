//! Policies of service meshes. Their proxies see TCP only, and can refuse what a network policy lets through, never the other way about.

use alloc::vec::Vec;

use super::{Object, has_items, items, port, selector, tcp};
use crate::document::{Entry, NodeRef, Value};
use crate::language::unread::{Effect, Namespaces, PodsOf, Whom};
use crate::model::{LabelSelector, Protocol};

/// Istio's root namespace, unless the mesh is set up otherwise: what lies there acts on all namespaces.
const ISTIO_ROOT: &str = "istio-system";

/// What refuses connections to its subjects.
fn refusing(subject: Whom) -> Effect {
    Effect { egress: false, allows: false, subject, ports: tcp(), ..Effect::default() }
}

/// Upstream: istio.io, "Authorization Policy", "PeerAuthentication", "Sidecar".
pub(in crate::language) fn istio(object: &Object<'_>) -> Vec<Effect> {
    let namespaces = if object.namespace == Some(ISTIO_ROOT) { Namespaces::All } else { Namespaces::Own };
    let labels = match object.spec("selector").or_else(|| object.spec("workloadSelector")) {
        Some(node) if node.get("labels").is_some() => {
            LabelSelector { span: node.span(), requirements: super::match_labels(node.get("labels")) }
        }
        node => selector(node),
    };
    let subject = Whom { namespaces, pods: labels, ..Whom::default() };
    match object.kind {
        "PeerAuthentication" => peer_authentication(object, subject),
        "Sidecar" => {
            // Only a sidecar that knows no more than its registry drops what it does not know.
            let policy = object.spec("outboundTrafficPolicy").and_then(|p| p.get("mode")).and_then(NodeRef::as_str);
            let dropping = Effect { egress: true, ingress: false, ..refusing(subject) };
            (policy == Some("REGISTRY_ONLY")).then_some(dropping).into_iter().collect()
        }
        _ => authorization(object, subject),
    }
}

fn peer_authentication(object: &Object<'_>, subject: Whom) -> Vec<Effect> {
    // STRICT refuses clients without a sidecar; the other modes refuse nobody.
    if mtls_mode(object.spec("mtls")) == Some("STRICT") {
        return alloc::vec![refusing(subject)];
    }
    let by_port = object.spec("portLevelMtls");
    let entries = by_port.and_then(NodeRef::as_mapping).unwrap_or_default();
    let strict = |entry: &&Entry| by_port.is_some_and(|node| mtls_mode(Some(node.value_of(entry))) == Some("STRICT"));
    let ports: Vec<_> =
        entries.iter().filter(strict).filter_map(|entry| entry.key.parse().ok()).map(|p: u16| (Protocol::TCP, p, p)).collect();
    if ports.is_empty() { Vec::new() } else { alloc::vec![Effect { ports, ..refusing(subject) }] }
}

fn mtls_mode<'a>(node: Option<NodeRef<'a>>) -> Option<&'a str> {
    node.and_then(|n| n.get("mode")).and_then(NodeRef::as_str)
}

fn authorization(object: &Object<'_>, subject: Whom) -> Vec<Effect> {
    let Some(spec) = object.node.get("spec") else { return alloc::vec![refusing(subject)] };
    let rules: Vec<NodeRef<'_>> = items(spec.get("rules")).collect();
    let is_empty = |rule: &NodeRef<'_>| rule.as_mapping().is_some_and(<[_]>::is_empty);
    match spec.get("action").and_then(NodeRef::as_str) {
        Some("AUDIT") => return Vec::new(),
        Some("DENY" | "CUSTOM") => {
            // Rules for some ports only concern no others.
            let ports = ports_of(&rules);
            return alloc::vec![Effect { ports, ..refusing(subject) }];
        }
        // ALLOW: a rule without conditions allows everything, so nothing is refused for its sake.
        _ if rules.iter().any(is_empty) => return Vec::new(),
        _ => {}
    }
    alloc::vec![refusing(subject)]
}

/// The ports that all these rules name; every TCP port, if one of them names none.
fn ports_of(rules: &[NodeRef<'_>]) -> Vec<(Protocol, u16, u16)> {
    let of_operation = |to: NodeRef<'_>| {
        let ports = to.get("operation").and_then(|operation| operation.get("ports"));
        has_items(ports).then(|| items(ports).map(port).collect::<Option<Vec<u16>>>()).flatten()
    };
    let of_rule = |rule: &NodeRef<'_>| {
        let to = rule.get("to");
        let lists: Option<Vec<Vec<u16>>> = has_items(to).then(|| items(to).map(of_operation).collect()).flatten();
        lists.map(|lists| lists.concat())
    };
    let ports: Option<Vec<Vec<u16>>> = rules.iter().map(of_rule).collect();
    match ports {
        Some(ports) if !ports.is_empty() => ports.concat().into_iter().map(|p| (Protocol::TCP, p, p)).collect(),
        _ => tcp(),
    }
}

/// What leaves a mesh, where its configuration lets nothing through that the mesh does not know. Upstream: Istio, `MeshConfig.OutboundTrafficPolicy`;
/// Kuma, "Non-mesh traffic" and `MeshPassthrough`; Consul, "Mesh configuration entry".
pub(in crate::language) fn mesh_wide(object: &Object<'_>) -> Vec<Effect> {
    let mode = |config: Option<NodeRef<'_>>| {
        let policy = config.and_then(|config| config.get("outboundTrafficPolicy"));
        policy.and_then(|policy| policy.get("mode")).and_then(NodeRef::as_str) == Some("REGISTRY_ONLY")
    };
    let is = |node: Option<NodeRef<'_>>, wanted: bool| node.is_some_and(|node| *node.value() == Value::Bool(wanted));
    let closed = match object.kind {
        "ConfigMap" => istio_map(object.node).is_some_and(|text| text.contains("REGISTRY_ONLY")),
        "IstioOperator" => mode(object.spec("meshConfig")),
        "Istio" => mode(object.spec("values").and_then(|values| values.get("meshConfig"))),
        // Only `All` lets everything pass.
        "MeshPassthrough" => object.spec("default").and_then(|d| d.get("passthroughMode")).and_then(NodeRef::as_str) != Some("All"),
        _ => {
            let passthrough = object.spec("networking").and_then(|n| n.get("outbound")).and_then(|o| o.get("passthrough"));
            is(passthrough, false) || is(object.spec("transparentProxy").and_then(|p| p.get("meshDestinationsOnly")), true)
        }
    };
    let dropping = Effect { egress: true, ingress: false, ..refusing(Whom::default()) };
    closed.then_some(dropping).into_iter().collect()
}

/// The configuration of Istio's mesh in its ConfigMap: `istio`, or `istio-REVISION`.
pub(in crate::language) fn istio_map(node: NodeRef<'_>) -> Option<&str> {
    let metadata = node.get("metadata")?;
    let text = |name: &str| metadata.get(name).and_then(NodeRef::as_str).unwrap_or_default();
    let is_istio = text("namespace") == ISTIO_ROOT && (text("name") == "istio" || text("name").starts_with("istio-"));
    node.get("data").filter(|_| is_istio)?.get("mesh")?.as_str()
}

/// Linkerd's namespace for what it says of the whole cluster.
const LINKERD_EGRESS: &str = "linkerd-egress";

/// The annotation by which Linkerd's proxies refuse connections to ports that no Server is for.
const LINKERD_INBOUND: &str = "config.linkerd.io/default-inbound-policy";

/// What Linkerd's annotation on a namespace does there.
pub(in crate::language) fn linkerd_default(metadata: NodeRef<'_>, namespace: &str) -> Option<Effect> {
    let annotation = metadata.get("annotations")?.get(LINKERD_INBOUND)?;
    // The others let nobody in, or not everybody.
    let is_open = matches!(annotation.as_str(), Some("all-unauthenticated" | "audit"));
    let subject = Whom { namespaces: Namespaces::named(alloc::vec![namespace.into()], annotation.span()), ..Whom::default() };
    (!is_open).then(|| Effect { field: LINKERD_INBOUND.into(), span: annotation.span(), ..refusing(subject) })
}

/// Upstream: linkerd.io, "Authorization Policy": a Server closes its port for all who are not authorized.
pub(in crate::language) fn linkerd(object: &Object<'_>) -> Vec<Effect> {
    let own = |node| Whom { namespaces: Namespaces::Own, pods: selector(node), ..Whom::default() };
    match object.kind {
        "EgressNetwork" => {
            let denies = object.spec_text("trafficPolicy") != Some("Allow");
            let namespaces = if object.namespace == Some(LINKERD_EGRESS) { Namespaces::All } else { Namespaces::Own };
            let effect = Effect { egress: true, ingress: false, outside_only: true, ..refusing(Whom { namespaces, ..Whom::default() }) };
            denies.then_some(effect).into_iter().collect()
        }
        "Server" => {
            if matches!(object.spec_text("accessPolicy"), Some("all-unauthenticated" | "audit")) {
                return Vec::new();
            }
            let ports = object.spec("port").and_then(port).map_or_else(tcp, |p| alloc::vec![(Protocol::TCP, p, p)]);
            alloc::vec![Effect { ports, ..refusing(own(object.spec("podSelector"))) }]
        }
        // An authorization speaks of a Server or route that is closed but for it; which ports that has is written there.
        _ => alloc::vec![refusing(own(None))],
    }
}

/// Intentions of Consul's, by the name of a service, which is that of the Service of its pods; traffic targets of SMI, by service account. Upstream:
/// developer.hashicorp.com, "Service intentions configuration entry"; smi-spec.io, "Traffic Access Control". Others name no one that can be read.
pub(in crate::language) fn intentions(object: &Object<'_>) -> Vec<Effect> {
    let destination = object.spec("destination");
    let text =
        |field: &str| destination.and_then(|d| d.get(field)).and_then(NodeRef::as_str).filter(|text| !text.contains(super::SENTINEL));
    let (subject, ports) = match (object.kind, text("name")) {
        ("ServiceIntentions", Some(name)) if name != "*" => (Whom { of: PodsOf::Service(name.into()), ..Whom::default() }, tcp()),
        ("TrafficTarget", name) if matches!(text("kind"), None | Some("ServiceAccount")) => {
            let span = destination.map_or(object.node.span(), NodeRef::span);
            let namespaces = text("namespace").map_or(Namespaces::Own, |namespace| Namespaces::named(alloc::vec![namespace.into()], span));
            let of = name.map_or(PodsOf::Any, |name| PodsOf::Account(name.into()));
            let port = destination.and_then(|d| d.get("port")).and_then(port);
            (Whom { namespaces, of, ..Whom::default() }, port.map_or_else(tcp, |p| alloc::vec![(Protocol::TCP, p, p)]))
        }
        _ => (Whom::default(), tcp()),
    };
    alloc::vec![Effect { ports, ..refusing(subject) }]
}

/// Kuma's permissions, of its own namespace's or the whole mesh's workloads.
pub(in crate::language) fn kuma(object: &Object<'_>) -> Vec<Effect> {
    let target = object.spec("targetRef");
    let of_mesh = object.namespace.is_none_or(|namespace| matches!(namespace, "kuma-system" | "kong-mesh-system"));
    let labels = target.and_then(|t| t.get("labels").or_else(|| t.get("tags")));
    // Tags that Kuma makes are no labels of pods.
    let pods = super::match_labels(labels).into_iter().filter(|r| !r.key.starts_with("kuma.io/") && !r.key.starts_with("k8s.kuma.io/"));
    let pods = LabelSelector { span: object.node.span(), requirements: pods.collect() };
    alloc::vec![refusing(Whom { namespaces: if of_mesh { Namespaces::All } else { Namespaces::Own }, pods, ..Whom::default() })]
}
