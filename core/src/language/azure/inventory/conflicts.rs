//! Rules of one security group that come one by one: as commands or as resources of their own. Azure checks the whole group with each of them.
//!
//! Upstream: Azure documentation, "Network security groups overview": Security rules: no two rules of one direction have the same priority
//! (`SecurityRuleConflict`). A rule of a name that the group has already takes the other's place.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{RuleDirection, RulePart, SecurityRule};
use crate::language::codes;
use crate::snapshot::cloud::Group;
use crate::text::Place;

/// Whether a rule is not to be held against others: it is refused, or may not be there, or its place among them is not to be told.
fn is_open(rule: &SecurityRule) -> bool {
    rule.refused || [RulePart::Priority, RulePart::Direction, RulePart::Presence].iter().any(|part| rule.unresolved(*part).is_some())
}

/// Leaves out rules that Azure refuses, and says so; `own` is how many of a group's rules were checked where they are written.
pub(super) fn check(groups: &mut [Group], own: &[usize], problems: &mut Vec<Diagnostic>) {
    for (group, own) in groups.iter_mut().zip(own) {
        let own = replace(&mut group.rules, *own);
        let mut taken: BTreeMap<(RuleDirection, u16), (String, Place)> = BTreeMap::new();
        for (number, (rule, place)) in group.rules.iter_mut().enumerate() {
            if is_open(rule) {
                continue;
            }
            let slot = (rule.direction, rule.priority);
            let Some((first, at)) = taken.get(&slot).filter(|_| number >= own) else {
                taken.entry(slot).or_insert_with(|| (rule.name.as_ref().into(), *place));
                continue;
            };
            let way = rule.direction.as_str();
            let message =
                format!("rule `{}`: priority {} is that of `{first}` already, in the same direction ({way})", rule.name, rule.priority);
            let error = Diagnostic::at(codes::AZ_DUPLICATE_PRIORITY, Severity::Error, Some(*place), message);
            problems.push(error.related_place(*at, "the first of them").help("Azure refuses the second; it is left out here"));
            rule.refused = true;
        }
    }
}

/// A later rule of the same name takes the place of an earlier one. Returns how many of the group's own are left.
fn replace(rules: &mut Vec<(SecurityRule, Place)>, own: usize) -> usize {
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (number, (rule, _)) in rules.iter().enumerate() {
        if number >= own && !is_open(rule) && !rule.name.is_empty() {
            last.insert(rule.name.to_lowercase(), number);
        }
    }
    let (mut number, mut left) = (0, 0);
    rules.retain(|(rule, _)| {
        let is_own = number < own;
        let keeps = !is_own || is_open(rule) || !last.contains_key(&rule.name.to_lowercase());
        number += 1;
        left += usize::from(is_own && keeps);
        keeps
    });
    left
}
