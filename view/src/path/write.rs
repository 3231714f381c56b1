//! From the core's answer to what the page shows.

use std::net::{IpAddr, SocketAddr};

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::AskedTraffic;
use netpolis_core::endpoints;
use netpolis_core::explain::CheckpointTrace;
use netpolis_core::path::{
    ApplicationView, Asked, Basis, Branch, Entry, Hop, HopKind, Packet, PacketEndpoint, PathAnswer, PathVerdict, Paths, Place, PodShare,
    Share, Translation, path_carrying,
};
use netpolis_core::policy::Policy;
use netpolis_core::settings::Routing;
use netpolis_core::snapshot::{NodeId, Role};
use netpolis_core::verdict::Verdict;
use netpolis_core::verdict::traversal::Checkpoint;

use super::super::answer::{Writer, protocol, verdict};
use super::super::scene::{INGRESS_CONTROLLER, workload_key};
use super::{
    AddressView, BasisView, BranchView, HopPlace, PathQuestion, PathView, PodShareView, ProbeView, SeenView, StepView, choices, words,
};
use crate::{QuestionError, SourceLocations};

/// Most branches, lines of pods and nodes that are listed.
const MOST_BRANCHES: usize = 40;
const MOST_PODS: usize = 60;
const MOST_PROBES: usize = 24;

/// The port of VXLAN, to which packets around others go.
const VXLAN: u16 = 4789;

/// The way that a question asks for, with the choices that `routing` makes; `paths` are built with them.
///
/// # Errors
/// If the question cannot be understood.
pub fn path_view(scene: &Analysis, paths: &Paths, routing: &Routing, question: &PathQuestion) -> Result<PathView, QuestionError> {
    Ok(written(scene, paths, routing, question, &path_answer(paths, question)?))
}

/// The answer to a question, as it is shown.
pub(super) fn written(scene: &Analysis, paths: &Paths, routing: &Routing, question: &PathQuestion, answer: &PathAnswer) -> PathView {
    let spots = SourceLocations::new(scene.sources());
    let checkpoints = Writer { compiled: paths.compiled(), snapshot: paths.snapshot(), spots: &spots };
    let writer = PathWriter { paths, checkpoints, answer };
    let probes = writer.probes();
    PathView {
        from: answer.from.clone(),
        to: answer.to.clone(),
        protocol: answer.protocol.to_string(),
        port: answer.port,
        verdict: words::word(answer.verdict),
        text: answer.verdict.to_string(),
        headline: headline(answer),
        summary: answer.summary.clone(),
        branches: answer.branches.iter().take(MOST_BRANCHES).map(|b| writer.branch(b)).collect(),
        more_branches: answer.branches.len().saturating_sub(MOST_BRANCHES) as u32,
        pods: answer.pods.iter().take(MOST_PODS).map(|p| writer.pod(p)).collect(),
        more_pods: answer.pods.len().saturating_sub(MOST_PODS) as u32,
        more_probes: probes.len().saturating_sub(MOST_PROBES) as u32,
        probes: probes.into_iter().take(MOST_PROBES).collect(),
        notes: answer.notes.clone(),
        choices: choices::choices(answer, paths, routing, question),
        versus: choices::versus(answer, paths, routing, question),
    }
}

/// Where the hops of the branches are that are listed.
pub(super) fn hop_places(paths: &Paths, answer: &PathAnswer) -> Vec<Vec<HopPlace>> {
    answer.branches.iter().take(MOST_BRANCHES).map(|branch| branch.hops.iter().map(|hop| hop_place(paths, hop)).collect()).collect()
}

fn hop_place(paths: &Paths, hop: &Hop) -> HopPlace {
    let end = match &hop.kind {
        HopKind::Place(Place::Client) => paths.endpoint(&hop.leaves.from),
        HopKind::Place(Place::Pod(pod)) => Endpoint::Pod(*paths.resolve(pod)),
        HopKind::Place(Place::Node(node)) => Endpoint::Node(*paths.resolve(node)),
        HopKind::Place(Place::Outside) => return HopPlace::Target,
        HopKind::Check(trace) => match paths.resolve(trace) {
            CheckpointTrace {
                checkpoint: Checkpoint::Endpoint(_) | Checkpoint::Host { .. } | Checkpoint::OwnHost(..), subject, ..
            } => *subject,
            _ => return HopPlace::Between,
        },
        _ => return HopPlace::Between,
    };
    let snapshot = paths.snapshot();
    match end {
        Endpoint::Pod(pod) => match snapshot.pod(pod) {
            Some(pod) if pod.role == Role::IngressController => HopPlace::End(INGRESS_CONTROLLER.into()),
            Some(pod) => HopPlace::End(workload_key(snapshot, pod.workload)),
            None => HopPlace::Between,
        },
        Endpoint::Node(node) => HopPlace::End(format!("node/{}", snapshot.node(node).map_or("", |node| node.name.as_str()))),
        _ if matches!(hop.kind, HopKind::Place(Place::Client)) => HopPlace::Client,
        _ => HopPlace::Between,
    }
}

