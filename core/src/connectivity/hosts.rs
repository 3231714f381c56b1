//! What host endpoints, and nodes themselves, let through.

use alloc::vec::Vec;
use core::cell::RefCell;

use hashbrown::HashMap;

use super::row::Answer;
use super::{Connectivity, EVERYTHING, PairIds, Row, RowQuestion};
use crate::compile::{ClassId, Compiled, Endpoint, Hook, OwnPart};
use crate::connections::ConnectionId;
use crate::policy::Direction;
use crate::settings::HostInput;
use crate::snapshot::{HostEndpointId, NodeId, Snapshot};
use crate::verdict::evaluate::{AtHost, Passes, ReplyParts, Untracked};
use crate::verdict::traversal::{
    Checkpoint, HostLocation, NodeRules, NodeSubnet, Overlay, Side, SnatEndpoint, UNTRACKED, UNTRACKED_REPLY, Wire, host_checkpoints,
    reply_checkpoints, untracked_direction,
};
use crate::verdict::without_policies;

/// What is asked at a host endpoint: it, that asked before address translation, the direction, the hooks.
type Chain = (HostEndpointId, HostEndpointId, Direction, &'static [Hook]);
/// A chain, and what the rules at each of its hooks see of the endpoint on this side.
type HostRow = (Chain, Vec<OwnPart>);

/// What host endpoints, and nodes themselves, let through.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    nodes: Vec<NodeRules>,
    endpoints: Vec<HostLocation>,
    /// What is let through, as far as it was asked for; nothing where there are no host endpoints.
    rows: Option<RefCell<HashMap<HostRow, Row>>>,
    /// What nodes do with packets that are left to their own packet filter.
    host_input: HostInput,
    /// How pods leave their nodes, and what of that hangs on the nodes that they go to.
    pods: Vec<SnatEndpoint>,
    at_nodes: Vec<SnatEndpoint>,
    /// Where the nodes are, and what pools say of packets to pods.
    subnets: Vec<NodeSubnet>,
    overlays: Vec<Overlay>,
    /// Two nodes of each class, as far as there are: on one of them a pod runs of which the input does not say where.
    of_each_class: Vec<NodeId>,
}

/// An endpoint, where it is, and its class.
type LocatedClass = (HostLocation, ClassId);

impl Hosts {
    /// Prepares the answers, which are evaluated when they are asked for.
    pub(super) fn new(compiled: &Compiled, snapshot: &Snapshot) -> Self {
        let mut hosts = Hosts {
            nodes: snapshot.nodes().map(|(id, _)| NodeRules::of(id, compiled, snapshot)).collect(),
            endpoints: snapshot.pods().map(|(id, _)| HostLocation::of(Endpoint::Pod(id), compiled, snapshot)).collect(),
            rows: None,
            host_input: compiled.host_input(),
            pods: Vec::new(),
            at_nodes: Vec::new(),
            subnets: Vec::new(),
            overlays: Vec::new(),
            of_each_class: Vec::new(),
        };
        if snapshot.host_endpoints.is_empty() {
            // What is left are packets to a pod's own node, which pass or do not: nothing to compute.
            return hosts;
        }
        hosts.rows = Some(RefCell::default());
        hosts.pods = snapshot.pods().map(|(id, _)| SnatEndpoint::of(Endpoint::Pod(id), snapshot)).collect();
        hosts.at_nodes = snapshot.nodes().map(|(id, _)| SnatEndpoint::of(Endpoint::Node(id), snapshot)).collect();
        hosts.subnets = snapshot.nodes().map(|(id, _)| NodeSubnet::of(id, snapshot)).collect();
        hosts.overlays = snapshot.pods().map(|(id, _)| Overlay::of(Endpoint::Pod(id), snapshot)).collect();
        let mut counts: HashMap<ClassId, u32> = HashMap::new();
        for (id, _) in snapshot.nodes() {
            let count = counts.entry(compiled.class_of(Endpoint::Node(id))).or_default();
            *count += 1;
            if *count <= 2 {
                hosts.of_each_class.push(id);
            }
        }
        hosts
    }

