//! Health probes of load balancers: which nodes get connections. Upstream: docs/path.md, Azure, 3.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::branches::Trip;
use super::tables::{Backend, Entry};
use super::walk::Walk;
use super::{Basis, Packet, Party, Place, ProbedNode, Share, Step, StepKind};
use crate::decide::Verdict;
use crate::model::Protocol;
use crate::resources::TrafficPolicy;
use crate::settings::Probes;
use crate::snapshot::cloud::tags;
use crate::snapshot::{NodeId, Service};
use crate::stages::Side;

/// The port at which kube-proxy tells load balancers that its node is well.
const KUBE_PROXY_HEALTH: u16 = 10256;

impl Trip<'_> {
    /// Nodes that the load balancer sends connections to. Upstream: docs/path.md.
    pub(super) fn probe(&mut self, service: &Service, port: usize, backends: &[Backend]) -> Vec<NodeId> {
        let paths = self.paths;
        let nodes: Vec<NodeId> = paths.snapshot.nodes().map(|(id, _)| id).collect();
        let local = self.external(service) == TrafficPolicy::Local;
        let probes = paths.settings.routing.probes;
        let mut known: HashMap<u32, (bool, Option<Step>)> = HashMap::new();
        let mut healthy = Vec::new();
        let mut found = Vec::new();
        let with_pod: HashSet<NodeId> = backends.iter().filter_map(|b| b.node).collect();
        for node in nodes {
            let has_pod = with_pod.contains(&node);
            if local && !has_pod {
                let text = "has no pod of the Service, and says so at its health port".to_string();
                found.push(ProbedNode { node, healthy: false, text, stop: None });
                continue;
            }
            if probes == Probes::Ignored || !paths.knows_network() {
                healthy.push(node);
                continue;
            }
            let kind = paths.tables_kind(node);
            let (is_healthy, stop) = known.entry(kind).or_insert_with(|| {
                let stop = self.probe_node(service, port, backends, node, local);
                (stop.is_none(), stop)
            });
            let text = match stop {
                None => "answers the probe".to_string(),
                Some(step) => format!("does not answer: {}", step.text),
            };
            let stop = stop.as_ref().and_then(|step| match &step.kind {
                StepKind::Check(trace) => Some(trace.clone()),
                _ => None,
            });
            if *is_healthy {
                healthy.push(node);
            }
            found.push(ProbedNode { node, healthy: *is_healthy, text, stop });
        }
        self.probes = found;
        self.up.clone_from(&healthy);
        healthy
    }

    /// What stops the probe on its way, if anything does.
    pub(super) fn probe_node(&self, service: &Service, port: usize, backends: &[Backend], node: NodeId, local: bool) -> Option<Step> {
        let paths = self.paths;
        let to_pod = paths.settings.routing.probes == Probes::Pod && !local;
        let node_port = service.ports.get(port).and_then(|p| p.node_port);
        let port = match (local, to_pod) {
            (true, _) => service.routing.health_check_port,
            (false, true) => node_port,
            (false, false) => Some(KUBE_PROXY_HEALTH),
        };
        let packet = Packet { from: Party::at(tags::PLATFORM), to: paths.node(node), port };
        let mut walk = Walk::new(paths, packet, Protocol::TCP);
        walk.place(Place::LoadBalancer, "Health probe", "", Some(Basis::Probe));
        walk.travel(paths.snapshot.cloud.locate_node(node));
        if !to_pod {
            walk.cross(node, Side::Network, Side::Host);
            return denied(walk);
        }
        // It goes on to any pod, as a client's connection would; one that answers is enough.
        let mut first = None;
        for backend in backends {
            let mut walk = walk.clone();
            self.land_one(&mut walk, service, backends, node, backend, Entry::NodePort);
            match denied(walk) {
                None => return None,
                stop => first = first.or(stop),
            }
        }
        first
    }

    /// Whether a probe that is a connection to the node port would be denied by the policies of all pods.
    pub(super) fn probe_meets_policy(&self, service: &Service, port: usize, backends: &[Backend]) -> bool {
        let node = self.paths.snapshot.nodes().map(|(id, _)| id).next();
        let Some(node) = node.filter(|_| !backends.is_empty()) else { return false };
        let packet =
            Packet { from: Party::at(tags::PLATFORM), to: self.paths.node(node), port: service.ports.get(port).and_then(|p| p.node_port) };
        let walk = Walk::new(self.paths, packet, Protocol::TCP);
        backends.iter().all(|backend| {
            let mut walk = walk.clone();
            self.land_one(&mut walk, service, backends, node, backend, Entry::NodePort);
            denied(walk).is_some_and(|step| matches!(step.kind, StepKind::Check(_)))
        })
    }
}

/// The step that stops a walk.
fn denied(walk: Walk<'_>) -> Option<Step> {
    let branch = walk.finish(Share::ALL, String::new(), 1);
    branch.steps.into_iter().find(|step| step.verdict == Verdict::Denied)
}
