//! `netpolis convert`: policies in another policy language, what cannot be said in it, and the proof.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use common::{SCENE, follows, run};
use serde_json::{Value, json};

const WORDS: &str = "note: 1 of 1 policy converted; proof: all flows between 2 workloads, 8 pods that the input does not have, and every address outside are the same under calico\n";

#[test]
fn a_network_policy_becomes_calicos_and_comes_back() {
    let scene = SCENE.replace("  ingress:\n", "  ingress:\n  # The web's own database.\n");
    let (code, calico, said) = run(&["convert", "-", "--to", "calico"], &scene);
    assert_eq!((code, said.as_str()), (0, WORDS));
    let start = scene.find("apiVersion: networking").unwrap();
    let expected = scene[..start].to_owned()
        + "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  order: 1000
  selector: \"projectcalico.org/orchestrator == 'k8s' && app == 'db'\"
  types: [Ingress]
  ingress:
    # The web's own database.
    - action: Allow
      protocol: TCP
      source:
        selector: \"projectcalico.org/orchestrator == 'k8s' && app == 'web'\"
      destination:
        ports: [5432]
";
    assert_eq!(calico, expected);
    let (code, back, said) = run(&["convert", "-", "--to", "kubernetes", "--policies-only"], &calico);
    assert_eq!((code, said.as_str()), (0, WORDS));
    let expected = "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: db
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: db
  policyTypes: [Ingress]
  ingress:
    # The web's own database.
    - from:
        - podSelector:
            matchLabels:
              app: web
      ports:
        - protocol: TCP
          port: 5432
";
    assert_eq!(back, expected);
}

/// A policy of Calico's in the scene.
fn with_calico(spec: &str) -> String {
    let pods = SCENE.split("---").take(2).collect::<Vec<_>>().join("---");
    format!("{pods}---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {{name: db, namespace: shop}}\nspec:\n{spec}")
}

