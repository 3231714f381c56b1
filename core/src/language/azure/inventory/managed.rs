//! The security group that AKS makes for the nodes of a cluster, with the rules that it writes into it for Services. Upstream: docs/azure.md 3.5, docs/path.md.
//!
//! It is never in a text that people paste, and every packet from outside meets it, so the way of a packet cannot be told without it.

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::language::azure::{Access, PortMatch, RuleDirection, RuleSide, SecurityRule};
use crate::language::{LoadBalancer, ServicePort};
use crate::model::{AddressSet, Cidr, Protocol};
use crate::policy::GroupUseId;
use crate::snapshot::cloud::{
    Cloud, Group, GroupId, GroupUse, InterfaceId, MANAGED_GROUP, Network, NetworkId, NetworkOrigin, SubnetId, tags,
};
use crate::snapshot::{ForeignBalancer, Service, ServiceType, Snapshot};
use crate::text::{Place, Span};
/// AKS's first rule that allows, and the last that denies.
const FIRST_ALLOW: u16 = 500;
const LAST_DENY: u16 = 4095;
/// Where API servers take node ports from.
pub(crate) const NODE_PORTS: (u16, u16) = (30000, 32767);

/// Guards the nodes of a cluster that Azure made, where no group at their interfaces is given.
pub(crate) fn add_managed_group(snapshot: &mut Snapshot) {
    let Some(cluster) = snapshot.cloud.clusters.first() else { return };
    let place = cluster.place;
    let unguarded: Vec<InterfaceId> = InterfaceId::each(&snapshot.cloud.interfaces)
        .filter(|(_, i)| i.node.is_some() && i.group.is_none())
        .map(|(number, _)| number)
        .collect();
    if unguarded.is_empty() {
        return;
    }
    let nodes =
        snapshot.nodes().filter(|(_, node)| !node.is_excluded()).flat_map(|(_, node)| node.addresses.iter().copied()).collect::<Vec<_>>();
    let rules = rules(&snapshot.services, &nodes);
    let cloud = &mut snapshot.cloud;
    let group = GroupId::at(cloud.groups.len());
    cloud.groups.push(Group { rules, ..Group::plain(MANAGED_GROUP, place, place) });
    for number in unguarded {
        let Some(subnet) = cloud.interface(number).map(|i| i.subnet) else { continue };
        // Clusters in several networks: the group means other addresses in each.
        let used = used(cloud, group, Vec::new(), subnet);
        let known = cloud.uses.iter().position(|u| *u == used);
        let at = known.unwrap_or_else(|| {
            cloud.uses.push(used);
            cloud.uses.len() - 1
        });
        if let Some(interface) = cloud.interfaces.get_mut(number.index()) {
            interface.group = Some(GroupUseId::at(at));
        }
    }
}

/// The use of a group in a subnet.
pub(super) fn used(cloud: &Cloud, group: GroupId, others: Vec<Option<GroupId>>, subnet: SubnetId) -> GroupUse {
    let virtual_network = virtual_network(cloud, subnet);
    let virtual_network_maybe = maybe_of_virtual_network(cloud, subnet).difference(&virtual_network);
    GroupUse { group, others, virtual_network, virtual_network_maybe }
}

/// What `VirtualNetwork` may stand for besides: the private addresses, if the input does not give all of the address space of the network or of a
/// peer, a network that it is peered with, or what is behind its gateway. Upstream: docs/azure.md 2.4.
fn maybe_of_virtual_network(cloud: &Cloud, subnet: SubnetId) -> AddressSet {
    let Some((own, network)) = cloud.network_of(subnet) else { return AddressSet::default() };
    let is_short = |number: NetworkId, network: &Network| network.open || network.on_premises.is_empty() && cloud.has_gateway(number);
    let peers = || network.peers.iter().filter(|peer| !network.closed_peers.contains(peer));
    // A network that is assumed for groups is all that there is.
    let is_short = network.origin != NetworkOrigin::ForGroups
        && (network.unknown_peers
            || is_short(own, network)
            || peers().any(|peer| cloud.network(*peer).is_some_and(|n| is_short(*peer, n))));
    if is_short {
        return tags::private();
    }
    // Of peerings for subnets that are not known it may be any.
    let some = network.subnet_peers.iter().filter(|peering| peering.pairs.is_none());
    some.filter_map(|peering| cloud.network(peering.other)).fold(AddressSet::default(), |set, other| set.union(&other.space))
}

