//! Everything about one set of files: the layers one after the other, kept up to date.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::net::IpAddr;

use crate::addressed::Addressed;
use crate::answers::lint::{self, LintInput};
use crate::compile::{Compiled, Endpoint, compile};
use crate::connections::Traffic;
use crate::connectivity::Connectivity;
use crate::diagnostics::{Diagnostic, gather};
use crate::document::Limits;
use crate::endpoints::{NotFound, find};
use crate::explain;
use crate::language::azure::Azure;
use crate::language::calico::Calico;
use crate::language::codes;
use crate::language::kubernetes::inventory;
use crate::language::lower::translate;
use crate::language::plugins::Plugins;
use crate::language::unread::{Cause, Enforcer};
use crate::language::{Kind, Resource};
use crate::load::{Loaded, Loader};
use crate::path::{Asked, NotAsked, PathAnswer, Paths, path, path_carrying};
use crate::policy::Doubt;
use crate::settings::{Assumed, Dataplane, Routing, Settings};
use crate::snapshot::{PodMaker, Role, Snapshot};
use crate::text::{DocumentId, Sources};
use crate::verdict::{Answer, Flow, Original, Verdict};

/// So many objects are named whose pods are not read.
const MAKERS_NAMED: usize = 3;

/// An object and the document that it stands in.
type Placed = (DocumentId, Arc<Resource>);

/// Whether a kind is there only where Calico is.
fn is_of_calico(kind: &Kind) -> bool {
    match kind {
        Kind::Calico(_) => true,
        Kind::Unread(unread) => unread.enforcer == Enforcer::Calico,
        _ => false,
    }
}

