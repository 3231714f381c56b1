//! From snapshot and ruleset to something that answers in microseconds.
//!
//! Ends that no rule can tell apart become one *class*: pods with the same namespace class, the same values of the labels that some
//! selector mentions, the same named ports that some rule mentions and the same memberships in address sets; nodes and outside address
//! ranges likewise. Each selector and each peer is then a bitset over classes, computed from an index of labels, and cost follows the
//! number of different pods and rules, not the number of pods.

mod addresses;
mod classes;
mod labels;
mod selectors;

pub use classes::{ClassId, ClassKind};

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use fixedbitset::FixedBitSet;
use hashbrown::HashMap;

use crate::connections::ConnectionSet;
use crate::evaluate::Matched;
use crate::model::Protocol;
use crate::policy::{Action, Direction, PeerMatch, Policy, PolicyId, Rule, RuleRef, Ruleset, TrafficMatch, TrafficTermKind};
use crate::settings::{IpBlockReach, OwnNode, Settings};
use crate::snapshot::{EndpointId, NodeId, Snapshot};

use addresses::AddressIndex;
use classes::Classes;
use selectors::Selectors;

/// One end of a flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum End {
    /// A pod (one replica of an endpoint).
    Pod(EndpointId),
    /// A node itself.
    Node(NodeId),
    /// An address outside the cluster.
    Outside(IpAddr),
}

/// The node that an end is on, as far as its own node matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Whereabouts {
    /// It is this node, or a pod on it.
    On(NodeId),
    /// It is on some node, and the text does not say on which.
    Somewhere,
}

impl Whereabouts {
    fn of(node: Option<NodeId>) -> Self {
        node.map_or(Whereabouts::Somewhere, Whereabouts::On)
    }

    /// Whether two ends are on one node.
    pub(crate) fn together(self, other: Whereabouts) -> Matched {
        match (self, other) {
            (Whereabouts::On(a), Whereabouts::On(b)) if a == b => Matched::Yes,
            (Whereabouts::On(_), Whereabouts::On(_)) => Matched::No,
            _ => Matched::Possibly,
        }
    }
}

/// Ends that match, for certain or possibly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndSet {
    /// Classes that match whatever the unknown facts are.
    pub(crate) certain: FixedBitSet,
    /// Classes that match under some reading of the unknown facts; nothing if the same as `certain`.
    possible: Option<FixedBitSet>,
}

impl EndSet {
    fn exactly(set: FixedBitSet) -> Self {
        EndSet { certain: set, possible: None }
    }

    fn new(certain: FixedBitSet, possible: FixedBitSet) -> Self {
        let same = certain == possible;
        EndSet { certain, possible: (!same).then_some(possible) }
    }

    /// Classes that match for certain or possibly.
    pub(crate) fn possible(&self) -> &FixedBitSet {
        self.possible.as_ref().unwrap_or(&self.certain)
    }

    /// Whether nothing is uncertain.
    pub(crate) fn is_exact(&self) -> bool {
        self.possible.is_none()
    }

    fn union_with(&mut self, other: &EndSet) {
        if self.possible.is_some() || other.possible.is_some() {
            let mut possible = self.possible().clone();
            possible.union_with(other.possible());
            self.certain.union_with(&other.certain);
            *self = EndSet::new(core::mem::take(&mut self.certain), possible);
        } else {
            self.certain.union_with(&other.certain);
        }
    }
}

/// Traffic that a rule matches, by number in [`Compiled::traffics`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct TrafficId(u32);

/// Traffic of a rule: ports known at once, and names to be looked up on the destination.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct CompiledTraffic {
    pub(crate) fixed: ConnectionSet,
    pub(crate) named: Vec<(Box<str>, Option<Protocol>)>,
}

/// A rule, with its parts as sets.
#[derive(Clone, Debug)]
pub(crate) struct CompiledRule {
    pub(crate) action: Action,
    /// All its terms together.
    pub(crate) peers: EndSet,
    /// Term by term, as far as it has any.
    pub(crate) terms: Vec<EndSet>,
    pub(crate) traffic: TrafficId,
}

