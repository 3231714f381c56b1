//! Fields that a kind does not have and values that it does not take: an API server refuses them, so where they may decide nothing is certain.
//!
//! Upstream: "Kubernetes API Concepts", Field validation; kubernetes/kubernetes `pkg/apis/core/validation` (`ValidateService`, `ValidateNonSpecialIP`),
//! `pkg/apis/discovery/validation` and `pkg/apis/networking/validation` (`validateIngressRules`, `validateHTTPIngressPath`).
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Severity;
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::settings::{Engine, Settings};

const SCENE: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: 10.244.1.0/24}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, spec: {podCIDR: 10.244.2.0/24}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Pod, metadata: {name: cli, namespace: shop, labels: {app: cli}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.1.10}}
---
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, labels: {app: a}}, spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}, status: {podIP: 10.244.1.20}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: shop, labels: {app: b}}, spec: {nodeName: n2, containers: [{name: c, ports: [{name: http, containerPort: 9090}]}]}, status: {podIP: 10.244.2.20}}
---
";
const UNKNOWN: &str = "cannot tell";

fn scene(text: &str) -> Analysis {
    let mut scene = Analysis::new(Settings { engine: Engine::Detected, ..Settings::default() });
    scene.set_files(&[("scene.yaml", SCENE), ("rest.yaml", text)]);
    scene
}

/// The verdict of a path at TCP 80, or the port after `#`, and what is said.
fn path(text: &str, from: &str, to: &str) -> (&'static str, String) {
    let scene = scene(text);
    let (to, port) = to.split_once('#').map_or((to, None), |(to, port)| (to, Some(port.parse().unwrap())));
    let asked = Asked { from, to, port, protocol: Protocol::TCP, entry: None, node: None };
    let answer = scene.path(&asked).unwrap_or_else(|error| panic!("{error}: {text}"));
    (answer.verdict.as_str(), answer.summary)
}

/// The same, which must be refused with an error that has these words.
#[track_caller]
fn refused(text: &str, from: &str, to: &str, verdict: &str, error: &str) {
    let has_error = |p: &&netpolis_core::diagnostics::Diagnostic| p.severity == Severity::Error && p.message.contains(error);
    let scene = scene(text);
    assert!(scene.problems().iter().any(|p| has_error(&p)), "{error}: {:?}", scene.problems());
    let (found, why) = path(text, from, to);
    assert_eq!(found, verdict, "{why}: {text}");
}

fn service(spec: &str) -> String {
    format!("{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: shop}}, spec: {spec}}}")
}

const TO_9090: &str = "\n---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{port: 9090}]}]}}";

#[test]
fn fields_and_values_of_a_service() {
    let good = "selector: {app: b}, ports: [{port: 80, targetPort: 9090}]";
    assert_eq!(path(&service(&format!("{{{good}}}")), "shop/cli", "svc/shop/s").0, "allowed");
    for (fields, error) in [
        ("internalTrafficpolicy: Local", "unknown field \"spec.internalTrafficpolicy\""),
        ("internalTrafficPolicy: local", "spec.internalTrafficPolicy: Unsupported value: \"local\""),
        ("trafficDistribution: PreferClosest", "spec.trafficDistribution: Unsupported value"),
        ("clusterIP: none", "spec.clusterIP: Invalid value: \"none\": must be a valid IP address"),
        ("clusterIPs: [none]", "spec.clusterIPs[0]: Invalid value: \"none\": must be a valid IP address"),
        ("publishNotReadyAdresses: true", "unknown field \"spec.publishNotReadyAdresses\""),
    ] {
        refused(&service(&format!("{{{good}, {fields}}}")), "shop/cli", "svc/shop/s", UNKNOWN, error);
    }
    // Where it leads is plain all the same.
    for (fields, error) in [
        ("clusterIP: 10.96.0.300", "spec.clusterIP: Invalid value: \"10.96.0.300\": must be a valid IP address"),
        ("externalIPs: [127.0.0.1]", "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range"),
        (
            "type: NodePort, loadBalancerSourceRanges: [198.18.0.0/15]",
            "spec.loadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
        ),
    ] {
        refused(&service(&format!("{{{good}, {fields}}}")), "shop/cli", "svc/shop/s", "allowed", error);
    }
    let target = service("{selector: {app: b}, ports: [{port: 80, targetport: 9090}]}");
    refused(&(target.clone() + TO_9090), "shop/cli", "svc/shop/s", UNKNOWN, "unknown field \"spec.ports[0].targetport\"");
    let (_, why) = path(&target, "shop/cli", "svc/shop/s");
    assert!(why.contains("`targetport` of Service `shop/s` is not evaluated: its kind has no such field"), "{why}");
    let beside = "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, selector: {app: b}, spec: {selector: {app: a}, ports: [{port: 80}]}}";
    refused(beside, "shop/cli", "svc/shop/s", UNKNOWN, "unknown field \"selector\"");
}

