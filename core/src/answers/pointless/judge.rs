//! With and without: what each rule and policy changes.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::questions::Question;
use super::{Cause, Effect, Witness, joined};
use crate::compile::{ClassId, ClassKind, Compiled, CompiledRule, Endpoint, Side};
use crate::connections::{ConnectionId, ConnectionSet};
use crate::policy::{Action, Direction, Matched, PolicyId, RuleRef, TierEnd, TierId};
use crate::verdict::evaluate::{EvaluationCache, NoTrace, Observer, Outcome, Without, evaluate, evaluate_without};
use crate::verdict::{TraceRecorder, Verdict};

/// What is known so far of a rule or a policy.
#[derive(Default)]
struct Findings {
    needed: Option<Witness>,
    /// Whether it matches something, whether or not anything reaches it.
    matches: bool,
    /// Whether something that it matches reaches it.
    reached: bool,
    /// Whether it may matter, depending on facts that are missing.
    open: bool,
    causes: Vec<Cause>,
}

impl Findings {
    fn effect(&self) -> Effect {
        match self {
            Findings { needed: Some(witness), .. } => Effect::Needed(witness.clone()),
            Findings { open: true, .. } => Effect::CannotTell,
            Findings { matches: false, .. } => Effect::NeverMatches,
            Findings { reached: false, causes, .. } => Effect::Shadowed(causes.clone()),
            Findings { causes, .. } => Effect::Redundant(causes.clone()),
        }
    }
}

/// What reaches each rule, tier by tier.
struct Hits {
    tiers: Vec<TierHits>,
    /// What the next rule matches of what reaches it.
    hit: ConnectionId,
}

struct TierHits {
    tier: TierId,
    policies: Vec<PolicyId>,
    rules: Vec<(RuleRef, ConnectionId)>,
}

impl Observer for Hits {
    fn tier(&mut self, tier: TierId, groups: &[Vec<PolicyId>]) {
        self.tiers.push(TierHits { tier, policies: groups.iter().flatten().copied().collect(), rules: Vec::new() });
    }

    fn hit(&mut self, _rule: RuleRef, hit: ConnectionId) {
        self.hit = hit;
    }

    fn rule(&mut self, rule: RuleRef, _reached: bool, _matched: Matched) {
        let hit = core::mem::replace(&mut self.hit, ConnectionId::NONE);
        if let Some(tier) = self.tiers.last_mut() {
            tier.rules.push((rule, hit));
        }
    }
}

/// Asks the evaluator, and remembers what it found.
pub(super) struct Judge<'a> {
    compiled: &'a Compiled,
    cache: EvaluationCache,
    rules: HashMap<RuleRef, Findings>,
    policies: HashMap<PolicyId, Findings>,
}

/// One question about one peer.
#[derive(Clone, Copy)]
struct Asked<'q> {
    question: &'q Question,
    universe: ConnectionId,
    peer: ClassId,
    /// An endpoint on the subject's side, and one of the peer's class.
    ends: (Endpoint, Endpoint),
}

impl<'a> Judge<'a> {
    pub(super) fn new(compiled: &'a Compiled) -> Self {
        Judge { compiled, cache: EvaluationCache::default(), rules: HashMap::new(), policies: HashMap::new() }
    }

    pub(super) fn of_rule(&self, rule: RuleRef) -> Effect {
        self.rules.get(&rule).map_or(Effect::NeverMatches, Findings::effect)
    }

    pub(super) fn of_policy(&self, policy: PolicyId) -> Effect {
        self.policies.get(&policy).map_or(Effect::NeverMatches, Findings::effect)
    }

    pub(super) fn ask(&mut self, question: &Question) {
        let universe = self.cache.table.intern(question.universe.clone());
        for &(peer, ends) in &question.peers {
            self.ask_about(Asked { question, universe, peer, ends });
        }
    }

