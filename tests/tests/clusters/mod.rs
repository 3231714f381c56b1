//! Small random clusters, as the documents that a person would paste.
//!
//! Few names, labels, ports and addresses, so that selectors match often and rules overlap: what is rare in life is frequent here.

use std::fmt;
use std::net::IpAddr;

use netpolis_core::model::Cidr;
use netpolis_core::settings::{HostNetwork, IpBlockReach, OtherProtocols, OwnNode, Settings};
use netpolis_tests::yaml;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value, json};

/// How property tests run: always over the same random clusters, so that a change is judged by what it changes. `PROPTEST_RNG_SEED` and
/// `PROPTEST_CASES` ask for others, and for more.
pub fn config() -> ProptestConfig {
    let config = ProptestConfig { max_shrink_iters: 4000, failure_persistence: None, ..ProptestConfig::default() };
    match config.rng_seed {
        RngSeed::Random => ProptestConfig { rng_seed: RngSeed::Fixed(0x6e65_7470), ..config },
        RngSeed::Fixed(_) => config,
    }
}

/// A random cluster and what is assumed about it.
#[derive(Clone)]
pub struct Cluster {
    /// Namespaces, nodes and workloads.
    pub objects: Vec<Value>,
    /// Policies.
    pub policies: Vec<Value>,
    pub settings: Settings,
}

impl Cluster {
    pub fn text(&self) -> String {
        yaml::documents(self.objects.iter().chain(&self.policies))
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}", self.settings)?;
        f.write_str(&self.text())
    }
}

const NAMESPACES: [&str; 3] = ["red", "green", "blue"];
const NODES: [&str; 3] = ["node-a", "node-b", "node-c"];
/// Addresses of pods that tell theirs; the first are in the pod network, the last also in no block of any rule.
const V4: [&str; 5] = ["10.244.0.5", "10.244.0.6", "10.244.1.7", "10.9.0.1", "172.20.0.1"];
const V6: [&str; 3] = ["fd00::5", "fd00::6", "2001:db8::7"];
const NODE_V4: [&str; 3] = ["192.168.0.1", "192.168.0.2", "10.9.0.200"];
/// Blocks of rules, each with parts that may be cut out of it.
const BLOCKS: [(&str, &[&str]); 9] = [
    ("0.0.0.0/0", &["10.0.0.0/8", "10.244.0.0/16", "192.168.0.0/24", "203.0.113.7/32"]),
    ("10.244.0.0/16", &["10.244.0.0/24", "10.244.0.5/32"]),
    ("10.244.0.4/30", &["10.244.0.6/32"]),
    ("10.0.0.0/8", &["10.9.0.0/16", "10.244.0.0/16"]),
    ("192.168.0.0/16", &["192.168.0.2/31"]),
    ("203.0.113.0/24", &["203.0.113.7/32"]),
    ("::/0", &["fd00::/8", "fd00::6/128"]),
    ("fd00::/64", &["fd00::6/127"]),
    ("2001:db8::/32", &[]),
];
/// Addresses outside: in and out of the blocks, at their borders.
pub const OUTSIDE: [&str; 9] =
    ["8.8.8.8", "203.0.113.6", "203.0.113.7", "203.0.114.0", "10.77.0.1", "192.168.0.3", "192.169.0.0", "2001:db8::99", "2001:db9::1"];
/// Names of container ports, and what they may stand for.
const PORT_NAMES: [&str; 3] = ["web", "dns", "db"];
const PORTS: [u16; 4] = [80, 81, 53, 8080];

fn object(fields: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    Value::Object(fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}

fn labels() -> impl Strategy<Value = Value> {
    subsequence(vec!["app", "tier"], 0..=2).prop_flat_map(|keys| {
        let count = keys.len();
        vec(select(vec!["a", "b", ""]), count)
            .prop_map(move |values| Value::Object(keys.iter().zip(values).map(|(k, v)| ((*k).to_owned(), json!(v))).collect::<Map<_, _>>()))
    })
}

fn selector(keys: Vec<&'static str>, values: Vec<&'static str>) -> BoxedStrategy<Value> {
    let (key, value) = (select(keys), select(values));
    let pair = (key.clone(), value.clone());
    let values = vec(value, 1..=2);
    let expression = (key, select(vec!["In", "NotIn", "Exists", "DoesNotExist"]), values).prop_map(|(key, operator, values)| {
        let values = matches!(operator, "In" | "NotIn").then_some(json!(values));
        object([("key", Some(json!(key))), ("operator", Some(json!(operator))), ("values", values)])
    });
    prop_oneof![
        2 => Just(json!({})),
        3 => pair.prop_map(|(key, value)| json!({"matchLabels": {key: value}})),
        2 => vec(expression, 1..=2).prop_map(|e| json!({"matchExpressions": e})),
    ]
    .boxed()
}

fn pod_selector() -> BoxedStrategy<Value> {
    selector(vec!["app", "tier"], vec!["a", "b", ""])
}

fn namespace_selector() -> BoxedStrategy<Value> {
    prop_oneof![
        3 => selector(vec!["app", "tier"], vec!["a", "b"]),
        1 => selector(vec!["kubernetes.io/metadata.name"], NAMESPACES.to_vec()),
    ]
    .boxed()
}

fn namespaces() -> impl Strategy<Value = Vec<Value>> {
    subsequence(NAMESPACES.to_vec(), 0..=3).prop_flat_map(|names| {
        let count = names.len();
        vec(labels(), count).prop_map(move |labels| {
            names
                .iter()
                .zip(labels)
                .map(|(name, labels)| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}))
                .collect()
        })
    })
}

