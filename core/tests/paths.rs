//! Ways of packets beyond the table in `tests/paths`: shares, probes, odd Services, and what the lints say of them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, Entry, Hop, HopKind, PathAnswer, PathVerdict, Place, Share, Stop, Tls};
use netpolis_core::settings::{Dataplane, IngressBy, Probes, Settings};
use netpolis_core::verdict::Verdict;

/// A cluster in a virtual network whose group lets the web in.
const AZURE: &str = "
azure:
  networks:
  - name: vnet
    addressSpace: 10.224.0.0/12
    subnets: [{name: nodes, prefix: 10.224.0.0/16, nsg: nodes}, {name: gateway, prefix: 10.225.0.0/24}, {name: machines, prefix: 10.226.0.0/24}]
  nsgs: [{name: nodes, inbound: [{priority: 100, name: open, allow: tcp 80, from: Internet}]}]
  machines: [{name: vm, subnet: machines, address: 10.226.0.4}]
  clusters: [{name: shop, plugin: overlay, policy: calico, nodes: 2, subnet: nodes}]
";

/// The same with other rules.
fn azure(rules: &str) -> String {
    AZURE.replace("{priority: 100, name: open, allow: tcp 80, from: Internet}", rules)
}

/// Two nodes, `n1` and `n2`; pods `web-N` with one on `n1` and `more` on `n2`.
fn cluster(more: usize) -> String {
    let mut text = String::new();
    for (name, address) in [("n1", "10.224.0.4"), ("n2", "10.224.0.5")] {
        text += &format!(
            "---\n{{apiVersion: v1, kind: Node, metadata: {{name: {name}}}, status: {{addresses: [{{type: InternalIP, address: {address}}}]}}}}\n"
        );
    }
    for i in 0..=more {
        let (node, third) = if i == 0 { ("n1", 0) } else { ("n2", 1) };
        text += &format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: web-{i}, namespace: shop, labels: {{app: web}}}}, spec: {{nodeName: {node}, containers: [{{name: c, ports: [{{name: http, containerPort: 8080, hostPort: {}}}]}}]}}, status: {{podIP: 10.244.{third}.{}}}}}\n",
            9000 + i,
            10 + i
        );
    }
    text
}

fn service(spec: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop}}, spec: {{selector: {{app: web}}, {spec}}}, status: {{loadBalancer: {{ingress: [{{ip: 20.1.2.3}}]}}}}}}\n"
    )
}

const BALANCED: &str = "type: LoadBalancer, ports: [{port: 80, targetPort: 8080, nodePort: 31080}]";
const BALANCED_LOCAL: &str =
    "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 32122, ports: [{port: 80, targetPort: http, nodePort: 31080}]";

fn scene_with(texts: &[&str], change: impl FnOnce(&mut Settings)) -> Analysis {
    let mut settings = Settings::default();
    change(&mut settings);
    let mut scene = Analysis::new(settings);
    let (azure, objects): (Vec<&str>, Vec<&str>) = texts.iter().partition(|text| text.contains("azure:"));
    scene.set_files(&[("azure.yaml", &azure.join("\n")), ("objects.yaml", &objects.join("\n"))]);
    scene
}

fn scene(texts: &[&str]) -> Analysis {
    scene_with(texts, |_| {})
}

#[track_caller]
fn ask(scene: &Analysis, from: &str, to: &str) -> PathAnswer {
    ask_port(scene, from, to, None)
}

#[track_caller]
fn ask_port(scene: &Analysis, from: &str, to: &str, port: Option<u16>) -> PathAnswer {
    let asked = Asked { from, to, port, protocol: Protocol::TCP, entry: None, node: None };
    let answer = scene.path(&asked).unwrap_or_else(|error| panic!("{from} to {to}: {error}"));
    let total = answer.branches.iter().fold(Share::NONE, |sum, branch| sum.plus(branch.share));
    assert!(total.is_all(), "the shares of {from} to {to} make {total}");
    answer
}

