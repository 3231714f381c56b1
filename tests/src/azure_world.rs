//! Random networks of Azure's, and a slow evaluator of them that shares nothing with the fast one. Upstream: docs/azure.md 2.2 to 2.5.
//!
//! Addresses are numbers, sets are predicates, and a rule is asked by reading it: no sets, no classes, no translation.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use serde_json::json;

use crate::random::Random;

/// A prefix: first address and length.
type Prefix = (u32, u8);

const PLATFORM: u32 = 0xA83F_8110;
const METADATA: u32 = 0xA9FE_A9FE;

/// One side of a rule.
#[derive(Clone, Debug)]
pub enum Side {
    /// Anything.
    Any,
    /// Addresses.
    Prefixes(Vec<Prefix>),
    /// A tag.
    Tag(&'static str),
    /// An application security group.
    Group(usize),
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    priority: u16,
    inbound: bool,
    allow: bool,
    protocol: Option<u8>,
    source: Side,
    destination: Side,
    source_ports: Vec<(u16, u16)>,
    destination_ports: Vec<(u16, u16)>,
}

struct Network {
    space: Prefix,
    peers: Vec<usize>,
    on_premises: Vec<Prefix>,
}

struct Subnet {
    network: usize,
    prefix: Prefix,
    group: Option<usize>,
    routes: Vec<Prefix>,
    /// Ranges to which a cluster gave it routes, which no text says.
    of_cluster: Vec<Prefix>,
}

struct Interface {
    subnet: usize,
    address: u32,
    group: Option<usize>,
    members: Vec<usize>,
}

/// A network with its groups.
pub struct World {
    networks: Vec<Network>,
    subnets: Vec<Subnet>,
    interfaces: Vec<Interface>,
    groups: Vec<Vec<Rule>>,
    cluster: Option<Cluster>,
}

/// Where pods have their addresses. Upstream: docs/azure.md 3.1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plugin {
    /// Of a range of the cluster's own, with routes.
    Kubenet,
    /// Of a range of the cluster's own.
    Overlay,
    /// Of the nodes' subnet.
    NodeSubnet,
    /// Brought by the cluster: packets between nodes travel inside others.
    Own,
}

struct Cluster {
    plugin: Plugin,
    /// Interfaces of its nodes, all in the first subnet.
    nodes: Vec<usize>,
    pods: Vec<Pod>,
}

struct Pod {
    address: u32,
    /// The node that it is on, if the text says it.
    node: Option<usize>,
    /// Whether it uses its node's network.
    on_host: bool,
}

/// An end of a packet in a world with a cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The pod with this number, called `p` and the number.
    Pod(usize),
    /// The node with this number, called `node-` and the number.
    Node(usize),
    /// Somebody outside.
    Address(u32),
}

/// Whether a packet comes through, as far as the text tells it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Wherever pods are.
    Allowed,
    /// Wherever pods are.
    Denied,
    /// It depends on what is not said.
    CannotTell,
}

/// The range of pods that have one of their own.
const POD_RANGE: Prefix = (0x0AF4_0000, 16);

/// A group that a packet meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    /// One of the text.
    Given(usize),
    /// The one that AKS gives to nodes whose interfaces have none. Upstream: docs/azure.md 3.5.
    OfAks,
}

/// A packet.
#[derive(Clone, Copy, Debug)]
pub struct Packet {
    /// Where it comes from.
    pub from: u32,
    /// Where it goes.
    pub to: u32,
    /// Its protocol.
    pub protocol: u8,
    /// Source port.
    pub source: u16,
    /// Destination port.
    pub destination: u16,
}

/// The worse of what two parts of the way do.
fn worse(one: Outcome, other: Outcome) -> Outcome {
    match (one, other) {
        (Outcome::Denied, _) | (_, Outcome::Denied) => Outcome::Denied,
        (Outcome::CannotTell, _) | (_, Outcome::CannotTell) => Outcome::CannotTell,
        _ => Outcome::Allowed,
    }
}

fn holds(prefix: Prefix, address: u32) -> bool {
    prefix.1 == 0 || (prefix.0 ^ address) >> (32 - u32::from(prefix.1)) == 0
}

