//! The command as a person runs it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const SCENE: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 5432}]
";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("netpolis-command-{}-{name}", std::process::id()));
        fs::create_dir_all(path.join("below")).unwrap();
        for (name, text) in files {
            fs::write(path.join(name), text).unwrap();
        }
        Folder(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpolis"));
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Commands that need no input end without reading it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn flows_in_every_form() {
    let (code, text, errors) = run(&["flows", "-"], SCENE);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert_eq!(
        text,
        "0.0.0.0-255.255.255.255[External] => shop/web[Pod] : All Connections\n\
         shop/db[Pod] => 0.0.0.0-255.255.255.255[External] : All Connections\n\
         shop/db[Pod] => shop/web[Pod] : All Connections\n\
         shop/web[Pod] => 0.0.0.0-255.255.255.255[External] : All Connections\n\
         shop/web[Pod] => shop/db[Pod] : TCP 5432\n"
    );
    let form = |name: &str| run(&["flows", "-", "--format", name], SCENE).1;
    assert!(form("csv").contains("shop/web[Pod],shop/db[Pod],TCP 5432,"));
    assert!(form("md").contains("| shop/web[Pod] | shop/db[Pod] | TCP 5432 |"));
    assert!(form("dot").contains("\"shop/web[Pod]\" -> \"shop/db[Pod]\" [label=\"TCP 5432\"]"));
    let json: serde_json::Value = serde_json::from_str(&form("json")).unwrap();
    let flow = json["flows"].as_array().unwrap().iter().find(|f| f["from"] == "shop/web[Pod]" && f["to"] == "shop/db[Pod]").unwrap();
    assert_eq!(flow["allowed"], serde_json::json!([{"protocol": "TCP", "ports": [[5432, 5432]]}]));
}

#[test]
fn why_names_the_line_and_says_no_by_its_exit_code() {
    let ask = |port: &str, format: &str| run(&["why", "-", "--from", "shop/web", "--to", "db", "--port", port, "--format", format], SCENE);
    let (code, text, _) = ask("5432", "text");
    assert_eq!(code, 0);
    assert!(text.starts_with("Allowed: TCP 5432 from `shop/web` to `shop/db`, by ingress rule 1 of NetworkPolicy `shop/db`."), "{text}");
    assert!(text.contains("standard input:11:5"), "{text}");
    let (code, text, _) = ask("80", "text");
    assert_eq!(code, 1);
    assert!(text.contains("nearest: port 80 is not in 5432"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&ask("80", "json").1).unwrap();
    assert_eq!(json["verdict"], "denied");
    assert_eq!(json["checkpoints"][1]["nearest"]["place"]["line"], 12);
}

#[test]
fn folders_are_read_whole_and_broken_files_are_told() {
    let folder = Folder::new("broken", &[("below/a.yaml", SCENE), ("b.yml", "kind: [\n"), ("notes.txt", "not read")]);
    let (code, text, errors) = run(&["flows", folder.path()], "");
    assert_eq!(code, 2, "what is left out may be what matters");
    assert!(text.contains("shop/web[Pod] => shop/db[Pod] : TCP 5432"));
    assert!(errors.contains("b.yml:") && errors.contains("error["), "{errors}");
    assert_eq!(run(&["lint", folder.path()], "").0, 1);
}

#[test]
fn lint_points_at_the_text() {
    let (code, text, _) =
        run(&["lint", "-"], &SCENE.replace("podSelector: {matchLabels: {app: db}}", "podSelector: {matchLabels: {app: bd}}"));
    assert_eq!(code, 1);
    assert!(text.contains("warning[LINT001]: NetworkPolicy `shop/db` selects no pod\n  standard input:9:16\n  9 |   podSelector: {matchLabels: {app: bd}}\n    |                ^"), "{text}");
    assert_eq!(run(&["lint", "-"], SCENE), (0, String::new(), String::new()));
}

#[test]
fn diff_tells_what_changes() {
    let old = Folder::new("old", &[("a.yaml", SCENE)]);
    let new = Folder::new("new", &[("a.yaml", &SCENE.replace("5432", "5433"))]);
    let (code, text, _) = run(&["diff", old.path(), new.path()], "");
    assert_eq!(code, 1);
    assert_eq!(
        text,
        "Connectivity diff:\ndiff-type: changed, source: shop/web[Pod], destination: shop/db[Pod], ref1: TCP 5432, ref2: TCP 5433\n"
    );
    assert_eq!(run(&["diff", old.path(), old.path()], ""), (0, String::new(), String::new()));
}

#[test]
fn bad_usage_is_said_in_words() {
    for (arguments, message) in [
        (&["flows"][..], "which files?"),
        (&["flow", "-"], "there is no command `flow`"),
        (&["why", "-", "--to", "db"], "--from is missing"),
        (&["why", "-", "--from", "web", "--to", "bd"], "there is no pod, workload or node `bd`"),
        (&["flows", "-", "--format", "xml"], "it takes txt, csv, json, md, dot"),
        (&["flows", "-", "--engine", "magic"], "it takes generic or none"),
        (&["flows", "/no/such/file"], "cannot read /no/such/file"),
    ] {
        let (code, text, errors) = run(arguments, SCENE);
        assert_eq!((code, text.as_str()), (2, ""), "{arguments:?}");
        assert!(errors.contains(message), "{arguments:?}: {errors}");
    }
    let (code, text, _) = run(&["--help"], "");
    assert_eq!(code, 0);
    assert!(text.contains("exit code: 0 fine"));
}
