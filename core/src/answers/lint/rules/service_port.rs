//! LINT012: a rule names the port of a Service, its node port, or the port of a host, where pods listen on another.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};

use crate::answers::lint::{Lint, LintInput, acting_rules, peer_terms};
use crate::compile::{ClassId, ClassSet, Endpoint};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::TargetPort;
use crate::model::Protocol;
use crate::policy::{Direction, PeerTermKind, PolicyId, PortTerm, Rule, RuleRef, TrafficMatch, TrafficTermKind};
use crate::snapshot::{PodId, Role, ServicePort};
use crate::text::Place;

const CODE: Code = Code("LINT012");

/// Something that leads from one port to another.
enum Front {
    /// The port of a Service, by number.
    Service(usize),
    /// Its node port.
    NodePort(usize),
    /// A `hostPort` of the endpoint itself.
    Host,
}

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a rule names the port of a Service, its node port, or a `hostPort`, where the pods listen on another",
    advice: "name the pods' port",
    explanation: r#"Policies see a packet after its destination was rewritten to a pod (DNAT), so rules must name the container port, for a Service and its node
port as well as for a `hostPort`. Upstream: "Virtual IPs and Service Proxies" of the Kubernetes documentation; README of the `portmap` plugin."#,
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
    let listening = listening(input);
    for (policy, reference, rule) in acting_rules(input) {
        for (place, protocol, port) in single_ports(rule) {
            let Some(candidates) = moved.get(&(protocol, port)) else { continue };
            let Some(meant) = meant(input, policy.id, reference, rule) else { continue };
            let Some((front, id)) = candidates.first_among(meant) else { continue };
            // Some pod that the rule is about has that port itself: it may be meant.
            if listening.get(&(protocol, port)).is_some_and(|listen| meant.iter().any(|class| listen.contains(&class))) {
                continue;
            }
            found.extend(problem(input, place, (protocol, port), front, *id));
        }
    }
}

/// What leads to one port of pods, in order.
#[derive(Default)]
struct Candidates {
    /// Only the first of a class, as rules tell no two of a class apart.
    all: Vec<(Front, PodId)>,
    of_class: HashMap<ClassId, usize>,
}

impl Candidates {
    fn add(&mut self, class: ClassId, front: Front, id: PodId) {
        if let Entry::Vacant(place) = self.of_class.entry(class) {
            place.insert(self.all.len());
            self.all.push((front, id));
        }
    }

    /// The first that leads to a pod of these classes.
    fn first_among(&self, classes: &ClassSet) -> Option<&(Front, PodId)> {
        let first = if classes.len() < self.of_class.len() {
            classes.iter().filter_map(|class| self.of_class.get(&class)).min()
        } else {
            self.of_class.iter().filter(|(class, _)| classes.contains(**class)).map(|(_, place)| place).min()
        };
        self.all.get(*first?)
    }
}

/// Ports that lead to another one of a pod, by protocol and number.
fn moved(input: &LintInput<'_>) -> HashMap<(Protocol, u16), Candidates> {
    let snapshot = input.snapshot;
    let class = |id| input.compiled.class_of(Endpoint::Pod(id));
    let mut moved: HashMap<(Protocol, u16), Candidates> = HashMap::new();
    for (number, service) in snapshot.services.iter().enumerate() {
        for port in service.ports.iter().filter(|p| p.target != TargetPort::Number(p.port)) {
            let behind = moved.entry((port.protocol, port.port)).or_default();
            service.endpoints.iter().for_each(|id| behind.add(class(*id), Front::Service(number), *id));
        }
        for (port, node_port) in service.ports.iter().filter_map(|p| Some((p, p.node_port?))) {
            let behind = moved.entry((port.protocol, node_port)).or_default();
            service.endpoints.iter().for_each(|id| behind.add(class(*id), Front::NodePort(number), *id));
        }
    }
    for (id, endpoint) in snapshot.pods().filter(|(_, e)| e.role == Role::Pod && !e.host_network) {
        for port in &endpoint.ports {
            if let Some(host) = port.host_port.filter(|host| *host != port.number) {
                moved.entry((port.protocol, host)).or_default().add(class(id), Front::Host, id);
            }
        }
    }
    moved
}

/// Classes of pods that are known to listen on a port: they declare it, or a Service leads to them there.
fn listening(input: &LintInput<'_>) -> HashMap<(Protocol, u16), HashSet<ClassId>> {
    let class = |id| input.compiled.class_of(Endpoint::Pod(id));
    let mut listening: HashMap<(Protocol, u16), HashSet<ClassId>> = HashMap::new();
    for (id, endpoint) in input.snapshot.pods() {
        for port in &endpoint.ports {
            listening.entry((port.protocol, port.number)).or_default().insert(class(id));
        }
    }
    for service in &input.snapshot.services {
        for port in &service.ports {
            if let TargetPort::Number(number) = port.target {
                listening.entry((port.protocol, number)).or_default().extend(service.endpoints.iter().map(|id| class(*id)));
            }
        }
    }
    listening
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

/// Whom a rule is about as destinations: the selected ends, or peers that are asked for as pods.
fn meant<'a>(input: &LintInput<'a>, policy: PolicyId, reference: RuleRef, rule: &Rule) -> Option<&'a ClassSet> {
    match reference.direction {
        Direction::Ingress => Some(input.compiled.compiled_policy(policy)?.subjects.possible()),
        Direction::Egress => {
            let asks_for_pods = peer_terms(rule).any(|(_, term)| match &term.kind {
                PeerTermKind::Pods(_) => true,
                PeerTermKind::Entity(entity) => entity.selector.is_some(),
                _ => false,
            });
            asks_for_pods.then(|| Some(input.compiled.compiled_rule(reference)?.peers.possible())).flatten()
        }
    }
}

fn problem(input: &LintInput<'_>, place: Place, (protocol, port): (Protocol, u16), front: &Front, id: PodId) -> Option<Diagnostic> {
    let snapshot = input.snapshot;
    let endpoint = snapshot.pod(id)?;
    let (message, related, target): (String, _, String) = match front {
        Front::Service(number) | Front::NodePort(number) => {
            let service = snapshot.services.get(*number)?;
            let is_node_port = matches!(front, Front::NodePort(_));
            let what = if is_node_port { "node port" } else { "port" };
            let asked = |p: &&ServicePort| p.protocol == protocol && if is_node_port { p.node_port == Some(port) } else { p.port == port };
            let target = service.ports.iter().find(asked).map(|p| match &p.target {
                TargetPort::Number(number) => format!("{number}"),
                TargetPort::Name(name) => {
                    match endpoint.ports.iter().find(|p| p.protocol == protocol && p.name.as_deref() == Some(&**name)) {
                        Some(declared) => format!("{} or {name}", declared.number),
                        None => format!("{name}"),
                    }
                }
            });
            let message = format!("port {port} is the {what} of Service `{}`, and its pods listen on another", service.name);
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
