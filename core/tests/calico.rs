//! What Calico does beyond its policies: host endpoints, connection tracking, packets that it drops, names and lints of its own. Each expectation is
//! from the upstream text that its test names.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::endpoints::find;
use netpolis_core::explain::Answer;
use netpolis_core::model::Protocol;
use netpolis_core::settings::{Settings, Staged};
use netpolis_core::verdict::Flow;
use netpolis_core::verdict::Verdict::{self, Allowed, CannotTell, Denied};

/// A node, two pods on it, and a pod on another node.
const PLACES: &str = "
{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {role: worker}}, status: {addresses: [{type: InternalIP, address: 192.0.2.11}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 192.0.2.12}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIP: 10.244.1.10}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {nodeName: n1, containers: [{name: c}], initContainers: [{name: i, ports: [{name: setup, containerPort: 7000}]}]}, status: {podIP: 10.244.1.11}}
---
{apiVersion: v1, kind: Pod, metadata: {name: far, namespace: shop, labels: {app: far}}, spec: {nodeName: n2, containers: [{name: c}]}, status: {podIP: 10.244.2.10}}
";

fn calico(kind: &str, name: &str, spec: &str) -> String {
    let namespace =
        if kind.ends_with("work") || kind.ends_with("dNetworkPolicy") || kind == "NetworkPolicy" { ", namespace: shop" } else { "" };
    format!(
        "---\n{{apiVersion: projectcalico.org/v3, kind: {kind}, metadata: {{name: {name}{namespace}, labels: {{host: {name}}}}}, spec: {spec}}}\n"
    )
}

fn scene_with(settings: Settings, objects: &[(&str, &str, &str)]) -> Analysis {
    let text = objects.iter().fold(PLACES.to_string(), |text, (kind, name, spec)| text + &calico(kind, name, spec));
    let mut scene = Analysis::new(settings);
    scene.set_files(&[("in.yaml", &text)]);
    scene
}

fn scene(objects: &[(&str, &str, &str)]) -> Analysis {
    scene_with(Settings::default(), objects)
}

fn end(scene: &Analysis, name: &str) -> Endpoint {
    find(scene.snapshot(), name).unwrap_or_else(|e| panic!("{name}: {e}")).end
}

#[track_caller]
fn ask(scene: &Analysis, from: &str, to: &str, protocol: Protocol, port: Option<u16>) -> Answer {
    let traffic = Traffic { protocol, source: None, destination: port };
    let answer = scene.decide(&Flow { from: end(scene, from), to: end(scene, to), traffic });
    let pair = scene.connectivity().between(answer.flow.from, answer.flow.to);
    let contains = |set: &netpolis_core::connections::ConnectionSet| set.contains(protocol, 40_000, port.unwrap_or(0));
    if answer.verdict != CannotTell {
        assert_eq!(contains(pair.allowed), answer.verdict == Allowed, "all pairs differ: {}", answer.summary);
    }
    answer
}

#[track_caller]
fn check(scene: &Analysis, rows: &[(&str, &str, u16, Verdict)]) {
    for (from, to, port, expected) in rows {
        let answer = ask(scene, from, to, Protocol::TCP, Some(*port));
        assert_eq!(answer.verdict, *expected, "{from} -> {to} {port}: {}", answer.summary);
    }
}

const ETH0: (&str, &str, &str) = ("HostEndpoint", "eth", "{node: n1, interfaceName: eth0, expectedIPs: [192.0.2.11]}");
const ALL: (&str, &str, &str) = ("HostEndpoint", "every", "{node: n1, interfaceName: '*', profiles: [projectcalico-default-allow]}");
const OUT: &str = "203.0.113.5";

/// Upstream: `felix/rules/static.go` (a failsafe rule accepts in its own table only), `endpoints.go` (forward chains have none).
#[test]
fn failsafe_ports_are_for_processes_of_the_host() {
    let closed = |spec| scene(&[ETH0, ("GlobalNetworkPolicy", "closed", spec)]);
    let forward = closed("{selector: has(host), applyOnForward: true, types: [Ingress, Egress]}");
    check(
        &forward,
        &[(OUT, "shop/web", 22, Denied), (OUT, "shop/web", 6443, Denied), (OUT, "node/n1", 22, Allowed), ("shop/web", OUT, 179, Denied)],
    );
    // Before translation a failsafe port goes past the policies there, and meets the forward ones all the same.
    let both = scene(&[
        ETH0,
        ("GlobalNetworkPolicy", "pre", "{selector: has(host), applyOnForward: true, preDNAT: true, ingress: [{action: Deny}]}"),
        ("GlobalNetworkPolicy", "closed", "{selector: has(host), applyOnForward: true, types: [Ingress]}"),
    ]);
    check(&both, &[(OUT, "shop/web", 22, Denied), (OUT, "node/n1", 22, Allowed), (OUT, "node/n1", 80, Denied)]);
    let open = scene(&[
        ETH0,
        ("GlobalNetworkPolicy", "pre", "{selector: has(host), applyOnForward: true, preDNAT: true, ingress: [{action: Deny}]}"),
    ]);
    check(&open, &[(OUT, "shop/web", 22, Allowed), (OUT, "shop/web", 23, Denied)]);
}

