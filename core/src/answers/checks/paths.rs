//! Checks of whole paths: to Services, Ingresses and URLs, with shares and with whom the server sees.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::ends::{Meant, Member, Nothing};
use super::witness::words_of;
use super::{Finding, Judge, Outcome, Witness};
use crate::compile::Endpoint;
use crate::connections::Traffic;
use crate::endpoints::SOMEWHERE;
use crate::explain::CheckpointTrace;
use crate::language::netpolis::{Bound, End, Expect, FlowTest, PathTest, ShareTest, Term, TrafficTerm};
use crate::model::{AddressSet, Protocol};
use crate::path::{
    ApplicationView, Asked, Branch, Entry, Hop, HopKind, PacketEndpoint, PathAnswer, PathVerdict, Paths, Place as Stage, PodShare, Share,
    Tls, Translation, path_carrying,
};
use crate::text::{DocumentId, Place};
use crate::verdict::Verdict;

/// What a path is asked with.
struct Question {
    protocol: Protocol,
    port: Option<u16>,
    carried: Option<Traffic>,
}

/// What is asked of one of several paths.
#[derive(Clone, Copy)]
struct Of {
    expect: Option<Expect>,
    /// What is seen and met where connections arrive.
    arriving: bool,
}

/// Something that is expected of a path: whether it is so, what was expected and what was found.
type Expectation = (Outcome, String, String);

