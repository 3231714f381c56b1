//! Files, and what happens to them and their texts.

use std::rc::Rc;

use super::{LayoutAction, State};
use crate::intake::{self, LeftOut, Measure};
use crate::words::{t_count, t_with};
use netpolis_view::{Edit, SourceLocation, apply_edits};

/// Text that comes at once and is longer was not typed.
const PASTED: usize = 60;
/// The file of a scene that has none.
const FIRST: &str = "policies.yaml";

/// A file, for as long as the page lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FileId(pub u32);

/// One file, shown as a tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFile {
    /// Its number.
    pub id: FileId,
    /// Its name; no two files have the same.
    pub name: String,
    /// Its text.
    pub text: Rc<str>,
    /// Grows when the text was changed by something else than typing in the editor.
    pub version: u32,
}

/// `name`, or `name` with a number before its ending if another file has it.
pub fn unique_name(name: &str, files: &[OpenFile]) -> String {
    let taken = |name: &str| files.iter().any(|f| f.name == name);
    if !taken(name) {
        return name.into();
    }
    let (stem, ending) = name.rsplit_once('.').map_or((name, String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    (2..).map(|n| format!("{stem}-{n}{ending}")).find(|n| !taken(n)).unwrap_or_default()
}

/// Whether a file is highlighted as JSON.
pub fn is_json(name: &str, text: &str) -> bool {
    name.ends_with(".json") || (!name.ends_with(".yaml") && !name.ends_with(".yml") && text.trim_start().starts_with('{'))
}

/// A place to show in the editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// Where.
    pub spot: SourceLocation,
    /// Whether the keyboard goes there, too.
    pub focus: bool,
    /// Grows with every wish, so that the same place can be asked for twice.
    pub count: u32,
}

/// Something that the editor does with the file that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditorWish {
    /// Takes the last edit back.
    Undo,
    /// Makes it again.
    Redo,
    /// Opens the search.
    Find,
    /// Goes to the next problem.
    NextProblem,
    /// Goes to what the place under the cursor names or selects.
    Definition,
    /// Lays the text out: indentation, and spaces at the ends of lines.
    Format,
    /// Goes to the next change, where the text is compared with the baseline's.
    NextChange,
    /// Takes back the change at the cursor, likewise.
    TakeBack,
}

impl EditorWish {
    /// What the editor calls it.
    pub const fn name(self) -> &'static str {
        match self {
            EditorWish::Undo => "undo",
            EditorWish::Redo => "redo",
            EditorWish::Find => "find",
            EditorWish::NextProblem => "problem",
            EditorWish::Definition => "definition",
            EditorWish::Format => "format",
            EditorWish::NextChange => "change",
            EditorWish::TakeBack => "revert",
        }
    }

    /// Whether its keys are heard everywhere on the page, and not in the editor alone.
    pub const fn is_of_page(self) -> bool {
        matches!(self, EditorWish::NextProblem)
    }
}

/// The files, in tab order, and what is shown of them.
#[derive(Clone, Debug, Default)]
pub struct Files {
    list: Rc<Vec<OpenFile>>,
    /// The file shown.
    pub active: FileId,
    /// The example that they are, as long as nothing else replaced it.
    pub example: Option<usize>,
    /// A place to show in the editor.
    pub reveal: Option<Reveal>,
    /// What the editor is to do, with a number that grows with every wish.
    pub wish: Option<(EditorWish, u32)>,
    /// Whether text may be changed.
    pub read_only: bool,
    /// Whether the newest text was typed, and may be half written.
    pub typing: bool,
    next: u32,
}

impl std::ops::Deref for Files {
    type Target = [OpenFile];

    fn deref(&self) -> &[OpenFile] {
        &self.list
    }
}

impl Files {
    /// The file with this number.
    pub fn find(&self, id: FileId) -> Option<&OpenFile> {
        self.iter().find(|f| f.id == id)
    }

    /// The file with this name.
    pub fn named(&self, name: &str) -> Option<&OpenFile> {
        self.iter().find(|f| f.name == name)
    }

