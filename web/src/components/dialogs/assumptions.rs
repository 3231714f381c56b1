//! What is assumed where upstream leaves a choice.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::components::Store;
use crate::state::Action;
use crate::words::t;
use netpolis_view::{AssumptionView, assumptions, with_assumption};

/// All assumptions, each with its choices.
#[component]
pub fn Assumptions() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    html! {
        <div class="assumptions">
            <p>{ t("The API documentation leaves these to the network plugin or the cluster. A link to the scene includes them.") }</p>
            { for assumptions(&store.settings).into_iter().map(|assumption| field(&store, &assumption)) }
        </div>
    }
}

fn field(store: &Store, assumption: &AssumptionView) -> Html {
    let name = assumption.name;
    let choose = |value: &'static str| {
        let store = store.clone();
        Callback::from(move |_: Event| {
            store.dispatch(match with_assumption(&store.settings, name, value) {
                Ok(settings) => Action::ChooseSettings(settings),
                Err(error) => Action::Notify(error.to_string()),
            });
        })
    };
    html! {
        <fieldset>
            <legend>{ t(assumption.title) }</legend>
            { for assumption.choices.iter().map(|choice| html! {
                <label class="choice"><input type="radio" {name} checked={choice.chosen} onchange={choose(choice.value)} /><span>{ t(choice.title) }</span></label>
            }) }
            if let Some(written) = &assumption.written {
                <input class="request" value={written.clone()} aria-label={t("method and path of the request")} spellcheck="false" onchange={request(store, name)} />
            }
        </fieldset>
    }
}

/// Takes a request such as `GET /cart`; what is none is put back.
fn request(store: &Store, name: &'static str) -> Callback<Event> {
    let store = store.clone();
    Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        match with_assumption(&store.settings, name, &input.value()) {
            Ok(settings) if matches!(settings.http, netpolis_core::settings::Http::Request(..)) => {
                store.dispatch(Action::ChooseSettings(settings))
            }
            _ => input.set_value(&store.settings.http.to_string()),
        }
    })
}
