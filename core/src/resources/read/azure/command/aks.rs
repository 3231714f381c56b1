//! `az aks create` and `az aks nodepool add`: the options, what the command line refuses, what the service refuses, and what comes of it.
//! Upstream: docs/azure.md 3.1 to 3.3 and 3.6.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{AzureReader, Options, Table};
use crate::diagnostics::{Diagnostic, Severity};
use crate::resources::azure::{
    Azure, Cluster, ClusterEngine, ClusterTraffic, ControlPlane, Gateway, NodePool, Outbound, Plugin, Subnet, VirtualNetwork,
};
use crate::resources::codes;
use crate::resources::read::azure::cluster::DEFAULT_COUNT;
use crate::resources::read::azure::rules::prefix;
use crate::resources::read::azure::short::engine_of;
use crate::resources::read::azure::value::Scalar;

pub(super) const CREATE: Table = &[
    "aad-admin-group-object-ids",
    "aks-custom-headers",
    "api-server-authorized-ip-ranges",
    "attach-acr",
    "dns-name-prefix p",
    "dns-service-ip",
    "docker-bridge-address",
    "enable-aad",
    "enable-acns",
    "enable-addons a",
    "enable-app-routing",
    "enable-azure-rbac",
    "enable-cluster-autoscaler",
    "enable-managed-identity",
    "enable-node-public-ip",
    "enable-oidc-issuer",
    "enable-private-cluster",
    "enable-windows-gmsa",
    "enable-workload-identity",
    "generate-ssh-keys",
    "idle-timeout",
    "ip-families",
    "kubernetes-version k",
    "load-balancer-backend-pool-type",
    "load-balancer-idle-timeout",
    "load-balancer-managed-outbound-ip-count",
    "load-balancer-outbound-ip-prefixes",
    "load-balancer-outbound-ips",
    "load-balancer-outbound-ports",
    "load-balancer-sku",
    "location l",
    "max-count",
    "max-pods m",
    "min-count",
    "name n",
    "nat-gateway-idle-timeout",
    "nat-gateway-managed-outbound-ip-count",
    "network-dataplane",
    "network-plugin",
    "network-plugin-mode",
    "network-policy",
    "node-count c",
    "node-osdisk-size",
    "node-resource-group",
    "node-vm-size s",
    "nodepool-name",
    "outbound-type",
    "pod-cidr",
    "pod-cidrs",
    "pod-ip-allocation-mode",
    "pod-subnet-id",
    "service-cidr",
    "service-cidrs",
    "service-principal",
    "client-secret",
    "ssh-key-value",
    "tier",
    "vm-set-type",
    "vnet-subnet-id",
    "windows-admin-password",
    "windows-admin-username",
    "workspace-resource-id",
    "zones z",
    "assign-identity",
    "appgw-id",
    "appgw-name",
    "appgw-subnet-cidr",
    "appgw-subnet-id",
];

pub(super) const NODE_POOL: Table = &[
    "cluster-name",
    "enable-cluster-autoscaler",
    "enable-node-public-ip",
    "kubernetes-version k",
    "max-count",
    "max-pods m",
    "max-surge",
    "min-count",
    "mode",
    "name n",
    "node-count c",
    "node-osdisk-size",
    "node-vm-size s",
    "os-type",
    "pod-subnet-id",
    "vnet-subnet-id",
    "zones z",
];

/// The network that Azure makes where none is given.
const OWN_SPACE: &str = "10.224.0.0/12";
const OWN_SUBNET: &str = "10.224.0.0/16";

/// Names of add-ons: words, or one word with commas.
fn add_ons(options: &Options<'_>) -> impl Iterator<Item = String> {
    options.list("enable-addons").into_iter().map(|word| word.text.to_ascii_lowercase())
}

