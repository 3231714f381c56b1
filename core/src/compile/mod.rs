//! From snapshot and ruleset to something that answers in microseconds.
//!
//! Endpoints that no rule can tell apart become one *class*: pods with the same namespace class, the same values of the labels that some
//! selector mentions, the same named ports that some rule mentions and the same memberships in address sets; nodes and outside address
//! ranges likewise. Each selector and each peer is then a set of classes, computed from an index of labels, and cost follows the number of
//! different pods and rules, not the number of pods: sets are as small as they can be, and equal ones are kept once.

mod addresses;
mod again;
mod applied;
mod class_set;
mod classes;
mod endpoint;
pub(crate) mod expressions;
mod label_table;
mod labels;
mod mentions;
mod parts;
mod places;
mod policies;
mod queries;
mod selectors;
mod service_ports;
mod sets;
mod traffic;

pub(crate) use applied::{Applied, AppliedId};
pub(crate) use class_set::ClassSet;
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
use crate::policy::{Action, Direction, DroppedPackets, Ruleset, service_port};
use crate::settings::{Assumed, HostInput, Http, IpBlockReach, OwnNode};
use crate::snapshot::Snapshot;

use addresses::AddressIndex;
use applied::AppliedLists;
use class_set::Pool;
use classes::Classes;
use policies::PolicyCompiler;
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
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Signature {
    pub(crate) applied: AppliedId,
    pub(crate) dropped: DroppedPackets,
    own: OwnPart,
    hook: Option<Hook>,
}

/// What rules see of the packet's endpoint on their own side.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) struct OwnPart {
    /// The rules that say something of it and that it meets, by number, with whether it meets them for certain.
    meets: Vec<(u32, bool)>,
    /// The number of its named ports, where a rule asks for some.
    ports: u32,
}

impl CompiledRule {
    /// The same, sharing what it holds with equal sets.
    fn kept(self, pool: &mut Pool) -> Self {
        CompiledRule {
            peers: self.peers.kept(pool),
            terms: self.terms.into_iter().map(|term| term.kept(pool)).collect(),
            parts: self.parts.into_iter().map(|parts| parts.kept(pool)).collect(),
            own: self.own.map(|own| own.kept(pool)),
            ..self
        }
    }
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
    /// The classes in each of its address sets.
    address_sets: Vec<EndpointSet>,
    traffics: TrafficPool,
    pool: Pool,
    egress: AppliedLists,
    ingress: AppliedLists,
    own_node: OwnNode,
    ip_block: IpBlockReach,
    host_input: HostInput,
    http: Http,
    /// How often it was brought up to date since all of it was compiled.
    edits: u32,
}

/// Compiles a ruleset for the endpoints of a snapshot.
pub fn compile(snapshot: &Snapshot, ruleset: Ruleset, settings: &Assumed) -> Compiled {
    let mut selectors = Selectors::mentioned(ruleset.policies.iter().map(|policy| &**policy), snapshot);
    let (extra, points) = named_addresses(&ruleset, snapshot, &selectors);
    let outside = outside_points(&points, snapshot);
    let across = ruleset.hosts.is_some() && !snapshot.host_endpoints.is_empty();
    let addresses = AddressIndex::new(&ruleset, extra, &points, &outside, across, &snapshot.cloud.borders(), &snapshot.pod_network);
    let classes = Classes::build(snapshot, settings, ruleset.hosts.as_ref(), &mut selectors, &addresses);
    selectors.index(snapshot, &classes, addresses.sets_of_classes(&classes));

    let (mut traffics, mut pool) = (TrafficPool::default(), Pool::default());
    pool.keep(classes.every().clone());
    let mut compiler =
        PolicyCompiler { selectors, snapshot, classes: &classes, addresses: &addresses, traffics: &mut traffics, pool: &mut pool };
    let policies: Vec<CompiledPolicy> = ruleset.policies.iter().map(|policy| compiler.policy(policy)).collect();
    let address_sets = compiler.finish();
    let egress = AppliedLists::new(&ruleset, &policies, &classes, &traffics, Direction::Egress);
    let ingress = AppliedLists::new(&ruleset, &policies, &classes, &traffics, Direction::Ingress);
    Compiled {
        ruleset,
        policies,
        classes,
        addresses,
        address_sets,
        traffics,
        pool,
        egress,
        ingress,
        own_node: settings.own_node,
        ip_block: settings.ip_block,
        host_input: settings.host_input,
        http: settings.http.clone(),
        edits: 0,
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
    let slices = snapshot
        .services
        .iter()
        .filter(|s| !s.slices.is_empty() && selectors.names_port(&service_port(snapshot.namespace_name(s.namespace), &s.name)));
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

/// A range of addresses outside the cluster whose members no rule of a direction tells apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OutsideRange {
    /// First address.
    pub first: IpAddr,
    /// Last address.
    pub last: IpAddr,
}