/// The core's answer to a question.
///
/// # Errors
/// If the question cannot be understood.
pub fn path_answer(paths: &Paths, question: &PathQuestion) -> Result<PathAnswer, QuestionError> {
    // The page's word for the pods of the Ingress controller is not the core's.
    let name = |key: &str| if key == INGRESS_CONTROLLER { endpoints::INGRESS_CONTROLLER.to_owned() } else { key.to_owned() };
    let (from, to) = (name(&question.from), name(&question.to));
    if from.trim().is_empty() || to.trim().is_empty() {
        return Err(QuestionError::NoPathEnds);
    }
    let entry = match question.entry.as_deref() {
        None | Some("") => None,
        Some(word) => Some(Entry::from_name(word).ok_or_else(|| QuestionError::Entry(word.to_owned()))?),
    };
    let node = question.node.as_deref().filter(|node| !node.is_empty());
    let asked = Asked { from: &from, to: &to, port: question.port, protocol: protocol(&question.protocol)?, entry, node };
    let carried = AskedTraffic {
        port: asked.port.filter(|_| asked.protocol.has_ports()),
        source_port: question.source_port,
        icmp_type: question.icmp_type,
        icmp_code: question.icmp_code,
    };
    Ok(path_carrying(paths, &asked, Some(carried.of(asked.protocol)?))?)
}

/// The verdict over the branches that are listed.
fn headline(answer: &PathAnswer) -> String {
    let several = answer.branches.len() > 1;
    match answer.verdict {
        PathVerdict::Allowed if several => "Allowed on every branch".into(),
        PathVerdict::Denied if several => "Denied on every branch".into(),
        PathVerdict::Allowed => "Allowed".into(),
        PathVerdict::Denied => "Denied".into(),
        PathVerdict::Sometimes(_) => {
            let denied = || answer.branches.iter().filter(|b| b.verdict == Verdict::Denied);
            let share = denied().fold(Share::NONE, |sum, b| sum.plus(b.share));
            format!("Denied for {share} of connections ({} of {} branches)", denied().count(), answer.branches.len())
        }
        PathVerdict::CannotTell(..) => answer.verdict.to_string().replacen('c', "C", 1),
    }
}

struct PathWriter<'a> {
    paths: &'a Paths,
    checkpoints: Writer<'a>,
    answer: &'a PathAnswer,
}

