//! The sentences of real answers: the shipped examples, the inputs that tests hold in their source, and some random scenes, with many
//! questions put to each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::endpoints::{Line, find, lines, title};
use netpolis_core::explain::{Answer, CheckpointTrace};
use netpolis_core::model::Protocol;
use netpolis_core::path::{Asked, Entry, HopKind, PathAnswer, Paths};
use netpolis_core::policy::Direction;
use netpolis_core::settings::Settings;
use netpolis_core::verdict::Flow;

use super::literals::literals;
use crate::scenes;

/// As many ends of an input are asked about, each with each.
const ENDS: usize = 7;
/// So many random scenes.
const RANDOM: u64 = 40;
const TRAFFIC: [(Protocol, u16); 4] = [(Protocol::TCP, 80), (Protocol::TCP, 5432), (Protocol::UDP, 53), (Protocol::ICMP, 8)];

/// Sentences by where a person meets them.
pub type Sentences = BTreeMap<&'static str, BTreeSet<String>>;

/// The order in which they are shown.
pub const PLACES: [&str; 12] = [
    "Verdict of a flow",
    "Checkpoint of a flow",
    "Rule that does not match, or may",
    "Note at a flow",
    "Suggestion",
    "Verdict of a path",
    "Branch of a path",
    "Hop of a path",
    "Health probe",
    "Note at a path",
    "Finding",
    "Help for a finding",
];

/// All sentences of the answers for the inputs of the repository at `root`.
///
/// # Errors
/// When an input cannot be read.
pub fn all(root: &Path) -> Result<Sentences, String> {
    let mut found = Sentences::new();
    for files in inputs(root)? {
        let mut scene = Analysis::new(Settings::default());
        scene.set_files(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
        ask(&scene, &mut found);
    }
    for seed in 0..RANDOM {
        let random = scenes::scene(seed);
        let mut scene = Analysis::new(random.settings);
        scene.set_files(&[("random.yaml", &random.text)]);
        ask(&scene, &mut found);
    }
    Ok(found)
}

/// The files of each example, and each text in Rust source that looks like an input.
fn inputs(root: &Path) -> Result<Vec<Vec<(String, String)>>, String> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|e| format!("cannot read `{}`: {e}", path.display()));
    let list = |folder: &Path| -> Result<Vec<std::path::PathBuf>, String> {
        let entries = fs::read_dir(folder).map_err(|e| format!("cannot read `{}`: {e}", folder.display()))?;
        let mut paths = entries.map(|entry| entry.map(|e| e.path()).map_err(|e| e.to_string())).collect::<Result<Vec<_>, _>>()?;
        paths.sort();
        Ok(paths)
    };
    let mut inputs = Vec::new();
    for example in list(&root.join("www/examples"))?.iter().filter(|path| path.is_dir()) {
        let named = |path: &std::path::PathBuf| Ok((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), read(path)?));
        inputs.push(list(example)?.iter().map(named).collect::<Result<Vec<_>, String>>()?);
    }
    let mut folders = vec![root.join("core/src"), root.join("core/tests"), root.join("cli/tests"), root.join("tests/tests")];
    while let Some(folder) = folders.pop() {
        for path in list(&folder)? {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let texts = literals(&read(&path)?).into_iter().map(|(_, text)| text.replace("{{", "{").replace("}}", "}"));
                inputs.extend(texts.filter(|text| looks_like_input(text)).map(|text| vec![("input.yaml".to_owned(), text)]));
            }
        }
    }
    Ok(inputs)
}

fn looks_like_input(text: &str) -> bool {
    ["kind: ", "azure:", "\"properties\"", "az network ", "az aks "].iter().any(|word| text.contains(word)) && text.len() > 40
}

