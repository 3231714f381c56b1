//! Random clusters under Calico, and an evaluator of them that shares nothing with the real one.
//!
//! A world is made as values, written out as the text that a person would paste, and evaluated packet by packet from those values, straight from
//! the tables of Calico's documentation: no classes, no sets, no parsed selectors. Everything about it is known, so every answer is yes or no.

mod journey;
mod sayable;

use std::collections::BTreeMap;
use std::net::IpAddr;

use netpolis_core::model::Cidr;
use serde_json::{Value, json};

use crate::random::Random;
use crate::yaml;

type Labels = BTreeMap<String, String>;

/// A selector as it was made.
#[derive(Clone, Debug)]
enum Sel {
    All,
    Has(String),
    Is(String, String),
    IsNot(String, String),
    In(String, Vec<String>),
    StartsWith(String, String),
    Not(Box<Sel>),
    And(Box<Sel>, Box<Sel>),
    Or(Box<Sel>, Box<Sel>),
}

impl Sel {
    fn text(&self) -> String {
        match self {
            Sel::All => "all()".into(),
            Sel::Has(k) => format!("has({k})"),
            Sel::Is(k, v) => format!("{k} == '{v}'"),
            Sel::IsNot(k, v) => format!("{k} != '{v}'"),
            Sel::In(k, vs) => format!("{k} in {{'{}'}}", vs.join("', '")),
            Sel::StartsWith(k, v) => format!("{k} starts with '{v}'"),
            Sel::Not(x) => format!("!({})", x.text()),
            Sel::And(a, b) => format!("({} && {})", a.text(), b.text()),
            Sel::Or(a, b) => format!("({} || {})", a.text(), b.text()),
        }
    }

    /// Whether labels match; `all` is what `all()` means here.
    fn holds(&self, labels: &Labels, all: bool) -> bool {
        match self {
            Sel::All => all,
            Sel::Has(k) => labels.contains_key(k),
            Sel::Is(k, v) => labels.get(k) == Some(v),
            Sel::IsNot(k, v) => labels.get(k) != Some(v),
            Sel::In(k, vs) => labels.get(k).is_some_and(|v| vs.contains(v)),
            Sel::StartsWith(k, v) => labels.get(k).is_some_and(|x| x.starts_with(v.as_str())),
            Sel::Not(x) => !x.holds(labels, all),
            Sel::And(a, b) => a.holds(labels, all) && b.holds(labels, all),
            Sel::Or(a, b) => a.holds(labels, all) || b.holds(labels, all),
        }
    }
}

/// A namespaceSelector of a peer.
#[derive(Clone, Debug)]
enum NsSel {
    Global,
    Labels(Sel),
}

#[derive(Clone, Debug, Default)]
struct Entity {
    nets: Vec<&'static str>,
    not_nets: Vec<&'static str>,
    selector: Option<Sel>,
    not_selector: Option<Sel>,
    namespaces: Option<NsSel>,
    accounts: Vec<&'static str>,
    account_selector: Option<Sel>,
    /// Namespace and name.
    service: Option<(&'static str, &'static str)>,
    /// Only pods, as peers of Kubernetes's policies mean.
    pods_only: bool,
    ports: Vec<(u16, u16)>,
    named_port: bool,
    not_ports: Vec<(u16, u16)>,
}

