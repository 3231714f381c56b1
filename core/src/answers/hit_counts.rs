//! **How many flows does each policy decide?** The hit counts of policies and of the ends of tiers, over all flows between given endpoints.
//!
//! Written on the answer for one flow; nothing is evaluated here.

use alloc::vec::Vec;

use crate::compile::{Compiled, Endpoint};
use crate::connections::Traffic;
use crate::model::Protocol;
use crate::policy::{Action, Matched, TierEnd};
use crate::snapshot::Snapshot;
use crate::verdict::traversal::{NetworkLocations, traversals_among};
use crate::verdict::{Flow, check};

/// Most flows that are counted; more take longer than a person waits.
const MOST: usize = 20_000;

/// How many flows each policy decides, wholly or in part. A flow is all TCP and UDP from one endpoint to another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct HitCounts {
    /// How many flows there are.
    pub flows: u32,
    /// By policy: flows of which one of its rules allows or denies something.
    pub policies: Vec<u32>,
    /// By tier: flows of which its end denies something.
    pub tier_ends: Vec<u32>,
}

/// Counts over all pairs of these endpoints, except pairs that are both outside; nothing if there are more than 20,000.
pub fn hit_counts(compiled: &Compiled, snapshot: &Snapshot, ends: &[Endpoint]) -> Option<HitCounts> {
    if ends.len().checked_mul(ends.len())? > MOST {
        return None;
    }
    let ruleset = compiled.ruleset();
    let mut sum = HitCounts { flows: 0, policies: alloc::vec![0; ruleset.policies.len()], tier_ends: alloc::vec![0; ruleset.tiers.len()] };
    let locations = NetworkLocations::new(compiled, snapshot);
    let outside = |end: Endpoint| end.address().is_some();
    for &from in ends {
        for &to in ends {
            if from == to || outside(from) && outside(to) {
                continue;
            }
            sum.flows += 1;
            let mut counted =
                Counted { policies: alloc::vec![false; sum.policies.len()], tier_ends: alloc::vec![false; sum.tier_ends.len()] };
            for protocol in [Protocol::TCP, Protocol::UDP] {
                let flow = Flow { from, to, traffic: Traffic { protocol, source: None, destination: None } };
                counted.add(compiled, snapshot, locations.as_ref(), &flow);
            }
            sum.policies.iter_mut().zip(&counted.policies).for_each(|(sum, seen)| *sum += u32::from(*seen));
            sum.tier_ends.iter_mut().zip(&counted.tier_ends).for_each(|(sum, seen)| *sum += u32::from(*seen));
        }
    }
    Some(sum)
}

/// What had a word in one flow.
struct Counted {
    policies: Vec<bool>,
    tier_ends: Vec<bool>,
}

impl Counted {
    fn add(&mut self, compiled: &Compiled, snapshot: &Snapshot, locations: Option<&NetworkLocations<'_>>, flow: &Flow) {
        for checkpoint in traversals_among(locations, compiled, snapshot, flow.from, flow.to).into_iter().flatten() {
            for tier in check(compiled, snapshot, flow, None, checkpoint).rules.tiers {
                for (rule, reached, matched) in tier.rules {
                    let decides = compiled.ruleset().rule(rule).is_some_and(|r| matches!(r.action, Action::Allow | Action::Deny));
                    if let Some(seen) = self.policies.get_mut(rule.policy.index()) {
                        *seen |= reached && matched != Matched::No && decides;
                    }
                }
                if let Some(seen) = self.tier_ends.get_mut(tier.tier.index()) {
                    *seen |= tier.end == Some(TierEnd::Deny);
                }
            }
        }
    }
}
