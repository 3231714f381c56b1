//! **How many addresses does a cluster take of its subnet, and how large can it get?** [`address_plan`] answers for a request, [`address_plans`] for
//! every cluster of an input.
//!
//! Nothing is evaluated here; this is arithmetic on what Azure hands out. Upstream: docs/azure.md 3.1 and 3.4.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::language::azure::Plugin;
use crate::model::{AddressSet, Cidr};
use crate::snapshot::cloud::{Cloud, CloudCluster, Interface, Pool, Subnet, SubnetId};
use crate::text::Place;

/// Addresses of every subnet that Azure keeps.
pub const RESERVED: u64 = 5;
/// Nodes with kubenet, at most: a route each.
const MOST_ROUTES: u64 = 400;
/// Nodes of a cluster, at most.
const MOST_NODES: u64 = 5000;
/// Addresses that a node takes of the pods' subnet at once.
const BATCH: u64 = 16;
/// A node asks for more when fewer than this are free.
const FREE_KEPT: u64 = 8;

/// A pool of nodes to plan for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PlannedPool {
    /// Nodes: the most that the autoscaler may make, where it is enabled.
    pub nodes: u32,
    /// Nodes today.
    pub now: u32,
    /// Pods on each, at most.
    pub max_pods: u32,
    /// Nodes that are added while it is upgraded.
    pub surge: u32,
    /// Whether nodes take blocks of the pods' subnet when they join.
    pub static_blocks: bool,
}

impl PlannedPool {
    /// So many nodes with so many pods each, which are added to by so many while upgrading.
    pub const fn new(nodes: u32, max_pods: u32, surge: u32) -> Self {
        PlannedPool { nodes, now: nodes, max_pods, surge, static_blocks: false }
    }

    /// Addresses that a node takes of the nodes' subnet.
    fn width(&self, plugin: Plugin) -> u64 {
        if plugin == Plugin::NodeSubnet { 1 + u64::from(self.max_pods) } else { 1 }
    }

    /// Addresses that a node takes of the pods' subnet: when it joins, and when it is full. Upstream: docs/azure.md 3.4.
    fn pod_addresses(&self) -> (u64, u64) {
        let pods = u64::from(self.max_pods);
        if self.static_blocks {
            // One address of its blocks is the node's own.
            let blocks = (pods + 1).div_ceil(BATCH) * BATCH;
            (blocks, blocks)
        } else {
            (BATCH, (pods + FREE_KEPT).div_ceil(BATCH) * BATCH)
        }
    }
}

/// What to plan for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlanRequest {
    /// Where pods get their addresses.
    pub plugin: Plugin,
    /// The nodes' subnet.
    pub subnet: Vec<Cidr>,
    /// Pool by pool, as large as each may become; the first is the one to grow.
    pub pools: Vec<PlannedPool>,
    /// Nodes of the cluster in other subnets: they take of the range of pods and of what the cluster may have, not of this subnet.
    pub elsewhere: u32,
    /// Other addresses of the subnet that are taken: internal load balancers, machines, nodes of other clusters with their pods.
    pub others: u32,
    /// The range of pods, where they have one of their own.
    pub pod_range: Option<Cidr>,
    /// The pods' subnet.
    pub pod_subnet: Vec<Cidr>,
    /// Addresses of the pods' subnet that pods on other nodes take: of other clusters, and of pools whose nodes are in other subnets.
    pub pod_others: u32,
}

/// What limits a cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Limit {
    /// Addresses of the nodes' subnet.
    Subnet,
    /// Routes, one a node.
    Routes,
    /// The range of pods, of which every node takes a /24.
    PodRange,
    /// Addresses of the pods' subnet.
    PodSubnet,
    /// What Azure allows.
    Platform,
}

impl Limit {
    /// The limit in words: "because …".
    pub const fn reason(self) -> &'static str {
        match self {
            Limit::Subnet => "the subnet has no addresses left",
            Limit::Routes => "kubenet supports at most 400 nodes, because each needs a route",
            Limit::PodRange => "the pod range has no /24 left, and every node needs one",
            Limit::PodSubnet => "the pods' subnet has no addresses left",
            Limit::Platform => "Azure allows 5,000 nodes per cluster",
        }
    }
}

