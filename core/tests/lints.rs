//! What the lints say, and what they leave alone.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::lint::LINTS;
use netpolis_core::diagnostics::{Diagnostic, Severity};
use netpolis_core::settings::{Engine, Settings};

const CLUSTER: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: web}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ops, labels: {team: ops}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}, status: {podIP: 10.244.1.5}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: database}}, spec: {containers: [{name: c, ports: [{name: sql, containerPort: 5432}]}]}, status: {podIP: 10.244.1.6}}
---
{apiVersion: v1, kind: Pod, metadata: {name: scan, namespace: ops, labels: {app: scan}}, spec: {containers: [{name: c}]}, status: {podIP: 10.244.2.7}}
---
{apiVersion: v1, kind: Pod, metadata: {name: agent, namespace: ops, labels: {app: agent}}, spec: {hostNetwork: true, nodeName: node-1, containers: [{name: c}]}, status: {podIP: 10.0.0.5}}
---
{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}}
";

fn scene(policies: &str, engine: Engine) -> Analysis {
    let mut scene = Analysis::new(Settings { engine, ..Settings::default() });
    scene.set_files(&[("cluster.yaml", CLUSTER), ("policies.yaml", policies)]);
    scene
}

fn policy(spec: &str) -> String {
    format!("{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: shop}}, spec: {spec}}}")
}

fn lints(scene: &Analysis) -> Vec<&Diagnostic> {
    scene.problems().iter().filter(|p| p.code.0.starts_with("LINT")).collect()
}

/// Exactly this is found: code, underlined text, message, and a part of the help.
#[track_caller]
fn finds(text: &str, code: &str, underlined: &str, message: &str, help: &str) {
    let scene = scene(text, Engine::Generic);
    let found: Vec<_> = lints(&scene).into_iter().filter(|p| p.code.0 == code).collect();
    let [problem] = found.as_slice() else { panic!("{code}: {:?}", scene.problems()) };
    assert_eq!(problem.message, message);
    assert_eq!(scene.sources().slice(problem.place.unwrap()), underlined);
    assert!(problem.help.as_ref().is_some_and(|h| h.contains(help)), "{:?}", problem.help);
    if let Some(fix) = &problem.fix {
        let mut changed = text.to_string();
        for (place, by) in &fix.edits {
            let position = scene.sources().position(*place).unwrap();
            changed.replace_range(position.start as usize..position.end as usize, by);
        }
        let again = self::scene(&changed, Engine::Generic);
        assert!(lints(&again).iter().all(|p| p.code.0 != code), "the fix does not settle {code}: {changed}");
    }
}

#[track_caller]
fn silent(text: &str) {
    let scene = scene(text, Engine::Generic);
    assert_eq!(lints(&scene), Vec::<&Diagnostic>::new(), "{text}");
}

/// The examples of the manual: each bad one is found at the line that says so, each good one is not found, and nothing else is wrong with it.
#[test]
fn every_lint_finds_what_its_example_shows() {
    let problems = |text: &str| {
        let mut analysis = Analysis::new(Settings::default());
        analysis.set_files(&[("example.yaml", text)]);
        let line =
            |p: &Diagnostic| p.place.and_then(|place| analysis.sources().position(place)).map_or(0, |position| position.line as usize);
        analysis.problems().iter().map(|p| (p.code, p.severity, line(p), p.message.clone())).collect::<Vec<_>>()
    };
    for lint in LINTS {
        let marked: Vec<usize> =
            (1..).zip(lint.bad.lines()).filter(|(_, line)| line.ends_with("# here")).map(|(number, _)| number).collect();
        let found = problems(lint.bad);
        let lines: Vec<usize> = found.iter().filter(|(code, ..)| *code == lint.code).map(|(_, _, line, _)| *line).collect();
        assert!(marked.len() == 1 && lines == marked, "{}: marked {marked:?}, found {lines:?}\n{found:#?}", lint.code);
        assert!(
            found.iter().all(|(code, severity, ..)| *code != lint.code || lint.severities.contains(severity)),
            "{}: {found:#?}",
            lint.code
        );
        let left: Vec<_> =
            problems(lint.good).into_iter().filter(|(code, severity, ..)| *code == lint.code || *severity != Severity::Note).collect();
        assert!(left.is_empty(), "{}: {left:#?}", lint.code);
        assert!(!lint.good.contains("# here"), "{}", lint.code);
    }
}

