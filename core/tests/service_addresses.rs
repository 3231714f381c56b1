//! The addresses of a Service: its own of both families, those of its load balancer, and `externalIPs`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, Entry, PathAnswer};
use netpolis_core::settings::Settings;

/// Two nodes; the pod is on the first, and only 203.0.113.0/24 may reach it.
const CLUSTER: &str = "\
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, image: i}]}, status: {phase: Running, podIPs: [{ip: 10.244.1.10}, {ip: 'fd00:1::10'}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: client, namespace: shop}, spec: {nodeName: n2, containers: [{name: c, image: i}]}, status: {phase: Running, podIPs: [{ip: 10.244.2.10}, {ip: 'fd00:2::10'}]}}
";

const POLICY: &str = "\
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]}}
";

fn service(name: &str, spec: &str, status: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Service, metadata: {{name: {name}, namespace: shop}}, spec: {{selector: {{app: web}}, {spec}}}, status: {{loadBalancer: {{ingress: [{status}]}}}}}}\n"
    )
}

struct Question<'a> {
    from: &'a str,
    to: &'a str,
    port: Option<u16>,
    via: Option<Entry>,
}

fn ask(text: &str, question: &Question<'_>) -> Result<PathAnswer, String> {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("all.yaml", text)]);
    let Question { from, to, port, via } = *question;
    scene.path(&Asked { from, to, port, protocol: Protocol::TCP, entry: via, node: None }).map_err(|error| error.to_string())
}

fn at(text: &str, from: &str, to: &str) -> PathAnswer {
    ask(text, &Question { from, to, port: None, via: None }).unwrap_or_else(|error| panic!("{error}"))
}

/// All packets of an answer, as they come to places.
fn packets(answer: &PathAnswer) -> Vec<String> {
    let hops = answer.branches.iter().flat_map(|b| &b.hops);
    hops.map(|h| format!("{}:{}", h.arrives.to.address.map_or_else(String::new, |a| a.to_string()), h.arrives.port.unwrap_or(0))).collect()
}

fn said(answer: &PathAnswer) -> String {
    let hops = answer.branches.iter().flat_map(|b| &b.hops).flat_map(|h| [h.title.clone(), h.text.clone()]);
    core::iter::once(answer.summary.clone()).chain(hops).chain(answer.notes.iter().cloned()).collect::<Vec<_>>().join("\n")
}

const BALANCED: &str = "type: LoadBalancer, clusterIP: 10.96.0.7, externalIPs: [198.51.100.77], loadBalancerSourceRanges: [192.0.2.128/25], \
                        externalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]";

/// Upstream: `pkg/proxy/iptables/proxier.go`, "Capture externalIPs": only addresses of the load balancer have the firewall of its source ranges.
#[test]
fn external_ips_are_no_addresses_of_a_load_balancer() {
    let text = CLUSTER.to_owned() + &service("web", BALANCED, "{ip: 198.51.100.9}");
    let balanced = at(&text, "203.0.113.5", "198.51.100.9");
    assert_eq!((balanced.verdict.as_str(), balanced.entry), ("denied", Some(Entry::LoadBalancer)), "{}", said(&balanced));
    let external = at(&text, "203.0.113.5", "198.51.100.77");
    // With `Local` the node that the network picks has to have a pod.
    assert_eq!((external.verdict.as_str(), external.entry), ("sometimes", Some(Entry::ExternalIp)), "{}", said(&external));
    assert!(!said(&external).contains("Load balancer") && said(&external).contains("does not manage addresses in `externalIPs`"));
    assert!(packets(&external).contains(&"198.51.100.77:80".to_owned()) && packets(&external).contains(&"10.244.1.10:8080".to_owned()));
    assert!(!packets(&external).iter().any(|packet| packet.starts_with("198.51.100.9:")));
    let by_word = ask(&text, &Question { from: "203.0.113.5", to: "svc/shop/web", port: None, via: Some(Entry::ExternalIp) }).unwrap();
    assert_eq!(packets(&by_word), packets(&external));
}

