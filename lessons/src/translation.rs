//! A lesson in another language: what is read of it, in the order of the original. What happens in it is the original's.

use std::cell::RefCell;

use crate::fields::{Fields, Yaml};
use crate::lesson::{Choice, Lesson, Part, Predict, Problem, Quiz, Step, Task, Wrong};
use crate::prose::{Block, Code, Inline, Piece, inlines, pieces};

const FRONT: [&str; 2] = ["title", "summary"];
const TASK: [&str; 3] = ["say", "hints", "wrong"];
const WRONG: [&str; 1] = ["because"];
const QUIZ: [&str; 2] = ["ask", "choices"];
const CHOICE: [&str; 2] = ["text", "because"];
const PREDICT: [&str; 1] = ["because"];

/// So many words of a text are a sentence, which is not the same in two languages.
const SENTENCE: usize = 4;

/// The file that a lesson is written in, in a language.
pub fn file_in(language: &str) -> String {
    format!("lesson.{language}.md")
}

/// A step as its translation is written.
#[derive(Default)]
struct Written {
    title: String,
    line: u32,
    parts: Vec<(u32, Told)>,
}

/// A part of it.
enum Told {
    Prose(Vec<Block>),
    /// A block for the player, by its word.
    Data(String, String),
}

impl Told {
    fn is_like(&self, part: &Part) -> bool {
        match self {
            Told::Prose(_) => matches!(part, Part::Prose(_)),
            Told::Data(word, _) => word == word_of(part),
        }
    }

    fn word(&self) -> &str {
        match self {
            Told::Prose(_) => "prose",
            Told::Data(word, _) => word,
        }
    }
}

fn word_of(part: &Part) -> &'static str {
    match part {
        Part::Prose(_) => "prose",
        Part::Task(_) => "task",
        Part::Quiz(_) => "quiz",
        Part::Predict(_) => "predict",
    }
}

/// A lesson with the prose of its translation, and what the translation lacks or has otherwise. Lines are those of the translation.
pub fn translated(lesson: &Lesson, text: &str) -> (Lesson, Vec<Problem>) {
    let problems = RefCell::new(Vec::new());
    let mut of_prose = Vec::new();
    let mut own = Lesson { intro: Vec::new(), title: String::new(), summary: String::new(), ..lesson.clone() };
    let mut written: Vec<Written> = Vec::new();
    for (line, piece) in pieces(text, &mut of_prose) {
        match piece {
            Piece::Front(yaml) => {
                if let Some(fields) = Yaml::new(yaml, line, &problems).root(&FRONT) {
                    own.title = fields.required("title");
                    own.summary = fields.required("summary");
                }
            }
            Piece::Step(title) => written.push(Written { title, line, parts: Vec::new() }),
            Piece::Data(word, _) if word == "step" => {
                problems.borrow_mut().push(Problem::new(line, "what a step begins with is said in `lesson.md`: leave this block out"));
            }
            Piece::Data(word, yaml) => match written.last_mut() {
                Some(step) => step.parts.push((line, Told::Data(word, yaml))),
                None => problems.borrow_mut().push(Problem::new(line, format!("a block `yaml {word}` stands below the heading of a step"))),
            },
            Piece::Block(block) => match written.last_mut() {
                Some(step) => told(step, line, block),
                None => own.intro.push(block),
            },
        }
    }
    if own.title.is_empty() {
        problems.borrow_mut().push(Problem::new(1, "the translation begins with `title` and `summary` between two lines of `---`"));
    }
    let reading = Reading { problems: &problems };
    reading.same_amount(1, "steps", lesson.steps.len(), written.len());
    reading.prose(1, &lesson.intro, &own.intro);
    // What is missing here stays as it is in the original.
    own.steps.iter_mut().zip(&written).for_each(|(step, written)| *step = reading.step(step, written));
    let mut problems = problems.into_inner();
    problems.extend(of_prose);
    problems.sort_by_key(|problem| problem.line);
    (own, problems)
}

fn told(step: &mut Written, line: u32, block: Block) {
    match step.parts.last_mut() {
        Some((_, Told::Prose(blocks))) => blocks.push(block),
        _ => step.parts.push((line, Told::Prose(vec![block]))),
    }
}

struct Reading<'p> {
    problems: &'p RefCell<Vec<Problem>>,
}

