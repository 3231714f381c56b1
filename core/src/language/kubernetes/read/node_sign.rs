//! What the labels and annotations of a node tell of the network plugin on it.
//!
//! Upstream: `projectcalico/calico`, `libcalico-go/lib/backend/k8s/resources/node.go`; `cilium/cilium`, `pkg/annotation/k8s.go`; `flannel-io/flannel`,
//! `pkg/subnet/kube/annotations.go`; `k3s-io/k3s`, `pkg/nodeconfig/nodeconfig.go`; AKS's labels as `Azure/karpenter-provider-azure` and
//! `Azure/AgentBaker` have them.

use crate::document::NodeRef;
use crate::language::plugins::NodeSign;
use crate::language::read::fields::Slot;
use crate::model::ClusterEngine;

/// What a node tells, if anything.
pub(super) fn sign(metadata: &Slot<'_, '_>) -> Option<NodeSign> {
    let of = |field: &str| metadata.value().and_then(|node| node.get(field));
    let (labels, annotations) = (of("labels"), of("annotations"));
    let label = |name: &str| labels.and_then(|labels| labels.get(name)).and_then(NodeRef::as_str);
    let annotation = |name: &str| annotations.and_then(|annotations| annotations.get(name)).and_then(NodeRef::as_str);
    let starts = |prefix: &str| annotations.and_then(|a| a.as_mapping()).is_some_and(|all| all.iter().any(|e| e.key.starts_with(prefix)));
    let calico = annotation("projectcalico.org/IPv4Address").or(annotation("projectcalico.org/IPv6Address")).is_some();
    let cilium =
        starts("network.cilium.io/") || starts("io.cilium.network.") || label("kubernetes.azure.com/ebpf-dataplane") == Some("cilium");
    let of_azure = match label("kubernetes.azure.com/network-policy") {
        Some("calico") => Some(NodeSign::Engine(ClusterEngine::Calico)),
        Some("azure") => Some(NodeSign::Engine(ClusterEngine::Azure)),
        Some("cilium") => Some(NodeSign::Engine(ClusterEngine::Cilium)),
        Some("none") => Some(NodeSign::Open("the network of an AKS cluster without a policy engine of Azure's")),
        _ => None,
    };
    let (k3s, rke2) = (annotation("k3s.io/node-args"), annotation("rke2.io/node-args"));
    match (calico, cilium) {
        // One engine takes the other's place.
        (true, true) => None,
        (true, false) => Some(NodeSign::Engine(ClusterEngine::Calico)),
        (false, true) => Some(NodeSign::Engine(ClusterEngine::Cilium)),
        _ if of_azure.is_some() => of_azure,
        // These bring a policy engine along; the servers' own arguments can leave it out, as is done for another one that is installed instead.
        _ if k3s.is_some_and(leaves_policies_out) => Some(match starts("flannel.alpha.coreos.com/") {
            true => NodeSign::Idle("flannel in k3s with `--disable-network-policy`"),
            false => NodeSign::Open("k3s with `--disable-network-policy`"),
        }),
        _ if k3s.is_some() || rke2.is_some() => None,
        _ if starts("flannel.alpha.coreos.com/") => Some(NodeSign::Open("flannel, which enforces no policies")),
        _ => None,
    }
}

/// Whether the arguments of k3s, a JSON list in which an option and its value are two items, turn its policy controller off.
fn leaves_policies_out(args: &str) -> bool {
    let mut words = args.split([',', '[', ']']).map(|word| word.trim().trim_matches('"')).filter(|word| !word.is_empty());
    words.any(|word| word == "--disable-network-policy") && words.next() != Some("false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_controller_of_k3s_is_turned_off_by_an_option() {
        assert!(leaves_policies_out(r#"["server","--disable-network-policy","--tls-san","a"]"#));
        assert!(leaves_policies_out(r#"["server", "--disable-network-policy", "true"]"#));
        assert!(!leaves_policies_out(r#"["server","--disable-network-policy","false"]"#));
        assert!(!leaves_policies_out(r#"["server","--disable","traefik"]"#));
    }
}
