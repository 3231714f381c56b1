//! What changes between two scenes.

use std::io::{self, Write};

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::diff::{Change, Difference, DifferenceEnd, Version, diff};
use netpolis_core::endpoints::Flows;
use serde_json::{Map, Value, json};

use crate::formats::{cell, flows_json, ports};
use crate::places::printable;

/// A form of the list of differences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiffFormat {
    /// A line a difference, as np-guard's netpol-analyzer writes it.
    Txt,
    /// JSON.
    Json,
    /// A Markdown table.
    Markdown,
}

impl DiffFormat {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, DiffFormat)] = &[("txt", DiffFormat::Txt), ("json", DiffFormat::Json), ("md", DiffFormat::Markdown)];
}

/// The differences between two scenes.
pub fn between(old: &Analysis, new: &Analysis) -> Vec<Difference> {
    let side =
        |analysis| -> Version<'_> { Version { snapshot: Analysis::snapshot(analysis), connectivity: Analysis::connectivity(analysis) } };
    diff(side(old), side(new))
}

/// The differences in the form of np-guard's netpol-analyzer.
pub fn txt(old: &Analysis, new: &Analysis) -> String {
    let mut text = Vec::new();
    // Memory does not fail.
    let _ = write(&between(old, new), DiffFormat::Txt, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes differences in a form; how many of them it does not show.
///
/// # Errors
/// When `out` fails.
pub fn write(differences: &[Difference], format: DiffFormat, out: &mut dyn Write) -> io::Result<usize> {
    match format {
        DiffFormat::Txt => write_txt(differences, out),
        DiffFormat::Json => write_json(differences, out).map(|()| 0),
        DiffFormat::Markdown => write_markdown(differences, out),
    }
}

/// Speaks of what is certain, of TCP, UDP and SCTP, and of IPv4 alone.
fn write_txt(differences: &[Difference], out: &mut dyn Write) -> io::Result<usize> {
    let ipv6 = |end: &DifferenceEnd| end.outside.is_some_and(|(first, _)| first.is_ipv6());
    let mut hidden = 0;
    for (i, d) in differences.iter().enumerate() {
        let (before, after) = (ports(&d.before.sometimes), ports(&d.after.sometimes));
        if before == after || ipv6(&d.from) || ipv6(&d.to) {
            hidden += 1;
            continue;
        }
        if i == hidden {
            writeln!(out, "Connectivity diff:")?;
        }
        let none = || "No Connections".to_string();
        let change = match (&before, &after) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        };
        write!(
            out,
            "diff-type: {}, source: {}, destination: {}, ref1: {}, ref2: {}",
            change.as_str(),
            printable(&d.from.title),
            printable(&d.to.title),
            before.unwrap_or_else(none),
            after.unwrap_or_else(none)
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

fn write_json(differences: &[Difference], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"differences\": [")?;
    for (i, d) in differences.iter().enumerate() {
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
        out.write_all(b"}")?;
    }
    out.write_all(if differences.is_empty() { b"]}\n" } else { b"\n]}\n" })
}

/// Speaks of TCP, UDP and SCTP alone.
fn write_markdown(differences: &[Difference], out: &mut dyn Write) -> io::Result<usize> {
    let side = |flows: &Flows| {
        let allowed = ports(&flows.sometimes).unwrap_or_else(|| "No Connections".into());
        ports(&flows.unknown()).map_or_else(|| allowed.clone(), |unknown| format!("{allowed}; cannot tell: {unknown}"))
    };
    let mut hidden = 0;
    out.write_all(b"| change | from | to | before | after |\n|---|---|---|---|---|\n")?;
    for d in differences {
        let (before, after) = (side(&d.before), side(&d.after));
        if before == after {
            hidden += 1;
            continue;
        }
        writeln!(
            out,
            "| {} | {} | {} | {before} | {after} |",
            d.change.as_str(),
            cell(&printable(&d.from.title)),
            cell(&printable(&d.to.title))
        )?;
    }
    Ok(hidden)
}
