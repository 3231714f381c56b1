//! Routes through a proxy: an ingress controller in the cluster, or an application gateway outside it. The client's connection ends there, and the proxy
//! opens one of its own to a pod. Upstream: docs/path.md.
//!
//! To a controller they have two parts: to its pods, as to those of any Service, and on from there.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::super::ingress_rules::{Chosen, HTTP_ROUTING_CLASS, backend_for, canary_of, controller_service, has_tls, served_by};
use super::super::packet::{Packet, PacketEndpoint, Place, Tls};
use super::super::placed::Placed;
use super::super::question::{Client, Dialled, Question};
use super::super::shares::Share;
use super::super::tables::{Backend, Entry, Target};
use super::super::unknown::has_unknown_endpoints;
use super::super::world::Paths;
use super::client::{home_of, leave_home, start};
use super::course::Course;
use super::delivery::{Delivery, deliver, endpoint_of, enter};
use super::egress::go_out;
use super::hop::{Choice, HopAction, Note, ProxyAction, StopReason, Title, Unknown};
use super::routes::{Plan, Proxied, Reaches, Route};
use super::service;
use crate::compile::Endpoint;
use crate::language::azure::Plugin;
use crate::language::{BackendPort, TargetPort};
use crate::model::{Cidr, Protocol};
use crate::policy::{Direction, Matched};
use crate::settings::IngressBy;
use crate::snapshot::cloud::{GatewayId, Location};
use crate::snapshot::{Ingress, IngressId, IngressObject, NodeId, PodId, Role, Served, Service, ServiceId, ServiceType, UnreadWay};
use crate::verdict::traversal::Checkpoint;

/// Where AKS puts the subnet of an application gateway that it makes: shown where none is given.
const SOME_GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 225, 0, 4));
/// A front end that is not given; kept for examples (RFC 5737, TEST-NET-2).
const SOME_FRONT_END: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 253));

/// The class of Application Gateway for Containers.
const CONTAINERS_CLASS: &str = "azure-alb-external";

/// A request and what the Ingress says of it.
struct Request<'r> {
    ingress: &'r IngressObject,
    backend: Option<&'r Ingress>,
    /// Why it is not known which rule it meets.
    unclear: Option<Arc<str>>,
    host: Option<&'r str>,
    path: &'r str,
    /// Whether the client speaks TLS.
    tls: bool,
    /// Whether that TLS is passed on as it is.
    passed: bool,
    by: IngressBy,
}

impl<'r> Request<'r> {
    fn new(paths: &'r Paths, ingress: &'r IngressObject, host: Option<&'r str>, path: &'r str, tls: bool) -> Self {
        let by = paths.settings.routing.ingress.unwrap_or_else(|| served_by(ingress));
        // Of TLS that is passed on nobody sees a path: what stands at `/` gets all of it. Upstream: ingress-nginx documentation, "SSL Passthrough".
        let passed = ingress.spec.tls_passthrough && tls && by == IngressBy::Controller;
        let root = passed.then(|| backend_for(&paths.snapshot, ingress, host, "/"));
        let passed = matches!(root, Some(Chosen::Rule(_)));
        let chosen = root.filter(|_| passed).unwrap_or_else(|| backend_for(&paths.snapshot, ingress, host, path));
        let (backend, unclear) = match chosen {
            Chosen::Rule(rule) => (Some(rule), None),
            Chosen::Nothing => (None, None),
            Chosen::Unclear(why) => (None, Some(why)),
        };
        Request { ingress, backend, unclear, host, path, tls, passed, by }
    }

    fn class(&self) -> &'r str {
        self.ingress.spec.class.as_deref().unwrap_or_default()
    }

    /// What becomes of the client's TLS at the proxy.
    fn tls(&self) -> Tls {
        match (self.tls, self.passed, self.ingress.spec.tls_to_backend) {
            (false, ..) | (_, true, _) => Tls::Untouched,
            (_, false, true) => Tls::Anew,
            (_, false, false) => Tls::Ends,
        }
    }

    /// What the proxy does.
    fn action(&self) -> HopAction {
        let gateway = self.by == IngressBy::Gateway;
        HopAction::Proxy(ProxyAction {
            gateway,
            passes: self.passed,
            ends_tls: gateway && self.tls,
            host: self.host.map(Arc::from),
            path: self.path.into(),
            service: self.backend.map(|backend| Arc::from(&*backend.service_name)),
        })
    }
}

