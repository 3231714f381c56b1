//! Addresses that are shown where the input gives none.

use core::net::{IpAddr, Ipv4Addr};

use super::super::packet::PacketEndpoint;

/// The public address of something; kept for examples (RFC 5737, TEST-NET-2).
const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 254));

/// A public address that is not given.
pub(super) fn some_public() -> PacketEndpoint {
    PacketEndpoint::assumed_at(PUBLIC)
}

/// Stands for an address that there is none of.
pub(super) fn nowhere() -> IpAddr {
    IpAddr::V4(Ipv4Addr::UNSPECIFIED)
}
