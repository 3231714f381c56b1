//! All pairs: which connections every endpoint may make to every other, exact over every protocol and port.
//!
//! Kept by class and lazily. A row holds, for one group of classes of which no policy tells one from another, what egress (or ingress) lets
//! through: an answer for each combination of the few sets that its rules name, evaluated when it is first asked for. A pair's answer is the
//! intersection of two of these. So nothing costs what all pairs would: there are many, and nobody asks about all of them.

mod cloud;
mod grid;
mod hosts;
mod row;
mod side;
mod unchanged;

pub use grid::{Grid, Groups, Passing};
pub use unchanged::Mark;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::compile::{ClassId, Compiled, Endpoint, OutsideRange, Whereabouts};
use crate::connections::{ConnectionId, ConnectionSet};
use crate::policy::{Direction, Matched};
use crate::settings::OwnNode;
use crate::snapshot::{PodId, Snapshot};
use crate::verdict::evaluate::EvaluationCache;
use crate::verdict::traversal::TunnelSources;
use crate::verdict::{Doors, Verdict, is_loopback, is_own_node, is_single, own_node_connections};
use cloud::CloudConnectivity;
use hosts::Hosts;
pub(crate) use row::{Row, RowQuestion};
use side::{RowId, Side};
use unchanged::Edits;

/// Connections between two endpoints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair<'a> {
    /// Certainly allowed.
    pub allowed: &'a ConnectionSet,
    /// Allowed, or not to be told: some fact is missing.
    pub possible: &'a ConnectionSet,
}

impl Pair<'_> {
    /// Connections of which it cannot be told whether they are allowed.
    pub fn unknown(&self) -> ConnectionSet {
        self.possible.difference(self.allowed)
    }

    /// What becomes of some connections: allowed or denied if all of them are.
    pub fn verdict(&self, wanted: &ConnectionSet) -> Verdict {
        match (wanted.difference(self.allowed).is_empty(), wanted.intersection(self.possible).is_empty()) {
            (true, _) => Verdict::Allowed,
            (false, true) => Verdict::Denied,
            (false, false) => Verdict::CannotTell,
        }
    }

    /// Whether every connection is either allowed or denied for certain.
    pub fn is_certain(&self) -> bool {
        self.allowed == self.possible
    }
}

/// A [`Pair`] in numbers instead of sets: equal numbers mean equal sets, within one [`Connectivity`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PairIds {
    /// Certainly allowed.
    pub allowed: ConnectionId,
    /// Allowed, or not to be told.
    pub possible: ConnectionId,
}

const EVERYTHING: PairIds = PairIds { allowed: ConnectionId::ALL, possible: ConnectionId::ALL };

impl From<[ConnectionId; 2]> for PairIds {
    fn from([allowed, possible]: [ConnectionId; 2]) -> Self {
        PairIds { allowed, possible }
    }
}

/// Endpoints beside the policies: where they run, and whether a pod is alone.
#[derive(Clone, Debug)]
struct EndFacts {
    class: ClassId,
    /// Where it is, if it has a network of its own.
    pod_network: Option<Whereabouts>,
    /// Where it is, if it uses its node's network.
    node_network: Option<Whereabouts>,
    /// Whether it is a single pod, so that it and itself are one and the same.
    single: bool,
}

/// The classes of all endpoints.
#[derive(Clone, Debug)]
struct Ends {
    endpoints: Vec<EndFacts>,
    nodes: Vec<ClassId>,
    /// First address and class of each outside range that rules of either direction tell apart.
    outside: Vec<(IpAddr, ClassId)>,
    sources: Vec<OutsideRange>,
    destinations: Vec<OutsideRange>,
}

impl Ends {
    fn new(compiled: &Compiled, snapshot: &Snapshot) -> Self {
        let facts = |id| EndFacts {
            class: compiled.class_of(Endpoint::Pod(id)),
            pod_network: compiled.pod_network(Endpoint::Pod(id), snapshot),
            node_network: compiled.node_network(Endpoint::Pod(id), snapshot),
            single: is_single(Endpoint::Pod(id), snapshot),
        };
        Ends {
            endpoints: snapshot.pods().map(|(id, _)| facts(id)).collect(),
            nodes: snapshot.nodes().map(|(id, _)| compiled.class_of(Endpoint::Node(id))).collect(),
            outside: compiled.outside_atoms().collect(),
            sources: compiled.outside(Direction::Ingress).to_vec(),
            destinations: compiled.outside(Direction::Egress).to_vec(),
        }
    }
}

