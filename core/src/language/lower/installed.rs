//! What an answer leaves open where it is not known which policy engine is installed.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;

use super::{ANYTHING, Lowering, Standing, unread};
use crate::language::engines::Candidates;
use crate::model::{ClusterEngine, LabelSelector};
use crate::policy::{
    Action, Doubt, HookMatch, NamespaceMatch, PeerTermKind, Policy, PolicyId, PolicyRole, Rule, Ruleset, Subject, SubjectMatch, Tier,
    TierEnd,
};

/// Puts in doubt what the engines that may be installed read differently: kinds that not all of them enforce, blocks of addresses that match pods with some
/// of them, and protocols without ports.
pub(super) fn doubt_differences(candidates: &Candidates, lowering: &mut Lowering<'_>) {
    if !candidates.enforce_differently() {
        return;
    }
    let doubt = doubt(candidates);
    let not_by_all = candidates.may_be(ClusterEngine::Azure) || candidates.may_be(ClusterEngine::Calico);
    for placed in &lowering.placed {
        let is_cluster_wide = matches!(placed.standing, Standing::ClusterWide { .. });
        let Some(policy) = lowering.ruleset.policies.get_mut(placed.id.index()) else { continue };
        if is_cluster_wide && not_by_all && policy.not_enforced.is_none() {
            let document = policy.place.document;
            let mut doubted = unread::in_doubt((**policy).clone(), placed.resource, document, ANYTHING);
            doubted.doubt = Some(Box::new(doubt.clone()));
            *policy = Arc::new(doubted);
        } else if candidates.may_be(ClusterEngine::Cilium) {
            doubt_blocks(policy, &doubt);
        }
    }
    for tier in &mut lowering.ruleset.tiers {
        tier.ports_only |= tier.isolates();
    }
}

/// Rules with a block of addresses may match a pod or not.
fn doubt_blocks(policy: &mut Arc<Policy>, doubt: &Doubt) {
    let is_block = |kind: &PeerTermKind| matches!(kind, PeerTermKind::Addresses { inside_too: true, .. });
    let has_block = |rule: &Rule| rule.peers.terms().iter().any(|term| is_block(&term.kind));
    if !policy.egress.iter().chain(&policy.ingress).any(has_block) {
        return;
    }
    let policy = Arc::make_mut(policy);
    for rule in policy.egress.iter_mut().chain(&mut policy.ingress).filter(|rule| has_block(rule)) {
        rule.doubt = Some(Box::new(doubt.clone()));
    }
}

/// Where nothing may be installed that enforces policies, what they deny may be allowed.
pub(super) fn may_be_idle(candidates: &Candidates, ruleset: &mut Ruleset) {
    let Some(place) = candidates.why().1.first().copied().filter(|_| candidates.may_be_none() && !ruleset.tiers.is_empty()) else { return };
    let id = PolicyId::at(ruleset.policies.len());
    let rules = alloc::vec![unread::any(Action::Allow, place)];
    ruleset.add(Policy {
        id,
        kind: Cow::Borrowed("cluster"),
        role: PolicyRole::Written,
        namespace: None,
        name: String::from("without a policy engine"),
        place,
        subject: SubjectMatch::Pods(Subject {
            namespaces: NamespaceMatch::Selector(LabelSelector::default()),
            pods: LabelSelector::default(),
        }),
        subject_place: place,
        priority: None,
        acts_on_egress: true,
        acts_on_ingress: true,
        egress: rules.clone(),
        ingress: rules,
        hook: HookMatch::Any,
        not_enforced: None,
        doubt: Some(Box::new(doubt(candidates))),
    });
    let tier = Tier {
        name: unread::TIER.into(),
        noun: "policies that are not evaluated",
        groups: alloc::vec![alloc::vec![id]],
        end: TierEnd::Pass,
        ports_only: false,
        passes_all: false,
        ordered: true,
    };
    ruleset.tiers.insert(0, tier);
}

fn doubt(candidates: &Candidates) -> Doubt {
    let (text, places) = candidates.why();
    Doubt { text, places }
}
