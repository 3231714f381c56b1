//! No single edit that somebody could think of is better than what is proposed: small scenes, and every edit of a list made without a look at
//! the real one.
//!
//! An edit is better if it changes fewer other flows and is smaller. What it changes is counted here over all pairs of pods and some addresses,
//! packet by packet.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::fix::Question;
use netpolis_core::connections::ConnectionSet;
use netpolis_core::endpoints::find;
use netpolis_core::model::Protocol;
use netpolis_core::verdict::Verdict;
use netpolis_tests::random::Random;
use serde_json::{Value, json};

const PODS: [(&str, &str); 5] = [("red", "a"), ("red", "b"), ("red", "c"), ("green", "a"), ("green", "d")];
const OUTSIDE: [&str; 2] = ["203.0.113.7", "198.51.100.1"];
const PORTS: [u16; 3] = [80, 443, 9000];

fn pods() -> Vec<Value> {
    PODS.iter()
        .map(|(namespace, app)| {
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": app, "namespace": namespace, "labels": {"app": app}}})
        })
        .collect()
}

fn peer(random: &mut Random) -> Value {
    let (namespace, app) = *random.pick(&PODS);
    match random.below(5) {
        0 => json!({"podSelector": {}}),
        1 => json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}),
        2 => {
            json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}, "podSelector": {"matchLabels": {"app": app}}})
        }
        3 => json!({"ipBlock": {"cidr": "203.0.113.0/24"}}),
        _ => json!({"podSelector": {"matchLabels": {"app": app}}}),
    }
}

fn rule(random: &mut Random, key: &str) -> Value {
    let mut rule = json!({});
    if random.chance(85) {
        rule[key] = (0..1 + random.below(2)).map(|_| peer(random)).collect();
    }
    if random.chance(75) {
        rule["ports"] = (0..1 + random.below(2)).map(|_| json!({"port": *random.pick(&PORTS)})).collect();
    }
    rule
}

fn policies(random: &mut Random) -> Vec<Value> {
    let one = |number: usize, random: &mut Random| {
        let (namespace, app) = *random.pick(&PODS);
        let selector = if random.chance(40) { json!({}) } else { json!({"matchLabels": {"app": app}}) };
        let mut spec = json!({"podSelector": selector});
        let (types, key, field) = if random.chance(65) { ("Ingress", "from", "ingress") } else { ("Egress", "to", "egress") };
        spec["policyTypes"] = json!([types]);
        spec[field] = (0..random.below(3)).map(|_| rule(random, key)).collect();
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": format!("p{number}"), "namespace": namespace}, "spec": spec})
    };
    (0..1 + random.below(2)).map(|number| one(number, random)).collect()
}

/// Documents on a line each, so that the size of a change is that of what it says.
fn text(policies: &[Value]) -> String {
    pods().iter().chain(policies).map(|value| format!("---\n{value}\n")).collect()
}

fn analysis(text: &str) -> Analysis {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("text", text)]);
    analysis
}

/// The packets between a pair of ends, each with its verdict.
type Flows = Vec<((String, String), u16, Verdict)>;

/// Every packet between pods, and between them and the addresses.
fn flows(analysis: &Analysis) -> Flows {
    let names: Vec<String> = PODS.iter().map(|(n, a)| format!("{n}/{a}")).chain(OUTSIDE.iter().map(ToString::to_string)).collect();
    let end = |name: &String| find(analysis.snapshot(), name).unwrap().end;
    let mut found = Vec::new();
    for from in &names {
        for to in names.iter().filter(|to| *to != from) {
            for port in PORTS.into_iter().chain([7]) {
                let pair = analysis.connectivity().between(end(from), end(to));
                let is_in = |set: &ConnectionSet| set.contains(Protocol::TCP, 40_000, port);
                let verdict = match (is_in(pair.allowed), is_in(pair.possible)) {
                    (true, _) => Verdict::Allowed,
                    (false, true) => Verdict::CannotTell,
                    (false, false) => Verdict::Denied,
                };
                found.push(((from.clone(), to.clone()), port, verdict));
            }
        }
    }
    found
}

/// Whether an edit does what was asked for, and how many other pairs it changes.
fn effect(old: &Flows, changed: &str, question: &Question<'_>) -> Option<usize> {
    let after = analysis(changed);
    let wanted = if question.deny { Verdict::Denied } else { Verdict::Allowed };
    let is_asked = |(from, to): &(String, String), port: u16| from == question.from && to == question.to && Some(port) == question.port;
    let new = flows(&after);
    if !new.iter().any(|(pair, port, verdict)| is_asked(pair, *port) && *verdict == wanted) {
        return None;
    }
    let others = old.iter().zip(&new).filter(|(a, b)| a.2 != b.2 && !is_asked(&a.0, a.1)).map(|(a, _)| &a.0);
    Some(others.collect::<std::collections::BTreeSet<_>>().len())
}

/// How many bytes differ: what is left without the same beginning and end.
fn size(a: &str, b: &str) -> usize {
    let head = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let tail = a.bytes().rev().zip(b.bytes().rev()).take_while(|(x, y)| x == y).count().min(a.len().min(b.len()) - head);
    (a.len() - head - tail) + (b.len() - head - tail)
}

