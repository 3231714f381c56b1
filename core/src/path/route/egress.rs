//! Routes out of the client's machine: to addresses of the network, and to the Internet.

use alloc::sync::Arc;

use super::super::packet::{PacketEndpoint, Place};
use super::super::question::Client;
use super::client::{at_home, endpoint_of, home_of, leave_home, start};
use super::course::Course;
use super::hop::{HopAction, Note, PublicSource, Title};
use super::routes::{Plan, Route};
use super::stand_in::some_public;
use crate::compile::Endpoint;
use crate::snapshot::NodeId;
use crate::snapshot::cloud::tags;
use crate::verdict::traversal::{Checkpoint, Side};

/// To an address that is nothing of the cluster's.
pub(super) fn to_address<'a>(route: Route<'a>, client: Client, end: Endpoint) -> Route<'a> {
    let to = end.address().map_or_else(some_public, |address| PacketEndpoint { end, ..PacketEndpoint::at(address) });
    let mut route = start(route, client, to);
    go_out(&mut route.course, client);
    if !route.course.is_over() {
        route.course.place(Place::Outside, Title::Endpoint(end), HopAction::Nothing);
    }
    route
}

/// To what a name stands for that only DNS knows.
pub(super) fn to_name<'a>(route: Route<'a>, client: Client, name: &str, missing: &str) -> Plan<'a> {
    let mut route = start(route, client, PacketEndpoint::anywhere());
    route.course.set_missing(missing.into());
    let mut letters = missing.chars();
    let sentence = letters.next().map(|first| alloc::format!("{}{}.", first.to_uppercase(), letters.as_str()));
    go_out(&mut route.course, client);
    if !route.course.is_over() {
        route.course.place(Place::Outside, Title::Name(name.into()), HopAction::OnlyInDns);
    }
    Plan { notes: sentence.map(|said| Note::Said(Arc::from(said))).into_iter().collect(), ..Plan::one(route) }
}

/// Leaves the client's machine for an address of the network, or for the Internet.
pub(super) fn go_out(course: &mut Course<'_>, client: Client) {
    let paths = course.paths;
    let to = course.packet.to;
    if let Some(home) = home_of(paths, client) {
        let leaves_as_node =
            paths.leaves_as_node(course.packet.from.end, home, &to).filter(|_| matches!(client, Client::Pod(id) if !paths.is_on_host(id)));
        at_home(course, client, home, leaves_as_node.map_or(HopAction::SendsOn, HopAction::LeavesAsNode));
        let side = leave_home(course, client);
        course.cross(home, side, Side::Network);
        masquerade_outwards(course, client, home);
    }
    let network = course.network_of(&to);
    let location = network.zip(to.address).and_then(|(network, a)| paths.snapshot.cloud.locate_in(network, a));
    if let Some(address) = to.address.filter(|a| tags::is_platform(*a)) {
        course.reach_platform(address);
        return;
    }
    let is_inside = !matches!(client, Client::Outside(_));
    if is_inside && course.is_led_away(network) {
        return;
    }
    if let Some(routing) = course.hindrance(endpoint_of(paths, client).end, to.end) {
        return course.hinder(routing);
    }
    let nat = course.nat_gateway(home_of(paths, client));
    course.travel(location);
    let is_public = to.address.is_none_or(tags::is_public);
    if network.is_none() && is_public && paths.knows_network() && is_inside {
        nat.into_iter().for_each(|routing| course.check(Checkpoint::Nat(routing)));
        to_the_internet(course, client);
    }
}

/// Leaves a node for somewhere that is no pod: with the node's address, where the pod network has it so.
pub(super) fn masquerade_outwards(course: &mut Course<'_>, client: Client, home: NodeId) {
    let Client::Pod(id) = client else { return };
    let paths = course.paths;
    if !paths.is_on_host(id) && paths.leaves_as_node(Endpoint::Pod(id), home, &course.packet.to).is_some() {
        course.masquerade(paths.left(home));
    }
}

/// Out of the virtual network: with a public address.
fn to_the_internet(course: &mut Course<'_>, client: Client) {
    let paths = course.paths;
    let (public, source) = match client {
        Client::Machine(network, address) => {
            let interface = paths.snapshot.cloud.interface_of(Endpoint::InNetwork(network, address));
            let has_own = interface.is_some_and(|i| i.public.is_some());
            (interface.and_then(|i| i.public_address), if has_own { PublicSource::Own } else { PublicSource::OfNetwork })
        }
        _ => (None, PublicSource::OfCluster(paths.cluster_of(home_of(paths, client)).map(|c| c.traffic.outbound))),
    };
    course.place(Place::Egress, Title::Egress, HopAction::Egress(source));
    course.snat(public.map_or_else(some_public, PacketEndpoint::at));
}
