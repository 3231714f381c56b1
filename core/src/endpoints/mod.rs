//! Ends as people name and list them: workloads and outside ranges, the rows and columns of every table of flows.

mod find;
mod internet;
pub(crate) mod networks;
mod ports;

pub use find::{Found, INTERNET, NotFound, find};
pub(crate) use find::{Names, SOMEWHERE, find_among};
pub use internet::InternetPart;
pub(crate) use internet::internet_parts;
pub use ports::{flows_with_ports, ports, ports_in_words};

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use hashbrown::HashMap;

use crate::compile::{ClassId, Endpoint, OutsideRange};
use crate::connections::ConnectionSet;
use crate::connectivity::{Connectivity, PairIds, Passing};
use crate::model::{AddressSet, Cidr};
use crate::policy::Direction;
use crate::snapshot::cloud::InterfaceId;
use crate::snapshot::{NodeId, OwnerKind, Role, Service, Snapshot, WorkloadId};

/// The title of the ingress controller's stand-in.
pub const INGRESS_CONTROLLER: &str = "{ingress-controller}";

/// A row or column of a table of flows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// All pods of a workload.
    Workload(WorkloadId),
    /// A machine of the cloud's network, an index into [`crate::snapshot::cloud::Cloud::interfaces`].
    Machine(InterfaceId),
    /// A range of addresses outside.
    Outside(OutsideRange),
    /// Ranges of addresses outside with the same answers, by the first of them.
    Several(OutsideRange, Several),
    /// A node. No table of flows has it, but two versions are compared there.
    Node(NodeId),
}

/// What ranges of addresses have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Several {
    /// They are of the Internet.
    Internet,
    /// They are used privately somewhere else.
    Private,
    /// Neither all the one nor all the other.
    Mixed,
}

/// What flows from one line to another, over all pods of both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flows {
    /// Certainly allowed between every pair of pods.
    pub always: ConnectionSet,
    /// Certainly allowed between some pair of pods.
    pub sometimes: ConnectionSet,
    /// Allowed, or not to be told, between some pair.
    pub possible: ConnectionSet,
}

/// `namespace/name[Kind]` of a workload.
pub fn workload_title(snapshot: &Snapshot, id: WorkloadId) -> String {
    snapshot.workload(id).map_or_else(String::new, |w| match &w.kind {
        OwnerKind::IngressController => INGRESS_CONTROLLER.to_string(),
        kind => format!("{}/{}[{kind}]", snapshot.namespace_name(w.namespace), w.name),
    })
}

/// The title of a line: a workload's, `node/name`, or `first-last[External]`.
pub fn title(snapshot: &Snapshot, line: Line) -> String {
    match line {
        Line::Workload(id) => workload_title(snapshot, id),
        Line::Machine(number) => format!("{}[VM]", snapshot.cloud.interface_title(number)),
        Line::Node(id) => format!("node/{}", snapshot.node_name(id)),
        Line::Outside(range) => Range(range.first, range.last).to_string(),
        Line::Several(_, Several::Internet) => "Internet[External]".to_string(),
        Line::Several(_, Several::Private) => "Other private addresses[External]".to_string(),
        // What no rule names begins with the first address there is.
        Line::Several(range, Several::Mixed) if range.first.is_unspecified() => "Everywhere else[External]".to_string(),
        Line::Several(range, Several::Mixed) => format!("{}-{} and others[External]", range.first, range.last),
    }
}

struct Range(IpAddr, IpAddr);

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}[External]", self.0, self.1)
    }
}

/// Workloads with pods of their own, in order; the ingress controller's stand-in is none.
pub fn workloads(snapshot: &Snapshot) -> impl Iterator<Item = WorkloadId> + '_ {
    let given = |id: WorkloadId| {
        let first = snapshot.workload(id).and_then(|w| w.endpoints.first()).and_then(|e| snapshot.pod(*e));
        first.is_some_and(|e| e.role == Role::Pod)
    };
    snapshot.workloads().map(|(id, _)| id).filter(move |id| given(*id))
}

/// All lines that flows can start at (`Ingress`) or go to (`Egress`): workloads, then the outside ranges that rules of that direction
/// tell apart.
pub fn lines(snapshot: &Snapshot, connectivity: &Connectivity, outside: Direction) -> Vec<Line> {
    let ranges = outside_lines(snapshot, connectivity, outside);
    // A private endpoint opens no connections, and neither does a load balancer.
    let opens = |line: &Line| match line {
        Line::Machine(number) => snapshot.cloud.interface(*number).is_none_or(|i| !i.private_endpoint && !i.front_end),
        _ => true,
    };
    let machines = machines(snapshot).filter(move |line| outside == Direction::Egress || opens(line));
    workloads(snapshot).map(Line::Workload).chain(machines).chain(ranges).collect()
}