/// Peers that somebody could write for an end.
fn peers_for(name: &str) -> Vec<Value> {
    let Some((namespace, app)) = name.split_once('/').filter(|_| !name.contains('.')) else {
        return vec![
            json!({"ipBlock": {"cidr": format!("{name}/32")}}),
            json!({"ipBlock": {"cidr": format!("{}.0/24", name.rsplit_once('.').unwrap().0)}}),
        ];
    };
    let pod = json!({"matchLabels": {"app": app}});
    let space = json!({"matchLabels": {"kubernetes.io/metadata.name": namespace}});
    vec![
        json!({"podSelector": pod}),
        json!({"namespaceSelector": space}),
        json!({"namespaceSelector": space, "podSelector": pod}),
        json!({"namespaceSelector": {}, "podSelector": pod}),
    ]
}

/// Every single edit of the list: all policies with each of them.
fn edits(policies: &[Value], question: &Question<'_>) -> Vec<Vec<Value>> {
    let mut found = Vec::new();
    let port = json!({"protocol": "TCP", "port": question.port.unwrap()});
    let with = |at: usize, path: &str, value: Value| {
        let mut changed = policies.to_vec();
        *changed[at].pointer_mut(path).unwrap() = value;
        changed
    };
    for (at, policy) in policies.iter().enumerate() {
        let (field, key) = if policy["spec"]["policyTypes"][0] == "Ingress" { ("ingress", "from") } else { ("egress", "to") };
        let other = if key == "from" { question.from } else { question.to };
        let rules = policy["spec"][field].as_array().unwrap().clone();
        let list = format!("/spec/{field}");
        for (number, rule) in rules.iter().enumerate() {
            let own = format!("{list}/{number}");
            for (name, more) in [("ports", vec![port.clone()]), (key, peers_for(other))] {
                let Some(items) = rule[name].as_array() else { continue };
                for new in more {
                    let grown: Vec<Value> = items.iter().cloned().chain([new]).collect();
                    found.push(with(at, &format!("{own}/{name}"), json!(grown)));
                }
                for gone in 0..items.len() {
                    let mut left = items.clone();
                    left.remove(gone);
                    // An empty list means everything.
                    if !left.is_empty() {
                        found.push(with(at, &format!("{own}/{name}"), json!(left)));
                    }
                }
            }
            for (item, _) in rule["ports"].as_array().into_iter().flatten().enumerate() {
                found.push(with(at, &format!("{own}/ports/{item}/port"), json!(question.port.unwrap())));
            }
            let mut left = rules.clone();
            left.remove(number);
            found.push(with(at, &list, json!(left)));
        }
        for new in peers_for(other) {
            let grown: Vec<Value> = rules.iter().cloned().chain([json!({key: [new], "ports": [port]})]).collect();
            found.push(with(at, &list, json!(grown)));
        }
    }
    for (subject, field, key, other) in [(question.to, "ingress", "from", question.from), (question.from, "egress", "to", question.to)] {
        let Some((namespace, app)) = subject.split_once('/') else { continue };
        let types = if key == "from" { "Ingress" } else { "Egress" };
        let policy = |rules: Value| {
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "n", "namespace": namespace},
                "spec": {"podSelector": {"matchLabels": {"app": app}}, "policyTypes": [types], field: rules}})
        };
        for peer in peers_for(other) {
            found.push(policies.iter().cloned().chain([policy(json!([{key: [peer], "ports": [port]}]))]).collect());
        }
        found.push(policies.iter().cloned().chain([policy(json!([]))]).collect());
    }
    found
}

#[test]
fn no_single_edit_is_better_than_what_is_proposed() {
    let (mut asked, mut with_edits, mut beaten) = (0, 0, Vec::new());
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let policies = policies(&mut random);
        let text = text(&policies);
        let before = analysis(&text);
        let old = flows(&before);
        for number in 0..4 {
            let names: Vec<String> = PODS.iter().map(|(n, a)| format!("{n}/{a}")).collect();
            let mut from = random.pick(&names).clone();
            let to = random.pick(&names).clone();
            if random.chance(15) {
                from = OUTSIDE[0].into();
            }
            if from == to {
                continue;
            }
            let question = Question { from: &from, to: &to, port: Some(*random.pick(&PORTS)), protocol: Protocol::TCP, deny: number == 3 };
            let fixes = before.fix(&question).unwrap();
            if fixes.is_so_already {
                continue;
            }
            asked += 1;
            let proposals: Vec<(usize, usize)> = fixes
                .proposals
                .iter()
                .map(|proposal| {
                    let changed = proposal.apply(proposal.edits[0].source, &text).unwrap();
                    (effect(&old, &changed, &question).expect("a proposal does what it should"), size(&text, &changed))
                })
                .collect();
            let mut is_possible = false;
            for edit in edits(&policies, &question) {
                let changed = self::text(&edit);
                let Some(effects) = effect(&old, &changed, &question) else { continue };
                is_possible = true;
                let size = size(&text, &changed);
                // Better than the best, and not as good as any other either.
                if !proposals.iter().any(|(e, s)| *e <= effects || *s <= size) {
                    let what = edit.iter().find(|value| !policies.contains(value)).map(ToString::to_string);
                    beaten.push(format!(
                        "seed {seed} {question:?}: {effects} effects, {size} bytes by {what:?}; proposed {proposals:?}\n{text}"
                    ));
                }
            }
            with_edits += usize::from(is_possible);
            assert!(!is_possible || !proposals.is_empty(), "seed {seed}: nothing is proposed for {question:?}\n{text}");
        }
    }
    println!("{asked} questions, {with_edits} with a single edit, {} beaten", beaten.len());
    assert!(beaten.is_empty(), "{}", beaten.join("\n"));
    assert!(with_edits > 50);
}
