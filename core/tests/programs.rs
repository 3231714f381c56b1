//! What programs of the cluster are configured with decides as much as policies: Calico's agent and controllers, kube-proxy, ingress controllers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::diff::{Change, MOST_NODE_PAIRS, Relation, TooManyNodePairs};
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, Entry};
use netpolis_core::settings::{Engine, Settings};
use netpolis_core::verdict::{Flow, Verdict};

const CLUSTER: &str = "\
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: shop}}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: [{type: InternalIP, address: 10.0.0.1}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2, labels: {role: edge}}, status: {addresses: [{type: InternalIP, address: 10.0.0.2}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, image: i}]}, status: {podIP: 10.244.1.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {nodeName: n2, containers: [{name: c, image: i}]}, status: {podIP: 10.244.2.5}}
---
{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {type: NodePort, selector: {app: db}, ports: [{port: 80, targetPort: 5432, nodePort: 30080}]}}
";
const UNKNOWN: &str = "cannot tell";

fn scene(engine: Engine, parts: &[&str]) -> Analysis {
    let mut scene = Analysis::new(Settings { engine, ..Settings::default() });
    let text = [&[CLUSTER], parts].concat().join("---\n");
    scene.set_files(&[("all.yaml", &text)]);
    scene
}

/// The verdict on a flow to a port by TCP, which all pairs must agree with; and what is said.
fn ask(parts: &[&str], from: &str, to: &str, port: u16) -> (String, String) {
    let scene = scene(Engine::Calico, parts);
    let end = |name: &str| {
        let pod = scene.snapshot().pods().find(|(_, e)| e.name == name).map(|(id, _)| Endpoint::Pod(id));
        let node = || scene.snapshot().nodes().find(|(_, n)| n.name == name).map(|(id, _)| Endpoint::Node(id));
        pod.or_else(node).unwrap_or_else(|| Endpoint::Outside(name.parse().unwrap()))
    };
    let flow = Flow { from: end(from), to: end(to), traffic: Traffic::to_port(Protocol::TCP, port) };
    let answer = scene.decide(&flow);
    let pair = scene.connectivity().between(flow.from, flow.to);
    let wanted = netpolis_core::connections::ConnectionSet::of_traffic(flow.traffic);
    assert_eq!(pair.verdict(&wanted), answer.verdict, "{}", answer.summary);
    (answer.verdict.as_str().into(), answer.summary)
}

#[track_caller]
fn check(parts: &[&str], (from, to, port): (&str, &str, u16), verdict: &str, words: &str) {
    let (found, summary) = ask(parts, from, to, port);
    assert!(found == verdict && summary.contains(words), "{summary}");
}

/// The verdict on a path, and what is said.
fn path(parts: &[&str], from: &str, to: &str, node: Option<&str>) -> String {
    let scene = scene(Engine::Detected, parts);
    let entry = node.map(|_| Entry::NodePort);
    match scene.path(&Asked { from, to, port: None, protocol: Protocol::TCP, entry, node }) {
        Ok(answer) => format!("{}: {}", answer.verdict.as_str(), answer.summary),
        Err(error) => format!("error: {error}"),
    }
}

#[track_caller]
fn says(found: &str, verdict: &str, words: &str) {
    assert!(found.starts_with(verdict) && found.contains(words), "{found}");
}

/// Calico's agent with variables.
fn agent(env: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: calico-node, namespace: kube-system}}, spec: {{selector: {{matchLabels: {{k8s-app: calico-node}}}}, \
         template: {{metadata: {{labels: {{k8s-app: calico-node}}}}, spec: {{hostNetwork: true, containers: [{{name: calico-node, image: \
         'docker.io/calico/node:v3.32.0', env: [{env}]}}]}}}}}}}}\n"
    )
}

fn felix(name: &str, spec: &str) -> String {
    format!("{{apiVersion: projectcalico.org/v3, kind: FelixConfiguration, metadata: {{name: {name}}}, spec: {{{spec}}}}}\n")
}

const HOST: &str = "{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: n2, labels: {host: n2}}, spec: {node: n2, interfaceName: '*', expectedIPs: [10.0.0.2]}}\n";
const TO_OWN_NODE: (&str, &str, u16) = ("db", "n2", 80);
const SSH: (&str, &str, u16) = ("192.0.2.9", "n2", 22);

