//! Least privilege: random wanted flows come back exactly, as judged packet by packet by evaluators that share nothing with the real one.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "least_privilege/calico.rs"]
mod calico;
#[path = "least_privilege/world.rs"]
mod world;

use std::fs;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::least_privilege::{Form, LeastPrivilege, Question, Wanted, read_flows};
use netpolis_core::connections::ConnectionSet;
use netpolis_core::model::Protocol;
use netpolis_core::settings::Settings;
use netpolis_tests::oracle::{Oracle, Packet, Verdict};
use world::{End, World};

const SETS: u64 = 300;

fn analysis(files: &[(&str, &str)]) -> Analysis {
    let mut analysis = Analysis::new(Settings::default());
    analysis.set_files(files);
    analysis
}

fn ask(analysis: &Analysis, flows: &str, form: Form, dns: bool) -> LeastPrivilege {
    let lines = read_flows(flows).unwrap_or_else(|errors| panic!("{errors:?}\n{flows}"));
    let question = Question { wanted: Wanted::Flows(&lines), form, dns };
    analysis.least_privilege(&question).unwrap_or_else(|errors| panic!("{errors:?}\n{flows}"))
}

/// What becomes of packets under the written policies, as somebody else has it.
enum Judge {
    Kubernetes(Box<Oracle>),
    Calico(calico::Calico),
}

impl Judge {
    fn new(world: &World, answer: &LeastPrivilege) -> Judge {
        match answer.form {
            Form::Kubernetes => {
                let written = analysis(&[("cluster.yaml", &world.cluster()), ("policies.yaml", &answer.text)]);
                Judge::Kubernetes(Box::new(Oracle::new(written.loaded().resources().map(|(_, r)| &**r), &Settings::default())))
            }
            Form::Calico => Judge::Calico(calico::Calico::new(world, &answer.text)),
        }
    }

    fn allows(&self, world: &World, from: &End, to: &End, packet: Packet) -> bool {
        match self {
            Judge::Kubernetes(oracle) => match oracle.judge(&world.oracle_end(from), &world.oracle_end(to), packet) {
                Verdict::Allowed => true,
                Verdict::Denied => false,
                Verdict::CannotTell => panic!("everything is known of these worlds: {from:?} to {to:?}, {packet:?}"),
            },
            Judge::Calico(calico) => calico.allows(world, from, to, packet),
        }
    }
}

fn packets(form: Form) -> Vec<Packet> {
    let mut packets: Vec<Packet> = Vec::new();
    for protocol in [Protocol::TCP, Protocol::UDP, Protocol::SCTP] {
        packets.extend(world::PROBES.iter().map(|port| Packet { protocol, source: 40_000, destination: *port }));
    }
    if form == Form::Calico {
        packets.extend([Protocol::ICMP, Protocol(47)].map(|protocol| Packet { protocol, source: 8, destination: 0 }));
    }
    packets
}

/// Whether one of the flows that differ says it of a packet.
fn is_told(answer: &LeastPrivilege, is_missing: bool, from: &str, to: &str, packet: Packet) -> bool {
    let list = if is_missing { &answer.missing } else { &answer.too_much };
    let fits = |title: &str, own: &str| own.is_empty() || title == own;
    let holds = |set: &ConnectionSet| set.contains(packet.protocol, packet.source, packet.destination);
    list.iter().any(|flow| fits(&flow.from, from) && fits(&flow.to, to) && holds(&flow.connections))
}

/// Compares what remains with what was wanted; how many packets differ.
fn compare(seed: u64, world: &World, flows: &str, answer: &LeastPrivilege) -> usize {
    let judge = Judge::new(world, answer);
    let packets = packets(answer.form);
    let mut differing = 0;
    for (i, from) in world.ends().into_iter().enumerate() {
        for (j, to) in world.ends().into_iter().enumerate() {
            if !world.is_in_question(&from, &to) {
                continue;
            }
            // Every other packet; with the next seed the others.
            for packet in packets.iter().skip((i + j + seed as usize) % 2).step_by(2) {
                let (wanted, got) = (world.wants(&from, &to, *packet), judge.allows(world, &from, &to, *packet));
                let told = |is_missing| is_told(answer, is_missing, &world.title(&from), &world.title(&to), *packet);
                let what = || {
                    format!(
                        "seed {seed}, {from:?} to {to:?}, {packet:?}: wanted {wanted}, got {got}\n{flows}\n{}\n{}\n{answer:#?}",
                        world.text(answer.form == Form::Calico),
                        answer.text
                    )
                };
                if wanted != got {
                    differing += 1;
                    assert!(told(wanted), "a difference that is not told: {}", what());
                } else if !world.title(&from).is_empty() && !world.title(&to).is_empty() {
                    assert!(!told(wanted), "a difference that is none: {}", what());
                }
            }
        }
    }
    assert!(
        answer.unsure.is_empty(),
        "seed {seed}: {:#?}\n{flows}\n{}\n{}",
        answer.unsure,
        world.text(answer.form == Form::Calico),
        answer.text
    );
    if answer.exact {
        assert_eq!(differing, 0, "seed {seed}");
    }
    differing
}

