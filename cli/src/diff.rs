//! What changes between two scenes.

use std::cell::OnceCell;
use std::io::{self, Write};

use netpolis_core::analysis::{
    Analysis, Cause, Causes, ClientDifference, DecidingLine, DifferenceExample, ExampleAnswer, MOST_EXPLAINED, MOST_TRIED, PathDifference,
    Reached, TooManyPaths,
};
use netpolis_core::answers::diff::{Change, Difference, DifferenceEnd, MOST_NODE_PAIRS, Relation, TooManyNodePairs, Version, compare};
use netpolis_core::endpoints::Flows;
use netpolis_core::load::ObjectEdit;
use netpolis_core::path::PathVerdict;
use serde_json::{Map, Value, json};

use crate::formats::{cell, flows_json, ports};
use crate::places::{self, printable};

/// What stands for no connections.
const NOTHING: &str = "No Connections";

/// A form of the list of differences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiffFormat {
    /// A line a difference, as np-guard's netpol-analyzer writes it.
    Txt,
    /// For reading: each difference with the edit that caused it, one of its flows, what decides about it in both versions, and which of these lines were
    /// edited.
    Text,
    /// JSON.
    Json,
    /// A Markdown table.
    Markdown,
}

impl DiffFormat {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, DiffFormat)] =
        &[("txt", DiffFormat::Txt), ("text", DiffFormat::Text), ("json", DiffFormat::Json), ("md", DiffFormat::Markdown)];
}

/// Two versions, and how their flows differ.
pub struct Diff<'a> {
    old: &'a Analysis,
    new: &'a Analysis,
    /// The differences.
    pub differences: Vec<Difference>,
    relation: Relation,
    causes: OnceCell<Causes>,
    /// Differences of connections of nodes, if they were compared.
    nodes: Option<Result<Vec<Difference>, TooManyNodePairs>>,
    /// Paths that differ, if they were compared.
    paths: Option<Vec<PathDifference>>,
}

/// How the flows of two versions differ.
pub fn between<'a>(old: &'a Analysis, new: &'a Analysis) -> Diff<'a> {
    let side = |analysis: &'a Analysis| Version { snapshot: analysis.snapshot(), connectivity: analysis.connectivity() };
    let (differences, relation) = compare(side(old), side(new));
    Diff { old, new, differences, relation, causes: OnceCell::new(), nodes: None, paths: None }
}

