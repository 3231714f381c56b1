//! Ways to the drawing of a policy.

use std::cell::Cell;
use std::rc::Rc;

use yew::prelude::*;

use crate::components::icons::{SHIELD, icon};
use crate::components::{Store, press, use_part};
use crate::state::Action;
use crate::words::{t, t_with};

/// The name of a policy, which opens its drawing where it has one.
pub(in crate::components) fn policy_name(store: &Store, number: usize) -> Html {
    let scene = &store.answers.scene;
    let Some(policy) = scene.policies.get(number) else { return Html::default() };
    let name = html! { <><b>{ &policy.title }</b><small>{ " " }{ &policy.kind }</small></> };
    match scene.policy_key(number) {
        Some(key) => {
            html! { <button type="button" class="policy-name" onclick={press(store, Action::ShowPolicy(Some(key)))}>{ name }</button> }
        }
        None => name,
    }
}

/// A button that opens the drawing of a policy.
pub(in crate::components) fn draw_button(store: &Store, number: usize) -> Html {
    let Some(key) = store.answers.scene.policy_key(number) else { return Html::default() };
    let label = t_with("draw {0}", &[&key]);
    html! {
        <button type="button" class="quiet square small" aria-label={label.clone()} title={label} onclick={press(store, Action::ShowPolicy(Some(key)))}>{ icon(SHIELD) }</button>
    }
}

/// Properties of a [`PolicyLink`].
#[derive(Clone, PartialEq, Properties)]
pub struct PolicyLinkProps {
    /// Kind and title, as in a trace.
    pub title: AttrValue,
}

/// The name of a policy in a trace, which opens its drawing where it has one.
#[component]
pub fn PolicyLink(props: &PolicyLinkProps) -> Html {
    let title = &props.title;
    match use_part(|state| state.scene_part()).filter(|store| store.answers.scene.find_policy(title).is_some()) {
        Some(store) => {
            let onclick = press(&store, Action::ShowPolicy(Some(title.to_string())));
            html! { <button type="button" class="policy-name" {onclick}>{ title }</button> }
        }
        None => html! { <span>{ title }</span> },
    }
}

/// Properties of a [`DrawAtCursor`].
#[derive(Clone, Properties)]
pub struct DrawAtCursorProps {
    /// Where the editor's cursor is, in UTF-16 units.
    pub cursor: Rc<Cell<u32>>,
}

impl PartialEq for DrawAtCursorProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.cursor, &other.cursor)
    }
}

/// A button that opens the drawing of the policy that is written at the editor's cursor; only where there are policies.
#[component]
pub fn DrawAtCursor(props: &DrawAtCursorProps) -> Html {
    let Some(store) = use_part(|state| (state.scene_part(), state.files.active)) else { return Html::default() };
    if !store.answers.scene.policies.iter().any(|policy| policy.is_drawable()) {
        return Html::default();
    }
    let cursor = props.cursor.clone();
    let onclick = Callback::from(move |_: MouseEvent| store.dispatch(Action::DrawAt(cursor.get())));
    html! { <button type="button" class="quiet square draw" aria-label={t("draw the policy at the cursor")} title={t("draw the policy at the cursor")} {onclick}>{ icon(SHIELD) }</button> }
}
