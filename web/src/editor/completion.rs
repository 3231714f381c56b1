//! What may be written at the cursor: kinds, fields, and the names that this scene has.

use super::binding::{Completion, Context, Part};
use crate::view_model::{EndKind, SceneView};

/// Kinds with the API versions that they are written under.
const KINDS: &[(&str, &str)] = &[
    ("NetworkPolicy", "networking.k8s.io/v1"),
    ("Namespace", "v1"),
    ("Pod", "v1"),
    ("Deployment", "apps/v1"),
    ("StatefulSet", "apps/v1"),
    ("DaemonSet", "apps/v1"),
    ("Service", "v1"),
    ("Ingress", "networking.k8s.io/v1"),
    ("Job", "batch/v1"),
    ("CronJob", "batch/v1"),
    ("ReplicaSet", "apps/v1"),
    ("Node", "v1"),
    ("ServiceAccount", "v1"),
    ("AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1"),
    ("BaselineAdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1"),
    ("ClusterNetworkPolicy", "policy.networking.k8s.io/v1alpha2"),
    ("List", "v1"),
];

/// Fields by the end of their path; the first that fits counts.
const FIELDS: &[(&str, &str)] = &[
    ("spec.ingress[].ports[]", "protocol port endPort portNumber portRange namedPort"),
    ("spec.egress[].ports[]", "protocol port endPort portNumber portRange namedPort"),
    ("portNumber", "protocol port"),
    ("portRange", "protocol start end"),
    ("from[]", "podSelector namespaceSelector ipBlock namespaces pods"),
    ("to[]", "podSelector namespaceSelector ipBlock namespaces pods nodes networks domainNames"),
    ("ipBlock", "cidr except"),
    ("matchExpressions[]", "key operator values"),
    ("podSelector", "matchLabels matchExpressions"),
    ("namespaceSelector", "matchLabels matchExpressions"),
    ("namespaces", "matchLabels matchExpressions"),
    ("pods", "namespaceSelector podSelector"),
    ("subject", "namespaces pods"),
    ("selector", "matchLabels matchExpressions"),
    ("metadata", "name namespace labels annotations"),
    ("containers[].ports[]", "containerPort name protocol"),
    ("containers[]", "name image ports command args env"),
    ("template.spec", "containers serviceAccountName hostNetwork nodeName initContainers"),
    ("template", "metadata spec"),
    ("spec.ports[]", "name protocol port targetPort nodePort"),
];

const RULE: &[(&str, &str)] = &[("NetworkPolicy", "from to ports"), ("", "name action from to ports protocols")];

/// Fields of `spec`, by kind.
const SPECS: &[(&str, &str)] = &[
    ("NetworkPolicy", "podSelector policyTypes ingress egress"),
    ("AdminNetworkPolicy", "priority subject ingress egress"),
    ("BaselineAdminNetworkPolicy", "subject ingress egress"),
    ("ClusterNetworkPolicy", "tier priority subject ingress egress"),
    ("Pod", "containers serviceAccountName hostNetwork nodeName"),
    ("Service", "selector ports type clusterIP"),
    ("Ingress", "ingressClassName rules defaultBackend tls"),
    ("Node", "podCIDR podCIDRs"),
    ("", "replicas selector template"),
];

/// Names of a scene.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Namespaces.
    pub namespaces: Vec<String>,
    /// Labels of pods, `key` and `value`.
    pub pod_labels: Vec<(String, String)>,
    /// Labels of namespaces.
    pub namespace_labels: Vec<(String, String)>,
    /// Names of ports.
    pub port_names: Vec<String>,
}