#[test]
fn ports_of_nodes_and_load_balancers() {
    let at_nodes = |rest: &str, port: &str| {
        service(&format!(
            "{{type: NodePort, clusterIP: 10.96.0.5, selector: {{app: b}}, {rest} ports: [{{port: 80, targetPort: 9090, {port}}}]}}"
        ))
    };
    let outside = "203.0.113.9";
    assert_eq!(path(&at_nodes("", "nodePort: 30080"), outside, "192.0.2.11#30080").0, "allowed");
    refused(
        &at_nodes("externalTrafficPolicy: local,", "nodePort: 30080"),
        outside,
        "192.0.2.11#30080",
        UNKNOWN,
        "Unsupported value: \"local\"",
    );
    refused(&at_nodes("", "nodeport: 30080"), outside, "192.0.2.11#30080", UNKNOWN, "unknown field \"spec.ports[0].nodeport\"");
    assert_eq!(path(&at_nodes("", "nodeport: 30080"), outside, "192.0.2.11#443").0, "allowed", "the node itself");
    let headless = at_nodes("", "nodePort: 30080").replace("10.96.0.5", "None");
    refused(
        &headless,
        outside,
        "192.0.2.11#30080",
        UNKNOWN,
        "spec.clusterIP: Invalid value: \"None\": may not be set to 'None' for NodePort services",
    );
    let ranges = at_nodes("loadbalancerSourceRanges: [198.18.0.0/15],", "nodePort: 30080").replace("NodePort,", "LoadBalancer,");
    refused(&ranges, outside, "svc/shop/s", UNKNOWN, "unknown field \"spec.loadbalancerSourceRanges\"");
}

#[test]
fn names_that_a_service_stands_for() {
    let alias = |name: &str| service(&format!("{{type: ExternalName, externalName: '{name}', ports: [{{port: 80}}]}}"));
    let error = "spec.externalName: Invalid value: \"http://x.example\": a lowercase RFC 1123 subdomain must consist of";
    refused(&alias("http://x.example"), "shop/cli", "svc/shop/s", "denied", error);
    let scene = scene(&alias("x.example."));
    assert!(scene.problems().iter().all(|p| p.severity != Severity::Error), "{:?}", scene.problems());
}

