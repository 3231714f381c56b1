//! Random networks of Azure's: the evaluator against one that shares nothing with it, for single flows and for all pairs; and lints of security
//! groups against packets.
#![allow(clippy::unwrap_used, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::ConnectionSet;
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::{Diagnostic, Severity};
use netpolis_core::model::Protocol;
use netpolis_core::settings::Settings;
use netpolis_core::snapshot::NodeId;
use netpolis_core::verdict::{Flow, Verdict};
use netpolis_tests::azure_world::{Outcome, Packet, Place, World, shown};

const TRAFFIC: [(u8, u16, u16); 7] =
    [(6, 40_000, 80), (6, 80, 80), (6, 40_000, 22), (17, 40_000, 8500), (17, 500, 53), (1, 8, 0), (50, 0, 0)];

fn agree(seed: u64) {
    let world = World::new(seed);
    let text = world.text();
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("world.yaml", &text)]);
    let errors: Vec<_> = scene.loaded().diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| &d.message).collect();
    assert!(errors.is_empty(), "seed {seed}: {errors:?}\n{text}");
    for from in world.addresses() {
        for to in world.addresses() {
            let (a, b) = (Endpoint::Outside(std::net::Ipv4Addr::from(from).into()), Endpoint::Outside(std::net::Ipv4Addr::from(to).into()));
            let pair = scene.connectivity().between(a, b);
            for (protocol, source, destination) in TRAFFIC {
                let expected = world.allows(&Packet { from, to, protocol, source, destination });
                let protocol = Protocol(protocol);
                let ports = protocol.has_ports() || protocol == Protocol::ICMP;
                let traffic = Traffic { protocol, source: ports.then_some(source), destination: ports.then_some(destination) };
                let answer = scene.decide(&Flow { from: a, to: b, traffic });
                let what = || {
                    format!("seed {seed}: {} to {} {traffic}, expected {expected:?}, {}\n{text}", shown(from), shown(to), answer.summary)
                };
                let verdict = match expected {
                    Outcome::Allowed => Verdict::Allowed,
                    Outcome::Denied => Verdict::Denied,
                    Outcome::CannotTell => Verdict::CannotTell,
                };
                assert_eq!(answer.verdict, verdict, "{}", what());
                let certain = pair.allowed.contains(protocol, source, destination);
                let possible = pair.possible.contains(protocol, source, destination);
                assert_eq!(certain, expected == Outcome::Allowed, "all pairs: {} ({})", what(), pair.allowed);
                assert_eq!(possible, expected != Outcome::Denied, "all pairs: {} ({})", what(), pair.possible);
            }
        }
    }
}

#[test]
fn single_flows_and_all_pairs_agree_with_an_independent_evaluator() {
    let worlds =
        std::env::var("NETPOLIS_WORLDS").ok().and_then(|n| n.parse().ok()).unwrap_or(if cfg!(debug_assertions) { 40 } else { 200 });
    (0..worlds).for_each(agree);
}

fn agree_on_cluster(seed: u64, seen: &mut [usize; 3]) {
    let world = World::with_cluster(seed);
    let text = world.text();
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("world.yaml", &text)]);
    // Members of an application security group may be in several networks here.
    let is_error = |d: &&Diagnostic| d.severity == Severity::Error && d.code.0 != "AZ034";
    let errors: Vec<_> = scene.problems().iter().filter(is_error).collect();
    assert!(errors.is_empty(), "seed {seed}: {errors:?}\n{text}");
    let end = |place: Place| match place {
        Place::Pod(pod) => {
            let name = format!("p{pod}");
            Endpoint::Pod(scene.snapshot().pods().find(|(_, e)| e.name == name).unwrap().0)
        }
        Place::Node(node) => Endpoint::Node(NodeId(node as u32)),
        Place::Address(address) => Endpoint::Outside(std::net::Ipv4Addr::from(address).into()),
    };
    for from in world.places() {
        for to in world.places() {
            let (a, b) = (end(from), end(to));
            let pair = scene.connectivity().between(a, b);
            for traffic in TRAFFIC {
                let expected = world.outcome(from, to, traffic);
                let (protocol, source, destination) = (Protocol(traffic.0), traffic.1, traffic.2);
                let ports = protocol.has_ports() || protocol == Protocol::ICMP;
                let asked = Traffic { protocol, source: ports.then_some(source), destination: ports.then_some(destination) };
                let answer = scene.decide(&Flow { from: a, to: b, traffic: asked });
                let single = match answer.verdict {
                    Verdict::Allowed => Outcome::Allowed,
                    Verdict::Denied => Outcome::Denied,
                    Verdict::CannotTell => Outcome::CannotTell,
                };
                let set = ConnectionSet::of_traffic(asked);
                let all = match (set.difference(pair.allowed).is_empty(), set.intersection(pair.possible).is_empty()) {
                    (true, _) => Outcome::Allowed,
                    (_, true) => Outcome::Denied,
                    _ => Outcome::CannotTell,
                };
                let what = || format!("seed {seed}: {from:?} to {to:?} {asked}: {}\n{text}", answer.summary);
                assert_eq!(single, all, "one flow against all pairs, {}", what());
                // The address of a pod on an unknown node's network is not known, and each unknown is taken on its own.
                if !((world.is_vague(from) || world.is_vague(to)) && single == Outcome::CannotTell) {
                    assert_eq!(single, expected, "{}", what());
                }
                seen[expected as usize] += 1;
            }
        }
    }
}

