//! A field for a number from 0 to 255, such as the type of an ICMP message.

use web_sys::HtmlInputElement;
use yew::prelude::*;

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
    let wrong = own.is_some_and(|(text, _)| !text.trim().is_empty() && text.trim().parse::<u8>().is_err());
    let oninput = {
        let (typed, props) = (typed.clone(), props.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            let read = text.trim().parse::<u8>();
            let (is_any, asked) = (text.trim().is_empty(), read.clone().ok());
            let stays = if is_any || read.is_ok() { asked } else { props.value };
            typed.set(Some((text, stays)));
            if is_any || read.is_ok() {
                props.onbyte.emit(asked);
            }
        })
    };
    html! {
        <label class="field">{ &props.label }
            <input class="port" type="text" inputmode="numeric" autocomplete="off" placeholder="any" aria-invalid={wrong.to_string()} value={shown} {oninput} />
            if wrong { <small class="port-note wrong" role="alert">{ "a number from 0 to 255" }</small> }
        </label>
    }
}