#[test]
fn good_policies_are_left_alone() {
    for spec in [
        "{podSelector: {}, policyTypes: [Ingress, Egress]}",
        "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: database}}}], ports: [{port: http}]}]}",
        "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}",
        "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 53}]}, {to: [{podSelector: {}}]}]}",
        "{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 82}]}, {from: [{podSelector: {}}], ports: [{port: 81}]}]}",
    ] {
        silent(&policy(spec));
    }
}

#[test]
fn a_policy_that_selects_nothing() {
    finds(
        &policy("{podSelector: {matchLabels: {app: databse}}}"),
        "LINT001",
        "{matchLabels: {app: databse}}",
        "NetworkPolicy `shop/p` selects no pod",
        "did you mean `app: database`?",
    );
    finds(
        &policy("{podSelector: {matchLabels: {tier: x}}}"),
        "LINT001",
        "{matchLabels: {tier: x}}",
        "NetworkPolicy `shop/p` selects no pod",
        "nothing there has the label `tier`",
    );
}

#[test]
fn a_peer_that_selects_nothing() {
    let ingress = |peer: &str| policy(&format!("{{podSelector: {{}}, ingress: [{{from: [{peer}]}}]}}"));
    finds(
        &ingress("{namespaceSelector: {matchLabels: {name: ops}}}"),
        "LINT002",
        "{namespaceSelector: {matchLabels: {name: ops}}}",
        "this peer selects no namespace",
        "kubernetes.io/metadata.name: ops",
    );
    for (peer, problem, help) in [
        ("{namespaceSelector: {matchLabels: {app: web}}}", "this peer selects no namespace", "it belongs into a `podSelector`"),
        (
            "{podSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}",
            "this peer selects no pod of namespace `shop`",
            "it belongs into a `namespaceSelector`",
        ),
        ("{podSelector: {matchLabels: {App: web}}}", "this peer selects no pod of namespace `shop`", "did you mean `app`?"),
    ] {
        finds(&ingress(peer), "LINT002", peer, problem, help);
    }
    finds(
        &ingress("{podSelector: {matchLabels: {app: scan}}}"),
        "LINT002",
        "{podSelector: {matchLabels: {app: scan}}}",
        "this peer selects no pod of namespace `shop`",
        "`ops` has such pods",
    );
    finds(
        &ingress("{podSelector: {matchLabels: {app: wep}}}"),
        "LINT002",
        "{podSelector: {matchLabels: {app: wep}}}",
        "this peer selects no pod of namespace `shop`",
        "did you mean `app: web`?",
    );
    finds(
        &ingress("{namespaceSelector: {}, podSelector: {matchLabels: {app: agent}}}"),
        "LINT002",
        "{namespaceSelector: {}, podSelector: {matchLabels: {app: agent}}}",
        "this peer selects no pod",
        "host network",
    );
}

#[test]
fn egress_without_dns() {
    let text = policy(
        "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}], ports: [{port: 5432}]}]}",
    );
    finds(
        &text,
        "LINT003",
        "{matchLabels: {app: web}}",
        "`shop/web` is isolated for egress and cannot reach any DNS server: nothing allows egress to port 53",
        "UDP and TCP 53",
    );
}

#[test]
fn a_port_name_that_nobody_has() {
    finds(
        &policy("{podSelector: {}, ingress: [{ports: [{port: htp}]}]}"),
        "LINT004",
        "{port: htp}",
        "no pod that this rule selects has a TCP container port named `htp`",
        "containers[].ports",
    );
    finds(
        &policy("{podSelector: {}, ingress: [{ports: [{port: sql, protocol: UDP}]}]}"),
        "LINT004",
        "{port: sql, protocol: UDP}",
        "no pod that this rule selects has a UDP container port named `sql`",
        "write `protocol: TCP`",
    );
}

