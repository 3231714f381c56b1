//! A short form for teaching: a whole network in a few lines.
//!
//! ```yaml
//! azure:
//!   region: westeurope
//!   networks:
//!   - name: course
//!     addressSpace: 10.0.0.0/16            # or a list
//!     peerings: [hub]
//!     onPremises: 192.168.0.0/16
//!     subnets:
//!     - {name: nodes, prefix: 10.0.0.0/24, nsg: nodes, routes: [{prefix: 0.0.0.0/0, to: VirtualAppliance}]}
//!   nsgs:
//!   - name: nodes
//!     inbound:
//!     - {priority: 100, name: ssh, allow: tcp 22, from: 203.0.113.0/24}
//!     outbound:
//!     - {priority: 100, name: no-internet, deny: "*", to: Internet}
//!   machines:
//!   - {name: jump, subnet: nodes, address: 10.0.0.4, nsg: jump, public: standard, groups: [admins], zone: 1}   # public: an address, too
//!   tags:
//!     Storage: [20.38.98.0/24]
//!   clusters:
//!   - {name: shop, plugin: azure, policy: calico, nodes: 2, maxPods: 30, subnet: nodes}
//!   gateways:
//!   - {name: front, subnet: gateway, public: 20.1.2.9}
//! ```
//!
//! `from` and `to` are any address where they are left out; `asg:NAME` is an application security group.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::AzureReader;
use super::cluster::DEFAULT_COUNT;
use super::network::truth;
use super::rules::{PRIORITIES, own_tag, port_range, prefix};
use super::value::Scalar;
use crate::diagnostics::{Code, Diagnostic, Severity, nearest};
use crate::document::{Entry, NodeRef, Value};
use crate::language::azure::Asked;
use crate::language::azure::{
    Access, AddressSku, Azure, Cluster, ClusterEngine, ClusterTraffic, Configuration, ControlPlane, Gateway, Interface, NextHop, NodePool,
    Outbound, Plugin, PortMatch, Reference, Route, RuleDirection, RuleSide, SecurityGroup, SecurityRule, Subnet, SubnetOutbound,
    VirtualNetwork, WrittenField, WrittenValue,
};
use crate::language::codes;
use crate::model::{Cidr, Protocol};
use crate::snapshot::cloud::{Feature, Growth};
use crate::text::Span;

const TOP: &[&str] = &["clusters", "gateways", "machines", "networks", "nsgs", "region", "tags"];
const NETWORK: &[&str] = &["addressSpace", "name", "onPremises", "peerings", "region", "routes", "subnets"];
const SUBNET: &[&str] = &["defaultOutbound", "name", "natGateway", "nsg", "prefix", "routes"];
const GROUP: &[&str] = &["inbound", "name", "outbound"];
const RULE: &[&str] = &["allow", "deny", "description", "from", "fromPorts", "name", "priority", "to"];
const MACHINE: &[&str] = &["address", "groups", "loadBalancer", "name", "nsg", "pods", "public", "subnet", "zone"];
const GATEWAY: &[&str] = &["name", "private", "public", "subnet"];
const CLUSTER: &[&str] = &[
    "authorized",
    "dns",
    "maxPods",
    "name",
    "nodes",
    "outbound",
    "plugin",
    "podRange",
    "podSubnet",
    "policy",
    "private",
    "publicNodes",
    "region",
    "serviceRange",
    "subnet",
    "zones",
];