impl Vocabulary {
    /// The names of a scene.
    pub fn of(scene: &SceneView) -> Self {
        let pairs = |labels: &[String]| {
            labels.iter().filter_map(|l| l.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect::<Vec<_>>()
        };
        let mut pod_labels: Vec<_> = scene.ends.iter().filter(|e| e.kind == EndKind::Workload).flat_map(|e| pairs(&e.labels)).collect();
        let mut namespace_labels: Vec<_> = scene.namespaces.iter().flat_map(|n| pairs(&n.labels)).collect();
        let mut port_names: Vec<_> = scene.ends.iter().flat_map(|e| e.ports.iter().filter_map(|p| p.name.clone())).collect();
        pod_labels.sort();
        pod_labels.dedup();
        namespace_labels.sort();
        namespace_labels.dedup();
        port_names.sort();
        port_names.dedup();
        Vocabulary { namespaces: scene.namespaces.iter().map(|n| n.name.clone()).collect(), pod_labels, namespace_labels, port_names }
    }
}

/// What may be written here.
pub fn complete(context: &Context, words: &Vocabulary) -> Vec<Completion> {
    match context.part {
        Part::Key => keys(context, words),
        Part::Value => values(context, words),
    }
}

fn field(label: &str) -> Completion {
    let nested = matches!(
        label,
        "metadata"
            | "spec"
            | "podSelector"
            | "namespaceSelector"
            | "matchLabels"
            | "ipBlock"
            | "template"
            | "selector"
            | "labels"
            | "subject"
            | "namespaces"
            | "pods"
            | "portNumber"
            | "portRange"
    );
    let list = matches!(
        label,
        "ingress" | "egress" | "from" | "to" | "ports" | "matchExpressions" | "containers" | "except" | "rules" | "networks"
    );
    let apply = if nested || list { format!("{label}:") } else { format!("{label}: ") };
    Completion { label: label.into(), sort: Some("property"), detail: None, info: None, apply: Some(apply) }
}

fn word(label: &str, detail: Option<&str>) -> Completion {
    Completion { label: label.into(), sort: Some("enum"), detail: detail.map(Into::into), info: None, apply: None }
}

fn keys(context: &Context, words: &Vocabulary) -> Vec<Completion> {
    let path = context.path.as_str();
    // An item of a list of words, which looks like a key while it is typed.
    match path.rsplit('.').next().unwrap_or_default() {
        "policyTypes[]" => return vec![word("Ingress", None), word("Egress", None)],
        "matchLabels" | "labels" => {
            return labels(context, words)
                .map(|(key, value)| Completion { apply: Some(format!("{key}: {value}")), ..word(&format!("{key}: {value}"), None) })
                .collect();
        }
        _ => (),
    }
    if path.is_empty() {
        return ["apiVersion", "kind", "metadata", "spec"].map(field).into();
    }
    let by_kind =
        |table: &'static [(&str, &str)]| table.iter().find(|(kind, _)| *kind == context.kind || kind.is_empty()).map_or("", |f| f.1);
    let names = if path == "spec" {
        by_kind(SPECS)
    } else if path == "spec.ingress[]" || path == "spec.egress[]" {
        by_kind(RULE)
    } else {
        FIELDS.iter().find(|(end, _)| path == *end || path.ends_with(&format!(".{end}"))).map_or("", |f| f.1)
    };
    let fits = |name: &&str| match *name {
        "from" => !path.starts_with("spec.egress"),
        "to" => !path.starts_with("spec.ingress"),
        _ => true,
    };
    let admin = context.kind.ends_with("NetworkPolicy") && context.kind != "NetworkPolicy";
    let plain = |name: &&str| {
        context.kind != "NetworkPolicy"
            || !matches!(*name, "namespaces" | "pods" | "nodes" | "networks" | "domainNames" | "portNumber" | "portRange" | "namedPort")
    };
    let cluster_wide = |name: &&str| !admin || !matches!(*name, "ipBlock" | "endPort");
    names.split(' ').filter(|n| !n.is_empty()).filter(fits).filter(plain).filter(cluster_wide).map(field).collect()
}

fn labels<'a>(context: &Context, words: &'a Vocabulary) -> impl Iterator<Item = &'a (String, String)> {
    let of_namespaces = context.path.contains("namespaceSelector") || context.path.contains("namespaces") || (context.kind == "Namespace");
    if of_namespaces { words.namespace_labels.iter() } else { words.pod_labels.iter() }
}

