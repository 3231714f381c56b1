//! The engine as a WebAssembly module: the evaluator for the page, and the JavaScript API.
//!
//! The page sends requests as bytes and gets replies as bytes, from a worker ([`worker`]) or, where no worker can start, from an
//! [`Engine`] on its own thread.

pub mod api;
pub mod worker;

use netpolis_core::facts::Date;
use netpolis_view::{Evaluator, kept_reply};
use wasm_bindgen::prelude::*;

/// The day of the browser's clock, for what ends on a day.
pub(crate) fn today() -> Option<Date> {
    #[cfg(target_arch = "wasm32")]
    return Some(Date::from_days((js_sys::Date::now() / 86_400_000.0) as u32));
    #[cfg(not(target_arch = "wasm32"))]
    None
}

/// The evaluator for requests as bytes.
#[wasm_bindgen]
pub struct Engine(Evaluator);

#[wasm_bindgen]
impl Engine {
    /// One that has seen no files.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::new_without_default, reason = "for JavaScript")]
    pub fn new() -> Engine {
        Engine(Evaluator::new(today))
    }

    /// The reply to a request; nothing where the request is of another version of this program.
    pub fn reply(&mut self, request: &[u8]) -> Option<Vec<u8>> {
        self.0.reply_bytes(request)
    }

    /// Takes flow logs: their number, then of each its name and its bytes.
    pub fn logs(&mut self, given: &js_sys::Array) {
        let (number, logs) = given_logs(given);
        self.0.take_logs(number, &logs);
    }
}

/// The number of flow logs, and their names and texts. What is not UTF-8 in them is shown as such.
pub(crate) fn given_logs(given: &js_sys::Array) -> (u32, Vec<(String, String)>) {
    let mut parts = given.iter();
    let number = parts.next().and_then(|number| number.as_f64()).unwrap_or_default() as u32;
    let mut logs = Vec::new();
    while let (Some(name), Some(bytes)) = (parts.next(), parts.next()) {
        let bytes = js_sys::Uint8Array::new(&bytes).to_vec();
        let text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        logs.push((name.as_string().unwrap_or_default(), text));
    }
    (number, logs)
}

/// The reply to a request of the page, as the build keeps it for pages whose engine is not there yet.
#[wasm_bindgen(js_name = keptReply)]
pub fn kept(request: &[u8]) -> Option<Vec<u8>> {
    kept_reply(request)
}

/// Answers the page's requests, in a worker.
#[wasm_bindgen(js_name = startWorker)]
pub fn start_worker() {
    worker::serve();
}
