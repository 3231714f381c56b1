//! What engines answer differently about one input. Upstream: docs/semantics.md, "Other engines"; Cilium's documentation, "Network Policy" ("ipBlock
//! … does not apply to pods"); Calico's, "Calico policy".
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::{Analysis, EngineAnswers, Reading};
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::settings::{Engine, Settings};
use netpolis_core::verdict::Verdict::{self, Allowed, Denied};

const SCENE: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.0.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.0.6}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from: [{ipBlock: {cidr: 10.244.0.0/16}}]
    ports: [{port: 5432}]
---
{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}, spec: {priority: 1, subject: {namespaces: {}},
  ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {protocol: TCP, port: 9}}]}]}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: g}
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - {action: Deny, protocol: TCP, destination: {ports: [80]}}
  - {action: Allow}
";

fn engines(engine: Engine) -> (Analysis, Vec<EngineAnswers>) {
    let mut analysis = Analysis::new(Settings { engine, ..Settings::default() });
    analysis.set_files(&[("in.yaml", SCENE)]);
    let answers = Reading::ALL.map(|reading| analysis.under_engine(reading));
    (analysis, answers.into())
}

/// What an engine says of a flow in place of the one in force, if it says something else.
fn said(engines: &[EngineAnswers], reading: Reading, from: &str, to: &str, port: u16) -> Option<(bool, bool)> {
    let answers = engines.iter().find(|engine| engine.reading == reading).unwrap();
    let found = answers.differences.iter().find(|d| d.from.title == from && d.to.title == to)?;
    let holds = |set: &ConnectionSet| ConnectionSet::of_traffic(Traffic::tcp(port)).difference(set).is_empty();
    let (before, after) = (holds(&found.before.sometimes), holds(&found.after.sometimes));
    (before != after).then_some((before, after))
}

#[test]
fn each_engine_is_compared_with_the_one_in_force() {
    let (web, db) = ("shop/web[Pod]", "shop/db[Pod]");
    let (_, found) = engines(Engine::Generic);
    let in_force: Vec<Reading> = found.iter().filter(|engine| engine.is_in_force()).map(|engine| engine.reading).collect();
    assert_eq!(in_force, [Reading::Generic]);
    for (reading, from, to, port, expected) in [
        // Calico's own policy.
        (Reading::Calico, db, web, 80, Some((true, false))),
        (Reading::Calico, db, web, 81, None),
        (Reading::Calico, web, db, 5432, None),
        // An ipBlock and a pod.
        (Reading::Cilium, web, db, 5432, Some((true, false))),
        (Reading::Cilium, db, web, 9, None),
        // NetworkPolicy alone.
        (Reading::AzureNpm, db, web, 9, Some((false, true))),
        (Reading::AzureNpm, web, db, 5432, None),
        // Nothing at all.
        (Reading::None, db, web, 9, Some((false, true))),
        (Reading::None, web, db, 80, Some((false, true))),
        (Reading::Generic, web, db, 80, None),
    ] {
        assert_eq!(said(&found, reading, from, to, port), expected, "{reading:?}: {from} to {to}, port {port}");
    }
    let (_, found) = engines(Engine::Detected);
    assert!(found.iter().find(|engine| engine.is_in_force()).is_some_and(|engine| engine.reading == Reading::Calico));
    assert_eq!(said(&found, Reading::Generic, db, web, 80), Some((false, true)));
}

#[test]
fn an_example_says_what_decides_under_both() {
    let (analysis, found) = engines(Engine::Generic);
    let cilium = found.iter().find(|engine| engine.reading == Reading::Cilium).unwrap();
    let pair = cilium.differences.iter().find(|d| d.from.title == "shop/web[Pod]").unwrap();
    let example = cilium.example(&analysis, pair).unwrap();
    let (own, other) = (example.before.unwrap(), example.after.unwrap());
    let verdicts: (Verdict, Verdict) = (own.verdict, other.verdict);
    assert_eq!(verdicts, (Allowed, Denied));
    assert!(own.summary.contains("ingress rule 1 of NetworkPolicy `shop/db`"), "{}", own.summary);
    assert!(other.summary.contains("none of its rules allows TCP 5432"), "{}", other.summary);
}
