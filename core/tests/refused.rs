//! Objects that are no policies and that an API server refuses are evaluated all the same: as far as their meaning is plain, and what is not is "cannot
//! tell". That they are refused, and why, is upstream's validation: apimachinery `pkg/api/validation`, `pkg/apis/core/validation`, Calico's
//! `libcalico-go/lib/validator/v3`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::diagnostics::Severity;
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::settings::{Engine, Settings};
use netpolis_core::verdict::Flow;

const UNKNOWN: &str = "cannot tell";
const NODE: &str = "{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 10.1.1.1}]}}";
const NAMESPACE: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: prod}}}";
const CLIENT: &str = "{apiVersion: v1, kind: Pod, metadata: {name: client, namespace: shop, labels: {app: client}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.1.5}}";
const WEB: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, \
    spec: {containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}, status: {podIP: 10.244.1.6}}";
/// Everybody in `shop` takes connections from `app: client, version: "1"` and of namespaces `env: prod` at port `http`, and from pods `app: web`.
const POLICY: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np, namespace: shop}, spec: {podSelector: {}, \
    policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: client}}, namespaceSelector: {matchLabels: {env: prod}}}], \
    ports: [{port: http}]}, {from: [{podSelector: {matchLabels: {tier: '1'}}}, {podSelector: {matchLabels: {tier: 'true'}}}, \
    {podSelector: {matchLabels: {tier: '1.10'}}}]}]}}";

fn scene(objects: &[&str]) -> Analysis {
    let mut scene = Analysis::new(Settings { engine: Engine::Detected, ..Settings::default() });
    scene.set_files(&[("a.yaml", &objects.join("\n---\n"))]);
    scene
}

fn end(scene: &Analysis, name: &str) -> Endpoint {
    if let Ok(address) = name.parse() {
        return Endpoint::Outside(address);
    }
    let node = || scene.snapshot().nodes().find(|(_, n)| n.name == name).map(|(id, _)| Endpoint::Node(id));
    let pod = scene.snapshot().pods().find(|(_, e)| e.name == name).map(|(id, _)| Endpoint::Pod(id));
    pod.or_else(node).unwrap_or_else(|| panic!("{name} is not in the scene"))
}

/// The answer to a question like `web db 5432`, which all pairs must agree with, and why.
fn ask(scene: &Analysis, question: &str) -> (&'static str, String) {
    let words: Vec<&str> = question.split(' ').collect();
    let traffic = Traffic::to_port(Protocol::TCP, words[2].parse().unwrap());
    let flow = Flow { from: end(scene, words[0]), to: end(scene, words[1]), traffic };
    let answer = scene.decide(&flow);
    let pair = scene.connectivity().between(flow.from, flow.to);
    let covered = |set: &ConnectionSet| ConnectionSet::of_traffic(traffic).difference(set).is_empty();
    let of_pair = match (covered(pair.allowed), covered(pair.possible)) {
        (true, _) => "allowed",
        (false, true) => UNKNOWN,
        (false, false) => "denied",
    };
    assert_eq!(answer.verdict.as_str(), of_pair, "{question}");
    (of_pair, answer.summary)
}

#[track_caller]
fn check(objects: &[&str], questions: &[(&str, &str)]) {
    let scene = scene(objects);
    let text = objects.join("\n---\n");
    assert!(scene.loaded().diagnostics.iter().any(|d| d.severity == Severity::Error), "no error in {text}");
    for (question, verdict) in questions {
        let (found, why) = ask(&scene, question);
        assert_eq!(found, *verdict, "{question}: {why}\n{text}");
        if found == UNKNOWN {
            assert!(why.contains("an API server refuses it"), "{question}: {why}");
        }
    }
}

fn pod(metadata: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {metadata}, spec: {{containers: [{{name: c, ports: [{{name: http, containerPort: 80}}]}}]}}}}"
    )
}

fn with_ports(ports: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: x, namespace: shop, labels: {{app: x}}}}, spec: {{containers: [{{name: c, ports: {ports}}}]}}}}"
    )
}

