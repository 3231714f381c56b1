//! Machines, gateways and clusters of the short form.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::{CLUSTER, GATEWAY, MACHINE, engine_of, refer, refer_subnet};
use crate::document::{NodeRef, Value};
use crate::language::azure::read::AzureReader;
use crate::language::azure::read::cluster::DEFAULT_COUNT;
use crate::language::azure::read::value::Scalar;
use crate::language::azure::{
    AddressSku, Asked, Azure, Cluster, ClusterEngine, ClusterTraffic, Configuration, ControlPlane, Gateway, Interface, NodePool, Outbound,
    Plugin,
};
use crate::language::codes;
use crate::model::Cidr;
use crate::snapshot::cloud::{Feature, Growth};

impl<'a> AzureReader<'a, '_> {
    pub(super) fn short_machine(&mut self, node: NodeRef<'a>) {
        self.known(node, "a machine", MACHINE);
        let name = self.required_name(node, "a machine");
        let address = self.scalar_of(node, "address").and_then(|a| self.address(&a));
        let public = match node.get("public").map(NodeRef::value) {
            Some(Value::Bool(flag)) => self.scalar_of(node, "public").map(|found| Scalar { text: flag.to_string(), ..found }),
            _ => self.scalar_of(node, "public"),
        };
        let public_address = public.as_ref().and_then(|p| p.text.parse().ok());
        let public_sku = public.as_ref().and_then(|p| match p.text.to_lowercase().as_str() {
            "basic" => Some(AddressSku::Basic),
            "standard" | "true" => Some(AddressSku::Standard),
            _ => public_address.is_some().then_some(AddressSku::Standard),
        });
        if let (Some(public), None) = (&public, public_sku)
            && public.text != "false"
        {
            let error =
                self.fault(codes::AZ_WORD, public.span, format!("`public` is `standard`, `basic` or an address, not `{}`", public.text));
            self.report(error);
        }
        let floating = self.scalars_of(node, "loadBalancer").iter().filter_map(|a| self.address(a)).collect();
        let pods = self.prefixes(node.get("pods"));
        let configuration = Configuration {
            address,
            subnet: self.scalar_of(node, "subnet").as_ref().map(refer_subnet),
            public: None,
            public_sku,
            public_address,
            groups: self.scalars_of(node, "groups").iter().map(refer).collect(),
            balanced: node.get("loadBalancer").is_some_and(|n| !n.is_null()),
            ..Configuration::default()
        };
        let interface = Interface {
            location: None,
            machine: Some(name.text.as_str().into()),
            group: self.scalar_of(node, "nsg").as_ref().map(refer),
            configurations: alloc::vec![configuration],
            floating,
            pod_prefixes: pods.into_iter().map(|(cidr, _)| cidr).collect(),
            zones: self.scalars_of(node, "zone").into_iter().map(|z| z.text.as_str().into()).collect(),
            private_endpoint: false,
            front_end: false,
        };
        self.emit("NetworkInterface", &name, node.span(), Azure::Interface(interface));
    }

    pub(super) fn short_gateway(&mut self, node: NodeRef<'a>) {
        self.known(node, "a gateway", GATEWAY);
        let name = self.required_name(node, "a gateway");
        let front_ends = ["public", "private"].into_iter().flat_map(|field| self.scalars_of(node, field)).collect::<Vec<_>>();
        let gateway = Gateway {
            subnet: self.scalar_of(node, "subnet").as_ref().map(refer_subnet),
            front_ends: front_ends.iter().filter_map(|a| self.address(a)).collect(),
            ..Gateway::default()
        };
        self.emit("ApplicationGateway", &name, node.span(), Azure::Gateway(gateway));
    }

    pub(super) fn short_cluster(&mut self, node: NodeRef<'a>, region: Option<&Scalar>) {
        self.known(node, "a cluster", CLUSTER);
        let name = self.required_name(node, "a cluster");
        let word = |reader: &Self, name: &str| reader.scalar_of(node, name);
        let plugin = match word(self, "plugin") {
            None => Plugin::Overlay,
            Some(found) => Plugin::from_name(&found.text.to_lowercase()).unwrap_or_else(|| {
                let words: Vec<&str> = Plugin::ALL.iter().map(|p| p.as_str()).collect();
                let error = self.fault(codes::AZ_WORD, found.span, format!("`plugin` is one of `{}`", words.join("`, `")));
                self.report(error);
                Plugin::Overlay
            }),
        };
        let engine = match word(self, "policy").map(|w| (w.text.to_lowercase(), w.span)) {
            None => (plugin != Plugin::None).then_some(ClusterEngine::None),
            Some((text, span)) => match engine_of(&text) {
                Some(engine) => Some(engine),
                None => {
                    let error = self.fault(codes::AZ_WORD, span, "`policy` is `none`, `azure`, `calico` or `cilium`".to_owned());
                    self.report(error);
                    Some(ClusterEngine::None)
                }
            },
        };
        let count = self.number(node, "nodes", 0, 5000).map_or(DEFAULT_COUNT, |n| n as u32);
        let max_pods = self.number(node, "maxPods", 10, 250).map_or(plugin.default_max_pods(), |n| n as u32);
        let pool = NodePool {
            name: "nodepool1".into(),
            count,
            max_pods,
            subnet: word(self, "subnet").as_ref().map(refer_subnet),
            pod_subnet: word(self, "podSubnet").as_ref().map(refer_subnet),
            windows: false,
            growth: Growth::default(),
            features: Vec::new(),
            zones: self.scalars_of(node, "zones").into_iter().map(|z| z.text.as_str().into()).collect(),
            span: node.span(),
        };
        let mut ranges = |field: &str| -> Vec<Cidr> { self.prefixes(node.get(field)).into_iter().map(|(cidr, _)| cidr).collect() };
        let (pod_ranges, service_ranges, authorized) = (ranges("podRange"), ranges("serviceRange"), ranges("authorized"));
        let region = word(self, "region").or_else(|| region.cloned());
        let is_true = |field: &str| matches!(node.get(field).map(NodeRef::value), Some(Value::Bool(true)));
        let outbound = word(self, "outbound").map_or(Some(Outbound::default()), |w| Outbound::from_name(&w.text));
        let outbound = outbound.unwrap_or_else(|| {
            let span = node.get("outbound").map_or(node.span(), NodeRef::span);
            let words = "`outbound` is `loadBalancer`, `managedNATGateway`, `userDefinedRouting` or `none`";
            let error = self.fault(codes::AZ_WORD, span, words.to_owned());
            self.report(error);
            Outbound::default()
        });
        let cluster = Cluster {
            plugin,
            engine,
            location: region.map(|r| r.text.as_str().into()),
            pools: alloc::vec![pool],
            pod_ranges,
            service_ranges,
            dns_service: word(self, "dns").and_then(|d| self.address(&d)),
            ranges_span: node.span(),
            plugin_span: node.get("plugin").map_or(node.span(), NodeRef::span),
            control_plane: ControlPlane { private: is_true("private"), authorized },
            traffic: ClusterTraffic {
                outbound,
                public_nodes: is_true("publicNodes"),
                cilium: engine == Some(ClusterEngine::Cilium),
                ..ClusterTraffic::default()
            },
            features: short_features(node),
        };
        self.emit("ManagedCluster", &name, node.span(), Azure::Cluster(Box::new(cluster)));
    }
}

/// What the fields of a cluster ask for.
fn short_features(node: NodeRef<'_>) -> Vec<Asked> {
    let is_true = |field: &str| node.get(field).filter(|f| matches!(f.value(), Value::Bool(true)));
    let ranges = node.get("authorized").filter(|list| !list.is_null());
    let own = node.get("subnet").map_or((Feature::ManagedNetwork, node.span()), |subnet| (Feature::OwnNetwork, subnet.span()));
    let policy = node.get("policy");
    let cilium = policy.and_then(|p| p.as_str()).is_some_and(|p| p.eq_ignore_ascii_case("cilium"));
    // `cilium` in the short form is the whole of Azure CNI powered by Cilium.
    let dataplane = if cilium { Feature::CiliumDataplane } else { Feature::OtherDataplane };
    let found = [
        is_true("private").map(|f| (Feature::Private, f.span())),
        ranges.map(|f| (Feature::AuthorizedRanges, f.span())),
        is_true("publicNodes").map(|f| (Feature::PublicNodes, f.span())),
        Some((dataplane, policy.map_or(node.span(), NodeRef::span))),
        Some(own),
    ];
    found.into_iter().flatten().collect()
}
