//! The JavaScript API and the core itself, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::settings::Settings;
use netpolis_engine::api::{ErrorCode, Netpolis, SourceFile};
use netpolis_view::{AnswerView, PathQuestion, Question, SceneView, VerdictView, answer_view, scene_view};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const SHOP: &str = include_str!("../../tests/shop.yaml");

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

/// A plain object.
fn object(value: &impl serde::Serialize) -> JsValue {
    serde_wasm_bindgen::to_value(value).unwrap()
}

fn json(value: &JsValue) -> String {
    js_sys::JSON::stringify(value).unwrap().into()
}

fn loaded(settings: &JsValue, files: &[(&str, &str)]) -> Netpolis {
    let mut netpolis = Netpolis::new(settings).unwrap();
    let files: Vec<SourceFile> = files.iter().map(|(name, text)| SourceFile { name: (*name).into(), text: (*text).into() }).collect();
    netpolis.load(&object(&files)).unwrap();
    netpolis
}

/// An object with one field.
fn setting(name: &str, value: &str) -> JsValue {
    let settings = js_sys::Object::new();
    js_sys::Reflect::set(&settings, &name.into(), &value.into()).unwrap();
    settings.into()
}

#[wasm_bindgen_test]
fn the_api_answers_in_plain_objects() {
    let netpolis = loaded(&JsValue::UNDEFINED, &[("shop.yaml", SHOP)]);
    assert_eq!(json(&netpolis.problems().unwrap()), "[]");
    let ask = |question: Question| netpolis.decide(&object(&question)).map(|answer| json(&answer)).map_err(|error| error.code);
    let allowed = ask(question("web", 5432)).unwrap();
    assert!(allowed.starts_with(r#"{"question":{"from":"shop/web[Pod]","to":"shop/db[Pod]","#), "{allowed}");
    assert!(allowed.contains(r#""verdict":"allowed""#) && allowed.contains(r#""line":14"#), "{allowed}");
    assert_eq!(ask(question("nobody", 1)), Err(ErrorCode::UnknownEndpoint));
    let pairs = json(&netpolis.connectivity().unwrap());
    assert!(pairs.contains(r#""status":"partly","short":"5432""#), "{pairs}");
}

#[wasm_bindgen_test]
fn the_api_follows_packets() {
    let netpolis = loaded(&JsValue::UNDEFINED, &BALANCED);
    let ask = |settings: &JsValue| netpolis.path(&object(&way()), settings).map(|path| json(&path)).map_err(|error| error.message);
    let path = ask(&JsValue::UNDEFINED).unwrap();
    let begin = r#"{"from":"203.0.113.7","to":"shop/frontend","protocol":"TCP","port":443,"verdict":"sometimes""#;
    assert!(path.starts_with(begin), "{path}");
    assert!(path.contains(r#""translations":["DNAT","SNAT"]"#), "{path}");
    assert!(ask(&setting("externalTrafficPolicy", "Local")).unwrap().contains(r#""verdict":"allowed","text":"allowed""#));
    assert!(ask(&setting("dataplane", "ebpf")).unwrap().contains(r#""outer":"10.224.0.5 → 10.224.0.4:4789""#));
    assert_eq!(
        ask(&setting("dataplane", "magic")),
        Err("`magic` is not a value of `dataplane`: it takes iptables, ebpf or ebpf-dsr".to_owned())
    );
}

#[wasm_bindgen_test]
fn assumptions_count() {
    let netpolis = loaded(&setting("engine", "none"), &[("shop.yaml", SHOP)]);
    let answer = json(&netpolis.decide(&object(&question("debug", 80))).unwrap());
    assert!(answer.contains(r#""verdict":"allowed""#), "{answer}");
}

#[wasm_bindgen_test]
fn an_assumption_that_there_is_not_is_an_error_that_lists_those_that_there_are() {
    let error = JsValue::from(Netpolis::new(&setting("engine", "Calico")).err().unwrap());
    let get = |field: &str| js_sys::Reflect::get(&error, &field.into()).unwrap().as_string();
    let message = "`Calico` is not a value of `engine`: it takes detected, generic, calico, azure-npm or none";
    assert_eq!(get("message").as_deref(), Some(message));
    assert_eq!((get("code").as_deref(), get("field").as_deref()), (Some("invalid-setting"), Some("engine")));
    assert!(error.is_instance_of::<js_sys::Error>());
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
