//! What an analysis assumes where the upstream texts leave a choice to the network plugin or to the cluster.
//!
//! Every assumption is a named setting, so that an answer never rests on a silent one. [`table`] has all of them with their names and values.

mod rows;
pub mod table;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};
use core::ops::Deref;

use crate::facts::Date;
use crate::model::{Cidr, ClusterEngine, Plugin, TrafficPolicy};

/// All assumptions of an analysis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Which policy engine is installed.
    pub engine: Engine,
    /// What becomes of Calico's staged policies.
    pub staged: Staged,
    /// What nodes do with packets that Calico leaves to them.
    pub host_input: HostInput,
    /// What looks into HTTP requests.
    pub http: Http,
    /// Which ends an `ipBlock` can match.
    pub ip_block: IpBlockReach,
    /// What pods with `hostNetwork: true` count as.
    pub host_network: HostNetwork,
    /// What an ingress controller is taken for whose pods are not in the input.
    pub unlisted_controller: UnlistedController,
    /// Whether a pod's own node is special.
    pub own_node: OwnNode,
    /// What policies mean for protocols other than TCP, UDP and SCTP.
    pub other_protocols: OtherProtocols,
    /// Where pods without a given address have theirs. Nodes' `podCIDR`s take their place when nodes are given.
    pub pod_networks: Vec<Cidr>,
    /// The namespace of objects that name none.
    pub default_namespace: String,
    /// What decides about the way of packets, where a person wants to see another choice than the text's.
    pub routing: Routing,
    /// The day for which facts with a date are told; nothing for that of the table of facts. No verdict rests on it.
    pub today: Option<Date>,
}

/// The settings that answers rest on: those that a person chose, resolved for an input by [`Settings::resolve`].
///
/// It reads like [`Settings`], except that [`engine`](Settings::engine) is never [`Engine::Detected`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assumed {
    settings: Settings,
    /// Whether a person, or a cluster in the input, says which engine is installed.
    pub engine_is_told: bool,
    /// Whether a person says it.
    pub engine_is_chosen: bool,
}

impl Assumed {
    /// These assumptions with other choices of what decides about the path of packets.
    pub fn with_routing(&self, routing: Routing) -> Assumed {
        Assumed { settings: Settings { routing, ..self.settings.clone() }, ..*self }
    }
}

impl Deref for Assumed {
    type Target = Settings;

    fn deref(&self) -> &Settings {
        &self.settings
    }
}

/// Choices that change the way of packets to Services. What is nothing is as the input says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Routing {
    /// What translates addresses on nodes.
    pub dataplane: Option<Dataplane>,
    /// `externalTrafficPolicy` of all Services.
    pub external: Option<TrafficPolicy>,
    /// `internalTrafficPolicy` of all Services.
    pub internal: Option<TrafficPolicy>,
    /// Where the cluster's pods have their addresses.
    pub pod_network: Option<Plugin>,
    /// What stands behind Ingresses.
    pub ingress: Option<IngressBy>,
    /// `sessionAffinity` of all Services: whether a client keeps its pod.
    pub affinity: Option<bool>,
    /// Whether `loadBalancerSourceRanges` counts.
    pub ignore_source_ranges: bool,
    /// What a load balancer's health probes ask.
    pub probes: Option<Probes>,
    /// How pods are put on nodes where the input does not say it.
    pub placement: Placement,
}

/// How pods are put on nodes where the input does not say it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Placement {
    /// How many pods of each such workload the first, second, … node has; evenly spread where empty.
    pub per_node: Vec<u32>,
    /// Where nodes without an address have one; nowhere if nothing.
    pub node_network: Option<Cidr>,
}

/// What translates the addresses of Services on nodes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Dataplane {
    /// kube-proxy, with iptables (IPVS and nftables do the same in this).
    #[default]
    KubeProxy,
    /// Calico's eBPF programs: they keep the client's address, and the reply goes back by way of the node that the request came by.
    Ebpf,
    /// The same, and the reply goes straight back (`bpfExternalServiceMode: DSR`).
    EbpfDsr,
}

impl Dataplane {
    /// All, in the order to show them.
    pub const ALL: [Dataplane; 3] = [Dataplane::KubeProxy, Dataplane::Ebpf, Dataplane::EbpfDsr];

    /// The word for it in options and links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Dataplane::KubeProxy => "iptables",
            Dataplane::Ebpf => "ebpf",
            Dataplane::EbpfDsr => "ebpf-dsr",
        }
    }

    /// A name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Dataplane::KubeProxy => "kube-proxy (iptables)",
            Dataplane::Ebpf => "Calico eBPF",
            Dataplane::EbpfDsr => "Calico eBPF, direct return",
        }
    }

    /// The one with this word.
    pub fn from_name(name: &str) -> Option<Dataplane> {
        Dataplane::ALL.into_iter().find(|dataplane| dataplane.as_str() == name)
    }

    /// Whether it is Calico's eBPF.
    pub const fn is_ebpf(self) -> bool {
        matches!(self, Dataplane::Ebpf | Dataplane::EbpfDsr)
    }
}

