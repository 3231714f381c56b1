//! Protocols and ports: what a click on a cell, an arrow or a name asks, and what a person writes into a port's field.

use std::fmt;

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::{PathQuestion, PortView, Question, SceneView, has_ports};

/// A protocol, with a port if it has ports and one is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficView {
    /// `TCP`, `UDP`, …
    pub protocol: String,
    /// The destination port.
    pub port: Option<u16>,
}

impl fmt::Display for TrafficView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = if self.protocol.is_empty() { "TCP" } else { &self.protocol };
        match self.port {
            Some(port) => write!(f, "{protocol} {port}"),
            None => f.write_str(protocol),
        }
    }
}

/// Ports of a protocol, from the first to the last.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Tsify)]
pub struct PortsView {
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
}

impl PortsView {
    pub(crate) fn has(&self, protocol: &str, port: u16) -> bool {
        self.protocol == protocol && self.first <= port && port <= self.last
    }

    /// The port of it that a question best asks for: one that is offered, its only one, the best known, the first.
    fn telling(&self, offered: &[PortView]) -> u16 {
        let known = [80, 443].into_iter().filter(|port| self.has(&self.protocol, *port));
        let offers = offered.iter().filter(|p| self.has(&p.protocol, p.port)).map(|p| p.port);
        offers.chain(known).next().unwrap_or(self.first)
    }
}

impl SceneView {
    /// Ports that an end offers: those that its pods declare, and those that Services send to.
    pub fn offers(&self, end: usize) -> Vec<PortView> {
        let declared = self.ends.get(end).map_or(&[][..], |e| e.ports.as_slice());
        let behind = self.targets.iter().filter(|t| t.ends.contains(&(end as u32))).flat_map(|t| &t.pod_ports);
        let mut offers: Vec<PortView> = Vec::new();
        for port in declared.iter().chain(behind) {
            if !offers.iter().any(|o| o.port == port.port && o.protocol == port.protocol) {
                offers.push(port.clone());
            }
        }
        offers
    }

    /// A question about the whole way to another target, from the same client: at the port that the target has first.
    pub fn question_to(&self, to: String, before: &PathQuestion) -> PathQuestion {
        let target = self.target(&to).map(|target| (target.protocol.clone(), target.port));
        let own = || self.find(&to).and_then(|end| self.ends.get(end)?.ports.first()).map(|p| (p.protocol.clone(), Some(p.port)));
        let (protocol, port) = target.or_else(own).unwrap_or((before.protocol.clone(), None));
        PathQuestion { from: before.from.clone(), to, protocol, port, ..PathQuestion::default() }
    }

    /// The question between two ends, by their keys, after another question: a port that passes between them, or that the receiver offers.
    /// The port that was asked for before stays if it is one of these.
    pub fn question(&self, from: &str, to: &str, before: &Question) -> Question {
        let asked = Question { from: from.into(), to: to.into(), ..before.clone() };
        let (from, to) = (self.find(from), self.find(to));
        let passing = from.zip(to).map_or(&[][..], |(from, to)| self.between(from, to).ports.as_slice());
        let offers = to.map(|to| self.offers(to)).unwrap_or_default();
        let protocol = if before.protocol.is_empty() { "TCP" } else { before.protocol.as_str() };
        let with = |protocol: &str, port: u16| Question {
            protocol: protocol.into(),
            port: Some(port),
            source_port: None,
            icmp_type: None,
            icmp_code: None,
            ..asked.clone()
        };
        if !passing.is_empty() {
            if before.port.is_some_and(|port| passing.iter().any(|p| p.has(protocol, port))) {
                return asked;
            }
            let offered = offers.iter().find(|o| passing.iter().any(|p| p.has(&o.protocol, o.port)));
            let narrow = passing.iter().min_by_key(|p| p.last - p.first);
            return match (offered, narrow) {
                (Some(offer), _) => with(&offer.protocol, offer.port),
                (None, Some(ports)) => with(&ports.protocol, ports.telling(&offers)),
                (None, None) => asked,
            };
        }
        let is_offered = offers.iter().any(|o| o.protocol == protocol && Some(o.port) == before.port);
        match offers.first() {
            Some(offer) if has_ports(protocol) && !is_offered && before.to != asked.to => with(&offer.protocol, offer.port),
            _ => asked,
        }
    }
}

// --- a port as it is written ----------------------------------------------------------------------

