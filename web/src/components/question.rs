//! The question: from where, to where, which port.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::byte_field::ByteField;
use super::combobox::Combobox;
use super::icons::{ARROW, SLIDERS, SWAP, icon};
use super::port_field::PortField;
use super::renders::count_render;
use super::{ByAddress, Store, use_part};
use crate::state::{Action, State};
use crate::words::t;
use netpolis_view::{Fit, PathQuestion, Question, QuestionForm, question_form};

/// What the question shows.
fn question_part(state: &State) -> impl PartialEq + use<> {
    (state.scene_part(), state.asking.path.question.clone(), state.answers.flow.clone().map(ByAddress))
}

/// The question; it is asked as soon as it changes.
#[component]
pub fn Ask() -> Html {
    count_render("Question");
    let Some(store) = use_part(question_part) else { return Html::default() };
    let more = use_state(|| false);
    let clients = ByAddress(use_memo(store.scene_part(), |scene| scene.end_entries()));
    let targets = ByAddress(use_memo(store.scene_part(), |scene| scene.end_entries().into_iter().chain(scene.target_entries()).collect()));
    let question = &store.asking.path.question;
    let form = question_form(&store.answers.scene, question, store.answered());
    let onfrom = {
        let store = store.clone();
        Callback::from(move |from: String| store.dispatch(Action::Change(PathQuestion { from, ..store.asking.path.question.clone() })))
    };
    let onto = {
        let store = store.clone();
        Callback::from(move |to: String| store.dispatch(Action::AskTo(to)))
    };
    let swap = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            let question = store.asking.path.question.flow();
            store.dispatch(Action::Ask(Question { from: question.to, to: question.from, ..question }));
        })
    };
    let ends = match form.fit {
        Fit::Short => "ends",
        Fit::Long => "ends long",
        Fit::Longer => "ends long longer",
    };
    html! {
        <form class="question" aria-label={t("Question")} onsubmit={Callback::from(|e: SubmitEvent| e.prevent_default())}>
            <div class={ends}>
                <Combobox label={t("from")} value={question.from.clone()} text={form.from.clone()} entries={clients} onchoose={onfrom} />
                <button type="button" class="quiet swap" aria-label={t("swap source and destination")} title={t("swap source and destination")} disabled={form.to_target} onclick={swap}><span class="there">{ icon(ARROW) }</span><span class="back">{ icon(SWAP) }</span></button>
                <Combobox label={t("to")} value={question.to.clone()} text={form.to.clone()} entries={targets} onchoose={onto} />
            </div>
            { traffic(&store, &form, &more) }
            if *more || form.special { { special_fields(&store, form.has_ports) } }
        </form>
    }
}

/// Protocol and port.
fn traffic(store: &Store, form: &QuestionForm<'_>, more: &UseStateHandle<bool>) -> Html {
    let onprotocol = {
        let store = store.clone();
        Callback::from(move |event: Event| {
            // What is asked of a message of ICMP means nothing to a connection, and the reverse.
            let PathQuestion { from, to, port, .. } = store.asking.path.question.clone();
            let protocol = event.target_unchecked_into::<HtmlSelectElement>().value();
            store.dispatch(Action::Change(PathQuestion { from, to, port, protocol, ..PathQuestion::default() }));
        })
    };
    let onport = {
        let store = store.clone();
        Callback::from(move |(port, protocol): (Option<u16>, Option<String>)| {
            let question = store.asking.path.question.clone();
            store.dispatch(Action::Change(PathQuestion { port, protocol: protocol.unwrap_or(question.protocol), ..question }));
        })
    };
    let toggle = {
        let more = more.clone();
        Callback::from(move |_: MouseEvent| more.set(!*more))
    };
    // One node, however many: siblings that come and go would make the field another one, and what is typed there would be lost.
    let chips: Html = form
        .ports
        .iter()
        .map(|(port, title, question)| {
            let (store, question) = (store.clone(), question.clone());
            let onclick = Callback::from(move |_: MouseEvent| store.dispatch(Action::Ask(question.clone())));
            html! { <button type="button" class="chip" title={title.clone()} {onclick}>{ port }</button> }
        })
        .collect();
    let rest = if form.has_ports { t("source port") } else { t("type and code") };
    html! {
        <div class="traffic">
            <span class="pick select"><select aria-label={t("protocol")} onchange={onprotocol}>
                { for form.protocols.iter().map(|p| html! { <option value={(*p).to_owned()} selected={*p == form.protocol}>{ *p }</option> }) }
            </select></span>
            if form.has_ports {
                <PortField label={t("destination port")} placeholder={t("any port")} value={store.asking.path.question.port} {onport}
                    declared={form.receiver.map(|end| end.ports.clone()).unwrap_or_default()}
                    receiver={form.receiver.map(|end| end.title.clone()).unwrap_or_default()} />
                { chips }
            }
            <button type="button" class="quiet square more-fields" aria-label={rest} title={rest} aria-expanded={(**more || form.special).to_string()} onclick={toggle}>{ icon(SLIDERS) }</button>
        </div>
    }
}

/// What few ask for: from which port, or which message of ICMP.
fn special_fields(store: &Store, has_ports: bool) -> Html {
    let question = &store.asking.path.question;
    let change = |change: fn(&mut PathQuestion, Option<u8>)| {
        let store = store.clone();
        Callback::from(move |value: Option<u8>| {
            let mut question = store.asking.path.question.clone();
            change(&mut question, value);
            store.dispatch(Action::Change(question));
        })
    };
    let onsource = {
        let store = store.clone();
        Callback::from(move |(source_port, _): (Option<u16>, Option<String>)| {
            store.dispatch(Action::Change(PathQuestion { source_port, ..store.asking.path.question.clone() }));
        })
    };
    html! {
        <div class="traffic special">
            if has_ports {
                <span>{ t("from port") }</span>
                <PortField label={t("source port")} placeholder={t("any port")} value={question.source_port} onport={onsource} />
            } else {
                <ByteField label={t("type")} value={question.icmp_type} onbyte={change(|q, value| q.icmp_type = value)} />
                <ByteField label={t("code")} value={question.icmp_code} onbyte={change(|q, value| q.icmp_code = value)} />
            }
        </div>
    }
}
