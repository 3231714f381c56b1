//! Lines of the list: stored scenes, closed files, deleted scenes.

use yew::prelude::*;

use super::rename::Rename;
use crate::components::Store;
use crate::components::icons::{DOWNLOAD, PENCIL, TRASH, UNDO, icon};
use crate::effects::focus::{CLOSE, SCENE, focus_later};
use crate::effects::keep::{Keeper, Keeping, StoredScene};
use crate::effects::outside;
use crate::effects::storage;
use crate::scenes::{Record, SceneId, Unreadable, file_name};
use crate::state::{Action, LayoutAction};
use crate::words::{t, t_count, t_with};

/// What all lines need.
pub(super) struct List {
    pub(super) store: Store,
    pub(super) keeper: Keeping,
    /// Grows with each change of what is stored.
    pub(super) turn: UseStateHandle<u32>,
    pub(super) renaming: UseStateHandle<Option<SceneId>>,
}

impl List {
    /// A press that changes what is stored.
    fn press(&self, act: impl Fn(&Keeping, &Store) + 'static) -> Callback<MouseEvent> {
        let (store, keeper, turn) = (self.store.clone(), self.keeper.clone(), self.turn.clone());
        Callback::from(move |_: MouseEvent| {
            act(&keeper, &store);
            turn.set(*turn + 1);
        })
    }

    /// A stored scene.
    pub(super) fn row(&self, entry: &StoredScene) -> Html {
        let id = &entry.id;
        let record = match &entry.record {
            Ok(record) => record,
            Err(reason) => return self.unreadable(id, *reason),
        };
        if self.renaming.as_ref() == Some(id) {
            return html! { <li key={id.to_string()}>{ self.rename_field(id, &record.name) }</li> };
        }
        let shown = self.store.place.id == *id;
        let open = {
            let id = id.clone();
            self.press(move |keeper, store| match keeper.open(&id) {
                Ok(Some(opened)) => {
                    store.dispatch(LayoutAction::ShowDialog(None).into());
                    focus_later(SCENE);
                    if store.place.id != id {
                        store.dispatch(Action::OpenKept(Box::new(opened)));
                    }
                }
                Ok(None) | Err(_) => store.dispatch(Action::Notify(t("That scene cannot be read any more").into())),
            })
        };
        let rename = {
            let (renaming, id) = (self.renaming.clone(), id.clone());
            Callback::from(move |_: MouseEvent| renaming.set(Some(id.clone())))
        };
        let delete = {
            let id = id.clone();
            self.press(move |keeper, store| {
                keeper.delete(&id);
                if store.place.id == id {
                    store.dispatch(Action::StartScene);
                } else {
                    keeper.retry(store);
                }
                focus_later(CLOSE);
            })
        };
        let name = &record.name;
        html! {
            <li key={id.to_string()} class={classes!(shown.then_some("shown"))}>
                <button type="button" class="scene" aria-current={shown.then_some("true")} onclick={open}>
                    <b>{ name }</b>
                    <span>{ &record.about }if shown { { t(" · shown now") } }</span>
                    <time>{ outside::moment(record.changed) }</time>
                </button>
                <button type="button" class="quiet square" aria-label={t_with("rename {0}", &[name])} title={t("rename")} onclick={rename}>{ icon(PENCIL) }</button>
                { save(record) }
                <button type="button" class="quiet square" aria-label={t_with("delete {0}", &[name])} title={t("delete")} onclick={delete}>{ icon(TRASH) }</button>
            </li>
        }
    }

    fn rename_field(&self, id: &SceneId, name: &str) -> Html {
        let (store, keeper, turn, renaming) = (self.store.clone(), self.keeper.clone(), self.turn.clone(), self.renaming.clone());
        let id = id.clone();
        let ondone = Callback::from(move |name: Option<String>| {
            if let Some(name) = name.filter(|name| !name.trim().is_empty()) {
                keeper.rename(&id, &name);
                if store.place.id == id {
                    store.dispatch(Action::RenameScene(name));
                }
            }
            renaming.set(None);
            turn.set(*turn + 1);
        });
        html! { <Rename name={name.to_owned()} {ondone} /> }
    }

