//! Kubernetes's NetworkPolicy as Calico itself reads it.
//!
//! Upstream: `projectcalico/calico`, `libcalico-go/lib/backend/k8s/conversion/conversion.go` (`K8sNetworkPolicyToCalico`, `k8sRuleToCalico`,
//! `k8sPeerToCalicoFields`, `SimplifyPorts`).

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::Outcome;
use super::labels::expression;
use super::names::Names;
use super::source::Source;
use super::text::{Object, RuleText};
use crate::answers::fix::value::{V, list, map, text};
use crate::language::{Kind, NetworkPolicy, Peer, PeerKind, Peers, Port, PortKind, Ports, Rule};
use crate::model::{AddressSet, Cidr, LabelSelector, Protocol};
use crate::policy::Direction;
use crate::text::Span;

/// Of Kubernetes's policies among Calico's own. Upstream: "We insert all the NetworkPolicy Policies at order 1000.0 after conversion".
const ORDER: u32 = 1000;
/// What keeps selectors from network sets and host endpoints: only pods have this label.
const PODS: &str = "projectcalico.org/orchestrator == 'k8s'";
/// Limits of Calico's schema.
const MOST_PORTS: usize = 50;
const MOST_RULES: usize = 1024;
const MOST_NETS: usize = 256;
const LONGEST_SELECTOR: usize = 1024;

pub(super) fn convert(source: &Source<'_>, names: &mut Names, outcome: &mut Outcome) {
    let Kind::NetworkPolicy(policy) = &source.resource.kind else { return };
    let meta = &source.resource.meta;
    let (of_rules, comments) = source.comments(&spans(policy));
    let mut of_rules = of_rules.into_iter();
    let mut rules = Vec::new();
    for (direction, own, is_on) in
        [(Direction::Ingress, &policy.ingress, policy.types.ingress), (Direction::Egress, &policy.egress, policy.types.egress)]
    {
        let comments = of_rules.by_ref().take(own.len()).collect();
        if is_on {
            rules.push((direction.as_str(), direction_rules(own, direction, comments, outcome)));
        } else if let Some(first) = own.first() {
            let word = direction_word(direction);
            let text = format!("left out: these rules have no effect, as `policyTypes` has no `{word}`");
            outcome.note(first.span, format!("spec.{}", direction.as_str()), text);
        }
    }
    let types = [(policy.types.ingress, Direction::Ingress), (policy.types.egress, Direction::Egress)];
    let types = types.into_iter().filter(|(on, _)| *on).map(|(_, direction)| text(direction_word(direction)));
    let selector = checked(of_pods(&policy.pod_selector), policy.pod_selector.span, "spec.podSelector", outcome);
    let name = names.give(meta.namespace.as_deref(), &meta.name);
    if *name != *meta.name {
        outcome.note(
            meta.name_span,
            "metadata.name",
            format!("the name becomes `{name}`: Calico takes no such name here, or has it already"),
        );
    }
    outcome.objects.push(Object {
        version: "projectcalico.org/v3",
        kind: "NetworkPolicy",
        namespace: meta.namespace.as_deref().map(ToString::to_string),
        metadata: source.metadata(&name, meta.namespace.as_deref()),
        name,
        spec: vec![("order".to_string(), V::Number(ORDER)), ("selector".to_string(), text(selector)), ("types".to_string(), list(types))],
        rules,
        comments,
    });
}

/// Where the rules of a policy stand, in the order of directions.
fn spans(policy: &NetworkPolicy) -> Vec<Span> {
    policy.ingress.iter().chain(&policy.egress).map(|rule| rule.span).collect()
}

pub(super) const fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "Ingress",
        Direction::Egress => "Egress",
    }
}

