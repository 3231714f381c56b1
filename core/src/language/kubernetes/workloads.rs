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
    /// Labels that its node must have: `nodeSelector`, `os.name` and required affinity that leaves one value.
    pub wanted: Labels,
    /// Ports that containers (and restartable init containers) declare.
    pub ports: Vec<ContainerPort>,
    /// Ports that init containers declare which end before the pod serves. Calico knows them by name all the same.
    pub init_ports: Vec<ContainerPort>,
    /// The images of its containers, and what they are started with: by these, well-known programs are known.
    pub programs: Vec<Program>,
    /// Whether `dnsPolicy` sends names elsewhere than to the cluster's DNS (`Default`, `None`).
    pub foreign_dns: bool,
}

/// What a container runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Program {
    /// `image`.
    pub image: Box<str>,
    /// `command` and `args`.
    pub args: Vec<Box<str>>,
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
    /// Whether connections go to it.
    pub readiness: Readiness,
}

/// Whether connections to a Service go to an endpoint. Upstream: discovery/v1 `EndpointConditions`; `kubernetes/kubernetes`, `pkg/proxy/topology.go`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Readiness {
    /// They do; so it is taken to be where the text says nothing.
    #[default]
    Ready,
    /// It ends, and still serves: they do where nothing else is ready.
    Leaving,
    /// They do not.
    NotReady,
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
    /// Argo Rollouts' own Deployment.
    Rollout,
    /// OpenKruise's own Deployment.
    CloneSet,
    /// OpenShift's own Deployment.
    DeploymentConfig,
}

impl WorkloadKind {
    /// Whether it is none of Kubernetes's own: read for the pods of its template alone.
    pub const fn is_foreign(self) -> bool {
        matches!(self, WorkloadKind::Rollout | WorkloadKind::CloneSet | WorkloadKind::DeploymentConfig)
    }

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
            WorkloadKind::Rollout => "Rollout",
            WorkloadKind::CloneSet => "CloneSet",
            WorkloadKind::DeploymentConfig => "DeploymentConfig",
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
    /// How packets come to it from outside, and which pods they may go to.
    pub routing: ServiceRouting,
}

/// Which endpoints a node sends packets on to: `externalTrafficPolicy` and `internalTrafficPolicy`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum TrafficPolicy {
    /// Any endpoint, on whichever node.
    #[default]
    Cluster,
    /// Endpoints on the node itself only.
    Local,
}

impl TrafficPolicy {
    /// Both, the default first.
    pub const ALL: [TrafficPolicy; 2] = [TrafficPolicy::Cluster, TrafficPolicy::Local];

    /// `Cluster` or `Local`.
    pub const fn as_str(self) -> &'static str {
        match self {
            TrafficPolicy::Cluster => "Cluster",
            TrafficPolicy::Local => "Local",
        }
    }

    /// The one with this word, in any case.
    pub fn from_name(name: &str) -> Option<TrafficPolicy> {
        TrafficPolicy::ALL.into_iter().find(|policy| policy.as_str().eq_ignore_ascii_case(name))
    }
}

/// What a Service says about the way of packets to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceRouting {
    /// `externalTrafficPolicy`.
    pub external: TrafficPolicy,
    /// Where that is written, if it is.
    pub external_span: Option<Span>,
    /// `internalTrafficPolicy`.
    pub internal: TrafficPolicy,
    /// `sessionAffinity: ClientIP`: a client keeps the pod that it was given first.
    pub client_affinity: bool,
    /// `externalIPs`.
    pub external_addresses: Vec<IpAddr>,
    /// `healthCheckNodePort`.
    pub health_check_port: Option<u16>,
    /// `publishNotReadyAddresses`: pods that are not ready get connections too.
    pub publishes_unready: bool,
    /// `trafficDistribution`, or the annotation for topology.
    pub distribution: Option<Distribution>,
    /// What is asked of a load balancer.
    pub load_balancer: LoadBalancer,
}

impl Default for ServiceRouting {
    fn default() -> Self {
        ServiceRouting {
            external: TrafficPolicy::Cluster,
            external_span: None,
            internal: TrafficPolicy::Cluster,
            client_affinity: false,
            external_addresses: Vec::new(),
            health_check_port: None,
            publishes_unready: false,
            distribution: None,
            load_balancer: LoadBalancer::default(),
        }
    }
}

