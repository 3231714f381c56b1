//! A second evaluator: slow, obvious, and sharing nothing with the first one but the typed resources.
//!
//! It judges one packet at a time, straight from the upstream texts: it goes through all policies for each packet, and through all peers
//! for each rule. Where a fact is missing it keeps both possibilities, rule by rule, and says "cannot tell" when the outcomes differ.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use netpolis_core::language::{
    ClusterAction, ClusterPeer, ClusterPeerKind, ClusterPolicy, ClusterPortKind, ClusterRule, ClusterTier, ContainerPort, Kind,
    NetworkPolicy, Owner, PeerKind, Peers, PodTemplate, PortKind, Ports, Replicas, Resource, Rule, Subject,
};
use netpolis_core::model::{Cidr, LabelSelector, Labels, Operator, Protocol};
use netpolis_core::settings::{Engine, HostNetwork, IpBlockReach, OtherProtocols, OwnNode, Settings};

/// One end of a packet.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Endpoint {
    /// A pod, or one of the pods of a template, by namespace and name.
    Pod(String, String),
    /// A node by name.
    Node(String),
    /// An address that neither a pod nor a node has.
    Outside(IpAddr),
}

/// What one packet that begins a connection carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packet {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its source port, or ICMP type.
    pub source: u16,
    /// Its destination port, or ICMP code.
    pub destination: u16,
}

/// What becomes of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It arrives, whatever the unknown facts are.
    Allowed,
    /// It does not, whatever they are.
    Denied,
    /// That depends on them.
    CannotTell,
}

/// What is known about a pod.
struct Pod {
    labels: Labels,
    ports: Vec<ContainerPort>,
    host_network: bool,
    node: Option<String>,
    addresses: Vec<IpAddr>,
    /// Whether it is one pod, so that a flow from it to itself never leaves it.
    single: bool,
}

/// What is known about a node.
#[derive(Default)]
struct Node {
    /// Nothing for a node that is only referred to.
    labels: Option<Labels>,
    addresses: Vec<IpAddr>,
}

/// A cluster, ready to be asked.
pub struct Oracle {
    settings: Settings,
    namespaces: BTreeMap<String, Labels>,
    pods: BTreeMap<(String, String), Pod>,
    nodes: BTreeMap<String, Node>,
    /// Ranges that pods without a given address have theirs in.
    pod_network: Vec<Cidr>,
    network_policies: Vec<(String, NetworkPolicy)>,
    cluster_policies: Vec<ClusterPolicy>,
}

/// Whether something holds, as far as the facts tell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Holds {
    No,
    Unknown,
    Yes,
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Holds::Yes } else { Holds::No }
    }
}

/// What one policy, or one group of policies, may say about a packet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Outcome {
    Allow,
    Deny,
    Pass,
    /// No rule matched.
    Nothing,
}

type Outcomes = BTreeSet<Outcome>;

/// The two ways a packet may meet a pod's policies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Out,
    In,
}

