//! Nodes of the cluster.

use alloc::boxed::Box;
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
    /// Taints by which pods are kept away, but for those that a node gets while pods are on it.
    pub taints: Vec<Taint>,
}

/// What keeps pods away from a node that do not tolerate it. Upstream: Kubernetes documentation, "Taints and Tolerations".
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Taint {
    /// Its key.
    pub key: Box<str>,
    /// Its value; empty if it has none.
    pub value: Box<str>,
    /// `NoSchedule` or `NoExecute`.
    pub effect: Box<str>,
}

/// What a pod puts up with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Toleration {
    /// The key of the taint; any where it is left out.
    pub key: Option<Box<str>>,
    /// The value that the taint must have; any with the operator `Exists`.
    pub value: Option<Box<str>>,
    /// The effect of the taint; any where it is left out.
    pub effect: Option<Box<str>>,
}

impl Toleration {
    /// Whether it is about a taint.
    fn is_for(&self, taint: &Taint) -> bool {
        let fits = |own: &Option<Box<str>>, of_taint: &str| own.as_deref().is_none_or(|own| own == of_taint);
        fits(&self.key, &taint.key) && fits(&self.value, &taint.value) && fits(&self.effect, &taint.effect)
    }
}

impl Node {
    /// Whether a pod that tolerates this may be put on it.
    pub(crate) fn takes(&self, tolerations: &[Toleration]) -> bool {
        self.taints.iter().all(|taint| tolerations.iter().any(|toleration| toleration.is_for(taint)))
    }

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