fn is_public(address: u32) -> bool {
    let private: [Prefix; 8] = [
        (0x0A00_0000, 8),
        (0xAC10_0000, 12),
        (0xC0A8_0000, 16),
        (0x6440_0000, 10),
        (0x7F00_0000, 8),
        (0xA9FE_0000, 16),
        (0xE000_0000, 3),
        (0, 8),
    ];
    address != PLATFORM && !private.iter().any(|p| holds(*p, address))
}

/// An address as text.
pub fn shown(address: u32) -> String {
    Ipv4Addr::from(address).to_string()
}

fn prefix_text((first, length): Prefix) -> String {
    if length == 32 { shown(first) } else { format!("{}/{length}", shown(first)) }
}

/// A rule of a group, which has this number there.
fn rule(number: usize, pick: &mut impl FnMut(usize) -> usize) -> Rule {
    let mut side = || match pick(6) {
        0 | 1 => Side::Any,
        2 => Side::Tag(["VirtualNetwork", "Internet", "AzureLoadBalancer"][pick(3)]),
        3 => Side::Group(pick(2)),
        _ => {
            let choices: [Prefix; 8] = [
                (0x0A00_0000, 24),
                (0x0A00_0004, 32),
                (0x0A00_0100, 25),
                (0x0A01_0000, 16),
                (0x1400_0000, 24),
                (0xCB00_7100, 24),
                (0, 0),
                (0xAC1F_0000, 16),
            ];
            Side::Prefixes((0..1 + pick(2)).map(|_| choices[pick(8)]).collect())
        }
    };
    let (source, destination) = (side(), side());
    let mut ports = || match pick(4) {
        0 => vec![(80, 80)],
        1 => vec![(22, 22), (8000, 9000)],
        _ => vec![(0, 65535)],
    };
    let (source_ports, destination_ports) = (if ports().len() == 2 { vec![(1024, 65535)] } else { vec![(0, 65535)] }, ports());
    let protocol = [None, Some(6), Some(17), Some(1)][pick(4)];
    let plain = protocol == Some(1);
    Rule {
        priority: 100 + number as u16 * 10 + pick(2) as u16,
        inbound: pick(2) == 0,
        allow: pick(2) == 0,
        protocol,
        source,
        destination,
        source_ports: if plain { vec![(0, 65535)] } else { source_ports },
        destination_ports: if plain { vec![(0, 65535)] } else { destination_ports },
    }
}

