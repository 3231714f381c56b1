//! One answer: of random scenes of all kinds, every flow that is asked about alone has the answer of the row of flows that holds it, and a packet that
//! is followed on its whole way to the same address has it too.
//!
//! `ONE_ANSWER_SCENES` asks for more scenes than the thousand that are always the same, `ONE_ANSWER_SEED` for one of them.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::net::IpAddr;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::ingress_flows;
use netpolis_core::compile::{Endpoint, OutsideRange};
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::connectivity::Grid;
use netpolis_core::diagnostics::Severity;
use netpolis_core::endpoints::{FlowTable, Line, TitledLine, find, lines};
use netpolis_core::explain::Answer;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, PathVerdict};
use netpolis_core::policy::Direction;
use netpolis_core::settings::Engine;
use netpolis_core::verdict::{Flow, Verdict};
use netpolis_tests::random::Random;
use netpolis_tests::scenes::{self, RandomScene};

/// How many flows of a scene are asked about.
const FLOWS: usize = 14;
const PROTOCOLS: [Protocol; 4] = [Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP];
const PORTS: [u16; 7] = [80, 8080, 5432, 53, 22, 7070, 31_080];

/// What a set of possible and one of certain connections say of some traffic.
fn verdict_of(allowed: &ConnectionSet, possible: &ConnectionSet, traffic: Traffic) -> Verdict {
    let asked = ConnectionSet::of_traffic(traffic);
    if asked.difference(allowed).is_empty() {
        Verdict::Allowed
    } else if asked.intersection(possible).is_empty() {
        Verdict::Denied
    } else {
        Verdict::CannotTell
    }
}

fn between(range: OutsideRange, random: &mut Random) -> IpAddr {
    let step = random.bits();
    match (range.first, range.last, random.below(3)) {
        (first, _, 0) => first,
        (_, last, 1) => last,
        (IpAddr::V4(first), IpAddr::V4(last), _) => {
            let width = u64::from(last.to_bits() - first.to_bits()) + 1;
            IpAddr::V4((first.to_bits() + (step % width) as u32).into())
        }
        (first, ..) => first,
    }
}

struct Sample {
    name: String,
    end: Endpoint,
}

/// An end of a line, with a name that means it.
fn sample(scene: &Analysis, line: &TitledLine, random: &mut Random) -> Option<Sample> {
    let snapshot = scene.snapshot();
    match line.line {
        Line::Workload(id) => {
            let workload = snapshot.workload(id)?;
            let endpoint = *random.pick(&workload.endpoints);
            let pod = snapshot.pod(endpoint)?;
            let own = workload.kind == netpolis_core::snapshot::OwnerKind::Pod || workload.name != pod.name;
            let name = if own { format!("{}[Pod]", snapshot.pod_title(endpoint)) } else { line.title.clone() };
            // By its address too, where that is its own.
            let address = pod.addresses.first().filter(|_| pod.address_given && !pod.host_network && random.chance(50));
            let by_address = address.filter(|a| find(snapshot, &a.to_string()).is_ok_and(|f| f.end == Endpoint::Pod(endpoint)));
            Some(Sample { name: by_address.map_or(name, ToString::to_string), end: Endpoint::Pod(endpoint) })
        }
        Line::Node(id) => Some(Sample { name: line.title.clone(), end: Endpoint::Node(id) }),
        Line::Machine(number) => {
            let interface = snapshot.cloud.interface(number)?;
            let name = format!("vm/{}", interface.title());
            let end = find(snapshot, &name).ok()?.end;
            Some(Sample { name, end })
        }
        Line::Outside(range) | Line::Several(range, _) => {
            let address = between(range, random);
            let found = find(snapshot, &address.to_string()).ok()?;
            // An address of a pod or a node is none outside.
            matches!(found.end, Endpoint::Outside(_)).then_some(Sample { name: address.to_string(), end: found.end })
        }
    }
}

fn plain(verdict: PathVerdict) -> Option<Verdict> {
    match verdict {
        PathVerdict::Allowed => Some(Verdict::Allowed),
        PathVerdict::Denied => Some(Verdict::Denied),
        PathVerdict::CannotTell(..) => Some(Verdict::CannotTell),
        PathVerdict::Sometimes(_) => None,
    }
}

