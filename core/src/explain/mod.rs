//! From an evaluation to sentences and evidence, free of any markup.
//!
//! Words in backticks are the person's own. Nothing here decides anything: verdicts and matches come from [`crate::verdict::evaluate`]; this module
//! looks at one rule at a time to say in words why it did not match.

pub(crate) mod entity;
mod failure;
mod names;
mod notes;
mod routing;
mod sentence;
mod suggest;
mod suggest_group;
mod trace;
mod unknown;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::vec::Vec;

use crate::compile::{Compiled, Endpoint};
use crate::connections::Traffic;
use crate::model::Protocol;
use crate::policy::{Action, Direction, PolicyId};
use crate::snapshot::{NodeId, Snapshot};
use crate::text::Place;
use crate::verdict::traversal::{Checkpoint, Departure, untracked_direction, ways};
use crate::verdict::{Answer, CheckpointTrace, Flow, Nearest, Original, Reason, TierTrace, UnknownFact, VXLAN, Verdict, check};

pub use names::end_name;
pub(crate) use names::reading_name;
use names::several_networks;
pub(crate) use suggest_group::open as open_groups;
pub(crate) use unknown::controller_note;

/// Answers a question, with everything that led to the answer.
///
/// `original` is where the packet was sent before its destination was translated, if it was.
pub fn decide(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, original: Option<Original>) -> Answer {
    let flow = Flow { from: settle(flow.from, snapshot), to: settle(flow.to, snapshot), ..*flow };
    let teller = Teller { compiled, snapshot, flow: &flow, original, request: None };
    let judge = |checkpoints: &[CheckpointTrace]| {
        if checkpoints.iter().any(|c| c.verdict == Verdict::Denied) {
            Verdict::Denied
        } else if checkpoints.iter().any(|c| c.verdict == Verdict::CannotTell) {
            Verdict::CannotTell
        } else {
            Verdict::Allowed
        }
    };
    let walk = |stages: Vec<Checkpoint>| -> Vec<CheckpointTrace> {
        let mut checkpoints: Vec<CheckpointTrace> = stages.into_iter().map(|stage| teller.checkpoint(stage)).collect();
        // That replies to tracked connections pass goes without saying.
        checkpoints.retain(|c| c.reason != Reason::Tracked);
        // What comes after the checkpoint of the cloud's network that stops a packet, it never meets.
        let is_cloud = |c: &CheckpointTrace| {
            matches!(
                c.stage,
                Checkpoint::Group { .. }
                    | Checkpoint::NotPeered(..)
                    | Checkpoint::PublicAddress(..)
                    | Checkpoint::Route(_)
                    | Checkpoint::Platform(_)
            )
        };
        if let Some(stop) = checkpoints.iter().position(|c| is_cloud(c) && c.verdict == Verdict::Denied) {
            let mut number = 0;
            checkpoints.retain(|c| {
                number += 1;
                number <= stop + 1 || !is_cloud(c)
            });
        }
        checkpoints
    };
    let mut walked: Vec<(Verdict, Vec<CheckpointTrace>)> =
        ways(compiled, snapshot, flow.from, flow.to).into_iter().map(walk).map(|c| (judge(&c), c)).collect();
    let agree = walked.iter().all(|(verdict, _)| Some(*verdict) == walked.first().map(|(v, _)| *v));
    // Of ways that agree the one with the most to tell; of others the one that is stopped.
    let rank = |verdict: Verdict| match verdict {
        Verdict::Denied => 0,
        Verdict::CannotTell => 1,
        Verdict::Allowed => 2,
    };
    walked.sort_by_key(|(verdict, c)| (rank(*verdict), core::cmp::Reverse(c.len())));
    let mut checkpoints = if walked.is_empty() { Vec::new() } else { walked.swap_remove(0).1 };
    if !agree {
        // What stops it on this way only, and not on all.
        let is_on_way = |c: &CheckpointTrace| match c.stage {
            Checkpoint::Group { .. } | Checkpoint::PublicAddress(..) | Checkpoint::NotPeered(..) | Checkpoint::Route(_) => true,
            Checkpoint::Host { host, .. } | Checkpoint::Reply { host, .. } => is_disguised(host, &flow, snapshot),
            _ => false,
        };
        for checkpoint in checkpoints.iter_mut().filter(|c| c.verdict == Verdict::Denied && is_on_way(c)) {
            checkpoint.verdict = Verdict::CannotTell;
            let ambiguous = [flow.from, flow.to].into_iter().find_map(|end| several_networks(end, snapshot));
            let fact = match checkpoint.stage {
                Checkpoint::Host { .. } | Checkpoint::Reply { .. } => UnknownFact::SourceAddress,
                _ => ambiguous.map_or(UnknownFact::Placement, UnknownFact::Network),
            };
            let reason = Reason::Unknown(alloc::vec![fact]);
            checkpoint.sentence =
                format!("{}, if it comes here: {}", checkpoint.sentence, teller.sentence(&reason, Verdict::CannotTell, checkpoint.stage));
            checkpoint.reason = reason;
        }
    }
    // Where the policies of a host are asked, that policies for pods do not select it is no news.
    if checkpoints.iter().any(|c| !matches!(c.stage, Checkpoint::Endpoint(_) | Checkpoint::OwnHost(..))) {
        checkpoints.retain(|c| !matches!(c.reason, Reason::Node | Reason::Outside));
    }
    let verdict = judge(&checkpoints);
    let summary = teller.summary(verdict, &checkpoints);
    let notes = teller.notes(&checkpoints);
    let suggestion = (verdict == Verdict::Denied).then(|| suggest::allow(&teller, &checkpoints)).flatten();
    Answer { flow, verdict, summary, checkpoints, notes, suggestion }
}

