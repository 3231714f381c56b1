//! The objects that the snapshot is built from, and whether a change of the input changes it.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::language::Resource;
use crate::language::kubernetes::inventory::tells_pods_apart;
use crate::load::Loaded;
use crate::text::DocumentId;

/// An object and the document that it stands in.
type Placed = (DocumentId, Arc<Resource>);

/// What a snapshot is built from.
#[derive(Debug, Default)]
pub(super) struct Inventory(Vec<Placed>);

impl Inventory {
    /// The objects of an input that say what there is.
    pub(super) fn of(loaded: &Loaded) -> Self {
        Inventory(loaded.resources().filter(|(_, resource)| counts(resource)).map(|(id, resource)| (id, Arc::clone(resource))).collect())
    }

    /// The objects with their documents.
    pub(super) fn resources(&self) -> impl Iterator<Item = (DocumentId, &Resource)> {
        self.0.iter().map(|(id, resource)| (*id, &**resource))
    }

    /// Whether the same snapshot comes of both.
    pub(super) fn is_like(&self, other: &Inventory) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| adds_the_same(a, b))
    }
}

/// Whether an object adds to what there is. A policy only adds its namespace, and may tell apart the pods of one template.
fn counts(resource: &Resource) -> bool {
    let kind = &resource.kind;
    let is_unread = kind.unread().is_some() && !kind.makes_unread_pods();
    !is_unread && (!kind.is_policy() || resource.meta.namespace.is_some() || tells_pods_apart(kind))
}

/// Whether two objects add the same: they are the same one, or policies of the same namespace.
fn adds_the_same(a: &Placed, b: &Placed) -> bool {
    let ((document, resource), (other_document, other)) = (a, b);
    let same_namespace = resource.kind.is_policy()
        && other.kind.is_policy()
        && resource.meta.namespace == other.meta.namespace
        && tells_pods_apart(&resource.kind) == tells_pods_apart(&other.kind);
    document == other_document && (Arc::ptr_eq(resource, other) || same_namespace && resource.refused == other.refused)
}
