//! **What would become of the flows that a log shows?** [`flow_logs`] reads logs of Hubble, Calico and Azure, and lists of flows as CSV, finds the ends
//! of each flow among what there is, and asks the evaluator about it.
//!
//! ```text
//! text ── values ──> JSON values and lines ── read ──> entries ── merge ──> distinct flows ── matching ──> ends ── judge ──> verdicts
//! ```
//!
//! What cannot be read, and ends that match nothing, are said with their lines. Nothing is judged as something that it is not: an end that a log calls a
//! pod is never taken for an address outside.

mod broken;
mod entry;
mod judge;
mod matching;
mod merge;
mod names;
pub(in crate::answers) mod read;
mod sniff;
#[cfg(test)]
mod tests;
mod time;
mod unmatched;
mod values;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub use sniff::format_of;
pub use time::Moment;

use crate::answers::least_privilege::{AskedPorts, FlowLine};
use crate::compile::Endpoint;
use crate::connections::Traffic;
use crate::connectivity::Connectivity;
use crate::explain::Answer;
use crate::snapshot::Snapshot;
use crate::text::Place;
use crate::verdict::{Flow, Verdict};

/// A log: a name to show, and its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Log<'a> {
    /// Its name, for places.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// The format of an entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum LogFormat {
    /// Flows of Cilium's Hubble.
    Hubble,
    /// Flows of Calico: flow log files, Elasticsearch, Goldmane and Whisker.
    Calico,
    /// Flow logs of Azure's network security groups.
    AzureSecurityGroup,
    /// Flow logs of Azure's virtual networks.
    AzureVirtualNetwork,
    /// Comma separated values.
    Csv,
}

impl LogFormat {
    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            LogFormat::Hubble => "hubble",
            LogFormat::Calico => "calico",
            LogFormat::AzureSecurityGroup => "azure-nsg",
            LogFormat::AzureVirtualNetwork => "azure-vnet",
            LogFormat::Csv => "csv",
        }
    }

    /// What such a log is, for people.
    pub const fn title(self) -> &'static str {
        match self {
            LogFormat::Hubble => "flows of Hubble",
            LogFormat::Calico => "flows of Calico",
            LogFormat::AzureSecurityGroup => "a flow log of a network security group",
            LogFormat::AzureVirtualNetwork => "a flow log of a virtual network",
            LogFormat::Csv => "flows as comma separated values",
        }
    }
}

/// What a log says became of a flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LogVerdict {
    /// It passed.
    Allowed,
    /// It passed because policies were only audited; they would have dropped it.
    Audited,
    /// Policy or a security group dropped it.
    Denied,
}

impl LogVerdict {
    /// `allowed`, `audited` or `denied`.
    pub const fn as_str(self) -> &'static str {
        match self {
            LogVerdict::Allowed => "allowed",
            LogVerdict::Audited => "audited",
            LogVerdict::Denied => "denied",
        }
    }
}

/// Which end of a flow a log saw. What passed at its source may have been dropped at its destination.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SeenAt {
    /// Its source alone.
    Source,
    /// Its destination alone.
    Destination,
    /// Both, or the log does not say it.
    Both,
}

impl SeenAt {
    /// `source`, `destination` or `both`.
    pub const fn as_str(self) -> &'static str {
        match self {
            SeenAt::Source => "source",
            SeenAt::Destination => "destination",
            SeenAt::Both => "both",
        }
    }

    const fn and(self, other: SeenAt) -> SeenAt {
        match (self, other) {
            (SeenAt::Source, SeenAt::Source) => SeenAt::Source,
            (SeenAt::Destination, SeenAt::Destination) => SeenAt::Destination,
            _ => SeenAt::Both,
        }
    }
}

/// Why an entry is set aside: it says nothing of what policy does with a new connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum SetAside {
    /// It is a reply.
    Reply,
    /// It is a packet within a connection, and the log does not say in which direction that was opened.
    Midway,
    /// It is a request that a proxy saw: its connection is an entry of its own.
    Request,
    /// It was dropped for another reason than policy.
    OtherDrop,
    /// It has no verdict: it was traced, translated, passed on, or failed.
    NoVerdict,
    /// It is no flow.
    NoFlow,
}

