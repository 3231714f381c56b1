//! LINT013: a port name together with addresses.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, acting_rules, peer_terms, traffic_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::{Direction, PeerTermKind, TrafficTermKind};

const CODE: Code = Code("LINT013");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a port name is used for addresses outside",
    advice: "write the number",
    explanation: r#"A port name is looked up on the destination pod. Outside the cluster there is no pod, so the port matches nothing there."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 203.0.113.0/24}}]
    ports:
    - port: https # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}, spec: {containers: [{name: c, ports: [{containerPort: 53, protocol: UDP}]}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 203.0.113.0/24}}]
    ports:
    - port: 443
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
    ports: [{port: 53, protocol: UDP}, {port: 53}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let egress =
        acting_rules(input).filter(|(policy, reference, _)| reference.direction == Direction::Egress && policy.kind == "NetworkPolicy");
    for (_, _, rule) in egress {
        let Some((_, block)) = peer_terms(rule).find(|(_, t)| matches!(t.kind, PeerTermKind::Addresses { .. })) else { continue };
        for term in traffic_terms(rule) {
            let TrafficTermKind::Named(name, _) = &term.kind else { continue };
            found.push(
                Diagnostic::at(
                    CODE,
                    Severity::Warning,
                    Some(term.place),
                    format!("the port name `{name}` has no meaning for addresses outside the cluster"),
                )
                .related_place(block.place, "this peer is a block of addresses")
                .help("write the port's number"),
            );
        }
    }
}
