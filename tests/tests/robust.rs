//! Text that nobody should paste: whatever it is, it costs bounded time, and what is wrong with it is said with its line.

use std::fmt::Write;
use std::time::{Duration, Instant};

use netpolis_core::analysis::Analysis;
use netpolis_core::diagnostics::{Diagnostic, Severity};
use netpolis_core::settings::Settings;
use netpolis_tests::generate::{Plan, generate};
use netpolis_tests::yaml;
use serde_json::{Value, json};

/// Far above what anything here takes, also on a slow machine without optimisation; a test that comes near it has met something
/// quadratic.
const LONGEST: Duration = Duration::from_secs(60);

/// Loads a text to the end: problems, all pairs and the places of all messages.
fn load(text: &str) -> Analysis {
    let started = Instant::now();
    let mut scene = Analysis::new(Settings::default());
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
fn errors(scene: &Analysis) -> Vec<(u32, &Diagnostic)> {
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

/// Objects of every kind of Calico's, with every field that is read.
fn calico_specimens() -> Vec<Value> {
    let entity = json!({
        "nets": ["10.0.0.0/8"], "notNets": ["10.1.0.0/16"], "selector": "a == 'b'", "notSelector": "has(c)", "namespaceSelector": "all()",
        "serviceAccounts": {"names": ["s"], "selector": "a in {'b'}"}, "ports": [80, "81:90", "http"], "notPorts": [82],
    });
    let rule = json!({"action": "Allow", "ipVersion": 4, "protocol": "TCP", "notProtocol": "UDP", "source": entity, "destination": entity, "metadata": {}});
    let ping = json!({"action": "Log", "protocol": "ICMP", "icmp": {"type": 8, "code": 0}, "notICMP": {"type": 3, "code": 4}});
    let web = json!({"action": "Allow", "protocol": "TCP", "http": {"methods": ["GET"], "paths": [{"exact": "/a"}, {"prefix": "/b"}]}});
    let service = json!({"action": "Pass", "destination": {"services": {"name": "s", "namespace": "n"}}});
    let spec = json!({
        "tier": "t", "order": 1.5, "selector": "a == 'b'", "serviceAccountSelector": "has(x)", "types": ["Ingress", "Egress"],
        "ingress": [rule, ping, web], "egress": [rule, service], "performanceHints": ["AssumeNeededOnEveryNode"],
    });
    let with = |extra: Value| {
        let mut spec = spec.clone();
        if let (Some(spec), Some(extra)) = (spec.as_object_mut(), extra.as_object()) {
            spec.extend(extra.clone());
        }
        spec
    };
    let meta = json!({"name": "x", "namespace": "y", "labels": {"a": "b"}});
    let wide = json!({"name": "x", "labels": {"a": "b"}});
    let object =
        |kind: &str, meta: &Value, spec: Value| json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": meta, "spec": spec});
    let hosts = json!({"namespaceSelector": "has(y)", "applyOnForward": true, "preDNAT": false, "doNotTrack": false});
    let policy = json!({"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"], "ingress": [{"ports": [{"port": 80}]}], "stagedAction": "Set"});
    let ports = json!([{"name": "p", "protocol": "TCP", "port": 80}]);
    let failsafe = json!([{"protocol": "tcp", "port": 22, "net": "10.0.0.0/8"}]);
    let tier = json!({"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": "t"}, "spec": {"order": 5, "defaultAction": "Pass"}});
    vec![
        tier,
        object("NetworkPolicy", &meta, spec.clone()),
        object("GlobalNetworkPolicy", &wide, with(hosts.clone())),
        object("StagedNetworkPolicy", &meta, with(json!({"stagedAction": "Set"}))),
        object("StagedGlobalNetworkPolicy", &wide, with(json!({"stagedAction": "Learn"}))),
        object("StagedKubernetesNetworkPolicy", &meta, policy),
        object("NetworkSet", &meta, json!({"nets": ["10.0.0.1", "10.0.0.0/24", "2001:db8::/32"]})),
        object("GlobalNetworkSet", &wide, json!({"nets": ["192.0.2.1"]})),
        object("Profile", &wide, json!({"ingress": [rule], "egress": [rule], "labelsToApply": {"a": "b"}})),
        object(
            "HostEndpoint",
            &wide,
            json!({"node": "n", "interfaceName": "eth0", "expectedIPs": ["10.0.0.4"], "profiles": ["x"], "ports": ports}),
        ),
        object(
            "WorkloadEndpoint",
            &meta,
            json!({"pod": "p", "node": "n", "orchestrator": "k8s", "serviceAccountName": "s",
            "ipNetworks": ["10.0.0.9/32"], "profiles": ["kns.y"], "ports": ports}),
        ),
        object("IPPool", &wide, json!({"cidr": "10.9.0.0/16", "disabled": false, "natOutgoing": true})),
        object(
            "FelixConfiguration",
            &json!({"name": "default"}),
            json!({"defaultEndpointToHostAction": "Accept", "bpfEnabled": false,
            "failsafeInboundHostPorts": failsafe, "failsafeOutboundHostPorts": []}),
        ),
        object(
            "KubeControllersConfiguration",
            &json!({"name": "default"}),
            json!({"controllers": {"node": {"hostEndpoint": {"autoCreate": "Enabled"}}}}),
        ),
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "s", "namespace": "n",
               "labels": {"kubernetes.io/service-name": "s"}}, "addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.9"], "conditions": {"ready": false}}],
               "ports": [{"name": "p", "protocol": "TCP", "port": 80}]}),
    ]
}

