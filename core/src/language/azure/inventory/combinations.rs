//! Features of a cluster that exclude each other: what AKS refuses, and what it takes and does not support. Upstream: docs/azure.md 3.2.

use alloc::format;
use alloc::vec::Vec;

use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{ClusterEngine, Plugin};
use crate::language::codes;
use crate::snapshot::cloud::Feature::{self, *};
use crate::snapshot::cloud::{Cloud, CloudCluster};
use crate::text::Place;

/// Two features that a cluster cannot have together.
struct Exclusion {
    /// The one to point at.
    has: Feature,
    /// The other.
    with: Feature,
    /// Whether Azure refuses it; else it is only not supported.
    refused: bool,
    /// Why, in Azure's words where they are known.
    message: &'static str,
    /// What to do.
    help: &'static str,
}

const fn refused(has: Feature, with: Feature, message: &'static str, help: &'static str) -> Exclusion {
    Exclusion { has, with, refused: true, message, help }
}

const fn unsupported(has: Feature, with: Feature, message: &'static str, help: &'static str) -> Exclusion {
    Exclusion { has, with, refused: false, message, help }
}

const USE_CILIUM: &str = "use Azure CNI with Cilium: `--network-plugin azure --network-plugin-mode overlay --network-dataplane cilium`";
const USE_OVERLAY: &str = "use Azure CNI overlay: `--network-plugin azure --network-plugin-mode overlay`";
/// Overlay is for clusters that do not need virtual nodes. Upstream: azure-aks-docs, "Azure CNI Overlay": choose a network model.
const USE_FLAT: &str = "use Azure CNI with pods in the virtual network: `--network-plugin azure`, without overlay";
const LINUX_ONLY: &str = "take Linux nodes, or another cluster for Windows";
const OWN_ENGINE: &str = "leave out `--network-policy`, and install an engine yourself";
const STANDARD: &str = "leave out `--load-balancer-sku`: Standard is the default, and Basic was retired";
const POD_SUBNET: &str = "`--pod-subnet-id` needs `--network-plugin azure` without overlay";
const SCALE_SETS: &str = "leave out `--vm-set-type`: scale sets are the default, and availability sets are no longer supported";

