//! What edits leave as it was, so that who keeps answers for all pairs asks again only for those that may be others.

use alloc::sync::Arc;

use super::Connectivity;
use crate::compile::Endpoint;
use crate::policy::Direction;

/// How many edits there were since answers were computed from nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Edits {
    /// The same for all answers that came of each other by edits.
    origin: Arc<()>,
    pub(super) count: u32,
}

impl Edits {
    /// After one more.
    pub(super) fn next(self) -> Self {
        Edits { count: self.count.saturating_add(1), ..self }
    }
}

/// The answers of all pairs as they were at some time, for [`Connectivity::is_unchanged`].
#[derive(Clone, Debug)]
pub struct Mark(Edits);

impl Connectivity {
    /// Marks the answers as they are now. Nothing where more decides than policies of endpoints (hosts that are policed, a cloud's network, tunnels):
    /// there an edit may change any answer.
    pub fn mark(&self) -> Option<Mark> {
        let by_policies = self.hosts.as_ref().is_none_or(|hosts| !hosts.has_rows()) && self.cloud.is_none() && self.tunnels.is_none();
        by_policies.then(|| Mark(self.edits.clone()))
    }

    /// Whether these are the marked answers, or came of them by edits that left every endpoint in its class. Sets keep their numbers then.
    pub fn follows(&self, mark: &Mark) -> bool {
        Arc::ptr_eq(&self.edits.origin, &mark.0.origin) && self.mark().is_some()
    }

    /// Whether no edit since then changed what policies let an endpoint send (egress) or receive (ingress), whatever the other end: what passes
    /// between two ends is as it was where both sides are unchanged. To be asked only of answers that [follow](Self::follows) the mark.
    pub fn is_unchanged(&self, mark: &Mark, direction: Direction, end: Endpoint) -> bool {
        self.side(direction).is_unchanged(self.class_of(end), mark.0.count)
    }
}
