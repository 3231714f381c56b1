//! One flow, with everything that led to the answer.

mod reply;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::compile::{Applied, Compiled, End, Hook};
use crate::connections::{ConnectionId, ConnectionSet, Traffic};
use crate::evaluate::{Asked, AtHost, Matched, Observer, OnePeer, Outcome, Workbench, evaluate, evaluate_hooks};
use crate::model::Protocol;
use crate::policy::{Action, Direction, PolicyId, RuleRef, TierEnd};
use crate::resources::azure::AddressSku;
use crate::resources::calico::EndpointToHost;
use crate::settings::{HostInput, OwnNode};
use crate::snapshot::Snapshot;
use crate::stages::{Routing, Stage};
use crate::text::Place;

/// One question: may this traffic go from here to there?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Flow {
    /// Where the connection starts.
    pub from: End,
    /// Where it goes.
    pub to: End,
    /// What it carries.
    pub traffic: Traffic,
}

/// Where a packet was sent before its destination was translated: to a node's port, a Service or a load balancer. Policies before that translation
/// (Calico's `preDNAT` and `doNotTrack`) see this.
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

/// What happened at one checkpoint.
#[derive(Clone, Debug)]
pub struct CheckpointTrace {
    /// Where on the way this is.
    pub stage: Stage,
    /// The same in a few words, for a heading.
    pub title: String,
    /// Which rules are asked: egress of what the packet leaves, or ingress of what it enters.
    pub direction: Direction,
    /// That end.
    pub subject: End,
    /// The other end.
    pub peer: End,
    /// What this checkpoint says.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// Why, in a sentence.
    pub sentence: String,
    /// Source address of the packet here, if the end has one.
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

    /// Whether this address, that of one of its two ends, is assumed, as the text gives none. No verdict depends on it.
    pub fn is_assumed(&self, address: Option<IpAddr>, snapshot: &Snapshot) -> bool {
        let pods =
            [self.subject, self.peer].into_iter().filter_map(|end| if let End::Pod(id) = end { snapshot.endpoint(id) } else { None });
        address.is_some()
            && pods.into_iter().any(|pod| !pod.address_given && !pod.host_network && pod.addresses.first().copied() == address)
    }
}

/// Why a checkpoint says what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The end is outside the cluster: no policy applies to it.
    Outside,
    /// The end is a node, or a pod on the host network, which policies do not select.
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
    /// There is no way from the one virtual network to the other.
    NotPeered,
    /// No way leads on.
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
    /// What becomes of it on the way that it takes.
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
pub struct PolicyTrace {
    /// The policy.
    pub policy: PolicyId,
    /// Its rules for the direction, in order.
    pub rules: Vec<RuleTrace>,
}

/// One rule.
#[derive(Clone, Debug)]
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
    /// For a rule that matched possibly, what that depends on: "the source port, which the question leaves open".
    pub depends: Option<String>,
}

/// A field that did not match.
#[derive(Clone, PartialEq, Eq, Debug)]
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
pub struct Suggestion {
    /// What it does, as a command.
    pub title: String,
    /// Texts to put in place of ranges (an empty range: insert).
    pub edits: Vec<(Place, String)>,
}

/// What the evaluation of one direction came to, before it is put into words.
pub(crate) struct Checked {
    pub(crate) verdict: Verdict,
    pub(crate) reason: Reason,
    pub(crate) seen: Seen,
}

/// Rules as they were seen by an evaluation, tier by tier.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) tiers: Vec<SeenTier>,
    /// The hook of a host endpoint that is being asked.
    hook: Option<Hook>,
}

pub(crate) struct SeenTier {
    pub(crate) tier: u32,
    /// At a host endpoint, where the packet met it.
    pub(crate) hook: Option<Hook>,
    /// The policies of it that apply, in order.
    pub(crate) policies: Vec<PolicyId>,
    pub(crate) rules: Vec<(RuleRef, bool, Matched)>,
    pub(crate) end: Option<TierEnd>,
    /// Whether it may have denied at its end: it is not known whether any of its policies selects the subject.
    pub(crate) possible_end: bool,
    pub(crate) undefined_protocol: bool,
}

impl Observer for Seen {
    fn hook(&mut self, hook: Hook) {
        self.hook = Some(hook);
    }

    fn tier(&mut self, tier: u32, groups: &[Vec<PolicyId>]) {
        self.tiers.push(SeenTier {
            policies: groups.iter().flatten().copied().collect(),
            tier,
            hook: self.hook,
            rules: Vec::new(),
            end: None,
            possible_end: false,
            undefined_protocol: false,
        });
    }

    fn rule(&mut self, rule: RuleRef, reached: bool, matched: Matched) {
        if let Some(tier) = self.tiers.last_mut() {
            tier.rules.push((rule, reached, matched));
        }
    }

