//! The answer in words.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Cause, Effect, Part, Witness};
use crate::explain::{end_name, rule_name};
use crate::policy::{Action, Ruleset};
use crate::snapshot::Snapshot;

/// So many causes are named.
const NAMED: usize = 3;

impl Part {
    /// "ingress rule 2 of NetworkPolicy `shop/db`", or "NetworkPolicy `shop/db`".
    pub fn title(&self, ruleset: &Ruleset) -> String {
        match self.rule {
            Some(rule) => rule_name(ruleset, rule),
            None => ruleset.policy(self.policy).map_or_else(String::new, |policy| format!("{} `{}`", policy.kind, policy.title())),
        }
    }

    /// What it is there for, after its title: "changes nothing: ingress rule 1 of NetworkPolicy `shop/db` allows the same packets".
    pub fn sentence(&self, ruleset: &Ruleset, snapshot: &Snapshot) -> String {
        if self.guards_later {
            return String::from("changes nothing for the pods that are there; pods that are added later are isolated by it alone");
        }
        match &self.effect {
            Effect::Needed(witness) => witness.sentence(snapshot),
            Effect::NeverMatches if self.rule.is_some() => String::from("matches no packet of this input"),
            Effect::NeverMatches => String::from("applies to nothing in this input"),
            Effect::Shadowed(causes) => {
                let (names, verb) = named(causes, ruleset, ["decides", "decide"]);
                let differs = self.rule.and_then(|rule| ruleset.rule(rule)).is_some_and(|own| self.is_overruled(own.action, ruleset));
                let otherwise = if differs { ", and not as it would" } else { "" };
                format!("is never reached: {names} {verb} all of its packets first{otherwise}")
            }
            Effect::Redundant(causes) if causes.as_slice() == [Cause::NothingDecides] => {
                String::from("changes nothing: no other policy decides these packets, and what no policy decides is allowed")
            }
            Effect::Redundant(causes) => {
                let (names, verb) = named(causes, ruleset, ["answers", "answer"]);
                format!("changes nothing: without it {names} {verb} the same")
            }
            Effect::CannotTell => String::from("may matter or not: that depends on facts that are not in the input"),
        }
    }

    /// Whether some of what decides before a rule does something else with packets.
    fn is_overruled(&self, own: Action, ruleset: &Ruleset) -> bool {
        self.effect.causes().iter().any(|cause| match cause {
            Cause::Rule(rule) => ruleset.rule(*rule).is_some_and(|rule| rule.action != own),
            Cause::TierEnd(_) => own != Action::Deny,
            Cause::NothingDecides => own == Action::Deny,
        })
    }
}

impl Witness {
    /// "is needed: without it TCP 5432 from `shop/web` to `shop/db` would be denied instead of allowed".
    fn sentence(&self, snapshot: &Snapshot) -> String {
        let (from, to) = (end_name(self.from, snapshot), end_name(self.to, snapshot));
        let (with, without) = (self.with.as_str(), self.without.as_str());
        if self.with == self.without {
            return format!(
                "is needed: {} from `{from}` to `{to}` is {with} by it, and goes on to other policies without it",
                self.traffic
            );
        }
        format!("is needed: without it the answer to {} from `{from}` to `{to}` would be “{without}” instead of “{with}”", self.traffic)
    }
}

impl Cause {
    /// "ingress rule 1 of NetworkPolicy `shop/db`", "the end of tier `NetworkPolicy`".
    pub fn title(&self, ruleset: &Ruleset) -> String {
        match self {
            Cause::Rule(rule) => rule_name(ruleset, *rule),
            Cause::TierEnd(tier) => {
                // Kubernetes itself has no tiers.
                match ruleset.tier(*tier).map_or("", |tier| &tier.name) {
                    "NetworkPolicy" => String::from("the default (no rule allows it)"),
                    name => format!("the end of tier `{name}`"),
                }
            }
            Cause::NothingDecides => String::from("no policy"),
        }
    }
}

/// Causes in words, with the verb that fits their number.
fn named(causes: &[Cause], ruleset: &Ruleset, [one, many]: [&'static str; 2]) -> (String, &'static str) {
    let mut names: Vec<String> = causes.iter().take(NAMED).map(|cause| cause.title(ruleset)).collect();
    if causes.len() > NAMED {
        names.push(format!("{} more", causes.len() - NAMED));
    }
    let verb = if causes.len() == 1 { one } else { many };
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => (format!("{} and {last}", rest.join(", ")), verb),
        _ => (names.concat(), verb),
    }
}
