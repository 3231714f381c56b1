//! LINT220: a block of addresses that are Services'.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::answers::lint::{Lint, LintInput, acting_rules, peer_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::{ServicePort, TargetPort};
use crate::model::{AddressSet, Selector};
use crate::policy::{Direction, PeerTerm, PeerTermKind};
use crate::snapshot::{NetworkSet, Service, Snapshot};
use crate::text::Place;

const CODE: Code = Code("LINT220");
/// Larger blocks are of more than Services: 10.96.0.0/12 is the range that kubeadm gives them.
const LARGEST: u32 = 1 << 20;

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a block is the address of a Service or load balancer, which packets no longer have when policies are asked",
    advice: "select the pods behind it, or name its endpoints",
    explanation: r#"A packet to a Service has the address of one of its endpoints when policies are evaluated (DNAT), and none ever comes from a Service's address: such a
block matches nothing. Upstream: "Network Policies" of the Kubernetes documentation, `ipBlock`; "Virtual IPs and Service Proxies"."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: [{name: c, ports: [{name: tls, containerPort: 8443}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {clusterIP: 10.96.0.77, selector: {app: api}, ports: [{port: 443, targetPort: tls}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to:
    - ipBlock: {cidr: 10.96.0.77/32} # here
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: [{name: c, ports: [{name: tls, containerPort: 8443}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {clusterIP: 10.96.0.77, selector: {app: api}, ports: [{port: 443, targetPort: tls}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: [{name: c}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}, spec: {containers: [{name: c, ports: [{containerPort: 53, protocol: UDP}]}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
  - to:
    - podSelector: {matchLabels: {app: api}}
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
    ports: [{port: 53, protocol: UDP}, {port: 53}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let snapshot = input.snapshot;
    let addresses: Vec<(IpAddr, &Service)> = snapshot.services.iter().flat_map(of_service).collect();
    if addresses.is_empty() {
        return;
    }
    let mut told: Vec<Place> = Vec::new();
    for (_, reference, rule) in acting_rules(input) {
        for (_, term) in peer_terms(rule) {
            for (set, place) in blocks(snapshot, term) {
                if told.contains(&place) || !is_small(set) || is_of_others(snapshot, set) {
                    continue;
                }
                let mut inside = addresses.iter().filter(|(address, _)| set.contains(*address));
                let Some((address, service)) = inside.next() else { continue };
                let message = message(snapshot, (*address, service), inside.count(), reference.direction);
                let problem = Diagnostic::at(CODE, Severity::Warning, Some(place), message).related_place(service.place, "this Service");
                found.push(problem.help(instead(snapshot, service, reference.direction)));
                told.push(place);
            }
        }
    }
}

fn message(snapshot: &Snapshot, (address, service): (IpAddr, &Service), more: usize, direction: Direction) -> String {
    let title = format!("{}/{}", snapshot.namespace_name(service.namespace), service.name);
    let others = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    match direction {
        Direction::Egress => format!(
            "{address} is the address of Service `{title}`{others}: policies see packets after DNAT, with an endpoint's address, so this matches none"
        ),
        Direction::Ingress => {
            format!("{address} is the address of Service `{title}`{others}: no packet has this source, so this matches none")
        }
    }
}

/// Addresses by which a Service is reached, and that nodes replace.
fn of_service(service: &Service) -> impl Iterator<Item = (IpAddr, &Service)> {
    let routing = &service.routing;
    let given = routing.load_balancer.addresses.iter().filter(|_| !service.front_end_made_up);
    service.addresses.iter().chain(given).chain(&routing.external_addresses).map(move |a| (*a, service))
}

/// The addresses that a peer names, and those of the network sets that it selects, with where they are written.
fn blocks<'a>(snapshot: &'a Snapshot, term: &'a PeerTerm) -> Vec<(&'a AddressSet, Place)> {
    match &term.kind {
        PeerTermKind::Addresses { set, .. } => alloc::vec![(set, term.place)],
        PeerTermKind::Entity(entity) => {
            let own = entity.addresses.as_ref().map(|set| (set, entity.addresses_place.unwrap_or(term.place)));
            // What is selected by everything is not meant.
            let selector = entity.written.selector.as_ref().filter(|selector| !matches!(selector, Selector::All));
            let selected = |set: &&NetworkSet| selector.is_some_and(|selector| selector.matches(&|key| set.labels.get(key)));
            own.into_iter().chain(snapshot.network_sets.iter().filter(selected).map(|set| (&set.addresses, set.place))).collect()
        }
        _ => Vec::new(),
    }
}

fn is_small(set: &AddressSet) -> bool {
    let size = |(first, last): (IpAddr, IpAddr)| match (first, last) {
        (IpAddr::V4(a), IpAddr::V4(b)) => u128::from(b.to_bits() - a.to_bits()),
        (IpAddr::V6(a), IpAddr::V6(b)) => b.to_bits() - a.to_bits(),
        _ => u128::MAX,
    };
    set.ranges().all(|range| size(range) < u128::from(LARGEST))
}

/// Whether a block holds addresses of pods, nodes or endpoints too, and so matches something.
fn is_of_others(snapshot: &Snapshot, set: &AddressSet) -> bool {
    let pods = snapshot.endpoints.iter().flat_map(|e| &e.addresses);
    let nodes = snapshot.nodes.iter().flat_map(|n| &n.addresses);
    let slices = snapshot.services.iter().flat_map(|s| &s.slices).flat_map(|s| s.endpoints.iter().map(|e| &e.address));
    set.overlaps(&snapshot.pod_network) || pods.chain(nodes).chain(slices).any(|a| set.contains(*a))
}

/// What to write in place of the Service's address.
fn instead(snapshot: &Snapshot, service: &Service, direction: Direction) -> String {
    if direction == Direction::Ingress {
        return "select the clients themselves: pods by labels, nodes and others by address".into();
    }
    let endpoints = service.slices.iter().flat_map(|s| s.endpoints.iter().map(move |e| (e.address, s.ports.first().map(|p| p.number))));
    let written: Vec<String> =
        endpoints.take(3).map(|(a, port)| port.map_or_else(|| format!("{a}"), |port| format!("{a} port {port}"))).collect();
    let targets: Vec<String> = service.ports.iter().map(target).collect();
    match (service.has_selector, written.as_slice()) {
        (true, _) => format!("select its pods by their labels instead, with their own port ({})", targets.join(", ")),
        (false, []) => format!(
            "name the addresses of its endpoints instead: `kubectl get endpointslices -n {} -o yaml`",
            snapshot.namespace_name(service.namespace)
        ),
        (false, written) => format!("name its endpoints instead: {}", written.join(", ")),
    }
}

fn target(port: &ServicePort) -> String {
    match &port.target {
        TargetPort::Number(number) => format!("{number}"),
        TargetPort::Name(name) => format!("`{name}`"),
    }
}
