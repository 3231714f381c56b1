//! One flow, with everything that led to the answer.

use std::fmt;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::{Compiled, Endpoint};
use netpolis_core::connections::{AskedTraffic, TrafficError, USUAL_PORT};
use netpolis_core::endpoints::{Found, NotFound};
use netpolis_core::explain::{Answer, CheckpointTrace, PolicyTrace, RuleTrace, TierOutcome, TierTrace, end_name};
use netpolis_core::language::TargetPort;
use netpolis_core::model::Protocol;
use netpolis_core::path::NotAsked;
use netpolis_core::policy::{Action, Matched};
use netpolis_core::snapshot::{OwnerKind, Snapshot};
use netpolis_core::verdict::Verdict;
use netpolis_core::verdict::traversal::Checkpoint;
use serde_json::{Value, json};

use crate::formats::TextOrJson;
use crate::places::{self, excerpt, printable};

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
    /// Its source port; any when left out.
    pub source_port: Option<u16>,
    /// The type of an ICMP message; any when left out.
    pub icmp_type: Option<u8>,
    /// Its code; any when left out.
    pub icmp_code: Option<u8>,
}

/// An answer, and what one must know beside it.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer, for the first pods of the workloads that were named.
    pub answer: Answer,
    /// What the question did not say and the answer depends on, in sentences.
    pub notes: Vec<String>,
}

/// Why a question has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotAnswered {
    /// An end means nothing, or several things.
    End(NotFound),
    /// The question about a path means nothing.
    Path(NotAsked),
    /// An end makes pods that are not read, in words.
    Unread(String),
    /// The traffic is none.
    Traffic(TrafficError),
}