#[derive(Clone, Debug)]
struct Rule {
    action: &'static str,
    ip_version: Option<u8>,
    protocol: Option<u8>,
    not_protocol: Option<u8>,
    /// Type, and code if given.
    icmp: Option<(u8, Option<u8>)>,
    not_icmp: Option<(u8, Option<u8>)>,
    source: Entity,
    destination: Entity,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Hook {
    Normal,
    Forward,
    PreDnat,
    Untracked,
}

#[derive(Clone, Debug)]
struct Policy {
    /// Nothing for a GlobalNetworkPolicy.
    namespace: Option<&'static str>,
    name: String,
    tier: &'static str,
    order: Option<i32>,
    selector: Sel,
    namespaces: Option<Sel>,
    accounts: Option<Sel>,
    /// Rules, where the direction is among the types.
    ingress: Option<Vec<Rule>>,
    egress: Option<Vec<Rule>>,
    hook: Hook,
    staged: bool,
    /// A NetworkPolicy of Kubernetes.
    kubernetes: bool,
}

struct Pod {
    namespace: &'static str,
    name: String,
    labels: Labels,
    account: &'static str,
    node: usize,
    address: IpAddr,
}

struct Set {
    namespace: Option<&'static str>,
    name: String,
    labels: Labels,
    nets: Vec<&'static str>,
}

struct Host {
    name: String,
    node: usize,
    /// Its `interfaceName`; nothing where its address says which one it is.
    interface: Option<&'static str>,
    expected: bool,
    labels: Labels,
    allow_profile: bool,
}

/// A cluster with Calico.
pub struct World {
    namespaces: Vec<(&'static str, Labels)>,
    accounts: Vec<(&'static str, &'static str, Labels)>,
    pods: Vec<Pod>,
    sets: Vec<Set>,
    hosts: Vec<Host>,
    tiers: Vec<(&'static str, Option<i32>, bool)>,
    policies: Vec<Policy>,
    endpoint_to_host: &'static str,
    /// Whether pods may send packets with packets inside: VXLAN, IP in IP; nothing where it is not said.
    allow_encapsulated: [Option<bool>; 2],
    /// Whether pods come to other nodes with the address of their own (`natOutgoing` of the pool).
    nat_outgoing: bool,
}

/// One end of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spot {
    /// A pod, by number.
    Pod(usize),
    /// A process of a node, by number.
    Node(usize),
    /// An address outside.
    Outside(IpAddr),
}

/// A packet that opens a connection.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    /// Where it comes from.
    pub from: Spot,
    /// Where it goes.
    pub to: Spot,
    /// Its protocol.
    pub protocol: u8,
    /// Source port, or ICMP type.
    pub source: u16,
    /// Destination port, or ICMP code.
    pub destination: u16,
}

const NAMESPACES: [&str; 2] = ["red", "blue"];
const NODES: [&str; 2] = ["n0", "n1"];
const NODE_ADDRESSES: [&str; 2] = ["192.168.0.10", "192.168.0.11"];
const ACCOUNTS: [&str; 2] = ["default", "builder"];
/// Of one family, as pods and nodes: a packet is of one, and the other is in some rules to match nothing.
const OUTSIDE: [&str; 3] = ["203.0.113.5", "203.0.113.200", "198.51.100.9"];
const NETS: [&str; 6] = ["203.0.113.0/24", "203.0.113.0/25", "10.244.0.0/16", "192.168.0.0/24", "2001:db8::/32", "198.51.100.9/32"];
const PORTS: [(u16, u16); 3] = [(80, 80), (8000, 8100), (53, 53)];
const SERVED: u16 = 8080;
/// Services: name, the label of their pods, protocol and target port.
const SERVICES: [(&str, (&str, &str), u8, u16); 2] = [("front", ("app", "web"), 6, SERVED), ("names", ("tier", "a"), 17, 53)];

fn some_labels(random: &mut Random) -> Labels {
    let mut found = Labels::new();
    for (key, values) in [("app", ["web", "db", "webby"]), ("tier", ["a", "b", "c"]), ("role", ["x", "y", "z"])] {
        if random.below(3) > 0 {
            found.insert(key.into(), (*random.pick(&values)).into());
        }
    }
    found
}

fn selector(random: &mut Random, depth: usize) -> Sel {
    let key = (*random.pick(&["app", "tier", "role"])).to_owned();
    let value = |random: &mut Random| (*random.pick(&["web", "db", "a", "b", "x", "y"])).to_owned();
    match random.below(if depth == 0 { 6 } else { 9 }) {
        0 => Sel::All,
        1 => Sel::Has(key),
        2 => Sel::Is(key, value(random)),
        3 => Sel::IsNot(key, value(random)),
        4 => Sel::In(key, vec![value(random), value(random)]),
        5 => Sel::StartsWith(key, "we".into()),
        6 => Sel::Not(Box::new(selector(random, depth - 1))),
        7 => Sel::And(Box::new(selector(random, depth - 1)), Box::new(selector(random, depth - 1))),
        _ => Sel::Or(Box::new(selector(random, depth - 1)), Box::new(selector(random, depth - 1))),
    }
}

/// A selector over labels of namespaces or accounts.
fn outer_selector(random: &mut Random) -> Sel {
    let key = (*random.pick(&["team", "env"])).to_owned();
    let value = (*random.pick(&["one", "two"])).to_owned();
    match random.below(5) {
        0 => Sel::All,
        1 => Sel::Has(key),
        2 => Sel::IsNot(key, value),
        3 => Sel::Not(Box::new(Sel::Has(key))),
        _ => Sel::Is(key, value),
    }
}

fn maybe<T>(random: &mut Random, one_in: usize, make: impl FnOnce(&mut Random) -> T) -> Option<T> {
    (random.below(one_in) == 0).then(|| make(random))
}

fn entity(random: &mut Random, ports: bool) -> Entity {
    let v6 = random.below(6) == 0;
    let net = |random: &mut Random| loop {
        let net = *random.pick(&NETS);
        if net.contains("::") == v6 {
            return net;
        }
    };
    let mut entity = Entity {
        selector: maybe(random, 3, |r| selector(r, 2)),
        not_selector: maybe(random, 8, |r| selector(r, 1)),
        namespaces: maybe(random, 5, |r| if r.below(4) == 0 { NsSel::Global } else { NsSel::Labels(outer_selector(r)) }),
        accounts: maybe(random, 8, |r| vec![*r.pick(&ACCOUNTS)]).unwrap_or_default(),
        account_selector: maybe(random, 12, outer_selector),
        ..Entity::default()
    };
    if random.below(5) == 0 {
        entity.nets = vec![net(random)];
    }
    if random.below(8) == 0 {
        entity.not_nets = vec![net(random)];
    }
    if ports {
        entity.ports = maybe(random, 2, |r| vec![*r.pick(&PORTS)]).unwrap_or_default();
        entity.named_port = random.below(6) == 0;
        entity.not_ports = maybe(random, 6, |r| vec![*r.pick(&PORTS)]).unwrap_or_default();
    }
    entity
}

fn rule(random: &mut Random, ingress: bool) -> Rule {
    let protocol = *random.pick(&[None, Some(6), Some(6), Some(17), Some(1)]);
    let with_ports = matches!(protocol, Some(6 | 17)) && random.below(2) == 0;
    let mut rule = Rule {
        action: random.pick::<&str>(&["Allow", "Allow", "Deny", "Pass", "Log"]),
        ip_version: maybe(random, 10, |r| *r.pick(&[4, 6])),
        protocol,
        not_protocol: maybe(random, 10, |r| *r.pick(&[6, 17])),
        icmp: maybe(random, 2, icmp).filter(|_| protocol == Some(1)),
        not_icmp: maybe(random, 3, icmp).filter(|_| protocol == Some(1)),
        source: entity(random, false),
        destination: entity(random, with_ports),
    };
    // What Calico refuses to take: both families in one rule, and families that contradict the version.
    let nets = || [&rule.source.nets, &rule.source.not_nets, &rule.destination.nets, &rule.destination.not_nets].into_iter().flatten();
    let (v4, v6) = (nets().any(|n| !n.contains("::")), nets().any(|n| n.contains("::")));
    if v4 && (v6 || rule.ip_version == Some(6)) || v6 && rule.ip_version == Some(4) {
        for entity in [&mut rule.source, &mut rule.destination] {
            entity.nets.clear();
            entity.not_nets.clear();
        }
    }
    if rule.protocol == Some(1) && rule.ip_version == Some(6) {
        rule.ip_version = None;
    }
    if with_ports && random.below(4) == 0 {
        rule.source.ports = vec![*random.pick(&[(40_000, 40_000), (1, 39_999), (32_768, 60_999)])];
    }
    if with_ports && random.below(6) == 0 {
        rule.source.not_ports = vec![*random.pick(&[(40_000, 40_000), (1, 39_999)])];
    }
    // A Service stands alone on its side: the peer's.
    if random.below(6) == 0 {
        let (name, ..) = *random.pick(&SERVICES);
        let service = Some((*random.pick(&NAMESPACES), name));
        if ingress {
            rule.source = Entity { service, ports: rule.source.ports, ..Entity::default() };
        } else {
            rule.destination = Entity { service, ..Entity::default() };
        }
    }
    rule
}

fn icmp(random: &mut Random) -> (u8, Option<u8>) {
    *random.pick(&[(8, None), (8, Some(0)), (3, None), (3, Some(1)), (3, Some(4))])
}

/// A NetworkPolicy of Kubernetes: it selects by one label or none, and only allows.
fn kubernetes_policy(random: &mut Random, number: usize) -> Policy {
    let label = |random: &mut Random| match random.below(3) {
        0 => Sel::All,
        _ => Sel::Is((*random.pick(&["app", "tier"])).to_owned(), (*random.pick(&["web", "db", "a", "b"])).to_owned()),
    };
    let rule = |random: &mut Random, ingress: bool| {
        let peer = match random.below(4) {
            0 => Entity::default(),
            1 => Entity { nets: vec![*random.pick(&["203.0.113.0/25", "10.244.0.0/16", "192.168.0.0/24"])], ..Entity::default() },
            2 => Entity { selector: Some(label(random)), pods_only: true, ..Entity::default() },
            _ => {
                let team = Sel::Is("team".into(), (*random.pick(&["one", "two"])).to_owned());
                let namespaces = Some(NsSel::Labels(if random.below(2) == 0 { Sel::All } else { team }));
                Entity { selector: maybe(random, 2, label), namespaces, pods_only: true, ..Entity::default() }
            }
        };
        let protocol = *random.pick(&[None, Some(6), Some(17)]);
        let ports = if protocol.is_some() { vec![*random.pick(&PORTS)] } else { Vec::new() };
        let (source, mut destination) = if ingress { (peer, Entity::default()) } else { (Entity::default(), peer) };
        destination.ports = ports;
        Rule { action: "Allow", ip_version: None, protocol, not_protocol: None, icmp: None, not_icmp: None, source, destination }
    };
    let rules = |random: &mut Random, ingress: bool| (0..random.below(3)).map(|_| rule(random, ingress)).collect::<Vec<_>>();
    let ingress = rules(random, true);
    Policy {
        namespace: Some(*random.pick(&NAMESPACES)),
        name: format!("k{number}"),
        tier: "default",
        order: Some(1000),
        selector: label(random),
        namespaces: None,
        accounts: None,
        ingress: Some(ingress),
        egress: maybe(random, 2, |r| rules(r, false)),
        hook: Hook::Normal,
        staged: false,
        kubernetes: true,
    }
}

fn rules(random: &mut Random, ingress: bool) -> Vec<Rule> {
    (0..random.below(4)).map(|_| rule(random, ingress)).collect()
}

/// The policy with this number; one about hosts only where there are some.
fn policy(r: &mut Random, i: usize, with_hosts: bool) -> Policy {
    let namespace = maybe(r, 2, |r| *r.pick(&NAMESPACES));
    let hook = match r.below(8) {
        0 => Hook::PreDnat,
        1 => Hook::Untracked,
        2..=3 => Hook::Forward,
        _ => Hook::Normal,
    };
    let hook = if namespace.is_some() || !with_hosts { Hook::Normal } else { hook };
    // A policy acts in one direction at least; before translation, on ingress alone.
    let mut ingress = (r.below(3) > 0).then(|| rules(r, true));
    let egress = (hook != Hook::PreDnat && r.below(2) == 0).then(|| rules(r, false));
    if egress.is_none() && ingress.is_none() {
        ingress = Some(Vec::new());
    }
    Policy {
        namespace,
        name: format!("{}{i}", r.pick(&["a", "a-b", "b"])),
        tier: r.pick::<&str>(&["default", "default", "first", "second"]),
        order: maybe(r, 2, |r| *r.pick(&[0, 5, 10, 1000, 2000])),
        selector: selector(r, 1),
        namespaces: maybe(r, 5, outer_selector).filter(|_| namespace.is_none()),
        accounts: maybe(r, 8, outer_selector),
        ingress,
        egress,
        hook,
        staged: r.below(8) == 0 && hook == Hook::Normal,
        kubernetes: false,
    }
}

impl World {
    /// The world of a seed; with host endpoints or without.
    pub fn new(seed: u64, with_hosts: bool) -> Self {
        let mut random = Random::new(seed);
        let r = &mut random;
        let outer = |r: &mut Random| {
            let mut found = Labels::new();
            for key in ["team", "env"] {
                if r.below(2) == 0 {
                    found.insert(key.into(), (*r.pick(&["one", "two"])).into());
                }
            }
            found
        };
        let namespaces = NAMESPACES.map(|name| (name, outer(r))).to_vec();
        let accounts = NAMESPACES.iter().flat_map(|n| ACCOUNTS.map(|a| (*n, a))).map(|(n, a)| (n, a, outer(r))).collect();
        let pods = (0..4).map(|i| Pod {
            namespace: NAMESPACES[i % 2],
            name: format!("p{i}"),
            labels: some_labels(r),
            account: r.pick::<&str>(&ACCOUNTS),
            node: r.below(2),
            address: IpAddr::from([10, 244, 0, 10 + i as u8]),
        });
        let pods = pods.collect();
        let set = |i: usize, r: &mut Random| Set {
            namespace: if i == 0 { None } else { Some(*r.pick(&NAMESPACES)) },
            name: format!("s{i}"),
            labels: some_labels(r),
            nets: vec![*r.pick(&NETS)],
        };
        let sets = (0..r.below(3)).map(|i| set(i, r)).collect();
        let hosts = match with_hosts {
            false => Vec::new(),
            true => (0..1 + r.below(5))
                .map(|i| Host {
                    // Names in no order of their own: the first by name wins.
                    name: format!("{}{i}", r.pick(&["h", "a", "z-", "m."]).trim_end_matches('.')),
                    node: r.below(2),
                    interface: *r.pick(&[Some("*"), Some("*"), Some("eth0"), Some("eth0"), None]),
                    expected: r.below(2) == 0,
                    labels: some_labels(r),
                    allow_profile: r.below(2) == 0,
                })
                .collect(),
        };
        let tiers = vec![
            ("first", Some(r.below(3) as i32 * 10), r.below(2) == 0),
            ("second", maybe(r, 2, |r| r.below(3) as i32 * 10), r.below(2) == 0),
        ];
        let mut policies: Vec<Policy> = (0..1 + r.below(6)).map(|i| policy(r, i, with_hosts)).collect();
        policies.extend((0..r.below(3)).map(|i| kubernetes_policy(r, i)));
        let endpoint_to_host = *r.pick(&["Drop", "Accept"]);
        let allow_encapsulated = [(); 2].map(|()| *r.pick(&[None, Some(true), Some(false)]));
        let nat_outgoing = r.below(2) == 0;
        World { namespaces, accounts, pods, sets, hosts, tiers, policies, endpoint_to_host, allow_encapsulated, nat_outgoing }
    }