impl World {
    /// The world with this number.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut pick = |n: usize| random.below(n);
        let networks_count = 1 + pick(3);
        let mut networks: Vec<Network> = (0..networks_count)
            .map(|i| Network {
                // Public ranges may be private ones too.
                space: if i == 2 { (0x1400_0000, 16) } else { (0x0A00_0000 + ((i as u32) << 16), 16) },
                peers: Vec::new(),
                on_premises: if pick(4) == 0 { vec![(0xAC10_0000 + ((i as u32) << 8), 24)] } else { Vec::new() },
            })
            .collect();
        for a in 0..networks_count {
            for b in a + 1..networks_count {
                if pick(2) == 0 {
                    networks[a].peers.push(b);
                    networks[b].peers.push(a);
                }
            }
        }
        let group_count = 1 + pick(3);
        let mut subnets = Vec::new();
        let mut interfaces = Vec::new();
        for (number, network) in networks.iter().enumerate() {
            for s in 0..1 + pick(2) {
                let prefix = (network.space.0 + ((s as u32) << 8), 24);
                let group = (pick(3) > 0).then(|| pick(group_count));
                let routes = if pick(5) == 0 { vec![(0xAC1F_0000, 24)] } else { Vec::new() };
                subnets.push(Subnet { network: number, prefix, group, routes, of_cluster: Vec::new() });
                for i in 0..pick(3) {
                    let group = (pick(2) == 0).then(|| pick(group_count));
                    let members = (0..2).filter(|_| pick(3) == 0).collect();
                    interfaces.push(Interface { subnet: subnets.len() - 1, address: prefix.0 + 4 + i as u32, group, members });
                }
            }
        }
        let mut groups = Vec::new();
        for _ in 0..group_count {
            let mut rules: Vec<Rule> = (0..pick(7)).map(|number| rule(number, &mut pick)).collect();
            // Written in any order.
            if pick(2) == 0 {
                rules.reverse();
            }
            groups.push(rules);
        }
        World { networks, subnets, interfaces, groups, cluster: None }
    }

    /// The world with this number, with a cluster in its first subnet.
    pub fn with_cluster(seed: u64) -> Self {
        let mut world = World::new(seed);
        let mut random = Random::new(seed ^ 0x00C1_0537);
        let mut pick = |n: usize| random.below(n);
        let plugin = [Plugin::Kubenet, Plugin::Overlay, Plugin::NodeSubnet, Plugin::Own][pick(4)];
        let first = world.subnets[0].prefix.0;
        let mut nodes: Vec<usize> = (0..world.interfaces.len()).filter(|i| world.interfaces[*i].subnet == 0).collect();
        for i in nodes.len()..1 + pick(4) {
            let group = (pick(2) == 0).then(|| pick(world.groups.len()));
            world.interfaces.push(Interface {
                subnet: 0,
                address: first + 4 + i as u32,
                group,
                members: (0..2).filter(|_| pick(3) == 0).collect(),
            });
            nodes.push(world.interfaces.len() - 1);
        }
        let address = |i: u32| if plugin == Plugin::NodeSubnet { first + 100 + i } else { POD_RANGE.0 + ((i % 3) << 8) + 5 + i };
        let pods: Vec<Pod> = (0..2 + pick(4) as u32)
            .map(|i| Pod { address: address(i), node: (pick(3) > 0).then(|| pick(nodes.len())), on_host: pick(5) == 0 })
            .collect();
        // Some rules are about pods and nodes.
        let ends: Vec<Prefix> =
            pods.iter().map(|p| (p.address, 32)).chain(nodes.iter().map(|n| (world.interfaces[*n].address, 32))).collect();
        for rule in world.groups.iter_mut().flatten() {
            for side in [&mut rule.source, &mut rule.destination] {
                if pick(3) == 0 {
                    *side = Side::Prefixes(vec![
                        [POD_RANGE, (POD_RANGE.0, 24), (first + 100, 31), ends[pick(ends.len())], ends[pick(ends.len())]][pick(5)],
                    ]);
                }
            }
        }
        if matches!(plugin, Plugin::Kubenet | Plugin::Overlay) {
            world.subnets[0].of_cluster.push(POD_RANGE);
        }
        world.cluster = Some(Cluster { plugin, nodes, pods });
        world
    }

    /// The world as text: the groups as Azure's REST API gives them, the network in the short form.
    pub fn text(&self) -> String {
        let name = |group: Option<usize>| group.map(|g| format!("g{g}"));
        let networks: Vec<_> = (0..)
            .zip(&self.networks)
            .map(|(number, network)| {
                let subnets: Vec<_> = (0..)
                    .zip(&self.subnets)
                    .filter(|(_, s)| s.network == number)
                    .map(|(i, s): (usize, _)| {
                        json!({
                            "name": format!("s{i}"), "prefix": prefix_text(s.prefix), "nsg": name(s.group),
                            "routes": s.routes.iter().map(|r| prefix_text(*r)).collect::<Vec<_>>(),
                        })
                    })
                    .collect();
                json!({
                    "name": format!("n{number}"), "addressSpace": prefix_text(network.space), "subnets": subnets,
                    "peerings": network.peers.iter().map(|p| format!("n{p}")).collect::<Vec<_>>(),
                    "onPremises": network.on_premises.iter().map(|p| prefix_text(*p)).collect::<Vec<_>>(),
                })
            })
            .collect();
        let machines: Vec<_> = (0..)
            .zip(&self.interfaces)
            .map(|(i, interface): (usize, _)| {
                json!({
                    "name": format!("m{i}"), "address": shown(interface.address), "subnet": format!("s{}", interface.subnet),
                    "nsg": name(interface.group), "groups": interface.members.iter().map(|m| format!("a{m}")).collect::<Vec<_>>(),
                })
            })
            .collect();
        let clusters: Vec<_> = self.cluster.iter().map(|c| self.cluster_json(c)).collect();
        let mut text = json!({"azure": {"networks": networks, "machines": machines, "clusters": clusters}}).to_string();
        for (number, rules) in self.groups.iter().enumerate() {
            let rules: Vec<_> = rules.iter().enumerate().map(|(i, rule)| rule_json(i, rule)).collect();
            let group = json!({
                "type": "Microsoft.Network/networkSecurityGroups", "name": format!("g{number}"), "properties": {"securityRules": rules},
            });
            let _ = write!(text, "\n---\n{group}");
        }
        for object in self.cluster.iter().flat_map(|c| self.objects(c)) {
            let _ = write!(text, "\n---\n{object}");
        }
        text
    }

    fn cluster_json(&self, cluster: &Cluster) -> serde_json::Value {
        let plugin = match cluster.plugin {
            Plugin::Kubenet => "kubenet",
            Plugin::Overlay => "overlay",
            Plugin::NodeSubnet => "azure",
            Plugin::Own => "none",
        };
        let mut json = json!({
            "name": "c", "subnet": "n0/s0", "plugin": plugin, "nodes": cluster.nodes.len(), "maxPods": 30, "serviceRange": "10.200.0.0/16",
        });
        if matches!(cluster.plugin, Plugin::Kubenet | Plugin::Overlay) {
            json["podRange"] = prefix_text(POD_RANGE).into();
        }
        if cluster.plugin != Plugin::Own {
            json["policy"] = "none".into();
        }
        json
    }

    fn objects(&self, cluster: &Cluster) -> Vec<serde_json::Value> {
        let nodes = cluster.nodes.iter().enumerate().map(|(i, interface)| {
            let address = shown(self.interfaces[*interface].address);
            json!({
                "apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("node-{i}")},
                "status": {"addresses": [{"type": "InternalIP", "address": address}]},
            })
        });
        let pods = cluster.pods.iter().enumerate().map(|(i, pod)| {
            let mut json =
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("p{i}")}, "spec": {"hostNetwork": pod.on_host}});
            if let Some(node) = pod.node {
                json["spec"]["nodeName"] = format!("node-{node}").into();
            }
            if !pod.on_host {
                json["status"] = json!({"podIP": shown(pod.address)});
            }
            json
        });
        nodes.chain(pods).collect()
    }

    /// Addresses worth asking about.
    pub fn addresses(&self) -> Vec<u32> {
        let mut found: Vec<u32> = self.interfaces.iter().map(|i| i.address).collect();
        // Somebody in each subnet who has no interface, the Internet, private addresses elsewhere, the platform.
        found.extend(self.subnets.iter().map(|s| s.prefix.0 + 200));
        found.extend([0xCB00_7109, 0x0808_0808, 0xAC1F_0005, 0xAC10_0005, 0xAC10_0105, PLATFORM, METADATA]);
        found
    }

    /// Whether packets of an address may come to one of the networks at all.
    pub fn is_connected(&self, address: u32) -> bool {
        is_public(address)
            || self.network_of(address).is_some()
            || self.networks.iter().any(|n| n.on_premises.iter().any(|p| holds(*p, address)))
    }

    fn subnet_of(&self, address: u32) -> Option<usize> {
        self.subnets.iter().position(|s| holds(s.prefix, address))
    }

    fn network_of(&self, address: u32) -> Option<usize> {
        self.networks.iter().position(|n| holds(n.space, address))
    }

    /// Whether `VirtualNetwork` holds an address, as seen in a subnet.
    fn is_virtual_network(&self, subnet: usize, address: u32) -> bool {
        let subnet = &self.subnets[subnet];
        let network = &self.networks[subnet.network];
        address == PLATFORM
            || holds(network.space, address)
            || network.peers.iter().any(|p| holds(self.networks[*p].space, address))
            || network.on_premises.iter().chain(&subnet.routes).chain(&subnet.of_cluster).any(|p| holds(*p, address))
    }

    fn side_holds(&self, side: &Side, subnet: usize, address: u32) -> bool {
        match side {
            Side::Any => true,
            Side::Prefixes(prefixes) => prefixes.iter().any(|p| holds(*p, address)),
            Side::Tag("VirtualNetwork") => self.is_virtual_network(subnet, address),
            Side::Tag("Internet") => is_public(address) && !self.is_virtual_network(subnet, address),
            Side::Tag(_) => address == PLATFORM,
            Side::Group(group) => self.interfaces.iter().any(|i| i.address == address && i.members.contains(group)),
        }
    }

    /// What a group says of a packet in a subnet.
    fn passes(&self, group: Asked, subnet: usize, inbound: bool, packet: &Packet) -> bool {
        let own: &[Rule] = match group {
            Asked::Given(group) => &self.groups[group],
            // No Service is here for which AKS would write rules into its group.
            Asked::OfAks => &[],
        };
        let mut rules: Vec<&Rule> = own.iter().filter(|r| r.inbound == inbound).collect();
        rules.sort_by_key(|r| r.priority);
        let in_range = |ranges: &[(u16, u16)], port: u16| ranges.iter().any(|(a, b)| (*a..=*b).contains(&port));
        let all = |ranges: &[(u16, u16)]| ranges == [(0, 65535)];
        let has_ports = matches!(packet.protocol, 6 | 17);
        for rule in rules {
            let ports = if has_ports {
                in_range(&rule.source_ports, packet.source) && in_range(&rule.destination_ports, packet.destination)
            } else {
                // Not documented; a rule with ports is taken not to match what has none.
                all(&rule.source_ports) && all(&rule.destination_ports)
            };
            if rule.protocol.is_none_or(|p| p == packet.protocol)
                && ports
                && self.side_holds(&rule.source, subnet, packet.from)
                && self.side_holds(&rule.destination, subnet, packet.to)
            {
                return rule.allow;
            }
        }
        // The default rules.
        let own = |address| self.is_virtual_network(subnet, address);
        if own(packet.from) && own(packet.to) {
            return true;
        }
        if inbound { packet.from == PLATFORM } else { is_public(packet.to) && !own(packet.to) }
    }

    /// Where the routes of a subnet lead packets for an address. Upstream: docs/azure.md 1, "Virtual network traffic routing": Azure's own routes
    /// are for the spaces of the network and its peers, for what is behind a gateway, for the Internet, and drop the private ranges beside them.
    fn route(&self, subnet: usize, address: u32) -> Outcome {
        let subnet = &self.subnets[subnet];
        let near: Vec<&Network> =
            std::iter::once(subnet.network).chain(self.networks[subnet.network].peers.iter().copied()).map(|n| &self.networks[n]).collect();
        let of_system = near
            .iter()
            .flat_map(|n| n.on_premises.iter().chain(std::iter::once(&n.space)))
            .filter(|p| holds(**p, address))
            .map(|p| p.1)
            .max();
        // A route of the text leads to an appliance here, which may do anything with a packet.
        let written = subnet.routes.iter().filter(|p| holds(**p, address)).map(|p| p.1).max();
        match (written, of_system) {
            (Some(written), system) if written >= system.unwrap_or(0) => Outcome::CannotTell,
            (_, Some(_)) => Outcome::Allowed,
            _ if is_public(address) => Outcome::Allowed,
            _ => Outcome::Denied,
        }
    }

    /// Whether a packet comes through.
    pub fn allows(&self, packet: &Packet) -> Outcome {
        let (source, destination) = (self.subnet_of(packet.from), self.subnet_of(packet.to));
        if source.is_none() && destination.is_none() || packet.from == packet.to {
            return Outcome::Allowed;
        }
        if let (Some(a), Some(b)) = (self.network_of(packet.from), self.network_of(packet.to))
            && a != b
            && !self.networks[a].peers.contains(&b)
        {
            return Outcome::Denied;
        }
        if source.is_some() && (packet.to == PLATFORM || packet.to == METADATA) {
            return Outcome::Allowed;
        }
        let interface = |address| self.interfaces.iter().find(|i| i.address == address);
        let asked = [
            (interface(packet.from).and_then(|i| i.group), source, false),
            (source.and_then(|s| self.subnets[s].group), source, false),
            (destination.and_then(|s| self.subnets[s].group), destination, true),
            (interface(packet.to).and_then(|i| i.group), destination, true),
        ];
        let stops = |(group, subnet, inbound): &(Option<usize>, Option<usize>, bool)| match (group, subnet) {
            (Some(group), Some(subnet)) => !self.passes(Asked::Given(*group), *subnet, *inbound, packet),
            _ => false,
        };
        if asked.iter().any(stops) {
            return Outcome::Denied;
        }
        // Nobody of the Internet comes to what has no public address; where a group stands, the text is about what it would let in.
        let is_guarded = asked[2..].iter().any(|(group, ..)| group.is_some());
        if source.is_none() && is_public(packet.from) && destination.is_some() && !is_guarded {
            return Outcome::Denied;
        }
        worse(
            source.map_or(Outcome::Allowed, |subnet| self.route(subnet, packet.to)),
            self.arrives(destination, packet.from, packet.protocol),
        )
    }

    /// Whether packets from an address come into a subnet, as far as routes are about that: Azure drops replies to private ranges that nothing is known
    /// behind, and nothing with such an address is connected with the network, unless an appliance that a written route leads to brings it. Upstream:
    /// docs/azure.md 1, "Virtual network traffic routing". Routes are asked for every packet of a connection, and appliances may not pass on the replies
    /// of one that they did not see; a datagram has arrived by then.
    fn arrives(&self, subnet: Option<usize>, from: u32, protocol: u8) -> Outcome {
        let Some(subnet) = subnet.filter(|_| from != PLATFORM && from != METADATA) else { return Outcome::Allowed };
        let is_known = is_public(from) || self.network_of(from).is_some() || self.is_behind_a_gateway(subnet, from);
        match self.route(subnet, from) {
            Outcome::CannotTell if is_known && protocol != 6 => Outcome::Allowed,
            back => back,
        }
    }

    fn is_behind_a_gateway(&self, subnet: usize, address: u32) -> bool {
        let own = self.subnets[subnet].network;
        let near = std::iter::once(own).chain(self.networks[own].peers.iter().copied());
        near.flat_map(|n| &self.networks[n].on_premises).any(|p| holds(*p, address))
    }
}