impl SetAside {
    /// All of them, in the order to show them.
    pub const ALL: [SetAside; 6] =
        [SetAside::Reply, SetAside::Midway, SetAside::Request, SetAside::OtherDrop, SetAside::NoVerdict, SetAside::NoFlow];

    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            SetAside::Reply => "reply",
            SetAside::Midway => "within-a-connection",
            SetAside::Request => "request",
            SetAside::OtherDrop => "other-drop",
            SetAside::NoVerdict => "no-verdict",
            SetAside::NoFlow => "no-flow",
        }
    }

    /// What such entries are, in words that follow their number.
    pub const fn sentence(self) -> &'static str {
        match self {
            SetAside::Reply => "replies",
            SetAside::Midway => "packets within a connection whose direction the log does not state",
            SetAside::Request => "requests that a proxy saw, beside their connections",
            SetAside::OtherDrop => "packets dropped for another reason than policy",
            SetAside::NoVerdict => "packets traced or translated, without a verdict",
            SetAside::NoFlow => "events that are no flows",
        }
    }
}

/// What the log and the input say of a flow together. In the order in which they matter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Group {
    /// Allowed in the log, and the input would deny it: this would break.
    WouldBeDenied,
    /// Denied in both.
    DeniedInBoth,
    /// Denied in the log and allowed by the input: the input is not what was in force.
    DeniedInLog,
    /// It cannot be told what the input does.
    CannotTell,
    /// Allowed in both.
    AllowedInBoth,
}

impl Group {
    /// All of them, in the order to show them.
    pub const ALL: [Group; 5] = [Group::WouldBeDenied, Group::DeniedInBoth, Group::DeniedInLog, Group::CannotTell, Group::AllowedInBoth];

    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Group::WouldBeDenied => "would-be-denied",
            Group::DeniedInBoth => "denied-in-both",
            Group::DeniedInLog => "denied-in-log",
            Group::CannotTell => "cannot-tell",
            Group::AllowedInBoth => "allowed-in-both",
        }
    }

    fn of(log: LogVerdict, verdict: Verdict) -> Group {
        match (log, verdict) {
            (_, Verdict::CannotTell) => Group::CannotTell,
            (LogVerdict::Denied, Verdict::Denied) => Group::DeniedInBoth,
            (LogVerdict::Denied, Verdict::Allowed) => Group::DeniedInLog,
            (_, Verdict::Denied) => Group::WouldBeDenied,
            (_, Verdict::Allowed) => Group::AllowedInBoth,
        }
    }
}

/// How an end of a log was found among what there is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum MatchedBy {
    /// By its own name.
    Name,
    /// By the workload that made it: its pod is not in the input.
    Workload,
    /// By its labels.
    Labels,
    /// By its address.
    Address,
    /// As any address of the Internet, or any private one, as the log names none.
    Anywhere,
}

impl MatchedBy {
    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            MatchedBy::Name => "name",
            MatchedBy::Workload => "workload",
            MatchedBy::Labels => "labels",
            MatchedBy::Address => "address",
            MatchedBy::Anywhere => "anywhere",
        }
    }
}

/// A line of a log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LogLine {
    /// Which log, counted from 0.
    pub log: usize,
    /// The line, from 1.
    pub line: u32,
}

/// An end of a flow, as it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct MatchedEnd {
    /// Its name, as a question takes it: `shop/web`, `node/worker-1`, an address, `internet`.
    pub name: String,
    /// How it was found.
    pub by: MatchedBy,
}

/// A flow of the logs, judged.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LoggedFlow {
    /// Where it starts.
    pub from: MatchedEnd,
    /// Where it goes.
    pub to: MatchedEnd,
    /// What it carries.
    pub traffic: Traffic,
    /// What the log says became of it.
    pub log: LogVerdict,
    /// Which end the log saw.
    pub seen: SeenAt,
    /// What the input says.
    pub verdict: Verdict,
    /// Both together.
    pub group: Group,
    /// The input's answer in a sentence, with code in backticks.
    pub summary: String,
    /// The lines of the input that decide.
    pub deciding: Vec<Place>,
    /// How many entries of the logs are this flow.
    pub entries: usize,
    /// When it was first and last seen, where the logs say it.
    pub times: Option<(Moment, Moment)>,
    /// The first of its entries.
    pub first: LogLine,
}

impl LoggedFlow {
    /// Whether both ends have a name that a question takes.
    pub fn has_names(&self) -> bool {
        [&self.from, &self.to].iter().all(|end| end.by != MatchedBy::Anywhere || end.name == "internet")
    }

    /// Whether the port is known, if there is one.
    pub fn has_port(&self) -> bool {
        self.traffic.destination.is_some() || !self.traffic.protocol.has_ports()
    }

