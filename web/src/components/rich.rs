//! Sentences of the core: what stands in backticks is code.

use yew::prelude::*;

use super::Store;
use crate::state::Action;
use crate::view_model::Spot;

/// A sentence with its code in `code`.
pub fn rich(text: &str) -> Html {
    text.split('`')
        .enumerate()
        .map(|(i, part)| {
            if i % 2 == 1 {
                html! { <code>{ part }</code> }
            } else {
                html! { { part } }
            }
        })
        .collect()
}

/// A sentence that stands alone: with a capital, and without the verdict's word, which is said above it.
pub fn sentence(text: &str) -> Html {
    let text = ["Allowed: ", "Denied: ", "Cannot tell: "].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    // Names that upstream writes small are small everywhere.
    if text.starts_with("kube-proxy") || text.starts_with("eBPF") {
        return rich(text);
    }
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if first.is_lowercase() => rich(&(first.to_uppercase().to_string() + characters.as_str())),
        _ => rich(text),
    }
}

/// Properties of a [`SpotLink`].
#[derive(Clone, PartialEq, Properties)]
pub struct SpotLinkProps {
    /// Where it leads.
    pub spot: Spot,
    /// Whether the file's name goes without saying.
    #[prop_or_default]
    pub short: bool,
}

/// `file:line`, which shows that place in the editor.
#[component]
pub fn SpotLink(props: &SpotLinkProps) -> Html {
    let store = use_context::<Store>();
    let spot = props.spot.clone();
    let text = if props.short { format!(":{}", spot.line) } else { format!("{}:{}", spot.file, spot.line) };
    let label = format!("show {} line {} in the editor", spot.file, spot.line);
    let onclick = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        event.stop_propagation();
        if let Some(store) = &store {
            store.dispatch(Action::Reveal(spot.clone()));
        }
    });
    html! { <button type="button" class="spot" {onclick} aria-label={label.clone()} title={label}>{ text }</button> }
}
