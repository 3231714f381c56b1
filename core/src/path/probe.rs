//! Health probes of load balancers: which nodes get connections. Upstream: docs/path.md, Azure, 3; cloud-provider-azure,
//! `azure_loadbalancer_healthprobe.go` and `getExpectedLBRules` of `azure_loadbalancer.go`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::branches::Trip;
use super::tables::{Backend, Entry};
use super::walk::{Port, Walk};
use super::{Basis, Packet, Party, Paths, Place, ProbedNode, Share, Step, StepKind};
use crate::language::TrafficPolicy;
use crate::model::Protocol;
use crate::settings::Probes;
use crate::snapshot::cloud::tags;
use crate::snapshot::{NodeId, Service};
use crate::verdict::Verdict;
use crate::verdict::traversal::Side;

/// The port at which kube-proxy tells load balancers that its node is well.
const KUBE_PROXY_HEALTH: u16 = 10256;

/// What a probe asks on each node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Probe {
    /// Nothing: there is none, and every node gets connections.
    Absent,
    /// Whatever it asks, it is taken to arrive: nothing is known of the network, or probes are to be left out.
    Arrives,
    /// A port of the node itself; of `healthCheckNodePort` it may not be known which.
    Node(Port),
    /// A node port: a connection that goes on to a pod of a Service (its number, and that of its port).
    Pod(Port, u32, usize),
}

/// How a node answers.
#[derive(Clone, Debug)]
struct Tried {
    verdict: Verdict,
    /// What stops the probe, where something does: of several pods on the way to one of them.
    stop: Option<Step>,
}

