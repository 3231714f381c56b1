//! Checks: what each form says where it holds, where it does not, and where that cannot be told; universal ones against the oracle, pod by pod and port by
//! port; the examples of the manual.

#![allow(clippy::panic, reason = "tests")]

mod clusters;

use std::net::IpAddr;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::checks::{CheckResult, Outcome};
use netpolis_core::compile::Endpoint;
use netpolis_core::model::{AddressSet, Cidr, Protocol};
use netpolis_core::settings::{OwnNode, Settings};
use netpolis_core::snapshot::Snapshot;
use netpolis_core::verdict::Verdict;
use netpolis_tests::oracle::{self, Oracle, Packet};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

/// A shop of three workloads, a tool of developers, two nodes in two zones and a Service with a load balancer.
const SHOP: &str = include_str!("checks/shop.yaml");
/// A network of Azure's with two machines and a security group.
const CLOUD: &str = include_str!("checks/cloud.yaml");

/// The items of a list as a Check.
fn wrapped(items: &str) -> String {
    let items: String = items.lines().map(|line| format!("  {line}\n")).collect();
    format!("apiVersion: netpolis.dev/v1\nkind: Check\nmetadata: {{name: test}}\nspec:\n  checks:\n{items}")
}

fn analysis(scene: &str, checks: &str) -> Analysis {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("shop.yaml", scene), ("checks.yaml", checks)]);
    analysis
}

fn check(scene: &str, items: &str) -> (Analysis, Vec<CheckResult>) {
    let analysis = analysis(scene, &wrapped(items));
    let results = analysis.checks();
    (analysis, results)
}

/// The lines of a file that decide.
fn lines(analysis: &Analysis, result: &CheckResult) -> Vec<u32> {
    result.deciding.iter().filter_map(|place| analysis.sources().position(*place)).map(|position| position.line).collect()
}

/// The line of the scene with a text.
fn line_of(scene: &str, text: &str) -> u32 {
    let at = scene.lines().position(|line| line.contains(text));
    at.unwrap_or_else(|| panic!("no line has {text}")) as u32 + 1
}

/// A check on one line, what comes of it, what is found, and a text of a line that decides.
type Row<'a> = (&'a str, Outcome, &'a str, Option<&'a str>);

