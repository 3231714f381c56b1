//! Writes down a route hop by hop, with the packet as it is at each point.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::super::packet::{Packet, PacketEndpoint, Place, Port, Tls, Translation};
use super::super::placed::Placed;
use super::super::world::Paths;
use super::hop::{HopAction, Inspection, Outcome, PlannedHop, PlannedKind, StopReason, Title, Unknown};
use crate::compile::Endpoint;
use crate::connections::Traffic;
use crate::language::azure::inventory::NODE_PORTS;
use crate::model::Protocol;
use crate::snapshot::cloud::Location;
use crate::snapshot::{NodeId, ServiceId};
use crate::verdict::traversal::{Checkpoint, SnatEndpoint, encapsulating};
use crate::verdict::{Flow, Original};

/// A route up to some point of it, and the packet there.
#[derive(Clone)]
pub(in crate::path) struct Course<'a> {
    pub(super) paths: &'a Paths,
    pub(super) packet: Packet,
    pub(super) protocol: Protocol,
    /// The source port, or the type and code of an ICMP message, as far as they are known.
    carried: (Option<u16>, Option<u16>),
    /// Where the packet was sent, where that is not where it goes now.
    original: Option<Original>,
    /// Whether the port, or the one that it was sent to at first, is a node port that the input does not give.
    some_node_port: bool,
    /// Where in the cloud's network it is.
    pub(super) at: Option<Location>,
    /// The nodes between which it travels inside another packet.
    pub(super) tunnel: Option<(NodeId, NodeId)>,
    hops: Vec<PlannedHop>,
    forwarded: Option<PacketEndpoint>,
    tls: Tls,
    /// The pod whose packet it is, where it may have kept the pod's address instead of taking its node's.
    sender: Option<Endpoint>,
    /// Why its destination is not known, where it is not.
    missing: Option<Arc<str>>,
    ended: bool,
}

impl<'a> Course<'a> {
    /// The beginning of a route. `carried` is what is known of the packet beside its destination port.
    pub(in crate::path) fn new(paths: &'a Paths, packet: Packet, protocol: Protocol, carried: (Option<u16>, Option<u16>)) -> Self {
        Course {
            paths,
            packet,
            protocol,
            carried,
            original: None,
            some_node_port: false,
            at: None,
            tunnel: None,
            hops: Vec::new(),
            forwarded: None,
            tls: Tls::Untouched,
            sender: None,
            missing: None,
            ended: false,
        }
    }

