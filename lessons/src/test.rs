//! **Is a lesson right?** What its prose says holds, no task is solved before its solution and each is after it, wrong answers do not solve it, and the scene
//! has no other problems than those that are meant to be there.

use std::collections::BTreeSet;

use netpolis_core::answers::checks::{Outcome, UNREADABLE};
use netpolis_core::diagnostics::Severity;

use crate::bounds::strays;
use crate::course::{Files, Source, after, at_step};
use crate::grade::{ask, grade, scene, traffic};
use crate::lesson::{Checks, Flow, Lesson, Part, Problem, Step, Task};
use crate::prose::{Block, Inline, links, links_of};
use crate::read::file_names;

/// How much of a lesson was tested.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Tested {
    /// Its steps.
    pub steps: usize,
    /// Steps with a task that is graded.
    pub graded: usize,
    /// Checks that were made.
    pub checks: usize,
}

/// Finds what can be found without a scene: links that lead nowhere, lines and files that are not there. `exists` says whether there is a file beside the
/// lesson, or a lesson by a link.
pub fn lint(lesson: &Lesson, exists: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    for name in file_names(lesson) {
        if !exists(name) {
            problems.push(Problem::new(1, format!("there is no file `{name}` beside the lesson")));
        }
    }
    if lesson.files.is_empty() {
        problems.push(Problem::new(1, "the lesson has no `files` to begin with"));
    }
    for language in &lesson.languages {
        let name = crate::file_in(language);
        if !exists(&name) {
            problems.push(Problem::new(1, format!("there is no file `{name}` beside the lesson, and `languages` names it")));
        }
    }
    for id in &lesson.unmarked {
        if !exists(&format!("{}{id}", crate::TERM)) {
            problems.push(Problem::new(1, format!("`unmarked` names `{id}`, which is no term of the glossary")));
        }
    }
    problems.extend(lint_links(lesson, exists));
    problems
}

/// Finds links of a lesson's prose that lead nowhere.
pub fn lint_links(lesson: &Lesson, exists: &dyn Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut check = |line: u32, found: Vec<String>| {
        for to in found {
            let is_outside = to.starts_with("https://");
            let is_step = to.strip_prefix('#').is_some_and(|id| lesson.steps.iter().any(|step| step.id == id));
            if !is_outside && !is_step && !exists(&to) {
                problems.push(Problem::new(line, format!("the link `{to}` leads nowhere")));
            }
        }
    };
    check(1, of_blocks(&lesson.intro));
    for step in &lesson.steps {
        for part in &step.parts {
            match part {
                Part::Prose(blocks) => check(step.line, of_blocks(blocks)),
                Part::Task(task) => {
                    let lines = core::iter::once(&task.say).chain(&task.hints).chain(task.wrong.iter().map(|wrong| &wrong.because));
                    check(task.line, of_lines(lines));
                }
                Part::Quiz(quiz) => {
                    let choices = quiz.choices.iter().flat_map(|choice| [&choice.text, &choice.because]);
                    check(quiz.line, of_lines(core::iter::once(&quiz.ask).chain(choices)));
                }
                Part::Predict(predict) => check(predict.line, of_lines(core::iter::once(&predict.because))),
            }
        }
    }
    problems
}

fn of_blocks(blocks: &[Block]) -> Vec<String> {
    let mut found = Vec::new();
    links(blocks, &mut found);
    found
}

fn of_lines<'a>(lines: impl Iterator<Item = &'a Vec<Inline>>) -> Vec<String> {
    let mut found = Vec::new();
    lines.for_each(|line| links_of(line, &mut found));
    found
}

/// Tests a lesson; what was tested, and what is wrong.
pub fn test(lesson: &Lesson, source: Source<'_>) -> (Tested, Vec<Problem>) {
    let mut own = Test {
        lesson,
        source,
        tested: Tested { steps: lesson.steps.len(), ..Tested::default() },
        problems: Vec::new(),
        found: BTreeSet::new(),
    };
    for (number, step) in lesson.steps.iter().enumerate() {
        match at_step(lesson, number, source) {
            Ok(files) => own.step(step, files),
            // What follows would say the same again.
            Err(error) => {
                own.report(step.line, format!("the step cannot begin: {error}"));
                return (own.tested, own.problems);
            }
        }
    }
    for code in lesson.problems.iter().filter(|code| !own.found.contains(*code)) {
        own.problems.push(Problem::new(1, format!("`problems` names {code}, which no scene of the lesson has: leave it out")));
    }
    (own.tested, own.problems)
}

struct Test<'a> {
    lesson: &'a Lesson,
    source: Source<'a>,
    tested: Tested,
    problems: Vec<Problem>,
    /// Codes of findings that a scene had.
    found: BTreeSet<String>,
}

