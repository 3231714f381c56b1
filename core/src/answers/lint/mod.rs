//! **What is probably not as it was meant?** Policies that do not do what they were written for, and what Azure ends or cannot give.
//!
//! One lint a file, in `rules`: its code, texts for people, examples and the check. Lints ask for answers; none evaluates on its own. Two
//! kinds of question are asked: about this input ("selects no pod") and about the text alone ("another rule covers this one"); what holds
//! only because the input is small is not called pointless.

mod dns;
mod ends;
mod groups;
mod manual;
mod needs;
mod packets;
mod rules;
mod typo;

pub(in crate::answers) use groups::is_given_group;
pub use manual::{explanation, manual};
pub use rules::equal_priority::CODE as EQUAL_PRIORITY;

use alloc::vec::Vec;
use core::cell::OnceCell;

use groups::GroupRules;

use crate::compile::Compiled;
use crate::connectivity::Connectivity;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::load::Loaded;
use crate::path::Paths;
use crate::policy::{Direction, PeerTerm, Policy, PolicyRole, Rule, RuleId, RuleRef, TrafficMatch, TrafficTerm};
use crate::settings::{Assumed, Routing, Settings};
use crate::snapshot::Snapshot;

/// What lints look at: the input as it was read, what there is, the compiled policies, and the three answers.
pub struct LintInput<'a> {
    /// The files and the objects in them.
    loaded: &'a Loaded,
    /// The settings as a person chose them.
    settings: &'a Settings,
    /// The settings that answers rest on.
    assumed: &'a Assumed,
    /// What there is.
    snapshot: &'a Snapshot,
    /// The policies, compiled.
    compiled: &'a Compiled,
    /// What takes long to compute, and is only computed when a lint asks for it.
    answers: &'a dyn Answers,
    /// Rules of security groups with what becomes of them, which several lints ask for.
    group_rules: OnceCell<Vec<GroupRules<'a>>>,
}

/// Answers that lints ask for, computed when first asked for.
pub trait Answers {
    /// All pairs.
    fn connectivity(&self) -> &Connectivity;
    /// What is needed to follow packets on their whole path.
    fn paths(&self) -> &Paths;
    /// The same with other choices of what decides about the path.
    fn paths_with(&self, routing: &Routing) -> Paths;
}

impl<'a> LintInput<'a> {
    /// What lints look at.
    pub fn new(
        loaded: &'a Loaded,
        settings: &'a Settings,
        assumed: &'a Assumed,
        snapshot: &'a Snapshot,
        compiled: &'a Compiled,
        answers: &'a dyn Answers,
    ) -> Self {
        LintInput { loaded, settings, assumed, snapshot, compiled, answers, group_rules: OnceCell::new() }
    }

    fn group_rules(&self) -> &[GroupRules<'a>] {
        self.group_rules.get_or_init(|| groups::group_rules(self))
    }

    fn connectivity(&self) -> &'a Connectivity {
        self.answers.connectivity()
    }

    fn paths(&self) -> &'a Paths {
        self.answers.paths()
    }

    fn paths_with(&self, routing: &Routing) -> Paths {
        self.answers.paths_with(routing)
    }
}

/// A lint, as people meet it. The manual (docs/lints.md) and `netpolis lint --explain` are written from it.
#[derive(Clone, Copy, Debug)]
pub struct Lint {
    /// The stable code, such as `LINT001`.
    pub code: Code,
    /// The severities of its findings, the usual one first.
    pub severities: &'static [Severity],
    /// What is found, in a few words. Markdown.
    pub title: &'static str,
    /// What to do about it. Markdown.
    pub advice: &'static str,
    /// Why it matters, and upstream's text about it. Markdown; links are relative to `docs/`.
    pub explanation: &'static str,
    /// An input in which it finds something, at the line that ends with `# here`.
    pub bad: &'static str,
    /// The same as it should be: nothing is found.
    pub good: &'static str,
    check: Check,
}

