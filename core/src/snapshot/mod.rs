//! What there is: namespaces, workloads, pods, nodes, Services, with every reference followed.
//!
//! The snapshot does not depend on the order of documents: everything is sorted by name. It knows nothing of policies.

pub mod cloud;
mod hosts;
mod nodes;
mod pools;
mod services;
mod unread;
mod workloads;

pub use hosts::{HostEndpoint, HostInterface, NodeHosts};
pub use nodes::{Node, NodeTunnel, Taint, Toleration};
pub use pools::{Encapsulation, IpPool};
pub use services::*;
pub use unread::{UnreadRoute, UnreadWay};
pub use workloads::{OwnerKind, WorkloadKind};

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::diagnostics::Diagnostic;
use crate::model::{AddressSet, Cidr, Labels, UnknownLabels};
use crate::text::Place;

crate::model::ids! {
    /// A namespace of a [`Snapshot`], by number.
    NamespaceId,
    /// A workload of a [`Snapshot`], by number.
    WorkloadId,
    /// An endpoint of a [`Snapshot`], by number.
    PodId,
    /// A node of a [`Snapshot`], by number.
    NodeId,
    /// A host endpoint of a [`Snapshot`], by number.
    HostEndpointId,
    /// A Service, by its place in [`Snapshot::services`].
    ServiceId,
    /// An Ingress, by its place in [`Snapshot::ingress_objects`].
    IngressId,
}

/// Everything that can take part in a flow.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Namespaces by name, given ones and ones that are only referred to.
    pub namespaces: Vec<Namespace>,
    /// Workloads by namespace, name and kind.
    pub workloads: Vec<Workload>,
    /// Endpoints, by workload.
    pub endpoints: Vec<PodEndpoint>,
    /// Nodes by name.
    pub nodes: Vec<Node>,
    /// Services by namespace and name.
    pub services: Vec<Service>,
    /// Backends of Ingresses.
    pub ingresses: Vec<Ingress>,
    /// Ingresses by namespace and name.
    pub ingress_objects: Vec<IngressObject>,
    /// Service accounts by namespace and name, as far as they are given.
    pub service_accounts: Vec<ServiceAccount>,
    /// Calico's network sets, by namespace (global ones first) and name.
    pub network_sets: Vec<NetworkSet>,
    /// Calico's host endpoints by name, automatic ones included.
    pub host_endpoints: Vec<HostEndpoint>,
    /// Calico's profiles by name, as far as they are given.
    pub profiles: Vec<Profile>,
    /// Where pods without a given address may have theirs.
    pub pod_network: AddressSet,
    /// Calico's IP pools.
    pub ip_pools: Vec<IpPool>,
    /// What nodes say of Calico's tunnels to others.
    pub tunnels: BTreeMap<NodeId, NodeTunnel>,
    /// Whether Calico's eBPF programs handle packets, as the input says.
    pub is_ebpf: bool,
    /// Whether pods keep their address towards nodes whatever their pool says (`natOutgoingExclusions: IPPoolsAndHostIPs`).
    pub keeps_source_to_nodes: bool,
    /// With which address packets of pools with `natOutgoing` leave, if not with that of the pod's node (`natOutgoingAddress`).
    pub nat_address: Option<IpAddr>,
    /// The same, of nodes with a setting of their own.
    pub nat_address_of: BTreeMap<NodeId, IpAddr>,
    /// How kube-proxy is configured.
    pub kube_proxy: KubeProxy,
    /// Objects whose pods are not read.
    pub pod_makers: Vec<PodMaker>,
    /// Fields of pods that there are not, and that may be meant for a port of a node.
    pub unread_host_ports: Vec<UnreadHostPort>,
    /// Services and Ingresses that are not evaluated, and what else may lead packets another way.
    pub unread_ways: Vec<UnreadWay>,
    /// Routes that are not evaluated.
    pub unread_routes: Vec<UnreadRoute>,
    /// The cloud's network; empty where the input says nothing of it.
    pub cloud: cloud::Cloud,
    /// What was noticed while references were followed.
    pub diagnostics: Vec<Diagnostic>,
}

/// An object that makes pods, of a kind that is not read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PodMaker {
    /// Its namespace.
    pub namespace: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where its kind is written.
    pub place: Place,
}

impl PodMaker {
    /// Its kind and its name: "Rollout `shop/web`".
    pub fn title(&self) -> String {
        alloc::format!("{} `{}/{}`", self.kind, self.namespace, self.name)
    }
}

/// A namespace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels, with `kubernetes.io/metadata.name`, which the API server always sets.
    pub labels: Labels,
    /// Labels of which not all is known.
    pub unknown: UnknownLabels,
    /// Where it is written; nothing for one that is only referred to.
    pub given: Option<Place>,
}

