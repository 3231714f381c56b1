//! Policies edited rule by rule: the text before and after, with comments and layout, and the verdicts that follow.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::edit_policy::{NotChanged, PolicyChange, WantedPeer, WantedPolicy, is_editable};
use netpolis_core::connections::Traffic;
use netpolis_core::model::Protocol;
use netpolis_core::policy::{Direction, PolicyId};
use netpolis_core::snapshot::PodId;
use netpolis_core::verdict::Verdict;

const CLUSTER: &str = "\
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: probe, namespace: ops, labels: {app: probe}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}}
";

const KUBERNETES: &str = "\
# The database of the shop.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}} # only the database
  ingress:
    # The web servers.
    - from:
        - podSelector:
            matchLabels: {app: web}
      ports:
        - port: 5432 # PostgreSQL
        - {protocol: UDP, port: 53}
    # Anybody may ask for the metrics.
    - ports: [{port: 9187}]
# The end.
";

const CALICO: &str = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  selector: app == 'db'
  ingress:
  # The web servers.
  - action: Allow
    protocol: TCP
    source: {selector: app == 'web'}
    destination:
      ports: [5432] # PostgreSQL
  # Nobody else.
  - action: Deny
";

struct World {
    analysis: Analysis,
    policies: String,
}

impl World {
    fn new(policies: &str) -> World {
        let mut analysis = Analysis::default();
        analysis.set_files(&[("cluster.yaml", CLUSTER), ("policies.yaml", policies)]);
        World { analysis, policies: policies.into() }
    }

    fn policy(&self) -> PolicyId {
        self.analysis.compiled().ruleset().policies.iter().find(|policy| is_editable(policy)).unwrap().id
    }

    fn pod(&self, name: &str) -> PodId {
        self.analysis.snapshot().pods().find(|(_, pod)| pod.name == name).unwrap().0
    }

    fn changed(&self, change: &PolicyChange<'_>) -> Result<World, NotChanged> {
        let changed = self.analysis.edit_policy(self.policy(), change)?;
        let mut text = self.policies.clone();
        for edit in changed.edits.iter().rev() {
            text.replace_range(edit.start as usize..edit.end as usize, &edit.text);
        }
        Ok(World::new(&text))
    }

    fn allows(&self, from: &str, to: &str, protocol: Protocol, port: u16) -> bool {
        let traffic = Traffic { protocol, source: None, destination: Some(port) };
        let flow = self.analysis.flow(from, to, traffic).unwrap();
        self.analysis.decide(&flow).verdict == Verdict::Allowed
    }
}