fn direction_rules(rules: &[Rule], direction: Direction, comments: Vec<Vec<String>>, outcome: &mut Outcome) -> Vec<RuleText> {
    let mut written = Vec::new();
    for (number, (rule, comments)) in rules.iter().zip(comments).enumerate() {
        let field = format!("spec.{}[{number}]", direction.as_str());
        let mut values = rule_values(rule, direction, &field, outcome).into_iter();
        written.extend(values.next().map(|value| RuleText { comments, value }));
        written.extend(values.map(|value| RuleText { comments: Vec::new(), value }));
    }
    if let (Some(first), true) = (rules.first(), written.len() > MOST_RULES) {
        let text = format!("these become {} rules, and Calico takes {MOST_RULES}: split the policy", written.len());
        outcome.obstacle(first.span, format!("spec.{}", direction.as_str()), text);
    }
    written
}

/// A rule for each protocol and peer, as upstream makes them.
fn rule_values(rule: &Rule, direction: Direction, field: &str, outcome: &mut Outcome) -> Vec<V> {
    let peers = entities(&rule.peers, direction, field, outcome);
    let mut values = Vec::new();
    for (protocol, ports) in protocols(&rule.ports) {
        for peer in &peers {
            let protocol = protocol.map(|protocol| text(protocol.name().unwrap_or_default()));
            let ports = (!ports.is_empty()).then(|| list(ports.iter().map(PortItem::value)));
            let (source, destination) = match direction {
                Direction::Ingress => (peer.clone(), ports.into_iter().map(|ports| ("ports".to_string(), ports)).collect()),
                Direction::Egress => {
                    let ports = ports.into_iter().map(|ports| ("ports".to_string(), ports));
                    (Vec::new(), peer.iter().cloned().chain(ports).collect())
                }
            };
            let side = |entries: Vec<(String, V)>| (!entries.is_empty()).then_some(V::Map(entries));
            values.push(map([
                ("action", Some(text("Allow"))),
                ("protocol", protocol),
                ("source", side(source)),
                ("destination", side(destination)),
            ]));
        }
    }
    values
}

/// One entry of `ports`.
#[derive(Clone, PartialEq, Eq, Debug)]
enum PortItem {
    Range(u16, u16),
    Name(Box<str>),
}

impl PortItem {
    fn value(&self) -> V {
        match self {
            PortItem::Range(first, last) if first == last => V::Number(u32::from(*first)),
            PortItem::Range(first, last) => text(format!("{first}:{last}")),
            PortItem::Name(name) => text(name),
        }
    }
}

/// Ports of a protocol by number, and by name.
type NumbersAndNames = (Vec<(u16, u16)>, Vec<Box<str>>);

