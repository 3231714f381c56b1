//! LINT033: a policy before address translation names the port of a Service or of its pods, where packets come to the node port.
//!
//! Upstream: docs/semantics.md, Calico; "Pre-DNAT policy" of Calico's documentation.

use alloc::format;
use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::{ServicePort, TargetPort};
use crate::policy::PortTerm;
use crate::policy::{Direction, HookMatch, PacketMatch, TrafficMatch, TrafficTermKind};
use crate::snapshot::{Service, Snapshot};
use crate::text::Place;

const CODE: Code = Code("LINT033");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let snapshot = analysis.snapshot();
    for policy in super::super::policies(analysis).filter(|p| p.hook == HookMatch::PreDnat) {
        for rule in policy.rules(Direction::Ingress) {
            for (number, place) in single_ports(&rule.traffic, rule.place) {
                let Some((service, node_port)) = meant(snapshot, number) else { continue };
                let message = format!(
                    "packets meet this policy before they are translated: those for Service `{}` come to port {node_port} here, not {number}",
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
        port.node_port == Some(number) || service.service_type == "LoadBalancer" && port.port == number
    };
    if ports().any(comes_here) {
        return None;
    }
    let is_of = |port: &ServicePort| port.port == number || port.target == TargetPort::Number(number);
    ports().find_map(|(service, port)| Some((service, port.node_port.filter(|_| service.service_type == "NodePort" && is_of(port))?)))
}
