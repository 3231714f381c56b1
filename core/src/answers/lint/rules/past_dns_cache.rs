//! LINT221: a pod may ask the DNS pods only, and a cache on its node answers in their place.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::answers::lint::dns::{Cache, DNS, first, lets_out, limited, node_cache, reaches_dns, servers};
use crate::answers::lint::{Lint, LintInput};
use crate::compile::Endpoint;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::Protocol;
use crate::policy::Policy;

const CODE: Code = Code("LINT221");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a policy lets pods out to the DNS pods only, and NodeLocal DNSCache answers on the node in their place",
    advice: "allow the cache's addresses too",
    explanation: r#"With NodeLocal DNSCache, pods ask a cache on their own node, by default at 169.254.20.10. Upstream: "Using NodeLocal DNSCache" of the Kubernetes
documentation."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}, spec: {containers: [{name: c, ports: [{containerPort: 53, protocol: UDP}]}]}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: node-local-dns, namespace: kube-system}, spec: {selector: {matchLabels: {k: cache}}, template: {metadata: {labels: {k: cache}}, spec: {hostNetwork: true, containers: [{name: c, image: registry.k8s.io/dns/k8s-dns-node-cache:1.23.1, args: [-localip, '169.254.20.10,10.96.0.10']}]}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}} # here
  policyTypes: [Egress]
  egress:
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
    ports: [{port: 53, protocol: UDP}, {port: 53}]
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}, spec: {containers: [{name: c, ports: [{containerPort: 53, protocol: UDP}]}]}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: node-local-dns, namespace: kube-system}, spec: {selector: {matchLabels: {k: cache}}, template: {metadata: {labels: {k: cache}}, spec: {hostNetwork: true, containers: [{name: c, image: registry.k8s.io/dns/k8s-dns-node-cache:1.23.1, args: [-localip, '169.254.20.10,10.96.0.10']}]}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
    ports: [{port: 53, protocol: UDP}, {port: 53}]
  - to: [{ipBlock: {cidr: 169.254.20.10/32}}]
    ports: [{port: 53, protocol: UDP}, {port: 53}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let Some(cache) = node_cache(input) else { return };
    let servers = servers(input);
    let reaches_cache = |id| cache.addresses.iter().any(|a| lets_out(input, id, Endpoint::Outside(*a), (Protocol::UDP, DNS)));
    let past = limited(input, |id| reaches_dns(input, id, &servers, Protocol::UDP) && !reaches_cache(id));
    found.extend(past.into_iter().map(|(policy, names)| past_the_cache(policy, &names, &cache, input)));
}

fn past_the_cache(policy: &Policy, names: &[String], cache: &Cache, input: &LintInput<'_>) -> Diagnostic {
    let addresses: Vec<String> = cache.addresses.iter().map(ToString::to_string).collect();
    let message = format!(
        "{} allowed to reach the DNS pods, but node-local-dns on the node answers instead, at {}",
        first(names).replace(" is", " is only").replace(" are", " are only"),
        addresses.join(" and ")
    );
    let block = |a: &String| format!("{a}/{}", if a.contains(':') { 128 } else { 32 });
    let blocks: Vec<String> = addresses.iter().map(block).collect();
    let problem = Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message)
        .help(format!("allow UDP and TCP 53 to these addresses too, with an `ipBlock` for {}", blocks.join(" and for ")));
    match input.snapshot.pod(cache.pod) {
        Some(pod) => problem.related_place(pod.place, "this cache"),
        None => problem,
    }
}