impl Namespace {
    /// Whether not even its name is known: that of pods that are not in the input.
    pub fn is_unknown(&self) -> bool {
        self.name.is_empty() && self.unknown.others
    }
}

/// Pods that belong together: made by one workload object, or owned by one controller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workload {
    /// Its namespace.
    pub namespace: NamespaceId,
    /// Its name.
    pub name: String,
    /// The kind of the object that it is named after.
    pub kind: OwnerKind,
    /// Its endpoints: one for a template, one a pod for given pods.
    pub endpoints: Vec<PodId>,
    /// How many pods it has.
    pub replicas: u32,
    /// Where it is written.
    pub place: Place,
}

/// A pod, or pods that nothing can tell apart: the replicas of one template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PodEndpoint {
    /// Its namespace.
    pub namespace: NamespaceId,
    /// The workload that it is part of.
    pub workload: WorkloadId,
    /// The pod's name, or the workload's.
    pub name: String,
    /// Its labels, with those that its controller adds, as far as their values are known.
    pub labels: Labels,
    /// Labels of which not all is known.
    pub unknown: UnknownLabels,
    /// Its service account.
    pub service_account: String,
    /// The container ports that it declares.
    pub ports: Vec<ContainerPort>,
    /// Ports of init containers that end before the pod serves.
    pub init_ports: Vec<ContainerPort>,
    /// Whether it uses its node's network.
    pub host_network: bool,
    /// The node that it runs on, if that is said.
    pub node: Option<NodeId>,
    /// Labels that its node must have.
    pub wanted: Labels,
    /// The taints of nodes that it puts up with.
    pub tolerations: Vec<Toleration>,
    /// Its addresses: those given, or one handed out for the picture.
    pub addresses: Vec<IpAddr>,
    /// Whether the addresses are given. Handed-out ones are shown, but no verdict rests on them.
    pub address_given: bool,
    /// Calico's profiles that it lists; nothing for a pod, which has those of its namespace and service account.
    pub profiles: Option<Vec<Box<str>>>,
    /// How many pods it stands for; 0 for a workload that is scaled to nothing.
    pub replicas: u32,
    /// Whether connections to a Service go to it.
    pub readiness: Readiness,
    /// Whether it asks others than the cluster's DNS for names.
    pub foreign_dns: bool,
    /// Addresses at which it caches DNS for its node, as they are written.
    pub dns_cache: Vec<Box<str>>,
    /// Addresses of which packets are led to it, beside its own.
    pub floating: Vec<IpAddr>,
    /// Whether it has interfaces in other networks, which policies do not cover.
    pub other_networks: bool,
    /// Whether it is one pod that has been put on one of several nodes, so that it can be drawn: no verdict rests on which that is.
    pub node_assumed: bool,
    /// Where it is written.
    pub place: Place,
    /// Where its labels are written.
    pub labels_place: Place,
    /// What it is.
    pub role: Role,
}

impl PodEndpoint {
    /// One that stands for pods of which the input says nothing.
    pub(crate) fn stand_in(role: Role, namespace: NamespaceId, name: &str, labels: Labels, place: Place) -> Self {
        PodEndpoint {
            namespace,
            workload: WorkloadId(0),
            name: name.into(),
            labels,
            unknown: UnknownLabels::default(),
            service_account: String::new(),
            ports: Vec::new(),
            init_ports: Vec::new(),
            host_network: false,
            node: None,
            wanted: Labels::default(),
            tolerations: Vec::new(),
            addresses: Vec::new(),
            address_given: false,
            profiles: None,
            replicas: 1,
            readiness: Readiness::Ready,
            foreign_dns: false,
            dns_cache: Vec::new(),
            floating: Vec::new(),
            other_networks: false,
            node_assumed: false,
            place,
            labels_place: place,
            role,
        }
    }
}

impl Snapshot {
    /// Adds an endpoint that stands for pods which are of no workload that is given, as one of its own.
    pub(crate) fn add_stand_in(&mut self, kind: OwnerKind, name: &str, endpoint: PodEndpoint) {
        let workload = WorkloadId::at(self.workloads.len());
        self.workloads.push(Workload {
            namespace: endpoint.namespace,
            name: name.into(),
            kind,
            endpoints: alloc::vec![PodId::at(self.endpoints.len())],
            replicas: 1,
            place: endpoint.place,
        });
        self.endpoints.push(PodEndpoint { workload, replicas: 1, ..endpoint });
    }
}

/// Where the pods of the cluster's DNS are, and how they are labelled. Upstream: `kubernetes/kubernetes`, `cluster/addons/dns`.
pub(crate) const DNS_NAMESPACE: &str = "kube-system";
/// Its label; see [`DNS_NAMESPACE`].
pub(crate) const DNS_LABEL: &str = "k8s-app";

