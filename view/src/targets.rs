//! Services and Ingresses: what a way can be asked to, besides pods, nodes and addresses.

use std::collections::HashMap;

use netpolis_core::language::{Requests, ServicePort, TargetPort};
use netpolis_core::snapshot::{IngressObject, PodId, Service, ServiceType, Snapshot, WorkloadId};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::scene::workload_key;
use super::{EndView, PortView, SourceLocation, SourceLocations};

/// Most that are listed.
const MOST: usize = 1000;

/// What a [`TargetView`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum TargetKind {
    /// A Service.
    Service,
    /// An Ingress.
    Ingress,
}

/// A Service or an Ingress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct TargetView {
    /// Its name in questions: `svc/shop/frontend`.
    pub key: String,
    /// What it is.
    pub kind: TargetKind,
    /// `shop/frontend`.
    pub title: String,
    /// What leads by it: `LoadBalancer 443 → 8443`.
    pub subtitle: String,
    /// Whether clients outside the cluster can come by it.
    pub outside: bool,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The first port that clients connect to.
    pub port: Option<u16>,
    /// Ports of the pods behind it that it sends to by number.
    pub pod_ports: Vec<PortView>,
    /// The workloads behind it, as indices into [`SceneView::ends`](super::SceneView::ends).
    pub ends: Vec<u32>,
    /// Where it is written.
    pub spot: Option<SourceLocation>,
}

impl TargetView {
    /// `Service shop/frontend`.
    pub fn name(&self) -> String {
        let kind = match self.kind {
            TargetKind::Service => "Service",
            TargetKind::Ingress => "Ingress",
        };
        format!("{kind} {}", self.title)
    }
}

/// All Services and Ingresses, those first that clients outside can come by.
pub(super) fn target_views(snapshot: &Snapshot, ends: &[EndView], spots: &SourceLocations<'_>) -> Vec<TargetView> {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    for (number, end) in (0..).zip(ends) {
        numbers.entry(end.key.as_str()).or_insert(number);
    }
    let behind = |endpoints: &mut dyn Iterator<Item = PodId>| {
        let mut found: Vec<u32> = Vec::new();
        let mut last: Option<WorkloadId> = None;
        for workload in endpoints.filter_map(|id| snapshot.pod(id).map(|e| e.workload)) {
            if last.replace(workload) != Some(workload)
                && let Some(number) = numbers.get(workload_key(snapshot, workload).as_str())
                && !found.contains(number)
            {
                found.push(*number);
            }
        }
        found
    };
    let ingress = |object: &IngressObject| {
        let backends = || snapshot.ingresses.iter().filter(|b| b.namespace == object.namespace && b.name == object.name);
        let services = backends().filter_map(|b| snapshot.service(b.service?));
        let title = title(snapshot.namespace_name(object.namespace), &object.name);
        let tls = !object.spec.tls.is_empty();
        TargetView {
            key: format!("ingress/{title}"),
            kind: TargetKind::Ingress,
            title,
            subtitle: requests(object, &mut backends().map(|b| &b.requests)),
            outside: true,
            protocol: "TCP".into(),
            port: Some(if tls { 443 } else { 80 }),
            pod_ports: Vec::new(),
            ends: behind(&mut services.flat_map(|s| s.endpoints.iter().copied())),
            spot: spots.at(object.place),
        }
    };
    let service = |service: &Service| {
        let title = title(snapshot.namespace_name(service.namespace), &service.name);
        let first = service.ports.first();
        TargetView {
            key: format!("svc/{title}"),
            kind: TargetKind::Service,
            title,
            subtitle: ports(service),
            outside: service.service_type.has_node_ports() || !service.routing.external_addresses.is_empty(),
            protocol: first.map_or_else(|| "TCP".into(), |p| p.protocol.to_string()),
            port: first.map(|p| p.port),
            pod_ports: service.ports.iter().filter_map(pod_port).collect(),
            ends: behind(&mut service.endpoints.iter().copied()),
            spot: spots.at(service.place),
        }
    };
    let mut targets: Vec<TargetView> = snapshot.services.iter().map(service).chain(snapshot.ingress_objects.iter().map(ingress)).collect();
    targets.sort_by_key(|target| !target.outside);
    targets.truncate(MOST);
    targets
}

/// Ports that are sent to by name are among those that the pods declare.
fn pod_port(port: &ServicePort) -> Option<PortView> {
    match &port.target {
        TargetPort::Number(number) => Some(PortView { protocol: port.protocol.to_string(), port: *number, name: None }),
        TargetPort::Name(_) => None,
    }
}

fn title(namespace: &str, name: &str) -> String {
    format!("{namespace}/{name}")
}

fn ports(service: &Service) -> String {
    let port = |p: &ServicePort| {
        let target = match &p.target {
            TargetPort::Number(number) => number.to_string(),
            TargetPort::Name(name) => name.to_string(),
        };
        let by_node =
            p.node_port.filter(|_| service.service_type == ServiceType::NodePort).map_or_else(String::new, |n| format!(" (node port {n})"));
        if target == p.port.to_string() { format!("{}{by_node}", p.port) } else { format!("{}{by_node} → {target}", p.port) }
    };
    let what = match (&service.external_name, service.headless) {
        (Some(name), _) => return format!("ExternalName {name}"),
        (None, true) => "headless",
        (None, false) => service.service_type.as_str(),
    };
    let ports: Vec<String> = service.ports.iter().take(3).map(port).collect();
    format!("{what} {}", ports.join(", "))
}

fn requests(object: &IngressObject, all: &mut dyn Iterator<Item = &Requests>) -> String {
    let mut hosts: Vec<String> = Vec::new();
    for request in all {
        let host = format!(
            "{}{}",
            request.host.as_deref().unwrap_or("any host"),
            request.path.as_deref().filter(|p| *p != "/").unwrap_or_default()
        );
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts.truncate(2);
    match &object.spec.class {
        Some(class) => format!("{class}: {}", hosts.join(", ")),
        None => hosts.join(", "),
    }
}
