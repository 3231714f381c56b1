//! Verdicts and explanations, case by case. Expected verdicts are from the upstream texts that each case names.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Severity;
use netpolis_core::explain::Answer;
use netpolis_core::model::Protocol;
use netpolis_core::policy::Direction;
use netpolis_core::settings::{Engine, HostNetwork, Http, IpBlockReach, OtherProtocols, Settings};
use netpolis_core::verdict::Verdict::{self, Allowed, CannotTell, Denied};
use netpolis_core::verdict::{Flow, Reason, UnknownFact};

/// Pods of two namespaces with given addresses, and a node.
const PODS: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: web}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ops, labels: {team: ops}}}
---
{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {role: worker}}, status: {addresses: [{type: InternalIP, address: 10.0.0.4}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, status: {addresses: [{type: InternalIP, address: 10.0.0.5}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}, status: {podIP: 10.244.1.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {nodeName: n1, containers: [{name: c, ports: [{name: sql, containerPort: 5432}]}]}, status: {podIP: 10.244.1.6}}
---
{apiVersion: v1, kind: Pod, metadata: {name: scan, namespace: ops, labels: {app: scan}}, spec: {nodeName: n2, containers: [{name: c}]}, status: {podIP: 10.244.2.7}}
---
{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: ops, labels: {app: agent}}, spec: {nodeName: n2, hostNetwork: true, containers: [{name: c}]}, status: {podIP: 10.0.0.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: new, namespace: ops, labels: {app: new}}, spec: {containers: [{name: c}]}}
";

fn scene_with(settings: Settings, policies: &str) -> Analysis {
    let mut scene = Analysis::new(settings);
    scene.set_files(&[("pods.yaml", PODS), ("policies.yaml", policies)]);
    let errors: Vec<_> = scene.problems().iter().filter(|p| p.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    scene
}

fn scene(policies: &str) -> Analysis {
    scene_with(Settings::default(), policies)
}

fn end(scene: &Analysis, name: &str) -> Endpoint {
    if let Ok(address) = name.parse() {
        return Endpoint::Outside(address);
    }
    if let Some((id, _)) = scene.snapshot().nodes().find(|(_, n)| n.name == name) {
        return Endpoint::Node(id);
    }
    let (id, _) = scene.snapshot().pods().find(|(_, e)| e.name == name).unwrap_or_else(|| panic!("no {name}"));
    Endpoint::Pod(id)
}

fn ask(scene: &Analysis, from: &str, to: &str, protocol: Protocol, port: u16) -> Answer {
    let flow = Flow { from: end(scene, from), to: end(scene, to), traffic: Traffic::to_port(protocol, port) };
    let answer = scene.decide(&flow);
    // The table of all pairs must say the same, for every source port.
    let pair = scene.connectivity().between(flow.from, flow.to);
    let (allowed, possible) = (pair.allowed.contains(protocol, 40_000, port), pair.possible.contains(protocol, 40_000, port));
    let by_table = match (allowed, possible) {
        (true, _) => Allowed,
        (false, true) => CannotTell,
        (false, false) => Denied,
    };
    assert_eq!(answer.verdict, by_table, "{from} -> {to} {protocol} {port}: decide and connectivity differ: {}", answer.summary);
    answer
}

#[track_caller]
fn check(scene: &Analysis, rows: &[(&str, &str, u16, Verdict)]) {
    for (from, to, port, expected) in rows {
        let answer = ask(scene, from, to, Protocol::TCP, *port);
        assert_eq!(answer.verdict, *expected, "{from} -> {to} TCP {port}: {}", answer.summary);
    }
}

fn policy(spec: &str) -> String {
    format!("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {spec}}}")
}

#[test]
fn empty_and_missing_fields_mean_what_upstream_says() {
    let from_web_from_scan = [
        // spec, web -> db, scan -> db, 203.0.113.9 -> db
        ("{podSelector: {}, policyTypes: [Ingress]}", Denied, Denied, Denied),
        ("{podSelector: {}, ingress: []}", Denied, Denied, Denied),
        ("{podSelector: {}, ingress: [{}]}", Allowed, Allowed, Allowed),
        ("{podSelector: {}, ingress: [{from: []}]}", Allowed, Allowed, Allowed),
        ("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}", Allowed, Denied, Denied),
        ("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}", Allowed, Allowed, Denied),
        ("{podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]}", Allowed, Allowed, Denied),
        ("{podSelector: {}, ingress: [{ports: []}]}", Allowed, Allowed, Allowed),
        ("{podSelector: {}, ingress: [{ports: [{}]}]}", Allowed, Allowed, Allowed),
        ("{podSelector: {}, ingress: [{ports: [{protocol: UDP}]}]}", Denied, Denied, Denied),
        ("{podSelector: {}, egress: []}", Denied, Denied, Denied),
        ("{podSelector: {}, policyTypes: [Egress], ingress: []}", Denied, Allowed, Allowed),
        ("{podSelector: {matchLabels: {app: web}}}", Allowed, Allowed, Allowed),
    ];
    for (spec, web, scan, outside) in from_web_from_scan {
        let scene = scene(&policy(spec));
        for (from, expected) in [("web", web), ("scan", scan), ("203.0.113.9", outside)] {
            assert_eq!(ask(&scene, from, "db", Protocol::TCP, 80).verdict, expected, "{spec}: from {from}");
        }
    }
}

#[test]
fn an_egress_rule_without_policy_types_isolates_ingress_too() {
    let scene = scene(&policy("{podSelector: {matchLabels: {app: db}}, egress: [{}]}"));
    check(&scene, &[("web", "db", 80, Denied), ("db", "web", 80, Allowed)]);
    // And an empty egress list alone isolates only ingress.
    let scene = self::scene(&policy("{podSelector: {matchLabels: {app: db}}, egress: []}"));
    check(&scene, &[("db", "web", 80, Allowed)]);
}

#[test]
fn one_dash_more_makes_either_out_of_both() {
    let both = scene(&policy(
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ops}}, podSelector: {matchLabels: {app: web}}}]}]}",
    ));
    check(&both, &[("scan", "db", 80, Denied), ("web", "db", 80, Denied)]);
    let either = scene(&policy(
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ops}}}, {podSelector: {matchLabels: {app: web}}}]}]}",
    ));
    check(&either, &[("scan", "db", 80, Allowed), ("web", "db", 80, Allowed)]);
}

