//! Which kinds there are besides those that are read, and what they are good for.

use crate::diagnostics::nearest;
use crate::language::kubernetes::is_own_group;
use crate::language::unread::Cause;
use crate::model::ClusterEngine;

/// What a kind that is not read would have been good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::language) enum Class {
    /// It has no part in who may talk to whom.
    Irrelevant,
    /// It makes pods.
    MakesPods,
    /// It allows or denies traffic.
    Policy(Family, Cause),
    /// It leads traffic to pods.
    Traffic,
    /// Only this policy engine makes it.
    OfEngine(ClusterEngine),
    /// Not heard of.
    Unknown,
}

/// Whose policy a kind is: how to tell what an object of it might do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::language) enum Family {
    Cilium,
    Antrea,
    EgressFirewall,
    UserDefinedNetwork,
    KubeOvn,
    Nsx,
    /// One for its namespace, of a shape that is not known.
    NamespacedPolicy,
    /// The same, for the whole cluster.
    ClusterPolicy,
    /// The same, in a group whose kinds every engine may know.
    AnyClusterPolicy,
    SecurityGroup,
    Host,
    Istio,
    Linkerd,
    Intentions,
    Kuma,
    /// The configuration of a whole mesh, which may close what leaves it.
    MeshWide,
    /// Cilium's own configuration.
    CiliumConfiguration,
    /// It makes other objects, or brings them along.
    Carrier,
}

impl Family {
    /// Whether many of its objects have no part in who may talk to whom.
    pub(in crate::language) fn may_be_nothing(self) -> bool {
        matches!(self, Family::Carrier | Family::MeshWide | Family::CiliumConfiguration)
    }
}