/// The places of a branch, by name.
fn places(answer: &PathAnswer, branch: usize) -> Vec<&str> {
    let places = answer.branches[branch].hops.iter().filter(|s| matches!(s.kind, HopKind::Place(_)));
    places.map(|s| s.title.as_str()).collect()
}

#[track_caller]
fn stop(answer: &PathAnswer) -> &Hop {
    answer.branches.iter().find_map(|b| b.stop()).unwrap_or_else(|| panic!("nothing stops it: {}", answer.summary))
}

fn lints<'s>(scene: &'s Analysis, code: &str) -> Vec<(&'s str, &'s str)> {
    let found = scene.problems().iter().filter(|p| p.code.0 == code);
    found.map(|p| (p.message.as_str(), scene.sources().slice(p.place.unwrap()))).collect()
}

#[test]
fn a_load_balancer_does_not_know_how_many_pods_a_node_has() {
    let local = scene(&[AZURE, &cluster(9), &service(BALANCED_LOCAL)]);
    let answer = ask(&local, "203.0.113.9", "svc/shop/web");
    let each: Vec<(u32, String)> = answer.pods.iter().map(|p| (local.paths().resolve(&p.node.unwrap()).0, p.each.to_string())).collect();
    assert_eq!(each[0], (0, "50 %".to_owned()));
    assert!(each[1..].iter().all(|e| *e == (1, "5.56 %".to_owned())) && each.len() == 10, "{each:?}");
    assert_eq!(answer.verdict, PathVerdict::Allowed);
    assert_eq!(places(&answer, 0), ["Client", "Load balancer", "Node n1", "Pod shop/web-0"]);
    // With `Cluster` they are equal, and half of the connections hop twice.
    let spread = scene(&[AZURE, &cluster(9), &service(BALANCED)]);
    let answer = ask(&spread, "203.0.113.9", "svc/shop/web");
    assert!(answer.pods.iter().all(|p| p.each == Share::of(1, 10)));
    let twice = answer.branches.iter().filter(|b| b.hops.iter().filter(|s| matches!(s.kind, HopKind::Place(Place::Node(_)))).count() == 2);
    assert_eq!(twice.fold(Share::NONE, |sum, b| sum.plus(b.share)), Share::of(1, 2));
}

#[test]
fn policy_of_clients_works_for_the_share_that_comes_by_the_pods_own_node() {
    let policy = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: clients, namespace: shop}, spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}}\n";
    let texts = [AZURE, &cluster(0), &service(BALANCED), policy];
    // The same policy stops probes of the node port; probes of kube-proxy do not ask pods.
    let answer = ask(&scene(&texts), "203.0.113.9", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Denied);
    assert!(answer.summary.starts_with("Denied: no node answers the health probe"), "{}", answer.summary);
    let shared = scene_with(&texts, |s| s.routing.probes = Some(Probes::Node));
    let answer = ask(&shared, "203.0.113.9", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Sometimes(Share::of(1, 2)));
    assert!(answer.summary.starts_with("Sometimes: 50 % of the connections succeed."), "{}", answer.summary);
    for dataplane in [Dataplane::Ebpf, Dataplane::EbpfDsr] {
        let kept = scene_with(&texts, |s| (s.routing.dataplane, s.routing.probes) = (Some(dataplane), Some(Probes::Node)));
        assert_eq!(ask(&kept, "203.0.113.9", "svc/shop/web").verdict, PathVerdict::Allowed);
    }
    let local = scene_with(&texts, |s| s.routing.external = Some(netpolis_core::language::TrafficPolicy::Local));
    let answer = ask(&local, "203.0.113.9", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Allowed);
    assert_eq!(answer.branches[0].seen.unwrap().address.address.unwrap().to_string(), "203.0.113.9");
    // The lint says the same, and nothing where the client is kept.
    let found = scene(&texts);
    let [(message, underlined)] = lints(&found, "LINT030")[..] else { panic!("{:?}", found.problems()) };
    assert_eq!(
        message,
        "50 % of the connections to Service `web` arrive with a node's address (masquerade), which this range does not match"
    );
    assert_eq!(underlined, "{ipBlock: {cidr: 203.0.113.0/24}}");
    assert!(lints(&scene(&[AZURE, &cluster(0), &service(BALANCED_LOCAL), policy]), "LINT030").is_empty());
}

