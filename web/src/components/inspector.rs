//! The right pane: the question, then the answer, or what there is to know about the selected end.

use yew::prelude::*;

use super::coverage::Coverage;
use super::lasting::use_lasting;
use super::late::{Late, Part};
use super::path::branches as path_branches;
use super::question::Ask;
use super::renders::count_render;
use super::trace::Trace;
use super::{ByAddress, Store, use_part};
use crate::state::{Action, LayoutAction, State, Tab};
use crate::words::t;

/// What the pane shows, without the question.
fn inspector_part(state: &State) -> impl PartialEq + use<> {
    let path = (state.path_part(), state.shown_branch(), state.layout.shows_path());
    (state.scene_part(), state.verdict_part(), state.last_verdict_part(), state.selected_end(), path, state.files.read_only)
}

/// How long the next answer is on its way, in ms, before the last one loses its colours.
const MOMENT: u32 = 150;

/// Stands before an answer while the next one is on its way.
#[component]
fn Waiting() -> Html {
    let waiting = use_part(State::is_waiting).is_some_and(|store| store.is_waiting());
    let lasts = use_lasting(waiting, MOMENT);
    html! { if waiting { <div class={classes!("waiting", lasts.then_some("long"))} hidden=true /> } }
}

/// Question and answer.
#[component]
pub fn Inspector() -> Html {
    count_render("Inspector");
    let Some(store) = use_part(inspector_part) else { return Html::default() };
    html! {
        <section class="pane inspector" aria-label={t("Question and trace")}>
            <Ask />
            if store.selected_end().is_some() {
                <Late part={Part::End} />
            } else if let Some(said) = store.answers.last_outcome() {
                <>
                    <Waiting />
                    <Trace said={ByAddress(said.clone())} branches={branches(&store)} coverage={html! { <Coverage /> }} read_only={store.files.read_only} />
                </>
            } else {
                <div class="trace"><Coverage /></div>
            }
        </section>
    }
}

/// The branches of the way that is the answer, and the way as a whole.
fn branches(store: &Store) -> Html {
    let Some(view) = store.path_view().filter(|_| store.answers.verdict().is_some_and(|said| said.by_path)) else { return Html::default() };
    let show = {
        let store = store.clone();
        Callback::from(move |branch| store.dispatch(Action::ShowBranch(branch)))
    };
    let open = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.dispatch(LayoutAction::ShowTab(Tab::Path).into()))
    };
    html! {
        <div class="said-branches">
            if view.branches.len() > 1 { { path_branches(view, store.shown_branch(), &show) } }
            if !store.layout.shows_path() { <button type="button" class="pick" onclick={open}>{ t("Show the whole path") }</button> }
        </div>
    }
}
