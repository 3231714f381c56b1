//! Which controller serves an Ingress, and how ingress-nginx and AGIC read it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::ingress_flows::ingress_flows;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, HopKind, PathAnswer, Share};
use netpolis_core::settings::Settings;

/// Two pods behind Services `a` and `b`.
fn shop() -> String {
    let of = |name: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}, spec: {{containers: [{{name: c, image: i, ports: [{{containerPort: 8080}}]}}]}}}}\n---\n{{apiVersion: v1, kind: Service, metadata: {{name: {name}, namespace: shop}}, spec: {{selector: {{app: {name}}}, ports: [{{name: w, port: 80, targetPort: 8080}}]}}}}\n"
        )
    };
    of("a") + &of("b")
}

fn to(service: &str, path: &str, kind: &str) -> String {
    format!("{{path: '{path}', pathType: {kind}, backend: {{service: {{name: {service}, port: {{number: 80}}}}}}}}")
}

/// An Ingress with the rest of its metadata and spec, its host and its paths.
fn ingress(name: &str, meta: &str, spec: &str, host: &str, paths: &str) -> String {
    let host = if host.is_empty() { String::new() } else { format!("host: '{host}', ") };
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: {name}, namespace: shop, {meta}}}, spec: {{{spec}, rules: [{{{host}http: {{paths: [{paths}]}}}}]}}}}\n"
    )
}

const NGINX: &str = "ingressClassName: nginx";
const HOST: &str = "shop.example";

fn class(name: &str, controller: &str, meta: &str) -> String {
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {{name: {name}, {meta}}}, spec: {{controller: {controller}}}}}\n"
    )
}

/// An ingress-nginx with these arguments, and its Service.
fn nginx(namespace: &str, args: &str) -> String {
    let labels = "{app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}";
    format!(
        "---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: ingress-nginx-controller, namespace: {namespace}}}, spec: {{selector: {{matchLabels: {labels}}}, template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: controller, image: 'registry.k8s.io/ingress-nginx/controller:v1.10.0', args: [/nginx-ingress-controller, {args}], ports: [{{name: http, containerPort: 80}}]}}]}}}}}}}}\n---\n{{apiVersion: v1, kind: Service, metadata: {{name: ingress-nginx-controller, namespace: {namespace}}}, spec: {{type: LoadBalancer, selector: {labels}, ports: [{{name: http, port: 80, targetPort: http}}]}}}}\n"
    )
}

/// The policy of an app: it lets in pods of this namespace, or nobody.
fn policy(app: &str, namespace: Option<&str>) -> String {
    let from = namespace
        .map_or(String::new(), |n| format!("{{from: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {n}}}}}}}]}}"));
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: {app}, namespace: shop}}, spec: {{podSelector: {{matchLabels: {{app: {app}}}}}, policyTypes: [Ingress], ingress: [{from}]}}}}\n"
    )
}

fn ask(text: &str, from: &str, to: &str) -> PathAnswer {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("all.yaml", text)]);
    scene
        .path(&Asked { from, to, port: None, protocol: Protocol::TCP, entry: None, node: None })
        .unwrap_or_else(|error| panic!("{to}: {error}"))
}

/// Asks, and expects a verdict and a part of what is said.
#[track_caller]
fn holds(text: &str, to: &str, verdict: &str, says: &str) {
    let answer = ask(text, "203.0.113.5", to);
    let said: Vec<&str> = answer.branches.iter().flat_map(|b| &b.hops).map(|hop| hop.text.as_str()).collect();
    assert_eq!(answer.verdict.as_str(), verdict, "{to}: {said:?}");
    assert!(said.iter().any(|text| text.contains(says)), "{to}: {said:?}");
}