/// Names of ports that everybody knows; where the name does not say it, for either protocol.
const KNOWN: [(&str, Option<&str>, u16); 26] = [
    ("amqp", Some("TCP"), 5672),
    ("dns", None, 53),
    ("domain", None, 53),
    ("elasticsearch", Some("TCP"), 9200),
    ("etcd", Some("TCP"), 2379),
    ("http", Some("TCP"), 80),
    ("https", Some("TCP"), 443),
    ("imap", Some("TCP"), 143),
    ("kafka", Some("TCP"), 9092),
    ("kerberos", None, 88),
    ("ldap", Some("TCP"), 389),
    ("ldaps", Some("TCP"), 636),
    ("memcached", Some("TCP"), 11211),
    ("mongodb", Some("TCP"), 27017),
    ("mssql", Some("TCP"), 1433),
    ("mysql", Some("TCP"), 3306),
    ("nats", Some("TCP"), 4222),
    ("ntp", Some("UDP"), 123),
    ("postgres", Some("TCP"), 5432),
    ("postgresql", Some("TCP"), 5432),
    ("rdp", Some("TCP"), 3389),
    ("redis", Some("TCP"), 6379),
    ("smtp", Some("TCP"), 25),
    ("snmp", Some("UDP"), 161),
    ("ssh", Some("TCP"), 22),
    ("syslog", Some("UDP"), 514),
];

/// What was written into a port's field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrittenPort {
    /// Nothing: any port.
    Any,
    /// A number.
    Number(u16),
    /// A name, with what it stands for and a sentence that says so.
    Named {
        /// What it stands for; the protocol only where the name says it.
        protocol: Option<String>,
        /// The port.
        port: u16,
        /// `http is port 8080, as web declares it`.
        sentence: String,
    },
    /// The beginning of a name: nothing yet.
    Begun,
    /// No port, with what to do in a sentence.
    Wrong(String),
}

/// What stands below a port's field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortNote {
    /// In sentences, with code in backticks.
    pub text: String,
    /// Whether it says that there is no such port.
    pub wrong: bool,
}

impl WrittenPort {
    /// What is asked for: a port or any, with the protocol where a name says it; nothing where what is written is no port yet.
    pub fn asked(self) -> Option<(Option<u16>, Option<String>)> {
        match self {
            WrittenPort::Any => Some((None, None)),
            WrittenPort::Number(port) => Some((Some(port), None)),
            WrittenPort::Named { protocol, port, .. } => Some((Some(port), protocol)),
            WrittenPort::Begun | WrittenPort::Wrong(_) => None,
        }
    }

    /// What there is to say of it: `text` is what is written, `done` whether the person has left the field, `asked` what the answer is for meanwhile.
    pub fn note(&self, text: &str, done: bool, asked: Option<u16>) -> Option<PortNote> {
        let wrong = match self {
            WrittenPort::Wrong(sentence) => sentence.clone(),
            WrittenPort::Begun if done => format!("`{}` is not a port: enter a number from 1 to 65535", text.trim()),
            WrittenPort::Named { sentence, .. } => return Some(PortNote { text: sentence.clone(), wrong: false }),
            _ => return None,
        };
        let stays = asked.map_or_else(|| "any port".to_owned(), |port| port.to_string());
        Some(PortNote { text: format!("{wrong}. The answer is for {stays}."), wrong: true })
    }
}

/// Reads a port as it is written; `declared` are the ports of the receiver, which is called `receiver`.
pub fn written_port(text: &str, declared: &[PortView], receiver: &str) -> WrittenPort {
    let text = text.trim();
    if text.is_empty() {
        return WrittenPort::Any;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.parse::<u16>() {
            Ok(port) if port > 0 => WrittenPort::Number(port),
            _ => WrittenPort::Wrong(format!("`{text}` is not a port: ports are 1 to 65535")),
        };
    }
    if let Some(own) = declared.iter().find(|p| p.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(text))) {
        let sentence = format!("{text} is {} {}, as {receiver} declares it", own.protocol, own.port);
        return WrittenPort::Named { protocol: Some(own.protocol.clone()), port: own.port, sentence };
    }
    let lower = text.to_ascii_lowercase();
    if let Some((_, protocol, port)) = KNOWN.iter().find(|(name, ..)| *name == lower) {
        let sentence = format!("{lower} is port {port}");
        return WrittenPort::Named { protocol: protocol.map(str::to_owned), port: *port, sentence };
    }
    let names = declared.iter().filter_map(|p| p.name.as_deref()).chain(KNOWN.iter().map(|(name, ..)| *name));
    if names.into_iter().any(|name| name.to_ascii_lowercase().starts_with(&lower)) {
        return WrittenPort::Begun;
    }
    let named: Vec<String> = declared.iter().filter_map(|p| p.name.as_deref()).map(|name| format!("`{name}`")).collect();
    let or = if named.is_empty() { String::new() } else { format!(", or {} of {receiver}", named.join(", ")) };
    WrittenPort::Wrong(format!("`{text}` is not a port: enter a number from 1 to 65535{or}"))
}

#[cfg(test)]
mod tests;
