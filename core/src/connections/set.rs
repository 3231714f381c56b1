//! The connection set itself.

use core::fmt;

use super::{Plane, RangeSet, USUAL_PORT};
use crate::model::Protocol;

/// Ports on the wire: 1 to 65535. Port 0 is reserved and never carries a connection, so "all ports" and "1-65535" are the same set.
const PORTS: (u16, u16) = (1, u16::MAX);
/// ICMP types and codes.
const ICMP: (u16, u16) = (0, 255);

/// One kind of traffic that a flow carries; what is left open stands for every value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Traffic {
    /// Its protocol.
    pub protocol: Protocol,
    /// Source port, or ICMP type.
    pub source: Option<u16>,
    /// Destination port, or ICMP code.
    pub destination: Option<u16>,
}

impl Traffic {
    /// What its reply carries.
    pub fn reply(self) -> Self {
        if self.protocol.has_ports() {
            return Traffic { source: self.destination, destination: self.source, ..self };
        }
        let known = ICMP_REPLIES.iter().find(|(protocol, request, _)| *protocol == self.protocol && Some(*request) == self.source);
        Traffic { source: known.map(|(.., reply)| *reply), destination: known.map(|_| 0), ..self }
    }

    /// A TCP connection to this port from any source port.
    pub const fn tcp(port: u16) -> Self {
        Self::to_port(Protocol::TCP, port)
    }

    /// A UDP packet to this port from any source port.
    pub const fn udp(port: u16) -> Self {
        Self::to_port(Protocol::UDP, port)
    }

    /// A connection to this destination port from any source port.
    pub const fn to_port(protocol: Protocol, port: u16) -> Self {
        Traffic { protocol, source: None, destination: Some(port) }
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.protocol)?;
        match (self.protocol, self.source, self.destination) {
            (Protocol::ICMP | Protocol::ICMPV6, Some(kind), Some(code)) => write!(f, " type {kind} code {code}"),
            (Protocol::ICMP | Protocol::ICMPV6, Some(kind), None) => write!(f, " type {kind}"),
            (_, Some(source), Some(port)) => write!(f, " {port} (source port {source})"),
            (_, Some(source), None) => write!(f, " with source port {source}"),
            (_, None, Some(port)) => write!(f, " {port}"),
            _ => Ok(()),
        }
    }
}

/// A canonical set of connections.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ConnectionSet {
    tcp: Plane,
    udp: Plane,
    sctp: Plane,
    icmp: Plane,
    icmpv6: Plane,
    /// One bit a protocol number. INVARIANT: the bits of the five protocols above are never set.
    other: [u64; 4],
}

/// ICMP messages that are answered: the type of the request and that of the reply. Upstream: Linux, `nf_conntrack_proto_icmp.c` (`invmap`).
const ICMP_REPLIES: [(Protocol, u16, u16); 5] =
    [(Protocol::ICMP, 8, 0), (Protocol::ICMP, 13, 14), (Protocol::ICMP, 15, 16), (Protocol::ICMP, 17, 18), (Protocol::ICMPV6, 128, 129)];

const PLANES: [Protocol; 5] = [Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP, Protocol::ICMPV6];

impl ConnectionSet {
    /// No connection.
    pub const EMPTY: ConnectionSet =
        ConnectionSet { tcp: Plane::EMPTY, udp: Plane::EMPTY, sctp: Plane::EMPTY, icmp: Plane::EMPTY, icmpv6: Plane::EMPTY, other: [0; 4] };

    /// Every connection.
    pub fn all() -> Self {
        let mut set = PLANES.into_iter().fold(ConnectionSet::default(), ConnectionSet::with_protocol);
        for protocol in (0..=u8::MAX).map(Protocol).filter(|protocol| !PLANES.contains(protocol)) {
            set.set_other(protocol);
        }
        set
    }

    /// Every connection of one protocol.
    pub fn protocol(protocol: Protocol) -> Self {
        ConnectionSet::default().with_protocol(protocol)
    }

    /// Connections of a protocol with ports to `first..=last`, from any source port. Nothing for a protocol without ports.
    pub fn ports(protocol: Protocol, first: u16, last: u16) -> Self {
        if protocol.has_ports() { Self::of(protocol, None, Some((first, last))) } else { ConnectionSet::default() }
    }

    /// Connections of a protocol whose source port (or ICMP type) and destination port (or ICMP code) lie in these ranges; a range left
    /// out is every value. For protocols with neither, every connection of the protocol.
    pub fn of(protocol: Protocol, source: Option<(u16, u16)>, destination: Option<(u16, u16)>) -> Self {
        let mut set = ConnectionSet::default();
        let (low, high) = if protocol.has_ports() { PORTS } else { ICMP };
        let clip = |range: Option<(u16, u16)>| {
            let (first, last) = range.unwrap_or((low, high));
            RangeSet::range(first.max(low), last.min(high))
        };
        match set.plane_mut(protocol) {
            Some(plane) => *plane = Plane::product(&clip(source), &clip(destination)),
            None => set.set_other(protocol),
        }
        set
    }

