//! Ways through a proxy: an ingress controller in the cluster, or an application gateway outside it. The client's connection ends there, and the proxy
//! opens one of its own to a pod. Upstream: docs/path.md.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::ask::{Client, service_title};
use super::branches::{Arrival, Trip, Way};
use super::deliver::{Delivery, deliver, enter};
use super::missing;
use super::tables::{Backend, Entry, Target};
use super::{Basis, Packet, Party, Place, Share, Stop, Tls, spread};
use crate::compile::Endpoint;
use crate::facts::{self, Subject};
use crate::language::azure::Plugin;
use crate::language::{BackendPort, Requests, TargetPort};
use crate::model::Protocol;
use crate::policy::Direction;
use crate::settings::IngressBy;
use crate::snapshot::{Ingress, IngressObject, NodeId, PodId, Role, Service, Snapshot};
use crate::verdict::traversal::Checkpoint;

/// Where AKS puts the subnet of an application gateway that it makes: shown where none is given.
const SOME_GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 225, 0, 4));
/// A front end that is not given; kept for examples (RFC 5737, TEST-NET-2).
const SOME_FRONT_END: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 253));
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
pub(super) fn ingresses_for(snapshot: &Snapshot, host: &str, path: &str) -> Option<u32> {
    let best = snapshot.ingresses.iter().filter_map(|i| Some((fit(&i.requests, Some(host), path)?, i))).max_by_key(|(fit, _)| *fit)?.1;
    (0..).zip(&snapshot.ingress_objects).find(|(_, o)| o.namespace == best.namespace && o.name == best.name).map(|(number, _)| number)
}

/// The first Ingress with a rule for a host, whatever its paths are.
pub(super) fn ingress_of_host(snapshot: &Snapshot, host: &str) -> Option<u32> {
    let of_host = |i: &&Ingress| fit(&Requests { path: None, exact: false, ..i.requests.clone() }, Some(host), "/").is_some();
    let first = snapshot.ingresses.iter().find(of_host)?;
    (0..).zip(&snapshot.ingress_objects).find(|(_, o)| o.namespace == first.namespace && o.name == first.name).map(|(number, _)| number)
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

pub(super) fn ways<'a>(trip: &mut Trip<'a>, way: Way<'a>, client: Client, object: u32, host: Option<&str>, path: &str) -> Vec<Arrival<'a>> {
    let paths = trip.paths;
    let Some(ingress) = paths.snapshot.ingress_objects.get(object as usize) else { return Vec::new() };
    if ingress.unclear {
        let title = format!("{}/{}", paths.snapshot.namespace_name(ingress.namespace), ingress.name);
        let mut way = trip.start(way, client, Party::anywhere());
        way.walk.unknown(&title, format!("Ingress `{title}` is not evaluated: an API server refuses it"));
        return alloc::vec![Arrival { way, pod: None }];
    }
    let class = ingress.spec.class.as_deref().unwrap_or_default();
    let retired = class == HTTP_ROUTING_CLASS || paths.snapshot.cloud.clusters.first().is_some_and(|c| c.traffic.http_routing);
    if let Some(fact) = facts::about(Subject::HttpRouting).filter(|_| retired) {
        let mut sentence = fact.sentence(paths.settings.today);
        sentence.replace_range(..1, "T");
        trip.notes.push(format!("{sentence}: {}.", fact.advice()));
    }
    let by = paths.settings.routing.ingress.unwrap_or_else(|| by_class(class));
    // Of TLS that is passed on nobody sees a path: what stands at `/` gets all of it. Upstream: ingress-nginx documentation, "SSL Passthrough".
    let passed = ingress.spec.tls_passthrough && trip.question.tls && by == IngressBy::Controller;
    let root = passed.then(|| backend_for(&paths.snapshot, ingress, host, "/")).flatten();
    let backend = root.or_else(|| backend_for(&paths.snapshot, ingress, host, path));
    let request = Request { ingress, backend, host, path, passed: root.is_some() };
    let has_tls = host.is_some_and(|host| ingress.spec.tls.iter().any(|of| of.eq_ignore_ascii_case(host)));
    if has_tls && !trip.question.tls && class.contains("nginx") && by == IngressBy::Controller {
        trip.notes.push(
            "For a host with TLS ingress-nginx answers plain HTTP with a redirect to `https://`, unless `nginx.ingress.kubernetes.io/ssl-redirect` is \
             `\"false\"`; the way shown is that of a request which is not redirected."
                .to_string(),
        );
    }
    match by {
        IngressBy::Controller => by_controller(trip, way, client, &request),
        IngressBy::Gateway => by_gateway(trip, way, client, &request),
    }
}

/// What serves Ingresses of a class.
pub(super) fn by_class(class: &str) -> IngressBy {
    if is_gateway_class(class) { IngressBy::Gateway } else { IngressBy::Controller }
}

/// A request and what the Ingress says of it.
struct Request<'r> {
    ingress: &'r IngressObject,
    backend: Option<&'r Ingress>,
    host: Option<&'r str>,
    path: &'r str,
    /// Whether the client's TLS is passed on as it is.
    passed: bool,
}

