//! What an answer holds: hops, branches with their shares, and what they come to together.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::packet::{Packet, PacketEndpoint, Place, Stop, Tls, Translation};
use super::placed::Placed;
use super::report::citations::Basis;
use super::report::declared::Declared;
use super::shares::Share;
use super::tables::{Entry, Target};
use crate::explain::CheckpointTrace;
use crate::model::Protocol;
use crate::snapshot::NodeId;
use crate::verdict::Verdict;

/// One hop of a route: a place, a checkpoint, or the end.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Hop {
    /// What it is.
    pub kind: HopKind,
    /// A name for it.
    pub title: String,
    /// What happens here, in a sentence.
    pub text: String,
    /// The packet as it comes here.
    pub arrives: Packet,
    /// The packet as it leaves.
    pub leaves: Packet,
    /// What is done to it, in this order.
    pub translations: Vec<Translation>,
    /// Whether it gets past here.
    pub verdict: Verdict,
    /// Whether it comes here at all.
    pub reached: bool,
    /// The upstream text that this rests on.
    pub basis: Option<Basis>,
}

/// What a [`Hop`] is.
#[derive(Clone, Debug)]
pub enum HopKind {
    /// A place, where addresses may change.
    Place(Place),
    /// A checkpoint, with everything that led to its verdict.
    Check(Box<Placed<CheckpointTrace>>),
    /// The end of the route: nothing leads on, for a reason that is no policy.
    Stop(Stop),
    /// Whether it goes on from here cannot be told.
    Doubt,
}

/// What the application sees in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ApplicationView {
    /// Where the connection comes from, by its socket.
    pub address: PacketEndpoint,
    /// What the last proxy writes into `X-Forwarded-For`.
    pub forwarded: Option<PacketEndpoint>,
    /// What became of TLS.
    pub tls: Tls,
}

/// One of the routes that connections take.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Branch {
    /// How many of the connections take it.
    pub share: Share,
    /// What tells it from the others: "by node n1, to a pod on n2".
    pub title: String,
    /// Of how many equivalent routes this is one.
    pub alike: u32,
    /// Whether it leads there.
    pub verdict: Verdict,
    /// Its hops in order.
    pub hops: Vec<Hop>,
    /// What the application sees, if the route may lead to one.
    pub seen: Option<ApplicationView>,
}

impl Branch {
    /// Where a packet is stopped, or where that cannot be told.
    pub fn stop(&self) -> Option<&Hop> {
        self.hops.iter().find(|hop| hop.verdict == Verdict::Denied).or_else(|| self.hops.iter().find(|s| s.verdict != Verdict::Allowed))
    }
}

/// The answer over all branches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathVerdict {
    /// Every branch leads there.
    Allowed,
    /// None does.
    Denied,
    /// Some do: this share of the connections.
    Sometimes(Share),
    /// A fact is missing. At least the one share gets there, at most the other.
    CannotTell(Share, Share),
}

impl PathVerdict {
    /// `allowed`, `denied`, `sometimes` or `cannot tell`.
    pub const fn as_str(self) -> &'static str {
        match self {
            PathVerdict::Allowed => "allowed",
            PathVerdict::Denied => "denied",
            PathVerdict::Sometimes(_) => "sometimes",
            PathVerdict::CannotTell(..) => "cannot tell",
        }
    }
}

impl fmt::Display for PathVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathVerdict::Sometimes(share) => write!(f, "sometimes ({share})"),
            PathVerdict::CannotTell(least, most) if !least.is_none() || !most.is_all() => {
                write!(f, "cannot tell ({least} at least, {most} at most)")
            }
            verdict => f.write_str(verdict.as_str()),
        }
    }
}

/// How many of the connections a pod gets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PodShare {
    /// What it is.
    pub target: Placed<Target>,
    /// Its name.
    pub title: String,
    /// The node that it is on.
    pub node: Option<Placed<NodeId>>,
    /// How many pods these are.
    pub count: u32,
    /// The share of each of them.
    pub each: Share,
}

/// A node as a load balancer's health probe finds it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProbedNode {
    /// Which.
    pub node: Placed<NodeId>,
    /// Whether it gets connections.
    pub healthy: bool,
    /// Why.
    pub text: String,
    /// The checkpoint that stops the probe, if one does.
    pub stop: Option<Box<Placed<CheckpointTrace>>>,
}

/// The answer to a question about a path.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PathAnswer {
    /// The client as it was understood.
    pub from: String,
    /// The target as it was understood.
    pub to: String,
    /// Protocol.
    pub protocol: Protocol,
    /// The port that the client connects to.
    pub port: Option<u16>,
    /// Whether the client speaks TLS, as far as the question says it.
    pub tls: bool,
    /// How the target is reached, if it is a Service.
    pub entry: Option<Entry>,
    /// The answer in a word.
    pub verdict: PathVerdict,
    /// The answer in a sentence.
    pub summary: String,
    /// All branches, the one with the largest share first.
    pub branches: Vec<Branch>,
    /// Which pods get how much.
    pub pods: Vec<PodShare>,
    /// Nodes as the load balancer sees them.
    pub probes: Vec<ProbedNode>,
    /// What else one should know.
    pub notes: Vec<String>,
    /// What the input says about the choices that the path depends on.
    pub declared: Declared,
}
