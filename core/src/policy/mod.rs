//! The one policy language that every kind of policy is translated into.
//!
//! ```text
//! Ruleset = tiers in order, then Allow
//! Tier    = policies in order + what happens to a packet that a policy of this tier selected but no rule decided
//! Policy  = whom it applies to, directions, ordered rules
//! Rule    = Allow | Deny | Pass | Log, the other end, traffic, and (Calico) what must hold of the selected end itself
//! ```
//!
//! NetworkPolicies are one tier whose policies only allow and whose end is Deny. AdminNetworkPolicies, BaselineAdminNetworkPolicies and
//! ClusterNetworkPolicies are tiers before and after it whose end is Pass. Where Calico is installed, its tiers take their places: NetworkPolicies
//! are policies of order 1000 in the tier `default`, ClusterNetworkPolicies are in `kube-admin` and `kube-baseline`.
//!
//! What the input holds and nobody evaluated is part of the language too, so that no answer passes over it: see [`Doubt`].

pub mod order;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::connections::ConnectionSet;
use crate::language::calico::{CalicoPort, EndpointToHost, Icmp};
use crate::model::Selector;
use crate::model::{AddressSet, Cidr, LabelSelector, Protocol};
use crate::text::Place;

/// A policy of a [`Ruleset`], by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PolicyId(pub u32);

/// Seen from the pod that a policy selects: does the packet leave it or come to it?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// Out of the pod.
    Egress,
    /// Into the pod.
    Ingress,
}

impl Direction {
    /// Both, in the order in which a packet meets them.
    pub const BOTH: [Direction; 2] = [Direction::Egress, Direction::Ingress];

    /// `egress` or `ingress`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Direction::Egress => "egress",
            Direction::Ingress => "ingress",
        }
    }

    /// `to` or `from`: the field, and the word, for the other end.
    pub const fn preposition(self) -> &'static str {
        match self {
            Direction::Egress => "to",
            Direction::Ingress => "from",
        }
    }
}

/// A rule of a policy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RuleRef {
    /// The policy.
    pub policy: PolicyId,
    /// Which of its two lists.
    pub direction: Direction,
    /// Place in that list, from 0.
    pub index: u32,
}

/// All policies of an analysis, in the order in which a packet meets them; what no tier decides is allowed.
#[derive(Clone, Debug, Default)]
pub struct Ruleset {
    /// The tiers, first to last.
    pub tiers: Vec<Tier>,
    /// All policies; tiers refer to them by number.
    pub policies: Vec<Policy>,
    /// Whether no engine is installed, so that nothing is enforced.
    pub no_engine: bool,
    /// Why, where the input has a network plugin that enforces nothing.
    pub idle_plugin: Option<String>,
    /// What is set about hosts; nothing where no engine polices them.
    pub hosts: Option<HostRules>,
    /// Labels and addresses of objects that are no policies which cannot be read: whether a selector matches them is not known.
    pub open: Vec<Doubt>,
}

/// What is set about traffic of hosts. Upstream: docs/semantics.md, Calico.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HostRules {
    /// `defaultEndpointToHostAction`.
    pub endpoint_to_host: EndpointToHost,
    /// The same, for nodes with a setting of their own, by name.
    pub endpoint_to_host_of: BTreeMap<String, EndpointToHost>,
    /// Packets that are dropped where pods send them, whatever policies say.
    pub dropped: DroppedPackets,
    /// The same, for nodes with a setting of their own, by name.
    pub dropped_of: BTreeMap<String, DroppedPackets>,
}

/// Packets with packets inside, which pods may not send. Upstream: `felix/rules/endpoints.go`, `endpointIptablesChain`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct DroppedPackets {
    /// UDP to this port (VXLAN).
    pub vxlan: Option<u16>,
    /// Protocol 4 (IP in IP).
    pub ipip: bool,
}

impl DroppedPackets {
    /// Them.
    pub fn connections(self) -> ConnectionSet {
        let vxlan = self.vxlan.map_or(ConnectionSet::EMPTY, |port| ConnectionSet::ports(Protocol::UDP, port, port));
        if self.ipip { vxlan.union(&ConnectionSet::protocol(IPIP)) } else { vxlan }
    }
}

/// IP in IP.
const IPIP: Protocol = Protocol(4);

impl Ruleset {
    /// The policy with this number.
    pub fn policy(&self, id: PolicyId) -> Option<&Policy> {
        self.policies.get(id.0 as usize)
    }

