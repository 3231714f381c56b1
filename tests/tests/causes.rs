//! The edits that `diff` names as causes, held against evaluating texts: the older text with each edit alone, and the newer one without each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

#[expect(dead_code, reason = "addresses outside are those of the differences")]
mod clusters;

use clusters::Cluster;
use netpolis_core::analysis::{Analysis, Causes};
use netpolis_core::answers::diff::{Difference, Version, diff};
use netpolis_core::connections::ConnectionSet;
use netpolis_tests::random::Random;
use netpolis_tests::yaml;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Documents of two versions, side by side.
type Documents = Vec<(Option<Value>, Option<Value>)>;

fn evaluate(cluster: &Cluster, documents: &Documents, taken: impl Fn(usize) -> bool) -> Analysis {
    let chosen = documents.iter().enumerate().filter_map(|(number, (old, new))| if taken(number) { new.as_ref() } else { old.as_ref() });
    let mut scene = Analysis::new(cluster.settings.clone());
    scene.set_files(&[("cluster.yaml", &yaml::documents(chosen))]);
    scene
}

/// Documents in which some objects are changed, gone or new.
fn edited(cluster: &Cluster, other: &Cluster, seed: u64) -> Documents {
    let mut random = Random::new(seed);
    let mut documents: Documents = cluster.objects.iter().chain(&cluster.policies).map(|v| (Some(v.clone()), Some(v.clone()))).collect();
    for _ in 0..=random.below(3) {
        let number = random.below(documents.len());
        let Some(value) = documents[number].1.clone() else { continue };
        let is_policy = value["spec"].get("podSelector").is_some() || value["spec"].get("subject").is_some();
        documents[number].1 = match random.below(3) {
            0 if is_policy => None,
            1 if is_policy => {
                let mut changed =
                    other.policies.iter().find(|policy| policy["kind"] == value["kind"]).cloned().unwrap_or_else(|| value.clone());
                changed["metadata"] = value["metadata"].clone();
                Some(changed)
            }
            _ => {
                let mut changed = value;
                changed["metadata"]["labels"]["edited"] = json!("yes");
                for key in ["app", "tier", "env", "role"] {
                    if changed["metadata"]["labels"].get(key).is_some() {
                        changed["metadata"]["labels"][key] = json!(random.pick(&["web", "db", "a", "b"]));
                    }
                }
                Some(changed)
            }
        };
    }
    let known = |policy: &Value| cluster.policies.iter().any(|own| own["kind"] == policy["kind"] && own["metadata"] == policy["metadata"]);
    documents
        .extend(other.policies.iter().filter(|policy| !known(policy)).take(random.below(2)).map(|policy| (None, Some(policy.clone()))));
    documents
}

/// In which connections what flows between the ends of a difference differs from `flows` in one of its three sets.
fn unlike(scene: &Analysis, difference: &Difference, other: &Analysis) -> [ConnectionSet; 3] {
    let pairs = |scene: &Analysis| {
        let ends = |end: &netpolis_core::answers::diff::DifferenceEnd| match end.address {
            Some(address) => vec![netpolis_core::compile::Endpoint::Outside(address)],
            None => {
                let title = |id| netpolis_core::endpoints::workload_title(scene.snapshot(), id);
                let found = scene.snapshot().workloads().find(|(id, _)| title(*id) == end.title);
                found
                    .into_iter()
                    .flat_map(|(_, workload)| workload.endpoints.iter().map(|e| netpolis_core::compile::Endpoint::Pod(*e)))
                    .collect()
            }
        };
        let (from, to) = (ends(&difference.from), ends(&difference.to));
        let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
        let found: Vec<_> = pairs.map(|(from, to)| scene.connectivity().between(from, to)).collect();
        let allowed = || found.iter().map(|pair| pair.allowed.clone());
        let none = || ConnectionSet::EMPTY;
        [
            allowed().reduce(|a, b| a.intersection(&b)).unwrap_or_else(none),
            allowed().reduce(|a, b| a.union(&b)).unwrap_or_else(none),
            found.iter().map(|pair| pair.possible.clone()).reduce(|a, b| a.union(&b)).unwrap_or_else(none),
        ]
    };
    let (a, b) = (pairs(scene), pairs(other));
    [0, 1, 2].map(|i| a[i].difference(&b[i]).union(&b[i].difference(&a[i])))
}

fn meets(a: &[ConnectionSet; 3], b: &[ConnectionSet; 3]) -> bool {
    a.iter().zip(b).any(|(a, b)| !a.intersection(b).is_empty())
}

