//! LINT202: a policy of Calico's for hosts that selects no host endpoint.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, policies};
use crate::compile::Hook;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::Selector;
use crate::policy::{HookMatch, Policy, SubjectMatch};

const CODE: Code = Code("LINT202");
/// Labels that Kubernetes sets on nodes.
const OF_NODES: [&str; 3] = ["node-role.kubernetes.io/", "kubernetes.io/hostname", "node.kubernetes.io/"];

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a Calico policy is for hosts, and selects no HostEndpoint",
    advice: "write HostEndpoints, or let Calico make them",
    explanation: r#"Calico knows nodes as HostEndpoint objects only. A policy that selects labels of nodes, or that is for what hosts forward, does nothing where there is
none."#,
    bad: r#"{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: 10.244.0.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.4}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, spec: {podCIDR: 10.244.1.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.5}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, ports: [{containerPort: 8080}]}]}, status: {podIP: 10.244.0.10}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: p}
spec:
  selector: host == 'node' # here
  preDNAT: true
  applyOnForward: true
  types: [Ingress]
  ingress: [{action: Deny}]
"#,
    good: r#"{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: 10.244.0.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.4}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, spec: {podCIDR: 10.244.1.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.5}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, ports: [{containerPort: 8080}]}]}, status: {podIP: 10.244.0.10}}
---
{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: n1, labels: {host: node}}, spec: {node: n1, interfaceName: eth0}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: p}
spec:
  selector: host == 'node'
  preDNAT: true
  applyOnForward: true
  types: [Ingress]
  ingress: [{action: Deny}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for policy in policies(input).filter(|policy| is_for_hosts(input, policy)) {
        let message =
            format!("{} `{}` applies to hosts, but selects no HostEndpoint: it has no effect on nodes", policy.kind, policy.title());
        found.push(Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message).help(
            "write a HostEndpoint for the node, or let Calico create them: KubeControllersConfiguration, `autoCreate: Enabled`; \
             they need such labels",
        ));
    }
}

/// Whether a policy is meant for hosts, of which there is none that it selects.
pub(super) fn is_for_hosts(input: &LintInput<'_>, policy: &Policy) -> bool {
    matches!(&policy.subject, SubjectMatch::Endpoints(selector) if means_nodes(input, policy, selector)) && !selects_host(input, policy)
}

/// Whether a policy is meant for hosts.
fn means_nodes(input: &LintInput<'_>, policy: &Policy, selector: &Selector) -> bool {
    if policy.namespace.is_some() {
        return false;
    }
    let for_hosts = matches!(policy.hook, HookMatch::Untracked | HookMatch::PreDnat);
    for_hosts || (!input.compiled.selects_any(policy.id) && asks_for_nodes(selector, input))
}

fn asks_for_nodes(selector: &Selector, input: &LintInput<'_>) -> bool {
    let of_node = |key: &str| {
        OF_NODES.iter().any(|prefix| key.starts_with(prefix)) || input.snapshot.nodes.iter().any(|node| node.labels.get(key).is_some())
    };
    match selector {
        Selector::Has(key) => of_node(key),
        Selector::Compare(key, comparison) => !comparison.matches(None) && of_node(key),
        Selector::And(parts) | Selector::Or(parts) => parts.iter().any(|part| asks_for_nodes(part, input)),
        Selector::Not(_) | Selector::All | Selector::Global => false,
    }
}

fn selects_host(input: &LintInput<'_>, policy: &Policy) -> bool {
    input.snapshot.host_endpoints().any(|(id, _)| input.compiled.selects_host(policy.id, id, Hook::Normal))
}
