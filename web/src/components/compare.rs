//! What is done about the comparison: above the list of what differs.

use yew::prelude::*;

use super::icons::{CROSS, PLUS, SWAP, UNDO, icon};
use super::menu::Menu;
use super::{press, use_part};
use crate::state::{CompareAction, State};

fn tools_part(state: &State) -> impl PartialEq + use<> {
    state.baseline().cloned()
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
        </div>
    }
}
