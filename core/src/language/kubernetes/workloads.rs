//! Objects that make pods, names and addresses.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::language::plugins::NodeSign;
pub use crate::model::TrafficPolicy;
use crate::model::{Cidr, Labels};
pub use crate::snapshot::{
    Backend, BackendPort, BalancedPort, Canary, ContainerPort, Distribution, Hint, IngressClass, IngressSpec as Ingress, LoadBalancer,
    Readiness, Requests, ServicePort, ServiceRouting, ServiceType, TargetPort, WorkloadKind,
};
use crate::snapshot::{NodeTunnel, Taint, Toleration};
use crate::text::Span;

/// What every pod made from one template has in common.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PodTemplate {
    /// The pods' labels (of the template, never of the workload itself).
    pub labels: Labels,
    /// Where the labels stand.
    pub labels_span: Span,
    /// `serviceAccountName`; `default` when left out.
    pub service_account: Box<str>,
    /// Whether the pods use their node's network, and so its addresses.
    pub host_network: bool,
    /// `nodeName`, where the pod is bound to a node.
    pub node: Option<Box<str>>,
    /// Labels that its node must have: `nodeSelector`, `os.name` and required affinity that leaves one value.
    pub wanted: Labels,
    /// The taints of nodes that it puts up with.
    pub tolerations: Vec<Toleration>,
    /// Ports that containers (and restartable init containers) declare.
    pub ports: Vec<ContainerPort>,
    /// Ports that init containers declare which end before the pod serves. Calico knows them by name all the same.
    pub init_ports: Vec<ContainerPort>,
    /// The images of its containers, and what they are started with: by these, well-known programs are known.
    pub programs: Vec<Program>,
    /// Whether `dnsPolicy` sends names elsewhere than to the cluster's DNS (`Default`, `None`).
    pub foreign_dns: bool,
    /// What annotations say of its addresses and interfaces.
    pub interfaces: PodInterfaces,
}

/// What annotations say of a pod's addresses and interfaces. Upstream: Calico documentation, "Use a specific IP address with a pod", "Add a floating IP to a
/// pod"; `k8s.v1.cni.cncf.io/networks` of the Network Plumbing Working Group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PodInterfaces {
    /// The addresses that Calico gave it, or is to give it.
    pub own: Vec<IpAddr>,
    /// Addresses of which packets are led to it (`cni.projectcalico.org/floatingIPs`).
    pub floating: Vec<IpAddr>,
    /// Whether it has interfaces in other networks, which policies do not cover.
    pub others: bool,
}

/// What a container runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Program {
    /// `image`.
    pub image: Box<str>,
    /// `command` and `args`.
    pub args: Vec<Box<str>>,
    /// `env`, of programs whose environment decides about connections: Calico's.
    pub env: Vec<Variable>,
}

/// A variable of a container's environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// `name`; empty for variables that come from elsewhere (`envFrom`).
    pub name: Box<str>,
    /// `value`, if it can be read.
    pub value: Option<Box<str>>,
    /// Where it is written.
    pub span: Span,
}

impl Program {
    /// The addresses at which it caches DNS for its node, as they are written: what follows `-localip`. Upstream: `kubernetes/dns`, `cmd/node-cache`.
    pub fn cached_addresses(&self) -> Vec<Box<str>> {
        let mut words = self.args.iter();
        while let Some(word) = words.next() {
            let Some(rest) = word.trim_start_matches('-').strip_prefix("localip").filter(|_| word.starts_with('-')) else { continue };
            let list = rest.strip_prefix('=').or_else(|| words.next().map(|w| &**w)).unwrap_or_default();
            return list.split(',').map(|a| a.trim().into()).collect();
        }
        Vec::new()
    }
}

