//! JSON: `{"flows": [{"from", "to", "allowed", "unknown"}], "notEvaluated": [{"what", "places"}]}`, one flow a line.

use std::io::{self, Write};

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::{ConnectionSet, Plane};
use netpolis_core::endpoints::Flows;
use netpolis_core::model::Protocol;
use netpolis_core::policy::Doubt;
use serde_json::{Map, Value, json};

use super::{Memo, Row, Writer};
use crate::places;

/// All flows, of every protocol.
pub(super) struct Json {
    memo: Memo,
    begun: bool,
    /// What is not evaluated.
    doubts: Value,
}

impl Json {
    pub(super) fn new(analysis: &Analysis) -> Self {
        Json { memo: Memo::default(), begun: false, doubts: not_evaluated(analysis) }
    }
}

impl Writer for Json {
    fn row(&mut self, row: &Row<'_>, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b",\n  " } else { b"{\"flows\": [\n  " })?;
        self.begun = true;
        let connections = self.memo.get(row, connection_fields);
        write!(out, "{{\"from\": {}, \"to\": {}{connections}}}", json!(row.from.title), json!(row.to.title))
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b"\n]" } else { b"{\"flows\": []" })?;
        if self.doubts.as_array().is_some_and(|doubts| !doubts.is_empty()) {
            write!(out, ", \"notEvaluated\": {}", self.doubts)?;
        }
        out.write_all(b"}\n")
    }
}

/// What is not evaluated, as a list.
pub(crate) fn not_evaluated(analysis: &Analysis) -> Value {
    let places = |doubt: &Doubt| doubt.places.iter().map(|place| places::json(analysis, *place)).collect::<Vec<_>>();
    analysis.not_evaluated().iter().map(|doubt| json!({"what": doubt.text, "places": places(doubt)})).collect()
}

/// The fields of flows as they follow other fields of an object.
pub(super) fn connection_fields(flows: &Flows) -> String {
    self::flows(flows).into_iter().map(|(name, value)| format!(", {}: {value}", Value::from(name))).collect()
}

/// `allowed` and `unknown`, and `somePodsOnly` where what is allowed is not so for every pair of pods.
pub(crate) fn flows(flows: &Flows) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("allowed".into(), connections(&flows.sometimes));
    fields.insert("unknown".into(), connections(&flows.unknown()));
    if flows.always != flows.sometimes {
        fields.insert("somePodsOnly".into(), true.into());
    }
    fields
}

/// A list of `{"protocol", "ports": [[first, last], …]}`, without `ports` for all of them; ICMP has `types` in their place; what has
/// neither is named by its number, or all of it together `other`.
fn connections(set: &ConnectionSet) -> Value {
    let all = ConnectionSet::all();
    let mut parts = Vec::new();
    for protocol in [Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP, Protocol::ICMPV6] {
        let Some(plane) = set.plane(protocol).filter(|p| !p.is_empty()) else { continue };
        let mut part = json!({"protocol": protocol.to_string()});
        if Some(plane) != all.plane(protocol) {
            let key = if protocol.has_ports() { "ports" } else { "types" };
            part[key] = bands(plane, protocol.has_ports());
        }
        parts.push(part);
    }
    if set.other_protocols().eq(all.other_protocols()) {
        parts.push(json!({"protocol": "other"}));
    } else {
        parts.extend(set.other_protocols().map(|p| json!({"protocol": p.0})));
    }
    Value::Array(parts)
}

/// Destination ports; where they depend on the source port, a list of `{"from": [first, last], "to": [[first, last], …]}`.
fn bands(plane: &Plane, ports: bool) -> Value {
    let bands: Vec<Value> = plane
        .bands()
        .map(|(first, last, second)| {
            let second: Vec<[u16; 2]> = second.iter().map(|(a, b)| [a, b]).collect();
            if ports && first <= 1 && last == u16::MAX { json!(second) } else { json!({"from": [first, last], "to": second}) }
        })
        .collect();
    match bands.as_slice() {
        [only] if only.is_array() => only.clone(),
        _ => json!(bands),
    }
}
