//! The steps that are measured, natively and in WebAssembly alike.

use std::sync::Arc;

use netpolis_core::analysis::Analysis;
use netpolis_core::compile::{Compiled, compile};
use netpolis_core::connectivity::{Connectivity, Grid, Passing};
use netpolis_core::document::Limits;
use netpolis_core::endpoints::{TitledLine, lines};
use netpolis_core::language::Languages;
use netpolis_core::load::{Loaded, Loader};
use netpolis_core::policy::Direction;
use netpolis_core::settings::Settings;
use netpolis_core::snapshot::Snapshot;

use crate::generate::File;

/// A cluster on its way through the layers, one step at a time.
pub struct Steps {
    files: Vec<File>,
    settings: Settings,
    loaded: Loaded,
    snapshot: Snapshot,
    compiled: Arc<Compiled>,
    scene: Analysis,
    edited: usize,
}

impl Steps {
    /// Nothing is read yet.
    pub fn new(files: Vec<File>) -> Self {
        let settings = Settings::default();
        let snapshot = Snapshot::default();
        // The policies of a namespace in the middle, so that half of all documents stand behind the edit.
        let policies: Vec<usize> =
            (0..files.len()).filter(|i| files[*i].name.ends_with("-policies.yaml") && files[*i].text.contains(PORT)).collect();
        Steps {
            compiled: Arc::new(compile(&snapshot, Default::default(), &settings.resolve(false, None))),
            loaded: Loaded::default(),
            scene: Analysis::new(settings.clone()),
            edited: policies.get(policies.len() / 2).copied().unwrap_or_default(),
            files,
            settings,
            snapshot,
        }
    }

    /// The files, as they are by now.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// Text to resources.
    pub fn load(&mut self) {
        self.loaded = Loader::new(Limits::default()).load(&views(&self.files));
    }

    /// Resources to compiled policies.
    pub fn compile(&mut self) {
        let resources = || self.loaded.resources().map(|(id, r)| (id, &**r));
        let settings = self.settings.resolve(resources().any(|(_, r)| r.kind.calico().is_some()), None);
        self.snapshot = Languages::BUILT_IN.inventory(resources(), &settings, None);
        let ruleset = Languages::BUILT_IN.lower(resources(), &self.snapshot.cloud, &settings);
        self.compiled = Arc::new(compile(&self.snapshot, ruleset, &settings));
    }

    /// Compiled policies to the answer for every pair of workloads and ranges; returns a sum of all answers, so that none can be left out.
    pub fn connect(&mut self) -> u64 {
        every_pair(&Connectivity::new(&self.compiled, &self.snapshot), &self.snapshot)
    }

    /// Opens the whole text as the page does, so that there is something to edit.
    pub fn open(&mut self) {
        self.scene.set_files(&views(&self.files));
        self.scene.connectivity().evaluate_all();
    }

    /// Changes a port of one policy in the text, which is not part of what is measured.
    pub fn type_something(&mut self, round: usize) {
        let Some(file) = self.files.get_mut(self.edited) else { return };
        if let Some(at) = file.text.find(PORT).map(|at| at + PORT.len()) {
            let end = file.text[at..].find('\n').map_or(file.text.len(), |n| at + n);
            file.text.replace_range(at..end, &(20_000 + round).to_string());
        }
    }

    /// Takes the edited text, until every policy is evaluated for all peers; returns how many different answers there are.
    pub fn edit(&mut self) -> usize {
        self.scene.set_files(&views(&self.files));
        self.scene.connectivity().evaluate_all()
    }
}

const PORT: &str = "- port: ";

fn views(files: &[File]) -> Vec<(&str, &str)> {
    files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect()
}

fn every_pair(connectivity: &Connectivity, snapshot: &Snapshot) -> u64 {
    let lines = |direction| lines(snapshot, connectivity, direction).into_iter().map(|line| TitledLine::new(snapshot, line));
    let (sources, destinations): (Vec<_>, Vec<_>) = (lines(Direction::Ingress).collect(), lines(Direction::Egress).collect());
    let mut grid = Grid::new(connectivity, sources.iter().map(AsRef::as_ref), destinations.iter().map(AsRef::as_ref));
    let mut sum = connectivity.evaluate_all() as u64;
    for source in 0..sources.len() {
        grid.each_from(source, |_, passing| {
            let pairs = match passing {
                Passing::Same(pair) => &[pair][..],
                Passing::Differs(pairs) => pairs,
            };
            for pair in pairs {
                sum += u64::from(pair.allowed.is_none()) + 2 * u64::from(pair.allowed == pair.possible);
            }
        });
    }
    sum
}

