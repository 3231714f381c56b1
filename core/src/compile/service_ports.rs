//! Ports behind Services that rules name, by the addresses of the Services' endpoints.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::classes::NamedPort;
use super::selectors::Selectors;
use crate::language::{ServicePort, TargetPort};
use crate::model::Protocol;
use crate::policy::{partly_behind, service_port};
use crate::snapshot::{IpFamily, Node, NodeId, PodEndpoint, PodId, Service, Snapshot};

/// Ports behind the Services that some rule names, under the names that [`crate::policy::service_port`] makes. Upstream: `felix/serviceindex`: what is behind
/// a Service are the addresses of its EndpointSlices, whoever has them.
pub(super) struct ServicePorts {
    /// By address: given by EndpointSlices.
    listed: HashMap<IpAddr, Vec<NamedPort>>,
    /// By address: derived from a Service's selector and target ports.
    derived: HashMap<IpAddr, Vec<NamedPort>>,
    /// The same for pods whose address is not known, and for nodes with such pods.
    pods: HashMap<PodId, Vec<NamedPort>>,
    nodes: HashMap<NodeId, Vec<NamedPort>>,
}

impl ServicePorts {
    pub(super) fn new(snapshot: &Snapshot, selectors: &Selectors<'_>) -> Self {
        let mut found = ServicePorts { listed: HashMap::new(), derived: HashMap::new(), pods: HashMap::new(), nodes: HashMap::new() };
        for service in &snapshot.services {
            let name = service_port(snapshot.namespace_name(service.namespace), &service.name);
            if !selectors.names_port(&name) {
                continue;
            }
            let port = |protocol, number| NamedPort { name: name.clone(), protocol, number };
            for slice in &service.slices {
                for address in slice.endpoints.iter().map(|e| &e.address) {
                    let ports = slice.ports.iter().map(|p| port(p.protocol, p.number));
                    // Port 0 stands for "an endpoint of it", also where a slice has no ports.
                    found.listed.entry(*address).or_default().extend(ports.chain([port(Protocol::TCP, 0)]));
                }
            }
            // Slices that are given say all; else they are what a controller would make of the Service.
            let derived: &[PodId] = if service.slices.is_empty() { &service.endpoints } else { &[] };
            for &id in derived {
                let Some(endpoint) = snapshot.pod(id) else { continue };
                let targets = service.ports.iter().flat_map(|p| target_ports(p, endpoint).into_iter().map(|n| port(p.protocol, n)));
                let mut ports: Vec<NamedPort> = targets.chain([port(Protocol::TCP, 0)]).collect();
                if service.family_unsaid {
                    ports.push(partly(&name));
                }
                found.derive(snapshot, service, (id, endpoint), &ports);
            }
        }
        found
    }

    /// Takes in a pod that a Service selects.
    fn derive(&mut self, snapshot: &Snapshot, service: &Service, (id, pod): (PodId, &PodEndpoint), ports: &[NamedPort]) {
        let node = pod.node.filter(|_| pod.host_network);
        let addresses = addresses_of(snapshot, pod);
        let mut known = Vec::new();
        for address in addresses {
            let family = IpFamily::of(*address);
            // A pod has one address of each family; of a node's, its own pods have the first.
            if !known.contains(&family) && service.routing.family.is_none_or(|wanted| wanted == family) {
                known.push(family);
                self.derived.entry(*address).or_default().extend(ports.iter().cloned());
            }
        }
        if addresses.is_empty() {
            self.pods.entry(id).or_default().extend(ports.iter().cloned());
            node.iter().for_each(|node| self.nodes.entry(*node).or_default().extend(ports.iter().cloned()));
        }
    }

    pub(super) fn add_to_endpoint(&self, snapshot: &Snapshot, id: PodId, endpoint: &PodEndpoint, ports: &mut Vec<NamedPort>) {
        ports.extend(self.pods.get(&id).into_iter().flatten().cloned());
        self.add_at(addresses_of(snapshot, endpoint), ports);
    }

    pub(super) fn add_to_node(&self, id: NodeId, node: &Node, ports: &mut Vec<NamedPort>) {
        ports.extend(self.nodes.get(&id).into_iter().flatten().cloned());
        self.add_at(&node.addresses, ports);
    }

    /// What is behind Services at these addresses of one endpoint. Which of several addresses a packet carries is not known.
    fn add_at(&self, addresses: &[IpAddr], ports: &mut Vec<NamedPort>) {
        let found: BTreeSet<&NamedPort> = addresses.iter().flat_map(|address| self.known_at(*address)).collect();
        let names: BTreeSet<&str> = found.iter().filter(|port| port.number == 0).map(|port| &*port.name).collect();
        let is_partial = |name: &&str| addresses.iter().any(|address| !self.known_at(*address).any(|port| &*port.name == *name));
        ports.extend(names.into_iter().filter(is_partial).map(partly));
        ports.extend(found.into_iter().cloned());
        ports.sort_unstable();
        ports.dedup();
    }

    fn known_at(&self, address: IpAddr) -> impl Iterator<Item = &NamedPort> {
        [&self.listed, &self.derived].into_iter().filter_map(move |map| map.get(&address)).flatten()
    }

    pub(super) fn at_address(&self, address: IpAddr) -> Vec<NamedPort> {
        let mut ports = self.listed.get(&address).cloned().unwrap_or_default();
        ports.sort_unstable();
        ports.dedup();
        ports
    }
}

/// The addresses of a pod, as far as they are known: on its node's network those of the node.
fn addresses_of<'s>(snapshot: &'s Snapshot, pod: &'s PodEndpoint) -> &'s [IpAddr] {
    match pod.node.filter(|_| pod.host_network && !pod.address_given) {
        Some(node) => snapshot.node(node).map_or(&[], |node| &node.addresses),
        None if pod.address_given => &pod.addresses,
        None => &[],
    }
}

/// The mark on ends that are behind a Service with some of their addresses only.
fn partly(name: &str) -> NamedPort {
    NamedPort { name: partly_behind(name), protocol: Protocol::TCP, number: 0 }
}

/// The numbers that a Service's port leads to on an endpoint.
fn target_ports(port: &ServicePort, endpoint: &PodEndpoint) -> Vec<u16> {
    match &port.target {
        TargetPort::Number(number) => alloc::vec![*number],
        TargetPort::Name(name) => {
            let named = endpoint.ports.iter().filter(|p| p.name.as_deref() == Some(&**name) && p.protocol == port.protocol);
            named.map(|p| p.number).collect()
        }
    }
}
