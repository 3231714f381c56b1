//! Which network plugin the nodes of an input show. Upstream: the documentation of each plugin; k3s, "Networking Services"; Kubernetes, "Network Policies",
//! Prerequisites.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::Traffic;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::Verdict::{self, Allowed, CannotTell, Denied};

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.0.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.0.6}}
";
const CLOSED: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}}";
/// A block over the pod network, which matches no pods with Cilium.
const BLOCK: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: block, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16}}]}]}}";
const FLANNEL: &str = "flannel.alpha.coreos.com/backend-type: vxlan";

fn node(labels: &str, annotations: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Node, metadata: {{name: n1, labels: {{{labels}}}, annotations: {{{annotations}}}}}, status: {{addresses: [{{type: InternalIP, address: 192.0.2.11}}]}}}}"
    )
}

fn agent(name: &str, image: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: {name}, namespace: kube-system}}, spec: {{selector: {{matchLabels: {{k: {name}}}}}, template: {{metadata: {{labels: {{k: {name}}}}}, spec: {{hostNetwork: true, containers: [{{name: c, image: '{image}'}}]}}}}}}}}"
    )
}

fn verdict(policy: &str, others: &[String]) -> (Verdict, String) {
    let text = [PODS, policy].into_iter().chain(others.iter().map(String::as_str)).collect::<Vec<_>>().join("\n---\n");
    let mut analysis = Analysis::new(Settings::default());
    analysis.set_files(&[("in.yaml", text.as_str())]);
    let answer = analysis.decide(&analysis.flow("shop/web", "shop/db", Traffic::tcp(5432)).unwrap());
    (answer.verdict, answer.summary)
}

#[test]
fn calico_is_known_by_the_images_that_distributions_have_of_it() {
    let flannel = agent("rke2-canal-flannel", "rancher/hardened-flannel:v0.25.1-build20240423");
    for image in
        ["rancher/hardened-calico:v3.27.3-build20240423", "gcr.io/projectcalico-org/node:v3.20.0", "quay.io/tigera/cnx-node:v3.18.2"]
    {
        assert_eq!(verdict(CLOSED, &[flannel.clone(), agent("calico", image)]).0, Denied, "{image}");
    }
    assert_eq!(verdict(CLOSED, &[flannel]).0, Allowed);
}

#[test]
fn nodes_tell_which_engine_runs_where_no_pod_of_it_is_there() {
    for (policy, labels, annotations, expected) in [
        (BLOCK, "", "network.cilium.io/ipv4-cilium-host: 10.244.0.1", Denied),
        (BLOCK, "", "io.cilium.network.ipv4-pod-cidr: 10.244.0.0/24", Denied),
        (BLOCK, "kubernetes.azure.com/ebpf-dataplane: cilium", "", Denied),
        (BLOCK, "kubernetes.azure.com/network-policy: calico", "", Allowed),
        (BLOCK, "", "projectcalico.org/IPv4Address: 192.0.2.11/24", Allowed),
        // What a migration leaves behind.
        (BLOCK, "", "projectcalico.org/IPv4Address: 192.0.2.11/24, network.cilium.io/ipv4-cilium-host: 10.244.0.1", Allowed),
        (CLOSED, "", "projectcalico.org/IPv4Address: 192.0.2.11/24", Denied),
        (CLOSED, "", "", Denied),
    ] {
        assert_eq!(verdict(policy, &[node(labels, annotations)]).0, expected, "{labels} {annotations}");
    }
}

#[test]
fn k3s_enforces_policies_unless_it_is_told_not_to() {
    let k3s = |args: &str, more: &str| node("", &format!("k3s.io/node-args: '{args}'{more}"));
    let flannel = format!(", {FLANNEL}");
    assert_eq!(verdict(CLOSED, &[k3s(r#"["server"]"#, &flannel)]).0, Denied);
    let (idle, why) = verdict(CLOSED, &[k3s(r#"["server","--disable-network-policy"]"#, &flannel)]);
    assert!(idle == Allowed && why.contains("`--disable-network-policy` (Node `n1`), which does not enforce policies"), "{why}");
    // Without flannel, too, it is made for another plugin, which the input does not have.
    assert_eq!(verdict(CLOSED, &[k3s(r#"["server","--flannel-backend","none","--disable-network-policy"]"#, "")]).0, CannotTell);
    let calico = agent("calico", "docker.io/calico/node:v3.29.1");
    assert_eq!(verdict(CLOSED, &[k3s(r#"["server","--disable-network-policy"]"#, &flannel), calico]).0, Denied);
}

#[test]
fn beside_flannel_there_may_be_an_engine() {
    let (verdict_, why) = verdict(CLOSED, &[node("", FLANNEL)]);
    assert_eq!(verdict_, CannotTell, "{why}");
    assert!(why.contains("Node `n1` has flannel"), "{why}");
    for (other, expected) in
        [(agent("flannel", "flannel/flannel:v0.25.1"), Allowed), (agent("calico", "docker.io/calico/node:v3.29.1"), Denied)]
    {
        assert_eq!(verdict(CLOSED, &[node("", FLANNEL), other]).0, expected);
    }
    assert_eq!(verdict(CLOSED, &[node("", &format!("{FLANNEL}, rke2.io/node-args: '[\"server\"]'"))]).0, Denied);
}
