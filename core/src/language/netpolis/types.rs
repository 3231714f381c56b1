//! What checks say, as written.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::model::{AddressSet, LabelSelector, Protocol, Selector};
use crate::policy::Direction;
use crate::text::Span;

/// A document of checks.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Check {
    /// Settings under which its checks are made: names and values as in the table of settings.
    pub assume: Vec<(Box<str>, Box<str>)>,
    /// The checks, in their order.
    pub items: Vec<Item>,
}

/// One check.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// Where it is written.
    pub span: Span,
    /// Its name, if it has one.
    pub name: Option<Box<str>>,
    /// Why it is there, shown where it fails.
    pub because: Option<Box<str>>,
    /// Settings under which it is made, besides those of its document.
    pub assume: Vec<(Box<str>, Box<str>)>,
    /// What it checks.
    pub test: Test,
}

/// What a check checks.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// Connections from one end to another.
    Flow(Box<FlowTest>),
    /// Which ends may reach one, or may be reached from one.
    Only(Box<OnlyTest>),
    /// Which errors and warnings there are: exactly these codes.
    Problems(Vec<Box<str>>),
    /// Whether a finding is reported.
    Problem {
        /// Its code.
        code: Box<str>,
        /// In which line, if that is said.
        line: Option<Line>,
        /// Whether it should be.
        reported: bool,
    },
    /// The address plan of a cluster.
    Plan(Box<PlanTest>),
    /// Whether something is there, and how often.
    Exists {
        /// What.
        end: End,
        /// Of how many pods, nodes or machines; any number but none where it is left out. 0: of none.
        count: Option<u32>,
    },
    /// Whether policies isolate pods.
    Isolated {
        /// The pods.
        end: End,
        /// In which directions.
        directions: Vec<Direction>,
        /// Whether they should be isolated.
        isolated: bool,
    },
    /// Which pods a policy selects.
    Selects {
        /// The policy: `namespace/name`, or the name.
        policy: Box<str>,
        /// The pods.
        end: End,
        /// Whether it should select no others.
        only: bool,
    },
    /// What is left where a zone fails.
    Zone(Box<ZoneTest>),
    /// It cannot be read: an error was reported.
    Broken,
    /// It is about something that no input can tell, in a sentence.
    Untold(String),
}

/// What is expected of connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// All of them are allowed.
    Allowed,
    /// None of them is.
    Denied,
    /// Some are, and others are not.
    Sometimes,
    /// It cannot be told of any.
    CannotTell,
}

impl Expect {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Expect::Allowed => "allowed",
            Expect::Denied => "denied",
            Expect::Sometimes => "sometimes",
            Expect::CannotTell => "cannot tell",
        }
    }
}

/// Connections from one end to another.
#[derive(Clone, PartialEq, Debug)]
pub struct FlowTest {
    /// Where they start.
    pub from: End,
    /// Where they go.
    pub to: End,
    /// Which.
    pub traffic: Connections,
    /// What is expected; nothing where only other things are checked.
    pub expect: Option<Expect>,
    /// Whether it is written as `nothing`.
    pub nothing: bool,
    /// What decides.
    pub decided: Option<Decider>,
    /// What a rule says of the connection.
    pub line: Option<(Line, Says)>,
    /// What is expected of the whole path; nothing where only policies are asked.
    pub path: Option<Box<PathTest>>,
}

/// Which ends may reach one, or may be reached from one.
#[derive(Clone, PartialEq, Debug)]
pub struct OnlyTest {
    /// The ones that may.
    pub allowed: Vec<End>,
    /// The end that they may reach (`Ingress`) or be reached from (`Egress`).
    pub subject: End,
    /// As seen from the subject.
    pub direction: Direction,
    /// The connections in question.
    pub traffic: Connections,
}

/// One end of a check: whatever one of its terms means, without what is excepted.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct End {
    /// Where it is written.
    pub span: Span,
    /// What is meant.
    pub terms: Vec<Term>,
    /// What of it is not.
    pub except: Vec<Term>,
    /// Whether it may mean nothing.
    pub may_be_empty: bool,
    /// The connections with it, where they are said here.
    pub traffic: Option<Connections>,
}

/// What an end means.
#[derive(Clone, PartialEq, Debug)]
pub enum Term {
    /// By a name or address: `shop/web`, `node/one`, `vm/jump`, `10.1.2.3`, `service/shop/web`, `https://shop.example/cart`.
    Named(Box<str>),
    /// Pods.
    Pods(Box<PodTerm>),
    /// Nodes.
    Nodes(Selecting),
    /// Addresses, and whatever has one of them.
    Addresses(AddressSet),
    /// Public addresses.
    Internet,
    /// Addresses that no pod, node or machine has.
    Outside,
    /// Machines of a subnet of the cloud.
    Subnet(Box<str>),
    /// Pods behind a Service: `namespace/name`, or the name.
    Behind(Box<str>),
    /// Whatever has a DNS name: a Service, or something outside the cluster.
    Domain(Box<str>),
    /// All pods, nodes, machines and other addresses.
    Everything,
}

/// Pods by what they have.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PodTerm {
    /// Names of namespaces; any where it is empty.
    pub namespaces: Vec<Box<str>>,
    /// Labels of namespaces.
    pub namespace_selector: Option<Selecting>,
    /// Their own labels.
    pub pod_selector: Option<Selecting>,
    /// Their service account: `namespace/name`, or the name.
    pub account: Option<Box<str>>,
    /// The node that they run on.
    pub node: Option<Box<str>>,
}

