//! Clusters to measure with: as many pods and policies as asked for, the same ones for the same seed on every machine.
//!
//! The proportions are those of the clusters that people run: namespaces of a few dozen pods, a default deny in most of them, most policies
//! for one app and one client, some ports by name, a few addresses, DNS for everybody. Every pod has labels that no policy mentions and
//! that are different on each pod, as controllers write them: an evaluator must not be slowed down by those.

use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::yaml;

/// What to generate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// How many pods, replicas counted.
    pub pods: usize,
    /// How many policies.
    pub policies: usize,
    /// Which of all such clusters.
    pub seed: u64,
    /// Whether one policy in fifty is an AdminNetworkPolicy, and a BaselineAdminNetworkPolicy ends the list.
    pub cluster_wide: bool,
    /// Whether one policy in three is Calico's, in two tiers.
    pub calico: bool,
}

/// One file of a generated cluster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Pods in a namespace, on average.
const PODS_PER_NAMESPACE: usize = 40;
/// Pods on a node; what a node's pod range of 256 addresses leaves room for is twice as much.
const PODS_PER_NODE: usize = 100;
const TIERS: [&str; 4] = ["frontend", "backend", "data", "batch"];
const APPS: [&str; 12] = ["shop", "cart", "search", "orders", "payment", "mail", "catalog", "stock", "report", "login", "gateway", "cache"];
const ENVIRONMENTS: [&str; 3] = ["prod", "staging", "dev"];
const TEAMS: [&str; 6] = ["red", "green", "blue", "orange", "violet", "grey"];
/// Ports that workloads serve, with the names that they give them.
const PORTS: [(&str, u16); 6] = [("http", 8080), ("https", 8443), ("grpc", 9000), ("metrics", 9090), ("db", 5432), ("cache", 6379)];
/// Address blocks of the world outside: documentation ranges, and what companies use inside.
const BLOCKS: [(&str, &str); 6] = [
    ("192.0.2.0/24", "192.0.2.128/25"),
    ("198.51.100.0/24", "198.51.100.0/28"),
    ("203.0.113.0/24", "203.0.113.64/26"),
    ("172.16.0.0/12", "172.16.8.0/21"),
    ("192.168.0.0/16", "192.168.77.0/24"),
    ("0.0.0.0/0", "169.254.169.254/32"),
];

/// Generates a cluster; file names are different from each other.
pub fn generate(plan: &Plan) -> Vec<File> {
    generate_on(plan, plan.pods.div_ceil(PODS_PER_NODE).max(1))
}

fn generate_on(plan: &Plan, nodes: usize) -> Vec<File> {
    let mut cluster = Cluster::new(*plan, nodes);
    cluster.workloads();
    cluster.policies();
    cluster.files()
}

struct Cluster {
    plan: Plan,
    random: Random,
    namespaces: Vec<Namespace>,
    nodes: usize,
    /// What runs in `kube-system`.
    system: Vec<Value>,
    cluster_policies: Vec<Value>,
}

struct Namespace {
    name: String,
    environment: &'static str,
    team: &'static str,
    workloads: Vec<Workload>,
    objects: Vec<Value>,
    policies: Vec<Value>,
}

/// What policies can say about a workload.
#[derive(Clone)]
struct Workload {
    app: String,
    ports: Vec<(&'static str, u16)>,
}

impl Workload {
    /// The port that policies name, by name and number.
    fn port(&self) -> (&'static str, u16) {
        self.ports.first().copied().unwrap_or(PORTS[0])
    }
}

impl Cluster {
    fn new(plan: Plan, nodes: usize) -> Self {
        let mut random = Random::new(plan.seed);
        let count = plan.pods.div_ceil(PODS_PER_NAMESPACE).max(2);
        let namespaces = (0..count).map(|i| {
            let team = *random.pick(&TEAMS);
            let environment = ENVIRONMENTS[i % ENVIRONMENTS.len()];
            Namespace {
                name: format!("{team}-{environment}-{i}"),
                environment,
                team,
                workloads: Vec::new(),
                objects: Vec::new(),
                policies: Vec::new(),
            }
        });
        Cluster { plan, namespaces: namespaces.collect(), random, nodes, system: Vec::new(), cluster_policies: Vec::new() }
    }

