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
    pub(crate) leads_to: LeadsTo,
    /// The pods behind it, each with the port there; nothing where they are not known.
    pub(crate) behind: Option<Vec<(PodId, u16)>>,
}

impl Door {
    /// The connections that it is for.
    pub(crate) fn connections(&self) -> ConnectionSet {
        ConnectionSet::ports(self.protocol, self.ports.0, self.ports.1)
    }

    /// What a packet through it is to a pod behind it.
    pub(crate) fn traffic(&self, port: u16) -> Traffic {
        Traffic::to_port(self.protocol, port)
    }

    /// Whether a node translates it before egress of a pod there is asked: host ports are translated by the node that has the address alone, so that a pod
    /// on another one sends to the node. Upstream: `plugins/meta/portmap/README.md` of containernetworking/plugins (DNAT for local destinations).
    pub(crate) fn may_come_first(&self, home: Option<NodeId>, node: NodeId) -> bool {
        !matches!(self.leads_to, LeadsTo::Pod(_)) || home.is_none_or(|home| home == node)
    }

    /// Whether it is for this traffic.
    pub(crate) fn takes(&self, traffic: Traffic) -> bool {
        let is_within = |port| (self.ports.0..=self.ports.1).contains(&port);
        self.protocol == traffic.protocol && traffic.destination.is_none_or(is_within)
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
        if snapshot.nodes.is_empty() {
            return doors;
        }
        for (id, service) in ServiceId::each(&snapshot.services).filter(|(_, s)| s.service_type != ServiceType::ExternalName) {
            let external = &service.routing.external_addresses;
            let has_address = |node: &Node| node.addresses.iter().any(|address| external.contains(address));
            let homes: Vec<NodeId> = match external.is_empty() {
                true => Vec::new(),
                false => snapshot.nodes().filter(|(_, node)| has_address(node)).map(|(id, _)| id).collect(),
            };
            for port in &service.ports {
                let door = |ports, leads_to| Door { protocol: port.protocol, ports, leads_to, behind: behind(snapshot, service, port) };
                for home in &homes {
                    doors.own.entry(*home).or_default().push(door((port.port, port.port), LeadsTo::Service(id)));
                }
                match port.node_port {
                    Some(node_port) => doors.everywhere.push(door((node_port, node_port), LeadsTo::Service(id))),
                    None if service.service_type.has_node_ports() && service.routing.allocates_node_ports => {
                        doors.everywhere.push(door(NODE_PORTS, LeadsTo::SomeNodePort(id)));
                    }
                    None => {}
                }
            }
        }
        for (id, pod) in snapshot.pods().filter(|(_, pod)| !pod.host_network && pod.replicas > 0) {
            for port in &pod.ports {
                let Some(host_port) = port.host_port_at(pod.node.and_then(|node| snapshot.node(node))) else { continue };
                let behind = Some(alloc::vec![(id, port.number)]);
                let door = Door { protocol: port.protocol, ports: (host_port, host_port), leads_to: LeadsTo::Pod(id), behind };
                match pod.node {
                    Some(node) => doors.own.entry(node).or_default().push(door),
                    // It may run on any.
                    None => doors.everywhere.push(door),
                }
            }
        }
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
    let doors = Doors::new(snapshot);
    let mut taken = doors.of(node).filter(|door| door.takes(flow.traffic)).peekable();
    let leads_to = taken.peek()?.leads_to;
    let passes = |to, traffic| {
        let checkpoint = Checkpoint::Endpoint(Direction::Egress);
        check(compiled, snapshot, &Flow { from: flow.from, to, traffic }, None, checkpoint).verdict() != Verdict::Denied
    };
    let home = doors.home_of(flow.from);
    let is_open = |door: &Door| {
        door.may_come_first(home, node)
            && door.behind.as_ref().is_none_or(|pods| {
                // A packet that would come back to its own pod has left it, too.
                pods.iter()
                    .filter(|(pod, _)| Endpoint::Pod(*pod) != flow.from)
                    .any(|(pod, port)| passes(Endpoint::Pod(*pod), Traffic { source: flow.traffic.source, ..door.traffic(*port) }))
            })
    };
    let is_closed = !passes(flow.to, flow.traffic) && !taken.any(is_open);
    Some(Translated { fact: UnknownFact::Translated { node, leads_to }, is_closed })
}
