//! Whether packets travel between nodes inside others: Calico's VXLAN and IP-in-IP, as its pools say. An interface to the network then sees the outer
//! packet only, which Felix lets through by itself; the inner one leaves and arrives by the interface of the tunnel, and packets of a node itself have the
//! address of that. Upstream: `felix/rules/dispatch.go`, `interfaceNameDispatchChains`; `felix/fv/apply_on_forward_test.go`; `felix/rules/static.go`,
//! "catch packets that are being sent down a tunnel from an incorrect local IP address".

use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashSet;

use super::Side;
use crate::compile::{ClassKind, Compiled, Endpoint};
use crate::model::{AddressSet, Cidr};
use crate::snapshot::cloud::SubnetId;
use crate::snapshot::{Encapsulation, IpPool, NodeId, PodEndpoint, PodId, Snapshot};

/// How packets come from one node to a pod of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wire {
    /// As they are.
    Plain,
    /// Inside others.
    Tunnel,
    /// One or the other.
    Unknown,
}

impl Wire {
    /// By which sides of nodes they may go.
    pub(crate) fn sides(self) -> &'static [Side] {
        match self {
            Wire::Plain => &[Side::Network],
            Wire::Tunnel => &[Side::Tunnel],
            Wire::Unknown => &[Side::Network, Side::Tunnel],
        }
    }
}

/// What the pools of a pod say of packets to it; nothing where they do not, and it may be either.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Overlay(Option<Encapsulation>);

impl Overlay {
    /// Of what is no pod with an address of its own.
    const NONE: Overlay = Overlay(Some(Encapsulation::Never));

    /// Of the destination of a packet.
    pub(crate) fn of(end: Endpoint, snapshot: &Snapshot) -> Self {
        let Endpoint::Pod(id) = end else { return Overlay::NONE };
        let Some(pod) = snapshot.pod(id).filter(|pod| !pod.host_network) else { return Overlay::NONE };
        // Where no pool is given, nothing shows that Calico gives pods their addresses.
        if snapshot.ip_pools.is_empty() {
            return Overlay::NONE;
        }
        // A field of a pool that there is not may be meant for one of these.
        if pools_of(pod, snapshot).any(|pool| pool.unread) {
            return Overlay(None);
        }
        let mut modes = pools_of(pod, snapshot).map(|pool| pool.encapsulation);
        let first = modes.next();
        Overlay(first.filter(|first| modes.all(|mode| mode == *first)))
    }

    /// How packets come from one node to such a pod on another. `same_subnet` says whether both are in one, if that is known.
    pub(crate) fn wire(self, same_subnet: impl FnOnce() -> Option<bool>) -> Wire {
        match self.0 {
            Some(Encapsulation::Never) => Wire::Plain,
            Some(Encapsulation::Always) => Wire::Tunnel,
            None => Wire::Unknown,
            Some(Encapsulation::CrossSubnet) => match same_subnet() {
                Some(true) => Wire::Plain,
                Some(false) => Wire::Tunnel,
                None => Wire::Unknown,
            },
        }
    }
}

/// The pools that an address of a pod is of; where it is not known, any in use.
fn pools_of<'s>(pod: &'s PodEndpoint, snapshot: &'s Snapshot) -> impl Iterator<Item = &'s IpPool> {
    let own = pod.addresses.first().filter(|_| pod.address_given);
    snapshot.ip_pools.iter().filter(move |pool| own.map_or(!pool.disabled, |address| pool.cidr.contains(*address)))
}

/// What of a node says in which subnet it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct NodeSubnet {
    /// Its network as Calico found it (annotation `projectcalico.org/IPv4Address`).
    network: Option<Cidr>,
    address: Option<IpAddr>,
    /// Its subnet of the cloud's network.
    of_cloud: Option<SubnetId>,
}

impl NodeSubnet {
    pub(crate) fn of(node: NodeId, snapshot: &Snapshot) -> Self {
        let network = snapshot.tunnels.get(&node).and_then(|tunnel| tunnel.network);
        let address = snapshot.node(node).and_then(|n| n.addresses.first().copied());
        NodeSubnet { network, address, of_cloud: snapshot.cloud.locate_node(node).map(|location| location.subnet) }
    }

