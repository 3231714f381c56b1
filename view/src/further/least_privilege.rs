//! Policies that allow exactly the flows that are ticked, with the proof.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::least_privilege::{self, FlowLine, Form, LeastPrivilege, RemainingFlow, Wanted};
use netpolis_core::connections::ConnectionSet;
use netpolis_core::connectivity::Grid;
use netpolis_core::endpoints::{FlowTable, Line, TitledLine, lines};
use netpolis_core::policy::Direction;
use netpolis_core::text::count;

use super::list::{ListChoice, ListGroup, ListOption, ListRow, ListView, OfferedText, Outlook, RowTick};
use super::{FurtherQuestion, GivenLogs, PoliciesAsked, WantedFlows};
use crate::fixes::edit_views;
use crate::{EditView, FixView, SourceLocation, SourceLocations};

/// What the policies are called as a file.
const FILE: &str = "least-privilege.yaml";
/// Most flows that are sent to be ticked.
const MOST_FLOWS: usize = 2_000;

/// A flow that can be wanted.
struct Candidate {
    line: FlowLine,
    /// Whether it is ticked before anybody does anything.
    on: bool,
}

/// The flows that can be ticked, and the policies for those that are.
pub(super) fn list(analysis: &Analysis, logs: GivenLogs<'_>, asked: &PoliciesAsked) -> ListView {
    let by_checks = analysis.wanted_by_checks();
    let source = asked.source.unwrap_or(if by_checks.flows.is_empty() { WantedFlows::Allowed } else { WantedFlows::Checks });
    let mut notes = Vec::new();
    let mut candidates = match source {
        WantedFlows::Allowed => allowed(analysis),
        WantedFlows::Checks => {
            let noted = [
                (by_checks.left_out, "not listed: they name a URL, or a port by its name"),
                (by_checks.without_port, "without a port: every port is taken as wanted"),
            ];
            notes.extend(
                noted.iter().filter(|(number, _)| *number > 0).map(|(number, words)| format!("{} {words}", count(*number, "check"))),
            );
            by_checks.flows.into_iter().map(|line| Candidate { line, on: true }).collect()
        }
        WantedFlows::Log(number) => {
            let logs = logs.filter(|(known, _)| *known == number);
            let flows = logs.map(|(_, logs)| analysis.judged(logs).wanted()).unwrap_or_default();
            flows.into_iter().map(|line| Candidate { line, on: true }).collect()
        }
    };
    candidates.iter_mut().for_each(|one| one.on ^= asked.flipped.contains(&one.line.to_string()));
    let wanted: Vec<FlowLine> = candidates.iter().filter(|one| one.on).map(|one| one.line.clone()).collect();
    let view = ListView { choices: choices(source, logs, asked), ..ListView::default() };
    let flows = flows(&candidates);
    if wanted.is_empty() {
        let summary = match (source, candidates.is_empty()) {
            (WantedFlows::Checks, true) => "No check expects a flow to be allowed. Take the flows that are allowed now, or write checks.",
            (WantedFlows::Log(_), true) => "No flow log is open, or no flow of it passed that can be named.",
            (_, true) => "No flow is allowed now.",
            _ => "Tick the flows that are wanted.",
        };
        return ListView { summary: summary.into(), groups: ListGroup::with_rows([flows]), ..view };
    }
    let (form, ticked) = (form_of(asked), count(wanted.len(), "flow"));
    match analysis.least_privilege(&least_privilege::Question { wanted: Wanted::Flows(&wanted), form, dns: asked.dns }) {
        Ok(answer) => {
            notes.extend(answer.notes.iter().cloned());
            let mut groups = differences(&answer);
            groups.push(flows);
            groups.push(replaced(analysis, &answer));
            groups.push(ListGroup::new(
                "Worth knowing",
                notes.into_iter().map(|note| ListRow { title: note, ..ListRow::default() }).collect(),
            ));
            let summary = summary(&answer, &ticked);
            let offers = offer(analysis, &answer, &ticked).into_iter().collect();
            ListView { summary, offers, groups: ListGroup::with_rows(groups), ..view }
        }
        Err(errors) => {
            let row =
                |error: &least_privilege::FlowError| ListRow { outlook: Outlook::Bad, title: error.message.clone(), ..ListRow::default() };
            let errors = ListGroup::new("Flows that mean nothing here", errors.iter().map(row).collect());
            ListView { summary: "Some flows mean nothing here".into(), groups: ListGroup::with_rows([errors, flows]), ..view }
        }
    }
}

