//! What of a Service, its pods and its nodes decides where connections go: probes, annotations, readiness, distribution, labels of nodes.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, Entry, PathAnswer, PathVerdict, Share};
use netpolis_core::settings::Settings;

/// A cluster whose nodes have a group with these rules.
fn azure(rules: &str) -> String {
    format!(
        "azure:
  networks: [{{name: vnet, addressSpace: 10.20.0.0/14, subnets: [{{name: nodes, prefix: 10.20.0.0/16, nsg: nodes}}, {{name: gate, prefix: 10.21.0.0/24}}]}}]
  nsgs: [{{name: nodes, inbound: [{rules}]}}]
  gateways: [{{name: gate, subnet: gate, public: 192.0.2.7}}]
  clusters: [{{name: c, subnet: nodes, plugin: azure, policy: calico, nodes: 2, serviceRange: 10.99.0.0/16}}]
---
{{apiVersion: v1, kind: Namespace, metadata: {{name: s}}}}
"
    )
}

/// The web is open to everybody, and between the machines of the network everything is.
const OPEN: &str =
    "{priority: 100, name: web, allow: '*', from: 203.0.113.0/24}, {priority: 110, name: inside, allow: '*', from: 10.20.0.0/14}";
const SHUT: &str = "{priority: 4000, name: shut, deny: '*'}";

fn node(number: u8, labels: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Node, metadata: {{name: aks-nodepool1-{number}, labels: {{{labels}}}}}, status: {{addresses: [{{type: InternalIP, address: 10.20.0.{}}}]}}}}\n",
        4 + number
    )
}

fn pod(name: &str, app: &str, node: u8, status: &str) -> String {
    let last = 100 + name.bytes().map(u32::from).sum::<u32>() % 100;
    format!(
        "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: s, labels: {{app: {app}}}}}, spec: {{nodeName: aks-nodepool1-{node}, containers: [{{name: c, image: i}}]}}, status: {{podIP: 10.20.1.{last}{status}}}}}\n"
    )
}

fn service(annotations: &str, spec: &str) -> String {
    format!(
        "---\n{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: s, annotations: {{{annotations}}}}}, spec: {{clusterIP: 10.99.0.9, selector: {{app: web}}, {spec}}}, status: {{loadBalancer: {{ingress: [{{ip: 192.0.2.9}}]}}}}}}\n"
    )
}

const BALANCED: &str = "type: LoadBalancer, ports: [{name: web, port: 80, targetPort: 8080, nodePort: 30080}]";

/// The policy of the pods lets in these ranges and nothing else.
fn policy(ranges: &str) -> String {
    format!(
        "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: web, namespace: s}}, spec: {{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{from: [{ranges}]}}]}}}}\n"
    )
}

