//! LINT163: a security group that stops traffic among the nodes and pods of a cluster.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::groups::once;
use crate::answers::lint::needs::{Need, node_addresses, node_subnets, stop};
use crate::answers::lint::packets::Packets;
use crate::answers::lint::{Lint, LintInput};
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::AddressSet;
use crate::policy::Direction;

const CODE: Code = Code("LINT163");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a security group stops traffic among the nodes and pods of a cluster, which AKS does not support",
    advice: "allow it above the rule, and restrict pods with policies",
    explanation: r#"Upstream: "Outbound network and FQDN rules for AKS clusters": blocking traffic within the nodes' subnet is not supported."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.66.0.0/16, subnets: [{name: nodes, prefix: 10.66.0.0/24, nsg: g}]}]
  clusters: [{name: store, subnet: nodes, plugin: overlay, policy: calico, serviceRange: 172.29.0.0/16, nodes: 2}]
  nsgs:
  - name: g
    inbound:
    - {priority: 4096, name: halt, deny: '*'} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.66.0.0/16, subnets: [{name: nodes, prefix: 10.66.0.0/24, nsg: g}]}]
  clusters: [{name: store, subnet: nodes, plugin: overlay, policy: calico, serviceRange: 172.29.0.0/16, nodes: 2}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: fine, allow: '*', from: VirtualNetwork}
    - {priority: 4096, name: halt, deny: '*'}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let cloud = &input.snapshot.cloud;
    for cluster in &cloud.clusters {
        // Pods of an overlay have addresses of their own.
        let with_pods = |nodes: AddressSet| if cluster.plugin.is_flat() { nodes } else { nodes.union(&cluster.pod_range).v4_only() };
        let inside = with_pods(node_addresses(cloud, cluster));
        for (subnet, used) in node_subnets(cloud, cluster) {
            let own = with_pods(AddressSet::of_cidrs(&subnet.prefixes).v4_only());
            let connections = ConnectionSet::all();
            let among = [
                (Direction::Ingress, Packets { source: inside.clone(), destination: own.clone(), connections: connections.clone() }),
                (Direction::Egress, Packets { source: own, destination: inside.clone(), connections }),
            ];
            let stopped = among.into_iter().find_map(|(direction, packets)| stop(input, &Need { used, direction, packets, tags: &[] }));
            let Some(stop) = stopped else { continue };
            let message = format!(
                "rule `{}` of `{}` blocks traffic among the nodes and pods of `{}`, which AKS does not support",
                stop.rule, stop.group, cluster.name
            );
            let help = "above it, allow everything within the ranges of nodes and pods; restrict pods with network policies";
            once(found, Diagnostic::at(CODE, Severity::Warning, Some(stop.place), message).help(help));
        }
    }
}
