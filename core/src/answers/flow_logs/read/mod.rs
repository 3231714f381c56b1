//! From the text of a log to its entries. The format of each value is told by its own fields, so one file may hold several.

mod azure;
mod calico;
pub(in crate::answers) mod csv;
mod fields;
mod hubble;

use alloc::string::String;

use super::entry::{Entry, Take};
use super::values::{LineCounter, Piece, Values};
use super::{LogFormat, SetAside};
use crate::answers::flow_logs::broken::Broken;
use crate::diagnostics::Severity;
use crate::document::{Limits, NodeRef, parse};
use fields::{field, text};

/// How deep lists of entries stand in each other: `hits`, `hits`, `_source`; `records` in `records`.
const DEEPEST: usize = 6;

/// Reads a log. `take` gets every entry with its format, nothing if none is known, and its line.
pub(super) fn read(log: &str, take: &mut dyn FnMut(Option<LogFormat>, u32, Entry)) {
    if let Some((table, rest, line)) = table(log) {
        for (number, text) in (line..).zip(rest.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            table.row(Piece { text, line: number }, take);
        }
        return;
    }
    for piece in Values::new(log) {
        match piece.text.starts_with('{') {
            true => value(piece, take),
            // The other lines of an event stream.
            false if ["event:", "id:", "retry:", ":"].iter().any(|field| piece.text.starts_with(field)) => {}
            false => take(None, piece.line, Entry::Broken(Broken::Line)),
        }
    }
}

/// The table that a log of comma separated values begins with, the lines below, and the number of the first of them.
fn table(log: &str) -> Option<(csv::Table, &str, u32)> {
    let log = log.trim_start_matches('\u{feff}');
    let blank = log.len() - log.trim_start().len();
    let (before, text) = log.split_at_checked(blank)?;
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = before.matches('\n').count() as u32 + 2;
    (!head.contains('{')).then(|| csv::Table::of(head)).flatten().map(|table| (table, rest, line))
}

/// Reads one JSON value.
fn value(piece: Piece<'_>, take: &mut dyn FnMut(Option<LogFormat>, u32, Entry)) {
    let parsed = parse(piece.text, &Limits::default());
    let error = parsed.diagnostics.iter().find(|found| found.severity == Severity::Error);
    let Some(root) = parsed.tree.root().filter(|_| error.is_none()) else {
        let why = error.map_or_else(String::new, |error| error.message.clone());
        return take(None, piece.line, Entry::Broken(Broken::Json(why)));
    };
    let mut lines = Lines { counter: LineCounter::new(piece), take };
    entries(root, DEEPEST, &mut lines);
}

struct Lines<'a> {
    counter: LineCounter<'a>,
    take: &'a mut dyn FnMut(Option<LogFormat>, u32, Entry),
}

impl Lines<'_> {
    fn unknown(&mut self, at: u32) {
        let line = self.counter.line_of(at);
        (self.take)(None, line, Entry::Broken(Broken::Value));
    }
}

impl Take for Lines<'_> {
    fn take(&mut self, format: LogFormat, at: u32, entry: Entry) {
        let line = self.counter.line_of(at);
        (self.take)(Some(format), line, entry);
    }
}

/// The entries of a value: of each element of a list, or of what the fields say it is.
fn entries(node: NodeRef<'_>, depth: usize, lines: &mut Lines<'_>) {
    let at = node.span().start;
    if depth == 0 {
        return lines.unknown(at);
    }
    if let Some(items) = node.as_sequence() {
        return items.for_each(|item| entries(item, depth - 1, lines));
    }
    // Azure's records, Whisker's and Goldmane's answers, Elasticsearch's.
    let lists = ["records", "items", "flows", "hits"];
    if let Some(list) =
        lists.into_iter().filter_map(|name| node.get(name)).find(|list| list.as_sequence().is_some() || list.get("hits").is_some())
    {
        return entries(list, depth - 1, lines);
    }
    if let Some(document) = node.get("_source") {
        return entries(document, depth - 1, lines);
    }
    if azure::is_record(node) {
        return azure::record(node, lines);
    }
    let inner = node.get("flow").or_else(|| field(node, "result", "result").and_then(|result| result.get("flow"))).unwrap_or(node);
    if let Some(entry) = calico::entry(inner) {
        return lines.take(LogFormat::Calico, at, entry);
    }
    if let Some(entry) = hubble::entry(inner) {
        return lines.take(LogFormat::Hubble, at, entry);
    }
    // What else Hubble's exporter writes: the state of nodes, events that were lost, events of agents.
    let others = ["node_status", "lost_events", "agent_event", "debug_event", "nodeStatus", "lostEvents"];
    match others.into_iter().any(|name| node.get(name).is_some()) && text(node, "node_name", "nodeName").is_some() {
        true => lines.take(LogFormat::Hubble, at, Entry::Aside(SetAside::NoFlow)),
        false => lines.unknown(at),
    }
}
