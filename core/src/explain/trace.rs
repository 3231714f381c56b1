//! The rules that a packet met, tier by tier.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Explainer;
use crate::compile::Endpoint;
use crate::connections::{ConnectionSet, Traffic};
use crate::explain::{PolicyTrace, RuleTrace, TierOutcome, TierTrace};
use crate::model::Protocol;
use crate::policy::{Action, Direction, Matched, RuleRef, TierEnd};
use crate::verdict::{TierRecord, TraceRecorder};

impl Explainer<'_> {
    /// What an evaluation met, with the field of each rule that failed.
    pub(super) fn tiers(&self, rules: &TraceRecorder) -> Vec<TierTrace> {
        let mut decided = false;
        let trace = |met: &TierRecord| {
            let tier = self.compiled.ruleset().tier(met.tier);
            let mut policies: Vec<PolicyTrace> = met.policies.iter().map(|id| PolicyTrace { policy: *id, rules: Vec::new() }).collect();
            for (reference, reached, matched) in &met.rules {
                let Some(rule) = self.compiled.ruleset().rule(*reference) else { continue };
                let reached = *reached && !decided;
                let trace = RuleTrace {
                    rule: *reference,
                    place: rule.place,
                    action: rule.action,
                    reached,
                    matched: *matched,
                    // Of what the packet never comes to nothing is told.
                    failure: (*matched == Matched::No && reached).then(|| self.failure(*reference, rule)).flatten(),
                    depends: (*matched == Matched::Possibly && reached).then(|| self.depends_on(*reference)).flatten(),
                };
                if let Some(policy) = policies.iter_mut().find(|p| p.policy == reference.policy) {
                    policy.rules.push(trace);
                }
            }
            let outcome = if decided { TierOutcome::NotReached } else { self.outcome(met) };
            decided |= matches!(outcome, TierOutcome::Allowed | TierOutcome::Denied);
            TierTrace { name: tier.map_or_else(String::new, |t| t.name.clone()), hook: met.hook, outcome, policies }
        };
        rules.tiers.iter().map(trace).collect()
    }

    /// What came of a tier: what its rules and its end do, if all that may have happened comes to the same.
    fn outcome(&self, met: &TierRecord) -> TierOutcome {
        if met.undefined_protocol || met.possible_end {
            return TierOutcome::Unknown;
        }
        let mut outcomes: Vec<TierOutcome> = Vec::new();
        let mut is_certain = false;
        for (reference, reached, matched) in &met.rules {
            let action = self.compiled.ruleset().rule(*reference).map(|rule| rule.action);
            outcomes.push(match action {
                _ if !reached || *matched == Matched::No => continue,
                Some(Action::Allow) => TierOutcome::Allowed,
                Some(Action::Deny) => TierOutcome::Denied,
                Some(Action::Pass) => TierOutcome::Passed,
                Some(Action::Log) | None => continue,
            });
            if *matched == Matched::Yes {
                is_certain = true;
                break;
            }
        }
        match met.end {
            Some(_) if is_certain => {}
            Some(TierEnd::Deny) => outcomes.push(TierOutcome::Denied),
            Some(TierEnd::Pass) => outcomes.push(TierOutcome::Passed),
            None => {}
        }
        match outcomes.first() {
            None => TierOutcome::Passed,
            Some(first) if outcomes.iter().all(|o| o == first) => *first,
            Some(_) => TierOutcome::Unknown,
        }
    }

    /// What it depends on whether a rule matches; nothing if that is whether its policy is about the endpoint at all.
    fn depends_on(&self, rule: RuleRef) -> Option<String> {
        if let Some(doubt) = self.compiled.ruleset().doubt(rule) {
            return Some(doubt.text.clone());
        }
        let peer = self.peer_of(rule);
        if let Some(doubt) = self.open_peer(rule, peer) {
            return Some(doubt.text.clone());
        }
        let certain = self.compiled.rule_matches(rule, peer).0 && self.is_surely_meant(rule);
        (!certain || !self.covers_question(rule)).then(|| self.missing_fact(rule, peer))
    }

    /// Whether a rule's traffic holds all that the question may mean.
    pub(super) fn covers_question(&self, rule: RuleRef) -> bool {
        let (source, destination) = (self.compiled.class_of(self.flow.from), self.compiled.class_of(self.flow.to));
        let meant = self.compiled.compiled_rule(rule).map(|r| self.compiled.traffic_between(r.traffic, source, destination));
        meant.is_none_or(|meant| ConnectionSet::of_traffic(self.flow.traffic).difference(&meant).is_empty())
    }

    /// The other endpoint, as a rule sees it.
    fn peer_of(&self, rule: RuleRef) -> Endpoint {
        match rule.direction {
            Direction::Egress => self.flow.to,
            Direction::Ingress => self.flow.from,
        }
    }

    /// The endpoint of the flow that a rule guards.
    pub(super) fn subject_of(&self, rule: RuleRef) -> Endpoint {
        match rule.direction {
            Direction::Egress => self.flow.from,
            Direction::Ingress => self.flow.to,
        }
    }

    /// Whether a rule is meant for its endpoint for certain.
    pub(super) fn is_surely_meant(&self, rule: RuleRef) -> bool {
        self.compiled.is_surely_meant_for(rule, self.subject_of(rule))
    }

    /// What the question leaves open: "the source port".
    pub(super) fn left_open(&self) -> String {
        let Traffic { protocol, source, destination } = self.flow.traffic;
        let [first, second] = words(protocol);
        match (source, destination) {
            (None, None) => format!("the {first} and the {second}"),
            (None, Some(_)) => format!("the {first}"),
            (Some(_), _) => format!("the {second}"),
        }
    }

    /// What of that a rule tells apart, with the values that it asks for: "the source port (1-1023 here)".
    pub(super) fn open_traffic(&self, rule: RuleRef) -> String {
        let traffic = self.flow.traffic;
        let (source, destination) = (self.compiled.class_of(self.flow.from), self.compiled.class_of(self.flow.to));
        let meant = self.compiled.compiled_rule(rule).map(|r| self.compiled.traffic_between(r.traffic, source, destination));
        let asked = ConnectionSet::of_traffic(traffic);
        let meant = meant.unwrap_or_default().intersection(&asked);
        // A part matters if some of its values are in what the rule means, and all other parts being equal others are not.
        let whole =
            |first: Option<(u16, u16)>, second: Option<(u16, u16)>| ConnectionSet::of(traffic.protocol, first, second).intersection(&asked);
        let Some(bands) = meant.plane(traffic.protocol) else { return self.left_open() };
        let firsts = bands.bands().fold(ConnectionSet::EMPTY, |all, (a, b, _)| all.union(&whole(Some((a, b)), None)));
        let seconds = bands
            .bands()
            .flat_map(|(_, _, seconds)| seconds.iter())
            .fold(ConnectionSet::EMPTY, |all, (a, b)| all.union(&whole(None, Some((a, b)))));
        let [first, second] = words(traffic.protocol);
        let list = |values: Vec<(u16, u16)>| {
            let values: Vec<String> = values.iter().map(|(a, b)| if a == b { format!("{a}") } else { format!("{a}-{b}") }).collect();
            if values.len() <= 4 { format!(" ({} in this rule)", values.join(", ")) } else { String::new() }
        };
        let mut parts = Vec::new();
        if traffic.source.is_none() && firsts != asked {
            parts.push(format!("the {first}{}", list(bands.bands().map(|(a, b, _)| (a, b)).collect())));
        }
        if traffic.destination.is_none() && seconds != asked {
            let mut values: Vec<(u16, u16)> = bands.bands().flat_map(|(_, _, seconds)| seconds.iter()).collect();
            values.dedup();
            parts.push(format!("the {second}{}", list(values)));
        }
        if parts.is_empty() { self.left_open() } else { parts.join(" and ") }
    }
}

/// What the two numbers of a protocol's packets are.
fn words(protocol: Protocol) -> [&'static str; 2] {
    match protocol {
        Protocol::ICMP => ["ICMP type", "ICMP code"],
        Protocol::ICMPV6 => ["ICMPv6 type", "ICMPv6 code"],
        _ => ["source port", "destination port"],
    }
}