/// The first thing in which answers about a scene differ.
fn difference(seed: u64, made: &RandomScene) -> Option<String> {
    let mut scene = Analysis::new(made.settings.clone());
    scene.set_files(&[("scene.yaml", &made.text)]);
    let mut random = Random::new(seed ^ 0x5eed);
    let (snapshot, connectivity) = (scene.snapshot(), scene.connectivity());
    let titled = |direction| -> Vec<TitledLine> {
        lines(snapshot, connectivity, direction).into_iter().map(|line| TitledLine::new(snapshot, line)).collect()
    };
    let (sources, destinations) = (titled(Direction::Ingress), titled(Direction::Egress));
    if sources.is_empty() || destinations.is_empty() {
        return None;
    }
    let mut table = FlowTable::new(connectivity);
    if let Some(differs) = a_source_at_a_time(&scene, &mut table, &sources, &destinations) {
        return Some(differs);
    }
    let errors: Vec<_> = scene.problems().iter().filter(|p| p.severity == Severity::Error).cloned().collect();
    if scene.errors() != errors {
        return Some(format!("errors alone are {:?}, those among all problems {errors:?}", scene.errors()));
    }
    for _ in 0..FLOWS {
        let (from, to) = (random.pick(&sources).clone(), random.pick(&destinations).clone());
        let outside = |line: &TitledLine| matches!(line.line, Line::Outside(_) | Line::Several(..));
        if outside(&from) && outside(&to) || from.line == to.line {
            continue;
        }
        let (Some(source), Some(destination)) = (sample(&scene, &from, &mut random), sample(&scene, &to, &mut random)) else { continue };
        let protocol = *random.pick(&PROTOCOLS);
        let port = protocol.has_ports().then(|| *random.pick(&PORTS));
        let traffic = Traffic { protocol, source: None, destination: port };
        let flow = Flow { from: source.end, to: destination.end, traffic };
        let why = scene.decide(&flow);
        let what =
            || format!("{traffic} from {} to {}: why says {} ({})", source.name, destination.name, why.verdict.as_str(), why.summary);
        // All pairs.
        let pair = connectivity.between(why.flow.from, why.flow.to);
        let all = verdict_of(pair.allowed, pair.possible, traffic);
        if all != why.verdict {
            return Some(format!("{}, all pairs {}", what(), all.as_str()));
        }
        // The row.
        let id = table.between(&from, &to);
        let row = table.get(id);
        let subset = |a: &ConnectionSet, b: &ConnectionSet| a.difference(b).is_empty();
        let holds = subset(&row.always, pair.allowed) && subset(pair.allowed, &row.sometimes) && subset(pair.possible, &row.possible);
        let exact = row.always != row.sometimes
            || *pair.allowed == row.always && *pair.possible == row.possible
            || !outside(&from) && !outside(&to);
        if !holds || !exact {
            return Some(format!("{}, the row of {} and {} has {:?}, the pair {pair:?}", what(), from.title, to.title, row));
        }
        if let Some(found) = path_differs(&scene, &source, &destination, &why) {
            return Some(format!("{}, {found}", what()));
        }
    }
    nodes(&scene, &mut random).or_else(|| controller(&scene))
}

/// A way to the same end.
fn path_differs(scene: &Analysis, from: &Sample, to: &Sample, why: &Answer) -> Option<String> {
    let traffic = why.flow.traffic;
    let asked = Asked { from: &from.name, to: &to.name, port: traffic.destination, protocol: traffic.protocol, entry: None, node: None };
    let path = match scene.path(&asked) {
        Ok(path) => path,
        Err(error) => return Some(format!("path does not know: {error}")),
    };
    // To the address of a Service or a node's port it is another question.
    if path.entry.is_some() {
        return None;
    }
    let verdict = plain(path.verdict);
    // Where the text leaves open on which nodes pods run, a way puts them on some.
    // What host endpoints say of pods that may run on any node, it knows for the node that it put them on.
    let is_open = scene.snapshot().pods().any(|(_, e)| e.node.is_none());
    let has_hosts = matches!(scene.assumed().engine, Engine::Calico);
    if verdict == Some(why.verdict) || is_open && (why.verdict == Verdict::CannotTell || has_hosts) {
        return None;
    }
    Some(format!("path says {} ({})", path.verdict, path.summary))
}

