//! `netpolis engines`: which flows policy engines answer differently, and what decides under each.

use std::fmt::Write as _;

use netpolis_core::analysis::{Analysis, EngineAnswers, EngineDifference};
use netpolis_core::endpoints::Flows;
use serde_json::{Value, json};

use crate::formats::{flows_json, ports};
use crate::places::printable;

/// A form of the comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EnginesFormat {
    /// Lines for people.
    Text,
    /// JSON, of docs/schemas/engines.json.
    Json,
}

impl EnginesFormat {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, EnginesFormat)] = &[("text", EnginesFormat::Text), ("json", EnginesFormat::Json)];
}

/// Whether some engine answers some flow differently.
pub fn has_findings(answers: &[EngineAnswers]) -> bool {
    answers.iter().any(|engine| !engine.differences.is_empty())
}

/// The comparison in a form.
pub fn render(analysis: &Analysis, answers: &[EngineAnswers], format: EnginesFormat) -> String {
    match format {
        EnginesFormat::Text => {
            let own = answers.iter().find(|engine| engine.in_force).map_or(analysis.assumed().engine.as_str(), |own| own.reading.as_str());
            answers.iter().map(|engine| text(own, engine)).collect()
        }
        EnginesFormat::Json => {
            let engines: Vec<String> = answers.iter().map(|engine| format!("\n  {}", object(engine))).collect();
            format!("{{\"engines\": [{}\n]}}\n", engines.join(","))
        }
    }
}

fn text(own: &str, engine: &EngineAnswers) -> String {
    let count = match (engine.in_force, engine.differences.len()) {
        (true, _) => "the engine in force".to_owned(),
        (_, 0) => format!("every flow as under {own}"),
        (_, 1) => format!("1 pair of ends differs from {own}"),
        (_, many) => format!("{many} pairs of ends differ from {own}"),
    };
    let mut lines = format!("{}: {count} ({})\n", engine.reading.as_str(), engine.reading.documented());
    let mut others = 0;
    for EngineDifference { difference, example, .. } in &engine.differences {
        let (before, after) = (side(&difference.before), side(&difference.after));
        if before == after {
            others += 1;
            continue;
        }
        let (from, to) = (printable(&difference.from.title), printable(&difference.to.title));
        let _ = writeln!(lines, "  {from} => {to}: {after} instead of {before}");
        if let Some(example) = example {
            let _ = writeln!(lines, "    {own}: {}", printable(&example.own.1));
            let _ = writeln!(lines, "    {}: {}", engine.reading.as_str(), printable(&example.other.1));
        }
    }
    if others > 0 {
        let _ = writeln!(lines, "  {others} more in protocols without ports, or in packets that hold packets: see --format json");
    }
    lines.push('\n');
    lines
}

/// Flows in the words of the list of differences.
fn side(flows: &Flows) -> String {
    let allowed = ports(&flows.sometimes).unwrap_or_else(|| "no connections".into());
    ports(&flows.unknown()).map_or_else(|| allowed.clone(), |unknown| format!("{allowed}; cannot tell: {unknown}"))
}

fn object(engine: &EngineAnswers) -> Value {
    let difference = |EngineDifference { difference, example, .. }: &EngineDifference| {
        let answer =
            |(verdict, summary): &(netpolis_core::verdict::Verdict, String)| json!({"verdict": verdict.as_str(), "summary": summary});
        json!({
            "from": difference.from.title,
            "to": difference.to.title,
            "inForce": flows_json(&difference.before),
            "here": flows_json(&difference.after),
            "example": example.as_ref().map(|example| json!({
                "traffic": example.flow.traffic.to_string(),
                "inForce": answer(&example.own),
                "here": answer(&example.other),
            })),
        })
    };
    json!({
        "engine": engine.reading.as_str(),
        "isInForce": engine.in_force,
        "documented": engine.reading.documented(),
        "differences": engine.differences.iter().map(difference).collect::<Vec<_>>(),
    })
}