    /// The connections that a [`Traffic`] stands for.
    pub fn of_traffic(traffic: Traffic) -> Self {
        let point = |value: Option<u16>| value.map(|v| (v, v));
        Self::of(traffic.protocol, point(traffic.source), point(traffic.destination))
    }

    fn with_protocol(mut self, protocol: Protocol) -> Self {
        let (low, high) = if protocol.has_ports() { PORTS } else { ICMP };
        let full = RangeSet::range(low, high);
        match self.plane_mut(protocol) {
            Some(plane) => *plane = Plane::product(&full, &full),
            None => self.set_other(protocol),
        }
        self
    }

    fn set_other(&mut self, protocol: Protocol) {
        if let Some(word) = self.other.get_mut(usize::from(protocol.0 / 64)) {
            *word |= 1 << (protocol.0 % 64);
        }
    }

    /// Source ports by destination ports (types by codes for ICMP); nothing for protocols that have neither.
    pub fn plane(&self, protocol: Protocol) -> Option<&Plane> {
        match protocol {
            Protocol::TCP => Some(&self.tcp),
            Protocol::UDP => Some(&self.udp),
            Protocol::SCTP => Some(&self.sctp),
            Protocol::ICMP => Some(&self.icmp),
            Protocol::ICMPV6 => Some(&self.icmpv6),
            _ => None,
        }
    }

    fn plane_mut(&mut self, protocol: Protocol) -> Option<&mut Plane> {
        match protocol {
            Protocol::TCP => Some(&mut self.tcp),
            Protocol::UDP => Some(&mut self.udp),
            Protocol::SCTP => Some(&mut self.sctp),
            Protocol::ICMP => Some(&mut self.icmp),
            Protocol::ICMPV6 => Some(&mut self.icmpv6),
            _ => None,
        }
    }