fn form_of(asked: &PoliciesAsked) -> Form {
    Form::ALL.iter().find(|(name, _)| *name == asked.form).map(|(_, form)| *form).unwrap_or_default()
}

fn choices(source: WantedFlows, logs: GivenLogs<'_>, asked: &PoliciesAsked) -> Vec<ListChoice> {
    let option =
        |label: &str, on: bool, asks: PoliciesAsked| ListOption { label: label.into(), on, asks: FurtherQuestion::LeastPrivilege(asks) };
    let log = logs.map(|(number, _)| (WantedFlows::Log(number), "Flow log"));
    let sources = [(WantedFlows::Checks, "Checks"), (WantedFlows::Allowed, "Allowed now")].into_iter().chain(log);
    // What was ticked is of one of them.
    let source_option = |(own, label)| {
        let flipped = if own == source { asked.flipped.clone() } else { Vec::new() };
        option(label, own == source, PoliciesAsked { source: Some(own), flipped, ..asked.clone() })
    };
    let form = form_of(asked);
    let form_option = |(own, label): (Form, &str)| {
        option(label, own == form, PoliciesAsked { form: own.as_str().into(), source: Some(source), ..asked.clone() })
    };
    let dns_option = |(dns, label)| option(label, dns == asked.dns, PoliciesAsked { dns, source: Some(source), ..asked.clone() });
    vec![
        ListChoice { title: "Wanted".into(), options: sources.map(source_option).collect() },
        ListChoice {
            title: "Policies of".into(),
            options: [(Form::Kubernetes, "Kubernetes"), (Form::Calico, "Calico")].map(form_option).into(),
        },
        ListChoice { title: "DNS".into(), options: [(false, "as ticked"), (true, "for every pod that sends")].map(dns_option).into() },
    ]
}

/// What is certainly allowed now, line by line. Ticked at first is what policies limit: what nobody limits, nobody has thought of.
fn allowed(analysis: &Analysis) -> Vec<Candidate> {
    let (snapshot, connectivity) = (analysis.snapshot(), analysis.connectivity());
    let titled = |outside: Direction| -> Vec<TitledLine> {
        lines(snapshot, connectivity, outside).into_iter().map(|line| TitledLine::new(snapshot, line)).collect()
    };
    let (sources, destinations) = (titled(Direction::Ingress), titled(Direction::Egress));
    let mut grid = Grid::new(connectivity, sources.iter().map(AsRef::as_ref), destinations.iter().map(AsRef::as_ref));
    let mut table = FlowTable::new(connectivity);
    let mut found = Vec::new();
    let everything = ConnectionSet::all().with_ports_only().difference(&ConnectionSet::encapsulated());
    for (place, source) in sources.iter().enumerate() {
        grid.each_from(place, |number, passing| {
            let Some(destination) = destinations.get(number) else { return };
            let is_pod = |line: &TitledLine| matches!(line.line, Line::Workload(_));
            let alone = source.line == destination.line && source.as_ref().len() < 2;
            let Some((from, to)) = name(source).zip(name(destination)).filter(|_| !alone && (is_pod(source) || is_pod(destination))) else {
                return;
            };
            let id = table.of(passing);
            let always = table.get(id).always.with_ports_only();
            if !always.is_empty() {
                let on = !everything.difference(&always).is_empty();
                found.push(Candidate { line: FlowLine::of(&from, &to, &always), on });
            }
        });
    }
    found
}

/// A line as lists of flows name it; nothing for addresses that have no name together.
fn name(line: &TitledLine) -> Option<String> {
    match line.line {
        Line::Outside(_) => Some(line.title.trim_end_matches("[External]").to_owned()),
        Line::Workload(_) | Line::Node(_) => Some(line.title.clone()),
        Line::Several(..) => line.title.starts_with("Internet").then(|| "internet".to_owned()),
        Line::Machine(_) => Some(line.title.trim_end_matches("[VM]").to_owned()),
    }
}

