//! From Azure's resources to the network: references followed, addresses handed out as Azure hands them out.

mod check;
mod combinations;
mod conflicts;
mod identity;
mod managed;
mod places;
mod pod_subnet;
mod pools;
mod routes;
mod slots;

pub(crate) use combinations::features as cluster_features;
pub(crate) use identity::OR;
pub(crate) use managed::{NODE_PORTS, add_managed_group};

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use self::slots::Slot;
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{self, Azure, NodePool, Plugin, PublicAddress, Reference};
use crate::language::inventory::NodeRange;
use crate::language::{Kind, Resource, codes};
use crate::model::{AddressSet, Cidr, Labels};
use crate::policy::GroupUseId;
use crate::snapshot::cloud::{Cloud, CloudCluster, Group, GroupUse, Interface, Network, Pool, Subnet};
use crate::snapshot::{Node, NodeId, Snapshot};
use crate::text::{DocumentId, Place};

/// The first addresses of a subnet are Azure's own: network, gateway, and two for name resolution. Upstream: docs/azure.md 1.
const RESERVED_FIRST: u32 = 4;
/// The space that is assumed where groups are given and no network.
const ASSUMED_SPACE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 0);
/// Nodes that one pool shows, at most; the address plan counts all of them.
const MOST_NODES: u32 = 400;
/// Where pods have addresses of their own and no range is given.
const DEFAULT_POD_RANGE: Cidr4 = Cidr4(Ipv4Addr::new(10, 244, 0, 0), 16);

/// The range of the subnet that AKS makes for an application gateway, where none is given.
const DEFAULT_GATEWAY_RANGE: Cidr4 = Cidr4(Ipv4Addr::new(10, 225, 0, 0), 16);

struct Cidr4(Ipv4Addr, u8);

impl Cidr4 {
    fn cidr(&self) -> Cidr {
        Cidr::supernet(IpAddr::V4(self.0), self.1)
    }
}

pub(in crate::language) type Placed<'a> = (DocumentId, &'a Resource, &'a Azure);

/// Names are compared without regard to case, as Azure does.
pub(in crate::language) fn key(name: &str) -> String {
    name.to_lowercase()
}

fn of_resources<'a>(resources: &[(DocumentId, &'a Resource)]) -> Vec<Placed<'a>> {
    let azure = |resource: &'a Resource| match &resource.kind {
        Kind::Azure(azure) => Some(&**azure),
        _ => None,
    };
    resources.iter().filter_map(|(document, resource)| Some((*document, *resource, azure(resource)?))).collect()
}

/// Adds the nodes of clusters that are given by a command line, where the text gives no nodes itself, and the network of the cloud.
///
/// `plugin` takes the place of what the text says of where pods have their addresses.
pub(in crate::language) fn add(resources: &[(DocumentId, &Resource)], plugin: Option<Plugin>, snapshot: &mut Snapshot) {
    let placed = of_resources(resources);
    if placed.is_empty() {
        return;
    }
    let mut problems = Vec::new();
    let told_apart = identity::told_apart(&placed, &mut problems);
    let placed: Vec<Placed<'_>> = match &told_apart {
        Some(owned) => owned.iter().map(|(document, resource, azure)| (*document, resource, azure)).collect(),
        None => placed,
    };
    let mut builder = Builder { cloud: Cloud::default(), problems, taken: BTreeSet::new(), plugin };
    builder.groups(&placed);
    builder.networks(&placed);
    builder.peerings(&placed);
    builder.effective_networks(&placed);
    builder.assume_networks(&placed);
    builder.pod_routes(&placed);
    routes::attach(&mut builder, &placed);
    builder.attach(&placed);
    builder.interfaces(&placed);
    builder.clusters(&placed, snapshot);
    builder.node_interfaces(snapshot);
    builder.gateways(&placed);
    builder.stand_ins();
    builder.full_titles();
    builder.application_groups();
    for (document, resource, azure) in &placed {
        if let Azure::Tag(prefixes) = azure {
            builder.cloud.tags.insert(key(&resource.meta.name), AddressSet::of_cidrs(prefixes));
            let _ = document;
        }
    }
    check::networks(&builder.cloud, &mut builder.problems);
    check::default_routes(&builder.cloud, &mut builder.problems);
    check::clusters(&builder.cloud, &mut builder.problems);
    combinations::check(&builder.cloud, &mut builder.problems);
    pools::check(&builder.cloud, &mut builder.problems);
    places::check(&builder.cloud, &mut builder.problems);
    snapshot.diagnostics.extend(builder.problems);
    builder.cloud.settle();
    snapshot.cloud = builder.cloud;
}

/// The addresses of a subnet that are not Azure's own; the first of each range stands before the first that is handed out.
fn usable(subnet: Option<&Subnet>) -> Vec<NodeRange> {
    let of = |prefix: &Cidr| match (prefix.first(), prefix.last()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => {
            let skip = first.to_bits().saturating_add(RESERVED_FIRST - 1);
            Some((None, (IpAddr::V4(Ipv4Addr::from_bits(skip)), IpAddr::V4(Ipv4Addr::from_bits(last.to_bits().saturating_sub(1))))))
        }
        _ => None,
    };
    subnet.map_or_else(Vec::new, |s| s.prefixes.iter().filter_map(of).collect())
}

/// The same; where the subnet is not given, what networks have as a rule.
fn usable_or_any(subnet: Option<&Subnet>) -> Vec<NodeRange> {
    const PRIVATE: [Cidr4; 3] =
        [Cidr4(Ipv4Addr::new(10, 0, 0, 0), 8), Cidr4(Ipv4Addr::new(172, 16, 0, 0), 12), Cidr4(Ipv4Addr::new(192, 168, 0, 0), 16)];
    match subnet {
        Some(subnet) => usable(Some(subnet)),
        None => PRIVATE.iter().map(|range| (None, (range.cidr().first(), range.cidr().last()))).collect(),
    }
}

/// The subnet of effective rules; for an interface whose subnet has no group, one that is named after it.
fn effective_subnet(subnet: Option<&Reference>, interface: Option<&Reference>) -> Reference {
    let of_interface = |interface: &Reference| Reference {
        name: format!("subnet of {}", interface.name).into(),
        parent: Some(format!("network of {}", interface.name).into()),
        scope: Default::default(),
        span: interface.span,
    };
    let nameless = || Reference {
        name: "subnet".into(),
        parent: Some("network".into()),
        scope: Default::default(),
        span: crate::text::Span::default(),
    };
    let found = subnet.cloned().or_else(|| interface.map(of_interface)).unwrap_or_else(nameless);
    Reference { parent: found.parent.or_else(|| Some("network".into())), ..found }
}

/// The range of a cluster's pods, where they have one of their own.
fn own_pod_range(cluster: &azure::Cluster) -> AddressSet {
    match cluster.pod_ranges.as_slice() {
        [] => AddressSet::of_cidrs([&DEFAULT_POD_RANGE.cidr()]),
        ranges => AddressSet::of_cidrs(ranges),
    }
}

