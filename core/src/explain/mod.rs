//! From an evaluation to sentences and evidence, free of any markup.
//!
//! Words in backticks are the person's own. Nothing here decides anything: verdicts and matches come from [`crate::evaluate`]; this module
//! looks at one rule at a time to say in words why it did not match.

pub(crate) mod entity;
mod failure;
mod routing;
mod suggest;
mod suggest_group;
mod trace;
mod unknown;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::compile::{Compiled, End};
use crate::connections::Traffic;
use crate::decide::{Answer, CheckpointTrace, Flow, Nearest, Original, Reason, TierTrace, UnknownFact, VXLAN, Verdict, check};
use crate::model::Protocol;
use crate::policy::{Action, Direction, HttpFit, KIND_OF_GROUPS, PolicyId, RuleRef, SubjectMatch, is_default_rule};
use crate::resources::azure::AddressSku;
use crate::snapshot::{NodeId, Role, Snapshot};
use crate::stages::{Departure, GroupPlace, Routing, Side, Stage, untracked_direction, ways};
use crate::text::Place;

pub(crate) use suggest_group::open as open_groups;
pub(crate) use unknown::controller_note;

/// Answers a question, with everything that led to the answer.
///
/// `original` is where the packet was sent before its destination was translated, if it was.
pub fn decide(compiled: &Compiled, snapshot: &Snapshot, flow: &Flow, original: Option<Original>) -> Answer {
    let flow = Flow { from: settle(flow.from, snapshot), to: settle(flow.to, snapshot), ..*flow };
    let teller = Teller { compiled, snapshot, flow: &flow, original, request: None };
    let judge = |checkpoints: &[CheckpointTrace]| {
        if checkpoints.iter().any(|c| c.verdict == Verdict::Denied) {
            Verdict::Denied
        } else if checkpoints.iter().any(|c| c.verdict == Verdict::CannotTell) {
            Verdict::CannotTell
        } else {
            Verdict::Allowed
        }
    };
    let walk = |stages: Vec<Stage>| -> Vec<CheckpointTrace> {
        let mut checkpoints: Vec<CheckpointTrace> = stages.into_iter().map(|stage| teller.checkpoint(stage)).collect();
        // That replies to tracked connections pass goes without saying.
        checkpoints.retain(|c| c.reason != Reason::Tracked);
        // What comes after the checkpoint of the cloud's network that stops a packet, it never meets.
        let is_cloud = |c: &CheckpointTrace| {
            matches!(c.stage, Stage::Group { .. } | Stage::NotPeered(..) | Stage::PublicAddress(..) | Stage::Route(_) | Stage::Platform(_))
        };
        if let Some(stop) = checkpoints.iter().position(|c| is_cloud(c) && c.verdict == Verdict::Denied) {
            let mut number = 0;
            checkpoints.retain(|c| {
                number += 1;
                number <= stop + 1 || !is_cloud(c)
            });
        }
        checkpoints
    };
    let mut walked: Vec<(Verdict, Vec<CheckpointTrace>)> =
        ways(compiled, snapshot, flow.from, flow.to).into_iter().map(walk).map(|c| (judge(&c), c)).collect();
    let agree = walked.iter().all(|(verdict, _)| Some(*verdict) == walked.first().map(|(v, _)| *v));
    // Of ways that agree the one with the most to tell; of others the one that is stopped.
    let rank = |verdict: Verdict| match verdict {
        Verdict::Denied => 0,
        Verdict::CannotTell => 1,
        Verdict::Allowed => 2,
    };
    walked.sort_by_key(|(verdict, c)| (rank(*verdict), core::cmp::Reverse(c.len())));
    let mut checkpoints = if walked.is_empty() { Vec::new() } else { walked.swap_remove(0).1 };
    if !agree {
        // What stops it on this way only, and not on all.
        let is_on_way = |c: &CheckpointTrace| match c.stage {
            Stage::Group { .. } | Stage::PublicAddress(..) | Stage::NotPeered(..) | Stage::Route(_) => true,
            Stage::Host { host, .. } | Stage::Reply { host, .. } => is_disguised(host, &flow, snapshot),
            _ => false,
        };
        for checkpoint in checkpoints.iter_mut().filter(|c| c.verdict == Verdict::Denied && is_on_way(c)) {
            checkpoint.verdict = Verdict::CannotTell;
            let ambiguous = [flow.from, flow.to].into_iter().find_map(|end| several_networks(end, snapshot));
            let fact = match checkpoint.stage {
                Stage::Host { .. } | Stage::Reply { .. } => UnknownFact::SourceAddress,
                _ => ambiguous.map_or(UnknownFact::Placement, UnknownFact::Network),
            };
            let reason = Reason::Unknown(alloc::vec![fact]);
            checkpoint.sentence =
                format!("{}, if it comes here: {}", checkpoint.sentence, teller.sentence(&reason, Verdict::CannotTell, checkpoint.stage));
            checkpoint.reason = reason;
        }
    }
    // Where the policies of a host are asked, that policies for pods do not select it is no news.
    if checkpoints.iter().any(|c| !matches!(c.stage, Stage::Endpoint(_) | Stage::OwnHost(..))) {
        checkpoints.retain(|c| !matches!(c.reason, Reason::Node | Reason::Outside));
    }
    let verdict = judge(&checkpoints);
    let summary = teller.summary(verdict, &checkpoints);
    let notes = teller.notes(&checkpoints);
    let suggestion = (verdict == Verdict::Denied).then(|| suggest::allow(&teller, &checkpoints)).flatten();
    Answer { flow, verdict, summary, checkpoints, notes, suggestion }
}

