//! What the picture, the matrix and the verdict are based on, where that is not all of the input.

use yew::prelude::*;

use super::icons::{WARNING, icon};
use super::lasting::use_lasting;
use super::renders::count_render;
use super::rich::{SourceLink, in_words, rich};
use super::use_part;
use crate::words::{t, t_with};
use netpolis_view::SourceLocation;

/// How long an answer is on its way, in ms, before that is said.
const MOMENT: u32 = 250;

/// Properties of a [`Coverage`].
#[derive(Clone, PartialEq, Properties)]
pub struct CoverageProps {
    /// Whether it says what follows from it, too.
    #[prop_or_default]
    pub full: bool,
}

/// Says what is not evaluated, each with its line; nothing where everything is.
#[component]
pub fn Coverage(props: &CoverageProps) -> Html {
    count_render("Coverage");
    let full = props.full;
    let part = use_part(|state| (state.scene_part(), state.is_behind(), state.behind_words(), state.notices.engine));
    let old = use_lasting(part.as_ref().is_some_and(|store| store.is_behind() && store.notices.engine.is_none()), MOMENT);
    let Some(store) = part else { return Html::default() };
    let known = &store.answers.scene.coverage;
    let Some(sentence) = known.sentence() else {
        return if old {
            html! { <div class="coverage old"><p><span class="coverage-words">{ t(store.behind_words()) }</span></p></div> }
        } else {
            Html::default()
        };
    };
    let words = |spot: Option<&SourceLocation>| {
        html! {
            <span class="coverage-words">
                { rich(&sentence) }{ "." }if full { { " " }<small>{ in_words(known.consequence()) }</small> }
                if let Some(spot) = spot { { " " }<SourceLink spot={spot.clone()} /> }
            </span>
        }
    };
    if let ([one], 0) = (known.left_out.as_slice(), known.more) {
        return html! {
            <div class="coverage"><p>{ icon(WARNING) }{ words(one.spot.as_ref()) }</p></div>
        };
    }
    html! {
        <details class="coverage">
            <summary>{ icon(WARNING) }{ words(None) }</summary>
            <ul>
                { for known.left_out.iter().map(|left| html! {
                    <li>
                        <span><b>{ rich(&left.title) }</b>{ " " }{ rich(&left.why) }</span>
                        if let Some(spot) = &left.spot { <SourceLink spot={spot.clone()} /> }
                    </li>
                }) }
                if known.more > 0 { <li>{ t_with("and {0} more; the problems have all", &[&known.more.to_string()]) }</li> }
            </ul>
        </details>
    }
}
