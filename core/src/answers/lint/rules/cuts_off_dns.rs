//! LINT003: a pod that policies limit in egress cannot ask for names.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::dns::{DNS, first, limited, names_port, reaches_dns, servers};
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::Protocol;
use crate::policy::{Action, Policy, Rule};
use crate::snapshot::PodId;

const CODE: Code = Code("LINT003");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a pod isolated for egress cannot reach the DNS pods, though port 53 may be open to others",
    advice: "allow UDP and TCP 53 to the DNS pods",
    explanation: r#"Nearly every program looks up names first. A policy that isolates for egress must allow UDP and TCP 53 to the cluster's DNS pods, or everything fails
with "cannot resolve host", also what the policy allows. An open port 53 to other peers does not help: the DNS pods are in `kube-system`. Nor does TCP 53
alone: names are looked up over UDP first, and a port without `protocol` is TCP. A rule that denies UDP 53 is reported, too. Pods that may send nothing at
all are not. Upstream: "DNS for Services and Pods" of the Kubernetes documentation."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}, spec: {containers: [{name: c, ports: [{containerPort: 53, protocol: UDP}]}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}} # here
  policyTypes: [Egress]
  egress:
  - to: [{podSelector: {}}]
    ports: [{port: 5432}]
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}, spec: {containers: [{name: c, ports: [{containerPort: 53, protocol: UDP}]}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to: [{podSelector: {}}]
    ports: [{port: 5432}]
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
    ports: [{port: 53, protocol: UDP}, {port: 53}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let servers = servers(input);
    let reaches = |id, protocol| reaches_dns(input, id, &servers, protocol);
    let cut_off = limited(input, |id| !reaches(id, Protocol::UDP) && !reaches(id, Protocol::TCP));
    found.extend(cut_off.into_iter().map(|(policy, names)| problem(policy, why(policy, &names, &servers, input))));
    let over_tcp = limited(input, |id| !reaches(id, Protocol::UDP) && reaches(id, Protocol::TCP));
    found.extend(over_tcp.into_iter().map(|(policy, names)| problem(policy, why_not_over_udp(policy, &names))));
}

fn problem(policy: &Policy, message: String) -> Diagnostic {
    Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message)
        .help("add an egress rule for UDP and TCP 53 to the DNS pods (namespace kube-system, label k8s-app: kube-dns)")
}

fn why(policy: &Policy, names: &[String], servers: &[(PodId, u16)], input: &LintInput<'_>) -> String {
    let names = first(names);
    let opens = policy.egress.iter().any(|rule| rule.action != Action::Deny && names_port(rule, DNS));
    match (servers.first().and_then(|(id, port)| Some((input.snapshot.pod(*id)?, *port))), opens) {
        (Some((server, port)), true) => format!(
            "{names} isolated for egress and cannot reach DNS: port 53 is open, but not to the DNS pods (`{}/{}` port {port})",
            input.snapshot.namespace_name(server.namespace),
            server.name
        ),
        (None, true) => format!("{names} isolated for egress and cannot reach DNS: port 53 is open, but not to pods in kube-system"),
        (_, false) if policy.egress.iter().any(denies) => {
            format!("{names} kept from the DNS pods: a rule of this policy denies egress to port {DNS}")
        }
        (_, false) => format!("{names} isolated for egress and cannot reach any DNS server: nothing allows egress to port {DNS}"),
    }
}

fn why_not_over_udp(policy: &Policy, names: &[String]) -> String {
    let names = first(names);
    if policy.egress.iter().any(denies) {
        return format!("{names} kept from the DNS pods over UDP, over which names are looked up: a rule of this policy denies it");
    }
    format!(
        "{names} isolated for egress, with DNS open over TCP only: names are looked up over UDP, and a port without `protocol` is one of TCP"
    )
}

fn denies(rule: &Rule) -> bool {
    rule.action == Action::Deny && rule.traffic.may_hold(Protocol::UDP, DNS)
}