/// Upstream: `api/pkg/apis/projectcalico/v3/felixconfig.go`: the field is a list; `none` is what the environment's variable takes.
#[test]
fn failsafe_ports_that_are_no_list_are_in_doubt() {
    let closed = ("HostEndpoint", "eth", "{node: n1, interfaceName: eth0, expectedIPs: [192.0.2.11]}");
    for (ports, expected) in [("none", CannotTell), ("'tcp:22'", CannotTell), ("[]", Denied)] {
        let felix = format!("{{failsafeInboundHostPorts: {ports}}}");
        check(&scene(&[closed, ("FelixConfiguration", "default", &felix)]), &[(OUT, "node/n1", 22, expected)]);
    }
}

/// What carries packets between nodes is let through before policies of host endpoints: WireGuard with anybody, VXLAN and IP in IP between nodes.
/// Upstream: `felix/rules/static.go`, `filterInputChain` and `filterOutputChain`; ports: `felix/config/config_params.go`.
#[test]
fn tunnels_pass_policies_of_hosts() {
    let closed = ("HostEndpoint", "eth", "{node: n1, interfaceName: eth0, expectedIPs: [192.0.2.11]}");
    let felix = |spec: &'static str| ("FelixConfiguration", "default", spec);
    let verdict =
        |objects: &[(&str, &str, &str)], from: &str, to: &str, protocol, port| ask(&scene(objects), from, to, protocol, port).verdict;
    let wireguard = [closed, felix("{wireguardEnabled: true}")];
    for (from, to) in [("node/n2", "node/n1"), ("node/n1", "node/n2"), (OUT, "node/n1")] {
        assert_eq!(verdict(&wireguard, from, to, Protocol::UDP, Some(51820)), Allowed, "{from}");
        assert_eq!(verdict(&[closed], from, to, Protocol::UDP, Some(51820)), Denied, "{from}");
        assert_eq!(verdict(&wireguard, from, to, Protocol::UDP, Some(51821)), Denied, "{from}");
        let off = [closed, felix("{wireguardEnabled: false, wireguardEnabledV6: true}")];
        assert_eq!(verdict(&off, from, to, Protocol::UDP, Some(51820)), Denied, "{from}");
        let elsewhere = [closed, felix("{wireguardEnabled: true, wireguardListeningPort: 51900}")];
        assert_eq!(verdict(&elsewhere, from, to, Protocol::UDP, Some(51820)), Denied, "{from}");
        assert_eq!(verdict(&elsewhere, from, to, Protocol::UDP, Some(51900)), Allowed, "{from}");
    }
    let answer = ask(&scene(&wireguard), "node/n2", "node/n1", Protocol::UDP, Some(51820));
    assert!(answer.summary.contains("by ingress rule 1 of the tunnels of the host"), "{}", answer.summary);
    let pool = |spec: &'static str| ("IPPool", "pods", spec);
    let vxlan = [closed, pool("{cidr: 10.244.0.0/16, vxlanMode: CrossSubnet}"), felix("{vxlanPort: 4790}")];
    let ipip = [closed, pool("{cidr: 10.244.0.0/16, ipipMode: Always}")];
    let other = Protocol(4);
    for (from, to, expected) in [("node/n2", "node/n1", Allowed), ("node/n1", "node/n2", Allowed), (OUT, "node/n1", Denied)] {
        assert_eq!(verdict(&vxlan, from, to, Protocol::UDP, Some(4790)), expected, "{from}");
        assert_eq!(verdict(&vxlan, from, to, Protocol::UDP, Some(4789)), Denied, "{from}");
        assert_eq!(verdict(&vxlan, from, to, other, None), Denied, "{from}");
        assert_eq!(verdict(&ipip, from, to, other, None), expected, "{from}");
        assert_eq!(verdict(&ipip, from, to, Protocol::UDP, Some(4789)), Denied, "{from}");
    }
}

/// A host endpoint without policies and profiles lets nothing through but failsafe ports; each of these is in a line of its own.
#[test]
fn failsafe_ports_and_hosts_without_profiles_in_words() {
    let felix = "{\n  failsafeInboundHostPorts: [\n    {protocol: TCP, port: 22},\n    {protocol: TCP, port: 2222}]}";
    let scene = scene(&[ETH0, ("FelixConfiguration", "default", felix)]);
    let open = ask(&scene, OUT, "node/n1", Protocol::TCP, Some(2222));
    assert_eq!(open.verdict, Allowed);
    assert!(open.summary.contains("by ingress rule 2 of the failsafe ports of the host"), "{}", open.summary);
    let line = |place| scene.sources().position(place).map(|position| position.line);
    let text = scene.sources().iter().next().map(|(_, source)| source.text.clone()).unwrap();
    let due = text.lines().position(|line| line.contains("port: 2222")).map(|at| at as u32 + 1);
    assert_eq!(open.deciding_places().into_iter().map(line).collect::<Vec<_>>(), [due]);
    let closed = ask(&scene, OUT, "node/n1", Protocol::TCP, Some(80));
    assert_eq!(closed.verdict, Denied);
    assert!(closed.summary.contains("it has no profile that would allow it"), "{}", closed.summary);
    assert!(!closed.summary.contains("`no profile`"), "{}", closed.summary);
}

