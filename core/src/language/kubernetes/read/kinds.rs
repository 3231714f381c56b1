//! Kubernetes's kinds. Old versions: "Deprecated API Migration Guide" of the Kubernetes documentation.

use alloc::format;

use super::pods::interfaces;
use super::workload_status::with_status;
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::read::fields::{Reader, Slot, quoted};
use crate::language::read::kinds::{Body, KnownKind, ReadKind, Role};
use crate::language::read::meta::NameRule;
use crate::language::read::unread::{Family, linkerd_default};
use crate::language::unread::Enforcer;
use crate::language::{ClusterPolicyKind, Kind, Meta, WorkloadKind, codes};
use crate::model::{Labels, well_known};

const fn workload(name: &'static str, current: &'static [&'static str], old: &'static [&'static str], read: ReadKind) -> KnownKind {
    KnownKind { old, ..KnownKind::namespaced(name, Role::MakesPods, current, read) }
}

const fn foreign_workload(kind: KnownKind) -> KnownKind {
    KnownKind { role: Role::MakesPodsByTemplate, ..kind }
}

const fn cluster_policy(name: &'static str, current: &'static [&'static str], read: ReadKind) -> KnownKind {
    KnownKind::cluster(name, Role::Policy(Family::AnyClusterPolicy, Enforcer::Any), current, read)
}

/// How a kind of workload is read.
macro_rules! read_workload {
    ($kind:ident) => {
        ReadKind::Spec(|reader, body| {
            let workload = reader.workload(&body.spec, WorkloadKind::$kind, body.owner.clone(), !body.is_old);
            Kind::Workload(with_status(workload, body.status.value()))
        })
    };
}

/// How a kind of cluster-wide policy is read.
macro_rules! read_cluster_policy {
    ($kind:ident) => {
        ReadKind::Spec(|reader, body| reader.cluster_wide(body, ClusterPolicyKind::$kind))
    };
}

/// All kinds of Kubernetes that are read, and workloads of other projects that are read for their templates.
pub(in crate::language) const KINDS: &[KnownKind] = &[
    KnownKind {
        names: NameRule::Label,
        ..KnownKind::cluster("Namespace", Role::Other, &["v1"], ReadKind::Spec(|reader, body| reader.namespace(body)))
    },
    KnownKind::namespaced("ServiceAccount", Role::Other, &["v1"], ReadKind::Whole(service_account)),
    KnownKind::namespaced("Pod", Role::MakesPods, &["v1"], ReadKind::Spec(|reader, body| reader.pod_object(body))),
    workload("Deployment", &["apps/v1"], &["apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"], read_workload!(Deployment)),
    workload("ReplicaSet", &["apps/v1"], &["apps/v1beta2", "extensions/v1beta1"], read_workload!(ReplicaSet)),
    workload("StatefulSet", &["apps/v1"], &["apps/v1beta1", "apps/v1beta2"], read_workload!(StatefulSet)),
    workload("DaemonSet", &["apps/v1"], &["apps/v1beta2", "extensions/v1beta1"], read_workload!(DaemonSet)),
    workload("ReplicationController", &["v1"], &[], read_workload!(ReplicationController)),
    workload("Job", &["batch/v1"], &[], read_workload!(Job)),
    workload("CronJob", &["batch/v1"], &["batch/v1beta1", "batch/v2alpha1"], read_workload!(CronJob)),
    foreign_workload(workload("Rollout", &["argoproj.io/v1alpha1"], &[], read_workload!(Rollout))),
    foreign_workload(workload("CloneSet", &["apps.kruise.io/v1alpha1"], &["apps.kruise.io/v1beta1"], read_workload!(CloneSet))),
    foreign_workload(workload("DeploymentConfig", &["apps.openshift.io/v1"], &["v1"], read_workload!(DeploymentConfig))),
    KnownKind {
        names: NameRule::Label,
        ..KnownKind::namespaced(
            "Service",
            Role::Other,
            &["v1"],
            ReadKind::Spec(|reader, body| Kind::Service(reader.service(&body.spec, &body.metadata, &body.status))),
        )
    },
    KnownKind::cluster(
        "Node",
        Role::Other,
        &["v1"],
        ReadKind::Spec(|reader, body| Kind::Node(reader.node(&body.spec, &body.metadata, &body.status))),
    ),
    KnownKind {
        old: &["extensions/v1beta1", "networking.k8s.io/v1beta1"],
        has_old_form: true,
        ..KnownKind::namespaced(
            "Ingress",
            Role::Other,
            &["networking.k8s.io/v1"],
            ReadKind::Spec(|reader, body| Kind::Ingress(reader.ingress(&body.spec, &body.metadata, &body.status, body.is_old))),
        )
    },
    KnownKind {
        old: &["networking.k8s.io/v1beta1"],
        ..KnownKind::cluster(
            "IngressClass",
            Role::Other,
            &["networking.k8s.io/v1"],
            ReadKind::Spec(|reader, body| Kind::IngressClass(reader.ingress_class(&body.spec, &body.metadata))),
        )
    },
    KnownKind {
        old: &["discovery.k8s.io/v1beta1"],
        ..KnownKind::namespaced("EndpointSlice", Role::Other, &["discovery.k8s.io/v1"], ReadKind::Whole(endpoint_slice))
    },
    KnownKind::namespaced("Endpoints", Role::Other, &["v1"], ReadKind::Whole(endpoints)),
    KnownKind {
        old: &["extensions/v1beta1"],
        ..KnownKind::namespaced(
            "NetworkPolicy",
            Role::Policy(Family::NamespacedPolicy, Enforcer::Any),
            &["networking.k8s.io/v1"],
            ReadKind::Spec(|reader, body| Kind::NetworkPolicy(reader.network_policy(&body.spec))),
        )
    },
    cluster_policy("AdminNetworkPolicy", &["policy.networking.k8s.io/v1alpha1"], read_cluster_policy!(Admin)),
    cluster_policy("BaselineAdminNetworkPolicy", &["policy.networking.k8s.io/v1alpha1"], read_cluster_policy!(BaselineAdmin)),
    cluster_policy("ClusterNetworkPolicy", &["policy.networking.k8s.io/v1alpha2"], read_cluster_policy!(Cluster)),
];

/// A ServiceAccount has no `spec`.
fn service_account<'a>(reader: &mut Reader<'a>, object: &Slot<'a, '_>, known: &'static KnownKind, ordinal: usize) -> Option<(Meta, Kind)> {
    let others = &["automountServiceAccountToken", "imagePullSecrets", "secrets"];
    let [_, _, metadata] = reader.fields(object, ["apiVersion", "kind", "metadata"], others)?;
    Some((reader.metadata(&metadata, known.names, known.scope, ordinal).meta, Kind::ServiceAccount))
}

/// An EndpointSlice has no `spec`.
fn endpoint_slice<'a>(reader: &mut Reader<'a>, object: &Slot<'a, '_>, known: &'static KnownKind, ordinal: usize) -> Option<(Meta, Kind)> {
    let names = ["metadata", "endpoints", "ports", "apiVersion", "kind", "addressType"];
    let [metadata, endpoints, ports, _, _, kind] = reader.fields(object, names, &[])?;
    let meta = reader.metadata(&metadata, known.names, known.scope, ordinal).meta;
    let slice = reader.endpoint_slice(&meta.labels, &kind, &endpoints, &ports);
    Some((meta, Kind::EndpointSlice(slice)))
}

/// Endpoints have no `spec`.
fn endpoints<'a>(reader: &mut Reader<'a>, object: &Slot<'a, '_>, known: &'static KnownKind, ordinal: usize) -> Option<(Meta, Kind)> {
    let [metadata, subsets, ..] = reader.fields(object, ["metadata", "subsets", "apiVersion", "kind"], &[])?;
    let meta = reader.metadata(&metadata, known.names, known.scope, ordinal).meta;
    let subsets = reader.subsets(&meta, &metadata, &subsets);
    Some((meta, Kind::Endpoints(subsets)))
}