/// An address that a pod or node is known to have means that pod or node.
fn settle(end: Endpoint, snapshot: &Snapshot) -> Endpoint {
    let Endpoint::Outside(address) = end else { return end };
    let cloud = &snapshot.cloud;
    let pod = snapshot
        .pods()
        .find(|(_, e)| e.address_given && !e.host_network && e.addresses.contains(&address))
        .map(|(id, _)| Endpoint::Pod(id));
    pod.or_else(|| snapshot.nodes().find(|(_, n)| n.addresses.contains(&address)).map(|(id, _)| Endpoint::Node(id)))
        .unwrap_or_else(|| cloud.end_at(address))
}

/// Whether a packet may come to a host endpoint with another address than its pod's.
fn is_disguised(host: u32, flow: &Flow, snapshot: &Snapshot) -> bool {
    let destination = Departure::of(flow.to, snapshot);
    let is_there = snapshot.host_endpoints.get(host as usize).is_some_and(|host| destination.is_on(host.node));
    is_there && Departure::of(flow.from, snapshot).towards(&destination).as_node
}

pub(crate) struct Teller<'a> {
    pub(crate) compiled: &'a Compiled,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) flow: &'a Flow,
    pub(crate) original: Option<Original>,
    /// Where `flow` is a reply: the connection that it answers.
    pub(crate) request: Option<&'a Flow>,
}

