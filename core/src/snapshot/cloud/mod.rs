//! The network of the cloud: virtual networks, subnets, interfaces, and the security groups on them. Upstream: docs/azure.md 1 to 3.

mod clusters;
mod features;
mod index;
mod locations;
pub mod regions;
mod rules;
pub mod tags;
mod values;

pub use clusters::{CloudCluster, Pool};
pub use features::{Autoscaler, Feature, Growth, Surge};
pub use locations::Location;
pub use rules::{
    Access, Choice, PortMatch, Reference, RuleDirection, RulePart, RuleSide, Scope, SecurityRule, Unresolved, WrittenField, WrittenValue,
};
pub use values::{AddressSku, ClusterTraffic, ControlPlane, EndpointPolicies, NextHop, Outbound, SubnetOutbound};

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::NodeId;
use crate::model::{AddressSet, Cidr};
use crate::policy::GroupUseId;
use crate::text::Place;

crate::model::ids! {
    /// A virtual network, by its place in [`Cloud::networks`].
    NetworkId,
    /// A subnet, by its place in [`Cloud::subnets`].
    SubnetId,
    /// A network interface, by its place in [`Cloud::interfaces`].
    InterfaceId,
    /// A network security group, by its place in [`Cloud::groups`].
    GroupId,
    /// An application gateway, by its place in [`Cloud::gateways`].
    GatewayId,
    /// A route table, by its place in [`Cloud::tables`].
    RouteTableId,
    /// A route of a table, by its place in [`RouteTable::routes`].
    RouteId,
}

/// Everything about the cloud's network; empty where the input says nothing of it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cloud {
    /// Virtual networks by name.
    pub networks: Vec<Network>,
    /// Subnets, by network and name.
    pub subnets: Vec<Subnet>,
    /// Network interfaces: those given, and those of nodes.
    pub interfaces: Vec<Interface>,
    /// Network security groups by name.
    pub groups: Vec<Group>,
    /// Groups as they are used: the same group means different addresses in different networks.
    pub uses: Vec<GroupUse>,
    /// Members of application security groups, by name in lower case.
    pub application_groups: BTreeMap<String, AddressSet>,
    /// The same for those that may be members, as it is not known which group of a name is meant.
    pub application_chances: BTreeMap<String, AddressSet>,
    /// Service tags whose addresses the input gives, by name in lower case.
    pub tags: BTreeMap<String, AddressSet>,
    /// Clusters.
    pub clusters: Vec<CloudCluster>,
    /// Application gateways by name.
    pub gateways: Vec<Gateway>,
    /// Route tables, each as it is used in one network.
    pub tables: Vec<RouteTable>,
    /// Where addresses are; nothing while interfaces are still added.
    index: Option<index::Index>,
}

/// An application gateway.
#[derive(Clone, PartialEq, Debug)]
pub struct Gateway {
    /// Its name.
    pub name: String,
    /// Its subnet; nothing if it is not given.
    pub subnet: Option<SubnetId>,
    /// The address from which it opens connections: the first free one of its subnet.
    pub address: IpAddr,
    /// Whether the input gives the range that it is in.
    pub range_given: bool,
    /// Whether it is of the first version.
    pub first_version: bool,
    /// Addresses at which clients reach it.
    pub front_ends: Vec<IpAddr>,
    /// Where it is written.
    pub place: Place,
}

/// A virtual network.
#[derive(Clone, PartialEq, Debug)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// Its region.
    pub location: Option<String>,
    /// Its address space as written.
    pub prefixes: Vec<Cidr>,
    /// The same as a set.
    pub space: AddressSet,
    /// Networks that it is peered with, in both directions.
    pub peers: Vec<NetworkId>,
    /// Those of them that its own side of the peering keeps out of the tag `VirtualNetwork`: `allowVirtualNetworkAccess` is false.
    pub closed_peers: Vec<NetworkId>,
    /// Networks of which some subnets are peered with some of its own, and no more.
    pub subnet_peers: Vec<SubnetPeering>,
    /// Ranges behind its gateways.
    pub on_premises: AddressSet,
    /// Where it is written.
    pub place: Place,
    /// What shows that there is such a network.
    pub origin: NetworkOrigin,
    /// Whether it may have more space than what is known.
    pub open: bool,
    /// Whether it is peered with networks that are not given.
    pub unknown_peers: bool,
    /// Whether something that is not evaluated may connect it with the others: a hub, a gateway, a network manager.
    pub linked: bool,
}

