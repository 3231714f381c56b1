//! Words that nothing has, and that are nearly what would match.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::block::{Block, Candidate, Kind, is_written};
use super::kubernetes::candidate;
use super::object::{Object, Unpatchable};
use crate::compile::Endpoint;
use crate::diagnostics::edits;
use crate::document::{NodeRef, Value};
use crate::model::{Labels, Protocol};
use crate::policy::{Action, Direction, Policy, RuleId, RuleRef};
use crate::snapshot::PodEndpoint;

/// So many policies that do not select the subject are looked at.
const LOOKED_AT: usize = 200;
/// Longer words are not compared.
const LONGEST: usize = 64;

/// Whether two words are one slip apart: a letter added, left out or wrong, two neighbours swapped, or capitals; two slips in long words.
pub(super) fn is_near(a: &str, b: &str) -> bool {
    if a == b || a.len() > LONGEST || b.len() > LONGEST || a.len().min(b.len()) < 2 {
        return false;
    }
    let distance = edits(a, b, |x, y| x == y);
    distance <= 1 + usize::from(b.len() > 8) || a.eq_ignore_ascii_case(b) || (distance == 2 && is_swap(a, b))
}

fn is_swap(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let at = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(0);
    a.len() == b.len() && a.get(at) == b.get(at + 1) && a.get(at + 1) == b.get(at) && a.get(at + 2..) == b.get(at + 2..)
}

pub(super) fn allow(block: &Block<'_>, out: &mut Vec<Result<Candidate, Unpatchable>>) {
    for (policy, rules) in block.policies() {
        let Ok(object) = Object::at(block.sources, policy.place) else { continue };
        let typos = Typos { block, policy, object: &object, end: block.peer() };
        for rule in rules.iter().filter(|rule| rule.action == Action::Allow) {
            if let Some(node) = object.node_at(block.sources, rule.place) {
                typos.in_rule(node, rule.rule, out);
            }
        }
    }
    // A policy that would allow it, if it selected the subject.
    let direction = block.direction();
    let asked: Vec<_> = block.policies().map(|(policy, _)| policy.id).collect();
    let namespace = match block.subject() {
        Endpoint::Pod(id) => block.snapshot.pod(id).map(|pod| block.snapshot.namespace_name(pod.namespace)),
        _ => None,
    };
    let others = block.compiled.ruleset().policies.iter().filter(|policy| {
        is_written(policy)
            && policy.not_enforced.is_none()
            && policy.acts_on(direction)
            && !asked.contains(&policy.id)
            && policy.namespace.as_deref().is_none_or(|own| Some(own) == namespace)
    });
    for policy in others.take(LOOKED_AT) {
        let would = RuleId::each(policy.rules(direction))
            .any(|(id, rule)| rule.action == Action::Allow && block.parts(RuleRef { policy: policy.id, direction, id }) == (true, true));
        if !would {
            continue;
        }
        let Ok(object) = Object::at(block.sources, policy.place) else { continue };
        let typos = Typos { block, policy, object: &object, end: block.subject() };
        for key in ["podSelector", "subject", "selector"] {
            if let Some(node) = object.get(&["spec", key]) {
                typos.in_labels(node, out);
            }
        }
    }
}

/// Fields of rules that say who the peer is.
const PEERS: [&str; 4] = ["from", "to", "source", "destination"];

struct Typos<'a> {
    block: &'a Block<'a>,
    policy: &'a Policy,
    object: &'a Object,
    /// The end that is meant.
    end: Endpoint,
}

type Out = Vec<Result<Candidate, Unpatchable>>;

