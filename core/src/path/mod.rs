//! The whole path of a packet to a Service, an Ingress, a pod or an address: every place on it with the addresses as they are there, who translates
//! them, and every checkpoint with what it sees.
//!
//! ```text
//! client → load balancer → [security groups] → node: DNAT → [security groups] → node → [policies] → pod
//! ```
//!
//! Data flows one way: a question is resolved, routes (`route`) are planned as plain lists of hops, each hop is judged (`judge`), equivalent
//! routes (`equivalence`) become one with their `shares` added, and the `report` puts that into words. There are several routes where a load balancer, a
//! node or the client itself picks one of several nodes or pods; each is a [`Branch`] with its share of the connections. Nothing is decided here: every
//! checkpoint is asked through [`crate::verdict`], with the packet as it is at that point. Upstream: docs/path.md and docs/semantics.md.
//!
//! Pods whose node is not given are put on nodes first (see [`Placement`](crate::settings::Placement)).

mod answer;
mod equivalence;
mod ingress_paths;
mod ingress_rules;
mod judge;
mod nearby;
mod packet;
mod placed;
mod question;
mod report;
mod route;
mod shares;
mod tables;
mod unknown;
mod world;

pub use answer::{ApplicationView, Branch, Hop, HopKind, PathAnswer, PathVerdict, PodShare, ProbedNode};
pub use ingress_rules::{HTTP_ROUTING_CLASS, is_gateway_class};
pub use packet::{Packet, PacketEndpoint, Place, Stop, Tls, Translation};
pub use placed::Placed;
pub use question::{Asked, NotAsked};
pub use report::citations::Basis;
pub use report::declared::Declared;
pub use shares::Share;
pub use tables::{Entry, Target};
pub use world::Paths;

use alloc::vec::Vec;

use crate::connections::Traffic;
use crate::verdict::Verdict;
use equivalence::kinds::client_kinds;
use equivalence::merge::merged;
use judge::lookup::{Lookup, look_up};
use judge::outcome::{Judged, Remark};
use judge::{JudgedRoute, judge, rotation};
use question::{Client, Question};
use route::course::Course;
use route::hop::Choice;
use route::routes::Route;
use route::{client, load_balancer, plan};

/// Follows a packet from one endpoint to another.
///
/// # Errors
/// When an endpoint means nothing, or several things.
pub fn path(paths: &Paths, asked: &Asked<'_>) -> Result<PathAnswer, NotAsked> {
    path_carrying(paths, asked, None)
}

/// Follows a packet of which more is known than its destination port: `carried` has its source port, or the type and code of an ICMP message.
///
/// # Errors
/// When an endpoint means nothing, or several things.
pub fn path_carrying(paths: &Paths, asked: &Asked<'_>, carried: Option<Traffic>) -> Result<PathAnswer, NotAsked> {
    let mut question = question::understand(paths, asked)?;
    if let Some(Traffic { protocol, source, destination }) = carried {
        question.carried = (source, destination.filter(|_| !protocol.has_ports()));
    }
    let answers = question::readings::of(paths, &question).iter().map(|reading| answer(paths, reading)).collect();
    let own = report::together(answers).unwrap_or_else(|| answer(paths, &question));
    let parts = question::readings::of_internet(paths, asked, &question);
    if parts.len() < 2 {
        return Ok(own);
    }
    // The usual address is asked already; it is of the first part.
    let others = parts.iter().skip(1).map(|(part, reading)| (part.title(), answer(paths, reading).verdict));
    let each = parts.first().map(|(part, _)| (part.title(), own.verdict)).into_iter().chain(others).collect();
    Ok(report::over_internet(own, each))
}

/// From a question to its answer.
fn answer(paths: &Paths, question: &Question) -> PathAnswer {
    let total: u32 = question.clients.iter().map(|(_, weight)| *weight).sum();
    let mut judged = Judged { routes: Vec::new(), rotation: None, proxied: Vec::new(), cached: false, remarks: Vec::new() };
    for (client, weight, alike) in client_kinds(paths, &question.clients) {
        let of_client = follow(paths, question, client, Share::of(weight, total), alike);
        judged.routes.extend(of_client.routes);
        judged.rotation = of_client.rotation.or(judged.rotation);
        if !of_client.proxied.is_empty() {
            judged.proxied = of_client.proxied;
        }
        judged.cached |= of_client.cached;
        judged.remarks.extend(of_client.remarks);
    }
    judged.routes = merged(paths, judged.routes);
    report::answer(paths, question, &judged)
}

/// The routes of one client, judged.
fn follow(paths: &Paths, question: &Question, client: Client, share: Share, alike: u32) -> Judged {
    let own = client::endpoint_of(paths, client);
    let packet = Packet { from: own, to: own, port: question.port };
    let course = Course::new(paths, packet, question.protocol, question.carried);
    let choices = match client {
        Client::Pod(id) if question.clients.len() > 1 => paths.snapshot.pod(id).and_then(|e| e.node),
        _ => None,
    };
    let choices = choices.map(|node| alloc::vec![Choice::From(node)]).into_iter().collect();
    let route = Route::new(course, share, choices, alike);
    let mut remarks = Vec::new();
    let lookup = match look_up(paths, question, client, &route) {
        Lookup::Resolved => None,
        Lookup::ForeignDns(pod) => {
            remarks.push(Remark::ForeignDns(pod));
            None
        }
        Lookup::Failed(failed) if failed.lookup.as_ref().is_some_and(|lookup| lookup.may_be_known) => {
            remarks.push(Remark::LookupFails(failed));
            None
        }
        Lookup::Failed(failed) => Some(failed),
    };
    let mut plan = plan::plan(route, question, client);
    remarks.extend(core::mem::take(&mut plan.notes).into_iter().map(Remark::Planned));
    let rotation = plan.load_balancer().map(|balanced| rotation::probe(paths, balanced));
    if let Some(rotation) = &rotation {
        remarks.extend(rotation.flapping().map(|health| Remark::Flapping(health.node)));
        plan = load_balancer::onward(plan, &rotation.up(), rotation.unsure().is_none());
    }
    let plan = plan::onward(plan, question);
    let (proxied, cached) = (plan.proxied, plan.cached);
    let mut routes: Vec<JudgedRoute> = plan.routes.into_iter().map(judge).collect();
    if let Some(lookup) = lookup {
        if routes.iter().all(|route| route.verdict == Verdict::Allowed) {
            remarks.push(Remark::AllowedOnceResolved);
        }
        routes = alloc::vec![*lookup];
    }
    Judged { routes, rotation, proxied, cached, remarks }
}