#[test]
fn named_ports_are_looked_up_on_the_destination() {
    let ingress = scene(&policy("{podSelector: {}, ingress: [{ports: [{port: sql}]}]}"));
    check(&ingress, &[("scan", "db", 5432, Allowed), ("scan", "web", 5432, Denied), ("scan", "db", 80, Denied)]);
    let egress = scene(&policy("{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}"));
    check(&egress, &[("db", "web", 8080, Allowed), ("web", "db", 8080, Denied), ("web", "203.0.113.9", 8080, Denied)]);
    // The protocol of the container port must be the rule's.
    let udp = scene(&policy("{podSelector: {}, ingress: [{ports: [{port: sql, protocol: UDP}]}]}"));
    assert_eq!(ask(&udp, "scan", "db", Protocol::UDP, 5432).verdict, Denied);
}

#[test]
fn port_ranges_include_both_ends() {
    let scene = scene(&policy("{podSelector: {}, ingress: [{ports: [{port: 100, endPort: 200}]}]}"));
    check(&scene, &[("scan", "db", 99, Denied), ("scan", "db", 100, Allowed), ("scan", "db", 200, Allowed), ("scan", "db", 201, Denied)]);
}

#[test]
fn an_ip_block_matches_pods_by_address_if_the_engine_does() {
    let text =
        policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.2.0/24]}}]}]}");
    let by_address = scene(&text);
    check(
        &by_address,
        &[("web", "db", 80, Allowed), ("scan", "db", 80, Denied), ("10.244.7.7", "db", 80, Allowed), ("10.244.2.9", "db", 80, Denied)],
    );
    let outside_only = scene_with(Settings { ip_block: IpBlockReach::OutsideOnly, ..Settings::default() }, &text);
    check(&outside_only, &[("web", "db", 80, Denied), ("10.244.7.7", "db", 80, Allowed)]);
}