fn ask(scene: &Analysis, found: &mut Sentences) {
    let mut add = |place: &'static str, text: &str| {
        if !text.is_empty() {
            found.entry(place).or_default().insert(text.to_owned());
        }
    };
    for problem in scene.problems() {
        add("Finding", &problem.message);
        problem.related.iter().for_each(|related| add("Finding", &related.message));
        problem.help.iter().for_each(|help| add("Help for a finding", help));
        problem.fix.iter().for_each(|fix| add("Help for a finding", &fix.title));
    }
    let names = names(scene);
    let ends: Vec<Endpoint> = names.iter().filter_map(|name| Some(find(scene.snapshot(), name).ok()?.end)).collect();
    for (from, to) in ends.iter().flat_map(|from| ends.iter().map(move |to| (*from, *to))) {
        for (protocol, port) in TRAFFIC {
            flow(&scene.decide(&Flow { from, to, traffic: Traffic::to_port(protocol, port) }), &mut add);
        }
    }
    for (from, to) in names.iter().flat_map(|from| targets(scene, &names).into_iter().map(move |to| (from, to))) {
        let entries = if to.starts_with("svc/") { &[None, Some(Entry::NodePort), Some(Entry::LoadBalancer)][..] } else { &[None] };
        for entry in entries {
            let asked = Asked { from, to: &to, port: None, protocol: Protocol::TCP, entry: *entry, node: None };
            match scene.path(&asked) {
                Ok(answer) => path(scene.paths(), &answer, &mut add),
                Err(error) => add("Verdict of a path", &error.to_string()),
            }
        }
    }
}

/// Names of ends: pods of workloads, machines, nodes and addresses outside.
fn names(scene: &Analysis) -> Vec<String> {
    let snapshot = scene.snapshot();
    let own = lines(snapshot, scene.connectivity(), Direction::Egress).into_iter().filter_map(|line| match line {
        Line::Workload(_) => Some(title(snapshot, line)),
        Line::Machine(_) => Some(format!("vm/{}", title(snapshot, line).trim_end_matches("[VM]"))),
        Line::Outside(_) | Line::Several(..) | Line::Node(_) => None,
    });
    let nodes = snapshot.nodes().map(|(_, node)| format!("node/{}", node.name)).take(2);
    own.take(ENDS).chain(nodes).chain(["203.0.113.10".to_owned(), "10.9.9.9".to_owned()]).collect()
}

/// What paths are asked for: Services, Ingresses, and some of the ends.
fn targets(scene: &Analysis, names: &[String]) -> Vec<String> {
    let snapshot = scene.snapshot();
    let services = snapshot.services.iter().map(|s| format!("svc/{}/{}", snapshot.namespace_name(s.namespace), s.name));
    let ingresses = snapshot.ingress_objects.iter().map(|i| format!("ingress/{}/{}", snapshot.namespace_name(i.namespace), i.name));
    services.take(ENDS).chain(ingresses.take(ENDS)).chain(names.iter().take(2).cloned()).chain(["203.0.113.10".to_owned()]).collect()
}

fn flow(answer: &Answer, add: &mut impl FnMut(&'static str, &str)) {
    add("Verdict of a flow", &answer.summary);
    answer.checkpoints.iter().for_each(|checkpoint| trace(checkpoint, add));
    answer.notes.iter().for_each(|note| add("Note at a flow", note));
    answer.suggestion.iter().for_each(|suggestion| add("Suggestion", &suggestion.title));
}

fn trace(checkpoint: &CheckpointTrace, add: &mut impl FnMut(&'static str, &str)) {
    add("Checkpoint of a flow", &checkpoint.title);
    add("Checkpoint of a flow", &checkpoint.sentence);
    for rule in checkpoint.tiers.iter().flat_map(|tier| &tier.policies).flat_map(|policy| &policy.rules) {
        rule.failure.iter().for_each(|failure| add("Rule that does not match, or may", &failure.text));
        rule.depends.iter().for_each(|depends| add("Rule that does not match, or may", depends));
    }
}

fn path(paths: &Paths, answer: &PathAnswer, add: &mut impl FnMut(&'static str, &str)) {
    add("Verdict of a path", &answer.summary);
    answer.notes.iter().for_each(|note| add("Note at a path", note));
    answer.probes.iter().for_each(|probe| add("Health probe", &probe.text));
    for branch in &answer.branches {
        add("Branch of a path", &branch.title);
        for hop in &branch.hops {
            add("Hop of a path", &hop.title);
            add("Hop of a path", &hop.text);
            if let HopKind::Check(checkpoint) = &hop.kind {
                trace(paths.resolve(checkpoint), add);
            }
        }
    }
}
