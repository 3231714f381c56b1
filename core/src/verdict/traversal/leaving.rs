//! With which address a pod's packets leave its node: its own, or the node's. Upstream: docs/path.md, "Out of the cluster", and
//! docs/semantics.md, Calico.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::bindings::Plugins;
use super::is_flat;
use crate::compile::{ClassId, Endpoint};
use crate::language::azure::Plugin;
use crate::snapshot::cloud::NetworkId;
use crate::snapshot::{IpPool, NodeId, PodEndpoint, Snapshot};

/// With which address a packet leaves. Both may be possible where the input does not say.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct SourceAs {
    /// It may have the pod's own.
    pub(crate) as_pod: bool,
    /// It may have that of the pod's node.
    pub(crate) as_node: bool,
}

impl SourceAs {
    const AS_POD: SourceAs = SourceAs { as_pod: true, as_node: false };
    const AS_NODE: SourceAs = SourceAs { as_pod: false, as_node: true };
    const UNSAID: SourceAs = SourceAs { as_pod: true, as_node: true };

    fn or(self, other: SourceAs) -> SourceAs {
        SourceAs { as_pod: self.as_pod || other.as_pod, as_node: self.as_node || other.as_node }
    }
}

/// What of a pod decides about that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct PodSnat {
    /// Whether its own address, as it is given, is one of a network.
    pub(crate) is_flat: bool,
    /// What `natOutgoing` of Calico's IP pools says.
    by_pools: SourceAs,
}

impl PodSnat {
    /// Of an endpoint that is no pod.
    pub(crate) const NONE: PodSnat = PodSnat { is_flat: false, by_pools: SourceAs::AS_POD };

    pub(crate) fn of(pod: &PodEndpoint, snapshot: &Snapshot) -> Self {
        let own = pod.addresses.first().filter(|_| pod.address_given);
        let applies = |pool: &&IpPool| match own {
            Some(address) => pool.cidr.contains(*address),
            None => !pool.disabled,
        };
        let of = |pool: &IpPool| match pool.nat_outgoing {
            _ if pool.unread => SourceAs::UNSAID,
            true => SourceAs::AS_NODE,
            false => SourceAs::AS_POD,
        };
        let by_pools = snapshot.ip_pools.iter().filter(applies).map(of).reduce(SourceAs::or).unwrap_or(SourceAs::UNSAID);
        PodSnat { is_flat: is_flat(&snapshot.cloud, pod), by_pools }
    }

    /// With which address the pod's packets leave its node for an endpoint that is no pod with an address of its own: `inside` for one of
    /// the node's network,
    /// `kept` for one towards which pools keep the source (see [`keeps_source`]). `plugin` is that of the node's cluster, if it is known.
    pub(crate) fn leaving(self, plugin: Option<Plugin>, inside: bool, kept: bool) -> SourceAs {
        match plugin {
            Some(Plugin::PodSubnet) => SourceAs::AS_POD,
            Some(Plugin::NodeSubnet) if inside => SourceAs::AS_POD,
            Some(Plugin::NodeSubnet | Plugin::Kubenet | Plugin::Overlay) => SourceAs::AS_NODE,
            // Which plugin it has nobody says: an address of the network says that it is flat.
            None if self.is_flat => SourceAs::AS_POD,
            // Calico's pools decide.
            None | Some(Plugin::None) if kept => SourceAs::AS_POD,
            None | Some(Plugin::None) => self.by_pools,
        }
    }
}

/// Whether Calico's pools leave the source of packets to an endpoint as it is: an address of it is one of a pool, or it is a node's, and
/// these are left out (`natOutgoingExclusions`).
pub(crate) fn keeps_source(snapshot: &Snapshot, end: Endpoint) -> bool {
    let in_pool = |address: &IpAddr| snapshot.ip_pools.iter().any(|pool| pool.cidr.contains(*address));
    let at_node = |node: NodeId| snapshot.keeps_source_to_nodes || snapshot.node(node).is_some_and(|n| n.addresses.iter().any(in_pool));
    match end {
        Endpoint::Node(id) => at_node(id),
        Endpoint::Pod(id) => snapshot.pod(id).is_some_and(|pod| match pod.node.filter(|_| pod.host_network) {
            Some(node) => at_node(node),
            None => pod.host_network && snapshot.keeps_source_to_nodes || pod.addresses.iter().any(in_pool),
        }),
        Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => in_pool(&address),
    }
}

