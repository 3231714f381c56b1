//! Which endpoints stand behind a Service, and what they are: nodes, addresses of one family, pods that run. Each expectation is from the upstream text
//! that its test names.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, PathAnswer};
use netpolis_core::settings::{Dataplane, Settings};

/// Two nodes; a client and a pod on the first, a pod on the second.
const PLACES: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubernetes.io/hostname: n1}}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2, labels: {kubernetes.io/hostname: n2}}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: cli, namespace: shop, labels: {app: cli}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.1.10}}
---
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, labels: {app: a}}, spec: {nodeName: n1, containers: [{name: c, ports: [{containerPort: 9100, hostPort: 9001}]}]}, status: {podIP: 10.244.1.20}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: shop, labels: {app: b}}, spec: {nodeName: n2, containers: [{name: c, ports: [{containerPort: 9100, hostPort: 9001}]}]}, status: {podIP: 10.244.2.20}}
";

fn service(spec: &str) -> String {
    format!("---\n{{apiVersion: v1, kind: Service, metadata: {{name: s, namespace: shop}}, spec: {{{spec}}}}}\n")
}

/// An EndpointSlice of `s` for port 8080.
fn slice(name: &str, family: &str, endpoints: &str) -> String {
    format!(
        "---\n{{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: {name}, namespace: shop, labels: {{kubernetes.io/service-name: s}}}}, addressType: {family}, ports: [{{port: 8080, protocol: TCP}}], endpoints: [{endpoints}]}}\n"
    )
}

fn calico(kind: &str, name: &str, spec: &str) -> String {
    format!("---\n{{apiVersion: projectcalico.org/v3, kind: {kind}, metadata: {{name: {name}, labels: {{host: {name}}}}}, spec: {spec}}}\n")
}

const PLAIN: &str = "clusterIP: 10.96.0.5, ports: [{port: 80, targetPort: 8080}]";
const EXPOSED: &str = "type: NodePort, clusterIP: 10.96.0.5, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]";

fn scene(text: &str, dataplane: Option<Dataplane>) -> Analysis {
    let mut settings = Settings::default();
    settings.routing.dataplane = dataplane;
    let mut scene = Analysis::new(settings);
    scene.set_files(&[("in.yaml", text)]);
    scene
}

fn ask_in(scene: &Analysis, from: &str, to: &str, port: Option<u16>) -> PathAnswer {
    let asked = Asked { from, to, port, protocol: Protocol::TCP, entry: None, node: None };
    scene.path(&asked).unwrap_or_else(|error| panic!("{error}"))
}

fn ask(text: &str, from: &str, to: &str, port: Option<u16>) -> PathAnswer {
    ask_in(&scene(text, None), from, to, port)
}