#[test]
fn a_block_that_covers_pods() {
    let text = policy("{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.244.1.0/24}}]}]}");
    finds(
        &text,
        "LINT005",
        "{ipBlock: {cidr: 10.244.1.0/24}}",
        "this block covers the addresses of `shop/db` and 1 more pod",
        "select pods by labels",
    );
}

#[test]
fn a_rule_that_another_makes_pointless() {
    let text = policy(
        "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}, {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}]}",
    );
    finds(
        &text,
        "LINT006",
        "{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}",
        "ingress rule 2 adds nothing: rule 1 allows all of it",
        "remove one",
    );
    let admin = "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}, spec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {}}]}, {action: Allow, from: [{namespaces: {matchLabels: {team: web}}}]}]}}";
    finds(
        admin,
        "LINT006",
        "{action: Allow, from: [{namespaces: {matchLabels: {team: web}}}]}",
        "ingress rule 2 is never reached: rule 1 decides all of it first",
        "in order",
    );
}

#[test]
fn policies_of_equal_priority() {
    let admin = |name: &str| {
        format!(
            "{{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {{name: {name}}}, spec: {{priority: 7, subject: {{namespaces: {{}}}}, ingress: [{{action: Pass, from: [{{namespaces: {{}}}}]}}]}}}}"
        )
    };
    finds(
        &format!("{}\n---\n{}", admin("a"), admin("b")),
        "LINT007",
        &admin("b"),
        "`b` has the same priority 7 as `a`",
        "which of the two comes first",
    );
}

#[test]
fn policies_that_cannot_work_as_meant() {
    let on_host = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: ops}, spec: {podSelector: {matchLabels: {app: agent}}}}";
    finds(
        on_host,
        "LINT008",
        "{matchLabels: {app: agent}}",
        "`ops/agent` uses the host network, so this policy has no effect on it",
        "rules for nodes",
    );
    let elsewhere = policy("{podSelector: {}}").replace("namespace: shop", "namespace: shopp");
    finds(&elsewhere, "LINT010", &elsewhere, "namespace `shopp` is not in the input, and no pod is in it", "metadata.namespace");
    let either = policy(
        "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ops}}}, {podSelector: {matchLabels: {app: scan}}}]}]}",
    );
    finds(
        &either,
        "LINT011",
        "{podSelector: {matchLabels: {app: scan}}}",
        "this is a separate peer from the one before it: either may match",
        "remove the dash",
    );
    finds(
        &policy("{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 80}]}]}"),
        "LINT012",
        "{port: 80}",
        "port 80 is the port of Service `web`, and its pods listen on another",
        "write 8080",
    );
    let named =
        policy("{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: http}]}]}");
    finds(&named, "LINT013", "{port: http}", "the port name `http` has no meaning for addresses outside the cluster", "number");
}

#[test]
fn policies_without_an_engine() {
    let scene = scene(&policy("{podSelector: {}}"), Engine::None);
    let found: Vec<_> = lints(&scene).iter().map(|p| p.message.as_str()).collect();
    assert_eq!(found, ["`shop/p` has no effect: no policy engine is installed"]);
}

#[test]
fn an_ingress_to_a_service_that_is_not_there() {
    let text = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: shop}, spec: {defaultBackend: {service: {name: shop, port: {number: 80}}}}}";
    let scene = scene(text, Engine::Generic);
    let port = text.replace("name: shop,", "name: web,").replace("number: 80", "number: 8080");
    assert!(
        lints(&self::scene(&port, Engine::Generic)).iter().any(|p| p.code.0 == "LINT015" && p.message == "Service `web` has no port 8080")
    );
    assert!(lints(&scene).iter().any(|p| p.code.0 == "LINT015" && p.message == "there is no Service `shop` in namespace `shop`"));
}
