//! Connection sets in one line.

use netpolis_core::connections::ConnectionSet;
use netpolis_core::model::Protocol;

const WHOLE: &str = "1-65535";

/// `All Connections`, `No Connections`, or protocols with their destination ports: `SCTP 1-65535,TCP 1-79,81-65535,UDP 53`.
///
/// Speaks of TCP, UDP and SCTP only, which are the protocols that Kubernetes policies name.
pub fn ports(set: &ConnectionSet) -> String {
    let mut parts = Vec::new();
    let mut whole = 0;
    for (name, protocol) in [("SCTP", Protocol::SCTP), ("TCP", Protocol::TCP), ("UDP", Protocol::UDP)] {
        let Some(plane) = set.plane(protocol) else { continue };
        let mut ports = netpolis_core::connections::RangeSet::default();
        for (_, _, destination) in plane.bands() {
            ports = ports.union(destination);
        }
        if ports.is_empty() {
            continue;
        }
        let ranges: Vec<String> = ports.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") }).collect();
        let ranges = ranges.join(",");
        whole += usize::from(ranges == WHOLE);
        parts.push(format!("{name} {ranges}"));
    }
    match (parts.len(), whole) {
        (0, _) => "No Connections".into(),
        (3, 3) => "All Connections".into(),
        _ => parts.join(","),
    }
}