fn hold(scene: &str, rows: &[Row<'_>]) {
    for (item, outcome, found, deciding) in rows {
        let (analysis, results) = check(scene, &format!("- {item}"));
        let [result] = results.as_slice() else { panic!("{item}: {results:?}") };
        assert_eq!(result.outcome, *outcome, "{item}: {result:?}");
        assert!(result.found.contains(found), "{item}: found {}, {}", result.found, result.reason);
        if let Some(text) = deciding {
            assert!(lines(&analysis, result).contains(&line_of(scene, text)), "{item}: {result:?}");
        }
        let own = analysis.sources().position(result.place).map(|position| position.line);
        assert_eq!(own, Some(6), "{item}");
        agrees(&analysis, result, item);
    }
}

/// A connection that is shown gets the verdict that is found.
fn agrees(analysis: &Analysis, result: &CheckResult, item: &str) {
    // What a pod's own node may always do is left out of sets, and not of one flow.
    let Some(witness) = result.witness.as_ref().filter(|witness| !witness.path && !witness.from.starts_with("node/")) else { return };
    let flow = analysis.flow(&witness.from, &witness.to, witness.traffic).unwrap_or_else(|error| panic!("{item}: {error}"));
    let verdict = analysis.decide(&flow).verdict;
    for (word, due) in [("allowed", Verdict::Allowed), ("denied", Verdict::Denied), ("cannot tell", Verdict::CannotTell)] {
        assert!(result.found != word || verdict == due, "{item}: {result:?} is {verdict:?}");
    }
}

const DB: &str = "podSelector: {matchLabels: {app: db}}";
const FROM_API: &str = "- from: [{podSelector: {matchLabels: {app: api}}}]";
use Outcome::{Broken, CannotTell, Failed, Passed};

#[test]
fn connections_between_names() {
    hold(
        SHOP,
        &[
            ("{from: shop/api, to: shop/db, port: 5432, expect: allowed}", Passed, "allowed", Some(FROM_API)),
            ("{from: shop/web, to: shop/db, port: 5432, expect: allowed}", Failed, "denied", Some(DB)),
            ("{from: shop/api, to: shop/db, port: 5432, expect: denied}", Failed, "allowed", Some(FROM_API)),
            ("{from: shop/web, to: shop/db, port: 5432, expect: denied}", Passed, "denied", Some(DB)),
            ("{from: shop/api, to: shop/db, port: [5432, 5433], expect: allowed}", Failed, "sometimes", Some(DB)),
            ("{from: shop/api, to: shop/db, port: 5431-5433, expect: sometimes}", Passed, "sometimes", None),
            ("{from: shop/api, to: shop/db, port: 5432, expect: sometimes}", Failed, "allowed", None),
            ("{from: shop/web, to: shop/db, port: 5432, expect: sometimes}", Failed, "denied", None),
            // Without a port, any connection will do to be allowed, and none may be left to be denied.
            ("{from: shop/api, to: shop/db, expect: allowed}", Passed, "allowed", None),
            ("{from: shop/api, to: shop/db, port: all, expect: allowed}", Failed, "sometimes", None),
            ("{from: shop/api, to: shop/db, expect: denied}", Failed, "sometimes", None),
            // ICMP is left to the plugin.
            ("{from: shop/web, to: shop/db, protocol: ICMP, expect: allowed}", CannotTell, "cannot tell", None),
            ("{from: shop/web, to: shop/db, protocol: ICMP, expect: denied}", CannotTell, "cannot tell", None),
            ("{from: shop/web, to: shop/db, protocol: ICMP, icmpType: 8, expect: cannot tell}", Passed, "cannot tell", None),
            ("{from: shop/web, to: shop/db, port: 80, expect: cannot tell}", Failed, "denied", None),
            ("{from: shop/web, to: shop/db, protocol: ICMP, expect: sometimes}", CannotTell, "cannot tell", None),
            // Names of ports are those of the destination's containers.
            ("{from: shop/web, to: shop/api, port: http, expect: allowed}", Passed, "allowed", None),
            ("{from: shop/web, to: shop/api, port: grpc, expect: allowed}", Broken, "", None),
            ("{from: shop/web, to: shop/api, port: 53/UDP, expect: allowed}", Passed, "allowed", None),
            ("{from: shop/web, to: shop/api, port: UDP 53, expect: allowed}", Passed, "allowed", None),
            ("{from: shop/web, to: shop/api, port: 80, protocol: UDP, sourcePort: 1000, expect: allowed}", Passed, "allowed", None),
            // A pod and itself are meant where they are named.
            ("{from: dev/tool, to: dev/tool, port: 80, expect: allowed}", Passed, "allowed", None),
        ],
    );
}

#[test]
fn connections_between_sets_are_exact() {
    hold(
        SHOP,
        &[
            ("{nothing: {from: {namespace: dev}, to: {podSelector: {app: db}}}}", Passed, "denied", None),
            ("{nothing: {from: {namespace: shop}, to: {podSelector: {app: db}}}}", Failed, "sometimes", Some(FROM_API)),
            ("{nothing: {from: everything, to: shop/db, port: 9187}}", Passed, "denied", None),
            ("{nothing: {from: {any: everything, except: shop/api}, to: shop/db}}", Passed, "denied", None),
            ("{nothing: {from: everything, to: shop/db}}", Failed, "sometimes", Some(FROM_API)),
            // ICMP of NetworkPolicies is left out, unless it is asked about.
            ("{nothing: {from: {namespace: dev}, to: shop/db, protocol: any}}", CannotTell, "cannot tell", None),
            ("{nothing: {from: {namespaceSelector: {team: dev}}, to: shop/db}}", Passed, "denied", None),
            ("{nothing: {from: {namespaceSelector: \"team == 'dev'\", podSelector: \"has(app)\"}, to: shop/db}}", Passed, "denied", None),
            (
                "{nothing: {from: {namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}}, to: shop/db}}",
                Failed,
                "sometimes",
                None,
            ),
            ("{from: {namespace: shop}, to: {namespace: shop}, expect: sometimes}", Passed, "sometimes", None),
            ("{from: {namespace: shop}, to: {namespace: shop}, expect: allowed}", Failed, "sometimes", None),
            ("{nothing: {from: internet, to: {namespace: shop, except: {podSelector: {app: web}}}}}", Passed, "denied", None),
            ("{nothing: {from: internet, to: {namespace: shop}}}", Failed, "sometimes", None),
            ("{from: shop/api, to: internet, port: 443, expect: allowed}", Passed, "allowed", None),
            ("{from: shop/api, to: 203.0.113.0/24, port: 443, expect: allowed}", Passed, "allowed", None),
            ("{from: shop/api, to: 0.0.0.0/0, port: 443, expect: allowed}", Failed, "sometimes", None),
            ("{from: shop/api, to: {address: 10.1.2.3}, port: 443, expect: denied}", Passed, "denied", None),
            ("{from: shop/api, to: 10.0.0.0-10.0.0.9, port: 443, expect: denied}", Passed, "denied", None),
            // Which address a name outside has, nobody knows; what holds for all of them holds.
            ("{from: shop/api, to: {domain: example.com}, port: 443, expect: allowed}", CannotTell, "cannot tell", None),
            ("{from: shop/web, to: {domain: example.com}, port: 443, expect: allowed}", Passed, "allowed", None),
            ("{from: shop/api, to: {domain: example.com}, port: 80, expect: allowed}", Failed, "denied", None),
            ("{from: {behindService: shop/web}, to: shop/api, port: 9090, expect: allowed}", Passed, "allowed", None),
            ("{from: {serviceAccount: shop/default}, to: shop/api, port: 9090, expect: sometimes}", Passed, "sometimes", None),
            ("{from: {onNode: n1}, to: shop/db, expect: denied}", Passed, "denied", None),
            ("{from: all nodes, to: shop/db, expect: denied}", Passed, "denied", None),
            ("{from: {nodeSelector: {topology.kubernetes.io/zone: westeurope-1}}, to: shop/db, expect: denied}", Passed, "denied", None),
        ],
    );
}

#[test]
fn who_alone_may_reach_something() {
    hold(
        SHOP,
        &[
            ("{only: [shop/api], mayReach: shop/db, port: 5432}", Passed, "nothing else", None),
            ("{only: shop/api, mayReach: shop/db}", Passed, "nothing else", None),
            ("{only: [{workload: shop/api, port: 5432}], mayReach: shop/db}", Passed, "nothing else", None),
            // More is allowed than 80.
            ("{only: [{workload: shop/web, port: 80}], mayReach: shop/api}", Failed, "allowed", None),
            ("{only: [shop/api, dev/tool], mayReach: shop/db, port: 5432}", Failed, "denied", Some(DB)),
            ("{only: [], mayReach: shop/db, port: 5432}", Failed, "allowed", Some(FROM_API)),
            ("{only: [], mayReach: shop/db, port: 80}", Passed, "nothing else", None),
            ("{only: [shop/api], mayReach: shop/db, port: 5432, protocol: any}", Passed, "nothing else", None),
            ("{only: [shop/api], mayReach: shop/db, protocol: ICMP}", CannotTell, "cannot tell", None),
            (
                "{from: shop/api, mayReachOnly: [shop/db, {address: 0.0.0.0/0, except: {address: [10.0.0.0/8, 192.168.0.0/16]}, port: 443}]}",
                Passed,
                "nothing else",
                None,
            ),
            ("{from: shop/api, mayReachOnly: [shop/db]}", Failed, "allowed", None),
            ("{only: [internet], mayReach: service/shop/web}", Broken, "", None),
        ],
    );
}

/// Of addresses that no rule tells apart, one stands for all; where an end has a part of them, it stands for that part alone.
#[test]
fn ranges_are_not_judged_by_one_address() {
    let scene = "\
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x, labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: x}, spec: {containers: [{name: c, image: i}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: x}
spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: x}
spec: {podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 198.51.100.8/29}}]}]}
";
    hold(
        scene,
        &[
            ("{only: [x/b, {address: 203.0.113.0/24}], mayReach: x/a}", Failed, "allowed", None),
            ("{only: [x/b, 203.0.113.10], mayReach: x/a}", Failed, "allowed", None),
            ("{only: [x/b, {address: 0.0.0.0/1}, {address: 128.0.0.0/2}], mayReach: x/a}", Failed, "allowed", None),
            ("{only: [x/b, {address: 0.0.0.0/0, except: {address: 8.8.8.0/24}}], mayReach: x/a}", Failed, "allowed", None),
            ("{only: [x/b, {address: 0.0.0.0/0}], mayReach: x/a}", Passed, "nothing else", None),
            ("{only: [x/b, {address: 0.0.0.0/1}, {address: 128.0.0.0/1}], mayReach: x/a}", Passed, "nothing else", None),
            ("{from: x/a, mayReachOnly: [198.51.100.8]}", Failed, "allowed", None),
            ("{from: x/a, mayReachOnly: [{address: 198.51.100.8/30}]}", Failed, "allowed", None),
            ("{from: x/a, mayReachOnly: [{address: 198.51.100.8/29}]}", Passed, "nothing else", None),
            // What is excepted by one address does not take those like it along.
            ("{nothing: {from: x/a, to: {any: internet, except: 198.51.100.8}}}", Failed, "sometimes", None),
            ("{nothing: {from: x/a, to: {any: internet, except: {address: 198.51.100.8/29}}}}", Passed, "denied", None),
            ("{nothing: {from: x/a, to: {any: internet, except: {domain: example.com}}}}", Broken, "", None),
        ],
    );
}

