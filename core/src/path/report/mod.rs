//! Judged routes in words: the answer, with everything that a person reads.

pub(super) mod citations;
pub(super) mod declared;
mod notes;
pub(super) mod words;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::answer::{ApplicationView, Branch, Hop, HopKind, PathAnswer, PathVerdict, PodShare, ProbedNode};
use super::judge::outcome::Judged;
use super::judge::rotation::{NodeHealth, Rotation};
use super::judge::{JudgedHop, JudgedKind, JudgedRoute};
use super::packet::{Packet, PacketEndpoint, Place};
use super::placed::Placed;
use super::question::{Goal, Question};
use super::route::client::home_of;
use super::route::routes::Proxied;
use super::shares::{Share, backends};
use super::tables::Entry;
use super::world::Paths;
use crate::compile::Endpoint;
use crate::snapshot::NodeId;
use crate::snapshot::cloud::tags;
use crate::verdict::Verdict;
use citations::Basis;
use declared::Declared;

/// The answer to a question.
pub(super) fn answer(paths: &Paths, question: &Question, judged: &Judged) -> PathAnswer {
    let branches: Vec<Branch> = judged.routes.iter().map(|route| branch(paths, route, judged.rotation.as_ref())).collect();
    let verdict = verdict(&branches);
    let entry = match question.goal {
        Goal::Service { entry, .. } => Some(entry),
        _ => None,
    };
    let health = |health: &NodeHealth| ProbedNode {
        node: Placed(health.node),
        healthy: health.verdict != Verdict::Denied,
        text: words::health_sentence(paths, health),
        stop: health.stopped_at().map(|trace| Box::new(Placed(trace.clone()))),
    };
    PathAnswer {
        from: question.from_title.clone(),
        to: question.to_title.clone(),
        protocol: question.protocol,
        port: question.port,
        tls: question.tls,
        entry,
        verdict,
        summary: summary(paths, question, verdict, &branches),
        pods: pods(paths, question, judged),
        probes: judged.rotation.iter().flat_map(Rotation::shown).map(health).collect(),
        notes: notes::notes(paths, question, judged, &branches),
        branches,
        declared: Declared::of(paths, question),
    }
}

/// Which pods get how much.
fn pods(paths: &Paths, question: &Question, judged: &Judged) -> Vec<PodShare> {
    let Goal::Service { service, port, entry, at } = question.goal else {
        let each = |p: &Proxied| backends::even(paths, paths.tables.backends(p.service, p.port), p.share);
        return judged.proxied.iter().flat_map(each).collect();
    };
    let homes: Vec<(NodeId, u32)> =
        question.clients.iter().filter_map(|(client, weight)| Some((home_of(paths, *client)?, *weight))).collect();
    let picked: Vec<NodeId> = match (entry, at.node) {
        (Entry::LoadBalancer, _) => judged.rotation.as_ref().map_or_else(Vec::new, Rotation::up),
        (_, Some(node)) => alloc::vec![node],
        (_, None) => paths.snapshot.nodes().map(|(id, _)| id).collect(),
    };
    // Where no node is ever picked, no pod has a share.
    let shared = !homes.is_empty() || !picked.is_empty();
    if shared && !judged.cached { backends::of_service(paths, (service, port), (entry, at), &homes, &picked) } else { Vec::new() }
}

/// A route as it is shown.
fn branch(paths: &Paths, route: &JudgedRoute, rotation: Option<&Rotation>) -> Branch {
    let mut hops: Vec<Hop> = route.hops.iter().map(|judged| hop(paths, judged, rotation)).collect();
    if let Some(failed) = &route.lookup {
        let stop = words::why_stopped(paths, route);
        let why = words::lookup_sentence(paths, failed, &stop);
        for hop in hops.iter_mut().filter(|hop| hop.verdict == failed.verdict && hop.text == stop) {
            hop.text = why.clone();
            hop.basis = hop.basis.or(Some(Basis::Names));
        }
    }
    let title = words::choices(paths, &route.choices);
    let seen = route.seen.map(|seen| ApplicationView { address: paths.shown(seen.address), ..seen });
    Branch { share: route.share, title, alike: route.alike, verdict: route.verdict, hops, seen }
}

fn hop(paths: &Paths, judged: &JudgedHop, rotation: Option<&Rotation>) -> Hop {
    let (text, basis) = words::sentence(paths, judged, rotation);
    let kind = match &judged.kind {
        JudgedKind::Place(place, ..) => HopKind::Place(place.clone()),
        JudgedKind::Check { trace, .. } => HopKind::Check(Box::new(Placed((**trace).clone()))),
        JudgedKind::Stop(reason) => HopKind::Stop(reason.stop()),
        JudgedKind::UnsureRotation | JudgedKind::UnsureRequest(_) => HopKind::Doubt,
        JudgedKind::Unknown(_) => HopKind::Place(Place::Outside),
    };
    let shown = |packet: Packet| Packet { from: paths.shown(packet.from), to: paths.shown(packet.to), ..packet };
    Hop {
        kind,
        title: words::title(paths, judged),
        text,
        arrives: shown(judged.arrives),
        leaves: shown(judged.leaves),
        translations: judged.translations.clone(),
        verdict: judged.verdict,
        reached: judged.reached,
        basis,
    }
}

