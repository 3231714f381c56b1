//! What rules of Calico's with `services` stand for: the addresses of a Service's EndpointSlices, whoever has them. Upstream: `felix/serviceindex`,
//! `membersFromEndpointSlice`; tigera/docs, calico/network-policy/policy-rules/service-policy.mdx.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::connections::Traffic;
use netpolis_core::endpoints::find;
use netpolis_core::explain::Answer;
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::Flow;
use netpolis_core::verdict::Verdict::{self, Allowed, CannotTell, Denied};

/// Two nodes; two pods of both families, and one on the host's network. Packets keep their addresses between nodes.
const PLACES: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.1.10, podIPs: [{ip: 10.244.1.10}, {ip: 'fd00::10'}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {nodeName: n2, containers: [{name: c, ports: [{name: pg, containerPort: 5432}]}]}, status: {podIP: 10.244.2.11, podIPs: [{ip: 10.244.2.11}, {ip: 'fd00::11'}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: hn, namespace: shop, labels: {app: hn}}, spec: {nodeName: n2, hostNetwork: true, containers: [{name: c}]}, status: {podIP: 192.0.2.12, hostIP: 192.0.2.12}}
---
{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: pods}, spec: {cidr: 10.244.0.0/16, vxlanMode: Never, ipipMode: Never, natOutgoing: true}}
";

fn service(spec: &str) -> String {
    format!("---\n{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: shop}}, spec: {{{spec}}}}}\n")
}

fn slice(endpoints: &str) -> String {
    format!(
        "---\n{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: s-1, namespace: shop, labels: {{kubernetes.io/service-name: s}}}}, addressType: IPv4, ports: [{{port: 8080}}], endpoints: [{endpoints}]}}\n"
    )
}

/// Of pods of an app, in one direction, with one rule for the Service `s`.
fn policy(app: &str, direction: &str) -> String {
    let (side, list) = if direction == "Egress" { ("destination", "egress") } else { ("source", "ingress") };
    format!(
        "---\n{{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {{selector: app == '{app}', types: [{direction}], {list}: [{{action: Allow, {side}: {{services: {{name: s, namespace: shop}}}}}}]}}}}\n"
    )
}

fn scene(texts: &[&str]) -> Analysis {
    let mut scene = Analysis::new(Settings::default());
    let text = texts.iter().fold(PLACES.to_string(), |text, more| text + more);
    scene.set_files(&[("in.yaml", &text)]);
    assert!(scene.errors().is_empty(), "{:?}", scene.errors());
    scene
}

/// An answer, which all pairs have to agree with.
fn why(scene: &Analysis, from: &str, to: &str, port: u16) -> Answer {
    let found = |name: &str| find(scene.snapshot(), name).unwrap_or_else(|e| panic!("{name}: {e}")).end;
    let flow = Flow { from: found(from), to: found(to), traffic: Traffic::to_port(Protocol::TCP, port) };
    let addressed = scene.addressed((flow.from, from.parse().ok()), (flow.to, to.parse().ok()));
    let answer = addressed.as_ref().map_or_else(|| scene.decide(&flow), |addressed| addressed.decide(&flow));
    let pairs = addressed.as_ref().map(netpolis_core::analysis::Addressed::connectivity);
    let pairs = pairs.as_ref().unwrap_or(scene.connectivity());
    let wanted = netpolis_core::connections::ConnectionSet::of_traffic(flow.traffic);
    assert_eq!(pairs.between(answer.flow.from, answer.flow.to).verdict(&wanted), answer.verdict, "all pairs differ: {}", answer.summary);
    answer
}

#[track_caller]
fn check(scene: &Analysis, rows: &[(&str, &str, u16, Verdict)]) {
    for (from, to, port, expected) in rows {
        let answer = why(scene, from, to, *port);
        assert_eq!(answer.verdict, *expected, "{from} -> {to} {port}: {}", answer.summary);
    }
}

