//! What the input does not hold: the ingress controller, the endpoints of a Service, what a name stands for; and which network plugin it shows.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::endpoints::find;
use netpolis_core::explain::Answer;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, PathAnswer};
use netpolis_core::settings::Settings;
use netpolis_core::verdict::{Flow, Verdict};

const SHOP: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c, image: x, ports: [{containerPort: 8080}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {clusterIP: 10.96.0.9, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web, namespace: shop}, spec: {ingressClassName: nginx, defaultBackend: {service: {name: web, port: {number: 80}}}}}
";

fn scene(texts: &[&str]) -> Analysis {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("in.yaml", &texts.join("\n---\n"))]);
    scene
}

fn ingress(peer: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{podSelector: {{}}, ingress: [{{from: [{peer}]}}]}}}}"
    )
}

fn egress(rule: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{rule}]}}}}"
    )
}

fn why(scene: &Analysis, from: &str, to: &str, port: u16) -> Answer {
    let end = |name: &str| -> Endpoint { find(scene.snapshot(), name).unwrap().end };
    scene.decide(&Flow { from: end(from), to: end(to), traffic: Traffic::to_port(Protocol::TCP, port) })
}

fn path(scene: &Analysis, from: &str, to: &str, port: u16) -> PathAnswer {
    scene.path(&Asked { from, to, port: Some(port), protocol: Protocol::TCP, entry: None, node: None }).unwrap()
}

#[test]
fn a_controller_that_is_not_there_may_be_anywhere() {
    for (peer, expected) in [
        ("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}", Verdict::CannotTell),
        (
            "{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [x]}]}}",
            Verdict::CannotTell,
        ),
        ("{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}}", Verdict::Allowed),
        ("{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: DoesNotExist}]}}", Verdict::Denied),
        ("{namespaceSelector: {matchLabels: {ingress: 'true'}}}", Verdict::CannotTell),
        ("{namespaceSelector: {}}", Verdict::Allowed),
        ("{namespaceSelector: {}, podSelector: {matchLabels: {app: nginx}}}", Verdict::CannotTell),
        ("{ipBlock: {cidr: 0.0.0.0/0}}", Verdict::Allowed),
        ("{ipBlock: {cidr: 10.0.0.0/8}}", Verdict::CannotTell),
    ] {
        let scene = scene(&[SHOP, &ingress(peer)]);
        assert_eq!(why(&scene, "{ingress-controller}", "shop/web", 8080).verdict, expected, "{peer}");
        assert_eq!(path(&scene, "internet", "ingress/shop/web", 80).verdict.as_str(), expected.as_str(), "{peer}");
    }
    let closed =
        scene(&[SHOP, &ingress("{podSelector: {}}").replace(", ingress: [{from: [{podSelector: {}}]}]", ", policyTypes: [Ingress]")]);
    assert_eq!(why(&closed, "{ingress-controller}", "shop/web", 8080).verdict, Verdict::Denied);
}

#[test]
fn a_controller_that_is_there_is_known_by_its_image_or_its_service() {
    let of = |namespace: &str| ingress(&format!("{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}}}"));
    for (image, class) in [
        ("registry.k8s.io/ingress-nginx/controller:v1.12.1", "nginx"),
        ("docker.io/traefik:v3.3", "traefik"),
        ("registry:5000/kong", "kong"),
        ("haproxytech/kubernetes-ingress:3.1", "haproxy"),
    ] {
        let shop = SHOP.replace("ingressClassName: nginx", &format!("ingressClassName: {class}"));
        let controller = format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: front, namespace: entry}}, spec: {{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c, image: '{image}'}}]}}}}}}}}"
        );
        let known = |namespace: &str| why(&scene(&[&shop, &controller, &of(namespace)]), "{ingress-controller}", "shop/web", 8080).verdict;
        assert_eq!((known("entry"), known("other")), (Verdict::Allowed, Verdict::Denied), "{image}");
        if class != "nginx" {
            let foreign = why(&scene(&[SHOP, &controller, &of("entry")]), "{ingress-controller}", "shop/web", 8080);
            assert_eq!(foreign.verdict, Verdict::CannotTell, "{image} serves no class `nginx`");
        }
    }
    let service = "{apiVersion: v1, kind: Service, metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}, spec: {type: LoadBalancer, selector: {app: ctl}, ports: [{port: 80}]}}";
    let known = |policy: &str| why(&scene(&[SHOP, service, policy]), "{ingress-controller}", "shop/web", 8080).verdict;
    assert_eq!((known(&of("ingress-nginx")), known(&of("other"))), (Verdict::Allowed, Verdict::Denied));
    let labelled = |label: &str| ingress(&format!("{{namespaceSelector: {{}}, podSelector: {{matchLabels: {{{label}}}}}}}"));
    assert_eq!(
        (known(&labelled("app: ctl")), known(&labelled("app: other")), known(&labelled("tier: x"))),
        (Verdict::Allowed, Verdict::Denied, Verdict::CannotTell)
    );
}

