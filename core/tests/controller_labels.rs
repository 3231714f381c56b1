//! Labels that controllers put on their pods, and what follows where their values are not known.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::endpoints::find;
use netpolis_core::model::Protocol;
use netpolis_core::settings::{Engine, Settings};
use netpolis_core::verdict::{Flow, Verdict};

const WORKLOADS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: shop}, spec: {replicas: 3, ordinals: {start: 4}, serviceName: db, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: shop}, spec: {selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent, namespace: shop}, spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: migrate, namespace: shop}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: own, namespace: shop}, spec: {manualSelector: true, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c}]}}}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: shards, namespace: shop}, spec: {completionMode: Indexed, completions: 3, parallelism: 3, template: {spec: {restartPolicy: Never, containers: [{name: c}]}}}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly, namespace: shop}, spec: {schedule: '0 3 * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c}]}}}}}}
";

fn scene(policy: &str, engine: Engine) -> Analysis {
    let mut scene = Analysis::new(Settings { engine, ..Settings::default() });
    scene.set_files(&[("workloads.yaml", WORKLOADS), ("policy.yaml", policy)]);
    scene
}

fn end(scene: &Analysis, name: &str) -> Endpoint {
    find(scene.snapshot(), &format!("shop/{name}")).unwrap().end
}

/// What is said of TCP 80, by one flow and by all pairs, which must be the same.
fn verdict(scene: &Analysis, from: &str, to: &str) -> Verdict {
    let traffic = Traffic::to_port(Protocol::TCP, 80);
    let (from, to) = (end(scene, from), end(scene, to));
    let answer = scene.decide(&Flow { from, to, traffic });
    let pair = scene.connectivity().between(from, to);
    let wanted = ConnectionSet::of_traffic(traffic);
    let of_pair = match (wanted.difference(pair.allowed).is_empty(), wanted.intersection(pair.possible).is_empty()) {
        (true, _) => Verdict::Allowed,
        (_, true) => Verdict::Denied,
        _ => Verdict::CannotTell,
    };
    assert_eq!(answer.verdict, of_pair, "{}", answer.summary);
    answer.verdict
}

fn closed(selector: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{podSelector: {selector}, policyTypes: [Ingress]}}}}"
    )
}

const ALLOWED: Verdict = Verdict::Allowed;
const DENIED: Verdict = Verdict::Denied;
const CANNOT_TELL: Verdict = Verdict::CannotTell;

#[test]
fn a_policy_for_pods_by_what_their_controller_says() {
    for (selector, to, expected) in [
        ("{matchLabels: {statefulset.kubernetes.io/pod-name: db-5}}", "db-4", ALLOWED),
        ("{matchLabels: {statefulset.kubernetes.io/pod-name: db-5}}", "db-5", DENIED),
        ("{matchLabels: {apps.kubernetes.io/pod-index: '6'}}", "db-6", DENIED),
        ("{matchLabels: {apps.kubernetes.io/pod-index: '0'}}", "db-4", ALLOWED),
        ("{matchExpressions: [{key: pod-template-hash, operator: Exists}]}", "api", DENIED),
        ("{matchExpressions: [{key: pod-template-hash, operator: DoesNotExist}]}", "api", ALLOWED),
        ("{matchLabels: {pod-template-hash: 7c5d}}", "api", CANNOT_TELL),
        ("{matchLabels: {pod-template-hash: 7c5d}}", "db", ALLOWED),
        ("{matchLabels: {controller-revision-hash: db-77}}", "db", CANNOT_TELL),
        ("{matchLabels: {controller-revision-hash: cache-77}}", "db", ALLOWED),
        ("{matchLabels: {controller-revision-hash: '77', app: agent}}", "agent", CANNOT_TELL),
        ("{matchLabels: {controller-revision-hash: '77', app: other}}", "agent", ALLOWED),
        ("{matchExpressions: [{key: pod-template-generation, operator: Exists}]}", "agent", DENIED),
        ("{matchLabels: {job-name: migrate}}", "migrate", DENIED),
        ("{matchLabels: {batch.kubernetes.io/job-name: migrate}}", "migrate", DENIED),
        ("{matchLabels: {batch.kubernetes.io/job-name: other}}", "migrate", ALLOWED),
        ("{matchLabels: {batch.kubernetes.io/controller-uid: x}}", "migrate", CANNOT_TELL),
        ("{matchExpressions: [{key: job-name, operator: Exists}]}", "own", ALLOWED),
        ("{matchLabels: {batch.kubernetes.io/job-completion-index: '1'}}", "shards-1", DENIED),
        ("{matchLabels: {batch.kubernetes.io/job-completion-index: '1'}}", "shards-0", ALLOWED),
        ("{matchLabels: {job-name: nightly}}", "nightly", ALLOWED),
        ("{matchLabels: {job-name: nightly-29}}", "nightly", CANNOT_TELL),
        ("{matchExpressions: [{key: job-name, operator: Exists}]}", "nightly", DENIED),
    ] {
        for engine in [Engine::Generic, Engine::Calico] {
            assert_eq!(verdict(&scene(&closed(selector), engine), "web", to), expected, "{selector} {to} {engine:?}");
        }
    }
}

