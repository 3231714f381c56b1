//! Looks for a text in all files, and writes another in its place.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::components::{press, use_part};
use crate::effects::focus::focus_later;
use crate::state::find::{MOST_FOUND, Match, find_in_files, replace_all};
use crate::state::{Action, LayoutAction};
use crate::words::{and_more, t, t_count};

/// The fields, and the places that were found.
#[component]
pub fn FindInFiles() -> Html {
    let Some(store) = use_part(|state| (state.revision, state.files.read_only)) else { return Html::default() };
    let (wanted, with, exact) = (use_state(String::new), use_state(String::new), use_state(|| false));
    let found = find_in_files(&store.files, &wanted, *exact);
    let typed = |to: &UseStateHandle<String>| {
        let to = to.clone();
        Callback::from(move |event: InputEvent| to.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let turn = {
        let exact = exact.clone();
        Callback::from(move |_: Event| exact.set(!*exact))
    };
    let replace = {
        let (store, found, with) = (store.clone(), found.clone(), with.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !found.is_empty() && !store.files.read_only {
                store.dispatch(replace_all(&found, &with));
                focus_later(".find-in-files input");
            }
        })
    };
    let row = |place: &Match| {
        let (store, spot) = (store.clone(), place.spot.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            store.dispatch(LayoutAction::ShowDialog(None).into());
            store.dispatch(Action::Reveal(spot.clone()));
        });
        let [before, own, behind] = &place.line;
        html! { <li><button type="button" {onclick}><small>{ format!("{}:{}", place.spot.file, place.spot.line) }</small><code>{ before.trim_start() }<mark>{ own }</mark>{ behind }</code></button></li> }
    };
    let summary = match (found.len(), wanted.is_empty()) {
        (_, true) => String::new(),
        (0, _) => t("Not found in any file.").into(),
        (count, _) => t_count(count, "1 place", "{0} places"),
    };
    html! {
        <form class="find-in-files" onsubmit={replace}>
            <input type="text" autofocus=true autocomplete="off" autocapitalize="off" spellcheck="false" aria-label={t("find")} placeholder={t("Find")} value={(*wanted).clone()} oninput={typed(&wanted)} />
            if !store.files.read_only {
                <input type="text" autocomplete="off" autocapitalize="off" spellcheck="false" aria-label={t("replace with")} placeholder={t("Replace with")} value={(*with).clone()} oninput={typed(&with)} />
            }
            <div class="options">
                <label class="choice"><input type="checkbox" checked={*exact} onchange={turn} />{ t("Match case") }</label>
                <span role="status">{ summary }</span>
                if !store.files.read_only {
                    <button type="submit" class="primary small" disabled={found.is_empty()}>{ t("Replace all") }</button>
                    <button type="button" class="pick" disabled={!store.can_undo()} onclick={press(&store, Action::Undo)}>{ t("Undo") }</button>
                }
            </div>
            <ul tabindex="0" aria-label={t("Places")}>
                { for found.iter().take(MOST_FOUND).map(row) }
                if found.len() > MOST_FOUND { <li>{ and_more(found.len() - MOST_FOUND) }</li> }
            </ul>
        </form>
    }
}