/// A peering of some subnets of two networks. Upstream: Azure documentation, "How to configure subnet peering".
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubnetPeering {
    /// The other network.
    pub other: NetworkId,
    /// Subnets that reach each other, the own one first; nothing if the input does not say which.
    pub pairs: Option<Vec<(SubnetId, SubnetId)>>,
}

/// What shows that there is a [`Network`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NetworkOrigin {
    /// It is given.
    Given,
    /// Subnets or clusters that name it; what else it has is not known.
    Named,
    /// Nothing: security groups are given and no network, so one is assumed, with a subnet for each of them.
    ForGroups,
}

impl Network {
    /// One of which nothing is known but its name and some of its space.
    pub(crate) fn plain(name: String, prefixes: Vec<Cidr>, origin: NetworkOrigin, place: Place) -> Self {
        Network {
            name,
            location: None,
            space: AddressSet::of_cidrs(&prefixes),
            prefixes,
            peers: Vec::new(),
            closed_peers: Vec::new(),
            subnet_peers: Vec::new(),
            on_premises: AddressSet::default(),
            place,
            origin,
            open: true,
            unknown_peers: false,
            linked: false,
        }
    }

    /// Whether it is peered with another one, or some of its subnets are.
    pub(crate) fn is_peered_with(&self, other: NetworkId) -> bool {
        self.peers.contains(&other) || self.subnet_peers.iter().any(|peering| peering.other == other)
    }

    /// Whether a peering joins two subnets, or what is in no subnet, of this network and of another one; nothing if that is not known.
    pub(crate) fn joins(&self, own: Option<SubnetId>, other: NetworkId, theirs: Option<SubnetId>) -> Option<bool> {
        if self.peers.contains(&other) {
            return Some(true);
        }
        let Some(peering) = self.subnet_peers.iter().find(|peering| peering.other == other) else { return Some(false) };
        let pairs = peering.pairs.as_ref()?;
        Some(own.zip(theirs).is_some_and(|pair| pairs.contains(&pair)))
    }

    /// Whether it may be connected with others beside its peerings.
    pub(crate) fn may_be_connected(&self) -> bool {
        self.linked || self.is_assumed()
    }

    /// Whether it is assumed, so that nobody says what is behind it.
    pub fn is_assumed(&self) -> bool {
        self.origin != NetworkOrigin::Given
    }
}

/// A subnet.
#[derive(Clone, PartialEq, Debug)]
pub struct Subnet {
    /// Its network.
    pub network: NetworkId,
    /// Its name.
    pub name: String,
    /// Its ranges.
    pub prefixes: Vec<Cidr>,
    /// The use of its security group.
    pub group: Option<GroupUseId>,
    /// Ranges of routes that somebody wrote for it.
    pub routes: AddressSet,
    /// The service that it is delegated to.
    pub delegated: Option<String>,
    /// Whether it is assumed: a cluster's pods are in a subnet that is not given.
    pub assumed: bool,
    /// Its route table.
    pub table: Option<RouteTableId>,
    /// Whether it has a route table that is not given.
    pub unknown_table: bool,
    /// Why its routes are not known, if that is not because its table is not given.
    pub open_routes: Option<String>,
    /// How its machines reach the Internet.
    pub outbound: SubnetOutbound,
    /// What applies to the private endpoints in it.
    pub endpoint_policies: EndpointPolicies,
    /// Where it is written.
    pub place: Place,
}

impl Subnet {
    /// A subnet of which nothing but its name and ranges is known.
    pub(crate) fn plain(network: NetworkId, name: String, prefixes: Vec<Cidr>, place: Place) -> Self {
        Subnet {
            network,
            name,
            prefixes,
            group: None,
            routes: AddressSet::default(),
            delegated: None,
            assumed: false,
            table: None,
            unknown_table: false,
            open_routes: None,
            outbound: SubnetOutbound::default(),
            endpoint_policies: EndpointPolicies::default(),
            place,
        }
    }
}

impl Subnet {
    /// Takes note that its routes are not known.
    pub(crate) fn leave_routes_open(&mut self, why: &str) {
        (self.table, self.unknown_table) = (None, true);
        self.open_routes.get_or_insert_with(|| why.into());
    }
}

