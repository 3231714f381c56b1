//! The reply to one connection, where policies before connection tracking are asked.

use alloc::vec::Vec;

use super::{Checked, Flow, Reason, Seen, Verdict, unknown_facts};
use crate::compile::{Compiled, Hook};
use crate::connections::{ConnectionId, ConnectionSet};
use crate::policy::{Action, Direction};
use crate::snapshot::{NodeId, Snapshot};
use crate::verdict::evaluate::{
    AtHost, NoTrace, Observer, OnePeer, Outcome, Passes, ReplyParts, Untracked, Workbench, drops_orphans, evaluate_hooks,
};
use crate::verdict::traversal::{Checkpoint, NodeRules, Side, UNTRACKED, UNTRACKED_REPLY, reply_stages, untracked_direction};

/// Through which node a connection goes.
pub(super) struct Way {
    pub(super) node: NodeId,
    pub(super) host: u32,
    pub(super) enters: Side,
    pub(super) leaves: Side,
}

impl Flow {
    /// Its reply.
    pub(crate) fn reply(&self) -> Flow {
        Flow { from: self.to, to: self.from, traffic: self.traffic.reply() }
    }
}

/// Evaluates what becomes of the reply. What is seen are the rules that the reply meets.
pub(super) fn check(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, way: &Way) -> Checked {
    let mut bench = Workbench::default();
    let universe = bench.table.intern(ConnectionSet::of_traffic(flow.traffic));
    let back = flow.reply();
    let request = untracked_direction(way.enters, way.leaves)
        .map(|direction| untracked(compiled, &mut bench, flow, (way.host, direction, UNTRACKED), &mut NoTrace));
    let mut seen = Seen::default();
    let reply_outcome = untracked_direction(way.leaves, way.enters)
        .map(|direction| untracked(compiled, &mut bench, &back, (way.host, direction, UNTRACKED_REPLY), &mut seen));
    let table = &bench.table;
    let reply = reply_outcome.map(|r| {
        let within = |id| table.intersection(table.answered_by(id), universe);
        Untracked { allowed: within(r.allowed), denied: within(r.denied), left: within(r.left) }
    });
    let rules = NodeRules::of(way.node, compiled, snapshot);
    let (fresh, after) = reply_stages(way.node, rules, way.enters, way.leaves);
    let judged = |stages: &[Checkpoint]| -> Vec<Checked> {
        stages.iter().map(|stage| super::check(compiled, snapshot, &back, None, *stage)).collect()
    };
    let (fresh, after) = (judged(&fresh), judged(&after));
    let passes = |checked: &[Checked]| Passes {
        allowed: if checked.iter().any(|c| c.verdict == Verdict::Denied) { ConnectionId::NONE } else { universe },
        denied: if checked.iter().all(|c| c.verdict == Verdict::Allowed) { ConnectionId::NONE } else { universe },
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
    let others: Vec<Checked> = as_new.into_iter().chain(after.into_iter().filter(|_| is_after)).collect();
    let of_others =
        |wanted: Verdict| others.iter().find(|c| c.verdict == wanted && matches!(c.reason, Reason::Rule(_) | Reason::DefaultDeny(_)));
    let reason = match verdict {
        Verdict::Allowed => {
            let rule = seen.deciding(Action::Allow, compiled).map(|(rule, _)| Reason::Rule(rule));
            rule.or_else(|| of_others(verdict).map(|c| c.reason.clone())).unwrap_or(Reason::Tracked)
        }
        Verdict::Denied => {
            let is_denied = reply.is_some_and(|r| !r.denied.is_none());
            let rule = seen.deciding(Action::Deny, compiled).filter(|_| is_denied).map(|(rule, _)| Reason::Rule(rule));
            rule.or_else(|| of_others(verdict).map(|c| c.reason.clone())).unwrap_or(Reason::NoReply)
        }
        Verdict::CannotTell => {
            let mut facts = unknown_facts(compiled, &seen, None);
            for checked in &others {
                if let Reason::Unknown(more) = &checked.reason {
                    facts.extend(more.iter().cloned());
                }
            }
            facts.dedup();
            Reason::Unknown(facts)
        }
    };
    Checked { verdict, reason, seen }
}

/// What the policies before connection tracking of a host endpoint do with a packet.
fn untracked<O: Observer>(
    compiled: &Compiled,
    bench: &mut Workbench,
    flow: &Flow,
    (host, direction, hooks): (u32, Direction, &[Hook]),
    observer: &mut O,
) -> Untracked {
    let (own, peer) = match direction {
        Direction::Egress => (flow.from, flow.to),
        Direction::Ingress => (flow.to, flow.from),
    };
    let at = AtHost { host, pre_dnat: host, direction, hooks, own: compiled.class_of(own) };
    let universe = bench.table.intern(ConnectionSet::of_traffic(flow.traffic));
    let Outcome { allowed, denied, left } = evaluate_hooks(compiled, bench, &at, &OnePeer(compiled.class_of(peer)), universe, observer);
    let first = |list: &[ConnectionId]| list.first().copied().unwrap_or(ConnectionId::NONE);
    Untracked { allowed: first(&allowed), denied: first(&denied), left: first(&left) }
}
