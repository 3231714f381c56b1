//! The subnet of pods where none is given: somewhere in the virtual network of their nodes. Upstream: docs/azure.md 3.1.
//!
//! It is as large as what the network's other subnets leave, so that rules which tell addresses of it apart match possibly, and none for certain.

use alloc::format;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use crate::diagnostics::{Diagnostic, Severity};
use crate::language::codes;
use crate::model::{AddressSet, Cidr};
use crate::snapshot::cloud::{Cloud, NetworkId, Subnet, SubnetId};
use crate::text::Place;

/// Prefixes of an assumed subnet, at most: networks with thousands of subnets leave as many holes.
const MOST_PREFIXES: usize = 256;

/// Adds the assumed subnet of a cluster's pods to a network, and says so.
pub(super) fn assume(
    cloud: &mut Cloud,
    network: NetworkId,
    cluster: &str,
    place: Place,
    problems: &mut Vec<Diagnostic>,
) -> Option<SubnetId> {
    let home = cloud.network(network)?;
    let taken = AddressSet::of_cidrs(cloud.subnets.iter().filter(|s| s.network == network).flat_map(|s| &s.prefixes));
    let mut prefixes = prefixes(&home.space.v4_only().difference(&taken));
    if prefixes.is_empty() || prefixes.len() > MOST_PREFIXES {
        prefixes = home.prefixes.iter().filter(|p| p.is_ipv4()).copied().collect();
    }
    let message =
        format!("`{cluster}`: no subnet is given for its pods, so they may have any address of `{}` outside the other subnets", home.name);
    let note = Diagnostic::at(codes::AZ_ASSUMED, Severity::Note, Some(place), message);
    problems.push(note.help("give the subnet: `--pod-subnet-id`, or `podSubnet` in the short form"));
    cloud.subnets.push(Subnet { assumed: true, ..Subnet::plain(network, format!("pods of {cluster}"), prefixes, place) });
    Some(SubnetId::last(&cloud.subnets))
}

/// A set of IPv4 addresses in as few prefixes as can be.
fn prefixes(set: &AddressSet) -> Vec<Cidr> {
    let mut found = Vec::new();
    for (first, last) in set.ranges() {
        let (IpAddr::V4(first), IpAddr::V4(last)) = (first, last) else { continue };
        let (mut at, end) = (u64::from(first.to_bits()), u64::from(last.to_bits()));
        while at <= end && found.len() <= MOST_PREFIXES {
            let aligned = if at == 0 { 32 } else { at.trailing_zeros().min(32) };
            let bits = aligned.min((end - at + 1).ilog2());
            found.push(Cidr::supernet(IpAddr::V4(Ipv4Addr::from_bits(at as u32)), (32 - bits) as u8));
            at += 1 << bits;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_network() {
        let space = AddressSet::of_cidrs([&Cidr::parse("10.66.0.0/16").unwrap()]);
        let taken = AddressSet::of_cidrs([&Cidr::parse("10.66.0.0/24").unwrap(), &Cidr::parse("10.66.1.0/24").unwrap()]);
        let left = prefixes(&space.difference(&taken));
        assert_eq!(AddressSet::of_cidrs(&left), space.difference(&taken));
        assert_eq!(left.len(), 7);
        let everything = prefixes(&AddressSet::of_cidrs([&Cidr::parse("0.0.0.0/0").unwrap()]));
        assert_eq!(everything, [Cidr::parse("0.0.0.0/0").unwrap()]);
    }
}
