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
#[derive(Clone, Debug, Default)]
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
    if kind.unread().is_some() {
        // Of what is not read only pods are missing, with a namespace or in the default one, and the ways of packets.
        return kind.makes_unread_pods() || kind.unread().is_some_and(|unread| !unread.ways.is_empty());
    }
    !kind.is_policy() || resource.meta.namespace.is_some() || tells_pods_apart(kind)
}

/// Whether two objects add the same: they are the same one, or policies of the same namespace.
fn adds_the_same(a: &Placed, b: &Placed) -> bool {
    let ((document, resource), (other_document, other)) = (a, b);
    let is_plain_policy = |r: &Resource| r.kind.is_policy() && r.kind.unread().is_none();
    let same_namespace = is_plain_policy(resource)
        && is_plain_policy(other)
        && resource.meta.namespace == other.meta.namespace
        && tells_pods_apart(&resource.kind) == tells_pods_apart(&other.kind);
    document == other_document && (Arc::ptr_eq(resource, other) || same_namespace && resource.refused == other.refused)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use crate::analysis::Analysis;
    use crate::settings::Settings;

    #[test]
    fn makers_of_pods_count_without_a_namespace_and_their_changes_too() {
        let mut analysis = Analysis::new(Settings::default());
        let mut makers = |text: &str| -> String {
            analysis.set_files(&[("app.yaml", text)]);
            analysis.snapshot().pod_makers.iter().map(crate::snapshot::PodMaker::title).collect()
        };
        let of = |name: &str| alloc::format!("apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {{name: {name}}}\n");
        assert_eq!(makers(&of("web")), "Service `default/web`");
        assert_eq!(makers(&of("api")), "Service `default/api`");
        assert_eq!(
            makers("apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"),
            "Service `shop/web`"
        );
    }
}
