//! What service tags stand for. Upstream: docs/azure.md 2.4.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use crate::model::{AddressSet, Cidr};

/// The address that stands for any of the Internet where nothing tells them apart: one that documents may use. Upstream: RFC 5737.
pub(crate) const SOMEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));
/// The address of Azure's platform: health probes come from it, and name resolution and leases of addresses go to it.
pub const PLATFORM: IpAddr = IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16));

/// The address of the service that tells a machine about itself.
pub const METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));

/// Whether an address is one of the platform's own.
pub fn is_platform(address: IpAddr) -> bool {
    address == PLATFORM || address == METADATA
}

/// The list of known tags, with its date.
const LIST: &str = include_str!("tags.txt");

/// What is known of a tag that the network itself does not give a meaning to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KnownTag {
    /// These addresses.
    Addresses(AddressSet),
    /// Some public addresses; which, is not known here.
    SomewherePublic,
    /// There is no such tag that is known here.
    Unheard,
}

/// What the list says of a tag. `Storage.WestEurope` is a part of `Storage`.
pub fn known(name: &str) -> KnownTag {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let mut words = line.split_whitespace();
        let Some(known) = words.next() else { continue };
        let regional = name.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known))
            && name.get(known.len()..).is_some_and(|rest| rest.starts_with('.'));
        if !known.eq_ignore_ascii_case(name) && !regional {
            continue;
        }
        let cidrs: Vec<Cidr> = words.filter_map(|w| Cidr::parse(w).ok()).collect();
        return if cidrs.is_empty() || regional { KnownTag::SomewherePublic } else { KnownTag::Addresses(AddressSet::of_cidrs(&cidrs)) };
    }
    KnownTag::Unheard
}

/// Names of known tags, for offering the right spelling.
pub fn names() -> impl Iterator<Item = &'static str> {
    let own = ["VirtualNetwork", "Internet", "AzureLoadBalancer"];
    own.into_iter().chain(LIST.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_whitespace().next()))
}

/// Addresses that are not routed on the Internet: private use, shared, loopback, link-local, multicast, and the platform's.
fn not_public() -> AddressSet {
    let ranges = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "168.63.129.16/32",
        "224.0.0.0/3",
        "::/3",
        "4000::/2",
        "8000::/1",
    ];
    let cidrs: Vec<Cidr> = ranges.iter().filter_map(|r| Cidr::parse(r).ok()).collect();
    AddressSet::of_cidrs(&cidrs)
}

/// The ranges that private networks have.
pub(crate) fn private() -> AddressSet {
    let ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
    AddressSet::of_cidrs(&ranges.iter().filter_map(|r| Cidr::parse(r).ok()).collect::<Vec<Cidr>>())
}

/// Whether an address is routed on the Internet: whether [`internet`] holds it, for a network that has none of its own.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let not_public = match address.octets() {
                [0 | 10 | 127 | 224.., ..] | [192, 168, ..] | [169, 254, ..] | [168, 63, 129, 16] => true,
                [172, second, ..] => second & 0xF0 == 16,
                [100, second, ..] => second & 0xC0 == 64,
                _ => false,
            };
            !not_public
        }
        IpAddr::V6(address) => address.octets().first().is_some_and(|first| first & 0xE0 == 0x20),
    }
}

/// What `Internet` stands for where `virtual_network` is what `VirtualNetwork` does: what is publicly routed and not in it.
pub fn internet(virtual_network: &AddressSet) -> AddressSet {
    AddressSet::everything().difference(&not_public()).difference(virtual_network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_carries_its_date_and_is_sorted_enough_to_read() {
        assert!(LIST.starts_with("# Service tags") && LIST.contains("as of 20"));
        assert_eq!(known("storage.westeurope"), KnownTag::SomewherePublic);
        assert_eq!(known("AZUREPLATFORMDNS"), KnownTag::Addresses(AddressSet::range(PLATFORM, PLATFORM)));
        assert_eq!(known("Storge"), KnownTag::Unheard);
        assert_eq!(known("StorageSyncService"), KnownTag::SomewherePublic);
    }

    #[test]
    fn what_is_public_is_told_without_sets() {
        let internet = internet(&AddressSet::default());
        // On both sides of every border, and somewhere between.
        for (first, last) in internet.ranges().chain(not_public().ranges()) {
            for address in [first, last] {
                assert_eq!(is_public(address), internet.contains(address), "{address}");
            }
        }
    }

    #[test]
    fn the_internet_is_public_and_outside() {
        let own = AddressSet::of_cidrs(&[Cidr::parse("10.0.0.0/16").unwrap(), Cidr::parse("20.0.0.0/24").unwrap()]);
        let internet = internet(&own);
        assert!(internet.contains("13.107.21.200".parse().unwrap()) && internet.contains("2603:1000::1".parse().unwrap()));
        for inside in ["10.0.0.1", "20.0.0.7", "172.31.0.100", "168.63.129.16", "100.64.0.1", "fd00::1"] {
            assert!(!internet.contains(inside.parse().unwrap()), "{inside}");
        }
    }
}
