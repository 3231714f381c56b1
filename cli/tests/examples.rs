//! The gallery of examples says what is true: each opens without an error, and its flow has the verdict that the index names.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;

use netpolis::why::{Question, ask};
use netpolis_core::diagnostics::Severity;
use netpolis_core::model::Protocol;
use netpolis_core::scene::Scene;
use netpolis_core::settings::Settings;
use serde_json::Value;

#[test]
fn every_example_is_what_its_entry_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/examples");
    let index: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap();
    assert!(index.len() >= 8);
    for example in &index {
        let text = |value: &Value| value.as_str().unwrap().to_string();
        let id = text(&example["id"]);
        let files: Vec<(String, String)> = example["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| (text(&f["name"]), fs::read_to_string(folder.join(text(&f["path"]))).unwrap()))
            .collect();
        let mut scene = Scene::new(Settings::default());
        scene.set_files(&files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect::<Vec<_>>());
        let errors: Vec<_> = scene.problems().iter().filter(|p| p.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{id}: {errors:?}");
        let flow = &example["flow"];
        let question = Question {
            from: text(&flow["from"]),
            to: text(&flow["to"]),
            protocol: Protocol::from_name(&text(&flow["protocol"])).unwrap(),
            port: Some(flow["port"].as_u64().unwrap() as u16),
        };
        let reply = ask(&scene, &question).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(reply.answer.verdict.as_str(), text(&example["verdict"]), "{id}: {}", reply.answer.summary);
    }
}