#[test]
fn labels_of_the_wrong_type_mean_what_is_written() {
    // apimachinery `ObjectMeta.Labels map[string]string`: "cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string".
    for value in ["1", "true", "1.10"] {
        let object = pod(&format!("{{name: x, namespace: shop, labels: {{tier: {value}}}}}"));
        check(
            &[NAMESPACE, CLIENT, WEB, POLICY, &object],
            &[("x web 443", "allowed"), ("client web 443", "denied"), ("client x 80", "allowed")],
        );
    }
    let of_template = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x, namespace: shop}, spec: {selector: {matchLabels: {tier: 1}}, \
        template: {metadata: {labels: {tier: 1}}, spec: {containers: [{name: c}]}}}}";
    check(&[NAMESPACE, CLIENT, WEB, POLICY, of_template], &[("x web 443", "allowed"), ("client x 80", "denied")]);
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: prod, generation: 2}}}";
    check(&[namespace, CLIENT, WEB, POLICY], &[("client web 80", "allowed"), ("client web 443", "denied")]);
    let set =
        "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {name: s, labels: {set: 1}}, spec: {nets: [192.0.2.0/24]}}";
    let policy = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: g}, spec: {selector: app == 'web', types: [Ingress], \
        ingress: [{action: Allow, source: {selector: set == '1'}}]}}";
    check(&[NAMESPACE, WEB, policy, set], &[("192.0.2.1 web 80", "allowed"), ("192.0.3.1 web 80", "denied")]);
}

#[test]
fn forms_whose_meaning_is_plain() {
    for object in [
        pod("{name: X, namespace: shop, labels: {app: x}}").replace("name: X", "name: x, annotations: {a: 1}"),
        pod("{name: x, namespace: shop, labels: {app: 'not a value'}}"),
        pod("{name: x, namespace: shop, labels: {app: x, 'not a key': y}}"),
        with_ports("[{name: http, containerPort: '80'}]"),
        with_ports("[{name: http, containerPort: 80, protocol: tcp}]"),
        with_ports("[{name: http, containerPort: 80, hostPort: 99999}]"),
        with_ports("[{name: http, containerPort: 80}, {name: a-port-name-of-more-than-15, containerPort: 81}]"),
        with_ports("[{name: http, containerPort: 80}, {containerPort: 70000}]"),
        with_ports("[{name: http, containerPort: 80}]").replace("spec: {", "spec: {serviceAccountName: 5, hostNetwork: 'false', "),
        // apps/validation `ValidateDeploymentSpec`: a selector is required, and must not be empty; the pods are those of the template.
        deployment("template: {T}"),
        deployment("selector: {}, template: {T}"),
        deployment("selector: {matchExpressions: [{key: app, operator: Is, values: [x]}]}, template: {T}"),
        deployment("replicas: -1, selector: {matchLabels: {app: x}}, template: {T}"),
        deployment("replicas: '2', selector: {matchLabels: {app: x}}, template: {T}"),
    ] {
        check(
            &[NAMESPACE, CLIENT, WEB, POLICY, &object],
            &[("client x 80", "allowed"), ("client x 443", "denied"), ("x web 80", "denied"), ("client web 80", "allowed")],
        );
    }
    // Names.
    let scene = scene(&[NAMESPACE, CLIENT, POLICY, &pod("{namespace: shop, labels: {app: x}}"), &pod("{name: 5, namespace: shop}")]);
    assert_eq!(ask(&scene, "client unnamed-0 80").0, "allowed");
    assert_eq!(ask(&scene, "client 5 80").0, "allowed");
}

fn deployment(spec: &str) -> String {
    let template = "{metadata: {labels: {app: x}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 80}]}]}}";
    let spec = spec.replace("{T}", template);
    format!("{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: x, namespace: shop}}, spec: {{{spec}}}}}")
}

