//! LINT003: a pod that is isolated for egress cannot ask for names.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::dns::{DNS, first, isolated, names_port, reaches_dns, servers};
use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::policy::Policy;
use crate::snapshot::PodId;

const CODE: Code = Code("LINT003");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a pod isolated for egress cannot reach the DNS pods, though port 53 may be open to others",
    advice: "allow UDP and TCP 53 to the DNS pods",
    explanation: r#"Nearly every program looks up names first. A policy that isolates for egress must allow UDP and TCP 53 to the cluster's DNS pods, or everything fails
with "cannot resolve host", also what the policy allows. An open port 53 to other peers does not help: the DNS pods are in `kube-system`. Pods that may
send nothing at all are not reported. Upstream: "DNS for Services and Pods" of the Kubernetes documentation."#,
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
    let cut_off_pods = isolated(input, |id| !reaches_dns(input, id, &servers));
    found.extend(cut_off_pods.into_iter().map(|(policy, names)| cut_off(policy, &names, &servers, input)));
}

fn cut_off(policy: &Policy, names: &[String], servers: &[(PodId, u16)], input: &LintInput<'_>) -> Diagnostic {
    let opens = policy.egress.iter().any(|rule| names_port(rule, DNS));
    let message = match (servers.first().and_then(|(id, port)| Some((input.snapshot.pod(*id)?, *port))), opens) {
        (Some((server, port)), true) => format!(
            "{} isolated for egress and cannot reach DNS: port 53 is open, but not to the DNS pods (`{}/{}` port {port})",
            first(names),
            input.snapshot.namespace_name(server.namespace),
            server.name
        ),
        (None, true) => {
            format!("{} isolated for egress and cannot reach DNS: port 53 is open, but not to pods in kube-system", first(names))
        }
        (_, false) => format!("{} isolated for egress and cannot reach any DNS server: nothing allows egress to port {DNS}", first(names)),
    };
    let message = if names.len() > 1 { message.replace("nothing lets it out", "nothing lets them out") } else { message };
    Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message)
        .help("add an egress rule for UDP and TCP 53 to the DNS pods (namespace kube-system, label k8s-app: kube-dns)")
}
