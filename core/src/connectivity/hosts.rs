//! What host endpoints, and nodes themselves, let through.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{Connectivity, EVERYTHING, PairIds, Row, row_of};
use crate::compile::{ClassId, Compiled, Endpoint, Hook};
use crate::connections::ConnectionId;
use crate::policy::Direction;
use crate::settings::HostInput;
use crate::snapshot::{HostEndpointId, NodeId, Snapshot};
use crate::verdict::evaluate::{AllPeers, AtHost, EvaluationCache, NoTrace, Passes, ReplyParts, Untracked, evaluate_hooks};
use crate::verdict::traversal::{
    Checkpoint, Departure, NodeRules, Side, Spot, UNTRACKED, UNTRACKED_REPLY, crossing, crossing_back, host_checkpoints,
};
use crate::verdict::without_policies;

/// What is asked at a host endpoint: it, that asked before address translation, the direction, the hooks.
type Chain = (HostEndpointId, HostEndpointId, Direction, &'static [Hook]);
/// A chain, and the endpoint on this side where rules say something of it.
type HostRow = (Chain, Option<ClassId>);

/// What host endpoints, and nodes themselves, let through.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    nodes: Vec<NodeRules>,
    endpoints: Vec<Spot>,
    /// What is let through for every class at the other endpoint.
    rows: HashMap<HostRow, Row>,
    /// What policies before connection tracking do, for every class at the other endpoint; by host endpoint, hook, direction, and the
    /// endpoint on this side.
    untracked: HashMap<(HostEndpointId, Hook, Direction, Option<ClassId>), Vec<Untracked>>,
    /// What nodes do with packets that are left to their own packet filter.
    host_input: HostInput,
    /// How pods leave their nodes, and what of that hangs on the nodes that they go to.
    pods: Vec<Departure>,
    at_nodes: Vec<Departure>,
    /// Two nodes of each class, as far as there are: on one of them a pod runs of which the text does not say where.
    of_each_class: Vec<NodeId>,
}

/// An endpoint, where it is, and its class.
type Party = (Spot, ClassId);

impl Hosts {
    /// Evaluates every host endpoint.
    pub(super) fn new(compiled: &Compiled, snapshot: &Snapshot, connectivity: &mut Connectivity) -> Self {
        let mut hosts = Hosts {
            nodes: snapshot.nodes().map(|(id, _)| NodeRules::of(id, compiled, snapshot)).collect(),
            endpoints: snapshot.pods().map(|(id, _)| Spot::of(Endpoint::Pod(id), compiled, snapshot)).collect(),
            rows: HashMap::new(),
            untracked: HashMap::new(),
            host_input: compiled.host_input(),
            pods: Vec::new(),
            at_nodes: Vec::new(),
            of_each_class: Vec::new(),
        };
        if snapshot.host_endpoints.is_empty() {
            // What is left are packets to a pod's own node, which pass or do not: nothing to compute.
            return hosts;
        }
        hosts.pods = snapshot.pods().map(|(id, _)| Departure::of(Endpoint::Pod(id), snapshot)).collect();
        hosts.at_nodes = snapshot.nodes().map(|(id, _)| Departure::of(Endpoint::Node(id), snapshot)).collect();
        let mut counts: HashMap<ClassId, u32> = HashMap::new();
        for (id, _) in snapshot.nodes() {
            let count = counts.entry(connectivity.class_of(Endpoint::Node(id))).or_default();
            *count += 1;
            if *count <= 2 {
                hosts.of_each_class.push(id);
            }
        }
        let classes = hosts.classes(snapshot, connectivity);
        let cache = &mut connectivity.cache;
        for (node, rules) in snapshot.nodes().map(|(id, _)| id).zip(hosts.nodes.clone()) {
            let sides = [Side::Network, Side::Pod, Side::Host];
            let checkpoints = sides.iter().flat_map(|enters| sides.iter().flat_map(move |leaves| crossing(node, rules, *enters, *leaves)));
            let back = sides.iter().flat_map(|enters| sides.iter().flat_map(move |leaves| crossing_back(node, rules, *enters, *leaves)));
            for checkpoint in checkpoints.chain(back) {
                match checkpoint {
                    Checkpoint::Host { host, pre_dnat, direction, hooks, .. } => {
                        hosts.add_row(compiled, cache, (host, pre_dnat, direction, hooks), &classes);
                    }
                    Checkpoint::Reply { host, .. } => hosts.add_untracked(compiled, cache, host, &classes),
                    _ => {}
                }
            }
        }
        hosts
    }