/// The answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressPlan {
    /// Addresses of the subnet, without those that Azure keeps.
    pub usable: u64,
    /// Addresses that a node of the first pool takes: its own, and with Azure CNI those of its pods.
    pub per_node: u64,
    /// Addresses that the nodes take.
    pub nodes: u64,
    /// Addresses that the nodes take that are added while upgrading.
    pub surge: u64,
    /// Other addresses that are taken.
    pub others: u64,
    /// The largest number of nodes in the subnet, all pools together and the first one grown, with room for upgrades; nothing if not even one of the
    /// first pool fits.
    pub largest: Option<u64>,
    /// The same without room for upgrades.
    pub largest_without_surge: u64,
    /// What stops it there.
    pub limit: Limit,
    /// Nodes of all pools, as asked: as many as the autoscaler may make.
    pub wanted: u64,
    /// Nodes of all pools today.
    pub now: u64,
    /// Whether it runs with the nodes of today.
    pub runs_now: bool,
    /// Pods on all nodes as asked, at most.
    pub pods: u64,
    /// For pods with a subnet of their own: its usable addresses, and those of it that are taken when nodes are empty, and when they are full.
    pub pod_addresses: Option<(u64, u64, u64)>,
}

impl AddressPlan {
    /// Addresses that are left, upgrades included; negative if there are too few.
    pub fn free(&self) -> i64 {
        self.usable as i64 - (self.nodes + self.surge + self.others) as i64
    }

    /// Whether the cluster runs, upgrades left aside.
    pub fn runs(&self) -> bool {
        self.nodes + self.others <= self.usable && self.wanted <= self.largest_without_surge
    }

    /// Whether it can be upgraded too.
    pub fn fits(&self) -> bool {
        self.runs() && self.free() >= 0 && self.largest.is_some_and(|most| self.wanted <= most)
    }

    /// The answer in a sentence.
    pub fn verdict(&self) -> String {
        let reason = self.limit.reason();
        if self.fits() {
            format!("It fits, with {} left.", crate::text::count(self.free() as usize, "address"))
        } else if self.runs() {
            format!("It runs, but an upgrade would fail without addresses for the surge node: {reason}.")
        } else if self.runs_now && self.now < self.wanted {
            format!("Today's {} run, but the autoscaler cannot scale to its maximum of {}: {reason}.", counted(self.now), self.wanted)
        } else {
            format!("It does not fit: {reason}.")
        }
    }
}

/// `1 node`, `2 nodes`.
pub fn counted(nodes: u64) -> String {
    if nodes == 1 { String::from("1 node") } else { format!("{nodes} nodes") }
}

/// Addresses of a subnet that can be used.
pub fn usable(prefixes: &[Cidr]) -> u64 {
    prefixes.iter().filter(|p| p.is_ipv4()).map(|p| (1u64 << (32 - u32::from(p.length().min(32)))).saturating_sub(RESERVED)).sum()
}