/// A rule that names no port says nothing of ports where its peer does not match.
#[test]
fn a_rule_without_ports_is_not_said_to_match_them() {
    let near = |ports: &str| {
        let spec = format!(
            "{{selector: app == 'web', types: [Ingress], ingress: [{{action: Allow, protocol: TCP, source: {{selector: app == 'db'}}{ports}}}]}}"
        );
        let scene = scene(&[("NetworkPolicy", "p", &spec)]);
        let answer = ask(&scene, "shop/far", "shop/web", Protocol::TCP, Some(80));
        let nearest = answer.checkpoints.iter().find_map(|c| c.nearest.as_ref()).map(|nearest| nearest.sentence());
        nearest.unwrap_or_else(|| panic!("{}", answer.summary))
    };
    assert!(!near("").contains("the ports match"), "{}", near(""));
    assert!(near(", destination: {ports: [80]}").contains("the ports match"), "{}", near(", destination: {ports: [80]}"));
}

/// Upstream: `endpointManager.resolveHostEndpoints`, `hostDispatchChains`.
#[test]
fn a_named_endpoint_and_one_for_all_interfaces_are_both_asked() {
    let policy = ("GlobalNetworkPolicy", "p", "{selector: host == 'every', applyOnForward: true, types: [Egress]}");
    let both = scene(&[ETH0, ALL, policy]);
    // The named one governs eth0; the interfaces of pods fall to the other.
    check(
        &both,
        &[(OUT, "shop/web", 80, Denied), ("shop/web", "shop/db", 80, Denied), ("shop/web", OUT, 80, Allowed), (OUT, "node/n1", 80, Denied)],
    );
    // Before translation the one for all interfaces is asked about eth0 too, as long as the named one has no such policy.
    let pre = "{selector: host == 'every', applyOnForward: true, preDNAT: true, ingress: [{action: Deny, protocol: TCP, destination: {ports: [80]}}]}";
    let eth = "{selector: host == 'eth', applyOnForward: true, preDNAT: true, ingress: [{action: Log}]}";
    let one = scene(&[ETH0, ALL, ("GlobalNetworkPolicy", "p", pre)]);
    check(&one, &[(OUT, "shop/web", 80, Denied), (OUT, "shop/web", 81, Allowed)]);
    let two = scene(&[ETH0, ALL, ("GlobalNetworkPolicy", "p", pre), ("GlobalNetworkPolicy", "q", eth)]);
    check(&two, &[(OUT, "shop/web", 80, Allowed), ("shop/web", "shop/db", 80, Denied)]);
}

/// Upstream: `endpointManager.resolveHostEndpoints`: the first by name, by interface name or address.
#[test]
fn of_two_endpoints_of_one_interface_the_first_by_name_counts() {
    let profiles = ", profiles: [projectcalico-default-allow]";
    for (first, second, expected) in [
        (
            format!("{{node: n1, interfaceName: eth0{profiles}}}"),
            "{node: n1, interfaceName: eth0, expectedIPs: [192.0.2.11]}".to_string(),
            Allowed,
        ),
        (
            "{node: n1, interfaceName: eth0}".into(),
            format!("{{node: n1, interfaceName: eth0, expectedIPs: [192.0.2.11]{profiles}}}"),
            Denied,
        ),
        ("{node: n1, expectedIPs: [192.0.2.11]}".into(), format!("{{node: n1, interfaceName: eth0{profiles}}}"), Denied),
        // One that names another interface is never taken by its address.
        (
            "{node: n1, interfaceName: eth1, expectedIPs: [198.51.100.1]}".into(),
            format!("{{node: n1, interfaceName: eth0{profiles}, expectedIPs: [192.0.2.11]}}"),
            Allowed,
        ),
        (format!("{{node: n1, interfaceName: '*'{profiles}}}"), "{node: n1, interfaceName: '*'}".into(), Allowed),
    ] {
        let scene = scene(&[("HostEndpoint", "a", &first), ("HostEndpoint", "b", &second)]);
        check(&scene, &[(OUT, "node/n1", 80, expected)]);
    }
}

/// Upstream: `endpointManager.updateHostEndpoints` ("DoNotTrack policy is not supported for a HEP with `interfaceName: *`").
#[test]
fn untracked_policies_of_all_interfaces_are_ignored() {
    let spec = "{selector: has(host), applyOnForward: true, doNotTrack: true, types: [Ingress, Egress], ingress: [{action: Deny}], egress: [{action: Allow}]}";
    let scene = scene(&[ALL, ("GlobalNetworkPolicy", "u", spec)]);
    check(&scene, &[(OUT, "node/n1", 80, Allowed), (OUT, "shop/web", 80, Allowed)]);
}

