//! Azure's network resources as a person's text describes them, whichever of the many shapes it has.
//!
//! Upstream: docs/azure.md 1 and 2; field names are those of the Azure Resource Manager.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::language::azure::aks::{Asked, Growth};
use crate::model::{Cidr, Protocol};
use crate::text::Span;

/// One resource of Azure's.
#[derive(Clone, PartialEq, Debug)]
pub enum Azure {
    /// A network security group.
    Group(SecurityGroup),
    /// A rule that is written as a resource of its own, for a group.
    Rule {
        /// The group.
        group: Reference,
        /// The rule.
        rule: Box<SecurityRule>,
    },
    /// A virtual network with the subnets that are written in it.
    Network(VirtualNetwork),
    /// A subnet that is written as a resource of its own.
    Subnet {
        /// Its virtual network.
        network: Reference,
        /// The subnet.
        subnet: Subnet,
    },
    /// One direction of a peering.
    Peering {
        /// The network that it belongs to.
        network: Reference,
        /// The other network.
        remote: Reference,
    },
    /// A network interface.
    Interface(Interface),
    /// A virtual machine, as far as it has interfaces.
    Machine {
        /// Its interfaces.
        interfaces: Vec<Reference>,
        /// Its availability zones.
        zones: Vec<Box<str>>,
    },
    /// A public address.
    PublicAddress(PublicAddress),
    /// An application security group: only its name.
    ApplicationGroup,
    /// A route table.
    RouteTable(Vec<Route>),
    /// A route that is written as a resource of its own, for a table.
    Route {
        /// The table.
        table: Reference,
        /// The route.
        route: Route,
    },
    /// A change to a subnet that is given elsewhere: `az network vnet subnet update`.
    SubnetUpdate {
        /// The subnet.
        target: Reference,
        /// Its route table, if it gets one.
        routes: Option<Reference>,
        /// How it reaches the Internet, as far as that is changed.
        outbound: SubnetOutbound,
    },
    /// What a service tag stands for.
    Tag(Vec<Cidr>),
    /// An application gateway.
    Gateway(Gateway),
    /// A cluster, as a command line makes it.
    Cluster(Box<Cluster>),
    /// Nodes that are added to a cluster.
    NodePool {
        /// The cluster.
        cluster: Reference,
        /// The nodes; 0 for pods on a node stands for what the cluster's plugin has.
        pool: NodePool,
    },
    /// Where effective rules were asked for.
    Effective {
        /// The subnet, if its group is among them.
        subnet: Option<Reference>,
        /// The interface, if its group is.
        interface: Option<Reference>,
        /// What `VirtualNetwork` stands for there, as far as it is said.
        virtual_network: Vec<Cidr>,
    },
    /// Rules for a group that are not to be told from the text.
    MissingRules {
        /// The group.
        group: Reference,
        /// The expression that they hang on.
        expression: Box<str>,
        /// Whether a rule that is given stands for them.
        represented: bool,
    },
    /// Interfaces behind a load balancer, as that says it.
    Balanced(Vec<Reference>),
    /// A template that is deployed by its address: it may change what is in the same resource group.
    Linked {
        /// Its address.
        what: Box<str>,
        /// Whether the resource group that it is deployed to is known.
        placed: bool,
    },
    /// The group of a subnet or interface, of which the text does not say which one it is.
    OpenGroup {
        /// The subnet or interface.
        target: Reference,
        /// Whether the target is an interface.
        to_interface: bool,
        /// The expression that it hangs on.
        expression: Box<str>,
        /// What it may be; nothing for no group. Empty where it may be anything.
        choices: Vec<Option<Reference>>,
    },
    /// A change to something that is given elsewhere: `az network vnet subnet update`.
    Attach {
        /// The subnet or interface.
        target: Reference,
        /// What is attached.
        group: Reference,
        /// Whether the target is an interface.
        to_interface: bool,
    },
}

/// The name of another resource, with the name of what it is part of where an identifier says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// Its name.
    pub name: Box<str>,
    /// The network of a subnet.
    pub parent: Option<Box<str>>,
    /// The resource group and subscription, where an identifier says them.
    pub scope: Scope,
    /// Where it is written.
    pub span: Span,
}

/// Where a resource is, in lower case and as far as it is said: names are unique in a resource group only. Upstream: Azure documentation, "Naming
/// rules and restrictions for Azure resources".
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Scope {
    /// The subscription.
    pub subscription: Option<Box<str>>,
    /// The resource group.
    pub group: Option<Box<str>>,
    /// Whether it is of a template or a script: what these make without saying more is in one resource group.
    pub deployment: bool,
}