impl Oracle {
    /// Takes in the objects of a text; refused ones are as if they were not there.
    pub fn new<'a>(resources: impl IntoIterator<Item = &'a Resource>, settings: &Settings) -> Self {
        let resources: Vec<&Resource> = resources.into_iter().filter(|r| !r.refused).collect();
        let mut oracle = Oracle {
            settings: settings.clone(),
            namespaces: BTreeMap::new(),
            pods: BTreeMap::new(),
            nodes: BTreeMap::new(),
            pod_network: Vec::new(),
            network_policies: Vec::new(),
            cluster_policies: Vec::new(),
        };
        for resource in &resources {
            oracle.take(resource);
        }
        oracle.take_workloads(&resources);
        oracle.take_referred_nodes(&resources);
        // 3.2: every namespace carries its name as a label; one that is only referred to has no other.
        for (name, labels) in &mut oracle.namespaces {
            labels.set("kubernetes.io/metadata.name", name);
        }
        let ranges: Vec<&Vec<Cidr>> = resources
            .iter()
            .filter_map(|r| match &r.kind {
                Kind::Node(node) => Some(&node.pod_cidrs),
                _ => None,
            })
            .collect();
        let complete = !ranges.is_empty() && ranges.iter().all(|r| !r.is_empty());
        oracle.pod_network = if complete { ranges.into_iter().flatten().copied().collect() } else { settings.pod_networks.clone() };
        oracle
    }

    /// All ends inside the cluster.
    pub fn ends(&self) -> Vec<Endpoint> {
        let pods = self.pods.keys().map(|(namespace, name)| Endpoint::Pod(namespace.clone(), name.clone()));
        pods.chain(self.nodes.keys().cloned().map(Endpoint::Node)).collect()
    }

    fn namespace_of(&self, resource: &Resource) -> String {
        resource.meta.namespace.as_deref().unwrap_or(&self.settings.default_namespace).to_owned()
    }

    fn take(&mut self, resource: &Resource) {
        let namespace = self.namespace_of(resource);
        match &resource.kind {
            Kind::Namespace => {
                self.namespaces.insert(resource.meta.name.to_string(), resource.meta.labels.clone());
                return;
            }
            Kind::Node(node) => {
                let node = Node { labels: Some(resource.meta.labels.clone()), addresses: node.addresses.clone() };
                self.nodes.insert(resource.meta.name.to_string(), node);
                return;
            }
            Kind::ClusterPolicy(policy) => {
                self.cluster_policies.push(policy.clone());
                return;
            }
            Kind::NetworkPolicy(policy) => self.network_policies.push((namespace.clone(), policy.clone())),
            // 1.5: terminated pods are no ends.
            Kind::Pod(pod) if !pod.terminated => {
                let facts = pod_facts(&pod.template, &pod.addresses, true);
                self.pods.insert((namespace.clone(), resource.meta.name.to_string()), facts);
            }
            _ => {}
        }
        self.namespaces.entry(namespace).or_default();
    }

    /// A workload stands for its pods unless these are given, or another workload stands for it.
    fn take_workloads(&mut self, resources: &[&Resource]) {
        let workload = |namespace: &str, owner: &Owner| {
            resources.iter().copied().find(|r| {
                matches!(&r.kind, Kind::Workload(w) if w.kind.name() == &*owner.kind)
                    && r.meta.name == owner.name
                    && self.namespace_of(r) == namespace
            })
        };
        let mut with_pods: Vec<&Resource> = Vec::new();
        for resource in resources {
            let namespace = self.namespace_of(resource);
            let mut owner = match &resource.kind {
                Kind::Pod(pod) if !pod.terminated => pod.owner.as_ref(),
                _ => None,
            };
            while let Some(found) = owner.and_then(|o| workload(&namespace, o)) {
                with_pods.push(found);
                owner = match &found.kind {
                    Kind::Workload(w) => w.owner.as_ref(),
                    _ => None,
                };
            }
        }
        let nodes = self.nodes.len() as u32;
        let mut made = Vec::new();
        for resource in resources {
            let Kind::Workload(maker) = &resource.kind else { continue };
            let namespace = self.namespace_of(resource);
            let is_made = maker.owner.as_ref().is_some_and(|o| workload(&namespace, o).is_some());
            if is_made || with_pods.iter().any(|w| std::ptr::eq(*w, *resource)) {
                continue;
            }
            let count = match maker.replicas {
                Replicas::Count(count) => count,
                Replicas::PerNode => nodes.max(1),
            };
            made.push(((namespace, resource.meta.name.to_string()), pod_facts(&maker.template, &[], count == 1)));
        }
        self.pods.extend(made);
    }

    /// Nodes that pods are bound to exist, given or not; the pods' `hostIP` is an address of theirs.
    fn take_referred_nodes(&mut self, resources: &[&Resource]) {
        for resource in resources {
            let (template, address) = match &resource.kind {
                Kind::Pod(pod) if !pod.terminated => (&pod.template, pod.host_address),
                Kind::Workload(workload) => (&workload.template, None),
                _ => continue,
            };
            let Some(name) = template.node.as_deref() else { continue };
            let node = self.nodes.entry(name.to_owned()).or_default();
            if node.labels.is_none() {
                node.addresses.extend(address.filter(|a| !node.addresses.contains(a)));
            }
        }
    }

    /// What becomes of a packet from one end to another.
    ///
    /// # Panics
    /// If an end names a pod or node that does not exist.
    pub fn judge(&self, from: &Endpoint, to: &Endpoint, packet: Packet) -> Verdict {
        assert!(self.exists(from) && self.exists(to), "there is no {from:?}, or no {to:?}");
        // 1.9: a pod cannot be cut off from itself.
        if from == to && self.pod(from).is_none_or(|p| p.single) {
            return Verdict::Allowed;
        }
        // 1.1.8
        if self.settings.engine == Engine::None {
            return Verdict::Allowed;
        }
        // 1.1.1: egress of the source and ingress of the destination.
        let out = self.pass(Way::Out, from, to, to, packet);
        let mut into = self.pass(Way::In, to, from, to, packet);
        // 1.9: a pod's own node always reaches it.
        if self.settings.own_node == OwnNode::IngressAllowed && self.governed(to) {
            match self.is_own_node(from, to) {
                Holds::Yes => into = BTreeSet::from([true]),
                Holds::Unknown => {
                    into.insert(true);
                }
                Holds::No => {}
            }
        }
        match (out.contains(&false) || into.contains(&false), out.contains(&true) && into.contains(&true)) {
            (false, _) => Verdict::Allowed,
            (true, false) => Verdict::Denied,
            (true, true) => Verdict::CannotTell,
        }
    }

    fn exists(&self, end: &Endpoint) -> bool {
        match end {
            Endpoint::Pod(..) => self.pod(end).is_some(),
            Endpoint::Node(name) => self.nodes.contains_key(name),
            Endpoint::Outside(_) => true,
        }
    }

    fn pod(&self, end: &Endpoint) -> Option<&Pod> {
        match end {
            Endpoint::Pod(namespace, name) => self.pods.get(&(namespace.clone(), name.clone())),
            Endpoint::Node(_) | Endpoint::Outside(_) => None,
        }
    }

    /// Whether an end counts as a node: one, or a pod that shares its network (1.9 (b)).
    fn as_node(&self, end: &Endpoint) -> bool {
        match end {
            Endpoint::Node(_) => true,
            Endpoint::Outside(_) => false,
            Endpoint::Pod(..) => self.pod(end).is_some_and(|p| p.host_network) && self.settings.host_network == HostNetwork::AsNode,
        }
    }

    /// Whether policies can select an end.
    fn governed(&self, end: &Endpoint) -> bool {
        matches!(end, Endpoint::Pod(..)) && !self.as_node(end)
    }

    /// The name of the node that an end is, or shares the network of; nothing if that is not said.
    fn node_name<'a>(&'a self, end: &'a Endpoint) -> Option<&'a str> {
        match end {
            Endpoint::Node(name) => Some(name),
            Endpoint::Pod(..) => self.pod(end).and_then(|p| p.node.as_deref()),
            Endpoint::Outside(_) => None,
        }
    }

    fn is_own_node(&self, from: &Endpoint, pod: &Endpoint) -> Holds {
        if !self.as_node(from) {
            return Holds::No;
        }
        match (self.node_name(from), self.node_name(pod)) {
            (Some(a), Some(b)) => (a == b).into(),
            _ => Holds::Unknown,
        }
    }

    /// Whether a packet may pass, and may not pass, the policies of `subject`; `other` is the end that peers are compared with.
    fn pass(&self, way: Way, subject: &Endpoint, other: &Endpoint, destination: &Endpoint, packet: Packet) -> BTreeSet<bool> {
        if !self.governed(subject) {
            return BTreeSet::from([true]);
        }
        let mut result = BTreeSet::new();
        let next = |outcomes: &Outcomes, result: &mut BTreeSet<bool>| {
            result.extend(outcomes.contains(&Outcome::Allow).then_some(true));
            result.extend(outcomes.contains(&Outcome::Deny).then_some(false));
            outcomes.contains(&Outcome::Pass) || outcomes.contains(&Outcome::Nothing)
        };
        // 2.1: admin tier, NetworkPolicies, baseline tier, allow.
        let admin = self.cluster_tier(ClusterTier::Admin, way, subject, other, destination, packet);
        if !next(&admin, &mut result) {
            return result;
        }
        if let Some(outcomes) = self.network_tier(way, subject, other, destination, packet) {
            next(&outcomes, &mut result);
            return result;
        }
        let baseline = self.cluster_tier(ClusterTier::Baseline, way, subject, other, destination, packet);
        if next(&baseline, &mut result) {
            result.insert(true);
        }
        result
    }

    /// 1.1: nothing if no NetworkPolicy isolates the pod.
    fn network_tier(&self, way: Way, subject: &Endpoint, other: &Endpoint, destination: &Endpoint, packet: Packet) -> Option<Outcomes> {
        let (Endpoint::Pod(namespace, _), Some(pod)) = (subject, self.pod(subject)) else { return None };
        let mut isolated = false;
        let mut best = Holds::No;
        for (own, policy) in &self.network_policies {
            let isolates = match way {
                Way::Out => policy.types.egress,
                Way::In => policy.types.ingress,
            };
            if own != namespace || !isolates || !selects(&policy.pod_selector, &pod.labels) {
                continue;
            }
            isolated = true;
            let rules = match way {
                Way::Out => &policy.egress,
                Way::In => &policy.ingress,
            };
            for rule in rules {
                best = best.max(self.rule(rule, own, other, destination, packet));
            }
        }
        // 1.7: other protocols are undefined where a NetworkPolicy isolates.
        if self.settings.other_protocols == OtherProtocols::Undefined && !carries_ports(packet.protocol) {
            best = Holds::Unknown;
        }
        isolated.then(|| match best {
            Holds::Yes => Outcomes::from([Outcome::Allow]),
            Holds::No => Outcomes::from([Outcome::Deny]),
            Holds::Unknown => Outcomes::from([Outcome::Allow, Outcome::Deny]),
        })
    }

    fn rule(&self, rule: &Rule, own: &str, other: &Endpoint, destination: &Endpoint, packet: Packet) -> Holds {
        let port = match &rule.ports {
            Ports::Any => true,
            Ports::Of(ports) => ports.iter().any(|port| match &port.kind {
                PortKind::All => packet.protocol == port.protocol,
                PortKind::Range(first, last) => packet.protocol == port.protocol && (*first..=*last).contains(&packet.destination),
                PortKind::Name(name) => self.serves(destination, name, Some(port.protocol), packet),
            }),
        };
        if !port {
            return Holds::No;
        }
        match &rule.peers {
            Peers::Any => Holds::Yes,
            Peers::Of(peers) => peers
                .iter()
                .map(|peer| match &peer.kind {
                    PeerKind::Pods { namespaces, pods } => self.is_pod(other, |labels, namespace, namespace_labels| {
                        let right_namespace = match namespaces {
                            None => namespace == own,
                            Some(selector) => selects(selector, namespace_labels),
                        };
                        right_namespace && pods.as_ref().is_none_or(|selector| selects(selector, labels))
                    }),
                    PeerKind::IpBlock { cidr, except } => {
                        self.has_address(other, &[*cidr], |a| within(cidr, a) && !except.iter().any(|e| within(e, a)), except)
                    }
                })
                .max()
                .unwrap_or(Holds::No),
        }
    }

    /// 1.7: whether a port name means this packet's port on the destination.
    fn serves(&self, destination: &Endpoint, name: &str, protocol: Option<Protocol>, packet: Packet) -> bool {
        if self.as_node(destination) {
            return false;
        }
        self.pod(destination).is_some_and(|pod| {
            pod.ports.iter().any(|port| {
                port.name.as_deref() == Some(name)
                    && protocol.is_none_or(|p| p == port.protocol)
                    && port.protocol == packet.protocol
                    && port.number == packet.destination
            })
        })
    }

    fn is_pod(&self, end: &Endpoint, matches: impl Fn(&Labels, &str, &Labels) -> bool) -> Holds {
        let (Endpoint::Pod(namespace, _), Some(pod)) = (end, self.pod(end)) else { return Holds::No };
        let namespace_labels = self.namespaces.get(namespace).cloned().unwrap_or_default();
        (!self.as_node(end) && matches(&pod.labels, namespace, &namespace_labels)).into()
    }

    /// 1.8: whether an end's address is one that `inside` accepts, which changes its mind only at the borders of `cidrs` and `except`.
    fn has_address(&self, end: &Endpoint, cidrs: &[Cidr], inside: impl Fn(IpAddr) -> bool, except: &[Cidr]) -> Holds {
        let decide = |addresses: &[IpAddr]| {
            let count = addresses.iter().filter(|a| inside(**a)).count();
            match count {
                0 => Holds::No,
                _ if count == addresses.len() => Holds::Yes,
                _ => Holds::Unknown,
            }
        };
        if let Endpoint::Outside(address) = end {
            return decide(&[*address]);
        }
        if self.settings.ip_block == IpBlockReach::OutsideOnly {
            return Holds::No;
        }
        if let Some(pod) = self.pod(end) {
            if !pod.addresses.is_empty() {
                return decide(&pod.addresses);
            }
            if !pod.host_network {
                // Nobody told the address. It is in the pod network, and which part of that is accepted changes at the borders only.
                let borders =
                    cidrs.iter().chain(except).flat_map(|c| [Some(c.first()), Some(c.last()), before(c.first()), after(c.last())]);
                let ends = self.pod_network.iter().flat_map(|c| [c.first(), c.last()]);
                let in_network = |address: &IpAddr| self.pod_network.iter().any(|c| within(c, *address));
                return decide(&borders.flatten().chain(ends).filter(in_network).collect::<Vec<_>>());
            }
        }
        let addresses = self.node_name(end).and_then(|name| self.nodes.get(name)).map_or(&[][..], |n| &n.addresses);
        if addresses.is_empty() { Holds::Unknown } else { decide(addresses) }
    }

    /// 2.1, 2.2: first match by priority; among policies of equal priority any may come first.
    fn cluster_tier(
        &self,
        tier: ClusterTier,
        way: Way,
        subject: &Endpoint,
        other: &Endpoint,
        destination: &Endpoint,
        packet: Packet,
    ) -> Outcomes {
        let mut by_priority: BTreeMap<u16, Vec<Outcomes>> = BTreeMap::new();
        for policy in self.cluster_policies.iter().filter(|p| p.tier == tier) {
            if self.subject(&policy.subject, subject) == Holds::Yes {
                let rules = match way {
                    Way::Out => &policy.egress,
                    Way::In => &policy.ingress,
                };
                by_priority.entry(policy.priority).or_default().push(self.first_match(rules, other, destination, packet));
            }
        }
        let mut outcomes = Outcomes::new();
        for group in by_priority.values() {
            outcomes.extend(group.iter().flatten().filter(|o| **o != Outcome::Nothing));
            if !group.iter().all(|policy| policy.contains(&Outcome::Nothing)) {
                return outcomes;
            }
        }
        outcomes.insert(Outcome::Nothing);
        outcomes
    }

    fn subject(&self, subject: &Subject, end: &Endpoint) -> Holds {
        self.is_pod(end, |labels, _, namespace_labels| match subject {
            Subject::Namespaces(selector) => selects(selector, namespace_labels),
            Subject::Pods { namespaces, pods } => selects(namespaces, namespace_labels) && selects(pods, labels),
        })
    }

    fn first_match(&self, rules: &[ClusterRule], other: &Endpoint, destination: &Endpoint, packet: Packet) -> Outcomes {
        let mut outcomes = Outcomes::new();
        for rule in rules {
            let (action, matches) = self.cluster_rule(rule, other, destination, packet);
            if matches != Holds::No {
                outcomes.insert(match action {
                    ClusterAction::Allow => Outcome::Allow,
                    ClusterAction::Deny => Outcome::Deny,
                    ClusterAction::Pass => Outcome::Pass,
                });
            }
            if matches == Holds::Yes {
                return outcomes;
            }
        }
        outcomes.insert(Outcome::Nothing);
        outcomes
    }

    fn cluster_rule(&self, rule: &ClusterRule, other: &Endpoint, destination: &Endpoint, packet: Packet) -> (ClusterAction, Holds) {
        // 2.4: with a peer of a newer API, an Allow rule matches no traffic, and a Deny or Pass rule is a "Deny all" rule.
        if rule.peers.iter().any(|p| matches!(p.kind, ClusterPeerKind::Unknown(_))) {
            return match rule.action {
                ClusterAction::Allow => (ClusterAction::Allow, Holds::No),
                ClusterAction::Deny | ClusterAction::Pass => (ClusterAction::Deny, Holds::Yes),
            };
        }
        let port = match &rule.ports {
            Ports::Any => true,
            Ports::Of(ports) => ports.iter().any(|port| match &port.kind {
                ClusterPortKind::Range(protocol, first, last) => {
                    packet.protocol == *protocol && (*first..=*last).contains(&packet.destination)
                }
                ClusterPortKind::Name(name) => self.serves(destination, name, None, packet),
            }),
        };
        let peer = rule.peers.iter().map(|peer| self.cluster_peer(peer, other)).max().unwrap_or(Holds::No);
        (rule.action, if port { peer } else { Holds::No })
    }

    fn cluster_peer(&self, peer: &ClusterPeer, other: &Endpoint) -> Holds {
        match &peer.kind {
            ClusterPeerKind::Pods(subject) => self.subject(subject, other),
            ClusterPeerKind::Networks(cidrs) => self.has_address(other, cidrs, |a| cidrs.iter().any(|c| within(c, a)), &[]),
            ClusterPeerKind::Nodes(selector) => {
                if !self.as_node(other) {
                    return Holds::No;
                }
                match self.node_name(other).and_then(|n| self.nodes.get(n)).and_then(|n| n.labels.as_ref()) {
                    Some(labels) => selects(selector, labels).into(),
                    None if selector.requirements.is_empty() => Holds::Yes,
                    None => Holds::Unknown,
                }
            }
            // Only the cluster's name servers know which addresses a name has; they are outside ones.
            ClusterPeerKind::DomainNames(_) if matches!(other, Endpoint::Outside(_)) => Holds::Unknown,
            ClusterPeerKind::DomainNames(_) | ClusterPeerKind::Unknown(_) => Holds::No,
        }
    }
}