/// With `Cluster` a node that has no pod sends packets on with its own address, whatever the type of the Service.
#[test]
fn packets_to_external_ips_are_masqueraded_as_those_to_node_ports() {
    for policy in ["", "externalTrafficPolicy: Local, "] {
        let spec = format!("clusterIP: 10.96.0.7, externalIPs: [198.51.100.77], {policy}ports: [{{port: 80, targetPort: 8080}}]");
        let text = CLUSTER.to_owned() + POLICY + &service("web", &spec, "");
        let (by_address, by_name) = (at(&text, "203.0.113.5", "198.51.100.77"), at(&text, "203.0.113.5", "svc/shop/web"));
        // On the pod's own node its policy is asked before the masquerade; the other node sends on with its own address, or has no pod.
        assert_eq!((by_address.verdict.as_str(), by_name.verdict.as_str()), ("sometimes", "sometimes"), "{}", said(&by_address));
        assert!(said(&by_address).contains("masquerade") == policy.is_empty(), "{}", said(&by_address));
        let inside = at(&text, "shop/client", "198.51.100.77");
        assert_eq!(inside.verdict.as_str(), "denied");
        assert!(packets(&inside).contains(&"198.51.100.77:80".to_owned()), "{:?}", packets(&inside));
    }
}

/// A node's address in `externalIPs` leads to that node, and its other ports stay its own.
#[test]
fn an_external_ip_can_be_a_nodes() {
    let spec = "clusterIP: 10.96.0.7, externalIPs: [192.0.2.12], externalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080}]";
    let text = CLUSTER.to_owned() + &service("web", spec, "");
    let there = at(&text, "203.0.113.5", "192.0.2.12");
    assert_eq!(there.verdict.as_str(), "denied", "no pod of the Service is on n2: {}", said(&there));
    assert!(!said(&there).contains("does not manage"), "{}", said(&there));
    let own = ask(&text, &Question { from: "203.0.113.5", to: "192.0.2.12", port: Some(22), via: None }).unwrap();
    assert_eq!((own.verdict.as_str(), own.entry), ("allowed", None));
}

/// Several Services may share an address, and a node port is none of its ports.
#[test]
fn the_port_decides_between_services_with_one_address() {
    let spec = |port: u16, target: u16| {
        format!("type: LoadBalancer, clusterIP: 10.96.0.{target}, ports: [{{port: {port}, targetPort: {target}, nodePort: 3{port:04}}}]")
    };
    let text = CLUSTER.to_owned()
        + &service("one", &spec(80, 81), "{ip: 198.51.100.9}")
        + &service("two", &spec(443, 82), "{ip: 198.51.100.9}, {ip: 198.51.100.10}");
    for (to, port, target) in
        [("198.51.100.9", 80, "10.244.1.10:81"), ("198.51.100.9", 443, "10.244.1.10:82"), ("198.51.100.10", 443, "10.244.1.10:82")]
    {
        let answer = ask(&text, &Question { from: "203.0.113.5", to, port: Some(port), via: None }).unwrap();
        assert!(packets(&answer).contains(&target.to_owned()), "{:?}", packets(&answer));
        assert!(packets(&answer).contains(&format!("{to}:{port}")), "{:?}", packets(&answer));
    }
    let node_port = ask(&text, &Question { from: "203.0.113.5", to: "198.51.100.10", port: Some(30443), via: None });
    assert!(node_port.is_err_and(|error| error.contains("has no port TCP 30443")));
}

/// Without an address there that Kubernetes would know, Azure's network leads nowhere for certain.
#[test]
fn azures_network_does_not_say_where_external_ips_lead() {
    let azure = "azure:\n  networks: [{name: v, addressSpace: 10.20.0.0/16, subnets: [{name: nodes, prefix: 10.20.0.0/24}]}]\n  clusters: [{name: c, subnet: nodes, plugin: overlay, policy: calico, nodes: 2}]\n---\n";
    let spec = "clusterIP: 10.96.0.7, externalIPs: [198.51.100.77], ports: [{port: 80, targetPort: 8080}]";
    let text = azure.to_owned()
        + "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}\n"
        + &service("web", spec, "");
    let answer = at(&text, "203.0.113.5", "198.51.100.77");
    assert_eq!(answer.verdict.as_str(), "cannot tell", "{}", said(&answer));
    assert!(said(&answer).contains("whether the network sends packets to this one of `web` to a node"), "{}", said(&answer));
}