/// An address that a pod or node is known to have means that pod or node.
fn settle(end: End, snapshot: &Snapshot) -> End {
    let End::Outside(address) = end else { return end };
    let cloud = &snapshot.cloud;
    let pod = snapshot
        .endpoints()
        .find(|(_, e)| e.address_given && !e.host_network && e.addresses.contains(&address))
        .map(|(id, _)| End::Pod(id));
    pod.or_else(|| snapshot.nodes().find(|(_, n)| n.addresses.contains(&address)).map(|(id, _)| End::Node(id)))
        .unwrap_or_else(|| cloud.end_at(address))
}

/// Whether a packet may come to a host endpoint with another address than its pod's.
fn is_disguised(host: u32, flow: &Flow, snapshot: &Snapshot) -> bool {
    let node = snapshot.host_endpoints.get(host as usize).map(|host| host.node);
    let destination = Departure::of(flow.to, snapshot);
    destination.node == node && Departure::of(flow.from, snapshot).towards(&destination).as_node
}

/// An address that several networks have.
fn several_networks(end: End, snapshot: &Snapshot) -> Option<IpAddr> {
    let End::Outside(address) = end else { return None };
    (snapshot.cloud.networks_with(address).len() > 1).then_some(address)
}

/// What an address may be that several networks have: "`vm/one` in network `north`, or an address of `south`".
fn readings(address: IpAddr, snapshot: &Snapshot) -> String {
    let cloud = &snapshot.cloud;
    let names: Vec<String> = cloud.networks_with(address).iter().map(|network| reading_name(*network, address, snapshot)).collect();
    names.join(" or ")
}

/// An address of one of several networks that have it.
pub(crate) fn reading_name(network: u32, address: IpAddr, snapshot: &Snapshot) -> String {
    let cloud = &snapshot.cloud;
    let home = cloud.networks.get(network as usize).map_or("", |n| &n.name);
    match cloud.interface_of(End::InNetwork(network, address)) {
        Some(interface) => format!("`vm/{}` in network `{home}`", interface.title()),
        None => format!("an address of network `{home}`"),
    }
}

/// The name of an end for people.
pub fn end_name(end: End, snapshot: &Snapshot) -> String {
    match end {
        End::Pod(id) => snapshot.endpoint_title(id),
        End::Node(id) => snapshot.node(id).map_or_else(String::new, |n| format!("node {}", n.name)),
        End::Outside(address) | End::InNetwork(_, address) => {
            snapshot.cloud.interface_of(end).map_or_else(|| address.to_string(), |i| format!("{} ({address})", i.title()))
        }
    }
}

/// The name of an end without its namespace.
fn short_name(end: End, snapshot: &Snapshot) -> String {
    match end {
        End::Pod(id) => snapshot.endpoint(id).map(|e| e.name.clone()).unwrap_or_default(),
        End::Node(id) => snapshot.node(id).map(|n| n.name.clone()).unwrap_or_default(),
        End::Outside(address) | End::InNetwork(_, address) => address.to_string(),
    }
}

pub(crate) struct Teller<'a> {
    pub(crate) compiled: &'a Compiled,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) flow: &'a Flow,
    pub(crate) original: Option<Original>,
    /// Where `flow` is a reply: the connection that it answers.
    pub(crate) request: Option<&'a Flow>,
}