impl fmt::Display for NotAnswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAnswered::End(error) => write!(f, "{error}"),
            NotAnswered::Path(error) => write!(f, "{error}"),
            NotAnswered::Unread(text) => f.write_str(text),
            NotAnswered::Traffic(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for NotAnswered {}

/// Asks.
///
/// # Errors
/// When an end is not in the analysis, or could be several, or the protocol has no ports.
pub fn ask(analysis: &Analysis, question: &Question) -> Result<Reply, NotAnswered> {
    let protocol = question.protocol;
    let Question { source_port, icmp_type, icmp_code, .. } = *question;
    let port = question.port.or(protocol.has_ports().then_some(USUAL_PORT));
    let traffic = AskedTraffic { port, source_port, icmp_type, icmp_code }.of(protocol).map_err(NotAnswered::Traffic)?;
    let end =
        |name: &str| analysis.end(name).map_err(|error| unread_maker(analysis, name).map_or(NotAnswered::End(error), NotAnswered::Unread));
    let (from, to) = (end(&question.from)?, end(&question.to)?);
    let by_address = |name: &str| name.trim().parse().ok();
    let addresses = [by_address(&question.from), by_address(&question.to)];
    let answer = analysis.decide_all((from.end, &from.all), (to.end, &to.all), addresses, traffic);
    let mut notes = service_ports(analysis, &to, &answer);
    notes.extend(foreign_workloads(analysis, [&from, &to]));
    Ok(Reply { answer, notes })
}

/// That the port asked about is one of a Service, which policies never see.
fn service_ports(analysis: &Analysis, to: &Found, answer: &Answer) -> Vec<String> {
    let (Endpoint::Pod(pod), Some(port)) = (to.end, answer.flow.traffic.destination) else { return Vec::new() };
    if answer.verdict == Verdict::Allowed {
        return Vec::new();
    }
    let snapshot = analysis.snapshot();
    let services = snapshot.services.iter().filter(|s| s.endpoints.contains(&pod));
    let ports = services.flat_map(|s| s.ports.iter().map(move |p| (s, p)));
    ports
        .filter(|(_, p)| p.port == port && p.protocol == answer.flow.traffic.protocol)
        .filter_map(|(service, p)| {
            let target = match &p.target {
                TargetPort::Number(number) if *number == port => return None,
                TargetPort::Number(number) => number.to_string(),
                TargetPort::Name(name) => format!("`{name}`"),
            };
            let service = format!("{}/{}", snapshot.namespace_name(service.namespace), service.name);
            Some(format!("port {port} of Service `{service}` is port {target} of its pods, and policies see only that"))
        })
        .collect()
}

/// That what has this name makes pods that are not read.
pub(crate) fn unread_maker(analysis: &Analysis, name: &str) -> Option<String> {
    let (namespace, name) = name.rsplit_once('/').map_or((None, name), |(namespace, name)| (Some(namespace), name));
    let default = &*analysis.settings().default_namespace;
    let mut resources = analysis.loaded().resources();
    let (document, maker) = resources.find(|(_, r)| {
        let makes_pods = r.kind.makes_unread_pods();
        let inside = namespace.is_none_or(|n| n == r.meta.namespace.as_deref().unwrap_or(default));
        makes_pods && *r.meta.name == *name && inside
    })?;
    let place = analysis.sources().describe(maker.kind_span.within(document));
    Some(format!(
        "`{name}` is a {} ({place}), whose pods are not read: paste them (kubectl get pods -o yaml), or the workloads that it creates",
        maker.kind_name
    ))
}

/// That an end is of a workload of another project, of which only the template is read.
fn foreign_workloads(analysis: &Analysis, ends: [&Found; 2]) -> Vec<String> {
    let snapshot = analysis.snapshot();
    let mut notes = Vec::new();
    for end in ends {
        let Endpoint::Pod(id) = end.end else { continue };
        let Some(workload) = snapshot.pod(id).and_then(|e| snapshot.workload(e.workload)) else { continue };
        let namespace = snapshot.namespace_name(workload.namespace);
        let default = &*analysis.settings().default_namespace;
        let found = analysis.loaded().resources().find(|(_, r)| {
            let foreign = r.kind.workload().is_some_and(|w| w.kind.is_foreign() && workload.kind == OwnerKind::Workload(w.kind));
            foreign && *r.meta.name == *workload.name && r.meta.namespace.as_deref().unwrap_or(default) == namespace
        });
        let Some((document, resource)) = found else { continue };
        let place = analysis.sources().describe(resource.kind_span.within(document));
        notes.push(format!("`{namespace}/{}` is a {} ({place}), of which only the pod template is read", workload.name, workload.kind));
    }
    notes.dedup();
    notes
}

/// An answer in a form.
pub fn render(analysis: &Analysis, reply: &Reply, format: TextOrJson) -> String {
    match format {
        TextOrJson::Text => text(analysis, reply).lines().map(|line| format!("{}\n", printable(line))).collect(),
        TextOrJson::Json => format!("{:#}\n", json(analysis, reply)),
    }
}

fn text(analysis: &Analysis, reply: &Reply) -> String {
    let answer = &reply.answer;
    let mut out = format!("{}\n", answer.summary);
    for (number, checkpoint) in answer.checkpoints.iter().enumerate() {
        let (title, verdict) = (title(analysis, checkpoint), checkpoint.verdict.as_str());
        out.push_str(&format!("\n{}. {title}: {verdict}\n   {}\n", number + 1, checkpoint.sentence));
        for place in &checkpoint.places {
            out.push_str(&indented(&excerpt(analysis, *place)));
        }
        if let Some(nearest) = &checkpoint.nearest {
            out.push_str(&format!("   nearest: {}\n", nearest.sentence()));
            out.push_str(&indented(&excerpt(analysis, nearest.place)));
        }
        for tier in &checkpoint.tiers {
            out.push_str(&format!("   tier {}: {}\n", tier.title(), outcome(tier.outcome)));
            for policy in &tier.policies {
                out.push_str(&format!("     {}\n", policy_title(analysis.compiled(), policy).join(" ")));
                for rule in &policy.rules {
                    out.push_str(&format!("       {} ({})\n", rule_line(analysis, rule), analysis.sources().describe(rule.place)));
                }
            }
        }
    }
    for note in answer.notes.iter().chain(&reply.notes) {
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

/// Where on the packet's way a checkpoint is.
fn title(analysis: &Analysis, checkpoint: &CheckpointTrace) -> String {
    match checkpoint.checkpoint {
        Checkpoint::Endpoint(_) => format!("{} of {}", checkpoint.direction.as_str(), end_name(checkpoint.subject, analysis.snapshot())),
        _ => checkpoint.title.clone(),
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("   {line}\n")).collect()
}

/// Kind and name.
fn policy_title(compiled: &Compiled, trace: &PolicyTrace) -> [String; 2] {
    compiled.policy(trace.policy).map_or_else(Default::default, |p| [p.kind.to_string(), p.title()])
}

fn rule_line(analysis: &Analysis, rule: &RuleTrace) -> String {
    let result = match (&rule.failure, rule.matched, &rule.depends) {
        _ if !rule.reached => "not reached".to_string(),
        (Some(failure), ..) => failure.text.clone(),
        (_, Matched::Yes, _) => "matches".to_string(),
        (_, Matched::Possibly, Some(fact)) if analysis.compiled().ruleset().is_doubt(fact) => format!("may match: {fact}"),
        (_, Matched::Possibly, Some(fact)) => format!("may match, which depends on {fact}"),
        (_, Matched::Possibly, None) => "may match".to_string(),
        (_, Matched::No, _) => "does not match".to_string(),
    };
    let name = analysis.compiled().ruleset().rule(rule.rule).and_then(|r| r.name.as_ref());
    let name = name.map_or_else(String::new, |name| format!(" `{name}`"));
    format!("rule {}{name} ({}): {result}", rule.rule.number(), action(rule.action))
}

const fn action(action: Action) -> &'static str {
    match action {
        Action::Allow => "allow",
        Action::Deny => "deny",
        Action::Pass => "pass",
        Action::Log => "log",
    }
}

const fn outcome(outcome: TierOutcome) -> &'static str {
    match outcome {
        TierOutcome::Allowed => "allowed",
        TierOutcome::Denied => "denied",
        TierOutcome::Passed => "on to the next tier",
        TierOutcome::Unknown => "cannot tell",
        TierOutcome::NotReached => "not reached",
    }
}

fn json(analysis: &Analysis, reply: &Reply) -> Value {
    let answer = &reply.answer;
    let end = |end| end_name(end, analysis.snapshot());
    json!({
        "from": end(answer.flow.from),
        "to": end(answer.flow.to),
        "protocol": answer.flow.traffic.protocol.to_string(),
        "port": answer.flow.traffic.destination.filter(|_| answer.flow.traffic.protocol.has_ports()),
        "sourcePort": answer.flow.traffic.source.filter(|_| answer.flow.traffic.protocol.has_ports()),
        "icmpType": answer.flow.traffic.source.filter(|_| !answer.flow.traffic.protocol.has_ports()),
        "icmpCode": answer.flow.traffic.destination.filter(|_| !answer.flow.traffic.protocol.has_ports()),
        "verdict": answer.verdict.as_str(),
        "summary": answer.summary,
        "checkpoints": answer.checkpoints.iter().map(|c| checkpoint_json(analysis, analysis.compiled(), analysis.snapshot(), c)).collect::<Vec<_>>(),
        "notes": answer.notes.iter().chain(&reply.notes).collect::<Vec<_>>(),
        "suggestion": answer.suggestion.as_ref().map(|s| json!({
            "title": s.title,
            "edits": s.edits.iter().map(|(place, text)| json!({"place": places::json(analysis, *place), "text": text})).collect::<Vec<_>>(),
        })),
    })
}

/// A checkpoint. Its numbers are those of `compiled` and `snapshot`.
pub(crate) fn checkpoint_json(analysis: &Analysis, compiled: &Compiled, snapshot: &Snapshot, checkpoint: &CheckpointTrace) -> Value {
    json!({
        "direction": checkpoint.direction.as_str(),
        "subject": end_name(checkpoint.subject, snapshot),
        "title": title(analysis, checkpoint),
        "verdict": checkpoint.verdict.as_str(),
        "sentence": checkpoint.sentence,
        "fromAddress": checkpoint.from_address.map(|a| a.to_string()),
        "toAddress": checkpoint.to_address.map(|a| a.to_string()),
        "fromAssumed": checkpoint.is_assumed(checkpoint.from_address, snapshot),
        "toAssumed": checkpoint.is_assumed(checkpoint.to_address, snapshot),
        "places": checkpoint.places.iter().map(|p| places::json(analysis, *p)).collect::<Vec<_>>(),
        "nearest": checkpoint.nearest.as_ref().map(|n| json!({"rule": n.name, "failure": n.failure, "place": places::json(analysis, n.place)})),
        "tiers": checkpoint.tiers.iter().map(|t| tier_json(analysis, compiled, t)).collect::<Vec<_>>(),
    })
}

fn tier_json(analysis: &Analysis, compiled: &Compiled, tier: &TierTrace) -> Value {
    let policy = |trace: &PolicyTrace| {
        let [kind, name] = policy_title(compiled, trace);
        json!({"kind": kind, "policy": name, "rules": trace.rules.iter().map(|r| rule_json(analysis, r)).collect::<Vec<_>>()})
    };
    json!({"tier": tier.name, "hook": tier.hook.map(|hook| hook.as_str()), "outcome": outcome(tier.outcome), "policies": tier.policies.iter().map(policy).collect::<Vec<_>>()})
}

fn rule_json(analysis: &Analysis, rule: &RuleTrace) -> Value {
    let matched = match rule.matched {
        Matched::Yes => "yes",
        Matched::No => "no",
        Matched::Possibly => "possibly",
    };
    json!({
        "rule": rule.rule.number(),
        "action": action(rule.action),
        "reached": rule.reached,
        "matched": matched,
        "failure": rule.failure.as_ref().map(|f| &f.text),
        "dependsOn": rule.depends,
        "place": places::json(analysis, rule.place),
    })
}