/// What a text has that another has not, line by line, as a diff: the lines that go, then those that come.
fn diff(before: &str, after: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let room = before.len().min(after.len()) - same;
    let tail = before.iter().rev().zip(after.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    let lines = |sign: &str, lines: &[&str]| lines.iter().map(|line| format!("{sign}{line}\n")).collect::<String>();
    lines("-", &before[same..before.len() - tail]) + &lines("+", &after[same..after.len() - tail])
}

fn add<'a>(direction: Direction, peer: WantedPeer<'a>, ports: &'a str) -> PolicyChange<'a> {
    PolicyChange::AddRule { direction, peer, ports }
}

use Direction::{Egress, Ingress};

#[test]
fn rules_are_added_as_the_others_are_written() {
    let world = World::new(KUBERNETES);
    assert!(!world.allows("ops/probe", "shop/db", Protocol::TCP, 5432));
    let after = world.changed(&add(Ingress, WantedPeer::Pods(world.pod("probe")), "5432")).unwrap();
    assert_eq!(
        diff(KUBERNETES, &after.policies),
        "\
+    - from:
+        - namespaceSelector:
+            matchLabels:
+              kubernetes.io/metadata.name: ops
+          podSelector:
+            matchLabels:
+              app: probe
+      ports:
+        - protocol: TCP
+          port: 5432
"
    );
    assert!(after.allows("ops/probe", "shop/db", Protocol::TCP, 5432) && !after.allows("ops/probe", "shop/db", Protocol::TCP, 80));
    assert!(after.allows("shop/web", "shop/db", Protocol::TCP, 5432), "the others stay");
    let after = world.changed(&add(Ingress, WantedPeer::Namespace("shop"), "")).unwrap();
    assert_eq!(diff(KUBERNETES, &after.policies), "+    - from:\n+        - podSelector: {}\n");
    assert!(after.allows("shop/web", "shop/db", Protocol::TCP, 80) && !after.allows("ops/probe", "shop/db", Protocol::TCP, 80));
    let after = world.changed(&add(Ingress, WantedPeer::Block("198.51.100.7"), "TCP 8000-8100")).unwrap();
    assert!(after.policies.contains("cidr: 198.51.100.7/32") && after.policies.contains("endPort: 8100"), "{}", after.policies);
    assert!(after.allows("198.51.100.7", "shop/db", Protocol::TCP, 8050) && !after.allows("198.51.100.8", "shop/db", Protocol::TCP, 8050));
    let after = world.changed(&add(Ingress, WantedPeer::Anything, "")).unwrap();
    assert_eq!(diff(KUBERNETES, &after.policies), "+    - {}\n");
    assert!(after.allows("198.51.100.7", "shop/db", Protocol::SCTP, 1));
    let after = world.changed(&add(Ingress, WantedPeer::Cluster, "http")).unwrap();
    assert!(after.policies.contains("- namespaceSelector: {}") && after.policies.contains("port: http"), "{}", after.policies);
}

#[test]
fn a_first_rule_for_egress_isolates_and_dns_stays_open_with_it() {
    let world = World::new(KUBERNETES);
    assert!(world.allows("shop/db", "shop/web", Protocol::TCP, 80));
    let after = world.changed(&add(Egress, WantedPeer::Dns, "")).unwrap();
    assert!(!after.allows("shop/db", "shop/web", Protocol::TCP, 80));
    for protocol in [Protocol::UDP, Protocol::TCP] {
        assert!(after.allows("shop/db", "kube-system/coredns", protocol, 53));
    }
    assert!(!after.policies.contains("policyTypes"), "the rules say it: {}", after.policies);
    // Without its only rule it goes on isolating, and that has to be said.
    let without = after.changed(&PolicyChange::RemoveRule { direction: Egress, rule: 0 }).unwrap();
    assert!(without.policies.contains("egress: []\n  policyTypes: [Ingress, Egress]\n"), "{}", without.policies);
    assert!(!without.allows("shop/db", "kube-system/coredns", Protocol::UDP, 53));
    let open = without.changed(&PolicyChange::Act { direction: Egress, on: false }).unwrap();
    assert!(open.policies.contains("policyTypes: [Ingress]\n"), "{}", open.policies);
    assert!(open.allows("shop/db", "shop/web", Protocol::TCP, 80));
}

#[test]
fn directions_are_switched_in_the_list_that_is_there_or_a_new_one() {
    let act = |direction, on| PolicyChange::Act { direction, on };
    let world = World::new(KUBERNETES);
    let after = world.changed(&act(Egress, true)).unwrap();
    assert_eq!(diff(KUBERNETES, &after.policies), "+  policyTypes: [Ingress, Egress]\n");
    assert!(!after.allows("shop/db", "shop/web", Protocol::TCP, 80));
    let after = after.changed(&act(Ingress, false)).unwrap();
    assert!(after.policies.contains("policyTypes: [Egress]") && after.allows("ops/probe", "shop/db", Protocol::TCP, 1));
    assert_eq!(after.changed(&act(Egress, false)).err(), Some(NotChanged::NoDirection));
    let listed = KUBERNETES.replace("  ingress:\n", "  policyTypes:\n  - Ingress # as it comes\n  ingress:\n");
    let world = World::new(&listed);
    let after = world.changed(&act(Egress, true)).unwrap();
    assert_eq!(diff(&listed, &after.policies), "+  - Egress\n");
    let back = after.changed(&act(Egress, false)).unwrap();
    assert_eq!(back.policies, listed);
    let world = World::new(CALICO);
    let after = world.changed(&act(Egress, true)).unwrap();
    assert_eq!(diff(CALICO, &after.policies), "+  types: [Ingress, Egress]\n");
    assert!(!after.allows("shop/db", "shop/web", Protocol::TCP, 80));
}

#[test]
fn ports_change_one_by_one_and_keep_what_is_written_beside_them() {
    let world = World::new(KUBERNETES);
    let set = |rule, ports| PolicyChange::SetPorts { direction: Ingress, rule, ports };
    let after = world.changed(&set(0, "TCP 5432, 6432")).unwrap();
    assert_eq!(diff(KUBERNETES, &after.policies), "-        - {protocol: UDP, port: 53}\n+        - {protocol: TCP, port: 6432}\n");
    assert!(after.policies.contains("- port: 5432 # PostgreSQL"));
    assert!(after.allows("shop/web", "shop/db", Protocol::TCP, 6432) && !after.allows("shop/web", "shop/db", Protocol::UDP, 53));
    let after = world.changed(&set(0, "")).unwrap();
    assert!(after.policies.contains("ports: []") && after.allows("shop/web", "shop/db", Protocol::SCTP, 7), "{}", after.policies);
    let after = world.changed(&set(1, "9187-9190")).unwrap();
    assert_eq!(
        diff(KUBERNETES, &after.policies),
        "-    - ports: [{port: 9187}]\n+    - ports: [{protocol: TCP, port: 9187, endPort: 9190}]\n"
    );
    assert!(after.allows("ops/probe", "shop/db", Protocol::TCP, 9190));
    assert_eq!(world.changed(&set(0, "TCP 99999")).err(), Some(NotChanged::Ports("TCP 99999".into())));
    assert_eq!(world.changed(&set(7, "80")).err(), Some(NotChanged::Gone));
}

#[test]
fn rules_and_peers_go_with_their_comments() {
    let world = World::new(KUBERNETES);
    let after = world.changed(&PolicyChange::RemoveRule { direction: Ingress, rule: 1 }).unwrap();
    assert_eq!(diff(KUBERNETES, &after.policies), "-    # Anybody may ask for the metrics.\n-    - ports: [{port: 9187}]\n");
    assert!(!after.allows("ops/probe", "shop/db", Protocol::TCP, 9187));
    let two = KUBERNETES.replace("      ports:\n", "        # And operations.\n        - namespaceSelector: {}\n      ports:\n");
    let world = World::new(&two);
    let peer = |peer| PolicyChange::RemovePeer { direction: Ingress, rule: 0, peer };
    let after = world.changed(&peer(1)).unwrap();
    assert_eq!(after.policies, KUBERNETES);
    assert_eq!(after.changed(&peer(0)).err(), Some(NotChanged::Gone), "without peers it would be about everybody");
}

#[test]
fn calico_policies_are_edited_in_their_own_language() {
    let world = World::new(CALICO);
    let after = world.changed(&add(Ingress, WantedPeer::Pods(world.pod("probe")), "5432, UDP 53")).unwrap();
    assert_eq!(
        diff(CALICO, &after.policies),
        "\
+  - action: Allow
+    protocol: TCP
+    source:
+      namespaceSelector: \"projectcalico.org/name == 'ops'\"
+      selector: \"app == 'probe'\"
+    destination:
+      ports: [5432]
+  - action: Allow
+    protocol: UDP
+    source:
+      namespaceSelector: \"projectcalico.org/name == 'ops'\"
+      selector: \"app == 'probe'\"
+    destination:
+      ports: [53]
",
        "before the rule that denies everything"
    );
    assert!(after.allows("ops/probe", "shop/db", Protocol::TCP, 5432) && after.allows("ops/probe", "shop/db", Protocol::UDP, 53));
    assert!(!after.allows("ops/probe", "shop/db", Protocol::TCP, 53));
    let set = |ports| PolicyChange::SetPorts { direction: Ingress, rule: 0, ports };
    let after = world.changed(&set("5432, 8000-8100")).unwrap();
    assert_eq!(diff(CALICO, &after.policies), "-      ports: [5432] # PostgreSQL\n+      ports: [5432, \"8000:8100\"] # PostgreSQL\n");
    assert!(after.allows("shop/web", "shop/db", Protocol::TCP, 8050));
    let after = world.changed(&set("UDP 5432")).unwrap();
    assert_eq!(diff(CALICO, &after.policies), "-    protocol: TCP\n+    protocol: UDP\n");
    let after = world.changed(&set("")).unwrap();
    assert!(!after.policies.contains("protocol:") && after.policies.contains("ports: [] # PostgreSQL"), "{}", after.policies);
    assert!(after.allows("shop/web", "shop/db", Protocol::SCTP, 7));
    assert_eq!(world.changed(&set("80, UDP 53")).err(), Some(NotChanged::OneProtocol));
    let after = world.changed(&PolicyChange::RemoveRule { direction: Ingress, rule: 0 }).unwrap();
    assert_eq!(diff(&after.policies, CALICO).lines().count(), 6, "with its comment: {}", after.policies);
    assert!(!after.allows("shop/web", "shop/db", Protocol::TCP, 5432));
    // A rule for egress would have the policy act on egress alone, were that not said.
    let bare = CALICO.split("  ingress:").next().unwrap();
    let world = World::new(bare);
    assert!(!world.allows("shop/web", "shop/db", Protocol::TCP, 1) && world.allows("shop/db", "shop/web", Protocol::TCP, 1));
    let after = world.changed(&add(Egress, WantedPeer::Dns, "")).unwrap();
    assert!(after.policies.contains("types: [Ingress, Egress]"), "{}", after.policies);
    assert!(!after.allows("shop/web", "shop/db", Protocol::TCP, 1) && after.allows("shop/db", "kube-system/coredns", Protocol::UDP, 53));
}

#[test]
fn json_and_line_ends_stay_as_they_are() {
    let json = r#"{
  "apiVersion": "networking.k8s.io/v1",
  "kind": "NetworkPolicy",
  "metadata": {"name": "db", "namespace": "shop"},
  "spec": {
    "podSelector": {},
    "ingress": [
      {"ports": [{"port": 80}]}
    ]
  }
}
"#;
    let world = World::new(json);
    let after = world.changed(&add(Ingress, WantedPeer::Namespace("shop"), "")).unwrap();
    assert_eq!(
        diff(json, &after.policies),
        "-      {\"ports\": [{\"port\": 80}]}\n+      {\"ports\": [{\"port\": 80}]},\n+      {\"from\": [{\"podSelector\": {}}]}\n"
    );
    let windows = KUBERNETES.replace('\n', "\r\n");
    let after = World::new(&windows).changed(&add(Ingress, WantedPeer::Namespace("ops"), "80")).unwrap();
    assert!(after.policies.replace("\r\n", "").find('\n').is_none());
    assert!(after.allows("ops/probe", "shop/db", Protocol::TCP, 80));
}

