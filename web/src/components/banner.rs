//! A line above the page, for what a person has to decide: what another tab did to the scene, and that it could not be stored.

use yew::prelude::*;

use super::Store;
use super::icons::{CROSS, icon};
use crate::effects::focus::{SCENE, focus_later};
use crate::effects::keep::Keeping;
use crate::effects::outside;
use crate::scenes::{Elsewhere, SceneId, file_name};
use crate::share;
use crate::state::{Action, Alert, Dialog, LayoutAction};
use crate::words::{t, t_with};

/// The line, if there is something to say.
#[component]
pub fn Banner() -> Html {
    let (Some(store), Some(keeper)) = (use_context::<Store>(), use_context::<Keeping>()) else { return Html::default() };
    let alert = store.notices.alert();
    let nothing = alert.is_none();
    let content = alert.map(|alert| match alert {
        Alert::Full => full(&store),
        Alert::Elsewhere(Elsewhere::Changed) => changed(&store, &keeper),
        Alert::Elsewhere(Elsewhere::Deleted) => deleted(&store, &keeper),
        Alert::Elsewhere(Elsewhere::Copied(other)) => copied(&store, &keeper, other),
    });
    html! { <div class={classes!("page-banner", nothing.then_some("empty"))} role="status">{ content.unwrap_or_default() }</div> }
}

fn act(store: &Store, action: Action) -> Callback<MouseEvent> {
    let store = store.clone();
    Callback::from(move |_: MouseEvent| {
        store.dispatch(action.clone());
        focus_later(SCENE);
    })
}

/// Opens what is stored under a scene's name.
fn show(store: &Store, keeper: &Keeping, id: &SceneId) -> Callback<MouseEvent> {
    let (store, keeper, id) = (store.clone(), keeper.clone(), id.clone());
    Callback::from(move |_: MouseEvent| match keeper.open(&id) {
        Ok(Some(opened)) => {
            store.dispatch(Action::OpenKept(Box::new(opened)));
            focus_later(SCENE);
        }
        Ok(None) | Err(_) => store.dispatch(Action::Notify(t("That version no longer exists").into())),
    })
}

fn changed(store: &Store, keeper: &Keeping) -> Html {
    let copy = {
        let (store, keeper) = (store.clone(), keeper.clone());
        Callback::from(move |_: MouseEvent| {
            keeper.keep_copy(&store);
            focus_later(SCENE);
        })
    };
    html! {
        <>
            <p>{ t("This scene was changed in another tab.") }</p>
            <button type="button" class="pick" onclick={show(store, keeper, &store.place.id)}>{ t("Show that") }</button>
            <button type="button" class="pick" onclick={copy}>{ t("Keep mine as a copy") }</button>
        </>
    }
}

fn copied(store: &Store, keeper: &Keeping, other: &SceneId) -> Html {
    html! {
        <>
            <p>{ t_with("This scene was also changed in another tab. The version here is kept as “{0}”.", &[&store.title()]) }</p>
            <button type="button" class="pick" onclick={show(store, keeper, other)}>{ t("Show the other") }</button>
            { dismiss(store) }
        </>
    }
}

fn deleted(store: &Store, keeper: &Keeping) -> Html {
    let keep = {
        let (store, keeper) = (store.clone(), keeper.clone());
        Callback::from(move |_: MouseEvent| {
            keeper.keep_again(&store);
            focus_later(SCENE);
        })
    };
    html! {
        <>
            <p>{ t("This scene was deleted in another tab.") }</p>
            <button type="button" class="pick" onclick={keep}>{ t("Keep it") }</button>
            { dismiss(store) }
        </>
    }
}

fn full(store: &Store) -> Html {
    let save = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| outside::download(&file_name(&store.title()), "text/plain", &share::encode(&store.shared())))
    };
    let open = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| store.dispatch(LayoutAction::ShowDialog(Some(Dialog::Scenes)).into()))
    };
    html! {
        <>
            <p>{ t("The last change is not stored: this browser's storage for the page is full.") }</p>
            <button type="button" class="pick" onclick={open}>{ t("Delete scenes…") }</button>
            <button type="button" class="pick" onclick={save}>{ t("Save as a file") }</button>
        </>
    }
}

fn dismiss(store: &Store) -> Html {
    html! {
        <button type="button" class="quiet square" aria-label={t("close")} title={t("close")} onclick={act(store, Action::Elsewhere(None))}>{ icon(CROSS) }</button>
    }
}