/// Upstream: `felix/rules/endpoints.go`, `appendConntrackRules`: a packet of no known connection is invalid unless it may open one.
#[test]
fn replies_to_untracked_connections_need_rules() {
    let untracked = |ingress: &str, egress: &str| {
        let spec = format!(
            "{{selector: has(host), applyOnForward: true, doNotTrack: true, types: [Ingress, Egress], ingress: [{ingress}], egress: [{egress}]}}"
        );
        scene(&[ETH0, ("GlobalNetworkPolicy", "u", &spec)])
    };
    let into = "{action: Allow, protocol: TCP, destination: {ports: [8080]}}";
    let back = "{action: Allow, protocol: TCP, source: {ports: [8080]}}";
    check(&untracked(into, ""), &[(OUT, "node/n1", 8080, Denied)]);
    check(&untracked(into, back), &[(OUT, "node/n1", 8080, Allowed), (OUT, "node/n1", 22, Allowed)]);
    check(&untracked(into, "{action: Deny}"), &[(OUT, "node/n1", 8080, Denied), (OUT, "node/n1", 22, Allowed)]);
    // The other way round: what the host opens.
    let out = "{action: Allow, protocol: TCP, destination: {ports: [443]}}";
    check(&untracked("", out), &[("node/n1", OUT, 443, Denied)]);
    check(&untracked("{action: Allow, protocol: TCP, source: {ports: [443]}}", out), &[("node/n1", OUT, 443, Allowed)]);
    // A pod's packets meet no untracked policy, so its reply is never let through; one that is tracked passes.
    check(&untracked(into, back), &[(OUT, "shop/web", 8080, Denied), (OUT, "shop/web", 80, Allowed)]);
    // UDP knows no states: without a rule before tracking, the reply is a new connection to the policies after it.
    let udp = "{selector: has(host), applyOnForward: true, doNotTrack: true, types: [Ingress], ingress: [{action: Allow, protocol: UDP, destination: {ports: [5300]}}]}";
    let closed = scene(&[ETH0, ("GlobalNetworkPolicy", "u", udp)]);
    assert_eq!(ask(&closed, OUT, "node/n1", Protocol::UDP, Some(5300)).verdict, Denied);
    let open = scene(&[
        ETH0,
        ("GlobalNetworkPolicy", "u", udp),
        ("GlobalNetworkPolicy", "normal", "{selector: has(host), types: [Egress], egress: [{action: Allow}]}"),
    ]);
    let answer = ask(&open, OUT, "node/n1", Protocol::UDP, Some(5300));
    assert_eq!(answer.verdict, Allowed, "{}", answer.summary);
}

/// Upstream: `stagednetworkpolicyprocessor.go`: only `Delete` is left out.
#[test]
fn staged_policies_count_whatever_they_would_do_but_delete() {
    let settings = || Settings { staged: Staged::AsIfEnforced, ..Settings::default() };
    for (action, expected) in [("Set", Denied), ("Learn", Denied), ("Ignore", Denied), ("Delete", Allowed)] {
        let spec = if action == "Delete" {
            "{stagedAction: Delete}".to_string()
        } else {
            format!("{{selector: all(), types: [Ingress], stagedAction: {action}}}")
        };
        for kind in ["StagedNetworkPolicy", "StagedGlobalNetworkPolicy"] {
            let scene = scene_with(settings(), &[(kind, "s", &spec)]);
            check(&scene, &[(OUT, "shop/web", 80, expected)]);
        }
    }
}

/// Upstream: `workload_endpoint_default.go`, `appendEndpointPorts` for all init containers.
#[test]
fn ports_of_init_containers_have_names_for_calico() {
    let spec = "{selector: app == 'db', ingress: [{action: Allow, protocol: TCP, destination: {ports: [setup]}}]}";
    check(&scene(&[("NetworkPolicy", "p", spec)]), &[("shop/web", "shop/db", 7000, Allowed), ("shop/web", "shop/db", 7001, Denied)]);
}

/// Upstream: `felix/rules/endpoints.go`, `endpointIptablesChain` ("encapped packets originating in workloads").
#[test]
fn pods_may_not_send_packets_with_packets_inside() {
    let open = ("NetworkPolicy", "open", "{selector: all(), types: [Egress], egress: [{action: Allow}]}");
    let vxlan = |scene: &Analysis, port| ask(scene, "shop/web", OUT, Protocol::UDP, Some(port)).verdict;
    let ipip = |scene: &Analysis| ask(scene, "shop/web", OUT, Protocol(4), None).verdict;
    let plain = scene(&[open]);
    assert_eq!((vxlan(&plain, 4789), vxlan(&plain, 4790), ipip(&plain)), (Denied, Allowed, Denied));
    // Not what nodes send, and not what comes in.
    assert_eq!(ask(&plain, OUT, "shop/web", Protocol::UDP, Some(4789)).verdict, Allowed);
    assert_eq!(ask(&plain, "node/n1", OUT, Protocol(4), None).verdict, Allowed);
    let felix = |spec| scene(&[open, ("FelixConfiguration", "default", spec)]);
    let both = felix("{allowVXLANPacketsFromWorkloads: true, allowIPIPPacketsFromWorkloads: true}");
    assert_eq!((vxlan(&both, 4789), ipip(&both)), (Allowed, Allowed));
    // Calico's operator turns the programs on where its Installation says so, in place of whoever wrote a FelixConfiguration.
    let operator = |dataplane: &str| {
        let text = format!(
            "{PLACES}---\n{{apiVersion: operator.tigera.io/v1, kind: Installation, metadata: {{name: default}}, spec: {{calicoNetwork: \
             {{linuxDataplane: {dataplane}}}}}}}\n"
        );
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&[("in.yaml", &text)]);
        scene
    };
    assert_eq!([operator("BPF"), operator("Iptables")].map(|scene| vxlan(&scene, 4789)), [Allowed, Denied]);
    let moved = felix("{vxlanPort: 8472}");
    assert_eq!((vxlan(&moved, 4789), vxlan(&moved, 8472)), (Allowed, Denied));
    let one = scene(&[open, ("FelixConfiguration", "node.n2", "{allowIPIPPacketsFromWorkloads: true}")]);
    assert_eq!((ipip(&one), ask(&one, "shop/far", OUT, Protocol(4), None).verdict), (Denied, Allowed));
    // Without Calico nothing is known of it.
    let generic = scene_with(Settings { engine: netpolis_core::settings::Engine::Generic, ..Settings::default() }, &[open]);
    assert_eq!(ipip(&generic), Allowed);
}