impl Reading<'_> {
    fn report(&self, line: u32, message: impl Into<String>) {
        self.problems.borrow_mut().push(Problem::new(line, message));
    }

    fn same_amount(&self, line: u32, what: &str, original: usize, here: usize) {
        if original != here {
            self.report(line, format!("there are {here} {what} here, and {original} in `lesson.md`"));
        }
    }

    fn step(&self, step: &Step, written: &Written) -> Step {
        let mut own = Step { title: written.title.clone(), line: written.line, ..step.clone() };
        for (part, (line, told)) in own.parts.iter_mut().zip(&written.parts) {
            if !told.is_like(part) {
                self.report(*line, format!("here is {}, where `lesson.md` has {}", told.word(), word_of(part)));
                return own;
            }
            *part = self.part(part, told, *line);
        }
        if step.parts.len() != written.parts.len() {
            let words = |all: &mut dyn Iterator<Item = &str>| {
                Some(all.collect::<Vec<_>>().join(", ")).filter(|all| !all.is_empty()).unwrap_or("nothing".into())
            };
            let here = words(&mut written.parts.iter().map(|(_, told)| told.word()));
            self.report(written.line, format!("the step has {here}, and in `lesson.md` {}", words(&mut step.parts.iter().map(word_of))));
        }
        own
    }

    fn part(&self, part: &Part, told: &Told, line: u32) -> Part {
        let (word, yaml) = match (part, told) {
            (Part::Prose(original), Told::Prose(blocks)) => {
                self.prose(line, original, blocks);
                return Part::Prose(blocks.clone());
            }
            (_, Told::Data(word, yaml)) => (word, yaml),
            _ => return part.clone(),
        };
        debug_assert_eq!(word, word_of(part));
        let yaml = Yaml::new(yaml.clone(), line, self.problems);
        let own = match part {
            Part::Task(task) => yaml.root(&TASK).map(|fields| Part::Task(self.task(task, &fields, line))),
            Part::Quiz(quiz) => yaml.root(&QUIZ).map(|fields| Part::Quiz(self.quiz(quiz, &fields, line))),
            Part::Predict(predict) => yaml.root(&PREDICT).map(|fields| {
                let because = self.line(line, &predict.because, fields.text("because").unwrap_or_default());
                Part::Predict(Predict { because, line, ..predict.clone() })
            }),
            Part::Prose(_) => None,
        };
        own.unwrap_or_else(|| part.clone())
    }

    fn task(&self, task: &Task, fields: &Fields<'_>, line: u32) -> Task {
        let hints = fields.texts("hints");
        let wrong = fields.list("wrong", &WRONG);
        self.same_amount(line, "hints", task.hints.len(), hints.len());
        self.same_amount(line, "wrong answers", task.wrong.len(), wrong.len());
        let answer = |(own, fields): (&Wrong, &Fields<'_>)| Wrong {
            because: self.line(fields.line(), &own.because, fields.required("because")),
            ..own.clone()
        };
        Task {
            say: self.line(line, &task.say, fields.required("say")),
            hints: task.hints.iter().zip(hints).map(|(own, hint)| self.line(line, own, hint)).collect(),
            wrong: task.wrong.iter().zip(&wrong).map(answer).collect(),
            line,
            ..task.clone()
        }
    }

    fn quiz(&self, quiz: &Quiz, fields: &Fields<'_>, line: u32) -> Quiz {
        let choices = fields.list("choices", &CHOICE);
        self.same_amount(line, "choices", quiz.choices.len(), choices.len());
        let choice = |(own, fields): (&Choice, &Fields<'_>)| Choice {
            text: self.line(fields.line(), &own.text, fields.required("text")),
            because: self.line(fields.line(), &own.because, fields.required("because")),
            right: own.right,
        };
        let choices = quiz.choices.iter().zip(&choices).map(choice).collect();
        Quiz { ask: self.line(line, &quiz.ask, fields.required("ask")), choices, line }
    }

    /// A line of Markdown, which is no longer the original's.
    fn line(&self, line: u32, original: &[Inline], text: String) -> Vec<Inline> {
        let own = inlines(&text);
        if own == original && words(original) >= SENTENCE {
            self.report(line, format!("this is as in `lesson.md`: {text}"));
        }
        if own.is_empty() && !original.is_empty() {
            self.report(line, "this is missing here, and `lesson.md` has it");
        }
        own
    }

    /// Prose, which is no longer the original's, but offers the same code.
    fn prose(&self, line: u32, original: &[Block], own: &[Block]) {
        if offered(original) != offered(own) {
            self.report(line, "the code that is offered for files is not that of `lesson.md`");
        }
        let same = |block: &&Block| matches!(block, Block::Paragraph(parts) if words(parts) >= SENTENCE) && original.contains(block);
        for block in own.iter().filter(same) {
            if let Block::Paragraph(parts) = block {
                let begins: String =
                    parts.iter().filter_map(|part| if let Inline::Text(text) = part { Some(text.as_str()) } else { None }).collect();
                self.report(line, format!("this is as in `lesson.md`: {begins}"));
            }
        }
        if own.is_empty() && !original.is_empty() {
            self.report(line, "the introduction is missing here, and `lesson.md` has one");
        }
    }
}

fn words(line: &[Inline]) -> usize {
    let count = |part: &Inline| match part {
        Inline::Text(text) => text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count(),
        Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Link(_, inner) => words(inner),
        Inline::Code(_) | Inline::Break => 0,
    };
    line.iter().map(count).sum()
}

/// Code that is offered to be put into files.
fn offered(blocks: &[Block]) -> Vec<&Code> {
    let mut found = Vec::new();
    for block in blocks {
        match block {
            Block::Code(code) if code.file.is_some() => found.push(code),
            Block::List(_, items) => items.iter().for_each(|item| found.extend(offered(item))),
            Block::Quote(inner) => found.extend(offered(inner)),
            _ => {}
        }
    }
    found
}