/// All of them, by what they are about. Sources: docs/azure.md, source 8.
const EXCLUSIONS: &[Exclusion] = &[
    // Policy engines.
    refused(
        AzurePolicy,
        Kubenet,
        "(NetworkPolicyAzureNotSupportedForKubenet) NetworkPolicy azure is not supported for network plugin kubenet",
        USE_CILIUM,
    ),
    refused(CiliumPolicy, Kubenet, "cilium is not supported for network plugin kubenet", USE_CILIUM),
    refused(AzurePolicy, NoPlugin, "with `--network-plugin none` Azure manages no policy engine", OWN_ENGINE),
    refused(Calico, NoPlugin, "with `--network-plugin none` Azure manages no policy engine", OWN_ENGINE),
    refused(CiliumPolicy, NoPlugin, "with `--network-plugin none` Azure manages no policy engine", OWN_ENGINE),
    refused(
        CiliumPolicy,
        OtherDataplane,
        "(NetworkPolicyCiliumRequiresCiliumDataplane) Network Policy cilium requires NetworkDataplane cilium",
        "add `--network-dataplane cilium`",
    ),
    refused(
        AzurePolicy,
        CiliumDataplane,
        "(CiliumDataplaneRequiresNetworkPolicyCilium) Cilium dataplane requires network policy cilium.",
        "write `--network-policy cilium`, or leave it out",
    ),
    refused(
        Calico,
        CiliumDataplane,
        "(CiliumDataplaneRequiresNetworkPolicyCilium) Cilium dataplane requires network policy cilium.",
        "write `--network-policy cilium`, or leave it out",
    ),
    // Windows nodes.
    refused(Windows, Kubenet, "kubenet has no Windows node pools", USE_OVERLAY),
    unsupported(Windows, NoPlugin, "Windows node pools are not supported where one brings one's own network plugin", USE_OVERLAY),
    refused(Windows, CiliumPolicy, "Azure CNI powered by Cilium is for Linux nodes only, and has no Windows node pools", LINUX_ONLY),
    unsupported(Windows, AutoProvisioning, "node auto-provisioning does not support Windows node pools", LINUX_ONLY),
    unsupported(Windows, VirtualMachines, "node pools of single virtual machines do not support Windows", SCALE_SETS),
    unsupported(Windows, Isolated, "network isolated clusters do not support Windows node pools", LINUX_ONLY),
    unsupported(Windows, OpenServiceMesh, "the Open Service Mesh add-on does not support Windows containers", LINUX_ONLY),
    refused(WindowsSystem, Windows, "System node pool must be linux.", "write `--mode User`"),
    unsupported(Windows2019, PodSubnet, "Windows Server 2019 nodes are not supported with a pod subnet", "use a newer Windows Server"),
    // Virtual nodes.
    refused(VirtualNode, Kubenet, "the virtual node add-on needs Azure CNI, and is not supported with kubenet", USE_FLAT),
    refused(VirtualNode, NoPlugin, "the virtual node add-on needs Azure CNI", USE_FLAT),
    unsupported(
        VirtualNode,
        AuthorizedRanges,
        "virtual nodes are not supported with authorized ranges for the API server: their pods must reach it",
        "leave out one of the two",
    ),
    unsupported(VirtualNode, DualStack, "virtual nodes do not support IPv6", "leave out one of the two"),
    // How the API server is reached.
    refused(
        AuthorizedRanges,
        Private,
        "--api-server-authorized-ip-ranges is not supported for private cluster: a private API server has no public address to guard",
        "leave out one of the two",
    ),
    refused(Private, BasicBalancer, "Please use standard load balancer for private cluster", STANDARD),
    refused(AuthorizedRanges, BasicBalancer, "--api-server-authorized-ip-ranges can only be used with standard load balancer", STANDARD),
    // Load balancers and ways out.
    refused(BasicBalancer, SeveralPools, "several node pools need the Standard load balancer", STANDARD),
    refused(BasicBalancer, Zones, "nodes in zones need the Standard load balancer", STANDARD),
    unsupported(BasicBalancer, AutoProvisioning, "node auto-provisioning needs the Standard load balancer", STANDARD),
    refused(ManagedNat, BasicBalancer, "managedNATGateway doesn't support basic load balancer sku", STANDARD),
    refused(UserNat, BasicBalancer, "userAssignedNATGateway doesn't support basic load balancer sku", STANDARD),
    refused(UserRoutes, BasicBalancer, "userDefinedRouting doesn't support basic load balancer sku", STANDARD),
    refused(
        ManagedNat,
        OwnNetwork,
        "a managed NAT gateway (managedNATGateway) is for the network that Azure makes, and a subnet is given for the nodes",
        "write `--outbound-type userAssignedNATGateway`, with a NAT gateway of your own at the subnet",
    ),
    refused(
        UserNat,
        ManagedNetwork,
        "--vnet-subnet-id must be specified for userAssignedNATGateway and it must be pre-configured with a NAT gateway with outbound ips",
        "name the nodes' subnet",
    ),
    refused(
        UserRoutes,
        ManagedNetwork,
        "--vnet-subnet-id must be specified for userDefinedRouting and it must be pre-configured with a route table with egress rules",
        "name the nodes' subnet",
    ),
    unsupported(OutboundBlock, OwnNetwork, "outbound type `block` is for the network that Azure makes", "write `--outbound-type none`"),
    unsupported(ManagedNat, DualStack, "a Standard NAT gateway has IPv4 only", "use the load balancer, or a StandardV2 NAT gateway"),
    unsupported(UserNat, DualStack, "a Standard NAT gateway has IPv4 only", "use the load balancer, or a StandardV2 NAT gateway"),
    // Two address families.
    unsupported(AzurePolicy, DualStack, "Azure network policies are not supported with dual-stack networking", USE_CILIUM),
    unsupported(Calico, DualStack, "Calico network policies are not supported with dual-stack networking", USE_CILIUM),
    unsupported(AutoProvisioning, DualStack, "node auto-provisioning does not support IPv6 clusters", "leave out one of the two"),
    // Kinds of nodes.
    refused(AvailabilitySet, SeveralPools, "a cluster with several node pools needs scale sets", SCALE_SETS),
    refused(AvailabilitySet, Zones, "nodes in zones need scale sets", SCALE_SETS),
    refused(AvailabilitySet, Autoscaler, "the cluster autoscaler needs scale sets", SCALE_SETS),
    unsupported(VirtualMachines, Zones, "node pools of single virtual machines do not support availability zones", SCALE_SETS),
    unsupported(AutoProvisioning, Calico, "node auto-provisioning does not support Calico network policy", USE_CILIUM),
    unsupported(AutoProvisioning, PodSubnet, "node auto-provisioning does not support pod subnets (dynamic IP allocation)", USE_OVERLAY),
    unsupported(AutoProvisioning, Kubenet, "node auto-provisioning does not support kubenet", USE_OVERLAY),
    unsupported(AutoProvisioning, NoPlugin, "node auto-provisioning needs Azure CNI", USE_OVERLAY),
    unsupported(
        AutoProvisioning,
        Autoscaler,
        "node auto-provisioning and the cluster autoscaler exclude each other",
        "leave out one of the two",
    ),
    // Pods' addresses.
    refused(SubnetForPods, Overlay, POD_SUBNET, "leave it out"),
    refused(SubnetForPods, Kubenet, POD_SUBNET, "leave it out"),
    refused(SubnetForPods, NoPlugin, POD_SUBNET, "leave it out"),
    unsupported(StaticBlocks, Overlay, "static blocks of addresses are for a pod subnet", "name it: `--pod-subnet-id`"),
    unsupported(StaticBlocks, NodeSubnet, "static blocks of addresses are for a pod subnet", "name it: `--pod-subnet-id`"),
    unsupported(StaticBlocks, Kubenet, "static blocks of addresses are for a pod subnet", "name it: `--pod-subnet-id`"),
    unsupported(StaticEgress, PodSubnet, "the static egress gateway is not supported with a pod subnet", USE_OVERLAY),
    unsupported(
        StaticEgress,
        DualStack,
        "the static egress gateway is not supported with dual-stack networking",
        "leave out one of the two",
    ),
    // Ways in.
    unsupported(GatewayForContainers, Kubenet, "Application Gateway for Containers is not supported with kubenet", USE_OVERLAY),
    refused(
        AppRoutingIstio,
        Istio,
        "the Gateway API of application routing and the Istio add-on exclude each other",
        "leave out one of the two",
    ),
    refused(Istio, OpenServiceMesh, "the Istio add-on does not work beside the Open Service Mesh add-on", "leave out Open Service Mesh"),
    unsupported(Isolated, Kubenet, "network isolated clusters do not support kubenet", USE_OVERLAY),
    // AKS Automatic, whose network is preconfigured.
    refused(Automatic, Calico, "AKS Automatic comes with Cilium, and takes no other policy engine", "leave out `--network-policy`"),
    refused(Automatic, AzurePolicy, "AKS Automatic comes with Cilium, and takes no other policy engine", "leave out `--network-policy`"),
    refused(Automatic, Kubenet, "AKS Automatic comes with Azure CNI overlay", "leave out `--network-plugin`"),
    refused(Automatic, NodeSubnet, "AKS Automatic comes with Azure CNI overlay", "leave out `--network-plugin`"),
    refused(Automatic, PodSubnet, "AKS Automatic comes with Azure CNI overlay", "leave out `--pod-subnet-id`"),
    refused(Automatic, NoPlugin, "AKS Automatic comes with Azure CNI overlay", "leave out `--network-plugin`"),
];

