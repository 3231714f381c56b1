//! `az aks create` and `az aks nodepool add`: what the command line itself refuses, and what of a cluster's features the options ask for.
//!
//! Upstream: `azure-cli`, module `acs`: `_validators.py`, `managed_cluster_decorator.py` and `agentpool_decorator.py`, whose words these are.

use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::aks::add_ons;
use super::{AzureReader, Options};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::read::rules::prefix;
use crate::language::azure::read::short::engine_of;
use crate::language::azure::{Asked, ClusterEngine, Plugin};
use crate::language::codes;
use crate::snapshot::cloud::Feature;

/// Options that only count beside another: the option, what it needs, and the command line's words.
const NEEDS: &[(&str, &[&str], &str)] = &[
    ("aci-subnet-name", &["vnet-subnet-id"], "\"--enable-addons virtual-node\" requires \"--aci-subnet-name\" and \"--vnet-subnet-id\"."),
    ("apiserver-subnet-id", &["vnet-subnet-id", "sku"], "\"--apiserver-subnet-id\" requires \"--vnet-subnet-id\"."),
    (
        "apiserver-subnet-id",
        &["enable-apiserver-vnet-integration", "sku"],
        "\"--apiserver-subnet-id\" requires \"--enable-apiserver-vnet-integration\".",
    ),
    ("disable-public-fqdn", &["enable-private-cluster"], "--disable-public-fqdn should only be used with --enable-private-cluster"),
    (
        "private-dns-zone",
        &["enable-private-cluster"],
        "Invalid private dns zone for public cluster. It should always be empty for public cluster",
    ),
];

/// Options of the outbound types that they belong to.
const OF_BALANCER: [&str; 5] = [
    "load-balancer-managed-outbound-ip-count",
    "load-balancer-outbound-ips",
    "load-balancer-outbound-ip-prefixes",
    "load-balancer-outbound-ports",
    "load-balancer-idle-timeout",
];
const OF_NAT: [&str; 2] = ["nat-gateway-managed-outbound-ip-count", "nat-gateway-idle-timeout"];

/// The feature that an add-on is, by its name in commands.
pub(super) fn feature_of(add_on: &str) -> Option<Feature> {
    match add_on {
        "virtual-node" => Some(Feature::VirtualNode),
        "ingress-appgw" => Some(Feature::ApplicationGateway),
        "http_application_routing" => Some(Feature::HttpRouting),
        "web_application_routing" => Some(Feature::AppRouting),
        "open-service-mesh" => Some(Feature::OpenServiceMesh),
        _ => None,
    }
}

impl AzureReader<'_, '_> {
    pub(super) fn refuse(&mut self, options: &Options, name: &str, message: &str, help: &str) {
        let error = self.wrong(codes::AZ_COMBINATION, options.span_of(name), message);
        self.report(error.help(help));
    }

    /// Whether the command makes no cluster, because the engine that it asks for is none.
    pub(super) fn refuses_engine(&mut self, options: &Options) -> bool {
        let Some(value) = options.value("network-policy").filter(|v| !v.unknown && engine_of(&v.text.to_lowercase()).is_none()) else {
            return false;
        };
        let message = format!("--network-policy: `{}` is not a policy engine", value.text);
        let error = self.wrong(codes::AZ_OPTION_VALUE, value.span, message);
        self.report(error.help("write `azure`, `calico`, `cilium` or `none`; the command makes no cluster"));
        true
    }

    /// Which engine the cluster gets. Upstream: docs/azure.md 3.2.
    pub(super) fn policy_engine(
        &mut self,
        options: &Options,
        plugin: Plugin,
        dataplane: Option<&str>,
        automatic: bool,
    ) -> Option<ClusterEngine> {
        // AKS Automatic comes with Cilium, and so does its data plane.
        let implied = automatic || dataplane == Some("cilium");
        let Some(value) = options.value("network-policy") else {
            return if implied {
                Some(ClusterEngine::Cilium)
            } else if plugin == Plugin::None {
                None
            } else {
                self.no_engine(options);
                Some(ClusterEngine::None)
            };
        };
        if value.unknown {
            // Whichever the variable names: the answer rests on what the policies are.
            return implied.then_some(ClusterEngine::Cilium);
        }
        let lower = value.text.to_lowercase();
        let engine = engine_of(&lower)?;
        if lower != value.text {
            self.refuse(options, "network-policy", "--network-policy should be provided in lowercase", "write it in lower case");
        }
        if engine == ClusterEngine::None {
            return match plugin {
                Plugin::None => None,
                _ if implied => Some(ClusterEngine::Cilium),
                _ => Some(ClusterEngine::None),
            };
        }
        if !options.has("network-plugin") && !automatic {
            let help = "add `--network-plugin azure`";
            self.refuse(options, "network-policy", "Please explicitly specify the network plugin type", help);
        }
        Some(engine)
    }

