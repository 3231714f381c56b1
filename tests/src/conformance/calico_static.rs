//! What needs no cluster: validation, types, HTTP matches, protocols and networks of `calico-policy.json`.

use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::diagnostics::Severity;
use netpolis_core::language::calico::Calico;
use netpolis_core::language::{Kind, codes};
use netpolis_core::model::http::{HttpMatch, HttpPath};
use netpolis_core::model::{Protocol, http};
use netpolis_core::settings::{Engine, Settings};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Sets, input};
use crate::yaml;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Case {
    id: String,
    kind: String,
    resources: String,
    valid: bool,
    error_class: Option<String>,
    expect: Vec<String>,
    request: String,
    ok: bool,
    normalized: Option<String>,
    methods: Vec<String>,
    paths: Vec<PathMatch>,
    r#match: bool,
    nets: Vec<String>,
    ip: String,
    protocol: Value,
    #[serde(rename = "notProtocol")]
    not_protocol: Value,
    packet: u8,
}

#[derive(Deserialize)]
struct PathMatch {
    exact: Option<String>,
    prefix: Option<String>,
}

/// Runs a file if it is of this form; others are left alone.
pub(super) fn run(path: &Path, sets: &mut Sets) -> Result<(), String> {
    let value: Value = input::json(path)?;
    let Some(cases) = value.as_array() else { return Ok(()) };
    for case in cases {
        let check: fn(&Case) -> Result<(), String> = match case.get("kind").and_then(Value::as_str) {
            Some("validation") => validation,
            Some("types") => types,
            Some("http-path" | "http-method") => request,
            Some("http-normalize") => normalised,
            Some("protocol") => protocol,
            Some("nets") => nets,
            _ => continue,
        };
        let case: Case = serde_json::from_value(case.clone()).map_err(|e| format!("cannot read `{}`: {e}", path.display()))?;
        sets.entry(super::set_of(path)).or_default().add(case.id.as_str(), check(&case));
    }
    Ok(())
}

/// Our codes for each class of upstream's messages.
fn codes_of(class: &str) -> Vec<netpolis_core::diagnostics::Code> {
    match class {
        "selector" => vec![codes::SELECTOR],
        "global" => vec![codes::GLOBAL_SELECTOR],
        "too-long" => vec![codes::SELECTOR_TOO_LONG],
        "ports-need-protocol" => vec![codes::PORTS_NEED_PROTOCOL],
        "ports-wrong-protocol" => vec![codes::PORTS_WRONG_PROTOCOL],
        "port-range" => vec![codes::CALICO_PORT_RANGE],
        "port-name" => vec![codes::CALICO_PORT_NAME],
        "protocol-invalid" => vec![codes::CALICO_PROTOCOL],
        "icmp-needs-protocol" => vec![codes::ICMP_NEEDS_PROTOCOL],
        "icmp-range" => vec![codes::ICMP_RANGE],
        "icmp-ip-version" => vec![codes::ICMP_IP_VERSION],
        "mixed-families" => vec![codes::MIXED_FAMILIES],
        "ip-version-net" => vec![codes::IP_VERSION_NET],
        "invalid-cidr" => vec![codes::CALICO_CIDR],
        "catch-all-negation" => vec![codes::CATCH_ALL_NEGATION],
        "service-conflict" => vec![codes::SERVICE_CONFLICT],
        "service-direction" => vec![codes::SERVICE_DIRECTION],
        "http-egress" => vec![codes::HTTP_EGRESS],
        "http-match" => vec![codes::HTTP_MATCH],
        "types" => vec![codes::CALICO_TYPES],
        "flags" => vec![codes::HOOK_FLAGS],
        "hints" => vec![codes::HINTS],
        "name" => vec![codes::INVALID_NAME],
        "tier" => vec![codes::TIER, codes::INVALID_NAME],
        "staged-action" => vec![codes::STAGED_ACTION],
        "hostendpoint" => vec![codes::HOST_ENDPOINT],
        "unsupported-value" => vec![codes::CALICO_VALUE],
        _ => Vec::new(),
    }
}

fn scene(text: &str) -> Analysis {
    input::scene(&[("case.yaml".to_owned(), text.to_owned())], Settings { engine: Engine::Calico, ..Settings::default() })
}

