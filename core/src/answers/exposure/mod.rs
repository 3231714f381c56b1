//! **What could reach a workload, or be reached by it, that the input does not hold?** Pods that nobody has written yet, with the labels
//! that they would need; the outside; the whole cluster.
//!
//! For each workload and direction, what *its own* policies let through:
//!
//! - to or from *any pod of any namespace*, real or not ([`SideExposure::cluster`]);
//! - to or from pods that match selectors which its rules name ([`SideExposure::peers`]), where that is something else;
//! - to or from addresses outside ([`Exposure::outside`]), with everything else that the packet meets.
//!
//! The policies of the other pod may forbid more. Which these will be is not known of a pod that does not exist.
//!
//! # How to read the rows
//!
//! Of the rows whose selectors a pod matches all, those count that no other of them narrows ([`PeerExposure::narrows`]); what any of these
//! lets through passes. A pod that matches no row has what the cluster has. That is exact: combinations of selectors get a row of their
//! own where this reading would say something else, as rules that deny or pass come in between. [`SideExposure::passes_for`] reads so.
//!
//! # How it is found
//!
//! Policies see of a pod which of their selectors match it. Only allowing rules add up, so it is enough to ask about a pod for each selector;
//! where rules deny or pass, about each combination of their selectors, alone and with each of the others. `space` says
//! which labels selectors look at, `combinations` which of them a pod can match together and with which labels, `stand_ins` puts
//! such pods among those of the input, and the one evaluator (`verdict::evaluate`) says what passes. Upstream of the idea and of its words:
//! np-guard/netpol-analyzer, docs/exposure_analysis.md.

mod combinations;
mod outside;
mod peers;
mod side;
mod space;
mod stand_ins;
mod words;

pub use peers::{PeerId, PeerKind, PeerSelector, PortName, Unsaid};
pub use words::addresses_in_words;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::compile::{ClassId, ClassSet, Compiled, Endpoint, Signature};
use crate::connections::{ConnectionId, ConnectionSet, ConnectionTable};
use crate::connectivity::Connectivity;
use crate::model::{AddressSet, Labels};
use crate::policy::{Direction, PolicyRole};
use crate::settings::Assumed;
use crate::snapshot::cloud::{Interface, InterfaceId};
use crate::snapshot::{PodId, Role, Snapshot, WorkloadId};
use outside::Outside;
use peers::PeerTable;
use side::SidePlan;
use stand_ins::Worlds;

crate::model::ids! {
    /// One side of some pods, by its place in [`Exposure::sides`].
    SideId,
}

/// Workloads that are listed for a row as matching it.
const MOST_MATCHED: usize = 8;

/// What workloads are exposed to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Exposure {
    /// Selectors of pods that rules name, each once.
    pub peers: Vec<PeerSelector>,
    /// What policies let through, once for all pods that have the same.
    pub sides: Vec<SideExposure>,
    /// The pods of the input, by workload: those of one that have the same.
    pub pods: Vec<ExposedPods>,
    /// Machines of the cloud's network: of them only what passes to and from addresses outside is said, as no policy of pods is about them.
    pub machines: Vec<ExposedMachine>,
    outside: Vec<Vec<OutsideExposure>>,
    sets: ConnectionTable,
}

/// Pods of one workload that are exposed to the same.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct ExposedPods {
    /// Their workload.
    pub workload: WorkloadId,
    /// The pods; one endpoint stands for all replicas of a template.
    pub pods: Vec<PodId>,
    sides: [SideId; 2],
    outside: [usize; 2],
}

/// A machine of the cloud's network.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct ExposedMachine {
    /// Its interface.
    pub machine: InterfaceId,
    outside: [usize; 2],
}

/// Whether policies select a pod for a direction.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Protection {
    /// None does, so that everything passes.
    Unprotected,
    /// Some do, but whether any of them is in force, or selects it, is not known.
    Unknown,
    /// Some do.
    Protected,
}

/// What the policies of some pods let through in one direction, to or from pods.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct SideExposure {
    /// The direction, as those pods see it.
    pub direction: Direction,
    /// Whether any policy applies.
    pub protection: Protection,
    /// To or from any pod of any namespace, unless a row of `peers` says otherwise.
    pub cluster: Passes,
    /// To or from pods that match selectors, where that is something else.
    pub peers: Vec<PeerExposure>,
    /// What is left open.
    pub unsaid: Vec<Unsaid>,
}

/// Connections; see [`Exposure::set`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passes {
    /// Certainly let through.
    pub allowed: ConnectionId,
    /// Let through, or not to be told.
    pub possible: ConnectionId,
    /// Besides, the ports that the other pod gives these names.
    pub names: Vec<PortName>,
}

