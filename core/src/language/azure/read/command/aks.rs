//! `az aks create` and `az aks nodepool add`: the options, and what comes of them; `aks_check` is about what the command line refuses, and what Azure
//! refuses about a cluster is the same in whichever shape it is written (`snapshot::cloud`). Upstream: docs/azure.md 3.1 to 3.3 and 3.6.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{AzureReader, Options};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::read::cluster::DEFAULT_COUNT;
use crate::language::azure::read::rules::prefix;
use crate::language::azure::read::value::Scalar;
use crate::language::azure::{
    Azure, Cluster, ClusterEngine, ClusterTraffic, ControlPlane, Gateway, NodePool, Outbound, Plugin, Reference, Subnet, VirtualNetwork,
};
use crate::language::codes;
use crate::snapshot::cloud::{Autoscaler, Growth, Surge};

/// The network that Azure makes where none is given.
const OWN_SPACE: &str = "10.224.0.0/12";
const OWN_SUBNET: &str = "10.224.0.0/16";

/// Names of add-ons: words, or one word with commas.
pub(super) fn add_ons(options: &Options) -> impl Iterator<Item = String> {
    options.list("enable-addons").into_iter().map(|word| word.text.to_ascii_lowercase())
}

/// The option that says which network plugin there is.
pub(super) fn plugin_option(options: &Options) -> Option<&'static str> {
    ["network-plugin-mode", "network-plugin"].into_iter().find(|name| options.has(name))
}

impl AzureReader<'_, '_> {
    pub(super) fn aks_create(&mut self, options: &Options) {
        if self.refuses_engine(options) {
            return;
        }
        let written_plugin = self.choice(options, "network-plugin", &["kubenet", "azure", "none"]);
        let mode = self.choice(options, "network-plugin-mode", &["overlay"]);
        let dataplane = self.choice(options, "network-dataplane", &["azure", "cilium"]);
        let automatic = self.choice(options, "sku", &["base", "automatic"]) == Some("automatic");
        let plugin = match (written_plugin, mode) {
            (Some("kubenet"), _) => Plugin::Kubenet,
            (Some("none"), _) => Plugin::None,
            (_, Some(_)) => Plugin::Overlay,
            (Some(_), None) if options.has("pod-subnet-id") => Plugin::PodSubnet,
            (Some(_), None) => Plugin::NodeSubnet,
            (None, None) => Plugin::Overlay,
        };
        if written_plugin.is_none() && !options.has("network-plugin") && !automatic {
            let message = "no `--network-plugin`: the default is Azure CNI overlay today; in 2022 it was kubenet";
            self.report(Diagnostic::new(codes::AZ_CLUSTER_NOTE, Severity::Note, options.span, message));
        }
        let engine = self.policy_engine(options, plugin, dataplane, automatic);
        self.check_plugin(options, plugin, written_plugin, mode);
        self.check_create_values(options);
        let features = self.asked_of_cluster(options, dataplane, automatic);
        let pool = self.pool(options, plugin, "nodepool1", options.value("nodepool-name"));
        let mut ranges = |plural: &str, singular: &str| {
            let found = self.ranges(options, plural);
            if found.is_empty() { self.ranges(options, singular) } else { found }
        };
        let (pods, services) = (ranges("pod-cidrs", "pod-cidr"), ranges("service-cidrs", "service-cidr"));
        let dns_service = options.value("dns-service-ip").and_then(|d| self.address(&d));
        let authorized = self.ranges(options, "api-server-authorized-ip-ranges").into_iter().map(|(cidr, _)| cidr).collect();
        let named = ["pod-cidr", "pod-cidrs", "service-cidr", "service-cidrs", "dns-service-ip"].into_iter().find(|n| options.has(n));
        let mut pool = pool;
        if pool.subnet.is_none() && plugin != Plugin::None || pool.subnet.is_none() && !options.has("vnet-subnet-id") {
            self.own_network(options, &mut pool);
        }
        let cluster = Cluster {
            plugin,
            engine,
            location: options.value("location").filter(|l| !l.unknown).map(|l| l.text.as_str().into()),
            pools: alloc::vec![pool],
            pod_ranges: pods.into_iter().map(|(cidr, _)| cidr).collect(),
            service_ranges: services.into_iter().map(|(cidr, _)| cidr).collect(),
            dns_service,
            ranges_span: named.map_or(options.span, |name| options.span_of(name)),
            plugin_span: plugin_option(options).or(named).map_or(options.span, |name| options.span_of(name)),
            control_plane: ControlPlane { private: options.flag("enable-private-cluster"), authorized },
            traffic: self.traffic(options, engine, dataplane),
            features,
        };
        if add_ons(options).any(|name| name == "ingress-appgw") {
            self.own_gateway(options);
        }
        self.emit("ManagedCluster", &options.name(), options.span, Azure::Cluster(Box::new(cluster)));
    }

    /// How packets come in and go out.
    fn traffic(&mut self, options: &Options, engine: Option<ClusterEngine>, dataplane: Option<&str>) -> ClusterTraffic {
        let words = &["loadBalancer", "userDefinedRouting", "managedNATGateway", "userAssignedNATGateway", "none", "block"];
        let outbound = self.choice(options, "outbound-type", words);
        let has = |wanted: &[&str]| add_ons(options).any(|name| wanted.contains(&name.as_str()));
        ClusterTraffic {
            outbound: outbound.and_then(Outbound::from_name).unwrap_or_else(|| default_outbound(options)),
            public_nodes: options.flag("enable-node-public-ip"),
            cilium: dataplane == Some("cilium") || engine == Some(ClusterEngine::Cilium),
            http_routing: has(&["http_application_routing"]),
            shared_probes: self.choice(options, "cluster-service-load-balancer-health-probe-mode", &["ServiceNodePort", "Shared"])
                == Some("Shared"),
            app_routing: has(&["web_application_routing"]) || options.flag("enable-app-routing"),
        }
    }

