//! Nodes of the cluster.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::model::{Cidr, Labels, UnknownLabels};
use crate::text::Place;

/// What Calico wrote down about a node's tunnels to others, as annotations of the node.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodeTunnel {
    /// Its address with the length of its network (`projectcalico.org/IPv4Address`).
    pub network: Option<Cidr>,
    /// Its addresses in tunnels (`projectcalico.org/IPv4VXLANTunnelAddr`, `projectcalico.org/IPv4IPIPTunnelAddr`).
    pub addresses: Vec<IpAddr>,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// Labels of which not all is known.
    pub unknown: UnknownLabels,
    /// Its addresses, internal ones first.
    pub addresses: Vec<IpAddr>,
    /// Where it is written; nothing for one that pods refer to but that is not given.
    pub place: Option<Place>,
    /// Whether no text speaks of it: it stands for any, so that packets have nodes to cross.
    pub stand_in: bool,
    /// Whether the cluster autoscaler is about to take it away, as its taint says.
    pub leaving: bool,
}

impl Node {
    /// Whether load balancers leave it out.
    pub fn is_excluded(&self) -> bool {
        self.excluded_by().is_some()
    }

    /// Why load balancers leave it out: its label or its taint. Upstream: "Well-Known Labels, Annotations and Taints"; the label's value does not
    /// matter. Azure's cloud provider leaves out nodes that it does not manage, too. Taint: kubernetes/cloud-provider, `nodeUnTaintedPredicate`.
    pub fn excluded_by(&self) -> Option<&'static str> {
        const EXCLUDED: &str = "node.kubernetes.io/exclude-from-external-load-balancers";
        if self.labels.get(EXCLUDED).is_some() {
            Some("its label (`node.kubernetes.io/exclude-from-external-load-balancers`)")
        } else if self.labels.get("kubernetes.azure.com/managed") == Some("false") {
            Some("its label (`kubernetes.azure.com/managed: false`)")
        } else {
            self.leaving.then_some("its taint (`ToBeDeletedByClusterAutoscaler`)")
        }
    }

    /// Its zone, as its labels say it.
    pub fn zone(&self) -> Option<&str> {
        let names = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];
        names.into_iter().find_map(|name| self.labels.get(name)).filter(|zone| !zone.is_empty())
    }
}