    fn ask_about(&mut self, asked: Asked<'_>) {
        let mut trace = Hits { tiers: Vec::new(), hit: ConnectionId::NONE };
        let Question { asked: subject, direction, .. } = *asked.question;
        let outcome = evaluate(self.compiled, &self.cache, subject, direction, asked.peer, asked.universe, &mut trace);
        let outcome = self.settled(asked.question, outcome);
        let open = if self.is_certain(asked.question) { ConnectionId::NONE } else { self.unsettled(&outcome) };
        for tier in &trace.tiers {
            // Where some rule does other than allow, the first that matches decides.
            let ordered = self.compiled.ruleset().tier(tier.tier).is_some_and(|tier| tier.ordered);
            let mut before = ConnectionId::NONE;
            for &(rule, hit) in &tier.rules {
                let reached = self.cache.table.difference(hit, before);
                self.judge_rule(&asked, &outcome, open, rule, !reached.is_none());
                if ordered && self.surely_acts(&asked, rule) {
                    before = self.cache.table.union(before, hit);
                }
            }
            for policy in &tier.policies {
                self.judge_policy(&asked, &outcome, open, *policy);
            }
        }
    }

    /// Whether a rule does something with what it matches, and matches the peer for certain.
    fn surely_acts(&self, asked: &Asked<'_>, rule: RuleRef) -> bool {
        let Question { asked: subject, direction, .. } = *asked.question;
        let unsure = self.compiled.applied(subject.subject, direction).is_unsure(rule.policy);
        let is_certain = |rule: &CompiledRule| {
            rule.action != Action::Log
                && rule.peers.certain.contains(asked.peer)
                && rule.own.as_ref().is_none_or(|own| own.certain.contains(subject.own))
        };
        !unsure && self.compiled.compiled_rule(rule).is_some_and(is_certain)
    }

    fn judge_rule(&mut self, asked: &Asked<'_>, outcome: &Outcome, open: ConnectionId, rule: RuleRef, reached: bool) {
        if self.rules.get(&rule).is_some_and(|known| known.needed.is_some()) {
            return;
        }
        let traffic = self.cache.table.intersection(self.matched(asked, rule), asked.universe);
        if traffic.is_none() {
            return;
        }
        let without = Without::Rule(rule);
        let less = self.run(asked, without, asked.universe, &mut NoTrace);
        let mut found = self.rules.remove(&rule).unwrap_or_default();
        found.matches = true;
        found.reached |= reached;
        found.needed = self.witness(asked, outcome, &less);
        if found.needed.is_none() {
            // What is answered for certain without it is so whatever the missing facts are.
            found.open |= reached && !self.cache.table.intersection(open, traffic).is_none();
            let mut trace = TraceRecorder::default();
            self.run(asked, without, traffic, &mut trace);
            found.causes = joined(core::mem::take(&mut found.causes), self.causes(&trace));
        }
        self.rules.insert(rule, found);
    }

    fn judge_policy(&mut self, asked: &Asked<'_>, outcome: &Outcome, open: ConnectionId, policy: PolicyId) {
        if self.policies.get(&policy).is_some_and(|known| known.needed.is_some()) {
            return;
        }
        let mut trace = TraceRecorder::default();
        let less = self.run(asked, Without::Policy(policy), asked.universe, &mut trace);
        let mut found = self.policies.remove(&policy).unwrap_or_default();
        (found.matches, found.reached) = (true, true);
        found.needed = self.witness(asked, outcome, &less);
        if found.needed.is_none() {
            found.open |= !open.is_none();
            found.causes = joined(core::mem::take(&mut found.causes), self.causes(&trace));
        }
        self.policies.insert(policy, found);
    }

    fn run<O: Observer>(&self, asked: &Asked<'_>, without: Without, universe: ConnectionId, observer: &mut O) -> Outcome {
        let Question { asked: subject, direction, .. } = *asked.question;
        let outcome = evaluate_without(without, self.compiled, &self.cache, (subject, direction), asked.peer, universe, observer);
        self.settled(asked.question, outcome)
    }

    /// What no policy decides is allowed at pods and groups; at hosts it goes on to what is asked next.
    fn settled(&self, question: &Question, outcome: Outcome) -> Outcome {
        match self.compiled.class_kind(question.asked.subject) {
            ClassKind::Host(_) => outcome,
            ClassKind::Pod | ClassKind::Node | ClassKind::Outside | ClassKind::Group => outcome.left_is_allowed(&self.cache),
        }
    }

    /// Connections whose answer is open.
    fn unsettled(&self, outcome: &Outcome) -> ConnectionId {
        let table = &self.cache.table;
        let passes = table.union(outcome.allowed, outcome.left);
        table.intersection(passes, outcome.denied)
    }