#[test]
fn labels_that_cannot_be_read() {
    // Only rules that ask for the label are in doubt.
    for labels in ["{tier: [a]}", "{tier: {a: b}}", "{app: client, tier: [a]}"] {
        let object = pod(&format!("{{name: x, namespace: shop, labels: {labels}}}"));
        check(
            &[NAMESPACE, CLIENT, WEB, POLICY, &object],
            &[("x web 443", UNKNOWN), ("client x 80", "allowed"), ("client web 443", "denied")],
        );
    }
    for metadata in [
        "{name: x, namespace: shop, labels: [a]}",
        "{name: x, namespace: shop, labels: app=x}",
        "{name: x, namespace: shop, lables: {a: b}}",
    ] {
        check(
            &[NAMESPACE, CLIENT, WEB, POLICY, &pod(metadata)],
            &[("x web 443", UNKNOWN), ("x web 80", UNKNOWN), ("client x 80", "allowed")],
        );
    }
    // Written twice: sigs.k8s.io/yaml refuses "key already set in map".
    let twice = pod("{name: x, namespace: shop, labels: {tier: '1', tier: '2'}}");
    check(&[NAMESPACE, CLIENT, WEB, POLICY, &twice], &[("x web 443", UNKNOWN), ("client x 443", "denied")]);
    for metadata in [
        "{name: shop, labels: {env: [prod]}}",
        "{name: shop, labels: [env]}",
        "{name: shop, labels: {env: prod, env: dev}}",
        "{labels: {env: prod}}",
    ] {
        let namespace = format!("{{apiVersion: v1, kind: Namespace, metadata: {metadata}}}");
        check(&[&namespace, CLIENT, WEB, POLICY], &[("client web 443", "denied")]);
        assert_eq!(ask(&scene(&[&namespace, CLIENT, WEB, POLICY]), "client web 80").0, UNKNOWN, "{metadata}");
    }
    // What holds them is written twice, or is none.
    let twice = "{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: shop}, metadata: {name: x, namespace: shop, labels: {tier: '2'}}, spec: {containers: [{name: c}]}}";
    check(&[NAMESPACE, CLIENT, WEB, POLICY, twice], &[("x web 443", UNKNOWN), ("client web 443", "denied")]);
    let template = deployment("selector: {matchLabels: {app: x}}, template: {T}, template: {T}");
    check(&[NAMESPACE, CLIENT, WEB, POLICY, &template], &[("x web 443", UNKNOWN), ("client x 80", UNKNOWN), ("client web 443", "denied")]);
    let spec = "{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: shop, labels: {app: x}}, spec: {hostNetwork: true}, spec: {containers: [{name: c}]}}";
    check(&[NAMESPACE, CLIENT, WEB, POLICY, spec], &[("x web 443", UNKNOWN), ("client x 443", UNKNOWN), ("client web 443", "denied")]);
    // Nothing of the pods is known but where they are.
    for spec in ["", "selector: {matchLabels: {app: x}}", "selector: {matchLabels: {app: x}}, template: [a]"] {
        check(
            &[NAMESPACE, CLIENT, WEB, POLICY, &deployment(spec)],
            &[("x web 443", UNKNOWN), ("client x 80", UNKNOWN), ("client web 443", "denied"), ("client web 80", "allowed")],
        );
    }
}

#[test]
fn ports_that_cannot_be_read() {
    for ports in
        ["[{name: http, containerPort: 70000}]", "[{name: http, containerPort: web}]", "[{name: http}]", "{name: http, containerPort: 80}"]
    {
        let others = [("client web 443", "denied"), ("client web 80", "allowed"), ("x web 80", "denied")];
        let questions = [&[("client x 80", UNKNOWN)], others.as_slice()].concat();
        check(&[NAMESPACE, CLIENT, WEB, POLICY, &with_ports(ports)], &questions);
        // Nobody names the port: it does not matter.
        let policy = POLICY.replace("{port: http}", "{port: 80}");
        check(&[NAMESPACE, CLIENT, WEB, &policy, &with_ports(ports)], &[("client x 80", "allowed"), ("client x 443", "denied")]);
    }
    // A rule of the client's.
    let policy = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np, namespace: shop}, spec: {podSelector: {matchLabels: \
        {app: client}}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}}";
    let questions = [("client x 80", UNKNOWN), ("client web 443", "denied"), ("client web 80", "allowed"), ("web x 80", "allowed")];
    check(&[NAMESPACE, CLIENT, WEB, policy, &with_ports("[{name: http, containerPort: 70000}]")], &questions);
    let host = with_ports("[]").replace("spec: {", "spec: {hostNetwork: maybe, ");
    check(&[NAMESPACE, CLIENT, WEB, POLICY, &host], &[("client x 80", UNKNOWN), ("x web 80", UNKNOWN), ("client web 80", "allowed")]);
}

