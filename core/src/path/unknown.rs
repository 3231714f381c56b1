//! Services of which the input does not say which endpoints they have.

use alloc::format;
use alloc::string::String;

use crate::language::TargetPort;
use crate::language::azure::inventory::NODE_PORTS;
use crate::model::Protocol;
use crate::snapshot::{NodeId, PodId, PodMaker, Readiness, Role, Service, ServiceType, Snapshot, UnreadHostPort};

/// Whether it is not known what stands behind a Service: it has no selector and the input no EndpointSlice of it, or it selects pods in a namespace of
/// which the input has none.
pub(super) fn has_unknown_endpoints(snapshot: &Snapshot, service: &Service) -> bool {
    if service.unclear || is_left_to_another(service).is_some() || service.open_family {
        return true;
    }
    if !service.slices.is_empty() || service.service_type == ServiceType::ExternalName {
        return false;
    }
    if unplaced(snapshot, service).is_some() {
        return true;
    }
    if service.open_pods && !leads_to_a_port(snapshot, service) {
        return true;
    }
    if service.has_selector && service.endpoints.is_empty() && maker(snapshot, service).is_some() {
        return true;
    }
    let has_pods = || snapshot.endpoints.iter().any(|e| e.namespace == service.namespace && e.role == Role::Pod);
    !service.has_selector || service.endpoints.is_empty() && !has_pods()
}

/// The label by which kube-proxy leaves a Service to another proxy. Names of a Service without an address of its own lead to its pods all the same.
fn is_left_to_another(service: &Service) -> Option<&'static str> {
    service.routing.other_proxy.filter(|_| !service.headless)
}

/// A pod behind a Service that fits no node of the input, where no other is there for certain.
fn unplaced(snapshot: &Snapshot, service: &Service) -> Option<PodId> {
    if !service.slices.is_empty() {
        return None;
    }
    let pods = || service.endpoints.iter().filter_map(|id| Some((*id, snapshot.pod(*id)?))).filter(|(_, pod)| pod.replicas > 0);
    let is_there = pods().any(|(_, pod)| matches!(pod.readiness, Readiness::Ready | Readiness::Leaving));
    pods().find(|(_, pod)| !is_there && pod.readiness == Readiness::Unplaced).map(|(id, _)| id)
}

/// Whether some pod stands behind a Service for certain, at a port that is known.
fn leads_to_a_port(snapshot: &Snapshot, service: &Service) -> bool {
    let pods = || service.endpoints.iter().filter_map(|id| snapshot.pod(*id));
    service.ports.iter().any(|port| match &port.target {
        TargetPort::Number(_) => pods().next().is_some(),
        TargetPort::Name(name) => pods().any(|pod| pod.ports.iter().any(|p| p.name.as_deref() == Some(name))),
    })
}

/// An object of a Service's namespace whose pods are not read.
fn maker<'s>(snapshot: &'s Snapshot, service: &Service) -> Option<&'s PodMaker> {
    let namespace = snapshot.namespace_name(service.namespace);
    snapshot.pod_makers.iter().find(|maker| maker.namespace == *namespace)
}

/// What is missing of a Service, and how to get it.
pub(super) fn missing_endpoints(snapshot: &Snapshot, service: &Service) -> String {
    let namespace = snapshot.namespace_name(service.namespace);
    let title = format!("{namespace}/{}", service.name);
    if let Some(why) = service.unread_field.as_deref().filter(|_| service.unclear) {
        return why.into();
    }
    if service.unclear {
        return format!("Service `{title}` is not evaluated: an API server refuses it, or its endpoints");
    }
    if let Some(label) = is_left_to_another(service) {
        return format!("kube-proxy leaves Service `{title}` to another proxy, which is not evaluated (label `{label}`)");
    }
    if let Some(family) = service.routing.family.filter(|_| service.open_family) {
        let family = family.as_str();
        return format!(
            "Service `{title}` is {family} only, and the {family} addresses of its pods are not known, or not their first ones"
        );
    }
    if let Some(pod) = unplaced(snapshot, service) {
        let pod = snapshot.pod_title(pod);
        return format!(
            "no node of the input has the labels that `{pod}` asks for (`nodeSelector`, node affinity): whether a pod behind Service `{title}` runs is not \
             known"
        );
    }
    if service.open_pods {
        return format!("the pods and ports behind Service `{title}` depend on labels or ports that are not in the input");
    }
    if let Some(maker) = maker(snapshot, service).filter(|_| service.has_selector) {
        return format!(
            "pods of {}, which are not read, may be behind Service `{title}`: paste them (`kubectl get pods -n {namespace} -o yaml`)",
            maker.title()
        );
    }
    match service.has_selector {
        true => format!(
            "the pods of namespace `{namespace}`, which are behind Service `{title}`, are not in the input (`kubectl get pods \
             -n {namespace} -o yaml`)"
        ),
        false => format!(
            "Service `{title}` has no selector, and its EndpointSlices are not in the input (`kubectl get endpointslices -n \
             {namespace} -o yaml`)"
        ),
    }
}

/// Why a port of a node may lead on to pods, where no Service and no pod plainly has it: a Service that is not evaluated may have it, or a pod with a field
/// that there is not.
pub(super) fn node_port_may_lead_on(snapshot: &Snapshot, node: NodeId, protocol: Protocol, port: u16) -> Option<String> {
    let may_have = |service: &&Service| {
        let is_open = service.ports.is_empty() || service.ports.iter().any(|p| p.node_port.is_none() && p.protocol == protocol);
        let in_range = (NODE_PORTS.0..=NODE_PORTS.1).contains(&port);
        service.unclear && service.service_type.has_node_ports() && is_open && in_range
    };
    if let Some(service) = snapshot.services.iter().find(may_have) {
        return Some(missing_endpoints(snapshot, service));
    }
    let may_be = |unread: &&UnreadHostPort| unread.node.is_none_or(|home| home == node) && unread.port.is_none_or(|own| own == port);
    snapshot.unread_host_ports.iter().find(may_be).map(|unread| unread.because.clone())
}

/// Whether any pod may stand behind a Service, about which policies may say anything.
pub(super) fn may_be_any_pod(snapshot: &Snapshot, service: &Service) -> bool {
    service.unclear
        || unplaced(snapshot, service).is_some()
        || service.open_pods
        || service.open_family
        || is_left_to_another(service).is_some()
        || service.has_selector && maker(snapshot, service).is_some()
}

/// Whether a Service has endpoints for certain: API servers keep those of `default/kubernetes` themselves, on the port that the Service names.
pub(super) fn is_api_server(snapshot: &Snapshot, service: &Service) -> bool {
    service.name == "kubernetes" && snapshot.namespace_name(service.namespace) == "default"
}
