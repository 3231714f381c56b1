//! What the input says of the choices that change a way is told whatever was chosen.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::language::TrafficPolicy;
use netpolis_core::language::azure::Plugin;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, Declared, Entry};
use netpolis_core::settings::{Dataplane, IngressBy, Placement, Routing, Settings};

const TEXT: &str = "
azure:
  networks:
  - {name: vnet, addressSpace: 10.224.0.0/12, subnets: [{name: nodes, prefix: 10.224.0.0/16}]}
  clusters:
  - {name: shop, plugin: kubenet, policy: calico, nodes: 2, subnet: nodes, serviceRange: 10.0.0.0/16}
---
{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {name: default}, spec: {bpfEnabled: true}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: c}]}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  loadBalancerSourceRanges: [203.0.113.0/24]
  selector: {app: web}
  ports: [{port: 80}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec:
  ingressClassName: azure-application-gateway
  rules: [{host: shop.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
";

fn written(to: &str, routing: Routing) -> Declared {
    let mut scene = Analysis::new(Settings { routing, ..Settings::default() });
    scene.set_files(&[("shop.yaml", TEXT)]);
    scene.path(&Asked { from: "203.0.113.7", to, port: Some(80), protocol: Protocol::TCP, entry: None, node: None }).unwrap().declared
}

#[test]
fn what_the_text_says_is_told_whatever_was_chosen() {
    let chosen = Routing {
        dataplane: Some(Dataplane::KubeProxy),
        external: Some(TrafficPolicy::Cluster),
        affinity: Some(false),
        pod_network: Some(Plugin::Overlay),
        ..Routing::default()
    };
    for routing in [Routing::default(), chosen] {
        let written = written("svc/shop/web", routing);
        assert_eq!(written.dataplane, Dataplane::Ebpf);
        assert_eq!((written.external, written.internal), (Some(TrafficPolicy::Local), Some(TrafficPolicy::Cluster)));
        assert_eq!(written.affinity, Some(true));
        assert_eq!(written.source_ranges.len(), 1);
        assert_eq!(written.entries, [Entry::Cluster, Entry::NodePort, Entry::LoadBalancer]);
        assert_eq!(written.pod_network, Some(Plugin::Kubenet));
        assert_eq!((written.ingress, written.placed), (None, false));
    }
    // The gateway goes to pods itself: no Service's policies play a part.
    let by_gateway = written("ingress/shop/web", Routing::default());
    assert_eq!((by_gateway.ingress, by_gateway.external), (Some(IngressBy::Gateway), None));
}

#[test]
fn nodes_that_nobody_probes_get_their_share() {
    // No network, so that no probe is followed; and of three nodes one has no pod, which it tells the load balancer.
    let text = "
{apiVersion: v1, kind: Node, metadata: {name: a}}
---
{apiVersion: v1, kind: Node, metadata: {name: b}}
---
{apiVersion: v1, kind: Node, metadata: {name: c}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: c}]}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]}}
";
    let placement = Placement { per_node: vec![1, 9], ..Placement::default() };
    let mut scene = Analysis::new(Settings { routing: Routing { placement, ..Routing::default() }, ..Settings::default() });
    scene.set_files(&[("web.yaml", text)]);
    let asked = Asked { from: "203.0.113.7", to: "svc/web", port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
    let answer = scene.path(&asked).unwrap();
    let shares: Vec<String> = answer.pods.iter().map(|p| p.each.to_string()).collect();
    assert_eq!(shares, ["50 %", "5.56 %"]);
}
