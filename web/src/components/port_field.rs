//! A field for a port: a number, or a name that means one. What is neither is said to be wrong, and never taken for "any port".

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::rich::rich;
use crate::effects::random;
use netpolis_view::{PortView, written_port};

/// Properties of a [`PortField`].
#[derive(Clone, PartialEq, Properties)]
pub struct PortFieldProps {
    /// Its name, for screen readers.
    pub label: AttrValue,
    /// What is asked.
    pub value: Option<u16>,
    /// What it says while it is empty.
    pub placeholder: AttrValue,
    /// Ports of the receiver, whose names mean something.
    #[prop_or_default]
    pub declared: Vec<PortView>,
    /// What the receiver is called.
    #[prop_or_default]
    pub receiver: AttrValue,
    /// A port, or any; with the protocol, where a name says it.
    pub onport: Callback<(Option<u16>, Option<String>)>,
}

/// What was typed, and what was asked then: text that does not belong to what is asked now is not shown.
#[derive(Clone, PartialEq)]
struct Typed {
    text: String,
    asked: Option<u16>,
    done: bool,
}

/// A field for a port.
#[component]
pub fn PortField(props: &PortFieldProps) -> Html {
    let typed = use_state(|| None::<Typed>);
    let id = use_memo((), |()| format!("port-{}", random(1e12)));
    let own = typed.as_ref().filter(|t| t.asked == props.value);
    let shown = own.map_or_else(|| props.value.map(|p| p.to_string()).unwrap_or_default(), |t| t.text.clone());
    let read = own.map(|t| written_port(&t.text, &props.declared, &props.receiver));
    let oninput = {
        let (typed, props) = (typed.clone(), props.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            let asked = written_port(&text, &props.declared, &props.receiver).asked();
            typed.set(Some(Typed { text, asked: asked.as_ref().map_or(props.value, |(port, _)| *port), done: false }));
            if let Some(asked) = asked {
                props.onport.emit(asked);
            }
        })
    };
    let onblur = {
        let typed = typed.clone();
        Callback::from(move |_: FocusEvent| {
            if let Some(own) = &*typed {
                typed.set(Some(Typed { done: true, ..own.clone() }));
            }
        })
    };
    let done = own.is_some_and(|t| t.done);
    let note = read.as_ref().and_then(|read| read.note(&shown, done, props.value));
    let wrong = note.as_ref().is_some_and(|note| note.wrong);
    html! {
        <>
            <input class="port" type="text" inputmode="numeric" autocomplete="off" autocapitalize="off" spellcheck="false" aria-label={props.label.clone()}
                placeholder={props.placeholder.clone()} aria-invalid={wrong.to_string()} aria-describedby={note.is_some().then(|| id.to_string())}
                value={shown} {oninput} {onblur} />
            if let Some(note) = note {
                <p id={id.to_string()} class={classes!("port-note", wrong.then_some("wrong"))} role={if wrong { "alert" } else { "status" }}>{ rich(&note.text) }</p>
            }
        </>
    }
}
