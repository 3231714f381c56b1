//! Text that nobody should paste: whatever it is, it costs bounded time, and what is wrong with it is said with its line.

use std::fmt::Write;
use std::time::{Duration, Instant};

use netpolis_core::diagnostics::{Diagnostic, Severity};
use netpolis_core::scene::Scene;
use netpolis_core::settings::Settings;
use netpolis_tests::generate::{Plan, generate};
use netpolis_tests::yaml;
use serde_json::{Value, json};

/// Far above what anything here takes, also on a slow machine without optimisation; a test that comes near it has met something
/// quadratic.
const LONGEST: Duration = Duration::from_secs(60);

/// Loads a text to the end: problems, all pairs and the places of all messages.
fn load(text: &str) -> Scene {
    let started = Instant::now();
    let mut scene = Scene::new(Settings::default());
    scene.set_files(&[("pasted.yaml", text)]);
    assert!(scene.connectivity().class_count() > 0);
    for problem in scene.problems() {
        assert!(!problem.message.is_empty());
        let edits = problem.fix.iter().flat_map(|fix| fix.edits.iter().map(|(place, _)| place));
        for place in problem.place.iter().chain(problem.related.iter().map(|r| &r.place)).chain(edits) {
            let position = scene.sources().position(*place);
            assert!(position.is_some(), "{problem:?} is nowhere");
            let Some(position) = position else { continue };
            let (start, end) = (position.start as usize, position.end as usize);
            assert!(
                position.line >= 1 && start <= end && text.is_char_boundary(start) && text.is_char_boundary(end),
                "{problem:?} at {position:?}"
            );
        }
    }
    assert_eq!(scene.sources().iter().map(|(_, s)| &*s.text).collect::<Vec<_>>(), [text], "the text is kept as it was");
    assert!(started.elapsed() < LONGEST, "took {:?}", started.elapsed());
    scene
}

