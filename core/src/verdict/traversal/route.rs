//! Whether a route leads through the cloud's network at all. Upstream: docs/azure.md 1 ("Virtual network traffic routing", "Default
//! outbound access in Azure", "Public IP addresses") and 3.1.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use crate::compile::Endpoint;
use crate::language::azure::{NextHop, Outbound, Plugin};
use crate::model::Cidr;
use crate::snapshot::NodeId;
use crate::snapshot::cloud::{
    Cloud, InterfaceId, Location, Network, NetworkId, RouteId, RouteTableId, Subnet, SubnetId, tags, usable_range,
};

/// Why a packet does not get on, or why that is not to be told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Routing {
    /// A route that somebody wrote drops it: the table, and the route in it.
    Dropped(RouteTableId, RouteId),
    /// A route leads it to an appliance, which may do anything with it.
    Appliance(RouteTableId, RouteId),
    /// A route leads it to a gateway, and what is behind that is not given.
    Gateway(RouteTableId, RouteId),
    /// A route is for some addresses of a subnet, and which of them the machine has is not known that stands for any of it.
    SomeOfSubnet(RouteTableId, RouteId),
    /// A route is for a service tag, and whether the address is one of that is not known.
    SomeOfTag(RouteTableId, RouteId),
    /// The route table of the subnet is not given.
    UnknownTable(SubnetId),
    /// The interface is changed in a way that is not evaluated: it may be in another subnet, or have other addresses.
    UnknownInterface(InterfaceId),
    /// From the Internet to what has no public address in this subnet, and no security group that would let it in.
    NoPublicAddress(SubnetId),
    /// From the Internet to a node without a public address.
    PrivateNode(NodeId),
    /// From the Internet to the address of a pod.
    PrivatePod,
    /// From outside the cluster to the address of a pod, of a range that the virtual network has no route to.
    PodRange(Plugin),
    /// To a private address that this network has no route to.
    Private(NetworkId),
    /// From a private address that this network has no route from.
    PrivateSource(NetworkId),
    /// To several machines at once: a multicast address.
    Multicast,
    /// To all machines of a subnet at once: its broadcast address.
    Broadcast,
    /// To or from a private address, by a gateway of this network of which the input does not say what is behind it.
    UnknownGateway(NetworkId),
    /// To or from a private address, which may be in a network that this one is peered with and that is not given.
    UnknownPeer(NetworkId),
    /// To or from a private address, which may be in the part of this network's address space that is not given.
    UnknownSpace(NetworkId),
    /// Between networks of which one is not given, so that it is not known whether they are peered.
    UnknownPeering(NetworkId, NetworkId),
    /// To the Internet, from a private subnet without outbound access.
    NoOutbound(SubnetId),
    /// To the Internet, from a private subnet, by a load balancer of which the input does not say whether it has a rule for that.
    Balancer(SubnetId),
    /// To the Internet, from a cluster without outbound access.
    NoEgress,
    /// To the Internet, along routes of the cluster's subnet that the input does not give.
    OwnRoutes,
    /// To the front end of a load balancer, whose rules are not evaluated.
    FrontEnd(InterfaceId),
    /// To the Internet, through a NAT gateway: of this subnet, or of the cluster.
    Nat(Option<SubnetId>),
    /// The same from a machine with a public address of its own, or behind a load balancer.
    NatOrOwn(Option<SubnetId>),
    /// From a pod of which the input does not say on which node it runs, to where a security group asks which address it comes with.
    UnknownNode,
}

impl Routing {
    /// Whether the packet certainly does not get on.
    pub const fn is_certain(self) -> bool {
        !matches!(
            self,
            Routing::Appliance(..)
                | Routing::Gateway(..)
                | Routing::SomeOfSubnet(..)
                | Routing::SomeOfTag(..)
                | Routing::UnknownTable(_)
                | Routing::UnknownInterface(_)
                | Routing::UnknownGateway(_)
                | Routing::UnknownPeer(_)
                | Routing::UnknownSpace(_)
                | Routing::UnknownPeering(..)
                | Routing::Balancer(_)
                | Routing::OwnRoutes
                | Routing::FrontEnd(_)
                | Routing::NatOrOwn(_)
                | Routing::UnknownNode
        )
    }
}