/// Upstream: `SourcesInDescendingOrder` of Felix: the environment, `node.NAME`, selected nodes, `default`. Its manifests and its operator set ACCEPT.
#[test]
fn what_pods_may_send_to_their_own_node_depends_on_how_calico_is_installed() {
    let action = "defaultEndpointToHostAction";
    let (drop, accept) = (felix("default", &format!("{action}: Drop")), "{name: FELIX_DEFAULTENDPOINTTOHOSTACTION, value: ACCEPT}");
    check(&[], TO_OWN_NODE, UNKNOWN, "the input does not say how Calico is installed");
    check(&[&drop], TO_OWN_NODE, "denied", action);
    check(&[&agent("")], TO_OWN_NODE, "denied", action);
    check(&[&agent(accept)], TO_OWN_NODE, "allowed", "");
    check(&[&agent(accept), &drop], TO_OWN_NODE, "allowed", "");
    check(&[&agent("{name: felix_DefaultEndpointToHostAction, value: accept}"), &drop], TO_OWN_NODE, "allowed", "");
    let open = "{name: FELIX_DEFAULTENDPOINTTOHOSTACTION, valueFrom: {configMapKeyRef: {name: x, key: y}}}";
    check(&[&agent(open), &drop], TO_OWN_NODE, UNKNOWN, "cannot be read");
    let operator = "{apiVersion: operator.tigera.io/v1, kind: Installation, metadata: {name: default}, spec: {}}\n";
    check(&[operator], TO_OWN_NODE, "allowed", "");
    // For selected nodes.
    let selected = |selector: &str| felix("edge", &format!("nodeSelector: \"{selector}\", {action}: Accept"));
    check(&[&selected("role == 'edge'"), &drop], TO_OWN_NODE, "allowed", "");
    check(&[&selected("role == 'other'"), &drop], TO_OWN_NODE, "denied", "");
    check(&[&selected("role == 'edge'"), &felix("node.n2", &format!("{action}: Drop"))], TO_OWN_NODE, "denied", "");
    let other = felix("other", &format!("nodeSelector: all(), {action}: Drop"));
    check(&[&selected("role == 'edge'"), &other], TO_OWN_NODE, UNKNOWN, "which of several configurations");
    check(&[&selected("role == 'edge'"), &other], ("web", "n1", 80), "denied", "");
}

#[test]
fn failsafe_ports_are_those_of_the_environment_or_of_the_configuration_for_the_node() {
    check(&[HOST], SSH, "allowed", "failsafe ports");
    let none = "{name: FELIX_FAILSAFEINBOUNDHOSTPORTS, value: none}";
    check(&[HOST, &agent(none)], SSH, "denied", "");
    check(&[HOST, &agent("{name: FELIX_FAILSAFEINBOUNDHOSTPORTS, value: 'tcp:198.51.100.0/24:22, 8080'}")], SSH, "denied", "");
    check(&[HOST, &agent("{name: FELIX_FAILSAFEINBOUNDHOSTPORTS, value: 'tcp:192.0.2.0/24:22'}")], SSH, "allowed", "");
    check(&[HOST, &agent("{name: FELIX_FAILSAFEINBOUNDHOSTPORTS, value: ssh}")], SSH, UNKNOWN, "cannot be read");
    check(&[HOST, &felix("edge", "nodeSelector: role == 'edge', failsafeInboundHostPorts: []")], SSH, "denied", "");
    check(&[HOST, &felix("edge", "nodeSelector: role == 'other', failsafeInboundHostPorts: []")], SSH, "allowed", "");
}

/// Upstream: `EnvAutoHostEndpoints` of kube-controllers.
#[test]
fn controllers_make_host_endpoints_that_their_environment_asks_for() {
    let policy = "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: b}, spec: {selector: \"!has(projectcalico.org/namespace)\", types: [Ingress], ingress: [{action: Deny, protocol: TCP, destination: {ports: [9100]}}, {action: Allow}]}}\n";
    let controllers = |value: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: calico-kube-controllers, namespace: kube-system}}, spec: {{selector: {{matchLabels: {{k8s-app: c}}}}, \
             template: {{metadata: {{labels: {{k8s-app: c}}}}, spec: {{containers: [{{name: c, image: 'calico/kube-controllers:v3.32.0', env: [{{name: \
             AUTO_HOST_ENDPOINTS, value: {value}}}]}}]}}}}}}}}\n"
        )
    };
    let scrape = ("192.0.2.9", "n2", 9100);
    check(&[policy], scrape, "allowed", "");
    check(&[policy, &controllers("disabled")], scrape, "allowed", "");
    check(&[policy, &controllers("enabled")], scrape, "denied", "GlobalNetworkPolicy `b`");
}