/// The routes of requests to an Ingress; to a controller, as far as its pods.
pub(super) fn routes<'a>(
    route: Route<'a>,
    question: &Question,
    client: Client,
    object: IngressId,
    host: Option<&str>,
    path: &str,
) -> Plan<'a> {
    let paths = route.course.paths;
    let Some(ingress) = paths.snapshot.ingress(object) else { return Plan::default() };
    if ingress.unclear {
        let mut route = start(route, client, PacketEndpoint::anywhere());
        route.course.unknown(Unknown::Ingress(object));
        return Plan::one(route);
    }
    let request = Request::new(paths, ingress, host, path, question.tls);
    if let Some(end) = not_served(paths, ingress) {
        return ended(start(route, client, PacketEndpoint::anywhere()), end);
    }
    let class = request.class();
    let mut notes = Vec::new();
    if class == HTTP_ROUTING_CLASS || paths.snapshot.cloud.clusters.first().is_some_and(|c| c.traffic.http_routing) {
        notes.push(Note::RoutingRetired);
    }
    let mut plan = match request.by {
        IngressBy::Controller => to_controller(route, client, &request),
        IngressBy::Gateway => by_gateway(route, client, &request),
    };
    notes.append(&mut plan.notes);
    Plan { notes, ..plan }
}

/// On from the pods of the controller, for routes that lead to one.
pub(super) fn onward<'a>(plan: Plan<'a>, question: &Question, object: IngressId, host: Option<&str>, path: &str) -> Plan<'a> {
    let Some(first) = plan.routes.first().filter(|_| plan.to_controller) else { return plan };
    let paths = first.course.paths;
    let Some(ingress) = paths.snapshot.ingress(object) else { return plan };
    let request = Request::new(paths, ingress, host, path, question.tls);
    let mut proxied = plan.proxied;
    let mut routes = Vec::new();
    for route in plan.routes {
        let Reaches::Pod(pod, node) = route.reaches else {
            routes.push(route);
            continue;
        };
        let onward = from_controller(route, pod, node, &request);
        if !onward.proxied.is_empty() {
            proxied = onward.proxied;
        }
        routes.extend(onward.routes);
    }
    Plan { routes, proxied, to_controller: false, ..plan }
}

// --- a controller in the cluster -------------------------------------------------------------------------------------------------------

fn to_controller<'a>(mut route: Route<'a>, client: Client, request: &Request<'_>) -> Plan<'a> {
    let paths = route.course.paths;
    let snapshot = &paths.snapshot;
    let Some(number) = controller_service(snapshot, request.ingress) else { return by_unknown_controller(route, client, request) };
    let Some(service) = snapshot.service(number) else { return Plan::default() };
    if service.endpoints.is_empty() && service.slices.is_empty() {
        // Its pods are not in the input.
        return by_unknown_controller(route, client, request);
    }
    let wanted = if request.tls { 443 } else { 80 };
    let Some(port) = service.ports.iter().position(|p| p.port == wanted).or(if service.ports.is_empty() { None } else { Some(0) }) else {
        return Plan::default();
    };
    let entry = match service.service_type {
        ServiceType::LoadBalancer => Entry::LoadBalancer,
        ServiceType::NodePort => Entry::NodePort,
        _ if home_of(paths, client).is_some() => Entry::Cluster,
        _ if !service.routing.external_addresses.is_empty() => Entry::ExternalIp,
        _ => Entry::NodePort,
    };
    route.course.packet.port = service.ports.get(port).and_then(|p| if entry == Entry::NodePort { p.node_port } else { Some(p.port) });
    let plan = service::routes(route, client, (number, port), entry, Dialled::default());
    let notes = core::iter::once(Note::ControllerService(number)).chain(plan.notes).collect();
    Plan { notes, to_controller: true, ..plan }
}

