//! `netpolis flow-logs`: the flows of logs, and which of them would be denied.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::IpAddr;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::flow_logs::{
    FlowLogs, Group, Log, LogLine, LogVerdict, LoggedFlow, MatchedBy, MatchedEnd, Moment, NotJudged, SeenAt,
};
use netpolis_core::connections::AskedTraffic;
use netpolis_core::text::count;
use serde_json::{Value, json};

use crate::input::File;
use crate::places::{self, printable};

/// A form of the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FlowLogsFormat {
    /// For reading.
    Text,
    /// JSON, with everything.
    Json,
    /// The flows that the logs show as allowed, a line each.
    Flows,
}

impl FlowLogsFormat {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, FlowLogsFormat)] =
        &[("text", FlowLogsFormat::Text), ("json", FlowLogsFormat::Json), ("flows", FlowLogsFormat::Flows)];
}

/// So many flows of a group, and reasons, are shown as text; nobody reads more.
const MOST_SHOWN: usize = 50;

/// Judges the flows of logs.
pub fn judge(analysis: &Analysis, logs: &[File]) -> FlowLogs {
    let logs: Vec<Log<'_>> = logs.iter().map(|file| Log { name: &file.name, text: &file.text }).collect();
    analysis.flow_logs(&logs)
}

/// Whether a flow that passed would be denied, or it cannot be told.
pub fn has_findings(found: &FlowLogs) -> bool {
    found.flows.iter().any(|flow| match flow.group {
        Group::WouldBeDenied => true,
        Group::CannotTell => flow.log != LogVerdict::Denied,
        _ => false,
    })
}

/// Writes the answer in a form.
///
/// # Errors
/// When `out` fails.
pub fn write(analysis: &Analysis, found: &FlowLogs, format: FlowLogsFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        FlowLogsFormat::Text => write_text(analysis, found, out),
        FlowLogsFormat::Json => write_json(analysis, found, out),
        FlowLogsFormat::Flows => found.wanted().iter().try_for_each(|line| writeln!(out, "{}", printable(&line.to_string()))),
    }
}

/// What a form leaves out, in sentences.
pub fn left_out(found: &FlowLogs, format: FlowLogsFormat) -> Vec<String> {
    if format != FlowLogsFormat::Flows {
        return Vec::new();
    }
    let mut sentences = Vec::new();
    let mut say = |entries: usize, what: &str| {
        if entries > 0 {
            sentences.push(format!("{} left out: {what}", count(entries, "entry")));
        }
    };
    let of = |wanted: &dyn Fn(&&LoggedFlow) -> bool| found.flows.iter().filter(wanted).map(|flow| flow.entries).sum();
    say(of(&|flow| flow.log == LogVerdict::Denied), "the log shows them as denied");
    say(of(&|flow| flow.log != LogVerdict::Denied && !flow.has_names()), "the log calls an end a private network, without its address");
    say(of(&|flow| flow.log != LogVerdict::Denied && flow.has_names() && !flow.has_port()), "the log gives no port");
    say(found.not_matched(), "an end is not in the input");
    say(found.not_read(), "they cannot be read");
    sentences
}

fn write_text(analysis: &Analysis, found: &FlowLogs, out: &mut dyn Write) -> io::Result<()> {
    write_summary(found, out)?;
    for group in Group::ALL {
        let flows: Vec<&LoggedFlow> = found.flows.iter().filter(|flow| flow.group == group).collect();
        if flows.is_empty() {
            continue;
        }
        writeln!(out, "\n{}:", heading(group, flows.len()))?;
        let bundles = bundles(&flows);
        for bundle in bundles.iter().take(MOST_SHOWN) {
            write_bundle(analysis, found, bundle, out)?;
        }
        write_more(bundles.len(), out)?;
    }
    write_reasons(found, "not judged, because an end is not in the input", &found.unmatched, out)?;
    write_reasons(found, "not read", &found.broken, out)
}