#[test]
fn objects_of_calico() {
    let policy = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: g}, spec: {selector: app == 'web', types: [Ingress], \
        ingress: [{action: Allow, protocol: TCP, source: {selector: set == 'x'}, destination: {ports: [80]}}]}}";
    let set = |labels: &str, nets: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: {{name: s, labels: {labels}}}, spec: {{nets: {nets}}}}}"
        )
    };
    for (set, questions) in [
        (set("{set: x}", "[192.0.2.0/24, 10.0.0.0/33]"), ["allowed", UNKNOWN, "denied"]),
        (set("{set: x}", "192.0.2.0/24"), [UNKNOWN, UNKNOWN, "denied"]),
        (set("{set: y}", "[192.0.2.0/24, 10.0.0.0/33]"), ["denied", "denied", "denied"]),
        (set("[x]", "[192.0.2.0/24]"), [UNKNOWN, "denied", "denied"]),
        (set("{set: [x]}", "[192.0.2.0/24]"), [UNKNOWN, "denied", "denied"]),
    ] {
        let asked = ["192.0.2.1 web 80", "198.51.100.1 web 80", "192.0.2.1 web 443"];
        let questions: Vec<(&str, &str)> = asked.into_iter().zip(questions).collect();
        check(&[NAMESPACE, WEB, CLIENT, policy, &set], &questions);
    }
    // A host endpoint may be on any node.
    let host = |spec: &str| format!("{{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: h}}, spec: {spec}}}");
    for spec in ["{interfaceName: '*'}", "{node: n1}"] {
        check(&[NODE, NAMESPACE, WEB, policy, &host(spec)], &[("web n1 80", UNKNOWN), ("192.0.2.1 web 80", "denied")]);
    }
    // The policies of a tier whose order cannot be read.
    let tier = "{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: sec}, spec: {order: first}}";
    let in_tier = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: sec.a}, spec: {tier: sec, selector: app == 'client', \
        types: [Ingress], ingress: [{action: Deny, source: {nets: [192.0.2.1/32]}}, {action: Pass}]}}";
    let scene = scene(&[NAMESPACE, WEB, CLIENT, tier, in_tier]);
    assert_eq!(ask(&scene, "192.0.2.1 client 80").0, UNKNOWN);
    assert_eq!(ask(&scene, "192.0.2.1 web 80").0, "allowed");
}

#[test]
fn ways_to_services() {
    let service = |spec: &str| format!("{{apiVersion: v1, kind: Service, metadata: {{name: svc, namespace: shop}}, spec: {spec}}}");
    let policy = POLICY.replace("{port: http}", "{port: 80}");
    for (spec, verdict) in [
        ("{selector: {app: web}, ports: [{port: 80}, {port: 81}]}", "allowed"),
        ("{type: Clusterip, selector: {app: web}, ports: [{port: 80}]}", "allowed"),
        ("{selector: {app: web}, ports: [{port: '80'}]}", "allowed"),
        ("{selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}", "allowed"),
        ("{selector: {app: web}, ports: [{port: 80, targetPort: '80'}]}", "allowed"),
        ("{selector: {app: web, version: 1}, ports: [{port: 80}]}", "denied"),
        ("{type: Foo, selector: {app: web}, ports: [{port: 80}]}", UNKNOWN),
        ("{selector: [web], ports: [{port: 80}]}", UNKNOWN),
        ("{selector: {app: [web]}, ports: [{port: 80}]}", UNKNOWN),
        ("{selector: {app: web}, ports: [{port: 80, targetPort: 99999}]}", UNKNOWN),
        ("{selector: {app: web}, selector: {app: x}, ports: [{port: 80}]}", UNKNOWN),
        ("[]", UNKNOWN),
    ] {
        let scene = scene(&[NAMESPACE, CLIENT, WEB, &policy, &service(spec)]);
        let asked = Asked { from: "shop/client", to: "svc/shop/svc", port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
        let answer = scene.path(&asked).unwrap_or_else(|error| panic!("{error}: {spec}"));
        assert_eq!(answer.verdict.as_str(), verdict, "{}: {spec}", answer.summary);
    }
    let good = service("{selector: {app: web}, ports: [{port: 80}]}");
    for (backend, refused) in [("{service: {name: svc}}", true), ("{service: {name: svc, port: {number: 99999}}}", true)] {
        let ingress = format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: in, namespace: shop}}, spec: {{defaultBackend: {backend}}}}}"
        );
        let scene = scene(&[NAMESPACE, CLIENT, WEB, &policy, &good, &ingress]);
        let asked = Asked { from: "192.0.2.1", to: "ingress/shop/in", port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
        let answer = scene.path(&asked).unwrap();
        assert_eq!(answer.verdict.as_str() == UNKNOWN && answer.summary.contains("Ingress `shop/in`"), refused, "{}", answer.summary);
    }
}