/// The pods that get requests.
#[track_caller]
fn served(text: &str, to: &str) -> Vec<String> {
    let answer = ask(text, "203.0.113.5", to);
    let last = |hop: &&netpolis_core::path::Hop| matches!(hop.kind, HopKind::Place(_));
    answer
        .branches
        .iter()
        .filter_map(|b| b.hops.iter().rev().find(last))
        .map(|hop| hop.title.trim_start_matches("Pod shop/").to_owned())
        .collect()
}

/// Upstream: Kubernetes documentation, "Ingress class"; ingress-nginx, `docs/user-guide/k8s-122-migration.md` and `multiple-ingress.md`.
#[test]
fn the_class_says_which_controller_connects_to_the_pods() {
    let root = to("a", "/", "Prefix");
    let of_class = |class: &str| ingress("i", "", &format!("ingressClassName: {class}"), HOST, &root);
    let two = nginx("nginx-ext", "--ingress-class=nginx-external, --controller-class=k8s.io/nginx-external")
        + &nginx("nginx-int", "--ingress-class=nginx-internal, --controller-class=k8s.io/nginx-internal")
        + &class("nginx-external", "k8s.io/nginx-external", "")
        + &class("nginx-internal", "k8s.io/nginx-internal", "");
    let internal = shop() + &policy("a", Some("nginx-int")) + &two;
    holds(&(internal.clone() + &of_class("nginx-internal")), "http://shop.example/", "allowed", "");
    holds(&(internal.clone() + &of_class("nginx-external")), "http://shop.example/", "denied", "");
    // A default class is that of an Ingress without one.
    let bare = |meta: &str| ingress("i", meta, "defaultBackend: {service: {name: a, port: {number: 80}}}", HOST, &root);
    let default = internal.replace(
        "metadata: {name: nginx-internal, }",
        "metadata: {name: nginx-internal, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}",
    );
    holds(&(default + &bare("")), "http://shop.example/", "allowed", "");
    holds(&(internal.clone() + &bare("")), "http://shop.example/", "denied", "it has no class, no IngressClass is the default");
    // The annotation is compared with `--ingress-class`.
    let annotated = |name: &str| bare(&format!("annotations: {{kubernetes.io/ingress.class: {name}}}"));
    holds(&(internal.clone() + &annotated("nginx-internal")), "http://shop.example/", "allowed", "");
    holds(&(internal + &annotated("other")), "http://shop.example/", "cannot tell", "its class is `other`");
    // One controller, and Ingresses that it may ignore.
    let one = |args: &str| shop() + &policy("a", Some("ingress-nginx")) + &nginx("ingress-nginx", args);
    let plain = one("--ingress-class=nginx");
    holds(&(plain.clone() + &of_class("nginx")), "http://shop.example/", "allowed", "");
    holds(
        &(plain.clone() + &of_class("alb") + &class("alb", "ingress.k8s.aws/alb", "")),
        "http://shop.example/",
        "cannot tell",
        "`ingress.k8s.aws/alb`",
    );
    holds(&(plain.clone() + &of_class("traefik")), "http://shop.example/", "cannot tell", "its class is `traefik`");
    holds(&(plain.clone() + &of_class("inner")), "http://shop.example/", "cannot tell", "whose IngressClass is not in the input");
    holds(&(plain.clone() + &of_class("inner") + &class("inner", "k8s.io/ingress-nginx", "")), "http://shop.example/", "allowed", "");
    holds(&(plain.clone() + &bare("")), "http://shop.example/", "cannot tell", "a default IngressClass is not in the input");
    holds(
        &(plain + &bare("") + &class("alb", "ingress.k8s.aws/alb", "")),
        "http://shop.example/",
        "denied",
        "no controller of the input serves",
    );
    let watching = one("--ingress-class=nginx, --watch-ingress-without-class=true");
    holds(&(watching + &bare("")), "http://shop.example/", "allowed", "");
    // No controller in the input: whose pods connect is known of classes outside the cluster at most.
    holds(&(shop() + &of_class("alb")), "http://shop.example/", "cannot tell", "the addresses from which it connects are not in the input");
    holds(&(shop() + &of_class("nginx")), "http://shop.example/", "allowed", "");
}

