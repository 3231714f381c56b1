//! Tables of network-config-analyzer: every pair of ends, every port and protocol.
//!
//! `expected.json` holds configurations, each with the files to load, the ends, and a matrix of connection sets. A configuration is a case.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::{ClassId, Endpoint, Hook};
use netpolis_core::connections::ConnectionSet;
use netpolis_core::connectivity::Pair;
use netpolis_core::document::split;
use netpolis_core::language::Kind;
use netpolis_core::model::Protocol;
use netpolis_core::settings::{Engine, Settings};
use serde::Deserialize;

use super::{Sets, input, name_of};

#[derive(Deserialize)]
struct Expected {
    configs: Vec<Config>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    name: String,
    topology_files: Vec<String>,
    policy_files: Vec<String>,
    policy_kinds: Vec<String>,
    peers: Vec<String>,
    classes: Vec<String>,
    matrix: Vec<String>,
}

pub(super) fn run(set: &str, folder: &Path, sets: &mut Sets) -> Result<(), String> {
    let expected: Expected = input::json(&folder.join("expected.json"))?;
    for config in &expected.configs {
        let name = format!("{}/{}", name_of(folder), config.name);
        let calico =
            config.policy_kinds.iter().any(|kind| kind.starts_with("Calico")) || config.peers.iter().any(|peer| peer.starts_with("hep:"));
        let (set, settings) = match calico {
            true => (format!("{set}-calico"), Settings { engine: Engine::Calico, ..Settings::np_guard() }),
            false => (set.to_owned(), Settings::np_guard()),
        };
        let mut files = config.files(&folder.join("manifests"))?;
        if calico {
            files.push(("felix.yaml".into(), NO_FAILSAFES.into()));
        }
        super::conversion::add(sets, &set, &name, &files, &settings);
        sets.entry(set).or_default().add(name, compare(config, &files, settings));
    }
    Ok(())
}

impl Config {
    /// The files to load. Of those that are only named for their pods and namespaces, policies are left out, unless there are no others.
    fn files(&self, folder: &Path) -> Result<Vec<(String, String)>, String> {
        let only_pods = |name: &String| !self.policy_files.contains(name);
        let policies_too = self.policy_files.is_empty() && !self.policy_kinds.is_empty();
        let mut files = Vec::new();
        for name in self.topology_files.iter().filter(|name| only_pods(name)).chain(&self.policy_files) {
            let text = input::text(&folder.join(name))?;
            files.push((name.clone(), if only_pods(name) && !policies_too { without_policies(&text) } else { text }));
        }
        if self.peers.iter().any(|peer| peer == LIVE_SIMULATION_PEER) {
            files.push(("live-simulation.yaml".into(), LIVE_SIMULATION.into()));
        }
        Ok(files)
    }
}

/// The analyzer knows nothing of failsafe ports.
const NO_FAILSAFES: &str = "
apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata:
  name: default
spec:
  failsafeInboundHostPorts: []
  failsafeOutboundHostPorts: []
";

/// The analyzer adds this pod itself where policies name the cluster's name servers and no pod is given that could be one.
const LIVE_SIMULATION_PEER: &str = "kube-system/kube-dns-livesim";
const LIVE_SIMULATION: &str = "
apiVersion: v1
kind: Pod
metadata:
  name: kube-dns-livesim
  namespace: kube-system
  labels:
    k8s-app: kube-dns
spec:
  containers:
  - name: dns
    image: example/dns
";

/// A file without the documents that hold a policy.
fn without_policies(text: &str) -> String {
    let kept = split(text).into_iter().filter_map(|range| text.get(range)).filter(|document| {
        let scene = input::scene(&[(String::new(), (*document).to_owned())], Settings::np_guard());
        !scene.loaded().resources().any(|(_, r)| is_policy(&r.kind))
    });
    kept.collect::<Vec<_>>().join("\n---\n")
}

fn is_policy(kind: &Kind) -> bool {
    match kind {
        Kind::NetworkPolicy(_) | Kind::ClusterPolicy(_) => true,
        Kind::Calico(calico) => calico.is_policy(),
        _ => false,
    }
}

/// The end that a peer means: a pod by its name, or one of the pods of a template, which the analyzer numbers.
fn pod(scene: &Analysis, peer: &str) -> Result<Endpoint, String> {
    let template = || peer.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('-');
    input::pod(scene, peer).or_else(|error| template().map_or(Err(error), |template| input::pod(scene, template)))
}

/// An end of a table: an end of ours, or a host endpoint, whose own policies the table is about wherever its node is.
#[derive(Clone, Copy)]
enum TableEnd {
    Endpoint(Endpoint),
    Host(ClassId),
}

/// What is allowed between two ends, and whether that is certain.
fn allowed(scene: &Analysis, from: TableEnd, to: TableEnd) -> Pair<'_> {
    let all_pairs = scene.connectivity();
    let class = |end| match end {
        TableEnd::Endpoint(end) => all_pairs.class_of(end),
        TableEnd::Host(class) => class,
    };
    match (from, to) {
        (TableEnd::Endpoint(from), TableEnd::Endpoint(to)) => all_pairs.between(from, to),
        _ => all_pairs.sets(all_pairs.between_classes(class(from), class(to))),
    }
}

fn table_end(scene: &Analysis, peer: &str) -> Result<Vec<TableEnd>, String> {
    if let Some(range) = peer.strip_prefix("ip:") {
        // Both addresses of a range stand for all of it.
        let address = |a: &str| a.parse::<IpAddr>().map(|a| TableEnd::Endpoint(Endpoint::Outside(a))).map_err(|e| format!("`{peer}`: {e}"));
        return range.split('-').map(address).collect();
    }
    if let Some(name) = peer.strip_prefix("hep:") {
        let (host, _) = scene.snapshot().host_endpoints().find(|(_, h)| h.name == name).ok_or_else(|| format!("there is no {peer}"))?;
        return Ok(vec![TableEnd::Host(scene.compiled().class_of_host(host, Hook::Normal))]);
    }
    pod(scene, peer).map(|end| vec![TableEnd::Endpoint(end)])
}

