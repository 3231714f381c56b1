//! A line a pair: `<from> => <to> : <connections>`.

use netpolis_core::scene::Scene;

use super::{ports, rows};

/// The list as np-guard's netpol-analyzer writes it: pairs with a certainly allowed TCP, UDP or SCTP connection, IPv4 ranges only, sorted by
/// source and destination.
pub fn txt(scene: &Scene) -> String {
    let mut lines = String::new();
    for row in rows(scene) {
        let connections = ports(&row.allowed);
        let ipv6 = |name: &str| name.ends_with("[External]") && name.contains("::");
        let ipv6 = ipv6(&row.from) || ipv6(&row.to);
        if connections != "No Connections" && !ipv6 {
            lines.push_str(&format!("{} => {} : {connections}\n", row.from, row.to));
        }
    }
    lines
}
