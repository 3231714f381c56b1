//! AKS clusters as the REST API and `az aks show` give them.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::AzureReader;
use super::rules::last_segment;
use super::value::{Scalar, field};
use super::{prop, reference_of};
use crate::document::{NodeRef, Value};
use crate::language::azure::{
    Asked, Azure, Cluster, ClusterEngine, ClusterTraffic, ControlPlane, Gateway, NodePool, Outbound, Plugin, Reference,
};
use crate::model::Cidr;
use crate::snapshot::cloud::{Autoscaler, Feature, Growth, Surge};

/// Nodes of a pool for which nothing is said, as the command line has it.
pub(super) const DEFAULT_COUNT: u32 = 3;

impl<'a> AzureReader<'a, '_> {
    /// The application gateway that the add-on makes for a cluster.
    fn add_on_gateway(&mut self, config: NodeRef<'a>, cluster: &Scalar) {
        let own_range = self.text(config, "subnetCIDR").and_then(|range| self.cidr(&range));
        let subnet = self.text(config, "subnetId").map(|subnet| reference_of(&subnet));
        let gateway = Gateway { subnet, own_range, ..Gateway::default() };
        let given = self.text(config, "applicationGatewayName");
        let gateway_name = given.unwrap_or_else(|| Scalar { text: "ingress-appgateway".into(), ..cluster.clone() });
        self.emit("ApplicationGateway", &gateway_name, config.span(), Azure::Gateway(gateway));
    }

    pub(super) fn managed_cluster(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let profile = prop(node, "networkProfile");
        let word = |reader: &Self, field_name: &str| {
            let found = profile.and_then(|p| field(p, field_name)).and_then(|v| reader.template.scalar(v));
            found.filter(|s| !s.unknown).map(|s| s.text.to_lowercase())
        };
        let pools = prop(node, "agentPoolProfiles").map_or_else(Vec::new, |list| self.template.items(list));
        let automatic = is_automatic(self, node);
        let has_pod_subnet = pools.iter().any(|p| field(*p, "podSubnetId").is_some_and(|s| !s.is_null()));
        let plugin = match (word(self, "networkPlugin").as_deref(), word(self, "networkPluginMode").as_deref()) {
            (Some("kubenet"), _) => Plugin::Kubenet,
            (Some("none"), _) => Plugin::None,
            (_, Some("overlay")) => Plugin::Overlay,
            (None, _) if automatic => Plugin::Overlay,
            _ if has_pod_subnet => Plugin::PodSubnet,
            _ => Plugin::NodeSubnet,
        };
        // AKS Automatic comes with Cilium, and so does its data plane. What the input does not give may be any engine.
        let implied = automatic || word(self, "networkDataplane").as_deref() == Some("cilium");
        let written = profile.and_then(|p| field(p, "networkPolicy")).and_then(|v| self.template.scalar(v));
        let engine = match word(self, "networkPolicy").as_deref() {
            Some("azure") => Some(ClusterEngine::Azure),
            Some("calico") => Some(ClusterEngine::Calico),
            Some("cilium") => Some(ClusterEngine::Cilium),
            _ if implied => Some(ClusterEngine::Cilium),
            _ if plugin == Plugin::None || written.is_some_and(|s| s.unknown) => None,
            _ => Some(ClusterEngine::None),
        };
        let is_true = |node: NodeRef<'a>, name: &str| prop(node, name).is_some_and(is_true);
        let add_on = |names: &[&str]| {
            let profiles = prop(node, "addonProfiles")?;
            names.iter().find_map(|name| field(profiles, name)).filter(|profile| is_true(*profile, "enabled"))
        };
        let traffic = ClusterTraffic {
            outbound: word(self, "outboundType").and_then(|w| Outbound::from_name(&w)).unwrap_or_default(),
            public_nodes: pools.iter().any(|pool| is_true(*pool, "enableNodePublicIP")),
            cilium: engine == Some(ClusterEngine::Cilium),
            http_routing: add_on(&["httpApplicationRouting"]).is_some(),
            shared_probes: profile
                .and_then(|p| field(p, "loadBalancerProfile"))
                .and_then(|p| self.text(p, "clusterServiceLoadBalancerHealthProbeMode"))
                .is_some_and(|mode| mode.text.eq_ignore_ascii_case("Shared")),
            app_routing: prop(node, "ingressProfile").and_then(|p| field(p, "webAppRouting")).is_some_and(|p| is_true(p, "enabled")),
        };
        if let Some(config) = add_on(&["ingressApplicationGateway"]).and_then(|profile| field(profile, "config")) {
            self.add_on_gateway(config, name);
        }
        let features = self.cluster_features(node, profile, automatic);
        let pools = pools.into_iter().map(|pool| self.agent_pool(pool, plugin)).collect();
        let mut ranges = |field_names: [&str; 2]| -> Vec<Cidr> {
            let node = field_names.into_iter().find_map(|name| profile.and_then(|p| field(p, name)).filter(|n| !n.is_null()));
            self.prefixes(node).into_iter().map(|(cidr, _)| cidr).collect()
        };
        let (pod_ranges, service_ranges) = (ranges(["podCidrs", "podCidr"]), ranges(["serviceCidrs", "serviceCidr"]));
        let dns = profile.and_then(|p| field(p, "dnsServiceIP")).and_then(|d| self.template.scalar(d));
        let access = prop(node, "apiServerAccessProfile");
        let authorized = self.prefixes(access.and_then(|a| field(a, "authorizedIPRanges")));
        let plugin_at = ["networkPluginMode", "networkPlugin"].into_iter().find_map(|name| profile.and_then(|p| field(p, name)));
        let cluster = Cluster {
            plugin,
            engine,
            location: self.location(node),
            pools,
            pod_ranges,
            service_ranges,
            dns_service: dns.and_then(|d| self.address(&d)),
            ranges_span: profile.map_or(node.span(), NodeRef::span),
            plugin_span: plugin_at.or(profile).map_or(node.span(), NodeRef::span),
            control_plane: ControlPlane {
                private: access.and_then(|a| field(a, "enablePrivateCluster")).is_some_and(|f| matches!(f.value(), Value::Bool(true))),
                authorized: authorized.into_iter().map(|(cidr, _)| cidr).collect(),
            },
            traffic,
            features,
        };
        self.emit("ManagedCluster", name, node.span(), Azure::Cluster(Box::new(cluster)));
    }

    /// What the fields of a cluster ask for.
    fn cluster_features(&self, node: NodeRef<'a>, profile: Option<NodeRef<'a>>, automatic: bool) -> Vec<Asked> {
        let mut found: Vec<Asked> = Vec::new();
        let access = prop(node, "apiServerAccessProfile");
        let is_true = |parent: Option<NodeRef<'a>>, name: &str| parent.and_then(|p| field(p, name)).filter(|f| is_true(*f));
        let enabled = |parent: Option<NodeRef<'a>>| is_true(parent, "enabled").and(parent);
        let add_ons = prop(node, "addonProfiles");
        let add_on = |name: &str| enabled(add_ons.and_then(|a| field(a, name)));
        let routing = prop(node, "ingressProfile").and_then(|p| field(p, "webAppRouting"));
        let pools = prop(node, "agentPoolProfiles").map_or_else(Vec::new, |list| self.template.items(list));
        let of = |parent: Option<NodeRef<'a>>, name: &str| parent.and_then(|p| field(p, name)).filter(|f| !f.is_null());
        let ranges = of(access, "authorizedIPRanges").filter(|list| !self.template.items(*list).is_empty());
        for (feature, place) in [
            (Feature::Private, is_true(access, "enablePrivateCluster")),
            (Feature::AuthorizedRanges, ranges),
            (Feature::VirtualNode, add_on("aciConnectorLinux")),
            (Feature::ApplicationGateway, add_on("ingressApplicationGateway")),
            (Feature::HttpRouting, add_on("httpApplicationRouting")),
            (Feature::OpenServiceMesh, add_on("openServiceMesh")),
            (Feature::AppRouting, enabled(routing)),
            (Feature::PublicNodes, pools.iter().find_map(|pool| prop(*pool, "enableNodePublicIP").filter(|f| self::is_true(*f)))),
            (Feature::OwnNetwork, pools.iter().find_map(|pool| prop(*pool, "vnetSubnetID").filter(|f| !f.is_null()))),
        ] {
            found.extend(place.map(|place| (feature, place.span())));
        }
        let mut words = |parent: Option<NodeRef<'a>>, name: &str, meanings: &[(&str, Feature)]| {
            let Some(place) = of(parent, name) else { return };
            let Some(word) = self.template.scalar(place).filter(|s| !s.unknown) else { return };
            let meant = meanings.iter().find(|(text, _)| text.eq_ignore_ascii_case(&word.text));
            found.extend(meant.map(|(_, feature)| (*feature, place.span())));
        };
        words(profile, "networkPolicy", &[("azure", Feature::AzurePolicy), ("calico", Feature::Calico), ("cilium", Feature::CiliumPolicy)]);
        words(profile, "loadBalancerSku", &[("basic", Feature::BasicBalancer)]);
        let outbound = [
            ("managedNATGateway", Feature::ManagedNat),
            ("userAssignedNATGateway", Feature::UserNat),
            ("userDefinedRouting", Feature::UserRoutes),
            ("none", Feature::OutboundNone),
            ("block", Feature::OutboundBlock),
        ];
        words(profile, "outboundType", &outbound);
        words(prop(node, "nodeProvisioningProfile"), "mode", &[("Auto", Feature::AutoProvisioning)]);
        words(prop(node, "bootstrapProfile"), "artifactSource", &[("Cache", Feature::Isolated)]);
        words(prop(node, "serviceMeshProfile"), "mode", &[("Istio", Feature::Istio)]);
        if let Some(families) = of(profile, "ipFamilies")
            && self.template.scalars(families).iter().any(|family| family.text.eq_ignore_ascii_case("IPv6"))
        {
            found.push((Feature::DualStack, families.span()));
        }
        let dataplane = of(profile, "networkDataplane");
        if automatic {
            found.push((Feature::Automatic, field(node, "sku").map_or(node.span(), NodeRef::span)));
        } else if let Some(scalar) = dataplane.and_then(|d| self.template.scalar(d)).filter(|s| !s.unknown) {
            let cilium = scalar.text.eq_ignore_ascii_case("cilium");
            found.push((if cilium { Feature::CiliumDataplane } else { Feature::OtherDataplane }, scalar.span));
        } else if dataplane.is_none() {
            found.push((Feature::OtherDataplane, profile.map_or(node.span(), NodeRef::span)));
        }
        if !found.iter().any(|(feature, _)| *feature == Feature::OwnNetwork) {
            found.push((Feature::ManagedNetwork, node.span()));
        }
        found
    }

    /// What the fields of a pool ask for.
    fn pool_features(&self, node: NodeRef<'a>) -> Vec<Asked> {
        let mut found: Vec<Asked> = Vec::new();
        let mut words = |name: &str, meanings: &[(&str, Feature)]| self.word_features(node, name, meanings, &mut found);
        let windows =
            prop(node, "osType").and_then(|os| self.template.scalar(os)).is_some_and(|os| os.text.eq_ignore_ascii_case("Windows"));
        words("osType", &[("Windows", Feature::Windows)]);
        words("osSKU", &[("Windows2019", Feature::Windows2019), ("Windows2022", Feature::Windows2022)]);
        words("type", &[("AvailabilitySet", Feature::AvailabilitySet), ("VirtualMachines", Feature::VirtualMachines)]);
        words("podIPAllocationMode", &[("StaticBlock", Feature::StaticBlocks)]);
        if let Some(subnet) = prop(node, "podSubnetID") {
            found.push((Feature::SubnetForPods, subnet.span()));
        }
        let mut words = |name: &str, meanings: &[(&str, Feature)]| self.word_features(node, name, meanings, &mut found);
        if windows {
            words("mode", &[("System", Feature::WindowsSystem)]);
        }
        if let Some(scaling) = prop(node, "enableAutoScaling").filter(|f| is_true(*f)) {
            found.push((Feature::Autoscaler, scaling.span()));
        }
        if let Some(zones) = prop(node, "availabilityZones").filter(|z| !self.template.items(*z).is_empty()) {
            found.push((Feature::Zones, zones.span()));
        }
        found
    }

    /// A feature for a word of a field.
    fn word_features(&self, node: NodeRef<'a>, name: &str, meanings: &[(&str, Feature)], found: &mut Vec<Asked>) {
        let Some(place) = prop(node, name) else { return };
        let Some(word) = self.template.scalar(place).filter(|s| !s.unknown) else { return };
        let meant = meanings.iter().find(|(text, _)| text.eq_ignore_ascii_case(&word.text));
        found.extend(meant.map(|(_, feature)| (*feature, place.span())));
    }

    /// A node pool that is written as a resource of its own.
    pub(super) fn separate_pool(&mut self, node: NodeRef<'a>, name: &Scalar) {
        let of_id = || {
            let id = field(node, "id").and_then(|n| self.template.scalar(n))?.text;
            let (before, _) = id.rsplit_once('/')?;
            before.rsplit_once('/').map(|(cluster, _)| Box::from(last_segment(cluster)))
        };
        let parent = name.text.rsplit_once('/').map(|(cluster, _)| Box::from(cluster)).or_else(of_id);
        let Some(parent) = parent else { return };
        let cluster = Reference { name: parent, parent: None, scope: Default::default(), span: name.span };
        let pool = self.agent_pool(node, Plugin::None);
        // How many pods a node has is the cluster's, where nothing is said: 0.
        let max_pods = if prop(node, "maxPods").is_some() { pool.max_pods } else { 0 };
        let pool = NodePool { name: last_segment(&name.text).into(), max_pods, ..pool };
        let full = Scalar { text: format!("{}/{}", cluster.name, pool.name), ..name.clone() };
        self.emit("AgentPool", &full, node.span(), Azure::NodePool { cluster, pool });
    }

    fn agent_pool(&mut self, node: NodeRef<'a>, plugin: Plugin) -> NodePool {
        let number = |name: &str| -> Option<u32> {
            let scalar = self.template.scalar(prop(node, name)?).filter(|s| !s.unknown)?;
            scalar.text.parse().ok()
        };
        let zones = prop(node, "availabilityZones").map_or_else(Vec::new, |z| self.template.scalars(z));
        let autoscaler = match (number("minCount"), number("maxCount")) {
            (Some(least), Some(most)) if prop(node, "enableAutoScaling").is_some_and(is_true) => Some(Autoscaler { least, most }),
            _ => None,
        };
        let surge = prop(node, "upgradeSettings").and_then(|settings| field(settings, "maxSurge"));
        let surge = surge.and_then(|surge| self.template.scalar(surge)).filter(|s| !s.unknown).and_then(|s| Surge::from_text(&s.text));
        let features = self.pool_features(node);
        let static_blocks = features.iter().any(|(feature, _)| *feature == Feature::StaticBlocks);
        NodePool {
            growth: Growth { autoscaler, surge, static_blocks },
            features,
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

/// Whether a field is `true`.
fn is_true(node: NodeRef<'_>) -> bool {
    matches!(node.value(), Value::Bool(true))
}

/// Whether a cluster is AKS Automatic.
fn is_automatic(reader: &AzureReader<'_, '_>, node: NodeRef<'_>) -> bool {
    let name = field(node, "sku").and_then(|sku| field(sku, "name"));
    name.and_then(|name| reader.template.scalar(name)).is_some_and(|name| name.text.eq_ignore_ascii_case("Automatic"))
}
