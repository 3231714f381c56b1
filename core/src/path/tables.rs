//! What nodes look up: the Service of an address or node port, and its endpoints.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::{HashMap, HashSet};

use crate::compile::{Compiled, Endpoint};
use crate::language::azure::inventory::NODE_PORTS;
use crate::language::{Distribution, Readiness, ServicePort};
use crate::model::{AddressSet, Protocol};
use crate::snapshot::cloud::tags;
use crate::snapshot::{IpFamily, Node, NodeId, PodEndpoint, PodId, Role, Service, ServiceId, ServiceType, SliceEndpoint, Snapshot};

/// Where a packet to a Service ends up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// A pod.
    Pod(PodId),
    /// A node, at this address of it.
    Node(NodeId, IpAddr),
    /// An address that is no pod's and no node's.
    Address(IpAddr),
}

crate::model::ids! {
    /// For whom backends are meant first, by place in the hints of [`Tables`].
    HintId,
}

/// One of the ends behind a port of a Service: pods that nothing can tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backend {
    /// What it is.
    pub target: Target,
    /// The node that it is local to, if it is said to be on one. What a slice lists is where its `nodeName` says, whatever address it has.
    pub node: Option<NodeId>,
    /// How many pods it stands for.
    pub count: u32,
    /// The port that they listen on.
    pub port: u16,
    /// For whom it is meant first; see [`Tables::hint`].
    pub(crate) hint: Option<HintId>,
}

/// How an address leads to a Service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Entry {
    /// By the Service's own address, inside the cluster.
    Cluster,
    /// By a node's address and the Service's port there.
    NodePort,
    /// By the address of its load balancer.
    LoadBalancer,
    /// By one of its `externalIPs`, which lead to nodes in a way that Kubernetes does not know.
    ExternalIp,
}

impl Backend {
    /// The node that packets to it come to, if that is known.
    pub(crate) fn place(&self) -> Option<NodeId> {
        match self.target {
            Target::Node(node, _) => Some(node),
            Target::Pod(_) | Target::Address(_) => self.node,
        }
    }
}

impl Entry {
    /// All, in the order to show them.
    pub const ALL: [Entry; 4] = [Entry::Cluster, Entry::NodePort, Entry::LoadBalancer, Entry::ExternalIp];

    /// The word for it in options and links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Entry::Cluster => "cluster-ip",
            Entry::NodePort => "node-port",
            Entry::LoadBalancer => "load-balancer",
            Entry::ExternalIp => "external-ip",
        }
    }

    /// The one with this word.
    pub fn from_name(name: &str) -> Option<Entry> {
        Entry::ALL.into_iter().find(|entry| entry.as_str() == name)
    }
}

/// Everything that is looked up, built once for a snapshot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    /// By Service and port of it: what stands behind.
    backends: Vec<Vec<Behind>>,
    /// Pods and nodes by their own addresses.
    owners: HashMap<IpAddr, Target>,
    /// Services by their addresses; several can share one, each with ports of its own.
    by_address: HashMap<IpAddr, Vec<(ServiceId, Entry)>>,
    by_name: HashMap<(String, String), ServiceId>,
    /// Services and their ports by protocol and node port; more than one collide.
    node_ports: HashMap<(Protocol, u16), Vec<(ServiceId, usize)>>,
    host_ports: HashMap<(NodeId, Protocol, u16), (PodId, u16)>,
    /// By node: equal numbers mean nodes that the network and policies do not tell apart.
    node_kinds: Vec<u32>,
    /// Of public addresses that nothing tells apart one.
    public: Vec<IpAddr>,
    /// The same of all addresses outside.
    outside: Vec<IpAddr>,
    /// For whom endpoints are meant first.
    hints: Vec<Hint>,
    /// Of node ports that no rule tells apart one.
    some_node_ports: Vec<u16>,
}