    fn no_engine(&mut self, options: &Options) {
        let message = "no `--network-policy`: NetworkPolicy objects are stored, and nothing enforces them";
        self.report(
            Diagnostic::new(codes::AZ_CLUSTER_NOTE, Severity::Warning, options.span, message)
                .help("add `--network-dataplane cilium`, or `--network-policy calico`"),
        );
    }

    pub(super) fn check_plugin(&mut self, options: &Options, plugin: Plugin, written: Option<&str>, mode: Option<&str>) {
        let pod_range = ["pod-cidr", "pod-cidrs"].into_iter().find(|name| options.has(name));
        if let Some(name) = pod_range.filter(|_| plugin.is_flat()) {
            self.refuse(
                options,
                name,
                "Please specify network plugin mode 'overlay' when using --pod-cidr or use network plugin 'kubenet'",
                "with this plugin pods have addresses of the virtual network, and no range of their own",
            );
        }
        if mode.is_some() && matches!(written, Some("kubenet" | "none")) {
            let message = "`--network-plugin-mode overlay` needs `--network-plugin azure`";
            self.refuse(options, "network-plugin-mode", message, "write `--network-plugin azure`");
        }
        if plugin == Plugin::Kubenet && options.has("windows-admin-username") {
            self.refuse(options, "windows-admin-username", "kubenet has no Windows node pools", "use `--network-plugin azure`");
        }
    }

    pub(super) fn check_create_values(&mut self, options: &Options) {
        self.choice(options, "load-balancer-sku", &["basic", "standard"]);
        self.choice(options, "tier", &["free", "standard", "premium"]);
        self.choice(options, "load-balancer-backend-pool-type", &["nodeIP", "nodeIPConfiguration"]);
        if let Some(ports) = self.count(options, "load-balancer-outbound-ports", 0, 64000)
            && ports % 8 != 0
        {
            let span = options.span_of("load-balancer-outbound-ports");
            let error = self.wrong(codes::AZ_OPTION_VALUE, span, "--load-balancer-outbound-ports is a multiple of 8");
            self.report(error);
        }
        self.count(options, "load-balancer-idle-timeout", 4, 100);
        self.count(options, "nat-gateway-idle-timeout", 4, 120);
        self.count(options, "nat-gateway-managed-outbound-ip-count", 1, 16);
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
        self.check_needs(options);
    }

    /// Options beside others that they need or exclude.
    fn check_needs(&mut self, options: &Options) {
        for (name, needed, message) in NEEDS {
            if options.has(name) && !needed.iter().any(|other| options.has(other)) {
                self.refuse(options, name, message, "add what it needs, or leave it out");
            }
        }
        let virtual_node = add_ons(options).any(|name| name == "virtual-node");
        if virtual_node && !options.has("aci-subnet-name") {
            let message = "\"--enable-addons virtual-node\" requires \"--aci-subnet-name\" and \"--vnet-subnet-id\".";
            self.refuse(options, "enable-addons", message, "add both");
        }
        let outbound = options.word("outbound-type");
        let Some(outbound) = outbound.as_deref().filter(|o| *o != "loadbalancer") else { return };
        if let Some(name) = OF_BALANCER.into_iter().find(|name| options.has(name)) {
            let message = format!("{outbound} type doesn't support customizing the standard load balancer config");
            self.refuse(options, name, &message, "leave it out");
        }
        if let Some(name) = OF_NAT.into_iter().find(|name| options.has(name) && outbound != "managednatgateway") {
            self.refuse(
                options,
                name,
                &format!("{outbound} type doesn't support customizing the standard nat gateway ips"),
                "leave it out",
            );
        }
    }

    /// The options of the cluster autoscaler. Upstream: `agentpool_decorator.py`, `__validate_counts_in_autoscaler`.
    pub(super) fn check_autoscaler(&mut self, options: &Options) {
        let enabled = options.flag("enable-cluster-autoscaler");
        let missing = || ["min-count", "max-count"].into_iter().filter(|name| !options.has(name)).count();
        let stray = ["min-count", "max-count"].into_iter().find(|name| options.has(name));
        if enabled && missing() > 0 {
            let message = "Please specify both min-count and max-count when --enable-cluster-autoscaler enabled";
            self.refuse(options, "enable-cluster-autoscaler", message, "add both");
        } else if let Some(name) = stray.filter(|_| !enabled) {
            let message = "min-count and max-count are required for --enable-cluster-autoscaler, please use the flag";
            self.refuse(options, name, message, "add `--enable-cluster-autoscaler`, or leave them out");
        }
        let number = |name: &str| options.word(name).and_then(|w| w.parse::<u32>().ok());
        let (Some(least), Some(most)) = (number("min-count"), number("max-count")) else { return };
        if least > most {
            let error = self.wrong(codes::AZ_OPTION_VALUE, options.span_of("min-count"), "--min-count is above --max-count");
            self.report(error);
        } else if let Some(count) = number("node-count").filter(|count| enabled && !(least..=most).contains(count)) {
            let message = format!("node-count is not in the range of min-count and max-count: {count} is not from {least} to {most}");
            self.refuse(options, "node-count", &message, "change the count or the limits");
        }
    }

