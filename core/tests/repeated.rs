//! Keys that are written twice, and lists that are not whole: what stands there and does not count, or is not there, is not taken for absent.
//!
//! Upstream: "Kubernetes API Concepts", Field validation (unknown and duplicate fields are rejected with Strict, kubectl's default), and Retrieving large
//! results sets in chunks.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Severity;
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::settings::{Engine, Settings};

const PODS: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: mon}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.1.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.1.6}}
---
{apiVersion: v1, kind: Pod, metadata: {name: scan, namespace: mon, labels: {app: db}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.2.7}}
---
";
const UNKNOWN: &str = "cannot tell";

fn scene(text: &str) -> Analysis {
    let mut scene = Analysis::new(Settings { engine: Engine::Detected, ..Settings::default() });
    scene.set_files(&[("pods.yaml", PODS), ("rest.yaml", text)]);
    scene
}

/// What `shop/web` may do at TCP 5432 of each pod, and that something is said of the text.
#[track_caller]
fn check(text: &str, answers: &[(&str, &str)]) -> Analysis {
    let scene = scene(text);
    assert!(scene.problems().iter().any(|problem| problem.severity <= Severity::Warning), "nothing is said of {text}");
    for (to, verdict) in answers {
        let flow = scene.flow("shop/web", to, Traffic::to_port(Protocol::TCP, 5432)).unwrap_or_else(|error| panic!("{error}: {text}"));
        let answer = scene.decide(&flow);
        assert_eq!(answer.verdict.as_str(), *verdict, "{to}: {}\n{text}", answer.summary);
    }
    scene
}

/// A policy that closes pods of `shop` for ingress.
fn policy(name: &str, app: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  podSelector:\n    matchLabels: {{app: {app}}}\n  \
         policyTypes: [Ingress]\n"
    )
}

fn flow_style(rest: &str) -> String {
    format!("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, {rest}}}")
}

#[test]
fn a_forgotten_separator_hides_no_policy() {
    let both = [("shop/db", UNKNOWN), ("shop/web", "allowed"), ("mon/scan", "allowed")];
    let first = policy("p", "db") + "\n" + &policy("q", "api");
    check(&first, &both);
    check(&(policy("q", "api") + &policy("p", "db")), &both);
    // Of three, the one in the middle too.
    check(&(policy("a", "api") + &policy("p", "db") + &policy("c", "cache")), &both);
    // Whatever comes after it.
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\ndata: {}\n";
    check(&(policy("p", "db") + config), &both);
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: {selector: {app: db}, ports: [{port: 80}]}\n";
    check(&(policy("p", "db") + service), &both);
    // And whatever comes before it.
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: more, namespace: shop, labels: {app: more}}\nspec: {containers: [{name: c}]}\n";
    let scene = check(&(pod.to_owned() + &policy("p", "db")), &both);
    assert!(scene.snapshot().pods().any(|(_, pod)| pod.name == "more"), "the pod is not absent");
}

#[test]
fn whom_a_policy_is_for_may_stand_twice() {
    let shop = "metadata: {name: p, namespace: shop}";
    let db = "podSelector: {matchLabels: {app: db}}";
    let api = "podSelector: {matchLabels: {app: api}}";
    let of_db = [("shop/db", UNKNOWN), ("mon/scan", "allowed")];
    check(&flow_style(&format!("{shop}, spec: {{{db}, {api}}}")), &of_db);
    check(&flow_style(&format!("{shop}, spec: {{{api}, {db}}}")), &of_db);
    check(&flow_style(&format!("{shop}, spec: {{{db}}}, spec: {{{api}}}")), &of_db);
    check(&flow_style(&format!("kind: ConfigMap, {shop}, spec: {{{db}}}")), &of_db);
    let placed = |namespaces: &str| flow_style(&format!("metadata: {{name: p, {namespaces}}}, spec: {{{db}}}"));
    check(&placed("namespace: shop, namespace: other"), &of_db);
    check(&placed("namespace: other, namespace: shop"), &of_db);
    check(&placed("namespace: shop, namespace: mon"), &[("shop/db", UNKNOWN), ("mon/scan", UNKNOWN), ("shop/web", "allowed")]);
    // Which of the namespaces goes with which of the selectors is not known.
    let mixed = format!("metadata: {{name: p, namespace: shop, namespace: other}}, spec: {{{api}, {db}}}");
    check(&flow_style(&mixed), &[("shop/db", UNKNOWN)]);
    // Within a rule it is still known whom the policy is for.
    check(
        &flow_style(&format!("{shop}, spec: {{{db}, ingress: [{{ports: [], ports: [], from: [], from: []}}]}}")),
        &[("shop/db", UNKNOWN), ("shop/web", "allowed"), ("mon/scan", "allowed")],
    );
    let calico = |selectors: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {{{selectors}, types: [Ingress], ingress: [{{action: Deny}}]}}}}"
        )
    };
    let everywhere = [("shop/db", UNKNOWN), ("mon/scan", UNKNOWN), ("shop/web", "allowed")];
    check(&calico("selector: app == 'db', selector: app == 'api'"), &everywhere);
    check(&calico("selector: app == 'api', selector: app == 'db'"), &everywhere);
    let list = format!("{{apiVersion: v1, kind: List, items: [{}]}}", flow_style(&format!("{shop}, spec: {{{db}, {api}}}")));
    check(&list, &of_db);
}

