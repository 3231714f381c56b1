//! Everything about one set of files: the layers one after the other, kept up to date.

mod addressed;
mod causes;
mod checks;
mod conversion;
mod declared;
mod differences;
mod engines;
#[cfg(test)]
mod fences;
mod flow_logs;
mod inventory;
mod least_privilege;
mod node_differences;
mod path_differences;
mod review;
mod several;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::{OnceCell, RefCell};
use core::net::IpAddr;

pub use addressed::Addressed;
pub use causes::{Cause, Causes, MOST_TRIED};
pub use conversion::{Conversion, Proof};
use declared::Installed;
pub use differences::{DecidingLine, DifferenceExample, ExampleAnswer, MOST_EXPLAINED};
pub use engines::{EngineAnswers, Reading};
use inventory::Inventory;
pub use path_differences::{ClientDifference, MOST_PATHS, PathDifference, Reached, TooManyPaths};
pub use review::Review;

use crate::answers::edit_policy::{BegunPolicy, ChangedPolicy, NotChanged, PolicyChange, WantedPolicy, begin_policy, edit_policy};
use crate::answers::exposure::{self, Exposure};
use crate::answers::fix::{self, Fixes, NotFixed};
use crate::answers::lint::{self, LintInput};
use crate::compile::{Compiled, Endpoint, compile};
use crate::connections::Traffic;
use crate::connectivity::{Connectivity, KeptAnswers};
use crate::diagnostics::{Diagnostic, Severity, gather};
use crate::document::Limits;
use crate::endpoints::{Found, INTERNET, InternetPart, NotFound, find, internet_parts};
use crate::explain;
use crate::explain::Answer;
use crate::language::lower::KnownPolicies;
use crate::language::{Languages, codes};
use crate::load::{Loaded, Loader};
use crate::path::{Asked, NotAsked, PathAnswer, Paths, path, path_carrying};
use crate::policy::{Doubt, PolicyId, Ruleset};
use crate::settings::{Assumed, Routing, Settings};
use crate::snapshot::cloud::Cloud;
use crate::snapshot::{Role, Snapshot};
use crate::text::Sources;
use crate::verdict::{Flow, Original, Verdict};

/// A set of files with all that follows from it.
///
/// [`set_files`](Self::set_files) keeps what did not change: documents with the same text are not read again, the snapshot stays when
/// only policies changed, and so do compiled policies and answers as far as these tell the same endpoints apart. All pairs and the
/// problems are computed when first asked for.
///
/// ```
/// use netpolis_core::{Analysis, Traffic, Verdict};
///
/// let mut analysis = Analysis::default();
/// analysis.set_files(&[("shop.yaml", "
/// {apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}
/// ---
/// {apiVersion: v1, kind: Pod, metadata: {name: db, labels: {app: db}}}
/// ---
/// apiVersion: networking.k8s.io/v1
/// kind: NetworkPolicy
/// metadata: {name: db}
/// spec:
///   podSelector: {matchLabels: {app: db}}
///   ingress:
///   - ports: [{port: 5432}]
/// ")]);
/// let ask = |port| analysis.decide(&analysis.flow("web", "db", Traffic::tcp(port)).unwrap()).verdict;
/// assert_eq!(ask(5432), Verdict::Allowed);
/// assert_eq!(ask(80), Verdict::Denied);
/// ```
#[derive(Debug)]
pub struct Analysis {
    languages: Languages,
    settings: Settings,
    /// The settings as the input and the engine leave them; see [`Settings::resolve`].
    assumed: Assumed,
    loader: Loader,
    loaded: Loaded,
    /// The engine that the input shows.
    engine: Installed,
    /// What the snapshot was built from.
    inventory: Inventory,
    snapshot: Snapshot,
    /// The policies of the last time, for those whose objects did not change.
    known: KnownPolicies,
    compiled: Arc<Compiled>,
    connectivity: OnceCell<Connectivity>,
    /// What of all pairs still holds after edits.
    kept: RefCell<Option<KeptAnswers>>,
    paths: OnceCell<Paths>,
    /// Those of before an edit, for what of them still holds.
    kept_paths: RefCell<Option<Paths>>,
    /// The policies of the last time, as paths have them.
    known_of_paths: RefCell<KnownPolicies>,
    problems: OnceCell<Vec<Diagnostic>>,
}

