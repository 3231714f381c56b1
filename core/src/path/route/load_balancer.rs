//! Routes by a load balancer. They have two parts: to the load balancer, and, once it is known which nodes are in its rotation, on from there.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::super::packet::{PacketEndpoint, Place, Port};
use super::super::question::Client;
use super::super::tables::Entry;
use super::client::{at_home, start};
use super::cluster_ip::{Shortcut, shortcut};
use super::egress::go_out;
use super::hop::{HopAction, StopReason, Title, Unknown};
use super::landing::{ExposedPort, choice_of, is_outside_ranges, land, landings, on_nothing};
use super::routes::{BalancedPort, Plan, Reaches, Route};
use super::stand_in::nowhere;
use crate::language::{LoadBalancer, TrafficPolicy};
use crate::snapshot::{NodeId, Service};

/// The address of a Service's load balancer as an endpoint of a packet.
fn front_end(service: &Service, asked: Option<IpAddr>) -> PacketEndpoint {
    let address = asked.or(service.routing.load_balancer.addresses.first().copied());
    let known = |a: IpAddr| PacketEndpoint { assumed: service.front_end_made_up, ..PacketEndpoint::at(a) };
    match address {
        None if service.routing.load_balancer.foreign.is_some() => PacketEndpoint::anywhere(),
        None => PacketEndpoint::assumed_at(nowhere()),
        Some(address) => known(address),
    }
}

/// From inside the cluster: nodes know the address, and no load balancer is asked.
pub(super) fn from_inside<'a>(
    route: Route<'a>,
    client: Client,
    home: NodeId,
    exposed: &ExposedPort<'a>,
    asked: Option<IpAddr>,
) -> Vec<Route<'a>> {
    let paths = route.course.paths;
    let service = exposed.service;
    let front_end = front_end(service, asked);
    if is_proxy(service, front_end.address) || front_end.is_anywhere() {
        return alloc::vec![to_load_balancer(route, client, exposed, asked)];
    }
    let mut route = start(route, client, front_end);
    if is_outside_ranges(paths, service, &route.course.packet.from) {
        at_home(&mut route.course, client, home, HopAction::Nothing);
        route.course.stop(StopReason::OutsideRanges { inside: Some(client) });
        return alloc::vec![route];
    }
    let masquerade = !paths.dataplane.is_ebpf() && paths.external_policy(service) == TrafficPolicy::Cluster;
    shortcut(&route, client, home, exposed, Shortcut { own_only: false, masquerade })
}

/// Whether this address of a Service's load balancer is that of a proxy, which nodes do not know. Upstream: "Specifying IPMode of load balancer status" of the
/// Kubernetes documentation.
fn is_proxy(service: &Service, address: Option<IpAddr>) -> bool {
    address.is_some_and(|address| service.routing.load_balancer.proxies.contains(&address))
}

/// From outside to the load balancer.
pub(super) fn to_load_balancer<'a>(route: Route<'a>, client: Client, exposed: &ExposedPort<'a>, asked: Option<IpAddr>) -> Route<'a> {
    let paths = route.course.paths;
    let balancer = &exposed.service.routing.load_balancer;
    let mut route = start(route, client, front_end(exposed.service, asked));
    let course = &mut route.course;
    if course.packet.to.is_anywhere() {
        course.place(Place::LoadBalancer, Title::LoadBalancer, HopAction::Nothing);
        course.unknown(Unknown::Proxy(exposed.number));
        return route;
    }
    if balancer.internal && matches!(client, Client::Outside(_)) && paths.knows_network() {
        course.stop(StopReason::InternalBalancer);
        return route;
    }
    let from_cluster = matches!(client, Client::Pod(_) | Client::Node(_));
    if from_cluster || matches!(client, Client::Machine(..)) && !balancer.internal {
        // A public address, also for machines of the same network.
        go_out(course, client);
    }
    if course.is_over() {
        return route;
    }
    let port = exposed.service.ports.get(exposed.port).map_or(0, |p| p.port);
    if balancer.port(port).no_rule && !(balancer.internal && balancer.all_ports) && paths.knows_network() {
        course.place(Place::LoadBalancer, Title::LoadBalancer, HopAction::Nothing);
        course.stop(StopReason::NoBalancingRule(port));
        return route;
    }
    if is_proxy(exposed.service, course.packet.to.address) || balancer.foreign.is_some() {
        course.place(Place::LoadBalancer, Title::LoadBalancer, HopAction::Nothing);
        course.unknown(Unknown::Proxy(exposed.number));
        return route;
    }
    let floating = is_floating(balancer, course.packet.to.address);
    course.place(Place::LoadBalancer, Title::LoadBalancer, HopAction::Balances { floating });
    route.reaching(Reaches::LoadBalancer(BalancedPort { service: exposed.number, port: exposed.port, family: exposed.family }))
}

/// On from the load balancer to the nodes in its rotation; `certain` says whether any of them is for certain.
pub(in crate::path) fn onward<'a>(plan: Plan<'a>, nodes: &[NodeId], certain: bool) -> Plan<'a> {
    let mut routes = Vec::new();
    for route in plan.routes {
        match route.reaches {
            Reaches::LoadBalancer(balanced) => {
                match ExposedPort::of(route.course.paths, balanced.service, balanced.port, balanced.family) {
                    Some(exposed) => routes.extend(to_nodes(route, &exposed, nodes, certain)),
                    None => routes.push(route),
                }
            }
            _ => routes.push(route),
        }
    }
    Plan { routes, ..plan }
}

fn to_nodes<'a>(mut route: Route<'a>, exposed: &ExposedPort<'a>, nodes: &[NodeId], certain: bool) -> Vec<Route<'a>> {
    let paths = route.course.paths;
    if nodes.is_empty() {
        route.course.stop(StopReason::NoNode);
        return alloc::vec![route.reaching(Reaches::Other)];
    }
    if !certain {
        route.course.unsure_rotation();
    }
    let packet = route.course.packet;
    let floating = is_floating(&exposed.service.routing.load_balancer, packet.to.address);
    let landings = landings(paths, nodes, exposed, &packet.from);
    // Without a pod the nodes are not told apart: all of them refuse.
    let landings = if landings.is_empty() { on_nothing(paths, nodes) } else { landings };
    let onward = landings.into_iter().map(|landed| {
        let mut course = route.course.clone();
        if !floating {
            let node_port = exposed.service.ports.get(exposed.port).and_then(|p| p.node_port);
            course.dnat(paths.node(landed.node), node_port);
            course.set_port(node_port.map_or(Port::SomeNodePort, Port::Is));
            course.forget_original();
        }
        course.travel(paths.snapshot.cloud.locate_node(landed.node));
        let choice = choice_of(Some(landed.node), &landed.backend, landed.is_here(), true);
        let pod = land(&mut course, exposed, landed.node, &landed.backend, Entry::LoadBalancer);
        route.with(course, landed.share, choice, landed.alike.max(1)).reaching(Reaches::pod(pod))
    });
    onward.collect()
}

/// Whether packets come to nodes as they were sent to a front end. Upstream: cloud-provider-azure, `getExpectedLoadBalancingRulePropertiesForPort`: an
/// internal load balancer cannot for IPv6.
fn is_floating(balancer: &LoadBalancer, front_end: Option<IpAddr>) -> bool {
    balancer.floating && !(balancer.internal && front_end.is_some_and(|a| a.is_ipv6()))
}
