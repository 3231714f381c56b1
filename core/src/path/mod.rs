//! The whole way of a packet to a Service, an Ingress, a pod or an address: every place on it with the addresses as they are there, who
//! translates them, and every checkpoint with what it sees.
//!
//! ```text
//! client → load balancer → [security groups] → node: translated → [security groups] → node → [policies] → pod
//! ```
//!
//! There are several ways where a load balancer, a node or the client itself picks one of several nodes or pods. Each is a [`Branch`] with its share
//! of the connections; branches that nothing tells apart are one. Nothing is decided here: every checkpoint is asked through
//! [`crate::explain`], with the packet as it is at that point. Upstream: docs/path.md and docs/semantics.md.
//!
//! Pods whose node is not given are put on nodes first (see [`Placement`](crate::settings::Placement)).

mod alike;
mod ask;
mod basis;
mod branches;
mod deliver;
mod direct;
mod missing;
mod names;
mod nearby;
mod probe;
mod proxy;
mod readings;
mod service;
mod share;
mod spread;
mod tables;
mod tell;
mod walk;
mod written;

pub use ask::{Asked, NotAsked};
pub use basis::Basis;
pub use proxy::{HTTP_ROUTING_CLASS, is_gateway_class};
pub use share::Share;
pub use tables::{Backend, Entry, Target};
pub use written::Written;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::compile::{Compiled, Endpoint, compile};
use crate::connections::Traffic;
use crate::endpoints::Names;
use crate::model::Protocol;
use crate::policy::Ruleset;
use crate::settings::{Assumed, Dataplane, Probes};
use crate::snapshot::{NodeId, PodId, Snapshot};
use crate::verdict::{CheckpointTrace, Verdict};
use tables::Tables;

/// Everything that is needed to follow packets, built once for a set of files and settings.
#[derive(Debug)]
pub struct Paths {
    snapshot: Snapshot,
    compiled: Compiled,
    settings: Assumed,
    tables: Tables,
    names: Names,
    dataplane: Dataplane,
    /// What the text says that it is.
    written_dataplane: Dataplane,
    /// Whether pods were put on nodes where the text does not say it.
    guessed: bool,
}

impl Paths {
    /// `snapshot` has every pod on a node (see [`crate::language::kubernetes::inventory::build_placed`]), `guessed` says whether the text leaves some of that open; `written_dataplane`
    /// is what the text says that translates addresses.
    pub(crate) fn new(snapshot: Snapshot, ruleset: Ruleset, settings: &Assumed, written_dataplane: Dataplane, guessed: bool) -> Self {
        let compiled = compile(&snapshot, ruleset, settings);
        let tables = Tables::new(&snapshot, &compiled);
        let names = Names::new(&snapshot);
        let dataplane = settings.routing.dataplane.unwrap_or(written_dataplane);
        Paths { snapshot, compiled, settings: settings.clone(), tables, names, dataplane, written_dataplane, guessed }
    }

    /// What there is, with every pod on a node. Its numbers are its own: those of the snapshot that flows are evaluated on mean other things here.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The policies, compiled for that snapshot.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// What translates addresses on nodes.
    pub fn dataplane(&self) -> Dataplane {
        self.dataplane
    }

    /// An end of a packet for people: its address, or the name of what has none that is known.
    pub fn party_title(&self, party: &Party) -> String {
        match (party.address, party.end) {
            (Some(address), _) => address.to_string(),
            (None, Endpoint::Outside(_)) if party.is_anywhere() => "an address that is not known".to_string(),
            (None, Endpoint::Outside(_)) => "the Service's address".to_string(),
            (None, end) => crate::explain::end_name(end, &self.snapshot),
        }
    }

    /// The node of a pod; of one that a workload would have, which is scaled to nothing, the first.
    fn home_of(&self, pod: PodId) -> Option<NodeId> {
        let endpoint = self.snapshot.pod(pod)?;
        endpoint.node.or_else(|| (endpoint.replicas == 0 && !self.snapshot.nodes.is_empty()).then_some(NodeId(0)))
    }

    fn placed_by_guess(&self) -> bool {
        self.guessed
    }

    /// What becomes of nodes that a health probe does not reach: as a person chose, else as the cluster has it.
    pub(crate) fn probes(&self) -> Probes {
        self.settings.routing.probes.unwrap_or(self.written_probes())
    }

    fn written_probes(&self) -> Probes {
        let shared = self.snapshot.cloud.clusters.first().is_some_and(|c| c.traffic.shared_probes);
        if shared { Probes::Node } else { Probes::Pod }
    }

    fn tables_kind(&self, node: NodeId) -> u32 {
        self.tables.node_kind(node)
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }
}

/// One end of a packet at some point of its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Party {
    /// What policies are asked about.
    pub end: Endpoint,
    /// The address that the packet has.
    pub address: Option<IpAddr>,
    /// Whether the text does not give it: it is shown, and no verdict rests on it.
    pub made_up: bool,
}

impl Party {
    /// An address that is given.
    pub(crate) fn at(address: IpAddr) -> Self {
        Party { end: Endpoint::Outside(address), address: Some(address), made_up: false }
    }