/// Errors with the line that each is about.
fn errors(scene: &Scene) -> Vec<(u32, &Diagnostic)> {
    let line = |d: &Diagnostic| d.place.and_then(|p| scene.sources().position(p)).map_or(0, |p| p.line);
    scene.problems().iter().filter(|d| d.severity == Severity::Error).map(|d| (line(d), d)).collect()
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: web\n    image: web\n";

#[test]
fn a_truncated_file_keeps_what_stands_before_the_cut() {
    let text = format!(
        "{POD}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: x\nspec:\n  podSelector: {{matchLabels: {{app: \"we"
    );
    let scene = load(&text);
    assert_eq!(scene.snapshot().endpoints.len(), 1);
    let errors = errors(&scene);
    assert!(errors.iter().any(|(line, _)| (10..=15).contains(line)), "{errors:?}");
}

#[test]
fn every_prefix_of_a_manifest_loads() {
    let files = generate(&Plan { pods: 12, policies: 6, seed: 5, cluster_wide: true, calico: false });
    let text: String = files.iter().map(|f| format!("{}---\n", f.text)).collect();
    for end in (0..text.len()).step_by(97).filter(|end| text.is_char_boundary(*end)) {
        load(&text[..end]);
    }
}

#[test]
fn binary_junk_is_called_that() {
    let mut random = netpolis_tests::random::Random::new(7);
    let bytes: Vec<u8> = (0..200_000).map(|_| random.bits() as u8).collect();
    let scene = load(&String::from_utf8_lossy(&bytes));
    assert!(errors(&scene).iter().any(|(line, _)| *line >= 1));
    let png = "\u{fffd}PNG\r\n\u{1a}\n\0\0\0\rIHDR\0\0";
    assert!(!errors(&load(png)).is_empty());
}

#[test]
fn places_are_on_character_borders() {
    for first in ["", "é", "\u{fffd}", "\u{1f600}\u{1f600}", "a: é\nb: "] {
        for second in
            ["\u{7f}", "@", "`", "%", "\t", "\0", "*é", "&é", "!é", "'é", "\"\\é", "[é", "{é", "é: é: é", "- é\né: 1", "? é", "é\n- é"]
        {
            load(&format!("{first}{second}"));
            load(&format!("a: [{first}{second}\n---\nb: {first} {second}\n"));
            load(&format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {first}{second}\n"));
        }
    }
}

#[test]
fn one_document_of_10_mb_loads() {
    let mut text = String::from("apiVersion: v1\nkind: List\nitems:\n");
    let mut count = 0;
    while text.len() < 10 << 20 {
        let _ = write!(
            text,
            "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: pod-{count}\n    labels:\n      app: app-{}\n  spec:\n    containers:\n    - name: c\n      image: example/image\n",
            count % 100
        );
        count += 1;
    }
    let scene = load(&text);
    assert_eq!(errors(&scene), []);
    assert_eq!(scene.snapshot().endpoints.len(), count);
}

#[test]
fn a_document_of_one_huge_text_loads() {
    let text =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: big\ndata:\n  text: |\n    {}\n---\n{POD}", "x".repeat(10 << 20));
    assert_eq!(load(&text).snapshot().endpoints.len(), 1);
}

#[test]
fn an_alias_bomb_is_refused_with_its_line() {
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let _ = writeln!(text, "a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 9].join(", "));
    }
    text.push_str("---\n");
    text.push_str(POD);
    let scene = load(&text);
    assert!(errors(&scene).iter().any(|(line, _)| (3..=14).contains(line)), "{:?}", errors(&scene));
    assert_eq!(scene.snapshot().endpoints.len(), 1, "the documents after it are read");
}

#[test]
fn ten_thousand_documents_load() {
    let text: String = (0..10_000)
        .map(|i| format!("---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-{i}\nspec:\n  containers: [{{name: c, image: i}}]\n"))
        .collect();
    let scene = load(&text);
    assert_eq!(errors(&scene), []);
    assert_eq!(scene.snapshot().endpoints.len(), 10_000);
    // And as many broken ones, each with its own message.
    let text: String = (0..10_000).map(|_| "---\nkind: Pod\nmetadata: [\n").collect();
    let scene = load(&text);
    assert!(errors(&scene).len() >= 9_000, "{}", errors(&scene).len());
}

#[test]
fn deep_nesting_is_refused_with_its_line() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
        let text = format!("{POD}---\n{}x{}\n---\n{POD}", open.repeat(100_000), close.repeat(100_000));
        let scene = load(&text);
        assert!(errors(&scene).iter().any(|(line, _)| *line == 10), "{open}: {:?}", errors(&scene).first());
    }
    // In blocks, which nest by indentation.
    let blocks: String = (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(!errors(&load(&blocks)).is_empty());
}

#[test]
fn long_keys_many_keys_and_many_anchors_cost_no_more_than_their_length() {
    load(&format!("{}: 1\n", "k".repeat(1 << 20)));
    load(&(0..100_000).map(|i| format!("k{i}: {i}\n")).collect::<String>());
    load(&(0..50_000).map(|i| format!("k{i}: &a{i} v\nl{i}: *a{i}\n")).collect::<String>());
    load(&"a: *nothing\n".repeat(20_000));
    load(&"%YAML 1.1\n".repeat(20_000));
    load(&"\u{feff}---\r\n".repeat(20_000));
    load(&"!!binary x\n--- ".repeat(20_000));
    load(&"'".repeat(100_000));
    load(&"\t".repeat(100_000));
    load(&"? ".repeat(50_000));
}

/// Objects of every kind that is understood, with every field that is read.
fn specimens() -> Vec<Value> {
    let pod = json!({
        "hostNetwork": false, "nodeName": "n", "serviceAccountName": "s",
        "containers": [{"name": "c", "image": "i", "ports": [{"name": "p", "containerPort": 80, "hostPort": 80, "protocol": "TCP"}]}],
        "initContainers": [{"name": "d", "image": "i", "restartPolicy": "Always", "ports": [{"containerPort": 81}]}],
    });
    let meta = json!({
        "name": "x", "namespace": "y", "generateName": "x-", "labels": {"a": "b"}, "annotations": {"a": "b"},
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "o", "uid": "1", "controller": true}],
    });
    let wide_meta = json!({"name": "default", "labels": {"a": "b"}});
    let selector = json!({"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]});
    let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": pod});
    let workload = |version: &str, kind: &str, spec: Value| json!({"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec});
    let peers =
        json!([{"podSelector": selector, "namespaceSelector": selector}, {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]);
    let ports = json!([{"protocol": "TCP", "port": 80, "endPort": 90}, {"port": "http"}]);
    let subject = json!({"pods": {"namespaceSelector": selector, "podSelector": selector}});
    let old_ports = json!([{"portNumber": {"protocol": "TCP", "port": 80}}, {"portRange": {"protocol": "TCP", "start": 1, "end": 2}}]);
    let egress_peers = json!([{"namespaces": selector}, subject, {"networks": ["10.0.0.0/8"]}, {"nodes": selector}]);
    let old_spec = json!({
        "priority": 1, "subject": subject,
        "ingress": [{"name": "n", "action": "Allow", "from": [{"namespaces": selector}], "ports": [{"namedPort": "http"}]}],
        "egress": [{"name": "n", "action": "Deny", "to": egress_peers, "ports": old_ports}],
    });
    let mut baseline_spec = old_spec.clone();
    if let Some(fields) = baseline_spec.as_object_mut() {
        fields.remove("priority");
    }
    vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": wide_meta}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}),
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": pod,
               "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}], "hostIP": "10.0.0.2"}}),
        workload("apps/v1", "Deployment", json!({"replicas": 1, "selector": selector, "template": template})),
        workload("apps/v1", "ReplicaSet", json!({"replicas": 1, "selector": selector, "template": template})),
        workload("apps/v1", "StatefulSet", json!({"replicas": 1, "serviceName": "s", "selector": selector, "template": template})),
        workload("apps/v1", "DaemonSet", json!({"selector": selector, "template": template})),
        workload("v1", "ReplicationController", json!({"replicas": 1, "selector": {"a": "b"}, "template": template})),
        workload("batch/v1", "Job", json!({"parallelism": 1, "suspend": false, "template": template})),
        workload(
            "batch/v1",
            "CronJob",
            json!({"schedule": "* * * * *", "suspend": false, "jobTemplate": {"spec": {"template": template}}}),
        ),
        workload(
            "v1",
            "Service",
            json!({"type": "NodePort", "clusterIP": "10.0.0.3", "clusterIPs": ["10.0.0.3"], "selector": {"a": "b"},
            "externalName": "example.com", "ports": [{"name": "p", "protocol": "TCP", "port": 80, "targetPort": "http", "nodePort": 30000}]}),
        ),
        json!({"apiVersion": "v1", "kind": "Node", "metadata": wide_meta, "spec": {"podCIDR": "10.1.0.0/24", "podCIDRs": ["10.1.0.0/24"]},
               "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.4"}]}}),
        workload(
            "networking.k8s.io/v1",
            "Ingress",
            json!({
                "ingressClassName": "c", "defaultBackend": {"service": {"name": "s", "port": {"number": 80}}},
                "rules": [{"host": "h", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"name": "p"}}}}]}}],
            }),
        ),
        workload(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            json!({"podSelector": selector, "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": peers, "ports": ports}], "egress": [{"to": peers, "ports": ports}]}),
        ),
        json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy", "metadata": wide_meta, "spec": old_spec}),
        json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "BaselineAdminNetworkPolicy", "metadata": wide_meta, "spec": baseline_spec}),
        json!({"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy", "metadata": wide_meta, "spec": {
            "tier": "Admin", "priority": 1, "subject": subject,
            "ingress": [{"name": "n", "action": "Accept", "from": [{"namespaces": selector}], "protocols": [{"tcp": {"destinationPort": {"number": 80}}}]}],
            "egress": [{"name": "n", "action": "Pass", "to": [{"namespaces": selector}],
                        "protocols": [{"udp": {"destinationPort": {"range": {"start": 1, "end": 2}}}}, {"destinationNamedPort": "http"}]}],
        }}),
        json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": [{"apiVersion": "v1", "kind": "Namespace", "metadata": wide_meta}]}),
    ]
}

