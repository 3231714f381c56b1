//! The flows of logs, judged by the files: what the two contradict each other about first.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::flow_logs::{FlowLogs, Group, LogVerdict, LoggedFlow, NotJudged, ReadLogs, SetAside};
use netpolis_core::text::count;

use super::list::{ListChoice, ListGroup, ListOption, ListRow, ListView, Outlook, RowLink};
use super::{FurtherQuestion, PoliciesAsked, WantedFlows};
use crate::SourceLocations;
use crate::checks::flow_question;

/// What there is to say without a log.
const NONE: &str = "No flow log is open. Drop an export anywhere on the page, or open it like a file: of Hubble, of Calico (Whisker, Goldmane), of Azure (security groups, virtual networks), or CSV. \
It stays in this tab, is not stored, and is not in links";

/// The flows of the open logs, by what log and files say of them.
pub(super) fn list(analysis: &Analysis, logs: Option<(u32, &ReadLogs)>) -> ListView {
    let Some((number, logs)) = logs else { return ListView { summary: NONE.into(), ..ListView::default() } };
    let found = analysis.judged(logs);
    let locations = SourceLocations::new(analysis.sources());
    let flows = |group: Group| {
        let rows = found.flows.iter().filter(|flow| flow.group == group).map(|flow| row(flow, &locations));
        ListGroup { about: about(group).into(), ..ListGroup::new(title(group), rows.collect()) }
    };
    let others = |list: &[NotJudged]| {
        let row = |entry: &NotJudged| ListRow {
            title: entry.reason.clone(),
            word: count(entry.entries, "entry"),
            lines: vec![format!("first at `{}`", found.describe(entry.first))],
            ..ListRow::default()
        };
        list.iter().map(row).collect()
    };
    let aside = |(reason, entries): &(SetAside, usize)| ListRow {
        title: reason.sentence().into(),
        word: count(*entries, "entry"),
        ..ListRow::default()
    };
    let asked = PoliciesAsked { source: Some(WantedFlows::Log(number)), ..PoliciesAsked::default() };
    let next = ListRow {
        title: "Policies that allow exactly the flows that this log shows as passed".into(),
        link: Some(RowLink::Answer("Make policies from this".into(), FurtherQuestion::LeastPrivilege(asked))),
        ..ListRow::default()
    };
    let [broken, denied, log, open, same] = Group::ALL;
    let mut groups = vec![
        flows(broken),
        flows(log),
        flows(open),
        flows(denied).folded(),
        flows(same).folded(),
        ListGroup::new("Not judged: an end is not in these files", others(&found.unmatched)).folded(),
        ListGroup::new("Cannot be read", others(&found.broken)),
        ListGroup::new("Set aside", found.set_aside.iter().map(aside).collect()).folded(),
    ];
    if !found.wanted().is_empty() {
        groups.push(ListGroup::new("What to do with it", vec![next]));
    }
    let of = |group: Group| found.flows.iter().filter(|flow| flow.group == group).count() as u32;
    ListView {
        summary: summary(&found),
        good: of(same) + of(denied),
        bad: of(broken) + of(log),
        choices: vec![ListChoice {
            title: "Logs".into(),
            options: vec![ListOption { label: "Close".into(), on: false, asks: FurtherQuestion::FlowLogs(None) }],
        }],
        groups: ListGroup::with_rows(groups),
        ..ListView::default()
    }
}

/// What was read, then what matters most of it.
fn summary(found: &FlowLogs) -> String {
    let logs: Vec<String> = found
        .logs
        .iter()
        .map(|log| {
            let formats: Vec<&str> = log.formats.iter().map(|format| format.title()).collect();
            let formats = if formats.is_empty() { "of no known format".to_owned() } else { formats.join(", ") };
            format!("`{}` ({formats}, {})", log.name, count(log.entries, "entry"))
        })
        .collect();
    let of = |group: Group| found.flows.iter().filter(|flow| flow.group == group).count();
    let contradictions =
        [(of(Group::WouldBeDenied), "passed and would be denied"), (of(Group::DeniedInLog), "was denied and is allowed here")];
    let words: Vec<String> =
        contradictions.into_iter().filter(|(number, _)| *number > 0).map(|(number, words)| format!("{number} {words}")).collect();
    let flows = count(found.flows.len(), "flow");
    let said = match (found.flows.len(), words.is_empty()) {
        (0, _) => "no flow of it can be judged by these files".to_owned(),
        (_, true) => format!("{flows}, and these files contradict none"),
        (_, false) => format!("of {flows}: {}", words.join(", ")),
    };
    format!("{}: {said}", logs.join(", "))
}

const fn title(group: Group) -> &'static str {
    match group {
        Group::WouldBeDenied => "Passed in the log, denied by these files",
        Group::DeniedInBoth => "Denied in both",
        Group::DeniedInLog => "Denied in the log, allowed by these files",
        Group::CannotTell => "Cannot tell",
        Group::AllowedInBoth => "Allowed in both",
    }
}

const fn about(group: Group) -> &'static str {
    match group {
        Group::WouldBeDenied => "These connections would break.",
        Group::DeniedInLog => "These files are not what was in force, or something that is not in them denied it.",
        Group::DeniedInBoth | Group::CannotTell | Group::AllowedInBoth => "",
    }
}

fn row(flow: &LoggedFlow, locations: &SourceLocations<'_>) -> ListRow {
    let outlook = match flow.group {
        Group::WouldBeDenied | Group::DeniedInLog => Outlook::Bad,
        Group::CannotTell => Outlook::Unsure,
        Group::AllowedInBoth | Group::DeniedInBoth => Outlook::Good,
    };
    let seen = match &flow.times {
        Some((first, last)) if first == last => format!(", at {}", first.written()),
        Some((first, last)) => format!(", from {} to {}", first.written(), last.written()),
        None => String::new(),
    };
    let audited = if flow.log == LogVerdict::Audited { ", let through as policies were only audited" } else { "" };
    ListRow {
        outlook,
        word: count(flow.entries, "entry"),
        title: format!("`{}` → `{}` {}", flow.from.name, flow.to.name, flow.traffic),
        lines: vec![flow.summary.clone(), format!("seen {}{seen}{audited}", count_times(flow.entries))],
        spots: flow.deciding.iter().filter_map(|place| locations.at(*place)).collect(),
        link: Some(RowLink::Flow(flow_question(&flow.from.name, &flow.to.name, flow.traffic))),
        ..ListRow::default()
    }
}

fn count_times(entries: usize) -> String {
    if entries == 1 { "once".into() } else { format!("{entries} times") }
}
