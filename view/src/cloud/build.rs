//! From the core's network of the cloud to what the page shows of it.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::address_plan;
use netpolis_core::answers::effective_rules::{EffectiveRule, effective_rules, place_title};
use netpolis_core::explain::addresses_of;
use netpolis_core::language::azure::{Access, ClusterEngine, Plugin};
use netpolis_core::model::Cidr;
use netpolis_core::policy::Direction;
use netpolis_core::snapshot::cloud::regions::region_of;
use netpolis_core::snapshot::cloud::{Cloud, CloudCluster, Interface, InterfaceId, NetworkId, SubnetId};
use netpolis_core::snapshot::{PodId, Role, Snapshot};
use netpolis_core::verdict::traversal::GroupPlace;

use crate::plan::view_of;
use crate::{
    BadgeView, CloudView, ClusterView, GroupRulesView, MachineView, NetworkView, PodView, RegionView, RuleRowView, SourceLocations,
    SubnetUse, SubnetView,
};
use netpolis_core::text::count;

/// Pods that a node or a cluster shows one by one, at most.
const MOST_PODS: usize = 24;
/// Machines that a subnet shows one by one, at most.
const MOST_MACHINES: usize = 60;
/// Ranges of a tag that are listed, at most.
const MOST_RANGES: usize = 12;

/// The id of the badge at which a security group is met.
pub(crate) fn badge_id(place: GroupPlace, direction: Direction) -> String {
    let way = if direction == Direction::Egress { "out" } else { "in" };
    format!("{}-{way}", badge(place))
}

fn badge(place: GroupPlace) -> String {
    match place {
        GroupPlace::Subnet(id) => format!("subnet-{}", id.index()),
        GroupPlace::Interface(id) => format!("interface-{}", id.index()),
    }
}

/// The cloud's network; nothing where the input says nothing of it.
pub(crate) fn cloud_view(scene: &Analysis, spots: &SourceLocations<'_>) -> Option<CloudView> {
    let snapshot = scene.snapshot();
    let cloud = &snapshot.cloud;
    if cloud.is_empty() {
        return None;
    }
    let builder = CloudBuilder { snapshot, cloud, spots };
    let mut regions: Vec<RegionView> = Vec::new();
    for (number, network) in NetworkId::each(&cloud.networks) {
        let known = network.location.as_deref().and_then(region_of);
        let title = known.map_or_else(|| network.location.clone().unwrap_or_default(), |r| r.title.to_owned());
        let view = builder.network(number, network);
        match regions.iter_mut().find(|r| r.title == title) {
            Some(region) => region.networks.push(view),
            None => regions.push(RegionView { title, geography: known.map(|r| r.geography.to_owned()), networks: vec![view] }),
        }
    }
    let groups = effective_rules(cloud, scene.compiled().ruleset())
        .iter()
        .map(|group| GroupRulesView {
            name: group.name.clone(),
            places: group.places.iter().map(|p| place_title(cloud, *p)).collect(),
            inbound: group.inbound.iter().map(|r| rule_row(r, spots)).collect(),
            outbound: group.outbound.iter().map(|r| rule_row(r, spots)).collect(),
            spot: spots.at(group.place),
        })
        .collect();
    let plans = address_plan::address_plans(cloud)
        .into_iter()
        .map(|r| view_of(format!("{} in subnet {}", r.cluster, r.subnet), &r.request))
        .collect();
    Some(CloudView {
        regions,
        groups,
        clusters: cloud.clusters.iter().map(|c| builder.cluster(c)).collect(),
        plans,
        subnets: builder.uses(),
    })
}

struct CloudBuilder<'a> {
    snapshot: &'a Snapshot,
    cloud: &'a Cloud,
    spots: &'a SourceLocations<'a>,
}

