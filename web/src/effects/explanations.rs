//! Fetches what is said of kinds of findings, which is a file beside the page.

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

use super::lesson::text_of;
use crate::words::t_with;

/// Where the build puts it.
const FILE: &str = "findings.json";

/// What is said of a kind of findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// What is found, in a few words.
    pub title: String,
    /// What to do about it; empty where the finding says it itself.
    pub advice: String,
    /// Why it matters; paragraphs.
    pub text: String,
    /// An example of it; empty if there is none.
    pub bad: String,
    /// The same as it should be.
    pub good: String,
}

/// Fetches what is said of a kind, by its stable name.
pub fn explanation(code: String, found: impl FnOnce(Result<Explained, String>) + 'static) {
    spawn_local(async move {
        let explained = text_of(FILE).await.and_then(|text| {
            let parts = JSON::parse(&text).and_then(|all| Reflect::get(&all, &code.as_str().into())).ok();
            let parts: Array =
                parts.and_then(|parts| parts.dyn_into().ok()).ok_or_else(|| t_with("there is no explanation of {0}", &[&code]))?;
            let part = |index| parts.get(index).as_string().unwrap_or_default();
            Ok(Explained { title: part(0), advice: part(1), text: part(2), bad: part(3), good: part(4) })
        });
        found(explained);
    });
}
