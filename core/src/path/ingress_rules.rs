//! Which rule of an Ingress a request meets, and what serves Ingresses. Upstream: docs/path.md, "Ingress" of the Kubernetes documentation.

use alloc::vec::Vec;

use crate::language::Requests;
use crate::policy::Matched;
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
    let objects = || IngressId::each(&snapshot.ingress_objects).filter(|(_, object)| !object.spec.canary);
    let fits = objects().filter_map(|(number, object)| Some((best_fit(snapshot, object, Some(host), path)?, number)));
    // Of equal ones the first.
    fits.max_by_key(|(fit, number)| (*fit, core::cmp::Reverse(*number))).map(|(_, number)| number)
}

/// Other Ingresses with rules for a request, which another controller serves: by which of them a client comes is for the name to say.
pub(super) fn of_other_class<'s>(snapshot: &'s Snapshot, chosen: &IngressObject, host: &str, path: &str) -> Option<&'s IngressObject> {
    let class = chosen.spec.class.as_deref()?;
    let is_other = |object: &&IngressObject| object.spec.class.as_deref().is_some_and(|other| other != class);
    let has_host = |object: &&IngressObject| best_fit(snapshot, object, Some(host), path).is_some_and(|fit| fit.host > ANY_HOST);
    snapshot.ingress_objects.iter().filter(is_other).find(has_host)
}

/// An Ingress that takes a part of a request's connections from another one (`canary`).
pub(super) fn canary_of<'s>(snapshot: &'s Snapshot, chosen: &IngressObject, host: Option<&str>, path: &str) -> Option<&'s IngressObject> {
    let fits = |object: &&IngressObject| best_fit(snapshot, object, host, path).is_some();
    snapshot.ingress_objects.iter().filter(|o| o.spec.canary && o.namespace == chosen.namespace && o.name != chosen.name).find(fits)
}

fn best_fit(snapshot: &Snapshot, object: &IngressObject, host: Option<&str>, path: &str) -> Option<Fit> {
    let how = How::of(snapshot, object, host);
    requests_of(snapshot, object).filter_map(|requests| fit(requests, host, path, how)).max()
}

fn rules_of<'s>(snapshot: &'s Snapshot, object: &IngressObject) -> impl Iterator<Item = &'s Ingress> {
    let (namespace, name) = (object.namespace, object.name.clone());
    snapshot.ingresses.iter().filter(move |i| i.namespace == namespace && i.name == name)
}

fn requests_of<'s>(snapshot: &'s Snapshot, object: &'s IngressObject) -> impl Iterator<Item = &'s Requests> {
    rules_of(snapshot, object).map(|rule| &rule.requests).chain(&object.spec.resources)
}

/// The first Ingress with a rule for a host, whatever its paths are.
pub(super) fn ingress_of_host(snapshot: &Snapshot, host: &str) -> Option<IngressId> {
    let of_host = |requests: &Requests| requests.default || by_host(requests, Some(host)).is_some();
    IngressId::each(&snapshot.ingress_objects).find(|(_, object)| requests_of(snapshot, object).any(of_host)).map(|(number, _)| number)
}

/// How well a rule fits a request, the better the greater: its host by name before wildcards, exact paths before prefixes, longer ones before shorter.
/// Upstream: docs/semantics.md, "Ingress" of the Kubernetes documentation (path types, multiple matches).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Fit {
    host: u8,
    length: usize,
    exact: bool,
    /// Whether it fits for certain.
    certain: bool,
}

/// The rank of a rule for every host.
const ANY_HOST: u8 = 1;

/// How a controller reads paths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum How {
    /// As the API says.
    Plain,
    /// As regular expressions: ingress-nginx does so for all paths of a host if one of its Ingresses asks for it.
    Regex,
    /// As an application gateway does: a star at the end stands for anything.
    Gateway,
}

impl How {
    fn of(snapshot: &Snapshot, object: &IngressObject, host: Option<&str>) -> How {
        if is_gateway_class(object.spec.class.as_deref().unwrap_or_default()) {
            return How::Gateway;
        }
        let for_host = |other: &IngressObject| requests_of(snapshot, other).any(|r| by_host(r, host).is_some());
        let asks = |other: &IngressObject| other.spec.regex && other.spec.class == object.spec.class && for_host(other);
        if snapshot.ingress_objects.iter().any(asks) { How::Regex } else { How::Plain }
    }
}