/// What decides about routes to and from a place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct Access {
    /// The route table of its subnet.
    pub(crate) table: Option<RouteTableId>,
    /// The subnet, if its route table is not given.
    pub(crate) unknown_table: Option<SubnetId>,
    /// Its interface, if not all of that is known.
    pub(crate) open: Option<InterfaceId>,
    /// Its subnet, if peerings of its network are for some subnets only.
    pub(crate) peered: Option<SubnetId>,
    /// Whether it has a public address.
    is_public: bool,
    /// Whether the input says that it has none.
    is_private: bool,
    /// What keeps its packets from the Internet.
    out: Option<Routing>,
    /// The front end of a load balancer that it is.
    pub(crate) front_end: Option<InterfaceId>,
    /// The NAT gateway that its packets to the Internet pass.
    pub(crate) nat: Option<Routing>,
}

impl Access {
    pub(crate) fn of(cloud: &Cloud, location: Option<Location>, node: Option<NodeId>) -> Self {
        let subnet = location.and_then(|l| Some((l.subnet, cloud.subnet(l.subnet)?)));
        let interface = location.and_then(|l| cloud.interface(l.interface?));
        let clusters = if node.is_some() { cloud.clusters_of(node) } else { Vec::new() };
        let is_public = interface.is_some_and(|i| i.public.is_some() || i.floating.iter().any(|a| tags::is_public(*a)))
            || clusters.iter().any(|c| c.traffic.public_nodes);
        let of_cluster = clusters.first().map(|cluster| cluster.traffic.outbound).filter(|outbound| *outbound != Outbound::OfSubnet);
        let out = match (subnet, of_cluster) {
            _ if is_public => None,
            (_, Some(Outbound::None)) => Some(Routing::NoEgress),
            (_, Some(Outbound::Routes)) if subnet.is_none_or(|(_, s)| s.table.is_none()) => Some(Routing::OwnRoutes),
            (Some((number, subnet)), None) if is_private(subnet) => {
                let balanced = interface.is_some_and(|i| i.balanced);
                Some(if balanced { Routing::Balancer(number) } else { Routing::NoOutbound(number) })
            }
            _ => None,
        };
        let of_subnet = subnet.filter(|(_, s)| s.outbound.nat).map(|(number, _)| number);
        let has_nat = of_subnet.is_some() || of_cluster == Some(Outbound::NatGateway);
        let may_have_other = is_public || interface.is_some_and(|i| i.balanced);
        let nat = if may_have_other { Routing::NatOrOwn(of_subnet) } else { Routing::Nat(of_subnet) };
        Access {
            front_end: location.and_then(|l| l.interface).filter(|_| interface.is_some_and(|i| i.front_end)),
            nat: has_nat.then_some(nat),
            table: subnet.and_then(|(_, s)| s.table),
            unknown_table: subnet.filter(|(_, s)| s.unknown_table).map(|(number, _)| number),
            open: location.and_then(|l| l.interface).filter(|_| interface.is_some_and(|i| i.open.is_some())),
            peered: subnet.filter(|(_, s)| cloud.network(s.network).is_some_and(|n| !n.subnet_peers.is_empty())).map(|(number, _)| number),
            is_public,
            is_private: !is_public && interface.is_some_and(|i| i.private),
            out,
        }
    }
}

/// A private subnet: Azure gives its machines no address for outbound access.
fn is_private(subnet: &Subnet) -> bool {
    subnet.outbound.default_access == Some(false) && !subnet.outbound.nat
}

/// What a route that somebody wrote does with packets to an address, if it does not lead them straight there. `home` is the network of the address.
pub(crate) fn user_routing(cloud: &Cloud, table: RouteTableId, address: IpAddr, home: Option<NetworkId>) -> Option<Routing> {
    let at = |address| {
        let found = user_route(cloud, table, address, home);
        let written = found.and_then(|route| Some(of_route(cloud.table(table)?.routes.get(route.index())?.hop, table, route)));
        if written.is_some_and(|written| !written.is_certain()) {
            return written;
        }
        route_of_tag(cloud, table, address, written.is_some()).or(written)
    };
    let machine = home.and_then(|home| cloud.stand_in(Endpoint::InNetwork(home, address)));
    let Some(ranges) = machine.and_then(|machine| cloud.stands_for(machine)).filter(|ranges| !ranges.is_empty()) else {
        return at(address);
    };
    let all: Vec<Option<Routing>> = told_apart(cloud, table, ranges).into_iter().map(at).collect();
    let first = all.first().copied().flatten();
    if all.iter().all(|one| *one == first) || all.iter().all(|one| matches!(one, Some(Routing::Dropped(..)))) {
        return first;
    }
    all.into_iter().flatten().next().map(|routing| match routing {
        Routing::Dropped(table, route) | Routing::Appliance(table, route) | Routing::Gateway(table, route) => {
            Routing::SomeOfSubnet(table, route)
        }
        other => other,
    })
}

