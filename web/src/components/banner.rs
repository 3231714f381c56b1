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
    html! { <div class={classes!("page-banner", nothing.then_some("empty"))} lang="en" role="status">{ content.unwrap_or_default() }</div> }
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
        Ok(None) | Err(_) => store.dispatch(Action::Notify("That version no longer exists".into())),
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
            <p>{ "This scene was changed in another tab." }</p>
            <button type="button" class="pick" onclick={show(store, keeper, &store.place.id)}>{ "Show that" }</button>
            <button type="button" class="pick" onclick={copy}>{ "Keep mine as a copy" }</button>
        </>
    }
}

fn copied(store: &Store, keeper: &Keeping, other: &SceneId) -> Html {
    html! {
        <>
            <p>{ format!("This scene was also changed in another tab. The version here is kept as “{}”.", store.title()) }</p>
            <button type="button" class="pick" onclick={show(store, keeper, other)}>{ "Show the other" }</button>
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
            <p>{ "This scene was deleted in another tab." }</p>
            <button type="button" class="pick" onclick={keep}>{ "Keep it" }</button>
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
            <p>{ "The last change is not stored: this browser's storage for the page is full." }</p>
            <button type="button" class="pick" onclick={open}>{ "Delete scenes…" }</button>
            <button type="button" class="pick" onclick={save}>{ "Save as a file" }</button>
        </>
    }
}

fn dismiss(store: &Store) -> Html {
    html! {
        <button type="button" class="quiet square" aria-label="close" title="close" onclick={act(store, Action::Elsewhere(None))}>{ icon(CROSS) }</button>
    }
}
