//! The page's end of the engine. Everything is evaluated by messages: a request goes to the engine as bytes, a reply comes back as
//! bytes. `www/engine.js` loads it, in a worker where one can start; this is what of it the page calls.

mod queue;

pub use queue::Queue;

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::state::EngineFault;
use netpolis_view::{Request, Step};

#[wasm_bindgen]
extern "C" {
    /// The way to the engine, made by `start.js`.
    #[derive(Clone, Debug, PartialEq)]
    pub type EngineLink;

    #[wasm_bindgen(method)]
    fn listen(
        this: &EngineLink,
        ready: &Function,
        replied: &Function,
        ahead: &Function,
        failed: &Function,
        came: &Function,
        step: &Function,
    );

    /// Loads the engine, unless that was done; again, after it failed.
    #[wasm_bindgen(method)]
    pub fn start(this: &EngineLink);

    /// Loads the larger engine, unless that was done. Once it is there it takes the place of the other, which answers until then: an engine is ready that
    /// has seen nothing yet.
    #[wasm_bindgen(method)]
    pub fn enlarge(this: &EngineLink);

    /// Loads the larger engine no further.
    #[wasm_bindgen(method)]
    pub fn stay(this: &EngineLink);

    /// Ends what is under way: loading, or an evaluation in a worker. Another worker begins by itself.
    #[wasm_bindgen(method)]
    pub fn cancel(this: &EngineLink);

    /// Has every larger engine get these files as flow logs, before the next request.
    #[wasm_bindgen(method)]
    pub fn logs(this: &EngineLink, number: u32, files: js_sys::Array);

    #[wasm_bindgen(method, js_name = send)]
    fn send_bytes(this: &EngineLink, request: Uint8Array);

    #[wasm_bindgen(method)]
    fn reply(this: &EngineLink, example: &str) -> Promise;
}

/// What the page is told of the engine.
pub enum News {
    /// It takes requests.
    Ready {
        /// Whether an evaluation can be cancelled: not on the page's own thread.
        cancellable: bool,
    },
    /// Some of it has come.
    Came {
        /// Bytes that are there.
        bytes: u32,
        /// Bytes of all of it.
        of: u32,
    },
    /// It is busy with something else.
    Step(Step),
    /// A reply, as bytes.
    Replied(Vec<u8>),
    /// The answer ahead of the reply, as bytes.
    Ahead(Vec<u8>),
    /// It failed.
    Failed(EngineFault),
}

impl EngineLink {
    /// Tells what happens to the engine, for as long as the page lives.
    pub fn on_news(&self, tell: impl Fn(News) + Clone + 'static) {
        let (ready, replied, ahead, came, step, failed) = (tell.clone(), tell.clone(), tell.clone(), tell.clone(), tell.clone(), tell);
        let ready = Closure::<dyn Fn(bool)>::new(move |cancellable| ready(News::Ready { cancellable }));
        let came = Closure::<dyn Fn(u32, u32)>::new(move |bytes, of| came(News::Came { bytes, of }));
        let step = Closure::<dyn Fn(u32, u32, u32)>::new(move |kind, done, of| {
            if let Some(now) = Step::of_numbers([kind, done, of]) {
                step(News::Step(now));
            }
        });
        let replied = Closure::<dyn Fn(Uint8Array)>::new(move |bytes: Uint8Array| replied(News::Replied(bytes.to_vec())));
        let ahead = Closure::<dyn Fn(Uint8Array)>::new(move |bytes: Uint8Array| ahead(News::Ahead(bytes.to_vec())));
        let failed = Closure::<dyn Fn(String)>::new(move |when: String| {
            failed(News::Failed(match when.as_str() {
                "load" => EngineFault::Load,
                "enlarge" => EngineFault::Further,
                _ => EngineFault::Run,
            }));
        });
        let function = |value: JsValue| value.unchecked_into::<Function>();
        self.listen(
            &function(ready.into_js_value()),
            &function(replied.into_js_value()),
            &function(ahead.into_js_value()),
            &function(failed.into_js_value()),
            &function(came.into_js_value()),
            &function(step.into_js_value()),
        );
    }

    /// Sends a request to an engine that is ready.
    pub fn send(&self, request: &Request) {
        self.send_bytes(Uint8Array::from(request.to_bytes().as_slice()));
    }

    /// The reply that the build made for an example, as bytes; nothing where it cannot be had.
    pub fn built_reply(&self, example: &str, take: impl FnOnce(Option<Vec<u8>>) + 'static) {
        let reply = JsFuture::from(self.reply(example));
        spawn_local(async move {
            let bytes = reply.await.ok().and_then(|bytes| bytes.dyn_into::<Uint8Array>().ok());
            take(bytes.map(|bytes| bytes.to_vec()));
        });
    }
}