impl Default for Analysis {
    /// Without files, and with no assumption chosen.
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Analysis {
    /// An empty analysis.
    pub fn new(settings: Settings) -> Self {
        Self::with_languages(Languages::BUILT_IN, settings)
    }

    /// An empty analysis that reads these languages instead of those that are built in.
    pub fn with_languages(languages: Languages, settings: Settings) -> Self {
        let snapshot = Snapshot::default();
        let assumed = settings.resolve(false, None);
        let compiled = Arc::new(compile(&snapshot, Default::default(), &assumed));
        let mut analysis = Analysis {
            languages,
            assumed,
            settings,
            loader: Loader::new(Limits::default()).with_languages(languages),
            loaded: Loaded::default(),
            engine: Installed::default(),
            inventory: Inventory::default(),
            snapshot,
            known: KnownPolicies::default(),
            compiled,
            connectivity: OnceCell::new(),
            kept: RefCell::default(),
            paths: OnceCell::new(),
            kept_paths: RefCell::default(),
            known_of_paths: RefCell::default(),
            problems: OnceCell::new(),
        };
        analysis.refresh(true);
        analysis
    }

    /// Reads files, each a name and a text, in place of those it had. Never fails: what cannot be read is among the
    /// [`problems`](Self::problems).
    pub fn set_files(&mut self, files: &[(&str, &str)]) {
        self.set_files_telling(files, &|_, _| ());
    }

    /// Reads files as [`set_files`](Self::set_files) does. `tell` hears how many bytes have been read of how many that are new; when all are, what
    /// follows from them is computed.
    pub fn set_files_telling(&mut self, files: &[(&str, &str)], tell: &dyn Fn(usize, usize)) {
        self.loaded = self.loader.load_telling(files, tell);
        self.refresh(false);
    }

    /// Reads one file more.
    fn add_file(&mut self, name: &str, text: &str) {
        let own: Vec<(String, Arc<str>)> =
            self.loaded.sources.iter().map(|(_, source)| (source.name.clone(), source.text.clone())).collect();
        let files: Vec<(&str, &str)> = own.iter().map(|(name, text)| (name.as_str(), &**text)).chain([(name, text)]).collect();
        self.set_files(&files);
    }

    /// Changes the assumptions.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
        self.refresh(true);
    }

    /// A copy with what was read and compiled; what is computed when it is asked for is not copied.
    fn copy(&self) -> Self {
        Analysis {
            languages: self.languages,
            settings: self.settings.clone(),
            assumed: self.assumed.clone(),
            loader: self.loader.clone(),
            loaded: self.loaded.clone(),
            engine: self.engine,
            inventory: self.inventory.clone(),
            snapshot: self.snapshot.clone(),
            known: self.known.clone(),
            compiled: self.compiled.clone(),
            connectivity: OnceCell::new(),
            kept: RefCell::default(),
            paths: OnceCell::new(),
            kept_paths: RefCell::default(),
            known_of_paths: RefCell::default(),
            problems: OnceCell::new(),
        }
    }

    /// The same files under other settings. They are not read again.
    fn with_settings(&self, settings: Settings) -> Analysis {
        let mut other = self.copy();
        other.set_settings(settings);
        other
    }

