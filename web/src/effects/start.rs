//! How the page begins: from a link, from the last visit, or with the first example.

use std::rc::Rc;

use super::embed::Host;
use super::keep::Keeper;
use super::{outside, storage};
use crate::engine::EngineLink;
use crate::examples::{EXAMPLES, example_of};
use crate::scenes::SceneId;
use crate::share::{self, EmbedView};
use crate::state::{Action, LayoutAction, LessonAction, State, Theme};
use crate::words::{t, t_with};
use netpolis_view::{Evaluation, PathQuestion};

/// What `start.js` hands over.
#[derive(Debug, PartialEq)]
pub struct Start {
    /// The way to the engine.
    pub engine: EngineLink,
    /// The reply that the build made for the opening scene.
    pub reply: Vec<u8>,
    /// What speaks with the page around an embedded one.
    pub host: Option<Host>,
}

/// Whether this is the page to be put into others.
pub fn is_embedded() -> bool {
    root().and_then(|root| root.get_attribute("data-page")).is_some_and(|page| page == "embed")
}

/// The document's root element.
pub fn root() -> Option<web_sys::Element> {
    crate::effects::window()?.document()?.document_element()
}

/// The fragment of the page's address.
pub fn fragment() -> String {
    crate::effects::window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// The state that the page begins with, with a verdict where the build made the reply, so that the first picture has one. There is no keeper in a page
/// inside another: it stores nothing and reads nothing that is stored.
pub fn initial_state(reply: &[u8], keeper: Option<&Keeper>) -> State {
    if let Some(keeper) = keeper {
        outside::names_from_fragment();
        keeper.take_over(|shared| example_of(shared.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).is_some());
        Keeper::tidy();
    }
    let before = || keeper.map_or_else(asked_scene, last_visit);
    let mut state = match share::decode(&fragment()) {
        Ok(Some((shared, _))) => {
            let state = State::start_shared(shared);
            let own = keeper.is_some() && Keeper::has_any();
            if own { told(state, t("Opened from the link. Your own work is kept under Recent scenes").into()) } else { state }
        }
        Ok(None) => before(),
        Err(error) => told(before(), error.message()),
    };
    if let Some(keeper) = keeper {
        state = state.in_tab(keeper.tab());
        state.layout.theme = storage::theme();
        state.layout.panes = storage::panes().unwrap_or_default();
    }
    state.layout.panes = state.layout.panes.in_window(outside::window_width());
    state.layout.language = super::words::wanted(keeper.is_some());
    if keeper.is_none() {
        state = embedded(state);
    } else if let Some(lesson) = outside::asked("lesson") {
        state = after(state, open_lesson(lesson, outside::asked("step")));
    } else if let Some(id) = outside::asked("example") {
        state = match EXAMPLES.iter().enumerate().find(|(_, example)| example.id == id) {
            // It is the same text that was asked before.
            Some((index, _)) if state.files.example == Some(index) && !state.place.kept => state,
            Some((index, example)) => after(state, Action::OpenExample(index, example)),
            None => told(state, t_with("There is no example `{0}`", &[&id])),
        };
    }
    match Evaluation::from_kept(reply, &state.request()) {
        Some(reply) => after(state, Action::evaluated(reply)),
        None => state,
    }
}

fn after(state: State, action: impl Into<Action>) -> State {
    Rc::unwrap_or_clone(Rc::new(state).reduce(action.into()))
}

fn open_lesson(lesson: String, step: Option<String>) -> Action {
    Action::Lesson(LessonAction::Open(lesson, step.unwrap_or_default()))
}

/// What an embedded page opens with where its link holds no scene: an example by its name; nothing where files come by message.
fn asked_scene() -> State {
    match outside::asked_of_frame("example") {
        Some(id) if id.is_empty() => State::start_empty(),
        Some(id) => EXAMPLES.iter().enumerate().find(|(_, example)| example.id == id).map_or_else(
            || told(State::start_empty(), t_with("There is no example `{0}`", &[&id])),
            |(index, example)| State::start(index, example),
        ),
        None => greeting(),
    }
}

/// An embedded page as its address has it: what is asked and shown, and whether the text can be changed.
fn embedded(mut state: State) -> State {
    let asked = outside::asked_of_frame;
    let lesson = asked("lesson");
    let view = asked("view").map(|view| EmbedView::from_name(&view));
    state.files.read_only = lesson.is_none() && asked("edit").as_deref() != Some("1");
    state.layout.theme = Theme::from_name(&asked("theme").unwrap_or_default());
    if let Some((from, to)) = asked("from").zip(asked("to")) {
        let protocol = asked("protocol").unwrap_or_else(|| "TCP".into());
        let port = asked("port").and_then(|port| port.parse().ok());
        state = after(state, Action::Change(PathQuestion { from, to, protocol, port, ..PathQuestion::default() }));
    }
    // Of a lesson a single view can be shown as well.
    let usual = if lesson.is_some() { EmbedView::Lesson } else { EmbedView::Graph };
    if let Some(lesson) = lesson {
        state = after(state, open_lesson(lesson, asked("step")));
    }
    state.layout = state.layout.after(&LayoutAction::Embed(view.unwrap_or(usual)));
    state
}

fn told(state: State, text: String) -> State {
    after(state, Action::Notify(text))
}

/// What this tab showed before it was loaded again, else the scene that was worked on last, else the first example.
fn last_visit(keeper: &Keeper) -> State {
    let tab = storage::tab().unwrap_or_default();
    let mut words = tab.splitn(3, ' ');
    let mut unreadable = false;
    match (words.next(), words.next(), words.next()) {
        (Some("scene"), Some(id), None) => {
            let id = SceneId::from(id);
            match keeper.open(&id) {
                Ok(Some(opened)) if !Keeper::is_deleted(&id) => return State::start_opened(opened),
                Ok(_) => (),
                Err(_) => unreadable = true,
            }
        }
        (Some("example"), Some(id), Some(asked)) => {
            if let Some(state) = example_again(id, asked) {
                return state;
            }
        }
        (Some("empty"), ..) => return State::start_empty(),
        _ => (),
    }
    let (newest, others_unreadable) = keeper.newest();
    let state = newest.map_or_else(greeting, State::start_opened);
    if unreadable || others_unreadable {
        return told(state, t("A stored scene cannot be read. It is unchanged: see Recent scenes").into());
    }
    state
}

/// An example with what was asked of it.
fn example_again(id: &str, asked: &str) -> Option<State> {
    let index = EXAMPLES.iter().position(|example| example.id == id)?;
    let (asked, _) = share::decode_kept(asked).ok()?;
    Some(State::start_asked(index, EXAMPLES.get(index)?, asked))
}

fn greeting() -> State {
    match EXAMPLES.first() {
        Some(example) => State::start(0, example),
        None => State::start_shared(share::Shared::default()),
    }
}