/// What stands behind a port of a Service.
#[derive(Clone, Debug, Default)]
struct Behind {
    all: Vec<Backend>,
    /// Those of IPv4 and those of IPv6, where slices list addresses.
    by_family: Option<[Vec<Backend>; 2]>,
}

/// Nodes and zones whose clients an endpoint is meant for first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hint {
    pub(crate) nodes: Vec<NodeId>,
    pub(crate) zones: Vec<String>,
}

impl Tables {
    pub(crate) fn new(snapshot: &Snapshot, compiled: &Compiled) -> Self {
        let mut tables = Tables {
            node_kinds: node_kinds(snapshot, compiled),
            public: public_addresses(compiled),
            some_node_ports: some_node_ports(compiled),
            outside: outside_addresses(compiled),
            ..Tables::default()
        };
        let owners = owners(snapshot);
        for (number, service) in ServiceId::each(&snapshot.services) {
            let ports = service.ports.iter();
            let hints = &mut tables.hints;
            tables.backends.push(ports.map(|port| behind(snapshot, service, port, &owners, hints)).collect());
            let namespace = snapshot.namespace_name(service.namespace).to_string();
            tables.by_name.insert((namespace, service.name.clone()), number);
            for (address, entry) in addresses(service) {
                tables.by_address.entry(address).or_default().push((number, entry));
            }
            for (at, port) in service.ports.iter().enumerate() {
                if let Some(node_port) = port.node_port {
                    tables.node_ports.entry((port.protocol, node_port)).or_default().push((number, at));
                }
            }
        }
        tables.owners = owners;
        for (id, endpoint) in snapshot.pods() {
            let Some(node) = endpoint.node.filter(|_| endpoint.replicas > 0) else { continue };
            for port in &endpoint.ports {
                if let Some(host_port) = port.host_port_at(snapshot.node(node)) {
                    tables.host_ports.entry((node, port.protocol, host_port)).or_insert((id, port.number));
                }
            }
        }
        tables
    }

    /// What the name of a Service without an address of its own resolves to, each with how many pods it stands for: ready endpoints, whatever ports
    /// they have. Upstream: coredns, `plugin/kubernetes/object/endpoint.go`.
    pub(crate) fn resolved(&self, snapshot: &Snapshot, service: &Service) -> Vec<(Target, u32)> {
        if service.slices.is_empty() {
            let pods = service.endpoints.iter().filter_map(|id| Some((*id, snapshot.pod(*id)?)));
            let ready = pods.filter(|(_, e)| e.replicas > 0 && (readiness(service, e) == Readiness::Ready));
            return ready.map(|(id, e)| (Target::Pod(id), e.replicas)).collect();
        }
        let listed = service.slices.iter().flat_map(|slice| &slice.endpoints).filter(|e| e.readiness == Readiness::Ready);
        let mut found: Vec<(Target, u32)> = Vec::new();
        for endpoint in listed {
            let target = self.owners.get(&endpoint.address).copied().unwrap_or(Target::Address(endpoint.address));
            if !found.contains(&(target, 1)) {
                found.push((target, 1));
            }
        }
        found
    }

    /// What stands behind a port of a Service, of both families of addresses.
    pub(crate) fn backends(&self, service: ServiceId, port: usize) -> &[Backend] {
        self.behind(service, port).map_or(&[], |behind| &behind.all)
    }

    /// The same for packets of one family. Upstream: `pkg/proxy/metaproxier` has a proxy for each, which knows the slices of its own only.
    pub(crate) fn backends_of(&self, service: ServiceId, port: usize, family: Option<IpFamily>) -> &[Backend] {
        let Some(behind) = self.behind(service, port) else { return &[] };
        let [v4, v6] = match (&behind.by_family, family) {
            (Some(by_family), Some(_)) => by_family,
            _ => return &behind.all,
        };
        if family == Some(IpFamily::V6) { v6 } else { v4 }
    }

