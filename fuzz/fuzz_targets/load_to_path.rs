//! Any bytes, loaded, and packets followed to every Service, Ingress and node: no panic, the shares make the whole, and what stops a way is on it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netpolis_core::verdict::Verdict;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, Entry, Share};
use netpolis_core::language::TrafficPolicy;
use netpolis_core::language::azure::Plugin;
use netpolis_core::analysis::Analysis;
use netpolis_core::settings::{Dataplane, IngressBy, Probes, Routing, Settings};

/// Targets of each kind that are tried; beyond them a text only takes longer.
const MOST: usize = 6;

/// The first byte chooses what decides about ways, the others are the text.
fn routing(choice: u8) -> Routing {
    let bit = |n: u8| choice >> n & 1 == 1;
    Routing {
        dataplane: bit(0).then_some(Dataplane::Ebpf),
        external: bit(1).then_some(TrafficPolicy::Local),
        internal: bit(2).then_some(TrafficPolicy::Local),
        pod_network: bit(3).then_some(if bit(4) { Plugin::NodeSubnet } else { Plugin::Kubenet }),
        ingress: bit(5).then_some(IngressBy::Gateway),
        probes: bit(6).then_some(Probes::Node),
        ..Routing::default()
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (choice, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let text = String::from_utf8_lossy(rest);
    let mut scene = Analysis::new(Settings { routing: routing(*choice), ..Settings::default() });
    scene.set_files(&[("pasted.yaml", &text)]);
    let snapshot = scene.paths().snapshot();
    let names = |of: Vec<String>| of.into_iter().take(MOST);
    let pods = names(snapshot.pods().map(|(id, _)| snapshot.pod_title(id)).collect());
    let nodes: Vec<String> = names(snapshot.nodes.iter().map(|n| format!("node/{}", n.name)).collect()).collect();
    let machines = names(snapshot.cloud.interfaces.iter().map(|i| format!("vm/{}", i.title())).collect());
    let clients: Vec<String> = ["203.0.113.7".to_owned(), "10.0.0.4".to_owned()].into_iter().chain(pods).chain(nodes.clone()).chain(machines).collect();
    let services = names(snapshot.services.iter().map(|s| format!("svc/{}/{}", snapshot.namespace_name(s.namespace), s.name)).collect());
    let ingresses = names(snapshot.ingress_objects.iter().map(|i| format!("ingress/{}/{}", snapshot.namespace_name(i.namespace), i.name)).collect());
    let targets: Vec<String> = services.chain(ingresses).chain(nodes).chain(clients.clone()).collect();
    for from in &clients {
        for to in &targets {
            for entry in [None, Some(Entry::Cluster), Some(Entry::NodePort), Some(Entry::LoadBalancer), Some(Entry::ExternalIp)] {
                if entry.is_some() && !to.starts_with("svc/") {
                    continue;
                }
                let asked = Asked { from, to, port: None, protocol: Protocol::TCP, entry, node: None };
                let Ok(answer) = scene.path(&asked) else { continue };
                let total = answer.branches.iter().fold(Share::NONE, |sum, branch| sum.plus(branch.share));
                assert!((total.as_f64() - 1.0).abs() < 1e-6, "{from} to {to}: {total}");
                for branch in &answer.branches {
                    assert!(!branch.hops.is_empty());
                    assert_eq!(branch.verdict == Verdict::Allowed, branch.stop().is_none(), "{from} to {to}");
                }
            }
        }
    }
});
