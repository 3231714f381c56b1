//! Policies that probably do not do what they were written for.
//!
//! One rule a file, each with its code, what it says and why it matters. Rules ask the compiled scene; none evaluates on its own. Two
//! kinds of question are asked: about this scene ("selects no pod") and about the text alone ("another rule covers this one"); what holds
//! only because the scene is small is not called pointless.

mod packets;
mod rules;

pub use rules::equal_priority::CODE as EQUAL_PRIORITY;

use alloc::vec::Vec;

use crate::diagnostics::Diagnostic;
use crate::policy::{Direction, KIND_OF_GROUPS, PeerTerm, Policy, Rule, RuleRef, TrafficMatch, TrafficTerm};
use crate::resources::Kind;
use crate::resources::unread::Cause;
use crate::scene::Scene;

/// A rule: looks at a scene and adds what it finds.
type Check = fn(&Scene, &mut Vec<Diagnostic>);

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
pub fn lint(scene: &Scene) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    CHECKS.iter().for_each(|check| check(scene, &mut found));
    found
}

/// Every policy of a scene that is known to be in force: of one that the engine does not enforce, nothing but that is worth saying. Security groups are
/// none: what they may hold and how they are read differs too much.
fn policies(scene: &Scene) -> impl Iterator<Item = &Policy> {
    all_policies(scene).filter(|p| p.doubt.is_none() && (p.not_enforced.is_none() || is_staged(scene, p)))
}

/// Whether a policy is staged, so that it is to be in force one day.
fn is_staged(scene: &Scene, policy: &Policy) -> bool {
    policy.kind.starts_with("Staged") && !scene.compiled().ruleset().no_engine
}

/// Whether somebody wrote a policy: failsafe ports and the profiles that Calico makes are none.
fn is_written(scene: &Scene, policy: &Policy) -> bool {
    !policy.hook.is_failsafe() && (policy.kind != "Profile" || scene.snapshot().profiles.iter().any(|p| p.name == policy.name))
}

/// The same with those that the engine does not enforce, and those in doubt.
fn all_policies(scene: &Scene) -> impl Iterator<Item = &Policy> {
    scene.compiled().ruleset().policies.iter().filter(move |p| p.kind != KIND_OF_GROUPS && is_written(scene, p))
}

/// Every rule that can act, with its policy and reference.
fn acting_rules(scene: &Scene) -> impl Iterator<Item = (&Policy, RuleRef, &Rule)> {
    policies(scene).flat_map(|policy| {
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
fn has_unread_pods(scene: &Scene, is_meant: impl Fn(&str) -> bool) -> bool {
    let resources = scene.loaded().resources();
    let mut makers = resources.filter(|(_, r)| matches!(&r.kind, Kind::Unread(unread) if unread.cause == Cause::MakesPods));
    makers.any(|(_, r)| is_meant(r.meta.namespace.as_deref().unwrap_or(&scene.settings().default_namespace)))
}
