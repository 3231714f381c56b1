//! LINT012: a rule names the port of a Service, or of a host, where pods listen on another.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashMap;

use crate::answers::lint::{Lint, LintInput, acting_rules, peer_terms};
use crate::compile::Endpoint;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::TargetPort;
use crate::model::Protocol;
use crate::policy::PortTerm;
use crate::policy::{Direction, PeerTermKind, PolicyId, Rule, RuleRef, TrafficMatch, TrafficTermKind};
use crate::snapshot::{PodEndpoint, PodId, Role};
use crate::text::Place;

const CODE: Code = Code("LINT012");

/// Something that leads from one port to another.
enum Front {
    /// A Service, by number.
    Service(usize),
    /// A `hostPort` of the endpoint itself.
    Host,
}

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a rule names the port of a Service, or a `hostPort`, where the pods listen on another",
    advice: "name the pods' port",
    explanation: r#"Policies see a packet after its destination was rewritten to a pod (DNAT), so rules must name the container port, for a Service as well as for a
`hostPort`. Upstream: "Virtual IPs and Service Proxies" of the Kubernetes documentation; README of the `portmap` plugin."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: [{name: c, ports: [{name: tls, containerPort: 8443}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {clusterIP: 10.96.0.77, selector: {app: api}, ports: [{port: 443, targetPort: tls}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
  - ports:
    - port: 443 # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: [{name: c, ports: [{name: tls, containerPort: 8443}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {clusterIP: 10.96.0.77, selector: {app: api}, ports: [{port: 443, targetPort: tls}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
  - ports:
    - port: 8443
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let moved = moved(input);
    if moved.is_empty() {
        return;
    }
    for (policy, reference, rule) in acting_rules(input) {
        for (place, protocol, port) in single_ports(rule) {
            let Some(candidates) = moved.get(&(protocol, port)) else { continue };
            let meant = |id: PodId| is_meant(input, policy.id, reference, rule, id);
            let Some((front, id)) = candidates.iter().find(|(_, id)| meant(*id)) else { continue };
            // Some pod that the rule is about has that port itself: it may be meant.
            if input.snapshot.pods().any(|(id, e)| listens(input, id, e, protocol, port) && meant(id)) {
                continue;
            }
            found.extend(problem(input, place, (protocol, port), front, *id));
        }
    }
}

/// Ports that lead to another one of a pod, by protocol and number.
fn moved(input: &LintInput<'_>) -> HashMap<(Protocol, u16), Vec<(Front, PodId)>> {
    let snapshot = input.snapshot;
    let mut moved: HashMap<(Protocol, u16), Vec<(Front, PodId)>> = HashMap::new();
    for (number, service) in snapshot.services.iter().enumerate() {
        for port in service.ports.iter().filter(|p| p.target != TargetPort::Number(p.port)) {
            let behind = service.endpoints.iter().map(|id| (Front::Service(number), *id));
            moved.entry((port.protocol, port.port)).or_default().extend(behind);
        }
    }
    for (id, endpoint) in snapshot.pods().filter(|(_, e)| e.role == Role::Pod && !e.host_network) {
        for port in &endpoint.ports {
            if let Some(host) = port.host_port.filter(|host| *host != port.number) {
                moved.entry((port.protocol, host)).or_default().push((Front::Host, id));
            }
        }
    }
    moved
}

/// Single destination ports that a rule names.
fn single_ports(rule: &Rule) -> Vec<(Place, Protocol, u16)> {
    match &rule.traffic {
        TrafficMatch::Any => Vec::new(),
        TrafficMatch::Of(terms) => {
            let single = |kind: &TrafficTermKind| match kind {
                TrafficTermKind::Ports(protocol, first, last) if first == last => Some((*protocol, *first)),
                _ => None,
            };
            terms.iter().filter_map(|t| single(&t.kind).map(|(protocol, port)| (t.place, protocol, port))).collect()
        }
        TrafficMatch::Packet(packet) => {
            let Some(protocol) = packet.protocol else { return Vec::new() };
            let single = |port: &PortTerm| if let PortTerm::Range(a, b) = port { (a == b).then_some(*a) } else { None };
            let place = packet.place.unwrap_or(rule.place);
            packet.destination_ports.iter().filter_map(single).map(|port| (place, protocol, port)).collect()
        }
    }
}

/// Whether a rule is about packets to a pod: as the selected end, or as a peer that is asked for as a pod.
fn is_meant(input: &LintInput<'_>, policy: PolicyId, reference: RuleRef, rule: &Rule, id: PodId) -> bool {
    let compiled = input.compiled;
    match reference.direction {
        Direction::Ingress => compiled.selects(policy, id),
        Direction::Egress => {
            let asks_for_pods = peer_terms(rule).any(|(_, term)| match &term.kind {
                PeerTermKind::Pods(_) => true,
                PeerTermKind::Entity(entity) => entity.selector.is_some(),
                _ => false,
            });
            asks_for_pods && compiled.rule_matches(reference, Endpoint::Pod(id)).1
        }
    }
}

/// Whether a pod is known to listen on a port: it declares it, or a Service leads to it there.
fn listens(input: &LintInput<'_>, id: PodId, endpoint: &PodEndpoint, protocol: Protocol, port: u16) -> bool {
    let declares = endpoint.ports.iter().any(|p| (p.protocol, p.number) == (protocol, port));
    let to = TargetPort::Number(port);
    let leads = || {
        input
            .snapshot
            .services
            .iter()
            .filter(|s| s.endpoints.contains(&id))
            .any(|s| s.ports.iter().any(|p| p.protocol == protocol && p.target == to))
    };
    declares || leads()
}

fn problem(input: &LintInput<'_>, place: Place, (protocol, port): (Protocol, u16), front: &Front, id: PodId) -> Option<Diagnostic> {
    let snapshot = input.snapshot;
    let endpoint = snapshot.pod(id)?;
    let (message, related, target): (String, _, String) = match front {
        Front::Service(number) => {
            let service = snapshot.services.get(*number)?;
            let target = service.ports.iter().find(|p| (p.protocol, p.port) == (protocol, port)).map(|p| match &p.target {
                TargetPort::Number(number) => format!("{number}"),
                TargetPort::Name(name) => {
                    match endpoint.ports.iter().find(|p| p.protocol == protocol && p.name.as_deref() == Some(&**name)) {
                        Some(declared) => format!("{} or {name}", declared.number),
                        None => format!("{name}"),
                    }
                }
            });
            let message = format!("port {port} is the port of Service `{}`, and its pods listen on another", service.name);
            (message, (service.place, "this Service"), target.unwrap_or_default())
        }
        Front::Host => {
            let own = endpoint.ports.iter().find(|p| p.protocol == protocol && p.host_port == Some(port))?;
            let message = format!("port {port} is the host port of `{}`, and the pod itself listens on {}", endpoint.name, own.number);
            (message, (own.span.within(endpoint.place.document), "this port"), format!("{}", own.number))
        }
    };
    let problem = Diagnostic::at(CODE, Severity::Warning, Some(place), message).related_place(related.0, related.1);
    Some(problem.help(format!("policy sees the pods' port: write {target}")))
}
