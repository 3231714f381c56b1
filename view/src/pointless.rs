//! Rules and policies that could be removed, and what proves that others could not.

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::pointless::{Cause, Effect, Part, Witness, pointless};
use netpolis_core::explain::end_name;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{SourceLocation, SourceLocations};

/// A rule or a policy, and what would be different without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PartView {
    /// "ingress rule 2 of NetworkPolicy `shop/db`", or "NetworkPolicy `shop/db`".
    pub title: String,
    /// The number of the rule within its direction, from 1; nothing for the policy as a whole.
    pub rule: Option<u32>,
    /// `needed`, `never matches`, `never reached`, `redundant` or `cannot tell`.
    pub effect: String,
    /// Whether it could be removed without changing any answer, also for pods that are added later.
    pub pointless: bool,
    /// The same in words, to follow the title.
    pub sentence: String,
    /// What answers in its place, if it is pointless.
    pub causes: Vec<CauseView>,
    /// A packet that would be answered differently without it, if it is needed.
    pub witness: Option<WitnessView>,
    /// Where it is written.
    pub location: Option<SourceLocation>,
}

/// What answers in place of a rule or a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct CauseView {
    /// "ingress rule 1 of NetworkPolicy `shop/db`", "the end of tier `NetworkPolicy`".
    pub title: String,
    /// Where it is written, if it is a rule.
    pub location: Option<SourceLocation>,
}

/// A packet that would be answered differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct WitnessView {
    /// Where it comes from.
    pub from: String,
    /// Where it goes.
    pub to: String,
    /// Its protocol, by name or number.
    pub protocol: String,
    /// Its destination port, or the code of an ICMP message.
    pub port: Option<u16>,
    /// Its source port, or the type of an ICMP message, where the answer is not the same for all.
    pub source_port: Option<u16>,
    /// What the checkpoint answers now: `allowed`, `denied` or `cannot tell`.
    pub with: String,
    /// What it would answer without.
    pub without: String,
}

impl WitnessView {
    fn of(witness: &Witness, analysis: &Analysis) -> Self {
        let name = |end| end_name(end, analysis.snapshot());
        WitnessView {
            from: name(witness.from),
            to: name(witness.to),
            protocol: witness.traffic.protocol.to_string(),
            port: witness.traffic.destination,
            source_port: witness.traffic.source,
            with: witness.with.as_str().into(),
            without: witness.without.as_str().into(),
        }
    }
}

/// Every rule and policy that somebody wrote and that is in force.
pub fn part_views(analysis: &Analysis) -> Vec<PartView> {
    let (ruleset, snapshot) = (analysis.compiled().ruleset(), analysis.snapshot());
    let locations = SourceLocations::new(analysis.sources());
    let cause = |cause: &Cause| CauseView {
        title: cause.title(ruleset),
        location: match cause {
            Cause::Rule(rule) => ruleset.rule(*rule).and_then(|rule| locations.at(rule.place)),
            Cause::TierEnd(_) | Cause::NothingDecides => None,
        },
    };
    let view = |part: Part| PartView {
        title: part.title(ruleset),
        rule: part.rule.map(|rule| rule.number()),
        effect: part.effect.as_str().into(),
        pointless: part.is_removable(),
        sentence: part.sentence(ruleset, snapshot),
        causes: part.effect.causes().iter().map(cause).collect(),
        witness: match &part.effect {
            Effect::Needed(witness) => Some(WitnessView::of(witness, analysis)),
            _ => None,
        },
        location: locations.at(part.place),
    };
    pointless(analysis.compiled(), snapshot).into_iter().map(view).collect()
}
