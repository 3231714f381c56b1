//! LINT034: the health probe of a load balancer does not reach nodes, and so no connection does.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::path::{Asked, Entry, path};
use crate::snapshot::ServiceType;
use crate::verdict::traversal::Checkpoint;

const CODE: Code = Code("LINT034");
/// More Services than this are not asked about on every keystroke.
const MOST_ASKED: usize = 20;

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a load balancer's health probe does not reach nodes, which get no connections then: a security group, a host endpoint or the policy of the pods stops it",
    advice: "let in 168.63.129.16",
    explanation: r#"Probes come from 168.63.129.16 to the node's own address, and go on from there to a pod unless `externalTrafficPolicy` is `Local`. A security group, a
host endpoint or a policy that stops them takes the node out, whatever it lets clients do. Upstream: [docs/azure.md](azure.md), 2.4, and
[docs/path.md](path.md)."#,
    bad: r#"azure:
  networks: [{name: net, addressSpace: 10.224.0.0/16, subnets: [{name: nodes, prefix: 10.224.0.0/24, nsg: g}]}]
  clusters: [{name: store, subnet: nodes, plugin: overlay, policy: none, nodes: 2}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: web, allow: tcp 80, from: Internet}
    - {priority: 4096, name: nothing-else, deny: '*'}
---
{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: 10.244.0.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.4}]}}
---
{apiVersion: v1, kind: Node, metadata: {name: n2}, spec: {podCIDR: 10.244.1.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.5}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {nodeName: n1, containers: [{name: c, ports: [{containerPort: 8080}]}]}, status: {podIP: 10.244.0.10}}
---
apiVersion: v1 # here
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Cluster
  clusterIP: 10.0.9.9
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 31080}]
"#,
    good: r#"azure:
  networks: [{name: net, addressSpace: 10.224.0.0/16, subnets: [{name: nodes, prefix: 10.224.0.0/24, nsg: g}]}]
  clusters: [{name: store, subnet: nodes, plugin: overlay, policy: none, nodes: 2}]
  nsgs:
  - name: g
    inbound:
    - {priority: 100, name: web, allow: tcp 80, from: Internet}
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
  type: LoadBalancer
  externalTrafficPolicy: Cluster
  clusterIP: 10.0.9.9
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 31080}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    if snapshot.cloud.clusters.is_empty() && snapshot.host_endpoints.is_empty() {
        return;
    }
    for service in snapshot.services.iter().filter(|s| s.service_type == ServiceType::LoadBalancer).take(MOST_ASKED) {
        let to = format!("svc/{}/{}", snapshot.namespace_name(service.namespace), service.name);
        let Some(port) = service.ports.first() else { continue };
        // Clients of an internal one are in the network; the probe is the same for all.
        let asked = Asked {
            from: "internet",
            to: &to,
            port: Some(port.port),
            protocol: port.protocol,
            entry: Some(Entry::LoadBalancer),
            node: None,
        };
        let Ok(answer) = path(input.paths(), &asked) else { continue };
        let mut stopped = answer.probes.iter().filter(|p| !p.healthy).filter_map(|p| Some((&p.node, p.stop.as_ref()?)));
        let Some((node, stop)) = stopped.next() else { continue };
        let stop = input.paths().resolve(stop);
        let count = 1 + stopped.count();
        let name = input.paths().snapshot().node_name(*input.paths().resolve(node));
        let which = if count == 1 { format!("node `{name}`") } else { format!("node `{name}` and {} more", count - 1) };
        let message = format!("the load balancer's health probe does not reach {which}, which get no connections: {}", stop.sentence);
        let mut problem = Diagnostic::at(CODE, Severity::Warning, Some(service.place), message);
        if let Some(place) = stop.places.first() {
            problem = problem.related_place(*place, "this stops it");
        }
        let help = match stop.checkpoint {
            Checkpoint::Endpoint(_) => {
                "the probe of a node port is a connection to a pod: allow 168.63.129.16 and the nodes, which masquerade it; or \
                 use `externalTrafficPolicy: Local`, which probes `healthCheckNodePort`"
            }
            _ => {
                "allow 168.63.129.16 (the tag `AzureLoadBalancer`) to the node port; with `externalTrafficPolicy: Local` to \
                 `healthCheckNodePort`"
            }
        };
        found.push(problem.help(help));
    }
}