impl Trip<'_> {
    /// Nodes that the load balancer sends connections to. Upstream: docs/path.md.
    pub(super) fn probe(&mut self, number: u32, service: &Service, port: usize, backends: &[Backend]) -> Vec<NodeId> {
        let paths = self.paths;
        let probe = self.probe_of(number, service, port);
        // Where nothing stands behind the Service, that is what there is to say, not that probes fail.
        let probe = if backends.is_empty() { Probe::Absent } else { probe };
        let local = self.external(service) == TrafficPolicy::Local;
        let by_node = self.kinds_by_node(backends);
        let no_kinds = Vec::new();
        let mut known: HashMap<(u32, Vec<usize>, Option<NodeId>), Tried> = HashMap::new();
        let mut found = Vec::new();
        for (node, facts) in paths.snapshot.nodes() {
            let here = by_node.get(&node).unwrap_or(&no_kinds);
            let mut add = |verdict: Verdict, text: String, stop| {
                found.push((verdict, ProbedNode { node, healthy: verdict != Verdict::Denied, text, stop }));
            };
            if facts.is_excluded() {
                add(
                    Verdict::Denied,
                    "is left out by its labels (`node.kubernetes.io/exclude-from-external-load-balancers`)".to_string(),
                    None,
                );
            } else if probe != Probe::Absent && local && here.is_empty() {
                add(Verdict::Denied, "has no ready pod of the Service, and says so when it is probed".to_string(), None);
            } else if matches!(probe, Probe::Absent | Probe::Arrives) {
                add(Verdict::Allowed, "gets connections".to_string(), None);
            } else {
                // Which pods are picked from a node may hang on the very node.
                let own = paths.prefers(backends).then_some(node);
                let tried = known.entry((paths.tables_kind(node), here.clone(), own)).or_insert_with(|| self.probe_node(probe, node));
                let stop = tried.stop.as_ref();
                let why = stop.map_or_else(String::new, |step| told(paths, step));
                let text = match (tried.verdict, stop) {
                    (Verdict::Allowed, None) => "answers the probe".to_string(),
                    (Verdict::Allowed, Some(_)) => format!("answers the probe only where it picks the right pod: {why}"),
                    (Verdict::Denied, _) => format!("does not answer the probe: {why}"),
                    (Verdict::CannotTell, _) => format!("may not answer the probe: {why}"),
                };
                let checkpoint = stop.and_then(|step| if let StepKind::Check(trace) = &step.kind { Some(trace.clone()) } else { None });
                add(tried.verdict, text, checkpoint);
            }
        }
        if let Some((_, flapping)) = found.iter().find(|(v, p)| *v == Verdict::Allowed && p.stop.is_some()) {
            let name = paths.node_name(flapping.node);
            self.notes
                .push(format!("The probe of `{name}` is a connection to any of the pods, and some refuse it: the node comes and goes."));
        }
        self.probes = found
            .iter()
            .map(|(_, probed)| probed.clone())
            .filter(|p| !matches!(probe, Probe::Absent | Probe::Arrives) || !p.healthy)
            .collect();
        let certain = found.iter().any(|(verdict, _)| *verdict == Verdict::Allowed);
        self.unsure = found.iter().filter(|(v, _)| !certain && *v == Verdict::CannotTell).map(|(_, p)| p.text.clone()).next();
        self.up = found.iter().filter(|(verdict, _)| *verdict != Verdict::Denied).map(|(_, p)| p.node).collect();
        self.up.clone()
    }

    /// What the load balancer probes for a port of a Service.
    fn probe_of(&self, number: u32, service: &Service, port: usize) -> Probe {
        let balancer = &service.routing.load_balancer;
        if balancer.internal && balancer.all_ports {
            // One rule for all ports has the first probe that there is.
            let all = (0..service.ports.len()).map(|port| self.probe_of_port(number, service, port));
            return all.into_iter().find(|probe| *probe != Probe::Absent).unwrap_or(Probe::Absent);
        }
        self.probe_of_port(number, service, port)
    }

    fn probe_of_port(&self, number: u32, service: &Service, at: usize) -> Probe {
        let paths = self.paths;
        let balancer = &service.routing.load_balancer;
        let Some(port) = service.ports.get(at) else { return Probe::Absent };
        let local = self.external(service) == TrafficPolicy::Local;
        let said = balancer.port(port.port);
        let chosen = paths.probes();
        if said.no_probe {
            return Probe::Absent;
        }
        if chosen == Probes::Ignored || !paths.knows_network() {
            return Probe::Arrives;
        }
        if chosen == Probes::Node && !local {
            return Probe::Node(Port::Is(KUBE_PROXY_HEALTH));
        }
        if let Some(wanted) = said.probe.filter(|_| port.protocol == Protocol::TCP) {
            return match paths.tables().at_node_port(Protocol::TCP, wanted).first() {
                Some((service, port)) => Probe::Pod(Port::Is(wanted), *service, *port),
                None => Probe::Node(Port::Is(wanted)),
            };
        }
        if local && !balancer.private_link {
            return Probe::Node(service.routing.health_check_port.map_or(Port::SomeNodePort, Port::Is));
        }
        match port.protocol {
            Protocol::TCP => Probe::Pod(port.node_port.map_or(Port::SomeNodePort, Port::Is), number, at),
            _ => Probe::Absent,
        }
    }

    /// How a node answers a probe.
    fn probe_node(&self, probe: Probe, node: NodeId) -> Tried {
        let paths = self.paths;
        let (port, behind) = match probe {
            Probe::Absent | Probe::Arrives => return Tried { verdict: Verdict::Allowed, stop: None },
            Probe::Node(port) => (port, None),
            Probe::Pod(port, service, at) => (port, paths.snapshot.services.get(service as usize).map(|s| (s, service, at))),
        };
        let packet = Packet { from: Party::at(tags::PLATFORM), to: paths.node(node), port: None };
        let mut walk = Walk::new(paths, packet, Protocol::TCP);
        walk.for_port(port);
        walk.place(Place::LoadBalancer, "Health probe", "", Some(Basis::Probe));
        walk.travel(paths.snapshot.cloud.locate_node(node));
        let Some((service, number, at)) = behind else {
            walk.cross(node, Side::Network, Side::Host);
            return judge(walk);
        };
        // It goes on to any pod, as a client's connection would; one that answers is enough.
        let all = paths.tables().backends(number, at);
        let among = paths.nearby(all, node);
        let of_node = self.is_local_only(service, &walk);
        let mut tried: Vec<Tried> = Vec::new();
        for kind in self.kinds(&among) {
            for (backend, _, here) in kind.near_and_far(node) {
                if of_node && !here {
                    continue;
                }
                let mut walk = walk.clone();
                self.land_one(&mut walk, service, all, node, &backend, Entry::NodePort);
                tried.push(judge(walk));
            }
        }
        let of = |wanted: Verdict| tried.iter().find(|t| t.verdict == wanted);
        let (fails, unsure) = (of(Verdict::Denied), of(Verdict::CannotTell));
        match (of(Verdict::Allowed), unsure, fails) {
            (Some(_), unsure, fails) => Tried { verdict: Verdict::Allowed, stop: fails.or(unsure).and_then(|t| t.stop.clone()) },
            (None, Some(unsure), _) => unsure.clone(),
            (None, None, Some(fails)) => fails.clone(),
            (None, None, None) => Tried { verdict: Verdict::Denied, stop: None },
        }
    }

    /// By node: which kinds of what stands behind a Service are on it.
    fn kinds_by_node(&self, backends: &[Backend]) -> HashMap<NodeId, Vec<usize>> {
        let mut found: HashMap<NodeId, Vec<usize>> = HashMap::new();
        for (number, kind) in self.kinds(backends).iter().enumerate() {
            for node in kind.by_node.iter().filter_map(|(node, ..)| *node) {
                let here = found.entry(node).or_default();
                if here.last() != Some(&number) {
                    here.push(number);
                }
            }
        }
        found
    }
}

/// What stops a probe, with the packet as it is there.
fn told(paths: &Paths, step: &Step) -> String {
    let Packet { from, to, port } = step.arrives;
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    format!("{} ({} → {}{port})", step.text, paths.party_title(&from), paths.party_title(&to))
}

/// What a walk came to, and the step that decided.
fn judge(walk: Walk<'_>) -> Tried {
    let branch = walk.finish(Share::ALL, String::new(), 1);
    let verdict = branch.verdict;
    Tried { verdict, stop: branch.steps.into_iter().find(|step| step.verdict == verdict && verdict != Verdict::Allowed) }
}