/// Routes that somebody wrote, as they are used in one network.
#[derive(Clone, PartialEq, Debug)]
pub struct RouteTable {
    /// The name of the table.
    pub name: String,
    /// The network of the subnets that use it.
    pub network: NetworkId,
    /// Its routes.
    pub routes: Vec<UserRoute>,
}

/// A route that somebody wrote.
#[derive(Clone, PartialEq, Debug)]
pub struct UserRoute {
    /// Its name; empty where it has none.
    pub name: String,
    /// Its range; all addresses where it is for a service tag.
    pub prefix: Cidr,
    /// The service tag that it is for, if the input does not give the addresses of that.
    pub tag: Option<String>,
    /// Where it leads.
    pub hop: NextHop,
    /// The address of the appliance that it leads to.
    pub appliance: Option<IpAddr>,
    /// Where it is written.
    pub place: Place,
}

/// A network interface.
#[derive(Clone, PartialEq, Debug)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// The machine that it belongs to, if it is known.
    pub machine: Option<String>,
    /// Its name in full, where its machine's (or its own) is that of others too.
    pub full_title: Option<String>,
    /// The node of a cluster that it belongs to.
    pub node: Option<NodeId>,
    /// Its subnet.
    pub subnet: SubnetId,
    /// Its private addresses.
    pub addresses: Vec<IpAddr>,
    /// Whether those are given; else they are the first free ones, as Azure hands them out.
    pub address_given: bool,
    /// Further addresses at which packets come to it.
    pub floating: Vec<IpAddr>,
    /// Ranges of pods behind it.
    pub pod_prefixes: Vec<Cidr>,
    /// The use of its security group.
    pub group: Option<GroupUseId>,
    /// Its application security groups.
    pub application_groups: Vec<String>,
    /// What kind of public address it has; nothing if none is given.
    pub public: Option<AddressSku>,
    /// That address, if it is known.
    pub public_address: Option<IpAddr>,
    /// Whether it is behind a load balancer, which may have a rule for the way out.
    pub balanced: bool,
    /// Whether the input says that it has no public address.
    pub private: bool,
    /// Its zones.
    pub zones: Vec<String>,
    /// Where it is written.
    pub place: Place,
    /// Whether it stands for any machine of its subnet, as none is given.
    pub stand_in: bool,
    /// Whether it is that of a private endpoint, by which a service is reached and which opens no connections.
    pub private_endpoint: bool,
    /// Whether it is no machine, but the front end of a load balancer, whose rules are not evaluated.
    pub front_end: bool,
    /// Why its subnet, its addresses or what belongs to it are not known, if they are not.
    pub open: Option<String>,
}

impl Interface {
    /// An interface of this name in a subnet, of which nothing else is known.
    pub(crate) fn new(name: String, subnet: SubnetId, place: Place) -> Self {
        Interface {
            name,
            machine: None,
            full_title: None,
            node: None,
            subnet,
            addresses: Vec::new(),
            address_given: false,
            floating: Vec::new(),
            pod_prefixes: Vec::new(),
            group: None,
            application_groups: Vec::new(),
            public: None,
            public_address: None,
            balanced: false,
            private: false,
            zones: Vec::new(),
            place,
            stand_in: false,
            private_endpoint: false,
            front_end: false,
            open: None,
        }
    }

    /// Its machine's name, or its own; with the resource group or the network where several machines have the same.
    pub fn title(&self) -> &str {
        self.full_title.as_deref().or(self.machine.as_deref()).unwrap_or(&self.name)
    }

    /// Whether this is its machine's name, or its own.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name) || self.machine.as_deref().is_some_and(|machine| machine.eq_ignore_ascii_case(name))
    }
}

/// The name that the group is shown with; AKS adds a number of its own to it.
pub const MANAGED_GROUP: &str = "aks-agentpool-nsg";

/// The first addresses of a subnet are Azure's own: network, gateway, and two for name resolution. Upstream: docs/azure.md 1.
pub(crate) const RESERVED_FIRST: u32 = 4;

/// The first and the last address of a range of a subnet that Azure gives to somebody, as numbers: the very last is nobody's either. The first is behind the
/// last where the range is too small; nothing for IPv6.
pub(crate) fn usable_range(prefix: &Cidr) -> Option<(u32, u32)> {
    match (prefix.first(), prefix.last()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => Some((first.to_bits().saturating_add(RESERVED_FIRST), last.to_bits().saturating_sub(1))),
        _ => None,
    }
}

