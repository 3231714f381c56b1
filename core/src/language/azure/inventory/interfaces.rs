//! Network interfaces and their addresses.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::slots::Slot;
use super::{Builder, Placed, RESERVED_FIRST, effective_subnet, key};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{self, Azure, PublicAddress, Reference};
use crate::language::{Resource, codes};
use crate::model::Cidr;
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::{Interface, InterfaceId, NetworkId, SubnetId};
use crate::text::DocumentId;

/// An interface as it is written, and where.
type Written<'a> = (&'a Resource, DocumentId, &'a azure::Interface);

/// Whether an interface is to be given an address of each family.
struct Lacks {
    v4: bool,
    v6: bool,
}

/// What other resources say of interfaces, by the lower-case names of these.
#[derive(Default)]
struct Beside<'a> {
    /// The machine of each, and its zones.
    machines: BTreeMap<String, (String, Vec<String>)>,
    /// Public addresses by their own names.
    publics: BTreeMap<String, &'a PublicAddress>,
    /// The security groups of each.
    slots: BTreeMap<String, Slot>,
    /// Those behind a load balancer.
    balanced: BTreeSet<String>,
    /// Those of which not all is known, with the reason.
    open: BTreeMap<String, String>,
    /// The application security groups of each.
    members: BTreeMap<String, Vec<String>>,
}

impl<'a> Beside<'a> {
    fn of(placed: &[Placed<'a>]) -> Self {
        let mut beside = Beside::default();
        for (document, resource, azure) in placed {
            beside.add(*document, resource, azure);
        }
        beside
    }

    fn add(&mut self, document: DocumentId, resource: &Resource, azure: &'a Azure) {
        let own = key(&resource.meta.name);
        match azure {
            Azure::Member { interface, group } => {
                self.members.entry(key(&interface.name)).or_default().push(group.name.to_string());
            }
            Azure::OpenInterface { target, why } => {
                self.open.entry(key(&target.name)).or_insert_with(|| why.to_string());
            }
            Azure::Balanced(interfaces) => self.balanced.extend(interfaces.iter().map(|i| key(&i.name))),
            Azure::Machine { interfaces, zones } => {
                for interface in interfaces {
                    let zones = zones.iter().map(ToString::to_string).collect();
                    self.machines.insert(key(&interface.name), (resource.meta.name.to_string(), zones));
                }
            }
            Azure::PublicAddress(public) => {
                self.publics.insert(own, public);
            }
            Azure::Attach { target, group, to_interface: true } => {
                self.slots.entry(key(&target.name)).or_default().attach(group, document);
            }
            Azure::OpenGroup { target, to_interface: true, expression, choices } => {
                let place = target.span.within(document);
                self.slots.entry(key(&target.name)).or_default().choose(choices, expression, place, document);
            }
            Azure::Group(group) => {
                for interface in &group.interfaces {
                    let name = resource.meta.name.clone();
                    let own = Reference { name, parent: None, scope: Default::default(), span: resource.meta.name_span };
                    self.slots.entry(key(&interface.name)).or_default().attach(&own, document);
                }
            }
            Azure::Interface(interface) => {
                let condition = resource.meta.condition.as_deref();
                self.slots.entry(own).or_default().written(interface.group.as_ref(), condition, document);
            }
            _ => {}
        }
    }
}

/// Interfaces of which the input gives the effective rules only.
fn named_by_rules<'a>(placed: &[Placed<'a>]) -> Vec<(&'a Resource, DocumentId, azure::Interface)> {
    let given: BTreeSet<String> =
        placed.iter().filter(|(.., azure)| matches!(azure, Azure::Interface(_))).map(|(_, resource, _)| key(&resource.meta.name)).collect();
    let made = |(document, resource, azure): &Placed<'a>| match azure {
        Azure::Effective { subnet, interface: Some(interface), .. } if !given.contains(&key(&interface.name)) => {
            let subnet = effective_subnet(subnet.as_ref(), Some(interface));
            let configuration = azure::Configuration { subnet: Some(subnet), ..azure::Configuration::default() };
            let made = azure::Interface { configurations: alloc::vec![configuration], ..azure::Interface::default() };
            Some((*resource, *document, made))
        }
        _ => None,
    };
    placed.iter().filter_map(made).collect()
}

