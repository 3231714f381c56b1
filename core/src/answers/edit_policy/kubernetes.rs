//! Rules of Kubernetes's NetworkPolicy.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::super::fix::labels::{match_labels, namespace, selecting};
use super::super::fix::value::{V, list, map, text};
use super::ports::WantedPort;
use super::work::Work;
use super::{NotChanged, WantedPeer, block, dns_ports};
use crate::document::{NodeRef, Value};
use crate::model::Protocol;
use crate::policy::{Direction, Policy, PortTerm};
use crate::snapshot::Snapshot;

/// The namespace of the cluster's DNS, and the label of its pods. Upstream: "DNS for Services and Pods" of the Kubernetes documentation.
pub(super) const DNS: (&str, &str, &str) = ("kube-system", "k8s-app", "kube-dns");

/// A rule that allows.
pub(super) fn rules(
    snapshot: &Snapshot,
    policy: &Policy,
    direction: Direction,
    peer: WantedPeer<'_>,
    ports: &[WantedPort],
) -> Result<Vec<V>, NotChanged> {
    let own = policy.namespace.as_deref();
    let everything = || map([]);
    let in_namespace = |name: &str| (Some(name) != own).then(|| namespace(name));
    let entry = match peer {
        WantedPeer::Anything => None,
        WantedPeer::Pods(id) => {
            let pod = snapshot.pod(id).ok_or(NotChanged::Gone)?;
            let labels = selecting(snapshot, id).ok_or(NotChanged::NoLabels)?;
            let name = snapshot.namespace_name(pod.namespace);
            Some(map([("namespaceSelector", in_namespace(name)), ("podSelector", Some(match_labels(&labels)))]))
        }
        WantedPeer::Namespace(name) if Some(name) == own => Some(map([("podSelector", Some(everything()))])),
        WantedPeer::Namespace(name) => Some(map([("namespaceSelector", Some(namespace(name)))])),
        WantedPeer::Cluster => Some(map([("namespaceSelector", Some(everything()))])),
        WantedPeer::Block(range) => Some(map([("ipBlock", Some(map([("cidr", Some(text(block(range)?)))])))])),
        WantedPeer::Dns => {
            let (name, key, value) = DNS;
            let labels = match_labels(&vec![(key.to_string(), value.to_string())]);
            Some(map([("namespaceSelector", in_namespace(name)), ("podSelector", Some(labels))]))
        }
    };
    let dns = dns_ports();
    let ports = if peer == WantedPeer::Dns && ports.is_empty() { &dns } else { ports };
    let written: Vec<V> = ports.iter().map(port).collect();
    let rule =
        map([(direction.preposition(), entry.map(|entry| list([entry]))), ("ports", (!written.is_empty()).then_some(V::List(written)))]);
    Ok(vec![rule])
}

fn port(wanted: &WantedPort) -> V {
    let protocol = ("protocol", Some(text(wanted.protocol)));
    match &wanted.port {
        None => map([protocol]),
        Some(PortTerm::Named(name)) => map([protocol, ("port", Some(text(name)))]),
        Some(PortTerm::Range(first, last)) => {
            let end = (first != last).then_some(V::Number((*last).into()));
            map([protocol, ("port", Some(V::Number((*first).into()))), ("endPort", end)])
        }
    }
}

/// Takes entries out of `ports` that are not wanted, and adds those that are missing; the others stay as they are written.
pub(super) fn set_ports(work: &mut Work<'_>, direction: Direction, rule: usize, ports: &[WantedPort]) -> Result<(), NotChanged> {
    let entries: Vec<Option<WantedPort>> = match work.rule(direction, rule)?.get("ports") {
        Some(list) if list.as_sequence().is_some() => list.as_sequence().into_iter().flatten().map(read).collect(),
        Some(list) if !list.is_null() => return Err(NotChanged::Otherwise),
        _ => Vec::new(),
    };
    let is_kept = |entry: &Option<WantedPort>| entry.as_ref().is_some_and(|entry| ports.contains(entry));
    // Those that come are first: a list of the new ones alone is written as the old ones are.
    for wanted in ports.iter().filter(|wanted| !entries.iter().flatten().any(|entry| entry == *wanted)) {
        let edits = work.object().push(work.rule(direction, rule)?, "ports", None, &port(wanted));
        work.step(edits)?;
    }
    for (at, _) in entries.iter().enumerate().rev().filter(|(_, entry)| !is_kept(entry)) {
        let edits = work.object().remove(work.rule(direction, rule)?, "ports", at);
        work.step(edits)?;
    }
    Ok(())
}

/// An entry of `ports`; nothing for one that says something else.
fn read(entry: NodeRef<'_>) -> Option<WantedPort> {
    let number = |key: &str| match entry.get(key)?.value() {
        Value::Int(number) => u16::try_from(*number).ok(),
        _ => None,
    };
    let protocol = match entry.get("protocol") {
        Some(node) => Protocol::from_kubernetes(node.as_str()?)?,
        None => Protocol::TCP,
    };
    let port = match (entry.get("port"), number("port")) {
        (None, _) => None,
        (Some(_), Some(first)) => Some(PortTerm::Range(first, number("endPort").unwrap_or(first))),
        (Some(name), None) => Some(PortTerm::Named(name.as_str()?.into())),
    };
    Some(WantedPort { protocol, port })
}
