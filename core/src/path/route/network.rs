//! Moves of a packet through the cloud's network and across nodes, with the checkpoints that it meets there.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::super::packet::PacketEndpoint;
use super::course::Course;
use super::hop::StopReason;
use crate::compile::Endpoint;
use crate::language::azure::AddressSku;
use crate::snapshot::NodeId;
use crate::snapshot::cloud::{InterfaceId, Location, NetworkId, tags};
use crate::verdict::traversal::{
    Access, Cast, Checkpoint, NodeRules, RouteBeyond, RouteEndpoint, Routing, Side, beyond, crossing, groups_between, is_flat, is_guarded,
    no_way_in, pod_range, polices_platform, reach, user_routing,
};

/// An endpoint as far as the network goes, with what [`RouteEndpoint`] borrows.
struct Position {
    end: Endpoint,
    location: Option<Location>,
    network: Option<NetworkId>,
    beyond: Vec<(NetworkId, RouteBeyond)>,
}

impl Course<'_> {
    /// Travels through the cloud's network to another place of it, or out of it (nothing): through the security groups in between.
    pub(super) fn travel(&mut self, into: Option<Location>) {
        let out = core::mem::replace(&mut self.at, into);
        let cloud = &self.paths.snapshot.cloud;
        let machine = |l: Option<Location>| l.and_then(|l| l.interface);
        if machine(out).is_some() && machine(out) == machine(into) {
            return; // It never leaves the machine.
        }
        let is_open = |id: &InterfaceId| cloud.interface(*id).is_some_and(|interface| interface.open.is_some());
        if let Some(interface) = machine(out).filter(is_open).or(machine(into).filter(is_open)) {
            self.check(Checkpoint::Route(Routing::UnknownInterface(interface)));
            return;
        }
        if self.leads_away(out, into) {
            return;
        }
        let is_front_end = |id: &InterfaceId| cloud.interface(*id).is_some_and(|interface| interface.front_end);
        if let Some(front_end) = machine(into).filter(is_front_end).or(machine(out).filter(is_front_end)) {
            self.checks(groups_between(cloud, out, None, self.seen_there()));
            self.check(Checkpoint::Route(Routing::FrontEnd(front_end)));
            return;
        }
        let subnet = |l: Option<Location>| l.map(|l| l.subnet);
        let network = |l: Option<Location>| Some(cloud.network_of(l?.subnet)?.0);
        // An address that is in no subnet is of a network too.
        let goal = || into.is_none().then(|| self.network_of(&self.packet.to)).flatten();
        if let (Some(one), Some(other)) = (network(out), network(into).or_else(goal))
            && one != other
            && let joined = cloud.network(one).map_or(Some(false), |n| n.joins(subnet(out), other, subnet(into)))
            && joined != Some(true)
        {
            if joined.is_some() && [one, other].into_iter().filter_map(|id| cloud.network(id)).all(|n| !n.may_be_connected()) {
                self.check(Checkpoint::NotPeered(one, other));
                return;
            }
            let groups = groups_between(cloud, out, None, self.seen_there());
            self.checks(groups);
            self.check(Checkpoint::Route(Routing::UnknownPeering(one, other)));
            return;
        }
        if network(out).is_some() && network(into).is_some() && self.tunnel.is_none() {
            self.check(Checkpoint::Carriage);
        }
        let groups = groups_between(cloud, out, into, self.seen_there());
        // A Standard address is closed until a group allows, and then so is what comes through a Standard load balancer.
        let unguarded = out.is_none() && into.is_some() && groups.is_empty() && self.tunnel.is_none();
        if let Some(interface) = into.and_then(|l| l.interface).filter(|_| unguarded && self.comes_from_internet()) {
            let sku = cloud.interface(interface).and_then(|i| i.public).unwrap_or(AddressSku::Standard);
            self.check(Checkpoint::PublicAddress(interface, sku));
        } else {
            self.checks(groups);
        }
        self.expect_replies(out, into);
    }

    /// Whether packets come from there at all, and whether a route that somebody wrote leads replies somewhere else than back.
    fn expect_replies(&mut self, out: Option<Location>, into: Option<Location>) {
        let source = self.tunnel.map_or(self.packet.from, |(from, _)| self.paths.node(from));
        let is_platform = source.address.is_some_and(tags::is_platform);
        let table = || Access::of(&self.paths.snapshot.cloud, into, None).unknown_table.filter(|_| !is_platform);
        let back = self.user_routing(into, out, &source).or_else(|| table().map(Routing::UnknownTable));
        if out.is_none() && into.is_some() && self.tunnel.is_none() && !self.packet.from.assumed {
            let (from, to) = (self.position(self.packet.from.end), self.position(self.packet.to.end));
            if let Some(routing) = no_way_in(&self.seen_at(&from), &self.seen_at(&to), back) {
                self.check(Checkpoint::Route(routing));
                return;
            }
        }
        if let Some(routing) = back {
            self.check(Checkpoint::ReplyRoute(routing));
        }
    }

    /// The network that an end of the packet is in, as seen from where the packet is: of networks with the same addresses the own one, or a peered one.
    pub(super) fn network_of(&self, endpoint: &PacketEndpoint) -> Option<NetworkId> {
        let cloud = &self.paths.snapshot.cloud;
        match (endpoint.end, endpoint.address) {
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
            None => (self.seen_endpoint(self.packet.from.end), self.seen_endpoint(self.packet.to.end), false),
        }
    }

    /// An end as the cloud's network sees it: a pod on its node's network is its node.
    fn seen_endpoint(&self, end: Endpoint) -> Endpoint {
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

    /// The NAT gateway that packets to the Internet pass from here, of this node if it is one.
    pub(super) fn nat_gateway(&self, node: Option<NodeId>) -> Option<Routing> {
        Access::of(&self.paths.snapshot.cloud, self.at, node).nat
    }

    /// Whether a route that somebody wrote leads the packet somewhere else than to its destination outside; then that is told.
    pub(super) fn is_led_away(&mut self, network: Option<NetworkId>) -> bool {
        network.is_none() && self.leads_away(self.at, None)
    }

    fn leads_away(&mut self, out: Option<Location>, into: Option<Location>) -> bool {
        let goal = self.tunnel.map_or(self.packet.to, |(_, to)| self.paths.node(to));
        let Some(routing) = self.user_routing(out, into, &goal) else { return false };
        self.at = out;
        self.leave();
        self.at = into;
        self.check(Checkpoint::Route(routing));
        true
    }

    /// What a route that somebody wrote for one place does with packets to an endpoint at another, if it does not lead straight there.
    fn user_routing(&self, at: Option<Location>, there: Option<Location>, to: &PacketEndpoint) -> Option<Routing> {
        let snapshot = &self.paths.snapshot;
        let cloud = &snapshot.cloud;
        let table = cloud.subnet(at?.subnet)?.table?;
        let home = there.and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number);
        let of_node = |node: Option<NodeId>| snapshot.node(node?)?.addresses.first().copied();
        let address = match to.end {
            Endpoint::Pod(id) => {
                let own = snapshot.pod(id).filter(|e| is_flat(cloud, e));
                own.and_then(|e| e.addresses.first().copied()).or_else(|| of_node(self.paths.home_of(id)))
            }
            Endpoint::Node(id) => of_node(Some(id)),
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => to.address,
        };
        user_routing(cloud, table, address?, home)
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

    /// Crosses a node where it is not certain by which sides.
    pub(super) fn cross_by(&mut self, node: NodeId, ways: &[(Side, Side)]) {
        if !self.paths.compiled.polices_hosts() {
            return;
        }
        let rules = NodeRules::of(node, &self.paths.compiled, &self.paths.snapshot);
        let each: Vec<Vec<Checkpoint>> = ways.iter().map(|(enters, leaves)| crossing(node, rules, *enters, *leaves)).collect();
        let mut met: Vec<Checkpoint> = Vec::new();
        for checkpoint in each.iter().flatten() {
            if met.contains(checkpoint) {
                continue;
            }
            met.push(*checkpoint);
            match each.iter().all(|way| way.contains(checkpoint)) {
                true => self.check(*checkpoint),
                false => self.may_meet(*checkpoint),
            }
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

    // --- whether the network leads there -------------------------------------------------------------------------------------------------

    fn position(&self, end: Endpoint) -> Position {
        let snapshot = &self.paths.snapshot;
        let cloud = &snapshot.cloud;
        let of_node = |node| cloud.locate_node(node);
        let (location, network) = match end {
            Endpoint::Pod(id) => (self.paths.home_of(id).and_then(|node| self.paths.pod_location(id, node)), None),
            Endpoint::Node(id) => (of_node(id), None),
            Endpoint::InNetwork(network, address) => (cloud.locate_in(network, address), Some(network)),
            Endpoint::Outside(address) => {
                let network = self.network_of(&PacketEndpoint::at(address));
                (network.and_then(|network| cloud.locate_in(network, address)), network)
            }
        };
        let network = network.or_else(|| location.and_then(|l| cloud.network_of(l.subnet)).map(|(number, _)| number));
        let beyond = end.address().filter(|_| network.is_none()).map_or_else(Vec::new, |address| beyond(cloud, address));
        Position { end, location, network, beyond }
    }

    fn seen_at<'p>(&self, place: &'p Position) -> RouteEndpoint<'p> {
        let snapshot = &self.paths.snapshot;
        let cloud = &snapshot.cloud;
        let node = match place.end {
            Endpoint::Pod(id) => self.paths.home_of(id),
            Endpoint::Node(id) => Some(id),
            Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
        };
        let address = place.end.address();
        RouteEndpoint {
            is_address: address.is_some(),
            network: place.network,
            subnet: place.location.map(|l| l.subnet),
            node,
            is_pod: matches!(place.end, Endpoint::Pod(id) if snapshot.pod(id).is_some_and(|e| !e.host_network)),
            is_public: address.is_some_and(tags::is_public),
            is_platform: address.is_some_and(tags::is_platform),
            is_of_pods: address.is_some_and(|a| cloud.is_of_pods(a)),
            cast: address.map_or(Cast::One, |a| Cast::of(cloud, place.network, a)),
            is_guarded: is_guarded(cloud, place.location),
            pod_range: pod_range(cloud, node),
            access: Access::of(cloud, place.location, node),
            beyond: &place.beyond,
        }
    }

    /// Why a packet of a client does not get straight to an endpoint, or may not. Upstream: [`crate::verdict::traversal::Routing`].
    pub(super) fn hindrance(&self, client: Endpoint, to: Endpoint) -> Option<Routing> {
        if !self.paths.knows_network() {
            return None;
        }
        let (from, to) = (self.position(client), self.position(to));
        reach(&self.seen_at(&from), &self.seen_at(&to))
    }

    /// Does not get on, or may not: it leaves the client's place, and nobody knows further.
    pub(super) fn hinder(&mut self, routing: Routing) {
        self.leave();
        if routing.is_certain() {
            self.stop(StopReason::Routing(routing, self.flow()));
        } else {
            self.check(Checkpoint::Route(routing));
        }
    }
}
