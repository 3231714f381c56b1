//! Lessons as the page plays them: prose as a tree, the files at each step, and what decides tasks, ready to be sent back to be graded.

use serde::{Deserialize, Serialize};

use super::{CheckView, PathQuestion, Question, RowLink, SourceLocation};

/// Names and texts of files.
pub type Texts = Vec<(String, String)>;

/// A lesson that was read, or what is missing for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LessonReply {
    /// Files beside `lesson.md` that it names, and that were not given.
    Wants(Vec<String>),
    /// The lesson.
    Read(Box<LessonView>),
    /// It cannot be played: what is wrong with it, with lines of `lesson.md`.
    Faulty(Vec<String>),
}

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonView {
    /// Its title.
    pub title: String,
    /// The language that its prose is in, by its tag.
    pub language: String,
    /// All languages that it is written in.
    pub languages: Vec<String>,
    /// Settings, as in a link.
    pub settings: String,
    /// What is said before the first step.
    pub intro: Vec<ProseBlock>,
    /// Its steps.
    pub steps: Vec<LessonStep>,
    /// Terms that its prose may link to.
    pub terms: Vec<TermView>,
}

/// A term of the field, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermView {
    /// What links name it by, with `term:` before it.
    pub link: String,
    /// Its name.
    pub name: String,
    /// What it means.
    pub text: Vec<ProseInline>,
    /// The page that says so.
    pub source: String,
}

/// A step of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonStep {
    /// Its title.
    pub title: String,
    /// What links name it by.
    pub id: String,
    /// The files when it begins.
    pub files: Texts,
    /// The file that is shown: the one whose lines are, or the first that a task is about.
    pub file: Option<String>,
    /// The flow that is asked when it begins.
    pub flow: Option<Question>,
    /// The path that is asked when it begins.
    pub path: Option<PathQuestion>,
    /// The picture or panel that is shown: `kubernetes`, `azure`, `matrix`, `path`, `problems`, `addresses`.
    pub view: Option<String>,
    /// The lines that are shown.
    pub lines: Option<SourceLocation>,
    /// What there is to read and to do.
    pub parts: Vec<PartOfStep>,
}

/// A part of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartOfStep {
    /// Something to read.
    Prose(Vec<ProseBlock>),
    /// Something to do.
    Task(TaskView),
    /// A question with answers to choose from.
    Quiz(QuizView),
    /// A verdict to be predicted.
    Predict(Box<PredictView>),
}

/// Something to do, until checks pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    /// What to do.
    pub say: Vec<ProseInline>,
    /// What may be edited; empty for everything.
    pub edit: Vec<EditableView>,
    /// The same, with what the step's earlier tasks may edit; empty where everything may be.
    pub may_edit: Vec<EditableView>,
    /// What decides that it is done, to be sent back.
    pub checks: String,
    /// Hints, from the first to the last.
    pub hints: Vec<Vec<ProseInline>>,
    /// The files that solve it.
    pub solution: Texts,
    /// Wrong answers, to be sent back, and why they are.
    pub wrong: Vec<(Texts, Vec<ProseInline>)>,
}

/// A question with answers to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizView {
    /// The question.
    pub ask: Vec<ProseInline>,
    /// The answers: what each says, whether it is right, and why.
    pub choices: Vec<(Vec<ProseInline>, bool, Vec<ProseInline>)>,
}

/// A verdict to be predicted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PredictView {
    /// The question in words: from, to, and what.
    pub asked: [String; 3],
    /// The verdict's word: `allowed`, `denied`, `sometimes` or `cannot tell`.
    pub verdict: String,
    /// The answer in a sentence.
    pub summary: String,
    /// What is said when it is shown.
    pub because: Vec<ProseInline>,
    /// The flow or the path, to be shown.
    pub link: RowLink,
}

/// A paragraph, list or the like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProseBlock {
    /// A heading below those of steps.
    Heading(Vec<ProseInline>),
    /// A paragraph.
    Paragraph(Vec<ProseInline>),
    /// A list; with the number of its first item if it is an ordered one.
    List(Option<u64>, Vec<Vec<ProseBlock>>),
    /// What stands out.
    Quote(Vec<ProseBlock>),
    /// Code: the file that it is offered for, the text.
    Code(Option<String>, String),
    /// A table: the cells of its head, then of each row.
    Table(Vec<Vec<Vec<ProseInline>>>),
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProseInline {
    /// Text.
    Text(String),
    /// Code.
    Code(String),
    /// Emphasised.
    Emphasis(Vec<ProseInline>),
    /// Strongly emphasised.
    Strong(Vec<ProseInline>),
    /// A link: where it leads, and its text. To a term of the lesson, `term:` and its name.
    Link(String, Vec<ProseInline>),
    /// The end of a line that is meant to be one.
    Break,
}

