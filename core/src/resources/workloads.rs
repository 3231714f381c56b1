//! Objects that make pods, names and addresses.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::model::{Cidr, Labels, Protocol};
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
    /// Ports that containers (and restartable init containers) declare.
    pub ports: Vec<ContainerPort>,
}

/// A declared container port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ContainerPort {
    /// Its name, which policies may use.
    pub name: Option<Box<str>>,
    /// Its number.
    pub number: u16,
    /// Its protocol; TCP when left out.
    pub protocol: Protocol,
    /// `hostPort`, if any.
    pub host_port: Option<u16>,
    /// Where it is written.
    pub span: Span,
}

/// A single pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pod {
    /// Labels, account, ports.
    pub template: PodTemplate,
    /// `status.podIPs` (or `podIP`): none where the text has no status.
    pub addresses: Vec<IpAddr>,
    /// `status.hostIP`.
    pub host_address: Option<IpAddr>,
    /// The controller that made it.
    pub owner: Option<Owner>,
    /// Whether its phase is Succeeded or Failed: it owns its address no more and is no end of any flow.
    pub terminated: bool,
}

/// The owner that `ownerReferences` names as controller (or the only owner).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Owner {
    /// Its kind; `Pod` where the reference does not name one.
    pub kind: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

/// The kinds of workload.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs, reason = "each is named as upstream")]
pub enum WorkloadKind {
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    ReplicationController,
    Job,
    CronJob,
}

impl WorkloadKind {
    /// The kind's name as upstream.
    pub const fn name(self) -> &'static str {
        match self {
            WorkloadKind::Deployment => "Deployment",
            WorkloadKind::ReplicaSet => "ReplicaSet",
            WorkloadKind::StatefulSet => "StatefulSet",
            WorkloadKind::DaemonSet => "DaemonSet",
            WorkloadKind::ReplicationController => "ReplicationController",
            WorkloadKind::Job => "Job",
            WorkloadKind::CronJob => "CronJob",
        }
    }
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
    /// The controller that made it (a Deployment, for a ReplicaSet).
    pub owner: Option<Owner>,
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
    /// `spec.type`: `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    pub service_type: Box<str>,
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
}

/// One port of a Service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServicePort {
    /// Its name.
    pub name: Option<Box<str>>,
    /// Its protocol; TCP when left out.
    pub protocol: Protocol,
    /// The port that clients use.
    pub port: u16,
    /// The port of the pods; the same as `port` when left out.
    pub target: TargetPort,
    /// `nodePort`.
    pub node_port: Option<u16>,
    /// Where it is written.
    pub span: Span,
}

/// A Service's `targetPort`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TargetPort {
    /// A number.
    Number(u16),
    /// The name of a container port, looked up on each pod.
    Name(Box<str>),
}

/// A `v1` Node.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Node {
    /// Addresses of its status that are IP addresses: internal ones first, then external ones.
    pub addresses: Vec<IpAddr>,
    /// `spec.podCIDRs` (or `podCIDR`).
    pub pod_cidrs: Vec<Cidr>,
}

/// A `networking.k8s.io` Ingress, or what of it matters to policy: the Services behind it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ingress {
    /// Every backend of every rule, and the default backend.
    pub backends: Vec<Backend>,
}

/// One backend of an Ingress.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backend {
    /// The Service's name, in the Ingress's namespace.
    pub service: Box<str>,
    /// Which of its ports; all of them if none is named.
    pub port: BackendPort,
    /// Where it is written.
    pub span: Span,
}

/// The Service port that an Ingress backend names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BackendPort {
    /// None.
    Any,
    /// By number.
    Number(u16),
    /// By name.
    Name(Box<str>),
}

/// EndpointSlice: addresses behind a Service.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EndpointSlice {
    /// The Service that the label `kubernetes.io/service-name` names.
    pub service: Option<Box<str>>,
    /// Addresses of its endpoints, ready or not; host names are left out.
    pub addresses: Vec<IpAddr>,
    /// Its ports: name, protocol and number. Ports without a number are left out.
    pub ports: Vec<ContainerPort>,
}