/// Machines of the cloud's network; nodes are none.
pub(crate) fn machines(snapshot: &Snapshot) -> impl Iterator<Item = Line> + '_ {
    InterfaceId::each(&snapshot.cloud.interfaces)
        .filter(|(_, i)| i.node.is_none() && !i.addresses.is_empty())
        .map(|(number, _)| Line::Machine(number))
}

/// Ranges outside. Where there is a network of the cloud, its own addresses are machines, or such as rules name and no machine of the input has, and what is
/// left comes together by its answers: service tags cut the world into many ranges that are alike.
fn outside_lines(snapshot: &Snapshot, connectivity: &Connectivity, outside: Direction) -> Vec<Line> {
    let ranges = outside_ranges(snapshot, connectivity, outside).into_iter();
    if snapshot.cloud.networks.is_empty() {
        return ranges.map(Line::Outside).collect();
    }
    let internet = crate::snapshot::cloud::tags::internet(&inside(snapshot));
    let mut groups: Vec<(ClassId, Vec<OutsideRange>)> = Vec::new();
    for range in ranges {
        let class = connectivity.class_of(Endpoint::Outside(range.first));
        match groups.iter_mut().find(|(known, _)| *known == class) {
            Some((_, members)) => members.push(range),
            None => groups.push((class, alloc::vec![range])),
        }
    }
    let unlike = networks::ranges(snapshot, connectivity, networks::Unlike::Named).into_iter().map(Line::Outside);
    unlike.chain(groups.into_iter().map(|(_, members)| line_of(&members, &internet))).collect()
}

/// Ranges outside that rules of a direction tell apart, without addresses of Services and of the cloud's networks, which are machines or nobody's.
pub(crate) fn outside_ranges(snapshot: &Snapshot, connectivity: &Connectivity, outside: Direction) -> Vec<OutsideRange> {
    let (of_services, inside) = (service_addresses(snapshot), inside(snapshot));
    let is_outside = |r: &&OutsideRange| !of_services.covers(&AddressSet::range(r.first, r.last)) && !inside.contains(r.first);
    connectivity.outside(outside).iter().filter(is_outside).copied().collect()
}

/// Addresses of the cloud's networks.
pub(crate) fn inside(snapshot: &Snapshot) -> AddressSet {
    snapshot.cloud.networks.iter().fold(AddressSet::default(), |set, n| set.union(&n.space))
}

/// Addresses of Services, which nodes know. Nobody has them: a packet to one has the address of an endpoint when policies are asked, so they are no ends.
fn service_addresses(snapshot: &Snapshot) -> AddressSet {
    let known = |s: &'_ Service, a: &IpAddr| !s.routing.load_balancer.proxies.contains(a);
    let addresses = snapshot.services.iter().flat_map(|s| s.all_addresses().filter(move |a| known(s, a)));
    AddressSet::of_cidrs(&addresses.map(Cidr::of).collect::<Vec<_>>())
}

/// One line for ranges with the same answers.
pub(crate) fn line_of(members: &[OutsideRange], internet: &AddressSet) -> Line {
    match members {
        [one] => Line::Outside(*one),
        [first, ..] => {
            let public = |r: &OutsideRange| internet.contains(r.first);
            Line::Several(
                *first,
                match (members.iter().all(public), members.iter().any(public)) {
                    (true, _) => Several::Internet,
                    (false, false) => Several::Private,
                    (false, true) => Several::Mixed,
                },
            )
        }
        [] => Line::Outside(OutsideRange { first: IpAddr::from([0; 4]), last: IpAddr::from([0; 4]) }),
    }
}

/// A line with its title and its ends, looked up once for many questions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TitledLine {
    /// What it is.
    pub line: Line,
    /// Its title.
    pub title: String,
    ends: Vec<Endpoint>,
}

impl TitledLine {
    /// The line of a workload, or of a range.
    pub fn new(snapshot: &Snapshot, line: Line) -> Self {
        let ends = match line {
            Line::Workload(id) => snapshot.workload(id).map_or_else(Vec::new, |w| w.endpoints.iter().map(|e| Endpoint::Pod(*e)).collect()),
            // Rules of the one direction do not tell its addresses apart; rules of the other are not asked about it.
            Line::Outside(range) | Line::Several(range, _) => alloc::vec![Endpoint::Outside(range.first)],
            Line::Node(id) => alloc::vec![Endpoint::Node(id)],
            Line::Machine(number) => {
                let interface = snapshot.cloud.interface(number);
                interface.and_then(|i| snapshot.cloud.end_of(i)).into_iter().collect()
            }
        };
        TitledLine { line, title: title(snapshot, line), ends }
    }
}

impl AsRef<[Endpoint]> for TitledLine {
    fn as_ref(&self) -> &[Endpoint] {
        &self.ends
    }
}