impl PathWriter<'_> {
    fn node(&self, node: NodeId) -> String {
        self.paths.snapshot().node(node).map(|n| n.name.clone()).unwrap_or_default()
    }

    fn branch(&self, branch: &Branch) -> BranchView {
        let sent = branch.hops.first().map(|hop| hop.arrives);
        let reached = branch.hops.iter().filter(|hop| hop.reached);
        let checks = reached.filter_map(|hop| if let HopKind::Check(trace) = &hop.kind { Some(self.paths.resolve(trace)) } else { None });
        BranchView {
            share: branch.share.to_string(),
            size: words::size(branch.share),
            title: branch.title.clone(),
            alike: branch.alike,
            verdict: verdict(branch.verdict),
            steps: branch.hops.iter().map(|hop| self.hop(hop, sent.as_ref())).collect(),
            seen: branch.seen.as_ref().map(|seen| self.seen(seen, sent.as_ref())),
            lit: self.checkpoints.lit(checks),
        }
    }

    fn hop(&self, hop: &Hop, sent: Option<&Packet>) -> StepView {
        let trace = if let HopKind::Check(trace) = &hop.kind { Some(self.paths.resolve(trace)) } else { None };
        // Inside another packet, what a checkpoint sees is that one.
        let around = trace.filter(|t| matches!(t.checkpoint, Checkpoint::Group { encapsulated: true, .. }));
        let (source, target) = match around {
            Some(trace) => {
                let outer = |address: Option<IpAddr>, port| AddressView {
                    text: address.map_or_else(String::new, |a| with_port(a, port)),
                    before: None,
                    rewritten: true,
                    made_up: false,
                };
                (outer(trace.from_address, None), outer(trace.to_address, Some(VXLAN)))
            }
            None => (self.source(hop, sent), self.target(hop, sent)),
        };
        let tunnel = hop.translations.iter().find_map(|t| {
            if let Translation::Tunnel(from, to) = t { Some((*self.paths.resolve(from), *self.paths.resolve(to))) } else { None }
        });
        let station = trace.map(|trace| self.checkpoints.station(trace));
        StepView {
            kind: words::kind(&hop.kind),
            title: hop.title.clone(),
            text: hop.text.clone(),
            source,
            target,
            translations: hop.translations.iter().map(|t| words::translation(*t).to_owned()).collect(),
            outer: tunnel.map(|(from, to)| format!("{} → {}", self.address_of(from, None), self.address_of(to, Some(VXLAN)))),
            verdict: verdict(hop.verdict),
            reached: hop.reached,
            by: trace.and_then(|trace| self.by(trace)),
            spot: station.as_ref().and_then(|station| station.spots.first().cloned()),
            station,
            basis: hop.basis.map(basis),
        }
    }

    /// What decided at a checkpoint: the rule of a security group, or the policy, or policies that isolate and have no rule for this.
    fn by(&self, trace: &CheckpointTrace) -> Option<String> {
        let compiled = self.checkpoints.compiled;
        if let Some(rule) = trace.decided_by() {
            let name =
                compiled.ruleset().rule(rule).and_then(|r| r.name.clone()).filter(|_| matches!(trace.checkpoint, Checkpoint::Group { .. }));
            return name.or_else(|| compiled.policy(rule.policy).map(|p| p.name.clone()));
        }
        let mut isolating = trace.tiers.iter().flat_map(|tier| &tier.policies).filter_map(|p| compiled.policy(p.policy));
        let first = isolating.next().filter(|_| trace.verdict != Verdict::Allowed).map(|p: &Policy| p.name.clone())?;
        Some(match isolating.count() {
            0 => first,
            more => format!("{first} and {more} more"),
        })
    }

    fn address_of(&self, node: NodeId, port: Option<u16>) -> String {
        let address = self.paths.snapshot().node(node).and_then(|n| n.addresses.first().copied());
        address.map_or_else(|| self.node(node), |a| with_port(a, port))
    }

    fn endpoint(&self, endpoint: &PacketEndpoint, port: Option<u16>) -> String {
        match (endpoint.address, port) {
            (Some(address), port) => with_port(address, port),
            (None, None) => self.paths.endpoint_title(endpoint),
            (None, Some(port)) => format!("{}:{port}", self.paths.endpoint_title(endpoint)),
        }
    }

    fn source(&self, hop: &Hop, sent: Option<&Packet>) -> AddressView {
        let (before, now) = (self.endpoint(&hop.arrives.from, None), self.endpoint(&hop.leaves.from, None));
        let rewritten = sent.is_some_and(|sent| self.endpoint(&sent.from, None) != now);
        AddressView { before: Some(before).filter(|before| *before != now), text: now, rewritten, made_up: is_made_up(&hop.leaves.from) }
    }

    fn target(&self, hop: &Hop, sent: Option<&Packet>) -> AddressView {
        let text = |packet: &Packet| self.endpoint(&packet.to, packet.port);
        let (before, now) = (text(&hop.arrives), text(&hop.leaves));
        let rewritten = sent.is_some_and(|sent| text(sent) != now);
        AddressView { before: Some(before).filter(|before| *before != now), text: now, rewritten, made_up: is_made_up(&hop.leaves.to) }
    }

    fn seen(&self, seen: &ApplicationView, sent: Option<&Packet>) -> SeenView {
        let view = |endpoint: &PacketEndpoint| {
            let text = self.endpoint(endpoint, None);
            let rewritten = sent.is_some_and(|sent| self.endpoint(&sent.from, None) != text);
            AddressView { text, before: None, rewritten, made_up: is_made_up(endpoint) }
        };
        SeenView {
            address: view(&seen.address),
            forwarded: seen.forwarded.as_ref().map(view),
            tls: self.answer.tls.then(|| words::tls(seen.tls).to_owned()),
        }
    }

    fn pod(&self, pod: &PodShare) -> PodShareView {
        PodShareView {
            title: pod.title.clone(),
            node: pod.node.map(|node| self.node(*self.paths.resolve(&node))),
            count: pod.count,
            each: pod.each.to_string(),
            size: words::size(pod.each),
        }
    }

    fn probes(&self) -> Vec<ProbeView> {
        let mut probes: Vec<ProbeView> = self
            .answer
            .probes
            .iter()
            .map(|probe| ProbeView {
                node: self.node(*self.paths.resolve(&probe.node)),
                healthy: probe.healthy,
                text: probe.text.clone(),
                spot: probe
                    .stop
                    .as_ref()
                    .and_then(|trace| self.paths.resolve(trace).places.first())
                    .and_then(|place| self.checkpoints.spots.at(*place)),
            })
            .collect();
        probes.sort_by_key(|probe| probe.healthy);
        probes
    }
}

/// A name in place of an address is not assumed.
fn is_made_up(endpoint: &PacketEndpoint) -> bool {
    endpoint.assumed && endpoint.address.is_some()
}

fn basis(basis: Basis) -> BasisView {
    BasisView { title: basis.title().into(), sentence: basis.sentence().into() }
}

fn with_port(address: IpAddr, port: Option<u16>) -> String {
    port.map_or_else(|| address.to_string(), |port| SocketAddr::new(address, port).to_string())
}
