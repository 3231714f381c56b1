//! Routes through a proxy: an ingress controller in the cluster, or an application gateway outside it. The client's connection ends there, and the proxy
//! opens one of its own to a pod. Upstream: docs/path.md.
//!
//! To a controller they have two parts: to its pods, as to those of any Service, and on from there.

mod backends;
mod controller;
mod gateway;
mod request;

use alloc::vec::Vec;

use self::controller::{from_controller, to_controller};
use self::gateway::by_gateway;
use self::request::{End, Request, ended};
use crate::path::ingress_rules::HTTP_ROUTING_CLASS;
use crate::path::packet::PacketEndpoint;
use crate::path::question::{Client, Question};
use crate::path::route::client::start;
use crate::path::route::hop::{Note, StopReason, Unknown};
use crate::path::route::routes::{Plan, Reaches, Route};
use crate::path::world::Paths;
use crate::settings::IngressBy;
use crate::snapshot::{IngressId, IngressObject, Served};

/// The routes of requests to an Ingress; to a controller, as far as its pods.
pub(super) fn routes<'a>(
    route: Route<'a>,
    question: &Question,
    client: Client,
    object: IngressId,
    host: Option<&str>,
    path: &str,
) -> Plan<'a> {
    let paths = route.course.paths;
    let Some(ingress) = paths.snapshot.ingress(object) else { return Plan::default() };
    if ingress.unclear {
        let mut route = start(route, client, PacketEndpoint::anywhere());
        route.course.unknown(Unknown::Ingress(object));
        return Plan::one(route);
    }
    let request = Request::new(paths, ingress, host, path, question.tls);
    if let Some(end) = not_served(paths, ingress) {
        return ended(start(route, client, PacketEndpoint::anywhere()), end);
    }
    let class = request.class();
    let mut notes = Vec::new();
    if class == HTTP_ROUTING_CLASS || paths.snapshot.cloud.clusters.first().is_some_and(|c| c.traffic.http_routing) {
        notes.push(Note::RoutingRetired);
    }
    let mut plan = match request.by {
        IngressBy::Controller => to_controller(route, client, &request),
        IngressBy::Gateway => by_gateway(route, client, &request),
    };
    notes.append(&mut plan.notes);
    Plan { notes, ..plan }
}

/// On from the pods of the controller, for routes that lead to one.
pub(super) fn onward<'a>(plan: Plan<'a>, question: &Question, object: IngressId, host: Option<&str>, path: &str) -> Plan<'a> {
    let Some(first) = plan.routes.first().filter(|_| plan.to_controller) else { return plan };
    let paths = first.course.paths;
    let Some(ingress) = paths.snapshot.ingress(object) else { return plan };
    let request = Request::new(paths, ingress, host, path, question.tls);
    let mut proxied = plan.proxied;
    let mut routes = Vec::new();
    for route in plan.routes {
        let Reaches::Pod(pod, node) = route.reaches else {
            routes.push(route);
            continue;
        };
        let onward = from_controller(route, pod, node, &request);
        if !onward.proxied.is_empty() {
            proxied = onward.proxied;
        }
        routes.extend(onward.routes);
    }
    Plan { routes, proxied, to_controller: false, ..plan }
}

/// Why no controller is known that serves an Ingress, where one is not chosen by hand.
fn not_served(paths: &Paths, ingress: &IngressObject) -> Option<End> {
    match &ingress.served {
        _ if paths.settings.routing.ingress.is_some() => None,
        Served::Unknown(why) => Some(End::Unknown(Unknown::Request(why.clone()))),
        Served::Nobody(why) => Some(End::Stop(StopReason::NotPassedOn(why.clone()))),
        Served::Unlisted | Served::By(_) | Served::Gateway => None,
    }
}