    /// Fills the namespaces with workloads of one to eight pods until there are as many pods as asked for.
    fn workloads(&mut self) {
        let mut made = self.name_servers();
        let mut number = 0;
        while made < self.plan.pods {
            let replicas = (1 + self.random.below(8)).min(self.plan.pods - made);
            let index = number % self.namespaces.len();
            self.workload(index, number, made, replicas);
            made += replicas;
            number += 1;
        }
    }

    /// The name servers, which every cluster has; returns how many pods they are.
    fn name_servers(&mut self) -> usize {
        let replicas = self.plan.pods.min(2);
        self.system.push(json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "kube-system"},
        }));
        self.system.push(json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "coredns", "namespace": "kube-system"},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"k8s-app": "kube-dns"}},
                "template": {
                    "metadata": {"labels": {"k8s-app": "kube-dns"}},
                    "spec": {"containers": [{"name": "coredns", "image": "registry.example/coredns:1", "ports": [
                        {"name": "dns", "containerPort": 53, "protocol": "UDP"},
                        {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
                    ]}]},
                },
            },
        }));
        replicas
    }

    fn workload(&mut self, index: usize, number: usize, first_pod: usize, replicas: usize) {
        let random = &mut self.random;
        let namespace = &mut self.namespaces[index];
        let app = format!("{}-{}", random.pick(&APPS), namespace.workloads.len());
        let tier = *random.pick(&TIERS);
        let mut ports: Vec<(&str, u16)> = (0..=random.below(2)).map(|_| *random.pick(&PORTS)).collect();
        ports.sort_unstable();
        ports.dedup();
        let version = format!("v{}", 1 + random.below(3));
        let labels = json!({"app": app, "tier": tier, "version": version, "env": namespace.environment});
        let containers: Vec<Value> =
            ports.iter().map(|(name, port)| json!({"name": name, "containerPort": port, "protocol": "TCP"})).collect();
        let spec = json!({"containers": [{"name": "main", "image": format!("registry.example/{app}:{version}"), "ports": containers}]});

        // One workload in five is written as its Deployment, the others as the pods that a cluster lists.
        if random.chance(20) {
            namespace.objects.push(json!({
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": app, "namespace": namespace.name, "labels": {"app": app}},
                "spec": {
                    "replicas": replicas,
                    "selector": {"matchLabels": {"app": app}},
                    "template": {"metadata": {"labels": labels}, "spec": spec},
                },
            }));
        } else {
            let hash = format!("{:010x}", random.bits() >> 24);
            for replica in 0..replicas {
                let pod = first_pod + replica;
                let node = pod % self.nodes;
                let mut labels = labels.clone();
                labels["pod-template-hash"] = json!(hash);
                labels["instance"] = json!(format!("i-{pod}"));
                let mut spec = spec.clone();
                spec["nodeName"] = json!(format!("node-{node}"));
                namespace.objects.push(json!({
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "metadata": {
                        "name": format!("{app}-{hash}-{replica}"),
                        "namespace": namespace.name,
                        "labels": labels,
                        "ownerReferences":
                            [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{app}-{hash}"), "controller": true}],
                    },
                    "spec": spec,
                    "status": {
                        "phase": "Running",
                        "hostIP": node_address(node),
                        "podIP": pod_address(node, pod / self.nodes),
                    },
                }));
            }
        }
        if number.is_multiple_of(2) {
            let service_ports: Vec<Value> =
                ports.iter().map(|(name, port)| json!({"name": name, "port": port, "targetPort": name})).collect();
            namespace.objects.push(json!({
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": app, "namespace": namespace.name},
                "spec": {"selector": {"app": app}, "ports": service_ports},
            }));
        }
        namespace.workloads.push(Workload { app, ports });
    }

    fn policies(&mut self) {
        let wide = if self.plan.cluster_wide { self.plan.policies.div_ceil(50) } else { 0 };
        for number in 0..self.plan.policies.saturating_sub(wide) {
            let index = number % self.namespaces.len();
            let first_round = number < self.namespaces.len();
            if self.plan.calico && number % 3 == 2 {
                let policy = self.calico_policy(index, number);
                self.namespaces[index].policies.push(policy);
                continue;
            }
            let spec = self.network_policy(index, first_round);
            let namespace = &mut self.namespaces[index];
            namespace.policies.push(json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": format!("policy-{number}"), "namespace": namespace.name},
                "spec": spec,
            }));
        }
        if self.plan.calico {
            let tier =
                json!({"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": "platform"}, "spec": {"order": 100}});
            self.cluster_policies.push(tier);
        }
        for number in 0..wide {
            let policy = self.cluster_policy(number, number + 1 == wide);
            self.cluster_policies.push(policy);
        }
    }

    /// The spec of a policy of a namespace; the first one of each is, mostly, its default.
    fn network_policy(&mut self, index: usize, first: bool) -> Value {
        if first {
            match self.random.below(10) {
                0..=5 => return json!({"podSelector": {}, "policyTypes": ["Ingress"]}),
                6..=7 => return json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
                _ => {}
            }
        }
        let workload = self.any_workload(index);
        let (named, number) = workload.port();
        let subject = json!({"matchLabels": {"app": workload.app}});
        match self.random.below(100) {
            0..=24 => {
                let client = self.any_workload(index).app;
                let from = json!([{"podSelector": {"matchLabels": {"app": client}}}]);
                json!({"podSelector": subject, "ingress": [{"from": from, "ports": [{"port": number}]}]})
            }
            25..=39 => {
                let team = *self.random.pick(&TEAMS);
                let from = json!([{"namespaceSelector": {"matchLabels": {"team": team}}}]);
                json!({"podSelector": subject, "ingress": [{"from": from, "ports": [{"port": number}]}]})
            }
            40..=49 => {
                let tiers = [*self.random.pick(&TIERS), *self.random.pick(&TIERS)];
                let from = json!([{
                    "namespaceSelector": {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["dev"]}]},
                    "podSelector": {"matchExpressions": [
                        {"key": "tier", "operator": "In", "values": tiers},
                        {"key": "version", "operator": "Exists"},
                    ]},
                }]);
                json!({"podSelector": subject, "ingress": [{"from": from}]})
            }
            50..=59 => {
                let namespace = self.random.below(self.namespaces.len());
                let other = self.namespaces[namespace].name.clone();
                let client = self.any_workload(namespace).app;
                let from = json!([{
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": other}},
                    "podSelector": {"matchLabels": {"app": client}},
                }]);
                json!({"podSelector": subject, "policyTypes": ["Ingress"], "ingress": [{"from": from, "ports": [{"port": named}]}]})
            }
            60..=69 => {
                let (cidr, except) = *self.random.pick(&BLOCKS);
                let from = json!([{"ipBlock": {"cidr": cidr, "except": [except]}}]);
                json!({"podSelector": subject, "ingress": [{"from": from, "ports": [{"port": number}, {"port": named}]}]})
            }
            70..=74 => {
                // A block over addresses of pods: those of one node.
                let cidr = pod_range(self.random.below(self.nodes));
                json!({"podSelector": subject, "ingress": [{"from": [{"ipBlock": {"cidr": cidr}}]}]})
            }
            75..=79 => {
                let first = 8000 + self.random.below(8) * 100;
                let ports = json!([{"port": first, "endPort": first + 99}, {"protocol": "UDP", "port": 8125}]);
                json!({"podSelector": {"matchLabels": {"tier": *self.random.pick(&TIERS)}}, "ingress": [{"from": [{"podSelector": {}}], "ports": ports}]})
            }
            80..=91 => {
                let server = self.any_workload(index);
                let (cidr, except) = *self.random.pick(&BLOCKS);
                json!({
                    "podSelector": subject,
                    "policyTypes": ["Egress"],
                    "egress": [
                        dns(),
                        {"to": [{"podSelector": {"matchLabels": {"app": server.app}}}], "ports": [{"port": server.port().1}]},
                        {"to": [{"ipBlock": {"cidr": cidr, "except": [except]}}], "ports": [{"port": 443}]},
                    ],
                })
            }
            92..=95 => json!({"podSelector": subject, "ingress": [{"from": [{"podSelector": {}}]}]}),
            96..=97 => json!({"podSelector": subject, "ingress": [{}]}),
            _ => {
                json!({"podSelector": {"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["frontend"]}]}, "policyTypes": ["Egress"],
                "egress": [dns(), {"to": [{"namespaceSelector": {}}]}]})
            }
        }
    }

    /// A policy of Calico's: most for one app and one client of a namespace, some for many namespaces in a tier that passes on.
    fn calico_policy(&mut self, index: usize, number: usize) -> Value {
        let workload = self.any_workload(index);
        let client = self.any_workload(index).app;
        let (team, tier) = (*self.random.pick(&TEAMS), *self.random.pick(&TIERS));
        let (named, port) = workload.port();
        let order = self.random.below(2000);
        let (cidr, except) = *self.random.pick(&BLOCKS);
        let allow =
            |source: Value, ports: Value| json!({"action": "Allow", "protocol": "TCP", "source": source, "destination": {"ports": ports}});
        let subject = format!("app == '{}'", workload.app);
        let (kind, spec) = match self.random.below(10) {
            0..=3 => {
                let rule = allow(json!({"selector": format!("app == '{client}'")}), json!([port]));
                ("NetworkPolicy", json!({"order": order, "selector": subject, "types": ["Ingress"], "ingress": [rule]}))
            }
            4..=5 => {
                let source =
                    json!({"namespaceSelector": format!("team == '{team}'"), "selector": format!("tier in {{'{tier}', 'frontend'}}")});
                let rules = json!([{"action": "Deny", "source": {"selector": "version starts with 'v0'"}}, allow(source, json!([named]))]);
                ("NetworkPolicy", json!({"order": order, "selector": subject, "types": ["Ingress"], "ingress": rules}))
            }
            6..=7 => {
                let rules = json!([
                    {"action": "Allow", "protocol": "UDP", "destination": {"ports": [53]}},
                    {"action": "Allow", "protocol": "TCP", "destination": {"selector": format!("app == '{client}'"), "ports": [port, "8000:8100"]}},
                    {"action": "Allow", "destination": {"nets": [cidr], "notNets": [except]}},
                ]);
                ("NetworkPolicy", json!({"order": order, "selector": subject, "types": ["Egress"], "egress": rules}))
            }
            8 => {
                let rules = json!([{"action": "Deny", "source": {"notSelector": "has(app)"}, "protocol": "TCP", "destination": {"ports": [9090]}}, {"action": "Pass"}]);
                (
                    "GlobalNetworkPolicy",
                    json!({"tier": "platform", "order": order, "namespaceSelector": format!("team == '{team}' && env != 'dev'"), "types": ["Ingress"], "ingress": rules}),
                )
            }
            _ => {
                let rules = json!([{"action": "Log"}, {"action": "Deny", "destination": {"nets": [cidr]}}, {"action": "Pass"}]);
                (
                    "GlobalNetworkPolicy",
                    json!({"tier": "platform", "order": order, "selector": format!("tier == '{tier}'"), "types": ["Egress"], "egress": rules}),
                )
            }
        };
        let mut meta = json!({"name": format!("policy-{number}")});
        if kind == "NetworkPolicy" {
            meta["namespace"] = json!(self.namespaces[index].name);
        }
        json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": meta, "spec": spec})
    }

    fn cluster_policy(&mut self, number: usize, baseline: bool) -> Value {
        let team = *self.random.pick(&TEAMS);
        let environment = *self.random.pick(&ENVIRONMENTS);
        let other = *self.random.pick(&ENVIRONMENTS);
        let same = json!({"namespaces": {"matchLabels": {"env": environment}}});
        let ingress = json!([
            {"name": "monitoring", "action": "Allow", "from": [{"namespaces": {"matchLabels": {"team": team}}}],
             "ports": [{"portNumber": {"protocol": "TCP", "port": 9090}}]},
            {"name": "environments", "action": "Deny", "from": [{"namespaces": {"matchExpressions": [
                {"key": "env", "operator": "NotIn", "values": [environment, other]}]}}]},
        ]);
        if baseline {
            return json!({
                "apiVersion": "policy.networking.k8s.io/v1alpha1",
                "kind": "BaselineAdminNetworkPolicy",
                "metadata": {"name": "default"},
                "spec": {"subject": same, "ingress": ingress},
            });
        }
        json!({
            "apiVersion": "policy.networking.k8s.io/v1alpha1",
            "kind": "AdminNetworkPolicy",
            "metadata": {"name": format!("admin-{number}")},
            "spec": {
                "priority": number % 1000,
                "subject": same,
                "ingress": ingress,
                "egress": [
                    {"name": "metadata", "action": "Deny", "to": [{"networks": ["169.254.169.254/32"]}]},
                    {"name": "rest", "action": "Pass", "to": [{"namespaces": {}}]},
                ],
            },
        })
    }

    fn any_workload(&mut self, namespace: usize) -> Workload {
        let workloads = &self.namespaces[namespace].workloads;
        // A namespace that got no workload still has policies, which then select nothing.
        if workloads.is_empty() { Workload { app: "nothing".into(), ports: Vec::new() } } else { self.random.pick(workloads).clone() }
    }

    fn files(self) -> Vec<File> {
        let mut files = Vec::new();
        let mut add = |name: String, objects: &[Value]| {
            if !objects.is_empty() {
                files.push(File { name, text: yaml::documents(objects) });
            }
        };
        let namespaces: Vec<Value> = self
            .namespaces
            .iter()
            .map(|n| {
                let labels = Map::from_iter([("team".into(), json!(n.team)), ("env".into(), json!(n.environment))]);
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": n.name, "labels": labels}})
            })
            .collect();
        add("namespaces.yaml".into(), &namespaces);
        let nodes: Vec<Value> = (0..self.nodes)
            .map(|node| {
                json!({
                    "apiVersion": "v1",
                    "kind": "Node",
                    "metadata": {"name": format!("node-{node}"), "labels": {"kubernetes.io/os": "linux"}},
                    "spec": {"podCIDRs": [pod_range(node)]},
                    "status": {"addresses": [{"type": "InternalIP", "address": node_address(node)}]},
                })
            })
            .collect();
        add("nodes.yaml".into(), &nodes);
        add("kube-system.yaml".into(), &self.system);
        for namespace in &self.namespaces {
            add(format!("{}-workloads.yaml", namespace.name), &namespace.objects);
            add(format!("{}-policies.yaml", namespace.name), &namespace.policies);
        }
        add("cluster-policies.yaml".into(), &self.cluster_policies);
        files
    }
}

