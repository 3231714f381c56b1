//! `netpolis engines`: which flows policy engines answer differently, and what decides under each.

use std::io::{self, Write};

use netpolis_core::analysis::{Analysis, DifferenceExample, EngineAnswers, ExampleAnswer, MOST_EXPLAINED, Reading};
use netpolis_core::answers::diff::Difference;
use netpolis_core::endpoints::flows_with_ports;
use serde_json::{Value, json};

use crate::formats::{TextOrJson, flows_json};
use crate::places::printable;

/// Writes the comparison in a form, engine by engine; whether some engine answers some flow differently.
///
/// # Errors
/// When `out` fails.
pub fn write(analysis: &Analysis, format: TextOrJson, out: &mut dyn Write) -> io::Result<bool> {
    let own = analysis.engine_in_force().map_or(analysis.assumed().engine.as_str(), Reading::as_str);
    let mut differs = false;
    for (number, reading) in Reading::ALL.into_iter().enumerate() {
        let engine = analysis.under_engine(reading);
        differs |= !engine.differences.is_empty();
        match format {
            TextOrJson::Text => write_text(analysis, own, &engine, out)?,
            TextOrJson::Json => {
                out.write_all(if number == 0 { b"{\"engines\": [\n  " } else { b",\n  " })?;
                write!(out, "{}", object(analysis, &engine))?;
            }
        }
    }
    if format == TextOrJson::Json {
        out.write_all(b"\n]}\n")?;
    }
    Ok(differs)
}

/// One of the flows of a difference, for the first of them.
fn example(analysis: &Analysis, engine: &EngineAnswers, number: usize, difference: &Difference) -> Option<DifferenceExample> {
    if number < MOST_EXPLAINED { engine.example(analysis, difference) } else { None }
}

fn write_text(analysis: &Analysis, own: &str, engine: &EngineAnswers, out: &mut dyn Write) -> io::Result<()> {
    let count = match (engine.is_in_force(), engine.differences.len()) {
        (true, _) => "the engine in force".to_owned(),
        (_, 0) => format!("every flow as under {own}"),
        (_, 1) => format!("1 pair of ends differs from {own}"),
        (_, many) => format!("{many} pairs of ends differ from {own}"),
    };
    writeln!(out, "{}: {count} ({})", engine.reading.as_str(), engine.reading.documented())?;
    let mut others = 0;
    for (number, difference) in engine.differences.iter().enumerate() {
        let [before, after] = [&difference.before, &difference.after].map(|flows| flows_with_ports(flows, "no connections"));
        if before == after {
            others += 1;
            continue;
        }
        let (from, to) = (printable(&difference.from.title), printable(&difference.to.title));
        writeln!(out, "  {from} => {to}: {after} instead of {before}")?;
        let Some(example) = example(analysis, engine, number, difference) else { continue };
        for (name, answer) in [(own, &example.before), (engine.reading.as_str(), &example.after)] {
            let summary = answer.as_ref().map_or("", |answer| &answer.summary);
            writeln!(out, "    {name}: {}", printable(summary))?;
        }
    }
    if others > 0 {
        writeln!(out, "  {others} more in protocols without ports, or in packets that hold packets: see --format json")?;
    }
    writeln!(out)
}

fn object(analysis: &Analysis, engine: &EngineAnswers) -> Value {
    let answer = |answer: &Option<ExampleAnswer>| {
        answer.as_ref().map(|answer| json!({"verdict": answer.verdict.as_str(), "summary": answer.summary}))
    };
    let difference = |(number, difference): (usize, &Difference)| {
        json!({
            "from": difference.from.title,
            "to": difference.to.title,
            "inForce": flows_json(&difference.before),
            "here": flows_json(&difference.after),
            "example": example(analysis, engine, number, difference).map(|example| json!({
                "traffic": example.traffic.to_string(),
                "inForce": answer(&example.before),
                "here": answer(&example.after),
            })),
        })
    };
    json!({
        "engine": engine.reading.as_str(),
        "isInForce": engine.is_in_force(),
        "documented": engine.reading.documented(),
        "differences": engine.differences.iter().enumerate().map(difference).collect::<Vec<_>>(),
    })
}
