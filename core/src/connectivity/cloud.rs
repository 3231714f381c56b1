//! What the cloud's network lets through, for all pairs of endpoints. Upstream: docs/azure.md 2.3.
//!
//! The rules of a group know classes only as far as its address sets tell them apart, and most do not: each group is evaluated once for
//! every two such parts of all classes. What passes between two endpoints is put together from that when it is asked for, once for each two
//! kinds of endpoints, so that nothing is done for all pairs.

use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};

use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

use super::{EVERYTHING, PairIds, Row, row_of};
use crate::compile::{ClassId, Compiled, Endpoint, Parts};
use crate::connections::{ConnectionId, ConnectionSet};
use crate::policy::Direction;
use crate::policy::GroupUseId;
use crate::settings::HostInput;
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::NetworkId;
use crate::verdict::evaluate::{EvaluationCache, EvaluationSubject, NoTrace, Peers, evaluate};
use crate::verdict::traversal::{Checkpoint, CloudTraversal, NetworkLocation, NetworkLocationKind, NetworkLocations, Topology};
use crate::verdict::without_policies;

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
    own: Parts,
    peers: Parts,
    /// By part of the own endpoint, as far as any endpoint is there: what passes by part of the other endpoint.
    rows: Vec<Option<Row>>,
}

impl Group {
    fn at(&self, own: ClassId, peer: ClassId) -> PairIds {
        let row = self.own.of(own).and_then(|part| self.rows.get(part as usize)?.as_ref());
        match row.zip(self.peers.of(peer)) {
            Some((row, part)) => row.at(ClassId(part)),
            // INVARIANT: endpoints at the group have rows. Were it broken, no answer would be claimed.
            None => PairIds { allowed: ConnectionId::NONE, possible: ConnectionId::ALL },
        }
    }
}

/// One class of each part.
struct Samples(Vec<ClassId>);

impl Peers for Samples {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn matching(&self, set: &FixedBitSet, mut visit: impl FnMut(usize)) {
        for (place, class) in self.0.iter().enumerate() {
            if set.contains(class.index()) {
                visit(place);
            }
        }
    }