impl Scope {
    /// What an identifier says: `/subscriptions/…/resourceGroups/…/…`.
    pub fn of_id(id: &str) -> Scope {
        let mut segments = id.trim().split('/');
        let mut scope = Scope::default();
        while let Some(segment) = segments.next() {
            let known =
                |next: Option<&str>| next.filter(|n| !n.is_empty() && !n.contains(['[', '$', '<'])).map(|n| n.to_lowercase().into());
            if segment.eq_ignore_ascii_case("subscriptions") {
                scope.subscription = known(segments.next());
            } else if segment.eq_ignore_ascii_case("resourceGroups") {
                scope.group = known(segments.next());
            }
        }
        scope
    }

    /// Whether two may be the same place.
    pub fn fits(&self, other: &Scope) -> bool {
        let fits = |a: &Option<Box<str>>, b: &Option<Box<str>>| a.is_none() || b.is_none() || a == b;
        fits(&self.subscription, &other.subscription) && fits(&self.group, &other.group)
    }
}

/// A network security group.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SecurityGroup {
    /// Where it is.
    pub location: Option<Box<str>>,
    /// The rules that people wrote, in the order written.
    pub rules: Vec<SecurityRule>,
    /// The default rules, where the text shows them. They are the same in every group.
    pub defaults: Vec<SecurityRule>,
    /// Expressions on which rules hang that are not to be told from the text.
    pub missing: Vec<Box<str>>,
    /// Those of them for rules of which nothing is known.
    pub unread: Vec<Box<str>>,
    /// What service tags stand for where it is used, as effective rules say it: by name in lower case.
    pub expansions: Vec<(Box<str>, Vec<Cidr>)>,
    /// Subnets that it says it is attached to.
    pub subnets: Vec<Reference>,
    /// Interfaces that it says it is attached to.
    pub interfaces: Vec<Reference>,
}

/// Whether a rule lets through or stops.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Access {
    /// Let through.
    Allow,
    /// Stopped.
    Deny,
}

/// Which packets a rule is about, seen from the subnet or interface.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RuleDirection {
    /// Those that come in.
    Inbound,
    /// Those that go out.
    Outbound,
}

impl RuleDirection {
    /// `inbound` or `outbound`.
    pub const fn as_str(self) -> &'static str {
        match self {
            RuleDirection::Inbound => "inbound",
            RuleDirection::Outbound => "outbound",
        }
    }
}

/// A rule of a network security group.
#[derive(Clone, PartialEq, Debug)]
pub struct SecurityRule {
    /// Its name.
    pub name: Box<str>,
    /// The whole rule.
    pub span: Span,
    /// Every field of it as written, so that the rule can be printed again without loss.
    pub written: Vec<WrittenField>,
    /// Lower numbers come first.
    pub priority: u16,
    /// Which packets it is about.
    pub direction: RuleDirection,
    /// What it does.
    pub access: Access,
    /// Its protocol; nothing for all.
    pub protocol: Option<Protocol>,
    /// Where packets come from.
    pub source: RuleSide,
    /// Where packets go.
    pub destination: RuleSide,
    /// Ports that packets come from.
    pub source_ports: PortMatch,
    /// Ports that packets go to.
    pub destination_ports: PortMatch,
    /// Set where Azure would refuse the rule and its meaning is in doubt: it takes part in nothing.
    pub refused: bool,
    /// Fields that are expressions which nothing in the text resolves.
    pub unresolved: Vec<Unresolved>,
    /// Where all of these have a few values to choose from: the rule for each choice, and which that is.
    pub variants: Vec<(Choice, SecurityRule)>,
}

/// Values that are chosen for expressions: each by its number.
pub type Choice = Vec<(Box<str>, usize)>;

/// A field of a rule that is not to be told from the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unresolved {
    /// Which.
    pub part: RulePart,
    /// The expression that it hangs on.
    pub expression: Box<str>,
}

/// A part of a rule that may be unresolved.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RulePart {
    /// Whether there is such a rule at all: it has a condition, or a loop makes it.
    Presence,
    /// Its number: it may stand anywhere among the others.
    Priority,
    /// What it does: either.
    Access,
    /// Which packets it is about: either.
    Direction,
    /// Its protocol.
    Protocol,
    /// An address or a port.
    Ends,
}

impl SecurityRule {
    /// The expression that a part of the rule hangs on, if it is not to be told from the text.
    pub fn unresolved(&self, part: RulePart) -> Option<&str> {
        self.unresolved.iter().find(|u| u.part == part).map(|u| &*u.expression)
    }