    /// Everything that is in doubt among what is enforced, each once, in the order of the text.
    pub fn doubts(&self) -> Vec<&Doubt> {
        let enforced = self.tiers.iter().flat_map(|tier| tier.groups.iter().flatten()).filter_map(|id| self.policy(*id));
        let mut found: Vec<&Doubt> = Vec::new();
        for policy in enforced {
            let of_rules = policy.egress.iter().chain(&policy.ingress).filter_map(|rule| rule.doubt.as_deref());
            for doubt in policy.doubt.as_deref().into_iter().chain(of_rules) {
                found.push(doubt);
            }
        }
        if !self.no_engine && self.tiers.iter().any(|tier| !tier.groups.is_empty()) {
            found.extend(&self.open);
        }
        found.sort_by(|a, b| (a.places.first(), &a.text).cmp(&(b.places.first(), &b.text)));
        found.dedup();
        found
    }

    /// Whether this is why something is in doubt, and not a fact on which it depends.
    pub fn is_doubt(&self, text: &str) -> bool {
        self.doubts().iter().any(|doubt| doubt.text == text)
    }

    /// Why it is not known which selectors match an object, by its place.
    pub fn open_at(&self, object: Place) -> Option<&Doubt> {
        self.open.iter().find(|doubt| {
            doubt
                .places
                .first()
                .is_some_and(|at| at.document == object.document && object.span.start <= at.span.start && at.span.end <= object.span.end)
        })
    }

    /// Why it is not known whether a rule is in force.
    pub fn doubt(&self, rule: RuleRef) -> Option<&Doubt> {
        let own = self.rule(rule).and_then(|r| r.doubt.as_deref());
        own.or_else(|| self.policy(rule.policy).and_then(|p| p.doubt.as_deref()))
    }

    /// The rule that a reference names.
    pub fn rule(&self, rule: RuleRef) -> Option<&Rule> {
        self.policy(rule.policy)?.rules(rule.direction).get(rule.index as usize)
    }
}

/// Why it is not known whether a policy or a rule is in force: it was not evaluated, refused, or refers to something that the input does not hold.
///
/// This is how anything unread gets into the answers. There are two ways, and nothing else has to be done for `why`, `flows`, `path`, lints and
/// the page to say "cannot tell, because …":
///
/// - [`Rule::doubt`]: the rule may match what it says, or nothing. For a rule of which one condition is not known.
/// - [`Policy::doubt`]: the whole policy may be in force or not. All its rules match possibly, and at the end of a tier it isolates possibly.
///   Write what it might do as rules: `Deny` if it may deny what others allow, `Allow` if it may allow what others deny, both if both. Put it
///   where the valid policy would stand, or, for what no engine here evaluates, into the tiers that `translate::unread` makes. Its subject,
///   peers and traffic bound what it may concern: wider than the truth is "cannot tell" too often, narrower is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// What follows "cannot tell, because": a clause that names the object and the field.
    pub text: String,
    /// Lines to light.
    pub places: Vec<Place>,
}

/// Policies that are looked at together.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Its name, in the words of its source.
    pub name: String,
    /// What kinds of policy it holds, for sentences ("NetworkPolicies").
    pub noun: &'static str,
    /// Its policies in order. Policies of one group have equal precedence.
    pub groups: Vec<Vec<PolicyId>>,
    /// What happens to a packet of a selected pod that no rule decided.
    pub end: TierEnd,
    /// Whether its policies say nothing certain about protocols without ports (see [`crate::settings::OtherProtocols`]).
    pub ports_only: bool,
    /// Whether what its rules pass leaves all tiers of the place where it is met (failsafe ports), instead of going on to the next one.
    pub passes_all: bool,
    /// Whether the order of its rules can matter: some rule does other than allow. Where none does, what the tier allows is the union of
    /// its rules.
    pub ordered: bool,
}

impl Tier {
    /// Whether being selected by a policy of this tier closes a pod for what no rule allows.
    pub fn isolates(&self) -> bool {
        self.end == TierEnd::Deny
    }
}

/// The end of a [`Tier`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TierEnd {
    /// Denied: being selected isolates.
    Deny,
    /// On to the next tier.
    Pass,
}