    /// Whether every rule that a subject has matches for certain or not at all. What is open all the same is what a tier says nothing of (a protocol
    /// without ports under NetworkPolicy): whatever that means, it means the same with and without a rule.
    fn is_certain(&self, question: &Question) -> bool {
        let (subject, direction) = (question.asked.subject, question.direction);
        let applied = self.compiled.applied(subject, direction);
        let is_certain = |rule: &CompiledRule| rule.peers.possible.is_none() && rule.own.as_ref().is_none_or(|own| own.possible.is_none());
        // Policies of equal precedence may be looked at in either order.
        let in_order = applied.tiers.iter().flat_map(|(_, groups)| groups).all(|group| group.len() == 1);
        in_order && applied.unsure.is_empty() && self.compiled.rules_of(subject, direction).all(is_certain)
    }

    /// The connections that a rule matches with this peer, whether anything reaches it or not.
    fn matched(&self, asked: &Asked<'_>, rule: RuleRef) -> ConnectionId {
        let (own, peer) = (asked.question.asked.own, asked.peer);
        let Some(compiled) = self.compiled.compiled_rule(rule) else { return ConnectionId::NONE };
        let is_meant = compiled.own.as_ref().is_none_or(|ends| ends.possible().contains(own));
        if !is_meant || !compiled.peers.possible().contains(peer) {
            return ConnectionId::NONE;
        }
        let (source, destination) = match Side::own(rule.direction) {
            Side::Source => (own, peer),
            Side::Destination => (peer, own),
        };
        self.cache.traffic(self.compiled, compiled.traffic, source, destination)
    }

    /// A packet that is answered differently.
    fn witness(&self, asked: &Asked<'_>, now: &Outcome, less: &Outcome) -> Option<Witness> {
        if now == less {
            return None;
        }
        let table = &self.cache.table;
        let sets = |outcome: &Outcome| [outcome.allowed, outcome.denied, outcome.left].map(|id| table.get(id));
        let (with, without) = (sets(now), sets(less));
        let changed = |(a, b): (&ConnectionSet, &ConnectionSet)| a.difference(b).union(&b.difference(a));
        let connections = with.into_iter().zip(without).map(changed).fold(ConnectionSet::EMPTY, |all, part| all.union(&part));
        let traffic = connections.example()?;
        let verdict = |[allowed, denied, left]: [&ConnectionSet; 3]| {
            let holds = |set: &ConnectionSet| !set.intersection(&ConnectionSet::of_traffic(traffic)).is_empty();
            match (holds(allowed) || holds(left), holds(denied)) {
                (true, false) => Verdict::Allowed,
                (false, _) => Verdict::Denied,
                (true, true) => Verdict::CannotTell,
            }
        };
        let (own, peer) = asked.ends;
        let (from, to) = match asked.question.direction {
            Direction::Egress => (own, peer),
            Direction::Ingress => (peer, own),
        };
        Some(Witness { from, to, traffic, with: verdict(with), without: verdict(without), connections })
    }

    /// What decides in an evaluation.
    fn causes(&self, trace: &TraceRecorder) -> Vec<Cause> {
        let ruleset = self.compiled.ruleset();
        let decides = |rule: RuleRef| ruleset.rule(rule).is_some_and(|rule| matches!(rule.action, Action::Allow | Action::Deny));
        let mut causes = Vec::new();
        for tier in &trace.tiers {
            let rules = tier.rules.iter().filter(|(rule, reached, matched)| *reached && *matched != Matched::No && decides(*rule));
            let whole = rules.clone().find(|(.., matched)| *matched == Matched::Yes);
            match whole {
                // One that answers all of it is enough to name.
                Some((rule, ..)) if causes.is_empty() => causes.push(Cause::Rule(*rule)),
                _ => causes.extend(rules.map(|(rule, ..)| Cause::Rule(*rule))),
            }
            if tier.end == Some(TierEnd::Deny) || tier.possible_end {
                causes.push(Cause::TierEnd(tier.tier));
            }
        }
        if causes.is_empty() {
            causes.push(Cause::NothingDecides);
        }
        causes
    }
}
