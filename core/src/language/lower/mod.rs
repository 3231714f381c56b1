//! From resources to the one policy language.

mod admission;
mod installed;
mod known;
mod refused;
pub(in crate::language) mod unread;
mod virtual_nodes;

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::language::engines::Candidates;
use crate::language::plugins::Plugins;
use crate::language::registry::{Language, Languages};
use crate::language::{ClusterPolicyKind, ClusterTier, Resource};
use crate::model::AddressSet;
use crate::policy::{Action, Direction, HookMatch, PeerTermKind, Policy, PolicyId, PolicyRole, Ruleset, SubjectMatch, Tier, TierEnd};
use crate::settings::{Assumed, Engine};
use crate::snapshot::cloud::Cloud;
use crate::text::{DocumentId, Span};

pub(crate) use crate::language::azure::lower::is_default as is_default_rule;
pub use crate::language::azure::lower::{default_rules, ordered as ordered_rules};
pub(crate) use known::KnownPolicies;

/// All that a rule can do with a packet.
pub(in crate::language) const ANYTHING: &[Action] = &[Action::Deny, Action::Allow, Action::Pass];

pub(in crate::language) struct Translator<'a> {
    pub(in crate::language) document: DocumentId,
    pub(in crate::language) resource: &'a Resource,
    pub(in crate::language) settings: &'a Assumed,
    pub(in crate::language) id: PolicyId,
}

/// A policy in the one policy language, on its way to its place.
pub(in crate::language) struct Lowered {
    pub(in crate::language) policy: Policy,
    pub(in crate::language) standing: Standing,
}

/// Where a policy stands among the others, in the terms of its language. The engine in force makes tiers of it.
#[derive(Clone, Copy, Debug)]
pub(in crate::language) enum Standing {
    /// Among policies of pods that only allow: who is selected by any of them is closed for what none of them allows.
    Pods,
    /// Among policies of the whole cluster, before those of pods or after them, by priority.
    ClusterWide { kind: ClusterPolicyKind, tier: ClusterTier, priority: u16 },
    /// Where the engine of its own language puts it; other engines do not know it.
    OwnEngine,
    /// In a tier of its language, before those of the engine. It holds whatever engine is installed, if one is.
    #[cfg_attr(not(test), allow(dead_code, reason = "no built-in language brings a tier along"))]
    OwnTier(OwnTier),
}

/// A tier that a language brings along.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::language) struct OwnTier {
    /// Its name.
    pub(in crate::language) name: &'static str,
    /// What kinds of policy it holds, for sentences.
    pub(in crate::language) noun: &'static str,
    /// What happens to a packet of a selected pod that no rule decided.
    pub(in crate::language) end: TierEnd,
}

/// An object that was lowered.
pub(in crate::language) struct Placed<'a> {
    pub(in crate::language) resource: &'a Resource,
    /// Its language.
    pub(in crate::language) language: &'static dyn Language,
    /// Its policy, in the ruleset.
    pub(in crate::language) id: PolicyId,
    pub(in crate::language) standing: Standing,
}

/// What is to be put in order.
pub(in crate::language) struct Lowering<'a> {
    /// All objects.
    pub(in crate::language) resources: Vec<(DocumentId, &'a Resource)>,
    pub(in crate::language) settings: &'a Assumed,
    /// The policies among them, in the order of the text.
    pub(in crate::language) placed: Vec<Placed<'a>>,
    /// With all policies, and the tiers so far.
    pub(in crate::language) ruleset: Ruleset,
}

