//! One flow, with everything that led to the answer.

mod check;
mod checkpoint;
mod decide;
pub mod evaluate;
mod reply;
mod trace;
pub mod traversal;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::compile::{Endpoint, Hook};
use crate::connections::Traffic;
use crate::language::azure::AddressSku;
use crate::model::Protocol;
use crate::policy::{Action, Direction, EndpointToHost, Matched, PolicyId, RuleRef};
use crate::snapshot::Snapshot;
use crate::text::Place;
use crate::verdict::traversal::{Checkpoint, Routing};

pub(crate) use check::check;
pub(crate) use checkpoint::{
    CheckpointResult, Otherwise, VXLAN, is_loopback, is_own_node, is_single, own_node_connections, without_policies,
};
pub(crate) use decide::several_networks;
pub use decide::{CheckpointRecord, Decision, decide};
pub(crate) use trace::{TierRecord, TraceRecorder};

/// One question: may this traffic go from here to there?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Flow {
    /// Where the connection starts.
    pub from: Endpoint,
    /// Where it goes.
    pub to: Endpoint,
    /// What it carries.
    pub traffic: Traffic,
}

/// Where a packet was sent before its destination was translated: to a node's port, a Service or a load balancer. Policies before that
/// translation (Calico's `preDNAT` and `doNotTrack`) see this.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Original {
    /// The address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
}

/// The answer in a word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// It passes every checkpoint.
    Allowed,
    /// Some checkpoint stops it.
    Denied,
    /// A fact is missing, or upstream leaves it to the engine.
    CannotTell,
}

impl Verdict {
    /// `allowed`, `denied` or `cannot tell`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Allowed => "allowed",
            Verdict::Denied => "denied",
            Verdict::CannotTell => "cannot tell",
        }
    }
}

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
    /// For a default deny, the rule that came nearest.
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

    /// Whether this address, that of one of its two endpoints, is assumed, as the text gives none. No verdict depends on it.
    pub fn is_assumed(&self, address: Option<IpAddr>, snapshot: &Snapshot) -> bool {
        let pods =
            [self.subject, self.peer].into_iter().filter_map(|end| if let Endpoint::Pod(id) = end { snapshot.pod(id) } else { None });
        address.is_some()
            && pods.into_iter().any(|pod| !pod.address_given && !pod.host_network && pod.addresses.first().copied() == address)
    }
}

/// Why a checkpoint says what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// The endpoint is outside the cluster: no policy applies to it.
    Outside,
    /// The endpoint is a node, or a pod on the host network, which policies do not select.
    Node,
    /// No policy engine is installed.
    NoEngine,
    /// A pod and itself: such traffic never leaves it.
    Loopback,
    /// A pod's own node may always reach it.
    OwnNode,
    /// No policy applies to the pod in this direction.
    NoPolicy,
    /// Policies apply, but none of them decided and none isolates.
    NothingDecided,
    /// This rule decided.
    Rule(RuleRef),
    /// These policies isolate the pod, and no rule of theirs allows it.
    DefaultDeny(Vec<PolicyId>),
    /// What the node does with packets of its own pods to itself.
    OwnHost(EndpointToHost),
    /// No group guards a public address: its kind decides.
    PublicAddress(AddressSku),
    /// The two virtual networks are not peered.
    NotPeered,
    /// No route leads on.
    Route(Routing),
    /// Packets to the platform's own addresses are let through.
    Platform,
    /// Calico drops such packets where a pod sends them: VXLAN, or IP in IP.
    Dropped(Protocol),
    /// The connection is tracked, so its reply passes.
    Tracked,
    /// The connection is not tracked, and nothing lets its reply through.
    NoReply,
    /// It cannot be told, because of these facts.
    Unknown(Vec<UnknownFact>),
}

/// A fact that is missing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum UnknownFact {
    /// A rule may or may not match: the address, name or node of the peer is not known.
    Rule(RuleRef),
    /// Whether these policies select the pod: they ask for labels whose values are not known.
    Selected(Vec<PolicyId>),
    /// What the policies mean for a protocol without ports.
    Protocol,
    /// Whether the source is the pod's own node, which may always reach it: the text does not say where one of them runs.
    OwnNode,
    /// Policies of equal priority disagree, and either may be looked at first.
    EqualPriority(Vec<PolicyId>),
    /// The question leaves open a port, and the answer depends on it.
    Traffic,
    /// What the node's own packet filter does with packets that are left to it.
    HostInput,
    /// On which nodes the pods run.
    Placement,
    /// Whether a pod comes to another node with its own address or with its node's: the text does not say what its pool does.
    SourceAddress,
    /// Of which of several networks with this address it is.
    Network(IpAddr),
    /// Where something is that the input does not hold: what is missing, and how to get it.
    Missing(Box<str>),
    /// What becomes of it on the route that it takes.
    Route(Routing),
    /// The public address with which the packet comes here, or to which it goes.
    PublicAddress,
    /// The address that an instance of an application gateway has.
    GatewayAddress,
    /// The node port, which the API server picks.
    NodePort,
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