/// Computes the plan.
///
/// ```
/// use netpolis_core::model::Cidr;
/// use netpolis_core::answers::address_plan::{PlanRequest, PlannedPool, address_plan};
/// use netpolis_core::language::azure::Plugin;
///
/// let request = PlanRequest {
///     plugin: Plugin::NodeSubnet,
///     subnet: vec![Cidr::parse("10.0.0.0/24").unwrap()],
///     pools: vec![PlannedPool::new(3, 30, 1)],
///     elsewhere: 0,
///     others: 0,
///     pod_range: None,
///     pod_subnet: Vec::new(),
///     pod_others: 0,
/// };
/// // A /24 holds eight nodes of 31 addresses, but only seven that can be upgraded.
/// assert_eq!((address_plan(&request).largest, address_plan(&request).largest_without_surge), (Some(7), 8));
/// ```
pub fn address_plan(request: &PlanRequest) -> AddressPlan {
    let plugin = request.plugin;
    let first = request.pools.first().copied().unwrap_or(PlannedPool::new(0, plugin.default_max_pods(), 0));
    let rest = || request.pools.iter().skip(1);
    let limits = limits(request, &first);
    let other_nodes: u64 = rest().map(|p| u64::from(p.nodes)).sum();
    let (least, limit) = limits.iter().map(|l| (l.with.unwrap_or(0), l.limit)).min_by_key(|(n, _)| *n).unwrap_or((0, Limit::Subnet));
    // With nothing left for a node beside the one that is added, nothing runs.
    let none = first.surge > 0 && limits.iter().any(|l| l.with.is_none() || l.without == 0);
    let without = limits.iter().map(|l| l.without).min().unwrap_or(0);
    let total = |count: fn(&PlannedPool) -> u32| request.pools.iter().map(|p| u64::from(count(p))).sum::<u64>();
    let addresses = |count: fn(&PlannedPool) -> u32| request.pools.iter().map(|p| u64::from(count(p)) * p.width(plugin)).sum::<u64>();
    let usable = usable(&request.subnet);
    let pod_addresses = (plugin == Plugin::PodSubnet && !request.pod_subnet.is_empty()).then(|| {
        let of = |full: bool| {
            let each = request.pools.iter().map(|p| u64::from(p.nodes) * if full { p.pod_addresses().1 } else { p.pod_addresses().0 });
            u64::from(request.pod_others) + each.sum::<u64>()
        };
        (self::usable(&request.pod_subnet), of(false), of(true))
    });
    let now = total(|p| p.now);
    AddressPlan {
        usable,
        per_node: first.width(plugin),
        nodes: addresses(|p| p.nodes),
        surge: request.pools.iter().map(|p| u64::from(p.surge) * p.width(plugin)).max().unwrap_or(0),
        others: request.others.into(),
        largest: (!none).then_some(least + other_nodes),
        largest_without_surge: without + other_nodes,
        limit,
        wanted: total(|p| p.nodes),
        now,
        runs_now: addresses(|p| p.now) + u64::from(request.others) <= usable && limits.iter().all(|l| now <= l.for_all),
        pods: request.pools.iter().map(|p| u64::from(p.nodes) * u64::from(p.max_pods)).sum(),
        pod_addresses,
    }
}

/// How many nodes something allows.
struct Bound {
    /// Nodes of the first pool, without room for upgrades.
    without: u64,
    /// The same with room for upgrades; nothing if there is none even for these.
    with: Option<u64>,
    /// Nodes of all pools in the subnet; the subnet itself is measured in addresses, and sets none.
    for_all: u64,
    /// What it is.
    limit: Limit,
}

