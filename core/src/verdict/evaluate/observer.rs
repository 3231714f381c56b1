//! What an evaluation tells about each rule that it asks.

use alloc::vec::Vec;

use crate::compile::Hook;
use crate::connections::ConnectionId;
use crate::policy::{Matched, PolicyId, RuleRef, TierEnd, TierId};

/// Watches an evaluation.
pub(crate) trait Observer {
    /// Whether it wants to be told about rules.
    const WATCHES: bool = true;
    /// What follows is met at this hook of a host endpoint.
    fn hook(&mut self, _hook: Hook) {}
    /// A tier begins, with the policies that apply to the subject.
    fn tier(&mut self, _tier: TierId, _groups: &[Vec<PolicyId>]) {}
    /// A rule was looked at. `reached` is false where everything had been decided before it.
    fn rule(&mut self, _rule: RuleRef, _reached: bool, _matched: Matched) {}
    /// The connections that reached a rule and that it matches, for certain or possibly. Of policies in a row that only allow, the order counts for nothing
    /// here: what reached the first of them reached all.
    fn hit(&mut self, _rule: RuleRef, _hit: ConnectionId) {}
    /// The tier ended with connections that no rule had decided.
    fn tier_end(&mut self, _end: TierEnd) {}
    /// The tier may have denied at its end what no rule decided: whether any of its policies selects the subject is not known.
    fn possible_tier_end(&mut self) {}
    /// Connections without ports met a tier that says nothing about them.
    fn undefined_protocol(&mut self) {}
}

/// Watches nothing.
pub(crate) struct NoTrace;

impl Observer for NoTrace {
    const WATCHES: bool = false;
}
