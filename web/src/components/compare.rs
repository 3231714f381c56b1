//! What is done about the comparison: above the list of what differs.

use yew::prelude::*;

use super::icons::{COPY, CROSS, PLUS, SWAP, UNDO, icon};
use super::menu::Menu;
use super::{ByAddress, Store, press, use_part};
use crate::effects::outside;
use crate::state::{Action, CompareAction, State};

fn tools_part(state: &State) -> impl PartialEq + use<> {
    (state.baseline().cloned(), state.shown_list().cloned().map(ByAddress))
}

/// What the files are compared with, and what can be done about it.
#[component]
pub fn CompareTools() -> Html {
    let Some(store) = use_part(tools_part) else { return Html::default() };
    let Some(baseline) = store.baseline() else {
        return html! {
            <div class="compare-tools">
                <button type="button" class="primary" onclick={press(&store, CompareAction::Keep)}>{ "Keep these files as the baseline" }</button>
            </div>
        };
    };
    html! {
        <div class="compare-tools">
            <Menu class="pick" button={html! { <><span class="pick-label">{ "Baseline" }</span><b>{ &baseline.name }</b></> }}>
                <button type="button" onclick={press(&store, CompareAction::Keep)}>{ icon(PLUS) }{ "Take these files as the new baseline" }</button>
                <button type="button" onclick={press(&store, CompareAction::Swap)}>{ icon(SWAP) }{ "Swap baseline and files" }</button>
                <button type="button" onclick={press(&store, CompareAction::Back)}>{ icon(UNDO) }{ "Back to the baseline" }</button>
                <hr />
                <button type="button" onclick={press(&store, CompareAction::Stop)}>{ icon(CROSS) }{ "Stop comparing" }</button>
            </Menu>
            if store.comparison().is_some_and(|view| !view.markdown.is_empty()) {
                <button type="button" class="pick" title="as a table for a review" onclick={copy(&store)}>{ icon(COPY) }{ "Copy as Markdown" }</button>
            }
        </div>
    }
}

fn copy(store: &Store) -> Callback<MouseEvent> {
    let store = store.clone();
    Callback::from(move |_: MouseEvent| {
        let Some(view) = store.comparison() else { return };
        let dispatch = store.dispatcher();
        outside::copy(view.markdown.clone(), move |done| {
            dispatch.dispatch(Action::Notify(if done { "Copied".into() } else { "The browser did not allow copying".into() }));
        });
    })
}
