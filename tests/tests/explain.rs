//! Explanations hold what they say: checkpoints add up to the verdict, places are in the text, and a suggested change does what it promises.

mod clusters;

use clusters::Cluster;
use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::{ConnectionSet, Traffic};
use netpolis_core::diagnostics::{Diagnostic, Severity};
use netpolis_core::explain::{Answer, Suggestion};
use netpolis_core::language::codes;
use netpolis_core::model::Protocol;
use netpolis_core::settings::Settings;
use netpolis_core::text::Place;
use netpolis_core::verdict::{Flow, Verdict};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

const FILE: &str = "cluster.yaml";

fn scene(settings: &Settings, text: &str) -> Analysis {
    let mut scene = Analysis::new(settings.clone());
    scene.set_files(&[(FILE, text)]);
    scene
}

/// Ends by a name that stays the same when the text changes.
fn ends(scene: &Analysis) -> Vec<(String, Endpoint)> {
    let snapshot = scene.snapshot();
    let pods = snapshot.pods().map(|(id, _)| (snapshot.pod_title(id), Endpoint::Pod(id)));
    let nodes = snapshot.nodes().map(|(id, node)| (format!("node {}", node.name), Endpoint::Node(id)));
    let outside = clusters::outside().into_iter().map(|address| (address.to_string(), Endpoint::Outside(address)));
    pods.chain(nodes).chain(outside).collect()
}

/// Every pair of ends, but for those of which both are outside.
fn pairs(scene: &Analysis) -> Vec<((String, Endpoint), (String, Endpoint))> {
    let ends = ends(scene);
    let all = ends.iter().flat_map(|from| ends.iter().map(move |to| (from.clone(), to.clone())));
    all.filter(|((_, from), (_, to))| !matches!((from, to), (Endpoint::Outside(_), Endpoint::Outside(_)))).collect()
}

/// All places that an answer points at.
fn places(answer: &Answer) -> Vec<Place> {
    let mut places: Vec<Place> = answer.checkpoints.iter().flat_map(|c| c.places.iter().copied()).collect();
    for checkpoint in &answer.checkpoints {
        places.extend(checkpoint.nearest.iter().map(|n| n.place));
        for rule in checkpoint.tiers.iter().flat_map(|t| &t.policies).flat_map(|p| &p.rules) {
            places.push(rule.place);
            places.extend(rule.failure.iter().map(|f| f.place));
        }
    }
    places.extend(answer.suggestion.iter().flat_map(|s| s.edits.iter().map(|(place, _)| *place)));
    places
}

fn explained(cluster: &Cluster) -> TestCaseResult {
    let text = cluster.text();
    let scene = scene(&cluster.settings, &text);
    for ((from_name, from), (to_name, to)) in pairs(&scene) {
        let pair = scene.connectivity().between(from, to);
        let open = Traffic { protocol: Protocol::TCP, source: None, destination: None };
        for traffic in
            [Traffic::to_port(Protocol::TCP, 80), Traffic::to_port(Protocol::UDP, 53), open, Traffic { protocol: Protocol::ICMP, ..open }]
        {
            let answer = scene.decide(&Flow { from, to, traffic });
            let what = format!("{from_name} to {to_name}, {traffic}: {}", answer.summary);
            prop_assert!(!answer.summary.is_empty() && !answer.checkpoints.is_empty(), "{}", what);
            let verdicts: Vec<Verdict> = answer.checkpoints.iter().map(|c| c.verdict).collect();
            let worst = match () {
                () if verdicts.contains(&Verdict::Denied) => Verdict::Denied,
                () if verdicts.contains(&Verdict::CannotTell) => Verdict::CannotTell,
                () => Verdict::Allowed,
            };
            prop_assert_eq!(answer.verdict, worst, "{}", what);
            prop_assert!(answer.checkpoints.iter().all(|c| !c.sentence.is_empty()), "{}", what);
            for place in places(&answer) {
                prop_assert!(scene.sources().position(place).is_some_and(|p| p.end as usize <= text.len()), "{}", what);
            }
            // With a port left open, the answer is for all ports together.
            let meant = ConnectionSet::of_traffic(traffic);
            match answer.verdict {
                Verdict::Allowed => prop_assert!(meant.difference(pair.allowed).is_empty(), "{}", what),
                Verdict::Denied => prop_assert!(meant.intersection(pair.possible).is_empty(), "{}", what),
                Verdict::CannotTell => {}
            }
            if let Some(suggestion) = &answer.suggestion {
                let changed = applied(&scene, &text, suggestion);
                let after = verdict_after(cluster, &changed, &from_name, &to_name, traffic);
                let after = after.map_err(|e| TestCaseError::fail(format!("{what}\n{}: {e}\n{changed}", suggestion.title)))?;
                // What could not be told before stays so; what was denied is so no more.
                let promised = if verdicts.contains(&Verdict::CannotTell) { Verdict::CannotTell } else { Verdict::Allowed };
                prop_assert_eq!(after, promised, "{}\n{}\n{}", what, suggestion.title, changed);
            }
        }
    }
    Ok(())
}

fn applied(scene: &Analysis, text: &str, suggestion: &Suggestion) -> String {
    let mut edits: Vec<(usize, usize, &str)> = suggestion
        .edits
        .iter()
        .filter_map(|(place, insert)| scene.sources().position(*place).map(|p| (p.start as usize, p.end as usize, insert.as_str())))
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, insert) in edits.into_iter().rev() {
        text.replace_range(start..end, insert);
    }
    text
}

/// The verdict in a changed text, which must have no new error.
fn verdict_after(cluster: &Cluster, text: &str, from: &str, to: &str, traffic: Traffic) -> Result<Verdict, String> {
    let scene = scene(&cluster.settings, text);
    let is_new = |d: &&Diagnostic| d.severity == Severity::Error && d.code != codes::UNKNOWN_PEER;
    if let Some(error) = scene.loaded().diagnostics.iter().find(is_new) {
        return Err(format!("the changed text has an error: {}", error.message));
    }
    let ends = ends(&scene);
    let end = |name: &str| ends.iter().find(|(n, _)| n == name).map(|(_, end)| *end).ok_or_else(|| format!("{name} is gone"));
    Ok(scene.decide(&Flow { from: end(from)?, to: end(to)?, traffic }).verdict)
}

proptest! {
    #![proptest_config(clusters::config())]

    #[test]
    fn explanations_hold_what_they_say(cluster in clusters::cluster()) {
        explained(&cluster)?;
    }
}
