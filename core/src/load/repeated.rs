//! Keys that are written more than once: what the document says by the values that do not count.
//!
//! An API server refuses such an object, other clients take the last value, and nobody knows which one was meant. The likeliest way there is a `---`
//! that was forgotten between two objects, so that every key of the first stands a second time. So each reading is kept, and is in doubt.
//! Upstream: "Kubernetes API Concepts", Field validation (duplicate fields).

use alloc::vec::Vec;

use crate::document::{NodeRef, Tree};
use crate::language::unread::Cause;
use crate::language::{self, Kind, Resource};
use crate::text::Span;

/// So many earlier readings of a document are kept.
const MOST_READINGS: usize = 20;

/// Adds to the objects of a document those that it has where earlier values of its keys count. `known` are its objects as they were read, `errors` the
/// places of its errors.
pub(super) fn add_earlier_readings(
    tree: &Tree,
    errors: &[Span],
    read: impl Fn(&Tree) -> Vec<Resource>,
    mut known: Vec<Resource>,
    resources: &mut Vec<Resource>,
) {
    let Some(first) = tree.replaced.first() else { return };
    let is_parted = is_parted(tree);
    let twice: Vec<Span> = errors.iter().copied().chain(tree.replaced.iter().map(|replaced| replaced.entry.key_span)).collect();
    let mut found: Vec<Resource> = Vec::new();
    for turn in 0..MOST_READINGS {
        let Some(earlier) = tree.earlier(turn) else { break };
        for mut resource in read(&earlier) {
            if !is_kept(&resource, is_parted) || known.contains(&resource) {
                continue;
            }
            known.push(resource.clone());
            language::add_errors(&mut resource, &earlier, &twice);
            refuse(&mut resource, first.by);
            found.push(resource);
        }
    }
    if tree.earlier(MOST_READINGS).is_some() {
        found.push(language::anything(first.by, Cause::Broken));
    }
    if is_set_twice(tree, "items") {
        // Of two lists of objects the last is not certain either.
        resources.iter_mut().for_each(|resource| refuse(resource, first.by));
    }
    resources.append(&mut found);
}

/// Whether a key stands twice at the beginning of a document.
fn is_set_twice(tree: &Tree, key: &str) -> bool {
    let entries = tree.root().and_then(NodeRef::as_mapping).unwrap_or_default();
    let is_replaced = |span: Span| tree.replaced.iter().any(|replaced| replaced.by == span);
    entries.iter().any(|entry| *entry.key == *key && is_replaced(entry.key_span))
}

/// Whether the document plainly has two objects, or two lists of them: then those that are no policies are there as much as the last ones.
fn is_parted(tree: &Tree) -> bool {
    let is_object = is_set_twice(tree, "metadata") && (is_set_twice(tree, "kind") || is_set_twice(tree, "apiVersion"));
    is_object || is_set_twice(tree, "items")
}

/// Whether an object of an earlier reading is kept: one that decides about traffic, or any where the document has two objects.
fn is_kept(resource: &Resource, is_parted: bool) -> bool {
    match &resource.kind {
        Kind::Azure(_) | Kind::Check(_) => false,
        Kind::ApiCalls(_) | Kind::KubeProxy(_) => is_parted,
        kind => is_parted || !kind.is_kept_refused(),
    }
}

/// Takes an object for refused because of a key that is written again.
fn refuse(resource: &mut Resource, at: Span) {
    if matches!(resource.kind, Kind::Azure(_) | Kind::Check(_)) {
        return;
    }
    if !resource.flaws.refusals.contains(&at) {
        resource.flaws.refusals.push(at);
    }
    resource.refused |= matches!(resource.kind, Kind::NetworkPolicy(_) | Kind::ClusterPolicy(_) | Kind::Calico(_) | Kind::Other(_))
        && !resource.kind.is_kept_refused();
}
