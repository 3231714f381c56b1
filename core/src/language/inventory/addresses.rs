//! Addresses for pods whose text gives none.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Hands out addresses of a network in order, leaving out those that are taken.
///
/// They are assumed: the page shows them so that a packet has addresses to show, but no verdict may rest on one.
pub(super) struct AddressPool {
    ranges: Vec<(IpAddr, IpAddr)>,
    /// The range in use, and how far into it.
    current: usize,
    offset: u128,
}

impl AddressPool {
    /// A pool over ranges; the first address of each range (the network's own) is never handed out.
    pub(super) fn new(ranges: Vec<(IpAddr, IpAddr)>) -> Self {
        AddressPool { ranges, current: 0, offset: 1 }
    }

    /// The next free address; nothing when the network is exhausted.
    pub(super) fn next(&mut self, taken: &mut BTreeSet<IpAddr>) -> Option<IpAddr> {
        loop {
            let &(first, last) = self.ranges.get(self.current)?;
            match step(first, last, self.offset) {
                Some(address) => {
                    self.offset += 1;
                    if taken.insert(address) {
                        return Some(address);
                    }
                }
                None => {
                    self.current += 1;
                    self.offset = 1;
                }
            }
        }
    }
}

fn step(first: IpAddr, last: IpAddr, offset: u128) -> Option<IpAddr> {
    let address = match first {
        IpAddr::V4(a) => IpAddr::V4(Ipv4Addr::from_bits(a.to_bits().checked_add(u32::try_from(offset).ok()?)?)),
        IpAddr::V6(a) => IpAddr::V6(Ipv6Addr::from_bits(a.to_bits().checked_add(offset)?)),
    };
    (address <= last).then_some(address)
}
