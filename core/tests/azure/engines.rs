//! Which policy engine is installed: what a cluster is made with, and what is open where the input has several clusters or a variable names the engine.
//! Upstream: docs/azure.md 3.2.

use netpolis_core::analysis::Analysis;
use netpolis_core::settings::{Engine, Settings};

use crate::{ALLOWED, DENIED, UNKNOWN, Verdict};

const PODS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: api, labels: {app: api}}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, labels: {app: db}}
spec: {containers: [{name: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db}
spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}]}
";
const ADMIN: &str = "
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: closed}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress: [{name: none, action: Deny, from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: api}}}}]}]
";

#[track_caller]
fn pods(commands: &str, manifests: &str, engine: Engine, expected: &[(&str, &str, Verdict)]) {
    let mut scene = Analysis::new(Settings { engine, ..Settings::default() });
    scene.set_files(&[("create.sh", commands), ("pods.yaml", manifests)]);
    for (from, to, verdict) in expected {
        let flow = scene.flow(from, to, netpolis_core::connections::Traffic::tcp(80)).unwrap();
        let answer = scene.decide(&flow);
        assert_eq!(answer.verdict, *verdict, "{from} to {to}: {}\n{commands}", answer.summary);
        if *verdict == UNKNOWN {
            assert!(answer.summary.contains("it is not known which policy engine is installed"), "{}", answer.summary);
        }
        let pair = scene.connectivity().between(flow.from, flow.to);
        let port = netpolis_core::model::Protocol::TCP;
        let all = match (pair.allowed.contains(port, 40_000, 80), pair.possible.contains(port, 40_000, 80)) {
            (true, _) => ALLOWED,
            (false, true) => UNKNOWN,
            (false, false) => DENIED,
        };
        assert_eq!(all, *verdict, "all pairs: {from} to {to}\n{commands}");
    }
}

fn create(name: &str, options: &str) -> String {
    format!("az aks create -g rg -n {name} {options}\n")
}

#[test]
fn of_clusters_with_different_engines_either_may_have_the_pods() {
    let azure = |policy: &str| format!("--network-plugin azure --network-policy {policy}");
    for (one, two, denied) in [
        ("calico", "calico", DENIED),
        ("calico", "none", UNKNOWN),
        ("none", "calico", UNKNOWN),
        ("none", "azure", UNKNOWN),
        ("none", "none", ALLOWED),
        // All that enforce NetworkPolicy agree about it.
        ("azure", "calico", DENIED),
        ("azure", "cilium --network-dataplane cilium", DENIED),
        ("$ENGINE", "calico", UNKNOWN),
    ] {
        let commands = create("one", &azure(one)) + &create("two", &azure(two));
        let expected = [("web", "db", denied), ("api", "db", ALLOWED), ("db", "web", ALLOWED)];
        pods(&commands, PODS, Engine::Detected, &expected);
        // Who chooses the engine knows it.
        pods(&commands, PODS, Engine::Calico, &[("web", "db", DENIED), ("api", "db", ALLOWED)]);
        pods(&commands, PODS, Engine::None, &[("web", "db", ALLOWED)]);
    }
}

#[test]
fn a_variable_names_any_engine_that_the_plugin_has() {
    for plugin in ["azure", "azure --network-plugin-mode overlay", "kubenet"] {
        for word in ["$ENGINE", "\"$1\"", "\"${ENGINE}\""] {
            let commands = create("one", &format!("--network-plugin {plugin} --network-policy {word}"));
            pods(&commands, PODS, Engine::Detected, &[("web", "db", UNKNOWN), ("api", "db", ALLOWED), ("db", "web", ALLOWED)]);
        }
    }
    // A value that the script gives is no open one.
    let commands = "ENGINE=calico\n".to_owned() + &create("one", "--network-plugin azure --network-policy $ENGINE");
    pods(&commands, PODS, Engine::Detected, &[("web", "db", DENIED), ("api", "db", ALLOWED)]);
    let updated = create("one", "--network-plugin azure --network-policy none") + "az aks update -g rg -n one --network-policy $ENGINE\n";
    pods(&updated, PODS, Engine::Detected, &[("web", "db", UNKNOWN)]);
}

#[test]
fn kinds_that_not_every_engine_enforces_are_open() {
    let text = format!("{PODS}{ADMIN}");
    let azure = |policy: &str| format!("--network-plugin azure --network-policy {policy}");
    let commands = create("one", &azure("azure")) + &create("two", &azure("calico"));
    // Azure's manager enforces NetworkPolicy only, Calico this kind too.
    pods(&commands, &text, Engine::Detected, &[("api", "db", UNKNOWN), ("api", "web", UNKNOWN)]);
    pods(&create("two", &azure("calico")), &text, Engine::Detected, &[("api", "db", DENIED), ("web", "api", ALLOWED)]);
    pods(&create("one", &azure("azure")), &text, Engine::Detected, &[("api", "db", ALLOWED)]);
}

#[test]
fn what_runs_in_the_cluster_tells_its_engine() {
    let node = "\n---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: calico-node, namespace: kube-system}\nspec: {selector: {matchLabels: \
        {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: 'docker.io/calico/node:v3.32.0'}]}}}\n";
    let commands =
        create("one", "--network-plugin azure --network-policy none") + &create("two", "--network-plugin azure --network-policy calico");
    pods(&commands, &format!("{PODS}{node}"), Engine::Detected, &[("web", "db", DENIED), ("api", "db", ALLOWED)]);
}
