//! The files of a lesson at its steps.

use core::fmt;

use crate::lesson::{Change, Lesson, SceneFile};

/// Names and texts of the scene's files, in their order.
pub type Files = Vec<(String, String)>;

/// A change that cannot be made.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum NotChanged {
    /// There is no such file beside the lesson.
    NoSource(String),
    /// The scene has no such file.
    NoFile(String),
    /// A file does not have a text once: it has it so often.
    NotOnce {
        /// The file.
        file: String,
        /// The text.
        find: String,
        /// How often it is there.
        times: usize,
    },
}

impl fmt::Display for NotChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotChanged::NoSource(name) => write!(f, "there is no file `{name}` beside the lesson"),
            NotChanged::NoFile(name) => write!(f, "the scene has no file `{name}`"),
            NotChanged::NotOnce { file, find, times: 0 } => write!(f, "`{file}` does not have the text `{find}`"),
            NotChanged::NotOnce { file, find, times } => write!(f, "`{file}` has the text `{find}` {times} times, and should have it once"),
        }
    }
}

impl std::error::Error for NotChanged {}

/// What gives the text of a file beside the lesson, by its name.
pub type Source<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Makes a change.
///
/// # Errors
/// When a file is not there, or does not have a text once. The files are then as they were.
pub fn change(files: &mut Files, change: &Change, source: Source<'_>) -> Result<(), NotChanged> {
    let mut changed = files.clone();
    for name in &change.removes {
        let before = changed.len();
        changed.retain(|(known, _)| known != name);
        if changed.len() == before {
            return Err(NotChanged::NoFile(name.clone()));
        }
    }
    put(&mut changed, &change.files, source)?;
    for edit in &change.edits {
        let Some((_, text)) = changed.iter_mut().find(|(name, _)| *name == edit.file) else {
            return Err(NotChanged::NoFile(edit.file.clone()));
        };
        let times = text.matches(&edit.find).count();
        if times != 1 {
            return Err(NotChanged::NotOnce { file: edit.file.clone(), find: edit.find.clone(), times });
        }
        *text = text.replacen(&edit.find, &edit.with, 1);
    }
    *files = changed;
    Ok(())
}

fn put(files: &mut Files, given: &[SceneFile], source: Source<'_>) -> Result<(), NotChanged> {
    for file in given {
        let text = source(&file.source).ok_or_else(|| NotChanged::NoSource(file.source.clone()))?;
        match files.iter_mut().find(|(name, _)| *name == file.name) {
            Some((_, known)) => *known = text,
            None => files.push((file.name.clone(), text)),
        }
    }
    Ok(())
}

/// The files when a step begins: those of the lesson, with what earlier steps begin with and their tasks' solutions, and what this one begins with.
///
/// # Errors
/// When a change cannot be made.
pub fn at_step(lesson: &Lesson, number: usize, source: Source<'_>) -> Result<Files, NotChanged> {
    let mut files = Files::new();
    put(&mut files, &lesson.files, source)?;
    for (place, step) in lesson.steps.iter().enumerate().take(number + 1) {
        change(&mut files, &step.begins, source)?;
        if place < number {
            for task in step.tasks() {
                change(&mut files, &task.solution, source)?;
            }
        }
    }
    Ok(files)
}

/// Files after a change.
///
/// # Errors
/// When it cannot be made.
pub fn after(files: &Files, made: &Change, source: Source<'_>) -> Result<Files, NotChanged> {
    let mut files = files.clone();
    change(&mut files, made, source)?;
    Ok(files)
}