fn values(context: &Context, words: &Vocabulary) -> Vec<Completion> {
    match context.key.as_str() {
        "kind" if context.path.is_empty() => KINDS.iter().map(|(kind, version)| word(kind, Some(version))).collect(),
        "apiVersion" if context.path.is_empty() => {
            let own = KINDS.iter().find(|(kind, _)| *kind == context.kind);
            let mut versions: Vec<&str> = own.map_or_else(|| KINDS.iter().map(|k| k.1).collect(), |k| vec![k.1]);
            versions.dedup();
            versions.into_iter().map(|v| word(v, None)).collect()
        }
        "namespace" | "kubernetes.io/metadata.name" => words.namespaces.iter().map(|n| word(n, Some("namespace"))).collect(),
        "protocol" => ["TCP", "UDP", "SCTP"].map(|p| word(p, None)).into(),
        "action" => ["Allow", "Deny", "Pass"].map(|a| word(a, None)).into(),
        "operator" => ["In", "NotIn", "Exists", "DoesNotExist"].map(|o| word(o, None)).into(),
        "tier" => ["Admin", "Baseline"].map(|t| word(t, None)).into(),
        "policyTypes" => ["[Ingress]", "[Egress]", "[Ingress, Egress]"].map(|t| word(t, None)).into(),
        "port" | "targetPort" | "namedPort" => words.port_names.iter().map(|n| word(n, Some("named port"))).collect(),
        "hostNetwork" => ["true", "false"].map(|b| word(b, None)).into(),
        "key" => {
            let mut keys: Vec<&str> = labels(context, words).map(|(key, _)| key.as_str()).collect();
            keys.dedup();
            keys.into_iter().map(|k| word(k, Some("label"))).collect()
        }
        key if context.path.ends_with("matchLabels") || context.path.ends_with("labels") => {
            labels(context, words).filter(|(k, _)| k == key).map(|(_, value)| word(value, Some("label"))).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels_at(kind: &str, path: &str, part: Part, key: &str) -> Vec<String> {
        let words = Vocabulary {
            namespaces: vec!["shop".into()],
            pod_labels: vec![("app".into(), "cart".into()), ("app".into(), "db".into())],
            namespace_labels: vec![("team".into(), "web".into())],
            port_names: vec!["http".into()],
        };
        let context = Context { kind: kind.into(), path: path.into(), part, key: key.into(), word: String::new() };
        complete(&context, &words).into_iter().map(|c| c.label).collect()
    }

    #[test]
    fn fields_fit_their_kind_and_place() {
        assert_eq!(labels_at("NetworkPolicy", "spec", Part::Key, ""), ["podSelector", "policyTypes", "ingress", "egress"]);
        assert_eq!(labels_at("NetworkPolicy", "spec.ingress[]", Part::Key, ""), ["from", "ports"]);
        assert_eq!(labels_at("NetworkPolicy", "spec.egress[].to[]", Part::Key, ""), ["podSelector", "namespaceSelector", "ipBlock"]);
        assert_eq!(
            labels_at("AdminNetworkPolicy", "spec.ingress[].from[]", Part::Key, ""),
            ["podSelector", "namespaceSelector", "namespaces", "pods"]
        );
        assert_eq!(labels_at("Deployment", "spec", Part::Key, ""), ["replicas", "selector", "template"]);
    }

    #[test]
    fn values_are_those_of_the_scene() {
        assert_eq!(labels_at("NetworkPolicy", "spec.podSelector.matchLabels", Part::Value, "app"), ["cart", "db"]);
        assert_eq!(labels_at("NetworkPolicy", "spec.ingress[].from[].namespaceSelector.matchLabels", Part::Key, ""), ["team: web"]);
        assert_eq!(labels_at("NetworkPolicy", "metadata", Part::Value, "namespace"), ["shop"]);
        assert_eq!(labels_at("NetworkPolicy", "spec.ingress[].ports[]", Part::Value, "port"), ["http"]);
        assert!(labels_at("", "", Part::Value, "kind").contains(&"AdminNetworkPolicy".to_owned()));
    }
}