#[test]
fn pods_of_kinds_that_are_not_read_may_stand_behind_a_service() {
    let kafka = "{apiVersion: kafka.strimzi.io/v1beta2, kind: Kafka, metadata: {name: bus, namespace: shop}, spec: {}}";
    let service = |name: &str, selector: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: {name}, namespace: shop}}, spec: {{selector: {selector}, ports: [{{port: 80}}]}}}}"
        )
    };
    let services = [service("bus", "{strimzi.io/name: bus}"), service("web", "{app: web}")];
    let policy = POLICY.replace("{port: http}", "{port: 80}");
    let ask = |scene: &Analysis, to: &str| {
        let asked = Asked { from: "shop/client", to, port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
        scene.path(&asked).unwrap()
    };
    let with = scene(&[NAMESPACE, CLIENT, WEB, &policy, &services[0], &services[1], kafka]);
    let answer = ask(&with, "svc/shop/bus");
    assert_eq!(answer.verdict.as_str(), UNKNOWN, "{}", answer.summary);
    assert!(answer.summary.contains("Kafka `shop/bus`"), "{}", answer.summary);
    let answer = ask(&with, "svc/shop/web");
    assert_eq!(answer.verdict.as_str(), "allowed", "{}", answer.summary);
    assert!(answer.notes.iter().any(|note| note.starts_with("The pods of Kafka `shop/bus` are not read")), "{:?}", answer.notes);
    assert_eq!(with.missing_pods().unwrap().places.len(), 1);
    let without = scene(&[NAMESPACE, CLIENT, WEB, &policy, &services[0], &services[1]]);
    assert_eq!(ask(&without, "svc/shop/bus").verdict.as_str(), "denied");
    assert!(without.missing_pods().is_none());
}

#[test]
fn services_of_pods_that_cannot_be_read() {
    let service = |selector: &str, port: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: svc, namespace: shop}}, spec: {{selector: {selector}, ports: [{port}]}}}}"
        )
    };
    let policy = POLICY.replace("{port: http}", "{port: 80}");
    let broken = with_ports("[{name: http, containerPort: 70000}]");
    let open = pod("{name: x, namespace: shop, labels: {app: [x]}}");
    for (pod, selector, port, verdict) in [
        (&broken, "{app: x}", "{port: 80, targetPort: http}", UNKNOWN),
        (&broken, "{app: x}", "{port: 80}", "allowed"),
        (&open, "{app: x}", "{port: 80}", UNKNOWN),
        (&open, "{app: web}", "{port: 80}", "allowed"),
        (&open, "{tier: x}", "{port: 80}", "denied"),
    ] {
        let scene = scene(&[NAMESPACE, CLIENT, WEB, &policy, pod, &service(selector, port)]);
        let asked = Asked { from: "shop/client", to: "svc/shop/svc", port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
        let answer = scene.path(&asked).unwrap();
        assert_eq!(answer.verdict.as_str(), verdict, "{selector} {port}: {}", answer.summary);
    }
}

#[test]
fn what_another_version_of_the_input_says_counts() {
    // An API server takes the one, refuses the other: the cluster has the one.
    let refused = pod("{name: web, namespace: shop, labels: {app: 5}}");
    for objects in [[WEB, refused.as_str()], [refused.as_str(), WEB]] {
        let scene = scene(&[NAMESPACE, CLIENT, POLICY, objects[0], objects[1]]);
        assert_eq!(scene.snapshot().endpoints.len(), 2);
        assert_eq!(scene.snapshot().endpoints.iter().find(|e| e.name == "web").unwrap().labels.get("app"), Some("web"));
    }
}

/// What selectors see of a service account and of a host endpoint: Calico's `libcalico-go/lib/backend/k8s/conversion` and `felix/labelindex`.
#[test]
fn labels_of_service_accounts_and_hosts_that_cannot_be_read() {
    let policy = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: g}, spec: {selector: app == 'web', types: [Ingress], \
        ingress: [{action: Deny, source: {serviceAccounts: {selector: team == 'red'}}}, {action: Allow, source: {serviceAccounts: {selector: has(tier)}}}]}}";
    let client = CLIENT.replace("spec: {", "spec: {serviceAccountName: robot, ");
    let account =
        |labels: &str| format!("{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: robot, namespace: shop, labels: {labels}}}}}");
    // `metadata.labels` is a map from text to text.
    for (labels, verdict) in [
        ("{tier: a, bad: [1]}", "allowed"),
        ("{tier: a, team: [red]}", UNKNOWN),
        ("{team: red, tier: [a]}", "denied"),
        ("{team: blue, tier: [a]}", "allowed"),
        ("[tier]", UNKNOWN),
    ] {
        check(&[NAMESPACE, &client, WEB, policy, &account(labels)], &[("client web 80", verdict)]);
    }

    let closed = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: h}, spec: {selector: role == 'worker', types: [Ingress]}}";
    let open = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: o}, spec: {selector: app == 'web', types: [Ingress], \
        ingress: [{action: Allow, source: {selector: role == 'worker'}}]}}";
    let host = |labels: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: h1, labels: {labels}}}, \
             spec: {{node: n1, interfaceName: eth0, expectedIPs: [10.1.1.1], profiles: [projectcalico-default-allow]}}}}"
        )
    };
    for (labels, to_host, from_host) in [
        ("{role: other, bad: {}}", "allowed", "denied"),
        ("{role: worker, bad: {}}", "denied", "allowed"),
        ("{role: {}}", UNKNOWN, UNKNOWN),
        ("[role]", UNKNOWN, UNKNOWN),
    ] {
        let questions = [("192.0.2.9 n1 9000", to_host), ("n1 web 80", from_host)];
        // On another node: its own may reach it whatever policies say.
        let elsewhere = WEB.replace("spec: {", "spec: {nodeName: n2, ");
        check(&[NAMESPACE, NODE, &elsewhere, closed, open, &host(labels)], &questions);
    }
}