/// A check of paths from many addresses follows one of each kind.
#[test]
fn paths_from_sets() {
    let service = |ranges: &str| {
        format!(
            "\
{{apiVersion: v1, kind: Node, metadata: {{name: n1}}, status: {{addresses: [{{type: InternalIP, address: 10.0.0.4}}]}}}}
---
{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: x}}, spec: {{type: LoadBalancer, externalTrafficPolicy: Local, {ranges}selector: {{app: web}}, ports: [{{port: 443}}]}}}}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: x, labels: {{app: web}}}}, spec: {{nodeName: n1, containers: [{{name: c, image: i}}]}}}}
---
"
        )
    };
    let policy = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: x}, spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 8.8.8.0/24}}]}]}}\n";
    for scene in [service("") + policy, service("loadBalancerSourceRanges: [8.8.8.0/24], ")] {
        hold(
            &scene,
            &[
                ("{from: 8.8.8.8, to: service/x/web, expect: allowed}", Passed, "allowed", None),
                ("{from: 8.8.8.0/24, to: service/x/web, expect: allowed}", Passed, "allowed", None),
                ("{from: 8.8.0.0/16, to: service/x/web, expect: allowed}", Failed, "denied", None),
                ("{from: internet, to: service/x/web, expect: denied}", Failed, "allowed", None),
                ("{from: internet, to: service/x/web, expect: allowed}", Failed, "denied", None),
                ("{from: internet, to: service/x/web, expect: sometimes}", Passed, "sometimes", None),
                ("{from: internet, to: service/x/web, share: 1}", Failed, "a share of 0 %", None),
                ("{from: internet, to: service/x/web, clientAddress: kept}", Passed, "", None),
                ("{from: internet, to: service/x/web, clientAddress: lost}", Failed, "the client", None),
                ("{from: {any: internet, except: 8.8.8.0/24}, to: service/x/web, expect: denied}", Passed, "denied", None),
                ("{from: {any: internet, except: 8.8.8.8}, to: service/x/web, expect: denied}", Failed, "", None),
            ],
        );
    }
}

/// A pod of which the input gives no address is known all the same, and a rule that denies all denies whatever comes from a gateway.
#[test]
fn a_path_through_a_gateway_to_a_pod_without_an_address() {
    let scene = "\
azure:
  networks:
  - {name: n, addressSpace: 10.0.0.0/16, subnets: [{name: nodes, prefix: 10.0.0.0/24}, {name: gw, prefix: 10.0.8.0/24}]}
  clusters: [{name: c, plugin: azure, policy: calico, nodes: 1, subnet: nodes, serviceRange: 10.1.0.0/16}]
  gateways: [{name: g, subnet: gw, public: 20.50.1.9}]
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: w}, spec: {ingressClassName: azure-application-gateway, defaultBackend: {service: {name: w, port: {number: 80}}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: w}, spec: {selector: {app: w}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: w, labels: {app: w}}, spec: {containers: [{name: c, image: i}]}}
---
";
    let policy = |rules: &str| {
        format!(
            "{scene}{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: d}}, spec: {{podSelector: {{}}, policyTypes: [Ingress]{rules}}}}}\n"
        )
    };
    for (rules, expect) in [
        ("", "denied"),
        (", ingress: [{from: [{ipBlock: {cidr: 10.0.8.0/24}}]}]", "allowed"),
        (", ingress: [{from: [{ipBlock: {cidr: 10.0.8.0/28}}]}]", "cannot tell"),
        (", ingress: [{from: [{ipBlock: {cidr: 10.0.9.0/24}}]}]", "denied"),
    ] {
        hold(&policy(rules), &[(&format!("{{from: internet, to: ingress/default/w, expect: {expect}}}"), Passed, expect, None)]);
    }
}

#[test]
fn what_decides() {
    let rule = format!("shop.yaml:{}", line_of(SHOP, FROM_API));
    let other = format!("shop.yaml:{}", line_of(SHOP, "- from: [{podSelector: {matchLabels: {app: web}}}]"));
    let allowed = "from: shop/api, to: shop/db, port: 5432, expect: allowed";
    let denied = "from: shop/web, to: shop/db, port: 5432, expect: denied";
    let rows = [
        (format!("{{{allowed}, decidedBy: '{rule}'}}"), Passed, "allowed"),
        (format!("{{{allowed}, decidedBy: '{other}'}}"), Failed, "decided by shop.yaml:"),
        (format!("{{{allowed}, decidedBy: shop/db}}"), Passed, "allowed"),
        (format!("{{{allowed}, decidedBy: NetworkPolicy shop/db}}"), Passed, "allowed"),
        (format!("{{{allowed}, decidedBy: {{policy: shop/db, rule: 1, direction: ingress}}}}"), Passed, "allowed"),
        (format!("{{{allowed}, decidedBy: {{policy: shop/db, rule: 2}}}}"), Failed, "decided by"),
        (format!("{{{denied}, decidedBy: default deny}}"), Passed, "denied"),
        (format!("{{{denied}, decidedBy: shop/api}}"), Failed, "decided by"),
        (format!("{{{denied}, line: '{rule}', says: does not match}}"), Passed, "denied"),
        (format!("{{{denied}, line: '{rule}', says: matches}}"), Failed, "does not match"),
        (format!("{{{denied}, line: 'shop.yaml:1', says: matches}}"), Broken, ""),
        (format!("{{from: shop/api, to: shop/db, port: 5432, line: '{rule}', says: matches}}"), Passed, ""),
    ];
    let rows: Vec<Row<'_>> = rows.iter().map(|(item, outcome, found)| (item.as_str(), *outcome, *found, None)).collect();
    hold(SHOP, &rows);
}

