//! Everything the page remembers, and how it changes: no DOM here, so that it is tested natively.
//!
//! [`State`] is made of parts, each of what changes together. What concerns one part alone is its own action and its own reducer
//! ([`LayoutAction`], [`PictureAction`]); all others are [`Action`]s of the page.
//!
//! Effects (evaluating, storing, copying) live in hooks; what is hovered or half typed lives in components.

mod action;
mod answers;
mod asking;
pub mod commands;
mod comparing;
mod files;
pub mod find;
mod further;
mod history;
mod layout;
mod lesson;
mod notices;
mod opening;
mod packet;
pub mod palette;
mod panes;
mod picture;
mod place;
mod policy;
mod problems;
mod progress;
pub mod shortcuts;

pub use action::Action;
pub use answers::Answers;
pub use asking::{Asking, Selection};
pub use comparing::{CompareAction, Marks, baseline_of, baseline_of_files, baseline_of_text, marks_in};
pub use files::{EditorWish, FileId, Files, OpenFile, Reveal, is_json, unique_name};
pub use further::{AnswerList, FixSection, Further, Goal, as_list};
pub use layout::{Dialog, Layout, LayoutAction, Screen, Tab, Theme};
pub use lesson::{LESSON, Lesson, LessonAction, PartId, Phase, VERDICTS};
pub use notices::{Alert, EngineFault, Notice, Notices, Trouble};
pub use opening::open_files;
pub use packet::{PACES, Packet, PacketAction};
pub use panes::{Pane, Panes};
pub use picture::{PictureAction, PictureChoices};
pub use place::{Content, Opened};
pub use problems::{ProblemGroup, problem_groups};
pub use progress::{Doing, Progress, ProgressLine, Standing, amount_of};

use std::rc::Rc;

use netpolis_core::settings::Settings;

use self::history::History;
use crate::scenes::Place;
use crate::share::Shared;
use netpolis_view::{Board, Move, PathAsked, ProposalView, Request, Sentence, settings_text};

