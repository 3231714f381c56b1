//! What stands in the graph's place while there is nothing to draw: the ways to begin.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use super::Store;
use super::chooser::use_chooser;
use super::icons::{CLIPBOARD, OPEN, icon};
use crate::examples::EXAMPLES;
use crate::state::{Action, Edit};

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
        html! { <button type="button" class="pick" {onclick}>{ "Open an example" }</button> }
    });
    html! {
        <div class="empty">
            <h2>{ "No pods yet" }</h2>
            if policies {
                <p>{ "There are policies, but no workload that they could select. Add the output of this command:" }</p>
            } else {
                <p>{ "Paste or drop YAML, JSON or az commands with workloads and policies, for example the output of:" }</p>
            }
            <p><code>{ "kubectl get all,networkpolicy,namespace -A -o yaml" }</code></p>
            if !store.files.read_only {
                <p class="begin">
                    <button type="button" class="primary" onclick={paste}>{ icon(CLIPBOARD) }{ "Paste" }</button>
                    <button type="button" class="pick" onclick={choose}>{ icon(OPEN) }{ "Choose files…" }</button>
                    { example.unwrap_or_default() }
                </p>
                { chooser }
            }
        </div>
    }
}

/// Takes what is on the clipboard into the file that is shown if that is empty, else into a new one.
fn paste(store: &Store) {
    const REFUSED: &str = "The browser did not allow reading the clipboard: click into the editor and press Ctrl V";
    let clipboard = web_sys::window().and_then(|w| js_sys::Reflect::get(&w.navigator(), &"clipboard".into()).ok());
    let Some(clipboard) = clipboard.filter(|c| !c.is_undefined()).map(|c| c.unchecked_into::<web_sys::Clipboard>()) else {
        store.dispatch(Action::Notify(REFUSED.into()));
        return;
    };
    // Some browsers let a page write there only.
    if !js_sys::Reflect::has(&clipboard, &"readText".into()).unwrap_or_default() {
        store.dispatch(Action::Notify(REFUSED.into()));
        return;
    }
    let store = store.clone();
    spawn_local(async move {
        match JsFuture::from(clipboard.read_text()).await.ok().and_then(|text| text.as_string()) {
            None => store.dispatch(Action::Notify(REFUSED.into())),
            Some(text) if text.trim().is_empty() => store.dispatch(Action::Notify("There is no text on the clipboard".into())),
            Some(text) => match store.files.shown().filter(|file| file.text.trim().is_empty()) {
                Some(file) => store.dispatch(Action::ApplyEdits {
                    title: "pasted from the clipboard".into(),
                    edits: vec![(file.name.clone(), Edit { start: 0, end: file.text.len() as u32, insert: text })],
                }),
                None => store.dispatch(Action::FilesGiven(vec![("pasted.yaml".to_owned(), text)])),
            },
        }
    });
}
