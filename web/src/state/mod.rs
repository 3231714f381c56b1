//! Everything the page remembers, and how it changes: no DOM here, so that it is tested natively.
//!
//! Effects (evaluating, storing, copying) live in hooks; what is hovered or half typed lives in components.

mod action;
mod files;
mod panes;
mod path;
mod place;

pub use action::Action;
pub use files::{Edit, File, FileId, apply_edits, language_of_json, unique_name};
pub use panes::{Dialog, Pane, Panes, Screen, Tab, Theme};
pub use place::{Content, Opened};

use std::rc::Rc;

use netpolis_core::settings::Settings;

use crate::engine::{Board, BoardReply, Request};
use crate::scenes::{Elsewhere, Place};
use crate::share::{Shared, settings_text};
use crate::view_model::{
    AnswerView, Move, PathAsked, PathQuestion, PathReply, ProposalView, Question, SaidView, SceneView, SourceLocation, TrafficView, said,
};

/// Text that comes at once and is longer was not typed.
const PASTED: usize = 60;
/// Longest list of steps that can be taken back.
const HISTORY: usize = 30;

/// What is looked at beside the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// The flow of the question.
    #[default]
    Flow,
    /// An end, by its key.
    Endpoint(String),
}

/// A place to show in the editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// Where.
    pub spot: SourceLocation,
    /// Whether the keyboard goes there, too.
    pub focus: bool,
    /// Grows with every wish, so that the same place can be asked for twice.
    pub count: u32,
}

/// A sentence to the person, with a way back if it tells of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub text: String,
    /// Whether [`Action::Undo`] takes it back.
    pub undo: bool,
    /// Grows with every notice.
    pub count: u32,
}

/// Why work is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The browser stores nothing for this page.
    Off,
    /// There is no room left.
    Full,
}

/// What can be taken back as a whole.
#[derive(Clone, Debug)]
struct Step {
    place: Place,
    files: Rc<Vec<File>>,
    active: FileId,
    settings: Settings,
    question: Question,
    path: PathAsked,
    example: Option<usize>,
}

/// Everything the page remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The files, in tab order.
    pub files: Rc<Vec<File>>,
    /// The file shown.
    pub active: FileId,
    /// Grows when files or settings change.
    pub revision: u32,
    /// What is assumed.
    pub settings: Settings,
    /// What is asked.
    pub question: Question,
    /// What is looked at.
    pub selection: Selection,
    /// The end from which a question is asked, once the other is chosen.
    pub asks_from: Option<String>,
    /// The newest picture.
    pub scene: Rc<SceneView>,
    /// Which revision that picture is of.
    pub evaluated: u32,
    /// The newest answer, or why there is none.
    pub answer: Option<Rc<Result<AnswerView, String>>>,
    /// What the policy board was told, about this picture.
    pub board: Option<Rc<BoardReply>>,
    /// The way of a packet that is asked for, and what it is compared with.
    pub path: PathAsked,
    /// What the path panel was told, about this picture.
    pub path_reply: Option<Rc<PathReply>>,
    /// What both of them say to the question, as all of the page tells it.
    said: Option<Rc<Result<SaidView, String>>>,
    /// The branch of the way that is shown.
    pub branch: usize,
    /// Whether the way was looked at last, not the flow: its lines are the ones to light.
    lights_path: bool,
    /// The move of a policy that is thought of.
    pub moving: Option<Move>,
    /// The example that was opened, as long as nothing else replaced it.
    pub example: Option<usize>,
    /// Grows when the picture starts afresh: with another scene, not an edit of this one.
    pub picture: u32,
    /// Whether the next picture starts afresh.
    afresh: bool,
    /// Namespaces that were opened or closed against the rule for large scenes.
    pub toggled: Rc<Vec<String>>,
    /// Whether denied flows are drawn: as there is room, or always or never.
    pub show_denied: Option<bool>,
    /// Light or dark.
    pub theme: Theme,
    /// Pane sizes.
    pub panes: Panes,
    /// The screen of a narrow window.
    pub screen: Screen,
    /// The tab of the bottom panel.
    pub tab: Tab,
    /// Which view was chosen: the cloud's network, or the cluster.
    azure: Option<bool>,
    /// The window over the page.
    pub dialog: Option<Dialog>,
    /// A place to show in the editor.
    pub reveal: Option<Reveal>,
    /// A sentence to the person.
    pub notice: Option<Notice>,
    /// Whether text may be changed.
    pub read_only: bool,
    /// Whether much text is new, so that the page asks by itself if the question fits it no more.
    seeks: bool,
    /// Whether the newest text was typed, and may be half written.
    pub typing: bool,
    /// Which scene this is.
    pub place: Place,
    /// What another tab did to it.
    pub elsewhere: Option<Elsewhere>,
    /// Why the scene is not stored, if it should be and is not.
    pub trouble: Option<Trouble>,
    /// The tab, for names of scenes.
    writer: Rc<str>,
    history: Vec<Step>,
    next_file: u32,
    counter: u32,
    /// Grows with every change.
    stamp: u32,
}

