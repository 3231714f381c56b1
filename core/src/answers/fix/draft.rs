//! Texts in the middle of being edited, as pieces of the original and new text between them.
//!
//! Edits can follow each other, each made on the text that the ones before left, and the sum is still a list of ranges of the original.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::text::{SourceId, Sources};

/// A change of one file: a range of bytes and what stands there instead.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub struct TextEdit {
    /// The file.
    pub source: SourceId,
    /// First byte that is replaced.
    pub start: u32,
    /// One past the last byte that is replaced; `start` where text is only inserted.
    pub end: u32,
    /// What stands there instead.
    pub text: String,
}

impl TextEdit {
    pub(in crate::answers) fn new(source: SourceId, start: u32, end: u32, text: impl Into<String>) -> Self {
        TextEdit { source, start, end, text: text.into() }
    }
}

#[derive(Clone, Debug)]
enum Piece {
    /// Bytes of the original.
    Kept(u32, u32),
    New(String),
}

impl Piece {
    fn len(&self) -> u32 {
        match self {
            Piece::Kept(start, end) => end - start,
            Piece::New(text) => text.len() as u32,
        }
    }

    /// What of it lies within a range of its own bytes.
    fn part(&self, start: u32, end: u32) -> Option<Piece> {
        (start < end).then(|| match self {
            Piece::Kept(from, _) => Piece::Kept(from + start, from + end),
            Piece::New(text) => Piece::New(text.get(start as usize..end as usize).unwrap_or_default().into()),
        })
    }
}

/// Edits on the files of an analysis.
#[derive(Clone, Default, Debug)]
pub(in crate::answers) struct Draft {
    files: BTreeMap<SourceId, Vec<Piece>>,
}

impl Draft {
    /// The same with more edits, given in the text as this draft has it. They do not overlap.
    pub(in crate::answers) fn with(&self, sources: &Sources, edits: &[TextEdit]) -> Draft {
        let mut draft = self.clone();
        let mut edits: Vec<&TextEdit> = edits.iter().collect();
        // From the end, so that ranges of the others stay true; of two at one place the first one comes first.
        edits.sort_by_key(|edit| (edit.source, edit.start));
        for edit in edits.iter().rev() {
            let whole = || sources.get(edit.source).map_or(0, |source| source.text.len() as u32);
            let pieces = draft.files.remove(&edit.source).unwrap_or_else(|| alloc::vec![Piece::Kept(0, whole())]);
            draft.files.insert(edit.source, replaced(&pieces, edit));
        }
        draft
    }

    /// The edits on the original.
    pub(in crate::answers) fn edits(&self, sources: &Sources) -> Vec<TextEdit> {
        let mut edits = Vec::new();
        for (source, pieces) in &self.files {
            let whole = sources.get(*source).map_or(0, |source| source.text.len() as u32);
            let (mut at, mut new) = (0, String::new());
            for piece in pieces.iter().chain([&Piece::Kept(whole, whole)]) {
                match piece {
                    Piece::New(text) => new.push_str(text),
                    Piece::Kept(start, end) => {
                        if at < *start || !new.is_empty() {
                            edits.push(TextEdit::new(*source, at, *start, core::mem::take(&mut new)));
                        }
                        at = *end;
                    }
                }
            }
        }
        edits
    }

    /// The text of a file with the edits; nothing for one without any.
    pub(in crate::answers) fn text(&self, sources: &Sources, source: SourceId) -> Option<String> {
        let original = &*sources.get(source)?.text;
        let piece = |piece: &Piece| match piece {
            Piece::Kept(start, end) => String::from(original.get(*start as usize..*end as usize).unwrap_or_default()),
            Piece::New(text) => text.clone(),
        };
        Some(self.files.get(&source)?.iter().map(piece).collect())
    }
}

fn replaced(pieces: &[Piece], edit: &TextEdit) -> Vec<Piece> {
    let mut out = Vec::with_capacity(pieces.len() + 2);
    let (mut at, mut is_written) = (0u32, false);
    for piece in pieces {
        let (start, end) = (at, at + piece.len());
        out.extend(piece.part(0, edit.start.clamp(start, end) - start));
        if !is_written && edit.start <= end {
            out.push(Piece::New(edit.text.clone()));
            is_written = true;
        }
        out.extend(piece.part(edit.end.clamp(start, end) - start, end - start));
        at = end;
    }
    if !is_written {
        out.push(Piece::New(edit.text.clone()));
    }
    out.retain(|piece| piece.len() > 0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_edits_are_made_on_the_text_that_the_earlier_ones_left() {
        let mut sources = Sources::default();
        let source = sources.add("a", "hello world".into());
        let edit = |start, end, text: &str| TextEdit::new(source, start, end, text);
        let draft = Draft::default().with(&sources, &[edit(0, 5, "good"), edit(11, 11, "!")]);
        assert_eq!(draft.text(&sources, source).as_deref(), Some("good world!"));
        let draft = draft.with(&sources, &[edit(2, 7, "ne wo")]);
        assert_eq!(draft.text(&sources, source).as_deref(), Some("gone world!"));
        assert_eq!(draft.edits(&sources), [edit(0, 8, "gone wo"), edit(11, 11, "!")]);
        let mut text = String::from("hello world");
        draft.edits(&sources).iter().rev().for_each(|e| text.replace_range(e.start as usize..e.end as usize, &e.text));
        assert_eq!(text, "gone world!");
    }
}