/// One policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its number.
    pub id: PolicyId,
    /// Its kind as upstream: `NetworkPolicy`, …
    pub kind: Cow<'static, str>,
    /// Its namespace, if it has one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The whole object.
    pub place: Place,
    /// Whom it applies to.
    pub subject: SubjectMatch,
    /// Where that is written (the whole object, if it is not).
    pub subject_place: Place,
    /// Its priority, where its kind has one.
    pub priority: Option<u16>,
    /// Whether it acts on traffic out of its pods.
    pub acts_on_egress: bool,
    /// Whether it acts on traffic into its pods.
    pub acts_on_ingress: bool,
    /// Rules for egress, also those that do nothing because the policy does not act on egress.
    pub egress: Vec<Rule>,
    /// Rules for ingress, likewise.
    pub ingress: Vec<Rule>,
    /// Where packets meet it.
    pub hook: HookMatch,
    /// Why it is not enforced; nothing if it is.
    pub not_enforced: Option<String>,
    /// Why it is not known whether it is in force; nothing if it is.
    pub doubt: Option<Box<Doubt>>,
}

/// Where packets meet a policy. Upstream: docs/semantics.md, Calico.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HookMatch {
    /// At pods, and at host endpoints for the host's own traffic.
    Any,
    /// There, and at host endpoints for traffic through the host (`applyOnForward`).
    ForwardToo,
    /// At host endpoints before connection tracking (`doNotTrack`).
    Untracked,
    /// At host endpoints before addresses are translated (`preDNAT`).
    PreDnat,
    /// At host endpoints where traffic of the host itself is decided (failsafe ports).
    Failsafe,
    /// Failsafe ports before connection tracking: what they match goes on to the policies after that.
    FailsafeUntracked,
    /// The same for replies, whose source port is the failsafe port.
    FailsafeReply,
    /// Failsafe ports before addresses are translated: what they match goes on to the policies after that.
    FailsafePreDnat,
}

impl HookMatch {
    /// Whether it is of failsafe ports, which nobody wrote as a policy.
    pub fn is_failsafe(self) -> bool {
        matches!(self, HookMatch::Failsafe | HookMatch::FailsafeUntracked | HookMatch::FailsafeReply | HookMatch::FailsafePreDnat)
    }
}

/// The name under which the ports behind a Service are looked up on ends. No container port can have it.
pub(crate) fn service_port(namespace: &str, service: &str) -> Box<str> {
    alloc::format!("service {namespace}/{service}").into()
}

impl Policy {
    /// Whether it acts in this direction.
    pub fn acts_on(&self, direction: Direction) -> bool {
        match direction {
            Direction::Egress => self.acts_on_egress,
            Direction::Ingress => self.acts_on_ingress,
        }
    }

    /// Its rules for a direction.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        }
    }

    /// `namespace/name`, or the name alone.
    pub fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => alloc::format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Whom a policy applies to.
#[derive(Clone, Debug)]
pub enum SubjectMatch {
    /// Pods, by Kubernetes label selectors.
    Pods(Subject),
    /// Endpoints, by a Calico selector over all labels that Calico knows of them (see [`crate::language::calico::selector::rewrite`]).
    Endpoints(Selector),
    /// Endpoints that list exactly these profiles, in this order.
    Profiles(Vec<Box<str>>),
    /// A network security group where it is used (an index into [`crate::snapshot::cloud::Cloud::uses`]).
    Group(u32),
    /// Host endpoints: of these nodes, or of all but these.
    Hosts {
        /// Names of nodes.
        nodes: Vec<Box<str>>,
        /// Whether those are left out, not meant.
        but: bool,
    },
}

impl SubjectMatch {
    /// The pods, if it is a Kubernetes subject.
    pub fn pods(&self) -> Option<&Subject> {
        match self {
            SubjectMatch::Pods(subject) => Some(subject),
            SubjectMatch::Endpoints(_) | SubjectMatch::Profiles(_) | SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => None,
        }
    }
}

/// Pods, by namespace and labels.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Which namespaces.
    pub namespaces: NamespaceMatch,
    /// Which pods of them.
    pub pods: LabelSelector,
}

/// Which namespaces are meant.
#[derive(Clone, Debug)]
pub enum NamespaceMatch {
    /// The one with this name (a NetworkPolicy's own).
    Named(String),
    /// Those with matching labels.
    Selector(LabelSelector),
}

/// What a rule does with traffic that it matches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Action {
    /// Allowed, for this direction.
    Allow,
    /// Denied.
    Deny,
    /// On to the next tier.
    Pass,
    /// Written to a log; the next rule is looked at.
    Log,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Where it is written.
    pub place: Place,
    /// Its name, where its kind has one.
    pub name: Option<String>,
    /// What it does.
    pub action: Action,
    /// The other end.
    pub peers: PeerMatch,
    /// Protocols and ports.
    pub traffic: TrafficMatch,
    /// What it says of HTTP requests, if it does.
    pub http: Option<HttpTerm>,
    /// What must hold of the selected end itself, where the rule says something of it (Calico only).
    pub own: Option<PeerTerm>,
    /// Why it is not known whether it matches what it says or nothing at all; nothing if it is known.
    pub doubt: Option<Box<Doubt>>,
}