fn write_summary(found: &FlowLogs, out: &mut dyn Write) -> io::Result<()> {
    for log in &found.logs {
        let formats: Vec<&str> = log.formats.iter().map(|format| format.as_str()).collect();
        let formats = if formats.is_empty() { "no known format".to_owned() } else { formats.join(", ") };
        writeln!(out, "{}: {} ({formats})", printable(&log.name), count(log.entries, "entry"))?;
    }
    let flows = count(found.flows.len(), "distinct flow");
    write!(out, "{}: {} judged as {flows}", count(found.entries(), "entry"), found.judged())?;
    for (entries, what) in [(found.aside(), "set aside"), (found.not_matched(), "not matched"), (found.not_read(), "not read")] {
        if entries > 0 {
            write!(out, ", {entries} {what}")?;
        }
    }
    writeln!(out)?;
    for (reason, entries) in &found.set_aside {
        writeln!(out, "  set aside: {entries} {}", reason.sentence())?;
    }
    Ok(())
}

fn heading(group: Group, flows: usize) -> String {
    let flows = count(flows, "flow");
    match group {
        Group::WouldBeDenied => format!("{flows} allowed in the log, and would be denied"),
        Group::DeniedInBoth => format!("{flows} denied in the log, and by the input"),
        Group::DeniedInLog => format!("{flows} denied in the log, and allowed by the input, which is not what was in force"),
        Group::CannotTell => format!("{flows} of which it cannot be told what the input does"),
        Group::AllowedInBoth => format!("{flows} allowed in the log, and by the input"),
    }
}

/// Flows that differ in nothing but an address outside: those of many clients of one service, say.
struct Bundle<'f> {
    /// The first of them.
    flow: &'f LoggedFlow,
    /// How many addresses there are, if it is a bundle of several: of sources, or of destinations.
    addresses: [usize; 2],
    entries: usize,
    times: Option<(Moment, Moment)>,
}

/// The flows of a group, in bundles, each where its first flow stands.
fn bundles<'f>(flows: &[&'f LoggedFlow]) -> Vec<Bundle<'f>> {
    let mut numbers: HashMap<_, usize> = HashMap::new();
    let mut bundles: Vec<Bundle<'f>> = Vec::new();
    for flow in flows {
        let (from, to) = (is_address(&flow.from), is_address(&flow.to));
        let name = |end: &'f MatchedEnd, is_address: bool| if is_address { None } else { Some(end.name.as_str()) };
        let key = (name(&flow.from, from), name(&flow.to, to), flow.traffic, flow.log, flow.seen, &flow.deciding);
        let number = *numbers.entry(key).or_insert(bundles.len());
        match bundles.get_mut(number) {
            Some(known) => {
                known.addresses = [known.addresses[0] + usize::from(from), known.addresses[1] + usize::from(to)];
                known.entries += flow.entries;
                known.times = match (known.times, flow.times) {
                    (Some((first, last)), Some((begin, end))) => Some((first.min(begin), last.max(end))),
                    (times, None) | (None, times) => times,
                };
            }
            None => bundles.push(Bundle { flow, addresses: [1, 1], entries: flow.entries, times: flow.times }),
        }
    }
    bundles
}

fn is_address(end: &MatchedEnd) -> bool {
    end.by == MatchedBy::Address && end.name.parse::<IpAddr>().is_ok()
}

/// An end's name, with the number of the other addresses.
fn end_title(end: &MatchedEnd, addresses: usize) -> String {
    match addresses - 1 {
        0 => end.name.clone(),
        1 => format!("{} and 1 other address", end.name),
        others => format!("{} and {others} other addresses", end.name),
    }
}

fn write_bundle(analysis: &Analysis, found: &FlowLogs, bundle: &Bundle<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Bundle { flow, addresses: [sources, destinations], entries, times } = *bundle;
    let times = times.map_or_else(String::new, |(first, last)| match (first.written(), last.written()) {
        (first, last) if first == last => format!(", {first}"),
        (first, last) => format!(", {first} to {last}"),
    });
    let seen = if flow.seen == SeenAt::Source && flow.log != LogVerdict::Denied { ", seen at the source only" } else { "" };
    let log = match (flow.group, flow.log) {
        (_, LogVerdict::Audited) => ", audited",
        (Group::CannotTell, LogVerdict::Allowed) => ", allowed in the log",
        (Group::CannotTell, LogVerdict::Denied) => ", denied in the log",
        _ => "",
    };
    let (from, to) = (end_title(&flow.from, sources), end_title(&flow.to, destinations));
    let title = format!("{from} -> {to} {}", flow.traffic);
    let place = found.describe(flow.first);
    writeln!(out, "  {} ({}{times}{seen}{log}; {})", printable(&title), count(entries, "entry"), printable(&place))?;
    if flow.group == Group::AllowedInBoth {
        return Ok(());
    }
    writeln!(out, "    {}", printable(&flow.summary))?;
    for place in &flow.deciding {
        writeln!(out, "    {}", printable(&analysis.sources().describe(*place)))?;
    }
    Ok(())
}

