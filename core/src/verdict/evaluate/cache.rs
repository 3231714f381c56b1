//! Connection sets in use by an evaluation.

use core::cell::RefCell;

use hashbrown::HashMap;

use crate::compile::{ClassId, Compiled, Side, TrafficId};
use crate::connections::{ConnectionId, ConnectionSet, ConnectionTable};
use crate::model::Protocol;

/// A table of connection sets, and what rules' traffic is in it. Kept from evaluation to evaluation, so that an operation is done once.
#[derive(Clone, Debug, Default)]
pub(crate) struct EvaluationCache {
    pub(crate) table: ConnectionTable,
    traffics: RefCell<HashMap<(TrafficId, u32, u32), ConnectionId>>,
    without_ports: RefCell<HashMap<ConnectionId, ConnectionId>>,
}

impl EvaluationCache {
    /// The connections that a rule's traffic means between two classes.
    pub(crate) fn traffic(&self, compiled: &Compiled, traffic: TrafficId, source: ClassId, destination: ClassId) -> ConnectionId {
        let ports = |side, class| match compiled.compiled_traffic(traffic) {
            Some(asked) if asked.asks(side) => compiled.port_list(class),
            _ => 0,
        };
        let key = (traffic, ports(Side::Source, source), ports(Side::Destination, destination));
        let known = || self.table.intern(compiled.traffic_between(traffic, source, destination));
        *self.traffics.borrow_mut().entry(key).or_insert_with(known)
    }

    /// The part of a set that has no ports: everything but TCP, UDP and SCTP.
    pub(crate) fn without_ports(&self, set: ConnectionId) -> ConnectionId {
        if set.is_none() {
            return set;
        }
        *self.without_ports.borrow_mut().entry(set).or_insert_with(|| {
            let ports = [Protocol::TCP, Protocol::UDP, Protocol::SCTP].map(ConnectionSet::protocol);
            let rest = ports.iter().fold(self.table.get(set).clone(), |rest, protocol| rest.difference(protocol));
            self.table.intern(rest)
        })
    }
}
