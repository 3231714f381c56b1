//! The address plan: how many addresses a cluster takes of its subnet, and how large it can get. Upstream: docs/azure.md 3.1 and 3.4.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::model::Cidr;
use crate::resources::azure::Plugin;
use crate::snapshot::cloud::{Cloud, Subnet};
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

/// What to plan for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// Where pods get their addresses.
    pub plugin: Plugin,
    /// The nodes' subnet.
    pub subnet: Vec<Cidr>,
    /// Nodes and pods on each, pool by pool; the first is the one to grow.
    pub pools: Vec<(u32, u32)>,
    /// Nodes that are added while nodes are upgraded.
    pub surge: u32,
    /// Other addresses of the subnet that are taken: internal load balancers, machines.
    pub others: u32,
    /// The range of pods, where they have one of their own.
    pub pod_range: Option<Cidr>,
    /// The pods' subnet.
    pub pod_subnet: Vec<Cidr>,
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
            Limit::Subnet => "the subnet has no more addresses",
            Limit::Routes => "kubenet takes 400 nodes at most, as each needs a route",
            Limit::PodRange => "the range of pods has no more /24 ranges, and every node takes one",
            Limit::PodSubnet => "the pods' subnet has no more addresses",
            Limit::Platform => "Azure allows 5,000 nodes a cluster",
        }
    }
}

/// The answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
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
    /// The largest number of nodes of the first pool, with room for upgrades; nothing if not even one fits.
    pub largest: Option<u64>,
    /// The same without room for upgrades.
    pub largest_without_surge: u64,
    /// What stops it there.
    pub limit: Limit,
    /// Nodes of the first pool, as asked.
    pub wanted: u64,
    /// Pods on all nodes of the cluster as asked, at most.
    pub pods: u64,
    /// For pods with a subnet of their own: addresses of it that are taken when nodes are empty, and when they are full.
    pub pod_addresses: Option<(u64, u64, u64)>,
}

impl Plan {
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
        if !self.runs() {
            format!("It does not fit: {}.", self.limit.reason())
        } else if !self.fits() {
            format!("It runs, but an upgrade would fail, with no addresses for the surge node: {}.", self.limit.reason())
        } else {
            format!("It fits, with {} addresses left.", self.free())
        }
    }
}

/// Addresses of a subnet that can be used.
pub fn usable(prefixes: &[Cidr]) -> u64 {
    prefixes.iter().filter(|p| p.is_ipv4()).map(|p| (1u64 << (32 - u32::from(p.length().min(32)))).saturating_sub(RESERVED)).sum()
}

