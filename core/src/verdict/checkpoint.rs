//! What one checkpoint answers, and the rules of those checkpoints that ask no policy.
//!
//! The rules stand here once. One flow ([`check`](super::check())), all pairs (`connectivity`) and paths ask
//! them; nobody changes an answer afterwards. What an answer depends on besides rules (where the packet goes, which address it has) is part
//! of the answer: see [`CheckpointResult::if_met`] and [`CheckpointResult::among`].

use super::trace::TraceRecorder;
use super::{Flow, Reason, UnknownFact, Verdict};
use crate::compile::{Endpoint, Whereabouts};
use crate::connections::{ConnectionId, ConnectionSet, ConnectionTable, Traffic};
use crate::language::azure::AddressSku;
use crate::model::Protocol;
use crate::policy::{Direction, EndpointToHost, Matched};
use crate::settings::{HostInput, OwnNode};
use crate::snapshot::Snapshot;
use crate::verdict::traversal::Checkpoint;

/// The port to which nodes send the packets of their pods, where a cluster brings its own network (Calico's VXLAN).
pub(crate) const VXLAN: u16 = 4789;

/// What a checkpoint answers to every packet alike, because it asks no policy. Nothing for those that ask policies.
///
/// `host_input` is what nodes do with packets that Calico leaves to them.
pub(crate) fn without_policies(checkpoint: Checkpoint, host_input: HostInput) -> Option<(Verdict, Reason)> {
    Some(match checkpoint {
        Checkpoint::Endpoint(_)
        | Checkpoint::Host { .. }
        | Checkpoint::Reply { .. }
        | Checkpoint::Group { .. }
        | Checkpoint::Carriage
        | Checkpoint::Nat(_)
        | Checkpoint::ReplyRoute(_) => return None,
        // Upstream: "Public IP addresses": Basic is open, Standard is closed until a group allows.
        Checkpoint::PublicAddress(_, sku) => {
            let verdict = if sku == AddressSku::Basic { Verdict::Allowed } else { Verdict::Denied };
            (verdict, Reason::PublicAddress(sku))
        }
        Checkpoint::NotPeered(..) => (Verdict::Denied, Reason::NotPeered),
        Checkpoint::Platform(_) => (Verdict::Allowed, Reason::Platform),
        Checkpoint::Route(routing) if routing.is_certain() => (Verdict::Denied, Reason::Route(routing)),
        Checkpoint::Route(routing) => (Verdict::CannotTell, unknown(UnknownFact::Route(routing))),
        Checkpoint::OwnHost(_, action) => match (action, host_input) {
            (EndpointToHost::Accept, _) | (EndpointToHost::Return, HostInput::Accepts) => (Verdict::Allowed, Reason::OwnHost(action)),
            (EndpointToHost::Drop, _) | (EndpointToHost::Return, HostInput::Drops) => (Verdict::Denied, Reason::OwnHost(action)),
            (EndpointToHost::Unknown, _) => (Verdict::CannotTell, unknown(UnknownFact::EndpointToHost)),
            (EndpointToHost::Return, HostInput::Unknown) => (Verdict::CannotTell, unknown(UnknownFact::HostInput)),
        },
    })
}

/// What a checkpoint does that asks no policy and stops some protocols.
pub(crate) struct ByProtocol {
    /// Those that it stops.
    stops: Stops,
    /// What it answers to them: that they do not pass, or may not.
    pub(crate) verdict: Verdict,
    /// Why.
    pub(super) reason: Reason,
    /// Why others pass.
    pub(super) otherwise: Reason,
}

