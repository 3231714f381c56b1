//! The answer: the verdict, then the stations in the order in which the packet gets there.

use yew::prelude::*;

use super::copy_menu::CopyMenu;
use super::evidence::{address_mark, evidence, places};
use super::fixes::Fixes;
use super::icons::icon;
use super::renders::count_render;
use super::rich::{in_words, rich, sentence};
use super::signs::{verdict_class, verdict_icon, word_signs};
use super::{ByAddress, use_dispatch};
use crate::words::t;
use netpolis_view::{PageVerdict, Sentence, StationView};

/// Properties of a [`Trace`].
#[derive(Clone, PartialEq, Properties)]
pub struct TraceProps {
    /// What is said to the question.
    pub said: ByAddress<Result<PageVerdict, Sentence>>,
    /// What it is based on, where that is not all of the input.
    #[prop_or_default]
    pub coverage: Html,
    /// The branches of its way, where that is the answer.
    #[prop_or_default]
    pub branches: Html,
    /// Whether changes are only shown, not offered.
    #[prop_or_default]
    pub read_only: bool,
}

/// The answer to the question.
#[component]
pub fn Trace(props: &TraceProps) -> Html {
    count_render("Trace");
    // It is drawn again in another language.
    let _ = use_dispatch();
    let answer = match &*props.said.0 {
        Ok(answer) => answer,
        Err(message) => {
            return html! { <div class="trace"><div class="verdict none" role="status"><p>{ sentence(message) }</p></div>{ props.coverage.clone() }</div> };
        }
    };
    let (class, sign) = word_signs(answer.word);
    let headline = in_words(&answer.headline);
    html! {
        <div class="trace">
            <div class={classes!("verdict", class)} role="status">
                <div class="verdict-head"><h2>{ icon(sign) }{ headline }</h2><CopyMenu said={props.said.clone()} /></div>
                <p>{ rich(&answer.explanation()) }</p>
            </div>
            { props.coverage.clone() }
            { props.branches.clone() }
            <ol class="stations" aria-label={t("Checkpoints, in the order in which the packet meets them")}>
                { for answer.stations.iter().map(|one| station(one, answer.says(one))) }
            </ol>
            if !answer.notes.is_empty() {
                <ul class="notes">{ for answer.notes.iter().map(|note| html! { <li>{ sentence(note) }</li> }) }</ul>
            }
            <Fixes suggestion={answer.suggestion.clone()} read_only={props.read_only} />
        </div>
    }
}

/// A station; its sentence is left out if it is `said` above already.
fn station(station: &StationView, said: bool) -> Html {
    let from = station.from_address.as_ref().map(|address| address_mark(address, station.from_assumed));
    let to = station.to_address.as_ref().map(|address| address_mark(address, station.to_assumed));
    let addresses = match (from, to) {
        (Some(from), Some(to)) => html! { <span class="addresses">{ from }{ " → " }{ to }</span> },
        (None, Some(to)) => html! { <span class="addresses">{ "→ " }{ to }</span> },
        (Some(from), None) => html! { <span class="addresses">{ from }{ " →" }</span> },
        (None, None) => Html::default(),
    };
    html! {
        <li class={classes!("station", verdict_class(station.verdict))}>
            <span class="mark" aria-hidden="true">{ verdict_icon(station.verdict) }</span>
            <div>
                <div class="station-head">
                    <h3>{ in_words(&station.title) }<span class="visually-hidden">{ ": " }{ t(station.verdict.word()) }</span></h3>
                    { places(station) }
                </div>
                <p>if !said { { sentence(&station.sentence) }{ " " } }{ addresses }</p>
                { evidence(station) }
            </div>
        </li>
    }
}
