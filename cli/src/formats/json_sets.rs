//! JSON with sets of sources and destinations in the place of pairs: what is the same for many is written once.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::{connection_fields, not_evaluated};
use super::{Row, RowEnd, Writer};
use netpolis_core::analysis::Analysis;

/// Positions as inclusive ranges, ascending.
type Ranges = Vec<[usize; 2]>;
/// Where a source may go: destinations by the number of their flows.
type Reach = Vec<(usize, Ranges)>;

/// All flows, of every protocol. Sources that may go to the same destinations by the same connections share entries.
pub(super) struct JsonSets {
    sources: Vec<String>,
    destinations: Vec<String>,
    /// The source at hand, with its destinations by the number of their flows.
    at_hand: Option<(usize, BTreeMap<usize, Ranges>)>,
    /// Different reaches in the order of their first sources, with all sources that have them.
    reaches: Vec<(Reach, Ranges)>,
    known: HashMap<Reach, usize>,
    /// Fields of flows by number.
    connections: HashMap<usize, String>,
    doubts: Value,
}

impl JsonSets {
    pub(super) fn new(analysis: &Analysis) -> Self {
        JsonSets {
            sources: Vec::new(),
            destinations: Vec::new(),
            at_hand: None,
            reaches: Vec::new(),
            known: HashMap::new(),
            connections: HashMap::new(),
            doubts: not_evaluated(analysis),
        }
    }

    fn add(&mut self, row: &Row<'_>) {
        let (from, to) = row.places;
        if self.at_hand.as_ref().is_some_and(|(source, _)| *source != from) {
            self.put_away();
        }
        let (_, reach) = self.at_hand.get_or_insert_with(|| (from, BTreeMap::new()));
        extend(reach.entry(row.number).or_default(), to);
        self.connections.entry(row.number).or_insert_with(|| connection_fields(row.flows));
    }

    fn put_away(&mut self) {
        let Some((source, reach)) = self.at_hand.take() else { return };
        let reach: Reach = reach.into_iter().collect();
        let next = self.reaches.len();
        let place = *self.known.entry(reach).or_insert_with_key(|reach| {
            self.reaches.push((reach.clone(), Ranges::new()));
            next
        });
        if let Some((_, sources)) = self.reaches.get_mut(place) {
            extend(sources, source);
        }
    }
}

/// Adds a position that comes after all others.
fn extend(ranges: &mut Ranges, position: usize) {
    match ranges.last_mut() {
        Some([_, last]) if *last + 1 == position => *last = position,
        _ => ranges.push([position, position]),
    }
}

impl Writer for JsonSets {
    fn begin(&mut self, sources: &mut dyn Iterator<Item = &RowEnd>, destinations: &mut dyn Iterator<Item = &RowEnd>) {
        let titles = |ends: &mut dyn Iterator<Item = &RowEnd>| ends.map(|end| end.title.clone()).collect();
        (self.sources, self.destinations) = (titles(sources), titles(destinations));
    }

    fn row(&mut self, row: &Row<'_>, _out: &mut dyn Write) -> io::Result<()> {
        self.add(row);
        Ok(())
    }

    fn within(&mut self, row: &Row<'_>) {
        // Without it no two sources that go to each other would be alike.
        self.add(row);
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.put_away();
        write!(out, "{{\"sources\": {},\n\"destinations\": {},\n\"flows\": [", json!(self.sources), json!(self.destinations))?;
        let mut begun = false;
        for (reach, sources) in &self.reaches {
            for (number, destinations) in reach {
                let connections = self.connections.get(number).map_or("", String::as_str);
                let comma = if begun { "," } else { "" };
                write!(out, "{comma}\n  {{\"from\": {}, \"to\": {}{connections}}}", json!(sources), json!(destinations))?;
                begun = true;
            }
        }
        out.write_all(if begun { b"\n]" } else { b"]" })?;
        if self.doubts.as_array().is_some_and(|doubts| !doubts.is_empty()) {
            write!(out, ", \"notEvaluated\": {}", self.doubts)?;
        }
        out.write_all(b"}\n")
    }
}
