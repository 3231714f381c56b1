//! Whether it is plain where Services, their endpoints and Ingresses lead.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::{has, is_set_twice, is_twice};
use crate::document::{NodeRef, Value};
use crate::language::read::values::special_address;
use crate::language::{Kind, Resource};
use crate::model::names;
use crate::snapshot::{IpFamily, ServiceType};
use crate::text::Span;

/// Whether it is not plain where an object leads that an API server refuses. `twice` are keys that are written twice.
pub(super) fn is_unclear(resource: &Resource, node: NodeRef<'_>, twice: &[Span]) -> bool {
    // Of a whole part that is written twice, nothing that was read is certain.
    let is_repeated = |fields: &[&str]| fields.iter().any(|field| is_set_twice(node, field, twice));
    match &resource.kind {
        // What was meant by a field that there is not may decide where it leads.
        Kind::Service(_) | Kind::EndpointSlice(_) | Kind::Endpoints(_) | Kind::Ingress(_) if !resource.flaws.unknown_fields.is_empty() => {
            true
        }
        Kind::Service(_) => is_repeated(&["metadata", "spec"]) || is_unclear_service(node.get("spec"), twice),
        Kind::EndpointSlice(_) | Kind::Endpoints(_) if is_repeated(&["metadata", "endpoints", "ports", "subsets"]) => true,
        Kind::EndpointSlice(_) => {
            let family = node.get("addressType").and_then(NodeRef::as_str);
            is_unclear_list(node.get("endpoints"), &|e| has_plain_addresses(e.get("addresses"), family))
                || is_unclear_list(node.get("ports"), &has_port)
                || has_one_name_twice(node.get("ports"))
        }
        Kind::Endpoints(_) => {
            let plain = |e: NodeRef<'_>| e.get("ip").is_none_or(is_plain_address);
            let is_plain = |s: NodeRef<'_>| !is_unclear_list(s.get("addresses"), &plain) && !is_unclear_list(s.get("ports"), &has_port);
            is_unclear_list(node.get("subsets"), &is_plain)
        }
        Kind::Ingress(_) => !resource.flaws.refusals.is_empty(),
        _ => false,
    }
}

/// Words by which a Service says which endpoints take its connections, and the fields in which they stand.
const WORDS: [(&str, &[&str]); 3] = [
    ("internalTrafficPolicy", &["Cluster", "Local"]),
    ("externalTrafficPolicy", &["Cluster", "Local"]),
    ("trafficDistribution", &["PreferClose", "PreferSameNode", "PreferSameZone"]),
];

/// Whether it is not plain what the address of a Service is meant to be: `none` is neither an address nor `None`, and a Service without an address has
/// no ports of nodes.
fn has_unclear_address(spec: NodeRef<'_>) -> bool {
    let is_none = |node: NodeRef<'_>| node.as_str().is_some_and(|text| text.eq_ignore_ascii_case("none"));
    let all = spec.get("clusterIP").into_iter().chain(spec.get("clusterIPs").and_then(NodeRef::as_sequence).into_iter().flatten());
    let is_at_nodes = spec.get("type").and_then(NodeRef::as_str).is_some_and(|kind| {
        [ServiceType::NodePort, ServiceType::LoadBalancer].iter().any(|known| known.as_str().eq_ignore_ascii_case(kind))
    });
    all.filter(|node| is_none(*node)).any(|node| is_at_nodes || node.as_str() != Some("None"))
}

