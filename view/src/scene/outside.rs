//! Addresses outside the cluster: which are one end, and what it is called.

use std::net::{IpAddr, Ipv4Addr};

use netpolis_core::model::AddressSet;

/// What the Internet is called.
pub(super) const INTERNET: &str = "Internet";

pub(super) fn name_outside(set: &AddressSet, pods: &AddressSet) -> (String, String, Option<IpAddr>) {
    let ranges: Vec<(IpAddr, IpAddr)> = set.ranges().collect();
    // Addresses kept for examples stand best for "somewhere".
    let examples = [Ipv4Addr::new(203, 0, 113, 10), Ipv4Addr::new(198, 51, 100, 10), Ipv4Addr::new(192, 0, 2, 10)];
    let beginnings = ranges.iter().map(|&(first, last)| if first == last { first } else { after(first) });
    let address = examples
        .into_iter()
        .map(IpAddr::V4)
        .filter(|_| ranges.len() > 1 || wide(&ranges))
        .chain(beginnings)
        .find(|a| set.contains(*a) && !pods.contains(*a));
    let address = address.or(set.first());
    let four: Vec<_> = ranges.iter().filter(|r| r.0.is_ipv4()).collect();
    let first = four.first().is_some_and(|r| r.0 == IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let last = four.last().is_some_and(|r| r.1 == IpAddr::V4(Ipv4Addr::BROADCAST));
    if first && last {
        let all = four.len() == 1;
        let subtitle = if all { "any address outside" } else { "all other addresses" };
        return (INTERNET.into(), subtitle.into(), address);
    }
    let texts = ranges_text(set, 3);
    let title = match texts.as_slice() {
        [one] => one.clone(),
        [one, two] => format!("{one}, {two}"),
        [one, ..] => format!("{one} and more"),
        [] => String::new(),
    };
    (title, "outside addresses".into(), address)
}

fn wide(ranges: &[(IpAddr, IpAddr)]) -> bool {
    matches!(ranges, [(IpAddr::V4(a), IpAddr::V4(b))] if u32::from(*b) - u32::from(*a) > 1 << 24)
}

fn after(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(a) => IpAddr::V4(Ipv4Addr::from(u32::from(a).saturating_add(1))),
        IpAddr::V6(a) => IpAddr::V6(std::net::Ipv6Addr::from(u128::from(a).saturating_add(1))),
    }
}

/// The ranges of a set, each as a CIDR where it is one.
pub(crate) fn ranges_text(set: &AddressSet, most: usize) -> Vec<String> {
    set.ranges()
        .take(most)
        .map(|(first, last)| match (first, last) {
            (a, b) if a == b => a.to_string(),
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                block(u128::from(u32::from(a)), u128::from(u32::from(b)), 32).map_or_else(|| format!("{a}–{b}"), |n| format!("{a}/{n}"))
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => block(a.into(), b.into(), 128).map_or_else(|| format!("{a}–{b}"), |n| format!("{a}/{n}")),
            (a, b) => format!("{a}–{b}"),
        })
        .collect()
}

/// The prefix length of a range that is one block.
fn block(first: u128, last: u128, bits: u32) -> Option<u32> {
    let span = first ^ last;
    let is_block = span & span.wrapping_add(1) == 0 && first & span == 0;
    is_block.then(|| bits - (128 - span.leading_zeros()))
}
