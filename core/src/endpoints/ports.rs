//! Connection sets in one line.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Flows;
use crate::connections::{ConnectionSet, RangeSet};
use crate::model::Protocol;

const WHOLE: &str = "1-65535";
const ALL: &str = "All Connections";

/// `All Connections`, or protocols with their destination ports: `SCTP 1-65535,TCP 1-79,81-65535,UDP 53`. Nothing if there are none.
///
/// Speaks of TCP, UDP and SCTP only, which are the protocols that Kubernetes policies name. That Calico drops VXLAN (UDP 4789) of pods is left out.
pub fn ports(set: &ConnectionSet) -> Option<String> {
    let set = &without_saying(set);
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
        (3, 3) => Some(ALL.into()),
        _ => Some(parts.join(",")),
    }
}

/// Of all UDP, the port of VXLAN is left out for pods under Calico: that goes without saying.
fn without_saying(set: &ConnectionSet) -> ConnectionSet {
    let udp = ConnectionSet::protocol(Protocol::UDP);
    if udp.difference(&ConnectionSet::encapsulated()).difference(set).is_empty() { set.union(&udp) } else { set.clone() }
}

/// The ports of a set for people: as [`ports`] writes them, or `all except TCP 6060` where that is shorter.
pub fn ports_in_words(set: &ConnectionSet) -> Option<String> {
    match without_saying(set).all_except().filter(|_| ports(set).is_some_and(|text| text != ALL)) {
        Some(missing) => ports(&missing).map(|missing| format!("all except {missing}")),
        None => ports(set),
    }
}

/// Flows of TCP, UDP and SCTP, with those that cannot be told; `nothing` stands for none.
pub fn flows_with_ports(flows: &Flows, nothing: &str) -> String {
    let allowed = ports(&flows.sometimes).unwrap_or_else(|| nothing.to_owned());
    ports(&flows.unknown()).map_or_else(|| allowed.clone(), |unknown| format!("{allowed}; cannot tell: {unknown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_named_for_people_only() {
        let holed = ConnectionSet::all().difference(&ConnectionSet::ports(Protocol::TCP, 6060, 6060));
        assert_eq!(ports(&holed).as_deref(), Some("SCTP 1-65535,TCP 1-6059,6061-65535,UDP 1-65535"));
        assert_eq!(ports_in_words(&holed).as_deref(), Some("all except TCP 6060"));
        assert_eq!(ports_in_words(&ConnectionSet::all()).as_deref(), Some("All Connections"));
        // VXLAN, which Calico drops from pods, goes without saying here, too.
        assert_eq!(ports_in_words(&ConnectionSet::all().difference(&ConnectionSet::encapsulated())).as_deref(), Some("All Connections"));
        // One port of TCP is no hole of all others.
        let udp = ConnectionSet::protocol(Protocol::UDP);
        let one = ConnectionSet::ports(Protocol::TCP, 1433, 1433).union(&udp).union(&ConnectionSet::protocol(Protocol::SCTP));
        assert_eq!(ports_in_words(&one).as_deref(), Some("SCTP 1-65535,TCP 1433,UDP 1-65535"));
        let both = holed.difference(&ConnectionSet::encapsulated());
        assert_eq!(ports_in_words(&both).as_deref(), Some("all except TCP 6060"));
    }
}
