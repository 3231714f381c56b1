//! From files to resources: the first step of everything, and the one that remembers.
//!
//! ```text
//! files ── split ──> documents ── unchanged? ──> what was read last time
//!                                   └── new ──> parse ──> tree ── language::read ──> resources
//! ```
//!
//! Text is loaded anew at each key press, and nearly all of it is what it was before. A document's spans count from its own start, so what
//! was read of it stays true wherever it moves, and only the document that was edited is read again.

mod broken;
mod duplicates;
pub(crate) mod edits;
mod repeated;
mod reuse;
#[cfg(test)]
mod script_tests;
mod scripts;
#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

pub use self::edits::ObjectEdit;
use self::reuse::{File, Known, Loose, Plan};
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::document::{self, Limits, codes};
use crate::language::script::FileSpace;
use crate::language::{self, Languages, ParameterFile, Resource};
use crate::text::{DocumentId, SourceId, Sources, Span};

/// What one document says.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ParsedDocument {
    /// Its objects, in the order written.
    pub resources: Vec<Arc<Resource>>,
    /// What is wrong with it; places are relative to the document ([`DocumentId::CURRENT`]).
    pub diagnostics: Vec<Diagnostic>,
    /// Whether its objects are those that a command deletes, for certain or not.
    pub(crate) deletes: Option<Deletes>,
    /// Whether its objects must be new, or must be there.
    pub(crate) makes: Makes,
    /// Namespaces that its commands give to objects of other files.
    pub(crate) spaces: Vec<FileSpace>,
}

/// How sure it is that objects are deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Deletes {
    Certainly,
    Perhaps,
}

/// What a command makes of the objects of a manifest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Makes {
    /// New ones, or others in place of those that are there: `kubectl apply`.
    #[default]
    Either,
    /// New ones; those that are there stay as they are: `kubectl create`.
    New,
    /// Others in place of those that are there, and no new ones: `kubectl replace`.
    Replacement,
    /// Labels for those that are there: `kubectl label`.
    Labels {
        /// Whether labels that are there get other values; else the command fails.
        overwrites: bool,
    },
}

/// A document where it stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadedDocument {
    /// Its number among all documents.
    pub id: DocumentId,
    /// What it says. The same pointer as before if its text did not change since the last [`Loader::load`].
    pub parsed: Arc<ParsedDocument>,
    /// For each of its resources, whether a later document defines the same object again, so that this one does not count.
    superseded: Vec<bool>,
}

/// All files after loading.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Loaded {
    /// The texts, for turning places into lines and columns.
    pub sources: Sources,
    /// All documents with content, in the order of the files.
    pub documents: Vec<LoadedDocument>,
    /// Everything there is to say about the text, in text order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// The objects that count, in text order: where an object is defined more than once, only the last of them, as after `kubectl apply`.
    pub fn resources(&self) -> impl Iterator<Item = (DocumentId, &Arc<Resource>)> {
        self.documents.iter().flat_map(|document| document.counting().map(|(_, resource)| (document.id, resource)))
    }
}

impl LoadedDocument {
    /// The objects of it that count, each with its number in it.
    fn counting(&self) -> impl Iterator<Item = (usize, &Arc<Resource>)> {
        let superseded = |i: usize| self.superseded.get(i).copied().unwrap_or(false);
        self.parsed.resources.iter().enumerate().filter(move |(i, _)| !superseded(*i))
    }
}

/// Reads files into resources, and remembers the documents of the last time.
///
/// ```
/// use netpolis_core::load::Loader;
///
/// let mut loader = Loader::default();
/// let loaded = loader.load(&[("shop.yaml", "kind: Namespace\napiVersion: v1\nmetadata: {name: shop}\n---\nkind: [")]);
/// assert_eq!(loaded.resources().count(), 1);
/// let error = &loaded.diagnostics[0];
/// assert_eq!(error.message, "the bracket `[` that opens here is never closed");
/// assert_eq!(loaded.sources.describe(error.place.unwrap()), "shop.yaml:5:7");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Loader {
    languages: Languages,
    limits: Limits,
    files: Vec<File>,
    /// Which objects are defined more than once.
    defined: duplicates::Known,
    /// Values for the parameters of templates.
    given: Vec<ParameterFile>,
    /// The names of all files.
    names: Vec<Box<str>>,
}

impl Loader {
    /// A loader with limits of its own.
    pub fn new(limits: Limits) -> Self {
        Loader { limits, ..Self::default() }
    }

    /// This loader, but it reads these languages instead of those that are built in.
    #[must_use]
    pub fn with_languages(self, languages: Languages) -> Self {
        Loader { languages, ..self }
    }

    /// Reads all files, given by name and text. Never fails: what cannot be read is reported, and everything else is read.
    pub fn load(&mut self, files: &[(&str, &str)]) -> Loaded {
        self.load_telling(files, &|_, _| ())
    }