#[test]
fn an_address_that_is_not_given_decides_nothing() {
    // `new` has an address somewhere in 10.244.0.0/16.
    let part = scene(&policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/24}}]}]}"));
    let answer = ask(&part, "new", "db", Protocol::TCP, 80);
    assert_eq!(answer.verdict, CannotTell);
    assert!(answer.summary.contains("the address of `ops/new`"), "{}", answer.summary);
    assert!(matches!(&answer.checkpoints[1].reason, Reason::Unknown(facts) if matches!(facts[..], [UnknownFact::Rule(_)])));
    let whole = scene(&policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"));
    check(&whole, &[("new", "db", 80, Allowed)]);
    let none = scene(&policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 192.168.0.0/16}}]}]}"));
    check(&none, &[("new", "db", 80, Denied)]);
}

#[test]
fn pods_on_the_host_network_count_as_their_node() {
    let deny = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: ops}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}";
    let scene = scene(deny);
    check(&scene, &[("web", "agent", 80, Allowed), ("web", "scan", 80, Denied), ("agent", "db", 80, Allowed)]);
    let as_pod = scene_with(Settings { host_network: HostNetwork::AsPod, ..Settings::default() }, deny);
    check(&as_pod, &[("web", "agent", 80, Denied)]);
    // A selector does not match it, an ipBlock with the node's address does.
    let by_label = self::scene(&policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {}}]}]}"));
    check(&by_label, &[("agent", "db", 80, Denied), ("scan", "db", 80, Allowed)]);
    let by_address = self::scene(&policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.5/32}}]}]}"));
    check(&by_address, &[("agent", "db", 80, Allowed), ("n2", "db", 80, Allowed)]);
}

#[test]
fn a_pods_own_node_and_the_pod_itself_always_reach_it() {
    let scene = scene(&policy("{podSelector: {}, policyTypes: [Ingress, Egress]}"));
    check(&scene, &[("n1", "db", 80, Allowed), ("n2", "db", 80, Denied), ("db", "db", 80, Allowed), ("db", "n1", 80, Denied)]);
    assert_eq!(ask(&scene, "n1", "db", Protocol::TCP, 80).checkpoints[1].reason, Reason::OwnNode);
    // `agent` uses the network of n2, and it is not said where `new` runs.
    let ops = self::scene(
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: ops}, spec: {podSelector: {}, policyTypes: [Ingress]}}",
    );
    check(
        &ops,
        &[
            ("agent", "scan", 80, Allowed),
            ("n1", "scan", 80, Denied),
            ("agent", "new", 80, CannotTell),
            ("n1", "new", 80, CannotTell),
            ("web", "new", 80, Denied),
        ],
    );
    assert_eq!(ask(&scene, "db", "db", Protocol::TCP, 80).checkpoints[0].reason, Reason::Loopback);
}

#[test]
fn protocols_without_ports_are_the_engines_choice() {
    let text = policy("{podSelector: {matchLabels: {app: db}}, ingress: [{}]}");
    let ping = |scene: &Analysis, from| {
        scene.decide(&Flow {
            from: end(scene, from),
            to: end(scene, "db"),
            traffic: Traffic { protocol: Protocol::ICMP, source: Some(8), destination: Some(0) },
        })
    };
    let undefined = ping(&scene(&text), "web");
    assert_eq!(undefined.verdict, CannotTell);
    assert!(undefined.summary.contains("the policy API does not define ICMP"), "{}", undefined.summary);
    let follow = Settings { other_protocols: OtherProtocols::FollowRules, ..Settings::default() };
    assert_eq!(ping(&scene_with(follow.clone(), &text), "web").verdict, Allowed);
    let with_ports = policy("{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 80}]}]}");
    assert_eq!(ping(&scene_with(follow, &with_ports), "web").verdict, Denied);
    assert_eq!(ping(&scene(&policy("{podSelector: {matchLabels: {app: web}}}")), "web").verdict, Allowed);
}

