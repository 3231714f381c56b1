//! Evaluates one stage of a flow's way, with an observer that writes down every rule.

use alloc::vec::Vec;

use super::{Flow, Original, Reason, UnknownFact, Verdict, reply};
use crate::compile::{Applied, Compiled, Endpoint, Hook};
use crate::connections::{ConnectionId, ConnectionSet, Traffic};
use crate::language::azure::AddressSku;
use crate::model::Protocol;
use crate::policy::EndpointToHost;
use crate::policy::{Action, Direction, PolicyId, RuleRef, TierEnd};
use crate::settings::{HostInput, OwnNode};
use crate::snapshot::Snapshot;
use crate::verdict::evaluate::{Asked, AtHost, Matched, Observer, OnePeer, Outcome, Workbench, evaluate, evaluate_hooks};
use crate::verdict::traversal::Checkpoint;

/// What the evaluation of one direction came to, before it is put into words.
pub(crate) struct Checked {
    pub(crate) verdict: Verdict,
    pub(crate) reason: Reason,
    pub(crate) seen: Seen,
}

/// Rules as they were seen by an evaluation, tier by tier.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) tiers: Vec<SeenTier>,
    /// The hook of a host endpoint that is being asked.
    hook: Option<Hook>,
}

pub(crate) struct SeenTier {
    pub(crate) tier: u32,
    /// At a host endpoint, where the packet met it.
    pub(crate) hook: Option<Hook>,
    /// The policies of it that apply, in order.
    pub(crate) policies: Vec<PolicyId>,
    pub(crate) rules: Vec<(RuleRef, bool, Matched)>,
    pub(crate) end: Option<TierEnd>,
    /// Whether it may have denied at its end: it is not known whether any of its policies selects the subject.
    pub(crate) possible_end: bool,
    pub(crate) undefined_protocol: bool,
}

impl Observer for Seen {
    fn hook(&mut self, hook: Hook) {
        self.hook = Some(hook);
    }

    fn tier(&mut self, tier: u32, groups: &[Vec<PolicyId>]) {
        self.tiers.push(SeenTier {
            policies: groups.iter().flatten().copied().collect(),
            tier,
            hook: self.hook,
            rules: Vec::new(),
            end: None,
            possible_end: false,
            undefined_protocol: false,
        });
    }

    fn rule(&mut self, rule: RuleRef, reached: bool, matched: Matched) {
        if let Some(tier) = self.tiers.last_mut() {
            tier.rules.push((rule, reached, matched));
        }
    }

    fn tier_end(&mut self, end: TierEnd) {
        if let Some(tier) = self.tiers.last_mut() {
            tier.end = Some(end);
        }
    }

    fn possible_tier_end(&mut self) {
        if let Some(tier) = self.tiers.last_mut() {
            tier.possible_end = true;
        }
    }

    fn undefined_protocol(&mut self) {
        if let Some(tier) = self.tiers.last_mut() {
            tier.undefined_protocol = true;
        }
    }
}

/// Evaluates one stage of a flow's way.
pub(crate) fn check(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, original: Option<Original>, stage: Checkpoint) -> Checked {
    let flow = &Flow { from: stage.source(flow.from), ..*flow };
    match stage {
        Checkpoint::Endpoint(direction) => check_endpoint(compiled, snapshot, flow, direction),
        Checkpoint::Host { host, pre_dnat, direction, hooks, .. } => {
            check_host(compiled, flow, original, &AtHost { host, pre_dnat, direction, hooks, own: compiled.class_of(flow.to) })
        }
        Checkpoint::Reply { node, host, enters, leaves, .. } => {
            reply::check(compiled, snapshot, flow, &reply::Way { node, host, enters, leaves })
        }
        Checkpoint::Group { used, direction, from, to, encapsulated, .. } => {
            let traffic = if encapsulated { Traffic::to_port(Protocol::UDP, VXLAN) } else { flow.traffic };
            check_group(compiled, &Flow { from, to, traffic }, used, direction)
        }
        Checkpoint::PublicAddress(_, sku) => {
            let verdict = if sku == AddressSku::Basic { Verdict::Allowed } else { Verdict::Denied };
            Checked { verdict, reason: Reason::PublicAddress(sku), seen: Seen::default() }
        }
        Checkpoint::Route(routing) if routing.is_certain() => {
            Checked { verdict: Verdict::Denied, reason: Reason::Route(routing), seen: Seen::default() }
        }
        Checkpoint::Route(routing) => Checked {
            verdict: Verdict::CannotTell,
            reason: Reason::Unknown(alloc::vec![UnknownFact::Route(routing)]),
            seen: Seen::default(),
        },
        Checkpoint::NotPeered(..) => Checked { verdict: Verdict::Denied, reason: Reason::NotPeered, seen: Seen::default() },
        Checkpoint::Platform(_) => Checked { verdict: Verdict::Allowed, reason: Reason::Platform, seen: Seen::default() },
        Checkpoint::OwnHost(_, action) => {
            let (verdict, reason) = match (action, compiled.host_input()) {
                (EndpointToHost::Accept, _) | (EndpointToHost::Return, HostInput::Accepts) => (Verdict::Allowed, Reason::OwnHost(action)),
                (EndpointToHost::Drop, _) | (EndpointToHost::Return, HostInput::Drops) => (Verdict::Denied, Reason::OwnHost(action)),
                (EndpointToHost::Return, HostInput::Unknown) => (Verdict::CannotTell, Reason::Unknown(alloc::vec![UnknownFact::HostInput])),
            };
            Checked { verdict, reason, seen: Seen::default() }
        }
    }
}

