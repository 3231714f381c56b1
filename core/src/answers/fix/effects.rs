//! What a change opens and closes besides the flow that was asked about.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Scene;
use super::draft::TextEdit;
use crate::answers::diff::{Difference, DifferenceEnd, Version, diff, diff_at};
use crate::compile::{Compiled, Endpoint};
use crate::connections::ConnectionSet;
use crate::endpoints::{Line, title};
use crate::policy::{Policy, PolicyId, SubjectMatch};
use crate::snapshot::Snapshot;
use crate::snapshot::cloud::InterfaceId;
use crate::text::Sources;

/// A flow that a change opens or closes besides the one that was asked about.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct SideEffect {
    /// Where connections start, as in every list of flows.
    pub from: String,
    /// Where they go.
    pub to: String,
    /// What is allowed afterwards and was not.
    pub opened: ConnectionSet,
    /// What was allowed and is not afterwards.
    pub closed: ConnectionSet,
    /// What can be told afterwards and could not, or the reverse.
    pub unsure: bool,
}

/// What was asked for: pairs of ends with the connections in question.
#[derive(Clone, Default, Debug)]
pub(super) struct Wanted(pub(super) Vec<(WantedEnd, WantedEnd, ConnectionSet)>);

/// One end of it, by lines of a list of flows.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct WantedEnd {
    /// The line of what is meant, and whether that is all of it.
    line: Option<(String, Part)>,
    address: Option<IpAddr>,
    /// Whether it stands for the whole Internet.
    internet: bool,
}

/// How much of a line is what was asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    None,
    Some,
    All,
}

impl WantedEnd {
    /// Ends that are of one line.
    pub(super) fn new(snapshot: &Snapshot, ends: &[Endpoint], internet: bool) -> Self {
        let line = match ends.first() {
            Some(Endpoint::Pod(id)) => snapshot.pod(*id).and_then(|pod| {
                let whole = snapshot.workload(pod.workload)?.endpoints.len() <= ends.len();
                Some((title(snapshot, Line::Workload(pod.workload)), if whole { Part::All } else { Part::Some }))
            }),
            Some(end @ Endpoint::InNetwork(..)) => {
                let machine = InterfaceId::each(&snapshot.cloud.interfaces).find(|(_, i)| snapshot.cloud.end_of(i) == Some(*end));
                machine.map(|(number, _)| (title(snapshot, Line::Machine(number)), Part::All))
            }
            _ => None,
        };
        WantedEnd { line, address: ends.first().and_then(|end| end.address()), internet }
    }

    /// The same if all of its line is meant: of equivalent pods a path shows one.
    pub(super) fn whole(mut self) -> Self {
        if let Some((_, part)) = &mut self.line {
            *part = Part::All;
        }
        self
    }

    fn of(&self, end: &DifferenceEnd) -> Part {
        if let Some((first, last)) = end.outside {
            return match self.address {
                Some(address) if self.internet && is_public(address) && is_public(first) => Part::All,
                Some(address) if first <= address && address <= last && first.is_ipv4() == address.is_ipv4() => {
                    if first == last {
                        Part::All
                    } else {
                        Part::Some
                    }
                }
                _ => Part::None,
            };
        }
        match &self.line {
            Some((line, part)) if *line == end.title => *part,
            _ => Part::None,
        }
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_private(),
        IpAddr::V6(_) => false,
    }
}

/// The side effects of edits, from one version to the other.
pub(super) fn side_effects<S: Scene>(old: &S, new: &S, edits: &[TextEdit], wanted: &Wanted) -> Vec<SideEffect> {
    let versions = [old, new].map(|scene| Version { snapshot: scene.snapshot(), connectivity: scene.connectivity() });
    let [before, after] = versions;
    let differences = match changed(old, new, edits) {
        Some([olds, news]) => {
            let selects = |compiled: &Compiled, policies: &[PolicyId], snapshot: &Snapshot, line: Line| match line {
                Line::Workload(id) => snapshot
                    .workload(id)
                    .is_some_and(|w| w.endpoints.iter().any(|pod| policies.iter().any(|policy| compiled.selects(*policy, *pod)))),
                _ => false,
            };
            diff_at(before, after, &|version, line| match version {
                0 => selects(old.compiled(), &olds, old.snapshot(), line),
                _ => selects(new.compiled(), &news, new.snapshot(), line),
            })
        }
        None => diff(before, after),
    };
    differences.iter().filter_map(|difference| effect(difference, wanted)).collect()
}