#[test]
fn without_an_engine_nothing_is_enforced() {
    let scene =
        scene_with(Settings { engine: Engine::None, ..Settings::default() }, &policy("{podSelector: {}, policyTypes: [Ingress, Egress]}"));
    let answer = ask(&scene, "scan", "db", Protocol::TCP, 80);
    assert_eq!(answer.verdict, Allowed);
    assert_eq!(answer.checkpoints[1].reason, Reason::NoEngine);
}

fn admin(name: &str, priority: u16, rules: &str) -> String {
    format!(
        "{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {{name: {name}}}, spec: {{priority: {priority}, subject: {{namespaces: {{matchLabels: {{team: web}}}}}}, {rules}}}}}"
    )
}

const FROM_OPS: &str = "from: [{namespaces: {matchLabels: {team: ops}}}]";

#[test]
fn admin_policies_come_before_and_baseline_after() {
    let deny_ops = admin("deny", 10, &format!("ingress: [{{action: Deny, {FROM_OPS}}}]"));
    let allow_all = policy("{podSelector: {}, ingress: [{}]}");
    check(&scene(&format!("{deny_ops}\n---\n{allow_all}")), &[("scan", "db", 80, Denied), ("web", "db", 80, Allowed)]);
    // A pass of a lower priority number skips the denial.
    let pass = admin("pass", 5, &format!("ingress: [{{action: Pass, {FROM_OPS}}}]"));
    check(&scene(&format!("{deny_ops}\n---\n{pass}\n---\n{allow_all}")), &[("scan", "db", 80, Allowed)]);
    // An allow of the admin tier beats isolation.
    let allow =
        admin("allow", 1, &format!("ingress: [{{action: Allow, {FROM_OPS}, ports: [{{portNumber: {{protocol: TCP, port: 80}}}}]}}]"));
    check(&scene(&format!("{allow}\n---\n{}", policy("{podSelector: {}}"))), &[("scan", "db", 80, Allowed), ("scan", "db", 81, Denied)]);
    // Baseline is not consulted where a NetworkPolicy isolates, and is where none does.
    let baseline = format!(
        "{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: BaselineAdminNetworkPolicy, metadata: {{name: default}}, spec: {{subject: {{namespaces: {{}}}}, ingress: [{{action: Deny, {FROM_OPS}}}]}}}}"
    );
    check(&scene(&format!("{baseline}\n---\n{allow_all}")), &[("scan", "db", 80, Allowed)]);
    check(&scene(&baseline), &[("scan", "db", 80, Denied), ("web", "db", 80, Allowed)]);
}

#[test]
fn equal_priorities_that_disagree_cannot_be_told() {
    let deny = admin("a", 10, &format!("ingress: [{{action: Deny, {FROM_OPS}, ports: [{{portNumber: {{protocol: TCP, port: 80}}}}]}}]"));
    let allow = admin("b", 10, &format!("ingress: [{{action: Allow, {FROM_OPS}}}]"));
    let scene = scene(&format!("{deny}\n---\n{allow}"));
    check(&scene, &[("scan", "db", 80, CannotTell), ("scan", "db", 81, Allowed), ("web", "db", 80, Allowed)]);
    let answer = ask(&scene, "scan", "db", Protocol::TCP, 80);
    assert_eq!(answer.summary, "Cannot tell, because `a` and `b` have equal priority and disagree; either may be evaluated first.");
}

