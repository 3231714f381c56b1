//! LINT222: the API server calls pods that policies close to it.
//!
//! Admission webhooks, aggregated APIs and conversions of custom resources are called by the API server, which is no pod of the cluster's network: a policy that
//! lets in pods only stops it, and what asks for it fails or hangs. Upstream: "Dynamic Admission Control" of the Kubernetes documentation.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::analysis::Analysis;
use crate::compile::Endpoint;
use crate::connections::ConnectionSet;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::{ApiCall, Kind, TargetPort};
use crate::model::Protocol;
use crate::policy::{Direction, PolicyId};
use crate::snapshot::{PodEndpoint, PodId, Role, Service, Snapshot};
use crate::text::Place;
use crate::text::count;

const CODE: Code = Code("LINT222");

pub(in crate::answers::lint) fn check(analysis: &Analysis, found: &mut Vec<Diagnostic>) {
    let calls = analysis.loaded().resources().filter(|(_, r)| !r.refused).filter_map(|(document, resource)| match &resource.kind {
        Kind::ApiCalls(calls) => Some((document, calls)),
        _ => None,
    });
    // Whoever calls the same pods is told of once.
    let mut closed: BTreeMap<(PodId, u16), Vec<(&ApiCall, Place)>> = BTreeMap::new();
    for (document, calls) in calls {
        for call in calls {
            let Some(service) = service(analysis.snapshot(), call) else { continue };
            let stopped = service.endpoints.iter().find_map(|id| {
                let port = target(analysis.snapshot(), service, call.port, *id)?;
                is_closed(analysis, *id, port).then_some((*id, port))
            });
            if let Some(key) = stopped {
                closed.entry(key).or_default().push((call, call.span.within(document)));
            }
        }
    }
    for ((id, port), calls) in closed {
        found.extend(problem(analysis, id, port, &calls));
    }
}

fn problem(analysis: &Analysis, id: PodId, port: u16, calls: &[(&ApiCall, Place)]) -> Option<Diagnostic> {
    let policies: Vec<PolicyId> = analysis.compiled().policies_on(id, Direction::Ingress);
    let policy = policies.iter().find_map(|id| analysis.compiled().policy(*id))?;
    let (first, place) = calls.first()?;
    let more = if calls.len() > 1 { format!(" (and {})", count(calls.len() - 1, "more call")) } else { String::new() };
    let pod = analysis.snapshot().pod_title(id);
    let message = format!(
        "the API server calls `{pod}` at port {port} for {}{more}, and no policy lets it in: `{}` isolates the pod, and the API server is no pod that a selector matches",
        first.what,
        policy.title()
    );
    let help = format!(
        "let TCP {port} in from everywhere (a rule with `ports` and no `from`), or from the API server's address by `ipBlock` (`kubectl get endpoints kubernetes -n default`)"
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
fn is_closed(analysis: &Analysis, id: PodId, port: u16) -> bool {
    let snapshot = analysis.snapshot();
    if snapshot.pod(id).is_none_or(|e| e.host_network) || !analysis.compiled().isolated(id, Direction::Ingress) {
        return false;
    }
    let wanted = ConnectionSet::ports(Protocol::TCP, port, port);
    let gets_in = |from: Endpoint| {
        let pair = analysis.connectivity().one_side(Direction::Ingress, from, Endpoint::Pod(id));
        !pair.possible.intersection(&wanted).is_empty()
    };
    let known: Vec<IpAddr> = api_servers(snapshot);
    let tunnels = snapshot.pods().filter(|(_, e)| e.role == Role::Pod && is_tunnel(e)).map(|(id, _)| Endpoint::Pod(id));
    let nodes = snapshot
        .nodes()
        .filter(|(_, n)| known.is_empty() || n.addresses.iter().any(|a| known.contains(a)))
        .map(|(id, _)| Endpoint::Node(id));
    let outside: Vec<Endpoint> = match known.as_slice() {
        [] => analysis.connectivity().outside(Direction::Ingress).iter().map(|r| Endpoint::Outside(r.first)).collect(),
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
