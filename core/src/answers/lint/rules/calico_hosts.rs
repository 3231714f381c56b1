//! LINT202, LINT203: Calico's policies for hosts that reach no host.
//!
//! LINT202: Calico knows nodes as HostEndpoint objects only. A policy that selects labels of nodes, or that is for what hosts forward, does nothing where
//! there is none. LINT203: `doNotTrack` does nothing on a host endpoint for all interfaces (upstream: `endpointManager.updateHostEndpoints`).

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::answers::lint::policies;
use crate::compile::Hook;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::Selector;
use crate::policy::{HookMatch, Policy, SubjectMatch};

const NO_HOST: Code = Code("LINT202");
const ALL_INTERFACES: Code = Code("LINT203");
/// Labels that Kubernetes sets on nodes.
const OF_NODES: [&str; 3] = ["node-role.kubernetes.io/", "kubernetes.io/hostname", "node.kubernetes.io/"];

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    for policy in policies(analysis) {
        if is_for_hosts(analysis, policy) {
            let message =
                format!("{} `{}` is for hosts, and selects no HostEndpoint: it has no effect on nodes", policy.kind, policy.title());
            found.push(Diagnostic::at(NO_HOST, Severity::Warning, Some(policy.subject_place), message).help(
                "write a HostEndpoint for the node, or let Calico make them: KubeControllersConfiguration, `autoCreate: Enabled`; they need such labels",
            ));
        }
        if policy.hook != HookMatch::Untracked {
            continue;
        }
        let hosts = (0..).zip(&analysis.snapshot().host_endpoints);
        let mut ignored =
            hosts.filter(|(number, host)| host.interface == "*" && analysis.compiled().selects_host(policy.id, *number, Hook::Untracked));
        if let Some((_, host)) = ignored.next() {
            let more = ignored.count();
            let others = if more == 0 { format!("`{}`", host.name) } else { format!("`{}` and {more} more", host.name) };
            let message = format!("doNotTrack is ignored on host endpoints for all interfaces: {others}");
            found.push(
                Diagnostic::at(ALL_INTERFACES, Severity::Warning, Some(policy.subject_place), message)
                    .related_place(host.place, "this host endpoint has `interfaceName: \"*\"`")
                    .help("name the interface in the HostEndpoint, or write the policy without `doNotTrack`"),
            );
        }
    }
}

/// Whether a policy is meant for hosts, of which there is none that it selects.
pub(super) fn is_for_hosts(analysis: &Analysis, policy: &Policy) -> bool {
    matches!(&policy.subject, SubjectMatch::Endpoints(selector) if means_nodes(analysis, policy, selector))
        && !selects_host(analysis, policy)
}

/// Whether a policy is meant for hosts.
fn means_nodes(analysis: &Analysis, policy: &Policy, selector: &Selector) -> bool {
    if policy.namespace.is_some() {
        return false;
    }
    let for_hosts = matches!(policy.hook, HookMatch::Untracked | HookMatch::PreDnat);
    for_hosts || (!analysis.compiled().selects_any(policy.id) && asks_for_nodes(selector, analysis))
}

fn asks_for_nodes(selector: &Selector, analysis: &Analysis) -> bool {
    let of_node = |key: &str| {
        OF_NODES.iter().any(|prefix| key.starts_with(prefix)) || analysis.snapshot().nodes.iter().any(|node| node.labels.get(key).is_some())
    };
    match selector {
        Selector::Has(key) => of_node(key),
        Selector::Compare(key, comparison) => !comparison.matches(None) && of_node(key),
        Selector::And(parts) | Selector::Or(parts) => parts.iter().any(|part| asks_for_nodes(part, analysis)),
        Selector::Not(_) | Selector::All | Selector::Global => false,
    }
}

fn selects_host(analysis: &Analysis, policy: &Policy) -> bool {
    (0..analysis.snapshot().host_endpoints.len() as u32).any(|number| analysis.compiled().selects_host(policy.id, number, Hook::Normal))
}
