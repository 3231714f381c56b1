//! Flows under Calico: the cases of kind `flow` in `calico-policy.json`.

use std::net::IpAddr;
use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::explain::Answer;
use netpolis_core::model::Protocol;
use netpolis_core::policy::Direction;
use netpolis_core::settings::{Engine, HostInput, Settings, Staged};
use netpolis_core::verdict::traversal::Checkpoint;
use netpolis_core::verdict::{Flow, Original, Verdict};
use serde::Deserialize;
use serde_json::Value;

use super::{Sets, input};

#[derive(Deserialize)]
struct Case {
    id: String,
    kind: String,
    #[serde(default)]
    resources: String,
    #[serde(default)]
    flows: Vec<ExpectedFlow>,
    #[serde(default)]
    environment: Environment,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Environment {
    host_input_policy: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExpectedFlow {
    from: Address,
    to: Address,
    protocol: Value,
    port: Option<u16>,
    source_port: Option<u16>,
    icmp: Option<Icmp>,
    original: Option<Translated>,
    expect: String,
    egress: Option<String>,
    ingress: Option<String>,
    expect_pending: Option<String>,
    by: Option<By>,
}

/// A pod, an address, or a process of a node.
#[derive(Deserialize)]
struct Address {
    pod: Option<String>,
    ip: Option<IpAddr>,
    host: Option<String>,
}

#[derive(Deserialize)]
struct Icmp {
    r#type: u16,
    code: Option<u16>,
}

#[derive(Deserialize)]
struct Translated {
    ip: IpAddr,
    port: u16,
}

/// What decided, where the case says so.
#[derive(Deserialize)]
struct By {
    tier: String,
    policy: String,
    /// -1 for the end of the tier.
    rule: i64,
}

/// Runs a file if it is of this form; others are left alone.
pub(super) fn run(path: &Path, sets: &mut Sets) -> Result<(), String> {
    let value: Value = input::json(path)?;
    let is_flow = |case: &Value| case.get("kind").and_then(Value::as_str) == Some("flow") && case.get("resources").is_some();
    let Some(cases) = value.as_array().filter(|cases| cases.iter().any(is_flow)) else { return Ok(()) };
    let set = sets.entry(super::set_of(path)).or_default();
    for case in cases.iter().filter(|case| is_flow(case)) {
        let case: Case = serde_json::from_value(case.clone()).map_err(|e| format!("cannot read `{}`: {e}", path.display()))?;
        debug_assert_eq!(case.kind, "flow");
        set.add(case.id.as_str(), compare(&case));
    }
    Ok(())
}

fn compare(case: &Case) -> Result<(), String> {
    let host_input = match case.environment.host_input_policy.as_deref() {
        None => HostInput::Unknown,
        Some("ACCEPT") => HostInput::Accepts,
        Some("DROP") => HostInput::Drops,
        Some(other) => return Err(format!("hostInputPolicy `{other}` is unknown")),
    };
    let settings = Settings { engine: Engine::Calico, host_input, ..Settings::default() };
    let files = [("case.yaml".to_owned(), case.resources.clone())];
    let scene = input::scene(&files, settings.clone());
    let pending = input::scene(&files, Settings { staged: Staged::AsIfEnforced, ..settings });
    for (number, flow) in case.flows.iter().enumerate() {
        let differs = |e: String| format!("flow {}: {e}{}", number + 1, input::refusals(&scene));
        one(&scene, flow, &flow.expect, true).map_err(differs)?;
        if let Some(expected) = &flow.expect_pending {
            one(&pending, flow, expected, false).map_err(|e| format!("flow {}, as if enforced: {e}", number + 1))?;
        }
    }
    Ok(())
}

fn end(scene: &Analysis, address: &Address) -> Result<Endpoint, String> {
    match address {
        Address { pod: Some(name), .. } => input::pod(scene, name),
        Address { host: Some(name), .. } => {
            let node = scene.snapshot().nodes().find(|(_, node)| node.name == *name);
            node.map(|(id, _)| Endpoint::Node(id)).ok_or_else(|| format!("there is no node `{name}`"))
        }
        Address { ip: Some(address), .. } => Ok(Endpoint::Outside(*address)),
        _ => Err("an end of the flow is not known".into()),
    }
}

fn protocol(value: &Value) -> Result<Protocol, String> {
    let name = value.as_u64().map_or_else(|| value.as_str().unwrap_or_default().to_owned(), |n| n.to_string());
    Protocol::from_name(&name).ok_or_else(|| format!("`{name}` is no protocol"))
}

/// `whole`: also what each end says and what decided, which a case tells of the enforced policies only.
fn one(scene: &Analysis, expected: &ExpectedFlow, verdict: &str, whole: bool) -> Result<(), String> {
    let protocol = protocol(&expected.protocol)?;
    let traffic = match &expected.icmp {
        Some(icmp) => Traffic { protocol, source: Some(icmp.r#type), destination: icmp.code },
        None => Traffic { protocol, source: expected.source_port, destination: expected.port.filter(|_| protocol.has_ports()) },
    };
    let flow = Flow { from: end(scene, &expected.from)?, to: end(scene, &expected.to)?, traffic };
    let answer = match &expected.original {
        Some(original) => scene.decide_translated(&flow, Original { address: original.ip, port: original.port }),
        None => scene.decide(&flow),
    };
    if answer.verdict != wanted(verdict)? {
        return Err(format!("expected {verdict}, got {}", answer.summary));
    }
    // An end of which a policy says nothing may be left out; what is given must hold.
    for (direction, side) in [(Direction::Egress, &expected.egress), (Direction::Ingress, &expected.ingress)] {
        let Some(side) = side.as_ref().filter(|_| whole) else { continue };
        let found = answer.checkpoints.iter().find(|c| c.checkpoint == Checkpoint::Endpoint(direction));
        let found = found.ok_or_else(|| format!("there is no checkpoint for {}", direction.as_str()))?;
        if found.verdict != wanted(side)? {
            return Err(format!("expected {side} for {}, got: {}", direction.as_str(), found.sentence));
        }
    }
    if let Some(by) = expected.by.as_ref().filter(|_| whole) {
        decided_by(scene, &answer, by)?;
    }
    if expected.original.is_none() {
        all_pairs(scene, &answer)?;
    }
    Ok(())
}

fn wanted(verdict: &str) -> Result<Verdict, String> {
    match verdict {
        "Allow" => Ok(Verdict::Allowed),
        "Deny" => Ok(Verdict::Denied),
        other => Err(format!("`{other}` is no verdict")),
    }
}

/// The tier, the policy and the rule that decided, at the first checkpoint where one did. Upstream names the first policy of a tier that decided by its end.
fn decided_by(scene: &Analysis, answer: &Answer, by: &By) -> Result<(), String> {
    use netpolis_core::verdict::Reason;
    let ruleset = scene.compiled().ruleset();
    let found = answer.checkpoints.iter().find_map(|c| match &c.reason {
        Reason::Rule(rule) => Some((rule.policy, i64::from(rule.id.0))),
        Reason::DefaultDeny(policies) => policies.first().map(|p| (*p, -1)),
        _ => None,
    });
    let (id, rule) = found.ok_or("nothing decided")?;
    let policy = ruleset.policy(id).ok_or("no such policy")?;
    let tier = ruleset.tiers.iter().find(|t| t.groups.iter().flatten().any(|p| *p == id)).map_or("", |t| &t.name);
    if (tier, policy.name.as_str(), rule) == (&*by.tier, &*by.policy, by.rule) {
        return Ok(());
    }
    Err(format!("expected {}/{} rule {}, got {tier}/{} rule {rule}", by.tier, by.policy, by.rule, policy.name))
}

/// All pairs must say the same as the single flow.
fn all_pairs(scene: &Analysis, answer: &Answer) -> Result<(), String> {
    let Flow { from, to, traffic } = answer.flow;
    let pair = scene.connectivity().between(from, to);
    let meant = netpolis_core::connections::ConnectionSet::of_traffic(traffic);
    let agrees = match answer.verdict {
        Verdict::Allowed => meant.difference(pair.allowed).is_empty(),
        Verdict::Denied => meant.intersection(pair.possible).is_empty(),
        Verdict::CannotTell => true,
    };
    if agrees { Ok(()) } else { Err(format!("one flow says {}, all pairs say {}", answer.summary, pair.allowed)) }
}