    /// Computes anew what follows from the files and the settings; `anew` if the snapshot may have changed although the objects did not.
    fn refresh(&mut self, anew: bool) {
        let inventory = Inventory::of(&self.loaded);
        let anew = anew || !inventory.is_like(&self.inventory);
        if anew {
            // Only what is there says it.
            self.engine = declared::installed(&self.loaded);
        }
        let mut assumed = self.settings.resolve(declared::has_calico(&self.loaded), self.engine.engine);
        assumed.engine_is_told &= assumed.engine_is_chosen || !self.engine.several;
        let anew = anew || assumed != self.assumed;
        self.assumed = assumed;
        if anew {
            self.snapshot = self.languages.inventory(inventory.resources(), &self.assumed, None);
        }
        self.inventory = inventory;
        let ruleset = self.languages.lower_again(self.loaded.resources(), &self.snapshot.cloud, &self.assumed, &mut self.known);
        let kept = self.connectivity.take().map(Connectivity::keep).or_else(|| self.kept.take());
        let kept_paths = self.paths.take().or_else(|| self.kept_paths.take());
        self.kept_paths = RefCell::new(kept_paths.filter(|_| !anew));
        self.problems = OnceCell::new();
        let same_classes = if anew {
            self.compiled = Arc::new(compile(&self.snapshot, ruleset, &self.assumed));
            false
        } else {
            Arc::make_mut(&mut self.compiled).replace_ruleset(&self.snapshot, ruleset, &self.assumed)
        };
        self.kept = RefCell::new(kept.filter(|_| same_classes));
    }

    /// What is not evaluated, with what follows from it: policies in doubt, and pods that answers leave out.
    pub fn not_evaluated(&self) -> Vec<Doubt> {
        self.compiled.ruleset().doubts().into_iter().cloned().chain(self.missing_pods()).collect()
    }

    /// The objects whose pods are not read, so that answers leave these out; nothing if there are none.
    pub fn missing_pods(&self) -> Option<Doubt> {
        explain::missing_pods(&self.snapshot)
    }

    /// The assumptions, as chosen.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The assumptions that answers rest on: as chosen, with what the text and the engine leave no choice about (see [`Settings::resolve`]).
    pub fn assumed(&self) -> &Assumed {
        &self.assumed
    }

    /// The files as they were read.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// The texts.
    pub fn sources(&self) -> &Sources {
        &self.loaded.sources
    }

    /// The end that a person means by a name (see [`find`]): of `internet`, an address of each part that is treated differently.
    ///
    /// # Errors
    /// When nothing has this name, or several things have it.
    pub fn end(&self, name: &str) -> Result<Found, NotFound> {
        let found = find(&self.snapshot, name)?;
        if !name.trim().eq_ignore_ascii_case(INTERNET) {
            return Ok(found);
        }
        let all = self.internet_parts().iter().map(|part| Endpoint::Outside(part.address)).collect();
        Ok(Found { all, ..found })
    }

    /// The parts of the Internet that are treated differently: `internet` as an end means all of them.
    pub fn internet_parts(&self) -> Vec<InternetPart> {
        internet_parts(&self.compiled, &self.snapshot)
    }

    /// What there is.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The policies, compiled.
    pub fn compiled(&self) -> &Arc<Compiled> {
        &self.compiled
    }

    /// All pairs.
    pub fn connectivity(&self) -> &Connectivity {
        self.connectivity.get_or_init(|| match self.kept.take() {
            Some(kept) => Connectivity::again(&self.compiled, &self.snapshot, kept),
            None => Connectivity::new(&self.compiled, &self.snapshot),
        })
    }

    /// What its pods are exposed to: the outside, the whole cluster, pods that are not in the input.
    pub fn exposure(&self) -> Exposure {
        exposure::exposure(&self.snapshot, &self.compiled, self.connectivity(), &self.assumed)
    }

    /// What is needed to follow packets on their whole path. Built when first asked for; after an edit of policies only they are compiled again.
    pub fn paths(&self) -> &Paths {
        self.paths.get_or_init(|| {
            let settings = self.assumed.with_routing(self.settings.routing.clone());
            let again = self
                .kept_paths
                .take()
                .and_then(|kept| kept.again(declared::dataplane(&self.loaded), |cloud| self.rules_of_paths(cloud, &settings)));
            again.unwrap_or_else(|| self.new_paths(&settings, |_| (), |cloud| self.rules_of_paths(cloud, &settings)))
        })
    }

