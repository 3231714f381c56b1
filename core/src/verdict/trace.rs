//! Records what an evaluation of one packet does, rule by rule.

use alloc::vec::Vec;

use crate::compile::{Compiled, Hook};
use crate::policy::{Action, Matched, PolicyId, RuleRef, TierEnd, TierId};
use crate::verdict::evaluate::Observer;

/// The rules that an evaluation asked, tier by tier.
#[derive(Clone, Default, Debug)]
pub(crate) struct TraceRecorder {
    pub(crate) tiers: Vec<TierRecord>,
    /// The hook of a host endpoint that is being asked.
    hook: Option<Hook>,
}

/// One tier of them.
#[derive(Clone, Debug)]
pub(crate) struct TierRecord {
    /// The tier.
    pub(crate) tier: TierId,
    /// At a host endpoint, where the packet met it.
    pub(crate) hook: Option<Hook>,
    /// The policies of it that apply, in order.
    pub(crate) policies: Vec<PolicyId>,
    /// Its rules in order: which, whether the packet came to it, whether it matched.
    pub(crate) rules: Vec<(RuleRef, bool, Matched)>,
    /// What its end did, if the packet came to it.
    pub(crate) end: Option<TierEnd>,
    /// Whether it may have denied at its end: it is not known whether any of its policies selects the subject.
    pub(crate) possible_end: bool,
    /// Whether the packet is of a protocol of which the tier says nothing.
    pub(crate) undefined_protocol: bool,
}

impl Observer for TraceRecorder {
    fn hook(&mut self, hook: Hook) {
        self.hook = Some(hook);
    }

    fn tier(&mut self, tier: TierId, groups: &[Vec<PolicyId>]) {
        self.tiers.push(TierRecord {
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

impl TraceRecorder {
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
