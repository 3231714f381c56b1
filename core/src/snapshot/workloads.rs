//! What makes pods.

use alloc::boxed::Box;
use core::fmt;

/// The kinds of objects with a pod template that are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs, reason = "each is named as upstream")]
pub enum WorkloadKind {
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    ReplicationController,
    Job,
    CronJob,
    /// Argo Rollouts' own Deployment.
    Rollout,
    /// OpenKruise's own Deployment.
    CloneSet,
    /// OpenShift's own Deployment.
    DeploymentConfig,
}

impl WorkloadKind {
    /// All of them.
    const ALL: [WorkloadKind; 10] = [
        WorkloadKind::Deployment,
        WorkloadKind::ReplicaSet,
        WorkloadKind::StatefulSet,
        WorkloadKind::DaemonSet,
        WorkloadKind::ReplicationController,
        WorkloadKind::Job,
        WorkloadKind::CronJob,
        WorkloadKind::Rollout,
        WorkloadKind::CloneSet,
        WorkloadKind::DeploymentConfig,
    ];

    /// Whether it is none of Kubernetes's own: read for the pods of its template alone.
    pub const fn is_foreign(self) -> bool {
        matches!(self, WorkloadKind::Rollout | WorkloadKind::CloneSet | WorkloadKind::DeploymentConfig)
    }

    /// The kind's name as upstream.
    pub const fn name(self) -> &'static str {
        match self {
            WorkloadKind::Deployment => "Deployment",
            WorkloadKind::ReplicaSet => "ReplicaSet",
            WorkloadKind::StatefulSet => "StatefulSet",
            WorkloadKind::DaemonSet => "DaemonSet",
            WorkloadKind::ReplicationController => "ReplicationController",
            WorkloadKind::Job => "Job",
            WorkloadKind::CronJob => "CronJob",
            WorkloadKind::Rollout => "Rollout",
            WorkloadKind::CloneSet => "CloneSet",
            WorkloadKind::DeploymentConfig => "DeploymentConfig",
        }
    }
}

/// What the pods of a [`Workload`](super::Workload) are named after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OwnerKind {
    /// A pod that nothing made.
    Pod,
    /// An object with a pod template.
    Workload(WorkloadKind),
    /// An object of another kind, which only the owner references of its pods name.
    Other(Box<str>),
    /// A WorkloadEndpoint of Calico.
    WorkloadEndpoint,
    /// Nothing in the input: a stand-in for the pods of the ingress controller.
    IngressController,
    /// Nothing in the input: a stand-in for the pods of the cluster's DNS.
    Dns,
}

impl OwnerKind {
    /// The kind with this name, as an owner reference gives it.
    pub fn named(name: &str) -> OwnerKind {
        let known = WorkloadKind::ALL.into_iter().find(|kind| kind.name() == name);
        match known {
            Some(kind) => OwnerKind::Workload(kind),
            None if name == "Pod" => OwnerKind::Pod,
            None => OwnerKind::Other(name.into()),
        }
    }

    /// Its name: `Deployment`, `Pod`, …
    pub fn as_str(&self) -> &str {
        match self {
            OwnerKind::Pod => "Pod",
            OwnerKind::Workload(kind) => kind.name(),
            OwnerKind::Other(name) => name,
            OwnerKind::WorkloadEndpoint => "WorkloadEndpoint",
            OwnerKind::IngressController => "IngressController",
            OwnerKind::Dns => "Dns",
        }
    }
}

impl fmt::Display for OwnerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_an_owner_comes_back_as_it_is() {
        for kind in WorkloadKind::ALL {
            assert_eq!(OwnerKind::named(kind.name()), OwnerKind::Workload(kind));
        }
        assert_eq!(OwnerKind::named("Pod"), OwnerKind::Pod);
        // An owner of a foreign kind never stands for what the engine itself adds.
        for name in ["Sandbox", "IngressController", "Dns", "WorkloadEndpoint"] {
            assert_eq!(OwnerKind::named(name), OwnerKind::Other(name.into()));
            assert_eq!(OwnerKind::named(name).as_str(), name);
        }
    }
}