fn ask(text: &str, from: &str, to: &str, entry: Option<Entry>) -> PathAnswer {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("all.yaml", text)]);
    let is_udp = text.contains("ports: [{protocol: UDP") || to.ends_with("kube-dns");
    let protocol = if is_udp { Protocol::UDP } else { Protocol::TCP };
    scene.path(&Asked { from, to, port: None, protocol, entry, node: None }).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn everything_said(answer: &PathAnswer) -> String {
    let hops = answer.branches.iter().flat_map(|b| &b.hops).map(|s| s.text.clone());
    let probes = answer.probes.iter().map(|p| p.text.clone());
    [answer.summary.clone()].into_iter().chain(hops).chain(probes).chain(answer.notes.iter().cloned()).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn holds(what: &str, answer: &PathAnswer, verdict: &str, says: &str) {
    assert_eq!(answer.verdict.as_str(), verdict, "{what}: {}", everything_said(answer));
    assert!(everything_said(answer).contains(says), "{what} lacks {says:?}:\n{}", everything_said(answer));
}

/// Upstream: AKS documentation, "Default health probe behavior" and "Customize the load balancer health probe"; cloud-provider-azure,
/// `azure_loadbalancer_healthprobe.go`.
#[test]
fn health_probes_are_what_aks_makes_of_the_service() {
    let probes = "{priority: 120, name: probes, allow: tcp 30080, from: AzureLoadBalancer}";
    let shared = "{priority: 120, name: probes, allow: tcp 10256, from: AzureLoadBalancer}";
    let other = "{priority: 120, name: probes, allow: tcp 30999, from: AzureLoadBalancer}";
    let local = "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30999, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]";
    let udp = "type: LoadBalancer, ports: [{protocol: UDP, port: 80, targetPort: 8080, nodePort: 30080}]";
    let udp_local = "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30999, ports: [{protocol: UDP, port: 80, targetPort: 8080, nodePort: 30080}]";
    let unnamed = "type: LoadBalancer, ports: [{port: 80, targetPort: 8080}]";
    let all_node_ports = "{priority: 120, name: probes, allow: tcp 30000-32767, from: AzureLoadBalancer}";
    let no_probe = "service.beta.kubernetes.io/port_80_no_probe_rule: 'True'";
    let elsewhere = "service.beta.kubernetes.io/port_80_health-probe_port: '30999'";
    let by_name = "service.beta.kubernetes.io/port_80_health-probe_port: web";
    for (what, probes, annotations, spec, verdict, says) in [
        ("the node port", probes, "", BALANCED, "allowed", ""),
        ("kube-proxy's port", shared, "", BALANCED, "denied", "TCP 30080"),
        ("the health port", other, "", local, "allowed", ""),
        ("the node port, with Local", probes, "", local, "denied", "TCP 30999"),
        ("none for UDP", SHUT, "", udp, "allowed", ""),
        ("with Local for UDP too", SHUT, "", udp_local, "denied", "TCP 30999"),
        ("none by annotation", SHUT, no_probe, BALANCED, "allowed", ""),
        ("a port by annotation", other, elsewhere, BALANCED, "allowed", ""),
        ("a port by annotation, shut", probes, elsewhere, BALANCED, "denied", "TCP 30999"),
        ("a port by its name", probes, by_name, BALANCED, "allowed", ""),
        ("some node port", all_node_ports, "", unnamed, "allowed", ""),
        ("some node port, of which one is open", probes, "", unnamed, "cannot tell", "no node port is specified"),
        ("some node port, and none is open", SHUT, "", unnamed, "denied", "health probe"),
    ] {
        let rules = if probes == SHUT { format!("{OPEN}, {SHUT}") } else { format!("{OPEN}, {probes}, {SHUT}") };
        let text = azure(&rules) + &pod("a", "web", 0, "") + &pod("b", "web", 1, "") + &service(annotations, spec);
        holds(what, &ask(&text, "203.0.113.5", "svc/s/web", None), verdict, says);
    }
}

/// A probe of the node port is a connection to a pod, which nodes without one send on with their own address.
#[test]
fn probes_of_node_ports_meet_the_policy_of_pods() {
    let clients = "{ipBlock: {cidr: 203.0.113.0/24}}";
    for (what, ranges, verdict, says) in [
        ("clients alone", clients.to_owned(), "denied", "168.63.129.16"),
        (
            "clients and the probe",
            format!("{clients}, {{ipBlock: {{cidr: 168.63.129.16/32}}}}"),
            "allowed",
            "1 of 2 nodes gets no connections",
        ),
        (
            "the nodes too",
            format!("{clients}, {{ipBlock: {{cidr: 168.63.129.16/32}}}}, {{ipBlock: {{cidr: 10.20.0.0/24}}}}"),
            "allowed",
            "",
        ),
    ] {
        let text = azure(OPEN) + &pod("a", "web", 0, "") + &pod("x", "none", 1, "") + &service("", BALANCED) + &policy(&ranges);
        holds(what, &ask(&text, "203.0.113.5", "svc/s/web", None), verdict, says);
    }
}

/// Upstream: AKS documentation, "Restrict inbound traffic to specific IP ranges"; cloud-provider-azure, `loadbalancer/accesscontrol.go`.
#[test]
fn annotations_for_ranges_are_rules_of_the_group_and_nothing_for_nodes() {
    let nodes = pod("a", "web", 1, "") + &pod("client", "client", 0, "");
    let of_group = "service.beta.kubernetes.io/azure-allowed-ip-ranges: '198.51.100.0/24, 203.0.113.7/32'";
    let upstream = "service.beta.kubernetes.io/load-balancer-source-ranges: 198.51.100.0/24";
    let half = "service.beta.kubernetes.io/azure-allowed-ip-ranges: '203.0.113.5/32, nonsense'";
    let tags = "service.beta.kubernetes.io/azure-allowed-service-tags: Storage, service.beta.kubernetes.io/azure-deny-all-except-load-balancer-source-ranges: 'true'";
    let ranged = format!("{BALANCED}, loadBalancerSourceRanges: [198.51.100.0/24]");
    for (what, annotations, spec, from, verdict, says) in [
        ("a pod", of_group, BALANCED, "s/client", "allowed", ""),
        ("a node", of_group, BALANCED, "node/aks-nodepool1-0", "allowed", ""),
        ("a client that is not among them", of_group, BALANCED, "203.0.113.5", "denied", "aks-agentpool-nsg"),
        ("a client that is", of_group, BALANCED, "203.0.113.7", "allowed", ""),
        ("the older annotation", upstream, BALANCED, "203.0.113.5", "denied", "aks-agentpool-nsg"),
        ("the older annotation, from a pod", upstream, BALANCED, "s/client", "allowed", ""),
        ("a range that cannot be read takes nothing from the others", half, BALANCED, "203.0.113.5", "allowed", ""),
        ("but the Internet", half, BALANCED, "203.0.113.6", "denied", "aks-agentpool-nsg"),
        ("tags alone deny nobody", tags, BALANCED, "203.0.113.5", "cannot tell", "the addresses of `Storage`"),
        ("the field, from a pod", "", &ranged, "s/client", "denied", "the pod's address is not in `loadBalancerSourceRanges`"),
        (
            "the field, from a node",
            "",
            &ranged,
            "node/aks-nodepool1-0",
            "denied",
            "the node's address is not in `loadBalancerSourceRanges`",
        ),
    ] {
        let text = azure(OPEN) + &nodes + &service(annotations, spec);
        holds(what, &ask(&text, from, "svc/s/web", Some(Entry::LoadBalancer)), verdict, says);
    }
}

/// Upstream: cloud-provider-azure, `getExpectedLBRules` and `reconcileSecurityGroup`.
#[test]
fn annotations_say_what_the_load_balancer_does() {
    let no_rule = "service.beta.kubernetes.io/port_80_no_lb_rule: 'true'";
    let other_port = "service.beta.kubernetes.io/port_81_no_lb_rule: 'true'";
    let off = "service.beta.kubernetes.io/azure-disable-load-balancer-floating-ip: 'true'";
    let node_port = "{priority: 120, name: node-port, allow: tcp 30080, from: 203.0.113.0/24, to: 10.20.0.0/16}";
    let front_end = "{priority: 120, name: front-end, allow: tcp 80, from: 203.0.113.0/24}";
    for (what, rules, annotations, verdict, says) in [
        ("no rule", OPEN, no_rule, "denied", "no rule for port 80"),
        ("no rule for another port", OPEN, other_port, "allowed", ""),
        ("without floating IP the group of AKS opens the node port", node_port, off, "allowed", ""),
        ("and a rule for the front end is for nothing", front_end, off, "denied", "TCP 30080"),
    ] {
        let text = azure(rules) + &pod("a", "web", 0, "") + &pod("b", "web", 1, "") + &service(annotations, BALANCED);
        holds(what, &ask(&text, "203.0.113.5", "svc/s/web", None), verdict, says);
    }
    // The load balancer's rules are nothing to a client in the cluster.
    let text = azure(OPEN) + &pod("a", "web", 0, "") + &pod("client", "client", 0, "") + &service(no_rule, BALANCED);
    holds("a pod", &ask(&text, "s/client", "svc/s/web", Some(Entry::LoadBalancer)), "allowed", "");
}

/// Upstream: Kubernetes documentation, "Pod Lifecycle" and "EndpointSlices" (conditions); `pkg/proxy/topology.go`.
#[test]
fn connections_go_to_what_is_ready() {
    let not = ", phase: Running, conditions: [{type: Ready, status: 'False'}]";
    let ready = ", phase: Running, conditions: [{type: Ready, status: 'True'}]";
    let client = pod("client", "client", 0, "");
    let plain = "ports: [{port: 80, targetPort: 8080}]";
    let published = "publishNotReadyAddresses: true, ports: [{port: 80, targetPort: 8080}]";
    let leaving = pod("b", "web", 1, ready).replace("name: b,", "name: b, deletionTimestamp: '2026-01-01T00:00:00Z',");
    for (what, pods, spec, gets) in [
        ("one of two", pod("a", "web", 0, not) + &pod("b", "web", 1, ready), plain, vec!["s/b"]),
        ("none", pod("a", "web", 0, not), plain, vec![]),
        ("one that waits", pod("a", "web", 0, ", phase: Pending"), plain, vec![]),
        ("published", pod("a", "web", 0, not) + &pod("b", "web", 1, ready), published, vec!["s/a", "s/b"]),
        ("one that ends", pod("a", "web", 0, ready) + &leaving, plain, vec!["s/a"]),
        ("where no other is ready, one that ends", pod("a", "web", 0, not) + &leaving, plain, vec!["s/b"]),
        ("nothing is said", pod("a", "web", 0, ""), plain, vec!["s/a"]),
    ] {
        let answer = ask(&(azure(OPEN) + &pods + &client + &service("", spec)), "s/client", "svc/s/web", None);
        let found: Vec<&str> = answer.pods.iter().map(|p| p.title.as_str()).collect();
        assert_eq!(found, gets, "{what}");
        assert_eq!(answer.verdict == PathVerdict::Denied, gets.is_empty(), "{what}");
    }
    let text = azure(OPEN) + &pod("a", "web", 0, not) + &service("", BALANCED);
    holds("by the load balancer", &ask(&text, "203.0.113.5", "svc/s/web", None), "denied", "`s/a` is not ready");
    // EndpointSlices say it themselves.
    let slices = |conditions: [&str; 2]| {
        let endpoint = |i: usize| format!("{{addresses: [10.20.1.{}], conditions: {{{}}}}}", 30 + i, conditions[i]);
        format!(
            "---\n{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: web-1, namespace: s, labels: {{kubernetes.io/service-name: web}}}}, addressType: IPv4, ports: [{{port: 8080}}], endpoints: [{}, {}]}}\n",
            endpoint(0),
            endpoint(1)
        )
    };
    for (conditions, gets) in [
        (["ready: true", "ready: false"], vec!["10.20.1.30"]),
        (["ready: false, serving: true, terminating: true", "ready: false, serving: false"], vec!["10.20.1.30"]),
        (["ready: false, serving: true, terminating: true", "ready: true"], vec!["10.20.1.31"]),
        (["ready: false", "ready: false"], vec![]),
    ] {
        let answer = ask(&(azure(OPEN) + &client + &service("", plain) + &slices(conditions)), "s/client", "svc/s/web", None);
        let found: Vec<&str> = answer.pods.iter().map(|p| p.title.as_str()).collect();
        assert_eq!(found, gets, "{conditions:?}");
    }
}

/// Upstream: "Well-Known Labels, Annotations and Taints": the label counts, whatever its value is.
#[test]
fn nodes_that_are_left_out_get_no_connections_of_load_balancers() {
    let label = "node.kubernetes.io/exclude-from-external-load-balancers: ''";
    let text = |first: &str, second: &str, spec: &str| {
        azure(OPEN) + &node(0, first) + &node(1, second) + &pod("a", "web", 0, "") + &service("", spec)
    };
    let answer = ask(&text(label, "", BALANCED), "203.0.113.5", "svc/s/web", None);
    holds("by the other", &answer, "allowed", "1 of 2 nodes gets no connections from the load balancer");
    assert!(answer.branches.iter().all(|b| b.title.starts_with("by node aks-nodepool1-1")), "{:?}", answer.branches[0].title);
    holds("all are", &ask(&text(label, label, BALANCED), "203.0.113.5", "svc/s/web", None), "denied", "every node is excluded");
    // Upstream: kubernetes/cloud-provider, `nodeUnTaintedPredicate`: a node that the cluster autoscaler is about to take away.
    let tainted = text("", "", BALANCED).replacen(
        "status:",
        "spec: {unschedulable: true, taints: [{key: ToBeDeletedByClusterAutoscaler, effect: NoSchedule}]}, status:",
        1,
    );
    holds(
        "one is to be deleted",
        &ask(&tainted, "203.0.113.5", "svc/s/web", None),
        "allowed",
        "1 of 2 nodes gets no connections from the load balancer",
    );
    let other_taint = tainted.replace("ToBeDeletedByClusterAutoscaler", "dedicated");
    let answer = ask(&other_taint, "203.0.113.5", "svc/s/web", None);
    assert!(answer.branches.iter().any(|b| b.title.starts_with("by node aks-nodepool1-0")), "a taint for pods alone");
    let local = format!("externalTrafficPolicy: Local, {BALANCED}");
    holds("the only one with a pod is", &ask(&text(label, "", &local), "203.0.113.5", "svc/s/web", None), "denied", "is excluded");
}

/// Upstream: Kubernetes documentation, "Service", traffic distribution; `pkg/proxy/topology.go`: hints count only if all endpoints have them.
#[test]
fn endpoints_nearby_come_first_where_that_is_preferred() {
    let zone = |zone: &str| format!("topology.kubernetes.io/zone: {zone}");
    let pods = pod("a", "web", 0, "") + &pod("b", "web", 1, "") + &pod("client", "client", 1, "");
    let nodes = |first: &str, second: &str| node(0, first) + &node(1, second);
    let (one, two) = (zone("one"), zone("two"));
    for (what, nodes, distribution, gets) in [
        ("anywhere", nodes(&one, &two), "", [1, 1]),
        ("the same node", nodes("", ""), "trafficDistribution: PreferSameNode, ", [0, 1]),
        ("the same zone", nodes(&one, &two), "trafficDistribution: PreferSameZone, ", [0, 1]),
        ("close", nodes(&one, &two), "trafficDistribution: PreferClose, ", [0, 1]),
        ("one zone", nodes(&one, &one), "trafficDistribution: PreferClose, ", [1, 1]),
        ("zones that are not given", nodes(&one, ""), "trafficDistribution: PreferClose, ", [1, 1]),
    ] {
        let text = azure(OPEN) + &nodes + &pods + &service("", &format!("{distribution}ports: [{{port: 80, targetPort: 8080}}]"));
        let answer = ask(&text, "s/client", "svc/s/web", None);
        let total: u32 = gets.iter().sum();
        let found: Vec<Share> = answer.pods.iter().map(|p| p.each).collect();
        assert_eq!(found, gets.map(|n| Share::of(n, total)), "{what}");
    }
    // From outside the node that the load balancer picks decides.
    let text = azure(OPEN) + &pods + &service("", &format!("trafficDistribution: PreferSameNode, {BALANCED}"));
    let answer = ask(&text, "203.0.113.5", "svc/s/web", None);
    assert!(answer.branches.iter().all(|b| b.title.ends_with("to its own pod")), "{:?}", answer.branches.len());
}

/// Upstream: "Application Gateway infrastructure configuration": Azure picks the addresses of instances from the gateway's subnet.
#[test]
fn a_gateway_may_have_any_address_of_its_subnet() {
    let ingress = "---\n{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web, namespace: s}, spec: {ingressClassName: azure-application-gateway, rules: [{host: s.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}}\n";
    for (range, verdict, says) in [
        ("10.21.0.0/24", "allowed", "an address of the gateway's subnet"),
        ("10.21.0.4/32", "cannot tell", "Azure picks the addresses"),
        ("10.21.0.0/25", "cannot tell", "Azure picks the addresses"),
        // What Azure keeps for itself is none of its addresses.
        ("10.21.0.0/30", "denied", "none of its rules allows"),
        ("10.22.0.0/24", "denied", "none of its rules allows"),
    ] {
        let web = service("", "ports: [{port: 80, targetPort: 8080}]");
        let block = policy(&format!("{{ipBlock: {{cidr: {range}}}}}"));
        let text = azure(OPEN) + &pod("a", "web", 0, "") + &web + ingress + &block;
        holds(range, &ask(&text, "203.0.113.5", "http://s.example/", None), verdict, says);
    }
}

/// Upstream: ingress-nginx documentation, "Default backend" and "SSL Passthrough".
#[test]
fn requests_that_no_rule_takes_are_answered_and_tls_that_is_passed_on_is_not_read() {
    let ingress = |annotations: &str, path: &str| {
        format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web, namespace: s, annotations: {{{annotations}}}}}, spec: {{ingressClassName: nginx, rules: [{{host: '*.s.example', http: {{paths: [{{{path}, backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]}}}}\n"
        )
    };
    let passed = "nginx.ingress.kubernetes.io/ssl-passthrough: 'true'";
    let text = |ingress: String| azure(OPEN) + &pod("a", "web", 0, "") + &service("", "ports: [{port: 80, targetPort: 8080}]") + &ingress;
    let (prefix, exact, root) = ("path: /cart, pathType: Prefix", "path: /cart, pathType: Exact", "path: /, pathType: Prefix");
    for (what, ingress, to, verdict, says) in [
        ("another path", ingress("", prefix), "http://a.s.example/stock", "denied", "404"),
        ("below an exact path", ingress("", exact), "http://a.s.example/cart/1", "denied", "404"),
        ("two labels for a wildcard", ingress("", root), "http://b.a.s.example/", "denied", "404"),
        ("its path", ingress("", prefix), "http://a.s.example/cart/1", "allowed", ""),
        ("TLS that is passed on has no path", ingress(passed, root), "https://a.s.example/stock", "allowed", "without decrypting it"),
        ("TLS is not passed on by a rule for a path", ingress(passed, prefix), "https://a.s.example/stock", "denied", "404"),
    ] {
        let answer = ask(&text(ingress), "203.0.113.5", to, None);
        holds(what, &answer, verdict, says);
        let forwarded = answer.branches.iter().filter_map(|b| b.seen?.forwarded).count();
        assert_eq!(forwarded, usize::from(verdict == "allowed" && !says.starts_with("without")), "{what}");
    }
}

/// Upstream: CNI plugins, `portmap`: translated on the node that has the address, before policies are asked there.
#[test]
fn host_ports_of_the_clients_own_node_lead_to_the_pod_before_policy_is_asked() {
    let exporter = "---\n{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: exporter, namespace: s}, spec: {selector: {matchLabels: {app: exporter}}, template: {metadata: {labels: {app: exporter}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 9100, hostPort: 19100}]}]}}}}\n";
    let out = |to: &str| {
        format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: out, namespace: s}}, spec: {{podSelector: {{matchLabels: {{app: client}}}}, policyTypes: [Egress], egress: [{{to: [{to}]}}]}}}}\n"
        )
    };
    let (to_pods, to_nodes) = ("podSelector: {matchLabels: {app: exporter}}", "ipBlock: {cidr: 10.20.0.5/32}");
    for (what, to, node, verdict) in [
        ("its own node, pods allowed", to_pods, "10.20.0.4", "allowed"),
        ("another node, pods allowed", to_pods, "10.20.0.5", "denied"),
        ("another node, nodes allowed", to_nodes, "10.20.0.5", "allowed"),
    ] {
        let text = azure(OPEN) + &pod("client", "client", 0, "") + exporter + &out(&format!("{{{to}}}"));
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("all.yaml", &text)]);
        let asked = Asked { from: "s/client", to: node, port: Some(19100), protocol: Protocol::TCP, entry: None, node: None };
        holds(what, &scene.path(&asked).unwrap(), verdict, "");
    }
}