impl Judge<'_> {
    /// The paths from every client to every target that is meant, of addresses that nothing on a path tells apart from one; what is said of the worst.
    pub(super) fn path(&self, test: &FlowTest, from: &Meant, to: &Meant, document: DocumentId) -> Result<Finding, Nothing> {
        let clients = self.names(&test.from, from)?;
        let targets = self.names(&test.to, to)?;
        let via = test.path.as_ref().and_then(|path| path.via.as_deref()).and_then(Entry::from_name);
        let node = test.path.as_ref().and_then(|path| path.node.as_deref());
        let mut followed: Vec<(Witness, PathAnswer)> = Vec::new();
        for target in &targets {
            let question = self.question(test, target)?;
            let Question { protocol, port, carried } = question;
            for client in &clients {
                let asked = Asked { from: client, to: target, port, protocol, entry: via, node };
                let answer = path_carrying(self.scene.paths(), &asked, carried).map_err(|error| error.to_string())?;
                let traffic = carried.unwrap_or(Traffic { protocol, source: None, destination: answer.port });
                let witness = Witness { from: client.clone(), to: target.clone(), traffic, path: true };
                followed.push((witness, answer));
            }
        }
        let several = followed.len() > 1;
        let any_arrives = followed.iter().any(|(_, answer)| arrives(answer));
        let mut worst: Option<Finding> = None;
        if let Some(Expect::Sometimes) = test.expect.filter(|_| several) {
            worst = Some(sometimes(&followed));
        }
        for (witness, answer) in followed {
            // What is seen where a connection arrives is asked of those that do.
            let asked =
                Of { expect: test.expect.filter(|e| !several || *e != Expect::Sometimes), arriving: !any_arrives || arrives(&answer) };
            let finding = Finding { witness: Some(witness), ..self.of_path(test, asked, &answer, document)? };
            if worst.as_ref().is_none_or(|known| finding.outcome > known.outcome) {
                worst = Some(finding);
            }
        }
        worst.ok_or_else(|| "it means no path".to_string())
    }

    /// The names by which a path is asked for: those that are written, pods, nodes and machines that are selected, and of addresses that no rule, no
    /// place in a network and no range of a load balancer tells apart one.
    fn names(&self, end: &End, meant: &Meant) -> Result<Vec<String>, Nothing> {
        if let Some(domain) = &meant.domain {
            return Err(format!("only DNS knows which addresses `{domain}` has: write one"));
        }
        // A workload that is named is asked about as a whole, and its pods share the connections.
        let is_named = |term: &&Term| end.except.is_empty() && matches!(term, Term::Named(_));
        let written: Vec<Term> = end.terms.iter().filter(is_named).cloned().collect();
        let mut names: Vec<String> =
            written.iter().filter_map(|term| if let Term::Named(name) = term { Some(name.to_string()) } else { None }).collect();
        if written.len() == end.terms.len() {
            return Ok(unique(names));
        }
        let known = self.terms(&written, &AddressSet::default())?;
        names.extend(meant.targets.iter().filter(|target| !known.targets.contains(target)).cloned());
        let is_known = |member: &Member| known.members.iter().any(|other| other.end == member.end);
        let inside = meant.members.iter().filter(|member| self.outside_address(member.end).is_none() && !is_known(member));
        names.extend(inside.map(|member| self.name_of(member.end)));
        let paths = self.scene.paths();
        let balancers = paths.snapshot().services.iter().map(|service| &service.routing.load_balancer.source_ranges);
        let ranges: Vec<AddressSet> = balancers.filter(|ranges| !ranges.is_empty()).map(AddressSet::of_cidrs).collect();
        let mut kinds: Vec<String> = Vec::new();
        for (kind, _) in self.outside(paths.compiled(), &meant.addresses, &ranges.iter().collect::<Vec<_>>()) {
            let internet = end.terms.iter().any(|term| matches!(term, Term::Internet)) && kind == Endpoint::Outside(SOMEWHERE);
            // The one that people know comes first. By its address: by name it would be all that rules tell apart, which are asked about here one by one.
            kinds.insert(if internet { 0 } else { kinds.len() }, self.name_of(kind));
        }
        names.extend(kinds);
        Ok(unique(names))
    }

    /// The protocol and port of a path, of which there is one.
    fn question(&self, test: &FlowTest, target: &str) -> Result<Question, Nothing> {
        let of = |protocol, port| Question { protocol, port, carried: None };
        match test.traffic.terms.as_slice() {
            [TrafficTerm::WithPorts] => Ok(of(Protocol::TCP, None)),
            [TrafficTerm::Of(protocol, source, destination)] => {
                let point = |range: &Option<(u16, u16)>| match range {
                    Some((first, last)) if first == last => Ok(Some(*first)),
                    None => Ok(None),
                    Some(_) => Err("a path is about one port, and not about a range".to_string()),
                };
                let (source, destination) = (point(source)?, point(destination)?);
                let carried = Traffic { protocol: *protocol, source, destination };
                let carried = (source.is_some() || !protocol.has_ports()).then_some(carried);
                Ok(Question { carried, ..of(*protocol, destination.filter(|_| protocol.has_ports())) })
            }
            [TrafficTerm::Named(protocol, name)] => {
                let title = ["service/", "svc/"].iter().find_map(|prefix| target.strip_prefix(prefix)).unwrap_or(target);
                let (namespace, service) = title.split_once('/').map_or((None, title), |(n, s)| (Some(n), s));
                let snapshot = self.snapshot();
                let fits = |namespace_name: &str| namespace.is_none_or(|wanted| wanted == namespace_name);
                let mut services = snapshot.services.iter().filter(|s| s.name == service && fits(snapshot.namespace_name(s.namespace)));
                let port = services.find_map(|s| s.ports.iter().find(|p| p.name.as_deref() == Some(name)));
                let port = port.filter(|port| protocol.is_none_or(|wanted| wanted == port.protocol));
                port.map(|port| of(port.protocol, Some(port.port))).ok_or_else(|| format!("`{target}` has no port named `{name}`"))
            }
            _ => Err("a path is about one port: write a check for each".into()),
        }
    }

    /// What is found of one path.
    fn of_path(&self, test: &FlowTest, asked: Of, answer: &PathAnswer, document: DocumentId) -> Result<Finding, Nothing> {
        let mut expectations: Vec<Expectation> = asked.expect.map(|expect| expectation(expect, answer.verdict)).into_iter().collect();
        if let Some(path) = &test.path {
            self.of_whole(path, asked, answer, &mut expectations)?;
        }
        if let Some(decider) = &test.decided {
            let at: Vec<&CheckpointTrace> = self.deciding(answer).collect();
            let outcome = if at.iter().any(|trace| self.decides(decider, trace, document, self.scene.paths().compiled())) {
                Outcome::Passed
            } else {
                Outcome::Failed
            };
            let found = at.iter().map(|trace| self.decider_of(trace)).collect::<Vec<_>>().join(" and ");
            let found = if found.is_empty() { "no policy".into() } else { found };
            expectations.push((outcome, format!("decided by {}", words_of(decider)), format!("decided by {found}")));
        }
        if test.line.is_some() {
            return Err("`line` and `says` are about one connection between pods: leave out what is about the path".into());
        }
        let places: Vec<Place> = self.deciding(answer).flat_map(|trace| trace.places.iter().copied()).collect();
        let worst = expectations.iter().map(|(outcome, ..)| *outcome).max().unwrap_or(Outcome::Passed);
        let of_worst: Vec<&Expectation> = expectations.iter().filter(|(outcome, ..)| *outcome == worst).collect();
        let join = |part: fn(&Expectation) -> &str| of_worst.iter().map(|e| part(e)).collect::<Vec<_>>().join("; ");
        let reason = if worst == Outcome::Passed { String::new() } else { answer.summary.trim_end_matches('.').to_string() };
        Ok(Finding::of(worst, join(|e| &e.1), join(|e| &e.2), reason).at(places))
    }

    /// Checkpoints that decide: those that stop a branch, or leave open what becomes of it; of a path on which nothing is stopped, those with a rule that
    /// allows.
    fn deciding<'p>(&'p self, answer: &'p PathAnswer) -> impl Iterator<Item = &'p CheckpointTrace> {
        let paths = self.scene.paths();
        let wanted =
            [Verdict::Denied, Verdict::CannotTell].into_iter().find(|verdict| answer.branches.iter().any(|b| b.verdict == *verdict));
        let branches = answer.branches.iter().filter(move |branch| wanted.is_none_or(|verdict| branch.verdict == verdict)).take(1);
        let hops = branches.flat_map(move |branch| match wanted {
            Some(_) => branch.stop().into_iter().collect::<Vec<&Hop>>(),
            None => branch.hops.iter().collect(),
        });
        hops.filter_map(move |hop| match &hop.kind {
            HopKind::Check(trace) => Some(paths.resolve(trace)),
            _ => None,
        })
        .filter(move |trace| wanted.is_some() || trace.decided_by().is_some())
    }

    /// What is expected of the path as a whole.
    fn of_whole(&self, test: &PathTest, asked: Of, answer: &PathAnswer, found: &mut Vec<Expectation>) -> Result<(), Nothing> {
        let (least, most) = bounds(answer.verdict);
        if let Some(share) = &test.share {
            let (wanted, is) =
                (share_words(share), if least == most { least.to_string() } else { format!("{least} at least, {most} at most") });
            found.push((compared(share, least, most), format!("a share of {wanted}"), format!("a share of {is}")));
        }
        for pods in &test.pods {
            let paths = self.scene.paths();
            let node_name = |share: &PodShare| share.node.as_ref().map(|node| paths.snapshot().node_name(*paths.resolve(node)).to_string());
            let is_pod = |title: &str| pods.pod.as_deref().is_none_or(|name| title == name || title.rsplit('/').next() == Some(name));
            let is_there = |share: &PodShare| pods.node.as_deref().is_none_or(|node| node_name(share).as_deref() == Some(node));
            let of: Vec<Share> =
                answer.pods.iter().filter(|share| is_pod(&share.title) && is_there(share)).map(|share| share.each).collect();
            let which = [pods.pod.as_deref().map(|pod| format!("`{pod}`")), pods.node.as_deref().map(|node| format!("on `{node}`"))];
            let which = which.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let wrong = of.iter().find(|share| compared(&pods.each, **share, **share) != Outcome::Passed);
            let (outcome, is) = match (of.first(), wrong) {
                (None, _) => (Outcome::Failed, "no such pod is behind it".to_string()),
                (_, Some(share)) => (Outcome::Failed, share.to_string()),
                (Some(share), None) => (Outcome::Passed, share.to_string()),
            };
            found.push((outcome, format!("{} for each pod {which}", share_words(&pods.each)), is));
        }
        if let Some(wanted) = &test.healthy {
            found.push(self.healthy(wanted, answer)?);
        }
        if !asked.arriving {
            return Ok(());
        }
        self.seen(test, answer, found);
        for (stages, wanted) in [(&test.through, true), (&test.not_through, false)] {
            for stage in stages {
                let branches = arriving(answer);
                let has = |branch: &&Branch| branch.hops.iter().any(|hop| hop.reached && is_stage(hop, stage));
                let (met, missed) = (branches.iter().any(has), branches.iter().any(|branch| !has(branch)));
                let outcome = if if wanted { missed } else { met } { Outcome::Failed } else { Outcome::Passed };
                let word = |has: bool| if has { format!("through {stage}") } else { format!("not through {stage}") };
                found.push((outcome, word(wanted), if met && missed { format!("sometimes through {stage}") } else { word(met) }));
            }
        }
        Ok(())
    }

    fn healthy(&self, wanted: &[alloc::boxed::Box<str>], answer: &PathAnswer) -> Result<Expectation, Nothing> {
        if answer.entry != Some(Entry::LoadBalancer) {
            return Err("no load balancer is on this path".into());
        }
        let paths = self.scene.paths();
        let down: Vec<_> = answer.probes.iter().filter(|probe| !probe.healthy).map(|probe| *paths.resolve(&probe.node)).collect();
        let healthy = paths.snapshot().nodes().filter(|(id, _)| !down.contains(id)).map(|(_, node)| node.name.as_str());
        let mut healthy: Vec<&str> = healthy.collect();
        let mut wanted: Vec<&str> = wanted.iter().map(|name| name.strip_prefix("node/").unwrap_or(name)).collect();
        healthy.sort_unstable();
        wanted.sort_unstable();
        let words =
            |names: &[&str]| if names.is_empty() { "no healthy nodes".to_string() } else { format!("healthy nodes: {}", names.join(", ")) };
        Ok((if healthy == wanted { Outcome::Passed } else { Outcome::Failed }, words(&wanted), words(&healthy)))
    }

    /// Whom the server sees, and what becomes of TLS.
    fn seen(&self, test: &PathTest, answer: &PathAnswer, found: &mut Vec<Expectation>) {
        if test.seen.is_none() && test.forwarded.is_none() && test.tls.is_none() {
            return;
        }
        let paths = self.scene.paths();
        let views: Vec<(&Branch, ApplicationView)> =
            arriving(answer).into_iter().filter_map(|branch| Some((branch, branch.seen?))).collect();
        if views.is_empty() {
            found.push((Outcome::Failed, "a connection that arrives".into(), "none arrives".into()));
        }
        for (branch, view) in views {
            let client = branch.hops.first().map(|hop| hop.arrives.from);
            let name = |end: &PacketEndpoint| {
                if Some(*end) == client { "the client".to_string() } else { format!("`{}`", paths.endpoint_title(end)) }
            };
            if let Some(wanted) = test.seen.as_deref() {
                let is = is_seen(paths, wanted, &view.address, client);
                let wanted = if wanted.contains("client") { wanted.to_string() } else { format!("`{wanted}`") };
                let outcome = if is { Outcome::Passed } else { Outcome::Failed };
                found.push((
                    outcome,
                    format!("the server sees {}", wanted.replace("client", "the client").replace("the the", "the")),
                    format!("it sees {}", name(&view.address)),
                ));
            }
            if let Some(wanted) = test.forwarded {
                let outcome =
                    if view.forwarded.is_some_and(|end| Some(end) == client) == wanted { Outcome::Passed } else { Outcome::Failed };
                let words = |has: bool| if has { "X-Forwarded-For has the client" } else { "X-Forwarded-For does not have the client" };
                found.push((
                    outcome,
                    words(wanted).into(),
                    view.forwarded
                        .map_or_else(|| "there is no X-Forwarded-For".into(), |end| format!("X-Forwarded-For has {}", name(&end))),
                ));
            }
            if let Some(wanted) = test.tls.as_deref() {
                let is = match view.tls {
                    Tls::Untouched => "untouched",
                    Tls::Ends => "ends",
                    Tls::Anew => "anew",
                };
                let outcome = if is == wanted { Outcome::Passed } else { Outcome::Failed };
                found.push((outcome, format!("TLS: {wanted}"), format!("TLS: {is}")));
            }
        }
    }
}

