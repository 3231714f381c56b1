//! By an ingress controller in the cluster: to its pods as to those of any Service, and on from there.

use alloc::format;
use alloc::vec::Vec;

use super::backends::{backend_port, shares};
use super::request::{End, Request, SOME_FRONT_END, conditions, ended, title};
use crate::path::ingress_rules::{canary_of, controller_service, has_tls};
use crate::path::packet::{Packet, PacketEndpoint, Place};
use crate::path::placed::Placed;
use crate::path::question::{Client, Dialled};
use crate::path::route::client::{home_of, leave_home, start};
use crate::path::route::course::Course;
use crate::path::route::delivery::{Delivery, deliver, endpoint_of, hand_over};
use crate::path::route::hop::{Choice, HopAction, Note, StopReason, Title, Unknown};
use crate::path::route::routes::{Plan, Proxied, Reaches, Route};
use crate::path::route::service;
use crate::path::shares::Share;
use crate::path::tables::{Backend, Entry, Target};
use crate::path::world::Paths;
use crate::policy::{Direction, Matched};
use crate::snapshot::{NodeId, PodId, Role, Served, ServiceId, ServiceType};
use crate::verdict::traversal::{Checkpoint, Side};

pub(super) fn to_controller<'a>(mut route: Route<'a>, client: Client, request: &Request<'_>) -> Plan<'a> {
    let paths = route.course.paths;
    let snapshot = &paths.snapshot;
    let Some(number) = controller_service(snapshot, request.ingress) else { return by_unknown_controller(route, client, request) };
    let Some(service) = snapshot.service(number) else { return Plan::default() };
    if service.endpoints.is_empty() && service.slices.is_empty() {
        // Its pods are not in the input.
        return by_unknown_controller(route, client, request);
    }
    // A port that the client chose has to be one of the Service's, or of its node ports.
    let chosen = route.course.packet.port.filter(|port| !matches!(port, 80 | 443));
    if let Some(chosen) = chosen
        && !service.ports.iter().any(|p| p.port == chosen || p.node_port == Some(chosen))
    {
        let why = format!("Service `{}` of the ingress controller has no port {chosen}", paths.service_title(service));
        let mut route = start(route, client, PacketEndpoint::anywhere());
        route.course.stop(StopReason::Nothing(why.into()));
        return Plan::one(route);
    }
    let wanted = chosen.unwrap_or(if request.tls { 443 } else { 80 });
    let Some(port) = service
        .ports
        .iter()
        .position(|p| p.port == wanted || chosen.is_some() && p.node_port == chosen)
        .or(if service.ports.is_empty() { None } else { Some(0) })
    else {
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
pub(super) fn by_unknown_controller<'a>(route: Route<'a>, client: Client, request: &Request<'_>) -> Plan<'a> {
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
pub(super) fn from_controller<'a>(mut route: Route<'a>, pod: PodId, node: Option<NodeId>, request: &Request<'_>) -> Plan<'a> {
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
            Target::Node(..) | Target::Address(_) => {
                let side = controller_sends(&mut course, pod, node);
                Reaches::pod(hand_over(&mut course, node, side, &backend, None))
            }
        };
        routes.push(route.with(course, share, choice, 1).reaching(reaches));
    }
    Plan { proxied, ..Plan::of(routes) }
}

/// The controller's own connection leaves it. Returns the side of its node that it comes in by.
fn controller_sends(course: &mut Course<'_>, pod: PodId, node: Option<NodeId>) -> Side {
    let paths = course.paths;
    if let Some(node) = node {
        course.node(node, HopAction::ControllerConnects);
        course.at = paths.pod_location(pod, node);
    }
    leave_home(course, Client::Pod(pod))
}

pub(super) fn controller_to_pod(course: &mut Course<'_>, pod: PodId, node: Option<NodeId>, backend: &Backend, target: PodId) {
    let side = controller_sends(course, pod, node);
    match node {
        Some(_) => deliver(course, node, side, &Delivery::to(target, backend.node, None)),
        None => {
            // It is not known where the controller's pod is.
            course.check(Checkpoint::Endpoint(Direction::Ingress));
            course.place(Place::Pod(Placed(target)), Title::Pod(target), HopAction::Nothing);
        }
    }
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
            let why = "an entry of `tls` names no host or a whole domain, and whether its certificate is for this host is not known";
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