/// Protocols with their ports, each list as long as Calico takes; no ports stand for all of the protocol, no protocol for all there are.
fn protocols(ports: &Ports<Port>) -> Vec<(Option<Protocol>, Vec<PortItem>)> {
    let ports = match ports {
        Ports::Of(ports) if !ports.is_empty() => ports,
        _ => return vec![(None, Vec::new())],
    };
    // Nothing where all ports of the protocol are meant.
    let mut by_protocol: BTreeMap<Protocol, Option<NumbersAndNames>> = BTreeMap::new();
    for port in ports {
        let known = by_protocol.entry(port.protocol).or_insert_with(|| Some(Default::default()));
        match (&port.kind, known.as_mut()) {
            (PortKind::All, _) => *known = None,
            (PortKind::Range(first, last), Some((ranges, _))) => ranges.push((*first, *last)),
            (PortKind::Name(name), Some((_, names))) if !names.contains(name) => names.push(name.clone()),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (protocol, ports) in by_protocol {
        let Some((ranges, names)) = ports else {
            found.push((Some(protocol), Vec::new()));
            continue;
        };
        let items = joined(ranges).into_iter().map(|(first, last)| PortItem::Range(first, last));
        let items: Vec<PortItem> = items.chain(names.into_iter().map(PortItem::Name)).collect();
        found.extend(items.chunks(MOST_PORTS).map(|chunk| (Some(protocol), chunk.to_vec())));
    }
    found
}

/// Ranges in order, neighbours as one.
pub(super) fn joined(mut ranges: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    ranges.sort_unstable();
    let mut found: Vec<(u16, u16)> = Vec::new();
    for (first, last) in ranges {
        match found.last_mut() {
            Some(known) if first <= known.1.saturating_add(1) => known.1 = known.1.max(last),
            _ => found.push((first, last)),
        }
    }
    found
}

/// A side of a rule for each peer; one that restricts nothing where any end is meant.
fn entities(peers: &Peers, direction: Direction, field: &str, outcome: &mut Outcome) -> Vec<Vec<(String, V)>> {
    let peers = match peers {
        Peers::Of(peers) if !peers.is_empty() => peers,
        _ => return vec![Vec::new()],
    };
    let key = direction.preposition();
    let mut found = Vec::new();
    for (number, peer) in peers.iter().enumerate() {
        let PeerKind::Pods { namespaces, pods } = &peer.kind else { continue };
        let field = format!("{field}.{key}[{number}]");
        let selector = checked(of_pods(pods.as_ref().unwrap_or(&LabelSelector::default())), peer.span, &field, outcome);
        let mut entity = vec![("selector".to_string(), text(selector))];
        if let Some(namespaces) = namespaces {
            let selector = if namespaces.is_everything() { String::from("all()") } else { expression(namespaces) };
            entity.push(("namespaceSelector".to_string(), text(checked(selector, peer.span, &field, outcome))));
        }
        found.push(entity);
    }
    found.extend(blocks(peers, &format!("{field}.{key}"), outcome));
    found
}

/// Sides for blocks of addresses, in the order of families. Several blocks of a rule stand together where one list of exceptions is right for all of them,
/// and else as the networks that they come to: an end whose address is known only roughly is in all of them together, and in none of them alone.
fn blocks(peers: &[Peer], field: &str, outcome: &mut Outcome) -> Vec<Vec<(String, V)>> {
    let mut found = Vec::new();
    for is_v4 in [true, false] {
        let mut blocks: Vec<(Cidr, &[Cidr])> = Vec::new();
        for peer in peers {
            if let PeerKind::IpBlock { cidr, except } = &peer.kind
                && cidr.is_ipv4() == is_v4
                && !blocks.contains(&(*cidr, except))
            {
                blocks.push((*cidr, except));
            }
        }
        let overlap = |a: &Cidr, b: &Cidr| a.covers(b) || b.covers(a);
        let fit = |i: usize, hole: &Cidr| blocks.iter().enumerate().all(|(j, (other, _))| i == j || !overlap(other, hole));
        let is_plain = blocks.iter().enumerate().all(|(i, (_, except))| except.iter().all(|hole| fit(i, hole)));
        let (nets, not_nets): (Vec<Cidr>, Vec<Cidr>) = if is_plain {
            (blocks.iter().map(|(cidr, _)| *cidr).collect(), blocks.iter().flat_map(|(_, except)| except.iter().copied()).collect())
        } else {
            let set = |(cidr, except): &(Cidr, &[Cidr])| AddressSet::of_cidrs([cidr]).difference(&AddressSet::of_cidrs(*except));
            (blocks.iter().map(set).fold(AddressSet::default(), |all, set| all.union(&set)).cidrs(), Vec::new())
        };
        if nets.is_empty() {
            continue;
        }
        if nets.len().max(not_nets.len()) > MOST_NETS {
            let at = peers.first().map_or(Span::default(), |peer| peer.span);
            outcome.obstacle(
                at,
                field,
                format!("these blocks become more than {MOST_NETS} networks, and Calico takes no more: split the rule"),
            );
        }
        let cidrs = |cidrs: &[Cidr]| list(cidrs.iter().map(text));
        let mut entity = vec![("nets".to_string(), cidrs(&nets))];
        if !not_nets.is_empty() {
            entity.push(("notNets".to_string(), cidrs(&not_nets)));
        }
        found.push(entity);
    }
    found
}

/// Pods by their labels.
fn of_pods(selector: &LabelSelector) -> String {
    if selector.is_everything() { PODS.to_string() } else { format!("{PODS} && {}", expression(selector)) }
}

fn checked(selector: String, span: Span, field: &str, outcome: &mut Outcome) -> String {
    if selector.len() > LONGEST_SELECTOR {
        outcome.obstacle(span, field, format!("its selector would be longer than the {LONGEST_SELECTOR} characters that Calico takes"));
    }
    selector
}
