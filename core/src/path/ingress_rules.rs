//! Which rule of an Ingress a request meets, and what serves Ingresses. Upstream: docs/path.md, "Ingress" of the Kubernetes documentation.

use crate::language::Requests;
use crate::settings::IngressBy;
use crate::snapshot::{Ingress, IngressId, IngressObject, Service, ServiceId, ServiceType, Snapshot};

/// Words in names of controllers, their Services, namespaces and labels.
const CONTROLLERS: [&str; 8] = ["ingress", "app-routing", "nginx", "traefik", "haproxy", "contour", "envoy", "kong"];
/// Classes that an application gateway serves. Upstream: AGIC's and its successor's documentation.
const GATEWAY_CLASSES: [&str; 3] = ["azure-application-gateway", "azure/application-gateway", "azure-alb-external"];
/// The class of the add-on for HTTP application routing.
pub const HTTP_ROUTING_CLASS: &str = "addon-http-application-routing";

/// Whether Ingresses of a class are served by an application gateway outside the cluster.
pub fn is_gateway_class(class: &str) -> bool {
    GATEWAY_CLASSES.contains(&class)
}

/// The Ingress whose rules fit a request best, if any does.
pub(super) fn ingresses_for(snapshot: &Snapshot, host: &str, path: &str) -> Option<IngressId> {
    let best = snapshot.ingresses.iter().filter_map(|i| Some((fit(&i.requests, Some(host), path)?, i))).max_by_key(|(fit, _)| *fit)?.1;
    IngressId::each(&snapshot.ingress_objects).find(|(_, o)| o.namespace == best.namespace && o.name == best.name).map(|(number, _)| number)
}

/// The first Ingress with a rule for a host, whatever its paths are.
pub(super) fn ingress_of_host(snapshot: &Snapshot, host: &str) -> Option<IngressId> {
    let of_host = |i: &&Ingress| fit(&Requests { path: None, exact: false, ..i.requests.clone() }, Some(host), "/").is_some();
    let first = snapshot.ingresses.iter().find(of_host)?;
    IngressId::each(&snapshot.ingress_objects)
        .find(|(_, o)| o.namespace == first.namespace && o.name == first.name)
        .map(|(number, _)| number)
}

/// How well a rule fits a request: its host by name before wildcards, exact paths before prefixes, longer ones before shorter. Nothing if it does not.
/// Upstream: docs/semantics.md, "Ingress" of the Kubernetes documentation (path types, multiple matches).
fn fit(requests: &Requests, host: Option<&str>, path: &str) -> Option<(u8, usize, bool)> {
    if requests.default {
        return Some((0, 0, false));
    }
    let by_host = match (requests.host.as_deref(), host) {
        (None, _) => 1,
        (Some(own), Some(host)) if own.eq_ignore_ascii_case(host) => 3,
        (Some(own), Some(host)) => {
            let rest = own.strip_prefix("*.")?;
            let (label, parent) = host.split_once('.')?;
            (!label.is_empty() && parent.eq_ignore_ascii_case(rest)).then_some(2)?
        }
        (Some(_), None) => return None,
    };
    let own = requests.path.as_deref().unwrap_or("/");
    if requests.exact {
        return (own == path).then_some((by_host, own.len(), true));
    }
    let own = own.trim_end_matches('/');
    let fits = path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    fits.then_some((by_host, own.len(), false))
}

/// What serves Ingresses of a class.
pub(super) fn by_class(class: &str) -> IngressBy {
    if is_gateway_class(class) { IngressBy::Gateway } else { IngressBy::Controller }
}

/// The rule of an Ingress that fits a request best.
pub(super) fn backend_for<'s>(snapshot: &'s Snapshot, ingress: &IngressObject, host: Option<&str>, path: &str) -> Option<&'s Ingress> {
    let own = snapshot.ingresses.iter().filter(|i| i.namespace == ingress.namespace && i.name == ingress.name);
    own.filter_map(|i| Some((fit(&i.requests, host, path)?, i))).max_by_key(|(fit, _)| *fit).map(|(_, i)| i)
}

/// The Service by which clients reach the controller, and the pods behind it.
pub(super) fn controller_service(snapshot: &Snapshot, class: &str) -> Option<ServiceId> {
    let mentions = |text: &str| CONTROLLERS.iter().any(|word| text.to_ascii_lowercase().contains(word));
    let score = |service: &Service| {
        let namespace = snapshot.namespace_name(service.namespace);
        let of_pods = service.endpoints.iter().filter_map(|id| snapshot.pod(*id));
        let labelled = of_pods.flat_map(|e| e.labels.iter()).any(|(key, value)| key == "app.kubernetes.io/name" && mentions(value));
        let named = mentions(namespace) || mentions(&service.name) || labelled;
        let serves_web = service.ports.iter().any(|p| matches!(p.port, 80 | 443));
        let exposed = match service.service_type {
            ServiceType::LoadBalancer => 3,
            ServiceType::NodePort => 2,
            _ => 0,
        };
        // An application that happens to be an nginx is told from a controller by being exposed.
        let fits = named && serves_web && exposed > 0 && !service.name.contains("admission");
        fits.then(|| exposed + u32::from(labelled) * 4 + u32::from(!class.is_empty() && service.name.contains(class)))
    };
    let best = ServiceId::each(&snapshot.services).filter_map(|(number, s)| Some((score(s)?, core::cmp::Reverse(number)))).max();
    best.map(|(_, number)| number.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(host: Option<&str>, path: Option<&str>, exact: bool) -> Requests {
        Requests { host: host.map(Into::into), path: path.map(Into::into), exact, default: false }
    }

    #[test]
    fn rules_fit_requests_as_the_ingress_api_says() {
        // "Examples" of the Ingress documentation: prefixes go by whole elements, and a trailing slash does not count.
        for (own, exact, path, fits) in [
            ("/", false, "/any/thing", true),
            ("/foo", true, "/foo", true),
            ("/foo", true, "/bar", false),
            ("/foo", true, "/foo/", false),
            ("/foo/", true, "/foo", false),
            ("/foo", false, "/foo", true),
            ("/foo", false, "/foo/", true),
            ("/foo/", false, "/foo", true),
            ("/foo/", false, "/foo/", true),
            ("/aaa/bb", false, "/aaa/bbb", false),
            ("/aaa/bbb", false, "/aaa/bbb", true),
            ("/aaa/bbb/", false, "/aaa/bbb", true),
            ("/aaa/bbb", false, "/aaa/bbb/", true),
            ("/aaa/bbb", false, "/aaa/bbb/ccc", true),
            ("/aaa/bbb", false, "/aaa/bbbxyz", false),
        ] {
            let own = requests(None, Some(own), exact);
            assert_eq!(fit(&own, Some("shop.example"), path).is_some(), fits, "{own:?} {path}");
        }
        // Wildcards stand for one label.
        for (own, host, fits) in [
            ("*.foo.com", "bar.foo.com", true),
            ("*.foo.com", "baz.bar.foo.com", false),
            ("*.foo.com", "foo.com", false),
            ("foo.com", "FOO.com", true),
        ] {
            assert_eq!(fit(&requests(Some(own), None, false), Some(host), "/").is_some(), fits, "{own} {host}");
        }
        let exact = fit(&requests(Some("a.b"), Some("/x"), true), Some("a.b"), "/x");
        let prefix = fit(&requests(Some("a.b"), Some("/x"), false), Some("a.b"), "/x");
        let wide = fit(&requests(Some("*.b"), Some("/x"), true), Some("a.b"), "/x");
        assert!(exact > prefix && prefix > wide);
    }
}
