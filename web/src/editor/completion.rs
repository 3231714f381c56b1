//! What may be written at the cursor: kinds, fields, and the names that this scene has.

use super::binding::{Completion, Context, Part};
use super::fields::{self, Field, Sort};
use super::selector;
use super::vocabulary::{Vocabulary, keys};

/// A kind of object.
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// The API version that it is written under.
    pub version: &'static str,
    /// What it is, in a sentence.
    pub meaning: &'static str,
}

impl Kind {
    /// Whether it may be of this API version.
    pub fn fits(&self, version: &str) -> bool {
        let group = |version: &str| version.rsplit_once('/').map_or("", |(group, _)| group.trim_start_matches("crd.")).to_owned();
        version.is_empty() || group(version) == group(self.version)
    }
}

const fn kind(name: &'static str, version: &'static str, meaning: &'static str) -> Kind {
    Kind { name, version, meaning }
}

const NETWORKING: &str = "networking.k8s.io/v1";
const CALICO: &str = "projectcalico.org/v3";

/// Kinds, the most wanted first.
pub const KINDS: &[Kind] = &[
    kind("NetworkPolicy", NETWORKING, "Kubernetes: isolates pods in its namespace, except for the traffic that its rules allow."),
    kind("NetworkPolicy", CALICO, "Calico: ordered rules that allow, deny or pass, for endpoints in its namespace."),
    kind("GlobalNetworkPolicy", CALICO, "Calico: ordered rules for endpoints in all namespaces and for hosts."),
    kind("Namespace", "v1", "A namespace, with labels for selectors."),
    kind("Pod", "v1", "A pod."),
    kind("Deployment", "apps/v1", "Creates identical pods."),
    kind("StatefulSet", "apps/v1", "Creates numbered pods."),
    kind("DaemonSet", "apps/v1", "Creates a pod on every node."),
    kind("Service", "v1", "A name and an address for pods."),
    kind("Ingress", NETWORKING, "Routes HTTP from outside to Services."),
    kind("EndpointSlice", "discovery.k8s.io/v1", "Addresses behind a Service without a selector."),
    kind("Job", "batch/v1", "Creates pods that run to completion."),
    kind("CronJob", "batch/v1", "Creates Jobs on a schedule."),
    kind("ReplicaSet", "apps/v1", "Creates identical pods; Deployments create these."),
    kind("Check", "netpolis.dev/v1", "What is expected of connections; Answers shows whether it holds."),
    kind("Node", "v1", "A machine of the cluster, with its addresses."),
    kind("ServiceAccount", "v1", "The identity of pods, for the API and in Calico's rules."),
    kind(
        "ClusterNetworkPolicy",
        "policy.networking.k8s.io/v1alpha2",
        "Ordered rules for the whole cluster, before or after NetworkPolicies.",
    ),
    kind("AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1", "Ordered rules for the whole cluster, before NetworkPolicies."),
    kind(
        "BaselineAdminNetworkPolicy",
        "policy.networking.k8s.io/v1alpha1",
        "Rules for the whole cluster that apply when no \
     NetworkPolicy isolates a pod.",
    ),
    kind("Tier", CALICO, "Calico: a group of policies, with an order among the tiers and a default action."),
    kind("NetworkSet", CALICO, "Calico: addresses with labels, for rules in its namespace."),
    kind("GlobalNetworkSet", CALICO, "Calico: addresses with labels, for rules anywhere."),
    kind("HostEndpoint", CALICO, "Calico: an interface of a node, which policies can then select."),
    kind("StagedNetworkPolicy", CALICO, "Calico: a NetworkPolicy that is not enforced yet."),
    kind("StagedGlobalNetworkPolicy", CALICO, "Calico: a GlobalNetworkPolicy that is not enforced yet."),
    kind("StagedKubernetesNetworkPolicy", CALICO, "Calico: a NetworkPolicy of Kubernetes that is not enforced yet."),
    kind("Profile", CALICO, "Calico: labels and rules for endpoints, evaluated when no tier decides."),
    kind("WorkloadEndpoint", CALICO, "Calico: the interface of a pod; created by Calico itself."),
    kind("IPPool", CALICO, "Calico: an address range for pods."),
    kind("FelixConfiguration", CALICO, "Calico: how nodes enforce policy."),
    kind("KubeControllersConfiguration", CALICO, "Calico: what its controllers do, such as creating host endpoints."),
    kind("Endpoints", "v1", "Addresses behind the Service of the same name; EndpointSlices replace it."),
    kind("ReplicationController", "v1", "Creates identical pods; Deployments replace it."),
    kind("Rollout", "argoproj.io/v1alpha1", "Argo Rollouts: creates identical pods, version by version."),
    kind("CloneSet", "apps.kruise.io/v1alpha1", "OpenKruise: creates identical pods."),
    kind("DeploymentConfig", "apps.openshift.io/v1", "OpenShift: creates identical pods."),
    kind("List", "v1", "Several objects in one document."),
];

