//! What the ends of checks mean.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashMap;

use super::{Judge, words};
use crate::compile::{ClassId, Compiled, Endpoint};
use crate::endpoints::{NotFound, SOMEWHERE, find, inside};
use crate::language::lower::address_terms;
use crate::language::netpolis::{End, PodTerm, Selecting, Term};
use crate::model::{AddressSet, Cidr, Known, Labels, UnknownLabels, well_known};
use crate::policy::Direction;
use crate::snapshot::cloud::tags;
use crate::snapshot::{PodEndpoint, Role, Service, Snapshot};

/// One of the endpoints that an end means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Member {
    pub(super) end: Endpoint,
    /// Whether it is meant for certain: the labels or the address by which it would be are known.
    pub(super) sure: bool,
}

/// What an end means.
#[derive(Clone, Debug, Default)]
pub(super) struct Meant {
    pub(super) members: Vec<Member>,
    /// All addresses that are meant, whoever has them. Of those that nothing in the input has and no rule tells apart, one is a member.
    pub(super) addresses: AddressSet,
    /// Those of them by which pods, nodes and machines are meant that have one.
    held: AddressSet,
    /// Targets of paths, as questions name them: Services, Ingresses, URLs.
    pub(super) targets: Vec<String>,
    /// Whether it is named, not selected: then a pod and itself, or its own node, are meant where they are named.
    pub(super) named: bool,
    /// The DNS name of which it is not known which of the members has it.
    pub(super) domain: Option<String>,
}

/// Why an end means nothing.
pub(super) type Nothing = String;

