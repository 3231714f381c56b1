//! The numbers of a question about traffic: ports, ICMP type and code.

use core::fmt;

use super::Traffic;
use crate::model::Protocol;

/// The port that a question is about if it does not say.
pub const USUAL_PORT: u16 = 80;

/// What a person says of the traffic, in the words of the command and the page. What is left out is left open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AskedTraffic {
    /// The destination port.
    pub port: Option<u16>,
    /// The source port.
    pub source_port: Option<u16>,
    /// The type of an ICMP message.
    pub icmp_type: Option<u8>,
    /// Its code.
    pub icmp_code: Option<u8>,
}

/// Why no traffic is what somebody asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrafficError {
    /// A port is given, and the protocol has none.
    NoPorts(Protocol),
    /// An ICMP type or code is given, and the protocol is another.
    NoIcmpType(Protocol),
    /// An ICMP code is given, which has a meaning only with its type.
    CodeWithoutType,
    /// Port 0 is given, on which nothing listens.
    PortZero,
}

impl core::error::Error for TrafficError {}

impl fmt::Display for TrafficError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrafficError::NoPorts(protocol) => write!(f, "{protocol} has no ports: leave out the port"),
            TrafficError::NoIcmpType(protocol) => write!(f, "{protocol} has no ICMP type or code: ask about ICMP or ICMPv6"),
            TrafficError::CodeWithoutType => f.write_str("an ICMP code has a meaning only with its type: give the type too"),
            TrafficError::PortZero => f.write_str("port 0 carries no connections; write a port from 1 to 65535"),
        }
    }
}

impl AskedTraffic {
    /// The traffic that is meant.
    ///
    /// # Errors
    /// When a protocol does not have what is given.
    pub fn of(self, protocol: Protocol) -> Result<Traffic, TrafficError> {
        let is_icmp = matches!(protocol, Protocol::ICMP | Protocol::ICMPV6);
        if !protocol.has_ports() && (self.port.is_some() || self.source_port.is_some()) {
            return Err(TrafficError::NoPorts(protocol));
        }
        if !is_icmp && (self.icmp_type.is_some() || self.icmp_code.is_some()) {
            return Err(TrafficError::NoIcmpType(protocol));
        }
        if self.icmp_code.is_some() && self.icmp_type.is_none() {
            return Err(TrafficError::CodeWithoutType);
        }
        if self.port == Some(0) || self.source_port == Some(0) {
            return Err(TrafficError::PortZero);
        }
        let (source, destination) =
            if is_icmp { (self.icmp_type.map(u16::from), self.icmp_code.map(u16::from)) } else { (self.source_port, self.port) };
        Ok(Traffic { protocol, source, destination })
    }
}

impl From<Traffic> for AskedTraffic {
    /// How such traffic is asked about.
    fn from(traffic: Traffic) -> Self {
        let is_icmp = matches!(traffic.protocol, Protocol::ICMP | Protocol::ICMPV6);
        let byte = |number: Option<u16>| number.filter(|_| is_icmp).and_then(|number| u8::try_from(number).ok());
        AskedTraffic {
            port: traffic.destination.filter(|_| !is_icmp),
            source_port: traffic.source.filter(|_| !is_icmp),
            icmp_type: byte(traffic.source),
            icmp_code: byte(traffic.destination),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_belong_to_protocols() {
        let asked = AskedTraffic { port: Some(80), source_port: Some(1000), ..AskedTraffic::default() };
        assert_eq!(asked.of(Protocol::TCP), Ok(Traffic { protocol: Protocol::TCP, source: Some(1000), destination: Some(80) }));
        assert_eq!(asked.of(Protocol::ICMP), Err(TrafficError::NoPorts(Protocol::ICMP)));
        let ping = AskedTraffic { icmp_type: Some(8), icmp_code: Some(0), ..AskedTraffic::default() };
        assert_eq!(ping.of(Protocol::ICMP), Ok(Traffic { protocol: Protocol::ICMP, source: Some(8), destination: Some(0) }));
        assert_eq!(ping.of(Protocol::UDP), Err(TrafficError::NoIcmpType(Protocol::UDP)));
        assert_eq!(AskedTraffic { icmp_type: None, ..ping }.of(Protocol::ICMP), Err(TrafficError::CodeWithoutType));
        let zero = AskedTraffic { port: Some(0), ..AskedTraffic::default() };
        assert_eq!(zero.of(Protocol::TCP), Err(TrafficError::PortZero));
        for (asked, protocol) in [(asked, Protocol::TCP), (ping, Protocol::ICMPV6)] {
            assert_eq!(asked.of(protocol).map(AskedTraffic::from), Ok(asked));
        }
        assert_eq!(AskedTraffic::default().of(Protocol(47)), Ok(Traffic { protocol: Protocol(47), source: None, destination: None }));
    }
}
