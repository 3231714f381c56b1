//! What decides about the way of packets, as `name=value` lines: in links, in stored work, for the worker, and in comparisons.

use netpolis_core::model::Cidr;
use netpolis_core::resources::TrafficPolicy;
use netpolis_core::resources::azure::Plugin;
use netpolis_core::settings::{Dataplane, IngressBy, Probes, Routing};

/// The names of all choices. They stand in links: a name never changes its meaning.
pub const NAMES: [&str; 10] = [
    "dataplane",
    "externalTrafficPolicy",
    "internalTrafficPolicy",
    "podNetwork",
    "ingress",
    "affinity",
    "sourceRanges",
    "probes",
    "replicas",
    "nodeNetwork",
];

/// Most nodes whose pods are counted by hand, and most pods of each.
const MOST_NODES: usize = 100;
const MOST_PODS: u32 = 1000;

/// The value of a choice; nothing where it is as the text says.
pub fn get(routing: &Routing, name: &str) -> Option<String> {
    let words = match name {
        "dataplane" => routing.dataplane.map(Dataplane::as_str),
        "externalTrafficPolicy" => routing.external.map(TrafficPolicy::as_str),
        "internalTrafficPolicy" => routing.internal.map(TrafficPolicy::as_str),
        "podNetwork" => routing.pod_network.map(Plugin::as_str),
        "ingress" => routing.ingress.map(IngressBy::as_str),
        "affinity" => routing.affinity.map(|keeps| if keeps { "ClientIP" } else { "None" }),
        "sourceRanges" => routing.ignore_source_ranges.then_some("ignored"),
        "probes" => routing.probes.map(Probes::as_str),
        "replicas" if !routing.placement.per_node.is_empty() => {
            let counts: Vec<String> = routing.placement.per_node.iter().map(ToString::to_string).collect();
            return Some(counts.join(","));
        }
        "nodeNetwork" => return routing.placement.node_network.map(|network| network.to_string()),
        _ => None,
    };
    words.map(str::to_owned)
}

/// Sets a choice; a value that is empty, or no value of it, leaves it to the text.
pub fn set(routing: &mut Routing, name: &str, value: &str) {
    match name {
        "dataplane" => routing.dataplane = Dataplane::from_name(value),
        "externalTrafficPolicy" => routing.external = TrafficPolicy::from_name(value),
        "internalTrafficPolicy" => routing.internal = TrafficPolicy::from_name(value),
        "podNetwork" => routing.pod_network = Plugin::from_name(value),
        "ingress" => routing.ingress = IngressBy::from_name(value),
        "affinity" => {
            routing.affinity = match value {
                "ClientIP" => Some(true),
                "None" => Some(false),
                _ => None,
            }
        }
        "sourceRanges" => routing.ignore_source_ranges = value == "ignored",
        "probes" => routing.probes = Probes::from_name(value),
        "replicas" => {
            let counts = value.split([',', ' ']).filter(|n| !n.is_empty()).take(MOST_NODES);
            // All of them or none: a number that cannot be read must not move the others to other nodes.
            let counts: Option<Vec<u32>> = counts.map(|n| n.parse().ok().map(|n: u32| n.min(MOST_PODS))).collect();
            routing.placement.per_node = counts.unwrap_or_default();
        }
        "nodeNetwork" => routing.placement.node_network = Cidr::parse(value.trim()).ok(),
        _ => (),
    }
}
