//! What is allowed at present, as wanted flows.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::needs::{Needs, Row};
use super::world::World;
use crate::compile::{Endpoint, OutsideRange};
use crate::connections::ConnectionSet;
use crate::model::{AddressSet, Protocol};
use crate::policy::{Direction, SubjectMatch};
use crate::snapshot::{PodId, Role};
use crate::verdict::is_single;

/// What pods send and receive at present, of those that a policy isolates; and how many pairs of ends were left out, as it cannot be told what they may.
pub(super) fn of_present(world: &World<'_>) -> (Needs, usize) {
    // That its own node reaches a pod no policy can give or take.
    let connectivity = world.connectivity.without_own_node();
    let inside = world.addresses_inside();
    let (mut needs, mut open) = (Needs::default(), BTreeSet::new());
    for direction in Direction::BOTH {
        let ranges: Vec<OutsideRange> = connectivity.outside(direction).to_vec();
        for (id, _) in world.snapshot.pods().filter(|(id, _)| world.can_be_held(*id) && is_isolated(world, *id, direction)) {
            let own = Endpoint::Pod(id);
            let mut between = |end: Endpoint| {
                let (from, to) = if direction == Direction::Egress { (own, end) } else { (end, own) };
                let pair = connectivity.between(from, to);
                if !pair.unknown().with_ports_only().is_empty() {
                    open.insert((from, to));
                }
                with_encapsulated(pair.allowed)
            };
            let mut row = Row::default();
            let mut pods: Vec<(PodId, ConnectionSet)> = Vec::new();
            for (other, _) in world.snapshot.pods().filter(|(_, pod)| pod.role == Role::Pod) {
                if other != id || !is_single(own, world.snapshot) {
                    pods.push((other, between(Endpoint::Pod(other))));
                }
            }
            let nodes: Vec<_> = world.snapshot.nodes().map(|(node, _)| (node, between(Endpoint::Node(node)))).collect();
            let addresses: Vec<(AddressSet, ConnectionSet)> = ranges
                .iter()
                .map(|range| (AddressSet::range(range.first, range.last).difference(&inside), range.first))
                .filter(|(addresses, _)| !addresses.is_empty())
                .map(|(addresses, first)| (addresses, between(world.end_at(first))))
                .collect();
            let all = pods.iter().map(|(_, set)| set).chain(nodes.iter().map(|(_, set)| set)).chain(addresses.iter().map(|(_, set)| set));
            row.any = all.fold(ConnectionSet::all(), |common, set| common.intersection(set));
            let rest = |set: ConnectionSet| Some(set.difference(&row.any)).filter(|set| !set.is_empty());
            row.pods = pods.into_iter().filter_map(|(id, set)| Some((id, rest(set)?))).collect();
            row.nodes = nodes.into_iter().filter_map(|(id, set)| Some((id, rest(set)?))).collect();
            let addresses: Vec<_> = addresses.into_iter().filter_map(|(addresses, set)| Some((addresses, rest(set)?))).collect();
            addresses.iter().for_each(|(addresses, set)| row.add_addresses(addresses, set));
            needs.rows_mut(direction).insert(id, row);
        }
    }
    (needs, open.len())
}

/// Whether a policy of the cluster decides what it may.
fn is_isolated(world: &World<'_>, pod: PodId, direction: Direction) -> bool {
    let policies = world.compiled.policies_on(pod, direction);
    policies
        .into_iter()
        .filter_map(|id| world.compiled.policy(id))
        .any(|policy| matches!(policy.subject, SubjectMatch::Pods(_) | SubjectMatch::Endpoints(_)))
}

/// Packets in packets are dropped under Calico whatever policies say, so they are no exception that somebody wants.
fn with_encapsulated(set: &ConnectionSet) -> ConnectionSet {
    let (encapsulated, udp) = (ConnectionSet::encapsulated(), ConnectionSet::protocol(Protocol::UDP));
    let whole = set.union(&encapsulated);
    match () {
        () if whole == ConnectionSet::all() => whole,
        () if udp.difference(&encapsulated).difference(set).is_empty() => set.union(&udp),
        () => set.clone(),
    }
}