fn validation(case: &Case) -> Result<(), String> {
    let scene = scene(&case.resources);
    let errors: Vec<_> = scene.loaded().diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    let found = || errors.iter().map(|e| format!("{} {}", e.code.0, e.message)).collect::<Vec<_>>().join("; ");
    match (case.valid, case.error_class.as_deref()) {
        (true, _) if errors.is_empty() => Ok(()),
        (true, _) => Err(format!("is valid, got {}", found())),
        (false, class) => {
            let codes = codes_of(class.unwrap_or_default());
            let fits = errors.iter().any(|e| codes.contains(&e.code));
            if fits { Ok(()) } else { Err(format!("expected {class:?}, got {}", found())) }
        }
    }
}

fn types(case: &Case) -> Result<(), String> {
    let scene = scene(&case.resources);
    let policy = scene.loaded().resources().find_map(|(_, r)| match &r.kind {
        Kind::Calico(calico) => match &**calico {
            Calico::Policy(policy) => Some((policy.acts_on_ingress, policy.acts_on_egress)),
            _ => None,
        },
        _ => None,
    });
    let expected = (case.expect.iter().any(|t| t == "Ingress"), case.expect.iter().any(|t| t == "Egress"));
    if policy == Some(expected) { Ok(()) } else { Err(format!("expected {expected:?}, got {policy:?}")) }
}

fn request(case: &Case) -> Result<(), String> {
    let path = |path: &PathMatch| match (&path.exact, &path.prefix) {
        (Some(exact), _) => HttpPath::Exact(exact.as_str().into()),
        (None, prefix) => HttpPath::Prefix(prefix.as_deref().unwrap_or_default().into()),
    };
    let rule = HttpMatch {
        methods: case.methods.iter().map(|m| m.as_str().into()).collect(),
        paths: case.paths.iter().map(path).collect(),
        ..HttpMatch::default()
    };
    let found = match case.kind.as_str() {
        "http-method" => rule.matches(&case.request, None),
        _ => rule.matches("GET", Some(&case.request)),
    };
    if found == case.r#match { Ok(()) } else { Err(format!("{:?}: expected {}", case.request, case.r#match)) }
}

fn normalised(case: &Case) -> Result<(), String> {
    let found = http::normalise(&case.request);
    let expected = case.normalized.clone().filter(|_| case.ok);
    if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, got {found:?}")) }
}

/// A pod and a policy of one rule for what comes to it.
fn one_rule(rule: &Value) -> Analysis {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}});
    let policy = json!({
        "apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy", "metadata": {"name": "n"},
        "spec": {"selector": "all()", "types": ["Ingress"], "ingress": [rule]},
    });
    scene(&yaml::documents([&pod, &policy]))
}

fn lets_in(scene: &Analysis, address: &str, protocol: Protocol) -> Result<bool, String> {
    let from = Endpoint::Outside(address.parse().map_err(|e| format!("{address}: {e}"))?);
    let to = input::pod(scene, "default/p")?;
    let pair = scene.connectivity().between(from, to);
    // Port 1 (or type and code 1) stands for all: no rule here names any.
    Ok(pair.allowed.contains(protocol, 1, 1))
}

fn protocol(case: &Case) -> Result<(), String> {
    let mut rule = json!({"action": "Allow"});
    for (field, value) in [("protocol", &case.protocol), ("notProtocol", &case.not_protocol)] {
        if !value.is_null() {
            rule[field] = value.clone();
        }
    }
    let found = lets_in(&one_rule(&rule), "192.0.2.1", Protocol(case.packet))?;
    if found == case.r#match { Ok(()) } else { Err(format!("expected {}, got {found}", case.r#match)) }
}

fn nets(case: &Case) -> Result<(), String> {
    let nets: Vec<String> =
        case.nets.iter().map(|net| netpolis_core::model::Cidr::parse(net).map_or(net.clone(), |c| c.to_string())).collect();
    let scene = one_rule(&json!({"action": "Allow", "source": {"nets": nets}}));
    let found = lets_in(&scene, &case.ip, Protocol::TCP)?;
    if found == case.r#match { Ok(()) } else { Err(format!("expected {}, got {found}", case.r#match)) }
}