    /// Protocol numbers besides TCP, UDP, SCTP, ICMP and ICMPv6 that are in the set, ascending.
    pub fn other_protocols(&self) -> impl Iterator<Item = Protocol> + '_ {
        (0..=u8::MAX).filter(|p| self.other.get(usize::from(p / 64)).is_some_and(|w| w >> (p % 64) & 1 == 1)).map(Protocol)
    }

    /// Whether no connection is in it.
    pub fn is_empty(&self) -> bool {
        *self == ConnectionSet::EMPTY
    }

    /// One connection of it, as a person would ask about it: to port 80 if it holds that, else to its lowest port; from any source port if it holds
    /// all of them.
    pub fn example(&self) -> Option<Traffic> {
        let planes = PLANES.into_iter().filter_map(|protocol| Some((protocol, self.plane(protocol)?)));
        let of_plane = planes.filter_map(|(protocol, plane)| {
            let lowest = |(source, _, ports): (u16, u16, &RangeSet)| {
                let destination = if protocol.has_ports() && ports.contains(USUAL_PORT) { USUAL_PORT } else { ports.iter().next()?.0 };
                Some((destination != USUAL_PORT, destination, source))
            };
            let (_, destination, source) = plane.bands().filter_map(lowest).min()?;
            Some(Traffic { protocol, source: Some(source), destination: Some(destination) })
        });
        let other = self.other_protocols().map(|protocol| Traffic { protocol, source: None, destination: None });
        let traffic = of_plane.chain(other).next()?;
        let from_any = Traffic { source: None, ..traffic };
        let is_whole = traffic.protocol.has_ports() && ConnectionSet::of_traffic(from_any).difference(self).is_empty();
        Some(if is_whole { from_any } else { traffic })
    }

    /// Whether it holds a connection with exactly these values.
    pub fn contains(&self, protocol: Protocol, source: u16, destination: u16) -> bool {
        match self.plane(protocol) {
            Some(plane) => plane.contains(source, destination),
            None => self.other.get(usize::from(protocol.0 / 64)).is_some_and(|w| w >> (protocol.0 % 64) & 1 == 1),
        }
    }

    /// Connections in either.
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, Plane::union, |a, b| a | b)
    }

    /// Connections in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, Plane::intersection, |a, b| a & b)
    }

    /// Connections of this set that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, Plane::difference, |a, b| a & !b)
    }

    fn combine(&self, other: &Self, planes: impl Fn(&Plane, &Plane) -> Plane, words: impl Fn(u64, u64) -> u64) -> Self {
        let mut result = ConnectionSet {
            tcp: planes(&self.tcp, &other.tcp),
            udp: planes(&self.udp, &other.udp),
            sctp: planes(&self.sctp, &other.sctp),
            icmp: planes(&self.icmp, &other.icmp),
            icmpv6: planes(&self.icmpv6, &other.icmpv6),
            other: [0; 4],
        };
        for ((slot, a), b) in result.other.iter_mut().zip(self.other).zip(other.other) {
            *slot = words(a, b);
        }
        result
    }

    /// Packets with packets inside: VXLAN and IP in IP. Calico drops them where pods send them, so that under Calico "all connections" are all but these.
    pub fn encapsulated() -> Self {
        Self::ports(Protocol::UDP, 4789, 4789).union(&Self::protocol(Protocol(4)))
    }

    /// The connections whose replies are in this set: the ports of a reply are those of the request the other way round, an ICMP request is answered
    /// by its reply. Messages that nothing answers are in no such set; see [`unanswered`](Self::unanswered).
    pub fn answered_by(&self) -> Self {
        let mut requests = ConnectionSet {
            tcp: self.tcp.swapped(),
            udp: self.udp.swapped(),
            sctp: self.sctp.swapped(),
            other: self.other,
            ..ConnectionSet::default()
        };
        for (protocol, request, reply) in ICMP_REPLIES {
            if self.contains(protocol, reply, 0) {
                requests = requests.union(&ConnectionSet::of(protocol, Some((request, request)), None));
            }
        }
        requests
    }

    /// ICMP messages that are no requests.
    pub fn unanswered() -> Self {
        let all = ConnectionSet::protocol(Protocol::ICMP).union(&ConnectionSet::protocol(Protocol::ICMPV6));
        ICMP_REPLIES
            .iter()
            .fold(all, |rest, (protocol, request, _)| rest.difference(&ConnectionSet::of(*protocol, Some((*request, *request)), None)))
    }

    /// Which TCP, UDP and SCTP connections are missing, where these are told in fewer ranges than those that are there: "all except TCP 6060". Nothing
    /// for sets that are said as they are, such as those with one port of TCP and all of the others: what is missing of a protocol must not take more
    /// ranges than what is there of it.
    pub fn all_except(&self) -> Option<Self> {
        // Most sets lack a protocol as a whole, and every set that is printed comes by here.
        if [&self.tcp, &self.udp, &self.sctp].iter().any(|plane| plane.is_empty()) {
            return None;
        }
        let missing = ConnectionSet::all().with_ports_only().difference(self);
        let ranges = |plane: Option<&Plane>| plane.into_iter().flat_map(Plane::bands).map(|(.., ports)| ports.iter().len()).sum::<usize>();
        let counts = PLANES.iter().filter(|p| p.has_ports()).map(|p| (ranges(missing.plane(*p)), ranges(self.plane(*p))));
        let (mut lacks, mut has) = (0, 0);
        for (lacking, there) in counts {
            if lacking > there {
                return None;
            }
            (lacks, has) = (lacks + lacking, has + there);
        }
        (!missing.is_empty() && lacks < has).then_some(missing)
    }

    /// The part that policies of Kubernetes are certain to speak of: TCP, UDP and SCTP.
    pub fn with_ports_only(&self) -> Self {
        ConnectionSet { tcp: self.tcp.clone(), udp: self.udp.clone(), sctp: self.sctp.clone(), ..ConnectionSet::default() }
    }
}

impl fmt::Display for ConnectionSet {
    /// `everything`, `nothing`, or protocols with their destination ports: `TCP 80, 443; UDP 53; other protocols`, `everything except TCP 6060`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing");
        }
        let all = ConnectionSet::all();
        if *self == all {
            return f.write_str("everything");
        }
        if let Some(missing) = self.all_except().filter(|ports| *ports == all.difference(self)) {
            return write!(f, "everything except {missing}");
        }
        let mut separator = "";
        for protocol in PLANES {
            let (Some(plane), Some(whole)) = (self.plane(protocol), all.plane(protocol)) else { continue };
            if plane.is_empty() {
                continue;
            }
            write!(f, "{separator}{protocol}")?;
            separator = "; ";
            if plane != whole {
                write_plane(f, protocol, plane)?;
            }
        }
        if self.other == all.other {
            write!(f, "{separator}other protocols")?;
        } else {
            for protocol in self.other_protocols() {
                write!(f, "{separator}{protocol}")?;
                separator = "; ";
            }
        }
        Ok(())
    }
}

