//! What is on the screen, one component a file.

pub mod addresses;
pub mod answers;
pub mod ask_from;
pub mod azure;
pub mod banner;
pub mod board;
mod board_drag;
pub mod bottom;
pub mod byte_field;
pub mod chooser;
pub mod combobox;
mod compare;
mod copy_menu;
pub mod coverage;
pub mod dialogs;
mod drop;
pub mod editor_pane;
pub mod embedded;
pub mod empty;
pub mod end_panel;
pub mod engine_note;
mod evidence;
mod example_list;
mod explanation;
pub mod fixes;
pub mod graph;
mod grouping;
pub mod header;
mod heat_map;
mod hold;
#[allow(missing_docs, reason = "an icon's name says what it shows")]
pub mod icons;
pub mod inspector;
mod keys;
mod lasting;
pub mod late;
pub mod lesson;
pub mod matrix;
pub mod menu;
pub mod offer;
pub mod page;
mod palette;
pub mod path;
pub mod plan;
pub mod policy;
pub mod port_field;
pub mod problems;
pub mod progress;
pub mod question;
pub mod renders;
pub mod rich;
pub mod rules;
pub mod scenes;
pub mod screens;
mod shown;
mod signs;
pub mod splitter;
pub mod store;
pub mod suggestion;
pub mod toast;
pub mod trace;
mod view_switch;

use std::rc::Rc;

use yew::prelude::*;

use crate::effects::outside;
use crate::state::Action;
use crate::words::t;

pub use store::{Dispatch, Store, StoreProvider, use_dispatch, use_part};

/// A press that makes something happen on the page.
pub(crate) fn press(store: &Store, action: impl Into<Action>) -> Callback<MouseEvent> {
    let (store, action) = (store.clone(), action.into());
    Callback::from(move |_: MouseEvent| store.dispatch(action.clone()))
}

/// Hands on the text on the clipboard. Where there is none, or the browser lets nobody read it, the person is told.
pub(crate) fn with_pasted(store: &Store, take: impl FnOnce(&Store, String) + 'static) {
    let store = store.clone();
    outside::pasted(move |text| {
        let notice = match text {
            Some(text) if !text.trim().is_empty() => return take(&store, text),
            Some(_) => t("There is no text on the clipboard"),
            None => t("The browser did not allow reading the clipboard: click into the editor and press Ctrl V"),
        };
        store.dispatch(Action::Notify(notice.into()));
    });
}

/// What is told of a text that was to be copied.
pub(crate) fn tell_copied(done: bool) -> Action {
    Action::Notify(if done { t("Copied") } else { t("The browser did not allow copying") }.into())
}

/// A value that components compare by address: cheap for large ones that are replaced as a whole.
#[derive(Debug, Default)]
pub struct ByAddress<T>(pub Rc<T>);

impl<T> Clone for ByAddress<T> {
    fn clone(&self) -> Self {
        ByAddress(self.0.clone())
    }
}

impl<T> PartialEq for ByAddress<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> std::ops::Deref for ByAddress<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
