//! Routes to a Service, by any of its entries.

use core::net::IpAddr;

use super::super::packet::{PacketEndpoint, Place};
use super::super::question::{Client, Dialled};
use super::super::tables::{Entry, Target};
use super::super::unknown::{has_unknown_endpoints, is_api_server, may_be_any_pod, missing_endpoints};
use super::super::world::Paths;
use super::client::{at_home, home_of, leave_home, start};
use super::hop::{HopAction, Title, Unknown};
use super::landing::ExposedPort;
use super::routes::{Plan, Route};
use super::{cluster_ip, external_ip, load_balancer, node_port};
use crate::language::TargetPort;
use crate::snapshot::{IpFamily, ServiceId};

/// All routes of a client to a port of a Service; to a load balancer, as far as that.
pub(super) fn routes<'a>(route: Route<'a>, client: Client, (service, port): (ServiceId, usize), entry: Entry, at: Dialled) -> Plan<'a> {
    let paths = route.course.paths;
    let family = paths.snapshot.service(service).and_then(|found| paths.family(found, entry, at));
    let Some(exposed) = ExposedPort::of(paths, service, port, family) else { return Plan::default() };
    if has_unknown_endpoints(&paths.snapshot, exposed.service) {
        return Plan::one(to_unknown_endpoints(route, client, &exposed, at.address));
    }
    if let Some(family) = at.address.map(IpFamily::of).filter(|family| leads_to_others(paths, &exposed, *family)) {
        let mut route = start(route, client, at.address.map_or_else(PacketEndpoint::anywhere, PacketEndpoint::at));
        route.course.unknown(Unknown::OtherFamily(service, family));
        return Plan::one(route);
    }
    let home = home_of(paths, client);
    match (entry, home) {
        (Entry::Cluster, home) => cluster_ip::routes(route, client, home, &exposed, at.address),
        (Entry::NodePort, home) => node_port::routes(route, client, home, &exposed, at.node),
        (Entry::LoadBalancer, Some(home)) => Plan::of(load_balancer::from_inside(route, client, home, &exposed, at.address)),
        (Entry::ExternalIp, Some(home)) => Plan::of(external_ip::from_inside(route, client, home, &exposed, at)),
        (Entry::ExternalIp, None) => external_ip::from_outside(route, client, &exposed, at),
        (Entry::LoadBalancer, None) => Plan::one(load_balancer::to_load_balancer(route, client, &exposed, at.address)),
    }
}

/// Whether an address of this family leads to addresses of pods that are not their first ones, with which paths are followed.
fn leads_to_others(paths: &Paths, exposed: &ExposedPort<'_>, family: IpFamily) -> bool {
    let pods = exposed.backends.iter().filter_map(|b| if let Target::Pod(pod) = b.target { paths.pod(pod).address } else { None });
    pods.clone().next().is_some() && pods.map(IpFamily::of).all(|own| own != family)
}

/// To the endpoints of a Service that are not known. Policies are asked for every address that they may have.
fn to_unknown_endpoints<'a>(route: Route<'a>, client: Client, exposed: &ExposedPort<'a>, address: Option<IpAddr>) -> Route<'a> {
    let paths = route.course.paths;
    let service = exposed.service;
    let to = address.or(service.addresses.first().copied()).map_or_else(PacketEndpoint::anywhere, PacketEndpoint::at);
    let mut route = start(route, client, to);
    let course = &mut route.course;
    let unknown = |by_name| Unknown::Endpoints { service: exposed.number, by_name };
    if may_be_any_pod(&paths.snapshot, service) {
        course.unknown(unknown(true));
        return route;
    }
    let Some(home) = home_of(paths, client) else {
        course.unknown(unknown(false));
        return route;
    };
    // Names of a headless Service lead to the endpoints themselves, at the port that is asked for.
    if !service.headless {
        at_home(course, client, home, HopAction::ProxiesToUnknown);
        let target = service.ports.get(exposed.port).map(|p| match &p.target {
            TargetPort::Number(number) => *number,
            TargetPort::Name(_) => p.port,
        });
        course.dnat(PacketEndpoint::anywhere(), target.or(course.packet.port));
    }
    course.set_missing(missing_endpoints(&paths.snapshot, service).into());
    leave_home(course, client);
    if is_api_server(&paths.snapshot, service) {
        course.place(Place::Outside, Title::ApiServer, HopAction::ApiServer);
    } else {
        course.unknown(unknown(true));
    }
    route
}