    fn tier_end(&mut self, end: TierEnd) {
        if let Some(tier) = self.tiers.last_mut() {
            tier.end = Some(end);
        }
    }

    fn possible_tier_end(&mut self) {
        if let Some(tier) = self.tiers.last_mut() {
            tier.possible_end = true;
        }
    }

    fn undefined_protocol(&mut self) {
        if let Some(tier) = self.tiers.last_mut() {
            tier.undefined_protocol = true;
        }
    }
}

/// Evaluates one stage of a flow's way.
pub(crate) fn check(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, original: Option<Original>, stage: Stage) -> Checked {
    let flow = &Flow { from: stage.source(flow.from), ..*flow };
    match stage {
        Stage::Endpoint(direction) => check_endpoint(compiled, snapshot, flow, direction),
        Stage::Host { host, pre_dnat, direction, hooks, .. } => {
            check_host(compiled, flow, original, &AtHost { host, pre_dnat, direction, hooks, own: compiled.class_of(flow.to) })
        }
        Stage::Reply { node, host, enters, leaves, .. } => {
            reply::check(compiled, snapshot, flow, &reply::Way { node, host, enters, leaves })
        }
        Stage::Group { used, direction, from, to, encapsulated, .. } => {
            let traffic = if encapsulated { Traffic::to_port(Protocol::UDP, VXLAN) } else { flow.traffic };
            check_group(compiled, &Flow { from, to, traffic }, used, direction)
        }
        Stage::PublicAddress(_, sku) => {
            let verdict = if sku == AddressSku::Basic { Verdict::Allowed } else { Verdict::Denied };
            Checked { verdict, reason: Reason::PublicAddress(sku), seen: Seen::default() }
        }
        Stage::Route(routing) if routing.is_certain() => {
            Checked { verdict: Verdict::Denied, reason: Reason::Route(routing), seen: Seen::default() }
        }
        Stage::Route(routing) => Checked {
            verdict: Verdict::CannotTell,
            reason: Reason::Unknown(alloc::vec![UnknownFact::Route(routing)]),
            seen: Seen::default(),
        },
        Stage::NotPeered(..) => Checked { verdict: Verdict::Denied, reason: Reason::NotPeered, seen: Seen::default() },
        Stage::Platform(_) => Checked { verdict: Verdict::Allowed, reason: Reason::Platform, seen: Seen::default() },
        Stage::OwnHost(_, action) => {
            let (verdict, reason) = match (action, compiled.host_input()) {
                (EndpointToHost::Accept, _) | (EndpointToHost::Return, HostInput::Accepts) => (Verdict::Allowed, Reason::OwnHost(action)),
                (EndpointToHost::Drop, _) | (EndpointToHost::Return, HostInput::Drops) => (Verdict::Denied, Reason::OwnHost(action)),
                (EndpointToHost::Return, HostInput::Unknown) => (Verdict::CannotTell, Reason::Unknown(alloc::vec![UnknownFact::HostInput])),
            };
            Checked { verdict, reason, seen: Seen::default() }
        }
    }
}

/// The port to which nodes send the packets of their pods, where a cluster brings its own network (Calico's VXLAN).
pub(crate) const VXLAN: u16 = 4789;

/// Evaluates a security group.
fn check_group(compiled: &Compiled, seen_there: &Flow, used: u32, direction: Direction) -> Checked {
    let (own, peer) = match direction {
        Direction::Egress => (seen_there.from, seen_there.to),
        Direction::Ingress => (seen_there.to, seen_there.from),
    };
    let asked = Asked { subject: compiled.class_of_group(used), own: compiled.class_of(own) };
    let mut bench = Workbench::default();
    let mut seen = Seen::default();
    let universe = bench.table.intern(ConnectionSet::of_traffic(seen_there.traffic));
    let peers = OnePeer(compiled.class_of(peer));
    let outcome = evaluate(compiled, &mut bench, asked, direction, &peers, universe, &mut seen).left_is_allowed(&mut bench);
    let (verdict, reason) = judge(compiled, &outcome, &seen, None);
    Checked { verdict, reason, seen }
}

