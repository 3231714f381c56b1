//! Who may be a client of a Service, on which nodes pods are, and which addresses an end has: read from what the text says of them.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::Traffic;
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::settings::Settings;

const NODES: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: cli, namespace: shop, labels: {app: cli}}, spec: {nodeName: n1, containers: [{name: c, image: i}]}, status: {podIP: 10.244.1.10}}
";

fn pod(status: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: db, namespace: shop, labels: {{app: db}}}}, spec: {{nodeName: n2, containers: [{{name: c, image: i}}]}}, status: {{{status}}}}}"
    )
}

fn service(kind: &str, spec: &str, metadata: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Service, metadata: {{name: db, namespace: shop{metadata}}}, spec: {{type: {kind}, clusterIP: 10.96.0.5, selector: {{app: db}}, ports: [{{port: 80, targetPort: 5432, nodePort: 30080}}]{spec}}}, status: {{loadBalancer: {{ingress: [{{ip: 198.51.100.7}}]}}}}}}"
    )
}

fn scene(parts: &[&str]) -> Analysis {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("in.yaml", &[&[NODES], parts].concat().join("\n---\n"))]);
    scene
}

/// The verdict and what is said, or the error.
fn path(parts: &[&str], from: &str, to: &str, port: Option<u16>) -> String {
    match scene(parts).path(&Asked { from, to, port, protocol: Protocol::TCP, entry: None, node: None }) {
        Ok(answer) => format!("{}: {}", answer.verdict.as_str(), answer.summary),
        Err(error) => format!("error: {error}"),
    }
}

fn why(parts: &[&str], from: &str, to: &str, port: u16) -> String {
    let scene = scene(parts);
    match scene.flow(from, to, Traffic::tcp(port)) {
        Ok(flow) => scene.decide(&flow).verdict.as_str().to_owned(),
        Err(error) => format!("error: {error}"),
    }
}

#[track_caller]
fn says(found: &str, verdict: &str, words: &str) {
    assert!(found.starts_with(verdict) && found.contains(words), "{found}");
}

/// Upstream: `kubernetes/cloud-provider`, `service/helpers`, `GetLoadBalancerSourceRanges`: the annotation counts where the field is not set, and it is the
/// cloud that reads it.
#[test]
fn ranges_of_clients_that_nodes_do_not_check_are_in_doubt() {
    let ready = pod("podIP: 10.244.2.20");
    let annotated = service(
        "LoadBalancer",
        "",
        ", annotations: {service.beta.kubernetes.io/load-balancer-source-ranges: '10.0.0.0/8, 203.0.113.0/24'}",
    );
    says(&path(&[&ready, &annotated], "203.0.113.5", "svc/shop/db", None), "allowed", "");
    says(&path(&[&ready, &annotated], "198.18.0.1", "svc/shop/db", None), "cannot tell", "names the ranges of its clients");
    // Pods do not come by the load balancer.
    says(&path(&[&ready, &annotated], "shop/cli", "198.51.100.7", Some(80)), "allowed", "");
    for ranges in ["10.0.0.0/8", "['']", "[10.0.0.0/8, office]"] {
        let unreadable = service("LoadBalancer", &format!(", loadBalancerSourceRanges: {ranges}"), "");
        let found = path(&[&ready, &unreadable], "198.18.0.1", "svc/shop/db", None);
        says(&found, "cannot tell", "cannot all be read");
    }
    let refused = service("NodePort", ", loadBalancerSourceRanges: [10.0.0.0/8]", "");
    says(
        &path(&[&ready, &refused], "198.18.0.1", "192.0.2.12", Some(30080)),
        "cannot tell",
        "which an API server refuses with type `NodePort`",
    );
    says(&path(&[&ready, &refused], "10.9.9.9", "192.0.2.12", Some(30080)), "allowed", "");
    let plain = service("LoadBalancer", ", loadBalancerSourceRanges: [10.0.0.0/8]", "");
    says(&path(&[&ready, &plain], "198.18.0.1", "svc/shop/db", None), "denied", "");
}

