//! Clusters, their nodes, and application gateways.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::{Builder, DEFAULT_GATEWAY_RANGE, MOST_NODES, Placed, RESERVED_FIRST, key, own_pod_range, pod_subnet};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{Azure, NodePool, Plugin, Reference};
use crate::language::codes;
use crate::model::{AddressSet, Cidr, Labels, UnknownLabels};
use crate::snapshot::cloud::{CloudCluster, Gateway, NetworkId, Pool, Subnet, SubnetId};
use crate::snapshot::{Node, NodeId, Snapshot};
use crate::text::{DocumentId, Place};

impl Builder {
    pub(super) fn clusters(&mut self, placed: &[Placed<'_>], snapshot: &mut Snapshot) {
        let given_nodes = snapshot.nodes.iter().any(|n| n.place.is_some());
        for (document, resource, azure) in placed {
            let Azure::Cluster(cluster) = azure else { continue };
            let place = resource.span.within(*document);
            let plugin = self.plugin.unwrap_or(cluster.plugin);
            // Each is written in a document of its own, perhaps.
            let added = placed.iter().filter_map(|(document, _, azure)| match azure {
                Azure::NodePool { cluster, pool } if key(&cluster.name) == key(&resource.meta.name) => Some((pool, *document)),
                _ => None,
            });
            let added: Vec<(&NodePool, DocumentId)> = added.collect();
            // A pool that is also written as a resource of its own is that one.
            let is_again = |pool: &NodePool| added.iter().any(|(other, _)| key(&other.name) == key(&pool.name));
            let own = cluster.pools.iter().filter(|pool| !is_again(pool)).map(|pool| (pool, *document));
            let all: Vec<(&NodePool, DocumentId)> = own.chain(added.iter().copied()).collect();
            let mut pools: Vec<Pool> = Vec::new();
            for (pool, document) in &all {
                let mut read = self.pool(pool, plugin, cluster.plugin, *document);
                if pool.subnet.is_none() && read.subnet.is_none() {
                    read.subnet = pools.first().and_then(|first| first.subnet);
                }
                if !given_nodes {
                    self.nodes_of_pool(&mut read, pool, plugin, snapshot);
                }
                pools.push(read);
            }
            if plugin == Plugin::PodSubnet {
                self.assume_pod_subnets(&resource.meta.name, place, &mut pools);
            }
            let of_pools = all.iter().flat_map(|(pool, document)| pool.features.iter().map(|asked| (asked, *document)));
            let asked = cluster.features.iter().map(|asked| (asked, *document)).chain(of_pools);
            let features = asked.map(|((feature, span), document)| (*feature, span.within(document))).collect();
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
                plugin_place: cluster.plugin_span.within(*document),
                control_plane: cluster.control_plane.clone(),
                traffic: cluster.traffic.clone(),
                features,
                place,
            });
        }
    }

    /// A pool with its subnets, without its nodes. `written` is the plugin that the input gives its cluster.
    fn pool(&mut self, pool: &NodePool, plugin: Plugin, written: Plugin, document: DocumentId) -> Pool {
        let is_default = pool.max_pods == 0 || plugin != written && pool.max_pods == written.default_max_pods();
        Pool {
            name: pool.name.to_string(),
            count: pool.count,
            max_pods: if is_default { plugin.default_max_pods() } else { pool.max_pods },
            subnet: pool.subnet.as_ref().and_then(|subnet| self.subnet_of_pool(subnet, document)),
            pod_subnet: pool.pod_subnet.as_ref().and_then(|subnet| self.subnet_of_pool(subnet, document)),
            nodes: Vec::new(),
            zones: pool.zones.iter().map(ToString::to_string).collect(),
            windows: pool.windows,
            growth: pool.growth,
            place: pool.span.within(document),
        }
    }

    /// The subnet that a pool names: an identifier that the input does not spell out means the only subnet there is.
    pub(super) fn subnet_meant(&self, reference: &Reference) -> Option<SubnetId> {
        self.subnet_number(reference).or(match self.cloud.subnets.as_slice() {
            [_] if reference.name.starts_with('$') => Some(SubnetId(0)),
            _ => None,
        })
    }

    fn subnet_of_pool(&mut self, reference: &Reference, document: DocumentId) -> Option<SubnetId> {
        let found = self.subnet_meant(reference);
        if found.is_none() {
            let message = format!("subnet `{}` is not in the input, so its addresses are unknown", reference.name);
            self.missing(reference.span.within(document), message);
        }
        found
    }

    /// Adds the nodes of a pool to the snapshot, as many as its subnet has addresses for.
    fn nodes_of_pool(&mut self, read: &mut Pool, pool: &NodePool, plugin: Plugin, snapshot: &mut Snapshot) {
        let Some(subnet) = read.subnet else { return };
        let width = if plugin == Plugin::NodeSubnet { read.max_pods + 1 } else { 1 };
        for i in 0..pool.count.min(MOST_NODES) {
            let Some(address) = self.free(subnet, width) else { break };
            let mut labels = Labels::default();
            if let Some(zone) = pool.zones.get(i as usize % pool.zones.len().max(1)) {
                labels.set("topology.kubernetes.io/zone", zone);
            }
            labels.set("kubernetes.azure.com/agentpool", &pool.name);
            labels.set("kubernetes.io/os", if pool.windows { "windows" } else { "linux" });
            let name = format!("aks-{}-{i}", pool.name);
            // AKS sets many more.
            let unknown = UnknownLabels { keys: Vec::new(), others: true };
            let node = Node {
                name,
                labels,
                unknown,
                addresses: alloc::vec![address],
                place: Some(read.place),
                stand_in: false,
                leaving: false,
                taints: Vec::new(),
            };
            // A node that a pod names is there already, and nothing but its name is known.
            let known = snapshot.nodes.iter().position(|n| n.name == node.name);
            read.nodes.push(NodeId::at(known.unwrap_or(snapshot.nodes.len())));
            match known.and_then(|at| snapshot.nodes.get_mut(at)) {
                Some(slot) => *slot = node,
                None => snapshot.nodes.push(node),
            }
        }
    }

    /// The network that a node is in, by its addresses. Of several that have one it is that of a cluster's nodes.
    pub(super) fn network_of_node(&mut self, node: &Node, snapshot: &Snapshot) -> Option<(NetworkId, IpAddr)> {
        let of_pool = snapshot.nodes().find(|(_, n)| n.name == node.name).and_then(|(id, _)| {
            let pool = self.cloud.clusters.iter().flat_map(|c| &c.pools).find(|p| p.nodes.contains(&id))?;
            let (network, _) = self.cloud.network_of(pool.subnet?)?;
            Some((network, *node.addresses.first()?))
        });
        if of_pool.is_some() {
            return of_pool;
        }
        let (address, mut networks) = node.addresses.iter().find_map(|a| {
            let networks: Vec<NetworkId> =
                self.cloud.networks_with(*a).into_iter().filter(|n| self.cloud.locate_in(*n, *a).is_some()).collect();
            (!networks.is_empty()).then_some((*a, networks))
        })?;
        if networks.len() > 1 {
            let pools = || self.cloud.clusters.iter().flat_map(|c| &c.pools).filter_map(|p| Some(self.cloud.network_of(p.subnet?)?.0));
            let of_clusters: Vec<NetworkId> = networks.iter().copied().filter(|n| pools().any(|p| p == *n)).collect();
            if of_clusters.len() == 1 {
                networks = of_clusters;
            }
        }
        if let [one] = networks.as_slice() {
            return Some((*one, address));
        }
        let name = |n: &NetworkId| format!("`{}`", self.cloud.network_name(*n));
        let names: Vec<String> = networks.iter().map(name).collect();
        let message = format!("node `{}`: {address} is an address of {}, so its network is unknown", node.name, names.join(" and of "));
        let warning = Diagnostic::at(codes::AZ_AMBIGUOUS, Severity::Warning, node.place, message);
        self.problems.push(warning.help("paste only the cluster's network, or the cluster with the subnet of its nodes"));
        None
    }

    /// Pools whose pods are in a subnet of their own that is not given: one for all of them, in the network of their nodes.
    pub(super) fn assume_pod_subnets(&mut self, cluster: &str, place: Place, pools: &mut [Pool]) {
        let mut made: BTreeMap<NetworkId, Option<SubnetId>> = BTreeMap::new();
        for pool in pools.iter_mut().filter(|pool| pool.pod_subnet.is_none()) {
            let Some((network, _)) = pool.subnet.and_then(|s| self.cloud.network_of(s)) else { continue };
            let (cloud, problems) = (&mut self.cloud, &mut self.problems);
            pool.pod_subnet = *made.entry(network).or_insert_with(|| pod_subnet::assume(cloud, network, cluster, place, problems));
        }
    }

    /// Application gateways, each with the first free address of its subnet.
    pub(super) fn gateways(&mut self, placed: &[Placed<'_>]) {
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
                    SubnetId::last(&self.cloud.subnets)
                });
            }
            let free = subnet.and_then(|number| self.free(number, 1));
            let made_up = range.and_then(|r| match r.first() {
                IpAddr::V4(first) => Some(IpAddr::V4(Ipv4Addr::from_bits(first.to_bits().saturating_add(RESERVED_FIRST)))),
                IpAddr::V6(_) => None,
            });
            let Some(address) = free.or(made_up) else { continue };
            let named = gateway.publics.iter().filter_map(|p| publics.get(&key(&p.name)).copied());
            self.cloud.gateways.push(Gateway {
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
}
