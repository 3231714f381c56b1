//! Which kinds there are: those that are read, under which API versions, and what to say about the others.

use super::meta::{NameRule, Scope};
use crate::diagnostics::nearest;
use crate::language::calico::read::{self as calico, CalicoKind};
use crate::language::{ClusterPolicyKind, WorkloadKind};

/// A kind that is read.
pub(in crate::language) struct KnownKind {
    pub(in crate::language) name: &'static str,
    pub(in crate::language) what: What,
    /// The API versions under which it is served; the first is the one to recommend.
    pub(in crate::language) current: &'static [&'static str],
    /// API versions under which it was served once.
    pub(in crate::language) old: &'static [&'static str],
    pub(in crate::language) scope: Scope,
    pub(in crate::language) names: NameRule,
}

/// What to read a kind as.
#[derive(Clone, Copy)]
pub(in crate::language) enum What {
    Namespace,
    ServiceAccount,
    Pod,
    Workload(WorkloadKind),
    Service,
    Node,
    Ingress,
    NetworkPolicy,
    ClusterPolicy(ClusterPolicyKind),
    EndpointSlice,
    Endpoints,
    Calico(CalicoKind),
}

const fn namespaced(name: &'static str, what: What, current: &'static [&'static str], old: &'static [&'static str]) -> KnownKind {
    KnownKind { name, what, current, old, scope: Scope::Namespaced, names: NameRule::Subdomain }
}

const fn cluster(name: &'static str, what: What, current: &'static [&'static str]) -> KnownKind {
    KnownKind { name, what, current, old: &[], scope: Scope::Cluster, names: NameRule::Subdomain }
}

/// All kinds that are read. Old versions: "Deprecated API Migration Guide" of the Kubernetes documentation.
pub(in crate::language) const KNOWN: &[KnownKind] = &[
    KnownKind { names: NameRule::Label, ..cluster("Namespace", What::Namespace, &["v1"]) },
    namespaced("ServiceAccount", What::ServiceAccount, &["v1"], &[]),
    namespaced("Pod", What::Pod, &["v1"], &[]),
    namespaced(
        "Deployment",
        What::Workload(WorkloadKind::Deployment),
        &["apps/v1"],
        &["apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"],
    ),
    namespaced("ReplicaSet", What::Workload(WorkloadKind::ReplicaSet), &["apps/v1"], &["apps/v1beta2", "extensions/v1beta1"]),
    namespaced("StatefulSet", What::Workload(WorkloadKind::StatefulSet), &["apps/v1"], &["apps/v1beta1", "apps/v1beta2"]),
    namespaced("DaemonSet", What::Workload(WorkloadKind::DaemonSet), &["apps/v1"], &["apps/v1beta2", "extensions/v1beta1"]),
    namespaced("ReplicationController", What::Workload(WorkloadKind::ReplicationController), &["v1"], &[]),
    namespaced("Job", What::Workload(WorkloadKind::Job), &["batch/v1"], &[]),
    namespaced("CronJob", What::Workload(WorkloadKind::CronJob), &["batch/v1"], &["batch/v1beta1", "batch/v2alpha1"]),
    namespaced("Rollout", What::Workload(WorkloadKind::Rollout), &["argoproj.io/v1alpha1"], &[]),
    namespaced("CloneSet", What::Workload(WorkloadKind::CloneSet), &["apps.kruise.io/v1alpha1"], &["apps.kruise.io/v1beta1"]),
    namespaced("DeploymentConfig", What::Workload(WorkloadKind::DeploymentConfig), &["apps.openshift.io/v1"], &["v1"]),
    KnownKind { names: NameRule::Label, ..namespaced("Service", What::Service, &["v1"], &[]) },
    cluster("Node", What::Node, &["v1"]),
    namespaced("Ingress", What::Ingress, &["networking.k8s.io/v1"], &["extensions/v1beta1", "networking.k8s.io/v1beta1"]),
    namespaced("EndpointSlice", What::EndpointSlice, &["discovery.k8s.io/v1"], &["discovery.k8s.io/v1beta1"]),
    namespaced("Endpoints", What::Endpoints, &["v1"], &[]),
    namespaced("NetworkPolicy", What::NetworkPolicy, &["networking.k8s.io/v1"], &["extensions/v1beta1"]),
    cluster("AdminNetworkPolicy", What::ClusterPolicy(ClusterPolicyKind::Admin), &["policy.networking.k8s.io/v1alpha1"]),
    cluster("BaselineAdminNetworkPolicy", What::ClusterPolicy(ClusterPolicyKind::BaselineAdmin), &["policy.networking.k8s.io/v1alpha1"]),
    cluster("ClusterNetworkPolicy", What::ClusterPolicy(ClusterPolicyKind::Cluster), &["policy.networking.k8s.io/v1alpha2"]),
];

/// The kind with this name, in the group or (as a mistake, see [`KnownKind::serves`]) in a group of Kubernetes's or Calico's that does not have it.
pub(in crate::language) fn known(kind: &str, api_version: &str) -> Option<&'static KnownKind> {
    let find = |list: &'static [KnownKind]| list.iter().find(|known| known.name == kind);
    if is_calico(api_version) { find(&CALICO).or_else(|| find(KNOWN)) } else { find(KNOWN).or_else(|| find(&CALICO)) }
}

/// The kind that was meant by a name that no kind has.
pub(in crate::language) fn meant(kind: &str, api_version: &str) -> Option<&'static KnownKind> {
    let of = |list: &'static [KnownKind]| {
        let name = nearest(kind, list.iter().map(|known| known.name))?;
        list.iter().find(|known| known.name == name)
    };
    if is_calico(api_version) { of(&CALICO) } else { of(KNOWN) }
}

