//! How the page begins: from a link, from the last visit, or with the first example.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::storage;
use crate::engine::{Evaluator, Request};
use crate::examples::EXAMPLES;
use crate::share::{self, LinkOptions, settings_text};
use crate::state::{Action, State};

/// What `start.js` hands over.
#[derive(Debug, PartialEq)]
pub struct Start {
    /// The program, compiled.
    pub module: JsValue,
    /// Address of the program's script.
    pub script: String,
    /// Address of the worker's script.
    pub worker: String,
}

/// Whether this is the page to be put into others.
pub fn is_embedded() -> bool {
    root().and_then(|root| root.get_attribute("data-page")).is_some_and(|page| page == "embed")
}

/// The document's root element.
pub fn root() -> Option<web_sys::Element> {
    web_sys::window()?.document()?.document_element()
}

/// The fragment of the page's address.
pub fn fragment() -> String {
    web_sys::window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// The state that the page begins with, evaluated already, so that the first picture has a verdict; and what the link said besides.
pub fn initial_state(evaluator: &mut Evaluator) -> (State, LinkOptions) {
    let embedded = is_embedded();
    let (mut state, options) = match share::decode(&fragment()) {
        Ok(Some((shared, options))) => (State::start_shared(shared), options),
        Ok(None) => (last_visit(embedded).unwrap_or_else(greeting), LinkOptions::default()),
        Err(error) => {
            let state = Rc::new(last_visit(embedded).unwrap_or_else(greeting)).reduce(Action::Notify(error.message()));
            (Rc::unwrap_or_clone(state), LinkOptions::default())
        }
    };
    if embedded {
        state.read_only = !options.edit;
        state.panes.bottom_hidden = true;
    } else {
        state.theme = storage::theme();
        if let Some(panes) = storage::panes() {
            state.panes = panes;
        }
    }
    let reply = evaluator.reply(Request {
        revision: state.revision,
        files: Some(state.files.iter().map(|f| (f.name.clone(), f.text.to_string())).collect()),
        settings: settings_text(&state.settings),
        question: state.question.clone(),
        board: None,
        path: state.wants_path(),
    });
    (Rc::unwrap_or_clone(Rc::new(state).reduce(Action::evaluated(reply))), options)
}

fn last_visit(embedded: bool) -> Option<State> {
    if embedded {
        return None;
    }
    let (shared, _) = share::decode(&storage::work()?).ok()??;
    let mut state = State::start_shared(shared);
    // An example that was not changed is still that example.
    state.example = EXAMPLES.iter().position(|example| {
        example.files.len() == state.files.len()
            && example.files.iter().zip(state.files.iter()).all(|((name, text), file)| *name == file.name && *text == &*file.text)
    });
    Some(state)
}

fn greeting() -> State {
    match EXAMPLES.first() {
        Some(example) => State::start(0, example),
        None => State::start_shared(share::Shared::default()),
    }
}