/// A policy with this selector.
fn selecting(selector: &str) -> String {
    let policy = json!({"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy", "metadata": {"name": "x"},
                        "spec": {"selector": "all()", "ingress": [{"action": "Allow", "source": {"serviceAccounts": {"selector": selector}}}]}});
    format!("{POD}---\n{}", yaml::document(&policy))
}

#[test]
fn selectors_of_any_length_and_depth_end_in_an_answer_or_an_error() {
    let chain = vec!["a == 'b'"; 10_000].join(" || ");
    assert!(errors(&load(&selecting(&chain))).is_empty(), "a long chain is a selector");
    let deep = format!("{}a == 'b'{}", "(".repeat(50_000), ")".repeat(50_000));
    let nested = format!("{}a == 'b'{}", "!(!has(x) && ".repeat(20_000), ")".repeat(20_000));
    let long = format!("{} == 'b'", "a".repeat(100_000));
    let open = "(".repeat(100_000);
    let negated = format!("{}has(a)", "!".repeat(100_000));
    for text in [&deep, &nested, &long, &open] {
        let scene = load(&selecting(text));
        let errors = errors(&scene);
        assert!(errors.iter().any(|(line, e)| e.code.0 == "CAL001" && *line > 8), "{errors:?}");
    }
    assert!(errors(&load(&selecting(&negated))).is_empty(), "pairs of ! cancel");
    assert!(errors(&load(&selecting("a == 'b")))[0].1.message.contains("unterminated string"));
}

#[test]
fn an_error_in_a_selector_points_at_its_character() {
    let text = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: x}\nspec:\n  selector: app == 'web' & tier == 'db'\n";
    let scene = load(text);
    let place = scene.problems().iter().find(|p| p.code.0 == "CAL001").and_then(|p| p.place).expect("an error");
    assert_eq!(scene.sources().slice(place), "&");
}

