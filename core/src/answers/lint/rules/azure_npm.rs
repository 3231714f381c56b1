//! LINT017: what Azure's own network policy manager cannot do, or does badly.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, policies, traffic_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::{Operator, Protocol};
use crate::policy::{Direction, PeerTermKind, Policy, TrafficTermKind};
use crate::settings::Engine;
use crate::snapshot::{PodEndpoint, PodId, Snapshot};

const CODE: Code = Code("LINT017");
const MOST_NODES: usize = 250;
const MOST_PODS: u64 = 20_000;
/// More `ipBlock`s than this in one policy can meet the known race.
const MOST_BLOCKS: usize = 4;

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a policy is beyond the limits of Azure's network policy manager",
    advice: "use Cilium or Calico",
    explanation: r#"It has no IPv6, takes up to 250 nodes and 20,000 pods, has no named ports, SCTP, negative selectors or `except` on Windows nodes, and may miss entries
for a while where a policy has more than four `ipBlock`s. Upstream: Microsoft's "Secure traffic between pods by using network policies in AKS"."#,
    bad: r#"azure: {clusters: [{name: store, plugin: overlay, policy: azure, nodes: 2}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1 # here
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: '2001:db8::/32'}}]}]}
"#,
    good: r#"azure: {clusters: [{name: store, plugin: overlay, policy: azure, nodes: 2}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    if input.assumed.engine != Engine::AzureNpm {
        return;
    }
    let snapshot = input.snapshot;
    let pods: u64 = snapshot.endpoints.iter().map(|e| u64::from(e.replicas)).sum();
    for (count, most, what) in [(snapshot.nodes.len() as u64, MOST_NODES as u64, "nodes"), (pods, MOST_PODS, "pods")] {
        if count > most {
            let message = format!("Azure's network policy manager supports {most} {what}, and there are {count}");
            found.push(Diagnostic::at(CODE, Severity::Warning, None, message).help("use Cilium or Calico for a cluster of this size"));
        }
    }
    let windows = windows(snapshot);
    for policy in policies(input) {
        for limit in limits_hit(policy, windows.concerns(input, policy)) {
            let message = format!("`{}`: {limit}", policy.title());
            let problem = Diagnostic::at(CODE, Severity::Warning, Some(policy.place), message);
            found.push(problem.help("Azure's network policy manager has this limit; Cilium and Calico do not"));
        }
    }
}

/// Whether a pod runs on Windows, as far as that is said: by what it asks of its node, or by its node.
fn is_windows(snapshot: &Snapshot, endpoint: &PodEndpoint) -> Option<bool> {
    let wanted = |keys: [&str; 2]| keys.into_iter().find_map(|key| endpoint.wanted.get(key));
    if let Some(os) = wanted(["kubernetes.io/os", "beta.kubernetes.io/os"]) {
        return Some(os.eq_ignore_ascii_case("windows"));
    }
    if let Some(name) = wanted(["kubernetes.azure.com/agentpool", "agentpool"]) {
        let pool = snapshot.cloud.clusters.iter().flat_map(|c| &c.pools).find(|pool| pool.name == name);
        return pool.map(|pool| pool.windows);
    }
    let os = snapshot.node(endpoint.node?)?.labels.get("kubernetes.io/os")?;
    Some(os.eq_ignore_ascii_case("windows"))
}

/// Where Windows is.
enum Windows {
    /// There are Windows nodes, and no pods are given.
    Anywhere,
    /// These pods run on it, or may: where there are Windows nodes, a pod that asks for no system may be on one.
    On(Vec<PodId>),
}

impl Windows {
    /// Whether a policy is about pods there.
    fn concerns(&self, input: &LintInput<'_>, policy: &Policy) -> bool {
        match self {
            Windows::Anywhere => true,
            Windows::On(pods) => pods.iter().any(|pod| input.compiled.selects(policy.id, *pod)),
        }
    }
}

fn windows(snapshot: &Snapshot) -> Windows {
    let nodes = snapshot.nodes.iter().any(|node| node.labels.get("kubernetes.io/os") == Some("windows"));
    let any = nodes || snapshot.cloud.clusters.iter().flat_map(|c| &c.pools).any(|pool| pool.windows);
    if snapshot.endpoints.is_empty() {
        return if any { Windows::Anywhere } else { Windows::On(Vec::new()) };
    }
    let windows = snapshot.pods().filter(|(_, endpoint)| is_windows(snapshot, endpoint).unwrap_or(any)).map(|(id, _)| id);
    Windows::On(windows.collect())
}

/// What of a policy is beyond the limits, in words.
fn limits_hit(policy: &Policy, windows: bool) -> Vec<String> {
    let rules = || Direction::BOTH.into_iter().flat_map(|d| policy.rules(d));
    let terms = || rules().flat_map(|rule| rule.peers.terms());
    let blocks = || {
        terms().filter_map(|term| match &term.kind {
            PeerTermKind::Addresses { set, .. } => Some(set),
            _ => None,
        })
    };
    let mut hit = Vec::new();
    if blocks().any(|set| *set != set.v4_only()) {
        hit.push(String::from("IPv6 addresses are not supported, and match nothing"));
    }
    let count = blocks().count();
    if count > MOST_BLOCKS {
        hit.push(format!("it has {count} ipBlocks, and with more than {MOST_BLOCKS} some may be missing for a while"));
    }
    if windows {
        let traffic = || rules().flat_map(traffic_terms);
        if traffic().any(|t| matches!(t.kind, TrafficTermKind::Named(..))) {
            hit.push(String::from("named ports do not work for Windows pods"));
        }
        if traffic().any(|t| matches!(t.kind, TrafficTermKind::Ports(Protocol::SCTP, ..) | TrafficTermKind::Protocol(Protocol::SCTP))) {
            hit.push(String::from("SCTP does not work for Windows pods"));
        }
        let selectors = policy.subject.pods().into_iter().chain(terms().filter_map(|term| match &term.kind {
            PeerTermKind::Pods(subject) => Some(subject),
            _ => None,
        }));
        let negative = |operator: &Operator| matches!(operator, Operator::NotIn(_) | Operator::DoesNotExist);
        if selectors.flat_map(|s| &s.pods.requirements).any(|r| negative(&r.operator)) {
            hit.push(String::from("NotIn and DoesNotExist do not work for Windows pods"));
        }
        if blocks().any(|set| set.ranges().count() > 1) {
            hit.push(String::from("`except` does not work for Windows pods"));
        }
    }
    hit
}
