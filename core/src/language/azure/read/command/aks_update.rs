//! Commands that change a cluster which commands before them made: `az aks update`, `scale`, `nodepool update` and the like.
//!
//! Upstream: azure-cli 2.91.0, module `acs`; azure-aks-docs, "Scale the node count", "Use network policies": Install Azure Network Policy Manager or Calico in
//! an existing cluster, "Upgrade node pools": node surge.

use super::AzureReader;
use super::aks::plugin_option;
use super::aks_check::feature_of;
use super::options::Options;
use crate::diagnostics::Diagnostic;
use crate::language::azure::read::short::engine_of;
use crate::language::azure::{Azure, Cluster, ClusterEngine, NodePool, Outbound, Plugin};
use crate::language::codes;
use crate::snapshot::cloud::{Autoscaler, Feature, Surge};
use crate::text::{DocumentId, Span};

/// Features with the options of `az aks update` that turn them on or off, or choose among them.
const FEATURES: &[(Feature, &[&str])] = &[
    (Feature::Private, &["enable-private-cluster", "disable-private-cluster"]),
    (Feature::AuthorizedRanges, &["api-server-authorized-ip-ranges"]),
    (Feature::AppRoutingIstio, &["enable-app-routing-istio", "disable-app-routing-istio"]),
    (Feature::StaticEgress, &["enable-static-egress-gateway", "disable-static-egress-gateway"]),
    (Feature::Acns, &["enable-acns", "disable-acns"]),
    (Feature::BasicBalancer, &["load-balancer-sku"]),
    (Feature::AutoProvisioning, &["node-provisioning-mode"]),
    (Feature::Isolated, &["bootstrap-artifact-source"]),
    (Feature::ManagedNat, &["outbound-type"]),
    (Feature::UserNat, &["outbound-type"]),
    (Feature::UserRoutes, &["outbound-type"]),
    (Feature::OutboundNone, &["outbound-type"]),
    (Feature::OutboundBlock, &["outbound-type"]),
    (Feature::DualStack, &["ip-families"]),
];

impl AzureReader<'_, '_> {
    fn cluster_mut(&mut self, name: &str) -> Option<&mut Cluster> {
        let at = self.made("ManagedCluster", name)?;
        match self.made_azure(at)? {
            Azure::Cluster(cluster) => Some(cluster),
            _ => None,
        }
    }

    /// A pool of a cluster; without a name the first one.
    fn pool_mut(&mut self, cluster: &str, name: Option<&str>) -> Option<&mut NodePool> {
        let own = match name {
            Some(name) => self.made("AgentPool", &alloc::format!("{cluster}/{name}")),
            None => None,
        };
        if let Some(at) = own {
            return match self.made_azure(at)? {
                Azure::NodePool { pool, .. } => Some(pool),
                _ => None,
            };
        }
        let pools = &mut self.cluster_mut(cluster)?.pools;
        match name {
            Some(name) => pools.iter_mut().find(|pool| pool.name.eq_ignore_ascii_case(name)),
            None => pools.first_mut(),
        }
    }

    /// What was said of the cluster when it was made, and holds no longer.
    fn take_back(&mut self, at: Span, begins: &str) {
        let place = at.within(DocumentId::CURRENT);
        let stale = |d: &Diagnostic| d.code == codes::AZ_CLUSTER_NOTE && d.place == Some(place) && d.message.starts_with(begins);
        self.reader.findings.retain(|d| !stale(d));
    }

    /// The engine that `az aks update` asks for, if it does; an error is reported, and the command has no effect.
    fn engine_asked(&mut self, options: &Options) -> Result<Option<ClusterEngine>, ()> {
        let Some(value) = options.value("network-policy").filter(|v| !v.unknown) else { return Ok(None) };
        let engine = engine_of(&value.text.to_lowercase());
        if engine.is_none() {
            let message = alloc::format!("--network-policy: `{}` is not a policy engine", value.text);
            let error = self.wrong(codes::AZ_OPTION_VALUE, value.span, message);
            self.report(error.help("write `azure`, `calico`, `cilium` or `none`; the command has no effect here"));
            return Err(());
        }
        Ok(engine)
    }

