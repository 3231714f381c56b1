//! A question about a flow, and its answer as the page shows it.

mod build;

pub(super) use build::{Unnumbered, Writer, protocol, verdict};
pub use build::{answer_to, answer_view, path_ends};

use netpolis_core::text::count;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{FixView, SourceLocation};

/// A question: may this traffic go from here to there?
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The sender: `shop/frontend[Deployment]`, `shop/frontend`, `frontend`, `node/worker-1`, `ingress-controller` or an address.
    pub from: String,
    /// The receiver, in the same words.
    pub to: String,
    /// `TCP`, `UDP`, `SCTP`, `ICMP`, `ICMPv6` or a protocol number; TCP where it is left out.
    #[serde(default)]
    #[tsify(optional)]
    pub protocol: String,
    /// Destination port, for protocols that have ports.
    #[serde(default)]
    #[tsify(optional)]
    pub port: Option<u16>,
    /// Source port, for protocols that have ports; any where it is left out.
    #[serde(default)]
    #[tsify(optional)]
    pub source_port: Option<u16>,
    /// The type of an ICMP message; any where it is left out.
    #[serde(default)]
    #[tsify(optional)]
    pub icmp_type: Option<u8>,
    /// Its code.
    #[serde(default)]
    #[tsify(optional)]
    pub icmp_code: Option<u8>,
}

/// An answer's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum VerdictView {
    /// It arrives.
    Allowed,
    /// It does not.
    Denied,
    /// A fact is missing, or the upstream text leaves it to the engine.
    CannotTell,
}

impl VerdictView {
    /// The word, as on the page.
    pub const fn word(self) -> &'static str {
        match self {
            VerdictView::Allowed => "Allowed",
            VerdictView::Denied => "Denied",
            VerdictView::CannotTell => "Cannot tell",
        }
    }
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AnswerView {
    /// What was asked, with full names.
    pub question: Question,
    /// The sender, as an index into [`SceneView::ends`].
    pub from: Option<u32>,
    /// The receiver, likewise.
    pub to: Option<u32>,
    /// The answer's word.
    pub verdict: VerdictView,
    /// One sentence, with code in backticks.
    pub summary: String,
    /// Where the packet is looked at, in the order in which it gets there.
    pub stations: Vec<StationView>,
    /// What else matters.
    pub notes: Vec<String>,
    /// The smallest change that would allow it, if it is denied and one is known.
    pub suggestion: Option<FixView>,
    /// Lines to light in the editor.
    pub lit: Vec<LitView>,
}

/// A checkpoint: where policies or security groups are evaluated, or the network itself drops packets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct StationView {
    /// `Egress of frontend`.
    pub title: String,
    /// For a security group, an id of the place where it is attached.
    pub at: Option<String>,
    /// The verdict of this checkpoint.
    pub verdict: VerdictView,
    /// Why, in a sentence, with code in backticks.
    pub sentence: String,
    /// The sender's address as seen here.
    pub from_address: Option<String>,
    /// The receiver's address as seen here.
    pub to_address: Option<String>,
    /// Whether the sender's address is assumed, as the input gives none; no verdict depends on it.
    pub from_assumed: bool,
    /// Whether the receiver's address is assumed.
    pub to_assumed: bool,
    /// What decided.
    #[serde(rename = "locations")]
    pub spots: Vec<SourceLocation>,
    /// The rule that came nearest to allowing it, and why it did not; nothing where none is near in anything.
    pub nearest: Option<NearestView>,
    /// All tiers that were looked at.
    pub tiers: Vec<TierView>,
}

impl StationView {
    /// What decided, each with the name of its policy where that decided as a whole: one of those that isolate.
    pub fn deciding(&self) -> Vec<(Option<&str>, &SourceLocation)> {
        let policy = |spot: &SourceLocation| {
            let mut policies = self.tiers.iter().flat_map(|tier| &tier.policies);
            policies.find(|policy| policy.spot.as_ref() == Some(spot)).map(|policy| policy.name.as_str())
        };
        self.spots.iter().map(|spot| (policy(spot), spot)).collect()
    }
}

/// The rule that came nearest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct NearestView {
    /// Which rule, and what failed.
    pub text: String,
    /// The field that failed.
    #[serde(rename = "location")]
    pub spot: Option<SourceLocation>,
}

/// How a tier ended for a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum OutcomeView {
    /// It allowed the packet.
    Allowed,
    /// It denied the packet.
    Denied,
    /// On to the next tier.
    Passed,
    /// One or the other: a fact is missing.
    CannotTell,
    /// An earlier tier had decided.
    NotReached,
}

/// One tier as a packet met it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct TierView {
    /// Its name.
    pub name: String,
    /// What came out.
    pub outcome: OutcomeView,
    /// Policies that applied.
    pub policies: Vec<PolicyTraceView>,
}

impl TierView {
    /// How many policies and rules of it there are, in words.
    pub fn contents(&self) -> String {
        let rules = self.policies.iter().map(|policy| policy.rules.len()).sum();
        format!("{}, {}", count(self.policies.len(), "policy"), count(rules, "rule"))
    }
}

/// One policy as a packet met it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct PolicyTraceView {
    /// `NetworkPolicy shop/db`.
    pub title: String,
    /// Its name alone.
    pub name: String,
    /// Where it is written.
    #[serde(rename = "location")]
    pub spot: Option<SourceLocation>,
    /// Its rules for this direction.
    pub rules: Vec<RuleView>,
}

/// Whether a rule matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum MatchView {
    /// It did.
    Matched,
    /// It did not.
    NotMatched,
    /// A fact is missing.
    Unknown,
    /// An earlier rule had decided.
    NotReached,
}

/// One rule as a packet met it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct RuleView {
    /// `rule 1: allow`.
    pub title: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Whether it matched.
    pub matched: MatchView,
    /// The one field that did not match, in words.
    pub failure: Option<String>,
    /// Where the rule is written, or the field that did not match.
    #[serde(rename = "location")]
    pub spot: Option<SourceLocation>,
    /// Whether it decided.
    pub decided: bool,
}

/// Lines that decide or take part, to mark in an editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct LitView {
    /// Where.
    #[serde(rename = "location")]
    pub spot: SourceLocation,
    /// Which way they decide; nothing for lines that take part and decide nothing.
    pub verdict: Option<VerdictView>,
    /// A few words for the end of the first line.
    pub note: String,
}