/// One address of each part of a subnet that the routes of a table tell apart, without those that Azure gives to nobody.
fn told_apart(cloud: &Cloud, table: RouteTableId, ranges: &[Cidr]) -> Vec<IpAddr> {
    let bits = |address: IpAddr| if let IpAddr::V4(address) = address { Some(address.to_bits()) } else { None };
    let routes = || cloud.table(table).map_or(&[][..], |table| &table.routes);
    let mut found = Vec::new();
    for range in ranges {
        let Some((first, last)) = usable_range(range) else { continue };
        found.push(first);
        let starts = routes().iter().filter_map(|route| bits(route.prefix.first()));
        let ends = routes().iter().filter_map(|route| bits(route.prefix.last())?.checked_add(1));
        found.extend(starts.chain(ends).filter(|start| (first..=last).contains(start)));
    }
    found.into_iter().map(|address| IpAddr::V4(Ipv4Addr::from_bits(address))).collect()
}

/// The route of a table that leads packets to an address somewhere else than Azure's own routes do; nothing if none does. The longest
/// prefix counts, and of equal ones the route that somebody wrote.
fn user_route(cloud: &Cloud, table: RouteTableId, address: IpAddr, home: Option<NetworkId>) -> Option<RouteId> {
    let table = cloud.table(table)?;
    let network = cloud.network(table.network)?;
    if tags::is_platform(address) || Cast::of(cloud, Some(table.network), address) != Cast::One {
        return None;
    }
    let near: Vec<&_> = core::iter::once(network).chain(network.peers.iter().filter_map(|p| cloud.network(*p))).collect();
    // In a network that has the same addresses as the own one, it is not the own one's.
    if home.is_some_and(|home| home != table.network && !network.is_peered_with(home)) && near.iter().any(|n| n.space.contains(address)) {
        return None;
    }
    let fits = RouteId::each(&table.routes).filter(|(_, r)| r.tag.is_none() && r.prefix.contains(address));
    let (number, route) = fits.max_by_key(|(number, r)| (r.prefix.length(), core::cmp::Reverse(*number)))?;
    let of_subnets = network.subnet_peers.iter().flat_map(|peering| peering.pairs.iter().flatten());
    let peered = of_subnets.filter_map(|(_, theirs)| cloud.subnet(*theirs)).flat_map(|subnet| &subnet.prefixes);
    let of_system = near.iter().flat_map(|n| &n.prefixes).chain(peered).filter(|p| p.contains(address)).map(|p| p.length());
    let behind_gateway = near.iter().flat_map(|n| n.on_premises.ranges()).filter(|(first, last)| (*first..=*last).contains(&address));
    let ids = || core::iter::once(table.network).chain(network.peers.iter().copied());
    let to_endpoint = ids().find_map(|id| endpoint_route(cloud, id, address));
    let longest = of_system.chain(behind_gateway.map(|(first, last)| length_of(first, last))).chain(to_endpoint).max().unwrap_or(0);
    let leads_there = match route.hop {
        NextHop::Network => true,
        NextHop::Appliance => route.appliance == Some(address),
        NextHop::Gateway => near.iter().any(|n| n.on_premises.contains(address)),
        // To the Internet, which has no private address.
        NextHop::Internet => tags::is_public(address),
        NextHop::Nothing => false,
    };
    (route.prefix.length() >= longest && !leads_there).then_some(number)
}

