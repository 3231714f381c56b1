//! LINT031: `externalTrafficPolicy: Local`, and nodes without a pod of the Service.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::TrafficPolicy;
use crate::snapshot::ServiceType;
use crate::text::count;

const CODE: Code = Code("LINT031");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning, Severity::Note],
    title: "`externalTrafficPolicy: Local`, and nodes without a pod of the Service",
    advice: "a pod on every node, or a load balancer before them",
    explanation: r#"Such a node drops what comes to it. A load balancer's health probe keeps connections away from it (a note); clients of a node port have no such help.
And a node's share does not depend on how many pods it has. Upstream: [docs/path.md](path.md)."#,
    bad: r#"{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: 10.244.0.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.4}]}}
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
  externalTrafficPolicy: Local # here
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 31080}]
"#,
    good: r#"{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: {podCIDR: 10.244.0.0/24}, status: {addresses: [{type: InternalIP, address: 10.224.0.4}]}}
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
    if snapshot.nodes.is_empty() {
        return;
    }
    for service in snapshot.services.iter().filter(|s| s.routing.external == TrafficPolicy::Local && !s.endpoints.is_empty()) {
        let pods = service.endpoints.iter().filter_map(|id| snapshot.pod(*id)).filter(|e| e.replicas > 0);
        let homes: Option<Vec<_>> = pods.map(|e| e.node).collect();
        // Where the input does not say where pods run, nothing is known.
        let Some(homes) = homes else { continue };
        let empty: Vec<&str> = snapshot.nodes().filter(|(id, _)| !homes.contains(id)).map(|(_, n)| n.name.as_str()).collect();
        let Some(first) = empty.first() else { continue };
        let (severity, help) = match service.service_type {
            ServiceType::NodePort => {
                (Severity::Warning, "clients must pick a node with a pod: run one on every node, or use a load balancer")
            }
            _ => (
                Severity::Note,
                "the load balancer's health probe excludes these nodes; a topology spread constraint evens \
             out the shares",
            ),
        };
        let which = match empty.len() {
            1 => format!("`{first}` has no pod of Service `{}`, and drops", service.name),
            all => format!("`{first}` and {} have no pod of Service `{}`, and drop", count(all - 1, "more node"), service.name),
        };
        let message = format!("{which} its connections from outside");
        let place = service.routing.external_span.map_or(service.place, |span| span.within(service.place.document));
        found.push(Diagnostic::at(CODE, severity, Some(place), message).help(help));
    }
}