/// Computes the plan.
///
/// ```
/// use netpolis_core::model::Cidr;
/// use netpolis_core::plan::{Question, plan};
/// use netpolis_core::resources::azure::Plugin;
///
/// let question = Question {
///     plugin: Plugin::NodeSubnet,
///     subnet: vec![Cidr::parse("10.0.0.0/24").unwrap()],
///     pools: vec![(3, 30)],
///     surge: 1,
///     others: 0,
///     pod_range: None,
///     pod_subnet: Vec::new(),
/// };
/// // A /24 holds eight nodes of 31 addresses, but only seven that can be upgraded.
/// assert_eq!((plan(&question).largest, plan(&question).largest_without_surge), (Some(7), 8));
/// ```
pub fn plan(question: &Question) -> Plan {
    let Question { plugin, surge, others, .. } = *question;
    let (surge, others) = (u64::from(surge), u64::from(others));
    let width = |max_pods: u32| if plugin == Plugin::NodeSubnet { 1 + u64::from(max_pods) } else { 1 };
    let (_, max_pods) = question.pools.first().copied().unwrap_or((0, plugin.default_max_pods()));
    let per_node = width(max_pods);
    let widest = question.pools.iter().map(|(_, m)| width(*m)).max().unwrap_or(per_node);
    let usable = usable(&question.subnet);
    let nodes: u64 = question.pools.iter().map(|(n, m)| u64::from(*n) * width(*m)).sum();
    let of_others: u64 = question.pools.iter().skip(1).map(|(n, m)| u64::from(*n) * width(*m)).sum();
    let other_nodes: u64 = question.pools.iter().skip(1).map(|(n, _)| u64::from(*n)).sum();
    let room = usable.saturating_sub(others + of_others);

    let mut limits: Vec<(u64, u64, Limit)> = alloc::vec![(room / per_node, surge * widest.div_ceil(per_node), Limit::Subnet)];
    if plugin == Plugin::Kubenet {
        limits.push((MOST_ROUTES.saturating_sub(other_nodes), surge, Limit::Routes));
    }
    if let Some(range) = question.pod_range.filter(|r| matches!(plugin, Plugin::Kubenet | Plugin::Overlay) && r.is_ipv4()) {
        limits.push(((1u64 << 24u32.saturating_sub(u32::from(range.length()))).saturating_sub(other_nodes), surge, Limit::PodRange));
        if range.length() > 24 {
            limits.push((0, surge, Limit::PodRange));
        }
    }
    let full = |max_pods: u32| (u64::from(max_pods) + FREE_KEPT).div_ceil(BATCH) * BATCH;
    let mut pod_addresses = None;
    if plugin == Plugin::PodSubnet && !question.pod_subnet.is_empty() {
        let room = self::usable(&question.pod_subnet);
        let all_nodes: u64 = question.pools.iter().map(|(n, _)| u64::from(*n)).sum();
        let all_full: u64 = question.pools.iter().map(|(n, m)| u64::from(*n) * full(*m)).sum();
        pod_addresses = Some((room, all_nodes * BATCH, all_full));
        limits.push((room / full(max_pods), surge, Limit::PodSubnet));
    }
    limits.push((MOST_NODES.saturating_sub(other_nodes), 0, Limit::Platform));

    let (least, limit) =
        limits.iter().map(|(n, s, limit)| (n.saturating_sub(*s), *limit)).min_by_key(|(n, _)| *n).unwrap_or((0, Limit::Subnet));
    // With nothing left for a node beside the one that is added, nothing runs.
    let none = limits.iter().any(|(n, s, _)| n <= s && *s > 0) && limits.iter().any(|(n, s, _)| n < s || *n == 0);
    Plan {
        usable,
        per_node,
        nodes,
        surge: surge * widest,
        others,
        largest: (!none).then_some(least),
        largest_without_surge: limits.iter().map(|(n, ..)| *n).min().unwrap_or(0),
        limit,
        wanted: question.pools.first().map_or(0, |(n, _)| u64::from(*n)),
        pods: question.pools.iter().map(|(n, m)| u64::from(*n) * u64::from(*m)).sum(),
        pod_addresses,
    }
}

/// The plan of a subnet that a cluster of the scene is in.
#[derive(Clone, Debug)]
pub struct Report {
    /// The cluster.
    pub cluster: String,
    /// The subnet.
    pub subnet: String,
    /// What was planned for.
    pub question: Question,
    /// The answer.
    pub plan: Plan,
    /// What is wrong with it, if something is.
    pub problem: Option<String>,
    /// Where the cluster is written.
    pub place: Place,
}

/// The plans of all clusters of a scene, subnet by subnet. One node is added while upgrading, as Azure does where nothing else is said.
pub fn of_scene(cloud: &Cloud) -> Vec<Report> {
    let mut reports = Vec::new();
    for cluster in &cloud.clusters {
        let mut seen: Vec<u32> = Vec::new();
        for pool in &cluster.pools {
            let Some(number) = pool.subnet.filter(|s| !seen.contains(s)) else { continue };
            seen.push(number);
            let Some(subnet) = cloud.subnets.get(number as usize) else { continue };
            let pods = pool.pod_subnet.and_then(|s| cloud.subnets.get(s as usize));
            let others = cloud.interfaces.iter().filter(|i| i.subnet == number && i.node.is_none() && !i.stand_in).count();
            let question = Question {
                plugin: cluster.plugin,
                subnet: subnet.prefixes.clone(),
                pools: cluster.pools.iter().filter(|p| p.subnet == Some(number)).map(|p| (p.count, p.max_pods)).collect(),
                surge: 1,
                others: others as u32,
                pod_range: cluster.pod_range.ranges().next().and_then(|_| first_prefix(&cluster.pod_range)),
                pod_subnet: pods.map_or_else(Vec::new, |s| s.prefixes.clone()),
            };
            let plan = plan(&question);
            let problem = problem(&cluster.name, subnet, &plan);
            reports.push(Report {
                cluster: cluster.name.clone(),
                subnet: subnet.name.clone(),
                question,
                plan,
                problem,
                place: cluster.place,
            });
        }
    }
    reports
}