fn write_plane(f: &mut fmt::Formatter<'_>, protocol: Protocol, plane: &Plane) -> fmt::Result {
    let (low, high) = if protocol.has_ports() { PORTS } else { ICMP };
    let (first_word, second_word) = if protocol.has_ports() { ("source ports", "to ports") } else { ("type", "code") };
    let number =
        |f: &mut fmt::Formatter<'_>, first: u16, last: u16| if first == last { write!(f, "{first}") } else { write!(f, "{first}-{last}") };
    for (i, (first, last, seconds)) in plane.bands().enumerate() {
        f.write_str(if i == 0 { " " } else { ", " })?;
        let every_first = (first, last) == (low, high);
        let every_second = seconds.iter().eq([(low, high)]);
        if !every_first {
            write!(f, "{first_word} ")?;
            number(f, first, last)?;
            if every_second {
                continue;
            }
            write!(f, " {second_word} ")?;
        }
        for (j, (a, b)) in seconds.iter().enumerate() {
            f.write_str(if j == 0 { "" } else { ", " })?;
            number(f, a, b)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn tcp(first: u16, last: u16) -> ConnectionSet {
        ConnectionSet::ports(Protocol::TCP, first, last)
    }

    #[test]
    fn equal_sets_are_equal_values() {
        assert_eq!(tcp(1, 79).union(&tcp(80, 65535)), ConnectionSet::protocol(Protocol::TCP));
        assert_eq!(tcp(0, 65535), ConnectionSet::protocol(Protocol::TCP));
        let holed = ConnectionSet::all().difference(&tcp(80, 80));
        assert_eq!(holed.union(&tcp(80, 80)), ConnectionSet::all());
        assert!(holed.intersection(&tcp(80, 80)).is_empty());
    }

    #[test]
    fn source_ports_are_a_dimension_of_their_own() {
        let from_high = ConnectionSet::of(Protocol::TCP, Some((1024, 65535)), Some((80, 80)));
        let rest = tcp(80, 80).difference(&from_high);
        assert!(rest.contains(Protocol::TCP, 1023, 80) && !rest.contains(Protocol::TCP, 1024, 80));
        assert_eq!(rest.union(&from_high), tcp(80, 80));
        assert_eq!(rest.to_string(), "TCP source ports 1-1023 to ports 80");
    }

    #[test]
    fn a_reply_has_the_ports_the_other_way_round() {
        let request = Traffic { protocol: Protocol::TCP, source: None, destination: Some(80) };
        assert_eq!(request.reply(), Traffic { protocol: Protocol::TCP, source: Some(80), destination: None });
        let replies = ConnectionSet::of(Protocol::TCP, Some((80, 81)), Some((1024, 65535)));
        assert_eq!(replies.answered_by(), ConnectionSet::of(Protocol::TCP, Some((1024, 65535)), Some((80, 81))));
        assert_eq!(replies.answered_by().answered_by(), replies);
        let pong = ConnectionSet::of(Protocol::ICMP, Some((0, 0)), None);
        assert_eq!(pong.answered_by(), ConnectionSet::of(Protocol::ICMP, Some((8, 8)), None));
        assert!(ConnectionSet::unanswered().contains(Protocol::ICMP, 3, 4) && !ConnectionSet::unanswered().contains(Protocol::ICMP, 8, 0));
        assert_eq!(ConnectionSet::all().answered_by().union(&ConnectionSet::unanswered()), ConnectionSet::all());
    }

    #[test]
    fn display_names_what_is_in_it() {
        assert_eq!(ConnectionSet::all().to_string(), "everything");
        assert_eq!(ConnectionSet::default().to_string(), "nothing");
        let some = tcp(80, 80).union(&tcp(443, 445)).union(&ConnectionSet::ports(Protocol::UDP, 53, 53));
        assert_eq!(some.to_string(), "TCP 80, 443-445; UDP 53");
        let ping = ConnectionSet::of(Protocol::ICMP, Some((8, 8)), None).union(&ConnectionSet::protocol(Protocol(47)));
        assert_eq!(ping.to_string(), "ICMP type 8; protocol 47");
        assert_eq!(ConnectionSet::ports(Protocol::ICMP, 1, 2), ConnectionSet::default());
    }

    #[test]
    fn a_set_with_few_holes_is_told_by_what_is_missing() {
        let debug = tcp(6060, 6060);
        let holed = ConnectionSet::all().difference(&debug);
        assert_eq!(holed.to_string(), "everything except TCP 6060");
        assert_eq!(holed.with_ports_only().all_except(), Some(debug));
        // Not where it would be longer, or where a protocol is missing as a whole.
        assert_eq!(tcp(80, 80).all_except(), None);
        assert_eq!(ConnectionSet::all().all_except(), None);
        assert_eq!(ConnectionSet::protocol(Protocol::TCP).difference(&tcp(80, 80)).all_except(), None);
        // ICMP is told apart: what is said must be all that is missing.
        assert_eq!(holed.with_ports_only().to_string(), "TCP 1-6059, 6061-65535; UDP; SCTP");
    }
}