/// What may be written here.
pub fn complete(context: &Context, words: &Vocabulary) -> Vec<Completion> {
    match context.part {
        Part::Key => keys_at(context, words),
        Part::Value => values_at(context, words),
    }
}

/// Whether a Calico selector is written here.
pub fn is_selector(context: &Context) -> bool {
    context.part == Part::Value && context.key.to_ascii_lowercase().ends_with("selector") && context.version.contains("projectcalico.org")
}

fn field(field: Field) -> Completion {
    let apply = if field.sort() == Sort::Scalar { format!("{}: ", field.name) } else { format!("{}:", field.name) };
    let detail = Some(field.word()).filter(|word| !word.is_empty());
    Completion { label: field.name.into(), sort: Some("property"), detail, info: Some(field.meaning.into()), apply: Some(apply) }
}

/// A value to choose.
pub fn word(label: &str, detail: Option<&str>) -> Completion {
    Completion { label: label.into(), sort: Some("enum"), detail: detail.map(Into::into), info: None, apply: None }
}

fn named(names: &[String], what: &'static str) -> Vec<Completion> {
    names.iter().map(|name| word(name, Some(what))).collect()
}

/// The list that the cursor is in an item of: its field's path and name.
fn list_at(path: &str) -> Option<(&str, &str)> {
    let list = path.strip_suffix("[]")?;
    Some(list.rsplit_once('.').unwrap_or(("", list)))
}

fn keys_at(context: &Context, words: &Vocabulary) -> Vec<Completion> {
    let path = context.path.as_str();
    if path.ends_with("matchLabels") || path.ends_with("labels") {
        let (labels, _) = words.labels(context);
        let entry = |key: &str, value: &str| format!("{key}: {value}");
        return labels.iter().map(|l| word(&entry(&l.key, &l.value), Some(&l.on.join(", ")))).collect();
    }
    // An item of a list of words looks like a key while it is typed.
    if let Some((holder, name)) = list_at(path) {
        let calico = context.version.contains("projectcalico.org");
        match name {
            "names" if holder.ends_with("serviceAccounts") => return named(&words.accounts, "service account"),
            "ports" | "notPorts" if calico && (holder.ends_with("source") || holder.ends_with("destination")) => {
                return named(&words.port_names, "named port");
            }
            _ => (),
        }
        let values: Vec<_> = fields::find(context, holder, name).iter().flat_map(Field::values).map(|v| word(v, None)).collect();
        if !values.is_empty() {
            return values;
        }
    }
    let fits = |f: &Field| match f.name {
        "from" => !path.starts_with("spec.egress"),
        "to" => !path.starts_with("spec.ingress"),
        "stagedAction" => context.kind.starts_with("Staged"),
        _ => true,
    };
    fields::at(context).into_iter().filter(fits).map(field).collect()
}

