//! What is asked for, and how far a version of the text is from it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::effects::{Wanted, WantedEnd};
use super::{NotFixed, Question, Scene};
use crate::compile::{Compiled, Endpoint};
use crate::connections::{ConnectionSet, Traffic, USUAL_PORT};
use crate::endpoints::{Found, NotFound, each_pair, find, shown_pair};
use crate::explain::{self, CheckpointTrace};
use crate::path::{Asked, Branch, HopKind, NotAsked, PathVerdict};
use crate::policy::Direction;
use crate::snapshot::Snapshot;
use crate::verdict::{Flow, Verdict, leads_on};

/// A question as it was understood.
pub(super) enum Goal<'a> {
    Flow { question: &'a Question<'a>, traffic: Traffic },
    Path { question: &'a Question<'a> },
}

/// How a version answers it.
pub(super) struct State<'s> {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) verdict: String,
    pub(super) summary: String,
    /// Whether it is as asked for.
    pub(super) is_reached: bool,
    /// Every checkpoint that was asked about the packet in question, in order, with the packet as it is there.
    pub(super) checks: Vec<(CheckpointTrace, Traffic)>,
    /// Why a path ends where no policy is asked.
    pub(super) stops: Vec<String>,
    /// What the checkpoints' numbers refer to.
    pub(super) compiled: &'s Compiled,
    pub(super) snapshot: &'s Snapshot,
    pub(super) wanted: Wanted,
}

impl<'a> Goal<'a> {
    /// Services, Ingresses and URLs are reached by a path, and so are ports of nodes that lead on to pods; everything else is a flow.
    pub(super) fn new<S: Scene>(scene: &S, question: &'a Question<'a>) -> Result<Self, NotFixed> {
        let to = question.to;
        let is_path = ["svc/", "ingress/", "http://", "https://"].iter().any(|start| to.starts_with(start));
        let is_service = || matches!(find(scene.snapshot(), to), Err(NotFound::Service { .. }));
        if is_path || is_service() {
            return Ok(Goal::Path { question });
        }
        let port = question.port.or(question.protocol.has_ports().then_some(USUAL_PORT));
        let traffic = Traffic { protocol: question.protocol, source: None, destination: port.filter(|_| question.protocol.has_ports()) };
        if let Ok(Found { end: Endpoint::Node(node), .. }) = find(scene.snapshot(), to)
            && leads_on(scene.snapshot(), node, traffic)
        {
            return Ok(Goal::Path { question });
        }
        Ok(Goal::Flow { question, traffic })
    }

    fn question(&self) -> &Question<'a> {
        match self {
            Goal::Flow { question, .. } | Goal::Path { question } => question,
        }
    }

    /// Whether an end stands for the whole Internet.
    pub(super) fn is_internet(&self) -> [bool; 2] {
        [self.question().from, self.question().to].map(|name| name.trim() == "internet")
    }

    pub(super) fn state<'s, S: Scene>(&self, scene: &'s S) -> Result<State<'s>, NotFixed> {
        match self {
            Goal::Flow { question, traffic } => self.flow(scene, question, *traffic),
            Goal::Path { question } => self.path(scene, question),
        }
    }

    fn flow<'s, S: Scene>(&self, scene: &'s S, question: &Question<'_>, traffic: Traffic) -> Result<State<'s>, NotFixed> {
        let (compiled, snapshot) = (&**scene.compiled(), scene.snapshot());
        let end = |name| find(snapshot, name).map_err(NotFixed::End);
        let (from, to): (Found, Found) = (end(question.from)?, end(question.to)?);
        let set = ConnectionSet::of_traffic(traffic);
        let is_so = |from: Endpoint, to: Endpoint| {
            let pair = scene.connectivity().between(from, to);
            if question.deny { set.intersection(pair.possible).is_empty() } else { set.difference(pair.allowed).is_empty() }
        };
        let open = each_pair(&from.all, &to.all).find(|(from, to)| !is_so(*from, *to));
        let shown = open.unwrap_or_else(|| shown_pair((from.end, to.end), each_pair(&from.all, &to.all)));
        let answer = explain::answer(compiled, snapshot, &Flow { from: shown.0, to: shown.1, traffic }, None);
        let [from_internet, to_internet] = self.is_internet();
        let ends = (WantedEnd::new(snapshot, &from.all, from_internet), WantedEnd::new(snapshot, &to.all, to_internet));
        Ok(State {
            from: from.title,
            to: to.title,
            verdict: answer.verdict.as_str().to_string(),
            summary: answer.summary,
            is_reached: open.is_none(),
            checks: answer.checkpoints.into_iter().map(|check| (check, traffic)).collect(),
            stops: Vec::new(),
            compiled,
            snapshot,
            wanted: Wanted(alloc::vec![(ends.0, ends.1, set)]),
        })
    }

    fn path<'s, S: Scene>(&self, scene: &'s S, question: &Question<'_>) -> Result<State<'s>, NotFixed> {
        let paths = scene.paths();
        let Question { from, to, port, protocol, .. } = *question;
        let asked = Asked { from, to, port, protocol, entry: None, node: None };
        let answer = match (scene.path(&asked), to.contains('/')) {
            // A Service by its name alone, or with its namespace.
            (Err(NotAsked::Endpoint(_)), _) => {
                let service = alloc::format!("svc/{to}");
                scene.path(&Asked { to: &service, ..asked })
            }
            (answer, _) => answer,
        };
        let answer = answer.map_err(NotFixed::Path)?;
        let mut checks: Vec<(CheckpointTrace, Traffic)> = Vec::new();
        let mut stops = Vec::new();
        let mut wanted = Wanted::default();
        // Branches that are stopped first.
        let mut branches: Vec<&Branch> = answer.branches.iter().collect();
        branches.sort_by_key(|branch| branch.verdict == Verdict::Allowed);
        for hop in branches.iter().flat_map(|branch| &branch.hops).filter(|hop| hop.reached) {
            let HopKind::Check(check) = &hop.kind else {
                if hop.verdict != Verdict::Allowed && !stops.contains(&hop.text) {
                    stops.push(hop.text.clone());
                }
                continue;
            };
            let check = paths.resolve(check);
            let traffic = Traffic { protocol, source: None, destination: hop.arrives.port };
            let ends = if check.direction == Direction::Egress { [check.subject, check.peer] } else { [check.peer, check.subject] };
            let [source, destination] = ends.map(|end| WantedEnd::new(paths.snapshot(), &[end], false).whole());
            let internet = self.is_internet()[0] && matches!(ends[0], Endpoint::Outside(_));
            let source = if internet { WantedEnd::new(paths.snapshot(), &[ends[0]], true) } else { source };
            let pair = (source, destination, ConnectionSet::of_traffic(traffic));
            if !wanted.0.contains(&pair) {
                wanted.0.push(pair);
            }
            if !checks.iter().any(|(known, _)| known.title == check.title && known.sentence == check.sentence) {
                checks.push((check.clone(), traffic));
            }
        }
        Ok(State {
            from: answer.from,
            to: answer.to,
            verdict: answer.verdict.to_string(),
            summary: answer.summary,
            is_reached: answer.verdict == if question.deny { PathVerdict::Denied } else { PathVerdict::Allowed },
            checks,
            stops,
            compiled: paths.compiled(),
            snapshot: paths.snapshot(),
            wanted,
        })
    }
}
