//! `netpolis plan`: how many addresses a cluster takes of its subnet, and how large it can get.

use std::fmt;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::address_plan::{
    AddressPlan, ClusterPlan, PlanRequest, PlannedPool, RESERVED, address_plan, address_plans, counted,
};
use netpolis_core::language::azure::Plugin;
use netpolis_core::model::Cidr;
use serde_json::{Value, json};

use crate::formats::TextOrJson;
use crate::places::printable;

/// What is asked for on the command line, where no files are given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// The plugin.
    pub plugin: Option<Plugin>,
    /// The nodes' subnet.
    pub subnet: Vec<Cidr>,
    /// Nodes.
    pub nodes: Option<u32>,
    /// Pods on a node.
    pub max_pods: Option<u32>,
    /// Nodes that are added while upgrading.
    pub surge: Option<u32>,
    /// Other addresses that are taken.
    pub others: Option<u32>,
    /// The range of pods.
    pub pod_range: Option<Cidr>,
    /// The pods' subnet.
    pub pod_subnet: Vec<Cidr>,
}

impl Asked {
    /// Whether anything was asked for.
    pub fn is_empty(&self) -> bool {
        *self == Asked::default()
    }

    fn change(&self, question: &PlanRequest) -> PlanRequest {
        let plugin = self.plugin.unwrap_or(question.plugin);
        let default = PlannedPool::new(1, plugin.default_max_pods(), 1);
        let mut pools = if question.pools.is_empty() { vec![default] } else { question.pools.clone() };
        if let Some(first) = pools.first_mut() {
            let of_plugin = if self.plugin.is_some() { plugin.default_max_pods() } else { first.max_pods };
            first.max_pods = self.max_pods.unwrap_or(of_plugin);
            if let Some(nodes) = self.nodes {
                (first.nodes, first.now) = (nodes, nodes);
            }
        }
        for pool in &mut pools {
            pool.surge = self.surge.unwrap_or(pool.surge);
        }
        PlanRequest {
            plugin,
            subnet: if self.subnet.is_empty() { question.subnet.clone() } else { self.subnet.clone() },
            pools,
            elsewhere: question.elsewhere,
            others: self.others.unwrap_or(question.others),
            pod_range: self.pod_range.or(question.pod_range),
            pod_subnet: if self.pod_subnet.is_empty() { question.pod_subnet.clone() } else { self.pod_subnet.clone() },
            pod_others: if self.pod_subnet.is_empty() { question.pod_others } else { 0 },
        }
    }
}

/// One line of the answer: where, for what, and the plan.
pub struct Planned {
    title: String,
    question: PlanRequest,
    plan: AddressPlan,
}

/// There is neither a cluster nor a subnet to plan for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NothingToPlan;

impl fmt::Display for NothingToPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plan: the files contain no cluster in a known subnet; give one, or `--subnet 10.0.0.0/24 --plugin azure --nodes 3`")
    }
}

impl std::error::Error for NothingToPlan {}

/// The plans of an analysis's clusters with what was asked for put in, or the plan of what was asked for alone.
///
/// # Errors
/// When there is neither a cluster nor a subnet to plan for.
pub fn planned(analysis: Option<&Analysis>, asked: &Asked) -> Result<Vec<Planned>, NothingToPlan> {
    let reports: Vec<ClusterPlan> = analysis.map_or_else(Vec::new, |s| address_plans(&s.snapshot().cloud));
    if reports.is_empty() {
        if asked.subnet.is_empty() {
            return Err(NothingToPlan);
        }
        let nothing = PlanRequest {
            plugin: Plugin::Overlay,
            subnet: Vec::new(),
            pools: Vec::new(),
            elsewhere: 0,
            others: 0,
            pod_range: None,
            pod_subnet: Vec::new(),
            pod_others: 0,
        };
        let question = asked.change(&nothing);
        return Ok(vec![Planned { title: "cluster".into(), plan: address_plan(&question), question }]);
    }
    let one = |report: ClusterPlan| {
        let question = asked.change(&report.request);
        Planned { title: format!("{} in subnet {}", report.cluster, report.subnet), plan: address_plan(&question), question }
    };
    Ok(reports.into_iter().map(one).collect())
}

/// Whether some cluster does not fit, or cannot be upgraded.
pub fn has_findings(plans: &[Planned]) -> bool {
    plans.iter().any(|p| !p.plan.fits())
}

