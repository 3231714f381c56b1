//! Where in the cloud's network addresses, nodes and pods are.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Cloud, CloudCluster, Interface, InterfaceId, NetworkId, SubnetId};
use crate::model::Plugin;
use crate::snapshot::NodeId;

/// Where in the network an address is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Location {
    /// The subnet.
    pub subnet: SubnetId,
    /// The interface, if one has this address.
    pub interface: Option<InterfaceId>,
}

impl Cloud {
    /// Where an address of a network is; nothing outside all of its subnets.
    pub fn locate_in(&self, network: NetworkId, address: IpAddr) -> Option<Location> {
        let of_network = |subnet: SubnetId| self.subnet(subnet).is_some_and(|s| s.network == network);
        let owner = match &self.index {
            Some(index) => index.owner(network, address),
            None => {
                let owns = |i: &Interface| {
                    i.addresses.contains(&address) || i.floating.contains(&address) || i.pod_prefixes.iter().any(|p| p.contains(address))
                };
                let owners = InterfaceId::each(&self.interfaces).filter(|(_, i)| of_network(i.subnet) && owns(i));
                owners.min_by_key(|(number, i)| (i.stand_in, *number)).map(|(number, _)| number)
            }
        };
        if let Some((number, interface)) = owner.and_then(|number| Some((number, self.interface(number)?))) {
            return Some(Location { subnet: interface.subnet, interface: Some(number) });
        }
        let mut subnets = SubnetId::each(&self.subnets).filter(|(_, s)| s.network == network);
        let subnet = subnets.find(|(_, s)| s.prefixes.iter().any(|p| p.contains(address)));
        subnet.map(|(subnet, _)| Location { subnet, interface: None })
    }

    /// The networks that have an address: in one of their subnets or at an interface. Where none has it so, those whose space holds it.
    pub fn networks_with(&self, address: IpAddr) -> Vec<NetworkId> {
        let of_subnets = self.subnets.iter().filter(|s| s.prefixes.iter().any(|p| p.contains(address))).map(|s| s.network);
        let mut placed: Vec<NetworkId> = of_subnets.collect();
        match &self.index {
            Some(index) => placed.extend(index.networks_with(address)),
            None => placed.extend((0..self.networks.len()).map(NetworkId::at).filter(|n| self.locate_in(*n, address).is_some())),
        }
        placed.sort_unstable();
        placed.dedup();
        if placed.is_empty() {
            placed = NetworkId::each(&self.networks).filter(|(_, n)| n.space.contains(address)).map(|(n, _)| n).collect();
        }
        placed
    }

    /// The network that an address is of; nothing if none has it, or several.
    pub fn network_with(&self, address: IpAddr) -> Option<NetworkId> {
        match self.networks_with(address).as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Where an address is that one network has; nothing outside all subnets, and where several networks have it.
    pub fn locate(&self, address: IpAddr) -> Option<Location> {
        self.locate_in(self.network_with(address)?, address)
    }

    /// The network in which an address is found from a place: the own one, or one that it is peered with, else the only one that has it.
    pub fn network_seen_from(&self, network: NetworkId, address: IpAddr) -> Option<NetworkId> {
        let found = self.networks_with(address);
        let is_peer = |other: &&NetworkId| self.network(network).is_some_and(|own| own.is_peered_with(**other));
        let near = found.iter().find(|n| **n == network).or_else(|| found.iter().find(is_peer));
        near.copied().or(match found.as_slice() {
            [one] => Some(*one),
            _ => None,
        })
    }

    /// Where a node is.
    pub fn locate_node(&self, node: NodeId) -> Option<Location> {
        let number = match &self.index {
            Some(index) => index.of_node(node)?,
            None => InterfaceId::each(&self.interfaces).find(|(_, i)| i.node == Some(node))?.0,
        };
        Some(Location { subnet: self.interface(number)?.subnet, interface: Some(number) })
    }

    /// Where the pods of a node are: at its interface, and in the subnet of the pods where they have one, whose security group then takes the place of
    /// that of the nodes' subnet. Upstream: docs/azure.md 3.5.
    pub fn locate_pods(&self, node: NodeId) -> Option<Location> {
        let at = self.locate_node(node)?;
        if self.clusters.iter().all(|c| c.plugin != Plugin::PodSubnet) {
            return Some(at);
        }
        let clusters = self.clusters_of(Some(node));
        let pools = || clusters.iter().filter(|c| c.plugin == Plugin::PodSubnet).flat_map(|c| &c.pools);
        let own = pools().find(|p| p.nodes.contains(&node)).or_else(|| pools().find(|p| p.subnet == Some(at.subnet)));
        Some(Location { subnet: own.and_then(|p| p.pod_subnet).unwrap_or(at.subnet), ..at })
    }

    /// The clusters that a node may belong to: the one that made it, or one with nodes in its subnet; all of them, where that is not to be told.
    pub fn clusters_of(&self, node: Option<NodeId>) -> Vec<&CloudCluster> {
        let all = || self.clusters.iter().collect();
        let Some(node) = node else { return all() };
        if let Some(own) = self.clusters.iter().find(|c| c.pools.iter().any(|p| p.nodes.contains(&node))) {
            return alloc::vec![own];
        }
        let subnet = self.locate_node(node).map(|l| l.subnet);
        let there = |c: &&CloudCluster| subnet.is_some() && c.pools.iter().any(|p| p.subnet == subnet);
        let found: Vec<&CloudCluster> = self.clusters.iter().filter(there).collect();
        if found.is_empty() { all() } else { found }
    }
}