fn round_trips(form: Form) {
    let mut policies = 0;
    for seed in 0..SETS {
        let world = World::distinct(seed);
        let flows = world.flows_text(form == Form::Calico);
        let answer = ask(&analysis(&[("world.yaml", &world.text(form == Form::Calico))]), &flows, form, false);
        assert!(answer.exact, "seed {seed}: {answer:#?}\n{flows}\n{}\n{}", world.text(answer.form == Form::Calico), answer.text);
        assert_eq!(compare(seed, &world, &flows, &answer), 0, "seed {seed}");
        policies += answer.policies.len();
    }
    assert!(policies > 2 * SETS as usize, "{policies}");
}

#[test]
fn wanted_flows_come_back_exactly_as_network_policies() {
    round_trips(Form::Kubernetes);
}

#[test]
fn wanted_flows_come_back_exactly_as_policies_of_calico() {
    round_trips(Form::Calico);
}

/// Pods with equal labels, pods on the host network, nodes that share addresses with them: what cannot be exact is told flow by flow.
#[test]
fn whatever_cannot_be_exact_is_told() {
    for form in [Form::Kubernetes, Form::Calico] {
        let (mut exact, mut differing) = (0, 0);
        for seed in 1000..1000 + SETS / 2 {
            let world = World::alike(seed);
            let flows = world.flows_text(form == Form::Calico);
            let answer = ask(&analysis(&[("world.yaml", &world.text(form == Form::Calico))]), &flows, form, false);
            exact += u64::from(answer.exact);
            differing += usize::from(compare(seed, &world, &flows, &answer) > 0);
        }
        assert!(exact > 10 && differing > 10, "{exact} exact, {differing} that differ");
    }
}

/// The text was written by hand before any was generated.
#[test]
fn online_boutique_is_written_as_a_person_would() {
    let read = |path: &str| fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let [cluster, policies] = ["cluster", "policies"].map(|name| read(&format!("../www/examples/boutique/{name}.yaml")));
    let flows = read("tests/least_privilege/boutique.txt");
    let answer = ask(&analysis(&[("cluster.yaml", &cluster), ("policies.yaml", &policies)]), &flows, Form::Kubernetes, true);
    assert!(answer.exact, "{answer:#?}");
    assert_eq!(answer.text, read("tests/least_privilege/boutique.yaml"));
    assert_eq!(answer.replaced.len(), 14);
}

/// What is allowed at present is what is allowed afterwards.
#[test]
fn present_flows_of_online_boutique_stay() {
    let read = |path: &str| fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let [cluster, policies] = ["cluster", "policies"].map(|name| read(&format!("../www/examples/boutique/{name}.yaml")));
    let old = analysis(&[("cluster.yaml", &cluster), ("policies.yaml", &policies)]);
    for form in [Form::Kubernetes, Form::Calico] {
        let answer = old.least_privilege(&Question { wanted: Wanted::Present, form, dns: false }).unwrap();
        assert!(answer.exact, "{answer:#?}");
        let new = analysis(&[("cluster.yaml", &cluster), ("policies.yaml", &answer.text)]);
        let version = |analysis: &Analysis| -> Vec<_> {
            let (snapshot, connectivity) = (analysis.snapshot(), analysis.connectivity());
            let pods: Vec<_> = snapshot.pods().map(|(id, _)| netpolis_core::compile::Endpoint::Pod(id)).collect();
            let pairs = pods.iter().flat_map(|from| pods.iter().map(move |to| (*from, *to)));
            pairs.map(|(from, to)| connectivity.between(from, to).allowed.with_ports_only()).collect()
        };
        let (before, after) = (version(&old), version(&new));
        // Calico drops packets in packets.
        let without = |sets: &[ConnectionSet]| sets.iter().map(|set| set.difference(&ConnectionSet::encapsulated())).collect::<Vec<_>>();
        assert_eq!(without(&before), without(&after), "{}", form.as_str());
    }
}