#[test]
fn what_the_question_leaves_open_is_named() {
    let only = |rule: &str| scene(&[("NetworkPolicy", "p", &format!("{{selector: all(), ingress: [{rule}]}}"))]);
    let said = |answer: &Answer| format!("{} {:?}", answer.summary, answer.checkpoints.last().map(|c| &c.tiers));
    // The end of the tier denies what the rule for some source ports leaves.
    let low = only("{action: Deny, protocol: TCP, source: {ports: ['1:1023']}}");
    let answer = ask(&low, OUT, "shop/web", Protocol::TCP, Some(80));
    assert_eq!(answer.verdict, Denied);
    assert!(answer.summary.contains("is selected for ingress by policy `shop/p`"), "{}", answer.summary);
    assert!(said(&answer).contains("the source port (1-1023 in this rule), which the question does not specify"), "{}", said(&answer));
    let pick = only("{action: Allow, protocol: TCP, source: {ports: [53]}}");
    let answer = ask(&pick, OUT, "shop/web", Protocol::TCP, Some(80));
    assert_eq!(answer.verdict, CannotTell);
    assert!(answer.summary.contains("the source port (53 in this rule)"), "{}", answer.summary);
    let ping = only("{action: Allow, protocol: ICMP, icmp: {type: 8, code: 0}}");
    let answer = ask(&ping, OUT, "shop/web", Protocol::ICMP, None);
    assert_eq!(answer.verdict, CannotTell);
    assert!(answer.summary.contains("the ICMP type (8 in this rule) and the ICMP code (0 in this rule)"), "{}", answer.summary);
    let traffic = Traffic { protocol: Protocol::ICMP, source: Some(8), destination: Some(0) };
    assert_eq!(ping.decide(&Flow { from: end(&ping, OUT), to: end(&ping, "shop/web"), traffic }).verdict, Allowed);
}

#[test]
fn what_matched_is_named() {
    let sets = scene(&[
        ("GlobalNetworkSet", "bad", "{nets: [198.51.100.0/24]}"),
        ("GlobalNetworkSet", "other", "{nets: [203.0.113.0/24]}"),
        ("GlobalNetworkPolicy", "deny", "{selector: all(), ingress: [{action: Deny, source: {selector: has(host)}}, {action: Allow}]}"),
    ]);
    let answer = ask(&sets, "198.51.100.9", "shop/web", Protocol::TCP, Some(80));
    assert!(answer.summary.contains("as `198.51.100.9` is in GlobalNetworkSet `bad`"), "{}", answer.summary);
    let place = answer.checkpoints.iter().flat_map(|c| &c.places).next_back().unwrap();
    assert!(sets.sources().slice(*place).contains("name: bad"));
    let passing = scene(&[
        ("Tier", "security", "{order: 1, defaultAction: Pass}"),
        ("GlobalNetworkPolicy", "security.guard", "{tier: security, selector: all(), types: [Ingress]}"),
    ]);
    let answer = ask(&passing, OUT, "shop/web", Protocol::TCP, Some(80));
    let sentence = &answer.checkpoints.last().unwrap().sentence;
    assert!(answer.verdict == Allowed && sentence.contains("`security.guard` selects it"), "{sentence}");
    // Of Kubernetes's peers the one that matched.
    let two = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 203.0.113.0/24}}]}]}}\n";
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("in.yaml", &format!("{PLACES}{two}"))]);
    let answer = ask(&scene, OUT, "shop/web", Protocol::TCP, Some(80));
    let places: Vec<&str> = answer.checkpoints.iter().flat_map(|c| &c.places).map(|p| scene.sources().slice(*p)).collect();
    assert!(places.contains(&"{ipBlock: {cidr: 203.0.113.0/24}}"), "{places:?}");
}

/// Addresses that a rule treats otherwise are lines of their own, whichever end the rule is of.
#[test]
fn outside_ranges_are_cut_wherever_packets_are_asked_about() {
    let ranges = |scene: &Analysis, direction| -> Vec<String> {
        scene.connectivity().outside(direction).iter().map(|r| r.first.to_string()).collect()
    };
    let closed =
        "{selector: has(host), applyOnForward: true, ingress: [{action: Deny, destination: {nets: [198.51.100.7/32]}}, {action: Allow}]}";
    let hosts = scene(&[ALL, ("GlobalNetworkPolicy", "one", closed)]);
    assert!(ranges(&hosts, netpolis_core::policy::Direction::Egress).contains(&"198.51.100.7".to_string()));
    let text = format!(
        "{PLACES}---\n{{apiVersion: v1, kind: Service, metadata: {{name: old, namespace: shop}}, spec: {{ports: [{{port: 5432}}]}}}}\n---\n\
         {{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{name: old-1, namespace: shop, labels: {{kubernetes.io/service-name: old}}}}, \
         addressType: IPv4, endpoints: [{{addresses: [203.0.113.9]}}, {{addresses: [10.244.1.11]}}], ports: [{{port: 5432}}]}}\n{}",
        calico(
            "NetworkPolicy",
            "out",
            "{selector: all(), types: [Egress], egress: [{action: Allow, destination: {services: {name: old, namespace: shop}}}]}"
        )
    );
    let mut slices = Analysis::new(Settings::default());
    slices.set_files(&[("in.yaml", &text)]);
    let found = ranges(&slices, netpolis_core::policy::Direction::Egress);
    // The pod's address is no address outside.
    assert_eq!(found, ["0.0.0.0", "203.0.113.9", "203.0.113.10", "::"]);
    check(
        &slices,
        &[("shop/web", "203.0.113.9", 5432, Allowed), ("shop/web", "203.0.113.9", 80, Denied), ("shop/web", "203.0.113.10", 5432, Denied)],
    );
}

