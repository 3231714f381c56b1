//! One evaluation, tier by tier and rule by rule.

use alloc::vec::Vec;

use super::{EvaluationCache, Observer, Without};
use crate::compile::{Applied, ClassId, Compiled, CompiledRule, Side};
use crate::connections::ConnectionId;
use crate::policy::{Action, Direction, Matched, PolicyId, RuleId, RuleRef, TierEnd};

pub(super) struct Run<'a, O> {
    pub(super) without: Without,
    pub(super) compiled: &'a Compiled,
    pub(super) cache: &'a EvaluationCache,
    /// The endpoint of the packet on this side.
    pub(super) own: ClassId,
    /// The other endpoint.
    pub(super) peer: ClassId,
    /// The policies that apply, and which of them only possibly.
    pub(super) applied: &'a Applied,
    pub(super) direction: Direction,
    pub(super) observer: &'a mut O,
    /// Whether no tier denies at its end.
    pub(super) rules_only: bool,
    /// Connections that may get here undecided.
    pub(super) open: ConnectionId,
    /// Possibly allowed so far.
    pub(super) allowed: ConnectionId,
    /// Possibly denied so far.
    pub(super) denied: ConnectionId,
    /// Connections that left all tiers undecided.
    pub(super) gone: ConnectionId,
}

