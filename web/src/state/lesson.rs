//! A lesson that is played: which one, which step, what the learner did, and what is asked of the evaluator for it.

use std::rc::Rc;

use super::{LayoutAction, Panes, Reveal, Screen, State, Tab};
use crate::scenes::Origin;
use crate::words::{Language, t, t_with};
use netpolis_view::{
    Edit, FurtherAnswer, FurtherQuestion, GradeAsked, GradeView, LessonReply, LessonStep, LessonView, PartOfStep, PathAsked, Question,
    RowLink, TaskView, TermView, Texts, settings_from_text,
};

/// The file that a lesson is written in.
pub const LESSON: &str = "lesson.md";

/// A part of a step, by the numbers of both.
pub type PartId = (u32, u32);

/// A lesson that is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lesson {
    /// Its folder below `lessons/`: `policy/default-deny`; empty for one that came with its files.
    pub id: String,
    /// The files that it came with, `lesson.md` among them.
    given: Option<Rc<Texts>>,
    /// What is known of it.
    pub phase: Phase,
    /// The step that is shown, counted from 0.
    pub step: usize,
    /// The language that it is asked for in.
    language: Language,
    /// The text of `lesson.md` and files beside it, once they are there.
    texts: Option<(Rc<str>, Texts)>,
    /// Terms that its prose may link to.
    terms: Rc<Vec<TermView>>,
    /// Whether another language of the lesson that is played is on its way: what was done stays.
    turns: bool,
    /// The step to begin with, by its id, until the lesson is there.
    pub begin_at: String,
    /// Whether the bottom panel was hidden before: each step shows it or hides it.
    panel_hidden: bool,
    /// What the learner did with parts of steps.
    played: Vec<(PartId, Played)>,
    /// Tasks that were solved, each once.
    pub done: Vec<PartId>,
}

/// What a learner did with a part of a step.
#[derive(Clone, Debug, Default, PartialEq)]
struct Played {
    /// How many hints of a task are shown.
    hints: usize,
    /// What was chosen of a quiz, or predicted.
    pick: Option<usize>,
    /// The grade of a task, and the revision of the text that it is of.
    grade: Option<(u32, Rc<GradeView>)>,
}

/// What is known of a lesson.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Its text is on its way.
    #[default]
    Fetched,
    /// Its text is there, and these files beside it; it is to be read.
    Texts(Rc<str>, Texts),
    /// These files beside it are to be fetched.
    Wants(Rc<str>, Texts, Vec<String>),
    /// It is there.
    Open(Rc<LessonView>),
    /// It cannot be played; why, line by line.
    Failed(Vec<String>),
}

/// What happens to a lesson.
#[derive(Clone, Debug, PartialEq)]
pub enum LessonAction {
    /// A lesson is opened, at the step of that id; empty for the first.
    Open(String, String),
    /// A lesson is opened that came with its files: dropped, or by a link.
    Given(Rc<Texts>),
    /// The text of the lesson of that id came, and files beside it.
    Came(String, Rc<str>, Texts),
    /// The lesson of that id could not be fetched; why.
    Failed(String, String),
    /// Another step is shown.
    GoTo(usize),
    /// One more hint.
    Hint(PartId),
    /// An answer is chosen, or a verdict predicted.
    Pick(PartId, usize),
    /// A task's solution is put into the files.
    Show(PartId),
    /// The step begins again.
    Again,
    /// A text is put into a file: code of the prose.
    Put(String, String),
    /// What was solved in an earlier visit.
    Remember(Vec<PartId>),
    /// The lesson is closed; its scene stays.
    Close,
}

/// What a learner may predict, in the order of the buttons.
pub const VERDICTS: [&str; 4] = ["allowed", "denied", "sometimes", "cannot tell"];

impl LessonAction {
    /// Opens the lesson that is among files, if there is one: its `lesson.md` with what stands in the same folder.
    pub(super) fn given(files: &[(String, String)]) -> Option<Self> {
        let folder =
            files.iter().find_map(|(name, _)| name.strip_suffix(LESSON).filter(|before| before.is_empty() || before.ends_with('/')))?;
        let beside = |(name, text): &(String, String)| Some((name.strip_prefix(folder)?.to_owned(), text.clone()));
        Some(LessonAction::Given(Rc::new(files.iter().filter_map(beside).collect())))
    }
}

impl Lesson {
    /// The files that it came with, if it did.
    pub fn given(&self) -> Option<Texts> {
        self.given.as_deref().cloned()
    }

    /// The terms that its prose may link to.
    pub fn terms(&self) -> Rc<Vec<TermView>> {
        self.terms.clone()
    }

    /// The lesson, if it is there.
    pub fn view(&self) -> Option<&Rc<LessonView>> {
        match &self.phase {
            Phase::Open(view) => Some(view),
            _ => None,
        }
    }