/// `{ingress-controller}` is the controller that serves the Ingresses.
#[test]
fn the_ingress_controller_is_the_one_that_serves() {
    let both = shop()
        + &policy("a", Some("nginx-int"))
        + &nginx("nginx-ext", "--ingress-class=ext, --controller-class=k8s.io/ext")
        + &nginx("nginx-int", "--ingress-class=int, --controller-class=k8s.io/int")
        + &class("ext", "k8s.io/ext", "")
        + &class("int", "k8s.io/int", "");
    let of = |name: &str, class: &str| {
        ingress(name, "", &format!("ingressClassName: {class}"), &format!("{name}.example"), &to("a", "/", "Prefix"))
    };
    for (ingresses, expected) in
        [(of("i", "int"), "allowed"), (of("e", "ext"), "denied"), (of("i", "int") + &of("e", "ext"), "cannot tell")]
    {
        let answer = ask(&(both.clone() + &ingresses), "{ingress-controller}", "shop/a");
        assert_eq!(answer.verdict.as_str(), expected, "{ingresses}");
        // What Ingresses open is asked of the controller of each.
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("all.yaml", &(both.clone() + &ingresses))]);
        let opened = ingress_flows(scene.snapshot(), scene.connectivity());
        assert_eq!(opened.is_empty(), expected == "denied", "{ingresses}: {opened:?}");
    }
}

/// Upstream: ingress-nginx, `getBackendServers` and `createServers`.
#[test]
fn a_host_with_rules_of_its_own_has_a_server_of_its_own() {
    let own = ingress("shop", "", NGINX, HOST, &to("a", "/api", "Prefix"));
    let catch_all = |spec: &str| ingress("catch-all", "", spec, "", &to("b", "/", "Prefix"));
    let text = shop() + &own + &catch_all(NGINX);
    holds(&text, "http://shop.example/cart", "denied", "404");
    assert_eq!(served(&text, "http://shop.example/api"), ["a"]);
    assert_eq!(served(&text, "http://other.example/cart"), ["b"]);
    // The default backend of the Ingress takes what its paths leave.
    let backed = ingress(
        "shop",
        "",
        &format!("{NGINX}, defaultBackend: {{service: {{name: a, port: {{number: 80}}}}}}"),
        HOST,
        &to("b", "/api", "Prefix"),
    );
    let text = shop() + &backed + &catch_all(NGINX);
    assert_eq!(served(&text, "http://shop.example/cart"), ["a"]);
    assert_eq!(served(&text, "http://other.example/cart"), ["b"]);
    // Of an unknown controller it is not known.
    let unknown = |text: &str| text.replace("ingressClassName: nginx", "ingressClassName: some");
    holds(&unknown(&(shop() + &own + &catch_all(NGINX))), "http://shop.example/cart", "cannot tell", "the controller's choice");
}

/// Upstream: ingress-nginx, "Annotations", "Server-side HTTPS enforcement through redirect".
#[test]
fn ingress_nginx_redirects_requests_without_tls() {
    let of = |annotations: &str, tls: &str| {
        shop() + &ingress("shop", &format!("annotations: {{{annotations}}}"), &format!("{NGINX}{tls}"), HOST, &to("a", "/api", "Prefix"))
    };
    let tls = ", tls: [{hosts: [shop.example], secretName: s}]";
    let api = "http://shop.example/api";
    holds(&of("", tls), api, "denied", "answers with a redirect (308) to `https://shop.example/api`: the host has TLS");
    holds(&of("", tls), "https://shop.example/api", "allowed", "");
    holds(&of("", ""), api, "allowed", "");
    holds(&of("nginx.ingress.kubernetes.io/ssl-redirect: 'false'", tls), api, "allowed", "");
    holds(&of("nginx.ingress.kubernetes.io/force-ssl-redirect: 'true'", ""), api, "denied", "`force-ssl-redirect`");
    holds(&of("", ", tls: [{secretName: s}]"), api, "cannot tell", "an entry of `tls` names no host");
    holds(&of("", ", tls: [{hosts: [other.example], secretName: s}]"), api, "allowed", "");
    // Who asks for an Ingress comes with TLS where it has it.
    holds(&of("", tls), "ingress/shop/shop", "allowed", "");
}

