//! The policy board: tiers as columns, policies in the order in which a packet meets them. A policy of Calico can be dragged to another
//! place (or sent there from its menu), and what that would change is shown before it is kept.

use yew::prelude::*;

use super::Store;
use super::board_drag::{Drag, use_board_drag};
use super::icons::{ARROW, GRIP, MORE, icon};
use super::menu::Menu;
use super::policy::{NewPolicy, draw_button};
use super::renders::count_render;
use super::rich::{SourceLink, in_words, rich};
use super::signs::passing_class;
use super::suggestion::diff;
use crate::state::Action;
use crate::words::{and_more, t, t_with};
use netpolis_view::{CardView, ChangeView, ColumnView, PolicyView, ProposalView, SetView, board_view, capital};

/// All tiers, and what stands beside them because nothing enforces it.
#[component]
pub fn Board() -> Html {
    count_render("Board");
    let Some(drag) = use_board_drag() else { return Html::default() };
    let store = &drag.store;
    let scene = &store.answers.scene;
    if scene.policies.is_empty() {
        return html! { <div><p class="nothing">{ t("No policies: all traffic is allowed.") }</p><NewPolicy /></div> };
    }
    let board = board_view(scene, store.answers.board.as_ref().and_then(|b| b.tally.as_ref()), store.files.read_only);
    let [onpointermove, onpointerup, lost] = drag.handlers();
    html! {
        <div class="board-pane" ref={drag.pane.clone()} {onpointermove} {onpointerup} onpointercancel={lost.clone()} onlostpointercapture={lost}>
            { proposal(store) }
            <NewPolicy />
            <ol class="board" tabindex="0" aria-label={t("Tiers in the order in which a packet meets them")}>
                { for board.columns.iter().enumerate().map(|(index, tier)| column(&drag, index, tier)) }
                <li class="tier open">
                    <h2>{ t("after all tiers") }</h2>
                    <p class="end">{ t("Traffic that no tier decides is allowed.") }</p>
                </li>
                if !board.idle.is_empty() {
                    <li class="tier idle">
                        <h2>{ t("not enforced") }</h2>
                        <ul>{ for board.idle.iter().map(|(policy, why)| html! {
                            <li class="card">{ heading(policy, Html::default()) }<small>{ in_words(why) }</small></li>
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

fn column(drag: &Drag, index: usize, tier: &ColumnView) -> Html {
    html! {
        <li class={classes!("tier", drag.over.is_some_and(|over| over.column == index).then_some("target"))} data-column={index.to_string()}>
            <h2>{ &tier.name }</h2>
            <p class="order">{ in_words(tier.order) }</p>
            <ul>{ for tier.cards.iter().enumerate().map(|(place, one)| card(drag, one, gap_class(drag, tier, index, place))) }</ul>
            <p class={classes!("end", tier.denies_at_end.then_some("denies"))}>{ in_words(&tier.end) }</p>
        </li>
    }
}

/// Whether what is dragged would go before a card, or behind the last one.
fn gap_class(drag: &Drag, tier: &ColumnView, column: usize, card: usize) -> Option<&'static str> {
    let over = drag.over.filter(|over| over.column == column)?;
    if over.card == card { Some("before") } else { (over.card == card + 1 && over.card == tier.cards.len()).then_some("after") }
}

fn card(drag: &Drag, card: &CardView, gap: Option<&'static str>) -> Html {
    let held = (*drag.held == Some(card.number)).then_some("held");
    let class =
        classes!("card", card.movable.then_some("movable"), gap, held, selects_looked_at(&drag.store, card.number).then_some("selects"));
    html! {
        <li key={card.number} {class} onpointerdown={card.movable.then(|| drag.down(card.number))}>
            if card.movable { <span class="grip" aria-hidden="true">{ icon(GRIP) }</span> }
            { heading(&card.policy, html! { <>{ draw_button(&drag.store, card.number as usize) }if card.movable { { places(&drag.store, card) } }</> }) }
            <small>{ in_words(&card.about) }</small>
            if let Some((words, share)) = &card.decides {
                <small class="decides">{ in_words(words) }</small>
                <span class="share" style={format!("--share:{share:.0}%")} aria-hidden="true" />
            }
        </li>
    }
}

/// Whether a policy selects the end that is looked at.
fn selects_looked_at(store: &Store, policy: u32) -> bool {
    store.selected_end().and_then(|end| store.answers.scene.ends.get(end)).is_some_and(|end| end.policies.contains(&policy))
}

fn heading(policy: &PolicyView, menu: Html) -> Html {
    html! {
        <>
            <header><b>{ &policy.title }</b>if let Some(spot) = &policy.spot { <SourceLink spot={spot.clone()} short=true /> }{ menu }</header>
            <small>{ &policy.kind }if !policy.directions.is_empty() { { ", " }{ in_words(&policy.directions) } }</small>
        </>
    }
}

/// The places that a policy can be sent to without a mouse.
fn places(store: &Store, card: &CardView) -> Html {
    html! {
        <Menu right=true arrow=false class="quiet square small" label={t_with("move {0}", &[&card.policy.title])} button={icon(MORE)}>
            { for card.moves.iter().map(|(words, wanted)| {
                let (store, wanted) = (store.clone(), wanted.clone());
                let onclick = Callback::from(move |_: MouseEvent| store.dispatch(Action::Think(Some(wanted.clone()))));
                html! { <button type="button" {onclick}>{ in_words(words) }</button> }
            }) }
        </Menu>
    }
}

/// What the move that is thought of would change.
fn proposal(store: &Store) -> Html {
    if store.moving.is_none() {
        return Html::default();
    }
    let known = store.proposal();
    let leave = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.dispatch(Action::Think(None)))
    };
    let (body, keep) = match known {
        None => (html! { <p>{ "…" }</p> }, None),
        Some(Err(message)) => (html! { <p>{ t("It cannot go there: ") }{ rich(message) }{ "." }</p> }, None),
        Some(Ok(proposal)) => (changes(store, proposal), Some(proposal)),
    };
    let keep = keep.map(|proposal| {
        let (store, action) = (store.clone(), Action::ApplyEdits { title: proposal.fix.title.clone(), edits: proposal.fix.by_file() });
        let onclick = Callback::from(move |_: MouseEvent| store.dispatch(action.clone()));
        html! { <button type="button" class="primary small" {onclick}>{ t("Keep") }</button> }
    });
    html! {
        <section class="proposal" role="status" aria-label={t("What this move would change")}>
            { body }
            <footer>{ keep.unwrap_or_default() }<button type="button" class="small" onclick={leave}>{ t("Leave it as it is") }</button></footer>
        </section>
    }
}

fn changes(store: &Store, proposal: &ProposalView) -> Html {
    html! {
        <>
            <h2>{ rich(&capital(&proposal.fix.title)) }{ format!(": {}", proposal.effect()) }</h2>
            <div class="proposed">
                if proposal.count() > 0 {
                    <ul>
                        { for proposal.changes.iter().map(change) }
                        if proposal.more > 0 { <li>{ and_more(proposal.more as usize) }</li> }
                    </ul>
                }
                { for proposal.fix.edits.iter().map(|edit| diff(&edit.lines(store.files.text_of(&edit.at.file)))) }
            </div>
        </>
    }
}

fn change(change: &ChangeView) -> Html {
    let set = |set: &SetView| {
        html! { <span class={classes!("ports", passing_class(set.status))} title={set.long.clone()}>{ &set.short }</span> }
    };
    html! {
        <li>
            <span>{ format!("{} → {}", change.from, change.to) }</span>
            <span class="was">{ set(&change.before) }<span class="visually-hidden">{ t(" becomes ") }</span>{ icon(ARROW) }{ set(&change.after) }</span>
        </li>
    }
}