fn said(answer: &PathAnswer) -> String {
    let hops = answer.branches.iter().flat_map(|b| &b.hops).map(|hop| format!("{}: {}", hop.title, hop.text));
    core::iter::once(answer.summary.clone()).chain(hops).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn holds(answer: &PathAnswer, verdict: &str, says: &str) {
    assert_eq!(answer.verdict.as_str(), verdict, "{}", said(answer));
    assert!(said(answer).contains(says), "lacks {says:?}:\n{}", said(answer));
}

fn shares(answer: &PathAnswer) -> Vec<String> {
    answer.pods.iter().map(|pod| format!("{} {}", pod.title, pod.each)).collect()
}

// --- nodes ----------------------------------------------------------------------------------------------------------------------------------------

/// An endpoint that has a node's address is the node: its host endpoints are asked. Upstream: `felix/rules/static.go`, the filter table's INPUT after DNAT.
#[test]
fn an_endpoint_that_is_a_node_meets_its_host_endpoints() {
    let host = calico("HostEndpoint", "h2", "{node: n2, interfaceName: eth0, expectedIPs: [192.0.2.12]}");
    let denies = calico("GlobalNetworkPolicy", "g", "{selector: host == 'h2', types: [Ingress], ingress: [{action: Deny}]}");
    let endpoints = "---\n{apiVersion: v1, kind: Endpoints, metadata: {name: s, namespace: shop}, subsets: [{addresses: [{ip: 192.0.2.12}], ports: [{port: 8080}]}]}\n";
    for listed in [slice("s-1", "IPv4", "{addresses: [192.0.2.12]}"), endpoints.to_string()] {
        let of = |spec: &str, rules: &str| format!("{PLACES}{}{listed}{host}{rules}", service(spec));
        let shut = "ingress rule 1 of GlobalNetworkPolicy `g`";
        holds(&ask(&of(PLAIN, &denies), "shop/cli", "svc/shop/s", None), "denied", shut);
        holds(&ask(&of(EXPOSED, &denies), "203.0.113.9", "192.0.2.11", Some(30080)), "denied", shut);
        holds(&ask(&of(EXPOSED, &denies), "203.0.113.9", "192.0.2.12", Some(30080)), "denied", shut);
        // The same packet by its address.
        holds(&ask(&of(PLAIN, &denies), "shop/cli", "192.0.2.12", Some(8080)), "denied", shut);
        let open = calico("GlobalNetworkPolicy", "g", "{selector: host == 'h2', types: [Ingress], ingress: [{action: Allow}]}");
        let answer = ask(&of(PLAIN, &open), "shop/cli", "svc/shop/s", None);
        holds(&answer, "allowed", "delivers the packet to a process on the node");
        assert_eq!(shares(&answer), ["192.0.2.12 100 %"]);
    }
}

/// Upstream: `defaultEndpointToHostAction` of FelixConfiguration; tigera/docs, "Configure Calico's behavior for traffic to the host".
#[test]
fn an_endpoint_that_is_the_clients_own_node_is_what_the_node_does_with_its_pods() {
    let text = format!("{PLACES}{}{}", service(PLAIN), slice("s-1", "IPv4", "{addresses: [192.0.2.11]}"));
    let drops = calico("FelixConfiguration", "default", "{defaultEndpointToHostAction: Drop}");
    holds(&ask(&format!("{text}{drops}"), "shop/cli", "svc/shop/s", None), "denied", "drops packets of its own pods to itself");
    let accepts = calico("FelixConfiguration", "default", "{defaultEndpointToHostAction: Accept}");
    holds(&ask(&format!("{text}{accepts}"), "shop/cli", "svc/shop/s", None), "allowed", "");
}

/// A port of a node that leads on to a pod does so for what kube-proxy of another node sent to it, too. Upstream: containernetworking/plugins, portmap.
#[test]
fn a_host_port_behind_a_service_leads_to_its_pod() {
    let listed = slice("s-1", "IPv4", "{addresses: [192.0.2.12]}").replace("8080", "9001");
    let shut = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: b, namespace: shop}, spec: {podSelector: {matchLabels: {app: b}}}}\n";
    let of = |policy: &str| ask(&format!("{PLACES}{}{listed}{policy}", service(PLAIN)), "shop/cli", "svc/shop/s", None);
    holds(&of(""), "allowed", "shop/b");
    holds(&of(shut), "denied", "shop/b");
}

// --- families -------------------------------------------------------------------------------------------------------------------------------------

