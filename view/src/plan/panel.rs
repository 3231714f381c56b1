//! An address plan in words and lengths, and what a person changes about it to see what would be.

use netpolis_core::language::azure::Plugin;
use netpolis_core::text::count;

use super::{PlanQuestion, PlanView, plan_view};
use crate::{CloudView, Sentence, SubnetUse};

/// The subnet of a plan where the input has none.
const SUBNET: &str = "10.0.0.0/24";
/// Prefix lengths that a subnet of a plan can have, and that of one that names none.
pub const LENGTHS: (u32, u32) = (16, 29);
const LENGTH: u32 = 24;

/// Something about a plan that can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanChange {
    /// Another plugin, by its word.
    Plugin(String),
    /// Another length of the nodes' subnet.
    Length(u32),
    /// Another number of something.
    Number(PlanNumber, u32),
}

/// A number of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanNumber {
    /// Nodes.
    Nodes,
    /// Pods on each of them.
    PodsPerNode,
    /// Nodes that are added while upgrading.
    Surge,
}

impl PlanNumber {
    /// All, in the order to show them.
    pub const ALL: [PlanNumber; 3] = [PlanNumber::Nodes, PlanNumber::PodsPerNode, PlanNumber::Surge];

    /// Its name.
    pub const fn title(self) -> &'static str {
        match self {
            PlanNumber::Nodes => "Nodes",
            PlanNumber::PodsPerNode => "Pods per node",
            PlanNumber::Surge => "Surge nodes",
        }
    }

    /// Its value, the least and the most that can be chosen.
    pub fn range(self, question: &PlanQuestion) -> (u32, u32, u32) {
        match self {
            PlanNumber::Nodes => (question.nodes, 1, question.nodes.max(100)),
            PlanNumber::PodsPerNode => (question.max_pods, 10, 250),
            PlanNumber::Surge => (question.surge, 0, question.surge.max(10)),
        }
    }
}

/// Plugins that can be chosen: their words and their names.
pub fn plugins() -> [(&'static str, &'static str); 5] {
    Plugin::ALL.map(|plugin| (plugin.as_str(), plugin.title()))
}

impl PlanQuestion {
    /// The prefix length of the nodes' subnet.
    pub fn length(&self) -> u32 {
        let length = self.subnet.split('/').nth(1).and_then(|rest| rest.split(',').next());
        length.and_then(|length| length.trim().parse().ok()).unwrap_or(LENGTH)
    }

    /// This question with a change.
    #[must_use]
    pub fn with(&self, change: PlanChange) -> Self {
        let mut question = self.clone();
        match change {
            PlanChange::Plugin(word) => question.plugin = word,
            PlanChange::Length(length) => {
                question.subnet = format!("{}/{length}", self.subnet.split('/').next().unwrap_or_default());
            }
            PlanChange::Number(PlanNumber::Nodes, nodes) => question.nodes = nodes,
            PlanChange::Number(PlanNumber::PodsPerNode, pods) => question.max_pods = pods,
            PlanChange::Number(PlanNumber::Surge, surge) => question.surge = surge,
        }
        question
    }
}

/// A plan with what was changed about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// What is planned for now.
    pub question: PlanQuestion,
    /// The plan: that of the files while the question is none.
    pub plan: PlanView,
    /// Why there is no plan for the question.
    pub error: Option<Sentence>,
    /// Whether anything was changed.
    pub changed: bool,
}

impl WhatIf {
    /// The plan as it is in the files.
    pub fn of(plan: &PlanView) -> Self {
        WhatIf { question: plan.question.clone(), plan: plan.clone(), error: None, changed: false }
    }

    /// The plan after one more change; `given` is that of the files.
    #[must_use]
    pub fn after(&self, given: &PlanView, change: PlanChange) -> Self {
        let question = self.question.with(change);
        match plan_view(&given.title, &question) {
            Ok(plan) => WhatIf { question, plan, error: None, changed: true },
            Err(error) => WhatIf { question, plan: given.clone(), error: Some(error.to_string()), changed: true },
        }
    }
}

/// The plans that are shown: those of the clusters, or one to play with where the input has no cluster.
pub fn plans(cloud: &CloudView) -> Vec<PlanView> {
    if !cloud.plans.is_empty() {
        return cloud.plans.clone();
    }
    let subnet = cloud.subnets.first().and_then(|s| s.prefixes.split(", ").next()).unwrap_or(SUBNET);
    let question = PlanQuestion {
        plugin: Plugin::NodeSubnet.as_str().into(),
        subnet: subnet.into(),
        nodes: 3,
        max_pods: 30,
        surge: 1,
        ..PlanQuestion::default()
    };
    vec![plan_view("Plan for a cluster", &question).unwrap_or_default()]
}

/// What takes addresses of a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taker {
    /// Nodes, with the addresses that they set aside.
    Nodes,
    /// Nodes that are added while upgrading.
    Surge,
    /// Everything else.
    Others,
}

/// A subnet as a bar: what takes its addresses, in percent of its length, and where it ends if that is too much.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanBar {
    /// Parts that are not empty: their length, and what they are.
    pub parts: Vec<(Taker, f64, String)>,
    /// Where the subnet ends, if more is taken than it has.
    pub border: Option<f64>,
    /// All of it in a sentence.
    pub label: String,
}