#[test]
fn what_a_service_or_host_says_may_stand_twice() {
    let ask = |text: &str| {
        let scene = scene(text);
        let asked = Asked { from: "shop/web", to: "svc/shop/s", port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
        scene.path(&asked).unwrap_or_else(|error| panic!("{error}: {text}")).verdict.as_str()
    };
    let spec = |app: &str| format!("spec: {{selector: {{app: {app}}}, ports: [{{port: 80}}]}}");
    let service = |rest: &str| format!("{{apiVersion: v1, kind: Service, {rest}}}");
    let named = "metadata: {name: s, namespace: shop}";
    assert_eq!(ask(&service(&format!("{named}, {}", spec("db")))), "allowed");
    assert_eq!(ask(&service(&format!("{named}, {}, {}", spec("api"), spec("db")))), UNKNOWN);
    assert_eq!(ask(&service(&format!("metadata: {{name: t}}, {named}, {}", spec("db")))), UNKNOWN);
    let policies = spec("db").replace("ports:", "internalTrafficPolicy: Local, internalTrafficPolicy: Cluster, ports:");
    assert_eq!(ask(&service(&format!("{named}, {policies}"))), UNKNOWN);
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: shop, namespace: mon, labels: {app: x}}, spec: {containers: [{name: c}]}}";
    let closed = flow_style("metadata: {name: p, namespace: shop}, spec: {podSelector: {matchLabels: {app: x}}, policyTypes: [Ingress]}");
    check(&format!("{pod}\n---\n{closed}"), &[("mon/x", UNKNOWN), ("shop/db", "allowed")]);
}

/// The policy as an item of a list.
fn item(indent: &str, dash: &str) -> String {
    let lines = policy("p", "db");
    let lines = lines.lines().enumerate().map(|(i, line)| {
        format!(
            "{indent}{}{line}\n",
            if i == 0 {
                dash
            } else if dash.is_empty() {
                ""
            } else {
                "  "
            }
        )
    });
    lines.collect()
}

#[test]
fn a_list_that_is_not_read_whole_is_not_empty() {
    let closed = [("shop/db", UNKNOWN), ("shop/web", "allowed"), ("mon/scan", "allowed")];
    let list = |kind: &str, field: &str| {
        let version = if kind == "List" { "v1" } else { "networking.k8s.io/v1" };
        format!("apiVersion: {version}\nkind: {kind}\n{field}:\n{}", item("", "- "))
    };
    for kind in ["List", "NetworkPolicyList"] {
        for field in ["item", "Items", "itmes"] {
            let scene = check(&list(kind, field), &closed);
            let error = format!("unknown field \"{field}\"");
            assert!(scene.problems().iter().any(|p| p.code.0 == "K8S010" && p.message == error), "{kind} {field}");
        }
        check(&format!("{}items: []\n", list(kind, "items")), &closed);
        check(&format!("{}items:\n{}", list(kind, "items"), item("", "- ").replace("db", "api")), &closed);
        let without_dash = format!("{}items:\n{}", list(kind, "x").split("x:").next().unwrap(), item("  ", ""));
        let scene = check(&without_dash, &closed);
        assert!(scene.problems().iter().any(|p| p.message == "items: expected a list, found a mapping"));
    }
    // A list of another project's policies.
    let cilium = "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicyList, item: [{metadata: {name: p, namespace: shop}, spec: {endpointSelector: {matchLabels: \
                  {app: db}}, ingressDeny: [{}]}}]}";
    check(cilium, &closed);
    // What else may be in a list has no part in it.
    let whole = scene("{apiVersion: v1, kind: List, metadata: {resourceVersion: ''}, items: []}");
    assert!(whole.problems().is_empty(), "{:?}", whole.problems());
}

#[test]
fn a_part_of_a_list_leaves_the_rest_open() {
    let part = |metadata: &str| format!("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicyList, metadata: {metadata}, items: []}}");
    for metadata in ["{continue: abc, remainingItemCount: 12}", "{continue: abc}", "{remainingItemCount: 1}"] {
        let scene = check(&part(metadata), &[("shop/db", UNKNOWN), ("mon/scan", UNKNOWN)]);
        let flow = scene.flow("shop/web", "shop/db", Traffic::to_port(Protocol::TCP, 80)).unwrap();
        let why = scene.decide(&flow).summary;
        assert!(why.contains("NetworkPolicyList is not evaluated: only a part of it is in the input"), "{why}");
        assert!(scene.problems().iter().any(|p| p.code.0 == "K8S101"));
    }
    let whole = scene(&part("{continue: '', resourceVersion: '5'}"));
    assert!(whole.problems().iter().all(|p| p.code.0 != "K8S101"));
    let services = "{apiVersion: v1, kind: ServiceList, metadata: {remainingItemCount: 3}, items: []}";
    let scene = check(services, &[("shop/db", "allowed")]);
    let asked = Asked { from: "shop/web", to: "svc/shop/s", port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
    assert_eq!(scene.path(&asked).unwrap().verdict.as_str(), UNKNOWN);
}
