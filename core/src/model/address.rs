//! Addresses: prefixes as written, and exact sets of addresses.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Ranges for private use, which are not of the Internet. Upstream: RFC 1918.
pub(crate) const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// A prefix in CIDR notation, with its host bits cleared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cidr(IpNet);

/// Why a text is not a CIDR.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CidrError {
    /// An address without `/length`.
    NoLength,
    /// Neither an IPv4 nor an IPv6 prefix.
    NotACidr,
}

impl fmt::Display for CidrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CidrError::NoLength => "the prefix length is missing, for instance /32",
            CidrError::NotACidr => "must be a valid CIDR value, for instance 10.9.8.0/24 or 2001:db8::/64",
        })
    }
}

impl core::error::Error for CidrError {}

impl Cidr {
    /// Reads `address/length`. Host bits are cleared (`10.0.0.5/24` is `10.0.0.0/24`, as API servers always read it);
    /// [`Cidr::has_host_bits`] tells whether a text had any.
    ///
    /// # Errors
    /// When the text is not an address with a prefix length.
    pub fn parse(text: &str) -> Result<Cidr, CidrError> {
        match text.parse::<IpNet>() {
            Ok(net) => Ok(Cidr(net.trunc())),
            Err(_) if text.parse::<IpAddr>().is_ok() => Err(CidrError::NoLength),
            Err(_) => Err(CidrError::NotACidr),
        }
    }

    /// Whether a CIDR text has bits set beyond its prefix length.
    pub fn has_host_bits(text: &str) -> bool {
        text.parse::<IpNet>().is_ok_and(|net| net != net.trunc())
    }

    /// The prefix that holds this one address.
    pub fn of(address: IpAddr) -> Cidr {
        Cidr(IpNet::from(address))
    }

    /// The prefix of this length that holds the address; the address alone if the length is too long for its family.
    pub fn supernet(address: IpAddr, length: u8) -> Cidr {
        Cidr(IpNet::new(address, length).map_or_else(|_| IpNet::from(address), |net| net.trunc()))
    }

    /// First address.
    pub fn first(&self) -> IpAddr {
        self.0.network()
    }

    /// Last address.
    pub fn last(&self) -> IpAddr {
        self.0.broadcast()
    }

    /// The address that means all of a range of IPv4: the last one. IPv6 has none, and neither has a single address.
    pub fn broadcast(&self) -> Option<IpAddr> {
        (self.first().is_ipv4() && self.first() != self.last()).then(|| self.last())
    }

    /// Prefix length in bits.
    pub fn length(&self) -> u8 {
        self.0.prefix_len()
    }

    /// Whether it is an IPv4 prefix.
    pub fn is_ipv4(&self) -> bool {
        matches!(self.0, IpNet::V4(_))
    }

    /// Whether the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }

    /// Whether `other` is of the same family and lies in it, or is the same.
    pub fn covers(&self, other: &Cidr) -> bool {
        self.0.contains(&other.0)
    }

