//! Each proposed change does what it was asked for, in random scenes of all languages, and is never wider than that.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use netpolis_core::analysis::Analysis;
use netpolis_core::answers::fix::{Proposal, Question, unified};
use netpolis_core::connections::Traffic;
use netpolis_core::diagnostics::Severity;
use netpolis_core::endpoints::find;
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, PathVerdict};
use netpolis_core::settings::{Engine, Settings};
use netpolis_core::verdict::{Flow, Reason, UnknownFact, Verdict};
use netpolis_tests::random::Random;
use netpolis_tests::{azure_world, calico_world, scenes};

/// What came of all questions.
#[derive(Default, Debug)]
struct Count {
    scenes: usize,
    /// Questions about flows that are not as asked for.
    asked: usize,
    /// Those with a proposal.
    answered: usize,
    /// The questions for which policies alone are in the way.
    of_policies: usize,
    /// Those of them with a proposal.
    of_policies_answered: usize,
    proposals: usize,
    kinds: BTreeMap<&'static str, usize>,
}

fn analysis(text: &str, settings: &Settings) -> Analysis {
    let mut analysis = Analysis::new(settings.clone());
    analysis.set_files(&[("text", text)]);
    analysis
}

fn errors(analysis: &Analysis) -> usize {
    analysis.loaded().diagnostics.iter().filter(|d| d.severity == Severity::Error).count()
}

/// Whether every pod that is meant gets the verdict, one flow at a time.
fn is(analysis: &Analysis, question: &Question<'_>, verdict: Verdict) -> bool {
    let ends = |name| find(analysis.snapshot(), name).map_or_else(|_| Vec::new(), |found| found.all);
    let traffic = Traffic { protocol: question.protocol, source: None, destination: question.port };
    let (from, to) = (ends(question.from), ends(question.to));
    assert!(!from.is_empty() && !to.is_empty(), "an end is gone");
    let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))).filter(|(from, to)| from != to);
    let answers: Vec<_> = pairs.into_iter().map(|(from, to)| analysis.decide(&Flow { from, to, traffic })).collect();
    // A port of a node that leads on to pods is the matter of a path.
    let leads_on = |fact: &UnknownFact| matches!(fact, UnknownFact::Translated { .. });
    if answers
        .iter()
        .flat_map(|answer| &answer.checkpoints)
        .any(|c| matches!(&c.reason, Reason::Unknown(facts) if facts.iter().any(leads_on)))
    {
        let asked =
            Asked { from: question.from, to: question.to, port: question.port, protocol: question.protocol, entry: None, node: None };
        let wanted = if verdict == Verdict::Denied { PathVerdict::Denied } else { PathVerdict::Allowed };
        return analysis.path(&asked).is_ok_and(|answer| answer.verdict == wanted);
    }
    answers.iter().all(|answer| answer.verdict == verdict)
}

/// Names of ends, as a person writes them.
fn names(analysis: &Analysis, more: &[&str]) -> Vec<String> {
    let snapshot = analysis.snapshot();
    let pods = snapshot.pods().map(|(_, pod)| format!("{}/{}", snapshot.namespace_name(pod.namespace), pod.name));
    let all: Vec<String> = pods.chain(more.iter().map(ToString::to_string)).collect();
    all.into_iter().filter(|name| find(snapshot, name).is_ok()).collect()
}

/// Asks some questions about a scene, and tries out what is proposed.
fn try_out(text: &str, settings: &Settings, seed: u64, outside: &[&str], count: &mut Count) {
    let before = analysis(text, settings);
    let names = names(&before, outside);
    if names.len() < 2 {
        return;
    }
    count.scenes += 1;
    let mut random = Random::new(seed);
    for number in 0..6 {
        let (from, to) = (random.pick(&names).clone(), random.pick(&names).clone());
        if from == to {
            continue;
        }
        let deny = number % 3 == 2;
        let (protocol, port) = *random.pick(&[(Protocol::TCP, 80), (Protocol::TCP, 8080), (Protocol::TCP, 5432), (Protocol::UDP, 53)]);
        let question = Question { from: &from, to: &to, port: Some(port), protocol, deny };
        let Ok(fixes) = before.fix(&question) else { continue };
        let wanted = if deny { Verdict::Denied } else { Verdict::Allowed };
        assert_eq!(fixes.is_so_already, is(&before, &question, wanted), "{question:?}\n{text}");
        if fixes.is_so_already {
            continue;
        }
        count.asked += 1;
        count.answered += usize::from(!fixes.proposals.is_empty());
        if !deny && of_policies(&before, &question) {
            count.of_policies += 1;
            count.of_policies_answered += usize::from(!fixes.proposals.is_empty());
        }
        if fixes.proposals.is_empty() && std::env::var_os("FIX_SHOW").is_some() {
            println!("none: {question:?}: {}", fixes.summary);
        }
        for proposal in &fixes.proposals {
            count.proposals += 1;
            *count.kinds.entry(proposal.kind.as_str()).or_default() += 1;
            holds(&before, text, settings, &question, proposal);
        }
    }
}