    fn behind(&self, service: ServiceId, port: usize) -> Option<&Behind> {
        self.backends.get(service.index())?.get(port)
    }

    /// A number that nodes share which the network and policies do not tell apart.
    pub(crate) fn node_kind(&self, node: NodeId) -> u32 {
        self.node_kinds.get(node.index()).copied().unwrap_or(u32::MAX)
    }

    /// Of node ports that no rule tells apart one.
    pub(crate) fn node_ports(&self) -> &[u16] {
        &self.some_node_ports
    }

    /// For whom an endpoint is meant first.
    pub(crate) fn hint(&self, backend: &Backend) -> Option<&Hint> {
        self.hints.get(backend.hint?.index())
    }

    /// Of public addresses that nothing tells apart one.
    pub(crate) fn public_addresses(&self) -> &[IpAddr] {
        &self.public
    }

    /// Of addresses outside that nothing tells apart one, for each family.
    pub(crate) fn outside_addresses(&self) -> &[IpAddr] {
        &self.outside
    }

    /// The Service that an address is of, and whether it has this port: the one that has, where several share the address.
    pub(crate) fn service_at(
        &self,
        snapshot: &Snapshot,
        address: IpAddr,
        protocol: Protocol,
        port: Option<u16>,
    ) -> Option<(ServiceId, Entry, bool)> {
        let all = self.by_address.get(&address)?;
        let has_port = |(id, _): &&(ServiceId, Entry)| {
            let ports = snapshot.service(*id).map_or(&[][..], |service| &service.ports);
            ports.iter().any(|p| p.protocol == protocol && port.is_none_or(|port| p.port == port))
        };
        let with_port = all.iter().find(has_port);
        with_port.or(all.first()).map(|(id, entry)| (*id, *entry, with_port.is_some()))
    }

    /// The Service whose cluster address this is.
    pub(crate) fn of_cluster_address(&self, address: IpAddr) -> Option<ServiceId> {
        self.by_address.get(&address)?.iter().find(|(_, entry)| *entry == Entry::Cluster).map(|(id, _)| *id)
    }

    /// The Service with this name.
    pub(crate) fn service(&self, namespace: &str, name: &str) -> Option<ServiceId> {
        self.by_name.get(&(namespace.to_string(), name.to_string())).copied()
    }

    /// The Services, and their ports, that a port of every node leads to.
    pub(crate) fn at_node_port(&self, protocol: Protocol, port: u16) -> &[(ServiceId, usize)] {
        self.node_ports.get(&(protocol, port)).map_or(&[], Vec::as_slice)
    }

    /// The pod that a port of one node leads to (`hostPort`), and its own port.
    pub(crate) fn at_host_port(&self, node: NodeId, protocol: Protocol, port: u16) -> Option<(PodId, u16)> {
        self.host_ports.get(&(node, protocol, port)).copied()
    }
}

/// Whose an address is, as far as the input says. A pod on its node's network has its node's.
fn owners(snapshot: &Snapshot) -> HashMap<IpAddr, Target> {
    let nodes = snapshot.nodes().flat_map(|(id, node)| node.addresses.iter().map(move |a| (*a, Target::Node(id, *a))));
    let known = snapshot.pods().filter(|(_, e)| e.address_given && e.role == Role::Pod && !e.host_network);
    let pods = known.flat_map(|(id, e)| e.addresses.iter().map(move |a| (*a, Target::Pod(id))));
    nodes.chain(pods).collect()
}

/// The addresses of a Service, each with how it leads there.
fn addresses(service: &Service) -> impl Iterator<Item = (IpAddr, Entry)> {
    let routing = &service.routing;
    let balanced = routing.load_balancer.addresses.iter().map(|a| (*a, Entry::LoadBalancer));
    let outside = balanced.chain(routing.external_addresses.iter().map(|a| (*a, Entry::ExternalIp)));
    let known = outside.filter(|_| service.service_type != ServiceType::ExternalName);
    service.addresses.iter().map(|a| (*a, Entry::Cluster)).chain(known)
}