#[test]
fn clusters_agree_with_an_independent_evaluator() {
    let worlds =
        std::env::var("NETPOLIS_WORLDS").ok().and_then(|n| n.parse().ok()).unwrap_or(if cfg!(debug_assertions) { 20 } else { 200 });
    let mut seen = [0; 3];
    (0..worlds).for_each(|seed| agree_on_cluster(seed, &mut seen));
    assert!(seen.iter().all(|count| *count > 20 * worlds as usize), "the clusters are too tame: {seen:?}");
}

/// A small random group over few addresses and ports, so that every packet that rules can tell apart can be tried.
fn small_group(seed: u64) -> (String, Vec<[u32; 7]>) {
    let mut random = netpolis_tests::random::Random::new(seed);
    let mut rules = Vec::new();
    let mut text = String::from(
        "azure:\n  networks:\n  - {name: n, addressSpace: 10.0.0.0/24, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}\n  nsgs:\n  - name: g\n    inbound:\n",
    );
    for i in 0..2 + random.below(7) {
        let mut pick = |n: usize| random.below(n) as u32;
        // Sources 192.0.2.0 to .7 as ranges of two to the power of n, destinations likewise in the subnet, ports 1 to 4.
        let block = |n: u32, at: u32| (at >> n << n, (1u32 << n) - 1);
        let (source, source_size) = block(pick(4), pick(8));
        let (destination, destination_size) = block(pick(4), pick(8));
        let (first, last) = (1 + pick(4), 1 + pick(4));
        let (first, last) = (first.min(last), first.max(last));
        let protocol = [6, 17, 0][pick(3) as usize];
        let allow = pick(2);
        rules.push([source, source + source_size, destination, destination + destination_size, first, last, protocol]);
        let length = |size: u32| 32 - (size + 1).trailing_zeros();
        let what = match protocol {
            6 => format!("tcp {first}-{last}"),
            17 => format!("udp {first}-{last}"),
            _ => format!("'* {first}-{last}'"),
        };
        text.push_str(&format!(
            "    - {{priority: {}, name: r{i}, {}: {what}, from: 192.0.2.{source}/{}, to: 10.0.0.{}/{}}}\n",
            100 + i,
            if allow == 1 { "allow" } else { "deny" },
            length(source_size),
            8 + destination,
            length(destination_size),
        ));
    }
    (text, rules)
}

#[test]
fn a_rule_is_called_shadowed_exactly_if_no_packet_reaches_it() {
    let mut shadowed = 0;
    for seed in 0..400 {
        let (text, rules) = small_group(seed);
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("group.yaml", &text)]);
        let errors: Vec<_> = scene.loaded().diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| &d.message).collect();
        assert!(errors.is_empty(), "{errors:?}\n{text}");
        let found: Vec<String> = scene.problems().iter().filter(|p| p.code.0 == "LINT020").map(|p| p.message.clone()).collect();
        let mut reached = vec![false; rules.len()];
        for source in 0..16u32 {
            for destination in 0..16u32 {
                for port in 1..=4u32 {
                    for protocol in [6, 17, 132] {
                        let matches = |r: &&[u32; 7]| {
                            (r[0]..=r[1]).contains(&source)
                                && (r[2]..=r[3]).contains(&destination)
                                && (r[4]..=r[5]).contains(&port)
                                && (r[6] == 0 || r[6] == protocol)
                        };
                        if let Some(first) = rules.iter().position(|r| matches(&r)) {
                            reached[first] = true;
                        }
                    }
                }
            }
        }
        for (i, reached) in reached.iter().enumerate() {
            let named = found.iter().any(|m| m.starts_with(&format!("rule `r{i}` is never reached")));
            assert_eq!(named, !reached, "seed {seed}, rule r{i}: {found:?}\n{text}");
            shadowed += usize::from(named);
        }
    }
    assert!(shadowed > 100, "the groups are too tame: {shadowed}");
}