/// Upstream: "DNS for Services and Pods"; the label `k8s-app: kube-dns` of `cluster/addons/dns`.
#[test]
fn names_are_asked_for_before_anything_else() {
    let out = |more: &str| {
        format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: out, namespace: s}}, spec: {{podSelector: {{matchLabels: {{app: client}}}}, policyTypes: [Egress], egress: [{{to: [{{podSelector: {{matchLabels: {{app: web}}}}}}]}}{more}]}}}}\n"
        )
    };
    let to = |peer: &str, ports: &str| format!(", {{to: [{peer}]{ports}}}");
    let system = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}";
    let (udp, tcp) = (", ports: [{port: 53, protocol: UDP}]", ", ports: [{port: 53, protocol: TCP}]");
    let plain = service("", "ports: [{port: 80, targetPort: 8080}]");
    for (what, more, to, verdict) in [
        ("no rule for DNS", String::new(), "web.s.svc.cluster.local", "denied"),
        ("in a URL", String::new(), "http://web.s/", "denied"),
        ("the Service itself was meant", String::new(), "svc/s/web", "allowed"),
        ("the namespace of DNS", to(&format!("{{{system}}}"), udp), "web.s.svc", "allowed"),
        ("the pods of DNS", to(&format!("{{{system}, podSelector: {{matchLabels: {{k8s-app: kube-dns}}}}}}"), udp), "web.s.svc", "allowed"),
        ("TCP alone", to(&format!("{{{system}}}"), tcp), "web.s.svc", "denied"),
        (
            "labels that DNS may have elsewhere",
            to("{namespaceSelector: {}, podSelector: {matchLabels: {dns: mine}}}", udp),
            "web.s.svc",
            "allowed",
        ),
        ("everywhere", to("{ipBlock: {cidr: 0.0.0.0/0}}", udp), "web.s.svc", "allowed"),
    ] {
        let text = azure(OPEN) + &pod("a", "web", 0, "") + &pod("client", "client", 1, "") + &plain + &out(&more);
        let says = if verdict == "denied" { "cannot query the cluster's DNS" } else { "" };
        holds(what, &ask(&text, "s/client", to, None), verdict, says);
    }
    // Headless Services and other names are nothing but names.
    let headless = plain.replace("clusterIP: 10.99.0.9", "clusterIP: None");
    let text = azure(OPEN) + &pod("a", "web", 0, "") + &pod("client", "client", 1, "") + &headless + &out("");
    holds("headless", &ask(&text, "s/client", "svc/s/web", None), "denied", "cannot query the cluster's DNS");
    // Whoever is outside asks others.
    let text = azure(OPEN) + &pod("a", "web", 0, "") + &service("", BALANCED) + &out("");
    holds("from outside", &ask(&text, "203.0.113.5", "svc/s/web", None), "allowed", "");
}

