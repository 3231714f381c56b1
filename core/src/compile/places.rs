//! Endpoints that are addresses, in the networks of the cloud.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::Endpoint;
use crate::model::Cidr;
use crate::snapshot::cloud::{Cloud, Interface, Location};

impl Cloud {
    /// Where an endpoint is that is nothing but an address.
    pub fn place_of(&self, end: Endpoint) -> Option<Location> {
        match end {
            Endpoint::InNetwork(network, address) => self.locate_in(network, address),
            Endpoint::Outside(address) => self.locate(address),
            Endpoint::Pod(_) | Endpoint::Node(_) => None,
        }
    }

    /// The interface that has the address of an endpoint as its own.
    pub fn interface_of(&self, end: Endpoint) -> Option<&Interface> {
        let location = self.place_of(end)?;
        let interface = self.interfaces.get(location.interface?.index())?;
        interface.addresses.contains(&end.address()?).then_some(interface)
    }

    /// The machine that an endpoint is, if it stands for any of its subnet: no packet has the address of that endpoint.
    pub fn stand_in(&self, end: Endpoint) -> Option<&Interface> {
        self.interface_of(end).filter(|interface| interface.stand_in)
    }

    /// What of the address of an endpoint that is nothing but an address a rule can name: the address, or the ranges where a machine may be that stands for
    /// any of its subnet; nothing where it may be anywhere.
    pub fn ranges_of(&self, end: Endpoint) -> Vec<Cidr> {
        let Some(address) = end.address() else { return Vec::new() };
        match self.stand_in(end).and_then(|machine| self.stands_for(machine)) {
            Some(ranges) => ranges.iter().filter(|range| range.is_ipv4() == address.is_ipv4()).copied().collect(),
            None => alloc::vec![Cidr::of(address)],
        }
    }

    /// An interface as an endpoint: at its first address.
    pub fn end_of(&self, interface: &Interface) -> Option<Endpoint> {
        let (network, _) = self.network_of(interface.subnet)?;
        Some(Endpoint::InNetwork(network, *interface.addresses.first()?))
    }

    /// An address as an endpoint: of the one network that has it, or outside. Where several have it, it is not told of which it is.
    pub fn end_at(&self, address: IpAddr) -> Endpoint {
        self.network_with(address).map_or(Endpoint::Outside(address), |network| Endpoint::InNetwork(network, address))
    }
}
