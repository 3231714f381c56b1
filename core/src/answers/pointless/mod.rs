//! **Which rules and policies could be removed without changing any answer?** Each with what takes its place, and each other with a packet
//! that would be answered differently without it.
//!
//! Asked is the evaluator itself, with and without each rule, once for every kind of peers that the rules of a subject tell apart, and for
//! all connections at once. So the answer is exact for ordered rules as for unions, and whatever it says it can prove. It is about
//! checkpoints: a rule that opens what the other end of a flow closes is not pointless. And it is about this input: its pods, its nodes, and every address. A
//! rule for pods that are not there yet matches nothing here.

mod judge;
mod questions;
mod words;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::answers::lint::is_given_group;
use crate::compile::expressions::NAMESPACE_LABEL;
use crate::compile::{Compiled, Endpoint};
use crate::connections::{ConnectionSet, Traffic};
use crate::language::lower::is_default_rule;
use crate::model::{Comparison, Selector};
use crate::policy::{
    Action, Direction, NamespaceMatch, Policy, PolicyId, PolicyRole, Rule, RuleId, RuleRef, Ruleset, SubjectMatch, TierId,
};
use crate::snapshot::Snapshot;
use crate::text::Place;
use crate::verdict::Verdict;

use judge::Judge;

/// A rule or a policy, and what would be different without it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Part {
    /// The policy. Of a security group that is attached at several places, one of its uses.
    pub policy: PolicyId,
    /// The rule; nothing for the policy as a whole.
    pub rule: Option<RuleRef>,
    /// Where it is written.
    pub place: Place,
    /// What it is there for.
    pub effect: Effect,
    /// Of a policy that changes nothing: whether pods that are added later rest on it, as it selects every pod of its namespaces and no other policy does.
    pub guards_later: bool,
}

impl Part {
    /// Whether it could be removed without changing any answer, now and for pods that are added later.
    pub fn is_removable(&self) -> bool {
        self.effect.is_pointless() && !self.guards_later
    }
}

/// What a rule or a policy is there for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Without it this packet would be answered differently.
    Needed(Witness),
    /// It matches no packet at all; of a policy, it selects nothing.
    NeverMatches,
    /// Earlier rules decide all packets that it matches.
    Shadowed(Vec<Cause>),
    /// Packets reach it, and without it something else answers all of them in the same way.
    Redundant(Vec<Cause>),
    /// Facts that are missing decide whether it matters.
    CannotTell,
}

impl Effect {
    /// Whether it could be removed without changing any answer.
    pub fn is_pointless(&self) -> bool {
        matches!(self, Effect::NeverMatches | Effect::Shadowed(_) | Effect::Redundant(_))
    }

    /// `needed`, `never matches`, `never reached`, `redundant` or `cannot tell`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Effect::Needed(_) => "needed",
            Effect::NeverMatches => "never matches",
            Effect::Shadowed(_) => "never reached",
            Effect::Redundant(_) => "redundant",
            Effect::CannotTell => "cannot tell",
        }
    }

    /// What answers in its place.
    pub fn causes(&self) -> &[Cause] {
        match self {
            Effect::Shadowed(causes) | Effect::Redundant(causes) => causes,
            Effect::Needed(_) | Effect::NeverMatches | Effect::CannotTell => &[],
        }
    }
}

/// What answers packets in place of a rule or a policy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cause {
    /// Another rule.
    Rule(RuleRef),
    /// The end of a tier, which denies what none of its rules decided.
    TierEnd(TierId),
    /// Nothing: what no policy decides is allowed.
    NothingDecides,
}

/// A packet that is answered differently without a rule or a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Witness {
    /// Where it comes from.
    pub from: Endpoint,
    /// Where it goes.
    pub to: Endpoint,
    /// One of the connections.
    pub traffic: Traffic,
    /// All connections between the two of which the answer changes.
    pub connections: ConnectionSet,
    /// What the checkpoint answers now.
    pub with: Verdict,
    /// What it would answer without.
    pub without: Verdict,
}