impl Teller<'_> {
    pub(crate) fn checkpoint(&self, stage: Stage) -> CheckpointTrace {
        if let Stage::Group { from, to, encapsulated, .. } = stage
            && (self.flow.from, self.flow.to) != (from, to)
        {
            // What is told is what is seen there.
            let traffic = if encapsulated { Traffic::to_port(Protocol::UDP, VXLAN) } else { self.flow.traffic };
            let flow = Flow { from, to, traffic };
            return Teller { flow: &flow, ..*self }.checkpoint(stage);
        }
        if self.request.is_none() && stage.source(self.flow.from) != self.flow.from {
            let flow = Flow { from: stage.source(self.flow.from), ..*self.flow };
            return Teller { flow: &flow, ..*self }.checkpoint(stage);
        }
        if let (Stage::Reply { .. }, None) = (stage, self.request) {
            return Teller { flow: &self.flow.reply(), request: Some(self.flow), ..*self }.checkpoint(stage);
        }
        let (subject, peer, direction) = self.parties(stage);
        let checked = check(self.compiled, self.snapshot, self.request.unwrap_or(self.flow), self.original, stage);
        let tiers = self.tiers(&checked);
        let nearest = match checked.reason {
            Reason::DefaultDeny(_) => self.nearest(&tiers),
            Reason::Rule(rule) if self.is_default_deny(rule) => self.nearest(&tiers),
            _ => None,
        };
        let places = match &checked.reason {
            Reason::Rule(rule) => {
                let place = self.compiled.ruleset().rule(*rule).map(|r| r.place);
                place.into_iter().chain(self.matched_by(*rule, peer).1).collect()
            }
            Reason::Route(routing) => self.route_place(*routing).into_iter().collect(),
            Reason::DefaultDeny(policies) => policies.iter().filter_map(|p| self.compiled.policy(*p)).map(|p| p.subject_place).collect(),
            Reason::Unknown(facts) => {
                let mut places: Vec<Place> = Vec::new();
                for place in facts.iter().flat_map(|f| self.fact_places(f, peer)) {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                places
            }
            _ => Vec::new(),
        };
        let sentence = self.sentence(&checked.reason, checked.verdict, stage);
        CheckpointTrace {
            title: self.stage_title(stage),
            stage,
            direction,
            subject,
            peer,
            verdict: checked.verdict,
            reason: checked.reason,
            sentence,
            from_address: self.address(self.flow.from),
            to_address: self.address(self.flow.to),
            places,
            nearest,
            tiers,
        }
    }

    /// Whose policies a stage asks, about which other end, and in which direction.
    fn parties(&self, stage: Stage) -> (End, End, Direction) {
        let Flow { from, to, .. } = *self.flow;
        match stage {
            Stage::Endpoint(Direction::Egress) => (from, to, Direction::Egress),
            Stage::Endpoint(Direction::Ingress) => (to, from, Direction::Ingress),
            Stage::OwnHost(node, _) => (End::Node(node), from, Direction::Ingress),
            Stage::Group { direction: Direction::Egress, from, to, .. } => (from, to, Direction::Egress),
            Stage::Group { direction: Direction::Ingress, from, to, .. } => (to, from, Direction::Ingress),
            Stage::NotPeered(..) | Stage::PublicAddress(..) | Stage::Route(_) | Stage::Platform(_) => (from, to, Direction::Egress),
            Stage::Reply { node, enters, leaves, .. } => {
                let direction = untracked_direction(leaves, enters).unwrap_or(Direction::Egress);
                (End::Node(node), if direction == Direction::Ingress { from } else { to }, direction)
            }
            Stage::Host { host, direction, .. } => {
                let node = self.snapshot.host_endpoints.get(host as usize).map_or(NodeId(u32::MAX), |h| h.node);
                let peer = if direction == Direction::Ingress { from } else { to };
                (End::Node(node), peer, direction)
            }
        }
    }

    /// A few words for a stage: "Ingress of `web`".
    fn stage_title(&self, stage: Stage) -> String {
        let (subject, _, direction) = self.parties(stage);
        let word = if direction == Direction::Egress { "Egress" } else { "Ingress" };
        match stage {
            Stage::Host { host, .. } => {
                let name = self.snapshot.host_endpoints.get(host as usize).map_or("", |h| &h.name);
                format!("{word} at host endpoint {name}")
            }
            Stage::Reply { host, .. } => {
                let name = self.snapshot.host_endpoints.get(host as usize).map_or("", |h| &h.name);
                format!("Reply at host endpoint {name}")
            }
            Stage::OwnHost(..) => format!("{} itself", end_name(subject, self.snapshot)),
            Stage::Group { place, direction, .. } => {
                let way = if direction == Direction::Egress { "Outbound" } else { "Inbound" };
                format!("{way} at {}", self.place_name(place).replace('`', ""))
            }
            Stage::NotPeered(..) => "Between virtual networks".to_owned(),
            Stage::PublicAddress(number, _) => {
                format!("Public address of {}", self.snapshot.cloud.interfaces.get(number as usize).map_or("", |i| i.title()))
            }
            Stage::Route(Routing::NoPublicAddress(_)) => "Way in".to_owned(),
            Stage::Route(_) => "Way there".to_owned(),
            Stage::Platform(_) => "Azure's platform".to_owned(),
            Stage::Endpoint(_) => format!("{word} of {}", short_name(subject, self.snapshot)),
        }
    }

    /// The name of what a stage asks, in backticks.
    fn stage_name(&self, stage: Stage) -> String {
        match stage {
            Stage::Host { host, .. } | Stage::Reply { host, .. } => {
                let name = self.snapshot.host_endpoints.get(host as usize).map_or("", |h| &h.name);
                format!("host endpoint `{name}`")
            }
            Stage::Group { used, place, .. } => {
                let group = self.snapshot.cloud.used(used).map_or("", |(_, g)| &g.name);
                format!("security group `{group}` of {}", self.place_name(place))
            }
            Stage::Endpoint(_)
            | Stage::OwnHost(..)
            | Stage::NotPeered(..)
            | Stage::PublicAddress(..)
            | Stage::Route(_)
            | Stage::Platform(_) => {
                format!("`{}`", end_name(self.parties(stage).0, self.snapshot))
            }
        }
    }

    /// Where a security group is met, in words.
    fn place_name(&self, place: GroupPlace) -> String {
        let cloud = &self.snapshot.cloud;
        match place {
            GroupPlace::Subnet(number) => format!("subnet `{}`", cloud.subnets.get(number as usize).map_or("", |s| &s.name)),
            GroupPlace::Interface(number) => format!("interface `{}`", cloud.interfaces.get(number as usize).map_or("", |i| &i.name)),
        }
    }

    /// Whether a rule is the one at the end of every security group that stops what no other rule decided.
    fn is_default_deny(&self, reference: RuleRef) -> bool {
        self.is_default(reference) && self.compiled.ruleset().rule(reference).is_some_and(|r| r.action == Action::Deny)
    }

    /// Whether a rule is one that every security group has.
    fn is_default(&self, reference: RuleRef) -> bool {
        let ruleset = self.compiled.ruleset();
        let of_group = ruleset.policy(reference.policy).is_some_and(|p| p.kind == KIND_OF_GROUPS);
        of_group && ruleset.rule(reference).is_some_and(|r| r.name.as_deref().is_some_and(is_default_rule))
    }

    fn address(&self, end: End) -> Option<IpAddr> {
        match end {
            End::Pod(id) => self.snapshot.endpoint(id)?.addresses.first().copied(),
            End::Node(id) => self.snapshot.node(id)?.addresses.first().copied(),
            End::Outside(address) | End::InNetwork(_, address) => Some(address),
        }
    }

    pub(crate) fn policy_name(&self, id: PolicyId) -> String {
        self.compiled.policy(id).map_or_else(String::new, |p| format!("`{}`", p.title()))
    }

    /// "rule 2 of NetworkPolicy `shop/db`".
    pub(crate) fn rule_name(&self, rule: RuleRef) -> String {
        let Some(policy) = self.compiled.policy(rule.policy) else { return String::new() };
        let own_name = self.compiled.ruleset().rule(rule).and_then(|r| r.name.as_ref());
        match own_name {
            Some(name) => format!("rule `{name}` of {} `{}`", policy.kind, policy.title()),
            None => format!("{} rule {} of {} `{}`", rule.direction.as_str(), rule.index + 1, policy.kind, policy.title()),
        }
    }

    pub(crate) fn sentence(&self, reason: &Reason, verdict: Verdict, stage: Stage) -> String {
        let sentence = self.sentence_of(reason, verdict, stage);
        match stage {
            Stage::Reply { .. } => format!("the connection's reply: {sentence}"),
            _ => sentence,
        }
    }

    fn sentence_of(&self, reason: &Reason, verdict: Verdict, stage: Stage) -> String {
        let (_, peer, direction) = self.parties(stage);
        let subject_name = self.stage_name(stage);
        let peer_name = format!("`{}`", end_name(peer, self.snapshot));
        let traffic = self.flow.traffic;
        let (word, preposition) = (direction.as_str(), direction.preposition());
        match reason {
            Reason::Outside => self.outside(stage, &subject_name),
            Reason::Node => format!("{subject_name} is on the node's own network, which policies for pods do not select"),
            Reason::NoEngine => {
                let why = self.compiled.ruleset().idle_plugin.as_deref().unwrap_or("no policy engine is installed");
                format!("{why}, so policies are stored and nothing enforces them")
            }
            Reason::Loopback => "traffic of a pod to itself never leaves it, so no policy applies".to_owned(),
            Reason::OwnHost(action) => {
                let does = if verdict == Verdict::Allowed { "accepts" } else { "drops" };
                format!("{subject_name} {does} packets of its own pods to itself (`defaultEndpointToHostAction: {}`)", action.as_str())
            }
            Reason::OwnNode => format!("{peer_name} is the node that {subject_name} runs on, and a pod's own node may always reach it"),
            Reason::Dropped(Protocol::UDP) => format!(
                "Calico drops VXLAN packets ({traffic}) that {subject_name} sends, unless FelixConfiguration sets `allowVXLANPacketsFromWorkloads`"
            ),
            Reason::Dropped(_) => format!(
                "Calico drops IP-in-IP packets ({traffic}) that {subject_name} sends, unless FelixConfiguration sets `allowIPIPPacketsFromWorkloads`"
            ),
            Reason::Tracked => "it belongs to a tracked connection".to_owned(),
            Reason::NoReply => {
                let went = if direction == Direction::Egress { "in" } else { "out" };
                match stage {
                    Stage::Reply { leaves: Side::Pod, .. } => {
                        "`doNotTrack` let the connection in without tracking it, so the pod's reply belongs to no known connection and is dropped"
                            .to_owned()
                    }
                    _ => format!(
                        "`doNotTrack` let the connection {went} without tracking it, and no `doNotTrack` {word} rule of {subject_name} allows \
                         {traffic} {preposition} {peer_name}"
                    ),
                }
            }
            Reason::NotPeered => self.not_peered(stage),
            Reason::PublicAddress(AddressSku::Standard) => {
                "a Standard public address is closed until a network security group allows, and none is attached".to_owned()
            }
            Reason::PublicAddress(AddressSku::Basic) => {
                "a Basic public address is open where no network security group is attached".to_owned()
            }
            Reason::Route(routing) => self.routing(*routing),
            Reason::Platform => format!("{peer_name} is Azure's platform, which no rule stops unless it names an `AzurePlatform…` tag"),
            Reason::NoPolicy => format!("no policy selects {subject_name} for {word}"),
            Reason::NothingDecided => {
                format!("no policy isolates {subject_name} for {word}, and no rule decides about this traffic{}", self.passing(stage))
            }
            Reason::Rule(rule) => {
                let verb = if verdict == Verdict::Allowed { "allows" } else { "denies" };
                format!("{} {verb} {traffic} {preposition} {peer_name}{}", self.rule_name(*rule), self.matched_by(*rule, peer).0)
            }
            Reason::DefaultDeny(policies) => {
                let names: Vec<String> = policies.iter().take(3).map(|p| self.policy_name(*p)).collect();
                let more = policies.len().saturating_sub(names.len());
                let (by, none) = match (policies.len(), more) {
                    (1, _) => (format!("policy {}", names.join("")), "none of its rules"),
                    (_, 0) => (format!("policies {}", names.join(", ")), "none of their rules"),
                    (_, more) => (format!("policies {} and {more} more", names.join(", ")), "none of their rules"),
                };
                format!("{subject_name} is selected for {word} by {by}, and {none} allows {traffic} {preposition} {peer_name}")
            }
            Reason::Unknown(facts) => {
                // A rule that may stand in several places is one fact.
                let mut sentences: Vec<String> = Vec::new();
                for sentence in facts.iter().map(|f| self.fact_sentence(f, peer)) {
                    if !sentences.contains(&sentence) {
                        sentences.push(sentence);
                    }
                }
                sentences.join("; ")
            }
        }
    }

    /// Policies of Calico that select an end and pass on what none of their rules decides.
    fn passing(&self, stage: Stage) -> String {
        let (Stage::Endpoint(direction), (End::Pod(id), ..)) = (stage, self.parties(stage)) else { return String::new() };
        let selecting = self.compiled.policies_on(id, direction);
        let of_calico = |p: &&PolicyId| self.compiled.policy(**p).is_some_and(|p| matches!(p.subject, SubjectMatch::Endpoints(_)));
        let names: Vec<String> = selecting.iter().filter(of_calico).take(3).map(|p| self.policy_name(*p)).collect();
        match names.len() {
            0 => String::new(),
            1 => format!("; {} selects it, and its tier passes on what no rule decides", names.join("")),
            _ => format!("; {} select it, and their tiers pass on what no rule decides", names.join(", ")),
        }
    }

    /// Why no policy is asked at an end outside the cluster.
    fn outside(&self, stage: Stage, subject_name: &str) -> String {
        let cloud = &self.snapshot.cloud;
        match self.parties(stage).0 {
            end if self.is_machine(end) => format!("no security group guards {subject_name}"),
            _ if !cloud.networks.is_empty() => format!("{subject_name} is outside the virtual network, where no security group applies"),
            _ => format!("{subject_name} is outside the cluster, where no policy applies"),
        }
    }

    /// Whether an end is an address of the cloud's network.
    fn is_machine(&self, end: End) -> bool {
        self.snapshot.cloud.place_of(end).is_some()
    }

    fn fact_sentence(&self, fact: &UnknownFact, peer: End) -> String {
        match fact {
            UnknownFact::OwnNode => format!(
                "a pod's own node may always reach it, and the text does not say whether `{}` and `{}` are on one node",
                end_name(self.flow.from, self.snapshot),
                end_name(self.flow.to, self.snapshot)
            ),
            UnknownFact::Selected(policies) => self.selected_fact(policies, peer),
            UnknownFact::Protocol => {
                format!("the policy API says nothing about {}, so it is the engine's choice", self.flow.traffic.protocol)
            }
            UnknownFact::EqualPriority(policies) => {
                if let Some(sentence) = self.which_group(policies) {
                    return sentence;
                }
                let names: Vec<String> = policies.iter().map(|p| self.policy_name(*p)).collect();
                format!("{} have equal priority and disagree; either may be looked at first", names.join(" and "))
            }
            UnknownFact::Placement => {
                "the text does not say on which nodes the pods run; on one node their packets never meet it".to_owned()
            }
            UnknownFact::Route(routing) => self.routing(*routing),
            UnknownFact::Network(address) => {
                format!("`{address}` may be {}, and the question does not say which: ask by name", readings(*address, self.snapshot))
            }
            UnknownFact::Missing(what) => format!("rules tell addresses apart, and {what}"),
            UnknownFact::PublicAddress => {
                "the text does not give the public address that the packet has here, and rules tell public addresses apart".to_owned()
            }
            UnknownFact::GatewayAddress => {
                "Azure picks the addresses of the gateway's instances from its subnet, and not all of them get the same answer".to_owned()
            }
            UnknownFact::NodePort => {
                "the text gives no node port, the API server picks one from 30000 to 32767, and not all of them get the same answer"
                    .to_owned()
            }
            UnknownFact::SourceAddress => self.source_address(),
            UnknownFact::HostInput => {
                "the node's own packet filter decides (`defaultEndpointToHostAction: Return`), and it is not known".to_owned()
            }
            UnknownFact::Traffic => format!("the answer depends on {}, which the question leaves open", self.left_open()),
            UnknownFact::Rule(rule) => match self.compiled.ruleset().doubt(*rule) {
                Some(doubt) => doubt.text.clone(),
                None => match self.open_peer(*rule, peer) {
                    Some(doubt) => doubt.text.clone(),
                    None => format!("whether {} matches depends on {}", self.rule_name(*rule), self.missing_fact(*rule, peer)),
                },
            },
        }
    }

    /// Why it is not known with which address a pod comes to another node.
    fn source_address(&self) -> String {
        let name = end_name(self.flow.from, self.snapshot);
        match self.flow.from {
            End::Pod(id) if self.snapshot.endpoint(id).is_some_and(|e| e.node.is_none()) => format!(
                "`{name}` may come here with its node's address, and the text does not say on which node it runs (`kubectl get pods -A -o yaml`)"
            ),
            _ => format!(
                "`{name}` comes here with its own address or with its node's, as its IPPool's `natOutgoing` says, which is not in the text \
                 (`kubectl get ippools.projectcalico.org -o yaml`)"
            ),
        }
    }

    fn not_peered(&self, stage: Stage) -> String {
        let Stage::NotPeered(one, other) = stage else { return String::new() };
        let name = |number: u32| self.snapshot.cloud.networks.get(number as usize).map_or("", |n| &n.name);
        format!("the virtual networks `{}` and `{}` are not peered, and peerings do not pass traffic on to a third", name(one), name(other))
    }

    fn fact_places(&self, fact: &UnknownFact, peer: End) -> Vec<Place> {
        match fact {
            UnknownFact::Rule(rule) => match self.compiled.ruleset().doubt(*rule) {
                Some(doubt) => doubt.places.clone(),
                None => match self.open_peer(*rule, peer) {
                    Some(doubt) => doubt.places.clone(),
                    None => self.compiled.ruleset().rule(*rule).map(|r| r.place).into_iter().collect(),
                },
            },
            UnknownFact::EqualPriority(policies) => {
                policies.iter().filter_map(|p| self.compiled.policy(*p)).map(|p| p.subject_place).collect()
            }
            UnknownFact::Selected(policies) => match self.open_subject(policies, peer) {
                Some(doubt) => doubt.places.clone(),
                None => policies.iter().filter_map(|p| self.compiled.policy(*p)).map(|p| p.subject_place).collect(),
            },
            UnknownFact::Route(routing) => self.route_place(*routing).into_iter().collect(),
            UnknownFact::OwnNode
            | UnknownFact::Protocol
            | UnknownFact::HostInput
            | UnknownFact::SourceAddress
            | UnknownFact::Placement
            | UnknownFact::Network(_)
            | UnknownFact::PublicAddress
            | UnknownFact::GatewayAddress
            | UnknownFact::NodePort
            | UnknownFact::Missing(_)
            | UnknownFact::Traffic => Vec::new(),
        }
    }

    fn summary(&self, verdict: Verdict, checkpoints: &[CheckpointTrace]) -> String {
        let from = end_name(self.flow.from, self.snapshot);
        let to = end_name(self.flow.to, self.snapshot);
        let what = format!("{} from `{from}` to `{to}`", self.flow.traffic);
        let stop = checkpoints.iter().find(|c| c.verdict == verdict && verdict != Verdict::Allowed);
        match (verdict, stop) {
            (Verdict::Denied, Some(stop)) => format!("Denied: {}.", stop.sentence),
            (Verdict::CannotTell, Some(stop)) => format!("Cannot tell, because {}.", stop.sentence),
            _ => {
                let rules: Vec<String> = checkpoints.iter().filter_map(CheckpointTrace::decided_by).map(|r| self.rule_name(r)).collect();
                match (rules.as_slice(), checkpoints) {
                    ([], [first, ..]) if checkpoints.iter().all(|c| c.reason == first.reason) && first.reason != Reason::NoPolicy => {
                        // Of two ends outside the cluster, that of the cloud's network is the one to speak of.
                        let machine = checkpoints.iter().find(|c| self.is_machine(c.subject));
                        match machine.filter(|_| first.reason == Reason::Outside) {
                            Some(_) if self.is_machine(self.flow.from) && self.is_machine(self.flow.to) => {
                                format!("Allowed: no security group guards `{from}` or `{to}`.")
                            }
                            Some(machine) => format!("Allowed: {}.", machine.sentence),
                            None => format!("Allowed: {}.", first.sentence),
                        }
                    }
                    ([], _) => format!("Allowed: no policy stops {what}."),
                    _ => format!("Allowed: {what}, by {}.", rules.join(" and ")),
                }
            }
        }
    }

    fn notes(&self, checkpoints: &[CheckpointTrace]) -> Vec<String> {
        let mut notes = Vec::new();
        for end in [self.flow.from, self.flow.to] {
            let End::Pod(id) = end else { continue };
            let Some(endpoint) = self.snapshot.endpoint(id) else { continue };
            let name = end_name(end, self.snapshot);
            if endpoint.role == Role::IngressController {
                notes.extend(controller_note(endpoint, self.snapshot));
                continue;
            }
            if endpoint.replicas == 0 {
                notes.push(format!("`{name}` is scaled to 0: this is what would hold if it had pods."));
            }
            if endpoint.host_network {
                notes.push(format!("`{name}` uses its node's network: selectors do not match it, and its address is the node's."));
            }
        }
        if checkpoints.iter().any(|c| c.reason == Reason::NoEngine) {
            notes.push("Policies are in the text, but with no policy engine none of them has any effect.".to_owned());
        }
        for rule in checkpoints.iter().filter_map(CheckpointTrace::decided_by) {
            if self.compiled.ruleset().rule(rule).and_then(|r| r.http).is_some_and(|http| http.fits == HttpFit::NotAsked) {
                notes.push(format!(
                    "`http` of {} counts only where an application layer is installed; here the rule matches without it.",
                    self.rule_name(rule)
                ));
            }
        }
        self.cloud_notes(checkpoints, &mut notes);
        notes.dedup();
        notes
    }

    /// What one should know of the cloud's network: rules that are left out, addresses that are assumed, what nobody can reach.
    fn cloud_notes(&self, checkpoints: &[CheckpointTrace], notes: &mut Vec<String>) {
        let cloud = &self.snapshot.cloud;
        if cloud.networks.is_empty() {
            return;
        }
        for checkpoint in checkpoints {
            let Stage::Group { used, encapsulated, .. } = checkpoint.stage else { continue };
            let Some((_, group)) = cloud.used(used) else { continue };
            notes.extend(cloud.used(used).and_then(|(used, _)| self.which_groups(used)));
            for expression in group.missing.iter().filter(|m| group.condition.as_ref().is_none_or(|c| !c.contains(m.as_str()))) {
                notes.push(format!(
                    "The answer is incomplete: some rules of `{}` hang on `{expression}`, which the text does not give.",
                    group.name
                ));
            }
            for (rule, _) in group.rules.iter().filter(|(rule, _)| rule.refused) {
                notes.push(format!(
                    "The answer is incomplete: rule `{}` of `{}` is left out, because Azure would refuse it.",
                    rule.name, group.name
                ));
            }
            if encapsulated {
                notes.push(
                    "Between nodes the packets of pods travel inside VXLAN (UDP 4789), which is all that the cloud's network sees."
                        .to_owned(),
                );
            }
        }
        let passes = checkpoints.iter().all(|c| c.verdict == Verdict::Allowed);
        if passes && checkpoints.iter().any(|c| matches!(c.stage, Stage::Group { .. })) {
            notes.push("Security groups keep state: the answer to an allowed packet needs no rule.".to_owned());
        }
        if cloud.networks.iter().any(|n| n.assumed && n.name == "assumed network") {
            notes.push("No virtual network is given: one is assumed, with a subnet and a machine for each group.".to_owned());
        }
        for address in [self.flow.from, self.flow.to].into_iter().filter_map(|end| several_networks(end, self.snapshot)) {
            notes.push(format!("Several networks have `{address}`: it may be {}.", readings(address, self.snapshot)));
        }
        for end in [self.flow.from, self.flow.to] {
            let (Some(address), Some(interface)) = (end.address(), cloud.interface_of(end)) else { continue };
            if interface.stand_in {
                notes.push(format!("`{}` stands for any machine of its subnet, as none is given.", interface.title()));
            } else if !interface.address_given {
                notes.push(format!(
                    "The text gives no address for `{}`: {address}, the first free one, is assumed, as Azure hands them out.",
                    interface.title()
                ));
            }
            let from_internet = matches!(self.flow.from, End::Outside(a) if crate::snapshot::cloud::tags::is_public(a));
            if end == self.flow.to && from_internet && interface.public.is_none() {
                notes.push(format!(
                    "No public address is given for `{}`: from the Internet packets come to it only through a load balancer or gateway.",
                    interface.title()
                ));
            }
        }
    }

    /// Among rules that allow but did not match, the one to look at first. Ports that are always open and profiles are no rules that somebody wrote for
    /// this; the rules that every security group has come after those that a person wrote.
    fn nearest(&self, tiers: &[TierTrace]) -> Option<Nearest> {
        let written =
            |id: PolicyId| self.compiled.policy(id).is_some_and(|p| !p.hook.is_failsafe() && p.kind != "Profile" && p.doubt.is_none());
        let rules = tiers.iter().flat_map(|t| &t.policies).filter(|p| written(p.policy)).flat_map(|p| &p.rules);
        let failed = rules.filter(|r| r.action == Action::Allow).filter_map(|r| Some((r.rule, r.failure.as_ref()?)));
        let (rule, failure) = failed.min_by_key(|(rule, f)| (self.is_default(*rule), f.distance()))?;
        let name = self.compiled.ruleset().rule(rule).and_then(|r| r.name.as_deref()).map(ToOwned::to_owned);
        Some(Nearest { rule, name, place: failure.place, failure: failure.text.clone() })
    }
}
