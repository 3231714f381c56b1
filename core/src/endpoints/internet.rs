//! The Internet as an end: it is no single address, and rules may treat its parts differently.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{SOMEWHERE, inside};
use crate::compile::{ClassId, Compiled};
use crate::model::AddressSet;
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::tags;

/// So many ranges of a part are named.
const NAMED: usize = 3;

/// Public IPv4 addresses that nothing tells apart.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct InternetPart {
    /// One of them.
    pub address: IpAddr,
    /// All of them.
    pub addresses: AddressSet,
}

impl InternetPart {
    /// Its ranges in words.
    pub fn title(&self) -> String {
        let one = |(first, last): (IpAddr, IpAddr)| if first == last { format!("{first}") } else { format!("{first}-{last}") };
        let named: Vec<String> = self.addresses.ranges().take(NAMED).map(one).collect();
        let more = self.addresses.ranges().count().saturating_sub(NAMED);
        if more > 0 { format!("{} and {more} more ranges", named.join(", ")) } else { named.join(", ") }
    }
}

/// The parts of the Internet that no rule, and no range of clients of a Service or Ingress, tells apart; that of the usual address first.
pub(crate) fn internet_parts(compiled: &Compiled, snapshot: &Snapshot) -> Vec<InternetPart> {
    let internet = tags::internet(&inside(snapshot)).v4_only();
    let mut by_class: Vec<(ClassId, AddressSet)> = Vec::new();
    for (start, class) in compiled.outside_atoms() {
        let stretch = compiled.stretch_of(start).intersection(&internet);
        if stretch.is_empty() {
            continue;
        }
        match by_class.iter_mut().find(|(known, _)| *known == class) {
            Some((_, set)) => *set = set.union(&stretch),
            None => by_class.push((class, stretch)),
        }
    }
    let mut parts: Vec<AddressSet> = by_class.into_iter().map(|(_, set)| set).collect();
    for range in client_ranges(snapshot) {
        parts =
            parts.iter().flat_map(|part| [part.intersection(&range), part.difference(&range)]).filter(|part| !part.is_empty()).collect();
    }
    let part = |addresses: AddressSet| {
        let address = Some(SOMEWHERE).filter(|usual| addresses.contains(*usual)).or_else(|| addresses.first())?;
        Some(InternetPart { address, addresses })
    };
    let mut parts: Vec<InternetPart> = parts.into_iter().filter_map(part).collect();
    parts.sort_by_key(|part| (part.address != SOMEWHERE, part.address));
    parts
}

/// Ranges of clients that Services and Ingresses let through, or refuse.
fn client_ranges(snapshot: &Snapshot) -> Vec<AddressSet> {
    let of_services = snapshot.services.iter().map(|service| &service.routing.load_balancer.source_ranges);
    let clients = || snapshot.ingress_objects.iter().map(|ingress| &ingress.spec.clients);
    let of_ingresses = clients().filter_map(|clients| clients.allowed.as_ref()).chain(clients().map(|clients| &clients.denied));
    let mut found: Vec<AddressSet> = Vec::new();
    for ranges in of_services.chain(of_ingresses).filter(|ranges| !ranges.is_empty()) {
        let set = AddressSet::of_cidrs(ranges);
        if !found.contains(&set) {
            found.push(set);
        }
    }
    found
}
