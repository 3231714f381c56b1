//! The loaded files, and the way from a [`Place`] to a line and column.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{DocumentId, LineIndex, Place, SourceId};

/// One file as it was given.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name, as shown to people (`policies.yaml`).
    pub name: String,
    /// Its whole text, unchanged.
    pub text: Arc<str>,
    /// Its lines.
    pub lines: Arc<LineIndex>,
}

/// Where one document lies: its file and the byte offset of its first byte there.
#[derive(Clone, Copy, Debug)]
struct Placement {
    source: SourceId,
    offset: u32,
}

/// All files of an analysis and where each document begins.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
    documents: Vec<Placement>,
}

/// A range in a file, in the numbers that people and terminals use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position {
    /// The file.
    pub source: SourceId,
    /// Line of the first byte, counted from 1.
    pub line: u32,
    /// Column of the first byte in characters, counted from 1.
    pub column: u32,
    /// Line of the last byte, counted from 1.
    pub end_line: u32,
    /// First byte, from the start of the file.
    pub start: u32,
    /// One past the last byte, from the start of the file.
    pub end: u32,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, name: impl Into<String>, text: Arc<str>) -> SourceId {
        let lines = Arc::new(LineIndex::new(&text));
        self.sources.push(Source { name: name.into(), text, lines });
        SourceId(self.sources.len() as u32 - 1)
    }

    /// Adds a file whose lines are indexed already.
    pub fn add_indexed(&mut self, source: Source) -> SourceId {
        self.sources.push(source);
        SourceId(self.sources.len() as u32 - 1)
    }

    /// Registers a document that begins at byte `offset` of `source`.
    pub fn add_document(&mut self, source: SourceId, offset: u32) -> DocumentId {
        self.documents.push(Placement { source, offset });
        DocumentId(self.documents.len() as u32 - 1)
    }

    /// All files, in the order given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (SourceId, &Source)> {
        self.sources.iter().enumerate().map(|(i, s)| (SourceId(i as u32), s))
    }

    /// The file with this number.
    pub fn get(&self, source: SourceId) -> Option<&Source> {
        self.sources.get(source.0 as usize)
    }

    /// How many documents there are.
    pub fn documents(&self) -> usize {
        self.documents.len()
    }

    /// The file a document stands in.
    pub fn source_of(&self, document: DocumentId) -> Option<SourceId> {
        self.documents.get(document.0 as usize).map(|d| d.source)
    }

    /// File, line and column of a place; nothing for a place in an unknown document.
    pub fn position(&self, place: Place) -> Option<Position> {
        let at = self.documents.get(place.document.0 as usize)?;
        let source = self.get(at.source)?;
        let limit = source.text.len() as u32;
        let start = at.offset.saturating_add(place.span.start).min(limit);
        let end = at.offset.saturating_add(place.span.end).clamp(start, limit);
        let line = source.lines.line(start);
        let column = source.text.get(source.lines.start(line) as usize..start as usize).map_or(0, |s| s.chars().count());
        Some(Position {
            source: at.source,
            line: line + 1,
            column: column as u32 + 1,
            end_line: source.lines.line(end.saturating_sub(1).max(start)) + 1,
            start,
            end,
        })
    }

    /// The text of a place; empty if it is not within the file or not on character borders.
    pub fn slice(&self, place: Place) -> &str {
        self.position(place).and_then(|p| self.get(p.source)?.text.get(p.start as usize..p.end as usize)).unwrap_or("")
    }

    /// `file:line:column` of a place, for terminals and messages.
    pub fn describe(&self, place: Place) -> String {
        match self.position(place) {
            Some(p) => {
                let name = self.get(p.source).map_or("", |s| &s.name);
                alloc::format!("{name}:{}:{}", p.line, p.column)
            }
            None => String::new(),
        }
    }
}
