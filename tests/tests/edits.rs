//! An analysis that was edited many times gives what a new one gives, byte for byte: all pairs, decisions with their traces, findings and
//! what the page is told, whatever of the former answers it kept.
#![allow(clippy::unwrap_used, reason = "tests")]

use netpolis::formats::{self, Format};
use netpolis_core::analysis::Analysis;
use netpolis_core::compile::Endpoint;
use netpolis_core::connections::Traffic;
use netpolis_core::model::Protocol;
use netpolis_core::path::Asked;
use netpolis_core::settings::{Engine, HostNetwork, IpBlockReach, Settings};
use netpolis_core::verdict::Flow;
use netpolis_tests::generate::{Plan, generate};
use netpolis_tests::random::Random;
use netpolis_tests::{azure_world, calico_world, scenes};
use netpolis_view::{SceneTable, SceneView, SetView, scene_view, scene_view_after};

/// Documents of a file.
type File = (String, Vec<String>);

/// A text on which edits are done, as a person does them.
struct Desk {
    random: Random,
    files: Vec<File>,
    /// As they were at first, for what is undone.
    originals: Vec<String>,
    settings: Settings,
}

const SEPARATOR: &str = "\n---\n";

impl Desk {
    fn new(seed: u64) -> Self {
        let mut settings = Settings::default();
        let files: Vec<(String, String)> = match seed % 5 {
            0 | 1 => {
                let plan = Plan { pods: 30, policies: 24, seed, cluster_wide: seed.is_multiple_of(2), calico: seed % 5 == 1 };
                generate(&plan).into_iter().map(|file| (file.name, file.text)).collect()
            }
            2 => vec![("calico.yaml".into(), calico_world::World::new(seed, seed.is_multiple_of(2)).text())],
            3 => vec![("azure.yaml".into(), azure_world::World::with_cluster(seed).text())],
            _ => {
                let scene = scenes::scene(seed);
                settings = scene.settings;
                vec![("scene.yaml".into(), scene.text)]
            }
        };
        let documents = |text: &str| text.split(SEPARATOR).map(str::to_owned).collect::<Vec<_>>();
        let files: Vec<File> = files.into_iter().map(|(name, text)| (name, documents(&text))).collect();
        let originals = files.iter().flat_map(|(_, documents)| documents.clone()).collect();
        Desk { random: Random::new(seed), files, originals, settings }
    }

    fn texts(&self) -> Vec<(String, String)> {
        self.files.iter().map(|(name, documents)| (name.clone(), documents.join(SEPARATOR))).collect()
    }

    /// A document, mostly one of a policy.
    fn place(&mut self) -> (usize, usize) {
        let all = |wanted: bool| -> Vec<(usize, usize)> {
            let places =
                self.files.iter().enumerate().flat_map(|(f, (_, all))| all.iter().enumerate().map(move |(d, text)| ((f, d), text)));
            places.filter(|(_, text)| !wanted || text.contains("Policy")).map(|(place, _)| place).collect()
        };
        let (policies, every) = (all(true), all(false));
        if !policies.is_empty() && self.random.chance(75) { *self.random.pick(&policies) } else { *self.random.pick(&every) }
    }

    /// Changes something; returns what, for people.
    fn edit(&mut self) -> String {
        let (f, d) = self.place();
        let kind = self.random.below(100);
        let document = self.files[f].1[d].clone();
        let edited = match kind {
            0..30 => other_number(&mut self.random, &document),
            // A word, by one that stands elsewhere.
            30..60 => {
                let other = self.place();
                let from = self.files[other.0].1[other.1].clone();
                let words = (word(&mut self.random, &document), word(&mut self.random, &from));
                if let (Some((at, old)), Some((_, new))) = words {
                    Some(format!("{}{new}{}", &document[..at], &document[at + old.len()..]))
                } else {
                    None
                }
            }
            60..68 => Some(other_letter(&mut self.random, &document)),
            68..76 => other_line(&mut self.random, &document),
            // Undone.
            94.. => Some(self.random.pick(&self.originals).clone()),
            _ => return self.rearrange(kind, (f, d), document),
        };
        let Some(edited) = edited else { return "nothing".into() };
        self.files[f].1[d] = edited;
        format!("document {d} of file {f}")
    }

