//! After an edit: another ruleset for the endpoints of the same snapshot.
//!
//! Policies that did not change are the same ones (see [`Ruleset::policies`]), and stay compiled as long as no endpoint changes its class.
//! Whatever is not sure to stay as it is, is compiled as at first.

use alloc::vec::Vec;

use super::applied::AppliedLists;
use super::mentions::tell_the_same_apart;
use super::policies::PolicyCompiler;
use super::selectors::Selectors;
use super::traffic::{Side, TrafficPool};
use super::{Compiled, CompiledPolicy, compile};
use crate::policy::{Direction, HookMatch, Policy, PolicyId, Ruleset, SubjectMatch, Tier};
use crate::settings::Assumed;
use crate::snapshot::Snapshot;

/// So often all that edits leave behind (traffic and sets that no policy has any more) is kept, at most.
const MOST_EDITS: u32 = 256;
/// Where more than this part of all policies changed, what stays is not worth looking for.
const FEW: usize = 8;

impl Compiled {
    /// Takes another ruleset in place of its own, for the same snapshot and settings. Returns whether all classes are those of before.
    pub(crate) fn replace_ruleset(&mut self, snapshot: &Snapshot, mut ruleset: Ruleset, settings: &Assumed) -> bool {
        let changed = take_same(&self.ruleset, &mut ruleset);
        let is_little = self.edits < MOST_EDITS && changed.len() <= FEW.max(ruleset.policies.len() / FEW);
        if !is_little || self.ruleset.hosts != ruleset.hosts || !self.has_same_classes(snapshot, &ruleset, &changed) {
            *self = compile(snapshot, ruleset, settings);
            return false;
        }
        self.edits += 1;
        let fresh = self.compile_some(snapshot, &ruleset, &changed);
        let stays = self.places_stay(&ruleset, &changed, &fresh);
        let count = ruleset.policies.len();
        // Places of policies that are no more stay until new ones take them.
        self.policies.truncate(count);
        for (id, policy) in changed.iter().zip(fresh) {
            match self.policies.get_mut(id.index()) {
                Some(place) => *place = policy,
                None => self.policies.push(policy),
            }
        }
        let same_tiers = same_but_for_policies(&self.ruleset.tiers, &ruleset.tiers);
        self.ruleset = ruleset;
        for direction in Direction::BOTH {
            if stays {
                self.lists_mut(direction).renew(&changed);
                continue;
            }
            let lists = AppliedLists::new(&self.ruleset, &self.policies, &self.classes, &self.traffics, direction);
            let before = core::mem::replace(self.lists_mut(direction), lists);
            if same_tiers {
                self.lists_mut(direction).keep(before, &changed);
            }
        }
        true
    }

    fn lists_mut(&mut self, direction: Direction) -> &mut AppliedLists {
        match direction {
            Direction::Egress => &mut self.egress,
            Direction::Ingress => &mut self.ingress,
        }
    }

    fn has_same_classes(&self, snapshot: &Snapshot, ruleset: &Ruleset, changed: &[PolicyId]) -> bool {
        let (old, new) = (&self.ruleset.policies, &ruleset.policies);
        let gone = old.get(new.len()..).unwrap_or_default().iter().map(|policy| &**policy);
        let before = changed.iter().filter_map(|id| self.ruleset.policy(*id)).chain(gone);
        let after = changed.iter().filter_map(|id| ruleset.policy(*id));
        let others = new.iter().map(|policy| &**policy).filter(|policy| changed.binary_search(&policy.id).is_err());
        tell_the_same_apart(before, after, others, snapshot)
    }

    fn compile_some(&mut self, snapshot: &Snapshot, ruleset: &Ruleset, changed: &[PolicyId]) -> Vec<CompiledPolicy> {
        if changed.is_empty() {
            return Vec::new();
        }
        let policies = || changed.iter().filter_map(|id| ruleset.policy(*id));
        let mut selectors = Selectors::mentioned(policies(), snapshot);
        // What selectors make of namespaces, which classes are known without.
        let _ = selectors.namespace_classes(snapshot);
        let Compiled { classes, addresses, address_sets, traffics, pool, .. } = self;
        selectors.index(snapshot, classes, core::mem::take(address_sets));
        let mut compiler = PolicyCompiler { selectors, snapshot, classes, addresses, traffics, pool };
        let fresh = policies().map(|policy| compiler.policy(policy)).collect();
        *address_sets = compiler.finish();
        fresh
    }

    /// Whether the changed policies select whom they selected, in the same order among the others, so that who is subject to which stays.
    fn places_stay(&self, ruleset: &Ruleset, changed: &[PolicyId], fresh: &[CompiledPolicy]) -> bool {
        let (old, new) = (&self.ruleset, ruleset);
        let stays = |(id, after): (&PolicyId, &CompiledPolicy)| {
            let Some(((old, before), new)) = old.policy(*id).zip(self.policies.get(id.index())).zip(new.policy(*id)) else { return false };
            before.subjects == after.subjects
                && Direction::BOTH
                    .into_iter()
                    .all(|direction| Place::of(old, before, &self.traffics, direction) == Place::of(new, after, &self.traffics, direction))
        };
        old.policies.len() == new.policies.len() && old.tiers == new.tiers && changed.iter().zip(fresh).all(stays)
    }
}

/// What besides the subjects of a policy [`AppliedLists`] go by, for one direction.
#[derive(PartialEq)]
struct Place {
    acts: bool,
    has_rules: bool,
    of_endpoints: bool,
    hook: HookMatch,
    names_own_ports: bool,
    tells_subjects_apart: bool,
}

impl Place {
    fn of(policy: &Policy, compiled: &CompiledPolicy, traffics: &TrafficPool, direction: Direction) -> Self {
        Place {
            acts: policy.acts_on(direction),
            has_rules: !policy.rules(direction).is_empty(),
            of_endpoints: matches!(policy.subject, SubjectMatch::Endpoints(_)),
            hook: policy.hook,
            names_own_ports: compiled.names_own_ports(traffics, direction),
            tells_subjects_apart: compiled.tells_subjects_apart(direction),
        }
    }
}

impl CompiledPolicy {
    /// Whether a rule names a port that must be looked up on the subject.
    pub(super) fn names_own_ports(&self, traffics: &TrafficPool, direction: Direction) -> bool {
        let own = Side::own(direction);
        self.rules(direction).iter().any(|rule| traffics.get(rule.traffic).is_some_and(|traffic| traffic.asks(own)))
    }

    /// Whether a rule says something of the subject itself.
    pub(super) fn tells_subjects_apart(&self, direction: Direction) -> bool {
        self.rules(direction).iter().any(|rule| rule.own.is_some())
    }
}

/// Takes the policies of before in place of equal ones; returns those that are others, ascending.
fn take_same(before: &Ruleset, after: &mut Ruleset) -> Vec<PolicyId> {
    let mut changed = Vec::new();
    for (number, policy) in after.policies.iter_mut().enumerate() {
        match before.policies.get(number) {
            Some(known) if alloc::sync::Arc::ptr_eq(known, policy) => {}
            Some(known) if **known == **policy => *policy = known.clone(),
            _ => changed.push(PolicyId::at(number)),
        }
    }
    changed
}

/// Whether tiers are the same but for the policies in them.
fn same_but_for_policies(before: &[Tier], after: &[Tier]) -> bool {
    let bare = |tier: &Tier| Tier { groups: Vec::new(), ..tier.clone() };
    before.len() == after.len() && before.iter().zip(after).all(|(a, b)| bare(a) == bare(b))
}