/// Upstream: `natOutgoingAddress` of FelixConfiguration.
#[test]
fn packets_leave_with_the_address_that_is_set_for_them() {
    let pool = "{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: p}, spec: {cidr: 10.244.0.0/16, natOutgoing: true}}\n";
    let lets_in = |address: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: a}}, spec: {{selector: host == 'n2', types: [Ingress], ingress: [{{action: \
             Allow, source: {{nets: [{address}/32]}}}}]}}}}\n"
        )
    };
    let (of_node, of_all) = (lets_in("10.0.0.1"), lets_in("192.0.2.1"));
    let set = felix("default", "natOutgoingAddress: 192.0.2.1");
    let flow = ("web", "n2", 80);
    check(&[pool, HOST, &of_node], flow, "allowed", "");
    check(&[pool, HOST, &of_node, &set], flow, "denied", "192.0.2.1");
    check(&[pool, HOST, &of_all, &set], flow, "allowed", "");
    check(&[pool, HOST, &of_all, &agent("{name: FELIX_NATOUTGOINGADDRESS, value: 192.0.2.1}")], flow, "allowed", "");
    check(&[pool, HOST, &of_all, &felix("node.n1", "natOutgoingAddress: 192.0.2.1")], flow, "allowed", "");
    says(&path(&[pool, HOST, &of_node, &set], "shop/web", "node/n2", None), "denied", "192.0.2.1");
}

#[test]
fn ebpf_that_the_environment_switches_on_keeps_the_clients_address() {
    let on = agent("{name: FELIX_BPFENABLED, value: 'true'}");
    says(&path(&[], "192.0.2.9", "svc/shop/db", Some("n1")), "allowed", "sees `10.0.0.1`");
    says(&path(&[&on], "192.0.2.9", "svc/shop/db", Some("n1")), "allowed", "sees `192.0.2.9`");
    let off = agent("{name: FELIX_BPFENABLED, value: 'false'}");
    says(&path(&[&off, &felix("default", "bpfEnabled: true")], "192.0.2.9", "svc/shop/db", Some("n1")), "allowed", "sees `10.0.0.1`");
}

/// Upstream: `KubeProxyConfiguration` of `kubeproxy.config.k8s.io/v1alpha1`.
#[test]
fn kube_proxy_does_as_it_is_configured() {
    let policy = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}}\n";
    let map = |config: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: kube-proxy, namespace: kube-system}}\ndata:\n  config.conf: |\n    apiVersion: \
             kubeproxy.config.k8s.io/v1alpha1\n    kind: KubeProxyConfiguration\n    {config}\n"
        )
    };
    let file = "{apiVersion: kubeproxy.config.k8s.io/v1alpha1, kind: KubeProxyConfiguration, iptables: {masqueradeAll: true}}\n";
    let started = "{apiVersion: v1, kind: Pod, metadata: {name: kube-proxy-x, namespace: kube-system}, spec: {hostNetwork: true, nodeName: n1, containers: [{name: kube-proxy, image: 'registry.k8s.io/kube-proxy:v1.33.0', command: [kube-proxy, --masquerade-all=true]}]}}\n";
    let ask = |extra: &str| path(&[policy, extra], "shop/web", "svc/shop/db", None);
    says(&ask(&map("iptables: {masqueradeAll: false}")), "allowed", "sees `10.244.1.5`");
    for extra in [&map("iptables: {masqueradeAll: true}"), file, started] {
        says(&ask(extra), "denied", "from `node n1`");
    }
    let from_outside = |extra: &str| path(&[extra], "192.0.2.9", "svc/shop/db", Some("n1"));
    says(&from_outside(&map("nodePortAddresses: null")), "allowed", "");
    says(&from_outside(&map("nodePortAddresses: [primary]")), "allowed", "");
    says(&from_outside(&map("nodePortAddresses: [10.0.0.0/24]")), "allowed", "");
    says(&from_outside(&map("nodePortAddresses: [192.168.77.0/24]")), "denied", "`nodePortAddresses`");
}

