//! Questions that mean several things: about an address that several networks have, and about the Internet.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::super::world::Paths;
use super::{Asked, Client, Goal, Question};
use crate::compile::Endpoint;
use crate::endpoints::{INTERNET, InternetPart, internet_parts};
use crate::explain::reading_name;
use crate::snapshot::NodeId;
use crate::snapshot::cloud::NetworkId;

/// What a question may mean: one, unless an end is an address that several networks have. Of these are meant those between which packets can go, if
/// there are any.
pub(in crate::path) fn of(paths: &Paths, question: &Question) -> Vec<Question> {
    let cloud = &paths.snapshot.cloud;
    let of = |address: IpAddr| -> Vec<Option<NetworkId>> {
        let networks = cloud.networks_with(address);
        if networks.len() > 1 { networks.into_iter().map(Some).collect() } else { alloc::vec![None] }
    };
    let clients: Vec<Option<NetworkId>> = match question.clients.as_slice() {
        [(Client::Outside(address), _)] => of(*address),
        _ => alloc::vec![None],
    };
    let goals: Vec<Option<NetworkId>> = match question.goal {
        Goal::Address(Endpoint::Outside(address)) => of(address),
        _ => alloc::vec![None],
    };
    let mut all: Vec<Question> = Vec::new();
    for client in &clients {
        for goal in &goals {
            let mut reading = question.clone();
            if let ([(Client::Outside(address), weight)], Some(network)) = (question.clients.as_slice(), client) {
                reading.from_title = reading_name(*network, *address, &paths.snapshot).replace('`', "");
                reading.clients = alloc::vec![(Client::Machine(*network, *address), *weight)];
            }
            if let (Goal::Address(Endpoint::Outside(address)), Some(network)) = (&question.goal, goal) {
                reading.to_title = reading_name(*network, *address, &paths.snapshot).replace('`', "");
                reading.goal = Goal::Address(Endpoint::InNetwork(*network, *address));
            }
            all.push(reading);
        }
    }
    let home = |q: &Question| match (q.clients.first(), &q.goal) {
        (Some((Client::Machine(network, _), _)), _) => Some(*network),
        (Some((Client::Node(node), _)), _) => node_network(paths, *node),
        (Some((Client::Pod(pod), _)), _) => paths.snapshot.pod(*pod).and_then(|e| node_network(paths, e.node?)),
        _ => None,
    };
    let away = |q: &Question| match &q.goal {
        Goal::Address(Endpoint::InNetwork(network, _)) => Some(*network),
        Goal::Node(node) => node_network(paths, *node),
        Goal::Pods(pods) => pods.first().and_then(|(pod, _)| node_network(paths, paths.snapshot.pod(*pod)?.node?)),
        _ => None,
    };
    let connected = |q: &Question| match (home(q), away(q)) {
        (Some(a), Some(b)) => a == b || cloud.network(a).is_some_and(|n| n.is_peered_with(b)),
        _ => false,
    };
    if all.len() > 1 && all.iter().any(connected) {
        all.retain(connected);
    }
    all
}

fn node_network(paths: &Paths, node: NodeId) -> Option<NetworkId> {
    let cloud = &paths.snapshot.cloud;
    cloud.locate_node(node).and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number)
}

/// A question about the Internet for each part of it that something tells apart; nothing if it is not about the Internet.
pub(in crate::path) fn of_internet(paths: &Paths, asked: &Asked<'_>, question: &Question) -> Vec<(InternetPart, Question)> {
    let is_internet = |name: &str| name.trim().eq_ignore_ascii_case(INTERNET);
    let (from, to) = (is_internet(asked.from), is_internet(asked.to));
    if from == to {
        return Vec::new();
    }
    let reading = |part: InternetPart| {
        let mut reading = question.clone();
        if from {
            reading.clients = alloc::vec![(Client::Outside(part.address), 1)];
        } else {
            reading.goal = Goal::Address(Endpoint::Outside(part.address));
        }
        (part, reading)
    };
    internet_parts(&paths.compiled, &paths.snapshot).into_iter().map(reading).collect()
}