#[test]
fn what_cannot_be_said_is_listed_with_its_place_and_the_policy_stays() {
    let scene = with_calico(
        "  selector: app == 'db'\n  ingress:\n  - action: Allow\n    source: {serviceAccounts: {names: [web]}}\n  - {action: Pass, protocol: ICMP}\n",
    );
    let (code, text, said) = run(&["convert", "-", "--to", "kubernetes"], &scene);
    assert_eq!((code, text.as_str()), (1, scene.as_str()));
    for line in [
        "note: not converted: NetworkPolicy `shop/db` (standard input:12:31): `spec.ingress[0].source.serviceAccounts`: NetworkPolicy does not know service accounts\n",
        "note: not converted: NetworkPolicy `shop/db` (standard input:13:5): `spec.ingress[1].action`: `Pass` goes on to the next tier, and NetworkPolicy has no tiers\n",
        "note: 0 of 1 policy converted; nothing was changed\n",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
}

#[test]
fn what_rules_before_deny_is_taken_out_of_those_that_allow() {
    let scene = with_calico(
        "  order: 10\n  selector: app == 'db'\n  ingress:\n  - {action: Deny, protocol: TCP, destination: {ports: [22]}}\n  \
         - {action: Deny, source: {selector: role == 'guest'}}\n  - {action: Log}\n  \
         - {action: Allow, protocol: TCP, source: {selector: app == 'web'}, destination: {ports: ['20:30']}}\n  - {action: Deny}\n",
    );
    let (code, text, said) = run(&["convert", "-", "--to", "kubernetes", "--policies-only"], &scene);
    assert_eq!(code, 0, "{said}");
    let rules = "\
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: web
            matchExpressions:
              - key: role
                operator: NotIn
                values: [guest]
      ports:
        - protocol: TCP
          port: 20
          endPort: 21
        - protocol: TCP
          port: 23
          endPort: 30
";
    assert!(text.ends_with(rules), "{text}");
    for (field, word) in
        [("spec.order", "no order"), ("spec.ingress[2].action", "`Log`"), ("spec.ingress[4].action", "denies what no rule allows")]
    {
        assert!(said.lines().any(|line| line.contains(&format!("`{field}`: left out")) && line.contains(word)), "{field}\n{said}");
    }
}

/// Where another policy comes later in the order, a final Deny is more than the end of the rules.
#[test]
fn a_policy_whose_conversion_would_change_a_flow_stays() {
    let first = with_calico("  order: 10\n  selector: app == 'db'\n  ingress:\n  - {action: Deny}\n");
    let scene = format!("{first}---\n{}", SCENE.splitn(3, "---\n").nth(2).unwrap());
    let (code, text, said) = run(&["convert", "-", "--to", "kubernetes"], &scene);
    assert_eq!((code, text.as_str()), (1, scene.as_str()));
    let line = "note: not converted: NetworkPolicy `shop/db` (standard input:5:1): converting it would change what flows: TCP 5432 from `shop/web[Pod]` to \
                `shop/db[Pod]` is denied, and would be allowed\n";
    assert!(said.contains(line), "{said}");
}

#[test]
fn admin_policies_become_cluster_network_policies() {
    let pods = SCENE.split("---").take(2).collect::<Vec<_>>().join("---");
    let scene = format!(
        "{pods}---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {{name: guard, annotations: {{owner: ops, kubectl.kubernetes.io/last-applied-configuration: x}}}}
spec:
  priority: 7
  subject: {{namespaces: {{}}}}
  ingress:
  - {{name: dns, action: Allow, from: [{{namespaces: {{}}}}], ports: [{{portNumber: {{protocol: UDP, port: 53}}}}, {{portRange: {{start: 80, end: 80}}}}, {{namedPort: web}}]}}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {{name: default}}
spec:
  subject: {{pods: {{namespaceSelector: {{}}, podSelector: {{matchLabels: {{app: db}}}}}}}}
  egress: [{{action: Deny, to: [{{networks: [10.0.0.0/8]}}]}}]
"
    );
    let (code, text, said) = run(&["convert", "-", "--to", "cluster-network-policy", "--policies-only"], &scene);
    assert_eq!(code, 0, "{said}");
    let expected = "\
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: guard
  annotations:
    owner: ops
spec:
  tier: Admin
  priority: 7
  subject:
    namespaces: {}
  ingress:
    - name: dns
      action: Accept
      from:
        - namespaces: {}
      protocols:
        - udp:
            destinationPort:
              number: 53
        - tcp:
            destinationPort:
              number: 80
        - destinationNamedPort: web
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: default
spec:
  tier: Baseline
  priority: 1000
  subject:
    pods:
      namespaceSelector: {}
      podSelector:
        matchLabels:
          app: db
  egress:
    - action: Deny
      to:
        - networks: [10.0.0.0/8]
";
    assert_eq!(text, expected);
    assert!(said.contains("`spec.priority`: 1000 is written") && said.contains("are the same under generic"), "{said}");
}

#[test]
fn json_follows_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/schemas/convert.json")).unwrap();
    let kept = with_calico("  selector: app == 'db'\n  tier: security\n");
    for (target, scene, converted) in
        [("calico", SCENE, true), ("kubernetes", kept.as_str(), false), ("cluster-network-policy", SCENE, false)]
    {
        let (code, text, _) = run(&["convert", "-", "--to", target, "--format", "json"], scene);
        let answer: Value = serde_json::from_str(&text).unwrap();
        follows(&schema, &schema, &answer, "answer");
        assert_eq!(answer["target"], target);
        assert_eq!(answer["proof"]["same"], true);
        assert_eq!(answer["files"].as_array().unwrap().len(), usize::from(converted));
        let policies = answer["policies"].as_array().unwrap();
        assert_eq!(policies.len(), usize::from(target != "cluster-network-policy"));
        assert!(policies.iter().all(|policy| policy["isConverted"] == converted));
        assert_eq!(code, i32::from(target == "kubernetes"), "{target}");
    }
    let (_, text, _) = run(&["convert", "-", "--to", "kubernetes", "--format", "json"], &kept);
    let answer: Value = serde_json::from_str(&text).unwrap();
    let remark = &answer["policies"][0]["remarks"][0];
    assert_eq!((&remark["field"], &remark["isObstacle"]), (&json!("spec.tier"), &json!(true)));
}

