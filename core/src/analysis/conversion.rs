//! **Does the converted text mean the same?** The input with policies replaced by converted ones, read again, and all flows of both compared.
//!
//! What is handed out changes no flow: a policy whose conversion would change some stays as it is, and that is said with one of them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Analysis, DifferenceExample, MOST_EXPLAINED, Reading};
use crate::answers::convert::{self, Draft, PolicyConversion, Target, stand_ins, text};
use crate::answers::diff::{Difference, Version, diff};
use crate::answers::fix::TextEdit;
use crate::compile::Endpoint;
use crate::diagnostics::Severity;
use crate::endpoints::{self, find};
use crate::model::{Labels, well_known};
use crate::settings::Engine;
use crate::text::{Place, SourceId, Span};

/// The name of the file with pods that are not in the input.
const STAND_INS: &str = "pods that are not in the input";
/// So often policies are left as they are one by one; then all that are left.
const MOST_ROUNDS: usize = 12;
/// So many differences are asked for the policies that they come from.
const MOST_ASKED: usize = 64;

/// The same input with policies in another language.
#[derive(Debug)]
#[non_exhaustive]
pub struct Conversion {
    /// What was converted into.
    pub target: Target,
    /// Every policy of the kinds that the target is made of, in the order of the text.
    pub policies: Vec<PolicyConversion>,
    /// The files in which policies were replaced, with their new text.
    pub files: BTreeMap<SourceId, String>,
    /// The same as changes of the files: one for each policy that is replaced.
    pub edits: Vec<TextEdit>,
    /// That the flows are the same.
    pub proof: Proof,
}

/// The flows of the input and of the converted one, compared.
#[derive(Debug)]
#[non_exhaustive]
pub struct Proof {
    /// The engine under which both were evaluated: one that enforces both kinds.
    pub reading: Option<Reading>,
    /// How many workloads and machines were compared, each with each other and with all addresses outside.
    pub workloads: usize,
    /// How many pods that are not in the input were compared with them, with labels that policies tell apart.
    pub stand_ins: usize,
    /// The flows that differ: none, unless nothing could be done about it.
    pub differences: Vec<Difference>,
}

impl Proof {
    /// Whether all flows are the same.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Analysis {
    /// The policies of the input in another language, and the proof that it lets the same flows through. What cannot be said there stays as it is, with
    /// what is in the way.
    pub fn convert(&self, target: Target) -> Conversion {
        let (reading, settings) = match (target, self.assumed.engine) {
            // The engine in force knows both kinds.
            (Target::ClusterNetworkPolicy, Engine::Generic) => (self.engine_in_force(), None),
            (Target::ClusterNetworkPolicy, _) => (Some(Reading::Generic), Some(Reading::Generic)),
            (Target::Calico | Target::Kubernetes, _) => (Some(Reading::Calico), Some(Reading::Calico)),
        };
        let mut drafts = convert::drafts(&self.loaded, target, &self.settings.default_namespace);
        let (pods, stand_ins) = stand_ins::file(&self.loaded, &self.settings.default_namespace);
        let (files, differences) = if drafts.iter().all(|draft| draft.objects.is_empty()) {
            Default::default()
        } else {
            let mut own = match settings.filter(|reading| !self.is_read_as(*reading)) {
                Some(reading) => self.with_settings(reading.settings(&self.settings)),
                // What the input shows may not be shown by the converted one.
                None => self.with_settings((*self.assumed).clone()),
            };
            own.add_file(STAND_INS, &pods);
            own.settle(&mut drafts)
        };
        let workloads = endpoints::workloads(&self.snapshot).count() + endpoints::machines(&self.snapshot).count();
        let edits = text::edits(&self.loaded.sources, &drafts);
        let policies = drafts.into_iter().map(Draft::finish).collect();
        Conversion { target, policies, files, edits, proof: Proof { reading, workloads, stand_ins, differences } }
    }

    /// Replaces policies until nothing differs: those that make a difference are left as they are.
    fn settle(&self, drafts: &mut [Draft]) -> (BTreeMap<SourceId, String>, Vec<Difference>) {
        let mut round = 0;
        loop {
            let files = text::replaced(&self.loaded.sources, drafts);
            if files.is_empty() {
                return (files, Vec::new());
            }
            let mut other = self.copy();
            let sources = self.loaded.sources.iter();
            let texts = sources.map(|(id, source)| (&*source.name, files.get(&id).map_or(&*source.text, String::as_str)));
            other.set_files(&texts.collect::<Vec<_>>());
            if self.keep_unreadable(drafts, &other) {
                continue;
            }
            let [before, after] = [self, &other].map(|one| Version { snapshot: &one.snapshot, connectivity: one.connectivity() });
            let differences = diff(before, after);
            if differences.is_empty() {
                return (files, differences);
            }
            self.keep_changing(drafts, &other, &differences, round >= MOST_ROUNDS);
            round += 1;
        }
    }

    /// The errors of the text in each file.
    fn errors_by_file(&self) -> BTreeMap<SourceId, usize> {
        let mut found = BTreeMap::new();
        for problem in self.loaded.diagnostics.iter().filter(|problem| problem.severity == Severity::Error) {
            if let Some(source) = problem.place.and_then(|place| self.loaded.sources.source_of(place.document)) {
                *found.entry(source).or_default() += 1;
            }
        }
        found
    }