    /// Every end there is.
    pub fn spots(&self) -> Vec<Spot> {
        let outside = OUTSIDE.iter().filter_map(|a| a.parse().ok()).map(Spot::Outside);
        (0..self.pods.len()).map(Spot::Pod).chain((0..NODES.len()).map(Spot::Node)).chain(outside).collect()
    }

    /// `namespace/name` of a pod, or the name of a node.
    pub fn name(&self, spot: Spot) -> String {
        match spot {
            Spot::Pod(i) => format!("{}/{}", self.pods[i].namespace, self.pods[i].name),
            Spot::Node(i) => NODES[i].to_owned(),
            Spot::Outside(address) => address.to_string(),
        }
    }

    // ---- as text ---------------------------------------------------------------------------------------------------------------------

    /// What a person would paste.
    pub fn text(&self) -> String {
        let mut objects = Vec::new();
        let calico = |kind: &str, meta: Value, spec: Value| json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": meta, "spec": spec});
        for (name, labels) in &self.namespaces {
            objects.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}));
        }
        for (namespace, name, labels) in &self.accounts {
            let meta = json!({"name": name, "namespace": namespace, "labels": labels});
            objects.push(json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}));
        }
        for (name, address) in NODES.iter().zip(NODE_ADDRESSES) {
            objects.push(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name},
                "status": {"addresses": [{"type": "InternalIP", "address": address}]}}));
        }
        for pod in &self.pods {
            let ports = json!([{"name": "served", "containerPort": SERVED}]);
            objects.push(json!({
                "apiVersion": "v1", "kind": "Pod", "metadata": {"name": pod.name, "namespace": pod.namespace, "labels": pod.labels},
                "spec": {"nodeName": NODES[pod.node], "serviceAccountName": pod.account, "containers": [{"name": "c", "image": "i", "ports": ports}]},
                "status": {"phase": "Running", "podIP": pod.address.to_string()},
            }));
        }
        for namespace in NAMESPACES {
            for (name, (key, value), protocol, port) in SERVICES {
                let protocol = if protocol == 6 { "TCP" } else { "UDP" };
                objects.push(json!({
                    "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace},
                    "spec": {"selector": {key: value}, "ports": [{"port": 80, "protocol": protocol, "targetPort": port}]},
                }));
            }
        }
        for set in &self.sets {
            let (kind, meta) = match set.namespace {
                Some(namespace) => ("NetworkSet", json!({"name": set.name, "namespace": namespace, "labels": set.labels})),
                None => ("GlobalNetworkSet", json!({"name": set.name, "labels": set.labels})),
            };
            objects.push(calico(kind, meta, json!({"nets": set.nets})));
        }
        for host in &self.hosts {
            let spec = journey::fields(host);
            objects.push(calico("HostEndpoint", json!({"name": host.name, "labels": host.labels}), spec));
        }
        for (name, order, pass) in &self.tiers {
            objects.push(calico(
                "Tier",
                json!({"name": name}),
                json!({"order": order, "defaultAction": if *pass { "Pass" } else { "Deny" }}),
            ));
        }
        objects.push(calico("IPPool", json!({"name": "pool"}), json!({"cidr": "10.244.0.0/16", "natOutgoing": self.nat_outgoing})));
        let mut felix = json!({"defaultEndpointToHostAction": self.endpoint_to_host});
        for (field, allow) in ["allowVXLANPacketsFromWorkloads", "allowIPIPPacketsFromWorkloads"].iter().zip(self.allow_encapsulated) {
            if let Some(allow) = allow {
                felix[field] = json!(allow);
            }
        }
        objects.push(calico("FelixConfiguration", json!({"name": "default"}), felix));
        objects.extend(self.policies.iter().map(Policy::object));
        yaml::documents(&objects)
    }

    // ---- evaluated -------------------------------------------------------------------------------------------------------------------

    /// Whether a packet arrives.
    pub fn allows(&self, packet: &Packet) -> bool {
        let (from, to) = (packet.from, packet.to);
        if from == to || matches!((from, to), (Spot::Outside(_), Spot::Outside(_))) {
            return true;
        }
        self.connects(packet)
    }

    /// One pod, one direction.
    fn at_pod(&self, pod: usize, ingress: bool, packet: &Packet) -> bool {
        // Before its policies (`endpointIptablesChain`): what is inside another packet would get past them.
        let [vxlan, ipip] = self.allow_encapsulated.map(|allow| allow == Some(true));
        let dropped = !vxlan && (packet.protocol, packet.destination) == (17, 4789) || !ipip && packet.protocol == 4;
        if !ingress && dropped {
            return false;
        }
        let applies = |policy: &Policy| matches!(policy.hook, Hook::Normal | Hook::Forward) && self.selects_pod(policy, &self.pods[pod]);
        // What no tier decides, the profile of the namespace allows.
        self.tiers_decide(&applies, ingress, packet, false).unwrap_or(true)
    }

    /// What the tiers say, if they say anything. `rules_only`: no tier denies at its end.
    fn tiers_decide(&self, applies: &dyn Fn(&Policy) -> bool, ingress: bool, packet: &Packet, rules_only: bool) -> Option<bool> {
        let mut tiers: Vec<(&str, Option<i32>, bool)> = self.tiers.clone();
        tiers.push(("default", Some(1_000_000), false));
        tiers.sort_by_key(|(name, order, _)| (order.is_none(), order.unwrap_or(0), *name));
        'tiers: for (tier, _, pass) in tiers {
            let mut policies: Vec<&Policy> = self.policies.iter().filter(|p| !p.staged && p.tier == tier && applies(p)).collect();
            policies.retain(|p| if ingress { p.ingress.is_some() } else { p.egress.is_some() });
            if policies.is_empty() {
                continue;
            }
            let text = |p: &Policy| {
                let kind = match p.namespace {
                    Some(_) if p.kubernetes => "KubernetesNetworkPolicy",
                    Some(_) => "NetworkPolicy",
                    None => "GlobalNetworkPolicy",
                };
                format!("{}/{}/{kind}", p.name, p.namespace.unwrap_or_default())
            };
            policies.sort_by_key(|p| (p.order.is_none(), p.order.unwrap_or(0), text(p)));
            for policy in policies {
                let rules = if ingress { &policy.ingress } else { &policy.egress };
                for rule in rules.iter().flatten() {
                    if !self.matches(policy, rule, packet) {
                        continue;
                    }
                    match rule.action {
                        "Allow" => return Some(true),
                        "Deny" => return Some(false),
                        "Pass" => continue 'tiers,
                        _ => {}
                    }
                }
            }
            if !pass && !rules_only {
                return Some(false);
            }
        }
        None
    }

    fn namespace_labels(&self, name: &str) -> Labels {
        let mut found = self.namespaces.iter().find(|(n, _)| *n == name).map(|(_, l)| l.clone()).unwrap_or_default();
        found.insert("projectcalico.org/name".into(), name.into());
        found
    }

    fn account_labels(&self, pod: &Pod) -> Labels {
        self.labels_of_account(pod.namespace, pod.account)
    }

    fn labels_of_account(&self, namespace: &str, name: &str) -> Labels {
        let is = |(n, a, _): &&(&str, &str, Labels)| *n == namespace && *a == name;
        self.accounts.iter().find(is).map(|(.., l)| l.clone()).unwrap_or_default()
    }

    fn selects_pod(&self, policy: &Policy, pod: &Pod) -> bool {
        policy.namespace.is_none_or(|n| n == pod.namespace)
            && policy.selector.holds(&pod.labels, true)
            && policy.namespaces.as_ref().is_none_or(|s| s.holds(&self.namespace_labels(pod.namespace), true))
            && policy.accounts.as_ref().is_none_or(|s| s.holds(&self.account_labels(pod), true))
    }

    fn selects_host(&self, policy: &Policy, host: &Host) -> bool {
        // Beside a namespaceSelector or a serviceAccountSelector `all()` means what has a namespace, or an account.
        let all = policy.namespaces.is_none() && policy.accounts.is_none();
        policy.namespace.is_none()
            && policy.selector.holds(&host.labels, all)
            && policy.namespaces.as_ref().is_none_or(|s| s.holds(&Labels::new(), false))
            && policy.accounts.as_ref().is_none_or(|s| s.holds(&Labels::new(), false))
    }

    fn address(&self, spot: Spot) -> IpAddr {
        match spot {
            Spot::Pod(i) => self.pods[i].address,
            Spot::Node(i) => NODE_ADDRESSES[i].parse().unwrap_or(IpAddr::from([0, 0, 0, 0])),
            Spot::Outside(address) => address,
        }
    }

    fn matches(&self, policy: &Policy, rule: &Rule, packet: &Packet) -> bool {
        let (source, destination) = (self.address(packet.from), self.address(packet.to));
        let lists = [&rule.source.nets, &rule.source.not_nets, &rule.destination.nets, &rule.destination.not_nets];
        let v4 = source.is_ipv4();
        let family = rule.ip_version.is_none_or(|v| (v == 4) == v4)
            && lists.iter().all(|l| l.is_empty() || l.iter().any(|net| net.contains("::") != v4));
        family
            && rule.protocol.is_none_or(|p| p == packet.protocol)
            && rule.not_protocol.is_none_or(|p| p != packet.protocol)
            && rule.icmp.is_none_or(|icmp| is_icmp(icmp, packet))
            && rule.not_icmp.is_none_or(|icmp| !is_icmp(icmp, packet))
            && self.side(policy, &rule.source, (source, packet.source), packet, false)
            && self.side(policy, &rule.destination, (destination, packet.destination), packet, true)
    }

    /// Whether an address is behind a Service; as a destination, with its port.
    fn is_behind(&self, (namespace, name): (&str, &str), address: IpAddr, packet: &Packet, destination: bool) -> bool {
        let service = SERVICES.iter().find(|(n, ..)| *n == name);
        service.is_some_and(|(_, (key, value), protocol, port)| {
            let behind =
                |pod: &Pod| pod.namespace == namespace && pod.address == address && pod.labels.get(*key).is_some_and(|v| v == value);
            self.pods.iter().any(behind) && (!destination || packet.protocol == *protocol && packet.destination == *port)
        })
    }

    fn side(&self, policy: &Policy, entity: &Entity, (address, port): (IpAddr, u16), packet: &Packet, destination: bool) -> bool {
        if let Some(service) = entity.service
            && !self.is_behind(service, address, packet, destination)
        {
            return false;
        }
        let within = |net: &&str| Cidr::parse(net).is_ok_and(|net| net.contains(address));
        let nets = entity.nets.is_empty() || entity.nets.iter().any(&within);
        let not_nets = !entity.not_nets.iter().any(within);
        let in_ports = |list: &[(u16, u16)]| list.iter().any(|(a, b)| (*a..=*b).contains(&port));
        let named =
            entity.named_port && packet.protocol == 6 && packet.destination == SERVED && self.pods.iter().any(|pod| pod.address == address);
        let ports = (entity.ports.is_empty() && !entity.named_port) || in_ports(&entity.ports) || named;
        nets && not_nets && ports && !in_ports(&entity.not_ports) && self.owners(policy, entity, address)
    }

    /// The selecting fields: by what has the address.
    fn owners(&self, policy: &Policy, entity: &Entity, address: IpAddr) -> bool {
        let positive = entity.selector.is_some() || !entity.accounts.is_empty() || entity.account_selector.is_some();
        let own_namespace = policy.namespace.filter(|_| positive || entity.not_selector.is_some());
        let fits = |namespace: Option<&str>, own: &Labels, account: Option<&str>| {
            let namespaces = match (&entity.namespaces, own_namespace) {
                (Some(NsSel::Global), _) => namespace.is_none(),
                (Some(NsSel::Labels(selector)), _) => match namespace {
                    Some(name) => selector.holds(&self.namespace_labels(name), true),
                    None => selector.holds(&Labels::new(), false),
                },
                (None, Some(own)) => namespace == Some(own),
                (None, None) => true,
            };
            let accounts = entity.accounts.is_empty() || account.is_some_and(|a| entity.accounts.contains(&a));
            let account_labels = match (namespace, account) {
                (Some(namespace), Some(account)) => self.labels_of_account(namespace, account),
                _ => Labels::new(),
            };
            // `all()` of the inner selector is not rewritten (docs/semantics.md, Calico).
            let accounts = accounts && entity.account_selector.as_ref().is_none_or(|s| s.holds(&account_labels, true));
            namespaces
                && accounts
                && (account.is_some() || !entity.pods_only)
                && entity.selector.as_ref().is_none_or(|s| s.holds(own, true))
        };
        let not = |own: &Labels| entity.not_selector.as_ref().is_some_and(|s| s.holds(own, true));
        let mut found: Vec<(Option<&str>, &Labels, Option<&str>)> = Vec::new();
        found.extend(self.pods.iter().filter(|p| p.address == address).map(|p| (Some(p.namespace), &p.labels, Some(p.account))));
        let holds = |set: &&Set| set.nets.iter().any(|net| Cidr::parse(net).is_ok_and(|net| net.contains(address)));
        found.extend(self.sets.iter().filter(holds).map(|s| (s.namespace, &s.labels, None)));
        let is_host = |h: &&Host| (h.expected || h.interface.is_none()) && NODE_ADDRESSES[h.node].parse() == Ok(address);
        found.extend(self.hosts.iter().filter(is_host).map(|h| (None, &h.labels, None)));
        let restricts = positive || entity.namespaces.is_some() || own_namespace.is_some();
        if restricts { found.iter().any(|(n, own, a)| fits(*n, own, *a) && !not(own)) } else { !found.iter().any(|(_, own, _)| not(own)) }
    }
}

