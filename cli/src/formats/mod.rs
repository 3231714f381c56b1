//! All pairs, in the forms that people and programs read.

mod csv;
mod dot;
mod json;
mod markdown;
mod ports;
mod txt;

use netpolis_core::connections::ConnectionSet;
use netpolis_core::ends::{INGRESS_CONTROLLER, Line, flows as between, lines, title};
use netpolis_core::ingress;
use netpolis_core::policy::Direction;
use netpolis_core::scene::Scene;

pub use ports::ports;
pub use txt::txt;

/// A form of the list of flows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A line a pair.
    Txt,
    /// Comma separated values.
    Csv,
    /// JSON.
    Json,
    /// A Markdown table.
    Markdown,
    /// Graphviz.
    Dot,
}

impl Format {
    /// All of them by name; the first is the default.
    pub const ALL: &[(&str, Format)] =
        &[("txt", Format::Txt), ("csv", Format::Csv), ("json", Format::Json), ("md", Format::Markdown), ("dot", Format::Dot)];
}

/// One line of the list: what is allowed from one end to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Where connections start.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// Certainly allowed, for some pair of their pods.
    pub allowed: ConnectionSet,
    /// Allowed or not to be told, beyond what is allowed.
    pub unknown: ConnectionSet,
}

/// All pairs of workloads and outside ranges with any connection, by source and destination.
pub fn rows(scene: &Scene) -> Vec<Row> {
    let (snapshot, connectivity) = (scene.snapshot(), scene.connectivity());
    let sources = lines(snapshot, connectivity, Direction::Ingress);
    let destinations = lines(snapshot, connectivity, Direction::Egress);
    let names = |lines: &[Line]| -> Vec<String> { lines.iter().map(|l| title(snapshot, *l)).collect() };
    let (source_names, destination_names) = (names(&sources), names(&destinations));
    let mut rows = Vec::new();
    for (from, from_name) in sources.iter().zip(&source_names) {
        for (to, to_name) in destinations.iter().zip(&destination_names) {
            let outside = |line: &Line| matches!(line, Line::Outside(_));
            if (outside(from) && outside(to)) || from == to {
                continue;
            }
            let found = between(snapshot, connectivity, *from, *to);
            let unknown = found.possible.difference(&found.sometimes);
            if !found.possible.is_empty() {
                rows.push(Row { from: from_name.clone(), to: to_name.clone(), allowed: found.sometimes, unknown });
            }
        }
    }
    for (endpoint, allowed) in ingress::connections(snapshot, connectivity) {
        let Some(endpoint) = snapshot.endpoint(endpoint) else { continue };
        let to = title(snapshot, Line::Workload(endpoint.workload));
        let from = INGRESS_CONTROLLER.to_string();
        match rows.iter_mut().find(|r| r.from == from && r.to == to) {
            Some(row) => row.allowed = row.allowed.union(&allowed),
            None => rows.push(Row { from, to, allowed, unknown: ConnectionSet::EMPTY }),
        }
    }
    rows.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
    rows
}

/// The list in a form.
pub fn flows(scene: &Scene, format: Format) -> String {
    match format {
        Format::Txt => txt(scene),
        Format::Csv => csv::csv(&rows(scene)),
        Format::Json => json::json(&rows(scene)),
        Format::Markdown => markdown::markdown(&rows(scene)),
        Format::Dot => dot::dot(&rows(scene)),
    }
}