/// Which protocols are stopped.
enum Stops {
    These(&'static [Protocol]),
    AllBut(&'static [Protocol]),
}

/// Protocols that NAT gateways carry. Upstream: "What is Azure NAT Gateway?": "NAT gateway supports TCP and UDP protocols only. ICMP isn't supported".
const TRANSLATED: &[Protocol] = &[Protocol::TCP, Protocol::UDP];
/// Protocols that a virtual network does not carry. Upstream: "Virtual network FAQ", "What protocols can I use in virtual networks?".
const NOT_CARRIED: &[Protocol] = &[Protocol::IPIP, Protocol::GRE];
/// Protocols in which nothing is said before a reply has come.
const ANSWERED: &[Protocol] = &[Protocol::TCP, Protocol::SCTP];

/// The same for those checkpoints that look at nothing but the protocol.
pub(crate) fn by_protocol(checkpoint: Checkpoint) -> Option<ByProtocol> {
    match checkpoint {
        Checkpoint::Carriage => {
            let stops = Stops::These(NOT_CARRIED);
            Some(ByProtocol { stops, verdict: Verdict::Denied, reason: Reason::NotCarried, otherwise: Reason::Carried })
        }
        Checkpoint::Nat(routing) => {
            let (verdict, reason) = match routing.is_certain() {
                true => (Verdict::Denied, Reason::Route(routing)),
                false => (Verdict::CannotTell, unknown(UnknownFact::Route(routing))),
            };
            Some(ByProtocol { stops: Stops::AllBut(TRANSLATED), verdict, reason, otherwise: Reason::Carried })
        }
        Checkpoint::ReplyRoute(routing) => {
            let (verdict, reason) = match routing.is_certain() {
                true => (Verdict::Denied, Reason::ReplyRoute(routing)),
                false => (Verdict::CannotTell, unknown(UnknownFact::ReplyRoute(routing))),
            };
            Some(ByProtocol { stops: Stops::These(ANSWERED), verdict, reason, otherwise: Reason::ReplyRoute(routing) })
        }
        _ => None,
    }
}

impl ByProtocol {
    /// The answer to one protocol.
    pub(super) fn answer(self, protocol: Protocol) -> (Verdict, Reason) {
        let is_stopped = match self.stops {
            Stops::These(protocols) => protocols.contains(&protocol),
            Stops::AllBut(protocols) => !protocols.contains(&protocol),
        };
        if is_stopped { (self.verdict, self.reason) } else { (Verdict::Allowed, self.otherwise) }
    }

    /// Connections that certainly pass, and those that possibly do.
    pub(crate) fn connections(&self, table: &ConnectionTable) -> [ConnectionId; 2] {
        let all_of = |protocols: &[Protocol]| {
            let set = protocols.iter().fold(ConnectionSet::default(), |set, protocol| set.union(&ConnectionSet::protocol(*protocol)));
            table.intern(set)
        };
        let rest = match self.stops {
            Stops::These(protocols) => table.difference(ConnectionId::ALL, all_of(protocols)),
            Stops::AllBut(protocols) => all_of(protocols),
        };
        [rest, if self.verdict == Verdict::CannotTell { ConnectionId::ALL } else { rest }]
    }
}

impl Verdict {
    /// The same for every connection: those that certainly pass, and those that possibly do.
    pub(crate) fn connections(self) -> [ConnectionId; 2] {
        match self {
            Verdict::Allowed => [ConnectionId::ALL; 2],
            Verdict::Denied => [ConnectionId::NONE; 2],
            Verdict::CannotTell => [ConnectionId::NONE, ConnectionId::ALL],
        }
    }

    /// What comes of several checkpoints that a packet has to pass: it passes if all let it through.
    pub(crate) fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts.into_iter().fold(Verdict::Allowed, |sum, next| match (sum, next) {
            (Verdict::Denied, _) | (_, Verdict::Denied) => Verdict::Denied,
            (Verdict::CannotTell, _) | (_, Verdict::CannotTell) => Verdict::CannotTell,
            (Verdict::Allowed, Verdict::Allowed) => Verdict::Allowed,
        })
    }
}

fn unknown(fact: UnknownFact) -> Reason {
    Reason::Unknown(alloc::vec![fact])
}

// --- endpoints, before their policies are asked ----------------------------------------------------------------------------------------

/// Whether an endpoint is one machine: a template stands for several pods.
pub(crate) fn is_single(endpoint: Endpoint, snapshot: &Snapshot) -> bool {
    match endpoint {
        Endpoint::Pod(id) => snapshot.pod(id).is_none_or(|pod| pod.replicas <= 1),
        Endpoint::Node(_) | Endpoint::Outside(_) | Endpoint::InNetwork(..) => true,
    }
}

/// Whether packets never leave the endpoint that sends them, so that they meet no policy. `single` says whether it [is one](is_single).
pub(crate) fn is_loopback(from: Endpoint, to: Endpoint, single: bool) -> bool {
    from == to && single || matches!(to, Endpoint::Outside(address) if address.is_loopback())
}

/// Whether the source is the node that the destination runs on, which may always reach it; of an endpoint of which the input gives no node,
/// possibly. `from` is where a source is that uses a node's network, `to` where a pod is that has a network of its own.
pub(crate) fn is_own_node(setting: OwnNode, from: Option<Whereabouts>, to: Option<Whereabouts>) -> Matched {
    match (setting, from, to) {
        (OwnNode::IngressAllowed, Some(from), Some(to)) => from.together(to),
        _ => Matched::No,
    }
}

/// What ingress of a pod answers where the source may be the pod's own node: `policies` is what policies do.
pub(crate) fn own_node_verdict(own_node: Matched, policies: Verdict) -> Verdict {
    match (own_node, policies) {
        (Matched::Yes, _) | (_, Verdict::Allowed) => Verdict::Allowed,
        (Matched::Possibly, _) => Verdict::CannotTell,
        (Matched::No, policies) => policies,
    }
}

/// The same for exact sets: what ingress of a pod lets through (certainly, possibly) where the source may be the pod's own node: `policies`
/// is what policies do.
pub(crate) fn own_node_connections(own_node: Matched, policies: [ConnectionId; 2]) -> [ConnectionId; 2] {
    match own_node {
        Matched::No => policies,
        Matched::Possibly => [policies[0], ConnectionId::ALL],
        Matched::Yes => [ConnectionId::ALL; 2],
    }
}

// --- what a checkpoint sees of a packet ------------------------------------------------------------------------------------------------

impl Checkpoint {
    /// The flow as it is seen there: with the address of a node in place of its pod's, or only the packet around it.
    pub(crate) fn seen(self, flow: &Flow) -> Flow {
        match self {
            Checkpoint::Group { from, to, .. } => Flow { from, to, traffic: self.traffic_seen().unwrap_or(flow.traffic) },
            checkpoint => Flow { from: checkpoint.source(flow.from), ..*flow },
        }
    }

