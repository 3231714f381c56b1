//! Ports of nodes that lead on to pods: node ports of Services, `externalIPs` that are a node's address, and host ports of pods.
//!
//! A node rewrites the destination of packets to them before its policies are asked, so what is asked about the node is not the answer: policies of the
//! pods are, and with which address packets come to those only a path tells. Upstream: kube-proxy's `KUBE-NODEPORTS` in `nat PREROUTING`; docs/path.md.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::{Flow, UnknownFact, Verdict, check};
use crate::compile::{Compiled, Endpoint};
use crate::connections::{ConnectionSet, Traffic};
use crate::language::azure::inventory::NODE_PORTS;
use crate::model::Protocol;
use crate::policy::Direction;
use crate::snapshot::{Node, NodeId, PodId, Service, ServiceId, ServicePort, ServiceType, Snapshot};
use crate::verdict::traversal::Checkpoint;

/// To whom a port of a node leads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LeadsTo {
    /// The pods of a Service, by its node port or an external address.
    Service(ServiceId),
    /// The pods of a Service whose node port the API server picks: perhaps this one.
    SomeNodePort(ServiceId),
    /// A pod, by its host port.
    Pod(PodId),
}

/// Ports of a node that lead to pods.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    protocol: Protocol,
    ports: (u16, u16),
    leads_to: LeadsTo,
    /// The pods behind it, each with the port there; nothing where they are not known.
    behind: Option<Vec<(PodId, u16)>>,
}

impl Door {
    /// The connections that it is for.
    pub(crate) fn connections(&self) -> ConnectionSet {
        ConnectionSet::ports(self.protocol, self.ports.0, self.ports.1)
    }

    /// Whether egress may be asked about a pod behind it, and lets the packet go there: if so, that of the source to the node decides nothing.
    ///
    /// `home` is the node of the source, if that is a pod and known: host ports are translated by the node that has the address alone, so that a pod on
    /// another one sends to the node. Upstream: `plugins/meta/portmap/README.md` of containernetworking/plugins (DNAT for local destinations).
    pub(crate) fn may_open(
        &self,
        (from, home): (Endpoint, Option<NodeId>),
        node: NodeId,
        passes: impl Fn(Endpoint, Traffic) -> bool,
    ) -> bool {
        let may_come_first = !matches!(self.leads_to, LeadsTo::Pod(_)) || home.is_none_or(|home| home == node);
        // A packet that would come back to its own pod has left it, too.
        let is_reached = |(pod, port): &(PodId, u16)| {
            let to = Endpoint::Pod(*pod);
            to != from && passes(to, Traffic::to_port(self.protocol, *port))
        };
        may_come_first && self.behind.as_ref().is_none_or(|pods| pods.iter().any(is_reached))
    }
}

/// The doors of all nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doors {
    /// Those of every node.
    everywhere: Vec<Door>,
    own: HashMap<NodeId, Vec<Door>>,
    /// The node of each pod, where it is known and there are doors.
    homes: HashMap<PodId, NodeId>,
}

impl Doors {
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let mut doors = Doors::default();
        each(
            snapshot,
            |_, _, _| true,
            |home, door| match home {
                Some(node) => doors.own.entry(node).or_default().push(door),
                None => doors.everywhere.push(door),
            },
        );
        if !doors.is_empty() {
            doors.homes = snapshot.pods().filter_map(|(id, pod)| Some((id, pod.node?))).collect();
        }
        doors
    }

    /// The node from which somebody sends, if that is a pod and known.
    pub(crate) fn home_of(&self, from: Endpoint) -> Option<NodeId> {
        match from {
            Endpoint::Pod(pod) => self.homes.get(&pod).copied(),
            _ => None,
        }
    }

    /// Those of a node.
    pub(crate) fn of(&self, node: NodeId) -> impl Iterator<Item = &Door> {
        self.everywhere.iter().chain(self.own.get(&node).into_iter().flatten())
    }

    /// Whether no node has any.
    pub(crate) fn is_empty(&self) -> bool {
        self.everywhere.is_empty() && self.own.is_empty()
    }
}

