//! The Netpolis page and its JavaScript API, one program: the script that loads it says what it is to be.
//!
//! ```text
//! text ──> engine (here or in a worker) ──> view_model ──> state ──> components
//!                                                        graph (layout, routes)
//! ```
//!
//! [`state`], [`scenes`], [`graph`], [`share`] and [`view_model`] know no browser and are tested natively; [`components`] draw,
//! [`effects`] do what changes the world outside: storage, clipboard, files, workers.

pub mod components;
pub mod editor;
pub mod effects;
pub mod engine;
pub mod examples;
pub mod graph;
pub mod scenes;
pub mod share;
#[cfg(not(target_arch = "wasm32"))]
pub mod shell;
pub mod state;

// Its exports are part of the program.
pub use netpolis_engine;
pub use netpolis_view as view_model;
use wasm_bindgen::prelude::*;

/// Shows the page. `module` is this program compiled, `script` the address of its script and `worker` that of the worker's script:
/// with them it can start itself a second time.
#[wasm_bindgen(js_name = startPage)]
pub fn start_page(module: JsValue, script: String, worker: String) {
    let start = effects::start::Start { module, script, worker };
    yew::Renderer::<components::page::Page>::with_props(components::page::PageProps { start: std::rc::Rc::new(start) }).render();
}
