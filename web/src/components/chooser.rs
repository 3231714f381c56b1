//! Files that the person chooses or drops, on their way into the page.

use wasm_bindgen_futures::spawn_local;
use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

use super::Store;
use crate::effects::{files, logs};
use crate::state::{Action, open_files};

/// A button's action that lets the person choose files, and the element that it needs anywhere in the page.
#[hook]
pub fn use_chooser(store: &Store) -> (Callback<MouseEvent>, Html) {
    use_chooser_for(store, false, take)
}

/// The same with something else that is done with the files; or with those of a folder.
#[hook]
pub fn use_chooser_for(store: &Store, folder: bool, take: fn(&Store, files::Read)) -> (Callback<MouseEvent>, Html) {
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
        <input ref={chooser} type="file" multiple=true webkitdirectory={folder} accept=".yaml,.yml,.json,.txt,.sh,.azcli,.netpolis,.jsonl,.ndjson,.log,.csv" hidden=true {onchange} />
    };
    (choose, input)
}

/// Takes what was read into the page, and says what was not.
pub fn take(store: &Store, read: files::Read) {
    if !read.logs.is_empty() {
        let (files, given): (Vec<File>, Vec<(String, &'static str)>) =
            read.logs.into_iter().map(|(file, title)| (file.clone(), (file.name(), title))).unzip();
        logs::open(files);
        store.dispatch(Action::LogsGiven(given));
        if read.files.is_empty() && read.left_out.is_empty() {
            return;
        }
    }
    for action in open_files(read.files, read.left_out) {
        store.dispatch(action);
    }
}
