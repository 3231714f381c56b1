//! A question whose first end is chosen, and that waits for the other: the way to ask without dragging.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use super::icons::{CROSS, icon};
use super::{Store, use_part};
use crate::effects::focus;
use crate::state::Action;
use crate::words::{key, t};

/// What to do next, while the other end is to be chosen.
#[component]
pub fn AskFrom() -> Html {
    let Some(store) = use_part(|state| (state.scene_part(), state.asking.from.clone())) else { return Html::default() };
    use_choosing(&store);
    let Some(end) = store.asking.from.as_ref().and_then(|key| store.answers.scene.find(key)) else { return Html::default() };
    let leave = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.dispatch(Action::AskFrom(None)))
    };
    html! {
        <p class="banner choosing-note" role="status">
            <span>{ t("From ") }<b>{ store.answers.scene.title(end) }</b>{ t(": choose the destination") }</span>
            <button type="button" class="quiet square" aria-label={t("ask nothing")} title={t("ask nothing (Esc)")} onclick={leave}>{ icon(CROSS) }</button>
        </p>
    }
}

/// The focus goes to the end that asks, from where arrow keys lead on; Escape leaves it at that.
#[hook]
fn use_choosing(store: &Store) {
    let dispatcher = store.dispatcher();
    use_effect_with(store.asking.from.clone(), move |from| {
        if let Some(from) = from {
            focus_end(from);
        }
        let listener = from.is_some().then(web_sys::window).flatten().map(|window| {
            EventListener::new(&window, "keydown", move |event| {
                if event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == "Escape") {
                    dispatcher.dispatch(Action::AskFrom(None));
                }
            })
        });
        move || drop(listener)
    });
}

/// Moves the focus to the mark of an end, in whichever picture is shown.
fn focus_end(key: &str) {
    let Some(document) = crate::effects::window().and_then(|w| w.document()) else { return };
    let Ok(marks) = document.query_selector_all(".graph-pane [data-key]") else { return };
    let mark = (0..marks.length())
        .filter_map(|i| marks.item(i)?.dyn_into::<Element>().ok())
        .find(|m| m.get_attribute("data-key").as_deref() == Some(key));
    if let Some(mark) = mark {
        focus::focus(&mark);
    }
}

/// The button that begins it, and the one that makes an end the receiver of the question.
pub fn ask_buttons(store: &Store, end: &str) -> Html {
    let button = |name: &'static str, actions: Vec<Action>| {
        let store = store.clone();
        let onclick = Callback::from(move |_: MouseEvent| actions.iter().cloned().for_each(|action| store.dispatch(action)));
        html! { <button type="button" class="small" {onclick}>{ t(name) }</button> }
    };
    html! {
        <div class="ask-from">
            { button(key("Ask from here"), vec![Action::AskFrom(Some(end.to_owned()))]) }
            if store.asking.path.question.from != end {
                { button(key("Ask to here"), vec![Action::AskTo(end.to_owned()), Action::Select(None)]) }
            }
        </div>
    }
}