/// A policy, with its parts as sets.
#[derive(Clone, Debug)]
pub(crate) struct CompiledPolicy {
    pub(crate) subjects: FixedBitSet,
    egress: Vec<CompiledRule>,
    ingress: Vec<CompiledRule>,
}

impl CompiledPolicy {
    pub(crate) fn rules(&self, direction: Direction) -> &[CompiledRule] {
        match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        }
    }
}

/// Policies that apply to a class in one direction, tier by tier: what one evaluation runs through.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Applied {
    /// Index into the ruleset's tiers, and the groups of equal precedence within it.
    pub(crate) tiers: Vec<(u32, Vec<Vec<PolicyId>>)>,
    /// Whether a rule names a port that must be looked up on the subject (ingress only).
    names_own_ports: bool,
}

/// All classes, and every policy as sets of them.
#[derive(Clone, Debug)]
pub struct Compiled {
    ruleset: Ruleset,
    policies: Vec<CompiledPolicy>,
    classes: Classes,
    addresses: AddressIndex,
    traffics: Vec<CompiledTraffic>,
    egress: Vec<Applied>,
    ingress: Vec<Applied>,
    own_node: OwnNode,
    ip_block: IpBlockReach,
}

/// Compiles a ruleset for the ends of a snapshot.
pub fn compile(snapshot: &Snapshot, ruleset: Ruleset, settings: &Settings) -> Compiled {
    let addresses = AddressIndex::new(&ruleset, &snapshot.pod_network);
    let mut selectors = Selectors::mentioned(&ruleset);
    let classes = Classes::build(snapshot, settings, &mut selectors, &addresses);
    selectors.index(snapshot, &classes, &addresses);

    let mut traffics = TrafficPool::default();
    let mut rules = |policy, direction| compile_rules(policy, direction, &mut selectors, &classes, &addresses, &mut traffics);
    let sides: Vec<_> =
        ruleset.policies.iter().map(|policy| (rules(policy, Direction::Egress), rules(policy, Direction::Ingress))).collect();
    let policies: Vec<CompiledPolicy> = ruleset
        .policies
        .iter()
        .zip(sides)
        .map(|(policy, (egress, ingress))| CompiledPolicy { subjects: selectors.subject(&policy.subject, &classes), egress, ingress })
        .collect();
    drop(selectors);
    let traffics = traffics.traffics;
    let egress = applied(&ruleset, &policies, &classes, &traffics, Direction::Egress);
    let ingress = applied(&ruleset, &policies, &classes, &traffics, Direction::Ingress);
    Compiled { ruleset, policies, classes, addresses, traffics, egress, ingress, own_node: settings.own_node, ip_block: settings.ip_block }
}

fn compile_rules<'a>(
    policy: &'a Policy,
    direction: Direction,
    selectors: &mut Selectors<'a>,
    classes: &Classes,
    addresses: &AddressIndex,
    traffics: &mut TrafficPool,
) -> Vec<CompiledRule> {
    if !policy.acts_on(direction) {
        return Vec::new();
    }
    let compile = |rule: &'a Rule| {
        let (terms, peers) = match &rule.peers {
            PeerMatch::Any => (Vec::new(), EndSet::exactly(classes.every())),
            PeerMatch::Of(terms) => {
                let terms: Vec<EndSet> = terms.iter().map(|t| selectors.term(&t.kind, classes, addresses)).collect();
                let mut peers = EndSet::exactly(classes.none());
                terms.iter().for_each(|term| peers.union_with(term));
                if let Some(set) = rule.peers.joined_addresses() {
                    peers.union_with(&selectors.addresses(&set, true, classes, addresses));
                }
                (terms, peers)
            }
        };
        CompiledRule { action: rule.action, peers, terms, traffic: traffics.add(&rule.traffic) }
    };
    policy.rules(direction).iter().map(compile).collect()
}

