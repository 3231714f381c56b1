//! One packet on its way: where it is, the addresses that it has, and what it met so far.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Basis, Branch, Packet, Party, Paths, Place, Seen, Share, Step, StepKind, Stop, Tls, Translation};
use crate::compile::{ClassKind, End};
use crate::connections::Traffic;
use crate::decide::{CheckpointTrace, Flow, Original, Reason, UnknownFact, Verdict, check};
use crate::explain::{Teller, end_name};
use crate::model::Protocol;
use crate::policy::Direction;
use crate::resources::azure::AddressSku;
use crate::snapshot::cloud::{Location, MANAGED_GROUP, tags};
use crate::snapshot::{EndpointId, NodeId};
use crate::stages::{NodeRules, Side, Stage, crossing, groups_between};

#[derive(Clone)]
pub(super) struct Walk<'a> {
    pub(super) paths: &'a Paths,
    pub(super) packet: Packet,
    protocol: Protocol,
    /// Where the packet was sent, where that is not where it goes now. Policies before address translation see it.
    original: Option<Original>,
    /// Where in the cloud's network it is.
    pub(super) at: Option<Location>,
    /// The nodes between which it travels inside another packet.
    tunnel: Option<(NodeId, NodeId)>,
    steps: Vec<Step>,
    forwarded: Option<Party>,
    tls: Tls,
    /// Set once something stops it for good.
    ended: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(paths: &'a Paths, packet: Packet, protocol: Protocol) -> Self {
        Walk {
            paths,
            packet,
            protocol,
            original: None,
            at: None,
            tunnel: None,
            steps: Vec::new(),
            forwarded: None,
            tls: Tls::Untouched,
            ended: false,
        }
    }

    /// Whether it is at its end already.
    pub(super) fn is_over(&self) -> bool {
        self.ended
    }

    fn is_stopped(&self) -> bool {
        self.steps.iter().any(|step| step.verdict == Verdict::Denied)
    }

    fn push(&mut self, kind: StepKind, title: String, text: String, verdict: Verdict, basis: Option<Basis>) {
        let reached = !self.is_stopped();
        let (arrives, leaves) = (self.packet, self.packet);
        self.steps.push(Step { kind, title, text, arrives, leaves, translations: Vec::new(), verdict, reached, basis });
    }

    /// Comes to a place.
    pub(super) fn place(&mut self, place: Place, title: impl Into<String>, text: impl Into<String>, basis: Option<Basis>) {
        self.push(StepKind::Place(place), title.into(), text.into(), Verdict::Allowed, basis);
    }

    /// What happens to the packet at the place that it came to last.
    fn translate(&mut self, translation: Translation) {
        let packet = self.packet;
        let last = self.steps.iter_mut().rev().find(|step| matches!(step.kind, StepKind::Place(_)));
        if let Some(step) = last {
            step.translations.push(translation);
            step.leaves = packet;
        }
    }

    /// Says more of the place that it came to last.
    pub(super) fn explain_last(&mut self, text: String, basis: Option<Basis>) {
        if let Some(step) = self.steps.iter_mut().rev().find(|step| matches!(step.kind, StepKind::Place(_))) {
            step.text = text;
            step.basis = basis;
        }
    }

    /// Gets another destination, and is no longer what its sender sent.
    pub(super) fn to(&mut self, to: Party, port: Option<u16>) {
        if let (Some(address), Some(port)) = (self.packet.to.address, self.packet.port) {
            self.original = Some(Original { address, port });
        }
        self.packet = Packet { to, port, ..self.packet };
        self.translate(Translation::Destination);
    }

    /// Gets another source.
    pub(super) fn from(&mut self, from: Party) {
        if self.packet.from.end != from.end || self.packet.from.address != from.address {
            self.packet.from = from;
            self.translate(Translation::Source);
        }
    }

    /// Ends here; a connection of the place itself goes on.
    pub(super) fn anew(&mut self, packet: Packet, tls: Tls) {
        let last = self.steps.iter_mut().rev().find(|step| matches!(step.kind, StepKind::Place(_)));
        if let Some(step) = last {
            step.translations.push(Translation::NewConnection);
            step.leaves = packet;
        }
        self.forwarded = Some(self.packet.from);
        self.tls = tls;
        self.packet = packet;
        self.original = None;
    }

    /// Travels inside another packet from here, to another node.
    pub(super) fn enter_tunnel(&mut self, from: NodeId, to: NodeId) {
        self.tunnel = Some((from, to));
        self.translate(Translation::Tunnel(from, to));
    }

    /// Ends here, for a reason that is no policy.
    pub(super) fn stop(&mut self, stop: Stop, text: impl Into<String>, basis: Option<Basis>) {
        let title = match stop {
            Stop::NoRoute => "No way there",
            Stop::Dropped => "Dropped",
            Stop::Rejected => "Refused",
        };
        self.push(StepKind::Stop(stop), title.to_string(), text.into(), Verdict::Denied, basis);
        self.ended = true;
    }

    // --- checkpoints ---------------------------------------------------------------------------------------------------------------

    fn flow(&self) -> Flow {
        let traffic = Traffic { protocol: self.protocol, source: None, destination: self.packet.port };
        Flow { from: self.packet.from.end, to: self.packet.to.end, traffic }
    }

    fn ask(&self, stage: Stage, flow: &Flow) -> CheckpointTrace {
        let teller = Teller { compiled: &self.paths.compiled, snapshot: &self.paths.snapshot, flow, original: self.original };
        teller.checkpoint(stage)
    }

    /// Meets a checkpoint, with the addresses that it has now.
    pub(super) fn check(&mut self, stage: Stage) {
        let flow = self.flow();
        let mut trace = self.ask(stage, &flow);
        if matches!(trace.reason, Reason::Outside | Reason::Node) {
            return; // No policy is asked here.
        }
        trace.from_address = self.packet.from.address;
        trace.to_address = self.packet.to.address;
        if let Stage::Group { encapsulated: true, from, to, .. } = stage {
            let address = |end| if let End::Node(id) = end { self.paths.snapshot.node(id)?.addresses.first().copied() } else { None };
            (trace.from_address, trace.to_address) = (address(from), address(to));
        }
        if self.may_differ(stage, &flow, trace.verdict) {
            trace.verdict = Verdict::CannotTell;
            trace.reason = Reason::Unknown(alloc::vec![UnknownFact::PublicAddress]);
            let teller = Teller { compiled: &self.paths.compiled, snapshot: &self.paths.snapshot, flow: &flow, original: self.original };
            trace.sentence = teller.sentence(&trace.reason, trace.verdict, stage);
        }
        let (title, text, verdict) = (self.check_title(stage, &trace), trace.sentence.clone(), trace.verdict);
        let basis = match stage {
            Stage::Group { direction: Direction::Ingress, .. } => Some(Basis::Originating),
            Stage::Group { direction: Direction::Egress, .. } => Some(Basis::BeforePublic),
            Stage::Host { .. } if self.original.is_some() => Some(Basis::PreDnat),
            _ => None,
        };
        self.push(StepKind::Check(Box::new(trace)), title, text, verdict, basis);
    }

    fn check_title(&self, stage: Stage, trace: &CheckpointTrace) -> String {
        match stage {
            Stage::Group { used, direction, .. } => {
                let name = self.paths.snapshot.cloud.used(used).map_or("", |(_, group)| &group.name);
                let way = if direction == Direction::Egress { "outbound" } else { "inbound" };
                format!("Security group {name}, {way}")
            }
            Stage::Endpoint(_) => {
                let word = if trace.direction == Direction::Egress { "Egress" } else { "Ingress" };
                format!("{word} of {}", end_name(trace.subject, &self.paths.snapshot))
            }
            _ => trace.title.clone(),
        }
    }

    pub(super) fn checks(&mut self, stages: Vec<Stage>) {
        stages.into_iter().for_each(|stage| self.check(stage));
    }

    /// Whether another public address than the one that is made up would get another answer.
    fn may_differ(&self, stage: Stage, flow: &Flow, verdict: Verdict) -> bool {
        let Packet { from, to, .. } = self.packet;
        if !(from.made_up || to.made_up) || verdict == Verdict::CannotTell {
            return false;
        }
        // AKS writes its rules for the very address, whichever it is.
        let is_managed = |used| self.paths.snapshot.cloud.used(used).is_some_and(|(_, group)| group.name == MANAGED_GROUP);
        if let Stage::Group { used, .. } = stage
            && is_managed(used)
            && !from.made_up
        {
            return false;
        }
        let made_up = |party: &Party| party.made_up && party.address.is_some_and(tags::is_public);
        let paths = self.paths;
        paths.tables().public_addresses().iter().any(|address| {
            let end = |party: &Party| if made_up(party) { End::Outside(*address) } else { party.end };
            let (from, to) = (end(&from), end(&to));
            let other = match stage {
                Stage::Group { used, place, direction, encapsulated: false, .. } => {
                    Stage::Group { used, place, direction, from, to, encapsulated: false }
                }
                stage => stage,
            };
            check(&paths.compiled, &paths.snapshot, &Flow { from, to, ..*flow }, self.original, other).verdict != verdict
        })
    }

    // --- moving ------------------------------------------------------------------------------------------------------------------------

    /// Goes over the cloud's network to another place of it, or out of it (nothing): through the security groups on the way.
    pub(super) fn travel(&mut self, into: Option<Location>) {
        let out = core::mem::replace(&mut self.at, into);
        let cloud = &self.paths.snapshot.cloud;
        if out.is_some() && out == into && out.is_some_and(|l| l.interface.is_some()) {
            return; // It never leaves the machine.
        }
        let network = |l: Option<Location>| Some(cloud.network_of(l?.subnet)?.0);
        if let (Some(one), Some(other)) = (network(out), network(into))
            && one != other
            && cloud.networks.get(one as usize).is_none_or(|n| !n.peers.contains(&other))
        {
            self.check(Stage::NotPeered(one, other));
            return;
        }
        let seen = match self.tunnel {
            Some((from, to)) => (End::Node(from), End::Node(to), true),
            None => (self.packet.from.end, self.packet.to.end, false),
        };
        let groups = groups_between(cloud, out, into, seen);
        // A Standard address is closed until a group allows, and then so is what comes through a Standard load balancer.
        let unguarded = out.is_none() && into.is_some() && groups.is_empty() && self.tunnel.is_none();
        if let Some(interface) = into.and_then(|l| l.interface).filter(|_| unguarded && self.comes_from_internet()) {
            let sku = cloud.interfaces.get(interface as usize).and_then(|i| i.public).unwrap_or(AddressSku::Standard);
            self.check(Stage::PublicAddress(interface, sku));
            return;
        }
        self.checks(groups);
    }

    /// The network that an end of the packet is in, as seen from where the packet is: of networks with the same addresses the own one, or a peered one.
    pub(super) fn network_of(&self, party: &Party) -> Option<u32> {
        let cloud = &self.paths.snapshot.cloud;
        match (party.end, party.address) {
            (End::InNetwork(network, _), _) => Some(network),
            (_, Some(address)) => match self.at.and_then(|l| cloud.network_of(l.subnet)) {
                Some((here, _)) => cloud.network_seen_from(here, address),
                None => cloud.network_with(address),
            },
            _ => None,
        }
    }

    fn comes_from_internet(&self) -> bool {
        self.packet.from.address.is_some_and(tags::is_public)
    }

    /// Crosses a node, past its host endpoint.
    pub(super) fn cross(&mut self, node: NodeId, enters: Side, leaves: Side) {
        if self.paths.compiled.polices_hosts() {
            let rules = NodeRules::of(node, &self.paths.compiled, &self.paths.snapshot);
            self.checks(crossing(node, rules, enters, leaves));
        }
    }

    /// Crosses a node whose programs send it on before anything but policy for untranslated packets sees it.
    pub(super) fn cross_untranslated(&mut self, node: NodeId) {
        if self.paths.compiled.polices_hosts() {
            let rules = NodeRules::of(node, &self.paths.compiled, &self.paths.snapshot);
            let stages = crossing(node, rules, Side::Network, Side::Network);
            self.checks(stages.into_iter().filter_map(Stage::before_translation).collect());
        }
    }

    /// Leaves the packet around it.
    pub(super) fn leave_tunnel(&mut self) {
        self.tunnel = None;
    }

    pub(super) fn forget_original(&mut self) {
        self.original = None;
    }

    // --- ends --------------------------------------------------------------------------------------------------------------------------

    /// Whether a pod counts as its node: its packets are the node's, and no policy for pods selects it.
    pub(super) fn is_host(&self, pod: EndpointId) -> bool {
        self.paths.compiled.class_kind(self.paths.compiled.class_of(End::Pod(pod))) == ClassKind::Node
    }

    pub(super) fn finish(self, share: Share, title: String, alike: u32) -> Branch {
        let verdict = if self.is_stopped() {
            Verdict::Denied
        } else if self.steps.iter().any(|step| step.verdict == Verdict::CannotTell) {
            Verdict::CannotTell
        } else {
            Verdict::Allowed
        };
        let seen = (!self.ended && verdict != Verdict::Denied).then_some(Seen {
            address: self.packet.from,
            forwarded: self.forwarded,
            tls: self.tls,
        });
        Branch { share, title, alike, verdict, steps: self.steps, seen }
    }
}

impl Paths {
    /// A pod as one end of a packet.
    pub(super) fn pod(&self, id: EndpointId) -> Party {
        let endpoint = self.snapshot.endpoint(id);
        let address = endpoint.and_then(|e| e.addresses.first().copied());
        Party { end: End::Pod(id), address, made_up: endpoint.is_some_and(|e| !e.address_given) }
    }

    /// A node as one end of a packet.
    pub(super) fn node(&self, id: NodeId) -> Party {
        Party { end: End::Node(id), address: self.snapshot.node(id).and_then(|n| n.addresses.first().copied()), made_up: false }
    }
}
