//! The address space, cut wherever a rule cuts it.

use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::OutsideRange;
use crate::language::lower::address_terms;
use crate::model::AddressSet;
use crate::policy::{Direction, Ruleset};

/// A stretch of addresses that no rule tells apart, by number in ascending order, IPv4 first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct AtomId(pub(super) u32);

impl AtomId {
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All address sets of a ruleset, and the atoms that they cut the address space into.
#[derive(Clone, Debug)]
pub(super) struct AddressIndex {
    /// First address of each atom, ascending, IPv4 before IPv6. INVARIANT: begins with 0.0.0.0 and contains `::`.
    starts: Vec<IpAddr>,
    /// The different address sets, with the atoms that each covers as ranges of numbers.
    covers: Vec<Vec<(u32, u32)>>,
    numbers: HashMap<AddressSet, u32>,
    pod_network: Vec<(u32, u32)>,
    sources: Vec<OutsideRange>,
    destinations: Vec<OutsideRange>,
}

/// How much of something lies in an address set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Coverage {
    None,
    Part,
    Whole,
}

impl AddressIndex {
    /// `extra` are sets that rules name otherwise than by writing them down: those of Calico's network sets. `places` are told apart by
    /// where they are: subnets, say. Of the points those outside the cluster are ranges of their own. `across`: rules of one direction are
    /// asked about what the other direction's rules tell apart too, as host endpoints meet packets of both endpoints.
    pub(super) fn new<'a>(
        ruleset: &'a Ruleset,
        extra: [Vec<&'a AddressSet>; 2],
        points: &[IpAddr],
        outside_points: &[IpAddr],
        across: bool,
        places: &[AddressSet],
        pod_network: &AddressSet,
    ) -> Self {
        let everything = AddressSet::everything();
        let mut numbers: HashMap<AddressSet, u32> = HashMap::new();
        let mut sets: Vec<AddressSet> = Vec::new();
        let mut add = |set: &AddressSet| {
            if !numbers.contains_key(set) {
                numbers.insert(set.clone(), sets.len() as u32);
                sets.push(set.clone());
            }
        };
        for direction in Direction::BOTH {
            address_terms(ruleset, direction).for_each(&mut add);
            let rules = ruleset.policies.iter().flat_map(|p| p.rules(direction));
            rules.filter_map(|rule| rule.peers.joined_addresses()).for_each(|set| add(&set));
        }
        extra.iter().flatten().for_each(|set| add(set));
        let single: Vec<AddressSet> = points.iter().map(|a| AddressSet::range(*a, *a)).collect();
        let outside: Vec<AddressSet> = outside_points.iter().map(|a| AddressSet::range(*a, *a)).collect();
        let starts = borders(sets.iter().chain([pod_network, &everything]).chain(&single).chain(places));
        let cover = |set: &AddressSet| cover(&starts, set);
        let covers: Vec<_> = sets.iter().map(&cover).collect();
        let pod_network = cover(pod_network);
        let cut = |direction| {
            let mut used: Vec<&AddressSet> = Vec::new();
            for asked in Direction::BOTH.into_iter().filter(|d| across || *d == direction) {
                used.extend(address_terms(ruleset, asked));
                used.extend(extra.get(asked as usize).into_iter().flatten().copied());
            }
            used.sort_by_key(|set| numbers.get(*set));
            used.dedup();
            used.extend(places);
            used.extend(&outside);
            cut(&used, &everything)
        };
        let (sources, destinations) = (cut(Direction::Ingress), cut(Direction::Egress));
        AddressIndex { starts, covers, numbers, pod_network, sources, destinations }
    }

    /// The ranges that rules of a direction tell apart.
    pub(super) fn ranges(&self, direction: Direction) -> &[OutsideRange] {
        match direction {
            Direction::Ingress => &self.sources,
            Direction::Egress => &self.destinations,
        }
    }

    /// The first address of each atom.
    pub(super) fn starts(&self) -> &[IpAddr] {
        &self.starts
    }

    /// How many atoms there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// How many different address sets the ruleset has.
    pub(super) fn set_count(&self) -> u32 {
        self.covers.len() as u32
    }

    /// The atom that an address lies in.
    pub(super) fn atom(&self, address: IpAddr) -> AtomId {
        AtomId(self.starts.partition_point(|start| *start <= address).saturating_sub(1) as u32)
    }