/// All doors that are wanted, each with its node, or none where every node has it. The pods behind those that are not wanted are not looked up.
fn each(snapshot: &Snapshot, wanted: impl Fn(Option<NodeId>, Protocol, (u16, u16)) -> bool, mut put: impl FnMut(Option<NodeId>, Door)) {
    if snapshot.nodes.is_empty() {
        return;
    }
    for (id, service) in ServiceId::each(&snapshot.services).filter(|(_, s)| s.service_type != ServiceType::ExternalName) {
        let external = &service.routing.external_addresses;
        let has_address = |node: &Node| node.addresses.iter().any(|address| external.contains(address));
        let homes: Vec<NodeId> = match external.is_empty() {
            true => Vec::new(),
            false => snapshot.nodes().filter(|(_, node)| has_address(node)).map(|(id, _)| id).collect(),
        };
        for port in &service.ports {
            let at_nodes = match port.node_port {
                Some(node_port) => Some(((node_port, node_port), LeadsTo::Service(id))),
                None if service.service_type.has_node_ports() && service.routing.allocates_node_ports => {
                    Some((NODE_PORTS, LeadsTo::SomeNodePort(id)))
                }
                None => None,
            };
            let external = homes.iter().map(|home| (Some(*home), (port.port, port.port), LeadsTo::Service(id)));
            let all = external.chain(at_nodes.map(|(ports, leads_to)| (None, ports, leads_to)));
            for (home, ports, leads_to) in all.filter(|(home, ports, _)| wanted(*home, port.protocol, *ports)) {
                put(home, Door { protocol: port.protocol, ports, leads_to, behind: behind(snapshot, service, port) });
            }
        }
    }
    for (id, pod) in snapshot.pods().filter(|(_, pod)| !pod.host_network && pod.replicas > 0) {
        for port in &pod.ports {
            // Of a pod without a node, it may be any.
            let Some(host_port) = port.host_port_at(pod.node.and_then(|node| snapshot.node(node))) else { continue };
            let ports = (host_port, host_port);
            if wanted(pod.node, port.protocol, ports) {
                let behind = Some(alloc::vec![(id, port.number)]);
                put(pod.node, Door { protocol: port.protocol, ports, leads_to: LeadsTo::Pod(id), behind });
            }
        }
    }
}

/// The doors of a node that some traffic comes to, those of every node first.
fn taking(snapshot: &Snapshot, node: NodeId, traffic: Traffic) -> Vec<Door> {
    let mut found: Vec<(Option<NodeId>, Door)> = Vec::new();
    let wanted = |home: Option<NodeId>, protocol, (first, last): (u16, u16)| {
        let is_within = |port| (first..=last).contains(&port);
        home.is_none_or(|home| home == node) && protocol == traffic.protocol && traffic.destination.is_none_or(is_within)
    };
    each(snapshot, wanted, |home, door| found.push((home, door)));
    found.sort_by_key(|(home, _)| home.is_some());
    found.into_iter().map(|(_, door)| door).collect()
}

/// Whether a port of a node leads on to pods.
pub(crate) fn leads_on(snapshot: &Snapshot, node: NodeId, traffic: Traffic) -> bool {
    !taking(snapshot, node, traffic).is_empty()
}

/// The pods behind a port of a Service, whether they are ready or not, as far as they are known.
fn behind(snapshot: &Snapshot, service: &Service, port: &ServicePort) -> Option<Vec<(PodId, u16)>> {
    let is_known = service.has_selector
        && service.slices.is_empty()
        && !service.unclear
        && !service.open_pods
        && !service.open_family
        && service.routing.other_proxy.is_none()
        && !service.endpoints.is_empty();
    let pods = service.endpoints.iter().filter_map(|id| Some((*id, port.target_at(snapshot.pod(*id)?)?)));
    is_known.then(|| pods.collect())
}

/// What a flow to a node meets there in place of the node's own policies.
pub(super) struct Translated {
    /// What is not known of it.
    pub(super) fact: UnknownFact,
    /// Whether egress of the source stops it wherever it is translated: here on the way out, or at the pods behind it.
    pub(super) is_closed: bool,
}

/// Whether a flow comes to a port of a node that leads on.
pub(super) fn translated(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow) -> Option<Translated> {
    let Endpoint::Node(node) = flow.to else { return None };
    if flow.from == flow.to {
        return None;
    }
    let taken = taking(snapshot, node, flow.traffic);
    let leads_to = taken.first()?.leads_to;
    let passes = |to, traffic| {
        let (checkpoint, traffic) = (Checkpoint::Endpoint(Direction::Egress), Traffic { source: flow.traffic.source, ..traffic });
        check(compiled, snapshot, &Flow { from: flow.from, to, traffic }, None, checkpoint).verdict() != Verdict::Denied
    };
    let home = match flow.from {
        Endpoint::Pod(pod) => snapshot.pod(pod).and_then(|pod| pod.node),
        _ => None,
    };
    let is_closed = !passes(flow.to, flow.traffic) && !taken.iter().any(|door| door.may_open((flow.from, home), node, passes));
    Some(Translated { fact: UnknownFact::Translated { node, leads_to }, is_closed })
}