/// Upstream: Kubernetes documentation, "Pod Lifecycle": a pod is ready if its containers are.
#[test]
fn a_pod_with_a_container_that_is_not_ready_gets_no_connections() {
    let service = service("NodePort", "", "");
    for (status, verdict) in [
        ("podIP: 10.244.2.20, phase: Running, containerStatuses: [{name: c, ready: false}]", "denied"),
        ("podIP: 10.244.2.20, phase: Running, containerStatuses: [{name: c, ready: true}]", "allowed"),
        ("podIP: 10.244.2.20, conditions: [{type: Ready, status: 'True'}], containerStatuses: [{name: c, ready: false}]", "allowed"),
    ] {
        says(&path(&[&pod(status), &service], "shop/cli", "svc/shop/db", None), verdict, "");
    }
}

/// Upstream: Kubernetes documentation, "Taints and Tolerations"; "DaemonSet".
#[test]
fn pods_are_not_on_nodes_whose_taint_they_do_not_tolerate() {
    let node = |taint: &str| {
        format!(
            "{{apiVersion: v1, kind: Node, metadata: {{name: cp}}, spec: {{taints: [{taint}]}}, status: {{addresses: [{{type: InternalIP, address: 192.0.2.10}}]}}}}"
        )
    };
    let agents = |tolerations: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: db, namespace: shop}}, spec: {{selector: {{matchLabels: {{app: db}}}}, template: {{metadata: {{labels: {{app: db}}}}, spec: {{tolerations: [{tolerations}], containers: [{{name: c, image: i}}]}}}}}}}}"
        )
    };
    let local = service("NodePort", ", externalTrafficPolicy: Local", "");
    let control_plane = "{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}";
    let gpu = "{key: dedicated, value: gpu, effect: NoExecute}";
    for (taint, tolerations, verdict) in [
        (control_plane, "", "denied"),
        (control_plane, "{operator: Exists}", "allowed"),
        (control_plane, "{key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}", "allowed"),
        (control_plane, "{key: node-role.kubernetes.io/master, operator: Exists}", "denied"),
        (gpu, "{key: dedicated, value: gpu}", "allowed"),
        (gpu, "{key: dedicated, value: web}", "denied"),
        (gpu, "{key: dedicated, operator: Exists, effect: NoSchedule}", "denied"),
        // These keep nobody away, or come when pods are there.
        ("{key: dedicated, value: gpu, effect: PreferNoSchedule}", "", "allowed"),
        ("{key: node.kubernetes.io/unschedulable, effect: NoSchedule}", "", "allowed"),
    ] {
        let found = path(&[&node(taint), &agents(tolerations), &local], "203.0.113.5", "192.0.2.10", Some(30080));
        says(&found, verdict, "");
        says(&path(&[&node(taint), &agents(tolerations), &local], "203.0.113.5", "192.0.2.11", Some(30080)), "allowed", "");
    }
}

/// Upstream: Kubernetes documentation, "Network Policies": a pod cannot block access to itself; RFC 1122, 3.2.1.3: a loopback address never leaves a host.
#[test]
fn a_loopback_address_is_the_pod_itself() {
    let closed = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {}, policyTypes: [Egress, Ingress]}}";
    for address in ["127.0.0.1", "127.1.2.3", "::1"] {
        assert_eq!(why(&[closed], "shop/cli", address, 80), "allowed", "{address}");
        says(&path(&[closed], "shop/cli", address, Some(80)), "allowed", "");
    }
    assert_eq!(why(&[closed], "shop/cli", "203.0.113.5", 80), "denied");
}

/// Upstream: Kubernetes documentation, "IPv4/IPv6 dual-stack".
#[test]
fn packets_are_of_a_family_that_both_ends_have() {
    let both = |name: &str, node: &str, last: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}, spec: {{nodeName: {node}, containers: [{{name: c, image: i}}]}}, status: {{podIP: 10.244.9.{last}, podIPs: [{{ip: 10.244.9.{last}}}, {{ip: 'fd00::{last}'}}]}}}}"
        )
    };
    let (web, db) = (both("web", "n1", "1"), both("db", "n2", "2"));
    let four = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.244.9.0/24}}]}]}}";
    let dual = "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: 10.96.0.5, clusterIPs: [10.96.0.5, 'fd00:96::5'], ipFamilies: [IPv4, IPv6], selector: {app: db}, ports: [{port: 80, targetPort: 5432}]}}";
    let plain = "{apiVersion: v1, kind: Service, metadata: {name: four, namespace: shop}, spec: {clusterIP: 10.96.0.6, ipFamilies: [IPv4], selector: {app: db}, ports: [{port: 80, targetPort: 5432}]}}";
    let parts = [&*web, &*db, four, dual, plain];
    for (from, to, port, verdict) in [
        ("10.244.9.1", "10.244.9.2", 5432, "allowed"),
        ("fd00::1", "fd00::2", 5432, "denied"),
        ("shop/web", "10.96.0.5", 80, "allowed"),
        ("shop/web", "fd00:96::5", 80, "denied"),
        ("shop/web", "http://10.96.0.5/", 80, "allowed"),
        ("shop/web", "svc/shop/four", 80, "allowed"),
        ("shop/web", "svc/shop/db", 80, "cannot tell"),
        // An end is the one that was named, whatever the other is.
        ("10.244.9.1", "fd00::2", 5432, "cannot tell"),
    ] {
        says(&path(&parts, from, to, Some(port)), verdict, "");
    }
}

