//! The gallery of examples says what is true: each opens with the problems that it is about and no others, its flows and the ways of its packets
//! have the verdicts that the index names, and what its comments offer does what they say.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use netpolis::why::{Question, ask};
use netpolis_core::analysis::Analysis;
use netpolis_core::diagnostics::Severity;
use netpolis_core::language::TrafficPolicy;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, PathAnswer, Paths, path};
use netpolis_core::settings::{Dataplane, IngressBy, Routing, Settings};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/examples")
}

fn index() -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(folder().join("index.json")).unwrap()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn scene(example: &Value, change: impl Fn(String) -> String) -> Analysis {
    let file = |file: &Value| (text(&file["name"]).to_string(), change(fs::read_to_string(folder().join(text(&file["path"]))).unwrap()));
    let files: Vec<(String, String)> = list(&example["files"]).iter().map(file).collect();
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    scene
}

#[track_caller]
fn assert_verdict(scene: &Analysis, flow: &Value, verdict: &Value, id: &str) {
    let question = Question {
        from: text(&flow["from"]).into(),
        to: text(&flow["to"]).into(),
        protocol: Protocol::from_name(text(&flow["protocol"])).unwrap(),
        port: Some(flow["port"].as_u64().unwrap().try_into().unwrap()),
        source_port: None,
        icmp_type: None,
        icmp_code: None,
    };
    let reply = ask(scene, &question).unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(reply.answer.verdict.as_str(), text(verdict), "{id}: {}", reply.answer.summary);
}

#[test]
fn flows_have_the_verdicts_of_the_index() {
    for example in index() {
        let id = text(&example["id"]);
        let scene = scene(&example, |text| text);
        assert_verdict(&scene, &example["flow"], &example["verdict"], id);
        for flow in list(&example["also"]) {
            assert_verdict(&scene, flow, &flow["verdict"], id);
        }
    }
}

fn way(paths: &Paths, asked: &Value, id: &str) -> PathAnswer {
    let question = Asked {
        from: text(&asked["from"]),
        to: text(&asked["to"]),
        port: asked["port"].as_u64().map(|port| port.try_into().unwrap()),
        protocol: Protocol::TCP,
        entry: None,
        node: None,
    };
    path(paths, &question).unwrap_or_else(|error| panic!("{id}: {error}"))
}

/// What is changed on the other side of a comparison, as the page writes it.
fn changed(change: &str) -> Routing {
    let (name, value) = change.split_once('=').unwrap();
    match name {
        "dataplane" => Routing { dataplane: Some(Dataplane::from_name(value).unwrap()), ..Routing::default() },
        "externalTrafficPolicy" => Routing { external: Some(TrafficPolicy::from_name(value).unwrap()), ..Routing::default() },
        "ingress" => Routing { ingress: Some(IngressBy::from_name(value).unwrap()), ..Routing::default() },
        _ => panic!("no example compares {change}"),
    }
}

#[test]
fn ways_have_the_verdicts_of_the_index() {
    let mut ways = 0;
    for example in index() {
        let id = text(&example["id"]);
        let scene = scene(&example, |text| text);
        let asked = example.get("paths").map_or(&[][..], |paths| list(paths));
        assert_eq!(example.get("tab").is_some(), !asked.is_empty(), "{id}: what opens with the path panel asks for a way");
        for asked in asked {
            let answer = way(scene.paths(), asked, id);
            assert_eq!(answer.verdict.to_string(), text(&asked["verdict"]), "{id}: {}", answer.summary);
            if let Some(change) = asked.get("versus") {
                let other = way(&scene.paths_with(&changed(text(change))), asked, id);
                assert_eq!(other.verdict.to_string(), text(&asked["other"]), "{id} with {change}: {}", other.summary);
            }
            if let Some(shares) = asked.get("pods") {
                let each: Vec<String> = answer.pods.iter().map(|pod| pod.each.to_string()).collect();
                assert_eq!(each, list(shares).iter().map(text).collect::<Vec<_>>(), "{id}");
            }
            ways += 1;
        }
    }
    assert!(ways > 6);
}

#[test]
fn problems_are_those_that_the_example_is_about() {
    for example in index() {
        let problems = scene(&example, |text| text).problems().to_vec();
        assert!(problems.iter().all(|p| p.severity != Severity::Error), "{}: {problems:?}", example["id"]);
        let found: BTreeSet<&str> = problems.iter().filter(|p| p.severity == Severity::Warning).map(|p| p.code.0).collect();
        assert_eq!(found, list(&example["problems"]).iter().map(text).collect(), "{}", example["id"]);
    }
}

/// Takes the comment signs away from lines of YAML; sentences stay comments.
fn uncommented(file: String) -> String {
    let yaml = |rest: &str| rest.starts_with([' ', '-']) || rest.starts_with("policyTypes:");
    let line = |line: &str| match line.split_once("# ") {
        Some((indent, rest)) if indent.trim().is_empty() && yaml(rest) => format!("{indent}{rest}\n"),
        _ => format!("{line}\n"),
    };
    file.lines().map(line).collect()
}

#[test]
fn what_comments_offer_changes_the_verdict() {
    let mut offers = 0;
    for example in index() {
        let changed = scene(&example, uncommented);
        let offered = example.get("uncommented");
        let same = list(&example["files"]).iter().all(|f| {
            let file = fs::read_to_string(folder().join(text(&f["path"]))).unwrap();
            uncommented(file.clone()) == file
        });
        assert_eq!(offered.is_none(), same, "{}: comments with YAML in them need `uncommented`", example["id"]);
        if let Some(verdict) = offered {
            assert_ne!(verdict, &example["verdict"]);
            assert_verdict(&changed, &example["flow"], verdict, text(&example["id"]));
            offers += 1;
        }
    }
    assert!(offers > 0);
}

#[test]
fn the_index_names_every_file_once() {
    let index = index();
    assert!(index.len() >= 10);
    let ids: BTreeSet<&str> = index.iter().map(|e| text(&e["id"])).collect();
    assert_eq!(ids.len(), index.len());
    let files = index.iter().flat_map(|e| list(&e["files"]));
    let named: Vec<String> = files.map(|f| text(&f["path"]).to_string()).collect();
    let mut there = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            let name = entry.file_name().into_string().unwrap();
            assert!(ids.contains(name.as_str()), "{name} is in no entry");
            there.extend(fs::read_dir(entry.path()).unwrap().map(|f| format!("{name}/{}", f.unwrap().file_name().into_string().unwrap())));
        }
    }
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    assert_eq!(sorted(named), sorted(there));
    for example in &index {
        for field in ["title", "summary", "teaches"] {
            assert!(!text(&example[field]).is_empty());
        }
    }
}