/// A set of files with all that follows from it.
///
/// [`set_files`](Self::set_files) keeps what did not change: documents with the same text are not read again, and the snapshot stays when
/// only policies changed. All pairs and the problems are computed when first asked for.
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
    settings: Settings,
    /// The settings as the text and the engine leave them; see [`Settings::resolve`].
    assumed: Assumed,
    loader: Loader,
    loaded: Loaded,
    /// What the snapshot was built from.
    inventory: Vec<Placed>,
    snapshot: Snapshot,
    compiled: Compiled,
    connectivity: OnceCell<Connectivity>,
    paths: OnceCell<Paths>,
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
        let snapshot = Snapshot::default();
        let assumed = settings.resolve(false, None);
        let compiled = compile(&snapshot, Default::default(), &assumed);
        let mut analysis = Analysis {
            assumed,
            settings,
            loader: Loader::new(Limits::default()),
            loaded: Loaded::default(),
            inventory: Vec::new(),
            snapshot,
            compiled,
            connectivity: OnceCell::new(),
            paths: OnceCell::new(),
            problems: OnceCell::new(),
        };
        analysis.refresh(true);
        analysis
    }

    /// Reads files, each a name and a text, in place of those it had. Never fails: what cannot be read is among the
    /// [`problems`](Self::problems).
    pub fn set_files(&mut self, files: &[(&str, &str)]) {
        self.loaded = self.loader.load(files);
        self.refresh(false);
    }

    /// Changes the assumptions.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
        self.refresh(true);
    }

    fn refresh(&mut self, anew: bool) {
        let is_policy = |kind: &Kind| match kind {
            Kind::NetworkPolicy(_) | Kind::ClusterPolicy(_) => true,
            // With which address pods come to nodes belongs to what there is.
            Kind::Calico(calico) => calico.is_policy() && !matches!(&**calico, Calico::Felix(felix) if felix.nat_excludes_hosts),
            Kind::Unread(_) => true,
            _ => false,
        };
        let has_calico = self.loaded.resources().any(|(_, resource)| is_of_calico(&resource.kind));
        let cluster = self.loaded.resources().find_map(|(_, resource)| match &resource.kind {
            Kind::Azure(azure) => match &**azure {
                Azure::Cluster(cluster) => cluster.engine,
                _ => None,
            },
            _ => None,
        });
        let cluster = cluster.or_else(|| Plugins::seen(self.loaded.resources().map(|(_, r)| &**r)).engine());
        let assumed = self.settings.resolve(has_calico, cluster);
        let anew = anew || assumed != self.assumed;
        self.assumed = assumed;
        let inventory: Vec<Placed> = self
            .loaded
            .resources()
            // A policy only adds its namespace to what there is, and may tell apart the pods of one template.
            .filter(|(_, resource)| {
                let makes_pods = matches!(&resource.kind, Kind::Unread(unread) if unread.cause == Cause::MakesPods);
                (makes_pods || !matches!(resource.kind, Kind::Unread(_)))
                    && (!is_policy(&resource.kind) || resource.meta.namespace.is_some() || inventory::tells_pods_apart(&resource.kind))
            })
            .map(|(id, resource)| (id, Arc::clone(resource)))
            .collect();
        let unchanged = |(a, b): (&Placed, &Placed)| {
            let same_namespace = is_policy(&a.1.kind)
                && is_policy(&b.1.kind)
                && a.1.meta.namespace == b.1.meta.namespace
                && inventory::tells_pods_apart(&a.1.kind) == inventory::tells_pods_apart(&b.1.kind);
            a.0 == b.0 && (Arc::ptr_eq(&a.1, &b.1) || same_namespace && a.1.refused == b.1.refused)
        };
        if anew || inventory.len() != self.inventory.len() || !inventory.iter().zip(&self.inventory).all(unchanged) {
            self.snapshot = inventory::build(inventory.iter().map(|(id, r)| (*id, &**r)), &self.assumed);
        }
        self.inventory = inventory;
        let ruleset = translate(self.loaded.resources().map(|(id, r)| (id, &**r)), &self.snapshot.cloud, &self.assumed);
        self.compiled = compile(&self.snapshot, ruleset, &self.assumed);
        self.connectivity = OnceCell::new();
        self.paths = OnceCell::new();
        self.problems = OnceCell::new();
    }

    /// What is not evaluated, with what follows from it: policies in doubt, and pods that answers leave out.
    pub fn not_evaluated(&self) -> Vec<Doubt> {
        self.compiled.ruleset().doubts().into_iter().cloned().chain(self.missing_pods()).collect()
    }

    /// The objects whose pods are not read, so that answers leave these out; nothing if there are none.
    pub fn missing_pods(&self) -> Option<Doubt> {
        let makers = &self.snapshot.pod_makers;
        let named = || makers.iter().take(MAKERS_NAMED);
        let titles = named().map(PodMaker::title).collect::<Vec<_>>().join(", ");
        let more = makers.len().saturating_sub(MAKERS_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let text = format!("the pods of {titles}{more} are not read, and left out: paste them (`kubectl get pods -A -o yaml`)");
        (!makers.is_empty()).then(|| Doubt { text, places: named().map(|maker| maker.place).collect() })
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

    /// What there is.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The policies, compiled.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// All pairs.
    pub fn connectivity(&self) -> &Connectivity {
        self.connectivity.get_or_init(|| Connectivity::new(&self.compiled, &self.snapshot))
    }

    /// What is needed to follow packets on their whole way. Built when first asked for.
    pub fn paths(&self) -> &Paths {
        self.paths.get_or_init(|| self.paths_with(&self.settings.routing))
    }

    /// The same with other choices of what decides about the way, for comparing.
    pub fn paths_with(&self, routing: &Routing) -> Paths {
        let settings = self.assumed.with_routing(routing.clone());
        let resources = || self.inventory.iter().map(|(id, r)| (*id, &**r));
        let snapshot = inventory::build_placed(resources(), &settings, Some(&routing.placement));
        let ruleset = translate(self.loaded.resources().map(|(id, r)| (id, &**r)), &snapshot.cloud, &settings);
        let guessed = self.snapshot.pods().any(|(_, e)| e.node.is_none() && e.replicas > 0 && e.role == Role::Pod);
        Paths::new(snapshot, ruleset, &settings, self.dataplane(), guessed)
    }

    /// What translates addresses on nodes, as the text says.
    fn dataplane(&self) -> Dataplane {
        let mut felix = self.loaded.resources().filter_map(|(_, resource)| match &resource.kind {
            Kind::Calico(calico) => match &**calico {
                Calico::Felix(felix) => Some(felix),
                _ => None,
            },
            _ => None,
        });
        match felix.find(|f| f.bpf == Some(true)) {
            Some(felix) if felix.direct_return => Dataplane::EbpfDsr,
            Some(_) => Dataplane::Ebpf,
            None => Dataplane::KubeProxy,
        }
    }

    /// The whole way of a packet.
    ///
    /// # Errors
    /// When an end means nothing, or several things.
    pub fn path(&self, asked: &Asked<'_>) -> Result<PathAnswer, NotAsked> {
        path(self.paths(), asked).map(|answer| self.with_missing_pods(answer))
    }

    /// Of a way to a Service, that pods are missing which may stand behind it.
    fn with_missing_pods(&self, mut answer: PathAnswer) -> PathAnswer {
        if let Some(missing) = self.missing_pods().filter(|_| answer.entry.is_some()) {
            answer.notes.push(format!("T{}.", missing.text.get(1..).unwrap_or_default()));
        }
        answer
    }

    /// The same for a packet of which more is known than its port: the source port, or the type and code of an ICMP message.
    ///
    /// # Errors
    /// When an end means nothing, or several things.
    pub fn path_carrying(&self, asked: &Asked<'_>, carried: Traffic) -> Result<PathAnswer, NotAsked> {
        path_carrying(self.paths(), asked, Some(carried)).map(|answer| self.with_missing_pods(answer))
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

    /// The same for a packet that was sent somewhere else, and was translated on its way: to the port of a node, say.
    pub fn decide_translated(&self, flow: &Flow, original: Original) -> Answer {
        explain::answer(&self.compiled, &self.snapshot, flow, Some(original))
    }

    /// What lints look at.
    pub fn lint_input(&self) -> LintInput<'_> {
        LintInput::new(&self.loaded, &self.settings, &self.assumed, &self.snapshot, &self.compiled, self)
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
