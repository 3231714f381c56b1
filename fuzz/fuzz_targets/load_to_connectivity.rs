//! Any bytes, loaded and evaluated: one flow at a time and all pairs at once must give the same answers.
#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::verdict::{Flow, Verdict};
use netpolis_core::model::Protocol;
use netpolis_core::policy::Direction;
use netpolis_core::analysis::Analysis;
use netpolis_core::settings::{HostNetwork, IpBlockReach, OtherProtocols, OwnNode, Settings};

/// Ends of each kind that are tried; beyond them a text only takes longer.
const MOST: usize = 12;
const TRAFFIC: [(Protocol, u16, u16); 6] = [
    (Protocol::TCP, 40_000, 80),
    (Protocol::TCP, 40_000, 8080),
    (Protocol::UDP, 40_000, 53),
    (Protocol::SCTP, 1, 65_535),
    (Protocol::ICMP, 8, 0),
    (Protocol(47), 0, 0),
];

/// The first byte chooses the settings, the others are the text.
fn settings(choice: u8) -> Settings {
    let bit = |n: u8| choice >> n & 1 == 1;
    Settings {
        ip_block: if bit(0) { IpBlockReach::OutsideOnly } else { IpBlockReach::PodsToo },
        host_network: if bit(1) { HostNetwork::AsPod } else { HostNetwork::AsNode },
        own_node: if bit(2) { OwnNode::Ignored } else { OwnNode::IngressAllowed },
        other_protocols: if bit(3) { OtherProtocols::FollowRules } else { OtherProtocols::Undefined },
        ..Settings::default()
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    let mut scene = Analysis::new(settings(*choice));
    scene.set_files(&[("pasted.yaml", &text)]);
    let snapshot = scene.snapshot();
    let connectivity = scene.connectivity();
    let mut ends: Vec<Endpoint> = snapshot.pods().take(MOST).map(|(id, _)| Endpoint::Pod(id)).collect();
    ends.extend(snapshot.nodes().take(MOST).map(|(id, _)| Endpoint::Node(id)));
    let borders = Direction::BOTH.into_iter().flat_map(|d| connectivity.outside(d).iter().take(MOST));
    let mut addresses: Vec<IpAddr> = borders.flat_map(|range| [range.first, range.last]).collect();
    addresses.sort_unstable();
    addresses.dedup();
    // An address that a pod or a node has means that pod or node, which is among the ends already.
    let known = |a: &IpAddr| snapshot.pods().any(|(_, e)| e.addresses.contains(a)) || snapshot.nodes().any(|(_, n)| n.addresses.contains(a));
    addresses.retain(|a| !known(a));
    ends.extend(addresses.into_iter().take(2 * MOST).map(Endpoint::Outside));
    for from in &ends {
        for to in &ends {
            if matches!((from, to), (Endpoint::Outside(_), Endpoint::Outside(_))) {
                continue;
            }
            let pair = connectivity.between(*from, *to);
            assert!(pair.allowed.difference(pair.possible).is_empty());
            for (protocol, source, destination) in TRAFFIC {
                let traffic = Traffic { protocol, source: Some(source), destination: Some(destination) };
                let answer = scene.decide(&Flow { from: *from, to: *to, traffic });
                let expected = match (pair.allowed.contains(protocol, source, destination), pair.possible.contains(protocol, source, destination)) {
                    (true, _) => Verdict::Allowed,
                    (false, true) => Verdict::CannotTell,
                    (false, false) => Verdict::Denied,
                };
                assert_eq!(answer.verdict, expected, "{from:?} to {to:?}, {traffic}: {}", answer.summary);
                assert!(!answer.summary.is_empty());
            }
        }
    }
});
