//! LINT033: a policy before address translation names the port of a Service or of its pods, where packets come to the node port.

use alloc::format;
use alloc::vec::Vec;

use crate::answers::lint::{Lint, LintInput, policies};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::{ServicePort, TargetPort};
use crate::policy::{Direction, HookMatch, PacketMatch, PortTerm, TrafficMatch, TrafficTermKind};
use crate::snapshot::{Service, ServiceType, Snapshot};
use crate::text::Place;

const CODE: Code = Code("LINT033");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a policy before address translation names a Service's or a pod's port",
    advice: "name the node port",
    explanation: r#"A policy with `preDNAT: true` sees packets before kube-proxy rewrites their destination: those for a Service come to its node port. Upstream:
[docs/semantics.md](semantics.md), Calico; "Pre-DNAT policy" of Calico's documentation."#,
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
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 31080}]
---
{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: n1, labels: {host: node}}, spec: {node: n1, interfaceName: eth0}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: edge}
spec:
  selector: host == 'node'
  preDNAT: true
  applyOnForward: true
  types: [Ingress]
  ingress:
  - {action: Deny, protocol: TCP, destination: {ports: [8080]}} # here
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
---
{apiVersion: projectcalico.org/v3, kind: HostEndpoint, metadata: {name: n1, labels: {host: node}}, spec: {node: n1, interfaceName: eth0}}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: edge}
spec:
  selector: host == 'node'
  preDNAT: true
  applyOnForward: true
  types: [Ingress]
  ingress:
  - {action: Deny, protocol: TCP, destination: {ports: [31080]}}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    for policy in policies(input).filter(|p| p.hook == HookMatch::PreDnat) {
        for rule in policy.rules(Direction::Ingress) {
            for (number, place) in single_ports(&rule.traffic, rule.place) {
                let Some((service, node_port)) = meant(snapshot, number) else { continue };
                let message = format!(
                    "this policy sees packets before DNAT: packets for Service `{}` have port {node_port} here, not {number}",
                    service.name
                );
                found.push(
                    Diagnostic::at(CODE, Severity::Warning, Some(place), message)
                        .related_place(service.place, "this Service")
                        .help(format!("write {node_port}, its node port")),
                );
            }
        }
    }
}

/// Ports that a rule names one by one.
fn single_ports(traffic: &TrafficMatch, place: Place) -> Vec<(u16, Place)> {
    let single = |port: &PortTerm| match port {
        PortTerm::Range(first, last) if first == last => Some(*first),
        _ => None,
    };
    match traffic {
        TrafficMatch::Any => Vec::new(),
        TrafficMatch::Of(terms) => terms
            .iter()
            .filter_map(|term| match term.kind {
                TrafficTermKind::Ports(_, first, last) if first == last => Some((first, term.place)),
                _ => None,
            })
            .collect(),
        TrafficMatch::Packet(packet) => destination_ports(packet).iter().filter_map(single).map(|port| (port, place)).collect(),
    }
}

fn destination_ports(packet: &PacketMatch) -> &[PortTerm] {
    &packet.destination_ports
}

/// The Service, reached by a node port only, whose own port or pods' port this is; nothing where packets do come to this port.
fn meant(snapshot: &Snapshot, number: u16) -> Option<(&Service, u16)> {
    let ports = || snapshot.services.iter().flat_map(|s| s.ports.iter().map(move |p| (s, p)));
    let comes_here = |(service, port): (&Service, &ServicePort)| {
        port.node_port == Some(number) || service.service_type == ServiceType::LoadBalancer && port.port == number
    };
    if ports().any(comes_here) {
        return None;
    }
    let is_of = |port: &ServicePort| port.port == number || port.target == TargetPort::Number(number);
    ports().find_map(|(service, port)| {
        Some((service, port.node_port.filter(|_| service.service_type == ServiceType::NodePort && is_of(port))?))
    })
}