/// States of one page are the same if nothing happened between them.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.stamp == other.stamp
    }
}

impl State {
    /// The file with this number.
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.files.iter().find(|f| f.id == id)
    }

    /// The file shown.
    pub fn active_file(&self) -> Option<&File> {
        self.file(self.active)
    }

    /// Whether [`Action::Undo`] has something to take back.
    pub fn can_undo(&self) -> bool {
        !self.history.is_empty()
    }

    /// The end that is looked at.
    pub fn selected_end(&self) -> Option<usize> {
        match &self.selection {
            Selection::Endpoint(key) => self.scene.find(key),
            Selection::Flow => None,
        }
    }

    /// Whether the cloud's network is shown in place of the cluster: as chosen, or where the text has one.
    pub fn shows_azure(&self) -> bool {
        self.scene.cloud.as_ref().is_some_and(|cloud| self.azure.unwrap_or(!cloud.regions.is_empty()))
    }

    /// The tab of the bottom panel that is shown: one that there is something to show in.
    pub fn shown_tab(&self) -> Tab {
        match self.tab {
            Tab::Rules | Tab::Addresses if self.scene.cloud.is_none() => Tab::Matrix,
            tab => tab,
        }
    }

    /// The answer about the flow, if that is what is asked.
    pub fn answered(&self) -> Option<&AnswerView> {
        self.answer.as_deref().filter(|_| !self.path.question.is_to_target())?.as_ref().ok()
    }

    /// What is said to the question: the verdict of all of the page.
    pub fn verdict(&self) -> Option<&Rc<Result<SaidView, String>>> {
        self.said.as_ref()
    }

    /// The same, where it could be answered.
    pub fn said(&self) -> Option<&SaidView> {
        self.said.as_deref()?.as_ref().ok()
    }

    /// What the policy board wants to know; nothing while it is not shown.
    pub fn wants_board(&self) -> Option<Board> {
        let shown = self.screen == Screen::Policies || self.tab == Tab::Policies && !self.panes.bottom_hidden;
        shown.then(|| Board { moving: self.moving.clone() })
    }

    /// What would come of the move that is thought of, or why it cannot be; nothing before that is known.
    pub fn proposal(&self) -> Option<&Result<ProposalView, String>> {
        let board = self.board.as_ref().filter(|board| board.asked.moving == self.moving)?;
        board.proposal.as_ref()
    }

    /// Whether the picture is of an older text than the one that is there.
    pub fn is_behind(&self) -> bool {
        self.evaluated != self.revision
    }

    /// Names and texts of the files.
    pub fn texts(&self) -> Vec<(String, String)> {
        self.files.iter().map(|f| (f.name.clone(), f.text.to_string())).collect()
    }

    /// What an evaluator that has seen nothing yet is asked for this page.
    pub fn request(&self) -> Request {
        Request {
            revision: self.revision,
            files: Some(self.texts()),
            settings: settings_text(&self.settings),
            question: self.question.clone(),
            board: self.wants_board(),
            path: self.wants_path(),
        }
    }

    /// The scene as a link holds it.
    pub fn shared(&self) -> Shared {
        Shared {
            files: self.texts(),
            active: self.files.iter().position(|f| f.id == self.active).unwrap_or(0),
            settings: self.settings.clone(),
            question: self.question.clone(),
            path: self.path.clone(),
            // What is asked about a Service has no other place in a link.
            path_shown: self.shows_path() || self.path.question.is_to_target(),
        }
    }

    /// What comes out of an action; the same state where it changes nothing.
    #[must_use]
    pub fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        if !self.changes(&action) {
            return self;
        }
        let mut state = Rc::unwrap_or_clone(self);
        state.stamp += 1;
        let (revision, typed) = (state.revision, matches!(action, Action::TextEdited(..)));
        if Self::is_change(&action) {
            state.keep_place();
        }
        state.apply(action);
        if state.revision != revision {
            state.typing = typed;
            // What was thought of was about the text as it stood.
            state.moving = None;
        }
        state.said = said(&state.path.question, state.answer.as_deref(), state.path_reply.as_deref(), state.branch).map(Rc::new);
        Rc::new(state)
    }

    /// Whether an action does anything: the page is not drawn again for one that does not.
    fn changes(&self, action: &Action) -> bool {
        match action {
            Action::TextEdited(id, text) => self.file(*id).is_some_and(|f| f.text != *text),
            Action::ShowFile(id) => self.active != *id && self.file(*id).is_some(),
            Action::RenameFile(id, name) => !name.trim().is_empty() && self.file(*id).is_some_and(|f| f.name != *name),
            Action::CloseFile(id) => self.file(*id).is_some(),
            Action::FilesGiven(files) => !files.is_empty(),
            Action::ChooseSettings(settings) => self.settings != *settings,
            Action::Ask(question) => {
                self.question != *question
                    || self.selection != Selection::Flow
                    || self.asks_from.is_some()
                    || self.path.question != question.into()
            }
            Action::AskFrom(from) => self.asks_from != *from,
            // Newest wins: what was computed for an older text or another question is dropped.
            Action::Evaluated { revision, question, .. } => *revision == self.revision && *question == self.question,
            Action::AskPath(asked) => self.path != *asked || !self.shows_path(),
            Action::ShowBranch(branch) => self.branch != *branch,
            Action::Think(moving) => self.moving != *moving,
            Action::ChooseTheme(theme) => self.theme != *theme,
            Action::ShowTab(tab) => self.tab != *tab || self.panes.bottom_hidden,
            Action::ShowScreen(screen) => self.screen != *screen,
            Action::WindowWidth(width) => self.panes.window != *width,
            Action::ShowDenied(show) => self.show_denied != *show,
            Action::DismissNotice => self.notice.is_some(),
            Action::Undo => self.can_undo(),
            Action::RenameScene(name) => !name.trim().is_empty() && self.place.name.as_deref() != Some(name.trim()),
            Action::Elsewhere(elsewhere) => self.elsewhere != *elsewhere,
            Action::Trouble(trouble) => self.trouble != *trouble,
            Action::ReopenFile(index) | Action::DropClosed(index) => *index < self.place.closed.len(),
            _ => true,
        }
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::TextEdited(id, text) => {
                // What comes at once was pasted.
                self.seeks |= self.file(id).is_some_and(|f| f.text.len().abs_diff(text.len()) > PASTED);
                self.keep_replaced(id, &text);
                self.set_text(id, text);
                self.revision += 1;
            }
            Action::ShowFile(id) => self.active = id,
            Action::AddFile => {
                let name = unique_name("untitled.yaml", &self.files);
                self.push_file(name, "");
                self.revision += 1;
            }
            Action::FilesGiven(given) => self.take_files(given),
            Action::RenameFile(id, name) => {
                let others: Vec<File> = self.files.iter().filter(|f| f.id != id).cloned().collect();
                let name = unique_name(name.trim(), &others);
                for file in Rc::make_mut(&mut self.files).iter_mut().filter(|f| f.id == id) {
                    file.name.clone_from(&name);
                }
                self.revision += 1;
            }
            Action::CloseFile(id) => self.close_file(id),
            Action::ApplyEdits { title, edits } => self.apply_to_files(&title, &edits),
            Action::OpenExample(index, example) => {
                self.open_example(index, example);
            }
            Action::OpenShared(shared) => self.open_shared(*shared),
            Action::OpenSaved(name, shared) => self.open_saved(&name, *shared),
            Action::OpenKept(opened) => self.open_kept(*opened),
            Action::StartScene => self.start_scene(),
            Action::Forget => self.forget(),
            Action::RenameScene(name) => self.place.name = Some(name.trim().into()),
            Action::Fork { from, to, name, elsewhere } => self.fork(&from, to, &name, elsewhere),
            Action::Elsewhere(elsewhere) => self.elsewhere = elsewhere,
            Action::Trouble(trouble) => self.trouble = trouble,
            Action::ReopenFile(index) => self.reopen_file(index),
            Action::DropClosed(index) => drop(Rc::make_mut(&mut self.place.closed).remove(index)),
            Action::ChooseSettings(settings) => {
                self.remember();
                self.settings = settings;
                self.revision += 1;
            }
            Action::Ask(question) => self.ask(question),
            Action::AskBetween { from, to, traffic } => self.ask(match traffic {
                Some(TrafficView { protocol, port }) => Question { from, to, protocol, port, ..Question::default() },
                None => self.scene.question(&from, &to, &self.question),
            }),
            Action::AskTo(to) => self.ask_to(to),
            Action::AskFrom(from) => {
                if from.is_some() {
                    self.screen = Screen::Graph;
                }
                self.asks_from = from;
            }
            Action::Change(question) if question.is_to_target() => self.take_question(PathAsked { question, versus: None }),
            Action::Change(question) => self.ask(question.flow()),
            Action::AskPath(asked) => {
                self.take_question(asked);
                self.open_path();
            }
            Action::FollowTo { target, from } => {
                // A question that waits for its destination has one now.
                let from = from.or_else(|| self.asks_from.take());
                if let Some(asked) = self.scene.target(&target).map(|target| self.way_to(target, from.as_deref())) {
                    self.take_question(asked);
                    self.open_path();
                }
            }
            Action::ShowBranch(branch) => {
                self.branch = branch;
                self.lights_path = true;
            }
            Action::Select(Some(to)) if self.asks_from.is_some() => {
                let from = self.asks_from.take().filter(|from| *from != to);
                if let Some(from) = from {
                    self.apply(Action::AskBetween { from, to, traffic: None });
                }
            }
            Action::Select(key) => self.selection = key.map_or(Selection::Flow, Selection::Endpoint),
            Action::Evaluated { revision, scene, answer, board, path, .. } => {
                if let Some(scene) = scene {
                    self.take_scene(scene);
                    self.evaluated = revision;
                    self.board = None;
                }
                self.take_path(path);
                if board.is_some() {
                    self.board = board;
                }
                self.answer = Some(answer);
                self.seek();
            }
            Action::Think(moving) => self.moving = moving,
            Action::ToggleNamespace(name) => {
                let toggled = Rc::make_mut(&mut self.toggled);
                match toggled.iter().position(|n| *n == name) {
                    Some(index) => drop(toggled.remove(index)),
                    None => toggled.push(name),
                }
            }
            Action::ShowDenied(show) => self.show_denied = show,
            Action::ShowAzure(azure) => self.azure = Some(azure),
            Action::ChooseTheme(theme) => self.theme = theme,
            Action::Resize(pane, size) => {
                self.panes.set_size(pane, size);
                self.panes.set_hidden(pane, false);
            }
            Action::TogglePane(pane) => self.panes.set_hidden(pane, !self.panes.is_hidden(pane)),
            Action::RestorePanes(panes) => self.panes = panes,
            Action::WindowWidth(width) => self.panes = self.panes.in_window(width),
            Action::ShowScreen(Screen::Path) | Action::ShowTab(Tab::Path) => self.open_path(),
            Action::ShowScreen(screen) => self.screen = screen,
            Action::ShowTab(tab) => {
                self.tab = tab;
                self.panes.bottom_hidden = false;
                // A wide window has tabs and no screens.
                if self.screen == Screen::Path {
                    self.screen = Screen::default();
                }
            }
            Action::ShowDialog(dialog) => self.dialog = dialog,
            Action::Reveal(spot) => {
                if let Some(file) = self.files.iter().find(|f| f.name == spot.file) {
                    self.active = file.id;
                }
                self.panes.editor_hidden = false;
                self.screen = Screen::Text;
                self.counter += 1;
                self.reveal = Some(Reveal { spot, focus: true, count: self.counter });
            }
            Action::Notify(text) => self.tell(text, false),
            Action::DismissNotice => self.notice = None,
            Action::Undo => self.undo(),
        }
    }

    fn take_scene(&mut self, scene: Rc<SceneView>) {
        if std::mem::take(&mut self.afresh) {
            self.picture += 1;
        }
        self.scene = scene;
    }

    fn ask(&mut self, question: Question) {
        let asked = PathQuestion::from(&question);
        if asked.is_to_target() {
            return self.take_question(PathAsked { question: asked, versus: None });
        }
        if self.question != question {
            self.answer = None;
        }
        self.question = question;
        self.selection = Selection::Flow;
        self.asks_from = None;
        self.lights_path = false;
        // One question: its way is that of the same flow.
        if self.path.question != asked {
            self.branch = 0;
            self.path = PathAsked { question: asked, versus: None };
        }
    }

    fn tell(&mut self, text: String, undo: bool) {
        self.counter += 1;
        self.notice = Some(Notice { text, undo, count: self.counter });
    }

    fn remember(&mut self) {
        if self.history.len() == HISTORY {
            self.history.remove(0);
        }
        self.history.push(Step {
            place: self.place.clone(),
            files: self.files.clone(),
            active: self.active,
            settings: self.settings.clone(),
            question: self.question.clone(),
            path: self.path.clone(),
            example: self.example,
        });
    }

    fn undo(&mut self) {
        let Some(step) = self.history.pop() else { return };
        self.return_to(&step);
        self.files = step.files;
        self.touch(|_| true);
        self.active = step.active;
        self.settings = step.settings;
        self.question = step.question;
        self.path = step.path;
        self.branch = 0;
        self.example = step.example;
        self.selection = Selection::Flow;
        self.revision += 1;
        self.notice = None;
    }
}

#[cfg(test)]
mod tests;
