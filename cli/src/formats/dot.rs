//! Graphviz.

use std::collections::BTreeMap;

use super::{Row, ports};

pub(super) fn dot(rows: &[Row]) -> String {
    let mut groups: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for name in rows.iter().flat_map(|r| [r.from.as_str(), r.to.as_str()]) {
        let namespace = name.split_once('/').filter(|_| !name.ends_with("[External]")).map(|(namespace, _)| namespace);
        let group = groups.entry(namespace).or_default();
        if !group.contains(&name) {
            group.push(name);
        }
    }
    let mut text =
        String::from("digraph flows {\n  rankdir=LR\n  node [shape=box, fontname=\"sans-serif\"]\n  edge [fontname=\"sans-serif\"]\n");
    for (namespace, names) in groups {
        let indent = if namespace.is_some() { "    " } else { "  " };
        if let Some(namespace) = namespace {
            text.push_str(&format!("  subgraph {} {{\n    label={}\n", quoted(&format!("cluster_{namespace}")), quoted(namespace)));
        }
        for name in names {
            let shown = namespace.and_then(|n| name.strip_prefix(n)?.strip_prefix('/')).unwrap_or(name);
            text.push_str(&format!("{indent}{} [label={}]\n", quoted(name), quoted(shown)));
        }
        if namespace.is_some() {
            text.push_str("  }\n");
        }
    }
    for row in rows {
        let connections = ports(&row.allowed);
        let (label, style) = match connections.as_str() {
            "No Connections" => ("?".to_string(), ", style=dotted"),
            _ => (connections, ""),
        };
        text.push_str(&format!("  {} -> {} [label={}{style}]\n", quoted(&row.from), quoted(&row.to), quoted(&label)));
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