    /// The text of the file with this name; empty if there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.named(name).map_or("", |f| &*f.text)
    }

    /// The file shown.
    pub fn shown(&self) -> Option<&OpenFile> {
        self.find(self.active)
    }

    /// The file that tabs have beside another, so many steps to the right; round from the last to the first.
    pub fn beside(&self, id: FileId, steps: isize) -> Option<FileId> {
        let index = self.iter().position(|f| f.id == id)?;
        let next = (index as isize + steps).rem_euclid(self.len() as isize);
        self.get(next as usize).map(|f| f.id)
    }

    /// How many bytes their texts have.
    pub fn size(&self) -> usize {
        self.iter().map(|f| f.text.len()).sum()
    }

    /// Their names and texts, which are not copied.
    pub fn shared_texts(&self) -> Vec<(String, Rc<str>)> {
        self.iter().map(|f| (f.name.clone(), f.text.clone())).collect()
    }

    /// Their names and texts.
    pub fn texts(&self) -> Vec<(String, String)> {
        self.iter().map(|f| (f.name.clone(), f.text.to_string())).collect()
    }

    fn change(&mut self, which: impl Fn(&OpenFile) -> bool, change: impl Fn(&mut OpenFile)) {
        Rc::make_mut(&mut self.list).iter_mut().filter(|f| which(f)).for_each(change);
    }

    fn set_text(&mut self, id: FileId, text: &Rc<str>) {
        self.change(|f| f.id == id, |f| f.text = text.clone());
    }

    /// Another file, which is shown.
    pub(super) fn push(&mut self, name: String, text: &str) {
        self.next += 1;
        let id = FileId(self.next);
        Rc::make_mut(&mut self.list).push(OpenFile { id, name, text: unix_lines(text), version: 0 });
        self.active = id;
    }

    /// Other files in place of all of these; an empty one if there are none.
    pub(super) fn replace<'a>(&mut self, files: impl Iterator<Item = (&'a str, &'a str)>) {
        self.list = Rc::default();
        self.example = None;
        for (name, text) in files {
            self.push(unique_name(name, self), text);
        }
        if self.is_empty() {
            self.push(FIRST.into(), "");
        }
    }

    /// The file with this place in the list is shown, or the first.
    pub(super) fn show(&mut self, index: usize) {
        self.active = self.get(index).or(self.first()).map(|f| f.id).unwrap_or_default();
    }

    /// Takes a file away; another is shown in its place.
    fn remove(&mut self, id: FileId) -> Option<OpenFile> {
        let index = self.iter().position(|f| f.id == id)?;
        let gone = Rc::make_mut(&mut self.list).remove(index);
        if self.is_empty() {
            self.push(FIRST.into(), "");
        } else if self.active == id {
            self.active = self.get(index.min(self.len() - 1)).map(|f| f.id).unwrap_or_default();
        }
        Some(gone)
    }

    /// The files as they were before; the editor has to show their texts anew, as of this version.
    pub(super) fn go_back(&mut self, before: Files, version: u32) {
        let Files { list, active, example, .. } = before;
        (self.list, self.active, self.example) = (list, active, example);
        self.change(|_| true, |f| f.version = version);
    }
}

impl State {
    pub(super) fn edit_text(&mut self, id: FileId, text: Rc<str>) {
        // What comes at once was pasted.
        self.asking.seeks |= self.files.find(id).is_some_and(|f| f.text.len().abs_diff(text.len()) > PASTED);
        self.keep_replaced(id, &text);
        let pasted = self.files.find(id).is_some_and(|f| f.text.len() + PASTED < text.len());
        match intake::without(&text, Measure::Cluster).filter(|_| pasted) {
            Some((text, left_out)) => {
                let version = self.count();
                self.files.set_text(id, &text.into());
                self.files.change(|f| f.id == id, |f| f.version = version);
                self.tell(t_with("Left out: {0}", &[&left_out.words().unwrap_or_default()]), false);
            }
            None => self.files.set_text(id, &text),
        }
        self.revision += 1;
    }

    pub(super) fn add_file(&mut self) {
        self.files.push(unique_name("untitled.yaml", &self.files), "");
        self.revision += 1;
    }

    pub(super) fn rename_file(&mut self, id: FileId, name: &str) {
        let others: Vec<OpenFile> = self.files.iter().filter(|f| f.id != id).cloned().collect();
        let name = unique_name(name.trim(), &others);
        self.files.change(|f| f.id == id, |f| f.name.clone_from(&name));
        self.revision += 1;
    }

