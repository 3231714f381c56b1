//! Proposed changes: their exact text for each kind of edit, and that nothing else of the text changes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::fix::{Fixes, Kind, Proposal, Question, unified};
use netpolis_core::model::Protocol;

const PODS: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web, tier: front}}
---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: shop, labels: {app: job}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
---
apiVersion: v1
kind: Pod
metadata: {name: scan, namespace: audit, labels: {app: scan}}
";

const POLICY: &str = "# keep me
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: db
  ingress:
  # the web
  - from:
    - podSelector:
        matchLabels:
          app: web   # of the shop
    ports:
    - port: 5432 # postgres
";

fn analysis(files: &[(&str, &str)]) -> Analysis {
    let mut analysis = Analysis::default();
    analysis.set_files(files);
    analysis
}

fn ask(files: &[(&str, &str)], from: &str, to: &str, port: u16, deny: bool) -> Fixes {
    analysis(files).fix(&Question { from, to, port: Some(port), protocol: Protocol::TCP, deny }).unwrap()
}

/// What a proposal changes, as the lines of a diff that begin with a sign, and the check that it does what it should when it is applied.
fn lines(files: &[(&str, &str)], question: &Question<'_>, proposal: &Proposal) -> String {
    let before = analysis(files);
    let changed: Vec<(String, String)> = before
        .sources()
        .iter()
        .map(|(id, source)| (source.name.clone(), proposal.apply(id, &source.text).unwrap_or_else(|| source.text.to_string())))
        .collect();
    let after = analysis(&changed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    assert!(after.fix(question).unwrap().is_so_already, "it does not help: {}\n{}", proposal.title, changed[0].1);
    let diff = unified(before.sources(), &proposal.edits);
    let signed = |line: &&str| (line.starts_with('+') && !line.starts_with("+++")) || (line.starts_with('-') && !line.starts_with("---"));
    diff.lines().filter(signed).map(|line| format!("{line}\n")).collect()
}

/// The first proposal for a question about the pods and one policy.
fn first(policy: &str, from: &str, to: &str, port: u16, deny: bool) -> (Kind, String) {
    let files = [("pods.yaml", PODS), ("policy.yaml", policy)];
    let fixes = ask(&files, from, to, port, deny);
    let best = fixes.proposals.first().unwrap_or_else(|| panic!("nothing is proposed: {}", fixes.summary));
    assert_eq!(best.side_effects, [], "{}", best.title);
    (best.kind, lines(&files, &Question { from, to, port: Some(port), protocol: Protocol::TCP, deny }, best))
}

#[test]
fn a_port_is_added_to_the_rule_that_has_the_peer() {
    let added = "+    - protocol: TCP\n+      port: 8080\n";
    assert_eq!(first(POLICY, "shop/web", "shop/db", 8080, false), (Kind::Port, added.into()));
    let flow = POLICY.replace("    - port: 5432 # postgres\n", "    - {port: 5432} # postgres\n");
    assert_eq!(first(&flow, "shop/web", "shop/db", 8080, false).1, "+    - {protocol: TCP, port: 8080}\n");
    let brackets = POLICY.replace("    ports:\n    - port: 5432 # postgres\n", "    ports: [{port: 5432}] # postgres\n");
    assert_eq!(
        first(&brackets, "shop/web", "shop/db", 8080, false).1,
        "-    ports: [{port: 5432}] # postgres\n+    ports: [{port: 5432}, {protocol: TCP, port: 8080}] # postgres\n"
    );
}

#[test]
fn a_peer_is_added_to_the_rule_that_has_the_port() {
    let added = "+    - podSelector:\n+        matchLabels:\n+          app: job\n";
    assert_eq!(first(POLICY, "shop/job", "shop/db", 5432, false), (Kind::Peer, added.into()));
    let other = "+    - namespaceSelector:\n+        matchLabels:\n+          kubernetes.io/metadata.name: audit\n+      podSelector:\n+        matchLabels:\n+          app: scan\n";
    assert_eq!(first(POLICY, "audit/scan", "shop/db", 5432, false), (Kind::Peer, other.into()));
    let outside = "+    - ipBlock:\n+        cidr: 198.51.100.7/32\n";
    assert_eq!(first(POLICY, "198.51.100.7", "shop/db", 5432, false), (Kind::Peer, outside.into()));
    let internet = "+    - ipBlock:\n+        cidr: 0.0.0.0/0\n+        except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]\n";
    assert_eq!(first(POLICY, "internet", "shop/db", 5432, false), (Kind::Peer, internet.into()));
}

#[test]
fn a_rule_is_added_where_no_rule_has_either() {
    let rule =
        "+  - from:\n+    - podSelector:\n+        matchLabels:\n+          app: job\n+    ports:\n+    - protocol: TCP\n+      port: 80\n";
    assert_eq!(first(POLICY, "shop/job", "shop/db", 80, false), (Kind::Rule, rule.into()));
    let closed = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all, namespace: shop}\nspec: {podSelector: {matchLabels: {app: db}}}\n";
    let one = "-spec: {podSelector: {matchLabels: {app: db}}}\n+spec: {podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: job}}}], ports: [{protocol: TCP, port: 80}]}]}\n";
    assert_eq!(first(closed, "shop/job", "shop/db", 80, false), (Kind::Rule, one.into()));
}

