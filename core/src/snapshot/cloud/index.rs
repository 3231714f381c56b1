//! Where addresses and nodes are, looked up.

use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::{Cloud, Interface, InterfaceId, NetworkId, Subnet, SubnetId};
use crate::model::{AddressSet, Cidr};
use crate::policy::GroupUseId;
use crate::snapshot::NodeId;

/// An interface by number. Those that only stand for a machine come after all that are given.
type Owner = (bool, InterfaceId);

/// Interfaces by what they have, network by network. Built once the last of them is known.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Index {
    addresses: HashMap<(NetworkId, IpAddr), Owner>,
    /// Ranges of pods behind interfaces, with their network. There are few.
    ranges: Vec<(NetworkId, Cidr, Owner)>,
    /// The networks in which interfaces have an address.
    homes: HashMap<IpAddr, Vec<NetworkId>>,
    nodes: HashMap<NodeId, InterfaceId>,
}

impl Index {
    pub(super) fn new(interfaces: &[Interface], subnets: &[Subnet]) -> Self {
        let mut index = Index::default();
        for (number, interface) in InterfaceId::each(interfaces) {
            let owner = (interface.stand_in, number);
            if let Some(node) = interface.node {
                index.nodes.entry(node).or_insert(number);
            }
            let Some(network) = subnets.get(interface.subnet.index()).map(|s| s.network) else { continue };
            for address in interface.addresses.iter().chain(&interface.floating) {
                let known = index.addresses.entry((network, *address)).or_insert(owner);
                *known = owner.min(*known);
                let homes = index.homes.entry(*address).or_default();
                if !homes.contains(&network) {
                    homes.push(network);
                }
            }
            index.ranges.extend(interface.pod_prefixes.iter().map(|range| (network, *range, owner)));
        }
        index
    }

    /// The interface of a network that has an address, or pods with it behind it.
    pub(super) fn owner(&self, network: NetworkId, address: IpAddr) -> Option<InterfaceId> {
        let of_range = self.ranges.iter().filter(|(n, range, _)| *n == network && range.contains(address)).map(|(.., owner)| *owner);
        of_range.chain(self.addresses.get(&(network, address)).copied()).min().map(|(_, number)| number)
    }

    /// The networks in which interfaces, or pods behind them, have an address.
    pub(super) fn networks_with(&self, address: IpAddr) -> impl Iterator<Item = NetworkId> {
        let of_ranges = self.ranges.iter().filter(move |(_, range, _)| range.contains(address)).map(|(n, ..)| *n);
        self.homes.get(&address).into_iter().flatten().copied().chain(of_ranges)
    }

    /// The interface of a node.
    pub(super) fn of_node(&self, node: NodeId) -> Option<InterfaceId> {
        self.nodes.get(&node).copied()
    }
}

impl Cloud {
    /// The addresses that a use of a security group guards.
    pub(crate) fn behind(&self, used: GroupUseId) -> AddressSet {
        let mut set = AddressSet::default();
        let guarded = SubnetId::each(&self.subnets).filter(|(_, subnet)| subnet.group == Some(used));
        let subnets: Vec<SubnetId> = guarded.map(|(id, _)| id).collect();
        for subnet in subnets.iter().filter_map(|id| self.subnet(*id)) {
            set = set.union(&AddressSet::of_cidrs(&subnet.prefixes));
        }
        for interface in self.interfaces.iter().filter(|i| i.group == Some(used) || subnets.contains(&i.subnet)) {
            for address in interface.addresses.iter().chain(&interface.floating) {
                set = set.union(&AddressSet::range(*address, *address));
            }
            set = set.union(&AddressSet::of_cidrs(&interface.pod_prefixes));
        }
        // Pods of an overlay are behind the subnet of their nodes.
        for cluster in &self.clusters {
            if cluster.pools.iter().any(|p| p.subnet.is_some_and(|s| subnets.contains(&s))) {
                set = set.union(&cluster.pod_range);
            }
        }
        set
    }
}
