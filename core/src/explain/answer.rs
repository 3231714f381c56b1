//! An answer with its reasons, in words: what comes of a decision when every checkpoint, tier, policy and rule is told.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::compile::{Endpoint, Hook};
use crate::policy::{Action, Direction, Matched, PolicyId, RuleRef};
use crate::snapshot::Snapshot;
use crate::text::Place;
use crate::verdict::traversal::Checkpoint;
use crate::verdict::{Flow, Reason, Verdict};

/// The answer with its reasons.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The flow that was asked about.
    pub flow: Flow,
    /// The answer in a word.
    pub verdict: Verdict,
    /// The answer in a sentence; what is written in the person's text stands in backticks.
    pub summary: String,
    /// Checkpoints in the order in which the packet meets them.
    pub checkpoints: Vec<CheckpointTrace>,
    /// What else one should know: assumptions, policies that are not enforced.
    pub notes: Vec<String>,
    /// A small change of text that would allow a denied flow, where one is known.
    pub suggestion: Option<Suggestion>,
}

impl Answer {
    /// The checkpoint that decides: the first that stops a denied flow, or that leaves open what becomes of it. Nothing for an allowed flow,
    /// which passes every checkpoint.
    pub fn decided_at(&self) -> Option<&CheckpointTrace> {
        self.checkpoints.iter().find(|checkpoint| checkpoint.verdict == self.verdict && self.verdict != Verdict::Allowed)
    }

    /// The lines that decide: those of the checkpoint that decides, or of an allowed flow one of each rule that allows it.
    pub fn deciding_places(&self) -> Vec<Place> {
        match self.decided_at() {
            Some(checkpoint) => checkpoint.places.clone(),
            None => {
                let of_rules = self.checkpoints.iter().filter(|checkpoint| checkpoint.decided_by().is_some());
                of_rules.flat_map(|checkpoint| checkpoint.places.iter().take(1).copied()).collect()
            }
        }
    }
}

/// What happened at one checkpoint.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckpointTrace {
    /// Which checkpoint of the traversal this is.
    pub checkpoint: Checkpoint,
    /// The same in a few words, for a heading.
    pub title: String,
    /// Which rules are asked: egress of what the packet leaves, or ingress of what it enters.
    pub direction: Direction,
    /// That endpoint.
    pub subject: Endpoint,
    /// The other endpoint.
    pub peer: Endpoint,
    /// What this checkpoint says.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Why, in a sentence.
    pub sentence: String,
    /// Source address of the packet here, if the endpoint has one.
    pub from_address: Option<IpAddr>,
    /// Destination address of the packet here.
    pub to_address: Option<IpAddr>,
    /// Lines to light: the deciding rule, or what isolates the pod.
    pub places: Vec<Place>,
    /// For a default deny, the rule that came nearest; nothing where none is near in anything.
    pub nearest: Option<Nearest>,
    /// Tiers that have policies for the subject, in order, as far as the packet came.
    pub tiers: Vec<TierTrace>,
}

impl TierTrace {
    /// Its name, and at a host endpoint where it was met, if that is not the usual place.
    pub fn title(&self) -> String {
        match self.hook {
            Some(Hook::Untracked | Hook::Reply) => alloc::format!("{}, untracked", self.name),
            Some(Hook::PreDnat) => alloc::format!("{}, before address translation", self.name),
            Some(Hook::Forward) => alloc::format!("{}, for forwarded traffic", self.name),
            Some(Hook::Normal | Hook::ReplyNormal) | None => self.name.clone(),
        }
    }
}

impl CheckpointTrace {
    /// The rule that decided, if one did.
    pub fn decided_by(&self) -> Option<RuleRef> {
        match &self.reason {
            Reason::Rule(rule) => Some(*rule),
            _ => None,
        }
    }

    /// Whether this address, that of one of its two endpoints, is assumed, as the input gives none. No verdict depends on it.
    pub fn is_assumed(&self, address: Option<IpAddr>, snapshot: &Snapshot) -> bool {
        let pods =
            [self.subject, self.peer].into_iter().filter_map(|end| if let Endpoint::Pod(id) = end { snapshot.pod(id) } else { None });
        address.is_some()
            && pods.into_iter().any(|pod| !pod.address_given && !pod.host_network && pod.addresses.first().copied() == address)
    }
}

/// The rule that came nearest to allowing a flow.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Nearest {
    /// The rule.
    pub rule: RuleRef,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// The field that failed.
    pub place: Place,
    /// What was wrong, in words: "port 8080 is not in 80, 443".
    pub failure: String,
}

impl Nearest {
    /// What was wrong, with the name of the rule where it has one.
    pub fn sentence(&self) -> String {
        match &self.name {
            Some(name) => format!("rule `{name}`: {}", self.failure),
            None => self.failure.clone(),
        }
    }
}

/// What happened in one tier.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TierTrace {
    /// Its name.
    pub name: String,
    /// At a host endpoint, where the packet met it.
    pub hook: Option<Hook>,
    /// What came of it.
    pub outcome: TierOutcome,
    /// The policies that apply to the subject, in order.
    pub policies: Vec<PolicyTrace>,
}

/// How a tier ended for a packet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TierOutcome {
    /// A rule allowed it.
    Allowed,
    /// A rule denied it, or the tier's end did.
    Denied,
    /// On to the next tier.
    Passed,
    /// One or the other, depending on facts that are missing.
    Unknown,
    /// It never came here.
    NotReached,
}

/// One policy of a tier.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PolicyTrace {
    /// The policy.
    pub policy: PolicyId,
    /// Its rules for the direction, in order.
    pub rules: Vec<RuleTrace>,
}

/// One rule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RuleTrace {
    /// The rule.
    pub rule: RuleRef,
    /// Where it is written.
    pub place: Place,
    /// What it does when it matches.
    pub action: Action,
    /// Whether the packet came this far.
    pub reached: bool,
    /// Whether it matched.
    pub matched: Matched,
    /// For a rule that did not match, the field that failed.
    pub failure: Option<Failure>,
    /// For a rule that matched possibly, what that depends on: "the source port, which the question does not specify".
    pub depends: Option<String>,
}

/// A field that did not match.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// Where it is written.
    pub place: Place,
    /// In words.
    pub text: String,
    /// How many of the rule's parts (peer, traffic) failed.
    pub parts: u8,
    /// How many conditions failed: those of the peer that came nearest, and one for the traffic.
    pub conditions: usize,
    /// How many parts that are written do match.
    pub matched: u8,
    /// Whether the rule would match the packet as it was before its destination was translated: it was written for that.
    pub before_translation: bool,
}

impl Failure {
    /// How far the rule is from what somebody meant: less is nearer. Of rules that match in equally many fields, the one with the least wrong.
    pub(crate) fn distance(&self) -> (bool, core::cmp::Reverse<u8>, u8, usize) {
        (!self.before_translation, core::cmp::Reverse(self.matched), self.parts, self.conditions)
    }

    /// Whether the rule is near in anything: some of it matches, or a single condition keeps it from that.
    pub(crate) fn is_near(&self) -> bool {
        self.before_translation || self.matched > 0 || self.parts <= 1 && self.conditions <= 1
    }
}

/// A change of text.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Suggestion {
    /// What it does, as a command.
    pub title: String,
    /// Texts to put in place of ranges (an empty range: insert).
    pub edits: Vec<(Place, String)>,
}
