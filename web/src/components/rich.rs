//! Sentences of the core: what stands in backticks is code.

use yew::prelude::*;

use super::renders::count_render;
use super::use_dispatch;
use crate::state::Action;
use crate::words::{Language, own_words, shown, t_with};
use netpolis_view::SourceLocation;

/// A text with its code in `code`.
fn coded(text: &str) -> Html {
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

/// A sentence with its code in `code`. Answers are in English, whatever language the page is in.
pub fn rich(text: &str) -> Html {
    let parts = coded(text);
    if shown() == Language::English {
        parts
    } else {
        html! { <span lang="en">{ parts }</span> }
    }
}

/// A word or a few of an answer, in the page's language where that has them.
pub fn in_words(text: &str) -> Html {
    own_words(text).map_or_else(|| rich(text), |own| coded(&own))
}

/// A sentence that stands alone, with its code in `code`.
pub fn sentence(text: &str) -> Html {
    own_words(text).map_or_else(|| rich(&netpolis_view::sentence(text)), |own| coded(&netpolis_view::sentence(&own)))
}

/// Properties of a [`SourceLink`].
#[derive(Clone, PartialEq, Properties)]
pub struct SourceLinkProps {
    /// Where it leads.
    pub spot: SourceLocation,
    /// Whether the file's name goes without saying.
    #[prop_or_default]
    pub short: bool,
}

/// `file:line`, which shows that place in the editor.
#[component]
pub fn SourceLink(props: &SourceLinkProps) -> Html {
    count_render("SourceLink");
    let dispatch = use_dispatch();
    let spot = props.spot.clone();
    let text = if props.short { format!(":{}", spot.line) } else { format!("{}:{}", spot.file, spot.line) };
    let label = t_with("show {0} line {1} in the editor", &[&spot.file, &spot.line.to_string()]);
    let onclick = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        event.stop_propagation();
        if let Some(dispatch) = &dispatch {
            dispatch.dispatch(Action::Reveal(spot.clone()));
        }
    });
    html! { <button type="button" class="spot" {onclick} aria-label={label.clone()} title={label}>{ text }</button> }
}
