//! What the evaluator is asked: every subject that policies tell from others, in each direction, with one peer of each kind.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hashbrown::HashMap;

use crate::compile::{ClassId, ClassKind, Compiled, Endpoint, Hook, Signature};
use crate::connections::{ConnectionId, ConnectionSet};
use crate::connectivity::{Row, RowQuestion};
use crate::model::AddressSet;
use crate::policy::{Direction, Matched};
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::Interface;
use crate::verdict::evaluate::EvaluationSubject;
use crate::verdict::{is_loopback, is_own_node, is_single};

/// One subject in one direction.
pub(super) struct Question {
    pub(super) asked: EvaluationSubject,
    pub(super) direction: Direction,
    /// What may be sent at all.
    pub(super) universe: ConnectionSet,
    /// A class of each kind of peers, with an endpoint on the subject's side and one of that class.
    pub(super) peers: Vec<(ClassId, (Endpoint, Endpoint))>,
}

/// Asks about every subject that some policy applies to.
pub(super) fn each(compiled: &Compiled, snapshot: &Snapshot, mut ask: impl FnMut(&Question)) {
    let members = Members::new(compiled, snapshot);
    let mut scratch = Vec::new();
    for direction in Direction::BOTH {
        let mut subjects: HashMap<Signature, (EvaluationSubject, Vec<Endpoint>)> = HashMap::new();
        let mut order: Vec<Signature> = Vec::new();
        for class in compiled.classes().filter(|class| !compiled.applied(*class, direction).is_empty()) {
            if compiled.class_kind(class) == ClassKind::Pod {
                let signature = compiled.signature(class, direction);
                let known = subjects.entry(signature.clone());
                let (_, ends) = known.or_insert_with(|| {
                    order.push(signature);
                    (EvaluationSubject::endpoint(class), Vec::new())
                });
                ends.extend(members.of(class));
            }
        }
        for (asked, ends) in order.iter().filter_map(|signature| subjects.get(signature)) {
            let own_for = |end: Endpoint| ends.iter().copied().find(|own| members.is_asked(direction, *own, end));
            let dropped = compiled.dropped(asked.own, direction).connections();
            let universe = ConnectionSet::all().difference(&dropped);
            ask(&members.question((*asked, direction), universe, &mut scratch, own_for));
        }
        for (asked, own) in members.passed_through(direction) {
            ask(&members.question((asked, direction), ConnectionSet::all(), &mut scratch, |_| Some(own)));
        }
    }
}

/// Which endpoints each class has.
struct Members<'a> {
    compiled: &'a Compiled,
    snapshot: &'a Snapshot,
    of_class: Vec<Vec<Endpoint>>,
}

impl<'a> Members<'a> {
    fn new(compiled: &'a Compiled, snapshot: &'a Snapshot) -> Self {
        let mut of_class: Vec<Vec<Endpoint>> = alloc::vec![Vec::new(); compiled.class_count()];
        let pods = snapshot.pods().map(|(id, _)| Endpoint::Pod(id));
        let nodes = snapshot.nodes().map(|(id, _)| Endpoint::Node(id));
        let given = pods.chain(nodes).map(|end| (compiled.class_of(end), end));
        // What stands for any machine of a subnet is asked about by all addresses of that, each of which is a certain one.
        let stands_for_others = |machine: &&Interface| snapshot.cloud.stands_for(machine).is_some_and(|ranges| !ranges.is_empty());
        let (standing, machines): (Vec<&Interface>, Vec<&Interface>) = snapshot.cloud.interfaces.iter().partition(stands_for_others);
        let is_anybodys = |start: &IpAddr| !standing.iter().any(|machine| machine.addresses.contains(start));
        let machines = machines.into_iter().flat_map(|machine| &machine.addresses).map(|address| Endpoint::Outside(*address));
        let machines = machines.map(|end| (compiled.class_of(end), end));
        let outside = compiled.outside_atoms().filter(|(start, _)| is_anybodys(start));
        let outside = outside.map(|(start, class)| (class, Endpoint::Outside(usual_address(&compiled.stretch_of(start), start))));
        for (class, end) in given.chain(machines).chain(outside) {
            if let Some(members) = of_class.get_mut(class.index()) {
                members.push(end);
            }
        }
        Members { compiled, snapshot, of_class }
    }

    fn of(&self, class: ClassId) -> &[Endpoint] {
        self.of_class.get(class.index()).map_or(&[], Vec::as_slice)
    }