/// The address that is asked for is the one of the path, and says of which family the pods' addresses on it are.
#[test]
fn a_services_address_of_either_family_is_followed() {
    let spec = "clusterIP: 10.96.0.7, clusterIPs: [10.96.0.7, 'fd00:9::7'], ipFamilyPolicy: PreferDualStack, ports: [{port: 80, targetPort: 8080}]";
    let first_v4 = CLUSTER.to_owned() + &service("web", spec, "");
    let first_v6 =
        CLUSTER.replace("{ip: 10.244.1.10}, {ip: 'fd00:1::10'}", "{ip: 'fd00:1::10'}, {ip: 10.244.1.10}") + &service("web", spec, "");
    for text in [first_v4, first_v6] {
        for (to, pod) in [("10.96.0.7", "10.244.1.10:8080"), ("fd00:9::7", "fd00:1::10:8080")] {
            let answer = at(&text, "shop/client", to);
            assert_eq!(answer.verdict.as_str(), "allowed", "{}", said(&answer));
            assert!(packets(&answer).contains(&format!("{to}:80")), "{:?}", packets(&answer));
            assert!(packets(&answer).iter().any(|packet| packet.contains(pod)), "{:?}", packets(&answer));
        }
    }
}

/// Upstream: Kubernetes documentation, "IPv4/IPv6 dual-stack" and "Specifying IPMode of load balancer status".
#[test]
fn families_and_modes_of_addresses_decide() {
    let only_v6 = "clusterIP: 'fd00:9::7', ipFamilies: [IPv6], ipFamilyPolicy: SingleStack, ports: [{port: 80, targetPort: 8080}]";
    let pods = "podIPs: [{ip: 10.244.1.10}, {ip: 'fd00:1::10'}]";
    for (own, verdict) in
        [("podIP: 10.244.1.10", "denied"), (pods, "cannot tell"), ("podIPs: [{ip: 'fd00:1::10'}, {ip: 10.244.1.10}]", "allowed")]
    {
        let text = CLUSTER.replace(pods, own) + &service("web", only_v6, "");
        let answer = at(&text, "shop/client", "svc/shop/web");
        assert_eq!(answer.verdict.as_str(), verdict, "{own}: {}", said(&answer));
    }

    let balanced = "type: LoadBalancer, clusterIP: 10.96.0.7, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]";
    let text = CLUSTER.to_owned() + &service("web", balanced, "{ip: 198.51.100.9, ipMode: Proxy}, {ip: 198.51.100.10, ipMode: VIP}");
    for from in ["203.0.113.5", "shop/client"] {
        let (proxy, own) = (at(&text, from, "198.51.100.9"), at(&text, from, "198.51.100.10"));
        assert_eq!((proxy.verdict.as_str(), own.verdict.as_str()), ("cannot tell", "allowed"), "{}\n{}", said(&proxy), said(&own));
        assert!(said(&proxy).contains("is a proxy (`ipMode: Proxy`)"), "{}", said(&proxy));
    }
}

/// Azure's network with nodes, and a subnet for front ends; rules of the nodes' group.
fn azure(rules: &str) -> String {
    format!(
        "azure:
  networks: [{{name: v, addressSpace: 10.48.0.0/12, subnets: [{{name: nodes, prefix: 10.48.0.0/16, nsg: g}}, {{name: vms, prefix: 10.50.0.0/24}}, {{name: lbs, prefix: 10.51.0.0/24}}]}}]
  machines: [{{name: desk, subnet: vms, address: 10.50.0.4}}]
  nsgs: [{{name: g, inbound: [{{priority: 110, name: probe, allow: '*', from: AzureLoadBalancer}}, {rules}]}}]
  clusters: [{{name: k, subnet: nodes, plugin: overlay, policy: calico, nodes: 2}}]
---
{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: shop, labels: {{app: web}}}}, spec: {{nodeName: aks-nodepool1-0, containers: [{{name: c, image: i}}]}}, status: {{podIP: 10.244.0.10}}}}
"
    )
}