/// A task to be graded: what there is, and what decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeAsked {
    /// The step and its part, by their numbers.
    pub task: (u32, u32),
    /// The checks of the [`TaskView`].
    pub checks: String,
    /// The wrong answers of the [`TaskView`].
    pub wrong: Vec<Texts>,
    /// What may be edited, from the [`TaskView`].
    pub may_edit: Vec<EditableView>,
    /// The files that the step began with.
    pub before: Texts,
}

/// A file that may be edited; some lines of it, or all.
pub type EditableView = (String, Option<(u32, u32)>);

/// What came of a task's checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GradeView {
    /// The checks in order. Their places are of no file of the scene.
    pub checks: Vec<CheckView>,
    /// Whether all of them pass.
    pub passes: bool,
    /// The wrong answer that does the same as what there is, by its number.
    pub wrong: Option<usize>,
    /// What was edited and may not be; as long as there is something, the task is not done.
    pub strays: Vec<StrayView>,
}

/// An edit of what may not be edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StrayView {
    /// A file was added.
    Added(String),
    /// A file was removed.
    Removed(String),
    /// A line of a file is another now.
    Edited(String, u32),
}

#[cfg(feature = "answers")]
pub(super) use made::{WrongAnswers, grade as grade_view, reply as lesson_reply};

#[cfg(feature = "answers")]
mod made {
    use std::collections::BTreeSet;

    use netpolis_core::analysis::Analysis;
    use netpolis_core::answers::checks::{CheckResult, Outcome};
    use netpolis_core::answers::diff::{Version, diff};
    use netpolis_core::settings::Settings;
    use netpolis_core::text::Sources;
    use netpolis_lessons::{self as lessons, Block, Inline, Lesson, Part, Source};

    use super::*;
    use crate::checks::check_view;
    use crate::{SourceLocations, settings_text};

    /// Reads a lesson in a language, or in English where it is not written in that. `files` are those beside it that are there.
    pub(crate) fn reply(text: &str, files: &Texts, language: &str) -> LessonReply {
        let (lesson, problems) = lessons::read(text);
        if !problems.is_empty() {
            return LessonReply::Faulty(problems.iter().map(|problem| format!("lesson.md:{problem}")).collect());
        }
        let translation = lesson.languages.iter().find(|own| *own == language).map(|own| lessons::file_in(own));
        let mut names: Vec<String> = lessons::file_names(&lesson).into_iter().map(str::to_owned).collect();
        names.extend(translation.clone());
        names.retain(|name| !files.iter().any(|(known, _)| known == name));
        if !names.is_empty() {
            return LessonReply::Wants(names);
        }
        let source = |name: &str| files.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
        let (told, problems) = match translation.as_ref().and_then(|name| source(name)) {
            Some(text) => lessons::translated(&lesson, &text),
            None => (lesson, Vec::new()),
        };
        if !problems.is_empty() {
            let name = translation.unwrap_or_default();
            return LessonReply::Faulty(problems.iter().map(|problem| format!("{name}:{problem}")).collect());
        }
        let language = if translation.is_some() { language } else { ENGLISH };
        let mut told = told;
        let terms = lessons::glossary(&source(lessons::GLOSSARY).unwrap_or_default()).0;
        terms.mark(&mut told, language);
        match view(&told, &source) {
            Ok(view) => LessonReply::Read(Box::new(LessonView { language: language.into(), terms: term_views(&terms, language), ..view })),
            Err(error) => LessonReply::Faulty(vec![error]),
        }
    }

    /// The language of a `lesson.md`.
    const ENGLISH: &str = "en";