    /// Whether policies are asked about a packet at all: not of a pod to itself, nor from its own node.
    fn is_asked(&self, direction: Direction, own: Endpoint, peer: Endpoint) -> bool {
        if is_loopback(own, peer, is_single(own, self.snapshot)) {
            return false;
        }
        let compiled = self.compiled;
        let of_node = || {
            let (from, to) = (compiled.node_network(peer, self.snapshot), compiled.pod_network(own, self.snapshot));
            is_own_node(compiled.own_node(), from, to)
        };
        direction == Direction::Egress || of_node() != Matched::Yes
    }

    /// The question about one subject. `own_for` says which endpoint on its side policies are asked about with a peer, if any.
    fn question(
        &self,
        (asked, direction): (EvaluationSubject, Direction),
        universe: ConnectionSet,
        scratch: &mut Vec<u64>,
        own_for: impl Fn(Endpoint) -> Option<Endpoint>,
    ) -> Question {
        let row = Row::new(RowQuestion::Subject(asked, direction, ConnectionId::ALL));
        let ends_of = |class: ClassId| self.of(class).iter().find_map(|end| Some((own_for(*end)?, *end)));
        let kinds = row.kinds_of_peers(self.compiled, scratch, |class| ends_of(class).is_some());
        let peers = kinds.into_iter().filter_map(|class| Some((class, ends_of(class)?))).collect();
        Question { asked, direction, universe, peers }
    }

    /// Host endpoints and security groups, each with the endpoints at it that their rules tell apart: what passes through them is not theirs.
    fn passed_through(&self, direction: Direction) -> Vec<(EvaluationSubject, Endpoint)> {
        let compiled = self.compiled;
        let mut found = Vec::new();
        let is_there = |class: ClassId| !compiled.applied(class, direction).is_empty();
        for (host, endpoint) in self.snapshot.host_endpoints() {
            for hook in Hook::ALL {
                let subject = compiled.class_of_host(host, hook);
                if !is_there(subject) || found.iter().any(|(known, _): &(EvaluationSubject, _)| known.subject == subject) {
                    continue;
                }
                let node = Endpoint::Node(endpoint.node);
                let is_own = |end: Endpoint| matches!(hook, Hook::Forward | Hook::PreDnat) || end == node;
                found.extend(self.told_apart(subject, direction, is_own));
            }
        }
        for (used, _) in self.snapshot.cloud.group_uses() {
            let subject = compiled.class_of_group(used);
            if is_there(subject) {
                let behind = self.snapshot.cloud.behind(used);
                found.extend(self.told_apart(subject, direction, |end| self.is_behind(end, &behind)));
            }
        }
        found
    }

    /// The endpoints at a subject that its rules tell apart, one of each kind.
    fn told_apart(&self, subject: ClassId, direction: Direction, is_own: impl Fn(Endpoint) -> bool) -> Vec<(EvaluationSubject, Endpoint)> {
        let mut found = Vec::new();
        let mut known = Vec::new();
        for class in self.compiled.classes() {
            let Some(own) = self.of(class).iter().copied().find(|end| is_own(*end)) else { continue };
            let part = self.compiled.own_part(subject, class, direction);
            if !known.contains(&part) {
                known.push(part);
                found.push((EvaluationSubject { subject, own: class }, own));
            }
        }
        found
    }

    /// Whether packets of an endpoint pass a security group that guards these addresses.
    fn is_behind(&self, end: Endpoint, behind: &AddressSet) -> bool {
        if behind.is_empty() {
            return true;
        }
        let known = match end {
            Endpoint::Pod(id) => self.snapshot.pod(id).map(|pod| &pod.addresses),
            Endpoint::Node(id) => self.snapshot.node(id).map(|node| &node.addresses),
            Endpoint::Outside(start) | Endpoint::InNetwork(_, start) => return self.compiled.stretch_of(start).overlaps(behind),
        };
        known.is_none_or(|addresses| addresses.is_empty() || addresses.iter().any(|address| behind.contains(*address)))
    }
}

/// Addresses that a person would name as an example.
const USUAL: [&str; 5] = ["203.0.113.7", "172.16.0.4", "192.168.0.4", "10.0.0.4", "2001:db8::7"];

/// An address of a stretch to name, rather than its first.
fn usual_address(stretch: &AddressSet, first: IpAddr) -> IpAddr {
    let usual = USUAL.iter().filter_map(|address| address.parse().ok()).find(|address| stretch.contains(*address));
    usual.unwrap_or_else(|| {
        let next = match first {
            IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits().saturating_add(1))),
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits().saturating_add(1))),
        };
        if stretch.contains(next) { next } else { first }
    })
}
