//! How many addresses a cluster takes.

mod panel;

pub use panel::{LENGTHS, PlanBar, PlanChange, PlanNumber, Taker, WhatIf, plans, plugins};

use std::fmt;

use netpolis_core::answers::address_plan::{PlanRequest, PlannedPool, address_plan};
use netpolis_core::language::azure::Plugin;
use netpolis_core::model::{Cidr, CidrError};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::cloud::joined;

/// What an address plan is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PlanQuestion {
    /// The plugin's word.
    pub plugin: String,
    /// The nodes' subnet.
    pub subnet: String,
    /// Nodes.
    pub nodes: u32,
    /// Pods on a node.
    pub max_pods: u32,
    /// Nodes that are added while upgrading.
    pub surge: u32,
    /// Other addresses that are taken.
    pub others: u32,
    /// The range of pods, where they have one.
    pub pod_range: Option<String>,
    /// The pods' subnet.
    pub pod_subnet: Option<String>,
    /// Addresses of that subnet which pods of other nodes take.
    #[serde(default)]
    pub pod_others: u32,
}

/// An address plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// The cluster and its subnet.
    pub title: String,
    /// What was planned for.
    pub question: PlanQuestion,
    /// Addresses that can be used.
    pub usable: u64,
    /// Addresses of a node.
    pub per_node: u64,
    /// Addresses of the nodes.
    pub by_nodes: u64,
    /// Addresses while upgrading.
    pub by_surge: u64,
    /// Other addresses.
    pub by_others: u64,
    /// What is left; negative if there are too few.
    pub free: i64,
    /// The largest cluster with room for upgrades.
    pub largest: Option<u64>,
    /// Without room for upgrades.
    pub largest_without_surge: u64,
    /// Why it ends there.
    pub limit: String,
    /// Pods at most.
    pub pods: u64,
    /// For pods with a subnet of their own: usable, at start, full.
    pub pod_addresses: Option<(u64, u64, u64)>,
    /// In a sentence: fits, or what fails.
    pub verdict: String,
    /// Whether it fits, upgrades included.
    pub fits: bool,
}

/// Why there is no plan for a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// This is no range of addresses, and why.
    Range(String, CidrError),
    /// No network plugin has this word.
    Plugin(String),
}

impl std::error::Error for PlanError {}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::Range(text, error) => write!(f, "`{text}`: {error}"),
            PlanError::Plugin(word) => write!(f, "`{word}` is not a network plugin"),
        }
    }
}

/// The plan for a question.
///
/// # Errors
/// When a range or the plugin is none.
pub fn plan_view(title: &str, question: &PlanQuestion) -> Result<PlanView, PlanError> {
    let cidr = |text: &str| Cidr::parse(text.trim()).map_err(|error| PlanError::Range(text.trim().to_owned(), error));
    let list = |text: &str| text.split(',').filter(|t| !t.trim().is_empty()).map(cidr).collect::<Result<Vec<_>, _>>();
    let plugin = Plugin::from_name(&question.plugin).ok_or_else(|| PlanError::Plugin(question.plugin.clone()))?;
    let asked = PlanRequest {
        plugin,
        subnet: list(&question.subnet)?,
        pools: vec![PlannedPool::new(question.nodes, question.max_pods, question.surge)],
        elsewhere: 0,
        others: question.others,
        pod_range: question.pod_range.as_deref().filter(|r| !r.trim().is_empty()).map(cidr).transpose()?,
        pod_subnet: question.pod_subnet.as_deref().map_or_else(|| Ok(Vec::new()), list)?,
        pod_others: question.pod_others,
    };
    Ok(view_of(title.to_owned(), &asked))
}

pub(super) fn view_of(title: String, question: &PlanRequest) -> PlanView {
    let plan = address_plan(question);
    let first = question.pools.first().copied().unwrap_or_default();
    PlanView {
        title,
        question: PlanQuestion {
            plugin: question.plugin.as_str().into(),
            subnet: joined(&question.subnet),
            nodes: first.nodes,
            max_pods: first.max_pods,
            surge: first.surge,
            others: question.others,
            pod_range: question.pod_range.map(|r| r.to_string()),
            pod_subnet: (!question.pod_subnet.is_empty()).then(|| joined(&question.pod_subnet)),
            pod_others: question.pod_others,
        },
        usable: plan.usable,
        per_node: plan.per_node,
        by_nodes: plan.nodes,
        by_surge: plan.surge,
        by_others: plan.others,
        free: plan.free(),
        largest: plan.largest,
        largest_without_surge: plan.largest_without_surge,
        limit: plan.limit.reason().to_owned(),
        pods: plan.pods,
        pod_addresses: plan.pod_addresses,
        verdict: plan.verdict(),
        fits: plan.fits(),
    }
}