/// The answers of all pairs.
#[derive(Clone, Debug)]
pub struct Connectivity {
    compiled: Arc<Compiled>,
    cache: EvaluationCache,
    egress: Side,
    ingress: Side,
    ends: Ends,
    own_node: OwnNode,
    /// What host endpoints let through; nothing where no engine polices hosts.
    hosts: Option<Hosts>,
    /// What the cloud's network lets through; nothing where the input says nothing of it.
    cloud: Option<CloudConnectivity>,
    /// Ports of nodes that lead on to pods.
    doors: Doors,
    /// With which addresses packets of nodes come through tunnels, where there are any.
    tunnels: Option<TunnelSources>,
    edits: Edits,
}

/// What stays of [`Connectivity`] after an edit, as long as no endpoint changes its class.
#[derive(Debug)]
pub(crate) struct KeptAnswers {
    cache: EvaluationCache,
    egress: Side,
    ingress: Side,
    ends: Ends,
    edits: Edits,
}

impl Connectivity {
    /// The policies that it answers for.
    pub(crate) fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// Prepares the answers of all pairs, which are evaluated when they are asked for.
    pub fn new(compiled: &Arc<Compiled>, snapshot: &Snapshot) -> Self {
        let (cache, edits) = (EvaluationCache::default(), Edits::default());
        let egress = Side::new(compiled, &cache, Direction::Egress, edits.count, None);
        let ingress = Side::new(compiled, &cache, Direction::Ingress, edits.count, None);
        Connectivity::of(compiled, snapshot, KeptAnswers { cache, egress, ingress, ends: Ends::new(compiled, snapshot), edits })
    }

    /// What can be used [again](Self::again).
    pub(crate) fn keep(self) -> KeptAnswers {
        KeptAnswers { cache: self.cache, egress: self.egress, ingress: self.ingress, ends: self.ends, edits: self.edits }
    }

    /// The answers after an edit: rows of policies that did not change stay as they are. `compiled` has the classes of before.
    pub(crate) fn again(compiled: &Arc<Compiled>, snapshot: &Snapshot, kept: KeptAnswers) -> Self {
        let KeptAnswers { cache, egress, ingress, ends, edits } = kept;
        let edits = edits.next();
        let egress = Side::new(compiled, &cache, Direction::Egress, edits.count, Some(egress));
        let ingress = Side::new(compiled, &cache, Direction::Ingress, edits.count, Some(ingress));
        Connectivity::of(compiled, snapshot, KeptAnswers { cache, egress, ingress, ends, edits })
    }

    fn of(compiled: &Arc<Compiled>, snapshot: &Snapshot, parts: KeptAnswers) -> Self {
        let KeptAnswers { cache, egress, ingress, ends, edits } = parts;
        let mut connectivity = Connectivity {
            compiled: Arc::clone(compiled),
            cache,
            egress,
            ingress,
            ends,
            own_node: compiled.own_node(),
            hosts: None,
            cloud: None,
            doors: Doors::new(snapshot),
            tunnels: TunnelSources::new(compiled, snapshot),
            edits,
        };
        if compiled.polices_hosts() {
            connectivity.hosts = Some(Hosts::new(compiled, snapshot));
        }
        connectivity.cloud = CloudConnectivity::new(compiled, snapshot);
        connectivity
    }

    /// The same where a pod's own node has no right of its own to reach it, as no policy can take that away.
    pub(crate) fn without_own_node(&self) -> Self {
        Connectivity { own_node: OwnNode::Ignored, edits: Edits::default(), ..self.clone() }
    }