fn nodes() -> impl Strategy<Value = Vec<Value>> {
    // The last node is never given, so that pods on it refer to one of which nothing is known.
    subsequence(NODES[..2].to_vec(), 0..=2).prop_flat_map(|names| {
        let count = names.len();
        let node = (labels(), option::weighted(0.7, select(NODE_V4[..2].to_vec())), option::weighted(0.3, Just(json!(["10.244.0.0/24"]))));
        vec(node, count).prop_map(move |nodes| {
            names
                .iter()
                .zip(nodes)
                .map(|(name, (labels, address, pod_cidrs))| {
                    let addresses = address
                        .map(|a| json!({"addresses": [{"type": "InternalIP", "address": a}, {"type": "Hostname", "address": name}]}));
                    object([
                        ("apiVersion", Some(json!("v1"))),
                        ("kind", Some(json!("Node"))),
                        ("metadata", Some(json!({"name": name, "labels": labels}))),
                        ("spec", pod_cidrs.map(|c| json!({"podCIDRs": c}))),
                        ("status", addresses),
                    ])
                })
                .collect()
        })
    })
}

fn container_ports() -> impl Strategy<Value = Value> {
    let port = (option::weighted(0.8, select(PORT_NAMES.to_vec())), select(PORTS.to_vec()), option::of(select(vec!["TCP", "UDP"])));
    // Each in a container of its own: a name may come twice in a pod, but not in a container.
    vec(port, 0..=3).prop_map(|ports| {
        let mut containers: Vec<Value> = (0..)
            .zip(ports)
            .map(|(i, (name, number, protocol))| {
                let port = object([
                    ("name", name.map(Into::into)),
                    ("containerPort", Some(json!(number))),
                    ("protocol", protocol.map(Into::into)),
                ]);
                json!({"name": format!("c{i}"), "image": "example/image", "ports": [port]})
            })
            .collect();
        if containers.is_empty() {
            containers.push(json!({"name": "c", "image": "example/image"}));
        }
        json!(containers)
    })
}

#[derive(Clone, Copy, Debug)]
enum Maker {
    Pod,
    Deployment(u32),
    DaemonSet,
    /// A Deployment whose only pod is given too.
    DeploymentWithPod,
    FinishedPod,
}

/// An object with pods, before it has a name.
#[derive(Clone, Debug)]
struct Workload {
    maker: Maker,
    namespace: &'static str,
    node: Option<&'static str>,
    node_address: Option<&'static str>,
    labels: Value,
    containers: Value,
    addresses: Vec<&'static str>,
    host_network: bool,
}

fn workload() -> impl Strategy<Value = Workload> {
    let maker = prop_oneof![
        6 => Just(Maker::Pod),
        2 => (1..=3_u32).prop_map(Maker::Deployment),
        1 => Just(Maker::DaemonSet),
        1 => Just(Maker::DeploymentWithPod),
        1 => Just(Maker::FinishedPod),
    ];
    let addresses = prop_oneof![
        3 => Just(Vec::new()),
        3 => select(V4.to_vec()).prop_map(|a| vec![a]),
        1 => select(V6.to_vec()).prop_map(|a| vec![a]),
        2 => (select(V4.to_vec()), select(V6.to_vec())).prop_map(|(a, b)| vec![a, b]),
    ];
    let place =
        (select(NAMESPACES.to_vec()), option::weighted(0.6, select(NODES.to_vec())), option::weighted(0.4, select(NODE_V4.to_vec())));
    (maker, place, labels(), container_ports(), addresses, prop::bool::weighted(0.2)).prop_map(
        |(maker, (namespace, node, node_address), labels, containers, addresses, host_network)| {
            // A pod on the host network has an address of its node.
            let addresses = match node_address {
                _ if !host_network => addresses,
                Some(address) if !addresses.is_empty() => vec![address],
                _ => Vec::new(),
            };
            Workload { maker, namespace, node, node_address, labels, containers, addresses, host_network }
        },
    )
}

