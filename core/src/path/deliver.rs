//! The last part of a way: from a node to a pod, through the pod's policies.

use alloc::format;
use alloc::string::ToString;

use super::branches::Trip;
use super::tables::{Backend, Target};
use super::walk::Walk;
use super::{Party, Place};
use crate::compile::Endpoint;
use crate::policy::Direction;
use crate::snapshot::{NodeId, PodId};
use crate::verdict::traversal::{Checkpoint, Side};

/// A pod that a packet is handed to, once it is on its node.
pub(super) struct Delivery {
    pub(super) pod: PodId,
    pub(super) node: Option<NodeId>,
    /// The address that the packet gets after policies were asked, if it gets another.
    pub(super) masquerade: Option<Party>,
    /// Who sent the packet, where policies know that whatever address it has.
    sender: Option<Party>,
}

impl Delivery {
    pub(super) fn to(pod: PodId, node: Option<NodeId>, masquerade: Option<Party>) -> Self {
        Delivery { pod, node, masquerade, sender: None }
    }
}

impl<'a> Trip<'a> {
    pub(super) fn party(&self, backend: &Backend) -> Party {
        match backend.target {
            Target::Pod(id) => self.paths.pod(id),
            Target::Address(address) => Party::at(address),
        }
    }

    /// From a node to what stands behind the Service, wherever it is.
    pub(super) fn hand_over(
        &self,
        walk: &mut Walk<'a>,
        node: Option<NodeId>,
        enters: Side,
        backend: &Backend,
        source: Option<Party>,
    ) -> Option<(PodId, Option<NodeId>)> {
        match backend.target {
            Target::Pod(pod) => {
                deliver(self, walk, node, enters, &Delivery::to(pod, backend.node, source));
                Some((pod, backend.node))
            }
            Target::Address(address) => {
                if let Some(node) = node {
                    walk.cross(node, enters, Side::Network);
                    let leaves_as_node = matches!(walk.packet.from.end, Endpoint::Pod(_))
                        && self.paths.leaves_as_node(walk.packet.from.end, node, &walk.packet.to).is_some();
                    if let Some(source) = source.or_else(|| leaves_as_node.then(|| self.paths.node(node))) {
                        walk.from(source);
                    }
                }
                let network = walk.network_of(&walk.packet.to);
                walk.travel(network.and_then(|network| self.paths.snapshot.cloud.locate_in(network, address)));
                walk.place(Place::Outside, address.to_string(), "an address that an EndpointSlice gives", None);
                None
            }
        }
    }

    pub(super) fn arrive_at(&self, walk: &mut Walk<'a>, backend: &Backend, masquerade: Option<Party>) -> Option<(PodId, Option<NodeId>)> {
        let Target::Pod(pod) = backend.target else { return None };
        arrive(self, walk, &Delivery::to(pod, backend.node, masquerade));
        Some((pod, backend.node))
    }
}

/// From a node to a pod, on it or on another.
pub(super) fn deliver<'a>(trip: &Trip<'a>, walk: &mut Walk<'a>, from: Option<NodeId>, enters: Side, delivery: &Delivery) {
    let paths = trip.paths;
    let side = if walk.is_host(delivery.pod) { Side::Host } else { Side::Pod };
    let is_here = from.is_some() && from == delivery.node;
    if let Some(node) = from {
        walk.cross(node, enters, if is_here { side } else { Side::Network });
    }
    if is_here || from.is_none() && delivery.node.is_none() {
        arrive(trip, walk, delivery);
        return;
    }
    // A plugin whose policies tell pods on the network of their nodes apart knows the pod that sends, whatever address its node gives the packet.
    let knows_sender = paths.is_on_host(delivery.pod) && side == Side::Pod && matches!(walk.packet.from.end, Endpoint::Pod(_));
    let sender = knows_sender.then_some(walk.packet.from);
    if let Some(source) = delivery.masquerade {
        walk.from(source);
    }
    // Where a cluster brings its own network, packets between its pods travel between nodes inside others.
    let tunnelled = paths.plugin(from.or(delivery.node)) == Some(crate::language::azure::Plugin::None) && side == Side::Pod;
    if let (true, Some(from), Some(to)) = (tunnelled, from, delivery.node) {
        walk.enter_tunnel(from, to);
        walk.explain_plain("sends it on inside a packet to the pod's node, as the cluster's own network does");
    }
    walk.travel(delivery.node.and_then(|n| paths.pod_location(delivery.pod, n)));
    walk.leave_tunnel();
    enter(trip, walk, &Delivery { masquerade: None, sender, ..*delivery });
}

/// Onto the node of a pod from the network, and to the pod.
pub(super) fn enter<'a>(trip: &Trip<'a>, walk: &mut Walk<'a>, delivery: &Delivery) {
    if let Some(node) = delivery.node {
        let side = if walk.is_host(delivery.pod) { Side::Host } else { Side::Pod };
        walk.place(Place::Node(node), format!("Node {}", trip.paths.node_name(node)), "for a pod of its own", None);
        walk.forget_original();
        walk.cross(node, Side::Network, side);
    }
    arrive(trip, walk, delivery);
}

/// To a pod on the node that the packet is on: its policies, and then the pod itself.
pub(super) fn arrive<'a>(trip: &Trip<'a>, walk: &mut Walk<'a>, delivery: &Delivery) {
    walk.check_sent_by(Checkpoint::Endpoint(Direction::Ingress), delivery.sender);
    if let Some(source) = delivery.masquerade {
        walk.from(source);
    }
    let title = format!("Pod {}", trip.paths.snapshot.pod_title(delivery.pod));
    walk.place(Place::Pod(delivery.pod), title, "", None);
}