/// Upstream: "Using NodeLocal DNSCache in Kubernetes Clusters"; in iptables mode the cache has the address of the Service too.
#[test]
fn a_cache_for_dns_on_the_node_answers_in_place_of_the_pods() {
    let dns = "---\n{apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: kube-system}, spec: {clusterIP: 10.99.0.10, selector: {k8s-app: kube-dns}, ports: [{name: dns, port: 53, protocol: UDP}]}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: dns, namespace: kube-system, labels: {k8s-app: kube-dns}}, spec: {nodeName: aks-nodepool1-1, containers: [{name: c, image: i}]}}\n";
    let cache = |addresses: &str| {
        format!(
            "---\n{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: node-local-dns, namespace: kube-system}}, spec: {{selector: {{matchLabels: {{k: c}}}}, template: {{metadata: {{labels: {{k: c}}}}, spec: {{hostNetwork: true, containers: [{{name: c, image: i, args: [{addresses}]}}]}}}}}}}}\n"
        )
    };
    let felix = "---\n{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {name: default}, spec: {defaultEndpointToHostAction: Accept}}\n";
    let out = |to: &str| {
        format!(
            "---\n{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: out, namespace: s}}, spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{to}]}}]}}}}\n"
        )
    };
    let (to_pods, to_service) =
        ("{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}", "{ipBlock: {cidr: 10.99.0.10/32}}");
    for (what, addresses, to, verdict, says) in [
        ("both addresses, pods allowed", "-localip, '169.254.20.10,10.99.0.10'", to_pods, "denied", "node-local-dns"),
        ("both addresses, the Service's allowed", "-localip, '169.254.20.10,10.99.0.10'", to_service, "allowed", "node-local-dns"),
        ("written in one", "'-localip=169.254.20.10,10.99.0.10'", to_pods, "denied", "node-local-dns"),
        ("as the manifest has it", "-localip, '__PILLAR__LOCAL__DNS__,__PILLAR__DNS__SERVER__'", to_pods, "denied", "node-local-dns"),
        ("its own address alone", "-localip, 169.254.20.10", to_pods, "allowed", ""),
        ("its own address alone, the Service's allowed", "-localip, 169.254.20.10", to_service, "denied", ""),
    ] {
        let text = azure(OPEN) + &pod("client", "client", 0, "") + dns + felix + &cache(addresses) + &out(to);
        holds(what, &ask(&text, "s/client", "svc/kube-system/kube-dns", None), verdict, says);
    }
}