    fn view(lesson: &Lesson, source: Source<'_>) -> Result<LessonView, String> {
        let steps: Result<Vec<LessonStep>, String> = lesson
            .steps
            .iter()
            .enumerate()
            .map(|(number, step)| {
                let files = lessons::at_step(lesson, number, source).map_err(|error| format!("lesson.md:{}: {error}", step.line))?;
                let mut now = files.clone();
                let mut parts = Vec::new();
                let (mut everything, mut may_edit) = (false, Vec::new());
                for part in &step.parts {
                    parts.push(match part {
                        Part::Prose(blocks) => PartOfStep::Prose(blocks.iter().map(block).collect()),
                        Part::Quiz(quiz) => PartOfStep::Quiz(QuizView {
                            ask: line(&quiz.ask),
                            choices: quiz.choices.iter().map(|choice| (line(&choice.text), choice.right, line(&choice.because))).collect(),
                        }),
                        Part::Predict(predict) => PartOfStep::Predict(Box::new(predicted(predict, &now, &lesson.settings))),
                        Part::Task(task) => {
                            let after =
                                |change| lessons::after(&now, change, source).map_err(|error| format!("lesson.md:{}: {error}", task.line));
                            let solution = after(&task.solution)?;
                            let wrong: Result<Vec<_>, String> =
                                task.wrong.iter().map(|wrong| Ok((after(&wrong.change)?, line(&wrong.because)))).collect();
                            let edit: Vec<EditableView> =
                                task.edit.iter().map(|editable| (editable.file.clone(), editable.lines)).collect();
                            // What was done for an earlier task of the step stays.
                            everything |= task.edit.is_empty();
                            may_edit.extend(edit.iter().cloned());
                            let view = TaskView {
                                say: line(&task.say),
                                edit,
                                may_edit: if everything { Vec::new() } else { may_edit.clone() },
                                checks: task.checks.document.clone(),
                                hints: task.hints.iter().map(|hint| line(hint)).collect(),
                                wrong: wrong?,
                                solution: solution.clone(),
                            };
                            now = solution;
                            PartOfStep::Task(view)
                        }
                    });
                }
                let looked = step.look.flow.as_ref();
                let edited = || step.tasks().find_map(|task| task.edit.first()).map(|editable| &editable.file);
                let lines = step.look.lines.first().and_then(|lines| location(lines, &files));
                Ok(LessonStep {
                    title: step.title.clone(),
                    id: step.id.clone(),
                    files,
                    flow: looked.filter(|flow| !flow.path).map(question),
                    path: looked.filter(|flow| flow.path).map(|flow| (&question(flow)).into()),
                    file: step.look.lines.first().map(|lines| &lines.file).or_else(edited).cloned(),
                    view: step.look.view.map(|view| view.as_str().to_owned()),
                    lines,
                    parts,
                })
            })
            .collect();
        Ok(LessonView {
            title: lesson.title.clone(),
            language: String::new(),
            languages: core::iter::once(ENGLISH.to_owned()).chain(lesson.languages.iter().cloned()).collect(),
            settings: settings_text(&lesson.settings),
            intro: lesson.intro.iter().map(block).collect(),
            steps: steps?,
            terms: Vec::new(),
        })
    }

    /// Terms in a language.
    fn term_views(glossary: &lessons::Glossary, language: &str) -> Vec<TermView> {
        let view = |term: &lessons::Term| {
            let own = term.in_language(language)?;
            Some(TermView {
                link: format!("{}{}", lessons::TERM, term.id),
                name: own.name.clone(),
                text: line(&own.text),
                source: term.source.clone(),
            })
        };
        glossary.terms.iter().filter_map(view).collect()
    }

    /// Where lines are.
    fn location(lines: &lessons::Lines, files: &Texts) -> Option<SourceLocation> {
        let (name, text) = files.iter().find(|(name, _)| *name == lines.file)?;
        let mut sources = Sources::default();
        let source = sources.add(name.clone(), text.as_str().into());
        let start = |line: u32| -> u32 { text.split_inclusive('\n').take(line as usize).map(|line| line.len() as u32).sum() };
        SourceLocations::new(&sources).range(source, start(lines.first.saturating_sub(1)), start(lines.last))
    }

    fn question(flow: &lessons::Flow) -> Question {
        Question { from: flow.from.clone(), to: flow.to.clone(), protocol: flow.protocol.clone(), port: flow.port, ..Question::default() }
    }

    /// A question with the verdict that the core gives now.
    fn predicted(predict: &lessons::Predict, files: &Texts, settings: &Settings) -> PredictView {
        let flow = &predict.flow;
        let (verdict, summary) = lessons::ask(&lessons::scene(files, settings), flow).unwrap_or_else(|error| ("cannot tell", error));
        let what = flow.port.map_or_else(|| flow.protocol.clone(), |port| format!("{} {port}", flow.protocol));
        PredictView {
            asked: [flow.from.clone(), flow.to.clone(), what],
            verdict: verdict.to_owned(),
            summary,
            because: line(&predict.because),
            link: if flow.path { RowLink::Path(question(flow)) } else { RowLink::Flow(question(flow)) },
        }
    }

    fn block(block: &Block) -> ProseBlock {
        let all = |blocks: &[Block]| -> Vec<ProseBlock> { blocks.iter().map(self::block).collect() };
        match block {
            Block::Heading(text) => ProseBlock::Heading(line(text)),
            Block::Paragraph(text) => ProseBlock::Paragraph(line(text)),
            Block::List(first, items) => ProseBlock::List(*first, items.iter().map(|item| all(item)).collect()),
            Block::Quote(inner) => ProseBlock::Quote(all(inner)),
            Block::Code(code) => ProseBlock::Code(code.file.clone(), code.text.clone()),
            Block::Table(rows) => ProseBlock::Table(rows.iter().map(|row| row.iter().map(|cell| line(cell)).collect()).collect()),
        }
    }

