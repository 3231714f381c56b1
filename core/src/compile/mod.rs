//! From snapshot and ruleset to something that answers in microseconds.
//!
//! Endpoints that no rule can tell apart become one *class*: pods with the same namespace class, the same values of the labels that some
//! selector mentions, the same named ports that some rule mentions and the same memberships in address sets; nodes and outside address
//! ranges likewise. Each selector and each peer is then a bitset over classes, computed from an index of labels, and cost follows the
//! number of different pods and rules, not the number of pods.

mod addresses;
mod applied;
mod classes;
mod endpoint;
pub(crate) mod expressions;
mod labels;
mod parts;
mod places;
mod queries;
mod selectors;
mod sets;
mod traffic;

pub(crate) use applied::Applied;
pub use classes::{ClassId, ClassKind, Hook};
pub use endpoint::Endpoint;
pub(crate) use endpoint::Whereabouts;
pub(crate) use parts::Parts;
pub use sets::EndpointSet;
pub(crate) use sets::EntityParts;
pub(crate) use traffic::{Side, TrafficId};

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::model::AddressSet;
use crate::policy::{Action, Direction, DroppedPackets, HttpFit, PeerMatch, PeerTerm, PeerTermKind, Policy, Rule, Ruleset};
use crate::settings::{Assumed, HostInput, Http, IpBlockReach, OwnNode};
use crate::snapshot::Snapshot;

use addresses::AddressIndex;
use applied::applied;
use classes::Classes;
use selectors::Selectors;
use traffic::{CompiledTraffic, TrafficPool};

/// A rule, with its parts as sets.
#[derive(Clone, Debug)]
pub(crate) struct CompiledRule {
    pub(crate) action: Action,
    /// All its terms together.
    pub(crate) peers: EndpointSet,
    /// Term by term, as far as it has any.
    pub(crate) terms: Vec<EndpointSet>,
    /// For a term that is a side of a Calico rule, its parts, so that an explanation can say which of them failed.
    parts: Vec<EntityParts>,
    pub(crate) traffic: TrafficId,
    /// Selected endpoints for which the rule is meant at all, where it says so.
    pub(crate) own: Option<EndpointSet>,
}

/// A policy, with its parts as sets.
#[derive(Clone, Debug)]
pub(crate) struct CompiledPolicy {
    pub(crate) subjects: EndpointSet,
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

/// Compiles a ruleset for the endpoints of a snapshot.
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
                subjects = EndpointSet::new(classes.none(), subjects.possible().clone());
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
            PeerMatch::Any => (Vec::new(), EndpointSet::exactly(classes.every())),
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
                let terms: Vec<EndpointSet> = terms.iter().map(&mut term).collect();
                let mut peers = EndpointSet::exactly(classes.none());
                terms.iter().for_each(|term| peers.union_with(term));
                if let Some(set) = rule.peers.joined_addresses() {
                    peers.union_with(&selectors.addresses(&set, true, classes, addresses));
                }
                (terms, peers)
            }
        };
        match rule.http.map(|http| http.fits) {
            None | Some(HttpFit::NotAsked | HttpFit::Yes) => {}
            Some(HttpFit::No) => peers = EndpointSet::exactly(classes.none()),
            Some(HttpFit::Unknown) => peers = EndpointSet::new(classes.none(), peers.possible().clone()),
        }
        if rule.doubt.is_some() || policy.doubt.is_some() {
            peers = EndpointSet::new(classes.none(), peers.possible().clone());
        }
        let own = rule.own.as_ref().map(|term| selectors.term(&term.kind, classes, addresses));
        CompiledRule { action: rule.action, peers, terms, parts, traffic: traffics.add(&rule.traffic), own }
    };
    policy.rules(direction).iter().map(compile).collect()
}

/// A range of addresses outside the cluster whose members no rule of a direction tells apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OutsideRange {
    /// First address.
    pub first: IpAddr,
    /// Last address.
    pub last: IpAddr,
}