/// What a rule says of HTTP requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HttpTerm {
    /// Where it is written.
    pub place: Place,
    /// What that means for the request, as far as there is something that looks into it (see [`crate::settings::Http`]).
    pub fits: HttpFit,
}

/// Whether an HTTP request is one that a rule is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HttpFit {
    /// Nothing looks into requests, so the rule is about all of them.
    NotAsked,
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The request is not known.
    Unknown,
}

/// The other end of a rule.
#[derive(Clone, Debug)]
pub enum PeerMatch {
    /// Any end, inside or outside.
    Any,
    /// An end that one of these terms matches.
    Of(Vec<PeerTerm>),
}

impl PeerMatch {
    /// Its terms, if it has any.
    pub fn terms(&self) -> &[PeerTerm] {
        match self {
            PeerMatch::Any => &[],
            PeerMatch::Of(terms) => terms,
        }
    }

    /// All addresses that its terms name together, where several terms match ends inside by address: an end of which the address is not
    /// known for certain may be in none of them for certain, and yet in all of them together.
    pub(crate) fn joined_addresses(&self) -> Option<AddressSet> {
        let sets = || {
            self.terms().iter().filter_map(|term| match &term.kind {
                PeerTermKind::Addresses { set, inside_too: true, .. } => Some(set),
                _ => None,
            })
        };
        (sets().count() > 1).then(|| sets().fold(AddressSet::default(), |joined, set| joined.union(set)))
    }
}

/// One term of a [`PeerMatch`].
#[derive(Clone, Debug)]
pub struct PeerTerm {
    /// Where it is written.
    pub place: Place,
    /// What it matches.
    pub kind: PeerTermKind,
}

impl PeerTerm {
    /// Whether it matches pods by their labels.
    pub(crate) fn is_of_pods(&self) -> bool {
        match &self.kind {
            PeerTermKind::Pods(_) => true,
            PeerTermKind::Entity(entity) => entity.selector.is_some(),
            _ => false,
        }
    }
}

/// A range of addresses with holes, as it is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IpBlock {
    /// The range.
    pub cidr: Cidr,
    /// What is left out of it.
    pub except: Vec<Cidr>,
}

/// What a [`PeerTerm`] matches.
#[derive(Clone, Debug)]
pub enum PeerTermKind {
    /// Pods.
    Pods(Subject),
    /// Ends by address.
    Addresses {
        /// Which.
        set: AddressSet,
        /// Pods and nodes too, or only ends outside the cluster.
        inside_too: bool,
        /// How it is written, where that is a block with holes.
        block: Option<Box<IpBlock>>,
    },
    /// Nodes by their labels; pods on the host network of such a node have its addresses, and so are matched too.
    Nodes(LabelSelector),
    /// Ends as a side of a Calico rule describes them.
    Entity(Box<EntityMatch>),
    /// Ends by address, as far as the addresses are known.
    UnknownAddresses {
        /// Addresses that match for certain.
        certain: AddressSet,
        /// Addresses that match for certain or possibly.
        possible: AddressSet,
        /// What is not known: a service tag, say.
        name: Box<str>,
    },
    /// Outside ends by DNS name: which addresses these have, no text can tell.
    DomainNames(Vec<Box<str>>),
    /// A field that is not known here; its whole rule is read as allowing nothing, or as denying everything ("fail closed").
    Unknown {
        /// The field's name.
        field: Box<str>,
        /// Whether it matches everything.
        everything: bool,
    },
}

/// One side of a Calico rule: all that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct EntityMatch {
    /// The address is one of an endpoint or set that this selects.
    pub selector: Option<Selector>,
    /// The address is of no endpoint or set that this selects.
    pub not_selector: Option<Selector>,
    /// The address is in this set: `nets` without `notNets`, of the families that the rule can match.
    pub addresses: Option<AddressSet>,
    /// The address is of an endpoint of this Service, `namespace/name`.
    pub service: Option<Box<str>>,
    /// What `selector` and `not_selector` were made of, as it is written.
    pub written: WrittenEntity,
    /// Where the selectors are written.
    pub selector_place: Option<Place>,
    /// Where the addresses are written.
    pub addresses_place: Option<Place>,
}

