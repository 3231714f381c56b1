//! From files to resources, reading again only what changed.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashMap, HashSet};

use crate::diagnostics::{Diagnostic, Severity};
use crate::document::codes::{DUPLICATE_OBJECT, TOO_LARGE};
use crate::document::{Limits, parse, split};
use crate::resources::{self, Kind, Resource};
use crate::text::{DocumentId, LineIndex, Source, Sources, Span};

/// One document with everything read from it. Positions are relative to its start, so it stays true wherever its text moves.
#[derive(Debug)]
pub struct ParsedDocument {
    text: Arc<str>,
    /// Its objects.
    pub resources: Vec<Arc<Resource>>,
    /// What is wrong with it, in [`DocumentId::CURRENT`].
    pub diagnostics: Vec<Diagnostic>,
}

/// A document of a scene.
#[derive(Clone, Debug)]
pub struct LoadedDocument {
    /// Its number.
    pub id: DocumentId,
    /// What it holds.
    pub parsed: Arc<ParsedDocument>,
}

/// Everything that was read from a set of files.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The texts.
    pub sources: Sources,
    /// The documents, in order.
    pub documents: Vec<LoadedDocument>,
    /// What is wrong with the text, in its order.
    pub diagnostics: Vec<Diagnostic>,
    /// Objects that a later one of the same kind, namespace and name replaces: document and place in it.
    superseded: HashSet<(DocumentId, usize)>,
}

impl Loaded {
    /// All objects that count, in the order of the text. Of two with the same kind, namespace and name the later counts, as when both are
    /// applied.
    pub fn resources(&self) -> impl Iterator<Item = (DocumentId, &Arc<Resource>)> {
        self.documents
            .iter()
            .flat_map(|document| document.parsed.resources.iter().enumerate().map(move |(i, r)| (document.id, i, r)))
            .filter(|(id, i, _)| !self.superseded.contains(&(*id, *i)))
            .map(|(id, _, r)| (id, r))
    }
}

/// Loads files, and remembers documents and lines between calls.
#[derive(Debug, Default)]
pub struct Loader {
    limits: Limits,
    hasher: DefaultHashBuilder,
    documents: HashMap<u64, Vec<Arc<ParsedDocument>>>,
    files: Vec<Source>,
}

impl Loader {
    /// A loader with nothing remembered.
    pub fn new(limits: Limits) -> Self {
        Loader { limits, ..Loader::default() }
    }

    /// Reads files, each a name and a text.
    pub fn load(&mut self, files: &[(&str, &str)]) -> Loaded {
        let mut loaded = Loaded::default();
        let mut next: HashMap<u64, Vec<Arc<ParsedDocument>>> = HashMap::with_capacity(self.documents.len());
        let mut bytes = 0usize;
        for (number, (name, text)) in files.iter().enumerate() {
            let source = loaded.sources.add_indexed(self.source(number, name, text));
            bytes = bytes.saturating_add(text.len());
            if bytes > self.limits.bytes {
                let id = loaded.sources.add_document(source, 0);
                loaded.diagnostics.push(too_large(&format!("more than {} MiB of text", self.limits.bytes >> 20)).in_document(id));
                continue;
            }
            for range in split(text) {
                let id = loaded.sources.add_document(source, range.start as u32);
                if loaded.documents.len() >= self.limits.documents {
                    loaded.diagnostics.push(too_large(&format!("more than {} documents", self.limits.documents)).in_document(id));
                    break;
                }
                let parsed = self.document(text.get(range).unwrap_or_default(), &mut next);
                loaded.diagnostics.extend(parsed.diagnostics.iter().map(|d| d.clone().in_document(id)));
                loaded.documents.push(LoadedDocument { id, parsed });
            }
        }
        self.documents = next;
        self.files = loaded.sources.iter().map(|(_, s)| s.clone()).collect();
        find_duplicates(&mut loaded);
        loaded
    }

    /// The file, with lines indexed already if it did not change.
    fn source(&self, number: usize, name: &str, text: &str) -> Source {
        match self.files.get(number).filter(|f| &*f.text == text) {
            Some(known) => Source { name: name.into(), ..known.clone() },
            None => Source { name: name.into(), text: text.into(), lines: Arc::new(LineIndex::new(text)) },
        }
    }

    fn document(&self, text: &str, next: &mut HashMap<u64, Vec<Arc<ParsedDocument>>>) -> Arc<ParsedDocument> {
        let key = self.hasher.hash_one(HashedText(text));
        let known = |map: &HashMap<u64, Vec<Arc<ParsedDocument>>>| map.get(&key).and_then(|list| list.iter().find(|d| &*d.text == text).cloned());
        if let Some(same) = known(next) {
            return same;
        }
        let document = known(&self.documents).unwrap_or_else(|| Arc::new(self.read(text)));
        next.entry(key).or_default().push(Arc::clone(&document));
        document
    }

    fn read(&self, text: &str) -> ParsedDocument {
        let mut parsed = parse(text, &self.limits);
        let mut read = resources::read(&parsed.tree, text);
        parsed.diagnostics.append(&mut read.diagnostics);
        parsed.diagnostics.sort_by_key(|d| d.place);
        ParsedDocument { text: text.into(), resources: read.resources.into_iter().map(Arc::new).collect(), diagnostics: parsed.diagnostics }
    }
}

/// Text that is hashed as one run of bytes.
struct HashedText<'a>(&'a str);

impl Hash for HashedText<'_> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        state.write(self.0.as_bytes());
    }
}

fn too_large(what: &str) -> Diagnostic {
    Diagnostic::new(TOO_LARGE, Severity::Error, Span::new(0, 0), format!("there is {what}, and what comes from here on is not read"))
        .help("load fewer files at a time, for instance one namespace")
}

/// Marks objects that a later one replaces, and says so.
fn find_duplicates(loaded: &mut Loaded) {
    // kind, group, namespace, name
    let mut seen: HashMap<(&str, &str, &str, &str), (DocumentId, usize, &Resource)> = HashMap::new();
    let mut superseded = HashSet::new();
    let mut found = Vec::new();
    for document in &loaded.documents {
        for (place, resource) in document.parsed.resources.iter().enumerate() {
            let group = resource.api_version.rsplit_once('/').map_or("", |(group, _)| group);
            let namespaced = !matches!(resource.kind, Kind::Namespace | Kind::Node(_) | Kind::ClusterPolicy(_));
            let namespace = if namespaced { resource.meta.namespace.as_deref().unwrap_or("default") } else { "" };
            let key = (&*resource.kind_name, group, namespace, &*resource.meta.name);
            let Some((earlier, earlier_place, first)) = seen.insert(key, (document.id, place, resource)) else { continue };
            superseded.insert((earlier, earlier_place));
            let message = format!("{} `{}` is given twice", resource.kind_name, resource.meta.name);
            found.push(
                Diagnostic::new(DUPLICATE_OBJECT, Severity::Warning, resource.meta.name_span, message)
                    .related_place(first.meta.name_span.within(earlier), "it is given here first")
                    .help("the later one counts, as when both are applied; remove one, or rename it")
                    .in_document(document.id),
            );
        }
    }
    loaded.superseded = superseded;
    if !found.is_empty() {
        loaded.diagnostics.extend(found);
        loaded.diagnostics.sort_by_key(|d| d.place);
    }
}