/// The differences in the form of np-guard's netpol-analyzer.
pub fn txt(old: &Analysis, new: &Analysis) -> String {
    let mut text = Vec::new();
    // Memory does not fail.
    let _ = write_txt(&between(old, new).differences, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

impl Diff<'_> {
    /// Compares paths to Services and Ingresses too.
    ///
    /// # Errors
    /// When there are too many.
    pub fn compare_paths(&mut self) -> Result<(), TooManyPaths> {
        self.paths = Some(self.old.path_differences(self.new)?);
        Ok(())
    }

    /// Compares connections of nodes too.
    pub fn compare_nodes(&mut self) {
        self.nodes = Some(self.old.node_differences(self.new, MOST_NODE_PAIRS).map(|(nodes, relation)| {
            self.relation = self.relation.joined(relation);
            nodes
        }));
    }

    /// The differences of connections of nodes; none where they are not compared.
    pub fn nodes(&self) -> &[Difference] {
        self.nodes.as_ref().and_then(|nodes| nodes.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    /// Why connections of nodes are not compared, if they are not.
    pub fn not_compared(&self) -> Option<String> {
        let TooManyNodePairs(count) = self.nodes.as_ref()?.as_ref().err()?;
        Some(format!("connections of nodes are not compared: there are {count} pairs, and up to {MOST_NODE_PAIRS} are"))
    }

    /// Whether anything differs.
    pub fn differs(&self) -> bool {
        !self.differences.is_empty() || !self.nodes().is_empty() || self.paths.as_ref().is_some_and(|paths| !paths.is_empty())
    }

    /// Writes them in a form; how many of them it does not show.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn write(&self, format: DiffFormat, out: &mut dyn Write) -> io::Result<usize> {
        match format {
            DiffFormat::Txt => write_txt(&self.differences, out),
            DiffFormat::Text => self.write_text(out).map(|()| 0),
            DiffFormat::Json => self.write_json(out).map(|()| 0),
            DiffFormat::Markdown => self.write_markdown(out),
        }
    }

    /// One of the flows of a difference, for the first of them.
    fn example(&self, number: usize, difference: &Difference) -> Option<DifferenceExample> {
        if number < MOST_EXPLAINED { self.old.example_of(self.new, difference) } else { None }
    }

    /// What was edited, and which of it caused the first of the differences.
    fn causes(&self) -> &Causes {
        let explained = self.differences.get(..MOST_EXPLAINED).unwrap_or(&self.differences);
        self.causes.get_or_init(|| self.old.causes(self.new, explained))
    }

    fn cause(&self, number: usize) -> Option<&Cause> {
        self.causes().of.as_ref()?.get(number)
    }

    /// Edits by their numbers: the object, what happened to it, and where.
    fn edit_words(&self, numbers: &[usize]) -> String {
        self.causes().edits_in_words(numbers, self.old, self.new)
    }

    fn edit_json(&self, edit: &ObjectEdit) -> Value {
        let place = |analysis, place: Option<_>| place.map(|place| places::json(analysis, place));
        json!({
            "object": edit.object,
            "change": Change::from(edit).as_str(),
            "before": place(self.old, edit.before),
            "after": place(self.new, edit.after),
        })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let relation = match self.relation {
            Relation::Equal => "the same flows",
            Relation::Wider => "the new version allows more, and all that was allowed",
            Relation::Narrower => "the new version allows less, and nothing else",
            Relation::Overlapping => "the new version opens some flows and closes others",
            Relation::Disjoint => "no flow is allowed in both versions",
            Relation::Unsure => "what is allowed for certain is the same, and what cannot be told is not",
        };
        writeln!(out, "{relation}")?;
        if !self.differences.is_empty() && self.causes().of.is_none() {
            writeln!(
                out,
                "{} objects were edited: which of them caused which difference is found out for up to {MOST_TRIED}",
                self.causes().edits.len()
            )?;
        }
        for (number, d) in self.differences.iter().chain(self.nodes()).enumerate() {
            self.write_difference(number, d, out)?;
        }
        if let Some(note) = self.not_compared() {
            writeln!(out, "\n{note}")?;
        }
        let Some(paths) = &self.paths else { return Ok(()) };
        if paths.is_empty() {
            return writeln!(out, "\nall paths to Services and Ingresses are the same");
        }
        for path in paths {
            writeln!(out, "\n{}: {}", target(path), reached(path.before, path.after))?;
            for client in &path.differing {
                writeln!(out, "  from {}: {} instead of {}", printable(&client.from), outcome(client.after), outcome(client.before))?;
            }
        }
        Ok(())
    }

    /// A difference of the list, which those of nodes come after, for reading.
    fn write_difference(&self, number: usize, d: &Difference, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n{}", sentence(d))?;
        if let Some(cause) = self.cause(number) {
            for (word, edits) in [("by", &cause.alone), ("only together by", &cause.together)] {
                if !edits.is_empty() {
                    writeln!(out, "  {word} {}", self.edit_words(edits))?;
                }
            }
        }
        let Some(example) = self.example(number, d) else { return Ok(()) };
        for (word, analysis, answer) in [("before", self.old, &example.before), ("now", self.new, &example.after)] {
            let Some(answer) = answer else { continue };
            writeln!(out, "  {word}: {}", printable(&answer.summary))?;
            for line in &answer.deciding {
                writeln!(out, "    {}", line.in_words(analysis))?;
            }
        }
        Ok(())
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let edits: Vec<Value> = self.causes().edits.iter().map(|edit| self.edit_json(edit)).collect();
        write!(out, "{{\"relation\": \"{}\", \"edits\": {}, \"differences\": [", self.relation.as_str(), Value::Array(edits))?;
        self.write_list(&self.differences, 0, out)?;
        match &self.nodes {
            None => {}
            Some(Err(TooManyNodePairs(_))) => out.write_all(b", \"nodes\": null")?,
            Some(Ok(nodes)) => {
                out.write_all(b", \"nodes\": [")?;
                self.write_list(nodes, self.differences.len(), out)?;
            }
        }
        if let Some(paths) = &self.paths {
            write!(out, ", \"paths\": {}", Value::Array(paths.iter().map(path_json).collect()))?;
        }
        out.write_all(b"}\n")
    }

    /// Differences as the rest of a JSON array; `first`: the number of the first of them.
    fn write_list(&self, list: &[Difference], first: usize, out: &mut dyn Write) -> io::Result<()> {
        for (i, d) in list.iter().enumerate() {
            out.write_all(if i == 0 { b"\n  " } else { b",\n  " })?;
            let side = |flows: &Flows| Value::Object(flows_json(flows));
            let (from, to) = (json!(d.from.title), json!(d.to.title));
            write!(out, "{{\"change\": \"{}\", \"from\": {from}, \"to\": {to}", d.change.as_str())?;
            write!(out, ", \"before\": {}, \"after\": {}", side(&d.before), side(&d.after))?;
            let only = [&d.from, &d.to].into_iter().filter_map(|end| Some((end.title.clone(), end.only?.as_str().into())));
            let only: Map<String, Value> = only.collect();
            if !only.is_empty() {
                write!(out, ", \"workloads\": {}", Value::Object(only))?;
            }
            if let Some(cause) = self.cause(first + i) {
                write!(out, ", \"cause\": {}", json!({"alone": cause.alone, "together": cause.together}))?;
            }
            if let Some(example) = self.example(first + i, d) {
                let answer = |analysis, answer: &Option<ExampleAnswer>| answer.as_ref().map(|answer| answer_json(analysis, answer));
                let value = json!({
                    "traffic": example.traffic.to_string(),
                    "before": answer(self.old, &example.before),
                    "after": answer(self.new, &example.after),
                });
                write!(out, ", \"example\": {value}")?;
            }
            out.write_all(b"}")?;
        }
        out.write_all(if list.is_empty() { b"]" } else { b"\n]" })
    }

    /// Speaks of TCP, UDP and SCTP alone.
    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<usize> {
        let all: Vec<Difference> = self.differences.iter().chain(self.nodes()).cloned().collect();
        let review = self.old.review(self.new, &all, self.causes());
        out.write_all(review.text.as_bytes())?;
        if let Some(note) = self.not_compared() {
            writeln!(out, "\nNote: {note}.")?;
        }
        if let Some(paths) = &self.paths {
            out.write_all(b"\n| path | from | before | after |\n|---|---|---|---|\n")?;
            for (path, client) in paths.iter().flat_map(|path| path.differing.iter().map(move |client| (path, client))) {
                let (before, after) = (outcome(client.before), outcome(client.after));
                writeln!(out, "| {} | {} | {before} | {after} |", cell(&target(path)), cell(&printable(&client.from)))?;
            }
        }
        Ok(review.hidden)
    }
}

/// What happened between two ends, in a line.
pub fn sentence(d: &Difference) -> String {
    let (from, to) = (printable(&d.from.title), printable(&d.to.title));
    // What cannot be told on either side alike is not what changed.
    let unsure = d.before.unknown() != d.after.unknown();
    format!("{}: {from} => {to}: {} instead of {}", d.change.as_str(), words(&d.after, unsure), words(&d.before, unsure))
}

/// A Service with its port, or an Ingress.
fn target(path: &PathDifference) -> String {
    let to = printable(&path.to);
    path.port.map_or_else(|| to.to_string(), |port| format!("{to} {} {port}", path.protocol))
}

fn reached(before: Reached, after: Reached) -> String {
    match (before, after) {
        (Reached { clients: 0, .. }, _) => format!("new, and reached by {} of {} clients", after.fully, after.clients),
        (_, Reached { clients: 0, .. }) => format!("gone, and was reached by {} of {} clients", before.fully, before.clients),
        _ => format!("reached by {} of {} clients instead of {} of {}", after.fully, after.clients, before.fully, before.clients),
    }
}

/// The verdict of a path; there may be no such client or target.
fn outcome(verdict: Option<PathVerdict>) -> String {
    verdict.map_or_else(|| "not there".into(), |verdict| verdict.to_string())
}

fn path_json(path: &PathDifference) -> Value {
    let reached = |reached: Reached| json!({"clients": reached.clients, "fully": reached.fully});
    let verdict = |verdict: Option<PathVerdict>| verdict.map(|verdict| verdict.to_string());
    let client = |client: &ClientDifference| json!({"from": client.from, "before": verdict(client.before), "after": verdict(client.after)});
    json!({
        "to": path.to,
        "port": path.port,
        "protocol": path.protocol.to_string(),
        "before": reached(path.before),
        "after": reached(path.after),
        "clients": path.differing.iter().map(client).collect::<Vec<_>>(),
    })
}

fn answer_json(analysis: &Analysis, answer: &ExampleAnswer) -> Value {
    let line = |line: &DecidingLine| json!({"place": places::json(analysis, line.place), "edited": line.edited});
    json!({
        "verdict": answer.verdict.as_str(),
        "summary": answer.summary,
        "deciding": answer.deciding.iter().map(line).collect::<Vec<_>>(),
    })
}

/// Flows of every protocol; with what cannot be told if `unsure`.
fn words(flows: &Flows, unsure: bool) -> String {
    let allowed = if flows.sometimes.is_empty() { "nothing".to_owned() } else { flows.sometimes.to_string() };
    let unknown = flows.unknown();
    if unknown.is_empty() || !unsure { allowed } else { format!("{allowed}; cannot tell: {unknown}") }
}

/// Speaks of what is certain, of TCP, UDP and SCTP, and of IPv4 alone.
fn write_txt(differences: &[Difference], out: &mut dyn Write) -> io::Result<usize> {
    let ipv6 = |end: &DifferenceEnd| end.outside.is_some_and(|(first, _)| first.is_ipv6());
    let mut hidden = 0;
    for (i, d) in differences.iter().enumerate() {
        let (before, after) = (ports(&d.before.sometimes), ports(&d.after.sometimes));
        let same = before == after && ports(&d.before.unknown()) == ports(&d.after.unknown());
        if same || ipv6(&d.from) || ipv6(&d.to) {
            hidden += 1;
            continue;
        }
        if i == hidden {
            writeln!(out, "Connectivity diff:")?;
        }
        // What cannot be told is not "none": it is said with what is allowed.
        let open = |flows: &Flows| ports(&flows.unknown()).filter(|_| d.before.unknown() != d.after.unknown());
        let side = |allowed: &Option<String>, flows: &Flows| {
            let allowed = allowed.as_deref().unwrap_or(NOTHING);
            open(flows).map_or_else(|| allowed.to_string(), |open| format!("{allowed}; cannot tell: {open}"))
        };
        let (first, second) = (side(&before, &d.before), side(&after, &d.after));
        let change = match (&before, &after) {
            (None, Some(_)) if ports(&d.before.unknown()).is_none() => Change::Added,
            (Some(_), None) if ports(&d.after.unknown()).is_none() => Change::Removed,
            _ => Change::Changed,
        };
        write!(
            out,
            "diff-type: {}, source: {}, destination: {}, ref1: {}, ref2: {}",
            change.as_str(),
            printable(&d.from.title),
            printable(&d.to.title),
            first,
            second
        )?;
        let only = [&d.from, &d.to].into_iter().filter(|end| end.only.is_some());
        let names: Vec<_> = only.map(|end| printable(&end.title)).collect();
        if let Some(side) = d.from.only.or(d.to.only) {
            write!(out, ", workloads-diff-info: workload {} {}", names.join(" and "), side.as_str())?;
        }
        writeln!(out)?;
    }
    Ok(hidden)
}
