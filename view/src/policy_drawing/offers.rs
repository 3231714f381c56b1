//! Whom a new rule can be about.

use netpolis_core::policy::Policy;
use netpolis_core::snapshot::{PodEndpoint, Role, Snapshot, Workload, WorkloadId};

use super::{DrawnPods, OfferedPeer};
use crate::scene::workload_key;

/// Most workloads and namespaces that are offered.
const MOST: usize = 40;
/// More ports than these are not written by themselves.
const FEW_PORTS: usize = 4;

/// What the key of a peer begins with, before a workload, a namespace and a range.
pub(super) const PODS: &str = "pods ";
pub(super) const NAMESPACE: &str = "namespace ";
pub(super) const BLOCK: &str = "block ";
/// The keys of those that there is one of.
pub(super) const ANYTHING: &str = "anything";
pub(super) const CLUSTER: &str = "cluster";
pub(super) const DNS: &str = "dns";

/// Pods first: those of the policy's namespace, then those of others, then whole namespaces, then what there is one of.
pub(super) fn offers(snapshot: &Snapshot, policy: &Policy, selected: &DrawnPods) -> Vec<OfferedPeer> {
    let own = policy.namespace.as_deref();
    let usual = |workload: &Workload| {
        first(snapshot, workload).is_some_and(|pod| pod.role == Role::Pod && !pod.host_network && !pod.labels.is_empty())
    };
    let mut workloads: Vec<(WorkloadId, &Workload)> = snapshot.workloads().filter(|(_, workload)| usual(workload)).collect();
    workloads.sort_by_key(|(_, workload)| Some(snapshot.namespace_name(workload.namespace)) != own);
    let ingress = selected_ports(snapshot, selected);
    let offer = |key: String, title: String, egress: String, selectable: bool| OfferedPeer {
        key,
        title,
        ports: [ingress.clone(), egress],
        selectable,
    };
    let pods = workloads.iter().take(MOST).map(|(id, workload)| {
        let namespace = snapshot.namespace_name(workload.namespace);
        let title = if Some(namespace) == own { format!("`{}`", workload.name) } else { format!("`{namespace}/{}`", workload.name) };
        let egress = first(snapshot, workload).map(ports).unwrap_or_default();
        offer(format!("{PODS}{}", workload_key(snapshot, *id)), title, egress, Some(namespace) == own)
    });
    let namespaces = snapshot.namespaces.iter().filter(|namespace| !namespace.name.is_empty()).take(MOST).map(|namespace| {
        let which = if Some(namespace.name.as_str()) == own { "this namespace" } else { "namespace" };
        let is_own = Some(namespace.name.as_str()) == own;
        offer(format!("{NAMESPACE}{}", namespace.name), format!("{which} `{}`", namespace.name), String::new(), is_own)
    });
    let whole = [(CLUSTER, "any pod of the cluster"), (ANYTHING, "anything, also outside")];
    let whole = whole.map(|(key, title)| offer(key.into(), title.into(), String::new(), false));
    let dns = OfferedPeer { key: DNS.into(), title: "the cluster's DNS".into(), ports: [String::new(), String::new()], selectable: false };
    pods.chain(namespaces).chain(whole).chain([dns]).collect()
}

fn first<'a>(snapshot: &'a Snapshot, workload: &Workload) -> Option<&'a PodEndpoint> {
    snapshot.pod(*workload.endpoints.first()?)
}

/// The ports that a pod declares, where they are few.
fn ports(pod: &PodEndpoint) -> String {
    let words: Vec<String> = pod.ports.iter().map(|port| format!("{} {}", port.protocol, port.number)).collect();
    if words.len() > FEW_PORTS { String::new() } else { words.join(", ") }
}

/// The ports that the selected pods declare, where all of them declare the same.
fn selected_ports(snapshot: &Snapshot, selected: &DrawnPods) -> String {
    let is_selected = |id: WorkloadId| {
        let key = workload_key(snapshot, id);
        selected.ends.iter().any(|end| end.key == key)
    };
    let declared = snapshot.workloads().filter(|(id, _)| is_selected(*id)).map(|(_, workload)| first(snapshot, workload).map(ports));
    let mut declared: Vec<String> = declared.map(Option::unwrap_or_default).collect();
    declared.dedup();
    match declared.as_slice() {
        [same] => same.clone(),
        _ => String::new(),
    }
}
