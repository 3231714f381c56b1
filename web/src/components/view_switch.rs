//! The choice between the two pictures of a scene.

use yew::prelude::*;

use super::Store;
use crate::state::PictureAction;
use crate::words::t;

/// Which view of a scene is shown; nothing where there is only one.
pub fn view_switch(store: &Store) -> Html {
    if store.answers.scene.cloud.is_none() {
        return Html::default();
    }
    let azure = store.shows_azure();
    let button = |own: bool, title: &'static str| {
        let store = store.clone();
        let onclick = Callback::from(move |_: MouseEvent| store.dispatch(PictureAction::ShowAzure(own).into()));
        html! { <button type="button" aria-pressed={(azure == own).to_string()} {onclick}>{ title }</button> }
    };
    html! {
        <div class="segments" role="group" aria-label={t("View")}>
            { button(false, "Kubernetes") }
            { button(true, "Azure") }
        </div>
    }
}