/// The port to which nodes send the packets of their pods, where a cluster brings its own network (Calico's VXLAN).
pub(crate) const VXLAN: u16 = 4789;

/// Evaluates a security group.
pub(super) fn check_group(compiled: &Compiled, seen_there: &Flow, used: u32, direction: Direction) -> Checked {
    let (own, peer) = match direction {
        Direction::Egress => (seen_there.from, seen_there.to),
        Direction::Ingress => (seen_there.to, seen_there.from),
    };
    let asked = Asked { subject: compiled.class_of_group(used), own: compiled.class_of(own) };
    let mut bench = Workbench::default();
    let mut seen = Seen::default();
    let universe = bench.table.intern(ConnectionSet::of_traffic(seen_there.traffic));
    let peers = OnePeer(compiled.class_of(peer));
    let outcome = evaluate(compiled, &mut bench, asked, direction, &peers, universe, &mut seen).left_is_allowed(&mut bench);
    let (verdict, reason) = judge(compiled, &outcome, &seen, None);
    Checked { verdict, reason, seen }
}

/// Evaluates what a packet meets at a host endpoint.
pub(super) fn check_host(compiled: &Compiled, flow: &Flow, original: Option<Original>, at: &AtHost<'_>) -> Checked {
    let AtHost { direction, hooks, .. } = *at;
    if hooks.iter().all(|hook| compiled.applied(compiled.class_of_host(at.of(*hook), *hook), direction).is_empty()) {
        return Checked { verdict: Verdict::Allowed, reason: Reason::NoPolicy, seen: Seen::default() };
    }
    let (own, peer) = match direction {
        Direction::Egress => (flow.from, flow.to),
        Direction::Ingress => (flow.to, flow.from),
    };
    let peers = OnePeer(compiled.class_of(peer));
    let mut bench = Workbench::default();
    let mut seen = Seen::default();
    let mut run = |hooks: &[Hook], own: Endpoint, traffic: Traffic, seen: &mut Seen| {
        let universe = bench.table.intern(ConnectionSet::of_traffic(traffic));
        let at = AtHost { hooks, own: compiled.class_of(own), ..*at };
        let outcome = evaluate_hooks(compiled, &mut bench, &at, &peers, universe, seen);
        (outcome.left == [universe], outcome.left_is_allowed(&mut bench))
    };
    let before = hooks.iter().take_while(|hook| matches!(hook, Hook::Untracked | Hook::PreDnat)).count();
    let (early, late) = hooks.split_at(before);
    if let Some(original) = original.filter(|_| direction == Direction::Ingress && !early.is_empty()) {
        let traffic = Traffic { destination: flow.traffic.destination.map(|_| original.port), ..flow.traffic };
        let (undecided, outcome) = run(early, Endpoint::Outside(original.address), traffic, &mut seen);
        if !undecided || late.is_empty() {
            let (verdict, reason) = judge(compiled, &outcome, &seen, None);
            return Checked { verdict, reason, seen };
        }
        let (_, outcome) = run(late, own, flow.traffic, &mut seen);
        let (verdict, reason) = judge(compiled, &outcome, &seen, None);
        return Checked { verdict, reason, seen };
    }
    let (_, outcome) = run(hooks, own, flow.traffic, &mut seen);
    let (verdict, reason) = judge(compiled, &outcome, &seen, None);
    Checked { verdict, reason, seen }
}

