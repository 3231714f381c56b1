//! The last hops of a route: from a node to a pod, through the pod's policies.

use alloc::vec::Vec;

use super::super::packet::{PacketEndpoint, Place};
use super::super::placed::Placed;
use super::super::tables::{Backend, Target};
use super::super::world::Paths;
use super::course::Course;
use super::hop::{HopAction, Title};
use crate::compile::Endpoint;
use crate::language::azure::Plugin;
use crate::policy::Direction;
use crate::snapshot::{NodeId, PodId};
use crate::verdict::traversal::{Checkpoint, Overlay, Side, Wire, wire_between};

/// A pod that a packet is handed to, once it is on its node.
pub(super) struct Delivery {
    pod: PodId,
    node: Option<NodeId>,
    /// The address that the packet gets after policies were asked, if it gets another.
    masquerade: Option<PacketEndpoint>,
    /// Whether it gets that for leaving the pod network, which the input may leave open.
    leaves: bool,
    /// Who sent the packet, where policies know that whatever address it has.
    sender: Option<PacketEndpoint>,
}

impl Delivery {
    pub(super) fn to(pod: PodId, node: Option<NodeId>, masquerade: Option<PacketEndpoint>) -> Self {
        Delivery { pod, node, masquerade, leaves: false, sender: None }
    }

    /// The same to an address outside the pod network.
    pub(super) fn leaving(self) -> Self {
        Delivery { leaves: true, ..self }
    }
}

/// What stands behind a Service as an endpoint of a packet.
pub(super) fn endpoint_of(paths: &Paths, backend: &Backend) -> PacketEndpoint {
    match backend.target {
        Target::Pod(id) => paths.pod(id),
        Target::Node(id, address) => PacketEndpoint { address: Some(address), ..paths.node(id) },
        Target::Address(address) => PacketEndpoint::at(address),
    }
}

/// From a node to what stands behind a Service, wherever it is. Returns the pod that it comes to, if it is one.
pub(super) fn hand_over(
    course: &mut Course<'_>,
    node: Option<NodeId>,
    enters: Side,
    backend: &Backend,
    source: Option<PacketEndpoint>,
) -> Option<(PodId, Option<NodeId>)> {
    let paths = course.paths;
    match backend.target {
        Target::Pod(pod) => {
            deliver(course, node, enters, &Delivery::to(pod, backend.node, source));
            Some((pod, backend.node))
        }
        Target::Node(own, _) if node == Some(own) => {
            course.cross(own, enters, Side::Host);
            None
        }
        Target::Node(other, _) => {
            leave(course, node, enters, source);
            course.travel(paths.snapshot.cloud.locate_node(other));
            enter_node(course, other)
        }
        Target::Address(address) => {
            leave(course, node, enters, source);
            if let Some(service) = paths.tables.of_cluster_address(address) {
                course.stop_at_service(service, address);
                return None;
            }
            let network = course.network_of(&course.packet.to);
            course.travel(network.and_then(|network| paths.snapshot.cloud.locate_in(network, address)));
            course.place(Place::Outside, Title::Address(address), HopAction::SliceEndpoint);
            None
        }
    }
}

/// Off a node, for somewhere that is no pod.
fn leave(course: &mut Course<'_>, node: Option<NodeId>, enters: Side, source: Option<PacketEndpoint>) {
    let paths = course.paths;
    let Some(node) = node else { return };
    course.cross(node, enters, Side::Network);
    let from = course.packet.from.end;
    let leaves_as_node = matches!(from, Endpoint::Pod(_)) && paths.leaves_as_node(from, node, &course.packet.to).is_some();
    match source {
        Some(source) => course.snat(source),
        None if leaves_as_node => course.masquerade(paths.left(node)),
        None => {}
    }
}

