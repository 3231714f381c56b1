//! What is written on the three answers (one flow, all pairs, the whole path): lists, differences, proposals and problems.

pub mod address_plan;
pub mod diff;
pub mod effective_rules;
pub mod hit_counts;
pub mod ingress_flows;
pub mod lint;
pub mod move_policy;