/// An address in the question settles which one a packet carries, at both ends.
#[test]
fn an_end_asked_for_by_address_is_that_address() {
    let both = "\n---\n{apiVersion: v1, kind: Pod, metadata: {name: two, namespace: shop, labels: {app: two}}, spec: {nodeName: n1, containers: [{name: c}]}, status: {podIPs: [{ip: 10.244.1.20}, {ip: 'fd00::20'}]}}\n";
    let only =
        calico("NetworkPolicy", "p", "{selector: app == 'two', ingress: [{action: Allow, ipVersion: 4, source: {nets: [0.0.0.0/0]}}]}");
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("in.yaml", &format!("{PLACES}{both}{only}"))]);
    let two = end(&scene, "shop/two");
    let asked = |from: &str, to: Option<&str>| {
        let flow = Flow { from: end(&scene, from), to: two, traffic: Traffic::to_port(Protocol::TCP, 80) };
        let address = |text: &str| text.parse().ok();
        let addressed = scene.addressed((flow.from, address(from)), (two, to.and_then(address)));
        addressed.map_or_else(|| scene.decide(&flow), |addressed| addressed.decide(&flow)).verdict
    };
    assert_eq!(asked("203.0.113.5", None), Allowed);
    assert_eq!(asked("203.0.113.5", Some("10.244.1.20")), Allowed);
    assert_eq!(asked("2001:db8::5", None), Denied);
}

// Upstream: IPPool, "natOutgoing: packets sent from Calico networked containers in this pool to destinations outside of any Calico IP pools will be
// masqueraded"; `felix/rules/nat.go` does it in POSTROUTING, after the filters of the pod's node.
#[test]
fn a_host_endpoint_of_another_node_sees_the_address_that_the_pool_gives() {
    let host = ("HostEndpoint", "n2-eth0", "{node: n2, interfaceName: eth0, expectedIPs: [192.0.2.12]}");
    let pods = (
        "GlobalNetworkPolicy",
        "from-web",
        "{selector: 'host == \"n2-eth0\"', ingress: [{action: Allow, source: {selector: 'app == \"web\"'}}]}",
    );
    let nodes = (
        "GlobalNetworkPolicy",
        "from-n1",
        "{selector: 'host == \"n2-eth0\"', ingress: [{action: Allow, source: {nets: [192.0.2.11/32]}}]}",
    );
    let pool = |nat: &'static str| ("IPPool", "pool", nat);
    let (out, kept) = (pool("{cidr: 10.244.0.0/16, natOutgoing: true}"), pool("{cidr: 10.244.0.0/16, natOutgoing: false}"));
    let verdict = |objects: &[(&str, &str, &str)]| ask(&scene(objects), "shop/web", "node/n2", Protocol::TCP, Some(8080));
    assert_eq!(verdict(&[host, pods, out]).verdict, Denied);
    assert_eq!(verdict(&[host, nodes, out]).verdict, Allowed);
    assert_eq!(verdict(&[host, pods, kept]).verdict, Allowed);
    assert_eq!(verdict(&[host, nodes, kept]).verdict, Denied);
    // `natOutgoing` is false where it is left out.
    assert_eq!(verdict(&[host, pods, pool("{cidr: 10.244.0.0/16}")]).verdict, Allowed);
    // What no pool says is said, unless both come to the same.
    for policy in [pods, nodes] {
        let answer = verdict(&[host, policy]);
        assert_eq!(answer.verdict, CannotTell);
        assert!(answer.summary.contains("natOutgoing"), "{}", answer.summary);
    }
    assert_eq!(verdict(&[host, pods, nodes]).verdict, Allowed);
    assert_eq!(verdict(&[host]).verdict, Denied);
    // Nodes that a configuration leaves out, or whose addresses are a pool's, see the pod.
    let felix = ("FelixConfiguration", "default", "{natOutgoingExclusions: IPPoolsAndHostIPs}");
    assert_eq!(verdict(&[host, pods, out, felix]).verdict, Allowed);
    let all = ("IPPool", "nodes", "{cidr: 192.0.2.0/24}");
    assert_eq!(verdict(&[host, pods, out, all]).verdict, Allowed);
}