    /// The step that is shown.
    pub fn shown(&self) -> Option<&LessonStep> {
        self.view()?.steps.get(self.step)
    }

    fn solved(&mut self, task: PartId) {
        if !self.done.contains(&task) {
            self.done.push(task);
        }
    }

    fn task(&self, id: PartId) -> Option<&TaskView> {
        match self.view()?.steps.get(id.0 as usize)?.parts.get(id.1 as usize)? {
            PartOfStep::Task(task) => Some(task),
            _ => None,
        }
    }

    /// The newest grade of a task.
    pub fn grade(&self, id: PartId) -> Option<&Rc<GradeView>> {
        self.known(id)?.grade.as_ref().map(|(_, grade)| grade)
    }

    /// How many hints of a task are shown.
    pub fn hints(&self, id: PartId) -> usize {
        self.known(id).map_or(0, |part| part.hints)
    }

    /// What was chosen of a quiz, or predicted.
    pub fn pick(&self, id: PartId) -> Option<usize> {
        self.known(id)?.pick
    }

    fn known(&self, id: PartId) -> Option<&Played> {
        self.played.iter().find(|(own, _)| *own == id).map(|(_, part)| part)
    }

    fn change(&mut self, id: PartId, change: impl FnOnce(&mut Played)) {
        match self.played.iter_mut().find(|(own, _)| *own == id) {
            Some((_, part)) => change(part),
            None => {
                let mut part = Played::default();
                change(&mut part);
                self.played.push((id, part));
            }
        }
    }

    /// Tasks of a step, by their numbers.
    pub fn tasks_of(&self, step: usize) -> Vec<PartId> {
        let parts = self.view().and_then(|view| view.steps.get(step)).map(|step| step.parts.as_slice()).unwrap_or_default();
        let is_task = |part: &PartOfStep| matches!(part, PartOfStep::Task(_));
        parts.iter().enumerate().filter(|(_, part)| is_task(part)).map(|(part, _)| (step as u32, part as u32)).collect()
    }

    /// Whether every task of a step was solved; nothing where it has none.
    pub fn is_step_done(&self, step: usize) -> Option<bool> {
        let tasks = self.tasks_of(step);
        (!tasks.is_empty()).then(|| tasks.iter().all(|task| self.done.contains(task)))
    }

    /// What decides tasks of the shown step that have no grade for this text.
    fn ungraded(&self, revision: u32) -> Vec<GradeAsked> {
        let asked = |id: PartId| {
            let known = self.known(id).and_then(|part| part.grade.as_ref()).is_some_and(|(of, _)| *of == revision);
            let task = self.task(id).filter(|_| !known)?;
            Some(GradeAsked {
                task: id,
                checks: task.checks.clone(),
                wrong: task.wrong.iter().map(|(texts, _)| texts.clone()).collect(),
                may_edit: task.may_edit.clone(),
                before: self.shown().map(|step| step.files.clone()).unwrap_or_default(),
            })
        };
        self.tasks_of(self.step).into_iter().filter_map(asked).collect()
    }

    /// What a lesson asks of the evaluator.
    pub(super) fn asks(&self, revision: u32) -> Vec<FurtherQuestion> {
        match &self.phase {
            Phase::Texts(text, files) => {
                vec![FurtherQuestion::Lesson(text.to_string(), files.clone(), self.language.tag().to_owned())]
            }
            Phase::Open(_) => self.ungraded(revision).into_iter().map(FurtherQuestion::Grade).collect(),
            Phase::Fetched | Phase::Wants(..) | Phase::Failed(_) => Vec::new(),
        }
    }
}

impl State {
    /// Sender and receiver of the flows that the learner is still to predict: neither graph nor matrix shows them.
    pub fn to_predict(&self) -> Vec<(String, String)> {
        let Some((lesson, step)) = self.lesson.as_ref().and_then(|lesson| Some((lesson, lesson.shown()?))) else { return Vec::new() };
        let unsaid = |(part, known): (usize, &PartOfStep)| {
            let PartOfStep::Predict(predict) = known else { return None };
            let RowLink::Flow(asked) = &predict.link else { return None };
            lesson.pick((lesson.step as u32, part as u32)).is_none().then(|| (asked.from.clone(), asked.to.clone()))
        };
        step.parts.iter().enumerate().filter_map(unsaid).collect()
    }

    /// The panes as they are without a lesson.
    pub fn panes_to_keep(&self) -> Panes {
        let bottom_hidden = self.lesson.as_ref().map_or(self.layout.panes.bottom_hidden, |lesson| lesson.panel_hidden);
        Panes { bottom_hidden, ..self.layout.panes }
    }

