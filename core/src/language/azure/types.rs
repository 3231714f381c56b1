//! Azure's network resources as a person's text describes them, whichever of the many shapes it has.
//!
//! Upstream: docs/azure.md 1 and 2; field names are those of the Azure Resource Manager.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::model::{Cidr, ClusterEngine, Plugin};
use crate::snapshot::cloud::{
    AddressSku, ClusterTraffic, ControlPlane, EndpointPolicies, Feature, Growth, NextHop, Reference, SecurityRule, SubnetOutbound,
    WrittenField,
};
use crate::text::Span;

/// The kind of what a resource says of subnets that use it, as `az network route-table show` does: they need not be given.
pub(crate) const SHOWN_USE: &str = "ShownUse";

/// The kind of a rule that is shown by itself: one of the same name that commands make is the same.
pub(crate) const SHOWN_RULE: &str = "ShownRule";
/// The kind of a list of rules that does not say of which group they are.
pub(crate) const BARE_RULES: &str = "BareRules";

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
        /// What it says.
        peering: Peering,
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
    /// Routes of a subnet that are not known: what changes them is not evaluated.
    OpenRoutes {
        /// The subnet.
        target: Reference,
        /// Why, as the first half of a sentence: "`az network vnet subnet update --set x=y` is not evaluated".
        why: Box<str>,
    },
    /// A NAT gateway.
    NatGateway {
        /// Whether it has a public address or a prefix of those, without which it lets nothing out.
        has_address: bool,
    },
    /// The NAT gateway of a subnet.
    NatGatewayUse {
        /// The subnet.
        target: Reference,
        /// The gateway.
        gateway: Reference,
    },
    /// An interface of which it is not known where it is, which addresses it has, or what belongs to it.
    OpenInterface {
        /// The interface.
        target: Reference,
        /// Why, in the same form.
        why: Box<str>,
    },
    /// A route table of which the routes are not known.
    OpenTable {
        /// The table.
        table: Reference,
        /// Why, in the same form.
        why: Box<str>,
    },
    /// Which network policies apply to the private endpoints of a subnet.
    EndpointPolicies {
        /// The subnet.
        target: Reference,
        /// Which.
        policies: EndpointPolicies,
    },
    /// Something that connects networks in a way that is not evaluated.
    Link,
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
    /// Rules for a group that are not known from the input.
    MissingRules {
        /// The group.
        group: Reference,
        /// The expression that they hang on.
        expression: Box<str>,
        /// Whether a rule that is given stands for them.
        represented: bool,
    },
    /// An interface that is a member of an application security group, where that is a resource of its own.
    Member {
        /// The interface.
        interface: Reference,
        /// The group.
        group: Reference,
    },
    /// Interfaces behind a load balancer, as that says it.
    Balanced(Vec<Reference>),
    /// What is not evaluated and may change security groups: a linked template, a command.
    MayChange {
        /// The reason, as part of a sentence: "the linked template `x` may contain others".
        why: Box<str>,
        /// What it may change.
        reach: Reach,
    },
    /// The group of a subnet or interface, of which the input does not say which one it is.
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

/// What something that is not evaluated may change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// The groups of its own resource group.
    Placed,
    /// The groups of its document.
    Document,
    /// Groups, and which of them a subnet has, wherever its resource group may be.
    Anywhere,
    /// The same, unless what it deploys is given in another document.
    Deployment,
}

/// A network security group.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SecurityGroup {
    /// Where it is.
    pub location: Option<Box<str>>,
    /// The rules that people wrote, in the order written.
    pub rules: Vec<SecurityRule>,
    /// The default rules, where the input shows them. They are the same in every group.
    pub defaults: Vec<SecurityRule>,
    /// Expressions on which rules hang that are not known from the input.
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
    pub peerings: Vec<Peering>,
    /// Ranges behind its gateways.
    pub on_premises: Vec<Cidr>,
    /// Whether a part of its address space is an expression that nothing in the input resolves.
    pub open_space: bool,
}

/// One direction of a peering.
#[derive(Clone, PartialEq, Debug)]
pub struct Peering {
    /// The other network.
    pub remote: Reference,
    /// Whether the tag `VirtualNetwork` includes the other network: `allowVirtualNetworkAccess`.
    pub access: bool,
    /// The subnets that it is for; nothing where it is for whole networks.
    pub subnets: Option<PeeredSubnets>,
    /// Whether it is to use the gateway of the other network, which that must have.
    pub remote_gateway: bool,
}

/// The subnets that a peering is for. Upstream: Azure documentation, "How to configure subnet peering".
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PeeredSubnets {
    /// Those of its own network, by name.
    pub local: Vec<Box<str>>,
    /// Those of the other network.
    pub remote: Vec<Box<str>>,
    /// Whether these are not all that there is to know: a value is not given, or only IPv6 is peered.
    pub open: bool,
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
    /// Zones of its machine, where the input says so here.
    pub zones: Vec<Box<str>>,
    /// Whether it is that of a private endpoint.
    pub private_endpoint: bool,
    /// Whether it is no interface, but the addresses of a load balancer in a network.
    pub front_end: bool,
}

/// An address configuration of an interface.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Configuration {
    /// Its name; empty where the input does not give one.
    pub name: Box<str>,
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
    /// Whether the input says that it has no public address: `--public-ip-address ""`.
    pub private: bool,
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
    /// Its range; all addresses where it is for a service tag.
    pub prefix: Cidr,
    /// The service tag that it is for.
    pub tag: Option<Box<str>>,
    /// Where it leads.
    pub hop: NextHop,
    /// The address of the appliance that it leads to.
    pub appliance: Option<IpAddr>,
    /// The whole route.
    pub span: Span,
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
    /// Where the plugin is written; where it is not, the same.
    pub plugin_span: Span,
    /// How its API server is reached.
    pub control_plane: ControlPlane,
    /// How packets come in and go out.
    pub traffic: ClusterTraffic,
    /// What it has, as far as it is asked for in so many words.
    pub features: Vec<Asked>,
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

/// A feature and where it is asked for.
pub type Asked = (Feature, Span);

/// The fields of a rule under their names in the Azure Resource Manager: as written, or for a rule that nobody wrote what they would be.
pub fn as_written(rule: &SecurityRule) -> Vec<WrittenField> {
    if rule.written.is_empty() { super::read::short::arm_fields(rule, None) } else { rule.written.clone() }
}
