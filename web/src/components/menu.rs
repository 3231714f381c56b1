//! A button that opens a list below it.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, Node};
use yew::prelude::*;

use super::icons::{CHEVRON, icon};

/// Properties of a [`Menu`].
#[derive(Clone, PartialEq, Properties)]
pub struct MenuProps {
    /// What the button says.
    pub button: Html,
    /// For screen readers, where the button is only a picture.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Class of the button.
    #[prop_or_default]
    pub class: Classes,
    /// Whether the list ends at the button's right edge.
    #[prop_or_default]
    pub right: bool,
    /// Whether the button has an arrow.
    #[prop_or(true)]
    pub arrow: bool,
    /// The list: buttons. It closes when one is pressed.
    pub children: Children,
}

/// A button that opens a list below it. Arrows move through it, Escape closes it.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let open = use_state(|| false);
    let root = use_node_ref();
    let button = use_node_ref();

    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let close = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |event: MouseEvent| {
            // A heading or a field of the list is not chosen.
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if target.and_then(|target| target.closest("button, a").ok().flatten()).is_none() {
                return;
            }
            open.set(false);
            // The button that was pressed goes; what opens next gives the keyboard back to this one.
            if let Some(button) = button.cast::<HtmlElement>() {
                let _ = button.focus();
            }
        })
    };
    let onfocusout = {
        let (open, root) = (open.clone(), root.clone());
        Callback::from(move |event: FocusEvent| {
            let next = event.related_target().and_then(|t| t.dyn_into::<Node>().ok());
            let inside = root.cast::<Node>().is_some_and(|root| next.as_ref().is_some_and(|n| root.contains(Some(n))));
            if !inside {
                open.set(false);
            }
        })
    };
    let onkeydown = {
        let (open, root, button) = (open.clone(), root.clone(), button.clone());
        Callback::from(move |event: KeyboardEvent| {
            // A field of the list may have keys of its own.
            if event.default_prevented() {
                return;
            }
            let step = match event.key().as_str() {
                "Escape" if *open => {
                    open.set(false);
                    if let Some(button) = button.cast::<HtmlElement>() {
                        let _ = button.focus();
                    }
                    return;
                }
                "ArrowDown" => 1i32,
                "ArrowUp" => -1,
                _ => return,
            };
            event.prevent_default();
            if !*open {
                open.set(true);
                return;
            }
            let Some(root) = root.cast::<Element>() else { return };
            let Ok(items) = root.query_selector_all(".menu-list button, .menu-list a") else { return };
            let active = crate::effects::window().and_then(|w| w.document()).and_then(|d| d.active_element());
            let count = items.length() as i32;
            let now = (0..count).find(|&i| items.item(i as u32).as_ref() == active.as_deref());
            let next = now.map_or(if step > 0 { 0 } else { count - 1 }, |i| (i + step).rem_euclid(count.max(1)));
            if let Some(item) = items.item(next as u32).and_then(|i| i.dyn_into::<HtmlElement>().ok()) {
                let _ = item.focus();
            }
        })
    };

    html! {
        <div class="menu" ref={root} {onfocusout} {onkeydown}>
            <button type="button" ref={button} class={props.class.clone()} aria-haspopup="true" aria-expanded={open.to_string()}
                aria-label={props.label.clone()} title={props.label.clone()} onclick={toggle}>
                { props.button.clone() }
                if props.arrow { { icon(CHEVRON) } }
            </button>
            if *open {
                <div class={classes!("menu-list", props.right.then_some("right"))} onclick={close}>{ props.children.clone() }</div>
            }
        </div>
    }
}
