//! Where addresses and nodes are, looked up.

use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::Interface;
use crate::model::Cidr;
use crate::snapshot::NodeId;

/// An interface by number. Those that only stand for a machine come after all that are given.
type Owner = (bool, u32);

/// Interfaces by what they have. Built once the last of them is known.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Index {
    addresses: HashMap<IpAddr, Owner>,
    /// The first interface that has an address as its own.
    own: HashMap<IpAddr, u32>,
    /// Ranges of pods behind interfaces. There are few.
    ranges: Vec<(Cidr, Owner)>,
    nodes: HashMap<NodeId, u32>,
}

impl Index {
    pub(super) fn new(interfaces: &[Interface]) -> Self {
        let mut index = Index::default();
        for (number, interface) in (0..).zip(interfaces) {
            let owner = (interface.stand_in, number);
            for address in interface.addresses.iter().chain(&interface.floating) {
                let known = index.addresses.entry(*address).or_insert(owner);
                *known = owner.min(*known);
            }
            interface.addresses.iter().for_each(|address| {
                index.own.entry(*address).or_insert(number);
            });
            index.ranges.extend(interface.pod_prefixes.iter().map(|range| (*range, owner)));
            if let Some(node) = interface.node {
                index.nodes.entry(node).or_insert(number);
            }
        }
        index
    }

    /// The interface that has an address, or pods with it behind it.
    pub(super) fn owner(&self, address: IpAddr) -> Option<u32> {
        let of_range = self.ranges.iter().filter(|(range, _)| range.contains(address)).map(|(_, owner)| *owner);
        of_range.chain(self.addresses.get(&address).copied()).min().map(|(_, number)| number)
    }

    /// The interface whose own address this is.
    pub(super) fn with_own(&self, address: IpAddr) -> Option<u32> {
        self.own.get(&address).copied()
    }

    /// The interface of a node.
    pub(super) fn of_node(&self, node: NodeId) -> Option<u32> {
        self.nodes.get(&node).copied()
    }
}