impl World {
    /// Whether a node or pod is closed to somebody who is nothing but an address. Upstream: docs/azure.md 3.1: nodes have no public addresses
    /// here, and only pods with addresses of the network can be reached by them.
    fn is_closed_to_addresses(&self, cluster: &Cluster, to: Place, from: u32) -> bool {
        let from_internet = self.network_of(from).is_none() && is_public(from);
        match to {
            Place::Pod(pod) if !cluster.pods[pod].on_host => from_internet || cluster.plugin != Plugin::NodeSubnet,
            Place::Pod(_) | Place::Node(_) => from_internet,
            Place::Address(to) => {
                let interface = self.interfaces.iter().find(|i| i.address == to);
                let is_guarded =
                    self.subnet_of(to).is_some_and(|s| self.subnets[s].group.is_some()) || interface.is_some_and(|i| i.group.is_some());
                from_internet && self.subnet_of(to).is_some() && !is_guarded
            }
        }
    }
}

/// A packet on one of the ways that it may take: where its ends are, and on which nodes.
struct Trip {
    from: Place,
    to: Place,
    /// The nodes of ends that are in the cluster.
    nodes: [Option<usize>; 2],
}

impl World {
    /// All ends worth asking about in a world with a cluster.
    pub fn places(&self) -> Vec<Place> {
        let Some(cluster) = &self.cluster else { return Vec::new() };
        let of_nodes: Vec<u32> = cluster.nodes.iter().map(|n| self.interfaces[*n].address).collect();
        let outside = self.addresses().into_iter().filter(|a| !of_nodes.contains(a)).map(Place::Address);
        (0..cluster.pods.len()).map(Place::Pod).chain((0..cluster.nodes.len()).map(Place::Node)).chain(outside).collect()
    }