    /// Takes what the evaluator said about the lesson.
    pub(super) fn take_of_lesson(&mut self, revision: u32, answers: &[(FurtherQuestion, Rc<FurtherAnswer>)]) {
        for (asked, answer) in answers {
            match (asked, &**answer) {
                (FurtherQuestion::Lesson(text, files, language), FurtherAnswer::Lesson(reply)) => {
                    self.take_lesson((text, files, language), reply);
                }
                (FurtherQuestion::Grade(asked), FurtherAnswer::Grade(grade)) => {
                    // It may be of a lesson that is no longer open.
                    let is_asked = |lesson: &&mut Lesson| lesson.task(asked.task).is_some_and(|task| task.checks == asked.checks);
                    let Some(lesson) = self.lesson.as_mut().filter(is_asked) else { continue };
                    let news = grade.passes && !lesson.done.contains(&asked.task);
                    if grade.passes {
                        lesson.solved(asked.task);
                    }
                    lesson.change(asked.task, |part| part.grade = Some((revision, Rc::new(grade.clone()))));
                    // A narrow window shows the text without the lesson.
                    if news && self.layout.panes.has_screens() && self.layout.screen != Screen::Lesson {
                        self.tell(t("Solved. The lesson goes on.").into(), false);
                    }
                }
                _ => {}
            }
        }
    }

    fn take_lesson(&mut self, (text, files, language): (&str, &Texts, &str), reply: &LessonReply) {
        let Some(lesson) = &mut self.lesson else { return };
        // Of another lesson, an older text of it, or another language.
        if lesson.language.tag() != language || !matches!(&lesson.phase, Phase::Texts(own, known) if &**own == text && known == files) {
            return;
        }
        match reply {
            // What was asked for and is still wanted is not there.
            LessonReply::Wants(names)
                if lesson.given.is_some() || names.iter().any(|name| files.iter().any(|(known, _)| known == name)) =>
            {
                lesson.phase = Phase::Failed(vec![t_with("files of the lesson are missing: {0}", &[&names.join(", ")])]);
            }
            LessonReply::Wants(names) => lesson.phase = Phase::Wants(text.into(), files.clone(), names.clone()),
            LessonReply::Faulty(problems) => lesson.phase = Phase::Failed(problems.clone()),
            LessonReply::Read(view) => {
                lesson.texts = Some((text.into(), files.clone()));
                lesson.terms = Rc::new(view.terms.clone());
                if core::mem::take(&mut lesson.turns) {
                    lesson.phase = Phase::Open(Rc::new((**view).clone()));
                    return;
                }
                lesson.step = view.steps.iter().position(|step| step.id == lesson.begin_at).unwrap_or_default();
                lesson.phase = Phase::Open(Rc::new((**view).clone()));
                self.remember();
                self.begin_step();
            }
        }
    }

    pub(super) fn play(&mut self, action: LessonAction) {
        match action {
            LessonAction::Open(id, begin_at) => {
                let panel_hidden = self.panes_to_keep().bottom_hidden;
                self.lesson = Some(Lesson { id, begin_at, language: self.layout.language, panel_hidden, ..Lesson::default() });
                self.layout = self.layout.after(&LayoutAction::ShowScreen(Screen::Lesson));
                self.layout.dialog = None;
            }
            LessonAction::Given(files) => {
                let texts: (Vec<_>, Vec<_>) = files.iter().cloned().partition(|(name, _)| name == LESSON);
                let text = texts.0.into_iter().next().map(|(_, text)| text).unwrap_or_default();
                self.play(LessonAction::Open(String::new(), String::new()));
                if let Some(lesson) = &mut self.lesson {
                    lesson.given = Some(files);
                    lesson.phase = Phase::Texts(text.into(), texts.1);
                }
            }
            LessonAction::Failed(id, why) => {
                let Some(lesson) = self.lesson.as_mut().filter(|lesson| lesson.id == id) else { return };
                match &lesson.phase {
                    // A translation that cannot be fetched is no reason not to play.
                    Phase::Wants(text, files, _) if lesson.language != Language::English => {
                        lesson.phase = Phase::Texts(text.clone(), files.clone());
                        lesson.language = Language::English;
                        self.tell(why, false);
                    }
                    _ => lesson.phase = Phase::Failed(vec![why]),
                }
            }
            LessonAction::Close => {
                self.layout.panes = self.panes_to_keep();
                self.lesson = None;
                if self.layout.screen == Screen::Lesson {
                    self.layout.screen = Screen::default();
                }
            }
            LessonAction::Show(id) => {
                let solution = self.lesson.as_ref().and_then(|lesson| lesson.task(id)).map(|task| task.solution.clone());
                if let Some(files) = solution {
                    self.show_solution(&files);
                }
            }
            LessonAction::Put(file, text) => {
                let end = self.files.text_of(&file).encode_utf16().count() as u32;
                self.apply_to_files(t("code of the lesson"), &[(file, Edit { start: 0, end, insert: text })]);
            }
            LessonAction::Again => {
                if let Some(lesson) = &mut self.lesson {
                    let step = lesson.step as u32;
                    lesson.played.retain(|(id, _)| id.0 != step);
                }
                self.remember();
                self.begin_step();
            }
            LessonAction::GoTo(step) => {
                if let Some(lesson) = self.lesson.as_mut().filter(|lesson| lesson.view().is_some_and(|view| step < view.steps.len())) {
                    lesson.step = step;
                    self.begin_step();
                    // What was edited in another step is kept with its scene.
                    self.history.clear();
                }
            }
            other => {
                if let Some(lesson) = &mut self.lesson {
                    lesson.take(other);
                }
            }
        }
    }

