//! One packet on its way: where it is, the addresses that it has, and what it met so far.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Basis, Branch, Packet, Party, Paths, Place, Seen, Share, Step, StepKind, Stop, Tls, Translation};
use crate::compile::{ClassKind, Endpoint, Hook};
use crate::connections::Traffic;
use crate::explain::{Explainer, end_name};
use crate::language::azure::AddressSku;
use crate::language::azure::inventory::NODE_PORTS;
use crate::model::{Cidr, Protocol};
use crate::policy::Direction;
use crate::snapshot::cloud::{Location, tags};
use crate::snapshot::{NodeId, PodId};
use crate::verdict::traversal::{
    Checkpoint, Departure, NodeRules, Side, crossing, groups_between, is_flat, of_route, polices_platform, user_route,
};
use crate::verdict::{CheckpointResult, CheckpointTrace, Flow, Original, Reason, TierOutcome, UnknownFact, VXLAN, Verdict, check};

/// A packet with a node port, and where it was sent.
type NodePortFlow = (Flow, Option<Original>);

#[derive(Clone)]
pub(super) struct Walk<'a> {
    pub(super) paths: &'a Paths,
    pub(super) packet: Packet,
    protocol: Protocol,
    /// The source port, or the type and code of an ICMP message, as far as they are known.
    carried: (Option<u16>, Option<u16>),
    /// Where the packet was sent, where that is not where it goes now. Policies before address translation see it.
    original: Option<Original>,
    /// Whether the port, or the one that it was sent to at first, is a node port that the text does not give.
    some_node_port: bool,
    /// Where in the cloud's network it is.
    pub(super) at: Option<Location>,
    /// The nodes between which it travels inside another packet.
    tunnel: Option<(NodeId, NodeId)>,
    steps: Vec<Step>,
    forwarded: Option<Party>,
    tls: Tls,
    /// The pod whose packet it is, where it may have kept the pod's address instead of taking its node's.
    disguised: Option<Endpoint>,
    /// Why its destination is not known, where it is not.
    pub(super) missing: Option<String>,
    /// Set once something stops it for good.
    ended: bool,
}

/// What a node does that changes nothing.
pub(super) const AS_IT_IS: &str = "sends it on as it is";
/// What one does that gives it its own address.
pub(super) const AS_ITS_NODE: &str = "puts its own address in place of the pod's, after the pod's policy was asked";

/// A port, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Port {
    /// This one.
    Is(u16),
    /// A node port that the API server picks, and the text does not give.
    SomeNodePort,
}

