//! Ways of packets, held against a table that somebody else wrote from upstream documents: `tests/paths/table.txt`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::model::Protocol;
use netpolis_core::path::{
    Asked, Branch, Entry, Hop, HopKind, Packet, PacketEndpoint, PathAnswer, Paths, Place, Placed, Stop, Translation,
};
use netpolis_core::settings::Settings;
use netpolis_core::snapshot::NodeId;
use netpolis_core::verdict::Verdict;
use netpolis_core::verdict::traversal::{Checkpoint, GroupPlace};

/// One row of the table.
#[derive(Debug)]
struct Case {
    name: String,
    words: [String; 4],
    bases: usize,
    branches: Vec<String>,
}

/// The table's text, as cases.
fn table() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("paths/table.txt");
    let text = std::fs::read_to_string(path).expect("the table of expected paths");
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("case ") {
            let words: Vec<String> = name.split(" | ").map(str::to_owned).collect();
            cases.push(Case { name: name.to_owned(), words: words.try_into().expect("four words"), bases: 0, branches: Vec::new() });
            continue;
        }
        let Some(case) = cases.last_mut().filter(|_| !line.trim().is_empty()) else { continue };
        let line = line.trim();
        if line.starts_with("basis: ") {
            assert!(line.contains(" :: "), "a basis has a title and a sentence: {line}");
            case.bases += 1;
        } else if let Some(share) = line.strip_prefix("branch ") {
            case.branches.push(format!("branch {share}\n"));
        } else if let Some(branch) = case.branches.last_mut() {
            // Reasons are in the writer's own words.
            let line = ["no route", "dropped"].iter().find(|end| line.starts_with(**end)).map_or(line, |end| end);
            writeln!(branch, "{line}").expect("text");
        }
    }
    for case in &mut cases {
        case.branches.sort();
    }
    cases
}

/// The virtual network of the scene, with its cluster.
fn network(plugin: &str) -> String {
    format!(
        "azure:
  networks:
  - name: vnet
    addressSpace: 10.224.0.0/12
    subnets:
    - {{name: nodes, prefix: 10.224.0.0/16, nsg: nodes}}
    - {{name: gateway, prefix: 10.225.0.0/24}}
    - {{name: machines, prefix: 10.226.0.0/24}}
  nsgs:
  - name: nodes
    inbound: [{{priority: 100, name: all-in, allow: '*'}}]
    outbound: [{{priority: 100, name: all-out, allow: '*'}}]
  machines:
  - {{name: vm, subnet: machines, address: 10.226.0.4, public: 20.9.9.9}}
  clusters:
  - {{name: shop, plugin: {plugin}, policy: calico, nodes: 2, subnet: nodes, serviceRange: 10.0.0.0/16}}
  gateways:
  - {{name: gateway, subnet: gateway, public: 20.1.2.9}}
"
    )
}

