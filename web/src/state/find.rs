//! What is looked for in the texts of all files, and what is written in its place.

use crate::words::t_count;
use netpolis_view::{Edit, SourceLocation};

use super::{Action, Files};

/// Most places that are listed.
pub const MOST_FOUND: usize = 300;

/// A place where the text that is looked for stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Where.
    pub spot: SourceLocation,
    /// Its line: what stands before the text, the text, and what stands behind it.
    pub line: [String; 3],
}

/// All places in the files, in tab order, where a text stands; large and small letters are the same unless `exact`.
pub fn find_in_files(files: &Files, wanted: &str, exact: bool) -> Vec<Match> {
    if wanted.is_empty() {
        return Vec::new();
    }
    // Letters beyond ASCII have small forms of other lengths: they are compared as they are.
    let fold = |text: &str| if exact { text.to_owned() } else { text.to_ascii_lowercase() };
    let wanted = fold(wanted);
    let mut found = Vec::new();
    for file in files.iter() {
        let mut before = 0u32;
        for (number, line) in (1..).zip(file.text.split('\n')) {
            for (at, _) in fold(line).match_indices(&wanted) {
                let parts = [line.get(..at), line.get(at..at + wanted.len()), line.get(at + wanted.len()..)]
                    .map(|part| part.unwrap_or_default().to_owned());
                let column = units(&parts[0]);
                let (start, end) = (before + column, before + column + units(&parts[1]));
                let spot = SourceLocation { file: file.name.clone(), line: number, column: column + 1, end_line: number, start, end };
                found.push(Match { spot, line: parts });
            }
            before += units(line) + 1;
        }
    }
    found
}

fn units(text: &str) -> u32 {
    text.encode_utf16().count() as u32
}

/// Writes something else at all of these places.
pub fn replace_all(found: &[Match], with: &str) -> Action {
    let edit = |place: &Match| (place.spot.file.clone(), Edit { start: place.spot.start, end: place.spot.end, insert: with.to_owned() });
    let title = t_count(found.len(), "1 place replaced", "{0} places replaced");
    Action::ApplyEdits { title, edits: found.iter().map(edit).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;

    fn files() -> Files {
        let mut files = Files::default();
        files.replace([("a.yaml", "name: web\n# Web, 😀 web\n"), ("b.yaml", "nothing\nwebweb")].into_iter());
        files
    }

    #[test]
    fn every_place_is_found_with_its_line() {
        let places = |wanted: &str, exact| {
            let found = find_in_files(&files(), wanted, exact);
            found.iter().map(|one| (one.spot.file.clone(), one.spot.line, one.spot.start, one.spot.end)).collect::<Vec<_>>()
        };
        let (a, b) = ("a.yaml".to_owned(), "b.yaml".to_owned());
        // A smiling face counts as two, as in the editor.
        let exact = [(a.clone(), 1, 6, 9), (a.clone(), 2, 20, 23), (b.clone(), 2, 8, 11), (b, 2, 11, 14)];
        assert_eq!(places("web", true), exact);
        assert_eq!(places("WEB", false).len(), 5);
        assert_eq!(places("WEB", false)[1], (a, 2, 12, 15));
        assert_eq!(places("", false), []);
        assert_eq!(find_in_files(&files(), "Web,", true)[0].line, ["# ", "Web,", " 😀 web"]);
    }

    #[test]
    fn all_places_are_replaced_at_once_and_taken_back_at_once() {
        let mut state = State::start_empty();
        state.take_files(files().texts());
        let found = find_in_files(&state.files, "web", true);
        let state = std::rc::Rc::new(state).reduce(replace_all(&found, "front"));
        assert_eq!(state.files.text_of("a.yaml"), "name: front\n# Web, 😀 front\n");
        assert_eq!(state.files.text_of("b.yaml"), "nothing\nfrontfront");
        assert_eq!(state.reduce(Action::Undo).files.text_of("b.yaml"), "nothing\nwebweb");
    }
}