    /// The policies as paths have them, which know where every pod runs.
    fn rules_of_paths(&self, cloud: &Cloud, settings: &Assumed) -> Ruleset {
        self.languages.lower_again(self.loaded.resources(), cloud, settings, &mut self.known_of_paths.borrow_mut())
    }

    /// Paths in a world of their own, which `change` may change; `rules` gives its policies.
    fn new_paths(&self, settings: &Assumed, change: impl FnOnce(&mut Snapshot), rules: impl FnOnce(&Cloud) -> Ruleset) -> Paths {
        let mut snapshot = self.languages.inventory(self.inventory.resources(), settings, Some(&settings.routing.placement));
        change(&mut snapshot);
        let ruleset = rules(&snapshot.cloud);
        let guessed = self.snapshot.pods().any(|(_, e)| e.node.is_none() && e.replicas > 0 && e.role == Role::Pod);
        Paths::new(snapshot, ruleset, settings, declared::dataplane(&self.loaded), guessed)
    }

    /// [`paths`](Self::paths) under other choices of what decides about the path, for comparing. Built anew at each call.
    pub fn paths_with(&self, routing: &Routing) -> Paths {
        self.paths_among(routing, |_| ())
    }

    /// [`paths_with`](Self::paths_with), in a snapshot that `change` has changed.
    fn paths_among(&self, routing: &Routing, change: impl FnOnce(&mut Snapshot)) -> Paths {
        let settings = self.assumed.with_routing(routing.clone());
        let resources = self.loaded.resources().map(|(id, resource)| (id, &**resource));
        self.new_paths(&settings, change, |cloud| self.languages.lower(resources, cloud, &settings))
    }

    /// The whole path of a packet.
    ///
    /// # Errors
    /// When an end means nothing, or several things.
    pub fn path(&self, asked: &Asked<'_>) -> Result<PathAnswer, NotAsked> {
        let of_family = self.paths_of_family(asked);
        path(of_family.as_ref().unwrap_or(self.paths()), asked).map(|answer| self.with_missing_pods(answer))
    }

    /// The answer, with a note that pods are not read which may be behind the Service that it leads to.
    fn with_missing_pods(&self, mut answer: PathAnswer) -> PathAnswer {
        if answer.entry.is_some() {
            answer.notes.extend(explain::missing_pods_note(&self.snapshot));
        }
        answer
    }

    /// The whole path of a packet of which more is known than its port: the source port, or the type and code of an ICMP message.
    ///
    /// # Errors
    /// When an end means nothing, or several things.
    pub fn path_carrying(&self, asked: &Asked<'_>, carried: Traffic) -> Result<PathAnswer, NotAsked> {
        let of_family = self.paths_of_family(asked);
        path_carrying(of_family.as_ref().unwrap_or(self.paths()), asked, Some(carried)).map(|answer| self.with_missing_pods(answer))
    }

    /// The flow between two endpoints by the names that people give them: `shop/web` and `web` for a pod or workload, `node/worker-1`, an
    /// address. Of a workload the first pod is meant; [`find`] gives them all.
    ///
    /// # Errors
    /// When nothing has such a name, or several things have it. The error offers the names that there are.
    pub fn flow(&self, from: &str, to: &str, traffic: Traffic) -> Result<Flow, NotFound> {
        let endpoint = |name| find(&self.snapshot, name).map(|found| found.end);
        Ok(Flow { from: endpoint(from)?, to: endpoint(to)?, traffic })
    }

    /// One flow, with everything that led to the answer.
    pub fn decide(&self, flow: &Flow) -> Answer {
        let mut answer = explain::answer(&self.compiled, &self.snapshot, flow, None);
        if answer.verdict == Verdict::Denied && answer.suggestion.is_none() {
            answer.suggestion = explain::open_groups(&self.compiled, &self.snapshot, self.sources(), &answer);
        }
        answer
    }

