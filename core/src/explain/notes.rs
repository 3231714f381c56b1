//! What is worth knowing beside the reason.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Explainer;
use super::controller_note;
use super::names::{end_name, readings};
use crate::compile::Endpoint;
use crate::policy::HttpFit;
use crate::snapshot::Role;
use crate::verdict::traversal::Checkpoint;
use crate::verdict::{CheckpointTrace, Reason, Verdict, several_networks};
use alloc::borrow::ToOwned;

impl Explainer<'_> {
    pub(super) fn notes(&self, checkpoints: &[CheckpointTrace]) -> Vec<String> {
        let mut notes = Vec::new();
        for end in [self.flow.from, self.flow.to] {
            let Endpoint::Pod(id) = end else { continue };
            let Some(endpoint) = self.snapshot.pod(id) else { continue };
            let name = end_name(end, self.snapshot);
            if endpoint.role == Role::IngressController {
                notes.extend(controller_note(endpoint, self.snapshot));
                continue;
            }
            if endpoint.replicas == 0 {
                notes.push(format!("`{name}` is scaled to 0: this is what would hold if it had pods."));
            }
            if endpoint.host_network {
                notes.push(format!("`{name}` uses its node's network: selectors do not match it, and its address is the node's."));
            }
        }
        if checkpoints.iter().any(|c| c.reason == Reason::NoEngine) {
            notes.push("Policies are in the text, but with no policy engine none of them has any effect.".to_owned());
        }
        for rule in checkpoints.iter().filter_map(CheckpointTrace::decided_by) {
            if self.compiled.ruleset().rule(rule).and_then(|r| r.http).is_some_and(|http| http.fits == HttpFit::NotAsked) {
                notes.push(format!(
                    "`http` of {} counts only where an application layer is installed; here the rule matches without it.",
                    self.rule_name(rule)
                ));
            }
        }
        self.cloud_notes(checkpoints, &mut notes);
        notes.dedup();
        notes
    }

    /// What one should know of the cloud's network: rules that are left out, addresses that are assumed, what nobody can reach.
    pub(super) fn cloud_notes(&self, checkpoints: &[CheckpointTrace], notes: &mut Vec<String>) {
        let cloud = &self.snapshot.cloud;
        if cloud.networks.is_empty() {
            return;
        }
        for checkpoint in checkpoints {
            let Checkpoint::Group { used, encapsulated, .. } = checkpoint.checkpoint else { continue };
            let Some((_, group)) = cloud.used(used) else { continue };
            notes.extend(cloud.used(used).and_then(|(used, _)| self.which_groups(used)));
            for expression in group.missing.iter().filter(|m| group.condition.as_ref().is_none_or(|c| !c.contains(m.as_str()))) {
                notes.push(format!(
                    "The answer is incomplete: some rules of `{}` hang on `{expression}`, which the text does not give.",
                    group.name
                ));
            }
            for (rule, _) in group.rules.iter().filter(|(rule, _)| rule.refused) {
                notes.push(format!(
                    "The answer is incomplete: rule `{}` of `{}` is left out, because Azure would refuse it.",
                    rule.name, group.name
                ));
            }
            if encapsulated {
                notes.push(
                    "Between nodes the packets of pods travel inside VXLAN (UDP 4789), which is all that the cloud's network sees."
                        .to_owned(),
                );
            }
        }
        let passes = checkpoints.iter().all(|c| c.verdict == Verdict::Allowed);
        if passes && checkpoints.iter().any(|c| matches!(c.checkpoint, Checkpoint::Group { .. })) {
            notes.push("Security groups keep state: the answer to an allowed packet needs no rule.".to_owned());
        }
        if cloud.networks.iter().any(|n| n.assumed && n.name == "assumed network") {
            notes.push("No virtual network is given: one is assumed, with a subnet and a machine for each group.".to_owned());
        }
        for address in [self.flow.from, self.flow.to].into_iter().filter_map(|end| several_networks(end, self.snapshot)) {
            notes.push(format!("Several networks have `{address}`: it may be {}.", readings(address, self.snapshot)));
        }
        for end in [self.flow.from, self.flow.to] {
            let (Some(address), Some(interface)) = (end.address(), cloud.interface_of(end)) else { continue };
            if interface.stand_in {
                notes.push(format!("`{}` stands for any machine of its subnet, as none is given.", interface.title()));
            } else if !interface.address_given {
                notes.push(format!(
                    "The text gives no address for `{}`: {address}, the first free one, is assumed, as Azure hands them out.",
                    interface.title()
                ));
            }
            let from_internet = matches!(self.flow.from, Endpoint::Outside(a) if crate::snapshot::cloud::tags::is_public(a));
            if end == self.flow.to && from_internet && interface.public.is_none() {
                notes.push(format!(
                    "No public address is given for `{}`: from the Internet packets come to it only through a load balancer or gateway.",
                    interface.title()
                ));
            }
        }
    }
}