#[test]
fn source_ranges_are_checked_by_groups_and_nodes() {
    let ranges = service(&format!("{BALANCED}, loadBalancerSourceRanges: [198.51.100.0/24]"));
    let given = scene(&[&azure(""), &cluster(1), &ranges]);
    let answer = ask(&given, "203.0.113.9", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Denied);
    // AKS's own group is met first.
    assert_eq!(stop(&answer).title, "Security group nodes, inbound");
    let open = azure("{priority: 100, name: open, allow: tcp 80, from: Internet}");
    let answer = ask(&scene(&[&open, &cluster(1), &ranges]), "203.0.113.9", "svc/shop/web");
    assert_eq!(stop(&answer).title, "Security group aks-agentpool-nsg, inbound");
    assert_eq!(ask(&scene(&[&open, &cluster(1), &ranges]), "198.51.100.7", "svc/shop/web").verdict, PathVerdict::Allowed);
    // Pods that use the address must be in the ranges too.
    let pod = "---\n{apiVersion: v1, kind: Pod, metadata: {name: client, namespace: shop}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.0.99}}\n";
    let inside = scene(&[&open, &cluster(1), &ranges, pod]);
    let asked = Asked { from: "shop/client", to: "20.1.2.3", port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
    let answer = inside.path(&asked).unwrap();
    assert!(matches!(stop(&answer).kind, HopKind::Stop(Stop::Dropped)));
    assert!(stop(&answer).text.contains("loadBalancerSourceRanges"));
    // A range that cannot be read closes the Service, where the API server does not refuse it already.
    let bad = service(BALANCED).replace(
        "namespace: shop}, spec",
        "namespace: shop, annotations: {service.beta.kubernetes.io/azure-allowed-ip-ranges: 198.51.100.0/240}}, spec",
    );
    let answer = ask(&scene(&[&open, &cluster(1), &bad]), "198.51.100.7", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Denied, "{}", answer.summary);
}

#[test]
fn probes_that_a_rule_stops_take_all_nodes_out() {
    let rules = "{priority: 100, name: web, allow: tcp 80, from: Internet}, {priority: 4096, name: nothing-else, deny: '*'}";
    let texts = [&azure(rules), &cluster(1), &service(BALANCED)];
    let texts: Vec<&str> = texts.iter().map(|t| t.as_str()).collect();
    let given = scene(&texts);
    let answer = ask(&given, "203.0.113.9", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Denied);
    let why = "no node answers the health probe, so no node gets connections: rule `nothing-else` of NetworkSecurityGroup `nodes` denies TCP 31080 from `168.63.129.16`";
    assert_eq!(stop(&answer).text, why);
    assert!(answer.probes.iter().all(|p| !p.healthy && p.stop.is_some()));
    let [(message, _)] = lints(&given, "LINT034")[..] else { panic!("{:?}", given.problems()) };
    assert!(message.starts_with("the load balancer's health probe does not reach node `n1` and 1 more"), "{message}");
    let ignored = scene_with(&texts, |s| s.routing.probes = Some(Probes::Ignored));
    assert_eq!(
        ask(&ignored, "203.0.113.9", "svc/shop/web").verdict,
        PathVerdict::Sometimes(Share::of(1, 2)),
        "the other half hops between nodes"
    );
    // A probe that goes on to a pod meets the pod's policy.
    let policy = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: clients, namespace: shop}, spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}}\n";
    let open = azure("{priority: 100, name: web, allow: tcp 80, from: Internet}");
    let to_pods = scene(&[&open, &cluster(1), &service(BALANCED), policy]);
    let answer = ask(&to_pods, "203.0.113.9", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Denied);
    assert!(stop(&answer).text.contains("168.63.129.16"), "{}", stop(&answer).text);
    // A cluster may share probes of kube-proxy.
    let shared = scene_with(&[&open, &cluster(1), &service(BALANCED), policy], |s| s.routing.probes = Some(Probes::Node));
    assert_eq!(ask(&shared, "203.0.113.9", "svc/shop/web").verdict, PathVerdict::Sometimes(Share::of(1, 2)));
}