/// All other text stays as it is, in every form in which a policy can stand.
#[test]
fn policies_are_replaced_where_they_stand() {
    let list = r#"{"apiVersion": "v1", "kind": "List", "items": [
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"app": "a"}}},
    {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": {"podSelector": {}}}
]}
"#;
    let (code, text, said) = run(&["convert", "-", "--to", "calico"], list);
    assert_eq!(code, 0, "{said}");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["items"][0]["metadata"]["labels"], json!({"app": "a"}));
    assert_eq!(
        value["items"][1]["spec"],
        json!({"order": 1000, "selector": "projectcalico.org/orchestrator == 'k8s'", "types": ["Ingress"]})
    );
    let yaml = "# Before.\napiVersion: v1\nkind: List\nitems:\n# The first.\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: p}\n  spec: {podSelector: {}}\n\
                # The second.\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n";
    let (_, text, _) = run(&["convert", "-", "--to", "calico"], yaml);
    let expected = "# Before.\napiVersion: v1\nkind: List\nitems:\n# The first.\n- apiVersion: projectcalico.org/v3\n  kind: NetworkPolicy\n  metadata:\n    name: p\n  spec:\n    \
                    order: 1000\n    selector: \"projectcalico.org/orchestrator == 'k8s'\"\n    types: [Ingress]\n# The second.\n- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n";
    assert_eq!(text, expected);
}

#[test]
fn errors_say_what_to_do() {
    let (code, _, said) = run(&["convert", "-"], SCENE);
    assert!(code == 2 && said.contains("convert: --to is missing, for instance --to calico"), "{said}");
    let (code, _, said) = run(&["convert", "-", "--to", "cilium"], SCENE);
    assert!(code == 2 && said.contains("--to `cilium`: it takes calico, kubernetes, cluster-network-policy"), "{said}");
    let (code, _, said) = run(&["flows", "-", "--policies-only"], SCENE);
    assert!(code == 2 && said.contains("--policies-only belongs to convert"), "{said}");
    let (code, text, said) = run(&["convert", "-", "--to", "kubernetes"], SCENE);
    assert_eq!((code, text.as_str()), (0, SCENE));
    assert!(
        said.contains("there is nothing to convert: the input has no NetworkPolicy or GlobalNetworkPolicy of projectcalico.org"),
        "{said}"
    );
    // Pods that the input does not have are compared all the same: with and without each label, here and elsewhere.
    let policy = SCENE.splitn(3, "---\n").nth(2).unwrap();
    let (code, _, said) = run(&["convert", "-", "--to", "calico"], policy);
    assert!(code == 0 && said.contains("proof: all flows between 0 workloads, 8 pods that the input does not have, and every address outside are the same under calico"), "{said}");
}