/// Nodes are no rows, but ends all the same.
fn nodes(scene: &Analysis, random: &mut Random) -> Option<String> {
    let snapshot = scene.snapshot();
    let pods: Vec<(Endpoint, String)> = snapshot
        .pods()
        .filter(|(_, e)| snapshot.workload(e.workload).is_some_and(|w| w.kind == netpolis_core::snapshot::OwnerKind::Pod))
        .map(|(id, _)| (Endpoint::Pod(id), format!("{}[Pod]", snapshot.pod_title(id))))
        .collect();
    let nodes: Vec<(Endpoint, String)> = snapshot.nodes().map(|(id, n)| (Endpoint::Node(id), format!("node/{}", n.name))).collect();
    let machines = snapshot
        .cloud
        .interfaces
        .iter()
        .filter(|i| i.node.is_none())
        .filter_map(|i| Some((snapshot.cloud.end_of(i)?, format!("vm/{}", i.title()))));
    let outside = ["203.0.113.7", "198.51.100.9", "10.77.0.1", "192.168.7.7"];
    let outside = outside.iter().filter_map(|a| Some((find(snapshot, a).ok()?.end, (*a).to_owned())));
    let others: Vec<(Endpoint, String)> = pods.into_iter().chain(machines).chain(outside).collect();
    if nodes.is_empty() || others.is_empty() {
        return None;
    }
    for _ in 0..3 {
        let (node, other) = (random.pick(&nodes).clone(), random.pick(&others).clone());
        let (from, to) = if random.chance(50) { (node, other) } else { (other, node) };
        let traffic = Traffic { protocol: Protocol::TCP, source: None, destination: Some(*random.pick(&PORTS[..6])) };
        let why = scene.decide(&Flow { from: from.0, to: to.0, traffic });
        let pair = scene.connectivity().between(why.flow.from, why.flow.to);
        let all = verdict_of(pair.allowed, pair.possible, traffic);
        let what = || format!("{traffic} from {} to {}: why says {} ({})", from.1, to.1, why.verdict.as_str(), why.summary);
        if all != why.verdict {
            return Some(format!("{}, all pairs {}", what(), all.as_str()));
        }
        let (from, to) = (Sample { name: from.1.clone(), end: from.0 }, Sample { name: to.1.clone(), end: to.0 });
        // A host port leads on to a pod, which is another question.
        let is_host_port = matches!(to.end, Endpoint::Node(_))
            && snapshot.pods().any(|(_, e)| e.ports.iter().any(|p| p.host_port.is_some() && p.host_port == traffic.destination));
        if let Some(found) = path_differs(scene, &from, &to, &why).filter(|_| !is_host_port) {
            return Some(format!("{}, {found}", what()));
        }
    }
    None
}

/// The table of all pairs, made a source at a time, against the one that compares every two pods.
fn a_source_at_a_time(scene: &Analysis, table: &mut FlowTable<'_>, sources: &[TitledLine], destinations: &[TitledLine]) -> Option<String> {
    let mut grid = Grid::new(scene.connectivity(), sources.iter().map(AsRef::as_ref), destinations.iter().map(AsRef::as_ref));
    let mut differs = None;
    for (number, from) in sources.iter().enumerate() {
        grid.each_from(number, |number, passing| {
            let to = &destinations[number];
            let outside = |line: &TitledLine| matches!(line.line, Line::Outside(_) | Line::Several(..));
            if from.line == to.line || outside(from) && outside(to) {
                return;
            }
            let (by_row, by_pair) = (table.of(passing), table.between(from, to));
            if table.get(by_row) != table.get(by_pair) {
                differs = Some(format!("{} to {}: {:?} by row, {:?} by pair", from.title, to.title, table.get(by_row), table.get(by_pair)));
            }
        });
    }
    differs
}

/// What the ingress controller's row lists, the controller may do.
fn controller(scene: &Analysis) -> Option<String> {
    let (snapshot, connectivity) = (scene.snapshot(), scene.connectivity());
    let controller = find(snapshot, "{ingress-controller}").ok()?.end;
    for (id, set) in ingress_flows::ingress_flows(snapshot, connectivity) {
        for port in PORTS.into_iter().filter(|port| set.contains(Protocol::TCP, 40_000, *port)) {
            let why = scene.decide(&Flow { from: controller, to: Endpoint::Pod(id), traffic: Traffic::to_port(Protocol::TCP, port) });
            if why.verdict != Verdict::Allowed {
                return Some(format!("{{ingress-controller}} to {} {port}: listed, and why says {}", snapshot.pod_title(id), why.summary));
            }
        }
    }
    None
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn one_answer() {
    if let Some(seed) = number("ONE_ANSWER_SEED") {
        let made = scenes::scene(seed);
        println!("{}", made.text);
        assert_eq!(difference(seed, &made), None, "seed {seed}, {:?}", made.settings);
        return;
    }
    let count = number("ONE_ANSWER_SCENES").unwrap_or(1000);
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let found: Vec<(u64, String)> = std::thread::scope(|scope| {
        let part = |first: u64| {
            move || {
                (first..count)
                    .step_by(threads as usize)
                    .filter_map(|seed| Some((seed, difference(seed, &scenes::scene(seed))?)))
                    .take(40)
                    .collect::<Vec<_>>()
            }
        };
        let parts: Vec<_> = (0..threads).map(|first| scope.spawn(part(first))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("a thread")).collect()
    });
    let shown: Vec<String> = found.iter().take(25).map(|(seed, text)| format!("seed {seed}: {text}")).collect();
    assert!(found.is_empty(), "{} of {count} scenes:\n{}", found.len(), shown.join("\n"));
}