    /// Its fields under their names in the Azure Resource Manager: as written, or for a rule that nobody wrote what they would be.
    pub fn as_written(&self) -> Vec<WrittenField> {
        if self.written.is_empty() { crate::language::azure::read::short::arm_fields(self, None) } else { self.written.clone() }
    }
}

/// A field of a rule as written, under its name in the Azure Resource Manager.
#[derive(Clone, PartialEq, Debug)]
pub struct WrittenField {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: WrittenValue,
}

/// The value of a [`WrittenField`].
#[derive(Clone, PartialEq, Debug)]
pub enum WrittenValue {
    /// `null`.
    Null,
    /// Text.
    Text(Box<str>),
    /// A number.
    Number(i64),
    /// A list of texts.
    List(Vec<Box<str>>),
    /// A list of references by identifier: `[{"id": …}]`.
    Ids(Vec<Box<str>>),
}

/// One end of packets, as a rule describes it: the union of all parts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleSide {
    /// Where it is written; nothing if it is not.
    pub span: Option<Span>,
    /// Any address.
    pub any: bool,
    /// Addresses and prefixes.
    pub prefixes: Vec<Cidr>,
    /// Service tags as written.
    pub tags: Vec<Box<str>>,
    /// Whether `prefixes` is what the tags stand for, as effective rules say it.
    pub expanded: bool,
    /// Application security groups. Where there are any, they are all there is.
    pub groups: Vec<Reference>,
    /// Whether a part of it is an expression that nothing in the text resolves.
    pub unresolved: bool,
}

/// Ports of a rule.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PortMatch {
    /// Where they are written; nothing if they are not.
    pub span: Option<Span>,
    /// First and last port of each range; nothing for all ports.
    pub ranges: Option<Vec<(u16, u16)>>,
    /// Whether a part is an expression that nothing in the text resolves.
    pub unresolved: bool,
}

/// A virtual network.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct VirtualNetwork {
    /// Its region.
    pub location: Option<Box<str>>,
    /// Its address space.
    pub prefixes: Vec<(Cidr, Span)>,
    /// Subnets that are written in it.
    pub subnets: Vec<Subnet>,
    /// Networks that it is peered with, as it says.
    pub peerings: Vec<Reference>,
    /// Ranges behind its gateways.
    pub on_premises: Vec<Cidr>,
    /// Whether a part of its address space is an expression that nothing in the input resolves.
    pub open_space: bool,
}

/// A subnet.
#[derive(Clone, PartialEq, Debug)]
pub struct Subnet {
    /// Its name.
    pub name: Box<str>,
    /// The whole subnet.
    pub span: Span,
    /// Its ranges.
    pub prefixes: Vec<(Cidr, Span)>,
    /// Its network security group.
    pub group: Option<Reference>,
    /// Its route table.
    pub routes: Option<Reference>,
    /// The service that it is delegated to: nothing else may be in it.
    pub delegated: Option<Box<str>>,
    /// How its machines reach the Internet.
    pub outbound: SubnetOutbound,
}

/// How machines of a subnet reach the Internet that have no public address of their own. Upstream: docs/azure.md 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SubnetOutbound {
    /// Whether Azure gives them an address for that (`defaultOutboundAccess`), if it is said; false makes a private subnet.
    pub default_access: Option<bool>,
    /// Whether it has a NAT gateway.
    pub nat: bool,
}

/// A network interface.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Interface {
    /// Its region.
    pub location: Option<Box<str>>,
    /// The machine that it belongs to, if it says so.
    pub machine: Option<Box<str>>,
    /// Its network security group.
    pub group: Option<Reference>,
    /// Its address configurations.
    pub configurations: Vec<Configuration>,
    /// Further addresses at which packets come to it: front ends of a load balancer with floating IP.
    pub floating: Vec<IpAddr>,
    /// Ranges of pods behind it.
    pub pod_prefixes: Vec<Cidr>,
    /// Zones of its machine, where the text says so here.
    pub zones: Vec<Box<str>>,
}

/// An address configuration of an interface.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Configuration {
    /// Its private address, if it is given.
    pub address: Option<IpAddr>,
    /// Whether Azure chooses the address anew: one that is written is that of an earlier deployment.
    pub dynamic: bool,
    /// Whether its address is one of IPv6.
    pub ipv6: bool,
    /// Its subnet.
    pub subnet: Option<Reference>,
    /// Its public address.
    pub public: Option<Reference>,
    /// What kind of public address it has, where that is written here.
    pub public_sku: Option<AddressSku>,
    /// That address, where it is written here.
    pub public_address: Option<IpAddr>,
    /// Its application security groups.
    pub groups: Vec<Reference>,
    /// Whether it is behind a load balancer, which may have a rule for the way out.
    pub balanced: bool,
}

