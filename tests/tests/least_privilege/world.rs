//! Small random clusters, and wanted flows as values: what is wanted is told from them, packet by packet.

use std::fmt::Write;
use std::net::IpAddr;

use netpolis_core::model::{Cidr, Protocol};
use netpolis_tests::oracle::{self, Packet};
use netpolis_tests::random::Random;

/// Ports worth trying: the borders of those that flows name.
pub const PROBES: [u16; 10] = [1, 52, 53, 79, 80, 81, 8000, 8080, 8081, 65_535];
const PORTS: [(u16, u16); 5] = [(80, 80), (53, 53), (8000, 8080), (81, 81), (79, 80)];
const NAMESPACES: [&str; 3] = ["red", "green", "blue"];
const NODES: [(&str, &str); 2] = [("n0", "192.168.0.1"), ("n1", "192.168.0.2")];
/// Ranges as flows name them. Some hold addresses of pods and nodes.
const RANGES: [&str; 8] =
    ["203.0.113.0/24", "203.0.113.7", "10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0", "internet", "2001:db8::/32", "203.0.113.0-203.0.113.99"];
const OUTSIDE: [&str; 9] =
    ["8.8.8.8", "203.0.113.6", "203.0.113.7", "203.0.113.150", "10.77.0.1", "172.16.0.9", "192.168.0.99", "2001:db8::9", "2001:db9::1"];
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

pub struct Pod {
    pub namespace: &'static str,
    pub name: String,
    pub labels: Vec<(&'static str, &'static str)>,
    pub node: usize,
    pub address: Option<String>,
    pub host_network: bool,
    /// Whether a Deployment of two makes it.
    pub made: bool,
}

