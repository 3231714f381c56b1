//! From a question to all the ways, and what they come to together.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::ask::{Client, Goal, Question};
use super::deliver::{self, Delivery};
use super::walk::{AS_IT_IS, AS_ITS_NODE, Walk};
use super::{Basis, Branch, Packet, Party, PathAnswer, Paths, Place, Share, Step, StepKind, Stop, proxy, tell};
use crate::compile::Endpoint;
use crate::explain::end_name;
use crate::language::azure::{Outbound, Plugin};
use crate::policy::Direction;
use crate::snapshot::cloud::{CloudCluster, Location, tags};
use crate::snapshot::{NodeId, PodId};
use crate::verdict::Verdict;
use crate::verdict::traversal::{Checkpoint, Habit, Side, keeps_source};

/// Shown where the public address of something is not given; kept for examples (RFC 5737, TEST-NET-2).
const SOME_PUBLIC: IpAddr = IpAddr::V4(core::net::Ipv4Addr::new(198, 51, 100, 254));

/// One way, as far as it has come.
#[derive(Clone)]
pub(super) struct Way<'a> {
    pub(super) walk: Walk<'a>,
    pub(super) share: Share,
    pub(super) title: String,
    pub(super) alike: u32,
}

impl<'a> Way<'a> {
    /// The same way with another walk, for a share of its connections.
    pub(super) fn with(&self, walk: Walk<'a>, share: Share, title: &str, alike: u32) -> Way<'a> {
        let title = match (self.title.as_str(), title) {
            ("", title) => title.to_string(),
            (own, "") => own.to_string(),
            (own, title) => format!("{own}; {title}"),
        };
        Way { walk, share: self.share.times(share), title, alike: self.alike.saturating_mul(alike) }
    }
}

/// A way that has come to what the packet is for, or ended before.
pub(super) struct Arrival<'a> {
    pub(super) way: Way<'a>,
    /// The pod that it came to, with its node.
    pub(super) pod: Option<(PodId, Option<NodeId>)>,
}

/// What all ways of one question have in common.
pub(super) struct Trip<'a> {
    pub(super) paths: &'a Paths,
    pub(super) question: &'a Question,
    pub(super) probes: Vec<super::ProbedNode>,
    /// Nodes that the load balancer sends connections to, once it was asked for them; only those that were probed are among `probes`.
    pub(super) up: Vec<NodeId>,
    /// Whether the node's DNS cache answers in place of what stands behind the Service.
    pub(super) cached: bool,
    /// Why it cannot be told whether any node gets connections, where it cannot.
    pub(super) unsure: Option<String>,
    pub(super) pods: Vec<super::PodShare>,
    pub(super) notes: Vec<String>,
}

pub(super) fn answer(paths: &Paths, question: &Question) -> PathAnswer {
    let mut trip = Trip {
        paths,
        question,
        probes: Vec::new(),
        up: Vec::new(),
        cached: false,
        unsure: None,
        pods: Vec::new(),
        notes: question.notes.clone(),
    };
    let total: u32 = question.clients.iter().map(|(_, weight)| *weight).sum();
    let mut branches: Vec<Branch> = Vec::new();
    for (client, weight, alike) in client_kinds(paths, &question.clients) {
        let title = match client {
            Client::Pod(id) if question.clients.len() > 1 => {
                let node = paths.snapshot.pod(id).and_then(|e| e.node);
                node.map_or_else(String::new, |n| format!("from a pod on {}", paths.node_name(n)))
            }
            _ => String::new(),
        };
        let blank =
            Walk::new(paths, Packet { from: paths.client(client), to: paths.client(client), port: question.port }, question.protocol)
                .carrying(question.carried);
        let way = Way { walk: blank, share: Share::of(weight, total), title, alike };
        let asking = trip.unresolved(&way, client);
        let ways: Vec<Branch> =
            trip.ways(way, client).into_iter().map(|a| a.way.walk.finish(a.way.share, a.way.title, a.way.alike)).collect();
        match asking {
            Some(asking) => {
                if ways.iter().all(|b| b.verdict == Verdict::Allowed) {
                    trip.notes.push("Once the address is known, the connection itself is allowed.".to_string());
                }
                branches.push(asking);
            }
            None => branches.extend(ways),
        }
    }
    let branches = merged(paths, branches);
    tell::answer(trip, branches)
}

