//! One evaluation, tier by tier and rule by rule.

use alloc::vec::Vec;

use fixedbitset::FixedBitSet;

use super::{EvaluationCache, Observer, Peers};
use crate::compile::{Applied, ClassId, Compiled, CompiledRule, Side};
use crate::connections::ConnectionId;
use crate::policy::{Action, Direction, Matched, PolicyId, RuleRef, TierEnd};

/// What is open, possibly allowed and possibly denied for one peer.
type State = [ConnectionId; 3];

pub(super) struct Run<'a, P, O> {
    pub(super) compiled: &'a Compiled,
    pub(super) cache: &'a mut EvaluationCache,
    /// The endpoint of the packet on this side.
    pub(super) own: ClassId,
    /// The policies that apply, and which of them only possibly.
    pub(super) applied: &'a Applied,
    pub(super) direction: Direction,
    pub(super) peers: &'a P,
    pub(super) observer: &'a mut O,
    /// Whether no tier denies at its end.
    pub(super) rules_only: bool,
    /// Connections that may get here undecided, by peer.
    pub(super) open: Vec<ConnectionId>,
    pub(super) allowed: Vec<ConnectionId>,
    pub(super) denied: Vec<ConnectionId>,
    /// Connections that left all tiers undecided, by peer, if any did.
    pub(super) gone: Option<Vec<ConnectionId>>,
}