/// The verdict is that of the rules on the way, and a note says that no such packet is sent. Upstream: Kubernetes documentation, "IPv4/IPv6 dual-stack":
/// `status.podIPs` has all addresses of a pod.
#[test]
fn that_no_packet_is_of_two_families_is_said() {
    let four = "{apiVersion: v1, kind: Pod, metadata: {name: four, namespace: shop}, spec: {nodeName: n1, containers: [{name: c, image: i}]}, status: {podIP: 10.244.1.30, podIPs: [{ip: 10.244.1.30}]}}";
    for (from, to, is_said) in [("shop/four", "2001:db8::1", true), ("2001:db8::1", "shop/four", true), ("shop/four", "203.0.113.5", false)]
    {
        let asked = Asked { from, to, port: Some(443), protocol: Protocol::TCP, entry: None, node: None };
        let found = scene(&[four]).path(&asked).unwrap();
        assert_eq!(found.notes.iter().any(|note| note.contains("no packet has both")), is_said, "{from} to {to}: {:?}", found.notes);
    }
}

/// Upstream: `kubernetes/ingress-nginx`, `internal/ingress/controller/controller.go`, `extractTLSSecretName`.
#[test]
fn requests_come_to_ports_that_the_controller_has() {
    let backend = "{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {nodeName: n2, containers: [{name: c, image: i}]}}";
    let own = "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {selector: {app: db}, ports: [{port: 80}]}}";
    let front = "{apiVersion: v1, kind: Service, metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}, spec: {type: LoadBalancer, selector: {app.kubernetes.io/name: ingress-nginx}, ports: [{name: http, port: 80}, {name: https, port: 443}, {name: alt, port: 8443, targetPort: 443}]}}";
    let controller = "{apiVersion: v1, kind: Pod, metadata: {name: c, namespace: ingress-nginx, labels: {app.kubernetes.io/name: ingress-nginx}}, spec: {nodeName: n1, containers: [{name: c, image: 'registry.k8s.io/ingress-nginx/controller:v1.11.2'}]}}";
    let ingress = |tls: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: i, namespace: shop}}, spec: {{ingressClassName: nginx{tls}, rules: [{{host: a.example, http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: db, port: {{number: 80}}}}}}}}]}}}}]}}}}"
        )
    };
    let ask = |tls: &str, to: &str| path(&[backend, own, front, controller, &ingress(tls)], "203.0.113.5", to, None);
    says(&ask("", "http://a.example/"), "allowed", "");
    says(&ask("", "https://a.example:8443/"), "allowed", "");
    says(&ask("", "http://a.example:8080/"), "denied", "has no port 8080");
    says(&ask(", tls: [{hosts: [a.example], secretName: s}]", "http://a.example/"), "denied", "308");
    says(&ask(", tls: [{hosts: ['*.example'], secretName: s}]", "http://a.example/"), "cannot tell", "308");
    says(&ask(", tls: [{hosts: ['*.test'], secretName: s}]", "http://a.example/"), "allowed", "");
}

#[test]
fn who_asks_policies_about_a_way_is_told_to_ask_for_the_path() {
    let parts = [&*pod("podIP: 10.244.2.20"), &*service("NodePort", "", "")];
    for name in ["svc/shop/db", "ingress/shop/main", "http://a.example/"] {
        says(&why(&parts, "shop/cli", name, 80), "error", "ask for the path");
    }
    for name in ["db.shop.svc.cluster.local", "db.shop.svc", "db.shop", "svc/shop/db"] {
        says(&why(&parts, "shop/cli", name, 80), "error", "is a Service; policies see the pods behind it: ask about `shop/db");
    }
}