/// One pod that listens on 8080, a client, and a headless Service with these ports.
fn headless(ports: &str, pod: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: s, labels: {{app: a}}{pod}}}, spec: {{containers: [{{name: c, ports: [{{name: web, containerPort: 8080}}]}}]}}, status: {{podIP: 10.244.1.9, phase: Running, conditions: [{{type: Ready, status: 'True'}}]}}}}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: c, namespace: s}}, spec: {{containers: [{{name: c}}]}}}}
---
{{apiVersion: v1, kind: Service, metadata: {{name: h, namespace: s}}, spec: {{clusterIP: None, selector: {{app: a}}{ports}}}}}
---
{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: s}}, spec: {{podSelector: {{matchLabels: {{app: a}}}}, ingress: [{{ports: [{{port: 8080}}]}}]}}}}
"
    )
}

/// Upstream: Kubernetes documentation, "Headless Services": no load balancing or proxying; `pkg/apis/core/validation` asks for no ports of them.
#[test]
fn a_headless_service_translates_nothing_whatever_its_ports() {
    let to = |text: &str, port: Option<u16>| {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("all.yaml", text)]);
        scene.path(&Asked { from: "s/c", to: "svc/s/h", port, protocol: Protocol::TCP, entry: None, node: None }).unwrap()
    };
    let none = headless("", "");
    holds("no ports", &to(&none, Some(8080)), "allowed", "");
    holds("no ports, another port", &to(&none, Some(9090)), "denied", "");
    let one = headless(", ports: [{port: 80, targetPort: 8080}]", "");
    holds("the port of the pods", &to(&one, Some(8080)), "allowed", "");
    holds("the Service's own port", &to(&one, Some(80)), "denied", "nothing translates port 80; they listen on 8080");
    holds("a port that neither names", &to(&one, Some(9090)), "denied", "");
    holds("no port asked for", &to(&one, None), "allowed", "");
}

