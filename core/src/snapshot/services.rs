//! What Services, Ingresses and the ports of pods say, as they are written.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Node, PodEndpoint, PodId};
use crate::model::{Cidr, Protocol, TrafficPolicy};
use crate::text::Span;

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
    /// `hostIP`: the address of the node at which the host port is open; at all of them if none is given.
    pub host_address: Option<IpAddr>,
    /// Where it is written.
    pub span: Span,
}

impl ContainerPort {
    /// `hostPort`, where it is open at the addresses of a node: with `hostIP` it is for one address only. Upstream: containernetworking/plugins, portmap.
    pub(crate) fn host_port_at(&self, node: Option<&Node>) -> Option<u16> {
        let of_node = |address: IpAddr| node.is_none_or(|n| n.addresses.is_empty() || n.addresses.contains(&address));
        let is_open = self.host_address.is_none_or(|address| address.is_unspecified() || !address.is_loopback() && of_node(address));
        self.host_port.filter(|_| is_open)
    }
}

impl ServicePort {
    /// The port of a pod that it leads to. A name is looked up on each pod; a pod without it is no endpoint for that port.
    pub(crate) fn target_at(&self, pod: &PodEndpoint) -> Option<u16> {
        match &self.target {
            TargetPort::Number(number) => Some(*number),
            TargetPort::Name(name) => {
                pod.ports.iter().find(|p| p.protocol == self.protocol && p.name.as_deref() == Some(name)).map(|p| p.number)
            }
        }
    }
}

/// `spec.type` of a Service. Upstream: core/v1 `ServiceType`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum ServiceType {
    /// Reached inside the cluster only; so it is where none is given.
    #[default]
    ClusterIp,
    /// At a port of every node, too.
    NodePort,
    /// By a load balancer of the cloud, too.
    LoadBalancer,
    /// Nothing but another name for a host.
    ExternalName,
}

impl ServiceType {
    /// All of them, as upstream lists them.
    pub const ALL: [ServiceType; 4] = [ServiceType::ClusterIp, ServiceType::ExternalName, ServiceType::LoadBalancer, ServiceType::NodePort];

    /// Its name as upstream.
    pub const fn as_str(self) -> &'static str {
        match self {
            ServiceType::ClusterIp => "ClusterIP",
            ServiceType::NodePort => "NodePort",
            ServiceType::LoadBalancer => "LoadBalancer",
            ServiceType::ExternalName => "ExternalName",
        }
    }

    /// Whether its ports have node ports: it is reached from outside the cluster.
    pub const fn has_node_ports(self) -> bool {
        matches!(self, ServiceType::NodePort | ServiceType::LoadBalancer)
    }
}

impl core::fmt::Display for ServiceType {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether connections to a Service go to an endpoint. Upstream: discovery/v1 `EndpointConditions`; `kubernetes/kubernetes`, `pkg/proxy/topology.go`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Readiness {
    /// They do; so it is taken to be where the input says nothing.
    #[default]
    Ready,
    /// It ends, and still serves: they do where nothing else is ready.
    Leaving,
    /// They do not.
    NotReady,
    /// It fits no node of the input: whether it runs on another one is not known.
    Unplaced,
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
    /// Whether the API server gives a node port to each port that names none: not with `allocateLoadBalancerNodePorts: false`.
    pub allocates_node_ports: bool,
    /// `publishNotReadyAddresses`: pods that are not ready get connections too.
    pub publishes_unready: bool,
    /// `trafficDistribution`, or the annotation for topology.
    pub distribution: Option<Distribution>,
    /// The label by which kube-proxy leaves it to another proxy, if it has one.
    pub other_proxy: Option<&'static str>,
    /// The only family of its addresses, where the input says that it is one.
    pub family: Option<IpFamily>,
    /// Whether it asks for addresses of both families.
    pub dual_stack: bool,
    /// What is asked of a load balancer.
    pub load_balancer: LoadBalancer,
}

/// A family of addresses: `ipFamilies`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum IpFamily {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl IpFamily {
    /// That of an address.
    pub const fn of(address: IpAddr) -> IpFamily {
        if address.is_ipv6() { IpFamily::V6 } else { IpFamily::V4 }
    }

    /// Its name as upstream.
    pub const fn as_str(self) -> &'static str {
        match self {
            IpFamily::V4 => "IPv4",
            IpFamily::V6 => "IPv6",
        }
    }
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
            allocates_node_ports: true,
            publishes_unready: false,
            distribution: None,
            other_proxy: None,
            family: None,
            dual_stack: false,
            load_balancer: LoadBalancer::default(),
        }
    }
}

