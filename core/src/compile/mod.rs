//! From snapshot and ruleset to something that answers in microseconds.
//!
//! Ends that no rule can tell apart become one *class*: pods with the same namespace class, the same values of the labels that some
//! selector mentions, the same named ports that some rule mentions and the same memberships in address sets; nodes and outside address
//! ranges likewise. Each selector and each peer is then a bitset over classes, computed from an index of labels, and cost follows the
//! number of different pods and rules, not the number of pods.

mod addresses;
mod classes;
pub(crate) mod expressions;
mod labels;
mod parts;
mod places;
mod selectors;
mod traffic;

pub use classes::{ClassId, ClassKind, Hook};
pub(crate) use parts::Parts;
pub(crate) use traffic::{Side, TrafficId};

use alloc::vec::Vec;
use core::net::IpAddr;

use fixedbitset::FixedBitSet;

use crate::connections::ConnectionSet;
use crate::model::{AddressSet, Protocol};
use crate::policy::EndpointToHost;
use crate::policy::{
    Action, Direction, DroppedPackets, HookMatch, HttpFit, PeerMatch, PeerTerm, PeerTermKind, Policy, PolicyId, Rule, RuleRef, Ruleset,
    SubjectMatch,
};
use crate::settings::{Assumed, HostInput, Http, IpBlockReach, OwnNode};
use crate::snapshot::{NodeId, PodId, Snapshot};
use crate::verdict::evaluate::Matched;

use addresses::AddressIndex;
use classes::Classes;
use selectors::Selectors;
use traffic::{CompiledTraffic, TrafficPool};

/// One end of a flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Endpoint {
    /// A pod (one replica of an endpoint).
    Pod(PodId),
    /// A node itself.
    Node(NodeId),
    /// An address outside the cluster.
    Outside(IpAddr),
    /// An address in one of the cloud's networks (an index into [`crate::snapshot::cloud::Cloud::networks`]): networks that are not connected may have
    /// the same addresses, and these are different ends.
    InNetwork(u32, IpAddr),
}

impl Endpoint {
    /// The address of an end that is nothing but an address.
    pub const fn address(self) -> Option<IpAddr> {
        match self {
            Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => Some(address),
            Endpoint::Pod(_) | Endpoint::Node(_) => None,
        }
    }
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

    /// Takes a class out.
    fn remove(&mut self, class: usize) {
        let mut possible = self.possible().clone();
        possible.remove(class);
        self.certain.remove(class);
        *self = EndSet::new(core::mem::take(&mut self.certain), possible);
    }

    /// Ends in both.
    fn intersect_with(&mut self, other: &EndSet) {
        let mut possible = self.possible().clone();
        possible.intersect_with(other.possible());
        self.certain.intersect_with(&other.certain);
        *self = EndSet::new(core::mem::take(&mut self.certain), possible);
    }

