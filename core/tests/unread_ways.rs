//! Services and Ingresses that cannot be read are not taken for absent on paths, and what leads connections elsewhere is not passed over.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::settings::Settings;

const POD: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: shop, labels: {app: b}}, spec: {containers: [{name: c, image: i}]}}
";
const SERVICE: &str = "---\n{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}, spec: {selector: {app: a}, ports: [{port: 80, targetPort: 8080}]}}\n";
/// Its `ports` stand where nothing can stand.
const BROKEN_SERVICE: &str = "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  namespace: shop\nspec:\n  selector:\n    app: a\n   ports:\n  - port: 80\n";
const INGRESS: &str = "---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: main, namespace: shop}, spec: {ingressClassName: nginx, rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]}}\n";
const BROKEN_INGRESS: &str = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: other\n  namespace: shop\nspec:\n  rules:\n  - host: other.example\n   http:\n";

/// The verdict and what is said, or the error.
fn ask(parts: &[&str], from: &str, to: &str) -> String {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("all.yaml", &(POD.to_owned() + &parts.concat()))]);
    match scene.path(&Asked { from, to, port: None, protocol: Protocol::TCP, entry: None, node: None }) {
        Ok(answer) => format!("{}: {}", answer.verdict.as_str(), answer.summary),
        Err(error) => format!("error: {error}"),
    }
}

#[track_caller]
fn says(found: &str, verdict: &str, words: &str) {
    assert!(found.starts_with(verdict) && found.contains(words), "{found}");
}

/// Upstream: docs/semantics.md, "What is not evaluated".
#[test]
fn a_service_that_cannot_be_read_is_not_absent() {
    let because = "Service `shop/a` is not evaluated: its document cannot be read";
    says(&ask(&[BROKEN_SERVICE, INGRESS], "203.0.113.5", "http://shop.example/"), "cannot tell", because);
    for to in ["svc/shop/a", "svc/a"] {
        says(&ask(&[BROKEN_SERVICE], "shop/b", to), "cannot tell", because);
    }
    says(&ask(&[SERVICE, BROKEN_SERVICE], "shop/b", "svc/shop/a"), "cannot tell", because);
    // Others are as they were.
    says(&ask(&[BROKEN_SERVICE], "shop/b", "svc/shop/other"), "error", "there is no Service");
    says(
        &ask(&[BROKEN_SERVICE.replace("name: a\n", "name: other\n").as_str(), SERVICE, INGRESS], "203.0.113.5", "http://shop.example/"),
        "allowed",
        "",
    );
    says(&ask(&[INGRESS], "203.0.113.5", "http://shop.example/"), "denied", "there is no Service `a`");
}

#[test]
fn an_ingress_that_cannot_be_read_is_not_absent() {
    let because = "Ingress `shop/other` is not evaluated: its document cannot be read";
    says(&ask(&[SERVICE, BROKEN_INGRESS], "203.0.113.5", "http://other.example/"), "cannot tell", because);
    says(&ask(&[SERVICE, INGRESS, BROKEN_INGRESS], "203.0.113.5", "http://other.example/"), "cannot tell", because);
    says(&ask(&[SERVICE, BROKEN_INGRESS], "203.0.113.5", "ingress/shop/other"), "cannot tell", because);
    says(&ask(&[SERVICE, INGRESS, BROKEN_INGRESS], "203.0.113.5", "http://shop.example/"), "allowed", "");
}

