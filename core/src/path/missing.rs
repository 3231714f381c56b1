//! Ways to something of which the input does not say where it is: the endpoints of a Service without selector, what an `ExternalName` stands for.
//!
//! Policies are asked for every address that it may be. Where they all get the same answer that is the answer, else it cannot be told.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::ask::{Client, service_title};
use super::branches::{Arrival, Trip, Way};
use super::walk::Walk;
use super::{Basis, Party, Place};
use crate::compile::Endpoint;
use crate::language::TargetPort;
use crate::snapshot::{PodMaker, Role, Service, Snapshot};

/// Stands for an address that is not known.
pub(super) const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

impl Party {
    /// Any address outside.
    pub(super) fn anywhere() -> Party {
        Party { end: Endpoint::Outside(UNKNOWN), address: None, made_up: true }
    }

    /// Whether it may be any address outside.
    pub fn is_anywhere(&self) -> bool {
        self.made_up && self.address.is_none() && self.end == Endpoint::Outside(UNKNOWN)
    }
}

/// Whether it is not known what stands behind a Service: it has no selector and the input no EndpointSlice of it, or it selects pods in a namespace of
/// which the input has none.
pub(super) fn has_unknown_endpoints(snapshot: &Snapshot, service: &Service) -> bool {
    if service.unclear {
        return true;
    }
    if !service.slices.is_empty() || service.service_type == "ExternalName" {
        return false;
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
    if service.unclear {
        return format!("Service `{title}` is not evaluated: an API server refuses it, or its endpoints");
    }
    if service.open_pods {
        return format!(
            "which pods stand behind Service `{title}`, and at which ports, depends on labels or ports that the input does not tell"
        );
    }
    if let Some(maker) = maker(snapshot, service).filter(|_| service.has_selector) {
        return format!(
            "pods of {}, which are not read, may stand behind Service `{title}`: paste them (`kubectl get pods -n {namespace} -o yaml`)",
            maker.title()
        );
    }
    match service.has_selector {
        true => format!(
            "the input has no pods of namespace `{namespace}`, which stand behind Service `{title}` (`kubectl get pods -n {namespace} -o yaml`)"
        ),
        false => format!(
            "Service `{title}` has no selector, and the input has no EndpointSlice or Endpoints of it (`kubectl get endpointslices -n {namespace} -o yaml`)"
        ),
    }
}

/// Whether a Service has endpoints for certain: API servers keep those of `default/kubernetes` themselves, on the port that the Service names.
fn is_api_server(snapshot: &Snapshot, service: &Service) -> bool {
    service.name == "kubernetes" && snapshot.namespace_name(service.namespace) == "default"
}

impl<'a> Trip<'a> {
    /// To the endpoints of a Service that are not known.
    pub(super) fn reach_unknown_endpoints(&mut self, way: Way<'a>, client: Client, service: &Service, port: usize) -> Vec<Arrival<'a>> {
        let paths = self.paths;
        let to = service.addresses.first().map_or_else(Party::anywhere, |a| Party::at(*a));
        let mut way = self.start(way, client, to);
        let missing = missing_endpoints(&paths.snapshot, service);
        let walk = &mut way.walk;
        // It may be any pod, about which policies may say anything.
        if service.unclear || service.open_pods || service.has_selector && maker(&paths.snapshot, service).is_some() {
            walk.unknown(&service_title(paths, service), missing);
            return alloc::vec![Arrival { way, pod: None }];
        }
        let Some(home) = self.home(client) else {
            walk.unknown("Endpoints", missing);
            return alloc::vec![Arrival { way, pod: None }];
        };
        self.at_home(walk, client, home, "kube-proxy rewrites the destination to an endpoint (DNAT)", Some(Basis::ClusterAddress));
        let target = service.ports.get(port).map(|p| match &p.target {
            TargetPort::Number(number) => *number,
            TargetPort::Name(_) => p.port,
        });
        walk.to(Party::anywhere(), target.or(walk.packet.port));
        walk.missing = Some(missing.clone());
        self.leave_home(walk, client);
        if is_api_server(&paths.snapshot, service) {
            walk.place(Place::Outside, "API server", "at an address that is not in the input", None);
        } else {
            walk.unknown(&service_title(paths, service), missing);
        }
        alloc::vec![Arrival { way, pod: None }]
    }

    /// To what a name stands for that only DNS knows.
    pub(super) fn reach_name(&mut self, way: Way<'a>, client: Client, name: &str, missing: &str) -> Vec<Arrival<'a>> {
        let mut way = self.start(way, client, Party::anywhere());
        way.walk.missing = Some(missing.into());
        let mut letters = missing.chars();
        self.notes.extend(letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())));
        self.go_out(&mut way.walk, client);
        if !way.walk.is_over() {
            way.walk.place(Place::Outside, name, "an address that only DNS knows", None);
        }
        alloc::vec![Arrival { way, pod: None }]
    }
}

impl<'a> Walk<'a> {
    /// The ends that a party may be: itself, or one for every set of addresses that rules tell apart, of the families that the client has, and the nodes.
    pub(super) fn candidates(&self, party: &Party) -> Vec<Endpoint> {
        let is_v6 = self.packet.from.address.map(|a| a.is_ipv6());
        if !party.is_anywhere() {
            return alloc::vec![party.end];
        }
        let fits = |address: &IpAddr| is_v6.is_none_or(|v6| address.is_ipv6() == v6);
        let outside = self.paths.tables().outside_addresses().iter().filter(|a| fits(a)).map(|a| Endpoint::Outside(*a));
        outside.chain(self.paths.snapshot.nodes().filter(|(_, n)| !n.stand_in).map(|(id, _)| Endpoint::Node(id))).collect()
    }
}