/// Upstream: `pkg/proxy/metaproxier/meta_proxier.go` hands slices to the proxier of their family.
#[test]
fn packets_go_to_endpoints_of_their_own_family() {
    let v6 = slice("s-6", "IPv6", "{addresses: ['fd00::20']}");
    let v4 = slice("s-4", "IPv4", "{addresses: [10.244.1.20]}");
    let both = service(
        "clusterIP: 10.96.0.5, clusterIPs: [10.96.0.5, 'fd00:96::5'], ipFamilies: [IPv4, IPv6], ports: [{port: 80, targetPort: 8080}]",
    );
    let only = format!("{PLACES}{}{v6}", service(PLAIN));
    holds(&ask(&only, "shop/cli", "svc/shop/s", None), "denied", "no EndpointSlice of `shop/s` has a ready IPv4 endpoint");
    for slices in [format!("{v4}{v6}"), format!("{v6}{v4}")] {
        let text = format!("{PLACES}{both}{slices}");
        let answer = ask(&text, "shop/cli", "svc/shop/s", None);
        holds(&answer, "allowed", "");
        assert_eq!(shares(&answer), ["shop/a 100 %"]);
        assert_eq!(shares(&ask(&text, "shop/cli", "fd00:96::5", Some(80))), ["fd00::20 100 %"]);
        // A node port is open at the addresses of nodes, which are of IPv4.
        let exposed = text.replace("clusterIP: 10.96.0.5, ", "type: NodePort, clusterIP: 10.96.0.5, ");
        assert_eq!(shares(&ask(&exposed, "203.0.113.9", "svc/shop/s", None)), ["shop/a 100 %"]);
    }
}

/// Upstream: `pkg/apis/discovery/validation/validation.go`, `validateEndpoints`.
#[test]
fn an_address_of_another_family_than_its_slice_is_refused() {
    for (family, address) in [("IPv6", "10.244.1.20"), ("IPv4", "'fd00::20'")] {
        let text = format!("{PLACES}{}{}", service(PLAIN), slice("s-1", family, &format!("{{addresses: [{address}]}}")));
        let scene = scene(&text, None);
        let wanted = format!("must be a valid {family} address");
        assert!(scene.errors().iter().any(|e| e.message.contains(&wanted)), "{family}");
        assert_eq!(ask_in(&scene, "shop/cli", "svc/shop/s", None).verdict.as_str(), "cannot tell");
    }
}

/// Upstream: "Services without selectors" of the Kubernetes documentation: "kube-proxy doesn't support virtual IPs as a destination".
#[test]
fn the_address_of_a_service_is_no_endpoint_of_another() {
    let other = "---\n{apiVersion: v1, kind: Service, metadata: {name: s2, namespace: shop}, spec: {clusterIP: 10.96.0.9, selector: {app: a}, ports: [{port: 8080}]}}\n";
    let text = format!("{PLACES}{}{}{other}", service(PLAIN), slice("s-1", "IPv4", "{addresses: [10.96.0.9]}"));
    holds(&ask(&text, "shop/cli", "svc/shop/s", None), "denied", "10.96.0.9 is the cluster address of `shop/s2`");
    let ebpf = scene(&text, Some(Dataplane::Ebpf));
    holds(&ask_in(&ebpf, "shop/cli", "svc/shop/s", None), "cannot tell", "10.96.0.9, the cluster address of `shop/s2`");
}

/// Upstream: `pkg/controller/endpointslicemirroring/utils.go`, `skipMirror` and `hasLeaderElection`.
#[test]
fn endpoints_that_nothing_mirrors_are_none() {
    let of = |metadata: &str| {
        let endpoints = format!(
            "---\n{{apiVersion: v1, kind: Endpoints, metadata: {{name: s, namespace: shop{metadata}}}, subsets: [{{addresses: [{{ip: 10.244.1.20}}], ports: [{{port: 8080}}]}}]}}\n"
        );
        ask(&format!("{PLACES}{}{endpoints}", service(PLAIN)), "shop/cli", "svc/shop/s", None)
    };
    holds(&of(""), "allowed", "");
    for skipped in
        [", annotations: {control-plane.alpha.kubernetes.io/leader: x}", ", labels: {endpointslice.kubernetes.io/skip-mirror: 'true'}"]
    {
        holds(&of(skipped), "cannot tell", "its EndpointSlices are not in the input");
    }
}

// --- pods that run --------------------------------------------------------------------------------------------------------------------------------