/// Evaluates one direction of a flow at an end. Special ends (outside, nodes, a pod and itself) are told apart before any policy is asked.
pub(super) fn check_endpoint(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, direction: Direction) -> Checked {
    let (subject, peer) = match direction {
        Direction::Egress => (flow.from, flow.to),
        Direction::Ingress => (flow.to, flow.from),
    };
    let free = |reason| Checked { verdict: Verdict::Allowed, reason, seen: Seen::default() };
    let endpoint = match subject {
        Endpoint::Outside(_) | Endpoint::InNetwork(..) => return free(Reason::Outside),
        Endpoint::Node(_) => return free(Reason::Node),
        Endpoint::Pod(id) => snapshot.pod(id),
    };
    if flow.from == flow.to && endpoint.is_none_or(|e| e.replicas <= 1) {
        return free(Reason::Loopback);
    }
    let class = compiled.class_of(subject);
    if compiled.class_kind(class) == crate::compile::ClassKind::Node {
        return free(Reason::Node);
    }
    let own_node = match (direction, compiled.own_node(), compiled.node_network(peer, snapshot), compiled.pod_network(subject, snapshot)) {
        (Direction::Ingress, OwnNode::IngressAllowed, Some(from), Some(to)) => from.together(to),
        _ => Matched::No,
    };
    if own_node == Matched::Yes {
        return free(Reason::OwnNode);
    }
    let mut bench = Workbench::default();
    let universe = bench.table.intern(ConnectionSet::of_traffic(flow.traffic));
    let dropped = if direction == Direction::Egress { compiled.dropped(class).connections() } else { ConnectionSet::EMPTY };
    let dropped = bench.table.intern(dropped.intersection(bench.table.get(universe)));
    if dropped == universe && !universe.is_none() {
        let reason = Reason::Dropped(flow.traffic.protocol);
        return Checked { verdict: Verdict::Denied, reason, seen: Seen::default() };
    }
    let applied = compiled.applied(class, direction);
    if applied.is_empty() && dropped.is_none() {
        let ruleset = compiled.ruleset();
        return free(if ruleset.no_engine && !ruleset.policies.is_empty() { Reason::NoEngine } else { Reason::NoPolicy });
    }
    let mut seen = Seen::default();
    let peers = OnePeer(compiled.class_of(peer));
    let may_send = bench.table.difference(universe, dropped);
    let outcome = evaluate(compiled, &mut bench, Asked::end(class), direction, &peers, may_send, &mut seen);
    let mut outcome = outcome.left_is_allowed(&mut bench);
    outcome.denied.iter_mut().for_each(|denied| *denied = bench.table.union(*denied, dropped));
    let (verdict, reason) = judge(compiled, &outcome, &seen, Some(applied));
    if own_node == Matched::Possibly && verdict != Verdict::Allowed {
        return Checked { verdict: Verdict::CannotTell, reason: Reason::Unknown(alloc::vec![UnknownFact::OwnNode]), seen };
    }
    Checked { verdict, reason, seen }
}

/// The verdict of an evaluation of one peer, and its reason.
pub(super) fn judge(compiled: &Compiled, outcome: &Outcome, seen: &Seen, applied: Option<&Applied>) -> (Verdict, Reason) {
    let first = |list: &[ConnectionId]| list.first().copied().unwrap_or(ConnectionId::NONE);
    let (allowed, denied) = (first(&outcome.allowed), first(&outcome.denied));
    let verdict = match (allowed.is_none(), denied.is_none()) {
        (false, true) => Verdict::Allowed,
        (true, _) => Verdict::Denied,
        (false, false) => Verdict::CannotTell,
    };
    let reason = match verdict {
        Verdict::CannotTell => Reason::Unknown(unknown_facts(compiled, seen, applied)),
        Verdict::Allowed => seen.deciding(Action::Allow, compiled).map_or(Reason::NothingDecided, |(rule, _)| Reason::Rule(rule)),
        // A rule that denies only some of what the question leaves open is not what denies all of it, if the end of a tier does.
        Verdict::Denied => match seen.deciding(Action::Deny, compiled) {
            Some((rule, matched)) if matched == Matched::Yes || isolating(compiled, seen).is_empty() => Reason::Rule(rule),
            _ => Reason::DefaultDeny(isolating(compiled, seen)),
        },
    };
    (verdict, reason)
}

/// Policies of the tier at whose end the packet was denied: being selected by them closed the end.
pub(super) fn isolating(compiled: &Compiled, seen: &Seen) -> Vec<PolicyId> {
    let policies = seen.tiers.iter().filter(|t| t.end == Some(TierEnd::Deny)).flat_map(|t| t.policies.iter().copied());
    policies.filter(|id| compiled.policy(*id).is_some_and(|p| p.doubt.is_none())).collect()
}

impl Seen {
    /// The first rule with this action that a packet met and that matched, for certain if there is one.
    pub(super) fn deciding(&self, action: Action, compiled: &Compiled) -> Option<(RuleRef, Matched)> {
        let rules = self.tiers.iter().flat_map(|t| &t.rules);
        let decides = |rule: RuleRef| compiled.ruleset().rule(rule).is_some_and(|r| r.action == action);
        let pick = |wanted: Matched| {
            let found = rules.clone().find(|(rule, reached, matched)| *reached && *matched == wanted && decides(*rule));
            found.map(|(rule, _, matched)| (*rule, *matched))
        };
        pick(Matched::Yes).or_else(|| pick(Matched::Possibly))
    }
}

pub(super) fn unknown_facts(compiled: &Compiled, seen: &Seen, applied: Option<&Applied>) -> Vec<UnknownFact> {
    let mut facts = Vec::new();
    for tier in &seen.tiers {
        if tier.undefined_protocol {
            facts.push(UnknownFact::Protocol);
        }
        // Of a policy in doubt the rules say why.
        let in_doubt = |id: &PolicyId| compiled.policy(*id).is_some_and(|p| p.doubt.is_some());
        let unsure = |id: &PolicyId| applied.is_some_and(|a| a.is_unsure(*id)) && !in_doubt(id);
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
        let groups = compiled.ruleset().tiers.get(tier.tier as usize).map_or(&[][..], |t| &t.groups);
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
