//! `netpolis least-privilege`: from a list of flows to policies that can be applied.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;
#[path = "common/files.rs"]
mod files;

use common::{SCENE, follows, run};
use files::File;

fn schema() -> serde_json::Value {
    serde_json::from_str(include_str!("../../docs/schemas/least-privilege.json")).unwrap()
}

#[test]
fn wanted_flows_become_policies_with_their_proof() {
    let scene = File::new("scene.yaml", SCENE);
    let (code, text, errors) = run(&["least-privilege", scene.path(), "--flows", "-"], "# one\nshop/web -> db TCP 80,81,443\n");
    assert_eq!((code, errors.as_str()), (0, ""));
    let expected = format!(
        "\
# Exactly the wanted flows remain: 10 pairs of ends were compared, each for all connections.
# Policies of the input about the same pods are replaced, and taken as removed:
#   NetworkPolicy `shop/db` ({}:5:1)
# Note: pods that send something may not ask the cluster's DNS for names, so they can connect by address alone; `--dns` allows it.
---
# shop: what no policy below allows is denied, so a pod that none selects receives and sends nothing.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {{}}
  policyTypes: [Ingress, Egress]
---
# db
#   from web: TCP 80-81, 443
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: db
  policyTypes: [Ingress]
  ingress:
  - from:
    - podSelector:
        matchLabels:
          app: web
    ports:
    - protocol: TCP
      port: 80
      endPort: 81
    - protocol: TCP
      port: 443
---
# web
#   to db: TCP 80-81, 443
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Egress]
  egress:
  - to:
    - podSelector:
        matchLabels:
          app: db
    ports:
    - protocol: TCP
      port: 80
      endPort: 81
    - protocol: TCP
      port: 443
",
        scene.path()
    );
    assert_eq!(text, expected);
    // What is written can be read, and is needed.
    let policies = File::new("policies.yaml", &text);
    let cluster = File::new("cluster.yaml", SCENE.split("---\napiVersion").next().unwrap());
    let paths = [cluster.path(), policies.path()];
    let (code, flows, errors) = run(&["flows", paths[0], paths[1]], "");
    assert_eq!((code, flows.as_str(), errors.as_str()), (0, "shop/web[Pod] => shop/db[Pod] : TCP 80-81,443\n", ""));
    // And what `flows` prints is a list of wanted flows.
    let (code, again, _) = run(&["least-privilege", paths[0], paths[1], "--flows", "-"], &flows);
    assert_eq!((code, again.split_once("---\n").unwrap().1), (0, text.split_once("---\n").unwrap().1));
    let (code, current, _) = run(&["least-privilege", paths[0], paths[1], "--current"], "");
    assert_eq!((code, current.split_once("---\n").unwrap().1), (0, text.split_once("---\n").unwrap().1));
}

#[test]
fn calico_says_icmp_and_names_are_looked_up() {
    let scene = File::new("calico.yaml", SCENE);
    let arguments = ["least-privilege", scene.path(), "--flows", "-", "--form", "calico", "--dns", "--format", "json"];
    let (code, json, _) = run(&arguments, "web -> db ICMP TCP 5432\n");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    follows(&schema(), &schema(), &json, "answer");
    assert_eq!((code, &json["exact"]), (0, &true.into()));
    let yaml = json["yaml"].as_str().unwrap();
    for part in [
        "apiVersion: projectcalico.org/v3\n",
        "  - action: Allow\n    protocol: ICMP\n    source:\n      selector: \"app == 'web'\"\n",
        "  # DNS\n  - action: Allow\n    protocol: TCP\n    destination:\n      namespaceSelector: \"projectcalico.org/name == 'kube-system'\"\n      selector: \"k8s-app == 'kube-dns'\"\n      ports: [53]\n",
    ] {
        assert!(yaml.contains(part), "{part}\n{yaml}");
    }
    let notes = json["notes"].to_string();
    assert!(notes.contains("the cluster's DNS is not in the input: assumed in `kube-system`"), "{notes}");
    // NetworkPolicies cannot say it.
    let (code, text, _) = run(&["least-privilege", scene.path(), "--flows", "-"], "web -> db ICMP TCP 5432\n");
    assert_eq!(code, 1);
    let line = "#   missing: shop/web[Pod] -> shop/db[Pod]: ICMP. A NetworkPolicy has rules for TCP, UDP and SCTP alone: the form `calico` can say it.\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn pods_that_no_selector_tells_apart_are_named() {
    let twin = SCENE.replacen("name: db,", "name: twin,", 1).split("---\n").nth(1).unwrap().to_owned();
    let scene = File::new("twins.yaml", &format!("{SCENE}---\n{twin}"));
    let (code, json, _) = run(&["least-privilege", scene.path(), "--flows", "-", "--format", "json"], "shop/web -> shop/db TCP 5432\n");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    follows(&schema(), &schema(), &json, "answer");
    assert_eq!((code, &json["exact"], &json["missing"]), (1, &false.into(), &serde_json::json!([])));
    let expected = serde_json::json!([{
        "from": "shop/web[Pod]",
        "to": "shop/twin[Pod]",
        "connections": "TCP 5432",
        "reason": "`shop/twin[Pod]` and `shop/db[Pod]` have the same labels (app=db), so no policy tells them apart.",
    }]);
    assert_eq!(json["tooMuch"], expected);
}