/// Upstream: `docs/user-guide/cli-arguments.md` and `tls.md` of `kubernetes/ingress-nginx`.
#[test]
fn ingress_nginx_does_as_it_is_started() {
    let controller = |args: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: ing, namespace: ingress-nginx, labels: {{app.kubernetes.io/name: ingress-nginx}}}}, spec: {{nodeName: n1, \
             containers: [{{name: c, image: 'registry.k8s.io/ingress-nginx/controller:v1.10.0', args: [/nginx-ingress-controller{args}], ports: [{{containerPort: 80}}, \
             {{containerPort: 443}}]}}]}}, status: {{podIP: 10.244.1.9}}}}\n---\n{{apiVersion: v1, kind: Service, metadata: {{name: ingress-nginx-controller, \
             namespace: ingress-nginx}}, spec: {{type: LoadBalancer, externalTrafficPolicy: Local, selector: {{app.kubernetes.io/name: ingress-nginx}}, ports: \
             [{{name: http, port: 80}}, {{name: https, port: 443}}]}}}}\n---\n{{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {{name: nginx}}, spec: \
             {{controller: k8s.io/ingress-nginx}}}}\n"
        )
    };
    let ingress = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: shop, annotations: {nginx.ingress.kubernetes.io/ssl-passthrough: 'true', nginx.ingress.kubernetes.io/whitelist-source-range: 192.0.2.0/24}}, spec: {ingressClassName: nginx, rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: db, port: {number: 80}}}}]}}]}}\n";
    let ask = |args: &str, to: &str| path(&[&controller(args), ingress], "203.0.113.9", to, None);
    // TLS is passed on only where the controller is started with that.
    says(&ask(", --enable-ssl-passthrough", "https://a.example/"), "allowed", "");
    says(&ask("", "https://a.example/"), "denied", "whitelist-source-range");
    // Namespaces that it watches.
    let from_within = |args: &str| path(&[&controller(args), ingress], "192.0.2.9", "https://a.example/", None);
    for args in ["", ", --watch-namespace=shop", ", --watch-namespace=", ", --watch-namespace-selector=team=shop"] {
        says(&from_within(args), "allowed", "");
    }
    for args in [", --watch-namespace=dev", ", '--watch-namespace=$(POD_NAMESPACE)'", ", --watch-namespace-selector=team=dev"] {
        says(&from_within(args), UNKNOWN, "does not watch namespace `shop`");
    }
    // Where nothing matches.
    let elsewhere = |args: &str| path(&[&controller(args), ingress], "192.0.2.9", "http://b.example/", None);
    says(&elsewhere(""), "denied", "404");
    says(&elsewhere(", --default-backend-service=shop/web"), UNKNOWN, "Service `shop/web`");
}

/// Upstream: "Service", type ExternalName: what looks like an address is a name that DNS does not resolve.
#[test]
fn an_alias_for_an_address_resolves_to_nothing() {
    let alias = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: old, namespace: shop}}, spec: {{type: ExternalName, externalName: {name}}}}}\n"
        )
    };
    says(&path(&[&alias("203.0.113.9")], "shop/web", "svc/shop/old", None), "denied", "cannot resolve");
    says(&path(&[&alias("old.example.com")], "shop/web", "svc/shop/old", None), "allowed", "");
}

/// Upstream: Helm documentation, "Chart Hooks"; Argo CD documentation, "Resource Hooks".
#[test]
fn policies_that_are_hooks_are_there_for_a_while() {
    let policy = |extra: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: deny, namespace: shop{extra}}}, spec: {{podSelector: {{matchLabels: {{app: db}}}}, \
             policyTypes: [Ingress]}}}}\n"
        )
    };
    let hook = |annotations: &str| policy(&format!(", annotations: {{{annotations}}}"));
    let flow = ("web", "db", 80);
    for stays in ["helm.sh/hook: post-install", "helm.sh/hook: 'pre-upgrade,pre-delete'", "argocd.argoproj.io/hook: Sync"] {
        check(&[&hook(stays)], flow, "denied", "");
    }
    for passes in [
        "helm.sh/hook: pre-delete",
        "helm.sh/hook: pre-install, helm.sh/hook-delete-policy: 'before-hook-creation,hook-succeeded'",
        "argocd.argoproj.io/hook: PostDelete",
        "argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: HookSucceeded",
    ] {
        check(&[&hook(passes)], flow, UNKNOWN, "it is a hook");
        check(&[&hook(passes)], ("db", "web", 80), "allowed", "");
    }
    // In the cluster it is there.
    check(&[&policy(", uid: x, annotations: {helm.sh/hook: pre-delete}")], flow, "denied", "");
}