/// A network security group.
#[derive(Clone, PartialEq, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its region.
    pub location: Option<String>,
    /// Its rules, those that are written elsewhere included, each with its place.
    pub rules: Vec<(SecurityRule, Place)>,
    /// Default rules that the input shows, with their places.
    pub defaults: Vec<(SecurityRule, Place)>,
    /// Expressions on which rules hang that are not known from the input.
    pub missing: Vec<String>,
    /// Those of them for rules of which nothing is known.
    pub unread: Vec<String>,
    /// Why nothing is known of it; nothing if it is given.
    pub unknown: Option<String>,
    /// The condition under which it is what it is here.
    pub condition: Option<String>,
    /// What service tags stand for where it is used, as effective rules say it: by name in lower case.
    pub expansions: BTreeMap<String, AddressSet>,
    /// Where it is written.
    pub place: Place,
    /// Where its name is written.
    pub name_place: Place,
}

impl Group {
    /// A group of which nothing but the name is known.
    pub(crate) fn plain(name: &str, place: Place, name_place: Place) -> Self {
        Group {
            name: name.into(),
            location: None,
            rules: Vec::new(),
            defaults: Vec::new(),
            missing: Vec::new(),
            unread: Vec::new(),
            unknown: None,
            condition: None,
            expansions: Default::default(),
            place,
            name_place,
        }
    }

    /// Whether it is the one that AKS makes for nodes, which is in nobody's text.
    pub fn is_managed(&self) -> bool {
        self.name == MANAGED_GROUP
    }
}

/// A group in a network: what its tags stand for there.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupUse {
    /// The group.
    pub group: GroupId,
    /// Other groups that it may be instead; nothing for no group at all.
    pub others: Vec<Option<GroupId>>,
    /// What `VirtualNetwork` stands for.
    pub virtual_network: AddressSet,
    /// What else it may stand for: address space, peers or what is behind a gateway that the input does not give.
    pub virtual_network_maybe: AddressSet,
}

impl Cloud {
    /// The ranges that a machine's address may be of, if it stands for any of its subnet; none where no network is given, so that it may be any.
    pub fn stands_for(&self, machine: &Interface) -> Option<&[Cidr]> {
        let subnet = self.subnet(machine.subnet).filter(|_| machine.stand_in)?;
        let is_anywhere = self.network(subnet.network).is_some_and(|network| network.origin == NetworkOrigin::ForGroups);
        Some(if is_anywhere { &[] } else { &subnet.prefixes })
    }

    /// The network with this id.
    pub fn network(&self, id: NetworkId) -> Option<&Network> {
        self.networks.get(id.index())
    }

    /// The subnet with this id.
    pub fn subnet(&self, id: SubnetId) -> Option<&Subnet> {
        self.subnets.get(id.index())
    }

    /// The interface with this id.
    pub fn interface(&self, id: InterfaceId) -> Option<&Interface> {
        self.interfaces.get(id.index())
    }

