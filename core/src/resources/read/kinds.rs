//! Which kinds there are: those that are read, under which API versions, and what to say about the others.

use super::calico::{self, CalicoKind};
use super::meta::{NameRule, Scope};
use crate::resources::{ClusterPolicyKind, WorkloadKind};

/// A kind that is read.
pub(super) struct KnownKind {
    pub(super) name: &'static str,
    pub(super) what: What,
    /// The API versions under which it is served; the first is the one to recommend.
    pub(super) current: &'static [&'static str],
    /// API versions under which it was served once.
    pub(super) old: &'static [&'static str],
    pub(super) scope: Scope,
    pub(super) names: NameRule,
}

/// What to read a kind as.
#[derive(Clone, Copy)]
pub(super) enum What {
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
    Calico(CalicoKind),
}

const fn namespaced(name: &'static str, what: What, current: &'static [&'static str], old: &'static [&'static str]) -> KnownKind {
    KnownKind { name, what, current, old, scope: Scope::Namespaced, names: NameRule::Subdomain }
}

const fn cluster(name: &'static str, what: What, current: &'static [&'static str]) -> KnownKind {
    KnownKind { name, what, current, old: &[], scope: Scope::Cluster, names: NameRule::Subdomain }
}

/// All kinds that are read. Old versions: "Deprecated API Migration Guide" of the Kubernetes documentation.
pub(super) const KNOWN: &[KnownKind] = &[
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
    KnownKind { names: NameRule::Label, ..namespaced("Service", What::Service, &["v1"], &[]) },
    cluster("Node", What::Node, &["v1"]),
    namespaced("Ingress", What::Ingress, &["networking.k8s.io/v1"], &["extensions/v1beta1", "networking.k8s.io/v1beta1"]),
    namespaced("EndpointSlice", What::EndpointSlice, &["discovery.k8s.io/v1"], &["discovery.k8s.io/v1beta1"]),
    namespaced("NetworkPolicy", What::NetworkPolicy, &["networking.k8s.io/v1"], &["extensions/v1beta1"]),
    cluster("AdminNetworkPolicy", What::ClusterPolicy(ClusterPolicyKind::Admin), &["policy.networking.k8s.io/v1alpha1"]),
    cluster("BaselineAdminNetworkPolicy", What::ClusterPolicy(ClusterPolicyKind::BaselineAdmin), &["policy.networking.k8s.io/v1alpha1"]),
    cluster(
        "ClusterNetworkPolicy",
        What::ClusterPolicy(ClusterPolicyKind::Cluster),
        &["policy.networking.k8s.io/v1alpha2", "policy.networking.k8s.io/v1beta1"],
    ),
];

/// The kind with this name. Calico's kinds are found by their group, and by name alone where that is enough and the group is missing.
pub(super) fn known(kind: &str, api_version: &str) -> Option<&'static KnownKind> {
    let find = |list: &'static [KnownKind]| list.iter().find(|known| known.name == kind);
    match group(api_version) {
        calico::GROUP | calico::STORAGE_GROUP => find(&CALICO),
        _ => find(KNOWN).or_else(|| find(&CALICO).filter(|_| api_version.is_empty())),
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

/// What a kind that is not read would have been good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unread {
    /// It has no part in who may talk to whom.
    Irrelevant,
    /// It makes pods.
    MakesPods,
    /// It allows or denies traffic.
    Policy,
    /// It leads traffic to pods.
    Traffic,
    /// Not heard of.
    Unknown,
}

/// Kinds that make pods in ways that are not read.
const MAKES_PODS: &[&str] = &[
    "CloneSet",
    "ClusterWorkflowTemplate",
    "CronWorkflow",
    "DeploymentConfig",
    "JobSet",
    "LeaderWorkerSet",
    "PodTemplate",
    "Revision",
    "Rollout",
    "ScaledJob",
    "SparkApplication",
    "VirtualMachine",
    "VirtualMachineInstance",
    "VirtualMachineInstanceReplicaSet",
    "Workflow",
    "WorkflowTemplate",
];

/// Kinds that allow or deny traffic, and are not read.
const POLICY: &[&str] = &[
    "AuthorizationPolicy",
    "CiliumCIDRGroup",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNetworkPolicy",
    "ClusterGroup",
    "EgressFirewall",
    "EgressNetworkPolicy",
    "MultiNetworkPolicy",
    "PeerAuthentication",
    "Sidecar",
];

/// Kinds that lead traffic to pods, and are not read.
const TRAFFIC: &[&str] = &[
    "EgressIP",
    "Endpoints",
    "GRPCRoute",
    "Gateway",
    "HTTPProxy",
    "HTTPRoute",
    "IngressRoute",
    "IngressRouteTCP",
    "IngressRouteUDP",
    "ReferenceGrant",
    "Route",
    "ServiceEntry",
    "TCPRoute",
    "TLSRoute",
    "UDPRoute",
    "VirtualServer",
    "VirtualService",
];

/// Well-known kinds without a part in who may talk to whom.
const IRRELEVANT: &[&str] = &[
    "APIService",
    "Application",
    "CSIDriver",
    "CSINode",
    "Certificate",
    "CertificateSigningRequest",
    "ClusterIssuer",
    "ClusterRole",
    "ClusterRoleBinding",
    "ComponentStatus",
    "ConfigMap",
    "ControllerRevision",
    "CustomResourceDefinition",
    "Event",
    "FlowSchema",
    "GatewayClass",
    "HelmRelease",
    "HorizontalPodAutoscaler",
    "IngressClass",
    "Issuer",
    "Kustomization",
    "Lease",
    "LimitRange",
    "MutatingWebhookConfiguration",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "PodMonitor",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "PrometheusRule",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "RuntimeClass",
    "Secret",
    "SecurityContextConstraints",
    "ServiceMonitor",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VerticalPodAutoscaler",
    "VolumeAttachment",
    "VolumeSnapshot",
];

/// The group of an API version: nothing for `v1`.
pub(super) fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// Whether a group belongs to Kubernetes itself, so that a kind of ours in it is ours in the wrong version.
pub(super) fn is_kubernetes(api_version: &str) -> bool {
    let group = group(api_version);
    !group.contains('.') || group.ends_with(".k8s.io")
}

/// What to say about a kind that is not read.
pub(super) fn unread(kind: &str, api_version: &str) -> Unread {
    let has = |list: &[&str]| list.binary_search(&kind).is_ok();
    let group = group(api_version);
    if matches!(group, calico::GROUP | calico::STORAGE_GROUP) {
        // What is left of Calico's kinds says how packets travel, not which.
        Unread::Irrelevant
    } else if has(POLICY) || (kind.ends_with("NetworkPolicy") && !is_kubernetes(api_version)) {
        Unread::Policy
    } else if has(MAKES_PODS) || (group.ends_with("knative.dev") && matches!(kind, "Service" | "Configuration")) {
        Unread::MakesPods
    } else if has(TRAFFIC) || (kind == "Ingress" && !is_kubernetes(api_version)) {
        Unread::Traffic
    } else if has(IRRELEVANT) {
        Unread::Irrelevant
    } else {
        Unread::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [MAKES_PODS, POLICY, TRAFFIC, IRRELEVANT] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn foreign_kinds_of_the_same_name_are_told_apart() {
        assert_eq!(unread("BGPConfiguration", "projectcalico.org/v3"), Unread::Irrelevant);
        assert_eq!(unread("NetworkPolicy", "crd.antrea.io/v1beta1"), Unread::Policy);
        assert_eq!(unread("Service", "serving.knative.dev/v1"), Unread::MakesPods);
        assert_eq!(unread("Gateway", "gateway.networking.k8s.io/v1"), Unread::Traffic);
        assert_eq!(unread("ConfigMap", "v1"), Unread::Irrelevant);
        assert_eq!(unread("Widget", "example.com/v1"), Unread::Unknown);
    }
}