    /// The analysis for a question by addresses, each end with the one that it was asked for by, if it was; nothing if they settle nothing.
    pub fn addressed(&self, from: (Endpoint, Option<IpAddr>), to: (Endpoint, Option<IpAddr>)) -> Option<Addressed> {
        Addressed::new(&self.snapshot, &self.compiled, &self.assumed, [from, to])
    }

    /// One flow of a packet that was sent somewhere else (`original`) and translated on its way: to the port of a node, say.
    pub fn decide_translated(&self, flow: &Flow, original: Original) -> Answer {
        explain::answer(&self.compiled, &self.snapshot, flow, Some(original))
    }

    /// The smallest changes of text that allow a flow, or stop it. Each was tried on a copy.
    ///
    /// # Errors
    /// When an end means nothing, or several things.
    pub fn fix(&self, question: &fix::Question<'_>) -> Result<Fixes, NotFixed> {
        fix::fix(self, question)
    }

    /// The change of text that does something to a policy. It was tried on a copy.
    ///
    /// # Errors
    /// If the policy cannot be edited, or what is wanted cannot be written.
    pub fn edit_policy(&self, policy: PolicyId, change: &PolicyChange<'_>) -> Result<ChangedPolicy, NotChanged> {
        edit_policy(self, policy, change)
    }

    /// The change of text that begins a policy.
    ///
    /// # Errors
    /// If the pod that it is to select is gone, or has no labels by which it could be selected.
    pub fn begin_policy(&self, wanted: &WantedPolicy<'_>) -> Result<BegunPolicy, NotChanged> {
        begin_policy(self, wanted)
    }

    /// What lints look at.
    pub fn lint_input(&self) -> LintInput<'_> {
        LintInput::new(&self.loaded, &self.settings, &self.assumed, &self.snapshot, &self.compiled, self)
    }

    /// The errors among the [`problems`](Self::problems), in the same order: what cannot be read, or what an API server would refuse. Much
    /// cheaper to ask for, as most lints find no errors and are not run.
    pub fn errors(&self) -> Vec<Diagnostic> {
        let of_text = self.loaded.diagnostics.iter().chain(&self.snapshot.diagnostics).filter(|p| p.severity == Severity::Error);
        let mut errors: Vec<Diagnostic> = of_text.cloned().chain(lint::errors(&self.lint_input())).collect();
        errors.sort_by_key(|p| p.place);
        errors
    }

    /// Everything there is to say about the text: syntax, validation, references, and policies that probably do not do what they were
    /// written for. In the order of the text; what is about no place comes first.
    pub fn problems(&self) -> &[Diagnostic] {
        self.problems.get_or_init(|| {
            let mut problems = self.loaded.diagnostics.clone();
            problems.extend(self.snapshot.diagnostics.iter().cloned());
            problems.extend(lint::lint(&self.lint_input()));
            problems.sort_by_key(|p| p.place);
            let mut problems = gather(problems, codes::KIND_NOT_USED);
            // What is about no place comes first.
            problems.sort_by_key(|p| p.place);
            problems
        })
    }
}

impl fix::Scene for Analysis {
    fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    fn compiled(&self) -> &Arc<Compiled> {
        &self.compiled
    }

    fn connectivity(&self) -> &Connectivity {
        self.connectivity()
    }

    fn paths(&self) -> &Paths {
        self.paths()
    }

    fn path(&self, asked: &Asked<'_>) -> Result<PathAnswer, NotAsked> {
        self.path(asked)
    }

    fn copy(&self) -> Self {
        self.copy()
    }

    fn set_files(&mut self, files: &[(&str, &str)]) {
        self.set_files(files);
    }
}

impl lint::Answers for Analysis {
    fn connectivity(&self) -> &Connectivity {
        self.connectivity()
    }

    fn paths(&self) -> &Paths {
        self.paths()
    }

    fn paths_with(&self, routing: &Routing) -> Paths {
        self.paths_with(routing)
    }
}