/// What stands behind Ingresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum IngressBy {
    /// A controller whose pods are in the cluster, as ingress-nginx.
    Controller,
    /// Azure's Application Gateway, outside the cluster (AGIC).
    Gateway,
}

impl IngressBy {
    /// All, in the order to show them.
    pub const ALL: [IngressBy; 2] = [IngressBy::Controller, IngressBy::Gateway];

    /// The word for it in options and links.
    pub const fn as_str(self) -> &'static str {
        match self {
            IngressBy::Controller => "controller",
            IngressBy::Gateway => "agic",
        }
    }

    /// A name for people.
    pub const fn title(self) -> &'static str {
        match self {
            IngressBy::Controller => "controller in the cluster",
            IngressBy::Gateway => "Application Gateway (AGIC)",
        }
    }

    /// The one with this word.
    pub fn from_name(name: &str) -> Option<IngressBy> {
        IngressBy::ALL.into_iter().find(|by| by.as_str() == name)
    }
}

/// What a load balancer's health probes ask, and whether nodes that they do not reach get connections. Upstream: docs/path.md.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Probes {
    /// The node port, as AKS has it: a connection that goes on to a pod. With `externalTrafficPolicy: Local` it is `healthCheckNodePort`.
    Pod,
    /// kube-proxy's health port, for all Services alike (shared health probes, a preview). With `Local` as above.
    Node,
    /// Probes are left out: every node gets connections.
    Ignored,
}

impl Probes {
    /// All, in the order to show them.
    pub const ALL: [Probes; 3] = [Probes::Pod, Probes::Node, Probes::Ignored];

    /// The word for it in options and links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Probes::Node => "node",
            Probes::Pod => "pod",
            Probes::Ignored => "ignored",
        }
    }

    /// The one with this word.
    pub fn from_name(name: &str) -> Option<Probes> {
        Probes::ALL.into_iter().find(|probes| probes.as_str() == name)
    }
}

/// The installed policy engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Engine {
    /// The one that the text speaks of: Calico if there is any of its resources, else one that enforces what Kubernetes defines.
    #[default]
    Detected,
    /// None: policies are stored by the API server, and nothing enforces them.
    None,
    /// One that enforces NetworkPolicy and the cluster-wide policies as their API texts say, and knows nothing of Calico's.
    Generic,
    /// Calico open source, 3.32 or newer.
    Calico,
    /// Azure's own network policy manager, which enforces NetworkPolicy alone.
    AzureNpm,
}

impl Engine {
    /// All choices, in the order to show them.
    pub const ALL: [Engine; 5] = [Engine::Detected, Engine::Generic, Engine::Calico, Engine::AzureNpm, Engine::None];

    /// The word for it in options and links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Engine::Detected => "detected",
            Engine::None => "none",
            Engine::Generic => "generic",
            Engine::Calico => "calico",
            Engine::AzureNpm => "azure-npm",
        }
    }

    /// The choice with this word.
    pub fn from_name(name: &str) -> Option<Engine> {
        Engine::ALL.into_iter().find(|engine| engine.as_str() == name)
    }
}

/// What a node's own packet filter does with packets that Calico leaves to it (`defaultEndpointToHostAction: Return`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum HostInput {
    /// That is not known.
    #[default]
    Unknown,
    /// It accepts them.
    Accepts,
    /// It drops them.
    Drops,
}

/// What looks into HTTP requests: `http` in Calico's rules counts only where an application layer is installed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Http {
    /// Nothing: rules match by their other fields alone.
    #[default]
    Ignored,
    /// An application layer, and the request is not known.
    Unknown,
    /// An application layer, and every request has this method and, if given, this path.
    Request(String, Option<String>),
}

impl Http {
    /// What a person writes: `ignored`, `unknown`, or a request such as `GET /cart`. Nothing for what is none of these.
    pub fn from_text(text: &str) -> Option<Http> {
        let mut words = text.split_whitespace();
        let (method, path) = (words.next()?, words.next());
        match (method, path, words.next()) {
            ("ignored", None, None) => Some(Http::Ignored),
            ("unknown", None, None) => Some(Http::Unknown),
            (_, _, None) if method.bytes().all(|b| b.is_ascii_uppercase()) && path.is_none_or(|p| p.starts_with('/')) => {
                Some(Http::Request(method.into(), path.map(Into::into)))
            }
            _ => None,
        }
    }
}