impl Flows {
    /// No connection at all.
    pub const NONE: Flows = Flows { always: ConnectionSet::EMPTY, sometimes: ConnectionSet::EMPTY, possible: ConnectionSet::EMPTY };

    /// These connections, certainly and between every pair.
    pub fn certain(set: ConnectionSet) -> Flows {
        Flows { always: set.clone(), sometimes: set.clone(), possible: set }
    }

    /// Connections of which it cannot be told whether they are allowed, beyond what certainly is.
    pub fn unknown(&self) -> ConnectionSet {
        self.possible.difference(&self.sometimes)
    }
}

/// Flows between lines. There are many pairs and few different answers, so each of these is made once.
#[derive(Debug)]
pub struct FlowTable<'a> {
    connectivity: &'a Connectivity,
    of_pair: HashMap<PairIds, FlowsId>,
    of_pairs: HashMap<Vec<PairIds>, FlowsId>,
    flows: Vec<Arc<Flows>>,
}

/// An answer of a [`FlowTable`], by number; equal numbers mean equal flows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FlowsId(u32);

impl FlowsId {
    /// The number itself, counted from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Each of several sources with each of several destinations, but none with itself: between pods of one workload a question is about one and
/// another, as what a pod sends to itself meets no policy.
pub(crate) fn each_pair<'a>(from: &'a [Endpoint], to: &'a [Endpoint]) -> impl Iterator<Item = (Endpoint, Endpoint)> + 'a {
    from.iter().flat_map(|from| to.iter().map(|to| (*from, *to))).filter(|(from, to)| from != to)
}

/// The one of these pairs that is shown for all: the one that is named, unless that is an endpoint and itself.
pub(crate) fn shown_pair(named: (Endpoint, Endpoint), mut pairs: impl Iterator<Item = (Endpoint, Endpoint)>) -> (Endpoint, Endpoint) {
    if named.0 == named.1 { pairs.next().unwrap_or(named) } else { named }
}

impl<'a> FlowTable<'a> {
    /// A table that knows no answer yet.
    pub fn new(connectivity: &'a Connectivity) -> Self {
        FlowTable { connectivity, of_pair: HashMap::new(), of_pairs: HashMap::new(), flows: Vec::new() }
    }

    /// What flows from one line to another, over all pods of both; of a line and itself, what flows among its pods.
    pub fn between(&mut self, from: &TitledLine, to: &TitledLine) -> FlowsId {
        if let ([source], [destination]) = (from.ends.as_slice(), to.ends.as_slice()) {
            return self.one(self.connectivity.between_ids(*source, *destination));
        }
        let same_line = from.line == to.line;
        let pairs = from.ends.iter().flat_map(|source| to.ends.iter().map(move |destination| (source, destination)));
        let pairs = pairs.filter(|(source, destination)| !(same_line && source == destination));
        let mut ids: Vec<PairIds> = pairs.map(|(source, destination)| self.connectivity.between_ids(*source, *destination)).collect();
        ids.sort_unstable();
        ids.dedup();
        if let [id] = ids.as_slice() {
            return self.one(*id);
        }
        self.several(&ids)
    }

    fn several(&mut self, ids: &[PairIds]) -> FlowsId {
        if let Some(known) = self.of_pairs.get(ids) {
            return *known;
        }
        let flows = self.combined(ids);
        let id = self.add(flows);
        self.of_pairs.insert(ids.to_vec(), id);
        id
    }

    /// The flows that a [`Grid`](crate::connectivity::Grid) gives.
    pub fn of(&mut self, passing: Passing<'_>) -> FlowsId {
        match passing {
            Passing::Same(ids) => self.one(ids),
            Passing::Differs(ids) => self.several(ids),
        }
    }

    /// The flows with this number.
    pub fn get(&self, id: FlowsId) -> Arc<Flows> {
        self.flows.get(id.index()).cloned().unwrap_or_else(|| Arc::new(Flows::NONE))
    }

    fn one(&mut self, ids: PairIds) -> FlowsId {
        if let Some(known) = self.of_pair.get(&ids) {
            return *known;
        }
        let flows = self.combined(&[ids]);
        let id = self.add(flows);
        self.of_pair.insert(ids, id);
        id
    }

    fn combined(&self, ids: &[PairIds]) -> Flows {
        let mut pairs = ids.iter().map(|ids| self.connectivity.sets(*ids));
        let Some(first) = pairs.next() else { return Flows::NONE };
        let first = Flows { always: first.allowed.clone(), sometimes: first.allowed.clone(), possible: first.possible.clone() };
        pairs.fold(first, |flows, pair| Flows {
            always: flows.always.intersection(pair.allowed),
            sometimes: flows.sometimes.union(pair.allowed),
            possible: flows.possible.union(pair.possible),
        })
    }

    fn add(&mut self, flows: Flows) -> FlowsId {
        self.flows.push(Arc::new(flows));
        FlowsId(self.flows.len() as u32 - 1)
    }
}
