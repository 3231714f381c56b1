//! What Azure would refuse about a network and the clusters in it. Upstream: docs/azure.md 1, 3.3 and 3.4.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::language::azure::{ClusterEngine, Plugin};
use crate::language::codes;
use crate::model::{AddressSet, Cidr};
use crate::snapshot::cloud::{Cloud, CloudCluster, NetworkId, Subnet, SubnetId};
use crate::text::Place;

/// Subnets of a network, and networks that it is peered with, at most. Upstream: docs/azure.md 1.
const MOST_SUBNETS: usize = 3000;
const MOST_PEERINGS: usize = 500;
/// Nodes that Azure's network policy manager takes. Upstream: docs/azure.md 3.2.
const MOST_NPM_NODES: u32 = 250;

/// Ranges that no virtual network can have.
const FORBIDDEN: [(Ipv4Addr, u8); 5] = [
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(255, 255, 255, 255), 32),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

/// Ranges that nothing of a cluster may overlap.
const FORBIDDEN_FOR_CLUSTERS: [(Ipv4Addr, u8); 4] = [
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 30, 0, 0), 16),
    (Ipv4Addr::new(172, 31, 0, 0), 16),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
];

fn cidr((address, length): (Ipv4Addr, u8)) -> Cidr {
    Cidr::supernet(IpAddr::V4(address), length)
}

fn error(problems: &mut Vec<Diagnostic>, code: Code, place: Place, message: String) {
    problems.push(Diagnostic::at(code, Severity::Error, Some(place), message));
}

/// Address spaces and subnets.
pub(super) fn networks(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    for network in cloud.networks.iter().filter(|n| !n.is_assumed()) {
        for range in FORBIDDEN.map(cidr) {
            if !network.space.intersection(&AddressSet::of_cidrs([&range])).is_empty() {
                error(
                    problems,
                    codes::AZ_SPACE,
                    network.place,
                    format!("`{}` contains addresses of {range}, which no virtual network can have", network.name),
                );
            }
        }
    }
    for (number, network) in NetworkId::each(&cloud.networks) {
        let subnets = cloud.subnets.iter().filter(|s| s.network == number).count();
        for (count, most, what) in [(subnets, MOST_SUBNETS, "subnets"), (network.peers.len(), MOST_PEERINGS, "peerings")] {
            if count > most {
                let message = format!("`{}` has {count} {what}, and a virtual network takes {most} at most", network.name);
                error(problems, codes::AZ_TOO_MANY, network.place, message);
            }
        }
    }
    for (i, subnet) in cloud.subnets.iter().enumerate().filter(|(_, s)| !s.assumed) {
        let Some(network) = cloud.network(subnet.network) else { continue };
        for prefix in &subnet.prefixes {
            if !network.open && !network.space.covers(&AddressSet::of_cidrs([prefix])) {
                let message =
                    format!("subnet `{}`: {prefix} is not within the address space {} of `{}`", subnet.name, network.space, network.name);
                error(problems, codes::AZ_SUBNET, subnet.place, message);
            }
            if prefix.is_ipv4() && prefix.length() > 29 {
                let message = format!(
                    "subnet `{}`: {prefix} is too small; Azure reserves five addresses in every subnet, and the smallest is a /29",
                    subnet.name
                );
                error(problems, codes::AZ_SUBNET, subnet.place, message);
            }
            if !prefix.is_ipv4() && prefix.length() != 64 {
                error(problems, codes::AZ_SUBNET, subnet.place, format!("subnet `{}`: an IPv6 subnet is exactly a /64", subnet.name));
            }
            for other in cloud.subnets.iter().take(i).filter(|o| o.network == subnet.network && !o.assumed) {
                if other.prefixes.iter().any(|p| p.covers(prefix) || prefix.covers(p)) {
                    let message = format!("subnets `{}` and `{}` overlap", other.name, subnet.name);
                    error(problems, codes::AZ_SUBNET, subnet.place, message);
                }
            }
        }
    }
    for interface in cloud.interfaces.iter().filter(|i| i.address_given) {
        let Some(subnet) = cloud.subnet(interface.subnet) else { continue };
        for address in &interface.addresses {
            if subnet.prefixes.is_empty() {
                continue; // It is not known what the subnet has.
            }
            let Some(prefix) = subnet.prefixes.iter().find(|p| p.contains(*address)) else {
                let message = format!("`{}`: {address} is not in subnet `{}`", interface.title(), subnet.name);
                error(problems, codes::AZ_ADDRESS, interface.place, message);
                continue;
            };
            if let (IpAddr::V4(address), IpAddr::V4(first), IpAddr::V4(last)) = (address, prefix.first(), prefix.last()) {
                let offset = address.to_bits() - first.to_bits();
                if offset < 4 || *address == last {
                    let message = format!(
                        "`{}`: {address} is one of the five addresses that Azure reserves in subnet `{}`",
                        interface.title(),
                        subnet.name
                    );
                    error(problems, codes::AZ_ADDRESS, interface.place, message);
                }
            }
        }
    }
}

