//! What decides about requests to an Ingress besides its rules. Upstream: documentation of ingress-nginx ("Annotations", "Ingress path matching", "Rewrite"),
//! "Ingress" of the Kubernetes documentation.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, NotAsked, PathAnswer};
use netpolis_core::settings::Settings;

const SHOP: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 10.1.0.4}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: s, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.0.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: s, labels: {app: api}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.0.6}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: s}, spec: {clusterIP: 10.96.0.5, selector: {app: web}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: api, namespace: s}, spec: {clusterIP: 10.96.0.6, selector: {app: api}, ports: [{port: 80}]}}
";
/// The controller's pod, and the Service by which clients come to it with their own address.
const CONTROLLER: &str = "
---
{apiVersion: v1, kind: Pod, metadata: {name: controller, namespace: ingress-nginx, labels: {app.kubernetes.io/name: ingress-nginx}}, spec: {nodeName: n1, containers: [{name: c, image: 'registry.k8s.io/ingress-nginx/controller:v1.12.0'}]}, status: {podIP: 10.244.0.9}}
---
{apiVersion: v1, kind: Service, metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}, spec: {type: LoadBalancer, externalTrafficPolicy: Local, clusterIP: 10.96.0.9, selector: {app.kubernetes.io/name: ingress-nginx}, ports: [{port: 80, nodePort: 30080}]}, status: {loadBalancer: {ingress: [{ip: 198.51.100.9}]}}}
";

fn ingress(name: &str, class: &str, annotations: &str, path: &str, service: &str) -> String {
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: {name}, namespace: s, annotations: {{{annotations}}}}}, spec: {{ingressClassName: {class}, \
         rules: [{{host: shop.example, http: {{paths: [{{{path}, backend: {service}}}]}}}}]}}}}\n"
    )
}

fn to(service: &str) -> String {
    format!("{{service: {{name: {service}, port: {{number: 80}}}}}}")
}

const ROOT: &str = "path: /, pathType: Prefix";

fn ask(text: &str, from: &str, to: &str) -> Result<PathAnswer, NotAsked> {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("all.yaml", text)]);
    scene.path(&Asked { from, to, port: None, protocol: Protocol::TCP, entry: None, node: None })
}

#[track_caller]
fn verdict(text: &str, from: &str, to: &str, expected: &str) -> String {
    let answer = ask(text, from, to).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(answer.verdict.as_str(), expected, "{from} {to}: {}\n{text}", answer.summary);
    assert!(answer.summary.len() > 10, "{}", answer.summary);
    answer.summary
}

#[test]
fn paths_may_be_expressions() {
    let rewrite = "nginx.ingress.kubernetes.io/use-regex: 'true', nginx.ingress.kubernetes.io/rewrite-target: /$2";
    let text = |path: &str| format!("{SHOP}{}", ingress("web", "nginx", rewrite, path, &to("web")));
    let something = text("path: /something(/|$)(.*), pathType: ImplementationSpecific");
    for (path, expected) in [
        ("/something", "allowed"),
        ("/something/new", "allowed"),
        ("/SOMETHING/new", "allowed"),
        ("/something?a=b", "allowed"),
        ("/somethingelse", "denied"),
        ("/other", "denied"),
    ] {
        verdict(&something, "203.0.113.7", &format!("http://shop.example{path}"), expected);
    }
    verdict(&something, "203.0.113.7", "ingress/s/web", "allowed");
    let hard = text("path: '/v[0-9]+/.*', pathType: ImplementationSpecific");
    assert!(verdict(&hard, "203.0.113.7", "http://shop.example/v1/x", "cannot tell").contains("regular expressions"));
    // One Ingress of a host makes expressions of all paths of the host.
    let other = ingress("api", "nginx", "", "path: /api, pathType: Prefix", &to("api"));
    verdict(&format!("{something}{other}"), "203.0.113.7", "http://shop.example/apix", "allowed");
    verdict(&format!("{SHOP}{other}"), "203.0.113.7", "http://shop.example/apix", "denied");
}

#[test]
fn what_implementation_specific_means_is_the_controllers_choice() {
    let text = format!("{SHOP}{}", ingress("web", "nginx", "", "path: /api, pathType: ImplementationSpecific", &to("web")));
    for (path, expected) in [("/api", "allowed"), ("/api/x", "allowed"), ("/apix", "allowed"), ("/", "denied")] {
        verdict(&text, "203.0.113.7", &format!("http://shop.example{path}"), expected);
    }
    let other = text.replace("ingressClassName: nginx", "ingressClassName: traefik");
    verdict(&other, "203.0.113.7", "http://shop.example/apix", "cannot tell");
}

#[test]
fn clients_are_let_through_by_the_address_that_the_controller_sees() {
    let only =
        ingress("web", "nginx", "nginx.ingress.kubernetes.io/whitelist-source-range: '203.0.113.0/24, 10.0.0.0/8'", ROOT, &to("web"));
    let not = ingress("web", "nginx", "nginx.ingress.kubernetes.io/denylist-source-range: 203.0.113.0/24", ROOT, &to("web"));
    let known = |ingress: &str| format!("{SHOP}{CONTROLLER}{ingress}");
    for (text, from, expected) in [
        (known(&only), "203.0.113.7", "allowed"),
        (known(&only), "198.51.100.7", "denied"),
        (known(&not), "203.0.113.7", "denied"),
        (known(&not), "198.51.100.7", "allowed"),
        // Whether a node puts its own address in place of the client's is not known.
        (format!("{SHOP}{only}"), "203.0.113.7", "cannot tell"),
        (format!("{SHOP}{not}"), "198.51.100.7", "cannot tell"),
        // A range that cannot be read.
        (known(&only.replace("203.0.113.0/24", "office")), "203.0.113.7", "cannot tell"),
    ] {
        verdict(&text, from, "http://shop.example/", expected);
    }
    // The node gives every client its own address.
    let masked = known(&only).replace("externalTrafficPolicy: Local, ", "");
    verdict(&masked, "198.51.100.7", "http://shop.example/", "allowed");
    assert!(verdict(&known(&only), "internet", "http://shop.example/", "cannot tell").contains("whole Internet"));
}

