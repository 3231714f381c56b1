//! The policy board: tiers as columns, policies in the order in which a packet meets them. A policy of Calico can be dragged to another
//! place (or sent there from its menu), and what that would change is shown before it is kept.

use netpolis_core::text::count;
use yew::prelude::*;

use super::Store;
use super::board_drag::{Drag, Gap, move_to, use_board_drag};
use super::icons::{ARROW, GRIP, MORE, icon};
use super::menu::Menu;
use super::rich::{SourceLink, rich};
use super::trace::{diff, edits};
use crate::state::Action;
use crate::view_model::{ChangeView, EndKind, PolicyView, ProposalView, SetView, Status, TierColumn};

/// All tiers, and what stands beside them because nothing enforces it.
#[component]
pub fn Board() -> Html {
    let Some(drag) = use_board_drag() else { return Html::default() };
    let store = &drag.store;
    let scene = &store.scene;
    let idle: Vec<&PolicyView> = scene.policies.iter().filter(|p| p.not_enforced.is_some()).collect();
    if scene.policies.is_empty() {
        return html! { <p class="nothing">{ "No policies: all traffic is allowed." }</p> };
    }
    let [onpointermove, onpointerup, lost] = drag.handlers();
    html! {
        <div class="board-pane" ref={drag.pane.clone()} {onpointermove} {onpointerup} onpointercancel={lost.clone()} onlostpointercapture={lost}>
            { proposal(store) }
            <ol class="board" tabindex="0" aria-label="Tiers in the order in which a packet meets them">
                { for scene.tiers.iter().enumerate().map(|(index, tier)| column(store, &drag, index, tier)) }
                <li class="tier open">
                    <h2>{ "after all tiers" }</h2>
                    <p class="end">{ "Traffic that no tier decides is allowed." }</p>
                </li>
                if !idle.is_empty() {
                    <li class="tier idle">
                        <h2>{ "not enforced" }</h2>
                        <ul>{ for idle.into_iter().map(|policy| html! {
                            <li class="card">{ heading(policy, Html::default()) }<small>{ policy.not_enforced.clone().unwrap_or_default() }</small></li>
                        }) }</ul>
                    </li>
                }
            </ol>
            if let Some(policy) = drag.held.and_then(|number| scene.policies.get(number as usize)) {
                <div class="ghost" aria-hidden="true" ref={drag.ghost.clone()} style={drag.ghost_place()}><b>{ &policy.title }</b><small>{ &policy.kind }</small></div>
            }
        </div>
    }
}

fn column(store: &Store, drag: &Drag, index: usize, tier: &TierColumn) -> Html {
    let denied = store.board.as_ref().and_then(|b| b.tally.as_ref()?.tier_ends.get(index).copied());
    let end = match (tier.denies_at_end, denied) {
        (true, Some(n)) => format!("Endpoints selected in this tier that no rule matches are denied: {}.", of_flows(store, n)),
        (true, None) => "Endpoints selected in this tier that no rule matches are denied.".into(),
        (false, _) => "Traffic that no rule matches continues to the next tier.".into(),
    };
    html! {
        <li class={classes!("tier", drag.over.is_some_and(|(over, _)| over == index).then_some("target"))} data-column={index.to_string()}>
            <h2>{ &tier.name }</h2>
            if tier.ordered { <p class="order">{ "in order: the first match decides" }</p> } else { <p class="order">{ "combined: any of them may allow" }</p> }
            <ul>{ for tier.policies.iter().enumerate().filter_map(|(place, number)| card(store, drag, (index, place), *number)) }</ul>
            <p class={classes!("end", tier.denies_at_end.then_some("denies"))}>{ end }</p>
        </li>
    }
}

fn of_flows(store: &Store, count: u32) -> String {
    let all = store.board.as_ref().and_then(|b| b.tally.as_ref()).map_or(0, |t| t.flows);
    format!("{count} of {all} flows")
}

fn card(store: &Store, drag: &Drag, (column, place): Gap, number: u32) -> Option<Html> {
    let scene = &store.scene;
    let policy = scene.policies.get(number as usize)?;
    let selects = |kind: EndKind| scene.ends.iter().filter(|end| end.kind == kind && end.policies.contains(&number)).count();
    let selected = match (selects(EndKind::Workload), selects(EndKind::Node)) {
        (0, 0) => "selects nothing".to_owned(),
        (0, nodes) => count(nodes, "node"),
        (workloads, 0) => count(workloads, "workload"),
        (workloads, nodes) => format!("{}, {}", count(workloads, "workload"), count(nodes, "node")),
    };
    let rules = count(policy.rules as usize, "rule");
    let tally = store.board.as_ref().and_then(|b| b.tally.as_ref());
    let decides = tally.and_then(|tally| {
        let count = *tally.policies.get(number as usize)?;
        let share = f64::from(count) / f64::from(tally.flows.max(1)) * 100.0;
        Some(html! {
            <>
                <small class="decides">{ if count == 0 { "decides no flow".to_owned() } else { format!("decides {}", of_flows(store, count)) } }</small>
                <span class="share" style={format!("--share:{share:.0}%")} aria-hidden="true" />
            </>
        })
    });
    let cards = scene.tiers.get(column).map_or(0, |tier| tier.policies.len());
    let gap = match *drag.over {
        Some((c, p)) if c == column && p == place => Some("before"),
        Some((c, p)) if c == column && p == place + 1 && p == cards => Some("after"),
        _ => None,
    };
    let movable = policy.movable && !store.read_only;
    let class = classes!("card", movable.then_some("movable"), gap, (*drag.held == Some(number)).then_some("held"));
    Some(html! {
        <li key={number} {class} onpointerdown={movable.then(|| drag.down(number))}>
            if movable { <span class="grip" aria-hidden="true">{ icon(GRIP) }</span> }
            { heading(policy, if movable { places(store, policy, number, (column, place)) } else { Html::default() }) }
            <small>{ format!("{selected}, {rules}") }</small>
            { decides.unwrap_or_default() }
        </li>
    })
}

