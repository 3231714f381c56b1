//! The proof: the evaluator's answers for the written policies, compared with what was wanted, for every pair of ends and all connections.
//!
//! Two other texts give the frame: with policies that isolate the same pods and allow nothing, what remains no policy can take away; with policies that allow
//! them everything, what is missing something else forbids.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::classes::Classes;
use super::kubernetes;
use super::needs::{Needs, Row};
use super::world::World;
use super::{Evaluated, Form, RemainingFlow};
use crate::compile::Endpoint;
use crate::connections::{ConnectionSet, Traffic};
use crate::endpoints::workload_title;
use crate::explain;
use crate::model::{AddressSet, Cidr, Protocol};
use crate::policy::Direction;
use crate::snapshot::cloud::InterfaceId;
use crate::snapshot::{PodId, Role};
use crate::verdict::{Flow, is_loopback, is_single};

/// What the comparison found.
#[derive(Default)]
pub(super) struct Proof {
    pub(super) too_much: Vec<RemainingFlow>,
    pub(super) missing: Vec<RemainingFlow>,
    pub(super) unsure: Vec<RemainingFlow>,
    /// How many pairs of ends were compared.
    pub(super) pairs: usize,
}

/// The evaluations that are compared.
pub(super) struct Evaluations {
    /// The written policies.
    pub(super) written: Evaluated,
    /// The same pods isolated, and nothing allowed.
    pub(super) denying: Evaluated,
    /// The same pods isolated, and everything allowed.
    pub(super) allowing: Evaluated,
}

/// How a flow differs from what was wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    TooMuch,
    /// Wanted, and not allowed by the policies.
    Missing,
    /// Wanted, and forbidden by something else than these policies.
    Elsewhere,
    /// The written policies allow it or not, and it cannot be told.
    Unsure,
    /// Something else might forbid it.
    UnsureElsewhere,
}

pub(super) struct Prover<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) classes: &'a Classes,
    pub(super) needs: &'a Needs,
    pub(super) form: Form,
    pub(super) evaluations: Evaluations,
}

/// Differences of a pod with others, those outside together.
type Found = BTreeMap<(Kind, Endpoint, Endpoint), ConnectionSet>;