#[test]
fn a_policy_is_added_where_a_rule_would_open_more() {
    let closed = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: closed\n  namespace: shop\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n";
    let (kind, added) = first(closed, "audit/scan", "shop/db", 80, false);
    assert_eq!(kind, Kind::Policy);
    let expected = "---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db-allow-from-scan
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: db
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: audit
          podSelector:
            matchLabels:
              app: scan
      ports:
        - protocol: TCP
          port: 80
";
    assert_eq!(added, expected.lines().map(|line| format!("+{line}\n")).collect::<String>());
    // The rule in the policy of all pods would open the others too.
    let all = ask(&[("pods.yaml", PODS), ("policy.yaml", closed)], "audit/scan", "shop/db", 80, false);
    let rule = all.proposals.iter().find(|p| p.kind == Kind::Rule).unwrap();
    let opened: Vec<&str> = rule.side_effects.iter().map(|e| e.to.as_str()).collect();
    assert_eq!(opened, ["shop/job[Pod]", "shop/web[Pod]"]);
}

#[test]
fn slips_come_first() {
    for (wrong, right) in [("app: web ", "app: wbe "), ("port: 5432", "port: 5423"), ("app: db", "app: bd")] {
        let wrong = POLICY.replace(wrong, right);
        let fixes = ask(&[("pods.yaml", PODS), ("policy.yaml", &wrong), ("closed.yaml", CLOSED)], "shop/web", "shop/db", 5432, false);
        assert_eq!(fixes.proposals[0].kind, Kind::Typo, "{right}: {:?}", fixes.proposals.iter().map(|p| &p.title).collect::<Vec<_>>());
        // What the slip allowed is gone.
        assert!(fixes.proposals[0].side_effects.iter().all(|e| e.opened.is_empty()));
    }
    let both = POLICY.replace("app: web ", "app: wbe ").replace("port: 5432", "port: 5423");
    let changed = "-          app: wbe   # of the shop\n+          app: web   # of the shop\n-    - port: 5423 # postgres\n+    - port: 5432 # postgres\n";
    assert_eq!(first(&both, "shop/web", "shop/db", 5432, false), (Kind::Typo, changed.into()));
    let protocol = POLICY.replace("port: 5432", "protocol: UDP\n      port: 5432");
    let files = [("pods.yaml", PODS), ("policy.yaml", protocol.as_str())];
    let fixes = ask(&files, "shop/web", "shop/db", 5432, false);
    let question = Question { from: "shop/web", to: "shop/db", port: Some(5432), protocol: Protocol::TCP, deny: false };
    assert_eq!(lines(&files, &question, &fixes.proposals[0]), "-    - protocol: UDP\n+    - protocol: TCP\n");
}

