//! From Azure's resources to the network: references followed, addresses handed out as Azure hands them out.

mod check;
mod clusters;
mod combinations;
mod conflicts;
mod groups;
mod identity;
mod interfaces;
mod managed;
mod named;
mod networks;
mod places;
mod pod_subnet;
mod pools;
mod refused;
mod routes;
mod slots;

pub(crate) use combinations::features as cluster_features;
pub(crate) use identity::OR;
pub(crate) use managed::{NODE_PORTS, add_managed_group};

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{self, Azure, Plugin, Reference};
use crate::language::inventory::NodeRange;
use crate::language::{Kind, Resource, codes};
use crate::model::{AddressSet, Cidr};
use crate::snapshot::cloud::{Cloud, NetworkId, Pool, RESERVED_FIRST, Subnet, SubnetId, usable_range};
use crate::snapshot::{NodeId, Snapshot};
use crate::text::{DocumentId, Place, Span};

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

/// Adds the nodes of clusters that are given by a command line, where the input gives no nodes itself, and the network of the cloud.
///
/// `plugin` takes the place of what the input says of where pods have their addresses.
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
    let mut builder = Builder { cloud: Cloud::default(), problems, taken: BTreeSet::new(), named: Vec::new(), plugin };
    builder.groups(&placed);
    builder.networks(&placed);
    builder.peerings(&placed);
    builder.links(&placed);
    builder.effective_networks(&placed);
    builder.named_subnets(&placed);
    builder.assume_networks(&placed);
    builder.pod_routes(&placed);
    routes::attach(&mut builder, &placed);
    routes::bare_gateways(&mut builder, &placed);
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
    refused::check(&builder.cloud, &mut builder.problems);
    snapshot.diagnostics.extend(builder.problems);
    builder.cloud.settle();
    snapshot.cloud = builder.cloud;
}

/// The addresses of a subnet that are not Azure's own; the first of each range stands before the first that is handed out.
fn usable(subnet: Option<&Subnet>) -> Vec<NodeRange> {
    let address = |bits: u32| IpAddr::V4(Ipv4Addr::from_bits(bits));
    let of = |prefix: &Cidr| usable_range(prefix).map(|(first, last)| (None, (address(first.saturating_sub(1)), address(last))));
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
    let nameless = || Reference { name: "subnet".into(), parent: Some("network".into()), scope: Default::default(), span: Span::default() };
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
                        // Nodes that the input gives: which addresses each of them set aside is not known.
                        ranges.extend(usable_or_any(pool.subnet.and_then(|s| cloud.subnet(s))));
                    }
                }
            }
            Plugin::PodSubnet => {
                let subnet = |p: &Pool| p.pod_subnet.and_then(|s| cloud.subnet(s));
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
    taken: BTreeSet<(NetworkId, IpAddr)>,
    /// Subnets that only interfaces name, each with the place where one does.
    named: Vec<(SubnetId, Place)>,
    /// In place of what clusters say.
    plugin: Option<Plugin>,
}

impl Builder {
    pub(in crate::language) fn missing(&mut self, place: Place, message: String) {
        self.problems.push(Diagnostic::at(codes::AZ_MISSING, Severity::Warning, Some(place), message));
    }

    pub(in crate::language) fn network_number(&self, name: &str) -> Option<NetworkId> {
        NetworkId::each(&self.cloud.networks).find(|(_, n)| key(&n.name) == key(name)).map(|(i, _)| i)
    }

    /// The subnet that a reference means; without a network, the only one of this name.
    pub(in crate::language) fn subnet_number(&self, reference: &Reference) -> Option<SubnetId> {
        let network = reference.parent.as_deref().map(|name| self.network_number(name));
        if network == Some(None) {
            return None;
        }
        let fits = |s: &Subnet| key(&s.name) == key(&reference.name) && network.flatten().is_none_or(|n| n == s.network);
        SubnetId::each(&self.cloud.subnets).find(|(_, s)| fits(s)).map(|(i, _)| i)
    }

    /// The subnet of a network with this name.
    pub(in crate::language) fn subnet_of(&self, network: NetworkId, name: &str) -> Option<SubnetId> {
        SubnetId::each(&self.cloud.subnets).find(|(_, s)| s.network == network && key(&s.name) == key(name)).map(|(i, _)| i)
    }
}
