//! Policies that probably do not do what they were written for.
//!
//! One rule a file, each with its code, what it says and why it matters. Rules ask the compiled analysis; none evaluates on its own. Two
//! kinds of question are asked: about this analysis ("selects no pod") and about the text alone ("another rule covers this one"); what holds
//! only because the analysis is small is not called pointless.

mod packets;
mod rules;

pub use rules::equal_priority::CODE as EQUAL_PRIORITY;

use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::diagnostics::Diagnostic;
use crate::language::Kind;
use crate::language::lower::KIND_OF_GROUPS;
use crate::language::unread::Cause;
use crate::policy::{Direction, PeerTerm, Policy, Rule, RuleRef, TrafficMatch, TrafficTerm};

/// A rule: looks at an analysis and adds what it finds.
type Check = fn(&Analysis, &mut Vec<Diagnostic>);

const CHECKS: &[Check] = &[
    rules::selects_nothing::check,
    rules::calico_selectors::check,
    rules::calico_hosts::check,
    rules::peer_selects_nothing::check,
    rules::cuts_off_dns::check,
    rules::unknown_port_name::check,
    rules::block_covers_pods::check,
    rules::pointless_rule::check,
    rules::pointless_peer::check,
    rules::service_address::check,
    rules::webhook_closed::check,
    rules::mixed_up_sides::check,
    rules::equal_priority::check,
    rules::host_network::check,
    rules::no_engine::check,
    rules::unknown_namespace::check,
    rules::either_or_both::check,
    rules::service_port::check,
    rules::port_name_outside::check,
    rules::mixed_versions::check,
    rules::missing_service::check,
    rules::missing_tier::check,
    rules::azure_npm::check,
    rules::security_groups::check,
    rules::client_range::check,
    rules::local_without_pod::check,
    rules::node_port_rule::check,
    rules::pre_dnat_port::check,
    rules::probe_blocked::check,
    rules::gateway_tls::check,
    rules::claimed_twice::check,
    rules::name_circle::check,
    rules::node_ranges::check,
    rules::retired::check,
    rules::namespace_forgotten::check,
    rules::managed_calico::check,
    rules::platform_needs::check,
];

/// Runs every rule.
pub fn lint(analysis: &Analysis) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    CHECKS.iter().for_each(|check| check(analysis, &mut found));
    found
}

/// Every policy of an analysis that is known to be in force: of one that the engine does not enforce, nothing but that is worth saying. Security groups are
/// none: what they may hold and how they are read differs too much.
fn policies(analysis: &Analysis) -> impl Iterator<Item = &Policy> {
    all_policies(analysis).filter(|p| p.doubt.is_none() && (p.not_enforced.is_none() || is_staged(analysis, p)))
}

/// Whether a policy is staged, so that it is to be in force one day.
fn is_staged(analysis: &Analysis, policy: &Policy) -> bool {
    policy.kind.starts_with("Staged") && !analysis.compiled().ruleset().no_engine
}

/// Whether somebody wrote a policy: failsafe ports and the profiles that Calico makes are none.
fn is_written(analysis: &Analysis, policy: &Policy) -> bool {
    !policy.hook.is_failsafe() && (policy.kind != "Profile" || analysis.snapshot().profiles.iter().any(|p| p.name == policy.name))
}

/// The same with those that the engine does not enforce, and those in doubt.
fn all_policies(analysis: &Analysis) -> impl Iterator<Item = &Policy> {
    analysis.compiled().ruleset().policies.iter().filter(move |p| p.kind != KIND_OF_GROUPS && is_written(analysis, p))
}

/// Every rule that can act, with its policy and reference.
fn acting_rules(analysis: &Analysis) -> impl Iterator<Item = (&Policy, RuleRef, &Rule)> {
    policies(analysis).flat_map(|policy| {
        Direction::BOTH.into_iter().filter(|d| policy.acts_on(*d)).flat_map(move |direction| {
            let reference = move |index| RuleRef { policy: policy.id, direction, index };
            (0..).zip(policy.rules(direction)).map(move |(index, rule)| (policy, reference(index), rule))
        })
    })
}

/// The peer terms of a rule, with their places in it.
fn peer_terms(rule: &Rule) -> impl Iterator<Item = (usize, &PeerTerm)> {
    rule.peers.terms().iter().enumerate()
}

/// The traffic terms of a rule.
fn traffic_terms(rule: &Rule) -> &[TrafficTerm] {
    match &rule.traffic {
        TrafficMatch::Any | TrafficMatch::Packet(_) => &[],
        TrafficMatch::Of(terms) => terms,
    }
}

/// Namespaces with objects that make pods which are not read: what selects nobody there may select these.
fn has_unread_pods(analysis: &Analysis, is_meant: impl Fn(&str) -> bool) -> bool {
    let resources = analysis.loaded().resources();
    let mut makers = resources.filter(|(_, r)| matches!(&r.kind, Kind::Unread(unread) if unread.cause == Cause::MakesPods));
    makers.any(|(_, r)| is_meant(r.meta.namespace.as_deref().unwrap_or(&analysis.settings().default_namespace)))
}