/// Looks at an input and adds what it finds.
type Check = fn(&LintInput<'_>, &mut Vec<Diagnostic>);

/// One table of all lints, of which the page needs only the checks: the texts for people stay out of what it downloads.
macro_rules! lints {
    ($($name:ident)*) => {
        /// Every lint, in the order in which they run.
        pub const LINTS: &[Lint] = &[$(rules::$name::LINT),*];

        const CHECKS: &[Check] = &[$(rules::$name::LINT.check),*];
    };
}

lints! {
    subnet_too_small
    selects_nothing
    side_matches_nothing
    never_the_selected
    no_host_endpoint
    untracked_all_interfaces
    peer_selects_nothing
    cuts_off_dns
    past_dns_cache
    unknown_port_name
    block_covers_pods
    pointless_rule
    pointless_peer
    service_address
    webhook_closed
    mixed_up_sides
    equal_priority
    host_network
    no_engine
    unknown_namespace
    namespace_not_given
    either_or_both
    service_port
    port_name_outside
    mixed_versions
    missing_service
    missing_tier
    azure_npm
    rule_never_reached
    rule_matches_nothing
    open_to_everything
    management_port_open
    probes_denied
    source_port_equals
    unknown_tag
    unattached_group
    client_range
    local_without_pod
    node_port_rule
    pre_dnat_port
    probe_blocked
    gateway_tls
    claimed_twice
    name_circle
    node_ranges
    retired_ingress
    retired
    namespace_forgotten
    managed_calico
    gateway_blocked
    nodes_cut_off
    nodes_apart
}

/// What is probably not as it was meant: the findings of every lint.
pub fn lint(input: &LintInput<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    CHECKS.iter().for_each(|check| check(input, &mut found));
    found
}

/// The findings of lints that can find errors, which are few: nothing is asked for the others.
pub fn errors(input: &LintInput<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    LINTS.iter().filter(|lint| lint.severities.contains(&Severity::Error)).for_each(|lint| (lint.check)(input, &mut found));
    found.retain(|finding| finding.severity == Severity::Error);
    found
}

/// Every policy of an analysis that is known to be in force: of one that the engine does not enforce, nothing but that is worth saying. Security groups are
/// none: what they may hold and how they are read differs too much.
fn policies<'a>(input: &LintInput<'a>) -> impl Iterator<Item = &'a Policy> {
    all_policies(input).filter(|p| p.doubt.is_none() && (p.not_enforced.is_none() || is_staged(input, p)))
}

/// Whether a policy is staged, so that it is to be in force one day.
fn is_staged(input: &LintInput<'_>, policy: &Policy) -> bool {
    policy.role == PolicyRole::Staged && !input.compiled.ruleset().no_engine
}

/// Whether somebody wrote a policy: failsafe ports and the profiles that Calico makes are none.
fn is_written(input: &LintInput<'_>, policy: &Policy) -> bool {
    !policy.hook.is_failsafe() && (policy.role != PolicyRole::Profile || input.snapshot.profiles.iter().any(|p| p.name == policy.name))
}

/// The same with those that the engine does not enforce, and those in doubt.
fn all_policies<'a>(input: &LintInput<'a>) -> impl Iterator<Item = &'a Policy> {
    input.compiled.ruleset().policies.iter().map(|p| &**p).filter(move |p| p.role != PolicyRole::SecurityGroup && is_written(input, p))
}

/// Every rule that can act, with its policy and reference.
fn acting_rules<'a>(input: &LintInput<'a>) -> impl Iterator<Item = (&'a Policy, RuleRef, &'a Rule)> {
    policies(input).flat_map(|policy| {
        Direction::BOTH.into_iter().filter(|d| policy.acts_on(*d)).flat_map(move |direction| {
            let reference = move |id| RuleRef { policy: policy.id, direction, id };
            RuleId::each(policy.rules(direction)).map(move |(index, rule)| (policy, reference(index), rule))
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
fn has_unread_pods(input: &LintInput<'_>, is_meant: impl Fn(&str) -> bool) -> bool {
    let resources = input.loaded.resources();
    let mut makers = resources.filter(|(_, r)| r.kind.makes_unread_pods());
    makers.any(|(_, r)| is_meant(r.meta.namespace.as_deref().unwrap_or(&input.settings.default_namespace)))
}