    /// The security group with this id.
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(id.index())
    }

    /// The route table with this id.
    pub fn table(&self, id: RouteTableId) -> Option<&RouteTable> {
        self.tables.get(id.index())
    }

    /// The name of a network.
    pub fn network_name(&self, id: NetworkId) -> &str {
        self.network(id).map_or("", |n| &n.name)
    }

    /// The name of an interface, without that of its machine.
    pub fn interface_name(&self, id: InterfaceId) -> &str {
        self.interface(id).map_or("", |i| &i.name)
    }

    /// The title of an interface; see [`Interface::title`].
    pub fn interface_title(&self, id: InterfaceId) -> &str {
        self.interface(id).map_or("", Interface::title)
    }

    /// The name of a subnet.
    pub fn subnet_name(&self, id: SubnetId) -> &str {
        self.subnet(id).map_or("", |s| &s.name)
    }

    /// Whether the input says anything of the cloud's network.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && self.groups.is_empty() && self.clusters.is_empty()
    }

    /// From here on interfaces neither come nor go, and keep their addresses.
    pub(crate) fn settle(&mut self) {
        self.index = Some(index::Index::new(&self.interfaces, &self.subnets));
    }

    /// The network of a subnet.
    pub fn network_of(&self, subnet: SubnetId) -> Option<(NetworkId, &Network)> {
        let network = self.subnet(subnet)?.network;
        Some((network, self.network(network)?))
    }

    /// Every address at which something begins or ends that rules do not name: subnets and addresses of interfaces.
    pub fn borders(&self) -> Vec<AddressSet> {
        let mut sets: Vec<AddressSet> = self.subnets.iter().map(|s| AddressSet::of_cidrs(&s.prefixes)).collect();
        sets.extend(self.networks.iter().map(|n| n.space.clone()));
        let broadcast: Vec<Cidr> = self.subnets.iter().flat_map(|s| &s.prefixes).filter_map(Cidr::broadcast).map(Cidr::of).collect();
        sets.push(AddressSet::of_cidrs(&broadcast));
        sets.extend(self.clusters.iter().map(|c| c.pod_range.clone()));
        for interface in &self.interfaces {
            sets.extend(interface.addresses.iter().chain(&interface.floating).map(|a| AddressSet::range(*a, *a)));
            sets.extend(interface.pod_prefixes.iter().map(|p| AddressSet::of_cidrs([p])));
        }
        if !self.networks.is_empty() {
            sets.extend([tags::PLATFORM, tags::METADATA].map(|a| AddressSet::range(a, a)));
            // What is routed on the Internet, and what is not.
            sets.push(tags::internet(&AddressSet::default()));
            sets.push(AddressSet::of_cidrs(
                ["224.0.0.0/4", "255.255.255.255/32", "ff00::/8"].iter().filter_map(|r| Cidr::parse(r).ok()).collect::<Vec<_>>().iter(),
            ));
        }
        sets.extend(self.networks.iter().map(|n| n.on_premises.clone()));
        sets.extend(self.tables.iter().flat_map(|t| &t.routes).map(|r| AddressSet::of_cidrs([&r.prefix])));
        sets.extend(self.tables.iter().flat_map(|t| &t.routes).filter_map(|r| r.appliance).map(|a| AddressSet::range(a, a)));
        sets.retain(|set| !set.is_empty());
        sets
    }

    /// Whether a network has a gateway to other networks.
    pub(crate) fn has_gateway(&self, network: NetworkId) -> bool {
        self.subnets.iter().any(|s| s.network == network && s.name.eq_ignore_ascii_case("GatewaySubnet"))
    }

    /// Whether effective rules that are used in a network show that an address is of what `VirtualNetwork` covers there.
    pub fn is_shown_inside(&self, network: NetworkId, address: IpAddr) -> bool {
        let at_subnets = self.subnets.iter().filter(|s| s.network == network).filter_map(|s| s.group);
        let is_there = |i: &&Interface| self.subnet(i.subnet).is_some_and(|s| s.network == network);
        let at_interfaces = self.interfaces.iter().filter(is_there).filter_map(|i| i.group);
        let groups = at_subnets.chain(at_interfaces).filter_map(|used| Some(self.used(used)?.1));
        groups.filter_map(|group| group.expansions.get("virtualnetwork")).any(|shown| shown.contains(address))
    }

    /// Whether an address is in a range that some cluster has for its pods alone.
    pub fn is_of_pods(&self, address: IpAddr) -> bool {
        self.clusters.iter().any(|cluster| cluster.pod_range.contains(address))
    }

    /// Whether somewhere a group decides of which not even the name is known: it may be any.
    pub fn has_nameless_group(&self) -> bool {
        let used = self.uses.iter().flat_map(|u| u.others.iter().copied().chain([Some(u.group)])).flatten();
        used.filter_map(|number| self.group(number)).any(|g| g.unknown.is_some() && g.name.contains(['[', '$', '<']))
    }

    /// Whether a group is used anywhere, or may be.
    pub fn uses_group(&self, number: GroupId) -> bool {
        self.uses.iter().any(|u| u.group == number || u.others.contains(&Some(number)))
    }

    /// All uses of groups.
    pub fn group_uses(&self) -> impl Iterator<Item = (GroupUseId, &GroupUse)> {
        (0..).map(GroupUseId).zip(&self.uses)
    }

    /// The use of a group by subnet or interface, with the group.
    pub fn used(&self, id: GroupUseId) -> Option<(&GroupUse, &Group)> {
        let used = self.uses.get(id.index())?;
        Some((used, self.group(used.group)?))
    }
}
