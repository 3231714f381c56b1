//! Random clusters under Calico: the evaluator against one that shares nothing with it, for single flows and for all pairs.

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Severity;
use netpolis_core::model::Protocol;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::{Flow, Verdict};
use netpolis_tests::calico_world::{Packet, Spot, World};

fn end(scene: &Analysis, world: &World, spot: Spot) -> Option<Endpoint> {
    let name = world.name(spot);
    let snapshot = scene.snapshot();
    match spot {
        Spot::Outside(address) => Some(Endpoint::Outside(address)),
        Spot::Node(_) => snapshot.nodes().find(|(_, n)| n.name == name).map(|(id, _)| Endpoint::Node(id)),
        Spot::Pod(_) => snapshot.pods().find(|(id, _)| snapshot.pod_title(*id) == name).map(|(id, _)| Endpoint::Pod(id)),
    }
}

/// Protocol, source port or ICMP type, destination port or ICMP code.
const TRAFFIC: [(u8, u16, u16); 11] = [
    (6, 40_000, 80),
    (6, 40_000, 8080),
    (6, 40_000, 8050),
    (6, 40_000, 22),
    (17, 40_000, 53),
    (17, 40_000, 80),
    (1, 8, 0),
    (1, 3, 4),
    (47, 0, 0),
    (17, 40_000, 4789),
    (4, 0, 0),
];

fn agree(seed: u64, with_hosts: bool) {
    let world = World::new(seed, with_hosts);
    let text = world.text();
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("world.yaml", &text)]);
    let errors: Vec<_> = scene.loaded().diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| &d.message).collect();
    assert!(errors.is_empty(), "seed {seed}: {errors:?}\n{text}");
    for from in world.spots() {
        for to in world.spots() {
            if matches!((from, to), (Spot::Outside(_), Spot::Outside(_))) {
                continue;
            }
            let (Some(a), Some(b)) = (end(&scene, &world, from), end(&scene, &world, to)) else {
                unreachable!("seed {seed}: {} or {} is not in the scene", world.name(from), world.name(to))
            };
            let pair = scene.connectivity().between(a, b);
            for (protocol, source, destination) in TRAFFIC {
                let expected = world.allows(&Packet { from, to, protocol, source, destination });
                let protocol = Protocol(protocol);
                let ports = protocol.has_ports() || matches!(protocol, Protocol::ICMP | Protocol::ICMPV6);
                let traffic = Traffic { protocol, source: ports.then_some(source), destination: ports.then_some(destination) };
                let answer = scene.decide(&Flow { from: a, to: b, traffic });
                let what = || {
                    format!(
                        "seed {seed}, {} to {}, {traffic}: expected {expected}, got {}\n{text}",
                        world.name(from),
                        world.name(to),
                        answer.summary
                    )
                };
                assert_eq!(answer.verdict, if expected { Verdict::Allowed } else { Verdict::Denied }, "{}", what());
                let (allowed, possible) =
                    (pair.allowed.contains(protocol, source, destination), pair.possible.contains(protocol, source, destination));
                assert_eq!((allowed, possible), (expected, expected), "all pairs; {}", what());
            }
        }
    }
}

/// How many worlds to try; `NETPOLIS_WORLDS` asks for more.
fn worlds() -> u64 {
    std::env::var("NETPOLIS_WORLDS").ok().and_then(|n| n.parse().ok()).unwrap_or(80)
}

#[test]
fn tiers_pass_and_every_field_agree_with_the_slow_evaluator() {
    (0..worlds()).for_each(|seed| agree(seed, false));
}

#[test]
fn hosts_agree_with_the_slow_evaluator() {
    (0..worlds()).for_each(|seed| agree(1_000_000 + seed, true));
}
