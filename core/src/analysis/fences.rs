//! A language that does not exist (`language::fence`) is evaluated, explained and followed like every other.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Analysis;
use crate::compile::Endpoint;
use crate::connections::Traffic;
use crate::diagnostics::Severity;
use crate::explain::Answer;
use crate::language::fence::LANGUAGES;
use crate::model::Protocol;
use crate::path::{Asked, PathVerdict};
use crate::policy::Direction;
use crate::settings::{Engine, Settings};
use crate::verdict::Flow;
use crate::verdict::Verdict::{self, Allowed, CannotTell, Denied};

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, status: {podIP: 10.244.1.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, status: {podIP: 10.244.1.6}}
---
{apiVersion: v1, kind: Pod, metadata: {name: scan, namespace: shop, labels: {app: scan}}, status: {podIP: 10.244.1.7}}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: 10.96.0.9, selector: {app: db}, ports: [{port: 5432}]}
";

const FENCE: &str = "apiVersion: fences.example/v1
kind: Fence
metadata: {name: db, namespace: shop}
spec:
  around: {matchLabels: {app: db}}
  rules:
  - {action: Let, from: {matchLabels: {app: web}}, port: 5432}
  - {action: Stop, from: {matchLabels: {app: scan}}}
  - {action: Stop, port: 22}
";

/// A NetworkPolicy that allows the scanner what the fence stops, and nobody else.
const NETWORK_POLICY: &str = "
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: db, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: scan}}}]}]}}
";

fn read(settings: Settings, policies: &[&str]) -> Analysis {
    let mut analysis = Analysis::with_languages(LANGUAGES, settings);
    let names: Vec<String> = (0..policies.len()).map(|i| format!("policy-{i}.yaml")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(policies.iter().copied()).chain([("pods.yaml", PODS)]).collect();
    analysis.set_files(&files);
    analysis
}

fn pod(analysis: &Analysis, name: &str) -> Endpoint {
    Endpoint::Pod(analysis.snapshot().pods().find(|(_, pod)| pod.name == name).unwrap().0)
}

/// One flow to the database, which all pairs must answer alike.
fn ask(analysis: &Analysis, from: &str, port: u16) -> Answer {
    let flow = Flow { from: pod(analysis, from), to: pod(analysis, "db"), traffic: Traffic::to_port(Protocol::TCP, port) };
    let answer = analysis.decide(&flow);
    let pair = analysis.connectivity().between(flow.from, flow.to);
    let by_table = match (pair.allowed.contains(Protocol::TCP, 40_000, port), pair.possible.contains(Protocol::TCP, 40_000, port)) {
        (true, _) => Allowed,
        (false, true) => CannotTell,
        (false, false) => Denied,
    };
    assert_eq!(answer.verdict, by_table, "{from} to {port}: {}", answer.summary);
    answer
}

fn check(analysis: &Analysis, rows: &[(&str, u16, Verdict)]) {
    for (from, port, expected) in rows {
        let answer = ask(analysis, from, *port);
        assert_eq!(answer.verdict, *expected, "{from} to {port}: {}", answer.summary);
    }
}

#[test]
fn rules_allow_and_deny_in_order_and_the_rest_goes_on_to_other_policies() {
    let alone = [("web", 5432, Allowed), ("web", 80, Allowed), ("web", 22, Denied), ("scan", 5432, Denied), ("scan", 80, Denied)];
    check(&read(Settings::default(), &[FENCE]), &alone);
    let with_others = [("web", 5432, Allowed), ("web", 80, Denied), ("web", 22, Denied), ("scan", 5432, Denied), ("scan", 80, Denied)];
    for engine in [Engine::Generic, Engine::Calico] {
        check(&read(Settings { engine, ..Settings::default() }, &[NETWORK_POLICY, FENCE]), &with_others);
    }
    check(&read(Settings::default(), &[NETWORK_POLICY]), &[("web", 5432, Denied), ("scan", 5432, Allowed)]);
}

#[test]
fn answers_name_the_rule_and_its_line() {
    let analysis = read(Settings::default(), &[NETWORK_POLICY, FENCE]);
    let problems: Vec<_> = analysis.problems().iter().filter(|p| p.severity == Severity::Error).collect();
    assert!(problems.is_empty(), "{problems:?}");
    for (from, port, sentence, line) in [
        ("web", 5432, "Fence `shop/db`", "policy-1.yaml:7:5"),
        ("scan", 5432, "Fence `shop/db`", "policy-1.yaml:8:5"),
        ("web", 22, "Fence `shop/db`", "policy-1.yaml:9:5"),
    ] {
        let answer = ask(&analysis, from, port);
        let there = answer.checkpoints.iter().find(|c| c.direction == Direction::Ingress).unwrap();
        assert!(there.sentence.contains(sentence), "{}", there.sentence);
        assert_eq!(there.places.first().map(|place| analysis.sources().describe(*place)).as_deref(), Some(line));
    }
}

#[test]
fn paths_to_services_meet_it() {
    let analysis = read(Settings::default(), &[FENCE]);
    for (from, expected) in [("shop/web", PathVerdict::Allowed), ("shop/scan", PathVerdict::Denied)] {
        let asked = Asked { from, to: "svc/shop/db", port: Some(5432), protocol: Protocol::TCP, entry: None, node: None };
        let answer = analysis.path(&asked).unwrap();
        assert_eq!(answer.verdict, expected, "{}", answer.summary);
    }
}

#[test]
fn what_cannot_be_read_of_it_is_in_doubt() {
    for broken in [
        // A version that does not exist, a misspelt kind, a word that there is not, and a text that is cut off.
        FENCE.replace("/v1", "/v7"),
        FENCE.replace("kind: Fence", "kind: Fense"),
        FENCE.replace("Stop", "Halt"),
        FENCE.split("  rules:").next().unwrap().to_string() + "  rules: [",
    ] {
        assert_eq!(ask(&read(Settings::default(), &[&broken]), "scan", 5432).verdict, CannotTell, "{broken}");
    }
}

#[test]
fn without_the_language_a_fence_is_unknown() {
    let mut analysis = Analysis::new(Settings::default());
    analysis.set_files(&[("fence.yaml", FENCE), ("pods.yaml", PODS)]);
    assert_eq!(ask(&analysis, "scan", 5432).verdict, Allowed);
    assert!(analysis.problems().iter().any(|p| p.code == crate::language::codes::KIND_NOT_USED));
}
