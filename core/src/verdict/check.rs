//! Evaluates one checkpoint for one packet, with an observer that records every rule.

use alloc::vec::Vec;

use super::checkpoint::{CheckpointResult, by_protocol, is_loopback, is_own_node, is_single, own_node_verdict, without_policies};
use super::trace::TraceRecorder;
use super::{Flow, Original, Reason, UnknownFact, Verdict, reply};
use crate::compile::{Applied, ClassKind, Compiled, Endpoint, Hook};
use crate::connections::{ConnectionSet, Traffic};
use crate::policy::{Action, Direction, GroupUseId, Matched, PolicyId, TierEnd};
use crate::snapshot::Snapshot;
use crate::verdict::evaluate::{AtHost, EvaluationCache, EvaluationSubject, Outcome, evaluate, evaluate_hooks};
use crate::verdict::traversal::{Checkpoint, tunnel_source};

/// Evaluates one checkpoint for a packet of a flow. `original` is where the packet was sent before its destination was translated.
pub(crate) fn check(
    compiled: &Compiled,
    snapshot: &Snapshot,
    flow: &Flow,
    original: Option<Original>,
    checkpoint: Checkpoint,
) -> CheckpointResult {
    if let Some((verdict, reason)) = without_policies(checkpoint, compiled.host_input()) {
        return CheckpointResult::without_rules(verdict, reason);
    }
    if let Some(by_protocol) = by_protocol(checkpoint) {
        let (verdict, reason) = by_protocol.answer(flow.traffic.protocol);
        return CheckpointResult::without_rules(verdict, reason);
    }
    let flow = &checkpoint.seen(flow);
    match checkpoint {
        Checkpoint::Endpoint(direction) => check_endpoint(compiled, snapshot, flow, direction),
        Checkpoint::Host { host, pre_dnat, direction, hooks, .. } => {
            check_host(compiled, flow, original, &AtHost { host, pre_dnat, direction, hooks, own: compiled.class_of(flow.to) })
        }
        Checkpoint::Reply { node, host, enters, leaves, .. } => {
            reply::check(compiled, snapshot, flow, &reply::Crossing { node, host, enters, leaves })
        }
        Checkpoint::Group { used, direction, .. } => check_group(compiled, flow, used, direction),
        Checkpoint::OwnHost(..)
        | Checkpoint::PublicAddress(..)
        | Checkpoint::NotPeered(..)
        | Checkpoint::Route(_)
        | Checkpoint::Carriage
        | Checkpoint::Nat(_)
        | Checkpoint::ReplyRoute(_)
        | Checkpoint::Platform(_) => {
            // INVARIANT: these ask no policy, and were answered above. Were it broken, no answer would be claimed.
            CheckpointResult::without_rules(Verdict::CannotTell, Reason::Unknown(Vec::new()))
        }
    }
}

/// Evaluates a security group.
fn check_group(compiled: &Compiled, flow: &Flow, used: GroupUseId, direction: Direction) -> CheckpointResult {
    let (own, peer) = flow.near_and_far(direction);
    let subject = EvaluationSubject { subject: compiled.class_of_group(used), own: compiled.class_of(own) };
    let cache = EvaluationCache::default();
    let mut rules = TraceRecorder::default();
    let universe = cache.table.intern(ConnectionSet::of_traffic(flow.traffic));
    let peer = compiled.class_of(peer);
    let outcome = evaluate(compiled, &cache, subject, direction, peer, universe, &mut rules).left_is_allowed(&cache);
    judge(compiled, &outcome, rules, &[])
}