fn compare(config: &Config, files: &[(String, String)], settings: Settings) -> Result<(), String> {
    let scene = input::scene(files, settings);
    let ends: Result<Vec<Vec<TableEnd>>, String> = config.peers.iter().map(|peer| table_end(&scene, peer)).collect();
    let ends = ends.map_err(|e| format!("{e}{}", input::refusals(&scene)))?;
    let classes: Result<Vec<ConnectionSet>, String> = config.classes.iter().map(|text| connections(text)).collect();
    let classes = classes?;
    for (i, row) in config.matrix.iter().enumerate() {
        for (j, cell) in row.split_whitespace().enumerate() {
            if matches!(cell, "-" | "?") {
                continue;
            }
            let expected =
                cell.parse::<usize>().ok().and_then(|class| classes.get(class)).ok_or_else(|| format!("`{cell}` is no class"))?;
            for from in &ends[i] {
                for to in &ends[j] {
                    let pair = allowed(&scene, *from, *to);
                    if without_reserved(pair.allowed) != without_reserved(expected) || !pair.is_certain() {
                        let (a, b) = (&config.peers[i], &config.peers[j]);
                        let unsure = if pair.is_certain() { String::new() } else { format!(" (cannot tell: {})", pair.unknown()) };
                        return Err(format!("{a} to {b}: expected {expected}, got {}{unsure}", pair.allowed));
                    }
                }
            }
        }
    }
    Ok(())
}

/// A set without the ICMP type 255, which is reserved, and which the tables leave out of their ranges; and without packets with packets inside, which
/// Calico drops from pods, and of which the tables know nothing.
fn without_reserved(set: &ConnectionSet) -> ConnectionSet {
    let reserved = [Protocol::ICMP, Protocol::ICMPV6].map(|protocol| ConnectionSet::of(protocol, Some((255, 255)), None));
    reserved.iter().fold(set.difference(&ConnectionSet::encapsulated()), |set, reserved| set.difference(reserved))
}

/// Reads a connection text: `None`, `All`, or parts joined by `; `.
fn connections(text: &str) -> Result<ConnectionSet, String> {
    match text {
        "None" => Ok(ConnectionSet::EMPTY),
        "All" => Ok(ConnectionSet::all()),
        parts => parts.split("; ").try_fold(ConnectionSet::EMPTY, |set, p| Ok(set.union(&part(p)?))),
    }
}

fn part(text: &str) -> Result<ConnectionSet, String> {
    let unknown = || format!("`{text}` is no connection set");
    let (protocol, rest) = text.split_once(' ').ok_or_else(unknown)?;
    if protocol == "other" {
        let named: Vec<u8> = (0..=u8::MAX).filter(|n| ![1, 6, 17, 58, 132].contains(n)).collect();
        let ranges = if rest == "all" { vec![(0, 255)] } else { ranges(rest).ok_or_else(unknown)? };
        let chosen = named.into_iter().filter(|n| ranges.iter().any(|(a, b)| (*a..=*b).contains(&u16::from(*n))));
        return Ok(chosen.fold(ConnectionSet::EMPTY, |set, n| set.union(&ConnectionSet::protocol(Protocol(n)))));
    }
    let protocol = Protocol::from_name(protocol).ok_or_else(unknown)?;
    if rest == "all" {
        return Ok(ConnectionSet::protocol(protocol));
    }
    // `80,443`, `src 1-2 dst 80 | src 5 dst 81`, `type 8 code 0 | type 3-4 code 1`
    let mut set = ConnectionSet::EMPTY;
    for alternative in rest.split(" | ") {
        let words: Vec<&str> = alternative.split(' ').collect();
        let fields: BTreeMap<&str, &str> = match words.as_slice() {
            [one] => BTreeMap::from([("dst", *one)]),
            pairs => pairs.chunks(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect(),
        };
        let field = |names: [&str; 2]| match names.iter().find_map(|n| fields.get(n)) {
            Some(text) => ranges(text).ok_or_else(unknown).map(|r| r.into_iter().map(Some).collect()),
            None => Ok(vec![None]),
        };
        for source in field(["src", "type"])? {
            for destination in field(["dst", "code"])? {
                set = set.union(&ConnectionSet::of(protocol, source, destination));
            }
        }
    }
    Ok(set)
}

/// `80,100-200`
fn ranges(text: &str) -> Option<Vec<(u16, u16)>> {
    text.split(',')
        .map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some((first.parse().ok()?, last.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_texts_are_read_exactly() {
        assert_eq!(connections("All"), Ok(ConnectionSet::all()));
        let all = "TCP all; UDP all; SCTP all; ICMP all; ICMPv6 all; other all";
        assert_eq!(connections(all), Ok(ConnectionSet::all()));
        let some = connections("TCP 80,100-200; other 47").unwrap();
        assert_eq!(some.to_string(), "TCP 80, 100-200; protocol 47");
        let sources = connections("TCP src 1-2 dst 80 | src 5 dst 80,81").unwrap();
        assert!(sources.contains(Protocol::TCP, 5, 81) && !sources.contains(Protocol::TCP, 2, 81));
        assert!(connections("ICMP type 8 code 0").unwrap().contains(Protocol::ICMP, 8, 0));
        assert!(connections("XYZ").is_err());
    }
}