/// Where single pods are put to be drawn decides nothing: whether one of them is the other's node is not known.
#[test]
fn the_node_that_a_pod_is_drawn_on_decides_nothing() {
    let pods = "{apiVersion: v1, kind: Pod, metadata: {name: host, namespace: dev}, spec: {hostNetwork: true, containers: [{name: c, image: i}]}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: dev, labels: {app: api}}, spec: {containers: [{name: c, image: i}]}}\n";
    let deny = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: dev}, spec: {podSelector: {matchLabels: {app: api}}}}\n";
    let other = "{apiVersion: v1, kind: Pod, metadata: {name: ahead, namespace: dev}, spec: {containers: [{name: c, image: i}]}}\n";
    for parts in [&[pods, deny][..], &[other, pods, deny]] {
        says(&path(parts, "dev/host", "dev/api", None), UNKNOWN, "are on one node");
    }
    says(&path(&[pods], "dev/host", "dev/api", None), "allowed", "");
}

/// Lists of flows have no nodes as ends; two versions are compared there all the same.
#[test]
fn connections_of_nodes_that_differ() {
    let lets_in = |nets: &str| {
        format!(
            "{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: a}}, spec: {{selector: host == 'n2', types: [Ingress], ingress: [{{action: \
             Allow, protocol: TCP, source: {{nets: [{nets}]}}, destination: {{ports: [9100]}}}}]}}}}\n"
        )
    };
    let (closed, open) = (lets_in("10.0.0.1/32"), lets_in("0.0.0.0/0"));
    let (old, new) = (scene(Engine::Calico, &[HOST, &closed]), scene(Engine::Calico, &[HOST, &open]));
    assert_eq!(old.node_differences(&old, MOST_NODE_PAIRS), Ok((Vec::new(), Relation::Equal)));
    let (found, relation) = old.node_differences(&new, MOST_NODE_PAIRS).unwrap();
    assert_eq!(relation, Relation::Wider);
    let lines: Vec<[String; 4]> = found
        .iter()
        .filter(|d| !d.from.title.contains(':'))
        .map(|d| [d.from.title.clone(), d.to.title.clone(), d.before.sometimes.to_string(), d.after.sometimes.to_string()])
        .collect();
    let (before, after) =
        ("TCP 22, 179, 2379-2380, 5473, 6443, 6666-6667; UDP 68", "TCP 22, 179, 2379-2380, 5473, 6443, 6666-6667, 9100; UDP 68");
    // Neighbours that differ alike are one range; the address that was let in before is none of them.
    let outside: Vec<[String; 4]> = lines.iter().filter(|line| line[0].ends_with("[External]")).cloned().collect();
    let line = |from: &str| [from, "node/n2", before, after].map(str::to_owned);
    assert_eq!(outside, [line("0.0.0.0-10.0.0.0[External]"), line("10.0.0.2-255.255.255.255[External]")]);
    assert!(found.iter().all(|d| d.to.title == "node/n2" && d.change == Change::Changed), "{found:?}");
    // As any flow that differs, one of them is answered in both versions.
    let of_internet = found.iter().find(|d| d.from.title.starts_with("0.0.0.0-")).unwrap();
    let example = old.example_of(&new, of_internet).unwrap();
    let verdict = |answer: Option<netpolis_core::analysis::ExampleAnswer>| answer.unwrap().verdict;
    assert_eq!((verdict(example.before), verdict(example.after)), (Verdict::Denied, Verdict::Allowed));
    // The other way round it is narrower; and what is too much is not compared.
    assert_eq!(new.node_differences(&old, MOST_NODE_PAIRS).unwrap().1, Relation::Narrower);
    assert!(matches!(old.node_differences(&new, 3), Err(TooManyNodePairs(pairs)) if pairs > 3));
}