fn values_at(context: &Context, words: &Vocabulary) -> Vec<Completion> {
    let key = context.key.as_str();
    let known = fields::find(context, &context.path, key);
    match key {
        "kind" if context.path.is_empty() => KINDS
            .iter()
            .filter(|k| k.fits(&context.version))
            .map(|k| Completion { info: Some(k.meaning.into()), ..word(k.name, Some(k.version)) })
            .collect(),
        "apiVersion" if context.path.is_empty() => {
            let own = |k: &&Kind| context.kind.is_empty() || k.name == context.kind;
            let mut versions: Vec<&str> = KINDS.iter().filter(own).map(|k| k.version).collect();
            versions.sort_unstable();
            versions.dedup();
            versions.into_iter().map(|v| word(v, None)).collect()
        }
        _ if is_selector(context) => selector::complete(&context.word, words.labels(context).0),
        "namespace" | "kubernetes.io/metadata.name" => named(&words.namespaces, "namespace"),
        "tier" if context.version.contains("projectcalico.org") => named(&words.tiers, "tier"),
        "node" | "nodeName" => named(&words.nodes, "node"),
        "serviceAccountName" => named(&words.accounts, "service account"),
        "port" | "targetPort" | "namedPort" | "destinationNamedPort" => named(&words.port_names, "named port"),
        "key" => keys(words.labels(context).0).map(|k| word(k, Some("label"))).collect(),
        _ if context.path.ends_with("matchLabels") || context.path.ends_with("labels") => {
            words.labels(context).0.iter().filter(|l| l.key == key).map(|l| word(&l.value, Some(&l.on.join(", ")))).collect()
        }
        _ => {
            let list = known.is_some_and(|f| f.sort() == Sort::List);
            let values: Vec<&str> = known.iter().flat_map(Field::values).collect();
            if list && values.len() > 1 {
                let each = values.iter().map(|v| word(&format!("[{v}]"), None));
                each.chain([word(&format!("[{}]", values.join(", ")), None)]).collect()
            } else {
                values.into_iter().map(|v| word(v, None)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::vocabulary::Label;

    const ADMIN: &str = "policy.networking.k8s.io/v1alpha1";

    fn labels_at(version: &str, kind: &str, path: &str, part: Part, key: &str, word: &str) -> Vec<String> {
        let label = |key: &str, value: &str| Label { key: key.into(), value: value.into(), on: vec!["x".into()] };
        let words = Vocabulary {
            namespaces: vec!["shop".into()],
            end_labels: vec![label("app", "cart"), label("app", "db"), label("role", "db")],
            namespace_labels: vec![label("team", "web")],
            account_labels: vec![label("trust", "high")],
            accounts: vec!["builder".into()],
            port_names: vec!["http".into()],
            tiers: vec!["security".into()],
            nodes: Vec::new(),
        };
        let context = Context { version: version.into(), kind: kind.into(), path: path.into(), part, key: key.into(), word: word.into() };
        complete(&context, &words).into_iter().map(|c| c.label).collect()
    }

    fn keys(version: &str, kind: &str, path: &str) -> Vec<String> {
        labels_at(version, kind, path, Part::Key, "", "")
    }

    #[test]
    fn fields_fit_their_kind_and_place() {
        assert_eq!(keys(NETWORKING, "NetworkPolicy", "spec"), ["podSelector", "policyTypes", "ingress", "egress"]);
        // Without an API version the kind alone must do.
        assert_eq!(keys("", "NetworkPolicy", "spec"), ["podSelector", "policyTypes", "ingress", "egress"]);
        assert_eq!(keys(NETWORKING, "NetworkPolicy", "spec.ingress[]"), ["from", "ports"]);
        assert_eq!(keys(NETWORKING, "NetworkPolicy", "spec.egress[].to[]"), ["podSelector", "namespaceSelector", "ipBlock"]);
        assert_eq!(keys(ADMIN, "AdminNetworkPolicy", "spec.ingress[].from[]"), ["namespaces", "pods"]);
        assert_eq!(keys("apps/v1", "Deployment", "spec"), ["replicas", "selector", "template"]);
        let calico = keys(CALICO, "NetworkPolicy", "spec");
        assert_eq!(calico[..3], ["tier", "order", "selector"]);
        assert!(!calico.contains(&"stagedAction".to_owned()) && !calico.contains(&"applyOnForward".to_owned()));
        assert!(keys(CALICO, "StagedGlobalNetworkPolicy", "spec").contains(&"stagedAction".to_owned()));
        assert!(keys(CALICO, "GlobalNetworkPolicy", "spec.ingress[].source").contains(&"notSelector".to_owned()));
        assert_eq!(keys(CALICO, "GlobalNetworkPolicy", "spec.types[]"), ["Ingress", "Egress"]);
        assert_eq!(keys(CALICO, "NetworkPolicy", "spec.ingress[].source.serviceAccounts.names[]"), ["builder"]);
    }

    /// The short form of Azure's networks has no kind; what the reader takes is what is offered (`docs/azure.md` lists it, and a test of the core holds
    /// that list to the reader).
    #[test]
    fn whatever_makes_pods_or_has_addresses_is_completed() {
        for (version, kind) in
            [("argoproj.io/v1alpha1", "Rollout"), ("apps.openshift.io/v1", "DeploymentConfig"), ("v1", "ReplicationController")]
        {
            assert!(keys(version, kind, "spec").contains(&"template".to_owned()), "{kind}");
            assert!(KINDS.iter().any(|known| known.name == kind && known.version == version), "{kind}");
        }
        assert!(keys("discovery.k8s.io/v1", "EndpointSlice", "").contains(&"endpoints".to_owned()));
        assert_eq!(keys("v1", "Endpoints", "subsets[].addresses[]"), ["ip", "nodeName"]);
        assert!(!keys("v1", "Pod", "").contains(&"subsets".to_owned()));
    }

    #[test]
    fn networks_of_azure_are_completed_too() {
        let manual = include_str!("../../../docs/azure.md");
        for (path, some) in [
            ("azure", "gateways"),
            ("azure.networks[]", "addressSpace"),
            ("azure.networks[].subnets[]", "prefix"),
            ("azure.nsgs[].inbound[]", "allow"),
            ("azure.machines[]", "public"),
            ("azure.clusters[]", "plugin"),
            ("azure.gateways[]", "subnet"),
        ] {
            let offered = keys("", "", path);
            assert!(offered.contains(&some.to_owned()), "{path}: {offered:?}");
            offered
                .iter()
                .for_each(|key| assert!(manual.contains(&format!("`{key}`")) || manual.contains(&format!("{key}:")), "{path}: {key}"));
        }
        assert!(keys("", "", "properties.securityRules[].properties").contains(&"destinationPortRange".to_owned()));
        assert_eq!(keys("v1", "Service", "spec")[5..7], ["internalTrafficPolicy", "loadBalancerSourceRanges"]);
        assert_eq!(keys(NETWORKING, "Ingress", "spec.rules[].http.paths[]"), ["path", "pathType", "backend"]);
    }

    #[test]
    fn values_are_those_of_the_scene() {
        let value = |path, key| labels_at(NETWORKING, "NetworkPolicy", path, Part::Value, key, "");
        assert_eq!(value("spec.podSelector.matchLabels", "app"), ["cart", "db"]);
        assert_eq!(keys(NETWORKING, "NetworkPolicy", "spec.ingress[].from[].namespaceSelector.matchLabels"), ["team: web"]);
        assert_eq!(value("metadata", "namespace"), ["shop"]);
        assert_eq!(value("spec.ingress[].ports[]", "port"), ["http"]);
        assert_eq!(value("spec", "policyTypes"), ["[Ingress]", "[Egress]", "[Ingress, Egress]"]);
        assert!(labels_at("", "", "", Part::Value, "kind", "").contains(&"AdminNetworkPolicy".to_owned()));
        assert_eq!(labels_at("", "NetworkPolicy", "", Part::Value, "apiVersion", ""), [NETWORKING, CALICO]);
    }

    #[test]
    fn calico_values_and_selectors() {
        let value = |path, key, word| labels_at(CALICO, "NetworkPolicy", path, Part::Value, key, word);
        assert_eq!(value("spec", "tier", ""), ["security"]);
        assert_eq!(value("spec.ingress[]", "action", ""), ["Allow", "Deny", "Log", "Pass"]);
        assert_eq!(value("spec", "selector", "app == "), ["cart", "db"]);
        assert_eq!(value("spec", "selector", "ap"), ["app", "role", "has(", "all()", "global()"]);
        assert_eq!(value("spec.ingress[].source", "namespaceSelector", "has("), ["team"]);
        assert_eq!(value("spec", "serviceAccountSelector", "trust in {'h"), ["high"]);
        assert_eq!(value("spec.ingress[].source.serviceAccounts", "selector", "trust == '"), ["high"]);
    }
}
