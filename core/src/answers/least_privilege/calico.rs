//! Drafts as Calico's NetworkPolicies.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::classes::{Requirement, Selector};
use super::rules::{Draft, Peer, Rule};
use super::world::World;
use super::write::Spec;
use crate::answers::fix::value::{V, list, map, text};
use crate::connections::{ConnectionSet, RangeSet};
use crate::model::{Cidr, Protocol, well_known};
use crate::policy::Direction;
use crate::snapshot::NamespaceId;

const PORTS: (u16, u16) = (1, u16::MAX);
const ICMP: (u16, u16) = (0, 255);
/// So many rules for single protocols, or types of ICMP, are written for one set of connections.
const MOST: usize = 16;

pub(super) fn spec(world: &World<'_>, draft: &Draft) -> Spec {
    let rules = |direction: Direction| {
        let rules = draft.rules(direction).into_iter().flatten();
        rules
            .map(|rule| (rule.is_dns.then(|| String::from("DNS")), values(world, draft, direction, rule)))
            .filter(|(_, values)| !values.is_empty())
            .collect()
    };
    Spec {
        api_version: "projectcalico.org/v3",
        subject: alloc::vec![("selector".into(), text(selector(&draft.subject)))],
        ingress: rules(Direction::Ingress),
        egress: rules(Direction::Egress),
    }
}

type Entries = Vec<(String, V)>;

/// The rules for one rule of a draft: one for each peer and protocol.
fn values(world: &World<'_>, draft: &Draft, direction: Direction, rule: &Rule) -> Vec<V> {
    let peers = rule.peers.as_ref().map_or_else(|| alloc::vec![Entries::new()], |peers| sides(world, draft, peers));
    let terms = terms(&rule.connections);
    let value = |peer: &Entries, term: &Term| {
        let (mut source, mut destination) = match direction {
            Direction::Ingress => (peer.clone(), Entries::new()),
            Direction::Egress => (Entries::new(), peer.clone()),
        };
        source.extend(term.source.clone().map(|ports| ("ports".into(), ports)));
        destination.extend(term.destination.clone().map(|ports| ("ports".into(), ports)));
        let side = |entries: Entries| (!entries.is_empty()).then_some(V::Map(entries));
        let mut entries: Entries = alloc::vec![("action".into(), text("Allow"))];
        entries.extend(term.protocol.clone());
        entries.extend(side(source).map(|side| ("source".into(), side)));
        entries.extend(side(destination).map(|side| ("destination".into(), side)));
        V::Map(entries)
    };
    peers.iter().flat_map(|peer| terms.iter().map(move |term| value(peer, term))).collect()
}

/// Peers as the fields of a side: pods of the same namespaces together, blocks of one family together.
fn sides(world: &World<'_>, draft: &Draft, peers: &[Peer]) -> Vec<Entries> {
    let mut of_namespaces: BTreeMap<&[NamespaceId], Vec<String>> = BTreeMap::new();
    let mut families: [(Vec<Cidr>, Vec<Cidr>); 2] = Default::default();
    for peer in peers {
        match peer {
            Peer::Pods { namespaces, selector: pods, .. } => of_namespaces.entry(namespaces).or_default().push(selector(pods)),
            Peer::Block(block) => {
                let [v4, v6] = &mut families;
                let family = if block.cidr.is_ipv4() { v4 } else { v6 };
                family.0.push(block.cidr);
                family.1.extend(&block.except);
            }
        }
    }
    let pods = of_namespaces.into_iter().map(|(namespaces, selectors)| {
        let names: Vec<String> = namespaces.iter().map(|id| world.snapshot.namespace_name(*id).into()).collect();
        let is_own = namespaces == [draft.namespace];
        let namespaces =
            (!is_own).then(|| ("namespaceSelector".into(), text(requirement(&Requirement::In(well_known::CALICO_NAME.into(), names)))));
        namespaces.into_iter().chain([("selector".into(), text(either(&selectors)))]).collect::<Entries>()
    });
    let blocks = families.into_iter().filter(|(nets, _)| !nets.is_empty()).map(|(nets, holes)| {
        let holes = (!holes.is_empty()).then(|| ("notNets".into(), list(holes.iter().map(text))));
        core::iter::once(("nets".into(), list(nets.iter().map(text)))).chain(holes).collect::<Entries>()
    });
    pods.chain(blocks).collect()
}

/// A part of a set of connections that one rule can say.
#[derive(Default)]
struct Term {
    /// `protocol` or `notProtocol`, and `icmp`.
    protocol: Entries,
    source: Option<V>,
    destination: Option<V>,
}

