//! The question: client, target, port; then what can be chosen otherwise, and what to compare with.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::choices::{compare, main_choices, more_choices};
use crate::components::combobox::Combobox;
use crate::components::icons::{ARROW, SLIDERS, icon};
use crate::components::port_field::PortField;
use crate::components::{ByAddress, use_part};
use crate::state::Action;
use crate::words::t;
use netpolis_view::{PathAsked, PathView};

const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

/// The question; it is asked as soon as it has both ends.
#[component]
pub fn Ask() -> Html {
    let more = use_state(|| false);
    let Some(store) = use_part(|state| (state.scene_part(), state.path_part(), state.asking.path.clone())) else { return Html::default() };
    let clients = ByAddress(use_memo(store.scene_part(), |scene| scene.end_entries()));
    let targets = ByAddress(use_memo(store.scene_part(), |scene| scene.target_entries().into_iter().chain(scene.end_entries()).collect()));
    let question = &store.asking.path.question;
    let ask = |change: fn(&mut PathAsked, String)| {
        let store = store.clone();
        Callback::from(move |value: String| {
            let mut asked = store.asking.path.clone();
            change(&mut asked, value);
            store.dispatch(Action::AskPath(asked));
        })
    };
    let onprotocol = {
        let ask = ask(|asked, value| asked.question.protocol = value);
        Callback::from(move |event: Event| ask.emit(event.target_unchecked_into::<HtmlSelectElement>().value()))
    };
    // What was chosen about another target means nothing for this one, and what it was compared with neither.
    let onchoose = {
        let store = store.clone();
        Callback::from(move |to: String| {
            let question = store.answers.scene.question_to(to, &store.asking.path.question);
            store.dispatch(Action::AskPath(PathAsked { question, versus: None }));
        })
    };
    let onport = {
        let store = store.clone();
        Callback::from(move |(port, protocol): (Option<u16>, Option<String>)| {
            let mut asked = store.asking.path.clone();
            asked.question.port = port;
            if let Some(protocol) = protocol {
                asked.question.protocol = protocol;
            }
            store.dispatch(Action::AskPath(asked));
        })
    };
    let protocol = if question.protocol.is_empty() { PROTOCOLS[0] } else { question.protocol.as_str() };
    let view = store.shown_path().and_then(|reply| reply.first.as_ref().ok());
    let (rest, chosen) = view.map(PathView::further_choices).unwrap_or_default();
    let toggle = {
        let more = more.clone();
        Callback::from(move |_: MouseEvent| more.set(!*more))
    };
    html! {
        <form class="path-question" aria-label={t("Path question")} onsubmit={Callback::from(|e: SubmitEvent| e.prevent_default())}>
            <div class="path-ends">
                <Combobox label={t("client")} value={question.from.clone()} text={store.answers.scene.end_text(&question.from)} entries={clients} onchoose={ask(|asked, from| asked.question.from = from)} />
                <span class="path-arrow" aria-hidden="true">{ icon(ARROW) }</span>
                <Combobox label={t("target")} value={question.to.clone()} text={store.answers.scene.target_text(&question.to)} entries={targets} {onchoose} />
                <span class="path-port">
                    <span class="pick select"><select aria-label={t("path protocol")} onchange={onprotocol}>
                        { for PROTOCOLS.iter().map(|p| html! { <option value={*p} selected={*p == protocol}>{ p }</option> }) }
                    </select></span>
                    <PortField label={t("path port")} placeholder={t("port")} value={question.port} {onport} />
                </span>
            </div>
            if let Some(view) = view {
                <div class="path-choices">
                    { main_choices(&store, view) }
                    if rest > 0 {
                        <button type="button" class="pick" aria-expanded={more.to_string()} onclick={toggle}>{ icon(SLIDERS) }{ t("More choices") }
                            if chosen > 0 { <span class="badge warning">{ chosen }<span class="visually-hidden">{ t(" chosen") }</span></span> }</button>
                    }
                    { compare(&store, view) }
                </div>
                if *more && rest > 0 { { more_choices(&store, view) } }
            }
        </form>
    }
}

/// The same question with another comparison.
pub(super) fn with_versus(asked: &PathAsked, versus: Option<String>) -> PathAsked {
    PathAsked { question: asked.question.clone(), versus }
}
