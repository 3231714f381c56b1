//! Exact sets of packets, and what ordered rules leave of each other.
//!
//! A rule of a security group matches a product: source addresses × destination addresses × connections. What earlier rules leave of a later one is
//! a union of such products, so "is this rule ever reached" is answered exactly, not rule by rule. Most rules are reached by nearly any packet that
//! they match, so a few packets are tried before sets are taken apart.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hashbrown::HashMap;

use crate::connections::ConnectionSet;
use crate::model::{AddressSet, Protocol};

/// A product of sets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::answers::lint) struct Packets {
    pub(in crate::answers::lint) source: AddressSet,
    pub(in crate::answers::lint) destination: AddressSet,
    pub(in crate::answers::lint) connections: ConnectionSet,
}

/// Packets that are tried before sets are taken apart.
const TRIED: u64 = 12;
/// So many steps are taken; a rule that needs more is not judged.
const MOST_STEPS: u32 = 20_000;

impl Packets {
    pub(in crate::answers::lint) fn is_empty(&self) -> bool {
        self.source.is_empty() || self.destination.is_empty() || self.connections.is_empty()
    }

    /// Whether no packet is in both.
    pub(in crate::answers::lint) fn is_apart(&self, other: &Packets) -> bool {
        !self.source.overlaps(&other.source)
            || !self.destination.overlaps(&other.destination)
            || self.connections.intersection(&other.connections).is_empty()
    }

    /// Whether it holds every packet of another.
    pub(in crate::answers::lint) fn covers(&self, other: &Packets) -> bool {
        self.source.covers(&other.source)
            && self.destination.covers(&other.destination)
            && other.connections.difference(&self.connections).is_empty()
    }

    /// What is in both.
    pub(in crate::answers::lint) fn within(&self, other: &Packets) -> Packets {
        Packets {
            source: self.source.intersection(&other.source),
            destination: self.destination.intersection(&other.destination),
            connections: self.connections.intersection(&other.connections),
        }
    }

    /// What of it is not in another, as pieces that do not overlap.
    fn without(&self, other: &Packets) -> [Packets; 3] {
        let source = self.source.intersection(&other.source);
        let destination = self.destination.intersection(&other.destination);
        [
            Packets { source: self.source.difference(&other.source), ..self.clone() },
            Packets {
                source: source.clone(),
                destination: self.destination.difference(&other.destination),
                connections: self.connections.clone(),
            },
            Packets { source, destination, connections: self.connections.difference(&other.connections) },
        ]
    }

    /// One of its packets; different ones for different numbers, mostly.
    fn sample(&self, number: u64) -> Option<(IpAddr, IpAddr, (Protocol, u16, u16))> {
        // Different places of the three sets for each number.
        let spread = |k: u64| number.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(k.wrapping_mul(0xBF58_476D_1CE4_E5B9)) >> 16;
        Some((address(&self.source, spread(1))?, address(&self.destination, spread(2))?, connection(&self.connections, spread(3))?))
    }

    fn contains(&self, packet: (IpAddr, IpAddr, (Protocol, u16, u16))) -> bool {
        let (source, destination, (protocol, from, to)) = packet;
        self.connections.contains(protocol, from, to) && self.destination.contains(destination) && self.source.contains(source)
    }
}

fn address(set: &AddressSet, number: u64) -> Option<IpAddr> {
    let count = set.ranges().count() as u64;
    let (first, last) = set.ranges().nth((number % count.max(1)) as usize)?;
    Some(match (first, last) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            let width = u64::from(b.to_bits() - a.to_bits()) + 1;
            IpAddr::V4(Ipv4Addr::from_bits(a.to_bits().wrapping_add((number % width) as u32)))
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            let width = (b.to_bits() - a.to_bits()).max(1);
            IpAddr::V6(Ipv6Addr::from_bits(a.to_bits().wrapping_add(u128::from(number) % width)))
        }
        _ => first,
    })
}

fn connection(set: &ConnectionSet, number: u64) -> Option<(Protocol, u16, u16)> {
    let pick = |first: u16, last: u16, n: u64| first.wrapping_add((n % (u64::from(last - first) + 1)) as u16);
    let planes = [Protocol::TCP, Protocol::UDP, Protocol::ICMP, Protocol::SCTP, Protocol::ICMPV6];
    let filled: Vec<Protocol> = planes.into_iter().filter(|p| set.plane(*p).is_some_and(|plane| !plane.is_empty())).collect();
    if let Some(protocol) = filled.get((number % filled.len().max(1) as u64) as usize) {
        let (first, last, seconds) = set.plane(*protocol)?.bands().next()?;
        let count = seconds.iter().count() as u64;
        let (a, b) = seconds.iter().nth((number / 8 % count.max(1)) as usize)?;
        return Some((*protocol, pick(first, last, number / 3), pick(a, b, number / 5)));
    }
    set.other_protocols().next().map(|protocol| (protocol, 0, 0))
}

/// What can be compared at once: of most pairs of rules it shows that they have no packet in common.
#[derive(Clone, Copy)]
struct Bounds {
    source: (u32, u32),
    destination: (u32, u32),
    /// Whether both sides hold IPv6 addresses, which the bounds say nothing about.
    v6: bool,
    /// TCP, UDP, others.
    protocols: u8,
    /// The lowest and highest destination port of TCP and UDP.
    ports: (u16, u16),
}