#[derive(Default)]
struct TrafficPool {
    traffics: Vec<CompiledTraffic>,
    numbers: HashMap<Vec<TrafficTermKind>, TrafficId>,
}

impl TrafficPool {
    fn add(&mut self, traffic: &TrafficMatch) -> TrafficId {
        let key: Vec<TrafficTermKind> = match traffic {
            // An empty list cannot come from a rule that has terms, so it can stand for "everything" here.
            TrafficMatch::Any => Vec::new(),
            TrafficMatch::Of(terms) => {
                let mut key: Vec<_> = terms.iter().map(|t| t.kind.clone()).collect();
                key.sort_unstable();
                key.dedup();
                key
            }
        };
        if let Some(&id) = self.numbers.get(&key) {
            return id;
        }
        let id = TrafficId(self.traffics.len() as u32);
        let mut compiled = CompiledTraffic { fixed: ConnectionSet::EMPTY, named: Vec::new() };
        if matches!(traffic, TrafficMatch::Any) {
            compiled.fixed = ConnectionSet::all();
        }
        for term in &key {
            match term {
                TrafficTermKind::Protocol(protocol) => compiled.fixed = compiled.fixed.union(&ConnectionSet::protocol(*protocol)),
                TrafficTermKind::Ports(protocol, first, last) => {
                    compiled.fixed = compiled.fixed.union(&ConnectionSet::ports(*protocol, *first, *last));
                }
                TrafficTermKind::Named(name, protocol) => compiled.named.push((name.clone(), *protocol)),
            }
        }
        self.traffics.push(compiled);
        self.numbers.insert(key, id);
        id
    }
}

/// For each class, the policies that apply to it in one direction, in order.
fn applied(
    ruleset: &Ruleset,
    policies: &[CompiledPolicy],
    classes: &Classes,
    traffics: &[CompiledTraffic],
    direction: Direction,
) -> Vec<Applied> {
    let mut result = alloc::vec![Applied::default(); classes.len()];
    for (number, tier) in ruleset.tiers.iter().enumerate() {
        let number = number as u32;
        for (group_number, group) in tier.groups.iter().enumerate() {
            for &id in group {
                let acts = ruleset.policy(id).is_some_and(|p| p.acts_on(direction) && (tier.isolates() || !p.rules(direction).is_empty()));
                let Some(policy) = policies.get(id.0 as usize).filter(|_| acts) else { continue };
                let names_ports = policy
                    .rules(direction)
                    .iter()
                    .any(|r| direction == Direction::Ingress && traffics.get(r.traffic.0 as usize).is_some_and(|t| !t.named.is_empty()));
                for class in policy.subjects.ones() {
                    let Some(applied) = result.get_mut(class) else { continue };
                    applied.push(number, group_number as u32, id);
                    applied.names_own_ports |= names_ports;
                }
            }
        }
    }
    for applied in &mut result {
        applied.forget_group_numbers();
    }
    result
}

impl Applied {
    /// Group numbers are kept as a leading pseudo policy while the list is built, so that policies of one group stay together.
    fn push(&mut self, tier: u32, group: u32, policy: PolicyId) {
        let marker = PolicyId(group);
        match self.tiers.last_mut() {
            Some((number, groups)) if *number == tier => match groups.last_mut() {
                Some(last) if last.first() == Some(&marker) => last.push(policy),
                _ => groups.push(alloc::vec![marker, policy]),
            },
            _ => self.tiers.push((tier, alloc::vec![alloc::vec![marker, policy]])),
        }
    }

    fn forget_group_numbers(&mut self) {
        for group in self.tiers.iter_mut().flat_map(|(_, groups)| groups) {
            group.remove(0);
        }
    }

    /// Whether no policy applies.
    pub(crate) fn is_empty(&self) -> bool {
        self.tiers.is_empty()
    }
}

impl Compiled {
    /// The policies, as translated.
    pub fn ruleset(&self) -> &Ruleset {
        &self.ruleset
    }

