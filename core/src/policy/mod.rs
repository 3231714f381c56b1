//! The one policy language that every kind of policy is translated into.
//!
//! ```text
//! Ruleset = tiers in order, then Allow
//! Tier    = policies in order + what happens to a packet that a policy of this tier selected but no rule decided
//! Policy  = whom it applies to, directions, ordered rules
//! Rule    = Allow | Deny | Pass | Log, the other end, traffic, and (Calico) what must hold of the selected end itself
//! ```
//!
//! NetworkPolicies are one tier whose policies only allow and whose end is Deny. AdminNetworkPolicies, BaselineAdminNetworkPolicies and
//! ClusterNetworkPolicies are tiers before and after it whose end is Pass. Where Calico is installed, its tiers take their places: NetworkPolicies
//! are policies of order 1000 in the tier `default`, ClusterNetworkPolicies are in `kube-admin` and `kube-baseline`.
//!
//! What the input holds and nobody evaluated is part of the language too, so that no answer passes over it: see [`Doubt`].

mod ends;
mod hosts;
mod matched;
mod traffic;

pub use ends::*;
pub use hosts::*;
pub use matched::Matched;
pub use traffic::*;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::text::Place;

crate::model::ids! {
    /// A policy of a [`Ruleset`], by number.
    PolicyId,
    /// A tier of a [`Ruleset`], by number.
    TierId,
    /// A rule of one direction of a policy, by its place in that list.
    RuleId,
    /// The use of a network security group in one network, by number: the place in the snapshot's `Cloud::uses`.
    GroupUseId,
}

/// Seen from the pod that a policy selects: does the packet leave it or come to it?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// Out of the pod.
    Egress,
    /// Into the pod.
    Ingress,
}

impl Direction {
    /// Both, in the order in which a packet meets them.
    pub const BOTH: [Direction; 2] = [Direction::Egress, Direction::Ingress];

    /// `egress` or `ingress`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::Egress => "egress",
            Direction::Ingress => "ingress",
        }
    }

    /// `to` or `from`: the field, and the word, for the other end.
    pub const fn preposition(self) -> &'static str {
        match self {
            Direction::Egress => "to",
            Direction::Ingress => "from",
        }
    }
}

/// A rule of a policy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RuleRef {
    /// The policy.
    pub policy: PolicyId,
    /// Which of its two lists.
    pub direction: Direction,
    /// Which rule of that list.
    pub id: RuleId,
}

impl RuleRef {
    /// Its number as people count: the first rule is 1.
    pub const fn number(self) -> u32 {
        self.id.0.saturating_add(1)
    }
}

/// All policies of an analysis, in the order in which a packet meets them; what no tier decides is allowed.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    /// The tiers, first to last.
    pub tiers: Vec<Tier>,
    /// All policies; tiers refer to them by number. One that did not change since the last edit is the same one.
    pub policies: Vec<Arc<Policy>>,
    /// Whether no engine is installed, so that nothing is enforced.
    pub no_engine: bool,
    /// Why, where the input has a network plugin that enforces nothing.
    pub idle_plugin: Option<String>,
    /// What is set about hosts; nothing where no engine polices them.
    pub hosts: Option<HostRules>,
    /// Labels and addresses of objects that are no policies which cannot be read: whether a selector matches them is not known.
    pub open: Vec<Doubt>,
}

impl Ruleset {
    /// The policy with this number.
    pub fn policy(&self, id: PolicyId) -> Option<&Policy> {
        self.policies.get(id.index()).map(|policy| &**policy)
    }

    /// Adds a policy whose number is the next one.
    pub(crate) fn add(&mut self, policy: Policy) {
        self.policies.push(Arc::new(policy));
    }

    /// The tier with this number.
    pub fn tier(&self, id: TierId) -> Option<&Tier> {
        self.tiers.get(id.index())
    }

    /// Everything that is in doubt among what is enforced, each once, in the order of the text.
    pub fn doubts(&self) -> Vec<&Doubt> {
        let enforced = self.tiers.iter().flat_map(|tier| tier.groups.iter().flatten()).filter_map(|id| self.policy(*id));
        let mut found: Vec<&Doubt> = Vec::new();
        for policy in enforced {
            let of_rules = policy.egress.iter().chain(&policy.ingress).filter_map(|rule| rule.doubt.as_deref());
            for doubt in policy.doubt.as_deref().into_iter().chain(of_rules) {
                found.push(doubt);
            }
        }
        if !self.no_engine && self.tiers.iter().any(|tier| !tier.groups.is_empty()) {
            found.extend(&self.open);
        }
        found.sort_by(|a, b| (a.places.first(), &a.text).cmp(&(b.places.first(), &b.text)));
        found.dedup();
        found
    }