impl<O: Observer> Run<'_, O> {
    pub(super) fn all_tiers(&mut self) {
        for (number, groups) in &self.applied.tiers {
            let Some(tier) = self.compiled.ruleset().tier(*number) else { continue };
            let left = self.left_of(groups);
            let groups = left.as_ref().unwrap_or(groups);
            if groups.is_empty() {
                continue;
            }
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

    /// The policies of a tier without the one that is taken for not there; nothing if it is not among them.
    fn left_of(&self, groups: &[Vec<PolicyId>]) -> Option<Vec<Vec<PolicyId>>> {
        let Without::Policy(gone) = self.without else { return None };
        let left = |group: &Vec<PolicyId>| group.iter().copied().filter(|policy| *policy != gone).collect();
        let is_among = groups.iter().flatten().any(|policy| *policy == gone);
        is_among.then(|| groups.iter().map(left).filter(|group: &Vec<PolicyId>| !group.is_empty()).collect())
    }

    fn union(&self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        self.cache.table.union(a, b)
    }

    fn intersection(&self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        self.cache.table.intersection(a, b)
    }

    fn difference(&self, a: ConnectionId, b: ConnectionId) -> ConnectionId {
        self.cache.table.difference(a, b)
    }

    /// Connections without ports leave a tier that says nothing about them as "allowed or denied, who knows".
    fn set_aside_other_protocols(&mut self) {
        let others = self.cache.without_ports(self.open);
        if others.is_none() {
            return;
        }
        self.open = self.difference(self.open, others);
        self.allowed = self.union(self.allowed, others);
        self.denied = self.union(self.denied, others);
        self.observer.undefined_protocol();
    }

    /// A tier whose policies only allow, and that denies what none of them allows: the union of all rules, whatever their order.
    fn isolating_tier(&mut self, groups: &[Vec<PolicyId>]) {
        let policies = groups.iter().flatten().copied();
        if self.applied.only_possibly(groups) {
            self.possibly_isolating_tier(policies);
            return;
        }
        self.allow(policies);
        self.end_tier(TierEnd::Deny);
    }

    /// The same where it is not certain that any of the policies selects the endpoint: none may, and what each of them does not allow is
    /// denied if it alone does.
    fn possibly_isolating_tier(&mut self, policies: impl Iterator<Item = PolicyId>) {
        for policy in policies {
            let (mut certain, mut possible) = (ConnectionId::NONE, ConnectionId::NONE);
            self.each_rule(policy, |run, reference, rule| {
                // It is asked what the rule matches if its policy selects the endpoint.
                run.add_matches(rule, run.match_of(rule), &mut certain, &mut possible);
                run.report(reference, rule, run.open);
            });
            let (pass, rest) = (self.intersection(self.open, possible), self.difference(self.open, certain));
            self.allowed = self.union(self.allowed, pass);
            self.denied = self.union(self.denied, rest);
        }
        if !self.open.is_none() {
            self.observer.possible_tier_end();
        }
    }

    /// Policies that only allow: among themselves their order means nothing.
    fn allow(&mut self, policies: impl Iterator<Item = PolicyId>) {
        let (mut certain, mut possible) = (ConnectionId::NONE, ConnectionId::NONE);
        for policy in policies {
            self.each_rule(policy, |run, reference, rule| {
                run.add_matches(rule, run.matched(reference, rule), &mut certain, &mut possible);
                run.report(reference, rule, run.open);
            });
        }
        self.allowed = self.union(self.allowed, self.intersection(self.open, possible));
        self.open = self.difference(self.open, certain);
    }

    /// What is still open at the end of a tier is denied, or goes on.
    fn end_tier(&mut self, end: TierEnd) {
        if self.open.is_none() {
            return;
        }
        self.observer.tier_end(end);
        if end == TierEnd::Deny {
            self.denied = self.union(self.denied, self.open);
            self.open = ConnectionId::NONE;
        }
    }

    /// What is still open at the end of a tier that may be about the endpoint or not may be denied, and may go on.
    fn possibly_end_tier(&mut self) {
        if !self.open.is_none() {
            self.observer.possible_tier_end();
            self.denied = self.union(self.denied, self.open);
        }
    }

    /// A tier of ordered policies: the first rule that matches decides; what none decides is denied or goes on to the next tier.
    fn ordered_tier(&mut self, groups: &[Vec<PolicyId>], end: TierEnd, passes_all: bool) {
        let mut passed = ConnectionId::NONE;
        // Policies in a row that only allow are one.
        let mut allowing: Vec<PolicyId> = Vec::new();
        for group in groups {
            if let [policy] = group.as_slice() {
                if self.only_allows(*policy) {
                    allowing.push(*policy);
                    continue;
                }
                self.allow(allowing.drain(..));
                self.ordered_policy(*policy, &mut passed);
                continue;
            }
            self.allow(allowing.drain(..));
            // Policies of equal precedence may be looked at in either order, so each may be first. What is left after the group is what
            // none of them decides.
            let before = self.open;
            let mut after: Option<ConnectionId> = None;
            for &policy in group {
                self.open = before;
                self.ordered_policy(policy, &mut passed);
                after = Some(after.map_or(self.open, |left| self.intersection(left, self.open)));
            }
            self.open = after.unwrap_or(before);
        }
        self.allow(allowing.into_iter());
        if end == TierEnd::Deny && self.applied.only_possibly(groups) {
            self.possibly_end_tier();
        } else {
            self.end_tier(end);
        }
        if passes_all {
            self.gone = passed;
        } else {
            self.open = self.union(self.open, passed);
        }
    }

    fn only_allows(&self, policy: PolicyId) -> bool {
        let rules = self.compiled.compiled_policy(policy).map_or(&[][..], |p| p.rules(self.direction));
        rules.iter().all(|rule| rule.action == Action::Allow)
    }

    fn ordered_policy(&mut self, policy: PolicyId, passed: &mut ConnectionId) {
        self.each_rule(policy, |run, reference, rule| {
            let open = run.open;
            let matched = run.matched(reference, rule);
            if matched != Matched::No && rule.action != Action::Log {
                let traffic = run.traffic(rule);
                let hit = run.intersection(open, traffic);
                match rule.action {
                    Action::Allow => run.allowed = run.union(run.allowed, hit),
                    Action::Deny => run.denied = run.union(run.denied, hit),
                    Action::Pass | Action::Log => *passed = run.union(*passed, hit),
                }
                // What may match is decided and stays open too.
                if matched == Matched::Yes {
                    run.open = run.difference(open, traffic);
                }
            }
            run.report(reference, rule, open);
        });
    }

    /// Whether a rule of a policy matches the peer and is meant for this subject, its traffic aside.
    fn matched(&self, reference: RuleRef, rule: &CompiledRule) -> Matched {
        match self.match_of(rule) {
            Matched::Yes if self.applied.is_unsure(reference.policy) => Matched::Possibly,
            matched => matched,
        }
    }

    /// The same as if the rule's policy selected the subject for certain.
    fn match_of(&self, rule: &CompiledRule) -> Matched {
        let is_certain = |own: &CompiledRule| {
            own.own.as_ref().is_none_or(|ends| ends.certain.contains(self.own)) && own.peers.certain.contains(self.peer)
        };
        let is_meant = rule.own.as_ref().is_none_or(|ends| ends.possible().contains(self.own));
        match is_meant && rule.peers.possible().contains(self.peer) {
            false => Matched::No,
            true if is_certain(rule) => Matched::Yes,
            true => Matched::Possibly,
        }
    }

    fn each_rule(&mut self, policy: PolicyId, mut visit: impl FnMut(&mut Self, RuleRef, &CompiledRule)) {
        let Some(compiled) = self.compiled.compiled_policy(policy) else { return };
        for (id, rule) in RuleId::each(compiled.rules(self.direction)) {
            let reference = RuleRef { policy, direction: self.direction, id };
            if self.without != Without::Rule(reference) {
                visit(self, reference, rule);
            }
        }
    }

    /// The connections that a rule's traffic means between the two endpoints.
    fn traffic(&self, rule: &CompiledRule) -> ConnectionId {
        let (source, destination) = match Side::own(self.direction) {
            Side::Source => (self.own, self.peer),
            Side::Destination => (self.peer, self.own),
        };
        self.cache.traffic(self.compiled, rule.traffic, source, destination)
    }

    /// Adds what a rule matches to what is matched for certain and possibly.
    fn add_matches(&self, rule: &CompiledRule, matched: Matched, certain: &mut ConnectionId, possible: &mut ConnectionId) {
        if matched == Matched::No {
            return;
        }
        let traffic = self.traffic(rule);
        *possible = self.union(*possible, traffic);
        if matched == Matched::Yes {
            *certain = self.union(*certain, traffic);
        }
    }

    /// Tells the observer about a rule. `open` is what had reached it. A rule that matches only some of what the question leaves open
    /// matches possibly.
    fn report(&mut self, reference: RuleRef, rule: &CompiledRule, open: ConnectionId) {
        if !O::WATCHES {
            return;
        }
        let mut matched = self.matched(reference, rule);
        if matched != Matched::No {
            let hit = self.intersection(open, self.traffic(rule));
            self.observer.hit(reference, hit);
            matched = if hit.is_none() {
                Matched::No
            } else if hit == open {
                matched
            } else {
                Matched::Possibly
            };
        }
        self.observer.rule(reference, !open.is_none(), matched);
    }
}