    /// The range as people write it: of one address, that address; else as a prefix.
    pub fn plain(&self) -> String {
        if self.first() == self.last() { self.first().to_string() } else { self.to_string() }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An exact set of IPv4 and IPv6 addresses: disjoint, ascending, never adjacent ranges; equal sets are equal values.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct AddressSet {
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

/// What range arithmetic needs of a number.
trait Bound: Copy + Ord {
    fn next(self) -> Option<Self>;
    fn previous(self) -> Option<Self>;
}

macro_rules! bound {
    ($($t:ty),*) => {$(
        impl Bound for $t {
            fn next(self) -> Option<Self> { self.checked_add(1) }
            fn previous(self) -> Option<Self> { self.checked_sub(1) }
        }
    )*};
}
bound!(u32, u128);

fn normalise<T: Bound>(ranges: &mut Vec<(T, T)>) {
    ranges.sort_unstable();
    let mut merged: Vec<(T, T)> = Vec::with_capacity(ranges.len());
    for &(first, last) in ranges.iter() {
        match merged.last_mut() {
            Some(previous) if previous.1.next().is_none_or(|n| first <= n) => previous.1 = previous.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    *ranges = merged;
}

fn subtract<T: Bound>(from: &[(T, T)], what: &[(T, T)]) -> Vec<(T, T)> {
    let mut result = Vec::new();
    for &(first, last) in from {
        let mut start = Some(first);
        for &(cut_first, cut_last) in what {
            let Some(at) = start else { break };
            if cut_last < at || cut_first > last {
                continue;
            }
            if let Some(before) = cut_first.previous().filter(|&b| b >= at) {
                result.push((at, before));
            }
            start = cut_last.next().filter(|&n| n <= last);
        }
        if let Some(at) = start {
            result.push((at, last));
        }
    }
    result
}

fn overlap<T: Bound>(a: &[(T, T)], b: &[(T, T)]) -> Vec<(T, T)> {
    let mut result = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let (first, last) = (x.0.max(y.0), x.1.min(y.1));
        if first <= last {
            result.push((first, last));
        }
        if x.1 < y.1 { i += 1 } else { j += 1 }
    }
    result
}

fn touch<T: Bound>(a: &[(T, T)], b: &[(T, T)]) -> bool {
    // Where one is short, looking its ranges up in the other is faster than walking both.
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.iter().any(|&(first, last)| {
        let after = long.partition_point(|r| r.1 < first);
        long.get(after).is_some_and(|r| r.0 <= last)
    })
}

fn holds<T: Bound>(ranges: &[(T, T)], value: T) -> bool {
    let after = ranges.partition_point(|r| r.0 <= value);
    after.checked_sub(1).and_then(|i| ranges.get(i)).is_some_and(|r| value <= r.1)
}

impl AddressSet {
    /// Every IPv4 and IPv6 address.
    pub fn everything() -> Self {
        AddressSet { v4: alloc::vec![(0, u32::MAX)], v6: alloc::vec![(0, u128::MAX)] }
    }

    /// The addresses from `first` to `last`, which are of one family; empty if they are not or if `last` comes first.
    pub fn range(first: IpAddr, last: IpAddr) -> Self {
        match (first, last) {
            (IpAddr::V4(a), IpAddr::V4(b)) if a <= b => AddressSet { v4: alloc::vec![(a.to_bits(), b.to_bits())], v6: Vec::new() },
            (IpAddr::V6(a), IpAddr::V6(b)) if a <= b => AddressSet { v4: Vec::new(), v6: alloc::vec![(a.to_bits(), b.to_bits())] },
            _ => AddressSet::default(),
        }
    }

    /// The private ranges of RFC 1918, and those of RFC 4193.
    pub fn private() -> Self {
        let cidrs: Vec<Cidr> = PRIVATE.iter().filter_map(|range| Cidr::parse(range).ok()).collect();
        AddressSet::of_cidrs(&cidrs)
    }

    /// All addresses of the prefixes.
    pub fn of_cidrs<'a>(cidrs: impl IntoIterator<Item = &'a Cidr>) -> Self {
        let mut set = AddressSet::default();
        for cidr in cidrs {
            match (cidr.first(), cidr.last()) {
                (IpAddr::V4(a), IpAddr::V4(b)) => set.v4.push((a.to_bits(), b.to_bits())),
                (IpAddr::V6(a), IpAddr::V6(b)) => set.v6.push((a.to_bits(), b.to_bits())),
                _ => {}
            }
        }
        normalise(&mut set.v4);
        normalise(&mut set.v6);
        set
    }

    /// Addresses in either.
    pub fn union(&self, other: &AddressSet) -> AddressSet {
        let mut set = self.clone();
        set.v4.extend_from_slice(&other.v4);
        set.v6.extend_from_slice(&other.v6);
        normalise(&mut set.v4);
        normalise(&mut set.v6);
        set
    }

    /// Addresses of this set that are not in `other`.
    pub fn difference(&self, other: &AddressSet) -> AddressSet {
        AddressSet { v4: subtract(&self.v4, &other.v4), v6: subtract(&self.v6, &other.v6) }
    }

    /// Addresses in both.
    pub fn intersection(&self, other: &AddressSet) -> AddressSet {
        AddressSet { v4: overlap(&self.v4, &other.v4), v6: overlap(&self.v6, &other.v6) }
    }

    /// Whether there is no address in it.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether the address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(a) => holds(&self.v4, a.to_bits()),
            IpAddr::V6(a) => holds(&self.v6, a.to_bits()),
        }
    }

    /// Whether some address is in both.
    pub fn overlaps(&self, other: &AddressSet) -> bool {
        touch(&self.v4, &other.v4) || touch(&self.v6, &other.v6)
    }

    /// Whether every address of `other` is in it.
    pub fn covers(&self, other: &AddressSet) -> bool {
        other.difference(self).is_empty()
    }

    /// The lowest address, IPv4 before IPv6.
    pub fn first(&self) -> Option<IpAddr> {
        self.ranges().next().map(|(first, _)| first)
    }

    /// All ranges, ascending, IPv4 before IPv6.
    pub fn ranges(&self) -> impl Iterator<Item = (IpAddr, IpAddr)> + '_ {
        let v4 = self.v4.iter().map(|&(a, b)| (IpAddr::V4(Ipv4Addr::from_bits(a)), IpAddr::V4(Ipv4Addr::from_bits(b))));
        let v6 = self.v6.iter().map(|&(a, b)| (IpAddr::V6(Ipv6Addr::from_bits(a)), IpAddr::V6(Ipv6Addr::from_bits(b))));
        v4.chain(v6)
    }