impl Workload {
    fn objects(&self, number: usize) -> Vec<Value> {
        let name = format!("w{number}");
        match self.maker {
            Maker::Pod | Maker::FinishedPod => vec![self.pod(&name, None)],
            Maker::Deployment(replicas) => vec![self.template("Deployment", &name, Some(replicas))],
            Maker::DaemonSet => vec![self.template("DaemonSet", &name, None)],
            Maker::DeploymentWithPod => {
                let owner = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": name, "uid": "1", "controller": true}]);
                vec![self.template("Deployment", &name, Some(1)), self.pod(&format!("{name}-x"), Some(owner))]
            }
        }
    }

    fn spec(&self) -> Value {
        object([
            ("containers", Some(self.containers.clone())),
            ("hostNetwork", self.host_network.then_some(json!(true))),
            ("nodeName", self.node.map(Into::into)),
        ])
    }

    fn pod(&self, name: &str, owner: Option<Value>) -> Value {
        let addresses = &self.addresses;
        let metadata = object([
            ("name", Some(json!(name))),
            ("namespace", Some(json!(self.namespace))),
            ("labels", Some(self.labels.clone())),
            ("ownerReferences", owner),
        ]);
        let status = object([
            ("phase", Some(json!(if matches!(self.maker, Maker::FinishedPod) { "Succeeded" } else { "Running" }))),
            ("podIP", addresses.first().map(|a| json!(a))),
            ("podIPs", (!addresses.is_empty()).then(|| addresses.iter().map(|a| json!({"ip": a})).collect())),
            ("hostIP", self.node_address.map(Into::into)),
        ]);
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": self.spec(), "status": status})
    }

    fn template(&self, kind: &str, name: &str, replicas: Option<u32>) -> Value {
        let mut labels = self.labels.clone();
        labels["made-by"] = json!(name);
        let spec = object([
            ("replicas", replicas.map(Into::into)),
            ("selector", Some(json!({"matchLabels": {"made-by": name}}))),
            ("template", Some(json!({"metadata": {"labels": labels}, "spec": self.spec()}))),
        ]);
        json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": self.namespace}, "spec": spec})
    }
}

fn ip_block() -> impl Strategy<Value = Value> {
    select(BLOCKS.to_vec()).prop_flat_map(|(cidr, parts)| {
        let most = parts.len().min(2);
        subsequence(parts.to_vec(), 0..=most)
            .prop_map(move |except| object([("cidr", Some(json!(cidr))), ("except", (!except.is_empty()).then_some(json!(except)))]))
    })
}

fn peer() -> BoxedStrategy<Value> {
    prop_oneof![
        2 => pod_selector().prop_map(|p| json!({"podSelector": p})),
        2 => namespace_selector().prop_map(|n| json!({"namespaceSelector": n})),
        2 => (namespace_selector(), pod_selector()).prop_map(|(n, p)| json!({"namespaceSelector": n, "podSelector": p})),
        3 => ip_block().prop_map(|b| json!({"ipBlock": b})),
    ]
    .boxed()
}

/// A list, or one of the ways of leaving it out.
fn list(item: BoxedStrategy<Value>) -> BoxedStrategy<Option<Value>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(Value::Null)),
        1 => Just(Some(json!([]))),
        5 => vec(item, 1..=2).prop_map(|items| Some(json!(items))),
    ]
    .boxed()
}

fn port() -> BoxedStrategy<Value> {
    let protocol = option::weighted(0.6, select(vec!["TCP", "UDP", "SCTP"]));
    prop_oneof![
        4 => (protocol.clone(), select(PORTS.to_vec()), option::weighted(0.3, 0..=2_u16))
            .prop_map(|(protocol, port, more)| (protocol, Some(json!(port)), more.map(|m| json!(port + m)))),
        3 => (protocol.clone(), select(PORT_NAMES.to_vec())).prop_map(|(protocol, name)| (protocol, Some(json!(name)), None)),
        1 => protocol.prop_map(|protocol| (protocol, None, None)),
    ]
    .prop_map(|(protocol, port, end)| object([("protocol", protocol.map(Into::into)), ("port", port), ("endPort", end)]))
    .boxed()
}

