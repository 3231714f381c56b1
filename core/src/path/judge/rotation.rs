//! Which nodes are in the rotation of a load balancer: its health probes, judged like any packet.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::super::route::landing::ExposedPort;
use super::super::route::probe::Probe;
use super::super::route::routes::BalancedPort;
use super::super::tables::Backend;
use super::super::world::Paths;
use super::{JudgedHop, JudgedKind, judge_course};
use crate::explain::CheckpointTrace;
use crate::language::TrafficPolicy;
use crate::snapshot::NodeId;
use crate::verdict::Verdict;

/// The nodes as a load balancer finds them.
#[derive(Clone, Default)]
pub(in crate::path) struct Rotation {
    pub(in crate::path) nodes: Vec<NodeHealth>,
    /// Whether nodes are probed at all, and the probes may fail.
    pub(in crate::path) probed: bool,
}

/// A node as the load balancer finds it.
#[derive(Clone)]
pub(in crate::path) struct NodeHealth {
    pub(in crate::path) node: NodeId,
    /// Whether it answers.
    pub(in crate::path) verdict: Verdict,
    pub(in crate::path) because: Because,
}

/// Why a node gets connections, or none.
#[derive(Clone)]
pub(in crate::path) enum Because {
    /// Its labels or taints exclude it.
    Excluded,
    /// It has no ready pod of a Service with `externalTrafficPolicy: Local`.
    NoOwnPod,
    /// Nothing is probed, or the probe is taken to arrive.
    NotProbed,
    /// A probe was judged: with what stops it, of several pods on the way to one of them.
    Probed(Option<Box<JudgedHop>>),
}

impl NodeHealth {
    fn is_up(&self) -> bool {
        self.verdict != Verdict::Denied
    }

    /// What stops its probe.
    pub(in crate::path) fn stop(&self) -> Option<&JudgedHop> {
        if let Because::Probed(stop) = &self.because { stop.as_deref() } else { None }
    }

    /// The checkpoint that stops its probe.
    pub(in crate::path) fn stopped_at(&self) -> Option<&CheckpointTrace> {
        if let JudgedKind::Check { trace, .. } = &self.stop()?.kind { Some(trace) } else { None }
    }
}

impl Rotation {
    /// Nodes that get connections, as far as that is known.
    pub(in crate::path) fn up(&self) -> Vec<NodeId> {
        self.nodes.iter().filter(|health| health.is_up()).map(|health| health.node).collect()
    }

    /// The node of which it is not known whether it answers, where none certainly does.
    pub(in crate::path) fn unsure(&self) -> Option<&NodeHealth> {
        let certain = self.nodes.iter().any(|health| health.verdict == Verdict::Allowed);
        self.nodes.iter().find(|health| !certain && health.verdict == Verdict::CannotTell)
    }

    /// A node that answers only where it picks the right pod.
    pub(in crate::path) fn flapping(&self) -> Option<&NodeHealth> {
        self.nodes.iter().find(|health| health.verdict == Verdict::Allowed && health.stopped_at().is_some())
    }

    /// Nodes worth showing: all, if they are probed, else those that get no connections.
    pub(in crate::path) fn shown(&self) -> impl Iterator<Item = &NodeHealth> {
        self.nodes.iter().filter(|health| self.probed || !health.is_up())
    }
}

/// Probes every node. Upstream: docs/path.md.
pub(in crate::path) fn probe(paths: &Paths, balanced: BalancedPort) -> Rotation {
    let Some(exposed) = ExposedPort::of(paths, balanced.service, balanced.port, balanced.family) else { return Rotation::default() };
    let (service, backends) = (exposed.service, exposed.backends);
    // Where nothing stands behind the Service, that is what there is to say, not that probes fail.
    let probe = if backends.is_empty() { Probe::Absent } else { Probe::of(paths, balanced.service, service, balanced.port) };
    let local = paths.external_policy(service) == TrafficPolicy::Local;
    let by_node = kinds_by_node(paths, backends);
    let no_kinds = Vec::new();
    let mut known: HashMap<(u32, Vec<usize>, Option<NodeId>), Tried> = HashMap::new();
    let health = paths.snapshot.nodes().map(|(node, facts)| {
        let here = by_node.get(&node).unwrap_or(&no_kinds);
        let (verdict, because) = if facts.is_excluded() {
            (Verdict::Denied, Because::Excluded)
        } else if probe != Probe::Absent && local && here.is_empty() {
            (Verdict::Denied, Because::NoOwnPod)
        } else if matches!(probe, Probe::Absent | Probe::Arrives) {
            (Verdict::Allowed, Because::NotProbed)
        } else {
            // Which pods are picked from a node may hang on the very node.
            let own = paths.prefers(backends).then_some(node);
            let key = (paths.tables.node_kind(node), here.clone(), own);
            let (verdict, stop) = known.entry(key).or_insert_with(|| probe_node(paths, probe, node));
            (*verdict, Because::Probed(stop.clone()))
        };
        NodeHealth { node, verdict, because }
    });
    Rotation { nodes: health.collect(), probed: !matches!(probe, Probe::Absent | Probe::Arrives) }
}

/// How a node answers a probe, and what stops the probe.
type Tried = (Verdict, Option<Box<JudgedHop>>);

/// How a node answers a probe, and what stops it. Of several pods one that answers is enough.
fn probe_node(paths: &Paths, probe: Probe, node: NodeId) -> Tried {
    let tried = probe.routes(paths, node).into_iter().map(|course| {
        let (hops, verdict, _) = judge_course(course);
        (verdict, hops.into_iter().find(|hop| hop.verdict == verdict && verdict != Verdict::Allowed).map(Box::new))
    });
    let tried: Vec<Tried> = tried.collect();
    let of = |wanted: Verdict| tried.iter().find(|(verdict, _)| *verdict == wanted);
    let (fails, unsure) = (of(Verdict::Denied), of(Verdict::CannotTell));
    match (of(Verdict::Allowed), unsure, fails) {
        (Some(_), unsure, fails) => (Verdict::Allowed, fails.or(unsure).and_then(|(_, stop)| stop.clone())),
        (None, Some(unsure), _) => unsure.clone(),
        (None, None, Some(fails)) => fails.clone(),
        (None, None, None) => (Verdict::Denied, None),
    }
}

/// By node: which kinds of what stands behind a Service are on it.
fn kinds_by_node(paths: &Paths, backends: &[Backend]) -> HashMap<NodeId, Vec<usize>> {
    let mut found: HashMap<NodeId, Vec<usize>> = HashMap::new();
    for (number, kind) in paths.backend_kinds(backends).iter().enumerate() {
        for node in kind.by_node.iter().filter_map(|(node, ..)| *node) {
            let here = found.entry(node).or_default();
            if here.last() != Some(&number) {
                here.push(number);
            }
        }
    }
    found
}
