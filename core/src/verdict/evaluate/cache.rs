//! Connection sets in use by an evaluation.

use hashbrown::HashMap;

use crate::compile::{ClassId, Compiled, Side, TrafficId};
use crate::connections::{ConnectionId, ConnectionSet, ConnectionTable};
use crate::model::Protocol;

/// A table of connection sets, and what rules' traffic is in it. Kept from evaluation to evaluation, so that an operation is done once.
#[derive(Clone, Debug, Default)]
pub(crate) struct EvaluationCache {
    pub(crate) table: ConnectionTable,
    traffics: HashMap<(TrafficId, Option<ClassId>, Option<ClassId>), ConnectionId>,
    without_ports: HashMap<ConnectionId, ConnectionId>,
}

impl EvaluationCache {
    /// The connections that a rule's traffic means between two classes.
    pub(crate) fn traffic(&mut self, compiled: &Compiled, traffic: TrafficId, source: ClassId, destination: ClassId) -> ConnectionId {
        let asks = |side| compiled.compiled_traffic(traffic).is_some_and(|t| t.asks(side));
        let key = (traffic, asks(Side::Source).then_some(source), asks(Side::Destination).then_some(destination));
        let table = &mut self.table;
        *self.traffics.entry(key).or_insert_with(|| table.intern(compiled.traffic_between(traffic, source, destination)))
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