#[test]
fn ten_thousand_tiers_are_evaluated() {
    let mut text = String::from(POD);
    for i in 0..10_000 {
        let _ = write!(
            text,
            "---\n{{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {{name: t{i}}}, spec: {{order: {i}}}}}\n---\n{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: p{i}}}, spec: {{tier: t{i}, selector: all(), ingress: [{{action: Pass}}]}}}}\n"
        );
    }
    let scene = load(&text);
    assert_eq!(scene.compiled().ruleset().tiers.len(), 10_000);
    assert_eq!(errors(&scene), []);
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
    for specimen in specimens().into_iter().chain(calico_specimens()) {
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
    for specimen in specimens().into_iter().chain(calico_specimens()) {
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

/// Small texts of Azure's in all shapes, with which fuzzers begin too.
const AZURE: [&str; 5] = [
    include_str!("../../fuzz/seeds/commands.sh"),
    include_str!("../../fuzz/seeds/template.json"),
    include_str!("../../fuzz/seeds/effective.json"),
    include_str!("../../fuzz/seeds/terraform.json"),
    include_str!("../../fuzz/seeds/short.yaml"),
];

/// What is put into texts: marks of all their languages, numbers at borders, and pieces that mean something.
const PIECES: [&str; 36] = [
    "'",
    "\"",
    "\\",
    "\\\n",
    "$",
    "${",
    "$(",
    ")",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "(",
    ",",
    ":",
    "=",
    "--",
    ";",
    "|",
    "#",
    "\n",
    "\r\n",
    "\t",
    "\u{e9}",
    "\u{1f600}",
    "0",
    "-1",
    "65536",
    "99999999999999999999",
    "10.0.0.0/33",
    "null",
    "copyIndex()",
    "[parameters('",
    "concat(concat(",
    "--=",
];

/// A text with a few changes: something cut out, doubled, moved or put in.
fn mutated(text: &str, random: &mut netpolis_tests::random::Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..1 + random.below(4) {
        let mut border = |text: &str| {
            let at = random.below(text.len() + 1);
            (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
        };
        let (a, b) = (border(&text), border(&text));
        let (a, b) = (a.min(b), a.max(b).min(a.min(b) + 60));
        let b = (b..=text.len()).find(|b| text.is_char_boundary(*b)).unwrap_or(text.len());
        let part = text[a..b].to_owned();
        match random.below(5) {
            0 => text.replace_range(a..b, ""),
            1 => text.insert_str(b, &part),
            2 => text.truncate(b),
            3 => text.replace_range(a..b, PIECES[random.below(PIECES.len())]),
            _ => text.insert_str(a, PIECES[random.below(PIECES.len())]),
        }
    }
    text
}

#[test]
fn texts_of_azure_in_any_state_load() {
    let mut random = netpolis_tests::random::Random::new(11);
    for text in AZURE {
        let whole = load(text);
        assert!(!whole.snapshot().cloud.is_empty(), "{:#?}", whole.problems());
        for _ in 0..600 {
            let text = mutated(text, &mut random);
            let scene = load(&text);
            // And answers come of it.
            let machines = scene.snapshot().cloud.interfaces.iter().filter_map(|i| i.addresses.first().copied()).take(2);
            for to in machines {
                let from = netpolis_core::compile::Endpoint::Outside(std::net::Ipv4Addr::new(203, 0, 113, 7).into());
                let traffic = netpolis_core::connections::Traffic::to_port(netpolis_core::model::Protocol::TCP, 443);
                let flow = netpolis_core::verdict::Flow { from, to: netpolis_core::compile::Endpoint::Outside(to), traffic };
                assert!(!scene.decide(&flow).summary.is_empty());
            }
        }
    }
}

#[test]
fn every_beginning_of_a_text_of_azure_loads() {
    for text in AZURE {
        for end in (0..text.len()).step_by(13).filter(|end| text.is_char_boundary(*end)) {
            load(&text[..end]);
        }
    }
}

/// Logs are long, and may be cut, or be no logs: each byte is looked at a few times at most.
#[test]
fn flow_logs_are_read_in_linear_time() {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("scene.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}}")]);
    let flow = r#"{"flow":{"verdict":"FORWARDED","is_reply":false,"l4":{"TCP":{"source_port":40000,"destination_port":80}},"source":{"namespace":"shop","pod_name":"web"},"destination":{"labels":["reserved:world"]},"IP":{"destination":"203.0.113.7"}}}"#;
    for line in [flow, "{", "[", "{,", "[,", "{\"a\":[", "{\"a", "[\"a", "}", "\"", "a,b", "data: {", "{\"records\":["] {
        let lines = if line == flow { 10_000 } else { 100_000 };
        let text = format!("{line}\n").repeat(lines);
        let started = Instant::now();
        let found = scene.flow_logs(&[netpolis_core::answers::flow_logs::Log { name: "log", text: &text }]);
        assert!(started.elapsed() < LONGEST, "{line}: {:?}", started.elapsed());
        assert_eq!(found.judged() + found.aside() + found.not_matched() + found.not_read(), found.entries(), "{line}");
        assert_eq!(found.judged(), if line == flow { lines } else { 0 }, "{line}");
    }
}