/// Nodes that the input only names have labels that nobody knows, and their automatic host endpoints have them too
/// (`kube-controllers/pkg/controllers/node`).
#[test]
fn automatic_host_endpoints_of_nodes_that_are_only_named() {
    let closed = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: h}, spec: {selector: role == 'worker', types: [Ingress]}}";
    let automatic = "{apiVersion: projectcalico.org/v3, kind: KubeControllersConfiguration, metadata: {name: default}, \
        spec: {controllers: {node: {hostEndpoint: {autoCreate: Enabled}}}}}";
    let placed = WEB.replace("spec: {", "spec: {nodeName: n1, ");
    let named = scene(&[NAMESPACE, &placed, closed, automatic]);
    let (verdict, why) = ask(&named, "192.0.2.9 n1 9000");
    assert_eq!(verdict, UNKNOWN, "{why}");
    assert!(why.contains("the labels of node `n1`, which is not in the input; add it (`kubectl get nodes -o yaml`)"), "{why}");
    let given = scene(&[NAMESPACE, NODE, &placed, closed, automatic]);
    assert_eq!(ask(&given, "192.0.2.9 n1 9000").0, "allowed");
    let labelled = NODE.replace("name: n1", "name: n1, labels: {role: worker}");
    assert_eq!(ask(&scene(&[NAMESPACE, &labelled, &placed, closed, automatic]), "192.0.2.9 n1 9000").0, "denied");
}

/// A template makes a host endpoint for each node that its selector selects (`kube-controllers/pkg/controllers/node`, `generateTemplates`).
#[test]
fn a_template_may_make_host_endpoints_for_nodes_whose_labels_cannot_be_read() {
    let closed =
        "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: h}, spec: {selector: all(), types: [Ingress]}}";
    let templates = "{apiVersion: projectcalico.org/v3, kind: KubeControllersConfiguration, metadata: {name: default}, spec: {controllers: {node: \
        {hostEndpoint: {autoCreate: Enabled, createDefaultHostEndpoint: Disabled, templates: [{generateName: t, interfaceCIDRs: [10.1.1.0/24], \
        nodeSelector: role == 'edge'}]}}}}}";
    for (labels, verdict) in [
        ("{role: edge}", "denied"),
        ("{role: other}", "allowed"),
        ("{role: [edge]}", UNKNOWN),
        ("[role]", UNKNOWN),
        ("{bad: [1]}", "allowed"),
    ] {
        let node = NODE.replace("name: n1", &format!("name: n1, labels: {labels}"));
        let scene = scene(&[NAMESPACE, &node, closed, templates]);
        let (found, why) = ask(&scene, "192.0.2.9 n1 9000");
        assert_eq!(found, verdict, "{labels}: {why}");
    }
}

/// `from` reaches `to` at TCP 80, in these files.
#[track_caller]
fn asked(text: &str, from: &str, to: &str, verdict: &str, says: &str) {
    let scene = scene(&[NAMESPACE, NODE, CLIENT, WEB, text]);
    let (found, why) = ask(&scene, &format!("{from} {to} 80"));
    assert!(found == verdict && why.contains(says), "{text}: {found}: {why}");
}

