//! Whether a way leads straight from a client to an end, by its own address; see [`crate::verdict::traversal::Routing`].

use alloc::vec::Vec;

use super::ask::Client;
use super::branches::Trip;
use super::walk::Walk;
use super::{Basis, Stop};
use crate::compile::Endpoint;
use crate::explain::Explainer;
use crate::snapshot::cloud::{Location, tags};
use crate::verdict::traversal::{Access, Checkpoint, Routing, Seen, beyond, is_guarded, pod_range, reach};

/// An end of a packet as far as ways go, with what [`Seen`] borrows.
struct Place {
    end: Endpoint,
    location: Option<Location>,
    network: Option<u32>,
    beyond: Vec<(u32, bool)>,
}

impl<'a> Trip<'a> {
    fn place(&self, walk: &Walk<'a>, end: Endpoint) -> Place {
        let snapshot = &self.paths.snapshot;
        let cloud = &snapshot.cloud;
        let of_node = |node| cloud.locate_node(node);
        let (location, network) = match end {
            Endpoint::Pod(id) => (self.paths.home_of(id).and_then(|node| self.paths.pod_location(id, node)), None),
            Endpoint::Node(id) => (of_node(id), None),
            Endpoint::InNetwork(network, address) => (cloud.locate_in(network, address), Some(network)),
            Endpoint::Outside(address) => {
                let network = walk.network_of(&super::Party::at(address));
                (network.and_then(|network| cloud.locate_in(network, address)), network)
            }
        };
        let network = network.or_else(|| location.and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number));
        let beyond = end.address().filter(|_| network.is_none()).map_or_else(Vec::new, |address| beyond(cloud, address));
        Place { end, location, network, beyond }
    }

    fn seen<'p>(&self, place: &'p Place) -> Seen<'p> {
        let snapshot = &self.paths.snapshot;
        let cloud = &snapshot.cloud;
        let node = match place.end {
            Endpoint::Pod(id) => self.paths.home_of(id),
            Endpoint::Node(id) => Some(id),
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
        };
        let address = place.end.address();
        Seen {
            is_address: address.is_some(),
            network: place.network,
            subnet: place.location.map(|l| l.subnet),
            node,
            is_pod: matches!(place.end, Endpoint::Pod(id) if snapshot.pod(id).is_some_and(|e| !e.host_network)),
            is_public: address.is_some_and(tags::is_public),
            is_platform: address.is_some_and(|a| a == tags::PLATFORM || a == tags::METADATA),
            is_guarded: is_guarded(cloud, place.location),
            pod_range: pod_range(cloud, node),
            access: Access::of(cloud, place.location, node),
            beyond: &place.beyond,
        }
    }

    /// Why a packet does not get straight to an end, or may not.
    pub(super) fn hindrance(&self, walk: &Walk<'a>, client: Client, to: Endpoint) -> Option<Routing> {
        if !self.paths.knows_network() {
            return None;
        }
        let from = self.place(walk, self.paths.client(client).end);
        let to = self.place(walk, to);
        reach(&self.seen(&from), &self.seen(&to))
    }

    /// Tells why a packet does not get on, or may not: then it goes out of the client's place, and nobody knows further.
    pub(super) fn hinder(&self, walk: &mut Walk<'a>, routing: Routing) {
        walk.leave();
        if !routing.is_certain() {
            walk.check(Checkpoint::Route(routing));
            return;
        }
        let flow = walk.flow();
        let explainer = Explainer::new(&self.paths.compiled, &self.paths.snapshot, &flow, None);
        let text = explainer.routing(routing);
        let basis = matches!(routing, Routing::PrivateNode(_)).then_some(Basis::PrivateNodes);
        walk.stop(Stop::NoRoute, text, basis);
    }
}
