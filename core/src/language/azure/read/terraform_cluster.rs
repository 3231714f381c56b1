//! AKS clusters as Terraform shows them. Upstream: terraform-provider-azurerm, docs/resources/kubernetes_cluster.html.markdown.

use alloc::boxed::Box;
use alloc::format;

use super::cluster::DEFAULT_COUNT;
use super::value::{Scalar, field};
use super::{AzureReader, reference_of};
use crate::document::NodeRef;
use crate::language::azure::{Azure, Cluster, ClusterEngine, ClusterTraffic, ControlPlane, NodePool, Outbound, Plugin};

impl<'a> AzureReader<'a, '_> {
    /// A block of a resource: the first of its list.
    fn terraform_block(&self, values: NodeRef<'a>, name: &str) -> Option<NodeRef<'a>> {
        self.template.items(field(values, name)?).into_iter().next()
    }

    /// `azurerm_kubernetes_cluster`.
    pub(super) fn terraform_cluster(&mut self, values: NodeRef<'a>, name: &Scalar) {
        let profile = self.terraform_block(values, "network_profile");
        let pool = self.terraform_block(values, "default_node_pool");
        let said = |reader: &Self, field_name: &str| reader.text(profile?, field_name).filter(|value| !value.text.is_empty());
        let word = |reader: &Self, field_name: &str| {
            said(reader, field_name).filter(|value| !value.unknown).map(|value| value.text.to_lowercase())
        };
        let pod_subnet = pool.and_then(|pool| self.text(pool, "pod_subnet_id")).filter(|id| !id.text.is_empty());
        let plugin = match (word(self, "network_plugin").as_deref(), word(self, "network_plugin_mode").as_deref()) {
            (Some("kubenet"), _) => Plugin::Kubenet,
            (Some("none"), _) => Plugin::None,
            (_, Some("overlay")) => Plugin::Overlay,
            (None, _) => Plugin::Overlay,
            _ if pod_subnet.is_some() => Plugin::PodSubnet,
            _ => Plugin::NodeSubnet,
        };
        let is_cilium = word(self, "network_data_plane").or_else(|| word(self, "ebpf_data_plane")).as_deref() == Some("cilium");
        let engine = match word(self, "network_policy").as_deref() {
            Some("azure") => Some(ClusterEngine::Azure),
            Some("calico") => Some(ClusterEngine::Calico),
            Some("cilium") => Some(ClusterEngine::Cilium),
            _ if is_cilium => Some(ClusterEngine::Cilium),
            _ if plugin == Plugin::None || said(self, "network_policy").is_some_and(|value| value.unknown) => None,
            _ => Some(ClusterEngine::None),
        };
        let mut ranges = |field_name: &str| {
            let node = profile.and_then(|profile| field(profile, field_name)).filter(|node| !node.is_null());
            self.prefixes(node).into_iter().map(|(cidr, _)| cidr).collect()
        };
        let (pod_ranges, service_ranges) = (ranges("pod_cidr"), ranges("service_cidr"));
        let dns_service = said(self, "dns_service_ip").and_then(|address| self.address(&address));
        let is_private = self.text(values, "private_cluster_enabled").is_some_and(|value| value.text == "true");
        let outbound = word(self, "outbound_type").and_then(|word| Outbound::from_name(&word)).unwrap_or_default();
        let cluster = Cluster {
            plugin,
            engine,
            location: self.location(values),
            pools: pool.into_iter().map(|pool| self.terraform_pool(pool, plugin)).collect(),
            pod_ranges,
            service_ranges,
            dns_service,
            ranges_span: profile.map_or(values.span(), NodeRef::span),
            plugin_span: profile.map_or(values.span(), NodeRef::span),
            control_plane: ControlPlane { private: is_private, authorized: alloc::vec![] },
            traffic: ClusterTraffic { outbound, cilium: is_cilium || engine == Some(ClusterEngine::Cilium), ..ClusterTraffic::default() },
            features: alloc::vec![],
        };
        self.emit("ManagedCluster", name, values.span(), Azure::Cluster(Box::new(cluster)));
    }

    /// `azurerm_kubernetes_cluster_node_pool`.
    pub(super) fn terraform_node_pool(&mut self, values: NodeRef<'a>, name: &Scalar) {
        let Some(cluster) = self.text(values, "kubernetes_cluster_id").map(|id| reference_of(&id)) else { return };
        // How many pods a node has is the cluster's, where nothing is said: 0.
        let pool = self.terraform_pool(values, Plugin::None);
        let pool = NodePool { max_pods: self.terraform_number(values, "max_pods").unwrap_or(0), ..pool };
        let full = Scalar { text: format!("{}/{}", cluster.name, name.text), ..name.clone() };
        self.emit("AgentPool", &full, values.span(), Azure::NodePool { cluster, pool });
    }

    fn terraform_number(&self, node: NodeRef<'a>, name: &str) -> Option<u32> {
        self.text(node, name).filter(|value| !value.unknown)?.text.parse().ok()
    }

    fn terraform_pool(&self, node: NodeRef<'a>, plugin: Plugin) -> NodePool {
        let subnet = |name: &str| self.text(node, name).filter(|id| !id.text.is_empty()).map(|id| reference_of(&id));
        let zones =
            field(node, "zones").filter(|zones| !zones.is_null()).map_or_else(Default::default, |zones| self.template.scalars(zones));
        NodePool {
            name: self.name(node).text.as_str().into(),
            count: self.terraform_number(node, "node_count").unwrap_or(DEFAULT_COUNT),
            max_pods: self.terraform_number(node, "max_pods").filter(|pods| *pods > 0).unwrap_or(plugin.default_max_pods()),
            subnet: subnet("vnet_subnet_id"),
            pod_subnet: subnet("pod_subnet_id"),
            zones: zones.into_iter().map(|zone| zone.text.as_str().into()).collect(),
            windows: self.text(node, "os_type").is_some_and(|os| os.text.eq_ignore_ascii_case("Windows")),
            growth: Default::default(),
            features: alloc::vec![],
            span: node.span(),
        }
    }
}
