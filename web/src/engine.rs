//! The page's end of the engine in a worker.
//!
//! Messages are bytes, handed over without copying. At most one request is under way; while it is, only the newest one waits, so that
//! typing never queues up work.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::view_model::{Evaluation, Request};

/// The page's end of a worker.
#[derive(Clone)]
pub struct Remote(Rc<RefCell<Inner>>);

struct Inner {
    worker: Worker,
    ready: bool,
    busy: bool,
    waiting: Option<Request>,
    on_reply: Rc<dyn Fn(Evaluation)>,
    _on_message: Option<Closure<dyn Fn(MessageEvent)>>,
}

impl Remote {
    /// Starts a worker with the page's own program: `script` runs in it, `program` are the address of the program's script and the
    /// compiled program, as `start.js` gives them. Nothing where workers cannot start.
    pub fn start(script: &str, program: &JsValue, on_reply: impl Fn(Evaluation) + 'static) -> Option<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(script, &options).ok()?;
        let inner = Rc::new(RefCell::new(Inner {
            worker: worker.clone(),
            ready: false,
            busy: false,
            waiting: None,
            on_reply: Rc::new(on_reply),
            _on_message: None,
        }));
        let weak = Rc::downgrade(&inner);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(inner) = weak.upgrade() {
                received(&inner, &event.data());
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        inner.borrow_mut()._on_message = Some(on_message);
        worker.post_message(program).ok()?;
        Some(Remote(inner))
    }

    /// Whether it has started: until then, evaluate on the page's own thread.
    pub fn is_ready(&self) -> bool {
        self.0.borrow().ready
    }

    /// Asks it. A request that still waits is replaced.
    pub fn ask(&self, request: Request) {
        let mut inner = self.0.borrow_mut();
        if inner.busy {
            // What waits may hold texts that the worker has not got yet.
            let files = request.files.or_else(|| inner.waiting.take().and_then(|w| w.files));
            inner.waiting = Some(Request { files, ..request });
        } else {
            inner.busy = true;
            send(&inner.worker, &request);
        }
    }
}

fn send(worker: &Worker, request: &Request) {
    let buffer = Uint8Array::from(request.to_bytes().as_slice()).buffer();
    let _ = worker.post_message_with_transfer(&buffer, &Array::of1(&buffer));
}

fn received(inner: &Rc<RefCell<Inner>>, data: &JsValue) {
    if data.as_string().is_some_and(|word| word == "ready") {
        inner.borrow_mut().ready = true;
        return;
    }
    let reply = Evaluation::from_bytes(&Uint8Array::new(data).to_vec());
    let next = {
        let mut inner = inner.borrow_mut();
        inner.busy = false;
        inner.waiting.take()
    };
    if let Some(next) = next {
        let mut inner = inner.borrow_mut();
        inner.busy = true;
        send(&inner.worker, &next);
    }
    if let Some(reply) = reply {
        let tell = inner.borrow().on_reply.clone();
        tell(reply);
    }
}

/// What a worker needs to start: the address of the program's script, and the program.
pub fn program(script: &str, module: &JsValue) -> JsValue {
    let object = js_sys::Object::new();
    let _ = Reflect::set(&object, &"js".into(), &script.into());
    let _ = Reflect::set(&object, &"module".into(), module);
    object.into()
}
