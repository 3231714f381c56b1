//! What is drawn of policies. The values follow from the policies' text, by the rules of docs/semantics.md.

use netpolis_core::analysis::Analysis;

use super::*;
use crate::scene_view;

const SHOP: &str = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: ops, labels: {team: ops}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {replicas: 3, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c}]}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: probe, namespace: ops, labels: {app: probe}}}
";

const POLICY: &str = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - podSelector: {matchLabels: {app: web}}
    - namespaceSelector: {matchLabels: {team: ops}}
    - ipBlock: {cidr: 10.244.0.0/16, except: [10.244.1.0/24]}
    ports: [{port: 5432}, {protocol: UDP, port: 53}, {protocol: UDP, port: 54}, {port: http}]
  - ports: [{port: 9000, endPort: 9010}]
";

fn drawn(policy: &str, key: &str) -> PolicyDrawing {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("cluster.yaml", SHOP), ("policies.yaml", policy)]);
    policy_drawing(&analysis, &scene_view(&analysis), key).unwrap()
}

/// A side in short: titles of groups, and of each rule its number, peers, ports and matches.
fn short(side: &DrawnSide) -> Vec<String> {
    let card = |card: &DrawnRule| {
        let peers: Vec<&str> = card.peers.iter().map(|peer| peer.words.as_str()).collect();
        let ends: Vec<&str> = card.matches.ends.iter().map(|end| end.title.as_str()).collect();
        format!("{} {} {} [{}] {}: {}", card.rule, card.action, peers.join(" / "), card.ports, card.matches.count, ends.join(" "))
    };
    side.groups
        .iter()
        .flat_map(|group| {
            let none = group.cards.is_empty().then(|| group.empty.clone());
            std::iter::once(group.title.clone()).chain(none).chain(group.cards.iter().map(card))
        })
        .collect()
}

#[test]
fn rules_stand_where_their_peers_are() {
    let drawing = drawn(POLICY, "NetworkPolicy shop/db");
    assert_eq!((drawing.subject.as_str(), drawing.selected.count.as_str()), ("pods with `app=db` in namespace `shop`", "1 pod"));
    assert_eq!(drawing.selected.ends[0].key, "shop/db[Pod]");
    let [ingress, egress] = &drawing.sides;
    assert_eq!(
        short(ingress),
        [
            "Anything",
            "1 Allow from anywhere, inside and outside the cluster [TCP 9000-9010] : ",
            "Outside the cluster",
            "0 Allow `10.244.0.0/16` except `10.244.1.0/24` [TCP 5432, UDP 53, 54, TCP http] perhaps 5 pods, of unknown address: ",
            "Other namespaces",
            "0 Allow all pods in namespaces with `team=ops` [TCP 5432, UDP 53, 54, TCP http] 1 pod: ops/probe",
            "Namespace `shop`",
            "0 Allow pods with `app=web` [TCP 5432, UDP 53, 54, TCP http] 3 pods: shop/web",
        ]
    );
    assert_eq!(ingress.summary, "Isolated: only what a rule allows comes in, here or in another policy.");
    assert_eq!(ingress.groups[3].cards[0].spot.as_ref().map(|spot| spot.line), Some(9));
    assert!(egress.acts && egress.isolates);
    assert_eq!(egress.summary, "Isolated: nothing goes out, unless another policy allows it.");
    assert_eq!(short(egress), ["Outside the cluster", "nothing", "Other namespaces", "nothing", "Namespace `shop`", "nothing"]);
}

#[test]
fn a_direction_that_a_policy_does_not_act_on_is_said_to_be_open() {
    let text = POLICY.replace("[Ingress, Egress]", "[Egress]");
    let [ingress, _] = drawn(&text, "NetworkPolicy shop/db").sides;
    assert!(!ingress.acts && !ingress.isolates);
    assert_eq!(ingress.summary, "Not in force: this policy does not act on ingress, so its rules do nothing.");
    let [ingress, egress] = drawn(&POLICY.replace("[Ingress, Egress]", "[Ingress]"), "NetworkPolicy shop/db").sides;
    assert!(ingress.acts);
    assert_eq!((egress.acts, egress.summary.as_str()), (false, "This policy does not act on egress."));
    assert_eq!(egress.groups[0].empty, "not restricted by this policy");
}

#[test]
fn egress_without_dns_is_noted() {
    let text =
        POLICY.replace("  ingress:\n", "  egress: [{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}]\n  ingress:\n");
    let drawing = drawn(&text, "NetworkPolicy shop/db");
    assert!(drawing.problems.iter().any(|problem| problem.code == "LINT003"), "{:?}", drawing.problems);
}

const CALICO: &str = "
apiVersion: projectcalico.org/v3
kind: GlobalNetworkSet
metadata: {name: blocked, labels: {list: blocked}}
spec: {nets: [203.0.113.0/24]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress:
  - action: Deny
    source: {selector: list == 'blocked', namespaceSelector: global()}
  - action: Allow
    protocol: TCP
    source: {selector: app == 'db'}
    destination: {ports: [80, '8000:8100']}
  - action: Pass
    source: {nets: [198.51.100.0/24]}
  - action: Allow
    source: {namespaceSelector: team == 'ops'}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: all}
