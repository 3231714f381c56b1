//! LINT032: a network security group opens node ports, and nothing stands behind them.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::ServicePort;
use crate::language::azure::{Access, RuleDirection, SecurityRule};
use crate::model::{Cidr, Protocol};
use crate::snapshot::cloud::tags;
use crate::snapshot::{Service, ServiceType, Snapshot};

const CODE: Code = Code("LINT032");
/// Where API servers take node ports from.
const NODE_PORTS: (u16, u16) = (30000, 32767);

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a security group opens node ports behind which nothing stands, or that load balancers do not use",
    advice: "name the port that packets come to",
    explanation: r#"Either no Service has a port there, or only load balancers do, whose packets arrive with the Service's own port (floating IP). Upstream:
[docs/path.md](path.md)."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.224.0.0/16, subnets: [{name: nodes, prefix: 10.224.0.0/24, nsg: g}]}]
  clusters: [{name: store, subnet: nodes, plugin: overlay, policy: none, nodes: 2}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: web, allow: tcp 31081, from: Internet} # here
---
{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: 10.244.0.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.4}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, spec: {podCIDR: 10.244.1.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.5}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, ports: [{containerPort: 8080}]}]}, status: {podIP: 10.244.0.10}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 31080}]
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.224.0.0/16, subnets: [{name: nodes, prefix: 10.224.0.0/24, nsg: g}]}]
  clusters: [{name: store, subnet: nodes, plugin: overlay, policy: none, nodes: 2}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: web, allow: tcp 31080, from: Internet}
---
{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: 10.244.0.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.4}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, spec: {podCIDR: 10.244.1.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.5}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, ports: [{containerPort: 8080}]}]}, status: {podIP: 10.244.0.10}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 31080}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    if snapshot.cloud.clusters.is_empty() || snapshot.services.is_empty() {
        return;
    }
    let rules = snapshot.cloud.groups.iter().filter(|group| !group.is_managed()).flat_map(|group| &group.rules);
    for (rule, place) in rules.filter(|(rule, _)| opens_node_ports(rule)) {
        let behind: Vec<(&Service, &ServicePort)> = ports(snapshot).filter(|(_, port)| is_meant(rule, port)).collect();
        let (message, help) = if behind.is_empty() {
            (format!("no Service has a node port that rule `{}` opens", rule.name), "look up the node port: `kubectl get service`")
        } else if let Some((service, port)) = behind.iter().find(|(service, _)| service.has_selector && service.endpoints.is_empty()) {
            let number = port.node_port.unwrap_or(0);
            (format!("node port {number} has no pod: Service `{}` selects none", service.name), "check the Service's selector")
        } else if !is_for_probes(rule)
            && behind.iter().all(|(service, _)| service.service_type == ServiceType::LoadBalancer && service.routing.load_balancer.floating)
        {
            let (service, port) = behind.first().map_or(("", 0), |(s, p)| (s.name.as_str(), p.port));
            (
                format!(
                    "packets of load balancer `{service}` arrive with its own port {port}, not with the node port that this \
                 rule opens"
                ),
                "open the Service's port for the load balancer's address; AKS does so in its own security group",
            )
        } else {
            continue;
        };
        found.push(Diagnostic::at(CODE, Severity::Warning, Some(*place), message).help(help));
    }
}

/// Whether a rule is about node ports and nothing else.
fn opens_node_ports(rule: &SecurityRule) -> bool {
    let within = |(first, last): &(u16, u16)| *first >= NODE_PORTS.0 && *last <= NODE_PORTS.1;
    let ranges = rule.destination_ports.ranges.as_deref().unwrap_or_default();
    rule.direction == RuleDirection::Inbound
        && rule.access == Access::Allow
        && !rule.refused
        && !ranges.is_empty()
        && ranges.iter().all(within)
}

/// Whether a rule lets in nothing but health probes, which ask node ports. Upstream: docs/path.md, Azure, 3.
fn is_for_probes(rule: &SecurityRule) -> bool {
    let source = &rule.source;
    let tags = source.tags.iter().all(|tag| tag.eq_ignore_ascii_case("AzureLoadBalancer"));
    let prefixes = source.prefixes.iter().all(|prefix| *prefix == Cidr::of(tags::PLATFORM));
    !source.any && tags && prefixes && !(source.tags.is_empty() && source.prefixes.is_empty())
}

fn ports(snapshot: &Snapshot) -> impl Iterator<Item = (&Service, &ServicePort)> {
    snapshot.services.iter().flat_map(|service| service.ports.iter().map(move |port| (service, port)))
}

fn is_meant(rule: &SecurityRule, port: &ServicePort) -> bool {
    let protocol = rule.protocol.is_none_or(|p: Protocol| p == port.protocol);
    let ranges = rule.destination_ports.ranges.as_deref().unwrap_or_default();
    protocol && port.node_port.is_some_and(|n| ranges.iter().any(|(first, last)| (*first..=*last).contains(&n)))
}