/// The selecting fields of one side of a Calico rule, as they are written.
#[derive(Clone, Debug, Default)]
pub struct WrittenEntity {
    /// `selector`, over labels of the end itself.
    pub selector: Option<Selector>,
    /// `notSelector`.
    pub not_selector: Option<Selector>,
    /// `namespaceSelector`, over labels of its namespace.
    pub namespaces: Option<Selector>,
    /// `serviceAccounts.names`; any where empty.
    pub accounts: Vec<Box<str>>,
    /// `serviceAccounts.selector`, over labels of its service account.
    pub account_selector: Option<Selector>,
    /// The policy's own namespace, where it confines the side as no `namespaceSelector` is given.
    pub own_namespace: Option<Box<str>>,
}

/// Protocols and ports of a rule.
#[derive(Clone, Debug)]
pub enum TrafficMatch {
    /// Everything.
    Any,
    /// Traffic that one of these terms matches.
    Of(Vec<TrafficTerm>),
    /// Traffic that fits all of this (Calico).
    Packet(Box<PacketMatch>),
}

impl TrafficMatch {
    /// Whether it may match packets to a port.
    pub(crate) fn may_hold(&self, protocol: Protocol, port: u16) -> bool {
        match self {
            TrafficMatch::Any => true,
            TrafficMatch::Of(terms) => terms.iter().any(|term| match &term.kind {
                TrafficTermKind::Protocol(own) => *own == protocol,
                TrafficTermKind::Ports(own, first, last) => *own == protocol && (*first..=*last).contains(&port),
                TrafficTermKind::Named(_, own) => own.is_none_or(|own| own == protocol),
            }),
            TrafficMatch::Packet(packet) => {
                let is_in = |p: &CalicoPort| match p {
                    CalicoPort::Range(first, last) => (*first..=*last).contains(&port),
                    CalicoPort::Named(_) => true,
                };
                packet.protocol.is_none_or(|own| own == protocol)
                    && (packet.destination_ports.is_empty() || packet.destination_ports.iter().any(is_in))
            }
        }
    }

    /// Destination ports at which what it matches may begin to be otherwise.
    pub(crate) fn port_borders(&self) -> Vec<u16> {
        let around = |first: u16, last: u16| [first, last.saturating_add(1)];
        match self {
            TrafficMatch::Any => Vec::new(),
            TrafficMatch::Of(terms) => {
                let borders = |term: &TrafficTerm| match term.kind {
                    TrafficTermKind::Ports(_, first, last) => Some(around(first, last)),
                    TrafficTermKind::Protocol(_) | TrafficTermKind::Named(..) => None,
                };
                terms.iter().filter_map(borders).flatten().collect()
            }
            TrafficMatch::Packet(packet) => {
                let ports = packet.destination_ports.iter().chain(&packet.not_destination_ports);
                ports
                    .filter_map(|p| if let CalicoPort::Range(first, last) = p { Some(around(*first, *last)) } else { None })
                    .flatten()
                    .collect()
            }
        }
    }
}

/// What a Calico rule says of packets. What is left out restricts nothing.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct PacketMatch {
    /// Where it is written.
    pub place: Option<Place>,
    /// `protocol`.
    pub protocol: Option<Protocol>,
    /// `notProtocol`.
    pub not_protocol: Option<Protocol>,
    /// `icmp`.
    pub icmp: Option<Icmp>,
    /// `notICMP`.
    pub not_icmp: Option<Icmp>,
    /// `source.ports`.
    pub source_ports: Vec<CalicoPort>,
    /// `source.notPorts`.
    pub not_source_ports: Vec<CalicoPort>,
    /// `destination.ports`.
    pub destination_ports: Vec<CalicoPort>,
    /// `destination.notPorts`.
    pub not_destination_ports: Vec<CalicoPort>,
    /// `destination.services`: the packet goes to an endpoint of this Service, `namespace/name`, on a port of the Service's endpoints.
    pub service: Option<Box<str>>,
}

/// One term of a [`TrafficMatch`].
#[derive(Clone, Debug)]
pub struct TrafficTerm {
    /// Where it is written.
    pub place: Place,
    /// What it matches.
    pub kind: TrafficTermKind,
}

/// What a [`TrafficTerm`] matches.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TrafficTermKind {
    /// Every connection of a protocol.
    Protocol(Protocol),
    /// Destination ports of a protocol, first to last.
    Ports(Protocol, u16, u16),
    /// The container port of the destination pod that has this name (and this protocol, if one is given).
    Named(Box<str>, Option<Protocol>),
}