/// Many selectors over many pods: each selector is that of one policy.
pub struct Selectors {
    texts: Vec<String>,
    loaded: Loaded,
    snapshot: Snapshot,
}

impl Selectors {
    /// `count` different selectors over the pods of a generated cluster.
    pub fn new(count: usize, pods: usize, seed: u64) -> Self {
        let mut files = crate::generate::generate(&crate::generate::Plan { pods, policies: 0, seed, cluster_wide: false, calico: false });
        let tiers = ["frontend", "backend", "data", "batch"];
        let text = |i: usize| match i % 5 {
            0 => format!("app == 'shop-{i}' && tier != '{}'", tiers[i % 4]),
            1 => format!("tier in {{'{}', '{}'}} || app == 'cart-{i}'", tiers[i % 4], tiers[(i + 1) % 4]),
            2 => format!("has(version) && !(app == 'mail-{i}')"),
            3 => format!("app starts with 'search-{i}' && tier == '{}'", tiers[i % 4]),
            _ => format!("app not in {{'stock-{i}', 'login-{i}'}} && tier == '{}'", tiers[i % 4]),
        };
        let texts: Vec<String> = (0..count).map(text).collect();
        let policy = |(i, text): (usize, &String)| {
            serde_json::json!({
                "apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy", "metadata": {"name": format!("p{i}")},
                "spec": {"selector": text, "types": ["Ingress"]},
            })
        };
        let policies: Vec<serde_json::Value> = texts.iter().enumerate().map(policy).collect();
        files.push(File { name: "selectors.yaml".into(), text: crate::yaml::documents(&policies) });
        let loaded = Loader::new(Limits::default()).load(&views(&files));
        let settings = Settings::default().resolve(true, None);
        let snapshot = Languages::BUILT_IN.inventory(loaded.resources().map(|(id, r)| (id, &**r)), &settings, None);
        Selectors { texts, loaded, snapshot }
    }

    /// How many selectors were read.
    pub fn read(&self) -> usize {
        self.loaded.resources().filter(|(_, r)| r.kind.calico().is_some() && !r.refused).count()
    }

    /// Parses every selector, and compiles the policies that have them; returns how many select anything.
    pub fn run(&mut self) -> usize {
        let parsed = self.texts.iter().filter(|text| netpolis_core::language::calico::selector::parse(text).is_ok()).count();
        let settings = Settings::default().resolve(true, None);
        let ruleset = Languages::BUILT_IN.lower(self.loaded.resources().map(|(id, r)| (id, &**r)), &self.snapshot.cloud, &settings);
        let compiled = compile(&self.snapshot, ruleset, &settings);
        let policies = compiled.ruleset().policies.iter().filter(|p| compiled.selects_any(p.id)).count();
        policies.min(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Plan, generate};

    #[test]
    fn an_edit_changes_one_policy_and_the_scene_follows() {
        let mut steps = Steps::new(generate(&Plan { pods: 60, policies: 40, seed: 1, cluster_wide: false, calico: false }));
        steps.load();
        steps.compile();
        let before = steps.connect();
        steps.open();
        steps.edit();
        assert_eq!(every_pair(steps.scene.connectivity(), steps.scene.snapshot()), before, "nothing was typed yet");
        let text = |steps: &Steps| steps.files[steps.edited].text.clone();
        let old = text(&steps);
        steps.type_something(1);
        let differences = old.lines().zip(text(&steps).lines()).filter(|(a, b)| a != b).count();
        assert_eq!(differences, 1);
        steps.edit();
        steps.load();
        assert!(steps.loaded.diagnostics.iter().all(|d| d.severity != netpolis_core::diagnostics::Severity::Error));
        steps.compile();
        assert_eq!(steps.connect(), every_pair(steps.scene.connectivity(), steps.scene.snapshot()));
    }
}