/// Upstream: ingress-nginx, "Annotations", "Canary".
#[test]
fn a_canary_takes_its_share() {
    let of = |annotations: &str, created: &str| {
        let annotations = format!("annotations: {{nginx.ingress.kubernetes.io/canary: 'true', {annotations}}}{created}");
        shop()
            + &ingress("main", "", NGINX, HOST, &to("a", "/", "Prefix"))
            + &ingress("canary", &annotations, NGINX, HOST, &to("b", "/", "Prefix"))
            + &policy("b", None)
    };
    let weight = "nginx.ingress.kubernetes.io/canary-weight: '20'";
    let answer = ask(&of(weight, ""), "203.0.113.5", "http://shop.example/");
    assert_eq!(answer.verdict.as_str(), "sometimes");
    let mut shares: Vec<(String, Share)> = answer.pods.iter().map(|p| (p.title.clone(), p.each)).collect();
    shares.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(shares, [("shop/a".to_owned(), Share::of(4, 5)), ("shop/b".to_owned(), Share::of(1, 5))]);
    let branches: Vec<Share> = answer.branches.iter().map(|b| b.share).collect();
    assert!(branches.contains(&Share::of(4, 5)) && branches.contains(&Share::of(1, 5)), "{branches:?}");
    let thousand = format!("{weight}, nginx.ingress.kubernetes.io/canary-weight-total: '1000'");
    let answer = ask(&of(&thousand, ""), "203.0.113.5", "http://shop.example/");
    assert!(answer.pods.iter().any(|p| p.title == "shop/b" && p.each == Share::of(1, 50)));
    holds(
        &of("nginx.ingress.kubernetes.io/canary-by-header: x-new", ""),
        "http://shop.example/",
        "cannot tell",
        "a header or cookie decides",
    );
    holds(&of("", ""), "http://shop.example/", "allowed", "");
    // Its age plays no part.
    let old = of("", ", creationTimestamp: '2020-01-01T00:00:00Z'");
    holds(&old, "http://shop.example/", "allowed", "");
}

/// Upstream: ingress-nginx, `docs/how-it-works.md`, "Building the NGINX model".
#[test]
fn of_rules_for_the_same_host_and_path_the_oldest_counts() {
    let of = |a: &str, b: &str| {
        let meta = |time: &str| if time.is_empty() { String::new() } else { format!("creationTimestamp: '{time}'") };
        shop()
            + &ingress("first", &meta(a), NGINX, HOST, &to("a", "/", "Prefix"))
            + &ingress("second", &meta(b), NGINX, HOST, &to("b", "/", "Prefix"))
    };
    let (old, new) = ("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z");
    assert_eq!(served(&of(old, new), "http://shop.example/"), ["a"]);
    assert_eq!(served(&of(new, old), "http://shop.example/"), ["b"]);
    for (a, b) in [("", ""), (old, ""), ("", new), (old, old)] {
        holds(&of(a, b), "http://shop.example/", "cannot tell", "the older of both counts");
    }
    // Asked by name, the younger one says who takes its requests.
    holds(&of(new, old), "ingress/shop/first", "cannot tell", "is older, so its rule counts");
    // Where both lead to the same Service, it makes no difference.
    holds(&of("", "").replace("service: {name: b", "service: {name: a"), "http://shop.example/", "allowed", "");
}