/// Evaluates what a packet meets at a host endpoint.
fn check_host(compiled: &Compiled, flow: &Flow, original: Option<Original>, at: &AtHost<'_>) -> CheckpointResult {
    let AtHost { direction, hooks, .. } = *at;
    let applied: Vec<&Applied> =
        hooks.iter().map(|hook| compiled.applied(compiled.class_of_host(at.of(*hook), *hook), direction)).collect();
    if applied.iter().all(|applied| applied.is_empty()) {
        return CheckpointResult::without_rules(Verdict::Allowed, Reason::NoPolicy);
    }
    let (own, peer) = flow.near_and_far(direction);
    let peer = compiled.class_of(peer);
    let cache = EvaluationCache::default();
    let mut rules = TraceRecorder::default();
    let run = |hooks: &[Hook], own: Endpoint, traffic: Traffic, rules: &mut TraceRecorder| {
        let universe = cache.table.intern(ConnectionSet::of_traffic(traffic));
        let at = AtHost { hooks, own: compiled.class_of(own), ..*at };
        let outcome = evaluate_hooks(compiled, &cache, &at, peer, universe, rules);
        (outcome.left == universe, outcome.left_is_allowed(&cache))
    };
    let before = hooks.iter().take_while(|hook| matches!(hook, Hook::Untracked | Hook::PreDnat)).count();
    let (early, late) = hooks.split_at(before);
    let Some(original) = original.filter(|_| direction == Direction::Ingress && !early.is_empty()) else {
        let (_, outcome) = run(hooks, own, flow.traffic, &mut rules);
        return judge(compiled, &outcome, rules, &applied);
    };
    let traffic = Traffic { destination: flow.traffic.destination.map(|_| original.port), ..flow.traffic };
    let (undecided, mut outcome) = run(early, Endpoint::Outside(original.address), traffic, &mut rules);
    if undecided && !late.is_empty() {
        (_, outcome) = run(late, own, flow.traffic, &mut rules);
    }
    judge(compiled, &outcome, rules, &applied)
}

/// Evaluates one direction of a flow at an endpoint, with the address that its packets have there.
fn check_endpoint(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, direction: Direction) -> CheckpointResult {
    let as_from = |from: Endpoint| check_seen_endpoint(compiled, snapshot, &Flow { from, ..*flow }, direction);
    let is_of_node = match flow.from {
        Endpoint::Node(_) => true,
        from @ Endpoint::Pod(_) => compiled.class_kind(compiled.class_of(from)) == ClassKind::Node,
        Endpoint::Outside(_) | Endpoint::InNetwork(..) => false,
    };
    let through_tunnel = || tunnel_source(compiled, snapshot, flow.from, flow.to);
    let Some(source) = (direction == Direction::Ingress && is_of_node).then(through_tunnel).flatten() else { return as_from(flow.from) };
    let Some((first, others)) = source.ends.split_first() else { return as_from(flow.from) };
    let itself = source.as_itself.then_some(flow.from);
    let result = as_from(*first).with_source(*first, source.is_known);
    result.among(|| UnknownFact::TunnelAddress, others.iter().copied().chain(itself).map(|from| as_from(from).verdict()))
}

/// The same for a packet as it is seen there. Special endpoints (outside, nodes, a pod and itself) are told apart before any policy is asked.
fn check_seen_endpoint(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, direction: Direction) -> CheckpointResult {
    let (subject, peer) = flow.near_and_far(direction);
    let free = |reason| CheckpointResult::without_rules(Verdict::Allowed, reason);
    match subject {
        Endpoint::Outside(_) | Endpoint::InNetwork(..) => return free(Reason::Outside),
        Endpoint::Node(_) => return free(Reason::Node),
        Endpoint::Pod(_) if is_loopback(flow.from, flow.to, is_single(subject, snapshot)) => return free(Reason::Loopback),
        Endpoint::Pod(_) => {}
    }
    let class = compiled.class_of(subject);
    if compiled.class_kind(class) == ClassKind::Node {
        return free(Reason::Node);
    }
    let own_node = match direction {
        Direction::Egress => Matched::No,
        Direction::Ingress => {
            is_own_node(compiled.own_node(), compiled.node_network(peer, snapshot), compiled.pod_network(subject, snapshot))
        }
    };
    if own_node == Matched::Yes {
        return free(Reason::OwnNode);
    }
    let cache = EvaluationCache::default();
    let universe = cache.table.intern(ConnectionSet::of_traffic(flow.traffic));
    let dropped = compiled.dropped(class, direction).connections();
    let dropped = cache.table.intern(dropped.intersection(cache.table.get(universe)));
    if dropped == universe && !universe.is_none() {
        return CheckpointResult::without_rules(Verdict::Denied, Reason::Dropped(flow.traffic.protocol));
    }
    let applied = compiled.applied(class, direction);
    if applied.is_empty() && dropped.is_none() {
        let ruleset = compiled.ruleset();
        return free(if ruleset.no_engine && !ruleset.policies.is_empty() { Reason::NoEngine } else { Reason::NoPolicy });
    }
    let mut rules = TraceRecorder::default();
    let peer = compiled.class_of(peer);
    let may_send = cache.table.difference(universe, dropped);
    let outcome = evaluate(compiled, &cache, EvaluationSubject::endpoint(class), direction, peer, may_send, &mut rules);
    let mut outcome = outcome.left_is_allowed(&cache);
    outcome.denied = cache.table.union(outcome.denied, dropped);
    let result = judge(compiled, &outcome, rules, &[applied]);
    if own_node == Matched::Possibly && result.verdict() != Verdict::Allowed {
        let verdict = own_node_verdict(own_node, result.verdict());
        return CheckpointResult::new(verdict, Reason::Unknown(alloc::vec![UnknownFact::OwnNode]), result.rules);
    }
    result
}

