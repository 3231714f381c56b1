//! Which part of a large scene graph and matrix show.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::components::{Store, press};
use crate::state::PictureAction;
use netpolis_view::{FilterQuestion, FurtherAnswer, Status};

/// What can be chosen of verdicts, as a field's value, and in words.
const SHOWN: [(&str, Option<Status>, &str); 3] = [
    ("", None, "all flows"),
    ("allowed", Some(Status::Allowed), "only allowed"),
    ("open", Some(Status::CannotTell), "only what cannot be told"),
];

/// A change of the filter, by the value of a field.
fn change<T: 'static>(store: &Store, value: fn(&Event) -> String, set: fn(&mut FilterQuestion, String) -> T) -> Callback<Event> {
    let store = store.clone();
    Callback::from(move |event: Event| {
        let mut filter = (*store.picture.filter).clone();
        set(&mut filter, value(&event));
        store.dispatch(PictureAction::Filter(filter).into());
    })
}

/// What is chosen, as a button that shows all again, and the fields that choose it.
pub(super) fn filter(store: &Store) -> Html {
    let filter = &store.picture.filter;
    let error = match store.filter_answer().map(|answer| &**answer) {
        Some(FurtherAnswer::Filter(Err(message))) => Some(message.clone()),
        _ => None,
    };
    let written = |event: &Event| event.target_unchecked_into::<HtmlInputElement>().value().trim().to_owned();
    let chosen = |event: &Event| event.target_unchecked_into::<HtmlSelectElement>().value();
    let names = store.answers.scene.namespaces.iter().map(|namespace| &namespace.name);
    html! {
        <>
            <details class="filter">
                <summary class="pick">{ "Filter" }</summary>
                <div class="filter-fields">
                    <label>{ "Namespace" }<span class="pick select"><select onchange={change(store, chosen, |filter, value| filter.namespace = value)}>
                        <option value="" selected={filter.namespace.is_empty()}>{ "all" }</option>
                        { for names.map(|name| html! { <option value={name.clone()} selected={*name == filter.namespace}>{ name }</option> }) }
                    </select></span></label>
                    <label>{ "Labels" }<input type="text" placeholder="app == 'db' && has(tier)" autocomplete="off" autocapitalize="off" spellcheck="false"
                        aria-invalid={error.is_some().then_some("true")} value={filter.selector.clone()} onchange={change(store, written, |filter, value| filter.selector = value)} /></label>
                    if let Some(error) = error { <p class="wrong" role="alert">{ error }</p> }
                    <label>{ "Port" }<input type="text" inputmode="numeric" value={filter.port.map(|port| port.to_string()).unwrap_or_default()}
                        onchange={change(store, written, |filter, value| filter.port = value.parse().ok())} /></label>
                    <label>{ "Verdict" }<span class="pick select"><select onchange={change(store, chosen, |filter, value| filter.shown = SHOWN.iter().find(|(name, ..)| *name == value).and_then(|(_, shown, _)| *shown))}>
                        { for SHOWN.iter().map(|(value, shown, words)| html! { <option value={*value} selected={*shown == filter.shown}>{ *words }</option> }) }
                    </select></span></label>
                </div>
            </details>
            if !filter.is_empty() {
                <button type="button" class="pick filtered" aria-label={format!("show all again, not only {}", filter.words())} onclick={press(store, PictureAction::Filter(FilterQuestion::default()))}>
                    { filter.words() }<span aria-hidden="true">{ " ✕" }</span>
                </button>
            }
        </>
    }
}
