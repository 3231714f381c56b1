//! Virtual networks, subnets and peerings.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::{ASSUMED_SPACE, Builder, Placed, effective_subnet, key, own_pod_range};
use crate::diagnostics::{Diagnostic, Severity};
use crate::language::azure::{self, Azure, Peering, Plugin};
use crate::language::{Resource, codes};
use crate::model::{AddressSet, Cidr};
use crate::snapshot::cloud::tags::PLATFORM;
use crate::snapshot::cloud::{Network, NetworkId, NetworkOrigin, Subnet, SubnetId, SubnetPeering};
use crate::text::{DocumentId, Place};

impl Builder {
    pub(super) fn networks(&mut self, placed: &[Placed<'_>]) {
        let mut networks: Vec<(&Resource, DocumentId, &azure::VirtualNetwork)> = Vec::new();
        for (document, resource, azure) in placed {
            if let Azure::Network(network) = azure {
                networks.push((resource, *document, network));
            }
        }
        networks.sort_by(|a, b| a.0.meta.name.cmp(&b.0.meta.name));
        // What a network may be under conditions is one network, with all the subnets that it may have.
        let is_again = |at: usize| {
            let of = |at: usize| networks.get(at).map(|(resource, ..)| (resource.meta.condition.is_some(), key(&resource.meta.name)));
            at > 0 && of(at) == of(at - 1) && of(at).is_some_and(|(conditional, _)| conditional)
        };
        let again: Vec<bool> = (0..networks.len()).map(is_again).collect();
        for ((resource, document, network), _) in networks.iter().zip(&again).filter(|(_, again)| !**again) {
            let prefixes: Vec<Cidr> = network.prefixes.iter().map(|(cidr, _)| *cidr).collect();
            let place = resource.span.within(*document);
            self.cloud.networks.push(Network {
                location: network.location.as_deref().map(ToOwned::to_owned),
                on_premises: AddressSet::of_cidrs(&network.on_premises),
                open: network.open_space,
                ..Network::plain(resource.meta.name.to_string(), prefixes, NetworkOrigin::Given, place)
            });
        }
        let mut next = 0u32;
        for ((_, document, network), again) in networks.iter().zip(&again) {
            next += u32::from(!*again);
            let number = NetworkId(next.saturating_sub(1));
            for subnet in &network.subnets {
                let known = self.cloud.subnets.iter().any(|s| s.network == number && key(&s.name) == key(&subnet.name));
                if !(*again && known) {
                    self.subnet(number, subnet, *document);
                }
            }
        }
        // A network of which the space is not known holds its subnets at least.
        for (number, network) in NetworkId::each(&mut self.cloud.networks) {
            if network.open {
                let own = self.cloud.subnets.iter().filter(|s| s.network == number).flat_map(|s| &s.prefixes);
                network.space = network.space.union(&AddressSet::of_cidrs(own));
            }
        }
        for (document, _, azure) in placed {
            let Azure::Subnet { network, subnet } = azure else { continue };
            let number = match self.network_number(&network.name) {
                Some(number) => number,
                None => {
                    // A subnet alone says that there is such a network, and at least this much of its space.
                    let prefixes: Vec<Cidr> = subnet.prefixes.iter().map(|(cidr, _)| *cidr).collect();
                    let place = subnet.span.within(*document);
                    self.cloud.networks.push(Network::plain(network.name.to_string(), prefixes, NetworkOrigin::Named, place));
                    NetworkId::last(&self.cloud.networks)
                }
            };
            if let Some(network) = self.cloud.networks.get_mut(number.index()).filter(|n| n.open) {
                network.space = network.space.union(&AddressSet::of_cidrs(subnet.prefixes.iter().map(|(cidr, _)| cidr)));
            }
            let known = self.cloud.subnets.iter().position(|s| s.network == number && key(&s.name) == key(&subnet.name));
            if let Some(known) = known {
                self.cloud.subnets.remove(known);
            }
            self.subnet(number, subnet, *document);
        }
    }

    pub(super) fn subnet(&mut self, network: NetworkId, subnet: &azure::Subnet, document: DocumentId) {
        self.cloud.subnets.push(Subnet {
            delegated: subnet.delegated.as_deref().map(ToOwned::to_owned),
            outbound: subnet.outbound,
            ..Subnet::plain(
                network,
                subnet.name.to_string(),
                subnet.prefixes.iter().map(|(cidr, _)| *cidr).collect(),
                subnet.span.within(document),
            )
        });
    }

    pub(super) fn peerings(&mut self, placed: &[Placed<'_>]) {
        let mut directions: BTreeMap<(NetworkId, NetworkId), (Place, &Peering)> = BTreeMap::new();
        for (document, resource, azure) in placed {
            let (from, to): (Option<NetworkId>, &[Peering]) = match azure {
                Azure::Network(network) => (self.network_number(&resource.meta.name), &network.peerings),
                Azure::Peering { network, peering } => (self.network_number(&network.name), core::slice::from_ref(peering)),
                _ => continue,
            };
            for peering in to {
                let reference = &peering.remote;
                let place = reference.span.within(*document);
                match (from, self.network_number(&reference.name)) {
                    (Some(from), Some(to)) => {
                        directions.insert((from, to), (place, peering));
                    }
                    (from, _) => {
                        if let Some(network) = from.and_then(|number| self.cloud.networks.get_mut(number.index())) {
                            network.unknown_peers = true;
                        }
                        self.missing(place, format!("a peering names virtual network `{}`, which is not in the input", reference.name));
                    }
                }
            }
        }
        for (&(from, to), (place, there)) in &directions {
            let name = |n: NetworkId| self.cloud.network_name(n).to_owned();
            let Some((_, back)) = directions.get(&(to, from)) else {
                let message = format!(
                    "`{}` is peered with `{}`, but not the other way round: a peering works only if both networks define it",
                    name(from),
                    name(to)
                );
                self.problems.push(Diagnostic::at(codes::AZ_PEERING, Severity::Warning, Some(*place), message));
                continue;
            };
            let lacks_gateway = |own: &Peering, other: NetworkId| {
                let is_bare = |n: &Network| !n.open && !n.may_be_connected() && n.on_premises.is_empty() && !self.cloud.has_gateway(other);
                own.remote_gateway && self.cloud.network(other).is_some_and(is_bare)
            };
            if lacks_gateway(there, to) || lacks_gateway(back, from) {
                // Upstream: `RemoteVnetHasNoGateways`, as in hashicorp/terraform#30569.
                if lacks_gateway(there, to) {
                    let message =
                        format!("`{}` is to use the gateway of `{}`, which has none, so Azure refuses to peer them", name(from), name(to));
                    let error = Diagnostic::at(codes::AZ_PEERING, Severity::Error, Some(*place), message);
                    self.problems
                        .push(error.help("make the gateway first, in a subnet `GatewaySubnet`, or leave out `--use-remote-gateways`"));
                }
                continue;
            }
            let is_of_subnets = there.subnets.is_some() || back.subnets.is_some();
            let space = |n: NetworkId| self.cloud.network(n).map_or_else(AddressSet::default, |n| n.space.clone());
            if !is_of_subnets && !space(from).intersection(&space(to)).is_empty() {
                let message = format!("`{}` and `{}` overlap, so Azure refuses to peer them", name(from), name(to));
                self.problems.push(Diagnostic::at(codes::AZ_PEERING, Severity::Error, Some(*place), message));
                continue;
            }
            let pairs = is_of_subnets.then(|| self.peered_pairs((from, there), (to, back)));
            if let Some(network) = self.cloud.networks.get_mut(from.index()) {
                match pairs {
                    Some(pairs) => network.subnet_peers.push(SubnetPeering { other: to, pairs }),
                    None => network.peers.push(to),
                }
                network.closed_peers.extend((!there.access).then_some(to));
            }
        }
    }

    /// Subnets of two networks that reach each other, where a peering is for subnets: each side has to name both. Nothing if that is not known.
    fn peered_pairs(&self, (from, there): (NetworkId, &Peering), (to, back): (NetworkId, &Peering)) -> Option<Vec<(SubnetId, SubnetId)>> {
        if [there, back].iter().any(|peering| peering.subnets.as_ref().is_some_and(|subnets| subnets.open)) {
            return None;
        }
        let names = |list: &[Box<str>], name: &str| list.iter().any(|one| one.eq_ignore_ascii_case(name));
        let passes = |peering: &Peering, local: &Subnet, remote: &Subnet| {
            peering.subnets.as_ref().is_none_or(|s| names(&s.local, &local.name) && names(&s.remote, &remote.name))
        };
        let of = |network: NetworkId| SubnetId::each(&self.cloud.subnets).filter(move |(_, subnet)| subnet.network == network);
        let mut pairs = Vec::new();
        for (own, local) in of(from) {
            let joined = of(to).filter(|(_, remote)| passes(there, local, remote) && passes(back, remote, local));
            pairs.extend(joined.map(|(theirs, _)| (own, theirs)));
        }
        Some(pairs)
    }

    /// What hubs, gateways and network managers connect is not followed: any of the networks may reach the others, and some that are not given.
    pub(super) fn links(&mut self, placed: &[Placed<'_>]) {
        if placed.iter().any(|(_, _, azure)| matches!(azure, Azure::Link)) {
            for network in &mut self.cloud.networks {
                (network.linked, network.unknown_peers) = (true, true);
            }
        }
    }

    /// Effective rules name the subnet and its network, and say what `VirtualNetwork` is, but not which part of it the subnet has. Where the text does
    /// not give these, the network is taken to be all of it, and the subnet the first range that is free.
    pub(super) fn effective_networks(&mut self, placed: &[Placed<'_>]) {
        for (document, resource, azure) in placed {
            let Azure::Effective { subnet, interface, virtual_network } = azure else { continue };
            let given = interface.as_ref().is_some_and(|wanted| {
                placed.iter().any(|(_, r, a)| matches!(a, Azure::Interface(_)) && key(&r.meta.name) == key(&wanted.name))
            });
            if given || subnet.as_ref().is_some_and(|s| self.subnet_number(s).is_some()) {
                continue;
            }
            let place = resource.span.within(*document);
            let reference = effective_subnet(subnet.as_ref(), interface.as_ref());
            let network_name = reference.parent.as_deref().unwrap_or("network");
            let number = self.network_number(network_name).unwrap_or_else(|| {
                let platform = Cidr::of(PLATFORM);
                let mut prefixes: Vec<Cidr> = virtual_network.iter().filter(|p| **p != platform && p.is_ipv4()).copied().collect();
                if prefixes.is_empty() {
                    prefixes.push(Cidr::supernet(IpAddr::V4(ASSUMED_SPACE), 16));
                }
                let space = AddressSet::of_cidrs(&prefixes);
                let note = format!(
                    "subnet `{}` is not in the input: it is assumed to be in {space}, which `VirtualNetwork` covers there",
                    reference.name
                );
                let note = Diagnostic::at(codes::AZ_ASSUMED, Severity::Note, Some(place), note);
                self.problems.push(note.help("paste the network too: `az network vnet show -o json`"));
                self.cloud.networks.push(Network::plain(network_name.to_string(), prefixes, NetworkOrigin::Named, place));
                NetworkId::last(&self.cloud.networks)
            });
            let taken = AddressSet::of_cidrs(self.cloud.subnets.iter().filter(|s| s.network == number).flat_map(|s| &s.prefixes));
            let spaces = self.cloud.network(number).map_or_else(Vec::new, |n| n.prefixes.clone());
            let blocks = spaces.iter().flat_map(|space| {
                let (first, length) = (space.first(), space.length().max(24));
                let count = 1u32 << length.saturating_sub(space.length()).min(8);
                (0..count).filter_map(move |i| match first {
                    IpAddr::V4(first) => {
                        Some(Cidr::supernet(IpAddr::V4(Ipv4Addr::from_bits(first.to_bits().checked_add(i << 8)?)), length))
                    }
                    IpAddr::V6(_) => None,
                })
            });
            let Some(prefix) = blocks.into_iter().find(|block| !taken.overlaps(&AddressSet::of_cidrs([block]))) else { continue };
            self.cloud.subnets.push(Subnet::plain(number, reference.name.to_string(), alloc::vec![prefix], place));
        }
    }

    /// Groups without any network: one is assumed, with a subnet for each, so that their rules can be asked about.
    pub(super) fn assume_networks(&mut self, placed: &[Placed<'_>]) {
        if !self.cloud.networks.is_empty() || self.cloud.groups.is_empty() {
            return;
        }
        let Some(place) = self.cloud.groups.first().map(|g| g.place) else { return };
        let has_cluster = placed.iter().any(|(_, _, azure)| matches!(azure, Azure::Cluster(_)));
        if has_cluster {
            return;
        }
        let space = Cidr::supernet(IpAddr::V4(ASSUMED_SPACE), 16);
        let message =
            format!("no virtual network is given: `{space}` is assumed, with a subnet and a machine for each network security group");
        let note = Diagnostic::at(codes::AZ_ASSUMED, Severity::Note, Some(place), message);
        self.problems.push(note.help("paste the network too (`az network vnet show -o json`), or write one in the short form"));
        let name = String::from("assumed network");
        self.cloud.networks.push(Network::plain(name, alloc::vec![space], NetworkOrigin::ForGroups, place));
        for (i, group) in self.cloud.groups.iter().enumerate().take(250) {
            let base = Ipv4Addr::from_bits(ASSUMED_SPACE.to_bits() + ((i as u32) << 8));
            self.cloud.subnets.push(Subnet::plain(
                NetworkId(0),
                format!("subnet of {}", group.name),
                alloc::vec![Cidr::supernet(IpAddr::V4(base), 24)],
                group.place,
            ));
        }
    }

    /// The subnets of nodes know the way to pods that have a range of their own: with kubenet by a route for each node, with overlay by Azure's doing.
    /// So their ranges are of the virtual network there. Upstream: docs/azure.md 2.4 and 3.5; "Azure CNI Overlay networking" (rules of the subnet's group
    /// matter to pods only where they deny).
    pub(super) fn pod_routes(&mut self, placed: &[Placed<'_>]) {
        for (_, resource, azure) in placed {
            let Azure::Cluster(cluster) = azure else { continue };
            if !matches!(self.plugin.unwrap_or(cluster.plugin), Plugin::Kubenet | Plugin::Overlay) {
                continue;
            }
            let pods = own_pod_range(cluster);
            // Pools that are resources of their own, or come with a command of their own, may be in other subnets.
            let added = placed.iter().filter_map(|(_, _, azure)| match azure {
                Azure::NodePool { cluster, pool } if key(&cluster.name) == key(&resource.meta.name) => Some(pool),
                _ => None,
            });
            let pools = cluster.pools.iter().chain(added);
            let numbers: Vec<SubnetId> = pools.filter_map(|pool| self.subnet_meant(pool.subnet.as_ref()?)).collect();
            for number in numbers {
                if let Some(subnet) = self.cloud.subnets.get_mut(number.index()) {
                    subnet.routes = subnet.routes.union(&pods);
                }
            }
        }
    }
}
