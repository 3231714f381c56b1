//! Asks a checkpoint about a packet, and about every packet that it may be where a fact is missing.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::super::packet::{Packet, PacketEndpoint};
use super::super::route::hop::Inspection;
use super::super::world::Paths;
use crate::compile::{Endpoint, Hook};
use crate::connections::Traffic;
use crate::explain::{CheckpointTrace, Explainer, TierOutcome};
use crate::language::azure::inventory::NODE_PORTS;
use crate::model::Cidr;
use crate::snapshot::cloud::{Subnet, tags};
use crate::verdict::traversal::Checkpoint;
use crate::verdict::{CheckpointResult, Flow, Original, Reason, UnknownFact, VXLAN, Verdict, check};

/// So many pairs of unknown addresses are asked about; of more, every address of the one end with the usual one of the other.
const MOST_PAIRS: usize = 4096;

/// What a checkpoint answers.
pub(super) struct Answer {
    pub(super) trace: CheckpointTrace,
    /// The packet as the checkpoint sees it.
    pub(super) packet: Packet,
    /// Whether it decided before the destination was translated.
    pub(super) early: bool,
}

/// The answer of a checkpoint; nothing where no policy is asked.
pub(super) fn checkpoint(paths: &Paths, inspection: &Inspection, packet: &Packet) -> Option<Answer> {
    let asked = Asked { paths, inspection, packet };
    let Inspection { checkpoint, flow, original, some_node_port, .. } = inspection;
    let ((shown, sent), ports) = match some_node_port {
        true => asked.with_node_ports(),
        false => ((*flow, *original), Vec::new()),
    };
    let others = ports.iter().map(|(flow, original)| asked.ask(flow, *original, checkpoint.with_ends(flow.from, flow.to)).verdict());
    let result = asked.ask(&shown, sent, *checkpoint).among(|| UnknownFact::NodePort, others);
    if matches!(result.reason(), Reason::Outside | Reason::Node | Reason::Tracked | Reason::Carried) {
        return None;
    }
    let result = asked.among_packets(result);
    let result = match result.verdict() {
        Verdict::Denied if inspection.may_be_inside => result.if_met(UnknownFact::Encapsulation),
        _ => result,
    };
    let mut trace = asked.explainer(&shown, sent).checkpoint(*checkpoint, &result);
    if *some_node_port {
        trace.sentence = asked.explainer(flow, *original).sentence(&trace.reason, trace.verdict, *checkpoint);
    }
    let (seen, early) = asked.seen(&mut trace);
    (trace.from_address, trace.to_address) = (paths.shown(seen.from).address, paths.shown(seen.to).address);
    if packet.to.is_anywhere() {
        trace.sentence = trace.sentence.replace("`0.0.0.0`", "an unknown address");
        if trace.verdict == Verdict::CannotTell {
            trace.nearest = None;
        }
    }
    Some(Answer { trace, packet: seen, early })
}

/// A packet, and where it was sent.
type Sent = (Flow, Option<Original>);

/// A checkpoint and the packet that comes there.
struct Asked<'a> {
    paths: &'a Paths,
    inspection: &'a Inspection,
    packet: &'a Packet,
}

