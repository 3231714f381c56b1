//! Flows, matrices and validation of cluster-wide policies, in one JSON file.
//!
//! The flows are those of the conformance tests of the network-policy-api project; the matrices those of its policy-assistant.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Severity;
use netpolis_core::model::Protocol;
use netpolis_core::policy::Direction;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::{Flow, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Set, Sets, input};
use crate::yaml;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    topology: Vec<Value>,
    vectors: Vec<Vector>,
    matrix_vectors: Vec<Matrix>,
    validation: Vec<Validation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    id: String,
    policies: Vec<Value>,
    #[serde(default)]
    namespace_labels: BTreeMap<String, BTreeMap<String, String>>,
    flows: Vec<ExpectedFlow>,
}

#[derive(Deserialize)]
struct ExpectedFlow {
    from: String,
    to: String,
    protocol: String,
    port: u16,
    expect: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Matrix {
    id: String,
    namespaces: Vec<String>,
    pods: Vec<String>,
    ports: Vec<u16>,
    protocols: Vec<String>,
    policies: Vec<Value>,
    default: Sides,
    except_ingress: Vec<Exception>,
    except_egress: Vec<Exception>,
}

#[derive(Deserialize)]
struct Sides {
    ingress: String,
    egress: String,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Exception {
    from: String,
    to: String,
    port: u16,
    protocol: String,
}

#[derive(Deserialize)]
struct Validation {
    id: String,
    valid: bool,
    resources: Vec<Value>,
}

/// Runs a file if it is of this form; others are left alone.
pub(super) fn run(path: &Path, sets: &mut Sets) -> Result<(), String> {
    let value: Value = input::json(path)?;
    if ["vectors", "matrixVectors", "validation"].iter().any(|field| value.get(field).is_none()) {
        return Ok(());
    }
    let file: File = serde_json::from_value(value).map_err(|e| format!("cannot read `{}`: {e}", path.display()))?;
    let mut set = Set::default();
    let mut convert = |id: &str, objects: &[Value]| {
        let files = [("case.yaml".to_owned(), yaml::documents(objects))];
        super::conversion::add(sets, &super::set_of(path), id, &files, &Settings::default());
    };
    for vector in &file.vectors {
        convert(&vector.id, &vector_objects(&file.topology, vector));
        set.add(vector.id.as_str(), flows(&file.topology, vector));
    }
    for matrix in &file.matrix_vectors {
        convert(&matrix.id, &matrix_objects(matrix).0);
        set.add(matrix.id.as_str(), compare_matrix(matrix));
    }
    for case in &file.validation {
        set.add(case.id.as_str(), validate(case));
    }
    sets.insert(super::set_of(path), set);
    Ok(())
}

fn scene(objects: &[Value]) -> Analysis {
    input::scene(&[("case.yaml".into(), yaml::documents(objects))], Settings::default())
}

/// Whether a flow is allowed, if that can be told and both answers of the evaluator are the same.
fn allowed(scene: &Analysis, from: Endpoint, to: Endpoint, protocol: Protocol, port: u16) -> Result<bool, String> {
    let answer = scene.decide(&Flow { from, to, traffic: Traffic::to_port(protocol, port) });
    let pair = scene.connectivity().between(from, to);
    let (source, certain) = (40_000, !pair.unknown().contains(protocol, 40_000, port));
    match (answer.verdict, certain, pair.allowed.contains(protocol, source, port)) {
        (Verdict::Allowed, true, true) => Ok(true),
        (Verdict::Denied, true, false) => Ok(false),
        (Verdict::CannotTell, false, _) => Err(format!("cannot tell: {}", answer.summary)),
        (verdict, ..) => Err(format!("one flow says {}, all pairs say {}", verdict.as_str(), pair.allowed)),
    }
}

fn protocol(name: &str) -> Result<Protocol, String> {
    Protocol::from_kubernetes(name).ok_or_else(|| format!("`{name}` is no protocol"))
}

// ---- flows -----------------------------------------------------------------------------------------------------------------------

fn vector_objects(topology: &[Value], vector: &Vector) -> Vec<Value> {
    let (mut objects, addresses) = pods(topology);
    for object in &mut objects {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        if let (true, Some(labels)) = (object["kind"] == "Namespace", vector.namespace_labels.get(name)) {
            for (key, value) in labels.clone() {
                object["metadata"]["labels"][key] = value.into();
            }
        }
    }
    objects.extend(vector.policies.iter().map(|policy| with_addresses(policy, &addresses)));
    objects
}

fn flows(topology: &[Value], vector: &Vector) -> Result<(), String> {
    let scene = scene(&vector_objects(topology, vector));
    for flow in &vector.flows {
        let (from, to) = (input::pod(&scene, &flow.from)?, input::pod(&scene, &flow.to)?);
        let what = format!("{} to {} {} {}", flow.from, flow.to, flow.protocol, flow.port);
        let got = allowed(&scene, from, to, protocol(&flow.protocol)?, flow.port).map_err(|e| format!("{what}: {e}"))?;
        if got != (flow.expect == "allow") {
            return Err(format!("{what}: expected {}, got the opposite", flow.expect));
        }
    }
    Ok(())
}

/// The topology as a cluster would list it: each StatefulSet as its pods, all on one node, but for those on the host network, which have
/// a node each, so that no end is the node of another.
fn pods(topology: &[Value]) -> (Vec<Value>, BTreeMap<String, String>) {
    let mut objects = Vec::new();
    let mut addresses = BTreeMap::new();
    let mut nodes = BTreeSet::from([0]);
    for object in topology {
        if object["kind"] != "StatefulSet" {
            objects.push(object.clone());
            continue;
        }
        let (namespace, name) = (&object["metadata"]["namespace"], object["metadata"]["name"].as_str().unwrap_or_default());
        let template = &object["spec"]["template"];
        for ordinal in 0..object["spec"]["replicas"].as_u64().unwrap_or(1) {
            let number = addresses.len() + 1;
            let on_host = template["spec"]["hostNetwork"] == true;
            let node = if on_host { number } else { 0 };
            nodes.insert(node);
            let address = if on_host { format!("172.18.0.{node}") } else { format!("10.244.0.{number}") };
            let pod = format!("{name}-{ordinal}");
            addresses.insert(format!("{}/{pod}", namespace.as_str().unwrap_or_default()), address.clone());
            let mut spec = template["spec"].clone();
            spec["nodeName"] = json!(format!("node-{node}"));
            objects.push(json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": pod, "namespace": namespace, "labels": template["metadata"]["labels"]},
                "spec": spec,
                "status": {"phase": "Running", "podIP": address, "hostIP": format!("172.18.0.{node}")},
            }));
        }
    }
    for node in nodes {
        objects.push(json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": format!("node-{node}"), "labels": {"kubernetes.io/os": "linux"}},
            "status": {"addresses": [{"type": "InternalIP", "address": format!("172.18.0.{node}")}]},
        }));
    }
    (objects, addresses)
}

