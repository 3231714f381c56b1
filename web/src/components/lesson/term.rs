//! A term of the field in prose, explained in place: by a press or Enter, or while the pointer rests on it. Escape closes the explanation.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};
use yew::prelude::*;

use crate::words::t_with;
use netpolis_view::TermView;

/// Properties of a [`Term`].
#[derive(Clone, PartialEq, Properties)]
pub(super) struct TermProps {
    /// The lesson's terms.
    pub(super) terms: Rc<Vec<TermView>>,
    /// The place of this one among them.
    pub(super) place: usize,
    /// The words that stand for it.
    pub(super) children: Html,
    /// What it means.
    pub(super) text: Html,
}

/// Whether an explanation is seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    No,
    /// While the pointer is there.
    Passing,
    /// Until it is closed.
    Open,
}

/// The words, which open what they mean.
#[component]
pub(super) fn Term(props: &TermProps) -> Html {
    let seen = use_state_eq(|| Seen::No);
    let root = use_node_ref();
    let Some(term) = props.terms.get(props.place) else { return props.children.clone() };
    let set = |to: fn(Seen) -> Seen| {
        let seen = seen.clone();
        move || seen.set(to(*seen))
    };
    let press = set(|seen| if seen == Seen::Open { Seen::No } else { Seen::Open });
    let enter = set(|seen| if seen == Seen::No { Seen::Passing } else { seen });
    let leave = set(|seen| if seen == Seen::Passing { Seen::No } else { seen });
    // A finger enters as well, and then presses.
    let by_mouse = |event: &PointerEvent| event.pointer_type() == "mouse";
    let onkeydown = {
        let (seen, root) = (seen.clone(), root.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *seen != Seen::No {
                event.stop_propagation();
                seen.set(Seen::No);
                // The keyboard may be at the source, which goes.
                let word =
                    root.cast::<Element>().and_then(|root| root.first_element_child()).and_then(|word| word.dyn_into::<HtmlElement>().ok());
                if let Some(word) = word {
                    let _ = word.focus();
                }
            }
        })
    };
    let onfocusout = {
        let (seen, root) = (seen.clone(), root.clone());
        Callback::from(move |event: FocusEvent| {
            let next = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
            if !root.cast::<Node>().is_some_and(|root| root.contains(next.as_ref())) {
                seen.set(Seen::No);
            }
        })
    };
    let open = *seen != Seen::No;
    let site = term.source.split('/').nth(2).unwrap_or_default();
    html! {
        <span class="term" ref={root} {onkeydown} {onfocusout} onpointerenter={Callback::from(move |event| if by_mouse(&event) { enter() })}
            onpointerleave={Callback::from(move |event| if by_mouse(&event) { leave() })}>
            <button type="button" class="term-word" aria-expanded={open.to_string()} onclick={Callback::from(move |_: MouseEvent| press())}>{ props.children.clone() }</button>
            <span role="status">
                if open {
                    <span class="term-note"><b>{ &term.name }</b>{ ": " }{ props.text.clone() }{ " " }
                        <a href={term.source.clone()} target="_blank" rel="noopener noreferrer">{ t_with("Source: {0}", &[site]) }</a></span>
                }
            </span>
        </span>
    }
}