/// Upstream: Kubernetes documentation, "Headless Services", "Without selectors": its endpoints are those of EndpointSlices, with or without an address of
/// its own.
#[test]
fn a_headless_service_of_which_no_endpoint_is_known_is_like_any_other() {
    let headless = headless(", ports: [{port: 80}]", "").replace("selector: {app: a}, ", "");
    let out = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: c, namespace: s}, spec: {podSelector: {}, egress: [{ports: [{port: 53}, {port: 53, protocol: UDP}]}]}}\n";
    for text in [headless.clone(), headless.replace("clusterIP: None", "clusterIP: 10.96.0.9")] {
        let ask = |text: &str| ask(text, "s/c", "svc/s/h", None);
        holds("open", &ask(&text), "cannot tell", "`s/h` has no selector, and its EndpointSlices are not in the input");
        holds("shut in", &ask(&(text + out)), "denied", "egress");
    }
}

/// Upstream: coredns, `plugin/kubernetes/object/endpoint.go`, publishes ready endpoints only; that terminating ones serve where none is ready is a
/// fallback of kube-proxy (`pkg/proxy/topology.go`), which does not handle headless Services.
#[test]
fn a_headless_service_resolves_to_no_terminating_pod() {
    let leaving = headless(", ports: [{port: 8080}]", ", deletionTimestamp: '2026-11-01T00:00:00Z'");
    holds("terminating", &ask(&leaving, "s/c", "svc/s/h", None), "denied", "has no ready pod, so its name resolves to no address");
    let proxied = leaving.replace("clusterIP: None", "clusterIP: 10.96.0.9");
    holds("the same by kube-proxy", &ask(&proxied, "s/c", "svc/s/h", None), "allowed", "");
}

