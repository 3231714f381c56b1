//! **Does a scene do what is expected of it?** [`check`] makes the checks of every Check among the files, and says of each whether it holds, which line
//! decides, and which connection shows that it does not.
//!
//! Nothing is evaluated here: connections are asked of all pairs and of one flow, paths of [`path`](crate::path), and the sets that checks speak of are
//! compared with the exact sets that these give. What an end means that matches nothing is an error of the check, never a check that holds.

mod beside;
mod ends;
mod flows;
mod only;
mod paths;
mod wanted;
mod witness;
mod words;

pub use wanted::WantedByChecks;
pub(crate) use wanted::wanted;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::OnceCell;

use crate::compile::Compiled;
use crate::connections::Traffic;
use crate::connectivity::Connectivity;
use crate::diagnostics::Diagnostic;
use crate::explain::Answer;
use crate::language::Kind;
use crate::language::netpolis::{Item, Test};
use crate::load::Loaded;
use crate::path::Paths;
use crate::settings::{Settings, table};
use crate::snapshot::Snapshot;
use crate::text::{DocumentId, Place};
use crate::verdict::Flow;

/// The answers that checks ask for.
pub trait Answers {
    /// The files.
    fn loaded(&self) -> &Loaded;
    /// The settings, as chosen.
    fn settings(&self) -> &Settings;
    /// What there is.
    fn snapshot(&self) -> &Snapshot;
    /// The policies.
    fn compiled(&self) -> &Compiled;
    /// All pairs.
    fn connectivity(&self) -> &Connectivity;
    /// What paths are followed in.
    fn paths(&self) -> &Paths;
    /// One flow.
    fn decide(&self, flow: &Flow) -> Answer;
    /// What there is to say about the text.
    fn problems(&self) -> &[Diagnostic];
    /// The same under other settings.
    fn under(&self, settings: Settings) -> Box<dyn Answers>;
}

/// Why a check is broken that cannot be read: the findings of the scene say what is wrong with it.
pub const UNREADABLE: &str = "it cannot be read: see the errors about it";

/// What came of a check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It cannot be told whether it holds: a fact is missing.
    CannotTell,
    /// It does not hold.
    Failed,
    /// It cannot be made: it cannot be read, or means nothing that there is.
    Broken,
}

impl Outcome {
    /// `passed`, `cannot tell`, `failed` or `broken`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::CannotTell => "cannot tell",
            Outcome::Failed => "failed",
            Outcome::Broken => "broken",
        }
    }
}

/// A check with what came of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckResult {
    /// The name of its Check, or of the file that it stands in.
    pub suite: String,
    /// Its name; where it has none, what it says in words.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Where it is written.
    pub place: Place,
    /// What is expected, in a word or two.
    pub expected: String,
    /// What was found, in the same words.
    pub found: String,
    /// Why, in a sentence without a full stop; what is written in the text stands in backticks. Empty for a check that holds and needs no more words.
    pub reason: String,
    /// Why the check is there, if it says so.
    pub because: Option<String>,
    /// The lines that decide what was found.
    pub deciding: Vec<Place>,
    /// A connection that shows it.
    pub witness: Option<Witness>,
}

/// A connection that shows what came of a check, as a question that can be asked again.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Witness {
    /// Where it starts.
    pub from: String,
    /// Where it goes.
    pub to: String,
    /// What it carries.
    pub traffic: Traffic,
    /// Whether its whole path is meant.
    pub path: bool,
}

/// What was found of one check.
#[derive(Clone, Debug)]
struct Finding {
    outcome: Outcome,
    expected: String,
    found: String,
    reason: String,
    deciding: Vec<Place>,
    witness: Option<Witness>,
}

impl Finding {
    fn of(outcome: Outcome, expected: impl Into<String>, found: impl Into<String>, reason: impl Into<String>) -> Self {
        let (expected, found, reason) = (expected.into(), found.into(), reason.into());
        Finding { outcome, expected, found, reason, deciding: Vec::new(), witness: None }
    }

    fn passed(expected: impl Into<String>) -> Self {
        let expected = expected.into();
        Finding::of(Outcome::Passed, expected.clone(), expected, "")
    }

    /// Of a check that cannot be made.
    fn broken(reason: impl Into<String>) -> Self {
        Finding::of(Outcome::Broken, "", "", reason)
    }

    fn at(self, deciding: Vec<Place>) -> Self {
        Finding { deciding, ..self }
    }
}

