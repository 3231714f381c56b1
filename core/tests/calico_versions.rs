//! Which version of Calico is installed, and what it then enforces. Upstream: the code of the release tags (docs/semantics.md, Calico).
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::Traffic;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::Verdict;

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}, spec: {containers: [{name: c}]}}
";
const ADMIN: &str = "
---
{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: shut}, spec: {priority: 5, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}}
";
const BASELINE: &str = "
---
{apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy, metadata: {name: default}, spec: {subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}}
";
const CLUSTER: &str = "
---
{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {name: shut}, spec: {tier: Admin, priority: 5, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}]}}
";
const OPEN: &str = "
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: open}, spec: {podSelector: {}, ingress: [{}]}}
";

fn information(version: &str) -> String {
    format!(
        "---\n{{apiVersion: crd.projectcalico.org/v1, kind: ClusterInformation, metadata: {{name: default}}, spec: {{calicoVersion: {version}}}}}\n"
    )
}

fn installation(spec: &str, version: &str) -> String {
    format!(
        "---\n{{apiVersion: operator.tigera.io/v1, kind: Installation, metadata: {{name: default}}, spec: {{{spec}}}, status: {{calicoVersion: {version}}}}}\n"
    )
}

fn image(version: &str) -> String {
    format!(
        "---\n{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: calico-node, namespace: calico-system}}, spec: {{selector: {{matchLabels: {{a: b}}}}, \
         template: {{metadata: {{labels: {{a: b}}}}, spec: {{hostNetwork: true, containers: [{{name: c, image: 'docker.io/calico/node:{version}'}}]}}}}}}}}\n"
    )
}

fn ask(text: &str) -> (Verdict, String) {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("a.yaml", text)]);
    let answer = scene.decide(&scene.flow("web", "db", Traffic::tcp(80)).unwrap());
    (answer.verdict, answer.summary)
}

#[test]
fn the_version_decides_which_cluster_wide_policies_count() {
    use Verdict::{Allowed, Denied};
    for (version, admin, baseline, cluster) in [
        ("v3.28.2", Allowed, Allowed, Allowed),
        ("v3.29.1", Denied, Allowed, Allowed),
        ("v3.30.0", Denied, Denied, Allowed),
        ("v3.31.4", Denied, Denied, Allowed),
        ("v3.32.0", Allowed, Allowed, Denied),
        ("v3.33.1", Allowed, Allowed, Denied),
    ] {
        for source in [information(version), installation("variant: Calico", version), image(version)] {
            for (policy, expected) in [(ADMIN, admin), (BASELINE, baseline), (CLUSTER, cluster)] {
                let text = format!("{PODS}{policy}{source}");
                let (verdict, why) = ask(&text);
                assert_eq!(verdict, expected, "{why}\n{text}");
            }
        }
    }
}

#[test]
fn tiers_of_older_versions_come_in_their_order() {
    // `adminnetworkpolicy` comes before `default`, `baselineadminnetworkpolicy` after it.
    let text = |policy: &str| format!("{PODS}{policy}{OPEN}{}", information("v3.30.1"));
    assert_eq!(ask(&text(ADMIN)).0, Verdict::Denied);
    assert_eq!(ask(&text(BASELINE)).0, Verdict::Allowed);
}

#[test]
fn what_the_input_contradicts_or_calico_enterprise_leaves_open_cannot_be_told() {
    let both = format!("{}{}", information("v3.29.0"), image("v3.32.1"));
    let enterprise = installation("variant: TigeraSecureEnterprise", "v3.21.0");
    for source in [both, enterprise] {
        for policy in [ADMIN, CLUSTER] {
            let (verdict, why) = ask(&format!("{PODS}{policy}{source}"));
            assert_eq!(verdict, Verdict::CannotTell, "{why}");
            assert!(why.contains("is not evaluated"), "{why}");
        }
    }
}

#[test]
fn an_installation_says_where_pods_have_addresses_and_what_translates() {
    let mut scene = Analysis::new(Settings::default());
    let spec = "calicoNetwork: {linuxDataplane: BPF, ipPools: [{cidr: 10.200.0.0/16, natOutgoing: Disabled}]}";
    scene.set_files(&[("a.yaml", &format!("{PODS}{}", installation(spec, "v3.32.0")))]);
    let [pool] = &scene.snapshot().ip_pools[..] else { panic!("one pool") };
    assert_eq!((pool.cidr.to_string().as_str(), pool.nat_outgoing), ("10.200.0.0/16", false));
    let answer = scene.path(&netpolis_core::path::Asked {
        from: "web",
        to: "db",
        port: Some(80),
        protocol: netpolis_core::model::Protocol::TCP,
        entry: None,
        node: None,
    });
    assert!(answer.unwrap().declared.dataplane.is_ebpf());
}
