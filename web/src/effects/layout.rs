//! Keeps step with the window, and keeps theme, panes and language for the next visit.

use yew::prelude::*;

use super::{outside, storage};
use crate::components::Store;
use crate::state::LayoutAction;

/// Keeps theme, panes and language, once they are others.
#[hook]
pub fn use_layout_storage(store: &Store) {
    let first = use_mut_ref(|| (store.layout.theme, store.panes_to_keep(), store.layout.language));
    {
        let first = first.clone();
        use_effect_with(store.layout.language, move |language| {
            if std::mem::replace(&mut first.borrow_mut().2, *language) != *language {
                storage::keep_language(*language);
            }
        });
    }
    {
        let first = first.clone();
        use_effect_with(store.layout.theme, move |theme| {
            if std::mem::replace(&mut first.borrow_mut().0, *theme) != *theme {
                storage::keep_theme(*theme);
            }
        });
    }
    use_effect_with(store.panes_to_keep(), move |panes| {
        if std::mem::replace(&mut first.borrow_mut().1, *panes) != *panes {
            storage::keep_panes(*panes);
        }
    });
}

/// Tells the state how wide the window is.
#[hook]
pub fn use_window_width(store: &Store) {
    let dispatcher = store.dispatcher();
    use_effect_with((), move |()| {
        let listener = crate::effects::window().map(|window| {
            gloo::events::EventListener::new(&window, "resize", move |_| {
                dispatcher.dispatch(LayoutAction::WindowWidth(outside::window_width()).into())
            })
        });
        move || drop(listener)
    });
}