#[test]
fn whole_paths() {
    hold(
        SHOP,
        &[
            ("{from: internet, to: service/shop/web, expect: allowed, share: 1, clientAddress: kept}", Passed, "", None),
            ("{from: internet, to: service/shop/web, share: 1/2}", Failed, "a share of 100 %", None),
            ("{from: internet, to: service/shop/web, share: at least 1/2}", Passed, "", None),
            ("{from: internet, to: service/shop/web, share: at most 50 %}", Failed, "100 %", None),
            ("{from: internet, to: service/shop/web, clientAddress: lost}", Failed, "it sees the client", None),
            ("{from: internet, to: service/shop/web, seenAs: 203.0.113.10}", Passed, "", None),
            ("{from: internet, to: service/shop/web, port: web, expect: denied}", Failed, "allowed", None),
            ("{from: internet, to: service/shop/web, port: 81, expect: allowed}", Broken, "", None),
            ("{from: internet, to: service/shop/nope, expect: allowed}", Broken, "", None),
            (
                "{from: internet, to: service/shop/web, pods: [{node: n1, each: 1/2}, {pod: shop/web, node: n2, each: 1/2}]}",
                Passed,
                "",
                None,
            ),
            ("{from: internet, to: service/shop/web, pods: [{each: 1/3}]}", Failed, "50 %", None),
            (
                "{from: internet, to: service/shop/web, healthyNodes: [n1, n2], through: [load balancer, DNAT], notThrough: SNAT}",
                Passed,
                "",
                None,
            ),
            ("{from: internet, to: service/shop/web, healthyNodes: [n1]}", Failed, "n1, n2", None),
            ("{from: internet, to: service/shop/web, through: gateway}", Failed, "not through gateway", None),
            ("{from: dev/tool, to: service/shop/web, through: load balancer}", Failed, "not through load balancer", None),
            ("{from: dev/tool, to: shop/db, port: 5432, path: true, expect: denied, decidedBy: shop/db}", Passed, "denied", Some(DB)),
            ("{from: {namespace: dev}, to: service/shop/web, expect: allowed}", Passed, "allowed", None),
            ("{from: internet, to: service/shop/web, tls: untouched, forwardedFor: none}", Passed, "", None),
            // With the other traffic policy the node's address takes the client's place.
            ("{assume: {externalTrafficPolicy: Cluster}, from: internet, to: service/shop/web, seenAs: node}", Passed, "", None),
            (
                "{assume: {externalTrafficPolicy: Cluster, dataplane: ebpf}, from: internet, to: service/shop/web, clientAddress: kept}",
                Passed,
                "",
                None,
            ),
        ],
    );
}

#[test]
fn what_is_no_connection() {
    let egress = "  podSelector: {matchLabels: {app: api}}";
    hold(
        SHOP,
        &[
            ("{problems: none}", Failed, "LINT003", Some(egress)),
            ("{problems: [LINT003]}", Passed, "LINT003", None),
            ("{problems: [LINT003, LINT001]}", Failed, "LINT003", None),
            ("{problem: LINT003}", Passed, "reported", Some(egress)),
            ("{problem: LINT003, line: 'shop.yaml:1'}", Failed, "not reported", None),
            ("{problem: LINT003, expect: not reported}", Failed, "reported", Some(egress)),
            ("{problem: LINT001, expect: not reported}", Passed, "not reported", None),
            ("{exists: service/shop/web}", Passed, "some", None),
            ("{exists: service/shop/nope}", Failed, "0", None),
            ("{absent: service/shop/nope}", Passed, "0", None),
            ("{absent: shop/db}", Failed, "1", None),
            // Addresses that nothing has are not there.
            ("{exists: 198.51.100.0/24}", Failed, "0", None),
            ("{absent: 198.51.100.7}", Passed, "0", None),
            ("{exists: {namespace: shop}, count: 5}", Passed, "5", None),
            ("{exists: {namespace: shop}, count: 4}", Failed, "5", None),
            ("{isolated: shop/db, direction: ingress}", Passed, "isolated", None),
            ("{isolated: shop/db, direction: egress}", Failed, "not isolated", None),
            ("{isolated: shop/db, direction: both}", Failed, "not isolated", None),
            ("{notIsolated: shop/web, direction: both}", Passed, "not isolated", None),
            ("{isolated: {namespace: shop}, direction: ingress}", Failed, "not isolated", None),
            ("{notIsolated: shop/web}", Passed, "not isolated", None),
            ("{notIsolated: shop/db, direction: ingress}", Failed, "isolated", Some(DB)),
            ("{policy: shop/db, selectsOnly: shop/db}", Passed, "selects only", Some(DB)),
            ("{policy: shop/db, selects: {namespace: shop}}", Failed, "does not select", Some(DB)),
            ("{policy: shop/nope, selects: shop/db}", Broken, "", None),
            ("{zoneFails: 1, nodesLeft: 1, podsLeft: [{of: shop/web, count: 1}]}", Passed, "left", None),
            ("{zoneFails: westeurope-2, nodesLeft: 2}", Failed, "1 node", None),
            ("{zoneFails: 3, nodesLeft: 2}", Broken, "", None),
        ],
    );
}

#[test]
fn machines_and_address_plans_of_azure() {
    hold(
        CLOUD,
        &[
            ("{from: internet, to: vm/web, port: 443, expect: allowed, decidedBy: {rule: https}}", Passed, "allowed", None),
            ("{from: internet, to: vm/web, port: 22, expect: denied}", Passed, "denied", None),
            ("{from: internet, to: vm/web, port: 22, expect: denied, decidedBy: {checkpoint: subnet front}}", Passed, "denied", None),
            ("{from: internet, to: vm/web, port: 22, expect: denied, decidedBy: {checkpoint: subnet data}}", Failed, "decided by", None),
            ("{nothing: {from: internet, to: {subnet: data}}}", Passed, "denied", None),
            ("{only: [{subnet: front}, {subnet: data}], mayReach: vm/db, port: 5432}", Failed, "allowed", None),
            ("{plan: aks, fits: true, largest: 7, perNode: 31, usable: 251, nodes: 3}", Passed, "as planned", None),
            ("{plan: aks, largest: 8}", Failed, "largest: 7", None),
            ("{plan: aks, limitedBy: subnet, runs: true}", Passed, "as planned", None),
            ("{plan: nope, fits: true}", Broken, "", None),
        ],
    );
}