fn dns() -> Value {
    json!({
        "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    })
}

/// Addresses of nodes: 10.0.0.0/16.
fn node_address(node: usize) -> String {
    format!("10.0.{}.{}", node / 250, 4 + node % 250)
}

/// Addresses of the pods of a node, from 10.128.0.0 on.
fn pod_range(node: usize) -> String {
    format!("10.{}.{}.0/24", 128 + node / 256, node % 256)
}

/// One of them.
fn pod_address(node: usize, index: usize) -> String {
    format!("10.{}.{}.{}", 128 + node / 256, node % 256, 2 + index % 250)
}

/// How pods of a generated cluster on Azure get their addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PodNetwork {
    /// From a subnet of the virtual network.
    Flat,
    /// From a range of the cluster's own.
    Overlay,
}

/// The same cluster on Azure: so many nodes, with a security group on their subnet and one of four on each of their interfaces. Some rules tell
/// nodes and pods apart by address.
pub fn azure_cluster(plan: &Plan, nodes: usize, network: PodNetwork) -> Vec<File> {
    let mut files = generate_on(plan, nodes);
    let mut random = Random::new(plan.seed);
    let rule = |random: &mut Random, i: usize| {
        let from = match random.below(5) {
            0 => "Internet".to_owned(),
            1 => "VirtualNetwork".to_owned(),
            2 => node_address(random.below(nodes)),
            3 => pod_range(random.below(nodes)),
            _ => format!("203.0.113.{}", random.below(256)),
        };
        let does = if random.chance(70) { "allow" } else { "deny" };
        json!({"name": format!("r{i}"), "priority": 100 + 10 * i, does: format!("tcp {}", PORTS[random.below(PORTS.len())].1), "from": from})
    };
    let group = |random: &mut Random, name: String| {
        let inbound: Vec<Value> = (0..12).map(|i| rule(random, i)).collect();
        let outbound = json!([
            {"name": "o0", "priority": 100, "deny": "tcp 25", "to": "Internet"},
            {"name": "o1", "priority": 110, "deny": "tcp 5432", "to": node_address(random.below(nodes))},
        ]);
        json!({"name": name, "inbound": inbound, "outbound": outbound})
    };
    let mut groups = vec![group(&mut random, "subnet".into())];
    groups.extend((0..4).map(|i| group(&mut random, format!("interface-{i}"))));
    let machines: Vec<Value> = (0..nodes)
        .map(|n| json!({"name": format!("node-{n}"), "subnet": "nodes", "address": node_address(n), "nsg": format!("interface-{}", n % 4)}))
        .collect();
    let mut subnets = vec![json!({"name": "nodes", "prefix": "10.0.0.0/16", "nsg": "subnet"})];
    let mut cluster = json!({"name": "aks", "subnet": "nodes", "nodes": nodes, "maxPods": 250});
    let spaces = match network {
        PodNetwork::Flat => {
            subnets.push(json!({"name": "pods", "prefix": "10.128.0.0/9"}));
            cluster["plugin"] = "pod-subnet".into();
            cluster["podSubnet"] = "pods".into();
            json!(["10.0.0.0/16", "10.128.0.0/9"])
        }
        PodNetwork::Overlay => {
            cluster["plugin"] = "overlay".into();
            cluster["podRange"] = "10.128.0.0/9".into();
            json!("10.0.0.0/16")
        }
    };
    cluster["policy"] = "calico".into();
    cluster["serviceRange"] = "172.20.0.0/16".into();
    let scene = json!({"azure": {
        "networks": [{"name": "net", "addressSpace": spaces, "subnets": subnets}],
        "nsgs": groups, "machines": machines, "clusters": [cluster],
    }});
    files.push(File { name: "azure.yaml".into(), text: yaml::documents([&scene]) });
    files
}

/// Services to measure ways with: so many of them with ten endpoints each, every other one with pods, and the others with EndpointSlices alone, on so
/// many nodes of a flat network of Azure's. A Service `wide` has a pod on each node.
pub fn services(services: usize, nodes: usize) -> Vec<File> {
    const EACH: usize = 10;
    let mut number = 0;
    let mut pods: Vec<Value> = Vec::new();
    let mut objects: Vec<Value> = Vec::new();
    let mut pod = |name: String, app: &str, node: usize, pods: &mut Vec<Value>| {
        let address = pod_address_of(number);
        number += 1;
        pods.push(json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "shop", "labels": {"app": app}},
            "spec": {"nodeName": format!("node-{node}"), "containers": [{"name": "c", "ports": [{"name": "http", "containerPort": 8080}]}]},
            "status": {"podIP": address},
        }));
        address
    };
    for service in 0..=services {
        let name = if service == services { "wide".to_owned() } else { format!("s{service}") };
        let with_pods = service % 2 == 0 || service == services;
        objects.push(measured_service(service, services, &name, with_pods));
        let count = if service == services { nodes } else { EACH };
        if with_pods {
            for i in 0..count {
                pod(format!("{name}-{i}"), &name, (service + i) % nodes, &mut pods);
            }
        } else {
            let endpoint = |i: usize| {
                let at = service * EACH + i;
                json!({"addresses": [format!("10.96.{}.{}", at / 250 % 250, 1 + at % 250)], "nodeName": format!("node-{}", (service + i) % nodes), "conditions": {"ready": true}})
            };
            objects.push(json!({
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                "metadata": {"name": name, "namespace": "shop", "labels": {"kubernetes.io/service-name": name}},
                "ports": [{"name": "http", "protocol": "TCP", "port": 8080}],
                "endpoints": (0..count).map(endpoint).collect::<Vec<_>>(),
            }));
        }
    }
    let policies: Vec<Value> = (0..100)
        .map(|i| {
            json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": format!("p{i}"), "namespace": "shop"},
                "spec": {
                    "podSelector": {"matchLabels": {"app": format!("s{}", i * 2)}},
                    "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}, {"ipBlock": {"cidr": format!("203.0.{i}.0/24")}}]}],
                },
            })
        })
        .collect();
    let node_objects: Vec<Value> = (0..nodes)
        .map(|node| {
            json!({
                "apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("node-{node}")},
                "status": {"addresses": [{"type": "InternalIP", "address": node_address(node)}]},
            })
        })
        .collect();
    let scene = json!({"azure": {
        "networks": [{"name": "net", "addressSpace": ["10.0.0.0/16", "10.128.0.0/9"], "subnets": [
            {"name": "nodes", "prefix": "10.0.0.0/16", "nsg": "nodes"}, {"name": "pods", "prefix": "10.128.0.0/9"},
        ]}],
        "nsgs": [{"name": "nodes", "inbound": [{"name": "web", "priority": 100, "allow": "tcp 80", "from": "Internet"}]}],
        "clusters": [{
            "name": "aks", "subnet": "nodes", "nodes": nodes.min(5000), "maxPods": 250, "plugin": "pod-subnet", "podSubnet": "pods", "policy": "calico",
            "serviceRange": "172.20.0.0/16", "publicNodes": true,
        }],
    }});
    let lists = [("services", objects), ("pods", pods), ("policies", policies), ("nodes", node_objects), ("azure", vec![scene])];
    lists.into_iter().map(|(name, objects)| File { name: format!("{name}.yaml"), text: yaml::documents(&objects) }).collect()
}