impl<'a> Reader<'a> {
    fn namespace(&mut self, body: &Body<'a, '_>) -> Kind {
        self.fields(&body.spec, ["finalizers"], &[]);
        self.check_namespace(&body.metadata, &body.meta.name, &body.meta.labels, body.has_dead_annotation);
        let closed = body.metadata.value().and_then(|metadata| linkerd_default(metadata, &body.meta.name));
        self.flaws.effects.extend(closed);
        Kind::Namespace
    }

    fn pod_object(&mut self, body: &Body<'a, '_>) -> Kind {
        let labels = (body.meta.labels.clone(), body.meta.labels_span);
        let leaving = body.metadata.value().is_some_and(|m| m.get("deletionTimestamp").is_some());
        let mut pod = self.pod(&body.spec, (&body.status, leaving), labels, body.owner.clone());
        pod.template.interfaces = interfaces(&body.metadata);
        if pod.addresses.is_empty() && !pod.template.host_network {
            pod.addresses.clone_from(&pod.template.interfaces.own);
        }
        Kind::Pod(pod)
    }

    fn cluster_wide(&mut self, body: &Body<'a, '_>, policy: ClusterPolicyKind) -> Kind {
        let meta = &body.meta;
        if policy == ClusterPolicyKind::BaselineAdmin && &*meta.name != "default" && !meta.name.is_empty() {
            let message = "Only one baseline admin network policy with metadata.name=\"default\" can be created in the cluster";
            let text = format!("metadata.name: Invalid value: {}: {message}", quoted(&meta.name));
            let diagnostic = Diagnostic::new(codes::BASELINE_NAME, Severity::Error, meta.name_span, text);
            let diagnostic = self.rewrite(diagnostic, meta.name_span, Some("default"));
            self.refuse(diagnostic);
        }
        Kind::ClusterPolicy(self.cluster_policy(&body.spec, policy))
    }

    /// What is particular to namespaces.
    fn check_namespace(&mut self, metadata: &Slot<'a, '_>, name: &str, labels: &Labels, has_dead_annotation: bool) {
        if let Some(value) = labels.get(well_known::NAMESPACE_NAME).filter(|value| *value != name && !name.is_empty()) {
            let entry = metadata.node.and_then(|node| node.get("labels")).and_then(|labels| labels.entry(well_known::NAMESPACE_NAME));
            let span = entry.map_or(metadata.at, |entry| entry.key_span);
            let message = format!(
                "metadata.labels: API servers always set `{}` to the name `{name}` (here: {})",
                well_known::NAMESPACE_NAME,
                quoted(value)
            );
            self.report(Diagnostic::new(codes::NAMESPACE_NAME_LABEL, Severity::Warning, span, message).help("leave the label out"));
        }
        if has_dead_annotation {
            let message = "the annotation `net.beta.kubernetes.io/network-policy` has no effect any more";
            let warning = metadata.warning(codes::DEAD_ANNOTATION, message);
            self.report(warning.help("write a NetworkPolicy that selects all pods and allows nothing"));
        }
    }
}
