//! Sets of addresses as the fewest blocks, with parts cut out where that is shorter.

use alloc::vec::Vec;

use crate::model::{AddressSet, Cidr};

/// A block of addresses, and what of it is not meant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Block {
    pub(super) cidr: Cidr,
    pub(super) except: Vec<Cidr>,
}

/// The fewest blocks that hold exactly these addresses, a part that is cut out counted like a block.
pub(super) fn blocks(addresses: &AddressSet) -> Vec<Block> {
    let everything = AddressSet::everything();
    let whole = everything.ranges().map(|(first, _)| Cidr::supernet(first, 0));
    whole.flat_map(|whole| within(whole, addresses)).collect()
}

/// The same for the part of a set that lies in a prefix.
fn within(prefix: Cidr, addresses: &AddressSet) -> Vec<Block> {
    let whole = AddressSet::range(prefix.first(), prefix.last());
    let inside = whole.intersection(addresses);
    if inside.is_empty() {
        return Vec::new();
    }
    let outside = whole.difference(&inside);
    if outside.is_empty() {
        return alloc::vec![Block { cidr: prefix, except: Vec::new() }];
    }
    let parts: Vec<Block> = halves(prefix).into_iter().flat_map(|half| within(half, &inside)).collect();
    if parts.len() < 2 {
        return parts;
    }
    let except = prefixes(prefix, &outside);
    if except.len() + 1 < size(&parts) { alloc::vec![Block { cidr: prefix, except }] } else { parts }
}

fn size(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| 1 + block.except.len()).sum()
}

/// The two halves of a prefix; none of a single address.
fn halves(prefix: Cidr) -> Vec<Cidr> {
    let length = prefix.length() + 1;
    let most = if prefix.is_ipv4() { 32 } else { 128 };
    if length > most {
        return Vec::new();
    }
    alloc::vec![Cidr::supernet(prefix.first(), length), Cidr::supernet(prefix.last(), length)]
}

/// The prefixes within one that hold exactly these addresses.
fn prefixes(prefix: Cidr, addresses: &AddressSet) -> Vec<Cidr> {
    let whole = AddressSet::range(prefix.first(), prefix.last());
    if !whole.overlaps(addresses) {
        return Vec::new();
    }
    if addresses.covers(&whole) {
        return alloc::vec![prefix];
    }
    halves(prefix).into_iter().flat_map(|half| prefixes(half, addresses)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    fn set(cidrs: &[&str]) -> AddressSet {
        AddressSet::of_cidrs(&cidrs.iter().map(|c| Cidr::parse(c).unwrap()).collect::<Vec<_>>())
    }

    fn words(addresses: &AddressSet) -> Vec<String> {
        let list = |cidrs: &[Cidr]| cidrs.iter().map(|c| format!("{c}")).collect::<Vec<_>>().join(" ");
        blocks(addresses)
            .iter()
            .map(|b| if b.except.is_empty() { format!("{}", b.cidr) } else { format!("{} but {}", b.cidr, list(&b.except)) })
            .collect()
    }

    #[test]
    fn blocks_are_as_few_as_can_be() {
        assert_eq!(words(&set(&["203.0.113.0/25", "203.0.113.128/25"])), ["203.0.113.0/24"]);
        assert_eq!(words(&set(&["203.0.113.7/32", "198.51.100.0/24"])), ["198.51.100.0/24", "203.0.113.7/32"]);
        let internet = set(&["0.0.0.0/0"]).difference(&set(&["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]));
        assert_eq!(words(&internet), ["0.0.0.0/0 but 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"]);
        assert_eq!(
            words(&set(&["10.0.0.0/8", "2001:db8::/32"]).difference(&set(&["10.244.0.0/16"]))),
            ["10.0.0.0/8 but 10.244.0.0/16", "2001:db8::/32"]
        );
        assert_eq!(words(&AddressSet::everything()), ["0.0.0.0/0", "::/0"]);
    }
}
