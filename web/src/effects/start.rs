//! How the page begins: from a link, from the last visit, or with the first example.

use std::rc::Rc;

use super::keep::Keeper;
use super::{outside, storage};
use crate::engine::EngineLink;
use crate::examples::{EXAMPLES, example_of};
use crate::scenes::SceneId;
use crate::share::{self, LinkOptions};
use crate::state::{Action, LessonAction, State};
use netpolis_view::Evaluation;

/// What `start.js` hands over.
#[derive(Debug, PartialEq)]
pub struct Start {
    /// The way to the engine.
    pub engine: EngineLink,
    /// The reply that the build made for the opening scene.
    pub reply: Vec<u8>,
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

/// The state that the page begins with, with a verdict where the build made the reply, so that the first picture has one; and what the
/// link said besides. There is no keeper in a page inside another: it stores nothing and reads nothing that is stored.
pub fn initial_state(reply: &[u8], keeper: Option<&Keeper>) -> (State, LinkOptions) {
    if let Some(keeper) = keeper {
        keeper.take_over(|shared| example_of(shared.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).is_some());
        Keeper::tidy();
    }
    let before = || keeper.map_or_else(greeting, last_visit);
    let (mut state, options) = match share::decode(&fragment()) {
        Ok(Some((shared, options))) => {
            let state = State::start_shared(shared);
            let own = keeper.is_some() && Keeper::has_any();
            (if own { told(state, "Opened from the link. Your own work is kept under Recent scenes".into()) } else { state }, options)
        }
        Ok(None) => (before(), LinkOptions::default()),
        Err(error) => (told(before(), error.message()), LinkOptions::default()),
    };
    if let Some(keeper) = keeper {
        state = state.in_tab(keeper.tab());
        state.layout.theme = storage::theme();
        state.layout.panes = storage::panes().unwrap_or_default();
    } else {
        state.files.read_only = !options.edit;
        state.layout.panes.bottom_hidden = true;
    }
    state.layout.panes = state.layout.panes.in_window(outside::window_width());
    if let Some(lesson) = keeper.and_then(|_| outside::asked("lesson")) {
        let action = LessonAction::Open(lesson, outside::asked("step").unwrap_or_default());
        state = Rc::unwrap_or_clone(Rc::new(state).reduce(Action::Lesson(action)));
    }
    match Evaluation::from_kept(reply, &state.request()) {
        Some(reply) => (Rc::unwrap_or_clone(Rc::new(state).reduce(Action::evaluated(reply))), options),
        None => (state, options),
    }
}

fn told(state: State, text: String) -> State {
    Rc::unwrap_or_clone(Rc::new(state).reduce(Action::Notify(text)))
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
        return told(state, "A stored scene cannot be read. It is unchanged: see Recent scenes".into());
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