/// The policies that edits change, on either side; nothing if they change something else too.
fn changed<S: Scene>(old: &S, new: &S, edits: &[TextEdit]) -> Option<[Vec<PolicyId>; 2]> {
    let touches = |sources: &Sources, policy: &Policy, edit: &TextEdit| {
        sources.position(policy.place).is_some_and(|p| p.source == edit.source && p.start <= edit.end && edit.start <= p.end)
    };
    let scenes = [old, new];
    let has_hosts = scenes.iter().any(|scene| !scene.snapshot().host_endpoints.is_empty());
    // Calico's policies select host endpoints too, where there are some.
    let is_of_pods = |policy: &Policy| match &policy.subject {
        SubjectMatch::Pods(_) => true,
        SubjectMatch::Endpoints(_) => !has_hosts,
        SubjectMatch::Profiles(_) | SubjectMatch::Group(_) | SubjectMatch::Hosts { .. } => false,
    };
    let [before, after] = scenes.map(|scene| scene.compiled().polices_hosts());
    if before != after {
        // Another engine is in force now.
        return None;
    }
    let policies = |scene: &'_ S| scene.compiled().ruleset().policies.iter().map(|p| (p.kind.clone(), p.title())).collect::<Vec<_>>();
    let (all, ruleset) = (policies(old), &old.compiled().ruleset().policies);
    let olds: Vec<&Policy> =
        ruleset.iter().map(|policy| &**policy).filter(|policy| edits.iter().any(|edit| touches(old.sources(), policy, edit))).collect();
    let names: Vec<_> = olds.iter().map(|p| (p.kind.clone(), p.title())).collect();
    let is_new = |policy: &&Policy| {
        let name = (policy.kind.clone(), policy.title());
        names.contains(&name) || !all.contains(&name)
    };
    let news: Vec<&Policy> = new.compiled().ruleset().policies.iter().map(|policy| &**policy).filter(is_new).collect();
    let covered = edits.iter().all(|edit| {
        let adds = edit.start == edit.end && news.len() > olds.len();
        adds || ruleset.iter().any(|policy| touches(old.sources(), policy, edit))
    });
    let alone = covered && olds.iter().chain(&news).all(|policy| is_of_pods(policy));
    alone.then(|| [olds, news].map(|list| list.iter().map(|p| p.id).collect()))
}

fn effect(difference: &Difference, wanted: &Wanted) -> Option<SideEffect> {
    let Difference { from, to, before, after, .. } = difference;
    let mut opened = after.sometimes.difference(&before.sometimes);
    let mut closed = before.sometimes.difference(&after.sometimes);
    let (mut unknown, mut known) = (before.unknown(), after.unknown());
    for (source, destination, set) in &wanted.0 {
        let parts = [source.of(from), destination.of(to)];
        if parts.contains(&Part::None) {
            continue;
        }
        let covers = |other: &ConnectionSet| set.difference(other).is_empty();
        // Other pods of the same workload are not what was asked about.
        let of_others = parts.contains(&Part::Some);
        let opens_others = of_others && covers(&after.always) && !covers(&before.sometimes);
        let closes_others = of_others && covers(&before.always) && after.sometimes.intersection(set).is_empty();
        let without = |own: &ConnectionSet| own.difference(set);
        opened = if opens_others { opened } else { without(&opened) };
        closed = if closes_others { closed } else { without(&closed) };
        (unknown, known) = (without(&unknown), without(&known));
    }
    let unsure = unknown != known;
    if opened.is_empty() && closed.is_empty() && !unsure {
        return None;
    }
    Some(SideEffect { from: from.title.clone(), to: to.title.clone(), opened, closed, unsure })
}
