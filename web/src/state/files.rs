//! Files, and what happens to them and their texts.

use std::rc::Rc;

use super::{Reveal, State};
use crate::view_model::SourceLocation;

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

impl State {
    /// The text of the file with this name; empty if there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.files.iter().find(|f| f.name == name).map_or("", |f| &*f.text)
    }

    pub(super) fn set_text(&mut self, id: FileId, text: Rc<str>) {
        for file in Rc::make_mut(&mut self.files).iter_mut().filter(|f| f.id == id) {
            file.text = text.clone();
        }
    }

    /// The editor has to show these files' texts anew.
    pub(super) fn touch(&mut self, which: impl Fn(&File) -> bool) {
        self.counter += 1;
        for file in Rc::make_mut(&mut self.files).iter_mut().filter(|f| which(f)) {
            file.version = self.counter;
        }
    }

    pub(super) fn push_file(&mut self, name: String, text: &str) {
        self.next_file += 1;
        let id = FileId(self.next_file);
        Rc::make_mut(&mut self.files).push(File { id, name, text: unix_lines(text), version: 0 });
        self.active = id;
    }

    /// Files of a name that is open already take its place; the others come behind.
    pub(super) fn take_files(&mut self, given: Vec<(String, String)>) {
        self.remember();
        let count = given.len();
        // The text that is there only to greet makes room.
        if self.files.iter().all(|f| f.text.trim().is_empty()) {
            self.files = Rc::new(Vec::new());
        }
        for (name, text) in given {
            match self.files.iter().find(|f| f.name == name).map(|f| f.id) {
                Some(id) => {
                    if let Some(before) = self.file(id).filter(|before| *before.text != *text).map(|before| before.text.clone()) {
                        self.close_away(name, before);
                    }
                    self.set_text(id, unix_lines(&text));
                    self.touch(|file| file.id == id);
                    self.active = id;
                }
                None => self.push_file(name, &text),
            }
        }
        self.example = None;
        self.seeks = true;
        self.afresh = true;
        self.revision += 1;
        self.tell(if count == 1 { "1 file opened".into() } else { format!("{count} files opened") }, true);
    }

    pub(super) fn close_file(&mut self, id: FileId) {
        self.remember();
        let Some(index) = self.files.iter().position(|f| f.id == id) else { return };
        let closed = Rc::make_mut(&mut self.files).remove(index);
        if self.files.is_empty() {
            self.push_file("policies.yaml".into(), "");
        } else if self.active == id {
            let next = index.min(self.files.len() - 1);
            self.active = self.files.get(next).map(|f| f.id).unwrap_or_default();
        }
        self.revision += 1;
        if !closed.text.trim().is_empty() {
            self.tell(format!("{} closed", closed.name), true);
            self.close_away(closed.name, closed.text);
        }
    }

    pub(super) fn apply_to_files(&mut self, title: &str, edits: &[(String, Edit)]) {
        self.remember();
        self.counter += 1;
        let version = self.counter;
        for file in Rc::make_mut(&mut self.files).iter_mut() {
            let own: Vec<&Edit> = edits.iter().filter(|(name, _)| *name == file.name).map(|(_, edit)| edit).collect();
            if !own.is_empty() {
                file.text = apply_edits(&file.text, &own).into();
                file.version = version;
                self.active = file.id;
            }
        }
        // The person sees what was written.
        if let Some((file, edit)) = edits.first() {
            let end = edit.start + edit.insert.encode_utf16().count() as u32;
            let spot = SourceLocation { file: file.clone(), line: 0, column: 0, end_line: 0, start: edit.start, end };
            self.reveal = Some(Reveal { spot, focus: false, count: self.counter });
        }
        self.revision += 1;
        self.tell(format!("Done: {}", title.replace('`', "")), true);
    }
}

/// Editors count line ends as one character, so texts have no other.
fn unix_lines(text: &str) -> Rc<str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
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