/// Upstream: `pkg/proxy/types.go`, `ServicePortName`, has the protocol; `pkg/api/v1/pod/util.go`, `FindPort`, compares it.
#[test]
fn ports_of_endpoints_have_the_protocol_of_the_services_port() {
    let slice = |protocol: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: c, namespace: s}}, spec: {{containers: [{{name: c}}]}}}}
---
{{apiVersion: v1, kind: Service, metadata: {{name: log, namespace: s}}, spec: {{clusterIP: 10.96.0.9, ports: [{{name: log, port: 514}}]}}}}
---
{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: log-1, namespace: s, labels: {{kubernetes.io/service-name: log}}}}, addressType: IPv4, endpoints: [{{addresses: [203.0.113.80]}}], ports: [{{name: log, port: 514, protocol: {protocol}}}]}}
"
        )
    };
    holds("the same", &ask(&slice("TCP"), "s/c", "svc/s/log", None), "allowed", "");
    holds(
        "another",
        &ask(&slice("UDP"), "s/c", "svc/s/log", None),
        "denied",
        "no EndpointSlice of `s/log` has a port named `log` with protocol TCP",
    );
    let named = headless(", ports: [{port: 80, targetPort: web, protocol: TCP}]", "").replace("clusterIP: None", "clusterIP: 10.96.0.9");
    holds("by name", &ask(&named, "s/c", "svc/s/h", None), "allowed", "");
    let udp = named.replace("{name: web, containerPort: 8080}", "{name: web, containerPort: 8080, protocol: UDP}");
    holds(
        "by name, of UDP",
        &ask(&udp, "s/c", "svc/s/h", None),
        "denied",
        "no ready pod of `s/h` has a container port named `web` with protocol TCP",
    );
}

/// Where the input does not say whether a pod's packets leave with its node's address, both are asked about. Upstream: tigera/docs,
/// `calico/reference/resources/ippool.mdx`: `natOutgoing` is false by default; other plugins differ.
#[test]
fn packets_to_other_nodes_may_keep_the_address_of_their_pod() {
    let nodes = "
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: s, labels: {app: web}}, spec: {nodeName: n2, containers: [{name: c}]}, status: {podIP: 10.244.2.10}}
---
{apiVersion: v1, kind: Pod, metadata: {name: cli, namespace: s, labels: {app: cli}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.1.20}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: s}, spec: {type: NodePort, externalTrafficPolicy: Local, clusterIP: 10.96.0.7, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: s}, spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: cli}}}]}]}}
";
    let pool = |nat: bool| {
        format!(
            "{nodes}---\n{{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {{name: p}}, spec: {{cidr: 10.244.0.0/16, natOutgoing: {nat}}}}}\n"
        )
    };
    let to = |text: &str| {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("all.yaml", text)]);
        scene.path(&Asked { from: "s/cli", to: "192.0.2.12", port: Some(30080), protocol: Protocol::TCP, entry: None, node: None }).unwrap()
    };
    holds("no pool", &to(nodes), "cannot tell", "arrive with the pod's own address or its node's");
    holds("kept", &to(&pool(false)), "allowed", "");
    holds("rewritten", &to(&pool(true)), "denied", "");
}

/// Two nodes of a plain cluster, of which the first has disks.
const PLAIN_NODES: &str =
    "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {disk: ssd}}, status: {addresses: [{type: InternalIP, address: 10.0.0.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 10.0.0.12}]}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
";

/// Upstream: Kubernetes documentation, "Assigning Pods to Nodes": a pod runs on nodes that have each of the labels only; a node without a pod drops what
/// comes to a node port with `externalTrafficPolicy: Local`.
#[test]
fn pods_are_on_nodes_that_have_the_labels_they_ask_for() {
    let text = |kind: &str, wanted: &str| {
        format!(
            "{PLAIN_NODES}{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: ing, namespace: shop}}, spec: {{selector: {{matchLabels: {{app: ing}}}}, template: {{metadata: {{labels: {{app: ing}}}}, spec: {{{wanted}containers: [{{name: c, image: i}}]}}}}}}}}\n---\n{{apiVersion: v1, kind: Service, metadata: {{name: ing, namespace: shop}}, spec: {{type: NodePort, externalTrafficPolicy: Local, selector: {{app: ing}}, ports: [{{port: 80, nodePort: 30081}}]}}}}\n"
        )
    };
    let at = |text: &str, node: &str| {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("all.yaml", text)]);
        let asked = Asked { from: "203.0.113.1", to: node, port: Some(30081), protocol: Protocol::TCP, entry: None, node: None };
        scene.path(&asked).unwrap_or_else(|error| panic!("{error}\n{text}")).verdict.as_str()
    };
    for kind in ["DaemonSet", "Deployment"] {
        let disk = text(kind, "nodeSelector: {disk: ssd}, ");
        assert_eq!((at(&disk, "10.0.0.11"), at(&disk, "10.0.0.12")), ("allowed", "denied"), "{kind}");
    }
    // The kubelet gives every node this label, whether it is written or not.
    let linux = text("DaemonSet", "nodeSelector: {kubernetes.io/os: linux}, ");
    assert_eq!((at(&linux, "10.0.0.11"), at(&linux, "10.0.0.12")), ("allowed", "allowed"));
    let host = text("DaemonSet", "nodeSelector: {kubernetes.io/hostname: n2}, ");
    assert_eq!((at(&host, "10.0.0.11"), at(&host, "10.0.0.12")), ("denied", "allowed"));
}