#[test]
fn names_that_go_round_in_circles_are_explained() {
    let alias = |name: &str, to: &str| {
        format!(
            "---\n{{apiVersion: v1, kind: Service, metadata: {{name: {name}, namespace: shop}}, spec: {{type: ExternalName, externalName: {to}}}}}\n"
        )
    };
    let circle =
        [alias("a", "b.shop.svc.cluster.local"), alias("b", "a.shop"), alias("out", "db.example.com"), alias("real", "web.shop.svc")];
    let texts: Vec<&str> = circle.iter().map(String::as_str).collect();
    let (nodes, web) = (cluster(1), service("clusterIP: 10.0.9.9, ports: [{port: 80, targetPort: 8080}]"));
    let given = scene(&[texts.as_slice(), &[nodes.as_str(), web.as_str()]].concat());
    let answer = ask(&given, "shop/web-0", "svc/shop/a");
    assert_eq!(answer.verdict, PathVerdict::Denied);
    assert_eq!(stop(&answer).text, "the names form a loop and resolve to no address: `shop/a` → `shop/b` → `shop/a`");
    assert_eq!(lints(&given, "LINT037").len(), 1);
    let answer = ask(&given, "shop/web-0", "svc/shop/out");
    assert_eq!(answer.verdict, PathVerdict::Allowed);
    assert!(answer.notes.iter().any(|n| n.contains("only DNS knows its address")), "{:?}", answer.notes);
    let answer = ask(&given, "shop/web-0", "svc/shop/real");
    assert_eq!(answer.verdict, PathVerdict::Allowed);
    assert!(answer.notes.iter().any(|n| n.contains("`shop/real` is an alias (ExternalName) for `web.shop.svc`")), "{:?}", answer.notes);
}

#[test]
fn services_with_nothing_behind_them_refuse_or_drop() {
    let nodes = cluster(0);
    // Nobody at all: refused. Nobody on this node: dropped.
    let nobody = "---\n{apiVersion: v1, kind: Service, metadata: {name: none, namespace: shop}, spec: {clusterIP: 10.0.9.8, selector: {app: none}, ports: [{port: 80}]}}\n";
    let answer = ask(&scene(&[&nodes, nobody]), "shop/web-0", "svc/shop/none");
    assert!(matches!(stop(&answer).kind, HopKind::Stop(Stop::Rejected)), "{}", answer.summary);
    let far = "---\n{apiVersion: v1, kind: Pod, metadata: {name: far, namespace: shop}, spec: {nodeName: n2, containers: [{name: c}]}, status: {podIP: 10.244.1.99}}\n";
    let local = service("clusterIP: 10.0.9.9, internalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080}]");
    let answer = ask(&scene(&[&nodes, far, &local]), "shop/far", "svc/shop/web");
    assert!(matches!(stop(&answer).kind, HopKind::Stop(Stop::Dropped)), "{}", answer.summary);
    assert_eq!(stop(&answer).text, "no pod of `shop/web` is on `n2`, and its traffic policy is `Local`");
    // A node port with `Local` on a node without a pod.
    let port = service(
        "type: NodePort, externalTrafficPolicy: Local, clusterIP: 10.0.9.9, ports: [{port: 80, targetPort: 8080, nodePort: 31080}]",
    );
    let given = scene(&[&nodes, &port]);
    assert_eq!(ask(&given, "203.0.113.9", "svc/shop/web").verdict, PathVerdict::Sometimes(Share::of(1, 2)));
    let [(message, underlined)] = lints(&given, "LINT031")[..] else { panic!("{:?}", given.problems()) };
    assert_eq!((message, underlined), ("`n2` has no pod of Service `web`, and drops its connections from outside", "Local"));
}