/// What a Service of type `LoadBalancer` asks of it, and what it was given. Upstream: docs/path.md.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadBalancer {
    /// Its front ends: those of the status, else `loadBalancerIP`, else the annotation for it.
    pub addresses: Vec<IpAddr>,
    /// Front ends that are addresses of a proxy (`ipMode: Proxy`): nodes do not know them, so packets from inside go to the load balancer, too.
    pub proxies: Vec<IpAddr>,
    /// Who serves it in place of a load balancer that keeps addresses and picks nodes, where the input shows somebody else.
    pub foreign: Option<ForeignBalancer>,
    /// The subnet of an internal front end that is given (`azure-load-balancer-internal-subnet`); else that of the nodes.
    pub subnet: Option<Box<str>>,
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

/// Who serves a load balancer of which it is not known how it sends packets on: to nodes or to pods, and from which address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ForeignBalancer {
    /// The controller of this `loadBalancerClass`, which load balancers of clouds leave alone.
    Class(Box<str>),
    /// A cloud or an operator whose annotation, of this name, the Service has.
    Annotation(Box<str>),
    /// Whoever has this host name, which the status gives in place of an address.
    Host(Box<str>),
    /// Azure, by a front end in a subnet of this name, which the input does not hold.
    Subnet(Box<str>),
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
            proxies: Vec::new(),
            foreign: None,
            subnet: None,
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

/// A `networking.k8s.io` Ingress.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct IngressSpec {
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
    /// Whether the paths of its hosts are regular expressions (`use-regex`, `rewrite-target` of ingress-nginx).
    pub regex: bool,
    /// Which part of the requests of another Ingress it takes (`canary` of ingress-nginx).
    pub canary: Option<Canary>,
    /// `metadata.creationTimestamp`.
    pub created: Option<Box<str>>,
    /// Whether its class is that of the annotation `kubernetes.io/ingress.class`.
    pub class_annotated: bool,
    /// Whether requests without TLS are redirected.
    pub redirects: Redirects,
    /// The port of AGIC's listener, where it is not the usual one (`appgw.ingress.kubernetes.io/override-frontend-port`).
    pub front_end_port: Option<u16>,
    /// Whether AGIC has a certificate for all of its hosts (`appgw.ingress.kubernetes.io/appgw-ssl-certificate`).
    pub certificate: bool,
    /// Clients that ingress-nginx lets through, and those that it refuses, by annotation.
    pub clients: IngressClients,
    /// Further names of the hosts of its rules (`nginx.ingress.kubernetes.io/server-alias`).
    pub aliases: Vec<Box<str>>,
    /// Other annotations that may answer requests in place of a backend, or lead them elsewhere.
    pub alters: Vec<Box<str>>,
    /// Requests that go to a resource which is no Service.
    pub resources: Vec<Requests>,
}

/// Which requests a canary of ingress-nginx takes. Upstream: its documentation, "Annotations", "Canary".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Canary {
    /// `canary-weight`: how many of `total` requests.
    pub weight: u32,
    /// `canary-weight-total`.
    pub total: u32,
    /// Whether a header or cookie of the request decides first (`canary-by-header`, `canary-by-cookie`).
    pub by_request: bool,
}

/// What annotations say of redirects from `http://` to `https://`; nothing where the controller's default is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Redirects {
    /// `ssl-redirect` of ingress-nginx: where the host has TLS.
    pub with_tls: Option<bool>,
    /// `force-ssl-redirect` of ingress-nginx: also where it has none.
    pub always: bool,
    /// `ssl-redirect` of AGIC.
    pub at_gateway: bool,
}

/// A `networking.k8s.io` IngressClass.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct IngressClass {
    /// `controller`.
    pub controller: Box<str>,
    /// Whether Ingresses without a class get this one (`ingressclass.kubernetes.io/is-default-class`).
    pub default: bool,
}

/// What serves an Ingress.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Served {
    /// The input has no controller that may.
    #[default]
    Unlisted,
    /// These pods, all of one controller.
    By(Vec<PodId>),
    /// An application gateway outside the cluster.
    Gateway,
    /// It is not known what does: why.
    Unknown(Arc<str>),
    /// Nothing: why.
    Nobody(Arc<str>),
}

/// Clients by their address as the controller sees it. Upstream: ingress-nginx documentation, "Annotations", whitelist and denylist source range.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct IngressClients {
    /// Those that pass; everybody where nothing is given.
    pub allowed: Option<Vec<Cidr>>,
    /// Those that do not.
    pub denied: Vec<Cidr>,
    /// Whether a range cannot be read.
    pub unread: bool,
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
    /// Whether what the path means is the controller's choice (`ImplementationSpecific`).
    pub specific: bool,
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

/// `hints` of an endpoint of a slice: the zones and nodes whose clients it is meant for first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hint {
    /// `forZones`.
    pub zones: Vec<Box<str>>,
    /// `forNodes`.
    pub nodes: Vec<Box<str>>,
}