/// Upstream: ingress-nginx, `updateServerLocations` and `buildLocation`; RFC 3986; nginx, `location`.
#[test]
fn paths_are_compared_as_nginx_does() {
    let paths = [to("a", "/impl", "ImplementationSpecific"), to("b", "/aa", "Prefix"), to("a", "/num", "Prefix"), to("b", "/ex/", "Exact")];
    let text = shop() + &ingress("i", "", NGINX, HOST, &paths.join(", "));
    for (path, expected) in
        [("/implx", "a"), ("/impl/x", "a"), ("/aa?x=1", "b"), ("/aa#part", "b"), ("/%61a", "b"), ("/aa/../num", "a"), ("/ex/", "b")]
    {
        assert_eq!(served(&text, &format!("http://shop.example{path}")), [expected], "{path}");
    }
    holds(&text, "http://shop.example/ex", "denied", "404");
    holds(&text, "http://shop.example/aax", "denied", "404");
    holds(&text, "http://shop.example?x=1", "denied", "404");
}

/// A cluster with an application gateway, and an Ingress of AGIC.
fn agic(annotations: &str, tls: &str) -> String {
    let paths = [to("a", "/api", "Exact"), to("a", "/x/*", "ImplementationSpecific"), to("a", "/y", "ImplementationSpecific")];
    let azure = "azure:
  networks: [{name: net, addressSpace: 10.0.0.0/8, subnets: [{name: nodes, prefix: 10.240.0.0/16}, {name: agw, prefix: 10.225.0.0/24}]}]
  gateways: [{name: agw, subnet: agw, public: 203.0.113.50}]
  clusters: [{name: k, subnet: nodes, plugin: azure, policy: calico, nodes: 2, serviceRange: 172.29.0.0/16}]
";
    let spec = format!("ingressClassName: azure-application-gateway{tls}");
    format!("{azure}{}{}", shop(), ingress("i", &format!("annotations: {{{annotations}}}"), &spec, HOST, &paths.join(", ")))
}

/// Upstream: AGIC, `pkg/appgw/ingress_rules.go`, `docs/annotations.md`.
#[test]
fn application_gateways_listen_as_their_ingress_says() {
    let tls = ", tls: [{hosts: [shop.example], secretName: s}]";
    let redirect = "appgw.ingress.kubernetes.io/ssl-redirect: 'true'";
    let port = "appgw.ingress.kubernetes.io/override-frontend-port: '8080'";
    let private = "appgw.ingress.kubernetes.io/use-private-ip: 'true'";
    let (http, https) = ("http://shop.example/api", "https://shop.example/api");
    holds(&agic("", ""), http, "allowed", "");
    holds(&agic("", ""), https, "denied", "no HTTPS listener");
    holds(&agic("appgw.ingress.kubernetes.io/appgw-ssl-certificate: c", ""), https, "allowed", "");
    holds(&agic("", tls), http, "denied", "no HTTP listener");
    holds(&agic("", tls), https, "allowed", "");
    holds(&agic(redirect, tls), http, "denied", "a redirect (301)");
    holds(&agic(redirect, ""), http, "allowed", "");
    holds(&agic(port, ""), http, "denied", "on port 8080");
    holds(&agic(port, ""), "http://shop.example:8080/api", "allowed", "");
    holds(&agic(private, ""), http, "denied", "`NoPrivateIP`");
    let with_private = agic(private, "").replace("public: 203.0.113.50", "public: 203.0.113.50, private: 10.225.0.9");
    holds(&with_private, http, "denied", "only at the private address");
}

/// Upstream: AGIC, `docs/ingress-v1.md`; Azure documentation, "URL path-based routing overview".
#[test]
fn application_gateways_read_paths_of_their_own() {
    holds(&agic("", ""), "http://shop.example/x/1", "allowed", "");
    holds(&agic("", ""), "http://shop.example/y", "allowed", "");
    holds(&agic("", ""), "http://shop.example/y/1", "denied", "404 or 502");
    holds(&agic("", ""), "http://shop.example/api/1", "denied", "404 or 502");
}
