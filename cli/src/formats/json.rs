//! JSON: `{"flows": [{"from", "to", "allowed", "unknown"}]}`, connections as lists of protocols with port ranges.

use netpolis_core::connections::ConnectionSet;
use netpolis_core::model::Protocol;
use serde_json::{Value, json};

use super::Row;

pub(super) fn json(rows: &[Row]) -> String {
    let flows: Vec<Value> = rows
        .iter()
        .map(|row| json!({"from": row.from, "to": row.to, "allowed": connections(&row.allowed), "unknown": connections(&row.unknown)}))
        .collect();
    format!("{:#}\n", json!({ "flows": flows }))
}

/// A list of `{"protocol", "ports": [[first, last], …]}`; `"types"` in place of `"ports"` for ICMP; no ranges at all for other protocols.
pub fn connections(set: &ConnectionSet) -> Value {
    let all = ConnectionSet::all();
    let mut parts = Vec::new();
    for protocol in [Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP, Protocol::ICMPV6] {
        let Some(plane) = set.plane(protocol).filter(|p| !p.is_empty()) else { continue };
        let mut part = json!({"protocol": protocol.to_string()});
        if Some(plane) != all.plane(protocol) {
            let key = if protocol.has_ports() { "ports" } else { "types" };
            let bands: Vec<Value> = plane
                .bands()
                .map(|(first, last, second)| {
                    let second: Vec<[u16; 2]> = second.iter().map(|(a, b)| [a, b]).collect();
                    if protocol.has_ports() && first == 1 && last == u16::MAX {
                        json!(second)
                    } else {
                        json!({"from": [first, last], "to": second})
                    }
                })
                .collect();
            part[key] = match bands.as_slice() {
                [only] if only.is_array() => only.clone(),
                _ => json!(bands),
            };
        }
        parts.push(part);
    }
    parts.extend(set.other_protocols().map(|p| json!({"protocol": p.0})));
    Value::Array(parts)
}