/// A branch counts only if every checkpoint on it allows; the answer is about all branches together.
fn verdict(branches: &[Branch]) -> PathVerdict {
    let of = |wanted: Verdict| branches.iter().filter(|b| b.verdict == wanted).fold(Share::NONE, |sum, b| sum.plus(b.share));
    let (allowed, unknown) = (of(Verdict::Allowed), of(Verdict::CannotTell));
    match (allowed.is_none(), unknown.is_none()) {
        (_, false) => PathVerdict::CannotTell(allowed, allowed.plus(unknown)),
        (true, true) => PathVerdict::Denied,
        (false, true) if branches.iter().any(|b| b.verdict == Verdict::Denied) => PathVerdict::Sometimes(allowed),
        (false, true) => PathVerdict::Allowed,
    }
}

fn summary(paths: &Paths, question: &Question, verdict: PathVerdict, branches: &[Branch]) -> String {
    let port = question.port.map_or_else(String::new, |port| format!(" {port}"));
    let what = format!("{}{port} from `{}` to `{}`", question.protocol, question.from_title, question.to_title);
    let stop = |wanted: Verdict| {
        branches.iter().filter(|b| b.verdict == wanted).find_map(Branch::stop).map_or_else(String::new, |s| s.text.clone())
    };
    match verdict {
        PathVerdict::Allowed => match branches.first().and_then(|b| b.seen) {
            Some(seen) if branches.iter().all(|b| b.seen.is_some_and(|s| s.address == seen.address)) => {
                format!("Allowed: {what}; the application sees {}.", seen_address(paths, &seen.address))
            }
            _ => format!("Allowed: {what}, on every branch."),
        },
        PathVerdict::Denied => format!("Denied: {}.", stop(Verdict::Denied)),
        PathVerdict::Sometimes(share) => {
            let sees = branches.iter().find(|b| b.verdict == Verdict::Denied).map_or("", |b| b.title.as_str());
            let which = if sees.is_empty() { String::new() } else { format!(" ({sees})") };
            format!("Sometimes: {share} of the connections succeed. The others{which} fail: {}.", stop(Verdict::Denied))
        }
        PathVerdict::CannotTell(..) => format!("Cannot tell, because {}.", stop(Verdict::CannotTell)),
    }
}

/// The address that an application sees, for people.
fn seen_address(paths: &Paths, seen: &PacketEndpoint) -> String {
    match seen.address {
        Some(address) if seen.assumed && matches!(seen.end, Endpoint::Outside(_)) => match tags::is_public(address) {
            true => "an unknown public address".to_string(),
            false => "an address of the gateway's subnet".to_string(),
        },
        _ => format!("`{}`", paths.endpoint_title(seen)),
    }
}

/// One answer for all readings of a question: theirs if they agree, else that it cannot be told.
pub(super) fn together(answers: Vec<PathAnswer>) -> Option<PathAnswer> {
    let mut answers = answers.into_iter();
    let first = answers.next()?;
    let others: Vec<PathAnswer> = answers.collect();
    if others.is_empty() {
        return Some(first);
    }
    let mut notes = first.notes.clone();
    if others.iter().all(|answer| answer.verdict == first.verdict) {
        notes.push("Several networks have this address; the answer is the same for each of them.".to_string());
        return Some(PathAnswer { notes, ..first });
    }
    let all = core::iter::once(&first).chain(&others);
    let each: Vec<String> = all.map(|a| format!("{} from `{}` to `{}`", a.verdict, a.from, a.to)).collect();
    let summary = format!(
        "Cannot tell, because several networks have this address, and the question does not say which is meant: {}; ask by name.",
        each.join(", ")
    );
    let mut branches = first.branches;
    branches.extend(others.into_iter().flat_map(|answer| answer.branches));
    Some(PathAnswer { verdict: PathVerdict::CannotTell(Share::NONE, Share::ALL), summary, branches, ..first })
}

/// The answer for the whole Internet, of which each part has a verdict: what all of them get, or that it is not one answer. The branches are those of the
/// usual address.
pub(super) fn over_internet(first: PathAnswer, each: Vec<(String, PathVerdict)>) -> PathAnswer {
    if each.iter().all(|(_, verdict)| *verdict == first.verdict) {
        return first;
    }
    let mut verdicts: Vec<(PathVerdict, Vec<String>)> = Vec::new();
    for (title, verdict) in each {
        match verdicts.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, titles)) => titles.push(title),
            None => verdicts.push((verdict, alloc::vec![title])),
        }
    }
    let words: Vec<String> = verdicts.iter().map(|(verdict, titles)| format!("{verdict} for {}", some_of(titles))).collect();
    let summary = format!(
        "Cannot tell for the whole Internet, because its addresses are not treated alike: {}. Ask about an address.",
        words.join("; ")
    );
    let mut notes = first.notes.clone();
    notes.push("The path shown is that of one address.".to_string());
    PathAnswer { verdict: PathVerdict::CannotTell(Share::NONE, Share::ALL), summary, notes, ..first }
}

/// The first few of some ranges.
fn some_of(titles: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = titles.len().saturating_sub(SHOWN);
    let shown = titles.get(..SHOWN).unwrap_or(titles).join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