/// The number of the document that an edit is about.
fn documents_of(causes: &Causes, documents: &Documents) -> Vec<usize> {
    let title = |value: &Value| {
        let (kind, name) = (value["kind"].as_str().unwrap(), value["metadata"]["name"].as_str().unwrap());
        let is_cluster_scoped = ["Namespace", "Node"].contains(&kind) || kind.contains("Admin") || kind.starts_with("Cluster");
        match value["metadata"]["namespace"].as_str().or((!is_cluster_scoped).then_some("default")) {
            Some(namespace) => format!("{kind} {namespace}/{name}"),
            None => format!("{kind} {name}"),
        }
    };
    let find = |object: &String| {
        documents.iter().position(|(old, new)| old != new && old.as_ref().or(new.as_ref()).map(title) == Some(object.clone()))
    };
    causes.edits.iter().map(|edit| find(&edit.object).unwrap_or_else(|| panic!("{} was not edited", edit.object))).collect()
}

proptest! {
    #![proptest_config(clusters::config())]

    #[test]
    fn causes_agree_with_evaluating_texts(a in clusters::cluster(), b in clusters::cluster(), seed in any::<u64>()) {
        let documents = edited(&a, &b, seed);
        let (old, new) = (evaluate(&a, &documents, |_| false), evaluate(&a, &documents, |_| true));
        let version = |scene: &'_ Analysis| -> Vec<Difference> {
            let new = Version { snapshot: scene.snapshot(), connectivity: scene.connectivity() };
            diff(Version { snapshot: old.snapshot(), connectivity: old.connectivity() }, new)
        };
        let differences = version(&new);
        let causes = old.causes(&new, &differences);
        let of = documents_of(&causes, &documents);
        let all = documents.iter().filter(|(old, new)| old != new).count();
        prop_assert_eq!(of.len(), all, "each edit is listed once");
        for (difference, cause) in differences.iter().zip(causes.of.as_ref().unwrap()) {
            let region = unlike(&old, difference, &new);
            let mut left = region.clone();
            for (number, document) in of.iter().enumerate() {
                let made = unlike(&old, difference, &evaluate(&a, &documents, |d| d == *document));
                prop_assert_eq!(cause.alone.contains(&number), meets(&made, &region), "{} alone: {:?}", causes.edits[number].object, difference);
                for (left, made) in left.iter_mut().zip(&made) {
                    *left = left.difference(made);
                }
            }
            for (number, document) in of.iter().enumerate() {
                let lost = unlike(&new, difference, &evaluate(&a, &documents, |d| d != *document));
                prop_assert_eq!(cause.together.contains(&number), meets(&lost, &left), "{} together", causes.edits[number].object);
            }
        }
    }
}

const POD: &str =
    "  - {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}\n";
const DB: &str =
    "  - {apiVersion: v1, kind: Pod, metadata: {name: db, namespace: shop, labels: {app: db}}, spec: {containers: [{name: c}]}}\n";
const POLICY: &str = "  - apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: {name: db, namespace: shop}
    spec:
      podSelector: {matchLabels: {app: db}}
      ingress:
      - from: [{podSelector: {matchLabels: {app: web}}}]
";

fn version(items: &[&str]) -> Analysis {
    let mut analysis = Analysis::default();
    analysis.set_files(&[("list.yaml", &format!("apiVersion: v1\nkind: List\nitems:\n{}", items.concat()))]);
    analysis
}

fn caused(old: &Analysis, new: &Analysis) -> (Vec<Difference>, Causes) {
    let side = |analysis: &'_ Analysis| analysis.connectivity().clone();
    let (before, after) = (side(old), side(new));
    let differences =
        diff(Version { snapshot: old.snapshot(), connectivity: &before }, Version { snapshot: new.snapshot(), connectivity: &after });
    let causes = old.causes(new, &differences);
    (differences, causes)
}

/// The objects of one document are told apart, and one that only moved in it is not edited.
#[test]
fn an_object_of_a_list_that_only_moved_was_not_edited() {
    let old = version(&[POD, DB, POLICY]);
    let renamed = POD.replace("app: web", "app: wbe");
    let new = version(&["  # A line more.\n", DB, &renamed, POLICY]);
    let (differences, causes) = caused(&old, &new);
    let objects: Vec<&str> = causes.edits.iter().map(|edit| edit.object.as_str()).collect();
    assert_eq!(objects, ["Pod shop/web"]);
    assert_eq!(new.sources().describe(causes.edits[0].after.unwrap()), "list.yaml:6:5");
    let removed = differences.iter().position(|d| d.from.title == "shop/web[Pod]" && d.to.title == "shop/db[Pod]").unwrap();
    assert_eq!(causes.of.as_ref().unwrap()[removed].alone, [0]);
    let example = old.example_of(&new, &differences[removed]).unwrap();
    assert!(
        example.before.unwrap().deciding.iter().chain(&example.after.unwrap().deciding).all(|line| !line.edited),
        "the policy is the same"
    );
}
