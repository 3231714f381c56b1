//! Ways of packets in random clusters: they say nothing else than single flows do, and nothing gets lost on them.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod clusters;

use clusters::Cluster;
use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::explain;
use netpolis_core::explain::Answer;
use netpolis_core::language::TrafficPolicy;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, HopKind, PathAnswer, PathVerdict, Share};
use netpolis_core::settings::{Dataplane, Routing};
use netpolis_core::verdict::{Flow, Reason, UnknownFact, Verdict};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};

/// A Service of any kind.
fn service() -> impl Strategy<Value = Value> {
    let kind = select(vec!["ClusterIP", "NodePort", "LoadBalancer", "Headless", "ExternalName"]);
    let namespace = select(vec!["red", "green", "blue"]);
    let label = (select(vec!["app", "tier"]), select(vec!["a", "b"]));
    let target = select(vec![json!(80), json!(8080), json!("web"), json!("db")]);
    let policies = (prop::bool::ANY, prop::bool::weighted(0.3));
    (kind, namespace, label, target, policies).prop_map(|(kind, namespace, (key, value), target, (external, internal))| {
        let mut spec = json!({"selector": {key: value}, "ports": [{"name": "main", "port": 80, "targetPort": target}]});
        match kind {
            "Headless" => spec["clusterIP"] = "None".into(),
            "ExternalName" => {
                spec["type"] = kind.into();
                spec["externalName"] = "s0.red.svc.cluster.local".into();
            }
            kind => {
                spec["type"] = kind.into();
                if kind != "ClusterIP" && external {
                    spec["externalTrafficPolicy"] = "Local".into();
                }
                if internal {
                    spec["internalTrafficPolicy"] = "Local".into();
                }
            }
        }
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"namespace": namespace}, "spec": spec})
    })
}

/// A network of Azure's around the nodes of a cluster, in which some ports are closed.
const NETWORK: &str = r#"{"azure": {
    "networks": [{"name": "net", "addressSpace": "192.168.0.0/16", "subnets": [{"name": "nodes", "prefix": "192.168.0.0/24", "nsg": "nodes"}]}],
    "nsgs": [{"name": "nodes", "inbound": [
        {"name": "probes", "priority": 90, "allow": "*", "from": "AzureLoadBalancer"},
        {"name": "one", "priority": 100, "deny": "tcp 8080", "from": "192.168.0.1"},
        {"name": "web", "priority": 110, "allow": "tcp 80", "from": "Internet"},
        {"name": "some", "priority": 120, "deny": "tcp 81", "from": "203.0.113.7"}
    ]}]
}}"#;

#[derive(Clone, Debug)]
struct Ways {
    cluster: Cluster,
    services: Vec<Value>,
    in_azure: bool,
    routing: Routing,
}

fn ways() -> impl Strategy<Value = Ways> {
    let dataplane = prop::option::of(select(Dataplane::ALL.to_vec()));
    let policy = prop::option::weighted(0.2, select(vec![TrafficPolicy::Cluster, TrafficPolicy::Local]));
    (clusters::cluster(), prop::collection::vec(service(), 1..=4), prop::bool::ANY, dataplane, policy).prop_map(
        |(cluster, mut services, in_azure, dataplane, external)| {
            for (number, service) in services.iter_mut().enumerate() {
                service["metadata"]["name"] = format!("s{number}").into();
                service["spec"]["ports"][0]["nodePort"] = match service["spec"]["type"].as_str() {
                    Some("NodePort" | "LoadBalancer") => json!(30_000 + number),
                    _ => Value::Null,
                };
                if service["spec"]["clusterIP"].is_null() {
                    service["spec"]["clusterIP"] = format!("10.96.0.{}", number + 1).into();
                }
            }
            Ways { cluster, services, in_azure, routing: Routing { dataplane, external, ..Routing::default() } }
        },
    )
}

/// A verdict of a way that is all of one kind.
fn plain(verdict: PathVerdict) -> Option<Verdict> {
    match verdict {
        PathVerdict::Allowed => Some(Verdict::Allowed),
        PathVerdict::Denied => Some(Verdict::Denied),
        PathVerdict::CannotTell(..) => Some(Verdict::CannotTell),
        PathVerdict::Sometimes(_) => None,
    }
}

fn ask(scene: &Analysis, from: &str, to: &str, port: Option<u16>) -> Option<PathAnswer> {
    scene.path(&Asked { from, to, port, protocol: Protocol::TCP, entry: None, node: None }).ok()
}