/// One of the Services to measure ways with; the one after all the others is `wide`.
fn measured_service(service: usize, services: usize, name: &str, with_pods: bool) -> Value {
    let kind = match service {
        _ if service == services => "LoadBalancer",
        // A group has 1,000 rules at most, so there cannot be many of them.
        n if n % 50 == 6 => "LoadBalancer",
        n if n % 4 == 0 => "NodePort",
        _ => "ClusterIP",
    };
    let mut spec = json!({"type": kind, "clusterIP": format!("172.20.{}.{}", service / 250, 1 + service % 250)});
    let mut port = json!({"name": "http", "port": 80, "targetPort": "http"});
    // There are fewer node ports than Services may want.
    if kind != "ClusterIP" && service / 2 < 2767 {
        port["nodePort"] = json!(30_000 + service / 2);
    } else if service == services {
        port["nodePort"] = json!(32_767);
    }
    if with_pods {
        spec["selector"] = json!({"app": name});
    } else {
        port["targetPort"] = json!(8080);
    }
    spec["ports"] = json!([port]);
    let mut object = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"}, "spec": spec});
    if kind == "LoadBalancer" {
        object["status"] = json!({"loadBalancer": {"ingress": [{"ip": format!("20.{}.{}.1", service / 250, service % 250)}]}});
    }
    object
}

