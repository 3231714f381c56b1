//! What the status of a workload says of its pods, where these are not in the input themselves.

use crate::document::{NodeRef, Value};
use crate::language::{Readiness, Replicas, Workload, WorkloadKind};

/// A workload as its status shows it: with pods that are not ready, or without any. Upstream: apps/v1 `DeploymentStatus` and its siblings; the Kubernetes
/// documentation, "Jobs", on what a finished Job leaves.
pub(in crate::language) fn with_status(workload: Workload, status: Option<NodeRef<'_>>) -> Workload {
    let Some(status) = status else { return workload };
    match workload.kind {
        WorkloadKind::CronJob => workload,
        WorkloadKind::Job if is_finished(status) => Workload { replicas: Replicas::Count(0), ..workload },
        WorkloadKind::Job => readiness(workload, number(status, "active"), number(status, "ready")),
        WorkloadKind::DaemonSet => {
            let desired = number(status, "desiredNumberScheduled");
            // Zeros alone are what programs write that never asked a cluster.
            if desired == Some(0) && is_observed(status) {
                return Workload { replicas: Replicas::Count(0), ..workload };
            }
            readiness(workload, desired, number(status, "numberReady"))
        }
        _ => {
            let (made, unavailable) = (number(status, "replicas"), number(status, "unavailableReplicas"));
            let made = made.into_iter().chain(unavailable).max();
            let made = if is_observed(status) { Some(made.unwrap_or(0).max(1)) } else { made };
            // A number that is nought is left out.
            readiness(workload, made, number(status, "readyReplicas").or(Some(0)))
        }
    }
}

/// Of the pods that there are, none is ready.
fn readiness(workload: Workload, made: Option<i64>, ready: Option<i64>) -> Workload {
    let is_none_ready = made.is_some_and(|made| made > 0) && ready == Some(0);
    Workload { readiness: if is_none_ready { Readiness::NotReady } else { workload.readiness }, ..workload }
}

/// Whether a Job is over, so that none of its pods runs.
fn is_finished(status: NodeRef<'_>) -> bool {
    let text = |node: NodeRef<'_>, field: &str, word: &str| node.get(field).and_then(NodeRef::as_str) == Some(word);
    let is_end = |condition: NodeRef<'_>| text(condition, "type", "Complete") || text(condition, "type", "Failed");
    let conditions = status.get("conditions").and_then(NodeRef::as_sequence).into_iter().flatten();
    conditions.filter(|condition| is_end(*condition)).any(|condition| text(condition, "status", "True"))
}

/// Whether a controller wrote the status.
fn is_observed(status: NodeRef<'_>) -> bool {
    number(status, "observedGeneration").is_some_and(|generation| generation > 0)
}

fn number(status: NodeRef<'_>, field: &str) -> Option<i64> {
    match status.get(field)?.value() {
        Value::Int(number) => Some(*number),
        _ => None,
    }
}
