//! What is over the picture of a large scene: a field that finds an end or a namespace, and where among them the picture is.

use yew::prelude::*;

use super::filter::filter;
use crate::components::combobox::Combobox;
use crate::components::{ByAddress, Store, press};
use crate::state::{Action, PictureAction};
use crate::words::{key, t, t_with};
use netpolis_view::{EntryView, SceneView};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FinderProps {
    pub(super) store: Store,
}

/// Namespaces, then all ends.
fn entries(scene: &SceneView) -> Vec<EntryView> {
    let namespace = |name: &String| EntryView { value: format!("namespace/{name}"), title: name.clone(), detail: key("namespace").into() };
    scene.namespaces.iter().map(|namespace| &namespace.name).map(namespace).chain(scene.end_entries()).collect()
}

/// How something is called that can be focused.
fn name(scene: &SceneView, key: &str) -> String {
    match key.split_once('/') {
        Some(("namespace" | "group", name)) if scene.find(key).is_none() => name.to_owned(),
        _ => scene.end_text(key),
    }
}

#[component]
pub(super) fn Finder(props: &FinderProps) -> Html {
    let store = &props.store;
    let scene = &store.answers.scene;
    let entries = ByAddress(use_memo(store.scene_part(), |scene| entries(scene)));
    let onchoose = {
        let store = store.clone();
        Callback::from(move |key: String| {
            let known = store.answers.scene.find(&key).is_some();
            if known {
                store.dispatch(Action::Select(Some(key.clone())));
            }
            if known || key.starts_with("namespace/") {
                store.dispatch(PictureAction::Focus(key).into());
            }
        })
    };
    let focus = &store.picture.focus;
    let last = focus.len();
    html! {
        <>
            <div class="find"><Combobox label={t("Find")} value="" text="" {entries} {onchoose} /></div>
            { filter(store) }
            if last > 0 {
                <nav class="crumbs" aria-label={t("Shown")}>
                    <button type="button" onclick={press(store, PictureAction::FocusBack(0))}>{ t("All") }</button>
                    { for focus.iter().enumerate().map(|(index, key)| html! {
                        <><span aria-hidden="true">{ "›" }</span>
                        <button type="button" aria-current={(index + 1 == last).then_some("true")} onclick={press(store, PictureAction::FocusBack(index + 1))}>{ name(scene, key) }</button></>
                    }) }
                </nav>
            }
        </>
    }
}

/// The key of the card whose arrows are shown.
pub(super) fn looked_at(store: &Store) -> Option<String> {
    store.picture.pinned.clone().or_else(|| store.selected_end().map(|end| store.answers.scene.key(end)))
}

/// What is looked at can be shown alone: the way there that needs no double click.
pub(super) fn alone(store: &Store) -> Html {
    let scene = &store.answers.scene;
    let Some(key) = looked_at(store).filter(|key| store.picture.focus.last() != Some(key)) else { return Html::default() };
    html! {
        <button type="button" class="pick alone" onclick={press(store, PictureAction::Focus(key.clone()))}>{ t_with("Show only {0} and its neighbours", &[&name(scene, &key)]) }</button>
    }
}