/// All interfaces by name, each once.
fn written_interfaces<'a>(placed: &[Placed<'a>], named: &'a [(&'a Resource, DocumentId, azure::Interface)]) -> Vec<Written<'a>> {
    let of = |(document, resource, azure): &Placed<'a>| match azure {
        Azure::Interface(interface) => Some((*resource, *document, interface)),
        _ => None,
    };
    let mut list: Vec<Written<'a>> = placed.iter().filter_map(of).collect();
    list.extend(named.iter().map(|(resource, document, interface)| (*resource, *document, interface)));
    list.sort_by(|a, b| a.0.meta.name.cmp(&b.0.meta.name));
    list.dedup_by(|a, b| {
        // What an interface may be under conditions is one interface.
        let is_again = &*a.0.kind_name == "EffectiveRules" || a.0.meta.condition.is_some() && b.0.meta.condition.is_some();
        is_again && key(&a.0.meta.name) == key(&b.0.meta.name)
    });
    list
}

impl Builder {
    pub(super) fn interfaces(&mut self, placed: &[Placed<'_>]) {
        let beside = Beside::of(placed);
        let named = named_by_rules(placed);
        let (mut dynamic, mut dynamic_v6) = (Vec::new(), Vec::new());
        for written in written_interfaces(placed, &named) {
            let Some((interface, lacks)) = self.interface(written, &beside) else { continue };
            let number = InterfaceId::at(self.cloud.interfaces.len());
            dynamic.extend(lacks.v4.then_some(number));
            dynamic_v6.extend(lacks.v6.then_some(number));
            self.cloud.interfaces.push(interface);
        }
        self.hand_out(&dynamic);
        for number in dynamic_v6 {
            let address = self.cloud.interface(number).map(|i| i.subnet).and_then(|subnet| self.free_v6(subnet));
            if let Some(interface) = self.cloud.interfaces.get_mut(number.index()) {
                interface.addresses.extend(address);
            }
        }
    }

    /// One interface, and the addresses that it is to be given; nothing if its subnet is not in the input.
    fn interface(&mut self, (resource, document, interface): Written<'_>, beside: &Beside<'_>) -> Option<(Interface, Lacks)> {
        let name = resource.meta.name.to_string();
        let configurations = &interface.configurations;
        let mut given: Vec<IpAddr> = configurations.iter().filter_map(|c| c.address).collect();
        let subnet = self.subnet_of_interface(resource, document, interface, given.first().copied())?;
        // Where Azure chooses, an address of another subnet is one of an earlier deployment.
        let prefixes = self.cloud.subnet(subnet).map_or_else(Vec::new, |s| s.prefixes.clone());
        let is_old = |a: &IpAddr| {
            let chosen = configurations.iter().any(|c| c.dynamic && c.address == Some(*a));
            chosen && !prefixes.iter().any(|p| p.contains(*a))
        };
        given.retain(|a| !is_old(a));
        if let Some(network) = self.cloud.subnet(subnet).map(|s| s.network) {
            self.taken.extend(given.iter().map(|a| (network, *a)));
        }
        // Of each family the first configuration counts: what others have besides does not take its place.
        let lacks =
            |ipv6: bool| configurations.iter().find(|c| c.ipv6 == ipv6).is_some_and(|first| first.address.is_none_or(|a| is_old(&a)));
        let lacks = Lacks { v4: given.is_empty() && !lacks(true) || lacks(false), v6: lacks(true) };
        let owner = beside.machines.get(&key(&name));
        let zones = interface.zones.iter().map(ToString::to_string).collect::<Vec<_>>();
        let group = beside.slots.get(&key(&name)).cloned().and_then(|slot| self.slot_use(&slot, subnet));
        let public = |c: &azure::Configuration| Some(beside.publics.get(&key(&c.public.as_ref()?.name)).copied());
        let open = beside.open.get(&key(&name)).cloned();
        let own = configurations.iter().flat_map(|c| c.groups.iter().map(|g| g.name.to_string()));
        let application_groups = own.chain(beside.members.get(&key(&name)).into_iter().flatten().cloned()).collect();
        let balanced = configurations.iter().any(|c| c.balanced) || beside.balanced.contains(&key(&resource.meta.name));
        let read = Interface {
            machine: interface.machine.as_deref().map(ToOwned::to_owned).or_else(|| owner.map(|(m, _)| m.clone())),
            address_given: !(given.is_empty() || lacks.v4 && given.iter().any(IpAddr::is_ipv4)),
            addresses: given,
            floating: interface.floating.clone(),
            pod_prefixes: interface.pod_prefixes.clone(),
            group,
            application_groups,
            public: configurations
                .iter()
                .find_map(|c| c.public_sku.or_else(|| public(c).map(|p| p.map_or(azure::AddressSku::Standard, |p| p.sku)))),
            public_address: configurations.iter().find_map(|c| c.public_address.or_else(|| public(c)??.address)),
            balanced,
            private: !balanced && configurations.iter().all(|c| c.private && c.public.is_none() && c.public_sku.is_none()),
            zones: if zones.is_empty() { owner.map_or_else(Vec::new, |(_, z)| z.clone()) } else { zones },
            private_endpoint: interface.private_endpoint,
            front_end: interface.front_end,
            open,
            ..Interface::new(name, subnet, resource.span.within(document))
        };
        Some((read, lacks))
    }

    /// The subnet that an interface names, or that has its address.
    fn subnet_of_interface(
        &mut self,
        resource: &Resource,
        document: DocumentId,
        interface: &azure::Interface,
        address: Option<IpAddr>,
    ) -> Option<SubnetId> {
        let reference = interface.configurations.iter().find_map(|c| c.subnet.as_ref());
        let by_reference = reference.and_then(|r| self.subnet_number(r));
        if let (Some(reference), None) = (reference, by_reference) {
            self.missing(reference.span.within(document), format!("there is no subnet `{}`", reference.name));
        }
        let by_address = || address.and_then(|a| self.cloud.locate(a)).map(|l| l.subnet);
        let found = by_reference.or_else(by_address);
        if found.is_none() && reference.is_none() {
            let name = &resource.meta.name;
            self.missing(resource.span.within(document), format!("the subnet of `{name}` is not in the input, so `{name}` is left out"));
        }
        found
    }

    /// The first free address of IPv6 of a subnet. Upstream: Azure documentation, "IPv6 for Azure Virtual Network".
    pub(super) fn free_v6(&mut self, subnet: SubnetId) -> Option<IpAddr> {
        let found = self.cloud.subnet(subnet)?;
        let network = found.network;
        let (first, last) = found.prefixes.iter().find_map(|prefix| match (prefix.first(), prefix.last()) {
            (IpAddr::V6(first), IpAddr::V6(last)) => Some((first.to_bits(), last.to_bits())),
            _ => None,
        })?;
        let mut at = first.checked_add(u128::from(RESERVED_FIRST))?;
        while self.taken.contains(&(network, IpAddr::V6(Ipv6Addr::from_bits(at)))) {
            at += 1;
        }
        let address = IpAddr::V6(Ipv6Addr::from_bits(at));
        (at <= last).then(|| {
            self.taken.insert((network, address));
            address
        })
    }

    /// Free addresses for the interfaces that have none, by name. Where a subnet has too few, the ones that are written last get none.
    pub(super) fn hand_out(&mut self, dynamic: &[InterfaceId]) {
        let mut by_subnet: BTreeMap<SubnetId, Vec<InterfaceId>> = BTreeMap::new();
        for &number in dynamic {
            if let Some(interface) = self.cloud.interface(number) {
                by_subnet.entry(interface.subnet).or_default().push(number);
            }
        }
        for (subnet, numbers) in by_subnet {
            let addresses: Vec<IpAddr> = numbers.iter().map_while(|_| self.free(subnet, 1)).collect();
            let mut by_place = numbers.clone();
            by_place.sort_by_key(|number| self.cloud.interface(*number).map(|i| i.place));
            let late: BTreeSet<InterfaceId> = by_place.into_iter().skip(addresses.len()).collect();
            late.iter().for_each(|number| self.full(*number, subnet));
            for (number, address) in numbers.into_iter().filter(|number| !late.contains(number)).zip(addresses) {
                if let Some(interface) = self.cloud.interfaces.get_mut(number.index()) {
                    // The address of the first configuration is the one that connections to the machine have.
                    let first = interface.addresses.iter().position(IpAddr::is_ipv4).unwrap_or(interface.addresses.len());
                    interface.addresses.insert(first, address);
                }
            }
        }
    }

    /// Says that a subnet has no address left for a machine. Upstream: docs/azure.md 1 (five addresses of every subnet are Azure's own; `SubnetIsFull`).
    pub(super) fn full(&mut self, interface: InterfaceId, subnet: SubnetId) {
        let (Some(interface), Some(subnet)) = (self.cloud.interface(interface), self.cloud.subnet(subnet)) else {
            return;
        };
        if subnet.prefixes.iter().all(|p| !p.is_ipv4()) {
            return; // What no range is given for is told elsewhere.
        }
        let ranges: Vec<String> = subnet.prefixes.iter().map(ToString::to_string).collect();
        let message = format!(
            "`{}` does not fit in subnet `{}`: {} has no free address left (Azure reserves five in every subnet)",
            interface.title(),
            subnet.name,
            ranges.join(", ")
        );
        let error = Diagnostic::at(codes::AZ_FULL, Severity::Error, Some(interface.place), message);
        self.problems.push(error.help("Azure refuses it (`SubnetIsFull`): give the subnet a larger range, or the machine another subnet"));
    }

    /// The first free address of a subnet that has `width` free ones from it on; takes all of them.
    pub(super) fn free(&mut self, subnet: SubnetId, width: u32) -> Option<IpAddr> {
        let found = self.cloud.subnet(subnet)?;
        let (network, prefixes) = (found.network, found.prefixes.clone());
        for prefix in prefixes {
            let (IpAddr::V4(first), IpAddr::V4(last)) = (prefix.first(), prefix.last()) else { continue };
            let end = last.to_bits();
            let mut at = first.to_bits().saturating_add(RESERVED_FIRST);
            while at.saturating_add(width) <= end {
                let block = at..at + width;
                match block.clone().rev().find(|a| self.taken.contains(&(network, IpAddr::V4(Ipv4Addr::from_bits(*a))))) {
                    Some(taken) => at = taken + 1,
                    None => {
                        self.taken.extend(block.map(|a| (network, IpAddr::V4(Ipv4Addr::from_bits(a)))));
                        return Some(IpAddr::V4(Ipv4Addr::from_bits(at)));
                    }
                }
            }
        }
        None
    }

    /// Nodes have interfaces too: those whose address lies in a subnet.
    pub(super) fn node_interfaces(&mut self, snapshot: &Snapshot) {
        for (id, node) in snapshot.nodes() {
            let Some((network, address)) = self.network_of_node(node, snapshot) else { continue };
            let of_network = |i: &Interface| self.cloud.subnet(i.subnet).is_some_and(|s| s.network == network);
            let known = InterfaceId::each(&self.cloud.interfaces)
                .find(|(_, i)| of_network(i) && i.addresses.iter().any(|a| node.addresses.contains(a)))
                .map(|(i, _)| i);
            if let Some(number) = known {
                if let Some(interface) = self.cloud.interfaces.get_mut(number.index()) {
                    interface.node = Some(id);
                }
                continue;
            }
            let Some(location) = self.cloud.locate_in(network, address) else { continue };
            self.taken.extend(node.addresses.iter().map(|a| (network, *a)));
            let zones = node.labels.get("topology.kubernetes.io/zone").map(|z| z.rsplit('-').next().unwrap_or(z).to_string());
            let Some(place) = node.place.or_else(|| self.cloud.subnet(location.subnet).map(|s| s.place)) else { continue };
            self.cloud.interfaces.push(Interface {
                machine: Some(node.name.clone()),
                node: Some(id),
                addresses: node.addresses.clone(),
                address_given: true,
                zones: zones.into_iter().collect(),
                ..Interface::new(node.name.clone(), location.subnet, place)
            });
        }
    }

    /// A subnet in which nothing is given has a machine that stands for any. Its end is the address of the subnet itself, which Azure gives to nobody: so
    /// questions about a number are never questions about it. Upstream: docs/azure.md 1.
    pub(super) fn stand_ins(&mut self) {
        for number in (0..self.cloud.subnets.len()).map(SubnetId::at) {
            let used = self.cloud.interfaces.iter().any(|i| i.subnet == number && !i.front_end);
            let pods = self.cloud.clusters.iter().flat_map(|c| &c.pools).any(|p| p.pod_subnet == Some(number) || p.subnet == Some(number));
            let gateways = self.cloud.gateways.iter().any(|g| g.subnet == Some(number));
            if used || pods || gateways {
                continue;
            }
            let Some(free) = self.free(number, 1) else { continue };
            let Some(subnet) = self.cloud.subnet(number) else { continue };
            let Some(address) = subnet.prefixes.iter().find(|prefix| prefix.contains(free)).map(Cidr::first) else { continue };
            let stand_in = Interface {
                addresses: alloc::vec![address],
                stand_in: true,
                ..Interface::new(format!("vm in {}", subnet.name), number, subnet.place)
            };
            self.cloud.interfaces.push(stand_in);
        }
    }

    /// Machines of one name are told apart by the networks that they are in.
    pub(super) fn full_titles(&mut self) {
        let cloud = &self.cloud;
        let network = |i: &Interface| cloud.network_of(i.subnet).map_or("", |(_, n)| n.name.as_str());
        let mut homes: BTreeMap<String, Vec<NetworkId>> = BTreeMap::new();
        for interface in &cloud.interfaces {
            let Some((number, _)) = cloud.network_of(interface.subnet) else { continue };
            let known = homes.entry(key(interface.title())).or_default();
            if !known.contains(&number) {
                known.push(number);
            }
        }
        let shared = |i: &Interface| homes.get(&key(i.title())).is_some_and(|homes| homes.len() > 1);
        let titles: Vec<Option<String>> =
            cloud.interfaces.iter().map(|i| (shared(i) && i.node.is_none()).then(|| format!("{}/{}", network(i), i.title()))).collect();
        for (interface, title) in self.cloud.interfaces.iter_mut().zip(titles) {
            interface.full_title = title;
        }
    }
}