#[test]
fn what_matches_nothing_never_passes_by_itself() {
    hold(
        SHOP,
        &[
            ("{nothing: {from: {namespace: nope}, to: shop/db}}", Broken, "", None),
            ("{nothing: {from: {namespace: nope, mayBeEmpty: true}, to: shop/db}}", Passed, "denied", None),
            ("{from: shop/web, to: shop/nope, expect: denied}", Broken, "", None),
            ("{from: shop/web, to: {podSelector: {app: nope}}, expect: denied}", Broken, "", None),
            ("{nothing: {from: {namespace: dev}, to: {namespace: dev}}}", Broken, "", None),
            ("{isolated: {podSelector: {app: nope}}}", Broken, "", None),
            ("{policy: shop/db, selects: {podSelector: {app: nope}}}", Broken, "", None),
            ("{from: service/shop/web, to: shop/db, expect: denied}", Broken, "", None),
        ],
    );
}

#[test]
fn mistakes_have_a_place_and_a_suggestion() {
    for (item, code, at, help) in [
        ("{from: shop/web, too: shop/db, expect: denied}", "K8S010", "too", "`to`"),
        ("{from: shop/web, to: shop/db, expect: alowed}", "K8S013", "alowed", "`allowed`"),
        ("{from: shop/web, to: shop/db}", "K8S012", "", ""),
        ("{nothing: {from: shop/web}}", "K8S012", "", ""),
        ("{only: [shop/web], mayReach: shop/db, share: 1/2}", "K8S028", "share", ""),
        ("{from: shop/web, to: {namspace: x}, expect: denied}", "K8S010", "namspace", "`namespace`"),
        ("{from: shop/web, to: shop/db, port: 70000, expect: denied}", "K8S018", "70000", ""),
        ("{from: shop/web, to: shop/db, protocol: SCTPS, expect: denied}", "K8S019", "SCTPS", "`SCTP`"),
        ("{from: shop/web, to: {podSelector: \"app = 'x'\"}, expect: denied}", "CAL", "", ""),
        ("{from: shop/web, to: shop/db, expect: denied, share: 3/2}", "K8S013", "3/2", ""),
        ("{assume: {engin: calico}, from: shop/web, to: shop/db, expect: denied}", "K8S013", "calico", ""),
        ("{from: shop/web, to: shop/db, expect: denied, icmpType: 8}", "K8S028", "icmpType", ""),
        ("{name: x}", "K8S012", "", ""),
    ] {
        let (analysis, results) = check(SHOP, &format!("- {item}"));
        assert_eq!(results.iter().map(|r| r.outcome).collect::<Vec<_>>(), [Broken], "{item}");
        let errors = analysis.errors();
        let [error] = errors.as_slice() else { panic!("{item}: {errors:?}") };
        assert!(error.code.0.starts_with(code), "{item}: {error:?}");
        let place = error.place.unwrap_or_else(|| panic!("{item}: no place"));
        assert!(analysis.sources().slice(place).contains(at), "{item}: {}", analysis.sources().slice(place));
        assert!(error.help.as_deref().unwrap_or_default().contains(help), "{item}: {error:?}");
        assert!(!error.help.as_deref().unwrap_or_default().contains("kubectl"), "{item}: {error:?}");
    }
    let twice = "- {name: one, problems: none}\n- {name: one, problems: none}";
    let errors = check(SHOP, twice).0.errors();
    assert_eq!(errors.iter().map(|e| e.code.0).collect::<Vec<_>>(), ["K8S021"]);
}

/// Whatever stands in checks, all pairs are as they were, and nothing is said to be left out.
#[test]
fn checks_change_no_verdict() {
    let plain = analysis(SHOP, "");
    let broken_yaml = "apiVersion: netpolis.dev/v1\nkind: Check\nspec:\n  checks:\n  - {from: [shop/web\n";
    let broken = wrapped("- {frm: x}\n- 7\n- {from: {podSelector: {matchLabels: [x]}}}");
    for checks in [wrapped("- {problems: none}").as_str(), &broken, broken_yaml, "- {name: a, targetPort: 80, src: {}, dst: {}}"] {
        let with = analysis(SHOP, checks);
        assert!(with.not_evaluated().is_empty(), "{checks}");
        let ends = |analysis: &Analysis| analysis.snapshot().pods().map(|(id, _)| Endpoint::Pod(id)).collect::<Vec<_>>();
        assert_eq!(ends(&plain), ends(&with));
        assert_eq!(plain.snapshot().namespaces, with.snapshot().namespaces);
        for from in ends(&plain) {
            for to in ends(&plain) {
                let (a, b) = (plain.connectivity().between(from, to), with.connectivity().between(from, to));
                assert_eq!((a.allowed, a.possible), (b.allowed, b.possible));
            }
        }
    }
}

#[test]
fn two_documents_of_one_name_are_both_made() {
    let one = wrapped("- {exists: shop/web}");
    let analysis = analysis(SHOP, &format!("{one}---\n{}", wrapped("- {exists: shop/nope}")));
    assert_eq!(analysis.checks().iter().map(|r| r.outcome).collect::<Vec<_>>(), [Passed, Failed]);
    assert!(analysis.errors().is_empty());
}

#[test]
fn settings_hold_for_a_document_or_for_one_check() {
    let item = "- {from: shop/web, to: shop/db, port: 80, expect: allowed}\n- {from: shop/web, to: shop/db, port: 80, expect: denied, assume: {engine: generic}}";
    let checks = wrapped(item).replace("  checks:", "  assume: {engine: none}\n  checks:");
    let analysis = analysis(SHOP, &checks);
    assert_eq!(analysis.checks().iter().map(|r| r.outcome).collect::<Vec<_>>(), [Passed, Passed]);
    assert_eq!(analysis.settings(), &Settings::default());
}

