//! Which rule of an Ingress a request meets, and what serves Ingresses. Upstream: docs/path.md, "Ingress" of the Kubernetes documentation.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::ingress_paths::{self, How, normalised};
use crate::language::{BackendPort, Requests};
use crate::model::names;
use crate::policy::Matched;
use crate::settings::IngressBy;
use crate::snapshot::{Canary, Ingress, IngressId, IngressObject, NamespaceId, Served, Service, ServiceId, ServiceType, Snapshot};

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

/// The Ingress whose rules fit a request best, if any does. Of equal ones the oldest, as ingress-nginx does; where no age is known, the first.
pub(super) fn ingresses_for(snapshot: &Snapshot, host: &str, path: &str) -> Option<IngressId> {
    let host = server_of(snapshot, host);
    let objects = || IngressId::each(&snapshot.ingress_objects).filter(|(_, object)| object.spec.canary.is_none());
    let fits = objects().filter_map(|(number, object)| {
        let age = object.spec.created.as_deref().map(Reverse);
        Some((!matches!(object.served, Served::Nobody(_)), best_fit(snapshot, object, Some(host), path)?, age, Reverse(number)))
    });
    fits.max().map(|(.., number)| number.0)
}

/// An Ingress of which it is not plain where it leads, and that may be meant for a host: it has a rule for it, one for a host that is none, or none that
/// could be read.
pub(super) fn unclear_for(snapshot: &Snapshot, host: &str) -> Option<IngressId> {
    let may_be_meant = |requests: &Requests| {
        let is_name = |own: &str| names::dns_subdomain(&own.strip_prefix("*.").unwrap_or(own).to_ascii_lowercase()).is_ok();
        by_host(requests, Some(host)).is_some() || requests.host.as_deref().is_some_and(|own| !is_name(own))
    };
    let is_unclear = |object: &IngressObject| {
        let mut rules = requests_of(snapshot, object).peekable();
        object.unclear && (rules.peek().is_none() || rules.any(may_be_meant))
    };
    IngressId::each(&snapshot.ingress_objects).find(|(_, object)| is_unclear(object)).map(|(number, _)| number)
}

/// The host whose rules are for a host: itself, or that of which it is a further name. A rule for the very host counts before. Upstream: ingress-nginx
/// documentation, "Server Alias": "A server-alias name cannot conflict with the hostname of an existing server."
fn server_of<'s>(snapshot: &'s Snapshot, host: &'s str) -> &'s str {
    let of_nginx = || snapshot.ingress_objects.iter().filter(|object| object.of_nginx);
    let hosts = |object| requests_of(snapshot, object).filter_map(|requests| requests.host.as_deref());
    if of_nginx().all(|object| object.spec.aliases.is_empty()) || of_nginx().flat_map(hosts).any(|own| own.eq_ignore_ascii_case(host)) {
        return host;
    }
    // Names themselves count before wildcards, as in nginx's `server_name`.
    let is_named = |object: &&IngressObject| object.spec.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(host));
    let fits = |alias: &str| {
        let (Some(rest), Some(start)) = (alias.strip_prefix('*'), host.len().checked_sub(alias.len().saturating_sub(1))) else {
            return false;
        };
        start > 0 && host.get(start..).is_some_and(|end| rest.starts_with('.') && end.eq_ignore_ascii_case(rest))
    };
    let is_meant = |object: &&IngressObject| object.spec.aliases.iter().any(|alias| fits(alias));
    let named = of_nginx().filter(is_named).flat_map(hosts).min();
    named.or_else(|| of_nginx().filter(is_meant).flat_map(hosts).min()).unwrap_or(host)
}

/// Other Ingresses with rules for a request, which another controller serves: by which of them a client comes is for the name to say.
pub(super) fn of_other_class<'s>(snapshot: &'s Snapshot, chosen: &IngressObject, host: &str, path: &str) -> Option<&'s IngressObject> {
    let (class, host) = (chosen.spec.class.as_deref()?, server_of(snapshot, host));
    let is_other = |object: &&IngressObject| {
        let is_other_class = object.spec.class.as_deref().is_some_and(|other| other != class);
        is_other_class && !is_of_same_controller(object, chosen) && !matches!(object.served, Served::Nobody(_))
    };
    let has_host = |object: &&IngressObject| best_fit(snapshot, object, Some(host), path).is_some_and(|fit| fit.host > ANY_HOST);
    snapshot.ingress_objects.iter().filter(is_other).find(has_host)
}