/// Kinds that allow or deny traffic: their group, name and family.
const POLICIES: &[(&str, &str, Family)] = &[
    ("cilium.io", "CiliumClusterwideNetworkPolicy", Family::Cilium),
    ("cilium.io", "CiliumNetworkPolicy", Family::Cilium),
    ("crd.antrea.io", "ClusterNetworkPolicy", Family::Antrea),
    ("crd.antrea.io", "NetworkPolicy", Family::Antrea),
    ("k8s.ovn.org", "EgressFirewall", Family::EgressFirewall),
    ("network.openshift.io", "EgressNetworkPolicy", Family::EgressFirewall),
    ("k8s.ovn.org", "ClusterUserDefinedNetwork", Family::UserDefinedNetwork),
    ("k8s.ovn.org", "UserDefinedNetwork", Family::UserDefinedNetwork),
    ("kubeovn.io", "SecurityGroup", Family::KubeOvn),
    ("kubeovn.io", "Subnet", Family::KubeOvn),
    ("crd.nsx.vmware.com", "SecurityPolicy", Family::Nsx),
    ("nsx.vmware.com", "SecurityPolicy", Family::Nsx),
    ("networking.k8s.aws", "PolicyEndpoint", Family::NamespacedPolicy),
    ("networking.k8s.aws", "ApplicationNetworkPolicy", Family::NamespacedPolicy),
    ("networking.k8s.aws", "ClusterNetworkPolicy", Family::ClusterPolicy),
    ("networking.gke.io", "FQDNNetworkPolicy", Family::NamespacedPolicy),
    ("vpcresources.k8s.aws", "SecurityGroupPolicy", Family::SecurityGroup),
    ("security.kubearmor.com", "KubeArmorPolicy", Family::Host),
    ("security.kubearmor.com", "KubeArmorClusterPolicy", Family::Host),
    ("neuvector.com", "NvClusterSecurityRule", Family::Host),
    ("neuvector.com", "NvSecurityRule", Family::Host),
    ("security.istio.io", "AuthorizationPolicy", Family::Istio),
    ("security.istio.io", "PeerAuthentication", Family::Istio),
    ("networking.istio.io", "Sidecar", Family::Istio),
    ("policy.linkerd.io", "AuthorizationPolicy", Family::Linkerd),
    ("policy.linkerd.io", "EgressNetwork", Family::Linkerd),
    ("policy.linkerd.io", "Server", Family::Linkerd),
    ("policy.linkerd.io", "ServerAuthorization", Family::Linkerd),
    ("consul.hashicorp.com", "ServiceIntentions", Family::Intentions),
    ("access.smi-spec.io", "TrafficTarget", Family::Intentions),
    ("security.policy.gloo.solo.io", "AccessPolicy", Family::Intentions),
    ("kuma.io", "MeshTrafficPermission", Family::Kuma),
    ("kuma.io", "TrafficPermission", Family::Kuma),
    ("consul.hashicorp.com", "Mesh", Family::MeshWide),
    ("install.istio.io", "IstioOperator", Family::MeshWide),
    ("kuma.io", "Mesh", Family::MeshWide),
    ("kuma.io", "MeshPassthrough", Family::MeshWide),
    ("operator.istio.io", "Istio", Family::MeshWide),
    ("sailoperator.io", "Istio", Family::MeshWide),
    ("", "Template", Family::Carrier),
    ("addons.cluster.x-k8s.io", "ClusterResourceSet", Family::Carrier),
    ("addons.cluster.x-k8s.io", "HelmChartProxy", Family::Carrier),
    ("apps.open-cluster-management.io", "Subscription", Family::Carrier),
    ("argoproj.io", "Application", Family::Carrier),
    ("argoproj.io", "ApplicationSet", Family::Carrier),
    ("capsule.clastix.io", "Tenant", Family::Carrier),
    ("cilium.io", "TracingPolicy", Family::Carrier),
    ("cilium.io", "TracingPolicyNamespaced", Family::Carrier),
    ("config.projectsveltos.io", "ClusterProfile", Family::Carrier),
    ("config.projectsveltos.io", "Profile", Family::Carrier),
    ("configsync.gke.io", "RepoSync", Family::Carrier),
    ("configsync.gke.io", "RootSync", Family::Carrier),
    ("fleet.cattle.io", "GitRepo", Family::Carrier),
    ("helm.cattle.io", "HelmChart", Family::Carrier),
    ("helm.crossplane.io", "Release", Family::Carrier),
    ("helm.toolkit.fluxcd.io", "HelmRelease", Family::Carrier),
    ("hnc.x-k8s.io", "HierarchyConfiguration", Family::Carrier),
    ("kappctrl.k14s.io", "App", Family::Carrier),
    ("kubernetes.crossplane.io", "Object", Family::Carrier),
    ("k8s.otterize.com", "ClientIntents", Family::Carrier),
    ("kustomize.toolkit.fluxcd.io", "Kustomization", Family::Carrier),
    ("kyverno.io", "ClusterPolicy", Family::Carrier),
    ("kyverno.io", "Policy", Family::Carrier),
    ("management.cattle.io", "Cluster", Family::Carrier),
    ("multicluster.antrea.io", "ResourceExport", Family::Carrier),
    ("network.openshift.io", "ClusterNetwork", Family::Carrier),
    ("operator.openshift.io", "Network", Family::Carrier),
    ("packaging.carvel.dev", "PackageInstall", Family::Carrier),
    ("policies.kyverno.io", "GeneratingPolicy", Family::Carrier),
    ("provisioning.cattle.io", "Cluster", Family::Carrier),
    ("template.openshift.io", "Template", Family::Carrier),
    ("work.open-cluster-management.io", "ManifestWork", Family::Carrier),
];

/// The same as groups and kinds.
pub(in crate::language) fn unread_policies() -> impl Iterator<Item = (&'static str, &'static str)> {
    POLICIES.iter().filter(|(.., family)| !family.may_be_nothing()).map(|(group, kind, _)| (*group, *kind))
}

/// Names of policies that mean the same in whatever group they are written.
const TELLING: &[&str] = &[
    "AuthorizationPolicy",
    "CiliumClusterwideNetworkPolicy",
    "CiliumNetworkPolicy",
    "EgressFirewall",
    "EgressNetworkPolicy",
    "PeerAuthentication",
    "ServerAuthorization",
    "ServiceIntentions",
];