/// What a cluster has: what is asked for, and what follows from its network.
pub(crate) fn features(cluster: &CloudCluster) -> Vec<(Feature, Place)> {
    let mut found = cluster.features.clone();
    let has = |feature: Feature| cluster.features.iter().any(|(f, _)| *f == feature);
    let (of_network, of_plugin) = (cluster.ranges_place, cluster.plugin_place);
    found.push(match cluster.written_plugin {
        Plugin::Kubenet => (Kubenet, of_plugin),
        Plugin::NodeSubnet => (NodeSubnet, of_plugin),
        Plugin::PodSubnet => (PodSubnet, of_plugin),
        Plugin::Overlay => (Overlay, of_plugin),
        Plugin::None => (NoPlugin, of_plugin),
    });
    let dataplane = cluster.features.iter().find(|(f, _)| matches!(f, CiliumDataplane | OtherDataplane)).map_or(of_network, |(_, p)| *p);
    found.extend(match cluster.engine {
        Some(ClusterEngine::Azure) if !has(AzurePolicy) => Some((AzurePolicy, dataplane)),
        Some(ClusterEngine::Calico) if !has(Calico) => Some((Calico, dataplane)),
        Some(ClusterEngine::Cilium) if !has(CiliumPolicy) => Some((CiliumPolicy, dataplane)),
        _ => None,
    });
    if cluster.pools.len() > 1 {
        found.extend(cluster.pools.get(1).map(|pool| (SeveralPools, pool.place)));
    }
    if let Some(pool) = cluster.pools.iter().find(|pool| pool.windows).filter(|_| !has(Windows)) {
        found.push((Windows, pool.place));
    }
    found
}

/// Reports what excludes each other.
pub(super) fn check(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    for cluster in &cloud.clusters {
        let features = features(cluster);
        let place = |wanted: Feature| features.iter().find(|(feature, _)| *feature == wanted).map(|(_, place)| *place);
        // A feature that goes with several others of the cluster not is told once, by the first of them.
        let mut told: Vec<Feature> = Vec::new();
        for exclusion in EXCLUSIONS.iter() {
            let (Some(at), Some(_)) = (place(exclusion.has), place(exclusion.with)) else { continue };
            if told.contains(&exclusion.has) {
                continue;
            }
            told.push(exclusion.has);
            let (severity, message) = match exclusion.refused {
                true => (Severity::Error, exclusion.message.into()),
                false => (Severity::Warning, format!("`{}`: {}", cluster.name, exclusion.message)),
            };
            problems.push(Diagnostic::at(codes::AZ_COMBINATION, severity, Some(at), message).help(exclusion.help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_is_told_once() {
        for (i, one) in EXCLUSIONS.iter().enumerate() {
            let same =
                |other: &&Exclusion| (one.has, one.with) == (other.has, other.with) || (one.has, one.with) == (other.with, other.has);
            assert!(!EXCLUSIONS.iter().skip(i + 1).any(|other| same(&other)), "{:?} with {:?}", one.has, one.with);
        }
    }
}