/// All examples of the gallery, by file.
fn examples() -> Vec<(String, Vec<(String, String)>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/examples");
    let mut found = Vec::new();
    for example in std::fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let files = std::fs::read_dir(example.path()).unwrap().map(Result::unwrap);
        let mut files: Vec<(String, String)> =
            files.map(|file| (file.file_name().into_string().unwrap(), std::fs::read_to_string(file.path()).unwrap())).collect();
        files.sort();
        found.push((example.file_name().into_string().unwrap(), files));
    }
    found.sort();
    found
}

fn read(files: &[(String, String)]) -> Analysis {
    let mut analysis = Analysis::default();
    analysis.set_files(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    analysis
}

fn apply(
    files: &[(String, String)],
    analysis: &Analysis,
    id: PolicyId,
    change: &PolicyChange<'_>,
) -> Result<Vec<(String, String)>, NotChanged> {
    let changed = analysis.edit_policy(id, change)?;
    let mut files = files.to_vec();
    for edit in changed.edits.iter().rev() {
        let name = &analysis.sources().get(edit.source).unwrap().name;
        let text = &mut files.iter_mut().find(|(own, _)| own == name).unwrap().1;
        text.replace_range(edit.start as usize..edit.end as usize, &edit.text);
    }
    Ok(files)
}

/// What passes between all pairs, in one text.
fn flows(analysis: &Analysis) -> Vec<String> {
    let connectivity = analysis.connectivity();
    let pods: Vec<_> = analysis.snapshot().pods().map(|(id, _)| netpolis_core::compile::Endpoint::Pod(id)).collect();
    let outside = netpolis_core::compile::Endpoint::Outside("203.0.113.77".parse().unwrap());
    let ends: Vec<_> = pods.into_iter().chain([outside]).collect();
    let mut found = Vec::new();
    for from in &ends {
        for to in &ends {
            let pair = connectivity.between(*from, *to);
            found.push(format!("{} / {}", pair.allowed, pair.possible));
        }
    }
    found
}

#[test]
fn a_rule_that_is_added_and_removed_leaves_every_example_as_it_was() {
    let mut tried = 0;
    for (name, files) in examples() {
        let analysis = read(&files);
        let before = flows(&analysis);
        let editable: Vec<_> = analysis.compiled().ruleset().policies.iter().filter(|policy| is_editable(policy)).cloned().collect();
        for policy in editable {
            for direction in [Ingress, Egress].into_iter().filter(|direction| policy.acts_on(*direction)) {
                let place = policy.rules(direction).iter().position(|rule| {
                    use netpolis_core::policy::{Action, PeerMatch, TrafficMatch};
                    matches!(rule.action, Action::Deny | Action::Pass)
                        && matches!((&rule.peers, &rule.traffic), (PeerMatch::Any, TrafficMatch::Any))
                        && rule.own.is_none()
                });
                let of = format!("{name}: {direction:?} of {}", policy.title());
                let wanted = add(direction, WantedPeer::Block("203.0.113.0/24"), "TCP 4321");
                let added = apply(&files, &analysis, policy.id, &wanted).unwrap_or_else(|error| panic!("{of}: {error}"));
                let more = read(&added);
                assert_eq!(more.compiled().ruleset().policies.len(), analysis.compiled().ruleset().policies.len(), "{of}");
                // Every line that was there is there, in the same order.
                for ((_, old), (_, new)) in files.iter().zip(&added) {
                    let mut lines = new.lines();
                    let missing: Vec<&str> = old.lines().filter(|line| !lines.any(|own| own == *line)).collect();
                    // A list in brackets grows in its line; an empty one is written anew.
                    assert!(missing.len() <= 1, "{of}: {missing:?}\n{new}");
                }
                let at = place.unwrap_or_else(|| policy.rules(direction).len());
                let back = apply(&added, &more, policy.id, &PolicyChange::RemoveRule { direction, rule: at })
                    .unwrap_or_else(|error| panic!("{of}: {error}"));
                assert_eq!(flows(&read(&back)), before, "{of}");
                if !policy.rules(direction).is_empty() {
                    assert_eq!(back, files, "{of}: byte for byte");
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "{tried}");
}

#[test]
fn a_policy_selects_other_pods_of_its_namespace() {
    let world = World::new(KUBERNETES);
    let web = world.changed(&PolicyChange::Select { pod: Some(world.pod("web")) }).unwrap();
    assert_eq!(web.policies, KUBERNETES.replace("podSelector: {matchLabels: {app: db}}", "podSelector: {matchLabels: {app: web}}"));
    assert!(web.allows("probe", "db", Protocol::TCP, 80) && !web.allows("probe", "web", Protocol::TCP, 80));
    let all = world.changed(&PolicyChange::Select { pod: None }).unwrap();
    assert_eq!(all.policies, KUBERNETES.replace("podSelector: {matchLabels: {app: db}}", "podSelector: {}"));
    let calico = World::new(CALICO);
    let web = calico.changed(&PolicyChange::Select { pod: Some(calico.pod("web")) }).unwrap();
    assert_eq!(web.policies, CALICO.replace("selector: app == 'db'", "selector: \"app == 'web'\""));
    assert_eq!(world.changed(&PolicyChange::Select { pod: Some(world.pod("probe")) }).err(), Some(NotChanged::Elsewhere));
}

/// Begins a policy for a pod, or for all of the namespace `shop`: the file that it is written into as it is then; nothing where it needs one of its own.
fn begun(files: &[(&str, &str)], name: &str, pod: Option<&str>, calico: bool) -> (Option<(String, String)>, String) {
    let mut analysis = Analysis::default();
    analysis.set_files(files);
    let pod = pod.map(|name| analysis.snapshot().pods().find(|(_, pod)| pod.name == name).unwrap().0);
    let begun = analysis.begin_policy(&WantedPolicy { namespace: "shop", name, pod, calico }).unwrap();
    let written = begun.edits.map(|edits| {
        let source = analysis.sources().get(edits[0].source).unwrap();
        let mut text = source.text.to_string();
        for edit in edits.iter().rev() {
            text.replace_range(edit.start as usize..edit.end as usize, &edit.text);
        }
        (source.name.clone(), text)
    });
    (written, begun.document)
}

#[test]
fn a_policy_is_begun_behind_those_of_its_namespace() {
    let files = [("cluster.yaml", CLUSTER), ("policies.yaml", KUBERNETES)];
    let (written, document) = begun(&files, "web", Some("web"), false);
    let expected = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Ingress]
";
    assert_eq!(document, expected);
    assert_eq!(written, Some(("policies.yaml".into(), format!("{KUBERNETES}---\n{expected}"))));
    // Where there are no policies yet, behind the pods.
    let (written, _) = begun(&files[..1], "web", Some("web"), false);
    assert_eq!(written, Some(("cluster.yaml".into(), format!("{CLUSTER}---\n{expected}"))));
}

#[test]
fn a_policy_of_calico_is_begun_in_its_language() {
    let files = [("cluster.yaml", CLUSTER), ("policies.yaml", CALICO)];
    let (written, document) = begun(&files, "all", None, true);
    let expected = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: all
  namespace: shop
spec:
  selector: \"all()\"
  types: [Ingress]
";
    assert_eq!(document, expected);
    assert_eq!(written.unwrap().1, format!("{CALICO}---\n{expected}"));
    assert!(begun(&files, "web", Some("web"), true).1.contains("selector: \"app == 'web'\"\n"));
}

#[test]
fn a_policy_that_no_file_can_take_gets_one_of_its_own() {
    // What a script hands on goes on in the script.
    let script =
        "kubectl apply -f - <<EOF\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nEOF\necho done\n";
    let (written, document) = begun(&[("setup.sh", script)], "web", Some("web"), false);
    assert_eq!(written, None);
    assert!(document.starts_with("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"));
    // A list in JSON takes it as an item.
    let json = r#"{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}}}
]}"#;
    let (written, _) = begun(&[("cluster.json", json)], "web", Some("web"), false);
    assert!(written.unwrap().1.contains("\"NetworkPolicy\""));
}

#[test]
fn a_pod_without_labels_gets_no_policy() {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("x.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: bare, namespace: shop}}")]);
    let pod = analysis.snapshot().pods().next().map(|(id, _)| id);
    let wanted = WantedPolicy { namespace: "shop", name: "bare", pod, calico: false };
    assert_eq!(analysis.begin_policy(&wanted), Err(NotChanged::NoLabels));
}
