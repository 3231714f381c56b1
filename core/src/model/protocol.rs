//! IP protocols.

use alloc::string::{String, ToString};
use core::fmt;

/// An IP protocol by its assigned number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Protocol(pub u8);

impl Protocol {
    /// ICMP for IPv4.
    pub const ICMP: Protocol = Protocol(1);
    /// IP in IP.
    pub const IPIP: Protocol = Protocol(4);
    /// Generic routing encapsulation.
    pub const GRE: Protocol = Protocol(47);
    /// TCP.
    pub const TCP: Protocol = Protocol(6);
    /// UDP.
    pub const UDP: Protocol = Protocol(17);
    /// ICMP for IPv6.
    pub const ICMPV6: Protocol = Protocol(58);
    /// SCTP.
    pub const SCTP: Protocol = Protocol(132);

    /// Whether its packets carry ports that policies can name.
    pub const fn has_ports(self) -> bool {
        matches!(self, Protocol::TCP | Protocol::UDP | Protocol::SCTP)
    }

    /// The protocol with this name as Kubernetes writes it (`TCP`, `UDP`, `SCTP`, upper case only).
    pub fn from_kubernetes(name: &str) -> Option<Protocol> {
        match name {
            "TCP" => Some(Protocol::TCP),
            "UDP" => Some(Protocol::UDP),
            "SCTP" => Some(Protocol::SCTP),
            _ => None,
        }
    }

    /// The protocol a person means by a name in any case, or by a number.
    pub fn from_name(name: &str) -> Option<Protocol> {
        let known = [Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP, Protocol::ICMPV6];
        known.into_iter().find(|p| p.name().is_some_and(|n| n.eq_ignore_ascii_case(name))).or_else(|| name.parse().ok().map(Protocol))
    }

    /// Its usual name, for the five that policies speak of.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Protocol::TCP => Some("TCP"),
            Protocol::UDP => Some("UDP"),
            Protocol::SCTP => Some("SCTP"),
            Protocol::ICMP => Some("ICMP"),
            Protocol::ICMPV6 => Some("ICMPv6"),
            _ => None,
        }
    }

    /// By which questions call it: its usual name, else its number.
    pub fn word(self) -> String {
        self.name().map_or_else(|| self.0.to_string(), Into::into)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "protocol {}", self.0),
        }
    }
}
