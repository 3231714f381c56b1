//! The Service of the cluster's DNS, and caches on nodes that answer in its place. Upstream: Kubernetes documentation, "Using NodeLocal DNSCache in
//! Kubernetes Clusters".

use super::super::packet::Place;
use super::super::placed::Placed;
use super::super::question::Client;
use super::super::world::Paths;
use super::client::{at_home, leave_home};
use super::hop::{HopAction, Note, Title};
use super::routes::{Plan, Reaches, Route};
use crate::snapshot::{NodeId, PodId, Service, ServiceId, Snapshot};
use crate::verdict::traversal::Side;

/// Where DNS is asked.
pub(super) const DNS: u16 = 53;
/// Names of the Service of the cluster's DNS: as kubeadm and AKS have it, CoreDNS's own charts, OpenShift.
const SERVICES: [(&str, &str); 4] = [
    ("kube-system", "kube-dns"),
    ("kube-system", "coredns"),
    ("kube-system", "rke2-coredns-rke2-coredns"),
    ("openshift-dns", "dns-default"),
];

/// The Service of the cluster's DNS, if the input has it.
pub(super) fn dns_service(snapshot: &Snapshot) -> Option<(ServiceId, &Service)> {
    let given = snapshot.cloud.clusters.first().and_then(|c| c.dns_service);
    let is_it = |s: &Service| {
        let is_named = |(namespace, name): &(&str, &str)| s.name == *name && snapshot.namespace_name(s.namespace) == *namespace;
        given.is_some_and(|a| s.addresses.contains(&a)) || SERVICES.iter().any(is_named)
    };
    ServiceId::each(&snapshot.services).find(|(_, s)| is_it(s))
}

/// The DNS cache of a node that has the address of a Service itself, so that packets to it are not translated and end on the node.
pub(super) fn cache_at(paths: &Paths, node: NodeId, service: &Service, port: Option<u16>) -> Option<PodId> {
    if port != Some(DNS) {
        return None;
    }
    let snapshot = &paths.snapshot;
    let is_dns = || dns_service(snapshot).is_some_and(|(_, dns)| core::ptr::eq(dns, service));
    let answers = |text: &str| {
        text.parse().is_ok_and(|address| service.addresses.contains(&address)) || text == "__PILLAR__DNS__SERVER__" && is_dns()
    };
    let mut caches = snapshot.pods().filter(|(_, e)| e.replicas > 0 && e.node.is_none_or(|n| n == node));
    caches.find(|(_, e)| e.dns_cache.iter().any(|a| answers(a))).map(|(pod, _)| pod)
}

/// To the cache on the client's own node.
pub(super) fn ask_cache<'a>(mut route: Route<'a>, client: Client, home: NodeId, cache: PodId) -> Plan<'a> {
    let course = &mut route.course;
    at_home(course, client, home, HopAction::DnsCache(cache));
    let side = leave_home(course, client);
    course.cross(home, side, Side::Host);
    course.place(Place::Pod(Placed(cache)), Title::Pod(cache), HopAction::AnswersDns);
    let route = route.reaching(Reaches::Pod(cache, Some(home)));
    Plan { notes: alloc::vec![Note::DnsCache(cache)], cached: true, ..Plan::one(route) }
}
