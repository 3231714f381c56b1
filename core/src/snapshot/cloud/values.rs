//! Choices that the cloud's resources have.

use alloc::vec::Vec;

use crate::model::Cidr;

/// How machines of a subnet reach the Internet that have no public address of their own. Upstream: docs/azure.md 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SubnetOutbound {
    /// Whether Azure gives them an address for that (`defaultOutboundAccess`), if it is said; false makes a private subnet.
    pub default_access: Option<bool>,
    /// Whether it has a NAT gateway.
    pub nat: bool,
}

/// Which network policies apply to the private endpoints of a subnet: none, unless it says so. Upstream: Azure documentation, "Manage network policies for
/// private endpoints" (`privateEndpointNetworkPolicies`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct EndpointPolicies {
    /// Whether the subnet's security group applies to them.
    pub groups: bool,
    /// Whether routes that somebody wrote apply to packets to them.
    pub routes: bool,
}

impl EndpointPolicies {
    /// What a word of the Azure Resource Manager means, or a truth value as Terraform once had it.
    pub fn from_name(word: &str) -> Option<Self> {
        let of = |groups, routes| Some(EndpointPolicies { groups, routes });
        match word.to_ascii_lowercase().as_str() {
            "disabled" | "false" => of(false, false),
            "enabled" | "true" => of(true, true),
            "networksecuritygroupenabled" => of(true, false),
            "routetableenabled" => of(false, true),
            _ => None,
        }
    }
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
    /// As those of any machine of the subnet: AKS sets nothing up.
    OfSubnet,
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
            "none" => Outbound::OfSubnet,
            "block" => Outbound::None,
            _ => return None,
        })
    }
}

/// Who may reach a control plane that Azure runs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ControlPlane {
    /// Reachable inside the virtual network only.
    pub private: bool,
    /// Ranges that may reach it; everything if there are none.
    pub authorized: Vec<Cidr>,
}
