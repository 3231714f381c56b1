//! Which policies apply to each class, in order.

use alloc::vec::Vec;

use super::CompiledPolicy;
use super::classes::{ClassId, ClassKind, Classes, Hook};
use super::traffic::{CompiledTraffic, Side};
use crate::policy::{Direction, HookMatch, PolicyId, Ruleset, SubjectMatch, TierId};

/// Policies that apply to a class in one direction, tier by tier: what one evaluation runs through.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Applied {
    /// Each tier with the groups of equal precedence within it.
    pub(crate) tiers: Vec<(TierId, Vec<Vec<PolicyId>>)>,
    /// Whether a rule names a port that must be looked up on the subject.
    pub(super) names_own_ports: bool,
    /// Whether a rule says something of the subject itself; then the classes of its subjects are told apart.
    pub(super) tells_subjects_apart: bool,
    /// Those of them that select the class possibly and not for certain; sorted.
    pub(crate) unsure: Vec<PolicyId>,
}

/// For each class, the policies that apply to it in one direction, in order.
pub(super) fn applied(
    ruleset: &Ruleset,
    policies: &[CompiledPolicy],
    classes: &Classes,
    traffics: &[CompiledTraffic],
    direction: Direction,
) -> Vec<Applied> {
    let mut result = alloc::vec![Applied::default(); classes.len()];
    for (number, tier) in (0..).map(TierId).zip(&ruleset.tiers) {
        for (group_number, group) in tier.groups.iter().enumerate() {
            for &id in group {
                // A policy of Calico's that selects an endpoint and has no rules for it is met all the same, also where its tier passes
                // everything on.
                let acts = ruleset.policy(id).is_some_and(|p| {
                    let tells = tier.isolates() || !p.rules(direction).is_empty() || matches!(p.subject, SubjectMatch::Endpoints(_));
                    p.acts_on(direction) && tells
                });
                let Some(policy) = policies.get(id.index()).filter(|_| acts) else { continue };
                let own_side = match direction {
                    Direction::Egress => Side::Source,
                    Direction::Ingress => Side::Destination,
                };
                let rules = policy.rules(direction);
                let names_ports = rules.iter().any(|r| traffics.get(r.traffic.index()).is_some_and(|t| t.asks(own_side)));
                let tells_apart = rules.iter().any(|r| r.own.is_some());
                let hook = ruleset.policy(id).map_or(HookMatch::Any, |p| p.hook);
                for class in policy.subjects.possible().ones() {
                    let Some(applied) = result.get_mut(class).filter(|_| classes.kind(ClassId(class as u32)).meets(hook)) else { continue };
                    applied.push(number, group_number as u32, id);
                    if !policy.subjects.certain.contains(class) {
                        applied.unsure.push(id);
                    }
                    applied.names_own_ports |= names_ports;
                    applied.tells_subjects_apart |= tells_apart;
                }
            }
        }
    }
    for (class, applied) in (0..).map(ClassId).zip(&mut result) {
        applied.forget_group_numbers();
        applied.unsure.sort_unstable();
        // Failsafe ports keep packets from policies; where there is none, they say nothing.
        let early = matches!(classes.kind(class), ClassKind::Host(Hook::Untracked | Hook::Reply | Hook::PreDnat));
        let is_failsafe = |id: &PolicyId| ruleset.policy(*id).is_some_and(|p| p.hook.is_failsafe());
        if early && applied.tiers.iter().all(|(_, groups)| groups.iter().flatten().all(is_failsafe)) {
            *applied = Applied::default();
        }
    }
    result
}

impl Applied {
    /// Group numbers are kept as a leading pseudo policy while the list is built, so that policies of one group stay together.
    fn push(&mut self, tier: TierId, group: u32, policy: PolicyId) {
        let marker = PolicyId(group);
        match self.tiers.last_mut() {
            Some((number, groups)) if *number == tier => match groups.last_mut() {
                Some(last) if last.first() == Some(&marker) => last.push(policy),
                _ => groups.push(alloc::vec![marker, policy]),
            },
            _ => self.tiers.push((tier, alloc::vec![alloc::vec![marker, policy]])),
        }
    }

    fn forget_group_numbers(&mut self) {
        for group in self.tiers.iter_mut().flat_map(|(_, groups)| groups) {
            group.remove(0);
        }
    }

    /// Whether it is not certain that any of these policies selects the endpoint.
    pub(crate) fn only_possibly(&self, groups: &[Vec<PolicyId>]) -> bool {
        !self.unsure.is_empty() && groups.iter().flatten().all(|id| self.is_unsure(*id))
    }

    /// Whether a policy selects the endpoint possibly and not for certain.
    pub(crate) fn is_unsure(&self, id: PolicyId) -> bool {
        self.unsure.binary_search(&id).is_ok()
    }

    /// Whether no policy applies.
    pub(crate) fn is_empty(&self) -> bool {
        self.tiers.is_empty()
    }
}
