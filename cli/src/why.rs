//! One flow, with everything that led to the answer.

use netpolis_core::compile::End;
use netpolis_core::connections::Traffic;
use netpolis_core::decide::{Answer, CheckpointTrace, Flow, RuleTrace, TierOutcome};
use netpolis_core::ends::workload_title;
use netpolis_core::evaluate::Matched;
use netpolis_core::explain::end_name;
use netpolis_core::model::Protocol;
use netpolis_core::policy::Action;
use netpolis_core::scene::Scene;
use netpolis_core::snapshot::Role;
use netpolis_core::text::Place;
use serde_json::{Value, json};

use crate::lint::excerpt;

/// A question as it was asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Where the connection starts.
    pub from: String,
    /// Where it goes.
    pub to: String,
    /// Its protocol.
    pub protocol: Protocol,
    /// Its destination port; 80 for protocols with ports when left out.
    pub port: Option<u16>,
}

/// A form of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyFormat {
    /// Lines for people.
    Text,
    /// JSON.
    Json,
}

impl WhyFormat {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, WhyFormat)] = &[("text", WhyFormat::Text), ("json", WhyFormat::Json)];
}

/// Asks.
///
/// # Errors
/// When an end is not in the scene, or could be several.
pub fn ask(scene: &Scene, question: &Question) -> Result<Answer, String> {
    let port = question.port.or(question.protocol.has_ports().then_some(80));
    let traffic = if question.protocol.has_ports() {
        Traffic { protocol: question.protocol, source: None, destination: port }
    } else {
        Traffic { protocol: question.protocol, source: None, destination: None }
    };
    Ok(scene.decide(&Flow { from: end(scene, &question.from)?, to: end(scene, &question.to)?, traffic }))
}

/// The end that a person means by a name: `namespace/pod`, `namespace/workload`, `namespace/workload[Kind]`, `node/name` or an address. The
/// namespace may be left out where one name is meant by it.
///
/// # Errors
/// When there is no such end (with the nearest names), or when there are several.
pub fn end(scene: &Scene, text: &str) -> Result<End, String> {
    if let Ok(address) = text.parse() {
        return Ok(End::Outside(address));
    }
    let snapshot = scene.snapshot();
    if let Some(name) = text.strip_prefix("node/")
        && let Some((id, _)) = snapshot.nodes().find(|(_, n)| n.name == name)
    {
        return Ok(End::Node(id));
    }
    let mut names: Vec<(String, End)> = Vec::new();
    for (id, workload) in snapshot.workloads() {
        let Some(&first) = workload.endpoints.first() else { continue };
        let title = workload_title(snapshot, id);
        let short = format!("{}/{}", snapshot.namespace_name(workload.namespace), workload.name);
        names.extend([(title, End::Pod(first)), (short, End::Pod(first))]);
    }
    let pods = snapshot.endpoints().filter(|(_, e)| e.role == Role::Pod);
    names.extend(pods.map(|(id, _)| (snapshot.endpoint_title(id), End::Pod(id))));
    let matching = |test: &dyn Fn(&str) -> bool| -> Vec<&(String, End)> {
        let mut found: Vec<_> = names.iter().filter(|(name, _)| test(name)).collect();
        found.dedup_by_key(|(_, end)| *end);
        found
    };
    let mut found = matching(&|name| name == text);
    if found.is_empty() {
        found = matching(&|name| name.split_once('/').is_some_and(|(_, short)| short == text));
    }
    match found.as_slice() {
        [(_, end)] => Ok(*end),
        [] => {
            let near: Vec<&str> = names.iter().map(|(n, _)| n.as_str()).filter(|n| !n.ends_with(']')).take(8).collect();
            Err(format!(
                "there is no pod, workload or node `{text}`; there is {}",
                if near.is_empty() { "none at all".into() } else { near.join(", ") }
            ))
        }
        several if several.iter().all(|(_, end)| Some(end) == several.first().map(|(_, e)| e)) => {
            several.first().map(|(_, e)| *e).ok_or_else(String::new)
        }
        several => {
            let names: Vec<&str> = several.iter().map(|(n, _)| n.as_str()).collect();
            Err(format!("`{text}` could be {}; name its namespace and kind", names.join(" or ")))
        }
    }
}

/// An answer in a form.
pub fn render(scene: &Scene, answer: &Answer, format: WhyFormat) -> String {
    match format {
        WhyFormat::Text => text(scene, answer),
        WhyFormat::Json => format!("{:#}\n", json(scene, answer)),
    }
}