/// How well a rule's host fits; nothing if it does not.
fn by_host(requests: &Requests, host: Option<&str>) -> Option<u8> {
    match (requests.host.as_deref(), host) {
        (None, _) => Some(ANY_HOST),
        (Some(own), Some(host)) if own.eq_ignore_ascii_case(host) => Some(3),
        (Some(own), Some(host)) => {
            let rest = own.strip_prefix("*.")?;
            let (label, parent) = host.split_once('.')?;
            (!label.is_empty() && parent.eq_ignore_ascii_case(rest)).then_some(2)
        }
        (Some(_), None) => None,
    }
}

/// How well a rule fits a request. Nothing if it does not. What follows `?` or `#` is no part of the path.
fn fit(requests: &Requests, host: Option<&str>, path: &str, how: How) -> Option<Fit> {
    if requests.default {
        return Some(Fit { host: 0, length: 0, exact: false, certain: true });
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let host = by_host(requests, host)?;
    let own = requests.path.as_deref().unwrap_or("/");
    let (fits, exact) = match how {
        How::Regex => (matches_expression(own, path), false),
        _ if requests.exact => (if own == path { Matched::Yes } else { Matched::No }, true),
        _ => (matches_prefix(own, path, requests.specific, how), false),
    };
    let length = if how == How::Regex || requests.exact { own.len() } else { own.trim_end_matches('/').len() };
    (fits != Matched::No).then_some(Fit { host, length, exact, certain: fits == Matched::Yes })
}

/// Whether a path begins with another one, by whole elements. What `ImplementationSpecific` means is the controller's choice: for ingress-nginx it is a prefix
/// of the text.
fn matches_prefix(own: &str, path: &str, specific: bool, how: How) -> Matched {
    let trimmed = own.trim_end_matches('/');
    let by_element = path.strip_prefix(trimmed).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let starred = own.strip_suffix('*').is_some_and(|start| path.starts_with(start.trim_end_matches('/')));
    match (by_element, how) {
        (true, How::Gateway) if specific && !trimmed.is_empty() && path != own => Matched::Possibly,
        (true, _) => Matched::Yes,
        (false, How::Gateway) if starred => Matched::Yes,
        (false, _) if starred || specific && path.starts_with(own) => Matched::Possibly,
        (false, _) => Matched::No,
    }
}

/// Ends of expressions that stand for the rest of a path, the longest first: whether it has to begin with a new element.
const RESTS: [(&str, bool); 6] =
    [("(/|$)(.*)", true), ("(/.*)?", true), ("/?(.*)", false), ("(.*)", false), (".*", false), ("(.+)", false)];

/// Whether a path matches an expression of ingress-nginx at its beginning, in upper or lower case. Only the usual forms are read; others may match.
fn matches_expression(own: &str, path: &str) -> Matched {
    let rest = RESTS.into_iter().find_map(|(end, new)| Some((own.strip_suffix(end)?, new)));
    let (start, new_element) = rest.unwrap_or((own, false));
    if start.contains(['(', ')', '[', ']', '{', '}', '|', '*', '+', '?', '^', '$', '\\']) {
        return Matched::Possibly;
    }
    let mut left = path.chars();
    for wanted in start.chars() {
        match left.next() {
            Some(found) if wanted == '.' || found.eq_ignore_ascii_case(&wanted) => {}
            _ => return Matched::No,
        }
    }
    let left = left.as_str();
    let fits = if new_element { left.is_empty() || left.starts_with('/') } else { !own.ends_with("(.+)") || !left.is_empty() };
    if fits { Matched::Yes } else { Matched::No }
}

/// The part of a path that is no expression.
pub(super) fn plain_part(path: &str) -> &str {
    path.find(['(', '[', '{', '*', '+', '?', '^', '$', '\\', '|'])
        .and_then(|at| path.get(..at))
        .filter(|part| !part.is_empty())
        .unwrap_or(path)
}

/// What serves Ingresses of a class.
pub(super) fn by_class(class: &str) -> IngressBy {
    if is_gateway_class(class) { IngressBy::Gateway } else { IngressBy::Controller }
}

/// The rule of an Ingress that a request meets.
pub(super) enum Chosen<'s> {
    /// None fits.
    Nothing,
    /// This one.
    Rule(&'s Ingress),
    /// Of several it is not known which: why.
    Unclear(&'static str),
}

/// The rule of an Ingress that fits a request best.
pub(super) fn backend_for<'s>(snapshot: &'s Snapshot, ingress: &IngressObject, host: Option<&str>, path: &str) -> Chosen<'s> {
    let how = How::of(snapshot, ingress, host);
    let fits: Vec<(Fit, &Ingress)> =
        rules_of(snapshot, ingress).filter_map(|rule| Some((fit(&rule.requests, host, path, how)?, rule))).collect();
    let best = fits.iter().filter(|(fit, _)| fit.certain).max_by_key(|(fit, _)| *fit);
    let resource = ingress.spec.resources.iter().filter_map(|requests| fit(requests, host, path, how)).max();
    if resource.is_some_and(|fit| best.is_none_or(|(known, _)| *known <= fit)) {
        return Chosen::Unclear("its backend is a resource that is no Service, and is not evaluated");
    }
    let target = |rule: &Ingress| (rule.service_name.clone(), rule.port.clone());
    let is_other = |rule: &Ingress| best.is_none_or(|(_, known)| target(rule) != target(known));
    let comes_first = |fit: &Fit| best.is_none_or(|(known, _)| *fit > *known);
    if fits.iter().any(|(fit, rule)| !fit.certain && comes_first(fit) && is_other(rule)) {
        return Chosen::Unclear(match how {
            How::Regex => "its paths are regular expressions, and whether one matches is not evaluated",
            How::Plain | How::Gateway => "what a path of it means is the controller's choice (`ImplementationSpecific`)",
        });
    }
    best.map_or(Chosen::Nothing, |(_, rule)| Chosen::Rule(rule))
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
        Requests { host: host.map(Into::into), path: path.map(Into::into), exact, ..Requests::default() }
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
            assert_eq!(fit(&own, Some("shop.example"), path, How::Plain).is_some(), fits, "{own:?} {path}");
        }
        // Wildcards stand for one label.
        for (own, host, fits) in [
            ("*.foo.com", "bar.foo.com", true),
            ("*.foo.com", "baz.bar.foo.com", false),
            ("*.foo.com", "foo.com", false),
            ("foo.com", "FOO.com", true),
        ] {
            assert_eq!(fit(&requests(Some(own), None, false), Some(host), "/", How::Plain).is_some(), fits, "{own} {host}");
        }
        let exact = fit(&requests(Some("a.b"), Some("/x"), true), Some("a.b"), "/x", How::Plain);
        let prefix = fit(&requests(Some("a.b"), Some("/x"), false), Some("a.b"), "/x", How::Plain);
        let wide = fit(&requests(Some("*.b"), Some("/x"), true), Some("a.b"), "/x", How::Plain);
        assert!(exact > prefix && prefix > wide);
    }

    #[test]
    fn expressions_of_ingress_nginx_match_at_the_beginning() {
        // "Rewrite" and "Ingress path matching" of its documentation.
        for (own, path, expected) in [
            ("/something(/|$)(.*)", "/something", Matched::Yes),
            ("/something(/|$)(.*)", "/something/new", Matched::Yes),
            ("/something(/|$)(.*)", "/somethingelse", Matched::No),
            ("/foo/bar", "/foo/bar/1", Matched::Yes),
            ("/foo/bar", "/FOO/bar", Matched::Yes),
            ("/foo/.*", "/foo", Matched::No),
            ("/(.*)", "/any", Matched::Yes),
            ("/foo/[A-Z0-9]{3}", "/foo/AB1", Matched::Possibly),
        ] {
            assert_eq!(matches_expression(own, path), expected, "{own} {path}");
        }
    }
}
