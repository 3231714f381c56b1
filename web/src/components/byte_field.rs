//! A field for a number from 0 to 255, such as the type of an ICMP message.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::words::t;
use netpolis_view::{WrittenByte, written_byte};

/// Properties of a [`ByteField`].
#[derive(Clone, PartialEq, Properties)]
pub struct ByteFieldProps {
    /// Its name.
    pub label: AttrValue,
    /// What is asked; nothing for any.
    pub value: Option<u8>,
    /// What was written.
    pub onbyte: Callback<Option<u8>>,
}

/// A field for a number from 0 to 255. What is none is said to be wrong, and not taken for "any".
#[component]
pub fn ByteField(props: &ByteFieldProps) -> Html {
    let typed = use_state(|| None::<(String, Option<u8>)>);
    let own = typed.as_ref().filter(|(_, asked)| *asked == props.value);
    let shown = own.map_or_else(|| props.value.map(|b| b.to_string()).unwrap_or_default(), |(text, _)| text.clone());
    let wrong = own.is_some_and(|(text, _)| written_byte(text) == WrittenByte::Wrong);
    let oninput = {
        let (typed, props) = (typed.clone(), props.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            let asked = match written_byte(&text) {
                WrittenByte::Any => Some(None),
                WrittenByte::Number(number) => Some(Some(number)),
                WrittenByte::Wrong => None,
            };
            typed.set(Some((text, asked.unwrap_or(props.value))));
            if let Some(asked) = asked {
                props.onbyte.emit(asked);
            }
        })
    };
    html! {
        <label class="field">{ &props.label }
            <input class="port" type="text" inputmode="numeric" autocomplete="off" placeholder={t("any")} aria-invalid={wrong.to_string()} value={shown} {oninput} />
            if wrong { <small class="port-note wrong" role="alert">{ t("a number from 0 to 255") }</small> }
        </label>
    }
}