/// What rules can say of a set of connections.
fn terms(set: &ConnectionSet) -> Vec<Term> {
    let all = ConnectionSet::all();
    let set = &with_dropped(set);
    if *set == all {
        return alloc::vec![Term::default()];
    }
    let protocols = [Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP, Protocol::ICMPV6];
    let missing = all.difference(set);
    // Everything but for parts of one protocol: all others, and the rest of that one.
    if let Some(protocol) = protocols.into_iter().find(|protocol| missing.difference(&ConnectionSet::protocol(*protocol)).is_empty()) {
        let others = Term { protocol: alloc::vec![("notProtocol".into(), named(protocol))], ..Term::default() };
        return core::iter::once(others).chain(of_protocol(set, protocol)).collect();
    }
    let mut terms: Vec<Term> = protocols.into_iter().flat_map(|protocol| of_protocol(set, protocol)).collect();
    let others: Vec<Protocol> = set.other_protocols().collect();
    if others.len() <= MOST {
        terms.extend(
            others.into_iter().map(|protocol| Term { protocol: alloc::vec![("protocol".into(), named(protocol))], ..Term::default() }),
        );
    }
    terms
}

/// Packets in packets are dropped whatever rules say, so rules about all UDP or all protocols need not leave them out.
fn with_dropped(set: &ConnectionSet) -> ConnectionSet {
    let whole = set.union(&ConnectionSet::encapsulated());
    let udp = ConnectionSet::protocol(Protocol::UDP);
    let has_others = whole.other_protocols().count() == ConnectionSet::all().other_protocols().count();
    match udp.difference(&whole).is_empty() {
        true if has_others => whole,
        true if udp.difference(&ConnectionSet::encapsulated()).difference(set).is_empty() => set.union(&udp),
        _ if has_others => set.union(&whole.difference(&whole.with_ports_only())),
        _ => set.clone(),
    }
}

fn of_protocol(set: &ConnectionSet, protocol: Protocol) -> Vec<Term> {
    let Some(plane) = set.plane(protocol) else { return Vec::new() };
    let own: Entries = alloc::vec![("protocol".into(), named(protocol))];
    if !protocol.has_ports() {
        if ConnectionSet::protocol(protocol).difference(set).is_empty() {
            return alloc::vec![Term { protocol: own, ..Term::default() }];
        }
        let messages = plane.bands().flat_map(|(first, last, codes)| (first..=last).flat_map(move |kind| of_type(kind, codes)));
        let terms =
            messages.map(|message| Term { protocol: own.iter().cloned().chain([("icmp".into(), message)]).collect(), ..Term::default() });
        return terms.take(MOST).collect();
    }
    let term = |(first, last, destinations): (u16, u16, &RangeSet)| Term {
        protocol: own.clone(),
        source: ((first, last) != PORTS).then(|| list([range((first, last))])),
        destination: (!destinations.iter().eq([PORTS])).then(|| list(destinations.iter().map(range))),
    };
    plane.bands().map(term).collect()
}

/// Messages of a type, each as the value of `icmp`.
fn of_type(kind: u16, codes: &RangeSet) -> Vec<V> {
    let kind = || Some(V::Number(kind.into()));
    if codes.iter().eq([ICMP]) {
        return alloc::vec![map([("type", kind())])];
    }
    codes
        .iter()
        .flat_map(|(first, last)| first..=last)
        .map(|code| map([("type", kind()), ("code", Some(V::Number(code.into())))]))
        .collect()
}

fn range((first, last): (u16, u16)) -> V {
    if first == last { V::Number(first.into()) } else { text(format!("{first}:{last}")) }
}

fn named(protocol: Protocol) -> V {
    protocol.name().map_or_else(|| V::Number(protocol.0.into()), text)
}

/// A selector that matches what any of several does.
fn either(selectors: &[String]) -> String {
    match selectors {
        [one] => one.clone(),
        several => several.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" || "),
    }
}

fn selector(requirements: &Selector) -> String {
    if requirements.is_empty() {
        return "all()".into();
    }
    requirements.iter().map(requirement).collect::<Vec<_>>().join(" && ")
}

fn requirement(requirement: &Requirement) -> String {
    let set = |values: &[String]| values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", ");
    match requirement {
        Requirement::In(key, values) => match values.as_slice() {
            [value] => format!("{key} == '{value}'"),
            _ => format!("{key} in {{{}}}", set(values)),
        },
        Requirement::NotIn(key, values) => format!("{key} not in {{{}}}", set(values)),
        Requirement::Absent(key) => format!("!has({key})"),
    }
}
