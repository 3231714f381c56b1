//! Drafts as NetworkPolicies of Kubernetes.

use alloc::string::String;
use alloc::vec::Vec;

use super::classes::{Requirement, Selector};
use super::rules::{Draft, Peer, Rule};
use super::world::World;
use super::write::Spec;
use crate::answers::fix::value::{V, list, map, text};
use crate::connections::{ConnectionSet, RangeSet};
use crate::model::{Protocol, well_known};
use crate::policy::Direction;

/// Protocols that its rules can name.
const NAMED: [Protocol; 3] = [Protocol::TCP, Protocol::UDP, Protocol::SCTP];
const PORTS: (u16, u16) = (1, u16::MAX);

pub(super) fn spec(world: &World<'_>, draft: &Draft) -> Spec {
    let rules = |direction: Direction| {
        let rules = draft.rules(direction).into_iter().flatten();
        rules
            .filter_map(|rule| Some((rule.is_dns.then(|| String::from("DNS")), alloc::vec![value(world, draft, direction, rule)?])))
            .collect()
    };
    Spec {
        api_version: "networking.k8s.io/v1",
        subject: alloc::vec![("podSelector".into(), selector(&draft.subject))],
        ingress: rules(Direction::Ingress),
        egress: rules(Direction::Egress),
    }
}

/// A rule; nothing where nothing of its connections can be said.
fn value(world: &World<'_>, draft: &Draft, direction: Direction, rule: &Rule) -> Option<V> {
    let peers = rule.peers.as_ref().map(|peers| list(peers.iter().map(|one| peer(world, draft, one))));
    let ports = match sayable(&rule.connections) {
        Sayable::All => None,
        Sayable::Ports(ports) if ports.is_empty() => return None,
        Sayable::Ports(ports) => Some(list(ports.into_iter().map(port))),
    };
    Some(map([(direction.preposition(), peers), ("ports", ports)]))
}

/// What rules can say of a set of connections.
enum Sayable {
    All,
    /// Of protocols, all ports or ranges of them.
    Ports(Vec<(Protocol, Option<(u16, u16)>)>),
}

/// Rules know no source ports, and of protocols only those with ports, unless they are about all.
fn sayable(set: &ConnectionSet) -> Sayable {
    // Packets in packets are dropped where that is done, whatever rules say.
    if set.union(&ConnectionSet::encapsulated()) == ConnectionSet::all() {
        return Sayable::All;
    }
    let mut ports = Vec::new();
    for protocol in NAMED {
        let destinations = from_every_port(set, protocol);
        if destinations.iter().eq([PORTS]) {
            ports.push((protocol, None));
        } else {
            ports.extend(destinations.iter().map(|range| (protocol, Some(range))));
        }
    }
    Sayable::Ports(ports)
}

/// Destination ports to which all source ports are in a set.
pub(super) fn from_every_port(set: &ConnectionSet, protocol: Protocol) -> RangeSet {
    let Some(plane) = set.plane(protocol) else { return RangeSet::default() };
    let (mut next, mut common) = (u32::from(PORTS.0), RangeSet::range(PORTS.0, PORTS.1));
    for (first, last, destinations) in plane.bands() {
        if u32::from(first) != next {
            return RangeSet::default();
        }
        next = u32::from(last) + 1;
        common = common.intersection(destinations);
    }
    if next > u32::from(PORTS.1) { common } else { RangeSet::default() }
}

fn port((protocol, range): (Protocol, Option<(u16, u16)>)) -> V {
    let first = range.map(|(first, _)| V::Number(first.into()));
    let last = range.filter(|(first, last)| first < last).map(|(_, last)| V::Number(last.into()));
    map([("protocol", Some(text(protocol))), ("port", first), ("endPort", last)])
}

fn peer(world: &World<'_>, draft: &Draft, peer: &Peer) -> V {
    match peer {
        Peer::Pods { namespaces, selector: pods, .. } => {
            let is_own = namespaces.as_slice() == [draft.namespace];
            let names: Vec<String> = namespaces.iter().map(|id| world.snapshot.namespace_name(*id).into()).collect();
            let namespaces = selector(&alloc::vec![Requirement::In(well_known::NAMESPACE_NAME.into(), names)]);
            let pods = (is_own || !pods.is_empty()).then(|| selector(pods));
            map([("namespaceSelector", (!is_own).then_some(namespaces)), ("podSelector", pods)])
        }
        Peer::Block(block) => {
            let except = (!block.except.is_empty()).then(|| list(block.except.iter().map(text)));
            map([("ipBlock", Some(map([("cidr", Some(text(block.cidr))), ("except", except)])))])
        }
    }
}

/// A label selector.
fn selector(requirements: &Selector) -> V {
    let (mut labels, mut expressions) = (Vec::new(), Vec::new());
    let expression = |key: &String, operator: &str, values: Option<&Vec<String>>| {
        map([("key", Some(text(key))), ("operator", Some(text(operator))), ("values", values.map(|values| list(values.iter().map(text))))])
    };
    for requirement in requirements {
        match requirement {
            Requirement::In(key, values) => match values.as_slice() {
                [value] => labels.push((key.clone(), text(value))),
                _ => expressions.push(expression(key, "In", Some(values))),
            },
            Requirement::NotIn(key, values) => expressions.push(expression(key, "NotIn", Some(values))),
            Requirement::Absent(key) => expressions.push(expression(key, "DoesNotExist", None)),
        }
    }
    map([
        ("matchLabels", (!labels.is_empty()).then_some(V::Map(labels))),
        ("matchExpressions", (!expressions.is_empty()).then_some(V::List(expressions))),
    ])
}
