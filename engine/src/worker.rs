//! The evaluator in a worker. Messages are bytes, handed over without copying.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Date, Uint8Array};
use netpolis_view::{Evaluator, Step};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// How often it is told how far reading is, in ms.
const TELLS_EVERY: f64 = 100.0;

/// Tells the page what an evaluation is busy with, as three numbers.
fn tell(step: Step) {
    thread_local!(static TOLD: Cell<f64> = const { Cell::new(0.0) });
    if let Step::Reading { .. } = step {
        let now = Date::now();
        if now - TOLD.get() < TELLS_EVERY {
            return;
        }
        TOLD.set(now);
    }
    let [kind, done, of] = step.numbers().map(JsValue::from);
    if let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
        let _ = scope.post_message(&Array::of3(&kind, &done, &of));
    }
}

/// Hands the page an answer ahead of its picture: as an array of bytes, where a reply is a buffer.
fn answer(bytes: &[u8]) {
    if let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
        let bytes = Uint8Array::from(bytes);
        let _ = scope.post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()));
    }
}

/// Runs in the worker: answers requests for ever.
pub fn serve() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let evaluator = RefCell::new(Evaluator::new(crate::today).telling(tell).answering(answer));
    let port = scope.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Ok(given) = event.data().dyn_into::<Array>() {
            let (number, logs) = crate::given_logs(&given);
            return evaluator.borrow_mut().take_logs(number, &logs);
        }
        let bytes = Uint8Array::new(&event.data()).to_vec();
        let reply = evaluator.borrow_mut().reply_bytes(&bytes);
        let _ = match reply {
            Some(bytes) => {
                let buffer = Uint8Array::from(bytes.as_slice()).buffer();
                port.post_message_with_transfer(&buffer, &Array::of1(&buffer))
            }
            None => port.post_message(&"engine and page are of different versions".into()),
        };
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    // Tells the page that it may begin.
    let _ = scope.post_message(&JsValue::from_str("ready"));
}
