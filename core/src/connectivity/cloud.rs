//! What the cloud's network lets through, for all pairs of endpoints. Upstream: docs/azure.md 2.3.
//!
//! The rules of a group know classes only as far as its address sets tell them apart, and most do not: each group is evaluated once for
//! every two such parts of all classes, as far as they are asked about. What passes between two endpoints is put together from that when it
//! is asked for, once for each two kinds of endpoints, so that nothing is done for all pairs.

use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};

use hashbrown::HashMap;

use super::{Connectivity, EVERYTHING, PairIds, Row, RowQuestion};
use crate::compile::{ClassId, Compiled, Endpoint, Parts};
use crate::connections::{ConnectionId, ConnectionSet};
use crate::policy::Direction;
use crate::settings::HostInput;
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::NetworkId;
use crate::verdict::evaluate::EvaluationSubject;
use crate::verdict::traversal::{Checkpoint, CloudTraversal, NetworkLocation, NetworkLocationKind, NetworkLocations, Topology};
use crate::verdict::{by_protocol, without_policies};

/// So many kinds have a table of all pairs of them.
const MOST_IN_TABLE: usize = 1024;
/// So many answers are remembered beside that.
const MOST_REMEMBERED: usize = 1 << 18;

/// An endpoint, as far as the cloud's network goes.
#[derive(Clone, Copy, Debug)]
struct EndpointSlot {
    /// Where it is.
    location: u32,
    /// Endpoints of one kind are told apart by nothing but the machine that they are on.
    kind: u32,
}

/// A group in one direction.
#[derive(Clone, Debug)]
struct Group {
    /// Endpoints at the group, as far as its rules tell them apart on their own side.
    own: Parts,
    /// By part.
    rows: Vec<Row>,
}

impl Group {
    /// Finds the rows; none is evaluated.
    fn new(compiled: &Compiled, subject: ClassId, direction: Direction) -> Self {
        let rules = || compiled.rules_of(subject, direction);
        let own = compiled.parts_of(rules().flat_map(|rule| &rule.own), || rules().any(|rule| compiled.asks_ports(rule)));
        let row = |own| Row::new(RowQuestion::Subject(EvaluationSubject { subject, own }, direction, ConnectionId::ALL));
        Group { rows: own.samples().into_iter().map(row).collect(), own }
    }

    fn at(&self, all: &Connectivity, own: ClassId, peer: ClassId) -> PairIds {
        let row = self.own.of(own).and_then(|part| self.rows.get(part as usize));
        // INVARIANT: endpoints have classes. Were it broken, no answer would be claimed.
        row.map_or(PairIds { allowed: ConnectionId::NONE, possible: ConnectionId::ALL }, |row| row.at(&all.compiled, &all.cache, peer).pair)
    }
}

/// What the cloud's network lets through.
#[derive(Clone, Debug)]
pub(super) struct CloudConnectivity {
    topology: Topology,
    locations: Vec<NetworkLocation>,
    endpoints: Vec<EndpointSlot>,
    nodes: Vec<EndpointSlot>,
    /// By stretch of outside addresses.
    outside: Vec<EndpointSlot>,
    /// By network and stretch, for the addresses that a network has.
    inside: HashMap<(NetworkId, usize), EndpointSlot>,
    kinds: usize,
    /// What nodes do with packets that are left to them.
    host_input: HostInput,
    /// By use of a group: outbound and inbound.
    groups: Vec<[Group; 2]>,
    /// By pair of kinds.
    table: OnceCell<Vec<Cell<Option<PairIds>>>>,
    remembered: RefCell<HashMap<(u32, u32), PairIds>>,
}