/// What a rule for a Service means whose endpoints the input does not hold. Upstream: tigera/docs, calico/network-policy/policy-rules/service-policy.mdx;
/// the API servers keep those of `default/kubernetes` themselves, at addresses of machines.
#[test]
fn a_service_whose_endpoints_are_not_given_may_lead_anywhere() {
    let rule = |service: &str, action: &str| {
        let rule = format!("{{action: {action}, destination: {{services: {service}}}}}");
        let rest = if action == "Deny" { ", {action: Allow}" } else { "" };
        format!("{{selector: app == 'web', types: [Egress], egress: [{rule}{rest}]}}")
    };
    let api = "{name: kubernetes, namespace: default}";
    let allowing = scene(&[("NetworkPolicy", "p", &rule(api, "Allow"))]);
    check(
        &allowing,
        &[
            ("shop/web", "10.0.0.1", 6443, CannotTell),
            ("shop/web", "node/n2", 6443, CannotTell),
            // A pod is no API server.
            ("shop/web", "shop/far", 6443, Denied),
        ],
    );
    let answer = ask(&allowing, "shop/web", "10.0.0.1", Protocol::TCP, Some(6443));
    assert!(answer.summary.contains("the EndpointSlices of Service `default/kubernetes` are not in the input"), "{}", answer.summary);
    let denying = |extra: &str| {
        let mut scene = Analysis::new(Settings::default());
        let policy = calico("NetworkPolicy", "p", &rule("{name: ext, namespace: shop}", "Deny"));
        scene.set_files(&[("in.yaml", &format!("{PLACES}{policy}{extra}"))]);
        scene
    };
    let service = "---\n{apiVersion: v1, kind: Service, metadata: {name: ext, namespace: shop}, spec: {ports: [{port: 443}]}}\n";
    let slice = "---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: ext-1, namespace: shop, labels: {kubernetes.io/service-name: ext}}, addressType: IPv4, endpoints: [{addresses: [203.0.113.7]}], ports: [{port: 443}]}\n";
    let endpoints = "---\n{apiVersion: v1, kind: Endpoints, metadata: {name: ext, namespace: shop}, subsets: [{addresses: [{ip: 203.0.113.7}], ports: [{port: 443}]}]}\n";
    let selecting = "---\n{apiVersion: v1, kind: Service, metadata: {name: ext, namespace: shop}, spec: {selector: {app: none}, ports: [{port: 443}]}}\n";
    check(&denying(service), &[("shop/web", "203.0.113.1", 443, CannotTell)]);
    check(&denying(""), &[("shop/web", "203.0.113.1", 443, CannotTell)]);
    check(&denying(slice), &[("shop/web", "203.0.113.1", 443, Allowed), ("shop/web", "203.0.113.7", 443, Denied)]);
    check(
        &denying(&format!("{service}{endpoints}")),
        &[("shop/web", "203.0.113.1", 443, Allowed), ("shop/web", "203.0.113.7", 443, Denied)],
    );
    check(&denying(selecting), &[("shop/web", "203.0.113.1", 443, Allowed)]);
}

/// A rule about a Service that is refused, in both directions: where the Service leads is in doubt, whichever way packets go.
#[test]
fn a_service_that_is_refused_is_in_doubt_as_a_destination_too() {
    let mut scene = Analysis::new(Settings::default());
    let policy = calico(
        "NetworkPolicy",
        "p",
        "{selector: app == 'web', types: [Egress], egress: [{action: Deny, destination: {services: {name: s, namespace: shop}}}, {action: Allow}]}",
    );
    let slice = "---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s-1, namespace: shop, labels: {kubernetes.io/service-name: s}}, addressType: IPv4, endpoints: [{addresses: [10.244.2.10]}], ports: [{port: [1]}]}\n";
    scene.set_files(&[("in.yaml", &format!("{PLACES}{policy}{slice}"))]);
    check(&scene, &[("shop/web", "shop/far", 80, CannotTell)]);
}

/// A tier that is not given may have any order, and any action at its end. Upstream: tigera/docs, calico/network-policy/policy-tiers/tiered-policy.mdx.
#[test]
fn policies_of_a_tier_that_is_not_given_may_come_first() {
    let quarantine = "{tier: security, order: 1, selector: app == 'db', types: [Ingress], ingress: [{action: Deny, source: {selector: app == 'web'}}, {action: Pass}]}";
    let open = "{selector: app == 'db', types: [Ingress], ingress: [{action: Allow}]}";
    let both = [("NetworkPolicy", "security.quarantine", quarantine), ("NetworkPolicy", "db", open)];
    let without = scene(&both);
    check(
        &without,
        &[("shop/web", "shop/db", 80, CannotTell), ("shop/far", "shop/db", 80, Allowed), ("shop/web", "shop/far", 80, Allowed)],
    );
    let answer = ask(&without, "shop/web", "shop/db", Protocol::TCP, Some(80));
    assert!(answer.summary.contains("the Tier `security`"), "{}", answer.summary);
    let tier = |order: u32| format!("{{order: {order}, defaultAction: Pass}}");
    let given = |order| scene(&[both[0], both[1], ("Tier", "security", &tier(order))]);
    check(&given(100), &[("shop/web", "shop/db", 80, Denied)]);
    check(&given(2_000_000), &[("shop/web", "shop/db", 80, Allowed)]);
    // Whatever is at its end decides about what its rules leave.
    let some =
        "{tier: security, order: 1, selector: app == 'db', types: [Ingress], ingress: [{action: Allow, source: {selector: app == 'web'}}]}";
    let rest = scene(&[("NetworkPolicy", "security.some", some), ("NetworkPolicy", "db", open)]);
    check(&rest, &[("shop/far", "shop/db", 80, CannotTell)]);
    let shut = "{selector: app == 'db', types: [Ingress], ingress: [{action: Deny}]}";
    let closed = scene(&[("NetworkPolicy", "security.some", some), ("NetworkPolicy", "db", shut)]);
    check(&closed, &[("shop/web", "shop/db", 80, CannotTell), ("shop/far", "shop/db", 80, Denied)]);
    // In either place, the same.
    check(
        &scene(&[("NetworkPolicy", "security.shut", "{tier: security, selector: app == 'db', types: [Ingress], ingress: []}")]),
        &[("shop/web", "shop/db", 80, Denied)],
    );
}

