//! Choices of a cluster that both its files and a person's settings can make.

/// Which endpoints a node sends packets on to: `externalTrafficPolicy` and `internalTrafficPolicy`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum TrafficPolicy {
    /// Any endpoint, on whichever node.
    #[default]
    Cluster,
    /// Endpoints on the node itself only.
    Local,
}

impl TrafficPolicy {
    /// Both, the default first.
    pub const ALL: [TrafficPolicy; 2] = [TrafficPolicy::Cluster, TrafficPolicy::Local];

    /// `Cluster` or `Local`.
    pub const fn as_str(self) -> &'static str {
        match self {
            TrafficPolicy::Cluster => "Cluster",
            TrafficPolicy::Local => "Local",
        }
    }

    /// The one with this word, in any case.
    pub fn from_name(name: &str) -> Option<TrafficPolicy> {
        TrafficPolicy::ALL.into_iter().find(|policy| policy.as_str().eq_ignore_ascii_case(name))
    }
}

/// Where pods get their addresses. Upstream: docs/azure.md 3.1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Plugin {
    /// `kubenet`: a range of their own, a route for each node.
    Kubenet,
    /// Azure CNI: addresses of the nodes' subnet, set aside when a node joins.
    NodeSubnet,
    /// Azure CNI with a subnet for pods.
    PodSubnet,
    /// Azure CNI overlay: a range of their own, in a routing domain of its own.
    Overlay,
    /// None: whatever one installs oneself.
    None,
}

impl Plugin {
    /// All, in the order to show them.
    pub const ALL: [Plugin; 5] = [Plugin::Overlay, Plugin::NodeSubnet, Plugin::PodSubnet, Plugin::Kubenet, Plugin::None];

    /// A name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Plugin::Kubenet => "kubenet",
            Plugin::NodeSubnet => "Azure CNI, node subnet",
            Plugin::PodSubnet => "Azure CNI, pod subnet",
            Plugin::Overlay => "Azure CNI overlay",
            Plugin::None => "bring your own CNI",
        }
    }

    /// A word for options.
    pub const fn as_str(self) -> &'static str {
        match self {
            Plugin::Kubenet => "kubenet",
            Plugin::NodeSubnet => "azure",
            Plugin::PodSubnet => "pod-subnet",
            Plugin::Overlay => "overlay",
            Plugin::None => "none",
        }
    }

    /// The plugin with this word.
    pub fn from_name(name: &str) -> Option<Plugin> {
        Plugin::ALL.into_iter().find(|plugin| plugin.as_str() == name)
    }

    /// Pods on a node where nothing is said.
    pub const fn default_max_pods(self) -> u32 {
        match self {
            Plugin::Kubenet => 110,
            Plugin::NodeSubnet => 30,
            Plugin::PodSubnet | Plugin::Overlay | Plugin::None => 250,
        }
    }

    /// Whether pods have addresses of the virtual network, which everything in it can reach.
    pub const fn is_flat(self) -> bool {
        matches!(self, Plugin::NodeSubnet | Plugin::PodSubnet)
    }
}

/// The policy engine that a cluster is made with. Upstream: docs/azure.md 3.2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ClusterEngine {
    /// None: policies are stored and not enforced.
    None,
    /// Azure's own network policy manager.
    Azure,
    /// Calico.
    Calico,
    /// Cilium.
    Cilium,
}