/// Evaluates what a packet meets at a host endpoint.
fn check_host(compiled: &Compiled, flow: &Flow, original: Option<Original>, at: &AtHost<'_>) -> Checked {
    let AtHost { direction, hooks, .. } = *at;
    if hooks.iter().all(|hook| compiled.applied(compiled.class_of_host(at.of(*hook), *hook), direction).is_empty()) {
        return Checked { verdict: Verdict::Allowed, reason: Reason::NoPolicy, seen: Seen::default() };
    }
    let (own, peer) = match direction {
        Direction::Egress => (flow.from, flow.to),
        Direction::Ingress => (flow.to, flow.from),
    };
    let peers = OnePeer(compiled.class_of(peer));
    let mut bench = Workbench::default();
    let mut seen = Seen::default();
    let mut run = |hooks: &[Hook], own: End, traffic: Traffic, seen: &mut Seen| {
        let universe = bench.table.intern(ConnectionSet::of_traffic(traffic));
        let at = AtHost { hooks, own: compiled.class_of(own), ..*at };
        let outcome = evaluate_hooks(compiled, &mut bench, &at, &peers, universe, seen);
        (outcome.left == [universe], outcome.left_is_allowed(&mut bench))
    };
    let before = hooks.iter().take_while(|hook| matches!(hook, Hook::Untracked | Hook::PreDnat)).count();
    let (early, late) = hooks.split_at(before);
    if let Some(original) = original.filter(|_| direction == Direction::Ingress && !early.is_empty()) {
        let traffic = Traffic { destination: flow.traffic.destination.map(|_| original.port), ..flow.traffic };
        let (undecided, outcome) = run(early, End::Outside(original.address), traffic, &mut seen);
        if !undecided || late.is_empty() {
            let (verdict, reason) = judge(compiled, &outcome, &seen, None);
            return Checked { verdict, reason, seen };
        }
        let (_, outcome) = run(late, own, flow.traffic, &mut seen);
        let (verdict, reason) = judge(compiled, &outcome, &seen, None);
        return Checked { verdict, reason, seen };
    }
    let (_, outcome) = run(hooks, own, flow.traffic, &mut seen);
    let (verdict, reason) = judge(compiled, &outcome, &seen, None);
    Checked { verdict, reason, seen }
}

/// Evaluates one direction of a flow at an end. Special ends (outside, nodes, a pod and itself) are told apart before any policy is asked.
fn check_endpoint(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, direction: Direction) -> Checked {
    let (subject, peer) = match direction {
        Direction::Egress => (flow.from, flow.to),
        Direction::Ingress => (flow.to, flow.from),
    };
    let free = |reason| Checked { verdict: Verdict::Allowed, reason, seen: Seen::default() };
    let endpoint = match subject {
        End::Outside(_) | End::InNetwork(..) => return free(Reason::Outside),
        End::Node(_) => return free(Reason::Node),
        End::Pod(id) => snapshot.endpoint(id),
    };
    if flow.from == flow.to && endpoint.is_none_or(|e| e.replicas <= 1) {
        return free(Reason::Loopback);
    }
    let class = compiled.class_of(subject);
    if compiled.class_kind(class) == crate::compile::ClassKind::Node {
        return free(Reason::Node);
    }
    let own_node = match (direction, compiled.own_node(), compiled.node_network(peer, snapshot), compiled.pod_network(subject, snapshot)) {
        (Direction::Ingress, OwnNode::IngressAllowed, Some(from), Some(to)) => from.together(to),
        _ => Matched::No,
    };
    if own_node == Matched::Yes {
        return free(Reason::OwnNode);
    }
    let mut bench = Workbench::default();
    let universe = bench.table.intern(ConnectionSet::of_traffic(flow.traffic));
    let dropped = if direction == Direction::Egress { compiled.dropped(class).connections() } else { ConnectionSet::EMPTY };
    let dropped = bench.table.intern(dropped.intersection(bench.table.get(universe)));
    if dropped == universe && !universe.is_none() {
        let reason = Reason::Dropped(flow.traffic.protocol);
        return Checked { verdict: Verdict::Denied, reason, seen: Seen::default() };
    }
    let applied = compiled.applied(class, direction);
    if applied.is_empty() && dropped.is_none() {
        let ruleset = compiled.ruleset();
        return free(if ruleset.no_engine && !ruleset.policies.is_empty() { Reason::NoEngine } else { Reason::NoPolicy });
    }
    let mut seen = Seen::default();
    let peers = OnePeer(compiled.class_of(peer));
    let may_send = bench.table.difference(universe, dropped);
    let outcome = evaluate(compiled, &mut bench, Asked::end(class), direction, &peers, may_send, &mut seen);
    let mut outcome = outcome.left_is_allowed(&mut bench);
    outcome.denied.iter_mut().for_each(|denied| *denied = bench.table.union(*denied, dropped));
    let (verdict, reason) = judge(compiled, &outcome, &seen, Some(applied));
    if own_node == Matched::Possibly && verdict != Verdict::Allowed {
        return Checked { verdict: Verdict::CannotTell, reason: Reason::Unknown(alloc::vec![UnknownFact::OwnNode]), seen };
    }
    Checked { verdict, reason, seen }
}

