//! What there is, with what policies see of it.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::classes::Classes;
use super::{Form, Scene};
use crate::compile::{Compiled, Endpoint};
use crate::connectivity::Connectivity;
use crate::model::{AddressSet, Cidr};
use crate::settings::{HostNetwork, OtherProtocols, Settings};
use crate::snapshot::{NodeId, PodId, Role, Snapshot};

/// A scene, ready to be asked.
pub(super) struct World<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) compiled: &'a Compiled,
    pub(super) connectivity: &'a Connectivity,
    settings: &'a Settings,
}

impl<'a> World<'a> {
    pub(super) fn new<S: Scene>(scene: &'a S) -> Self {
        World { snapshot: scene.snapshot(), compiled: scene.compiled(), connectivity: scene.connectivity(), settings: scene.assumed() }
    }

    /// What selectors of a form tell apart.
    pub(super) fn classes(&self, form: Form) -> Classes {
        Classes::new(self.snapshot, form, |pod| self.counts_as_node(pod))
    }

    /// Whether policies take a pod for its node, as it uses the node's network.
    pub(super) fn counts_as_node(&self, pod: PodId) -> bool {
        self.settings.host_network == HostNetwork::AsNode && self.snapshot.pod(pod).is_some_and(|pod| pod.host_network)
    }

    /// Whether policies can select it.
    pub(super) fn can_be_held(&self, pod: PodId) -> bool {
        self.snapshot.pod(pod).is_some_and(|own| own.role == Role::Pod) && !self.counts_as_node(pod)
    }

    /// Whether nothing is certain about ICMP and other protocols without ports.
    pub(super) fn other_protocols_are_open(&self) -> bool {
        self.settings.other_protocols == OtherProtocols::Undefined
    }

    /// The addresses that pods have, where rules about addresses match pods too.
    pub(super) fn addresses_inside(&self) -> AddressSet {
        if !self.compiled.blocks_reach_inside() {
            return AddressSet::default();
        }
        let given = self.snapshot.pods().filter(|(id, pod)| pod.address_given && !self.counts_as_node(*id) && !pod.host_network);
        let given: Vec<Cidr> = given.flat_map(|(_, pod)| pod.addresses.iter().copied().map(Cidr::of)).collect();
        self.snapshot.pod_network.union(&AddressSet::of_cidrs(&given))
    }

    /// Nodes that have one of these addresses, and the pods that share it with them.
    pub(super) fn nodes_at(&self, addresses: &AddressSet) -> (BTreeSet<NodeId>, BTreeSet<PodId>) {
        if !self.compiled.blocks_reach_inside() {
            return Default::default();
        }
        let nodes = self.snapshot.nodes().filter(|(_, node)| node.addresses.iter().any(|address| addresses.contains(*address)));
        let pods = self.snapshot.pods().filter(|(id, _)| self.counts_as_node(*id) && self.addresses_of_host_pod(*id).overlaps(addresses));
        (nodes.map(|(id, _)| id).collect(), pods.map(|(id, _)| id).collect())
    }

    /// Who has an address of which nothing else is known: a machine of the cloud's network, or somebody outside.
    pub(super) fn end_at(&self, address: IpAddr) -> Endpoint {
        self.snapshot.cloud.end_at(address)
    }

    pub(super) fn addresses_of_node(&self, node: NodeId) -> AddressSet {
        let addresses = self.snapshot.node(node).map_or(&[][..], |node| &node.addresses);
        AddressSet::of_cidrs(&addresses.iter().copied().map(Cidr::of).collect::<Vec<_>>())
    }

    /// The addresses of a pod that uses its node's network: given ones, else those of the node.
    pub(super) fn addresses_of_host_pod(&self, pod: PodId) -> AddressSet {
        let Some(own) = self.snapshot.pod(pod) else { return AddressSet::default() };
        if own.address_given {
            return AddressSet::of_cidrs(&own.addresses.iter().copied().map(Cidr::of).collect::<Vec<_>>());
        }
        own.node.map(|node| self.addresses_of_node(node)).unwrap_or_default()
    }
}
