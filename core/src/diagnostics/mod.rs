//! What Netpolis has to say about a person's text.
//!
//! Style: lower case, no full stop, the person's own words in backticks, no names of our types; the message says what is wrong, `help`
//! says what to do.

mod gather;
mod nearest;

pub(crate) use gather::gather;
pub use nearest::nearest;
pub(crate) use nearest::{distance, edits};

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::text::{DocumentId, Place, Span};

/// A stable name of a kind of finding, such as `K8S012`. Never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A code that is no lint, with what it says.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// The severities of its findings, where they are worth saying: most are errors.
    pub severities: &'static [Severity],
    text: &'static str,
}

impl CodeInfo {
    pub(crate) const fn new(code: Code, severities: &'static [Severity], text: &'static str) -> Self {
        CodeInfo { code, severities, text }
    }

    /// What it says, without a full stop. Markdown.
    pub fn sentence(&self) -> String {
        self.text.trim().trim_end_matches('.').into()
    }
}

/// Defines codes: each as a constant with its documentation, and all of them with the same words in a table, `ALL`.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal $([$($severity:ident),+])?;)*) => {
        $($(#[doc = $doc])+ pub const $name: Code = Code($code);)*

        /// All of them, in the order of their definition.
        pub const ALL: &[CodeInfo] = &[$(CodeInfo::new($name, &[$($(Severity::$severity),+)?], concat!($($doc),+))),*];
    };
}

pub(crate) use codes;

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The text cannot be used as it stands: an API server would refuse it, or it is not readable at all.
    Error,
    /// It works, but probably not as intended.
    Warning,
    /// Worth knowing; nothing is wrong.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Another place that belongs to a finding, with what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is there.
    pub message: String,
}

/// A change of text that settles a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Fix {
    /// What the change does, as a command: "write `podSelector`".
    pub title: String,
    /// Texts to put in place of ranges; the ranges do not overlap.
    pub edits: Vec<(Place, String)>,
}

/// One finding about the text.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Its stable name.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where; nothing if it is about the analysis as a whole.
    pub place: Option<Place>,
    /// Other places that take part.
    pub related: Vec<Related>,
    /// What to do about it.
    pub help: Option<String>,
    /// A change that settles it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding about `span` of the document being read.
    pub fn new(code: Code, severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Self::at(code, severity, Some(span.within(DocumentId::CURRENT)), message)
    }

    /// A finding about a place, or about the analysis as a whole.
    pub fn at(code: Code, severity: Severity, place: Option<Place>, message: impl Into<String>) -> Self {
        Diagnostic { code, severity, message: message.into(), place, related: Vec::new(), help: None, fix: None }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds another place of the document being read.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Related { place: span.within(DocumentId::CURRENT), message: message.into() });
        self
    }

    /// Adds another place of any document.
    #[must_use]
    pub fn related_place(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push(Related { place, message: message.into() });
        self
    }

    /// Offers to replace `span` of the document being read by `text`.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits: alloc::vec![(span.within(DocumentId::CURRENT), text.into())] });
        self
    }

    /// Every place that it names.
    fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        let fix = self.fix.iter_mut().flat_map(|fix| fix.edits.iter_mut().map(|(place, _)| place));
        self.place.iter_mut().chain(self.related.iter_mut().map(|r| &mut r.place)).chain(fix)
    }

    /// Widens its places in the document being read, whose text this is, to whole characters within it.
    pub(crate) fn on_character_borders(&mut self, text: &str) {
        for place in self.places_mut().filter(|place| place.document == DocumentId::CURRENT) {
            let start = text.floor_char_boundary(place.span.start as usize);
            let end = text.ceil_char_boundary((place.span.end as usize).min(text.len()));
            place.span = Span::new(start as u32, end as u32);
        }
    }

    /// Gives the document being read ([`DocumentId::CURRENT`]) its number.
    #[must_use]
    pub fn in_document(mut self, document: DocumentId) -> Self {
        for place in self.places_mut().filter(|place| place.document == DocumentId::CURRENT) {
            place.document = document;
        }
        self
    }
}