    fn unreadable(&self, id: &SceneId, reason: Unreadable) -> Html {
        let why = match reason {
            Unreadable::Damaged => t("This stored scene is damaged and cannot be read"),
            Unreadable::Newer => t("A newer version of Netpolis stored this scene; load the page again to get it"),
        };
        let save = {
            let id = id.clone();
            Callback::from(move |_: MouseEvent| {
                outside::download("unreadable-scene.txt", "text/plain", &storage::scene(&id).unwrap_or_default());
            })
        };
        let remove = {
            let id = id.clone();
            self.press(move |keeper, store| {
                Keeper::remove(&id);
                keeper.retry(store);
                focus_later(CLOSE);
            })
        };
        html! {
            <li key={id.to_string()}>
                <p class="scene trouble"><b>{ t("Cannot be read") }</b><span>{ why }</span></p>
                <button type="button" class="quiet square" aria-label={t("save what is stored as a file")} title={t("save as a file")} onclick={save}>{ icon(DOWNLOAD) }</button>
                <button type="button" class="quiet square" aria-label={t("remove it for good")} title={t("remove for good")} onclick={remove}>{ icon(TRASH) }</button>
            </li>
        }
    }

    /// A file that was closed or replaced.
    pub(super) fn closed(&self, index: usize, name: &str, text: &str) -> Html {
        let reopen = self.press(move |_, store| {
            store.dispatch(Action::ReopenFile(index));
            focus_later(SCENE);
        });
        let remove = self.press(move |_, store| {
            store.dispatch(Action::DropClosed(index));
            focus_later(CLOSE);
        });
        html! {
            <li key={format!("{index} {name}")}>
                <p class="scene"><b>{ name }</b><span>{ t_count(text.lines().count(), "{0} line", "{0} lines") }</span></p>
                <button type="button" class="pick" aria-label={t_with("bring back {0}", &[name])} onclick={reopen}>{ icon(UNDO) }{ t("Bring back") }</button>
                <button type="button" class="quiet square" aria-label={t_with("remove {0} for good", &[name])} title={t("remove for good")} onclick={remove}>{ icon(TRASH) }</button>
            </li>
        }
    }

    /// A deleted scene.
    pub(super) fn deleted(&self, entry: &StoredScene) -> Html {
        let Ok(record) = &entry.record else { return Html::default() };
        let restore = {
            let id = entry.id.clone();
            self.press(move |keeper, _| {
                keeper.restore(&id);
                focus_later(CLOSE);
            })
        };
        let remove = {
            let id = entry.id.clone();
            self.press(move |keeper, store| {
                Keeper::remove(&id);
                keeper.retry(store);
                focus_later(CLOSE);
            })
        };
        html! {
            <li key={entry.id.to_string()}>
                <p class="scene"><b>{ &record.name }</b><span>{ &record.about }</span></p>
                <button type="button" class="pick" aria-label={t_with("bring back {0}", &[&record.name])} onclick={restore}>{ icon(UNDO) }{ t("Bring back") }</button>
                <button type="button" class="quiet square" aria-label={t_with("remove {0} for good", &[&record.name])} title={t("remove for good")} onclick={remove}>{ icon(TRASH) }</button>
            </li>
        }
    }
}

fn save(record: &Record) -> Html {
    let (name, text) = (record.name.clone(), record.fragment().to_owned());
    let onclick = Callback::from(move |_: MouseEvent| outside::download(&file_name(&name), "text/plain", &text));
    let label = t_with("save {0} as a file", &[&record.name]);
    html! { <button type="button" class="quiet square" aria-label={label} title={t("save as a file")} {onclick}>{ icon(DOWNLOAD) }</button> }
}
