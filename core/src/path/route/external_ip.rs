//! Routes by one of a Service's `externalIPs`: "not managed by Kubernetes", so how packets to it come to a node is not in the input, and nodes that get them
//! translate them. Upstream: "External IPs" of the Kubernetes documentation; `kubernetes/kubernetes`, `pkg/proxy/iptables/proxier.go`: they are sent where
//! node ports are, past `loadBalancerSourceRanges`.

use alloc::vec::Vec;

use super::super::packet::PacketEndpoint;
use super::super::question::{Client, Dialled};
use super::super::tables::Entry;
use super::client::{endpoint_of, start};
use super::cluster_ip::{Shortcut, shortcut};
use super::hop::{Note, Unknown};
use super::landing::{ExposedPort, choice_of, land, landings};
use super::pod::approach;
use super::routes::{Plan, Reaches, Route};
use crate::language::TrafficPolicy;
use crate::snapshot::NodeId;

/// The address that a client connects to.
fn front_end(exposed: &ExposedPort<'_>, at: Dialled) -> PacketEndpoint {
    let address = at.address.or(exposed.service.routing.external_addresses.first().copied());
    address.map_or_else(PacketEndpoint::nowhere, PacketEndpoint::at)
}

/// From inside the cluster: the client's own node knows the address.
pub(super) fn from_inside<'a>(route: Route<'a>, client: Client, home: NodeId, exposed: &ExposedPort<'a>, at: Dialled) -> Vec<Route<'a>> {
    let paths = route.course.paths;
    let route = start(route, client, front_end(exposed, at));
    let masquerade = !paths.dataplane.is_ebpf() && paths.external_policy(exposed.service) == TrafficPolicy::Cluster;
    shortcut(&route, client, home, exposed, Shortcut { own_only: false, masquerade })
}

/// From outside, by the node whose address it is, or by any that the network sends it to.
pub(super) fn from_outside<'a>(route: Route<'a>, client: Client, exposed: &ExposedPort<'a>, at: Dialled) -> Plan<'a> {
    let paths = route.course.paths;
    let to = front_end(exposed, at);
    let is_of_node = to.address.and_then(|address| paths.names.node_at(address)).is_some();
    if !is_of_node && paths.knows_network() {
        let mut route = start(route, client, to);
        route.course.unknown(Unknown::ExternalIp(exposed.number));
        return Plan::one(route);
    }
    let nodes: Vec<NodeId> = at.node.map_or_else(|| paths.snapshot.nodes().map(|(id, _)| id).collect(), |node| alloc::vec![node]);
    let several = nodes.len() > 1;
    let mut routes = Vec::new();
    for landed in landings(paths, &nodes, exposed, &endpoint_of(paths, client)) {
        let choice = if several { choice_of(Some(landed.node), &landed.backend, landed.is_here(), true) } else { Vec::new() };
        let route = route.with(route.course.clone(), landed.share, choice, landed.alike.max(1));
        let mut route = start(route, client, if is_of_node { paths.node(landed.node) } else { to });
        approach(&mut route.course, client, None, landed.node);
        let pod = match route.course.is_over() {
            true => None,
            false => land(&mut route.course, exposed, landed.node, &landed.backend, Entry::ExternalIp),
        };
        routes.push(route.reaching(Reaches::pod(pod)));
    }
    let notes = if is_of_node { Vec::new() } else { alloc::vec![Note::ExternalRouted(to.address)] };
    Plan { notes, ..Plan::of(routes) }
}