impl Bounds {
    fn of(packets: &Packets) -> Self {
        let v4 = |set: &AddressSet| {
            let bounds = |all: Option<(u32, u32)>, (first, last)| match (first, last) {
                (IpAddr::V4(a), IpAddr::V4(b)) => Some(all.map_or((a.to_bits(), b.to_bits()), |(low, _)| (low, b.to_bits()))),
                _ => all,
            };
            // Nothing at all begins after it ends.
            set.ranges().fold(None, bounds).unwrap_or((1, 0))
        };
        let has_v6 = |set: &AddressSet| set.ranges().any(|(first, _)| first.is_ipv6());
        let mut protocols = 0;
        let mut ports = (u16::MAX, 0);
        for (bit, protocol) in [(1, Protocol::TCP), (2, Protocol::UDP)] {
            for (_, _, seconds) in packets.connections.plane(protocol).into_iter().flat_map(|plane| plane.bands()) {
                protocols |= bit;
                for (first, last) in seconds.iter() {
                    ports = (ports.0.min(first), ports.1.max(last));
                }
            }
        }
        let rest = [Protocol::SCTP, Protocol::ICMP, Protocol::ICMPV6]
            .into_iter()
            .any(|p| packets.connections.plane(p).is_some_and(|p| !p.is_empty()));
        if rest || packets.connections.other_protocols().next().is_some() {
            protocols |= 4;
        }
        Bounds {
            source: v4(&packets.source),
            destination: v4(&packets.destination),
            v6: has_v6(&packets.source) && has_v6(&packets.destination),
            protocols,
            ports,
        }
    }

    fn are_apart(&self, other: &Bounds) -> bool {
        let meet = |a: (u32, u32), b: (u32, u32)| a.0 <= b.1 && b.0 <= a.1;
        let common = self.protocols & other.protocols;
        let ports = self.ports.0 <= other.ports.1 && other.ports.0 <= self.ports.1;
        let v4 = meet(self.source, other.source) && meet(self.destination, other.destination);
        let v6 = self.v6 && other.v6;
        common == 0 || (common & 4 == 0 && !ports) || !(v4 || v6)
    }
}

/// Rules in the order in which packets meet them: what each matches for certain.
pub(in crate::answers::lint) struct Ordered<'a> {
    rules: Vec<&'a Packets>,
    bounds: Vec<Bounds>,
    /// For each rule, the number of its connection set, and which numbers have nothing in common.
    numbers: Vec<u32>,
    apart: HashMap<(u32, u32), bool>,
}

impl<'a> Ordered<'a> {
    pub(in crate::answers::lint) fn new(rules: impl Iterator<Item = &'a Packets>) -> Self {
        let rules: Vec<&Packets> = rules.collect();
        let mut known: HashMap<&ConnectionSet, u32> = HashMap::new();
        let numbers = rules
            .iter()
            .map(|rule| {
                let next = known.len() as u32;
                *known.entry(&rule.connections).or_insert(next)
            })
            .collect();
        let bounds = rules.iter().map(|rule| Bounds::of(rule)).collect();
        Ordered { rules, bounds, numbers, apart: HashMap::new() }
    }

    /// Whether rules before the one with this index leave something of these packets, which are packets of that rule; nothing if that takes too many
    /// steps to say.
    pub(in crate::answers::lint) fn leaves(&mut self, packets: &Packets, index: usize) -> Option<bool> {
        if packets.is_empty() {
            return Some(false);
        }
        let own = self.numbers.get(index).copied().unwrap_or(0);
        let own_connections = self.rules.get(index).map(|r| &r.connections)?;
        let mut met: Vec<&Packets> = Vec::new();
        let asked = Bounds::of(packets);
        for ((rule, number), bounds) in self.rules.iter().zip(&self.numbers).zip(&self.bounds).take(index) {
            if bounds.are_apart(&asked) {
                continue;
            }
            if !rule.destination.overlaps(&packets.destination) || !rule.source.overlaps(&packets.source) {
                continue;
            }
            let disjoint = || rule.connections.intersection(own_connections).is_empty();
            if !*self.apart.entry((*number, own)).or_insert_with(disjoint) {
                met.push(rule);
            }
        }
        if met.is_empty() {
            return Some(true);
        }
        let free = |packet| !met.iter().any(|rule| rule.contains(packet));
        if (0..TRIED).filter_map(|n| packets.sample(n)).any(free) {
            return Some(true);
        }
        if met.iter().any(|rule| rule.covers(packets)) {
            return Some(false);
        }
        let mut steps = 0;
        survives(packets.clone(), &met, &mut steps)
    }
}

/// Whether some packet is in none of the rules.
fn survives(packets: Packets, rules: &[&Packets], steps: &mut u32) -> Option<bool> {
    // Pieces that are still to be looked at, each with the rules that it has not met yet. Depth first, so that one survivor ends the search.
    let mut open = alloc::vec![(packets, 0usize)];
    while let Some((piece, from)) = open.pop() {
        *steps += 1;
        if *steps > MOST_STEPS {
            return None;
        }
        let next = rules.iter().enumerate().skip(from).find(|(_, rule)| !piece.is_apart(rule));
        let Some((at, rule)) = next else { return Some(true) };
        open.extend(piece.without(rule).into_iter().filter(|p| !p.is_empty()).map(|p| (p, at + 1)));
    }
    Some(false)
}
