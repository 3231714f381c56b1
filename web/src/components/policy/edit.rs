//! What is changed in the drawing: buttons and fields that ask for a change of text.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::drag::{Drag, Held};
use crate::components::icons::{CROSS, PLUS, icon};
use crate::components::menu::Menu;
use crate::components::rich::in_words;
use crate::components::{Store, press};
use crate::state::Action;
use crate::words::{t, t_with};
use netpolis_view::{DrawnPeer, DrawnRule, OfferedPeer, PolicyDrawing, PolicyEdit, WantedEdit};

/// The column in the middle, beside those of ingress and egress.
pub(super) const MIDDLE: usize = 2;

/// The change of one direction of the policy that is drawn.
pub(super) fn change(store: &Store, direction: usize, wanted: WantedEdit) -> Action {
    Action::EditPolicy(PolicyEdit { policy: store.further.policy.clone().unwrap_or_default(), egress: direction == 1, wanted })
}

/// A rule for an offered peer, with the ports that are likely.
pub(super) fn add(store: &Store, direction: usize, offer: &OfferedPeer) -> Action {
    let ports = offer.ports.get(direction).cloned().unwrap_or_default();
    change(store, direction, WantedEdit::Add { peer: offer.key.clone(), ports })
}

/// What comes of an offered peer that is dragged onto a column, or into the middle, where the policy is to select it.
pub(super) fn dropped(store: &Store, column: usize, offer: &OfferedPeer) -> Option<Action> {
    match column {
        MIDDLE => offer.selectable.then(|| change(store, 0, WantedEdit::Select(offer.key.clone()))),
        direction => Some(add(store, direction, offer)),
    }
}

/// Whether the policy acts on a direction, as a box to be ticked, and the menu of new rules.
pub(super) fn tools(store: &Store, drawing: &PolicyDrawing, direction: usize, name: &str) -> Html {
    let acts = drawing.sides.get(direction).is_some_and(|side| side.acts);
    let onchange = {
        let (store, action) = (store.clone(), change(store, direction, WantedEdit::Act(!acts)));
        Callback::from(move |_: Event| store.dispatch(action.clone()))
    };
    html! {
        <>
            <label class="policy-acts"><input type="checkbox" checked={acts} {onchange} />{ t("restrict") }<span class="visually-hidden">{ format!(" {name}") }</span></label>
            <Menu right=true arrow=false class="pick small" label={t_with("add an {0} rule", &[name])} button={html! { <>{ icon(PLUS) }{ t("Add") }</> }}>
                { for drawing.offers.iter().map(|offer| html! { <button type="button" onclick={press(store, add(store, direction, offer))}>{ in_words(&offer.title) }</button> }) }
            </Menu>
        </>
    }
}

/// A field that makes a rule of a range of addresses.
pub(super) fn range_field(store: &Store, direction: usize, name: &str) -> Html {
    let onchange = {
        let store = store.clone();
        Callback::from(move |event: Event| {
            let field: HtmlInputElement = event.target_unchecked_into();
            let range = field.value();
            if !range.trim().is_empty() {
                field.set_value("");
                store.dispatch(change(&store, direction, WantedEdit::Add { peer: format!("block {range}"), ports: String::new() }));
            }
        })
    };
    html! { <input class="policy-range" placeholder={t("Add a range: 10.0.0.0/8")} aria-label={t_with("add a range of addresses to {0}", &[name])} {onchange} /> }
}

/// The ports of a rule, to be written over.
pub(super) fn ports_field(store: &Store, direction: usize, rule: &DrawnRule) -> Html {
    let onchange = {
        let (store, number, before) = (store.clone(), rule.rule, rule.ports.clone());
        Callback::from(move |event: Event| {
            let field: HtmlInputElement = event.target_unchecked_into();
            let ports = field.value();
            // What is not accepted does not stay.
            field.set_value(&before);
            store.dispatch(change(&store, direction, WantedEdit::Ports(number, ports)));
        })
    };
    html! { <input class="policy-ports" value={rule.ports.clone()} placeholder={t("every port")} aria-label={t_with("ports of rule {0}", &[&(rule.rule + 1).to_string()])} {onchange} /> }
}

/// Takes a rule out of the policy.
pub(super) fn remove(store: &Store, direction: usize, rule: &DrawnRule) -> Html {
    let label = t_with("remove rule {0}", &[&(rule.rule + 1).to_string()]);
    let onclick = press(store, change(store, direction, WantedEdit::Remove(rule.rule)));
    html! { <button type="button" class="quiet square small" aria-label={label.clone()} title={label} {onclick}>{ icon(CROSS) }</button> }
}

/// Takes one of several peers out of a rule.
pub(super) fn remove_peer(store: &Store, direction: usize, rule: &DrawnRule, peer: &DrawnPeer) -> Html {
    let label = t_with("remove {0} from rule {1}", &[&peer.words.replace('`', ""), &(rule.rule + 1).to_string()]);
    let onclick = press(store, change(store, direction, WantedEdit::RemovePeer(rule.rule, peer.number)));
    html! { <button type="button" class="quiet square small" aria-label={label.clone()} title={label} {onclick}>{ icon(CROSS) }</button> }
}

/// What can be dragged onto a column; pressed, it asks onto which.
pub(super) fn tray(drag: &Drag, offers: &[OfferedPeer]) -> Html {
    let store = &drag.store;
    let chip = |(number, offer): (usize, &OfferedPeer)| {
        html! {
            <div class="policy-chip" onpointerdown={drag.down(number)}>
                <Menu arrow=false class="policy-end" button={in_words(&offer.title)}>
                    <button type="button" onclick={press(store, add(store, 0, offer))}>{ t("Allow from it (ingress)") }</button>
                    <button type="button" onclick={press(store, add(store, 1, offer))}>{ t("Allow to it (egress)") }</button>
                    if let Some(action) = dropped(store, MIDDLE, offer).filter(|_| offer.selectable) {
                        <button type="button" onclick={press(store, action)}>{ t("Have the policy select it") }</button>
                    }
                </Menu>
            </div>
        }
    };
    html! {
        <section class="policy-tray" aria-label={t("Endpoints for new rules")}>
            <p class="policy-hint">{ t("Drag onto ingress, egress or the middle, or press:") }</p>
            { for offers.iter().enumerate().map(chip) }
            if let Some(Held { offer, .. }) = *drag.held {
                <div class="policy-end ghost" aria-hidden="true" ref={drag.ghost.clone()} style={drag.ghost_place()}>{ offers.get(offer).map(|offer| in_words(&offer.title)).unwrap_or_default() }</div>
            }
        </section>
    }
}
