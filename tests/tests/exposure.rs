//! What `exposure` says of pods that do not exist, against the same pods put into the text.
//!
//! Random small clusters with policies of each language. Every pod that labels mentioned there could make, in every namespace that could be,
//! is written into the text as a real pod; all pairs then say what passes between it and each workload. That must be what the rows of
//! `exposure`, computed from the text without these pods, say of a pod with those labels. As `exposure` is about a workload's own policies,
//! the text with the pods has the rules of one direction only.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::exposure::{Exposure, Passes, PeerExposure, PeerId, PeerKind, SideExposure};
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::ConnectionSet;
use netpolis_core::diagnostics::Severity;
use netpolis_core::model::{LabelSelector, Operator, Protocol, Selector};
use netpolis_core::policy::{Direction, NamespaceMatch};
use netpolis_core::settings::Settings;
use netpolis_core::snapshot::PodId;
use netpolis_tests::random::Random;
use netpolis_tests::yaml;
use serde_json::{Map, Value, json};

const KEYS: [&str; 2] = ["app", "role"];
const VALUES: [&str; 2] = ["x", "y"];
/// Of namespaces.
const TEAM: &str = "team";
/// The ones that are there, with their label; the one that policies name and that is not there; and others.
const REAL: [(&str, Option<&str>); 2] = [("shop", Some("x")), ("lab", None)];
const NAMED: &str = "late";
/// A value that nobody mentions.
const OTHER: &str = "zz";

type Labels = Vec<(&'static str, &'static str)>;

/// A pod that could be.
#[derive(Clone, Debug)]
struct Hypothetical {
    namespace: String,
    namespace_labels: Labels,
    labels: Labels,
    /// The number of its port `web`.
    web: Option<u16>,
}

impl Hypothetical {
    /// All combinations of the labels that policies mention, and of one that none mentions.
    fn all() -> Vec<Hypothetical> {
        let mut namespaces: Vec<(String, Labels)> =
            REAL.iter().map(|(name, team)| ((*name).to_owned(), team.iter().map(|team| (TEAM, *team)).collect())).collect();
        let teams = [None, Some("x"), Some("y"), Some(OTHER)];
        // One name with several labels cannot be in one text; the name with one, and other names with all.
        namespaces.push((NAMED.into(), vec![(TEAM, "y")]));
        namespaces.extend(teams.iter().enumerate().map(|(i, team)| (format!("n{i}"), team.iter().map(|team| (TEAM, *team)).collect())));
        let values = [None, Some("x"), Some("y"), Some(OTHER)];
        let mut all = Vec::new();
        for (namespace, namespace_labels) in &namespaces {
            for app in values {
                for role in values {
                    let labels: Labels = [(KEYS[0], app), (KEYS[1], role)].into_iter().filter_map(|(k, v)| Some((k, v?))).collect();
                    let of = |web| Hypothetical {
                        namespace: namespace.clone(),
                        namespace_labels: namespace_labels.clone(),
                        labels: labels.clone(),
                        web,
                    };
                    all.push(of(None));
                    if app.is_none() {
                        all.push(of(Some(9_999)));
                    }
                }
            }
        }
        all
    }

    fn label<'a>(labels: &'a Labels, key: &str) -> Option<&'a str> {
        labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v)
    }

    /// Whether a selector of a rule matches it, decided here and not by the evaluator.
    fn matches(&self, kind: &PeerKind) -> bool {
        match kind {
            PeerKind::Pods(subject) => {
                let namespace = match &subject.namespaces {
                    NamespaceMatch::Named(name) => *name == self.namespace,
                    NamespaceMatch::Selector(selector) => holds(selector, |key| {
                        if key == "kubernetes.io/metadata.name" { Some(&self.namespace) } else { Self::label(&self.namespace_labels, key) }
                    }),
                };
                namespace && holds(&subject.pods, |key| Self::label(&self.labels, key))
            }
            PeerKind::Calico { selector, not_selector } => {
                let seen = |key: &str| -> Option<&str> {
                    match key {
                        "projectcalico.org/namespace" | "pcns.projectcalico.org/name" => Some(&self.namespace),
                        "projectcalico.org/orchestrator" => Some("k8s"),
                        key => match key.strip_prefix("pcns.") {
                            Some("kubernetes.io/metadata.name") => Some(&self.namespace),
                            Some(key) => Self::label(&self.namespace_labels, key),
                            None => Self::label(&self.labels, key),
                        },
                    }
                };
                selector.as_ref().is_none_or(|s| s.matches(&seen)) && !not_selector.as_ref().is_some_and(|s| s.matches(&seen))
            }
        }
    }
}

