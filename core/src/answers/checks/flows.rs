//! Checks of connections: what every endpoint of one end may send to every endpoint of the other, as exact sets.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashMap;

use super::ends::{Member, Nothing};
use super::{Finding, Judge, Outcome, words};
use crate::compile::{ClassId, ClassKind, Endpoint};
use crate::connections::{ConnectionSet, Traffic};
use crate::connectivity::{Pair, PairIds};
use crate::language::netpolis::{Expect, FlowTest, TrafficTerm};
use crate::model::Protocol;
use crate::text::DocumentId;
use crate::verdict::{Flow, is_loopback, is_single};

/// A pair of endpoints with a connection that stands for others like it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Example {
    pub(super) flow: Flow,
    /// Whether both ends are meant for certain.
    pub(super) sure: bool,
}

/// What was found of all pairs: of each kind of verdict the first example.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) allowed: Option<Example>,
    pub(super) denied: Option<Example>,
    pub(super) unknown: Option<Example>,
    /// Whether there was any pair, and any connection.
    pub(super) any: bool,
}

impl Tally {
    fn add(slot: &mut Option<Example>, example: Example) {
        if slot.is_none_or(|known| !known.sure && example.sure) {
            *slot = Some(example);
        }
    }
}

/// The connections that are asked about: those of some terms without those of others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'t> {
    pub(super) terms: &'t [TrafficTerm],
    pub(super) without: &'t [TrafficTerm],
    /// Whether it is enough if one of them is allowed.
    pub(super) any: bool,
}

impl Wanted<'_> {
    /// Whether it names a port, which means another number at every destination.
    fn names_ports(&self) -> bool {
        self.terms.iter().chain(self.without).any(|term| matches!(term, TrafficTerm::Named(..)))
    }
}

/// Endpoints that get equal answers: the first two of them, as a pod and itself is a case of its own.
struct Alike {
    ends: [Option<Endpoint>; 2],
    sure: bool,
}

