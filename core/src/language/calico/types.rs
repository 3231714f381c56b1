//! Calico's resources: policies, tiers, sets, profiles, host and workload endpoints, and the configuration that changes a verdict.
//!
//! Upstream: `projectcalico/calico`, `api/pkg/apis/projectcalico/v3`. Selectors are kept as parsed; an empty one is nothing here where upstream
//! reads "no restriction".

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::language::NetworkPolicy;
use crate::model::http::HttpMatch;
use crate::model::{Cidr, Labels, Protocol, Selector};
use crate::policy::{EndpointToHost, IcmpMatch, PortTerm};
use crate::snapshot::IpPool;
use crate::text::Span;

/// A selector, and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct WrittenSelector {
    /// The value in the text.
    pub span: Span,
    /// What it says.
    pub selector: Selector,
}

/// `spec.order`: lower first, nothing after all numbers. Never NaN.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Order(pub Option<f64>);

/// Which kind of Calico policy it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CalicoPolicyKind {
    /// NetworkPolicy of `projectcalico.org`.
    Network,
    /// GlobalNetworkPolicy.
    Global,
    /// StagedNetworkPolicy.
    StagedNetwork,
    /// StagedGlobalNetworkPolicy.
    StagedGlobal,
}

/// What a staged policy would do to the policy of its name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum StagedAction {
    /// Set it: create or replace.
    #[default]
    Set,
    /// Delete it.
    Delete,
    /// Learn: upstream treats it like `Set`.
    Learn,
    /// Do nothing once it is committed; until then upstream treats it like `Set`.
    Ignore,
}

/// The spec of a (staged) Calico NetworkPolicy or GlobalNetworkPolicy.
#[derive(Clone, PartialEq, Debug)]
pub struct CalicoPolicy {
    /// Its kind.
    pub kind: CalicoPolicyKind,
    /// Its name as Calico knows it: as written, or for `crd.projectcalico.org/v1` without a leading `default.` where the tier is `default`.
    pub true_name: Box<str>,
    /// `tier`; `default` where left out.
    pub tier: Box<str>,
    /// Where the tier is written; nothing where left out.
    pub tier_span: Option<Span>,
    /// `order`.
    pub order: Order,
    /// Where the order is written; nothing where left out.
    pub order_span: Option<Span>,
    /// The whole of `spec`.
    pub spec_span: Span,
    /// `selector`.
    pub selector: Option<WrittenSelector>,
    /// `namespaceSelector` (global kinds only).
    pub namespace_selector: Option<WrittenSelector>,
    /// `serviceAccountSelector`.
    pub service_account_selector: Option<WrittenSelector>,
    /// Whether ingress is among its types, given or inferred.
    pub acts_on_ingress: bool,
    /// Whether egress is among its types, given or inferred.
    pub acts_on_egress: bool,
    /// Rules for ingress, in order.
    pub ingress: Vec<CalicoRule>,
    /// Rules for egress, in order.
    pub egress: Vec<CalicoRule>,
    /// `applyOnForward`.
    pub apply_on_forward: bool,
    /// `preDNAT`.
    pub pre_dnat: bool,
    /// `doNotTrack`.
    pub do_not_track: bool,
    /// `stagedAction` of a staged kind.
    pub staged_action: StagedAction,
}

/// StagedKubernetesNetworkPolicy.
#[derive(Clone, PartialEq, Debug)]
pub struct StagedKubernetesPolicy {
    /// The NetworkPolicy that it would be.
    pub policy: NetworkPolicy,
    /// `stagedAction`.
    pub staged_action: StagedAction,
}

/// What a rule does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CalicoAction {
    /// Allowed, here.
    Allow,
    /// Denied.
    Deny,
    /// Written to the log, and on to the next rule.
    Log,
    /// On to the next tier.
    Pass,
}

/// One rule. All that is given must match.
#[derive(Clone, PartialEq, Debug)]
pub struct CalicoRule {
    /// Where it is written.
    pub span: Span,
    /// `action`.
    pub action: CalicoAction,
    /// `ipVersion`: 4 or 6.
    pub ip_version: Option<u8>,
    /// `protocol`.
    pub protocol: Option<Protocol>,
    /// `notProtocol`.
    pub not_protocol: Option<Protocol>,
    /// `icmp`.
    pub icmp: Option<IcmpMatch>,
    /// `notICMP`.
    pub not_icmp: Option<IcmpMatch>,
    /// `source`.
    pub source: Entity,
    /// `destination`.
    pub destination: Entity,
    /// `http`.
    pub http: Option<HttpMatch>,
}

