//! Calico's policies, staged ones, and profiles.

use alloc::format;

use super::rule::RuleContext;
use super::selector::Global;
use super::{Context, true_name};
use crate::document::NodeRef;
use crate::language::calico::{CalicoPolicy, CalicoPolicyKind, Profile, StagedAction};
use crate::language::read::fields::{Reader, Slot};
use crate::language::{NetworkPolicy, codes};
use crate::policy::Direction;

const HINTS: &[&str] = &["AssumeNeededOnEveryNode"];

/// The fields of a policy's spec. Those that its kind lacks are nothing.
struct PolicyFields<'a, 'p> {
    tier: Slot<'a, 'p>,
    order: Slot<'a, 'p>,
    selector: Slot<'a, 'p>,
    accounts: Slot<'a, 'p>,
    types: Slot<'a, 'p>,
    ingress: Slot<'a, 'p>,
    egress: Slot<'a, 'p>,
    hints: Slot<'a, 'p>,
    /// `namespaceSelector`, `applyOnForward`, `preDNAT` and `doNotTrack` of global kinds.
    global: Option<[Slot<'a, 'p>; 4]>,
    /// `stagedAction` of staged kinds.
    action: Option<Slot<'a, 'p>>,
}

impl<'a> Reader<'a> {
    pub(in crate::language) fn calico_policy(&mut self, spec: &Slot<'a, '_>, kind: CalicoPolicyKind, context: Context<'_>) -> CalicoPolicy {
        let is_global = matches!(kind, CalicoPolicyKind::Global | CalicoPolicyKind::StagedGlobal);
        let mut policy = CalicoPolicy {
            kind,
            true_name: context.meta.name.clone(),
            tier: "default".into(),
            tier_span: None,
            order: Default::default(),
            order_span: None,
            spec_span: spec.span(),
            selector: None,
            namespace_selector: None,
            service_account_selector: None,
            acts_on_ingress: true,
            acts_on_egress: false,
            ingress: alloc::vec::Vec::new(),
            egress: alloc::vec::Vec::new(),
            apply_on_forward: false,
            pre_dnat: false,
            do_not_track: false,
            staged_action: StagedAction::Set,
        };
        let Some(fields) = self.policy_fields(spec, kind) else { return policy };
        if let Some(text) = self.text(&fields.tier).filter(|text| !text.is_empty()) {
            policy.tier = text.into();
        }
        policy.tier_span = fields.tier.node.map(|_| fields.tier.at);
        policy.true_name = context.name.map_or_else(|| true_name(&context.meta.name, &policy.tier, context.stored), Into::into);
        policy.order = self.order(&fields.order);
        policy.order_span = fields.order.node.map(|_| fields.order.at);
        policy.selector = self.selector_text(&fields.selector, Global::Refused, true);
        policy.service_account_selector = self.selector_text(&fields.accounts, Global::Refused, true);
        let rules = |direction| RuleContext { direction, namespaced: !is_global };
        policy.ingress = self.calico_rules(&fields.ingress, rules(Direction::Ingress));
        policy.egress = self.calico_rules(&fields.egress, rules(Direction::Egress));
        self.calico_types(&mut policy, &fields.types, &fields.ingress, &fields.egress, context.stored);
        self.hints(&fields.hints);
        if let Some([namespaces, forward, pre_dnat, do_not_track]) = fields.global {
            policy.namespace_selector = self.selector_text(&namespaces, Global::Refused, true);
            policy.apply_on_forward = self.flag(&forward).unwrap_or(false);
            policy.pre_dnat = self.flag(&pre_dnat).unwrap_or(false);
            policy.do_not_track = self.flag(&do_not_track).unwrap_or(false);
            self.check_hooks(&policy, &pre_dnat, &do_not_track, &fields.egress, &fields.types);
        }
        if let Some(action) = fields.action {
            policy.staged_action = self.staged_action(&action);
            if policy.staged_action == StagedAction::Delete {
                // Upstream clears `types` before it looks.
                let message = "spec fields, except Tier, should all be zero-value if stagedAction is Delete";
                self.check_deletes(spec, &action, &["stagedAction", "tier", "types"], message);
            }
        }
        policy
    }