#[test]
fn where_a_service_leads_that_the_input_does_not_say() {
    let api = "{apiVersion: v1, kind: Service, metadata: {name: kubernetes, namespace: default}, spec: {clusterIP: 10.96.0.1, ports: [{name: https, port: 443, targetPort: 6443}]}}";
    let legacy = "{apiVersion: v1, kind: Service, metadata: {name: legacy, namespace: shop}, spec: {clusterIP: 10.96.4.4, ports: [{name: sql, port: 5432}]}}";
    let alias =
        "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {type: ExternalName, externalName: db.example.com}}";
    let endpoints = "{apiVersion: v1, kind: Endpoints, metadata: {name: legacy, namespace: shop}, subsets: [{addresses: [{ip: 192.0.2.40}], ports: [{name: sql, port: 15432}]}]}";
    let anywhere = |ports: &str| egress(&format!("{{ports: [{ports}]}}"));
    let block = |cidr: &str| egress(&format!("{{to: [{{ipBlock: {{cidr: {cidr}}}}}]}}"));
    for (texts, to, port, expected) in [
        (alloc(&[api, &anywhere("{port: 6443}")]), "svc/default/kubernetes", 443, "allowed"),
        (alloc(&[api, &anywhere("{port: 443}")]), "svc/default/kubernetes", 443, "denied"),
        (alloc(&[api, &block("192.0.2.0/24")]), "svc/default/kubernetes", 443, "cannot tell"),
        (alloc(&[legacy, &anywhere("{port: 5432}")]), "svc/shop/legacy", 5432, "cannot tell"),
        (alloc(&[legacy, &anywhere("{port: 53}")]), "svc/shop/legacy", 5432, "denied"),
        (alloc(&[legacy, endpoints, &anywhere("{port: 15432}")]), "svc/shop/legacy", 5432, "allowed"),
        (alloc(&[legacy, endpoints, &block("192.0.2.0/25")]), "svc/shop/legacy", 5432, "allowed"),
        (alloc(&[legacy, endpoints, &block("192.0.2.128/25")]), "svc/shop/legacy", 5432, "denied"),
        (alloc(&[alias, &block("203.0.113.0/24")]), "svc/shop/db", 5432, "cannot tell"),
        (alloc(&[alias, &block("0.0.0.0/0")]), "svc/shop/db", 5432, "allowed"),
        (alloc(&[alias, &egress("{to: [{podSelector: {}}]}")]), "svc/shop/db", 5432, "denied"),
    ] {
        let all: Vec<&str> = [SHOP].into_iter().chain(texts.iter().map(String::as_str)).collect();
        let answer = path(&scene(&all), "shop/web", to, port);
        assert_eq!(answer.verdict.as_str(), expected, "{texts:?}: {}", answer.summary);
    }
    let answer = path(&scene(&[SHOP, legacy]), "shop/web", "svc/shop/legacy", 5432);
    assert!(answer.summary.contains("kubectl get endpointslices -n shop"), "{}", answer.summary);
}

fn alloc(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|t| (*t).to_string()).collect()
}

#[test]
fn the_network_plugin_of_the_input_decides_what_is_enforced() {
    let agent = |name: &str, image: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: {name}, namespace: kube-system}}, spec: {{selector: {{matchLabels: {{k: {name}}}}}, template: {{metadata: {{labels: {{k: {name}}}}}, spec: {{hostNetwork: true, containers: [{{name: c, image: '{image}'}}]}}}}}}}}"
        )
    };
    let db = "{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c, image: x}]}, status: {podIP: 10.244.1.11}}";
    let closed = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: closed, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}}";
    let verdict = |agents: &[String]| {
        let texts: Vec<&str> = [SHOP, db, closed].into_iter().chain(agents.iter().map(String::as_str)).collect();
        why(&scene(&texts), "shop/web", "shop/db", 5432)
    };
    let flannel = agent("kube-flannel-ds", "ghcr.io/flannel-io/flannel:v0.26.1");
    let idle = verdict(std::slice::from_ref(&flannel));
    assert_eq!(idle.verdict, Verdict::Allowed);
    assert!(
        idle.summary.contains("flannel (DaemonSet `kube-system/kube-flannel-ds`), which does not enforce policies"),
        "{}",
        idle.summary
    );
    for other in
        ["docker.io/calico/node:v3.29.1", "quay.io/cilium/cilium:v1.16.4", "registry.k8s.io/networking/kube-network-policies:v0.6.1"]
    {
        assert_eq!(verdict(&[flannel.clone(), agent("other", other)]).verdict, Verdict::Denied, "{other}");
    }
    assert_eq!(verdict(&[]).verdict, Verdict::Denied);
}