/// Where pods of the clusters have their addresses, in the order in which to hand them out; nothing where no cluster says it.
pub(in crate::language) fn pools(cloud: &Cloud, snapshot: &Snapshot) -> Vec<NodeRange> {
    let mut ranges: Vec<NodeRange> = Vec::new();
    for cluster in &cloud.clusters {
        match cluster.plugin {
            Plugin::NodeSubnet => {
                for pool in &cluster.pools {
                    for node in &pool.nodes {
                        let first = snapshot.node(*node).and_then(|n| n.addresses.first().copied());
                        if let Some(IpAddr::V4(first)) = first {
                            let last = first.to_bits().saturating_add(pool.max_pods);
                            ranges.push((Some(*node), (IpAddr::V4(first), IpAddr::V4(Ipv4Addr::from_bits(last)))));
                        }
                    }
                    if pool.nodes.is_empty() {
                        // Nodes that the text gives: which addresses each of them set aside is not known.
                        ranges.extend(usable_or_any(pool.subnet.and_then(|s| cloud.subnets.get(s as usize))));
                    }
                }
            }
            Plugin::PodSubnet => {
                let subnet = |p: &Pool| p.pod_subnet.and_then(|s| cloud.subnets.get(s as usize));
                ranges.extend(cluster.pools.iter().flat_map(|p| usable_or_any(subnet(p))));
            }
            Plugin::Kubenet | Plugin::Overlay => {
                // Every node takes a /24 of the range, in the order in which they join.
                let nodes: Vec<NodeId> = cluster.pools.iter().flat_map(|p| p.nodes.iter().copied()).collect();
                let mut of_nodes = 0;
                for (first, last) in cluster.pod_range.ranges() {
                    let (IpAddr::V4(start), IpAddr::V4(end)) = (first, last) else { continue };
                    for block in 0..=(end.to_bits() - start.to_bits()) >> 8 {
                        let Some(node) = nodes.get(of_nodes) else { break };
                        let base = start.to_bits() + (block << 8);
                        let block = (
                            IpAddr::V4(Ipv4Addr::from_bits(base)),
                            IpAddr::V4(Ipv4Addr::from_bits(base.saturating_add(255).min(end.to_bits()))),
                        );
                        ranges.push((Some(*node), block));
                        of_nodes += 1;
                    }
                }
                ranges.extend(cluster.pod_range.ranges().map(|range| (None, range)));
            }
            Plugin::None => {}
        }
    }
    ranges.dedup();
    ranges
}

pub(in crate::language) struct Builder {
    pub(in crate::language) cloud: Cloud,
    pub(in crate::language) problems: Vec<Diagnostic>,
    /// Addresses that something has, by network.
    taken: BTreeSet<(u32, IpAddr)>,
    /// In place of what clusters say.
    plugin: Option<Plugin>,
}

impl Builder {
    pub(in crate::language) fn missing(&mut self, place: Place, message: String) {
        self.problems.push(Diagnostic::at(codes::AZ_MISSING, Severity::Warning, Some(place), message));
    }

    fn groups(&mut self, placed: &[Placed<'_>]) {
        for (document, resource, azure) in placed {
            let Azure::Group(group) = azure else { continue };
            // `az vm create --nsg NAME` makes a group only if there is none of this name.
            let is_other = |(_, other, azure): &Placed<'_>| {
                matches!(azure, Azure::Group(_))
                    && other.kind_name != resource.kind_name
                    && key(&other.meta.name) == key(&resource.meta.name)
            };
            if &*resource.kind_name == "MadeSecurityGroup" && placed.iter().any(is_other) {
                continue;
            }
            let rules = |rules: &[azure::SecurityRule]| rules.iter().map(|r| (r.clone(), r.span.within(*document))).collect();
            self.cloud.groups.push(Group {
                name: resource.meta.name.to_string(),
                location: group.location.as_deref().map(ToOwned::to_owned),
                rules: rules(&group.rules),
                defaults: rules(&group.defaults),
                missing: group.missing.iter().map(ToString::to_string).collect(),
                unread: group.unread.iter().map(ToString::to_string).collect(),
                unknown: None,
                condition: resource.meta.condition.as_deref().map(ToOwned::to_owned),
                expansions: group.expansions.iter().map(|(tag, prefixes)| (tag.to_string(), AddressSet::of_cidrs(prefixes))).collect(),
                place: resource.span.within(*document),
                name_place: resource.meta.name_span.within(*document),
            });
        }
        let own: Vec<usize> = self.cloud.groups.iter().map(|g| g.rules.len()).collect();
        for (document, resource, azure) in placed {
            let (group, rule, missing) = match azure {
                Azure::Rule { group, rule } => (group, Some(((**rule).clone(), rule.span.within(*document))), None),
                Azure::MissingRules { group, expression, represented } => (group, None, Some((expression.to_string(), *represented))),
                _ => continue,
            };
            if !self.cloud.groups.iter().any(|g| key(&g.name) == key(&group.name)) {
                // A rule alone still says that there is such a group, and nothing of the others that it has.
                let place = (resource.span.within(*document), group.span.within(*document));
                let why = format!("the other rules of network security group `{}`", group.name);
                self.cloud.groups.push(Group { unread: alloc::vec![why], ..Group::plain(&group.name, place.0, place.1) });
            }
            for group in self.cloud.groups.iter_mut().filter(|g| key(&g.name) == key(&group.name)) {
                group.rules.extend(rule.clone());
                if let Some((expression, represented)) = &missing {
                    group.missing.push(expression.clone());
                    group.unread.extend((!represented).then(|| expression.clone()));
                }
            }
        }
        let own: Vec<usize> = own.into_iter().chain(core::iter::repeat(0)).take(self.cloud.groups.len()).collect();
        self.linked(placed);
        conflicts::check(&mut self.cloud.groups, &own, &mut self.problems);
        // A group that is there whatever holds comes before what it may be under conditions.
        self.cloud
            .groups
            .sort_by(|a, b| (key(&a.name), a.condition.is_some(), &a.name).cmp(&(key(&b.name), b.condition.is_some(), &b.name)));
        self.cloud.groups.dedup_by(|b, a| key(&a.name) == key(&b.name) && (a.condition.is_none() || a.condition == b.condition));
    }