/// What passes to or from pods that match selectors.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct PeerExposure {
    /// The selectors, all of which a pod matches.
    pub peers: Vec<PeerId>,
    /// What passes.
    pub passes: Passes,
    /// The rows of the side, by their places, whose pods are all of these and more: for pods of this row, it counts in their place.
    pub narrows: Vec<usize>,
    /// Workloads of the input of which some pod certainly matches all of them; of many, the first.
    pub matched: Vec<WorkloadId>,
    /// How many pods of the input do.
    pub pods: usize,
}

/// What passes to or from addresses outside.
#[derive(Clone, PartialEq, Debug)]
pub struct OutsideExposure {
    /// The addresses.
    pub addresses: AddressSet,
    /// Whether some of them are routed on the Internet.
    pub is_public: bool,
    /// Certainly let through.
    pub allowed: ConnectionId,
    /// Let through, or not to be told.
    pub possible: ConnectionId,
}

impl Default for Passes {
    fn default() -> Self {
        Passes { allowed: ConnectionId::NONE, possible: ConnectionId::NONE, names: Vec::new() }
    }
}

impl Passes {
    /// Everything, for certain.
    pub const EVERYTHING: Passes = Passes { allowed: ConnectionId::ALL, possible: ConnectionId::ALL, names: Vec::new() };

    /// Whether nothing passes, not even possibly.
    pub fn is_none(&self) -> bool {
        self.possible.is_none() && self.names.is_empty()
    }

    fn or(&self, other: &Passes, table: &ConnectionTable) -> Passes {
        let mut names: Vec<PortName> = self.names.iter().chain(&other.names).cloned().collect();
        names.sort_unstable();
        names.dedup();
        Passes { allowed: table.union(self.allowed, other.allowed), possible: table.union(self.possible, other.possible), names }
    }

    fn and(&self, other: &Passes, table: &ConnectionTable) -> Passes {
        let names = self.names.iter().filter(|name| other.names.contains(name)).cloned().collect();
        let both = |a, b| table.intersection(a, b);
        Passes { allowed: both(self.allowed, other.allowed), possible: both(self.possible, other.possible), names }
    }
}

impl Exposure {
    /// The set with this number.
    pub fn set(&self, id: ConnectionId) -> &ConnectionSet {
        self.sets.get(id)
    }

    /// One side of pods.
    pub fn side(&self, pods: &ExposedPods, direction: Direction) -> Option<&SideExposure> {
        self.sides.get(pods.sides.get(direction as usize)?.index())
    }

    /// What passes to or from addresses outside, by the policies of pods and by everything else that a packet meets on its way there.
    pub fn outside(&self, pods: &ExposedPods, direction: Direction) -> &[OutsideExposure] {
        let list = pods.outside.get(direction as usize).and_then(|list| self.outside.get(*list));
        list.map_or(&[], Vec::as_slice)
    }

    /// What passes to or from addresses outside the cloud's networks, by security groups, routes and everything else that a packet meets.
    pub fn outside_of_machine(&self, machine: &ExposedMachine, direction: Direction) -> &[OutsideExposure] {
        let list = machine.outside.get(direction as usize).and_then(|list| self.outside.get(*list));
        list.map_or(&[], Vec::as_slice)
    }

    /// A selector.
    pub fn peer(&self, id: PeerId) -> Option<&PeerSelector> {
        self.peers.get(id.index())
    }
}

impl SideExposure {
    /// What passes to or from a pod, given which selectors it matches.
    pub fn passes_for(&self, exposure: &Exposure, matches: impl Fn(PeerId) -> bool) -> Passes {
        let met: Vec<(usize, &PeerExposure)> =
            self.peers.iter().enumerate().filter(|(_, row)| row.peers.iter().all(|id| matches(*id))).collect();
        let counts = |(place, _): &&(usize, &PeerExposure)| !met.iter().any(|(_, other)| other.narrows.contains(place));
        let passes = met.iter().filter(counts).map(|(_, row)| row.passes.clone());
        passes.reduce(|a, b| a.or(&b, &exposure.sets)).unwrap_or_else(|| self.cluster.clone())
    }
}