    fn line(parts: &[Inline]) -> Vec<ProseInline> {
        let part = |part: &Inline| match part {
            Inline::Text(text) => ProseInline::Text(text.clone()),
            Inline::Code(code) => ProseInline::Code(code.clone()),
            Inline::Emphasis(inner) => ProseInline::Emphasis(line(inner)),
            Inline::Strong(inner) => ProseInline::Strong(line(inner)),
            Inline::Link(to, inner) => ProseInline::Link(to.clone(), line(inner)),
            Inline::Break => ProseInline::Break,
        };
        parts.iter().map(part).collect()
    }

    fn stray(stray: lessons::Stray) -> StrayView {
        match stray {
            lessons::Stray::Added(file) => StrayView::Added(file),
            lessons::Stray::Removed(file) => StrayView::Removed(file),
            lessons::Stray::Edited { file, line } => StrayView::Edited(file, line),
        }
    }

    fn version(scene: &Analysis) -> Version<'_> {
        Version { snapshot: scene.snapshot(), connectivity: scene.connectivity() }
    }

    /// How many scenes are kept: more than a step has wrong answers.
    const KEPT: usize = 16;

    /// Scenes that the learner's is compared with: wrong answers, and what the step began with. A task is graded with every key that is pressed, and these
    /// stay the same.
    #[derive(Default)]
    pub(crate) struct WrongAnswers(Vec<KnownAnswer>);

    struct KnownAnswer {
        texts: Texts,
        checks: String,
        scene: Analysis,
        effect: Effect,
    }

    /// What an answer does besides flows: what comes of the checks, and which kinds of problems there are.
    #[derive(PartialEq)]
    struct Effect(Vec<Outcome>, BTreeSet<String>);

    impl Effect {
        fn of(scene: &Analysis, results: &[CheckResult]) -> Self {
            let problems = scene.problems().iter().map(|problem| problem.code.to_string());
            Effect(results.iter().map(|result| result.outcome).collect(), problems.collect())
        }
    }

    impl WrongAnswers {
        /// These files under these settings, and what comes of the checks.
        fn answer(&mut self, texts: &Texts, settings: &Settings, checks: &lessons::Checks) -> &KnownAnswer {
            let is_it =
                |known: &KnownAnswer| &known.texts == texts && known.checks == checks.document && known.scene.settings() == settings;
            let place = self.0.iter().position(is_it);
            let place = place.unwrap_or_else(|| {
                if self.0.len() == KEPT {
                    self.0.remove(0);
                }
                let scene = lessons::scene(texts, settings);
                let effect = Effect::of(&scene, &lessons::grade(texts, settings, checks).results);
                self.0.push(KnownAnswer { texts: texts.clone(), checks: checks.document.clone(), scene, effect });
                self.0.len() - 1
            });
            &self.0[place]
        }
    }

    /// Whether two lists have the same files, in any order.
    fn are_same(some: &Texts, others: &Texts) -> bool {
        some.len() == others.len() && some.iter().all(|file| others.contains(file))
    }

    /// Makes a task's checks of a scene.
    pub(crate) fn grade(scene: &Analysis, asked: &GradeAsked, known: &mut WrongAnswers) -> GradeView {
        let files: Texts = scene.sources().iter().map(|(_, source)| (source.name.clone(), source.text.to_string())).collect();
        let checks = lessons::Checks { document: asked.checks.clone(), lines_before: 0 };
        let graded = lessons::grade(&files, scene.settings(), &checks);
        let may_edit = |(file, lines): &EditableView| lessons::Editable { file: file.clone(), lines: *lines };
        let may_edit: Vec<lessons::Editable> = asked.may_edit.iter().map(may_edit).collect();
        let strays: Vec<StrayView> = lessons::strays(&may_edit, &asked.before, &files).into_iter().map(stray).collect();
        let solved = graded.passes();
        let passes = solved && strays.is_empty();
        let own = Effect::of(scene, &graded.results);
        let mut does_the_same = |texts: &Texts| {
            let other = known.answer(texts, scene.settings(), &checks);
            other.effect == own && diff(version(scene), version(&other.scene)).is_empty()
        };
        // Nobody is told why an answer is wrong that was not given: one that does no more than the start does is known by its text alone.
        let wrong = if solved || are_same(&asked.before, &files) {
            None
        } else {
            let given = asked.wrong.iter().position(|texts| are_same(texts, &files));
            given.or_else(|| if does_the_same(&asked.before) { None } else { asked.wrong.iter().position(does_the_same) })
        };
        let locations = SourceLocations::new(graded.scene.sources());
        let checks = graded.results.into_iter().map(|result| check_view(result, &locations)).collect();
        GradeView { checks, passes, wrong, strays }
    }
}