/// The verdict of an evaluation of one peer, and its reason.
fn judge(compiled: &Compiled, outcome: &Outcome, seen: &Seen, applied: Option<&Applied>) -> (Verdict, Reason) {
    let first = |list: &[ConnectionId]| list.first().copied().unwrap_or(ConnectionId::NONE);
    let (allowed, denied) = (first(&outcome.allowed), first(&outcome.denied));
    let verdict = match (allowed.is_none(), denied.is_none()) {
        (false, true) => Verdict::Allowed,
        (true, _) => Verdict::Denied,
        (false, false) => Verdict::CannotTell,
    };
    let reason = match verdict {
        Verdict::CannotTell => Reason::Unknown(unknown_facts(compiled, seen, applied)),
        Verdict::Allowed => seen.deciding(Action::Allow, compiled).map_or(Reason::NothingDecided, |(rule, _)| Reason::Rule(rule)),
        // A rule that denies only some of what the question leaves open is not what denies all of it, if the end of a tier does.
        Verdict::Denied => match seen.deciding(Action::Deny, compiled) {
            Some((rule, matched)) if matched == Matched::Yes || isolating(compiled, seen).is_empty() => Reason::Rule(rule),
            _ => Reason::DefaultDeny(isolating(compiled, seen)),
        },
    };
    (verdict, reason)
}

/// Policies of the tier at whose end the packet was denied: being selected by them closed the end.
fn isolating(compiled: &Compiled, seen: &Seen) -> Vec<PolicyId> {
    let policies = seen.tiers.iter().filter(|t| t.end == Some(TierEnd::Deny)).flat_map(|t| t.policies.iter().copied());
    policies.filter(|id| compiled.policy(*id).is_some_and(|p| p.doubt.is_none())).collect()
}

impl Seen {
    /// The first rule with this action that a packet met and that matched, for certain if there is one.
    fn deciding(&self, action: Action, compiled: &Compiled) -> Option<(RuleRef, Matched)> {
        let rules = self.tiers.iter().flat_map(|t| &t.rules);
        let decides = |rule: RuleRef| compiled.ruleset().rule(rule).is_some_and(|r| r.action == action);
        let pick = |wanted: Matched| {
            let found = rules.clone().find(|(rule, reached, matched)| *reached && *matched == wanted && decides(*rule));
            found.map(|(rule, _, matched)| (*rule, *matched))
        };
        pick(Matched::Yes).or_else(|| pick(Matched::Possibly))
    }
}

fn unknown_facts(compiled: &Compiled, seen: &Seen, applied: Option<&Applied>) -> Vec<UnknownFact> {
    let mut facts = Vec::new();
    for tier in &seen.tiers {
        if tier.undefined_protocol {
            facts.push(UnknownFact::Protocol);
        }
        // Of a policy in doubt the rules say why.
        let in_doubt = |id: &PolicyId| compiled.policy(*id).is_some_and(|p| p.doubt.is_some());
        let unsure = |id: &PolicyId| applied.is_some_and(|a| a.is_unsure(*id)) && !in_doubt(id);
        let possible: Vec<PolicyId> = tier.policies.iter().copied().filter(unsure).collect();
        // A policy that may apply matters by its rules, and where it may close the tier.
        let decides =
            |id: &PolicyId| tier.rules.iter().any(|(rule, reached, matched)| rule.policy == *id && *reached && *matched != Matched::No);
        let possible: Vec<PolicyId> = possible.into_iter().filter(|id| tier.possible_end || decides(id)).collect();
        if !possible.is_empty() {
            facts.push(UnknownFact::Selected(possible));
        }
        for (rule, reached, matched) in &tier.rules {
            if *reached && *matched == Matched::Possibly && !unsure(&rule.policy) {
                facts.push(UnknownFact::Rule(*rule));
            }
        }
        let groups = compiled.ruleset().tiers.get(tier.tier as usize).map_or(&[][..], |t| &t.groups);
        for group in groups.iter().filter(|g| g.len() > 1) {
            let mut deciding: Vec<(PolicyId, Action)> = Vec::new();
            for (rule, reached, matched) in &tier.rules {
                let action = compiled.ruleset().rule(*rule).map(|r| r.action);
                if let (true, Some(action), true) = (*reached && *matched != Matched::No, action, group.contains(&rule.policy))
                    && !deciding.iter().any(|(p, _)| *p == rule.policy)
                {
                    deciding.push((rule.policy, action));
                }
            }
            if deciding.iter().any(|(_, a)| Some(*a) != deciding.first().map(|(_, a)| *a)) {
                facts.push(UnknownFact::EqualPriority(deciding.into_iter().map(|(p, _)| p).collect()));
            }
        }
    }
    if facts.is_empty() {
        facts.push(UnknownFact::Traffic);
    }
    facts
}
