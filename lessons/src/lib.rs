//! **Lessons**: prose beside a scene, in steps, with tasks that checks decide. How they are written is told in docs/lessons.md.
//!
//! ```text
//! lesson.md ── prose: Markdown → blocks ── read: blocks of YAML → Lesson ── course: files at each step ── grade: checks, asked of the core
//! ```
//!
//! A lesson is data: whoever shows it asks for the files at a step, lets them be edited, and has them graded. Nothing here knows a page, a folder or a browser.
//! In another language only its prose is written again ([`translated`]). Whether a lesson is right is [`test`]ed: what its prose says holds, no task is solved before its solution and each is after it.

mod bounds;
mod course;
mod fields;
mod glossary;
mod grade;
mod lesson;
mod prose;
mod read;
pub mod test;
mod translation;

pub use bounds::{Stray, strays};
pub use course::{Files, NotChanged, Source, after, at_step, change};
pub use glossary::{Explained, GLOSSARY, Glossary, LANGUAGES, TERM, Term, glossary};
pub use grade::{Graded, ask, grade, scene};
pub use lesson::{
    Change, Checks, Choice, Edit, Editable, Flow, Lesson, Lines, Look, Part, Predict, Problem, Quiz, SceneFile, Step, Task, View, Wrong,
};
pub use prose::{Block, Inline, inlines};
pub use read::{file_names, read};
pub use translation::{file_in, translated};
