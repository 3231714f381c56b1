//! Converted policies against evaluators that share nothing with the one that proves them: random clusters and worlds, packet by packet.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod clusters;

use clusters::Cluster;
use netpolis_core::analysis::{Analysis, Conversion};
use netpolis_core::answers::convert::Target;
use netpolis_core::compile::Endpoint;
use netpolis_core::model::Protocol;
use netpolis_core::settings::{Engine, Settings};
use netpolis_tests::calico_world::{Packet, Spot, World};
use netpolis_tests::oracle::{self, Oracle};
use netpolis_tests::yaml;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::Value;

fn scene(text: &str, settings: &Settings) -> Analysis {
    let mut scene = Analysis::new(settings.clone());
    scene.set_files(&[("input.yaml", text)]);
    scene
}

/// The whole input with the policies replaced.
fn text(analysis: &Analysis, conversion: &Conversion) -> String {
    let (id, source) = analysis.sources().iter().next().unwrap();
    conversion.files.get(&id).cloned().unwrap_or_else(|| source.text.to_string())
}

/// Which policies stayed as they are, and why.
fn kept(conversion: &Conversion) -> Vec<String> {
    let remarks = conversion.policies.iter().filter(|policy| !policy.is_converted()).flat_map(|policy| &policy.remarks);
    remarks.map(|remark| format!("{}: {}", remark.field, remark.text)).collect()
}

// ---- Kubernetes, judged by the oracle ----------------------------------------------------------------------------------------------

/// Destination ports worth trying.
const PROBES: [u16; 7] = [1, 53, 79, 80, 81, 82, 8080];

fn packets() -> Vec<oracle::Packet> {
    let of = |protocol| PROBES.map(|destination| oracle::Packet { protocol, source: 40_000, destination });
    let ports = [Protocol::TCP, Protocol::UDP, Protocol::SCTP].into_iter().flat_map(of);
    ports.chain([Protocol::ICMP, Protocol(47)].map(|protocol| oracle::Packet { protocol, source: 8, destination: 0 })).collect()
}

/// That the oracle judges both texts alike, whatever the evaluator says of them.
fn judged_alike(old: &Analysis, new: &Analysis, settings: &Settings) -> TestCaseResult {
    let [a, b] = [old, new].map(|scene| Oracle::new(scene.loaded().resources().map(|(_, r)| &**r), settings));
    let outside = clusters::outside().into_iter().map(oracle::Endpoint::Outside);
    let ends: Vec<oracle::Endpoint> = a.ends().into_iter().chain(outside).collect();
    for (from, to) in ends.iter().flat_map(|from| ends.iter().map(move |to| (from, to))) {
        if matches!((from, to), (oracle::Endpoint::Outside(_), oracle::Endpoint::Outside(_))) {
            continue;
        }
        for packet in packets() {
            prop_assert_eq!(a.judge(from, to, packet), b.judge(from, to, packet), "{:?} to {:?}, {:?}", from, to, packet);
        }
    }
    Ok(())
}

/// A cluster with some of its policies.
fn with_policies(cluster: &Cluster, is_one: impl Fn(&Value) -> bool) -> String {
    yaml::documents(cluster.objects.iter().chain(cluster.policies.iter().filter(|policy| is_one(policy))))
}

fn there_and_back(cluster: &Cluster) -> TestCaseResult {
    let settings = Settings { engine: Engine::Calico, ..cluster.settings.clone() };
    let input = scene(&with_policies(cluster, |policy| policy["kind"] == "NetworkPolicy"), &settings);
    let calico = input.convert(Target::Calico);
    prop_assert!(calico.proof.is_same() && kept(&calico).is_empty(), "to Calico: {:?}", kept(&calico));
    let there = scene(&text(&input, &calico), &settings);
    prop_assert!(there.errors().is_empty(), "{:?}\n{}", there.errors(), text(&input, &calico));
    prop_assert!(netpolis::diff::between(&input, &there).differences.is_empty());
    let kubernetes = there.convert(Target::Kubernetes);
    prop_assert!(kubernetes.proof.is_same() && kept(&kubernetes).is_empty(), "back: {:?}", kept(&kubernetes));
    let back = scene(&text(&there, &kubernetes), &settings);
    prop_assert!(back.errors().is_empty(), "{:?}\n{}", back.errors(), text(&there, &kubernetes));
    prop_assert_eq!(there.convert(Target::Calico).policies.len(), 0);
    judged_alike(&input, &back, &cluster.settings)
}

fn is_admin(policy: &Value) -> bool {
    policy["kind"] != "NetworkPolicy" && policy["kind"] != "ClusterNetworkPolicy"
}

/// Whether a rule has a peer of an API to come, which has no words in any.
fn is_unknown(policy: &Value) -> bool {
    policy.to_string().contains("serviceAccounts")
}

