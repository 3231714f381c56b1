//! Pasted text and places in it.
//!
//! Everything Netpolis says points back at what a person wrote. A [`Span`] is a byte range *relative to the start of its document*, so that
//! a parsed document can be kept and used again when text before it moves; a [`Place`] adds which document is meant, and
//! [`Sources::position`] turns it into the file, line and column that people and editors speak of.
//!
//! Byte offsets are used throughout the core. Browsers count UTF-16 code units; who shows places there converts them.

mod count;
mod encoding;
mod lines;
mod printable;
mod sources;

pub use count::count;
pub use encoding::decode;
pub use lines::LineIndex;
pub use printable::printable;
pub use sources::{Position, Source, Sources};

/// A half-open byte range `start..end`, relative to the start of the document it belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The end of the file in which a document stands, wherever that is: [`Sources::position`] clips places to their file.
    pub const END_OF_FILE: Span = Span { start: u32::MAX, end: u32::MAX };

    /// The range `start..end`; an `end` before `start` is read as an empty range.
    pub const fn new(start: u32, end: u32) -> Self {
        Span { start, end: if end < start { start } else { end } }
    }

    /// The smallest range that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// This range within a document.
    pub const fn within(self, document: DocumentId) -> Place {
        Place { document, span: self }
    }
}

/// A file (or editor tab), by its place in the list that was loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(pub u32);

/// A document (the text between two `---` lines), by its place among all documents of all files that were loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DocumentId(pub u32);

impl DocumentId {
    /// Stands for "the document being read" until it is known which number it has (`Diagnostic::in_document`).
    pub const CURRENT: DocumentId = DocumentId(u32::MAX);
}

/// A range of text in a certain document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The document.
    pub document: DocumentId,
    /// The range within it.
    pub span: Span,
}
