//! Azure's texts in all their shapes: what is read of them, what is refused and with which words, and what becomes of what the text leaves open.
//!
//! Expectations are Azure's rules as docs/azure.md has them, not what the program said.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

mod aks;
mod beside;
mod changes;
mod clusters;
mod codes;
mod commands;
mod doubtful;
mod effective;
mod engines;
mod functions;
mod given_in_part;
mod identity;
mod networks;
mod plans;
mod private_endpoints;
mod refused;
mod routes;
mod scripts;
mod shells;
mod stand_ins;
mod targets;
mod templates;
mod terraform;
mod updates;
mod values;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Diagnostic;
use netpolis_core::endpoints::find;
use netpolis_core::explain::Answer;
use netpolis_core::language::azure::{Access, RuleDirection, SecurityRule};
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::{Flow, Verdict};

pub(crate) const OUTSIDE: &str = "198.51.100.7";
pub(crate) const INSIDE: &str = "10.0.0.4";
pub(crate) const ALLOWED: Verdict = Verdict::Allowed;
pub(crate) const DENIED: Verdict = Verdict::Denied;
pub(crate) const UNKNOWN: Verdict = Verdict::CannotTell;

pub(crate) fn scene(text: &str) -> Analysis {
    let mut scene = Analysis::new(Settings::default());
    scene.set_files(&[("input", text)]);
    scene
}

pub(crate) fn ask(scene: &Analysis, from: &str, to: &str, port: u16) -> Answer {
    let end = |text: &str| Endpoint::Outside(text.parse().unwrap());
    scene.decide(&Flow { from: end(from), to: end(to), traffic: Traffic::to_port(Protocol::TCP, port) })
}

#[track_caller]
pub(crate) fn verdict(scene: &Analysis, from: &str, to: &str, port: u16, expected: Verdict) -> Answer {
    between(scene, [from, to], [from, to].map(|text| Endpoint::Outside(text.parse().unwrap())), port, expected)
}

/// The same, and the path, for ends as people name them: `vm/web`, `shop/db`, an address.
#[track_caller]
pub(crate) fn named(scene: &Analysis, from: &str, to: &str, port: u16, expected: Verdict) -> Answer {
    let answer = between(scene, [from, to], [from, to].map(|name| find(scene.snapshot(), name).unwrap().end), port, expected);
    let path = scene.path(&Asked { from, to, port: Some(port), protocol: Protocol::TCP, entry: None, node: None }).unwrap();
    assert_eq!(path.verdict.as_str(), expected.as_str(), "the path from {from} to {to}:{port}: {}", path.summary);
    answer
}

#[track_caller]
fn between(scene: &Analysis, names: [&str; 2], [from_end, to_end]: [Endpoint; 2], port: u16, expected: Verdict) -> Answer {
    let [from, to] = names;
    let answer = scene.decide(&Flow { from: from_end, to: to_end, traffic: Traffic::to_port(Protocol::TCP, port) });
    assert_eq!(answer.verdict, expected, "{from} to {to}:{port}: {} {:?}", answer.summary, answer.notes);
    // All pairs at once say the same.
    let pair = scene.connectivity().between(answer.flow.from, answer.flow.to);
    let traffic = answer.flow.traffic;
    let (source, destination) = (traffic.source.unwrap_or(40_000), traffic.destination.unwrap());
    let all = match (pair.allowed.contains(Protocol::TCP, source, destination), pair.possible.contains(Protocol::TCP, source, destination))
    {
        (true, _) => ALLOWED,
        (false, true) => UNKNOWN,
        (false, false) => DENIED,
    };
    let asked = scene.decide(&Flow { from: from_end, to: to_end, traffic: Traffic { source: Some(source), ..traffic } });
    assert_eq!(all, asked.verdict, "all pairs, {from} to {to}:{port}: {}", asked.summary);
    answer
}

pub(crate) fn is_incomplete(answer: &Answer) -> bool {
    answer.notes.iter().any(|note| note.starts_with("The answer is incomplete"))
}

pub(crate) fn rules(scene: &Analysis) -> Vec<&SecurityRule> {
    scene.snapshot().cloud.groups.iter().flat_map(|g| g.rules.iter().map(|(rule, _)| rule)).collect()
}

pub(crate) fn names(scene: &Analysis) -> Vec<&str> {
    rules(scene).iter().map(|rule| &*rule.name).collect()
}

pub(crate) fn with_code<'a>(scene: &'a Analysis, code: &str) -> Vec<&'a Diagnostic> {
    scene.problems().iter().filter(|p| p.code.0 == code).collect()
}

/// Exactly one problem of this code: what is underlined, and a part of the message.
#[track_caller]
pub(crate) fn says<'a>(scene: &'a Analysis, code: &str, underlined: &str, message: &str) -> &'a Diagnostic {
    let found = with_code(scene, code);
    let [problem] = found.as_slice() else { panic!("{code}: {:#?}", scene.problems()) };
    assert!(problem.message.contains(message), "{code}: {}", problem.message);
    let slice = scene.sources().slice(problem.place.unwrap());
    assert!(slice.starts_with(underlined), "{code} underlines {slice}");
    problem
}

#[track_caller]
pub(crate) fn silent(scene: &Analysis, code: &str) {
    assert!(with_code(scene, code).is_empty(), "{:#?}", with_code(scene, code));
}
