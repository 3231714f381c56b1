//! What comes from outside: files that a person gives, and texts that are pasted.

use super::{Action, LessonAction, State};
use crate::intake::{self, LeftOut, Measure};
use crate::share;
use crate::words::{t, t_with};
use netpolis_view::Edit;

/// How files end that hold a scene.
const SAVED: &str = ".netpolis";

/// What comes of files that were read: names and texts, and names that were left out with a reason. A scene that was saved as a file opens alone.
pub fn open_files(files: Vec<(String, String)>, mut left_out: Vec<String>) -> Vec<Action> {
    let (saved, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| name.ends_with(SAVED));
    for (name, text) in saved {
        match share::decode_kept(&text) {
            Ok((shared, _)) => return vec![Action::OpenSaved(name.trim_end_matches(SAVED).into(), Box::new(shared))],
            Err(_) => left_out.push(t_with("{0} is damaged, or not a scene that Netpolis saved", &[&name])),
        }
    }
    if let Some(lesson) = LessonAction::given(&files) {
        return vec![Action::Lesson(lesson)];
    }
    let notice = match (left_out.as_slice(), files.is_empty()) {
        ([], true) => Some(t("Nothing to open: there is no YAML, JSON or script in it").to_owned()),
        ([], false) => None,
        ([one], _) => Some(t_with("Not opened: {0}", &[one])),
        ([first, rest @ ..], _) => Some(t_with("Not opened: {0} and {1} more", &[first, &rest.len().to_string()])),
    };
    std::iter::once(Action::FilesGiven(files)).chain(notice.map(Action::Notify)).collect()
}

impl State {
    /// What comes of a text from the clipboard: it goes into the file that is shown if that is empty, else into a new one.
    pub fn paste(&self, text: String) -> Action {
        if text.trim().is_empty() {
            return Action::Notify(t("There is no text on the clipboard").into());
        }
        match self.files.shown().filter(|file| file.text.trim().is_empty()) {
            Some(file) => {
                let (text, left_out) = intake::without(&text, Measure::Cluster).unwrap_or((text, LeftOut::default()));
                Action::ApplyEdits {
                    title: left_out.after(t("pasted from the clipboard")),
                    edits: vec![(file.name.clone(), Edit { start: 0, end: file.text.len() as u32, insert: text })],
                }
            }
            None => Action::FilesGiven(vec![("pasted.yaml".to_owned(), text)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::Shared;

    fn file(name: &str, text: &str) -> (String, String) {
        (name.into(), text.into())
    }

    #[test]
    fn what_is_not_opened_is_said() {
        let notices = |files, left_out: &[&str]| match open_files(files, left_out.iter().map(|s| (*s).to_owned()).collect()).as_slice() {
            [Action::FilesGiven(_)] => None,
            [Action::FilesGiven(_), Action::Notify(text)] => Some(text.clone()),
            other => panic!("{other:?}"),
        };
        assert_eq!(notices(vec![file("a.yaml", "a")], &[]), None);
        assert_eq!(notices(vec![], &[]).as_deref(), Some("Nothing to open: there is no YAML, JSON or script in it"));
        assert_eq!(notices(vec![], &["x is an image"]).as_deref(), Some("Not opened: x is an image"));
        assert_eq!(notices(vec![], &["x is an image", "y is an image"]).as_deref(), Some("Not opened: x is an image and 1 more"));
        assert!(notices(vec![file("a.netpolis", "nonsense")], &[]).is_some_and(|text| text.contains("a.netpolis is damaged")));
    }

    #[test]
    fn a_saved_scene_opens_alone() {
        let saved = share::encode(&Shared { files: vec![file("a.yaml", "kind: Pod")], ..Shared::default() });
        let actions = open_files(vec![file("other.yaml", "x"), file("Mine.netpolis", &saved)], Vec::new());
        let [Action::OpenSaved(name, shared)] = actions.as_slice() else { panic!("{actions:?}") };
        assert_eq!((name.as_str(), shared.files.len()), ("Mine", 1));
    }

    #[test]
    fn pasted_text_takes_the_place_of_nothing() {
        let empty = State::start_empty();
        assert!(matches!(empty.paste("kind: Pod".into()), Action::ApplyEdits { .. }));
        assert!(matches!(empty.paste(" \n".into()), Action::Notify(_)));
        let shared = Shared { files: vec![file("a.yaml", "kind: Pod")], ..Shared::default() };
        assert!(matches!(State::start_shared(shared).paste("kind: Node".into()), Action::FilesGiven(_)));
    }
}