/// What limits the cluster, each with the number of nodes that it leaves to the first pool.
fn limits(request: &PlanRequest, first: &PlannedPool) -> Vec<Bound> {
    let PlanRequest { plugin, others, elsewhere, .. } = *request;
    let rest = || request.pools.iter().skip(1);
    let other_nodes: u64 = rest().map(|p| u64::from(p.nodes)).sum();
    let surge_nodes = request.pools.iter().map(|p| u64::from(p.surge)).max().unwrap_or(0);
    let of_nodes = |most: u64, surge: u64, limit: Limit| {
        let for_all = most.saturating_sub(elsewhere.into());
        let without = for_all.saturating_sub(other_nodes);
        Bound { without, with: without.checked_sub(surge), for_all, limit }
    };
    let of_addresses = |room: u64, each: u64, taken: u64, surge: u64, limit: Limit| {
        let room = room.saturating_sub(taken);
        Bound { without: room / each.max(1), with: room.checked_sub(surge).map(|r| r / each.max(1)), for_all: u64::MAX, limit }
    };
    let width = |p: &PlannedPool| p.width(plugin);
    let taken = u64::from(others) + rest().map(|p| u64::from(p.nodes) * width(p)).sum::<u64>();
    let surge = request.pools.iter().map(|p| u64::from(p.surge) * width(p)).max().unwrap_or(0);
    let mut limits = alloc::vec![of_addresses(usable(&request.subnet), width(first), taken, surge, Limit::Subnet)];
    if plugin == Plugin::Kubenet {
        limits.push(of_nodes(MOST_ROUTES, surge_nodes, Limit::Routes));
    }
    if let Some(range) = request.pod_range.filter(|r| matches!(plugin, Plugin::Kubenet | Plugin::Overlay) && r.is_ipv4()) {
        let blocks = if range.length() > 24 { 0 } else { 1u64 << (24 - u32::from(range.length())) };
        limits.push(of_nodes(blocks, surge_nodes, Limit::PodRange));
    }
    if plugin == Plugin::PodSubnet && !request.pod_subnet.is_empty() {
        let full = |p: &PlannedPool| p.pod_addresses().1;
        let taken = u64::from(request.pod_others) + rest().map(|p| u64::from(p.nodes) * full(p)).sum::<u64>();
        let surge = request.pools.iter().map(|p| u64::from(p.surge) * full(p)).max().unwrap_or(0);
        limits.push(of_addresses(usable(&request.pod_subnet), full(first), taken, surge, Limit::PodSubnet));
    }
    limits.push(of_nodes(MOST_NODES, 0, Limit::Platform));
    limits
}

/// The plan of a subnet that a cluster of the analysis is in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClusterPlan {
    /// The cluster.
    pub cluster: String,
    /// The subnet.
    pub subnet: String,
    /// What was planned for.
    pub request: PlanRequest,
    /// The answer.
    pub plan: AddressPlan,
    /// What is wrong with it, if something is.
    pub problem: Option<String>,
    /// Where the cluster is written.
    pub place: Place,
}

/// A pool as large as it may become. One node is added while upgrading, as Azure does where nothing else is said.
fn planned(pool: &Pool) -> PlannedPool {
    let nodes = pool.growth.autoscaler.map_or(pool.count, |limits| limits.most.max(pool.count));
    PlannedPool {
        nodes,
        now: pool.count,
        max_pods: pool.max_pods,
        surge: pool.growth.surge.map_or(1, |surge| surge.of(nodes)),
        static_blocks: pool.growth.static_blocks,
    }
}

/// The plans of all clusters of an analysis, subnet by subnet.
pub fn address_plans(cloud: &Cloud) -> Vec<ClusterPlan> {
    let mut reports = Vec::new();
    for cluster in &cloud.clusters {
        let mut seen: Vec<SubnetId> = Vec::new();
        for pool in &cluster.pools {
            let Some(number) = pool.subnet.filter(|s| !seen.contains(s)) else { continue };
            seen.push(number);
            let Some(subnet) = cloud.subnet(number) else { continue };
            let pods = pool.pod_subnet.and_then(|s| cloud.subnet(s)).filter(|s| !s.assumed);
            let is_here = |i: &&Interface| i.subnet == number && i.node.is_none() && !i.stand_in;
            let of_machines = cloud.interfaces.iter().filter(is_here).map(|i| i.addresses.iter().filter(|a| a.is_ipv4()).count().max(1));
            let others = of_machines.sum::<usize>() as u64 + of_other_clusters(cloud, cluster, number);
            let request = PlanRequest {
                plugin: cluster.plugin,
                subnet: subnet.prefixes.clone(),
                pools: cluster.pools.iter().filter(|p| p.subnet == Some(number)).map(planned).collect(),
                elsewhere: cluster.pools.iter().filter(|p| p.subnet != Some(number)).map(|p| planned(p).nodes).sum(),
                others: u32::try_from(others).unwrap_or(u32::MAX),
                pod_range: cluster.pod_range.ranges().next().and_then(|_| first_prefix(&cluster.pod_range)),
                pod_subnet: pods.map_or_else(Vec::new, |s| s.prefixes.clone()),
                pod_others: pods.and(pool.pod_subnet).map_or(0, |pods| of_other_pods(cloud, cluster, number, pods)),
            };
            let plan = address_plan(&request);
            let problem = problem(&cluster.name, subnet, &plan);
            reports.push(ClusterPlan {
                cluster: cluster.name.clone(),
                subnet: subnet.name.clone(),
                request,
                plan,
                problem,
                place: cluster.place,
            });
        }
    }
    reports
}