fn holds<'a>(selector: &LabelSelector, value: impl Fn(&str) -> Option<&'a str>) -> bool {
    selector.requirements.iter().all(|requirement| {
        let value = value(&requirement.key);
        let among = |values: &[Box<str>]| value.is_some_and(|value| values.iter().any(|one| **one == *value));
        match &requirement.operator {
            Operator::In(values) => among(values),
            Operator::NotIn(values) => !among(values),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    })
}

/// Languages of policies.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Language {
    Kubernetes,
    Admin,
    Cluster,
    Calico,
}

/// A random cluster: policies in all parts, written out when it is known which are wanted.
struct Cluster {
    random: Random,
    language: Language,
    policies: Vec<Value>,
}

fn labels_of(labels: &Labels) -> Value {
    Value::Object(labels.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect::<Map<_, _>>())
}

impl Cluster {
    fn new(seed: u64, language: Language) -> Self {
        let mut cluster = Cluster { random: Random::new(seed), language, policies: Vec::new() };
        let count = 1 + cluster.random.below(3);
        for number in 0..count {
            let policy = cluster.policy(number);
            cluster.policies.extend(policy);
        }
        cluster
    }

    /// A selector over labels, as Kubernetes writes it.
    fn label_selector(&mut self, keys: &[&str]) -> Value {
        let random = &mut self.random;
        let count = random.below(3);
        let mut labels = Map::new();
        let mut expressions = Vec::new();
        for _ in 0..count {
            let key = *random.pick(keys);
            let value = if key.starts_with("kubernetes") { *random.pick(&["shop", NAMED]) } else { *random.pick(&VALUES) };
            match random.below(5) {
                0 | 1 => drop(labels.insert(key.into(), json!(value))),
                2 => expressions.push(json!({"key": key, "operator": random.pick(&["In", "NotIn"]), "values": [value]})),
                3 => expressions.push(json!({"key": key, "operator": "NotIn", "values": VALUES})),
                _ => expressions.push(json!({"key": key, "operator": random.pick(&["Exists", "DoesNotExist"])})),
            }
        }
        let mut selector = Map::new();
        if !labels.is_empty() {
            selector.insert("matchLabels".into(), labels.into());
        }
        if !expressions.is_empty() {
            selector.insert("matchExpressions".into(), expressions.into());
        }
        selector.into()
    }

    fn namespaces(&mut self) -> Value {
        self.label_selector(&[TEAM, TEAM, "kubernetes.io/metadata.name"])
    }

    fn pods(&mut self) -> Value {
        self.label_selector(&KEYS)
    }

    fn calico(&mut self, keys: &[&str]) -> String {
        let one = |random: &mut Random| {
            let (key, value) = (*random.pick(keys), *random.pick(&VALUES));
            match random.below(7) {
                0 => format!("{key} == '{value}'"),
                1 => format!("{key} != '{value}'"),
                2 => format!("{key} in {{'x', 'y'}}"),
                3 => format!("has({key})"),
                4 => format!("!has({key})"),
                5 => format!("{key} starts with '{value}'"),
                _ => format!("{key} not in {{'{value}'}}"),
            }
        };
        let first = one(&mut self.random);
        match self.random.below(4) {
            0 => format!("{first} && {}", one(&mut self.random)),
            1 => format!("{first} || {}", one(&mut self.random)),
            2 if self.random.chance(20) => "all()".into(),
            _ => first,
        }
    }

