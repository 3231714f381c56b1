//! From a [`Decision`] to sentences and evidence, free of any markup.
//!
//! Words in backticks are the person's own. Nothing here decides anything: verdicts, reasons and matches come from [`crate::verdict`]; this
//! module looks at one rule at a time to say in words why it did not match.

mod answer;
pub(crate) mod entity;
mod excluded;
mod failure;
mod missing;
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
use crate::policy::{Action, Direction, PolicyId, RuleRef};
use crate::snapshot::Snapshot;
use crate::text::Place;
use crate::verdict::traversal::{Checkpoint, untracked_direction};
use crate::verdict::{CheckpointResult, Decision, Flow, Original, Otherwise, Reason, UnknownFact, Verdict, decide};

pub use answer::{Answer, CheckpointTrace, Failure, Nearest, PolicyTrace, RuleTrace, Suggestion, TierOutcome, TierTrace};
pub use entity::selects_set;
pub(crate) use missing::{missing_pods, missing_pods_note};
pub(crate) use names::reading_name;
pub use names::{addresses_of, end_name, rule_name};
pub(crate) use suggest_group::{open as open_groups, rule_before as group_rule_before};
pub(crate) use unknown::controller_note;

/// Answers a question in words: [`decide`] and [`explain`] in one call.
///
/// `original` is where the packet was sent before its destination was translated, if it was.
pub fn answer(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, original: Option<Original>) -> Answer {
    explain(compiled, snapshot, &decide(compiled, snapshot, flow, original))
}

/// Puts an answer into words: a sentence for every checkpoint, places to light, the rules that were asked, a suggestion.
pub fn explain(compiled: &Compiled, snapshot: &Snapshot, decision: &Decision) -> Answer {
    let Decision { flow, original, verdict, checkpoints } = decision;
    let explainer = Explainer::new(compiled, snapshot, flow, *original);
    let checkpoints: Vec<CheckpointTrace> = checkpoints.iter().map(|c| explainer.checkpoint(c.checkpoint, &c.result)).collect();
    let summary = explainer.summary(*verdict, &checkpoints);
    let notes = explainer.notes(&checkpoints);
    // What comes with another address is let in by that.
    let is_itself = decision.checkpoints.iter().all(|record| record.result.source().is_none());
    let suggestion = (*verdict == Verdict::Denied && is_itself).then(|| suggest::allow(&explainer, &checkpoints)).flatten();
    Answer { flow: *flow, verdict: *verdict, summary, checkpoints, notes, suggestion }
}

/// Finds the words for one packet.
pub(crate) struct Explainer<'a> {
    compiled: &'a Compiled,
    snapshot: &'a Snapshot,
    flow: &'a Flow,
    original: Option<Original>,
}

impl<'a> Explainer<'a> {
    /// `original` is where the packet was sent before its destination was translated, if it was.
    pub(crate) fn new(compiled: &'a Compiled, snapshot: &'a Snapshot, flow: &'a Flow, original: Option<Original>) -> Self {
        Explainer { compiled, snapshot, flow, original }
    }

    /// A checkpoint's answer in words.
    pub(crate) fn checkpoint(&self, checkpoint: Checkpoint, result: &CheckpointResult) -> CheckpointTrace {
        // What is told is what is seen there; of replies, the reply.
        let seen = match (checkpoint, checkpoint.seen(self.flow)) {
            (Checkpoint::Reply { .. }, seen) => seen.reply(),
            (_, seen) => Flow { from: result.source().map_or(seen.from, |source| source.end), ..seen },
        };
        let there = Explainer { flow: &seen, ..*self };
        let (subject, peer, direction) = there.parties(checkpoint);
        let (verdict, reason) = (result.verdict(), result.reason().clone());
        let tiers = there.tiers(&result.rules);
        // Of an answer that depends on the packet, the lines are those for the one that is assumed, if there is one at all.
        let (shown, sentence) = match result.tentative() {
            None => (Some(&reason), there.sentence(&reason, verdict, checkpoint)),
            Some(tentative) => {
                let open = self.sentence(&reason, verdict, checkpoint);
                let sentence = match tentative.otherwise {
                    Otherwise::Elsewhere => {
                        format!("{}, if it comes here: {open}", there.sentence(&tentative.reason, tentative.verdict, checkpoint))
                    }
                    Otherwise::OtherPacket => open,
                };
                let is_any = matches!(&reason, Reason::Unknown(facts) if facts.contains(&UnknownFact::NodePort));
                ((!is_any).then_some(&tentative.reason), sentence)
            }
        };
        let sentence = match result.source().filter(|_| result.tentative().is_none()) {
            Some(source) if !matches!(reason, Reason::NoPolicy | Reason::NoEngine) => self.with_tunnel(&sentence, source),
            _ => sentence,
        };
        CheckpointTrace {
            title: there.checkpoint_title(checkpoint),
            places: shown.map_or_else(Vec::new, |reason| there.places(reason, peer)),
            nearest: shown.and_then(|reason| there.nearest_to(reason, &tiers)),
            checkpoint,
            direction,
            subject,
            peer,
            verdict,
            reason,
            sentence,
            from_address: there.address(seen.from),
            to_address: there.address(seen.to),
            tiers,
        }
    }