impl Judge<'_> {
    pub(super) fn flow(&self, test: &FlowTest, document: DocumentId) -> Result<Finding, Nothing> {
        let (from, to) = (self.meant(&test.from)?, self.meant(&test.to)?);
        if test.path.is_some() || !to.targets.is_empty() {
            return self.path(test, &from, &to, document);
        }
        if let Some(target) = from.targets.first() {
            return Err(format!("connections start at pods, nodes, machines or addresses, and not at `{target}`"));
        }
        let apart = test.nothing || !(from.named && to.named) && test.expect == Some(Expect::Denied);
        let any = !test.traffic.each && test.expect == Some(Expect::Allowed);
        let tally = self.tally(&from.members, &to.members, Wanted { terms: &test.traffic.terms, without: &[], any }, apart)?;
        let expected = test.expect.map_or("", Expect::as_str);
        if !tally.any {
            // Said to be possible, or there would be an error.
            return Ok(Finding::of(Outcome::Passed, expected, expected, "no connection is meant"));
        }
        let domain = from.domain.as_deref().or(to.domain.as_deref());
        let finding = match (test.expect, domain) {
            (Some(expect), None) => self.expectation(expect, &tally),
            (Some(expect), Some(name)) => self.expectation_of_domain(expect, &tally, name),
            (None, _) => Finding::passed(""),
        };
        Ok(self.with_deciders(test, document, finding, &tally))
    }

    /// Whether connections are as expected.
    fn expectation(&self, expect: Expect, tally: &Tally) -> Finding {
        let Tally { allowed, denied, unknown, .. } = *tally;
        let expected = expect.as_str();
        let shown = |outcome, found: &str, example: Example| self.shown(Finding::of(outcome, expected, found, ""), example);
        // What contradicts the expectation, and what leaves it open.
        let against = match expect {
            Expect::Allowed => denied,
            Expect::Denied => allowed,
            Expect::CannotTell => [denied, allowed].into_iter().flatten().max_by_key(|example| example.sure),
            Expect::Sometimes => {
                return match (allowed.filter(|e| e.sure), denied.filter(|e| e.sure), unknown) {
                    (Some(_), Some(denied), _) => shown(Outcome::Passed, expected, denied),
                    (_, _, Some(open)) => shown(Outcome::CannotTell, "cannot tell", open),
                    (Some(all), None, None) if denied.is_none() => shown(Outcome::Failed, "allowed", all),
                    (None, Some(all), None) if allowed.is_none() => shown(Outcome::Failed, "denied", all),
                    _ => match allowed.or(denied) {
                        Some(open) => shown(Outcome::CannotTell, "cannot tell", open),
                        None => Finding::of(Outcome::CannotTell, expected, "cannot tell", ""),
                    },
                };
            }
        };
        let open = unknown.filter(|_| expect != Expect::CannotTell);
        match (against, open) {
            (Some(example), _) if example.sure => {
                let found = if denied.is_some_and(|denied| denied.flow == example.flow) { "denied" } else { "allowed" };
                // Both are there: the expectation holds for some only.
                let found = if allowed.is_some() && denied.is_some() { "sometimes" } else { found };
                shown(Outcome::Failed, found, example)
            }
            (_, Some(example)) | (Some(example), None) => shown(Outcome::CannotTell, "cannot tell", example),
            (None, None) => {
                let passed = Finding::passed(expected);
                match [allowed, denied, unknown].into_iter().flatten().next() {
                    Some(example) => Finding { reason: String::new(), ..self.shown(passed, example) },
                    None => passed,
                }
            }
        }
    }

    /// The same where only DNS knows which of the addresses is meant: what holds for all of them holds.
    fn expectation_of_domain(&self, expect: Expect, tally: &Tally, name: &str) -> Finding {
        let found = [(tally.allowed, Expect::Allowed), (tally.denied, Expect::Denied), (tally.unknown, Expect::CannotTell)];
        let kinds: Vec<Expect> = found.iter().filter(|(example, _)| example.is_some()).map(|(_, kind)| *kind).collect();
        match kinds.as_slice() {
            [_] => self.expectation(expect, tally),
            _ => {
                let why = format!("only DNS knows which addresses `{name}` has, and what is allowed differs among addresses outside");
                Finding::of(Outcome::CannotTell, expect.as_str(), "cannot tell", why)
            }
        }
    }

    /// A finding with an example, its reason and its lines.
    pub(super) fn shown(&self, finding: Finding, example: Example) -> Finding {
        let answer = self.scene.decide(&example.flow);
        let (mut reason, deciding) = self.why(&answer);
        if !example.sure {
            let subject = [example.flow.from, example.flow.to].map(|end| words::endpoint(self.snapshot(), end)).join(" or ");
            reason = format!("not all labels and addresses are known, so it is not known whether {subject} is meant; {reason}");
        }
        Finding { reason, deciding, witness: Some(self.witness(&answer.flow)), ..finding }
    }

    /// Asks all pairs.
    pub(super) fn tally(&self, from: &[Member], to: &[Member], wanted: Wanted<'_>, apart: bool) -> Result<Tally, Nothing> {
        let pairs = self.pairs(apart);
        let compiled = self.scene.compiled();
        let plain = self.snapshot().cloud.networks.is_empty() && !compiled.polices_hosts();
        let from_nodes = !apart && from.iter().any(|member| compiled.class_kind(pairs.class_of(member.end)) == ClassKind::Node);
        // A pod's own node is special to it, so then pods of one class differ.
        let to_doors = pairs.has_doors() && to.iter().any(|member| matches!(member.end, Endpoint::Node(_)));
        let by_class = plain && !from_nodes && !to_doors && !wanted.names_ports();
        let (sources, targets) = (self.alike(from, by_class), self.alike(to, by_class));
        let mut tally = Tally::default();
        let mut sets: Vec<ConnectionSet> = Vec::new();
        let mut judged: HashMap<(PairIds, usize), [Option<Traffic>; 3]> = HashMap::new();
        for target in &targets {
            let Some(sample) = target.ends.iter().flatten().next() else { continue };
            let set = self.connections(wanted.terms, *sample).difference(&self.connections(wanted.without, *sample));
            if set.is_empty() {
                continue;
            }
            let number = sets.iter().position(|known| *known == set).unwrap_or(sets.len());
            if number == sets.len() {
                sets.push(set.clone());
            }
            for source in &sources {
                let Some((a, b)) = self.pair_of(source, target, apart || from.len() > 1 || to.len() > 1) else { continue };
                tally.any = true;
                let ids = pairs.between_ids(a, b);
                let found = *judged.entry((ids, number)).or_insert_with(|| {
                    let [allowed, denied, unknown] = parts(pairs.sets(ids), &set, &self.likely(b));
                    match wanted.any {
                        true if allowed.is_some() => [allowed, None, None],
                        true if unknown.is_some() => [None, None, unknown],
                        _ => [allowed, denied, unknown],
                    }
                });
                let sure = source.sure && target.sure;
                for (slot, traffic) in [&mut tally.allowed, &mut tally.denied, &mut tally.unknown].into_iter().zip(found) {
                    if let Some(traffic) = traffic {
                        Tally::add(slot, Example { flow: Flow { from: a, to: b, traffic }, sure });
                    }
                }
            }
        }
        if sets.is_empty() && !targets.is_empty() && wanted.without.is_empty() {
            return Err(format!("no container of the destination declares{}", words::traffic(wanted.terms).replacen(" on", "", 1)));
        }
        if !tally.any && !sets.is_empty() && !from.is_empty() {
            return Err("it means no two different endpoints".into());
        }
        Ok(tally)
    }

    /// Two endpoints of which neither is special to the other, if there are.
    fn pair_of(&self, source: &Alike, target: &Alike, skips_self: bool) -> Option<(Endpoint, Endpoint)> {
        let pairs = source.ends.iter().flatten().flat_map(|a| target.ends.iter().flatten().map(move |b| (*a, *b)));
        let is_self = |(a, b): &(Endpoint, Endpoint)| is_loopback(*a, *b, is_single(*a, self.snapshot()));
        pairs.clone().find(|pair| !is_self(pair) && pair.0 != pair.1).or_else(|| pairs.clone().find(|pair| !is_self(pair) || !skips_self))
    }

    /// Members by the answers that they get.
    fn alike(&self, members: &[Member], by_class: bool) -> Vec<Alike> {
        let mut found: Vec<Alike> = Vec::new();
        let mut known: HashMap<(ClassId, bool), usize> = HashMap::new();
        for member in members {
            let class = self.scene.connectivity().class_of(member.end);
            if !by_class {
                found.push(Alike { ends: [Some(member.end), None], sure: member.sure });
                continue;
            }
            match known.get(&(class, member.sure)).and_then(|at| found.get_mut(*at)) {
                Some(alike) => {
                    alike.ends[1] = alike.ends[1].or(Some(member.end));
                }
                None => {
                    known.insert((class, member.sure), found.len());
                    found.push(Alike { ends: [Some(member.end), None], sure: member.sure });
                }
            }
        }
        found
    }

    /// The connections that are meant to an endpoint.
    pub(super) fn connections(&self, traffic: &[TrafficTerm], to: Endpoint) -> ConnectionSet {
        let mut set = ConnectionSet::EMPTY;
        for term in traffic {
            let part = match term {
                TrafficTerm::WithPorts => ConnectionSet::all().with_ports_only(),
                TrafficTerm::Any => ConnectionSet::all(),
                TrafficTerm::Of(protocol, source, destination) => ConnectionSet::of(*protocol, *source, *destination),
                TrafficTerm::Named(protocol, name) => {
                    let Endpoint::Pod(id) = to else { continue };
                    let ports = self.snapshot().pod(id).map_or(&[][..], |pod| &pod.ports);
                    let fits =
                        ports.iter().filter(|p| p.name.as_deref() == Some(name) && protocol.is_none_or(|wanted| wanted == p.protocol));
                    fits.fold(ConnectionSet::EMPTY, |set, p| set.union(&ConnectionSet::ports(p.protocol, p.number, p.number)))
                }
            };
            set = set.union(&part);
        }
        set
    }

    /// Ports that an endpoint listens on, as far as it says so: examples that people know.
    fn likely(&self, end: Endpoint) -> Vec<(Protocol, u16)> {
        let Endpoint::Pod(id) = end else { return Vec::new() };
        self.snapshot().pod(id).map_or_else(Vec::new, |pod| pod.ports.iter().map(|port| (port.protocol, port.number)).collect())
    }
}