/// Addresses of pods from 10.128.0.4 on.
fn pod_address_of(number: usize) -> String {
    let number = number + 4;
    format!("10.{}.{}.{}", 128 + number / 62_500, number / 250 % 250, number % 250 + 1)
}

/// Machines of one subnet with security groups at their interfaces, one of so many each. Rules name single machines, so that nearly each is told
/// from each other.
pub fn azure_machines(machines: usize, groups: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let address = |i: usize| format!("10.0.{}.{}", i / 250, 4 + i % 250);
    let mut group = |number: usize| {
        let rules = |count: usize, side: &str, random: &mut Random| -> Vec<Value> {
            (0..count)
                .map(|i| {
                    let other = match random.below(4) {
                        0 => "Internet".to_owned(),
                        1 => format!("10.0.{}.0/{}", random.below(machines.div_ceil(250)), 24 + random.below(3)),
                        _ => address(random.below(machines)),
                    };
                    let does = if random.chance(50) { "allow" } else { "deny" };
                    let port = 1 + random.below(9000);
                    json!({"name": format!("{side}{i}"), "priority": 100 + 10 * i, does: format!("tcp {port}"), side: other})
                })
                .collect()
        };
        let (inbound, outbound) = (rules(8, "from", &mut random), rules(4, "to", &mut random));
        json!({"name": format!("g{number}"), "inbound": inbound, "outbound": outbound})
    };
    let groups: Vec<Value> = (0..groups).map(&mut group).collect();
    let machines: Vec<Value> = (0..machines)
        .map(|i| json!({"name": format!("m{i}"), "subnet": "s", "address": address(i), "nsg": format!("g{}", i % groups.len())}))
        .collect();
    let scene = json!({"azure": {
        "networks": [{"name": "n", "addressSpace": "10.0.0.0/16", "subnets": [{"name": "s", "prefix": "10.0.0.0/18", "nsg": "g0"}]}],
        "nsgs": groups, "machines": machines,
    }});
    yaml::documents([&scene])
}