/// What a Service of type `LoadBalancer` asks of it, and what it was given. Upstream: docs/path.md.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadBalancer {
    /// Its front ends: those of the status, else `loadBalancerIP`, else the annotation for it.
    pub addresses: Vec<IpAddr>,
    /// Whether it is reachable in the virtual network only (`azure-load-balancer-internal`).
    pub internal: bool,
    /// Whether packets reach the node as they were sent to the front end, as AKS sets it up unless
    /// `azure-disable-load-balancer-floating-ip` says otherwise.
    pub floating: bool,
    /// `loadBalancerSourceRanges`: AKS opens its group to them, and nodes drop what is from elsewhere; everybody if there are none.
    pub source_ranges: Vec<Cidr>,
    /// The annotation `azure-allowed-ip-ranges`: AKS opens its group to them, and nodes know nothing of it.
    pub allowed_ranges: Vec<Cidr>,
    /// Where those are written.
    pub ranges_span: Option<Span>,
    /// Whether one of the ranges cannot be read: Azure then closes the Service.
    pub bad_range: bool,
    /// Service tags that may reach it (`azure-allowed-service-tags`).
    pub tags: Vec<Box<str>>,
    /// Whether everybody else is stopped, clients of the virtual network too (`azure-deny-all-except-load-balancer-source-ranges`).
    pub denies_others: bool,
    /// Whether AKS writes no rule for it (`azure-disable-load-balancer-nsg-rule`).
    pub unruled: bool,
    /// Whether one rule of an internal load balancer is for all ports (`azure-load-balancer-enable-high-availability-ports`).
    pub all_ports: bool,
    /// Whether clients come by a private link with the proxy protocol, where `healthCheckNodePort` is not asked.
    pub private_link: bool,
    /// What annotations say of single ports.
    pub ports: Vec<BalancedPort>,
}

/// What annotations say of one port at the load balancer. Upstream: AKS documentation, "Customizations via Kubernetes Annotations".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BalancedPort {
    /// The Service's port.
    pub port: u16,
    /// Whether the load balancer has no rule for it (`port_N_no_lb_rule`), and so no probe either.
    pub no_rule: bool,
    /// Whether no health probe is made for it (`port_N_no_probe_rule`).
    pub no_probe: bool,
    /// The port of the node that the probe asks (`port_N_health-probe_port`).
    pub probe: Option<u16>,
}

impl LoadBalancer {
    /// What annotations say of a port.
    pub fn port(&self, port: u16) -> BalancedPort {
        let plain = BalancedPort { port, no_rule: false, no_probe: false, probe: None };
        self.ports.iter().find(|p| p.port == port).copied().unwrap_or(plain)
    }
}

/// Which endpoints serve a client first. Upstream: Kubernetes documentation, "Service", traffic distribution; "Topology Aware Routing".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Distribution {
    /// Those on the node that sends the packet on, else those of its zone (`PreferSameNode`).
    SameNode,
    /// Those of the zone of the node that sends the packet on (`PreferClose`, `PreferSameZone`).
    SameZone,
    /// As the control plane hints, by the CPUs of zones (`topology-mode: Auto`).
    Proportional,
}

impl Default for LoadBalancer {
    fn default() -> Self {
        LoadBalancer {
            addresses: Vec::new(),
            internal: false,
            floating: true,
            source_ranges: Vec::new(),
            allowed_ranges: Vec::new(),
            ranges_span: None,
            bad_range: false,
            tags: Vec::new(),
            denies_others: false,
            unruled: false,
            all_ports: false,
            private_link: false,
            ports: Vec::new(),
        }
    }
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

/// A `networking.k8s.io` Ingress.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ingress {
    /// Every backend of every rule, and the default backend.
    pub backends: Vec<Backend>,
    /// `ingressClassName`, or the annotation `kubernetes.io/ingress.class`.
    pub class: Option<Box<str>>,
    /// Hosts under `tls`; an empty name for an entry without hosts, which is for all.
    pub tls: Vec<Box<str>>,
    /// Whether the controller passes TLS on as it is (`nginx.ingress.kubernetes.io/ssl-passthrough`).
    pub tls_passthrough: bool,
    /// Whether the connection to the pods is encrypted anew (`backend-protocol: HTTPS`, of ingress-nginx and of AGIC).
    pub tls_to_backend: bool,
    /// Whether AGIC uses the private front end (`appgw.ingress.kubernetes.io/use-private-ip`).
    pub private: bool,
    /// Addresses of its status: where clients connect.
    pub addresses: Vec<IpAddr>,
}

/// One backend of an Ingress, and the requests that go to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backend {
    /// The Service's name, in the Ingress's namespace.
    pub service: Box<str>,
    /// Which of its ports; all of them if none is named.
    pub port: BackendPort,
    /// Which requests.
    pub requests: Requests,
    /// Where it is written.
    pub span: Span,
}

/// Which requests go to a backend.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Requests {
    /// `host`; any if it is left out. `*.example.com` stands for one label.
    pub host: Option<Box<str>>,
    /// `path`; any if it is left out.
    pub path: Option<Box<str>>,
    /// Whether the path must be the same; else it is a prefix, by whole elements.
    pub exact: bool,
    /// Whether it takes the requests that nothing else does.
    pub default: bool,
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
    /// The node that it is on, if it is said.
    pub node: Option<Box<str>>,
    /// Whether it takes connections: `conditions`.
    pub readiness: Readiness,
    /// Whom it is meant for first.
    pub hint: Option<Hint>,
}

/// `hints` of an endpoint of a slice: the zones and nodes whose clients it is meant for first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hint {
    /// `forZones`.
    pub zones: Vec<Box<str>>,
    /// `forNodes`.
    pub nodes: Vec<Box<str>>,
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
