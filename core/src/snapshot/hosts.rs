//! Calico's host endpoints.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{ContainerPort, HostEndpointId, NodeId, Snapshot};
use crate::model::{AddressSet, Cidr, Labels, UnknownLabels};
use crate::text::Place;

/// Which interface of its node a Calico host endpoint is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HostInterface {
    /// All of them: `*`.
    All,
    /// The one with this name.
    Named(String),
    /// The one that has an address which the host endpoint expects.
    ByAddress,
}

impl HostInterface {
    /// As `interfaceName` gives it.
    pub fn of(written: &str) -> Self {
        match written {
            "*" => HostInterface::All,
            "" => HostInterface::ByAddress,
            name => HostInterface::Named(name.to_owned()),
        }
    }
}

/// A Calico host endpoint: interfaces of a node that policies can select.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostEndpoint {
    /// Its name.
    pub name: String,
    /// Its node.
    pub node: NodeId,
    /// Its interface.
    pub interface: HostInterface,
    /// Its labels.
    pub labels: Labels,
    /// Labels of which not all is known.
    pub unknown: UnknownLabels,
    /// `expectedIPs`: the addresses by which selectors of peers know it.
    pub addresses: Vec<IpAddr>,
    /// Its profiles, in order.
    pub profiles: Vec<Box<str>>,
    /// Its named ports.
    pub ports: Vec<ContainerPort>,
    /// Where it is written; for an automatic one, where they are switched on.
    pub place: Place,
    /// Whether Calico made it.
    pub automatic: bool,
    /// Whether it may not be there: Calico makes it only if its node has labels that are not known.
    pub may_be_absent: bool,
}

impl HostEndpoint {
    /// Its addresses as a set.
    pub(crate) fn address_set(&self) -> AddressSet {
        AddressSet::of_cidrs(&self.addresses.iter().copied().map(Cidr::of).collect::<Vec<_>>())
    }
}

/// The host endpoints in use on a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct NodeHosts {
    /// That of the interface with which the node is on the network.
    pub named: Option<HostEndpointId>,
    /// That for all interfaces (`interfaceName: "*"`) that have none of their own.
    pub all: Option<HostEndpointId>,
    /// That of an interface of Calico's tunnels.
    pub tunnel: Option<HostEndpointId>,
}

/// The interfaces of Calico's tunnels.
const TUNNELS: &[&str] = &["tunl0", "vxlan-v6.calico", "vxlan.calico", "wg-v6.cali", "wireguard.cali"];

impl NodeHosts {
    /// That which governs the node's traffic with the network.
    pub fn on_network(self) -> Option<HostEndpointId> {
        self.named.or(self.all)
    }

    /// That which governs what travels inside other packets.
    pub fn on_tunnel(self) -> Option<HostEndpointId> {
        self.tunnel.or(self.all)
    }
}

impl Snapshot {
    /// The host endpoints in use on a node.
    ///
    /// Several may fit the interface that the node's packets with the network use: those with its name, and those without a name that expect its
    /// address. The first by name wins; one that names another interface is never taken by its address. Beside it, the first by name for all
    /// interfaces governs every other interface, those of pods among them. Upstream: `endpointManager.resolveHostEndpoints`.
    pub fn host_endpoints_of(&self, node: NodeId) -> NodeHosts {
        let addresses = self.node(node).map_or(&[][..], |n| &n.addresses);
        let on_node = || self.host_endpoints().filter(|(_, host)| host.node == node);
        let expected = |host: &HostEndpoint| host.addresses.iter().any(|a| addresses.contains(a));
        let is_tunnel = |host: &HostEndpoint| matches!(&host.interface, HostInterface::Named(name) if TUNNELS.contains(&name.as_str()));
        let named = || on_node().filter(|(_, host)| matches!(host.interface, HostInterface::Named(_)) && !is_tunnel(host));
        // The interface that has the node's address; else one of which no address is given, as it may have it; else any.
        let interface = named()
            .find(|(_, host)| expected(host))
            .or_else(|| named().find(|(_, host)| host.addresses.is_empty()))
            .or_else(|| named().next())
            .map(|(_, host)| &host.interface);
        let fits = |host: &HostEndpoint| match &host.interface {
            HostInterface::All => false,
            HostInterface::ByAddress => expected(host),
            named @ HostInterface::Named(_) => Some(named) == interface,
        };
        let first = |wanted: HostInterface| on_node().find(|(_, host)| host.interface == wanted);
        let fitting = on_node().find(|(_, host)| fits(host)).or_else(|| first(HostInterface::ByAddress));
        let tunnel = on_node().find(|(_, host)| is_tunnel(host));
        NodeHosts { named: fitting.map(|(i, _)| i), all: first(HostInterface::All).map(|(i, _)| i), tunnel: tunnel.map(|(i, _)| i) }
    }
}