impl<P: Peers, O: Observer> Run<'_, P, O> {
    pub(super) fn all_tiers(&mut self) {
        for (number, groups) in &self.applied.tiers {
            let Some(tier) = self.compiled.ruleset().tier(*number) else { continue };
            self.observer.tier(*number, groups);
            if tier.ports_only {
                self.set_aside_other_protocols();
            }
            let end = if self.rules_only { TierEnd::Pass } else { tier.end };
            match end {
                TierEnd::Deny if !tier.ordered => self.isolating_tier(groups),
                _ => self.ordered_tier(groups, end, tier.passes_all),
            }
        }
    }

    /// Changes what is open, allowed and denied for each peer. `change` depends on its arguments alone, and most peers share their state
    /// with the one before, so the last result is remembered.
    fn change_each(
        &mut self,
        extra: impl Fn(usize) -> [ConnectionId; 2],
        mut change: impl FnMut(&mut EvaluationCache, State, [ConnectionId; 2]) -> State,
    ) {
        let mut last: Option<(State, [ConnectionId; 2], State)> = None;
        let states = self.open.iter_mut().zip(&mut self.allowed).zip(&mut self.denied);
        for (i, ((open, allowed), denied)) in states.enumerate() {
            let (before, extra) = ([*open, *allowed, *denied], extra(i));
            let after = match last {
                Some((known, known_extra, result)) if (known, known_extra) == (before, extra) => result,
                _ => change(self.cache, before, extra),
            };
            last = Some((before, extra, after));
            [*open, *allowed, *denied] = after;
        }
    }

    /// Connections without ports leave a tier that says nothing about them as "allowed or denied, who knows".
    fn set_aside_other_protocols(&mut self) {
        let mut found = false;
        self.change_each(
            |_| [ConnectionId::NONE; 2],
            |cache, [open, allowed, denied], _| {
                let others = cache.without_ports(open);
                found |= !others.is_none();
                let table = &mut cache.table;
                [table.difference(open, others), table.union(allowed, others), table.union(denied, others)]
            },
        );
        if found {
            self.observer.undefined_protocol();
        }
    }

    /// A tier whose policies only allow, and that denies what none of them allows: the union of all rules, whatever their order.
    fn isolating_tier(&mut self, groups: &[Vec<PolicyId>]) {
        let policies: Vec<PolicyId> = groups.iter().flatten().copied().collect();
        if self.applied.only_possibly(groups) {
            self.possibly_isolating_tier(&policies);
            return;
        }
        self.allow(&policies);
        self.end_tier(TierEnd::Deny);
    }

    /// The same where it is not certain that any of the policies selects the endpoint: none may, and what each of them does not allow is
    /// denied if it alone does.
    fn possibly_isolating_tier(&mut self, policies: &[PolicyId]) {
        let before = self.open.clone();
        for &policy in policies {
            let mut certain = alloc::vec![ConnectionId::NONE; self.peers.len()];
            let mut possible = certain.clone();
            self.each_rule(policy, |run, reference, rule| {
                // It is asked what the rule matches if its policy selects the endpoint.
                if let Some((surely, maybe)) = run.meant_for(rule) {
                    if let Some(surely) = surely {
                        run.add_matches(rule, surely, &mut certain);
                    }
                    run.add_matches(rule, maybe, &mut possible);
                }
                run.report(reference, rule, None);
            });
            let at = |list: &[ConnectionId], i: usize| list.get(i).copied().unwrap_or(ConnectionId::NONE);
            self.change_each(
                |i| [at(&certain, i), at(&possible, i)],
                |cache, [open, allowed, denied], [certain, possible]| {
                    let table = &mut cache.table;
                    let (pass, rest) = (table.intersection(open, possible), table.difference(open, certain));
                    [open, table.union(allowed, pass), table.union(denied, rest)]
                },
            );
        }
        if before.iter().any(|o| !o.is_none()) {
            self.observer.possible_tier_end();
        }
    }

    /// Policies that only allow: among themselves their order means nothing.
    fn allow(&mut self, policies: &[PolicyId]) {
        if policies.is_empty() {
            return;
        }
        let mut certain = alloc::vec![ConnectionId::NONE; self.peers.len()];
        let mut possible: Option<Vec<ConnectionId>> = None;
        for &policy in policies {
            self.each_rule(policy, |run, reference, rule| {
                let Some((surely, maybe)) = run.peers_of(reference, rule) else {
                    run.report(reference, rule, None);
                    return;
                };
                if !is_same(surely, maybe) && possible.is_none() {
                    possible = Some(certain.clone());
                }
                if let Some(surely) = surely {
                    run.add_matches(rule, surely, &mut certain);
                }
                if let Some(possible) = &mut possible {
                    run.add_matches(rule, maybe, possible);
                }
                run.report(reference, rule, None);
            });
        }
        let at = |list: &[ConnectionId], i: usize| list.get(i).copied().unwrap_or(ConnectionId::NONE);
        self.change_each(
            |i| [at(&certain, i), at(possible.as_deref().unwrap_or(&certain), i)],
            |cache, [open, allowed, denied], [certain, possible]| {
                let table = &mut cache.table;
                let pass = table.intersection(open, possible);
                [table.difference(open, certain), table.union(allowed, pass), denied]
            },
        );
    }

    /// What is still open at the end of a tier is denied, or goes on.
    fn end_tier(&mut self, end: TierEnd) {
        if self.open.iter().any(|o| !o.is_none()) {
            self.observer.tier_end(end);
        }
        if end == TierEnd::Deny {
            self.change_each(
                |_| [ConnectionId::NONE; 2],
                |cache, [open, allowed, denied], _| [ConnectionId::NONE, allowed, cache.table.union(denied, open)],
            );
        }
    }

    /// What is still open at the end of a tier that may be about the endpoint or not may be denied, and may go on.
    fn possibly_end_tier(&mut self) {
        if self.open.iter().any(|o| !o.is_none()) {
            self.observer.possible_tier_end();
        }
        self.change_each(|_| [ConnectionId::NONE; 2], |cache, [open, allowed, denied], _| [open, allowed, cache.table.union(denied, open)]);
    }

    /// A tier of ordered policies: the first rule that matches decides; what none decides is denied or goes on to the next tier.
    fn ordered_tier(&mut self, groups: &[Vec<PolicyId>], end: TierEnd, passes_all: bool) {
        let mut passed = alloc::vec![ConnectionId::NONE; self.peers.len()];
        // Policies in a row that only allow are one.
        let mut allowing: Vec<PolicyId> = Vec::new();
        for group in groups {
            if let [policy] = group.as_slice() {
                if self.only_allows(*policy) {
                    allowing.push(*policy);
                    continue;
                }
                self.allow(&core::mem::take(&mut allowing));
                self.ordered_policy(*policy, &mut passed);
                continue;
            }
            self.allow(&core::mem::take(&mut allowing));
            // Policies of equal precedence may be looked at in either order, so each may be first. What is left after the group is what
            // none of them decides.
            let before = self.open.clone();
            let mut after: Option<Vec<ConnectionId>> = None;
            for &policy in group {
                self.open.clone_from(&before);
                self.ordered_policy(policy, &mut passed);
                after = Some(match after {
                    None => self.open.clone(),
                    Some(left) => left.iter().zip(&self.open).map(|(a, b)| self.cache.table.intersection(*a, *b)).collect(),
                });
            }
            self.open = after.unwrap_or(before);
        }
        self.allow(&allowing);
        if end == TierEnd::Deny && self.applied.only_possibly(groups) {
            self.possibly_end_tier();
        } else {
            self.end_tier(end);
        }
        if passes_all {
            self.gone = Some(passed);
            return;
        }
        for (open, passed) in self.open.iter_mut().zip(passed) {
            *open = self.cache.table.union(*open, passed);
        }
    }

    fn only_allows(&self, policy: PolicyId) -> bool {
        let rules = self.compiled.compiled_policy(policy).map_or(&[][..], |p| p.rules(self.direction));
        rules.iter().all(|rule| rule.action == Action::Allow)
    }

    fn ordered_policy(&mut self, policy: PolicyId, passed: &mut [ConnectionId]) {
        self.each_rule(policy, |run, reference, rule| {
            let first = run.open.first().copied();
            if let Some((surely, maybe)) = run.peers_of(reference, rule).filter(|_| rule.action != Action::Log) {
                if is_same(surely, maybe) {
                    // Most peers share their state with the one before.
                    let mut last: Option<([ConnectionId; 3], [ConnectionId; 2])> = None;
                    run.each_match(rule, maybe, |run, i, traffic| {
                        let Some(open) = run.open.get(i).copied().filter(|open| !open.is_none()) else { return };
                        let decided = match rule.action {
                            Action::Allow => run.allowed.get_mut(i),
                            Action::Deny => run.denied.get_mut(i),
                            Action::Pass | Action::Log => passed.get_mut(i),
                        };
                        let Some(decided) = decided else { return };
                        let before = [open, *decided, traffic];
                        let [left, sum] = match last {
                            Some((known, result)) if known == before => result,
                            _ => {
                                let table = &mut run.cache.table;
                                let hit = table.intersection(open, traffic);
                                [table.difference(open, traffic), table.union(*decided, hit)]
                            }
                        };
                        last = Some((before, [left, sum]));
                        *decided = sum;
                        if let Some(open) = run.open.get_mut(i) {
                            *open = left;
                        }
                    });
                } else {
                    // What may match is decided and stays open too.
                    let before = run.open.clone();
                    let at = |i: usize| before.get(i).copied().unwrap_or(ConnectionId::NONE);
                    run.each_match(rule, maybe, |run, i, traffic| run.decide_at(i, rule.action, at(i), traffic, passed));
                    if let Some(surely) = surely {
                        run.each_match(rule, surely, |run, i, traffic| run.leave_open(i, at(i), traffic));
                    }
                }
            }
            run.report(reference, rule, first);
        });
    }

    /// The peers that a rule matches for this subject, for certain (nothing if it is not certain that the rule is meant for the subject at all)
    /// and possibly. Nothing if it is not meant for it.
    fn peers_of<'r>(&self, reference: RuleRef, rule: &'r CompiledRule) -> Option<(Option<&'r FixedBitSet>, &'r FixedBitSet)> {
        let (surely, maybe) = self.meant_for(rule)?;
        Some((surely.filter(|_| !self.applied.is_unsure(reference.policy)), maybe))
    }

    /// The same as if the rule's policy selected the subject for certain.
    fn meant_for<'r>(&self, rule: &'r CompiledRule) -> Option<(Option<&'r FixedBitSet>, &'r FixedBitSet)> {
        let subject = self.own.index();
        let (certain, possible) = match &rule.own {
            None => (true, true),
            Some(own) => (own.certain.contains(subject), own.possible().contains(subject)),
        };
        possible.then(|| (certain.then_some(&rule.peers.certain), rule.peers.possible()))
    }

    fn each_rule(&mut self, policy: PolicyId, mut visit: impl FnMut(&mut Self, RuleRef, &CompiledRule)) {
        let Some(compiled) = self.compiled.compiled_policy(policy) else { return };
        for (index, rule) in (0..).zip(compiled.rules(self.direction)) {
            let reference = RuleRef { policy, direction: self.direction, index };
            visit(self, reference, rule);
        }
    }

    /// Visits the peers in a set with the connections that the rule's traffic means for each.
    fn each_match(&mut self, rule: &CompiledRule, set: &FixedBitSet, mut visit: impl FnMut(&mut Self, usize, ConnectionId)) {
        let (peers, own) = (self.peers, self.own);
        let peer_side = match self.direction {
            Direction::Ingress => Side::Source,
            Direction::Egress => Side::Destination,
        };
        let varies = self.compiled.compiled_traffic(rule.traffic).is_some_and(|t| t.asks(peer_side));
        let mut same: Option<ConnectionId> = None;
        peers.matching(set, |i| {
            let known = same.filter(|_| !varies);
            let traffic = known.unwrap_or_else(|| {
                let peer = peers.class(i);
                let (source, destination) = match peer_side {
                    Side::Source => (peer, own),
                    Side::Destination => (own, peer),
                };
                self.cache.traffic(self.compiled, rule.traffic, source, destination)
            });
            same = Some(traffic);
            visit(self, i, traffic);
        });
    }

    fn add_matches(&mut self, rule: &CompiledRule, set: &FixedBitSet, sums: &mut [ConnectionId]) {
        let mut last = None;
        self.each_match(rule, set, |run, i, traffic| {
            let Some(sum) = sums.get_mut(i) else { return };
            *sum = match last {
                Some((known, result)) if known == (*sum, traffic) => result,
                _ => {
                    let result = run.cache.table.union(*sum, traffic);
                    last = Some(((*sum, traffic), result));
                    result
                }
            };
        });
    }

    /// Decides what of the open connections a rule's traffic covers.
    fn decide_at(&mut self, i: usize, action: Action, open: ConnectionId, traffic: ConnectionId, passed: &mut [ConnectionId]) {
        let slot = match action {
            Action::Allow => self.allowed.get_mut(i),
            Action::Deny => self.denied.get_mut(i),
            Action::Pass => passed.get_mut(i),
            Action::Log => None,
        };
        if let Some(slot) = slot {
            let hit = self.cache.table.intersection(open, traffic);
            *slot = self.cache.table.union(*slot, hit);
        }
    }

    fn leave_open(&mut self, i: usize, open: ConnectionId, traffic: ConnectionId) {
        if let Some(slot) = self.open.get_mut(i) {
            *slot = self.cache.table.difference(open, traffic);
        }
    }

    /// Tells the observer about a rule, for the first peer: observers watch evaluations of one peer. `open` is what had reached it;
    /// nothing where order does not matter. A rule that matches only some of what the question leaves open matches possibly.
    fn report(&mut self, reference: RuleRef, rule: &CompiledRule, open: Option<ConnectionId>) {
        if self.peers.len() != 1 {
            return;
        }
        let open = open.unwrap_or_else(|| self.open.first().copied().unwrap_or(ConnectionId::NONE));
        let mut matched = Matched::No;
        let Some((surely, maybe)) = self.peers_of(reference, rule) else {
            self.observer.rule(reference, !open.is_none(), matched);
            return;
        };
        for (set, outcome) in [(Some(maybe), Matched::Possibly), (surely, Matched::Yes)] {
            let Some(set) = set else { continue };
            self.each_match(rule, set, |run, _, traffic| {
                let hit = run.cache.table.intersection(open, traffic);
                if !hit.is_none() {
                    matched = if hit == open { outcome } else { Matched::Possibly };
                }
            });
        }
        self.observer.rule(reference, !open.is_none(), matched);
    }
}

/// Whether a rule matches the same peers for certain and possibly.
fn is_same(surely: Option<&FixedBitSet>, maybe: &FixedBitSet) -> bool {
    surely.is_some_and(|surely| core::ptr::eq(surely, maybe))
}