/// Of the wanted connections one that is allowed, one that is denied, and one of which that cannot be told.
fn parts(pair: Pair<'_>, wanted: &ConnectionSet, likely: &[(Protocol, u16)]) -> [Option<Traffic>; 3] {
    let allowed = wanted.intersection(pair.allowed);
    let denied = wanted.difference(pair.possible);
    let unknown = wanted.intersection(pair.possible).difference(pair.allowed);
    [allowed, denied, unknown].map(|set| example(&set, likely))
}

/// A connection of a set: to a port that the destination declares, if it has one of these, else the first.
fn example(set: &ConnectionSet, likely: &[(Protocol, u16)]) -> Option<Traffic> {
    const PLANES: [Protocol; 5] = [Protocol::TCP, Protocol::UDP, Protocol::SCTP, Protocol::ICMP, Protocol::ICMPV6];
    let everywhere = |protocol, port| ConnectionSet::ports(protocol, port, port).difference(set).is_empty();
    // Ports that people know come before the first one.
    let known = [(Protocol::TCP, 80), (Protocol::TCP, 443), (Protocol::UDP, 53)];
    if let Some((protocol, port)) = likely.iter().chain(&known).find(|(protocol, port)| everywhere(*protocol, *port)) {
        return Some(Traffic::to_port(*protocol, *port));
    }
    for protocol in PLANES {
        let Some(plane) = set.plane(protocol) else { continue };
        let Some((first, last, seconds)) = plane.bands().next() else { continue };
        let (low, high) = if protocol.has_ports() { (1, u16::MAX) } else { (0, 255) };
        let is_whole = |(a, b): (u16, u16)| (a, b) == (low, high);
        let mut ranges = seconds.iter();
        let second = ranges.next()?;
        // What holds for every value is left open, but for ports, which people ask by.
        let destination = Some(second.0).filter(|_| protocol.has_ports() || !is_whole(second));
        return Some(Traffic { protocol, source: Some(first).filter(|_| !is_whole((first, last))), destination });
    }
    set.other_protocols().next().map(|protocol| Traffic { protocol, source: None, destination: None })
}