spec:
  selector: has(app)
  egress: [{action: Deny}]
";

#[test]
fn calico_policies_are_drawn_in_their_own_terms() {
    let drawing = drawn(CALICO, "NetworkPolicy shop/web");
    assert_eq!((drawing.subject.as_str(), drawing.selected.count.as_str()), ("pods with `app == \"web\"` in namespace `shop`", "3 pods"));
    let [ingress, egress] = &drawing.sides;
    assert_eq!(
        short(ingress),
        [
            "Outside the cluster",
            "0 Deny global network sets and host endpoints with `list == \"blocked\"` [] 1 network set: blocked",
            "2 Pass 198.51.100.0/24 [] : ",
            "Other namespaces",
            "3 Allow all endpoints in namespaces with `team == \"ops\"` [] 1 pod: ops/probe",
            "Namespace `shop`",
            "1 Allow endpoints with `app == \"db\"` [TCP 80, 8000-8100] 1 pod: shop/db",
        ]
    );
    assert_eq!(
        ingress.summary,
        "Isolated: the first rule that matches decides; what none matches is denied unless another policy decides it."
    );
    assert!(!egress.acts);
    let drawing = drawn(CALICO, "GlobalNetworkPolicy all");
    assert_eq!((drawing.subject.as_str(), drawing.selected.count.as_str()), ("endpoints with `has(app)`", "5 pods"));
    let [_, egress] = &drawing.sides;
    assert_eq!(egress.summary, "Nothing goes out: the first rule denies everything.");
    assert_eq!(
        egress.groups.iter().map(|group| group.title.as_str()).collect::<Vec<_>>(),
        ["Anything", "Outside the cluster", "In the cluster"]
    );
}

#[test]
fn policies_of_one_name_are_told_apart() {
    let mut analysis = Analysis::default();
    let both = format!("{POLICY}---{}", CALICO.replace("name: web, namespace", "name: db, namespace"));
    analysis.set_files(&[("cluster.yaml", SHOP), ("policies.yaml", &both)]);
    let scene = scene_view(&analysis);
    let keys: Vec<String> = (0..scene.policies.len()).filter_map(|number| scene.policy_key(number)).collect();
    assert!(keys.contains(&"NetworkPolicy shop/db".to_owned()) && keys.contains(&"NetworkPolicy shop/db 2".to_owned()), "{keys:?}");
    for key in &keys {
        assert_eq!(scene.policy_key(scene.find_policy(key).unwrap()).as_ref(), Some(key));
    }
    assert_eq!(scene.find_policy("NetworkPolicy shop/gone"), None);
    let spot = scene.policies[scene.find_policy(&keys[0]).unwrap()].spot.clone().unwrap();
    assert_eq!(scene.policy_at("policies.yaml", spot.start + 5), scene.find_policy(&keys[0]));
    assert_eq!(scene.policy_at("cluster.yaml", 3), None);
}

fn edited(text: &str, key: &str, egress: bool, wanted: WantedEdit) -> Result<String, String> {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("cluster.yaml", SHOP), ("policies.yaml", text)]);
    let edit = PolicyEdit { policy: key.into(), egress, wanted };
    let fix = policy_edit(&analysis, &scene_view(&analysis), &edit)?;
    let edits: Vec<crate::Edit> = fix.edits.iter().map(crate::Edit::from).collect();
    Ok(crate::apply_edits(text, &edits.iter().collect::<Vec<_>>()))
}

#[test]
fn what_is_offered_can_be_added_and_is_drawn_where_it_belongs() {
    let cluster =
        SHOP.replace("labels: {app: db}}}", "labels: {app: db}}, spec: {containers: [{name: c, ports: [{containerPort: 5432}]}]}}");
    let mut analysis = Analysis::default();
    analysis.set_files(&[("cluster.yaml", &cluster), ("policies.yaml", POLICY)]);
    let drawing = policy_drawing(&analysis, &scene_view(&analysis), "NetworkPolicy shop/db").unwrap();
    let titles: Vec<(&str, &str)> = drawing.offers.iter().map(|offer| (offer.key.as_str(), offer.title.as_str())).collect();
    assert_eq!(titles[..2], [("pods shop/db[Pod]", "`db`"), ("pods shop/web[Deployment]", "`web`")]);
    assert!(
        titles.contains(&("pods ops/probe[Pod]", "`ops/probe`")) && titles.contains(&("namespace ops", "namespace `ops`")),
        "{titles:?}"
    );
    assert!(titles.contains(&("namespace shop", "this namespace `shop`")), "{titles:?}");
    assert_eq!(drawing.offers[0].ports, ["TCP 5432", "TCP 5432"], "what the pods declare");
    assert_eq!(drawing.offers[1].ports, ["TCP 5432", ""]);
    for (offer, group) in drawing.offers.iter().zip([3, 3, 2]) {
        let add = WantedEdit::Add { peer: offer.key.clone(), ports: "80".into() };
        let text = edited(POLICY, "NetworkPolicy shop/db", false, add).unwrap();
        let [ingress, _] = drawn(&text, "NetworkPolicy shop/db").sides;
        assert!(
            ingress.groups[group].cards.iter().any(|card| card.rule == 2 && card.ports == "TCP 80"),
            "{}: {:?}",
            offer.key,
            short(&ingress)
        );
    }
    for offer in &drawing.offers {
        let add = WantedEdit::Add { peer: offer.key.clone(), ports: String::new() };
        let text = edited(POLICY, "NetworkPolicy shop/db", true, add).unwrap();
        let [_, egress] = drawn(&text, "NetworkPolicy shop/db").sides;
        assert_eq!(egress.groups.iter().flat_map(|group| &group.cards).count(), 1, "{}", offer.key);
    }
}