impl Prover<'_> {
    pub(super) fn prove(&self) -> Proof {
        let mut proof = Proof::default();
        let held_out: BTreeSet<PodId> = self.needs.rows(Direction::Egress).keys().copied().collect();
        for direction in Direction::BOTH {
            let outside = self.outside(direction);
            let inside: Vec<Endpoint> = self.inside().collect();
            let everywhere = outside.iter().fold(AddressSet::default(), |all, part| all.union(part));
            for (pod, row) in self.needs.rows(direction) {
                let own = Endpoint::Pod(*pod);
                let mut found = Found::new();
                for end in &inside {
                    // Pairs of two that are held are compared where they start.
                    let is_known = direction == Direction::Ingress && matches!(end, Endpoint::Pod(id) if held_out.contains(id));
                    if !is_known && !is_loopback(own, *end, is_single(own, self.world.snapshot)) {
                        proof.pairs += 1;
                        self.compare(direction, own, *end, row, &mut found);
                    }
                }
                for ((kind, from, to), set) in core::mem::take(&mut found) {
                    self.add(kind, (from, self.title(from)), (to, self.title(to)), set, &mut proof);
                }
                let mut ranges: Vec<(Kind, ConnectionSet, AddressSet, Endpoint)> = Vec::new();
                for part in &outside {
                    let Some(first) = part.first() else { continue };
                    proof.pairs += 1;
                    let end = self.world.end_at(first);
                    self.compare(direction, own, end, row, &mut found);
                    for ((kind, ..), set) in core::mem::take(&mut found) {
                        match ranges.iter_mut().find(|(known, connections, ..)| *known == kind && *connections == set) {
                            Some((_, _, known, _)) => *known = known.union(part),
                            None => ranges.push((kind, set, part.clone(), end)),
                        }
                    }
                }
                for (kind, set, addresses, end) in ranges {
                    let title = if addresses == everywhere { "every address outside".into() } else { addresses.to_string() };
                    let (own, other) = ((own, self.title(own)), (end, title));
                    let (from, to) = if direction == Direction::Egress { (own, other) } else { (other, own) };
                    self.add(kind, from, to, set, &mut proof);
                }
            }
        }
        proof
    }

    /// Ends that are not addresses outside.
    fn inside(&self) -> impl Iterator<Item = Endpoint> + '_ {
        let snapshot = self.world.snapshot;
        let pods = snapshot.pods().filter(|(_, pod)| pod.role == Role::Pod).map(|(id, _)| Endpoint::Pod(id));
        let nodes = snapshot.nodes().map(|(id, _)| Endpoint::Node(id));
        let machines = InterfaceId::each(&snapshot.cloud.interfaces).filter(|(_, machine)| machine.node.is_none());
        pods.chain(nodes).chain(machines.filter_map(|(_, machine)| snapshot.cloud.end_of(machine)))
    }

    /// Addresses outside, in parts that no evaluation and no wish tells apart. Nobody outside has the addresses of pods, nodes, machines and Services.
    fn outside(&self, direction: Direction) -> Vec<AddressSet> {
        let snapshot = self.world.snapshot;
        let Evaluations { written, denying, allowing } = &self.evaluations;
        let wanted = self
            .needs
            .rows(direction)
            .values()
            .flat_map(|row| row.addresses.iter().flat_map(|(addresses, _)| addresses.ranges().collect::<Vec<_>>()));
        let known = [written, denying, allowing]
            .into_iter()
            .flat_map(|one| one.connectivity.outside(direction))
            .map(|range| (range.first, range.last));
        let own: Vec<Cidr> = snapshot
            .nodes()
            .flat_map(|(_, node)| &node.addresses)
            .chain(snapshot.services.iter().flat_map(|service| &service.addresses))
            .chain(snapshot.cloud.interfaces.iter().flat_map(|machine| &machine.addresses))
            .copied()
            .map(Cidr::of)
            .collect();
        let given = snapshot.pods().filter(|(_, pod)| pod.address_given).flat_map(|(_, pod)| pod.addresses.iter().copied().map(Cidr::of));
        let own = AddressSet::of_cidrs(&own.into_iter().chain(given).collect::<Vec<_>>()).union(&snapshot.pod_network);
        let mut parts: Vec<AddressSet> = alloc::vec![AddressSet::everything().difference(&own)];
        let cuts: BTreeSet<_> = wanted.chain(known).collect();
        for (first, last) in cuts {
            let cut = AddressSet::range(first, last);
            parts = parts
                .into_iter()
                .flat_map(
                    |part| if part.overlaps(&cut) { [part.intersection(&cut), part.difference(&cut)].to_vec() } else { [part].to_vec() },
                )
                .filter(|part| !part.is_empty())
                .collect();
        }
        parts
    }

    fn compare(&self, direction: Direction, own: Endpoint, other: Endpoint, row: &Row, found: &mut Found) {
        let (from, to) = if direction == Direction::Egress { (own, other) } else { (other, own) };
        let Evaluations { written, denying, allowing } = &self.evaluations;
        let wanted = row.with(other);
        let got = written.connectivity.between(from, to);
        if wanted.is_empty() && got.possible.is_empty() {
            return;
        }
        let floor = denying.connectivity.between(from, to).possible;
        let ceiling = allowing.connectivity.between(from, to);
        let is_whole = wanted.union(&ConnectionSet::encapsulated()) == ConnectionSet::all();
        let udp = ConnectionSet::protocol(Protocol::UDP);
        // Whoever wants all UDP does not mean packets in packets.
        let is_all_udp = udp.difference(&wanted).is_empty();
        let dropped = if is_whole || is_all_udp { ConnectionSet::encapsulated() } else { ConnectionSet::EMPTY };
        let open = self.form == Form::Kubernetes && self.world.other_protocols_are_open();
        let mut enter = |kind: Kind, set: ConnectionSet| {
            // Where nothing is defined about other protocols, nothing is proven about them; that they cannot be had is told of those that were named.
            let set =
                if open && (is_whole || kind != Kind::Missing && kind != Kind::UnsureElsewhere) { set.with_ports_only() } else { set };
            if set.is_empty() {
                return;
            }
            let slot = found.entry((kind, from, to)).or_default();
            *slot = slot.union(&set);
        };
        let named = if open { wanted.difference(&wanted.with_ports_only()) } else { ConnectionSet::EMPTY };
        enter(Kind::Missing, named.clone());
        let wanted_here = wanted.difference(&named);
        enter(Kind::Elsewhere, wanted_here.difference(ceiling.possible).difference(&dropped));
        enter(Kind::UnsureElsewhere, wanted_here.intersection(ceiling.possible).difference(ceiling.allowed));
        let due = wanted_here.intersection(ceiling.allowed);
        enter(Kind::Missing, due.difference(got.possible));
        enter(Kind::Unsure, due.intersection(got.possible).difference(got.allowed));
        let beyond = got.possible.difference(&wanted).difference(floor);
        enter(Kind::TooMuch, beyond.intersection(got.allowed));
        enter(Kind::Unsure, beyond.difference(got.allowed));
    }

    fn add(&self, kind: Kind, from: (Endpoint, String), to: (Endpoint, String), connections: ConnectionSet, proof: &mut Proof) {
        let reason = self.reason(kind, from.0, to.0, &connections);
        let flow = RemainingFlow { from: from.1, to: to.1, connections, reason };
        let list = match kind {
            Kind::TooMuch => &mut proof.too_much,
            Kind::Missing | Kind::Elsewhere => &mut proof.missing,
            Kind::Unsure | Kind::UnsureElsewhere => &mut proof.unsure,
        };
        // The flows of equal pods with one pod are one.
        if !list.contains(&flow) {
            list.push(flow);
        }
    }

    fn title(&self, end: Endpoint) -> String {
        let snapshot = self.world.snapshot;
        match end {
            Endpoint::Pod(id) => match snapshot.pod(id).and_then(|pod| Some((pod, snapshot.workload(pod.workload)?))) {
                Some((pod, workload)) if workload.endpoints.len() == 1 => workload_title(snapshot, pod.workload),
                _ => format!("{}[Pod]", snapshot.pod_title(id)),
            },
            Endpoint::Node(id) => format!("node/{}", snapshot.node_name(id)),
            other => explain::end_name(other, snapshot),
        }
    }

    fn reason(&self, kind: Kind, from: Endpoint, to: Endpoint, set: &ConnectionSet) -> String {
        let Evaluations { written, allowing, .. } = &self.evaluations;
        let told = |by: &Evaluated| {
            let traffic = set.example().unwrap_or(Traffic::tcp(80));
            explain::answer(&by.compiled, self.world.snapshot, &Flow { from, to, traffic }, None).summary
        };
        match kind {
            Kind::TooMuch => self.twins(from, to, set).unwrap_or_else(|| told(written)),
            Kind::Missing => self.unsayable(from, to, set).unwrap_or_else(|| told(written)),
            Kind::Unsure => told(written),
            Kind::Elsewhere | Kind::UnsureElsewhere => told(allowing),
        }
    }

    /// Pods for which it is wanted, that nothing tells apart from those of the flow.
    fn twins(&self, from: Endpoint, to: Endpoint, set: &ConnectionSet) -> Option<String> {
        let alike = |end: Endpoint| match end {
            Endpoint::Pod(id) => {
                let class = self.classes.of(id);
                class.map_or_else(|| alloc::vec![end], |class| self.classes.pods(class).iter().map(|pod| Endpoint::Pod(*pod)).collect())
            }
            Endpoint::Node(_) | Endpoint::Outside(_) | Endpoint::InNetwork(..) => alloc::vec![end],
        };
        let is_wanted =
            |from: Endpoint, to: Endpoint| self.needs.between(from, to).is_some_and(|wanted| set.difference(&wanted).is_empty());
        let pairs = alike(from).into_iter().flat_map(|from| alike(to).into_iter().map(move |to| (from, to)));
        let (source, target) = pairs.into_iter().find(|(from, to)| is_wanted(*from, *to)).or_else(|| self.neighbour(from, to, set))?;
        let pair = |one: Endpoint, other: Endpoint| {
            (one != other).then(|| {
                let labels = match one {
                    Endpoint::Pod(id) => self.classes.of(id).map(|class| self.classes.labels(class)),
                    _ => None,
                };
                let what = match labels.as_deref() {
                    Some("") => "have no labels".into(),
                    Some(labels) => format!("have the same labels ({labels})"),
                    None => "have the same address".into(),
                };
                format!("`{}` and `{}` {what}, so no policy tells them apart.", self.title(one), self.title(other))
            })
        };
        let parts: Vec<String> = [pair(from, source), pair(to, target)].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// A node, or a pod on its network, that is wanted and has the address of the one of the flow.
    fn neighbour(&self, from: Endpoint, to: Endpoint, set: &ConnectionSet) -> Option<(Endpoint, Endpoint)> {
        let addresses = |end: Endpoint| match end {
            Endpoint::Node(id) => Some(self.world.addresses_of_node(id)),
            Endpoint::Pod(id) if self.world.counts_as_node(id) => Some(self.world.addresses_of_host_pod(id)),
            _ => None,
        };
        let is_wanted =
            |from: Endpoint, to: Endpoint| self.needs.between(from, to).is_some_and(|wanted| set.difference(&wanted).is_empty());
        let shares = |own: &AddressSet, other: Endpoint| addresses(other).is_some_and(|other| own.overlaps(&other));
        if let Some(own) = addresses(from) {
            return self.inside().find(|other| shares(&own, *other) && is_wanted(*other, to)).map(|other| (other, to));
        }
        let own = addresses(to)?;
        self.inside().find(|other| shares(&own, *other) && is_wanted(from, *other)).map(|other| (from, other))
    }

    /// Why no policy of this form can say it.
    fn unsayable(&self, from: Endpoint, to: Endpoint, set: &ConnectionSet) -> Option<String> {
        for end in [from, to] {
            let addresses = match end {
                Endpoint::Node(id) => self.world.addresses_of_node(id),
                Endpoint::Pod(id) if self.world.counts_as_node(id) => self.world.addresses_of_host_pod(id),
                _ => continue,
            };
            if addresses.is_empty() {
                return Some(format!("Policies know nodes by their addresses, and the input gives none of `{}`.", self.title(end)));
            }
        }
        let with_ports = [Protocol::TCP, Protocol::UDP, Protocol::SCTP];
        match self.form {
            Form::Kubernetes if set.with_ports_only().is_empty() => {
                Some("A NetworkPolicy has rules for TCP, UDP and SCTP alone: the form `calico` can say it.".into())
            }
            Form::Kubernetes if with_ports.into_iter().all(|protocol| kubernetes::from_every_port(set, protocol).is_empty()) => {
                Some("A NetworkPolicy has no source ports: the form `calico` can say it.".into())
            }
            Form::Kubernetes => None,
            Form::Calico => {
                set.with_ports_only().is_empty().then(|| "It would take too many rules, one for each protocol or ICMP type.".into())
            }
        }
    }
}