impl Test<'_> {
    fn report(&mut self, line: u32, message: impl Into<String>) {
        self.problems.push(Problem::new(line, message));
    }

    fn step(&mut self, step: &Step, mut files: Files) {
        let meant = step.problems.as_deref();
        let found = self.problems_of(step.line, &files, meant);
        for code in meant.unwrap_or_default().iter().filter(|code| !found.contains(*code)) {
            self.report(step.line, format!("the step's `problems` names {code}, which its scene does not have: leave it out"));
        }
        self.look(step, &files);
        self.all_pass(&step.holds, &files, "the step says so, and");
        if step.tasks().next().is_some() {
            self.tested.graded += 1;
        }
        for part in &step.parts {
            match part {
                Part::Prose(blocks) => self.code_is_for_files(step.line, blocks, &files),
                Part::Quiz(_) => {}
                Part::Predict(predict) => {
                    self.asked(predict.line, &predict.flow, &files);
                    if step.look.flow.as_ref().is_some_and(|shown| self.is_same(shown, &predict.flow, &files)) {
                        self.report(predict.line, "the step's `look` shows the verdict that is to be predicted here: leave out its `flow`");
                    }
                }
                Part::Task(task) => {
                    if let Some(solved) = self.task(task, &files, meant) {
                        files = solved;
                    }
                }
            }
        }
    }

    /// A task of a step with these problems: the files after its solution.
    fn task(&mut self, task: &Task, files: &Files, meant: Option<&[String]>) -> Option<Files> {
        for editable in &task.edit {
            if !files.iter().any(|(name, _)| *name == editable.file) {
                self.report(task.line, format!("the scene has no file `{}` to be edited", editable.file));
            }
        }
        if grade(files, &self.lesson.settings, &task.checks).passes() {
            self.report(task.line, "the task is solved before anything is done");
        }
        for wrong in &task.wrong {
            match after(files, &wrong.change, self.source) {
                Err(error) => self.report(task.line, format!("a wrong answer cannot be given: {error}")),
                Ok(files) => {
                    if grade(&files, &self.lesson.settings, &task.checks).passes() {
                        self.report(task.line, "an answer that is said to be wrong solves the task");
                    }
                    self.all_pass(&wrong.holds, &files, "after a wrong answer");
                }
            }
        }
        match after(files, &task.solution, self.source) {
            Err(error) => {
                self.report(task.line, format!("the solution cannot be applied: {error}"));
                None
            }
            Ok(solved) => {
                for stray in strays(&task.edit, files, &solved) {
                    self.report(task.line, format!("the solution edits what may not be edited: {stray}"));
                }
                self.all_pass(&task.checks, &solved, "after the solution");
                self.problems_of(task.line, &solved, meant);
                Some(solved)
            }
        }
    }

    fn all_pass(&mut self, checks: &Checks, files: &Files, when: &str) {
        if checks.is_empty() {
            return;
        }
        let graded = grade(files, &self.lesson.settings, checks);
        self.tested.checks += graded.results.len();
        if graded.results.is_empty() {
            self.report(checks.line(6), "no check can be read here");
        }
        let errors = graded.errors(checks);
        for (line, error) in &errors {
            self.report(*line, format!("a check cannot be read: {error}"));
        }
        for result in graded.results.iter().filter(|result| result.outcome != Outcome::Passed) {
            let line = graded.line(checks, result);
            if !errors.is_empty() && result.reason == UNREADABLE {
                continue;
            }
            let message = format!(
                "{when} {} is {}: expected {}, found {}. {}",
                result.name,
                result.outcome.as_str(),
                result.expected,
                result.found,
                result.reason
            );
            self.report(line, message.trim_end().to_owned());
        }
    }

    /// The scene has no errors and warnings but those that the step names, or the lesson where it names none; the codes of all its findings.
    fn problems_of(&mut self, line: u32, files: &Files, meant: Option<&[String]>) -> BTreeSet<String> {
        let scene = scene(files, &self.lesson.settings);
        let found: BTreeSet<String> =
            scene.problems().iter().filter(|problem| problem.severity < Severity::Note).map(|problem| problem.code.to_string()).collect();
        let meant = meant.unwrap_or(&self.lesson.problems);
        for code in found.iter().filter(|code| !meant.contains(code)) {
            self.report(line, format!("the scene has problem {code}: mend it, or name it under `problems` if it is meant to be there"));
        }
        // A note may be a warning on another day.
        let all: BTreeSet<String> = scene.problems().iter().map(|problem| problem.code.to_string()).collect();
        self.found.extend(all.iter().cloned());
        all
    }

    fn look(&mut self, step: &Step, files: &Files) {
        if let Some(flow) = &step.look.flow {
            self.asked(step.line, flow, files);
        }
        for lines in &step.look.lines {
            let count = files.iter().find(|(name, _)| *name == lines.file).map(|(_, text)| text.lines().count() as u32);
            if count.is_none_or(|count| lines.last > count) {
                self.report(step.line, format!("there is no `{}:{}-{}`", lines.file, lines.first, lines.last));
            }
        }
    }

    /// A question can be asked.
    fn asked(&mut self, line: u32, flow: &Flow, files: &Files) {
        if let Err(error) = ask(&scene(files, &self.lesson.settings), flow) {
            self.report(line, format!("this cannot be asked: {error}"));
        }
    }

    /// Whether two questions are about one connection, whatever its ends are called.
    fn is_same(&self, one: &Flow, other: &Flow, files: &Files) -> bool {
        if (one.port, one.protocol.to_lowercase()) != (other.port, other.protocol.to_lowercase()) {
            return false;
        }
        let scene = scene(files, &self.lesson.settings);
        let ends = |flow: &Flow| scene.flow(&flow.from, &flow.to, traffic(flow)?).ok();
        (&one.from, &one.to) == (&other.from, &other.to) || ends(one).is_some_and(|flow| ends(other) == Some(flow))
    }

    /// Code that is offered for a file is offered for one that there is.
    fn code_is_for_files(&mut self, line: u32, blocks: &[Block], files: &Files) {
        for block in blocks {
            match block {
                Block::Code(code) => {
                    if let Some(file) = code.file.as_ref().filter(|file| !files.iter().any(|(name, _)| name == *file)) {
                        self.report(line, format!("code is offered for `{file}`, which the scene does not have"));
                    }
                }
                Block::List(_, items) => items.iter().for_each(|item| self.code_is_for_files(line, item, files)),
                Block::Quote(inner) => self.code_is_for_files(line, inner, files),
                Block::Heading(_) | Block::Paragraph(_) | Block::Table(_) => {}
            }
        }
    }
}