#[test]
fn a_policy_whose_namespace_cannot_be_read_may_be_in_any() {
    let policy = |metadata: &str| {
        format!("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, {metadata}}}, spec: {{podSelector: {{}}}}}}")
    };
    for metadata in ["namespace: '${NS}'", "namespace: <your-namespace>", "namespace: NAMESPACE", "namespace: [shop]", "namepsace: shop"] {
        asked(&policy(metadata), "client", "web", UNKNOWN, "its namespace cannot be read");
    }
    asked(&policy("namespace: other"), "client", "web", "allowed", "");
    // Where pods are in it too, it is the same one.
    let pod = WEB.replace("name: web, namespace: shop", "name: own, namespace: '${NS}'");
    let scene = scene(&[NAMESPACE, CLIENT, WEB, &pod, &policy("namespace: '${NS}'")]);
    assert_eq!(ask(&scene, "client web 80").0, "allowed");
    assert_eq!(ask(&scene, "client own 80").0, "denied");
    let calico =
        "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: p, namespace: '$(NS)'}, spec: {types: [Ingress]}}";
    asked(calico, "client", "web", UNKNOWN, "its namespace cannot be read");
}

#[test]
fn a_field_beside_the_spec_of_a_policy_is_in_doubt() {
    let policy =
        |rest: &str| format!("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, {rest}}}");
    asked(&policy("spec: {podSelector: {}}, ingress: [{}]"), "client", "web", UNKNOWN, "has no field `ingress`");
    asked(&policy("Spec: {podSelector: {}, ingress: [{}]}"), "client", "web", UNKNOWN, "not evaluated");
    asked(&policy("spec: {podSelector: {}}, status: {}"), "client", "web", "denied", "");
}

#[test]
fn directions_that_are_written_twice_are_both_in_doubt() {
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  policyTypes: [Egress]";
    asked(policy, "client", "web", UNKNOWN, "not evaluated");
}

#[test]
fn a_policy_whose_order_cannot_be_read_may_come_first() {
    let policies = |order: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {{order: {order}, selector: app == 'web', types: [Ingress], ingress: [{{action: Deny}}]}}}}\n---\n\
             {{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: a}}, spec: {{order: 10, selector: app == 'web', types: [Ingress], ingress: [{{action: Allow}}]}}}}"
        )
    };
    for order in ["'5'", "five", "[5]"] {
        asked(&policies(order), "client", "web", UNKNOWN, "`g` is not evaluated");
    }
    // As a number in quotation marks it plainly comes after.
    asked(&policies("'50'"), "client", "web", "allowed", "");
    asked(&policies("5"), "client", "web", "denied", "");
}

#[test]
fn host_endpoints_and_failsafe_ports_that_are_refused_are_in_doubt() {
    let host =
        |spec: &str| format!("{{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: h}}, spec: {{node: n1, {spec}}}}}");
    asked(&host("interfaceName: eth0"), "203.0.113.5", "n1", "denied", "");
    asked(&host("ports: []"), "203.0.113.5", "n1", UNKNOWN, "HostEndpoint `h` is not evaluated");
    // Without a node it may be on the node with the address that it expects, or on any.
    let without = |spec: &str| host(spec).replace("node: n1, ", "");
    asked(&without("interfaceName: '*'"), "203.0.113.5", "n1", UNKNOWN, "HostEndpoint `h` is not evaluated");
    let other = NODE.replace("n1", "n2").replace("10.1.1.1", "10.1.1.2");
    for (expected, verdict) in [("10.1.1.1", UNKNOWN), ("10.1.1.2", "allowed"), ("10.1.1.3", UNKNOWN)] {
        let text = format!("{other}\n---\n{}", without(&format!("interfaceName: '*', expectedIPs: [{expected}]")));
        asked(&text, "203.0.113.5", "n1", verdict, "");
    }
    let felix = |port: &str| {
        format!(
            "{}\n---\n{{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {{name: default}}, spec: {{failsafeInboundHostPorts: [{port}]}}}}",
            host("interfaceName: eth0")
        )
    };
    asked(&felix("{protocol: tcp, port: 80}"), "203.0.113.5", "n1", "allowed", "");
    asked(&felix("{protocol: tcpp, port: 80}"), "203.0.113.5", "n1", UNKNOWN, "failsafe ports are not evaluated");
    asked(&felix("{port: 80}"), "203.0.113.5", "n1", UNKNOWN, "failsafe ports are not evaluated");
}