    /// The application gateway that the add-on `ingress-appgw` makes, or the one that it is told to use.
    fn own_gateway(&mut self, options: &Options) {
        if options.has("appgw-id") {
            return; // It is given elsewhere.
        }
        let gateway = Gateway {
            subnet: self.refer(options, "appgw-subnet-id"),
            own_range: self.ranges(options, "appgw-subnet-cidr").first().map(|(range, _)| *range),
            ..Gateway::default()
        };
        let name = options.value("appgw-name");
        let name = name.unwrap_or_else(|| Scalar { text: "ingress-appgateway".into(), unknown: false, span: options.span });
        self.emit("ApplicationGateway", &name, options.span, Azure::Gateway(gateway));
    }

    pub(super) fn node_pool_add(&mut self, options: &Options) {
        let Some(cluster) = self.refer(options, "cluster-name") else { return };
        let name = options.name();
        // The plugin, and with it what is assumed of pods on a node, is the cluster's; 0 stands for that.
        let pool = self.pool(options, Plugin::None, "nodepool2", Some(name.clone()));
        let pool = NodePool { max_pods: if options.has("max-pods") { pool.max_pods } else { 0 }, ..pool };
        let full = Scalar { text: format!("{}/{}", cluster.name, name.text), ..name };
        self.emit("AgentPool", &full, options.span, Azure::NodePool { cluster, pool });
    }

    /// The network that Azure makes for a cluster that is given none.
    fn own_network(&mut self, options: &Options, pool: &mut NodePool) {
        let cidrs = |text: &str| prefix(text).map(|cidr| (cidr, options.span)).into_iter().collect::<Vec<_>>();
        let name = Scalar { text: format!("vnet of {}", options.name().text), unknown: false, span: options.span };
        let subnet = Subnet {
            name: "aks-subnet".into(),
            span: options.span,
            prefixes: cidrs(OWN_SUBNET),
            group: None,
            routes: None,
            delegated: None,
            outbound: Default::default(),
        };
        let location = options.value("location").filter(|l| !l.unknown).map(|l| l.text.as_str().into());
        let network = VirtualNetwork { location, prefixes: cidrs(OWN_SPACE), subnets: alloc::vec![subnet], ..VirtualNetwork::default() };
        pool.subnet = Some(Reference {
            name: "aks-subnet".into(),
            parent: Some(name.text.as_str().into()),
            scope: Default::default(),
            span: options.span,
        });
        self.emit("VirtualNetwork", &name, options.span, Azure::Network(network));
    }

    fn pool(&mut self, options: &Options, plugin: Plugin, default_name: &str, name: Option<Scalar>) -> NodePool {
        if let Some(name) = name.as_ref().filter(|n| !n.unknown)
            && (name.text.len() > 12 || name.text.is_empty() || !name.text.bytes().all(|b| b.is_ascii_alphanumeric()))
        {
            let error = self.wrong(
                codes::AZ_OPTION_VALUE,
                name.span,
                format!("`{}`: a node pool's name has 1 to 12 letters and digits", name.text),
            );
            self.report(error);
        }
        self.check_autoscaler(options);
        let count = self.count(options, "node-count", 0, 5000);
        let least = self.count(options, "min-count", 0, 1000);
        let most = self.count(options, "max-count", 0, 1000);
        let autoscaler = match (least, most) {
            (Some(least), Some(most)) if options.flag("enable-cluster-autoscaler") && least <= most => Some(Autoscaler { least, most }),
            _ => None,
        };
        let surge = options.value("max-surge").filter(|v| !v.unknown).and_then(|v| Surge::from_text(&v.text));
        let mode = self.choice(options, "pod-ip-allocation-mode", &["DynamicIndividual", "StaticBlock"]);
        let max_pods = self.count(options, "max-pods", 10, 250).unwrap_or(plugin.default_max_pods());
        let windows = self.choice(options, "os-type", &["Linux", "Windows"]) == Some("Windows");
        NodePool {
            windows,
            growth: Growth { autoscaler, surge, static_blocks: mode == Some("StaticBlock") },
            features: self.asked_of_pool(options, windows),
            name: name.map_or_else(|| default_name.into(), |n| n.text.as_str().into()),
            count: count.or(least).unwrap_or(DEFAULT_COUNT),
            max_pods,
            subnet: self.refer(options, "vnet-subnet-id"),
            pod_subnet: self.refer(options, "pod-subnet-id"),
            zones: options.list("zones").into_iter().map(|z| z.text.as_str().into()).collect(),
            span: options.span,
        }
    }
}

/// How packets leave where nothing is said: AKS Automatic gets a NAT gateway with the network that Azure makes. Upstream: `azure-cli`, module `acs`.
fn default_outbound(options: &Options) -> Outbound {
    let automatic = options.word("sku").is_some_and(|sku| sku == "automatic");
    if automatic && !options.has("vnet-subnet-id") { Outbound::NatGateway } else { Outbound::default() }
}