/// Whether the same controller serves two Ingresses.
fn is_of_same_controller(a: &IngressObject, b: &IngressObject) -> bool {
    match (&a.served, &b.served) {
        (Served::By(a), Served::By(b)) => a == b,
        (Served::Gateway, Served::Gateway) => true,
        (Served::Unlisted, Served::Unlisted) => a.spec.class == b.spec.class,
        _ => false,
    }
}

/// The Ingresses that the controller of one reads.
fn beside<'s>(snapshot: &'s Snapshot, object: &'s IngressObject) -> impl Iterator<Item = &'s IngressObject> {
    snapshot.ingress_objects.iter().filter(move |other| {
        let is_self = other.namespace == object.namespace && other.name == object.name;
        is_self || other.spec.canary.is_none() && is_of_same_controller(other, object)
    })
}

/// The Ingress that takes a part of the requests to a rule of another one (`canary`), and where it leads them. Upstream: ingress-nginx documentation,
/// "Canary"; `mergeAlternativeBackends`: the same host and path.
pub(super) fn canary_of<'s>(snapshot: &'s Snapshot, rule: &Ingress) -> Option<(&'s IngressObject, Canary, &'s Ingress)> {
    let canaries = snapshot.ingress_objects.iter().filter(|o| o.namespace == rule.namespace && o.name != rule.name);
    canaries.filter_map(|object| Some((object, object.spec.canary?))).find_map(|(object, canary)| {
        let path = |requests: &Requests| requests.path.as_deref().unwrap_or("/").to_owned();
        let is_same = |other: &&Ingress| {
            let (a, b) = (&other.requests, &rule.requests);
            a.host == b.host && a.default == b.default && a.exact == b.exact && path(a) == path(b)
        };
        rules_of(snapshot, object).find(is_same).map(|other| (object, canary, other))
    })
}

fn best_fit(snapshot: &Snapshot, object: &IngressObject, host: Option<&str>, path: &str) -> Option<Fit> {
    let reading = Reading::of(snapshot, object, host);
    requests_of(snapshot, object).filter_map(|requests| reading.fit(requests, host, path)).max()
}

fn rules_of<'s>(snapshot: &'s Snapshot, object: &IngressObject) -> impl DoubleEndedIterator<Item = &'s Ingress> + use<'s> {
    let (namespace, name) = (object.namespace, object.name.clone());
    snapshot.ingresses.iter().filter(move |i| i.namespace == namespace && i.name == name)
}

fn requests_of<'s>(snapshot: &'s Snapshot, object: &'s IngressObject) -> impl Iterator<Item = &'s Requests> {
    rules_of(snapshot, object).map(|rule| &rule.requests).chain(&object.spec.resources)
}

/// The first Ingress with a rule for a host, whatever its paths are.
pub(super) fn ingress_of_host(snapshot: &Snapshot, host: &str) -> Option<IngressId> {
    let host = server_of(snapshot, host);
    let of_host = |requests: &Requests| requests.default || by_host(requests, Some(host)).is_some();
    let has_host = |object: &IngressObject| requests_of(snapshot, object).filter_map(|r| by_host(r, Some(host))).max();
    let any = IngressId::each(&snapshot.ingress_objects).filter(|(_, object)| requests_of(snapshot, object).any(of_host));
    any.max_by_key(|(number, object)| (has_host(object), Reverse(*number))).map(|(number, _)| number)
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

/// How the controller of an Ingress reads its rules for a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Reading {
    how: How,
    /// How well the hosts of its rules fit at best, over all Ingresses of the controller.
    host: u8,
    /// Whether the Ingress's default backend takes requests for the host: ingress-nginx has one for each of its hosts.
    has_default: bool,
}

impl Reading {
    fn of(snapshot: &Snapshot, object: &IngressObject, host: Option<&str>) -> Reading {
        let best = |object: &IngressObject| requests_of(snapshot, object).filter_map(|r| by_host(r, host)).max().unwrap_or(0);
        let level = beside(snapshot, object).map(best).max().unwrap_or(0);
        let of_rules = || requests_of(snapshot, object).filter(|r| !r.default);
        let has_default = if of_rules().next().is_none() { level <= ANY_HOST } else { best(object) == level && level > 0 };
        let asks = |other: &IngressObject| other.spec.regex && best(other) > 0;
        let how = match object {
            _ if is_gateway_class(object.spec.class.as_deref().unwrap_or_default()) || object.served == Served::Gateway => How::Gateway,
            _ if beside(snapshot, object).any(asks) => How::Regex,
            _ if object.of_nginx => How::Nginx,
            _ => How::Plain,
        };
        Reading { how, host: level, has_default: has_default || how == How::Plain || how == How::Gateway }
    }

