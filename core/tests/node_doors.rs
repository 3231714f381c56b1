//! Ports of nodes that lead on to pods, and addresses of load balancers: the policies of the pods decide, which only a path asks.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::endpoints::{NotFound, find};
use netpolis_core::settings::Settings;
use netpolis_core::verdict::Verdict;

const NODES: &str = "\
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
";

fn pod(name: &str, node: &str, ports: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}, spec: {{nodeName: {node}, containers: [{{name: c, image: i, ports: [{ports}]}}]}}, status: {{phase: Running}}}}\n"
    )
}

fn service(spec: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop}}, spec: {{selector: {{app: web}}, {spec}}}, status: {{loadBalancer: {{ingress: [{{ip: 198.51.100.9}}]}}}}}}\n"
    )
}

/// The pods of `app` may send nothing but to these.
fn egress(app: &str, rules: &str) -> String {
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {app}, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: {app}}}}}, policyTypes: [Egress], egress: [{rules}]}}}}\n"
    )
}

fn scene(text: &str) -> Analysis {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("all.yaml", text)]);
    scene
}

/// The verdict for one flow, which all pairs have to share, and why.
fn verdict(scene: &Analysis, from: &str, to: &str, traffic: Traffic) -> (Verdict, String) {
    let flow = scene.flow(from, to, traffic).unwrap();
    let answer = scene.decide(&flow);
    let pair = scene.connectivity().between(answer.flow.from, answer.flow.to);
    assert_eq!(pair.verdict(&ConnectionSet::of_traffic(traffic)), answer.verdict, "{from} to {to}: {}", answer.summary);
    (answer.verdict, answer.summary)
}

const NODE_PORT: &str = "type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]";

/// Upstream: `pkg/proxy/iptables/proxier.go`: `KUBE-NODEPORTS` is met in `nat PREROUTING`, before the host's own rules and processes.
#[test]
fn a_node_port_is_answered_by_the_pods_behind_it() {
    let scene = scene(&(NODES.to_owned() + &pod("web", "n1", "") + &pod("client", "n2", "") + &service(NODE_PORT)));
    for from in ["203.0.113.5", "shop/client", "node/n1"] {
        let (found, why) = verdict(&scene, from, "node/n2", Traffic::tcp(30080));
        assert_eq!(found, Verdict::CannotTell, "{why}");
        assert!(why.contains("sends packets for TCP 30080 on to the pods of Service `shop/web`, whose policies decide"), "{why}");
        for other in [Traffic::tcp(22), Traffic::udp(30080)] {
            assert_eq!(verdict(&scene, from, "node/n2", other).0, Verdict::Allowed, "{from}");
        }
    }
    let any_port = Traffic { destination: None, ..Traffic::tcp(1) };
    assert_eq!(verdict(&scene, "203.0.113.5", "node/n2", any_port).0, Verdict::CannotTell);
}

/// Where egress stops a packet as it leaves and as it would be behind the port, it is stopped for certain.
#[test]
fn egress_that_stops_all_of_it_is_certain() {
    let base = NODES.to_owned() + &pod("web", "n1", "") + &pod("client", "n2", "") + &service(NODE_PORT);
    let dns = "{ports: [{protocol: UDP, port: 53}]}";
    let to_pods = "{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}";
    let other_port = "{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}";
    let to_node = "{to: [{ipBlock: {cidr: 192.0.2.12/32}}]}";
    for (rules, wanted) in [
        ("", Verdict::Denied),
        (dns, Verdict::Denied),
        (other_port, Verdict::Denied),
        (to_pods, Verdict::CannotTell),
        (to_node, Verdict::CannotTell),
    ] {
        let scene = scene(&(base.clone() + &egress("client", rules)));
        assert_eq!(verdict(&scene, "shop/client", "node/n2", Traffic::tcp(30080)).0, wanted, "{rules}");
    }
}

#[test]
fn host_ports_and_node_ports_that_are_not_given_are_in_doubt() {
    let text = NODES.to_owned() + &pod("web", "n1", "{containerPort: 8080, hostPort: 80}");
    let with_port = scene(&text);
    let (found, why) = verdict(&with_port, "203.0.113.5", "node/n1", Traffic::tcp(80));
    assert!(found == Verdict::CannotTell && why.contains("a host port of `shop/web`"), "{why}");
    assert_eq!(verdict(&with_port, "203.0.113.5", "node/n2", Traffic::tcp(80)).0, Verdict::Allowed, "the pod is on n1");

    let some = scene(&(text + &service("type: NodePort, ports: [{port: 80, targetPort: 8080}]")));
    let (found, why) = verdict(&some, "203.0.113.5", "node/n2", Traffic::tcp(31000));
    assert!(found == Verdict::CannotTell && why.contains("may be the node port of Service `shop/web`"), "{why}");
    assert_eq!(verdict(&some, "203.0.113.5", "node/n2", Traffic::tcp(8080)).0, Verdict::Allowed);
}

/// As with a cluster IP, there is nobody at the address of a load balancer or an external IP.
#[test]
fn addresses_of_load_balancers_are_services() {
    let spec = "type: LoadBalancer, clusterIP: 10.96.0.7, externalIPs: [198.51.100.77, 192.0.2.12], ports: [{port: 80, targetPort: 8080, nodePort: 30080}]";
    let scene = scene(&(NODES.to_owned() + &pod("web", "n1", "") + &service(spec)));
    for address in ["10.96.0.7", "198.51.100.9", "198.51.100.77"] {
        let found = find(scene.snapshot(), address);
        assert!(matches!(&found, Err(NotFound::Service { service, .. }) if service == "shop/web"), "{address}: {found:?}");
    }
    // A node's address is the node's, and a port of it is the Service's.
    assert_eq!(verdict(&scene, "203.0.113.5", "192.0.2.12", Traffic::tcp(80)).0, Verdict::CannotTell);
    assert_eq!(verdict(&scene, "203.0.113.5", "192.0.2.11", Traffic::tcp(80)).0, Verdict::Allowed);
}
