//! Changes of text.

/// A change of text between two UTF-16 offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// First unit.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
    /// What comes there instead.
    pub insert: String,
}

/// The text with all edits made; they are told in offsets of the text before, and do not overlap. Offsets beyond the
/// text count as its end.
pub fn apply_edits(text: &str, edits: &[&Edit]) -> String {
    let mut sorted = edits.to_vec();
    sorted.sort_by_key(|edit| edit.start);
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for edit in sorted {
        let start = byte_offset(text, edit.start).max(done);
        let end = byte_offset(text, edit.end).max(start);
        result.push_str(text.get(done..start).unwrap_or_default());
        result.push_str(&edit.insert);
        done = end;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    result
}

fn byte_offset(text: &str, utf16: u32) -> usize {
    let mut units = 0;
    for (offset, character) in text.char_indices() {
        if units >= utf16 {
            return offset;
        }
        units += character.len_utf16() as u32;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_count_in_utf16() {
        // The rocket is two units in UTF-16 and four bytes.
        let text = "a: 🚀\nb: é\n";
        let edits = [Edit { start: 9, end: 10, insert: "x".into() }, Edit { start: 3, end: 5, insert: "rocket".into() }];
        assert_eq!(apply_edits(text, &edits.iter().collect::<Vec<_>>()), "a: rocket\nb: x\n");
        let beyond = Edit { start: 99, end: 120, insert: "c: 1\n".into() };
        assert_eq!(apply_edits(text, &[&beyond]), "a: 🚀\nb: é\nc: 1\n");
    }
}
