//! `netpolis pointless`: rules and policies that could be removed without changing any answer, and what proves that others could not.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::pointless::{Cause, Effect, Part, pointless};
use netpolis_core::explain::end_name;
use netpolis_core::text::Place;
use serde_json::{Value, json};

use crate::formats::TextOrJson;
use crate::places::{self, printable};

/// Every rule and policy; unless `all`, those alone that are not proven to be needed.
pub fn parts(analysis: &Analysis, all: bool) -> Vec<Part> {
    let mut parts = pointless(analysis.compiled(), analysis.snapshot());
    parts.retain(|part| all || !matches!(part.effect, Effect::Needed(_)));
    parts
}

/// Whether something is pointless.
pub fn has_findings(parts: &[Part]) -> bool {
    parts.iter().any(Part::is_removable)
}

/// The list in a form.
pub fn render(analysis: &Analysis, parts: &[Part], format: TextOrJson) -> String {
    match format {
        TextOrJson::Text if parts.is_empty() => String::from("every rule and policy is needed\n"),
        TextOrJson::Text => parts.iter().map(|part| text(analysis, part)).collect(),
        TextOrJson::Json => {
            let objects: Vec<String> = parts.iter().map(|part| format!("\n  {}", object(analysis, part))).collect();
            let end = if objects.is_empty() { "" } else { "\n" };
            format!("{{\"parts\": [{}{end}]}}\n", objects.join(","))
        }
    }
}

fn text(analysis: &Analysis, part: &Part) -> String {
    let ruleset = analysis.compiled().ruleset();
    let sentence = format!("{} {}", part.title(ruleset), part.sentence(ruleset, analysis.snapshot()));
    let mut lines = format!("{}\n{}", printable(&sentence), places::excerpt(analysis, part.place));
    for place in part.effect.causes().iter().filter_map(|cause| place_of(analysis, cause)) {
        lines.push_str(&format!("  see {}\n", printable(&analysis.sources().describe(place))));
    }
    lines.push('\n');
    lines
}

/// Where a cause is written, if it is.
fn place_of(analysis: &Analysis, cause: &Cause) -> Option<Place> {
    match cause {
        Cause::Rule(rule) => analysis.compiled().ruleset().rule(*rule).map(|rule| rule.place),
        Cause::TierEnd(_) | Cause::NothingDecides => None,
    }
}

fn object(analysis: &Analysis, part: &Part) -> Value {
    let (ruleset, snapshot) = (analysis.compiled().ruleset(), analysis.snapshot());
    let policy = ruleset.policy(part.policy);
    let causes: Vec<Value> = part
        .effect
        .causes()
        .iter()
        .map(|cause| {
            json!({
                "title": cause.title(ruleset),
                "place": place_of(analysis, cause).map(|place| places::json(analysis, place)),
            })
        })
        .collect();
    let witness = match &part.effect {
        Effect::Needed(witness) => json!({
            "from": end_name(witness.from, snapshot),
            "to": end_name(witness.to, snapshot),
            "protocol": witness.traffic.protocol.to_string(),
            "sourcePort": witness.traffic.source,
            "port": witness.traffic.destination,
            "connections": witness.connections.to_string(),
            "with": witness.with.as_str(),
            "without": witness.without.as_str(),
        }),
        _ => Value::Null,
    };
    json!({
        "kind": policy.map(|policy| policy.kind.as_ref()),
        "policy": policy.map(|policy| policy.title()),
        "direction": part.rule.map(|rule| rule.direction.as_str()),
        "rule": part.rule.map(|rule| rule.number()),
        "effect": part.effect.as_str(),
        "guardsLater": part.guards_later,
        "sentence": part.sentence(ruleset, snapshot),
        "causes": causes,
        "witness": witness,
        "place": places::json(analysis, part.place),
    })
}
