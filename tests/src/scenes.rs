//! Random scenes of all kinds at once, as the texts that a person would paste: pods and nodes, Services with slices, Ingresses, policies of Kubernetes
//! and Calico, host endpoints, host ports, both families of addresses, and networks of Azure's that may have the same addresses.
//!
//! Few names, labels, ports and addresses, so that rules overlap and what is rare in life is frequent here. What the scenes mean nobody says: they
//! are for holding answers against each other.

use netpolis_core::settings::{HostNetwork, IpBlockReach, OwnNode, Settings};
use serde_json::{Map, Value, json};

use crate::random::Random;

/// A scene: its text, and what is assumed about it.
#[derive(Clone, Debug)]
pub struct RandomScene {
    /// Documents, separated by `---`.
    pub text: String,
    /// The assumptions.
    pub settings: Settings,
}

const NAMESPACES: [&str; 2] = ["red", "green"];
const LABELS: [(&str, &str); 4] = [("app", "a"), ("app", "b"), ("tier", "x"), ("tier", "y")];
const NODES: [&str; 3] = ["n0", "n1", "n2"];
const PORTS: [u16; 5] = [80, 8080, 5432, 53, 31_080];
/// Ranges that rules name, and addresses at their borders.
const RANGES: [&str; 9] =
    ["0.0.0.0/0", "10.0.0.0/8", "10.60.0.0/24", "10.60.0.4/31", "10.244.0.0/16", "203.0.113.0/24", "192.168.0.0/16", "::/0", "fd00::/64"];
const SELECTORS: [&str; 8] =
    ["all()", "app == 'a'", "app != 'a'", "has(tier)", "app in {'a', 'b'}", "!has(app) || tier == 'x'", "role == 'edge'", "kind == 'set'"];

/// Makes scenes.
struct Maker {
    random: Random,
    documents: Vec<Value>,
    /// Whether there are networks of Azure's around it.
    cloud: bool,
    nodes: Vec<&'static str>,
    pods: usize,
}

/// The scene that belongs to a seed.
pub fn scene(seed: u64) -> RandomScene {
    let mut random = Random::new(seed);
    let cloud = random.chance(45);
    let mut maker = Maker { random, documents: Vec::new(), cloud, nodes: Vec::new(), pods: 0 };
    maker.nodes();
    maker.pods();
    maker.services();
    maker.network_policies();
    if maker.random.chance(50) {
        maker.calico();
    }
    if maker.random.chance(20) {
        maker.admin_policy();
    }
    if cloud {
        maker.azure();
    }
    let mut settings = Settings::default();
    if maker.random.chance(25) {
        settings.ip_block = IpBlockReach::OutsideOnly;
    }
    if maker.random.chance(25) {
        settings.own_node = OwnNode::Ignored;
    }
    if maker.random.chance(25) {
        settings.host_network = HostNetwork::AsPod;
    }
    let documents: Vec<String> = maker.documents.iter().map(ToString::to_string).collect();
    RandomScene { text: documents.join("\n---\n"), settings }
}

fn with(mut value: Value, key: &str, inner: Value) -> Value {
    value[key] = inner;
    value
}

impl Maker {
    fn labels(&mut self) -> Value {
        let mut labels = Map::new();
        for _ in 0..self.random.below(3) {
            let (key, value) = *self.random.pick(&LABELS);
            labels.insert(key.to_owned(), value.into());
        }
        Value::Object(labels)
    }

    fn selector(&mut self) -> Value {
        let (key, value) = *self.random.pick(&LABELS);
        match self.random.below(4) {
            0 => json!({}),
            1 => json!({"matchExpressions": [{"key": key, "operator": "NotIn", "values": [value]}]}),
            _ => json!({"matchLabels": {key: value}}),
        }
    }