    /// Whether an end is a pod that is on its node's network, and nobody knows on which: its address is not known either.
    pub fn is_vague(&self, place: Place) -> bool {
        matches!((place, &self.cluster), (Place::Pod(pod), Some(cluster)) if cluster.pods[pod].on_host && cluster.pods[pod].node.is_none())
    }

    /// Whether a packet comes through; its traffic is a protocol and two ports.
    pub fn outcome(&self, from: Place, to: Place, traffic: (u8, u16, u16)) -> Outcome {
        if from == to {
            return Outcome::Allowed;
        }
        let Some(cluster) = &self.cluster else { return Outcome::CannotTell };
        let on = |place: Place| -> Vec<Option<usize>> {
            match place {
                Place::Pod(pod) => match cluster.pods[pod].node {
                    Some(node) => vec![Some(node)],
                    None => (0..cluster.nodes.len()).map(Some).collect(),
                },
                Place::Node(node) => vec![Some(node)],
                Place::Address(_) => vec![None],
            }
        };
        let mut found: Vec<Outcome> = Vec::new();
        for a in on(from) {
            for b in on(to) {
                found.push(self.on_one_way(cluster, &Trip { from, to, nodes: [a, b] }, traffic));
            }
        }
        if found.iter().all(|o| *o == found[0]) { found[0] } else { Outcome::CannotTell }
    }

