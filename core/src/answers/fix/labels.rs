//! The fewest labels that select the pods that are meant, and no others.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::value::{V, map, text};
use crate::language::kubernetes::inventory::lasting_labels;
use crate::model::well_known;
use crate::snapshot::{PodEndpoint, PodId, Role, Snapshot};

/// Labels by which people name what a pod is; of several that select the same, the first of them is taken.
pub(in crate::answers) const USUAL: [&str; 6] =
    ["app.kubernetes.io/name", "app", "k8s-app", "name", "app.kubernetes.io/component", "component"];

/// Labels, by key and value.
pub(in crate::answers) type Pairs = Vec<(String, String)>;

/// Labels that select a pod, and as few other workloads of its namespace as its labels can tell apart; nothing where it has none that last.
pub(in crate::answers) fn selecting(snapshot: &Snapshot, pod: PodId) -> Option<Pairs> {
    let own = snapshot.pod(pod)?;
    let mut labels = lasting_labels(&own.labels);
    labels.sort_by_key(|(key, _)| USUAL.iter().position(|usual| usual == key).unwrap_or(USUAL.len()));
    let mut others: Vec<&PodEndpoint> = snapshot
        .pods()
        .map(|(_, other)| other)
        .filter(|other| other.namespace == own.namespace && other.workload != own.workload && other.role == Role::Pod)
        .collect();
    let mut chosen: Pairs = Vec::new();
    loop {
        let selected = |(key, value): &(&str, &str)| others.iter().filter(|other| other.labels.get(key) == Some(*value)).count();
        let (best, left) = labels.iter().map(|label| (*label, selected(label))).min_by_key(|(_, left)| *left)?;
        if !chosen.is_empty() && left == others.len() {
            return Some(chosen);
        }
        others.retain(|other| other.labels.get(best.0) == Some(best.1));
        chosen.push((best.0.to_string(), best.1.to_string()));
        if others.is_empty() {
            return Some(chosen);
        }
    }
}

/// `matchLabels` with these.
pub(in crate::answers) fn match_labels(pairs: &Pairs) -> V {
    let labels = pairs.iter().map(|(key, value)| (key.clone(), text(value))).collect();
    map([("matchLabels", Some(V::Map(labels)))])
}

/// The namespace with this name, whatever its other labels are.
pub(in crate::answers) fn namespace(name: &str) -> V {
    match_labels(&alloc::vec![(well_known::NAMESPACE_NAME.to_string(), name.to_string())])
}