/// One end of a wanted flow.
#[derive(Clone, Debug)]
enum Wish {
    Pod(usize),
    Namespace(&'static str),
    Range(&'static str),
    Node(usize),
    Any,
}

struct Flow {
    from: Wish,
    to: Wish,
    /// Protocols with ports; none for everything.
    traffic: Vec<(Protocol, Option<(u16, u16)>)>,
}

/// One end of a packet.
#[derive(Clone, PartialEq, Debug)]
pub enum End {
    Pod(usize),
    Node(usize),
    Outside(IpAddr),
}

pub struct World {
    pub pods: Vec<Pod>,
    flows: Vec<Flow>,
}

impl World {
    /// Every pod has labels that no other of its namespace has.
    pub fn distinct(seed: u64) -> World {
        World::new(seed, false)
    }

    /// Some pods have the same labels, and some use their node's network.
    pub fn alike(seed: u64) -> World {
        World::new(seed, true)
    }

    fn new(seed: u64, alike: bool) -> World {
        let random = &mut Random::new(seed);
        let mut pods: Vec<Pod> = Vec::new();
        for number in 0..2 + random.below(6) {
            let namespace = *random.pick(&NAMESPACES);
            let (labels, host_network) = loop {
                let labels = labels(random);
                let host_network = alike && random.chance(15);
                let is_known = pods.iter().any(|pod| pod.namespace == namespace && pod.labels == labels);
                if alike || !is_known {
                    break (labels, host_network);
                }
            };
            let made = !host_network && random.chance(30);
            let node = random.below(NODES.len());
            let net = *random.pick(&["10.244.1", "10.244.2", "10.9.0", "172.20.0"]);
            let address = match (host_network, made) {
                (true, _) => Some(NODES[node].1.to_owned()),
                (false, false) if random.chance(60) => Some(format!("{net}.{}", number + 10)),
                _ => None,
            };
            pods.push(Pod { namespace, name: format!("p{number}"), labels, node, address, host_network, made });
        }
        let mut world = World { pods, flows: Vec::new() };
        while world.flows.is_empty() || random.chance(80) {
            let flow = Flow { from: world.wish(random), to: world.wish(random), traffic: traffic(random) };
            if [&flow.from, &flow.to].into_iter().any(|wish| matches!(wish, Wish::Pod(_) | Wish::Namespace(_))) {
                world.flows.push(flow);
            }
        }
        world
    }

    fn wish(&self, random: &mut Random) -> Wish {
        match random.below(20) {
            0 => Wish::Node(random.below(NODES.len())),
            1..=3 => Wish::Range(random.pick::<&str>(&RANGES)),
            4 => Wish::Any,
            5 => Wish::Namespace(self.pods[random.below(self.pods.len())].namespace),
            _ => Wish::Pod(random.below(self.pods.len())),
        }
    }

    /// What there is, without policies.
    pub fn cluster(&self) -> String {
        let mut out = String::new();
        for (name, address) in NODES {
            let _ = write!(
                out,
                "apiVersion: v1\nkind: Node\nmetadata: {{name: {name}}}\nstatus: {{addresses: [{{type: InternalIP, address: {address}}}]}}\n---\n"
            );
        }
        for namespace in NAMESPACES {
            let _ = write!(out, "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}}}\n---\n");
        }
        for pod in &self.pods {
            let labels = pod.labels.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ");
            let Pod { namespace, name, .. } = pod;
            let node = NODES[pod.node].0;
            let host = if pod.host_network { ", hostNetwork: true" } else { "" };
            let spec = format!("{{nodeName: {node}{host}, containers: [{{name: c, image: i}}]}}");
            let _ = if pod.made {
                write!(
                    out,
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  replicas: 2\n  selector: {{matchLabels: {{made-by: x}}}}\n  template: {{metadata: {{labels: {{made-by: x, {labels}}}}}, spec: {spec}}}\n---\n"
                )
            } else {
                let status = pod
                    .address
                    .as_ref()
                    .map_or(String::new(), |address| format!("status: {{podIP: {address}, hostIP: {}}}\n", NODES[pod.node].1));
                write!(
                    out,
                    "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}, labels: {{{labels}}}}}\nspec: {spec}\n{status}---\n"
                )
            };
        }
        out
    }

    /// The same with policies that are to be replaced. Under Calico pods reach their own node, which it denies unless it is told otherwise.
    pub fn text(&self, calico: bool) -> String {
        let felix = "apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata: {name: default}\nspec: {defaultEndpointToHostAction: Accept}\n---\n";
        format!(
            "{}{}apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: old, namespace: red}}\nspec: {{podSelector: {{}}, ingress: [{{}}], egress: [{{}}], policyTypes: [Ingress, Egress]}}\n",
            self.cluster(),
            if calico { felix } else { "" }
        )
    }

    /// The wanted flows as lines; with protocols that Kubernetes does not know, if they are to be told.
    pub fn flows_text(&self, others: bool) -> String {
        let name = |wish: &Wish| match wish {
            Wish::Pod(pod) => format!("{}/{}", self.pods[*pod].namespace, self.pods[*pod].name),
            Wish::Namespace(name) => format!("{name}/*"),
            Wish::Range(range) => (*range).to_owned(),
            Wish::Node(node) => format!("node/{}", NODES[*node].0),
            Wish::Any => "any".to_owned(),
        };
        let line = |flow: &Flow| {
            let words = flow.traffic.iter().filter(|(protocol, _)| others || protocol.has_ports()).map(|(protocol, range)| {
                let name = protocol.name().map_or_else(|| format!("protocol {}", protocol.0), str::to_owned);
                match range {
                    Some((first, last)) if first == last => format!("{name} {first}"),
                    Some((first, last)) => format!("{name} {first}-{last}"),
                    None => name,
                }
            });
            format!("{} -> {} {}\n", name(&flow.from), name(&flow.to), words.collect::<Vec<_>>().join(" "))
        };
        self.flows.iter().map(line).collect()
    }

    pub fn ends(&self) -> Vec<End> {
        let pods = (0..self.pods.len()).map(End::Pod);
        pods.chain((0..NODES.len()).map(End::Node)).chain(OUTSIDE.iter().map(|address| End::Outside(address.parse().unwrap()))).collect()
    }

    pub fn oracle_end(&self, end: &End) -> oracle::Endpoint {
        match end {
            End::Pod(pod) => oracle::Endpoint::Pod(self.pods[*pod].namespace.into(), self.pods[*pod].name.clone()),
            End::Node(node) => oracle::Endpoint::Node(NODES[*node].0.into()),
            End::Outside(address) => oracle::Endpoint::Outside(*address),
        }
    }

    /// The title of an end in answers; empty for an address outside, which is told with others.
    pub fn title(&self, end: &End) -> String {
        match end {
            End::Pod(pod) => {
                let Pod { namespace, name, made, .. } = &self.pods[*pod];
                format!("{namespace}/{name}[{}]", if *made { "Deployment" } else { "Pod" })
            }
            End::Node(node) => format!("node/{}", NODES[*node].0),
            End::Outside(_) => String::new(),
        }
    }

    /// The addresses that rules know an end by; of a pod without one the borders of the pod network.
    pub fn addresses(&self, end: &End) -> Vec<IpAddr> {
        let parse = |address: &str| address.parse().unwrap();
        match end {
            End::Pod(pod) => match &self.pods[*pod].address {
                Some(address) => vec![parse(address)],
                None => vec![parse("10.244.0.0"), parse("10.244.255.255")],
            },
            End::Node(node) => vec![parse(NODES[*node].1)],
            End::Outside(address) => vec![*address],
        }
    }

    /// Whether policies hold one of the ends, and nothing but policies decides.
    pub fn is_in_question(&self, from: &End, to: &End) -> bool {
        let node = |end: &End| match end {
            End::Node(node) => Some(*node),
            End::Pod(pod) if self.pods[*pod].host_network => Some(self.pods[*pod].node),
            _ => None,
        };
        let is_own_node = node(from).is_some() && matches!(to, End::Pod(pod) if Some(self.pods[*pod].node) == node(from));
        let is_itself = from == to && matches!(from, End::Pod(pod) if !self.pods[*pod].made);
        (self.is_held(from) || self.is_held(to)) && !is_own_node && !is_itself
    }

    fn is_held(&self, end: &End) -> bool {
        let End::Pod(own) = end else { return false };
        let own = &self.pods[*own];
        let is_of = |wish: &Wish| match wish {
            Wish::Pod(pod) => self.pods[*pod].namespace == own.namespace && !self.pods[*pod].host_network,
            Wish::Namespace(name) => *name == own.namespace && self.pods.iter().any(|pod| pod.namespace == *name && !pod.host_network),
            _ => false,
        };
        !own.host_network && self.flows.iter().any(|flow| is_of(&flow.from) || is_of(&flow.to))
    }

    /// Whether a packet is of one of the wanted flows.
    pub fn wants(&self, from: &End, to: &End, packet: Packet) -> bool {
        let carries = |flow: &Flow| {
            flow.traffic.is_empty()
                || flow.traffic.iter().any(|(protocol, range)| {
                    *protocol == packet.protocol && range.is_none_or(|(first, last)| (first..=last).contains(&packet.destination))
                })
        };
        self.flows.iter().any(|flow| carries(flow) && self.is_meant(&flow.from, from) && self.is_meant(&flow.to, to))
    }

    fn is_meant(&self, wish: &Wish, end: &End) -> bool {
        match (wish, end) {
            (Wish::Any, _) => true,
            (Wish::Pod(wanted), End::Pod(pod)) => wanted == pod,
            (Wish::Namespace(name), End::Pod(pod)) => self.pods[*pod].namespace == *name,
            (Wish::Node(wanted), End::Node(node)) => wanted == node,
            // Who has the address of a node is the node, as far as policies go.
            (Wish::Node(wanted), End::Pod(pod)) => self.pods[*pod].host_network && self.pods[*pod].node == *wanted,
            (Wish::Range(_), End::Pod(pod)) if !self.pods[*pod].host_network => false,
            (Wish::Range(range), end) => self.addresses(end).iter().all(|address| holds(range, *address)),
            _ => false,
        }
    }
}

fn holds(range: &str, address: IpAddr) -> bool {
    let within = |cidr: &str| Cidr::parse(cidr).unwrap().contains(address);
    match range {
        "internet" => address.is_ipv4() && !PRIVATE.iter().any(|cidr| within(cidr)),
        _ if range.contains('/') => within(range),
        _ => match range.split_once('-') {
            Some((first, last)) => {
                let (first, last): (IpAddr, IpAddr) = (first.parse().unwrap(), last.parse().unwrap());
                first.is_ipv4() == address.is_ipv4() && first <= address && address <= last
            }
            None => range.parse() == Ok(address),
        },
    }
}

fn labels(random: &mut Random) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    for (key, values) in [("app", ["web", "db", "job"]), ("tier", ["a", "b", "c"]), ("team", ["x", "y", "z"])] {
        if random.below(3) > 0 {
            found.push((key, *random.pick(&values)));
        }
    }
    found
}

fn traffic(random: &mut Random) -> Vec<(Protocol, Option<(u16, u16)>)> {
    if random.chance(8) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for _ in 0..1 + random.below(3) {
        let protocol =
            *random.pick(&[Protocol::TCP, Protocol::TCP, Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP, Protocol(47)]);
        let whole = !protocol.has_ports() || random.chance(10);
        let of_ports = found.iter().position(|(known, _)| *known == protocol);
        // One entry a protocol keeps the words of the list plain.
        if of_ports.is_none() {
            found.push((protocol, (!whole).then(|| *random.pick(&PORTS))));
        }
    }
    // At least one that every form can say.
    if !found.iter().any(|(protocol, _)| protocol.has_ports()) {
        found.push((Protocol::TCP, Some(*random.pick(&PORTS))));
    }
    found
}