/// Puts the pods' addresses in the place of `{{ip NAMESPACE/POD}}`.
fn with_addresses(value: &Value, addresses: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => {
            let filled = addresses.iter().fold(text.clone(), |text, (pod, address)| text.replace(&format!("{{{{ip {pod}}}}}"), address));
            filled.into()
        }
        Value::Array(items) => items.iter().map(|item| with_addresses(item, addresses)).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), with_addresses(value, addresses))).collect(),
        other => other.clone(),
    }
}

// ---- matrices --------------------------------------------------------------------------------------------------------------------

/// The objects, and the titles of the pods.
fn matrix_objects(matrix: &Matrix) -> (Vec<Value>, Vec<String>) {
    let mut objects = Vec::new();
    let mut titles = Vec::new();
    for namespace in &matrix.namespaces {
        objects.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {"ns": namespace}}}));
        for pod in &matrix.pods {
            let ports: Vec<Value> = matrix
                .ports
                .iter()
                .flat_map(|port| matrix.protocols.iter().map(move |protocol| (port, protocol)))
                .map(|(port, protocol)| {
                    json!({"name": format!("serve-{port}-{}", protocol.to_lowercase()), "containerPort": port, "protocol": protocol})
                })
                .collect();
            titles.push(format!("{namespace}/{pod}"));
            objects.push(json!({
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": pod, "namespace": namespace, "labels": {"pod": pod}},
                "spec": {"containers": [{"name": "serve", "image": "example/serve", "ports": ports}]},
                "status": {"phase": "Running", "podIP": format!("10.244.0.{}", titles.len())},
            }));
        }
    }
    objects.extend(matrix.policies.iter().cloned());
    (objects, titles)
}

fn compare_matrix(matrix: &Matrix) -> Result<(), String> {
    let (objects, titles) = matrix_objects(matrix);
    let scene = scene(&objects);
    for from in &titles {
        for to in titles.iter().filter(|to| *to != from) {
            for (port, name) in matrix.ports.iter().flat_map(|port| matrix.protocols.iter().map(move |name| (*port, name))) {
                let cell = Exception { from: from.clone(), to: to.clone(), port, protocol: name.clone() };
                let ends = (input::pod(&scene, from)?, input::pod(&scene, to)?);
                compare_cell(&scene, matrix, &cell, ends).map_err(|e| format!("{from} to {to} {name} {port}: {e}"))?;
            }
        }
    }
    Ok(())
}

fn compare_cell(scene: &Analysis, matrix: &Matrix, cell: &Exception, (from, to): (Endpoint, Endpoint)) -> Result<(), String> {
    let protocol = protocol(&cell.protocol)?;
    let expected = |default: &str, exceptions: &[Exception]| (default == "allow") != exceptions.contains(cell);
    let sides = [
        (Direction::Egress, expected(&matrix.default.egress, &matrix.except_egress)),
        (Direction::Ingress, expected(&matrix.default.ingress, &matrix.except_ingress)),
    ];
    for (direction, expected) in sides {
        let side = scene.connectivity().one_side(direction, from, to);
        let got = side.allowed.contains(protocol, 40_000, cell.port);
        if got != expected || side.possible.contains(protocol, 40_000, cell.port) != got {
            return Err(format!("{} alone should {}be allowed", direction.as_str(), if expected { "" } else { "not " }));
        }
    }
    let both = sides.iter().all(|(_, expected)| *expected);
    match allowed(scene, from, to, protocol, cell.port)? == both {
        true => Ok(()),
        false => Err(format!("should {}be allowed", if both { "" } else { "not " })),
    }
}

// ---- validation ------------------------------------------------------------------------------------------------------------------

fn validate(case: &Validation) -> Result<(), String> {
    let scene = scene(&case.resources);
    let error = scene.loaded().diagnostics.iter().find(|d| d.severity == Severity::Error);
    match (case.valid, error) {
        (true, Some(error)) => Err(format!("should be valid, got: {}", error.message)),
        (false, None) => Err("should be refused".into()),
        _ => Ok(()),
    }
}