/// In the form of netassert's own files, with ends of the shop.
#[test]
fn test_files_of_netassert_2() {
    let second = "\
- name: the API reaches the database
  type: k8s
  protocol: tcp
  targetPort: 5432
  timeoutSeconds: 20
  attempts: 3
  exitCode: 0
  src: {k8sResource: {kind: deployment, name: api, namespace: shop}}
  dst: {k8sResource: {kind: statefulset, name: db, namespace: shop}}
- name: the web does not
  type: k8s
  protocol: tcp
  targetPort: 5432
  exitCode: 1
  src: {k8sResource: {kind: deployment, name: web, namespace: shop}}
  dst: {k8sResource: {kind: statefulset, name: db, namespace: shop}}
- name: and it should
  type: k8s
  targetPort: 5432
  exitCode: 0
  src: {k8sResource: {kind: deployment, name: web, namespace: shop}}
  dst: {k8sResource: {kind: statefulset, name: db, namespace: shop}}
- name: an address outside
  type: k8s
  targetPort: 443
  src: {k8sResource: {kind: pod, name: tool, namespace: dev}}
  dst: {host: {name: 1.1.1.1}}
- name: a name outside
  type: k8s
  targetPort: 443
  src: {k8sResource: {kind: deployment, name: api, namespace: shop}}
  dst: {host: {name: example.com}}
- name: not there
  type: k8s
  targetPort: 443
  src: {k8sResource: {kind: daemonset, name: api, namespace: shop}}
  dst: {host: {name: 1.1.1.1}}
";
    let made = analysis(SHOP, second);
    assert!(made.errors().is_empty(), "{:?}", made.errors());
    let results = made.checks();
    let outcomes: Vec<Outcome> = results.iter().map(|r| r.outcome).collect();
    assert_eq!(outcomes, [Passed, Passed, Failed, Passed, CannotTell, Broken]);
    assert_eq!((results[0].suite.as_str(), results[0].name.as_str()), ("checks.yaml", "the API reaches the database"));
    assert_eq!(lines(&made, &results[2]), [line_of(SHOP, DB)]);
    assert_eq!(made.sources().position(results[2].place).map(|p| p.line), Some(17));
    // What netassert would not take.
    let wrong = analysis(SHOP, "- {name: a, type: ssh, targetPort: 0, src: {}, dst: {}}\n");
    assert!(!wrong.errors().is_empty());
    assert_eq!(wrong.checks().iter().map(|r| r.outcome).collect::<Vec<_>>(), [Broken]);
}

/// The same in the form of its first version.
#[test]
fn test_files_of_netassert_1() {
    let first = "\
host:
  localhost:
    8.8.8.8: UDP:53
k8s:
  deployment:
    shop:web:
      web: 80
      web.shop: 80
      web.shop.svc.cluster.local: 80
      shop:db: -5432
      shop:api: 80, UDP:53
    shop:api:
      8.8.8.8: [443, -UDP:53]
      example.com: 443
      shop:db: -5432
";
    let made = analysis(SHOP, first);
    assert!(made.errors().is_empty() && made.not_evaluated().is_empty(), "{:?}", made.errors());
    let outcomes: Vec<(String, Outcome)> = made.checks().into_iter().map(|r| (r.name, r.outcome)).collect();
    let expected = [
        ("localhost to 8.8.8.8 UDP:53", CannotTell),
        ("shop:web to web 80", Passed),
        ("shop:web to web.shop 80", Passed),
        ("shop:web to web.shop.svc.cluster.local 80", Passed),
        ("shop:web to shop:db -5432", Passed),
        ("shop:web to shop:api 80", Passed),
        ("shop:web to shop:api UDP:53", Passed),
        ("shop:api to 8.8.8.8 443", Passed),
        ("shop:api to 8.8.8.8 -UDP:53", Passed),
        ("shop:api to example.com 443", CannotTell),
        ("shop:api to shop:db -5432", Failed),
    ];
    assert_eq!(outcomes, expected.map(|(name, outcome)| (name.to_owned(), outcome)));
}

/// The examples of the manual: scenes stand in blocks with manifests, lists of checks in blocks that begin with a dash; all of them pass.
#[test]
fn the_examples_of_the_manual_pass() {
    let manual = include_str!("../../docs/checks.md");
    let blocks: Vec<&str> = manual.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let scene = blocks.iter().find(|block| block.starts_with("# scene")).unwrap_or_else(|| panic!("no scene"));
    let mut made = 0;
    for block in &blocks {
        if block.starts_with("- ") || block.contains("kind: Check") {
            let checks = if block.starts_with("- ") && !block.contains("targetPort") { wrapped(block) } else { (*block).to_owned() };
            let analysis = analysis(scene, &checks);
            let errors = analysis.errors();
            assert!(errors.is_empty(), "{block}: {errors:?}");
            for result in analysis.checks() {
                assert_eq!(result.outcome, Passed, "{block}: {result:?}");
                made += 1;
            }
        }
    }
    assert!(made > 30, "{made}");
}

/// Labels that nobody knows leave open whether a policy isolates a pod, and which pods are meant.
#[test]
fn what_is_open_is_told_apart() {
    let scene = "\
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: x, labels: {app: [broken]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: x, labels: {app: b}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: x}
spec: {podSelector: {matchLabels: {app: a}}}
";
    hold(
        scene,
        &[
            ("{isolated: x/a, direction: ingress}", CannotTell, "cannot tell", None),
            ("{notIsolated: x/a, direction: ingress}", CannotTell, "cannot tell", None),
            ("{notIsolated: x/b}", Passed, "not isolated", None),
            ("{policy: x/p, selects: x/a}", CannotTell, "cannot tell", None),
            ("{policy: x/p, selectsOnly: x/b}", Failed, "does not select", None),
            ("{from: x/b, to: x/a, port: 80, expect: denied}", CannotTell, "cannot tell", None),
            ("{nothing: {from: x/b, to: {podSelector: {app: a}}}}", CannotTell, "cannot tell", None),
            ("{exists: {podSelector: {app: a}}, count: 1}", CannotTell, "0 to 1", None),
        ],
    );
}

/// Whatever is cut off or left out of checks, nothing panics and no verdict changes.
#[test]
fn broken_checks_are_told_and_nothing_else() {
    let manual = include_str!("../../docs/checks.md");
    let blocks: Vec<&str> = manual.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    for block in blocks.iter().filter(|block| !block.starts_with("# scene")) {
        let whole = if block.starts_with("- ") && !block.contains("targetPort") { wrapped(block) } else { (*block).to_owned() };
        for cut in (0..whole.len()).step_by(19).filter(|cut| whole.is_char_boundary(*cut)) {
            for text in [whole[..cut].to_owned(), [&whole[..cut], &whole[whole.len().min(cut + 3)..]].concat()] {
                let analysis = analysis(SHOP, &text);
                analysis.checks();
                let is_check = text.contains("kind: Check\n") && !text.contains("Check\nkind");
                assert!(!is_check || analysis.not_evaluated().is_empty(), "{text}");
            }
        }
    }
}

/// Ports that are tried one by one.
const PORTS: std::ops::RangeInclusive<u16> = 79..=82;