    /// Whether this is why something is in doubt, and not a fact on which it depends.
    pub fn is_doubt(&self, text: &str) -> bool {
        self.doubts().iter().any(|doubt| doubt.text == text)
    }

    /// Why it is not known which selectors match an object, by its place.
    pub fn open_at(&self, object: Place) -> Option<&Doubt> {
        self.open.iter().find(|doubt| {
            doubt
                .places
                .first()
                .is_some_and(|at| at.document == object.document && object.span.start <= at.span.start && at.span.end <= object.span.end)
        })
    }

    /// Why it is not known whether a rule is in force.
    pub fn doubt(&self, rule: RuleRef) -> Option<&Doubt> {
        let own = self.rule(rule).and_then(|r| r.doubt.as_deref());
        own.or_else(|| self.policy(rule.policy).and_then(|p| p.doubt.as_deref()))
    }

    /// The rule that a reference names.
    pub fn rule(&self, rule: RuleRef) -> Option<&Rule> {
        self.policy(rule.policy)?.rules(rule.direction).get(rule.id.index())
    }
}

/// Why it is not known whether a policy or a rule is in force: it was not evaluated, refused, or refers to something that the input does not hold.
///
/// This is how anything unread gets into the answers. There are two ways, and nothing else has to be done for `why`, `flows`, `path`, lints and
/// the page to say "cannot tell, because …":
///
/// - [`Rule::doubt`]: the rule may match what it says, or nothing. For a rule of which one condition is not known.
/// - [`Policy::doubt`]: the whole policy may be in force or not. All its rules match possibly, and at the end of a tier it isolates possibly.
///   Write what it might do as rules: `Deny` if it may deny what others allow, `Allow` if it may allow what others deny, both if both. Put it
///   where the valid policy would stand, or, for what no engine here evaluates, into the tiers that `translate::unread` makes. Its subject,
///   peers and traffic bound what it may concern: wider than the truth is "cannot tell" too often, narrower is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Doubt {
    /// What follows "cannot tell, because": a clause that names the object and the field.
    pub text: String,
    /// Lines to light.
    pub places: Vec<Place>,
}

/// Policies that are looked at together.
#[derive(Clone, PartialEq, Debug)]
pub struct Tier {
    /// Its name, in the words of its source.
    pub name: String,
    /// What kinds of policy it holds, for sentences ("NetworkPolicies").
    pub noun: &'static str,
    /// Its policies in order. Policies of one group have equal precedence.
    pub groups: Vec<Vec<PolicyId>>,
    /// What happens to a packet of a selected pod that no rule decided.
    pub end: TierEnd,
    /// Whether its policies say nothing certain about protocols without ports (see [`crate::settings::OtherProtocols`]).
    pub ports_only: bool,
    /// Whether what its rules pass leaves all tiers of the place where it is met (failsafe ports), instead of going on to the next one.
    pub passes_all: bool,
    /// Whether the order of its rules can matter: some rule does other than allow. Where none does, what the tier allows is the union of
    /// its rules.
    pub ordered: bool,
}

impl Tier {
    /// Whether being selected by a policy of this tier closes a pod for what no rule allows.
    pub fn isolates(&self) -> bool {
        self.end == TierEnd::Deny
    }
}

/// The end of a [`Tier`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TierEnd {
    /// Denied: being selected isolates.
    Deny,
    /// On to the next tier.
    Pass,
}

/// One policy.
#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    /// Its number.
    pub id: PolicyId,
    /// Its kind as upstream, for sentences: `NetworkPolicy`, …
    pub kind: Cow<'static, str>,
    /// What it is, whatever its kind is called.
    pub role: PolicyRole,
    /// Its namespace, if it has one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The whole object.
    pub place: Place,
    /// Whom it applies to.
    pub subject: SubjectMatch,
    /// Where that is written (the whole object, if it is not).
    pub subject_place: Place,
    /// Its priority, where its kind has one.
    pub priority: Option<u16>,
    /// Whether it acts on traffic out of its pods.
    pub acts_on_egress: bool,
    /// Whether it acts on traffic into its pods.
    pub acts_on_ingress: bool,
    /// Rules for egress, also those that do nothing because the policy does not act on egress.
    pub egress: Vec<Rule>,
    /// Rules for ingress, likewise.
    pub ingress: Vec<Rule>,
    /// Where packets meet it.
    pub hook: HookMatch,
    /// Why it is not enforced; nothing if it is.
    pub not_enforced: Option<String>,
    /// Why it is not known whether it is in force; nothing if it is.
    pub doubt: Option<Box<Doubt>>,
}