fn text(scene: &Scene, answer: &Answer) -> String {
    let mut out = format!("{}\n", answer.summary);
    for (number, checkpoint) in answer.checkpoints.iter().enumerate() {
        let subject = end_name(checkpoint.subject, scene.snapshot());
        out.push_str(&format!(
            "\n{}. {} of {subject}: {}\n   {}\n",
            number + 1,
            checkpoint.direction.as_str(),
            checkpoint.verdict.as_str(),
            checkpoint.sentence
        ));
        for place in &checkpoint.places {
            out.push_str(&indented(&excerpt(scene, *place)));
        }
        if let Some(nearest) = &checkpoint.nearest {
            out.push_str(&format!("   nearest: {}\n", nearest.failure));
            out.push_str(&indented(&excerpt(scene, nearest.place)));
        }
        for tier in &checkpoint.tiers {
            out.push_str(&format!("   tier {}: {}\n", tier.name, outcome(tier.outcome)));
            for policy in &tier.policies {
                let name = scene.compiled().policy(policy.policy).map_or_else(String::new, |p| format!("{} {}", p.kind, p.title()));
                out.push_str(&format!("     {name}\n"));
                for rule in &policy.rules {
                    out.push_str(&format!("       {} ({})\n", rule_line(rule), scene.sources().describe(rule.place)));
                }
            }
        }
    }
    for note in &answer.notes {
        out.push_str(&format!("\nnote: {note}\n"));
    }
    if let Some(suggestion) = &answer.suggestion {
        out.push_str(&format!("\nto allow it, {}:\n", suggestion.title));
        for (_, added) in &suggestion.edits {
            out.push_str(&indented(added.trim_start_matches('\n')));
        }
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("   {line}\n")).collect()
}

fn rule_line(rule: &RuleTrace) -> String {
    let action = match rule.action {
        Action::Allow => "allow",
        Action::Deny => "deny",
        Action::Pass => "pass",
    };
    let result = match (&rule.failure, rule.matched, rule.reached) {
        (_, _, false) => "not reached".to_string(),
        (Some(failure), ..) => failure.text.clone(),
        (_, Matched::Yes, _) => "matches".to_string(),
        (_, Matched::Possibly, _) => "may match".to_string(),
        (_, Matched::No, _) => "does not match".to_string(),
    };
    format!("rule {} ({action}): {result}", rule.rule.index + 1)
}

fn outcome(outcome: TierOutcome) -> &'static str {
    match outcome {
        TierOutcome::Allowed => "allowed",
        TierOutcome::Denied => "denied",
        TierOutcome::Passed => "on to the next tier",
        TierOutcome::Unknown => "cannot tell",
        TierOutcome::NotReached => "not reached",
    }
}

fn json(scene: &Scene, answer: &Answer) -> Value {
    let place = |place: Place| -> Value {
        let Some(p) = scene.sources().position(place) else { return Value::Null };
        let file = scene.sources().get(p.source).map_or("", |s| s.name.as_str());
        json!({"file": file, "line": p.line, "column": p.column, "endLine": p.end_line, "start": p.start, "end": p.end})
    };
    let checkpoint = |c: &CheckpointTrace| {
        let tiers: Vec<Value> = c
            .tiers
            .iter()
            .map(|tier| {
                let policies: Vec<Value> = tier
                    .policies
                    .iter()
                    .map(|p| {
                        let policy = scene.compiled().policy(p.policy);
                        let rules: Vec<Value> = p.rules.iter().map(|r| json!({
                    "rule": r.rule.index + 1,
                    "action": match r.action { Action::Allow => "allow", Action::Deny => "deny", Action::Pass => "pass" },
                    "reached": r.reached,
                    "matched": match r.matched { Matched::Yes => "yes", Matched::No => "no", Matched::Possibly => "possibly" },
                    "failure": r.failure.as_ref().map(|f| &f.text),
                    "place": place(r.place),
                })).collect();
                        json!({"kind": policy.map(|p| p.kind), "policy": policy.map(|p| p.title()), "rules": rules})
                    })
                    .collect();
                json!({"tier": tier.name, "outcome": outcome(tier.outcome), "policies": policies})
            })
            .collect();
        json!({
            "direction": c.direction.as_str(),
            "subject": end_name(c.subject, scene.snapshot()),
            "verdict": c.verdict.as_str(),
            "sentence": c.sentence,
            "fromAddress": c.from_address.map(|a| a.to_string()),
            "toAddress": c.to_address.map(|a| a.to_string()),
            "places": c.places.iter().map(|p| place(*p)).collect::<Vec<_>>(),
            "nearest": c.nearest.as_ref().map(|n| json!({"failure": n.failure, "place": place(n.place)})),
            "tiers": tiers,
        })
    };
    json!({
        "from": end_name(answer.flow.from, scene.snapshot()),
        "to": end_name(answer.flow.to, scene.snapshot()),
        "protocol": answer.flow.traffic.protocol.to_string(),
        "port": answer.flow.traffic.destination,
        "verdict": answer.verdict.as_str(),
        "summary": answer.summary,
        "checkpoints": answer.checkpoints.iter().map(checkpoint).collect::<Vec<_>>(),
        "notes": answer.notes,
        "suggestion": answer.suggestion.as_ref().map(|s| json!({"title": s.title, "add": s.edits.iter().map(|(_, t)| t).collect::<Vec<_>>()})),
    })
}