/// What must hold of any way.
fn whole(scene: &Analysis, answer: &PathAnswer) -> TestCaseResult {
    let sum = answer.branches.iter().fold(Share::NONE, |sum, branch| sum.plus(branch.share));
    prop_assert!(sum.is_all(), "the shares come to {sum}: {answer:#?}");
    let paths = scene.paths();
    for branch in &answer.branches {
        let stopped = branch.hops.iter().any(|s| s.verdict == Verdict::Denied);
        prop_assert_eq!(stopped, branch.verdict == Verdict::Denied, "{:#?}", branch);
        let mut reached = true;
        for hop in &branch.hops {
            prop_assert_eq!(hop.reached, reached, "{:#?}", branch);
            reached &= hop.verdict != Verdict::Denied;
            let HopKind::Check(trace) = &hop.kind else { continue };
            let trace = paths.resolve(trace);
            if hop.arrives.from.assumed || hop.arrives.to.assumed {
                continue;
            }
            let traffic = Traffic { protocol: answer.protocol, source: None, destination: hop.arrives.port };
            let flow = Flow { from: paths.endpoint(&hop.arrives.from), to: paths.endpoint(&hop.arrives.to), traffic };
            let single = explain::answer(paths.compiled(), paths.snapshot(), &flow, None);
            // The place is one of those that such a packet meets anyway, unless another packet was translated into it.
            // Where a node's port leads on to pods, a single flow to the node is no answer: it says that the path is to be asked.
            let is_answer = |reason: &Reason| !matches!(reason, Reason::Unknown(facts) if facts.iter().any(|fact| matches!(fact, UnknownFact::Translated { .. })));
            if let Some(known) =
                single.checkpoints.iter().find(|c| c.checkpoint == trace.checkpoint).filter(|known| is_answer(&known.reason))
            {
                prop_assert_eq!(known.verdict, trace.verdict, "{:?}\n{:#?}", flow, trace);
                prop_assert_eq!(&known.reason, &trace.reason, "{:?}", flow);
            }
        }
    }
    Ok(())
}

fn holds(ways: &Ways) -> TestCaseResult {
    let mut settings = ways.cluster.settings.clone();
    settings.routing = ways.routing.clone();
    let mut text = ways.cluster.text();
    for object in &ways.services {
        text.push_str(&format!("\n---\n{object}"));
    }
    if ways.in_azure {
        text.push_str(&format!("\n---\n{NETWORK}"));
    }
    let mut scene = Analysis::new(settings);
    scene.set_files(&[("cluster.yaml", &text)]);
    let paths = scene.paths();
    let snapshot = paths.snapshot();
    let pods: Vec<(Endpoint, String)> = snapshot
        .pods()
        .filter(|(_, e)| snapshot.workload(e.workload).is_some_and(|w| w.kind == netpolis_core::snapshot::OwnerKind::Pod))
        .map(|(id, _)| (Endpoint::Pod(id), format!("{}[Pod]", snapshot.pod_title(id))))
        .collect();
    for (from, from_name) in &pods {
        for (to, to_name) in &pods {
            if from == to {
                continue;
            }
            for port in [80, 8080] {
                let answer = ask(&scene, from_name, to_name, Some(port)).expect("both are pods");
                whole(&scene, &answer)?;
                let flow = Flow { from: *from, to: *to, traffic: Traffic::to_port(Protocol::TCP, port) };
                let single: Answer = explain::answer(paths.compiled(), snapshot, &flow, None);
                prop_assert_eq!(plain(answer.verdict), Some(single.verdict), "{} to {}: {:#?}\n{:#?}", from_name, to_name, single, answer);
            }
        }
    }
    let outside = clusters::outside().into_iter().map(|address| address.to_string()).chain(["internet".to_owned()]);
    for from in pods.iter().map(|(_, name)| name.clone()).take(3).chain(outside) {
        for service in &ways.services {
            let name =
                format!("svc/{}/{}", service["metadata"]["namespace"].as_str().unwrap(), service["metadata"]["name"].as_str().unwrap());
            for port in [None, service["spec"]["ports"][0]["nodePort"].as_u64().map(|p| p as u16)] {
                if let Some(answer) = ask(&scene, &from, &name, port) {
                    whole(&scene, &answer)?;
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(clusters::config())]
    #[test]
    fn ways_agree_with_single_flows(ways in ways()) {
        holds(&ways)?;
    }
}