    /// An address that is not given.
    pub(crate) fn somewhere(address: IpAddr) -> Self {
        Party { made_up: true, ..Party::at(address) }
    }
}

/// The addresses of a packet at some point of its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packet {
    /// Where it comes from.
    pub from: Party,
    /// Where it goes.
    pub to: Party,
    /// Its destination port; nothing for protocols without ports.
    pub port: Option<u16>,
}

/// A place on the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// Where the connection starts.
    Client,
    /// A load balancer of the cloud.
    LoadBalancer,
    /// A node.
    Node(NodeId),
    /// A pod: the one that the packet is for, or one that opens a connection of its own.
    Pod(PodId),
    /// An application gateway: an index into [`crate::snapshot::cloud::Cloud::gateways`]; nothing where none is given.
    Gateway(Option<u32>),
    /// The way out to the Internet.
    Egress,
    /// Some other address.
    Outside,
}

/// What is done to a packet at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Translation {
    /// It gets another destination.
    Destination,
    /// It gets another source.
    Source,
    /// It ends here, and what goes on is a connection of the place itself.
    NewConnection,
    /// It travels inside another packet from here, between these nodes.
    Tunnel(NodeId, NodeId),
}

/// One station of the way.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
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

/// What a [`Step`] is.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// A place, where addresses may change.
    Place(Place),
    /// A checkpoint, with everything that led to its verdict.
    Check(Box<CheckpointTrace>),
    /// The end of the way: nothing leads on, for a reason that is no policy.
    Stop(Stop),
    /// Whether it goes on from here cannot be told.
    Doubt,
}

/// Why a way ends before its target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// Nothing leads there.
    NoRoute,
    /// It is dropped, without a word.
    Dropped,
    /// It is refused: the client is told so at once.
    Rejected,
}

/// What becomes of TLS on the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tls {
    /// Nobody on the way looks into the connection: it reaches the pod as it is.
    Untouched,
    /// A proxy ends it and goes on in the clear.
    Ends,
    /// A proxy ends it and encrypts anew.
    Anew,
}

/// What the application sees in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Seen {
    /// Where the connection comes from, by its socket.
    pub address: Party,
    /// What the last proxy writes into `X-Forwarded-For`.
    pub forwarded: Option<Party>,
    /// What became of TLS.
    pub tls: Tls,
}

/// One of the ways.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Branch {
    /// How many of the connections take it.
    pub share: Share,
    /// What tells it from the others: "by node n1, to a pod on n2".
    pub title: String,
    /// Of how many ways that nothing tells apart this is one.
    pub alike: u32,
    /// Whether it leads there.
    pub verdict: Verdict,
    /// Its stations in order.
    pub steps: Vec<Step>,
    /// What the application sees, if the way may lead to one.
    pub seen: Option<Seen>,
}

impl Branch {
    /// Where a packet is stopped, or where that cannot be told.
    pub fn stop(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.verdict == Verdict::Denied).or_else(|| self.steps.iter().find(|s| s.verdict != Verdict::Allowed))
    }
}

/// The answer over all ways.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathVerdict {
    /// Every way leads there.
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
    pub target: Target,
    /// Its name.
    pub title: String,
    /// The node that it is on.
    pub node: Option<NodeId>,
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
    pub node: NodeId,
    /// Whether it gets connections.
    pub healthy: bool,
    /// Why.
    pub text: String,
    /// The checkpoint that stops the probe, if one does.
    pub stop: Option<Box<CheckpointTrace>>,
}

/// The answer to a question about a way.
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
    /// All ways, the one with the largest share first.
    pub branches: Vec<Branch>,
    /// Which pods get how much.
    pub pods: Vec<PodShare>,
    /// Nodes as the load balancer sees them.
    pub probes: Vec<ProbedNode>,
    /// What else one should know.
    pub notes: Vec<String>,
    /// What the text says of the choices that the way depends on.
    pub written: Written,
}

/// Follows a packet from one end to another.
///
/// # Errors
/// When an end means nothing, or several things.
pub fn path(paths: &Paths, asked: &Asked<'_>) -> Result<PathAnswer, NotAsked> {
    path_carrying(paths, asked, None)
}

/// The same for a packet of which more is known than its destination port.
///
/// # Errors
/// When an end means nothing, or several things.
pub fn path_carrying(paths: &Paths, asked: &Asked<'_>, carried: Option<Traffic>) -> Result<PathAnswer, NotAsked> {
    let mut question = ask::understand(paths, asked)?;
    if let Some(Traffic { protocol, source, destination }) = carried {
        question.carried = (source, destination.filter(|_| !protocol.has_ports()));
    }
    let mut answers = readings::of(paths, &question).into_iter().map(|reading| branches::answer(paths, &reading));
    let Some(first) = answers.next() else { return Ok(branches::answer(paths, &question)) };
    let others: Vec<PathAnswer> = answers.collect();
    Ok(if others.is_empty() { first } else { readings::together(first, others) })
}
