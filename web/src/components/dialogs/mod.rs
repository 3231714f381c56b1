//! Windows over the page.

mod about;
mod assumptions;
mod cluster;
mod find;
mod share;

use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use self::about::About;
use self::assumptions::Assumptions;
use self::cluster::FromCluster;
pub(super) use self::cluster::cluster_command;
use self::find::FindInFiles;
use self::share::Share;
use super::compare::CompareWith;
use super::icons::{CROSS, icon};
use super::keys::Sheet;
use super::lesson::Lessons;
use super::palette::Palette;
use super::scenes::Scenes;
use super::toast::Toast;
use super::{use_dispatch, use_part};
use crate::state::{Dialog, LayoutAction};
use crate::words::t;

/// The window that is open, if one is.
#[component]
pub fn Dialogs() -> Html {
    let Some(store) = use_part(|state| state.layout.dialog) else { return Html::default() };
    // Each is a window of its own: one that opens from another has its first field to write in.
    match store.layout.dialog {
        Some(Dialog::Scenes) => html! { <Window key="Recent scenes" title={t("Recent scenes")}><Scenes /></Window> },
        Some(Dialog::Compare) => html! { <Window key="Compare with" title={t("Compare with")}><CompareWith /></Window> },
        Some(Dialog::Lessons) => html! { <Window key="Lessons" title={t("Lessons")}><Lessons /></Window> },
        Some(Dialog::Share) => html! { <Window key="Share" title={t("Share")}><Share /></Window> },
        Some(Dialog::Settings) => html! { <Window key="Assumptions" title={t("Assumptions")}><Assumptions /></Window> },
        Some(Dialog::Cluster) => html! { <Window key="From a cluster" title={t("From a cluster")}><FromCluster /></Window> },
        Some(Dialog::About) => html! { <Window key="About Netpolis" title={t("About Netpolis")}><About /></Window> },
        Some(Dialog::Palette) => html! { <Window key="Commands" title={t("Commands")}><Palette /></Window> },
        Some(Dialog::Outline) => {
            html! { <Window key="Objects in the files" title={t("Objects in the files")}><Palette outline=true /></Window> }
        }
        Some(Dialog::Find) => html! { <Window key="Find in all files" title={t("Find in all files")}><FindInFiles /></Window> },
        Some(Dialog::Keys) => html! { <Window key="Keyboard shortcuts" title={t("Keyboard shortcuts")}><Sheet /></Window> },
        None => Html::default(),
    }
}

#[derive(Clone, PartialEq, Properties)]
struct WindowProps {
    title: AttrValue,
    children: Children,
}

#[component]
fn Window(props: &WindowProps) -> Html {
    let node = use_node_ref();
    let store = use_dispatch();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
        });
    }
    let close = {
        let store = store.clone();
        move || {
            if let Some(store) = &store {
                store.dispatch(LayoutAction::ShowDialog(None).into());
            }
        }
    };
    let onclose = {
        let close = close.clone();
        Callback::from(move |_: Event| close())
    };
    let onclick = {
        let (close, node) = (close.clone(), node.clone());
        // A press beside the window falls on the dialog itself.
        Callback::from(move |event: MouseEvent| {
            if event.target().and_then(|t| t.dyn_into::<web_sys::Node>().ok()) == node.cast::<web_sys::Node>() {
                match node.cast::<HtmlDialogElement>() {
                    Some(dialog) => dialog.close(),
                    None => close(),
                }
            }
        })
    };
    let onbutton = {
        let node = node.clone();
        // The browser gives the keyboard back to where it was, and says that the window is closed.
        Callback::from(move |_: MouseEvent| match node.cast::<HtmlDialogElement>() {
            Some(dialog) => dialog.close(),
            None => close(),
        })
    };
    html! {
        <dialog ref={node} class="window" aria-label={props.title.clone()} {onclose} {onclick}>
            <div class="window-body">
                <header><h2>{ props.title.clone() }</h2><button type="button" class="quiet square" aria-label={t("close")} onclick={onbutton}>{ icon(CROSS) }</button></header>
                { props.children.clone() }
            </div>
            <Toast />
        </dialog>
    }
}
