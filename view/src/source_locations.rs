//! Places in files, in lines and columns for people and UTF-16 offsets for editors.

use netpolis_core::text::{Place, SourceId, Sources};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct SourceLocation {
    /// The file's name.
    pub file: String,
    /// Line of the first character, from 1.
    pub line: u32,
    /// Column of the first character in UTF-16 units, from 1.
    pub column: u32,
    /// Line of the last character, from 1.
    pub end_line: u32,
    /// First UTF-16 unit, from the start of the file.
    pub start: u32,
    /// One past the last UTF-16 unit.
    pub end: u32,
}

/// Bytes between two marks of a [`SourceLocations`] table.
const STRIDE: usize = 4096;

/// Turns places into spots, quickly however many and however long the text is.
pub struct SourceLocations<'a> {
    sources: &'a Sources,
    /// By file, how many UTF-16 units stand before every 4096th byte; empty for a file of ASCII alone, where the two are the same.
    before: Vec<Vec<u32>>,
}

impl<'a> SourceLocations<'a> {
    /// A table for these files.
    pub fn new(sources: &'a Sources) -> Self {
        let before = sources
            .iter()
            .map(|(_, source)| {
                let mut table = Vec::new();
                if !source.text.is_ascii() {
                    let mut units = 0;
                    for (offset, c) in source.text.char_indices() {
                        if offset >= table.len() * STRIDE {
                            table.push(units);
                        }
                        units += c.len_utf16() as u32;
                    }
                }
                table
            })
            .collect();
        SourceLocations { sources, before }
    }

    /// Where a place is; nothing for a place in no file.
    pub fn at(&self, place: Place) -> Option<SourceLocation> {
        let position = self.sources.position(place)?;
        self.range(position.source, position.start, position.end)
    }

    /// Where bytes of a file are; nothing for a file that there is not.
    pub fn range(&self, source: SourceId, start_byte: u32, end_byte: u32) -> Option<SourceLocation> {
        let file = self.sources.get(source)?;
        let line = file.lines.line(start_byte);
        let start = self.utf16(source, start_byte);
        Some(SourceLocation {
            file: file.name.clone(),
            line: line + 1,
            column: start - self.utf16(source, file.lines.start(line)) + 1,
            end_line: file.lines.line(end_byte.saturating_sub(1).max(start_byte)) + 1,
            start,
            end: self.utf16(source, end_byte),
        })
    }

    fn utf16(&self, source: SourceId, offset: u32) -> u32 {
        let table = self.before.get(source.0 as usize).map_or(&[][..], Vec::as_slice);
        let Some(text) = self.sources.get(source).map(|s| &s.text) else { return offset };
        if table.is_empty() {
            return offset;
        }
        let offset = offset as usize;
        // The mark stands at the first character that begins at or after its byte.
        let mut index = (offset / STRIDE).min(table.len() - 1);
        let mut start = index * STRIDE;
        while !text.is_char_boundary(start) {
            start += 1;
        }
        if start > offset {
            index = index.saturating_sub(1);
            start = index * STRIDE;
            while !text.is_char_boundary(start) {
                start += 1;
            }
        }
        let between: usize = text.get(start..offset).map_or(0, |t| t.encode_utf16().count());
        table.get(index).copied().unwrap_or(0) + between as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netpolis_core::text::Span;

    #[test]
    fn counts_as_editors_do() {
        let mut sources = Sources::default();
        let text = format!("# {}\nname: \u{1F680}ß\n", "ü".repeat(5000));
        let source = sources.add("a.yaml", text.as_str().into());
        let document = sources.add_document(source, 0);
        let spots = SourceLocations::new(&sources);
        for needle in ["name", "\u{1F680}", "ß"] {
            let start = text.find(needle).unwrap();
            let spot = spots.at(Span::new(start as u32, (start + needle.len()) as u32).within(document)).unwrap();
            assert_eq!(spot.start as usize, text[..start].encode_utf16().count(), "{needle}");
            assert_eq!((spot.end - spot.start) as usize, needle.encode_utf16().count());
            let in_line = text[..start].rfind('\n').map_or(0, |at| at + 1);
            assert_eq!(spot.column as usize, text[in_line..start].encode_utf16().count() + 1, "{needle}");
            assert_eq!(spot.line, 2);
        }
    }
}