    /// The policy with this number.
    pub fn policy(&self, id: PolicyId) -> Option<&Policy> {
        self.ruleset.policy(id)
    }

    /// How many classes of ends there are.
    pub fn class_count(&self) -> usize {
        self.classes.len()
    }

    /// The class of an end. Ends of one class get equal answers, but for the special case of a pod and itself or its own node.
    pub fn class_of(&self, end: End) -> ClassId {
        match end {
            End::Pod(id) => self.classes.of_endpoint(id),
            End::Node(id) => self.classes.of_node(id),
            End::Outside(address) => self.classes.of_atom(self.addresses.atom(address)),
        }
    }

    /// Where an end is that comes from a node's own network: a node, or a pod on the host network. Nothing for others.
    pub(crate) fn node_network(&self, end: End, snapshot: &Snapshot) -> Option<Whereabouts> {
        match end {
            End::Node(id) => Some(Whereabouts::On(id)),
            End::Pod(id) if self.class_kind(self.class_of(end)) == ClassKind::Node => Some(Whereabouts::of(snapshot.endpoint(id)?.node)),
            End::Pod(_) | End::Outside(_) => None,
        }
    }

    /// Where a pod is that has a network of its own. Nothing for other ends.
    pub(crate) fn pod_network(&self, end: End, snapshot: &Snapshot) -> Option<Whereabouts> {
        match end {
            End::Pod(id) if self.class_kind(self.class_of(end)) == ClassKind::Pod => Some(Whereabouts::of(snapshot.endpoint(id)?.node)),
            End::Pod(_) | End::Node(_) | End::Outside(_) => None,
        }
    }

    /// What kind of ends a class has.
    pub fn class_kind(&self, class: ClassId) -> ClassKind {
        self.classes.kind(class)
    }

    /// Address ranges that rules of a direction tell apart: as sources for ingress rules, as destinations for egress rules. Ascending,
    /// IPv4 first; neighbours lie in different sets of rules.
    pub fn outside(&self, direction: Direction) -> &[OutsideRange] {
        self.addresses.ranges(direction)
    }