impl Port {
    /// Its number, if it is known.
    pub(super) fn number(self) -> Option<u16> {
        if let Port::Is(number) = self { Some(number) } else { None }
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(paths: &'a Paths, packet: Packet, protocol: Protocol) -> Self {
        Walk {
            paths,
            packet,
            protocol,
            carried: (None, None),
            original: None,
            some_node_port: false,
            at: None,
            tunnel: None,
            steps: Vec::new(),
            forwarded: None,
            tls: Tls::Untouched,
            disguised: None,
            missing: None,
            ended: false,
        }
    }

    /// Says more of the packet than its destination port.
    pub(super) fn carrying(self, carried: (Option<u16>, Option<u16>)) -> Self {
        Walk { carried, ..self }
    }

    /// Whether it is at its end already.
    pub(super) fn is_over(&self) -> bool {
        self.ended
    }

    /// Whether it is at an application gateway.
    pub(super) fn is_at_gateway(&self) -> bool {
        matches!(self.steps.last().map(|step| &step.kind), Some(StepKind::Place(Place::Gateway(_))))
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

    /// Goes to this port.
    pub(super) fn for_port(&mut self, port: Port) {
        self.packet.port = port.number();
        self.some_node_port = port == Port::SomeNodePort;
    }

    /// Says what the place that it came to last does, where that was nothing worth telling.
    pub(super) fn explain_plain(&mut self, text: &str) {
        let last = self.steps.iter_mut().rev().find(|step| matches!(step.kind, StepKind::Place(_)));
        if let Some(step) = last.filter(|step| step.text == AS_IT_IS || step.text.is_empty()) {
            step.text = text.to_string();
        }
    }

    /// Gets another destination, and is no longer what its sender sent.
    pub(super) fn to(&mut self, to: Party, port: Option<u16>) {
        let sent = self.packet.port.or(self.some_node_port.then_some(NODE_PORTS.0));
        if let (Some(address), Some(port)) = (self.packet.to.address, sent) {
            self.original = Some(Original { address, port });
        }
        self.packet = Packet { to, port, ..self.packet };
        self.translate(Translation::Destination);
    }

    /// Gets another source.
    pub(super) fn from(&mut self, from: Party) {
        if self.packet.from.end != from.end || self.packet.from.address != from.address {
            self.packet.from = from;
            if self.protocol.has_ports() {
                // The node may give it another port.
                self.carried.0 = None;
            }
            self.translate(Translation::Source);
        }
    }

    /// Gets its node's address in place of its pod's, which host endpoints of other nodes see.
    pub(super) fn leave_as_node(&mut self, node: Party) {
        let pod = self.packet.from.end;
        self.from(node);
        let (source, snapshot) = (Departure::of(pod, &self.paths.snapshot), &self.paths.snapshot);
        self.disguised = source.towards(&Departure::of(self.packet.to.end, snapshot)).as_pod.then_some(pod);
    }

    /// Ends here; a connection of the place itself goes on. Only what is read can get a header that says where it is from.
    pub(super) fn anew(&mut self, packet: Packet, tls: Tls, reads: bool) {
        let last = self.steps.iter_mut().rev().find(|step| matches!(step.kind, StepKind::Place(_)));
        if let Some(step) = last {
            step.translations.push(Translation::NewConnection);
            step.leaves = packet;
        }
        self.forwarded = reads.then_some(self.packet.from);
        self.tls = tls;
        self.packet = packet;
        self.carried = (None, None);
        self.forget_original();
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

    /// Something before here may have stopped it, and it cannot be told whether it did.
    pub(super) fn doubt(&mut self, title: &str, why: String, basis: Option<Basis>) {
        self.push(StepKind::Doubt, title.to_string(), why, Verdict::CannotTell, basis);
    }

    /// Ends here: what is next is not known.
    pub(super) fn unknown(&mut self, title: &str, why: String) {
        self.push(StepKind::Place(Place::Outside), title.to_string(), why, Verdict::CannotTell, None);
        self.ended = true;
    }

    // --- checkpoints ---------------------------------------------------------------------------------------------------------------

    pub(super) fn flow(&self) -> Flow {
        let (source, code) = self.carried;
        let destination = if self.protocol.has_ports() { self.packet.port } else { code };
        let traffic = Traffic { protocol: self.protocol, source, destination };
        Flow { from: self.packet.from.end, to: self.packet.to.end, traffic }
    }

    fn explainer<'t>(&'t self, flow: &'t Flow, original: Option<Original>) -> Explainer<'t> {
        Explainer::new(&self.paths.compiled, &self.paths.snapshot, flow, original)
    }

    fn ask(&self, checkpoint: Checkpoint, flow: &Flow, original: Option<Original>) -> CheckpointResult {
        check(&self.paths.compiled, &self.paths.snapshot, flow, original, checkpoint)
    }

    /// The same packet with a node port that the input does not give: of those that nothing tells apart, the first and all others.
    fn with_node_ports(&self, flow: &Flow) -> (NodePortFlow, Vec<NodePortFlow>) {
        let with_port = |number: u16| {
            let traffic = Traffic { destination: flow.traffic.destination.or(Some(number)), ..flow.traffic };
            (Flow { traffic, ..*flow }, self.original.map(|original| Original { port: number, ..original }))
        };
        let ports = self.paths.tables().node_ports();
        (with_port(ports.first().copied().unwrap_or(NODE_PORTS.0)), ports.iter().map(|port| with_port(*port)).collect())
    }

    /// Meets a checkpoint, with the addresses that it has now.
    pub(super) fn check(&mut self, stage: Checkpoint) {
        let flow = self.flow();
        let ((asked, sent), ports) = match self.some_node_port {
            true => self.with_node_ports(&flow),
            false => ((flow, self.original), Vec::new()),
        };
        let others = ports.iter().map(|(flow, original)| self.ask(stage.with_ends(flow.from, flow.to), flow, *original).verdict());
        let result = self.ask(stage, &asked, sent).among(|| UnknownFact::NodePort, others);
        if matches!(result.reason(), Reason::Outside | Reason::Node | Reason::Tracked) {
            return; // No policy is asked here.
        }
        let result = self.among_packets(stage, &flow, result);
        let mut trace = self.explainer(&asked, sent).checkpoint(stage, &result);
        if self.some_node_port {
            trace.sentence = self.explainer(&flow, self.original).sentence(&trace.reason, trace.verdict, stage);
        }
        trace.from_address = self.packet.from.address;
        trace.to_address = self.packet.to.address;
        let mut seen = self.packet;
        let mut early = false;
        if let Checkpoint::Group { encapsulated: true, from, to, .. } = stage {
            let party = |end| if let Endpoint::Node(id) = end { self.paths.node(id) } else { Party { end, address: None, made_up: false } };
            seen = Packet { from: party(from), to: party(to), port: Some(VXLAN) };
        } else if let Some(original) = self.original.filter(|_| decided_early(&trace)) {
            // It was decided before the destination was translated.
            let to = self.paths.names.node_at(original.address).map_or(Party::at(original.address), |id| self.paths.node(id));
            let to = Party { address: Some(original.address), ..to };
            let port = (!self.some_node_port).then_some(original.port);
            seen = Packet { to, port, ..seen };
            early = true;
            let sent = Flow { to: to.end, traffic: Traffic { destination: port, ..flow.traffic }, ..flow };
            if trace.verdict != Verdict::CannotTell {
                trace.sentence = self.explainer(&sent, None).sentence(&trace.reason, trace.verdict, stage);
            }
        }
        (trace.from_address, trace.to_address) = (seen.from.address, seen.to.address);
        if self.packet.to.is_anywhere() {
            let name = "an address that is not known";
            trace.sentence = trace.sentence.replace("`0.0.0.0`", name);
            if trace.verdict == Verdict::CannotTell {
                trace.nearest = None;
            }
        }
        let (title, text, verdict) = (self.check_title(stage, &trace), trace.sentence.clone(), trace.verdict);
        let basis = match stage {
            Checkpoint::Group { direction: Direction::Ingress, .. } => Some(Basis::Originating),
            Checkpoint::Group { direction: Direction::Egress, .. } => Some(Basis::BeforePublic),
            Checkpoint::Host { .. } if self.original.is_some() => Some(Basis::PreDnat),
            _ => None,
        };
        self.push(StepKind::Check(Box::new(trace)), title, text, verdict, basis);
        if let Some(step) = self.steps.last_mut() {
            (step.arrives, step.leaves) = (seen, seen);
        }
        if early {
            self.put_before_node();
        }
    }

    /// The same for policies that know who sent the packet, whatever address it has now.
    pub(super) fn check_sent_by(&mut self, stage: Checkpoint, sender: Option<Party>) {
        let now = self.packet.from;
        self.packet.from = sender.unwrap_or(now);
        self.check(stage);
        self.packet.from = now;
    }

    /// What was asked last is asked before the node translates anything: it comes before the node, and what it stops never gets there.
    fn put_before_node(&mut self) {
        let node = self.steps.iter().rposition(|step| matches!(step.kind, StepKind::Place(Place::Node(_))));
        let last_place = self.steps.iter().rposition(|step| matches!(step.kind, StepKind::Place(_)));
        let Some(at) = node.filter(|at| Some(*at) == last_place && *at > 0) else { return };
        if let Some(check) = self.steps.pop() {
            self.steps.insert(at, check);
        }
        let mut stopped = false;
        for step in &mut self.steps {
            step.reached = !stopped;
            stopped |= step.verdict == Verdict::Denied;
        }
    }

    fn check_title(&self, stage: Checkpoint, trace: &CheckpointTrace) -> String {
        match stage {
            Checkpoint::Group { used, direction, .. } => {
                let name = self.paths.snapshot.cloud.used(used).map_or("", |(_, group)| &group.name);
                let way = if direction == Direction::Egress { "outbound" } else { "inbound" };
                format!("Security group {name}, {way}")
            }
            Checkpoint::Endpoint(_) => {
                let word = if trace.direction == Direction::Egress { "Egress" } else { "Ingress" };
                format!("{word} of {}", end_name(trace.subject, &self.paths.snapshot))
            }
            _ => trace.title.clone(),
        }
    }

    pub(super) fn checks(&mut self, stages: Vec<Checkpoint>) {
        stages.into_iter().for_each(|stage| self.check(stage));
    }

    /// The answer for all packets that may be meant: with another address than the assumed one, it may be another.
    fn among_packets(&self, stage: Checkpoint, flow: &Flow, result: CheckpointResult) -> CheckpointResult {
        let Packet { from, to, .. } = self.packet;
        if result.verdict() == Verdict::CannotTell {
            return result;
        }
        let ask = |flow: Flow, stage: Checkpoint| self.ask(stage, &flow, self.original).verdict();
        let mut result = result;
        if let (Checkpoint::Host { .. } | Checkpoint::Reply { .. }, Some(pod)) = (stage, self.disguised) {
            result = result.among(|| UnknownFact::SourceAddress, [ask(Flow { from: pod, ..*flow }, stage)]);
        }
        if !(from.made_up || to.made_up) || result.verdict() == Verdict::CannotTell {
            return result;
        }
        // AKS writes its rules for the very address, whichever it is.
        let is_managed = |used| self.paths.snapshot.cloud.used(used).is_some_and(|(_, group)| group.is_managed());
        if let Checkpoint::Group { used, .. } = stage
            && is_managed(used)
            && !from.made_up
        {
            return result;
        }
        if to.is_anywhere() {
            let missing = || UnknownFact::Missing(self.missing.as_deref().unwrap_or("its address is not in the input").into());
            let others = self.candidates(&to);
            return result.among(missing, others.into_iter().map(|to| ask(Flow { to, ..*flow }, stage.with_ends(from.end, to))));
        }
        for (fact, public) in [(UnknownFact::PublicAddress, true), (UnknownFact::GatewayAddress, false)] {
            let is_meant = |party: &Party| party.made_up && party.address.is_some_and(|a| tags::is_public(a) == public);
            let Some(party) = [from, to].into_iter().find(|p| is_meant(p) && matches!(p.end, Endpoint::Outside(_))) else { continue };
            let others = match party.address {
                _ if public => self.paths.tables().public_addresses().to_vec(),
                Some(shown) => self.paths.gateway_addresses(shown),
                None => continue,
            };
            let with = |address: IpAddr| {
                let end = |party: &Party| if is_meant(party) { Endpoint::Outside(address) } else { party.end };
                let (from, to) = (end(&from), end(&to));
                ask(Flow { from, to, ..*flow }, stage.with_ends(from, to))
            };
            result = result.among(|| fact, others.into_iter().map(with));
            if result.verdict() == Verdict::CannotTell {
                break;
            }
        }
        result
    }

    // --- moving ------------------------------------------------------------------------------------------------------------------------

    /// Goes over the cloud's network to another place of it, or out of it (nothing): through the security groups on the way.
    pub(super) fn travel(&mut self, into: Option<Location>) {
        let out = core::mem::replace(&mut self.at, into);
        let cloud = &self.paths.snapshot.cloud;
        let machine = |l: Option<Location>| l.and_then(|l| l.interface);
        if machine(out).is_some() && machine(out) == machine(into) {
            return; // It never leaves the machine.
        }
        if self.leads_away(out, into) {
            return;
        }
        let network = |l: Option<Location>| Some(cloud.network_of(l?.subnet)?.0);
        if let (Some(one), Some(other)) = (network(out), network(into))
            && one != other
            && cloud.networks.get(one as usize).is_none_or(|n| !n.peers.contains(&other))
        {
            self.check(Checkpoint::NotPeered(one, other));
            return;
        }
        let groups = groups_between(cloud, out, into, self.seen_there());
        // A Standard address is closed until a group allows, and then so is what comes through a Standard load balancer.
        let unguarded = out.is_none() && into.is_some() && groups.is_empty() && self.tunnel.is_none();
        if let Some(interface) = into.and_then(|l| l.interface).filter(|_| unguarded && self.comes_from_internet()) {
            let sku = cloud.interfaces.get(interface as usize).and_then(|i| i.public).unwrap_or(AddressSku::Standard);
            self.check(Checkpoint::PublicAddress(interface, sku));
            return;
        }
        self.checks(groups);
    }

    /// The network that an end of the packet is in, as seen from where the packet is: of networks with the same addresses the own one, or a peered one.
    pub(super) fn network_of(&self, party: &Party) -> Option<u32> {
        let cloud = &self.paths.snapshot.cloud;
        match (party.end, party.address) {
            (Endpoint::InNetwork(network, _), _) => Some(network),
            (_, Some(address)) => match self.at.and_then(|l| cloud.network_of(l.subnet)) {
                Some((here, _)) => cloud.network_seen_from(here, address),
                None => cloud.network_with(address),
            },
            _ => None,
        }
    }

    /// What the cloud's network sees of the packet: its ends, and whether that is the packet around it.
    fn seen_there(&self) -> (Endpoint, Endpoint, bool) {
        match self.tunnel {
            Some((from, to)) => (Endpoint::Node(from), Endpoint::Node(to), true),
            None => (self.own_end(self.packet.from.end), self.own_end(self.packet.to.end), false),
        }
    }

    /// An end as the cloud's network sees it: a pod on its node's network is its node.
    fn own_end(&self, end: Endpoint) -> Endpoint {
        match end {
            Endpoint::Pod(id) if self.paths.is_on_host(id) => self.paths.home_of(id).map_or(end, Endpoint::Node),
            end => end,
        }
    }

    /// Leaves the place where it is, for nobody knows where: through the security groups there.
    pub(super) fn leave(&mut self) {
        let out = self.at.take();
        let groups = groups_between(&self.paths.snapshot.cloud, out, None, self.seen_there());
        self.checks(groups);
    }

    /// Goes to Azure's platform, which no rule stops unless it names it.
    pub(super) fn reach_platform(&mut self, address: IpAddr) {
        let is_open = self.at.is_some() && !polices_platform(&self.paths.snapshot.cloud, self.at);
        if is_open {
            self.check(Checkpoint::Platform(address));
        } else {
            self.leave();
        }
    }

    /// Whether a route that somebody wrote leads the packet somewhere else than to its destination outside; then that is told.
    pub(super) fn is_led_away(&mut self, network: Option<u32>) -> bool {
        network.is_none() && self.leads_away(self.at, None)
    }

    fn leads_away(&mut self, out: Option<Location>, into: Option<Location>) -> bool {
        let snapshot = &self.paths.snapshot;
        let cloud = &snapshot.cloud;
        let Some(table) = out.and_then(|l| cloud.subnets.get(l.subnet as usize)?.table) else { return false };
        let home = into.and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number);
        let of_node = |node: Option<NodeId>| snapshot.node(node?)?.addresses.first().copied();
        let address = match (self.tunnel, self.packet.to.end) {
            (Some((_, to)), _) => of_node(Some(to)),
            (None, Endpoint::Pod(id)) => {
                let endpoint = snapshot.pod(id);
                let node = self.paths.home_of(id);
                let own = endpoint.filter(|e| is_flat(cloud, e));
                own.and_then(|e| e.addresses.first().copied()).or_else(|| of_node(node))
            }
            (None, Endpoint::Node(id)) => of_node(Some(id)),
            (None, Endpoint::Outside(_) | Endpoint::InNetwork(..)) => self.packet.to.address,
        };
        let Some(route) = address.and_then(|address| user_route(cloud, table, address, home)) else { return false };
        let Some(hop) = cloud.tables.get(table as usize).and_then(|t| t.routes.get(route as usize)).map(|r| r.hop) else { return false };
        let routing = of_route(hop, table, route);
        self.at = out;
        self.leave();
        self.at = into;
        self.check(Checkpoint::Route(routing));
        true
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
            self.checks(stages.into_iter().filter_map(Checkpoint::before_translation).collect());
        }
    }

    /// Leaves the packet around it.
    pub(super) fn leave_tunnel(&mut self) {
        self.tunnel = None;
    }

    pub(super) fn forget_original(&mut self) {
        self.original = None;
        self.some_node_port &= self.packet.port.is_none();
    }

    // --- ends --------------------------------------------------------------------------------------------------------------------------

    /// Whether a pod counts as its node: its packets are the node's, and no policy for pods selects it.
    pub(super) fn is_host(&self, pod: PodId) -> bool {
        self.paths.compiled.class_kind(self.paths.compiled.class_of(Endpoint::Pod(pod))) == ClassKind::Node
    }

    pub(super) fn finish(self, share: Share, title: String, alike: u32) -> Branch {
        let verdict = Verdict::all(self.steps.iter().map(|step| step.verdict));
        let seen = (!self.ended && verdict != Verdict::Denied).then_some(Seen {
            address: self.packet.from,
            forwarded: self.forwarded,
            tls: self.tls,
        });
        Branch { share, title, alike, verdict, steps: self.steps, seen }
    }
}

/// Whether a checkpoint of a host decided by what is asked before destinations are translated.
fn decided_early(trace: &CheckpointTrace) -> bool {
    let deciding = trace.tiers.iter().find(|t| !matches!(t.outcome, TierOutcome::Passed | TierOutcome::NotReached));
    deciding.is_some_and(|tier| matches!(tier.hook, Some(Hook::Untracked | Hook::PreDnat)))
}

impl Paths {
    /// Addresses that instances of an application gateway may have, where it has one that is made up: of those that nothing tells apart one. Upstream:
    /// "Application Gateway infrastructure configuration"; Azure picks them from its subnet.
    fn gateway_addresses(&self, shown: IpAddr) -> Vec<IpAddr> {
        let cloud = &self.snapshot.cloud;
        let gateway = cloud.gateways.iter().find(|g| g.address == shown);
        let given = gateway.and_then(|g| cloud.subnets.get(g.subnet? as usize)).map(|subnet| subnet.prefixes.clone());
        let ranges = given.unwrap_or_else(|| alloc::vec![Cidr::supernet(shown, 16)]);
        let mut found = Vec::new();
        for range in ranges {
            // The first four of a subnet, and its last, are Azure's own.
            let (IpAddr::V4(first), IpAddr::V4(last)) = (range.first(), range.last()) else { continue };
            let (first, last) = (IpAddr::V4(first.to_bits().saturating_add(4).into()), IpAddr::V4(last.to_bits().saturating_sub(1).into()));
            let starts = self.compiled.outside_atoms().map(|(start, _)| start).filter(|start| (first..=last).contains(start));
            found.extend(core::iter::once(first).filter(|first| *first <= last).chain(starts));
        }
        found
    }

    /// A pod as one end of a packet.
    pub(super) fn pod(&self, id: PodId) -> Party {
        let endpoint = self.snapshot.pod(id);
        let address = endpoint.and_then(|e| e.addresses.first().copied());
        Party { end: Endpoint::Pod(id), address, made_up: endpoint.is_some_and(|e| !e.address_given) }
    }

    /// A node as one end of a packet.
    pub(super) fn node(&self, id: NodeId) -> Party {
        Party { end: Endpoint::Node(id), address: self.snapshot.node(id).and_then(|n| n.addresses.first().copied()), made_up: false }
    }
}