    /// Reads all files as [`load`](Self::load) does. `tell` hears how many bytes have been read of how many that are new: after each document, and
    /// when all are read.
    pub fn load_telling(&mut self, files: &[(&str, &str)], tell: &dyn Fn(usize, usize)) -> Loaded {
        let mut loaded = Loaded::default();
        let mut loose = Loose::default();
        let given = parameter_files(files, &self.limits);
        if given != self.given {
            // What a template deploys hangs on them.
            self.files.clear();
            self.given = given;
        }
        if !self.names.iter().map(|name| &**name).eq(files.iter().map(|(name, _)| *name)) {
            // Which files there are decides what commands of scripts leave open.
            self.files.retain(|file| !file.is_wrapped);
            self.names = files.iter().map(|(name, _)| Box::from(*name)).collect();
        }
        let plans = reuse::plan(files, core::mem::take(&mut self.files), &mut loose);
        let of = plans.iter().map(|plan| plan.middle.len()).sum();
        let mut bytes = 0usize;
        let mut before = 0usize;
        for plan in plans {
            bytes = bytes.saturating_add(plan.source.text.len());
            let own = plan.middle.clone();
            let file = self.file(&mut loaded, plan, &loose, bytes, &|end| tell(before + end.saturating_sub(own.start), of));
            self.files.push(file);
            before += own.len();
        }
        tell(of, of);
        scripts::place(&mut loaded);
        duplicates::find(&mut loaded, &mut self.defined);
        loaded.diagnostics.sort_by_key(|diagnostic| diagnostic.place.map(|place| (place.document, place.span.start)));
        loaded
    }
}

impl Loader {
    /// Adds a file with its documents. `bytes` is the size of all files up to it; `tell` hears up to where it has been read.
    fn file(&self, loaded: &mut Loaded, plan: Plan, loose: &Loose, bytes: usize, tell: &dyn Fn(usize)) -> File {
        let Plan { source, head, middle, tail, wrapped, is_wrapped } = plan;
        let id = loaded.sources.add_indexed(source.clone());
        if bytes > self.limits.bytes {
            let message = format!("`{}` is not read: all files together have more than {} bytes", source.name, self.limits.bytes);
            self.refuse(loaded, id, 0, codes::TOO_LARGE, message);
            return File { source, documents: Vec::new(), is_wrapped };
        }
        let text = &*source.text;
        let offset = middle.start;
        let read_anew = |range: Range<usize>| {
            let range = offset + range.start..offset + range.end;
            let document = text.get(range.clone()).unwrap_or_default();
            let parsed = loose.find(document).unwrap_or_else(|| Arc::new(read(document, &self.beside(&source.name))));
            tell(range.end);
            Known { range, parsed, is_alone: true }
        };
        let middle: Vec<Known> = match wrapped {
            Some(wrapped) => self.unwrapped(wrapped.plain.as_deref().unwrap_or(text), &wrapped, loose),
            None => {
                let part = text.get(middle).unwrap_or_default();
                document::split(part).into_iter().flat_map(|range| document::split_at_marks(part, range)).map(read_anew).collect()
            }
        };
        let mut documents = Vec::with_capacity(head.len() + tail.len() + 1);
        for known in head.into_iter().chain(middle).chain(tail) {
            if loaded.documents.len() >= self.limits.documents {
                let message = format!("only the first {} documents are read", self.limits.documents);
                self.refuse(loaded, id, known.range.start, codes::TOO_MANY_DOCUMENTS, message);
                return File { source, documents: Vec::new(), is_wrapped };
            }
            add(loaded, id, known.range.start, known.parsed.clone());
            documents.push(known);
        }
        File { source, documents, is_wrapped }
    }

    /// What a document of a file is read with.
    fn beside<'a>(&'a self, file: &'a str) -> Beside<'a> {
        Beside { languages: self.languages, limits: &self.limits, file, given: &self.given, variables: None }
    }

    /// Reports that a file is not read from `offset` on.
    fn refuse(&self, loaded: &mut Loaded, source: SourceId, offset: usize, code: Code, message: String) {
        let error =
            Diagnostic::new(code, Severity::Error, Span::default(), message).help("load fewer files, or only the namespaces in question");
        add(loaded, source, offset, Arc::new(broken::left_out(error)));
    }
}

fn add(loaded: &mut Loaded, source: SourceId, offset: usize, parsed: Arc<ParsedDocument>) {
    let id = loaded.sources.add_document(source, offset as u32);
    loaded.diagnostics.extend(parsed.diagnostics.iter().map(|diagnostic| diagnostic.clone().in_document(id)));
    loaded.documents.push(LoadedDocument { id, superseded: Vec::new(), parsed });
}

/// Reads one document. Its tree is not kept: for what a person looks at, the text itself is there.
fn read(text: &str, beside: &Beside<'_>) -> ParsedDocument {
    let (text, mark) = document::without_mark(text);
    let mut parsed = read_unmarked(&text, beside);
    parsed.diagnostics.iter_mut().for_each(|diagnostic| document::explain_cause(&text, diagnostic));
    parsed.diagnostics.extend(mark);
    parsed
}