    /// What it is planned in.
    pub(in crate::path) fn paths(&self) -> &'a Paths {
        self.paths
    }

    /// The hops, and what the application would see at the end of them.
    pub(in crate::path) fn finish(self) -> (Vec<PlannedHop>, Outcome) {
        let outcome = Outcome { address: self.packet.from, forwarded: self.forwarded, tls: self.tls, ended: self.ended };
        (self.hops, outcome)
    }

    /// The addresses with which the packet starts, if both are given and they are of two families.
    pub(super) fn of_two_families(&self) -> Option<(IpAddr, IpAddr)> {
        let Packet { from, to, .. } = self.hops.first()?.arrives;
        let given = |end: PacketEndpoint| end.address.filter(|address| !end.assumed && !address.is_unspecified());
        let (from, to) = (given(from)?, given(to)?);
        (from.is_ipv4() != to.is_ipv4()).then_some((from, to))
    }

    /// Whether nothing leads on from here.
    pub(super) fn is_over(&self) -> bool {
        self.ended
    }

    fn push(&mut self, kind: PlannedKind) {
        self.hops.push(PlannedHop { kind, arrives: self.packet, leaves: self.packet, translations: Vec::new() });
    }

    fn last_place(&mut self) -> Option<&mut PlannedHop> {
        self.hops.iter_mut().rev().find(|hop| matches!(hop.kind, PlannedKind::Place(..)))
    }

    /// Comes to a place.
    pub(super) fn place(&mut self, place: Place, title: Title, action: HopAction) {
        self.push(PlannedKind::Place(place, title, action));
    }

    /// Comes to a node.
    pub(super) fn node(&mut self, node: NodeId, action: HopAction) {
        self.place(Place::Node(Placed(node)), Title::Node(node), action);
    }

    /// Says what the place that it came to last does.
    pub(super) fn set_action(&mut self, action: HopAction) {
        if let Some(PlannedHop { kind: PlannedKind::Place(_, _, own), .. }) = self.last_place() {
            *own = action;
        }
    }

    /// The same, where that was nothing worth telling.
    pub(super) fn set_plain_action(&mut self, action: HopAction) {
        if let Some(PlannedHop { kind: PlannedKind::Place(_, _, own), .. }) = self.last_place()
            && matches!(own, HopAction::SendsOn | HopAction::Nothing)
        {
            *own = action;
        }
    }

    // --- translations --------------------------------------------------------------------------------------------------------------------

    /// What is done to the packet at the place that it came to last.
    fn translate(&mut self, translation: Translation) {
        let packet = self.packet;
        if let Some(hop) = self.last_place() {
            hop.translations.push(translation);
            hop.leaves = packet;
        }
    }

    /// Goes to this port.
    pub(super) fn set_port(&mut self, port: Port) {
        self.packet.port = port.number();
        self.some_node_port = port == Port::SomeNodePort;
    }

    /// Gets another destination (DNAT), and is no longer what its sender sent.
    pub(super) fn dnat(&mut self, to: PacketEndpoint, port: Option<u16>) {
        let sent = self.packet.port.or(self.some_node_port.then_some(NODE_PORTS.0));
        if let (Some(address), Some(port)) = (self.packet.to.address, sent) {
            self.original = Some(Original { address, port });
        }
        self.packet = Packet { to, port, ..self.packet };
        self.translate(Translation::Destination);
    }

    /// What it was sent to at first counts no longer.
    pub(super) fn forget_original(&mut self) {
        self.original = None;
        self.some_node_port &= self.packet.port.is_none();
    }

    /// Gets another source (SNAT).
    pub(super) fn snat(&mut self, from: PacketEndpoint) {
        if self.packet.from.end != from.end || self.packet.from.address != from.address {
            self.packet.from = from;
            self.sender = None;
            if self.protocol.has_ports() {
                // The node may give it another port.
                self.carried.0 = None;
            }
            self.translate(Translation::Source);
        }
    }

    /// Gets its node's address in place of its pod's. Other nodes and pods may see the pod still, where the input does not say that it does.
    pub(super) fn masquerade(&mut self, node: PacketEndpoint) {
        let pod = self.packet.from.end;
        self.snat(node);
        let (source, snapshot) = (SnatEndpoint::of(pod, &self.paths.snapshot), &self.paths.snapshot);
        self.sender = source.towards(&SnatEndpoint::of(self.packet.to.end, snapshot)).as_pod.then_some(pod);
    }

    /// Ends here; a connection of the place itself goes on. `forwards` says whether a header tells where the first one came from.
    pub(super) fn reconnect(&mut self, packet: Packet, tls: Tls, forwards: bool) {
        if let Some(hop) = self.last_place() {
            hop.translations.push(Translation::NewConnection);
            hop.leaves = packet;
        }
        self.forwarded = forwards.then_some(self.packet.from);
        self.tls = tls;
        self.packet = packet;
        self.carried = (None, None);
        self.forget_original();
    }

    /// Travels inside another packet from here, to another node.
    pub(super) fn enter_tunnel(&mut self, from: NodeId, to: NodeId) {
        self.tunnel = Some((from, to));
        self.translate(Translation::Tunnel(Placed(from), Placed(to)));
    }

    /// The sender of a packet through Calico's tunnel: a node has its address there, if that is known.
    pub(super) fn in_tunnel(&self, from: PacketEndpoint) -> PacketEndpoint {
        let snapshot = &self.paths.snapshot;
        let Endpoint::Node(node) = from.end else { return from };
        if snapshot.is_ebpf || encapsulating(snapshot).next().is_none() {
            return from;
        }
        let is_v6 = self.packet.to.address.is_some_and(|address| address.is_ipv6());
        let known = snapshot.tunnels.get(&node).into_iter().flat_map(|tunnel| &tunnel.addresses);
        PacketEndpoint { address: known.copied().find(|address| address.is_ipv6() == is_v6), ..from }
    }

    /// Leaves the packet around it.
    pub(super) fn leave_tunnel(&mut self) {
        self.tunnel = None;
    }

    // --- ends ----------------------------------------------------------------------------------------------------------------------------

    /// Nothing leads on, for a reason that is no policy.
    pub(super) fn stop(&mut self, reason: StopReason) {
        self.push(PlannedKind::Stop(reason));
        self.ended = true;
    }

    /// Comes to the cluster address of a Service as an endpoint of another. Upstream: "Services without selectors" of the Kubernetes documentation:
    /// "kube-proxy doesn't support virtual IPs as a destination". What did not come to it by kube-proxy may be translated there.
    pub(super) fn stop_at_service(&mut self, service: ServiceId, address: IpAddr) {
        if self.original.is_some() && !self.paths.dataplane.is_ebpf() {
            return self.stop(StopReason::ServiceAddress(service, address));
        }
        let name = self.paths.snapshot.service(service).map_or_else(String::new, |service| self.paths.service_title(service));
        let why = alloc::format!(
            "an endpoint of it is {address}, the cluster address of `{name}`, and how packets go on from there is not followed"
        );
        self.unknown(Unknown::Request(why.into()));
    }

    /// It is not known whether any node is in the load balancer's rotation.
    pub(super) fn unsure_rotation(&mut self) {
        self.push(PlannedKind::UnsureRotation);
    }

    /// Whether the request goes on is not known, for this reason.
    pub(super) fn unsure_request(&mut self, why: Arc<str>) {
        self.push(PlannedKind::UnsureRequest(why));
    }

    /// What is next is not known.
    pub(super) fn unknown(&mut self, unknown: Unknown) {
        self.push(PlannedKind::Unknown(unknown));
        self.ended = true;
    }

    /// Its destination is not known, for this reason.
    pub(super) fn set_missing(&mut self, missing: Arc<str>) {
        self.missing = Some(missing);
    }

    // --- checkpoints ---------------------------------------------------------------------------------------------------------------------

    /// The packet as a flow between its endpoints.
    pub(super) fn flow(&self) -> Flow {
        let (source, code) = self.carried;
        let destination = if self.protocol.has_ports() { self.packet.port } else { code };
        let traffic = Traffic { protocol: self.protocol, source, destination };
        Flow { from: self.packet.from.end, to: self.packet.to.end, traffic }
    }

    /// Meets a checkpoint, with the addresses that it has now.
    pub(super) fn check(&mut self, checkpoint: Checkpoint) {
        self.meet(checkpoint, false);
    }

    /// The same where it may pass by inside another packet.
    pub(super) fn may_meet(&mut self, checkpoint: Checkpoint) {
        self.meet(checkpoint, true);
    }

    fn meet(&mut self, checkpoint: Checkpoint, may_be_inside: bool) {
        self.push(PlannedKind::Check(Inspection {
            checkpoint,
            flow: self.flow(),
            original: self.original,
            some_node_port: self.some_node_port,
            sender: self.sender,
            missing: self.missing.clone(),
            may_be_inside,
        }));
    }

    pub(super) fn checks(&mut self, checkpoints: Vec<Checkpoint>) {
        checkpoints.into_iter().for_each(|checkpoint| self.check(checkpoint));
    }

    /// The same for policies that know who sent the packet, whatever address it has now.
    pub(super) fn check_sent_by(&mut self, checkpoint: Checkpoint, sender: Option<PacketEndpoint>) {
        let now = self.packet.from;
        self.packet.from = sender.unwrap_or(now);
        self.check(checkpoint);
        self.packet.from = now;
    }
}