/// The scene that the table is about.
fn scene(plugin: &str, dataplane: &str, target: &str) -> Analysis {
    let flat = plugin == "azure";
    let address = |overlay: &str, own: &str| if flat { own.to_owned() } else { overlay.to_owned() };
    let azure = network(plugin);
    let mut objects = String::new();
    for (name, address) in [("n1", "10.224.0.4"), ("n2", "10.224.0.35")] {
        writeln!(
            objects,
            "---\n{{apiVersion: v1, kind: Node, metadata: {{name: {name}}}, status: {{addresses: [{{type: InternalIP, address: {address}}}]}}}}"
        )
        .expect("text");
    }
    for (namespace, name, node, address, port) in [
        ("net", "p1", "n1", address("10.244.0.7", "10.224.0.10"), 1),
        ("net", "p2", "n2", address("10.244.1.8", "10.224.0.41"), 1),
        ("shop", "web", "n2", address("10.244.1.9", "10.224.0.42"), 8080),
        ("ingress", "nginx", "n1", address("10.244.0.20", "10.224.0.20"), 80),
    ] {
        writeln!(
            objects,
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {namespace}, labels: {{app: {name}}}}}, spec: {{nodeName: {node}, containers: [{{name: c, ports: [{{containerPort: {port}}}]}}]}}, status: {{podIP: {address}}}}}"
        )
        .expect("text");
    }
    let (service_type, policy) = match target {
        "cluster-ip" | "ingress" | "agic" => ("ClusterIP", ""),
        "node-port" => ("NodePort", ""),
        "node-port local" => ("NodePort", "externalTrafficPolicy: Local, "),
        "load-balancer cluster" => ("LoadBalancer", ""),
        "load-balancer local" => ("LoadBalancer", "externalTrafficPolicy: Local, "),
        other => panic!("unknown target {other}"),
    };
    let node_port = if service_type == "ClusterIP" { "" } else { ", nodePort: 31080" };
    let status = if service_type == "LoadBalancer" { ", status: {loadBalancer: {ingress: [{ip: 20.1.2.3}]}}" } else { "" };
    writeln!(
        objects,
        "---\n{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop}}, spec: {{type: {service_type}, {policy}clusterIP: 10.0.50.60, selector: {{app: web}}, ports: [{{port: 80, targetPort: 8080{node_port}}}]}}{status}}}"
    )
    .expect("text");
    if target == "ingress" || target == "agic" {
        let class = if target == "agic" { "azure-application-gateway" } else { "nginx" };
        objects.push_str(
            "---\n{apiVersion: v1, kind: Service, metadata: {name: nginx, namespace: ingress}, spec: {type: LoadBalancer, selector: {app: nginx}, ports: [{port: 80, nodePort: 32080}]}, status: {loadBalancer: {ingress: [{ip: 20.1.2.4}]}}}\n",
        );
        writeln!(
            objects,
            "---\n{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web, namespace: shop}}, spec: {{ingressClassName: {class}, rules: [{{host: shop.example, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]}}}}"
        )
        .expect("text");
    }
    if dataplane == "ebpf" {
        objects.push_str(
            "---\n{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {name: default}, spec: {bpfEnabled: true}}\n",
        );
    }
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("azure.yaml", azure.as_str()), ("objects.yaml", objects.as_str())]);
    let errors: Vec<String> =
        scene.problems().iter().filter(|p| p.severity == netpolis_core::diagnostics::Severity::Error).map(|p| p.message.clone()).collect();
    assert_eq!(errors, Vec::<String>::new(), "the scene is meant to be faultless");
    scene
}

fn ask(scene: &Analysis, client: &str, target: &str) -> PathAnswer {
    let from = match client {
        "outside" => "203.0.113.9",
        "vm" => "10.226.0.4",
        "other" => "net/p1",
        "same" => "net/p2",
        other => panic!("unknown client {other}"),
    };
    let (to, entry) = match target {
        "cluster-ip" => ("svc/shop/web", Some(Entry::Cluster)),
        "node-port" | "node-port local" => ("svc/shop/web", Some(Entry::NodePort)),
        "load-balancer cluster" | "load-balancer local" => ("svc/shop/web", Some(Entry::LoadBalancer)),
        _ => ("http://shop.example/", None),
    };
    let asked = Asked { from, to, port: None, protocol: Protocol::TCP, entry, node: None };
    scene.path(&asked).unwrap_or_else(|error| panic!("{client} to {target}: {error}"))
}

/// A branch in the form of the table.
fn written(paths: &Paths, branch: &Branch) -> String {
    let (part, whole) = branch.share.fraction();
    let share = if whole == 1 { part.to_string() } else { format!("{part}/{whole}") };
    let mut lines = vec![format!("branch {share}")];
    // The table has what a pod's policy is asked on its own node after that node's line, and security groups of the subnet alone.
    for hop in &branch.hops {
        if let Some(line) = hop_line(paths, hop) {
            lines.push(line);
        }
    }
    if let Some(seen) = &branch.seen {
        let forwarded = seen.forwarded.map_or_else(String::new, |f| format!("; forwarded {}", endpoint(&f)));
        lines.push(format!("sees {}{forwarded}", endpoint(&seen.address)));
    }
    lines.join("\n") + "\n"
}