fn workload(kind: &str, spec: &str, status: &str) -> String {
    let group = if kind == "Job" { "batch/v1" } else { "apps/v1" };
    let selector = if kind == "Job" { "" } else { "selector: {matchLabels: {app: z}}, " };
    let status = if status.is_empty() { String::new() } else { format!(", status: {{{status}}}") };
    let never = if kind == "Job" { "restartPolicy: Never, " } else { "" };
    format!(
        "---\n{{apiVersion: {group}, kind: {kind}, metadata: {{name: z, namespace: shop}}, spec: {{{selector}template: {{metadata: {{labels: {{app: z}}}}, spec: {{{never}{spec}containers: [{{name: c}}]}}}}}}{status}}}\n"
    )
}

const TO_Z: &str = "clusterIP: 10.96.0.5, selector: {app: z}, ports: [{port: 80, targetPort: 8080}]";

/// Upstream: Kubernetes documentation, "Jobs" and "Pod Lifecycle"; apps/v1 `DeploymentStatus`, `DaemonSetStatus`.
#[test]
fn a_status_shows_whether_pods_of_a_workload_are_ready() {
    for (kind, status, expected) in [
        ("Job", "succeeded: 1, conditions: [{type: Complete, status: 'True'}]", "denied"),
        ("Job", "failed: 3, conditions: [{type: Failed, status: 'True'}]", "denied"),
        ("Job", "active: 1, conditions: [{type: Complete, status: 'False'}]", "allowed"),
        ("Job", "active: 1, ready: 0", "denied"),
        ("Deployment", "replicas: 2, unavailableReplicas: 2", "denied"),
        ("Deployment", "replicas: 2, readyReplicas: 1, unavailableReplicas: 1", "allowed"),
        ("Deployment", "observedGeneration: 1, unavailableReplicas: 1", "denied"),
        // What programs write that never asked a cluster.
        ("Deployment", "replicas: 0", "allowed"),
        ("ReplicaSet", "replicas: 1, observedGeneration: 1", "denied"),
        ("ReplicaSet", "replicas: 0", "allowed"),
        ("StatefulSet", "replicas: 1, readyReplicas: 1", "allowed"),
        ("DaemonSet", "currentNumberScheduled: 2, desiredNumberScheduled: 2, numberReady: 0", "denied"),
        ("DaemonSet", "currentNumberScheduled: 2, desiredNumberScheduled: 2, numberReady: 1", "allowed"),
        ("DaemonSet", "currentNumberScheduled: 0, desiredNumberScheduled: 0, numberReady: 0", "allowed"),
        ("DaemonSet", "observedGeneration: 1, currentNumberScheduled: 0, desiredNumberScheduled: 0, numberReady: 0", "denied"),
    ] {
        let text = format!("{PLACES}{}{}", service(TO_Z), workload(kind, "", status));
        let answer = ask(&text, "shop/cli", "svc/shop/s", None);
        assert_eq!(answer.verdict.as_str(), expected, "{kind} {status}: {}", said(&answer));
    }
}

/// A pod that no node of the input fits runs on none of them. Upstream: Kubernetes documentation, "Assigning Pods to Nodes".
#[test]
fn pods_that_fit_no_node_are_not_put_on_one() {
    const AFFINITY: &str = "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: nope, operator: In, values: [x]}]}]}}}, ";
    for kind in ["DaemonSet", "Deployment"] {
        for spec in ["nodeSelector: {nope: x}, ", AFFINITY] {
            let text = format!("{PLACES}{}{}", service(TO_Z), workload(kind, spec, ""));
            holds(&ask(&text, "shop/cli", "svc/shop/s", None), "cannot tell", "no node of the input has the labels");
            // Others behind the Service get what there is.
            let more = text.replace("labels: {app: a}", "labels: {app: z}");
            assert_eq!(shares(&ask(&more, "shop/cli", "svc/shop/s", None)), ["shop/a 100 %"]);
        }
        let fits = format!("{PLACES}{}{}", service(TO_Z), workload(kind, "nodeSelector: {kubernetes.io/hostname: n2}, ", ""));
        holds(&ask(&fits, "shop/cli", "svc/shop/s", None), "allowed", "n2");
    }
}