/// What is wrong with the plan of a cluster in a subnet, in a sentence.
fn problem(cluster: &str, subnet: &Subnet, plan: &Plan) -> Option<String> {
    if plan.fits() {
        return None;
    }
    let of_subnet = |taken: u64| match plan.limit {
        Limit::Subnet => format!("; it needs {taken} addresses of subnet `{}`, and {} can be used", subnet.name, plan.usable),
        _ => String::new(),
    };
    let reason = plan.limit.reason();
    Some(if plan.runs() {
        let taken = of_subnet(plan.nodes + plan.surge + plan.others);
        format!("upgrade would fail: no addresses for the surge node of `{cluster}`, because {reason}{taken}")
    } else {
        let what = if plan.wanted == 1 { String::from("1 node") } else { format!("{} nodes", plan.wanted) };
        let (taken, most) = (of_subnet(plan.nodes + plan.others), plan.largest.unwrap_or(0));
        format!("`{cluster}` cannot have {what}, because {reason}{taken}; the largest cluster that can be upgraded has {most}")
    })
}

fn first_prefix(set: &crate::model::AddressSet) -> Option<Cidr> {
    format!("{set}").split(", ").next().and_then(|text| Cidr::parse(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(plugin: Plugin, length: u8, max_pods: u32, surge: u32) -> Plan {
        let subnet = alloc::vec![Cidr::parse(&format!("10.0.0.0/{length}")).unwrap()];
        plan(&Question { plugin, subnet, pools: alloc::vec![(1, max_pods)], surge, others: 0, pod_range: None, pod_subnet: Vec::new() })
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
        let question = |nodes, length| Question {
            plugin: Plugin::NodeSubnet,
            subnet: alloc::vec![Cidr::parse(&format!("10.0.0.0/{length}")).unwrap()],
            pools: alloc::vec![(nodes, 30)],
            surge: 1,
            others: 0,
            pod_range: None,
            pod_subnet: Vec::new(),
        };
        let fifty = plan(&question(50, 21));
        assert_eq!(fifty.nodes + fifty.surge, 1581);
        assert!(fifty.fits() && !plan(&question(50, 22)).fits());
        let sixty = plan(&question(60, 21));
        assert_eq!(sixty.nodes + sixty.surge, 1891);
        assert_eq!(ask(Plugin::Kubenet, 24, 110, 0).largest, Some(251));
    }

    #[test]
    fn a_range_of_pods_holds_a_24_a_node() {
        let question = |range: &str| Question {
            plugin: Plugin::Kubenet,
            subnet: alloc::vec![Cidr::parse("10.0.0.0/24").unwrap()],
            pools: alloc::vec![(1, 110)],
            surge: 0,
            others: 0,
            pod_range: Some(Cidr::parse(range).unwrap()),
            pod_subnet: Vec::new(),
        };
        let one = plan(&question("192.168.0.0/24"));
        assert_eq!((one.largest, one.limit), (Some(1), Limit::PodRange));
        assert!(one.fits());
        // The subnet has room for another node, and the range of pods has none.
        let upgraded = plan(&Question { surge: 1, ..question("192.168.0.0/24") });
        assert!(upgraded.runs() && !upgraded.fits() && upgraded.free() > 0);
        assert!(upgraded.verdict().contains("an upgrade would fail") && upgraded.verdict().contains("/24 ranges"));
        assert_eq!(plan(&question("10.244.0.0/16")).largest, Some(251));
    }
}
