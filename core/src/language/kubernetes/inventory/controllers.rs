//! Labels that controllers put on the pods that they make. Upstream: "Well-Known Labels, Annotations and Taints" of the Kubernetes documentation.
//!
//! Some have values that follow from the workload (the name of a Job, the names of a StatefulSet's pods), others (hashes, numbers) none that a text
//! gives. Pods of one workload that such a label tells apart are told apart where a selector asks for it.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::language::{Kind, Replicas, Resource, Workload, WorkloadKind, asks_for_label};
use crate::model::{Labels, UnknownLabels, ValueShape};

/// The name of a StatefulSet's pod.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
/// Its number (since 1.28).
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";
/// The number of a pod of an indexed Job (since 1.28).
const COMPLETION_INDEX: &str = "batch.kubernetes.io/job-completion-index";
/// The name of a Job, by both keys.
const JOB_NAME: [&str; 2] = ["batch.kubernetes.io/job-name", "job-name"];
/// Its uid, by both keys.
const JOB_UID: [&str; 2] = ["batch.kubernetes.io/controller-uid", "controller-uid"];
/// The hash of a Deployment's template.
const TEMPLATE_HASH: &str = "pod-template-hash";
/// The same of a Rollout.
const ROLLOUT_HASH: &str = "rollouts-pod-template-hash";
/// The revision of a StatefulSet's or DaemonSet's template.
const REVISION: &str = "controller-revision-hash";
/// The number of a DaemonSet's template.
const GENERATION: &str = "pod-template-generation";
/// Pods of one workload that are told apart, at most.
const MOST_APART: u32 = 128;

/// Every label that a controller adds.
pub(crate) const CONTROLLER_LABELS: [&str; 11] = [
    POD_NAME,
    POD_INDEX,
    COMPLETION_INDEX,
    JOB_NAME[0],
    JOB_NAME[1],
    JOB_UID[0],
    JOB_UID[1],
    TEMPLATE_HASH,
    ROLLOUT_HASH,
    REVISION,
    GENERATION,
];

/// Labels of controllers with values that stay. One of two keys for the same thing is enough.
const LASTING: [&str; 2] = [JOB_NAME[0], POD_NAME];

/// Labels by which a policy can select the pods of an endpoint: those that a person wrote, or, where there are none, those of its controller that
/// stay. By the others a controller tells its pods, or generations of them, apart: naming one would break with the next rollout.
pub(crate) fn lasting_labels(labels: &Labels) -> Vec<(&str, &str)> {
    let written: Vec<(&str, &str)> = labels.iter().filter(|(key, _)| !CONTROLLER_LABELS.contains(key)).collect();
    if written.is_empty() { labels.iter().filter(|(key, _)| LASTING.contains(key)).collect() } else { written }
}

/// Pods of a template that nothing tells apart.
pub(super) struct Part {
    /// A name of its own, for a single pod of several.
    pub(super) name: Option<String>,
    pub(super) labels: Labels,
    pub(super) unknown: UnknownLabels,
    pub(super) replicas: Replicas,
}

/// Whether some selector asks for a label that tells the pods of one workload apart.
pub(crate) fn tells_pods_apart(kind: &Kind) -> bool {
    asks_for_label(kind, &|key| [POD_NAME, POD_INDEX, COMPLETION_INDEX].contains(&key))
}

/// The pods that a workload makes, with their labels; one part where they need not be told apart.
pub(super) fn parts(resource: &Resource, workload: &Workload, apart: bool) -> Vec<Part> {
    let name = &*resource.meta.name;
    let mut whole =
        Part { name: None, labels: workload.template.labels.clone(), unknown: resource.open_labels(), replicas: workload.replicas };
    let Part { labels, unknown, .. } = &mut whole;
    let mut open = |key: &str, shape: ValueShape, labels: &Labels| {
        // A template that was read from a cluster has them.
        if labels.get(key).is_none() {
            unknown.keys.push((key.into(), shape));
        }
    };
    let begins = |text: String| ValueShape::Begins(text.into_boxed_str());
    match workload.kind {
        WorkloadKind::Deployment => open(TEMPLATE_HASH, ValueShape::Any, labels),
        WorkloadKind::DaemonSet => {
            open(REVISION, ValueShape::Any, labels);
            open(GENERATION, ValueShape::Any, labels);
        }
        WorkloadKind::Rollout => open(ROLLOUT_HASH, ValueShape::Any, labels),
        WorkloadKind::CloneSet => open(REVISION, ValueShape::Any, labels),
        WorkloadKind::DeploymentConfig => ["deployment", "deploymentconfig"].iter().for_each(|key| open(key, ValueShape::Any, labels)),
        WorkloadKind::StatefulSet => open(REVISION, begins(format!("{name}-")), labels),
        WorkloadKind::CronJob => {
            JOB_NAME.iter().for_each(|key| open(key, begins(format!("{name}-")), labels));
            JOB_UID.iter().for_each(|key| open(key, ValueShape::Any, labels));
        }
        WorkloadKind::Job if !workload.own_selector => {
            for key in JOB_NAME {
                if resource.meta.generated {
                    open(key, ValueShape::Any, labels);
                } else {
                    labels.set(key, name);
                }
            }
            JOB_UID.iter().for_each(|key| open(key, ValueShape::Any, labels));
        }
        WorkloadKind::Job | WorkloadKind::ReplicaSet | WorkloadKind::ReplicationController => {}
    }
    numbered(name, workload, whole, apart)
}

/// Pods that have numbers, one by one or together.
fn numbered(name: &str, workload: &Workload, mut whole: Part, apart: bool) -> Vec<Part> {
    let (keys, count): (&[&str], u32) = match (workload.kind, workload.replicas) {
        (WorkloadKind::StatefulSet, Replicas::Count(count)) => (&[POD_NAME, POD_INDEX], count),
        (WorkloadKind::Job, Replicas::Count(_)) if workload.indexed.is_some() => (&[COMPLETION_INDEX], workload.indexed.unwrap_or(0)),
        _ => return alloc::vec![whole],
    };
    let set = |labels: &mut Labels, number: u32| {
        for key in keys {
            let value = if *key == POD_NAME { format!("{name}-{number}") } else { number.to_string() };
            labels.set(key, &value);
        }
    };
    let first = workload.first_ordinal;
    match count {
        1 => {
            set(&mut whole.labels, first);
            alloc::vec![whole]
        }
        2..=MOST_APART if apart && whole.replicas != Replicas::Count(0) => {
            let one = |number: u32| {
                let mut labels = whole.labels.clone();
                set(&mut labels, number);
                Part { name: Some(format!("{name}-{number}")), labels, unknown: whole.unknown.clone(), replicas: Replicas::Count(1) }
            };
            (0..count).map(|i| one(first.saturating_add(i))).collect()
        }
        _ => {
            for key in keys {
                let shape = if *key == POD_NAME { ValueShape::Begins(Box::from(format!("{name}-"))) } else { ValueShape::Any };
                whole.unknown.keys.push(((*key).into(), shape));
            }
            alloc::vec![whole]
        }
    }
}
