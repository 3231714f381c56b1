//! What is bound to a place in the cloud's network: security groups, a public address, the plugin of the cluster there.

use alloc::vec::Vec;

use crate::language::azure::{AddressSku, Plugin};
use crate::policy::GroupUseId;
use crate::snapshot::NodeId;
use crate::snapshot::cloud::{Cloud, Group, InterfaceId, Location, SubnetId};

/// Where a security group is met.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum GroupPlace {
    /// At a subnet, an index into [`Cloud::subnets`].
    Subnet(SubnetId),
    /// At a network interface, an index into [`Cloud::interfaces`].
    Interface(InterfaceId),
}

/// What there is at a place that decides about packets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct NsgBindings {
    /// The use of the group at the interface.
    pub(super) interface: Option<GroupUseId>,
    /// The use of the group at the subnet.
    pub(super) subnet: Option<GroupUseId>,
    /// Whether one of these names a tag that rules need to stop traffic to the platform.
    pub(super) names_platform: bool,
    /// The kind of the interface's public address, if no group guards it.
    pub(super) unguarded: Option<AddressSku>,
}

impl NsgBindings {
    /// The uses of groups that are met there.
    pub(crate) fn uses(self) -> impl Iterator<Item = GroupUseId> {
        [self.interface, self.subnet].into_iter().flatten()
    }

    /// `naming` says of each use of a group whether it names the platform.
    pub(super) fn at(cloud: &Cloud, location: Option<Location>, naming: &[bool]) -> Self {
        let Some(location) = location else { return NsgBindings::default() };
        let interface = location.interface.and_then(|i| cloud.interface(i));
        let subnet = cloud.subnet(location.subnet);
        // Upstream: "Manage network policies for private endpoints": without them the subnet's group is for its other machines alone.
        let is_exempt = interface.is_some_and(|i| i.private_endpoint) && subnet.is_some_and(|s| !s.endpoint_policies.groups);
        let (of_interface, of_subnet) = (interface.and_then(|i| i.group), subnet.filter(|_| !is_exempt).and_then(|s| s.group));
        let names = |used: GroupUseId| naming.get(used.index()).copied().unwrap_or(false);
        NsgBindings {
            interface: of_interface,
            subnet: of_subnet,
            names_platform: [of_interface, of_subnet].into_iter().flatten().any(names),
            unguarded: interface.filter(|_| of_interface.is_none() && of_subnet.is_none()).and_then(|i| i.public),
        }
    }
}

/// Where pods on a node may have their addresses: one plugin, unless several clusters come into question.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Plugins(u8);

impl Plugins {
    pub(super) fn of(cloud: &Cloud, node: Option<NodeId>) -> Self {
        let clusters = cloud.clusters_of(node);
        Plugins(clusters.iter().map(|c| Plugins::bit(Some(c.plugin))).reduce(|a, b| a | b).unwrap_or(Plugins::bit(None)))
    }

    /// Nothing stands for no cluster at all.
    const fn bit(plugin: Option<Plugin>) -> u8 {
        match plugin {
            None => 1,
            Some(Plugin::Overlay) => 2,
            Some(Plugin::NodeSubnet) => 4,
            Some(Plugin::PodSubnet) => 8,
            Some(Plugin::Kubenet) => 16,
            Some(Plugin::None) => 32,
        }
    }

    /// One of them, if with all of them pods have addresses that the virtual network has no route to.
    pub(super) fn apart(self) -> Option<Plugin> {
        let all: Option<Vec<Plugin>> = self.iter().map(|plugin| plugin.filter(|p| !p.is_flat())).collect();
        all?.first().copied()
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Option<Plugin>> {
        let all = Plugin::ALL.into_iter().map(Some).chain([None]);
        all.filter(move |plugin| self.0 & Plugins::bit(*plugin) != 0)
    }
}

/// Whether a group names one of the tags that rules need to stop traffic to the platform.
pub(super) fn names_platform(group: &Group) -> bool {
    let is_platform = |tag: &str| tag.len() > 13 && tag.get(..13).is_some_and(|t| t.eq_ignore_ascii_case("AzurePlatform"));
    group.rules.iter().any(|(rule, _)| rule.destination.tags.iter().any(|tag| is_platform(tag)))
}

/// Whether a security group is met at a place.
pub(crate) fn is_guarded(cloud: &Cloud, location: Option<Location>) -> bool {
    NsgBindings::at(cloud, location, &[]).uses().next().is_some()
}

/// Whether a security group at a place names one of the tags that rules need to stop traffic to the platform.
pub(crate) fn polices_platform(cloud: &Cloud, location: Option<Location>) -> bool {
    NsgBindings::at(cloud, location, &[]).uses().any(|used| cloud.used(used).is_some_and(|(_, group)| names_platform(group)))
}

/// Where pods on a node have their addresses, if that is a range that the virtual network has no route to.
pub(crate) fn pod_range(cloud: &Cloud, node: Option<NodeId>) -> Option<Plugin> {
    Plugins::of(cloud, node).apart()
}