/// Addresses of a subnet that the nodes of other clusters take, as large as these may become.
fn of_other_clusters(cloud: &Cloud, own: &CloudCluster, subnet: SubnetId) -> u64 {
    let others = cloud.clusters.iter().filter(|other| !core::ptr::eq(*other, own));
    let nodes = |cluster: &CloudCluster| {
        let here = cluster.pools.iter().filter(|pool| pool.subnet == Some(subnet)).map(planned);
        here.map(|pool| u64::from(pool.nodes) * pool.width(cluster.plugin)).sum::<u64>()
    };
    others.map(nodes).sum()
}

/// Addresses of a pods' subnet that full nodes take besides those of a cluster in a subnet.
fn of_other_pods(cloud: &Cloud, own: &CloudCluster, subnet: SubnetId, pods: SubnetId) -> u32 {
    let of = |cluster: &CloudCluster| {
        let is_other = |pool: &&Pool| pool.pod_subnet == Some(pods) && !(core::ptr::eq(cluster, own) && pool.subnet == Some(subnet));
        cluster.pools.iter().filter(is_other).map(planned).map(|pool| u64::from(pool.nodes) * pool.pod_addresses().1).sum::<u64>()
    };
    u32::try_from(cloud.clusters.iter().map(of).sum::<u64>()).unwrap_or(u32::MAX)
}

/// What is wrong with the plan of a cluster in a subnet, in a sentence.
fn problem(cluster: &str, subnet: &Subnet, plan: &AddressPlan) -> Option<String> {
    if plan.fits() {
        return None;
    }
    let of_subnet = |needed: u64| match (plan.limit, plan.others) {
        (Limit::Subnet, 0) => format!("; it needs {needed} addresses of subnet `{}`, which has {} usable ones", subnet.name, plan.usable),
        (Limit::Subnet, others) => {
            let taken = crate::text::count(others as usize, "address");
            format!(
                "; it needs {needed} addresses of subnet `{}`, which has {} usable ones, and others take {taken}",
                subnet.name, plan.usable
            )
        }
        _ => String::new(),
    };
    let reason = plan.limit.reason();
    Some(if plan.runs() {
        let taken = of_subnet(plan.nodes + plan.surge);
        format!("upgrade would fail: no addresses for the surge node of `{cluster}`, because {reason}{taken}")
    } else {
        let taken = of_subnet(plan.nodes);
        let what = counted(plan.wanted);
        let most = plan.largest.map_or_else(String::new, |most| format!("; the largest cluster that can be upgraded has {most}"));
        let may = if plan.now < plan.wanted { " as the autoscaler may make" } else { "" };
        format!("`{cluster}` cannot have {what}{may}, because {reason}{taken}{most}")
    })
}