fn backend_for<'s>(snapshot: &'s Snapshot, ingress: &IngressObject, host: Option<&str>, path: &str) -> Option<&'s Ingress> {
    let own = snapshot.ingresses.iter().filter(|i| i.namespace == ingress.namespace && i.name == ingress.name);
    own.filter_map(|i| Some((fit(&i.requests, host, path)?, i))).max_by_key(|(fit, _)| *fit).map(|(_, i)| i)
}

impl Request<'_> {
    /// What becomes of the client's TLS at the proxy.
    fn tls(&self) -> Tls {
        match (self.passed, self.ingress.spec.tls_to_backend) {
            (true, _) => Tls::Untouched,
            (false, true) => Tls::Anew,
            (false, false) => Tls::Ends,
        }
    }

    /// What the proxy does, in words.
    fn text(&self, what: &str) -> String {
        let host = self.host.unwrap_or("any host");
        match self.backend {
            Some(backend) if self.passed => {
                format!("{what} for {host} as it is, without reading it, in one of its own to a pod of `{}`", backend.service_name)
            }
            Some(backend) => format!("{what} for {host}{}, and opens its own to a pod of `{}`", self.path, backend.service_name),
            None => format!("{what}, and knows no rule for {host}{}", self.path),
        }
    }
}

// --- a controller in the cluster -------------------------------------------------------------------------------------------------------

/// The Service by which clients reach the controller, and the pods behind it.
pub(super) fn controller_service(snapshot: &Snapshot, class: &str) -> Option<u32> {
    let mentions = |text: &str| CONTROLLERS.iter().any(|word| text.to_ascii_lowercase().contains(word));
    let score = |service: &Service| {
        let namespace = snapshot.namespace_name(service.namespace);
        let of_pods = service.endpoints.iter().filter_map(|id| snapshot.pod(*id));
        let labelled = of_pods.flat_map(|e| e.labels.iter()).any(|(key, value)| key == "app.kubernetes.io/name" && mentions(value));
        let named = mentions(namespace) || mentions(&service.name) || labelled;
        let serves_web = service.ports.iter().any(|p| matches!(p.port, 80 | 443));
        let exposed = match service.service_type.as_str() {
            "LoadBalancer" => 3,
            "NodePort" => 2,
            _ => 0,
        };
        // An application that happens to be an nginx is told from a controller by being exposed.
        let fits = named && serves_web && exposed > 0 && !service.name.contains("admission");
        fits.then(|| exposed + u32::from(labelled) * 4 + u32::from(!class.is_empty() && service.name.contains(class)))
    };
    let best = (0..).zip(&snapshot.services).filter_map(|(number, s)| Some((score(s)?, core::cmp::Reverse(number)))).max();
    best.map(|(_, number)| number.0)
}

