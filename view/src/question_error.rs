//! Why a question cannot be answered.

use std::fmt;

use netpolis_core::connections::TrafficError;
use netpolis_core::endpoints::NotFound;
use netpolis_core::path::NotAsked;
use netpolis_core::settings::table::Refused;

/// A plain sentence for the screen, with code in backticks. What crosses to the page says in this way why there is no answer.
pub type Sentence = String;

/// Why a question cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuestionError {
    /// A flow without source or destination.
    NoEnds,
    /// A path without client or target.
    NoPathEnds,
    /// Nothing has this name.
    UnknownName(String),
    /// No node has this name.
    UnknownNode(String),
    /// No virtual machine has this name.
    UnknownMachine(String),
    /// The Ingress controller is asked about, and there is no Ingress.
    NoIngress,
    /// The core knows no such endpoint.
    Endpoint(NotFound),
    /// No protocol has this name.
    Protocol(String),
    /// The protocol does not have what is given.
    Traffic(TrafficError),
    /// No way to reach a Service has this word.
    Entry(String),
    /// The core cannot follow such a packet.
    Path(NotAsked),
    /// Nothing can be compared that is written like this.
    Comparison(String),
    /// The comparison is with a setting that there is not.
    Setting(Refused),
}

impl std::error::Error for QuestionError {}

impl fmt::Display for QuestionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use QuestionError as Q;
        match self {
            Q::NoEnds => f.write_str("choose a source and a destination"),
            Q::NoPathEnds => f.write_str("choose a client and a target"),
            Q::UnknownName(name) => write!(f, "nothing in these files has the name `{name}`: choose a workload, or enter an address"),
            Q::UnknownNode(name) => write!(f, "there is no node `{name}` in these files"),
            Q::UnknownMachine(name) => write!(f, "there is no machine `{name}` in these files"),
            Q::NoIngress => f.write_str("there is no Ingress in these files, and therefore no Ingress controller"),
            Q::Protocol(name) => {
                write!(f, "`{name}` is not a protocol: enter TCP, UDP, SCTP, ICMP, ICMPv6 or a number from 0 to 255")
            }
            Q::Entry(word) => {
                write!(f, "`{word}` is not a way to reach a Service: enter cluster-ip, node-port, load-balancer or external-ip")
            }
            Q::Comparison(change) => write!(f, "`{change}` cannot be compared"),
            Q::Endpoint(error) => error.fmt(f),
            Q::Traffic(error) => error.fmt(f),
            Q::Path(error) => error.fmt(f),
            Q::Setting(error) => error.fmt(f),
        }
    }
}

impl From<TrafficError> for QuestionError {
    fn from(error: TrafficError) -> Self {
        QuestionError::Traffic(error)
    }
}

impl From<NotAsked> for QuestionError {
    fn from(error: NotAsked) -> Self {
        QuestionError::Path(error)
    }
}