/// Groups that a route for all addresses opens: with it `VirtualNetwork` is everything. Upstream: docs/azure.md 2.4.
pub(super) fn default_routes(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    let all = AddressSet::of_cidrs([&cidr((Ipv4Addr::UNSPECIFIED, 0))]);
    for (number, subnet) in SubnetId::each(&cloud.subnets).filter(|(_, s)| s.routes.covers(&all)) {
        let of_interfaces = cloud.interfaces.iter().filter(|i| i.subnet == number).filter_map(|i| i.group);
        let mut names: Vec<&str> =
            subnet.group.into_iter().chain(of_interfaces).filter_map(|used| Some(cloud.used(used)?.1.name.as_str())).collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            continue;
        }
        let message = format!(
            "subnet `{}` has a route for 0.0.0.0/0, so in rules of `{}` the tag `VirtualNetwork` covers every address, and `Internet` none",
            subnet.name,
            names.join("`, `")
        );
        let help = "the default rule AllowVnetInBound then allows everything that no other rule denies; Azure says that the tag \
         \"might\" contain such routes: list its addresses with `az network nic list-effective-nsg`, or deny what is not wanted";
        problems.push(Diagnostic::at(codes::AZ_DEFAULT_ROUTE, Severity::Warning, Some(subnet.place), message).help(help));
    }
}

/// What is wrong about the address of a cluster's DNS. Upstream: docs/azure.md 3.3.
fn dns_problem(address: IpAddr, services: &[Cidr]) -> Option<String> {
    let Some(range) = services.iter().find(|r| r.contains(address)) else {
        let ranges = AddressSet::of_cidrs(services);
        return Some(format!("the address of the cluster's DNS {address} is not in the Service range {ranges}"));
    };
    let offset = match (address, range.first()) {
        (IpAddr::V4(a), IpAddr::V4(first)) => u128::from(a.to_bits() - first.to_bits()),
        (IpAddr::V6(a), IpAddr::V6(first)) => a.to_bits() - first.to_bits(),
        _ => return None,
    };
    match offset {
        0 => Some(format!("the address of the cluster's DNS {address} is the network address of the Service range {range}")),
        1 => Some(format!(
            "the address of the cluster's DNS {address} is the first of the Service range {range}, which belongs to `kubernetes.default`"
        )),
        _ => None,
    }
}

/// A subnet of kubenet's belongs to one cluster: its routes lead to the pods of that one. Upstream: docs/azure.md 3.3.
fn shared_subnets(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    for (i, cluster) in cloud.clusters.iter().enumerate() {
        let subnets = |c: &CloudCluster| c.pools.iter().filter_map(|p| p.subnet).collect::<Vec<SubnetId>>();
        let own = subnets(cluster);
        let other =
            cloud.clusters.iter().take(i).find(|other| {
                [cluster, *other].iter().any(|c| c.plugin == Plugin::Kubenet) && subnets(other).iter().any(|s| own.contains(s))
            });
        if let Some(other) = other {
            let message = format!(
                "`{}` and `{}` have nodes in one subnet; with kubenet every cluster needs its own subnet",
                other.name, cluster.name
            );
            error(problems, codes::AZ_RANGES, cluster.place, message);
        }
    }
}