/// What the pods of an input are exposed to.
pub fn exposure(snapshot: &Snapshot, compiled: &Compiled, connectivity: &Connectivity, settings: &Assumed) -> Exposure {
    let mut table = PeerTable::default();
    let mut worlds = Worlds::new(snapshot);
    let namespaces: BTreeMap<&str, &Labels> = snapshot.namespaces.iter().map(|n| (n.name.as_str(), &n.labels)).collect();
    let (mut plans, mut asked): (Vec<SidePlan>, usize) = (Vec::new(), 0);
    let mut known: HashMap<(Signature, Direction), SideId> = HashMap::new();
    let sets = ConnectionTable::default();
    let mut outside = Outside::new(snapshot, connectivity, &sets);
    let mut pods: Vec<ExposedPods> = Vec::new();
    for (id, endpoint) in snapshot.pods().filter(|(_, endpoint)| endpoint.role == Role::Pod) {
        let class = compiled.class_of(Endpoint::Pod(id));
        let sides = Direction::BOTH.map(|direction| {
            *known.entry((compiled.signature(class, direction), direction)).or_insert_with(|| {
                let policies = compiled.policies_on_class(class, direction);
                let named = table.named(compiled.ruleset(), &policies, direction);
                let protection = protection(compiled, class, direction);
                plans.push(SidePlan::new((id, direction, protection), named, &table, &namespaces, &mut worlds, &mut asked));
                SideId::last(&plans)
            })
        });
        let outside = Direction::BOTH.map(|direction| outside.of(Endpoint::Pod(id), direction));
        let mut same = pods.iter_mut().rev().take_while(|pods| pods.workload == endpoint.workload);
        match same.find(|pods| (pods.sides, pods.outside) == (sides, outside)) {
            Some(pods) => pods.pods.push(id),
            None => pods.push(ExposedPods { workload: endpoint.workload, pods: alloc::vec![id], sides, outside }),
        }
    }
    let mut outside = outside.lists;
    let machines = machines(snapshot, Outside::new(snapshot, connectivity, &sets).beyond_networks(snapshot), &mut outside);
    let worlds = worlds.compile(compiled.ruleset(), settings);
    let mut sides: Vec<SideExposure> = plans.into_iter().map(|plan| plan.exposure(&worlds, &sets)).collect();
    let matches = Matches::new(snapshot, compiled, &table);
    sides.iter_mut().flat_map(|side| &mut side.peers).for_each(|row| matches.fill(row));
    Exposure { peers: table.peers, sides, pods, machines, outside, sets }
}

/// Machines with what passes to and from addresses outside; the answers are added to the lists.
fn machines(snapshot: &Snapshot, mut outside: Outside<'_>, lists: &mut Vec<Vec<OutsideExposure>>) -> Vec<ExposedMachine> {
    let cloud = &snapshot.cloud;
    let is_machine = |i: &Interface| i.node.is_none() && !i.stand_in;
    let all =
        InterfaceId::each(&cloud.interfaces).filter(|(_, i)| is_machine(i)).filter_map(|(machine, i)| Some((machine, cloud.end_of(i)?)));
    let before = lists.len();
    let found =
        all.map(|(machine, end)| ExposedMachine { machine, outside: Direction::BOTH.map(|d| before + outside.of(end, d)) }).collect();
    lists.append(&mut outside.lists);
    found
}

/// Whether policies that somebody wrote select a class.
fn protection(compiled: &Compiled, class: ClassId, direction: Direction) -> Protection {
    let applied = compiled.applied(class, direction);
    let written = compiled.policies_on_class(class, direction).into_iter().filter_map(|id| compiled.policy(id));
    let written: Vec<_> = written.filter(|policy| matches!(policy.role, PolicyRole::Written | PolicyRole::Staged)).collect();
    match written.iter().any(|policy| policy.doubt.is_none() && !applied.is_unsure(policy.id)) {
        true => Protection::Protected,
        false if written.is_empty() => Protection::Unprotected,
        false => Protection::Unknown,
    }
}

/// Which pods of the input match which selectors.
struct Matches<'a> {
    snapshot: &'a Snapshot,
    /// By selector.
    classes: Vec<Option<&'a ClassSet>>,
    pods: BTreeMap<ClassId, Vec<PodId>>,
}

impl<'a> Matches<'a> {
    fn new(snapshot: &'a Snapshot, compiled: &'a Compiled, table: &PeerTable) -> Self {
        let mut pods: BTreeMap<ClassId, Vec<PodId>> = BTreeMap::new();
        for (id, _) in snapshot.pods().filter(|(_, endpoint)| endpoint.role == Role::Pod) {
            pods.entry(compiled.class_of(Endpoint::Pod(id))).or_default().push(id);
        }
        let term = |(rule, term): (_, usize)| compiled.compiled_rule(rule).and_then(|rule| rule.terms.get(term)).map(|set| &set.certain);
        Matches { snapshot, classes: table.peers.iter().map(|peer| term(peer.first)).collect(), pods }
    }

    fn fill(&self, row: &mut PeerExposure) {
        let sets: Option<Vec<&ClassSet>> = row.peers.iter().map(|peer| self.classes.get(peer.index()).copied().flatten()).collect();
        let Some((first, rest)) = sets.as_deref().and_then(|sets| sets.split_first()) else { return };
        let mut workloads = BTreeSet::new();
        for class in first.iter().filter(|class| rest.iter().all(|set| set.contains(*class))) {
            for pod in self.pods.get(&class).into_iter().flatten() {
                row.pods += 1;
                workloads.extend(self.snapshot.pod(*pod).map(|endpoint| endpoint.workload));
            }
        }
        row.matched = workloads.into_iter().take(MOST_MATCHED).collect();
    }
}