#[test]
fn a_denial_names_what_isolates_and_the_rule_that_came_nearest() {
    let text = "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
  - from:
    - podSelector: {matchLabels: {app: cart}}
    ports: [{port: 5432}]
  - from:
    - namespaceSelector: {matchLabels: {team: ops}}
    ports: [{port: 9187}]
";
    let scene = scene(text);
    let answer = ask(&scene, "web", "db", Protocol::TCP, 5432);
    assert_eq!(
        answer.summary,
        "Denied: `shop/db` is selected for ingress by policy `shop/db`, and none of its rules allows TCP 5432 from `shop/web`."
    );
    let ingress = &answer.checkpoints[1];
    let lit = |place| scene.sources().slice(place);
    assert_eq!(ingress.places.iter().map(|p| lit(*p)).collect::<Vec<_>>(), ["{matchLabels: {app: db}}"]);
    let nearest = ingress.nearest.as_ref().unwrap();
    assert_eq!(nearest.failure, "the ports match, but the peer requires `app=cart`, but `shop/web` has `app=web`");
    assert_eq!(lit(nearest.place), "podSelector: {matchLabels: {app: cart}}");
    assert_eq!(scene.sources().describe(nearest.place), "policies.yaml:8:7");

    // One condition of rule 2 fails, and two of rule 1: namespace and label.
    let wrong_port = ask(&scene, "scan", "db", Protocol::TCP, 5432);
    assert_eq!(wrong_port.checkpoints[1].nearest.as_ref().unwrap().failure, "port 5432 is not in 9187");
    let by_port = ask(&scene, "scan", "db", Protocol::TCP, 80);
    assert_eq!(by_port.checkpoints[1].nearest.as_ref().unwrap().failure, "port 80 is not in 9187");

    // Neither peer nor port of any rule fits: none of them is near.
    let far = ask(&scene, "web", "db", Protocol::TCP, 80);
    assert_eq!((far.verdict, &far.checkpoints[1].nearest, far.suggestion.is_some()), (Denied, &None, true));

    let allowed = ask(&scene, "scan", "db", Protocol::TCP, 9187);
    assert_eq!(allowed.summary, "Allowed: TCP 9187 from `ops/scan` to `shop/db`, by ingress rule 2 of NetworkPolicy `shop/db`.");
    assert!(lit(allowed.checkpoints[1].places[0]).starts_with("from:\n    - namespaceSelector"));
}

#[test]
fn the_suggested_change_allows_the_flow() {
    let text = policy("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: cart}}}]}]}");
    let deny_egress = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: ops}, spec: {podSelector: {}, policyTypes: [Egress]}}";
    let text = format!("{text}\n---\n{deny_egress}\n");
    let scene = scene(&text);
    for (from, to, edits) in [("web", "db", 1), ("scan", "db", 2), ("203.0.113.9", "db", 1), ("scan", "203.0.113.9", 1)] {
        let answer = ask(&scene, from, to, Protocol::TCP, 5432);
        let suggestion = answer.suggestion.unwrap_or_else(|| panic!("no suggestion for {from} -> {to}"));
        assert_eq!(suggestion.edits.len(), edits, "{from} -> {to}");
        let mut changed = text.clone();
        suggestion.edits.iter().for_each(|(_, added)| changed.push_str(added));
        let better = self::scene(&changed);
        check(&better, &[(from, to, 5432, Allowed), (from, to, 5433, Denied)]);
    }
}

#[test]
fn given_pods_stand_in_place_of_their_template() {
    let owned = |kind: &str, name: &str, owner: &str, spec: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}, labels: {{app: a}}, ownerReferences: [{owner}]}}, spec: {spec}}}"
        )
    };
    let template = "{selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c}]}}}";
    let text = [
        format!("{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {template}}}"),
        owned("ReplicaSet", "a-1", "{apiVersion: apps/v1, kind: Deployment, name: a, uid: u, controller: true}", template),
        owned("Pod", "a-1-x", "{apiVersion: apps/v1, kind: ReplicaSet, name: a-1, uid: u, controller: true}", "{containers: [{name: c}]}")
            .replace("apps/v1, kind: Pod", "v1, kind: Pod"),
        owned("Pod", "a-1-y", "{apiVersion: apps/v1, kind: ReplicaSet, name: a-1, uid: u, controller: true}", "{containers: [{name: c}]}")
            .replace("apps/v1, kind: Pod", "v1, kind: Pod"),
    ]
    .join("\n---\n");
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("all.yaml", &text)]);
    let workloads: Vec<_> = scene.snapshot().workloads.iter().map(|w| (w.kind.as_str(), w.name.as_str(), w.replicas)).collect();
    assert_eq!(workloads, [("Deployment", "a", 2)]);
    let names: Vec<_> = scene.snapshot().endpoints.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["a-1-x", "a-1-y"]);
}

