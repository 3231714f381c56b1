//! The JavaScript API and the core itself, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::settings::Settings;
use netpolis_engine::api::{Assumptions, File, Netpolis, PathOptions, Reply};
use netpolis_view::{AnswerView, PathQuestion, Question, SceneView, VerdictView, answer_view, scene_view};
use tsify::{Ts, Tsify};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SHOP: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c, image: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c, image: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: debug, namespace: shop, labels: {app: debug}}, spec: {containers: [{name: c, image: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from:
    - podSelector: {matchLabels: {app: web}}
    ports: [{port: 5432}]
";

const BALANCED: [(&str, &str); 2] = [
    ("policies.yaml", include_str!("../../www/examples/path-load-balancer/policies.yaml")),
    ("cluster.yaml", include_str!("../../www/examples/path-load-balancer/cluster.yaml")),
];

fn question(from: &str, port: u16) -> Question {
    Question { from: from.into(), to: "shop/db".into(), protocol: "TCP".into(), port: Some(port), ..Question::default() }
}

fn way() -> PathQuestion {
    PathQuestion { from: "203.0.113.7".into(), to: "svc/shop/frontend".into(), port: Some(443), ..PathQuestion::default() }
}

fn scene() -> (Analysis, SceneView) {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("shop.yaml", SHOP)]);
    let view = scene_view(&scene);
    (scene, view)
}

fn answer(from: &str, port: u16) -> Result<AnswerView, String> {
    let (scene, view) = scene();
    answer_view(&scene, &view, &question(from, port)).map_err(|error| error.to_string())
}

#[wasm_bindgen_test]
fn the_api_answers_in_plain_objects() {
    let mut netpolis = Netpolis::new(None).unwrap();
    let file = File { name: "shop.yaml".into(), text: SHOP.into() };
    let found = js_sys::JSON::stringify(&netpolis.load(vec![file.into_ts().unwrap()]).unwrap().js_value()).unwrap();
    assert_eq!(found, r#"{"problems":[]}"#);
    let get = |reply: Ts<Reply>, path: &[&str]| {
        path.iter().fold(reply.js_value(), |value, key| js_sys::Reflect::get(&value, &(*key).into()).unwrap())
    };
    let ask = |question: Question| netpolis.decide(question.into_ts().unwrap()).unwrap();
    assert_eq!(get(ask(question("web", 5432)), &["ok"]).as_bool(), Some(true));
    assert_eq!(get(ask(question("web", 5432)), &["answer", "verdict"]).as_string().as_deref(), Some("allowed"));
    assert_eq!(get(ask(question("shop/debug", 5432)), &["answer", "lit", "0", "spot", "line"]).as_f64(), Some(12.0));
    assert_eq!(get(ask(question("nobody", 1)), &["ok"]).as_bool(), Some(false));
    let pairs = js_sys::JSON::stringify(&netpolis.connectivity().unwrap().js_value()).unwrap();
    assert!(String::from(pairs).contains(r#"{"from":"shop/web[Pod]","to":"shop/db[Pod]","allowed":{"status":"partly","short":"5432""#));
}

#[wasm_bindgen_test]
fn the_api_follows_packets() {
    let mut netpolis = Netpolis::new(None).unwrap();
    let file = |(name, text): &(&str, &str)| File { name: (*name).into(), text: (*text).into() }.into_ts().unwrap();
    netpolis.load(BALANCED.iter().map(file).collect()).unwrap();
    let ask = |options: Option<PathOptions>| {
        let reply = netpolis.path(way().into_ts().unwrap(), options.map(|o| o.into_ts().unwrap())).unwrap();
        String::from(js_sys::JSON::stringify(&reply.js_value()).unwrap())
    };
    let reply = ask(None);
    assert!(
        reply.starts_with(
            r#"{"ok":true,"path":{"from":"203.0.113.7","to":"shop/frontend","protocol":"TCP","port":443,"verdict":"sometimes""#
        ),
        "{reply}"
    );
    assert!(reply.contains(r#""translations":["DNAT","SNAT"]"#), "{reply}");
    let local = PathOptions { external_traffic_policy: Some("Local".into()), ..PathOptions::default() };
    assert!(ask(Some(local)).contains(r#""verdict":"allowed","text":"allowed""#));
    let ebpf = PathOptions { dataplane: Some("ebpf".into()), ..PathOptions::default() };
    assert!(ask(Some(ebpf)).contains(r#""outer":"10.224.0.5 → 10.224.0.4:4789""#));
    let nothing = PathOptions { dataplane: Some("magic".into()), ..PathOptions::default() };
    assert_eq!(ask(Some(nothing)), r#"{"ok":false,"failed":"`magic` is not a value of `dataplane`: it takes iptables, ebpf or ebpf-dsr"}"#);
}

#[wasm_bindgen_test]
fn assumptions_count() {
    let assumptions = Assumptions { engine: Some("none".into()), ..Assumptions::default() };
    let mut netpolis = Netpolis::new(Some(assumptions.into_ts().unwrap())).unwrap();
    let file = File { name: "shop.yaml".into(), text: SHOP.into() };
    netpolis.load(vec![file.into_ts().unwrap()]).unwrap();
    let reply = netpolis.decide(question("debug", 80).into_ts().unwrap()).unwrap().js_value();
    let text = String::from(js_sys::JSON::stringify(&reply).unwrap());
    assert!(text.contains(r#""verdict":"allowed""#), "{text}");
}

#[wasm_bindgen_test]
fn an_assumption_that_there_is_not_is_an_error_that_lists_those_that_there_are() {
    let assumptions = Assumptions { engine: Some("Calico".into()), ..Assumptions::default() };
    let error = Netpolis::new(Some(assumptions.into_ts().unwrap())).err().unwrap();
    let message = js_sys::Reflect::get(&error.into(), &"message".into()).unwrap().as_string().unwrap();
    assert_eq!(message, "`Calico` is not a value of `engine`: it takes detected, generic, calico, azure-npm or none");
}

#[wasm_bindgen_test]
fn the_core_decides_in_wasm() {
    assert_eq!(answer("web", 5432).map(|a| a.verdict), Ok(VerdictView::Allowed));
    assert_eq!(answer("web", 80).map(|a| a.verdict), Ok(VerdictView::Denied));
    assert_eq!(answer("203.0.113.9", 5432).map(|a| a.verdict), Ok(VerdictView::Denied));
}

#[wasm_bindgen_test]
fn deep_nesting_does_not_overflow_the_stack() {
    for deep in
        ["[".repeat(100_000), "{a: ".repeat(50_000), (0..20_000).map(|n| format!("{}- \n", " ".repeat(n % 2_000))).collect::<String>()]
    {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("deep.yaml", &deep), ("shop.yaml", SHOP)]);
        assert!(!scene.problems().is_empty());
        // The other file goes on working.
        assert_eq!(scene_view(&scene).ends.iter().filter(|e| e.namespace.is_some()).count(), 3);
    }
}

#[wasm_bindgen_test]
fn no_selector_overflows_the_stack() {
    for text in [format!("{}a{}", "(".repeat(50_000), ")".repeat(50_000)), format!("{}has(a)", "!(".repeat(50_000)), "!".repeat(100_000)] {
        assert!(netpolis_core::language::calico::selector::parse(&text).is_err());
    }
    // As deep as is read: evaluated, printed and dropped.
    let deep = format!("{}has(a) || b == 'c'{}", "!(x == 'y' && ".repeat(120), ")".repeat(120));
    let selector = netpolis_core::language::calico::selector::parse(&deep).unwrap();
    assert!(selector.to_string().len() > 1000);
    let policy = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: x}\nspec:\n  selector: all()\n  ingress:\n  - action: Deny\n    source:\n      serviceAccounts:\n        selector: \"";
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("shop.yaml", SHOP), ("deep.yaml", &format!("{policy}{deep}\"\n"))]);
    assert!(scene.connectivity().class_count() > 0);
}
