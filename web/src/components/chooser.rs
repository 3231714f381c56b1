//! Files that the person chooses or drops, on their way into the page.

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::Store;
use crate::effects::files;
use crate::share;
use crate::state::Action;

/// A button's action that lets the person choose files, and the element that it needs anywhere in the page.
#[hook]
pub fn use_chooser(store: &Store) -> (Callback<MouseEvent>, Html) {
    let chooser = use_node_ref();
    let choose = {
        let chooser = chooser.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = chooser.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    let store = store.clone();
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        let list = input.files().map(|l| files::list_files(&l)).unwrap_or_default();
        let store = store.clone();
        spawn_local(async move {
            take(&store, files::read(Vec::new(), list).await);
            input.set_value("");
        });
    });
    let input = html! {
        <input ref={chooser} type="file" multiple=true accept=".yaml,.yml,.json,.txt,.sh,.azcli,.netpolis" hidden=true {onchange} />
    };
    (choose, input)
}

/// Takes what was read into the page, and says what was not.
pub fn take(store: &Store, mut read: files::Read) {
    // A scene that was saved as a file.
    let (saved, files): (Vec<_>, Vec<_>) = read.files.into_iter().partition(|(name, _)| name.ends_with(".netpolis"));
    read.files = files;
    for (name, text) in saved {
        match share::decode_kept(&text) {
            Ok((shared, _)) => return store.dispatch(Action::OpenSaved(name.trim_end_matches(".netpolis").into(), Box::new(shared))),
            Err(_) => read.left_out.push(format!("{name} is damaged, or not a scene that Netpolis saved")),
        }
    }
    let nothing = read.files.is_empty();
    store.dispatch(Action::FilesGiven(read.files));
    if let Some(first) = read.left_out.first() {
        let more = if read.left_out.len() > 1 { format!(" and {} more", read.left_out.len() - 1) } else { String::new() };
        store.dispatch(Action::Notify(format!("Not opened: {first}{more}")));
    } else if nothing {
        store.dispatch(Action::Notify("Nothing to open: there is no YAML, JSON or script in it".into()));
    }
}
