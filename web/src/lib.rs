//! The Netpolis page. It evaluates nothing itself: it asks the engine, a program of its own, by messages.
//!
//! ```text
//! text ──> request ──> engine ──> reply ──> state ──> components
//!                                          graph (layout, routes)
//! ```
//!
//! [`state`], [`scenes`], [`graph`] and [`share`] know no browser and are tested natively; [`components`] draw,
//! [`effects`] do what changes the world outside: storage, clipboard, files, workers.

pub mod components;
pub mod editor;
pub mod effects;
pub mod engine;
pub mod examples;
pub mod graph;
#[cfg(not(target_arch = "wasm32"))]
pub mod handout;
pub mod intake;
pub mod scenes;
pub mod share;
#[cfg(not(target_arch = "wasm32"))]
pub mod shell;
pub mod state;
pub mod vec_map;
pub mod words;

use wasm_bindgen::prelude::*;

/// Shows the page. `engine` is its way to the engine, and `reply` the one that the build made for the opening scene; `host` speaks with the page around
/// an embedded one.
#[wasm_bindgen(js_name = startPage)]
pub fn start_page(engine: engine::EngineLink, reply: Vec<u8>, host: Option<effects::embed::Host>) {
    let start = effects::start::Start { engine, reply, host };
    yew::Renderer::<components::page::Page>::with_props(components::page::PageProps { start: std::rc::Rc::new(start) }).render();
}

/// What the page asks first for each example, for the build, which keeps the replies: names of examples and requests as bytes by turns.
#[wasm_bindgen(js_name = openingRequests)]
pub fn opening_requests() -> js_sys::Array {
    let requests = examples::EXAMPLES.iter().enumerate().flat_map(|(index, example)| {
        let request = state::State::start(index, example).request().to_bytes();
        [JsValue::from(example.id), js_sys::Uint8Array::from(request.as_slice()).into()]
    });
    requests.collect()
}