/// What an [`PodEndpoint`] is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// A pod.
    Pod,
    /// Stands for the pods of the ingress controller, which may be in the input or not.
    IngressController,
    /// Stands for the pods of the cluster's DNS, where the input has none: with the label that they have everywhere. Only ways ask about it.
    Dns,
}

/// A service account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceAccount {
    /// Its namespace.
    pub namespace: NamespaceId,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Labels of which not all is known.
    pub unknown: UnknownLabels,
    /// Where it is written.
    pub place: Place,
}

/// A Calico NetworkSet or GlobalNetworkSet: addresses with labels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkSet {
    /// Its namespace; nothing for a GlobalNetworkSet.
    pub namespace: Option<NamespaceId>,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Labels of which not all is known.
    pub unknown: UnknownLabels,
    /// Its addresses.
    pub addresses: AddressSet,
    /// Whether it has more addresses, which cannot be read.
    pub unread: bool,
    /// Where it is written.
    pub place: Place,
}

/// A Calico profile, as far as labels go; its rules are policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Labels that endpoints have from it.
    pub labels: Labels,
}

/// A field of a pod's port that there is not, and that may be meant for its port on the node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnreadHostPort {
    /// The node of the pod, if it is known.
    pub node: Option<NodeId>,
    /// The number that stands there; any where it is none.
    pub port: Option<u16>,
    /// Why it is not evaluated, as a sentence.
    pub because: String,
}

/// How kube-proxy is configured, as far as it decides anything.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KubeProxy {
    /// `masqueradeAll`: whether everything for a Service's address gets the address of the client's node.
    pub masquerades_all: bool,
    /// `nodePortAddresses`: at which addresses of nodes it takes node ports; at all where nothing is given.
    pub node_port_ranges: Option<Vec<Cidr>>,
}

impl KubeProxy {
    /// Whether it is configured otherwise than by default.
    pub(crate) fn is_set(&self) -> bool {
        *self != KubeProxy::default()
    }
}

/// A Service, and the endpoints behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// Its namespace.
    pub namespace: NamespaceId,
    /// Its name.
    pub name: String,
    /// Its type.
    pub service_type: ServiceType,
    /// Its cluster addresses.
    pub addresses: Vec<IpAddr>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// The endpoints that its selector matches; empty for a Service without a selector.
    pub endpoints: Vec<PodId>,
    /// Addresses and ports of EndpointSlices that name it.
    pub slices: Vec<Slice>,
    /// Whether it has a selector.
    pub has_selector: bool,
    /// Whether it has no address of its own: names lead to its pods (`clusterIP: None`).
    pub headless: bool,
    /// The name that an `ExternalName` Service stands for.
    pub external_name: Option<String>,
    /// How packets come to it from outside, and which pods they may go to.
    pub routing: ServiceRouting,
    /// Whether its front end is assumed, as the input gives none: shown, and no verdict depends on it.
    pub front_end_made_up: bool,
    /// Where it is written.
    pub place: Place,
    /// Whether it is not plain where it leads: an API server refuses it, or its endpoints.
    pub unclear: bool,
    /// Why, where that is a field that its kind does not have, or that of its endpoints.
    pub unread_field: Option<Box<str>>,
    /// Whether there are pods of which it is not known if it selects them, or at which port: not all of their labels or named ports are known.
    pub open_pods: bool,
    /// Whether addresses of its family of pods that it selects are not in the input, or are not those that they are asked by.
    pub open_family: bool,
    /// Whether pods that it selects have addresses of both families, and the input does not say which of them are behind it.
    pub family_unsaid: bool,
}

impl Service {
    /// The addresses that are its own, whoever has them: in the cluster, those of its load balancer that the input gives, and `externalIPs`.
    pub(crate) fn all_addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let balancer = self.routing.load_balancer.addresses.iter().filter(|_| !self.front_end_made_up);
        let outside = balancer.chain(&self.routing.external_addresses).filter(|_| self.service_type != ServiceType::ExternalName);
        self.addresses.iter().chain(outside).copied()
    }
}

/// Addresses behind a Service that an EndpointSlice gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slice {
    /// Its endpoints.
    pub endpoints: Vec<SliceEndpoint>,
    /// The ports on each of them.
    pub ports: Vec<ContainerPort>,
}

/// One address of an EndpointSlice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SliceEndpoint {
    /// The address.
    pub address: IpAddr,
    /// Whether it stands behind another address of the same endpoint, and so kube-proxy does not use it. Upstream: `kubernetes/kubernetes`,
    /// `pkg/proxy/endpointslicecache.go`.
    pub further: bool,
    /// The node that it is on, if the slice says it and there is such a node.
    pub node: Option<NodeId>,
    /// Whether it takes connections.
    pub readiness: Readiness,
    /// Whom it is meant for first.
    pub hint: Option<Hint>,
}