#[test]
fn annotations_that_answer_requests_leave_them_open() {
    for annotation in [
        "nginx.ingress.kubernetes.io/auth-url: 'https://auth.example'",
        "nginx.ingress.kubernetes.io/auth-type: basic",
        "nginx.ingress.kubernetes.io/server-snippet: 'return 403;'",
        "nginx.ingress.kubernetes.io/permanent-redirect: 'https://other.example'",
        "traefik.ingress.kubernetes.io/router.middlewares: s-auth@kubernetescrd",
        "nginx.org/policies: deny-all",
    ] {
        let text = format!("{SHOP}{}", ingress("web", "nginx", annotation, ROOT, &to("web")));
        let why = verdict(&text, "203.0.113.7", "http://shop.example/", "cannot tell");
        assert!(why.contains(annotation.split(':').next().unwrap()), "{why}");
    }
    // What stops the pods' traffic stops it all the same.
    let shut =
        "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: shut, namespace: s}, spec: {podSelector: {}}}\n";
    let auth = ingress("web", "nginx", "nginx.ingress.kubernetes.io/auth-type: basic", ROOT, &to("web"));
    verdict(&format!("{SHOP}{auth}{shut}"), "203.0.113.7", "http://shop.example/", "denied");
    let plain = ingress("web", "nginx", "nginx.ingress.kubernetes.io/proxy-body-size: 8m", ROOT, &to("web"));
    verdict(&format!("{SHOP}{plain}"), "203.0.113.7", "http://shop.example/", "allowed");
}

#[test]
fn canaries_resources_and_classes() {
    let web = ingress("web", "nginx", "", ROOT, &to("web"));
    let canary = ingress(
        "api",
        "nginx",
        "nginx.ingress.kubernetes.io/canary: 'true', nginx.ingress.kubernetes.io/canary-by-cookie: new",
        ROOT,
        &to("api"),
    );
    assert!(verdict(&format!("{SHOP}{web}{canary}"), "203.0.113.7", "http://shop.example/", "cannot tell").contains("s/api"));
    let resource = ingress("web", "nginx", "", ROOT, "{resource: {apiGroup: k8s.example.com, kind: Bucket, name: static}}");
    assert!(verdict(&format!("{SHOP}{resource}"), "203.0.113.7", "http://shop.example/", "cannot tell").contains("resource"));
    let internal = ingress("other", "internal", "", ROOT, &to("api"));
    let error = ask(&format!("{SHOP}{web}{internal}"), "203.0.113.7", "http://shop.example/").unwrap_err();
    assert!(error.to_string().contains("ingress/s/web") && error.to_string().contains("ingress/s/other"), "{error}");
    verdict(&format!("{SHOP}{web}{internal}"), "203.0.113.7", "ingress/s/other", "allowed");
}

/// ingress-nginx documentation, "Server Alias": a server with the same configuration under further names; one that is the host of a rule is ignored.
#[test]
fn a_server_may_have_further_names() {
    let alias = "nginx.ingress.kubernetes.io/server-alias: 'www.shop.example, *.eu.example'";
    let web = ingress("web", "nginx", alias, ROOT, &to("web"));
    let text = format!("{SHOP}{CONTROLLER}{web}");
    for (host, expected) in
        [("shop.example", "allowed"), ("www.shop.example", "allowed"), ("WWW.shop.example", "allowed"), ("a.eu.example", "allowed")]
    {
        verdict(&text, "203.0.113.5", &format!("http://{host}/"), expected);
    }
    for host in ["eu.example", "shop2.example"] {
        let summary = verdict(&text, "203.0.113.5", &format!("http://{host}/"), "denied");
        assert!(summary.contains("no Ingress rule matches"), "{summary}");
    }
    // A rule for the very host counts before, whatever the order.
    let own = ingress("api", "nginx", "", "path: /, pathType: Exact", &to("api")).replace("host: shop.example", "host: www.shop.example");
    let summary = verdict(&format!("{text}{own}"), "203.0.113.5", "http://www.shop.example/other", "denied");
    assert!(summary.contains("no Ingress rule matches"), "{summary}");
    // Where the host has TLS, its further names have.
    let tls = web.replace("ingressClassName", "tls: [{hosts: [shop.example], secretName: t}], ingressClassName");
    let summary = verdict(&format!("{SHOP}{CONTROLLER}{tls}"), "203.0.113.5", "http://www.shop.example/", "denied");
    assert!(summary.contains("redirect (308)"), "{summary}");
    // Whether an expression matches is not evaluated, and other controllers do not read the annotation.
    let expression = alias.replace("www.shop.example", "~^www");
    let text = format!("{SHOP}{CONTROLLER}{}", ingress("web", "nginx", &expression, ROOT, &to("web")));
    verdict(&text, "203.0.113.5", "http://www.shop.example/", "cannot tell");
    verdict(&text, "203.0.113.5", "http://shop.example/", "allowed");
    let traefik = format!("{SHOP}{}", ingress("web", "traefik", alias, ROOT, &to("web")));
    verdict(&traefik, "203.0.113.5", "http://www.shop.example/", "denied");
}