impl<'a> AzureReader<'a, '_> {
    /// Reads the short form.
    pub(super) fn short(&mut self, node: NodeRef<'a>) {
        self.known(node, "azure", TOP);
        let region = self.scalar_of(node, "region");
        for network in self.mappings(node, "networks") {
            self.short_network(network, region.as_ref());
        }
        for group in self.mappings(node, "nsgs") {
            self.short_group(group);
        }
        for machine in self.mappings(node, "machines") {
            self.short_machine(machine);
        }
        if let Some(tags) = node.get("tags") {
            for entry in tags.as_mapping().unwrap_or_default() {
                let prefixes = self.prefixes(Some(tags.value_of(entry)));
                let name = self.key_scalar(entry);
                self.emit("ServiceTag", &name, entry.key_span, Azure::Tag(prefixes.into_iter().map(|(cidr, _)| cidr).collect()));
            }
        }
        for cluster in self.mappings(node, "clusters") {
            self.short_cluster(cluster, region.as_ref());
        }
        for gateway in self.mappings(node, "gateways") {
            self.short_gateway(gateway);
        }
    }

    fn fault(&mut self, code: Code, span: Span, message: String) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, span, message)
    }

    /// Reports fields that do not exist.
    fn known(&mut self, node: NodeRef<'a>, what: &str, fields: &'static [&'static str]) {
        for entry in node.as_mapping().unwrap_or_default() {
            if !fields.contains(&&*entry.key) {
                let error = self.fault(codes::AZ_FIELD, entry.key_span, format!("{what} has no field `{}`", entry.key));
                let error = self.reader.rewrite(error, entry.key_span, nearest(&entry.key, fields.iter().copied()));
                self.report(error);
            }
        }
    }

    /// The mappings of a list.
    fn mappings(&mut self, node: NodeRef<'a>, name: &str) -> Vec<NodeRef<'a>> {
        let Some(list) = node.get(name).filter(|n| !n.is_null()) else { return Vec::new() };
        let items: Option<Vec<NodeRef<'a>>> = list.as_sequence().map(Iterator::collect);
        let all: Vec<NodeRef<'a>> = items.unwrap_or_else(|| alloc::vec![list]);
        for item in &all {
            if item.as_mapping().is_none() {
                let error = self.fault(codes::AZ_FIELD, item.span(), format!("`{name}` is a list of mappings, each like `{{name: …}}`"));
                self.report(error);
            }
        }
        all.into_iter().filter(|item| item.as_mapping().is_some()).collect()
    }

    fn scalar_of(&self, node: NodeRef<'a>, name: &str) -> Option<Scalar> {
        self.as_written(node.get(name)?).filter(|s| !s.text.is_empty())
    }

    fn scalars_of(&self, node: NodeRef<'a>, name: &str) -> Vec<Scalar> {
        let Some(node) = node.get(name).filter(|n| !n.is_null()) else { return Vec::new() };
        match node.as_sequence() {
            Some(items) => items.filter_map(|item| self.as_written(item)).collect(),
            None => self.as_written(node).into_iter().collect(),
        }
    }

    /// A scalar in the letters in which it is written: in YAML 1.1 the name `n` is false, `on` is true, and `007` is 7.
    fn as_written(&self, node: NodeRef<'a>) -> Option<Scalar> {
        let found = self.template.scalar(node)?;
        let is_text = matches!(node.value(), Value::String(_));
        let written = self.reader.text_of_document().get(node.span().start as usize..node.span().end as usize);
        match written.map(str::trim).filter(|w| !is_text && !w.is_empty()) {
            Some(written) => Some(Scalar { text: written.to_string(), ..found }),
            None => Some(found),
        }
    }

    fn key_scalar(&self, entry: &Entry) -> Scalar {
        let span = entry.key_span;
        let written = self.reader.text_of_document().get(span.start as usize..span.end as usize).unwrap_or_default();
        let is_word = matches!(&*entry.key, "true" | "false") || entry.key.parse::<f64>().is_ok();
        let text =
            if is_word && !written.is_empty() && !written.starts_with(['"', '\'']) { written.to_string() } else { entry.key.to_string() };
        Scalar { text, unknown: false, span }
    }

    fn required_name(&mut self, node: NodeRef<'a>, what: &str) -> Scalar {
        let found = self.scalar_of(node, "name");
        if found.is_none() {
            let error = self.fault(codes::AZ_REQUIRED, node.span(), format!("{what} needs a `name`"));
            self.report(error);
        }
        found.unwrap_or_else(|| Scalar { text: String::new(), unknown: false, span: node.span() })
    }

    fn number(&mut self, node: NodeRef<'a>, name: &str, least: i64, most: i64) -> Option<i64> {
        let value = node.get(name).filter(|n| !n.is_null())?;
        match value.value() {
            Value::Int(number) if (least..=most).contains(number) => Some(*number),
            _ => {
                let error = self.fault(codes::AZ_WORD, value.span(), format!("`{name}` is a whole number from {least} to {most}"));
                self.report(error);
                None
            }
        }
    }

    fn short_network(&mut self, node: NodeRef<'a>, region: Option<&Scalar>) {
        self.known(node, "a network", NETWORK);
        let name = self.required_name(node, "a network");
        let prefixes = self.prefixes(node.get("addressSpace"));
        let on_premises = self.prefixes(node.get("onPremises")).into_iter().map(|(cidr, _)| cidr).collect();
        // Routes of the network are those of each of its subnets.
        let common = self.short_routes(node, &name.text, "");
        let subnets =
            self.mappings(node, "subnets").into_iter().map(|subnet| self.short_subnet(subnet, &name.text, common.as_ref())).collect();
        let peerings = self.scalars_of(node, "peerings").iter().map(refer).collect();
        let region = self.scalar_of(node, "region").or_else(|| region.cloned());
        let location = region.map(|r| r.text.as_str().into());
        let network = VirtualNetwork { location, prefixes, subnets, peerings, on_premises, ..VirtualNetwork::default() };
        self.emit("VirtualNetwork", &name, node.span(), Azure::Network(network));
    }

    fn short_subnet(&mut self, node: NodeRef<'a>, network: &str, common: Option<&Reference>) -> Subnet {
        self.known(node, "a subnet", SUBNET);
        let name = self.required_name(node, "a subnet");
        let prefixes = self.prefixes(node.get("prefix"));
        let routes = self.short_routes(node, network, &name.text).or_else(|| common.cloned());
        let group = self.scalar_of(node, "nsg").as_ref().map(refer);
        let outbound = SubnetOutbound {
            default_access: self.scalar_of(node, "defaultOutbound").and_then(|t| truth(&t.text)),
            nat: self.scalar_of(node, "natGateway").is_some_and(|t| truth(&t.text) != Some(false)),
        };
        Subnet { name: name.text.as_str().into(), span: node.span(), prefixes, group, routes, delegated: None, outbound }
    }

    /// Routes that stand in a network or subnet become a table of their own.
    fn short_routes(&mut self, node: NodeRef<'a>, network: &str, subnet: &str) -> Option<Reference> {
        let list = node.get("routes").filter(|n| !n.is_null())?;
        let items: Vec<NodeRef<'a>> = list.as_sequence()?.collect();
        let mut routes = Vec::new();
        for item in items {
            let (prefix, hop, name) = match item.as_mapping() {
                Some(_) => (self.scalar_of(item, "prefix"), self.scalar_of(item, "to"), self.scalar_of(item, "name")),
                None => (self.template.scalar(item), None, None),
            };
            let Some(prefix) = prefix.and_then(|p| self.cidr(&p)) else { continue };
            // An appliance may be written as its address.
            let appliance = hop.as_ref().and_then(|h| h.text.trim().parse().ok());
            let hop = hop.filter(|_| appliance.is_none()).and_then(|h| self.next_hop(&h)).unwrap_or(NextHop::Appliance);
            let name = name.map_or_else(|| "".into(), |n| n.text.as_str().into());
            routes.push(Route { name, prefix, hop, appliance, span: item.span() });
        }
        let name = Scalar { text: format!("routes of {network}/{subnet}"), unknown: false, span: list.span() };
        self.emit("RouteTable", &name, list.span(), Azure::RouteTable(routes));
        Some(refer(&name))
    }

    fn short_group(&mut self, node: NodeRef<'a>) {
        self.known(node, "a network security group", GROUP);
        let name = self.required_name(node, "a network security group");
        let mut rules = Vec::new();
        for (list, direction) in [("inbound", RuleDirection::Inbound), ("outbound", RuleDirection::Outbound)] {
            for rule in self.mappings(node, list) {
                rules.push(self.short_rule(rule, direction));
            }
        }
        self.check_group(&name.text, &mut rules);
        self.emit("NetworkSecurityGroup", &name, node.span(), Azure::Group(SecurityGroup { rules, ..SecurityGroup::default() }));
    }

    fn short_rule(&mut self, node: NodeRef<'a>, direction: RuleDirection) -> SecurityRule {
        self.known(node, "a rule", RULE);
        let mut refused = false;
        let (access, what) = match (node.get("allow"), node.get("deny")) {
            (Some(what), None) => (Access::Allow, Some(what)),
            (None, Some(what)) => (Access::Deny, Some(what)),
            (found, _) => {
                let error =
                    self.fault(codes::AZ_REQUIRED, node.span(), "a rule has either `allow` or `deny`, such as `allow: tcp 443`".to_owned());
                self.report(error);
                refused = true;
                (Access::Deny, found)
            }
        };
        let (protocol, destination_ports) = self.what(what, &mut refused);
        let number = match node.get("priority").map(NodeRef::value) {
            Some(Value::Int(number)) => *number,
            _ => -1,
        };
        if !PRIORITIES.contains(&number) {
            let span = node.get("priority").map_or(node.span(), NodeRef::span);
            let error = self.fault(codes::AZ_PRIORITY, span, "`priority` is a whole number from 100 to 4096".to_owned());
            refused |= !(0..65000).contains(&number);
            self.report(error.help("Azure refuses the rule"));
        }
        let name = self.scalar_of(node, "name").map_or_else(|| format!("{}-{number}", direction.as_str()), |n| n.text);
        let side = |reader: &mut Self, field: &str, refused: &mut bool| reader.short_side(node, field, refused);
        let source = side(self, "from", &mut refused);
        let destination = side(self, "to", &mut refused);
        let source_ports = self.short_ports(&self.scalars_of(node, "fromPorts"), &mut refused);
        let description = self.scalar_of(node, "description").map(|d| d.text);
        let rule = SecurityRule {
            name: name.as_str().into(),
            span: node.span(),
            written: Vec::new(),
            priority: u16::try_from(number).unwrap_or(0),
            direction,
            access,
            protocol,
            source,
            destination,
            source_ports,
            destination_ports,
            refused,
            unresolved: Vec::new(),
            variants: Vec::new(),
        };
        SecurityRule { written: arm_fields(&rule, description.as_deref()), ..rule }
    }

    /// `tcp 22,443`, `udp`, `*`: a protocol, and the ports that packets go to.
    fn what(&mut self, node: Option<NodeRef<'a>>, refused: &mut bool) -> (Option<Protocol>, PortMatch) {
        let Some(scalar) = node.and_then(|n| self.template.scalar(n)) else { return (None, PortMatch::default()) };
        let mut words = scalar.text.split([' ', ',']).filter(|w| !w.is_empty());
        let name = words.next().unwrap_or("*");
        let known =
            [("*", None), ("any", None), ("tcp", Some(6)), ("udp", Some(17)), ("icmp", Some(1)), ("esp", Some(50)), ("ah", Some(51))];
        let Some((_, number)) = known.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
            let message =
                format!("`{name}` is not a protocol: write `tcp`, `udp`, `icmp`, `esp`, `ah` or `*`, then ports, such as `tcp 22,443`");
            let error = self.fault(codes::AZ_WORD, scalar.span, message);
            self.report(error);
            *refused = true;
            return (None, PortMatch::default());
        };
        let ports: Vec<Scalar> = words.map(|w| Scalar { text: w.to_string(), ..scalar.clone() }).collect();
        (number.map(Protocol), self.short_ports(&ports, refused))
    }

    fn short_ports(&mut self, items: &[Scalar], refused: &mut bool) -> PortMatch {
        let mut ranges = Vec::new();
        let mut all = items.is_empty();
        for item in items {
            match port_range(item.text.trim()) {
                Ok(None) => all = true,
                Ok(Some(range)) => ranges.push(range),
                Err(problem) => {
                    let error = self.fault(codes::AZ_PORT, item.span, format!("`{}` {problem}", item.text));
                    self.report(error);
                    *refused = true;
                }
            }
        }
        PortMatch { span: items.first().map(|i| i.span), ranges: (!all).then_some(ranges), unresolved: false }
    }

    fn short_side(&mut self, node: NodeRef<'a>, name: &str, refused: &mut bool) -> RuleSide {
        let items = self.scalars_of(node, name);
        let mut side = RuleSide { span: items.first().map(|i| i.span), any: items.is_empty(), ..RuleSide::default() };
        for item in &items {
            let text = item.text.trim();
            if text == "*" || text.eq_ignore_ascii_case("any") {
                side.any = true;
            } else if let Some(group) = text.strip_prefix("asg:") {
                side.groups.push(refer(&Scalar { text: group.to_owned(), ..item.clone() }));
            } else if let Some(found) = prefix(text) {
                side.prefixes.push(found);
            } else if text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.contains(['/', ':', ' ', ',']) {
                side.tags.push(own_tag(text).unwrap_or(text).into());
            } else {
                let error = self.fault(codes::AZ_PREFIX, item.span, format!("`{text}` is not an address, prefix or service tag"));
                self.report(error);
                *refused = true;
            }
        }
        side
    }

    fn short_machine(&mut self, node: NodeRef<'a>) {
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
        };
        self.emit("NetworkInterface", &name, node.span(), Azure::Interface(interface));
    }

    fn short_gateway(&mut self, node: NodeRef<'a>) {
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

    fn short_cluster(&mut self, node: NodeRef<'a>, region: Option<&Scalar>) {
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

/// The engine with this word.
pub(super) fn engine_of(text: &str) -> Option<ClusterEngine> {
    match text {
        "none" => Some(ClusterEngine::None),
        "azure" => Some(ClusterEngine::Azure),
        "calico" => Some(ClusterEngine::Calico),
        "cilium" => Some(ClusterEngine::Cilium),
        _ => None,
    }
}

fn refer(scalar: &Scalar) -> Reference {
    Reference { name: scalar.text.as_str().into(), parent: None, scope: Default::default(), span: scalar.span }
}

/// `subnet`, `network/subnet` or an identifier.
pub(super) fn refer_subnet(scalar: &Scalar) -> Reference {
    match scalar.text.split_once('/') {
        Some((network, subnet)) if !network.is_empty() && !subnet.contains('/') => {
            Reference { name: subnet.into(), parent: Some(network.into()), scope: Default::default(), span: scalar.span }
        }
        _ => super::reference_of(scalar),
    }
}

/// A rule in the fields of the Azure Resource Manager.
pub(crate) fn arm_fields(rule: &SecurityRule, description: Option<&str>) -> Vec<WrittenField> {
    let text = |name: &'static str, value: &str| WrittenField { name, value: WrittenValue::Text(value.into()) };
    let several = |singular: &'static str, plural: &'static str, items: Vec<String>| match items.as_slice() {
        [] => text(singular, "*"),
        [one] => text(singular, one),
        _ => WrittenField { name: plural, value: WrittenValue::List(items.into_iter().map(Into::into).collect()) },
    };
    let protocol = match rule.protocol {
        None => "*",
        Some(Protocol::TCP) => "Tcp",
        Some(Protocol::UDP) => "Udp",
        Some(Protocol::ICMP) => "Icmp",
        Some(Protocol(50)) => "Esp",
        Some(_) => "Ah",
    };
    let ports = |ports: &PortMatch| {
        let one = |(first, last): &(u16, u16)| if first == last { first.to_string() } else { format!("{first}-{last}") };
        ports.ranges.iter().flatten().map(one).collect::<Vec<_>>()
    };
    let plain = |cidr: &Cidr| if cidr.first() == cidr.last() { cidr.first().to_string() } else { cidr.to_string() };
    let side = |side: &RuleSide, singular, plural, groups| {
        if !side.groups.is_empty() {
            return WrittenField { name: groups, value: WrittenValue::Ids(side.groups.iter().map(|g| g.name.clone()).collect()) };
        }
        let items = side.prefixes.iter().map(plain).chain(side.tags.iter().map(ToString::to_string)).collect();
        several(singular, plural, if side.any { Vec::new() } else { items })
    };
    let mut fields = alloc::vec![text("name", &rule.name)];
    fields.extend(description.map(|d| text("description", d)));
    fields.extend([
        text("protocol", protocol),
        several("sourcePortRange", "sourcePortRanges", ports(&rule.source_ports)),
        several("destinationPortRange", "destinationPortRanges", ports(&rule.destination_ports)),
        side(&rule.source, "sourceAddressPrefix", "sourceAddressPrefixes", "sourceApplicationSecurityGroups"),
        side(&rule.destination, "destinationAddressPrefix", "destinationAddressPrefixes", "destinationApplicationSecurityGroups"),
        text("access", if rule.access == Access::Allow { "Allow" } else { "Deny" }),
        WrittenField { name: "priority", value: WrittenValue::Number(i64::from(rule.priority)) },
        text("direction", if rule.direction == RuleDirection::Inbound { "Inbound" } else { "Outbound" }),
    ]);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_names_every_field() {
        let manual = include_str!("../../../../../docs/azure.md");
        let table = manual.split("| in | fields |").nth(1).and_then(|t| t.split("## ").next()).unwrap();
        let tables = [
            ("`azure`", TOP),
            ("a network", NETWORK),
            ("a subnet", SUBNET),
            ("a group", GROUP),
            ("a rule", RULE),
            ("a machine", MACHINE),
            ("a gateway", GATEWAY),
            ("a cluster", CLUSTER),
        ];
        for (title, fields) in tables {
            let row = table.lines().find(|line| line.starts_with(&format!("| {title} |"))).unwrap();
            for field in fields {
                assert!(row.contains(&format!("`{field}`")), "{title}: `{field}`");
            }
        }
    }
}