    /// Whether another node is in the same one, if that is known.
    pub(crate) fn is_shared(&self, other: &NodeSubnet) -> Option<bool> {
        match (self.network, other.address) {
            (Some(network), Some(address)) => Some(network.contains(address)),
            _ => Some(self.of_cloud? == other.of_cloud?),
        }
    }
}

/// How packets come from one node to a pod on another.
pub(crate) fn wire_between(snapshot: &Snapshot, overlay: Overlay, from: Option<NodeId>, to: Option<NodeId>) -> Wire {
    overlay.wire(|| NodeSubnet::of(from?, snapshot).is_shared(&NodeSubnet::of(to?, snapshot)))
}

/// With which address packets of nodes come to pods of other nodes through a tunnel: prepared for many questions.
#[derive(Clone, Debug)]
pub(crate) struct TunnelSources {
    pods: Vec<PodFacts>,
    nodes: Vec<NodeFacts>,
    /// Of each class of addresses in pools that encapsulate one, of both families.
    anywhere: Vec<Endpoint>,
    /// Whether any node has an automatic host endpoint.
    is_labelled: bool,
}

/// What of a pod matters.
#[derive(Clone, Debug)]
struct PodFacts {
    node: Option<NodeId>,
    /// Whether it counts as its node.
    is_node: bool,
    overlay: Overlay,
    is_v6: Option<bool>,
}

/// What of a node matters.
#[derive(Clone, Debug)]
struct NodeFacts {
    subnet: NodeSubnet,
    /// Its addresses in tunnels, as far as they are known.
    addresses: Vec<IpAddr>,
    /// Whether selectors know it by its labels, whichever of its addresses a packet has: an automatic host endpoint has those of tunnels as well.
    is_labelled: bool,
}

/// The sources that a packet of a node may have at a pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TunnelSource {
    /// Addresses of the tunnel.
    pub(crate) ends: Vec<Endpoint>,
    /// Whether it is the one that the node has there.
    pub(crate) is_known: bool,
    /// Whether it may have the node's address too.
    pub(crate) as_itself: bool,
}

/// The pools whose packets travel through tunnels.
pub(crate) fn encapsulating(snapshot: &Snapshot) -> impl Iterator<Item = &IpPool> {
    snapshot.ip_pools.iter().filter(|pool| pool.encapsulation != Encapsulation::Never && !pool.disabled)
}

impl PodFacts {
    fn of(compiled: &Compiled, snapshot: &Snapshot, id: PodId) -> Option<Self> {
        let pod = snapshot.pod(id)?;
        Some(PodFacts {
            node: pod.node,
            is_node: compiled.class_kind(compiled.class_of(Endpoint::Pod(id))) == ClassKind::Node,
            overlay: Overlay::of(Endpoint::Pod(id), snapshot),
            is_v6: pod.addresses.first().map(|address| address.is_ipv6()),
        })
    }
}

impl NodeFacts {
    fn of(snapshot: &Snapshot, id: NodeId) -> Self {
        NodeFacts {
            subnet: NodeSubnet::of(id, snapshot),
            addresses: snapshot.tunnels.get(&id).map_or_else(Vec::new, |tunnel| tunnel.addresses.clone()),
            is_labelled: snapshot.host_endpoints.iter().any(|host| host.automatic && host.node == id),
        }
    }
}

/// Whether packets of nodes may come through tunnels. Calico's eBPF programs keep the address of nodes.
fn are_used(snapshot: &Snapshot) -> bool {
    !snapshot.is_ebpf && encapsulating(snapshot).next().is_some()
}

/// The node that a packet is from, as far as it is known; nothing at all if it is no packet of a node.
fn sender<'f>(from: Endpoint, pod: impl FnOnce(PodId) -> Option<&'f PodFacts>) -> Option<Option<NodeId>> {
    match from {
        Endpoint::Node(node) => Some(Some(node)),
        Endpoint::Pod(id) => pod(id).filter(|pod| pod.is_node).map(|pod| pod.node),
        Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
    }
}