/// The controller's pods, and how clients come to them, are not in the input.
fn by_unknown_controller<'a>(route: Route<'a>, client: Client, request: &Request<'_>) -> Plan<'a> {
    let snapshot = &route.course.paths.snapshot;
    let own = match &request.ingress.served {
        Served::By(pods) => pods.first().copied(),
        _ => None,
    };
    let stand_in = || snapshot.pods().find(|(_, e)| e.role == Role::IngressController).map(|(id, _)| id);
    let Some(pod) = own.or_else(stand_in) else {
        let mut route = start(route, client, PacketEndpoint::anywhere());
        route.course.unknown(Unknown::Request("the ingress controller is not in the input".into()));
        return Plan::one(route);
    };
    let front_end = request.ingress.spec.addresses.first().map_or(PacketEndpoint::assumed_at(SOME_FRONT_END), |a| PacketEndpoint::at(*a));
    let plan = from_controller(start(route, client, front_end), pod, None, request);
    Plan { notes: alloc::vec![Note::ControllerUnknown(pod)], ..plan }
}

/// From a controller's pod to the pods that a rule names.
fn from_controller<'a>(mut route: Route<'a>, pod: PodId, node: Option<NodeId>, request: &Request<'_>) -> Plan<'a> {
    let paths = route.course.paths;
    if node.is_none() {
        route.course.place(Place::Pod(Placed(pod)), Title::Controller, request.action());
    } else {
        route.course.set_action(request.action());
    }
    let found = redirect(&mut route.course, request).and_then(|()| conditions(&mut route.course, request, node.is_some()));
    let proxied = match found.and_then(|()| backend_port(paths, request)) {
        Ok(proxied) => with_canary(&mut route.course, request, proxied),
        Err(end) => return ended(route, end),
    };
    let mut routes = Vec::new();
    for (backend, share, choice) in proxied.iter().flat_map(|of| shares_of(paths, of, proxied.len() > 1, node)) {
        let mut course = route.course.clone();
        let packet = Packet { from: paths.pod(pod), to: endpoint_of(paths, &backend), port: Some(backend.port) };
        course.reconnect(packet, request.tls(), !request.passed);
        let reaches = match backend.target {
            Target::Pod(target) => {
                controller_to_pod(&mut course, pod, node, &backend, target);
                Reaches::Pod(target, backend.node)
            }
            Target::Address(_) => {
                course.place(Place::Outside, Title::Outside, HopAction::SliceEndpoint);
                Reaches::Other
            }
        };
        routes.push(route.with(course, share, choice, 1).reaching(reaches));
    }
    Plan { proxied, ..Plan::of(routes) }
}

fn controller_to_pod(course: &mut Course<'_>, pod: PodId, node: Option<NodeId>, backend: &Backend, target: PodId) {
    let paths = course.paths;
    if let Some(node) = node {
        course.node(node, HopAction::ControllerConnects);
        course.at = paths.pod_location(pod, node);
    }
    let side = leave_home(course, Client::Pod(pod));
    match node {
        Some(_) => deliver(course, node, side, &Delivery::to(target, backend.node, None)),
        None => {
            // It is not known where the controller's pod is.
            course.check(Checkpoint::Endpoint(Direction::Ingress));
            course.place(Place::Pod(Placed(target)), Title::Pod(target), HopAction::Nothing);
        }
    }
}

// --- a gateway outside the cluster -------------------------------------------------------------------------------------------------------