/// What `VirtualNetwork` stands for in a subnet. Upstream: docs/azure.md 2.4.
pub(in crate::language) fn virtual_network(cloud: &Cloud, id: SubnetId) -> AddressSet {
    let mut set = AddressSet::range(tags::PLATFORM, tags::PLATFORM);
    if let Some(subnet) = cloud.subnet(id) {
        set = set.union(&subnet.routes);
        if let Some(network) = cloud.network(subnet.network) {
            set = set.union(&network.space).union(&network.on_premises);
            let in_tag = network.peers.iter().filter(|peer| !network.closed_peers.contains(peer));
            for peer in in_tag.filter_map(|p| cloud.network(*p)) {
                set = set.union(&peer.space);
            }
            let of_subnets = network.subnet_peers.iter().filter(|peering| !network.closed_peers.contains(&peering.other));
            let pairs = of_subnets.flat_map(|peering| peering.pairs.iter().flatten()).filter(|(own, _)| *own == id);
            let theirs = pairs.filter_map(|(_, theirs)| cloud.subnet(*theirs)).flat_map(|subnet| &subnet.prefixes);
            set = set.union(&AddressSet::of_cidrs(theirs));
        }
    }
    set
}

/// The rules that AKS writes for Services of type `LoadBalancer`; `nodes` are the addresses of nodes that load balancers send to.
fn rules(services: &[Service], nodes: &[IpAddr]) -> Vec<(SecurityRule, Place)> {
    let mut rules = Vec::new();
    let (mut allow, mut deny) = (FIRST_ALLOW, LAST_DENY);
    let is_azures = |s: &&Service| {
        let balancer = &s.routing.load_balancer;
        s.service_type == ServiceType::LoadBalancer && !balancer.unruled && !matches!(balancer.foreign, Some(ForeignBalancer::Class(_)))
    };
    for service in services.iter().filter(is_azures) {
        let balancer = &service.routing.load_balancer;
        // Without floating IP packets come for the nodes themselves.
        let destinations = if balancer.floating { balancer.addresses.as_slice() } else { nodes };
        let destinations: Vec<Cidr> = destinations.iter().map(|a| Cidr::of(*a)).collect();
        if destinations.is_empty() {
            continue;
        }
        for (protocol, ports) in by_protocol(&service.ports, balancer.floating) {
            for source in sources(balancer) {
                let name = "k8s-azure-lb_allow_IPv4_…";
                rules.push((rule(name, allow, Access::Allow, protocol, source, &destinations, Some(ports.clone())), service.place));
                allow = allow.saturating_add(1);
            }
        }
        let has_ranges = !balancer.source_ranges.is_empty() || !balancer.allowed_ranges.is_empty();
        if balancer.denies_others && has_ranges || balancer.bad_range {
            let everyone = RuleSide { any: true, ..RuleSide::default() };
            rules.push((rule("k8s-azure-lb_deny-all_IPv4", deny, Access::Deny, None, everyone, &destinations, None), service.place));
            deny = deny.saturating_sub(1);
        }
    }
    rules
}

/// Who may reach a load balancer, a rule for each. A range that cannot be read takes the Internet out, and leaves the others in.
fn sources(balancer: &LoadBalancer) -> Vec<RuleSide> {
    let ranges: Vec<Cidr> = balancer.source_ranges.iter().chain(&balancer.allowed_ranges).copied().collect();
    let of_ranges = (!ranges.is_empty()).then(|| RuleSide { prefixes: ranges, ..RuleSide::default() });
    let of_tag = |tag: &str| RuleSide { tags: alloc::vec![tag.into()], ..RuleSide::default() };
    let mut sources: Vec<RuleSide> = of_ranges.into_iter().chain(balancer.tags.iter().map(|tag| of_tag(tag))).collect();
    if sources.is_empty() && !balancer.internal && !balancer.bad_range {
        sources.push(of_tag("Internet"));
    }
    sources
}

/// Ports of one protocol; of all, if nothing.
type PortsOf = (Option<Protocol>, Vec<(u16, u16)>);

/// The ports of a Service by protocol. A protocol that groups do not know is written as all.
fn by_protocol(ports: &[ServicePort], floating: bool) -> Vec<PortsOf> {
    let mut found: Vec<PortsOf> = Vec::new();
    for port in ports {
        let number = match (floating, port.node_port) {
            (true, _) => (port.port, port.port),
            (false, Some(number)) => (number, number),
            // Whichever the API server picks.
            (false, None) => NODE_PORTS,
        };
        let protocol = Some(port.protocol).filter(|p| matches!(*p, Protocol::TCP | Protocol::UDP));
        match found.iter_mut().find(|(known, _)| *known == protocol) {
            Some((_, ports)) => ports.push(number),
            None => found.push((protocol, alloc::vec![number])),
        }
    }
    found
}

fn rule(
    name: &str,
    priority: u16,
    access: Access,
    protocol: Option<Protocol>,
    source: RuleSide,
    destinations: &[Cidr],
    ports: Option<Vec<(u16, u16)>>,
) -> SecurityRule {
    SecurityRule {
        name: name.into(),
        span: Span::default(),
        written: Vec::new(),
        priority,
        direction: RuleDirection::Inbound,
        access,
        protocol,
        source,
        destination: RuleSide { prefixes: destinations.to_vec(), ..RuleSide::default() },
        source_ports: PortMatch::default(),
        destination_ports: PortMatch { span: None, ranges: ports, unresolved: false },
        refused: false,
        unresolved: Vec::new(),
        variants: Vec::new(),
    }
}
