//! Ways to a Service: by its own address, by a node's port, by a load balancer.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::{HashMap, HashSet};

use super::ask::{Client, service_title};
use super::branches::{Arrival, Trip, Way};
use super::missing;
use super::tables::{Backend, Entry, Target};
use super::walk::{Port, Walk};
use super::{Basis, Party, Place, Share, Stop};
use crate::compile::Endpoint;
use crate::language::{LoadBalancer, Readiness, TrafficPolicy};
use crate::model::AddressSet;
use crate::settings::Dataplane;
use crate::snapshot::{NodeId, PodId, Service};
use crate::verdict::traversal::Side;

/// A way of packets that all come by one node: the node, what they are for, and how many of all connections they are.
struct Landing {
    node: NodeId,
    backend: Backend,
    share: Share,
    alike: u32,
}

impl<'a> Trip<'a> {
    /// All ways to a Service.
    pub(super) fn reach_service(
        &mut self,
        way: Way<'a>,
        client: Client,
        service: u32,
        port: usize,
        entry: Entry,
        node: Option<NodeId>,
    ) -> Vec<Arrival<'a>> {
        let paths = self.paths;
        let Some(found) = paths.snapshot.services.get(service as usize) else { return Vec::new() };
        let backends: Vec<Backend> = paths.tables().backends(service, port).to_vec();
        if missing::has_unknown_endpoints(&paths.snapshot, found) {
            return self.reach_unknown_endpoints(way, client, found, port);
        }
        match (entry, self.home(client)) {
            (Entry::Cluster, Some(home)) => {
                let to = found.addresses.first().map_or(Party { address: None, ..Party::at(NOWHERE) }, |a| Party::at(*a));
                let way = self.start(way, client, to);
                if let Some(cache) = self.cache_at(home, found, found.ports.get(port).map(|p| p.port)) {
                    return alloc::vec![self.ask_cache(way, client, home, &cache)];
                }
                let internal = paths.settings.routing.internal.unwrap_or(found.routing.internal);
                self.shortcut(way, client, home, found, &backends, (internal == TrafficPolicy::Local).then_some(home), false)
            }
            (Entry::Cluster, None) => {
                let to = found.addresses.first().map_or(Party { address: None, ..Party::at(NOWHERE) }, |a| Party::at(*a));
                let mut way = self.start(way, client, to);
                let why = format!("the address of `{}` exists only on the cluster's nodes", service_title(paths, found));
                way.walk.stop(Stop::NoRoute, why, Some(Basis::InsideOnly));
                alloc::vec![Arrival { way, pod: None }]
            }
            (Entry::LoadBalancer, Some(home)) => {
                let mut way = self.start(way, client, self.front_end(found));
                if self.is_outside_ranges(found, &way.walk) {
                    self.at_home(&mut way.walk, client, home, "", None);
                    let who = if let Client::Pod(_) = client { "pod" } else { "node" };
                    let why =
                        format!("the {who}'s address is not in `loadBalancerSourceRanges`, which nodes check for what starts on them too");
                    way.walk.stop(Stop::Dropped, why, None);
                    return alloc::vec![Arrival { way, pod: None }];
                }
                let masquerade = !paths.dataplane.is_ebpf() && self.external(found) == TrafficPolicy::Cluster;
                self.shortcut(way, client, home, found, &backends, None, masquerade)
            }
            (Entry::NodePort, Some(home)) => self.node_port_from_inside(way, client, home, found, &backends, node),
            (Entry::NodePort, None) => {
                let nodes = self.picked(node);
                self.node_port_from_outside(way, client, found, &backends, &nodes)
            }
            (Entry::LoadBalancer, None) => self.load_balancer(way, client, (service, found), port, &backends),
        }
    }

    /// The nodes that a client of a node port may pick: the one that it names, or all.
    fn picked(&self, node: Option<NodeId>) -> Vec<NodeId> {
        node.map_or_else(|| self.paths.snapshot.nodes().map(|(id, _)| id).collect(), |node| alloc::vec![node])
    }

    pub(super) fn external(&self, service: &Service) -> TrafficPolicy {
        self.paths.settings.routing.external.unwrap_or(service.routing.external)
    }

    fn front_end(&self, service: &Service) -> Party {
        let routing = &service.routing;
        let address = routing.load_balancer.addresses.first().or(routing.external_addresses.first());
        address.map_or(Party::somewhere(NOWHERE), |a| Party { made_up: service.front_end_made_up, ..Party::at(*a) })
    }

    /// Whether nodes drop the packet because of `loadBalancerSourceRanges`. Upstream: docs/path.md.
    fn is_outside_ranges(&self, service: &Service, walk: &Walk<'a>) -> bool {
        let balancer = &service.routing.load_balancer;
        if self.paths.settings.routing.ignore_source_ranges || balancer.source_ranges.is_empty() {
            return false;
        }
        let ranges = AddressSet::of_cidrs(&balancer.source_ranges);
        !walk.packet.from.made_up && walk.packet.from.address.is_some_and(|a| !ranges.contains(a))
    }

    // --- inside the cluster ------------------------------------------------------------------------------------------------------------

    /// From a node of the cluster straight to what stands behind the Service: nodes know all its addresses.
    #[expect(clippy::too_many_arguments, reason = "each is one fact of the question")]
    fn shortcut(
        &mut self,
        way: Way<'a>,
        client: Client,
        home: NodeId,
        service: &Service,
        backends: &[Backend],
        only_on: Option<NodeId>,
        masquerade: bool,
    ) -> Vec<Arrival<'a>> {
        let paths = self.paths;
        let candidates: Vec<Backend> = match only_on {
            Some(node) => backends.iter().filter(|b| b.node == Some(node)).copied().collect(),
            None => paths.nearby(backends, home),
        };
        let at_connect = paths.dataplane.is_ebpf();
        if candidates.is_empty() {
            let mut way = way;
            self.at_home(&mut way.walk, client, home, "", None);
            self.nobody(&mut way.walk, service, only_on.filter(|_| !backends.is_empty()));
            return alloc::vec![Arrival { way, pod: None }];
        }
        let total: u32 = candidates.iter().map(|b| b.count).sum();
        let mut arrivals = Vec::new();
        for kind in self.kinds(&candidates) {
            for (backend, count, is_here) in kind.near_and_far(home) {
                let mut walk = way.walk.clone();
                let to = self.party(&backend);
                let basis = if masquerade { Basis::Masqueraded } else { Basis::ClusterAddress };
                if at_connect {
                    walk.to(to, Some(backend.port));
                    walk.forget_original();
                    let text = "the program was given a pod's address when it connected, so there is nothing to translate";
                    self.at_home(&mut walk, client, home, text, Some(Basis::ConnectTime));
                } else {
                    let text = match masquerade {
                        true => "kube-proxy rewrites the destination to a pod (DNAT) and the source to the node (masquerade)",
                        false => "kube-proxy rewrites the destination to a pod (DNAT)",
                    };
                    self.at_home(&mut walk, client, home, text, Some(basis));
                    walk.to(to, Some(backend.port));
                }
                let side = self.leave_home(&mut walk, client);
                // A pod that reaches itself through its Service would not know its own answer.
                let hairpin = matches!((client, backend.target), (Client::Pod(a), Target::Pod(b)) if a == b && backend.count == 1);
                let source = (masquerade || hairpin).then(|| paths.node(home));
                let title = self.title_of(None, &backend, is_here, kinds_matter(&candidates));
                let pod = self.hand_over(&mut walk, Some(home), side, &backend, source);
                arrivals.push(Arrival { way: way.with(walk, Share::of(count, total), &title, 1), pod });
            }
        }
        arrivals
    }

    /// From inside to a port of a node. Upstream: only packets for a node's own addresses are translated there; eBPF does it where they start.
    fn node_port_from_inside(
        &mut self,
        way: Way<'a>,
        client: Client,
        home: NodeId,
        service: &Service,
        backends: &[Backend],
        node: Option<NodeId>,
    ) -> Vec<Arrival<'a>> {
        let paths = self.paths;
        let nodes = self.picked(node);
        let mut arrivals = Vec::new();
        for (sample, count) in self.node_kinds(&nodes, &[home]) {
            let share = Share::of(count, nodes.len() as u32);
            let title = if nodes.len() > 1 { format!("by node {}", paths.node_name(sample)) } else { String::new() };
            let way = way.with(way.walk.clone(), share, &title, count);
            let way = self.start(way, client, paths.node(sample));
            if paths.dataplane.is_ebpf() || sample == home {
                let masquerade = !paths.dataplane.is_ebpf() && self.external(service) == TrafficPolicy::Cluster;
                arrivals.extend(self.shortcut(way, client, home, service, backends, None, masquerade));
                continue;
            }
            let mut walk = way.walk.clone();
            self.approach(&mut walk, client, Some(home), sample);
            for landing in self.landings(&[sample], backends, service, &walk) {
                let mut walk = walk.clone();
                let is_here = landing.backend.node == Some(sample);
                let title = self.title_of(None, &landing.backend, is_here, backends.len() > 1);
                let pod = self.land_one(&mut walk, service, backends, sample, &landing.backend, Entry::NodePort);
                arrivals.push(Arrival { way: way.with(walk, landing.share, &title, landing.alike.max(1)), pod });
            }
        }
        arrivals
    }

    // --- from outside ------------------------------------------------------------------------------------------------------------------

    fn node_port_from_outside(
        &mut self,
        way: Way<'a>,
        client: Client,
        service: &Service,
        backends: &[Backend],
        nodes: &[NodeId],
    ) -> Vec<Arrival<'a>> {
        let paths = self.paths;
        if nodes.len() > 1 {
            self.notes.push("The client picks the node; all of them are taken to be picked alike.".to_string());
        }
        let first = self.start(way.clone(), client, paths.node(nodes.first().copied().unwrap_or(NodeId(u32::MAX))));
        let several = nodes.len() > 1;
        let mut arrivals = Vec::new();
        for landing in self.landings(nodes, backends, service, &first.walk) {
            let is_here = landing.backend.node == Some(landing.node);
            let title = if several { self.title_of(Some(landing.node), &landing.backend, is_here, true) } else { String::new() };
            let way = way.with(way.walk.clone(), landing.share, &title, landing.alike.max(1));
            let mut way = self.start(way, client, paths.node(landing.node));
            self.approach(&mut way.walk, client, None, landing.node);
            let pod = match way.walk.is_over() {
                true => None,
                false => self.land_one(&mut way.walk, service, backends, landing.node, &landing.backend, Entry::NodePort),
            };
            arrivals.push(Arrival { way, pod });
        }
        arrivals
    }

    fn load_balancer(
        &mut self,
        way: Way<'a>,
        client: Client,
        (number, service): (u32, &Service),
        port: usize,
        backends: &[Backend],
    ) -> Vec<Arrival<'a>> {
        let paths = self.paths;
        let balancer = &service.routing.load_balancer;
        let mut way = self.start(way, client, self.front_end(service));
        if balancer.internal && matches!(client, Client::Outside(_)) && paths.knows_network() {
            way.walk.stop(Stop::NoRoute, "the load balancer is an internal one: its address is of the virtual network", None);
            return alloc::vec![Arrival { way, pod: None }];
        }
        if let Client::Machine(..) = client
            && !balancer.internal
        {
            // A public address, also for machines of the same network.
            self.go_out(&mut way.walk, client);
        }
        if way.walk.is_over() {
            return alloc::vec![Arrival { way, pod: None }];
        }
        let own_port = service.ports.get(port);
        if balancer.port(own_port.map_or(0, |p| p.port)).no_rule && !(balancer.internal && balancer.all_ports) && paths.knows_network() {
            let number = own_port.map_or(0, |p| p.port);
            let why = format!("by annotation the load balancer has no rule for port {number} (`port_{number}_no_lb_rule`)");
            way.walk.place(Place::LoadBalancer, "Load balancer", "", None);
            way.walk.stop(Stop::Dropped, why, Some(Basis::Annotations));
            return alloc::vec![Arrival { way, pod: None }];
        }
        let floating = is_floating(balancer, way.walk.packet.to.address);
        let text = match floating {
            true => "picks a node, and leaves the addresses as they are (floating IP)",
            false => "picks a node, and puts its address and node port in place of its own",
        };
        way.walk.place(Place::LoadBalancer, "Load balancer", text, floating.then_some(Basis::FloatingIp));
        let healthy = self.probe(number, service, port, backends);
        if healthy.is_empty() {
            let left_out = paths.snapshot.nodes().all(|(_, node)| node.is_excluded());
            let why = if left_out {
                "every node is left out of load balancers by its labels, so there is nowhere to send it".to_string()
            } else {
                let stop = self.probes.iter().find_map(|p| p.stop.as_ref()).map_or_else(String::new, |stop| format!(": {}", stop.sentence));
                format!("no node answers the health probe, so there is nowhere to send it{stop}")
            };
            way.walk.stop(Stop::Dropped, why, Some(Basis::Probe));
            return alloc::vec![Arrival { way, pod: None }];
        }
        if let Some(why) = self.unsure.take() {
            way.walk.doubt("Health probe", format!("each node that it may pick {why}"), Some(Basis::Probe));
        }
        let landings = self.landings(&healthy, backends, service, &way.walk);
        let mut arrivals = Vec::new();
        // Without a pod the nodes are not told apart: all of them refuse.
        let landings = if landings.is_empty() { self.empty_landings(&healthy) } else { landings };
        for landing in landings {
            let mut walk = way.walk.clone();
            if !floating {
                let node_port = own_port.and_then(|p| p.node_port);
                walk.to(paths.node(landing.node), node_port);
                walk.for_port(node_port.map_or(Port::SomeNodePort, Port::Is));
                walk.forget_original();
            }
            walk.travel(paths.snapshot.cloud.locate_node(landing.node));
            let title = self.title_of(Some(landing.node), &landing.backend, landing.backend.node == Some(landing.node), true);
            let pod = self.land_one(&mut walk, service, backends, landing.node, &landing.backend, Entry::LoadBalancer);
            arrivals.push(Arrival { way: way.with(walk, landing.share, &title, landing.alike.max(1)), pod });
        }
        arrivals
    }

    /// A landing on each kind of node, where nothing stands behind the Service.
    fn empty_landings(&self, nodes: &[NodeId]) -> Vec<Landing> {
        let nobody = Backend { target: Target::Address(NOWHERE), node: None, count: 0, port: 0, hint: None };
        let landing =
            |(node, count): (NodeId, u32)| Landing { node, backend: nobody, share: Share::of(count, nodes.len() as u32), alike: count };
        self.node_kinds(nodes, &[]).into_iter().map(landing).collect()
    }

    /// The ways of packets that come to some of these nodes from the network: to which pod from which node, with their shares. Alike ones are one.
    fn landings(&self, nodes: &[NodeId], backends: &[Backend], service: &Service, walk: &Walk<'a>) -> Vec<Landing> {
        let local_only = self.is_local_only(service, walk);
        let mut landings = Vec::new();
        let all = nodes.len() as u32;
        if local_only || self.paths.prefers(backends) {
            // Each node picks among its own pods, or those that are meant for it.
            let mut by_node: HashMap<NodeId, Vec<Backend>> = HashMap::new();
            backends.iter().filter_map(|b| Some((b.node?, b))).for_each(|(node, b)| by_node.entry(node).or_default().push(*b));
            for node in nodes {
                let among = if local_only { by_node.get(node).cloned().unwrap_or_default() } else { self.paths.nearby(backends, *node) };
                let of_all: u32 = among.iter().map(|b| b.count).sum();
                let share = |count: u32| Share::of(1, all).times(Share::of(count, of_all));
                landings.extend(among.iter().map(|b| Landing { node: *node, backend: *b, share: share(b.count), alike: 1 }));
                if of_all == 0 {
                    let nobody = Backend { target: Target::Address(NOWHERE), node: None, count: 0, port: 0, hint: None };
                    landings.push(Landing { node: *node, backend: nobody, share: Share::of(1, all), alike: 1 });
                }
            }
            return self.alike(landings);
        }
        let total: u32 = backends.iter().map(|b| b.count).sum();
        if total == 0 {
            return self.empty_landings(nodes);
        }
        let among: HashSet<NodeId> = nodes.iter().copied().collect();
        let node_kinds = self.node_kinds(nodes, &[]);
        for kind in self.kinds(backends) {
            for (sample, of_kind) in node_kinds.iter().copied() {
                let is_kind = |node: NodeId| among.contains(&node) && self.paths.tables_kind(node) == self.paths.tables_kind(sample);
                let local: u32 = kind.by_node.iter().filter(|(node, ..)| node.is_some_and(is_kind)).map(|(_, count, _)| *count).sum();
                let pairs = u64::from(all) * u64::from(total);
                let share = |count: u64| Share::of_u64(count, pairs);
                if let Some((Some(node), _, backend)) = kind.by_node.iter().find(|(node, ..)| node.is_some_and(is_kind)) {
                    landings.push(Landing { node: *node, backend: *backend, share: share(u64::from(local)), alike: local });
                }
                let remote = u64::from(of_kind) * u64::from(kind.count) - u64::from(local);
                let of_nodes = || nodes.iter().copied().filter(|n| self.paths.tables_kind(*n) == self.paths.tables_kind(sample));
                let pair = kind.by_node.iter().find_map(|(node, _, backend)| Some((of_nodes().find(|n| Some(*n) != *node)?, *backend)));
                if let Some((node, backend)) = pair.filter(|_| remote > 0) {
                    landings.push(Landing { node, backend, share: share(remote), alike: remote.min(u64::from(u32::MAX)) as u32 });
                }
            }
        }
        landings
    }

    /// Landings that nothing tells apart become one.
    fn alike(&self, landings: Vec<Landing>) -> Vec<Landing> {
        let mut found: Vec<Landing> = Vec::new();
        let mut known = HashMap::new();
        for landing in landings {
            let is_here = landing.backend.node == Some(landing.node);
            let key = (self.paths.tables_kind(landing.node), is_here, self.backend_key(&landing.backend));
            let at = *known.entry(key).or_insert(found.len());
            match found.get_mut(at) {
                Some(known) => {
                    known.share = known.share.plus(landing.share);
                    known.alike += 1;
                }
                None => found.push(landing),
            }
        }
        found
    }

    /// Whether a node that a packet comes to sends it to its own pods only. Upstream: traffic of the cluster itself always has `Cluster` semantics.
    pub(super) fn is_local_only(&self, service: &Service, walk: &Walk<'a>) -> bool {
        self.external(service) == TrafficPolicy::Local && !self.is_of_cluster(&walk.packet.from)
    }

    /// Whether a packet comes from a pod of the cluster, by its address; for eBPF from one of its nodes too.
    fn is_of_cluster(&self, from: &Party) -> bool {
        match from.end {
            Endpoint::Pod(_) => true,
            Endpoint::Node(_) => self.paths.dataplane.is_ebpf(),
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => false,
        }
    }

    /// On a node that a packet comes to from the network, and on to what it is for.
    pub(super) fn land_one(
        &self,
        walk: &mut Walk<'a>,
        service: &Service,
        backends: &[Backend],
        node: NodeId,
        backend: &Backend,
        entry: Entry,
    ) -> Option<(PodId, Option<NodeId>)> {
        let paths = self.paths;
        let ebpf = paths.dataplane.is_ebpf();
        let local = backend.node == Some(node);
        let masquerade = !ebpf && self.external(service) == TrafficPolicy::Cluster;
        let name = format!("Node {}", paths.node_name(node));
        if backend.count == 0 {
            walk.place(Place::Node(node), name, String::new(), None);
            self.nobody(walk, service, (!backends.is_empty()).then_some(node));
            return None;
        }
        let (text, basis) = match (ebpf, local, masquerade) {
            (true, true, _) => ("eBPF rewrites the destination to the pod (DNAT) and keeps the client's address", Basis::EbpfKeeps),
            (true, false, _) if paths.dataplane == Dataplane::EbpfDsr => {
                ("eBPF sends it on as it is, inside a packet to the pod's node; the reply goes straight back from there", Basis::EbpfTunnel)
            }
            (true, false, _) => {
                ("eBPF sends it on as it is, inside a packet to the pod's node; the reply comes back this way", Basis::EbpfTunnel)
            }
            (false, _, false) => ("kube-proxy rewrites the destination to the pod (DNAT) and keeps the client's address", Basis::Local),
            (false, true, true) => {
                ("kube-proxy rewrites the destination to the pod (DNAT) and the source to the node (masquerade)", Basis::Masqueraded)
            }
            (false, false, true) => (
                "kube-proxy rewrites the destination to a pod on another node (DNAT) and the source to the node (masquerade)",
                Basis::Masqueraded,
            ),
        };
        walk.place(Place::Node(node), name, text, Some(basis));
        if entry == Entry::LoadBalancer && self.is_outside_ranges(service, walk) {
            walk.stop(Stop::Dropped, "the client's address is not in `loadBalancerSourceRanges`", None);
            return None;
        }
        let to = self.party(backend);
        if ebpf
            && !local
            && let Some(there) = backend.node
        {
            walk.enter_tunnel(node, there);
            walk.cross_untranslated(node);
            walk.travel(paths.snapshot.cloud.locate_node(there));
            walk.leave_tunnel();
            let text = "removes the outer packet and rewrites the destination to the pod (DNAT)";
            walk.place(Place::Node(there), format!("Node {}", paths.node_name(there)), text, Some(Basis::EbpfKeeps));
            walk.to(to, Some(backend.port));
            return self.arrive_at(walk, backend, None);
        }
        walk.to(to, Some(backend.port));
        if !local && !masquerade && paths.plugin(Some(node)).is_some_and(|p| p.is_flat()) && !matches!(backend.target, Target::Address(_)) {
            let why = "the node would send it on with the address of another machine's pod, which Azure drops without IP forwarding";
            walk.stop(Stop::Dropped, why, Some(Basis::IpForwarding));
            return None;
        }
        let source = masquerade.then(|| paths.node(node));
        self.hand_over(walk, Some(node), Side::Network, backend, source)
    }

    /// Nothing stands behind the Service, or nothing on this node.
    fn nobody(&self, walk: &mut Walk<'a>, service: &Service, on: Option<NodeId>) {
        let title = service_title(self.paths, service);
        match on {
            Some(node) => {
                let why = format!("no pod of `{title}` is on `{}`, and its traffic policy is `Local`", self.paths.node_name(node));
                walk.stop(Stop::Dropped, why, Some(Basis::Local));
            }
            None => {
                let ids =
                    service.endpoints.iter().filter(|id| self.paths.snapshot.pod(**id).is_some_and(|e| e.readiness == Readiness::NotReady));
                let unready: Vec<String> = ids.map(|id| format!("`{}`", self.paths.snapshot.pod_title(*id))).collect();
                let why = match service.has_selector || !service.slices.is_empty() {
                    true if !unready.is_empty() && service.slices.is_empty() => {
                        let are = if unready.len() == 1 { "is" } else { "are" };
                        let more = unready.len().saturating_sub(NAMED);
                        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                        let named = unready.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
                        format!("no ready pod stands behind `{title}`: {named}{more} {are} not ready")
                    }
                    true => format!("no ready pod stands behind `{title}`"),
                    false => format!("`{title}` has no selector, and the text has no EndpointSlice for it"),
                };
                walk.stop(Stop::Rejected, why, None);
            }
        }
    }

    /// A few words that tell a branch from others.
    fn title_of(&self, by: Option<NodeId>, backend: &Backend, is_here: bool, needed: bool) -> String {
        let paths = self.paths;
        let by = by.map(|node| format!("by node {}", paths.node_name(node)));
        let to = match (backend.node, is_here) {
            (_, true) if by.is_some() => Some("to its own pod".to_string()),
            (Some(node), true) => Some(format!("to a pod on the same node, {}", paths.node_name(node))),
            (Some(node), false) => Some(format!("to a pod on {}", paths.node_name(node))),
            (None, _) => match backend.target {
                Target::Address(address) if backend.count > 0 => Some(format!("to {address}")),
                _ => None,
            },
        };
        let parts: Vec<String> = by.into_iter().chain(to.filter(|_| needed)).collect();
        parts.join(", ")
    }
}

/// How many pods are named that are not ready.
const NAMED: usize = 3;

/// Whether packets come to nodes as they were sent to a front end. Upstream: cloud-provider-azure, `getExpectedLoadBalancingRulePropertiesForPort`: an
/// internal load balancer cannot for IPv6.
fn is_floating(balancer: &LoadBalancer, front_end: Option<IpAddr>) -> bool {
    balancer.floating && !(balancer.internal && front_end.is_some_and(|a| a.is_ipv6()))
}

/// Stands for an address that there is none of.
const NOWHERE: IpAddr = IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED);

/// Whether it is worth saying to which of the pods a way leads.
fn kinds_matter(backends: &[Backend]) -> bool {
    backends.iter().any(|b| b.node != backends.first().and_then(|b| b.node)) || backends.len() > 1
}