fn first_prefix(set: &AddressSet) -> Option<Cidr> {
    format!("{set}").split(", ").next().and_then(|text| Cidr::parse(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(plugin: Plugin, length: u8, max_pods: u32, surge: u32) -> AddressPlan {
        let subnet = alloc::vec![Cidr::parse(&format!("10.0.0.0/{length}")).unwrap()];
        address_plan(&PlanRequest {
            plugin,
            subnet,
            pools: alloc::vec![PlannedPool::new(1, max_pods, surge)],
            elsewhere: 0,
            others: 0,
            pod_range: None,
            pod_subnet: Vec::new(),
            pod_others: 0,
        })
    }

    /// The length of a subnet's prefix, its usable addresses, nodes with 30 pods and no surge, nodes with a surge of one at 30, 110 and 250 pods,
    /// and nodes of an overlay.
    type Row = (u8, u64, u64, [Option<u64>; 3], u64);

    #[test]
    fn the_documented_table() {
        let rows: [Row; 11] = [
            (29, 3, 0, [None, None, None], 2),
            (28, 11, 0, [None, None, None], 10),
            (27, 27, 0, [None, None, None], 26),
            (26, 59, 1, [Some(0), None, None], 58),
            (25, 123, 3, [Some(2), Some(0), None], 122),
            (24, 251, 8, [Some(7), Some(1), Some(0)], 250),
            (23, 507, 16, [Some(15), Some(3), Some(1)], 506),
            (22, 1019, 32, [Some(31), Some(8), Some(3)], 1018),
            (21, 2043, 65, [Some(64), Some(17), Some(7)], 2042),
            (20, 4091, 131, [Some(130), Some(35), Some(15)], 4090),
            (16, 65531, 2113, [Some(2112), Some(589), Some(260)], 5000),
        ];
        for (length, usable, without, [thirty, hundred_ten, two_fifty], overlay) in rows {
            let flat = ask(Plugin::NodeSubnet, length, 30, 1);
            assert_eq!((flat.usable, flat.largest_without_surge, flat.largest), (usable, without, thirty), "/{length}");
            assert_eq!(ask(Plugin::NodeSubnet, length, 110, 1).largest, hundred_ten, "/{length}, 110 pods");
            assert_eq!(ask(Plugin::NodeSubnet, length, 250, 1).largest, two_fifty, "/{length}, 250 pods");
            assert_eq!(ask(Plugin::Overlay, length, 250, 1).largest, Some(overlay), "/{length}, overlay");
            let kubenet = ask(Plugin::Kubenet, length, 110, 1);
            assert_eq!(kubenet.largest, Some(overlay.min(399)), "/{length}, kubenet");
        }
    }

    #[test]
    fn documented_checks() {
        // 50 nodes, 30 pods each, one to upgrade: 51 + 51 * 30.
        let request = |nodes, length| PlanRequest {
            plugin: Plugin::NodeSubnet,
            subnet: alloc::vec![Cidr::parse(&format!("10.0.0.0/{length}")).unwrap()],
            pools: alloc::vec![PlannedPool::new(nodes, 30, 1)],
            elsewhere: 0,
            others: 0,
            pod_range: None,
            pod_subnet: Vec::new(),
            pod_others: 0,
        };
        let fifty = address_plan(&request(50, 21));
        assert_eq!(fifty.nodes + fifty.surge, 1581);
        assert!(fifty.fits() && !address_plan(&request(50, 22)).fits());
        let sixty = address_plan(&request(60, 21));
        assert_eq!(sixty.nodes + sixty.surge, 1891);
        assert_eq!(ask(Plugin::Kubenet, 24, 110, 0).largest, Some(251));
    }

    #[test]
    fn a_range_of_pods_holds_a_24_a_node() {
        let request = |range: &str| PlanRequest {
            plugin: Plugin::Kubenet,
            subnet: alloc::vec![Cidr::parse("10.0.0.0/24").unwrap()],
            pools: alloc::vec![PlannedPool::new(1, 110, 0)],
            elsewhere: 0,
            others: 0,
            pod_range: Some(Cidr::parse(range).unwrap()),
            pod_subnet: Vec::new(),
            pod_others: 0,
        };
        let one = address_plan(&request("192.168.0.0/24"));
        assert_eq!((one.largest, one.limit), (Some(1), Limit::PodRange));
        assert!(one.fits());
        // The subnet has room for another node, and the range of pods has none.
        let upgraded = address_plan(&PlanRequest { pools: alloc::vec![PlannedPool::new(1, 110, 1)], ..request("192.168.0.0/24") });
        assert!(upgraded.runs() && !upgraded.fits() && upgraded.free() > 0);
        assert!(upgraded.verdict().contains("an upgrade would fail") && upgraded.verdict().contains("the pod range has no /24 left"));
        assert_eq!(address_plan(&request("10.244.0.0/16")).largest, Some(251));
    }
}