fn write_more(all: usize, out: &mut dyn Write) -> io::Result<()> {
    match all.saturating_sub(MOST_SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "  {more} more: see --format json"),
    }
}

fn write_reasons(found: &FlowLogs, what: &str, reasons: &[NotJudged], out: &mut dyn Write) -> io::Result<()> {
    if reasons.is_empty() {
        return Ok(());
    }
    let entries = reasons.iter().map(|reason| reason.entries).sum();
    writeln!(out, "\n{} {what}:", count(entries, "entry"))?;
    for reason in reasons.iter().take(MOST_SHOWN) {
        let first = if reason.entries > 1 { format!(" ({} entries)", reason.entries) } else { String::new() };
        writeln!(out, "  {}: {}{first}", printable(&found.describe(reason.first)), printable(&reason.reason))?;
    }
    write_more(reasons.len(), out)
}

fn write_json(analysis: &Analysis, found: &FlowLogs, out: &mut dyn Write) -> io::Result<()> {
    let line = |at: LogLine| json!({"log": found.logs.get(at.log).map_or("", |log| &log.name), "line": at.line});
    let reasons = |list: &[NotJudged]| -> Vec<Value> {
        list.iter().map(|entry| json!({"reason": entry.reason, "entries": entry.entries, "first": line(entry.first)})).collect()
    };
    let logs: Vec<Value> = found
        .logs
        .iter()
        .map(|log| {
            let formats: Vec<&str> = log.formats.iter().map(|format| format.as_str()).collect();
            json!({"name": log.name, "formats": formats, "entries": log.entries})
        })
        .collect();
    let totals = json!({
        "entries": found.entries(),
        "judged": found.judged(),
        "setAside": found.aside(),
        "unmatched": found.not_matched(),
        "broken": found.not_read(),
        "flows": found.flows.len(),
    });
    write!(out, "{{\"logs\": {},\n \"totals\": {totals},\n \"flows\": [", Value::from(logs))?;
    for (number, flow) in found.flows.iter().enumerate() {
        write!(out, "{}\n  {}", if number == 0 { "" } else { "," }, object(analysis, flow, line(flow.first)))?;
    }
    let aside: Vec<Value> =
        found.set_aside.iter().map(|(reason, entries)| json!({"reason": reason.as_str(), "entries": entries})).collect();
    let (unmatched, broken) = (Value::from(reasons(&found.unmatched)), Value::from(reasons(&found.broken)));
    writeln!(out, "],\n \"setAside\": {},\n \"unmatched\": {unmatched},\n \"broken\": {broken}}}", Value::from(aside))
}

fn object(analysis: &Analysis, flow: &LoggedFlow, first: Value) -> Value {
    let asked = AskedTraffic::from(flow.traffic);
    json!({
        "group": flow.group.as_str(),
        "from": flow.from.name,
        "to": flow.to.name,
        "fromMatchedBy": flow.from.by.as_str(),
        "toMatchedBy": flow.to.by.as_str(),
        "protocol": flow.traffic.protocol.word(),
        "port": asked.port,
        "icmpType": asked.icmp_type,
        "icmpCode": asked.icmp_code,
        "log": flow.log.as_str(),
        "seenAt": flow.seen.as_str(),
        "verdict": flow.verdict.as_str(),
        "summary": flow.summary,
        "deciding": flow.deciding.iter().map(|place| places::json(analysis, *place)).collect::<Vec<_>>(),
        "entries": flow.entries,
        "firstSeen": flow.times.map(|(first, _)| first.written()),
        "lastSeen": flow.times.map(|(_, last)| last.written()),
        "first": first,
    })
}
