//! Addresses of the cloud's networks that nothing in the input has: a machine that the input does not hold may have them (scale sets, nodes of a cluster,
//! Bastion, private endpoints). Where rules treat them as they treat what the input holds in the same subnet, that stands for them.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::service_addresses;
use crate::compile::{ClassId, Compiled, Endpoint, OutsideRange};
use crate::connectivity::Connectivity;
use crate::model::{AddressSet, Cidr};
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::{Cloud, NetworkOrigin, Subnet, SubnetId, usable_range};

/// Which of such addresses are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unlike {
    /// Those that a rule names, and with them nothing that is in the subnet.
    Named,
    /// All that rules tell from what is in the subnet, those that are left out by a rule for its machines, too.
    All,
}

/// Addresses that rules tell from all that is in their subnet, in ranges that no rule tells apart. Where a network is assumed for security groups that are
/// given alone there are none: its addresses are in no text.
pub(crate) fn ranges(snapshot: &Snapshot, connectivity: &Connectivity, which: Unlike) -> Vec<OutsideRange> {
    let (cloud, compiled) = (&snapshot.cloud, connectivity.compiled());
    let is_given = |subnet: &Subnet| cloud.network(subnet.network).is_some_and(|network| network.origin != NetworkOrigin::ForGroups);
    let own = owned(snapshot);
    let mut found = Vec::new();
    for (id, subnet) in SubnetId::each(&cloud.subnets).filter(|(_, subnet)| is_given(subnet) && !subnet.assumed) {
        let there = inhabitants(snapshot, id, subnet);
        // Pods that will be there, and gateways, are not known by what they may not be.
        if !there.is_empty() {
            unlike(compiled, &usable(&subnet.prefixes).difference(&own), &there, which, &mut found);
        }
    }
    // Of a network of which not all is known, what is in none of its subnets may be in another.
    for network in cloud.networks.iter().filter(|network| network.open && network.origin != NetworkOrigin::ForGroups) {
        let subnets = cloud.subnets.iter().fold(AddressSet::default(), |all, subnet| all.union(&AddressSet::of_cidrs(&subnet.prefixes)));
        unlike(compiled, &network.space.difference(&subnets).difference(&own), &[], which, &mut found);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Adds the parts of a space that rules tell from the addresses that are there.
fn unlike(compiled: &Compiled, space: &AddressSet, there: &[IpAddr], which: Unlike, found: &mut Vec<OutsideRange>) {
    if space.is_empty() {
        return;
    }
    let classes: Vec<ClassId> = there.iter().map(|address| compiled.class_of(Endpoint::Outside(*address))).collect();
    for (start, class) in compiled.outside_atoms() {
        if classes.contains(&class) {
            continue;
        }
        let has_it = |set: &u32| classes.iter().any(|class| compiled.address_sets_of(*class).contains(set));
        if which == Unlike::Named && compiled.address_sets_of(class).iter().all(has_it) {
            continue;
        }
        let part = compiled.stretch_of(start).intersection(space);
        found.extend(part.ranges().map(|(first, last)| OutsideRange { first, last }));
    }
}

/// The addresses of a subnet that Azure gives to machines.
fn usable(prefixes: &[Cidr]) -> AddressSet {
    prefixes.iter().fold(AddressSet::default(), |all, prefix| {
        let Some((first, last)) = usable_range(prefix).filter(|(first, last)| first <= last) else { return all };
        let [first, last] = [first, last].map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
        all.union(&AddressSet::range(first, last))
    })
}

/// What the input has in a subnet, the machine that stands for any there included.
fn inhabitants(snapshot: &Snapshot, id: SubnetId, subnet: &Subnet) -> Vec<IpAddr> {
    let Cloud { interfaces, gateways, .. } = &snapshot.cloud;
    let machines = interfaces.iter().filter(|machine| machine.subnet == id).flat_map(|machine| &machine.addresses);
    let gateways = gateways.iter().filter(|gateway| gateway.subnet == Some(id)).map(|gateway| &gateway.address);
    let pods = snapshot.endpoints.iter().filter(|pod| pod.address_given).flat_map(|pod| &pod.addresses);
    let pods = pods.filter(|address| subnet.prefixes.iter().any(|prefix| prefix.contains(**address)));
    machines.chain(gateways).chain(pods).copied().collect()
}

/// Addresses that something in the input has: they are asked about by that. Pods without an address may have any of the pod network.
pub(crate) fn owned(snapshot: &Snapshot) -> AddressSet {
    let Cloud { interfaces, gateways, .. } = &snapshot.cloud;
    let machines = interfaces.iter().flat_map(|machine| machine.addresses.iter().chain(&machine.floating));
    let gateways = gateways.iter().flat_map(|gateway| gateway.front_ends.iter().chain([&gateway.address]));
    let pods = snapshot.endpoints.iter().filter(|pod| pod.address_given).flat_map(|pod| &pod.addresses);
    let nodes = snapshot.nodes.iter().flat_map(|node| &node.addresses);
    let single: Vec<Cidr> = machines.chain(gateways).chain(pods).chain(nodes).copied().map(Cidr::of).collect();
    let behind: Vec<Cidr> = interfaces.iter().flat_map(|machine| machine.pod_prefixes.iter().copied()).collect();
    let has_others = snapshot.endpoints.iter().any(|pod| !pod.address_given && !pod.host_network);
    let pods = if has_others { snapshot.pod_network.clone() } else { AddressSet::default() };
    AddressSet::of_cidrs(&single).union(&AddressSet::of_cidrs(&behind)).union(&service_addresses(snapshot)).union(&pods)
}