/// Clients that nothing tells apart, each kind with its weight and number. The nodes of clients matter as much as they do: a pod behind the Service may
/// be on the same.
fn client_kinds(paths: &Paths, clients: &[(Client, u32)]) -> Vec<(Client, u32, u32)> {
    let mut kinds: Vec<(Client, u32, u32)> = Vec::new();
    for (client, weight) in clients {
        let alike = |known: &Client| match (known, client) {
            (Client::Pod(a), Client::Pod(b)) => {
                let node = |id: &PodId| paths.snapshot.pod(*id).and_then(|e| e.node);
                let class = |id: &PodId| paths.compiled.class_of(Endpoint::Pod(*id));
                node(a) == node(b) && class(a) == class(b)
            }
            (a, b) => a == b,
        };
        match kinds.iter_mut().find(|(known, ..)| alike(known)) {
            Some((_, total, number)) => (*total, *number) = (total.saturating_add(*weight), *number + 1),
            None => kinds.push((*client, *weight, 1)),
        }
    }
    kinds
}

/// Branches that tell the same become one: with the same addresses, or from different clients with addresses that nothing tells apart.
fn merged(paths: &Paths, branches: Vec<Branch>) -> Vec<Branch> {
    let mut found: Vec<Branch> = Vec::new();
    for branch in branches.into_iter().filter(|b| !b.share.is_none()) {
        let client = |b: &Branch| b.steps.first().map(|step| step.arrives.from.end);
        let same = |known: &Branch| {
            let equal = |a: &Step, b: &Step| a.title == b.title && a.arrives == b.arrives && a.leaves == b.leaves;
            let of_another = client(known) != client(&branch);
            known.steps.len() == branch.steps.len()
                && known.steps.iter().zip(&branch.steps).all(|(a, b)| equal(a, b) || of_another && are_alike(paths, a, b))
        };
        match found.iter_mut().find(|known| same(known)) {
            Some(known) => {
                known.share = known.share.plus(branch.share);
                known.alike = known.alike.saturating_add(branch.alike);
            }
            None => found.push(branch),
        }
    }
    found.sort_by(|a, b| b.share.as_f64().total_cmp(&a.share.as_f64()));
    found
}

/// Whether two stations differ in nothing but which of some ends that are alike they are about.
fn are_alike(paths: &Paths, a: &Step, b: &Step) -> bool {
    let class = |packet: &Packet| (paths.compiled.class_of(packet.from.end), paths.compiled.class_of(packet.to.end), packet.port);
    let kinds = match (&a.kind, &b.kind) {
        (StepKind::Place(Place::Node(a)), StepKind::Place(Place::Node(b))) => paths.tables_kind(*a) == paths.tables_kind(*b),
        (StepKind::Place(a), StepKind::Place(b)) => core::mem::discriminant(a) == core::mem::discriminant(b),
        (StepKind::Check(a), StepKind::Check(b)) => a.reason == b.reason,
        (StepKind::Stop(a), StepKind::Stop(b)) => a == b,
        (StepKind::Doubt, StepKind::Doubt) => true,
        _ => false,
    };
    kinds && a.verdict == b.verdict && class(&a.arrives) == class(&b.arrives) && class(&a.leaves) == class(&b.leaves)
}

impl Paths {
    /// A client as one end of a packet.
    pub(super) fn client(&self, client: Client) -> Party {
        match client {
            Client::Pod(id) => self.pod(id),
            Client::Node(id) => self.node(id),
            Client::Machine(network, address) => Party { end: Endpoint::InNetwork(network, address), ..Party::at(address) },
            Client::Outside(address) => Party::at(address),
        }
    }