impl Judge<'_> {
    /// What an end means; an error if it means nothing, unless it says that it may.
    pub(super) fn meant(&self, end: &End) -> Result<Meant, Nothing> {
        let except = self.terms(&end.except, &AddressSet::default())?;
        let mut meant = self.terms(&end.terms, &except.held)?;
        if !end.except.is_empty() {
            if let Some(domain) = &except.domain {
                return Err(format!("only DNS knows which addresses `{domain}` has: write those that are not meant"));
            }
            meant.addresses = meant.addresses.difference(&except.addresses);
            let known: HashMap<Endpoint, bool> = except.members.iter().map(|m| (m.end, m.sure)).collect();
            meant.members.retain_mut(|member| {
                let excepted = known.get(&member.end).copied();
                // Of what is possibly not meant it is not known whether it is.
                member.sure &= excepted.is_none();
                excepted != Some(true) && !self.outside_address(member.end).is_some_and(|address| except.addresses.contains(address))
            });
        }
        let outside = self.outside(self.scene.compiled(), &meant.addresses, &[]);
        meant.members.extend(outside.into_iter().map(|(end, _)| Member { end, sure: true }));
        meant.members.sort_unstable_by_key(|member| (member.end, !member.sure));
        meant.members.dedup_by_key(|member| member.end);
        if meant.members.is_empty() && meant.targets.is_empty() && !end.may_be_empty {
            return Err(format!("nothing in the input is meant by {}", words::end(end)));
        }
        Ok(meant)
    }

    /// What terms mean: what the input holds, and addresses, of which some are not meant.
    pub(super) fn terms(&self, terms: &[Term], without: &AddressSet) -> Result<Meant, Nothing> {
        let mut meant = Meant { named: true, ..Meant::default() };
        let mut addresses = AddressSet::default();
        for term in terms {
            meant.named &= matches!(term, Term::Named(_));
            match term {
                Term::Named(name) => self.named(name, &mut meant)?,
                Term::Pods(pods) => meant.members.extend(self.pods(pods)),
                Term::Nodes(selecting) => meant.members.extend(self.snapshot().nodes().filter_map(|(id, node)| {
                    let (sure, maybe) = judge(selecting, &node.labels, &UnknownLabels::default(), None);
                    maybe.then_some(Member { end: Endpoint::Node(id), sure })
                })),
                Term::Subnet(name) => meant.members.extend(self.machines(Some(name))),
                Term::Behind(name) => meant.members.extend(self.behind(name)?),
                Term::Domain(name) => self.domain(name, &mut meant, &mut addresses),
                Term::Addresses(_) | Term::Internet | Term::Outside | Term::Everything => {
                    let set = self.address_set(term);
                    match term {
                        Term::Outside => {}
                        Term::Everything => self.everything(&mut meant.members),
                        _ => {
                            meant.held = meant.held.union(&set);
                            self.inside(&set.difference(without), matches!(term, Term::Internet), &mut meant.members);
                        }
                    }
                    addresses = addresses.union(&set);
                }
            }
        }
        // Addresses that are named one by one.
        let named: Vec<Cidr> = meant.members.iter().filter_map(|m| self.outside_address(m.end)).map(Cidr::of).collect();
        meant.addresses = addresses.union(&AddressSet::of_cidrs(&named));
        Ok(meant)
    }

    /// The address of an endpoint that is nothing but an address: no machine has it.
    pub(super) fn outside_address(&self, end: Endpoint) -> Option<IpAddr> {
        end.address().filter(|_| self.snapshot().cloud.interface_of(end).is_none())
    }

    /// The addresses that a term means.
    fn address_set(&self, term: &Term) -> AddressSet {
        let set = match term {
            Term::Addresses(set) => return set.clone(),
            Term::Internet => tags::internet(&inside(self.snapshot())),
            _ => AddressSet::everything().difference(&self.snapshot().pod_network),
        };
        if self.speaks_ipv6() { set } else { set.v4_only() }
    }

    /// Whether the scene has IPv6 at all: an address of its own, or a rule that names some.
    fn speaks_ipv6(&self) -> bool {
        let snapshot = self.snapshot();
        let is_v6 = |address: &IpAddr| address.is_ipv6();
        let of_pods =
            snapshot.endpoints.iter().flat_map(|e| &e.addresses).chain(snapshot.nodes.iter().flat_map(|n| &n.addresses)).any(is_v6);
        let of_network = |set: &AddressSet| *set != set.v4_only();
        let ruleset = self.scene.compiled().ruleset();
        let named = || {
            let mut sets = Direction::BOTH.into_iter().flat_map(|direction| address_terms(ruleset, direction));
            sets.any(|set| of_network(set) && *set != AddressSet::everything())
        };
        let cloud = &snapshot.cloud;
        of_pods
            || of_network(&snapshot.pod_network)
            || if cloud.networks.is_empty() { named() } else { cloud.networks.iter().any(|n| of_network(&n.space)) }
    }

    fn named(&self, name: &str, meant: &mut Meant) -> Result<(), Nothing> {
        let prefixes = ["service/", "svc/", "ingress/", "ing/", "http://", "https://"];
        if prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            meant.targets.push(name.into());
            return Ok(());
        }
        match find(self.snapshot(), name) {
            Ok(found) => meant.members.extend(found.all.into_iter().map(|end| Member { end, sure: true })),
            Err(NotFound::Service { service, .. }) if name.parse::<IpAddr>().is_err() => meant.targets.push(format!("service/{service}")),
            Err(NotFound::Service { .. }) => meant.targets.push(name.into()),
            Err(NotFound::Unknown { .. }) if self.service_of(name).is_some() => meant.targets.push(name.into()),
            Err(error) => return Err(error.to_string()),
        }
        Ok(())
    }

    /// The Service that a DNS name leads to.
    fn service_of(&self, name: &str) -> Option<&Service> {
        let short = name.trim_end_matches('.');
        let short = short.strip_suffix(".cluster.local").unwrap_or(short);
        let (service, namespace) = short.strip_suffix(".svc").unwrap_or(short).split_once('.')?;
        self.service(&format!("{namespace}/{service}"))
    }

    /// A Service by `namespace/name`, or by its name.
    fn service(&self, name: &str) -> Option<&Service> {
        let snapshot = self.snapshot();
        let (namespace, name) = name.split_once('/').map_or((None, name), |(namespace, name)| (Some(namespace), name));
        snapshot.services.iter().find(|s| s.name == name && namespace.is_none_or(|n| n == snapshot.namespace_name(s.namespace)))
    }

    fn domain(&self, name: &str, meant: &mut Meant, addresses: &mut AddressSet) {
        if self.service_of(name).is_some() {
            meant.targets.push(name.into());
            return;
        }
        // Which address it has, no input tells: any that nothing inside has.
        meant.domain = Some(name.into());
        *addresses = addresses.union(&self.address_set(&Term::Outside));
    }

    fn pods(&self, wanted: &PodTerm) -> Vec<Member> {
        let snapshot = self.snapshot();
        let chosen = |pod: &PodEndpoint| {
            let namespace = snapshot.namespace(pod.namespace)?;
            if pod.role != Role::Pod || !wanted.namespaces.is_empty() && !wanted.namespaces.iter().any(|n| **n == *namespace.name) {
                return None;
            }
            if wanted.node.as_deref().is_some_and(|node| pod.node.is_none_or(|id| snapshot.node_name(id) != node)) {
                return None;
            }
            let account = wanted.account.as_deref().map(|account| account.split_once('/').unwrap_or((&namespace.name, account)));
            if account.is_some_and(|(space, account)| *space != *namespace.name || account != pod.service_account) {
                return None;
            }
            let all = (true, true);
            let of = |selecting: &Option<Selecting>, labels: &Labels, unknown: &UnknownLabels, own: Option<&str>| {
                selecting.as_ref().map_or(all, |selecting| judge(selecting, labels, unknown, own))
            };
            let (a, b) = of(&wanted.namespace_selector, &namespace.labels, &namespace.unknown, None);
            let (c, d) = of(&wanted.pod_selector, &pod.labels, &pod.unknown, Some(&namespace.name));
            (b && d).then_some(a && c)
        };
        snapshot.pods().filter_map(|(id, pod)| Some(Member { end: Endpoint::Pod(id), sure: chosen(pod)? })).collect()
    }

    fn behind(&self, name: &str) -> Result<Vec<Member>, Nothing> {
        let service = self.service(name).ok_or_else(|| format!("there is no Service `{name}`"))?;
        let pods = service.endpoints.iter().map(|id| Member { end: Endpoint::Pod(*id), sure: true });
        let slices = service.slices.iter().flat_map(|slice| &slice.endpoints);
        let addresses: Vec<IpAddr> = slices.map(|endpoint| endpoint.address).collect();
        let of_slices = addresses.iter().filter_map(|address| find(self.snapshot(), &address.to_string()).ok());
        Ok(pods.chain(of_slices.map(|found| Member { end: found.end, sure: true })).collect())
    }

    /// Machines of the cloud; those of one subnet.
    fn machines(&self, subnet: Option<&str>) -> Vec<Member> {
        let cloud = &self.snapshot().cloud;
        let fits = |name: &str| {
            subnet.is_none_or(|wanted| {
                name.eq_ignore_ascii_case(wanted) || wanted.rsplit('/').next().is_some_and(|w| name.eq_ignore_ascii_case(w))
            })
        };
        let machines = cloud.interfaces.iter().filter(|i| i.node.is_none() && !i.stand_in && fits(cloud.subnet_name(i.subnet)));
        machines.filter_map(|i| Some(Member { end: cloud.end_of(i)?, sure: true })).collect()
    }

    /// All pods, nodes and machines.
    fn everything(&self, members: &mut Vec<Member>) {
        members.extend(self.pods(&PodTerm::default()));
        members.extend(self.snapshot().nodes().map(|(id, _)| Member { end: Endpoint::Node(id), sure: true }));
        members.extend(self.machines(None));
    }

    /// Pods, nodes and machines by their addresses.
    fn inside(&self, set: &AddressSet, is_internet: bool, members: &mut Vec<Member>) {
        let snapshot = self.snapshot();
        let (covers, overlaps) = (set.covers(&snapshot.pod_network), set.overlaps(&snapshot.pod_network));
        let is_in = |addresses: &[IpAddr]| addresses.iter().any(|address| set.contains(*address));
        // A node of which the input gives no address may have any; that it is one of the Internet nobody supposes.
        let anywhere = (set.covers(&AddressSet::everything().v4_only()), !is_internet && !set.is_empty());
        let known = |is_in: bool| (is_in, is_in);
        members.extend(snapshot.pods().filter(|(_, pod)| pod.role == Role::Pod).filter_map(|(id, pod)| {
            let (sure, maybe) = match (pod.address_given, pod.host_network) {
                (true, _) => known(is_in(&pod.addresses)),
                (false, true) => anywhere,
                (false, false) => (covers, overlaps),
            };
            maybe.then_some(Member { end: Endpoint::Pod(id), sure })
        }));
        let of_node = |addresses: &[IpAddr]| if addresses.is_empty() { anywhere } else { known(is_in(addresses)) };
        members.extend(snapshot.nodes().filter_map(|(id, node)| {
            let (sure, maybe) = of_node(&node.addresses);
            maybe.then_some(Member { end: Endpoint::Node(id), sure })
        }));
        members.extend(self.machines(None).into_iter().filter(|member| member.end.address().is_some_and(|a| set.contains(a))));
    }

    /// Those of the addresses that nothing inside has: of each kind that no rule, no network and none of `cuts` tells apart one, with the cuts that it is in.
    pub(super) fn outside(&self, compiled: &Compiled, set: &AddressSet, cuts: &[&AddressSet]) -> Vec<(Endpoint, Vec<usize>)> {
        let mut found: Vec<(Endpoint, Vec<usize>)> = Vec::new();
        if set.is_empty() {
            return found;
        }
        let snapshot = self.snapshot();
        let mut rest = set.difference(&taken(snapshot));
        if snapshot.endpoints.iter().any(|pod| !pod.address_given && !pod.host_network) {
            // Pods of which the input gives no address stand for these.
            rest = rest.difference(&snapshot.pod_network);
        }
        let is_plain = snapshot.cloud.networks.is_empty();
        let mut known: HashMap<(ClassId, Vec<usize>), usize> = HashMap::new();
        for (start, class) in compiled.outside_atoms() {
            for (part, within) in pieces(compiled.stretch_of(start).intersection(&rest), cuts) {
                let Some(first) = Some(SOMEWHERE).filter(|known| part.contains(*known)).or_else(|| part.first()) else { continue };
                let end = snapshot.cloud.end_at(first);
                let key = (class, within);
                match known.get(&key).filter(|_| is_plain).and_then(|at| found.get_mut(*at)) {
                    Some(known) if first == SOMEWHERE => known.0 = end,
                    Some(_) => {}
                    None => {
                        found.push((end, key.1.clone()));
                        known.insert(key, found.len() - 1);
                    }
                }
            }
        }
        found
    }
}

