//! The question: from where, to where, which port.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::byte_field::ByteField;
use super::combobox::{Combobox, Entry};
use super::icons::{ARROW, SLIDERS, SWAP, icon};
use super::port_field::PortField;
use super::{Shared, Store};
use crate::state::Action;
use crate::view_model::{EndKind, PathQuestion, Question, SceneView};

const PROTOCOLS: [&str; 5] = ["TCP", "UDP", "SCTP", "ICMP", "ICMPv6"];

/// The question; it is asked as soon as it changes.
#[component]
pub fn Ask() -> Html {
    let Some(store) = use_context::<Store>() else { return Html::default() };
    let more = use_state(|| false);
    let clients = Shared(use_memo(Shared(store.scene.clone()), |scene| entries(scene)));
    let targets = Shared(use_memo(Shared(store.scene.clone()), |scene| entries(scene).into_iter().chain(service_entries(scene)).collect()));
    let question = &store.path.question;
    let ask = |change: fn(&mut PathQuestion, String)| {
        let store = store.clone();
        Callback::from(move |value: String| {
            let mut question = store.path.question.clone();
            change(&mut question, value);
            store.dispatch(Action::Change(question));
        })
    };
    let swap = {
        let store = store.clone();
        Callback::from(move |_: MouseEvent| {
            let question = store.path.question.flow();
            store.dispatch(Action::Ask(Question { from: question.to, to: question.from, ..question }));
        })
    };
    let onprotocol = {
        let ask = ask(|question, value| {
            // What is asked of a message of ICMP means nothing to a connection, and the reverse.
            let PathQuestion { from, to, port, .. } = std::mem::take(question);
            *question = PathQuestion { from, to, port, protocol: value, ..PathQuestion::default() };
        });
        Callback::from(move |event: Event| ask.emit(event.target_unchecked_into::<HtmlSelectElement>().value()))
    };
    let onport = {
        let store = store.clone();
        Callback::from(move |(port, protocol): (Option<u16>, Option<String>)| {
            let question = store.path.question.clone();
            store.dispatch(Action::Change(PathQuestion { port, protocol: protocol.unwrap_or(question.protocol), ..question }));
        })
    };
    let onto = {
        let store = store.clone();
        // Another receiver has other ports.
        Callback::from(move |to: String| {
            let from = store.path.question.from.clone();
            let of_target = store.scene.target(&to).map(|t| (t.protocol.clone(), t.port));
            store.dispatch(match of_target {
                Some((protocol, port)) => Action::Change(PathQuestion { from, to, protocol, port, ..PathQuestion::default() }),
                None if (PathQuestion { to: to.clone(), ..PathQuestion::default() }).is_to_target() => {
                    Action::Change(PathQuestion { to, ..store.path.question.clone() })
                }
                None => Action::AskBetween { from, to, traffic: None },
            });
        })
    };
    let receiver = store.answered().and_then(|a| a.to).and_then(|to| store.scene.ends.get(to as usize));
    let to_target = question.is_to_target();
    let special = question.source_port.is_some() || question.icmp_type.is_some() || question.icmp_code.is_some();
    let toggle = {
        let more = more.clone();
        Callback::from(move |_: MouseEvent| more.set(!*more))
    };
    let has_ports = matches!(question.protocol.as_str(), "TCP" | "UDP" | "SCTP" | "");
    let protocol = if question.protocol.is_empty() { PROTOCOLS[0] } else { question.protocol.as_str() };
    let other = !PROTOCOLS.contains(&protocol);
    let length = |key: &str| end_text(&store.scene, key).chars().count();
    let longest = length(&question.from).max(target_text(&store.scene, &question.to).chars().count());
    html! {
        <form class="question" aria-label="Question" onsubmit={Callback::from(|e: SubmitEvent| e.prevent_default())}>
            <div class={classes!("ends", (longest > 11).then_some("long"), (longest > 15).then_some("longer"))}>
                <Combobox label="from" value={question.from.clone()} text={end_text(&store.scene, &question.from)} entries={clients} onchoose={ask(|q, v| q.from = v)} />
                <button type="button" class="quiet swap" aria-label="swap source and destination" title="swap source and destination" disabled={to_target} onclick={swap}><span class="there">{ icon(ARROW) }</span><span class="back">{ icon(SWAP) }</span></button>
                <Combobox label="to" value={question.to.clone()} text={target_text(&store.scene, &question.to)} entries={targets} onchoose={onto} />
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
                <button type="button" class="quiet square more-fields" aria-label={if has_ports { "source port" } else { "type and code" }}
                    title={if has_ports { "source port" } else { "type and code" }} aria-expanded={(*more || special).to_string()} onclick={toggle}>{ icon(SLIDERS) }</button>
            </div>
            if *more || special { { special_fields(&store, has_ports) } }
        </form>
    }
}

/// What few ask for: from which port, or which message of ICMP.
fn special_fields(store: &Store, has_ports: bool) -> Html {
    let question = &store.path.question;
    let change = |change: fn(&mut PathQuestion, Option<u8>)| {
        let store = store.clone();
        Callback::from(move |value: Option<u8>| {
            let mut question = store.path.question.clone();
            change(&mut question, value);
            store.dispatch(Action::Change(question));
        })
    };
    let onsource = {
        let store = store.clone();
        Callback::from(move |(source_port, _): (Option<u16>, Option<String>)| {
            store.dispatch(Action::Change(PathQuestion { source_port, ..store.path.question.clone() }));
        })
    };
    html! {
        <div class="traffic special">
            if has_ports {
                <span>{ "from port" }</span>
                <PortField label="source port" placeholder="any port" value={question.source_port} onport={onsource} />
            } else {
                <ByteField label="type" value={question.icmp_type} onbyte={change(|q, value| q.icmp_type = value)} />
                <ByteField label="code" value={question.icmp_code} onbyte={change(|q, value| q.icmp_code = value)} />
            }
        </div>
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

/// How a field shows where a packet goes.
pub(super) fn target_text(scene: &SceneView, key: &str) -> String {
    scene.target(key).map_or_else(|| end_text(scene, key), |target| target.name())
}

/// Services and Ingresses.
pub(super) fn service_entries(scene: &SceneView) -> Vec<Entry> {
    scene.targets.iter().map(|t| Entry { value: t.key.clone(), title: t.name(), detail: t.subtitle.clone() }).collect()
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