    /// Connections from one endpoint to another.
    ///
    /// A pod always reaches itself, and (unless the settings say otherwise) is always reached by its own node. An address that a pod or a
    /// node has is no endpoint outside: name the pod or the node.
    pub fn between(&self, from: Endpoint, to: Endpoint) -> Pair<'_> {
        self.sets(self.between_ids(from, to))
    }

    /// Connections from one endpoint to another, as [`between`](Self::between) gives them, in numbers.
    pub fn between_ids(&self, from: Endpoint, to: Endpoint) -> PairIds {
        if is_loopback(from, to, self.is_single(from)) {
            return EVERYTHING;
        }
        let pair = self.by_doors(from, to, self.between_policies(from, to));
        self.both(pair, self.cloud_pass(from, to))
    }

    /// The same where ports of a node lead on to pods: it is not known what becomes of these connections, unless egress stops them in any case.
    fn by_doors(&self, from: Endpoint, to: Endpoint, pair: PairIds) -> PairIds {
        let Endpoint::Node(node) = to else { return pair };
        let mut doors = self.doors.of(node).peekable();
        if doors.peek().is_none() {
            return pair;
        }
        let (table, source) = (&self.cache.table, self.class_of(from));
        let egress = |to: Endpoint| self.policies(Direction::Egress, source, self.class_of(to)).possible;
        let home = self.doors.home_of(from);
        let (mut all, mut open) = (ConnectionSet::EMPTY, ConnectionSet::EMPTY);
        for door in doors {
            let connections = door.connections();
            let is_open = door.may_open((from, home), node, |to, traffic| {
                !self.set(egress(to)).intersection(&ConnectionSet::of_traffic(traffic)).is_empty()
            });
            open = open.union(&if is_open { connections.clone() } else { self.set(egress(to)).intersection(&connections) });
            all = all.union(&connections);
        }
        let (all, open) = (table.intern(all), table.intern(open));
        PairIds { allowed: table.difference(pair.allowed, all), possible: table.union(table.difference(pair.possible, all), open) }
    }

    /// What the cloud's network lets through.
    fn cloud_pass(&self, from: Endpoint, to: Endpoint) -> PairIds {
        let Some(cloud) = &self.cloud else { return EVERYTHING };
        let stretch = |end: Endpoint| end.address().and_then(|address| self.stretch(address));
        let class = |end: Endpoint, stretch: Option<usize>| match stretch.and_then(|i| self.ends.outside.get(i)) {
            Some((_, class)) => *class,
            None => self.class_of(end),
        };
        let (a, b) = (stretch(from), stretch(to));
        // The endpoints themselves are asked about again and again.
        let (source, destination) = (class(from, a), class(to, b));
        let class_of = |end: Endpoint| match end {
            end if end == from => source,
            end if end == to => destination,
            end => self.class_of(end),
        };
        cloud.pass(self, class_of, (from, a), (to, b))
    }

    /// What two places let through, one after the other.
    fn both(&self, a: PairIds, b: PairIds) -> PairIds {
        let table = &self.cache.table;
        let allowed = table.intersection(a.allowed, b.allowed);
        let certain = (a.allowed, b.allowed) == (a.possible, b.possible);
        PairIds { allowed, possible: if certain { allowed } else { table.intersection(a.possible, b.possible) } }
    }

    /// What passes where either of two traversals may be taken.
    fn either(&self, a: PairIds, b: PairIds) -> PairIds {
        if a == b {
            return a;
        }
        let table = &self.cache.table;
        PairIds { allowed: table.intersection(a.allowed, b.allowed), possible: table.union(a.possible, b.possible) }
    }

    /// What the policies of the cluster let through.
    fn between_policies(&self, from: Endpoint, to: Endpoint) -> PairIds {
        let (source, destination) = (self.class_of(from), self.class_of(to));
        let ingress = self.ingress((from, source), (to, destination));
        let ingress = own_node_connections(self.is_own_node(from, to), [ingress.allowed, ingress.possible]);
        let pair = self.both(self.policies(Direction::Egress, source, destination), ingress.into());
        let Some(hosts) = &self.hosts else { return pair };
        hosts.pass(self, (from, source), (to, destination), pair)
    }

    /// What policies for ingress let through, with the address that a packet has there.
    fn ingress(&self, (from, source): (Endpoint, ClassId), (to, destination): (Endpoint, ClassId)) -> PairIds {
        let by_class = |source: ClassId| self.policies(Direction::Ingress, destination, source);
        let Some(tunnel) = self.tunnels.as_ref().and_then(|tunnels| tunnels.towards(from, to)) else { return by_class(source) };
        let itself = tunnel.as_itself.then_some(source);
        let sources = tunnel.ends.iter().map(|end| self.class_of(*end)).chain(itself);
        sources.map(by_class).reduce(|sum, one| self.either(sum, one)).unwrap_or_else(|| by_class(source))
    }

    /// Connections between endpoints of two classes, which are different endpoints and not a pod and its own node.
    pub fn between_classes(&self, from: ClassId, to: ClassId) -> PairIds {
        self.both(self.policies(Direction::Egress, from, to), self.policies(Direction::Ingress, to, from))
    }

    /// What egress of `from` (or ingress of `to`) alone lets through.
    pub fn one_side(&self, direction: Direction, from: Endpoint, to: Endpoint) -> Pair<'_> {
        let (source, destination) = (self.class_of(from), self.class_of(to));
        self.sets(match direction {
            Direction::Egress => self.policies(Direction::Egress, source, destination),
            Direction::Ingress => self.ingress((from, source), (to, destination)),
        })
    }

    /// What the policies of a class let through in a direction.
    fn policies(&self, direction: Direction, subject: ClassId, peer: ClassId) -> PairIds {
        match self.row(direction, subject) {
            Ok(row) => row.at(&self.compiled, &self.cache, peer).pair,
            Err(all) => all,
        }
    }

    fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        }
    }

    /// The row of a class, or what passes where no policy applies.
    fn row(&self, direction: Direction, subject: ClassId) -> Result<&Row, PairIds> {
        let side = self.side(direction);
        match side.of_class.get(subject.index()) {
            Some(RowId::Row(row)) => side.rows.get(*row as usize).ok_or(EVERYTHING),
            Some(RowId::Open(all)) => Err(PairIds { allowed: *all, possible: *all }),
            None => Err(EVERYTHING),
        }
    }

    /// Evaluates all that policies of pods say and that was not asked about yet; returns how many answers there are.
    pub fn evaluate_all(&self) -> usize {
        let mut scratch = Vec::new();
        let mut evaluate = |row: &Row| {
            row.evaluate_all(&self.compiled, &self.cache, &mut scratch);
            row.answers()
        };
        self.egress.rows.iter().chain(&self.ingress.rows).map(&mut evaluate).sum()
    }

    /// Whether egress of a class possibly lets out, to any endpoint at all, a set of connections for which `wanted` holds.
    pub(crate) fn lets_out(&self, class: ClassId, wanted: impl Fn(&ConnectionSet) -> bool) -> bool {
        let wanted = |pair: PairIds| wanted(self.set(pair.possible));
        match self.row(Direction::Egress, class) {
            Err(_) => wanted(EVERYTHING),
            Ok(row) => row.any(&self.compiled, &self.cache, wanted),
        }
    }

    /// Whether nodes have ports that lead on to pods, so that nodes of one class differ.
    pub(crate) fn has_doors(&self) -> bool {
        !self.doors.is_empty()
    }

    /// The sets that the numbers stand for.
    pub fn sets(&self, ids: PairIds) -> Pair<'_> {
        Pair { allowed: self.cache.table.get(ids.allowed), possible: self.cache.table.get(ids.possible) }
    }

    /// The set with this number.
    pub fn set(&self, id: ConnectionId) -> &ConnectionSet {
        self.cache.table.get(id)
    }

    /// Address ranges that policies tell apart as sources (ingress rules) or as destinations (egress rules).
    pub fn outside(&self, direction: Direction) -> &[OutsideRange] {
        match direction {
            Direction::Ingress => &self.ends.sources,
            Direction::Egress => &self.ends.destinations,
        }
    }

    /// The class of an endpoint: endpoints of one class have equal rows and columns.
    pub fn class_of(&self, end: Endpoint) -> ClassId {
        match end {
            Endpoint::Pod(id) => self.ends.endpoints.get(id.index()).map_or(ClassId::NOWHERE, |e| e.class),
            Endpoint::Node(id) => self.ends.nodes.get(id.index()).copied().unwrap_or(ClassId::NOWHERE),
            Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => {
                self.stretch(address).and_then(|i| self.ends.outside.get(i)).map_or(ClassId::NOWHERE, |(_, class)| *class)
            }
        }
    }

    /// Where stretches of outside addresses begin that any rule tells apart.
    pub(crate) fn stretches(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.ends.outside.iter().map(|(start, _)| *start)
    }

    /// The stretch of outside addresses that holds an address.
    fn stretch(&self, address: IpAddr) -> Option<usize> {
        self.ends.outside.partition_point(|(start, _)| *start <= address).checked_sub(1)
    }

    /// How many classes there are.
    pub fn class_count(&self) -> usize {
        self.compiled.class_count()
    }

    /// How many different connection sets there are among all answers and what led to them.
    pub fn set_count(&self) -> usize {
        self.cache.table.len()
    }

    fn facts(&self, id: PodId) -> Option<&EndFacts> {
        self.ends.endpoints.get(id.index())
    }

    /// Whether it is one endpoint alone, and no template of several pods: what it sends to itself meets no policy then.
    pub fn is_single(&self, end: Endpoint) -> bool {
        match end {
            Endpoint::Pod(id) => self.facts(id).is_none_or(|e| e.single),
            Endpoint::Node(_) | Endpoint::Outside(_) | Endpoint::InNetwork(..) => true,
        }
    }

    fn is_own_node(&self, from: Endpoint, to: Endpoint) -> Matched {
        let from = match from {
            Endpoint::Node(id) => Some(Whereabouts::On(id)),
            Endpoint::Pod(id) => self.facts(id).and_then(|e| e.node_network),
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
        };
        let to = match to {
            Endpoint::Pod(id) => self.facts(id).and_then(|e| e.pod_network),
            Endpoint::Node(_) | Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
        };
        is_own_node(self.own_node, from, to)
    }
}