    /// Where a pod that runs on a node is in the cloud's network.
    pub(super) fn pod_location(&self, pod: PodId, node: NodeId) -> Option<Location> {
        let on_host = self.is_on_host(pod);
        if on_host { self.snapshot.cloud.locate_node(node) } else { self.snapshot.cloud.locate_pods(node) }
    }

    pub(super) fn node_name(&self, node: NodeId) -> String {
        self.snapshot.node(node).map_or_else(String::new, |n| n.name.clone())
    }

    /// The cluster of a node. Of several that come into question it is the first.
    pub(super) fn cluster_of(&self, node: Option<NodeId>) -> Option<&CloudCluster> {
        self.snapshot.cloud.clusters_of(node).first().copied()
    }

    /// Where pods on a node have their addresses, if that is said.
    pub(super) fn plugin(&self, node: Option<NodeId>) -> Option<Plugin> {
        self.cluster_of(node).map(|c| c.plugin)
    }

    /// Whether the text says anything about the network around the cluster.
    pub(super) fn knows_network(&self) -> bool {
        !self.snapshot.cloud.networks.is_empty()
    }

    /// Whether a pod uses its node's network, so that its address is the node's, whatever policies take it for.
    pub(super) fn is_on_host(&self, pod: PodId) -> bool {
        self.snapshot.pod(pod).is_some_and(|e| e.host_network)
    }

    /// Whether packets from a pod to an address outside the cluster leave with its node's address. Where the text does not say they are taken to, as with
    /// nearly all plugins, and checkpoints say where that matters. Upstream: docs/path.md, and docs/semantics.md, Calico.
    pub(super) fn leaves_as_node(&self, pod: Endpoint, home: NodeId, to: &Party) -> Option<Basis> {
        let (snapshot, cloud) = (&self.snapshot, &self.snapshot.cloud);
        let Endpoint::Pod(id) = pod else { return None };
        let own = cloud.locate_node(home).and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number);
        let network = match (to.end, to.address) {
            (Endpoint::InNetwork(network, _), _) => Some(network),
            (_, Some(a)) => own.and_then(|own| cloud.network_seen_from(own, a)),
            (_, None) => None,
        };
        let plugin = self.plugin(Some(home));
        let habit = Habit::of(snapshot.pod(id)?, snapshot);
        let leaving = habit.leaving(plugin, own.is_some() && network == own, keeps_source(snapshot, to.end));
        leaving.as_node.then_some(if plugin == Some(Plugin::Kubenet) { Basis::KubenetLeaves } else { Basis::OverlayLeaves })
    }
}

