//! **Which connections do Ingresses open?** Those of the ingress controller to the pods behind Services, as far as policy lets it.
//!
//! Written on the answer for all pairs.
//!
//! An Ingress makes no traffic itself. The pods of its controller connect to the endpoints' target port by TCP (upstream: `Ingress` of
//! `networking.k8s.io/v1`; most controllers go straight to the pods). These pods are rarely in the text, so one endpoint without labels
//! stands for them ([`crate::snapshot::Role::IngressController`]), and policy is asked about it as about any other.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::compile::Endpoint;
use crate::connections::ConnectionSet;
use crate::connectivity::Connectivity;
use crate::language::{BackendPort, ServicePort, TargetPort};
use crate::model::Protocol;
use crate::snapshot::{Ingress, PodEndpoint, PodId, Role, Served, Service, Snapshot, WorkloadId};

/// Connections that the ingress controller needs and that policy certainly lets it make, by endpoint. Endpoints with none are left out.
pub fn ingress_flows(snapshot: &Snapshot, connectivity: &Connectivity) -> Vec<(PodId, ConnectionSet)> {
    let Some((stand_in, _)) = snapshot.pods().find(|(_, e)| e.role == Role::IngressController) else { return Vec::new() };
    let mut opened: BTreeMap<PodId, ConnectionSet> = BTreeMap::new();
    for ((controller, id), set) in wanted(snapshot, stand_in) {
        let allowed = set.intersection(connectivity.between(Endpoint::Pod(controller), Endpoint::Pod(id)).allowed);
        if !allowed.is_empty() {
            let slot = opened.entry(id).or_default();
            *slot = slot.union(&allowed);
        }
    }
    opened.into_iter().collect()
}

/// What Ingresses open to each workload, over all of its pods (see [`ingress_flows`]).
pub fn by_workload(snapshot: &Snapshot, connectivity: &Connectivity) -> BTreeMap<WorkloadId, ConnectionSet> {
    let mut opened: BTreeMap<WorkloadId, ConnectionSet> = BTreeMap::new();
    for (id, set) in ingress_flows(snapshot, connectivity) {
        let Some(endpoint) = snapshot.pod(id) else { continue };
        let slot = opened.entry(endpoint.workload).or_default();
        *slot = slot.union(&set);
    }
    opened
}

/// The pod that opens the connections of an Ingress: one of its controller's, or what stands for a controller that is not known; none where nothing serves it.
fn controller_of(snapshot: &Snapshot, ingress: &Ingress, stand_in: PodId) -> Option<PodId> {
    let object = snapshot.ingress_objects.iter().find(|o| o.namespace == ingress.namespace && o.name == ingress.name);
    match object.map(|o| &o.served) {
        Some(Served::By(pods)) => pods.first().copied(),
        Some(Served::Nobody(_)) => None,
        _ => Some(stand_in),
    }
}

/// What the Ingresses ask for, by controller and endpoint, whatever the policies say.
fn wanted(snapshot: &Snapshot, stand_in: PodId) -> BTreeMap<(PodId, PodId), ConnectionSet> {
    let mut wanted: BTreeMap<(PodId, PodId), ConnectionSet> = BTreeMap::new();
    for ingress in &snapshot.ingresses {
        let Some(controller) = controller_of(snapshot, ingress, stand_in) else { continue };
        let Some(service) = ingress.service.and_then(|i| snapshot.service(i)) else { continue };
        for port in service_ports(service, &ingress.port) {
            for id in &service.endpoints {
                let Some(endpoint) = snapshot.pod(*id) else { continue };
                let targets = targets(port, endpoint);
                if !targets.is_empty() {
                    let set = wanted.entry((controller, *id)).or_default();
                    *set = set.union(&targets);
                }
            }
        }
    }
    wanted
}

/// The ports of a Service that a backend means: all of them if it names none.
///
/// By the API a number is the Service's own port. Where the Service has no such port, one that leads to that port of the pods is taken,
/// as ingress-nginx does (upstream: `serviceEndpoints`, which compares the backend with port, target port and name); the lints say that
/// the Service has no such port.
fn service_ports<'a>(service: &'a Service, port: &'a BackendPort) -> impl Iterator<Item = &'a ServicePort> {
    let own = |number: u16| service.ports.iter().any(|candidate| candidate.port == number);
    service.ports.iter().filter(move |candidate| match port {
        BackendPort::Any => true,
        BackendPort::Number(number) if own(*number) => candidate.port == *number,
        BackendPort::Number(number) => candidate.target == TargetPort::Number(*number),
        BackendPort::Name(name) => candidate.name.as_deref() == Some(name),
    })
}

/// The TCP ports of an endpoint that a Service port leads to: a number as it is, whether a container declares it or not; a name where a container
/// has it. Upstream: `ContainerPort` ("Not specifying a port here DOES NOT prevent that port from being exposed").
fn targets(port: &ServicePort, endpoint: &PodEndpoint) -> ConnectionSet {
    let one = |number: u16| ConnectionSet::ports(Protocol::TCP, number, number);
    match &port.target {
        _ if port.protocol != Protocol::TCP => ConnectionSet::EMPTY,
        TargetPort::Number(number) => one(*number),
        TargetPort::Name(name) => {
            let named = endpoint.ports.iter().filter(|p| p.protocol == Protocol::TCP && p.name.as_deref() == Some(name));
            named.fold(ConnectionSet::EMPTY, |set, p| set.union(&one(p.number)))
        }
    }
}
