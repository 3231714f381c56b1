//! Objects by which pods get labels when they are made. Upstream: Gatekeeper documentation, "Mutation"; Kubernetes documentation, "Mutating Admission
//! Policy"; Kyverno documentation, "Mutate Rules".

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::items;
use crate::document::NodeRef;
use crate::language::read::kinds::group;

/// The texts of what an object does to labels, in which the labels' names stand; none if it does nothing to them.
pub(in crate::language) fn added_labels(node: NodeRef<'_>, kind: &str, api_version: &str) -> Vec<Box<str>> {
    let spec = || node.get("spec").into_iter().collect::<Vec<_>>();
    let parts = match (group(api_version), kind) {
        ("mutations.gatekeeper.sh", "AssignMetadata") | ("policies.kyverno.io", "MutatingPolicy") => spec(),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy") => spec(),
        ("kyverno.io", "ClusterPolicy" | "Policy") => {
            let rules = node.get("spec").and_then(|spec| spec.get("rules"));
            items(rules).filter_map(|rule| rule.get("mutate")).collect()
        }
        _ => return Vec::new(),
    };
    let mut texts: Vec<Box<str>> = Vec::new();
    let mut left = parts;
    while let Some(node) = left.pop() {
        texts.extend(node.as_str().map(Box::from));
        for entry in node.as_mapping().unwrap_or_default() {
            texts.push(entry.key.clone());
            left.push(node.value_of(entry));
        }
        left.extend(items(Some(node)));
    }
    if texts.iter().any(|text| text.contains("labels")) { texts } else { Vec::new() }
}
