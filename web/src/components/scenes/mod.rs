//! The window with the scenes that are kept in this browser.

mod forget;
mod rename;
mod rows;

use yew::prelude::*;

use self::forget::Forget;
use self::rows::List;
use super::Store;
use crate::effects::keep::{Keeper, Keeping, StoredScene};
use crate::scenes::SceneId;
use crate::state::Trouble;
use crate::words::t;

/// All kept scenes, closed files of this one, and what was deleted.
#[component]
pub fn Scenes() -> Html {
    let (Some(store), Some(keeper)) = (use_context::<Store>(), use_context::<Keeping>()) else { return Html::default() };
    // The list is read again after each change of what is stored.
    let turn = use_state(|| 0u32);
    let renaming = use_state(|| None::<SceneId>);
    let entries = {
        let keeper = keeper.clone();
        use_memo((*turn, store.place.clone()), move |_| {
            keeper.flush();
            Keeper::list()
        })
    };
    let list = List { store: store.clone(), keeper, turn, renaming };
    let (deleted, kept): (Vec<&StoredScene>, Vec<&StoredScene>) = entries.iter().partition(|entry| entry.is_deleted());
    let size: usize = entries.iter().map(|entry| entry.size).sum();
    html! {
        <div class="scenes">
            <p>{ t("Scenes are stored in this browser only, and are sent nowhere. Clearing the site data removes them: save what \
             you want to keep as a file.") }</p>
            if store.notices.trouble == Some(Trouble::Off) {
                <p class="trouble">{ t("This browser stores nothing for this page, as in some private windows.") }</p>
            }
            if kept.is_empty() {
                <p class="nothing">{ t("None yet. A scene is stored from its first change.") }</p>
            } else {
                <ul class="scene-list" aria-label={t("Recent scenes")}>{ for kept.iter().map(|entry| list.row(entry)) }</ul>
            }
            if !store.place.closed.is_empty() {
                <h3>{ t("Files closed or replaced in this scene") }</h3>
                <ul class="scene-list">{ for store.place.closed.iter().enumerate().map(|(index, file)| list.closed(index, &file.name, &file.text)) }</ul>
            }
            if !deleted.is_empty() {
                <h3>{ t("Deleted in the last 30 days") }</h3>
                <ul class="scene-list">{ for deleted.iter().map(|entry| list.deleted(entry)) }</ul>
            }
            <Forget count={entries.len()} {size} />
        </div>
    }
}