/// Whether some connection arrives.
fn arrives(answer: &PathAnswer) -> bool {
    answer.branches.iter().any(|branch| branch.verdict == Verdict::Allowed)
}

/// Whether of all paths together some connections arrive, and others do not.
fn sometimes(followed: &[(Witness, PathAnswer)]) -> Finding {
    let of = |(witness, answer): &(Witness, PathAnswer)| (bounds(answer.verdict), witness.clone(), answer.summary.clone());
    let all: Vec<_> = followed.iter().map(of).collect();
    let some_arrive = all.iter().any(|((least, _), ..)| !least.is_none());
    let some_do_not = all.iter().any(|((_, most), ..)| !most.is_all());
    let found = match () {
        () if some_arrive && some_do_not => return Finding::passed(Expect::Sometimes.as_str()),
        () if all.iter().all(|((least, _), ..)| least.is_all()) => Expect::Allowed,
        () if all.iter().all(|((_, most), ..)| most.is_none()) => Expect::Denied,
        () => Expect::CannotTell,
    };
    let outcome = if found == Expect::CannotTell { Outcome::CannotTell } else { Outcome::Failed };
    let shown = all.into_iter().next();
    let reason = shown.as_ref().map_or_else(String::new, |(_, _, summary)| summary.trim_end_matches('.').into());
    Finding { witness: shown.map(|(_, witness, _)| witness), ..Finding::of(outcome, Expect::Sometimes.as_str(), found.as_str(), reason) }
}

