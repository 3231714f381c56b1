//! What is worth knowing beside the reason.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Explainer;
use super::controller_note;
use super::names::{end_name, readings, without_ipv6};
use crate::compile::Endpoint;
use crate::explain::CheckpointTrace;
use crate::policy::HttpFit;
use crate::snapshot::Role;
use crate::snapshot::cloud::NetworkOrigin;
use crate::snapshot::cloud::tags::is_public;
use crate::verdict::traversal::Checkpoint;
use crate::verdict::{Reason, Verdict, several_networks};
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
                notes.push(format!("`{name}` is scaled to 0: the answer is for the pods that it would have."));
            }
            if endpoint.other_networks {
                notes.push(format!(
                    "`{name}` has interfaces in other networks (`k8s.v1.cni.cncf.io/networks`), which policies do not cover: the answer is for its own address."
                ));
            }
            if !endpoint.floating.is_empty() {
                let floating: Vec<String> = endpoint.floating.iter().map(|address| format!("{address}")).collect();
                notes.push(format!(
                    "Packets to {} come to `{name}` (`cni.projectcalico.org/floatingIPs`), if FelixConfiguration has `floatingIPs: Enabled`.",
                    floating.join(", ")
                ));
            }
            if endpoint.host_network {
                notes.push(format!("`{name}` uses the host network: selectors do not match it, and its address is the node's."));
            }
        }
        if checkpoints.iter().any(|c| c.reason == Reason::NoEngine) {
            notes.push("The input contains policies, but without a policy engine they have no effect.".to_owned());
        }
        for rule in checkpoints.iter().filter_map(CheckpointTrace::decided_by) {
            if self.compiled.ruleset().rule(rule).and_then(|r| r.http).is_some_and(|http| http.fits == HttpFit::NotAsked) {
                notes.push(format!(
                    "`http` of {} is evaluated only with an application layer policy; here the rule matches without it.",
                    self.rule_name(rule)
                ));
            }
        }
        let (from, to) = (self.flow.from, self.flow.to);
        if let Some(why) = without_ipv6(from, to, self.snapshot).or_else(|| without_ipv6(to, from, self.snapshot)) {
            notes.push(format!("{why}: the answer is what policies say of such packets."));
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
                    "The answer is incomplete: some rules of `{}` depend on `{expression}`, which is not in the input.",
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
                    "Between nodes, pod packets are encapsulated in VXLAN (UDP 4789), which is all that the Azure network sees.".to_owned(),
                );
            }
        }
        let passes = checkpoints.iter().all(|c| c.verdict == Verdict::Allowed);
        if passes && checkpoints.iter().any(|c| matches!(c.checkpoint, Checkpoint::Group { .. })) {
            notes.push("Security groups are stateful: replies to an allowed packet need no rule.".to_owned());
        }
        if cloud.networks.iter().any(|n| n.origin == NetworkOrigin::ForGroups) {
            notes.push("No virtual network is given: one is assumed, with a subnet and a machine for each security group.".to_owned());
        }
        for address in [self.flow.from, self.flow.to].into_iter().filter_map(|end| several_networks(end, self.snapshot)) {
            notes.push(format!("Several networks contain `{address}`: it may be {}.", readings(address, self.snapshot)));
        }
        for end in [self.flow.from, self.flow.to] {
            let (Some(address), Some(interface)) = (end.address(), cloud.interface_of(end)) else { continue };
            if interface.stand_in {
                notes.push(format!("`{}` stands for any machine in its subnet, because none is given.", interface.title()));
            } else if !interface.address_given {
                notes.push(format!(
                    "The input has no address for `{}`: {address}, the first free one, is assumed, as Azure would assign it.",
                    interface.title()
                ));
            }
            if end == self.flow.to && interface.private_endpoint {
                let applies = cloud.subnet(interface.subnet).is_some_and(|s| s.endpoint_policies.groups);
                let not = if applies { "" } else { " not" };
                notes.push(format!(
                    "`{}` is a private endpoint: the security group of its subnet does{not} apply to it (`privateEndpointNetworkPolicies`).",
                    interface.title()
                ));
            }
            let from_internet = matches!(self.flow.from, Endpoint::Outside(a) if is_public(a));
            if end == self.flow.to && from_internet && interface.public.is_none() {
                notes.push(format!(
                    "No public address is given for `{}`: packets from the Internet reach it only through a load balancer or gateway.",
                    interface.title()
                ));
            }
        }
    }
}