    /// The scene of the shown step, and what is to be looked at.
    fn begin_step(&mut self) {
        let Some(lesson) = &mut self.lesson else { return };
        lesson.played.iter_mut().for_each(|(_, part)| part.grade = None);
        let Some((view, step)) = lesson.view().cloned().and_then(|view| Some((view.clone(), view.steps.get(lesson.step)?.clone()))) else {
            return;
        };
        let screen = self.layout.screen;
        self.files.replace(step.files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        self.settings = settings_from_text(&view.settings).0;
        self.asking.flow = step.flow.clone().unwrap_or_else(|| Question { protocol: "TCP".into(), ..Question::default() });
        let path = step.path.clone().map(|question| PathAsked { question, versus: None });
        self.begin_path(path.clone().unwrap_or_default(), path.is_some());
        self.begin_afresh();
        self.begin_place(Origin::Own);
        self.place.lesson = self.lesson.as_ref().map(|lesson| lesson.id.as_str().into());
        self.notices.notice = None;
        self.place.name = Some(format!("{}: {}", view.title, step.title).into());
        self.look_at(&step);
        self.layout.screen = screen;
    }

    fn look_at(&mut self, step: &LessonStep) {
        self.files.show(self.files.iter().position(|own| Some(&own.name) == step.file.as_ref()).unwrap_or_default());
        match step.view.as_deref() {
            Some("azure") => self.picture.azure = Some(true),
            Some("kubernetes") => self.picture.azure = Some(false),
            Some("matrix") => self.layout.tab = Tab::Matrix,
            Some("path") => self.layout.tab = Tab::Path,
            Some("problems") => self.layout.tab = Tab::Problems,
            Some("addresses") => self.layout.tab = Tab::Addresses,
            _ => {}
        }
        // What the step is about has the room.
        self.layout.panes.bottom_hidden = matches!(step.view.as_deref(), None | Some("azure" | "kubernetes"));
        if let Some(spot) = step.lines.clone() {
            self.files.reveal = Some(Reveal { spot, focus: false, count: self.count() });
        }
    }

    /// The files of a task's solution, as one change that can be taken back.
    fn show_solution(&mut self, files: &Texts) {
        self.keep_place();
        self.remember();
        let differs = |(name, text): &(String, String)| self.files.text_of(name) != text;
        let changed = files.iter().position(differs).unwrap_or_default();
        self.files.replace(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        self.files.show(changed);
        self.revision += 1;
        self.tell(t("Done: the solution").into(), true);
    }

    /// The lesson that is played goes on in the language that is wanted now.
    pub(super) fn turn_lesson(&mut self) {
        let language = self.layout.language;
        let Some(lesson) = &mut self.lesson else { return };
        lesson.language = language;
        if let (Phase::Open(view), Some((text, files))) = (&lesson.phase, &lesson.texts)
            && view.language != language.tag()
        {
            lesson.turns = true;
            lesson.phase = Phase::Texts(text.clone(), files.clone());
        }
    }

    /// A lesson is played in its own scene.
    pub(super) fn leave_lesson(&mut self) {
        if self.lesson.as_ref().is_some_and(|lesson| self.place.lesson.as_deref() != Some(&lesson.id)) {
            self.play(LessonAction::Close);
        }
    }
}

impl Lesson {
    /// What concerns nothing but the lesson.
    fn take(&mut self, action: LessonAction) {
        match action {
            LessonAction::Came(id, text, files) if id == self.id => self.phase = Phase::Texts(text, files),
            LessonAction::Hint(id) => {
                let most = self.task(id).map_or(0, |task| task.hints.len());
                self.change(id, |part| part.hints = most.min(part.hints + 1));
            }
            LessonAction::Pick(id, choice) => {
                self.change(id, |part| part.pick = Some(choice));
            }
            LessonAction::Remember(done) => done.into_iter().for_each(|task| self.solved(task)),
            _ => {}
        }
    }
}
