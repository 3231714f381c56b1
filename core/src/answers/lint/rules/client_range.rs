//! LINT030: a policy names addresses of clients, and what it selects is reached through a Service that replaces them.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::answers::lint::{Lint, LintInput, acting_rules, peer_terms};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::TrafficPolicy;
use crate::model::AddressSet;
use crate::path::{Asked, Branch, Entry, HopKind, PathVerdict, Paths, Share, path};
use crate::policy::{Action, Direction, PeerTerm, PeerTermKind, Policy};
use crate::settings::{Probes, Routing};
use crate::snapshot::{Service, ServiceType};
use crate::text::Place;
use crate::verdict::traversal::Checkpoint;

const CODE: Code = Code("LINT030");
/// More ways than this are not followed on every keystroke.
const MOST_ASKED: usize = 50;

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a policy names addresses of clients, which come with a node's address on some of their connections",
    advice: "`externalTrafficPolicy: Local`, an eBPF dataplane, or `loadBalancerSourceRanges`",
    explanation: r#"With `externalTrafficPolicy: Cluster` a node that forwards a packet to another node rewrites its source to its own address (masquerade), and the
policy of the pod there never sees the client. So the rule matches only the connections that arrive at the pod's own node. Upstream:
[docs/path.md](path.md); "Using Source IP" of the Kubernetes documentation."#,
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
  type: LoadBalancer
  externalTrafficPolicy: Cluster
  clusterIP: 10.0.9.9
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 31080}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: clients, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - ipBlock: {cidr: 203.0.113.0/24} # here
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
  type: LoadBalancer
  externalTrafficPolicy: Local
  clusterIP: 10.0.9.9
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 31080}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: clients, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - ipBlock: {cidr: 203.0.113.0/24}
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let exposed: Vec<&Service> = input.snapshot.services.iter().filter(|s| is_exposed(s)).collect();
    if exposed.is_empty() {
        return;
    }
    let mut asked = 0;
    // Probes that the same policy stops are another mistake (LINT034), and would hide this one.
    let mut unprobed: Option<Paths> = None;
    for (policy, reference, rule) in acting_rules(input) {
        if reference.direction != Direction::Ingress || rule.action != Action::Allow {
            continue;
        }
        for (_, term) in peer_terms(rule) {
            let Some((place, client)) = client_of(input, term) else { continue };
            for service in exposed.iter().filter(|s| selects_pods_of(input, policy, s)) {
                asked += 1;
                if asked > MOST_ASKED {
                    return;
                }
                let paths = unprobed
                    .get_or_insert_with(|| input.paths_with(&Routing { probes: Some(Probes::Ignored), ..input.settings.routing.clone() }));
                found.extend(never_seen(paths, place, client, service));
            }
        }
    }
}

fn is_exposed(service: &Service) -> bool {
    let has_door = service.service_type.has_node_ports() || !service.routing.external_addresses.is_empty();
    has_door && service.routing.external == TrafficPolicy::Cluster
}

fn selects_pods_of(input: &LintInput<'_>, policy: &Policy, service: &Service) -> bool {
    service.endpoints.iter().any(|id| input.compiled.selects(policy.id, *id))
}

/// An address outside that a term names, and where it does; nothing for terms that name everything, or nothing outside.
fn client_of(input: &LintInput<'_>, term: &PeerTerm) -> Option<(Place, IpAddr)> {
    let (set, place) = match &term.kind {
        PeerTermKind::Addresses { set, .. } => (set, term.place),
        PeerTermKind::Entity(entity) => (entity.addresses.as_ref()?, entity.addresses_place.unwrap_or(term.place)),
        _ => return None,
    };
    let cluster = input.snapshot.pod_network.clone();
    let inside = input.snapshot.cloud.networks.iter().fold(cluster, |set, network| set.union(&network.space));
    let outside = set.difference(&inside);
    let everything = AddressSet::everything();
    (outside != everything.difference(&inside) && !set.contains(IpAddr::from([0, 0, 0, 0]))).then_some(())?;
    Some((place, outside.first()?))
}

fn never_seen(paths: &Paths, place: Place, client: IpAddr, service: &Service) -> Option<Diagnostic> {
    let namespace = paths.snapshot().namespace_name(service.namespace);
    let entry = match service.service_type {
        ServiceType::LoadBalancer => Entry::LoadBalancer,
        ServiceType::NodePort => Entry::NodePort,
        _ => Entry::ExternalIp,
    };
    let (from, to) = (client.to_string(), format!("svc/{namespace}/{}", service.name));
    let port = service.ports.first()?;
    let asked = Asked { from: &from, to: &to, port: Some(port.port), protocol: port.protocol, entry: Some(entry), node: None };
    let answer = path(paths, &asked).ok()?;
    let lost = answer.branches.iter().filter(|b| is_stopped_as_another(paths, b, client));
    let share = lost.fold(Share::NONE, |sum, branch| sum.plus(branch.share));
    if share.is_none() || matches!(answer.verdict, PathVerdict::Allowed) {
        return None;
    }
    let message = format!(
        "{share} of the connections to Service `{}` arrive with a node's address (masquerade), which this range does not match",
        service.name
    );
    let place_of_policy = service.routing.external_span.map_or(service.place, |span| span.within(service.place.document));
    Some(
        Diagnostic::at(CODE, Severity::Warning, Some(place), message)
            .related_place(place_of_policy, "this Service")
            .help("set `externalTrafficPolicy: Local`, use an eBPF dataplane, or filter clients earlier with `loadBalancerSourceRanges`"),
    )
}

/// Whether a way ends at the policy of a pod to which the client is known by another address.
fn is_stopped_as_another(paths: &Paths, branch: &Branch, client: IpAddr) -> bool {
    branch.stop().is_some_and(|hop| {
        let at_pod = match &hop.kind {
            HopKind::Check(trace) => matches!(paths.resolve(trace).checkpoint, Checkpoint::Endpoint(Direction::Ingress)),
            _ => false,
        };
        at_pod && hop.arrives.from.address != Some(client)
    })
}