/// The answer of an evaluation of one peer.
fn judge(compiled: &Compiled, outcome: &Outcome, rules: TraceRecorder, applied: &[&Applied]) -> CheckpointResult {
    let verdict = match (outcome.allowed.is_none(), outcome.denied.is_none()) {
        (false, true) => Verdict::Allowed,
        (true, _) => Verdict::Denied,
        (false, false) => Verdict::CannotTell,
    };
    let reason = match verdict {
        Verdict::CannotTell => Reason::Unknown(unknown_facts(compiled, &rules, applied)),
        // What is in doubt decides nothing: whatever it does, the packet is allowed.
        Verdict::Allowed => match rules.deciding(Action::Allow, compiled) {
            Some((rule, matched)) if matched == Matched::Yes || compiled.policy(rule.policy).is_none_or(|p| p.doubt.is_none()) => {
                Reason::Rule(rule)
            }
            _ => Reason::NothingDecided,
        },
        // A rule that denies only some of what the question leaves open is not what denies all of it, if the end of a tier does.
        Verdict::Denied => match rules.deciding(Action::Deny, compiled) {
            Some((rule, matched)) if matched == Matched::Yes || isolating(compiled, &rules).is_empty() => Reason::Rule(rule),
            _ => Reason::DefaultDeny(isolating(compiled, &rules)),
        },
    };
    CheckpointResult::new(verdict, reason, rules)
}

/// Policies of the tier at whose end the packet was denied: being selected by them closed the end.
fn isolating(compiled: &Compiled, rules: &TraceRecorder) -> Vec<PolicyId> {
    let policies = rules.tiers.iter().filter(|t| t.end == Some(TierEnd::Deny)).flat_map(|t| t.policies.iter().copied());
    policies.filter(|id| compiled.policy(*id).is_some_and(|p| p.doubt.is_none())).collect()
}

/// What is missing where the rules that a packet met may come to either answer.
pub(super) fn unknown_facts(compiled: &Compiled, rules: &TraceRecorder, applied: &[&Applied]) -> Vec<UnknownFact> {
    let mut facts = Vec::new();
    for tier in &rules.tiers {
        if tier.undefined_protocol {
            facts.push(UnknownFact::Protocol);
        }
        // Of a policy in doubt the rules say why.
        let in_doubt = |id: &PolicyId| compiled.policy(*id).is_some_and(|p| p.doubt.is_some());
        let unsure = |id: &PolicyId| applied.iter().any(|a| a.is_unsure(*id)) && !in_doubt(id);
        let possible: Vec<PolicyId> = tier.policies.iter().copied().filter(unsure).collect();
        // A policy that may apply matters by its rules, and where it may close the tier.
        let decides =
            |id: &PolicyId| tier.rules.iter().any(|(rule, reached, matched)| rule.policy == *id && *reached && *matched != Matched::No);
        let possible: Vec<PolicyId> = possible.into_iter().filter(|id| tier.possible_end || decides(id)).collect();
        if !possible.is_empty() {
            facts.push(UnknownFact::Selected(possible));
        }
        for (rule, reached, matched) in &tier.rules {
            if *reached && *matched == Matched::Possibly && !unsure(&rule.policy) {
                facts.push(UnknownFact::Rule(*rule));
            }
        }
        let groups = compiled.ruleset().tier(tier.tier).map_or(&[][..], |t| &t.groups);
        for group in groups.iter().filter(|g| g.len() > 1) {
            let mut deciding: Vec<(PolicyId, Action)> = Vec::new();
            for (rule, reached, matched) in &tier.rules {
                let action = compiled.ruleset().rule(*rule).map(|r| r.action);
                if let (true, Some(action), true) = (*reached && *matched != Matched::No, action, group.contains(&rule.policy))
                    && !deciding.iter().any(|(p, _)| *p == rule.policy)
                {
                    deciding.push((rule.policy, action));
                }
            }
            if deciding.iter().any(|(_, a)| Some(*a) != deciding.first().map(|(_, a)| *a)) {
                facts.push(UnknownFact::EqualPriority(deciding.into_iter().map(|(p, _)| p).collect()));
            }
        }
    }
    if facts.is_empty() {
        facts.push(UnknownFact::Traffic);
    }
    facts
}