fn annotated(annotations: &str, spec: &str, status: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: shop, annotations: {{{annotations}}}}}, spec: {{type: LoadBalancer, selector: {{app: web}}, ports: [{{port: 80, targetPort: 8080, nodePort: 30080}}]{spec}}}, status: {{loadBalancer: {{ingress: [{status}]}}}}}}\n"
    )
}

/// Upstream: AKS documentation, "Use an internal load balancer", "Specify a different subnet".
#[test]
fn an_internal_front_end_is_in_the_subnet_that_is_named() {
    let open = "{priority: 120, name: lb, allow: tcp 80, from: 10.50.0.0/24, to: 10.51.0.0/24}, {priority: 200, name: no, deny: '*', from: 10.50.0.0/24}";
    let half = open.replace("to: 10.51.0.0/24", "to: 10.51.0.128/25");
    let internal = "service.beta.kubernetes.io/azure-load-balancer-internal: 'true'";
    let in_subnet = |name: &str| format!("{internal}, service.beta.kubernetes.io/azure-load-balancer-internal-subnet: {name}");
    for (rules, annotations, verdict) in [
        (open, in_subnet("lbs"), "allowed"),
        (half.as_str(), in_subnet("lbs"), "cannot tell"),
        (open, internal.to_owned(), "denied"),
        (open, in_subnet("other"), "cannot tell"),
    ] {
        let text = azure(rules) + &annotated(&annotations, "", "");
        let answer = at(&text, "vm/desk", "svc/shop/web");
        assert_eq!(answer.verdict.as_str(), verdict, "{annotations}: {}", said(&answer));
    }
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("all.yaml", &(azure(open) + &annotated(&in_subnet("lbs"), "", "")))]);
    assert!(!scene.problems().iter().any(|p| p.code.0 == "LINT021"), "the rule matches the front end");
}

/// Upstream: Kubernetes API, `loadBalancerClass`; kubernetes-sigs/aws-load-balancer-controller, docs/guide/service/nlb.md.
#[test]
fn load_balancers_of_others_are_not_taken_for_azures() {
    let aws = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip";
    for (annotations, spec, status, says) in [
        ("", ", loadBalancerClass: tailscale", "", "`loadBalancerClass` `tailscale`"),
        (aws, "", "", "its annotation `service.beta.kubernetes.io/aws-load-balancer-nlb-target-type`"),
        ("", "", "{hostname: a.elb.eu-west-1.amazonaws.com}", "known by its name `a.elb.eu-west-1.amazonaws.com` only"),
    ] {
        for text in [CLUSTER.to_owned(), azure("")] {
            let answer = at(&(text + &annotated(annotations, spec, status)), "203.0.113.5", "svc/shop/web");
            assert_eq!(answer.verdict.as_str(), "cannot tell", "{}", said(&answer));
            assert!(said(&answer).contains(says), "{says}: {}", said(&answer));
        }
    }
    // With an address, too.
    let text = azure("") + &annotated("", ", loadBalancerClass: tailscale", "{ip: 192.0.2.9}");
    assert_eq!(at(&text, "203.0.113.5", "192.0.2.9").verdict.as_str(), "cannot tell");
    // What only announces addresses leaves packets as they are.
    let announced = CLUSTER.to_owned() + &annotated("", ", loadBalancerClass: metallb.io/metallb", "{ip: 198.51.100.9}");
    assert_eq!(at(&announced, "203.0.113.5", "svc/shop/web").verdict.as_str(), "allowed");
}