impl AzureReader<'_, '_> {
    pub(super) fn aks_create(&mut self, options: &Options<'_>) {
        self.require(options, &["name", "resource-group"]);
        let written_plugin = self.choice(options, "network-plugin", &["kubenet", "azure", "none"]);
        let mode = self.choice(options, "network-plugin-mode", &["overlay"]);
        let dataplane = self.choice(options, "network-dataplane", &["azure", "cilium"]);
        let plugin = match (written_plugin, mode) {
            (Some("kubenet"), _) => Plugin::Kubenet,
            (Some("none"), _) => Plugin::None,
            (_, Some(_)) => Plugin::Overlay,
            (Some(_), None) if options.has("pod-subnet-id") => Plugin::PodSubnet,
            (Some(_), None) => Plugin::NodeSubnet,
            (None, None) => Plugin::Overlay,
        };
        if written_plugin.is_none() && !options.has("network-plugin") {
            let message = "no `--network-plugin`: clusters are made with Azure CNI overlay today; in 2022 they were made with kubenet";
            self.report(Diagnostic::new(codes::AZ_CLUSTER_NOTE, Severity::Note, options.span, message));
        }
        let engine = self.policy_engine(options, plugin, written_plugin, dataplane);
        self.check_plugin(options, plugin, written_plugin, mode);
        self.check_create_values(options);
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
            control_plane: ControlPlane { private: options.flag("enable-private-cluster"), authorized },
            traffic: self.traffic(options, engine, dataplane),
        };
        if add_ons(options).any(|name| name == "ingress-appgw") {
            self.own_gateway(options);
        }
        self.emit("ManagedCluster", &options.name(), options.span, Azure::Cluster(Box::new(cluster)));
    }

    /// How packets come in and go out.
    fn traffic(&mut self, options: &Options<'_>, engine: Option<ClusterEngine>, dataplane: Option<&str>) -> ClusterTraffic {
        let words = &["loadBalancer", "userDefinedRouting", "managedNATGateway", "userAssignedNATGateway", "none", "block"];
        let outbound = self.choice(options, "outbound-type", words);
        let has = |wanted: &[&str]| add_ons(options).any(|name| wanted.contains(&name.as_str()));
        ClusterTraffic {
            outbound: outbound.and_then(Outbound::from_name).unwrap_or_default(),
            public_nodes: options.flag("enable-node-public-ip"),
            cilium: dataplane == Some("cilium") || engine == Some(ClusterEngine::Cilium),
            http_routing: has(&["http_application_routing"]),
            app_routing: has(&["web_application_routing"]) || options.flag("enable-app-routing"),
        }
    }

    /// The application gateway that the add-on `ingress-appgw` makes, or the one that it is told to use.
    fn own_gateway(&mut self, options: &Options<'_>) {
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

    pub(super) fn node_pool_add(&mut self, options: &Options<'_>) {
        self.require(options, &["cluster-name", "name"]);
        let Some(cluster) = self.refer(options, "cluster-name") else { return };
        let name = options.name();
        // The plugin, and with it what is assumed of pods on a node, is the cluster's; 0 stands for that.
        let pool = self.pool(options, Plugin::None, "nodepool2", Some(name.clone()));
        let pool = NodePool { max_pods: if options.has("max-pods") { pool.max_pods } else { 0 }, ..pool };
        let full = Scalar { text: format!("{}/{}", cluster.name, name.text), ..name };
        self.emit("AgentPool", &full, options.span, Azure::NodePool { cluster, pool });
    }

    /// The network that Azure makes for a cluster that is given none.
    fn own_network(&mut self, options: &Options<'_>, pool: &mut NodePool) {
        let cidrs = |text: &str| prefix(text).map(|cidr| (cidr, options.span)).into_iter().collect::<Vec<_>>();
        let name = Scalar { text: format!("vnet of {}", options.name().text), unknown: false, span: options.span };
        let subnet = Subnet { name: "aks-subnet".into(), span: options.span, prefixes: cidrs(OWN_SUBNET), group: None, routes: None };
        let location = options.value("location").filter(|l| !l.unknown).map(|l| l.text.as_str().into());
        let network = VirtualNetwork { location, prefixes: cidrs(OWN_SPACE), subnets: alloc::vec![subnet], ..VirtualNetwork::default() };
        pool.subnet = Some(crate::resources::azure::Reference {
            name: "aks-subnet".into(),
            parent: Some(name.text.as_str().into()),
            span: options.span,
        });
        self.emit("VirtualNetwork", &name, options.span, Azure::Network(network));
    }

    fn pool(&mut self, options: &Options<'_>, plugin: Plugin, default_name: &str, name: Option<Scalar>) -> NodePool {
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
        let count = self.count(options, "node-count", 0, 5000);
        let least = self.count(options, "min-count", 0, 1000);
        self.count(options, "max-count", 0, 1000);
        let max_pods = self.count(options, "max-pods", 10, 250).unwrap_or(plugin.default_max_pods());
        let windows = self.choice(options, "os-type", &["Linux", "Windows"]) == Some("Windows");
        NodePool {
            windows,
            name: name.map_or_else(|| default_name.into(), |n| n.text.as_str().into()),
            count: count.or(least).unwrap_or(DEFAULT_COUNT),
            max_pods,
            subnet: self.refer(options, "vnet-subnet-id"),
            pod_subnet: self.refer(options, "pod-subnet-id"),
            zones: options.list("zones").into_iter().map(|z| z.text.as_str().into()).collect(),
            span: options.span,
        }
    }

    /// Which engine the cluster gets, with everything that Azure refuses about it.
    fn policy_engine(
        &mut self,
        options: &Options<'_>,
        plugin: Plugin,
        written: Option<&str>,
        dataplane: Option<&str>,
    ) -> Option<ClusterEngine> {
        let span = options.span_of("network-policy");
        let cilium_dataplane = dataplane == Some("cilium");
        let refuse = |reader: &mut Self, message: &str, help: &str| {
            let error = reader.wrong(codes::AZ_COMBINATION, span, message);
            reader.report(error.help(help));
        };
        let Some(value) = options.value("network-policy").filter(|v| !v.unknown) else {
            return if cilium_dataplane {
                Some(ClusterEngine::Cilium)
            } else if plugin == Plugin::None {
                None
            } else {
                let message = "no `--network-policy`: NetworkPolicy objects are stored, and nothing enforces them";
                self.report(
                    Diagnostic::new(codes::AZ_CLUSTER_NOTE, Severity::Warning, options.span, message)
                        .help("add `--network-policy calico`, or `azure` or `cilium`"),
                );
                Some(ClusterEngine::None)
            };
        };
        let lower = value.text.to_lowercase();
        let Some(engine) = engine_of(&lower) else {
            let message = format!("--network-policy: `{}` is no policy engine", value.text);
            let error = self.wrong(codes::AZ_OPTION_VALUE, value.span, message);
            self.report(error.help("write `azure`, `calico`, `cilium` or `none`"));
            return Some(ClusterEngine::None);
        };
        if lower != value.text {
            refuse(self, "--network-policy should be provided in lowercase", "write it in lower case");
        }
        if engine == ClusterEngine::None {
            return if plugin == Plugin::None { None } else { Some(ClusterEngine::None) };
        }
        if !options.has("network-plugin") {
            refuse(self, "Please explicitly specify the network plugin type", "add `--network-plugin azure`, or `kubenet`");
        }
        match (plugin, engine) {
            (Plugin::Kubenet, ClusterEngine::Azure) => refuse(
                self,
                "(NetworkPolicyAzureNotSupportedForKubenet) NetworkPolicy azure is not supported for network plugin kubenet",
                "kubenet takes `--network-policy calico`; Azure's own engine needs `--network-plugin azure`",
            ),
            (Plugin::Kubenet, ClusterEngine::Cilium) => {
                refuse(
                    self,
                    "cilium is not supported for network plugin kubenet",
                    "use `--network-plugin azure --network-dataplane cilium`",
                );
            }
            (Plugin::None, _) if written.is_some() => {
                refuse(
                    self,
                    "with `--network-plugin none` Azure manages no policy engine",
                    "leave out `--network-policy`, and install an engine yourself",
                );
            }
            (_, ClusterEngine::Cilium) if !cilium_dataplane => refuse(
                self,
                "(NetworkPolicyCiliumRequiresCiliumDataplane) Network Policy cilium requires NetworkDataplane cilium",
                "add `--network-dataplane cilium`",
            ),
            (_, ClusterEngine::Azure | ClusterEngine::Calico) if cilium_dataplane => refuse(
                self,
                "(CiliumDataplaneRequiresNetworkPolicyCilium) Cilium dataplane requires network policy cilium.",
                "write `--network-policy cilium`, or leave it out",
            ),
            (_, ClusterEngine::Azure) => {
                let message = "Azure's network policy manager: at most 250 nodes and 20,000 pods, no IPv6; it ends on 30 September 2028 on Linux and 30 September 2026 on Windows";
                self.report(Diagnostic::new(codes::AZ_CLUSTER_NOTE, Severity::Note, span, message));
            }
            _ => {}
        }
        Some(engine)
    }

    fn check_plugin(&mut self, options: &Options<'_>, plugin: Plugin, written: Option<&str>, mode: Option<&str>) {
        let refuse = |reader: &mut Self, name: &str, message: &str, help: &str| {
            let error = reader.wrong(codes::AZ_COMBINATION, options.span_of(name), message);
            reader.report(error.help(help));
        };
        let pod_range = ["pod-cidr", "pod-cidrs"].into_iter().find(|name| options.has(name));
        if let Some(name) = pod_range.filter(|_| plugin.is_flat()) {
            refuse(
                self,
                name,
                "Please specify network plugin mode 'overlay' when using --pod-cidr or use network plugin 'kubenet'",
                "with this plugin pods have addresses of the virtual network, and no range of their own",
            );
        }
        if mode.is_some() && matches!(written, Some("kubenet" | "none")) {
            refuse(
                self,
                "network-plugin-mode",
                "`--network-plugin-mode overlay` needs `--network-plugin azure`",
                "write `--network-plugin azure`",
            );
        }
        if options.has("pod-subnet-id") && plugin != Plugin::PodSubnet {
            refuse(self, "pod-subnet-id", "`--pod-subnet-id` needs `--network-plugin azure` without overlay", "leave it out");
        }
        if plugin == Plugin::Kubenet {
            let message = "kubenet ends on 31 March 2028; at most 400 nodes, one cluster a subnet, no Windows";
            self.report(Diagnostic::new(codes::AZ_CLUSTER_NOTE, Severity::Note, options.span_of("network-plugin"), message));
            if options.has("windows-admin-username") {
                refuse(self, "windows-admin-username", "kubenet has no Windows node pools", "use `--network-plugin azure`");
            }
        }
    }

    fn check_create_values(&mut self, options: &Options<'_>) {
        if let Some("basic") = self.choice(options, "load-balancer-sku", &["basic", "standard"]) {
            let message = "Basic load balancers were retired on 30 September 2025";
            self.report(Diagnostic::new(codes::AZ_RETIRED, Severity::Warning, options.span_of("load-balancer-sku"), message));
        }
        self.choice(
            options,
            "outbound-type",
            &["loadBalancer", "userDefinedRouting", "managedNATGateway", "userAssignedNATGateway", "none", "block"],
        );
        self.choice(options, "tier", &["free", "standard", "premium"]);
        self.choice(options, "load-balancer-backend-pool-type", &["nodeIP", "nodeIPConfiguration"]);
        if let Some(ports) = self.count(options, "load-balancer-outbound-ports", 0, 64000)
            && ports % 8 != 0
        {
            let error = self.wrong(
                codes::AZ_OPTION_VALUE,
                options.span_of("load-balancer-outbound-ports"),
                "--load-balancer-outbound-ports is a multiple of 8",
            );
            self.report(error);
        }
        self.count(options, "load-balancer-idle-timeout", 4, 100);
        self.count(options, "nat-gateway-idle-timeout", 4, 120);
        self.count(options, "nat-gateway-managed-outbound-ip-count", 1, 16);
        if options.list("enable-addons").iter().any(|a| a.text.eq_ignore_ascii_case("http_application_routing")) {
            let message = "the HTTP application routing add-on was never meant for production, and was retired on 3 March 2025";
            let warning = Diagnostic::new(codes::AZ_RETIRED, Severity::Warning, options.span_of("enable-addons"), message);
            self.report(warning.help("use `--enable-app-routing`"));
        }
        for range in options.list("api-server-authorized-ip-ranges") {
            let private = prefix(&range.text).is_some_and(|cidr| match cidr.first() {
                IpAddr::V4(a) => a.is_private(),
                IpAddr::V6(_) => true,
            });
            if private {
                let message = format!("`{}`: ranges that may reach the API server are public IPv4 ranges", range.text);
                let error = self.wrong(codes::AZ_OPTION_VALUE, range.span, message);
                self.report(error);
            }
        }
        if let (Some(least), Some(most)) = (options.word("min-count"), options.word("max-count"))
            && least.parse::<u32>().ok() > most.parse::<u32>().ok()
        {
            let error = self.wrong(codes::AZ_OPTION_VALUE, options.span_of("min-count"), "--min-count is above --max-count");
            self.report(error);
        }
    }
}
