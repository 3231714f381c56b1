//! Whether a client can learn the address behind a name: before anything else it asks the cluster's DNS.

use alloc::boxed::Box;

use super::super::question::{Client, Goal, Question};
use super::super::route::dns_names::lookup_routes;
use super::super::route::routes::Route;
use super::super::world::Paths;
use super::{FailedLookup, JudgedRoute, judge};
use crate::snapshot::PodId;
use crate::verdict::Verdict;

/// What becomes of a name before the connection.
pub(in crate::path) enum Lookup {
    /// The client learns its address, or does not have to.
    Resolved,
    /// It does not ask the cluster's DNS.
    ForeignDns(PodId),
    /// It cannot ask, or may not be able to: this is the route of its question.
    Failed(Box<JudgedRoute>),
}

/// Asks for the name by which a client knows the target, for the connections of a route.
pub(in crate::path) fn look_up(paths: &Paths, question: &Question, client: Client, route: &Route<'_>) -> Lookup {
    let (Some(name), Client::Pod(pod)) = (&question.name, client) else { return Lookup::Resolved };
    let Some(endpoint) = paths.snapshot.pod(pod).filter(|_| !paths.is_host(pod)) else { return Lookup::Resolved };
    if endpoint.foreign_dns {
        return Lookup::ForeignDns(pod);
    }
    let mut unsure = None;
    let mut failed = None;
    for tried in lookup_routes(paths, pod) {
        let judged = judge(tried.route);
        // One server that answers is enough.
        match judged.verdict {
            Verdict::Allowed => return Lookup::Resolved,
            Verdict::Denied if tried.may_be_meant => return Lookup::Resolved,
            Verdict::Denied => failed = failed.or(Some(judged)),
            Verdict::CannotTell => unsure = unsure.or(Some(judged)),
        }
    }
    let Some(judged) = unsure.or(failed) else { return Lookup::Resolved };
    let may_be_known = matches!(question.goal, Goal::Name { .. });
    let lookup = FailedLookup { pod, name: name.clone(), verdict: judged.verdict, may_be_known };
    let (share, choices, alike) = (route.share, route.choices.clone(), route.alike);
    Lookup::Failed(Box::new(JudgedRoute { share, choices, alike, seen: None, lookup: Some(lookup), ..judged }))
}