#[test]
fn outside_ranges_are_cut_where_rules_of_a_direction_cut_them() {
    let scene = scene(&policy(
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.64/26]}}]}]}",
    ));
    let ranges = |direction| -> Vec<String> {
        scene.connectivity().outside(direction).iter().filter(|r| r.first.is_ipv4()).map(|r| format!("{}-{}", r.first, r.last)).collect()
    };
    assert_eq!(
        ranges(Direction::Ingress),
        [
            "0.0.0.0-203.0.112.255",
            "203.0.113.0-203.0.113.63",
            "203.0.113.64-203.0.113.127",
            "203.0.113.128-203.0.113.255",
            "203.0.114.0-255.255.255.255"
        ]
    );
    assert_eq!(ranges(Direction::Egress), ["0.0.0.0-255.255.255.255"]);
}

#[test]
fn blocks_that_together_hold_all_of_a_nodes_addresses_match_it() {
    let scene = scene("
{apiVersion: v1, kind: Node, metadata: {name: n3}, status: {addresses: [{type: InternalIP, address: 10.0.1.4}, {type: ExternalIP, address: 20.1.2.3}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - {to: [{ipBlock: {cidr: 10.0.1.4/32}}, {ipBlock: {cidr: 20.1.2.0/24}}], ports: [{port: 80}]}
  - {to: [{ipBlock: {cidr: 10.0.1.4/32}}], ports: [{port: 81}]}
");
    assert_eq!(ask(&scene, "web", "n3", Protocol::TCP, 80).verdict, Allowed);
    assert_eq!(ask(&scene, "web", "n3", Protocol::TCP, 81).verdict, CannotTell);
}

/// Upstream: docs/semantics.md, Calico: without an application layer the data plane ignores `http`; with one, an Allow rule with `http` narrows.
#[test]
fn http_counts_where_an_application_layer_looks_at_it() {
    let policy = "
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  selector: app == 'web'
  ingress:
    - {action: Allow, protocol: TCP, http: {methods: [GET], paths: [{prefix: /public}]}}
    - {action: Deny, source: {selector: app == 'db'}}
    - {action: Allow, protocol: TCP, source: {namespaceSelector: team == 'ops'}}
";
    let with = |http: &str| scene_with(Settings { http: Http::from_text(http).unwrap(), ..Settings::default() }, policy);
    for (http, from_db, from_scan) in [
        ("ignored", Allowed, Allowed),
        // The rules behind it decide of scan alike, whatever the request is.
        ("unknown", CannotTell, Allowed),
        ("GET /public/a", Allowed, Allowed),
        ("GET /x/../public", Allowed, Allowed),
        ("GET /publications", Denied, Allowed),
        ("POST /public", Denied, Allowed),
        ("GET", Allowed, Allowed),
    ] {
        let scene = with(http);
        assert_eq!(ask(&scene, "db", "web", Protocol::TCP, 8080).verdict, from_db, "{http}");
        assert_eq!(ask(&scene, "scan", "web", Protocol::TCP, 8080).verdict, from_scan, "{http}");
    }
    let denied = ask(&with("POST /public"), "db", "web", Protocol::TCP, 8080);
    assert!(denied.summary.contains("rule 2"), "{}", denied.summary);
    for wrong in ["", "get /x", "GET x", "GET /x y", "ignored /"] {
        assert_eq!(Http::from_text(wrong), None, "{wrong}");
    }
    assert_eq!(Http::from_text("GET /x").unwrap().to_string(), "GET /x");
}