    /// The traffic of the packet around the flow's, where that is all that is seen there.
    pub(crate) fn traffic_seen(self) -> Option<Traffic> {
        matches!(self, Checkpoint::Group { encapsulated: true, .. }).then(|| Traffic::to_port(Protocol::UDP, VXLAN))
    }

    /// Whether it is one of the cloud's network.
    pub(crate) fn is_of_cloud(self) -> bool {
        match self {
            Checkpoint::Group { .. }
            | Checkpoint::NotPeered(..)
            | Checkpoint::PublicAddress(..)
            | Checkpoint::Route(_)
            | Checkpoint::Carriage
            | Checkpoint::Nat(_)
            | Checkpoint::ReplyRoute(_)
            | Checkpoint::Platform(_) => true,
            Checkpoint::Endpoint(_) | Checkpoint::Host { .. } | Checkpoint::Reply { .. } | Checkpoint::OwnHost(..) => false,
        }
    }
}

impl Flow {
    /// The two endpoints of a packet from the side on which it is asked about: the near one, whose policies are asked, and the far one.
    pub(crate) fn near_and_far(&self, direction: Direction) -> (Endpoint, Endpoint) {
        match direction {
            Direction::Egress => (self.from, self.to),
            Direction::Ingress => (self.to, self.from),
        }
    }
}

// --- the answer ------------------------------------------------------------------------------------------------------------------------

/// What a checkpoint answers for one packet, with the rules that were asked.
#[derive(Clone, Debug)]
pub(crate) struct CheckpointResult {
    verdict: Verdict,
    reason: Reason,
    /// The rules that were asked, tier by tier.
    pub(crate) rules: TraceRecorder,
    tentative: Option<Tentative>,
    source: Option<SeenSource>,
}

/// With which address a packet comes to a checkpoint, where that is not the one of its endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SeenSource {
    /// An address as good as any that it may be.
    pub(crate) end: Endpoint,
    /// Whether it is this one.
    pub(crate) is_known: bool,
}

/// What a checkpoint answers to the packet as it is assumed, where that is not the whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Tentative {
    pub(crate) verdict: Verdict,
    pub(crate) reason: Reason,
    /// What else may be.
    pub(crate) otherwise: Otherwise,
}

/// What else may be than what is assumed of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Otherwise {
    /// It never comes to this checkpoint.
    Elsewhere,
    /// It is another packet, which gets another answer.
    OtherPacket,
}

impl CheckpointResult {
    /// What an evaluation came to.
    pub(super) fn new(verdict: Verdict, reason: Reason, rules: TraceRecorder) -> Self {
        CheckpointResult { verdict, reason, rules, tentative: None, source: None }
    }

    /// What is decided without a rule.
    pub(super) fn without_rules(verdict: Verdict, reason: Reason) -> Self {
        CheckpointResult::new(verdict, reason, TraceRecorder::default())
    }

    /// The same for a packet that comes with another address than that of its endpoint: with this one, or one as good as it.
    pub(super) fn with_source(self, end: Endpoint, is_known: bool) -> Self {
        CheckpointResult { source: Some(SeenSource { end, is_known }), ..self }
    }

    /// With which address the packet comes, where that is not the one of its endpoint.
    pub(crate) fn source(&self) -> Option<SeenSource> {
        self.source
    }

    /// The answer in a word.
    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Why.
    pub(crate) fn reason(&self) -> &Reason {
        &self.reason
    }

