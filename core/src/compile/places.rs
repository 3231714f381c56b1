//! Endpoints that are addresses, in the networks of the cloud.

use core::net::IpAddr;

use super::Endpoint;
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