/// Kinds of public address. Upstream: docs/azure.md 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum AddressSku {
    /// Open to the Internet where no group says otherwise; retired on 30 September 2025.
    Basic,
    /// Closed to the Internet where no group allows.
    #[default]
    Standard,
}

impl AddressSku {
    /// `Basic` or `Standard`.
    pub const fn as_str(self) -> &'static str {
        match self {
            AddressSku::Basic => "Basic",
            AddressSku::Standard => "Standard",
        }
    }
}

/// A public address.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PublicAddress {
    /// Its kind.
    pub sku: AddressSku,
    /// The address, where it is known.
    pub address: Option<IpAddr>,
    /// Its zones.
    pub zones: Vec<Box<str>>,
}

/// An application gateway: a proxy in a subnet of its own, which opens connections to pods itself. Upstream: docs/path.md.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Gateway {
    /// Whether it is of the first version, which Azure retired: another range of ports is for managing it.
    pub first_version: bool,
    /// Its subnet; nothing where it is not said.
    pub subnet: Option<Reference>,
    /// The range of a subnet that is made for it.
    pub own_range: Option<Cidr>,
    /// The resources of its public front ends.
    pub publics: Vec<Reference>,
    /// Front ends that are written as addresses, public and private.
    pub front_ends: Vec<IpAddr>,
}

/// A route that somebody wrote.
#[derive(Clone, PartialEq, Debug)]
pub struct Route {
    /// Its name; empty where it has none.
    pub name: Box<str>,
    /// Its range.
    pub prefix: Cidr,
    /// Where it leads.
    pub hop: NextHop,
    /// The address of the appliance that it leads to.
    pub appliance: Option<IpAddr>,
    /// The whole route.
    pub span: Span,
}

/// Where a route leads. Upstream: docs/azure.md 1 ("Virtual network traffic routing").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NextHop {
    /// A firewall, or another machine that forwards.
    Appliance,
    /// The gateway to other networks.
    Gateway,
    /// Within the virtual network.
    Network,
    /// The Internet.
    Internet,
    /// Nowhere: packets are dropped.
    Nothing,
}

impl NextHop {
    /// The names of the Azure Resource Manager.
    pub const NAMES: [(&str, NextHop); 5] = [
        ("VirtualAppliance", NextHop::Appliance),
        ("VirtualNetworkGateway", NextHop::Gateway),
        ("VnetLocal", NextHop::Network),
        ("Internet", NextHop::Internet),
        ("None", NextHop::Nothing),
    ];

    /// The one with this name, in any case.
    pub fn from_name(name: &str) -> Option<NextHop> {
        // Several appliances that share the packets.
        if name.eq_ignore_ascii_case("VirtualApplianceEcmp") {
            return Some(NextHop::Appliance);
        }
        Self::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, hop)| *hop)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, hop)| *hop == self).map_or("", |(name, _)| name)
    }
}

/// Where pods get their addresses. Upstream: docs/azure.md 3.1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Plugin {
    /// `kubenet`: a range of their own, a route for each node.
    Kubenet,
    /// Azure CNI: addresses of the nodes' subnet, set aside when a node joins.
    NodeSubnet,
    /// Azure CNI with a subnet for pods.
    PodSubnet,
    /// Azure CNI overlay: a range of their own, in a routing domain of its own.
    Overlay,
    /// None: whatever one installs oneself.
    None,
}

impl Plugin {
    /// All, in the order to show them.
    pub const ALL: [Plugin; 5] = [Plugin::Overlay, Plugin::NodeSubnet, Plugin::PodSubnet, Plugin::Kubenet, Plugin::None];

    /// A name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Plugin::Kubenet => "kubenet",
            Plugin::NodeSubnet => "Azure CNI, node subnet",
            Plugin::PodSubnet => "Azure CNI, pod subnet",
            Plugin::Overlay => "Azure CNI overlay",
            Plugin::None => "bring your own CNI",
        }
    }

    /// A word for options.
    pub const fn as_str(self) -> &'static str {
        match self {
            Plugin::Kubenet => "kubenet",
            Plugin::NodeSubnet => "azure",
            Plugin::PodSubnet => "pod-subnet",
            Plugin::Overlay => "overlay",
            Plugin::None => "none",
        }
    }

    /// The plugin with this word.
    pub fn from_name(name: &str) -> Option<Plugin> {
        Plugin::ALL.into_iter().find(|plugin| plugin.as_str() == name)
    }

    /// Pods on a node where nothing is said.
    pub const fn default_max_pods(self) -> u32 {
        match self {
            Plugin::Kubenet => 110,
            Plugin::NodeSubnet => 30,
            Plugin::PodSubnet | Plugin::Overlay | Plugin::None => 250,
        }
    }

    /// Whether pods have addresses of the virtual network, which everything in it can reach.
    pub const fn is_flat(self) -> bool {
        matches!(self, Plugin::NodeSubnet | Plugin::PodSubnet)
    }
}

