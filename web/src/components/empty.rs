//! What stands in the graph's place while there is nothing to draw: the ways to begin.

use yew::prelude::*;

use super::chooser::use_chooser;
use super::dialogs::cluster_command;
use super::icons::{CLIPBOARD, OPEN, icon};
use super::{Store, with_pasted};
use crate::examples::EXAMPLES;
use crate::state::Action;
use crate::words::t;

/// Ways to begin: from the clipboard, from files, from an example.
#[component]
pub fn Empty() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let (choose, chooser) = use_chooser(&store);
    let policies = !store.answers.scene.policies.is_empty();
    let paste = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| paste(&store))
    };
    let example = EXAMPLES.first().map(|example| {
        let store = store.clone();
        let onclick = Callback::from(move |_: MouseEvent| store.dispatch(Action::OpenExample(0, example)));
        html! { <button type="button" class="pick" {onclick}>{ t("Open an example") }</button> }
    });
    html! {
        <div class="empty">
            <h2>{ t("No pods yet") }</h2>
            if policies {
                <p>{ t("There are policies, but no workload that they could select. Add the output of this command:") }</p>
            } else {
                <p>{ t("Paste or drop YAML, JSON or az commands with workloads and policies, for example the output of:") }</p>
            }
            { cluster_command(&store) }
            if !store.files.read_only {
                <p class="begin">
                    <button type="button" class="primary" onclick={paste}>{ icon(CLIPBOARD) }{ t("Paste") }</button>
                    <button type="button" class="pick" onclick={choose}>{ icon(OPEN) }{ t("Choose files…") }</button>
                    { example.unwrap_or_default() }
                </p>
                { chooser }
            }
        </div>
    }
}

/// Takes what is on the clipboard.
fn paste(store: &Store) {
    with_pasted(store, |store, text| store.dispatch(store.paste(text)));
}