    fn policy(&mut self, number: usize) -> Vec<Value> {
        let name = format!("p{number}");
        match self.language {
            Language::Kubernetes => vec![self.network_policy(&name)],
            Language::Admin if number == 0 => vec![self.admin("BaselineAdminNetworkPolicy", "default", 0)],
            Language::Cluster | Language::Admin if number == 1 => vec![self.network_policy(&name)],
            Language::Admin => vec![self.admin("AdminNetworkPolicy", &name, number)],
            Language::Cluster => vec![self.admin("ClusterNetworkPolicy", &name, number)],
            Language::Calico => self.calico_policy(&name, number),
        }
    }

    fn network_policy(&mut self, name: &str) -> Value {
        let rules = |cluster: &mut Self, side: &str| -> Value {
            let count = 1 + cluster.random.below(3);
            let rules = (0..count).map(|_| {
                let peers: Vec<Value> = (0..1 + cluster.random.below(2))
                    .map(|_| match cluster.random.below(4) {
                        0 => json!({"podSelector": cluster.pods()}),
                        1 => json!({"namespaceSelector": cluster.namespaces()}),
                        _ => json!({"podSelector": cluster.pods(), "namespaceSelector": cluster.namespaces()}),
                    })
                    .collect();
                let port = match cluster.random.below(5) {
                    0 => json!({"port": "web"}),
                    1 => json!({"port": 70, "endPort": 90}),
                    _ => json!({"port": cluster.random.pick(&[80, 81, 443])}),
                };
                let mut rule = json!({side: peers});
                if cluster.random.chance(80) {
                    rule["ports"] = json!([port]);
                }
                rule
            });
            rules.collect()
        };
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name, "namespace": "shop"},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": rules(self, "from"), "egress": rules(self, "to")}})
    }

    fn admin(&mut self, kind: &str, name: &str, number: usize) -> Value {
        let new = kind == "ClusterNetworkPolicy";
        let baseline = kind.starts_with("Baseline") || new && number == 0;
        let mut rules = |side: &str| -> Value {
            let count = 1 + self.random.below(4);
            let rules = (0..count).map(|_| {
                let peer = if self.random.chance(30) {
                    json!({"namespaces": self.namespaces()})
                } else {
                    json!({"pods": {"namespaceSelector": self.namespaces(), "podSelector": self.pods()}})
                };
                let allow = if new { "Accept" } else { "Allow" };
                let actions: &[&str] = if kind.starts_with("Baseline") { &["Deny", allow] } else { &["Deny", allow, "Pass"] };
                let mut rule = json!({"action": self.random.pick(actions), side: [peer]});
                if self.random.chance(60) {
                    let port = *self.random.pick(&[80, 81]);
                    if new {
                        rule["protocols"] = json!([{"tcp": {"destinationPort": {"number": port}}}]);
                    } else {
                        rule["ports"] = json!([{"portNumber": {"protocol": "TCP", "port": port}}]);
                    }
                }
                rule
            });
            rules.collect()
        };
        let (ingress, egress) = (rules("from"), rules("to"));
        let mut spec = json!({"subject": {"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}, "ingress": ingress, "egress": egress});
        if new {
            spec["tier"] = json!(if baseline { "Baseline" } else { "Admin" });
        }
        if !kind.starts_with("Baseline") {
            spec["priority"] = json!(10 + number);
        }
        let version = if new { "v1alpha2" } else { "v1alpha1" };
        json!({"apiVersion": format!("policy.networking.k8s.io/{version}"), "kind": kind, "metadata": {"name": name}, "spec": spec})
    }

    fn calico_policy(&mut self, name: &str, number: usize) -> Vec<Value> {
        let mut rules = |side: &str| -> Value {
            let count = 1 + self.random.below(4);
            let rules = (0..count).map(|_| {
                let mut entity = Map::new();
                if self.random.chance(70) {
                    entity.insert("selector".into(), json!(self.calico(&KEYS)));
                }
                if self.random.chance(20) {
                    entity.insert("notSelector".into(), json!(self.calico(&KEYS)));
                }
                if self.random.chance(40) {
                    entity.insert("namespaceSelector".into(), json!(self.calico(&[TEAM, "projectcalico.org/name"])));
                }
                let mut rule = Map::new();
                rule.insert("action".into(), json!(self.random.pick(&["Allow", "Allow", "Deny", "Pass", "Log"])));
                if self.random.chance(60) {
                    rule.insert("protocol".into(), json!("TCP"));
                    if side == "source" && self.random.chance(80) {
                        rule.insert("destination".into(), json!({"ports": [self.random.pick(&[80, 81])]}));
                    }
                }
                rule.insert(side.into(), entity.into());
                Value::Object(rule)
            });
            rules.collect()
        };
        let (ingress, egress) = (rules("source"), rules("destination"));
        let tier = *self.random.pick(&["default", "sec"]);
        let mut all = Vec::new();
        if number == 0 {
            let action = *self.random.pick(&["Deny", "Pass"]);
            all.push(json!({"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": "sec"}, "spec": {"order": 10, "defaultAction": action}}));
        }
        all.push(
            json!({"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy", "metadata": {"name": format!("{tier}.{name}")},
            "spec": {"tier": tier, "order": self.random.below(3), "selector": "projectcalico.org/namespace == 'shop'",
                "types": ["Ingress", "Egress"], "ingress": ingress, "egress": egress}}),
        );
        all
    }

    /// The text: the workloads, the policies with the rules of these directions, and further pods.
    fn text(&self, directions: &[Direction], pods: &[Hypothetical]) -> String {
        let mut documents: Vec<Value> = Vec::new();
        let namespace = |name: &str, labels: &Labels| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels_of(labels)}});
        let pod = |name: &str, namespace: &str, labels: &Labels, web: Option<u16>| {
            let ports: Vec<Value> = web.iter().map(|number| json!({"name": "web", "containerPort": number})).collect();
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace, "labels": labels_of(labels)},
                "spec": {"containers": [{"name": "c", "image": "i", "ports": ports}]}})
        };
        for (name, team) in REAL {
            documents.push(namespace(name, &team.iter().map(|team| (TEAM, *team)).collect()));
        }
        documents.push(pod("one", "shop", &vec![("app", "x")], Some(80)));
        documents.push(pod("two", "lab", &vec![("role", "y")], None));
        for policy in &self.policies {
            documents.extend(only(policy, directions));
        }
        let mut known: Vec<&str> = REAL.iter().map(|(name, _)| *name).collect();
        for (number, one) in pods.iter().enumerate() {
            if !known.contains(&one.namespace.as_str()) {
                known.push(&one.namespace);
                documents.push(namespace(&one.namespace, &one.namespace_labels));
            }
            documents.push(pod(&format!("h{number}"), &one.namespace, &one.labels, one.web));
        }
        yaml::documents(&documents)
    }
}