fn by_gateway<'a>(route: Route<'a>, client: Client, request: &Request<'_>) -> Plan<'a> {
    let paths = route.course.paths;
    let cloud = &paths.snapshot.cloud;
    let gateway = cloud.gateways.first();
    let spec = &request.ingress.spec;
    let is_private = |a: &IpAddr| cloud.network_with(*a).is_some();
    let own = gateway.and_then(|g| g.front_ends.iter().find(|a| is_private(a) == spec.private).copied());
    let front_end = spec.addresses.first().copied().or(own).map_or(PacketEndpoint::assumed_at(SOME_FRONT_END), PacketEndpoint::at);
    // Azure picks the addresses of instances, of which there may be several.
    let own_address = PacketEndpoint::assumed_at(gateway.map_or(SOME_GATEWAY, |g| g.address));
    let notes = gateway_notes(paths);
    let mut route = start(route, client, front_end);
    let course = &mut route.course;
    let location = gateway.and_then(|g| g.subnet).map(|subnet| Location { subnet, interface: None });
    let public = front_end.address.is_none_or(|a| !is_private(&a));
    if !matches!(client, Client::Outside(_)) && public {
        go_out(course, client);
    }
    if course.is_over() {
        return Plan { notes, ..Plan::one(route) };
    }
    if let Some(why) = no_front_end(paths, client, request) {
        course.stop(StopReason::NotPassedOn(why));
        return Plan { notes, ..Plan::one(route) };
    }
    if public {
        // Rules see the address of the gateway itself, in place of the public one; a subnet without a group lets it in.
        let sent = course.packet.to;
        if location.is_some_and(|l| cloud.subnet(l.subnet).is_some_and(|s| s.group.is_some())) {
            course.packet.to = own_address;
            course.travel(location);
            course.packet.to = sent;
        }
        course.at = location;
    } else {
        go_out(course, client);
    }
    course.place(Place::Gateway(gateway.map(|_| GatewayId(0))), Title::Gateway, request.action());
    let found = listener(&mut route.course, request).and_then(|()| conditions(&mut route.course, request, false));
    let proxied = match found.and_then(|()| backend_port(paths, request)) {
        Ok(proxied) => proxied,
        Err(end) => return Plan { notes, ..ended(route, end) },
    };
    let mut routes = Vec::new();
    for (backend, share, choice) in shares(paths, paths.tables.backends(proxied.0, proxied.1), None) {
        let mut course = route.course.clone();
        let packet = Packet { from: own_address, to: endpoint_of(paths, &backend), port: Some(backend.port) };
        course.reconnect(packet, request.tls(), true);
        let Target::Pod(pod) = backend.target else { continue };
        course.travel(backend.node.and_then(|n| paths.pod_location(pod, n)));
        enter(&mut course, &Delivery::to(pod, backend.node, None));
        routes.push(route.with(course, share, choice, 1).reaching(Reaches::Pod(pod, backend.node)));
    }
    let proxied = alloc::vec![Proxied { service: proxied.0, port: proxied.1, share: Share::ALL }];
    Plan { notes, proxied, ..Plan::of(routes) }
}

/// Why a client finds no front end for an Ingress. Upstream: AGIC, `docs/annotations.md`, "Use Private IP".
fn no_front_end(paths: &Paths, client: Client, request: &Request<'_>) -> Option<Arc<str>> {
    if !request.ingress.spec.private {
        return None;
    }
    let (own, cloud) = (title(paths, request.ingress), &paths.snapshot.cloud);
    let is_private = |a: &IpAddr| cloud.network_with(*a).is_some();
    let gateway = cloud.gateways.first().filter(|g| !g.front_ends.is_empty());
    if gateway.is_some_and(|g| !g.front_ends.iter().any(is_private)) {
        let why = "the annotation `use-private-ip`, and the application gateway has no private address: AGIC ignores it (`NoPrivateIP`)";
        return Some(format!("Ingress `{own}` has {why}").into());
    }
    let is_internet = matches!(client, Client::Outside(address) if !is_private(&address) && !is_private_use(address));
    is_internet
        .then(|| format!("Ingress `{own}` has the annotation `use-private-ip`: it is only at the private address of the gateway").into())
}

