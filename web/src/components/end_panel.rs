//! What there is to know about one end: who can reach it, whom it reaches, which policies select it.

use yew::prelude::*;

use super::ask_from::ask_buttons;
use super::icons::{CROSS, icon};
use super::path::offer;
use super::policy::{begin_button, policy_name};
use super::renders::count_render;
use super::rich::{SourceLink, in_words, rich};
use super::signs::passing_class;
use super::{Store, use_part};
use crate::state::Action;
use crate::words::{t, t_with};
use netpolis_view::{PolicyView, ReachView, RoutesView};

/// What there is to know about the selected end.
#[component]
pub fn EndPanel() -> Html {
    count_render("EndPanel");
    let Some(store) = use_part(|state| (state.scene_part(), state.selected_end(), state.files.read_only)) else { return Html::default() };
    let store = &store;
    let Some(index) = store.selected_end() else { return Html::default() };
    let (Some(panel), Some(end)) = (store.answers.scene.end_panel(index), store.answers.scene.ends.get(index)) else {
        return Html::default();
    };
    let close = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.dispatch(Action::Select(None)))
    };
    html! {
        <div class="end-panel">
            <header>
                <div><h2>{ panel.title }</h2><p>{ in_words(&end.subtitle) }if let Some(spot) = &end.spot { { " · " }<SourceLink spot={spot.clone()} /> }</p></div>
                { ask_buttons(store, &end.key) }
                <button type="button" class="quiet square" aria-label={t("back to the flow")} title={t("back to the flow")} onclick={close}>{ icon(CROSS) }</button>
            </header>
            if !end.labels.is_empty() { { codes(&end.labels) } }
            if !panel.addresses.is_empty() { { codes(panel.addresses) } }
            if let Some(isolation) = panel.isolation { <p class="isolation">{ in_words(isolation) }</p> }
            if let Some(ways) = &panel.routes { { routes(store, ways) } }
            { for panel.reach.iter().map(|one| reach(store, one)) }
            if let Some((listed, count)) = &panel.policies { { policies(store, index, listed, *count) } }
        </div>
    }
}

fn codes(words: &[String]) -> Html {
    html! { <p class="labels">{ for words.iter().map(|word| html! { <code>{ word }</code> }) }</p> }
}

fn policies(store: &Store, end: usize, policies: &[(usize, &PolicyView)], count: usize) -> Html {
    html! {
        <section>
            <header class="list-head"><h3>{ t("Policies that select it") }<span class="count">{ count }</span></h3>{ begin_button(store, end) }</header>
            <ul class="policies">
                { for policies.iter().map(|(number, policy)| html! {
                    <li><span>{ policy_name(store, *number) }<small>{ in_words(&policy.directions) }
                        if let Some(why) = &policy.not_enforced { { " · " }{ rich(why) } }</small></span>
                        if let Some(spot) = &policy.spot { <SourceLink spot={spot.clone()} /> }</li>
                }) }
                if policies.is_empty() { <li class="none">{ t("none") }</li> }
            </ul>
        </section>
    }
}

fn routes(store: &Store, routes: &RoutesView<'_>) -> Html {
    html! {
        <section>
            <h3>{ in_words(routes.title) }<span class="count">{ routes.targets.len() }</span></h3>
            <ul class="ways">{ for routes.targets.iter().map(|target| html! { <li>{ offer(store, target, routes.from) }</li> }) }</ul>
        </section>
    }
}

fn reach(store: &Store, reach: &ReachView<'_>) -> Html {
    html! {
        <section>
            <h3>{ in_words(reach.title) }<span class="count">{ in_words(&reach.count) }</span></h3>
            <ul class="reach">
                { for reach.ends.iter().map(|end| {
                    let (store, action) = (store.clone(), Action::AskBetween { from: end.from.into(), to: end.to.into(), traffic: None });
                    let onclick = Callback::from(move |_: MouseEvent| store.dispatch(action.clone()));
                    html! {
                        <li><button type="button" {onclick} title={end.long.to_owned()}><span>{ &end.title }</span>
                            <span class={classes!("ports", passing_class(end.status))}>{ in_words(end.short) }</span></button></li>
                    }
                }) }
                if reach.more > 0 { <li class="none">{ t_with("and {0} more; the matrix has all", &[&reach.more.to_string()]) }</li> }
                if reach.ends.is_empty() { <li class="none">{ t("none") }</li> }
            </ul>
            if let Some(cannot) = reach.cannot { <p class="none">{ t_with("{0} cannot", &[&cannot.to_string()]) }</p> }
        </section>
    }
}