impl PlanView {
    /// The nodes' subnet as a bar.
    pub fn bar(&self) -> PlanBar {
        let whole = self.usable.max(self.by_nodes + self.by_surge + self.by_others).max(1) as f64;
        let percent = |count: u64| count as f64 * 100.0 / whole;
        let parts = [
            (Taker::Nodes, self.by_nodes, "nodes"),
            (Taker::Surge, self.by_surge, "while upgrading"),
            (Taker::Others, self.by_others, "others"),
        ];
        PlanBar {
            parts: parts
                .into_iter()
                .filter(|(_, n, _)| *n > 0)
                .map(|(taker, n, words)| (taker, percent(n), format!("{words}: {n}")))
                .collect(),
            border: (self.free < 0).then(|| percent(self.usable)),
            label: format!(
                "{} addresses: {} of nodes, {} while upgrading, {} of others, {} free",
                self.usable, self.by_nodes, self.by_surge, self.by_others, self.free
            ),
        }
    }

    /// Its numbers as terms and texts; those that are a part of the bar say which.
    pub fn numbers(&self) -> Vec<(Option<Taker>, &'static str, String)> {
        let largest = match self.largest {
            Some(most) => {
                format!("{} ({} without room for upgrades): {}", count(most as usize, "node"), self.largest_without_surge, self.limit)
            }
            None => "none: no room for one node and its surge node".into(),
        };
        let mut numbers = vec![
            (None, "Usable", self.usable.to_string()),
            (Some(Taker::Nodes), "Nodes", format!("{} ({} per node)", self.by_nodes, self.per_node)),
            (Some(Taker::Surge), "While upgrading", self.by_surge.to_string()),
        ];
        if self.by_others > 0 {
            numbers.push((Some(Taker::Others), "Others", self.by_others.to_string()));
        }
        numbers.push((None, "Free", self.free.to_string()));
        numbers.push((None, "Pods at most", self.pods.to_string()));
        if let Some((room, start, full)) = self.pod_addresses {
            numbers.push((None, "Pods' subnet", format!("{start} at start, {full} when full, of {room}")));
        }
        numbers.push((None, "Largest cluster", largest));
        numbers
    }
}

impl SubnetUse {
    /// How full it is, in percent: at most all of it.
    pub fn share(&self) -> f64 {
        if self.usable == 0 { 100.0 } else { (self.used as f64 * 100.0 / self.usable as f64).min(100.0) }
    }

    /// Whether more is taken than there is.
    pub fn is_full(&self) -> bool {
        self.used > self.usable
    }

    /// What is left; negative if there is too little.
    pub fn free(&self) -> i64 {
        self.usable as i64 - self.used as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_to_play_with_takes_the_first_subnet_there_is() {
        let [plan] = plans(&CloudView::default()).try_into().unwrap();
        assert_eq!((plan.title.as_str(), plan.question.subnet.as_str(), plan.usable), ("Plan for a cluster", "10.0.0.0/24", 251));
        let subnets = vec![SubnetUse { prefixes: "10.1.0.0/20, 10.2.0.0/20".into(), ..SubnetUse::default() }];
        let [plan] = plans(&CloudView { subnets, ..CloudView::default() }).try_into().unwrap();
        assert_eq!(plan.question.subnet, "10.1.0.0/20");
        assert_eq!(plans(&CloudView { plans: vec![PlanView::default(); 2], ..CloudView::default() }).len(), 2);
    }

    #[test]
    fn changes_add_up_and_what_is_no_plan_says_why() {
        let [given] = plans(&CloudView::default()).try_into().unwrap();
        let first = WhatIf::of(&given);
        assert!(!first.changed && first.plan == given);
        let larger = first.after(&given, PlanChange::Number(PlanNumber::Nodes, 9)).after(&given, PlanChange::Length(22));
        assert_eq!((larger.question.nodes, larger.question.subnet.as_str(), larger.question.length()), (9, "10.0.0.0/22", 22));
        assert_eq!((larger.plan.by_nodes, larger.plan.usable, &larger.error), (9 * 31, 1019, &None));
        let wrong = larger.after(&given, PlanChange::Plugin("none of them".into()));
        assert_eq!((&wrong.plan, wrong.error.as_deref()), (&given, Some("`none of them` is not a network plugin")));
        assert_eq!(PlanQuestion::default().length(), 24, "where none is named");
    }

    #[test]
    fn a_bar_is_as_long_as_what_is_taken_or_the_subnet() {
        let plan = PlanView { usable: 100, by_nodes: 60, by_surge: 20, free: 20, per_node: 30, ..PlanView::default() };
        let bar = plan.bar();
        assert_eq!(bar.parts, [(Taker::Nodes, 60.0, "nodes: 60".into()), (Taker::Surge, 20.0, "while upgrading: 20".into())]);
        assert_eq!(bar.border, None);
        let over = PlanView { by_nodes: 180, free: -100, ..plan }.bar();
        assert_eq!((over.border, over.parts[0].1), (Some(50.0), 90.0));
        let terms: Vec<&str> =
            PlanView { largest: Some(3), ..PlanView::default() }.numbers().into_iter().map(|(_, term, _)| term).collect();
        assert_eq!(terms, ["Usable", "Nodes", "While upgrading", "Free", "Pods at most", "Largest cluster"]);
    }

    #[test]
    fn subnets_are_full_when_nothing_more_fits() {
        let subnet = |usable, used| SubnetUse { usable, used, ..SubnetUse::default() };
        assert_eq!((subnet(8, 2).share(), subnet(8, 2).free(), subnet(8, 2).is_full()), (25.0, 6, false));
        assert_eq!((subnet(8, 9).share(), subnet(8, 9).free(), subnet(8, 9).is_full()), (100.0, -1, true));
        assert_eq!(subnet(0, 0).share(), 100.0);
    }
}