fn heading(policy: &PolicyView, menu: Html) -> Html {
    html! {
        <>
            <header><b>{ &policy.title }</b>if let Some(spot) = &policy.spot { <SourceLink spot={spot.clone()} short=true /> }{ menu }</header>
            <small>{ &policy.kind }if !policy.directions.is_empty() { { ", " }{ &policy.directions } }</small>
        </>
    }
}

/// The places that a policy can be sent to without a mouse.
fn places(store: &Store, policy: &PolicyView, number: u32, (column, place): Gap) -> Html {
    let tiers = &store.scene.tiers;
    let here = tiers.get(column).map_or(0, |t| t.policies.len());
    let button = |text: String, gap: Gap| {
        let store = store.clone();
        let onclick = Callback::from(move |_: MouseEvent| store.dispatch(Action::Think(move_to(&store, number, gap))));
        html! { <button type="button" {onclick}>{ text }</button> }
    };
    html! {
        <Menu right=true arrow=false class="quiet square small" label={format!("move {}", policy.title)} button={icon(MORE)}>
            if place > 0 { { button("Earlier".into(), (column, place - 1)) } }
            if place + 1 < here { { button("Later".into(), (column, place + 2)) } }
            { for tiers.iter().enumerate().filter(|(i, tier)| *i != column && tier.open).map(|(i, tier)| button(format!("Into tier {}", tier.name), (i, tier.policies.len()))) }
        </Menu>
    }
}

/// What the move that is thought of would change.
fn proposal(store: &Store) -> Html {
    let Some(moving) = &store.moving else { return Html::default() };
    let known = store.board.as_ref().filter(|board| board.asked.moving.as_ref() == Some(moving)).and_then(|board| board.proposal.as_ref());
    let leave = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.dispatch(Action::Think(None)))
    };
    let (body, keep) = match known {
        None => (html! { <p>{ "…" }</p> }, None),
        Some(Err(message)) => (html! { <p>{ "It cannot go there: " }{ rich(message) }{ "." }</p> }, None),
        Some(Ok(proposal)) => (changes(store, proposal), Some(proposal)),
    };
    let keep = keep.map(|proposal| {
        let (store, action) = (store.clone(), Action::ApplyEdits { title: proposal.fix.title.clone(), edits: edits(&proposal.fix) });
        let onclick = Callback::from(move |_: MouseEvent| store.dispatch(action.clone()));
        html! { <button type="button" class="primary small" {onclick}>{ "Keep" }</button> }
    });
    html! {
        <section class="proposal" role="status" aria-label="What this move would change">
            { body }
            <footer>{ keep.unwrap_or_default() }<button type="button" class="small" onclick={leave}>{ "Leave it as it is" }</button></footer>
        </section>
    }
}

fn changes(store: &Store, proposal: &ProposalView) -> Html {
    let count = proposal.changes.len() + proposal.more as usize;
    let what = match count {
        0 => "no flow changes".to_owned(),
        1 => "1 flow changes".to_owned(),
        n => format!("{n} flows change"),
    };
    let title = proposal.fix.title.strip_prefix("move ").unwrap_or(&proposal.fix.title);
    html! {
        <>
            <h2>{ "Move " }{ rich(title) }{ format!(": {what}") }</h2>
            <div class="proposed">
                if count > 0 {
                    <ul>
                        { for proposal.changes.iter().map(change) }
                        if proposal.more > 0 { <li>{ format!("and {} more", proposal.more) }</li> }
                    </ul>
                }
                { for proposal.fix.edits.iter().map(|edit| {
                    let text = store.files.iter().find(|f| f.name == edit.at.file).map(|f| f.text.clone()).unwrap_or_default();
                    diff(&text, edit)
                }) }
            </div>
        </>
    }
}

fn change(change: &ChangeView) -> Html {
    let set = |set: &SetView| {
        let class = match set.status {
            Status::Allowed | Status::Partly => "allowed",
            Status::Denied => "denied",
            Status::CannotTell => "unknown",
        };
        html! { <span class={classes!("ports", class)} title={set.long.clone()}>{ &set.short }</span> }
    };
    html! {
        <li>
            <span>{ format!("{} → {}", change.from, change.to) }</span>
            <span class="was">{ set(&change.before) }<span class="visually-hidden">{ " becomes " }</span>{ icon(ARROW) }{ set(&change.after) }</span>
        </li>
    }
}
