//! Rules of Calico's policies.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::fix::labels::selecting;
use super::super::fix::value::{V, list, map, text};
use super::kubernetes::DNS;
use super::ports::{WantedPort, calico_word, parse};
use super::work::Work;
use super::{NotChanged, WantedPeer, block, dns_ports};
use crate::document::{NodeRef, Value};
use crate::explain::entity::NAME_LABEL;
use crate::model::Protocol;
use crate::policy::{Action, Direction, PeerMatch, Policy, PortTerm, TrafficMatch};
use crate::snapshot::Snapshot;

/// Before which rule one that allows is put: before one that decides about everything, for nothing comes behind it.
pub(super) fn place(policy: &Policy, direction: Direction) -> Option<usize> {
    let rules = policy.rules(direction);
    rules.iter().position(|rule| {
        matches!(rule.action, Action::Deny | Action::Pass)
            && matches!((&rule.peers, &rule.traffic), (PeerMatch::Any, TrafficMatch::Any))
            && rule.own.is_none()
    })
}

/// Rules that allow: one for each protocol.
pub(super) fn rules(
    snapshot: &Snapshot,
    policy: &Policy,
    direction: Direction,
    peer: WantedPeer<'_>,
    ports: &[WantedPort],
) -> Result<Vec<V>, NotChanged> {
    let peer_entries = entries(snapshot, policy.namespace.as_deref(), peer)?;
    let dns = dns_ports();
    let ports = if peer == WantedPeer::Dns && ports.is_empty() { &dns } else { ports };
    let rule = |protocol: Option<Protocol>| {
        let words: Vec<V> =
            ports.iter().filter(|port| Some(port.protocol) == protocol).filter_map(|port| port.port.as_ref()).map(value).collect();
        // A protocol that is wanted as a whole has no list.
        let is_whole = ports.iter().any(|port| Some(port.protocol) == protocol && port.port.is_none());
        let ports = (!words.is_empty() && !is_whole).then_some(V::List(words));
        let side = |entries: Vec<(String, V)>| (!entries.is_empty()).then_some(V::Map(entries));
        let with = |mut entries: Vec<(String, V)>| {
            entries.extend(ports.clone().map(|ports| ("ports".to_string(), ports)));
            entries
        };
        let (source, destination) = match direction {
            Direction::Ingress => (side(peer_entries.clone()), side(with(Vec::new()))),
            Direction::Egress => (None, side(with(peer_entries.clone()))),
        };
        map([("action", Some(text("Allow"))), ("protocol", protocol.map(text)), ("source", source), ("destination", destination)])
    };
    let mut protocols: Vec<Option<Protocol>> = ports.iter().map(|port| Some(port.protocol)).collect();
    if protocols.is_empty() {
        protocols.push(None);
    }
    let mut seen = Vec::new();
    protocols.retain(|protocol| {
        let is_new = !seen.contains(protocol);
        seen.push(*protocol);
        is_new
    });
    Ok(protocols.into_iter().map(rule).collect())
}

fn entries(snapshot: &Snapshot, own: Option<&str>, peer: WantedPeer<'_>) -> Result<Vec<(String, V)>, NotChanged> {
    let in_namespace = |name: &str| ("namespaceSelector".to_string(), text(format!("{NAME_LABEL} == '{name}'")));
    let selector = |labels: &[(String, String)]| {
        let parts: Vec<String> = labels.iter().map(|(key, value)| format!("{key} == '{value}'")).collect();
        ("selector".to_string(), text(parts.join(" && ")))
    };
    // Without a namespaceSelector, a policy in a namespace means pods of that one, and one of the whole cluster all.
    let elsewhere = |name: &str| (own != Some(name)).then(|| in_namespace(name));
    Ok(match peer {
        WantedPeer::Anything => Vec::new(),
        WantedPeer::Pods(id) => {
            let pod = snapshot.pod(id).ok_or(NotChanged::Gone)?;
            let labels = selecting(snapshot, id).ok_or(NotChanged::NoLabels)?;
            elsewhere(snapshot.namespace_name(pod.namespace)).into_iter().chain([selector(&labels)]).collect()
        }
        WantedPeer::Namespace(name) => [in_namespace(name)].into(),
        WantedPeer::Cluster => [("namespaceSelector".to_string(), text("all()"))].into(),
        WantedPeer::Block(range) => [("nets".to_string(), list([text(block(range)?)]))].into(),
        WantedPeer::Dns => {
            let (name, key, value) = DNS;
            elsewhere(name).into_iter().chain([selector(&[(key.to_string(), value.to_string())])]).collect()
        }
    })
}

fn value(port: &PortTerm) -> V {
    match port {
        PortTerm::Range(first, last) if first == last => V::Number((*first).into()),
        other => text(calico_word(other)),
    }
}

/// Writes other ports: entries of `destination.ports` that are wanted stay as they are.
pub(super) fn set_ports(work: &mut Work<'_>, direction: Direction, rule: usize, ports: &[WantedPort]) -> Result<(), NotChanged> {
    let protocol = ports.first().map(|port| port.protocol);
    if ports.iter().any(|port| Some(port.protocol) != protocol) {
        return Err(NotChanged::OneProtocol);
    }
    let is_whole = ports.iter().any(|port| port.port.is_none());
    let wanted: Vec<&PortTerm> = ports.iter().filter_map(|port| port.port.as_ref()).filter(|_| !is_whole).collect();
    let node = work.rule(direction, rule)?;
    let edits = match (node.get("protocol"), protocol) {
        (Some(old), Some(new)) if Protocol::from_name(&name(old)) != Some(new) => Some(work.object().set(old, &new.to_string())),
        (None, Some(new)) => Some(work.object().add(node, "protocol", &text(new))),
        (Some(_), None) => Some(work.object().take(node, "protocol")),
        _ => None,
    };
    if let Some(edits) = edits {
        work.step(edits)?;
    }
    let entries: Vec<Option<PortTerm>> = match work.rule(direction, rule)?.get("destination").and_then(|side| side.get("ports")) {
        Some(list) => list.as_sequence().ok_or(NotChanged::Otherwise)?.map(read).collect(),
        None => Vec::new(),
    };
    for term in wanted.iter().filter(|term| !entries.iter().flatten().any(|entry| entry == **term)) {
        let node = work.rule(direction, rule)?;
        let edits = match node.get("destination") {
            Some(side) => work.object().push(side, "ports", None, &value(term)),
            None => work.object().add(node, "destination", &map([("ports", Some(list([value(term)])))])),
        };
        work.step(edits)?;
    }
    for (at, _) in entries.iter().enumerate().rev().filter(|(_, entry)| !entry.as_ref().is_some_and(|entry| wanted.contains(&entry))) {
        let side = work.rule(direction, rule)?.get("destination").ok_or(NotChanged::Otherwise)?;
        let edits = work.object().remove(side, "ports", at);
        work.step(edits)?;
    }
    Ok(())
}

fn name(node: NodeRef<'_>) -> String {
    match node.value() {
        Value::Int(number) => number.to_string(),
        _ => node.as_str().unwrap_or_default().to_string(),
    }
}

/// An entry of `ports`; nothing for one that is not understood.
fn read(entry: NodeRef<'_>) -> Option<PortTerm> {
    let word = name(entry);
    parse(&word.replace(':', "-")).ok()?.into_iter().next()?.port
}