/// Upstream: Cilium documentation, "Local Redirect Policy"; Istio documentation, "Virtual Service".
#[test]
fn what_leads_connections_to_a_service_elsewhere_is_in_doubt() {
    let redirect = |name: &str| {
        format!(
            "---\n{{apiVersion: cilium.io/v2, kind: CiliumLocalRedirectPolicy, metadata: {{name: r, namespace: shop}}, spec: {{redirectFrontend: {{serviceMatcher: {{serviceName: {name}, namespace: shop}}}}, redirectBackend: {{localEndpointSelector: {{matchLabels: {{app: b}}}}}}}}}}\n"
        )
    };
    let virtual_service = |host: &str, more: &str| {
        format!(
            "---\n{{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {{name: v, namespace: shop}}, spec: {{hosts: ['{host}']{more}, http: [{{route: [{{destination: {{host: other.dev}}}}]}}]}}}}\n"
        )
    };
    says(&ask(&[SERVICE, &redirect("a")], "shop/b", "svc/shop/a"), "cannot tell", "CiliumLocalRedirectPolicy `shop/r` is not evaluated");
    says(&ask(&[SERVICE, &redirect("other")], "shop/b", "svc/shop/a"), "allowed", "");
    for host in ["a", "a.shop", "a.shop.svc.cluster.local", "*"] {
        says(
            &ask(&[SERVICE, &virtual_service(host, "")], "shop/b", "svc/shop/a"),
            "cannot tell",
            "VirtualService `shop/v` is not evaluated",
        );
    }
    for (host, more) in [("b", ""), ("a.dev", ""), ("shop.example.com", ""), ("a", ", gateways: [public]")] {
        says(&ask(&[SERVICE, &virtual_service(host, more)], "shop/b", "svc/shop/a"), "allowed", "");
    }
}

/// Upstream: Gateway API, `HTTPRoute`; OpenShift, "Route configuration"; Traefik, "Routers"; Istio, "Virtual Service"; Contour, `HTTPProxy`.
#[test]
fn routes_that_are_not_read_are_not_absent() {
    let of_kind = |version: &str, kind: &str, spec: &str| {
        format!("---\n{{apiVersion: {version}, kind: {kind}, metadata: {{name: r, namespace: shop}}, spec: {{{spec}}}}}\n")
    };
    for (version, kind, spec) in [
        ("gateway.networking.k8s.io/v1", "HTTPRoute", "hostnames: [r.example], rules: [{backendRefs: [{name: a, port: 80}]}]"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", "hostnames: ['*.example']"),
        ("route.openshift.io/v1", "Route", "host: R.example, to: {kind: Service, name: a}"),
        ("traefik.io/v1alpha1", "IngressRoute", "routes: [{match: 'Host(`x.example`, `r.example`) && PathPrefix(`/`)', kind: Rule}]"),
        ("networking.istio.io/v1", "VirtualService", "hosts: [r.example], gateways: [public]"),
        ("projectcontour.io/v1", "HTTPProxy", "virtualhost: {fqdn: r.example}"),
        ("k8s.nginx.org/v1", "VirtualServer", "host: r.example"),
        ("getambassador.io/v3alpha1", "Mapping", "hostname: r.example, prefix: /, service: a"),
    ] {
        let route = of_kind(version, kind, spec);
        let because = format!("{kind} `shop/r` is not evaluated, and may take requests for");
        for parts in [&[SERVICE, &route] as &[&str], &[SERVICE, INGRESS, &route]] {
            for from in ["203.0.113.5", "shop/b"] {
                says(&ask(parts, from, "http://r.example/"), "cannot tell", &because);
            }
        }
        // Another host is the Ingress's own, but for one that the route is for, too.
        let other = ask(&[SERVICE, INGRESS, &route], "203.0.113.5", "http://shop.example/");
        says(&other, if spec.contains('*') { "cannot tell" } else { "allowed" }, "");
        says(&ask(&[SERVICE, INGRESS, &route], "203.0.113.5", "http://other.test/"), "denied", "404");
    }
    // One that names no host may be for those that nothing else is for.
    let route = of_kind("gateway.networking.k8s.io/v1", "HTTPRoute", "rules: [{backendRefs: [{name: a, port: 80}]}]");
    says(&ask(&[SERVICE, INGRESS, &route], "203.0.113.5", "http://shop.example/"), "allowed", "");
    says(&ask(&[SERVICE, INGRESS, &route], "203.0.113.5", "http://other.test/"), "cannot tell", "HTTPRoute `shop/r`");
}