/// Kinds that make pods in ways that are not read, by name.
const MAKES_PODS: &[&str] = &[
    "Alertmanager",
    "AutoscalingRunnerSet",
    "BroadcastJob",
    "BuildConfig",
    "CassandraDatacenter",
    "CloneSet",
    "ClusterWorkflowTemplate",
    "CronWorkflow",
    "DeploymentConfig",
    "Elasticsearch",
    "Fleet",
    "FlinkDeployment",
    "GameServer",
    "InferenceService",
    "InnoDBCluster",
    "Jaeger",
    "JobSet",
    "Kafka",
    "KafkaBridge",
    "KafkaConnect",
    "KafkaMirrorMaker2",
    "KafkaNodePool",
    "Keycloak",
    "Kibana",
    "LeaderWorkerSet",
    "Logstash",
    "LokiStack",
    "MPIJob",
    "MongoDBCommunity",
    "Notebook",
    "OpenTelemetryCollector",
    "PerconaServerMongoDB",
    "PerconaXtraDBCluster",
    "PipelineRun",
    "PodTemplate",
    "PostgresCluster",
    "Prometheus",
    "PrometheusAgent",
    "PyTorchJob",
    "RabbitmqCluster",
    "RayCluster",
    "RayJob",
    "RayService",
    "RedisCluster",
    "RedisFailover",
    "Revision",
    "Rollout",
    "RunnerDeployment",
    "ScaledJob",
    "ScheduledSparkApplication",
    "ScyllaCluster",
    "SeldonDeployment",
    "SparkApplication",
    "TFJob",
    "TaskRun",
    "ThanosRuler",
    "TidbCluster",
    "UnitedDeployment",
    "VMAgent",
    "VMAlert",
    "VMAlertmanager",
    "VMCluster",
    "VMSingle",
    "VirtualMachine",
    "VirtualMachineInstance",
    "VirtualMachineInstanceReplicaSet",
    "VirtualMachinePool",
    "Workflow",
    "WorkflowTemplate",
    "postgresql",
];

/// Kinds that make pods, whose names mean other things elsewhere.
const MAKES_PODS_IN: &[(&str, &str)] = &[
    ("apps.kruise.io", "DaemonSet"),
    ("apps.kruise.io", "StatefulSet"),
    ("argoproj.io", "ArgoCD"),
    ("batch.volcano.sh", "Job"),
    ("grafana.integreatly.org", "Grafana"),
    ("minio.min.io", "Tenant"),
    ("postgresql.cnpg.io", "Cluster"),
    ("postgresql.cnpg.io", "Pooler"),
    ("serving.knative.dev", "Configuration"),
    ("serving.knative.dev", "Service"),
];