    /// Classes of endpoints whose packets can be on a node.
    fn classes(&self, snapshot: &Snapshot, connectivity: &Connectivity) -> Vec<ClassId> {
        let ends = snapshot.pods().map(|(id, _)| Endpoint::Pod(id)).chain(snapshot.nodes().map(|(id, _)| Endpoint::Node(id)));
        let outside = connectivity.outside.iter().map(|(_, class)| *class);
        let mut classes: Vec<ClassId> = ends.map(|end| connectivity.class_of(end)).chain(outside).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    fn add_row(&mut self, compiled: &Compiled, cache: &mut EvaluationCache, chain: Chain, classes: &[ClassId]) {
        let (host, pre_dnat, direction, hooks) = chain;
        let class_of = |hook: &Hook| compiled.class_of_host(if *hook == Hook::PreDnat { pre_dnat } else { host }, *hook);
        let asks_own = hooks.iter().any(|hook| compiled.asks_about_own_end(class_of(hook), direction));
        for own in owns(asks_own, classes) {
            if self.rows.contains_key(&(chain, own)) {
                continue;
            }
            let at = AtHost { host, pre_dnat, direction, hooks, own: own.unwrap_or(ClassId(u32::MAX)) };
            let peers = AllPeers(compiled.class_count());
            let outcome = evaluate_hooks(compiled, cache, &at, &peers, ConnectionId::ALL, &mut NoTrace).left_is_allowed(cache);
            self.rows.insert((chain, own), row_of(outcome, cache));
        }
    }

    fn add_untracked(&mut self, compiled: &Compiled, cache: &mut EvaluationCache, host: HostEndpointId, classes: &[ClassId]) {
        let chains = [UNTRACKED, UNTRACKED_REPLY].into_iter().flat_map(|hooks| Direction::BOTH.map(|direction| (hooks, direction)));
        for (hooks, direction) in chains {
            let Some(hook) = hooks.first().copied() else { continue };
            let asks_own = compiled.asks_about_own_end(compiled.class_of_host(host, hook), direction);
            for own in owns(asks_own, classes) {
                if self.untracked.contains_key(&(host, hook, direction, own)) {
                    continue;
                }
                let at = AtHost { host, pre_dnat: host, direction, hooks, own: own.unwrap_or(ClassId(u32::MAX)) };
                let outcome = evaluate_hooks(compiled, cache, &at, &AllPeers(compiled.class_count()), ConnectionId::ALL, &mut NoTrace);
                let parts = outcome.allowed.into_iter().zip(outcome.denied).zip(outcome.left);
                let row = parts.map(|((allowed, denied), left)| Untracked { allowed, denied, left }).collect();
                self.untracked.insert((host, hook, direction, own), row);
            }
        }
    }

    fn spot(&self, end: Endpoint) -> Spot {
        match end {
            Endpoint::Pod(id) => self.endpoints.get(id.index()).copied().unwrap_or(Spot { node: None, is_host: false }),
            Endpoint::Node(id) => Spot { node: Some(id), is_host: true },
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => Spot { node: None, is_host: false },
        }
    }

    fn rules(&self, node: NodeId) -> NodeRules {
        self.nodes.get(node.index()).copied().unwrap_or(NodeRules::UNPOLICED)
    }

    /// What of the connections between two endpoints also passes every checkpoint between them.
    pub(super) fn pass(&self, all: &Connectivity, from: (Endpoint, ClassId), to: (Endpoint, ClassId), pair: PairIds) -> PairIds {
        let (a, b) = (self.spot(from.0), self.spot(to.0));
        let to_own_host = b.is_host && !a.is_host && a.node.is_some() && a.node == b.node;
        if self.rows.is_empty() && !to_own_host {
            return pair;
        }
        let by_traversal = |masquerade: Option<NodeId>| {
            let mut checkpoints = Vec::new();
            host_checkpoints(a, b, masquerade, |node| self.rules(node), &mut checkpoints);
            checkpoints.iter().fold(pair, |pair, checkpoint| all.both(pair, self.passes(all, checkpoint, (a, from.1), (b, to.1))))
        };
        // With which address a packet comes matters only where a host endpoint looks at it.
        let is_watched = b.is_host && !a.is_host && b.node.is_some_and(|node| self.rules(node).hosts != NodeRules::UNPOLICED.hosts);
        let (Some(source), Some(destination), true) = (self.departure(from.0), self.departure(to.0), is_watched) else {
            return by_traversal(None);
        };
        let disguises = source.disguises(destination, self.of_each_class.iter().copied(), |node| all.class_of(Endpoint::Node(node)));
        disguises.into_iter().map(by_traversal).reduce(|sum, traversal| all.either(sum, traversal)).unwrap_or(pair)
    }

    fn departure(&self, end: Endpoint) -> Option<&Departure> {
        match end {
            Endpoint::Pod(id) => self.pods.get(id.index()),
            Endpoint::Node(id) => self.at_nodes.get(id.index()),
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
        }
    }

    /// What a checkpoint lets through.
    fn passes(&self, all: &Connectivity, checkpoint: &Checkpoint, from: Party, to: Party) -> PairIds {
        match *checkpoint {
            // Those of the endpoints themselves, and those between nodes, are computed elsewhere.
            Checkpoint::Endpoint(_) | Checkpoint::Group { .. } => EVERYTHING,
            Checkpoint::OwnHost(..)
            | Checkpoint::NotPeered(..)
            | Checkpoint::PublicAddress(..)
            | Checkpoint::Route(_)
            | Checkpoint::Platform(_) => {
                without_policies(*checkpoint, self.host_input).map_or(EVERYTHING, |(verdict, _)| verdict.connections().into())
            }
            Checkpoint::Host { host, pre_dnat, direction, hooks, masquerade } => {
                let from = masquerade.map_or(from, |node| (from.0, all.class_of(Endpoint::Node(node))));
                let (own, peer) = sides(direction, from.1, to.1);
                let chain = (host, pre_dnat, direction, hooks);
                let row = self.rows.get(&(chain, None)).or_else(|| self.rows.get(&(chain, Some(own))));
                row.map_or(EVERYTHING, |row| row.at(peer))
            }
            Checkpoint::Reply { node, host, enters, leaves, masquerade } => {
                let from = masquerade.map_or(from, |node| (from.0, all.class_of(Endpoint::Node(node))));
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
        from: Party,
        to: Party,
    ) -> PairIds {
        let table = &all.cache.table;
        let asked = |hook, direction, from: ClassId, to: ClassId| {
            let (own, peer) = sides(direction, from, to);
            let row =
                self.untracked.get(&(host, hook, direction, None)).or_else(|| self.untracked.get(&(host, hook, direction, Some(own))));
            row.and_then(|row| row.get(peer.index())).copied()
        };
        let answered = |id| table.answered_by(id);
        let request = crate::verdict::traversal::untracked_direction(enters, leaves)
            .and_then(|direction| asked(Hook::Untracked, direction, from.1, to.1));
        let reply = crate::verdict::traversal::untracked_direction(leaves, enters)
            .and_then(|direction| asked(Hook::Reply, direction, to.1, from.1));
        let reply = reply.map(|r| Untracked { allowed: answered(r.allowed), denied: answered(r.denied), left: answered(r.left) });
        // A reply is no connection of its own but for protocols of which no states are known.
        let of_replies = |checkpoints: &[Checkpoint]| {
            let pass = checkpoints.iter().fold(EVERYTHING, |sum, checkpoint| {
                let pass = match checkpoint {
                    Checkpoint::Endpoint(Direction::Egress) => all.egress.at(to.1, from.1),
                    Checkpoint::Endpoint(Direction::Ingress) => all.ingress.at(from.1, to.1),
                    checkpoint => self.passes(all, checkpoint, to, from),
                };
                all.both(sum, pass)
            });
            let denied = table.difference(ConnectionId::ALL, pass.allowed);
            Passes { allowed: answered(pass.possible), denied: answered(denied) }
        };
        let (fresh, after) = crate::verdict::traversal::reply_checkpoints(node, self.rules(node), enters, leaves);
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

fn owns(asks_own: bool, classes: &[ClassId]) -> Vec<Option<ClassId>> {
    if asks_own { classes.iter().copied().map(Some).collect() } else { alloc::vec![None] }
}
