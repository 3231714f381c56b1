//! From the text of a `lesson.md` to a [`Lesson`].

use std::cell::RefCell;

use netpolis_core::settings::table;

use crate::fields::{Fields, Yaml};
use crate::lesson::{
    Change, Choice, Edit, Editable, Flow, Lesson, Lines, Look, Part, Predict, Problem, Quiz, SceneFile, Step, Task, View, Wrong,
};
use crate::prose::{Block, Piece, inlines, pieces};

const FRONT: [&str; 9] = ["title", "summary", "languages", "unmarked", "minutes", "statements", "files", "settings", "problems"];
const STEP: [&str; 6] = ["files", "removes", "edits", "look", "holds", "problems"];
const LOOK: [&str; 3] = ["flow", "view", "lines"];
const FLOW: [&str; 5] = ["from", "to", "port", "protocol", "path"];
const TASK: [&str; 6] = ["say", "edit", "checks", "hints", "solution", "wrong"];
const CHANGE: [&str; 3] = ["files", "removes", "edits"];
const WRONG: [&str; 5] = ["files", "removes", "edits", "because", "holds"];
const EDIT: [&str; 3] = ["file", "find", "with"];
const QUIZ: [&str; 2] = ["ask", "choices"];
const CHOICE: [&str; 3] = ["text", "right", "because"];
const PREDICT: [&str; 6] = ["from", "to", "port", "protocol", "path", "because"];

/// Reads a lesson. What is wrong with its text is told beside it; what is right of it is there all the same.
pub fn read(text: &str) -> (Lesson, Vec<Problem>) {
    let problems = RefCell::new(Vec::new());
    let mut lesson = Lesson::default();
    let mut of_prose = Vec::new();
    let mut has_front = false;
    for (line, piece) in pieces(text, &mut of_prose) {
        match piece {
            Piece::Front(yaml) => {
                has_front = true;
                front(&mut lesson, Yaml::new(yaml, line, &problems));
            }
            Piece::Step(title) => lesson.steps.push(Step { id: id_of(&title, &lesson.steps), title, line, ..Step::default() }),
            Piece::Data(word, yaml) => {
                let yaml = Yaml::new(yaml, line, &problems);
                match lesson.steps.last_mut() {
                    Some(step) => data(step, &word, &yaml, line),
                    None => problems
                        .borrow_mut()
                        .push(Problem::new(line, format!("a block `yaml {word}` stands below the heading of a step: `## …`"))),
                }
            }
            Piece::Block(block) => match lesson.steps.last_mut() {
                Some(step) => prose(step, block),
                None => lesson.intro.push(block),
            },
        }
    }
    let mut problems = problems.into_inner();
    problems.extend(of_prose);
    if !has_front {
        problems.push(Problem::new(1, "the lesson begins with its title and files between two lines of `---`"));
    }
    if lesson.steps.is_empty() {
        problems.push(Problem::new(1, "the lesson has no step: each begins with a heading `## …`"));
    }
    problems.sort_by_key(|problem| problem.line);
    (lesson, problems)
}

/// The files beside a lesson that it names, each once.
pub fn file_names(lesson: &Lesson) -> Vec<&str> {
    let changes = lesson.steps.iter().flat_map(|step| {
        let of_tasks = step.tasks().flat_map(|task| core::iter::once(&task.solution).chain(task.wrong.iter().map(|wrong| &wrong.change)));
        core::iter::once(&step.begins).chain(of_tasks)
    });
    let mut names: Vec<&str> = Vec::new();
    for file in lesson.files.iter().chain(changes.flat_map(|change| &change.files)) {
        if !names.contains(&file.source.as_str()) {
            names.push(&file.source);
        }
    }
    names
}

/// A name for links, of a title's letters and digits.
fn id_of(title: &str, others: &[Step]) -> String {
    let words: Vec<String> = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let id = words.join("-");
    let is_taken = |id: &str| others.iter().any(|step| step.id == id);
    (1..).map(|number| if number == 1 { id.clone() } else { format!("{id}-{number}") }).find(|id| !is_taken(id)).unwrap_or(id.clone())
}

fn prose(step: &mut Step, block: Block) {
    match step.parts.last_mut() {
        Some(Part::Prose(blocks)) => blocks.push(block),
        _ => step.parts.push(Part::Prose(vec![block])),
    }
}

fn front(lesson: &mut Lesson, yaml: Yaml<'_>) {
    let Some(fields) = yaml.root(&FRONT) else { return };
    lesson.title = fields.required("title");
    lesson.summary = fields.required("summary");
    lesson.languages = fields.texts("languages");
    let is_tag = |tag: &String| (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_lowercase()) && tag != "en";
    if let Some(tag) = lesson.languages.iter().find(|tag| !is_tag(tag)) {
        fields.report_at("languages", format!("`{tag}` is no tag of another language, such as `de`; `lesson.md` itself is English"));
    }
    lesson.unmarked = fields.texts("unmarked");
    lesson.minutes = fields.number("minutes").unwrap_or_default();
    let number = |text: &String| text.parse().ok();
    lesson.statements = fields.texts("statements").iter().filter_map(number).collect();
    lesson.files = files(&fields);
    lesson.problems = fields.texts("problems");
    for (name, value) in fields.pairs("settings") {
        if let Err(refused) = table::set(&mut lesson.settings, &name, &value) {
            fields.report_at("settings", refused.to_string());
        }
    }
}

