//! LINT012: a rule names the port of a Service where pods listen on another.
//!
//! Policy sees the packet after the Service's address and port were replaced by a pod's, so rules must name the container port.

use alloc::format;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::lint::{policies, traffic_terms};
use crate::model::Protocol;
use crate::policy::{Direction, TrafficTermKind};
use crate::resources::TargetPort;
use crate::scene::Scene;
use crate::snapshot::EndpointId;

const CODE: Code = Code("LINT012");

pub(in crate::lint) fn check(scene: &Scene, found: &mut Vec<Diagnostic>) {
    let snapshot = scene.snapshot();
    // Service ports that lead to another port, by protocol and number.
    let mut moved: HashMap<(Protocol, u16), Vec<(usize, EndpointId)>> = HashMap::new();
    for (number, service) in snapshot.services.iter().enumerate() {
        for port in service.ports.iter().filter(|p| p.target != TargetPort::Number(p.port)) {
            moved.entry((port.protocol, port.port)).or_default().extend(service.endpoints.iter().map(|e| (number, *e)));
        }
    }
    if moved.is_empty() {
        return;
    }
    for policy in policies(scene).filter(|p| p.acts_on_ingress) {
        for rule in policy.rules(Direction::Ingress) {
            for term in traffic_terms(rule) {
                let TrafficTermKind::Ports(protocol, first, last) = &term.kind else { continue };
                let Some(candidates) = moved.get(&(*protocol, *first)).filter(|_| first == last) else { continue };
                let confused = candidates.iter().find(|(_, id)| {
                    let declares = |e: &crate::snapshot::Endpoint| e.ports.iter().any(|p| (p.protocol, p.number) == (*protocol, *first));
                    scene.compiled().selects(policy.id, *id) && snapshot.endpoint(*id).is_some_and(|e| !e.ports.is_empty() && !declares(e))
                });
                let Some(service) = confused.and_then(|(number, _)| snapshot.services.get(*number)) else { continue };
                let target = service.ports.iter().find(|p| (p.protocol, p.port) == (*protocol, *first)).map(|p| match &p.target {
                    TargetPort::Number(number) => format!("{number}"),
                    TargetPort::Name(name) => format!("{name}"),
                });
                let message = format!("port {first} is the port of Service `{}`, and its pods listen on another", service.name);
                found.push(
                    Diagnostic::at(CODE, Severity::Warning, Some(term.place), message)
                        .related_place(service.place, "this Service")
                        .help(format!("policy sees the pods' port: write {}", target.unwrap_or_default())),
                );
            }
        }
    }
}
