//! AKS clusters as the REST API and `az aks show` give them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::AzureReader;
use super::prop;
use super::value::{Scalar, field};
use crate::document::{NodeRef, Value};
use crate::model::Cidr;
use crate::resources::azure::{Azure, Cluster, ClusterEngine, ClusterTraffic, ControlPlane, Gateway, NodePool, Outbound, Plugin};

/// Nodes of a pool for which nothing is said, as the command line has it.
pub(super) const DEFAULT_COUNT: u32 = 3;

impl<'a> AzureReader<'a, '_> {
    pub(super) fn managed_cluster(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let profile = prop(node, "networkProfile");
        let word = |reader: &Self, field_name: &str| {
            let found = profile.and_then(|p| field(p, field_name)).and_then(|v| reader.template.scalar(v));
            found.filter(|s| !s.unknown).map(|s| s.text.to_lowercase())
        };
        let pools = prop(node, "agentPoolProfiles").map_or_else(Vec::new, |list| self.template.items(list));
        let has_pod_subnet = pools.iter().any(|p| field(*p, "podSubnetId").is_some_and(|s| !s.is_null()));
        let plugin = match (word(self, "networkPlugin").as_deref(), word(self, "networkPluginMode").as_deref()) {
            (Some("kubenet"), _) => Plugin::Kubenet,
            (Some("none"), _) => Plugin::None,
            (_, Some("overlay")) => Plugin::Overlay,
            _ if has_pod_subnet => Plugin::PodSubnet,
            _ => Plugin::NodeSubnet,
        };
        let engine = match word(self, "networkPolicy").as_deref() {
            Some("azure") => Some(ClusterEngine::Azure),
            Some("calico") => Some(ClusterEngine::Calico),
            Some("cilium") => Some(ClusterEngine::Cilium),
            _ if plugin == Plugin::None => None,
            _ => Some(ClusterEngine::None),
        };
        let is_true = |node: NodeRef<'a>, name: &str| prop(node, name).is_some_and(|f| matches!(f.value(), Value::Bool(true)));
        let add_on = |names: &[&str]| {
            let profiles = prop(node, "addonProfiles")?;
            names.iter().find_map(|name| field(profiles, name)).filter(|profile| is_true(*profile, "enabled"))
        };
        let traffic = ClusterTraffic {
            outbound: word(self, "outboundType").and_then(|w| Outbound::from_name(&w)).unwrap_or_default(),
            public_nodes: pools.iter().any(|pool| is_true(*pool, "enableNodePublicIP")),
            cilium: word(self, "networkDataplane").as_deref() == Some("cilium"),
            http_routing: add_on(&["httpApplicationRouting"]).is_some(),
            app_routing: prop(node, "ingressProfile").and_then(|p| field(p, "webAppRouting")).is_some_and(|p| is_true(p, "enabled")),
        };
        if let Some(config) = add_on(&["ingressApplicationGateway"]).and_then(|profile| field(profile, "config")) {
            let own_range = self.text(config, "subnetCIDR").and_then(|range| self.cidr(&range));
            let subnet = self.text(config, "subnetId").map(|subnet| super::reference_of(&subnet));
            let gateway = Gateway { subnet, own_range, ..Gateway::default() };
            let given = self.text(config, "applicationGatewayName");
            let gateway_name = given.unwrap_or_else(|| Scalar { text: "ingress-appgateway".into(), ..name.clone() });
            self.emit("ApplicationGateway", &gateway_name, config.span(), Azure::Gateway(gateway));
        }
        let pools = pools.into_iter().map(|pool| self.agent_pool(pool, plugin)).collect();
        let mut ranges = |field_names: [&str; 2]| -> Vec<Cidr> {
            let node = field_names.into_iter().find_map(|name| profile.and_then(|p| field(p, name)).filter(|n| !n.is_null()));
            self.prefixes(node).into_iter().map(|(cidr, _)| cidr).collect()
        };
        let (pod_ranges, service_ranges) = (ranges(["podCidrs", "podCidr"]), ranges(["serviceCidrs", "serviceCidr"]));
        let dns = profile.and_then(|p| field(p, "dnsServiceIP")).and_then(|d| self.template.scalar(d));
        let access = prop(node, "apiServerAccessProfile");
        let authorized = self.prefixes(access.and_then(|a| field(a, "authorizedIpRanges")));
        let cluster = Cluster {
            plugin,
            engine,
            location: self.location(node),
            pools,
            pod_ranges,
            service_ranges,
            dns_service: dns.and_then(|d| self.address(&d)),
            ranges_span: profile.map_or(node.span(), NodeRef::span),
            control_plane: ControlPlane {
                private: access.and_then(|a| field(a, "enablePrivateCluster")).is_some_and(|f| matches!(f.value(), Value::Bool(true))),
                authorized: authorized.into_iter().map(|(cidr, _)| cidr).collect(),
            },
            traffic,
        };
        self.emit("ManagedCluster", name, node.span(), Azure::Cluster(Box::new(cluster)));
    }

    fn agent_pool(&mut self, node: NodeRef<'a>, plugin: Plugin) -> NodePool {
        let number = |name: &str| match prop(node, name).map(NodeRef::value) {
            Some(Value::Int(number)) => u32::try_from(*number).ok(),
            _ => None,
        };
        let zones = prop(node, "availabilityZones").map_or_else(Vec::new, |z| self.template.scalars(z));
        NodePool {
            name: self.name(node).text.as_str().into(),
            count: number("count").unwrap_or(DEFAULT_COUNT),
            max_pods: number("maxPods").unwrap_or(plugin.default_max_pods()),
            subnet: prop(node, "vnetSubnetID").and_then(|s| self.reference(s)),
            pod_subnet: prop(node, "podSubnetID").and_then(|s| self.reference(s)),
            windows: self.text(node, "osType").is_some_and(|os| os.text.eq_ignore_ascii_case("Windows")),
            zones: zones.into_iter().map(|z| z.text.as_str().into()).collect(),
            span: node.span(),
        }
    }
}