/// One side of a rule. What is left out (`None`, an empty list) restricts nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Entity {
    /// Where it is written; an empty range where left out.
    pub span: Span,
    /// `nets`.
    pub nets: Vec<Cidr>,
    /// Where `nets` stands.
    pub nets_span: Span,
    /// `notNets`.
    pub not_nets: Vec<Cidr>,
    /// `selector`.
    pub selector: Option<WrittenSelector>,
    /// `notSelector`.
    pub not_selector: Option<WrittenSelector>,
    /// `namespaceSelector`.
    pub namespace_selector: Option<WrittenSelector>,
    /// `serviceAccounts`.
    pub service_accounts: Option<ServiceAccountMatch>,
    /// `services`.
    pub services: Option<ServiceMatch>,
    /// `ports`.
    pub ports: Vec<PortTerm>,
    /// Where `ports` stands.
    pub ports_span: Span,
    /// `notPorts`.
    pub not_ports: Vec<PortTerm>,
}

/// `serviceAccounts` of a side; both parts must hold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ServiceAccountMatch {
    /// Where it is written.
    pub span: Span,
    /// `names`; any where empty.
    pub names: Vec<Box<str>>,
    /// `selector`, over labels of service accounts.
    pub selector: Option<WrittenSelector>,
}

/// `services` of a side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceMatch {
    /// Where it is written.
    pub span: Span,
    /// `name`.
    pub name: Box<str>,
    /// `namespace`; nothing where left out.
    pub namespace: Option<Box<str>>,
}

/// What a tier does with what its policies selected and no rule decided.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum DefaultAction {
    /// Denied.
    #[default]
    Deny,
    /// On to the next tier.
    Pass,
}

/// Tier.
#[derive(Clone, PartialEq, Debug)]
pub struct Tier {
    /// `order`.
    pub order: Order,
    /// `defaultAction`.
    pub default_action: DefaultAction,
}

/// NetworkSet or GlobalNetworkSet: addresses with labels, which selectors of peers match.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkSet {
    /// Whether it is a GlobalNetworkSet.
    pub global: bool,
    /// `nets`, host bits cleared, bare addresses as /32 or /128.
    pub nets: Vec<Cidr>,
    /// Whether `nets` holds more, which cannot be read.
    pub unread: bool,
}

/// Profile.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// `labelsToApply`.
    pub labels: Labels,
    /// Rules for ingress.
    pub ingress: Vec<CalicoRule>,
    /// Rules for egress.
    pub egress: Vec<CalicoRule>,
}

/// A named port of an endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndpointPort {
    /// `name`.
    pub name: Box<str>,
    /// `protocol`.
    pub protocol: Protocol,
    /// `port`.
    pub number: u16,
}

/// HostEndpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostEndpoint {
    /// `node`.
    pub node: Box<str>,
    /// `interfaceName`; empty where left out, `*` for all interfaces.
    pub interface: Box<str>,
    /// `expectedIPs`.
    pub expected_ips: Vec<IpAddr>,
    /// `profiles`, in order.
    pub profiles: Vec<Box<str>>,
    /// `ports`.
    pub ports: Vec<EndpointPort>,
    /// Whether something else of it than its ports cannot be read, or stands in a field that there is not.
    pub unread: bool,
}

/// WorkloadEndpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkloadEndpoint {
    /// `pod`; the object's name where left out.
    pub pod: Option<Box<str>>,
    /// `node`.
    pub node: Option<Box<str>>,
    /// `serviceAccountName`.
    pub service_account: Option<Box<str>>,
    /// Addresses of `ipNetworks`.
    pub addresses: Vec<IpAddr>,
    /// `profiles`, in order; nothing where the field is left out.
    pub profiles: Option<Vec<Box<str>>>,
    /// `ports`.
    pub ports: Vec<EndpointPort>,
}

/// A port that is open on host endpoints whatever policies say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailsafePort {
    /// Where it is written.
    pub span: Span,
    /// `protocol`.
    pub protocol: Protocol,
    /// `port`; 0 is a port here.
    pub port: u16,
    /// `net`; any where left out.
    pub net: Option<Cidr>,
    /// Whether it cannot be read: then protocol and port say nothing.
    pub unread: bool,
}