impl CloudConnectivity {
    /// Nothing where the input says nothing of the cloud's network.
    pub(super) fn new(compiled: &Compiled, snapshot: &Snapshot) -> Option<Self> {
        let locations = NetworkLocations::new(compiled, snapshot)?;
        let uses = || snapshot.cloud.group_uses().map(|(used, _)| compiled.class_of_group(used));
        let sides = || uses().flat_map(|used| Direction::BOTH.map(|direction| (used, direction)));
        let rules = || sides().flat_map(|(used, direction)| compiled.rules_of(used, direction));
        let ends = rules().flat_map(|rule| [&rule.peers].into_iter().chain(&rule.own));
        let told_apart = compiled.parts_of(ends, || rules().any(|rule| compiled.asks_ports(rule)));
        let part_of = |end: Endpoint| told_apart.of(compiled.class_of(end)).unwrap_or(u32::MAX);
        let mut lists = Lists::default();
        let mut slot = |end: Endpoint| lists.slot(locations.of(end), end, part_of);
        let endpoints = snapshot.pods().map(|(id, _)| slot(Endpoint::Pod(id))).collect();
        let nodes = snapshot.nodes().map(|(id, _)| slot(Endpoint::Node(id))).collect();
        let outside = compiled.outside_atoms().map(|(start, _)| slot(Endpoint::Outside(start))).collect();
        let mut inside = HashMap::new();
        for (stretch, (start, _)) in compiled.outside_atoms().enumerate() {
            for network in snapshot.cloud.networks_with(start) {
                inside.insert((network, stretch), slot(Endpoint::InNetwork(network, start)));
            }
        }
        Some(CloudConnectivity {
            topology: locations.topology,
            locations: lists.locations,
            endpoints,
            nodes,
            outside,
            inside,
            kinds: lists.samples.len(),
            host_input: compiled.host_input(),
            groups: uses().map(|used| Direction::BOTH.map(|direction| Group::new(compiled, used, direction))).collect(),
            table: OnceCell::new(),
            remembered: RefCell::default(),
        })
    }

    /// Where an endpoint is; of outside addresses the number of the stretch.
    fn slot(&self, end: Endpoint, stretch: Option<usize>) -> Option<EndpointSlot> {
        match end {
            Endpoint::Pod(id) => self.endpoints.get(id.index()),
            Endpoint::Node(id) => self.nodes.get(id.index()),
            Endpoint::Outside(_) => self.outside.get(stretch?),
            Endpoint::InNetwork(network, _) => self.inside.get(&(network, stretch?)).or_else(|| self.outside.get(stretch?)),
        }
        .copied()
    }

    /// What passes between two endpoints, each with the number of its stretch if it is an outside address.
    pub(super) fn pass(
        &self,
        all: &Connectivity,
        class_of: impl Fn(Endpoint) -> ClassId,
        from: (Endpoint, Option<usize>),
        to: (Endpoint, Option<usize>),
    ) -> PairIds {
        let Some((a, b)) = self.slot(from.0, from.1).zip(self.slot(to.0, to.1)) else { return EVERYTHING };
        let Some((x, y)) = self.locations.get(a.location as usize).zip(self.locations.get(b.location as usize)) else {
            return EVERYTHING;
        };
        if x.is_together_with(y) {
            return EVERYTHING;
        }
        let compute = || self.over_all_traversals(all, &class_of, (from.0, x), (to.0, y));
        if self.kinds <= MOST_IN_TABLE {
            let table = self.table.get_or_init(|| alloc::vec![Cell::new(None); self.kinds * self.kinds]);
            let Some(cell) = table.get(a.kind as usize * self.kinds + b.kind as usize) else { return compute() };
            let pass = cell.get().unwrap_or_else(compute);
            cell.set(Some(pass));
            return pass;
        }
        // One traversal is put together as fast as it is remembered.
        if x.placed && y.placed {
            return compute();
        }
        let key = (a.kind, b.kind);
        if let Some(known) = self.remembered.borrow().get(&key) {
            return *known;
        }
        let pass = compute();
        let mut remembered = self.remembered.borrow_mut();
        if remembered.len() < MOST_REMEMBERED {
            remembered.insert(key, pass);
        }
        pass
    }