#[test]
fn flows_that_name_nothing_are_told_with_their_lines() {
    let scene = File::new("errors.yaml", SCENE);
    let flows = File::new("errors.txt", "shop/web -> shop/db TCP 5432\n\nshop/wbe -> shop/db TCP 5432\n10.244.0.0/24 -> shop/db\n");
    let (code, out, errors) = run(&["least-privilege", scene.path(), "--flows", flows.path()], "");
    let name = flows.path();
    let expected = format!(
        "netpolis: {name}:3: there is no pod, workload or node `shop/wbe`; did you mean `shop/web[Pod]`?\n\
         netpolis: {name}:4: `10.244.0.0/24` holds addresses of pods only, which change: name the pods\n"
    );
    assert_eq!((code, out.as_str(), errors), (2, "", expected));
    // Flows of logs that no policy can hold are no mistakes.
    let (code, text, _) = run(&["least-privilege", scene.path(), "--flows", "-"], "web -> db TCP 80\n203.0.113.7 -> internet TCP 443\n");
    assert!(
        code == 0 && text.contains("# Note: policies hold only pods, so flows with a pod at neither end are left out (line 2).\n"),
        "{text}"
    );
    let (code, _, errors) = run(&["least-privilege", scene.path(), "--flows", "-"], "203.0.113.7 -> internet TCP 443\n");
    assert_eq!(
        (code, errors.as_str()),
        (2, "netpolis: standard input:1: none of the flows starts or ends at a pod, and policies hold only pods\n")
    );
    let (code, _, errors) = run(&["least-privilege", scene.path()], "");
    assert!(code == 2 && errors.contains("least-privilege: which flows? give --flows FILE, or --current"), "{errors}");
    let (code, _, errors) = run(&["flows", "-", "--dns"], SCENE);
    assert!(code == 2 && errors.contains("--flows, --current, --dns and --form belong to least-privilege"), "{errors}");
}

/// What else forbids a wanted flow is told by the answer of the evaluator.
#[test]
fn pods_on_the_host_network_are_not_held_and_that_is_said() {
    let agent = "{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: shop, labels: {app: agent}}, spec: {hostNetwork: true, containers: [{name: c}]}}\n---\n";
    let scene = File::new("host.yaml", &format!("{agent}{SCENE}"));
    let (code, text, _) =
        run(&["least-privilege", scene.path(), "--flows", "-"], "shop/web -> shop/db TCP 5432\nshop/web -> shop/agent TCP 9100\n");
    assert_eq!(code, 1);
    for part in [
        "#   missing: shop/web[Pod] -> shop/agent[Pod]: TCP 9100. Policies know nodes by their addresses, and the input gives none of `shop/agent[Pod]`.\n",
        "# Note: `shop/agent` uses its node's network: no NetworkPolicy holds it, so what it sends and receives is not limited.\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn what_security_groups_and_policies_of_others_forbid_is_told() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../www/examples/azure-nsg-for-pods");
    let (code, text, _) = run(&["least-privilege", folder, "--flows", "-"], "shop/api -> shop/db TCP 5432\n");
    assert_eq!(code, 1);
    let line = "#   missing: shop/api[Pod] -> shop/db[Pod]: TCP 5432. Denied: rule `no-database` of NetworkSecurityGroup `nodes` denies TCP 5432 from `shop/api`.\n";
    assert!(text.contains(line), "{text}");
    // A policy about pods that no flow is about is not replaced.
    let others = "\
---
{apiVersion: v1, kind: Pod, metadata: {name: vault, namespace: bank, labels: {app: vault}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: dns, namespace: kube-system, labels: {app: dns}}, spec: {containers: [{name: c}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed, namespace: kube-system}, spec: {podSelector: {}}}
";
    let scene = File::new("others.yaml", &format!("{SCENE}{others}"));
    let (code, json, _) =
        run(&["least-privilege", scene.path(), "--flows", "-", "--format", "json"], "shop/web -> kube-system/dns TCP 53\n");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["exact"]), (1, &false.into()));
    let reason = "Denied: `kube-system/dns` is selected for ingress by policy `kube-system/closed`, and none of its rules allows TCP 53 from `shop/web`.";
    assert_eq!(json["missing"][0]["reason"], reason);
    assert_eq!(json["replaced"].as_array().unwrap().len(), 1);
}

#[test]
fn services_lead_to_ports_of_pods_and_whole_namespaces_are_one_peer() {
    let mut scene = format!(
        "{SCENE}---\n{{apiVersion: v1, kind: Service, metadata: {{name: front, namespace: shop}}, spec: {{selector: {{app: db}}, ports: [{{port: 80, targetPort: 5432}}]}}}}\n"
    );
    for number in 0..8 {
        scene += &format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: job-{number}, namespace: jobs, labels: {{app: job-{number}}}}}, spec: {{containers: [{{name: c}}]}}}}\n"
        );
    }
    let scene = File::new("services.yaml", &scene);
    let (code, text, _) = run(&["least-privilege", scene.path(), "--flows", "-"], "jobs/* -> front TCP 80\n");
    assert_eq!(code, 0, "{text}");
    for part in [
        "# db\n#   from every pod of jobs: TCP 5432\n",
        "  - from:\n    - namespaceSelector:\n        matchLabels:\n          kubernetes.io/metadata.name: jobs\n    ports:\n    - protocol: TCP\n      port: 5432\n",
        "  name: job-0-and-7-others\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let (code, _, errors) = run(&["least-privilege", scene.path(), "--flows", "-"], "jobs/* -> svc/shop/front TCP 443\n");
    assert_eq!((code, errors.as_str()), (2, "netpolis: standard input:1: Service `shop/front` has no such port; it has TCP 80\n"));
}