/// The value with each of its parts, one after the other, replaced.
fn with_each_part_replaced(value: &Value, by: &Value) -> Vec<Value> {
    let mut result = vec![by.clone()];
    match value {
        Value::Object(map) => {
            for (key, part) in map {
                for changed in with_each_part_replaced(part, by) {
                    let mut map = map.clone();
                    map.insert(key.clone(), changed);
                    result.push(Value::Object(map));
                }
            }
        }
        Value::Array(items) => {
            for (i, part) in items.iter().enumerate() {
                for changed in with_each_part_replaced(part, by) {
                    let mut items = items.clone();
                    items[i] = changed;
                    result.push(Value::Array(items));
                }
            }
        }
        _ => {}
    }
    result
}

#[test]
fn the_specimens_are_valid() {
    for specimen in specimens() {
        let text = yaml::document(&specimen);
        let scene = load(&text);
        // Where the person may have meant something else there is a warning, but the object is taken.
        assert_eq!(errors(&scene), [], "{text}");
    }
}

#[test]
fn wrong_types_in_every_field_are_errors_or_ignored_but_never_a_panic() {
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("é\u{1f600}"),
        json!([]),
        json!({}),
        json!([[]]),
        json!([null]),
    ];
    for specimen in specimens() {
        for by in &wrong {
            let changed = with_each_part_replaced(&specimen, by);
            assert!(changed.len() > 3);
            // All at once in one text, so that what is shared between documents is tried too.
            load(&yaml::documents(&changed));
        }
    }
}

#[test]
fn fields_with_a_wrong_type_are_named_with_their_line() {
    let text =
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: x\nspec:\n  podSelector: 7\n  ingress:\n    from: {}\n";
    let scene = load(text);
    let lines: Vec<u32> = errors(&scene).iter().map(|(line, _)| *line).collect();
    assert!(lines.contains(&6) && (lines.contains(&7) || lines.contains(&8)), "{:?}", errors(&scene));
}
