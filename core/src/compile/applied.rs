//! Which policies apply to each class, in order.

use alloc::sync::Arc;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::CompiledPolicy;
use super::classes::{ClassId, ClassKind, Classes, Hook};
use super::traffic::TrafficPool;
use crate::policy::{Direction, PolicyId, Ruleset, SubjectMatch, TierId};

/// A list of policies of [`AppliedLists`], by number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct AppliedId(pub(super) u32);

/// Policies that apply to a class in one direction, tier by tier: what one evaluation runs through.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Applied {
    /// Each tier with the groups of equal precedence within it.
    pub(crate) tiers: Vec<(TierId, Vec<Vec<PolicyId>>)>,
    /// Whether a rule names a port that must be looked up on the subject.
    pub(super) names_own_ports: bool,
    /// Whether a rule says something of the subject itself.
    pub(super) tells_subjects_apart: bool,
    /// Those of them that select the class possibly and not for certain; sorted.
    pub(crate) unsure: Vec<PolicyId>,
}

/// For each class, the policies that apply to it in one direction: many classes share a list.
#[derive(Clone, Debug)]
pub(super) struct AppliedLists {
    of_class: Vec<AppliedId>,
    /// A list of which nothing changed since the last edit is the same one.
    lists: Vec<Arc<Applied>>,
}

/// A policy at its place among all that act in a direction.
struct Entry {
    tier: TierId,
    group: usize,
    policy: PolicyId,
    names_own_ports: bool,
    tells_subjects_apart: bool,
    is_failsafe: bool,
}

impl AppliedLists {
    pub(super) fn new(
        ruleset: &Ruleset,
        policies: &[CompiledPolicy],
        classes: &Classes,
        traffics: &TrafficPool,
        direction: Direction,
    ) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        // By class: entries, each with whether its policy selects the class for certain.
        let mut of_class: Vec<Vec<(u32, bool)>> = alloc::vec![Vec::new(); classes.len()];
        let in_order = (0..).map(TierId).zip(&ruleset.tiers).flat_map(|(number, tier)| {
            tier.groups.iter().enumerate().flat_map(move |(group, policies)| policies.iter().map(move |id| (number, tier, group, *id)))
        });
        for (number, tier, group, id) in in_order {
            let Some((policy, compiled)) = ruleset.policy(id).zip(policies.get(id.index())) else { continue };
            // A policy of Calico's that selects an endpoint and has no rules for it is met all the same, also where its tier passes everything on.
            let tells = tier.isolates() || !policy.rules(direction).is_empty() || matches!(policy.subject, SubjectMatch::Endpoints(_));
            if !policy.acts_on(direction) || !tells {
                continue;
            }
            let next = entries.len() as u32;
            for class in compiled.subjects.possible().iter().filter(|class| classes.kind(*class).meets(policy.hook)) {
                if let Some(list) = of_class.get_mut(class.index()) {
                    list.push((next, compiled.subjects.certain.contains(class)));
                }
            }
            entries.push(Entry {
                tier: number,
                group,
                policy: id,
                names_own_ports: compiled.names_own_ports(traffics, direction),
                tells_subjects_apart: compiled.tells_subjects_apart(direction),
                is_failsafe: policy.hook.is_failsafe(),
            });
        }
        let mut numbers: HashMap<Vec<(u32, bool)>, AppliedId> = HashMap::new();
        let mut lists: Vec<Arc<Applied>> = Vec::new();
        let of_class = (0..).map(ClassId).zip(of_class).map(|(class, mut found)| {
            let entry = |number: u32| entries.get(number as usize);
            // Failsafe ports keep packets from policies; where there is none, they say nothing.
            let early = matches!(classes.kind(class), ClassKind::Host(Hook::Untracked | Hook::Reply | Hook::PreDnat));
            if early && found.iter().all(|(number, _)| entry(*number).is_some_and(|e| e.is_failsafe)) {
                found.clear();
            }
            let next = AppliedId(lists.len() as u32);
            if let Some(known) = numbers.get(&found) {
                return *known;
            }
            lists.push(Arc::new(Applied::of(found.iter().filter_map(|(number, surely)| Some((entry(*number)?, *surely))))));
            numbers.insert(found, next);
            next
        });
        AppliedLists { of_class: of_class.collect(), lists }
    }

    /// The number of the list of a class; nothing for no class.
    pub(super) fn number(&self, class: ClassId) -> Option<AppliedId> {
        self.of_class.get(class.index()).copied()
    }

    /// Takes the lists of before for those that are the same and have no policy that changed.
    pub(super) fn keep(&mut self, before: AppliedLists, changed: &[PolicyId]) {
        let unchanged = before.lists.into_iter().filter(|list| !list.has_any(changed));
        let known: HashSet<Arc<Applied>> = unchanged.collect();
        for list in &mut self.lists {
            if let Some(same) = known.get(list) {
                *list = same.clone();
            }
        }
    }

    /// Makes the lists other ones than before that have a policy which changed.
    pub(super) fn renew(&mut self, changed: &[PolicyId]) {
        for list in self.lists.iter_mut().filter(|list| list.has_any(changed)) {
            *list = Arc::new(Applied::clone(list));
        }
    }

    /// The policies that apply to a class.
    pub(super) fn of(&self, class: ClassId) -> Option<&Arc<Applied>> {
        self.lists.get(self.number(class)?.0 as usize)
    }
}

impl Applied {
    fn of<'e>(entries: impl Iterator<Item = (&'e Entry, bool)>) -> Self {
        let mut applied = Applied::default();
        let mut last = None;
        for (entry, surely) in entries {
            let place = (entry.tier, entry.group);
            if applied.tiers.last().map(|(tier, _)| *tier) != Some(entry.tier) {
                applied.tiers.push((entry.tier, Vec::new()));
            }
            if let Some((_, groups)) = applied.tiers.last_mut() {
                match groups.last_mut() {
                    Some(group) if last == Some(place) => group.push(entry.policy),
                    _ => groups.push(alloc::vec![entry.policy]),
                }
            }
            last = Some(place);
            if !surely {
                applied.unsure.push(entry.policy);
            }
            applied.names_own_ports |= entry.names_own_ports;
            applied.tells_subjects_apart |= entry.tells_subjects_apart;
        }
        applied.unsure.sort_unstable();
        applied
    }

    /// Whether it is not certain that any of these policies selects the endpoint.
    pub(crate) fn only_possibly(&self, groups: &[Vec<PolicyId>]) -> bool {
        !self.unsure.is_empty() && groups.iter().flatten().all(|id| self.is_unsure(*id))
    }

    /// Whether a policy selects the endpoint possibly and not for certain.
    pub(crate) fn is_unsure(&self, id: PolicyId) -> bool {
        self.unsure.binary_search(&id).is_ok()
    }

    /// Whether any of these policies applies. They ascend.
    fn has_any(&self, policies: &[PolicyId]) -> bool {
        self.tiers.iter().flat_map(|(_, groups)| groups.iter().flatten()).any(|id| policies.binary_search(id).is_ok())
    }

    /// Whether no policy applies.
    pub(crate) fn is_empty(&self) -> bool {
        self.tiers.is_empty()
    }
}
