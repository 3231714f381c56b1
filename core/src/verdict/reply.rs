//! The reply to one connection, where policies before connection tracking are asked.

use alloc::vec::Vec;

use super::check::{check as check_one, unknown_facts};
use super::checkpoint::CheckpointResult;
use super::trace::TraceRecorder;
use super::{Flow, Reason, Verdict};
use crate::compile::{Compiled, Hook};
use crate::connections::{ConnectionId, ConnectionSet};
use crate::policy::{Action, Direction};
use crate::snapshot::{HostEndpointId, NodeId, Snapshot};
use crate::verdict::evaluate::{AtHost, EvaluationCache, NoTrace, Observer, Passes, ReplyParts, Untracked, drops_orphans, evaluate_hooks};
use crate::verdict::traversal::{Checkpoint, NodeRules, Side, UNTRACKED, UNTRACKED_REPLY, reply_checkpoints, untracked_direction};

/// Through which node a connection goes, and how.
pub(super) struct Crossing {
    pub(super) node: NodeId,
    pub(super) host: HostEndpointId,
    pub(super) enters: Side,
    pub(super) leaves: Side,
}

impl Flow {
    /// Its reply.
    pub(crate) fn reply(&self) -> Flow {
        Flow { from: self.to, to: self.from, traffic: self.traffic.reply() }
    }
}

/// Evaluates what becomes of the reply. The rules recorded are those that the reply meets.
pub(super) fn check(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, at: &Crossing) -> CheckpointResult {
    let cache = EvaluationCache::default();
    let universe = cache.table.intern(ConnectionSet::of_traffic(flow.traffic));
    let back = flow.reply();
    let request = untracked_direction(at.enters, at.leaves)
        .map(|direction| untracked(compiled, &cache, flow, (at.host, direction, UNTRACKED), &mut NoTrace));
    let mut rules_met = TraceRecorder::default();
    let reply_outcome = untracked_direction(at.leaves, at.enters)
        .map(|direction| untracked(compiled, &cache, &back, (at.host, direction, UNTRACKED_REPLY), &mut rules_met));
    let table = &cache.table;
    let reply = reply_outcome.map(|r| {
        let within = |id| table.intersection(table.answered_by(id), universe);
        Untracked { allowed: within(r.allowed), denied: within(r.denied), left: within(r.left) }
    });
    let rules = NodeRules::of(at.node, compiled, snapshot);
    let (fresh, after) = reply_checkpoints(at.node, rules, at.enters, at.leaves);
    let judged = |checkpoints: &[Checkpoint]| -> Vec<CheckpointResult> {
        checkpoints.iter().map(|checkpoint| check_one(compiled, snapshot, &back, None, *checkpoint)).collect()
    };
    let (fresh, after) = (judged(&fresh), judged(&after));
    let passes = |checked: &[CheckpointResult]| Passes {
        allowed: if checked.iter().any(|c| c.verdict() == Verdict::Denied) { ConnectionId::NONE } else { universe },
        denied: if checked.iter().all(|c| c.verdict() == Verdict::Allowed) { ConnectionId::NONE } else { universe },
    };
    let parts = ReplyParts { request, reply, fresh: passes(&fresh), after: passes(&after) };
    let outcome = parts.outcome(table);
    let (allowed, denied) = (table.intersection(outcome.allowed, universe), table.intersection(outcome.denied, universe));
    let verdict = match (allowed.is_none(), denied.is_none()) {
        (_, true) => Verdict::Allowed,
        (true, false) => Verdict::Denied,
        (false, false) => Verdict::CannotTell,
    };
    // Whose policies are asked beside those before connection tracking.
    let orphaned = request.map_or(ConnectionId::NONE, |r| table.intersection(r.allowed, reply.map_or(universe, |r| r.left)));
    let as_new = if !orphaned.is_none() && !drops_orphans(flow.traffic.protocol) { fresh } else { Vec::new() };
    let is_after = reply.is_some_and(|r| !r.allowed.is_none());
    let others: Vec<CheckpointResult> = as_new.into_iter().chain(after.into_iter().filter(|_| is_after)).collect();
    let of_others =
        |wanted: Verdict| others.iter().find(|c| c.verdict() == wanted && matches!(c.reason(), Reason::Rule(_) | Reason::DefaultDeny(_)));
    let reason = match verdict {
        Verdict::Allowed => {
            let rule = rules_met.deciding(Action::Allow, compiled).map(|(rule, _)| Reason::Rule(rule));
            rule.or_else(|| of_others(verdict).map(|c| c.reason().clone())).unwrap_or(Reason::Tracked)
        }
        Verdict::Denied => {
            let is_denied = reply.is_some_and(|r| !r.denied.is_none());
            let rule = rules_met.deciding(Action::Deny, compiled).filter(|_| is_denied).map(|(rule, _)| Reason::Rule(rule));
            rule.or_else(|| of_others(verdict).map(|c| c.reason().clone())).unwrap_or(Reason::NoReply)
        }
        Verdict::CannotTell => {
            let direction = untracked_direction(at.leaves, at.enters);
            let applied = direction.map(|direction| compiled.applied(compiled.class_of_host(at.host, Hook::Reply), direction));
            let mut facts = unknown_facts(compiled, &rules_met, applied.as_slice());
            for checked in &others {
                if let Reason::Unknown(more) = checked.reason() {
                    facts.extend(more.iter().cloned());
                }
            }
            facts.dedup();
            Reason::Unknown(facts)
        }
    };
    CheckpointResult::new(verdict, reason, rules_met)
}

/// What the policies before connection tracking of a host endpoint do with a packet.
fn untracked<O: Observer>(
    compiled: &Compiled,
    cache: &EvaluationCache,
    flow: &Flow,
    (host, direction, hooks): (HostEndpointId, Direction, &[Hook]),
    observer: &mut O,
) -> Untracked {
    let (own, peer) = flow.near_and_far(direction);
    let at = AtHost { host, pre_dnat: host, direction, hooks, own: compiled.class_of(own) };
    let universe = cache.table.intern(ConnectionSet::of_traffic(flow.traffic));
    evaluate_hooks(compiled, cache, &at, compiled.class_of(peer), universe, observer).into()
}
