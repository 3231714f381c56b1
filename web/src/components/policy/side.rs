//! One direction of a policy: its rules as cards, by where their peers are.

use yew::prelude::*;

use super::drag::Drag;
use super::edit::{ports_field, range_field, remove, remove_peer, tools};
use crate::components::icons::{CHECK, CROSS, DOWN, LESSON, SHIELD, icon};
use crate::components::rich::{SourceLink, in_words, rich, sentence};
use crate::components::{Store, press};
use crate::state::Action;
use crate::words::{and_more, t, t_with};
use netpolis_view::{DrawnEnd, DrawnGroup, DrawnPods, DrawnRule, PolicyDrawing};

/// The column of a direction: ingress is the first.
pub(super) fn side(drag: &Drag, drawing: &PolicyDrawing, direction: usize) -> Html {
    let store = &drag.store;
    let Some(side) = drawing.sides.get(direction) else { return Html::default() };
    let (class, title) = if direction == 0 { ("ingress", "Ingress") } else { ("egress", "Egress") };
    let (state, sign) = if side.isolates { ("isolates", SHIELD) } else { ("open", CHECK) };
    let editable = !drawing.offers.is_empty() && !store.files.read_only;
    let target = drag.held.is_some_and(|held| held.column == Some(direction)).then_some("target");
    let edits = editable.then_some(direction);
    html! {
        <section class={classes!("policy-side", class, state, target)} data-side={direction.to_string()} aria-label={title}>
            <header>
                <h3>{ icon(sign) }{ title }</h3>
                if editable { { tools(store, drawing, direction, class) } }
            </header>
            <p class="policy-summary">{ in_words(&side.summary) }</p>
            { for side.groups.iter().map(|one| group(store, one, edits)) }
            if editable { { range_field(store, direction, class) } }
        </section>
    }
}

/// `edits`: which direction is edited, if one is.
fn group(store: &Store, group: &DrawnGroup, edits: Option<usize>) -> Html {
    html! {
        <div class={classes!("policy-group", group.cards.is_empty().then_some("free"))}>
            <h4>{ in_words(&group.title) }</h4>
            if group.cards.is_empty() {
                <p class="policy-empty">{ in_words(&group.empty) }</p>
            } else {
                <ul>{ for group.cards.iter().map(|one| card(store, one, edits)) }</ul>
            }
        </div>
    }
}

fn card(store: &Store, rule: &DrawnRule, edits: Option<usize>) -> Html {
    let (class, sign) = match rule.action.as_str() {
        "Allow" => ("allowed", CHECK),
        "Deny" => ("denied", CROSS),
        "Pass" => ("passed", DOWN),
        _ => ("logged", LESSON),
    };
    let number = rule.rule + 1;
    let title = t_with("{0} · rule {1}", &[&rule.action, &number.to_string()]);
    html! {
        <li class={classes!("policy-rule", class)}>
            <header><span>{ icon(sign) }{ title }</span>if let Some(spot) = &rule.spot { <SourceLink spot={spot.clone()} short=true /> }
                if let Some(direction) = edits { { remove(store, direction, rule) } }</header>
            { for rule.peers.iter().map(|peer| html! {
                <p class="policy-peer">{ rich(&peer.words) }if let Some(direction) = edits.filter(|_| rule.peers_in_all > 1) { { remove_peer(store, direction, rule, peer) } }</p>
            }) }
            if let Some(direction) = edits.filter(|_| rule.ports_editable) {
                { ports_field(store, direction, rule) }
            } else {
                <p class="policy-ports">{ if rule.ports.is_empty() { t("every port") } else { &rule.ports } }</p>
            }
            { for rule.notes.iter().map(|note| html! { <p class="policy-hint">{ sentence(note) }</p> }) }
            { ends(store, &rule.matches) }
        </li>
    }
}

/// Endpoints, of which each can be looked at.
pub(super) fn ends(store: &Store, pods: &DrawnPods) -> Html {
    let selected = store.selected_end().map(|end| store.answers.scene.key(end));
    let chip = |end: &DrawnEnd| {
        let text = html! {
            <>{ &end.title }if !end.part.is_empty() { <small>{ in_words(&end.part) }</small> }if !end.certain { <small title={t("whether it is selected depends on what the files do not say")}>{ "?" }</small> }</>
        };
        if end.key.is_empty() {
            return html! { <li><span class="policy-end">{ text }</span></li> };
        }
        let on = selected.as_ref() == Some(&end.key);
        let action = Action::Select((!on).then(|| end.key.clone()));
        html! { <li><button type="button" class="policy-end" aria-pressed={on.to_string()} onclick={press(store, action)}>{ text }</button></li> }
    };
    if pods.count.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="policy-ends">
            <li class="policy-count">{ in_words(&pods.count) }</li>
            { for pods.ends.iter().map(chip) }
            if pods.more > 0 { <li class="policy-hint">{ and_more(pods.more as usize) }</li> }
        </ul>
    }
}