#[test]
fn endpoint_slices() {
    let slice = |fields: &str| {
        service("{clusterIP: 10.96.0.5, ports: [{name: x, port: 80, targetPort: 8080}]}")
            + &format!(
                "\n---\n{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: s-1, namespace: shop, labels: {{kubernetes.io/service-name: s}}}}, {fields}}}"
            )
    };
    let ports = "ports: [{name: x, port: 8080, protocol: TCP}]";
    let (from, to) = ("shop/cli", "svc/shop/s");
    assert_eq!(path(&slice(&format!("addressType: IPv4, {ports}, endpoints: [{{addresses: [10.244.1.20]}}]")), from, to).0, "allowed");
    let (of_condition, of_type, of_name) = (
        slice(&format!("addressType: IPv4, {ports}, endpoints: [{{addresses: [10.244.1.20], condition: {{ready: false}}}}]")),
        slice(&format!("{ports}, endpoints: [{{addresses: [10.244.1.20]}}]")),
        slice(&format!("addressType: IPv4, {ports}, endpoints: [{{addresses: [db.example.com]}}]")),
    );
    refused(&of_condition, from, to, UNKNOWN, "unknown field \"endpoints[0].condition\"");
    refused(&of_type, from, to, "allowed", "addressType: Required value");
    refused(&of_name, from, to, UNKNOWN, "endpoints[0].addresses[0]: Invalid value: \"db.example.com\": must be a valid IP address");
    let twice = ports.replace("}]", "}, {name: x, port: 8081, protocol: TCP}]");
    let of_port = slice(&format!("addressType: IPv4, {twice}, endpoints: [{{addresses: [10.244.1.20]}}]"));
    refused(&of_port, from, to, UNKNOWN, "ports[1].name: Duplicate value: \"x\"");
}

#[test]
fn ingresses() {
    let ingress = |host: &str, path: &str| {
        service("{clusterIP: 10.96.0.5, selector: {app: a}, ports: [{name: web, port: 80, targetPort: 8080}]}")
            + &format!(
                "\n---\n{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: i, namespace: shop}}, spec: {{rules: [{{{host}, http: {{paths: [{{{path}, backend: {{service: \
                 {{name: s, port: {{number: 80}}}}}}}}]}}}}]}}}}"
            )
    };
    let outside = "203.0.113.9";
    let (own, prefix) = ("host: a.example", "path: /, pathType: Prefix");
    assert_eq!(path(&ingress(own, prefix), outside, "http://a.example/").0, "allowed");
    for (host, rule, to, verdict, error) in [
        ("hosts: [a.example]", prefix, "http://b.example/", UNKNOWN, "unknown field \"spec.rules[0].hosts\""),
        (own, "path: /x, pathtype: Exact", "http://a.example/x/y", UNKNOWN, "pathType: Required value: pathType must be specified"),
        (own, "path: /", "http://a.example/", UNKNOWN, "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"),
        (
            own,
            "path: foo, pathType: Prefix",
            "http://a.example/foo",
            UNKNOWN,
            "paths[0].path: Invalid value: \"foo\": must be an absolute path",
        ),
        (own, "path: /, pathType: Prefixx", "http://a.example/", UNKNOWN, "pathType: Unsupported value: \"Prefixx\""),
        ("host: 'a.example:8080'", prefix, "http://a.example/", UNKNOWN, "spec.rules[0].host: Invalid value: \"a.example:8080\""),
        ("host: 192.0.2.1", prefix, "http://a.example/", UNKNOWN, "must be a DNS name, not an IP address"),
        // A word in the wrong case is plain.
        (own, "path: /, pathType: prefix", "http://a.example/", "allowed", "pathType: Unsupported value: \"prefix\""),
        (own, "path: /x, pathType: exact", "http://a.example/x/y", "denied", "pathType: Unsupported value: \"exact\""),
        ("host: A.example", prefix, "http://a.example/", "allowed", "spec.rules[0].host: Invalid value: \"A.example\""),
        (own, "pathType: Prefix", "http://a.example/", "allowed", "path: Invalid value: \"\": must be an absolute path"),
    ] {
        if error.contains("192.0.2.1") || host.contains("192.0.2.1") {
            assert!(scene(&ingress(host, rule)).problems().iter().any(|p| p.message.contains(error)));
            continue;
        }
        refused(&ingress(host, rule), outside, to, verdict, error);
    }
    let old = ingress(own, "path: /").replace("networking.k8s.io/v1,", "networking.k8s.io/v1beta1,");
    let old = old.replace("service: {name: s, port: {number: 80}}", "serviceName: s, servicePort: 80");
    assert_eq!(path(&old, outside, "http://a.example/").0, "allowed");
    // Hosts of others are as they were.
    let other = ingress("host: b.example", "path: /").split_once("---\n").unwrap().1.replace("name: i,", "name: o,");
    let both = format!("{}\n---\n{other}", ingress(own, prefix));
    assert_eq!(path(&both, outside, "http://a.example/").0, "allowed");
    assert_eq!(path(&both, outside, "http://b.example/").0, UNKNOWN);
}