    /// The first address and the class of every stretch of outside addresses, ascending.
    pub(crate) fn outside_atoms(&self) -> impl Iterator<Item = (IpAddr, ClassId)> + '_ {
        self.addresses.starts().iter().zip(0..).map(|(start, atom)| (*start, self.classes.of_atom(addresses::AtomId(atom))))
    }

    /// Whether a policy selects an endpoint.
    pub fn selects(&self, policy: PolicyId, endpoint: EndpointId) -> bool {
        let class = self.classes.of_endpoint(endpoint);
        self.policies.get(policy.0 as usize).is_some_and(|p| p.subjects.contains(class.0 as usize))
    }

    /// Whether a policy selects any endpoint at all.
    pub fn selects_any(&self, policy: PolicyId) -> bool {
        self.policies.get(policy.0 as usize).is_some_and(|p| !p.subjects.is_clear())
    }

    /// Enforced policies that select an endpoint and act in this direction, in the order in which they are looked at.
    pub fn policies_on(&self, endpoint: EndpointId, direction: Direction) -> Vec<PolicyId> {
        let applied = self.applied(self.classes.of_endpoint(endpoint), direction);
        applied.tiers.iter().flat_map(|(_, groups)| groups.iter().flatten().copied()).collect()
    }

    /// Whether an enforced policy isolates an endpoint in this direction, so that only what is allowed gets through.
    pub fn isolated(&self, endpoint: EndpointId, direction: Direction) -> bool {
        let applied = self.applied(self.classes.of_endpoint(endpoint), direction);
        applied.tiers.iter().any(|(tier, _)| self.ruleset.tiers.get(*tier as usize).is_some_and(|t| t.isolates()))
    }

    /// Whether a rule's peers match an end: for certain, or possibly.
    pub fn rule_matches(&self, rule: RuleRef, end: End) -> (bool, bool) {
        let class = self.class_of(end).0 as usize;
        self.compiled_rule(rule).map_or((false, false), |r| (r.peers.certain.contains(class), r.peers.possible().contains(class)))
    }

    /// Pods among the ends that one peer term of a rule matches, for certain or possibly.
    pub fn term_matches_pods(&self, rule: RuleRef, term: usize) -> bool {
        let Some(set) = self.compiled_rule(rule).and_then(|r| r.terms.get(term)) else { return false };
        set.possible().ones().any(|class| matches!(self.classes.kind(ClassId(class as u32)), ClassKind::Pod))
    }

    /// Whether any pod that a rule is about (a subject, for ingress; a peer, for egress) declares a port with this name and protocol.
    /// Nothing if there is no such pod at all.
    pub(crate) fn named_port_is_found(&self, rule: RuleRef, name: &str, protocol: Option<Protocol>) -> Option<bool> {
        let destinations = match rule.direction {
            Direction::Ingress => &self.compiled_policy(rule.policy)?.subjects,
            Direction::Egress => self.compiled_rule(rule)?.peers.possible(),
        };
        let mut pods =
            destinations.ones().map(|class| ClassId(class as u32)).filter(|class| self.classes.kind(*class) == ClassKind::Pod).peekable();
        pods.peek()?;
        Some(pods.any(|class| {
            self.classes.named_ports(class).iter().any(|p| *p.name == *name && protocol.is_none_or(|wanted| wanted == p.protocol))
        }))
    }

    pub(crate) fn applied(&self, class: ClassId, direction: Direction) -> &Applied {
        const NOTHING: &Applied = &Applied { tiers: Vec::new(), names_own_ports: false };
        let all = match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        };
        all.get(class.0 as usize).unwrap_or(NOTHING)
    }

    /// What tells the evaluations of two classes in a direction apart: the policies that apply, and the named ports of the subject where
    /// a rule asks for them.
    pub(crate) fn signature(&self, class: ClassId, direction: Direction) -> (&Applied, &[classes::NamedPort]) {
        let applied = self.applied(class, direction);
        (applied, if applied.names_own_ports { self.classes.named_ports(class) } else { &[] })
    }

    pub(crate) fn compiled_policy(&self, id: PolicyId) -> Option<&CompiledPolicy> {
        self.policies.get(id.0 as usize)
    }

    pub(crate) fn compiled_rule(&self, rule: RuleRef) -> Option<&CompiledRule> {
        self.compiled_policy(rule.policy)?.rules(rule.direction).get(rule.index as usize)
    }

    /// The connections that a rule's traffic means, if it names no ports.
    pub(crate) fn fixed_traffic(&self, traffic: TrafficId) -> Option<&ConnectionSet> {
        self.traffics.get(traffic.0 as usize).filter(|t| t.named.is_empty()).map(|t| &t.fixed)
    }

    /// The connections that a rule's traffic means for a destination class.
    pub(crate) fn traffic_to(&self, traffic: TrafficId, destination: ClassId) -> ConnectionSet {
        let Some(traffic) = self.traffics.get(traffic.0 as usize) else { return ConnectionSet::EMPTY };
        let mut set = traffic.fixed.clone();
        for (name, protocol) in &traffic.named {
            for port in self.classes.named_ports(destination) {
                if port.name == *name && protocol.is_none_or(|p| p == port.protocol) {
                    set = set.union(&ConnectionSet::ports(port.protocol, port.number, port.number));
                }
            }
        }
        set
    }

    /// Whether an ipBlock can match pods and nodes.
    pub(crate) fn blocks_reach_inside(&self) -> bool {
        self.ip_block == IpBlockReach::PodsToo
    }

    pub(crate) fn own_node(&self) -> OwnNode {
        self.own_node
    }
}

/// A range of addresses outside the cluster whose members no rule of a direction tells apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OutsideRange {
    /// First address.
    pub first: IpAddr,
    /// Last address.
    pub last: IpAddr,
}