    /// What a chain does with packets between an endpoint on this side and a peer; nothing where there are no host endpoints.
    fn answer(&self, all: &Connectivity, chain: Chain, own: ClassId, peer: ClassId) -> Option<Answer> {
        let (host, pre_dnat, direction, hooks) = chain;
        let at = AtHost { host, pre_dnat, direction, hooks, own };
        let compiled = &*all.compiled;
        let seen = |hook: &Hook| compiled.own_part(compiled.class_of_host(at.of(*hook), *hook), own, direction);
        let key = (chain, hooks.iter().map(seen).collect());
        let mut rows = self.rows.as_ref()?.borrow_mut();
        Some(rows.entry(key).or_insert_with(|| Row::new(RowQuestion::Host(at))).at(compiled, &all.cache, peer))
    }

    /// Whether there are host endpoints.
    pub(super) fn has_rows(&self) -> bool {
        self.rows.is_some()
    }

    fn location(&self, end: Endpoint) -> HostLocation {
        match end {
            Endpoint::Pod(id) => self.endpoints.get(id.index()).copied().unwrap_or(HostLocation { node: None, is_host: false }),
            Endpoint::Node(id) => HostLocation { node: Some(id), is_host: true },
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => HostLocation { node: None, is_host: false },
        }
    }

    fn rules(&self, node: NodeId) -> NodeRules {
        self.nodes.get(node.index()).copied().unwrap_or(NodeRules::UNPOLICED)
    }

    /// What of the connections between two endpoints also passes every checkpoint between them.
    pub(super) fn pass(&self, all: &Connectivity, from: (Endpoint, ClassId), to: (Endpoint, ClassId), pair: PairIds) -> PairIds {
        let (a, b) = (self.location(from.0), self.location(to.0));
        let to_own_host = b.is_host && !a.is_host && a.node.is_some() && a.node == b.node;
        if self.rows.is_none() && !to_own_host {
            return pair;
        }
        let wire = self.wire(from.0, to.0, (a.node, b.node));
        let by_traversal = |masquerade: Option<Endpoint>| {
            let by_side = |side: &Side| {
                let mut checkpoints = Vec::new();
                host_checkpoints(a, b, (*side, masquerade), |node| self.rules(node), &mut checkpoints);
                checkpoints.iter().fold(pair, |pair, checkpoint| all.both(pair, self.passes(all, checkpoint, (a, from.1), (b, to.1))))
            };
            wire.sides().iter().map(by_side).reduce(|sum, traversal| all.either(sum, traversal)).unwrap_or(pair)
        };
        // With which address a packet comes matters only where a host endpoint looks at it.
        let is_watched = b.is_host && !a.is_host && b.node.is_some_and(|node| self.rules(node).hosts != NodeRules::UNPOLICED.hosts);
        let (Some(source), Some(destination), true) = (self.departure(from.0), self.departure(to.0), is_watched) else {
            return by_traversal(None);
        };
        let disguises = source.disguises(destination, self.of_each_class.iter().copied(), |node| all.class_of(Endpoint::Node(node)));
        disguises.into_iter().map(by_traversal).reduce(|sum, traversal| all.either(sum, traversal)).unwrap_or(pair)
    }

    /// How packets between two endpoints travel from node to node.
    fn wire(&self, from: Endpoint, to: Endpoint, nodes: (Option<NodeId>, Option<NodeId>)) -> Wire {
        let Endpoint::Pod(pod) = to else { return Wire::Plain };
        if from.address().is_some() {
            return Wire::Plain;
        }
        let subnet = |node: Option<NodeId>| self.subnets.get(node?.index());
        self.overlays.get(pod.index()).map_or(Wire::Plain, |overlay| overlay.wire(|| subnet(nodes.0)?.is_shared(subnet(nodes.1)?)))
    }