/// Upstream: `libcalico-go/lib/backend/k8s/resources`, `ConvertK8sResourceToCalicoResource`: what Calico stores has its labels and its name there.
#[test]
fn labels_and_names_of_stored_objects_stand_in_an_annotation() {
    let set = |annotation: &str| {
        format!(
            "{{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkSet, metadata: {{name: office, annotations: {{projectcalico.org/metadata: '{annotation}'}}}}, spec: {{nets: [203.0.113.0/24]}}}}\n---\n\
             {{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {{selector: app == 'web', types: [Ingress], ingress: [{{action: Allow, source: {{selector: role == 'office'}}}}]}}}}"
        )
    };
    asked(&set(r#"{"labels":{"role":"office"}}"#), "203.0.113.5", "web", "allowed", "");
    asked(&set(r#"{"labels":{"role":"home"}}"#), "203.0.113.5", "web", "denied", "");
    asked(&set("not JSON {"), "203.0.113.5", "web", UNKNOWN, "");
    let policies = |name: &str| {
        format!(
            "{{apiVersion: crd.projectcalico.org/v1, kind: NetworkPolicy, metadata: {{name: default.a, namespace: shop, annotations: {{projectcalico.org/metadata: '{{\"name\":\"{name}\"}}'}}}}, spec: {{order: 1, tier: default, selector: all(), types: [Ingress], ingress: [{{action: Deny}}]}}}}\n---\n\
             {{apiVersion: crd.projectcalico.org/v1, kind: NetworkPolicy, metadata: {{name: default.b, namespace: shop}}, spec: {{order: 1, tier: default, selector: all(), types: [Ingress], ingress: [{{action: Allow}}]}}}}"
        )
    };
    asked(&policies("zz"), "client", "web", "allowed", "`shop/b`");
    asked(&policies("a"), "client", "web", "denied", "`shop/a`");
}

#[test]
fn an_address_of_two_pods_is_neither() {
    let twin = WEB.replace("name: web, namespace: shop", "name: twin, namespace: other");
    let found = scene(&[NAMESPACE, CLIENT, WEB, &twin]).flow("shop/client", "10.244.1.6", Traffic::to_port(Protocol::TCP, 80));
    assert!(found.is_err_and(|error| error.to_string().contains("could be `other/twin` or `shop/web`")));
}

/// Upstream: `kubernetes/api` core/v1, ServiceSpec: `allocateLoadBalancerNodePorts`; Kubernetes documentation, Service, "type: NodePort": 30000 to 32767.
#[test]
fn node_ports_that_are_not_given_are_some_of_their_range_or_none() {
    let service = |spec: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: shop}}, spec: {{selector: {{app: web}}, ports: [{{port: 80}}], {spec}}}}}"
        )
    };
    let host = "{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: h, labels: {host: 'yes'}}, spec: {node: n1, interfaceName: eth0, profiles: [projectcalico-default-allow]}}";
    let closed = |ports: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {{selector: host == 'yes', preDNAT: true, applyOnForward: true, types: [Ingress], \
             ingress: [{{action: Deny, protocol: TCP, destination: {{ports: [{ports}]}}}}, {{action: Allow}}]}}}}"
        )
    };
    let path = |service: &str, ports: &str| {
        let scene = scene(&[NAMESPACE, NODE, WEB, host, &closed(ports), service]);
        let asked = Asked {
            from: "203.0.113.5",
            to: "svc/shop/s",
            port: None,
            protocol: Protocol::TCP,
            entry: Some(netpolis_core::path::Entry::NodePort),
            node: None,
        };
        let answer = scene.path(&asked).unwrap();
        (answer.verdict.as_str(), answer.summary)
    };
    let of_node = service("type: NodePort");
    assert_eq!(path(&of_node, "'30000:32767'").0, "denied");
    assert_eq!(path(&of_node, "80").0, "allowed");
    assert_eq!(path(&of_node, "30080").0, UNKNOWN);
    let (verdict, why) = path(&service("type: LoadBalancer, allocateLoadBalancerNodePorts: false"), "80");
    assert!(verdict == "denied" && why.contains("has no node port"), "{verdict}: {why}");
}

/// Upstream: FelixConfiguration, `iptablesFilterAllowAction`: "Use `Return` to send the traffic back up to the system chains for further processing."
#[test]
fn what_felix_leaves_to_the_nodes_own_filter_cannot_be_told() {
    let felix = |action: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {{name: default}}, spec: {{iptablesFilterAllowAction: {action}}}}}"
        )
    };
    let policy = |action: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{types: [Ingress], ingress: [{{action: {action}}}]}}}}"
        )
    };
    let both = |felix: String, action: &str| format!("{felix}\n---\n{}", policy(action));
    asked(&both(felix("Return"), "Allow"), "client", "web", UNKNOWN, "iptablesFilterAllowAction");
    asked(&both(felix("Return"), "Deny"), "client", "web", "denied", "");
    asked(&both(felix("Accept"), "Allow"), "client", "web", "allowed", "");
}
