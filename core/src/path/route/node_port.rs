//! Routes by a node's address and the Service's port there.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::super::packet::{PacketEndpoint, Port};
use super::super::question::Client;
use super::super::shares::Share;
use super::super::tables::Entry;
use super::super::world::Paths;
use super::client::{endpoint_of, start};
use super::cluster_ip::{Shortcut, shortcut};
use super::hop::{Choice, Note, StopReason, Unknown};
use super::landing::{ExposedPort, choice_of, land, landings};
use super::pod::approach;
use super::routes::{Plan, Reaches, Route};
use crate::language::TrafficPolicy;
use crate::snapshot::NodeId;

/// By one node, or by any of them where the client names none.
pub(super) fn routes<'a>(
    mut route: Route<'a>,
    client: Client,
    home: Option<NodeId>,
    exposed: &ExposedPort<'a>,
    node: Option<NodeId>,
) -> Plan<'a> {
    let nodes = picked(route.course.paths, node);
    if let Some((all, why)) = not_taken(route.course.paths, &nodes) {
        let to = nodes.first().map_or_else(PacketEndpoint::anywhere, |node| route.course.paths.node(*node));
        let mut route = start(route, client, to);
        match all {
            true => route.course.stop(StopReason::NotPassedOn(why)),
            false => route.course.unknown(Unknown::Request(why)),
        }
        return Plan::one(route);
    }
    if exposed.service.ports.get(exposed.port).is_some_and(|port| port.node_port.is_none()) {
        // The API server picks one.
        route.course.set_port(Port::SomeNodePort);
    }
    match home {
        Some(home) => Plan::of(from_inside(&route, client, home, exposed, &nodes)),
        None => from_outside(&route, client, exposed, &nodes),
    }
}

/// Why nodes do not take node ports at their addresses, or some of them do not, and whether it is all of them. Upstream: `nodePortAddresses` of
/// `KubeProxyConfiguration`.
fn not_taken(paths: &Paths, nodes: &[NodeId]) -> Option<(bool, Arc<str>)> {
    let ranges = paths.snapshot.kube_proxy.node_port_ranges.as_ref().filter(|_| !paths.dataplane.is_ebpf())?;
    let takes = |id: &NodeId| paths.node(*id).address.is_none_or(|address| ranges.iter().any(|range| range.contains(address)));
    let refusing = nodes.iter().filter(|id| !takes(id)).count();
    let list = ranges.iter().map(|range| format!("`{range}`")).collect::<Vec<_>>().join(" and ");
    let why = format!("kube-proxy takes node ports at addresses in {list} only (`nodePortAddresses`)");
    (refusing > 0).then(|| (refusing == nodes.len(), why.into()))
}

/// The nodes that a client of a node port may pick: the one that it names, or all.
fn picked(paths: &Paths, node: Option<NodeId>) -> Vec<NodeId> {
    node.map_or_else(|| paths.snapshot.nodes().map(|(id, _)| id).collect(), |node| alloc::vec![node])
}

/// Upstream: only packets for a node's own addresses are translated there; eBPF does it where they start.
fn from_inside<'a>(route: &Route<'a>, client: Client, home: NodeId, exposed: &ExposedPort<'a>, nodes: &[NodeId]) -> Vec<Route<'a>> {
    let paths = route.course.paths;
    let ebpf = paths.dataplane.is_ebpf();
    let mut routes = Vec::new();
    for (sample, count) in paths.node_kinds(nodes, &[home]) {
        let share = Share::of(count, nodes.len() as u32);
        let choice = if nodes.len() > 1 { alloc::vec![Choice::By(sample)] } else { Vec::new() };
        let mut route = start(route.with(route.course.clone(), share, choice, count), client, paths.node(sample));
        if ebpf || sample == home {
            let masquerade = !ebpf && paths.external_policy(exposed.service) == TrafficPolicy::Cluster;
            routes.extend(shortcut(&route, client, home, exposed, Shortcut { own_only: false, masquerade }));
            continue;
        }
        approach(&mut route.course, client, Some(home), sample);
        for landed in landings(paths, &[sample], exposed, &route.course.packet.from) {
            let mut course = route.course.clone();
            let choice = choice_of(None, &landed.backend, landed.is_here(), exposed.backends.len() > 1);
            let pod = land(&mut course, exposed, sample, &landed.backend, Entry::NodePort);
            routes.push(route.with(course, landed.share, choice, landed.alike.max(1)).reaching(Reaches::pod(pod)));
        }
    }
    routes
}

fn from_outside<'a>(route: &Route<'a>, client: Client, exposed: &ExposedPort<'a>, nodes: &[NodeId]) -> Plan<'a> {
    let paths = route.course.paths;
    let several = nodes.len() > 1;
    let mut routes = Vec::new();
    for landed in landings(paths, nodes, exposed, &endpoint_of(paths, client)) {
        let choice = if several { choice_of(Some(landed.node), &landed.backend, landed.is_here(), true) } else { Vec::new() };
        let route = route.with(route.course.clone(), landed.share, choice, landed.alike.max(1));
        let mut route = start(route, client, paths.node(landed.node));
        approach(&mut route.course, client, None, landed.node);
        let pod = match route.course.is_over() {
            true => None,
            false => land(&mut route.course, exposed, landed.node, &landed.backend, Entry::NodePort),
        };
        routes.push(route.reaching(Reaches::pod(pod)));
    }
    let notes = if several { alloc::vec![Note::ClientPicksNode] } else { Vec::new() };
    Plan { notes, ..Plan::of(routes) }
}