/// A pod or node as the oracle and as the evaluator name it.
type Named = (oracle::Endpoint, Endpoint);

/// What comes of the universal checks, decided by asking the oracle about every pair and every port.
fn slowly(oracle: &Oracle, single: &dyn Fn(Endpoint) -> bool, from: &[Named], to: &[Named]) -> Option<Outcome> {
    let (mut outcome, mut any) = (Passed, false);
    for (source, a) in from {
        for (target, b) in to {
            if a == b && single(*a) {
                continue;
            }
            any = true;
            for port in PORTS {
                let packet = Packet { protocol: Protocol::TCP, source: 40_000, destination: port };
                match oracle.judge(source, target, packet) {
                    oracle::Verdict::Allowed => return Some(Failed),
                    oracle::Verdict::CannotTell => outcome = CannotTell,
                    oracle::Verdict::Denied => {}
                }
            }
        }
    }
    any.then_some(outcome)
}

/// Pods, of one namespace if it is given.
fn pods(analysis: &Analysis, namespace: Option<&str>) -> Vec<Named> {
    let snapshot = analysis.snapshot();
    let of = |id| snapshot.namespace_name(id);
    let fits = snapshot.pods().filter(|(_, pod)| namespace.is_none_or(|wanted| of(pod.namespace) == wanted));
    fits.map(|(id, pod)| (oracle::Endpoint::Pod(of(pod.namespace).to_owned(), pod.name.clone()), Endpoint::Pod(id))).collect()
}

/// The name by which a pod is asked about.
fn title(analysis: &Analysis, end: Endpoint) -> String {
    let Endpoint::Pod(id) = end else { panic!("{end:?}") };
    let snapshot = analysis.snapshot();
    let pod = snapshot.pod(id).unwrap_or_else(|| panic!("{end:?}"));
    let alone = snapshot.workload(pod.workload).is_some_and(|workload| workload.endpoints.len() == 1);
    if alone { netpolis_core::endpoints::workload_title(snapshot, pod.workload) } else { format!("{}[Pod]", snapshot.pod_title(id)) }
}

/// Which verdicts there are among pairs and ports: of pairs that are meant for certain, and of those that are meant possibly.
#[derive(Clone, Copy, Default, Debug)]
struct Verdicts {
    sure: [bool; 3],
    possible: [bool; 3],
}

impl Verdicts {
    /// What comes of it that none may be allowed.
    fn none(self) -> Outcome {
        let [allowed, unknown] = [oracle::Verdict::Allowed, oracle::Verdict::CannotTell].map(|verdict| verdict as usize);
        match () {
            () if self.sure[allowed] => Failed,
            () if self.sure[unknown] || self.possible[allowed] || self.possible[unknown] => CannotTell,
            () => Passed,
        }
    }

    /// What comes of it that some are to be allowed.
    fn some(self) -> Outcome {
        let [allowed, unknown] = [oracle::Verdict::Allowed, oracle::Verdict::CannotTell].map(|verdict| verdict as usize);
        match () {
            () if self.sure[allowed] => Passed,
            () if self.sure[unknown] || self.possible[allowed] || self.possible[unknown] => CannotTell,
            () => Failed,
        }
    }
}

/// Asks the oracle about every pair and every port. Nothing if there is no pair.
fn carefully(
    oracle: &Oracle,
    single: &dyn Fn(Endpoint) -> bool,
    others: &[(Named, bool)],
    own: &Named,
    incoming: bool,
) -> Option<Verdicts> {
    let (mut found, mut any) = (Verdicts::default(), false);
    for ((other, _), sure) in others.iter().filter(|((_, end), _)| *end != own.1 || !single(*end)) {
        any = true;
        for port in PORTS {
            let packet = Packet { protocol: Protocol::TCP, source: 40_000, destination: port };
            let (from, to) = if incoming { (other, &own.0) } else { (&own.0, other) };
            let kinds = if *sure { &mut found.sure } else { &mut found.possible };
            kinds[oracle.judge(from, to, packet) as usize] = true;
        }
    }
    any.then_some(found)
}

/// A range of addresses without a part of it, as an end of a check.
struct Range {
    text: String,
    block: Cidr,
    except: Option<Cidr>,
}

/// In the blocks of rules, around them and across their borders.
const RANGES: [(&str, Option<&str>); 7] = [
    ("203.0.113.0/24", None),
    ("203.0.113.0/24", Some("203.0.113.7/32")),
    ("203.0.112.0/22", Some("203.0.113.0/29")),
    ("0.0.0.0/0", Some("203.0.113.7/32")),
    ("10.0.0.0/8", Some("10.244.0.0/30")),
    ("192.168.0.0/31", None),
    ("8.8.8.8/32", None),
];

impl Range {
    fn new((block, except): (&str, Option<&str>)) -> Range {
        let cidr = |text: &str| Cidr::parse(text).unwrap_or_else(|_| panic!("{text}"));
        let without = except.map_or_else(String::new, |except| format!(", except: {{address: {except}}}"));
        Range { text: format!("{{address: {block}{without}}}"), block: cidr(block), except: except.map(cidr) }
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.block.contains(address) && !self.except.is_some_and(|except| except.contains(address))
    }

    /// Whether an endpoint has an address in it; nothing if that is not known: of a pod or node without addresses.
    fn has(&self, snapshot: &Snapshot, end: Endpoint) -> Option<bool> {
        let any = |addresses: &[IpAddr]| addresses.iter().any(|address| self.holds(*address));
        match end {
            Endpoint::Pod(id) => {
                let pod = snapshot.pod(id)?;
                if pod.address_given {
                    return Some(any(&pod.addresses));
                }
                if pod.host_network {
                    return None;
                }
                let part = AddressSet::of_cidrs([&self.block]).difference(&AddressSet::of_cidrs(self.except.as_ref()));
                match (part.covers(&snapshot.pod_network), part.overlaps(&snapshot.pod_network)) {
                    (true, _) => Some(true),
                    (_, true) => None,
                    _ => Some(false),
                }
            }
            Endpoint::Node(id) => {
                let node = snapshot.node(id)?;
                if node.addresses.is_empty() { None } else { Some(any(&node.addresses)) }
            }
            end => end.address().map(|address| self.holds(address)),
        }
    }
}

/// The address after another.
fn after(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4(address.to_bits().saturating_add(1).into()),
        IpAddr::V6(address) => IpAddr::V6(address.to_bits().saturating_add(1).into()),
    }
}