fn path(scene: &Analysis, from: &str, to: &str) -> &'static str {
    let asked = Asked { from, to, port: None, protocol: Protocol::TCP, entry: None, node: None };
    scene.path(&asked).unwrap_or_else(|error| panic!("{error}")).verdict.as_str()
}

#[test]
fn an_endpoint_with_a_nodes_address_is_that_node() {
    let to_service = policy("web", "Egress");
    let plain = service("clusterIP: 10.96.0.5, ports: [{port: 80, targetPort: 8080}]");
    let selecting = service("clusterIP: 10.96.0.5, selector: {app: hn}, ports: [{port: 80, targetPort: 8080}]");
    let listed = slice("{addresses: [192.0.2.12]}");
    for texts in [[&*plain, &*listed], [&*selecting, ""], [&*selecting, &*listed]] {
        let scene = scene(&[texts[0], texts[1], &to_service]);
        check(
            &scene,
            &[
                ("shop/web", "node/n2", 8080, Allowed),
                ("shop/web", "192.0.2.12", 8080, Allowed),
                ("shop/web", "shop/hn", 8080, Allowed),
                ("shop/web", "node/n2", 8081, Denied),
                ("shop/web", "node/n1", 8080, Denied),
                ("shop/web", "shop/db", 8080, Denied),
            ],
        );
        assert_eq!(path(&scene, "shop/web", "svc/shop/s"), "allowed");
    }
    // And as a source.
    let from_service = policy("web", "Ingress");
    let scene = scene(&[&selecting, &from_service]);
    check(&scene, &[("shop/hn", "shop/web", 80, Allowed), ("node/n2", "shop/web", 80, Allowed), ("shop/db", "shop/web", 80, Denied)]);
}

/// A pod on the host's network of which no address is known is behind the Service, and so is its node.
#[test]
fn a_pod_of_the_host_without_an_address_is_behind_its_service() {
    let template = "---\n{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent, namespace: shop}, spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {hostNetwork: true, containers: [{name: c}]}}}}\n";
    let selecting = service("clusterIP: 10.96.0.5, selector: {app: agent}, ports: [{port: 80, targetPort: 8080}]");
    let scene = scene(&[template, &selecting, &policy("web", "Egress")]);
    check(&scene, &[("shop/web", "shop/agent", 8080, Allowed), ("shop/web", "shop/agent", 8081, Denied)]);
}

/// Upstream: `k8s.io/endpointslice`, `getAddressTypesForService`; Kubernetes documentation, "IPv4/IPv6 dual-stack".
#[test]
fn a_service_of_one_family_stands_for_addresses_of_that_family() {
    let of = |spec: &str, app: &str, direction: &str| {
        let (subject, selected) = if direction == "Egress" { ("web", app) } else { ("db", app) };
        let service = service(&format!("{spec}selector: {{app: {selected}}}, ports: [{{port: 80, targetPort: 5432}}]"));
        scene(&[&service, &policy(subject, direction)])
    };
    for (app, direction) in [("db", "Egress"), ("web", "Ingress")] {
        for (spec, v4, v6, named) in [
            ("clusterIP: 10.96.0.5, ", Allowed, Denied, CannotTell),
            ("clusterIP: 'fd00:96::5', ipFamilies: [IPv6], ", Denied, Allowed, CannotTell),
            ("clusterIPs: [10.96.0.5, 'fd00:96::5'], clusterIP: 10.96.0.5, ipFamilyPolicy: RequireDualStack, ", Allowed, Allowed, Allowed),
            // The family is the cluster's, which the input does not say.
            ("", CannotTell, CannotTell, CannotTell),
        ] {
            let scene = of(spec, app, direction);
            check(
                &scene,
                &[("10.244.1.10", "10.244.2.11", 5432, v4), ("fd00::10", "fd00::11", 5432, v6), ("shop/web", "shop/db", 5432, named)],
            );
            if named == CannotTell {
                let answer = why(&scene, "shop/web", "shop/db", 5432);
                assert!(answer.summary.contains("which of the addresses of"), "{}", answer.summary);
            }
        }
    }
}