/// Ranges of clusters, and whether their subnets are large enough.
pub(super) fn clusters(cloud: &Cloud, problems: &mut Vec<Diagnostic>) {
    for cluster in &cloud.clusters {
        let place = cluster.place;
        let mut refuse = |message: String| error(problems, codes::AZ_RANGES, place, message);
        let home = cluster.pools.iter().filter_map(|p| cloud.network_of(p.subnet?)).map(|(_, n)| n).next();
        let services = AddressSet::of_cidrs(&cluster.service_ranges);
        for range in cluster.service_ranges.iter().filter(|r| r.is_ipv4() && r.length() <= 12) {
            refuse(format!("the Service range {range} is too large: it must be smaller than a /12"));
        }
        let overlaps = |a: &AddressSet, b: &AddressSet| !a.intersection(b).is_empty();
        let mut inside = None;
        if let Some(network) = home {
            let mut beyond = network.on_premises.clone();
            for peer in network.peers.iter().filter_map(|p| cloud.network(*p)) {
                beyond = beyond.union(&peer.space);
            }
            let of_network = |s: &&Subnet| !s.assumed && cloud.network(s.network).is_some_and(|n| n.name == network.name);
            let clash = cloud.subnets.iter().filter(of_network).find(|s| overlaps(&services, &AddressSet::of_cidrs(&s.prefixes)));
            if let Some(subnet) = clash {
                let prefixes = AddressSet::of_cidrs(&subnet.prefixes);
                refuse(format!(
                    "(ServiceCidrOverlapExistingSubnetsCidr) the Service range {services} overlaps subnet `{}` ({prefixes}) of `{}`",
                    subnet.name, network.name
                ));
            } else if overlaps(&services, &beyond) {
                refuse(format!("the Service range {services} overlaps a network that is connected to `{}`", network.name));
            } else if overlaps(&services, &network.space) {
                inside = Some(network.name.clone());
            }
            let around = network.space.union(&beyond);
            if overlaps(&cluster.pod_range, &around) {
                refuse(format!("the pod range {} overlaps `{}` or a network that is connected to it", cluster.pod_range, network.name));
            }
        }
        if overlaps(&services, &cluster.pod_range) {
            refuse(format!("the Service range {services} overlaps the pod range {}", cluster.pod_range));
        }
        for range in FORBIDDEN_FOR_CLUSTERS.map(cidr) {
            let forbidden = AddressSet::of_cidrs([&range]);
            if overlaps(&services, &forbidden) || overlaps(&cluster.pod_range, &forbidden) {
                refuse(format!("neither pods nor Services may use addresses of {range}"));
            }
        }
        let nodes = cluster.pools.iter().fold(0, |sum: u32, p| sum.saturating_add(p.count));
        if cluster.plugin == Plugin::Kubenet && nodes > 400 {
            refuse(String::from("kubenet takes 400 nodes at most: each needs a route"));
        }
        if let Some(network) = inside {
            let message =
                format!("the Service range {services} lies within the address space of `{network}`, though in none of its subnets");
            let help = "it works until a subnet is created there: use a range outside the virtual network";
            problems.push(Diagnostic::at(codes::AZ_RANGES, Severity::Warning, Some(cluster.ranges_place), message).help(help));
        }
        if let Some(problem) = cluster.dns_service.and_then(|address| dns_problem(address, &cluster.service_ranges)) {
            error(problems, codes::AZ_RANGES, cluster.ranges_place, problem);
        }
        if cluster.engine == Some(ClusterEngine::Azure) && nodes > MOST_NPM_NODES {
            let message = format!("Azure's network policy manager takes {MOST_NPM_NODES} nodes at most, and this cluster has {nodes}");
            problems.push(Diagnostic::at(codes::AZ_CLUSTER_NOTE, Severity::Warning, Some(place), message));
        }
    }
    shared_subnets(cloud, problems);
}
