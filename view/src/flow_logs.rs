//! The flows of logs, judged.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::flow_logs::{FlowLogs, Log, LogLine, LoggedFlow, NotJudged};
use netpolis_core::connections::AskedTraffic;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{SourceLocation, SourceLocations};

/// The flows of logs, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FlowLogsView {
    /// The logs, in the order given.
    pub logs: Vec<LogReadView>,
    /// How many entries there are, by what became of them.
    pub totals: LogTotals,
    /// The distinct flows: those that passed and would be denied first, then the others that were denied; the most frequent of a group first.
    pub flows: Vec<LoggedFlowView>,
    /// Entries that say nothing of a new connection.
    pub set_aside: Vec<SetAsideView>,
    /// Entries of which an end is not in the files, by reason.
    pub unmatched: Vec<NotJudgedView>,
    /// Entries that cannot be read, by reason.
    pub broken: Vec<NotJudgedView>,
}

/// What was read of one log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct LogReadView {
    /// Its name.
    pub name: String,
    /// The formats of its entries: `hubble`, `calico`, `azure-nsg`, `azure-vnet`, `csv`.
    pub formats: Vec<String>,
    /// How many entries it has.
    pub entries: usize,
}

/// How many entries the logs have; all but the first and the last add up to the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LogTotals {
    /// All of them.
    pub entries: usize,
    /// Those that are judged.
    pub judged: usize,
    /// Those that say nothing of a new connection.
    pub set_aside: usize,
    /// Those of which an end is not in the files.
    pub unmatched: usize,
    /// Those that cannot be read.
    pub broken: usize,
    /// How many distinct flows are judged.
    pub flows: usize,
}

/// A flow of the logs, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LoggedFlowView {
    /// `would-be-denied` (allowed in the log alone), `denied-in-both`, `denied-in-log` (allowed by the files), `cannot-tell` or `allowed-in-both`.
    pub group: String,
    /// Where it starts, as a question takes it.
    pub from: String,
    /// Where it goes.
    pub to: String,
    /// How the source was found: by `name`, `workload`, `labels` or `address`, or as an address `anywhere`.
    pub from_matched_by: String,
    /// How the destination was found.
    pub to_matched_by: String,
    /// Its protocol, by name or number.
    pub protocol: String,
    /// Its destination port; nothing where the log has none.
    pub port: Option<u16>,
    /// The type of an ICMP message.
    pub icmp_type: Option<u8>,
    /// Its code.
    pub icmp_code: Option<u8>,
    /// What the log says: `allowed`, `audited` (let through by a policy that is only audited) or `denied`.
    pub log: String,
    /// Which end the log saw: `source`, `destination` or `both`.
    pub seen_at: String,
    /// What the files say: `allowed`, `denied` or `cannot tell`.
    pub verdict: String,
    /// The same in a sentence, with code in backticks.
    pub summary: String,
    /// The lines that decide.
    pub deciding: Vec<SourceLocation>,
    /// How many entries of the logs are this flow.
    pub entries: usize,
    /// When it was first seen, as RFC 3339 writes it in UTC; nothing where the log has no times.
    pub first_seen: Option<String>,
    /// When it was last seen.
    pub last_seen: Option<String>,
    /// The first of its entries.
    pub first: LogLineView,
}

/// Entries that say nothing of a new connection, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct SetAsideView {
    /// `reply`, `within-a-connection`, `request`, `other-drop`, `no-verdict` or `no-flow`.
    pub reason: String,
    /// How many there are.
    pub entries: usize,
}

/// Entries that are not judged, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct NotJudgedView {
    /// The reason, in words.
    pub reason: String,
    /// How many there are.
    pub entries: usize,
    /// The first of them.
    pub first: LogLineView,
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct LogLineView {
    /// The log's name.
    pub log: String,
    /// The line, from 1.
    pub line: u32,
}

/// Reads logs and judges their flows.
pub fn flow_logs_view(analysis: &Analysis, logs: &[Log<'_>]) -> FlowLogsView {
    let found = analysis.flow_logs(logs);
    let locations = SourceLocations::new(analysis.sources());
    let reasons = |list: &[NotJudged]| {
        let view = |entry: &NotJudged| NotJudgedView {
            reason: entry.reason.clone(),
            entries: entry.entries,
            first: line_view(&found, entry.first),
        };
        list.iter().map(view).collect()
    };
    FlowLogsView {
        logs: found
            .logs
            .iter()
            .map(|log| LogReadView {
                name: log.name.clone(),
                formats: log.formats.iter().map(|format| format.as_str().into()).collect(),
                entries: log.entries,
            })
            .collect(),
        totals: LogTotals {
            entries: found.entries(),
            judged: found.judged(),
            set_aside: found.aside(),
            unmatched: found.not_matched(),
            broken: found.not_read(),
            flows: found.flows.len(),
        },
        flows: found.flows.iter().map(|flow| flow_view(&found, flow, &locations)).collect(),
        set_aside: found
            .set_aside
            .iter()
            .map(|(reason, entries)| SetAsideView { reason: reason.as_str().into(), entries: *entries })
            .collect(),
        unmatched: reasons(&found.unmatched),
        broken: reasons(&found.broken),
    }
}

fn line_view(found: &FlowLogs, line: LogLine) -> LogLineView {
    LogLineView { log: found.logs.get(line.log).map(|log| log.name.clone()).unwrap_or_default(), line: line.line }
}

fn flow_view(found: &FlowLogs, flow: &LoggedFlow, locations: &SourceLocations<'_>) -> LoggedFlowView {
    let AskedTraffic { port, icmp_type, icmp_code, .. } = flow.traffic.into();
    LoggedFlowView {
        group: flow.group.as_str().into(),
        from: flow.from.name.clone(),
        to: flow.to.name.clone(),
        from_matched_by: flow.from.by.as_str().into(),
        to_matched_by: flow.to.by.as_str().into(),
        protocol: flow.traffic.protocol.word(),
        port,
        icmp_type,
        icmp_code,
        log: flow.log.as_str().into(),
        seen_at: flow.seen.as_str().into(),
        verdict: flow.verdict.as_str().into(),
        summary: flow.summary.clone(),
        deciding: flow.deciding.iter().filter_map(|place| locations.at(*place)).collect(),
        entries: flow.entries,
        first_seen: flow.times.map(|(first, _)| first.written()),
        last_seen: flow.times.map(|(_, last)| last.written()),
        first: line_view(found, flow.first),
    }
}