    /// Ends not in it.
    fn complement(&self, every: &FixedBitSet) -> EndSet {
        let without = |set: &FixedBitSet| {
            let mut rest = every.clone();
            rest.difference_with(set);
            rest
        };
        EndSet::new(without(self.possible()), without(&self.certain))
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

/// What the parts of a side of a Calico rule match; nothing for a part that is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntityParts {
    pub(crate) selector: Option<EndSet>,
    pub(crate) not_selector: Option<EndSet>,
    pub(crate) addresses: Option<EndSet>,
    pub(crate) service: Option<EndSet>,
}

impl EntityParts {
    /// Ends for which all of them hold.
    fn whole(&self, classes: &Classes) -> EndSet {
        let mut parts = [&self.selector, &self.not_selector, &self.addresses, &self.service].into_iter().flatten();
        let Some(first) = parts.next() else { return EndSet::exactly(classes.every()) };
        parts.fold(first.clone(), |mut ends, part| {
            ends.intersect_with(part);
            ends
        })
    }
}

/// A rule, with its parts as sets.
#[derive(Clone, Debug)]
pub(crate) struct CompiledRule {
    pub(crate) action: Action,
    /// All its terms together.
    pub(crate) peers: EndSet,
    /// Term by term, as far as it has any.
    pub(crate) terms: Vec<EndSet>,
    /// For a term that is a side of a Calico rule, its parts, so that an explanation can say which of them failed.
    parts: Vec<EntityParts>,
    pub(crate) traffic: TrafficId,
    /// Selected ends for which the rule is meant at all, where it says so.
    pub(crate) own: Option<EndSet>,
}

/// A policy, with its parts as sets.
#[derive(Clone, Debug)]
pub(crate) struct CompiledPolicy {
    pub(crate) subjects: EndSet,
    egress: Vec<CompiledRule>,
    ingress: Vec<CompiledRule>,
}

/// What tells evaluations apart; see [`Compiled::signature`].
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Signature<'a> {
    pub(crate) applied: &'a Applied,
    pub(crate) dropped: DroppedPackets,
    ports: &'a [classes::NamedPort],
    class: Option<ClassId>,
    hook: Option<Hook>,
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
    /// Whether a rule names a port that must be looked up on the subject.
    names_own_ports: bool,
    /// Whether a rule says something of the subject itself; then the classes of its subjects are told apart.
    tells_subjects_apart: bool,
    /// Those of them that select the class possibly and not for certain; sorted.
    pub(crate) unsure: Vec<PolicyId>,
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
    host_input: HostInput,
    http: Http,
}

/// Compiles a ruleset for the ends of a snapshot.
pub fn compile(snapshot: &Snapshot, ruleset: Ruleset, settings: &Assumed) -> Compiled {
    let mut selectors = Selectors::mentioned(&ruleset, snapshot);
    let (extra, points) = named_addresses(&ruleset, snapshot, &selectors);
    let outside = outside_points(&points, snapshot);
    let across = ruleset.hosts.is_some() && !snapshot.host_endpoints.is_empty();
    let addresses = AddressIndex::new(&ruleset, extra, &points, &outside, across, &snapshot.cloud.borders(), &snapshot.pod_network);
    let classes = Classes::build(snapshot, settings, ruleset.hosts.as_ref(), &mut selectors, &addresses);
    selectors.index(snapshot, &classes, &addresses);

    let mut traffics = TrafficPool::default();
    let mut rules = |policy, direction| compile_rules(policy, direction, &mut selectors, &classes, &addresses, &mut traffics);
    let sides: Vec<_> =
        ruleset.policies.iter().map(|policy| (rules(policy, Direction::Egress), rules(policy, Direction::Ingress))).collect();
    let policies: Vec<CompiledPolicy> = ruleset
        .policies
        .iter()
        .zip(sides)
        .map(|(policy, (egress, ingress))| {
            let mut subjects = selectors.subjects(&policy.subject, snapshot, &classes);
            if policy.doubt.is_some() {
                subjects = EndSet::new(classes.none(), subjects.possible().clone());
            }
            CompiledPolicy { subjects, egress, ingress }
        })
        .collect();
    drop(selectors);
    let traffics = traffics.traffics;
    let egress = applied(&ruleset, &policies, &classes, &traffics, Direction::Egress);
    let ingress = applied(&ruleset, &policies, &classes, &traffics, Direction::Ingress);
    Compiled {
        ruleset,
        policies,
        classes,
        addresses,
        traffics,
        egress,
        ingress,
        own_node: settings.own_node,
        ip_block: settings.ip_block,
        host_input: settings.host_input,
        http: settings.http.clone(),
    }
}