/// Everything the page remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The files and what is shown of them.
    pub files: Files,
    /// What is assumed.
    pub settings: Settings,
    /// Grows when files or settings change.
    pub revision: u32,
    /// What is asked and looked at.
    pub asking: Asking,
    /// What the evaluator said.
    pub answers: Answers,
    /// What else it was asked.
    pub further: Further,
    /// The lesson that is played, if one is.
    pub lesson: Option<Lesson>,
    /// The packet that goes along the way.
    pub packet: Packet,
    /// How the picture is drawn.
    pub picture: PictureChoices,
    /// What is where on the page.
    pub layout: Layout,
    /// The move of a policy that is thought of.
    pub moving: Option<Move>,
    /// What there is to tell the person.
    pub notices: Notices,
    /// What the page waits for.
    pub progress: Progress,
    /// Whether a file is made of the picture, for longer than a moment.
    pub saving: bool,
    /// Which scene this is.
    pub place: Place,
    /// The tab, for names of scenes.
    writer: Rc<str>,
    history: History,
    /// Grows with whatever needs a number that nothing had before.
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
    /// Whether [`Action::Undo`] has something to take back.
    pub fn can_undo(&self) -> bool {
        !self.history.is_empty()
    }

    /// Whether the cloud's network is shown in place of the cluster: as chosen, or where the input has one.
    pub fn shows_azure(&self) -> bool {
        self.answers.scene.cloud.as_ref().is_some_and(|cloud| self.picture.azure.unwrap_or(!cloud.regions.is_empty()))
    }

    /// The tabs of the bottom panel that there is something to show in.
    pub fn tabs(&self) -> &'static [Tab] {
        if self.answers.scene.cloud.is_some() { &Tab::ALL } else { &Tab::OF_CLUSTERS }
    }

    /// The tab of the bottom panel that is shown. A narrow window shows one by its own choice.
    pub fn shown_tab(&self) -> Tab {
        let tab = Some(self.layout.tab).filter(|tab| self.tabs().contains(tab)).unwrap_or_default();
        match self.layout.screen {
            Screen::Matrix => Tab::Matrix,
            Screen::Path => Tab::Path,
            Screen::Policies if matches!(tab, Tab::Rules | Tab::Addresses) => tab,
            Screen::Policies => Tab::Policies,
            Screen::Reports if tab == Tab::Answers => tab,
            Screen::Reports => Tab::Problems,
            Screen::Text | Screen::Graph | Screen::Trace | Screen::Lesson => tab,
        }
    }

    /// What the policy board wants to know; nothing while it is not shown.
    pub fn wants_board(&self) -> Option<Board> {
        (self.layout.shows_board() && self.further.policy.is_none()).then(|| Board { moving: self.moving.clone() })
    }

    /// What would come of the move that is thought of, or why it cannot be; nothing before that is known.
    pub fn proposal(&self) -> Option<&Result<ProposalView, Sentence>> {
        let board = self.answers.board.as_ref().filter(|board| board.asked.moving == self.moving)?;
        board.proposal.as_ref()
    }

    /// The way of a packet that is asked for: its verdict is that of the page.
    pub fn wants_path(&self) -> Option<PathAsked> {
        self.asking.path.is_asked().then(|| self.asking.path.clone())
    }

    /// Whether the picture is of an older text than the one that is there.
    pub fn is_behind(&self) -> bool {
        self.answers.revision != self.revision
    }

    /// Whether what is shown is not yet about what is there and asked.
    pub fn is_waiting(&self) -> bool {
        self.is_behind() && !self.answers.is_ahead(self.revision) || self.answers.outcome().is_none()
    }

    /// Whether there is a text, of which nothing is known yet.
    pub fn is_first_on_its_way(&self) -> bool {
        self.answers.is_empty() && self.files.size() > 0
    }

    /// Whether everything that the page wants to know was answered.
    pub fn is_answered(&self) -> bool {
        self.knows_the_rest() && self.lacks_further().is_empty()
    }

    /// Whether everything but further answers was answered.
    pub(super) fn knows_the_rest(&self) -> bool {
        let (board, path) = (self.wants_board(), self.wants_path());
        let board_known = board.is_none() || self.answers.board.as_ref().map(|known| &known.asked) == board.as_ref();
        let path_known = path.is_none() || self.answers.path.as_ref().map(|known| &known.asked) == path.as_ref();
        !self.is_behind() && self.answers.flow.is_some() && board_known && path_known
    }

    /// What an engine that has seen nothing yet is asked for this page.
    pub fn request(&self) -> Request {
        Request { files: Some(Request::new_files(self.files.texts())), baseline: self.baseline_texts(), ..self.request_without_texts() }
    }

    /// What an engine that has the texts is asked for this page.
    pub fn request_without_texts(&self) -> Request {
        Request {
            revision: self.revision,
            files: None,
            settings: settings_text(&self.settings),
            question: self.asking.flow.clone(),
            board: self.wants_board(),
            path: self.wants_path(),
            further: self.lacks_further(),
            baseline: None,
        }
    }

    /// The scene as a link holds it.
    pub fn shared(&self) -> Shared {
        // Of a lesson that came with its files a link begins it.
        if let Some(files) = self.lesson.as_ref().and_then(Lesson::given) {
            return Shared { files, ..Shared::default() };
        }
        Shared {
            name: self.place.name.clone().or_else(|| Some(self.example()?.title.into())),
            files: self.files.texts(),
            active: self.files.iter().position(|f| f.id == self.files.active).unwrap_or(0),
            settings: self.settings.clone(),
            question: self.asking.flow.clone(),
            path: self.asking.path.clone(),
            // What is asked about a Service has no other place in a link.
            path_shown: self.layout.shows_path() || self.asking.path.question.is_to_target(),
            baseline: self.baseline().cloned(),
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
        let place = state.place.id.clone();
        state.apply(action);
        if state.place.id != place {
            state.leave_lesson();
        }
        if state.revision != revision {
            state.files.typing = typed;
            // What was thought of was about the text as it stood.
            state.moving = None;
        }
        state.conclude();
        state.keep_packet();
        Rc::new(state)
    }

    /// Whether an action does anything: the page is not drawn again for one that does not.
    fn changes(&self, action: &Action) -> bool {
        match action {
            Action::TextEdited(id, text) => self.files.find(*id).is_some_and(|f| f.text != *text),
            Action::ShowFile(id) => self.files.active != *id && self.files.find(*id).is_some(),
            Action::RenameFile(id, name) => !name.trim().is_empty() && self.files.find(*id).is_some_and(|f| f.name != *name),
            Action::CloseFile(id) => self.files.find(*id).is_some(),
            Action::FilesGiven(files) => !files.is_empty(),
            Action::ChooseSettings(settings) => self.settings != *settings,
            Action::Ask(question) => self.asking.would_change(question),
            Action::AskFrom(from) => self.asking.from != *from,
            // Newest wins: what was computed for an older text is dropped, and the answer to another question.
            Action::Evaluated { revision, scene, question, .. } => {
                *revision == self.revision && (*question == self.asking.flow || scene.is_some() && self.is_behind())
            }
            Action::Ahead { revision, question, .. } => {
                *revision == self.revision && *question == self.asking.flow && self.is_behind() && !self.answers.is_of_another_scene()
            }
            Action::Engine(fault) => self.notices.engine != *fault,
            Action::Progress(progress) => self.progress != *progress,
            Action::Saving(saving) => self.saving != *saving,
            Action::AskPath(asked) => self.asking.path != *asked || !self.layout.shows_path(),
            Action::ShowBranch(branch) => self.asking.branch != *branch,
            Action::Think(moving) => self.moving != *moving,
            Action::LookForFixes(goal) => self.further.looks_for != *goal,
            Action::ShowPolicy(key) => self.further.policy != *key || !self.layout.shows_board(),
            Action::Packet(action) => self.packet_after(*action) != self.packet,
            Action::Layout(action) => self.layout.after(action) != self.layout,
            Action::Picture(action) => self.picture.after(action) != self.picture,
            Action::DismissNotice => self.notices.notice.is_some(),
            Action::Undo => self.can_undo(),
            Action::RenameScene(name) => !name.trim().is_empty() && self.place.name.as_deref() != Some(name.trim()),
            Action::Elsewhere(elsewhere) => self.notices.elsewhere != *elsewhere,
            Action::Trouble(trouble) => self.notices.trouble != *trouble,
            Action::ReopenFile(index) | Action::DropClosed(index) => *index < self.place.closed.len(),
            _ => true,
        }
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::TextEdited(id, text) => self.edit_text(id, text),
            Action::ShowFile(id) => self.files.active = id,
            Action::AddFile => self.add_file(),
            Action::FilesGiven(given) => self.take_files(given),
            Action::LogsGiven(logs) => self.take_logs(&logs),
            Action::RenameFile(id, name) => self.rename_file(id, &name),
            Action::CloseFile(id) => self.close_file(id),
            Action::ApplyEdits { title, edits } => self.apply_to_files(&title, &edits),
            Action::ApplyFix { revision, fix } => self.apply_fix(revision, &fix),
            Action::LookForFixes(goal) => self.further.looks_for = goal,
            Action::Follow(link) => self.follow(link),
            Action::ShowPolicy(key) => self.show_policy(key),
            Action::DrawAt(offset) => self.draw_at(offset),
            Action::EditPolicy(edit) => self.further.editing = Some(edit),
            Action::BeginPolicy { subject, calico } => self.begin_policy(subject, calico),
            Action::AskList(asked) => self.ask_list(asked),
            Action::Tick(key) => self.tick(key),
            Action::Lesson(action) => self.play(action),
            Action::Compare(action) => self.compare(action),
            Action::OpenExample(index, example) => self.open_example(index, example),
            Action::OpenShared(shared) => self.open_shared(*shared),
            Action::OpenSaved(name, shared) => self.open_saved(&name, *shared),
            Action::OpenKept(opened) => self.open_kept(*opened),
            Action::StartScene => self.start_scene(),
            Action::Forget => self.forget(),
            Action::RenameScene(name) => self.place.name = Some(name.trim().into()),
            Action::Fork { from, to, name, elsewhere } => self.fork(&from, to, &name, elsewhere),
            Action::Elsewhere(elsewhere) => self.notices.elsewhere = elsewhere,
            Action::Trouble(trouble) => self.notices.trouble = trouble,
            Action::ReopenFile(index) => self.reopen_file(index),
            Action::DropClosed(index) => drop(Rc::make_mut(&mut self.place.closed).remove(index)),
            Action::ChooseSettings(settings) => self.choose_settings(settings),
            Action::Ask(question) => self.ask(question),
            Action::AskBetween { from, to, traffic } => self.ask_between(from, to, traffic),
            Action::AskTo(to) => self.ask_to(to),
            Action::AskFrom(from) => self.ask_from(from),
            Action::Change(question) => self.change_question(question),
            Action::AskPath(asked) => self.ask_path(asked),
            Action::FollowTo { target, from } => self.follow_to(&target, from.as_deref()),
            Action::ChooseOnPath { name, value } => self.choose_on_path(&name, value),
            Action::ShowBranch(branch) => self.show_branch(branch),
            Action::Select(key) => self.select(key),
            Action::Evaluated { revision, scene, question, answer, board, path, further, checks } => {
                if scene.is_some() && self.picture.begins() {
                    self.picture.number += 1;
                }
                // The scene is told once for each revision, also with the answer to a question that is no longer asked.
                let answer = Some(answer).filter(|_| question == self.asking.flow);
                self.answers.take(revision, scene, answer, board);
                self.take_path(path);
                self.answers.checks = checks;
                self.further.take(revision, &further);
                self.take_policy_edit(&further);
                self.seek();
                // It may begin another scene, of which nothing is known yet.
                self.take_of_lesson(revision, &further);
                // Which further answers are wanted depends on the verdict.
                self.conclude();
                if self.is_answered() {
                    self.progress = Progress::Quiet;
                }
            }
            Action::Ahead { revision, answer, path, .. } => self.take_ahead(revision, answer, path),
            Action::Engine(fault) => self.notices.engine = fault,
            Action::Progress(progress) => self.take_progress(progress),
            Action::Saving(saving) => self.saving = saving,
            Action::Think(moving) => self.moving = moving,
            Action::Packet(action) => self.packet = self.packet_after(action),
            Action::Picture(action) => self.picture = self.picture.after(&action),
            Action::Layout(action) => self.lay_out(&action),
            Action::Reveal(spot) => self.reveal(spot),
            Action::InEditor(wish) => self.wish(wish),
            Action::Notify(text) => self.tell(text, false),
            Action::DismissNotice => self.notices.notice = None,
            Action::Undo => self.undo(),
        }
    }

    fn show_branch(&mut self, branch: usize) {
        self.asking.show_branch(branch);
        self.packet.at = self.packet.at.map(|_| 0);
    }

    fn lay_out(&mut self, action: &LayoutAction) {
        self.layout = self.layout.after(action);
        self.asking.follows_path |= action.opens_path();
        if matches!(action, LayoutAction::Speak(_)) {
            self.turn_lesson();
        }
    }

    fn choose_settings(&mut self, settings: Settings) {
        self.keep_place();
        self.remember();
        self.settings = settings;
        self.revision += 1;
    }

    /// A number that nothing had before.
    fn count(&mut self) -> u32 {
        self.counter += 1;
        self.counter
    }

    fn tell(&mut self, text: String, undo: bool) {
        self.notices.notice = Some(Notice { text, undo, count: self.count() });
    }

    fn remember(&mut self) {
        self.history.push(history::UndoStep {
            place: self.place.clone(),
            files: self.files.clone(),
            settings: self.settings.clone(),
            question: self.asking.flow.clone(),
            path: self.asking.path.clone(),
            with_baseline: false,
        });
    }

    /// The same for a step that changes the baseline.
    fn remember_baseline(&mut self) {
        self.remember();
        self.history.takes_back_baseline();
    }

    fn undo(&mut self) {
        let Some(step) = self.history.pop() else { return };
        if step.with_baseline {
            self.place.comparing.clone_from(&step.place.comparing);
        }
        self.return_to(&step.place);
        let version = self.count();
        self.files.go_back(step.files, version);
        self.settings = step.settings;
        self.asking.go_back(step.question, step.path);
        self.revision += 1;
        self.notices.notice = None;
    }
}

#[cfg(test)]
mod lesson_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod verdict_tests;