impl core::fmt::Display for Http {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Http::Ignored => f.write_str("ignored"),
            Http::Unknown => f.write_str("unknown"),
            Http::Request(method, None) => f.write_str(method),
            Http::Request(method, Some(path)) => write!(f, "{method} {path}"),
        }
    }
}

/// What becomes of staged policies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Staged {
    /// They are shown but not enforced, as in a cluster.
    #[default]
    NotEnforced,
    /// They are evaluated as if they were enforced: what they would change.
    AsIfEnforced,
}

/// Which ends an `ipBlock` of a NetworkPolicy can match. The API text leaves it to the plugin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum IpBlockReach {
    /// Any end with an address in the block, pods included (Calico, Azure network policy manager).
    #[default]
    PodsToo,
    /// Only addresses outside the cluster (Cilium; np-guard's analyzers, which read the networks of cluster-wide policies so, too).
    OutsideOnly,
}

/// What pods with `hostNetwork: true` count as. The API text admits both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum HostNetwork {
    /// As their node: no policy selects them, no selector matches them, their address is the node's. The common case.
    #[default]
    AsNode,
    /// As ordinary pods.
    AsPod,
}

/// What an ingress controller is taken for whose pods are not in the input.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum UnlistedController {
    /// Pods in some namespace with some labels: a rule that asks for these matches possibly.
    #[default]
    Anything,
    /// A pod without labels in a namespace without labels (np-guard's analyzers).
    Unlabelled,
}

/// Whether traffic between a pod and the node it runs on is special.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum OwnNode {
    /// A pod's own node always reaches it, as the API text promises (kubelet probes need it); egress to it is judged by policy.
    #[default]
    IngressAllowed,
    /// A node is an end like any other address.
    Ignored,
}

/// What NetworkPolicies mean for ICMP and other protocols without ports. The API text defines TCP, UDP and SCTP only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum OtherProtocols {
    /// Nothing certain: whether an isolated pod receives them is the plugin's choice.
    #[default]
    Undefined,
    /// They are allowed by rules without `ports` and by no other rule (Calico).
    FollowRules,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            engine: Engine::default(),
            staged: Staged::default(),
            host_input: HostInput::default(),
            http: Http::default(),
            ip_block: IpBlockReach::default(),
            host_network: HostNetwork::default(),
            unlisted_controller: UnlistedController::default(),
            own_node: OwnNode::default(),
            other_protocols: OtherProtocols::default(),
            pod_networks: alloc::vec![Cidr::supernet(IpAddr::V4(Ipv4Addr::new(10, 244, 0, 0)), 16)],
            default_namespace: "default".into(),
            routing: Routing::default(),
            today: None,
        }
    }
}

impl Settings {
    /// What answers rest on for an input: [`Engine::Detected`] is resolved, and what the engine leaves no choice about is as the engine has it.
    ///
    /// `has_calico` says whether the input has Calico's resources. `cluster` is the engine of a cluster whose creation is in the input: a cluster made
    /// without one may have Calico installed later, which its resources show.
    pub fn resolve(&self, has_calico: bool, cluster: Option<ClusterEngine>) -> Assumed {
        let engine = match (self.engine, cluster) {
            (Engine::Detected, Some(ClusterEngine::Calico)) => Engine::Calico,
            (Engine::Detected, Some(ClusterEngine::Azure)) => Engine::AzureNpm,
            (Engine::Detected, Some(ClusterEngine::Cilium)) => Engine::Generic,
            (Engine::Detected, _) if has_calico => Engine::Calico,
            (Engine::Detected, Some(ClusterEngine::None)) => Engine::None,
            (Engine::Detected, None) => Engine::Generic,
            (chosen, _) => chosen,
        };
        let mut settings = Settings { engine, ..self.clone() };
        if engine == Engine::Calico {
            settings.host_network = HostNetwork::AsNode;
            settings.own_node = OwnNode::IngressAllowed;
            settings.other_protocols = OtherProtocols::FollowRules;
        } else if self.engine == Engine::Detected && cluster == Some(ClusterEngine::Cilium) {
            settings.ip_block = IpBlockReach::OutsideOnly;
            settings.host_network = HostNetwork::AsNode;
        }
        let engine_is_told = self.engine != Engine::Detected || cluster.is_some_and(|c| c != ClusterEngine::None);
        Assumed { settings, engine_is_told, engine_is_chosen: self.engine != Engine::Detected }
    }

    /// The assumptions of np-guard's analyzers, for comparing answers with theirs.
    pub fn np_guard() -> Self {
        Settings {
            ip_block: IpBlockReach::OutsideOnly,
            host_network: HostNetwork::AsPod,
            unlisted_controller: UnlistedController::Unlabelled,
            own_node: OwnNode::Ignored,
            other_protocols: OtherProtocols::FollowRules,
            ..Settings::default()
        }
    }
}
