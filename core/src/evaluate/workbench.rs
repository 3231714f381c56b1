//! Connection sets in use by an evaluation.

use hashbrown::HashMap;

use crate::compile::{ClassId, Compiled, TrafficId};
use crate::connections::{ConnectionId, ConnectionSet, ConnectionTable};
use crate::model::Protocol;

/// A table of connection sets, and what rules' traffic is in it. Kept from evaluation to evaluation, so that an operation is done once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workbench {
    pub(crate) table: ConnectionTable,
    traffics: HashMap<(TrafficId, Option<ClassId>), ConnectionId>,
    without_ports: HashMap<ConnectionId, ConnectionId>,
}

impl Workbench {
    /// The connections that a rule's traffic means for a destination class.
    pub(crate) fn traffic(&mut self, compiled: &Compiled, traffic: TrafficId, destination: ClassId) -> ConnectionId {
        if let Some(same) = self.traffic_to_any(compiled, traffic) {
            return same;
        }
        let table = &mut self.table;
        *self.traffics.entry((traffic, Some(destination))).or_insert_with(|| table.intern(compiled.traffic_to(traffic, destination)))
    }

    /// The connections that a rule's traffic means, if it does not depend on the destination.
    pub(crate) fn traffic_to_any(&mut self, compiled: &Compiled, traffic: TrafficId) -> Option<ConnectionId> {
        if let Some(&known) = self.traffics.get(&(traffic, None)) {
            return Some(known);
        }
        let fixed = compiled.fixed_traffic(traffic)?;
        let id = self.table.intern(fixed.clone());
        self.traffics.insert((traffic, None), id);
        Some(id)
    }

    /// The part of a set that has no ports: everything but TCP, UDP and SCTP.
    pub(crate) fn without_ports(&mut self, set: ConnectionId) -> ConnectionId {
        if set.is_none() {
            return set;
        }
        let table = &mut self.table;
        *self.without_ports.entry(set).or_insert_with(|| {
            let ports = [Protocol::TCP, Protocol::UDP, Protocol::SCTP].map(ConnectionSet::protocol);
            let rest = ports.iter().fold(table.get(set).clone(), |rest, protocol| rest.difference(protocol));
            table.intern(rest)
        })
    }
}
