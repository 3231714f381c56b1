//! How much each policy decides: for how many flows between given ends it has the word.
//!
//! Built on the evaluation of single flows; nothing is evaluated here.

use alloc::vec::Vec;

use crate::compile::{Compiled, Endpoint};
use crate::connections::Traffic;
use crate::model::Protocol;
use crate::policy::{Action, TierEnd};
use crate::snapshot::Snapshot;
use crate::verdict::evaluate::Matched;
use crate::verdict::traversal::{Seats, ways_among};
use crate::verdict::{Flow, check};

/// Most flows that are counted; more take longer than a person waits.
const MOST: usize = 20_000;

/// How many flows each policy decides about, wholly or in part. A flow is all TCP and UDP from one end to another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How many flows there are.
    pub flows: u32,
    /// By policy: flows of which one of its rules allows or denies something.
    pub policies: Vec<u32>,
    /// By tier: flows of which its end denies something.
    pub tier_ends: Vec<u32>,
}

/// Counts over all pairs of ends, but for those that are both outside. Nothing if there are too many.
pub fn tally(compiled: &Compiled, snapshot: &Snapshot, ends: &[Endpoint]) -> Option<Tally> {
    if ends.len().checked_mul(ends.len())? > MOST {
        return None;
    }
    let ruleset = compiled.ruleset();
    let mut sum = Tally { flows: 0, policies: alloc::vec![0; ruleset.policies.len()], tier_ends: alloc::vec![0; ruleset.tiers.len()] };
    let seats = Seats::new(compiled, snapshot);
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
                counted.add(compiled, snapshot, seats.as_ref(), &flow);
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
    fn add(&mut self, compiled: &Compiled, snapshot: &Snapshot, seats: Option<&Seats<'_>>, flow: &Flow) {
        for stage in ways_among(seats, compiled, snapshot, flow.from, flow.to).into_iter().flatten() {
            for tier in check(compiled, snapshot, flow, None, stage).seen.tiers {
                for (rule, reached, matched) in tier.rules {
                    let decides = compiled.ruleset().rule(rule).is_some_and(|r| matches!(r.action, Action::Allow | Action::Deny));
                    if let Some(seen) = self.policies.get_mut(rule.policy.0 as usize) {
                        *seen |= reached && matched != Matched::No && decides;
                    }
                }
                if let Some(seen) = self.tier_ends.get_mut(tier.tier as usize) {
                    *seen |= tier.end == Some(TierEnd::Deny);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analysis;
    use crate::settings::Settings;

    #[test]
    fn every_flow_counts_for_what_decides_it() {
        let mut analysis = Analysis::new(Settings::default());
        let pod = |name: &str| alloc::format!("---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, labels: {{app: {name}}}}}}}\n");
        let policies = "---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: deny}
spec: {order: 1, selector: app == 'a', types: [Ingress], ingress: [{action: Deny, source: {selector: app == 'b'}}]}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: allow}
spec: {order: 2, selector: app == 'a', types: [Ingress], ingress: [{action: Allow, protocol: TCP, source: {selector: \"app in {'b', 'c'}\"}, destination: {ports: [80]}}]}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: never}
spec: {order: 3, selector: app == 'nobody', ingress: [{action: Deny}]}
";
        analysis.set_files(&[("x.yaml", &[&pod("a"), &pod("b"), &pod("c"), &pod("d"), policies].map(|s: &str| s).concat())]);
        let mut ends: Vec<Endpoint> = analysis.snapshot().pods().map(|(id, _)| Endpoint::Pod(id)).collect();
        let tally = tally(analysis.compiled(), analysis.snapshot(), &ends).unwrap();
        assert_eq!(tally.flows, 12);
        let of = |name: &str| {
            let policy = analysis.compiled().ruleset().policies.iter().find(|p| p.name == name).unwrap();
            tally.policies[policy.id.0 as usize]
        };
        // b to a is denied before it can be allowed; of c to a port 80 is; what else comes to a the end of the tier denies.
        assert_eq!((of("deny"), of("allow"), of("never")), (1, 1, 0));
        assert_eq!(tally.tier_ends.first(), Some(&2));
        let one = ends[0];
        ends.resize(200, one);
        assert_eq!(super::tally(analysis.compiled(), analysis.snapshot(), &ends), None);
    }
}
