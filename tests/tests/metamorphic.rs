//! Changes of text that must not change an answer, or must change it in one direction only.

mod clusters;

use std::collections::BTreeMap;

use clusters::Cluster;
use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::ConnectionSet;
use netpolis_tests::yaml;
use proptest::prelude::*;
use serde_json::{Value, json};

/// For each pair of ends by name, what is allowed and what is possible.
type Answers = BTreeMap<(String, String), (ConnectionSet, ConnectionSet)>;

fn answers(cluster: &Cluster, files: &[(&str, &str)]) -> Answers {
    let mut scene = Analysis::new(cluster.settings.clone());
    scene.set_files(files);
    all_pairs(&scene)
}

fn all_pairs(scene: &Analysis) -> Answers {
    let snapshot = scene.snapshot();
    let pods = snapshot.pods().map(|(id, _)| (snapshot.pod_title(id), Endpoint::Pod(id)));
    let nodes = snapshot.nodes().map(|(id, node)| (format!("node {}", node.name), Endpoint::Node(id)));
    let outside = clusters::outside().into_iter().map(|address| (address.to_string(), Endpoint::Outside(address)));
    let ends: Vec<(String, Endpoint)> = pods.chain(nodes).chain(outside).collect();
    let mut answers = Answers::new();
    for (from_name, from) in &ends {
        for (to_name, to) in &ends {
            let pair = scene.connectivity().between(*from, *to);
            answers.insert((from_name.clone(), to_name.clone()), (pair.allowed.clone(), pair.possible.clone()));
        }
    }
    answers
}

fn of_values(cluster: &Cluster, values: &[Value]) -> Answers {
    answers(cluster, &[("cluster.yaml", &yaml::documents(values))])
}

fn values(cluster: &Cluster) -> Vec<Value> {
    cluster.objects.iter().chain(&cluster.policies).cloned().collect()
}

fn is_network_policy(value: &Value) -> bool {
    value["kind"] == "NetworkPolicy"
}

proptest! {
    #![proptest_config(clusters::config())]

    #[test]
    fn the_order_of_documents_does_not_matter(cluster in clusters::cluster(), order in any::<u64>()) {
        let mut shuffled = values(&cluster);
        let mut random = netpolis_tests::random::Random::new(order);
        for i in (1..shuffled.len()).rev() {
            shuffled.swap(i, random.below(i + 1));
        }
        prop_assert_eq!(of_values(&cluster, &values(&cluster)), of_values(&cluster, &shuffled));
    }

    #[test]
    fn the_split_into_files_and_lists_does_not_matter(cluster in clusters::cluster(), json in any::<bool>()) {
        let values = values(&cluster);
        let expected = of_values(&cluster, &values);
        let texts: Vec<(String, String)> = values
            .iter()
            .enumerate()
            .map(|(i, value)| (format!("{i}.yaml"), if json { value.to_string() } else { yaml::document(value) }))
            .collect();
        let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        prop_assert_eq!(&answers(&cluster, &files), &expected);
        prop_assert_eq!(&of_values(&cluster, &[json!({"apiVersion": "v1", "kind": "List", "items": values})]), &expected);
    }

    /// An edit, then its undoing: what was kept between the calls must not show.
    #[test]
    fn an_edited_scene_answers_like_a_new_one(a in clusters::cluster(), b in clusters::cluster()) {
        let mut scene = Analysis::new(a.settings.clone());
        let (first, second) = (a.text(), b.text());
        for text in [&first, &second, &first] {
            scene.set_files(&[("cluster.yaml", text)]);
            prop_assert_eq!(all_pairs(&scene), answers(&a, &[("cluster.yaml", text)]));
        }
        // One policy fewer, and the same pods.
        let fewer = yaml::documents(a.objects.iter().chain(a.policies.iter().skip(1)));
        scene.set_files(&[("cluster.yaml", &fewer)]);
        prop_assert_eq!(all_pairs(&scene), answers(&a, &[("cluster.yaml", &fewer)]));
        scene.set_settings(b.settings.clone());
        prop_assert_eq!(all_pairs(&scene), answers(&b, &[("cluster.yaml", &fewer)]));
    }

    #[test]
    fn an_unrelated_namespace_changes_nothing_for_the_others(cluster in clusters::cluster()) {
        let mut more = values(&cluster);
        let before = of_values(&cluster, &more);
        more.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "aaa"}}));
        more.push(json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "other", "namespace": "aaa", "labels": {"other": "pod"}},
            "spec": {"containers": [{"name": "c", "image": "example/image"}]},
        }));
        more.push(json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "deny", "namespace": "aaa"},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        }));
        let mut after = of_values(&cluster, &more);
        after.retain(|pair, _| before.contains_key(pair));
        prop_assert_eq!(before, after);
    }

    #[test]
    fn the_same_policy_under_another_name_changes_nothing(cluster in clusters::cluster(), which in any::<prop::sample::Index>()) {
        let mut more = values(&cluster);
        let before = of_values(&cluster, &more);
        let policies: Vec<&Value> = cluster.policies.iter().filter(|p| p["kind"] != "BaselineAdminNetworkPolicy").collect();
        if !policies.is_empty() {
            let mut twin = (*which.get(&policies)).clone();
            twin["metadata"]["name"] = json!("twin");
            more.insert(0, twin);
        }
        prop_assert_eq!(before, of_values(&cluster, &more));
    }

    /// NetworkPolicies only allow: a further rule of a pod that is isolated already can take nothing away.
    #[test]
    fn one_more_rule_never_removes_a_flow(cluster in clusters::cluster(), other in clusters::cluster(), ingress in any::<bool>()) {
        let mut before = values(&cluster);
        for policy in before.iter_mut().filter(|p| is_network_policy(p)) {
            policy["spec"]["policyTypes"] = json!(["Ingress", "Egress"]);
        }
        let field = if ingress { "ingress" } else { "egress" };
        let rule = other.policies.iter().filter(|p| is_network_policy(p)).find_map(|p| p["spec"][field].get(0)).cloned().unwrap_or(json!({}));
        let mut after = before.clone();
        if let Some(policy) = after.iter_mut().find(|p| is_network_policy(p)) {
            match policy["spec"][field].as_array_mut() {
                Some(rules) => rules.push(rule),
                None => policy["spec"][field] = json!([rule]),
            }
        }
        let (before, after) = (of_values(&cluster, &before), of_values(&cluster, &after));
        for (pair, (allowed, possible)) in &before {
            let (now_allowed, now_possible) = &after[pair];
            prop_assert!(allowed.difference(now_allowed).is_empty(), "{:?} lost {}", pair, allowed.difference(now_allowed));
            prop_assert!(possible.difference(now_possible).is_empty(), "{:?} lost {}", pair, possible.difference(now_possible));
        }
    }
}