fn flows(candidates: &[Candidate]) -> ListGroup {
    let row = |one: &Candidate| {
        let FlowLine { from, to, .. } = &one.line;
        let key = one.line.to_string();
        let ports = key.rsplit_once(to.as_str()).map_or("", |(_, ports)| ports).trim();
        let ports = if ports.is_empty() { "all connections" } else { ports };
        ListRow {
            title: format!("`{}` → `{}` {ports}", short(from), short(to)),
            tick: Some(RowTick { key, on: one.on }),
            ..ListRow::default()
        }
    };
    // What is ticked is always among them.
    let mut free = MOST_FLOWS.saturating_sub(candidates.iter().filter(|one| one.on).count());
    let mut is_shown = |one: &&Candidate| one.on || free.checked_sub(1).map(|left| free = left).is_some();
    let rows = candidates.iter().filter(|one| is_shown(one)).map(row).collect();
    ListGroup { count: candidates.len() as u32, rows, ..ListGroup::new("Wanted flows", Vec::new()) }
}

/// Names without kinds, and all addresses in words.
fn short(end: &str) -> &str {
    match end.split('[').next().unwrap_or_default() {
        "0.0.0.0-255.255.255.255" => "any IPv4 address outside",
        "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" => "any IPv6 address outside",
        name => name,
    }
}

fn summary(answer: &LeastPrivilege, ticked: &str) -> String {
    let words = [(answer.missing.len(), "missing"), (answer.too_much.len(), "too much"), (answer.unsure.len(), "cannot be told")];
    let words: Vec<String> = words.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    let policies = count(answer.policies.len(), "policy");
    match (answer.exact, words.is_empty()) {
        (true, _) => format!("{policies} for {ticked}: exactly these remain"),
        (false, true) => format!("{policies} for {ticked}: an API server would refuse the text"),
        (false, false) => format!("{policies} for {ticked}, with differences: {}", words.join(", ")),
    }
}

fn differences(answer: &LeastPrivilege) -> Vec<ListGroup> {
    let rows = |flows: &[RemainingFlow], outlook: Outlook| {
        let row = |flow: &RemainingFlow| ListRow {
            outlook,
            title: format!("`{}` → `{}` {}", short(&flow.from), short(&flow.to), flow.connections_in_words()),
            lines: vec![flow.reason.clone()],
            ..ListRow::default()
        };
        flows.iter().map(row).collect()
    };
    vec![
        ListGroup::new("Wanted, and not allowed by these policies", rows(&answer.missing, Outlook::Bad)),
        ListGroup::new("Not wanted, and still allowed", rows(&answer.too_much, Outlook::Bad)),
        ListGroup::new("Cannot tell", rows(&answer.unsure, Outlook::Unsure)),
    ]
}

fn replaced(analysis: &Analysis, answer: &LeastPrivilege) -> ListGroup {
    let locations = SourceLocations::new(analysis.sources());
    let row = |policy: &least_privilege::Replaced| ListRow {
        title: policy.title.clone(),
        spots: locations.at(policy.place).into_iter().collect(),
        ..ListRow::default()
    };
    ListGroup {
        about: "They are about the same pods. What remains was evaluated without them: applying takes them out.".into(),
        ..ListGroup::new("Policies that these replace", answer.replaced.iter().map(row).collect())
    }
    .folded()
}

fn offer(analysis: &Analysis, answer: &LeastPrivilege, ticked: &str) -> Option<OfferedText> {
    let spots = SourceLocations::new(analysis.sources());
    let at = SourceLocation { file: FILE.into(), line: 1, column: 1, end_line: 1, start: 0, end: 0 };
    let removed = analysis.without_replaced(&answer.replaced);
    let by_hand = removed.is_none().then_some(". The policies that they replace stand where only you should edit: take them out yourself");
    let compared = format!("Compared with what was wanted: {}, each for all connections", count(answer.pairs, "pair"));
    let fix = removed.map(|removed| FixView {
        title: format!("policies for {ticked}"),
        edits: core::iter::once(EditView { at, insert: answer.text.clone() }).chain(edit_views(&removed, &spots)).collect(),
    });
    (!answer.text.is_empty()).then(|| OfferedText {
        title: "The policies".into(),
        about: format!("{compared}{}", by_hand.unwrap_or_default()),
        name: FILE.into(),
        text: answer.text.clone(),
        diff: String::new(),
        fix,
    })
}