    pub(super) fn aks_update(&mut self, options: &Options) {
        let name = options.name().text;
        let Some(made) = self.made("ManagedCluster", &name).and_then(|at| self.resources.get(at)).map(|r| r.span) else {
            self.changes_nothing(options, &alloc::format!("cluster `{name}`"));
            return;
        };
        let is_open = options.value("network-policy").is_some_and(|v| v.unknown);
        let Ok(engine) = self.engine_asked(options) else { return };
        let dataplane = options.word("network-dataplane");
        if (is_open || engine.is_some() || dataplane.is_some()) && self.in_question(options).is_some() {
            // The cluster has this engine or the one from before.
            if let Some(cluster) = self.cluster_mut(&name) {
                cluster.engine = None;
            }
            return;
        }
        let cilium = dataplane.as_deref() == Some("cilium");
        let mut features = self.asked_of_cluster(options, dataplane.as_deref(), false);
        // What no option of this command asks for is as it was.
        features.retain(|(_, span)| *span != options.span);
        let authorized: Option<alloc::vec::Vec<_>> = options
            .has("api-server-authorized-ip-ranges")
            .then(|| self.ranges(options, "api-server-authorized-ip-ranges").into_iter().map(|(cidr, _)| cidr).collect());
        let pods: alloc::vec::Vec<_> = self.ranges(options, "pod-cidr").into_iter().map(|(cidr, _)| cidr).collect();
        if engine.is_some_and(|e| e != ClusterEngine::None) || cilium {
            self.take_back(made, "no `--network-policy`");
        }
        let Some(cluster) = self.cluster_mut(&name) else { return };
        let plugin = plugin_after(options, cluster.plugin);
        cluster.plugin = plugin;
        if let Some(name) = plugin_option(options) {
            cluster.plugin_span = options.span_of(name);
        }
        if let Some(engine) = engine {
            cluster.engine = (plugin != Plugin::None || engine != ClusterEngine::None).then_some(engine);
        } else if cilium {
            cluster.engine = Some(ClusterEngine::Cilium);
        } else if is_open {
            cluster.engine = None;
        }
        cluster.traffic.cilium |= cilium || engine == Some(ClusterEngine::Cilium);
        if dataplane.as_deref() == Some("azure") {
            cluster.traffic.cilium = false;
        }
        if !pods.is_empty() {
            cluster.pod_ranges = pods;
        }
        if let Some(authorized) = authorized {
            cluster.control_plane.authorized = authorized;
        }
        if let Some(outbound) = options.word("outbound-type").and_then(|word| Outbound::from_name(&word)) {
            cluster.traffic.outbound = outbound;
        }
        if options.flag("enable-private-cluster") || options.flag("disable-private-cluster") {
            cluster.control_plane.private = options.flag("enable-private-cluster");
        }
        if engine.is_some() {
            cluster.features.retain(|(f, _)| !matches!(f, Feature::AzurePolicy | Feature::Calico | Feature::CiliumPolicy));
        }
        if dataplane.is_some() {
            cluster.features.retain(|(f, _)| !matches!(f, Feature::CiliumDataplane | Feature::OtherDataplane));
        }
        // What an option turns on or off, or gives another value, is as it says.
        let replaced: alloc::vec::Vec<Feature> = FEATURES
            .iter()
            .filter(|(_, options_of)| options_of.iter().any(|name| options.has(name)))
            .map(|(feature, _)| *feature)
            .collect();
        cluster.features.retain(|(f, _)| !replaced.contains(f));
        cluster.features.extend(features);
        // Its options for the autoscaler are about its only pool.
        self.autoscale(options, &name, None);
    }