/// The addresses that a packet of a node may have at a pod, if not that of the node: `own` and `other` are the nodes of the two.
fn source(
    (node, pod): (Option<NodeId>, &PodFacts),
    (own, other): (Option<&NodeFacts>, Option<&NodeFacts>),
    is_any_labelled: impl FnOnce() -> bool,
    anywhere: impl FnOnce() -> Vec<Endpoint>,
) -> Option<TunnelSource> {
    let is_local = pod.is_node || node.is_some() && node == pod.node;
    let wire = pod.overlay.wire(|| own?.subnet.is_shared(&other?.subnet));
    if is_local || wire == Wire::Plain {
        return None;
    }
    let fits = |address: &IpAddr| pod.is_v6.is_none_or(|v6| address.is_ipv6() == v6);
    let known: Vec<Endpoint> = own.iter().flat_map(|own| &own.addresses).copied().filter(fits).map(Endpoint::Outside).collect();
    let is_known = known.len() == 1;
    let ends = match known.is_empty() {
        true => anywhere().into_iter().filter(|end| end.address().as_ref().is_some_and(fits)).collect(),
        false => known,
    };
    let is_labelled = own.map_or_else(is_any_labelled, |own| own.is_labelled);
    let as_itself = wire == Wire::Unknown || is_labelled || node.is_none() || pod.node.is_none();
    (!ends.is_empty()).then_some(TunnelSource { ends, is_known, as_itself })
}

/// With which address a packet comes to a pod, where that is not the one of the node that it is from: for one question, of which only the two ends are
/// looked at.
pub(crate) fn tunnel_source(compiled: &Compiled, snapshot: &Snapshot, from: Endpoint, to: Endpoint) -> Option<TunnelSource> {
    let Endpoint::Pod(id) = to else { return None };
    if !are_used(snapshot) {
        return None;
    }
    let client = if let Endpoint::Pod(id) = from { PodFacts::of(compiled, snapshot, id) } else { None };
    let node = sender(from, |_| client.as_ref())?;
    let pod = PodFacts::of(compiled, snapshot, id)?;
    let facts = |node: Option<NodeId>| node.map(|node| NodeFacts::of(snapshot, node));
    let is_any_labelled = || snapshot.host_endpoints.iter().any(|host| host.automatic);
    source((node, &pod), (facts(node).as_ref(), facts(pod.node).as_ref()), is_any_labelled, || anywhere(compiled, snapshot))
}

impl TunnelSources {
    /// Nothing where no pool encapsulates packets.
    pub(crate) fn new(compiled: &Compiled, snapshot: &Snapshot) -> Option<Self> {
        if !are_used(snapshot) {
            return None;
        }
        let nodes: Vec<NodeFacts> = snapshot.nodes().map(|(id, _)| NodeFacts::of(snapshot, id)).collect();
        Some(TunnelSources {
            pods: snapshot.pods().filter_map(|(id, _)| PodFacts::of(compiled, snapshot, id)).collect(),
            is_labelled: nodes.iter().any(|node| node.is_labelled),
            nodes,
            anywhere: anywhere(compiled, snapshot),
        })
    }

    /// What [`tunnel_source`] answers, from facts that are gathered once.
    pub(crate) fn towards(&self, from: Endpoint, to: Endpoint) -> Option<TunnelSource> {
        let Endpoint::Pod(id) = to else { return None };
        let pod = self.pods.get(id.index())?;
        let node = sender(from, |id| self.pods.get(id.index()))?;
        let facts = |node: Option<NodeId>| self.nodes.get(node?.index());
        source((node, pod), (facts(node), facts(pod.node)), || self.is_labelled, || self.anywhere.clone())
    }
}

/// Of each class of addresses that a tunnel may have one, of both families. A pod's own address is no tunnel's.
fn anywhere(compiled: &Compiled, snapshot: &Snapshot) -> Vec<Endpoint> {
    let of_pods: HashSet<IpAddr> =
        snapshot.pods().filter(|(_, pod)| pod.address_given).flat_map(|(_, pod)| pod.addresses.iter().copied()).collect();
    let is_of_pod = |address: IpAddr| of_pods.contains(&address) && compiled.stretch_of(address).ranges().eq([(address, address)]);
    let ranges: Vec<Cidr> = encapsulating(snapshot).map(|pool| pool.cidr).collect();
    let all = AddressSet::of_cidrs(&ranges);
    let starts = compiled.outside_atoms().map(|(start, _)| start).filter(|start| all.contains(*start));
    let mut classes = Vec::new();
    let mut found = Vec::new();
    for address in ranges.iter().map(Cidr::first).chain(starts).filter(|address| !is_of_pod(*address)) {
        let class = (compiled.class_of(Endpoint::Outside(address)), address.is_ipv6());
        if !classes.contains(&class) {
            classes.push(class);
            found.push(Endpoint::Outside(address));
        }
    }
    found
}
