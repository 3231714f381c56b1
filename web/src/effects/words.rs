//! Fetches the sentences of a language when it is chosen, and tells the document which one is shown.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::lesson::text_of;
use super::start::root;
use super::{outside, storage};
use crate::components::Store;
use crate::state::LayoutAction;
use crate::words::{Language, is_there, keep};

/// The language that the address asks for, else the one that was chosen (`keeps`: not in a page inside another), else the browser's.
pub fn wanted(keeps: bool) -> Language {
    let asked = if keeps { outside::asked("lang") } else { outside::asked_of_frame("lang") };
    let chosen = || if keeps { storage::language() } else { None };
    let known = asked.or_else(chosen).and_then(|tag| Language::of_tag(&tag));
    known.or_else(of_browser).unwrap_or_default()
}

/// The first language of the browser that the page knows.
fn of_browser() -> Option<Language> {
    crate::effects::window()?.navigator().languages().iter().find_map(|tag| Language::of_tag(&tag.as_string()?))
}

/// Has the page in the language that is chosen, as soon as its sentences are there; where they cannot be fetched, in the one before.
#[hook]
pub fn use_words(store: &Store) {
    let dispatch = store.dispatcher();
    use_effect_with(store.layout.language, move |language| {
        let language = *language;
        let tell = move || dispatch.dispatch(LayoutAction::Words(language).into());
        if is_there(language) {
            return tell();
        }
        spawn_local(async move {
            let Ok(text) = text_of(&format!("words/{}.json", language.tag())).await else { return };
            let Ok(table) = js_sys::JSON::parse(&text) else { return };
            let pair = |entry: wasm_bindgen::JsValue| {
                let entry: js_sys::Array = entry.unchecked_into();
                Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
            };
            keep(language, js_sys::Object::entries(table.unchecked_ref()).iter().filter_map(pair));
            tell();
        });
    });
    use_effect_with(store.layout.words, |words| {
        if let Some(root) = root() {
            let _ = root.set_attribute("lang", words.tag());
        }
    });
}