    fn namespace(&mut self) -> &'static str {
        NAMESPACES[self.random.below(NAMESPACES.len())]
    }

    fn node_address(&self, number: usize) -> String {
        if self.cloud { format!("10.60.0.{}", 4 + number) } else { format!("192.168.0.{}", 1 + number) }
    }

    fn nodes(&mut self) {
        for name in NAMESPACES {
            let labels = self.labels();
            self.documents.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}));
        }
        let count = self.random.below(4);
        let dual = self.random.chance(25);
        for (number, name) in NODES.iter().enumerate().take(count) {
            let mut addresses = vec![json!({"type": "InternalIP", "address": self.node_address(number)})];
            if dual {
                addresses.push(json!({"type": "InternalIP", "address": format!("fd01::{}", number + 1)}));
            }
            let labels = if self.random.chance(30) { json!({"role": "edge"}) } else { json!({}) };
            self.nodes.push(name);
            self.documents.push(json!({
                "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "status": {"addresses": addresses}
            }));
        }
    }

    fn pods(&mut self) {
        self.pods = 1 + self.random.below(4);
        let dual = self.random.chance(30);
        for number in 0..self.pods {
            let (namespace, labels) = (self.namespace(), self.labels());
            let host_network = self.random.chance(12);
            let mut port = json!({"containerPort": self.random.pick(&PORTS), "name": self.random.pick(&["web", "db"])});
            if self.random.chance(20) {
                port["hostPort"] = json!(*self.random.pick(&[7070, 8080]));
            }
            let containers = if self.random.chance(70) {
                json!([{"name": "c", "image": "i", "ports": [port]}])
            } else {
                json!([{"name": "c", "image": "i"}])
            };
            let mut spec = json!({"containers": containers});
            let on = self.nodes.clone();
            let node = (!on.is_empty() && self.random.chance(70)).then(|| self.random.below(on.len()));
            if let Some(node) = node {
                spec["nodeName"] = on[node].into();
            }
            if host_network {
                spec["hostNetwork"] = true.into();
            }
            if self.random.chance(20) {
                let labels = with(labels, "made-by", format!("w{number}").into());
                spec.as_object_mut().map(|s| s.remove("nodeName"));
                self.documents.push(json!({
                    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": format!("w{number}"), "namespace": namespace},
                    "spec": {"replicas": self.random.below(4), "selector": {"matchLabels": {"made-by": format!("w{number}")}}, "template": {"metadata": {"labels": labels}, "spec": spec}}
                }));
                continue;
            }
            let mut addresses: Vec<String> = Vec::new();
            match node {
                Some(node) if host_network => addresses.push(self.node_address(node)),
                _ if host_network => {}
                _ if self.random.chance(60) => {
                    addresses.push(format!("10.244.{}.{}", node.unwrap_or(9), 10 + number));
                    if dual {
                        addresses.push(format!("fd00::{}", 10 + number));
                    }
                }
                _ => {}
            }
            let ips: Vec<Value> = addresses.iter().map(|a| json!({"ip": a})).collect();
            let status = if ips.is_empty() {
                json!({"phase": "Running"})
            } else {
                json!({"phase": "Running", "podIP": addresses[0], "podIPs": ips})
            };
            self.documents.push(json!({
                "apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("w{number}"), "namespace": namespace, "labels": labels},
                "spec": spec, "status": status
            }));
        }
    }

    fn services(&mut self) {
        for number in 0..self.random.below(3) {
            let (namespace, name) = (self.namespace(), format!("s{number}"));
            let kind = *self.random.pick(&["ClusterIP", "NodePort", "LoadBalancer"]);
            let target = if self.random.chance(50) { json!(8080) } else { json!("web") };
            let mut spec = json!({"type": kind, "clusterIP": format!("10.96.0.{}", number + 1), "ports": [{"name": "main", "port": 80, "targetPort": target}]});
            let sliced = self.random.chance(40);
            if !sliced {
                let (key, value) = *self.random.pick(&LABELS);
                spec["selector"] = json!({key: value});
            }
            self.documents
                .push(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": spec}));
            if sliced {
                let address = *self.random.pick(&["203.0.113.7", "10.60.0.5", "10.77.0.1", "10.244.0.10"]);
                self.documents.push(json!({
                    "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                    "metadata": {"name": format!("{name}-x"), "namespace": namespace, "labels": {"kubernetes.io/service-name": name}},
                    "endpoints": [{"addresses": [address]}], "ports": [{"name": "main", "port": 8080, "protocol": "TCP"}]
                }));
            }
            if self.random.chance(30) {
                self.documents.push(json!({
                    "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name, "namespace": namespace},
                    "spec": {"ingressClassName": "nginx", "rules": [{"host": "shop.example", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"number": 80}}}}]}}]}
                }));
            }
        }
    }

    fn ports(&mut self) -> Value {
        let protocol = *self.random.pick(&["TCP", "UDP", "SCTP"]);
        match self.random.below(4) {
            0 => json!([{"port": "web"}]),
            1 => json!([{"protocol": protocol, "port": 80, "endPort": 8080}]),
            _ => json!([{"protocol": protocol, "port": self.random.pick(&PORTS)}]),
        }
    }

    fn network_policies(&mut self) {
        for number in 0..self.random.below(4) {
            let (namespace, selector) = (self.namespace(), self.selector());
            let mut spec = json!({"podSelector": selector, "policyTypes": [*self.random.pick(&["Ingress", "Egress"])]});
            for (list, field) in [("ingress", "from"), ("egress", "to")] {
                if self.random.chance(60) {
                    let peer = match self.random.below(4) {
                        0 => json!({"podSelector": self.selector()}),
                        1 => json!({"namespaceSelector": self.selector()}),
                        _ => json!({"ipBlock": {"cidr": self.random.pick(&RANGES)}}),
                    };
                    let mut rule = json!({});
                    if self.random.chance(75) {
                        rule[field] = json!([peer]);
                    }
                    if self.random.chance(60) {
                        rule["ports"] = self.ports();
                    }
                    spec[list] = json!([rule]);
                    let kind = if list == "ingress" { "Ingress" } else { "Egress" };
                    if !spec["policyTypes"].as_array().is_some_and(|t| t.contains(&kind.into())) {
                        spec["policyTypes"] = json!(["Ingress", "Egress"]);
                    }
                }
            }
            self.documents.push(json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": format!("p{number}"), "namespace": namespace}, "spec": spec
            }));
        }
    }

    fn admin_policy(&mut self) {
        let subject = self.selector();
        let action = *self.random.pick(&["Allow", "Deny", "Pass"]);
        let peers = self.selector();
        self.documents.push(json!({
            "apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy", "metadata": {"name": "admin"},
            "spec": {"priority": 10, "subject": {"namespaces": subject},
                "ingress": [{"name": "i", "action": action, "from": [{"namespaces": peers}]}],
                "egress": [{"name": "e", "action": action, "to": [{"networks": [self.random.pick(&["10.0.0.0/8", "203.0.113.0/24"])]}], "ports": [{"portNumber": {"protocol": "TCP", "port": 80}}]}]}
        }));
    }

    fn calico_rule(&mut self, side: &str) -> Value {
        let mut rule = json!({"action": self.random.pick(&["Allow", "Deny", "Pass", "Log"])});
        let mut entity = json!({});
        match self.random.below(5) {
            0 => entity["selector"] = json!(self.random.pick(&SELECTORS)),
            1 | 2 => entity["nets"] = json!([self.random.pick(&RANGES[..7])]),
            3 => entity["notNets"] = json!([self.random.pick(&RANGES[1..7])]),
            _ => {}
        }
        if self.random.chance(60) {
            rule["protocol"] = json!(self.random.pick(&["TCP", "UDP"]));
            if self.random.chance(60) {
                let port = *self.random.pick(&PORTS);
                if side == "destination" {
                    entity["ports"] = json!([port]);
                } else {
                    rule["destination"] = json!({"ports": [port]});
                }
            }
        } else if self.random.chance(15) {
            rule["protocol"] = json!("ICMP");
        }
        if entity.as_object().is_some_and(|e| !e.is_empty()) {
            rule[side] = entity;
        }
        rule
    }

    fn calico(&mut self) {
        for number in 0..1 + self.random.below(3) {
            let global = self.random.chance(60);
            let mut spec = json!({"order": self.random.below(3), "selector": self.random.pick(&SELECTORS)});
            let mut types = Vec::new();
            for (list, kind, side) in [("ingress", "Ingress", "source"), ("egress", "Egress", "destination")] {
                if self.random.chance(60) {
                    let rules: Vec<Value> = (0..1 + self.random.below(2)).map(|_| self.calico_rule(side)).collect();
                    spec[list] = json!(rules);
                    types.push(kind);
                }
            }
            if types.is_empty() {
                types.push("Ingress");
            }
            let mut metadata = json!({"name": format!("c{number}")});
            if global {
                match self.random.below(6) {
                    0 => spec["applyOnForward"] = true.into(),
                    1 if types == ["Ingress"] => {
                        spec["applyOnForward"] = true.into();
                        spec["preDNAT"] = true.into();
                    }
                    2 => {
                        spec["applyOnForward"] = true.into();
                        spec["doNotTrack"] = true.into();
                    }
                    _ => {}
                }
            } else {
                metadata["namespace"] = self.namespace().into();
            }
            spec["types"] = json!(types);
            let kind = if global { "GlobalNetworkPolicy" } else { "NetworkPolicy" };
            self.documents.push(json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": spec}));
        }
        if self.random.chance(40) {
            self.documents.push(json!({
                "apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkSet", "metadata": {"name": "set", "labels": {"kind": "set"}},
                "spec": {"nets": [self.random.pick(&RANGES[1..7])]}
            }));
        }
        for node in self.nodes.clone() {
            if self.random.chance(45) {
                let labels = if self.random.chance(60) { json!({"role": "edge"}) } else { json!({}) };
                let number = NODES.iter().position(|n| *n == node).unwrap_or(0);
                let mut spec = json!({"node": node});
                if self.random.chance(50) {
                    spec["interfaceName"] = "*".into();
                } else {
                    spec["interfaceName"] = "eth0".into();
                    spec["expectedIPs"] = json!([self.node_address(number)]);
                }
                self.documents.push(json!({"apiVersion": "projectcalico.org/v3", "kind": "HostEndpoint", "metadata": {"name": format!("h-{node}"), "labels": labels}, "spec": spec}));
            }
        }
    }

    fn group(&mut self, name: &str) -> Value {
        let mut lists = json!({"name": name});
        for list in ["inbound", "outbound"] {
            let mut rules = Vec::new();
            for number in 0..self.random.below(3) {
                let what = *self.random.pick(&["tcp 22", "tcp 80", "tcp 8080", "*", "udp 53"]);
                let verb = *self.random.pick(&["allow", "deny"]);
                let end = *self.random.pick(&[
                    "Internet",
                    "VirtualNetwork",
                    "10.60.0.0/24",
                    "10.60.0.5",
                    "203.0.113.0/24",
                    "asg:group",
                    "Storage",
                ]);
                let side = *self.random.pick(&["from", "to"]);
                rules.push(json!({"priority": 100 + number * 10, "name": format!("r{number}"), verb: what, side: end}));
            }
            lists[list] = json!(rules);
        }
        lists
    }

    fn azure(&mut self) {
        let hops = ["VirtualAppliance", "None", "Internet", "VnetLocal", "VirtualNetworkGateway"];
        let mut networks = Vec::new();
        let mut machines = Vec::new();
        // North and south have the same addresses; the hub is peered with one of them.
        for (number, network) in ["north", "south", "hub"].iter().enumerate() {
            if number > 0 && !self.random.chance(65) {
                continue;
            }
            let base = if *network == "hub" { "10.61" } else { "10.60" };
            let mut subnets = Vec::new();
            for (third, suffix) in ["a", "b"].iter().enumerate() {
                let mut subnet = json!({"name": format!("{network}-{suffix}"), "prefix": format!("{base}.{third}.0/24")});
                if self.random.chance(50) {
                    subnet["nsg"] = json!(self.random.pick(&["g0", "g1"]));
                }
                if self.random.chance(20) {
                    let prefix =
                        *self.random.pick(&["0.0.0.0/0", "10.60.1.0/24", "10.60.0.0/16", "203.0.113.0/24", "10.61.0.0/16", "10.77.0.0/16"]);
                    subnet["routes"] = json!([{"prefix": prefix, "to": self.random.pick(&hops)}]);
                }
                subnets.push(subnet);
                for machine in 0..self.random.below(3) {
                    let mut made = json!({"name": format!("{network}-{suffix}-{machine}"), "subnet": format!("{network}-{suffix}")});
                    // The first addresses of the first subnet may be those of nodes.
                    let own = *network == "north" && third == 0;
                    if own || self.random.chance(60) {
                        made["address"] = format!("{base}.{third}.{}", if own { 40 + machine } else { 4 + machine }).into();
                    }
                    if self.random.chance(30) {
                        made["public"] = "standard".into();
                    }
                    if self.random.chance(20) {
                        made["nsg"] = "g1".into();
                    }
                    if self.random.chance(25) {
                        made["groups"] = json!(["group"]);
                    }
                    machines.push(made);
                }
            }
            let mut made = json!({"name": network, "addressSpace": format!("{base}.0.0/16"), "subnets": subnets});
            if *network == "hub" && self.random.chance(70) {
                made["peerings"] = json!(["north"]);
                networks.iter_mut().filter(|n: &&mut Value| n["name"] == "north").for_each(|n| n["peerings"] = json!(["hub"]));
            }
            if self.random.chance(15) {
                made["onPremises"] = "192.168.0.0/16".into();
            }
            networks.push(made);
        }
        let groups = vec![self.group("g0"), self.group("g1")];
        let mut azure = json!({"networks": networks, "nsgs": groups, "machines": machines});
        if self.random.chance(60) {
            let mut cluster = json!({
                "name": "k", "subnet": "north-a", "plugin": self.random.pick(&["azure", "overlay", "kubenet", "none"]), "policy": "calico",
                "nodes": 2, "serviceRange": "10.96.0.0/16"
            });
            if self.random.chance(25) {
                cluster["publicNodes"] = true.into();
            }
            if self.random.chance(15) {
                cluster["outbound"] = "none".into();
            }
            azure["clusters"] = json!([cluster]);
        }
        self.documents.push(json!({"azure": azure}));
    }
}