/// Codes of findings that some check expects to be reported: an error among them is meant.
pub fn expected_problems(loaded: &Loaded) -> Vec<&str> {
    let resources = loaded.documents.iter().flat_map(|document| &document.parsed.resources);
    let items = resources.filter_map(|resource| if let Kind::Check(check) = &resource.kind { Some(&check.items) } else { None }).flatten();
    let mut codes: Vec<&str> = Vec::new();
    for item in items {
        match &item.test {
            Test::Problems(all) => codes.extend(all.iter().map(|code| &**code)),
            Test::Problem { code, reported: true, .. } => codes.push(code),
            _ => {}
        }
    }
    codes
}

/// How many checks there are.
pub fn check_count(loaded: &Loaded) -> usize {
    let resources = loaded.documents.iter().flat_map(|document| &document.parsed.resources);
    resources.map(|resource| if let Kind::Check(check) = &resource.kind { check.items.len() } else { 0 }).sum()
}

/// Makes all checks, in the order of the text.
pub fn check(scene: &dyn Answers) -> Vec<CheckResult> {
    let mut results = Vec::new();
    let mut assumed: Vec<(Settings, Box<dyn Answers>)> = Vec::new();
    let own = Judge::new(scene);
    // Those that are defined twice too.
    for document in &scene.loaded().documents {
        for resource in &document.parsed.resources {
            let Kind::Check(check) = &resource.kind else { continue };
            let source = scene.loaded().sources.source_of(document.id).and_then(|id| scene.loaded().sources.get(id));
            let suite = match &*resource.meta.name {
                "" => source.map_or_else(String::new, |source| source.name.clone()),
                name => name.to_string(),
            };
            for item in &check.items {
                let mut settings = scene.settings().clone();
                for (name, value) in check.assume.iter().chain(&item.assume) {
                    // The reader has tried them.
                    let _ = table::set(&mut settings, name, value);
                }
                let finding = if settings == *scene.settings() {
                    own.finding(item, document.id)
                } else {
                    if !assumed.iter().any(|(known, _)| *known == settings) {
                        assumed.push((settings.clone(), scene.under(settings.clone())));
                    }
                    let other = assumed.iter().find(|(known, _)| *known == settings);
                    other.map_or_else(|| Finding::broken(""), |(_, other)| Judge::new(&**other).finding(item, document.id))
                };
                results.push(result(suite.clone(), item, document.id, finding));
            }
        }
    }
    results
}

fn result(suite: String, item: &Item, document: DocumentId, finding: Finding) -> CheckResult {
    let Finding { outcome, expected, found, reason, deciding, witness } = finding;
    CheckResult {
        suite,
        name: item.name.as_deref().map_or_else(|| words::name(&item.test), ToString::to_string),
        outcome,
        place: item.span.within(document),
        expected,
        found,
        reason,
        because: item.because.as_deref().map(ToString::to_string),
        deciding,
        witness,
    }
}

/// Makes checks of one scene.
struct Judge<'a> {
    scene: &'a dyn Answers,
    /// All pairs where a pod's own node has no right of its own.
    apart: OnceCell<Connectivity>,
}

impl<'a> Judge<'a> {
    fn new(scene: &'a dyn Answers) -> Self {
        Judge { scene, apart: OnceCell::new() }
    }

    fn finding(&self, item: &Item, document: DocumentId) -> Finding {
        let made = match &item.test {
            Test::Flow(test) => self.flow(test, document),
            Test::Only(test) => self.only(test),
            Test::Problems(codes) => Ok(self.problems(codes)),
            Test::Problem { code, line, reported } => Ok(self.problem(code, line.as_ref(), *reported, document)),
            Test::Plan(test) => self.plan(test),
            Test::Exists { end, count } => self.exists(end, *count),
            Test::Isolated { end, directions, isolated } => self.isolated(end, directions, *isolated),
            Test::Selects { policy, end, only } => self.selects(policy, end, *only),
            Test::Zone(test) => self.zone(test),
            Test::Broken => Err(UNREADABLE.into()),
            Test::Untold(why) => Ok(Finding::of(Outcome::CannotTell, "", "cannot tell", why.as_str())),
        };
        made.unwrap_or_else(Finding::broken)
    }

    fn snapshot(&self) -> &'a Snapshot {
        self.scene.snapshot()
    }

    /// All pairs, with what a pod's own node may always do or without.
    fn pairs(&self, apart: bool) -> &Connectivity {
        if apart { self.apart.get_or_init(|| self.scene.connectivity().without_own_node()) } else { self.scene.connectivity() }
    }
}