/// Judges every rule and policy that somebody wrote and that is in force, in the order of the policies. Rules that decide nothing (`Log`) are left out.
pub fn pointless(compiled: &Compiled, snapshot: &Snapshot) -> Vec<Part> {
    let mut judge = Judge::new(compiled);
    questions::each(compiled, snapshot, |question| judge.ask(question));
    let ruleset = compiled.ruleset();
    let judged = ruleset.policies.iter().filter(|policy| is_judged(policy, snapshot));
    // A security group has a policy for each place where it is attached: it is pointless if it is at all of them.
    let mut parts: Vec<Part> = Vec::new();
    let mut known: BTreeMap<(Place, Option<(Direction, Place)>), usize> = BTreeMap::new();
    let mut add = |key, part: Part| match known.get(&key).and_then(|at| parts.get_mut(*at)) {
        Some(same) => same.effect = core::mem::replace(&mut same.effect, Effect::CannotTell).or(part.effect),
        None => {
            known.insert(key, parts.len());
            parts.push(part);
        }
    };
    for policy in judged {
        let effect = judge.of_policy(policy.id);
        let guards_later = effect.is_pointless() && guards_later(policy, ruleset, snapshot);
        add((policy.place, None), Part { policy: policy.id, rule: None, place: policy.place, effect, guards_later });
        for direction in Direction::BOTH.into_iter().filter(|direction| policy.acts_on(*direction)) {
            for (id, rule) in RuleId::each(policy.rules(direction)) {
                let reference = RuleRef { policy: policy.id, direction, id };
                if rule.action == Action::Log || rule.doubt.is_some() || is_default(policy, rule) {
                    continue;
                }
                let effect = judge.of_rule(reference);
                add(
                    (policy.place, Some((direction, rule.place))),
                    Part { policy: policy.id, rule: Some(reference), place: rule.place, effect, guards_later: false },
                );
            }
        }
    }
    parts
}

/// Whether a policy alone isolates, in some direction, any pod of its namespaces.
fn guards_later(policy: &Policy, ruleset: &Ruleset, snapshot: &Snapshot) -> bool {
    let Some(own) = selects_all_of(policy) else { return false };
    let covers = |other: &Policy| match selects_all_of(other) {
        Some(All::Namespaces) => true,
        of_one => of_one == Some(own),
    };
    let others = || ruleset.policies.iter().filter(|other| other.id != policy.id && is_judged(other, snapshot) && covers(other));
    Direction::BOTH.into_iter().any(|direction| policy.acts_on(direction) && !others().any(|other| other.acts_on(direction)))
}

/// Whose pods a policy selects one and all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum All<'a> {
    Of(&'a str),
    Namespaces,
}

fn selects_all_of(policy: &Policy) -> Option<All<'_>> {
    match &policy.subject {
        SubjectMatch::Pods(subject) if subject.pods.is_everything() => match &subject.namespaces {
            NamespaceMatch::Named(name) => Some(All::Of(name)),
            NamespaceMatch::Selector(selector) => selector.is_everything().then_some(All::Namespaces),
        },
        SubjectMatch::Endpoints(selector) => {
            let parts = if let Selector::And(parts) = selector { parts.as_slice() } else { core::slice::from_ref(selector) };
            let mut found = All::Namespaces;
            for part in parts {
                match part {
                    Selector::All => {}
                    Selector::Compare(key, Comparison::Equals(name)) if **key == *NAMESPACE_LABEL => found = All::Of(name),
                    _ => return None,
                }
            }
            Some(found)
        }
        _ => None,
    }
}

/// Whether somebody wrote a policy, and it is known to be in force.
fn is_judged(policy: &Policy, snapshot: &Snapshot) -> bool {
    let is_written = match policy.role {
        PolicyRole::Written => !policy.hook.is_failsafe(),
        PolicyRole::Profile => snapshot.profiles.iter().any(|profile| profile.name == policy.name),
        PolicyRole::SecurityGroup => is_given_group(policy, &snapshot.cloud),
        PolicyRole::Staged => false,
    };
    is_written && policy.doubt.is_none() && policy.not_enforced.is_none()
}

/// Whether every security group has a rule.
fn is_default(policy: &Policy, rule: &Rule) -> bool {
    policy.role == PolicyRole::SecurityGroup && rule.name.as_deref().is_some_and(is_default_rule)
}

impl Effect {
    /// What the same rule is there for in two places together.
    fn or(self, other: Effect) -> Effect {
        match (self, other) {
            (needed @ Effect::Needed(_), _) | (_, needed @ Effect::Needed(_)) => needed,
            (Effect::CannotTell, _) | (_, Effect::CannotTell) => Effect::CannotTell,
            (Effect::NeverMatches, other) | (other, Effect::NeverMatches) => other,
            (Effect::Shadowed(causes), Effect::Shadowed(more)) => Effect::Shadowed(joined(causes, more)),
            (Effect::Shadowed(causes) | Effect::Redundant(causes), Effect::Shadowed(more) | Effect::Redundant(more)) => {
                Effect::Redundant(joined(causes, more))
            }
        }
    }
}

fn joined(mut causes: Vec<Cause>, more: Vec<Cause>) -> Vec<Cause> {
    causes.extend(more);
    causes.sort_unstable();
    causes.dedup();
    causes
}