#[test]
fn slices_say_what_stands_behind_a_service() {
    let nodes = cluster(1);
    let texts = "---
{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: 10.0.9.7, ports: [{name: sql, port: 5432}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}}
addressType: IPv4
ports: [{name: sql, port: 15432}]
endpoints:
- {addresses: [10.244.1.11], nodeName: n2, conditions: {ready: true}}
- {addresses: [192.0.2.20]}
- {addresses: [192.0.2.21], conditions: {ready: false}}
";
    let answer = ask(&scene(&[&nodes, texts]), "shop/web-0", "svc/shop/db");
    let found: Vec<&str> = answer.pods.iter().map(|p| p.title.as_str()).collect();
    assert_eq!(found, ["shop/web-1", "192.0.2.20"], "the one that is not ready gets nothing");
    assert!(answer.branches.iter().all(|b| b.share == Share::of(1, 2) && b.hops.last().unwrap().arrives.port == Some(15432)));
    let out = answer.branches.iter().find(|b| matches!(b.hops.last().unwrap().kind, HopKind::Place(Place::Outside))).unwrap();
    assert_eq!(out.hops.last().unwrap().arrives.from.address.unwrap().to_string(), "10.224.0.4", "it leaves with its node's address");
}

#[test]
fn ports_of_hosts_and_nodes_lead_to_pods() {
    let given = scene(&[&cluster(1)]);
    // `hostPort`: the client's address is kept.
    let answer = ask_port(&given, "203.0.113.9", "node/n2", Some(9001));
    assert_eq!(places(&answer, 0), ["Client", "Node n2", "Pod shop/web-1"]);
    let seen = answer.branches[0].seen.unwrap();
    assert_eq!(seen.address.address.unwrap().to_string(), "203.0.113.9");
    assert_eq!(answer.branches[0].hops.last().unwrap().arrives.port, Some(8080));
    // A node's address and node port mean the Service; so does a Service's node port.
    let service = service("type: NodePort, ports: [{port: 80, targetPort: http, nodePort: 31080}]");
    let given = scene(&[&cluster(1), &service]);
    let answer = ask_port(&given, "203.0.113.9", "10.224.0.5", Some(31080));
    assert_eq!((answer.entry, answer.to.as_str()), (Some(Entry::NodePort), "shop/web"));
    assert_eq!(ask_port(&given, "203.0.113.9", "svc/shop/web", Some(31080)).entry, Some(Entry::NodePort));
    let error =
        given.path(&Asked { from: "203.0.113.9", to: "svc/shop/web", port: Some(81), protocol: Protocol::TCP, entry: None, node: None });
    assert_eq!(error.unwrap_err().to_string(), "Service `shop/web` has no port TCP 81; it has TCP 80 (port `http` of the pods)");
}

#[test]
fn a_pod_that_reaches_itself_through_its_service_sees_its_node() {
    let given = scene(&[&cluster(0), &service("clusterIP: 10.0.9.9, ports: [{port: 80, targetPort: 8080}]")]);
    let answer = ask(&given, "shop/web-0", "svc/shop/web");
    assert_eq!(answer.branches[0].seen.unwrap().address.address.unwrap().to_string(), "10.224.0.4");
}

