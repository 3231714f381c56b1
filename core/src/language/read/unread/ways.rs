//! What is not evaluated and may lead packets another way: Services and Ingresses that cannot be read, and objects by which a proxy or an agent sends
//! connections to a Service elsewhere; and routes, which take requests for a host as an Ingress does. Upstream: Cilium documentation, "Local Redirect
//! Policy"; Istio documentation, "Virtual Service"; Gateway API, `HTTPRoute`; documentation of OpenShift, Traefik, Contour, NGINX, Emissary, APISIX, Gloo.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
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
    let mut ways: Vec<Way> = match (group, kind) {
        ("cilium.io", "CiliumLocalRedirectPolicy") => {
            let matcher = spec.get("redirectFrontend").and_then(|frontend| frontend.get("serviceMatcher"))?;
            let text = |name: &str| matcher.get(name).and_then(NodeRef::as_str);
            alloc::vec![changed(text("namespace").or(own), text("serviceName"))]
        }
        ("networking.istio.io", "VirtualService") => {
            let gateways: Vec<&str> = items(spec.get("gateways")).filter_map(NodeRef::as_str).collect();
            // Without a gateway, or with this one, it is about the proxies of pods.
            let of_pods = gateways.is_empty() || gateways.contains(&"mesh");
            let hosts = items(spec.get("hosts")).filter(|_| of_pods).filter_map(NodeRef::as_str);
            hosts.filter_map(|host| of_host(host, own)).collect()
        }
        // The controller of Azure's application gateway makes no rules for the host that it names. Upstream: Azure/application-gateway-kubernetes-ingress,
        // docs/how-tos/prevent-agic-from-overwriting.md.
        ("appgw.ingress.k8s.io", "AzureIngressProhibitedTarget") => alloc::vec![Way { changes: true, ..unnamed("Ingress") }],
        _ => Vec::new(),
    };
    ways.extend(hosts(spec, group, kind).into_iter().map(|host| Way { kind: HOST, name: known(host.as_deref()), ..unnamed(HOST) }));
    (!ways.is_empty()).then(|| Unread { enforcer: Enforcer::Beside, ways, ..Unread::new(Cause::Kind, Vec::new()) })
}

/// What a route takes requests for, in place of a Service or an Ingress.
pub(in crate::language) const HOST: &str = "Host";

/// The hosts of a route; nothing in place of one where it may take requests for any.
fn hosts(spec: NodeRef<'_>, group: &str, kind: &str) -> Vec<Option<String>> {
    let list = |node: Option<NodeRef<'_>>| items(node).filter_map(NodeRef::as_str).map(|host| Some(host.to_owned())).collect::<Vec<_>>();
    let one = |name: &str| spec.get(name).and_then(NodeRef::as_str).map(ToOwned::to_owned);
    let or_any = |found: Vec<Option<String>>| if found.is_empty() { alloc::vec![None] } else { found };
    match (group, kind) {
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute") => or_any(list(spec.get("hostnames"))),
        ("route.openshift.io", "Route") | ("k8s.nginx.org", "VirtualServer") => alloc::vec![one("host")],
        ("traefik.io" | "traefik.containo.us", "IngressRoute") => {
            or_any(items(spec.get("routes")).filter_map(|route| route.get("match")?.as_str()).flat_map(hosts_of_match).collect())
        }
        ("projectcontour.io", "HTTPProxy") => {
            spec.get("virtualhost").and_then(|host| host.get("fqdn")?.as_str()).map(|host| Some(host.to_owned())).into_iter().collect()
        }
        ("networking.istio.io", "VirtualService") => {
            let behind_gateway = items(spec.get("gateways")).any(|gateway| gateway.as_str() != Some("mesh"));
            if behind_gateway { list(spec.get("hosts")) } else { Vec::new() }
        }
        ("gateway.solo.io", "VirtualService") => or_any(list(spec.get("virtualHost").and_then(|host| host.get("domains")))),
        ("getambassador.io", "Mapping") => alloc::vec![one("hostname").or_else(|| one("host"))],
        ("apisix.apache.org", "ApisixRoute") => {
            or_any(items(spec.get("http")).flat_map(|rule| list(rule.get("match").and_then(|m| m.get("hosts")))).collect())
        }
        _ => Vec::new(),
    }
}

/// The hosts that a rule of Traefik's names: ``Host(`a.example`, `b.example`)``; nothing in place of one where it names them otherwise.
fn hosts_of_match(rule: &str) -> Vec<Option<String>> {
    let Some((_, rest)) = rule.split_once("Host(") else { return alloc::vec![None] };
    let within = rest.split_once(')').map_or(rest, |(within, _)| within);
    let unquoted = |host: &str| host.trim().trim_matches(['`', '"', '\'']).to_owned();
    within.split(',').map(unquoted).filter(|host| !host.is_empty()).map(Some).collect()
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
    Way { kind: "Service", namespace: known(namespace), name: known(name), changes: true }
}

/// A name, as far as it is known.
fn known(text: Option<&str>) -> Option<Box<str>> {
    text.filter(|text| !text.contains(SENTINEL)).map(Box::from)
}