impl Asked<'_> {
    fn explainer<'t>(&'t self, flow: &'t Flow, original: Option<Original>) -> Explainer<'t> {
        Explainer::new(&self.paths.compiled, &self.paths.snapshot, flow, original)
    }

    fn ask(&self, flow: &Flow, original: Option<Original>, checkpoint: Checkpoint) -> CheckpointResult {
        check(&self.paths.compiled, &self.paths.snapshot, flow, original, checkpoint)
    }

    /// The packet with a node port that the input does not give: of equivalent ones, the first and all.
    fn with_node_ports(&self) -> (Sent, Vec<Sent>) {
        let Inspection { flow, original, .. } = self.inspection;
        let with_port = |number: u16| {
            let traffic = Traffic { destination: flow.traffic.destination.or(Some(number)), ..flow.traffic };
            (Flow { traffic, ..*flow }, original.map(|original| Original { port: number, ..original }))
        };
        let ports = self.paths.tables.node_ports();
        (with_port(ports.first().copied().unwrap_or(NODE_PORTS.0)), ports.iter().map(|port| with_port(*port)).collect())
    }

    /// The packet as the checkpoint sees it, and whether that is before its destination is translated; the sentence is then about that packet.
    fn seen(&self, trace: &mut CheckpointTrace) -> (Packet, bool) {
        let Inspection { checkpoint, flow, original, some_node_port, .. } = self.inspection;
        let packet = *self.packet;
        if let Checkpoint::Group { encapsulated: true, from, to, .. } = *checkpoint {
            let endpoint = |end| match end {
                Endpoint::Node(id) => self.paths.node(id),
                end => PacketEndpoint { end, address: None, assumed: false },
            };
            return (Packet { from: endpoint(from), to: endpoint(to), port: Some(VXLAN) }, false);
        }
        let Some(original) = original.filter(|_| decided_early(trace)) else { return (packet, false) };
        let node = self.paths.names.node_at(original.address);
        let to = node.map_or(PacketEndpoint::at(original.address), |id| self.paths.node(id));
        let to = PacketEndpoint { address: Some(original.address), ..to };
        let port = (!some_node_port).then_some(original.port);
        if trace.verdict != Verdict::CannotTell {
            let sent = Flow { to: to.end, traffic: Traffic { destination: port, ..flow.traffic }, ..*flow };
            trace.sentence = self.explainer(&sent, None).sentence(&trace.reason, trace.verdict, *checkpoint);
        }
        (Packet { to, port, ..packet }, true)
    }

    // --- other packets that it may be ----------------------------------------------------------------------------------------------------

    /// The answer for all packets that it may be: with another address than the assumed one, it may be another.
    fn among_packets(&self, result: CheckpointResult) -> CheckpointResult {
        let Inspection { checkpoint, flow, original, sender, missing, .. } = self.inspection;
        let Packet { from, to, .. } = *self.packet;
        let ask = |from, to| self.ask(&Flow { from, to, ..*flow }, *original, checkpoint.with_ends(from, to)).verdict();
        if result.verdict() == Verdict::CannotTell {
            return result;
        }
        let result = match (checkpoint, sender) {
            (Checkpoint::Host { .. } | Checkpoint::Reply { .. } | Checkpoint::Endpoint(_), Some(pod)) => {
                result.among(|| UnknownFact::SourceAddress, [ask(*pod, flow.to)])
            }
            _ => result,
        };
        // AKS writes its rules for the very address, whichever it is.
        let is_managed = |used| self.paths.snapshot.cloud.used(used).is_some_and(|(_, group)| group.is_managed());
        let is_of_aks = matches!(*checkpoint, Checkpoint::Group { used, .. } if is_managed(used));
        if !(from.assumed || to.assumed && !is_of_aks) || result.verdict() == Verdict::CannotTell {
            return result;
        }
        if to.is_anywhere() {
            let missing = || UnknownFact::Missing(missing.as_deref().unwrap_or("its address is not in the input").into());
            return result.among(missing, self.anywhere().into_iter().map(|to| ask(from.end, to)));
        }
        let result = result.among(|| UnknownFact::PublicAddress, self.verdicts_elsewhere(true, is_of_aks));
        match result.verdict() {
            Verdict::CannotTell => result,
            _ => result.among(|| UnknownFact::GatewayAddress, self.verdicts_elsewhere(false, is_of_aks)),
        }
    }

    /// The verdicts with every other public address, or with every other one of the gateway's subnet, in place of one that is assumed. Both ends may
    /// have one, and these are different addresses. `only_from` is for rules that name the very address that the destination has.
    fn verdicts_elsewhere(&self, public: bool, only_from: bool) -> impl Iterator<Item = Verdict> {
        let Inspection { checkpoint, flow, original, .. } = self.inspection;
        let Packet { from, to, .. } = *self.packet;
        // Pods and nodes whose address is assumed are known by themselves, and stay what they are.
        let meant = |endpoint: &PacketEndpoint| {
            let is_address = endpoint.assumed && matches!(endpoint.end, Endpoint::Outside(_));
            endpoint.address.filter(|a| is_address && tags::is_public(*a) == public)
        };
        let others = |endpoint: &PacketEndpoint| {
            let found = meant(endpoint).map(|shown| match public {
                true => self.paths.tables.public_addresses().to_vec(),
                false => self.gateway_addresses(shown),
            });
            let own = core::iter::once(endpoint.end);
            own.chain(found.unwrap_or_default().into_iter().map(Endpoint::Outside)).collect::<Vec<Endpoint>>()
        };
        let (sources, mut destinations) = (others(&from), others(&to));
        if only_from {
            destinations.truncate(1);
        }
        let pairs = match sources.len() * destinations.len() {
            // Nothing is assumed: the packet was asked about as it is.
            1 => Vec::new(),
            all if all <= MOST_PAIRS => sources.iter().flat_map(|from| destinations.iter().map(move |to| (*from, *to))).collect::<Vec<_>>(),
            _ => sources.iter().map(|from| (*from, to.end)).chain(destinations.iter().map(|to| (from.end, *to))).collect(),
        };
        pairs.into_iter().map(move |(from, to)| self.ask(&Flow { from, to, ..*flow }, *original, checkpoint.with_ends(from, to)).verdict())
    }

    /// What an unknown address may be: one for every set of addresses that rules tell apart, of the families that the client has, and the nodes.
    fn anywhere(&self) -> Vec<Endpoint> {
        let is_v6 = self.packet.from.address.map(|a| a.is_ipv6());
        let fits = |address: &IpAddr| is_v6.is_none_or(|v6| address.is_ipv6() == v6);
        let outside = self.paths.tables.outside_addresses().iter().filter(|a| fits(a)).map(|a| Endpoint::Outside(*a));
        outside.chain(self.paths.snapshot.nodes().filter(|(_, n)| !n.stand_in).map(|(id, _)| Endpoint::Node(id))).collect()
    }

    /// Addresses that instances of an application gateway, or an internal load balancer, may have where one is assumed: of equivalent ones one. Upstream: "Application
    /// Gateway infrastructure configuration"; Azure picks them from its subnet.
    fn gateway_addresses(&self, shown: IpAddr) -> Vec<IpAddr> {
        let cloud = &self.paths.snapshot.cloud;
        let gateway = cloud.gateways.iter().find(|g| g.address == shown);
        let given = gateway.and_then(|g| cloud.subnet(g.subnet?));
        // Internal load balancers have theirs in a subnet, too.
        let has_it = |subnet: &&Subnet| subnet.prefixes.iter().any(|prefix| prefix.contains(shown));
        let given = given.or_else(|| cloud.subnets.iter().find(has_it)).map(|subnet| subnet.prefixes.clone());
        let ranges = given.unwrap_or_else(|| alloc::vec![Cidr::supernet(shown, 16)]);
        let mut found = Vec::new();
        for range in ranges {
            // The first four of a subnet, and its last, are Azure's own.
            let (IpAddr::V4(first), IpAddr::V4(last)) = (range.first(), range.last()) else { continue };
            let (first, last) = (IpAddr::V4(first.to_bits().saturating_add(4).into()), IpAddr::V4(last.to_bits().saturating_sub(1).into()));
            let starts = self.paths.compiled.outside_atoms().map(|(start, _)| start).filter(|start| (first..=last).contains(start));
            found.extend(core::iter::once(first).filter(|first| *first <= last).chain(starts));
        }
        found
    }
}

/// Whether a checkpoint of a host decided by what is asked before destinations are translated.
fn decided_early(trace: &CheckpointTrace) -> bool {
    let deciding = trace.tiers.iter().find(|t| !matches!(t.outcome, TierOutcome::Passed | TierOutcome::NotReached));
    deciding.is_some_and(|tier| matches!(tier.hook, Some(Hook::Untracked | Hook::PreDnat)))
}
