//! Subnets that interfaces name and that are not given. Upstream: docs/azure.md 2.6.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::{ASSUMED_SPACE, Builder, Placed};
use crate::language::azure::{Azure, Reference};
use crate::model::{AddressSet, Cidr};
use crate::snapshot::cloud::{Network, NetworkId, NetworkOrigin, Subnet, SubnetId};
use crate::text::Place;

impl Builder {
    /// An interface shows that there is the subnet that it is in, although nothing more is given of it than addresses there; which security group that
    /// has is not known. A network that is given has no other subnets than those that are given with it.
    pub(super) fn named_subnets(&mut self, placed: &[Placed<'_>]) {
        for (document, _, azure) in placed {
            let Azure::Interface(interface) = azure else { continue };
            for configuration in &interface.configurations {
                let Some(reference) = &configuration.subnet else { continue };
                let known = self.subnet_number(reference);
                let Some(number) = known.or_else(|| self.named_subnet(reference, reference.span.within(*document))) else { continue };
                if self.named.iter().any(|(named, _)| *named == number) {
                    self.make_room(number, configuration.address);
                }
            }
        }
        // Where no address of a subnet is given it has a range that is free.
        for number in self.named.iter().map(|(number, _)| *number).collect::<Vec<_>>() {
            if self.cloud.subnet(number).is_some_and(|subnet| subnet.prefixes.is_empty())
                && let Some(free) = self.free_block()
            {
                self.add_range(number, free);
            }
        }
        for (number, place) in self.named.clone() {
            let Some(subnet) = self.cloud.subnet(number) else { continue };
            let ranges: Vec<_> = subnet.prefixes.iter().map(ToString::to_string).collect();
            let message = format!(
                "subnet `{}` of network `{}` is not in the input: {} is assumed, and its security group is not known",
                subnet.name,
                self.cloud.network_name(subnet.network),
                ranges.join(", ")
            );
            self.missing(place, message);
        }
    }

    fn named_subnet(&mut self, reference: &Reference, place: Place) -> Option<SubnetId> {
        let network = match &reference.parent {
            Some(name) => name.to_string(),
            // Which of the networks is meant that are given cannot be told.
            None if self.cloud.networks.iter().any(|n| !n.is_assumed()) => return None,
            None => format!("network of {}", reference.name),
        };
        let found = self.network_number(&network);
        if found.and_then(|number| self.cloud.network(number)).is_some_and(|n| !n.is_assumed() && !n.open) {
            return None;
        }
        let number = found.unwrap_or_else(|| {
            self.cloud.networks.push(Network { unknown_peers: true, ..Network::plain(network, Vec::new(), NetworkOrigin::Named, place) });
            NetworkId::last(&self.cloud.networks)
        });
        self.cloud.subnets.push(Subnet::plain(number, reference.name.to_string(), Vec::new(), place));
        let subnet = SubnetId::last(&self.cloud.subnets);
        self.named.push((subnet, place));
        Some(subnet)
    }

    /// Gives a subnet a range that has an address: a whole /24 where nothing else is there.
    fn make_room(&mut self, number: SubnetId, address: Option<IpAddr>) {
        let Some((address, subnet)) = address.zip(self.cloud.subnet(number)) else { return };
        if subnet.prefixes.iter().any(|prefix| prefix.contains(address)) {
            return;
        }
        let block = Cidr::supernet(address, if address.is_ipv4() { 24 } else { 64 });
        let others = self.cloud.subnets.iter().filter(|s| s.network == subnet.network).flat_map(|s| &s.prefixes);
        let is_free = !AddressSet::of_cidrs(others).overlaps(&AddressSet::of_cidrs([&block]));
        self.add_range(number, if is_free { block } else { Cidr::of(address) });
    }

    fn free_block(&self) -> Option<Cidr> {
        let taken = AddressSet::of_cidrs(self.cloud.subnets.iter().flat_map(|s| &s.prefixes));
        let block = |i: u32| Cidr::supernet(IpAddr::V4(Ipv4Addr::from_bits(ASSUMED_SPACE.to_bits() + (i << 8))), 24);
        (0..256).map(block).find(|block| !taken.overlaps(&AddressSet::of_cidrs([block])))
    }

    fn add_range(&mut self, number: SubnetId, range: Cidr) {
        let Some(subnet) = self.cloud.subnets.get_mut(number.index()) else { return };
        subnet.prefixes.push(range);
        if let Some(network) = self.cloud.networks.get_mut(subnet.network.index()) {
            network.prefixes.push(range);
            network.space = network.space.union(&AddressSet::of_cidrs([&range]));
        }
    }
}
