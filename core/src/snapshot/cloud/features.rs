//! What is said of a cluster beside its network: how its pools grow, and which of Azure's features it has.
//!
//! Upstream: `Microsoft.ContainerService/managedClusters` and the options of `az aks create` and `az aks nodepool add`.

/// How many nodes are added while a pool is upgraded (`--max-surge`, `upgradeSettings.maxSurge`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Surge {
    /// This many.
    Nodes(u32),
    /// This part of the pool's nodes, rounded up.
    Percent(u32),
}

impl Surge {
    /// `5` or `33%`.
    pub fn from_text(text: &str) -> Option<Surge> {
        match text.trim().strip_suffix('%') {
            Some(percent) => percent.trim().parse().ok().map(Surge::Percent),
            None => text.trim().parse().ok().map(Surge::Nodes),
        }
    }

    /// Nodes that are added to a pool of so many: never more than it has. Upstream: "Customize node surge upgrade".
    pub fn of(self, nodes: u32) -> u32 {
        let wanted = match self {
            Surge::Nodes(added) => u64::from(added),
            Surge::Percent(percent) => (u64::from(nodes) * u64::from(percent)).div_ceil(100),
        };
        wanted.min(u64::from(nodes)) as u32
    }
}

/// What the cluster autoscaler may make of a pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Autoscaler {
    /// The fewest nodes.
    pub least: u32,
    /// The most nodes.
    pub most: u32,
}

/// How a pool grows, and how its pods get their addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Growth {
    /// The limits of the cluster autoscaler, where it is enabled.
    pub autoscaler: Option<Autoscaler>,
    /// Nodes that are added while it is upgraded; one where it is not said.
    pub surge: Option<Surge>,
    /// Whether nodes take blocks of the pods' subnet when they join (`--pod-ip-allocation-mode StaticBlock`).
    pub static_blocks: bool,
}

/// Something that a cluster has, and that other choices may exclude. Upstream: docs/azure.md 3.2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Feature {
    /// Network plugin kubenet.
    Kubenet,
    /// Azure CNI, pods in the nodes' subnet.
    NodeSubnet,
    /// Azure CNI, pods in a subnet of their own.
    PodSubnet,
    /// Azure CNI overlay.
    Overlay,
    /// No network plugin of Azure's.
    NoPlugin,
    /// Azure's network policy manager.
    AzurePolicy,
    /// The Calico that AKS manages.
    Calico,
    /// Cilium as the policy engine.
    CiliumPolicy,
    /// Cilium as the data plane.
    CiliumDataplane,
    /// Azure's own data plane, or none named.
    OtherDataplane,
    /// `--sku automatic`.
    Automatic,
    /// A pool of Windows nodes.
    Windows,
    /// A pool of Windows Server 2019.
    Windows2019,
    /// A pool of Windows Server 2022.
    Windows2022,
    /// The add-on for virtual nodes.
    VirtualNode,
    /// The add-on for an Application Gateway that serves Ingresses.
    ApplicationGateway,
    /// Application Gateway for Containers.
    GatewayForContainers,
    /// The add-on for HTTP application routing.
    HttpRouting,
    /// The application routing add-on with its managed NGINX.
    AppRouting,
    /// The application routing add-on's Gateway API.
    AppRoutingIstio,
    /// The Istio-based service mesh add-on.
    Istio,
    /// The Open Service Mesh add-on.
    OpenServiceMesh,
    /// Advanced container networking services.
    Acns,
    /// A private cluster.
    Private,
    /// Ranges that may reach the API server.
    AuthorizedRanges,
    /// A Basic load balancer.
    BasicBalancer,
    /// Availability sets in place of scale sets.
    AvailabilitySet,
    /// A pool of single virtual machines.
    VirtualMachines,
    /// Several node pools.
    SeveralPools,
    /// Nodes in zones.
    Zones,
    /// IPv4 and IPv6.
    DualStack,
    /// Node auto-provisioning.
    AutoProvisioning,
    /// The cluster autoscaler.
    Autoscaler,
    /// A subnet that is given for the nodes.
    OwnNetwork,
    /// No subnet is given: Azure makes the network.
    ManagedNetwork,
    /// `--outbound-type managedNATGateway`.
    ManagedNat,
    /// `--outbound-type userAssignedNATGateway`.
    UserNat,
    /// `--outbound-type userDefinedRouting`.
    UserRoutes,
    /// `--outbound-type none`.
    OutboundNone,
    /// `--outbound-type block`.
    OutboundBlock,
    /// A network isolated cluster (`--bootstrap-artifact-source Cache`).
    Isolated,
    /// A subnet that is given for pods.
    SubnetForPods,
    /// Static blocks of addresses for pods.
    StaticBlocks,
    /// Nodes with public addresses of their own.
    PublicNodes,
    /// A gateway node pool for static egress.
    StaticEgress,
    /// A pool of Windows nodes that is a system pool.
    WindowsSystem,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surges_in_nodes_and_percent() {
        assert_eq!(Surge::from_text("33%").map(|s| s.of(27)), Some(9));
        assert_eq!(Surge::from_text("1%").map(|s| s.of(3)), Some(1));
        assert_eq!(Surge::from_text("5").map(|s| s.of(3)), Some(3));
        assert_eq!(Surge::from_text("4").map(|s| s.of(10)), Some(4));
        assert_eq!(Surge::from_text("a third"), None);
    }
}
