//! The evaluator: what one endpoint may send or receive, tier by tier.
//!
//! There is one evaluation for everything, of one peer. The answers about all pairs run it with every connection in question, once for
//! all peers that no rule tells apart; [`decide`](crate::verdict::decide) runs it with one connection and an observer that records what
//! happened. So an explanation can never differ from the answer.
//!
//! Facts that no text gives (the address of a pod, the order of two policies of equal priority, what an engine does with ICMP) make a
//! match *possible* instead of certain. The evaluation follows both readings and returns what may be allowed and what may be denied; where these overlap, the answer is "cannot tell". Each unknown fact is taken on its own: where one fact decides twice, the
//! overlap may be too large, but never too small.

mod cache;
mod observer;
mod reply;
mod run;

pub(crate) use reply::{Passes, ReplyParts, Untracked, drops_orphans};

pub(crate) use cache::EvaluationCache;
pub(crate) use observer::{NoTrace, Observer};

use crate::compile::{ClassId, ClassKind, Compiled, Hook};
use crate::connections::ConnectionId;
use crate::policy::{Direction, PolicyId, RuleRef};
use crate::snapshot::HostEndpointId;

use run::Run;

/// What may happen to the connections with a peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Outcome {
    /// Possibly allowed.
    pub(crate) allowed: ConnectionId,
    /// Possibly denied.
    pub(crate) denied: ConnectionId,
    /// Possibly decided by no tier. What that means is for the caller to say: for pods it is allowed.
    pub(crate) left: ConnectionId,
}

impl Outcome {
    /// What no tier decided is allowed.
    pub(crate) fn left_is_allowed(self, cache: &EvaluationCache) -> Self {
        Outcome { allowed: cache.table.union(self.allowed, self.left), left: ConnectionId::NONE, ..self }
    }
}

/// Whose policies are asked, and about which endpoint of the packet on this side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EvaluationSubject {
    /// Whose policies.
    pub(crate) subject: ClassId,
    /// The endpoint of the packet on this side: the same, but for a host endpoint, where it is whatever the packet comes from or goes to.
    pub(crate) own: ClassId,
}

impl EvaluationSubject {
    /// An endpoint that has policies itself.
    pub(crate) fn endpoint(class: ClassId) -> Self {
        EvaluationSubject { subject: class, own: class }
    }
}

/// What an evaluation is to take for not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Without {
    /// Nothing: what is written counts.
    Nothing,
    /// A rule, as if it matched nothing. Its policy selects whom it selects all the same.
    Rule(RuleRef),
    /// A policy with all its rules, as if it selected nobody.
    Policy(PolicyId),
}

/// Evaluates one direction of one subject class for a peer and connections.
pub(crate) fn evaluate<O: Observer>(
    compiled: &Compiled,
    cache: &EvaluationCache,
    asked: EvaluationSubject,
    direction: Direction,
    peer: ClassId,
    universe: ConnectionId,
    observer: &mut O,
) -> Outcome {
    evaluate_without(Without::Nothing, compiled, cache, (asked, direction), peer, universe, observer)
}

/// The same without a rule or a policy.
pub(crate) fn evaluate_without<O: Observer>(
    without: Without,
    compiled: &Compiled,
    cache: &EvaluationCache,
    (asked, direction): (EvaluationSubject, Direction),
    peer: ClassId,
    universe: ConnectionId,
    observer: &mut O,
) -> Outcome {
    let EvaluationSubject { subject, own } = asked;
    let applied = compiled.applied(subject, direction);
    // Policies before connection tracking and before address translation decide by their rules alone (upstream: docs/semantics.md, Calico).
    let rules_only = matches!(compiled.class_kind(subject), ClassKind::Host(Hook::Untracked | Hook::Reply | Hook::PreDnat));
    let mut run = Run {
        without,
        compiled,
        cache,
        own,
        peer,
        applied,
        direction,
        observer,
        rules_only,
        open: universe,
        allowed: ConnectionId::NONE,
        denied: ConnectionId::NONE,
        gone: ConnectionId::NONE,
    };
    run.all_tiers();
    Outcome { allowed: run.allowed, denied: run.denied, left: cache.table.union(run.open, run.gone) }
}

/// What a packet meets at a host endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtHost<'a> {
    /// The host endpoint.
    pub(crate) host: HostEndpointId,
    /// That whose policies before address translation are asked.
    pub(crate) pre_dnat: HostEndpointId,
    pub(crate) direction: Direction,
    pub(crate) hooks: &'a [Hook],
    /// The endpoint of the packet on this side.
    pub(crate) own: ClassId,
}

impl AtHost<'_> {
    /// The host endpoint that is asked at a hook.
    pub(crate) fn of(&self, hook: Hook) -> HostEndpointId {
        if hook == Hook::PreDnat { self.pre_dnat } else { self.host }
    }
}

/// Evaluates one direction of a host endpoint, hook by hook: what one hook decides the
/// next is not asked about.
pub(crate) fn evaluate_hooks<O: Observer>(
    compiled: &Compiled,
    cache: &EvaluationCache,
    at: &AtHost<'_>,
    peer: ClassId,
    universe: ConnectionId,
    observer: &mut O,
) -> Outcome {
    let mut sum = Outcome { allowed: ConnectionId::NONE, denied: ConnectionId::NONE, left: universe };
    for hook in at.hooks {
        observer.hook(*hook);
        let host = EvaluationSubject { subject: compiled.class_of_host(at.of(*hook), *hook), own: at.own };
        let next = evaluate(compiled, cache, host, at.direction, peer, sum.left, observer);
        let union = |a, b| cache.table.union(a, b);
        sum = Outcome { allowed: union(sum.allowed, next.allowed), denied: union(sum.denied, next.denied), left: next.left };
    }
    sum
}