const CLOSED: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n";

#[test]
fn both_sides_are_opened_where_both_block() {
    let job = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: job, namespace: shop}\nspec: {podSelector: {matchLabels: {app: job}}, policyTypes: [Egress]}\n";
    let (_, changed) = first(&format!("{POLICY}{job}"), "shop/job", "shop/db", 5432, false);
    assert!(changed.contains("+          app: job\n") && changed.contains("egress: [{to: "), "{changed}");
}

#[test]
fn what_allows_is_narrowed_to_stop_a_flow() {
    let (kind, removed) = first(POLICY, "shop/web", "shop/db", 5432, true);
    assert_eq!(kind, Kind::Remove);
    assert!(removed.starts_with("-  ingress:\n+  ingress: []\n-  - from:\n"), "{removed}");
    let two = POLICY.replace("    - port: 5432 # postgres\n", "    - port: 5432 # postgres\n    - port: 80\n");
    assert_eq!(first(&two, "shop/web", "shop/db", 80, true), (Kind::Narrow, "-    - port: 80\n".into()));
    assert_eq!(first(&two, "shop/web", "shop/db", 5432, true), (Kind::Narrow, "-    - port: 5432 # postgres\n".into()));
    let peers = POLICY.replace("    ports:\n", "    - podSelector: {matchLabels: {app: job}}\n    ports:\n");
    assert_eq!(first(&peers, "shop/job", "shop/db", 5432, true), (Kind::Narrow, "-    - podSelector: {matchLabels: {app: job}}\n".into()));
    let all = POLICY.replace("    - podSelector:\n        matchLabels:\n          app: web   # of the shop\n", "    - podSelector: {}\n");
    let except = "-    - podSelector: {}\n+    - podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}\n";
    assert_eq!(first(&all, "shop/web", "shop/db", 5432, true), (Kind::Narrow, except.into()));
}

#[test]
fn nothing_is_proposed_for_what_is_so_already() {
    let files = [("pods.yaml", PODS), ("policy.yaml", POLICY)];
    for (port, deny) in [(5432, false), (80, true)] {
        let fixes = ask(&files, "shop/web", "shop/db", port, deny);
        assert!(fixes.is_so_already && fixes.proposals.is_empty());
    }
}

#[test]
fn what_cannot_be_edited_says_so() {
    let anchored = POLICY
        .replace("  ingress:\n", "  egress:\n  - &rule\n    to: [{podSelector: {matchLabels: {app: web}}}]\n  ingress:\n  - *rule\n")
        .replace("    to: ", "    ports: [{port: 9}]\n    to: ");
    let files = [("pods.yaml", PODS), ("policy.yaml", anchored.as_str())];
    let fixes = ask(&files, "shop/job", "shop/db", 80, false);
    assert!(fixes.proposals.iter().all(|p| !p.edits.iter().any(|e| e.text.contains("&rule"))));
    // A changed text is not touched.
    let proposal = &ask(&[("pods.yaml", PODS), ("policy.yaml", POLICY)], "shop/job", "shop/db", 5432, false).proposals[0];
    let source = proposal.edits[0].source;
    assert_eq!(proposal.apply(source, &POLICY.replace("keep me", "keep us")), None);
    assert!(proposal.apply(source, POLICY).is_some());
}

#[test]
fn lines_end_as_the_others_do() {
    let crlf = POLICY.replace('\n', "\r\n");
    let (_, added) = first(&crlf, "shop/job", "shop/db", 80, false);
    assert!(added.lines().count() == 7, "{added:?}");
    let files = [("pods.yaml", PODS), ("policy.yaml", crlf.as_str())];
    let fixes = ask(&files, "shop/job", "shop/db", 80, false);
    let best = &fixes.proposals[0];
    let text = best.apply(best.edits[0].source, &crlf).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
}

