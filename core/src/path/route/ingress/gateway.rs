//! By an application gateway outside the cluster.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::backends::{backend_port, shares};
use super::request::{End, Request, SOME_FRONT_END, conditions, ended, title};
use crate::language::azure::Plugin;
use crate::path::packet::{Packet, PacketEndpoint, Place};
use crate::path::question::Client;
use crate::path::route::client::start;
use crate::path::route::course::Course;
use crate::path::route::delivery::{Delivery, endpoint_of, enter, hand_over};
use crate::path::route::egress::go_out;
use crate::path::route::hop::{Note, StopReason, Title};
use crate::path::route::routes::{Plan, Proxied, Reaches, Route};
use crate::path::shares::Share;
use crate::path::tables::Target;
use crate::path::world::Paths;
use crate::snapshot::cloud::{GatewayId, Location};
use crate::verdict::traversal::Side;

/// Where AKS puts the subnet of an application gateway that it makes: shown where none is given.
const SOME_GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 225, 0, 4));
/// The class of Application Gateway for Containers.
const CONTAINERS_CLASS: &str = "azure-alb-external";

pub(super) fn by_gateway<'a>(route: Route<'a>, client: Client, request: &Request<'_>) -> Plan<'a> {
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
        let pod = match backend.target {
            Target::Pod(pod) => {
                course.travel(backend.node.and_then(|n| paths.pod_location(pod, n)));
                enter(&mut course, &Delivery::to(pod, backend.node, None));
                Some((pod, backend.node))
            }
            Target::Node(..) | Target::Address(_) => hand_over(&mut course, None, Side::Network, &backend, None),
        };
        routes.push(route.with(course, share, choice, 1).reaching(Reaches::pod(pod)));
    }
    let proxied = alloc::vec![Proxied { service: proxied.0, port: proxied.1, share: Share::ALL }];
    Plan { notes, proxied, ..Plan::of(routes) }
}

/// Why a client finds no front end for an Ingress. Upstream: AGIC, `docs/annotations.md`, "Use Private IP".
pub(super) fn no_front_end(paths: &Paths, client: Client, request: &Request<'_>) -> Option<Arc<str>> {
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
pub(super) fn is_private_use(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// Whether an application gateway has a listener for a request, and takes the request there. Upstream: AGIC, `pkg/appgw/ingress_rules.go`: "Enable HTTP only
/// if HTTPS is not configured OR if ingress annotated with 'ssl-redirect'".
pub(super) fn listener(course: &mut Course<'_>, request: &Request<'_>) -> Result<(), End> {
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

pub(super) fn gateway_notes(paths: &Paths) -> Vec<Note> {
    let gateway = paths.snapshot.cloud.gateways.first();
    let assumed = gateway.is_none_or(|g| !g.range_given).then(|| Note::GatewayAssumed(gateway.map_or(SOME_GATEWAY, |g| g.address)));
    let plugin = match paths.plugin(None) {
        Some(Plugin::Kubenet) => Some(Note::GatewayKubenet),
        Some(Plugin::Overlay) => Some(Note::GatewayOverlay),
        _ => None,
    };
    assumed.into_iter().chain(plugin).collect()
}