fn hop_line(paths: &Paths, hop: &Hop) -> Option<String> {
    let snapshot = paths.snapshot();
    let place = match &hop.kind {
        HopKind::Place(Place::Client) => "client".to_owned(),
        HopKind::Place(Place::LoadBalancer) => "load balancer".to_owned(),
        HopKind::Place(Place::Node(node)) => format!("node {}", snapshot.node(*paths.resolve(node)).map_or("", |n| &n.name)),
        HopKind::Place(Place::Pod(id)) => format!("pod {}", snapshot.pod_title(*paths.resolve(id))),
        HopKind::Place(Place::Gateway(_)) => "gateway".to_owned(),
        HopKind::Place(Place::Egress) => "egress".to_owned(),
        HopKind::Place(Place::Outside) => "outside".to_owned(),
        HopKind::Stop(Stop::NoRoute) => return Some("no route".to_owned()),
        HopKind::Stop(_) => return Some("dropped".to_owned()),
        HopKind::Doubt => return Some("doubt".to_owned()),
        HopKind::Check(trace) => {
            let trace = paths.resolve(trace);
            let what = match trace.checkpoint {
                Checkpoint::Endpoint(direction) => {
                    format!("{} {}", direction.as_str(), netpolis_core::explain::end_name(trace.subject, snapshot))
                }
                Checkpoint::Group { place: GroupPlace::Subnet(subnet), direction, .. } => {
                    let way = if direction == netpolis_core::policy::Direction::Egress { "out" } else { "in" };
                    format!("{} {way}", snapshot.cloud.subnets[subnet.index()].name)
                }
                // The group that AKS makes for the nodes' interfaces.
                Checkpoint::Group { .. } => return None,
                stage => format!("{stage:?}"),
            };
            let address = |a: Option<std::net::IpAddr>| a.map_or_else(|| "?".to_owned(), |a| a.to_string());
            let port = match trace.checkpoint {
                Checkpoint::Group { encapsulated: true, .. } => Some(4789),
                _ => hop.arrives.port,
            };
            let port = port.map_or_else(String::new, |p| format!(":{p}"));
            let from = if is_some_public(&hop.arrives.from) { "egress".to_owned() } else { address(trace.from_address) };
            return Some(format!("check {what}: {from} -> {}{port}", address(trace.to_address)));
        }
    };
    let node = |id: &Placed<NodeId>| snapshot.node(*paths.resolve(id)).map_or_else(String::new, |n| n.addresses[0].to_string());
    let done: Vec<String> = hop
        .translations
        .iter()
        .map(|translation| match translation {
            Translation::Destination => format!("dnat {}", destination(&hop.leaves)),
            Translation::Source => format!("snat {}", endpoint(&hop.leaves.from)),
            Translation::NewConnection => "new connection".to_owned(),
            Translation::Tunnel(from, to) => format!("vxlan {} -> {}:4789", node(from), node(to)),
        })
        .collect();
    let done = if done.is_empty() { String::new() } else { format!(" | {}", done.join(", ")) };
    Some(format!("{place}: {} -> {}{done}", endpoint(&hop.arrives.from), destination(&hop.arrives)))
}

fn destination(packet: &Packet) -> String {
    format!("{}{}", endpoint(&packet.to), packet.port.map_or_else(String::new, |p| format!(":{p}")))
}

/// Whether it is a public address that the scene does not give; the address of the gateway is the one that the scene says.
fn is_some_public(endpoint: &PacketEndpoint) -> bool {
    endpoint.assumed && endpoint.address.is_some_and(netpolis_core::snapshot::cloud::tags::is_public)
}

fn endpoint(endpoint: &PacketEndpoint) -> String {
    if is_some_public(endpoint) { "egress".to_owned() } else { endpoint.address.map_or_else(|| "?".to_owned(), |a| a.to_string()) }
}

#[test]
fn every_combination_goes_the_way_that_upstream_says() {
    let cases = table();
    assert_eq!(cases.len(), 4 * 7 * 2 * 3, "every client, target, dataplane and pod network");
    let mut failures = Vec::new();
    let mut scenes: BTreeMap<[String; 3], Analysis> = BTreeMap::new();
    for case in &cases {
        assert!(case.bases > 0, "{}: rests on nothing", case.name);
        let [client, target, dataplane, plugin] = &case.words;
        let key = [plugin.clone(), dataplane.clone(), target.clone()];
        let scene = scenes.entry(key).or_insert_with(|| scene(plugin, dataplane, target));
        let answer = ask(scene, client, target);
        let mut own: Vec<String> = answer.branches.iter().map(|b| written(scene.paths(), b)).collect();
        own.sort();
        if own != case.branches {
            failures.push(format!("--- {}\nexpected\n{}\nfound\n{}", case.name, case.branches.join(""), own.join("")));
        }
        let total = answer.branches.iter().fold(netpolis_core::path::Share::NONE, |sum, b| sum.plus(b.share));
        assert!(total.is_all(), "{}: the shares make {total}", case.name);
        // Nothing in this scene is stopped by a rule but what AKS's own group does not let in.
        let stopped = answer.branches.iter().filter(|b| b.verdict != Verdict::Allowed).flat_map(|b| b.stop());
        for hop in stopped {
            assert!(!matches!(hop.kind, HopKind::Check(_)), "{}: {} stops it: {}", case.name, hop.title, hop.text);
        }
    }
    let shown: Vec<&String> = failures.iter().take(12).collect();
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), cases.len(), shown.iter().map(|s| s.as_str()).collect::<String>());
}
