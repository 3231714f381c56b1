//! What Azure's own services need of security groups, and the rule that stops it: what lints about such needs share.
//!
//! Whether a rule stops something is answered exactly, as for rules that are never reached; a tag that holds the service's addresses counts as holding
//! all that are needed.

use alloc::string::String;
use alloc::vec::Vec;

use crate::answers::lint::LintInput;
use crate::answers::lint::groups::packets_of;
use crate::answers::lint::packets::{Ordered, Packets};
use crate::language::lower::is_default_rule;
use crate::model::{AddressSet, Cidr};
use crate::policy::{Action, Direction, GroupUseId, PeerMatch, PeerTermKind, Policy, PolicyRole, Rule, SubjectMatch};
use crate::snapshot::cloud::{Cloud, CloudCluster, Subnet, tags};
use crate::text::Place;

/// Something that has to get through a group.
pub(super) struct Need<'a> {
    /// The use of the group, as an index into [`Cloud::uses`].
    pub(super) used: GroupUseId,
    pub(super) direction: Direction,
    pub(super) packets: Packets,
    /// Beginnings of tags that hold all addresses that are needed on the other side.
    pub(super) tags: &'a [&'a str],
}

/// What stops it.
pub(super) struct Stop {
    pub(super) rule: String,
    pub(super) group: String,
    /// The rule, or the group for a default rule.
    pub(super) place: Place,
}

/// All addresses of the Internet.
pub(super) fn internet() -> AddressSet {
    tags::internet(&AddressSet::default())
}

/// The rule that stops a part of what is needed.
pub(super) fn stop(input: &LintInput<'_>, need: &Need<'_>) -> Option<Stop> {
    let policies = &input.compiled.ruleset().policies;
    let policy =
        policies.iter().find(|p| p.role == PolicyRole::SecurityGroup && matches!(p.subject, SubjectMatch::Group(n) if n == need.used))?;
    let all: Vec<Packets> = matched(input, policy, need);
    let mut ordered = Ordered::new(all.iter());
    let rules = policy.rules(need.direction);
    for (index, (rule, packets)) in rules.iter().zip(&all).enumerate() {
        let asked = packets.within(&need.packets);
        if rule.action != Action::Deny || asked.is_empty() || ordered.leaves(&asked, index) != Some(true) {
            continue;
        }
        let (_, group) = input.snapshot.cloud.used(need.used)?;
        let name = rule.name.as_deref().unwrap_or_default();
        let place = if is_default_rule(name) { group.name_place } else { rule.place };
        return Some(Stop { rule: name.into(), group: group.name.clone(), place });
    }
    None
}

/// What each rule matches for certain, where tags that hold what is needed stand for all of the Internet.
fn matched(input: &LintInput<'_>, policy: &Policy, need: &Need<'_>) -> Vec<Packets> {
    let lifted = |kind: Option<&PeerTermKind>| match kind {
        Some(PeerTermKind::UnknownAddresses { name, .. }) => {
            let holds = |tag: &&str| name.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
            need.tags.iter().any(holds)
        }
        _ => false,
    };
    let one = |(index, rule): (usize, &Rule)| {
        let (mut certain, _) = packets_of(input, policy, need.direction, index, rule);
        let peer = match &rule.peers {
            PeerMatch::Of(terms) => terms.first().map(|t| &t.kind),
            PeerMatch::Any => None,
        };
        if lifted(peer) {
            match need.direction {
                Direction::Ingress => certain.source = internet(),
                Direction::Egress => certain.destination = internet(),
            }
        }
        certain
    };
    policy.rules(need.direction).iter().enumerate().map(one).collect()
}

/// The subnets of a cluster's nodes, each with the use of its security group. Subnets without one are left out.
pub(super) fn node_subnets<'a>(cloud: &'a Cloud, cluster: &'a CloudCluster) -> impl Iterator<Item = (&'a Subnet, GroupUseId)> {
    let subnets = cluster.pools.iter().filter_map(|pool| cloud.subnet(pool.subnet?));
    subnets.filter_map(|subnet| Some((subnet, subnet.group?)))
}

/// The addresses of a cluster's nodes.
pub(super) fn node_addresses(cloud: &Cloud, cluster: &CloudCluster) -> AddressSet {
    let subnets = cluster.pools.iter().filter_map(|pool| cloud.subnet(pool.subnet?));
    let prefixes: Vec<Cidr> = subnets.flat_map(|s| s.prefixes.iter().copied()).collect();
    AddressSet::of_cidrs(&prefixes).v4_only()
}