/// A route for a service tag that may lead packets to an address otherwise than the other routes do. Those for longer prefixes win, and those for the same;
/// how long the prefixes of a tag are is not known. Upstream: Azure documentation, "Virtual network traffic routing", "Service Tags for user-defined routes".
fn route_of_tag(cloud: &Cloud, id: RouteTableId, address: IpAddr, is_dropped: bool) -> Option<Routing> {
    let table = cloud.table(id)?;
    let network = cloud.network(table.network)?;
    let own = core::iter::once(table.network).chain(network.peers.iter().copied());
    if !tags::is_public(address) || tags::is_platform(address) || own.filter_map(|n| cloud.network(n)).any(|n| n.space.contains(address)) {
        return None;
    }
    if table.routes.iter().any(|route| route.tag.is_none() && route.prefix == Cidr::of(address)) {
        return None;
    }
    let differs = |hop: NextHop| match hop {
        NextHop::Nothing => !is_dropped,
        NextHop::Internet => is_dropped,
        _ => true,
    };
    let mut routes = RouteId::each(&table.routes).filter(|(_, route)| route.tag.is_some() && differs(route.hop));
    routes.next().map(|(route, _)| Routing::SomeOfTag(id, route))
}

/// The length of the route that a private endpoint with this address has in its network and its peers, unless other routes apply to it.
fn endpoint_route(cloud: &Cloud, network: NetworkId, address: IpAddr) -> Option<u8> {
    let location = cloud.locate_in(network, address)?;
    let is_endpoint = cloud.interface(location.interface?)?.private_endpoint;
    let applies = cloud.subnet(location.subnet)?.endpoint_policies.routes;
    (is_endpoint && !applies).then_some(if address.is_ipv4() { 32 } else { 128 })
}

/// Whom packets to an address are for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Cast {
    One,
    Several,
    All,
}

impl Cast {
    /// `network` is the one that the address is in. Upstream: "Virtual network FAQ": multicast and broadcast are blocked in virtual networks.
    pub(crate) fn of(cloud: &Cloud, network: Option<NetworkId>, address: IpAddr) -> Cast {
        let is_last = |subnet: &&Subnet| subnet.prefixes.iter().any(|prefix| prefix.broadcast() == Some(address));
        match address {
            _ if address.is_multicast() => Cast::Several,
            IpAddr::V4(Ipv4Addr::BROADCAST) => Cast::All,
            _ if cloud.subnets.iter().filter(|s| Some(s.network) == network).any(|s| is_last(&s)) => Cast::All,
            _ => Cast::One,
        }
    }

    fn routing(self) -> Option<Routing> {
        match self {
            Cast::One => None,
            Cast::Several => Some(Routing::Multicast),
            Cast::All => Some(Routing::Broadcast),
        }
    }
}

/// The length of the shortest prefix that holds a range.
fn length_of(first: IpAddr, last: IpAddr) -> u8 {
    match (first, last) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros() as u8,
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros() as u8,
        _ => 0,
    }
}

/// What a route does with packets.
fn of_route(hop: NextHop, table: RouteTableId, route: RouteId) -> Routing {
    match hop {
        NextHop::Nothing | NextHop::Internet => Routing::Dropped(table, route),
        NextHop::Gateway => Routing::Gateway(table, route),
        NextHop::Appliance | NextHop::Network => Routing::Appliance(table, route),
    }
}

/// One endpoint of a packet, as far as routes depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteEndpoint<'a> {
    /// Whether it is nothing but an address.
    pub(crate) is_address: bool,
    /// Its network.
    pub(crate) network: Option<NetworkId>,
    /// Its subnet.
    pub(crate) subnet: Option<SubnetId>,
    /// The node that it is, or is on.
    pub(crate) node: Option<NodeId>,
    /// Whether it is a pod with an address of its own.
    pub(crate) is_pod: bool,
    /// Whether its address is routed on the Internet.
    pub(crate) is_public: bool,
    /// Whether it is Azure's platform.
    pub(crate) is_platform: bool,
    /// Whether it is an address of a cluster's pods, which packets do not come from: they leave the cluster with a node's.
    pub(crate) is_of_pods: bool,
    /// Whom packets to it are for.
    pub(crate) cast: Cast,
    /// Whether a security group is met there.
    pub(crate) is_guarded: bool,
    /// Where pods there have their addresses, if that is a range that the network has no route to.
    pub(crate) pod_range: Option<Plugin>,
    pub(crate) access: Access,
    /// Networks from which there is a route to it through a gateway, and so one from it.
    pub(crate) beyond: &'a [(NetworkId, RouteBeyond)],
}

impl RouteEndpoint<'_> {
    fn is_outside(&self) -> bool {
        self.is_address && self.network.is_none()
    }
}