/// Each once, in order.
fn unique(names: Vec<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// Branches that lead there; of a path without any, all of them.
fn arriving(answer: &PathAnswer) -> Vec<&Branch> {
    let allowed: Vec<&Branch> = answer.branches.iter().filter(|branch| branch.verdict == Verdict::Allowed).collect();
    if allowed.is_empty() { answer.branches.iter().collect() } else { allowed }
}

fn is_seen(paths: &Paths, wanted: &str, seen: &PacketEndpoint, client: Option<PacketEndpoint>) -> bool {
    match wanted {
        "client" => Some(*seen) == client,
        "not the client" => Some(*seen) != client,
        "node" => matches!(paths.endpoint(seen), Endpoint::Node(_)),
        "pod" => matches!(paths.endpoint(seen), Endpoint::Pod(_)),
        wanted => {
            let node = match paths.endpoint(seen) {
                Endpoint::Node(id) => Some(paths.snapshot().node_name(id)),
                _ => None,
            };
            let name = wanted.strip_prefix("node/").unwrap_or(wanted);
            node == Some(name) || seen.address.is_some_and(|address| wanted.parse() == Ok(address))
        }
    }
}

/// Whether a hop is at a place, or does something, that `through` names.
fn is_stage(hop: &Hop, stage: &str) -> bool {
    let place = match &hop.kind {
        HopKind::Place(place) => Some(place),
        _ => None,
    };
    let does = |wanted: fn(&Translation) -> bool| hop.translations.iter().any(wanted);
    match stage {
        "load balancer" => matches!(place, Some(Stage::LoadBalancer)),
        "node" => matches!(place, Some(Stage::Node(_))),
        "gateway" => matches!(place, Some(Stage::Gateway(_))),
        "egress" => matches!(place, Some(Stage::Egress)),
        "proxy" => does(|t| matches!(t, Translation::NewConnection)),
        "tunnel" => does(|t| matches!(t, Translation::Tunnel(..))),
        "DNAT" => does(|t| matches!(t, Translation::Destination)),
        _ => does(|t| matches!(t, Translation::Source)),
    }
}

/// At least and at most so many connections succeed.
fn bounds(verdict: PathVerdict) -> (Share, Share) {
    match verdict {
        PathVerdict::Allowed => (Share::ALL, Share::ALL),
        PathVerdict::Denied => (Share::NONE, Share::NONE),
        PathVerdict::Sometimes(share) => (share, share),
        PathVerdict::CannotTell(least, most) => (least, most),
    }
}

fn expectation(expect: Expect, verdict: PathVerdict) -> Expectation {
    let (least, most) = bounds(verdict);
    let is = |holds: bool, fails: bool| match (holds, fails) {
        (true, _) => Outcome::Passed,
        (false, true) => Outcome::Failed,
        (false, false) => Outcome::CannotTell,
    };
    let outcome = match expect {
        Expect::Allowed => is(verdict == PathVerdict::Allowed, !most.is_all()),
        Expect::Denied => is(verdict == PathVerdict::Denied, !least.is_none()),
        Expect::Sometimes => is(!least.is_none() && !most.is_all(), least.is_all() || most.is_none()),
        Expect::CannotTell => is(matches!(verdict, PathVerdict::CannotTell(..)), true),
    };
    (outcome, expect.as_str().into(), verdict.to_string())
}

/// How a share compares that is at least and at most so much.
fn compared(test: &ShareTest, least: Share, most: Share) -> Outcome {
    let wanted = Share::of(test.fraction.0, test.fraction.1);
    // Both are in lowest terms, and products of what is written and of shares of pods stay small.
    let is_less = |a: Share, b: Share| {
        let ((p, q), (r, s)) = (a.fraction(), b.fraction());
        p.saturating_mul(s) < r.saturating_mul(q)
    };
    let (holds, fails) = match test.bound {
        Bound::Exactly => (least == wanted && most == wanted, is_less(most, wanted) || is_less(wanted, least)),
        Bound::AtLeast => (!is_less(least, wanted), is_less(most, wanted)),
        Bound::AtMost => (!is_less(wanted, most), is_less(wanted, least)),
    };
    match (holds, fails) {
        (true, _) => Outcome::Passed,
        (false, true) => Outcome::Failed,
        (false, false) => Outcome::CannotTell,
    }
}

fn share_words(test: &ShareTest) -> String {
    let (part, whole) = test.fraction;
    let bound = match test.bound {
        Bound::Exactly => "",
        Bound::AtLeast => "at least ",
        Bound::AtMost => "at most ",
    };
    format!("{bound}{part}/{whole}")
}