impl Typos<'_> {
    fn pod(&self, end: Endpoint) -> Option<&PodEndpoint> {
        if let Endpoint::Pod(id) = end { self.block.snapshot.pod(id) } else { None }
    }

    fn put(&self, node: NodeRef<'_>, old: &str, new: &str, out: &mut Out) {
        let title = format!("write `{new}` instead of `{old}` in {} `{}`", self.policy.kind, self.policy.title());
        out.push(candidate(Kind::Typo, title, self.object.set(node, new), None));
    }

    fn in_rule(&self, node: NodeRef<'_>, rule: RuleRef, out: &mut Out) {
        match self.block.parts(rule) {
            (true, false) => self.in_ports(node, out),
            (false, true) => {
                for key in PEERS {
                    if let Some(peers) = node.get(key) {
                        self.in_labels(peers, out);
                    }
                }
            }
            // Two slips in one rule.
            (false, false) => {
                let (mut ports, mut peers) = (Vec::new(), Vec::new());
                self.in_ports(node, &mut ports);
                for key in PEERS {
                    if let Some(found) = node.get(key) {
                        self.in_labels(found, &mut peers);
                    }
                }
                if let (Some(Ok(port)), Some(Ok(peer))) = (ports.into_iter().next(), peers.into_iter().next()) {
                    let title = format!("{}, and {}", peer.title, port.title);
                    let edits = peer.edits.into_iter().chain(port.edits).collect();
                    out.push(Ok(Candidate { kind: Kind::Typo, title, edits, wide: None }));
                }
            }
            (true, true) => {}
        }
    }

    /// A port that nobody declares, or the port with another protocol.
    fn in_ports(&self, node: NodeRef<'_>, out: &mut Out) {
        let block = self.block;
        let Some(wanted) = block.traffic.destination.filter(|_| block.traffic.protocol.has_ports()) else { return };
        let destination = if block.direction() == Direction::Ingress { block.subject() } else { block.peer() };
        let declared: Vec<u16> = self.pod(destination).map_or_else(Vec::new, |pod| pod.ports.iter().map(|port| port.number).collect());
        let mut written_protocol = None;
        let mut has_port = false;
        for (key, scalar) in self.object.scalars(node) {
            match (key, scalar.value()) {
                ("port" | "number" | "ports", Value::Int(number)) => {
                    let old = number.to_string();
                    has_port |= *number == i64::from(wanted);
                    let is_open = declared.is_empty() || declared.contains(&wanted);
                    if is_open && !declared.iter().any(|port| i64::from(*port) == *number) && is_near(&old, &wanted.to_string()) {
                        self.put(scalar, &old, &wanted.to_string(), out);
                    }
                }
                ("protocol", Value::String(name)) if Protocol::from_name(name).is_some_and(|p| p != block.traffic.protocol) => {
                    written_protocol = written_protocol.or(Some((scalar, &**name)));
                }
                _ => {}
            }
        }
        if let Some((scalar, old)) = written_protocol.filter(|_| has_port) {
            self.put(scalar, old, &block.traffic.protocol.to_string(), out);
        }
    }

    /// Labels, their values, and names of namespaces.
    fn in_labels(&self, node: NodeRef<'_>, out: &mut Out) {
        let Some(pod) = self.pod(self.end) else { return };
        let namespace = self.block.snapshot.namespace(pod.namespace).map(|n| &n.labels);
        let own: Vec<(&str, &str)> = pod.labels.iter().chain(namespace.into_iter().flat_map(Labels::iter)).collect();
        for (key, scalar) in self.object.scalars(node) {
            let Some(old) = scalar.as_str() else { continue };
            if key.to_lowercase().ends_with("selector") {
                self.in_selector(scalar, old, &own, out);
                continue;
            }
            let has = |label: &str, value: &str| label == key || (key == "values" && !value.is_empty());
            let meant = own.iter().find(|(label, value)| has(label, value) && is_near(old, value));
            if let Some((_, value)) = meant.filter(|(label, _)| !self.is_used(label, old)) {
                self.put(scalar, old, value, out);
            }
        }
    }

    /// A word in quotation marks in a selector of Calico's.
    fn in_selector(&self, scalar: NodeRef<'_>, text: &str, own: &[(&str, &str)], out: &mut Out) {
        for quote in ['\'', '"'] {
            for word in text.split(quote).skip(1).step_by(2) {
                let meant = own.iter().find(|(label, value)| is_near(word, value) && text.contains(label) && !self.is_used(label, word));
                if let Some((_, value)) = meant {
                    let new: String = text.replace(&format!("{quote}{word}{quote}"), &format!("{quote}{value}{quote}"));
                    self.put(scalar, text, &new, out);
                }
            }
        }
    }

    /// Whether anything has a label with this value: then it is no slip.
    fn is_used(&self, key: &str, value: &str) -> bool {
        let snapshot = self.block.snapshot;
        let has = |labels: &Labels| labels.get(key) == Some(value);
        snapshot.pods().any(|(_, pod)| has(&pod.labels)) || snapshot.namespaces.iter().any(|n| has(&n.labels))
    }
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn a_slip_is_a_letter_or_two_neighbours() {
        for (a, b) in [("wbe", "web"), ("databse", "database"), ("Web", "web"), ("8800", "8080"), ("5423", "5432"), ("frontnd", "frontend")]
        {
            assert!(is_near(a, b), "{a} {b}");
        }
        for (a, b) in [("web", "web"), ("web", "db"), ("80", "443"), ("front", "back"), ("8080", "9090")] {
            assert!(!is_near(a, b), "{a} {b}");
        }
    }
}