fn by_controller<'a>(trip: &mut Trip<'a>, way: Way<'a>, client: Client, request: &Request<'_>) -> Vec<Arrival<'a>> {
    let paths = trip.paths;
    let snapshot = &paths.snapshot;
    let class = request.ingress.spec.class.as_deref().unwrap_or_default();
    let Some(number) = controller_service(snapshot, class) else { return by_unknown_controller(trip, way, client, request) };
    let Some(service) = snapshot.services.get(number as usize) else { return Vec::new() };
    if service.endpoints.is_empty() && service.slices.is_empty() {
        // Its pods are not in the input.
        return by_unknown_controller(trip, way, client, request);
    }
    let wanted = if trip.question.tls { 443 } else { 80 };
    let Some(port) = service.ports.iter().position(|p| p.port == wanted).or(if service.ports.is_empty() { None } else { Some(0) }) else {
        return Vec::new();
    };
    let inside = trip.home(client).is_some();
    let entry = match service.service_type.as_str() {
        "LoadBalancer" => Entry::LoadBalancer,
        "NodePort" => Entry::NodePort,
        _ if inside => Entry::Cluster,
        _ => Entry::NodePort,
    };
    let mut way = way;
    way.walk.packet.port = service.ports.get(port).and_then(|p| if entry == Entry::NodePort { p.node_port } else { Some(p.port) });
    trip.notes.push(format!("Clients reach the ingress controller by Service `{}`.", service_title(paths, service)));
    let first = trip.reach_service(way, client, number, port, entry, None);
    first
        .into_iter()
        .flat_map(|arrival| match arrival.pod {
            Some((pod, node)) => from_controller(trip, arrival.way, pod, node, request),
            None => alloc::vec![arrival],
        })
        .collect()
}

/// The controller's pods, and how clients come to them, are not in the text.
fn by_unknown_controller<'a>(trip: &mut Trip<'a>, way: Way<'a>, client: Client, request: &Request<'_>) -> Vec<Arrival<'a>> {
    let paths = trip.paths;
    let stand_in = paths.snapshot.pods().find(|(_, e)| e.role == Role::IngressController).map(|(id, _)| id);
    let Some(pod) = stand_in else { return Vec::new() };
    trip.notes.push(
        "How clients come to the ingress controller is left out: its Service, or the pods behind that, are not in the input.".to_string(),
    );
    let endpoint = paths.snapshot.pod(pod);
    trip.notes.extend(endpoint.and_then(|e| crate::explain::controller_note(e, &paths.snapshot)));
    let front_end = request.ingress.spec.addresses.first().map_or(Party::somewhere(SOME_FRONT_END), |a| Party::at(*a));
    let way = trip.start(way, client, front_end);
    from_controller(trip, way, pod, None, request)
}

/// From a controller's pod to the pods that a rule names.
fn from_controller<'a>(trip: &mut Trip<'a>, mut way: Way<'a>, pod: PodId, node: Option<NodeId>, request: &Request<'_>) -> Vec<Arrival<'a>> {
    let paths = trip.paths;
    let tls = if trip.question.tls { request.tls() } else { Tls::Untouched };
    let what = if request.passed { "passes the connection on" } else { "ends the connection" };
    if paths.snapshot.pod(pod).is_some_and(|e| e.role == Role::IngressController) {
        way.walk.place(Place::Pod(pod), "Ingress controller", request.text(what), Some(Basis::Controller));
    } else {
        way.walk.explain_last(request.text(what), Some(Basis::Controller));
    }
    let Some(backends) = backends(trip, &mut way, request) else { return alloc::vec![Arrival { way, pod: None }] };
    let mut arrivals = Vec::new();
    for (backend, share, title) in shares(trip, &backends, node) {
        let mut walk = way.walk.clone();
        let packet = Packet { from: paths.pod(pod), to: party(trip, &backend), port: Some(backend.port) };
        walk.anew(packet, tls, !request.passed);
        let Target::Pod(target) = backend.target else {
            walk.place(Place::Outside, "Outside", "an address that an EndpointSlice gives", None);
            arrivals.push(Arrival { way: way.with(walk, share, &title, 1), pod: None });
            continue;
        };
        let origin = Client::Pod(pod);
        if let Some(node) = node {
            let text = "the controller connects to a pod itself, not to the Service";
            walk.place(Place::Node(node), format!("Node {}", paths.node_name(node)), text, Some(Basis::Controller));
            walk.at = paths.pod_location(pod, node);
        }
        let side = trip.leave_home(&mut walk, origin);
        let delivery = Delivery::to(target, backend.node, None);
        match node {
            Some(_) => deliver(trip, &mut walk, node, side, &delivery),
            // It is not known where the controller's pod is.
            None => walk.check(Checkpoint::Endpoint(Direction::Ingress)),
        }
        if node.is_none() {
            let title = format!("Pod {}", paths.snapshot.pod_title(target));
            walk.place(Place::Pod(target), title, "", None);
        }
        arrivals.push(Arrival { way: way.with(walk, share, &title, 1), pod: Some((target, backend.node)) });
    }
    arrivals
}