    /// What the options of `az aks create` ask for.
    pub(super) fn asked_of_cluster(&mut self, options: &Options, dataplane: Option<&str>, automatic: bool) -> Vec<Asked> {
        let mut found: Vec<Asked> = Vec::new();
        let mut add = |feature: Feature, option: &str| found.push((feature, options.span_of(option)));
        let word = |name: &str| options.word(name).unwrap_or_default();
        match engine_of(&word("network-policy")) {
            Some(ClusterEngine::Azure) => add(Feature::AzurePolicy, "network-policy"),
            Some(ClusterEngine::Calico) => add(Feature::Calico, "network-policy"),
            Some(ClusterEngine::Cilium) => add(Feature::CiliumPolicy, "network-policy"),
            Some(ClusterEngine::None) | None => {}
        }
        for (feature, option) in [
            (Feature::Private, "enable-private-cluster"),
            (Feature::Istio, "enable-azure-service-mesh"),
            (Feature::AppRouting, "enable-app-routing"),
            (Feature::AppRoutingIstio, "enable-app-routing-istio"),
            (Feature::GatewayForContainers, "enable-application-load-balancer"),
            (Feature::StaticEgress, "enable-static-egress-gateway"),
            (Feature::Acns, "enable-acns"),
            (Feature::PublicNodes, "enable-node-public-ip"),
        ] {
            if options.flag(option) {
                add(feature, option);
            }
        }
        if options.list("api-server-authorized-ip-ranges").iter().any(|range| !range.text.is_empty()) {
            add(Feature::AuthorizedRanges, "api-server-authorized-ip-ranges");
        }
        for add_on in add_ons(options) {
            if let Some(feature) = feature_of(&add_on) {
                add(feature, "enable-addons");
            }
        }
        for (option, value, feature) in [
            ("load-balancer-sku", "basic", Feature::BasicBalancer),
            ("node-provisioning-mode", "auto", Feature::AutoProvisioning),
            ("bootstrap-artifact-source", "cache", Feature::Isolated),
            ("outbound-type", "managednatgateway", Feature::ManagedNat),
            ("outbound-type", "userassignednatgateway", Feature::UserNat),
            ("outbound-type", "userdefinedrouting", Feature::UserRoutes),
            ("outbound-type", "none", Feature::OutboundNone),
            ("outbound-type", "block", Feature::OutboundBlock),
        ] {
            if word(option) == value {
                add(feature, option);
            }
        }
        if word("ip-families").contains("ipv6") {
            add(Feature::DualStack, "ip-families");
        }
        if automatic {
            add(Feature::Automatic, "sku");
        } else if options.value("network-dataplane").is_none_or(|v| !v.unknown) {
            // The data plane of AKS Automatic, and that which a variable names, may be any.
            let cilium = dataplane == Some("cilium");
            let place = if options.has("network-dataplane") { "network-dataplane" } else { "network-policy" };
            add(if cilium { Feature::CiliumDataplane } else { Feature::OtherDataplane }, place);
        }
        let network = if options.has("vnet-subnet-id") { Feature::OwnNetwork } else { Feature::ManagedNetwork };
        add(network, "vnet-subnet-id");
        found
    }

    /// What the options of a pool ask for.
    pub(super) fn asked_of_pool(&mut self, options: &Options, windows: bool) -> Vec<Asked> {
        let mut found: Vec<Asked> = Vec::new();
        let mut add = |feature: Feature, option: &str| found.push((feature, options.span_of(option)));
        let word = |name: &str| options.word(name).unwrap_or_default();
        if windows {
            add(Feature::Windows, "os-type");
            if word("mode") == "system" {
                add(Feature::WindowsSystem, "mode");
            }
        }
        match word("os-sku").as_str() {
            "windows2019" => add(Feature::Windows2019, "os-sku"),
            "windows2022" => add(Feature::Windows2022, "os-sku"),
            _ => {}
        }
        match word("vm-set-type").as_str() {
            "availabilityset" => add(Feature::AvailabilitySet, "vm-set-type"),
            "virtualmachines" => add(Feature::VirtualMachines, "vm-set-type"),
            _ => {}
        }
        if options.has("pod-subnet-id") {
            add(Feature::SubnetForPods, "pod-subnet-id");
        }
        if word("pod-ip-allocation-mode") == "staticblock" {
            add(Feature::StaticBlocks, "pod-ip-allocation-mode");
        }
        if options.flag("enable-cluster-autoscaler") {
            add(Feature::Autoscaler, "enable-cluster-autoscaler");
        }
        if !options.list("zones").is_empty() {
            add(Feature::Zones, "zones");
        }
        found
    }
}