#[test]
fn what_a_policy_allows_that_may_apply_is_allowed_if_nothing_else_applies() {
    let text = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {matchLabels: {pod-template-hash: x}}, ingress: [{ports: [{port: 80}]}]}}";
    assert_eq!(verdict(&scene(text, Engine::Generic), "web", "api"), ALLOWED);
    let both = format!("{text}\n---\n{}", closed("{}").replace("name: p", "name: all"));
    assert_eq!(verdict(&scene(&both, Engine::Generic), "web", "api"), CANNOT_TELL);
}

#[test]
fn selectors_of_calico_see_what_is_known_of_a_value() {
    for (selector, to, expected) in [
        ("pod-template-hash == 'x'", "api", CANNOT_TELL),
        ("has(pod-template-hash)", "api", DENIED),
        ("!has(pod-template-hash) && app == 'api'", "api", ALLOWED),
        ("job-name starts with 'nightly-'", "nightly", DENIED),
        ("job-name starts with 'nightly-2'", "nightly", CANNOT_TELL),
        ("job-name starts with 'hourly-'", "nightly", ALLOWED),
        ("statefulset.kubernetes.io/pod-name in {'db-4', 'db-6'}", "db-6", DENIED),
        ("statefulset.kubernetes.io/pod-name in {'db-4', 'db-6'}", "db-5", ALLOWED),
    ] {
        let text = format!(
            "{{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{selector: \"{selector}\", types: [Ingress], ingress: []}}}}"
        );
        assert_eq!(verdict(&scene(&text, Engine::Calico), "web", to), expected, "{selector} {to}");
    }
}

#[test]
fn peers_by_what_their_controller_says() {
    for (peer, from, expected) in [
        ("{matchLabels: {batch.kubernetes.io/job-name: migrate}}", "migrate", ALLOWED),
        ("{matchLabels: {batch.kubernetes.io/job-name: migrate}}", "own", DENIED),
        ("{matchLabels: {statefulset.kubernetes.io/pod-name: db-4}}", "db-4", ALLOWED),
        ("{matchLabels: {statefulset.kubernetes.io/pod-name: db-4}}", "db-6", DENIED),
        ("{matchLabels: {pod-template-hash: x}}", "api", CANNOT_TELL),
        ("{matchLabels: {job-name: nightly-x}}", "nightly", CANNOT_TELL),
    ] {
        let text = format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{from: [{{podSelector: {peer}}}]}}]}}}}"
        );
        assert_eq!(verdict(&scene(&text, Engine::Generic), from, "web"), expected, "{peer} {from}");
    }
}

#[test]
fn the_pods_are_told_apart_only_where_a_selector_asks_for_it() {
    let names = |policy: &str| {
        let scene = scene(policy, Engine::Generic);
        let of_db = scene.snapshot().endpoints.iter().filter(|e| e.labels.get("app") == Some("db")).map(|e| e.name.clone());
        of_db.collect::<Vec<_>>()
    };
    assert_eq!(names(&closed("{}")), ["db"]);
    assert_eq!(names(&closed("{matchLabels: {apps.kubernetes.io/pod-index: '5'}}")), ["db-4", "db-5", "db-6"]);
    // Also as policies change while the rest of the text stays.
    let mut scene = scene(&closed("{}"), Engine::Generic);
    let asks = closed("{matchLabels: {statefulset.kubernetes.io/pod-name: db-5}}");
    scene.set_files(&[("workloads.yaml", WORKLOADS), ("policy.yaml", &asks)]);
    assert_eq!(verdict(&scene, "web", "db-5"), DENIED);
}