/// How a network may have a route to an address outside all networks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum RouteBeyond {
    /// It has one.
    Known,
    /// By a gateway of which the input does not say what is behind it.
    Gateway,
    /// By a peering with a network that is not given.
    Peer,
    /// It may be within the network, whose address space is not given.
    Space,
}

/// Networks from which there may be a route to an address outside all networks.
pub(crate) fn beyond(cloud: &Cloud, address: IpAddr) -> Vec<(NetworkId, RouteBeyond)> {
    let of = |(number, network): (NetworkId, &Network)| {
        let near = || core::iter::once(number).chain(network.peers.iter().copied());
        let behind = near().filter_map(|n| cloud.network(n)).any(|n| n.on_premises.contains(address));
        let way = match () {
            // Of a network that is only assumed nobody says what is behind it.
            () if behind || network.is_assumed() || !tags::is_public(address) && cloud.is_shown_inside(number, address) => {
                RouteBeyond::Known
            }
            () if near().any(|number| cloud.has_gateway(number)) => RouteBeyond::Gateway,
            () if network.unknown_peers && !tags::is_public(address) => RouteBeyond::Peer,
            () if network.open && !tags::is_public(address) => RouteBeyond::Space,
            () => return None,
        };
        Some((number, way))
    };
    NetworkId::each(&cloud.networks).filter_map(of).collect()
}

/// Why packets from a private address outside a network do not come into it, or may not: Azure's own routes drop what would go back there, unless a
/// written one (`back`) leads it to an appliance or a gateway, from which such packets may come. Security groups are asked first.
pub(crate) fn no_way_in(from: &RouteEndpoint<'_>, to: &RouteEndpoint<'_>, back: Option<Routing>) -> Option<Routing> {
    let network = to.network.filter(|_| from.is_outside() && !from.is_public && !from.is_platform && !from.is_of_pods)?;
    match from.beyond.iter().find(|(n, _)| *n == network) {
        Some((_, RouteBeyond::Known)) => None,
        Some((_, RouteBeyond::Gateway)) => Some(Routing::UnknownGateway(network)),
        Some((_, RouteBeyond::Peer)) => Some(Routing::UnknownPeer(network)),
        Some((_, RouteBeyond::Space)) => Some(Routing::UnknownSpace(network)),
        None => back.filter(|back| !matches!(back, Routing::Dropped(..))).or(Some(Routing::PrivateSource(network))),
    }
}

/// Why a packet does not get from one endpoint to another, or may not; nothing if a route leads there. Routes that somebody wrote are asked
/// before.
pub(crate) fn reach(from: &RouteEndpoint<'_>, to: &RouteEndpoint<'_>) -> Option<Routing> {
    if from.is_platform || to.is_platform {
        return None;
    }
    if let Some(routing) = to.cast.routing().filter(|_| from.network.is_some() || to.network.is_some()) {
        return Some(routing);
    }
    if from.is_outside() {
        if from.is_public {
            match to.node {
                _ if to.is_pod => return Some(Routing::PrivatePod),
                Some(node) if !to.access.is_public && to.network.is_some() => return Some(Routing::PrivateNode(node)),
                None if to.access.is_private || !to.is_guarded && !to.access.is_public => {
                    if let Some(subnet) = to.subnet {
                        return Some(Routing::NoPublicAddress(subnet));
                    }
                }
                _ => {}
            }
        }
        return to.pod_range.filter(|_| to.is_pod).map(Routing::PodRange);
    }
    if let Some(subnet) = from.access.unknown_table {
        return Some(Routing::UnknownTable(subnet));
    }
    if to.is_outside() {
        let gateway = from.network.and_then(|network| to.beyond.iter().find(|(n, _)| *n == network));
        return match (gateway, from.network) {
            (Some((_, RouteBeyond::Known)), _) => None,
            _ if to.is_public => from.access.out,
            (Some((network, RouteBeyond::Gateway)), _) => Some(Routing::UnknownGateway(*network)),
            (Some((network, RouteBeyond::Peer)), _) => Some(Routing::UnknownPeer(*network)),
            (Some((network, RouteBeyond::Space)), _) => Some(Routing::UnknownSpace(*network)),
            (None, Some(network)) => Some(Routing::Private(network)),
            (None, None) => None,
        };
    }
    to.pod_range.filter(|_| to.is_pod && from.is_address).map(Routing::PodRange)
}