/// Whether nothing but rules and defaults of written policies and groups denies.
fn of_policies(analysis: &Analysis, question: &Question<'_>) -> bool {
    let end = |name| find(analysis.snapshot(), name).unwrap().end;
    let traffic = Traffic { protocol: question.protocol, source: None, destination: question.port };
    let answer = analysis.decide(&Flow { from: end(question.from), to: end(question.to), traffic });
    let mut denied = answer.checkpoints.iter().filter(|c| c.verdict != Verdict::Allowed).peekable();
    denied.peek().is_some() && denied.all(|c| matches!(c.reason, Reason::Rule(_) | Reason::DefaultDeny(_)))
}

fn holds(before: &Analysis, text: &str, settings: &Settings, question: &Question<'_>, proposal: &Proposal) {
    let shown = || format!("{question:?}\n{}\n{}", proposal.title, unified(before.sources(), &proposal.edits));
    let source = proposal.edits.first().expect("an edit").source;
    let changed = proposal.apply(source, text).expect("the text it was made for");
    let after = analysis(&changed, settings);
    let wanted = if question.deny { Verdict::Denied } else { Verdict::Allowed };
    assert!(is(&after, question, wanted), "{}", shown());
    assert!(errors(&after) <= errors(before), "{}", shown());
    // Every line that no edit touches is there, in its order.
    let touched: Vec<(usize, usize)> = proposal.edits.iter().map(|e| (e.start as usize, e.end as usize)).collect();
    let mut at = 0;
    let mut rest = changed.lines();
    for line in text.split_inclusive('\n') {
        let range = (at, at + line.len());
        at = range.1;
        let is_touched = touched.iter().any(|(start, end)| *start < range.1 && (*end > range.0 || *start > range.0));
        if !is_touched {
            assert!(rest.any(|other| other == line.trim_end_matches(['\n', '\r'])), "{line} is gone\n{}", shown());
        }
    }
    // Never wider than asked.
    if proposal.wider.is_none() && !question.deny {
        for edit in &proposal.edits {
            for wide in ["0.0.0.0/0", "::/0", "podSelector: {}", "podSelector\": {}", "all()", "\"*\"}"] {
                assert!(!edit.text.contains(wide), "{}", shown());
            }
        }
    }
}

fn report(count: &Count, least: usize) {
    println!("{count:?}");
    assert!(count.of_policies > 20 && count.of_policies_answered * 100 >= count.of_policies * least, "too few are answered: {count:?}");
}

#[test]
fn in_scenes_of_all_languages() {
    let mut count = Count::default();
    for seed in 0..300 {
        let scene = scenes::scene(seed);
        try_out(&scene.text, &scene.settings, seed, &["203.0.113.7", "node/n0", "10.0.0.9"], &mut count);
    }
    report(&count, 60);
}

#[test]
fn in_worlds_of_calico() {
    let mut count = Count::default();
    for seed in 0..150 {
        let world = calico_world::World::new(seed, seed % 3 == 0);
        let settings = Settings { engine: Engine::Calico, ..Settings::default() };
        try_out(&world.text(), &settings, seed, &["203.0.113.7", "10.9.0.1"], &mut count);
    }
    report(&count, 60);
}

#[test]
fn in_networks_of_azure() {
    let mut count = Count::default();
    for seed in 0..100 {
        let world = azure_world::World::new(seed);
        // Where no route leads, no rule of a group helps.
        let connected = world.addresses().into_iter().filter(|address| world.is_connected(*address));
        let addresses: Vec<String> = connected.map(azure_world::shown).collect();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        try_out(&world.text(), &Settings::default(), seed, &addresses, &mut count);
    }
    report(&count, 50);
}