/// What packets of pools with `natOutgoing` come from once they have left a node, if not from the node: what has the address that is set for them
/// (`natOutgoingAddress`).
pub(crate) fn leaves_as(snapshot: &Snapshot, node: Option<NodeId>) -> Option<Endpoint> {
    let own = node.and_then(|node| snapshot.nat_address_of.get(&node).copied());
    let address = own.or(snapshot.nat_address)?;
    let owner = snapshot.nodes().find(|(_, n)| n.addresses.contains(&address));
    Some(owner.map_or(Endpoint::Outside(address), |(id, _)| Endpoint::Node(id)))
}

/// What of an endpoint decides with which address a packet comes to another node; kept for all endpoints, as pairs of them are asked about.
#[derive(Clone, Debug, Default)]
pub(crate) struct SnatEndpoint {
    /// Its node, if it is known.
    node: Option<NodeId>,
    /// For a pod with an address of its own: how it leaves its node, in each of the clusters that this may belong to.
    of_pod: Option<(PodSnat, Plugins)>,
    /// Its place in the cloud's network.
    network: Option<NetworkId>,
    /// Whether packets to it keep their source as far as pools say.
    kept: bool,
    /// With which address its packets leave its node where they leave not with its own, if not with that of the node.
    leaves_as: Option<Endpoint>,
}

impl SnatEndpoint {
    pub(crate) fn of(end: Endpoint, snapshot: &Snapshot) -> Self {
        let cloud = &snapshot.cloud;
        let (node, of_pod) = match end {
            Endpoint::Pod(id) => {
                let Some(pod) = snapshot.pod(id) else { return SnatEndpoint::default() };
                (pod.node, (!pod.host_network).then(|| (PodSnat::of(pod, snapshot), Plugins::of(cloud, pod.node))))
            }
            Endpoint::Node(id) => (Some(id), None),
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => return SnatEndpoint::default(),
        };
        let network = node.and_then(|n| cloud.locate_node(n)).and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number);
        SnatEndpoint { node, of_pod, network, kept: keeps_source(snapshot, end), leaves_as: leaves_as(snapshot, node) }
    }

    /// With which address a packet from here comes to another endpoint, if that is on another node.
    pub(crate) fn towards(&self, other: &SnatEndpoint) -> SourceAs {
        let Some((snat, plugins)) = self.of_pod else { return SourceAs::AS_POD };
        if other.node.is_none() || other.node == self.node || other.of_pod.is_some() {
            return SourceAs::AS_POD;
        }
        let inside = self.network.is_some() && self.network == other.network;
        plugins.iter().map(|plugin| snat.leaving(plugin, inside, other.kept)).reduce(SourceAs::or).unwrap_or(SourceAs::AS_POD)
    }

    /// Whether it is on this node.
    pub(crate) fn is_on(&self, node: NodeId) -> bool {
        self.node == Some(node)
    }

    /// With whose address in place of its own a packet from here may come to another endpoint: nodes, of each class one, or what has the address that is
    /// set for all; nothing among them stands for its own address. A pod of which the input does not say where it runs may be on any of `nodes`.
    pub(crate) fn disguises(
        &self,
        other: &SnatEndpoint,
        nodes: impl Iterator<Item = NodeId>,
        class_of: impl Fn(NodeId) -> ClassId,
    ) -> Vec<Option<Endpoint>> {
        let leaving = self.towards(other);
        let mut found: Vec<Option<Endpoint>> = leaving.as_pod.then_some(None).into_iter().collect();
        match self.node {
            _ if !leaving.as_node => {}
            _ if self.leaves_as.is_some() => found.push(self.leaves_as),
            Some(node) => found.push(Some(Endpoint::Node(node))),
            None => {
                let mut classes = Vec::new();
                for node in nodes.filter(|node| !other.is_on(*node)) {
                    let class = class_of(node);
                    if !classes.contains(&class) {
                        classes.push(class);
                        found.push(Some(Endpoint::Node(node)));
                    }
                }
            }
        }
        if found.is_empty() { alloc::vec![None] } else { found }
    }
}