/// Kinds that lead traffic to pods, and are not read.
const TRAFFIC: &[&str] = &[
    "CiliumLocalRedirectPolicy",
    "EgressIP",
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

/// Kinds that a policy engine makes while it runs: their group, name and engine. Upstream: docs.cilium.io, "CRD-Backed Identities".
const OF_ENGINES: &[(&str, &str, ClusterEngine)] = &[
    ("cilium.io", "CiliumEndpoint", ClusterEngine::Cilium),
    ("cilium.io", "CiliumEndpointSlice", ClusterEngine::Cilium),
    ("cilium.io", "CiliumIdentity", ClusterEngine::Cilium),
    ("cilium.io", "CiliumNode", ClusterEngine::Cilium),
];

/// Well-known kinds without a part in who may talk to whom.
const IRRELEVANT: &[&str] = &[
    "APIService",
    "Application",
    "CSIDriver",
    "CSINode",
    "Certificate",
    "CertificateSigningRequest",
    "CiliumCIDRGroup",
    "ClusterGroup",
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

/// The group in which a policy of a kind of the community for all engines is written.
const CLUSTER_POLICY_GROUP: &str = "policy.networking.k8s.io";
/// Policies for networks besides the one that all pods have.
const OTHER_NETWORKS: &str = "MultiNetworkPolicy";

/// What to say about a kind that is not read.
pub(in crate::language) fn classify(kind: &str, api_version: &str) -> Class {
    let group = super::super::kinds::group(api_version);
    let is_kubernetes = is_own_group(group);
    let has = |list: &[&str]| list.binary_search(&kind).is_ok();
    if kind == OTHER_NETWORKS {
        return Class::Irrelevant;
    }
    let of_group = || POLICIES.iter().filter(|(g, ..)| *g == group);
    let policies = || of_group().filter(|(.., family)| !family.may_be_nothing());
    if let Some((.., family)) = of_group().find(|(_, name, _)| *name == kind) {
        return Class::Policy(*family, Cause::Kind);
    }
    if has(TELLING)
        && let Some((.., family)) = POLICIES.iter().find(|(_, name, _)| *name == kind)
    {
        return Class::Policy(*family, Cause::NoSuchKind);
    }
    if let Some((.., engine)) = OF_ENGINES.iter().find(|(g, name, _)| *g == group && *name == kind) {
        return Class::OfEngine(*engine);
    }
    let in_group = |list: &[(&str, &str)]| list.contains(&(group, kind));
    if has(MAKES_PODS) || in_group(MAKES_PODS_IN) {
        Class::MakesPods
    } else if has(TRAFFIC) || (kind == "Ingress" && !is_kubernetes) {
        Class::Traffic
    } else if has(IRRELEVANT) {
        Class::Irrelevant
    } else if let Some(name) = nearest(kind, policies().map(|(_, name, _)| *name)) {
        let family = of_group().find(|(_, of, _)| *of == name).map_or(Family::NamespacedPolicy, |(.., family)| *family);
        Class::Policy(family, Cause::NoSuchKind)
    } else if group == CLUSTER_POLICY_GROUP && kind.contains("Policy") {
        Class::Policy(Family::AnyClusterPolicy, Cause::NoSuchKind)
    } else if kind.ends_with("NetworkPolicy") {
        let family = if kind.contains("Cluster") || kind.contains("Global") { Family::ClusterPolicy } else { Family::NamespacedPolicy };
        Class::Policy(family, Cause::Kind)
    } else {
        Class::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [MAKES_PODS, TELLING, TRAFFIC, IRRELEVANT] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }

    #[test]
    fn kinds_are_told_apart_by_group_and_by_name() {
        let policy = |family| Class::Policy(family, Cause::Kind);
        let misspelt = |family| Class::Policy(family, Cause::NoSuchKind);
        for (kind, version, class) in [
            ("NetworkPolicy", "crd.antrea.io/v1beta1", policy(Family::Antrea)),
            ("CiliumNetworkPolicy", "cilium.io/v2", policy(Family::Cilium)),
            ("CiliumNetworkPolcy", "cilium.io/v2", misspelt(Family::Cilium)),
            ("CiliumNetworkPolicy", "networking.k8s.io/v1", misspelt(Family::Cilium)),
            ("AuthorizationPolicy", "policy.linkerd.io/v1alpha1", policy(Family::Linkerd)),
            ("AuthorizationPolicies", "security.istio.io/v1", misspelt(Family::Istio)),
            ("GlobalAdminPolicy", "policy.networking.k8s.io/v1", misspelt(Family::AnyClusterPolicy)),
            ("ZoneNetworkPolicy", "net.example.com/v1", policy(Family::NamespacedPolicy)),
            ("Service", "serving.knative.dev/v1", Class::MakesPods),
            ("Cluster", "postgresql.cnpg.io/v1", Class::MakesPods),
            ("Cluster", "cluster.x-k8s.io/v1beta1", Class::Unknown),
            ("Gateway", "gateway.networking.k8s.io/v1", Class::Traffic),
            ("MultiNetworkPolicy", "k8s.cni.cncf.io/v1beta1", Class::Irrelevant),
            ("CiliumNode", "cilium.io/v2", Class::OfEngine(ClusterEngine::Cilium)),
            ("CiliumNode", "example.com/v1", Class::Unknown),
            ("Application", "argoproj.io/v1alpha1", policy(Family::Carrier)),
            ("Application", "app.k8s.io/v1beta1", Class::Irrelevant),
            ("AppProject", "argoproj.io/v1alpha1", Class::Unknown),
            ("ClusterResourceSet", "addons.cluster.x-k8s.io/v1beta1", policy(Family::Carrier)),
            ("Release", "helm.crossplane.io/v1beta1", policy(Family::Carrier)),
            ("Template", "v1", policy(Family::Carrier)),
            ("ConfigMap", "v1", Class::Irrelevant),
            ("Mesh", "kuma.io/v1alpha1", policy(Family::MeshWide)),
            ("PolicyEndpoint", "networking.k8s.aws/v1alpha1", policy(Family::NamespacedPolicy)),
            ("ClientIntents", "k8s.otterize.com/v2beta1", policy(Family::Carrier)),
            ("GitRepo", "fleet.cattle.io/v1alpha1", policy(Family::Carrier)),
            ("App", "kappctrl.k14s.io/v1alpha1", policy(Family::Carrier)),
            ("Widget", "example.com/v1", Class::Unknown),
        ] {
            assert_eq!(classify(kind, version), class, "{kind} of {version}");
        }
    }
}
