//! The evaluator against the oracle: random clusters, every pair of ends, many packets; one flow at a time and all pairs at once.

mod clusters;

use clusters::Cluster;
use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::diagnostics::{Diagnostic, Severity};
use netpolis_core::language::codes;
use netpolis_core::model::Protocol;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::{Flow, Verdict};
use netpolis_tests::generate::{Plan, generate};
use netpolis_tests::oracle::{self, Oracle, Packet};
use netpolis_tests::random::Random;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

/// Destination ports worth trying: used ones, their neighbours, the ends of the range.
const PROBES: [u16; 9] = [1, 52, 53, 79, 80, 81, 82, 8080, 65535];

fn scene(cluster: &Cluster) -> Analysis {
    let mut scene = Analysis::new(cluster.settings.clone());
    scene.set_files(&[("cluster.yaml", &cluster.text())]);
    scene
}

/// An end as the oracle and as the evaluator name it.
type Named = (oracle::Endpoint, Endpoint);

/// The ends of a scene.
fn ends(scene: &Analysis) -> Vec<Named> {
    let snapshot = scene.snapshot();
    let pods = snapshot.pods().map(|(id, e)| {
        let name = oracle::Endpoint::Pod(snapshot.namespace_name(e.namespace).to_owned(), e.name.clone());
        (name, Endpoint::Pod(id))
    });
    let nodes = snapshot.nodes().map(|(id, node)| (oracle::Endpoint::Node(node.name.clone()), Endpoint::Node(id)));
    pods.chain(nodes).collect()
}

fn packets() -> Vec<Packet> {
    let ports = [Protocol::TCP, Protocol::UDP, Protocol::SCTP]
        .into_iter()
        .flat_map(|protocol| PROBES.into_iter().map(move |destination| Packet { protocol, source: 40_000, destination }));
    let low = Packet { protocol: Protocol::TCP, source: 1, destination: 80 };
    let others = [Protocol::ICMP, Protocol::ICMPV6, Protocol(47), Protocol(0)];
    ports.chain([low]).chain(others.map(|protocol| Packet { protocol, source: 8, destination: 0 })).collect()
}

fn agree(cluster: &Cluster) -> TestCaseResult {
    let scene = scene(cluster);
    // A field of an API to come is an error, but the policy holds all the same, as engines must read it.
    let is_error = |d: &&Diagnostic| d.severity == Severity::Error && d.code != codes::UNKNOWN_PEER;
    let errors: Vec<_> = scene.loaded().diagnostics.iter().filter(is_error).map(|d| &d.message).collect();
    prop_assert!(errors.is_empty(), "the generated text is refused: {:?}", errors);

    let oracle = Oracle::new(scene.loaded().resources().map(|(_, r)| &**r), &cluster.settings);
    let inside = ends(&scene);
    let mut known: Vec<_> = inside.iter().map(|(name, _)| name.clone()).collect();
    known.sort();
    let mut expected = oracle.ends();
    expected.sort();
    prop_assert_eq!(known, expected);

    let all: Vec<_> = inside.into_iter().chain(outside()).collect();
    let packets = packets();
    for (i, from) in all.iter().enumerate() {
        for (j, to) in all.iter().enumerate() {
            for (k, packet) in packets.iter().enumerate() {
                // One flow at a time takes longer, as it explains itself; a third of them is enough.
                compare(&scene, &oracle, from, to, *packet, (i + j + k) % 3 == 0)?;
            }
        }
    }
    Ok(())
}

fn outside() -> impl Iterator<Item = Named> {
    clusters::outside().into_iter().map(|address| (oracle::Endpoint::Outside(address), Endpoint::Outside(address)))
}

/// Compares the answers for one packet; of both ways to ask, if `decide` is set.
fn compare(
    scene: &Analysis,
    oracle: &Oracle,
    (from_name, from): &Named,
    (to_name, to): &Named,
    packet: Packet,
    decide: bool,
) -> TestCaseResult {
    if matches!((from, to), (Endpoint::Outside(_), Endpoint::Outside(_))) {
        return Ok(());
    }
    let expected = oracle.judge(from_name, to_name, packet);
    let pair = scene.connectivity().between(*from, *to);
    let contains = |set: &ConnectionSet| set.contains(packet.protocol, packet.source, packet.destination);
    let got = match (contains(pair.allowed), contains(pair.possible)) {
        (true, true) => oracle::Verdict::Allowed,
        (false, true) => oracle::Verdict::CannotTell,
        (false, false) => oracle::Verdict::Denied,
        (true, false) => return Err(TestCaseError::fail("allowed, but not possible")),
    };
    prop_assert_eq!(got, expected, "all pairs: {:?} to {:?}, {:?}", from_name, to_name, packet);
    if decide {
        let traffic = Traffic { protocol: packet.protocol, source: Some(packet.source), destination: Some(packet.destination) };
        let got = match scene.decide(&Flow { from: *from, to: *to, traffic }).verdict {
            Verdict::Allowed => oracle::Verdict::Allowed,
            Verdict::Denied => oracle::Verdict::Denied,
            Verdict::CannotTell => oracle::Verdict::CannotTell,
        };
        prop_assert_eq!(got, expected, "one flow: {:?} to {:?}, {:?}", from_name, to_name, packet);
    }
    Ok(())
}

/// Larger clusters have what small ones lack: many classes, many policies for one pod, and pods that only labels without meaning tell
/// apart.
#[test]
fn the_evaluator_agrees_with_the_oracle_on_generated_clusters() {
    let settings = Settings::default();
    for seed in 0..6 {
        let files = generate(&Plan { pods: 90, policies: 120, seed, cluster_wide: true, calico: false });
        let files: Vec<(&str, &str)> = files.iter().map(|f| (f.name.as_str(), f.text.as_str())).collect();
        let mut scene = Analysis::new(settings.clone());
        scene.set_files(&files);
        let oracle = Oracle::new(scene.loaded().resources().map(|(_, r)| &**r), &settings);
        let all: Vec<Named> = ends(&scene).into_iter().chain(outside()).collect();
        let ports = [80, 443, 5432, 8080, 8150, 9090];
        let mut random = Random::new(seed);
        for (i, from) in all.iter().enumerate() {
            for (j, to) in all.iter().enumerate() {
                let packet = Packet { protocol: Protocol::TCP, source: 40_000, destination: *random.pick(&ports) };
                if let Err(error) = compare(&scene, &oracle, from, to, packet, (i + j) % 7 == 0) {
                    panic!("seed {seed}: {error}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(clusters::config())]

    #[test]
    fn the_evaluator_agrees_with_the_oracle(cluster in clusters::cluster()) {
        agree(&cluster)?;
    }
}