    /// The fewest prefixes that make it, ascending, IPv4 before IPv6.
    pub fn cidrs(&self) -> Vec<Cidr> {
        let mut found = Vec::new();
        for &(first, last) in &self.v4 {
            prefixes(u128::from(first), u128::from(last), 32, |bits, length| {
                found.push(Cidr::supernet(IpAddr::V4(Ipv4Addr::from_bits(bits as u32)), length));
            });
        }
        for &(first, last) in &self.v6 {
            prefixes(first, last, 128, |bits, length| found.push(Cidr::supernet(IpAddr::V6(Ipv6Addr::from_bits(bits)), length)));
        }
        found
    }

    /// Its part of IPv4 only.
    pub fn v4_only(&self) -> AddressSet {
        AddressSet { v4: self.v4.clone(), v6: Vec::new() }
    }
}

impl fmt::Display for AddressSet {
    /// Ranges joined by commas; a range that is a prefix is written as one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (first, last)) in self.ranges().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            match prefix_of(first, last) {
                Some(net) if first == last => write!(f, "{}", net.network())?,
                Some(net) => write!(f, "{net}")?,
                None => write!(f, "{first}-{last}")?,
            }
        }
        Ok(())
    }
}

/// Tells the fewest prefixes that make a range of addresses of `width` bits: the largest that begin at its start, one after the other.
fn prefixes(first: u128, last: u128, width: u32, mut tell: impl FnMut(u128, u8)) {
    let mut at = first;
    loop {
        // Free bits: as many as the start is aligned to, and no more than the rest has room for.
        let aligned = at.trailing_zeros().min(width);
        let room = (last - at).checked_add(1).map_or(width, u128::ilog2);
        let free = aligned.min(room);
        tell(at, (width - free) as u8);
        let next = 1u128.checked_shl(free).and_then(|size| at.checked_add(size));
        match next {
            Some(next) if next <= last => at = next,
            _ => return,
        }
    }
}

/// The prefix that is exactly this range, if one is.
fn prefix_of(first: IpAddr, last: IpAddr) -> Option<IpNet> {
    let (length, bits) = match (first, last) {
        (IpAddr::V4(a), IpAddr::V4(b)) => ((a.to_bits() ^ b.to_bits()).leading_zeros(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => ((a.to_bits() ^ b.to_bits()).leading_zeros(), 128),
        _ => return None,
    };
    let net = IpNet::new(first, length.min(bits) as u8).ok()?;
    (net.network() == first && net.broadcast() == last).then_some(net)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn set(cidrs: &[&str]) -> AddressSet {
        let parsed: Vec<Cidr> = cidrs.iter().map(|c| Cidr::parse(c).unwrap()).collect();
        AddressSet::of_cidrs(&parsed)
    }

    #[test]
    fn cidr_reads_host_bits_as_the_network() {
        assert_eq!(Cidr::parse("10.0.0.5/24"), Cidr::parse("10.0.0.0/24"));
        assert!(Cidr::has_host_bits("10.0.0.5/24") && !Cidr::has_host_bits("10.0.0.0/24"));
        assert_eq!(Cidr::parse("10.0.0.5"), Err(CidrError::NoLength));
        assert_eq!(Cidr::parse("10.0.0.0/33"), Err(CidrError::NotACidr));
    }

    #[test]
    fn sets_are_the_fewest_prefixes_that_make_them() {
        let text = |set: &AddressSet| set.cidrs().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(text(&set(&["0.0.0.0/0", "::/0"])), "0.0.0.0/0 ::/0");
        assert_eq!(text(&set(&["10.0.0.0/29"]).difference(&set(&["10.0.0.0/32"]))), "10.0.0.1/32 10.0.0.2/31 10.0.0.4/30");
        let holed = set(&["0.0.0.0/0", "::/0"]).difference(&set(&["255.255.255.255/32", "fd00::/8"]));
        assert_eq!(AddressSet::of_cidrs(&holed.cidrs()), holed);
        assert_eq!(holed.cidrs().len(), 32 + 8);
        assert_eq!(text(&AddressSet::default()), "");
    }

    #[test]
    fn set_algebra_is_canonical() {
        assert_eq!(set(&["10.0.0.0/25", "10.0.0.128/25"]), set(&["10.0.0.0/24"]));
        let holed = set(&["0.0.0.0/0"]).difference(&set(&["10.0.0.0/8", "255.255.255.255/32"]));
        assert_eq!(holed.to_string(), "0.0.0.0-9.255.255.255, 11.0.0.0-255.255.255.254");
        assert!(holed.contains("11.0.0.0".parse().unwrap()) && !holed.contains("10.1.2.3".parse().unwrap()));
        assert_eq!(holed.union(&set(&["10.0.0.0/8", "255.255.255.255/32"])), set(&["0.0.0.0/0"]));
        assert_eq!(set(&["0.0.0.0/0", "::/0"]), AddressSet::everything());
        assert_eq!(holed.intersection(&set(&["10.0.0.0/7"])).to_string(), "11.0.0.0/8");
        assert!(set(&["2001:db8::/32"]).covers(&set(&["2001:db8:1::/48"])));
    }
}
