//! The editor's shape of data, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

use netpolis_web::editor::binding::{Context, Part};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn a_context_comes_through_from_javascript() {
    let object =
        js_sys::JSON::parse(r#"{"version":"v1","kind":"Pod","path":"spec","part":"value","key":"nodeName","word":"n","from":7}"#).unwrap();
    let context: Context = serde_wasm_bindgen::from_value(object).unwrap();
    assert_eq!(context.part, Part::Value);
    assert_eq!((context.path.as_str(), context.key.as_str()), ("spec", "nodeName"));
}
