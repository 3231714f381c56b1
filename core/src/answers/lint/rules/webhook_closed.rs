//! LINT222: the API server calls pods that policies close to it.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::answers::lint::{Lint, LintInput};
use crate::compile::Endpoint;
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::{ApiCall, TargetPort};
use crate::model::Protocol;
use crate::policy::{Direction, PolicyId};
use crate::snapshot::{PodEndpoint, PodId, Role, Service, Snapshot};
use crate::text::{Place, count};

const CODE: Code = Code("LINT222");

pub(in crate::answers::lint) const LINT: Lint = Lint {
    code: CODE,
    severities: &[Severity::Warning],
    title: "a webhook, aggregated API or conversion is called by the API server, and a policy closes its pod to that",
    advice: "let its port in from everywhere, or from the API server's address",
    explanation: r#"Admission webhooks, aggregated APIs and conversions of custom resources are called by the API server, which is no pod of the cluster's network. A
policy that lets in only pods stops it, and requests to the API fail or hang. Upstream: "Dynamic Admission Control" of the Kubernetes documentation."#,
    bad: r#"{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: [{name: c, ports: [{name: tls, containerPort: 8443}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {clusterIP: 10.96.0.77, selector: {app: api}, ports: [{port: 443, targetPort: tls}]}}
---
{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.example.com}, spec: {service: {name: api, namespace: shop, port: 443}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}} # here
  ingress:
  - from: [{podSelector: {}}]
"#,
    good: r#"{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: shop, labels: {app: api}}, spec: {containers: [{name: c, ports: [{name: tls, containerPort: 8443}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {clusterIP: 10.96.0.77, selector: {app: api}, ports: [{port: 443, targetPort: tls}]}}
---
{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.example.com}, spec: {service: {name: api, namespace: shop, port: 443}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
  - ports: [{port: 8443}]
"#,
    check,
};

pub(in crate::answers::lint) fn check(input: &LintInput<'_>, found: &mut Vec<Diagnostic>) {
    let calls = input.loaded.resources().filter(|(_, r)| !r.refused).map(|(document, resource)| (document, resource.kind.api_calls()));
    // Whoever calls the same pods is told of once.
    let mut closed: BTreeMap<(PodId, u16), Vec<(&ApiCall, Place)>> = BTreeMap::new();
    for (document, calls) in calls {
        for call in calls {
            let Some(service) = service(input.snapshot, call) else { continue };
            let stopped = service.endpoints.iter().find_map(|id| {
                let port = target(input.snapshot, service, call.port, *id)?;
                is_closed(input, *id, port).then_some((*id, port))
            });
            if let Some(key) = stopped {
                closed.entry(key).or_default().push((call, call.span.within(document)));
            }
        }
    }
    for ((id, port), calls) in closed {
        found.extend(problem(input, id, port, &calls));
    }
}

fn problem(input: &LintInput<'_>, id: PodId, port: u16, calls: &[(&ApiCall, Place)]) -> Option<Diagnostic> {
    let policies: Vec<PolicyId> = input.compiled.policies_on(id, Direction::Ingress);
    let policy = policies.iter().find_map(|id| input.compiled.policy(*id))?;
    let (first, place) = calls.first()?;
    let more = if calls.len() > 1 { format!(" (and {})", count(calls.len() - 1, "more call")) } else { String::new() };
    let pod = input.snapshot.pod_title(id);
    let message = format!(
        "the API server calls `{pod}` at port {port} for {}{more}, and no policy allows it: `{}` isolates the pod, and no pod \
         selector matches the API server",
        first.what,
        policy.title()
    );
    let help = format!(
        "allow TCP {port} from everywhere (a rule with `ports` and no `from`), or from the API server's address with an \
         `ipBlock` (`kubectl get endpoints kubernetes -n default`)"
    );
    Some(Diagnostic::at(CODE, Severity::Warning, Some(policy.subject_place), message).related_place(*place, "called from here").help(help))
}

fn service<'s>(snapshot: &'s Snapshot, call: &ApiCall) -> Option<&'s Service> {
    snapshot.services.iter().find(|s| s.name == *call.service && snapshot.namespace_name(s.namespace) == &*call.namespace)
}

/// The port of a pod to which a Service's port leads.
fn target(snapshot: &Snapshot, service: &Service, port: u16, id: PodId) -> Option<u16> {
    let endpoint = snapshot.pod(id)?;
    let found = service.ports.iter().find(|p| p.port == port && p.protocol == Protocol::TCP)?;
    match &found.target {
        TargetPort::Number(number) => Some(*number),
        TargetPort::Name(name) => endpoint.ports.iter().find(|p| p.name.as_deref() == Some(&**name)).map(|p| p.number),
    }
}

/// Whether nothing that the API server may be gets in: no address outside, no node, and none of the pods by which it reaches into some clusters.
fn is_closed(input: &LintInput<'_>, id: PodId, port: u16) -> bool {
    let snapshot = input.snapshot;
    if snapshot.pod(id).is_none_or(|e| e.host_network) || !input.compiled.isolated(id, Direction::Ingress) {
        return false;
    }
    let wanted = ConnectionSet::ports(Protocol::TCP, port, port);
    let gets_in = |from: Endpoint| {
        let pair = input.connectivity().one_side(Direction::Ingress, from, Endpoint::Pod(id));
        !pair.possible.intersection(&wanted).is_empty()
    };
    let known: Vec<IpAddr> = api_servers(snapshot);
    let tunnels = snapshot.pods().filter(|(_, e)| e.role == Role::Pod && is_tunnel(e)).map(|(id, _)| Endpoint::Pod(id));
    let nodes = snapshot
        .nodes()
        .filter(|(_, n)| known.is_empty() || n.addresses.iter().any(|a| known.contains(a)))
        .map(|(id, _)| Endpoint::Node(id));
    let outside: Vec<Endpoint> = match known.as_slice() {
        [] => input.connectivity().outside(Direction::Ingress).iter().map(|r| Endpoint::Outside(r.first)).collect(),
        known => known.iter().map(|a| Endpoint::Outside(*a)).collect(),
    };
    !outside.into_iter().chain(nodes).chain(tunnels).any(gets_in)
}

/// Addresses of the API servers, where the input has them.
fn api_servers(snapshot: &Snapshot) -> Vec<IpAddr> {
    let is_it = |s: &&Service| s.name == "kubernetes" && snapshot.namespace_name(s.namespace) == "default";
    let slices = snapshot.services.iter().filter(is_it).flat_map(|s| &s.slices);
    slices.flat_map(|s| s.endpoints.iter().map(|e| e.address)).collect()
}

/// Whether a pod brings connections of a managed API server into the cluster.
fn is_tunnel(endpoint: &PodEndpoint) -> bool {
    endpoint.name.contains("konnectivity-agent") || endpoint.labels.iter().any(|(_, value)| value == "konnectivity-agent")
}
