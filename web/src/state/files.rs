//! Files and changes of their text.

use std::rc::Rc;

/// A file, for as long as the page lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FileId(pub u32);

/// One file, shown as a tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its number.
    pub id: FileId,
    /// Its name; no two files have the same.
    pub name: String,
    /// Its text.
    pub text: Rc<str>,
    /// Grows when the text was changed by something else than typing in the editor.
    pub version: u32,
}

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

/// `name`, or `name` with a number before its ending if another file has it.
pub fn unique_name(name: &str, files: &[File]) -> String {
    let taken = |name: &str| files.iter().any(|f| f.name == name);
    if !taken(name) {
        return name.into();
    }
    let (stem, ending) = name.rsplit_once('.').map_or((name, String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    (2..).map(|n| format!("{stem}-{n}{ending}")).find(|n| !taken(n)).unwrap_or_default()
}

/// Whether a file is highlighted as JSON.
pub fn language_of_json(name: &str, text: &str) -> bool {
    name.ends_with(".json") || (!name.ends_with(".yaml") && !name.ends_with(".yml") && text.trim_start().starts_with('{'))
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

    #[test]
    fn names_do_not_repeat() {
        let file = |name: &str| File { id: FileId(0), name: name.into(), text: "".into(), version: 0 };
        assert_eq!(unique_name("a.yaml", &[file("b.yaml")]), "a.yaml");
        assert_eq!(unique_name("a.yaml", &[file("a.yaml"), file("a-2.yaml")]), "a-3.yaml");
        assert_eq!(unique_name("notes", &[file("notes")]), "notes-2");
    }
}