/// What puts policies of all languages in order: the engine that is installed in the cluster.
pub(in crate::language) trait PolicyEngine: Sync {
    /// Adds its tiers, and says of policies that it does not enforce why.
    fn arrange(&self, lowering: &mut Lowering<'_>);
}

impl<'a> Lowering<'a> {
    fn new(resources: Vec<(DocumentId, &'a Resource)>, settings: &'a Assumed) -> Self {
        Lowering { resources, settings, placed: Vec::new(), ruleset: Ruleset::default() }
    }

    /// Adds the policy of an object.
    fn place(&mut self, resource: &'a Resource, language: &'static dyn Language, policy: Arc<Policy>, standing: Standing) {
        let id = PolicyId::at(self.ruleset.policies.len());
        self.ruleset.policies.push(policy);
        self.placed.push(Placed { resource, language, id, standing });
    }

    /// Says why a policy is not enforced.
    pub(in crate::language) fn not_enforced(&mut self, id: PolicyId, reason: String) {
        if let Some(policy) = self.ruleset.policies.get_mut(id.index()) {
            Arc::make_mut(policy).not_enforced = Some(reason);
        }
    }

    /// Adds the tiers that languages bring along.
    fn add_own_tiers(&mut self) {
        let mut tiers: BTreeMap<OwnTier, Vec<PolicyId>> = BTreeMap::new();
        for placed in &self.placed {
            if let Standing::OwnTier(tier) = placed.standing {
                tiers.entry(tier).or_default().push(placed.id);
            }
        }
        let tiers = tiers.into_iter().map(|(tier, policies)| Tier {
            name: tier.name.into(),
            noun: tier.noun,
            groups: policies.into_iter().map(|id| alloc::vec![id]).collect(),
            end: tier.end,
            ports_only: false,
            passes_all: false,
            ordered: true,
        });
        self.ruleset.tiers.splice(0..0, tiers);
    }
}

impl Languages {
    /// Lowers every policy. Those that an API server refuses, and what is not evaluated, become policies in doubt (see [`crate::policy::Doubt`]).
    pub fn lower<'a>(
        self,
        resources: impl IntoIterator<Item = (DocumentId, &'a Resource)>,
        cloud: &Cloud,
        settings: &'a Assumed,
    ) -> Ruleset {
        let mut lowering = Lowering::new(resources.into_iter().collect(), settings);
        for place in 0..lowering.resources.len() {
            self.lower_object(&mut lowering, place);
        }
        self.in_order(lowering, cloud)
    }

    /// The same after an edit: the policies of objects that did not change are those of the last time.
    pub(crate) fn lower_again<'a>(
        self,
        resources: impl Iterator<Item = (DocumentId, &'a Arc<Resource>)>,
        cloud: &Cloud,
        settings: &'a Assumed,
        known: &mut KnownPolicies,
    ) -> Ruleset {
        let resources: Vec<(DocumentId, &Arc<Resource>)> = resources.collect();
        let mut lowering = Lowering::new(resources.iter().map(|(id, resource)| (*id, &***resource)).collect(), settings);
        let mut before = known.begin(settings);
        for (place, (document, resource)) in resources.into_iter().enumerate() {
            match before.find(document, resource, PolicyId::at(lowering.ruleset.policies.len())) {
                Some((language, policy, standing)) => lowering.place(resource, language, policy, standing),
                None => self.lower_object(&mut lowering, place),
            }
            if let Some(placed) = lowering.placed.last().filter(|placed| core::ptr::eq(placed.resource, &**resource))
                && let Some(policy) = lowering.ruleset.policies.get(placed.id.index())
            {
                known.add(document, resource, placed.language, policy, placed.standing);
            }
        }
        self.in_order(lowering, cloud)
    }