impl Teller<'_> {
    pub(crate) fn checkpoint(&self, stage: Checkpoint) -> CheckpointTrace {
        if let Checkpoint::Group { from, to, encapsulated, .. } = stage
            && (self.flow.from, self.flow.to) != (from, to)
        {
            // What is told is what is seen there.
            let traffic = if encapsulated { Traffic::to_port(Protocol::UDP, VXLAN) } else { self.flow.traffic };
            let flow = Flow { from, to, traffic };
            return Teller { flow: &flow, ..*self }.checkpoint(stage);
        }
        if self.request.is_none() && stage.source(self.flow.from) != self.flow.from {
            let flow = Flow { from: stage.source(self.flow.from), ..*self.flow };
            return Teller { flow: &flow, ..*self }.checkpoint(stage);
        }
        if let (Checkpoint::Reply { .. }, None) = (stage, self.request) {
            return Teller { flow: &self.flow.reply(), request: Some(self.flow), ..*self }.checkpoint(stage);
        }
        let (subject, peer, direction) = self.parties(stage);
        let checked = check(self.compiled, self.snapshot, self.request.unwrap_or(self.flow), self.original, stage);
        let tiers = self.tiers(&checked);
        let nearest = match checked.reason {
            Reason::DefaultDeny(_) => self.nearest(&tiers),
            Reason::Rule(rule) if self.is_default_deny(rule) => self.nearest(&tiers),
            _ => None,
        };
        let places = match &checked.reason {
            Reason::Rule(rule) => {
                let place = self.compiled.ruleset().rule(*rule).map(|r| r.place);
                place.into_iter().chain(self.matched_by(*rule, peer).1).collect()
            }
            Reason::Route(routing) => self.route_place(*routing).into_iter().collect(),
            Reason::DefaultDeny(policies) => policies.iter().filter_map(|p| self.compiled.policy(*p)).map(|p| p.subject_place).collect(),
            Reason::Unknown(facts) => {
                let mut places: Vec<Place> = Vec::new();
                for place in facts.iter().flat_map(|f| self.fact_places(f, peer)) {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                places
            }
            _ => Vec::new(),
        };
        let sentence = self.sentence(&checked.reason, checked.verdict, stage);
        CheckpointTrace {
            title: self.stage_title(stage),
            stage,
            direction,
            subject,
            peer,
            verdict: checked.verdict,
            reason: checked.reason,
            sentence,
            from_address: self.address(self.flow.from),
            to_address: self.address(self.flow.to),
            places,
            nearest,
            tiers,
        }
    }

    /// Whose policies a stage asks, about which other end, and in which direction.
    fn parties(&self, stage: Checkpoint) -> (Endpoint, Endpoint, Direction) {
        let Flow { from, to, .. } = *self.flow;
        match stage {
            Checkpoint::Endpoint(Direction::Egress) => (from, to, Direction::Egress),
            Checkpoint::Endpoint(Direction::Ingress) => (to, from, Direction::Ingress),
            Checkpoint::OwnHost(node, _) => (Endpoint::Node(node), from, Direction::Ingress),
            Checkpoint::Group { direction: Direction::Egress, from, to, .. } => (from, to, Direction::Egress),
            Checkpoint::Group { direction: Direction::Ingress, from, to, .. } => (to, from, Direction::Ingress),
            Checkpoint::NotPeered(..) | Checkpoint::PublicAddress(..) | Checkpoint::Route(_) | Checkpoint::Platform(_) => {
                (from, to, Direction::Egress)
            }
            Checkpoint::Reply { node, enters, leaves, .. } => {
                let direction = untracked_direction(leaves, enters).unwrap_or(Direction::Egress);
                (Endpoint::Node(node), if direction == Direction::Ingress { from } else { to }, direction)
            }
            Checkpoint::Host { host, direction, .. } => {
                let node = self.snapshot.host_endpoints.get(host as usize).map_or(NodeId(u32::MAX), |h| h.node);
                let peer = if direction == Direction::Ingress { from } else { to };
                (Endpoint::Node(node), peer, direction)
            }
        }
    }

    /// Among rules that allow but did not match, the one to look at first. Ports that are always open and profiles are no rules that somebody wrote for
    /// this; the rules that every security group has come after those that a person wrote.
    fn nearest(&self, tiers: &[TierTrace]) -> Option<Nearest> {
        let written =
            |id: PolicyId| self.compiled.policy(id).is_some_and(|p| !p.hook.is_failsafe() && p.kind != "Profile" && p.doubt.is_none());
        let rules = tiers.iter().flat_map(|t| &t.policies).filter(|p| written(p.policy)).flat_map(|p| &p.rules);
        let failed = rules.filter(|r| r.action == Action::Allow).filter_map(|r| Some((r.rule, r.failure.as_ref()?)));
        let (rule, failure) = failed.min_by_key(|(rule, f)| (self.is_default(*rule), f.distance()))?;
        let name = self.compiled.ruleset().rule(rule).and_then(|r| r.name.as_deref()).map(ToOwned::to_owned);
        Some(Nearest { rule, name, place: failure.place, failure: failure.text.clone() })
    }
}