pub(crate) fn joined(prefixes: &[Cidr]) -> String {
    prefixes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl CloudBuilder<'_> {
    fn network(&self, number: NetworkId, network: &netpolis_core::snapshot::cloud::Network) -> NetworkView {
        let peers = network.peers.iter().filter_map(|p| self.cloud.network(*p)).map(|p| p.name.clone()).collect();
        let subnets = SubnetId::each(&self.cloud.subnets).filter(|(_, s)| s.network == number);
        NetworkView {
            name: network.name.clone(),
            prefixes: joined(&network.prefixes),
            peers,
            assumed: network.is_assumed(),
            subnets: subnets.map(|(i, s)| self.subnet(i, s)).collect(),
            spot: self.spots.at(network.place),
        }
    }

    fn badge(&self, used: Option<netpolis_core::policy::GroupUseId>, place: GroupPlace) -> Option<BadgeView> {
        let (_, group) = self.cloud.used(used?)?;
        Some(BadgeView { name: group.name.clone(), id: badge(place), rules: group.rules.len() as u32 })
    }

    fn subnet(&self, number: SubnetId, subnet: &netpolis_core::snapshot::cloud::Subnet) -> SubnetView {
        let inside: Vec<(InterfaceId, &Interface)> =
            InterfaceId::each(&self.cloud.interfaces).filter(|(_, i)| i.subnet == number).collect();
        let is_home = self.cloud.clusters.iter().flat_map(|c| &c.pools).any(|p| p.pod_subnet.or(p.subnet) == Some(number));
        let unplaced = self.snapshot.pods().filter(|(_, e)| e.role == Role::Pod && e.node.is_none());
        SubnetView {
            name: subnet.name.clone(),
            prefixes: joined(&subnet.prefixes),
            group: self.badge(subnet.group, GroupPlace::Subnet(number)),
            machines: inside.iter().take(MOST_MACHINES).map(|(i, interface)| self.machine(*i, interface)).collect(),
            more: inside.len().saturating_sub(MOST_MACHINES) as u32,
            pods: if is_home { unplaced.take(MOST_PODS).map(|(id, _)| self.pod(id)).collect() } else { Vec::new() },
            spot: self.spots.at(subnet.place),
        }
    }

    fn machine(&self, number: InterfaceId, interface: &Interface) -> MachineView {
        let on_it: Vec<PodId> = match interface.node {
            Some(node) => self.snapshot.pods().filter(|(_, e)| e.node == Some(node) && e.role == Role::Pod).map(|(id, _)| id).collect(),
            None => Vec::new(),
        };
        let node = interface.node.and_then(|n| self.snapshot.node(n));
        MachineView {
            key: node.map_or_else(|| format!("vm/{}", interface.title()), |n| format!("node/{}", n.name)),
            title: interface.title().to_owned(),
            address: addresses_of(interface, self.snapshot).into_iter().next().unwrap_or_default(),
            zone: interface.zones.first().cloned(),
            node: node.is_some(),
            stand_in: interface.stand_in,
            public: interface.public.map(|sku| sku.as_str().to_owned()),
            group: self.badge(interface.group, GroupPlace::Interface(number)),
            groups: interface.application_groups.clone(),
            pods: on_it.iter().take(MOST_PODS).map(|id| self.pod(*id)).collect(),
            more: on_it.len().saturating_sub(MOST_PODS) as u32,
        }
    }

    fn pod(&self, id: PodId) -> PodView {
        let Some(endpoint) = self.snapshot.pod(id) else { return PodView::default() };
        let workload = self.snapshot.workload(endpoint.workload);
        let namespace = self.snapshot.namespace_name(endpoint.namespace);
        PodView {
            key: workload.map_or_else(String::new, |w| format!("{namespace}/{}[{}]", w.name, w.kind)),
            title: endpoint.name.clone(),
            address: endpoint.addresses.first().map(ToString::to_string),
            given: endpoint.address_given,
            replicas: endpoint.replicas,
        }
    }

    fn cluster(&self, cluster: &CloudCluster) -> ClusterView {
        let mut facts: Vec<(String, String)> = Vec::new();
        let mut fact = |term: &str, text: String| facts.push((term.to_owned(), text));
        fact("Network plugin", cluster.plugin.title().to_owned());
        fact(
            "Policy engine",
            match cluster.engine {
                Some(ClusterEngine::Azure) => "Azure network policy manager".into(),
                Some(ClusterEngine::Calico) => "Calico".into(),
                Some(ClusterEngine::Cilium) => "Cilium".into(),
                Some(ClusterEngine::None) => "none: policies are stored, and nothing enforces them".into(),
                None => "not specified".into(),
            },
        );
        fact(
            "Pod addresses",
            match cluster.plugin {
                Plugin::Kubenet => format!("{}, a /24 for each node; they leave with their node's address", cluster.pod_range),
                Plugin::Overlay => {
                    format!("{}, a /24 for each node; outside the cluster they have their node's address", cluster.pod_range)
                }
                Plugin::NodeSubnet => "of the nodes' subnet, reserved when a node joins; reachable from the whole network".into(),
                Plugin::PodSubnet => "from a subnet for pods, 16 at a time; reachable from the whole network".into(),
                Plugin::None => "as the CNI plugin that you install assigns them".into(),
            },
        );
        fact("Services", joined(&cluster.service_ranges));
        let pools: Vec<String> = cluster
            .pools
            .iter()
            .map(|p| format!("{}: {}, at most {} on each", p.name, count(p.count as usize, "node"), count(p.max_pods as usize, "pod")))
            .collect();
        fact("Node pools", pools.join("; "));
        let reach = match (&cluster.control_plane.private, cluster.control_plane.authorized.as_slice()) {
            (true, _) => "reachable only inside the virtual network".to_owned(),
            (false, []) => "its API server is reachable from anywhere".to_owned(),
            (false, ranges) => format!("its API server is reachable from {}", joined(ranges)),
        };
        fact("Control plane", format!("run by Azure: not among the nodes, no SSH, no security group of yours; {reach}"));
        ClusterView { name: cluster.name.clone(), facts, spot: self.spots.at(cluster.place) }
    }

    fn uses(&self) -> Vec<SubnetUse> {
        let one = |(number, subnet): (SubnetId, &netpolis_core::snapshot::cloud::Subnet)| {
            let own = self.cloud.interfaces.iter().filter(|i| i.subnet == number && i.node.is_none() && !i.stand_in).count() as u64;
            let pools = self.cloud.clusters.iter().flat_map(|c| c.pools.iter().map(move |p| (c.plugin, p)));
            let nodes: u64 = pools
                .filter(|(_, p)| p.subnet == Some(number))
                .map(|(plugin, p)| u64::from(p.count) * if plugin == Plugin::NodeSubnet { 1 + u64::from(p.max_pods) } else { 1 })
                .sum();
            let network = self.cloud.network_name(subnet.network);
            SubnetUse {
                title: format!("{network} / {}", subnet.name),
                prefixes: joined(&subnet.prefixes),
                usable: address_plan::usable(&subnet.prefixes),
                used: own + nodes,
            }
        };
        SubnetId::each(&self.cloud.subnets).map(one).collect()
    }
}

