//! Packets that travel between nodes inside others (VXLAN, IP-in-IP): what host endpoints see of them, and with which address packets of nodes come. Each
//! expectation is from the upstream text that its test names.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::endpoints::find;
use netpolis_core::explain::Answer;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, PathAnswer};
use netpolis_core::settings::{Dataplane, Settings};
use netpolis_core::verdict::Flow;
use netpolis_core::verdict::Verdict::{self, Allowed, CannotTell, Denied};

/// Two nodes with a pod each. `{n1}` and `{n2}` are their annotations.
const PLACES: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1, annotations: {{n1}}}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2, annotations: {{n2}}}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.1.10}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {nodeName: n2, containers: [{name: c}]}, status: {podIP: 10.244.2.10}}
---
{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {type: NodePort, clusterIP: 10.96.0.5, selector: {app: db}, ports: [{port: 80, targetPort: 80, nodePort: 30080}]}}
";

fn calico(kind: &str, name: &str, spec: &str) -> String {
    format!("---\n{{apiVersion: projectcalico.org/v3, kind: {kind}, metadata: {{name: {name}, labels: {{host: {name}}}}}, spec: {spec}}}\n")
}

fn pool(modes: &str) -> String {
    calico("IPPool", "pods", &format!("{{cidr: 10.244.0.0/16, natOutgoing: true{modes}}}"))
}

fn scene_in(settings: Settings, annotations: [&str; 2], texts: &[&str]) -> Analysis {
    let places = PLACES.replace("{n1}", annotations[0]).replace("{n2}", annotations[1]);
    let mut scene = Analysis::new(settings);
    scene.set_files(&[("in.yaml", &texts.iter().fold(places, |text, more| text + more))]);
    assert!(scene.errors().is_empty(), "{:?}", scene.errors());
    scene
}

fn scene(texts: &[&str]) -> Analysis {
    scene_in(Settings::default(), ["", ""], texts)
}

/// An answer, which all pairs have to agree with.
fn why(scene: &Analysis, from: &str, to: &str) -> Answer {
    let end = |name: &str| find(scene.snapshot(), name).unwrap_or_else(|e| panic!("{name}: {e}")).end;
    let answer = scene.decide(&Flow { from: end(from), to: end(to), traffic: Traffic::to_port(Protocol::TCP, 80) });
    let pair = scene.connectivity().between(answer.flow.from, answer.flow.to);
    assert_eq!(pair.verdict(&ConnectionSet::of_traffic(answer.flow.traffic)), answer.verdict, "all pairs differ: {}", answer.summary);
    answer
}

fn path(scene: &Analysis, from: &str, to: &str, port: u16) -> PathAnswer {
    let asked = Asked { from, to, port: Some(port), protocol: Protocol::TCP, entry: None, node: None };
    scene.path(&asked).unwrap_or_else(|error| panic!("{error}"))
}

/// One flow, all pairs and the path say the same.
#[track_caller]
fn check(scene: &Analysis, from: &str, to: &str, expected: Verdict) -> String {
    let answer = why(scene, from, to);
    assert_eq!(answer.verdict, expected, "{}", answer.summary);
    let path = path(scene, from, to, 80);
    assert_eq!(path.verdict.as_str(), expected.as_str(), "{}", path.summary);
    answer.summary
}