    /// As a wanted flow, if it passed and can be named as one.
    fn wanted(&self) -> Option<FlowLine> {
        let is_wanted = self.log != LogVerdict::Denied && self.has_names() && self.has_port();
        let ports = self.traffic.destination.filter(|_| self.traffic.protocol.has_ports()).map(|port| (port, port)).into_iter().collect();
        let traffic = alloc::vec![AskedPorts { protocol: self.traffic.protocol, ports }];
        is_wanted.then(|| FlowLine { line: 0, from: self.from.name.clone(), to: self.to.name.clone(), traffic })
    }
}

/// Entries that are not judged for the same reason.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct NotJudged {
    /// The reason, in words.
    pub reason: String,
    /// How many entries.
    pub entries: usize,
    /// The first of them.
    pub first: LogLine,
}

/// What was read of one log.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LogRead {
    /// Its name.
    pub name: String,
    /// The formats of its entries.
    pub formats: Vec<LogFormat>,
    /// How many entries it has, broken ones included.
    pub entries: usize,
}

/// The flows of logs, judged.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FlowLogs {
    /// The logs, in the order given.
    pub logs: Vec<LogRead>,
    /// The distinct flows: by group, the most frequent first.
    pub flows: Vec<LoggedFlow>,
    /// Entries of which an end is not in the input, by reason, the most frequent first.
    pub unmatched: Vec<NotJudged>,
    /// Entries that cannot be read, in the order of the text; those of one log with the same reason together.
    pub broken: Vec<NotJudged>,
    /// Entries that say nothing of a new connection, and how many there are.
    pub set_aside: Vec<(SetAside, usize)>,
}

impl FlowLogs {
    /// How many entries the logs have. Each of them is judged, set aside, unmatched or broken.
    pub fn entries(&self) -> usize {
        self.logs.iter().map(|log| log.entries).sum()
    }

    /// How many entries are judged.
    pub fn judged(&self) -> usize {
        self.flows.iter().map(|flow| flow.entries).sum()
    }

    /// How many entries are set aside.
    pub fn aside(&self) -> usize {
        self.set_aside.iter().map(|(_, entries)| entries).sum()
    }

    /// How many entries have an end that is not in the input.
    pub fn not_matched(&self) -> usize {
        self.unmatched.iter().map(|entry| entry.entries).sum()
    }

    /// How many entries cannot be read.
    pub fn not_read(&self) -> usize {
        self.broken.iter().map(|entry| entry.entries).sum()
    }

    /// The distinct flows that passed, as a list of wanted flows. Ends without a name of their own are left out, and protocols with ports of which the log gives none:
    /// without it a line would mean all ports. ICMP messages go by their protocol alone.
    pub fn wanted(&self) -> Vec<FlowLine> {
        let mut lines: Vec<(String, FlowLine)> =
            self.flows.iter().filter_map(LoggedFlow::wanted).map(|flow| (flow.to_string(), flow)).collect();
        lines.sort_by(|a, b| a.0.cmp(&b.0));
        lines.dedup_by(|a, b| a.0 == b.0);
        lines.into_iter().map(|(_, flow)| flow).collect()
    }

    /// `log:line`.
    pub fn describe(&self, line: LogLine) -> String {
        let name = self.logs.get(line.log).map_or("", |log| &log.name);
        alloc::format!("{name}:{}", line.line)
    }
}

/// What is asked about the flows of a log.
pub trait Scene {
    /// What there is.
    fn snapshot(&self) -> &Snapshot;
    /// All pairs.
    fn connectivity(&self) -> &Connectivity;
    /// One flow, of packets of the family of its addresses.
    fn answer(&self, flow: &Flow) -> Answer;
    /// Whether the answer between two endpoints may differ from that of [`connectivity`](Self::connectivity), because one of them is an address and there
    /// are endpoints with addresses of both families.
    fn depends_on_family(&self, from: Endpoint, to: Endpoint) -> bool;
}

/// The entries of logs, read and counted: what is kept of them while the input changes.
#[derive(Clone, Debug)]
pub struct ReadLogs(merge::Merged);

impl ReadLogs {
    /// Reads logs. Never fails: what cannot be read is a part of the answer.
    pub fn new(logs: &[Log<'_>]) -> Self {
        ReadLogs(merge::merge(logs))
    }
}

/// Judges the flows of logs.
pub fn flow_logs(scene: &dyn Scene, logs: &ReadLogs) -> FlowLogs {
    let matching = matching::Matching::new(scene.snapshot(), scene.connectivity());
    judge::judge(scene, &matching, &logs.0)
}