    /// Takes documents away, repeats or moves them, or changes a setting; returns what, for people.
    fn rearrange(&mut self, kind: usize, (f, d): (usize, usize), document: String) -> String {
        match kind {
            76..80 => {
                self.files[f].1.remove(d);
                if self.files[f].1.is_empty() {
                    self.files[f].1.push("# empty".into());
                }
                format!("document {d} of file {f} is gone")
            }
            80..85 => {
                let at = self.random.below(self.files[f].1.len() + 1);
                self.files[f].1.insert(at, document);
                format!("document {d} of file {f} again at {at}")
            }
            85..89 => {
                let other = self.random.below(self.files[f].1.len());
                self.files[f].1.swap(d, other);
                format!("documents {d} and {other} of file {f} change places")
            }
            89..91 => {
                let moved = self.files[f].1.split_off(d);
                if self.files[f].1.is_empty() {
                    self.files[f].1.push("# empty".into());
                }
                let name = format!("more-{}.yaml", self.files.len());
                self.files.insert(self.random.below(self.files.len() + 1), (name, moved));
                format!("a file of documents {d} and on of file {f}")
            }
            _ => {
                match self.random.below(3) {
                    0 => self.settings.engine = *self.random.pick(&[Engine::Detected, Engine::Generic, Engine::Calico, Engine::None]),
                    1 => self.settings.ip_block = *self.random.pick(&[IpBlockReach::OutsideOnly, IpBlockReach::PodsToo]),
                    _ => self.settings.host_network = *self.random.pick(&[HostNetwork::AsNode, HostNetwork::AsPod]),
                }
                format!("settings {:?}", self.settings)
            }
        }
    }
}

/// Where a word stands, and which; at random.
fn word(random: &mut Random, text: &str) -> Option<(usize, String)> {
    let starts = text.match_indices(|c: char| !c.is_ascii_alphanumeric()).map(|(at, _)| at + 1);
    let words: Vec<(usize, &str)> = starts
        .filter_map(|at| {
            let rest = text.get(at..)?;
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
            (end > 0).then(|| (at, &rest[..end]))
        })
        .collect();
    if words.is_empty() { None } else { Some(*random.pick(&words)).map(|(at, word)| (at, word.to_owned())) }
}

/// A digit in place of another, or one more.
fn other_number(random: &mut Random, document: &str) -> Option<String> {
    let digits: Vec<usize> = document.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
    if digits.is_empty() {
        return None;
    }
    let at = *random.pick(&digits);
    let digit = random.below(10).to_string();
    let kept = if random.chance(50) { at + 1 } else { at };
    Some(format!("{}{digit}{}", &document[..at], &document[kept..]))
}

/// A letter more.
fn other_letter(random: &mut Random, document: &str) -> String {
    let mut at = random.below(document.len() + 1);
    while !document.is_char_boundary(at) {
        at -= 1;
    }
    format!("{}{}{}", &document[..at], random.pick(&["a", "-", " ", ":", "'", "[", "# "]), &document[at..])
}

/// A line less, or twice.
fn other_line(random: &mut Random, document: &str) -> Option<String> {
    let mut lines: Vec<&str> = document.lines().collect();
    if lines.is_empty() {
        return None;
    }
    let at = random.below(lines.len());
    if random.chance(60) {
        lines.remove(at);
    } else {
        lines.insert(at, lines[at]);
    }
    Some(lines.join("\n"))
}

fn set(analysis: &mut Analysis, files: &[(String, String)]) {
    let views: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    analysis.set_files(&views);
}

/// Decisions between some ends, as text.
fn decisions(analysis: &Analysis, mut random: Random) -> Vec<String> {
    let snapshot = analysis.snapshot();
    let pods = snapshot.pods().map(|(id, _)| Endpoint::Pod(id));
    let nodes = snapshot.nodes().map(|(id, _)| Endpoint::Node(id));
    let outside = ["203.0.113.7", "10.0.0.4", "192.0.2.130"].map(|address| Endpoint::Outside(address.parse().unwrap()));
    let ends: Vec<Endpoint> = pods.chain(nodes).chain(outside).collect();
    let flows = (0..12).map(|_| {
        let (from, to) = (*random.pick(&ends), *random.pick(&ends));
        let port = *random.pick(&[80, 8080, 5432, 53, 443, 9000]);
        Flow { from, to, traffic: Traffic::to_port(*random.pick(&[Protocol::TCP, Protocol::UDP]), port) }
    });
    flows.map(|flow| format!("{flow:?}: {:?}", analysis.decide(&flow))).collect()
}