    fn class(&self, place: usize) -> ClassId {
        self.0.get(place).copied().unwrap_or(ClassId(u32::MAX))
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
    /// Nothing where the text says nothing of the cloud's network.
    pub(super) fn new(compiled: &Compiled, snapshot: &Snapshot, cache: &mut EvaluationCache) -> Option<Self> {
        let locations = NetworkLocations::new(compiled, snapshot)?;
        let groups: Vec<[[Parts; 2]; 2]> = snapshot
            .cloud
            .group_uses()
            .map(|(used, _)| Direction::BOTH.map(|direction| compiled.told_apart(compiled.class_of_group(used), direction)))
            .collect();
        let told_apart = in_all(groups.iter().flatten().flatten(), compiled.class_count());
        let part_of = |end: Endpoint| told_apart.get(compiled.class_of(end).index()).copied().unwrap_or(u32::MAX);
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
        let mut wanted: Vec<[Vec<bool>; 2]> =
            groups.iter().map(|sides| sides.each_ref().map(|[own, _]| alloc::vec![false; own.len()])).collect();
        for (network_location, end) in &lists.samples {
            let Some(network_location) = lists.locations.get(*network_location as usize) else { continue };
            for candidate in &network_location.candidates {
                // Its packets may have its node's address there.
                let seen = [Some(*end), candidate.node.map(Endpoint::Node)];
                for (used, end) in candidate.nsgs.uses().flat_map(|used| seen.into_iter().flatten().map(move |end| (used, end))) {
                    let Some((sides, wanted)) = groups.get(used.index()).zip(wanted.get_mut(used.index())) else { continue };
                    for ([own, _], wanted) in sides.iter().zip(wanted) {
                        let part = own.of(compiled.class_of(end));
                        if let Some(wanted) = part.and_then(|part| wanted.get_mut(part as usize)) {
                            *wanted = true;
                        }
                    }
                }
            }
        }
        let mut group = |used: GroupUseId, direction, [own, peers]: [Parts; 2], wanted: &[bool]| {
            let samples = Samples(peers.samples());
            let row = |(own, wanted): (ClassId, &bool)| {
                wanted.then(|| {
                    let asked = EvaluationSubject { subject: compiled.class_of_group(used), own };
                    let outcome = evaluate(compiled, cache, asked, direction, &samples, ConnectionId::ALL, &mut NoTrace);
                    row_of(outcome.left_is_allowed(cache), cache)
                })
            };
            let rows = own.samples().into_iter().zip(wanted).map(row).collect();
            Group { own, peers, rows }
        };
        let groups = (0..)
            .map(GroupUseId)
            .zip(groups)
            .zip(&wanted)
            .map(|((used, [out, into]), wanted)| {
                [group(used, Direction::Egress, out, &wanted[0]), group(used, Direction::Ingress, into, &wanted[1])]
            })
            .collect();
        Some(CloudConnectivity {
            topology: locations.topology,
            locations: lists.locations,
            endpoints,
            nodes,
            outside,
            inside,
            kinds: lists.samples.len(),
            host_input: compiled.host_input(),
            groups,
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
        cache: &EvaluationCache,
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
        let compute = || self.over_all_traversals(cache, &class_of, (from.0, x), (to.0, y));
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
        cache: &EvaluationCache,
        class_of: impl Fn(Endpoint) -> ClassId,
        from: (Endpoint, &NetworkLocation),
        to: (Endpoint, &NetworkLocation),
    ) -> PairIds {
        let table = &cache.table;
        let mut sum: Option<PairIds> = None;
        self.topology.each_traversal(from, to, |traversal| {
            let pass = self.on_traversal(cache, &class_of, traversal);
            sum = Some(sum.map_or(pass, |sum| PairIds {
                allowed: table.intersection(sum.allowed, pass.allowed),
                possible: table.union(sum.possible, pass.possible),
            }));
        });
        sum.unwrap_or(EVERYTHING)
    }

    fn on_traversal(&self, cache: &EvaluationCache, class_of: impl Fn(Endpoint) -> ClassId, traversal: CloudTraversal) -> PairIds {
        traversal.into_iter().flatten().fold(EVERYTHING, |pass, checkpoint| {
            let here = self.at_checkpoint(cache, &class_of, checkpoint);
            PairIds {
                allowed: cache.table.intersection(pass.allowed, here.allowed),
                possible: cache.table.intersection(pass.possible, here.possible),
            }
        })
    }

    fn at_checkpoint(&self, cache: &EvaluationCache, class_of: impl Fn(Endpoint) -> ClassId, checkpoint: Checkpoint) -> PairIds {
        if let Some((verdict, _)) = without_policies(checkpoint, self.host_input) {
            return verdict.connections().into();
        }
        // Those of the cluster itself are on no traversal of the network.
        let Checkpoint::Group { used, direction, from, to, .. } = checkpoint else { return EVERYTHING };
        let Some([out, into]) = self.groups.get(used.index()) else { return EVERYTHING };
        let pass = match direction {
            Direction::Egress => out.at(class_of(from), class_of(to)),
            Direction::Ingress => into.at(class_of(to), class_of(from)),
        };
        let Some(around) = checkpoint.traffic_seen() else { return pass };
        // The packets between pods are inside others, which pass or do not; from which port those come is not known.
        let around = cache.table.intern(ConnectionSet::of_traffic(around));
        let all_if = |passes: bool| if passes { ConnectionId::ALL } else { ConnectionId::NONE };
        PairIds {
            allowed: all_if(cache.table.difference(around, pass.allowed).is_none()),
            possible: all_if(!cache.table.intersection(around, pass.possible).is_none()),
        }
    }
}

/// For each class, which part of everything it is in.
fn in_all<'a>(parts: impl Iterator<Item = &'a Parts>, classes: usize) -> Vec<u32> {
    let mut all = alloc::vec![0u32; classes];
    for parts in parts.filter(|parts| parts.len() > 1) {
        let mut numbers: HashMap<(u32, u32), u32> = HashMap::new();
        for (sum, part) in all.iter_mut().zip(parts.iter()) {
            let next = numbers.len() as u32;
            *sum = *numbers.entry((*sum, part)).or_insert(next);
        }
    }
    all
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
