//! A sentence at the foot of the page.

use yew::prelude::*;

use super::icons::{CROSS, icon};
use super::{press, use_part};
use crate::state::Action;
use crate::words::t;

/// How long it stays, in milliseconds.
const STAYS_MS: u32 = 7_000;

/// A sentence at the foot of the page, which goes by itself.
#[component]
pub fn Toast() -> Html {
    let Some(store) = use_part(|state| state.notices.notice.clone()) else { return Html::default() };
    {
        let store = store.clone();
        use_effect_with(store.notices.notice.clone(), move |notice| {
            let timer =
                notice.is_some().then(|| gloo::timers::callback::Timeout::new(STAYS_MS, move || store.dispatch(Action::DismissNotice)));
            move || drop(timer)
        });
    }
    html! {
        <div class="toasts" role="status" aria-live="polite">
            if let Some(notice) = &store.notices.notice {
                <div class="toast" key={notice.count}>
                    <span>{ &notice.text }</span>
                    if notice.undo { <button type="button" onclick={press(&store, Action::Undo)}>{ t("Undo") }</button> }
                    <button type="button" class="square" aria-label={t("dismiss")} onclick={press(&store, Action::DismissNotice)}>{ icon(CROSS) }</button>
                </div>
            }
        </div>
    }
}
