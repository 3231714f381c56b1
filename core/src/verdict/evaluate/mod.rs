//! The evaluator: what one endpoint may send or receive, tier by tier.
//!
//! There is one evaluation for everything. The answers about all pairs run it with all classes as peers and every connection in
//! question; [`decide`](crate::verdict::decide) runs it with one peer, one connection and an observer that records what happened. So an
//! explanation can never differ from the answer.
//!
//! Facts that no text gives (the address of a pod, the order of two policies of equal priority, what an engine does with ICMP) make a
//! match *possible* instead of certain. The evaluation follows both readings and returns, for each peer, what may be allowed and what may
//! be denied; where these overlap, the answer is "cannot tell". Each unknown fact is taken on its own: where one fact decides twice, the
//! overlap may be too large, but never too small.

mod cache;
mod observer;
mod peers;
mod reply;
mod run;

pub(crate) use reply::{Passes, ReplyParts, Untracked, drops_orphans};

pub(crate) use cache::EvaluationCache;
pub(crate) use observer::{NoTrace, Observer};
pub(crate) use peers::{AllPeers, OnePeer, Peers};

use alloc::vec::Vec;

use crate::compile::{ClassId, ClassKind, Compiled, Hook};
use crate::connections::ConnectionId;
use crate::policy::Direction;
use crate::snapshot::HostEndpointId;

use run::Run;

/// What may happen to the connections of each peer.
pub(crate) struct Outcome {
    /// Possibly allowed, by peer.
    pub(crate) allowed: Vec<ConnectionId>,
    /// Possibly denied, by peer.
    pub(crate) denied: Vec<ConnectionId>,
    /// Possibly decided by no tier, by peer. What that means is for the caller to say: for pods it is allowed.
    pub(crate) left: Vec<ConnectionId>,
}

impl Outcome {
    /// What no tier decided is allowed.
    pub(crate) fn left_is_allowed(mut self, cache: &mut EvaluationCache) -> Self {
        for (allowed, left) in self.allowed.iter_mut().zip(core::mem::take(&mut self.left)) {
            *allowed = cache.table.union(*allowed, left);
        }
        self
    }
}

/// Whose policies are asked, and about which endpoint of the packet on this side.
#[derive(Clone, Copy)]
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

/// Evaluates one direction of one subject class for the given peers and connections.
pub(crate) fn evaluate<P: Peers, O: Observer>(
    compiled: &Compiled,
    cache: &mut EvaluationCache,
    asked: EvaluationSubject,
    direction: Direction,
    peers: &P,
    universe: ConnectionId,
    observer: &mut O,
) -> Outcome {
    let EvaluationSubject { subject, own } = asked;
    let applied = compiled.applied(subject, direction);
    // Policies before connection tracking and before address translation decide by their rules alone (upstream: docs/semantics.md, Calico).
    let rules_only = matches!(compiled.class_kind(subject), ClassKind::Host(Hook::Untracked | Hook::Reply | Hook::PreDnat));
    let mut run = Run {
        compiled,
        cache,
        own,
        applied,
        direction,
        peers,
        observer,
        rules_only,
        open: alloc::vec![universe; peers.len()],
        allowed: alloc::vec![ConnectionId::NONE; peers.len()],
        denied: alloc::vec![ConnectionId::NONE; peers.len()],
        gone: None,
    };
    run.all_tiers();
    let Run { mut open, allowed, denied, gone, cache, .. } = run;
    for (open, gone) in open.iter_mut().zip(gone.into_iter().flatten()) {
        *open = cache.table.union(*open, gone);
    }
    Outcome { allowed, denied, left: open }
}

/// What a packet meets at a host endpoint.
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
pub(crate) fn evaluate_hooks<P: Peers, O: Observer>(
    compiled: &Compiled,
    cache: &mut EvaluationCache,
    at: &AtHost<'_>,
    peers: &P,
    universe: ConnectionId,
    observer: &mut O,
) -> Outcome {
    let nothing = || alloc::vec![ConnectionId::NONE; peers.len()];
    let mut sum = Outcome { allowed: nothing(), denied: nothing(), left: alloc::vec![universe; peers.len()] };
    for hook in at.hooks {
        observer.hook(*hook);
        let host = EvaluationSubject { subject: compiled.class_of_host(at.of(*hook), *hook), own: at.own };
        let before = sum.left;
        // One peer alone is asked about what is left only, so that an observer sees what the packet really meets.
        let asked = match before.as_slice() {
            [left] => *left,
            _ => universe,
        };
        let next = evaluate(compiled, cache, host, at.direction, peers, asked, observer);
        let table = &mut cache.table;
        let mut left = Vec::with_capacity(before.len());
        for (i, open) in before.iter().enumerate() {
            let of = |list: &[ConnectionId]| list.get(i).copied().unwrap_or(ConnectionId::NONE);
            for (total, part) in [(&mut sum.allowed, &next.allowed), (&mut sum.denied, &next.denied)] {
                let reached = table.intersection(of(part), *open);
                if let Some(total) = total.get_mut(i) {
                    *total = table.union(*total, reached);
                }
            }
            left.push(table.intersection(of(&next.left), *open));
        }
        sum.left = left;
    }
    sum
}