    /// Leaves policies as they are that cannot be read in their new form where they stand, or bring an error; whether there are some.
    fn keep_unreadable(&self, drafts: &mut [Draft], other: &Analysis) -> bool {
        let namespace = |namespace: Option<&str>| namespace.unwrap_or(&self.settings.default_namespace).to_string();
        let read = other.loaded.resources().filter(|(_, resource)| !resource.refused);
        let read: BTreeSet<(&str, String, &str)> =
            read.map(|(_, resource)| (&*resource.kind_name, namespace(resource.meta.namespace.as_deref()), &*resource.meta.name)).collect();
        let (before, after) = (self.errors_by_file(), other.errors_by_file());
        let mut found = false;
        for draft in drafts.iter_mut().filter(|draft| !draft.objects.is_empty()) {
            let source = self.loaded.sources.source_of(draft.document);
            let errors = |of: &BTreeMap<SourceId, usize>| source.and_then(|source| of.get(&source)).copied().unwrap_or_default();
            let brings_errors = errors(&after) > errors(&before);
            let is_read = |object: &text::Object| {
                object.is_generated() || read.contains(&(object.kind, namespace(object.namespace.as_deref()), object.name.as_str()))
            };
            if brings_errors || !draft.objects.iter().all(is_read) {
                draft.keep("it cannot be replaced where it stands: write it as a document of its own".to_string());
                found = true;
            }
        }
        found
    }

    fn change_in_words(&self, difference: &Difference, example: &DifferenceExample) -> String {
        let verdict = |answer: &Option<super::ExampleAnswer>| answer.as_ref().map_or("nothing", |answer| answer.verdict.as_str());
        let (before, after) = (verdict(&example.before), verdict(&example.after));
        let (from, to) = (self.end_in_words(&difference.from.title), self.end_in_words(&difference.to.title));
        format!("converting it would change what flows: {} from {from} to {to} is {before}, and would be {after}", example.traffic)
    }

    /// An end of a difference; of pods that the input does not have, what they are like.
    fn end_in_words(&self, title: &str) -> String {
        let end = if title.contains(stand_ins::NAME) { find(&self.snapshot, title).ok().map(|found| found.end) } else { None };
        let Some(Endpoint::Pod(id)) = end else { return format!("`{title}`") };
        let Some(pod) = self.snapshot.pod(id) else { return format!("`{title}`") };
        let with = |labels: &Labels| {
            let labels: Vec<String> =
                labels.iter().filter(|(key, _)| *key != well_known::NAMESPACE_NAME).map(|(key, value)| format!("{key}={value}")).collect();
            if labels.is_empty() { String::from("without labels") } else { format!("with `{}`", labels.join(", ")) }
        };
        let name = self.snapshot.namespace_name(pod.namespace);
        let namespace = match self.snapshot.namespaces.get(pod.namespace.index()) {
            Some(namespace) if name.starts_with(stand_ins::NAME) => format!("a namespace {}", with(&namespace.labels)),
            _ => format!("`{name}`"),
        };
        format!("a pod of {namespace} {} (none of the input)", with(&pod.labels))
    }

    /// Leaves policies as they are that decide about flows that differ; all, if none can be made out.
    fn keep_changing(&self, drafts: &mut [Draft], other: &Analysis, differences: &[Difference], all: bool) {
        let mut found: BTreeMap<usize, String> = BTreeMap::new();
        // People know the pods that there are.
        let (others, own): (Vec<&Difference>, Vec<&Difference>) =
            differences.iter().partition(|d| [&d.from, &d.to].iter().any(|end| end.title.contains(stand_ins::NAME)));
        for difference in own.into_iter().chain(others).take(MOST_ASKED.min(MOST_EXPLAINED)) {
            let Some(example) = self.example_of(other, difference) else { continue };
            let why = self.change_in_words(difference, &example);
            let lines = |answer: &Option<super::ExampleAnswer>| -> Vec<Place> {
                answer.iter().flat_map(|answer| answer.deciding.iter().map(|line| line.place)).collect()
            };
            let of_old = lines(&example.before).into_iter().filter_map(|place| draft_at(drafts, place));
            let of_new = lines(&example.after).into_iter().filter_map(|place| draft_of(drafts, other, place));
            let concerned: Vec<usize> = of_old.chain(of_new).collect();
            for number in concerned {
                found.entry(number).or_insert_with(|| why.clone());
            }
        }
        let why_all = "converting it, or another one with it, would change what flows".to_string();
        let is_unknown = all || found.is_empty();
        for (number, draft) in drafts.iter_mut().enumerate().filter(|(_, draft)| !draft.objects.is_empty()) {
            match found.remove(&number) {
                Some(why) => draft.keep(why),
                None if is_unknown => draft.keep(why_all.clone()),
                None => {}
            }
        }
    }
}

/// The converted policy that stands at a place of the input.
fn draft_at(drafts: &[Draft], place: Place) -> Option<usize> {
    drafts.iter().position(|draft| {
        let own = draft.place();
        !draft.objects.is_empty() && own.document == place.document && own.span.start <= place.span.start && place.span.end <= own.span.end
    })
}

/// The converted policy whose new text stands at a place of the converted input.
fn draft_of(drafts: &[Draft], other: &Analysis, place: Place) -> Option<usize> {
    let holds = |span: Span| span.start <= place.span.start && place.span.end <= span.end;
    let (_, resource) = other.loaded.resources().find(|(document, resource)| *document == place.document && holds(resource.span))?;
    let is_it = |object: &text::Object| {
        *object.kind == *resource.kind_name
            && *object.name == *resource.meta.name
            && (object.namespace.is_none() || object.namespace.as_deref() == resource.meta.namespace.as_deref())
    };
    drafts.iter().position(|draft| draft.objects.iter().any(is_it))
}