    /// The policies in order, with what is in doubt.
    fn in_order(self, mut lowering: Lowering<'_>, cloud: &Cloud) -> Ruleset {
        let settings = lowering.settings;
        if let Some(engine) = self.iter().find_map(|language| language.engine(settings.engine)) {
            engine.arrange(&mut lowering);
        }
        let is_open = settings.engine != Engine::None && !settings.engine_is_chosen;
        let candidates = is_open.then(|| Candidates::of(lowering.resources.iter().copied())).filter(Candidates::are_several);
        if let Some(candidates) = &candidates {
            installed::doubt_differences(candidates, &mut lowering);
        }
        lowering.add_own_tiers();
        let Lowering { resources, mut ruleset, .. } = lowering;
        if settings.engine == Engine::None {
            ruleset.idle_plugin = Plugins::seen(resources.iter().map(|(_, r)| *r)).why_idle();
            let reason = ruleset.idle_plugin.clone().unwrap_or_else(|| "no policy engine is installed".into());
            for policy in &mut ruleset.policies {
                Arc::make_mut(policy).not_enforced = Some(reason.clone());
            }
            ruleset.tiers.clear();
            ruleset.no_engine = true;
        }
        admission::doubt_added_labels(&resources, &mut ruleset);
        admission::doubt_ports_in_mesh(&resources, &mut ruleset);
        unread::add(&resources, settings, &mut ruleset);
        ruleset.open = unread::open(&resources, settings);
        unread::doubt_services(&resources, settings, &mut ruleset);
        unread::doubt_namespaces(&resources, &mut ruleset);
        if settings.engine != Engine::None {
            virtual_nodes::doubt(&resources, settings, &mut ruleset);
        }
        ruleset.tiers.retain(|tier| !tier.groups.is_empty());
        if let Some(candidates) = &candidates {
            installed::may_be_idle(candidates, &mut ruleset);
        }
        // The cloud's network filters whatever is installed in the cluster.
        self.iter().for_each(|language| language.add_tiers(cloud, &mut ruleset));
        ruleset.tiers.retain(|tier| !tier.groups.is_empty());
        ruleset
    }

    /// Adds the policy of an object, if it is one.
    fn lower_object(self, lowering: &mut Lowering<'_>, place: usize) {
        let Some(&(document, resource)) = lowering.resources.get(place) else { return };
        let id = PolicyId::at(lowering.ruleset.policies.len());
        let translator = Translator { document, resource, settings: lowering.settings, id };
        let lowered = self.iter().find_map(|language| Some((language, language.lower(&translator)?)));
        if let Some((language, Lowered { policy, standing })) = lowered {
            lowering.place(resource, language, Arc::new(policy), standing);
        }
    }
}

impl Translator<'_> {
    /// The policy if an API server takes it; else one in doubt, which may do any of `actions`. Of fields that its kind does not have, rules are in doubt.
    pub(in crate::language) fn if_accepted(&self, policy: Policy, actions: &[Action]) -> Policy {
        if self.resource.refused {
            unread::in_doubt(policy, self.resource, self.document, actions)
        } else {
            unread::with_unknown_fields(policy, self.resource, self.document, actions)
        }
    }

    pub(in crate::language) fn is_calico(&self) -> bool {
        self.settings.engine == Engine::Calico
    }

    pub(in crate::language) fn policy(
        &self,
        kind: &'static str,
        namespace: Option<String>,
        subject: SubjectMatch,
        subject_span: Span,
    ) -> Policy {
        Policy {
            id: self.id,
            kind: kind.into(),
            role: PolicyRole::Written,
            namespace,
            name: self.resource.meta.name.to_string(),
            place: self.resource.span.within(self.document),
            subject,
            subject_place: if subject_span == Span::default() { self.resource.span } else { subject_span }.within(self.document),
            priority: None,
            acts_on_egress: true,
            acts_on_ingress: true,
            egress: Vec::new(),
            ingress: Vec::new(),
            hook: HookMatch::Any,
            not_enforced: None,
            doubt: None,
        }
    }
}

/// The addresses that rules of one direction write down, rule by rule; used for cutting the outside world.
///
/// Rules that do nothing because their policy does not act in their direction are counted too, so that a map of the outside does not
/// change its shape when `policyTypes` does.
pub(crate) fn address_terms(ruleset: &Ruleset, direction: Direction) -> impl Iterator<Item = &AddressSet> {
    ruleset.policies.iter().flat_map(move |p| p.rules(direction)).flat_map(|rule| {
        rule.peers.terms().iter().chain(&rule.own).flat_map(|term| match &term.kind {
            PeerTermKind::Addresses { set, .. } => alloc::vec![set],
            PeerTermKind::UnknownAddresses { certain, possible, .. } => alloc::vec![certain, possible],
            PeerTermKind::Entity(entity) => entity.addresses.iter().collect(),
            _ => Vec::new(),
        })
    })
}