/// A single pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pod {
    /// Labels, account, ports.
    pub template: PodTemplate,
    /// `status.podIPs` (or `podIP`): none where the input has no status.
    pub addresses: Vec<IpAddr>,
    /// `status.hostIP`.
    pub host_address: Option<IpAddr>,
    /// The controller that made it.
    pub owner: Option<Owner>,
    /// Whether its phase is Succeeded or Failed: it owns its address no more and is no end of any flow.
    pub terminated: bool,
    /// Whether connections go to it.
    pub readiness: Readiness,
}

/// The owner that `ownerReferences` names as controller (or the only owner).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Owner {
    /// Its kind; `Pod` where the reference does not name one.
    pub kind: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

/// An object that makes pods.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workload {
    /// Which kind.
    pub kind: WorkloadKind,
    /// How many pods.
    pub replicas: Replicas,
    /// What the pods are like.
    pub template: PodTemplate,
    /// Whether connections go to them, as far as its status says.
    pub readiness: Readiness,
    /// The controller that made it (a Deployment, for a ReplicaSet).
    pub owner: Option<Owner>,
    /// The number of a StatefulSet's first pod (`ordinals.start`).
    pub first_ordinal: u32,
    /// How many numbered pods a Job makes (`completionMode: Indexed`).
    pub indexed: Option<u32>,
    /// Whether a Job has a selector of its own (`manualSelector`); its pods get no labels then.
    pub own_selector: bool,
    /// Labels of the object itself, and of the Job that a CronJob makes: its pods have none of them.
    pub outer_labels: Labels,
}

/// How many pods a workload makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Replicas {
    /// So many; 0 is possible.
    Count(u32),
    /// One on every node.
    PerNode,
}

/// A `v1` Service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// `spec.type`.
    pub service_type: ServiceType,
    /// `clusterIP`s that are addresses.
    pub cluster_addresses: Vec<IpAddr>,
    /// Whether `clusterIP` is `None`.
    pub headless: bool,
    /// Labels that its pods have; nothing where the Service has no selector.
    pub selector: Option<Labels>,
    /// Where the selector stands.
    pub selector_span: Span,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// `externalName`.
    pub external_name: Option<Box<str>>,
    /// How packets come to it from outside, and which pods they may go to.
    pub routing: ServiceRouting,
}

/// A `v1` Node.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Node {
    /// Addresses of its status that are IP addresses: internal ones first, then external ones.
    pub addresses: Vec<IpAddr>,
    /// `spec.podCIDRs` (or `podCIDR`).
    pub pod_cidrs: Vec<Cidr>,
    /// Whether it has the taint `ToBeDeletedByClusterAutoscaler`.
    pub leaving: bool,
    /// Taints by which pods are kept away.
    pub taints: Vec<Taint>,
    /// What Calico wrote down about its tunnels.
    pub tunnel: NodeTunnel,
    /// What its labels and annotations tell of the network plugin.
    pub(crate) sign: Option<NodeSign>,
}

/// EndpointSlice: addresses behind a Service.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EndpointSlice {
    /// The Service that the label `kubernetes.io/service-name` names.
    pub service: Option<Box<str>>,
    /// Its endpoints, ready or not; host names are left out.
    pub endpoints: Vec<SliceEndpoint>,
    /// Its ports: name, protocol and number. Ports without a number are left out.
    pub ports: Vec<ContainerPort>,
}

/// One address of an EndpointSlice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SliceEndpoint {
    /// The address.
    pub address: IpAddr,
    /// Whether it stands behind another address of the same endpoint, and so kube-proxy does not use it.
    pub further: bool,
    /// The node that it is on, if it is said.
    pub node: Option<Box<str>>,
    /// Whether it takes connections: `conditions`.
    pub readiness: Readiness,
    /// Whom it is meant for first.
    pub hint: Option<Hint>,
}

/// A call of the API server to a Service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiCall {
    /// What for, in words.
    pub what: Box<str>,
    /// The Service's namespace.
    pub namespace: Box<str>,
    /// The Service's name.
    pub service: Box<str>,
    /// The Service's port.
    pub port: u16,
    /// Where it is written.
    pub span: Span,
}