/// A network security group with so many rules, as Azure's REST API gives it: addresses, ranges, lists and tags, some of them covering others.
pub fn security_group(rules: usize, seed: u64) -> String {
    use std::fmt::Write as _;
    let mut random = Random::new(seed);
    let mut text =
        String::from(r#"{"type": "Microsoft.Network/networkSecurityGroups", "name": "large", "properties": {"securityRules": ["#);
    for i in 0..rules {
        let source = match random.below(8) {
            0 => "Internet".to_owned(),
            1 => "VirtualNetwork".to_owned(),
            2 => "*".to_owned(),
            3 => format!("203.{}.{}.0/24", random.below(256), random.below(256)),
            _ => format!("198.{}.{}.{}", random.below(256), random.below(256), random.below(256)),
        };
        let destination = if random.chance(50) { "*".to_owned() } else { format!("10.0.0.{}", 4 + random.below(200)) };
        let port = if random.chance(10) { "*".to_owned() } else { (1 + random.below(9000)).to_string() };
        let (access, direction) =
            (if random.chance(70) { "Allow" } else { "Deny" }, if random.chance(80) { "Inbound" } else { "Outbound" });
        let protocol = random.pick(&["Tcp", "Udp", "*"]);
        let separator = if i == 0 { "" } else { "," };
        let _ = write!(
            text,
            r#"{separator}{{"name": "r{i}", "properties": {{"priority": {}, "direction": "{direction}", "access": "{access}", "protocol": "{protocol}", "sourceAddressPrefix": "{source}", "sourcePortRange": "*", "destinationAddressPrefix": "{destination}", "destinationPortRange": "{port}"}}}}"#,
            100 + i
        );
    }
    text.push_str("]}}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: Plan = Plan { pods: 100, policies: 30, seed: 1, cluster_wide: true, calico: false };

    fn count(files: &[File], line: &str) -> usize {
        files.iter().flat_map(|f| f.text.lines()).filter(|l| *l == line).count()
    }

    #[test]
    fn equal_plans_give_equal_files_and_other_seeds_others() {
        assert_eq!(generate(&PLAN), generate(&PLAN));
        assert_ne!(generate(&PLAN), generate(&Plan { seed: 2, ..PLAN }));
    }

    #[test]
    fn there_are_as_many_policies_and_pods_as_asked_for() {
        let files = generate(&PLAN);
        let policies =
            ["kind: NetworkPolicy", "kind: AdminNetworkPolicy", "kind: BaselineAdminNetworkPolicy"].map(|kind| count(&files, kind));
        assert_eq!(policies.iter().sum::<usize>(), 30);
        let replicas: usize =
            files.iter().flat_map(|f| f.text.lines()).filter_map(|l| l.strip_prefix("  replicas: ")?.parse::<usize>().ok()).sum();
        assert_eq!(count(&files, "kind: Pod") + replicas, 100);
        assert!(count(&files, "kind: Deployment") > 0 && count(&files, "kind: Service") > 0);
    }
}
