//! The names and labels that a scene has, for completion and help.

use super::binding::Context;
use netpolis_view::{EndKind, SceneView};

/// A label, and what has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What has it, by title.
    pub on: Vec<String>,
}

/// Names and labels of a scene.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Namespaces.
    pub namespaces: Vec<String>,
    /// Nodes.
    pub nodes: Vec<String>,
    /// Tiers that hold policies.
    pub tiers: Vec<String>,
    /// Service accounts.
    pub accounts: Vec<String>,
    /// Names of ports.
    pub port_names: Vec<String>,
    /// Labels of what policies select: workloads, host endpoints, network sets.
    pub end_labels: Vec<Label>,
    /// Labels of namespaces.
    pub namespace_labels: Vec<Label>,
    /// Labels of service accounts.
    pub account_labels: Vec<Label>,
}

impl Vocabulary {
    /// The names and labels of a scene.
    pub fn of(scene: &SceneView) -> Self {
        let mut port_names: Vec<_> = scene.ends.iter().flat_map(|e| e.ports.iter().filter_map(|p| p.name.clone())).collect();
        port_names.sort();
        port_names.dedup();
        let mut accounts: Vec<_> = scene.accounts.iter().map(|a| a.title.rsplit('/').next().unwrap_or_default().to_owned()).collect();
        accounts.sort();
        accounts.dedup();
        Vocabulary {
            namespaces: scene.namespaces.iter().map(|n| n.name.clone()).collect(),
            nodes: scene.ends.iter().filter(|e| e.kind == EndKind::Node).map(|e| e.title.clone()).collect(),
            tiers: scene.tiers.iter().map(|t| t.name.clone()).collect(),
            accounts,
            port_names,
            end_labels: gather(scene.ends.iter().enumerate().map(|(i, end)| (scene.title(i), end.labels.as_slice()))),
            namespace_labels: gather(scene.namespaces.iter().map(|n| (n.name.clone(), n.labels.as_slice()))),
            account_labels: gather(scene.accounts.iter().map(|a| (a.title.clone(), a.labels.as_slice()))),
        }
    }

    /// The labels that are meant where the context is, and what has them, in a word.
    pub fn labels(&self, context: &Context) -> (&[Label], &'static str) {
        let near = if context.key.ends_with("elector") { context.key.as_str() } else { context.path.as_str() };
        if near.contains("serviceAccount") || context.path.ends_with("serviceAccounts") || context.kind == "ServiceAccount" {
            (&self.account_labels, "service account")
        } else if near.contains("namespaceSelector") || near.contains("namespaces") || context.kind == "Namespace" {
            (&self.namespace_labels, "namespace")
        } else {
            (&self.end_labels, "endpoint or network set")
        }
    }
}

/// Labels `key=value` by key and value.
fn gather<'a>(of: impl Iterator<Item = (String, &'a [String])>) -> Vec<Label> {
    let mut all: Vec<((&str, &str), String)> = Vec::new();
    for (title, labels) in of {
        all.extend(labels.iter().filter_map(|label| label.split_once('=')).map(|label| (label, title.clone())));
    }
    // Where several have a label, they stay in their order.
    all.sort_by_key(|(label, _)| *label);
    let one = |same: &[((&str, &str), String)]| {
        let ((key, value), _) = same.first()?;
        Some(Label { key: (*key).into(), value: (*value).into(), on: same.iter().map(|(_, title)| title.clone()).collect() })
    };
    all.chunk_by(|a, b| a.0 == b.0).filter_map(one).collect()
}

/// The different keys, in order.
pub fn keys(labels: &[Label]) -> impl Iterator<Item = &str> {
    labels.chunk_by(|a, b| a.key == b.key).filter_map(|same| same.first()).map(|label| label.key.as_str())
}