/// Borders of port ranges in rules, among node ports.
fn some_node_ports(compiled: &Compiled) -> Vec<u16> {
    let rules = compiled.ruleset().policies.iter().flat_map(|p| p.ingress.iter().chain(&p.egress));
    let mut found: Vec<u16> =
        rules.flat_map(|rule| rule.traffic.port_borders()).filter(|p| (NODE_PORTS.0..=NODE_PORTS.1).contains(p)).collect();
    found.push(NODE_PORTS.0);
    found.sort_unstable();
    found.dedup();
    found
}

fn outside_addresses(compiled: &Compiled) -> Vec<IpAddr> {
    let mut known = HashSet::new();
    compiled.outside_atoms().filter(|(address, class)| known.insert((address.is_ipv6(), *class))).map(|(address, _)| address).collect()
}

fn public_addresses(compiled: &Compiled) -> Vec<IpAddr> {
    let mut known = HashSet::new();
    let internet = tags::internet(&AddressSet::default());
    // A stretch may begin with addresses that are not public, and have some that are.
    let of = |(start, class)| Some((compiled.stretch_of(start).intersection(&internet).first()?, class));
    compiled.outside_atoms().filter_map(of).filter(|(_, class)| known.insert(*class)).map(|(address, _)| address).collect()
}

fn node_kinds(snapshot: &Snapshot, compiled: &Compiled) -> Vec<u32> {
    let cloud = &snapshot.cloud;
    let mut known = HashMap::new();
    let kind = |(id, _): (NodeId, &Node)| {
        let location = cloud.locate_node(id);
        let interface = location.and_then(|l| l.interface).and_then(|i| cloud.interface(i));
        let host = snapshot.host_endpoints_of(id);
        let tunnel = snapshot.tunnels.get(&id).map(|tunnel| {
            let addresses = tunnel.addresses.iter().map(|address| compiled.class_of(Endpoint::Outside(*address)));
            (tunnel.network, addresses.collect::<Vec<_>>())
        });
        let key = (location.map(|l| l.subnet), interface.map(|i| (i.group, i.public)), host, tunnel, compiled.class_of(Endpoint::Node(id)));
        let next = known.len() as u32;
        *known.entry(key).or_insert(next)
    };
    snapshot.nodes().map(kind).collect()
}

fn behind(snapshot: &Snapshot, service: &Service, port: &ServicePort, owners: &HashMap<IpAddr, Target>, hints: &mut Vec<Hint>) -> Behind {
    let mut of = |family| backends(snapshot, service, (port, family), owners, hints);
    let by_family = (!service.slices.is_empty()).then(|| [of(Some(IpFamily::V4)), of(Some(IpFamily::V6))]);
    Behind { all: of(None), by_family }
}

/// What stands behind a Service's port. Upstream: what EndpointSlices say is all there is; without them it is what a controller would make of the
/// Service. Endpoints that end get connections only where no other is ready.
fn backends(
    snapshot: &Snapshot,
    service: &Service,
    (port, family): (&ServicePort, Option<IpFamily>),
    owners: &HashMap<IpAddr, Target>,
    hints: &mut Vec<Hint>,
) -> Vec<Backend> {
    let all = match service.slices.is_empty() {
        true => selected(snapshot, service, port, hints),
        false => listed(snapshot, service, (port, family), owners, hints),
    };
    let of = |wanted: Readiness| -> Vec<Backend> { all.iter().filter(|(_, r)| *r == wanted).map(|(backend, _)| *backend).collect() };
    let ready = of(Readiness::Ready);
    if ready.is_empty() { of(Readiness::Leaving) } else { ready }
}

/// Whether connections to a Service go to a pod that it selects.
fn readiness(service: &Service, pod: &PodEndpoint) -> Readiness {
    match pod.readiness {
        Readiness::Leaving | Readiness::NotReady if service.routing.publishes_unready => Readiness::Ready,
        readiness => readiness,
    }
}