fn is_icmp((kind, code): (u8, Option<u8>), packet: &Packet) -> bool {
    packet.protocol == 1 && u16::from(kind) == packet.source && code.is_none_or(|code| u16::from(code) == packet.destination)
}

/// Ports that are open on hosts whatever policies say, as Calico comes.
fn failsafe(ingress: bool, packet: &Packet) -> bool {
    let tcp: &[u16] = if ingress { &[22, 179, 2379, 2380, 5473, 6443, 6666, 6667] } else { &[179, 2379, 2380, 5473, 6443, 6666, 6667] };
    let udp: &[u16] = if ingress { &[68] } else { &[53, 67] };
    match packet.protocol {
        6 => tcp.contains(&packet.destination),
        17 => udp.contains(&packet.destination),
        _ => false,
    }
}

impl Policy {
    fn object(&self) -> Value {
        if self.kubernetes {
            return self.kubernetes_object();
        }
        let mut types = Vec::new();
        let mut spec = json!({"tier": self.tier, "selector": self.selector.text()});
        if let Some(order) = self.order {
            spec["order"] = json!(order);
        }
        for (field, name, rules) in [("ingress", "Ingress", &self.ingress), ("egress", "Egress", &self.egress)] {
            if let Some(rules) = rules {
                types.push(name);
                spec[field] = json!(rules.iter().map(Rule::object).collect::<Vec<_>>());
            }
        }
        spec["types"] = json!(types);
        for (field, selector) in [("namespaceSelector", &self.namespaces), ("serviceAccountSelector", &self.accounts)] {
            if let Some(selector) = selector {
                spec[field] = json!(selector.text());
            }
        }
        match self.hook {
            Hook::Normal => {}
            Hook::Forward => spec["applyOnForward"] = json!(true),
            Hook::PreDnat => {
                spec["applyOnForward"] = json!(true);
                spec["preDNAT"] = json!(true);
            }
            Hook::Untracked => {
                spec["applyOnForward"] = json!(true);
                spec["doNotTrack"] = json!(true);
            }
        }
        let kind = match (self.namespace, self.staged) {
            (Some(_), false) => "NetworkPolicy",
            (Some(_), true) => "StagedNetworkPolicy",
            (None, false) => "GlobalNetworkPolicy",
            (None, true) => "StagedGlobalNetworkPolicy",
        };
        let mut meta = json!({"name": self.name});
        if let Some(namespace) = self.namespace {
            meta["namespace"] = json!(namespace);
        }
        json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": meta, "spec": spec})
    }
}