    /// What it would be if what is assumed of the packet held.
    pub(crate) fn tentative(&self) -> Option<&Tentative> {
        self.tentative.as_ref()
    }

    /// The answer of a checkpoint that a packet may never come to, as long as a fact is missing.
    pub(crate) fn if_met(self, fact: UnknownFact) -> Self {
        self.depends_on(fact, Otherwise::Elsewhere)
    }

    /// The answer where another packet comes here, which is not the one that is asked about.
    pub(super) fn of_another(self, fact: UnknownFact) -> Self {
        self.depends_on(fact, Otherwise::OtherPacket)
    }

    /// The answer where other packets may be meant too, as long as a fact is missing: that of all of them if they agree. `others` are the
    /// verdicts for these.
    pub(crate) fn among(self, fact: impl FnOnce() -> UnknownFact, others: impl IntoIterator<Item = Verdict>) -> Self {
        let differs = others.into_iter().any(|other| other != self.verdict);
        if differs { self.depends_on(fact(), Otherwise::OtherPacket) } else { self }
    }

    fn depends_on(self, fact: UnknownFact, otherwise: Otherwise) -> Self {
        let tentative = Tentative { verdict: self.verdict, reason: self.reason, otherwise };
        CheckpointResult { verdict: Verdict::CannotTell, reason: unknown(fact), tentative: Some(tentative), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::NodeId;
    use crate::snapshot::cloud::{InterfaceId, NetworkId};
    use crate::verdict::traversal::Routing;

    #[test]
    fn checkpoints_without_policies_answer_every_packet_alike() {
        let answer = |checkpoint, input| without_policies(checkpoint, input).map(|(verdict, _)| verdict);
        let of_node = |action| Checkpoint::OwnHost(NodeId(0), action);
        for (checkpoint, input, wanted) in [
            (Checkpoint::NotPeered(NetworkId(0), NetworkId(1)), HostInput::Unknown, Verdict::Denied),
            (Checkpoint::PublicAddress(InterfaceId(0), AddressSku::Basic), HostInput::Unknown, Verdict::Allowed),
            (Checkpoint::PublicAddress(InterfaceId(0), AddressSku::Standard), HostInput::Unknown, Verdict::Denied),
            (Checkpoint::Route(Routing::NoEgress), HostInput::Unknown, Verdict::Denied),
            (Checkpoint::Route(Routing::OwnRoutes), HostInput::Unknown, Verdict::CannotTell),
            (of_node(EndpointToHost::Accept), HostInput::Drops, Verdict::Allowed),
            (of_node(EndpointToHost::Drop), HostInput::Accepts, Verdict::Denied),
            (of_node(EndpointToHost::Return), HostInput::Accepts, Verdict::Allowed),
            (of_node(EndpointToHost::Return), HostInput::Drops, Verdict::Denied),
            (of_node(EndpointToHost::Return), HostInput::Unknown, Verdict::CannotTell),
        ] {
            assert_eq!(answer(checkpoint, input), Some(wanted), "{checkpoint:?}, {input:?}");
        }
        assert_eq!(answer(Checkpoint::Endpoint(Direction::Ingress), HostInput::Unknown), None);
    }

    #[test]
    fn connections_say_the_same_as_the_word() {
        let (none, all) = (ConnectionId::NONE, ConnectionId::ALL);
        assert_eq!(Verdict::Allowed.connections(), [all, all]);
        assert_eq!(Verdict::Denied.connections(), [none, none]);
        assert_eq!(Verdict::CannotTell.connections(), [none, all]);
    }

    #[test]
    fn a_packet_passes_where_all_checkpoints_let_it_through() {
        use Verdict::{Allowed, CannotTell, Denied};
        assert_eq!(Verdict::all([]), Allowed);
        assert_eq!(Verdict::all([Allowed, CannotTell]), CannotTell);
        assert_eq!(Verdict::all([CannotTell, Denied, Allowed]), Denied);
    }

    #[test]
    fn an_answer_that_depends_on_the_packet_keeps_what_was_assumed() {
        let result = || CheckpointResult::without_rules(Verdict::Allowed, Reason::NoPolicy);
        assert_eq!(result().among(|| UnknownFact::NodePort, [Verdict::Allowed]).verdict(), Verdict::Allowed);
        let open = result().among(|| UnknownFact::NodePort, [Verdict::Allowed, Verdict::Denied]);
        assert_eq!((open.verdict(), open.reason()), (Verdict::CannotTell, &unknown(UnknownFact::NodePort)));
        assert_eq!(open.tentative().map(|a| (a.verdict, a.otherwise)), Some((Verdict::Allowed, Otherwise::OtherPacket)));
    }
}
