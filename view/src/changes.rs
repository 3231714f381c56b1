//! A change of text, as lines before and after.

use super::edits::{Edit, apply_edits};
use super::{EditView, FixView};

/// Most new lines that are shown.
const MOST_ADDED: usize = 24;

/// What an edit does to the lines of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinesView {
    /// The line above, with its number, for orientation.
    pub above: Option<(usize, String)>,
    /// Lines that go.
    pub removed: Vec<String>,
    /// Lines that come, as many as are shown.
    pub added: Vec<String>,
    /// Whether more lines come.
    pub more: bool,
}

impl From<&EditView> for Edit {
    fn from(edit: &EditView) -> Self {
        Edit { start: edit.at.start, end: edit.at.end, insert: edit.insert.clone() }
    }
}

impl FixView {
    /// Its edits with the files that they are about.
    pub fn by_file(&self) -> Vec<(String, Edit)> {
        self.edits.iter().map(|edit| (edit.at.file.clone(), edit.into())).collect()
    }
}

impl EditView {
    /// Lines before and after in a file of this text.
    pub fn lines(&self, text: &str) -> LinesView {
        let before: Vec<&str> = text.split('\n').collect();
        let changed = apply_edits(text, &[&self.into()]);
        let after: Vec<&str> = changed.split('\n').collect();
        // What is equal at both ends is not shown.
        let same_start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let most = before.len().min(after.len()) - same_start;
        let same_end = before.iter().rev().zip(after.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
        let owned = |lines: Option<&[&str]>| lines.unwrap_or_default().iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let mut added = owned(after.get(same_start..after.len() - same_end));
        let more = added.len() > MOST_ADDED;
        added.truncate(MOST_ADDED);
        LinesView {
            above: same_start.checked_sub(1).and_then(|i| Some((same_start, (*before.get(i)?).to_owned()))),
            removed: owned(before.get(same_start..before.len() - same_end)),
            added,
            more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceLocation;

    fn edit(start: u32, end: u32, insert: &str) -> EditView {
        let at = SourceLocation { file: "a.yaml".into(), line: 1, column: 1, end_line: 1, start, end };
        EditView { at, insert: insert.into() }
    }

    #[test]
    fn only_what_differs_is_shown() {
        let text = "kind: Pod\nname: a\nport: 80\n";
        let lines = edit(16, 17, "b").lines(text);
        assert_eq!(
            lines,
            LinesView { above: Some((1, "kind: Pod".into())), removed: vec!["name: a".into()], added: vec!["name: b".into()], more: false }
        );
        let first = edit(0, 0, "# top\n").lines(text);
        assert_eq!((first.above, first.removed, first.added), (None, Vec::<String>::new(), vec!["# top".to_owned()]));
        let long = edit(10, 10, &"x: 1\n".repeat(30)).lines(text);
        assert_eq!((long.added.len(), long.more), (24, true));
    }

    #[test]
    fn edits_keep_the_file_that_they_are_about() {
        let fix = FixView { title: String::new(), edits: vec![edit(1, 2, "x")] };
        assert_eq!(fix.by_file(), [("a.yaml".to_owned(), Edit { start: 1, end: 2, insert: "x".into() })]);
    }
}