    /// Files of a name that is open already take its place; the others come behind.
    pub(super) fn take_files(&mut self, given: Vec<(String, String)>) {
        self.keep_place();
        self.remember();
        let (count, version) = (given.len(), self.count());
        let mut left_out = LeftOut::default();
        let given: Vec<(String, String)> = given
            .into_iter()
            .map(|(name, text)| match intake::without(&text, Measure::Cluster) {
                Some((text, of_it)) => {
                    left_out = std::mem::take(&mut left_out).and(of_it);
                    (name, text)
                }
                None => (name, text),
            })
            .collect();
        // The text that is there only to greet makes room.
        if self.files.iter().all(|f| f.text.trim().is_empty()) {
            self.files.list = Rc::default();
        }
        for (name, text) in given {
            match self.files.named(&name).map(|f| (f.id, f.text.clone())) {
                Some((id, before)) => {
                    if *before != *text {
                        self.close_away(name, before);
                    }
                    self.files.set_text(id, &unix_lines(&text));
                    self.files.change(|f| f.id == id, |f| f.version = version);
                    self.files.active = id;
                }
                None => self.files.push(name, &text),
            }
        }
        self.files.example = None;
        self.asking.seeks = true;
        self.picture.begin_afresh();
        self.revision += 1;
        self.tell(left_out.after(&t_count(count, "1 file opened", "{0} files opened")), true);
    }

    pub(super) fn close_file(&mut self, id: FileId) {
        self.remember();
        let Some(closed) = self.files.remove(id) else { return };
        self.revision += 1;
        if !closed.text.trim().is_empty() {
            self.tell(t_with("{0} closed", &[&closed.name]), true);
            self.close_away(closed.name, closed.text);
        }
    }

    pub(super) fn apply_to_files(&mut self, title: &str, edits: &[(String, Edit)]) {
        self.keep_place();
        self.remember();
        let version = self.count();
        for (name, _) in edits {
            // What is written may be a file of its own.
            if self.files.named(name).is_none() {
                self.files.push(name.clone(), "");
            }
        }
        for file in Rc::make_mut(&mut self.files.list).iter_mut() {
            let own: Vec<&Edit> = edits.iter().filter(|(name, _)| *name == file.name).map(|(_, edit)| edit).collect();
            if !own.is_empty() {
                file.text = apply_edits(&file.text, &own).into();
                file.version = version;
                self.files.active = file.id;
            }
        }
        // The person sees what was written.
        if let Some((file, edit)) = edits.first() {
            let end = edit.start + edit.insert.encode_utf16().count() as u32;
            let spot = SourceLocation { file: file.clone(), line: 0, column: 0, end_line: 0, start: edit.start, end };
            self.files.reveal = Some(Reveal { spot, focus: false, count: version });
        }
        self.revision += 1;
        self.tell(t_with("Done: {0}", &[&title.replace('`', "")]), true);
    }

    /// Shows a place in the editor, wherever that is.
    pub(super) fn reveal(&mut self, spot: SourceLocation) {
        if let Some(id) = self.files.named(&spot.file).map(|f| f.id) {
            self.files.active = id;
        }
        self.layout = self.layout.after(&LayoutAction::ShowEditor);
        self.files.reveal = Some(Reveal { spot, focus: true, count: self.count() });
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
    fn tabs_go_round() {
        let mut files = Files::default();
        files.replace([("a", "1"), ("b", "22"), ("a", "")].into_iter());
        let ids: Vec<FileId> = files.iter().map(|f| f.id).collect();
        let [a, b, c] = ids.try_into().unwrap();
        assert_eq!([(a, 1), (c, 1), (a, -1)].map(|(id, steps)| files.beside(id, steps)), [Some(b), Some(a), Some(c)]);
        assert_eq!((files.size(), files.text_of("b"), files.text_of("c"), files.named("a-2").map(|f| f.id)), (3, "22", "", Some(c)));
        assert_eq!(files.remove(c).map(|f| f.id), Some(c));
        assert_eq!(files.active, b, "the last one that is left");
        let mut none = Files::default();
        none.replace(std::iter::empty());
        assert_eq!(none.shown().map(|f| f.name.as_str()), Some("policies.yaml"));
    }

    #[test]
    fn names_do_not_repeat() {
        let file = |name: &str| OpenFile { id: FileId(0), name: name.into(), text: "".into(), version: 0 };
        assert_eq!(unique_name("a.yaml", &[file("b.yaml")]), "a.yaml");
        assert_eq!(unique_name("a.yaml", &[file("a.yaml"), file("a-2.yaml")]), "a-3.yaml");
        assert_eq!(unique_name("notes", &[file("notes")]), "notes-2");
    }
}