const CALICO: &str = "apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata:
  name: no-db # nobody
spec:
  order: 100
  selector: app == 'db'
  types: [Ingress]
  ingress:
  - action: Allow
    protocol: TCP
    source:
      selector: app == 'web'
    destination:
      ports: [5432]
  # the rest
  - action: Deny
";

#[test]
fn calicos_rules_get_a_port_a_peer_or_a_rule_before_the_one_that_denies() {
    let port = "-      ports: [5432]\n+      ports: [5432, 80]\n";
    assert_eq!(first(CALICO, "shop/web", "shop/db", 80, false), (Kind::Port, port.into()));
    let namespaced = CALICO.replace("GlobalNetworkPolicy", "NetworkPolicy").replace("no-db # nobody", "no-db\n  namespace: shop");
    let peer = "-      selector: app == 'web'\n+      selector: app in {'web', 'job'}\n";
    assert_eq!(first(&namespaced, "shop/job", "shop/db", 5432, false), (Kind::Peer, peer.into()));
    let slip = CALICO.replace("'web'", "'wbe'");
    let right = "-      selector: app == 'wbe'\n+      selector: app == 'web'\n";
    assert_eq!(first(&slip, "shop/web", "shop/db", 5432, false), (Kind::Typo, right.into()));
    // Passed on, nothing else stops it, and nothing else is overridden.
    let rule = "+  - action: Pass
+    protocol: TCP
+    source:
+      namespaceSelector: \"projectcalico.org/name == 'audit'\"
+      selector: \"app == 'scan'\"
+    destination:
+      ports: [22]
";
    let added = first(CALICO, "audit/scan", "shop/db", 22, false);
    assert_eq!(added, (Kind::Rule, rule.into()));
    let files = [("pods.yaml", PODS), ("policy.yaml", CALICO)];
    let question = Question { from: "shop/web", to: "shop/db", port: Some(5432), protocol: Protocol::TCP, deny: true };
    let fixes = ask(&files, "shop/web", "shop/db", 5432, true);
    let denied = fixes.proposals.iter().find(|p| p.kind == Kind::Rule).unwrap();
    assert!(lines(&files, &question, denied).starts_with("+  - action: Deny\n+    protocol: TCP\n+    source:\n"), "{}", denied.title);
}

const ADMIN: &str = "apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata:
  name: guard
spec:
  priority: 10
  subject:
    namespaces: {}
  ingress:
  # nobody else
  - name: closed
    action: Deny
    from:
    - namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}
    ports:
    - portNumber: {protocol: TCP, port: 22}
    - portNumber: {protocol: TCP, port: 23}
";

#[test]
fn admin_policies_get_a_rule_before_the_one_that_denies() {
    let files = [("pods.yaml", PODS), ("policy.yaml", ADMIN)];
    let fixes = ask(&files, "shop/web", "shop/db", 22, false);
    let question = Question { from: "shop/web", to: "shop/db", port: Some(22), protocol: Protocol::TCP, deny: false };
    let of = |kind: Kind| lines(&files, &question, fixes.proposals.iter().find(|p| p.kind == kind).unwrap());
    let rule = of(Kind::Rule);
    assert!(rule.starts_with("+  - name: pass-tcp-22\n+    action: Pass\n+    from:\n+    - pods:\n"), "{rule}");
    assert_eq!(of(Kind::Narrow), "-    - portNumber: {protocol: TCP, port: 22}\n");
    // Where the cluster knows such policies, one of its own stops nothing else.
    let (kind, policy) = first(&ADMIN.replace("Deny", "Allow"), "shop/web", "shop/db", 22, true);
    assert_eq!(kind, Kind::Policy);
    assert!(policy.contains("+kind: AdminNetworkPolicy\n") && policy.contains("+      action: Deny\n"), "{policy}");
}