impl<'a> Trip<'a> {
    /// All ways from a client to the target of the question.
    fn ways(&mut self, way: Way<'a>, client: Client) -> Vec<Arrival<'a>> {
        let goal = &self.question.goal;
        match goal {
            Goal::Nothing(why) => {
                let mut way = self.start(way, client, Party::somewhere(SOME_PUBLIC));
                way.walk.packet.to.address = None;
                way.walk.stop(Stop::NoRoute, why.clone(), None);
                alloc::vec![Arrival { way, pod: None }]
            }
            Goal::Name { name, missing } => self.reach_name(way, client, name, missing),
            Goal::Service { service, port, entry, node } => self.reach_service(way, client, *service, *port, *entry, *node),
            Goal::Ingress { object, host, path } => proxy::ways(self, way, client, *object, host.as_deref(), path),
            Goal::Pods(pods) => {
                let total: u32 = pods.iter().map(|(_, count)| *count).sum();
                let several = pods.len() > 1;
                let to_pod = |(id, count): &(PodId, u32)| {
                    let node = self.paths.home_of(*id);
                    let title = if several {
                        node.map_or_else(String::new, |n| format!("to a pod on {}", self.paths.node_name(n)))
                    } else {
                        String::new()
                    };
                    let way = way.with(way.walk.clone(), Share::of(*count, total), &title, 1);
                    self.to_pod(way, client, *id, node)
                };
                pods.iter().map(to_pod).collect()
            }
            Goal::Node(node) => self.to_node(way, client, *node),
            Goal::Address(end) => alloc::vec![self.to_address(way, client, *end)],
        }
    }

    /// Puts the client at the beginning.
    pub(super) fn start(&self, mut way: Way<'a>, client: Client, to: Party) -> Way<'a> {
        let paths = self.paths;
        way.walk.packet = Packet { from: paths.client(client), to, port: way.walk.packet.port };
        way.walk.at = match client {
            Client::Pod(id) => paths.home_of(id).and_then(|n| paths.pod_location(id, n)),
            Client::Node(node) => paths.snapshot.cloud.locate_node(node),
            Client::Machine(network, address) => paths.snapshot.cloud.locate_in(network, address),
            Client::Outside(_) => None,
        };
        let title = match client {
            Client::Pod(id) => format!("Pod {}", paths.snapshot.pod_title(id)),
            Client::Node(node) => format!("Node {}", paths.node_name(node)),
            Client::Machine(network, address) => end_name(Endpoint::InNetwork(network, address), &paths.snapshot),
            Client::Outside(_) => "Client".to_string(),
        };
        let text = match client {
            Client::Pod(_) => "a pod of the cluster",
            Client::Node(_) => "a process of the node",
            Client::Machine(..) => "a machine of the virtual network",
            Client::Outside(address) if tags::is_public(address) => "on the Internet",
            Client::Outside(_) => "outside the cluster",
        };
        way.walk.place(Place::Client, title, text, None);
        way
    }

    /// The node that a client is on.
    pub(super) fn home(&self, client: Client) -> Option<NodeId> {
        match client {
            Client::Pod(id) => self.paths.home_of(id),
            Client::Node(node) => Some(node),
            Client::Machine(..) | Client::Outside(_) => None,
        }
    }

    /// The client's own node, where its packets begin their way. Of a process of the node itself it is told already.
    pub(super) fn at_home(&self, walk: &mut Walk<'a>, client: Client, home: NodeId, text: &str, basis: Option<Basis>) {
        match client {
            Client::Node(_) => walk.explain_last(text.to_string(), basis),
            _ => walk.place(Place::Node(home), format!("Node {}", self.paths.node_name(home)), text, basis),
        }
    }

    /// What a packet of a client meets on the client's own node before it goes on: the node, and policies of the pod. Returns the side of the node that
    /// it came in by.
    pub(super) fn leave_home(&self, walk: &mut Walk<'a>, client: Client) -> Side {
        match client {
            Client::Pod(id) if !walk.is_host(id) => {
                walk.check(Checkpoint::Endpoint(Direction::Egress));
                Side::Pod
            }
            _ => Side::Host,
        }
    }

    /// To a pod, at its own address.
    pub(super) fn to_pod(&self, way: Way<'a>, client: Client, pod: PodId, node: Option<NodeId>) -> Arrival<'a> {
        let paths = self.paths;
        let mut way = self.start(way, client, paths.pod(pod));
        let walk = &mut way.walk;
        match (client, self.home(client)) {
            (Client::Pod(_) | Client::Node(_), home) => {
                let mut masquerade = None;
                let side = match home {
                    Some(home) => {
                        // A pod on the network of another node has an address of that node, to which packets leave the pod network.
                        let is_away = paths.is_on_host(pod) && node != Some(home);
                        let basis = (is_away && matches!(client, Client::Pod(id) if !paths.is_on_host(id)))
                            .then(|| paths.leaves_as_node(walk.packet.from.end, home, &walk.packet.to))
                            .flatten();
                        masquerade = basis.map(|_| paths.node(home));
                        self.at_home(walk, client, home, if basis.is_some() { AS_ITS_NODE } else { AS_IT_IS }, basis);
                        self.leave_home(walk, client)
                    }
                    None => self.leave_home(walk, client),
                };
                let delivery = Delivery::to(pod, node, masquerade);
                deliver::deliver(self, walk, home, side, &delivery);
            }
            (Client::Machine(..) | Client::Outside(_), _) => self.enter_from_network(walk, client, pod, node),
        }
        let pod = (!way.walk.is_over()).then_some((pod, node));
        Arrival { way, pod }
    }

    /// From outside the cluster straight to a pod's address, where the network leads there.
    fn enter_from_network(&self, walk: &mut Walk<'a>, client: Client, pod: PodId, node: Option<NodeId>) {
        let paths = self.paths;
        if let Some(routing) = self.hindrance(walk, client, Endpoint::Pod(pod)) {
            return self.hinder(walk, routing);
        }
        walk.travel(node.and_then(|n| paths.pod_location(pod, n)));
        deliver::enter(self, walk, &Delivery::to(pod, node, None));
    }

    /// To a node itself, or to a pod behind one of its ports (`hostPort`).
    fn to_node(&self, way: Way<'a>, client: Client, node: NodeId) -> Vec<Arrival<'a>> {
        let paths = self.paths;
        let mut way = self.start(way, client, paths.node(node));
        let walk = &mut way.walk;
        let home = self.home(client);
        let behind = walk.packet.port.and_then(|port| paths.tables().at_host_port(node, self.question.protocol, port));
        if let Some((pod, port)) = behind.filter(|(pod, _)| home == Some(node) && !walk.is_host(*pod)) {
            // As with a Service, policies are asked after that.
            self.at_home(walk, client, node, "rewrites the destination to the pod behind the host port (DNAT)", Some(Basis::HostPort));
            walk.to(paths.pod(pod), Some(port));
            let side = self.leave_home(walk, client);
            let masquerade = (client == Client::Pod(pod)).then(|| paths.node(node));
            deliver::deliver(self, walk, home, side, &Delivery::to(pod, Some(node), masquerade));
            return alloc::vec![Arrival { way, pod: Some((pod, Some(node))) }];
        }
        let side = self.approach(walk, client, home, node);
        if walk.is_over() {
            return alloc::vec![Arrival { way, pod: None }];
        }
        let Some((pod, port)) = behind.filter(|(pod, _)| !walk.is_host(*pod)) else {
            if home != Some(node) {
                walk.place(Place::Node(node), format!("Node {}", paths.node_name(node)), "for a process of the node", None);
            }
            walk.cross(node, side, Side::Host);
            return alloc::vec![Arrival { way, pod: None }];
        };
        if home != Some(node) {
            walk.place(Place::Node(node), format!("Node {}", paths.node_name(node)), String::new(), None);
        }
        walk.to(paths.pod(pod), Some(port));
        walk.cross(node, side, Side::Pod);
        deliver::arrive(self, walk, &Delivery::to(pod, Some(node), None));
        alloc::vec![Arrival { way, pod: Some((pod, Some(node))) }]
    }

    /// Comes to a node, from wherever the client is. Returns the side of the node by which it comes in.
    pub(super) fn approach(&self, walk: &mut Walk<'a>, client: Client, home: Option<NodeId>, node: NodeId) -> Side {
        let paths = self.paths;
        if let Some(home) = home {
            self.at_home(walk, client, home, "", None);
            let side = self.leave_home(walk, client);
            if home == node {
                return side;
            }
            walk.cross(home, side, Side::Network);
            self.masquerade_outwards(walk, client, home);
        } else if let Some(routing) = self.hindrance(walk, client, Endpoint::Node(node)) {
            self.hinder(walk, routing);
            return Side::Network;
        } else if let Client::Outside(_) = client
            && paths.knows_network()
        {
            // A public address of its own: translated before anything else sees the packet.
            let private = walk.packet.to;
            let public = paths.snapshot.cloud.locate_node(node).and_then(|l| l.interface);
            let public = public.and_then(|i| paths.snapshot.cloud.interfaces.get(i as usize)?.public_address);
            walk.packet.to = public.map_or(Party::somewhere(SOME_PUBLIC), Party::at);
            let title = format!("Public address of {}", paths.node_name(node));
            walk.place(Place::Outside, title, "Azure puts the node's private address in its place", None);
            walk.to(private, walk.packet.port);
            walk.forget_original();
        }
        walk.travel(paths.snapshot.cloud.locate_node(node));
        Side::Network
    }

    /// Leaves a node for somewhere that is no pod: with the node's address, where the pod network has it so.
    pub(super) fn masquerade_outwards(&self, walk: &mut Walk<'a>, client: Client, home: NodeId) {
        let Client::Pod(id) = client else { return };
        if !self.paths.is_on_host(id) && self.paths.leaves_as_node(Endpoint::Pod(id), home, &walk.packet.to).is_some() {
            walk.leave_as_node(self.paths.node(home));
        }
    }

    /// To an address that is nothing of the cluster's.
    fn to_address(&self, way: Way<'a>, client: Client, end: Endpoint) -> Arrival<'a> {
        let to = end.address().map_or(Party::somewhere(SOME_PUBLIC), |address| Party { end, ..Party::at(address) });
        let mut way = self.start(way, client, to);
        self.go_out(&mut way.walk, client);
        if !way.walk.is_over() {
            let name = end_name(end, &self.paths.snapshot);
            way.walk.place(Place::Outside, name, "", None);
        }
        Arrival { way, pod: None }
    }

    /// Leaves the client's machine for an address of the network, or for the Internet.
    pub(super) fn go_out(&self, walk: &mut Walk<'a>, client: Client) {
        let paths = self.paths;
        let cloud = &paths.snapshot.cloud;
        let to = walk.packet.to;
        if let Some(home) = self.home(client) {
            let basis = paths
                .leaves_as_node(walk.packet.from.end, home, &to)
                .filter(|_| matches!(client, Client::Pod(id) if !paths.is_on_host(id)));
            let text = match basis {
                Some(_) => AS_ITS_NODE,
                None => AS_IT_IS,
            };
            self.at_home(walk, client, home, text, basis);
            let side = self.leave_home(walk, client);
            walk.cross(home, side, Side::Network);
            self.masquerade_outwards(walk, client, home);
        }
        let network = walk.network_of(&to);
        let location = network.zip(to.address).and_then(|(network, a)| cloud.locate_in(network, a));
        if let Some(address) = to.address.filter(|a| *a == tags::PLATFORM || *a == tags::METADATA) {
            walk.reach_platform(address);
            return;
        }
        if !matches!(client, Client::Outside(_)) && walk.is_led_away(network) {
            return;
        }
        if let Some(routing) = self.hindrance(walk, client, to.end) {
            return self.hinder(walk, routing);
        }
        walk.travel(location);
        let is_public = to.address.is_none_or(tags::is_public);
        if network.is_none() && is_public && paths.knows_network() && !matches!(client, Client::Outside(_)) {
            self.to_the_internet(walk, client);
        }
    }

    /// Out of the virtual network: with a public address.
    fn to_the_internet(&self, walk: &mut Walk<'a>, client: Client) {
        let cloud = &self.paths.snapshot.cloud;
        let (public, text) = match client {
            Client::Machine(network, address) => {
                let interface = cloud.interface_of(Endpoint::InNetwork(network, address));
                let public = interface.and_then(|i| i.public_address);
                let text = match interface.and_then(|i| i.public) {
                    Some(_) => "leaves with the machine's own public address",
                    None => "leaves with whatever public address the network gives it: a NAT gateway's, or Azure's default one",
                };
                (public, text)
            }
            _ => match self.paths.cluster_of(self.home(client)).map(|c| c.traffic.outbound) {
                Some(Outbound::NatGateway) => (None, "leaves with the NAT gateway's public address"),
                Some(Outbound::Routes) => {
                    (None, "follows the routes of the subnet, to a firewall as a rule, and leaves with its public address")
                }
                Some(Outbound::LoadBalancer | Outbound::None) | None => {
                    (None, "leaves by the load balancer's outbound rule, with its public address")
                }
            },
        };
        walk.place(Place::Egress, "Way out", text, Some(Basis::BeforePublic));
        walk.from(public.map_or(Party::somewhere(SOME_PUBLIC), Party::at));
    }
}