/// A policy with the rules of these directions only; nothing if it has none.
fn only(policy: &Value, directions: &[Direction]) -> Option<Value> {
    let mut policy = policy.clone();
    if policy["kind"] == "Tier" {
        return Some(policy);
    }
    let spec = policy["spec"].as_object_mut()?;
    for (direction, field, word) in [(Direction::Ingress, "ingress", "Ingress"), (Direction::Egress, "egress", "Egress")] {
        if directions.contains(&direction) {
            continue;
        }
        spec.remove(field);
        for types in ["types", "policyTypes"] {
            if let Some(Value::Array(types)) = spec.get_mut(types) {
                types.retain(|one| *one != word);
            }
        }
    }
    Some(policy)
}

fn analysis(text: &str) -> Analysis {
    let mut analysis = Analysis::new(Settings::default());
    analysis.set_files(&[("cluster.yaml", text)]);
    let errors: Vec<_> = analysis.loaded().diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| &d.message).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
    analysis
}

fn pod_named(analysis: &Analysis, name: &str) -> PodId {
    let found = analysis.snapshot().pods().find(|(_, endpoint)| endpoint.name == name).map(|(id, _)| id);
    assert!(found.is_some(), "no pod {name}");
    found.unwrap_or(PodId(0))
}

/// That Calico drops VXLAN of pods is said once, for the sender; which of them that is differs here.
fn seen(set: &ConnectionSet) -> ConnectionSet {
    set.difference(&ConnectionSet::encapsulated())
}