const NETWORK: &str = "azure:
  networks:
  - {name: n, addressSpace: 10.0.0.0/16, subnets: [{name: s, prefix: 10.0.0.0/24, nsg: g}]}
  machines:
  - {name: m, subnet: s, address: 10.0.0.4}
  nsgs:
  - name: g
    inbound:
    - {priority: 110, name: ssh, allow: tcp 22, from: 203.0.113.7} # the office
    - {priority: 200, name: none, deny: '*'}
";

#[test]
fn security_groups_get_rules_ports_and_addresses() {
    let files = [("net.yaml", NETWORK)];
    let of = |kind: Kind, from: &str, port: u16, deny: bool| {
        let question = Question { from, to: "10.0.0.4", port: Some(port), protocol: Protocol::TCP, deny };
        let fixes = ask(&files, from, "10.0.0.4", port, deny);
        let titles: Vec<&String> = fixes.proposals.iter().map(|p| &p.title).collect();
        let found = fixes.proposals.iter().find(|p| p.kind == kind).unwrap_or_else(|| panic!("{kind:?} is not among {titles:?}"));
        lines(&files, &question, found)
    };
    let line = "    - {priority: 110, name: ssh, allow: tcp 22, from: 203.0.113.7} # the office\n";
    let new = "    - {priority: 199, name: allow-in-tcp-443-199, allow: tcp 443, from: 203.0.113.7, to: 10.0.0.4}\n";
    assert_eq!(of(Kind::Rule, "203.0.113.7", 443, false), format!("+{new}"));
    assert_eq!(of(Kind::Port, "203.0.113.7", 443, false), format!("-{line}+{}", line.replace("tcp 22", "\"tcp 22,443\"")));
    let both = line.replace("from: 203.0.113.7", "from: [203.0.113.7, 203.0.113.9]");
    assert_eq!(of(Kind::Peer, "203.0.113.9", 22, false), format!("-{line}+{both}"));
    let denied = "+    - {priority: 109, name: deny-in-tcp-22-109, deny: tcp 22, from: 203.0.113.7, to: 10.0.0.4}\n";
    assert_eq!(of(Kind::Rule, "203.0.113.7", 22, true), denied);
    assert_eq!(of(Kind::Remove, "203.0.113.7", 22, true), format!("-{line}"));
}

const SERVICE: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
---
{apiVersion: v1, kind: Pod, metadata: {name: job, namespace: shop, labels: {app: job}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web} # the shop
  ports:
  - port: 80
    targetPort: http
";

#[test]
fn services_that_lead_nowhere_are_mended() {
    let question = Question { from: "shop/job", to: "svc/shop/web", port: Some(80), protocol: Protocol::TCP, deny: false };
    assert!(analysis(&[("a", SERVICE)]).fix(&question).unwrap().is_so_already);
    for (right, wrong) in [("selector: {app: web}", "selector: {app: wbe}"), ("targetPort: http", "targetPort: htpt")] {
        let text = SERVICE.replace(right, wrong);
        let files = [("a", text.as_str())];
        let fixes = analysis(&files).fix(&question).unwrap();
        let best = fixes.proposals.first().unwrap_or_else(|| panic!("{wrong}: {} {:?}", fixes.summary, fixes.notes));
        assert_eq!(best.kind, Kind::Typo);
        let line = |word: &str| text.lines().find(|line| line.contains(word)).unwrap().to_owned();
        assert_eq!(lines(&files, &question, best), format!("-{}\n+{}\n", line(wrong), line(wrong).replace(wrong, right)));
    }
    // A policy behind the Service sees the port of the pod.
    let closed = format!("{SERVICE}---\n{}", CLOSED);
    let files = [("a", closed.as_str())];
    let fixes = analysis(&files).fix(&question).unwrap();
    let changed = lines(&files, &question, &fixes.proposals[0]);
    assert!(changed.contains("port: 8080") && fixes.proposals[0].side_effects.is_empty(), "{changed}");
}