    /// Templates that are not in the input may change the groups of the resource group that they are deployed to. Upstream: Azure documentation, "Azure
    /// Resource Manager deployment modes".
    fn linked(&mut self, placed: &[Placed<'_>]) {
        for (document, resource, azure) in placed {
            let Azure::Linked { what, placed: is_placed } = azure else { continue };
            let scope = &resource.meta.scope;
            for (other, target, _) in placed.iter().filter(|(_, _, a)| matches!(a, Azure::Group(_))) {
                let there = identity::place(&target.meta.scope, *other) == identity::place(scope, *document);
                let anywhere = !is_placed && other == document;
                for group in self.cloud.groups.iter_mut().filter(|g| (there || anywhere) && key(&g.name) == key(&target.meta.name)) {
                    let open = format!("the linked template `{what}` may contain others");
                    if !group.unread.contains(&open) {
                        group.missing.push(open.clone());
                        group.unread.push(open);
                    }
                }
            }
        }
    }

    pub(in crate::language) fn network_number(&self, name: &str) -> Option<u32> {
        (0..).zip(&self.cloud.networks).find(|(_, n)| key(&n.name) == key(name)).map(|(i, _)| i)
    }

    /// The subnet that a reference means; without a network, the only one of this name.
    pub(in crate::language) fn subnet_number(&self, reference: &Reference) -> Option<u32> {
        let network = reference.parent.as_deref().map(|name| self.network_number(name));
        if network == Some(None) {
            return None;
        }
        let fits = |s: &Subnet| key(&s.name) == key(&reference.name) && network.flatten().is_none_or(|n| n == s.network);
        (0..).zip(&self.cloud.subnets).find(|(_, s)| fits(s)).map(|(i, _)| i)
    }

    /// The subnet of a network with this name.
    pub(in crate::language) fn subnet_of(&self, network: u32, name: &str) -> Option<u32> {
        (0..).zip(&self.cloud.subnets).find(|(_, s)| s.network == network && key(&s.name) == key(name)).map(|(i, _)| i)
    }

    fn networks(&mut self, placed: &[Placed<'_>]) {
        let mut networks: Vec<(&Resource, DocumentId, &azure::VirtualNetwork)> = Vec::new();
        for (document, resource, azure) in placed {
            if let Azure::Network(network) = azure {
                networks.push((resource, *document, network));
            }
        }
        networks.sort_by(|a, b| a.0.meta.name.cmp(&b.0.meta.name));
        // What a network may be under conditions is one network, with all the subnets that it may have.
        let is_again = |at: usize| {
            let of = |at: usize| networks.get(at).map(|(resource, ..)| (resource.meta.condition.is_some(), key(&resource.meta.name)));
            at > 0 && of(at) == of(at - 1) && of(at).is_some_and(|(conditional, _)| conditional)
        };
        let again: Vec<bool> = (0..networks.len()).map(is_again).collect();
        for ((resource, document, network), _) in networks.iter().zip(&again).filter(|(_, again)| !**again) {
            let prefixes: Vec<Cidr> = network.prefixes.iter().map(|(cidr, _)| *cidr).collect();
            self.cloud.networks.push(Network {
                name: resource.meta.name.to_string(),
                location: network.location.as_deref().map(ToOwned::to_owned),
                space: AddressSet::of_cidrs(&prefixes),
                prefixes,
                peers: Vec::new(),
                on_premises: AddressSet::of_cidrs(&network.on_premises),
                place: resource.span.within(*document),
                assumed: false,
                open: network.open_space,
            });
        }
        let mut next = 0u32;
        for ((_, document, network), again) in networks.iter().zip(&again) {
            next += u32::from(!*again);
            let number = next.saturating_sub(1);
            for subnet in &network.subnets {
                let known = self.cloud.subnets.iter().any(|s| s.network == number && key(&s.name) == key(&subnet.name));
                if !(*again && known) {
                    self.subnet(number, subnet, *document);
                }
            }
        }
        // A network of which the space is not known holds its subnets at least.
        for (number, network) in (0..).zip(&mut self.cloud.networks) {
            if network.open {
                let own = self.cloud.subnets.iter().filter(|s| s.network == number).flat_map(|s| &s.prefixes);
                network.space = network.space.union(&AddressSet::of_cidrs(own));
            }
        }
        for (document, _, azure) in placed {
            let Azure::Subnet { network, subnet } = azure else { continue };
            let number = match self.network_number(&network.name) {
                Some(number) => number,
                None => {
                    // A subnet alone says that there is such a network, and at least this much of its space.
                    let prefixes: Vec<Cidr> = subnet.prefixes.iter().map(|(cidr, _)| *cidr).collect();
                    self.cloud.networks.push(Network {
                        name: network.name.to_string(),
                        location: None,
                        space: AddressSet::of_cidrs(&prefixes),
                        prefixes,
                        peers: Vec::new(),
                        on_premises: AddressSet::default(),
                        place: subnet.span.within(*document),
                        assumed: true,
                        open: true,
                    });
                    self.cloud.networks.len() as u32 - 1
                }
            };
            if let Some(network) = self.cloud.networks.get_mut(number as usize).filter(|n| n.open) {
                network.space = network.space.union(&AddressSet::of_cidrs(subnet.prefixes.iter().map(|(cidr, _)| cidr)));
            }
            let known = self.cloud.subnets.iter().position(|s| s.network == number && key(&s.name) == key(&subnet.name));
            if let Some(known) = known {
                self.cloud.subnets.remove(known);
            }
            self.subnet(number, subnet, *document);
        }
    }

    fn subnet(&mut self, network: u32, subnet: &azure::Subnet, document: DocumentId) {
        self.cloud.subnets.push(Subnet {
            delegated: subnet.delegated.as_deref().map(ToOwned::to_owned),
            outbound: subnet.outbound,
            ..Subnet::plain(
                network,
                subnet.name.to_string(),
                subnet.prefixes.iter().map(|(cidr, _)| *cidr).collect(),
                subnet.span.within(document),
            )
        });
    }

    fn peerings(&mut self, placed: &[Placed<'_>]) {
        let mut directions: BTreeMap<(u32, u32), Place> = BTreeMap::new();
        for (document, resource, azure) in placed {
            let (from, to): (Option<u32>, Vec<&Reference>) = match azure {
                Azure::Network(network) => (self.network_number(&resource.meta.name), network.peerings.iter().collect()),
                Azure::Peering { network, remote } => (self.network_number(&network.name), alloc::vec![remote]),
                _ => continue,
            };
            for reference in to {
                let place = reference.span.within(*document);
                match (from, self.network_number(&reference.name)) {
                    (Some(from), Some(to)) => {
                        directions.insert((from, to), place);
                    }
                    _ => self.missing(place, format!("a peering names virtual network `{}`, which is not in the input", reference.name)),
                }
            }
        }
        for (&(from, to), place) in &directions {
            let name = |n: u32| self.cloud.networks.get(n as usize).map_or_else(String::new, |n| n.name.clone());
            if !directions.contains_key(&(to, from)) {
                let message = format!(
                    "`{}` is peered with `{}`, but not the other way round: a peering works only if both networks define it",
                    name(from),
                    name(to)
                );
                self.problems.push(Diagnostic::at(codes::AZ_PEERING, Severity::Warning, Some(*place), message));
                continue;
            }
            let space = |n: u32| self.cloud.networks.get(n as usize).map_or_else(AddressSet::default, |n| n.space.clone());
            if !space(from).intersection(&space(to)).is_empty() {
                let message = format!("`{}` and `{}` overlap, so Azure refuses to peer them", name(from), name(to));
                self.problems.push(Diagnostic::at(codes::AZ_PEERING, Severity::Error, Some(*place), message));
                continue;
            }
            if let Some(network) = self.cloud.networks.get_mut(from as usize) {
                network.peers.push(to);
            }
        }
    }

    /// Effective rules name the subnet and its network, and say what `VirtualNetwork` is, but not which part of it the subnet has. Where the text does
    /// not give these, the network is taken to be all of it, and the subnet the first range that is free.
    fn effective_networks(&mut self, placed: &[Placed<'_>]) {
        for (document, resource, azure) in placed {
            let Azure::Effective { subnet, interface, virtual_network } = azure else { continue };
            let given = interface.as_ref().is_some_and(|wanted| {
                placed.iter().any(|(_, r, a)| matches!(a, Azure::Interface(_)) && key(&r.meta.name) == key(&wanted.name))
            });
            if given || subnet.as_ref().is_some_and(|s| self.subnet_number(s).is_some()) {
                continue;
            }
            let place = resource.span.within(*document);
            let reference = effective_subnet(subnet.as_ref(), interface.as_ref());
            let network_name = reference.parent.as_deref().unwrap_or("network");
            let number = self.network_number(network_name).unwrap_or_else(|| {
                let platform = Cidr::of(crate::snapshot::cloud::tags::PLATFORM);
                let mut prefixes: Vec<Cidr> = virtual_network.iter().filter(|p| **p != platform && p.is_ipv4()).copied().collect();
                if prefixes.is_empty() {
                    prefixes.push(Cidr::supernet(IpAddr::V4(ASSUMED_SPACE), 16));
                }
                let space = AddressSet::of_cidrs(&prefixes);
                let note = format!(
                    "subnet `{}` is not in the input: it is assumed to be in {space}, which `VirtualNetwork` covers there",
                    reference.name
                );
                let note = Diagnostic::at(codes::AZ_ASSUMED, Severity::Note, Some(place), note);
                self.problems.push(note.help("paste the network too: `az network vnet show -o json`"));
                self.cloud.networks.push(Network {
                    name: network_name.to_string(),
                    location: None,
                    space,
                    prefixes,
                    peers: Vec::new(),
                    on_premises: AddressSet::default(),
                    place,
                    assumed: true,
                    open: true,
                });
                self.cloud.networks.len() as u32 - 1
            });
            let taken = AddressSet::of_cidrs(self.cloud.subnets.iter().filter(|s| s.network == number).flat_map(|s| &s.prefixes));
            let spaces = self.cloud.networks.get(number as usize).map_or_else(Vec::new, |n| n.prefixes.clone());
            let blocks = spaces.iter().flat_map(|space| {
                let (first, length) = (space.first(), space.length().max(24));
                let count = 1u32 << length.saturating_sub(space.length()).min(8);
                (0..count).filter_map(move |i| match first {
                    IpAddr::V4(first) => {
                        Some(Cidr::supernet(IpAddr::V4(Ipv4Addr::from_bits(first.to_bits().checked_add(i << 8)?)), length))
                    }
                    IpAddr::V6(_) => None,
                })
            });
            let Some(prefix) = blocks.into_iter().find(|block| !taken.overlaps(&AddressSet::of_cidrs([block]))) else { continue };
            self.cloud.subnets.push(Subnet::plain(number, reference.name.to_string(), alloc::vec![prefix], place));
        }
    }

    /// Groups without any network: one is assumed, with a subnet for each, so that their rules can be asked about.
    fn assume_networks(&mut self, placed: &[Placed<'_>]) {
        if !self.cloud.networks.is_empty() || self.cloud.groups.is_empty() {
            return;
        }
        let Some(place) = self.cloud.groups.first().map(|g| g.place) else { return };
        let has_cluster = placed.iter().any(|(_, _, azure)| matches!(azure, Azure::Cluster(_)));
        if has_cluster {
            return;
        }
        let space = Cidr::supernet(IpAddr::V4(ASSUMED_SPACE), 16);
        let message =
            format!("no virtual network is given: `{space}` is assumed, with a subnet and a machine for each network security group");
        let note = Diagnostic::at(codes::AZ_ASSUMED, Severity::Note, Some(place), message);
        self.problems.push(note.help("paste the network too (`az network vnet show -o json`), or write one in the short form"));
        self.cloud.networks.push(Network {
            name: String::from("assumed network"),
            location: None,
            prefixes: alloc::vec![space],
            space: AddressSet::of_cidrs([&space]),
            peers: Vec::new(),
            on_premises: AddressSet::default(),
            place,
            assumed: true,
            open: true,
        });
        for (i, group) in self.cloud.groups.iter().enumerate().take(250) {
            let base = Ipv4Addr::from_bits(ASSUMED_SPACE.to_bits() + ((i as u32) << 8));
            self.cloud.subnets.push(Subnet::plain(
                0,
                format!("subnet of {}", group.name),
                alloc::vec![Cidr::supernet(IpAddr::V4(base), 24)],
                group.place,
            ));
        }
    }

    /// The subnets of nodes know the way to pods that have a range of their own: with kubenet by a route for each node, with overlay by Azure's doing.
    /// So their ranges are of the virtual network there. Upstream: docs/azure.md 2.4 and 3.5; "Azure CNI Overlay networking" (rules of the subnet's group
    /// matter to pods only where they deny).
    fn pod_routes(&mut self, placed: &[Placed<'_>]) {
        for (_, _, azure) in placed {
            let Azure::Cluster(cluster) = azure else { continue };
            if !matches!(self.plugin.unwrap_or(cluster.plugin), Plugin::Kubenet | Plugin::Overlay) {
                continue;
            }
            let pods = own_pod_range(cluster);
            let numbers: Vec<u32> = cluster.pools.iter().filter_map(|p| self.subnet_number(p.subnet.as_ref()?)).collect();
            for number in numbers {
                if let Some(subnet) = self.cloud.subnets.get_mut(number as usize) {
                    subnet.routes = subnet.routes.union(&pods);
                }
            }
        }
    }

    /// Route tables and security groups of subnets, whichever side says it.
    fn attach(&mut self, placed: &[Placed<'_>]) {
        let mut slots: BTreeMap<u32, Slot> = BTreeMap::new();
        for (document, resource, azure) in placed {
            let condition = resource.meta.condition.as_deref();
            let (network, subnets): (Option<u32>, Vec<&azure::Subnet>) = match azure {
                Azure::Network(network) => (self.network_number(&resource.meta.name), network.subnets.iter().collect()),
                Azure::Subnet { network, subnet } => (self.network_number(&network.name), alloc::vec![subnet]),
                Azure::Attach { target, group, to_interface: false } => {
                    match self.subnet_number(target) {
                        Some(number) => slots.entry(number).or_default().attach(group, *document),
                        None => self.missing(target.span.within(*document), format!("there is no subnet `{}`", target.name)),
                    }
                    continue;
                }
                Azure::OpenGroup { target, to_interface: false, expression, choices } => {
                    if let Some(number) = self.subnet_number(target) {
                        slots.entry(number).or_default().choose(choices, expression, target.span.within(*document), *document);
                    }
                    continue;
                }
                Azure::Group(group) => {
                    let own = Reference {
                        name: resource.meta.name.clone(),
                        parent: None,
                        scope: Default::default(),
                        span: resource.meta.name_span,
                    };
                    let numbers: Vec<u32> = group.subnets.iter().filter_map(|s| self.subnet_number(s)).collect();
                    numbers.into_iter().for_each(|number| slots.entry(number).or_default().attach(&own, *document));
                    continue;
                }
                _ => continue,
            };
            for subnet in subnets {
                let Some(number) = network.and_then(|n| {
                    (0..).zip(&self.cloud.subnets).find(|(_, s)| s.network == n && key(&s.name) == key(&subnet.name)).map(|(i, _)| i)
                }) else {
                    continue;
                };
                slots.entry(number).or_default().written(subnet.group.as_ref(), condition, *document);
            }
        }
        let assumed = self.cloud.networks.first().is_some_and(|n| n.assumed && n.name == "assumed network");
        if assumed {
            for number in 0..self.cloud.groups.len() as u32 {
                let used = self.group_use(number, Vec::new(), number);
                if let Some(subnet) = self.cloud.subnets.get_mut(number as usize) {
                    subnet.group = Some(used);
                }
            }
        }
        for (subnet, slot) in slots {
            if let Some(used) = self.slot_use(&slot, subnet)
                && let Some(subnet) = self.cloud.subnets.get_mut(subnet as usize)
            {
                subnet.group = Some(used);
            }
        }
    }

    /// The use of a group in a subnet: what `VirtualNetwork` stands for there. Upstream: docs/azure.md 2.4.
    pub(in crate::language) fn group_use(&mut self, group: u32, others: Vec<Option<u32>>, subnet: u32) -> GroupUseId {
        let said = self.cloud.groups.get(group as usize).and_then(|g| g.expansions.get("virtualnetwork")).cloned();
        let set = said.unwrap_or_else(|| managed::virtual_network(&self.cloud, subnet));
        let used = GroupUse { group, others, virtual_network: set };
        let known = self.cloud.group_uses().find(|(_, u)| **u == used).map(|(id, _)| id);
        known.unwrap_or_else(|| {
            self.cloud.uses.push(used);
            GroupUseId(self.cloud.uses.len() as u32 - 1)
        })
    }

    fn interfaces(&mut self, placed: &[Placed<'_>]) {
        let mut machines: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
        let mut publics: BTreeMap<String, &PublicAddress> = BTreeMap::new();
        let mut slots: BTreeMap<String, Slot> = BTreeMap::new();
        let mut balanced: BTreeSet<String> = BTreeSet::new();
        for (document, resource, azure) in placed {
            match azure {
                Azure::Balanced(interfaces) => balanced.extend(interfaces.iter().map(|i| key(&i.name))),
                Azure::Machine { interfaces, zones } => {
                    for interface in interfaces {
                        let zones = zones.iter().map(ToString::to_string).collect();
                        machines.insert(key(&interface.name), (resource.meta.name.to_string(), zones));
                    }
                }
                Azure::PublicAddress(public) => {
                    publics.insert(key(&resource.meta.name), public);
                }
                Azure::Attach { target, group, to_interface: true } => {
                    slots.entry(key(&target.name)).or_default().attach(group, *document);
                }
                Azure::OpenGroup { target, to_interface: true, expression, choices } => {
                    let place = target.span.within(*document);
                    slots.entry(key(&target.name)).or_default().choose(choices, expression, place, *document);
                }
                Azure::Group(group) => {
                    for interface in &group.interfaces {
                        let own = Reference {
                            name: resource.meta.name.clone(),
                            parent: None,
                            scope: Default::default(),
                            span: resource.meta.name_span,
                        };
                        slots.entry(key(&interface.name)).or_default().attach(&own, *document);
                    }
                }
                Azure::Interface(interface) => {
                    let condition = resource.meta.condition.as_deref();
                    slots.entry(key(&resource.meta.name)).or_default().written(interface.group.as_ref(), condition, *document);
                }
                _ => {}
            }
        }
        let (mut dynamic, mut dynamic_v6) = (Vec::new(), Vec::new());
        let mut list: Vec<(&Resource, DocumentId, &azure::Interface)> = Vec::new();
        for (document, resource, azure) in placed {
            if let Azure::Interface(interface) = azure {
                list.push((resource, *document, interface));
            }
        }
        // Interfaces of which the text gives the effective rules only.
        let named: Vec<(&Resource, DocumentId, azure::Interface)> = placed
            .iter()
            .filter_map(|(document, resource, azure)| match azure {
                Azure::Effective { subnet, interface: Some(interface), .. } => {
                    let subnet = effective_subnet(subnet.as_ref(), Some(interface));
                    let configuration = azure::Configuration { subnet: Some(subnet), ..azure::Configuration::default() };
                    let known = list.iter().any(|(r, ..)| key(&r.meta.name) == key(&interface.name));
                    let made = azure::Interface { configurations: alloc::vec![configuration], ..azure::Interface::default() };
                    (!known).then_some((*resource, *document, made))
                }
                _ => None,
            })
            .collect();
        list.extend(named.iter().map(|(resource, document, interface)| (*resource, *document, interface)));
        list.sort_by(|a, b| a.0.meta.name.cmp(&b.0.meta.name));
        list.dedup_by(|a, b| {
            // What an interface may be under conditions is one interface.
            let is_again = &*a.0.kind_name == "EffectiveRules" || a.0.meta.condition.is_some() && b.0.meta.condition.is_some();
            is_again && key(&a.0.meta.name) == key(&b.0.meta.name)
        });
        for (resource, document, interface) in list {
            let name = resource.meta.name.to_string();
            let mut given: Vec<IpAddr> = interface.configurations.iter().filter_map(|c| c.address).collect();
            let reference = interface.configurations.iter().find_map(|c| c.subnet.as_ref());
            let by_reference = reference.and_then(|r| self.subnet_number(r));
            if let (Some(reference), None) = (reference, by_reference) {
                self.missing(reference.span.within(document), format!("there is no subnet `{}`", reference.name));
            }
            let by_address = || given.first().and_then(|a| self.cloud.locate(*a)).map(|l| l.subnet);
            let Some(subnet) = by_reference.or_else(by_address) else {
                if reference.is_none() {
                    self.missing(
                        resource.span.within(document),
                        format!(
                            "the subnet of `{name}` is not in the input, so \
                     `{name}` is left out"
                        ),
                    );
                }
                continue;
            };
            // Where Azure chooses, an address of another subnet is one of an earlier deployment.
            let prefixes = self.cloud.subnets.get(subnet as usize).map_or_else(Vec::new, |s| s.prefixes.clone());
            let is_old = |a: &IpAddr| {
                let chosen = interface.configurations.iter().any(|c| c.dynamic && c.address == Some(*a));
                chosen && !prefixes.iter().any(|p| p.contains(*a))
            };
            given.retain(|a| !is_old(a));
            let machine = interface.machine.as_deref().map(ToOwned::to_owned);
            let owner = machines.get(&key(&name));
            let zones = interface.zones.iter().map(ToString::to_string).collect::<Vec<_>>();
            let used = slots.get(&key(&name)).cloned().and_then(|slot| self.slot_use(&slot, subnet));
            let public = interface.configurations.iter().find_map(|c| {
                c.public_sku
                    .or_else(|| c.public.as_ref().map(|p| publics.get(&key(&p.name)).map_or(azure::AddressSku::Standard, |p| p.sku)))
            });
            let public_address = interface
                .configurations
                .iter()
                .find_map(|c| c.public_address.or_else(|| c.public.as_ref().and_then(|p| publics.get(&key(&p.name))?.address)));
            let network = self.cloud.subnets.get(subnet as usize).map_or(0, |s| s.network);
            self.taken.extend(given.iter().map(|a| (network, *a)));
            let lacks = |ipv6: bool| {
                let has = given.iter().any(|a| a.is_ipv6() == ipv6);
                !has && interface.configurations.iter().any(|c| c.ipv6 == ipv6 && c.address.is_none_or(|a| is_old(&a)))
            };
            if given.is_empty() && !lacks(true) || lacks(false) {
                dynamic.push(self.cloud.interfaces.len());
            }
            if lacks(true) {
                dynamic_v6.push(self.cloud.interfaces.len());
            }
            self.cloud.interfaces.push(Interface {
                name,
                machine: machine.or_else(|| owner.map(|(m, _)| m.clone())),
                full_title: None,
                node: None,
                subnet,
                address_given: !given.is_empty(),
                addresses: given,
                floating: interface.floating.clone(),
                pod_prefixes: interface.pod_prefixes.clone(),
                group: used,
                application_groups: interface.configurations.iter().flat_map(|c| c.groups.iter().map(|g| g.name.to_string())).collect(),
                public,
                public_address,
                balanced: interface.configurations.iter().any(|c| c.balanced) || balanced.contains(&key(&resource.meta.name)),
                zones: if zones.is_empty() { owner.map_or_else(Vec::new, |(_, z)| z.clone()) } else { zones },
                place: resource.span.within(document),
                stand_in: false,
            });
        }
        self.hand_out(&dynamic);
        for number in dynamic_v6 {
            let address = self.cloud.interfaces.get(number).map(|i| i.subnet).and_then(|subnet| self.free_v6(subnet));
            if let Some(interface) = self.cloud.interfaces.get_mut(number) {
                interface.addresses.extend(address);
            }
        }
    }

    /// The first free address of IPv6 of a subnet. Upstream: Azure documentation, "IPv6 for Azure Virtual Network".
    fn free_v6(&mut self, subnet: u32) -> Option<IpAddr> {
        let found = self.cloud.subnets.get(subnet as usize)?;
        let network = found.network;
        let (first, last) = found.prefixes.iter().find_map(|prefix| match (prefix.first(), prefix.last()) {
            (IpAddr::V6(first), IpAddr::V6(last)) => Some((first.to_bits(), last.to_bits())),
            _ => None,
        })?;
        let mut at = first.checked_add(u128::from(RESERVED_FIRST))?;
        while self.taken.contains(&(network, IpAddr::V6(Ipv6Addr::from_bits(at)))) {
            at += 1;
        }
        let address = IpAddr::V6(Ipv6Addr::from_bits(at));
        (at <= last).then(|| {
            self.taken.insert((network, address));
            address
        })
    }

    /// Free addresses for the interfaces that have none, by name. Where a subnet has too few, the ones that are written last get none.
    fn hand_out(&mut self, dynamic: &[usize]) {
        let mut by_subnet: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for &number in dynamic {
            if let Some(interface) = self.cloud.interfaces.get(number) {
                by_subnet.entry(interface.subnet).or_default().push(number);
            }
        }
        for (subnet, numbers) in by_subnet {
            let addresses: Vec<IpAddr> = numbers.iter().map_while(|_| self.free(subnet, 1)).collect();
            let mut by_place = numbers.clone();
            by_place.sort_by_key(|number| self.cloud.interfaces.get(*number).map(|i| i.place));
            let late: BTreeSet<usize> = by_place.into_iter().skip(addresses.len()).collect();
            late.iter().for_each(|number| self.full(*number, subnet));
            for (number, address) in numbers.into_iter().filter(|number| !late.contains(number)).zip(addresses) {
                if let Some(interface) = self.cloud.interfaces.get_mut(number) {
                    interface.addresses.push(address);
                }
            }
        }
    }

    /// Says that a subnet has no address left for a machine. Upstream: docs/azure.md 1 (five addresses of every subnet are Azure's own; `SubnetIsFull`).
    fn full(&mut self, interface: usize, subnet: u32) {
        let (Some(interface), Some(subnet)) = (self.cloud.interfaces.get(interface), self.cloud.subnets.get(subnet as usize)) else {
            return;
        };
        if subnet.prefixes.iter().all(|p| !p.is_ipv4()) {
            return; // What no range is given for is told elsewhere.
        }
        let ranges: Vec<String> = subnet.prefixes.iter().map(ToString::to_string).collect();
        let message = format!(
            "`{}` does not fit in subnet `{}`: {} has no free address left (Azure reserves five in every subnet)",
            interface.title(),
            subnet.name,
            ranges.join(", ")
        );
        let error = Diagnostic::at(codes::AZ_FULL, Severity::Error, Some(interface.place), message);
        self.problems.push(error.help("Azure refuses it (`SubnetIsFull`): give the subnet a larger range, or the machine another subnet"));
    }

    /// The first free address of a subnet that has `width` free ones from it on; takes all of them.
    fn free(&mut self, subnet: u32, width: u32) -> Option<IpAddr> {
        let found = self.cloud.subnets.get(subnet as usize)?;
        let (network, prefixes) = (found.network, found.prefixes.clone());
        for prefix in prefixes {
            let (IpAddr::V4(first), IpAddr::V4(last)) = (prefix.first(), prefix.last()) else { continue };
            let end = last.to_bits();
            let mut at = first.to_bits().saturating_add(RESERVED_FIRST);
            while at.saturating_add(width) <= end {
                let block = at..at + width;
                match block.clone().rev().find(|a| self.taken.contains(&(network, IpAddr::V4(Ipv4Addr::from_bits(*a))))) {
                    Some(taken) => at = taken + 1,
                    None => {
                        self.taken.extend(block.map(|a| (network, IpAddr::V4(Ipv4Addr::from_bits(a)))));
                        return Some(IpAddr::V4(Ipv4Addr::from_bits(at)));
                    }
                }
            }
        }
        None
    }

    fn clusters(&mut self, placed: &[Placed<'_>], snapshot: &mut Snapshot) {
        let given_nodes = snapshot.nodes.iter().any(|n| n.place.is_some());
        for (document, resource, azure) in placed {
            let Azure::Cluster(cluster) = azure else { continue };
            let place = resource.span.within(*document);
            let plugin = self.plugin.unwrap_or(cluster.plugin);
            let added = placed.iter().filter_map(|(_, _, azure)| match azure {
                Azure::NodePool { cluster, pool } if key(&cluster.name) == key(&resource.meta.name) => Some(pool),
                _ => None,
            });
            let all: Vec<&NodePool> = cluster.pools.iter().chain(added).collect();
            let mut pools = Vec::new();
            for pool in &all {
                let is_default = pool.max_pods == 0 || plugin != cluster.plugin && pool.max_pods == cluster.plugin.default_max_pods();
                let max_pods = if is_default { plugin.default_max_pods() } else { pool.max_pods };
                let mut find = |reference: &Option<Reference>| {
                    let reference = reference.as_ref()?;
                    let found = self.subnet_number(reference).or_else(|| match self.cloud.subnets.as_slice() {
                        // An identifier that the text does not spell out means the only subnet there is.
                        [_] if reference.name.starts_with('$') => Some(0),
                        _ => None,
                    });
                    if found.is_none() {
                        self.missing(
                            reference.span.within(*document),
                            format!("subnet `{}` is not in the input, so its addresses are unknown", reference.name),
                        );
                    }
                    found
                };
                let (subnet, pod_subnet) = (find(&pool.subnet), find(&pool.pod_subnet));
                let subnet = subnet.or_else(|| pool.subnet.is_none().then(|| pools.first().and_then(|p: &Pool| p.subnet)).flatten());
                let mut nodes = Vec::new();
                if !given_nodes && let Some(subnet) = subnet {
                    let width = if plugin == Plugin::NodeSubnet { max_pods + 1 } else { 1 };
                    for i in 0..pool.count.min(MOST_NODES) {
                        let Some(address) = self.free(subnet, width) else { break };
                        let mut labels = Labels::default();
                        if let Some(zone) = pool.zones.get(i as usize % pool.zones.len().max(1)) {
                            labels.set("topology.kubernetes.io/zone", zone);
                        }
                        labels.set("kubernetes.azure.com/agentpool", &pool.name);
                        labels.set("kubernetes.io/os", if pool.windows { "windows" } else { "linux" });
                        let name = format!("aks-{}-{i}", pool.name);
                        let node = Node {
                            name,
                            labels,
                            addresses: alloc::vec![address],
                            place: Some(pool.span.within(*document)),
                            stand_in: false,
                        };
                        // A node that a pod names is there already, and nothing but its name is known.
                        let known = snapshot.nodes.iter().position(|n| n.name == node.name);
                        nodes.push(NodeId(known.unwrap_or(snapshot.nodes.len()) as u32));
                        match known.and_then(|at| snapshot.nodes.get_mut(at)) {
                            Some(slot) => *slot = node,
                            None => snapshot.nodes.push(node),
                        }
                    }
                }
                pools.push(Pool {
                    name: pool.name.to_string(),
                    count: pool.count,
                    max_pods,
                    subnet,
                    pod_subnet,
                    nodes,
                    zones: pool.zones.iter().map(ToString::to_string).collect(),
                    windows: pool.windows,
                    growth: pool.growth,
                    place: pool.span.within(*document),
                });
            }
            if plugin == Plugin::PodSubnet {
                self.assume_pod_subnets(&resource.meta.name, place, &mut pools);
            }
            let asked = cluster.features.iter().chain(all.iter().flat_map(|pool| &pool.features));
            let features = asked.map(|(feature, span)| (*feature, span.within(*document))).collect();
            let has_own_range = matches!(plugin, Plugin::Kubenet | Plugin::Overlay);
            let pod_range = if has_own_range { own_pod_range(cluster) } else { AddressSet::of_cidrs(&cluster.pod_ranges) };
            self.cloud.clusters.push(CloudCluster {
                name: resource.meta.name.to_string(),
                plugin,
                written_plugin: cluster.plugin,
                engine: cluster.engine,
                location: cluster.location.as_deref().map(ToOwned::to_owned),
                pools,
                pod_range,
                service_ranges: if cluster.service_ranges.is_empty() {
                    alloc::vec![Cidr::supernet(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 16)]
                } else {
                    cluster.service_ranges.clone()
                },
                dns_service: cluster.dns_service,
                ranges_place: cluster.ranges_span.within(*document),
                control_plane: cluster.control_plane.clone(),
                traffic: cluster.traffic.clone(),
                features,
                place,
            });
        }
    }

    /// The network that a node is in, by its addresses. Of several that have one it is that of a cluster's nodes.
    fn network_of_node(&mut self, node: &Node, snapshot: &Snapshot) -> Option<(u32, IpAddr)> {
        let of_pool = snapshot.nodes().find(|(_, n)| n.name == node.name).and_then(|(id, _)| {
            let pool = self.cloud.clusters.iter().flat_map(|c| &c.pools).find(|p| p.nodes.contains(&id))?;
            let (network, _) = self.cloud.network_of(pool.subnet?)?;
            Some((network, *node.addresses.first()?))
        });
        if of_pool.is_some() {
            return of_pool;
        }
        let (address, mut networks) = node.addresses.iter().find_map(|a| {
            let networks: Vec<u32> = self.cloud.networks_with(*a).into_iter().filter(|n| self.cloud.locate_in(*n, *a).is_some()).collect();
            (!networks.is_empty()).then_some((*a, networks))
        })?;
        if networks.len() > 1 {
            let pools = || self.cloud.clusters.iter().flat_map(|c| &c.pools).filter_map(|p| Some(self.cloud.network_of(p.subnet?)?.0));
            let of_clusters: Vec<u32> = networks.iter().copied().filter(|n| pools().any(|p| p == *n)).collect();
            if of_clusters.len() == 1 {
                networks = of_clusters;
            }
        }
        if let [one] = networks.as_slice() {
            return Some((*one, address));
        }
        let name = |n: &u32| self.cloud.networks.get(*n as usize).map_or_else(String::new, |n| format!("`{}`", n.name));
        let names: Vec<String> = networks.iter().map(name).collect();
        let message = format!("node `{}`: {address} is an address of {}, so its network is unknown", node.name, names.join(" and of "));
        let warning = Diagnostic::at(codes::AZ_AMBIGUOUS, Severity::Warning, node.place, message);
        self.problems.push(warning.help("paste only the cluster's network, or the cluster with the subnet of its nodes"));
        None
    }

    /// Pools whose pods are in a subnet of their own that is not given: one for all of them, in the network of their nodes.
    fn assume_pod_subnets(&mut self, cluster: &str, place: Place, pools: &mut [Pool]) {
        let mut made: BTreeMap<u32, Option<u32>> = BTreeMap::new();
        for pool in pools.iter_mut().filter(|pool| pool.pod_subnet.is_none()) {
            let Some((network, _)) = pool.subnet.and_then(|s| self.cloud.network_of(s)) else { continue };
            let (cloud, problems) = (&mut self.cloud, &mut self.problems);
            pool.pod_subnet = *made.entry(network).or_insert_with(|| pod_subnet::assume(cloud, network, cluster, place, problems));
        }
    }

    /// Nodes have interfaces too: those whose address lies in a subnet.
    fn node_interfaces(&mut self, snapshot: &Snapshot) {
        for (id, node) in snapshot.nodes() {
            let Some((network, address)) = self.network_of_node(node, snapshot) else { continue };
            let of_network = |i: &Interface| self.cloud.subnets.get(i.subnet as usize).is_some_and(|s| s.network == network);
            let known = (0..)
                .zip(&self.cloud.interfaces)
                .find(|(_, i)| of_network(i) && i.addresses.iter().any(|a| node.addresses.contains(a)))
                .map(|(i, _)| i);
            if let Some(number) = known {
                if let Some(interface) = self.cloud.interfaces.get_mut(number as usize) {
                    interface.node = Some(id);
                }
                continue;
            }
            let Some(location) = self.cloud.locate_in(network, address) else { continue };
            self.taken.extend(node.addresses.iter().map(|a| (network, *a)));
            let zones = node.labels.get("topology.kubernetes.io/zone").map(|z| z.rsplit('-').next().unwrap_or(z).to_string());
            let Some(place) = node.place.or_else(|| self.cloud.subnets.get(location.subnet as usize).map(|s| s.place)) else { continue };
            self.cloud.interfaces.push(Interface {
                name: node.name.clone(),
                machine: Some(node.name.clone()),
                full_title: None,
                node: Some(id),
                subnet: location.subnet,
                addresses: node.addresses.clone(),
                address_given: true,
                floating: Vec::new(),
                pod_prefixes: Vec::new(),
                group: None,
                application_groups: Vec::new(),
                public: None,
                public_address: None,
                balanced: false,
                zones: zones.into_iter().collect(),
                place,
                stand_in: false,
            });
        }
    }

    /// Application gateways, each with the first free address of its subnet.
    fn gateways(&mut self, placed: &[Placed<'_>]) {
        let publics: BTreeMap<String, IpAddr> = placed
            .iter()
            .filter_map(|(_, resource, azure)| match azure {
                Azure::PublicAddress(public) => Some((key(&resource.meta.name), public.address?)),
                _ => None,
            })
            .collect();
        for (document, resource, azure) in placed {
            let Azure::Gateway(gateway) = azure else { continue };
            let mut subnet = gateway.subnet.as_ref().and_then(|reference| self.subnet_number(reference));
            if let (Some(reference), None) = (&gateway.subnet, subnet) {
                self.missing(reference.span.within(*document), format!("there is no subnet `{}`", reference.name));
            }
            let place = resource.span.within(*document);
            let range = gateway.own_range.or_else(|| subnet.is_none().then_some(DEFAULT_GATEWAY_RANGE.cidr()));
            if let Some(range) = range.filter(|_| subnet.is_none()) {
                let network = self.cloud.network_with(range.first());
                subnet = network.map(|network| {
                    let name = format!("{}-subnet", resource.meta.name);
                    self.cloud.subnets.push(Subnet::plain(network, name, alloc::vec![range], place));
                    self.cloud.subnets.len() as u32 - 1
                });
            }
            let free = subnet.and_then(|number| self.free(number, 1));
            let made_up = range.and_then(|r| match r.first() {
                IpAddr::V4(first) => Some(IpAddr::V4(Ipv4Addr::from_bits(first.to_bits().saturating_add(RESERVED_FIRST)))),
                IpAddr::V6(_) => None,
            });
            let Some(address) = free.or(made_up) else { continue };
            let named = gateway.publics.iter().filter_map(|p| publics.get(&key(&p.name)).copied());
            self.cloud.gateways.push(crate::snapshot::cloud::Gateway {
                name: resource.meta.name.to_string(),
                subnet,
                address,
                range_given: gateway.subnet.is_some() || gateway.own_range.is_some(),
                first_version: gateway.first_version,
                front_ends: named.chain(gateway.front_ends.iter().copied()).collect(),
                place,
            });
        }
        self.cloud.gateways.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// A subnet in which nothing is given has a machine that stands for any.
    fn stand_ins(&mut self) {
        for number in 0..self.cloud.subnets.len() as u32 {
            let used = self.cloud.interfaces.iter().any(|i| i.subnet == number);
            let pods = self.cloud.clusters.iter().flat_map(|c| &c.pools).any(|p| p.pod_subnet == Some(number) || p.subnet == Some(number));
            let gateways = self.cloud.gateways.iter().any(|g| g.subnet == Some(number));
            if used || pods || gateways {
                continue;
            }
            let Some(address) = self.free(number, 1) else { continue };
            let Some(subnet) = self.cloud.subnets.get(number as usize) else { continue };
            self.cloud.interfaces.push(Interface {
                name: format!("vm in {}", subnet.name),
                machine: None,
                full_title: None,
                node: None,
                subnet: number,
                addresses: alloc::vec![address],
                address_given: false,
                floating: Vec::new(),
                pod_prefixes: Vec::new(),
                group: None,
                application_groups: Vec::new(),
                public: None,
                public_address: None,
                balanced: false,
                zones: Vec::new(),
                place: subnet.place,
                stand_in: true,
            });
        }
    }

    /// Machines of one name are told apart by the networks that they are in.
    fn full_titles(&mut self) {
        let cloud = &self.cloud;
        let network = |i: &Interface| cloud.network_of(i.subnet).map_or("", |(_, n)| n.name.as_str());
        let mut homes: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for interface in &cloud.interfaces {
            let Some((number, _)) = cloud.network_of(interface.subnet) else { continue };
            let known = homes.entry(key(interface.title())).or_default();
            if !known.contains(&number) {
                known.push(number);
            }
        }
        let shared = |i: &Interface| homes.get(&key(i.title())).is_some_and(|homes| homes.len() > 1);
        let titles: Vec<Option<String>> =
            cloud.interfaces.iter().map(|i| (shared(i) && i.node.is_none()).then(|| format!("{}/{}", network(i), i.title()))).collect();
        for (interface, title) in self.cloud.interfaces.iter_mut().zip(titles) {
            interface.full_title = title;
        }
    }

    fn application_groups(&mut self) {
        let interfaces = core::mem::take(&mut self.cloud.interfaces);
        for interface in &interfaces {
            for group in &interface.application_groups {
                let own = interface.addresses.iter().fold(AddressSet::default(), |set, a| set.union(&AddressSet::range(*a, *a)));
                let Cloud { application_groups, application_chances, .. } = &mut self.cloud;
                let to = if group.contains(OR) { application_chances } else { application_groups };
                for one in group.split(OR) {
                    let members = to.entry(key(one)).or_default();
                    *members = members.union(&own);
                }
            }
        }
        self.cloud.interfaces = interfaces;
    }
}