fn shown(said: &Exposure, passes: &Passes) -> String {
    netpolis::formats::ports_in_words(said.set(passes.allowed)).unwrap_or_default()
}

/// The rows of a side, to find out with.
fn rows_in_words(said: &Exposure, side: &SideExposure) -> String {
    let selector = |id: &PeerId| match said.peer(*id).map(|peer| &peer.kind) {
        Some(PeerKind::Pods(subject)) => format!("{:?} / {}", subject.namespaces, subject.pods),
        Some(PeerKind::Calico { selector, not_selector }) => {
            let text = |selector: &Option<Selector>| selector.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} but not {}", text(selector), text(not_selector))
        }
        None => String::new(),
    };
    let row = |row: &PeerExposure| {
        format!(
            "{}: {} narrows {:?}",
            row.peers.iter().map(selector).collect::<Vec<_>>().join(" AND "),
            shown(said, &row.passes),
            row.narrows
        )
    };
    side.peers.iter().map(row).collect::<Vec<_>>().join("\n")
}

fn agree(seed: u64, language: Language) -> usize {
    let cluster = Cluster::new(seed, language);
    let pods = Hypothetical::all();
    let plain = cluster.text(&Direction::BOTH, &[]);
    let subject = analysis(&plain);
    let said = subject.exposure();
    let mut rows = 0;
    for direction in Direction::BOTH {
        let with_pods = analysis(&cluster.text(&[direction], &pods));
        for name in ["one", "two"] {
            let own = pod_named(&subject, name);
            let exposed = said.pods.iter().find(|pods| pods.pods.contains(&own));
            let Some(side) = exposed.and_then(|exposed| said.side(exposed, direction)) else { unreachable!("every pod has both sides") };
            rows += side.peers.len();
            assert!(side.unsaid.is_empty(), "seed {seed} {language:?}: {:?}\n{plain}", side.unsaid);
            let here = Endpoint::Pod(pod_named(&with_pods, name));
            for (number, pod) in pods.iter().enumerate() {
                let there = Endpoint::Pod(pod_named(&with_pods, &format!("h{number}")));
                let (from, to) = if direction == Direction::Egress { (here, there) } else { (there, here) };
                let pair = with_pods.connectivity().between(from, to);
                let passes = side.passes_for(&said, |id| said.peer(id).is_some_and(|peer| pod.matches(&peer.kind)));
                let mut expected = [said.set(passes.allowed).clone(), said.set(passes.possible).clone()];
                if let Some(web) = pod.web.filter(|_| passes.names.iter().any(|port| port.name == "web")) {
                    expected = expected.map(|set| set.union(&ConnectionSet::ports(Protocol::TCP, web, web)));
                }
                assert_eq!(
                    (seen(pair.allowed), seen(pair.possible)),
                    (seen(&expected[0]), seen(&expected[1])),
                    "seed {seed} {language:?}, {} of {name} and {pod:?}, cluster {}\n{}\n{plain}",
                    direction.as_str(),
                    shown(&said, &side.cluster),
                    rows_in_words(&said, side),
                );
            }
        }
    }
    rows
}

/// How many clusters to try; `NETPOLIS_WORLDS` asks for more.
fn worlds() -> u64 {
    std::env::var("NETPOLIS_WORLDS").ok().and_then(|n| n.parse().ok()).unwrap_or(60)
}

fn all_agree(language: Language) {
    let rows: usize = (0..worlds()).map(|seed| agree(seed, language)).sum();
    assert!(rows as u64 > worlds(), "there was next to nothing to compare");
}

#[test]
fn network_policies_agree_with_pods_in_the_text() {
    all_agree(Language::Kubernetes);
}

#[test]
fn admin_policies_agree_with_pods_in_the_text() {
    all_agree(Language::Admin);
}

#[test]
fn cluster_policies_agree_with_pods_in_the_text() {
    all_agree(Language::Cluster);
}

#[test]
fn calico_policies_agree_with_pods_in_the_text() {
    all_agree(Language::Calico);
}