/// FelixConfiguration, as far as it changes a verdict. What is left out is nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct FelixConfiguration {
    /// `defaultEndpointToHostAction`.
    pub endpoint_to_host: Option<EndpointToHost>,
    /// `failsafeInboundHostPorts`.
    pub failsafe_inbound: Option<Vec<FailsafePort>>,
    /// `failsafeOutboundHostPorts`.
    pub failsafe_outbound: Option<Vec<FailsafePort>>,
    /// `allowVXLANPacketsFromWorkloads`.
    pub allow_vxlan: Option<bool>,
    /// `allowIPIPPacketsFromWorkloads`.
    pub allow_ipip: Option<bool>,
    /// `vxlanPort`.
    pub vxlan_port: Option<u16>,
    /// `bpfEnabled`.
    pub bpf: Option<bool>,
    /// `wireguardEnabled` and `wireguardEnabledV6`.
    pub wireguard: [Option<bool>; 2],
    /// `wireguardListeningPort` and `wireguardListeningPortV6`.
    pub wireguard_port: [Option<u16>; 2],
    /// `natOutgoingExclusions`: whether pods keep their address towards nodes too (`IPPoolsAndHostIPs`).
    pub nat_excludes_hosts: Option<bool>,
    /// `natOutgoingAddress`: with which address packets of pools with `natOutgoing` leave, in place of the node's.
    pub nat_address: Option<IpAddr>,
    /// Whether replies from another node go straight back (`bpfExternalServiceMode: DSR`).
    pub direct_return: Option<bool>,
    /// `nodeSelector`: the nodes that it is for, unless it is for one or for all.
    pub nodes: Option<Selector>,
    /// Settings of the agent's environment that cannot be read, by their names in lower case; one without a name may be any.
    pub unread: Vec<(Box<str>, Span)>,
}

/// KubeControllersConfiguration: automatic host endpoints.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KubeControllersConfiguration {
    /// Whether `controllers.node.hostEndpoint.autoCreate` is `Enabled`.
    pub auto_host_endpoints: bool,
    /// Whether the default automatic host endpoint is made (`createDefaultHostEndpoint` is not `Disabled`).
    pub create_default: bool,
    /// `templates`: further automatic host endpoints.
    pub templates: Vec<HostEndpointTemplate>,
}

/// What host endpoints are made of for nodes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostEndpointTemplate {
    /// `generateName`.
    pub name: Box<str>,
    /// `nodeSelector`: for which nodes; nothing for all.
    pub nodes: Option<Selector>,
    /// `interfaceCIDRs`: of their addresses those in one of these count.
    pub cidrs: Vec<Cidr>,
    /// `interfacePattern`, if there is one.
    pub interface: Option<Box<str>>,
    /// `labels`, beside those of the node.
    pub labels: Labels,
}

/// What ClusterInformation or the operator's Installation says of the Calico that is installed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Release {
    /// Its version, if it is given.
    pub version: Option<ReleaseVersion>,
    /// Whether the operator installs it.
    pub by_operator: bool,
    /// Whether its eBPF programs are on.
    pub bpf: bool,
    /// The pools that the operator makes.
    pub pools: Vec<IpPool>,
}

/// A version of Calico, as far as it changes which kinds are enforced.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReleaseVersion {
    /// Calico open source: the first two numbers.
    Open(u16, u16),
    /// Calico Enterprise, whose versions are counted otherwise.
    Enterprise,
}

/// One of Calico's resources.
#[derive(Clone, PartialEq, Debug)]
pub enum Calico {
    /// NetworkPolicy, GlobalNetworkPolicy and their staged forms.
    Policy(CalicoPolicy),
    /// StagedKubernetesNetworkPolicy.
    StagedKubernetes(StagedKubernetesPolicy),
    /// Tier.
    Tier(Tier),
    /// NetworkSet, GlobalNetworkSet.
    NetworkSet(NetworkSet),
    /// Profile.
    Profile(Profile),
    /// HostEndpoint.
    HostEndpoint(HostEndpoint),
    /// WorkloadEndpoint.
    WorkloadEndpoint(WorkloadEndpoint),
    /// IPPool; nothing where its network cannot be read.
    IpPool(Option<IpPool>),
    /// FelixConfiguration.
    Felix(FelixConfiguration),
    /// KubeControllersConfiguration.
    KubeControllers(KubeControllersConfiguration),
    /// ClusterInformation, and the operator's Installation.
    Release(Release),
}

impl Calico {
    /// Whether objects of its kind are in a namespace.
    pub fn is_namespaced(&self) -> bool {
        match self {
            Calico::Policy(policy) => matches!(policy.kind, CalicoPolicyKind::Network | CalicoPolicyKind::StagedNetwork),
            Calico::StagedKubernetes(_) | Calico::WorkloadEndpoint(_) => true,
            Calico::NetworkSet(set) => !set.global,
            Calico::Tier(_)
            | Calico::Profile(_)
            | Calico::HostEndpoint(_)
            | Calico::IpPool(_)
            | Calico::Felix(_)
            | Calico::KubeControllers(_)
            | Calico::Release(_) => false,
        }
    }

    /// Whether it is policy: nothing but policies changes when it does.
    pub fn is_policy(&self) -> bool {
        matches!(self, Calico::Policy(_) | Calico::StagedKubernetes(_) | Calico::Tier(_) | Calico::Felix(_))
    }
}