    fn departure(&self, end: Endpoint) -> Option<&SnatEndpoint> {
        match end {
            Endpoint::Pod(id) => self.pods.get(id.index()),
            Endpoint::Node(id) => self.at_nodes.get(id.index()),
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
        }
    }

    /// What a checkpoint lets through.
    fn passes(&self, all: &Connectivity, checkpoint: &Checkpoint, from: LocatedClass, to: LocatedClass) -> PairIds {
        match *checkpoint {
            // Those of the endpoints themselves, and those between nodes, are computed elsewhere.
            Checkpoint::Endpoint(_) | Checkpoint::Group { .. } | Checkpoint::Carriage | Checkpoint::Nat(_) | Checkpoint::ReplyRoute(_) => {
                EVERYTHING
            }
            Checkpoint::OwnHost(..)
            | Checkpoint::NotPeered(..)
            | Checkpoint::PublicAddress(..)
            | Checkpoint::Route(_)
            | Checkpoint::Platform(_) => {
                without_policies(*checkpoint, self.host_input).map_or(EVERYTHING, |(verdict, _)| verdict.connections().into())
            }
            Checkpoint::Host { host, pre_dnat, direction, hooks, masquerade } => {
                let from = masquerade.map_or(from, |end| (from.0, all.class_of(end)));
                let (own, peer) = sides(direction, from.1, to.1);
                self.answer(all, (host, pre_dnat, direction, hooks), own, peer).map_or(EVERYTHING, |answer| answer.pair)
            }
            Checkpoint::Reply { node, host, enters, leaves, masquerade } => {
                let from = masquerade.map_or(from, |end| (from.0, all.class_of(end)));
                self.replies(all, (node, host), (enters, leaves), from, to)
            }
        }
    }

    /// Which connections have a reply that passes on the node.
    fn replies(
        &self,
        all: &Connectivity,
        (node, host): (NodeId, HostEndpointId),
        (enters, leaves): (Side, Side),
        from: LocatedClass,
        to: LocatedClass,
    ) -> PairIds {
        let table = &all.cache.table;
        let asked = |hooks, direction, from: ClassId, to: ClassId| {
            let (own, peer) = sides(direction, from, to);
            self.answer(all, (host, host, direction, hooks), own, peer).map(|answer| Untracked::from(answer.outcome))
        };
        let answered = |id| table.answered_by(id);
        let request = untracked_direction(enters, leaves).and_then(|direction| asked(UNTRACKED, direction, from.1, to.1));
        let reply = untracked_direction(leaves, enters).and_then(|direction| asked(UNTRACKED_REPLY, direction, to.1, from.1));
        let reply = reply.map(|r| Untracked { allowed: answered(r.allowed), denied: answered(r.denied), left: answered(r.left) });
        // A reply is no connection of its own but for protocols of which no states are known.
        let of_replies = |checkpoints: &[Checkpoint]| {
            let pass = checkpoints.iter().fold(EVERYTHING, |sum, checkpoint| {
                let pass = match checkpoint {
                    Checkpoint::Endpoint(Direction::Egress) => all.policies(Direction::Egress, to.1, from.1),
                    Checkpoint::Endpoint(Direction::Ingress) => all.policies(Direction::Ingress, from.1, to.1),
                    checkpoint => self.passes(all, checkpoint, to, from),
                };
                all.both(sum, pass)
            });
            let denied = table.difference(ConnectionId::ALL, pass.allowed);
            Passes { allowed: answered(pass.possible), denied: answered(denied) }
        };
        let (fresh, after) = reply_checkpoints(node, self.rules(node), enters, leaves);
        let parts = ReplyParts { request, reply, fresh: of_replies(&fresh), after: of_replies(&after) };
        let outcome = parts.outcome(table);
        PairIds { allowed: table.difference(ConnectionId::ALL, outcome.denied), possible: outcome.allowed }
    }
}

/// The endpoint of a packet on this side, and the other one.
fn sides(direction: Direction, from: ClassId, to: ClassId) -> (ClassId, ClassId) {
    match direction {
        Direction::Ingress => (to, from),
        Direction::Egress => (from, to),
    }
}
