//! Labels that programs set themselves, and policies select by.

/// The name of a namespace, on every namespace. Upstream: Kubernetes documentation, "Namespaces", automatic labelling.
pub const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// The namespace of an endpoint, in Calico's selectors. Upstream: Calico documentation, resource "NetworkPolicy".
pub const CALICO_NAMESPACE: &str = "projectcalico.org/namespace";

/// The name of a namespace or service account, in Calico's selectors. Upstream: the same.
pub const CALICO_NAME: &str = "projectcalico.org/name";