/// A selector of one label or none, as Kubernetes writes it.
fn match_labels(selector: &Sel) -> Value {
    match selector {
        Sel::Is(key, value) => json!({"matchLabels": {key: value}}),
        _ => json!({}),
    }
}

impl Policy {
    fn kubernetes_object(&self) -> Value {
        let mut spec = json!({"podSelector": match_labels(&self.selector)});
        let mut types = Vec::new();
        for (field, peers, name, rules) in [("ingress", "from", "Ingress", &self.ingress), ("egress", "to", "Egress", &self.egress)] {
            let Some(rules) = rules else { continue };
            types.push(name);
            let rule = |rule: &Rule| {
                let entity = if field == "ingress" { &rule.source } else { &rule.destination };
                let mut peer = json!({});
                if let Some(net) = entity.nets.first() {
                    peer["ipBlock"] = json!({"cidr": net});
                }
                if let Some(selector) = &entity.selector {
                    peer["podSelector"] = match_labels(selector);
                }
                if let Some(NsSel::Labels(selector)) = &entity.namespaces {
                    peer["namespaceSelector"] = match_labels(selector);
                }
                let mut object = json!({});
                if peer.as_object().is_some_and(|p| !p.is_empty()) {
                    object[peers] = json!([peer]);
                }
                if let (Some(protocol), Some((first, last))) = (rule.protocol, rule.destination.ports.first()) {
                    object["ports"] = json!([{"protocol": if protocol == 6 { "TCP" } else { "UDP" }, "port": first, "endPort": last}]);
                }
                object
            };
            spec[field] = json!(rules.iter().map(rule).collect::<Vec<_>>());
        }
        spec["policyTypes"] = json!(types);
        let meta = json!({"name": self.name, "namespace": self.namespace});
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta, "spec": spec})
    }
}