/// The policy engine that a cluster is made with. Upstream: docs/azure.md 3.2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ClusterEngine {
    /// None: policies are stored and not enforced.
    None,
    /// Azure's own network policy manager.
    Azure,
    /// Calico.
    Calico,
    /// Cilium.
    Cilium,
}

/// A cluster, as a command line makes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Cluster {
    /// Where pods get their addresses.
    pub plugin: Plugin,
    /// Its policy engine; nothing where the plugin leaves the choice open.
    pub engine: Option<ClusterEngine>,
    /// Its region, if it is said.
    pub location: Option<Box<str>>,
    /// Its nodes: name of the pool, how many, pods on each, subnet, zones.
    pub pools: Vec<NodePool>,
    /// The range of pods, where they have one.
    pub pod_ranges: Vec<Cidr>,
    /// The range of Services.
    pub service_ranges: Vec<Cidr>,
    /// The address of the cluster's DNS.
    pub dns_service: Option<IpAddr>,
    /// Where the pods' range, Services' range and DNS address are written.
    pub ranges_span: Span,
    /// How its API server is reached.
    pub control_plane: ControlPlane,
    /// How packets come in and go out.
    pub traffic: ClusterTraffic,
    /// What it has, as far as it is asked for in so many words.
    pub features: Vec<Asked>,
}

/// How packets come into a cluster and leave it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClusterTraffic {
    /// How connections to the Internet leave.
    pub outbound: Outbound,
    /// Whether every node has a public address of its own.
    pub public_nodes: bool,
    /// Whether the kernel's eBPF programs of Cilium do what kube-proxy does elsewhere.
    pub cilium: bool,
    /// Whether it has the add-on for HTTP application routing, which was never meant for production.
    pub http_routing: bool,
    /// Whether it has the application routing add-on: an nginx that Azure manages.
    pub app_routing: bool,
    /// Whether load balancers probe kube-proxy for all Services with `externalTrafficPolicy: Cluster` (a preview).
    pub shared_probes: bool,
}

/// How connections of a cluster to the Internet leave. Upstream: docs/path.md.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Outbound {
    /// Through the load balancer's outbound rule.
    #[default]
    LoadBalancer,
    /// Through a NAT gateway.
    NatGateway,
    /// Along routes that somebody writes, to a firewall as a rule.
    Routes,
    /// Not at all.
    None,
}

impl Outbound {
    /// The one with the word of `--outbound-type`.
    pub fn from_name(name: &str) -> Option<Outbound> {
        Some(match name.to_ascii_lowercase().as_str() {
            "loadbalancer" => Outbound::LoadBalancer,
            "managednatgateway" | "userassignednatgateway" | "managednatgatewayv2" => Outbound::NatGateway,
            "userdefinedrouting" => Outbound::Routes,
            "none" | "block" => Outbound::None,
            _ => return None,
        })
    }
}

/// Nodes that are alike.
#[derive(Clone, PartialEq, Debug)]
pub struct NodePool {
    /// Its name.
    pub name: Box<str>,
    /// How many nodes it has.
    pub count: u32,
    /// Pods on each, at most.
    pub max_pods: u32,
    /// The nodes' subnet; nothing for the one that Azure makes.
    pub subnet: Option<Reference>,
    /// The pods' subnet, if they have one.
    pub pod_subnet: Option<Reference>,
    /// Zones that the nodes are spread over.
    pub zones: Vec<Box<str>>,
    /// Whether its nodes run Windows.
    pub windows: bool,
    /// How it grows.
    pub growth: Growth,
    /// What it has, as far as it is asked for in so many words.
    pub features: Vec<Asked>,
    /// Where it is written.
    pub span: Span,
}

/// Who may reach a control plane that Azure runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ControlPlane {
    /// Reachable inside the virtual network only.
    pub private: bool,
    /// Ranges that may reach it; everything if there are none.
    pub authorized: Vec<Cidr>,
}
