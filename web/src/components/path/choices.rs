//! What can be chosen otherwise, and what the way is compared with.

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::ask::with_versus;
use crate::components::Store;
use crate::components::rich::in_words;
use crate::state::Action;
use crate::words::{t, t_with};
use netpolis_view::{ChoiceView, PathView};

/// The few choices that matter most for this question.
pub(super) fn main_choices(store: &Store, view: &PathView) -> Html {
    view.choices.iter().filter(|choice| choice.main).map(|choice| field(store, choice)).collect()
}

/// The others.
pub(super) fn more_choices(store: &Store, view: &PathView) -> Html {
    html! { <div class="path-more" role="group" aria-label={t("More choices")}>{ for view.choices.iter().filter(|c| !c.main).map(|c| field(store, c)) }</div> }
}

/// Makes a choice: of the question, or of what is assumed about the scene.
fn choose(store: &Store, name: &str, value: String) {
    store.dispatch(Action::ChooseOnPath { name: name.into(), value: Some(value).filter(|v| !v.is_empty()) });
}

/// How it is where nothing is chosen.
fn unset(words: &str) -> String {
    match words.strip_prefix("as in the files: ") {
        Some(value) => t_with("as in the files: {0}", &[t(value)]),
        None => t(words).to_owned(),
    }
}

fn field(store: &Store, choice: &ChoiceView) -> Html {
    let class = classes!("pick", "path-choice", choice.chosen.is_some().then_some("chosen"));
    let (of_store, name) = (store.clone(), choice.name.clone());
    if choice.options.is_empty() {
        let onchange =
            Callback::from(move |event: Event| choose(&of_store, &name, event.target_unchecked_into::<HtmlInputElement>().value()));
        return html! {
            <label {class}><span class="pick-label">{ in_words(&choice.title) }</span>
                <input value={choice.chosen.clone().unwrap_or_default()} placeholder={unset(&choice.unset)} title={t_with("for example {0}", &[choice.example()])} spellcheck="false" autocomplete="off" {onchange} /></label>
        };
    }
    let onchange = Callback::from(move |event: Event| choose(&of_store, &name, event.target_unchecked_into::<HtmlSelectElement>().value()));
    html! {
        <label {class}><span class="pick-label">{ in_words(&choice.title) }</span>
            <span class="select"><select {onchange}>
                <option value="" selected={choice.chosen.is_none()}>{ unset(&choice.unset) }</option>
                { for choice.options.iter().map(|o| html! { <option value={o.word.clone()} selected={choice.chosen.as_ref() == Some(&o.word)}>{ in_words(&o.title) }</option> }) }
            </select></span></label>
    }
}

/// What the way is compared with.
pub(super) fn compare(store: &Store, view: &PathView) -> Html {
    if view.versus.is_empty() && store.asking.path.versus.is_none() {
        return Html::default();
    }
    let now = store.asking.path.versus.as_deref().unwrap_or_default();
    let of_store = store.clone();
    let onchange = Callback::from(move |event: Event| {
        let change = event.target_unchecked_into::<HtmlSelectElement>().value();
        of_store.dispatch(Action::AskPath(with_versus(&of_store.asking.path, Some(change).filter(|c| !c.is_empty()))));
    });
    html! {
        <span class={classes!("pick", "select", "path-compare", (!now.is_empty()).then_some("chosen"))}><select aria-label={t("compare with")} {onchange}>
            <option value="" selected={now.is_empty()}>{ if now.is_empty() { t("Compare with…") } else { t("Compare with nothing") } }</option>
            { for view.versus.iter().map(|v| html! { <option value={v.change.clone()} selected={v.change == now}>{ t_with("Compare with {0}", &[&v.title]) }</option> }) }
        </select></span>
    }
}