/// A profile that is not given may have any rules and any labels. Upstream: tigera/docs, calico/reference/resources/hostendpoint.mdx and profile.mdx.
#[test]
fn a_profile_that_is_not_given_may_allow_anything() {
    let host = "{node: n1, interfaceName: eth0, expectedIPs: [192.0.2.11], profiles: [corp]}";
    check(&scene(&[("HostEndpoint", "h", host)]), &[("203.0.113.5", "node/n1", 443, CannotTell), ("203.0.113.5", "node/n1", 22, Allowed)]);
    let profile = "{ingress: [{action: Deny}], egress: [{action: Allow}]}";
    check(&scene(&[("HostEndpoint", "h", host), ("Profile", "corp", profile)]), &[("203.0.113.5", "node/n1", 443, Denied)]);
    let by_label = ("GlobalNetworkPolicy", "p", "{selector: team == 'x', types: [Ingress], ingress: [{action: Allow}]}");
    check(&scene(&[("HostEndpoint", "h", host), by_label]), &[("203.0.113.5", "node/n1", 443, CannotTell)]);
}

/// A host endpoint names its node and the addresses that it guards. Upstream: tigera/docs, calico/reference/host-endpoints/overview.mdx: without policy and
/// profile nothing but failsafe ports is let in.
#[test]
fn a_host_endpoint_is_asked_by_address_where_its_node_is_not_given() {
    let host = "{node: n9, interfaceName: eth0, expectedIPs: [192.0.2.19]}";
    let open = ("GlobalNetworkPolicy", "p", "{selector: app == 'web', types: [Egress], egress: [{action: Allow}]}");
    let without = scene(&[("HostEndpoint", "h", host), open]);
    for to in ["192.0.2.19", "node/n9"] {
        check(&without, &[("203.0.113.9", to, 80, Denied), ("shop/web", to, 80, Denied), ("203.0.113.9", to, 22, Allowed)]);
    }
}

/// What a rule excludes is told by the field that does it, not as what is left over. Upstream: Calico documentation, "EntityRule" and "Rule".
#[test]
fn a_reason_has_the_ranges_that_are_written() {
    let nearest = |rule: &str, protocol: Protocol, source: Option<u16>, port: Option<u16>| {
        let scene = scene(&[("NetworkPolicy", "p", &format!("{{selector: app == 'web', ingress: [{{action: Allow, {rule}}}]}}"))]);
        let traffic = Traffic { protocol, source, destination: port };
        let answer = scene.decide(&Flow { from: end(&scene, "203.0.113.200"), to: end(&scene, "shop/web"), traffic });
        assert_eq!(answer.verdict, Denied, "{rule}");
        answer.checkpoints.iter().find_map(|c| c.nearest.as_ref()).unwrap_or_else(|| panic!("{rule}: no nearest rule")).failure.clone()
    };
    let tcp = |rule: &str, port: u16| nearest(rule, Protocol::TCP, None, Some(port));
    let nets = "source: {nets: [203.0.113.0/24], notNets: [203.0.113.128/25]}";
    assert_eq!(tcp(nets, 80), "203.0.113.200 is in `203.0.113.128/25`, which the rule excludes (`notNets`)");
    assert_eq!(tcp("source: {nets: [198.51.100.0/24], notNets: [198.51.100.7/32]}", 80), "203.0.113.200 is not in 198.51.100.0/24");
    assert_eq!(tcp("ipVersion: 6", 80), "the rule is not for IPv4 addresses");
    let ports = "protocol: TCP, destination: {notPorts: [22, '8000:8010']}";
    assert_eq!(tcp(ports, 8005), "the rule excludes ports 8000-8010 (`notPorts`)");
    assert_eq!(tcp(ports, 22), "the rule excludes port 22 (`notPorts`)");
    assert_eq!(nearest(ports, Protocol::UDP, None, Some(80)), "UDP is not TCP");
    assert_eq!(tcp("notProtocol: TCP", 80), "the rule excludes TCP (`notProtocol`)");
    let ping = "protocol: ICMP, notICMP: {type: 8}";
    assert_eq!(nearest(ping, Protocol::ICMP, Some(8), None), "the rule excludes ICMP type 8 (`notICMP`)");
    assert_eq!(
        nearest("protocol: ICMP, notICMP: {type: 8, code: 0}", Protocol::ICMP, Some(8), Some(0)),
        "the rule excludes ICMP type 8 code 0 (`notICMP`)"
    );
}
