//! With which address a pod's packets reach other nodes: its own, or its node's. Upstream: docs/path.md, "Out of the cluster", and docs/semantics.md, Calico.

use core::net::IpAddr;

use super::is_flat;
use crate::compile::End;
use crate::resources::azure::Plugin;
use crate::resources::calico::IpPool;
use crate::snapshot::{Endpoint, NodeId, Snapshot};

/// With which address a packet comes to another node. Both may be possible where the text does not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Leaving {
    /// It may have the pod's own.
    pub(crate) as_pod: bool,
    /// It may have that of the pod's node.
    pub(crate) as_node: bool,
}

impl Leaving {
    const AS_POD: Leaving = Leaving { as_pod: true, as_node: false };
    const AS_NODE: Leaving = Leaving { as_pod: false, as_node: true };
    const UNSAID: Leaving = Leaving { as_pod: true, as_node: true };

    fn or(self, other: Leaving) -> Leaving {
        Leaving { as_pod: self.as_pod || other.as_pod, as_node: self.as_node || other.as_node }
    }

    /// What `natOutgoing` of Calico's IP pools says, where nothing but the pools decides.
    pub(crate) fn by_pools(snapshot: &Snapshot, pod: &Endpoint) -> Leaving {
        let own = pod.addresses.first().filter(|_| pod.address_given);
        let applies = |pool: &&IpPool| match own {
            Some(address) => pool.cidr.contains(*address),
            None => !pool.disabled,
        };
        let of = |nat: bool| if nat { Leaving::AS_NODE } else { Leaving::AS_POD };
        snapshot.ip_pools.iter().filter(applies).map(|pool| of(pool.nat_outgoing)).reduce(Leaving::or).unwrap_or(Leaving::UNSAID)
    }
}

/// How a pod leaves its node.
#[derive(Clone, Copy, Debug)]
struct OfPod {
    /// For nodes of the network that it is in itself.
    inside: Leaving,
    /// For all others.
    beyond: Leaving,
    /// Whether Calico's pools decide that.
    by_pools: bool,
}

/// What of an end decides about that; kept for all ends, as pairs of them are asked about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Departure {
    /// Its node, if it is known.
    pub(crate) node: Option<NodeId>,
    /// For a pod with an address of its own: how it leaves its node.
    of_pod: Option<OfPod>,
    /// Its place in the cloud's network.
    network: Option<u32>,
    /// Whether packets to it keep their source whatever pools say: its address is one of a pool, or the nodes' are left out.
    kept: bool,
}

impl Departure {
    pub(crate) fn of(end: End, snapshot: &Snapshot) -> Self {
        let cloud = &snapshot.cloud;
        let network_of =
            |node: Option<NodeId>| node.and_then(|n| cloud.locate_node(n)).and_then(|l| cloud.network_of(l.subnet)).map(|n| n.0);
        let is_kept = |addresses: &[IpAddr]| {
            snapshot.keeps_source_to_nodes || addresses.iter().any(|a| snapshot.ip_pools.iter().any(|pool| pool.cidr.contains(*a)))
        };
        match end {
            End::Pod(id) => {
                let Some(pod) = snapshot.endpoint(id) else { return Departure::default() };
                let network = network_of(pod.node);
                if pod.host_network {
                    let own = pod.node.and_then(|n| snapshot.node(n)).map_or(&*pod.addresses, |n| &*n.addresses);
                    return Departure { node: pod.node, of_pod: None, network, kept: is_kept(own) };
                }
                Departure { node: pod.node, of_pod: Some(of_pod(snapshot, pod)), network, kept: true }
            }
            End::Node(id) => {
                let addresses = snapshot.node(id).map_or(&[][..], |n| &n.addresses);
                Departure { node: Some(id), of_pod: None, network: network_of(Some(id)), kept: is_kept(addresses) }
            }
            End::Outside(_) | End::InNetwork(..) => Departure::default(),
        }
    }

    /// With which address a packet from here comes to another end, if that is on another node.
    pub(crate) fn towards(&self, other: &Departure) -> Leaving {
        let Some(of_pod) = self.of_pod else { return Leaving::AS_POD };
        let elsewhere = other.node.is_some() && other.node != self.node && other.of_pod.is_none();
        if !elsewhere || other.kept && of_pod.by_pools {
            return Leaving::AS_POD;
        }
        if self.network.is_some() && self.network == other.network { of_pod.inside } else { of_pod.beyond }
    }
}

/// How a pod leaves its node, whichever of the clusters in question that belongs to.
fn of_pod(snapshot: &Snapshot, pod: &Endpoint) -> OfPod {
    let cloud = &snapshot.cloud;
    let same = |leaving| OfPod { inside: leaving, beyond: leaving, by_pools: false };
    let of = |plugin: Option<Plugin>| match plugin {
        Some(Plugin::PodSubnet) => same(Leaving::AS_POD),
        Some(Plugin::NodeSubnet) => OfPod { beyond: Leaving::AS_NODE, ..same(Leaving::AS_POD) },
        Some(Plugin::Kubenet | Plugin::Overlay) => same(Leaving::AS_NODE),
        None if is_flat(cloud, pod) => same(Leaving::AS_POD),
        None | Some(Plugin::None) => OfPod { by_pools: true, ..same(Leaving::by_pools(snapshot, pod)) },
    };
    let either =
        |a: OfPod, b: OfPod| OfPod { inside: a.inside.or(b.inside), beyond: a.beyond.or(b.beyond), by_pools: a.by_pools || b.by_pools };
    let clusters = cloud.clusters_of(pod.node).into_iter().map(|cluster| of(Some(cluster.plugin)));
    clusters.reduce(either).unwrap_or_else(|| of(None))
}