/// Upstream: Kubernetes API, `ContainerPort.hostIP`; containernetworking/plugins, portmap: the rule is for that address only.
#[test]
fn host_ports_of_one_address_are_open_there_only() {
    let at = |host: &str| {
        let text = format!(
            "{PLAIN_NODES}{{apiVersion: v1, kind: Pod, metadata: {{name: ing, namespace: shop, labels: {{app: ing}}}}, spec: {{nodeName: n1, containers: [{{name: c, image: i, ports: [{{containerPort: 8443, hostPort: 443{host}}}]}}]}}}}\n"
        );
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("all.yaml", &text)]);
        let asked = Asked { from: "198.51.100.4", to: "10.0.0.11", port: Some(443), protocol: Protocol::TCP, entry: None, node: None };
        let answer = scene.path(&asked).unwrap_or_else(|error| panic!("{error}\n{text}"));
        (everything_said(&answer).contains("shop/ing"), everything_said(&answer))
    };
    for (host, open) in [
        ("", true),
        (", hostIP: 10.0.0.11", true),
        (", hostIP: 0.0.0.0", true),
        (", hostIP: 127.0.0.1", false),
        (", hostIP: 10.0.0.12", false),
    ] {
        let (led, said) = at(host);
        assert_eq!(led, open, "{host}: {said}");
    }
}

/// Upstream: discovery/v1 `Endpoint.addresses` ("clients may choose to only use the first element"), as `pkg/proxy/endpointslicecache.go` does;
/// `ValidateEndpointIP` refuses addresses that lead nowhere else.
#[test]
fn of_an_endpoint_the_first_address_counts_and_special_ones_are_refused() {
    let text = |endpoints: &str| {
        azure(OPEN)
            + &pod("a", "a", 0, "")
            + &format!(
                "---\n{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: s}}, spec: {{clusterIP: 10.99.0.9, ports: [{{port: 80}}]}}}}\n---\n{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: web-1, namespace: s, labels: {{kubernetes.io/service-name: web}}}}, addressType: IPv4, ports: [{{port: 8080}}], endpoints: [{endpoints}]}}\n"
            )
    };
    let found =
        |endpoints: &str| -> Vec<String> { ask(&text(endpoints), "s/a", "svc/s/web", None).pods.iter().map(|p| p.title.clone()).collect() };
    assert_eq!(found("{addresses: [10.20.1.30, 10.20.1.31]}"), ["10.20.1.30"]);
    assert_eq!(found("{addresses: [10.20.1.30]}, {addresses: [10.20.1.31]}"), ["10.20.1.30", "10.20.1.31"]);
    for address in ["127.0.0.1", "169.254.169.254", "0.0.0.0", "224.0.0.5"] {
        let text = text(&format!("{{addresses: [{address}]}}"));
        assert_eq!(ask(&text, "s/a", "svc/s/web", None).verdict.as_str(), "cannot tell", "{address}");
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("all.yaml", &text)]);
        assert!(scene.errors().iter().any(|d| d.message.contains("may not be")), "{address}");
    }
}

/// A machine without a public address of its own calls a public load balancer: with which address it comes is not known. Upstream: docs/path.md, "Verdicts
/// and shares", 4.
#[test]
fn assumed_public_addresses_on_both_ends_decide_nothing() {
    let text = |machine: &str, service: &str| {
        format!(
            "azure:
  networks: [{{name: net, addressSpace: 10.48.0.0/12, subnets: [{{name: nodes, prefix: 10.48.0.0/16}}, {{name: vms, prefix: 10.50.0.0/24}}]}}]
  machines: [{{name: desk, subnet: vms, address: 10.50.0.4{machine}}}]
  clusters: [{{name: k, subnet: nodes, plugin: overlay, policy: calico, nodes: 2, serviceRange: 172.29.0.0/16}}]
---
{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: s, labels: {{app: a}}}}, spec: {{nodeName: aks-nodepool1-0, containers: [{{name: c, image: i}}]}}, status: {{podIP: 10.244.0.10}}}}
---
{{apiVersion: v1, kind: Service, metadata: {{name: a, namespace: s}}, spec: {{type: LoadBalancer, selector: {{app: a}}, ports: [{{port: 80, targetPort: 8080, nodePort: 30080}}]{service}}}}}
"
        )
    };
    let ranges = ", loadBalancerSourceRanges: [203.0.113.0/24]";
    for policy in [", externalTrafficPolicy: Local", ", externalTrafficPolicy: Cluster"] {
        for (machine, more, expected) in [
            ("", ranges, "cannot tell"),
            ("", "", "allowed"),
            (", public: 203.0.113.9", ranges, "allowed"),
            (", public: 198.51.100.9", ranges, "denied"),
        ] {
            let answer = ask(&text(machine, &format!("{policy}{more}")), "vm/desk", "svc/s/a", None);
            assert_eq!(answer.verdict.as_str(), expected, "{policy} {machine} {more}: {}", answer.summary);
        }
    }
}
