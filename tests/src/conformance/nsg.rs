//! Network security groups: flows with every checkpoint they pass, rule lists that Azure takes or refuses, and documents in all shapes.
//!
//! * A file with `vectors` and `validation`: each vector gives a network, groups with their own rules, a flow, the verdict and every checkpoint
//!   with its deciding rule; each validation a rule list and whether it is accepted.
//! * Any other file that holds rules of security groups: it must load, and every field of every rule must be kept.

use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Severity;
use netpolis_core::language::Kind;
use netpolis_core::language::azure::{Azure, SecurityRule, WrittenValue};
use netpolis_core::model::Protocol;
use netpolis_core::policy::Direction;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::traversal::{Checkpoint, GroupPlace};
use netpolis_core::verdict::{Flow, Verdict};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Sets, input};

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
    validation: Vec<Validation>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    network: Network,
    nsgs: Vec<Value>,
    flow: FlowOf,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Network {
    virtual_network: VirtualNetwork,
    #[serde(default)]
    subnets: Vec<Subnet>,
    #[serde(default)]
    nics: Vec<Nic>,
    #[serde(default)]
    service_tags: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VirtualNetwork {
    address_prefixes: Vec<String>,
    #[serde(default)]
    peered_prefixes: Vec<String>,
    #[serde(default)]
    on_premises_prefixes: Vec<String>,
    #[serde(default)]
    route_prefixes: Vec<String>,
}

#[derive(Deserialize)]
struct Subnet {
    name: String,
    prefix: String,
    nsg: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Nic {
    name: String,
    ip: String,
    subnet: String,
    nsg: Option<String>,
    #[serde(default)]
    asgs: Vec<String>,
    #[serde(default)]
    floating_ips: Vec<String>,
    #[serde(default)]
    pod_prefixes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlowOf {
    source: String,
    destination: String,
    protocol: String,
    source_port: Option<u16>,
    destination_port: Option<u16>,
}

#[derive(Deserialize)]
struct Expected {
    verdict: String,
    steps: Vec<Step>,
}

#[derive(Deserialize, PartialEq, Eq, Debug)]
struct Step {
    at: String,
    nsg: String,
    rule: String,
    access: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Validation {
    id: String,
    security_rules: Option<Vec<Value>>,
    generate: Option<Generate>,
    expect: Accepted,
}

#[derive(Deserialize)]
struct Generate {
    count: usize,
}

#[derive(Deserialize)]
struct Accepted {
    accepted: bool,
    problem: Option<String>,
}

/// Runs a file if it is of one of these forms; others are left alone.
pub(super) fn run(path: &Path, sets: &mut Sets) -> Result<(), String> {
    let value: Value = input::json(path)?;
    if value.pointer("/vectors/0/nsgs").is_some() {
        let file: File = serde_json::from_value(value).map_err(|e| format!("cannot read `{}`: {e}", path.display()))?;
        let set = sets.entry("nsg-vectors".to_owned()).or_default();
        for vector in &file.vectors {
            set.add(&vector.id, check_vector(vector));
        }
        let set = sets.entry("nsg-validation".to_owned()).or_default();
        for case in &file.validation {
            set.add(&case.id, check_validation(case));
        }
        return Ok(());
    }
    let mut written = Vec::new();
    rules_of(&value, &mut written);
    if !written.is_empty() {
        let set = sets.entry("nsg-inputs".to_owned()).or_default();
        set.add(super::set_of(path), check_input(&input::text(path)?, &written));
    }
    Ok(())
}

fn group(name: &str, rules: &Value) -> Value {
    json!({"type": "Microsoft.Network/networkSecurityGroups", "name": name, "properties": {"securityRules": rules}})
}

fn scene_of(vector: &Vector) -> Analysis {
    let network = &vector.network;
    let own = &network.virtual_network;
    let subnets: Vec<Value> =
        network.subnets.iter().map(|s| json!({"name": s.name, "prefix": s.prefix, "nsg": s.nsg, "routes": own.route_prefixes})).collect();
    let mut networks = vec![json!({
        "name": "vnet", "addressSpace": own.address_prefixes, "onPremises": own.on_premises_prefixes, "subnets": subnets,
        "peerings": if own.peered_prefixes.is_empty() { vec![] } else { vec!["peer"] },
    })];
    if !own.peered_prefixes.is_empty() {
        networks.push(json!({"name": "peer", "addressSpace": own.peered_prefixes, "peerings": ["vnet"]}));
    }
    let machines: Vec<Value> = network
        .nics
        .iter()
        .map(|n| {
            json!({
                "name": n.name, "address": n.ip, "subnet": n.subnet, "nsg": n.nsg, "groups": n.asgs, "loadBalancer": n.floating_ips,
                "pods": n.pod_prefixes,
            })
        })
        .collect();
    let short = json!({"azure": {"networks": networks, "machines": machines, "tags": network.service_tags}}).to_string();
    let groups: Vec<Value> = vector
        .nsgs
        .iter()
        .map(|g| group(g.get("name").and_then(Value::as_str).unwrap_or_default(), &g["properties"]["securityRules"]))
        .collect();
    let groups = Value::from(groups).to_string();
    let mut scene = Analysis::new(Settings::default());
    // An empty list says nothing of what it would be a list of.
    let files = [("network.json", &*short), ("groups.json", &*groups)];
    scene.set_files(if vector.nsgs.is_empty() { &files[..1] } else { &files });
    scene
}

fn protocol(name: &str) -> Option<Protocol> {
    match name {
        "Esp" => Some(Protocol(50)),
        "Ah" => Some(Protocol(51)),
        name => Protocol::from_name(name),
    }
}

fn check_vector(vector: &Vector) -> Result<(), String> {
    let scene = scene_of(vector);
    if let Some(error) = scene.loaded().diagnostics.iter().find(|d| d.severity == Severity::Error) {
        return Err(format!("not taken: {}", error.message));
    }
    let end = |text: &str| text.parse().map(Endpoint::Outside).map_err(|_| format!("`{text}` is not an address"));
    let traffic = Traffic {
        protocol: protocol(&vector.flow.protocol).ok_or("unknown protocol")?,
        source: vector.flow.source_port,
        destination: vector.flow.destination_port,
    };
    let flow = Flow { from: end(&vector.flow.source)?, to: end(&vector.flow.destination)?, traffic };
    let answer = scene.decide(&flow);
    let steps: Vec<Step> = answer
        .checkpoints
        .iter()
        .filter_map(|checkpoint| {
            let Checkpoint::Group { used, place, direction, .. } = checkpoint.checkpoint else { return None };
            let at = match (place, direction) {
                (GroupPlace::Interface(_), Direction::Egress) => "nic-outbound",
                (GroupPlace::Subnet(_), Direction::Egress) => "subnet-outbound",
                (GroupPlace::Subnet(_), Direction::Ingress) => "subnet-inbound",
                (GroupPlace::Interface(_), Direction::Ingress) => "nic-inbound",
            };
            let (_, group) = scene.snapshot().cloud.used(used)?;
            let rule = checkpoint.decided_by().and_then(|r| scene.compiled().ruleset().rule(r)).and_then(|r| r.name.clone());
            let access = if checkpoint.verdict == Verdict::Allowed { "Allow" } else { "Deny" };
            Some(Step { at: at.into(), nsg: group.name.clone(), rule: rule.unwrap_or_default(), access: access.into() })
        })
        .collect();
    // The vectors are about groups alone: whether a way leads there, and through which appliance, they do not ask.
    let routed = answer.checkpoints.iter().any(|c| matches!(c.checkpoint, Checkpoint::Route(_)));
    let by_groups = || {
        let of_groups = answer.checkpoints.iter().filter(|c| !matches!(c.checkpoint, Checkpoint::Route(_))).map(|c| c.verdict);
        of_groups.max_by_key(|verdict| [Verdict::Allowed, Verdict::CannotTell, Verdict::Denied].iter().position(|v| v == verdict))
    };
    let verdict = match if routed { by_groups().unwrap_or(Verdict::Allowed) } else { answer.verdict } {
        Verdict::Allowed => "Allow",
        Verdict::Denied => "Deny",
        Verdict::CannotTell => "cannot tell",
    };
    if verdict != vector.expect.verdict {
        return Err(format!("{verdict} instead of {}: {}", vector.expect.verdict, answer.summary));
    }
    if steps != vector.expect.steps {
        return Err(format!("steps {steps:?} instead of {:?}", vector.expect.steps));
    }
    let pair = scene.connectivity().between(flow.from, flow.to);
    let (source, destination) = (vector.flow.source_port.unwrap_or(8), vector.flow.destination_port.unwrap_or(0));
    if pair.allowed.contains(traffic.protocol, source, destination) != (answer.verdict == Verdict::Allowed) {
        return Err(format!("all pairs say {} and not {verdict}", pair.allowed));
    }
    Ok(())
}

fn check_validation(case: &Validation) -> Result<(), String> {
    let rules: Value = match &case.generate {
        Some(generate) => (0..generate.count)
            .map(|i| {
                json!({"name": format!("r{i}"), "properties": {
                    "protocol": "*", "access": "Allow", "priority": 100 + i % 3997, "direction": if i < 3997 { "Inbound" } else { "Outbound" },
                    "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "sourcePortRange": "*", "destinationPortRange": "80",
                }})
            })
            .collect(),
        None => case.security_rules.clone().unwrap_or_default().into(),
    };
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("group.json", &group("g", &rules).to_string())]);
    let error = scene.loaded().diagnostics.iter().find(|d| d.severity == Severity::Error);
    match (case.expect.accepted, error) {
        (true, None) | (false, Some(_)) => Ok(()),
        (true, Some(error)) => Err(format!("refused: {}", error.message)),
        (false, None) => Err(format!("accepted, although {}", case.expect.problem.as_deref().unwrap_or("it is wrong"))),
    }
}

const FIELDS: [&str; 17] = [
    "name",
    "id",
    "description",
    "protocol",
    "sourcePortRange",
    "sourcePortRanges",
    "destinationPortRange",
    "destinationPortRanges",
    "sourceAddressPrefix",
    "sourceAddressPrefixes",
    "destinationAddressPrefix",
    "destinationAddressPrefixes",
    "sourceApplicationSecurityGroups",
    "destinationApplicationSecurityGroups",
    "access",
    "priority",
    "direction",
];

/// The fields of every rule that a document holds, wherever it stands.
fn rules_of(value: &Value, found: &mut Vec<Map<String, Value>>) {
    let mut add = |rule: &Value| {
        let inner = rule.get("properties").unwrap_or(rule);
        let field = |name: &&str| inner.get(*name).or_else(|| rule.get(*name)).map(|v| ((*name).to_owned(), v.clone()));
        found.push(FIELDS.iter().filter_map(field).collect());
    };
    let is_rule = |v: &Value| {
        let inner = v.get("properties").unwrap_or(v);
        ["priority", "direction", "access"].iter().all(|name| inner.get(*name).is_some())
    };
    if is_rule(value) {
        return add(value);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| rules_of(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| rules_of(item, found)),
        _ => {}
    }
}

/// A rule as it is printed again.
fn printed(rule: &SecurityRule) -> Map<String, Value> {
    let value = |value: &WrittenValue| match value {
        WrittenValue::Null => Value::Null,
        WrittenValue::Text(text) => text.to_string().into(),
        WrittenValue::Number(number) => (*number).into(),
        WrittenValue::List(items) => items.iter().map(ToString::to_string).collect(),
        WrittenValue::Ids(items) => items.iter().map(|id| json!({"id": id.to_string()})).collect(),
    };
    rule.written.iter().map(|field| (field.name.to_owned(), value(&field.value))).collect()
}

fn check_input(text: &str, written: &[Map<String, Value>]) -> Result<(), String> {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("input.json", text)]);
    // Nothing may come of it but answers.
    let _ = (scene.problems().len(), scene.connectivity().class_count());
    let mut kept: Vec<Map<String, Value>> = Vec::new();
    for document in &scene.loaded().documents {
        for resource in &document.parsed.resources {
            if let Kind::Azure(azure) = &resource.kind {
                match &**azure {
                    Azure::Group(group) => kept.extend(group.rules.iter().chain(&group.defaults).map(printed)),
                    Azure::Rule { rule, .. } => kept.push(printed(rule)),
                    _ => {}
                }
            }
        }
    }
    for rule in written {
        match kept.iter().position(|k| k == rule) {
            Some(at) => drop(kept.swap_remove(at)),
            None => return Err(format!("not kept: {}", Value::from(rule.clone()))),
        }
    }
    match kept.first() {
        Some(more) => Err(format!("read and not written: {}", Value::from(more.clone()))),
        None => Ok(()),
    }
}
