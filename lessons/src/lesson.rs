//! What a lesson holds.

use core::fmt;

use netpolis_core::settings::Settings;

use crate::prose::{Block, Inline};

/// A lesson, as its `lesson.md` says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Lesson {
    /// Its title.
    pub title: String,
    /// What it is about, in a sentence.
    pub summary: String,
    /// Other languages that it is written in, by their tags: `de`.
    pub languages: Vec<String>,
    /// Terms of the glossary whose words its prose means otherwise, by their ids.
    pub unmarked: Vec<String>,
    /// How many minutes it takes.
    pub minutes: u32,
    /// Which statements of a course's notes it is about, by their numbers; a list for teachers.
    pub statements: Vec<u32>,
    /// The files that it begins with, by name.
    pub files: Vec<SceneFile>,
    /// Assumptions that its verdicts rest on.
    pub settings: Settings,
    /// Problems of the scene that are meant to be there, by their codes.
    pub problems: Vec<String>,
    /// What is said before the first step.
    pub intro: Vec<Block>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// A file of the scene, and the file beside the lesson that its text is in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SceneFile {
    /// The name in the scene.
    pub name: String,
    /// The name beside the lesson.
    pub source: String,
}

/// A step of a lesson.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Step {
    /// Its title.
    pub title: String,
    /// What links name it by, of the title's letters.
    pub id: String,
    /// The line of its heading in `lesson.md`, from 1.
    pub line: u32,
    /// What it changes of the scene when it begins.
    pub begins: Change,
    /// What to look at.
    pub look: Look,
    /// What its prose says of the scene: each holds when the step has begun.
    pub holds: Checks,
    /// Problems that its scene is meant to have, by their codes: all of these and no others; where nothing is said, those of the lesson are.
    pub problems: Option<Vec<String>>,
    /// Prose, tasks and quizzes in order.
    pub parts: Vec<Part>,
}

impl Step {
    /// Its tasks.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.parts.iter().filter_map(|part| if let Part::Task(task) = part { Some(task) } else { None })
    }
}

/// A part of a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// Something to read.
    Prose(Vec<Block>),
    /// Something to do.
    Task(Task),
    /// A question with answers to choose from.
    Quiz(Quiz),
    /// A verdict to be predicted before it is shown.
    Predict(Predict),
}

/// A change of the scene.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Change {
    /// Files with another text, or new ones.
    pub files: Vec<SceneFile>,
    /// Files that go.
    pub removes: Vec<String>,
    /// Texts that take the place of others.
    pub edits: Vec<Edit>,
}

impl Change {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.removes.is_empty() && self.edits.is_empty()
    }
}

/// A text that takes the place of another, which its file has once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// The file.
    pub file: String,
    /// What it has.
    pub find: String,
    /// What comes in its place.
    pub with: String,
    /// The line of `lesson.md` that says so, from 1.
    pub line: u32,
}

/// What to look at in the playground.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Look {
    /// The question that is asked.
    pub flow: Option<Flow>,
    /// Which picture or panel is shown.
    pub view: Option<View>,
    /// Lines that are lit.
    pub lines: Vec<Lines>,
}

/// A question about a flow or a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flow {
    /// Where it starts.
    pub from: String,
    /// Where it goes.
    pub to: String,
    /// Its port, where it has one.
    pub port: Option<u16>,
    /// Its protocol, by name.
    pub protocol: String,
    /// Whether the whole path is asked about.
    pub path: bool,
}

/// A picture or panel of the playground.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// The graph of pods.
    Kubernetes,
    /// The graph of networks.
    Azure,
    /// The table of all pairs.
    Matrix,
    /// The whole path.
    Path,
    /// Findings.
    Problems,
    /// The plan of addresses.
    Addresses,
}

impl View {
    /// All of them, in the order to name them.
    pub const ALL: [View; 6] = [View::Kubernetes, View::Azure, View::Matrix, View::Path, View::Problems, View::Addresses];

    /// Its name in lessons.
    pub const fn as_str(self) -> &'static str {
        match self {
            View::Kubernetes => "kubernetes",
            View::Azure => "azure",
            View::Matrix => "matrix",
            View::Path => "path",
            View::Problems => "problems",
            View::Addresses => "addresses",
        }
    }
}

/// Lines of a file, from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lines {
    /// The file.
    pub file: String,
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// Checks as they are written: a list of `spec.checks` of a Check.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Checks {
    /// The list, as a document of its own.
    pub document: String,
    /// How many lines of `lesson.md` come before the document's first one, less what the document has before the list.
    pub lines_before: i64,
}

impl Checks {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.document.is_empty()
    }

    /// The line of `lesson.md` for one of the document.
    pub fn line(&self, line: u32) -> u32 {
        u32::try_from(i64::from(line) + self.lines_before).unwrap_or(1)
    }
}

/// Something to do, until checks pass.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Task {
    /// What to do.
    pub say: Vec<Inline>,
    /// What may be edited; everything where nothing is said.
    pub edit: Vec<Editable>,
    /// What decides that it is done.
    pub checks: Checks,
    /// Hints, from the first to the last.
    pub hints: Vec<Vec<Inline>>,
    /// What solves it.
    pub solution: Change,
    /// Answers that do not solve it, and why.
    pub wrong: Vec<Wrong>,
    /// The line of `lesson.md` where it begins, from 1.
    pub line: u32,
}

/// A file that may be edited, or some lines of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Editable {
    /// The file.
    pub file: String,
    /// The lines, from 1; all of them where nothing is said.
    pub lines: Option<(u32, u32)>,
}

/// A wrong answer that is worth explaining.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// What somebody might do.
    pub change: Change,
    /// Why that does not solve it.
    pub because: Vec<Inline>,
    /// What holds all the same, after it.
    pub holds: Checks,
}

/// A question with answers to choose from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Quiz {
    /// The question.
    pub ask: Vec<Inline>,
    /// The answers.
    pub choices: Vec<Choice>,
    /// The line of `lesson.md` where it begins, from 1.
    pub line: u32,
}

/// An answer to choose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// What it says.
    pub text: Vec<Inline>,
    /// Whether it is right.
    pub right: bool,
    /// Why it is right or wrong.
    pub because: Vec<Inline>,
}

/// A verdict to be predicted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Predict {
    /// The question.
    pub flow: Flow,
    /// What is said when the verdict is shown.
    pub because: Vec<Inline>,
    /// The line of `lesson.md` where it begins, from 1.
    pub line: u32,
}

/// Something that is wrong with a lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Problem {
    /// The line of `lesson.md`, from 1.
    pub line: u32,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Problem {
    /// Something that is wrong in a line.
    pub fn new(line: u32, message: impl Into<String>) -> Self {
        Problem { line, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}