impl KnownKind {
    pub(in crate::language) fn serves(&self, api_version: &str) -> bool {
        self.current.contains(&api_version) || self.old.contains(&api_version)
    }

    /// Whether it is a workload that is read for the pods of its template alone.
    pub(in crate::language) fn is_foreign_workload(&self) -> bool {
        matches!(self.what, What::Workload(kind) if kind.is_foreign())
    }

    pub(in crate::language) fn is_namespaced(&self) -> bool {
        self.scope == Scope::Namespaced
    }

    /// Whether it decides about traffic, so that under another version or name it might mean something else.
    pub(in crate::language) fn is_policy(&self) -> bool {
        matches!(
            self.what,
            What::NetworkPolicy
                | What::ClusterPolicy(_)
                | What::Calico(CalicoKind::Policy(_) | CalicoKind::StagedKubernetes | CalicoKind::Profile | CalicoKind::Tier)
        )
    }
}

/// Calico's kinds.
static CALICO: [KnownKind; calico::KINDS.len()] = calico_kinds();

const fn calico_kinds() -> [KnownKind; calico::KINDS.len()] {
    let mut kinds = [const { cluster("", What::Namespace, &[]) }; calico::KINDS.len()];
    let mut i = 0;
    while i < calico::KINDS.len() {
        let (name, kind, scope, names) = calico::KINDS[i];
        kinds[i] = KnownKind { name, what: What::Calico(kind), current: calico::VERSIONS, old: &[], scope, names };
        i += 1;
    }
    kinds
}

/// The group of an API version: nothing for `v1`.
pub(in crate::language) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Whether a group is one of Calico's.
pub(in crate::language) fn is_calico(api_version: &str) -> bool {
    matches!(group(api_version), calico::GROUP | calico::STORAGE_GROUP)
}

/// Whether a group belongs to Kubernetes itself, so that a kind of ours in it is ours in the wrong version.
pub(in crate::language) fn is_kubernetes(api_version: &str) -> bool {
    let group = group(api_version);
    !group.contains('.') || group.ends_with(".k8s.io")
}
