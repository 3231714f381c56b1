//! Commands as they are done, and the keys that call them.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::focus::focus_later;
use crate::components::{Dispatch, Store};
use crate::state::commands::{Command, Run};
use crate::state::shortcuts::{Pressed, command_of};
use crate::state::{Action, Dialog, LayoutAction, State};

/// Where letters are text.
const TYPING: &str = "input:not([type='checkbox']):not([type='radio']), textarea, select, [contenteditable='true']";

/// Whether this is a Mac, whose keys have other names.
pub fn is_mac() -> bool {
    // Also tablets with a keyboard, which have the keys of a Mac.
    let platform = super::window().and_then(|window| window.navigator().platform().ok()).unwrap_or_default();
    ["Mac", "iP"].iter().any(|begin| platform.starts_with(begin))
}

/// Does a command.
pub fn run(command: &Command, state: &State, dispatch: &Dispatch) {
    match command.run {
        Run::Do(action) => dispatch.dispatch(action(state)),
        Run::Layout(action) => dispatch.dispatch(action.into()),
        Run::Edit(wish) => dispatch.dispatch(Action::InEditor(wish)),
        // Once the palette is gone.
        Run::Press(selector) => drop(Timeout::new(0, move || press(selector)).forget()),
        Run::Reach(action, selector) => {
            dispatch.dispatch(action.into());
            focus_later(selector);
        }
        Run::Fullscreen => turn_fullscreen(),
    }
}

/// Presses the first element of a selector, as if by hand.
pub fn press(selector: &str) {
    let element = super::window().and_then(|window| window.document()?.query_selector(selector).ok()?);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // What opens is where the keyboard is.
        let _ = element.focus();
        element.click();
    }
}

fn turn_fullscreen() {
    let Some(document) = super::window().and_then(|window| window.document()) else { return };
    match (document.fullscreen_element(), document.document_element()) {
        (Some(_), _) => document.exit_fullscreen(),
        (None, Some(root)) => drop(root.request_fullscreen()),
        (None, None) => (),
    }
}

/// Hears the keys of the page.
#[hook]
pub fn use_commands(store: &Store) {
    let newest = use_mut_ref(|| store.clone());
    *newest.borrow_mut() = store.clone();
    use_effect_with((), move |()| {
        let listener = super::window().map(|window| {
            let options = EventListenerOptions { passive: false, ..EventListenerOptions::default() };
            EventListener::new_with_options(&window, "keydown", options, move |event| {
                let Some(key) = event.dyn_ref::<KeyboardEvent>().filter(|key| !key.default_prevented() && !key.is_composing()) else {
                    return;
                };
                let store = newest.borrow().clone();
                if hear(key, &store) {
                    key.prevent_default();
                }
            })
        });
        move || drop(listener)
    });
}

/// Whether a key was for a command.
fn hear(event: &KeyboardEvent, store: &Store) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let key = event.key();
    let pressed = Pressed {
        key: &key,
        command: if is_mac() { event.meta_key() } else { event.ctrl_key() },
        shift: event.shift_key(),
        alt: event.alt_key(),
        typing: target.is_some_and(|target| target.closest(TYPING).ok().flatten().is_some()),
    };
    let Some(command) = command_of(pressed, store) else { return false };
    let palette = matches!(command.run, Run::Layout(LayoutAction::ShowDialog(Some(Dialog::Palette))));
    match store.layout.dialog {
        // The same keys close it.
        Some(Dialog::Palette) if palette => store.dispatch(LayoutAction::ShowDialog(None).into()),
        // What is over the page has the keyboard.
        Some(_) if !palette => return false,
        _ => run(command, store, &store.dispatcher()),
    }
    true
}