/// Whether it is not plain where a Service leads.
fn is_unclear_service(spec: Option<NodeRef<'_>>, twice: &[Span]) -> bool {
    let Some(entries) = spec.and_then(NodeRef::as_mapping) else { return true };
    let Some(spec) = spec else { return true };
    let is_twice_set = entries.iter().any(|e| has(twice, e.key_span));
    let is_known = |kind: &str| kind.is_empty() || ServiceType::ALL.iter().any(|known| known.as_str().eq_ignore_ascii_case(kind));
    let kind = spec.get("type").is_none_or(|kind| kind.is_null() || kind.as_str().is_some_and(is_known));
    let is_scalar = |value: NodeRef<'_>| value.as_mapping().is_none() && value.as_sequence().is_none();
    let selector = spec.get("selector").is_none_or(|selector| {
        let entries = selector.as_mapping();
        selector.is_null()
            || entries.is_some_and(|e| e.iter().all(|e| is_scalar(selector.value_of(e)) && !is_twice(e.key_span, &e.key, twice)))
    });
    let is_plain = |port: NodeRef<'_>| {
        let repeats = port.as_mapping().unwrap_or_default().iter().any(|entry| has(twice, entry.key_span));
        let target = port.get("targetPort").is_none_or(|target| match target.value() {
            Value::Null => true,
            Value::String(name) => name.parse::<i64>().map_or(!name.is_empty(), |number| names::port_number(number).is_some()),
            Value::Int(number) => names::port_number(*number).is_some(),
            _ => false,
        });
        has_port(port) && has_protocol(port) && target && !repeats
    };
    let is_word = |(field, words): &(&str, &[&str])| {
        spec.get(field).is_none_or(|node| node.is_null() || node.as_str().is_some_and(|word| word.is_empty() || words.contains(&word)))
    };
    let words = WORDS.iter().all(is_word);
    is_twice_set
        || !kind
        || !selector
        || !words
        || has_unclear_address(spec)
        || is_unclear_list(spec.get("ports"), &is_plain)
        || has_one_port_twice(spec.get("ports"))
}

/// Whether two ports of a list have one number and protocol: then it is not plain where that leads.
fn has_one_port_twice(ports: Option<NodeRef<'_>>) -> bool {
    let number = |port: NodeRef<'_>| match port.get("port").map(|number| number.value()) {
        Some(Value::Int(number)) => Some(*number),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let protocol = |port: NodeRef<'_>| port.get("protocol").and_then(NodeRef::as_str).unwrap_or("TCP").to_ascii_uppercase();
    let mut seen = Vec::new();
    for port in ports.and_then(NodeRef::as_sequence).into_iter().flatten() {
        let Some(number) = number(port) else { continue };
        let key = (protocol(port), number);
        if seen.contains(&key) {
            return true;
        }
        seen.push(key);
    }
    false
}

fn is_list(node: Option<NodeRef<'_>>) -> bool {
    node.is_none_or(|node| node.is_null() || node.as_sequence().is_some())
}

/// Whether something is no list, or not all of its items are plain.
fn is_unclear_list(node: Option<NodeRef<'_>>, is_plain: &dyn Fn(NodeRef<'_>) -> bool) -> bool {
    !is_list(node) || node.and_then(NodeRef::as_sequence).into_iter().flatten().any(|item| item.as_mapping().is_none() || !is_plain(item))
}

/// Whether all addresses of an endpoint are such as it may have, in a slice of this `addressType`.
fn has_plain_addresses(list: Option<NodeRef<'_>>, kind: Option<&str>) -> bool {
    let is_other = |address: IpAddr| matches!(kind, Some("IPv4" | "IPv6")) && kind != Some(IpFamily::of(address).as_str());
    let is_of_kind = |node: NodeRef<'_>| match node.as_str().map(str::parse) {
        Some(Ok(address)) => !is_other(address),
        Some(Err(_)) => kind == Some("FQDN"),
        None => true,
    };
    is_list(list) && list.and_then(NodeRef::as_sequence).into_iter().flatten().all(|node| is_plain_address(node) && is_of_kind(node))
}

/// Whether two ports of a list have one name: then it is not plain where a port of the Service leads.
fn has_one_name_twice(ports: Option<NodeRef<'_>>) -> bool {
    let ports = ports.and_then(NodeRef::as_sequence).into_iter().flatten();
    let mut names: Vec<&str> = ports.map(|port| port.get("name").and_then(NodeRef::as_str).unwrap_or_default()).collect();
    names.sort_unstable();
    names.windows(2).any(|two| matches!(two, [a, b] if a == b))
}

fn is_plain_address(node: NodeRef<'_>) -> bool {
    node.as_str().and_then(|text| text.parse().ok()).is_none_or(|address| special_address(address).is_none())
}

/// Whether the number of a port, if there is one, can be read.
fn has_port(port: NodeRef<'_>) -> bool {
    port.get("port").is_none_or(|number| number.is_null() || is_port(number))
}

pub(super) fn is_port(node: NodeRef<'_>) -> bool {
    let number = match node.value() {
        Value::Int(number) => Some(*number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.and_then(names::port_number).is_some()
}

pub(super) fn has_protocol(port: NodeRef<'_>) -> bool {
    port.get("protocol").is_none_or(|p| {
        p.is_null() || p.as_str().is_some_and(|name| ["TCP", "UDP", "SCTP"].iter().any(|known| name.eq_ignore_ascii_case(known)))
    })
}
