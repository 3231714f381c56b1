//! All routes of a client to the target of a question.

use alloc::format;
use alloc::vec::Vec;

use super::super::packet::PacketEndpoint;
use super::super::question::{Client, Goal, Question};
use super::super::shares::Share;
use super::client::start;
use super::egress::{to_address, to_name};
use super::hop::{Choice, Note, StopReason, Unknown};
use super::pod::{to_node, to_pod};
use super::routes::{Plan, Route};
use super::stand_in::some_public;
use super::{ingress, service};
use crate::snapshot::PodId;

/// The routes of a client; to a load balancer or an ingress controller, as far as that.
pub(in crate::path) fn plan<'a>(route: Route<'a>, question: &Question, client: Client) -> Plan<'a> {
    let mut plan = of_goal(route, question, client);
    let Some((from, to)) = plan.routes.iter().find_map(|planned| planned.course.of_two_families()) else { return plan };
    // A pod or a node with IPv6 only may get an address of IPv4 for the way out, as with EKS.
    if to.is_ipv4() && !matches!(client, Client::Outside(_)) {
        return plan;
    }
    let (own, other) = if from.is_ipv4() { ("IPv4", "IPv6") } else { ("IPv6", "IPv4") };
    let why =
        format!("`{from}` is an address of {own}, and `{to}` one of {other}: no packet has both. The answer is what is asked on the way.");
    plan.notes.push(Note::Said(why.into()));
    plan
}

fn of_goal<'a>(route: Route<'a>, question: &Question, client: Client) -> Plan<'a> {
    match &question.goal {
        Goal::Nothing(why) => {
            let mut route = start(route, client, some_public());
            route.course.packet.to.address = None;
            route.course.stop(StopReason::Nothing(why.as_str().into()));
            Plan::one(route)
        }
        Goal::Unread(why) => {
            let mut route = start(route, client, PacketEndpoint::anywhere());
            route.course.unknown(Unknown::Unread(why.as_str().into()));
            Plan::one(route)
        }
        Goal::Name { name, missing } => to_name(route, client, name, missing),
        Goal::Service { service, port, entry, at } => service::routes(route, client, (*service, *port), *entry, *at),
        Goal::Ingress { object, host, path } => ingress::routes(route, question, client, *object, host.as_deref(), path),
        Goal::Pods(pods) => {
            let paths = route.course.paths;
            // Among pods of one workload a packet goes from one to another: what a pod sends to itself is on no way.
            let is_itself = |(pod, count): &&(PodId, u32)| *count == 1 && matches!(client, Client::Pod(own) if own == *pod);
            let others: Vec<&(PodId, u32)> = pods.iter().filter(|pod| !is_itself(pod)).collect();
            let pods = if others.is_empty() { pods.iter().collect() } else { others };
            let total: u32 = pods.iter().map(|(_, count)| *count).sum();
            let several = pods.len() > 1;
            let each = pods.iter().map(|(pod, count)| {
                let node = paths.home_of(*pod);
                let choice: Vec<Choice> = node.filter(|_| several).map(Choice::ToPodOn).into_iter().collect();
                to_pod(route.with(route.course.clone(), Share::of(*count, total), choice, 1), client, *pod, node)
            });
            Plan::of(each.collect())
        }
        Goal::Node(node) => Plan::one(to_node(route, client, *node)),
        Goal::Address(end) => Plan::one(to_address(route, client, *end)),
    }
}

/// On from an ingress controller, where the routes lead to one.
pub(in crate::path) fn onward<'a>(plan: Plan<'a>, question: &Question) -> Plan<'a> {
    match &question.goal {
        Goal::Ingress { object, host, path } => ingress::onward(plan, question, *object, host.as_deref(), path),
        _ => plan,
    }
}
