//! Ends as lists for people: workloads and outside ranges, the rows and columns of every table of flows.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::compile::{End, OutsideRange};
use crate::connections::ConnectionSet;
use crate::connectivity::Connectivity;
use crate::policy::Direction;
use crate::snapshot::{Role, Snapshot, WorkloadId};

/// The title of the ingress controller's stand-in.
pub const INGRESS_CONTROLLER: &str = "{ingress-controller}";

/// A row or column of a table of flows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// All pods of a workload.
    Workload(WorkloadId),
    /// A range of addresses outside.
    Outside(OutsideRange),
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
    snapshot.workload(id).map_or_else(String::new, |w| match w.kind.as_str() {
        "IngressController" => INGRESS_CONTROLLER.to_string(),
        kind => format!("{}/{}[{kind}]", snapshot.namespace_name(w.namespace), w.name),
    })
}

/// The title of a line: a workload's, or `first-last[External]`.
pub fn title(snapshot: &Snapshot, line: Line) -> String {
    match line {
        Line::Workload(id) => workload_title(snapshot, id),
        Line::Outside(range) => Range(range.first, range.last).to_string(),
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
        let first = snapshot.workload(id).and_then(|w| w.endpoints.first()).and_then(|e| snapshot.endpoint(*e));
        first.is_some_and(|e| e.role == Role::Pod)
    };
    snapshot.workloads().map(|(id, _)| id).filter(move |id| given(*id))
}

/// All lines that flows can start at (`Ingress`) or go to (`Egress`): workloads, then the outside ranges that rules of that direction
/// tell apart.
pub fn lines(snapshot: &Snapshot, connectivity: &Connectivity, outside: Direction) -> Vec<Line> {
    let ranges = connectivity.outside(outside).iter().map(|r| Line::Outside(*r));
    workloads(snapshot).map(Line::Workload).chain(ranges).collect()
}

fn ends(snapshot: &Snapshot, line: Line) -> Vec<End> {
    match line {
        Line::Workload(id) => snapshot.workload(id).map_or_else(Vec::new, |w| w.endpoints.iter().map(|e| End::Pod(*e)).collect()),
        // Rules of the one direction do not tell its addresses apart; rules of the other are not asked about it.
        Line::Outside(range) => alloc::vec![End::Outside(range.first)],
    }
}

/// What flows from one line to another; nothing between two outside ranges, and a workload's own pods are not asked about themselves.
pub fn flows(snapshot: &Snapshot, connectivity: &Connectivity, from: Line, to: Line) -> Flows {
    let mut result: Option<Flows> = None;
    let mut seen = Vec::new();
    for source in ends(snapshot, from) {
        for destination in ends(snapshot, to) {
            if source == destination && from == to && ends(snapshot, from).len() > 1 {
                continue;
            }
            let ids = connectivity.between_ids(source, destination);
            if seen.contains(&ids) {
                continue;
            }
            seen.push(ids);
            let pair = connectivity.sets(ids);
            result = Some(match result {
                None => Flows { always: pair.allowed.clone(), sometimes: pair.allowed.clone(), possible: pair.possible.clone() },
                Some(before) => Flows {
                    always: before.always.intersection(pair.allowed),
                    sometimes: before.sometimes.union(pair.allowed),
                    possible: before.possible.union(pair.possible),
                },
            });
        }
    }
    result.unwrap_or(Flows { always: ConnectionSet::EMPTY, sometimes: ConnectionSet::EMPTY, possible: ConnectionSet::EMPTY })
}
