//! Pointless rules and policies, and of the others what proves that they are needed.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::pointless::{Effect, Part, pointless};
use netpolis_core::explain::end_name;
use netpolis_core::text::count;

use super::list::{ListGroup, ListRow, ListView, Outlook, RowLink};
use crate::SourceLocations;
use crate::checks::flow_question;

/// All rules and policies, those that could be removed first.
pub(super) fn list(analysis: &Analysis) -> ListView {
    let parts = pointless(analysis.compiled(), analysis.snapshot());
    if parts.is_empty() {
        return ListView { summary: "No policies in these files.".into(), ..ListView::default() };
    }
    let [mut removable, mut later, mut open, mut needed] = [const { Vec::new() }; 4];
    // A policy that could be removed goes with all of its rules.
    let whole: Vec<_> = parts.iter().filter(|part| part.rule.is_none() && part.is_removable()).map(|part| part.policy).collect();
    let policies = whole.len();
    for part in &parts {
        if part.rule.is_some() && whole.contains(&part.policy) {
            continue;
        }
        let (rows, outlook, word) = match part.effect {
            Effect::Needed(_) => (&mut needed, Outlook::Good, "needed"),
            Effect::CannotTell => (&mut open, Outlook::Unsure, "cannot tell"),
            _ if part.guards_later => (&mut later, Outlook::Good, "for later"),
            _ => (&mut removable, Outlook::Plain, part.effect.as_str()),
        };
        rows.push(row(analysis, part, outlook, word));
    }
    let summary = if removable.is_empty() {
        "Every rule and policy is needed, as far as it can be told.".to_owned()
    } else {
        let words = [(policies, "policy"), (removable.len() - policies, "rule")].into_iter().filter(|(number, _)| *number > 0);
        let words: Vec<String> = words.map(|(number, noun)| count(number, noun)).collect();
        format!("{} could be removed, one at a time, and every answer would stay the same", words.join(" and "))
    };
    let groups = [
        ListGroup::new("Could be removed", removable),
        ListGroup::new("Needed for pods that are added later", later),
        ListGroup::new("Cannot tell", open),
        ListGroup::new("Needed", needed).folded(),
    ];
    ListView { summary, groups: ListGroup::with_rows(groups), ..ListView::default() }
}

fn row(analysis: &Analysis, part: &Part, outlook: Outlook, word: &str) -> ListRow {
    let (ruleset, snapshot) = (analysis.compiled().ruleset(), analysis.snapshot());
    let locations = SourceLocations::new(analysis.sources());
    let link = match &part.effect {
        Effect::Needed(witness) => {
            let name = |end| end_name(end, snapshot);
            Some(RowLink::Flow(flow_question(&name(witness.from), &name(witness.to), witness.traffic)))
        }
        _ => None,
    };
    ListRow {
        outlook,
        word: word.into(),
        title: part.title(ruleset),
        // The row's word says it.
        lines: vec![part.sentence(ruleset, snapshot).trim_start_matches("is needed: ").to_owned()],
        spots: locations.at(part.place).into_iter().collect(),
        link,
        ..ListRow::default()
    }
}
