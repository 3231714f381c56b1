//! The question: from where, to where, which port.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::combobox::{Combobox, Entry};
use super::icons::{ARROW, SWAP, icon};
use super::port_field::PortField;
use super::{Shared, Store};
use crate::state::Action;
use crate::view_model::{EndKind, Question, SceneView};

const PROTOCOLS: [&str; 5] = ["TCP", "UDP", "SCTP", "ICMP", "ICMPv6"];

/// The question; it is asked as soon as it changes.
#[component]
pub fn Ask() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let entries = Shared(use_memo(Shared(store.scene.clone()), |scene| entries(scene)));
    let question = &store.question;
    let ask = |change: fn(&mut Question, String)| {
        let store = store.clone();
        Callback::from(move |value: String| {
            let mut question = store.question.clone();
            change(&mut question, value);
            store.dispatch(Action::Ask(question));
        })
    };
    let swap = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            let question = store.question.clone();
            store.dispatch(Action::Ask(Question { from: question.to, to: question.from, ..question }));
        })
    };
    let onprotocol = {
        let ask = ask(|question, value| question.protocol = value);
        Callback::from(move |event: Event| ask.emit(event.target_unchecked_into::<HtmlSelectElement>().value()))
    };
    let onport = {
        let store = store.clone();
        Callback::from(move |(port, protocol): (Option<u16>, Option<String>)| {
            let question = store.question.clone();
            store.dispatch(Action::Ask(Question { port, protocol: protocol.unwrap_or(question.protocol), ..question }));
        })
    };
    let onto = {
        let store = store.clone();
        // Another receiver has other ports.
        Callback::from(move |to: String| store.dispatch(Action::AskBetween { from: store.question.from.clone(), to, traffic: None }))
    };
    let receiver = store.answered().and_then(|a| a.to).and_then(|to| store.scene.ends.get(to as usize));
    let has_ports = matches!(question.protocol.as_str(), "TCP" | "UDP" | "SCTP" | "");
    let protocol = if question.protocol.is_empty() { PROTOCOLS[0] } else { question.protocol.as_str() };
    let other = !PROTOCOLS.contains(&protocol);
    let length = |key: &str| end_text(&store.scene, key).chars().count();
    let longest = length(&question.from).max(length(&question.to));
    html! {
        <form class="question" aria-label="Question" onsubmit={Callback::from(|e: SubmitEvent| e.prevent_default())}>
            <div class={classes!("ends", (longest > 11).then_some("long"), (longest > 15).then_some("longer"))}>
                <Combobox label="from" value={question.from.clone()} text={end_text(&store.scene, &question.from)} entries={entries.clone()} onchoose={ask(|q, v| q.from = v)} />
                <button type="button" class="quiet swap" aria-label="swap source and destination" title="swap source and destination" onclick={swap}><span class="there">{ icon(ARROW) }</span><span class="back">{ icon(SWAP) }</span></button>
                <Combobox label="to" value={question.to.clone()} text={end_text(&store.scene, &question.to)} {entries} onchoose={onto} />
            </div>
            <div class="traffic">
                <span class="pick select"><select aria-label="protocol" onchange={onprotocol}>
                    { for PROTOCOLS.iter().map(|p| html! { <option value={*p} selected={*p == protocol}>{ p }</option> }) }
                    if other { <option value={protocol.to_owned()} selected=true>{ protocol }</option> }
                </select></span>
                if has_ports {
                    <PortField label="destination port" placeholder="any port" value={question.port} {onport}
                        declared={receiver.map(|end| end.ports.clone()).unwrap_or_default()}
                        receiver={receiver.map(|end| end.title.clone()).unwrap_or_default()} />
                    { ports(&store) }
                }
            </div>
        </form>
    }
}

/// The ports that the receiver declares, one press away.
fn ports(store: &Store) -> Html {
    let Some(end) = store.answered().and_then(|a| a.to).and_then(|to| store.scene.ends.get(to as usize)) else { return Html::default() };
    let ports = end.ports.iter().filter(|p| store.question.port != Some(p.port) || store.question.protocol != p.protocol).take(4);
    html! {
        { for ports.map(|port| {
            let question = Question { protocol: port.protocol.clone(), port: Some(port.port), ..store.question.clone() };
            let store = store.clone();
            let onclick = Callback::from(move |_: MouseEvent| store.dispatch(Action::Ask(question.clone())));
            let title = match &port.name {
                Some(name) => format!("{} declares {} {} ({name})", end.title, port.protocol, port.port),
                None => format!("{} declares {} {}", end.title, port.protocol, port.port),
            };
            html! { <button type="button" class="chip" {title} {onclick}>{ port.port }</button> }
        }) }
    }
}

/// How a field shows an end.
pub(super) fn end_text(scene: &SceneView, key: &str) -> String {
    scene.find(key).map_or_else(|| key.split('[').next().unwrap_or(key).to_owned(), |end| end_title(scene, end))
}

/// How a question's field shows an end.
fn end_title(scene: &SceneView, end: usize) -> String {
    match scene.ends.get(end) {
        Some(view) if view.kind == EndKind::Outside => {
            if view.title == "Internet" {
                "Internet".into()
            } else {
                view.key.clone()
            }
        }
        Some(_) => scene.title(end),
        None => String::new(),
    }
}

/// Everything that a packet can come from or go to.
pub(super) fn entries(scene: &SceneView) -> Vec<Entry> {
    scene
        .ends
        .iter()
        .enumerate()
        .map(|(index, end)| Entry {
            value: end.key.clone(),
            title: if end.kind == EndKind::Outside { end.title.clone() } else { scene.title(index) },
            detail: if end.kind == EndKind::Outside { format!("for example {}", end.key) } else { end.subtitle.clone() },
        })
        .collect()
}