#[test]
fn a_cluster_that_brings_its_own_network_travels_inside_vxlan() {
    let azure = azure("{priority: 4000, name: no-vxlan, deny: udp 4789}").replace("plugin: overlay", "plugin: none");
    let given = scene(&[&azure, &cluster(1)]);
    let answer = ask_port(&given, "shop/web-0", "shop/web-1", Some(8080));
    assert_eq!(answer.verdict, PathVerdict::Denied);
    assert_eq!(stop(&answer).title, "Security group nodes, inbound");
    assert!(stop(&answer).text.contains("UDP 4789"), "{}", stop(&answer).text);
}

#[test]
fn ingresses_end_connections_and_open_their_own() {
    let ingress = |annotations: &str, tls: &str| {
        format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web, namespace: shop, annotations: {{{annotations}}}}}, spec: {{ingressClassName: nginx, {tls}rules: [{{host: shop.example, http: {{paths: [{{path: /api, pathType: Prefix, backend: {{service: {{name: gone, port: {{number: 80}}}}}}}}, {{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]}}}}\n"
        )
    };
    let nodes = cluster(1);
    let web = service("clusterIP: 10.0.9.9, ports: [{port: 80, targetPort: 8080}]");
    let plain = ingress("", "tls: [{hosts: [shop.example], secretName: s}], ");
    let given = scene(&[&nodes, &web, &plain]);
    // The controller is not in the text: its pods stand for themselves, and how clients come to them is left out.
    let answer = ask(&given, "203.0.113.9", "https://shop.example/cart");
    assert_eq!(answer.verdict, PathVerdict::Allowed);
    let seen = answer.branches[0].seen.unwrap();
    assert_eq!((seen.tls, seen.forwarded.unwrap().address.unwrap().to_string().as_str()), (Tls::Ends, "203.0.113.9"));
    // A rule for a Service that is not there.
    let answer = ask(&given, "203.0.113.9", "https://shop.example/api/x");
    assert_eq!(stop(&answer).text, "there is no Service `gone` in its namespace: the client gets 503");
    // A host that no rule has: whoever comes here with it gets 404; what else a client inside may mean by it is not known.
    let answer = ask(&given, "internet", "http://other.example/");
    assert_eq!(stop(&answer).text, "no Ingress rule matches other.example/: the client gets 404");
    assert!(
        answer.notes.iter().any(|n| n.contains("no Ingress has the host `other.example`; there is `shop.example`")),
        "{:?}",
        answer.notes
    );
    let other = Asked { from: "shop/web-0", to: "http://other.example/", port: None, protocol: Protocol::TCP, entry: None, node: None };
    assert_eq!(given.path(&other).unwrap_err().to_string(), "no Ingress has the host `other.example`; there is `shop.example`");
    // TLS that is passed on, and TLS at a gateway, which cannot.
    let passed = ingress("nginx.ingress.kubernetes.io/ssl-passthrough: 'true'", "");
    let given = scene(&[&nodes, &web, &passed]);
    assert_eq!(ask(&given, "203.0.113.9", "https://shop.example/").branches[0].seen.unwrap().tls, Tls::Untouched);
    let with_tls = ingress("nginx.ingress.kubernetes.io/ssl-passthrough: 'true'", "tls: [{hosts: [shop.example], secretName: s}], ");
    let by_gateway = scene_with(&[AZURE, &nodes, &web, &with_tls], |s| s.routing.ingress = Some(IngressBy::Gateway));
    let answer = ask(&by_gateway, "203.0.113.9", "https://shop.example/");
    assert_eq!(answer.branches[0].seen.unwrap().tls, Tls::Ends);
    let class = passed.replace("ingressClassName: nginx", "ingressClassName: azure-application-gateway");
    assert_eq!(lints(&scene(&[&nodes, &web, &class]), "LINT035").len(), 1);
}

#[test]
fn the_way_out_shows_what_the_world_sees() {
    let given = scene(&[&azure(""), &cluster(0)]);
    let answer = ask_port(&given, "shop/web-0", "192.0.2.80", Some(443));
    assert_eq!(places(&answer, 0), ["Pod shop/web-0", "Node n1", "Egress", "192.0.2.80"]);
    assert!(answer.branches[0].seen.unwrap().address.assumed);
    // To a machine of the network with the node's address, as overlay has it.
    let answer = ask_port(&given, "shop/web-0", "vm/vm", Some(5432));
    assert_eq!(answer.branches[0].seen.unwrap().address.address.unwrap().to_string(), "10.224.0.4");
    // From a machine to a pod of an overlay nothing leads.
    let answer = ask_port(&given, "vm/vm", "shop/web-0", Some(8080));
    assert!(matches!(stop(&answer).kind, HopKind::Stop(Stop::NoRoute)));
    let unaddressed = cluster(0).replace(", status: {podIP: 10.244.0.10}", "");
    let flat = scene_with(&[&azure(""), &unaddressed], |s| {
        s.routing.pod_network = Some(netpolis_core::language::azure::Plugin::NodeSubnet);
    });
    let answer = ask_port(&flat, "vm/vm", "shop/web-0", Some(8080));
    assert_eq!(answer.verdict, PathVerdict::Allowed);
}

#[test]
fn host_endpoints_see_packets_before_and_after_translation() {
    let port = service("type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 31080}]");
    let policy = |ports: &str| {
        format!(
            "---
{{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: n1, labels: {{host: node}}}}, spec: {{node: n1, interfaceName: eth0}}}}
---
{{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {{name: n2, labels: {{host: node}}}}, spec: {{node: n2, interfaceName: eth0}}}}
---
{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: edge}}, spec: {{selector: host == 'node', preDNAT: true, applyOnForward: true, types: [Ingress], ingress: [{{action: Deny, protocol: TCP, destination: {{ports: [{ports}]}}}}]}}}}
"
        )
    };
    let blocked = scene(&[&cluster(1), &port, &policy("31080")]);
    let answer = ask(&blocked, "203.0.113.9", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Denied);
    assert!(stop(&answer).title.contains("host endpoint n"), "{}", stop(&answer).title);
    assert!(lints(&blocked, "LINT033").is_empty());
    // The pods' port is not that of clients; it is that of packets which a node sends on to another, translated already.
    let pool = |mode: &str| {
        format!(
            "---\n{{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {{name: p}}, spec: {{cidr: 10.244.0.0/16, vxlanMode: {mode}}}}}\n"
        )
    };
    let by = |pool: &str| scene(&[&cluster(1), &port, &policy("8080"), pool]);
    // Inside a tunnel the interface to the network does not see them.
    assert_eq!(ask(&by(&pool("Always")), "203.0.113.9", "svc/shop/web").verdict, PathVerdict::Allowed);
    assert_eq!(ask(&by(""), "203.0.113.9", "svc/shop/web").verdict, PathVerdict::Sometimes(Share::of(1, 2)));
    let open = by(&pool("Never"));
    let answer = ask(&open, "203.0.113.9", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Sometimes(Share::of(1, 2)));
    assert!(
        stop(&answer).arrives.port == Some(8080)
            && matches!(open.paths().endpoint(&stop(&answer).arrives.from), netpolis_core::compile::Endpoint::Node(_))
    );
    let [(message, _)] = lints(&open, "LINT033")[..] else { panic!("{:?}", open.problems()) };
    assert_eq!(message, "this policy sees packets before DNAT: packets for Service `web` have port 31080 here, not 8080");
}

