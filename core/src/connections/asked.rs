//! The numbers of a question about traffic: ports, ICMP type and code.

use alloc::format;
use alloc::string::String;

use super::Traffic;
use crate::model::Protocol;

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

impl AskedTraffic {
    /// The traffic that is meant.
    ///
    /// # Errors
    /// When a protocol does not have what is given.
    pub fn of(self, protocol: Protocol) -> Result<Traffic, String> {
        let is_icmp = matches!(protocol, Protocol::ICMP | Protocol::ICMPV6);
        if !protocol.has_ports() && (self.port.is_some() || self.source_port.is_some()) {
            return Err(format!("{protocol} has no ports: leave out the port"));
        }
        if !is_icmp && (self.icmp_type.is_some() || self.icmp_code.is_some()) {
            return Err(format!("{protocol} has no ICMP type or code: ask about ICMP or ICMPv6"));
        }
        if self.icmp_code.is_some() && self.icmp_type.is_none() {
            return Err(String::from("an ICMP code has a meaning only with its type: give the type too"));
        }
        if self.port == Some(0) || self.source_port == Some(0) {
            return Err(String::from("port 0 carries no connections; write a port from 1 to 65535"));
        }
        let (source, destination) =
            if is_icmp { (self.icmp_type.map(u16::from), self.icmp_code.map(u16::from)) } else { (self.source_port, self.port) };
        Ok(Traffic { protocol, source, destination })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_belong_to_protocols() {
        let asked = AskedTraffic { port: Some(80), source_port: Some(1000), ..AskedTraffic::default() };
        assert_eq!(asked.of(Protocol::TCP), Ok(Traffic { protocol: Protocol::TCP, source: Some(1000), destination: Some(80) }));
        assert!(asked.of(Protocol::ICMP).is_err());
        let ping = AskedTraffic { icmp_type: Some(8), icmp_code: Some(0), ..AskedTraffic::default() };
        assert_eq!(ping.of(Protocol::ICMP), Ok(Traffic { protocol: Protocol::ICMP, source: Some(8), destination: Some(0) }));
        assert!(ping.of(Protocol::UDP).is_err());
        assert!(AskedTraffic { icmp_type: None, ..ping }.of(Protocol::ICMP).is_err());
        assert!(AskedTraffic { port: Some(0), ..AskedTraffic::default() }.of(Protocol::TCP).is_err());
        assert_eq!(AskedTraffic::default().of(Protocol(47)), Ok(Traffic { protocol: Protocol(47), source: None, destination: None }));
    }
}
