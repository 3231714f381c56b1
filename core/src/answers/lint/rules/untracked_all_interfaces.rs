//! LINT203: an untracked policy of Calico's on a host endpoint for all interfaces.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, policies};
use crate::compile::Hook;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::HookMatch;
use crate::snapshot::HostInterface;

const CODE: Code = Code("LINT203");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "`doNotTrack` on a host endpoint for all interfaces",
    advice: "name the interface, or leave `doNotTrack` out",
    explanation: r#"Calico ignores untracked policies on host endpoints with `interfaceName: "*"`. Upstream: `endpointManager.updateHostEndpoints`."#,
    bad: r#"{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: 10.244.0.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.4}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, spec: {podCIDR: 10.244.1.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.5}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, ports: [{containerPort: 8080}]}]}, status: {podIP: 10.244.0.10}}
---
{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: n1, labels: {host: node}}, spec: {node: n1, interfaceName: '*'}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: p}
spec:
  selector: host == 'node' # here
  doNotTrack: true
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
  doNotTrack: true
  applyOnForward: true
  types: [Ingress]
  ingress: [{action: Deny}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    for policy in policies(input).filter(|policy| policy.hook == HookMatch::Untracked) {
        let hosts = input.snapshot.host_endpoints();
        let mut ignored =
            hosts.filter(|(id, host)| host.interface == HostInterface::All && input.compiled.selects_host(policy.id, *id, Hook::Untracked));
        let Some((_, host)) = ignored.next() else { continue };
        let more = ignored.count();
        let others = if more == 0 { format!("`{}`", host.name) } else { format!("`{}` and {more} more", host.name) };
        let message = format!("doNotTrack is ignored on host endpoints for all interfaces: {others}");
        found.push(
            Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message)
                .related_place(host.place, "this host endpoint has `interfaceName: \"*\"`")
                .help("name the interface in the HostEndpoint, or write the policy without `doNotTrack`"),
        );
    }
}