impl Rule {
    fn object(&self) -> Value {
        let mut rule = json!({"action": self.action});
        for (field, value) in [("ipVersion", self.ip_version), ("protocol", self.protocol), ("notProtocol", self.not_protocol)] {
            if let Some(value) = value {
                rule[field] = json!(value);
            }
        }
        for (field, icmp) in [("icmp", self.icmp), ("notICMP", self.not_icmp)] {
            match icmp {
                Some((kind, Some(code))) => rule[field] = json!({"type": kind, "code": code}),
                Some((kind, None)) => rule[field] = json!({"type": kind}),
                None => {}
            }
        }
        for (field, entity) in [("source", &self.source), ("destination", &self.destination)] {
            let object = entity.object();
            if object.as_object().is_some_and(|o| !o.is_empty()) {
                rule[field] = object;
            }
        }
        rule
    }
}

impl Entity {
    fn object(&self) -> Value {
        let mut entity = json!({});
        let mut put = |field: &str, value: Value| entity[field] = value;
        if !self.nets.is_empty() {
            put("nets", json!(self.nets));
        }
        if !self.not_nets.is_empty() {
            put("notNets", json!(self.not_nets));
        }
        for (field, selector) in [("selector", &self.selector), ("notSelector", &self.not_selector)] {
            if let Some(selector) = selector {
                put(field, json!(selector.text()));
            }
        }
        match &self.namespaces {
            Some(NsSel::Global) => put("namespaceSelector", json!("global()")),
            Some(NsSel::Labels(selector)) => put("namespaceSelector", json!(selector.text())),
            None => {}
        }
        match (&self.account_selector, self.accounts.is_empty()) {
            (Some(selector), true) => put("serviceAccounts", json!({"selector": selector.text()})),
            (Some(selector), false) => put("serviceAccounts", json!({"names": self.accounts, "selector": selector.text()})),
            (None, false) => put("serviceAccounts", json!({"names": self.accounts})),
            (None, true) => {}
        }
        if let Some((namespace, name)) = self.service {
            put("services", json!({"name": name, "namespace": namespace}));
        }
        let range = |(a, b): &(u16, u16)| if a == b { json!(a) } else { json!(format!("{a}:{b}")) };
        let mut ports: Vec<Value> = self.ports.iter().map(range).collect();
        if self.named_port {
            ports.push(json!("served"));
        }
        if !ports.is_empty() {
            put("ports", json!(ports));
        }
        if !self.not_ports.is_empty() {
            put("notPorts", json!(self.not_ports.iter().map(range).collect::<Vec<_>>()));
        }
        entity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn worlds_differ_and_allow_some_and_deny_some() {
        let packet = |from, to| Packet { from, to, protocol: 6, source: 40_000, destination: 80 };
        let mut seen = [0, 0];
        for seed in 0..50 {
            let world = World::new(seed, true);
            for from in world.spots() {
                for to in world.spots() {
                    seen[usize::from(world.allows(&packet(from, to)))] += 1;
                }
            }
        }
        assert!(seen[0] > 500 && seen[1] > 500, "{seen:?}");
        assert_ne!(World::new(1, true).text(), World::new(2, true).text());
        let set = Sel::Not(Box::new(Sel::Is("app".into(), "web".into())));
        assert!(set.holds(&labels(&[("app", "db")]), true) && !set.holds(&labels(&[("app", "web")]), true));
    }
}