/// The plans in a form.
pub fn render(plans: &[Planned], format: TextOrJson) -> String {
    match format {
        TextOrJson::Text => plans.iter().map(text).collect::<Vec<_>>().join("\n"),
        TextOrJson::Json => format!("{:#}\n", plans.iter().map(value).collect::<Value>()),
    }
}

const BAR: u64 = 40;

fn text(planned: &Planned) -> String {
    let Planned { title, question, plan } = planned;
    let subnet = question.subnet.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut out = format!("{}: {}, {}, subnet {subnet}\n\n", printable(title), question.plugin.title(), nodes_of(question, plan));
    // Each part at least one mark wide where it is anything at all.
    let part = |n: u64| if n == 0 || plan.usable == 0 { 0 } else { (n * BAR / plan.usable).clamp(1, BAR) as usize };
    let (of_nodes, of_surge, of_others) = (part(plan.nodes), part(plan.surge), part(plan.others));
    let used = (of_nodes + of_surge + of_others).min(BAR as usize);
    let bar: String = ["█".repeat(of_nodes), "▒".repeat(of_surge), "▓".repeat(of_others)].concat().chars().take(BAR as usize).collect();
    out.push_str(&format!("  {bar}{}\n\n", "·".repeat(BAR as usize - used)));
    let mut line = |label: &str, value: String| out.push_str(&format!("  {label:<28}{value}\n"));
    line("can be used", format!("{} (Azure reserves {RESERVED} in every subnet)", plan.usable));
    line("nodes █", format!("{} ({} a node)", plan.nodes, plan.per_node));
    line("while upgrading ▒", plan.surge.to_string());
    line("others ▓", plan.others.to_string());
    line("free", plan.free().to_string());
    line("pods at most", plan.pods.to_string());
    if let Some((room, empty, full)) = plan.pod_addresses {
        let text = match empty == full {
            true => format!("{full} as soon as the nodes join, of {room}"),
            false => format!("{empty} when nodes are empty, {full} when full, of {room}"),
        };
        line("addresses for pods", text);
    }
    line(
        "largest cluster",
        match plan.largest {
            Some(most) => {
                format!("{} ({} without room for upgrades), because {}", counted(most), plan.largest_without_surge, plan.limit.reason())
            }
            None if question.pools.len() > 1 => "the first pool has no room for a node and its surge node".into(),
            None => "not even one node and its surge node".into(),
        },
    );
    out.push_str(&format!("\n  {}\n", plan.verdict()));
    out
}

/// "4 nodes in 2 pools (2 of 45 pods, 2 of 30 pods a node)".
fn nodes_of(question: &PlanRequest, plan: &AddressPlan) -> String {
    let today = if plan.now < plan.wanted { format!(" as the autoscaler may make ({} today)", plan.now) } else { String::new() };
    match question.pools.as_slice() {
        [] => counted(0),
        [pool] => format!("{}{today}, {} pods per node", counted(plan.wanted), pool.max_pods),
        pools => {
            let one = |pool: &PlannedPool| format!("{} of {} pods", pool.nodes, pool.max_pods);
            let list = pools.iter().map(one).collect::<Vec<_>>().join(", ");
            format!("{}{today} in {} pools ({list} a node)", counted(plan.wanted), pools.len())
        }
    }
}

fn pool_value(pool: &PlannedPool) -> Value {
    json!({"nodes": pool.nodes, "today": pool.now, "maxPods": pool.max_pods, "surge": pool.surge})
}

fn value(planned: &Planned) -> Value {
    let Planned { title, question, plan } = planned;
    json!({
        "title": title,
        "plugin": question.plugin.as_str(),
        "subnet": question.subnet.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "nodes": plan.wanted,
        "nodesToday": plan.now,
        "pools": question.pools.iter().map(pool_value).collect::<Vec<_>>(),
        "surge": question.pools.iter().map(|p| p.surge).max().unwrap_or(0),
        "usable": plan.usable,
        "perNode": plan.per_node,
        "usedByNodes": plan.nodes,
        "usedBySurge": plan.surge,
        "usedByOthers": plan.others,
        "free": plan.free(),
        "pods": plan.pods,
        "largest": plan.largest,
        "largestWithoutSurge": plan.largest_without_surge,
        "limit": plan.limit.reason(),
        "podAddresses": plan.pod_addresses.map(|(room, empty, full)| json!({"usable": room, "atStart": empty, "full": full})),
        "verdict": plan.verdict(),
        "runs": plan.runs(),
        "canBeUpgraded": plan.fits(),
    })
}