fn rule(peers: &'static str) -> BoxedStrategy<Value> {
    prop_oneof![
        1 => Just(Value::Null),
        12 => (list(peer()), list(port())).prop_map(move |(other, ports)| object([(peers, other), ("ports", ports)])),
    ]
    .boxed()
}

fn network_policy() -> impl Strategy<Value = Value> {
    let types = prop_oneof![
        2 => Just(None),
        1 => Just(Some(json!([]))),
        2 => Just(Some(json!(["Ingress"]))),
        2 => Just(Some(json!(["Egress"]))),
        3 => Just(Some(json!(["Ingress", "Egress"]))),
    ];
    let subject = prop_oneof![1 => Just(None), 1 => Just(Some(Value::Null)), 6 => pod_selector().prop_map(Some)];
    (select(NAMESPACES.to_vec()), subject, types, list(rule("from")), list(rule("to"))).prop_map(
        |(namespace, subject, types, ingress, egress)| {
            let spec = object([("podSelector", subject), ("policyTypes", types), ("ingress", ingress), ("egress", egress)]);
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"namespace": namespace}, "spec": spec})
        },
    )
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wide {
    Admin,
    Baseline,
    Cluster(&'static str),
}

fn subject() -> BoxedStrategy<Value> {
    prop_oneof![
        1 => namespace_selector().prop_map(|n| json!({"namespaces": n})),
        1 => (namespace_selector(), pod_selector()).prop_map(|(n, p)| json!({"pods": {"namespaceSelector": n, "podSelector": p}})),
    ]
    .boxed()
}

/// A peer, and whether it stands for ends without container ports.
fn wide_peer(kind: Wide, action: &'static str, egress: bool) -> BoxedStrategy<(Value, bool)> {
    let pods = subject().prop_map(|s| (s, false));
    // A field of an API to come.
    let unknown = Just((json!({"serviceAccounts": {}}), false));
    if !egress {
        return prop_oneof![12 => pods, 1 => unknown].boxed();
    }
    let networks = subsequence(BLOCKS.map(|b| b.0).to_vec(), 1..=2).prop_map(|n| (json!({"networks": n}), true));
    let nodes = selector(vec!["app"], vec!["a", "b"]).prop_map(|n| (json!({"nodes": n}), true));
    let names = match (kind, action) {
        (Wide::Baseline, _) | (_, "Deny" | "Pass") => pods.clone().boxed(),
        _ => Just((json!({"domainNames": ["*.example.com"]}), true)).boxed(),
    };
    prop_oneof![12 => pods, 9 => networks, 3 => nodes, 2 => names, 1 => unknown].boxed()
}

/// A port of a cluster-wide policy, and whether it is a named one.
fn wide_port(kind: Wide) -> BoxedStrategy<(Value, bool)> {
    let new = matches!(kind, Wide::Cluster(_));
    let protocol = select(vec!["TCP", "UDP", "SCTP"]);
    let number = (protocol.clone(), select(PORTS.to_vec())).prop_map(move |(protocol, port)| {
        let old = json!({"portNumber": {"protocol": protocol, "port": port}});
        (if new { json!({protocol.to_lowercase(): {"destinationPort": {"number": port}}}) } else { old }, false)
    });
    let range = (protocol, select(PORTS.to_vec()), 1..=2_u16).prop_map(move |(protocol, start, more)| {
        let range = json!({"start": start, "end": start + more});
        let old = json!({"portRange": {"protocol": protocol, "start": start, "end": start + more}});
        (if new { json!({protocol.to_lowercase(): {"destinationPort": {"range": range}}}) } else { old }, false)
    });
    let named = select(PORT_NAMES.to_vec())
        .prop_map(move |name| (if new { json!({"destinationNamedPort": name}) } else { json!({"namedPort": name}) }, true));
    prop_oneof![3 => number, 2 => range, 2 => named].boxed()
}

fn wide_rule(kind: Wide, egress: bool) -> BoxedStrategy<Value> {
    let actions = match kind {
        Wide::Admin => vec!["Allow", "Deny", "Pass"],
        Wide::Baseline => vec!["Allow", "Deny"],
        Wide::Cluster(_) => vec!["Accept", "Deny", "Pass"],
    };
    let ports = option::of(vec(wide_port(kind), 1..=2));
    (select(actions).prop_flat_map(move |action| (Just(action), vec(wide_peer(kind, action, egress), 1..=2))), ports)
        .prop_map(move |((action, peers), ports)| {
            // Named ports are refused together with ends that have none.
            let no_names = peers.iter().any(|(_, addresses)| *addresses);
            let ports: Option<Vec<Value>> =
                ports.map(|p| p.into_iter().filter(|(_, named)| !(*named && no_names)).map(|(p, _)| p).collect());
            let peers: Vec<Value> = peers.into_iter().map(|(peer, _)| peer).collect();
            object([
                ("action", Some(json!(action))),
                (if egress { "to" } else { "from" }, Some(json!(peers))),
                (if matches!(kind, Wide::Cluster(_)) { "protocols" } else { "ports" }, ports.filter(|p| !p.is_empty()).map(|p| json!(p))),
            ])
        })
        .boxed()
}

fn wide_policy(kind: Wide) -> BoxedStrategy<Value> {
    // Few priorities, so that equal ones are frequent.
    (subject(), 5..=6_u16, option::of(vec(wide_rule(kind, false), 0..=2)), option::of(vec(wide_rule(kind, true), 0..=2)))
        .prop_map(move |(subject, priority, ingress, egress)| {
            let (version, name) = match kind {
                Wide::Admin => ("v1alpha1", "AdminNetworkPolicy"),
                Wide::Baseline => ("v1alpha1", "BaselineAdminNetworkPolicy"),
                Wide::Cluster(_) => ("v1alpha2", "ClusterNetworkPolicy"),
            };
            let tier = match kind {
                Wide::Cluster(tier) => Some(json!(tier)),
                _ => None,
            };
            let spec = object([
                ("tier", tier),
                ("priority", (kind != Wide::Baseline).then_some(json!(priority))),
                ("subject", Some(subject)),
                ("ingress", ingress.map(|r| json!(r))),
                ("egress", egress.map(|r| json!(r))),
            ]);
            json!({"apiVersion": format!("policy.networking.k8s.io/{version}"), "kind": name, "metadata": {}, "spec": spec})
        })
        .boxed()
}

fn wide_policies() -> impl Strategy<Value = Vec<Value>> {
    let admin = prop_oneof![2 => wide_policy(Wide::Admin), 1 => wide_policy(Wide::Cluster("Admin"))];
    let baseline = prop_oneof![
        2 => wide_policy(Wide::Baseline).prop_map(|p| vec![p]),
        1 => vec(wide_policy(Wide::Cluster("Baseline")), 1..=2),
        2 => Just(Vec::new()),
    ];
    (vec(admin, 0..=2), baseline).prop_map(|(admin, baseline)| admin.into_iter().chain(baseline).collect())
}

fn settings() -> impl Strategy<Value = Settings> {
    let networks = prop_oneof![
        3 => Just(vec!["10.244.0.0/16"]),
        1 => Just(vec!["10.244.0.4/30"]),
        1 => Just(vec!["10.244.0.0/16", "fd00::/64"]),
    ];
    (
        prop_oneof![3 => Just(IpBlockReach::PodsToo), 1 => Just(IpBlockReach::OutsideOnly)],
        prop_oneof![2 => Just(HostNetwork::AsNode), 1 => Just(HostNetwork::AsPod)],
        prop_oneof![2 => Just(OwnNode::IngressAllowed), 1 => Just(OwnNode::Ignored)],
        prop_oneof![2 => Just(OtherProtocols::Undefined), 1 => Just(OtherProtocols::FollowRules)],
        networks,
    )
        .prop_map(|(ip_block, host_network, own_node, other_protocols, networks)| Settings {
            ip_block,
            host_network,
            own_node,
            other_protocols,
            pod_networks: networks.iter().filter_map(|n| Cidr::parse(n).ok()).collect(),
            ..Settings::default()
        })
}

/// Any cluster.
pub fn cluster() -> impl Strategy<Value = Cluster> {
    (namespaces(), nodes(), vec(workload(), 1..=4), vec(network_policy(), 0..=3), wide_policies(), settings()).prop_map(
        |(namespaces, nodes, workloads, network, wide, settings)| {
            let workloads = workloads.iter().enumerate().flat_map(|(i, workload)| workload.objects(i));
            let mut policies: Vec<Value> = network.into_iter().chain(wide).collect();
            for (number, policy) in policies.iter_mut().enumerate() {
                let name = if policy["kind"] == "BaselineAdminNetworkPolicy" { "default".to_owned() } else { format!("policy{number}") };
                policy["metadata"]["name"] = name.into();
            }
            Cluster { objects: namespaces.into_iter().chain(nodes).chain(workloads).collect(), policies, settings }
        },
    )
}

/// Addresses outside that are of no pod and no node.
pub fn outside() -> Vec<IpAddr> {
    OUTSIDE.iter().filter_map(|a| a.parse().ok()).collect()
}