fn read_unmarked(text: &str, beside: &Beside<'_>) -> ParsedDocument {
    if let Some(mut error) = beside.languages.foreign(text).or_else(|| document::printed(text)) {
        error.on_character_borders(text);
        let at = error.place.map_or(Span::default(), |place| place.span);
        let lost = language::no_object(text, false, at).into_iter().chain(beside.languages.lost(text, at));
        let lost = lost.map(Arc::new).collect();
        return ParsedDocument { resources: lost, diagnostics: alloc::vec![error], ..ParsedDocument::default() };
    }
    let json = document::json::plain(text);
    let mut parsed = match beside.variables {
        Some(_) => document::parse(&document::in_quotes(text), beside.limits),
        None => document::parse(json.as_ref().map_or(text, |json| &json.text), beside.limits),
    };
    if let Some(variables) = beside.variables {
        document::substitute(&mut parsed.tree, variables);
    }
    if let Some(error) = document::odd_space(&parsed.tree).or_else(|| document::in_comments(text)) {
        // What it means is not known; what it might be is.
        parsed = document::Parsed { tree: document::Tree::default(), diagnostics: alloc::vec![error] };
    }
    let read = beside.languages.read_file(&parsed.tree, text, beside.file, beside.given);
    let errors: Vec<Span> = parsed
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .filter_map(|diagnostic| diagnostic.place.map(|place| place.span))
        .collect();
    let mut resources = read.resources;
    let read_again = |tree: &document::Tree| beside.languages.read_file(tree, text, beside.file, beside.given).resources;
    // An error within an object, such as a duplicate key, makes an API server refuse it.
    let known = if parsed.tree.replaced.is_empty() { Vec::new() } else { resources.clone() };
    resources.iter_mut().for_each(|resource| language::add_errors(resource, &parsed.tree, &errors));
    repeated::add_earlier_readings(&parsed.tree, &errors, read_again, known, &mut resources);
    let lost = broken::unread(beside.languages, text, &parsed, beside.limits).into_iter().map(Arc::new);
    let mut diagnostics = parsed.diagnostics;
    diagnostics.extend(json.iter().flat_map(|json| not_json(json, beside.languages.takes_comments(&parsed.tree))));
    diagnostics.extend(read.diagnostics);
    // The parser may stop within a character that it does not know; people are shown whole ones.
    diagnostics.iter_mut().for_each(|diagnostic| diagnostic.on_character_borders(text));
    ParsedDocument { resources: resources.into_iter().map(Arc::new).chain(lost).collect(), diagnostics, ..ParsedDocument::default() }
}

/// What is said of a text that is JSON but for comments or words of another language. Its objects are read all the same.
fn not_json(json: &document::json::Plain, takes_comments: bool) -> Vec<Diagnostic> {
    let more = |count: usize| if count > 1 { format!(" ({count} in this document)") } else { String::new() };
    let comment = json.comments.first().filter(|_| !takes_comments).map(|first| {
        let message = format!("JSON has no comments: this one is skipped here{}", more(json.comments.len()));
        Diagnostic::new(codes::JSON_COMMENT, Severity::Error, *first, message)
            .help("remove it, since kubectl refuses the file; YAML has comments, which begin with `#`")
    });
    let python = json.python.first().map(|first| {
        let message = format!("this is Python's word, not JSON's: `None` is read as null{}", more(json.python.len()));
        Diagnostic::new(codes::PYTHON, Severity::Error, *first, message).help("print JSON: `print(json.dumps(x))` instead of `print(x)`")
    });
    comment.into_iter().chain(python).collect()
}

/// What a document is read with.
struct Beside<'a> {
    languages: Languages,
    limits: &'a Limits,
    /// The name of its file.
    file: &'a str,
    /// Values for the parameters of templates.
    given: &'a [ParameterFile],
    /// Variables of the script that it stands in.
    variables: Option<&'a document::Variables>,
}

/// The parameter files among all files.
fn parameter_files(files: &[(&str, &str)], limits: &Limits) -> Vec<ParameterFile> {
    let mut found: Vec<ParameterFile> = files
        .iter()
        .filter(|(_, text)| text.contains("deployment "))
        .flat_map(|(_, text)| ParameterFile::of_script(text, limits))
        .collect();
    for (name, text) in files.iter().filter(|(_, text)| text.contains("\"contentVersion\"") && text.contains("\"parameters\"")) {
        for range in document::split(text) {
            let document = text.get(range).unwrap_or_default();
            // Templates are much longer, and read later.
            if document.contains("\"resources\"") {
                continue;
            }
            let json = document::json::plain(document);
            let parsed = document::parse(json.as_ref().map_or(document, |json| &json.text), limits);
            found.extend(ParameterFile::new(name, parsed.tree));
        }
    }
    found
}