/// Ways between some pods, as text.
fn ways(analysis: &Analysis, mut random: Random) -> Vec<String> {
    let names: Vec<String> =
        analysis.snapshot().pods().map(|(_, pod)| format!("{}/{}", analysis.snapshot().namespace_name(pod.namespace), pod.name)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let ways = (0..3).map(|_| {
        let (from, to) = (random.pick(&names).clone(), random.pick(&names).clone());
        let asked = Asked { from: &from, to: &to, port: Some(80), protocol: Protocol::TCP, entry: None, node: None };
        format!("{from} {to}: {:?}", analysis.path(&asked))
    });
    ways.collect()
}

fn pairs(analysis: &Analysis, format: Format) -> String {
    let mut out = Vec::new();
    formats::write(analysis, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A scene with its connection sets in the place of their numbers, and those that it has.
fn in_sets(scene: SceneView) -> (SceneView, Vec<SetView>, Vec<SetView>) {
    let set = |number: &u16| scene.sets[usize::from(*number)].clone();
    let passing = scene.cells.iter().chain(scene.within.iter().flatten()).map(set).collect();
    let mut sets = scene.sets.clone();
    sets.sort_by(|one, other| one.long.cmp(&other.long));
    let within = scene.within.iter().map(|within| within.map(|_| 0)).collect();
    (SceneView { sets: Vec::new(), cells: Default::default(), within, ..scene }, passing, sets)
}

fn agree(edited: &Analysis, fresh: &Analysis, table: &mut SceneTable, seed: u64, what: &str) {
    let said = || format!("seed {seed}, {what}");
    assert_eq!(edited.compiled().class_count(), fresh.compiled().class_count(), "{}", said());
    for format in [Format::Json, Format::Txt] {
        assert!(pairs(edited, format) == pairs(fresh, format), "{}: all pairs are others", said());
    }
    assert_eq!(edited.connectivity().evaluate_all(), fresh.connectivity().evaluate_all(), "{}: answers", said());
    for (one, other) in decisions(edited, Random::new(seed)).iter().zip(decisions(fresh, Random::new(seed))) {
        assert_eq!(*one, other, "{}", said());
    }
    // Of some only: what a new analysis needs for ways takes as long as all else.
    if seed.is_multiple_of(2) {
        for (one, other) in ways(edited, Random::new(seed)).iter().zip(ways(fresh, Random::new(seed))) {
            assert_eq!(*one, other, "{}", said());
        }
    }
    assert_eq!(format!("{:?}", edited.problems()), format!("{:?}", fresh.problems()), "{}", said());
    assert!(scene_view(edited) == scene_view(fresh), "{}: the page is told something else", said());
    let kept = scene_view_after(edited, table);
    assert!(in_sets(kept) == in_sets(scene_view(fresh)), "{}: what the page is told after an edit is something else", said());
}

fn check(seeds: std::ops::Range<u64>, edits: usize) {
    for seed in seeds {
        let mut desk = Desk::new(seed);
        let mut edited = Analysis::new(desk.settings.clone());
        set(&mut edited, &desk.texts());
        edited.connectivity();
        let mut table = SceneTable::default();
        let mut done = Vec::new();
        for _ in 0..edits {
            done.push(desk.edit());
            if *edited.settings() != desk.settings {
                edited.set_settings(desk.settings.clone());
            }
            let texts = desk.texts();
            set(&mut edited, &texts);
            // What was never asked is kept by nobody; what was asked in part stays in part.
            match desk.random.below(4) {
                0 => continue,
                1 => drop(decisions(&edited, Random::new(seed))),
                _ => {
                    let mut fresh = Analysis::new(desk.settings.clone());
                    set(&mut fresh, &texts);
                    agree(&edited, &fresh, &mut table, seed, &format!("after {done:#?}"));
                }
            }
        }
    }
}

#[test]
fn what_is_kept_after_edits_is_what_a_new_analysis_says() {
    check(0..50, 24);
}

#[test]
fn long_sessions_too() {
    // Longer than what edits leave behind is kept.
    check(1_000..1_001, 300);
}