fn files(fields: &Fields<'_>) -> Vec<SceneFile> {
    fields.pairs("files").into_iter().map(|(name, source)| SceneFile { name, source }).collect()
}

fn data(step: &mut Step, word: &str, yaml: &Yaml<'_>, line: u32) {
    match word {
        "step" => begins(step, yaml),
        "task" => step.parts.extend(yaml.root(&TASK).map(|fields| Part::Task(task(&fields, line)))),
        "quiz" => step.parts.extend(yaml.root(&QUIZ).map(|fields| Part::Quiz(quiz(&fields, line)))),
        _ => step.parts.extend(yaml.root(&PREDICT).map(|fields| {
            let because = inlines(&fields.text("because").unwrap_or_default());
            Part::Predict(Predict { flow: flow(&fields), because, line })
        })),
    }
}

fn begins(step: &mut Step, yaml: &Yaml<'_>) {
    let Some(fields) = yaml.root(&STEP) else { return };
    step.begins = change(&fields);
    step.holds = fields.checks("holds");
    step.problems = fields.has("problems").then(|| fields.texts("problems"));
    let Some(look) = fields.fields("look", &LOOK) else { return };
    let view = look.text("view").and_then(|name| {
        let view = View::ALL.into_iter().find(|view| view.as_str() == name);
        if view.is_none() {
            let names = View::ALL.map(View::as_str).join(", ");
            look.report_at("view", format!("there is no view `{name}`; there are {names}"));
        }
        view
    });
    step.look = Look {
        flow: look.fields("flow", &FLOW).map(|fields| flow(&fields)),
        view,
        lines: look
            .texts("lines")
            .iter()
            .filter_map(|text| {
                let (file, range) = file_and_lines(text);
                if range.is_none() {
                    look.report_at("lines", format!("`{text}` should be a file and lines of it: `policies.yaml:3-5`"));
                }
                range.map(|(first, last)| Lines { file, first, last })
            })
            .collect(),
    };
}

fn flow(fields: &Fields<'_>) -> Flow {
    let port = fields.number("port");
    if port.is_some_and(|port| port > u32::from(u16::MAX)) {
        fields.report_at("port", "a port is a number up to 65535");
    }
    Flow {
        from: fields.required("from"),
        to: fields.required("to"),
        port: port.and_then(|port| u16::try_from(port).ok()),
        protocol: fields.text("protocol").unwrap_or_else(|| "TCP".into()),
        path: fields.flag("path"),
    }
}

fn change(fields: &Fields<'_>) -> Change {
    let edit = |fields: Fields<'_>| Edit {
        file: fields.required("file"),
        find: fields.required("find"),
        with: fields.text("with").unwrap_or_default(),
        line: fields.line(),
    };
    Change { files: files(fields), removes: fields.texts("removes"), edits: fields.list("edits", &EDIT).into_iter().map(edit).collect() }
}

fn task(fields: &Fields<'_>, line: u32) -> Task {
    let wrong = |fields: Fields<'_>| {
        let because = inlines(&fields.required("because"));
        Wrong { change: change(&fields), because, holds: fields.checks("holds") }
    };
    let editable = |text: String| {
        let (file, lines) = file_and_lines(&text);
        Editable { file, lines }
    };
    let task = Task {
        say: inlines(&fields.required("say")),
        edit: fields.texts("edit").into_iter().map(editable).collect(),
        checks: fields.checks("checks"),
        hints: fields.texts("hints").iter().map(|hint| inlines(hint)).collect(),
        solution: fields.fields("solution", &CHANGE).map(|fields| change(&fields)).unwrap_or_default(),
        wrong: fields.list("wrong", &WRONG).into_iter().map(wrong).collect(),
        line,
    };
    for (what, is_missing) in [("checks", task.checks.is_empty()), ("hints", task.hints.is_empty()), ("solution", task.solution.is_empty())]
    {
        if is_missing {
            fields.report(format!("the task has no `{what}`"));
        }
    }
    task
}

fn quiz(fields: &Fields<'_>, line: u32) -> Quiz {
    let choice = |fields: Fields<'_>| Choice {
        text: inlines(&fields.required("text")),
        right: fields.flag("right"),
        because: inlines(&fields.required("because")),
    };
    let choices: Vec<Choice> = fields.list("choices", &CHOICE).into_iter().map(choice).collect();
    if choices.len() < 2 || !choices.iter().any(|choice| choice.right) {
        fields.report("a quiz has at least two `choices`, and one of them is `right: true`");
    }
    Quiz { ask: inlines(&fields.required("ask")), choices, line }
}

/// `file`, `file:3` or `file:3-5`.
fn file_and_lines(text: &str) -> (String, Option<(u32, u32)>) {
    let split = text.rsplit_once(':').and_then(|(file, lines)| {
        let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
        let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (first >= 1 && last >= first).then(|| (file.to_owned(), (first, last)))
    });
    match split {
        Some((file, lines)) => (file, Some(lines)),
        None => (text.to_owned(), None),
    }
}
