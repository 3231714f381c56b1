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

/// A field whose list is open.
#[derive(Clone, PartialEq)]
enum Open {
    /// Everything is offered, as nothing was typed yet. The field keeps the text that it was opened with, selected for whoever types over it: an
    /// answer that arrives meanwhile must not put another there.
    Offered(AttrValue),
    /// What was typed. It may be empty.
    Typed(String),
}

impl Open {
    fn typed(&self) -> &str {
        match self {
            Open::Offered(_) => "",
            Open::Typed(text) => text,
        }
    }

    /// What stands in the field.
    fn shown(&self) -> AttrValue {
        match self {
            Open::Offered(text) => text.clone(),
            Open::Typed(text) => text.clone().into(),
        }
    }
}

/// A field that completes from a list.
#[component]
pub fn Combobox(props: &ComboboxProps) -> Html {
    let open = use_state(|| None::<Open>);
    let active = use_state(|| 0usize);
    let input = use_node_ref();
    let id = use_memo((), |()| format!("list-{}", random(1e12)));

    let found: Vec<EntryView> =
        open.as_ref().map(|open| matching_entries(&props.entries, open.typed()).into_iter().cloned().collect()).unwrap_or_default();
    let choose = {
        let (open, onchoose) = (open.clone(), props.onchoose.clone());
        Callback::from(move |value: String| {
            // The field keeps the focus, and its list is closed.
            open.set(None);
            onchoose.emit(value);
        })
    };
    let offer = {
        let (open, active, text) = (open.clone(), active.clone(), props.text.clone());
        Callback::from(move |()| {
            open.set(Some(Open::Offered(text.clone())));
            active.set(usize::MAX);
        })
    };
    let onfocus = {
        let (offer, input) = (offer.clone(), input.clone());
        Callback::from(move |_: FocusEvent| {
            offer.emit(());
            if let Some(input) = input.cast::<HtmlInputElement>() {
                input.select();
            }
        })
    };
    // A field that has the focus already.
    let onclick = {
        let (open, offer) = (open.clone(), offer.clone());
        Callback::from(move |_: MouseEvent| {
            if open.is_none() {
                offer.emit(());
            }
        })
    };
    let oninput = {
        let (open, active) = (open.clone(), active.clone());
        Callback::from(move |event: InputEvent| {
            active.set(0);
            open.set(Some(Open::Typed(event.target_unchecked_into::<HtmlInputElement>().value())));
        })
    };
    let onblur = {
        let (open, onchoose, value) = (open.clone(), props.onchoose.clone(), props.value.clone());
        Callback::from(move |_: FocusEvent| {
            if let Some(text) = open.as_ref().map(|open| open.typed().trim()).filter(|t| !t.is_empty() && *t != &*value) {
                onchoose.emit(text.to_owned());
            }
            open.set(None);
        })
    };
    let first = {
        let entries = props.entries.clone();
        move |typed: &str| matching_entries(&entries, typed).first().map(|entry| entry.value.clone())
    };
    let onkeydown = keys((&open, &active), &found, first, &choose, &offer);
    let listed = open.is_some() && !found.is_empty();
    let shown = open.as_ref().map_or_else(|| props.text.clone(), Open::shown);
    html! {
        <div class="combobox">
            <input ref={input} type="text" role="combobox" autocomplete="off" autocapitalize="off" spellcheck="false" aria-label={props.label.clone()} placeholder={props.label.clone()}
                aria-expanded={listed.to_string()} aria-controls={id.to_string()} aria-autocomplete="list"
                aria-activedescendant={(listed && *active < found.len()).then(|| format!("{id}-{}", *active))}
                value={shown.clone()} title={shown} {onfocus} {onclick} {oninput} {onblur} {onkeydown} />
            <ul id={id.to_string()} role="listbox" aria-label={props.label.clone()} hidden={!listed}>
                { for found.iter().enumerate().map(|(i, entry)| option(entry, format!("{id}-{i}"), i == *active, entry.value == *props.value, &choose)) }
            </ul>
        </div>
    }
}

/// Arrow keys go through the list, Enter takes what is active or written, Escape gives it up. `first` is what a text finds.
fn keys(
    (open, active): (&UseStateHandle<Option<Open>>, &UseStateHandle<usize>),
    found: &[EntryView],
    first: impl Fn(&str) -> Option<String> + 'static,
    choose: &Callback<String>,
    offer: &Callback<()>,
) -> Callback<KeyboardEvent> {
    let (open, active, found, choose, offer) = (open.clone(), active.clone(), found.to_vec(), choose.clone(), offer.clone());
    // What the list is drawn for: a handle tells the newest value, also to what was drawn before.
    let drawn_for = open.as_ref().map(Open::shown);
    Callback::from(move |event: KeyboardEvent| {
        let count = found.len();
        match event.key().as_str() {
            "ArrowDown" if open.is_none() => offer.emit(()),
            "ArrowDown" if count > 0 => active.set(if *active >= count - 1 { 0 } else { *active + 1 }),
            "ArrowUp" if count > 0 => active.set(if *active == 0 || *active > count { count - 1 } else { *active - 1 }),
            "Enter" => {
                // Who types fast is ahead of the list that is drawn.
                let now = event.target_unchecked_into::<HtmlInputElement>().value();
                let drawn = drawn_for.as_ref().is_none_or(|text| *text == now);
                let chosen = if drawn { found.get(*active).map(|entry| entry.value.clone()) } else { first(&now) };
                let written =
                    open.as_ref().map(|open| if drawn { open.typed() } else { &now }).map(str::trim).filter(|text| !text.is_empty());
                chosen.or_else(|| written.map(str::to_owned)).into_iter().for_each(|value| choose.emit(value));
            }
            // What is half typed is given up; a second time Escape means something else, elsewhere.
            "Escape" if open.is_some() => open.set(None),
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