#[test]
fn a_drawing_says_what_of_it_can_be_edited() {
    let drawing = drawn(POLICY, "NetworkPolicy shop/db");
    let cards = |drawing: &PolicyDrawing| drawing.sides[0].groups.iter().flat_map(|group| group.cards.clone()).collect::<Vec<_>>();
    assert!(cards(&drawing).iter().all(|card| card.ports_editable));
    assert_eq!(cards(&drawing).iter().map(|card| card.peers_in_all).collect::<Vec<_>>(), [0, 3, 3, 3]);
    let admin = "
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec:
  subject: {namespaces: {}}
  ingress: [{name: a, action: Deny, from: [{namespaces: {}}]}]
";
    assert!(drawn(admin, "BaselineAdminNetworkPolicy default").offers.is_empty());
    let refused = edited(admin, "BaselineAdminNetworkPolicy default", false, WantedEdit::Remove(0)).unwrap_err();
    assert!(refused.contains("can only be edited as text"), "{refused}");
    let calico = CALICO.replace("protocol: TCP\n    source: {selector", "protocol: TCP\n    source: {ports: [1], selector");
    assert!(cards(&drawn(&calico, "NetworkPolicy shop/web")).iter().any(|card| !card.ports_editable));
    assert!(edited(POLICY, "NetworkPolicy shop/none", false, WantedEdit::Act(true)).is_err());
}

#[test]
fn ports_that_are_shown_can_be_written_back() {
    for (rule, ports) in [(0, "TCP 5432, UDP 53, 54, TCP http"), (1, "TCP 9000-9010")] {
        let [ingress, _] = drawn(POLICY, "NetworkPolicy shop/db").sides;
        let card = ingress.groups.iter().flat_map(|group| &group.cards).find(|card| card.rule == rule).unwrap().clone();
        assert_eq!(card.ports, ports);
        assert_eq!(edited(POLICY, "NetworkPolicy shop/db", false, WantedEdit::Ports(rule, card.ports)).unwrap(), POLICY, "nothing changes");
    }
}

#[test]
fn a_new_policy_gets_a_name_that_is_free_and_is_written_behind_the_others() {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("cluster.yaml", SHOP), ("policies.yaml", POLICY)]);
    let view = scene_view(&analysis);
    let key = |subject: &str| view.new_policy_key(subject);
    assert_eq!(key("shop/db[Pod]").as_deref(), Some("NetworkPolicy shop/db-2"));
    assert_eq!(key("shop/web[Deployment]").as_deref(), Some("NetworkPolicy shop/web"));
    assert_eq!(key("namespace/ops").as_deref(), Some("NetworkPolicy ops/all-pods"));
    assert_eq!((key("internet"), key("shop/gone[Pod]")), (None, None));
    let begin = |subject: &str, calico| {
        let wanted = WantedEdit::Begin { subject: subject.into(), calico };
        policy_edit(&analysis, &view, &PolicyEdit { policy: key(subject).unwrap(), egress: false, wanted }).unwrap()
    };
    let db = begin("shop/db[Pod]", false);
    assert_eq!((db.title.as_str(), db.edits.len()), ("add NetworkPolicy `shop/db-2`", 1));
    let edit = &db.edits[0];
    assert_eq!((edit.at.file.as_str(), edit.at.start as usize), ("policies.yaml", POLICY.len()));
    assert!(edit.insert.starts_with("---\napiVersion: networking.k8s.io/v1\n") && edit.insert.contains("\n  name: db-2\n"));
    let all = begin("namespace/ops", true);
    assert!(all.title == "add Calico NetworkPolicy `ops/all-pods`" && all.edits[0].insert.contains("selector: \"all()\""), "{all:?}");
}

#[test]
fn what_a_policy_can_select_is_in_its_namespace() {
    let drawing = drawn(POLICY, "NetworkPolicy shop/db");
    let selectable: Vec<&str> = drawing.offers.iter().filter(|offer| offer.selectable).map(|offer| offer.title.as_str()).collect();
    assert_eq!(selectable, ["`db`", "`web`", "this namespace `shop`"]);
}
