//! Engines: what each answers differently from the one in force.

use netpolis_core::analysis::{Analysis, EngineAnswers, MOST_EXPLAINED, Reading};
use netpolis_core::answers::diff::{Difference, DifferenceEnd};

use super::list::{ListGroup, ListRow, ListView, Outlook, RowLink};
use crate::checks::flow_question;
use crate::differences::flows_in_words;

/// All engines, those that answer differently first.
pub(super) fn list(analysis: &Analysis) -> ListView {
    let own = analysis.engine_in_force().map_or(analysis.assumed().engine.as_str(), Reading::as_str);
    let (mut others, mut same) = (Vec::new(), Vec::new());
    for reading in Reading::ALL {
        let engine = analysis.under_engine(reading);
        let group = group(analysis, own, &engine);
        if engine.is_in_force() || engine.differences.is_empty() { same.push(group) } else { others.push(group) }
    }
    let summary = match others.len() {
        0 => format!("Every engine answers these files as `{own}` does."),
        1 => format!("1 engine answers otherwise than `{own}`, the engine in force"),
        number => format!("{number} engines answer otherwise than `{own}`, the engine in force"),
    };
    others.append(&mut same);
    ListView { summary, groups: others, ..ListView::default() }
}

fn group(analysis: &Analysis, own: &str, engine: &EngineAnswers) -> ListGroup {
    let how = match engine.differences.len() {
        _ if engine.is_in_force() => "in force",
        0 => "the same answers",
        _ => "answers differently",
    };
    let title = format!("{}: {how}", engine.reading.as_str());
    let rows = engine.differences.iter().enumerate().map(|(number, difference)| row(analysis, own, engine, number, difference)).collect();
    ListGroup { about: engine.reading.documented().into(), ..ListGroup::new(title, rows) }
}

/// An end without its kind; all addresses in words.
fn name(end: &DifferenceEnd) -> &str {
    match end.title.split('[').next().unwrap_or_default() {
        "0.0.0.0-255.255.255.255" => "any IPv4 address outside",
        "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" => "any IPv6 address outside",
        name => name,
    }
}

fn row(analysis: &Analysis, own: &str, engine: &EngineAnswers, number: usize, difference: &Difference) -> ListRow {
    let example = if number < MOST_EXPLAINED { engine.example(analysis, difference) } else { None };
    let mut lines = vec![format!("allowed: {}; under `{own}`: {}", flows_in_words(&difference.after), flows_in_words(&difference.before))];
    let end = |end: &DifferenceEnd| end.address.map_or_else(|| end.title.clone(), |address| address.to_string());
    let link = example.as_ref().map(|example| RowLink::Flow(flow_question(&end(&difference.from), &end(&difference.to), example.traffic)));
    if let Some(example) = example {
        let answers = [(engine.reading.as_str(), example.after), (own, example.before)];
        lines.extend(answers.into_iter().filter_map(|(name, answer)| Some(format!("{name}: {}", answer?.summary))));
    }
    ListRow {
        outlook: Outlook::Unsure,
        title: format!("`{}` → `{}`", name(&difference.from), name(&difference.to)),
        lines,
        link,
        ..ListRow::default()
    }
}
