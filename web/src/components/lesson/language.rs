//! The choice of a language: where a lesson is written in several, and above the list of lessons.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::components::Store;
use crate::state::LayoutAction;
use crate::words::{Language, t};

/// A choice between these languages, by their tags, and the one that the page is in; nothing where that is the only one.
pub(super) fn languages(store: &Store, tags: &[String]) -> Html {
    let chosen = store.layout.language;
    let all = Language::ALL.into_iter().filter(|own| *own == chosen || tags.iter().any(|tag| tag == own.tag()));
    let all: Vec<Language> = all.collect();
    if all.len() < 2 {
        return Html::default();
    }
    let onchange = {
        let store = store.clone();
        Callback::from(move |event: Event| {
            let tag = event.target_unchecked_into::<HtmlSelectElement>().value();
            store.dispatch(LayoutAction::Speak(Language::of_tag(&tag).unwrap_or_default()).into());
        })
    };
    html! {
        <span class="pick select lesson-language"><select aria-label={t("Language")} {onchange}>
            { for all.iter().map(|own| html! { <option value={own.tag()} lang={own.tag()} selected={*own == chosen}>{ own.name() }</option> }) }
        </select></span>
    }
}