    /// The groups that a packet meets, each with its subnet and whether it is asked inbound.
    fn asked(&self, cluster: &Cluster, trip: &Trip, [out, into]: [Option<usize>; 2]) -> [(Option<Asked>, Option<usize>, bool); 4] {
        let [a, b] = trip.nodes;
        let interface = |place: Place, node: Option<usize>| match (place, node) {
            (Place::Address(address), _) => self.interfaces.iter().find(|i| i.address == address),
            (_, Some(node)) => Some(&self.interfaces[cluster.nodes[node]]),
            _ => None,
        };
        let at = |place: Place, node: Option<usize>| {
            let given = interface(place, node).and_then(|i| i.group).map(Asked::Given);
            given.or_else(|| (!matches!(place, Place::Address(_))).then_some(Asked::OfAks))
        };
        let of_subnet = |subnet: Option<usize>| subnet.and_then(|s| self.subnets[s].group).map(Asked::Given);
        [(at(trip.from, a), out, false), (of_subnet(out), out, false), (of_subnet(into), into, true), (at(trip.to, b), into, true)]
    }

    fn on_one_way(&self, cluster: &Cluster, trip: &Trip, (protocol, source, destination): (u8, u16, u16)) -> Outcome {
        let [a, b] = trip.nodes;
        if a.is_some() && a == b {
            return Outcome::Allowed;
        }
        let is_pod = |place: Place| matches!(place, Place::Pod(pod) if !cluster.pods[pod].on_host);
        let node_address = |node: Option<usize>| node.map_or(0, |n| self.interfaces[cluster.nodes[n]].address);
        let address = |place: Place, node: Option<usize>| match place {
            Place::Pod(pod) if is_pod(place) => cluster.pods[pod].address,
            Place::Pod(_) | Place::Node(_) => node_address(node),
            Place::Address(address) => address,
        };
        let subnet = |place: Place| match place {
            Place::Address(address) => self.subnet_of(address),
            Place::Pod(_) | Place::Node(_) => Some(0),
        };
        let network = |place: Place| match place {
            Place::Address(address) => self.network_of(address),
            Place::Pod(_) | Place::Node(_) => Some(self.subnets[0].network),
        };
        let (from, to) = (address(trip.from, a), address(trip.to, b));
        let (out, into) = (subnet(trip.from), subnet(trip.to));
        if out.is_none() && into.is_none() {
            return Outcome::Allowed;
        }
        if let (Some(one), Some(other)) = (network(trip.from), network(trip.to))
            && one != other
            && !self.networks[one].peers.contains(&other)
        {
            return Outcome::Denied;
        }
        if out.is_some() && matches!(trip.to, Place::Address(PLATFORM | METADATA)) {
            return Outcome::Allowed;
        }
        let is_stranger = matches!(trip.from, Place::Address(from) if from != PLATFORM && from != METADATA);
        if is_stranger && self.is_closed_to_addresses(cluster, trip.to, from) {
            return Outcome::Denied;
        }
        // What the network sees of it. Upstream: docs/azure.md 3.5.
        let inside = cluster.plugin == Plugin::Own && a.is_some() && is_pod(trip.to);
        let leaves_as_node = is_pod(trip.from)
            && !is_pod(trip.to)
            && !(cluster.plugin == Plugin::NodeSubnet && network(trip.to) == Some(self.subnets[0].network));
        let seen: Vec<Packet> = if inside {
            // Nobody knows the port that the packet around it comes from.
            let ports = [0, 79, 80, 1023, 1024, 40_000, 65_535];
            ports.map(|source| Packet { from: node_address(a), to: node_address(b), protocol: 17, source, destination: 4789 }).to_vec()
        } else {
            vec![Packet { from: if leaves_as_node { node_address(a) } else { from }, to, protocol, source, destination }]
        };
        // Pods of a range of their own leave the cluster as their node, so that routes are asked for what is outside it.
        let mut sum = match (out, trip.to) {
            (Some(subnet), Place::Address(_)) => self.route(subnet, to),
            (Some(subnet), _) if matches!(trip.from, Place::Address(_)) => {
                self.route(subnet, if is_pod(trip.to) { node_address(b) } else { to })
            }
            _ => Outcome::Allowed,
        };
        if sum == Outcome::Denied {
            return sum;
        }
        if let (Place::Address(_), Some(_)) = (trip.from, into) {
            sum = worse(sum, self.arrives(into, from, protocol));
        }
        for (group, subnet, inbound) in self.asked(cluster, trip, [out, into]) {
            let (Some(group), Some(subnet)) = (group, subnet) else { continue };
            let passed = seen.iter().filter(|packet| self.passes(group, subnet, inbound, packet)).count();
            match passed {
                0 => return Outcome::Denied,
                n if n < seen.len() => sum = Outcome::CannotTell,
                _ => {}
            }
        }
        sum
    }
}