/// Whether an address is for private use, so that a client may come with it through a VPN (RFC 1918, RFC 4193).
fn is_private_use(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// Whether an application gateway has a listener for a request, and takes the request there. Upstream: AGIC, `pkg/appgw/ingress_rules.go`: "Enable HTTP only
/// if HTTPS is not configured OR if ingress annotated with 'ssl-redirect'".
fn listener(course: &mut Course<'_>, request: &Request<'_>) -> Result<(), End> {
    // Application Gateway for Containers has listeners of other kinds.
    if request.class() == CONTAINERS_CLASS {
        return Ok(());
    }
    let spec = &request.ingress.spec;
    let own = title(course.paths(), request.ingress);
    let stop = |why: String| Err(End::Stop(StopReason::NotPassedOn(why.into())));
    let host = request.backend.and_then(|rule| rule.requests.host.as_deref()).or(request.host);
    let of_host = |entry: &str| entry.is_empty() || host.is_some_and(|host| entry.eq_ignore_ascii_case(host));
    let has_tls = spec.certificate || spec.tls.iter().any(|entry| of_host(entry));
    let usual = if request.tls { 443 } else { 80 };
    let port = spec.front_end_port.unwrap_or(usual);
    if course.packet.port.is_some_and(|sent| sent != port) {
        let why = if spec.front_end_port.is_some() { " (`override-frontend-port`)" } else { "" };
        return stop(format!("the application gateway listens for Ingress `{own}` on port {port}{why}, and on no other"));
    }
    match (request.tls, has_tls) {
        (true, false) => stop(format!(
            "the application gateway has no HTTPS listener for the host: Ingress `{own}` has neither `tls` for it nor the annotation \
             `appgw-ssl-certificate`"
        )),
        (false, true) if spec.redirects.at_gateway => stop(format!(
            "the application gateway answers with a redirect (301) to HTTPS: Ingress `{own}` has the annotation `ssl-redirect`"
        )),
        (false, true) => stop(format!(
            "the application gateway has no HTTP listener for the host: Ingress `{own}` has TLS, and not the annotation `ssl-redirect`"
        )),
        _ => Ok(()),
    }
}

fn gateway_notes(paths: &Paths) -> Vec<Note> {
    let gateway = paths.snapshot.cloud.gateways.first();
    let assumed = gateway.is_none_or(|g| !g.range_given).then(|| Note::GatewayAssumed(gateway.map_or(SOME_GATEWAY, |g| g.address)));
    let plugin = match paths.plugin(None) {
        Some(Plugin::Kubenet) => Some(Note::GatewayKubenet),
        Some(Plugin::Overlay) => Some(Note::GatewayOverlay),
        _ => None,
    };
    assumed.into_iter().chain(plugin).collect()
}

// --- what both have in common ------------------------------------------------------------------------------------------------------------

/// Why a route ends at a proxy.
enum End {
    Stop(StopReason),
    Unknown(Unknown),
}

fn ended<'a>(mut route: Route<'a>, end: End) -> Plan<'a> {
    match end {
        End::Stop(reason) => route.course.stop(reason),
        End::Unknown(unknown) => route.course.unknown(unknown),
    }
    Plan::one(route.reaching(Reaches::Other))
}

/// Why no controller is known that serves an Ingress, where one is not chosen by hand.
fn not_served(paths: &Paths, ingress: &IngressObject) -> Option<End> {
    match &ingress.served {
        _ if paths.settings.routing.ingress.is_some() => None,
        Served::Unknown(why) => Some(End::Unknown(Unknown::Request(why.clone()))),
        Served::Nobody(why) => Some(End::Stop(StopReason::NotPassedOn(why.clone()))),
        Served::Unlisted | Served::By(_) | Served::Gateway => None,
    }
}

fn title(paths: &Paths, ingress: &IngressObject) -> String {
    format!("{}/{}", paths.snapshot.namespace_name(ingress.namespace), ingress.name)
}

/// Requests without TLS that ingress-nginx answers with a redirect. Upstream: its documentation, "Annotations", "Server-side HTTPS enforcement through
/// redirect".
fn redirect(course: &mut Course<'_>, request: &Request<'_>) -> Result<(), End> {
    let Some(rule) = request.backend.filter(|rule| !request.tls && request.ingress.of_nginx && !rule.requests.default) else {
        return Ok(());
    };
    let paths = course.paths();
    let (own, redirects) = (title(paths, request.ingress), request.ingress.spec.redirects);
    let goal = format!("`https://{}{}`", request.host.unwrap_or("the same host"), request.path);
    let answers =
        |why: &str| End::Stop(StopReason::NotPassedOn(format!("ingress-nginx answers with a redirect (308) to {goal}: {why}").into()));
    if redirects.always {
        return Err(answers(&format!("Ingress `{own}` has the annotation `force-ssl-redirect`")));
    }
    if redirects.with_tls == Some(false) {
        return Ok(());
    }
    match has_tls(&paths.snapshot, request.ingress, rule.requests.host.as_deref()) {
        Matched::Yes => Err(answers(&format!(
            "the host has TLS, and Ingress `{own}` does not have the annotation `nginx.ingress.kubernetes.io/ssl-redirect: \"false\"`"
        ))),
        Matched::Possibly => {
            let why = "an entry of `tls` names no host, and whether its certificate is for this host is not known";
            course.unsure_request(format!("ingress-nginx may answer with a redirect (308) to {goal}: {why}").into());
            Ok(())
        }
        Matched::No => Ok(()),
    }
}