    /// Lines to light for a reason.
    fn places(&self, reason: &Reason, peer: Endpoint) -> Vec<Place> {
        match reason {
            Reason::Rule(rule) => {
                let place = self.compiled.ruleset().rule(*rule).map(|r| r.place);
                place.into_iter().chain(self.matched_by(*rule, peer).1).collect()
            }
            Reason::Route(routing) | Reason::ReplyRoute(routing) => self.route_place(*routing).into_iter().collect(),
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
        }
    }

    /// The rule that came nearest, where nothing but a default denied; none that is near in nothing.
    fn nearest_to(&self, reason: &Reason, tiers: &[TierTrace]) -> Option<Nearest> {
        match reason {
            Reason::DefaultDeny(_) => {}
            Reason::Rule(rule) if self.is_default_deny(*rule) => {}
            _ => return None,
        }
        let (rule, failure) = self.nearest(tiers).filter(|(_, failure)| failure.is_near())?;
        let name = self.compiled.ruleset().rule(rule).and_then(|r| r.name.as_deref()).map(ToOwned::to_owned);
        Some(Nearest { rule, name, place: failure.place, failure: failure.text.clone() })
    }

    /// Whose policies a checkpoint asks, about which other endpoint, and in which direction.
    fn parties(&self, checkpoint: Checkpoint) -> (Endpoint, Endpoint, Direction) {
        let Flow { from, to, .. } = *self.flow;
        match checkpoint {
            Checkpoint::Endpoint(Direction::Egress) => (from, to, Direction::Egress),
            Checkpoint::Endpoint(Direction::Ingress) => (to, from, Direction::Ingress),
            Checkpoint::OwnHost(node, _) => (Endpoint::Node(node), from, Direction::Ingress),
            Checkpoint::Group { direction: Direction::Egress, from, to, .. } => (from, to, Direction::Egress),
            Checkpoint::Group { direction: Direction::Ingress, from, to, .. } => (to, from, Direction::Ingress),
            Checkpoint::NotPeered(..)
            | Checkpoint::PublicAddress(..)
            | Checkpoint::Route(_)
            | Checkpoint::Carriage
            | Checkpoint::Nat(_)
            | Checkpoint::ReplyRoute(_)
            | Checkpoint::Platform(_) => (from, to, Direction::Egress),
            Checkpoint::Reply { node, enters, leaves, .. } => {
                let direction = untracked_direction(leaves, enters).unwrap_or(Direction::Egress);
                (Endpoint::Node(node), if direction == Direction::Ingress { from } else { to }, direction)
            }
            Checkpoint::Host { host, direction, .. } => {
                let (own, peer) = if direction == Direction::Ingress { (to, from) } else { (from, to) };
                (self.snapshot.host_endpoint(host).map_or(own, |host| Endpoint::Node(host.node)), peer, direction)
            }
        }
    }

    /// Among rules that allow but did not match, the one to look at first. Ports that are always open and profiles are no rules that
    /// somebody wrote for this; the rules that every security group has come after those that a person wrote.
    fn nearest<'t>(&self, tiers: &'t [TierTrace]) -> Option<(RuleRef, &'t Failure)> {
        let written =
            |id: PolicyId| self.compiled.policy(id).is_some_and(|p| !p.hook.is_failsafe() && p.kind != "Profile" && p.doubt.is_none());
        let rules = tiers.iter().flat_map(|t| &t.policies).filter(|p| written(p.policy)).flat_map(|p| &p.rules);
        let failed = rules.filter(|r| r.action == Action::Allow).filter_map(|r| Some((r.rule, r.failure.as_ref()?)));
        failed.min_by_key(|(rule, f)| (self.is_default(*rule), f.distance()))
    }
}