fn rule_json(number: usize, rule: &Rule) -> serde_json::Value {
    let mut properties = json!({
        "protocol": match rule.protocol { None => "*", Some(6) => "Tcp", Some(17) => "Udp", Some(_) => "Icmp" },
        "access": if rule.allow { "Allow" } else { "Deny" },
        "priority": rule.priority,
        "direction": if rule.inbound { "Inbound" } else { "Outbound" },
    });
    let ports = |ranges: &[(u16, u16)]| -> Vec<String> {
        let one = |(a, b): &(u16, u16)| if a == b { a.to_string() } else { format!("{a}-{b}") };
        ranges.iter().map(one).collect()
    };
    for (name, ranges) in [("source", &rule.source_ports), ("destination", &rule.destination_ports)] {
        match ports(ranges).as_slice() {
            [one] if one == "0-65535" => properties[format!("{name}PortRange")] = "*".into(),
            [one] => properties[format!("{name}PortRange")] = one.clone().into(),
            many => properties[format!("{name}PortRanges")] = many.into(),
        }
    }
    for (name, side) in [("source", &rule.source), ("destination", &rule.destination)] {
        match side {
            Side::Any => properties[format!("{name}AddressPrefix")] = "*".into(),
            Side::Tag(tag) => properties[format!("{name}AddressPrefix")] = (*tag).into(),
            Side::Prefixes(prefixes) => {
                properties[format!("{name}AddressPrefixes")] = prefixes.iter().map(|p| prefix_text(*p)).collect();
            }
            Side::Group(group) => {
                properties[format!("{name}ApplicationSecurityGroups")] =
                    json!([{"id": format!("/providers/x/applicationSecurityGroups/a{group}")}]);
            }
        }
    }
    json!({"name": format!("r{number}"), "properties": properties})
}
