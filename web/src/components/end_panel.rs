//! What there is to know about one end: who can reach it, whom it reaches, which policies select it.

use yew::prelude::*;

use super::Store;
use super::ask_from::ask_from_button;
use super::icons::{CROSS, icon};
use super::path::offer;
use super::rich::SourceLink;
use crate::state::Action;
use crate::view_model::{EndKind, SceneView, Status, TargetView};

/// Most ends that a list names.
const MOST: usize = 40;

/// What there is to know about the selected end.
pub fn end_panel(store: &Store) -> Html {
    let Some(index) = store.selected_end() else { return Html::default() };
    let scene = &store.scene;
    let Some(end) = scene.ends.get(index) else { return Html::default() };
    let close = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.dispatch(Action::Select(None)))
    };
    let isolated = match (end.isolated_ingress, end.isolated_egress) {
        (true, true) => "Isolated for ingress and egress: only what a rule allows gets through.",
        (true, false) => "Isolated for ingress: only what a rule allows comes in. All egress is allowed.",
        (false, true) => "Isolated for egress: only what a rule allows goes out. All ingress is allowed.",
        (false, false) if end.kind == EndKind::Workload => "Not isolated: no policy selects it.",
        (false, false) => "",
    };
    html! {
        <div class="end-panel">
            <header>
                <div><h2>{ scene.title(index) }</h2><p>{ &end.subtitle }if let Some(spot) = &end.spot { { " · " }<SourceLink spot={spot.clone()} /> }</p></div>
                { ask_from_button(store, &end.key) }
                <button type="button" class="quiet square" aria-label="back to the flow" title="back to the flow" onclick={close}>{ icon(CROSS) }</button>
            </header>
            if !end.labels.is_empty() {
                <p class="labels">{ for end.labels.iter().map(|label| html! { <code>{ label }</code> }) }</p>
            }
            if !end.addresses.is_empty() {
                <p class="labels">{ for end.addresses.iter().take(8).map(|a| html! { <code>{ a }</code> }) }</p>
            }
            if !isolated.is_empty() { <p class="isolation">{ isolated }</p> }
            { ways(store, scene, index) }
            { reach(store, scene, index, true) }
            { reach(store, scene, index, false) }
            if end.kind == EndKind::Workload {
                <section>
                    <h3>{ "Policies that select it" }<span class="count">{ end.policies.len() }</span></h3>
                    <ul class="policies">
                        { for end.policies.iter().filter_map(|p| scene.policies.get(*p as usize)).take(MOST).map(|policy| html! {
                            <li><span><b>{ &policy.title }</b><small>{ format!("{} · {}", policy.kind, policy.directions) }
                                if let Some(why) = &policy.not_enforced { { format!(" · {why}") } }</small></span>
                                if let Some(spot) = &policy.spot { <SourceLink spot={spot.clone()} /> }</li>
                        }) }
                        if end.policies.is_empty() { <li class="none">{ "none" }</li> }
                    </ul>
                </section>
            }
        </div>
    }
}

/// Services and Ingresses that lead to it; for a client, those that lead from where it is.
fn ways(store: &Store, scene: &SceneView, index: usize) -> Html {
    let Some(end) = scene.ends.get(index) else { return Html::default() };
    let workload = end.kind == EndKind::Workload;
    let fits = |target: &&TargetView| if workload { target.ends.contains(&(index as u32)) } else { target.outside };
    let from = (!workload).then_some(end.key.as_str());
    let targets: Vec<&TargetView> = scene.targets.iter().filter(fits).take(MOST).collect();
    if targets.is_empty() {
        return Html::default();
    }
    html! {
        <section>
            <h3>{ if workload { "Reached by" } else { "Show the path to" } }<span class="count">{ targets.len() }</span></h3>
            <ul class="ways">{ for targets.into_iter().map(|target| html! { <li>{ offer(store, target, from) }</li> }) }</ul>
        </section>
    }
}

/// Ends that can reach this one, or that it can reach, then how many cannot.
fn reach(store: &Store, scene: &SceneView, index: usize, inwards: bool) -> Html {
    let pair = |other: usize| if inwards { (other, index) } else { (index, other) };
    let outside = |i: usize| scene.ends.get(i).is_some_and(|e| e.kind == EndKind::Outside);
    let others: Vec<usize> = (0..scene.ends.len()).filter(|&o| o != index && !(outside(o) && outside(index))).collect();
    let mut reached: Vec<usize> = Vec::new();
    let mut denied = 0;
    for &other in &others {
        let (from, to) = pair(other);
        match scene.between(from, to).status {
            Status::Denied => denied += 1,
            _ => reached.push(other),
        }
    }
    // What a rule allows is more telling than what nobody forbids.
    reached.sort_by_key(|&other| {
        let (from, to) = pair(other);
        scene.between(from, to).status == Status::Allowed
    });
    let rest = reached.len().saturating_sub(MOST);
    html! {
        <section>
            <h3>{ if inwards { "Can reach it" } else { "It can reach" } }<span class="count">{ format!("{} of {}", reached.len(), others.len()) }</span></h3>
            <ul class="reach">
                { for reached.iter().take(MOST).map(|&other| {
                    let (from, to) = pair(other);
                    let set = scene.between(from, to);
                    let key = |i: usize| scene.ends.get(i).map(|e| e.key.clone()).unwrap_or_default();
                    let action = Action::AskBetween { from: key(from), to: key(to), traffic: None };
                    let store = store.clone();
                    let onclick = Callback::from(move |_: MouseEvent| store.dispatch(action.clone()));
                    let class = match set.status { Status::CannotTell => "unknown", _ => "allowed" };
                    html! { <li><button type="button" {onclick} title={set.long.clone()}><span>{ scene.title(other) }</span><span class={classes!("ports", class)}>{ &set.short }</span></button></li> }
                }) }
                if rest > 0 { <li class="none">{ format!("and {rest} more; the matrix has all") }</li> }
                if reached.is_empty() { <li class="none">{ "none" }</li> }
            </ul>
            if denied > 0 && !reached.is_empty() { <p class="none">{ format!("{denied} cannot") }</p> }
        </section>
    }
}
