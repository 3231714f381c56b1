//! One policy as a drawing: what may send on the left, the selected endpoints in the middle, what they may send to on the right.

mod begin;
mod drag;
mod edit;
mod link;
mod side;

use yew::prelude::*;

use self::drag::{Drag, use_drag};
use self::edit::{MIDDLE, tray};
use self::side::{ends, side};
use super::icons::{LAYERS, icon};
use super::problems::problem_list;
use super::renders::count_render;
use super::rich::{SourceLink, in_words, sentence};
use super::{ByAddress, Store, press, use_part};
use crate::state::{Action, State};
use crate::words::t;
use netpolis_view::{PolicyDrawing, SceneView};

pub(super) use begin::{NewPolicy, begin_button};
pub(super) use link::{DrawAtCursor, PolicyLink, draw_button, policy_name};

fn policy_part(state: &State) -> impl PartialEq + use<> {
    let drawing = state.drawing_answer().cloned().map(ByAddress);
    (state.scene_part(), drawing, state.further.policy.clone(), state.selected_end(), state.files.read_only, state.list_words())
}

/// The policy that is drawn in place of the board.
#[component]
pub fn PolicyPane() -> Html {
    count_render("PolicyPane");
    let store = use_part(policy_part);
    let Some(drag) = use_drag(store) else { return Html::default() };
    let store = &drag.store;
    let [onpointermove, onpointerup, lost] = drag.handlers();
    let all = html! { <button type="button" class="pick" onclick={press(store, Action::ShowPolicy(None))}>{ icon(LAYERS) }{ t("All policies") }</button> };
    match store.drawing() {
        None => html! { <div class="policy-pane"><header>{ all }<p role="status">{ t(store.list_words()) }</p></header></div> },
        Some(None) => {
            html! { <div class="policy-pane"><header>{ all }<p role="status">{ t("There is no such policy in these files.") }</p></header></div> }
        }
        Some(Some(drawing)) => html! {
            <div class="policy-pane" ref={drag.pane.clone()} {onpointermove} {onpointerup} onpointercancel={lost.clone()} onlostpointercapture={lost}>
                <header>
                    { all }
                    <h2>{ &drawing.title }</h2><small>{ &drawing.kind }</small>
                    if let Some(spot) = &drawing.spot { <SourceLink spot={spot.clone()} /> }
                </header>
                { for drawing.notes.iter().map(|note| html! { <p class="policy-note">{ sentence(note) }</p> }) }
                <div class="policy-drawing">
                    { side(&drag, drawing, 0) }
                    { middle(&drag, drawing) }
                    { side(&drag, drawing, 1) }
                </div>
                if !drawing.offers.is_empty() && !store.files.read_only { { tray(&drag, &drawing.offers) } }
                if !drawing.problems.is_empty() { { problem_list(store, &drawing.problems) } }
            </div>
        },
    }
}

/// Whom the policy selects, and of the one of them that is looked at all policies.
fn middle(drag: &Drag, drawing: &PolicyDrawing) -> Html {
    let store = &drag.store;
    let target = drag.held.is_some_and(|held| held.column == Some(MIDDLE)).then_some("target");
    html! {
        <section class={classes!("policy-subject", target)} data-side={MIDDLE.to_string()} aria-label={t("Selected")}>
            <h3>{ t("Selects") }</h3>
            <p>{ in_words(&drawing.subject) }{ " " }if let Some(spot) = &drawing.subject_spot { <SourceLink spot={spot.clone()} short=true /> }</p>
            { ends(store, &drawing.selected) }
            { hits(store, &store.answers.scene) }
        </section>
    }
}

/// Which policies select the end that is looked at.
fn hits(store: &Store, scene: &SceneView) -> Html {
    let Some(end) = store.selected_end() else {
        return html! { <p class="policy-hint">{ t("Press an endpoint to see all policies that select it.") }</p> };
    };
    let numbers = scene.ends.get(end).map(|end| end.policies.as_slice()).unwrap_or_default();
    html! {
        <div class="policy-hits">
            <h3>{ t("Policies on ") }<b>{ scene.title(end) }</b></h3>
            <ul>
                { for numbers.iter().map(|number| {
                    let is_drawn = scene.policy_key(*number as usize) == store.further.policy;
                    html! { <li aria-current={is_drawn.then_some("true")}>{ policy_name(store, *number as usize) }</li> }
                }) }
                if numbers.is_empty() { <li>{ t("none") }</li> }
            </ul>
        </div>
    }
}
