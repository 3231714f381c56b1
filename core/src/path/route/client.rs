//! The first hops of every route: the client, and its own node.

use super::super::packet::{Packet, PacketEndpoint, Place};
use super::super::question::Client;
use super::super::world::Paths;
use super::course::Course;
use super::hop::{HopAction, Title};
use super::routes::Route;
use crate::compile::Endpoint;
use crate::policy::Direction;
use crate::snapshot::NodeId;
use crate::verdict::traversal::{Checkpoint, Side};

/// A client as an endpoint of a packet.
pub(in crate::path) fn endpoint_of(paths: &Paths, client: Client) -> PacketEndpoint {
    match client {
        Client::Pod(id) => paths.pod(id),
        Client::Node(id) => paths.node(id),
        Client::Machine(network, address) => PacketEndpoint { end: Endpoint::InNetwork(network, address), ..PacketEndpoint::at(address) },
        Client::Outside(address) => PacketEndpoint::at(address),
    }
}

/// The node that a client is on.
pub(in crate::path) fn home_of(paths: &Paths, client: Client) -> Option<NodeId> {
    match client {
        Client::Pod(id) => paths.home_of(id),
        Client::Node(node) => Some(node),
        Client::Machine(..) | Client::Outside(_) => None,
    }
}

/// Puts the client at the beginning.
pub(super) fn start<'a>(mut route: Route<'a>, client: Client, to: PacketEndpoint) -> Route<'a> {
    let course = &mut route.course;
    let paths = course.paths;
    course.packet = Packet { from: endpoint_of(paths, client), to, port: course.packet.port };
    course.at = match client {
        Client::Pod(id) => paths.home_of(id).and_then(|n| paths.pod_location(id, n)),
        Client::Node(node) => paths.snapshot.cloud.locate_node(node),
        Client::Machine(network, address) => paths.snapshot.cloud.locate_in(network, address),
        Client::Outside(_) => None,
    };
    course.place(Place::Client, Title::Client(client), HopAction::Starts(client));
    route
}

/// The client's own node, where its packets begin their route. Of a process of the node itself it is told already.
pub(super) fn at_home(course: &mut Course<'_>, client: Client, home: NodeId, action: HopAction) {
    match client {
        Client::Node(_) => course.set_action(action),
        _ => course.node(home, action),
    }
}

/// What a packet of a client meets on the client's own node before it goes on: the node, and policies of the pod. Returns the side of the node that it
/// came in by.
pub(super) fn leave_home(course: &mut Course<'_>, client: Client) -> Side {
    match client {
        Client::Pod(id) if !course.paths.is_host(id) => {
            course.check(Checkpoint::Endpoint(Direction::Egress));
            Side::Pod
        }
        _ => Side::Host,
    }
}
