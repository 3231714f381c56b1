//! Connection sets in one line.

use netpolis_core::connections::{ConnectionSet, RangeSet};
use netpolis_core::model::Protocol;

const WHOLE: &str = "1-65535";

/// `All Connections`, or protocols with their destination ports: `SCTP 1-65535,TCP 1-79,81-65535,UDP 53`. Nothing if there are none.
///
/// Speaks of TCP, UDP and SCTP only, which are the protocols that Kubernetes policies name. That Calico drops VXLAN (UDP 4789) of pods is left out.
pub fn ports(set: &ConnectionSet) -> Option<String> {
    // Of all UDP, the port of VXLAN is left out for pods under Calico: that goes without saying.
    let udp = ConnectionSet::protocol(Protocol::UDP).difference(&ConnectionSet::encapsulated());
    let set = &if udp.difference(set).is_empty() { set.union(&ConnectionSet::protocol(Protocol::UDP)) } else { set.clone() };
    let mut parts = Vec::new();
    let mut whole = 0;
    for (name, protocol) in [("SCTP", Protocol::SCTP), ("TCP", Protocol::TCP), ("UDP", Protocol::UDP)] {
        let Some(plane) = set.plane(protocol) else { continue };
        let ports = plane.bands().fold(RangeSet::default(), |ports, (_, _, destination)| ports.union(destination));
        if ports.is_empty() {
            continue;
        }
        let ranges: Vec<String> = ports.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") }).collect();
        let ranges = ranges.join(",");
        whole += usize::from(ranges == WHOLE);
        parts.push(format!("{name} {ranges}"));
    }
    match (parts.len(), whole) {
        (0, _) => None,
        (3, 3) => Some("All Connections".into()),
        _ => Some(parts.join(",")),
    }
}