fn selected(snapshot: &Snapshot, service: &Service, port: &ServicePort, hints: &mut Vec<Hint>) -> Vec<(Backend, Readiness)> {
    let mut found = Vec::new();
    for id in &service.endpoints {
        let Some(endpoint) = snapshot.pod(*id).filter(|e| e.replicas > 0) else { continue };
        let Some(number) = port.target_at(endpoint) else { continue };
        let hint = own_hint(snapshot, service, endpoint.node).map(|hint| push_hint(hints, hint));
        let readiness = readiness(service, endpoint);
        let backend = Backend { target: Target::Pod(*id), node: endpoint.node, count: endpoint.replicas, port: number, hint };
        found.push((backend, readiness));
    }
    found
}

fn listed(
    snapshot: &Snapshot,
    service: &Service,
    (port, family): (&ServicePort, Option<IpFamily>),
    owners: &HashMap<IpAddr, Target>,
    hints: &mut Vec<Hint>,
) -> Vec<(Backend, Readiness)> {
    let mut found = Vec::new();
    let mut known: HashSet<(Target, Option<NodeId>, u16)> = HashSet::new();
    for slice in &service.slices {
        // Ports of a slice go by the name and the protocol of the Service's port. Upstream: `pkg/proxy/types.go`, `ServicePortName`.
        let name = |name: &Option<Box<str>>| name.as_deref().unwrap_or_default().to_string();
        let listed = slice.ports.iter().find(|p| p.protocol == port.protocol && name(&p.name) == name(&port.name));
        let Some(number) = listed.map(|p| p.number) else { continue };
        // Of several addresses kube-proxy takes the first; DNS publishes all. Upstream: `pkg/proxy/endpointslicecache.go`.
        let is_meant = |e: &&SliceEndpoint| family.is_none_or(|family| IpFamily::of(e.address) == family);
        for endpoint in slice.endpoints.iter().filter(|e| !e.further || service.headless).filter(is_meant) {
            let target = owners.get(&endpoint.address).copied().unwrap_or(Target::Address(endpoint.address));
            let node = match target {
                Target::Pod(id) => snapshot.pod(id).and_then(|e| e.node).or(endpoint.node),
                Target::Node(..) | Target::Address(_) => endpoint.node,
            };
            if known.insert((target, node, number)) {
                let hint = endpoint.hint.as_ref().map(|hint| {
                    let is_named = |name: &str| hint.nodes.iter().any(|n| **n == *name);
                    let nodes = snapshot.nodes().filter(|(_, n)| is_named(&n.name)).map(|(id, _)| id).collect();
                    push_hint(hints, Hint { nodes, zones: hint.zones.iter().map(ToString::to_string).collect() })
                });
                found.push((Backend { target, node, count: 1, port: number, hint }, endpoint.readiness));
            }
        }
    }
    found
}

/// What the control plane writes for `trafficDistribution`: for each endpoint its own zone, and its own node if that is preferred. Upstream:
/// `k8s.io/endpointslice`, `trafficdist`.
fn own_hint(snapshot: &Snapshot, service: &Service, node: Option<NodeId>) -> Option<Hint> {
    let distribution = service.routing.distribution?;
    let node = node?;
    let zones: Vec<String> = snapshot.node(node).and_then(|n| n.zone()).map(ToString::to_string).into_iter().collect();
    match distribution {
        Distribution::SameNode => Some(Hint { nodes: alloc::vec![node], zones }),
        Distribution::SameZone => Some(Hint { nodes: Vec::new(), zones }).filter(|hint| !hint.zones.is_empty()),
        Distribution::Proportional => None,
    }
}

fn push_hint(hints: &mut Vec<Hint>, hint: Hint) -> HintId {
    hints.push(hint);
    HintId::last(hints)
}
