//! Messages between the embedded page and the page around it.
//!
//! All are objects `{source: "netpolis", version: 1, type, …}`. Taken: `load` (`files: [{name, text}]`, or `link`), `ask` (`question`),
//! `theme` (`theme`). Sent: `ready`, `changed` (`files`), `verdict` (`question`, `verdict`, `headline`, `summary`), `height` (`height`).

use js_sys::{Object, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;
use yew::prelude::*;

use super::start::root;
use crate::components::Store;
use crate::share::{self, Shared};
use crate::state::{Action, LayoutAction, Theme};
use netpolis_view::{PathWord, Question};

const SOURCE: &str = "netpolis";
const VERSION: f64 = 1.0;

fn parent() -> Option<web_sys::Window> {
    let window = crate::effects::window()?;
    let parent = window.parent().ok()??;
    // On its own, the page has nobody to talk to.
    (!Object::is(&parent, &window)).then_some(parent)
}

fn send(kind: &str, content: &impl Serialize) {
    let Some(parent) = parent() else { return };
    let Ok(message) = content.serialize(&serde_wasm_bindgen::Serializer::json_compatible()) else { return };
    for (key, value) in [("source", JsValue::from(SOURCE)), ("version", VERSION.into()), ("type", kind.into())] {
        let _ = Reflect::set(&message, &key.into(), &value);
    }
    // What is sent is what the page around may know: it gave it, or shows it.
    let _ = parent.post_message(&message, "*");
}

#[derive(Serialize, Deserialize)]
struct File {
    name: String,
    text: String,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Changed {
    files: Vec<File>,
}

#[derive(Serialize)]
struct VerdictMessage {
    question: Question,
    verdict: PathWord,
    headline: String,
    summary: String,
}

#[derive(Serialize)]
struct Height {
    height: i32,
}

/// Takes and sends messages for as long as the page is there.
#[hook]
pub fn use_messages(store: &Store) {
    let dispatcher = store.dispatcher();
    use_effect_with((), move |()| {
        let handler = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let from_parent = parent().is_some_and(|parent| event.source().is_some_and(|source| Object::is(&source, &parent)));
            let data = event.data();
            let ours = Reflect::get(&data, &"source".into()).is_ok_and(|s| s.as_string().as_deref() == Some(SOURCE));
            if !from_parent || !ours {
                return;
            }
            let field = |name: &str| Reflect::get(&data, &name.into()).unwrap_or_default();
            let word = |name: &str| field(name).as_string();
            match word("type").unwrap_or_default().as_str() {
                "load" => match word("link") {
                    Some(link) => {
                        if let Ok(Some((shared, _))) = share::decode(link.rsplit('#').next().unwrap_or_default()) {
                            dispatcher.dispatch(Action::OpenShared(Box::new(shared)));
                        }
                    }
                    None => {
                        if let Ok(files) = serde_wasm_bindgen::from_value::<Vec<File>>(field("files")) {
                            let files = files.into_iter().map(|f| (f.name, f.text)).collect();
                            dispatcher.dispatch(Action::OpenShared(Box::new(Shared { files, ..Shared::default() })));
                        }
                    }
                },
                "ask" => {
                    if let Ok(question) = serde_wasm_bindgen::from_value::<Question>(field("question")) {
                        dispatcher.dispatch(Action::Ask(question));
                    }
                }
                "theme" => dispatcher.dispatch(LayoutAction::ChooseTheme(Theme::from_name(&word("theme").unwrap_or_default())).into()),
                _ => (),
            }
        });
        let window = crate::effects::window();
        if let Some(window) = &window {
            let _ = window.add_event_listener_with_callback("message", handler.as_ref().unchecked_ref());
        }
        send("ready", &Nothing {});
        move || {
            if let Some(window) = window {
                let _ = window.remove_event_listener_with_callback("message", handler.as_ref().unchecked_ref());
            }
        }
    });
    let first = use_mut_ref(|| store.revision);
    {
        let files: Vec<File> = store.files.iter().map(|f| File { name: f.name.clone(), text: f.text.to_string() }).collect();
        use_effect_with(store.revision, move |revision| {
            if *first.borrow() != *revision {
                send("changed", &Changed { files });
            }
        });
    }
    {
        let said = store.answers.verdict().map(|said| VerdictMessage {
            question: said.question.clone(),
            verdict: said.word,
            headline: said.headline.clone(),
            summary: said.summary.clone(),
        });
        use_effect_with(said.as_ref().map(|s| (s.question.clone(), s.headline.clone(), s.summary.clone())), move |_| {
            if let Some(said) = said {
                send("verdict", &said);
            }
            if let Some(root) = root() {
                send("height", &Height { height: root.scroll_height() });
            }
        });
    }
}