fn to_cluster_wide(cluster: &Cluster) -> TestCaseResult {
    let settings = Settings { engine: Engine::Generic, ..cluster.settings.clone() };
    let input = scene(&with_policies(cluster, |_| true), &settings);
    let conversion = input.convert(Target::ClusterNetworkPolicy);
    prop_assert!(conversion.proof.is_same());
    let due: Vec<bool> = cluster.policies.iter().filter(|policy| is_admin(policy)).map(|policy| !is_unknown(policy)).collect();
    let done: Vec<bool> = conversion.policies.iter().map(|policy| policy.is_converted()).collect();
    prop_assert_eq!(done, due, "{:?}", kept(&conversion));
    let output = scene(&text(&input, &conversion), &settings);
    prop_assert!(netpolis::diff::between(&input, &output).differences.is_empty());
    judged_alike(&input, &output, &settings)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..clusters::config() })]

    #[test]
    fn network_policies_go_to_calico_and_back_as_the_oracle_judges(cluster in clusters::cluster()) {
        there_and_back(&cluster)?;
    }

    #[test]
    fn admin_policies_become_cluster_network_policies_as_the_oracle_judges(cluster in clusters::cluster()) {
        to_cluster_wide(&cluster)?;
    }
}

// ---- Calico, judged by the slow evaluator --------------------------------------------------------------------------------------------

/// Protocol, source port or ICMP type, destination port or ICMP code.
const TRAFFIC: [(u8, u16, u16); 10] = [
    (6, 40_000, 80),
    (6, 40_000, 8080),
    (6, 40_000, 8050),
    (6, 40_000, 22),
    (6, 39_999, 53),
    (17, 40_000, 53),
    (17, 40_000, 80),
    (1, 8, 0),
    (132, 40_000, 80),
    (47, 0, 0),
];

/// That a text lets through exactly what the values of a world say.
fn is_as_in(world: &World, text: &str, seed: u64) {
    let scene = scene(text, &Settings { engine: Engine::Calico, ..Settings::default() });
    assert!(scene.errors().is_empty(), "seed {seed}: {:?}\n{text}", scene.errors());
    let snapshot = scene.snapshot();
    let end = |spot: Spot| match spot {
        Spot::Outside(address) => Endpoint::Outside(address),
        Spot::Node(_) => Endpoint::Node(snapshot.nodes().find(|(_, n)| n.name == world.name(spot)).unwrap().0),
        Spot::Pod(_) => Endpoint::Pod(snapshot.pods().find(|(id, _)| snapshot.pod_title(*id) == world.name(spot)).unwrap().0),
    };
    for (from, to) in world.spots().into_iter().flat_map(|from| world.spots().into_iter().map(move |to| (from, to))) {
        if matches!((from, to), (Spot::Outside(_), Spot::Outside(_))) {
            continue;
        }
        let pair = scene.connectivity().between(end(from), end(to));
        for (protocol, source, destination) in TRAFFIC {
            let expected = world.allows(&Packet { from, to, protocol, source, destination });
            let protocol = Protocol(protocol);
            let got = [pair.allowed, pair.possible].map(|set| set.contains(protocol, source, destination));
            let what = || format!("seed {seed}: {protocol} {source} {destination} from {} to {}\n{text}", world.name(from), world.name(to));
            assert_eq!(got, [expected; 2], "{}", what());
        }
    }
}

#[test]
fn calicos_policies_become_kubernetes_as_the_slow_evaluator_judges() {
    let (mut done, mut all) = (0, 0);
    for seed in 0..300 {
        let world = World::sayable(seed);
        let input = scene(&world.text(), &Settings::default());
        let conversion = input.convert(Target::Kubernetes);
        assert!(conversion.proof.is_same());
        done += conversion.policies.iter().filter(|policy| policy.is_converted()).count();
        all += conversion.policies.len();
        is_as_in(&world, &text(&input, &conversion), seed);
    }
    // What can be said is; the others have fields or an order that cannot.
    assert!(done >= all / 4, "{done} of {all}");
}

/// With all fields there are, tiers, staged policies and sets: what is converted is right, whatever stands beside it.
#[test]
fn policies_of_every_kind_stand_beside_converted_ones() {
    let (mut to_calico, mut to_kubernetes) = (0, 0);
    for seed in 0..120 {
        let world = World::new(seed, seed % 3 == 0);
        let input = scene(&world.text(), &Settings::default());
        let calico = input.convert(Target::Calico);
        assert_eq!(kept(&calico), Vec::<String>::new(), "seed {seed}\n{}", world.text());
        to_calico += calico.policies.len();
        let there = text(&input, &calico);
        is_as_in(&world, &there, seed);
        let there = scene(&there, &Settings::default());
        let back = there.convert(Target::Kubernetes);
        to_kubernetes += back.policies.iter().filter(|policy| policy.is_converted()).count();
        is_as_in(&world, &text(&there, &back), seed);
    }
    assert!(to_calico > 80 && to_kubernetes >= to_calico, "{to_calico} to Calico, {to_kubernetes} to Kubernetes");
}