// --- a gateway outside the cluster -------------------------------------------------------------------------------------------------------

fn by_gateway<'a>(trip: &mut Trip<'a>, way: Way<'a>, client: Client, request: &Request<'_>) -> Vec<Arrival<'a>> {
    let paths = trip.paths;
    let cloud = &paths.snapshot.cloud;
    let gateway = cloud.gateways.first();
    let number = gateway.map(|_| 0);
    let status = request.ingress.spec.addresses.first().copied();
    let is_private = |a: &IpAddr| cloud.network_with(*a).is_some();
    let own = gateway.and_then(|g| g.front_ends.iter().find(|a| is_private(a) == request.ingress.spec.private).copied());
    let front_end = status.or(own).map_or(Party::somewhere(SOME_FRONT_END), Party::at);
    let address = gateway.map_or(SOME_GATEWAY, |g| g.address);
    // Azure picks the addresses of instances, of which there may be several.
    let own_address = Party::somewhere(address);
    if gateway.is_none_or(|g| !g.range_given) {
        trip.notes.push(format!(
            "The text gives no subnet for the application gateway: {address} is assumed, of the range in which AKS makes one (10.225.0.0/16)."
        ));
    }
    match paths.plugin(None) {
        Some(Plugin::Kubenet) => trip.notes.push(
            "With kubenet the gateway reaches pods only if its subnet has the cluster's route table, which AGIC tries to see to."
                .to_string(),
        ),
        Some(Plugin::Overlay) => trip.notes.push(
            "With Azure CNI overlay pods are reached by newer versions of AGIC only, and by Application Gateway for Containers."
                .to_string(),
        ),
        _ => {}
    }
    let mut way = trip.start(way, client, front_end);
    let location = gateway.and_then(|g| g.subnet).map(|subnet| crate::snapshot::cloud::Location { subnet, interface: None });
    let public = front_end.address.is_none_or(|a| !is_private(&a));
    if !matches!(client, Client::Outside(_)) && public {
        trip.go_out(&mut way.walk, client);
    }
    if way.walk.is_over() {
        return alloc::vec![Arrival { way, pod: None }];
    }
    if public {
        // Rules see the address of the gateway itself, in place of the public one; a subnet without a group lets it in.
        let sent = way.walk.packet.to;
        if location.is_some_and(|l| cloud.subnets.get(l.subnet as usize).is_some_and(|s| s.group.is_some())) {
            way.walk.packet.to = own_address;
            way.walk.travel(location);
            way.walk.packet.to = sent;
        }
        way.walk.at = location;
    } else {
        trip.go_out(&mut way.walk, client);
    }
    let what = if trip.question.tls { "ends the connection, TLS included" } else { "ends the connection" };
    way.walk.place(Place::Gateway(number), "Application Gateway", request.text(what), Some(Basis::Gateway));
    let Some(backends) = backends(trip, &mut way, request) else { return alloc::vec![Arrival { way, pod: None }] };
    let tls = if trip.question.tls { request.tls() } else { Tls::Untouched };
    let mut arrivals = Vec::new();
    for (backend, share, title) in shares(trip, &backends, None) {
        let mut walk = way.walk.clone();
        walk.anew(Packet { from: own_address, to: party(trip, &backend), port: Some(backend.port) }, tls, true);
        let Target::Pod(pod) = backend.target else { continue };
        walk.travel(backend.node.and_then(|n| trip.paths.pod_location(pod, n)));
        enter(trip, &mut walk, &Delivery::to(pod, backend.node, None));
        arrivals.push(Arrival { way: way.with(walk, share, &title, 1), pod: Some((pod, backend.node)) });
    }
    arrivals
}

// --- what both have in common ------------------------------------------------------------------------------------------------------------

