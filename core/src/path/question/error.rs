//! Why a question about a path means nothing.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::connections::TrafficError;
use crate::endpoints::NotFound;
use crate::model::Protocol;

/// Names that are offered instead of one that is not there, at most.
const OFFERED: usize = 4;

/// Why a question means nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NotAsked {
    /// No endpoint has the name, or several have it.
    Endpoint(NotFound),
    /// The protocol does not have what is given.
    Traffic(TrafficError),
    /// What stands for the port of a URL is none.
    UrlPort(String),
    /// No Ingress is for the host of a URL.
    Host {
        /// The host.
        host: String,
        /// Hosts that Ingresses are for.
        hosts: Vec<String>,
    },
    /// There is no object of this name.
    Missing {
        /// What was looked for: `Service`, `Ingress` or `node`.
        kind: &'static str,
        /// The name.
        name: String,
        /// Names that there are.
        names: Vec<String>,
    },
    /// Two Services have the name.
    Ambiguous {
        /// The name.
        name: String,
        /// Both in full.
        titles: [String; 2],
    },
    /// The Service does not have the port.
    ServicePort {
        /// The Service in full.
        service: String,
        /// The protocol.
        protocol: Protocol,
        /// The port.
        port: u16,
        /// The ports that it has, each with where it leads.
        ports: Vec<String>,
    },
}

impl core::error::Error for NotAsked {}

impl fmt::Display for NotAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAsked::Endpoint(error) => error.fmt(f),
            NotAsked::Traffic(error) => error.fmt(f),
            NotAsked::UrlPort(text) => write!(f, "`{text}` is not a port"),
            NotAsked::Host { host, hosts } => {
                write!(f, "no Ingress has the host `{host}`; ")?;
                if hosts.is_empty() { f.write_str("no Ingress has a host") } else { write!(f, "there is {}", quoted(hosts)) }
            }
            NotAsked::Missing { kind, name, names } => {
                write!(f, "there is no {kind} `{name}`; ")?;
                if names.is_empty() { f.write_str("there are none") } else { write!(f, "there is, for example, {}", quoted(names)) }
            }
            NotAsked::Ambiguous { name, titles: [one, other] } => {
                write!(f, "`{name}` could be `{one}` or `{other}`; write it in full")
            }
            NotAsked::ServicePort { service, protocol, port, ports } => {
                write!(f, "Service `{service}` has no port {protocol} {port}; it has {}", ports.join(", "))
            }
        }
    }
}

impl From<NotFound> for NotAsked {
    fn from(error: NotFound) -> Self {
        NotAsked::Endpoint(error)
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().take(OFFERED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn what_is_missing_is_said_with_what_there_is() {
        let names: Vec<String> = ["a", "b", "c", "d", "e"].map(String::from).into();
        let missing = NotAsked::Missing { kind: "node", name: "x".into(), names };
        assert_eq!(missing.to_string(), "there is no node `x`; there is, for example, `a`, `b`, `c`, `d`");
        let none = NotAsked::Missing { kind: "Service", name: "x".into(), names: Vec::new() };
        assert_eq!(none.to_string(), "there is no Service `x`; there are none");
        assert_eq!(
            NotAsked::Host { host: "x.example".into(), hosts: Vec::new() }.to_string(),
            "no Ingress has the host `x.example`; no Ingress has a host"
        );
        assert_eq!(NotAsked::Traffic(TrafficError::NoPorts(Protocol::ICMP)).to_string(), "ICMP has no ports: leave out the port");
    }
}