/// An Ingress.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IngressObject {
    /// Its namespace.
    pub namespace: NamespaceId,
    /// Its name.
    pub name: String,
    /// Everything that it says; its backends are [`Snapshot::ingresses`].
    pub spec: IngressSpec,
    /// What serves it.
    pub served: Served,
    /// Whether that is ingress-nginx, as far as it is known.
    pub of_nginx: bool,
    /// The Service to which its controller sends requests that no rule takes, if it is given one (`--default-backend-service`).
    pub default_backend: Option<Box<str>>,
    /// Where it is written.
    pub place: Place,
    /// Whether it is not plain where it leads: an API server refuses it.
    pub unclear: bool,
    /// Why, where that is a field that its kind does not have.
    pub unread_field: Option<Box<str>>,
}

/// A backend of an Ingress.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ingress {
    /// Its namespace.
    pub namespace: NamespaceId,
    /// The Ingress's name.
    pub name: String,
    /// The requests that go to it.
    pub requests: Requests,
    /// The Service that it names; nothing if there is no such Service.
    pub service: Option<ServiceId>,
    /// The Service's name as written.
    pub service_name: String,
    /// The port of the Service.
    pub port: BackendPort,
    /// Where it is written.
    pub place: Place,
}

impl Snapshot {
    /// The endpoint with this number.
    pub fn pod(&self, id: PodId) -> Option<&PodEndpoint> {
        self.endpoints.get(id.index())
    }

    /// The workload with this number.
    pub fn workload(&self, id: WorkloadId) -> Option<&Workload> {
        self.workloads.get(id.index())
    }

    /// The namespace with this number.
    pub fn namespace(&self, id: NamespaceId) -> Option<&Namespace> {
        self.namespaces.get(id.index())
    }

    /// The node with this number.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    /// The Service with this id.
    pub fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.get(id.index())
    }

    /// The Ingress with this id.
    pub fn ingress(&self, id: IngressId) -> Option<&IngressObject> {
        self.ingress_objects.get(id.index())
    }

    /// All host endpoints.
    pub fn host_endpoints(&self) -> impl Iterator<Item = (HostEndpointId, &HostEndpoint)> {
        HostEndpointId::each(&self.host_endpoints)
    }

    /// The host endpoint with this number.
    pub fn host_endpoint(&self, id: HostEndpointId) -> Option<&HostEndpoint> {
        self.host_endpoints.get(id.index())
    }

    /// The name of an endpoint's namespace.
    pub fn namespace_name(&self, id: NamespaceId) -> &str {
        self.namespace(id).map_or("", |n| &n.name)
    }

    /// The name of a node.
    pub fn node_name(&self, id: NodeId) -> &str {
        self.node(id).map_or("", |n| &n.name)
    }

    /// The name of a host endpoint.
    pub fn host_endpoint_name(&self, id: HostEndpointId) -> &str {
        self.host_endpoint(id).map_or("", |h| &h.name)
    }

    /// The name of a Service, without its namespace.
    pub fn service_name(&self, id: ServiceId) -> &str {
        self.service(id).map_or("", |s| &s.name)
    }

    /// All endpoints with their numbers.
    pub fn pods(&self) -> impl ExactSizeIterator<Item = (PodId, &PodEndpoint)> {
        self.endpoints.iter().enumerate().map(|(i, e)| (PodId::at(i), e))
    }

    /// All workloads with their numbers.
    pub fn workloads(&self) -> impl ExactSizeIterator<Item = (WorkloadId, &Workload)> {
        self.workloads.iter().enumerate().map(|(i, w)| (WorkloadId::at(i), w))
    }

    /// Whether an endpoint is a pod of the cluster's DNS, by the label that these have everywhere.
    pub(crate) fn serves_dns(&self, endpoint: &PodEndpoint) -> bool {
        self.namespace_name(endpoint.namespace) == DNS_NAMESPACE && matches!(endpoint.labels.get(DNS_LABEL), Some("kube-dns" | "coredns"))
    }

    /// All nodes with their numbers.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(i, n)| (NodeId::at(i), n))
    }

    /// `namespace/name` of an endpoint.
    pub fn pod_title(&self, id: PodId) -> String {
        match self.pod(id) {
            Some(e) if e.role == Role::IngressController => "ingress controller".into(),
            Some(e) => alloc::format!("{}/{}", self.namespace_name(e.namespace), e.name),
            None => String::new(),
        }
    }
}