/// The fields that are in the way of a policy of Calico's.
fn obstacles(object: &str) -> Vec<String> {
    let pods = SCENE.split("---").take(2).collect::<Vec<_>>().join("---");
    let (_, text, said) = run(&["convert", "-", "--to", "kubernetes", "--format", "json"], &format!("{pods}---\n{object}"));
    let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{said}"));
    let remarks = answer["policies"][0]["remarks"].as_array().unwrap().iter().filter(|remark| remark["isObstacle"] == true);
    remarks.map(|remark| remark["field"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_field_without_words_in_kubernetes_is_named() {
    let of =
        |kind: &str, spec: &str| format!("{{apiVersion: projectcalico.org/v3, kind: {kind}, metadata: {{name: p}}, spec: {{{spec}}}}}\n");
    let rule = |rule: &str| of("NetworkPolicy", &format!("types: [Ingress], ingress: [{{action: Allow, {rule}}}]"));
    let one = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
    for (object, field) in [
        (of("NetworkPolicy", "tier: kube-admin"), "spec.tier"),
        (of("NetworkPolicy", "serviceAccountSelector: a == 'b'"), "spec.serviceAccountSelector"),
        (of("NetworkPolicy", "selector: app starts with 'w'"), "spec.selector"),
        (of("StagedNetworkPolicy", "selector: app == 'web'"), "kind"),
        (of("GlobalNetworkPolicy", "selector: app == 'web'"), "spec.selector"),
        (of("GlobalNetworkPolicy", "namespaceSelector: team == 'a'"), "spec.namespaceSelector"),
        (
            of("GlobalNetworkPolicy", "applyOnForward: true, namespaceSelector: kubernetes.io/metadata.name == 'shop'"),
            "spec.applyOnForward",
        ),
        (rule("protocol: ICMP"), "spec.ingress[0].protocol"),
        (rule("protocol: ICMP, icmp: {type: 8}"), "spec.ingress[0].icmp"),
        (rule("notProtocol: TCP"), "spec.ingress[0].notProtocol"),
        (rule("protocol: TCP, source: {ports: [1]}"), "spec.ingress[0].source.ports"),
        (rule("source: {services: {name: a, namespace: shop}}"), "spec.ingress[0].source.services"),
        (rule("source: {nets: [10.0.0.0/8], selector: a == 'b'}"), "spec.ingress[0].source.nets"),
        (rule("source: {namespaceSelector: global()}"), "spec.ingress[0].source.namespaceSelector"),
        (rule("ipVersion: 4, source: {selector: a == 'b'}"), "spec.ingress[0].ipVersion"),
        (rule("destination: {selector: a == 'b'}"), "spec.ingress[0].destination.selector"),
        (rule("protocol: TCP, destination: {notPorts: [http]}"), "spec.ingress[0].destination.notPorts"),
        (rule("http: {methods: [GET]}"), "spec.ingress[0].http"),
    ] {
        assert_eq!(obstacles(&object), one(&[field]), "{object}");
    }
}

/// What a policy of Calico's becomes, without its head.
fn becomes(object: &str) -> String {
    let pods = SCENE.split("---").take(2).collect::<Vec<_>>().join("---");
    let (code, text, said) = run(&["convert", "-", "--to", "kubernetes", "--policies-only"], &format!("{pods}---\n{object}"));
    assert_eq!(code, 0, "{said}");
    text.replace("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n", "")
}

#[test]
fn selectors_and_networks_are_said_exactly() {
    let global = "\
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: g}
spec:
  namespaceSelector: projectcalico.org/name in {'shop', 'mail'}
  selector: app == 'db' && !has(old)
  ingress:
  - {action: Allow, source: {notNets: [10.0.0.0/8]}}
  - {action: Allow, source: {selector: role == 'a' || role != 'b', namespaceSelector: all()}}
";
    let spec = "\
spec:
  podSelector:
    matchLabels:
      app: db
    matchExpressions:
      - key: old
        operator: DoesNotExist
  policyTypes: [Ingress]
  ingress:
    - from:
        - ipBlock:
            cidr: 0.0.0.0/0
            except: [10.0.0.0/8]
    - from:
        - namespaceSelector: {}
          podSelector:
            matchLabels:
              role: a
        - namespaceSelector: {}
          podSelector:
            matchExpressions:
              - key: role
                operator: NotIn
                values: [b]
";
    let head = |namespace: &str| format!("metadata:\n  name: g\n  namespace: {namespace}\n");
    assert_eq!(becomes(global), format!("{}{spec}---\n{}{spec}", head("mail"), head("shop")));
    // Alternatives of the subject are policies of their own, and what is denied before is taken out.
    let either = "\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  selector: app == 'db' || app == 'web'
  types: [Egress]
  egress:
  - {action: Deny, destination: {nets: [10.1.0.0/16]}}
  - {action: Allow, protocol: UDP, destination: {nets: [10.0.0.0/8], ports: [53]}}
";
    let one = |name: &str, app: &str| {
        format!(
            "metadata:\n  name: {name}\n  namespace: shop\nspec:\n  podSelector:\n    matchLabels:\n      app: {app}\n  policyTypes: [Egress]\n  egress:\n    - to:\n        \
             - ipBlock:\n            cidr: 10.0.0.0/8\n            except: [10.1.0.0/16]\n      ports:\n        - protocol: UDP\n          port: 53\n"
        )
    };
    assert_eq!(becomes(either), format!("{}---\n{}", one("p", "db"), one("p-2", "web")));
}

/// A set of addresses with the labels of a peer is matched by Calico's selector, and by none of Kubernetes's.
#[test]
fn network_sets_that_a_selector_matches_are_found_by_the_proof() {
    let scene = with_calico("  selector: app == 'db'\n  ingress:\n  - {action: Allow, source: {selector: role == 'partner'}}\n")
        + "---\n{apiVersion: projectcalico.org/v3, kind: NetworkSet, metadata: {name: s, namespace: shop, labels: {role: partner}}, spec: {nets: [203.0.113.0/24]}}\n";
    let (code, text, said) = run(&["convert", "-", "--to", "kubernetes"], &scene);
    assert_eq!((code, text.as_str()), (1, scene.as_str()));
    assert!(said.contains("from `203.0.113.0-203.0.113.255[External]` to `shop/db[Pod]` is allowed, and would be denied"), "{said}");
    // With the label that only pods have it is none of the selector's.
    let pods_only = scene.replace("role == 'partner'", "role == 'partner' && projectcalico.org/orchestrator == 'k8s'");
    let (code, _, said) = run(&["convert", "-", "--to", "kubernetes"], &pods_only);
    assert_eq!(code, 0, "{said}");
}
