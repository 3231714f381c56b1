//! Texts that Azure would refuse still get one answer, however they are asked.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::model::Protocol;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::{Flow, Verdict};

/// A subnet outside its network's space, with a node in it, and a node of a network that is not peered. Found by fuzzing.
#[test]
fn an_address_is_of_the_network_of_its_subnet() {
    let text = "
azure:
  networks:
  - {name: one, addressSpace: 10.9.0.0/16, subnets: [{name: nodes, prefix: 10.0.0.0/24}]}
  - {name: two, addressSpace: 10.224.0.0/12, subnets: [{name: others, prefix: 10.224.0.0/16}]}
";
    let mut scene = Analysis::new(Settings::default());
    let nodes = "
{apiVersion: v1, kind: Node, metadata: {name: a}, status: {addresses: [{type: InternalIP, address: 10.0.0.4}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: b}, status: {addresses: [{type: InternalIP, address: 10.224.0.4}]}}
";
    scene.set_files(&[("azure.yaml", text), ("nodes.yaml", nodes)]);
    let nodes: Vec<(Endpoint, std::net::IpAddr)> = scene.snapshot().nodes().map(|(id, n)| (Endpoint::Node(id), n.addresses[0])).collect();
    assert_eq!(nodes.len(), 2);
    for (from, _) in &nodes {
        for (_, address) in &nodes {
            let flow = Flow { from: *from, to: Endpoint::Outside(*address), traffic: Traffic::to_port(Protocol::TCP, 80) };
            let all = scene.connectivity().between(flow.from, flow.to);
            assert_eq!(scene.decide(&flow).verdict == Verdict::Allowed, all.allowed.contains(Protocol::TCP, 1, 80), "{flow:?}");
        }
    }
}
