//! Graphviz.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::{Memo, Row, RowEnd, Writer, ports};

/// A graph with a cluster a namespace. An arrow without a label carries every TCP, UDP and SCTP port; a dotted one cannot be told.
#[derive(Default)]
pub(super) struct Dot {
    memo: Memo,
    ends: BTreeMap<Option<String>, BTreeSet<String>>,
    edges: Vec<u8>,
}

impl Dot {
    fn add(&mut self, end: &RowEnd) {
        let names = match self.ends.get_mut(&end.namespace) {
            Some(names) => names,
            None => self.ends.entry(end.namespace.clone()).or_default(),
        };
        if !names.contains(&end.title) {
            names.insert(end.title.clone());
        }
    }
}

impl Writer for Dot {
    fn row(&mut self, row: &Row<'_>, _out: &mut dyn Write) -> io::Result<()> {
        let attributes = self.memo.get(row, |flows| {
            let unknown = !flows.unknown().with_ports_only().is_empty();
            match ports(&flows.sometimes) {
                Some(all) if all == "All Connections" => " ".to_string(),
                Some(some) if unknown => format!(" [label={}]", quoted(&(some + ",?"))),
                Some(some) => format!(" [label={}]", quoted(&some)),
                None if unknown => " [label=\"?\", style=dotted]".to_string(),
                None => String::new(),
            }
        });
        if attributes.is_empty() {
            return Ok(());
        }
        writeln!(self.edges, "  {} -> {}{}", quoted(&row.from.title), quoted(&row.to.title), attributes.trim_end())?;
        self.add(row.from);
        self.add(row.to);
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "digraph flows {{")?;
        writeln!(out, "  rankdir=LR\n  node [shape=box, fontname=\"sans-serif\"]\n  edge [fontname=\"sans-serif\"]")?;
        for (namespace, titles) in &self.ends {
            let indent = if namespace.is_some() { "    " } else { "  " };
            if let Some(namespace) = namespace {
                writeln!(out, "  subgraph {} {{\n    label={}", quoted(&format!("cluster_{namespace}")), quoted(namespace))?;
            }
            for title in titles {
                let shown = namespace.as_ref().and_then(|n| title.strip_prefix(n.as_str())?.strip_prefix('/')).unwrap_or(title);
                writeln!(out, "{indent}{} [label={}]", quoted(title), quoted(shown))?;
            }
            if namespace.is_some() {
                writeln!(out, "  }}")?;
            }
        }
        out.write_all(&self.edges)?;
        writeln!(out, "}}")
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
