//! Routes from inside the cluster straight to what stands behind a Service: nodes know all its addresses.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::super::packet::PacketEndpoint;
use super::super::question::Client;
use super::super::shares::Share;
use super::super::tables::{Backend, Target};
use super::client::{at_home, leave_home, start};
use super::delivery::{endpoint_of, hand_over};
use super::dns_cache;
use super::hop::{HopAction, StopReason};
use super::landing::{ExposedPort, choice_of, nobody};
use super::routes::{Plan, Reaches, Route};
use crate::language::TrafficPolicy;
use crate::snapshot::{NodeId, Service};

/// How the client's node translates for a Service.
#[derive(Clone, Copy)]
pub(super) struct Shortcut {
    /// Whether it uses endpoints of its own only.
    pub(super) own_only: bool,
    /// Whether it puts its own address in place of the client's.
    pub(super) masquerade: bool,
}

/// The Service's own address as an endpoint of a packet.
fn address_of(service: &Service, asked: Option<IpAddr>) -> PacketEndpoint {
    asked.or(service.addresses.first().copied()).map_or_else(PacketEndpoint::nowhere, PacketEndpoint::at)
}

/// By the Service's own address.
pub(super) fn routes<'a>(
    route: Route<'a>,
    client: Client,
    home: Option<NodeId>,
    exposed: &ExposedPort<'a>,
    asked: Option<IpAddr>,
) -> Plan<'a> {
    let paths = route.course.paths;
    let service = exposed.service;
    let mut route = start(route, client, address_of(service, asked));
    let Some(home) = home else {
        route.course.stop(StopReason::InsideOnly(exposed.number));
        return Plan::one(route);
    };
    if let Some(cache) = dns_cache::cache_at(paths, home, service, service.ports.get(exposed.port).map(|p| p.port)) {
        return dns_cache::ask_cache(route, client, home, cache);
    }
    let own_only = paths.internal_policy(service) == TrafficPolicy::Local;
    let masquerade = paths.snapshot.kube_proxy.masquerades_all && !paths.dataplane.is_ebpf();
    Plan::of(shortcut(&route, client, home, exposed, Shortcut { own_only, masquerade }))
}

/// From the client's node to each kind of endpoint.
pub(super) fn shortcut<'a>(route: &Route<'a>, client: Client, home: NodeId, exposed: &ExposedPort<'a>, how: Shortcut) -> Vec<Route<'a>> {
    let paths = route.course.paths;
    let candidates: Vec<Backend> = match how.own_only {
        true => exposed.backends.iter().filter(|b| b.node == Some(home)).copied().collect(),
        false => paths.nearby(exposed.backends, home),
    };
    if candidates.is_empty() {
        let mut route = route.clone();
        at_home(&mut route.course, client, home, HopAction::Nothing);
        route.course.stop(nobody(exposed, (how.own_only && !exposed.backends.is_empty()).then_some(home)));
        return alloc::vec![route];
    }
    let total: u32 = candidates.iter().map(|b| b.count).sum();
    let mut routes = Vec::new();
    for kind in paths.backend_kinds(&candidates) {
        for (backend, count, is_here) in kind.near_and_far(home) {
            let mut course = route.course.clone();
            let to = endpoint_of(paths, &backend);
            if paths.dataplane.is_ebpf() {
                course.dnat(to, Some(backend.port));
                course.forget_original();
                at_home(&mut course, client, home, HopAction::ConnectTime);
            } else {
                at_home(&mut course, client, home, HopAction::Proxies { masquerade: how.masquerade });
                course.dnat(to, Some(backend.port));
            }
            let side = leave_home(&mut course, client);
            // A pod that reaches itself through its Service would not know its own answer.
            let hairpin = matches!((client, backend.target), (Client::Pod(a), Target::Pod(b)) if a == b && backend.count == 1);
            let source = (how.masquerade || hairpin).then(|| paths.node(home));
            let choice = choice_of(None, &backend, is_here, candidates.len() > 1);
            let pod = hand_over(&mut course, Some(home), side, &backend, source);
            routes.push(route.with(course, Share::of(count, total), choice, 1).reaching(Reaches::pod(pod)));
        }
    }
    routes
}
