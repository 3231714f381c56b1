//! Replies of connections that are not tracked.
//!
//! What a `doNotTrack` policy allows leaves no entry in the table of connections, so nothing lets its reply through: the reply needs a rule
//! of its own. Upstream: `felix/rules/endpoints.go` (untracked chains know no established connections, all others drop packets that belong
//! to none),
//! `felix/rules/static.go` (packets of pods skip the untracked chains).

use super::Outcome;
use crate::connections::{ConnectionId, ConnectionSet, ConnectionTable};
use crate::model::Protocol;

/// What the untracked policies of a host endpoint possibly do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Untracked {
    pub(crate) allowed: ConnectionId,
    pub(crate) denied: ConnectionId,
    /// Left to connection tracking and the policies after it.
    pub(crate) left: ConnectionId,
}

impl From<Outcome> for Untracked {
    fn from(Outcome { allowed, denied, left }: Outcome) -> Self {
        Untracked { allowed, denied, left }
    }
}

/// Protocols of which conntrack knows what opens a connection: any other packet of no connection is invalid, and dropped.
const STATEFUL: [Protocol; 4] = [Protocol::TCP, Protocol::SCTP, Protocol::ICMP, Protocol::ICMPV6];

/// Whether a reply without a known connection is dropped, instead of being taken for the first packet of one.
pub(crate) fn drops_orphans(protocol: Protocol) -> bool {
    STATEFUL.contains(&protocol)
}

impl Untracked {
    /// Nothing is asked here.
    const NONE: Untracked = Untracked { allowed: ConnectionId::NONE, denied: ConnectionId::NONE, left: ConnectionId::ALL };
}

/// What possibly passes, and what possibly does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Passes {
    pub(crate) allowed: ConnectionId,
    pub(crate) denied: ConnectionId,
}

/// All that decides about the reply to a connection on one node. Sets are of connections, not of replies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplyParts {
    /// The untracked policies that the request met, if it met any.
    pub(crate) request: Option<Untracked>,
    /// Those that the reply meets.
    pub(crate) reply: Option<Untracked>,
    /// What the other policies would say of the reply as a new connection.
    pub(crate) fresh: Passes,
    /// What policies still say of a reply that untracked ones allowed: those of a pod it goes to.
    pub(crate) after: Passes,
}

impl ReplyParts {
    /// What of the connections has a reply that passes.
    pub(crate) fn outcome(&self, table: &ConnectionTable) -> Passes {
        let and = |a, b| table.intersection(a, b);
        let or = |a, b| table.union(a, b);
        let (request, reply) = (self.request.unwrap_or(Untracked::NONE), self.reply.unwrap_or(Untracked::NONE));
        let stateful = table.intern(STATEFUL.iter().fold(ConnectionSet::EMPTY, |all, one| all.union(&ConnectionSet::protocol(*one))));
        let orphaned = and(reply.left, request.allowed);
        let as_new = table.difference(orphaned, stateful);
        let allowed = [and(reply.allowed, self.after.allowed), and(reply.left, request.left), and(as_new, self.fresh.allowed)];
        let denied = [reply.denied, and(reply.allowed, self.after.denied), and(orphaned, stateful), and(as_new, self.fresh.denied)];
        let unanswered = table.intern(ConnectionSet::unanswered());
        Passes {
            allowed: allowed.into_iter().fold(unanswered, or),
            denied: table.difference(denied.into_iter().fold(ConnectionId::NONE, or), unanswered),
        }
    }
}
