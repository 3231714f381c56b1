//! A field that completes from a list, and takes what is not in it, too.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::rich::in_words;
use crate::effects::random;
use netpolis_view::{EntryView, matching_entries};

/// Properties of a [`Combobox`].
#[derive(Clone, PartialEq, Properties)]
pub struct ComboboxProps {
    /// Its name, for screen readers.
    pub label: AttrValue,
    /// What is chosen.
    pub value: AttrValue,
    /// How that reads.
    pub text: AttrValue,
    /// What can be chosen.
    pub entries: super::ByAddress<Vec<EntryView>>,
    /// What was chosen or written.
    pub onchoose: Callback<String>,
}

/// A field that completes from a list.
#[component]
pub fn Combobox(props: &ComboboxProps) -> Html {
    let typed = use_state(|| None::<String>);
    let active = use_state(|| 0usize);
    let input = use_node_ref();
    let id = use_memo((), |()| format!("list-{}", random(1e12)));

    let found: Vec<EntryView> =
        typed.as_ref().map(|text| matching_entries(&props.entries, text).into_iter().cloned().collect()).unwrap_or_default();
    let choose = {
        let (typed, onchoose) = (typed.clone(), props.onchoose.clone());
        Callback::from(move |value: String| {
            // The field keeps the focus, and its list is closed.
            typed.set(None);
            onchoose.emit(value);
        })
    };
    let onfocus = {
        let (typed, input, active) = (typed.clone(), input.clone(), active.clone());
        Callback::from(move |_: FocusEvent| {
            // Everything is offered until something is typed.
            typed.set(Some(String::new()));
            active.set(usize::MAX);
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.select();
            }
        })
    };
    // A field that has the focus already.
    let onclick = {
        let (typed, active) = (typed.clone(), active.clone());
        Callback::from(move |_: MouseEvent| {
            if typed.is_none() {
                typed.set(Some(String::new()));
                active.set(usize::MAX);
            }
        })
    };
    let oninput = {
        let (typed, active) = (typed.clone(), active.clone());
        Callback::from(move |event: InputEvent| {
            active.set(0);
            typed.set(Some(event.target_unchecked_into::<HtmlInputElement>().value()));
        })
    };
    let onblur = {
        let (typed, onchoose, value) = (typed.clone(), props.onchoose.clone(), props.value.clone());
        Callback::from(move |_: FocusEvent| {
            if let Some(text) = typed.as_ref().map(|t| t.trim()).filter(|t| !t.is_empty() && *t != &*value) {
                onchoose.emit(text.to_owned());
            }
            typed.set(None);
        })
    };
    let onkeydown = keys(&typed, &active, &found, &choose);
    let open = typed.is_some() && !found.is_empty();
    let shown = match typed.as_deref() {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => props.text.to_string(),
    };
    html! {
        <div class="combobox">
            <input ref={input} type="text" role="combobox" autocomplete="off" autocapitalize="off" spellcheck="false" aria-label={props.label.clone()} placeholder={props.label.clone()}
                aria-expanded={open.to_string()} aria-controls={id.to_string()} aria-autocomplete="list"
                aria-activedescendant={(open && *active < found.len()).then(|| format!("{id}-{}", *active))}
                value={shown.clone()} title={shown} {onfocus} {onclick} {oninput} {onblur} {onkeydown} />
            <ul id={id.to_string()} role="listbox" aria-label={props.label.clone()} hidden={!open}>
                { for found.iter().enumerate().map(|(i, entry)| option(entry, format!("{id}-{i}"), i == *active, entry.value == *props.value, &choose)) }
            </ul>
        </div>
    }
}

/// Arrow keys go through the list, Enter takes what is active or written, Escape gives it up.
fn keys(
    typed: &UseStateHandle<Option<String>>,
    active: &UseStateHandle<usize>,
    found: &[EntryView],
    choose: &Callback<String>,
) -> Callback<KeyboardEvent> {
    let (typed, active, found, choose) = (typed.clone(), active.clone(), found.to_vec(), choose.clone());
    Callback::from(move |event: KeyboardEvent| {
        let count = found.len();
        match event.key().as_str() {
            "ArrowDown" if typed.is_none() => typed.set(Some(String::new())),
            "ArrowDown" if count > 0 => active.set(if *active >= count - 1 { 0 } else { *active + 1 }),
            "ArrowUp" if count > 0 => active.set(if *active == 0 || *active > count { count - 1 } else { *active - 1 }),
            "Enter" => match (found.get(*active), typed.as_deref()) {
                (Some(entry), _) => choose.emit(entry.value.clone()),
                (None, Some(text)) if !text.trim().is_empty() => choose.emit(text.trim().to_owned()),
                _ => (),
            },
            // What is half typed is given up; a second time Escape means something else, elsewhere.
            "Escape" if typed.is_some() => typed.set(None),
            _ => return,
        }
        event.prevent_default();
    })
}

fn option(entry: &EntryView, id: String, active: bool, chosen: bool, choose: &Callback<String>) -> Html {
    let (choose, value) = (choose.clone(), entry.value.clone());
    // Before the field loses the focus.
    let onmousedown = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        choose.emit(value.clone());
    });
    html! {
        <li key={entry.value.clone()} {id} role="option" aria-selected={active.to_string()} class={classes!(chosen.then_some("chosen"))} {onmousedown}>
            <span>{ &entry.title }</span><small>{ in_words(&entry.detail) }</small>
        </li>
    }
}
