//! Routes with their shares of connections, and what else comes of planning them.

use alloc::vec::Vec;

use super::super::shares::Share;
use super::course::Course;
use super::hop::{Choice, Note};
use crate::snapshot::{IpFamily, NodeId, PodId, ServiceId};

/// One route.
#[derive(Clone)]
pub(in crate::path) struct Route<'a> {
    pub(in crate::path) course: Course<'a>,
    /// How many of the connections take it.
    pub(in crate::path) share: Share,
    /// What tells it from others: for each place that chooses, its choices.
    pub(in crate::path) choices: Vec<Vec<Choice>>,
    /// Of how many equivalent routes this is one.
    pub(in crate::path) alike: u32,
    pub(in crate::path) reaches: Reaches,
}

/// What a route comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::path) enum Reaches {
    /// A pod, with its node.
    Pod(PodId, Option<NodeId>),
    /// A load balancer: which nodes it sends connections to is known once they are probed.
    LoadBalancer(BalancedPort),
    /// Something else, or nothing.
    Other,
}

/// A port of a Service of whose endpoints a proxy picks one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::path) struct Proxied {
    pub(in crate::path) service: ServiceId,
    pub(in crate::path) port: usize,
    /// For how many of the requests.
    pub(in crate::path) share: Share,
}

/// A port of a Service at a load balancer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::path) struct BalancedPort {
    pub(in crate::path) service: ServiceId,
    pub(in crate::path) port: usize,
    /// The family of its packets.
    pub(in crate::path) family: Option<IpFamily>,
}

impl<'a> Route<'a> {
    /// A route that begins.
    pub(in crate::path) fn new(course: Course<'a>, share: Share, choices: Vec<Vec<Choice>>, alike: u32) -> Self {
        Route { course, share, choices, alike, reaches: Reaches::Other }
    }

    /// The same route on another course, for a share of its connections.
    pub(super) fn with(&self, course: Course<'a>, share: Share, choice: Vec<Choice>, alike: u32) -> Route<'a> {
        let mut choices = self.choices.clone();
        choices.extend((!choice.is_empty()).then_some(choice));
        Route { course, share: self.share.times(share), choices, alike: self.alike.saturating_mul(alike), reaches: Reaches::Other }
    }

    /// The same route, which comes to something.
    pub(super) fn reaching(self, reaches: Reaches) -> Route<'a> {
        Route { reaches, ..self }
    }
}

impl Reaches {
    /// A pod, if it is one.
    pub(super) fn pod(pod: Option<(PodId, Option<NodeId>)>) -> Self {
        pod.map_or(Reaches::Other, |(pod, node)| Reaches::Pod(pod, node))
    }
}

/// The routes of a client, as far as they are planned.
#[derive(Default)]
pub(in crate::path) struct Plan<'a> {
    pub(in crate::path) routes: Vec<Route<'a>>,
    pub(in crate::path) notes: Vec<Note>,
    /// The ports of Services of whose endpoints a proxy picks one.
    pub(in crate::path) proxied: Vec<Proxied>,
    /// Whether the node's DNS cache answers in place of what stands behind the Service.
    pub(in crate::path) cached: bool,
    /// Whether the routes lead to an ingress controller, from which others go on.
    pub(in crate::path) to_controller: bool,
}

impl<'a> Plan<'a> {
    /// Routes, and nothing more.
    pub(super) fn of(routes: Vec<Route<'a>>) -> Self {
        Plan { routes, ..Plan::default() }
    }

    /// One route.
    pub(super) fn one(route: Route<'a>) -> Self {
        Plan::of(alloc::vec![route])
    }

    /// The load balancer that waits for its probes, if one does.
    pub(in crate::path) fn load_balancer(&self) -> Option<BalancedPort> {
        self.routes.iter().find_map(|route| if let Reaches::LoadBalancer(port) = route.reaches { Some(port) } else { None })
    }
}