/// Addresses that rules name otherwise than by writing them down: by direction, those of sets that selectors of peers select; and single ones
/// that stand behind Services.
fn named_addresses<'a>(ruleset: &'a Ruleset, snapshot: &Snapshot, selectors: &'a Selectors<'_>) -> ([Vec<&'a AddressSet>; 2], Vec<IpAddr>) {
    let extra = Direction::BOTH.map(|direction| {
        let rules = ruleset.policies.iter().flat_map(|p| p.rules(direction));
        let named = rules.flat_map(expressions::entities).flat_map(|e| e.selector.iter().chain(&e.not_selector));
        let mut sets: Vec<&AddressSet> = named
            .flat_map(|selector| [selectors.expressions.addresses(selector), selectors.expressions.possible_addresses(selector)])
            .flatten()
            .collect();
        sets.dedup();
        sets
    });
    let slices = snapshot.services.iter().filter(|s| {
        !s.slices.is_empty() && selectors.names_port(&crate::policy::service_port(snapshot.namespace_name(s.namespace), &s.name))
    });
    let points = slices.flat_map(|s| &s.slices).flat_map(|s| s.endpoints.iter().map(|e| e.address)).collect();
    (extra, points)
}

/// Those that no pod and no node has.
fn outside_points(points: &[IpAddr], snapshot: &Snapshot) -> Vec<IpAddr> {
    let of_pods = snapshot.endpoints.iter().filter(|e| e.address_given).flat_map(|e| &e.addresses);
    let known: hashbrown::HashSet<&IpAddr> = of_pods.chain(snapshot.nodes.iter().flat_map(|n| &n.addresses)).collect();
    let mut outside: Vec<IpAddr> = points.iter().filter(|a| !known.contains(a)).copied().collect();
    outside.sort_unstable();
    outside.dedup();
    outside
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
        let mut parts: Vec<EntityParts> = Vec::new();
        let (terms, mut peers) = match &rule.peers {
            PeerMatch::Any => (Vec::new(), EndSet::exactly(classes.every())),
            PeerMatch::Of(terms) => {
                let mut term = |term: &'a PeerTerm| match &term.kind {
                    PeerTermKind::Entity(entity) => {
                        let found = selectors.entity_parts(entity, classes, addresses);
                        let whole = found.whole(classes);
                        parts.push(found);
                        whole
                    }
                    kind => selectors.term(kind, classes, addresses),
                };
                let terms: Vec<EndSet> = terms.iter().map(&mut term).collect();
                let mut peers = EndSet::exactly(classes.none());
                terms.iter().for_each(|term| peers.union_with(term));
                if let Some(set) = rule.peers.joined_addresses() {
                    peers.union_with(&selectors.addresses(&set, true, classes, addresses));
                }
                (terms, peers)
            }
        };
        match rule.http.map(|http| http.fits) {
            None | Some(HttpFit::NotAsked | HttpFit::Yes) => {}
            Some(HttpFit::No) => peers = EndSet::exactly(classes.none()),
            Some(HttpFit::Unknown) => peers = EndSet::new(classes.none(), peers.possible().clone()),
        }
        if rule.doubt.is_some() || policy.doubt.is_some() {
            peers = EndSet::new(classes.none(), peers.possible().clone());
        }
        let own = rule.own.as_ref().map(|term| selectors.term(&term.kind, classes, addresses));
        CompiledRule { action: rule.action, peers, terms, parts, traffic: traffics.add(&rule.traffic), own }
    };
    policy.rules(direction).iter().map(compile).collect()
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
                // A policy of Calico's that selects an end and has no rules for it is met all the same, also where its tier passes everything on.
                let acts = ruleset.policy(id).is_some_and(|p| {
                    let tells = tier.isolates() || !p.rules(direction).is_empty() || matches!(p.subject, SubjectMatch::Endpoints(_));
                    p.acts_on(direction) && tells
                });
                let Some(policy) = policies.get(id.0 as usize).filter(|_| acts) else { continue };
                let own_side = match direction {
                    Direction::Egress => Side::Source,
                    Direction::Ingress => Side::Destination,
                };
                let rules = policy.rules(direction);
                let names_ports = rules.iter().any(|r| traffics.get(r.traffic.0 as usize).is_some_and(|t| t.asks(own_side)));
                let tells_apart = rules.iter().any(|r| r.own.is_some());
                let hook = ruleset.policy(id).map_or(HookMatch::Any, |p| p.hook);
                for class in policy.subjects.possible().ones() {
                    let Some(applied) = result.get_mut(class).filter(|_| classes.kind(ClassId(class as u32)).meets(hook)) else { continue };
                    applied.push(number, group_number as u32, id);
                    if !policy.subjects.certain.contains(class) {
                        applied.unsure.push(id);
                    }
                    applied.names_own_ports |= names_ports;
                    applied.tells_subjects_apart |= tells_apart;
                }
            }
        }
    }
    for (class, applied) in (0..).map(ClassId).zip(&mut result) {
        applied.forget_group_numbers();
        applied.unsure.sort_unstable();
        // Failsafe ports keep packets from policies; where there is none, they say nothing.
        let early = matches!(classes.kind(class), ClassKind::Host(Hook::Untracked | Hook::Reply | Hook::PreDnat));
        let is_failsafe = |id: &PolicyId| ruleset.policy(*id).is_some_and(|p| p.hook.is_failsafe());
        if early && applied.tiers.iter().all(|(_, groups)| groups.iter().flatten().all(is_failsafe)) {
            *applied = Applied::default();
        }
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

    /// Whether it is not certain that any of these policies selects the end.
    pub(crate) fn only_possibly(&self, groups: &[Vec<PolicyId>]) -> bool {
        !self.unsure.is_empty() && groups.iter().flatten().all(|id| self.is_unsure(*id))
    }

    /// Whether a policy selects the end possibly and not for certain.
    pub(crate) fn is_unsure(&self, id: PolicyId) -> bool {
        self.unsure.binary_search(&id).is_ok()
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
    pub fn class_of(&self, end: Endpoint) -> ClassId {
        match end {
            Endpoint::Pod(id) => self.classes.of_endpoint(id),
            Endpoint::Node(id) => self.classes.of_node(id),
            Endpoint::Outside(address) | Endpoint::InNetwork(_, address) => self.classes.of_atom(self.addresses.atom(address)),
        }
    }

    /// Where an end is that comes from a node's own network: a node, or a pod on the host network. Nothing for others.
    pub(crate) fn node_network(&self, end: Endpoint, snapshot: &Snapshot) -> Option<Whereabouts> {
        match end {
            Endpoint::Node(id) => Some(Whereabouts::On(id)),
            Endpoint::Pod(id) if self.class_kind(self.class_of(end)) == ClassKind::Node => Some(Whereabouts::of(snapshot.pod(id)?.node)),
            Endpoint::Pod(_) | Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
        }
    }

    /// Where a pod is that has a network of its own. Nothing for other ends.
    pub(crate) fn pod_network(&self, end: Endpoint, snapshot: &Snapshot) -> Option<Whereabouts> {
        match end {
            Endpoint::Pod(id) if self.class_kind(self.class_of(end)) == ClassKind::Pod => Some(Whereabouts::of(snapshot.pod(id)?.node)),
            Endpoint::Pod(_) | Endpoint::Node(_) | Endpoint::Outside(_) | Endpoint::InNetwork(..) => None,
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

    /// Whether a policy selects an endpoint, for certain or possibly.
    pub fn selects(&self, policy: PolicyId, endpoint: PodId) -> bool {
        let class = self.classes.of_endpoint(endpoint);
        self.policies.get(policy.0 as usize).is_some_and(|p| p.subjects.possible().contains(class.0 as usize))
    }

    /// Whether a policy selects a host endpoint, whether it acts at the hook or not.
    pub(crate) fn selects_host(&self, policy: PolicyId, host: u32, hook: Hook) -> bool {
        let class = self.class_of_host(host, hook);
        self.compiled_policy(policy).is_some_and(|p| p.subjects.possible().contains(class.0 as usize))
    }

    /// Whether a policy selects any endpoint at all, for certain or possibly.
    pub fn selects_any(&self, policy: PolicyId) -> bool {
        self.policies.get(policy.0 as usize).is_some_and(|p| !p.subjects.possible().is_clear())
    }

    /// Enforced policies that select an endpoint and act in this direction, in the order in which they are looked at.
    pub fn policies_on(&self, endpoint: PodId, direction: Direction) -> Vec<PolicyId> {
        self.policies_on_class(self.classes.of_endpoint(endpoint), direction)
    }

    /// Policies that select a host endpoint (an index into [`Snapshot::host_endpoints`]), at whichever hook and in whichever direction.
    pub fn policies_on_host(&self, host: u32) -> Vec<PolicyId> {
        let classes = Hook::ALL.map(|hook| self.class_of_host(host, hook));
        let found = classes.iter().flat_map(|class| Direction::BOTH.into_iter().flat_map(|d| self.policies_on_class(*class, d)));
        let mut found: Vec<PolicyId> = found.collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The same for a class.
    pub(crate) fn policies_on_class(&self, class: ClassId, direction: Direction) -> Vec<PolicyId> {
        self.applied(class, direction).tiers.iter().flat_map(|(_, groups)| groups.iter().flatten().copied()).collect()
    }

    /// Whether an enforced policy isolates an endpoint for certain in this direction, so that only what is allowed gets through.
    pub fn isolated(&self, endpoint: PodId, direction: Direction) -> bool {
        let applied = self.applied(self.classes.of_endpoint(endpoint), direction);
        let isolates = |tier: &u32| self.ruleset.tiers.get(*tier as usize).is_some_and(|t| t.isolates());
        applied.tiers.iter().any(|(tier, groups)| isolates(tier) && !applied.only_possibly(groups))
    }

    /// The parts of the sides that a rule of Calico's has as its peers, and whether each may match an end.
    pub(crate) fn failed_parts(&self, rule: RuleRef, end: Endpoint) -> Option<[bool; 4]> {
        let class = self.class_of(end).0 as usize;
        let parts = self.compiled_rule(rule)?.parts.first()?;
        let failed = |part: &Option<EndSet>| part.as_ref().is_some_and(|set| !set.possible().contains(class));
        Some([failed(&parts.selector), failed(&parts.not_selector), failed(&parts.addresses), failed(&parts.service)])
    }

    /// Whether a rule is possibly meant for the end that its policy selects.
    pub(crate) fn is_meant_for(&self, rule: RuleRef, subject: Endpoint) -> bool {
        let class = self.class_of(subject).0 as usize;
        let own = self.compiled_rule(rule).and_then(|r| r.own.as_ref());
        own.is_none_or(|own| own.possible().contains(class))
    }

    /// Whether a rule is meant for the end that its policy selects, whatever the unknown facts are.
    pub(crate) fn is_surely_meant_for(&self, rule: RuleRef, subject: Endpoint) -> bool {
        let class = self.class_of(subject).0 as usize;
        self.compiled_rule(rule).and_then(|r| r.own.as_ref()).is_none_or(|own| own.certain.contains(class))
    }

    /// Whether a rule's peers match an end: for certain, or possibly.
    pub fn rule_matches(&self, rule: RuleRef, end: Endpoint) -> (bool, bool) {
        let class = self.class_of(end).0 as usize;
        self.compiled_rule(rule).map_or((false, false), |r| (r.peers.certain.contains(class), r.peers.possible().contains(class)))
    }

    /// The first peer term of a rule that matches an end: for certain if there is one, else possibly.
    pub(crate) fn matching_term(&self, rule: RuleRef, end: Endpoint) -> Option<usize> {
        let class = self.class_of(end).0 as usize;
        let terms = &self.compiled_rule(rule)?.terms;
        let certain = terms.iter().position(|term| term.certain.contains(class));
        certain.or_else(|| terms.iter().position(|term| term.possible().contains(class)))
    }

    /// Whether one peer term of a rule matches any end at all, possibly at least.
    pub(crate) fn term_matches_anything(&self, rule: RuleRef, term: usize) -> bool {
        self.compiled_rule(rule).and_then(|r| r.terms.get(term)).is_some_and(|set| !set.possible().is_clear())
    }

    /// Whether a rule is possibly meant for any end that its policy selects. For hosts, where it is about whatever goes through them: always.
    pub(crate) fn is_meant_for_some(&self, rule: RuleRef) -> bool {
        let Some(own) = self.compiled_rule(rule).and_then(|r| r.own.as_ref()) else { return true };
        let Some(policy) = self.compiled_policy(rule.policy) else { return true };
        policy
            .subjects
            .possible()
            .ones()
            .any(|class| own.possible().contains(class) || !matches!(self.classes.kind(ClassId(class as u32)), ClassKind::Pod))
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
            Direction::Ingress => self.compiled_policy(rule.policy)?.subjects.possible(),
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
        const NOTHING: &Applied = &Applied { tiers: Vec::new(), names_own_ports: false, tells_subjects_apart: false, unsure: Vec::new() };
        let all = match direction {
            Direction::Egress => &self.egress,
            Direction::Ingress => &self.ingress,
        };
        all.get(class.0 as usize).unwrap_or(NOTHING)
    }

    /// What tells the evaluations of two classes in a direction apart: the policies that apply, the named ports of the subject where a rule
    /// asks for them, the class itself where a rule says something of its subject, and whether it is a host's (see [`Hook`]).
    pub(crate) fn signature(&self, class: ClassId, direction: Direction) -> Signature<'_> {
        let applied = self.applied(class, direction);
        let ports = if applied.names_own_ports { self.classes.named_ports(class) } else { &[] };
        let hook = match self.classes.kind(class) {
            ClassKind::Host(hook) => Some(hook),
            ClassKind::Pod | ClassKind::Node | ClassKind::Outside | ClassKind::Group => None,
        };
        let dropped = if direction == Direction::Egress { self.dropped(class) } else { DroppedPackets::default() };
        Signature { applied, dropped, ports, class: applied.tells_subjects_apart.then_some(class), hook }
    }

    /// Whether a rule that applies to a class says something of the packet's end on its own side.
    pub(crate) fn asks_about_own_end(&self, class: ClassId, direction: Direction) -> bool {
        let applied = self.applied(class, direction);
        applied.tells_subjects_apart || applied.names_own_ports
    }

    pub(crate) fn compiled_policy(&self, id: PolicyId) -> Option<&CompiledPolicy> {
        self.policies.get(id.0 as usize)
    }

    pub(crate) fn compiled_rule(&self, rule: RuleRef) -> Option<&CompiledRule> {
        self.compiled_policy(rule.policy)?.rules(rule.direction).get(rule.index as usize)
    }

    /// A rule's traffic.
    pub(crate) fn compiled_traffic(&self, traffic: TrafficId) -> Option<&CompiledTraffic> {
        self.traffics.get(traffic.0 as usize)
    }

    /// The connections that a rule's traffic means between two classes.
    pub(crate) fn traffic_between(&self, traffic: TrafficId, source: ClassId, destination: ClassId) -> ConnectionSet {
        let ports = |class| self.classes.named_ports(class);
        self.compiled_traffic(traffic).map_or(ConnectionSet::EMPTY, |t| t.between(ports(source), ports(destination)))
    }

    /// Packets that ends of a class may not send, whatever policies say.
    pub(crate) fn dropped(&self, class: ClassId) -> DroppedPackets {
        self.classes.dropped(class)
    }

    /// The class of a host endpoint (an index into [`Snapshot::host_endpoints`]) at a hook.
    pub fn class_of_host(&self, host: u32, hook: Hook) -> ClassId {
        self.classes.of_host(host, hook)
    }

    /// The class of a use of a security group (an index into [`crate::snapshot::cloud::Cloud::uses`]).
    pub fn class_of_group(&self, used: u32) -> ClassId {
        self.classes.of_group(used)
    }

    /// Whether there are host endpoints, and an engine that polices them.
    pub(crate) fn polices_hosts(&self) -> bool {
        self.ruleset.hosts.is_some()
    }

    /// Which HTTP request is assumed.
    pub(crate) fn assumed_http(&self) -> &Http {
        &self.http
    }

    /// What nodes do with packets that Calico leaves to them.
    pub(crate) fn host_input(&self) -> HostInput {
        self.host_input
    }

    /// What a node does with packets of its own pods to itself.
    pub(crate) fn endpoint_to_host(&self, node: NodeId, snapshot: &Snapshot) -> EndpointToHost {
        let Some(hosts) = &self.ruleset.hosts else { return EndpointToHost::Accept };
        let own = snapshot.node(node).and_then(|n| hosts.endpoint_to_host_of.get(n.name.as_str()));
        own.copied().unwrap_or(hosts.endpoint_to_host)
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