    /// What passes is certain if it passes on every traversal, and possible if it does on some.
    fn over_all_traversals(
        &self,
        all: &Connectivity,
        class_of: impl Fn(Endpoint) -> ClassId,
        from: (Endpoint, &NetworkLocation),
        to: (Endpoint, &NetworkLocation),
    ) -> PairIds {
        let table = &all.cache.table;
        let mut sum: Option<PairIds> = None;
        self.topology.each_traversal(from, to, |traversal| {
            let pass = self.on_traversal(all, &class_of, traversal);
            sum = Some(sum.map_or(pass, |sum| PairIds {
                allowed: table.intersection(sum.allowed, pass.allowed),
                possible: table.union(sum.possible, pass.possible),
            }));
        });
        sum.unwrap_or(EVERYTHING)
    }

    fn on_traversal(&self, all: &Connectivity, class_of: impl Fn(Endpoint) -> ClassId, traversal: CloudTraversal) -> PairIds {
        traversal.into_iter().flatten().fold(EVERYTHING, |pass, checkpoint| {
            let here = self.at_checkpoint(all, &class_of, checkpoint);
            PairIds {
                allowed: all.cache.table.intersection(pass.allowed, here.allowed),
                possible: all.cache.table.intersection(pass.possible, here.possible),
            }
        })
    }

    fn at_checkpoint(&self, all: &Connectivity, class_of: impl Fn(Endpoint) -> ClassId, checkpoint: Checkpoint) -> PairIds {
        if let Some((verdict, _)) = without_policies(checkpoint, self.host_input) {
            return verdict.connections().into();
        }
        if let Some(by_protocol) = by_protocol(checkpoint) {
            return by_protocol.connections(&all.cache.table).into();
        }
        // Those of the cluster itself are on no traversal of the network.
        let Checkpoint::Group { used, direction, from, to, .. } = checkpoint else { return EVERYTHING };
        let Some([out, into]) = self.groups.get(used.index()) else { return EVERYTHING };
        let pass = match direction {
            Direction::Egress => out.at(all, class_of(from), class_of(to)),
            Direction::Ingress => into.at(all, class_of(to), class_of(from)),
        };
        let Some(around) = checkpoint.traffic_seen() else { return pass };
        // The packets between pods are inside others, which pass or do not; from which port those come is not known.
        let around = all.cache.table.intern(ConnectionSet::of_traffic(around));
        let all_if = |passes: bool| if passes { ConnectionId::ALL } else { ConnectionId::NONE };
        PairIds {
            allowed: all_if(all.cache.table.difference(around, pass.allowed).is_none()),
            possible: all_if(!all.cache.table.intersection(around, pass.possible).is_none()),
        }
    }
}

/// NetworkLocations and kinds of endpoints, each once.
#[derive(Default)]
struct Lists {
    locations: Vec<NetworkLocation>,
    location_numbers: HashMap<NetworkLocation, u32>,
    /// An endpoint of each kind, with its network_location.
    samples: Vec<(u32, Endpoint)>,
    kind_numbers: HashMap<(NetworkLocationKind<u32>, u32), u32>,
    /// Kinds by network_location and part, as many endpoints have the same.
    known: HashMap<(u32, u32), u32>,
}

impl Lists {
    fn slot(&mut self, network_location: NetworkLocation, end: Endpoint, part_of: impl Fn(Endpoint) -> u32) -> EndpointSlot {
        let part = part_of(end);
        let next = self.locations.len() as u32;
        let number = *self.location_numbers.entry_ref(&network_location).or_insert(next);
        if let Some(kind) = self.known.get(&(number, part)) {
            return EndpointSlot { location: number, kind: *kind };
        }
        let key = (network_location.kind(|node| part_of(Endpoint::Node(node))), part);
        if number == next {
            self.locations.push(network_location);
        }
        let next = self.samples.len() as u32;
        let kind = *self.kind_numbers.entry(key).or_insert(next);
        if kind == next {
            self.samples.push((number, end));
        }
        self.known.insert((number, part), kind);
        EndpointSlot { location: number, kind }
    }
}
