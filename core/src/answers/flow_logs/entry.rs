//! One entry of a log, as its format writes it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::broken::Broken;
use super::time::Moment;
use super::{LogFormat, LogVerdict, SeenAt, SetAside};
use crate::connections::Traffic;

/// What an entry is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Entry {
    /// A flow with what became of it.
    Flow(Box<Logged>),
    /// Something that says nothing of a new connection.
    Aside(SetAside),
    /// It cannot be read.
    Broken(Broken),
}

/// A flow with what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Logged {
    /// Where it started.
    pub(super) from: LoggedEnd,
    /// Where it went.
    pub(super) to: LoggedEnd,
    /// What it carried, without the source port, which is another for every connection.
    pub(super) traffic: Traffic,
    /// What became of it.
    pub(super) verdict: LogVerdict,
    /// Which end saw it.
    pub(super) seen: SeenAt,
    /// When it was first and last seen.
    pub(super) times: Option<(Moment, Moment)>,
}

/// An end as a log describes it. What is empty is not said.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct LoggedEnd {
    /// The kind of the end, as far as it is said.
    pub(super) kind: EndKind,
    /// Its namespace.
    pub(super) namespace: String,
    /// Its name.
    pub(super) name: Name,
    /// The workloads that made it: kind and name.
    pub(super) workloads: Vec<(String, String)>,
    /// Its labels: key and value.
    pub(super) labels: Vec<(String, String)>,
    /// Its address.
    pub(super) address: Option<IpAddr>,
    /// The virtual network that the log is about.
    pub(super) network: String,
}

/// The name of an end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) enum Name {
    /// None is given.
    #[default]
    None,
    /// A pod's, node's or host endpoint's own.
    Own(String),
    /// What the names of several pods begin with: `cart-` of `cart-*`.
    Prefix(String),
    /// As a person writes it in a question.
    Written(String),
}

/// What kind of end a log says it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) enum EndKind {
    /// It is not said.
    #[default]
    Unknown,
    /// A pod.
    Pod,
    /// A node.
    Node,
    /// Something outside the cluster.
    Outside,
    /// Somewhere on the Internet.
    Internet,
    /// Somewhere with a private address.
    Private,
    /// An address of one of Calico's network sets.
    NetworkSet,
    /// A part of the engine itself: Cilium's health checks, say.
    Engine,
}

/// What reads one value of a log hands over.
pub(super) trait Take {
    /// An entry of a format, that stands at a byte of the value.
    fn take(&mut self, format: LogFormat, at: u32, entry: Entry);
}
