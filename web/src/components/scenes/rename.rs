//! The field with a scene's name.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::effects::focus::{CLOSE, focus_later};
use crate::words::t;

/// Properties of a [`Rename`] field.
#[derive(Clone, PartialEq, Properties)]
pub struct RenameProps {
    /// The name that it has.
    pub name: String,
    /// The new name; nothing: it stays.
    pub ondone: Callback<Option<String>>,
}

/// The field with a scene's name, which has the keyboard from the start.
#[component]
pub fn Rename(props: &RenameProps) -> Html {
    let node = use_node_ref();
    // Browsers tell a field that goes that it has lost the keyboard.
    let done = use_mut_ref(|| false);
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(field) = node.cast::<HtmlInputElement>() {
                let _ = field.focus();
                field.select();
            }
        });
    }
    let finish = {
        let (done, ondone) = (done.clone(), props.ondone.clone());
        move |name: Option<String>| {
            if !std::mem::replace(&mut *done.borrow_mut(), true) {
                ondone.emit(name);
            }
        }
    };
    let onkeydown = {
        let finish = finish.clone();
        Callback::from(move |event: KeyboardEvent| {
            let name = match event.key().as_str() {
                "Enter" => Some(event.target_unchecked_into::<HtmlInputElement>().value()),
                "Escape" => None,
                _ => return,
            };
            // The window stays.
            event.prevent_default();
            finish(name);
            focus_later(CLOSE);
        })
    };
    let onblur = Callback::from(move |event: FocusEvent| finish(Some(event.target_unchecked_into::<HtmlInputElement>().value())));
    html! { <input ref={node} class="scene-name" type="text" aria-label={t("name of the scene")} value={props.name.clone()} maxlength="80" {onkeydown} {onblur} /> }
}
