//! Files and folders that are dropped anywhere on the page.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::Store;
use super::chooser::take;
use crate::effects::files;

/// What the page does with something that is dragged over it.
pub(super) struct Dropping {
    pub(super) over: Callback<DragEvent>,
    pub(super) leave: Callback<DragEvent>,
    pub(super) drop: Callback<DragEvent>,
}

/// Whether files are dragged over the page, and what it does with them.
#[hook]
pub(super) fn use_drop(store: &Store) -> (bool, Dropping) {
    let dragging = use_state(|| false);
    let over = {
        let dragging = dragging.clone();
        Callback::from(move |event: DragEvent| {
            let files = event.data_transfer().is_some_and(|t| t.types().iter().any(|kind| kind.as_string().is_some_and(|k| k == "Files")));
            if files {
                event.prevent_default();
                dragging.set(true);
            }
        })
    };
    let leave = {
        let dragging = dragging.clone();
        Callback::from(move |event: DragEvent| {
            // Out of the window, not into another element of it.
            if event.related_target().is_none() {
                dragging.set(false);
            }
        })
    };
    let drop = {
        let (dragging, store) = (dragging.clone(), store.clone());
        Callback::from(move |event: DragEvent| {
            dragging.set(false);
            let Some(transfer) = event.data_transfer() else { return };
            let (entries, list) = files::entries(&transfer);
            if entries.is_empty() && list.is_empty() {
                return;
            }
            event.prevent_default();
            let store = store.clone();
            spawn_local(async move {
                take(&store, files::read(entries, list).await);
            });
        })
    };
    (*dragging, Dropping { over, leave, drop })
}