    /// How well a rule fits a request. Nothing if it does not.
    fn fit(&self, requests: &Requests, host: Option<&str>, path: &str) -> Option<Fit> {
        if requests.default {
            return self.has_default.then_some(Fit { host: 0, length: 0, exact: false, certain: true });
        }
        let path = normalised(path);
        let rank = by_host(requests, host)?;
        // A host with rules of its own has a server of its own at ingress-nginx, which rules for every host are no part of. Others differ here.
        let is_of_nginx = matches!(self.how, How::Nginx | How::Regex);
        if rank < self.host && is_of_nginx {
            return None;
        }
        let own = requests.path.as_deref().unwrap_or("/");
        let fits = ingress_paths::matches(own, &path, requests, self.how);
        let length = if self.how == How::Regex || requests.exact { own.len() } else { own.trim_end_matches('/').len() };
        let certain = fits == Matched::Yes && rank >= self.host;
        (fits != Matched::No).then_some(Fit { host: rank, length, exact: requests.exact && self.how != How::Regex, certain })
    }
}

/// How well a rule's host fits; nothing if it does not.
fn by_host(requests: &Requests, host: Option<&str>) -> Option<u8> {
    match (requests.host.as_deref(), host) {
        _ if requests.default => None,
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

/// What serves Ingresses of a class.
pub(super) fn by_class(class: &str) -> IngressBy {
    if is_gateway_class(class) { IngressBy::Gateway } else { IngressBy::Controller }
}

/// What serves an Ingress.
pub(super) fn served_by(ingress: &IngressObject) -> IngressBy {
    match ingress.served {
        Served::Gateway => IngressBy::Gateway,
        _ => by_class(ingress.spec.class.as_deref().unwrap_or_default()),
    }
}

/// The rule of an Ingress that a request meets.
pub(super) enum Chosen<'s> {
    /// None fits.
    Nothing,
    /// This one.
    Rule(&'s Ingress),
    /// Of several it is not known which: why.
    Unclear(Arc<str>),
}

/// The rule of an Ingress that fits a request best.
pub(super) fn backend_for<'s>(snapshot: &'s Snapshot, ingress: &IngressObject, host: Option<&str>, path: &str) -> Chosen<'s> {
    let host = host.map(|host| server_of(snapshot, host));
    let reading = Reading::of(snapshot, ingress, host);
    let fits: Vec<(Fit, &Ingress)> =
        rules_of(snapshot, ingress).filter_map(|rule| Some((reading.fit(&rule.requests, host, path)?, rule))).collect();
    // Of equal ones the first.
    let best = fits.iter().rev().filter(|(fit, _)| fit.certain).max_by_key(|(fit, _)| *fit);
    let resource = ingress.spec.resources.iter().filter_map(|requests| reading.fit(requests, host, path)).max();
    if resource.is_some_and(|fit| best.is_none_or(|(known, _)| *known <= fit)) {
        return Chosen::Unclear("its backend is a resource that is no Service, and is not evaluated".into());
    }
    let is_other = |rule: &Ingress| best.is_none_or(|(_, known)| target(rule) != target(known));
    let comes_first = |fit: &Fit| best.is_none_or(|(known, _)| *fit > *known);
    if let Some((fit, _)) = fits.iter().find(|(fit, rule)| !fit.certain && comes_first(fit) && is_other(rule)) {
        return Chosen::Unclear(
            match reading.how {
                _ if fit.host < reading.host => {
                    "other rules are for this host, and whether one for every host counts then is the controller's choice"
                }
                How::Regex => "its paths are regular expressions, and whether one matches is not evaluated",
                _ => "what a path of it means is the controller's choice (`ImplementationSpecific`)",
            }
            .into(),
        );
    }
    // A host that no rule names may be one that a regular expression means.
    let is_expression = |object: &IngressObject| object.of_nginx && object.spec.aliases.iter().any(|alias| alias.starts_with('~'));
    if reading.host <= ANY_HOST && host.is_some() && beside(snapshot, ingress).any(is_expression) {
        return Chosen::Unclear(
            "the annotation `server-alias` has a regular expression, and whether it matches the host is not evaluated".into(),
        );
    }
    let Some((fit, rule)) = best else { return Chosen::Nothing };
    match rival(snapshot, ingress, (*fit, rule), host, path) {
        Some(why) => Chosen::Unclear(why),
        None => Chosen::Rule(rule),
    }
}