fn rule_row(rule: &EffectiveRule, spots: &SourceLocations<'_>) -> RuleRowView {
    let side = |text: &str, ports: &str| if ports == "*" { text.to_owned() } else { format!("{text} port {ports}") };
    // Addresses are what they are; only tags and groups need saying.
    let means = |text: &str, set: &Option<netpolis_core::model::AddressSet>| {
        let set = set.as_ref().filter(|_| text.starts_with(|c: char| c.is_ascii_alphabetic()))?;
        let ranges: Vec<String> = set.to_string().split(", ").map(str::to_owned).collect();
        let more = ranges.len().saturating_sub(MOST_RANGES);
        let shown = ranges.into_iter().take(MOST_RANGES).collect::<Vec<_>>().join(", ");
        Some(match (shown.is_empty(), more) {
            (true, _) => "no known address".to_owned(),
            (false, 0) => shown,
            (false, more) => format!("{shown} and {}", count(more, "more range")),
        })
    };
    RuleRowView {
        name: rule.name.clone(),
        priority: rule.priority,
        allow: rule.access == Access::Allow,
        protocol: rule.protocol.clone(),
        source: side(&rule.source, &rule.source_ports),
        source_means: means(&rule.source, &rule.source_addresses),
        destination: rule.destination.clone(),
        destination_means: means(&rule.destination, &rule.destination_addresses),
        ports: rule.destination_ports.clone(),
        is_default: rule.is_default,
        spot: spots.at(rule.place),
    }
}