fn party(trip: &Trip<'_>, backend: &Backend) -> Party {
    match backend.target {
        Target::Pod(id) => trip.paths.pod(id),
        Target::Address(address) => Party::at(address),
    }
}

/// The pods that the proxy picks from. Nothing where there are none; the way then ends at the proxy, which tells the client.
fn backends<'a>(trip: &mut Trip<'a>, way: &mut Way<'a>, request: &Request<'_>) -> Option<Vec<Backend>> {
    let paths = trip.paths;
    let Some(backend) = request.backend else {
        let host = request.host.unwrap_or("no host");
        let gets = match way.walk.is_at_gateway() {
            true => "the gateway answers with an error (404 or 502)",
            false => "the client gets 404",
        };
        let why = format!("no rule of an Ingress is for {host}{}: {gets}", request.path);
        way.walk.stop(Stop::Rejected, why, Some(Basis::NoRule));
        return None;
    };
    let Some((number, service)) = backend.service.and_then(|n| Some((n, paths.snapshot.services.get(n as usize)?))) else {
        let why = format!("there is no Service `{}` in its namespace: the client gets 503", backend.service_name);
        way.walk.stop(Stop::Rejected, why, None);
        return None;
    };
    if service.service_type == "ExternalName" {
        let why = format!("`{}` is another name for something outside the cluster, of which only DNS knows the address", service.name);
        way.walk.unknown(&service_title(paths, service), why);
        return None;
    }
    let Some(port) = service_port(service, &backend.port) else {
        let why = format!("Service `{}` has no such port: the client gets 503", service.name);
        way.walk.stop(Stop::Rejected, why, None);
        return None;
    };
    let found = paths.tables().backends(number, port);
    if service.unclear || found.is_empty() && missing::has_unknown_endpoints(&paths.snapshot, service) {
        way.walk.unknown(&service_title(paths, service), missing::missing_endpoints(&paths.snapshot, service));
        return None;
    }
    if found.is_empty() {
        let why = format!("no ready pod stands behind `{}`: the client gets 503", service_title(paths, service));
        way.walk.stop(Stop::Rejected, why, None);
        return None;
    }
    trip.pods = spread::even(trip, found);
    Some(found.to_vec())
}

/// By the API a number is the Service's own port; where it has none, one that leads to that port of the pods is taken, as ingress-nginx does.
fn service_port(service: &Service, port: &BackendPort) -> Option<usize> {
    let ports = || service.ports.iter().enumerate().filter(|(_, p)| p.protocol == Protocol::TCP);
    let found = match port {
        BackendPort::Any => ports().next(),
        BackendPort::Number(number) => {
            ports().find(|(_, p)| p.port == *number).or_else(|| ports().find(|(_, p)| p.target == TargetPort::Number(*number)))
        }
        BackendPort::Name(name) => ports().find(|(_, p)| p.name.as_deref() == Some(name)),
    };
    found.map(|(at, _)| at)
}

/// Pods that a proxy picks alike, by node and by what policies tell apart.
fn shares(trip: &Trip<'_>, backends: &[Backend], home: Option<NodeId>) -> Vec<(Backend, Share, String)> {
    let paths = trip.paths;
    let total: u32 = backends.iter().map(|b| b.count).sum();
    let key = |b: &Backend| {
        let class = match b.target {
            Target::Pod(id) => paths.compiled.class_of(Endpoint::Pod(id)),
            Target::Address(address) => paths.compiled.class_of(Endpoint::Outside(address)),
        };
        (class, b.node.map(|n| paths.tables().node_kind(n)), b.node == home, b.port)
    };
    let mut found: Vec<(Backend, u32)> = Vec::new();
    for backend in backends {
        match found.iter_mut().find(|(known, _)| key(known) == key(backend)) {
            Some((_, count)) => *count += backend.count,
            None => found.push((*backend, backend.count)),
        }
    }
    let several = found.len() > 1;
    let title = |b: &Backend| match b.node {
        Some(node) if several => format!("on to a pod on {}", paths.node_name(node)),
        _ => String::new(),
    };
    found.iter().map(|(backend, count)| (*backend, Share::of(*count, total), title(backend))).collect()
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