/// The name of the profile without rules of an endpoint that has none.
pub(crate) const NO_PROFILE: &str = "no profile";
/// The failsafe ports of [`OF_THE_HOST`], which nobody wrote as a policy.
pub(crate) const FAILSAFE_PORTS: &str = "failsafe ports";
/// What carries packets between nodes and is let through, which nobody wrote as a policy.
pub(crate) const TUNNELS: &str = "tunnels";
/// Whose they are.
pub(crate) const OF_THE_HOST: &str = "of the host";

/// What a policy is to those who ask about all of them, whatever its language and its kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum PolicyRole {
    /// Rules that somebody wrote to be in force.
    #[default]
    Written,
    /// Rules that are to be in force one day: written, and not enforced.
    Staged,
    /// What the engine takes for endpoints that no policy selects (Calico's profiles).
    Profile,
    /// A security group of the cloud's network, in one of its uses.
    SecurityGroup,
}

/// Where packets meet a policy. Upstream: docs/semantics.md, Calico.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HookMatch {
    /// At pods, and at host endpoints for the host's own traffic.
    Any,
    /// There, and at host endpoints for traffic through the host (`applyOnForward`).
    ForwardToo,
    /// At host endpoints before connection tracking (`doNotTrack`).
    Untracked,
    /// At host endpoints before addresses are translated (`preDNAT`).
    PreDnat,
    /// At host endpoints where traffic of the host itself is decided (failsafe ports, tunnels).
    Failsafe,
    /// Failsafe ports before connection tracking: what they match goes on to the policies after that.
    FailsafeUntracked,
    /// The same for replies, whose source port is the failsafe port.
    FailsafeReply,
    /// Failsafe ports before addresses are translated: what they match goes on to the policies after that.
    FailsafePreDnat,
}

impl HookMatch {
    /// Whether it is of failsafe ports or tunnels, which nobody wrote as a policy.
    pub fn is_failsafe(self) -> bool {
        matches!(self, HookMatch::Failsafe | HookMatch::FailsafeUntracked | HookMatch::FailsafeReply | HookMatch::FailsafePreDnat)
    }
}

/// The name under which the ports behind a Service are looked up on ends. No container port can have it.
pub(crate) fn service_port(namespace: &str, service: &str) -> Box<str> {
    alloc::format!("{SERVICE_PORT}{namespace}/{service}").into()
}

/// The name of a mark on ends of which only some addresses are behind a Service, or possibly so, given the name of its ports.
pub(crate) fn partly_behind(service_port: &str) -> Box<str> {
    alloc::format!("partly {service_port}").into()
}

/// What such a name begins with.
const SERVICE_PORT: &str = "service ";

/// The Service of such a name, `namespace/name`.
pub(crate) fn service_of_port(name: &str) -> &str {
    name.strip_prefix(SERVICE_PORT).unwrap_or(name)
}

impl Policy {
    /// Whether it acts in this direction.
    pub fn acts_on(&self, direction: Direction) -> bool {
        match direction {
            Direction::Egress => self.acts_on_egress,
            Direction::Ingress => self.acts_on_ingress,
        }
    }

    /// Its rules for a direction.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        }
    }

    /// `namespace/name`, or the name alone.
    pub fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => alloc::format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What a rule does with traffic that it matches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Action {
    /// Allowed, for this direction.
    Allow,
    /// Denied.
    Deny,
    /// On to the next tier.
    Pass,
    /// Written to a log; the next rule is looked at.
    Log,
}

/// One rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Rule {
    /// Where it is written.
    pub place: Place,
    /// Its name, where its kind has one.
    pub name: Option<String>,
    /// What it does.
    pub action: Action,
    /// The other end.
    pub peers: PeerMatch,
    /// Protocols and ports.
    pub traffic: TrafficMatch,
    /// What it says of HTTP requests, if it does.
    pub http: Option<HttpTerm>,
    /// What must hold of the selected end itself, where the rule says something of it (Calico only).
    pub own: Option<PeerTerm>,
    /// Why it is not known whether it matches what it says or nothing at all; nothing if it is known.
    pub doubt: Option<Box<Doubt>>,
}