    /// The number of a set of the ruleset.
    pub(super) fn number(&self, set: &AddressSet) -> Option<u32> {
        self.numbers.get(set).copied()
    }

    /// The sets that each atom lies in, by set number ascending.
    pub(super) fn memberships(&self) -> Vec<Vec<u32>> {
        let mut result = alloc::vec![Vec::new(); self.len()];
        for (set, ranges) in self.covers.iter().enumerate() {
            for &(first, last) in ranges {
                for atom in first..=last {
                    if let Some(list) = result.get_mut(atom as usize) {
                        list.push(set as u32);
                    }
                }
            }
        }
        result
    }

    /// How much of the pod network lies in a set.
    pub(super) fn pod_network_in(&self, set: u32) -> Coverage {
        self.share_in(set, &self.pod_network)
    }

    /// The atoms of a space that begins and ends where something is told apart, as ranges of numbers.
    pub(super) fn atoms_of(&self, space: &AddressSet) -> Vec<(u32, u32)> {
        cover(&self.starts, space)
    }

    /// How much of some atoms lies in a set.
    pub(super) fn share_in(&self, set: u32, atoms: &[(u32, u32)]) -> Coverage {
        let Some(ranges) = self.covers.get(set as usize) else { return Coverage::None };
        let inside = |atom: u32| ranges.iter().any(|&(first, last)| (first..=last).contains(&atom));
        let mut seen = [false; 2];
        for atom in atoms.iter().flat_map(|&(first, last)| first..=last) {
            seen[usize::from(inside(atom))] = true;
        }
        match seen {
            [false, true] => Coverage::Whole,
            [_, false] => Coverage::None,
            [true, true] => Coverage::Part,
        }
    }
}

/// Every address at which some set begins, or ends just before.
fn borders<'a>(sets: impl Iterator<Item = &'a AddressSet>) -> Vec<IpAddr> {
    let mut starts: Vec<IpAddr> = Vec::new();
    for (first, last) in sets.flat_map(|set| set.ranges()) {
        starts.push(first);
        starts.extend(successor(last));
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

fn successor(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(a) => a.to_bits().checked_add(1).map(|n| IpAddr::V4(n.into())),
        IpAddr::V6(a) => a.to_bits().checked_add(1).map(|n| IpAddr::V6(n.into())),
    }
}

/// The atoms of a set, which ends at borders, as ranges of numbers.
fn cover(starts: &[IpAddr], set: &AddressSet) -> Vec<(u32, u32)> {
    let number = |address: IpAddr| starts.partition_point(|start| *start <= address).saturating_sub(1) as u32;
    set.ranges().map(|(first, last)| (number(first), number(last))).collect()
}

/// Cuts the address space at the borders of the sets; neighbours that lie in the same sets are not cut.
fn cut(sets: &[&AddressSet], everything: &AddressSet) -> Vec<OutsideRange> {
    let starts = borders(sets.iter().copied().chain([everything]));
    let mut members: Vec<Vec<u32>> = alloc::vec![Vec::new(); starts.len()];
    for (number, set) in sets.iter().enumerate() {
        for (first, last) in cover(&starts, set) {
            for list in members.iter_mut().take(last as usize + 1).skip(first as usize) {
                list.push(number as u32);
            }
        }
    }
    let mut ranges: Vec<OutsideRange> = Vec::new();
    for (i, first) in starts.iter().enumerate() {
        let last = match starts.get(i + 1) {
            Some(next) if next.is_ipv4() == first.is_ipv4() => predecessor(*next),
            _ if first.is_ipv4() => IpAddr::V4(core::net::Ipv4Addr::BROADCAST),
            _ => IpAddr::V6(core::net::Ipv6Addr::from_bits(u128::MAX)),
        };
        let same_as_before = i > 0 && members.get(i) == members.get(i - 1);
        match ranges.last_mut() {
            Some(previous) if same_as_before && previous.first.is_ipv4() == first.is_ipv4() => previous.last = last,
            _ => ranges.push(OutsideRange { first: *first, last }),
        }
    }
    ranges
}

/// The address before.
pub(super) fn predecessor(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(a) => IpAddr::V4(a.to_bits().saturating_sub(1).into()),
        IpAddr::V6(a) => IpAddr::V6(a.to_bits().saturating_sub(1).into()),
    }
}
