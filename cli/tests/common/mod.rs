//! What the tests of the command share.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A client, a database, and the policy that lets the one to the other.
pub const SCENE: &str = "\
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

/// Runs the command: its exit code, what it says, and what it says of what went wrong.
pub fn run(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpolis"));
    let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Commands that need no input end without reading it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// Asserts that a value follows a schema, as far as these schemas go.
pub fn follows(root: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference}"));
        follows(root, target, value, at);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = |one: &&Value| std::panic::catch_unwind(|| follows(root, one, value, at)).is_ok();
        assert!(any.iter().any(|one| fits(&one)), "{at}: {value} fits none of {any:?}");
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    match &schema["type"] {
        Value::String(due) => assert_eq!(due, kind, "{at}"),
        Value::Array(due) => assert!(due.iter().any(|due| due == kind), "{at}: {kind}"),
        _ => {}
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value}");
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_i64(), value.as_i64()) {
        assert!(number >= least, "{at}: {number}");
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if let Some(object) = value.as_object() {
            assert!(object.contains_key(name), "{at} has no {name}");
        }
    }
    if let (Some(object), Some(properties)) = (value.as_object(), schema["properties"].as_object()) {
        for (name, value) in object {
            match properties.get(name) {
                Some(schema) => follows(root, schema, value, &format!("{at}.{name}")),
                None => assert!(schema["additionalProperties"] != Value::Bool(false), "{at} has {name}"),
            }
        }
    }
    if let Some(items) = value.as_array().filter(|_| schema["items"].is_object()) {
        items.iter().for_each(|item| follows(root, &schema["items"], item, at));
    }
}
