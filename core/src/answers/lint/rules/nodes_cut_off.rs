//! LINT162: a security group that keeps a cluster's nodes from TCP 443 outside.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::groups::once;
use crate::answers::lint::needs::{Need, internet, node_subnets, stop};
use crate::answers::lint::packets::Packets;
use crate::answers::lint::{Lint, LintInput};
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::{AddressSet, Protocol};
use crate::policy::Direction;
use crate::snapshot::cloud::Feature;

const CODE: Code = Code("LINT162");
const HELP: &str = "above it, allow TCP 443 to the tag `AzureCloud` (see \"Outbound network and FQDN rules for AKS clusters\"), and restrict the rest with a firewall";

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a security group keeps a cluster's nodes from TCP 443 outside",
    advice: "allow TCP 443 to the tag `AzureCloud`",
    explanation: r#"Nodes that do not reach the API server and Microsoft's registry do not become ready. Upstream: "Outbound network and FQDN rules for AKS clusters"."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.66.0.0/16, subnets: [{name: nodes, prefix: 10.66.0.0/24, nsg: g}]}]
  clusters: [{name: store, subnet: nodes, plugin: overlay, policy: calico, serviceRange: 172.29.0.0/16, nodes: 2}]
  nsgs:
  - name: g
    outbound:
    - {priority: 100, name: halt, deny: tcp 443, to: Internet} # here
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.66.0.0/16, subnets: [{name: nodes, prefix: 10.66.0.0/24, nsg: g}]}]
  clusters: [{name: store, subnet: nodes, plugin: overlay, policy: calico, serviceRange: 172.29.0.0/16, nodes: 2}]
  nsgs:
  - name: g
    outbound:
    - {priority: 100, name: fine, allow: tcp 443, to: AzureCloud}
    - {priority: 200, name: halt, deny: '*', to: Internet}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let cloud = &input.snapshot.cloud;
    for cluster in &cloud.clusters {
        if cluster.features.iter().any(|(feature, _)| matches!(feature, Feature::Isolated | Feature::OutboundBlock)) {
            continue;
        }
        for (subnet, used) in node_subnets(cloud, cluster) {
            let own = AddressSet::of_cidrs(&subnet.prefixes).v4_only();
            let packets = Packets { source: own, destination: internet(), connections: ConnectionSet::ports(Protocol::TCP, 443, 443) };
            let out = Need { used, direction: Direction::Egress, packets, tags: &["AzureCloud", "MicrosoftContainerRegistry"] };
            let Some(stop) = stop(input, &out) else { continue };
            let message = format!(
                "rule `{}` of `{}` blocks TCP 443 from the nodes of `{}` to outside: without the API server and Microsoft's \
                 registry they do not become ready",
                stop.rule, stop.group, cluster.name
            );
            once(found, Diagnostic::at(CODE, Severity::Warning, Some(stop.place), message).help(HELP));
        }
    }
}