/// The Service that a rule leads to, with that of its canary, and which share of the requests each gets.
fn with_canary(course: &mut Course<'_>, request: &Request<'_>, own: (ServiceId, usize)) -> Vec<Proxied> {
    let all = alloc::vec![Proxied { service: own.0, port: own.1, share: Share::ALL }];
    let paths = course.paths();
    let found = request.backend.filter(|_| request.ingress.of_nginx && !request.passed);
    let Some((ingress, canary, rule)) = found.and_then(|rule| canary_of(&paths.snapshot, rule)) else { return all };
    let (other, name) = (Request { ingress, backend: Some(rule), unclear: None, ..*request }, title(paths, ingress));
    if canary.by_request {
        let why = "a header or cookie decides, which is not given";
        course.unsure_request(format!("Ingress `{name}` (`canary`) may take the request: {why}").into());
        return all;
    }
    match backend_port(paths, &other) {
        Ok((service, port)) if canary.weight > 0 => {
            let (weight, total) = (canary.weight.min(canary.total), canary.total);
            let rest = Proxied { service: own.0, port: own.1, share: Share::of(total - weight, total) };
            let mut both = alloc::vec![rest, Proxied { service, port, share: Share::of(weight, total) }];
            both.retain(|of| !of.share.is_none());
            both
        }
        Err(End::Unknown(_)) if canary.weight > 0 => {
            let why = "what stands behind its Service is not known";
            course.unsure_request(format!("Ingress `{name}` (`canary`) takes a share of the requests: {why}").into());
            all
        }
        // Without endpoints a canary gets no requests.
        _ => all,
    }
}

/// What annotations make of a request before it goes on. `seen` says whether the controller sees the packet with the address that it has here: where the way to it
/// is not in the input, a node or load balancer may have put its own in place.
fn conditions(course: &mut Course<'_>, request: &Request<'_>, seen: bool) -> Result<(), End> {
    let snapshot = &course.paths().snapshot;
    let own = format!("{}/{}", snapshot.namespace_name(request.ingress.namespace), request.ingress.name);
    let gateway = request.by == IngressBy::Gateway;
    for name in request.ingress.spec.alters.iter().filter(|name| name.starts_with("appgw.") == gateway) {
        course.unsure_request(format!("`{name}` of Ingress `{own}` may answer the request or refuse it, and is not evaluated").into());
    }
    if gateway || request.passed {
        return Ok(());
    }
    let clients = &request.ingress.spec.clients;
    let from = course.packet.from;
    let address = from.address.filter(|_| seen && !from.assumed);
    let (in_denied, in_allowed) = match address {
        Some(address) => {
            let within = |ranges: &[Cidr]| ranges.iter().any(|range| range.contains(address));
            (Some(within(&clients.denied)), Some(clients.allowed.as_deref().is_none_or(within)))
        }
        None => (clients.denied.is_empty().then_some(false), clients.allowed.is_none().then_some(true)),
    };
    match (in_denied, in_allowed) {
        (Some(true), _) => Err(End::Stop(StopReason::RefusedClient { ingress: own.into(), denied: true })),
        (_, Some(false)) if !clients.unread => Err(End::Stop(StopReason::RefusedClient { ingress: own.into(), denied: false })),
        (Some(false), Some(true)) if !clients.unread => Ok(()),
        _ => {
            let text = format!(
                "Ingress `{own}` lets only some clients through, by their address as the controller sees it (`whitelist-source-range`, \
                 `denylist-source-range`), and that address or those ranges are not known"
            );
            course.unsure_request(text.into());
            Ok(())
        }
    }
}

