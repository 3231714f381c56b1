//! Protocols and ports as people write them.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::NotChanged;
use crate::model::{Protocol, names::port_name};
use crate::policy::PortTerm;

/// A protocol, and ports of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct WantedPort {
    pub(super) protocol: Protocol,
    /// Nothing for the whole protocol.
    pub(super) port: Option<PortTerm>,
}

impl WantedPort {
    pub(super) const fn number(protocol: Protocol, port: u16) -> Self {
        WantedPort { protocol, port: Some(PortTerm::Range(port, port)) }
    }
}

/// Reads `TCP 80, 8000-8100, UDP 53, http`: a protocol counts until the next one, TCP before the first. A protocol without a port is all of it.
pub(super) fn parse(text: &str) -> Result<Vec<WantedPort>, NotChanged> {
    let mut found: Vec<WantedPort> = Vec::new();
    let mut protocol = Protocol::TCP;
    for part in text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()) {
        let mut port = None;
        let mut words = part.split([' ', '/']).filter(|word| !word.is_empty()).peekable();
        if let Some(named) = words.peek().and_then(|word| with_ports(word)) {
            protocol = named;
            words.next();
        }
        if let Some(word) = words.next() {
            port = Some(port_term(word).ok_or_else(|| NotChanged::Ports(part.into()))?);
        }
        if words.next().is_some() {
            return Err(NotChanged::Ports(part.into()));
        }
        let wanted = WantedPort { protocol, port };
        if !found.contains(&wanted) {
            found.push(wanted);
        }
    }
    Ok(found)
}

fn with_ports(word: &str) -> Option<Protocol> {
    Protocol::from_kubernetes(&word.to_uppercase())
}

fn port_term(word: &str) -> Option<PortTerm> {
    let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0);
    if let Some((first, last)) = word.split_once(['-', ':'])
        && first.bytes().all(|b| b.is_ascii_digit())
    {
        let (first, last) = (number(first)?, number(last)?);
        return (first <= last).then_some(PortTerm::Range(first, last));
    }
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return number(word).map(|port| PortTerm::Range(port, port));
    }
    port_name(word).is_ok().then(|| PortTerm::Named(word.into()))
}

/// As a list of Calico has it.
pub(super) fn calico_word(port: &PortTerm) -> String {
    match port {
        PortTerm::Range(first, last) if first == last => first.to_string(),
        PortTerm::Range(first, last) => alloc::format!("{first}:{last}"),
        PortTerm::Named(name) => name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_as_people_write_them() {
        let range = |protocol, first, last| WantedPort { protocol, port: Some(PortTerm::Range(first, last)) };
        assert_eq!(
            parse("80, udp 53,54; TCP 8000-8100, http, SCTP").unwrap(),
            [
                range(Protocol::TCP, 80, 80),
                range(Protocol::UDP, 53, 53),
                range(Protocol::UDP, 54, 54),
                range(Protocol::TCP, 8000, 8100),
                WantedPort { protocol: Protocol::TCP, port: Some(PortTerm::Named("http".into())) },
                WantedPort { protocol: Protocol::SCTP, port: None },
            ]
        );
        assert_eq!(parse(" ").unwrap(), []);
        assert_eq!(parse("TCP/80").unwrap(), [range(Protocol::TCP, 80, 80)]);
        for wrong in ["0", "70000", "90-80", "TCP 80 81", "a--b", "80-", "ICMP"] {
            assert!(matches!(parse(wrong), Err(NotChanged::Ports(_))), "{wrong}");
        }
    }
}