#[test]
fn ports_and_ranges_that_collide_are_told() {
    let two = "---
{apiVersion: v1, kind: Service, metadata: {name: one, namespace: shop}, spec: {type: NodePort, clusterIP: 10.0.0.5, selector: {app: web}, ports: [{port: 80, nodePort: 31000}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: two, namespace: shop}, spec: {type: NodePort, clusterIP: 10.0.0.5, selector: {app: web}, ports: [{port: 81, nodePort: 31000}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {podCIDR: 10.9.0.0/23}}
---
{apiVersion: v1, kind: Node, metadata: {name: b}, spec: {podCIDR: 10.9.1.0/24}}
";
    let given = scene(&[&cluster(0), two]);
    let found: Vec<&str> = lints(&given, "LINT036").into_iter().map(|(message, _)| message).collect();
    assert_eq!(
        found,
        [
            "cluster address 10.0.0.5 is claimed by Service `shop/one` already",
            "node port TCP 31000 is claimed by Service `shop/one` already"
        ]
    );
    let [(message, _)] = lints(&given, "LINT038")[..] else { panic!("{:?}", given.problems()) };
    assert_eq!(message, "the pod range 10.9.1.0/24 of node `b` overlaps 10.9.0.0/23 of node `a`");
    let answer = ask_port(&given, "203.0.113.9", "svc/shop/two", Some(31000));
    assert!(answer.notes.iter().any(|n| n.contains("claimed by `shop/one` and `shop/two`")), "{:?}", answer.notes);
}

#[test]
fn node_ports_in_groups_are_held_against_the_services() {
    let rule = |port: &str| azure(&format!("{{priority: 100, name: web, allow: tcp {port}, from: Internet}}"));
    let of = |azure: &str, service: &str| scene(&[azure, &cluster(0), service]);
    let port = service("type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 31080}]");
    assert!(lints(&of(&rule("31080"), &port), "LINT032").is_empty());
    let found = of(&rule("31081"), &port);
    assert_eq!(lints(&found, "LINT032")[0].0, "no Service has a node port that rule `web` opens");
    let found = of(&rule("31080"), &port.replace("app: web", "app: wep"));
    assert_eq!(lints(&found, "LINT032")[0].0, "node port 31080 has no pod: Service `web` selects none");
    let found = of(&rule("30000-32767"), &service(BALANCED));
    assert_eq!(
        lints(&found, "LINT032")[0].0,
        "packets of load balancer `web` arrive with its own port 80, not with the node port that this rule opens"
    );
}

#[test]
fn texts_without_nodes_get_two_that_stand_for_any() {
    let text = "
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {replicas: 3, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c}]}}}}
";
    let given = scene(&[text, &service(BALANCED)]);
    let answer = ask(&given, "203.0.113.9", "svc/shop/web");
    assert_eq!(answer.verdict, PathVerdict::Allowed);
    let counts: Vec<(u32, String)> = answer.pods.iter().map(|p| (p.count, p.each.to_string())).collect();
    assert_eq!(counts, [(2, "33.3 %".to_owned()), (1, "33.3 %".to_owned())]);
    assert!(answer.notes.iter().any(|n| n == "No nodes are given: 2 are assumed."), "{:?}", answer.notes);
    // As somebody says: one pod on the first, nine on the second.
    let chosen = scene_with(&[text, &service(BALANCED_LOCAL.replace("targetPort: http", "targetPort: 8080").as_str())], |s| {
        s.routing.placement.per_node = vec![1, 9];
    });
    let answer = ask(&chosen, "203.0.113.9", "svc/shop/web");
    let each: Vec<String> = answer.pods.iter().map(|p| p.each.to_string()).collect();
    assert_eq!(each, ["50 %", "5.56 %"]);
    // The rest of the scene knows nothing of them.
    assert!(given.snapshot().nodes.is_empty() && given.snapshot().endpoints.len() == 1);
}

#[test]
fn what_a_way_says_of_pods_is_what_is_decided_about_them() {
    let policy = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {}, ingress: [{ports: [{port: 8080}]}]}}\n";
    let given = scene(&[&cluster(1), policy]);
    for port in [8080, 8081] {
        let way = ask_port(&given, "shop/web-0", "shop/web-1", Some(port));
        let expected = if port == 8080 { Verdict::Allowed } else { Verdict::Denied };
        assert_eq!(way.branches[0].verdict, expected);
    }
}
