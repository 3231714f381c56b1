//! What differs between two inputs.
#![allow(missing_docs, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::diff::{DifferenceEnd, Relation, Version, compare, diff};
use netpolis_core::connections::ConnectionSet;
use netpolis_core::settings::Settings;

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}
";

fn policy(rule: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: db}}\nspec: {{podSelector: {{matchLabels: {{app: db}}}}, ingress: [{rule}]}}\n"
    )
}

/// `change from to before after`, TCP, UDP and SCTP over IPv4 only.
fn changes(old: &str, new: &str) -> Vec<String> {
    let analysis = |text: &str| {
        let mut analysis = Analysis::new(Settings::default());
        analysis.set_files(&[("a.yaml", text)]);
        analysis
    };
    let (old, new) = (analysis(old), analysis(new));
    let side =
        |analysis| -> Version<'_> { Version { snapshot: Analysis::snapshot(analysis), connectivity: Analysis::connectivity(analysis) } };
    let ipv4 = |end: &DifferenceEnd| end.outside.is_none_or(|(first, _)| first.is_ipv4());
    diff(side(&old), side(&new))
        .iter()
        .filter(|d| ipv4(&d.from) && ipv4(&d.to))
        .map(|d| {
            let ports = |set: &ConnectionSet| set.with_ports_only().to_string();
            let (before, after) = (ports(&d.before.sometimes), ports(&d.after.sometimes));
            format!("{} {} {}: {before} -> {after}", d.change.as_str(), d.from.title, d.to.title)
        })
        .collect()
}

#[test]
fn nothing_changes_between_a_scene_and_itself() {
    let text = PODS.to_string() + &policy("{from: [{ipBlock: {cidr: 192.0.2.0/24}}]}");
    assert_eq!(changes(&text, &text), Vec::<String>::new());
}

#[test]
fn ranges_are_cut_where_either_side_cuts_them_and_neighbours_are_joined() {
    let old = PODS.to_string() + &policy("{from: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 1}]}");
    let new = PODS.to_string() + &policy("{from: [{ipBlock: {cidr: 192.0.2.0/25}}, {ipBlock: {cidr: 192.0.3.0/24}}], ports: [{port: 1}]}");
    assert_eq!(
        changes(&old, &new),
        vec![
            "added 192.0.3.0-192.0.3.255[External] default/db[Pod]: nothing -> TCP 1",
            "removed 192.0.2.128-192.0.2.255[External] default/db[Pod]: TCP 1 -> nothing",
        ]
    );
    // Cut in two by the new side, and both parts closed: one difference.
    let new = PODS.to_string() + &policy("{from: [{ipBlock: {cidr: 192.0.2.0/25}}], ports: [{port: 2}]}");
    let closed = PODS.to_string() + &policy("{from: [{podSelector: {}}], ports: [{port: 1}]}");
    assert!(changes(&old, &new).contains(&"changed 192.0.2.0-192.0.2.127[External] default/db[Pod]: TCP 1 -> TCP 2".to_string()));
    assert!(changes(&old, &closed).contains(&"removed 192.0.2.0-192.0.2.255[External] default/db[Pod]: TCP 1 -> nothing".to_string()));
}

#[test]
fn workloads_of_one_side_come_and_go_with_their_flows() {
    let more = PODS.to_string() + "---\n{apiVersion: v1, kind: Pod, metadata: {name: new, labels: {app: new}}}\n";
    let added = changes(PODS, &more);
    assert_eq!(added.len(), 6, "{added:?}");
    assert!(added.iter().all(|line| line.starts_with("added ") && line.contains("default/new[Pod]")), "{added:?}");
    assert!(changes(&more, PODS).iter().all(|line| line.starts_with("removed ")));
}

#[test]
fn an_answer_that_can_no_longer_be_told_is_a_change() {
    // A part of the pod network: whether the pod is in it cannot be told.
    let closed = PODS.to_string() + &policy("{from: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 1}]}");
    let perhaps =
        PODS.to_string() + &policy("{from: [{ipBlock: {cidr: 192.0.2.0/24}}, {ipBlock: {cidr: 10.244.0.0/17}}], ports: [{port: 1}]}");
    let changes = changes(&closed, &perhaps);
    assert!(changes.contains(&"changed default/web[Pod] default/db[Pod]: nothing -> nothing".to_string()), "{changes:?}");
}

fn version_of(analysis: &Analysis) -> Version<'_> {
    Version { snapshot: analysis.snapshot(), connectivity: analysis.connectivity() }
}

/// How the flows relate as sets.
#[test]
fn versions_relate_as_sets_of_flows() {
    let version = |ports: &str| {
        let mut analysis = Analysis::default();
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a}}}}\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: b}}}}\n---\n\
             {{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p}}, spec: {{podSelector: {{}}, policyTypes: [Ingress, Egress], \
             egress: [{{to: [{{podSelector: {{}}}}]}}], ingress: [{{from: [{{podSelector: {{}}}}], ports: {ports}}}]}}}}\n"
        );
        analysis.set_files(&[("a.yaml", &text)]);
        analysis
    };
    for (old, new, expected) in [
        ("[{port: 80}]", "[{port: 80}]", Relation::Equal),
        ("[{port: 80}]", "[{port: 80}, {port: 81}]", Relation::Wider),
        ("[{port: 80, endPort: 90}]", "[{port: 81}]", Relation::Narrower),
        ("[{port: 80}, {port: 81}]", "[{port: 81}, {port: 82}]", Relation::Overlapping),
        ("[{port: 80}]", "[{port: 81}]", Relation::Disjoint),
    ] {
        let (old, new) = (version(old), version(new));
        assert_eq!(compare(version_of(&old), version_of(&new)).1, expected);
    }
}