/// A selector in one of the two forms that people know.
#[derive(Clone, PartialEq, Debug)]
pub enum Selecting {
    /// As Kubernetes writes it.
    Labels(LabelSelector),
    /// As Calico writes it.
    Expression(Selector),
}

/// The connections that a check is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Connections {
    /// Which: what one of these means.
    pub terms: Vec<TrafficTerm>,
    /// Whether ports are given, so that "allowed" means each of them. Without, an end may be reached if any connection to it is allowed.
    pub each: bool,
}

impl Default for Connections {
    fn default() -> Self {
        Connections { terms: alloc::vec![TrafficTerm::WithPorts], each: false }
    }
}

/// Connections, by what they carry.
#[derive(Clone, PartialEq, Debug)]
pub enum TrafficTerm {
    /// All of TCP, UDP and SCTP: what NetworkPolicies speak of.
    WithPorts,
    /// All of whatever protocol.
    Any,
    /// A protocol, with a range of source ports (or ICMP types) and of destination ports (or ICMP codes), where these are given.
    Of(Protocol, Option<(u16, u16)>, Option<(u16, u16)>),
    /// A port by the name that the destination's containers give it.
    Named(Option<Protocol>, Box<str>),
}

/// A line of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The file: its name, or the end of it; the check's own where it is left out.
    pub file: Option<Box<str>>,
    /// Its number, from 1.
    pub number: u32,
}

/// What decides about a connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Decider {
    /// A line of it.
    pub line: Option<Line>,
    /// The policy: `namespace/name`, or the name.
    pub policy: Option<Box<str>>,
    /// The rule: its number from 1, or its name.
    pub rule: Option<Box<str>>,
    /// The direction of the checkpoint.
    pub direction: Option<Direction>,
    /// The checkpoint: its heading in a trace, or a part of that.
    pub checkpoint: Option<Box<str>>,
    /// Whether it is a default deny: policies isolate the pod, and no rule allows it.
    pub default_deny: bool,
}

/// What a rule says of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Says {
    /// It matches.
    Matches,
    /// It does not.
    DoesNotMatch,
    /// That cannot be told.
    MayMatch,
    /// It is not asked.
    NotReached,
}

impl Says {
    /// The words for it.
    pub const ALL: [(&'static str, Says); 4] = [
        ("matches", Says::Matches),
        ("does not match", Says::DoesNotMatch),
        ("may match", Says::MayMatch),
        ("is not reached", Says::NotReached),
    ];

    /// The words for it.
    pub fn as_str(self) -> &'static str {
        Says::ALL.iter().find(|(_, says)| *says == self).map_or("", |(word, _)| word)
    }
}

/// What is expected of a whole path.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PathTest {
    /// How a Service is reached: `cluster-ip`, `node-port`, `load-balancer` or `external-ip`.
    pub via: Option<Box<str>>,
    /// The node that a client of a node port picks.
    pub node: Option<Box<str>>,
    /// The share of connections that succeed.
    pub share: Option<ShareTest>,
    /// The share of each pod.
    pub pods: Vec<PodShareTest>,
    /// Whom the server sees as its client.
    pub seen: Option<Box<str>>,
    /// Whether a proxy hands on the client's address in `X-Forwarded-For`.
    pub forwarded: Option<bool>,
    /// What becomes of TLS: `untouched`, `ends` or `anew`.
    pub tls: Option<Box<str>>,
    /// Places and translations that every path has.
    pub through: Vec<Box<str>>,
    /// Places and translations that no path has.
    pub not_through: Vec<Box<str>>,
    /// Nodes that the load balancer's health probe finds.
    pub healthy: Option<Vec<Box<str>>>,
}

/// A share of connections, as an exact fraction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShareTest {
    /// How it is compared.
    pub bound: Bound,
    /// Part and whole.
    pub fraction: (u32, u32),
}

/// How a share is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// It is this.
    Exactly,
    /// It is this or more.
    AtLeast,
    /// It is this or less.
    AtMost,
}

/// The share of pods behind a Service.
#[derive(Clone, PartialEq, Debug)]
pub struct PodShareTest {
    /// Their names: `namespace/name`, or the name; any where it is left out.
    pub pod: Option<Box<str>>,
    /// The node that they are on.
    pub node: Option<Box<str>>,
    /// The share of each of them.
    pub each: ShareTest,
}

/// What is expected of an address plan.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PlanTest {
    /// The cluster.
    pub cluster: Box<str>,
    /// The subnet, where the cluster has several.
    pub subnet: Option<Box<str>>,
    /// Whether it fits, upgrades included.
    pub fits: Option<bool>,
    /// Whether it runs, upgrades left aside.
    pub runs: Option<bool>,
    /// Numbers by the names of their fields.
    pub numbers: Vec<(&'static str, i64)>,
    /// What limits it: `subnet`, `routes`, `pod range`, `pod subnet` or `platform`.
    pub limit: Option<Box<str>>,
}

/// What is expected where a zone fails.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ZoneTest {
    /// The zone, as the labels of nodes say it, or the end of that after a dash.
    pub zone: Box<str>,
    /// How many nodes are left.
    pub nodes: Option<u32>,
    /// How many pods are left of an end.
    pub pods: Vec<(End, u32)>,
}
