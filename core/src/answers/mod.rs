//! What is written on the three answers (one flow, all pairs, the whole path). Each module answers one question, by a function of its own name:
//!
//! | module | question |
//! |---|---|
//! | [`lint`] | what is probably not as it was meant? |
//! | [`pointless`] | which rules and policies could be removed without changing any answer? |
//! | [`convert`] | how is the same said in another policy language? |
//! | [`diff`] | which flows differ between two versions of an input? |
//! | [`fix`] | what is the smallest change of text that allows a flow, or stops it? |
//! | [`checks`] | does a scene do what is expected of it? |
//! | [`exposure`] | what could reach a workload, or be reached by it, that the input does not hold? |
//! | [`least_privilege`] | which policies allow exactly these flows, and nothing else? |
//! | [`ingress_flows`] | which connections do Ingresses open? |
//! | [`hit_counts`] | how many flows does each policy decide? |
//! | [`edit_policy`] | which change of text adds a rule to a policy, removes one, or has it act on a direction? |
//! | [`move_policy`] | which change of text moves a policy to another place of its tier? |
//! | [`effective_rules`] | which rules does each security group have where it is used? |
//! | [`address_plan`] | how many addresses does a cluster take, and how large can it get? |
//!
//! None of them evaluates anything: [`exposure`] asks the evaluator about pods that the input does not hold.

pub mod address_plan;
pub mod checks;
pub mod convert;
pub mod diff;
pub mod edit_policy;
pub mod effective_rules;
pub mod exposure;
pub mod fix;
pub mod flow_logs;
pub mod hit_counts;
pub mod ingress_flows;
pub mod least_privilege;
pub mod lint;
pub mod move_policy;
pub mod pointless;