/// Onto a node that a packet is for, from the network: to a process of it, or to the pod behind one of its ports (`hostPort`). Returns that pod.
pub(super) fn enter_node(course: &mut Course<'_>, node: NodeId) -> Option<(PodId, Option<NodeId>)> {
    let paths = course.paths;
    let behind = course.packet.port.and_then(|port| paths.tables.at_host_port(node, course.protocol, port));
    let Some((pod, port)) = behind.filter(|(pod, _)| !paths.is_host(*pod)) else {
        course.node(node, HopAction::ForProcess);
        course.forget_original();
        course.cross(node, Side::Network, Side::Host);
        return None;
    };
    course.node(node, HopAction::Nothing);
    course.forget_original();
    course.dnat(paths.pod(pod), Some(port));
    course.cross(node, Side::Network, Side::Pod);
    arrive(course, &Delivery::to(pod, Some(node), None));
    Some((pod, Some(node)))
}

/// From a node to a pod, on it or on another.
pub(super) fn deliver(course: &mut Course<'_>, from: Option<NodeId>, enters: Side, delivery: &Delivery) {
    let paths = course.paths;
    let side = side_of(paths, delivery.pod);
    let is_here = from.is_some() && from == delivery.node;
    let wire = wire_between(&paths.snapshot, Overlay::of(Endpoint::Pod(delivery.pod), &paths.snapshot), from, delivery.node);
    if let Some(node) = from {
        let leaves = if is_here { core::slice::from_ref(&side) } else { wire.sides() };
        course.cross_by(node, &leaves.iter().map(|leaves| (enters, *leaves)).collect::<Vec<_>>());
    }
    if is_here || from.is_none() && delivery.node.is_none() {
        arrive(course, delivery);
        return;
    }
    // A plugin whose policies tell pods on the network of their nodes apart knows the pod that sends, whatever address its node gives the packet.
    let knows_sender = paths.is_on_host(delivery.pod) && side == Side::Pod && matches!(course.packet.from.end, Endpoint::Pod(_));
    let sender = knows_sender.then_some(course.packet.from);
    match delivery.masquerade.map(|source| if wire == Wire::Tunnel { course.in_tunnel(source) } else { source }) {
        Some(source) if delivery.leaves => course.masquerade(source),
        Some(source) => course.snat(source),
        None => {}
    }
    // Where a cluster brings its own network, packets between its pods travel between nodes inside others.
    let tunnelled = paths.plugin(from.or(delivery.node)) == Some(Plugin::None) && side == Side::Pod;
    if let (true, Some(from), Some(to)) = (tunnelled, from, delivery.node) {
        course.enter_tunnel(from, to);
        course.set_plain_action(HopAction::Encapsulates);
    }
    course.travel(delivery.node.and_then(|n| paths.pod_location(delivery.pod, n)));
    course.leave_tunnel();
    if wire == Wire::Tunnel {
        course.packet.from = course.in_tunnel(course.packet.from);
    }
    enter_by(course, &Delivery { masquerade: None, sender, ..*delivery }, wire);
}

/// Onto the node of a pod from the network, and to the pod.
pub(super) fn enter(course: &mut Course<'_>, delivery: &Delivery) {
    enter_by(course, delivery, Wire::Plain);
}

/// The same for a packet that may have come inside another one.
fn enter_by(course: &mut Course<'_>, delivery: &Delivery, wire: Wire) {
    if let Some(node) = delivery.node {
        course.node(node, HopAction::ForPod);
        course.forget_original();
        let leaves = side_of(course.paths, delivery.pod);
        course.cross_by(node, &wire.sides().iter().map(|enters| (*enters, leaves)).collect::<Vec<_>>());
    }
    arrive(course, delivery);
}

/// To a pod on the node that the packet is on: its policies, and then the pod itself.
pub(super) fn arrive(course: &mut Course<'_>, delivery: &Delivery) {
    course.check_sent_by(Checkpoint::Endpoint(Direction::Ingress), delivery.sender);
    if let Some(source) = delivery.masquerade {
        course.snat(source);
    }
    course.place(Place::Pod(Placed(delivery.pod)), Title::Pod(delivery.pod), HopAction::Nothing);
}

fn side_of(paths: &Paths, pod: PodId) -> Side {
    if paths.is_host(pod) { Side::Host } else { Side::Pod }
}
