//! Which scene the page shows, and how it goes from one to another. What is kept of them, and where, is [`crate::scenes`]' matter.

use std::rc::Rc;

use netpolis_core::settings::Settings;

use super::{Action, FileId, LessonAction, State, unique_name};
use crate::examples::{EXAMPLES, Example, example_of};
use crate::scenes::{Clock, Closed, Elsewhere, Origin, Place, Record, SceneId, about, auto_name, copy_name, is_replaced, remember_closed};
use crate::share::{self, Shared};
use crate::words::{t, t_with};
use netpolis_view::{PathAsked, Question};

/// A kept scene, as it is opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opened {
    /// Which one.
    pub place: Place,
    /// What is in it.
    pub shared: Shared,
}

/// Which version of which scene is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The scene.
    pub scene: SceneId,
    revision: u32,
    name: Option<Rc<str>>,
    closed: usize,
    baseline: Option<u32>,
}

impl State {
    /// A page that has just begun: there is nothing to take back, and nothing to say.
    fn begun(open: impl FnOnce(&mut State)) -> Self {
        let mut state = State::default();
        open(&mut state);
        state.history.clear();
        state.notices.notice = None;
        state
    }

    /// The page as it opens.
    pub fn start(index: usize, example: &'static Example) -> Self {
        State::begun(|state| state.open_example(index, example))
    }

    /// The page with a scene from elsewhere.
    pub fn start_shared(shared: Shared) -> Self {
        State::begun(|state| state.open_shared(shared))
    }

    /// The page as it opens with a scene that was kept.
    pub fn start_opened(opened: Opened) -> Self {
        State::begun(|state| state.open_kept(opened))
    }

    /// The page as it opens with an example of which something else was asked.
    pub fn start_asked(index: usize, example: &'static Example, asked: Shared) -> Self {
        let mut state = State::start(index, example);
        state.asking.flow = asked.question;
        state.begin_path(asked.path, asked.path_shown);
        if let Some(file) = state.files.get(asked.active).map(|file| file.id) {
            state.files.active = file;
        }
        state
    }

    /// The page with nothing in it.
    pub fn start_empty() -> Self {
        let mut state = State::default();
        state.begin_empty();
        state
    }

    /// Names the tab, which scenes that begin here are called by.
    #[must_use]
    pub fn in_tab(mut self, tab: &str) -> Self {
        self.writer = tab.into();
        if !self.place.kept {
            self.place.id = self.next_scene();
        }
        self
    }

    /// What the scene is called: by its own name, by the example that it is, or by what is in it.
    pub fn title(&self) -> String {
        let example = || self.example().map(|example| example.title.to_owned());
        let own = || {
            let files: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
            auto_name(&self.answers.own_scene, &files)
        };
        self.place.name.as_deref().map(str::to_owned).or_else(example).unwrap_or_else(own)
    }

    /// The scene as it is kept; `packed` is what a link holds of it, where that was made already.
    pub fn record(&self, clock: Clock, now: f64, packed: Option<String>) -> Record {
        let record = Record {
            name: self.title(),
            named: self.place.name.is_some(),
            about: about(&self.answers.own_scene, self.files.len()),
            origin: self.place.origin,
            changed: now,
            deleted: None,
            clock,
            ..Record::default()
        };
        record.holding(packed.unwrap_or_else(|| share::encode(&self.shared())), &self.place.closed)
    }

    /// What has to differ for the scene to be another than the one that was stored: not what is only asked of it.
    pub fn content(&self) -> Content {
        Content {
            scene: self.place.id.clone(),
            revision: self.revision,
            name: self.place.name.clone(),
            closed: self.place.closed.len(),
            baseline: self.place.comparing.as_ref().map(|comparing| comparing.number),
        }
    }

    fn next_scene(&mut self) -> SceneId {
        SceneId(format!("{}-{}", self.writer.clone(), self.count()).into())
    }

    /// Another scene begins.
    pub(super) fn begin_place(&mut self, origin: Origin) {
        self.place = Place { id: self.next_scene(), origin, ..Place::default() };
        self.notices.elsewhere = None;
    }

    /// From its first change on, a scene is kept. A changed example goes on under the example's name.
    pub(super) fn keep_place(&mut self) {
        if self.place.kept {
            return;
        }
        self.place.kept = true;
        if self.place.name.is_none() && self.place.origin == Origin::Example {
            self.place.name = Some(self.title().into());
        }
    }

    /// Whether an action changes the scene itself. What changes files in other ways keeps it where it does.
    pub(super) fn is_change(action: &Action) -> bool {
        matches!(
            action,
            Action::TextEdited(..)
                | Action::AddFile
                | Action::RenameFile(..)
                | Action::CloseFile(_)
                | Action::ReopenFile(_)
                | Action::ChooseSettings(_)
                | Action::RenameScene(_)
        )
    }

    /// What there is to say of the scene that was left.
    pub(super) fn and_kept(&self, said: String) -> String {
        if self.place.kept { t_with("{0}. “{1}” is kept under Recent scenes", &[&said, &self.title()]) } else { said }
    }

