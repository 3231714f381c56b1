//! What is not evaluated and may lead packets another way: Services and Ingresses that cannot be read, and objects by which a proxy or an agent sends
//! connections to a Service elsewhere. Upstream: Cilium documentation, "Local Redirect Policy"; Istio documentation, "Virtual Service".

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{SENTINEL, items};
use crate::document::NodeRef;
use crate::language::unread::{Cause, Enforcer, Unread, Way};

/// A Service or Ingress of which nothing more is known.
pub(super) fn unnamed(kind: &'static str) -> Way {
    Way { kind, namespace: None, name: None, changes: false }
}

/// What leads connections to Services elsewhere, of an object of a kind that is not read.
pub(in crate::language) fn redirects(node: NodeRef<'_>, kind: &str, api_version: &str) -> Option<Unread> {
    let group = crate::language::read::kinds::group(api_version);
    let own = node.get("metadata").and_then(|m| m.get("namespace")).and_then(NodeRef::as_str);
    let spec = node.get("spec")?;
    let ways: Vec<Way> = match (group, kind) {
        ("cilium.io", "CiliumLocalRedirectPolicy") => {
            let matcher = spec.get("redirectFrontend").and_then(|frontend| frontend.get("serviceMatcher"))?;
            let text = |name: &str| matcher.get(name).and_then(NodeRef::as_str);
            alloc::vec![changed(text("namespace").or(own), text("serviceName"))]
        }
        ("networking.istio.io", "VirtualService") => {
            let gateways: Vec<&str> = items(spec.get("gateways")).filter_map(NodeRef::as_str).collect();
            // Without a gateway, or with this one, it is about the proxies of pods.
            if !gateways.is_empty() && !gateways.contains(&"mesh") {
                return None;
            }
            items(spec.get("hosts")).filter_map(NodeRef::as_str).filter_map(|host| of_host(host, own)).collect()
        }
        // The controller of Azure's application gateway makes no rules for the host that it names. Upstream: Azure/application-gateway-kubernetes-ingress,
        // docs/how-tos/prevent-agic-from-overwriting.md.
        ("appgw.ingress.k8s.io", "AzureIngressProhibitedTarget") => alloc::vec![Way { changes: true, ..unnamed("Ingress") }],
        _ => return None,
    };
    (!ways.is_empty()).then(|| Unread { enforcer: Enforcer::Beside, ways, ..Unread::new(Cause::Kind, Vec::new()) })
}

/// The Service that a host name is of; nothing if it is of another domain.
fn of_host(host: &str, own: Option<&str>) -> Option<Way> {
    if host == "*" {
        return Some(changed(None, None));
    }
    let short = host.strip_suffix(".cluster.local").unwrap_or(host);
    let short = short.strip_suffix(".svc").unwrap_or(short);
    match short.split_once('.') {
        None => Some(changed(own, Some(short))),
        Some((name, namespace)) if !namespace.contains('.') => Some(changed(Some(namespace), Some(name).filter(|name| *name != "*"))),
        Some(_) => None,
    }
}

fn changed(namespace: Option<&str>, name: Option<&str>) -> Way {
    let known = |text: Option<&str>| text.filter(|text| !text.contains(SENTINEL)).map(Box::from);
    Way { kind: "Service", namespace: known(namespace), name: known(name), changes: true }
}
