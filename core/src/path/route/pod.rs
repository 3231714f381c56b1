//! Routes to pods at their own addresses, and to nodes and the pods behind their host ports.

use super::super::packet::{PacketEndpoint, Place};
use super::super::question::Client;
use super::client::{at_home, endpoint_of, home_of, leave_home, start};
use super::course::Course;
use super::delivery::{Delivery, deliver, enter, enter_node};
use super::egress::masquerade_outwards;
use super::hop::{HopAction, Title};
use super::routes::{Reaches, Route};
use super::stand_in::some_public;
use crate::compile::Endpoint;
use crate::snapshot::{NodeId, PodId};
use crate::verdict::traversal::Side;

/// To a pod, at its own address.
pub(super) fn to_pod<'a>(route: Route<'a>, client: Client, pod: PodId, node: Option<NodeId>) -> Route<'a> {
    let paths = route.course.paths;
    let mut route = start(route, client, paths.pod(pod));
    let course = &mut route.course;
    match (client, home_of(paths, client)) {
        (Client::Pod(_) | Client::Node(_), home) => {
            let mut source = None;
            if let Some(home) = home {
                // A pod on the network of another node has an address of that node, to which packets leave the pod network.
                let is_away = paths.is_on_host(pod) && node != Some(home);
                let leaves_as_node = (is_away && matches!(client, Client::Pod(id) if !paths.is_on_host(id)))
                    .then(|| paths.leaves_as_node(course.packet.from.end, home, &course.packet.to))
                    .flatten();
                source = leaves_as_node.map(|_| paths.left(home));
                at_home(course, client, home, leaves_as_node.map_or(HopAction::SendsOn, HopAction::LeavesAsNode));
            }
            let side = leave_home(course, client);
            deliver(course, home, side, &Delivery::to(pod, node, source).leaving());
        }
        (Client::Machine(..) | Client::Outside(_), _) => enter_from_network(course, client, pod, node),
    }
    let reaches = Reaches::pod((!course.is_over()).then_some((pod, node)));
    route.reaching(reaches)
}

/// From outside the cluster straight to a pod's address, where the network leads there.
fn enter_from_network(course: &mut Course<'_>, client: Client, pod: PodId, node: Option<NodeId>) {
    let paths = course.paths;
    if let Some(routing) = course.hindrance(endpoint_of(paths, client).end, Endpoint::Pod(pod)) {
        return course.hinder(routing);
    }
    course.travel(node.and_then(|n| paths.pod_location(pod, n)));
    enter(course, &Delivery::to(pod, node, None));
}

/// To a node itself, or to a pod behind one of its ports (`hostPort`).
pub(super) fn to_node<'a>(route: Route<'a>, client: Client, node: NodeId) -> Route<'a> {
    let paths = route.course.paths;
    let mut route = start(route, client, paths.node(node));
    let course = &mut route.course;
    let home = home_of(paths, client);
    let behind = course.packet.port.and_then(|port| paths.tables.at_host_port(node, course.protocol, port));
    let behind = behind.filter(|(pod, _)| !paths.is_host(*pod));
    if let Some((pod, port)) = behind.filter(|_| home == Some(node)) {
        // As with a Service, policies are asked after that.
        at_home(course, client, node, HopAction::HostPort);
        course.dnat(paths.pod(pod), Some(port));
        let side = leave_home(course, client);
        let source = (client == Client::Pod(pod)).then(|| paths.node(node));
        deliver(course, home, side, &Delivery::to(pod, Some(node), source));
        return route.reaching(Reaches::Pod(pod, Some(node)));
    }
    let side = approach(course, client, home, node);
    if course.is_over() {
        return route;
    }
    if home == Some(node) {
        course.cross(node, side, Side::Host);
        return route;
    }
    let pod = enter_node(course, node);
    route.reaching(Reaches::pod(pod))
}

/// Comes to a node, from wherever the client is. Returns the side of the node by which it comes in.
pub(super) fn approach(course: &mut Course<'_>, client: Client, home: Option<NodeId>, node: NodeId) -> Side {
    let paths = course.paths;
    let cloud = &paths.snapshot.cloud;
    if let Some(home) = home {
        at_home(course, client, home, HopAction::Nothing);
        let side = leave_home(course, client);
        if home == node {
            return side;
        }
        course.cross(home, side, Side::Network);
        masquerade_outwards(course, client, home);
    } else if let Some(routing) = course.hindrance(endpoint_of(paths, client).end, Endpoint::Node(node)) {
        course.hinder(routing);
        return Side::Network;
    } else if let Client::Outside(_) = client
        && paths.knows_network()
    {
        // A public address of its own: translated before anything else sees the packet.
        let private = course.packet.to;
        let interface = cloud.locate_node(node).and_then(|l| l.interface);
        let public = interface.and_then(|i| cloud.interface(i)?.public_address);
        course.packet.to = public.map_or_else(some_public, PacketEndpoint::at);
        course.place(Place::Outside, Title::PublicAddress(node), HopAction::PublicAddress);
        course.dnat(private, course.packet.port);
        course.forget_original();
    }
    course.travel(cloud.locate_node(node));
    Side::Network
}