    /// The example that the files are, if they are one.
    pub fn example(&self) -> Option<&'static Example> {
        EXAMPLES.get(self.files.example?)
    }

    pub(super) fn open_example(&mut self, index: usize, example: &'static Example) {
        let said = self.and_kept(t_with("Opened “{0}”", &[example.title]));
        self.remember();
        self.files.replace(example.files.iter().copied());
        self.files.show(self.files.iter().position(|f| f.text.contains("Policy")).unwrap_or(0));
        self.asking.flow = example.question();
        let path = example.path_asked();
        self.begin_path(path.unwrap_or_default(), example.opens_path());
        self.settings = Settings::default();
        self.begin_afresh();
        self.begin_place(Origin::Example);
        self.files.example = Some(index);
        self.tell(said, true);
    }

    pub(super) fn open_shared(&mut self, shared: Shared) {
        if let Some(lesson) = LessonAction::given(&shared.files) {
            return self.play(lesson);
        }
        let said = shared.name.as_ref().map_or_else(|| t("Opened").to_owned(), |name| t_with("Opened “{0}”", &[name]));
        let said = self.and_kept(said);
        self.remember();
        self.files.replace(shared.files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        self.files.show(shared.active);
        self.settings = shared.settings;
        self.asking.flow = shared.question;
        if self.asking.flow.protocol.is_empty() {
            self.asking.flow.protocol = "TCP".into();
        }
        self.begin_path(shared.path, shared.path_shown);
        self.begin_afresh();
        self.begin_place(Origin::Link);
        self.place.name = shared.name;
        self.take_baseline(shared.baseline);
        self.tell(said, true);
    }

    pub(super) fn begin_afresh(&mut self) {
        self.asking.begin_afresh();
        self.files.example = None;
        self.picture.reset();
        self.picture.begin_afresh();
        self.answers.forget();
        self.further.forget();
        self.revision += 1;
    }

    pub(super) fn open_kept(&mut self, opened: Opened) {
        let (said, before) = (self.and_kept(t("Opened").to_owned()), self.title());
        self.open_shared(opened.shared);
        if let Some(same) = self.history.last().map(|place| place.id.clone()).filter(|id| *id == opened.place.id) {
            // Another tab's version of the same scene: what was here before comes back as a copy, not over that.
            let copy = self.next_scene();
            for place in self.history.places().filter(|place| place.id == same) {
                place.id = copy.clone();
                place.name = Some(copy_name(&before).into());
            }
        }
        self.place = Place { comparing: self.place.comparing.take(), ..opened.place };
        // An example that was not changed is still that example.
        self.files.example = example_of(self.files.iter().map(|file| (file.name.as_str(), &*file.text)));
        self.tell(said, true);
    }

    /// A scene that was saved as a file: it is the person's own from the first moment.
    pub(super) fn open_saved(&mut self, name: &str, shared: Shared) {
        let said = self.and_kept(t_with("Opened “{0}”", &[name]));
        self.open_shared(shared);
        self.place.origin = Origin::Own;
        self.place.name = Some(name.into());
        self.place.kept = true;
        self.tell(said, true);
    }

    /// An empty scene.
    pub(super) fn begin_empty(&mut self) {
        self.files.replace(std::iter::empty());
        self.asking.flow = Question { protocol: "TCP".into(), port: Some(80), ..Question::default() };
        self.begin_path(PathAsked::default(), false);
        self.begin_afresh();
        self.begin_place(Origin::Own);
    }

    pub(super) fn start_scene(&mut self) {
        let said = self.and_kept(t("New scene").to_owned());
        self.remember();
        self.begin_empty();
        self.tell(said, true);
    }

    /// Nothing of what was is left, also not to be taken back.
    pub(super) fn forget(&mut self) {
        self.begin_empty();
        self.history.clear();
        self.notices.trouble = None;
        self.layout.dialog = None;
        self.tell(t("Nothing is stored in this browser now").into(), false);
    }

    /// What is shown goes on as a scene of its own, which is stored already.
    pub(super) fn fork(&mut self, from: &SceneId, to: SceneId, name: &str, elsewhere: Option<Elsewhere>) {
        if self.place.id != *from {
            return;
        }
        self.place.id = to;
        self.place.name = Some(name.into());
        self.place.kept = true;
        self.notices.elsewhere = elsewhere;
        for place in self.history.places().filter(|place| place.id == *from) {
            place.id = self.place.id.clone();
        }
    }

    pub(super) fn close_away(&mut self, name: String, text: Rc<str>) {
        remember_closed(Rc::make_mut(&mut self.place.closed), Closed { name, text });
    }

    /// A text that is pasted over, or deleted as a whole, can be brought back; not one that is an example's.
    pub(super) fn keep_replaced(&mut self, id: FileId, after: &str) {
        let Some(file) = self.files.find(id).filter(|file| is_replaced(&file.text, after)) else { return };
        let is_example = EXAMPLES.iter().flat_map(|example| example.files).any(|(_, text)| *text == &*file.text);
        if !is_example {
            let (name, text) = (file.name.clone(), file.text.clone());
            self.close_away(name, text);
        }
    }

    pub(super) fn reopen_file(&mut self, index: usize) {
        self.remember();
        if index >= self.place.closed.len() {
            return;
        }
        let file = Rc::make_mut(&mut self.place.closed).remove(index);
        let name = unique_name(&file.name, &self.files);
        self.files.push(name.clone(), &file.text);
        self.layout.dialog = None;
        self.revision += 1;
        self.tell(t_with("{0} is back", &[&name]), true);
    }

    /// A step taken back may lead to another scene; within one, its name and what is known of it stay.
    pub(super) fn return_to(&mut self, place: &Place) {
        if place.id == self.place.id {
            self.place.closed = place.closed.clone();
        } else {
            self.place = place.clone();
            self.notices.elsewhere = None;
        }
    }
}