fn target(rule: &Ingress) -> (NamespaceId, &str, &BackendPort) {
    (rule.namespace, &rule.service_name, &rule.port)
}

/// Why another Ingress with the same host and path may take the request. Upstream: ingress-nginx, `docs/how-it-works.md`: "the oldest rule wins".
fn rival(snapshot: &Snapshot, ingress: &IngressObject, own: (Fit, &Ingress), host: Option<&str>, path: &str) -> Option<Arc<str>> {
    if own.0.host == 0 {
        return None;
    }
    let others = beside(snapshot, ingress).filter(|other| (other.namespace, &other.name) != (ingress.namespace, &ingress.name));
    let equal = |other: &&IngressObject| {
        let reading = Reading::of(snapshot, other, host);
        rules_of(snapshot, other).any(|rule| reading.fit(&rule.requests, host, path) == Some(own.0) && target(rule) != target(own.1))
    };
    let comes_first = |other: &&IngressObject| match (&ingress.spec.created, &other.spec.created) {
        (Some(own), Some(other)) if ingress.of_nginx => own >= other,
        _ => true,
    };
    let other = others.filter(comes_first).find(equal)?;
    let title = format!("{}/{}", snapshot.namespace_name(other.namespace), other.name);
    Some(match (&ingress.spec.created, &other.spec.created) {
        (Some(own), Some(older)) if ingress.of_nginx && own > older => {
            format!("Ingress `{title}` has the same host and path and is older, so its rule counts").into()
        }
        _ if ingress.of_nginx => {
            format!("Ingress `{title}` has the same host and path, the older of both counts, and which that is is not in the input").into()
        }
        _ => format!("Ingress `{title}` has the same host and path, and which of both counts is the controller's choice").into(),
    })
}

/// Whether a rule's host has TLS at the controller: by an Ingress that names it. Not known where an entry names no host, as the certificate decides then.
pub(super) fn has_tls(snapshot: &Snapshot, ingress: &IngressObject, host: Option<&str>) -> Matched {
    let host = host.map(|host| server_of(snapshot, host));
    let entries = || beside(snapshot, ingress).flat_map(|object| object.spec.tls.iter());
    let names = |entry: &str| host.is_some_and(|host| entry.eq_ignore_ascii_case(host));
    // One for a whole domain counts where its certificate is for the host. Upstream: `extractTLSSecretName` of the same file.
    let covers = |entry: &str| {
        let domain = entry.strip_prefix("*.").zip(host).is_some_and(|(domain, host)| {
            host.split_once('.').is_some_and(|(first, rest)| first != "*" && rest.eq_ignore_ascii_case(domain))
        });
        entry.is_empty() || domain
    };
    match entries().any(|entry| names(entry)) {
        true => Matched::Yes,
        false if host.is_some() && entries().any(|entry| covers(entry)) => Matched::Possibly,
        false => Matched::No,
    }
}

/// The Service by which clients reach the controller of an Ingress, and the pods behind it.
pub(super) fn controller_service(snapshot: &Snapshot, ingress: &IngressObject) -> Option<ServiceId> {
    let class = ingress.spec.class.as_deref().unwrap_or_default();
    let mentions = |text: &str| CONTROLLERS.iter().any(|word| text.to_ascii_lowercase().contains(word));
    let score = |service: &Service| {
        let namespace = snapshot.namespace_name(service.namespace);
        let of_pods = service.endpoints.iter().filter_map(|id| snapshot.pod(*id));
        let labelled = of_pods.flat_map(|e| e.labels.iter()).any(|(key, value)| key == "app.kubernetes.io/name" && mentions(value));
        let named = match &ingress.served {
            Served::By(pods) => service.endpoints.iter().any(|id| pods.contains(id)),
            _ => mentions(namespace) || mentions(&service.name) || labelled,
        };
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
    let best = ServiceId::each(&snapshot.services).filter_map(|(number, s)| Some((score(s)?, Reverse(number)))).max();
    best.map(|(_, number)| number.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(requests: &Requests, host: Option<&str>, path: &str, how: How) -> Option<Fit> {
        Reading { how, host: 0, has_default: true }.fit(requests, host, path)
    }

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
}