/// The interface to the network sees the outer packet only. Upstream: `felix/rules/dispatch.go`, `interfaceNameDispatchChains`;
/// `felix/fv/apply_on_forward_test.go`: "the inner packet arrives on the tunnel interface (vxlan.calico, tunl0, or wireguard.cali) as forwarded traffic".
#[test]
fn a_host_endpoint_of_an_interface_sees_no_packet_inside_a_tunnel() {
    let host = |node: &str, interface: &str| calico("HostEndpoint", "h", &format!("{{node: {node}, interfaceName: {interface}}}"));
    let policy = |fields: &str| calico("GlobalNetworkPolicy", "g", &format!("{{selector: host == 'h', applyOnForward: true, {fields}}}"));
    let ways = [
        ("n2", policy("types: [Ingress], ingress: [{action: Deny}]")),
        ("n2", policy("preDNAT: true, types: [Ingress], ingress: [{action: Deny}]")),
        ("n1", policy("types: [Egress], egress: [{action: Deny}]")),
    ];
    for (node, policy) in &ways {
        let of = |interface: &str, pool: &str| scene(&[&host(node, interface), policy, pool]);
        for mode in [", vxlanMode: Always", ", ipipMode: Always"] {
            check(&of("eth0", &pool(mode)), "shop/web", "shop/db", Allowed);
            check(&of("'*'", &pool(mode)), "shop/web", "shop/db", Denied);
            check(&of("vxlan.calico", &pool(mode)), "shop/web", "shop/db", Denied);
        }
        check(&of("eth0", &pool("")), "shop/web", "shop/db", Denied);
        check(&of("vxlan.calico", &pool("")), "shop/web", "shop/db", Allowed);
        // Of a pool that is not the pod's nothing follows.
        let other = pool(", vxlanMode: Always").replace("10.244.0.0/16", "10.99.0.0/16");
        let said = check(&of("eth0", &other), "shop/web", "shop/db", CannotTell);
        assert!(said.contains("depends on the pools of its address"), "{said}");
        check(&of("'*'", &other), "shop/web", "shop/db", Denied);
        // Between subnets only: which those are the nodes say.
        let crossing = pool(", vxlanMode: CrossSubnet");
        let said = check(&of("eth0", &crossing), "shop/web", "shop/db", CannotTell);
        assert!(said.contains("projectcalico.org/IPv4Address"), "{said}");
        for (length, expected) in [(24, Denied), (32, Allowed)] {
            let annotation = |last: u8| format!("projectcalico.org/IPv4Address: 192.0.2.{last}/{length}");
            let annotations = [annotation(11), annotation(12)];
            let scene = scene_in(Settings::default(), [&annotations[0], &annotations[1]], &[&host(node, "eth0"), policy, &crossing]);
            check(&scene, "shop/web", "shop/db", expected);
        }
    }
    // What comes from outside comes as it is.
    let scene = scene(&[&host("n2", "eth0"), &ways[0].1, &pool(", vxlanMode: Always")]);
    check(&scene, "203.0.113.9", "shop/db", Denied);
}

fn lets_in(block: &str) -> String {
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: db}}}}, policyTypes: [Ingress], ingress: [{{from: [{{ipBlock: {{cidr: {block}}}}}]}}]}}}}\n"
    )
}

/// A node's packets to a pod of another have the address of its tunnel. Upstream: `felix/rules/static.go`, "NAT them to use the tunnel IP as its source";
/// projectcalico/calico#5952.
#[test]
fn a_node_comes_through_a_tunnel_with_the_address_of_that() {
    const TUNNEL: &str = "projectcalico.org/IPv4VXLANTunnelAddr: 10.244.33.64";
    for (annotation, block, expected) in [
        ("", "192.0.2.11/32", Denied),
        ("", "192.0.2.0/24", Denied),
        ("", "10.244.0.0/16", Allowed),
        ("", "10.244.33.0/24", CannotTell),
        (TUNNEL, "10.244.33.0/24", Allowed),
        (TUNNEL, "10.244.34.0/24", Denied),
        (TUNNEL, "192.0.2.0/24", Denied),
    ] {
        for mode in [", vxlanMode: Always", ", ipipMode: Always"] {
            let annotation = if mode.contains("ipip") { annotation.replace("VXLAN", "IPIP") } else { annotation.to_string() };
            let scene = scene_in(Settings::default(), [&annotation, ""], &[&lets_in(block), &pool(mode)]);
            let said = check(&scene, "node/n1", "shop/db", expected);
            if expected != Allowed {
                assert!(said.contains("tunnel"), "{said}");
            }
            // By a port of the node, it is the node that the pod sees.
            let by_port = path(&scene, "203.0.113.9", "192.0.2.11", 30080);
            assert_eq!(by_port.verdict.as_str(), expected.as_str(), "{block}: {}", by_port.summary);
            // On the pod's own node nothing travels.
            check(&scene, "node/n2", "shop/db", Allowed);
        }
        // Without a tunnel the node keeps its address.
        let plain = if block.starts_with("192") { Allowed } else { Denied };
        check(&scene(&[&lets_in(block), &pool("")]), "node/n1", "shop/db", plain);
        let mut settings = Settings::default();
        settings.routing.dataplane = Some(Dataplane::Ebpf);
        let ebpf = scene_in(settings, ["", ""], &[&lets_in(block), &pool(", vxlanMode: Always")]);
        assert_eq!(path(&ebpf, "node/n1", "shop/db", 80).verdict.as_str(), plain.as_str(), "{block}");
    }
}