    /// `az aks scale`, `az aks nodepool scale`, `update` and `upgrade`.
    pub(super) fn pool_update(&mut self, options: &Options) {
        if options.what == "aks nodepool upgrade" && !options.has("max-surge") {
            return; // A version changes nothing that counts here.
        }
        let of_cluster = options.what == "aks scale";
        let (cluster, pool) = if of_cluster {
            (options.name().text, options.value("nodepool-name").map(|v| v.text))
        } else {
            (options.value("cluster-name").map_or_else(Default::default, |v| v.text), Some(options.name().text))
        };
        let count = self.count(options, "node-count", 0, 5000);
        let surge = options.value("max-surge").filter(|v| !v.unknown).and_then(|v| Surge::from_text(&v.text));
        let Some(found) = self.pool_mut(&cluster, pool.as_deref()) else {
            let what = match &pool {
                Some(pool) => alloc::format!("pool `{pool}` of cluster `{cluster}`"),
                None => alloc::format!("cluster `{cluster}`"),
            };
            self.changes_nothing(options, &what);
            return;
        };
        if let Some(count) = count {
            if found.growth.autoscaler.is_some() {
                let error =
                    self.wrong(codes::AZ_COMBINATION, options.span_of("node-count"), "Cannot scale cluster autoscaler enabled node pool.");
                self.report(
                    error.help("change `--min-count` and `--max-count`, or disable the autoscaler first; the command has no effect here"),
                );
                return;
            }
            found.count = count;
        }
        if surge.is_some() {
            found.growth.surge = surge;
        }
        self.autoscale(options, &cluster, pool.as_deref());
    }

    fn autoscale(&mut self, options: &Options, cluster: &str, pool: Option<&str>) {
        let least = self.count(options, "min-count", 0, 1000);
        let most = self.count(options, "max-count", 0, 1000);
        let enables = options.flag("enable-cluster-autoscaler") || options.flag("update-cluster-autoscaler");
        let disables = options.flag("disable-cluster-autoscaler");
        let Some(found) = self.pool_mut(cluster, pool) else { return };
        if disables {
            found.growth.autoscaler = None;
        } else if let (true, Some(least), Some(most)) = (enables, least, most) {
            found.growth.autoscaler = Some(Autoscaler { least, most });
            found.count = found.count.clamp(least.min(most), most);
        }
    }

    pub(super) fn pool_delete(&mut self, options: &Options) {
        let Some(cluster) = options.value("cluster-name").map(|v| v.text) else { return };
        let name = options.name().text;
        if let Some(at) = self.made("AgentPool", &alloc::format!("{cluster}/{name}")) {
            self.resources.remove(at);
            return;
        }
        let known = self.pool_mut(&cluster, Some(&name)).is_some();
        match self.cluster_mut(&cluster).filter(|_| known) {
            Some(cluster) => cluster.pools.retain(|pool| !pool.name.eq_ignore_ascii_case(&name)),
            None => self.changes_nothing(options, &alloc::format!("pool `{name}` of cluster `{cluster}`")),
        }
    }

    /// Add-ons, and application routing, which is one. Upstream: azure-cli, `acs/custom.py`, `_update_addons`.
    pub(super) fn add_ons_update(&mut self, options: &Options) {
        let name = options.name().text;
        let enables = options.what.ends_with("enable-addons") || options.what.ends_with("enable");
        let mut names: alloc::vec::Vec<_> = options.list("addons").into_iter().map(|word| word.text.to_ascii_lowercase()).collect();
        if options.what.starts_with("aks approuting") {
            names.push("web_application_routing".into());
        }
        if enables && names.iter().any(|name| name == "virtual-node") && !options.has("subnet-name") {
            let message = "The aci-connector addon requires setting a subnet name.";
            self.refuse(options, "addons", message, "add `--subnet-name`");
        }
        let place = if options.has("addons") { options.span_of("addons") } else { options.span };
        let Some(cluster) = self.cluster_mut(&name) else {
            self.changes_nothing(options, &alloc::format!("cluster `{name}`"));
            return;
        };
        for add_on in names {
            match add_on.as_str() {
                "http_application_routing" => cluster.traffic.http_routing = enables,
                "web_application_routing" => cluster.traffic.app_routing = enables,
                _ => {}
            }
            if let Some(feature) = feature_of(&add_on) {
                cluster.features.retain(|(known, _)| *known != feature);
                cluster.features.extend(enables.then_some((feature, place)));
            }
        }
    }
}

/// The plugin of a cluster after `az aks update`.
fn plugin_after(options: &Options, before: Plugin) -> Plugin {
    match (options.word("network-plugin").as_deref(), options.word("network-plugin-mode").as_deref()) {
        (_, Some("overlay")) => Plugin::Overlay,
        (Some("none"), _) => Plugin::None,
        (Some("kubenet"), _) => Plugin::Kubenet,
        // From kubenet with a range of its own this leads to overlay; a flat network stays one.
        (Some("azure"), _) if before == Plugin::Kubenet => Plugin::Overlay,
        _ => before,
    }
}
