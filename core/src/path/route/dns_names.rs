//! Routes of questions to the cluster's DNS, which a client asks for the address behind a name before anything else. Upstream: Kubernetes documentation, "DNS for
//! Services and Pods", and "Using NodeLocal DNSCache in Kubernetes Clusters".

use alloc::vec::Vec;

use super::super::packet::Packet;
use super::super::question::{Client, Dialled};
use super::super::shares::Share;
use super::super::tables::Entry;
use super::super::world::Paths;
use super::client::{endpoint_of, home_of, start};
use super::course::Course;
use super::dns_cache::{DNS, cache_at, dns_service};
use super::routes::Route;
use super::service;
use crate::model::Protocol;
use crate::policy::{Action, Direction, RuleId, RuleRef};
use crate::snapshot::{PodEndpoint, PodId, Role};
use crate::verdict::traversal::Checkpoint;

/// A route by which a pod's question for a name goes.
pub(in crate::path) struct LookupRoute<'a> {
    pub(in crate::path) route: Route<'a>,
    /// Whether the server that it leads to is assumed, and a rule of the client may mean it: it selects pods that the input does not have.
    pub(in crate::path) may_be_meant: bool,
}

/// The routes of a pod's question to the cluster's DNS.
pub(in crate::path) fn lookup_routes(paths: &Paths, pod: PodId) -> Vec<LookupRoute<'_>> {
    let client = Client::Pod(pod);
    let blank = || {
        let own = endpoint_of(paths, client);
        let course = Course::new(paths, Packet { from: own, to: own, port: Some(DNS) }, Protocol::UDP, (None, None));
        Route::new(course, Share::ALL, Vec::new(), 1)
    };
    if let Some((number, service)) = dns_service(&paths.snapshot)
        && let Some(port) = service.ports.iter().position(|p| p.port == DNS && p.protocol == Protocol::UDP)
        && (!paths.tables.backends(number, port).is_empty()
            || home_of(paths, client).is_some_and(|h| cache_at(paths, h, service, Some(DNS)).is_some()))
    {
        let plan = service::routes(blank(), client, (number, port), Entry::Cluster, Dialled::default());
        return plan.routes.into_iter().map(|route| LookupRoute { route, may_be_meant: false }).collect();
    }
    let servers = paths.snapshot.pods().filter(|(_, e)| e.replicas > 0 && paths.snapshot.serves_dns(e));
    let to_server = |(server, endpoint): (PodId, &PodEndpoint)| {
        let mut route = start(blank(), client, paths.pod(server));
        route.course.check(Checkpoint::Endpoint(Direction::Egress));
        route.course.check(Checkpoint::Endpoint(Direction::Ingress));
        LookupRoute { route, may_be_meant: endpoint.role == Role::Dns && may_mean_dns(paths, pod) }
    };
    servers.map(to_server).collect()
}

/// Whether a rule lets a pod out to port 53 of pods of which the input has none.
fn may_mean_dns(paths: &Paths, pod: PodId) -> bool {
    let compiled = &paths.compiled;
    compiled.policies_on(pod, Direction::Egress).iter().filter_map(|id| compiled.policy(*id)).any(|policy| {
        RuleId::each(&policy.egress).any(|(id, rule)| {
            let reference = RuleRef { policy: policy.id, direction: Direction::Egress, id };
            let fits = rule.action != Action::Deny && rule.traffic.may_hold(Protocol::UDP, DNS);
            fits && (0..rule.peers.terms().len())
                .any(|term| rule.peers.terms().get(term).is_some_and(|t| t.is_of_pods()) && !compiled.term_matches_pods(reference, term))
        })
    })
}