/// A set, cut by others: each part with the numbers of those that it is in.
fn pieces(set: AddressSet, cuts: &[&AddressSet]) -> Vec<(AddressSet, Vec<usize>)> {
    let mut parts = alloc::vec![(set, Vec::new())];
    for (number, cut) in cuts.iter().enumerate() {
        let halves = parts.into_iter().flat_map(|(part, within): (AddressSet, Vec<usize>)| {
            let inside = within.iter().copied().chain([number]).collect();
            [(part.difference(cut), within), (part.intersection(cut), inside)]
        });
        parts = halves.filter(|(part, _)| !part.is_empty()).collect();
    }
    parts
}

/// Addresses that pods, nodes and machines have, and those of Services, which nobody has.
fn taken(snapshot: &Snapshot) -> AddressSet {
    let pods = snapshot.endpoints.iter().filter(|e| e.address_given).flat_map(|e| &e.addresses);
    let nodes = snapshot.nodes.iter().flat_map(|n| &n.addresses);
    let machines = snapshot.cloud.interfaces.iter().flat_map(|i| &i.addresses);
    let services = snapshot.services.iter().flat_map(|s| &s.addresses);
    let all: Vec<Cidr> = pods.chain(nodes).chain(machines).chain(services).map(|address| Cidr::of(*address)).collect();
    AddressSet::of_cidrs(&all)
}

/// Whether labels are selected for certain, and at least possibly. Calico's selectors know the namespace of a pod by a label.
fn judge(selecting: &Selecting, labels: &Labels, unknown: &UnknownLabels, namespace: Option<&str>) -> (bool, bool) {
    match selecting {
        Selecting::Labels(selector) => selector.judge(labels, unknown),
        Selecting::Expression(selector) => selector.judge(&|key| match (key, namespace) {
            (well_known::CALICO_NAMESPACE, Some(namespace)) => Known::Value(namespace),
            _ => unknown.look_up(labels, key),
        }),
    }
}