    /// Takes a spec apart. What a kind lacks is unknown there, although its siblings have it.
    fn policy_fields<'p>(&mut self, spec: &'p Slot<'a, '_>, kind: CalicoPolicyKind) -> Option<PolicyFields<'a, 'p>> {
        const COMMON: [&str; 8] = ["tier", "order", "selector", "serviceAccountSelector", "types", "ingress", "egress", "performanceHints"];
        let [a, b, c, d, e, f, g, h] = COMMON;
        let [i, j, k, l] = ["namespaceSelector", "applyOnForward", "preDNAT", "doNotTrack"];
        let action = "stagedAction";
        let (common, global, action) = match kind {
            CalicoPolicyKind::Network => (self.fields(spec, COMMON, &[])?, None, None),
            CalicoPolicyKind::StagedNetwork => {
                let [a, b, c, d, e, f, g, h, action] = self.fields(spec, [a, b, c, d, e, f, g, h, action], &[])?;
                ([a, b, c, d, e, f, g, h], None, Some(action))
            }
            CalicoPolicyKind::Global => {
                let [a, b, c, d, e, f, g, h, i, j, k, l] = self.fields(spec, [a, b, c, d, e, f, g, h, i, j, k, l], &[])?;
                ([a, b, c, d, e, f, g, h], Some([i, j, k, l]), None)
            }
            CalicoPolicyKind::StagedGlobal => {
                let [a, b, c, d, e, f, g, h, i, j, k, l, action] = self.fields(spec, [a, b, c, d, e, f, g, h, i, j, k, l, action], &[])?;
                ([a, b, c, d, e, f, g, h], Some([i, j, k, l]), Some(action))
            }
        };
        let [tier, order, selector, accounts, types, ingress, egress, hints] = common;
        Some(PolicyFields { tier, order, selector, accounts, types, ingress, egress, hints, global, action })
    }

    /// `types`, or what follows from the rules. Upstream: docs/semantics.md, Calico.
    fn calico_types(
        &mut self,
        policy: &mut CalicoPolicy,
        slot: &Slot<'a, '_>,
        ingress: &Slot<'a, '_>,
        egress: &Slot<'a, '_>,
        stored: bool,
    ) {
        if slot.is_set() && !slot.is_empty_list() && slot.node.and_then(NodeRef::as_sequence).is_none() {
            // What was meant is not known, so it may be either.
            self.expected(slot, "a list");
            (policy.acts_on_ingress, policy.acts_on_egress) = (true, true);
            return;
        }
        if slot.len() == 0 {
            if stored {
                let message = "without types a stored policy applies in both directions, because nothing filled in the default";
                self.report(
                    slot.warning(codes::STORED_WITHOUT_TYPES, message).help("write `types`, or apply the policy as projectcalico.org/v3"),
                );
                (policy.acts_on_ingress, policy.acts_on_egress) = (true, true);
                return;
            }
            policy.acts_on_egress = egress.len() > 0;
            policy.acts_on_ingress = ingress.len() > 0 || !policy.acts_on_egress;
            let by_presence = (!ingress.is_missing() || egress.is_missing(), !egress.is_missing());
            if by_presence != (policy.acts_on_ingress, policy.acts_on_egress) {
                let message =
                    "without types, an empty list of rules is read differently by Calico's API server and by its admission policy";
                self.report(slot.warning(codes::TYPES_DIFFER, message).help("write `types`"));
            }
            return;
        }
        (policy.acts_on_ingress, policy.acts_on_egress) = (false, false);
        for item in self.custom_items(slot) {
            let Some(word) = self.text(&item) else { continue };
            let seen = match word {
                "Ingress" => &mut policy.acts_on_ingress,
                "Egress" => &mut policy.acts_on_egress,
                _ => {
                    self.unsupported(&item, codes::CALICO_TYPES, word, &["Ingress", "Egress"]);
                    continue;
                }
            };
            if core::mem::replace(seen, true) {
                self.refuse(item.error(codes::CALICO_TYPES, format!("'{word}' type specified more than once")).help("delete the second"));
            }
        }
        for (rules, on, name) in [(ingress, policy.acts_on_ingress, "Ingress"), (egress, policy.acts_on_egress, "Egress")] {
            if !on && rules.len() > 0 {
                let warning = rules.warning(codes::RULES_WITHOUT_TYPE, format!("these rules have no effect: types has no `{name}`"));
                self.report(warning.help(format!("add `{name}` to types")).related(slot.span(), "the types"));
            }
        }
    }

    fn hints(&mut self, slot: &Slot<'a, '_>) {
        let mut seen = false;
        for item in self.custom_items(slot) {
            match self.text(&item) {
                Some(word) if !HINTS.contains(&word) => self.unsupported(&item, codes::HINTS, word, HINTS),
                Some(word) if core::mem::replace(&mut seen, true) => {
                    self.refuse(item.error(codes::HINTS, format!("Duplicate value: \"{word}\"")));
                }
                _ => {}
            }
        }
    }

    /// What `preDNAT` and `doNotTrack` exclude.
    fn check_hooks(
        &mut self,
        policy: &CalicoPolicy,
        pre_dnat: &Slot<'a, '_>,
        do_not_track: &Slot<'a, '_>,
        egress: &Slot<'a, '_>,
        types: &Slot<'a, '_>,
    ) {
        let flag = if policy.pre_dnat { pre_dnat } else { do_not_track };
        if policy.pre_dnat && policy.do_not_track {
            self.refuse(do_not_track.error(codes::HOOK_FLAGS, "PreDNAT and DoNotTrack cannot both be true, for a given policy"));
        }
        if (policy.pre_dnat || policy.do_not_track) && !policy.apply_on_forward {
            let message = "ApplyOnForward must be true if either PreDNAT or DoNotTrack is true";
            self.refuse(flag.error(codes::HOOK_FLAGS, message).help("add `applyOnForward: true`"));
        }
        if policy.pre_dnat && egress.len() > 0 {
            self.refuse(egress.error(codes::HOOK_FLAGS, "PreDNAT policy cannot have any egress rules"));
        }
        if policy.pre_dnat && types.len() > 0 && policy.acts_on_egress {
            self.refuse(types.error(codes::HOOK_FLAGS, "PreDNAT policy cannot have 'Egress' type"));
        }
    }

    pub(in crate::language) fn profile(&mut self, spec: &Slot<'a, '_>) -> Profile {
        let mut profile = Profile { labels: Default::default(), ingress: alloc::vec::Vec::new(), egress: alloc::vec::Vec::new() };
        let Some([ingress, egress, labels]) = self.fields(spec, ["ingress", "egress", "labelsToApply"], &[]) else { return profile };
        profile.ingress = self.calico_rules(&ingress, RuleContext { direction: Direction::Ingress, namespaced: false });
        profile.egress = self.calico_rules(&egress, RuleContext { direction: Direction::Egress, namespaced: false });
        profile.labels = self.labels(&labels);
        profile
    }

    /// The part of a StagedKubernetesNetworkPolicy that is a NetworkPolicy.
    pub(in crate::language) fn staged_network_policy(&mut self, spec: &Slot<'a, '_>) -> NetworkPolicy {
        self.network_policy_with(spec, &["stagedAction"])
    }
}