/// `nothing` over pods, nodes and addresses outside, against the oracle.
fn universal(cluster: &clusters::Cluster) -> TestCaseResult {
    let mut analysis = Analysis::new(cluster.settings.clone());
    let text = cluster.text();
    analysis.set_files(&[("cluster.yaml", &text)]);
    // What a pod's own node may always do is set aside.
    let apart = Settings { own_node: OwnNode::Ignored, ..cluster.settings.clone() };
    let oracle = Oracle::new(analysis.loaded().resources().map(|(_, r)| &**r), &apart);
    let whole = Oracle::new(analysis.loaded().resources().map(|(_, r)| &**r), &cluster.settings);
    let single = |end| if let Endpoint::Pod(id) = end { analysis.snapshot().pod(id).is_none_or(|pod| pod.replicas == 1) } else { true };
    let snapshot = analysis.snapshot();
    let namespaces: Vec<String> = snapshot.namespaces.iter().map(|n| n.name.clone()).collect();
    let nodes = snapshot.nodes().map(|(id, node)| (oracle::Endpoint::Node(node.name.clone()), Endpoint::Node(id)));
    // Where a block begins, where it ends, and what comes after it.
    let words = text.split([' ', '"', '\n', '[', ']', ',']).filter_map(|word| Cidr::parse(word).ok());
    let ranges = RANGES.map(Range::new);
    let own = ranges.iter().flat_map(|range| [Some(range.block), range.except]).flatten();
    let networks = cluster.settings.pod_networks.iter().copied();
    let borders = words.chain(own).chain(networks).flat_map(|cidr| [cidr.first(), cidr.last(), after(cidr.last())]);
    let has = |address: &IpAddr| {
        let mut own =
            snapshot.endpoints.iter().flat_map(|pod| &pod.addresses).chain(snapshot.nodes.iter().flat_map(|node| &node.addresses));
        own.any(|known| known == address)
    };
    let free = clusters::outside().into_iter().chain(borders).filter(|address| !has(address));
    let (pooled, outside): (Vec<IpAddr>, Vec<IpAddr>) = free.partition(|address| snapshot.pod_network.contains(*address));
    let named = |address: &IpAddr| (oracle::Endpoint::Outside(*address), Endpoint::Outside(*address));
    let everything: Vec<Named> = pods(&analysis, None).into_iter().chain(nodes).chain(outside.iter().map(named)).collect();
    // Addresses of the pod network are those of pods where it is not known which pods have; where all are known, the others are addresses like others, and are
    // meant where they are named.
    let all_known = snapshot.endpoints.iter().all(|pod| pod.address_given || pod.host_network);
    let pooled: Vec<Named> = pooled.iter().filter(|_| all_known).map(named).collect();
    let mut items: Vec<String> = Vec::new();
    let mut expected = Vec::new();
    let mut add = |item: String, due: Option<Outcome>| {
        if let Some(due) = due {
            items.push(item);
            expected.push(due);
        }
    };
    for from in &namespaces {
        for to in &namespaces {
            let due = slowly(&oracle, &single, &pods(&analysis, Some(from)), &pods(&analysis, Some(to)));
            add(format!("- nothing: {{from: {{namespace: {from}}}, to: {{namespace: {to}}}, port: 79-82}}"), due);
        }
    }
    for (name, end) in pods(&analysis, None) {
        let title = title(&analysis, end);
        let own = [(name, end)];
        for range in &ranges {
            let of = |wanted: bool| {
                let all = everything.iter().chain(pooled.iter().filter(|_| wanted));
                let fits = all.filter_map(|(name, end)| {
                    let is_in = range.has(snapshot, *end);
                    (is_in != Some(!wanted)).then_some(((name.clone(), *end), is_in.is_some()))
                });
                fits.collect::<Vec<(Named, bool)>>()
            };
            let (meant, others) = (of(true), of(false));
            let text = &range.text;
            let asked = |oracle, from: &[(Named, bool)], incoming| carefully(oracle, &single, from, &own[0], incoming);
            let nothing = |incoming| asked(&oracle, &meant, incoming).map(|found| found.none());
            add(format!("- nothing: {{from: {text}, to: '{title}', port: 79-82}}"), nothing(true));
            add(format!("- {{from: {text}, to: '{title}', port: 79-82, expect: denied}}"), nothing(true));
            add(format!("- nothing: {{from: '{title}', to: {text}, port: 79-82}}"), nothing(false));
            // Of what is to be allowed, what a pod's own node may do is.
            let only = |incoming| {
                let others = asked(&oracle, &others, incoming).map_or(Passed, |found| found.none());
                Some(asked(&whole, &meant, incoming)?.some().max(others))
            };
            add(format!("- {{only: [{text}], mayReach: '{title}', port: 79-82}}"), only(true));
            add(format!("- {{from: '{title}', mayReachOnly: [{text}], port: 79-82}}"), only(false));
        }
        add(format!("- nothing: {{from: everything, to: '{title}', port: 79-82}}"), slowly(&oracle, &single, &everything, &own));
        add(format!("- nothing: {{from: '{title}', to: everything, port: 79-82}}"), slowly(&oracle, &single, &own, &everything));
    }
    agree(cluster, &text, &items, expected)
}

/// Checks of a cluster come out as they are due, and what is shown of one that fails is as it says.
fn agree(cluster: &clusters::Cluster, text: &str, items: &[String], expected: Vec<Outcome>) -> TestCaseResult {
    if items.is_empty() {
        return Ok(());
    }
    let checks = wrapped(&items.join("\n"));
    let mut made = Analysis::new(cluster.settings.clone());
    made.set_files(&[("cluster.yaml", text), ("checks.yaml", &checks)]);
    let results = made.checks();
    prop_assert_eq!(results.len(), expected.len());
    for (result, due) in results.iter().zip(expected) {
        prop_assert_eq!(result.outcome, due, "{:?}", result);
        if let (Failed, Some(witness)) = (result.outcome, &result.witness) {
            let flow = made.flow(&witness.from, &witness.to, witness.traffic).map_err(|error| TestCaseError::fail(error.to_string()))?;
            // Of two statements the one that does not hold: that some are allowed, or that nothing else is.
            let shown = if result.found == "denied" { Verdict::Denied } else { Verdict::Allowed };
            prop_assert_eq!(made.decide(&flow).verdict, shown, "{:?}", result);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(clusters::config())]

    #[test]
    fn universal_checks_agree_with_every_pair_and_port(cluster in clusters::cluster()) {
        universal(&cluster)?;
    }
}
