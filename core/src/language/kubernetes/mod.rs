//! Kubernetes: its objects, its NetworkPolicies, and the cluster-wide policies of `policy.networking.k8s.io`.

pub mod cluster_policy;
pub(crate) mod inventory;
pub(in crate::language) mod lower;
pub mod network_policy;
pub(in crate::language) mod read;
pub mod workloads;

use super::inventory::Inventory;
use super::lower::{Lowered, PolicyEngine, Translator};
use super::read::kinds::KnownKind;
use super::registry::Language;
use crate::settings::Engine;

/// Whether an API group belongs to Kubernetes itself.
pub(in crate::language) fn is_own_group(group: &str) -> bool {
    !group.contains('.') || group.ends_with(".k8s.io")
}

/// Kubernetes.
pub(in crate::language) struct KubernetesLanguage;

impl Language for KubernetesLanguage {
    fn name(&self) -> &'static str {
        "Kubernetes"
    }

    fn kinds(&self) -> &'static [KnownKind] {
        read::KINDS
    }

    fn has_group(&self, group: &str) -> bool {
        is_own_group(group)
    }

    fn add_workloads(&self, inventory: &mut Inventory<'_>) {
        inventory::add_pods(inventory);
    }

    fn add_endpoints(&self, inventory: &mut Inventory<'_>) {
        inventory::add_services(inventory);
    }

    fn lower(&self, object: &Translator<'_>) -> Option<Lowered> {
        lower::lower(object)
    }

    fn engine(&self, installed: Engine) -> Option<&'static dyn PolicyEngine> {
        (installed != Engine::Calico).then_some(&lower::KubernetesEngine)
    }
}