fn pod_facts(template: &PodTemplate, addresses: &[IpAddr], single: bool) -> Pod {
    Pod {
        labels: template.labels.clone(),
        ports: template.ports.clone(),
        host_network: template.host_network,
        node: template.node.as_deref().map(str::to_owned),
        addresses: addresses.to_vec(),
        single,
    }
}

/// 1.6
fn selects(selector: &LabelSelector, labels: &Labels) -> bool {
    selector.requirements.iter().all(|requirement| {
        let value = labels.iter().find(|(key, _)| **key == *requirement.key).map(|(_, value)| value);
        match (&requirement.operator, value) {
            (Operator::In(values), Some(value)) => values.iter().any(|v| **v == *value),
            (Operator::In(_), None) => false,
            (Operator::NotIn(values), Some(value)) => !values.iter().any(|v| **v == *value),
            (Operator::NotIn(_), None) => true,
            (Operator::Exists, value) => value.is_some(),
            (Operator::DoesNotExist, value) => value.is_none(),
        }
    })
}

fn within(cidr: &Cidr, address: IpAddr) -> bool {
    match (cidr.first(), address, cidr.last()) {
        (IpAddr::V4(first), IpAddr::V4(at), IpAddr::V4(last)) => first <= at && at <= last,
        (IpAddr::V6(first), IpAddr::V6(at), IpAddr::V6(last)) => first <= at && at <= last,
        _ => false,
    }
}

fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(a) => a.to_bits().checked_sub(1).map(|bits| IpAddr::V4(bits.into())),
        IpAddr::V6(a) => a.to_bits().checked_sub(1).map(|bits| IpAddr::V6(bits.into())),
    }
}

fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(a) => a.to_bits().checked_add(1).map(|bits| IpAddr::V4(bits.into())),
        IpAddr::V6(a) => a.to_bits().checked_add(1).map(|bits| IpAddr::V6(bits.into())),
    }
}

/// Protocols that the NetworkPolicy API speaks of.
fn carries_ports(protocol: Protocol) -> bool {
    [Protocol::TCP, Protocol::UDP, Protocol::SCTP].contains(&protocol)
}