/// The Service, and its port, of whose endpoints the proxy picks one.
fn backend_port(paths: &Paths, request: &Request<'_>) -> Result<(ServiceId, usize), End> {
    if let Some(why) = &request.unclear {
        let namespace = paths.snapshot.namespace_name(request.ingress.namespace);
        let said = format!("where Ingress `{namespace}/{}` leads the request is not known: {why}", request.ingress.name);
        return Err(End::Unknown(Unknown::Request(said.into())));
    }
    let namespace = paths.snapshot.namespace_name(request.ingress.namespace);
    let changes = |way: &&UnreadWay| way.changes && way.may_be(true, Some(namespace), Some(&request.ingress.name));
    if let Some(way) = paths.snapshot.unread_ways.iter().find(changes) {
        return Err(End::Unknown(Unknown::Unread(Arc::from(&*way.because))));
    }
    let Some(backend) = request.backend else {
        // Another Ingress may have the rule, if it could be read.
        if let Some(way) = paths.snapshot.unread_ways.iter().find(|way| way.is_ingress) {
            return Err(End::Unknown(Unknown::Unread(Arc::from(&*way.because))));
        }
        let gateway = request.by == IngressBy::Gateway;
        if let (Some(service), false) = (&request.ingress.default_backend, gateway) {
            let asked = format!("{}{}", request.host.unwrap_or("no host"), request.path);
            let why = format!(
                "no Ingress rule matches {asked}, and `--default-backend-service` sends it to Service `{service}`: ask for the path to that"
            );
            return Err(End::Unknown(Unknown::Request(why.into())));
        }
        return Err(End::Stop(StopReason::NoIngressRule { gateway, host: request.host.map(Arc::from), path: request.path.into() }));
    };
    let Some((number, service)) = backend.service.and_then(|n| Some((n, paths.snapshot.service(n)?))) else {
        let namespace = paths.snapshot.namespace_name(request.ingress.namespace);
        let may_be = |way: &&UnreadWay| !way.changes && way.may_be(false, Some(namespace), Some(&backend.service_name));
        return Err(match paths.snapshot.unread_ways.iter().find(may_be) {
            Some(way) => End::Unknown(Unknown::Unread(Arc::from(&*way.because))),
            None => End::Stop(StopReason::NoService(Arc::from(&*backend.service_name))),
        });
    };
    if service.service_type == ServiceType::ExternalName {
        return Err(End::Unknown(Unknown::ExternalName(number)));
    }
    let Some(port) = service_port(service, &backend.port) else { return Err(End::Stop(StopReason::NoServicePort(number))) };
    let is_empty = paths.tables.backends(number, port).is_empty();
    if service.unclear || service.open_family || is_empty && has_unknown_endpoints(&paths.snapshot, service) {
        return Err(End::Unknown(Unknown::Endpoints { service: number, by_name: true }));
    }
    if is_empty {
        return Err(End::Stop(StopReason::NoBackend(number, port)));
    }
    Ok((number, port))
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

/// The endpoints of one of the Services that a proxy picks among.
fn shares_of(paths: &Paths, of: &Proxied, several: bool, home: Option<NodeId>) -> Vec<(Backend, Share, Vec<Choice>)> {
    let mut found = shares(paths, paths.tables.backends(of.service, of.port), home);
    for (_, share, choices) in &mut found {
        *share = share.times(of.share);
        if several {
            choices.insert(0, Choice::OnToService(of.service));
        }
    }
    found
}

/// The endpoints that a proxy picks with the same probability; equivalent ones are one.
fn shares(paths: &Paths, backends: &[Backend], home: Option<NodeId>) -> Vec<(Backend, Share, Vec<Choice>)> {
    let total: u32 = backends.iter().map(|b| b.count).sum();
    let key = |b: &Backend| {
        let class = match b.target {
            Target::Pod(id) => paths.compiled.class_of(Endpoint::Pod(id)),
            Target::Address(address) => paths.compiled.class_of(Endpoint::Outside(address)),
        };
        (class, b.node.map(|n| paths.tables.node_kind(n)), b.node == home, b.port)
    };
    let mut found: Vec<(Backend, u32)> = Vec::new();
    for backend in backends {
        match found.iter_mut().find(|(known, _)| key(known) == key(backend)) {
            Some((_, count)) => *count += backend.count,
            None => found.push((*backend, backend.count)),
        }
    }
    let several = found.len() > 1;
    let choice = |b: &Backend| b.node.filter(|_| several).map(Choice::OnToPodOn).into_iter().collect();
    found.iter().map(|(backend, count)| (*backend, Share::of(*count, total), choice(backend))).collect()
}