#[track_caller]
fn flow(text: &str, from: &str, to: &str, port: u16, verdict: &str) {
    let scene = scene(text);
    let asked = scene.flow(from, to, Traffic::to_port(Protocol::TCP, port)).unwrap_or_else(|error| panic!("{error}"));
    let answer = scene.decide(&asked);
    assert_eq!(answer.verdict.as_str(), verdict, "{}: {text}", answer.summary);
}

#[test]
fn pods() {
    let pod = |metadata: &str, spec: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: z, namespace: shop, {metadata}}}, spec: {{nodeName: n2, {spec}}}, status: {{podIP: 10.244.2.30}}}}"
        )
    };
    let policy = |rest: &str| {
        format!(
            "\n---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: z}}}}, policyTypes: [Ingress]{rest}}}}}"
        )
    };
    let (labels, http) = ("labels: {app: z}", "containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]");
    flow(&(pod(labels, http) + &policy("")), "shop/cli", "shop/z", 8080, "denied");
    let network = pod(labels, &format!("hostnetwork: true, {http}")) + &policy("");
    flow(&network, "shop/cli", "shop/z", 8080, UNKNOWN);
    let named = policy(", ingress: [{ports: [{port: http}]}]");
    flow(&(pod(labels, http) + &named), "shop/cli", "shop/z", 8080, "allowed");
    flow(&(pod(labels, &http.replace("ports:", "port:")) + &named), "shop/cli", "shop/z", 8080, UNKNOWN);
    flow(&(pod(labels, &http.replace("name: http", "Name: http")) + &named), "shop/cli", "shop/z", 8080, UNKNOWN);
    let in_spec = pod("annotations: {}", &format!("{labels}, {http}")) + &policy("");
    flow(&in_spec, "shop/cli", "shop/z", 8080, UNKNOWN);
    flow(&in_spec, "shop/cli", "shop/a", 8080, "allowed");
    // What says nothing of connections leaves the pod as it is.
    flow(&(pod(labels, &format!("hostNam: x, {http}")) + &policy("")), "shop/cli", "shop/z", 8080, "denied");
    flow(&(pod(labels, &format!("hostNam: x, {http}")) + &policy("")), "shop/cli", "shop/a", 8080, "allowed");
    let host_port = pod(labels, &http.replace("containerPort", "hostport: 80, containerPort"));
    let (found, why) = path(&host_port, "203.0.113.9", "192.0.2.12#80");
    assert!(found == UNKNOWN && why.contains("`hostport` of Pod `shop/z` is not evaluated"), "{why}");
    assert_eq!(path(&host_port, "203.0.113.9", "192.0.2.12#443").0, "allowed");
    assert_eq!(path(&host_port, "203.0.113.9", "192.0.2.11#80").0, "allowed");
}

/// Upstream: tigera/docs, IPPool: `natOutgoing`.
#[test]
fn pools() {
    let closed = |pool: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {{name: x}}, spec: {{cidr: 10.244.0.0/16{pool}}}}}\n---\n\
             {{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: h, labels: {{r: x}}}}, spec: {{node: n2, interfaceName: eth0, expectedIPs: [192.0.2.12]}}}}\n---\n\
             {{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: g}}, spec: {{selector: r == 'x', types: [Ingress], ingress: [{{action: Allow, source: {{nets: [10.244.0.0/16]}}}}]}}}}"
        )
    };
    flow(&closed(""), "shop/cli", "node/n2", 80, "allowed");
    flow(&closed(", natOutgoing: true"), "shop/cli", "node/n2", 80, "denied");
    flow(&closed(", natoutgoing: true"), "shop/cli", "node/n2", 80, UNKNOWN);
}
